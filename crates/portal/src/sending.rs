//! Money from person to person, for the wallet and the sandbox alike: who is meant by a login, the offer, the password,
//! and what is shown of either side.

use crate::portal::Portal;
use crate::sign_in::{self, About, SignInRefused, login_name};
use crate::{chance, screening};
use base::{PartyId, Secret, Text};
use cell::CellError;
use engine::{
    ConfirmTransfer, FindParty, FindTransfer, Key, NoPayee, OfferTransfer, OfferedTransfer, PartyNotFound,
    Row, ScreenState, TransferAsk, WhichTransfer,
};
use money::Money;
use people::{Party, PartyKind, PartyStatus, masked_name};
use risk::RiskRefused;
use std::sync::Arc;
use transfer::{
    Arrival, ConfirmTransferRefused, OutBizNo, Transfer, TransferNotFound, TransferRefused, TransferWay,
    Words, is_known,
};

/// Who shall have it, as the payer says it.
pub(crate) enum Named {
    /// By the login, as it was typed.
    Login(String),
    /// By the number of the account, as a code to collect by says it.
    User(PartyId),
}

/// What is to be sent.
pub(crate) struct Wish {
    /// Who pays.
    pub(crate) payer: PartyId,
    /// Who shall have it.
    pub(crate) payee: Named,
    /// How much.
    pub(crate) amount: Money,
    /// When it shall be there.
    pub(crate) arrival: Arrival,
    /// What the payer says to it.
    pub(crate) remark: Option<Words>,
    /// The payer's number, which names the transfer however often it is sent.
    pub(crate) number: OutBizNo,
}

/// A transfer that waits for its payer's word, or what came of it.
pub(crate) struct Offered {
    /// The transfer as it stands.
    pub(crate) transfer: Arc<Transfer>,
    /// Whether the payer's money came to this payee within the last 180 days. If not, the payer is to be warned.
    pub(crate) known: bool,
    /// Whether it was offered before under its number.
    pub(crate) replayed: bool,
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

impl Named {
    /// Who it is. Nobody has a login that was given up, and nobody is sent money by the number of a closed account.
    async fn find(&self, portal: &Portal) -> Result<Option<PartyId>, CellError<PartyNotFound>> {
        match self {
            Named::Login(login) => sign_in::find_login(portal, login).await,
            Named::User(party) => {
                let found = portal.door.ask(FindParty { party: *party }).await?;
                Ok(Some(found.id).filter(|_| found.status != PartyStatus::Closed))
            }
        }
    }

    /// What is digested of it: the account that is meant, however it is named; the same account again is the same
    /// meaning. `found` is who it is.
    fn text(&self, found: Option<PartyId>) -> String {
        let of_account = |party: PartyId| format!("payee\nid\n{party}\n");
        match (self, found) {
            (Named::User(party), _) => of_account(*party),
            (Named::Login(_), Some(party)) => of_account(party),
            (Named::Login(login), None) => {
                let login = login_name(login);
                format!("payee\nnobody\n{}\n", login.as_ref().map_or("", |login| login.as_str()))
            }
        }
    }
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

/// What this payer used the number for before.
async fn earlier(
    portal: &Portal,
    payer: PartyId,
    number: &OutBizNo,
) -> Result<Option<Arc<Transfer>>, CellError<TransferRefused>> {
    let which = WhichTransfer::Out(TransferWay::Wallet, number.clone());
    match portal.door.ask(FindTransfer { payer, which }).await {
        Ok(transfer) => Ok(Some(transfer)),
        Err(CellError::Refused(TransferNotFound)) => Ok(None),
        Err(CellError::Busy) => Err(CellError::Busy),
        Err(CellError::Unknown) => Err(CellError::Unknown),
    }
}

/// Whether an account was given up.
async fn is_closed(portal: &Portal, party: PartyId) -> Result<bool, CellError<TransferRefused>> {
    match portal.door.ask(FindParty { party }).await {
        Ok(found) => Ok(found.status == PartyStatus::Closed),
        Err(CellError::Refused(PartyNotFound)) => Ok(true),
        Err(CellError::Busy) => Err(CellError::Busy),
        Err(CellError::Unknown) => Err(CellError::Unknown),
    }
}

/// Offers a transfer: nothing moves yet. One that was offered before under its number is told as it stands, also when
/// its payee would not be offered anything any more, or is found by no login.
pub(crate) async fn offer(portal: &Portal, wish: Wish) -> Result<Offered, CellError<TransferRefused>> {
    let Wish { payer, payee: named, amount, arrival, remark, number } = wish;
    let earlier = earlier(portal, payer, &number).await?;
    let replayed = earlier.is_some();
    let payee = match named.find(portal).await {
        Ok(found) => found.ok_or(NoPayee::NotFound),
        Err(CellError::Refused(PartyNotFound)) => Err(NoPayee::NotFound),
        Err(CellError::Busy) => return Err(CellError::Busy),
        Err(CellError::Unknown) => return Err(CellError::Unknown),
    };
    if let Ok(payee) = payee
        && !replayed
    {
        let risk = |refused| Err(CellError::Refused(TransferRefused::Risk(refused)));
        match screening::party(portal, payee).await {
            Ok(ScreenState::Clear) => {}
            Ok(ScreenState::Held) => return risk(RiskRefused::UnderReview),
            Ok(ScreenState::Refused) => return risk(RiskRefused::Refused),
            // Nobody could look: nothing is offered.
            Err(_) => return Err(CellError::Busy),
        }
    }
    let named = match (&earlier, &named, payee) {
        // A closed account has its login no more: whom the login meant cannot be compared, and what was offered is told
        // all the same. Of a payee that is there, another login is another wish.
        (Some(earlier), Named::Login(_), Err(_)) if is_closed(portal, earlier.payee).await? => earlier.named,
        _ => portal.world.secrets.token_digest(&named.text(payee.ok())),
    };
    let (title, out_biz_no) = (None, number);
    let ask = TransferAsk { payer, payee, named, amount, out_biz_no, title, remark };
    let OfferedTransfer { transfer, known } = portal.door.ask(OfferTransfer { ask, arrival }).await?;
    Ok(Offered { transfer, known, replayed })
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

/// What the other side may see of a party.
pub(crate) async fn other_side(portal: &Portal, party: PartyId) -> Shown {
    match portal.door.ask(FindParty { party }).await {
        Ok(found) => shown_of(&found),
        Err(_) => Shown { login: String::new(), name: String::new() },
    }
}

/// The same of a party that was found; a merchant's name is no secret.
pub(crate) fn shown_of(party: &Party) -> Shown {
    let name = match party.kind {
        PartyKind::Person => masked_name(party.name.as_str()),
        PartyKind::Merchant => party.name.to_string(),
    };
    Shown { login: party.masked_login(), name }
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
