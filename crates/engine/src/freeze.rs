//! Opens a pre-authorisation, and sets the payer's money aside at once when the payer's code was shown.
//!
//! The merchant's number is the key, as with orders. The payer's slot is asked; what comes back too late is given back.

use crate::command::Next;
use crate::open_order::merchant;
use crate::{
    Fault, FreezeAnswer, FreezeAsk, FreezeEnded, FreezeHeld, Message, PayBy, Reply, Rows, Stop, contract,
    freeze_notice,
};
use base::{AppId, FreezeNo, OperationNo, PartyId, Slot, Text};
use money::{Currency, Minor};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    ContractProduct, FREEZE_EXPIRY_US, FREEZE_LIFE_US, Freeze, FreezeDelivery, FreezeEvent, FreezeMeaning,
    FreezeNumber, FreezeState, HoldRefused, OpenFreezeRefused, OperationKind, TOTAL_MAX_FEN, Timeout, Timer,
    TimerTask, freeze_next,
};

/// A merchant asks for a payer's money to be frozen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenFreeze {
    /// The merchant.
    pub seller: PartyId,
    /// The app that asks: the merchant's own, or one that the merchant authorised.
    pub app: AppId,
    /// The merchant's number of the freeze, 1–64 characters.
    pub out_order_no: Text<64>,
    /// What it means.
    pub meaning: FreezeMeaning,
    /// How the merchant hears of it.
    pub delivery: FreezeDelivery,
    /// How long it waits for its payer; [`FREEZE_EXPIRY_US`] when absent.
    pub timeout: Option<Timeout>,
    /// The code that the payer shows.
    pub pay_by: Option<PayBy>,
}

impl OpenFreeze {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

/// A signed-in payer takes a freeze up by its code or string; the money is set aside when the payer confirms.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClaimFreeze {
    /// The freeze.
    pub freeze: FreezeNo,
    /// Who takes it up.
    pub payer: PartyId,
}

impl ClaimFreeze {
    pub(crate) fn slot(&self) -> Slot {
        self.freeze.slot()
    }
}

pub(crate) fn open_freeze(
    rows: &mut Rows<'_>,
    command: &OpenFreeze,
) -> Result<Next<Arc<Freeze>>, Stop<OpenFreezeRefused>> {
    let (slot, seller) = (rows.slot(), command.seller);
    let Some(party) = merchant(rows, seller, command.app)? else {
        return Stop::because(OpenFreezeRefused::SellerNotFound);
    };
    let key = (slot, seller, command.out_order_no.clone(), OperationKind::Freeze, no_number());
    if let Some(number) = rows.get::<FreezeNumber>(key)? {
        let freeze = must_get(rows, number.freeze)?;
        return again(rows, command, freeze, party.status);
    }
    if party.status != PartyStatus::Normal {
        return Stop::because(OpenFreezeRefused::SellerBlocked);
    }
    if !contract::is_signed(rows, seller, ContractProduct::PreAuthorisation)? {
        return Stop::because(OpenFreezeRefused::NotSigned);
    }
    let amount = command.meaning.amount;
    if amount.currency() != Currency::Cny || !(1..=TOTAL_MAX_FEN).contains(&amount.minor().units()) {
        return Stop::because(OpenFreezeRefused::AmountOutside);
    }

    // Nothing can be refused here below this line; the payer's slot may still say no.
    let freeze = Arc::new(fresh(rows, command));
    rows.insert(FreezeNumber {
        slot,
        seller,
        out_order_no: freeze.out_order_no.clone(),
        kind: OperationKind::Freeze,
        out_request_no: no_number(),
        freeze: freeze.no,
        operation: freeze.operation,
    });
    rows.insert_shared(freeze.clone());
    Ok(go_on(rows, command, freeze))
}

/// A freeze is found by its own number alone.
pub(crate) fn no_number() -> Text<64> {
    Text::new("").expect("nothing fits")
}

pub(crate) fn must_get(rows: &mut Rows<'_>, no: FreezeNo) -> Result<Arc<Freeze>, Fault> {
    rows.get::<Freeze>((rows.slot(), no))?.ok_or_else(|| Fault(format!("freeze {no} is named but not there")))
}

fn fresh(rows: &mut Rows<'_>, command: &OpenFreeze) -> Freeze {
    let (slot, now_us, stamp) = (rows.slot(), rows.now_us(), rows.stamp());
    let no = FreezeNo::of(stamp, slot);
    let OpenFreeze { seller, app, out_order_no, meaning, delivery, timeout, pay_by: _ } = command.clone();
    let expires_at_us = timeout.map_or(now_us + FREEZE_EXPIRY_US, |timeout| timeout.at(now_us));
    let timer = rows.after(expires_at_us, |timer| {
        timer.task = TimerTask::ExpireFreeze;
        timer.order_no = Some(no.topic());
    });
    Freeze {
        slot,
        no,
        seller,
        app,
        out_order_no,
        out_request_no: meaning.out_request_no,
        operation: OperationNo::of(stamp, slot),
        way: meaning.way,
        product: meaning.product,
        state: FreezeState::Init,
        currency: meaning.amount.currency(),
        amount_minor: meaning.amount.minor(),
        frozen_minor: Minor::ZERO,
        rest_minor: Minor::ZERO,
        unfrozen_minor: Minor::ZERO,
        paid_minor: Minor::ZERO,
        under_way: 0,
        title: meaning.title,
        payer: None,
        payer_login_masked: None,
        notify_url: delivery.notify_url,
        charset: delivery.charset,
        rsa1: delivery.rsa1,
        attempt: None,
        opened_at_us: now_us,
        expires_at_us,
        frozen_at_us: None,
        ends_at_us: None,
        closed_at_us: None,
        cancelled: false,
        timer: Some(timer),
    }
}

