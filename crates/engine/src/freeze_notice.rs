//! What merchants are told about pre-authorisations (protocol reference 6.5). A payment from one is told as any other.

use crate::claim_order::masked;
use crate::notice::{self, tell_message};
use crate::{Fault, Rows, grant};
use base::china_moment;
use money::Minor;
use people::Party;
use trade::{Freeze, FreezeOperation, OperationKind, Url, WireCharset};

/// The money was set aside.
pub(crate) fn frozen(rows: &mut Rows<'_>, freeze: &Freeze) -> Result<(), Fault> {
    let at_us = freeze.frozen_at_us.unwrap_or(freeze.opened_at_us);
    let (kind, number) = (OperationKind::Freeze, freeze.out_request_no.to_string());
    let no = freeze.operation.to_string();
    let of = of_operation(kind, no, number, freeze.amount_minor, freeze, at_us);
    tell(rows, freeze, "fund_auth_freeze", None, of)
}

/// A part was set free.
pub(crate) fn unfrozen(rows: &mut Rows<'_>, freeze: &Freeze, done: &FreezeOperation) -> Result<(), Fault> {
    let at_us = done.done_at_us.unwrap_or(done.at_us);
    let (no, number) = (done.no.to_string(), done.out_request_no.to_string());
    let of = of_operation(done.kind, no, number, done.amount_minor, freeze, at_us);
    tell(rows, freeze, "fund_auth_unfreeze", done.notify_url.clone(), of)
}

/// The merchant cancelled it; `action` is `close` or `unfreeze`.
pub(crate) fn cancelled(
    rows: &mut Rows<'_>,
    freeze: &Freeze,
    url: Option<Url>,
    action: &str,
) -> Result<(), Fault> {
    let now_us = rows.now_us();
    let (kind, number) = (OperationKind::Freeze, freeze.out_request_no.to_string());
    let mut of =
        of_operation(kind, freeze.operation.to_string(), number, freeze.amount_minor, freeze, now_us);
    of.push(("action", action.to_owned()));
    tell(rows, freeze, "fund_auth_operation_cancel", url, of)
}

/// The parts of the sums that come from credit.
const CREDIT: [&str; 4] = [
    "total_freeze_credit_amount",
    "total_unfreeze_credit_amount",
    "total_pay_credit_amount",
    "rest_credit_amount",
];

type Members = Vec<(&'static str, String)>;

fn of_operation(
    kind: OperationKind,
    no: String,
    number: String,
    amount: Minor,
    freeze: &Freeze,
    at_us: i64,
) -> Members {
    let amount = freeze.money(amount).to_string();
    vec![
        ("operation_id", no),
        ("operation_type", kind.wire().to_owned()),
        ("out_request_no", number),
        ("fund_amount", amount.clone()),
        ("credit_amount", "0.00".to_owned()),
        ("amount", amount),
        // What nobody agreed to was closed, as a query says.
        ("status", if freeze.frozen_at_us.is_some() { "SUCCESS" } else { freeze.state.wire() }.to_owned()),
        ("gmt_trans", china_moment(at_us)),
    ]
}

fn tell(
    rows: &mut Rows<'_>,
    freeze: &Freeze,
    kind: &str,
    url: Option<Url>,
    mut members: Members,
) -> Result<(), Fault> {
    let seller = rows.get::<Party>((freeze.slot, freeze.seller))?;
    let own_app = grant::own_app(rows, freeze.app, freeze.seller)?;
    let text = |minor| freeze.money(minor).to_string();
    members.extend([
        ("notify_type", kind.to_owned()),
        ("auth_app_id", own_app.to_string()),
        ("auth_no", freeze.no.to_string()),
        ("out_order_no", freeze.out_order_no.to_string()),
        ("gmt_create", china_moment(freeze.opened_at_us)),
        ("payer_user_id", freeze.payer.map(|payer| payer.to_string()).unwrap_or_default()),
        ("payer_logon_id", freeze.payer_login_masked.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("payee_user_id", freeze.seller.to_string()),
        ("payee_logon_id", seller.map(|seller| masked(&seller).to_string()).unwrap_or_default()),
        ("total_freeze_amount", text(freeze.frozen_minor)),
        ("total_unfreeze_amount", text(freeze.unfrozen_minor)),
        ("total_pay_amount", text(freeze.paid_minor)),
        ("rest_amount", text(freeze.rest_minor)),
        ("total_freeze_fund_amount", text(freeze.frozen_minor)),
        ("total_unfreeze_fund_amount", text(freeze.unfrozen_minor)),
        ("total_pay_fund_amount", text(freeze.paid_minor)),
        ("rest_fund_amount", text(freeze.rest_minor)),
        ("trans_currency", freeze.currency.code().to_owned()),
    ]);
    // All of it is from balance, so there is no `pre_auth_type`, which marks a freeze of credit.
    members.extend(CREDIT.map(|name| (name, "0.00".to_owned())));
    if freeze.charset == WireCharset::Gbk {
        members.push(("charset", "GBK".to_owned()));
    }
    if freeze.rsa1 {
        members.push(("sign_type", "RSA".to_owned()));
    }
    let url = url.or_else(|| freeze.notify_url.clone());
    tell_message(rows, notice::Message { app: freeze.app, url, topic: freeze.no.topic(), members: &members });
    Ok(())
}
