//! The payer's side of a pre-authorisation: the hold, kept as large as what is left.

use crate::claim_order::{masked, waiting_trade};
use crate::command::Next;
use crate::proof::{self, act_of_freezing};
use crate::{
    ChargeReturned, Fault, FreezeAnswer, FreezeAsk, FreezeCharge, FreezeCharged, FreezeEnded, FreezeHeld,
    FreezeRelease, FreezeReleased, Message, Reply, Rows, Stop, balance_limit, books,
};
use base::{FreezeNo, PartyId, Slot};
use ledger::{Account, AccountId, AccountKind, Hold, LedgerRefused, Template};
use money::{Minor, Money};
use people::{Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{Freeze, Frozen, FrozenState, HoldRefused, PayCode, Timer, Trade, TradeState};

/// The payer agrees. The proof is a password try that was judged right for this very freeze, or a passkey's for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConfirmFreeze {
    /// Who pays.
    pub payer: PartyId,
    /// The freeze.
    pub freeze: FreezeNo,
    /// The number of the try that was right, or of the passkey's proof.
    pub attempt: u64,
}

impl ConfirmFreeze {
    pub(crate) fn slot(&self) -> Slot {
        self.payer.slot()
    }
}

/// In the payer's slot: by a code the money is set aside at once up to the password-free limit; else the payer is to
/// confirm.
pub(crate) fn freeze_ask(rows: &mut Rows<'_>, asked: &FreezeAsk) -> Result<Option<Reply>, Fault> {
    let home = asked.freeze.slot();
    match agree(rows, asked)? {
        Ok((party, false)) => {
            let answer = Ok((party.id, masked(&party)));
            let (freeze, code) = (asked.freeze, asked.code);
            rows.send(home, Message::FreezeAnswer(FreezeAnswer { freeze, code, answer }));
        }
        Ok((party, true)) => {
            let (freeze, code, payer) = (asked.freeze, asked.code, party.id);
            let held = FreezeHeld { freeze, payer, payer_login_masked: masked(&party), code };
            rows.send(home, Message::FreezeHeld(held));
        }
        Err(refused) => {
            let (freeze, code, answer) = (asked.freeze, asked.code, Err(refused));
            rows.send(home, Message::FreezeAnswer(FreezeAnswer { freeze, code, answer }));
        }
    }
    Ok(None)
}

/// Who agrees, and whether the money is set aside already.
fn agree(rows: &mut Rows<'_>, asked: &FreezeAsk) -> Result<Result<(Arc<Party>, bool), HoldRefused>, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let payer = match (asked.code, asked.payer) {
        (Some(digest), _) => {
            let code = rows.get::<PayCode>((slot, digest))?.filter(|code| now_us < code.expires_at_us);
            let Some(code) = code else { return Ok(Err(HoldRefused::CodeInvalid)) };
            // Used up by being shown, whatever comes of it.
            rows.delete::<PayCode>((slot, code.digest));
            rows.delete::<Timer>((slot, code.expires_at_us, code.timer));
            code.party
        }
        (None, Some(payer)) => payer,
        (None, None) => return Ok(Err(HoldRefused::NotAsked)),
    };
    let party = rows.get::<Party>((slot, payer))?.filter(|party| party.status == PartyStatus::Normal);
    let Some(party) = party else { return Ok(Err(HoldRefused::PayerBlocked)) };
    if payer == asked.seller {
        return Ok(Err(HoldRefused::PayerIsSeller));
    }
    if asked.payer.is_some_and(|only| only != payer) {
        return Ok(Err(HoldRefused::PayerDiffers));
    }
    let earlier = rows.get::<Frozen>((slot, asked.freeze))?;
    match earlier.as_ref().map(|earlier| (earlier.payer == payer, earlier.state)) {
        None | Some((true, FrozenState::Waiting)) => {}
        Some((false, _)) => return Ok(Err(HoldRefused::PayerDiffers)),
        Some((true, FrozenState::Held)) => return Ok(Err(HoldRefused::AlreadyHeld)),
        Some((true, FrozenState::Over)) => return Ok(Err(HoldRefused::AlreadyClosed)),
    }
    let frozen = earlier.map_or_else(|| waiting(rows, asked, payer), |earlier| (*earlier).clone());
    let limit = rows.rules().password_free_limit_minor.of(asked.amount.currency());
    if asked.code.is_none() || asked.amount.exceeds(limit).unwrap_or(true) {
        rows.put(frozen);
        return Ok(Ok((party, false)));
    }
    if let Err(refused) = set_aside(rows, &party, &frozen)? {
        return Ok(Err(refused));
    }
    Ok(Ok((party, true)))
}

fn waiting(rows: &Rows<'_>, asked: &FreezeAsk, payer: PartyId) -> Frozen {
    Frozen {
        slot: rows.slot(),
        no: asked.freeze,
        payer,
        seller: asked.seller,
        state: FrozenState::Waiting,
        title: asked.title.clone(),
        currency: asked.amount.currency(),
        amount_minor: asked.amount.minor(),
        held_minor: Minor::ZERO,
        hold: None,
        since_us: rows.now_us(),
        changed_at_us: rows.now_us(),
    }
}

