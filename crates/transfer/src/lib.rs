//! Transfers (转账): money from one account to another, without an order behind it.
//!
//! The payer's slot decides: it checks, takes the money, and tells the payee's slot; what cannot arrive comes back. A
//! payer may have the money wait, so that there is time to change one's mind: it then lies on an account of the
//! platform in the payer's slot, not between slots, and goes on by a timer or back by the payer's word. A merchant's
//! program sends in one step; a person is first shown whom the money goes to, and then confirms.
//!
//! A transfer to a bank card goes out by an order to the bank instead, and ends with the bank's final word.
//!
//! A batch is many transfers that a merchant's program asks for at once: written down by one decision, carried out one
//! by one, each by what carries out a transfer that is asked for alone.
//!
//! Reading order: `state`, `records`, `card`, `rules`, `refusal`; then `batch_state`, `batch`.

mod batch;
mod batch_state;
mod card;
mod records;
mod refusal;
mod rules;
mod state;

pub use batch::{
    BATCH_COUNT_MAX, BATCH_LIFE_MAX_US, BATCH_LIFE_US, OutBatchNo, TransferBatch, TransferBatchDetail,
    TransferBatchLink, TransferBatchNumber, detail_id, detail_of_id,
};
pub use batch_state::{
    BatchEvent, BatchProduct, BatchScene, BatchState, DetailEvent, DetailFailure, DetailState, DetailStatus,
    DetailUnknown,
};
pub use card::{CardTransfer, CardTransferEvent, CardTransferNumber, CardTransferState};
pub use records::{KnownPayee, OutBizNo, Received, Transfer, TransferNumber, Words};
pub use refusal::{
    BatchNotFound, BatchRefused, CancelTransferRefused, CardTransferRefused, ConfirmTransferRefused,
    DecideBatchRefused, LimitRefused, TransferNotFound, TransferRefused,
};
pub use rules::{
    API_LEAST_MINOR, KEPT_ON_US, KNOWN_PAYEE_US, Limits, MERCHANT_DAY_MINOR, MERCHANT_MONTH_MINOR,
    MERCHANT_SINGLE_MINOR, OFFER_LIFE_US, PERSON_DAY_MINOR, REVIEWED_OFFER_LIFE_US, is_known, limits, within,
};
pub use state::{Arrival, TransferEvent, TransferState, TransferWay};
