//! What the accounts of one person share of the limits of cards and of withdrawals (domain reference 1.1 and 1.4: they
//! are a person's, not an account's), counted in the slot of the person.
//!
//! An order of an account whose owner is known is let go in two steps. The account's slot looks at everything that it
//! knows and asks the person's slot, without writing anything; that counts the order, or says no; and with its yes the
//! account's slot looks again, and lets the order go or gives back what was counted. Accounts whose owner nobody knows
//! have no person to share anything with.
//!
//! One order may be asked about twice, by a password and by a passkey, before the first answer arrives. Each question
//! has a number, and the count belongs to the newest: what an older answer could not use is not given back.

use super::confirm::{self, ConfirmBankOrder};
use super::limits;
use super::pay::{self, PayByCard};
use super::prepare::Wish;
use crate::command::Next;
use crate::{Fault, Message, Reply, Rows, Stop};
use base::{BankOrderNo, PartyId};
use fund::{BankOrder, BankOrderRefused, Card, fen};
use money::{Currency, Money};
use people::{IdentityDigest, PersonCount, PersonSpend, SpendKind, Standing, UsageKind, slot_of_identity};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is to go on when the person's slot has spoken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum SpendFor {
    /// A drafted order is confirmed.
    Confirm {
        /// Whose money.
        party: PartyId,
        /// The number of the try of the password that was right, or of the passkey's proof.
        attempt: u64,
    },
    /// An order is paid by card.
    Pay(PayByCard),
}

/// Account's slot to person's slot: may this order count?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PersonSpendAsk {
    /// Who.
    pub identity: IdentityDigest,
    /// The bank order.
    pub bank_order: BankOrderNo,
    /// What it uses.
    pub kind: SpendKind,
    /// How much.
    pub amount: Money,
    /// The number of the question: of the decision that asks.
    pub ask: u64,
    /// In whose periods it counts, microseconds UTC.
    pub at_us: i64,
    /// What each counter may reach, fen.
    pub most: Vec<(UsageKind, u64)>,
    /// What goes on then.
    pub then: SpendFor,
}

/// Person's slot to account's slot: it counts, or it would be above a limit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PersonSpendAnswer {
    /// Who.
    pub identity: IdentityDigest,
    /// The bank order.
    pub bank_order: BankOrderNo,
    /// The number of the question that this answers.
    pub ask: u64,
    /// In whose periods it is counted, microseconds UTC: the account counts it in the same ones.
    pub at_us: i64,
    /// The limit that it would pass, with its height, fen; then nothing was counted.
    pub over: Option<(UsageKind, u64)>,
    /// What goes on now.
    pub then: SpendFor,
}

/// Account's slot to person's slot: the order came to nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PersonGiveBack {
    /// Who.
    pub identity: IdentityDigest,
    /// The bank order.
    pub bank_order: BankOrderNo,
    /// The question whose answer could not be used: nothing is given back when a newer one stands. Absent when the
    /// order itself came to nothing.
    pub ask: Option<u64>,
}

/// Whether the person's slot has been asked about an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asked {
    /// Not yet.
    No,
    /// It counts the order of this number, in the periods of this moment, microseconds UTC.
    Counts(BankOrderNo, i64),
    /// It does not: a limit of the person would be passed.
    Over(BankOrderRefused),
}

impl Asked {
    /// The number of a new order: of the decision that asked, by which the person's slot counts it.
    pub(super) fn number(self, rows: &Rows<'_>) -> BankOrderNo {
        match self {
            Asked::Counts(no, _) => no,
            Asked::No | Asked::Over(_) => BankOrderNo::of(rows.stamp(), rows.slot()),
        }
    }

    /// In whose periods an order is looked at and counted, microseconds UTC: the account and the person name the same.
    pub(super) fn at_us(self, rows: &Rows<'_>) -> i64 {
        match self {
            Asked::Counts(_, at_us) => at_us,
            Asked::No | Asked::Over(_) => rows.now_us(),
        }
    }
}

/// Asks the person's slot, if it is known whose account it is. Nothing was written before, and nothing may be written
/// after it: the answer goes on. False when nobody is to be asked.
pub(super) fn asks(
    rows: &mut Rows<'_>,
    wish: Wish,
    bank_order: BankOrderNo,
    then: SpendFor,
) -> Result<bool, Fault> {
    let Some(kind) = limits::spends(wish.kind) else { return Ok(false) };
    let Some(standing) = rows.get::<Standing>((rows.slot(), wish.party))? else { return Ok(false) };
    let card = rows.get::<Card>((rows.slot(), wish.card))?;
    let card = card.ok_or_else(|| Fault(format!("the card of {bank_order} is gone")))?;
    let most =
        kind.counters().iter().filter_map(|counter| Some((*counter, limits::most(*counter, &card.bank)?)));
    let (identity, amount, most) = (standing.identity, wish.amount, most.collect::<Vec<_>>());
    let (ask, at_us) = (rows.stamp().seq, rows.now_us());
    let ask = PersonSpendAsk { identity, bank_order, kind, amount, ask, at_us, most, then };
    rows.send(slot_of_identity(&identity), Message::PersonSpendAsk(ask));
    Ok(true)
}

/// In the person's slot: counts an order, once, or says which limit it would pass.
pub(crate) fn person_spend_ask(rows: &mut Rows<'_>, ask: &PersonSpendAsk) -> Result<Option<Reply>, Fault> {
    let (at_us, over) = match count(rows, ask)? {
        Ok(at_us) => (at_us, None),
        Err(over) => (ask.at_us, Some(over)),
    };
    let PersonSpendAsk { identity, bank_order, ask, then, .. } = ask.clone();
    let answer = PersonSpendAnswer { identity, bank_order, ask, at_us, over, then };
    rows.send(bank_order.slot(), Message::PersonSpendAnswer(answer));
    Ok(None)
}

