//! Transfers (转账): money from one account to another, without an order behind it.
//!
//! The payer's slot decides: it checks, takes the money, and tells the payee's slot; what cannot arrive comes back. A
//! payer may have the money wait, so that there is time to change one's mind: it then lies on an account of the
//! platform in the payer's slot, not between slots, and goes on by a timer or back by the payer's word. A merchant's
//! program sends in one step; a person is first shown whom the money goes to, and then confirms.
//!
//! A transfer to a bank card goes out by an order to the bank instead, and ends with the bank's final word.
//!
//! Reading order: `state`, `records`, `card`, `rules`, `refusal`.

mod card;
mod records;
mod refusal;
mod rules;
mod state;

pub use card::{CardGuess, CardTransfer, CardTransferEvent, CardTransferNumber, CardTransferState};
pub use records::{KnownPayee, OutBizNo, Received, Transfer, TransferNumber, Words};
pub use refusal::{
    CancelTransferRefused, CardTransferRefused, ConfirmTransferRefused, LimitRefused, TransferNotFound,
    TransferRefused,
};
pub use rules::{
    API_LEAST_MINOR, KEPT_ON_US, KNOWN_PAYEE_US, Limits, MERCHANT_DAY_MINOR, MERCHANT_MONTH_MINOR,
    MERCHANT_SINGLE_MINOR, OFFER_LIFE_US, PERSON_DAY_MINOR, REVIEWED_OFFER_LIFE_US, WRONG_NAMES_MAX,
    is_known, limits, within,
};
pub use state::{Arrival, TransferEvent, TransferState, TransferWay};
