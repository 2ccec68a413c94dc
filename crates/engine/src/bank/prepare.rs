//! Drafts a top-up or a withdrawal: gives it its number and its price, for the party to confirm.

use super::card::card_of;
use super::limits;
use crate::command::Next;
use crate::{Fault, Rows, Stop, books};
use base::{BankOrderNo, CardNo, PartyId, Slot, Text};
use fund::{
    BankKey, BankOrder, BankOrderKey, BankOrderKind, BankOrderRefused, BankOrderState, CardKind, CardState,
    GIVE_UP_US, WithdrawPrice,
};
use ledger::{LedgerRefused, Posted, Template};
use money::{Currency, Minor, Money};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::TimerTask;

/// Which way the money goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum BankWay {
    /// Card to balance.
    TopUp,
    /// Balance to card.
    Withdraw,
}

impl BankWay {
    /// The kind of order.
    pub const fn kind(self) -> BankOrderKind {
        match self {
            BankWay::TopUp => BankOrderKind::TopUp,
            BankWay::Withdraw => BankOrderKind::Withdraw,
        }
    }
}

/// A party wants to move money between its balance and a card. The same key again, with the same meaning, gives the
/// same order as it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PrepareBankOrder {
    /// Whose money.
    pub party: PartyId,
    /// The card.
    pub card: CardNo,
    /// Which way.
    pub way: BankWay,
    /// How much arrives, above zero; a fee comes on top of it.
    pub amount: Money,
    /// The caller's key, unique per party and way.
    pub key: Text<64>,
}

impl PrepareBankOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// What an order is about, before it is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    pub(crate) party: PartyId,
    pub(crate) card: CardNo,
    pub(crate) kind: BankOrderKind,
    pub(crate) amount: Money,
}

/// What holds for a wish: its price, and for a withdrawal the posting that takes its money and what it uses of a class
/// I account's limit.
#[derive(Debug)]
pub(crate) struct Fits {
    pub(crate) price: WithdrawPrice,
    pub(crate) life: Minor,
    pub(crate) taken: Option<Posted>,
}

pub(crate) fn prepare_bank_order(
    rows: &mut Rows<'_>,
    command: &PrepareBankOrder,
) -> Result<Next<Arc<BankOrder>>, Stop<BankOrderRefused>> {
    let slot = rows.slot();
    let PrepareBankOrder { party, card, way, amount, key } = command;
    let kind = way.kind();
    let key: BankKey = Text::new(key.as_str()).expect("a key of 64 characters fits one of 100");
    if let Some(first) = by_key(rows, *party, kind, &key)? {
        if first.card != *card {
            return Stop::because(BankOrderRefused::KeyTaken { field: "card" });
        }
        if first.amount() != *amount {
            return Stop::because(BankOrderRefused::KeyTaken { field: "amount" });
        }
        return Ok(Next::Answer(first));
    }
    let wish = Wish { party: *party, card: *card, kind, amount: *amount };
    let no = BankOrderNo::of(rows.stamp(), slot);
    let now_us = rows.now_us();
    let fits = check(rows, wish, no, now_us)?.map_err(Stop::Refused)?;

    // Nothing can be refused below this line; nothing was changed above it.
    let mut order = draft(rows, wish, fits.price, key);
    give_up_later(rows, &mut order);
    let order = Arc::new(order);
    rows.insert_shared(order.clone());
    Ok(Next::Answer(order))
}

/// The order of a key.
pub(crate) fn by_key(
    rows: &mut Rows<'_>,
    party: PartyId,
    kind: BankOrderKind,
    key: &BankKey,
) -> Result<Option<Arc<BankOrder>>, Fault> {
    let slot = rows.slot();
    let Some(found) = rows.get::<BankOrderKey>((slot, party, kind, key.clone()))? else { return Ok(None) };
    rows.get::<BankOrder>((slot, found.no))
}

