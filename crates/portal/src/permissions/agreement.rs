//! One agreement of a buyer: its terms, how far it has come, its debits, and its end.

use super::{EndForm, EndPage, Line, allowed, busy, ended, form_gone, gone, not_known};
use crate::agreement::lines_of;
use crate::mandates::{self, is_in_force};
use crate::order_view::name_of;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, page};
use crate::texts::{Texts, shown};
use crate::wallet::{self, Next, Sent, Shared};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::{AgreementNo, Day, PartyId};
use cell::CellError;
use engine::{EndMandate, Key, Row};
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{Agreement, Mandate, Trade};

/// A buyer's payments among which the debits of an agreement are looked for.
const TRADES_MAX: usize = 200;
/// Debits that are listed.
const DEBITS_MAX: usize = 20;

/// A debit as the page of its agreement lists it.
struct DebitLine {
    subject: String,
    amount: String,
    at: String,
    href: String,
}

#[derive(Template)]
#[template(path = "permission_agreement.html")]
struct AgreementPage<'a> {
    f: Frame<'a>,
    payee: String,
    lines: Vec<(&'static str, String)>,
    debits: Vec<DebitLine>,
    /// Where it is ended; absent when it has ended.
    end: Option<String>,
}

/// Its line in the list.
pub(super) async fn agreement_line(portal: &Portal, mandate: &Mandate, f: Frame<'_>) -> Line {
    Line {
        name: name_of(portal, mandate.seller).await,
        about: mandate.sign_scene.to_string(),
        more: next_debit(mandate, portal.door.now_us())
            .map_or_else(|| f.t.any_amount.to_owned(), |day| format!("{} {day}", f.t.next_debit)),
        href: format!("{}/wallet/agreements/{}", portal.root, mandate.no),
    }
}

/// The planned day of the next debit, if one is planned.
fn next_debit(mandate: &Mandate, now_us: i64) -> Option<Day> {
    let rule = mandate.rule()?;
    rule.next(&mandate.progress(), Day::of(now_us)).map(|plan| plan.day)
}

/// The agreement of this number that this buyer signed, both sides of it.
async fn signed_by(
    portal: &Portal,
    f: Frame<'_>,
    buyer: PartyId,
    number: &str,
) -> Result<(Arc<Mandate>, Arc<Agreement>), Response> {
    let Ok(agreement_no) = number.parse::<AgreementNo>() else { return Err(gone(f)) };
    match mandates::signed_by(portal, buyer, agreement_no).await {
        Ok(found) => found.ok_or_else(|| gone(f)),
        Err(_) => Err(busy(f)),
    }
}

/// Shows it, also after its end.
pub(super) async fn show_agreement(
    State(portal): Shared,
    Path(number): Path<String>,
    visitor: Visitor,
) -> Response {
    let f = visitor.frame(&portal);
    let Some((_, session)) = wallet::session(&portal, &visitor) else {
        return wallet::sign_in_page(&portal, &visitor, Next::Permissions, "", None);
    };
    let (mandate, agreement) = match signed_by(&portal, f, session.party, &number).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let now_us = portal.door.now_us();
    let (buyer, agreement_no) = (session.party, mandate.no);
    let Some(debits) = portal.read(move |reader| debits_of(reader, buyer, agreement_no)).await else {
        return busy(f);
    };
    let debits = debits.iter().map(|trade| DebitLine {
        subject: trade.subject.to_string(),
        amount: shown(trade.total()),
        at: f.t.moment(trade.paid_at_us.unwrap_or(trade.created_at_us)),
        href: format!("{}/wallet/trades/{}", portal.root, trade.no),
    });
    let end = is_in_force(&mandate, now_us)
        .then(|| format!("{}/wallet/agreements/{agreement_no}/end", portal.root));
    let shown = AgreementPage {
        f,
        payee: name_of(&portal, mandate.seller).await,
        lines: lines_with_progress(&mandate, &agreement, now_us, f.t),
        debits: debits.collect(),
        end,
    };
    page(StatusCode::OK, &shown)
}

/// What was signed and how far it has come.
fn lines_with_progress(
    mandate: &Mandate,
    agreement: &Agreement,
    now_us: i64,
    t: &Texts,
) -> Vec<(&'static str, String)> {
    let debited = mandate.debited_minor.of(mandate.currency);
    let mut lines = lines_of(&agreement.terms(), t);
    lines.push((t.signed_at, t.moment(mandate.signed_at_us)));
    match mandate.ended_at_us {
        Some(ended_at_us) => lines.push((t.ended_at, t.moment(ended_at_us))),
        None => lines.extend(next_debit(mandate, now_us).map(|day| (t.next_debit, day.to_string()))),
    }
    lines.push((t.debits_so_far, format!("{} · {}", mandate.debits, shown(debited))));
    lines.push((t.agreement_no, mandate.no.to_string()));
    lines
}

/// The latest debits of an agreement, newest first.
fn debits_of(
    reader: &mut dyn Reader,
    buyer: PartyId,
    agreement_no: AgreementNo,
) -> Result<Vec<Trade>, StoreError> {
    let mut debits = Vec::new();
    for trade in reader.trades(buyer, None, TRADES_MAX)? {
        let beside = reader.row(&Key::Debit((trade.no.slot(), trade.no)))?;
        let fits = matches!(beside, Some(Row::Debit(debit)) if debit.agreement_no == agreement_no);
        if fits && trade.paid_at_us.is_some() {
            debits.push((*trade).clone());
        }
        if debits.len() == DEBITS_MAX {
            break;
        }
    }
    Ok(debits)
}

/// The confirmation that an agreement is to be ended.
pub(super) async fn ask_agreement(
    State(portal): Shared,
    Path(number): Path<String>,
    visitor: Visitor,
) -> Response {
    let f = visitor.frame(&portal);
    let Some((id, session)) = wallet::session(&portal, &visitor) else {
        return wallet::sign_in_page(&portal, &visitor, Next::Permissions, "", None);
    };
    let (mandate, agreement) = match signed_by(&portal, f, session.party, &number).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    if !is_in_force(&mandate, portal.door.now_us()) {
        return gone(f);
    }
    let mut lines = vec![(f.t.payee, name_of(&portal, mandate.seller).await)];
    lines.extend(lines_of(&agreement.terms(), f.t));
    let path = format!("/wallet/agreements/{}", mandate.no);
    let action = format!("{path}/end");
    let shown = EndPage {
        f,
        title: f.t.end_agreement,
        text: f.t.end_agreement_text,
        lines,
        csrf: portal.seals.token(&action, &id),
        action: format!("{}{action}", portal.root),
        back: format!("{}{path}", portal.root),
    };
    page(StatusCode::OK, &shown)
}

/// Ends an agreement. Sent twice, it ends once: the second finds it gone.
pub(super) async fn end_agreement(
    State(portal): Shared,
    Path(number): Path<String>,
    visitor: Visitor,
    form: Sent<EndForm>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(agreement_no) = number.parse::<AgreementNo>() else { return gone(f) };
    let path = format!("/wallet/agreements/{agreement_no}/end");
    let Some(session) = allowed(&portal, &visitor, &path, form) else { return form_gone(f) };
    match portal.door.ask(EndMandate { buyer: session.party, agreement_no }).await {
        Ok(()) => ended(f, f.t.ended_agreement_text),
        Err(CellError::Refused(_)) => gone(f),
        Err(CellError::Busy) => busy(f),
        Err(CellError::Unknown) => not_known(f),
    }
}