/// Sets the whole amount aside, and counts it as paid: a charge of it meets no limit. It counts in the year of this
/// moment, whose room was looked at, and not in that of the question. Nothing is changed when there is not enough
/// money, or more than the payer's class allows.
fn set_aside(rows: &mut Rows<'_>, payer: &Party, asked: &Frozen) -> Result<Result<(), HoldRefused>, Fault> {
    let frozen = &Frozen { since_us: rows.now_us(), ..asked.clone() };
    let amount = frozen.amount_minor.of(frozen.currency);
    if payer.stop.holds() {
        return Ok(Err(HoldRefused::PayerStopped));
    }
    if !balance_limit::allows(rows, payer, amount)? {
        return Ok(Err(HoldRefused::PayerLimit));
    }
    let Some(account) = account(rows, frozen)? else { return Ok(Err(HoldRefused::BalanceTooLow)) };
    match ledger::hold((*account).clone(), amount, rows.stamp()) {
        Ok((account, hold)) => {
            rows.put(account);
            keep(rows, frozen, Some(hold));
            balance_limit::count(rows, frozen.payer, amount, frozen.since_us)?;
            Ok(Ok(()))
        }
        Err(LedgerRefused::BalanceTooLow) => Ok(Err(HoldRefused::BalanceTooLow)),
        Err(refused) => Err(Fault(format!("freeze {}: {refused}", frozen.no))),
    }
}

fn account(rows: &mut Rows<'_>, frozen: &Frozen) -> Result<Option<Arc<Account>>, Fault> {
    rows.get::<Account>((rows.slot(), AccountId::of(frozen.payer, AccountKind::Balance, frozen.currency)))
}

/// Writes what is held now.
fn keep(rows: &mut Rows<'_>, frozen: &Frozen, hold: Option<Hold>) {
    let changed_at_us = rows.now_us();
    let (no, held_minor) =
        hold.as_ref().map_or((None, Minor::ZERO), |hold| (Some(hold.no), hold.amount_minor));
    let state = if no.is_some() { FrozenState::Held } else { FrozenState::Over };
    rows.put(Frozen { state, hold: no, held_minor, changed_at_us, ..frozen.clone() });
    if let Some(hold) = hold {
        rows.insert(hold);
    }
}

pub(crate) fn confirm_freeze(
    rows: &mut Rows<'_>,
    command: &ConfirmFreeze,
) -> Result<Next<Arc<Freeze>>, Stop<HoldRefused>> {
    let slot = rows.slot();
    let ConfirmFreeze { payer, freeze, attempt } = *command;
    let frozen = rows.get::<Frozen>((slot, freeze))?.filter(|frozen| frozen.payer == payer);
    let Some(frozen) = frozen else { return Stop::because(HoldRefused::NotAsked) };
    match frozen.state {
        FrozenState::Waiting => {}
        FrozenState::Held => return Stop::because(HoldRefused::AlreadyHeld),
        FrozenState::Over => return Stop::because(HoldRefused::AlreadyClosed),
    }
    let act = act_of_freezing(freeze, frozen.seller, frozen.amount_minor.of(frozen.currency));
    let Some(proven) = proof::of(rows, payer, attempt, &act, false)? else {
        return Stop::because(HoldRefused::ProofMissing);
    };
    let party = rows.get::<Party>((slot, payer))?.filter(|party| party.status == PartyStatus::Normal);
    let Some(party) = party else { return Stop::because(HoldRefused::PayerBlocked) };
    if let Err(refused) = set_aside(rows, &party, &frozen)? {
        return Stop::because(refused);
    }

    // Nothing can be refused here below this line; a freeze that was closed meanwhile gives the money back.
    proven.use_up(rows);
    let held = FreezeHeld { freeze, payer, payer_login_masked: masked(&party), code: None };
    rows.send(freeze.slot(), Message::FreezeHeld(held));
    Ok(Next::Chain)
}

/// The payer's row of a freeze that the merchant's slot speaks of.
fn held(rows: &mut Rows<'_>, freeze: FreezeNo) -> Result<Arc<Frozen>, Fault> {
    let frozen = rows.get::<Frozen>((rows.slot(), freeze))?;
    frozen.ok_or_else(|| Fault(format!("freeze {freeze} vanished at its payer")))
}

/// Ends the hold there is; `paid` when its money is posted in the same decision. Gives what was held. It is counted no
/// more, in the year in which it was set aside: what stays held or is paid is counted again.
fn lift(rows: &mut Rows<'_>, frozen: &Frozen, paid: bool) -> Result<Money, Fault> {
    let fault = |what: &str| Fault(format!("freeze {}: {what}", frozen.no));
    let Some(no) = frozen.hold else { return Ok(Money::zero(frozen.currency)) };
    let hold = rows.get::<Hold>((rows.slot(), no))?.ok_or_else(|| fault("its hold is gone"))?;
    let account = account(rows, frozen)?.ok_or_else(|| fault("its account is gone"))?;
    let (account, hold, stamp) = ((*account).clone(), (*hold).clone(), rows.stamp());
    let ended =
        if paid { ledger::capture(account, hold, stamp) } else { ledger::release(account, hold, stamp) };
    let (account, hold) = ended.map_err(|refused| fault(&refused.to_string()))?;
    rows.put(account);
    rows.put(hold);
    let before = frozen.held_minor.of(frozen.currency);
    balance_limit::give_back(rows, frozen.payer, before, frozen.since_us)?;
    Ok(before)
}

