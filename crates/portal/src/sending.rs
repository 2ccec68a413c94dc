//! Money from person to person, for the wallet and the sandbox alike: who is meant by a login, the offer, the password,
//! and what is shown of either side.

use crate::portal::Portal;
use crate::sign_in::{self, About, SignInRefused, login_name};
use crate::{chance, order_view, screening};
use base::{PartyId, Secret, Text};
use cell::CellError;
use engine::{
    ConfirmTransfer, FindParty, FindTransfer, Key, NoPayee, OfferTransfer, OfferedTransfer, Row, ScreenState,
    TransferAsk, WhichTransfer,
};
use money::Money;
use people::{Party, masked_name};
use risk::RiskRefused;
use std::sync::Arc;
use transfer::{Arrival, ConfirmTransferRefused, OutBizNo, Transfer, TransferRefused, Words, is_known};

/// What is to be sent.
pub(crate) struct Wish {
    /// Who pays.
    pub(crate) payer: PartyId,
    /// The login of who shall have it, as it was typed.
    pub(crate) payee_login: String,
    /// How much.
    pub(crate) amount: Money,
    /// When it shall be there.
    pub(crate) arrival: Arrival,
    /// What the payer says to it.
    pub(crate) remark: Option<Words>,
    /// The payer's number, which names the transfer however often it is sent.
    pub(crate) number: OutBizNo,
}

/// Why nothing was paid.
pub(crate) enum NotSent {
    /// The password was not right.
    SignIn(SignInRefused),
    /// The rules say no.
    Refused(ConfirmTransferRefused),
    /// It is not known.
    Unknown,
}

/// A number that nobody used.
pub(crate) fn fresh_number() -> OutBizNo {
    OutBizNo::new(&chance::token()).expect("a token is shorter than a number")
}

/// When it shall be there, as pages and calls name it.
pub(crate) fn arrival_of(text: &str) -> Option<Arrival> {
    match text {
        "" | "at_once" => Some(Arrival::AtOnce),
        "2h" => Some(Arrival::TwoHours),
        "24h" => Some(Arrival::OneDay),
        _ => None,
    }
}

/// The name that [`arrival_of`] reads.
pub(crate) const fn arrival_name(arrival: Arrival) -> &'static str {
    match arrival {
        Arrival::AtOnce => "at_once",
        Arrival::TwoHours => "2h",
        Arrival::OneDay => "24h",
    }
}

/// Offers a transfer: nothing moves yet.
pub(crate) async fn offer(
    portal: &Portal,
    wish: Wish,
) -> Result<OfferedTransfer, CellError<TransferRefused>> {
    let Wish { payer, payee_login, amount, arrival, remark, number } = wish;
    let login = login_name(&payee_login);
    let payee = match sign_in::find_login(portal, &payee_login).await {
        Ok(found) => found.ok_or(NoPayee::NotFound),
        Err(CellError::Refused(_)) => Err(NoPayee::NotFound),
        Err(CellError::Busy) => return Err(CellError::Busy),
        Err(CellError::Unknown) => return Err(CellError::Unknown),
    };
    if let Ok(payee) = payee {
        let risk = |refused| Err(CellError::Refused(TransferRefused::Risk(refused)));
        match screening::party(portal, payee).await {
            Ok(ScreenState::Clear) => {}
            Ok(ScreenState::Held) => return risk(RiskRefused::UnderReview),
            Ok(ScreenState::Refused) => return risk(RiskRefused::Refused),
            // Nobody could look: nothing is offered.
            Err(_) => return Err(CellError::Busy),
        }
    }
    let named = format!("payee\nlogin\n{}\n", login.as_ref().map_or("", |login| login.as_str()));
    let named = portal.world.secrets.token_digest(&named);
    let (title, out_biz_no) = (None, number);
    let ask = TransferAsk { payer, payee, named, amount, out_biz_no, title, remark };
    portal.door.ask(OfferTransfer { ask, arrival }).await
}

/// Pays an offered transfer with the payer's password.
pub(crate) async fn confirm(
    portal: &Portal,
    transfer: &Transfer,
    password: Secret<String>,
) -> Result<Arc<Transfer>, NotSent> {
    let payer = transfer.payer;
    // The name is for those without a password; whoever is known here has one.
    let (name, about) = (payer.to_string(), About::Order(transfer.no.topic()));
    let proof = sign_in::by_party(portal, payer, &name, password, about).await.map_err(NotSent::SignIn)?;
    confirm_with(portal, transfer, proof.attempt).await
}

/// Pays an offered transfer with what was proven for it.
pub(crate) async fn confirm_with(
    portal: &Portal,
    transfer: &Transfer,
    attempt: u64,
) -> Result<Arc<Transfer>, NotSent> {
    let command = ConfirmTransfer { payer: transfer.payer, transfer: transfer.no, attempt };
    portal.door.ask(command).await.map_err(|error| match error {
        CellError::Refused(refused) => NotSent::Refused(refused),
        CellError::Busy => NotSent::SignIn(SignInRefused::Busy),
        CellError::Unknown => NotSent::Unknown,
    })
}

/// A payer's transfer as it stands; the tables follow it by a moment.
pub(crate) async fn current(portal: &Portal, posted: Arc<Transfer>) -> Arc<Transfer> {
    if posted.state.is_final() {
        return posted;
    }
    let query = FindTransfer { payer: posted.payer, which: WhichTransfer::No(posted.no) };
    portal.door.ask(query).await.unwrap_or(posted)
}

/// Whether the payer's money came to this payee lately, as far as the tables tell.
pub(crate) async fn knows(portal: &Portal, transfer: &Transfer) -> bool {
    let key = Key::KnownPayee((transfer.slot, transfer.payer, transfer.payee));
    let now_us = portal.door.now_us();
    match portal.read(move |reader| reader.row(&key)).await {
        Some(Some(Row::KnownPayee(known))) => is_known(Some(&*known), now_us),
        Some(_) | None => false,
    }
}

/// One side of a transfer as the other side may see it.
pub(crate) struct Shown {
    /// Login, masked.
    pub(crate) login: String,
    /// Name, masked.
    pub(crate) name: String,
}

/// What the other side may see of a party; a merchant's name is no secret.
pub(crate) async fn other_side(portal: &Portal, party: PartyId) -> Shown {
    let Ok(found) = portal.door.ask(FindParty { party }).await else {
        return Shown { login: String::new(), name: String::new() };
    };
    let Party { kind, ref name, .. } = *found;
    let name = match kind {
        people::PartyKind::Person => masked_name(name.as_str()),
        people::PartyKind::Merchant => order_view::name_of(portal, party).await,
    };
    Shown { login: found.masked_login(), name }
}

/// What is said to a transfer, within its bounds; `Err` when it is longer or has control characters.
pub(crate) fn remark_of(text: &str) -> Result<Option<Words>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.contains(char::is_control) {
        return Err(());
    }
    Text::new(text).map(Some).map_err(|_| ())
}
