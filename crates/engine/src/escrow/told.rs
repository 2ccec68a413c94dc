//! What the merchant is told of a step: the notification of guaranteed trades, with their classic states.

use super::Bench;
use crate::{Rows, notice};
use trade::{EscrowStep, WireCharset};

/// Tells a step: one message for each.
pub(super) fn tell(rows: &mut Rows<'_>, bench: &Bench, step: &EscrowStep) {
    let (order, escrow) = (&bench.order, &bench.escrow);
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let mut members = vec![
        ("notify_type", "trade_status_sync".to_owned()),
        ("trade_status", escrow.state.trade_status().to_owned()),
        ("escrow_step", step.kind.as_str().to_owned()),
        ("trade_no", order.no.to_string()),
        ("out_trade_no", order.out_trade_no.to_string()),
        ("subject", order.subject.to_string()),
        ("total_amount", order.total().to_string()),
        ("held_amount", escrow.held().to_string()),
        ("seller_id", order.seller.to_string()),
        ("buyer_id", escrow.buyer.to_string()),
        ("buyer_logon_id", text(order.buyer_login_masked.as_ref().map(|login| login.as_str()))),
        ("passback_params", text(order.passback_params.as_ref().map(|params| params.as_str()))),
        ("logistics_name", text(escrow.logistics_company.as_ref().map(|name| name.as_str()))),
        ("logistics_no", text(escrow.logistics_no.as_ref().map(|number| number.as_str()))),
    ];
    if let (Some(state), Some(case)) = (step.case_state, &bench.case) {
        members.push(("refund_status", state.refund_status().to_owned()));
        members.push(("refund_claim", case.claim().to_string()));
    }
    if escrow.refunded_minor.units() > 0 {
        members.push(("refund_fee", escrow.refunded().to_string()));
    }
    match order.charset {
        WireCharset::Utf8 => {}
        WireCharset::Gbk => members.push(("charset", "GBK".to_owned())),
    }
    if order.rsa1 {
        members.push(("sign_type", "RSA".to_owned()));
    }
    notice::tell_message(
        rows,
        notice::Message { app: order.app, url: order.notify_url.clone(), topic: order.no, members: &members },
    );
}
