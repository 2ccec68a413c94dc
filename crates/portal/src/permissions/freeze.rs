//! Pre-authorisations in the wallet: those that wait for the buyer's word, with the page to give it on, and those that
//! hold the buyer's money. One whose merchant has closed its account is ended here: nobody else could.

use super::{EndForm, EndPage, allowed, busy};
use crate::order_view::name_of;
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, done, message, page};
use crate::texts::{Texts, shown};
use crate::wallet::{self, Next, Sent, Shared};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::{FreezeNo, PartyId};
use cell::CellError;
use engine::{FindFreezeByNo, FindParty, LeaveFreeze};
use people::PartyStatus;
use std::sync::Arc;
use trade::{Freeze, FreezeState, LeaveFreezeRefused};

/// Pre-authorisations that are looked at for the wallet.
const FREEZES_MAX: usize = 50;

/// One that waits, or that holds money.
pub(crate) struct FreezeLine {
    pub(crate) payee: String,
    pub(crate) title: String,
    /// What is asked for, or what is held now.
    pub(crate) amount: String,
    pub(crate) state: &'static str,
    pub(crate) at: String,
    /// Where something can be done about it, and what.
    pub(crate) href: Option<String>,
    pub(crate) action: &'static str,
}

/// Those of a buyer, newest first; `None` when it cannot be told now.
pub(crate) async fn freeze_lines(
    portal: &Portal,
    payer: PartyId,
    t: &'static Texts,
) -> Option<Vec<FreezeLine>> {
    let rows = portal.read(move |reader| reader.frozen(payer, FREEZES_MAX)).await?;
    let mut lines = Vec::new();
    for row in rows {
        // The tables follow the cell by a moment: how it stands is looked up where it is decided.
        match portal.door.ask(FindFreezeByNo { freeze: row.no }).await {
            Ok(freeze) if freeze.payer == Some(payer) => lines.extend(line(portal, &freeze, t).await),
            Ok(_) | Err(CellError::Refused(_)) => {}
            Err(CellError::Busy | CellError::Unknown) => return None,
        }
    }
    Some(lines)
}

async fn line(portal: &Portal, freeze: &Freeze, t: &'static Texts) -> Option<FreezeLine> {
    let (minor, state, href, action) = match freeze.state {
        FreezeState::Init if portal.door.now_us() < freeze.expires_at_us => {
            let token = portal.world.secrets.order_token(freeze.no.topic());
            let href = format!("{}/freeze/{token}", portal.root);
            (freeze.amount_minor, t.freeze_waits, Some(href), t.freeze_look)
        }
        FreezeState::Authorized if freeze.rest_minor.units() > 0 => {
            let end = is_orphan(portal, freeze).await.then(|| end_page(portal, freeze.no));
            (freeze.rest_minor, t.freeze_done, end, t.freeze_end)
        }
        FreezeState::Init | FreezeState::Authorized | FreezeState::Finish | FreezeState::Closed => {
            return None;
        }
    };
    Some(FreezeLine {
        payee: name_of(portal, freeze.seller).await,
        title: freeze.title.to_string(),
        amount: shown(freeze.money(minor)),
        state,
        at: t.moment(freeze.frozen_at_us.unwrap_or(freeze.opened_at_us)),
        href,
        action,
    })
}

/// Whether its merchant's account is closed.
async fn is_orphan(portal: &Portal, freeze: &Freeze) -> bool {
    let seller = portal.door.ask(FindParty { party: freeze.seller }).await;
    seller.is_ok_and(|seller| seller.status == PartyStatus::Closed)
}

fn path_of(no: FreezeNo) -> String {
    format!("/wallet/freezes/{no}/end")
}

fn end_page(portal: &Portal, no: FreezeNo) -> String {
    format!("{}{}", portal.root, path_of(no))
}

fn back(f: Frame<'_>) -> Option<(&str, String)> {
    Some((f.t.back_to_wallet, format!("{}/wallet", f.root)))
}

/// There is none, it is somebody else's, or there is nothing to end: which of these is nobody else's business.
fn gone(f: Frame<'_>) -> Response {
    message(f, StatusCode::NOT_FOUND, (f.t.freeze_gone, f.t.freeze_not_to_end), back(f))
}

/// The payer's freeze that can be ended.
async fn find(portal: &Portal, f: Frame<'_>, payer: PartyId, no: FreezeNo) -> Result<Arc<Freeze>, Response> {
    match portal.door.ask(FindFreezeByNo { freeze: no }).await {
        Ok(freeze) if freeze.payer == Some(payer) && freeze.rest_minor.units() > 0 => {
            if is_orphan(portal, &freeze).await { Ok(freeze) } else { Err(gone(f)) }
        }
        Ok(_) | Err(CellError::Refused(_)) => Err(gone(f)),
        Err(CellError::Busy | CellError::Unknown) => Err(busy(f)),
    }
}

/// The confirmation that a pre-authorisation of a closed merchant is to be ended.
pub(super) async fn ask_freeze(State(portal): Shared, Path(no): Path<String>, visitor: Visitor) -> Response {
    let f = visitor.frame(&portal);
    let Some((id, session)) = wallet::session(&portal, &visitor) else {
        return wallet::sign_in_page(&portal, &visitor, Next::Wallet, "", None);
    };
    let Ok(no) = no.parse::<FreezeNo>() else { return gone(f) };
    let freeze = match find(&portal, f, session.party, no).await {
        Ok(freeze) => freeze,
        Err(response) => return response,
    };
    let lines = vec![
        (f.t.payee, name_of(&portal, freeze.seller).await),
        (f.t.subject, freeze.title.to_string()),
        (f.t.freeze_amount, shown(freeze.rest())),
    ];
    let ask = EndPage {
        f,
        title: f.t.freeze_end,
        text: f.t.freeze_end_text,
        lines,
        csrf: portal.seals.token(&path_of(no), &id),
        action: end_page(&portal, no),
        back: format!("{}/wallet", f.root),
    };
    page(StatusCode::OK, &ask)
}

/// Ends it. Sent twice, it is ended once.
pub(super) async fn end_freeze(
    State(portal): Shared,
    Path(no): Path<String>,
    visitor: Visitor,
    form: Sent<EndForm>,
) -> Response {
    let f = visitor.frame(&portal);
    let Ok(no) = no.parse::<FreezeNo>() else { return gone(f) };
    let Some(session) = allowed(&portal, &visitor, &path_of(no), form) else {
        return message(f, StatusCode::FORBIDDEN, (f.t.form_gone, f.t.page_gone_text), back(f));
    };
    match portal.door.ask(LeaveFreeze { payer: session.party, freeze: no }).await {
        Ok(_) => done(f, (f.t.ended, f.t.freeze_ended_text), back(f)),
        Err(CellError::Refused(
            LeaveFreezeRefused::FreezeNotFound
            | LeaveFreezeRefused::NotFrozen
            | LeaveFreezeRefused::SellerStands,
        )) => gone(f),
        Err(CellError::Busy) => busy(f),
        Err(CellError::Unknown) => {
            message(f, StatusCode::GATEWAY_TIMEOUT, (f.t.unknown, f.t.end_unknown_text), back(f))
        }
    }
}
