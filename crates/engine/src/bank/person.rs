//! What the accounts of one person share of the limits of cards and of withdrawals (domain reference 1.1 and 1.4: they
//! are a person's, not an account's), counted in the slot of the person.
//!
//! An order of an account whose owner is known is let go in two steps. The account's slot looks at everything that it
//! knows and asks the person's slot, without writing anything; that counts the order, or says no; and with its yes the
//! account's slot looks again, and lets the order go or gives back what was counted. Accounts whose owner nobody knows
//! have no person to share anything with.

use super::confirm::{self, ConfirmBankOrder};
use super::limits;
use super::pay::{self, PayByCard, PayByCardRefused};
use super::prepare::Wish;
use crate::command::Next;
use crate::{Fault, Message, Reply, Rows, Stop};
use base::{BankOrderNo, PartyId};
use fund::{BankOrder, BankOrderRefused, Card, ConfirmBankOrderRefused, fen};
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
        /// The number of the try of the password that was right.
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
}

/// Whether the person's slot has been asked about an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asked {
    /// Not yet.
    No,
    /// It counts the order of this number.
    Counts(BankOrderNo),
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
    let (identity, amount, at_us, most) =
        (standing.identity, wish.amount, rows.now_us(), most.collect::<Vec<_>>());
    let ask = PersonSpendAsk { identity, bank_order, kind, amount, at_us, most, then };
    rows.send(slot_of_identity(&identity), Message::PersonSpendAsk(ask));
    Ok(true)
}

/// In the person's slot: counts an order, once, or says which limit it would pass.
pub(crate) fn person_spend_ask(rows: &mut Rows<'_>, ask: &PersonSpendAsk) -> Result<Option<Reply>, Fault> {
    let over = count(rows, ask)?;
    let PersonSpendAsk { identity, bank_order, then, .. } = ask.clone();
    let answer = PersonSpendAnswer { identity, bank_order, over, then };
    rows.send(bank_order.slot(), Message::PersonSpendAnswer(answer));
    Ok(None)
}

fn count(rows: &mut Rows<'_>, ask: &PersonSpendAsk) -> Result<Option<(UsageKind, u64)>, Fault> {
    let slot = rows.slot();
    let PersonSpendAsk { identity, bank_order, kind, amount, at_us, .. } = *ask;
    // It was asked twice before the first answer arrived.
    if rows.get::<PersonSpend>((slot, identity, bank_order))?.is_some() {
        return Ok(None);
    }
    let mut after = Vec::with_capacity(kind.counters().len());
    for counter in kind.counters() {
        let counted = counter_of(rows, identity, *counter, at_us)?;
        let most = ask.most.iter().find(|(of, _)| of == counter);
        if let Some((_, most)) = most.filter(|(_, most)| !counted.allows(amount, fen(*most))) {
            return Ok(Some((*counter, *most)));
        }
        after.push(counted.plus(amount).map_err(|error| Fault(format!("{bank_order}: {error}")))?);
    }
    after.into_iter().for_each(|counted| rows.put(counted));
    rows.put(PersonSpend { slot, identity, bank_order, kind, amount_minor: amount.minor(), at_us });
    Ok(None)
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
/// is given back.
pub(crate) fn person_spend_answer(
    rows: &mut Rows<'_>,
    said: &PersonSpendAnswer,
) -> Result<Option<Reply>, Fault> {
    let PersonSpendAnswer { identity, bank_order, over, then } = said.clone();
    let over = over.map(|(kind, max)| match kind {
        UsageKind::CardMonth => BankOrderRefused::OverMonth { max },
        _ => BankOrderRefused::OverDay { max },
    });
    let asked = Asked::Counts(bank_order);
    let (went, reply) = match then {
        SpendFor::Confirm { party, attempt } => {
            let command = ConfirmBankOrder { party, no: bank_order, attempt };
            let done = match over {
                Some(over) => Err(ConfirmBankOrderRefused::Rules(over)),
                None => said_in_words(confirm::go(rows, &command, asked))?,
            };
            (went(&done, bank_order), Reply::ConfirmBankOrder(done))
        }
        SpendFor::Pay(command) => {
            let done = match over {
                Some(over) => Err(PayByCardRefused::Card(over)),
                None => said_in_words(pay::go(rows, &command, asked))?,
            };
            (went(&done, bank_order), Reply::PayByCard(done))
        }
    };
    if over.is_none() && !went {
        rows.send(
            slot_of_identity(&identity),
            Message::PersonGiveBack(PersonGiveBack { identity, bank_order }),
        );
    }
    Ok(Some(reply))
}

fn went<R>(done: &Result<Arc<BankOrder>, R>, bank_order: BankOrderNo) -> bool {
    done.as_ref().is_ok_and(|order| order.no == bank_order)
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
        let (identity, bank_order) = (standing.identity, order.no);
        rows.send(
            slot_of_identity(&identity),
            Message::PersonGiveBack(PersonGiveBack { identity, bank_order }),
        );
    }
    Ok(())
}

/// In the person's slot: takes an order out of the counters, once.
pub(crate) fn person_give_back(rows: &mut Rows<'_>, said: &PersonGiveBack) -> Result<Option<Reply>, Fault> {
    let PersonGiveBack { identity, bank_order } = *said;
    let place = (rows.slot(), identity, bank_order);
    let Some(spend) = rows.get::<PersonSpend>(place)? else { return Ok(None) };
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