/// Whether a wish can be an order now, counted in the periods of a moment (microseconds UTC), in the order of
/// [`BankOrderRefused`].
pub(crate) fn check(
    rows: &mut Rows<'_>,
    wish: Wish,
    no: BankOrderNo,
    counts_at_us: i64,
) -> Result<Result<Fits, BankOrderRefused>, Fault> {
    let Wish { party, card, kind, amount } = wish;
    if amount.is_zero() {
        return Ok(Err(BankOrderRefused::NothingToMove));
    }
    if amount.currency() != Currency::Cny {
        return Ok(Err(BankOrderRefused::CurrencyDiffers));
    }
    let Some(owner) = rows.get::<Party>((rows.slot(), party))? else {
        return Ok(Err(BankOrderRefused::PartyNotFound));
    };
    let allowed = match owner.status {
        PartyStatus::Normal => true,
        // Money may come in to a frozen account.
        PartyStatus::Frozen => kind == BankOrderKind::TopUp,
        PartyStatus::Closed => false,
    };
    if !allowed {
        return Ok(Err(BankOrderRefused::PartyBlocked));
    }
    if owner.stop.holds() && kind == BankOrderKind::Withdraw {
        return Ok(Err(BankOrderRefused::PartyStopped));
    }
    let Some(card) = card_of(rows, party, card)?.filter(|card| card.state == CardState::Bound) else {
        return Ok(Err(BankOrderRefused::CardNotBound));
    };
    if card.kind == CardKind::Credit && kind != BankOrderKind::Pay {
        return Ok(Err(BankOrderRefused::CardIsCredit));
    }
    if let Err(refused) = limits::check(rows, wish, &card.bank, counts_at_us)? {
        return Ok(Err(refused));
    }
    if kind != BankOrderKind::Withdraw {
        return Ok(Ok(Fits { price: limits::nothing(amount), life: Minor::ZERO, taken: None }));
    }
    let price = limits::price(rows, &owner, amount)?;
    let whole = amount.checked_add(price.fee).map_err(|error| Fault(format!("{no}: {error}")))?;
    let life = match limits::life(rows, &owner, whole)? {
        Ok(life) => life,
        Err(refused) => return Ok(Err(refused)),
    };
    match books::check(rows, Template::CardOut { party, amount: whole }, Some(no.topic()))? {
        Ok(taken) => Ok(Ok(Fits { price, life, taken: Some(taken) })),
        Err(LedgerRefused::BalanceTooLow | LedgerRefused::AccountNotFound) => {
            Ok(Err(BankOrderRefused::BalanceTooLow))
        }
        Err(refused) => Err(Fault(format!("withdrawal {no}: {refused}"))),
    }
}

/// A new order and its key; the order is the caller's to write.
pub(crate) fn draft(rows: &mut Rows<'_>, wish: Wish, price: WithdrawPrice, key: BankKey) -> BankOrder {
    let no = BankOrderNo::of(rows.stamp(), rows.slot());
    draft_as(rows, no, wish, price, key)
}

/// As [`draft`], under a number that an earlier decision made.
pub(crate) fn draft_as(
    rows: &mut Rows<'_>,
    no: BankOrderNo,
    wish: Wish,
    price: WithdrawPrice,
    key: BankKey,
) -> BankOrder {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let Wish { party, card, kind, amount } = wish;
    rows.put(BankOrderKey { slot, party, kind, key: key.clone(), no });
    BankOrder {
        slot,
        no,
        party,
        card,
        kind,
        state: BankOrderState::Draft,
        currency: amount.currency(),
        amount_minor: amount.minor(),
        fee_minor: price.fee.minor(),
        free_minor: if kind == BankOrderKind::Withdraw { price.free.minor() } else { Minor::ZERO },
        life_minor: Minor::ZERO,
        counted_at_us: None,
        about: None,
        key,
        asked_at_us: now_us,
        next_try_at_us: None,
        tries: 0,
        bank_ref: None,
        reason: None,
        heard_at_us: None,
        timer: None,
        gives_up_at_us: None,
    }
}

/// Sets the timer that gives an order up.
pub(crate) fn give_up_later(rows: &mut Rows<'_>, order: &mut BankOrder) {
    give_up_after(rows, order, GIVE_UP_US);
}

/// The same, after so many microseconds.
pub(super) fn give_up_after(rows: &mut Rows<'_>, order: &mut BankOrder, span_us: i64) {
    let due_at_us = rows.now_us().saturating_add(span_us);
    let topic = order.no.topic();
    order.timer = Some(rows.after(due_at_us, |timer| {
        timer.task = TimerTask::GiveUpBankOrder;
        timer.order_no = Some(topic);
    }));
    order.gives_up_at_us = Some(due_at_us);
}