/// Holds so much from now on, in place of the hold that was lifted.
fn hold_again(rows: &mut Rows<'_>, frozen: &Frozen, amount: Money) -> Result<(), Fault> {
    if amount.is_zero() {
        keep(rows, frozen, None);
        return Ok(());
    }
    let fault = |what: &str| Fault(format!("freeze {}: {what}", frozen.no));
    let account = account(rows, frozen)?.ok_or_else(|| fault("its account is gone"))?;
    let again = ledger::hold((*account).clone(), amount, rows.stamp());
    let (account, hold) = again.map_err(|refused| fault(&refused.to_string()))?;
    rows.put(account);
    keep(rows, frozen, Some(hold));
    balance_limit::count(rows, frozen.payer, amount, frozen.since_us)
}

fn less(frozen: &Frozen, from: Money, by: Money) -> Result<Money, Fault> {
    from.checked_sub(by).map_err(|error| Fault(format!("freeze {}: {error}", frozen.no)))
}

/// In the payer's slot: the freeze was closed, or is another payer's; whatever is held is free again.
pub(crate) fn freeze_ended(rows: &mut Rows<'_>, said: &FreezeEnded) -> Result<Option<Reply>, Fault> {
    let frozen = rows.get::<Frozen>((rows.slot(), said.freeze))?;
    let frozen = frozen.filter(|frozen| frozen.payer == said.payer && frozen.state != FrozenState::Over);
    if let Some(frozen) = frozen {
        lift(rows, &frozen, false)?;
        keep(rows, &frozen, None);
    }
    Ok(None)
}

/// In the payer's slot: a part of the money is free again.
pub(crate) fn freeze_release(rows: &mut Rows<'_>, said: &FreezeRelease) -> Result<Option<Reply>, Fault> {
    let frozen = held(rows, said.freeze)?;
    let left = less(&frozen, lift(rows, &frozen, false)?, said.amount)?;
    hold_again(rows, &frozen, left)?;
    let (freeze, operation) = (said.freeze, said.operation);
    rows.send(freeze.slot(), Message::FreezeReleased(FreezeReleased { freeze, operation }));
    Ok(None)
}

/// In the payer's slot: a part of the money is paid, and perhaps the rest is free again.
pub(crate) fn freeze_charge(rows: &mut Rows<'_>, said: &FreezeCharge) -> Result<Option<Reply>, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let frozen = held(rows, said.freeze)?;
    let before = lift(rows, &frozen, true)?;
    let left = less(&frozen, before, said.amount)?;
    let left = said.release.map_or(Ok(left), |free| less(&frozen, left, free))?;
    let (payer, amount) = (frozen.payer, said.amount);
    books::must(rows, Template::PayOut { buyer: payer, amount }, Some(said.order_no))?;
    balance_limit::count(rows, payer, amount, now_us)?;
    hold_again(rows, &frozen, left)?;
    let trade =
        waiting_trade(slot, said.order_no, payer, frozen.seller, amount, said.subject.clone(), now_us);
    rows.put(Trade { state: TradeState::Paid, paid_at_us: Some(now_us), ..trade });
    let FreezeCharge { freeze, order_no, operation, release, .. } = *said;
    rows.send(freeze.slot(), Message::FreezeCharged(FreezeCharged { freeze, order_no, operation, release }));
    Ok(None)
}

/// In the payer's slot: the order could not take the money. It is held again, or free when the freeze's life is over.
pub(crate) fn charge_returned(rows: &mut Rows<'_>, said: &ChargeReturned) -> Result<Option<Reply>, Fault> {
    let now_us = rows.now_us();
    let frozen = held(rows, said.freeze)?;
    let (payer, amount) = (frozen.payer, said.amount);
    books::must(rows, Template::PayReturn { buyer: payer, amount }, Some(said.order_no))?;
    if said.hold_again {
        let before = lift(rows, &frozen, false)?;
        let sum =
            before.checked_add(amount).map_err(|error| Fault(format!("freeze {}: {error}", frozen.no)))?;
        hold_again(rows, &frozen, sum)?;
    }
    if let Some(trade) = rows.get::<Trade>((rows.slot(), said.order_no))? {
        if let Some(paid_at_us) = trade.paid_at_us {
            balance_limit::give_back(rows, payer, amount, paid_at_us)?;
        }
        let (state, closed_at_us) = (TradeState::Closed, Some(now_us));
        rows.put(Trade { state, paid_at_us: None, closed_at_us, ..(*trade).clone() });
    }
    Ok(None)
}