/// A request under a number that was used before.
fn again(
    rows: &mut Rows<'_>,
    command: &OpenFreeze,
    freeze: Arc<Freeze>,
    seller: PartyStatus,
) -> Result<Next<Arc<Freeze>>, Stop<OpenFreezeRefused>> {
    if let Some(field) = freeze.differs(&command.meaning) {
        return Stop::because(OpenFreezeRefused::NumberTaken { field });
    }
    let same_code = command.pay_by.is_some_and(|pay_by| freeze.attempt == Some(pay_by.digest));
    match freeze.state {
        // The code that froze it is told so every time; another one must not freeze again.
        FreezeState::Init | FreezeState::Authorized if same_code => Ok(Next::Answer(freeze)),
        FreezeState::Authorized => Stop::because(OpenFreezeRefused::AlreadyFrozen),
        FreezeState::Finish => Stop::because(OpenFreezeRefused::AlreadyFinished),
        FreezeState::Closed => Stop::because(OpenFreezeRefused::AlreadyClosed),
        FreezeState::Init if rows.now_us() >= freeze.expires_at_us => {
            Stop::because(OpenFreezeRefused::AlreadyClosed)
        }
        FreezeState::Init if seller != PartyStatus::Normal => Stop::because(OpenFreezeRefused::SellerBlocked),
        FreezeState::Init => Ok(go_on(rows, command, freeze)),
    }
}

fn go_on(rows: &mut Rows<'_>, command: &OpenFreeze, freeze: Arc<Freeze>) -> Next<Arc<Freeze>> {
    let Some(PayBy { slot, digest }) = command.pay_by else { return Next::Answer(freeze) };
    rows.send(slot, ask(&freeze, Some(digest), freeze.payer));
    Next::Chain
}

fn ask(freeze: &Freeze, code: Option<[u8; 16]>, payer: Option<PartyId>) -> Message {
    Message::FreezeAsk(FreezeAsk {
        freeze: freeze.no,
        seller: freeze.seller,
        amount: freeze.amount_minor.of(freeze.currency),
        title: freeze.title.clone(),
        code,
        payer,
    })
}

pub(crate) fn claim_freeze(
    rows: &mut Rows<'_>,
    command: &ClaimFreeze,
) -> Result<Next<Arc<Freeze>>, Stop<HoldRefused>> {
    let Some(freeze) = rows.get::<Freeze>((rows.slot(), command.freeze))? else {
        return Stop::because(HoldRefused::NotAsked);
    };
    if freeze.way == trade::FreezeWay::Code && freeze.payer.is_none() {
        // At a till the code names the payer; a number alone must not bind the freeze to a stranger.
        return Stop::because(HoldRefused::NotAsked);
    }
    match freeze.state {
        FreezeState::Authorized | FreezeState::Finish => return Stop::because(HoldRefused::AlreadyHeld),
        FreezeState::Closed => return Stop::because(HoldRefused::AlreadyClosed),
        FreezeState::Init => {}
    }
    let seller = rows.get::<Party>((rows.slot(), freeze.seller))?;
    let is_gone = seller.is_none_or(|seller| seller.status == PartyStatus::Closed);
    if is_gone || rows.now_us() >= freeze.expires_at_us {
        return Stop::because(HoldRefused::AlreadyClosed);
    }
    if command.payer == freeze.seller {
        return Stop::because(HoldRefused::PayerIsSeller);
    }
    if freeze.payer.is_some_and(|payer| payer != command.payer) {
        return Stop::because(HoldRefused::PayerDiffers);
    }
    if freeze.payer.is_some() {
        return Ok(Next::Answer(freeze));
    }

    // Nothing can be refused here below this line; the payer's slot may still say no.
    rows.send(command.payer.slot(), ask(&freeze, None, Some(command.payer)));
    Ok(Next::Chain)
}

/// The answer to whoever asked the payer's slot.
fn answered(code: Option<[u8; 16]>, answer: Result<Arc<Freeze>, HoldRefused>) -> Reply {
    match code {
        Some(_) => Reply::OpenFreeze(answer.map_err(OpenFreezeRefused::Hold)),
        None => Reply::ClaimFreeze(answer),
    }
}

