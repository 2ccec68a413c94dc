//! What a merchant is told of a transfer: `alipay.fund.trans.order.changed` (protocol reference 6.6), when the payee
//! has the money or it came back.

use crate::agreement::china_time;
use crate::{Rows, notice};
use ::transfer::{Transfer, TransferState, TransferWay};
use base::{Plant, planted};
use serde_json::json;

/// The name of the message.
pub(crate) const ORDER_CHANGED: &str = "alipay.fund.trans.order.changed";

/// Tells how a transfer ended, at the address it came with.
pub(crate) fn tell(rows: &mut Rows<'_>, transfer: &Transfer) {
    let Some(app) = transfer.app.filter(|_| !planted(Plant::TransferNotTold)) else { return };
    let members = [
        ("msg_method", ORDER_CHANGED.to_owned()),
        ("utc_timestamp", (rows.now_us() / 1_000).to_string()),
        ("version", "1.1".to_owned()),
        ("charset", if transfer.gbk { "GBK".to_owned() } else { String::new() }),
        ("sign_type", if transfer.rsa1 { "RSA".to_owned() } else { String::new() }),
        ("biz_content", content(transfer)),
    ];
    let (url, topic) = (transfer.notify_url.clone(), transfer.no.topic());
    notice::tell_message(rows, notice::Message { app, url, topic, members: &members });
}

fn content(transfer: &Transfer) -> String {
    let origin = match transfer.way {
        TransferWay::Uni | TransferWay::Wallet => "alipay.fund.trans.uni.transfer",
        TransferWay::ToAccount => "alipay.fund.trans.toaccount.transfer",
    };
    let told = json!({
        "action_type": "FINISH",
        "biz_scene": "DIRECT_TRANSFER",
        "order_id": transfer.no.to_string(),
        "origin_interface": origin,
        "out_biz_no": transfer.out_biz_no.as_str(),
        "pay_date": transfer.paid_at_us.map(china_time).unwrap_or_default(),
        "pay_fund_order_id": transfer.no.fund_no(),
        "product_code": "TRANS_ACCOUNT_NO_PWD",
        "status": if transfer.state == TransferState::Done { "SUCCESS" } else { "FAIL" },
        "trans_amount": transfer.amount().to_string(),
    });
    told.to_string()
}
