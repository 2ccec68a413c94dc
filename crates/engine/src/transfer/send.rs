//! A merchant's program sends money in one step.

use super::{TransferAsk, check_money, may_send, of_number, pay, payee_of, same_meaning};
use crate::command::Next;
use crate::risk_check::{self, Gate, Given};
use crate::{Rows, Stop, TransferBy, contract, grant};
use ::transfer::{Arrival, Transfer, TransferNumber, TransferRefused, TransferState, TransferWay};
use base::{AppId, Slot, Text, TransferNo};
use people::Party;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{ContractProduct, Url};

/// A merchant's program sends money, and is answered when the payee has it or it came back. The same number again: the
/// same answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransferMoney {
    /// What is asked for.
    pub ask: TransferAsk,
    /// The series of its number; not the wallet's.
    pub way: TransferWay,
    /// The app that asks.
    pub app: AppId,
    /// What the merchant wants to hear again.
    pub passback: Option<Text<512>>,
    /// Where the merchant hears how it ended.
    pub notify_url: Option<Url>,
    /// Whether the merchant reads GBK.
    pub gbk: bool,
    /// Whether the merchant checks SHA-1 signatures.
    pub rsa1: bool,
}

impl TransferMoney {
    pub(crate) fn slot(&self) -> Slot {
        self.ask.payer.slot()
    }
}

pub(crate) fn transfer_money(
    rows: &mut Rows<'_>,
    command: &TransferMoney,
) -> Result<Next<Arc<Transfer>>, Stop<TransferRefused>> {
    let TransferMoney { ask, way, app, .. } = command;
    let payer = rows.get::<Party>((rows.slot(), ask.payer))?;
    let Some(payer) = payer else { return Stop::because(TransferRefused::PayerNotFound) };
    if !grant::acts_for(rows, *app, payer.id)? {
        return Stop::because(TransferRefused::PayerNotFound);
    }
    if let Some(first) = of_number(rows, payer.id, *way, &ask.out_biz_no)? {
        same_meaning(&first, ask, Arrival::AtOnce).map_err(Stop::Refused)?;
        return ended(first);
    }
    begin(rows, command, &payer, TransferBy::Program)?;
    Ok(Next::Chain)
}

/// Sends money for a detail of a batch; its number is the detail's own, so that it is used once.
pub(super) fn send_detail(
    rows: &mut Rows<'_>,
    command: &TransferMoney,
) -> Result<Arc<Transfer>, Stop<TransferRefused>> {
    let TransferMoney { ask, way, app, .. } = command;
    let payer = rows.get::<Party>((rows.slot(), ask.payer))?;
    let Some(payer) = payer else { return Stop::because(TransferRefused::PayerNotFound) };
    if !grant::acts_for(rows, *app, payer.id)? {
        return Stop::because(TransferRefused::PayerNotFound);
    }
    if of_number(rows, payer.id, *way, &ask.out_biz_no)?.is_some() {
        return Stop::because(TransferRefused::NumberTaken { field: "out_biz_no" });
    }
    begin(rows, command, &payer, TransferBy::Batch)
}

/// Makes and pays a transfer whose number is unused.
///
/// Whether there is such a payee is told first to who asks for one transfer, and last to who asks for a thousand in a
/// batch: there only to a payer who could have paid, so that names are not guessed for nothing.
fn begin(
    rows: &mut Rows<'_>,
    command: &TransferMoney,
    payer: &Party,
    by: TransferBy,
) -> Result<Arc<Transfer>, Stop<TransferRefused>> {
    let TransferMoney { ask, way, app, .. } = command;
    let in_batch = by == TransferBy::Batch;
    let payee = payee_of(ask);
    if !in_batch {
        payee.map_err(Stop::Refused)?;
    }
    if !contract::is_signed(rows, payer.id, ContractProduct::Transfer)? {
        return Stop::because(TransferRefused::NotSigned);
    }
    may_send(rows, payer, *way, ask.amount)?;
    let transfer = Transfer {
        notify_url: command.notify_url.clone(),
        app: Some(*app),
        passback: command.passback.clone(),
        gbk: command.gbk,
        rsa1: command.rsa1,
        // The payer stands for a payee that there is not: it is refused below, and the payer's money is the same.
        ..fresh(rows, ask, payee.unwrap_or(ask.payer), *way, Arrival::AtOnce)
    };
    let posted = check_money(rows, &transfer)?;
    payee.map_err(Stop::Refused)?;
    let look = risk_check::of_transfer(rows, payer, &transfer, Given::Nothing)?;
    // The number of a detail never comes again, so that nothing could be released: to be looked at is a no.
    let look = if in_batch { look.without_case() } else { look };
    if let Gate::Shut(refused) = look.gate {
        look.note(rows);
        return Err(Stop::Noted(TransferRefused::Risk(refused)));
    }

    // Nothing can be refused here below this line; a payee that is closed sends it back.
    look.note(rows);
    number(rows, &transfer);
    Ok(pay(rows, &transfer, posted, by)?)
}

/// The answer to a number that was used before.
fn ended(first: Arc<Transfer>) -> Result<Next<Arc<Transfer>>, Stop<TransferRefused>> {
    match first.state {
        TransferState::Returned => Stop::because(TransferRefused::PayeeBlocked),
        TransferState::Offered
        | TransferState::Waiting
        | TransferState::UnderWay
        | TransferState::Done
        | TransferState::Cancelled => Ok(Next::Answer(first)),
    }
}

/// A transfer that nothing happened to yet.
pub(super) fn fresh(
    rows: &Rows<'_>,
    ask: &TransferAsk,
    payee: base::PartyId,
    way: TransferWay,
    arrival: Arrival,
) -> Transfer {
    let TransferAsk { payer, payee: _, named, amount, out_biz_no, title, remark } = ask.clone();
    Transfer {
        slot: rows.slot(),
        no: TransferNo::of(rows.stamp(), rows.slot()),
        payer,
        payee,
        way,
        app: None,
        out_biz_no,
        named,
        currency: amount.currency(),
        amount_minor: amount.minor(),
        arrival,
        title,
        remark,
        passback: None,
        state: TransferState::Offered,
        notify_url: None,
        gbk: false,
        rsa1: false,
        opened_at_us: rows.now_us(),
        paid_at_us: None,
        due_at_us: None,
        ended_at_us: None,
        timer: None,
        asked_arrival: None,
    }
}

/// Takes the payer's number for a transfer.
pub(super) fn number(rows: &mut Rows<'_>, transfer: &Transfer) {
    let Transfer { slot, payer, way, no, .. } = *transfer;
    rows.put(TransferNumber { slot, payer, way, out_biz_no: transfer.out_biz_no.clone(), no });
}
