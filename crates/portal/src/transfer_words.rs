//! What the wallet says of transfers, in the visitor's language.

use crate::risk_words::risk_words;
use crate::texts::Texts;
use transfer::{Arrival, LimitRefused, TransferRefused, TransferState};

/// Where a transfer stands.
pub(crate) const fn state_words(state: TransferState, t: &Texts) -> &'static str {
    match state {
        TransferState::Offered => t.transfer_offered,
        TransferState::Waiting => t.transfer_waiting,
        TransferState::UnderWay => t.transfer_under_way,
        TransferState::Done => t.transfer_done,
        TransferState::Returned => t.transfer_returned,
        TransferState::Cancelled => t.transfer_cancelled,
    }
}

/// When it shall be there.
pub(crate) const fn arrival_words(arrival: Arrival, t: &Texts) -> &'static str {
    match arrival {
        Arrival::AtOnce => t.arrival_at_once,
        Arrival::TwoHours => t.arrival_two_hours,
        Arrival::OneDay => t.arrival_one_day,
    }
}

/// Why it is not sent.
pub(crate) fn refusal_words(refused: TransferRefused, t: &Texts) -> &'static str {
    match refused {
        TransferRefused::PayeeNotFound | TransferRefused::PayeeNameDiffers => t.transfer_no_payee,
        TransferRefused::PayeeIsPayer => t.transfer_to_self,
        TransferRefused::PayeeBlocked => t.transfer_payee_blocked,
        // A contract is a merchant's, whose program hears of it by its code: nobody reads it here.
        TransferRefused::PayerNotFound | TransferRefused::NotSigned | TransferRefused::PayerBlocked => {
            t.transfer_payer_blocked
        }
        TransferRefused::PayerStopped => t.payments_stopped,
        TransferRefused::NumberTaken { field: _ } => t.transfer_form_used,
        TransferRefused::Limit(LimitRefused::TooSmall) => t.transfer_amount_wrong,
        TransferRefused::Limit(LimitRefused::TooLarge | LimitRefused::Day | LimitRefused::Month) => {
            t.transfer_above_limit
        }
        TransferRefused::BalanceTooLow => t.balance_too_low,
        TransferRefused::Risk(why) => risk_words(why, t).1,
    }
}
