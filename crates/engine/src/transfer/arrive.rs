//! A transfer arrives at the payee, or comes back to the payer.

use super::{batch, odd, step, told, usage};
use crate::{Fault, Message, Reply, Rows, TransferAnswer, TransferBy, TransferIn, books};
use ::transfer::{
    ConfirmTransferRefused, DetailFailure, KnownPayee, Received, Transfer, TransferEvent, TransferRefused,
    TransferState,
};
use base::{Plant, planted};
use ledger::Template;
use people::{Party, PartyStatus};

/// In the payee's slot: the money arrives, unless the account was given up or never was.
pub(crate) fn transfer_in(rows: &mut Rows<'_>, said: &TransferIn) -> Result<Option<Reply>, Fault> {
    let TransferIn { transfer, payer, payee, amount, by } = *said;
    let party = rows.get::<Party>((rows.slot(), payee))?;
    let may = |status| status != PartyStatus::Closed || planted(Plant::TransferToClosedPayee);
    // A payee that is alike to somebody on a list gets nothing before a person has looked; the payer has it back.
    let arrived = party.is_some_and(|party| may(party.status) && !party.stop.is_listed());
    if arrived {
        books::must(rows, Template::TransferIn { payee, amount }, Some(transfer.topic()))?;
        let (slot, at_us) = (rows.slot(), rows.now_us());
        let (currency, amount_minor) = (amount.currency(), amount.minor());
        rows.put(Received { slot, no: transfer, payee, payer, currency, amount_minor, at_us });
    }
    rows.send(transfer.slot(), Message::TransferAnswer(TransferAnswer { transfer, arrived, by }));
    Ok(None)
}

/// In the payer's slot: the payee has it, or the payer has it again.
pub(crate) fn transfer_answer(rows: &mut Rows<'_>, said: &TransferAnswer) -> Result<Option<Reply>, Fault> {
    let slot = rows.slot();
    let transfer = rows.get::<Transfer>((slot, said.transfer))?;
    let transfer =
        transfer.ok_or_else(|| Fault(format!("transfer {} vanished on its way", said.transfer)))?;
    let Transfer { payer, payee, .. } = *transfer;
    let transfer = if said.arrived {
        if !planted(Plant::PayeeNotRemembered) {
            rows.put(KnownPayee { slot, payer, payee, last_at_us: rows.now_us() });
        }
        step(rows, &transfer, TransferEvent::Arrive)?
    } else {
        let amount = transfer.amount();
        books::must(rows, Template::TransferReturn { payer, amount }, Some(transfer.no.topic()))?;
        if !planted(Plant::BouncedTransferCounts) {
            usage::give_back(rows, &transfer)?;
        }
        step(rows, &transfer, TransferEvent::Bounce)?
    };
    told::tell(rows, &transfer);
    let ended = match transfer.state {
        TransferState::Done => Ok(transfer),
        TransferState::Returned => Err(TransferRefused::PayeeBlocked),
        TransferState::Offered
        | TransferState::Waiting
        | TransferState::UnderWay
        | TransferState::Cancelled => return Err(odd(&transfer, "it did not end")),
    };
    Ok(match said.by {
        TransferBy::Program => Some(Reply::TransferMoney(ended)),
        TransferBy::Person => Some(Reply::ConfirmTransfer(ended.map_err(ConfirmTransferRefused::Refused))),
        TransferBy::Clock => None,
        TransferBy::Batch => {
            batch::step::ended(rows, said.transfer, ended.map(drop).map_err(DetailFailure::from))?;
            None
        }
    })
}