/// The moment whose periods the order is counted in, microseconds UTC; or the limit that it would pass.
fn count(rows: &mut Rows<'_>, ask: &PersonSpendAsk) -> Result<Result<i64, (UsageKind, u64)>, Fault> {
    let slot = rows.slot();
    let PersonSpendAsk { identity, bank_order, kind, amount, ask: number, at_us, .. } = *ask;
    // It was asked twice before the first answer arrived: the count is the newest question's from now on.
    if let Some(counted) = rows.get::<PersonSpend>((slot, identity, bank_order))? {
        if counted.ask < number {
            rows.put(PersonSpend { ask: number, ..(*counted).clone() });
        }
        return Ok(Ok(counted.at_us));
    }
    let mut after = Vec::with_capacity(kind.counters().len());
    for counter in kind.counters() {
        let counted = counter_of(rows, identity, *counter, at_us)?;
        let most = ask.most.iter().find(|(of, _)| of == counter);
        if let Some((_, most)) = most.filter(|(_, most)| !counted.allows(amount, fen(*most))) {
            return Ok(Err((*counter, *most)));
        }
        after.push(counted.plus(amount).map_err(|error| Fault(format!("{bank_order}: {error}")))?);
    }
    after.into_iter().for_each(|counted| rows.put(counted));
    let (amount_minor, ask) = (amount.minor(), number);
    rows.put(PersonSpend { slot, identity, bank_order, kind, amount_minor, at_us, ask });
    Ok(Ok(at_us))
}

fn counter_of(
    rows: &mut Rows<'_>,
    identity: IdentityDigest,
    kind: UsageKind,
    at_us: i64,
) -> Result<PersonCount, Fault> {
    let slot = rows.slot();
    let found = rows.get::<PersonCount>((slot, identity, kind, kind.period(at_us)))?;
    Ok(found.map_or_else(|| PersonCount::fresh(slot, identity, kind, at_us), |found| (*found).clone()))
}

/// In the account's slot: the order goes, or the customer hears why not. What was counted for an order that did not go
/// is given back. Also what is above a limit is looked at again: it may be under way by an earlier answer.
pub(crate) fn person_spend_answer(
    rows: &mut Rows<'_>,
    said: &PersonSpendAnswer,
) -> Result<Option<Reply>, Fault> {
    let PersonSpendAnswer { identity, bank_order, ask, at_us, over, then } = said.clone();
    let asked = match over {
        Some((UsageKind::CardMonth, max)) => Asked::Over(BankOrderRefused::OverMonth { max }),
        Some((_, max)) => Asked::Over(BankOrderRefused::OverDay { max }),
        None => Asked::Counts(bank_order, at_us),
    };
    let reply = match then {
        SpendFor::Confirm { party, attempt } => {
            let command = ConfirmBankOrder { party, no: bank_order, attempt };
            Reply::ConfirmBankOrder(said_in_words(confirm::go(rows, &command, asked))?)
        }
        SpendFor::Pay(command) => Reply::PayByCard(said_in_words(pay::go(rows, &command, asked))?),
    };
    // An order that went by an earlier answer goes on counting, also when it has ended well since.
    let order = rows.get::<BankOrder>((rows.slot(), bank_order))?;
    let stands = order.is_some_and(|order| order.counted_at_us.is_some());
    if over.is_none() && !stands {
        let back = PersonGiveBack { identity, bank_order, ask: Some(ask) };
        rows.send(slot_of_identity(&identity), Message::PersonGiveBack(back));
    }
    Ok(Some(reply))
}

/// What a decision answers that asks nobody else any more.
fn said_in_words<R>(done: Result<Next<Arc<BankOrder>>, Stop<R>>) -> Result<Result<Arc<BankOrder>, R>, Fault> {
    match done {
        Ok(Next::Answer(order)) => Ok(Ok(order)),
        Ok(Next::Chain) => Err(Fault("a person was asked twice about one order".to_owned())),
        Err(Stop::Refused(refused) | Stop::Noted(refused)) => Ok(Err(refused)),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// In the account's slot: an order came to nothing; its person has the room again. Of an order that was never counted
/// there the person's slot knows nothing.
pub(super) fn give_back(rows: &mut Rows<'_>, order: &BankOrder) -> Result<(), Fault> {
    if limits::spends(order.kind).is_none() {
        return Ok(());
    }
    if let Some(standing) = rows.get::<Standing>((rows.slot(), order.party))? {
        let (identity, bank_order, ask) = (standing.identity, order.no, None);
        let back = PersonGiveBack { identity, bank_order, ask };
        rows.send(slot_of_identity(&identity), Message::PersonGiveBack(back));
    }
    Ok(())
}

/// In the person's slot: takes an order out of the counters, once.
pub(crate) fn person_give_back(rows: &mut Rows<'_>, said: &PersonGiveBack) -> Result<Option<Reply>, Fault> {
    let PersonGiveBack { identity, bank_order, ask } = *said;
    let place = (rows.slot(), identity, bank_order);
    let Some(spend) = rows.get::<PersonSpend>(place)? else { return Ok(None) };
    // A newer question counts on it: its answer is still under way.
    if ask.is_some_and(|ask| ask < spend.ask) {
        return Ok(None);
    }
    for kind in spend.kind.counters() {
        // A counter that has less than was counted in it is the audit's to find: it must not stop the cell.
        let counted = counter_of(rows, identity, *kind, spend.at_us)?;
        if let Ok(less) = counted.minus(spend.amount_minor.of(Currency::Cny)) {
            rows.put(less);
        }
    }
    rows.delete::<PersonSpend>(place);
    Ok(None)
}
