//! What the merchant is told of a split: `alipay.trade.order.settle.notify` (protocol reference 6.6), once every part
//! has arrived or come back.

use crate::agreement::china_time;
use crate::{Rows, SplitView, notice};
use serde_json::json;
use trade::{Order, SplitLine, SplitState, WireCharset};

/// The members of the message that its form names; what every letter has is added when it is sent.
pub(crate) const SETTLE_NOTIFY: &str = "alipay.trade.order.settle.notify";

/// Tells how a split ended, at the address of its order.
pub(crate) fn tell(rows: &mut Rows<'_>, order: &Order, view: &SplitView) {
    let charset = match order.charset {
        WireCharset::Utf8 => "",
        WireCharset::Gbk => "GBK",
    };
    let members = [
        ("msg_method", SETTLE_NOTIFY.to_owned()),
        ("utc_timestamp", (rows.now_us() / 1_000).to_string()),
        ("version", "1.1".to_owned()),
        ("charset", charset.to_owned()),
        ("sign_type", if order.rsa1 { "RSA".to_owned() } else { String::new() }),
        ("biz_content", content(view)),
    ];
    let message =
        notice::Message { app: order.app, url: order.notify_url.clone(), topic: order.no, members: &members };
    notice::tell_message(rows, message);
}

fn content(view: &SplitView) -> String {
    let lines: Vec<_> = view.lines.iter().map(|line| detail(view, line)).collect();
    let told = json!({
        "out_request_no": view.split.out_request_no.as_str(),
        "trade_no": view.split.order_no.to_string(),
        "operation_dt": china_time(view.split.at_us),
        "royalty_detail_list": lines,
    });
    told.to_string()
}

/// As in `alipay.trade.order.settle.query`, but for the words that explain an error: twenty receivers must fit.
fn detail(view: &SplitView, line: &SplitLine) -> serde_json::Value {
    let arrived = line.state == SplitState::Done;
    let mut told = json!({
        "operation_type": "transfer",
        "execute_dt": china_time(line.at_us),
        "trans_out": view.seller.to_string(),
        "trans_out_type": "userId",
        "trans_in": line.receiver.to_string(),
        "trans_in_type": "userId",
        "amount": line.amount().to_string(),
        "state": if arrived { "SUCCESS" } else { "FAIL" },
        "detail_id": format!("{}{:02}", view.split.no(), line.line),
    });
    if !arrived {
        told["error_code"] = json!("ROYALTY_RECEIVER_ACCOUNT_NOT_EXIST");
    }
    told
}
