//! What the merchant is told of a step: the notification of guaranteed trades, with their classic states.

use super::Bench;
use super::step::Arrived;
use crate::{Fault, Rows, grant, notice};
use base::china_moment;
use people::Party;
use trade::{EscrowState, EscrowStep, WireCharset};

type Members = Vec<(&'static str, String)>;

/// Tells a step: one message for each, with the members of every trade notification (protocol reference 6.3).
pub(super) fn tell(
    rows: &mut Rows<'_>,
    bench: &Bench,
    step: &EscrowStep,
    arrived: Option<&Arrived>,
) -> Result<(), Fault> {
    let order = &bench.order;
    if order.notify_url.is_none() {
        return Ok(());
    }
    let own_app = grant::own_app(rows, order.app, order.seller)?;
    let seller = rows.get::<Party>((order.slot, order.seller))?;
    let mut members = vec![
        ("notify_type", "trade_status_sync".to_owned()),
        ("escrow_step", step.kind.as_str().to_owned()),
        ("auth_app_id", own_app.to_string()),
        ("seller_email", seller.map(|seller| seller.login.to_string()).unwrap_or_default()),
    ];
    about_the_order(&mut members, bench);
    about_the_payment(&mut members, bench);
    about_the_step(&mut members, bench, step);
    if let Some(arrived) = arrived {
        members.push(("refund_fee", arrived.in_all.to_string()));
        members.push(("out_biz_no", arrived.number.to_string()));
        members.push(("gmt_refund", with_millis(step.at_us)));
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
    Ok(())
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The one time of these letters that is written with milliseconds.
fn with_millis(at_us: i64) -> String {
    format!("{}.{:03}", china_moment(at_us), at_us.rem_euclid(base::SECOND_US) / 1_000)
}

fn about_the_order(members: &mut Members, bench: &Bench) {
    let order = &bench.order;
    members.extend([
        ("trade_status", bench.escrow.state.trade_status().to_owned()),
        ("trade_no", order.no.to_string()),
        ("out_trade_no", order.out_trade_no.to_string()),
        ("subject", order.subject.to_string()),
        ("body", text(order.body.as_ref())),
        ("total_amount", order.total().to_string()),
        ("seller_id", order.seller.to_string()),
        ("buyer_id", bench.escrow.buyer.to_string()),
        ("buyer_logon_id", text(order.buyer_login_masked.as_ref())),
        ("passback_params", text(order.passback_params.as_ref())),
        ("gmt_create", text(order.created_at_us.map(china_moment))),
    ]);
}

/// Everything was paid from one balance or card, so that all amounts but the points are the total.
fn about_the_payment(members: &mut Members, bench: &Bench) {
    let total = bench.order.total();
    let funds = format!(r#"[{{"amount":"{total}","fundChannel":"{}"}}]"#, bench.order.fund_channel());
    let points = money::Money::zero(bench.order.currency);
    members.extend([
        ("gmt_payment", china_moment(bench.escrow.paid_at_us)),
        ("receipt_amount", total.to_string()),
        ("invoice_amount", total.to_string()),
        ("buyer_pay_amount", total.to_string()),
        ("point_amount", points.to_string()),
        ("fund_bill_list", funds),
    ]);
}

fn about_the_step(members: &mut Members, bench: &Bench, step: &EscrowStep) {
    let escrow = &bench.escrow;
    members.extend([
        ("held_amount", escrow.held().to_string()),
        ("logistics_name", text(escrow.logistics_company.as_ref())),
        ("logistics_no", text(escrow.logistics_no.as_ref())),
    ]);
    if let (Some(state), Some(case)) = (step.case_state, &bench.case) {
        members.push(("refund_status", state.refund_status().to_owned()));
        members.push(("refund_claim", case.claim().to_string()));
    }
    if escrow.state == EscrowState::Closed {
        members.push(("gmt_close", text(bench.order.closed_at_us.map(china_moment))));
    }
}