/// In the merchant's slot: the payer is known and will be asked to confirm, or the answer is no.
pub(crate) fn freeze_answer(rows: &mut Rows<'_>, said: &FreezeAnswer) -> Result<Option<Reply>, Fault> {
    let freeze = must_get(rows, said.freeze)?;
    let (payer, login) = match &said.answer {
        Ok((payer, login)) => (*payer, login.clone()),
        Err(refused) => return Ok(Some(answered(said.code, Err(*refused)))),
    };
    if let Err(refused) = still_waits(&freeze, payer) {
        end(rows, freeze.no, payer);
        return Ok(Some(answered(said.code, Err(refused))));
    }
    let attempt = said.code.or(freeze.attempt);
    let freeze = Arc::new(Freeze {
        payer: Some(payer),
        payer_login_masked: Some(login),
        attempt,
        ..(*freeze).clone()
    });
    rows.put_shared(freeze.clone());
    Ok(Some(answered(said.code, Ok(freeze))))
}

/// Whether the freeze still waits for this payer.
fn still_waits(freeze: &Freeze, payer: PartyId) -> Result<(), HoldRefused> {
    match freeze.state {
        FreezeState::Init if freeze.payer.is_some_and(|first| first != payer) => {
            Err(HoldRefused::PayerDiffers)
        }
        FreezeState::Init => Ok(()),
        FreezeState::Authorized | FreezeState::Finish if freeze.payer != Some(payer) => {
            Err(HoldRefused::PayerDiffers)
        }
        FreezeState::Authorized | FreezeState::Finish => Err(HoldRefused::AlreadyHeld),
        FreezeState::Closed => Err(HoldRefused::AlreadyClosed),
    }
}

fn end(rows: &mut Rows<'_>, freeze: FreezeNo, payer: PartyId) {
    rows.send(payer.slot(), Message::FreezeEnded(FreezeEnded { freeze, payer }));
}

/// In the merchant's slot: the payer's money is set aside; what comes too late is given back.
pub(crate) fn freeze_held(rows: &mut Rows<'_>, said: &FreezeHeld) -> Result<Option<Reply>, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let freeze = must_get(rows, said.freeze)?;
    let reply = |answer: Result<Arc<Freeze>, HoldRefused>| match said.code {
        Some(_) => Reply::OpenFreeze(answer.map_err(OpenFreezeRefused::Hold)),
        None => Reply::ConfirmFreeze(answer),
    };
    let seller = rows.get::<Party>((slot, freeze.seller))?;
    let open =
        seller.is_some_and(|seller| seller.status != PartyStatus::Closed) && now_us < freeze.expires_at_us;
    if let Err(refused) = still_waits(&freeze, said.payer) {
        end(rows, freeze.no, said.payer);
        return Ok(Some(reply(Err(refused))));
    }
    if !open {
        // Its time is over, or its merchant is gone: nobody can agree to it any more.
        let closed = shut(rows, &freeze, false);
        if closed.payer != Some(said.payer) {
            end(rows, freeze.no, said.payer);
        }
        return Ok(Some(reply(Err(HoldRefused::AlreadyClosed))));
    }
    let mut freeze = Freeze {
        state: freeze_next(freeze.state, FreezeEvent::Hold).expect("it waits"),
        frozen_minor: freeze.amount_minor,
        rest_minor: freeze.amount_minor,
        payer: Some(said.payer),
        payer_login_masked: Some(said.payer_login_masked.clone()),
        attempt: said.code.or(freeze.attempt),
        frozen_at_us: Some(now_us),
        ends_at_us: Some(now_us + FREEZE_LIFE_US),
        ..(*freeze).clone()
    };
    let due_at_us = freeze.expires_at_us;
    forget_timer(rows, &mut freeze, due_at_us);
    let no = freeze.no.topic();
    freeze.timer = Some(rows.after(now_us + FREEZE_LIFE_US, |timer| {
        timer.task = TimerTask::EndFreeze;
        timer.order_no = Some(no);
    }));
    freeze_notice::frozen(rows, &freeze)?;
    let freeze = Arc::new(freeze);
    rows.put_shared(freeze.clone());
    Ok(Some(reply(Ok(freeze))))
}

/// Removes the timer that would close it, or end its life, at this moment.
pub(crate) fn forget_timer(rows: &mut Rows<'_>, freeze: &mut Freeze, due_at_us: i64) {
    if let Some(timer) = freeze.timer.take() {
        rows.delete::<Timer>((freeze.slot, due_at_us, timer));
    }
}

/// Closes a freeze that nobody agreed to: its timer goes, and whoever was asked hears of it.
pub(crate) fn shut(rows: &mut Rows<'_>, freeze: &Freeze, cancelled: bool) -> Arc<Freeze> {
    let mut freeze = freeze.clone();
    freeze.state = freeze_next(freeze.state, FreezeEvent::Close).expect("the caller saw one that waits");
    freeze.closed_at_us = Some(rows.now_us());
    freeze.cancelled = cancelled;
    let due_at_us = freeze.expires_at_us;
    forget_timer(rows, &mut freeze, due_at_us);
    if let Some(payer) = freeze.payer {
        end(rows, freeze.no, payer);
    }
    let freeze = Arc::new(freeze);
    rows.put_shared(freeze.clone());
    freeze
}
