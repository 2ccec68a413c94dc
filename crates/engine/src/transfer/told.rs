//! What a merchant is told of a transfer: `alipay.fund.trans.order.changed` (protocol reference 6.6), when the payee
//! has the money or it came back, or the bank said its last word.

use super::batch::step::Carried;
use crate::agreement::china_time;
use crate::{Rows, notice};
use ::transfer::{CardTransfer, Transfer, TransferState, TransferWay};
use base::{AppId, Plant, TransferNo, planted};
use money::Money;
use serde_json::json;
use trade::Url;

/// The name of the message.
pub(crate) const ORDER_CHANGED: &str = "alipay.fund.trans.order.changed";

/// Tells how a transfer ended, at the address it came with.
pub(crate) fn tell(rows: &mut Rows<'_>, transfer: &Transfer) {
    let Some(app) = transfer.app.filter(|_| !planted(Plant::TransferNotTold)) else { return };
    let origin = match transfer.way {
        TransferWay::Uni | TransferWay::Wallet => UNI,
        TransferWay::ToAccount => "alipay.fund.trans.toaccount.transfer",
    };
    let told = Told {
        app,
        url: transfer.notify_url.clone(),
        gbk: transfer.gbk,
        rsa1: transfer.rsa1,
        no: transfer.no,
        out_biz_no: transfer.out_biz_no.as_str(),
        paid_at_us: transfer.paid_at_us,
        amount: transfer.amount(),
        origin,
        product: "TRANS_ACCOUNT_NO_PWD",
        scene: DIRECT,
        status: if transfer.state == TransferState::Done { "SUCCESS" } else { "FAIL" },
    };
    send(rows, told);
}

/// Tells how a transfer to a card ended, or that it came back after that, at the address it came with. Of a detail of a
/// batch only the latter is told, at the batch's address: it names what the merchant asked for, the detail's number and
/// the batch's method, product and scene.
pub(crate) fn tell_card(rows: &mut Rows<'_>, transfer: &CardTransfer, carried: Option<&Carried>) {
    let (origin, product, scene) = match carried {
        Some((batch, _)) => (BATCH, batch.product.wire(), batch.scene.wire()),
        None => (UNI, "TRANS_BANKCARD_NO_PWD", DIRECT),
    };
    let out_biz_no = carried.map_or(&transfer.out_biz_no, |(_, detail)| &detail.out_biz_no);
    let told = Told {
        app: transfer.app,
        url: transfer.notify_url.clone(),
        gbk: transfer.gbk,
        rsa1: transfer.rsa1,
        no: transfer.no,
        out_biz_no: out_biz_no.as_str(),
        paid_at_us: Some(transfer.paid_at_us),
        amount: transfer.amount(),
        origin,
        product,
        scene,
        status: transfer.state.wire(),
    };
    send(rows, told);
}

/// By which methods transfers are asked for, alone and in batches.
const UNI: &str = "alipay.fund.trans.uni.transfer";
pub(super) const BATCH: &str = "alipay.fund.batch.create";
/// The scene of a transfer that is asked for alone.
const DIRECT: &str = "DIRECT_TRANSFER";

/// What is told, and where.
struct Told<'a> {
    app: AppId,
    url: Option<Url>,
    gbk: bool,
    rsa1: bool,
    no: TransferNo,
    out_biz_no: &'a str,
    paid_at_us: Option<i64>,
    amount: Money,
    origin: &'static str,
    product: &'static str,
    scene: &'static str,
    status: &'static str,
}

fn send(rows: &mut Rows<'_>, told: Told<'_>) {
    let members = [
        ("msg_method", ORDER_CHANGED.to_owned()),
        ("utc_timestamp", (rows.now_us() / 1_000).to_string()),
        ("version", "1.1".to_owned()),
        ("charset", if told.gbk { "GBK".to_owned() } else { String::new() }),
        ("sign_type", if told.rsa1 { "RSA".to_owned() } else { String::new() }),
        ("biz_content", content(&told)),
    ];
    let (app, url, topic) = (told.app, told.url, told.no.topic());
    notice::tell_message(rows, notice::Message { app, url, topic, members: &members });
}

fn content(told: &Told<'_>) -> String {
    let told = json!({
        "action_type": "FINISH",
        "biz_scene": told.scene,
        "order_id": told.no.to_string(),
        "origin_interface": told.origin,
        "out_biz_no": told.out_biz_no,
        "pay_date": told.paid_at_us.map(china_time).unwrap_or_default(),
        "pay_fund_order_id": told.no.fund_no(),
        "product_code": told.product,
        "status": told.status,
        "trans_amount": told.amount.to_string(),
    });
    told.to_string()
}
