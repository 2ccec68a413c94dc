//! What a notification says, as a merchant's program reads it.

use crate::courier::Call;
use crate::merchant::Heard;
use base::{AgreementNo, TransferNo};
use money::{Currency, parse_amount};
use std::collections::BTreeMap;
use trade::NoticeEvent;
use wire::params::Params;

/// Reads what a message of a transfer says: that it came to its end, and how.
fn read_transfer(call: &Call, at_us: i64, members: BTreeMap<String, String>) -> Result<Heard, String> {
    let wrong = |what: &str| format!("a message is not what merchants read: {what}: {}", call.post.form);
    let member = |name: &str| members.get(name).map(String::as_str).ok_or_else(|| wrong(name));
    let content: BTreeMap<String, String> =
        serde_json::from_str(member("biz_content")?).map_err(|_| wrong("biz_content"))?;
    let said = |name: &str| content.get(name).map(String::as_str).ok_or_else(|| wrong(name));
    let ended = matches!(said("status")?, "SUCCESS" | "FAIL" | "REFUND") && said("action_type")? == "FINISH";
    if !ended || member("msg_method")? != "alipay.fund.trans.order.changed" {
        return Err(wrong("status or msg_method"));
    }
    if member("notify_id")? != call.notice.to_string() || member("utc_timestamp")?.parse::<i64>().is_err() {
        return Err(wrong("notify_id or utc_timestamp"));
    }
    let number: TransferNo = said("order_id")?.parse().map_err(|_| wrong("order_id"))?;
    if number.topic() != call.order_no {
        return Err(wrong("another transfer than it was sent for"));
    }
    message(call, at_us, members)
}

/// Reads what the members of a message say, as a merchant's program does.
fn read_message(call: &Call, at_us: i64, members: BTreeMap<String, String>) -> Result<Heard, String> {
    let wrong = |what: &str| format!("a message is not what merchants read: {what}: {}", call.post.form);
    let member = |name: &str| members.get(name).map(String::as_str).ok_or_else(|| wrong(name));
    let ended = match (member("notify_type")?, member("status")?) {
        ("dut_user_sign", "NORMAL") => false,
        ("dut_user_unsign", "UNSIGN") => true,
        _ => return Err(wrong("notify_type and status")),
    };
    if members.contains_key("unsign_time") != ended || member("notify_id")? != call.notice.to_string() {
        return Err(wrong("unsign_time or notify_id"));
    }
    let number: AgreementNo = member("agreement_no")?.parse().map_err(|_| wrong("agreement_no"))?;
    if number.topic() != call.order_no {
        return Err(wrong("another agreement than it was sent for"));
    }
    message(call, at_us, members)
}

/// What was heard by a message that is of no order.
fn message(call: &Call, at_us: i64, members: BTreeMap<String, String>) -> Result<Heard, String> {
    let app = members.get("app_id").and_then(|app| app.parse().ok());
    let app = app.ok_or_else(|| format!("a message names no app: {}", call.post.form))?;
    Ok(Heard {
        at_us,
        app,
        notice: call.notice,
        order_no: call.order_no,
        event: NoticeEvent::Message,
        total_fen: 0,
        refunded_fen: 0,
        closed: false,
        entered: false,
        struck: None,
        members,
    })
}

/// Reads the form of a call as a merchant's program does.
pub(crate) fn read(call: &Call, at_us: i64) -> Result<Heard, String> {
    let wrong = |what: &str| format!("a notification is not what merchants read: {what}: {}", call.post.form);
    let params = Params::merge(None, Some(call.post.form.as_bytes()), Vec::new());
    let params = params.map_err(|error| wrong(&error.to_string()))?;
    let charset = params.charset().map_err(|error| wrong(&error.to_string()))?;
    let mut members = BTreeMap::new();
    for (name, value) in params.iter() {
        let value = charset.decode(value).map_err(|error| wrong(&error.to_string()))?;
        if value.is_empty() {
            return Err(wrong("an empty member"));
        }
        members.insert(name.to_owned(), value);
    }
    if members.contains_key("msg_method") {
        return read_transfer(call, at_us, members);
    }
    if members.get("notify_type").is_some_and(|kind| kind.starts_with("dut_")) {
        return read_message(call, at_us, members);
    }
    let member = |name: &str| members.get(name).map(String::as_str).ok_or_else(|| wrong(name));
    let fen = |text: &str| -> Result<i64, String> {
        let amount = parse_amount(text, Currency::Cny).map_err(|error| wrong(&error.to_string()))?;
        Ok(amount.minor().units())
    };
    let closed = match member("trade_status")? {
        "TRADE_SUCCESS" => false,
        "TRADE_CLOSED" => true,
        _ => return Err(wrong("trade_status")),
    };
    let refunded_fen = members.get("refund_fee").map(|text| fen(text)).transpose()?;
    let event = match (refunded_fen, closed) {
        (Some(_), _) => NoticeEvent::Refunded,
        (None, true) => NoticeEvent::Closed,
        (None, false) => NoticeEvent::Paid,
    };
    if member("notify_id")? != call.notice.to_string() || member("notify_type")? != "trade_status_sync" {
        return Err(wrong("another notice than it was sent for"));
    }
    Ok(Heard {
        at_us,
        app: member("app_id")?.parse().map_err(|_| wrong("app_id"))?,
        notice: call.notice,
        order_no: member("trade_no")?.parse().map_err(|_| wrong("trade_no"))?,
        event,
        total_fen: fen(member("total_amount")?)?,
        refunded_fen: refunded_fen.unwrap_or(0),
        closed,
        entered: false,
        struck: None,
        members,
    })
}
