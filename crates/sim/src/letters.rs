//! What a notification says, as a merchant's program reads it.

use crate::courier::Call;
use crate::merchant::Heard;
use base::AgreementNo;
use money::{Currency, parse_amount};
use std::collections::BTreeMap;
use trade::NoticeEvent;
use wire::params::Params;

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
    let app = member("app_id")?.parse().map_err(|_| wrong("app_id"))?;
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
