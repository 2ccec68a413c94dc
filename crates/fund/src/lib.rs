//! Bank cards that parties bound, and bank orders: money asked of a card, and money sent to one.
//!
//! Why a room of its own: a bank answers late, twice, or not at all. What that means for the money is one total state
//! machine here, and whoever speaks with the bank only carries its words.
//!
//! Rules: product rules of withdrawals (free sum for life, one per mille above it, largest sums) and the usual limits
//! of payments by card. Reading order: `card`, `pocket`, `order`, `state`, `surprise`, `rules`, `refusal`,
//! `health`.

mod card;
mod health;
mod order;
mod pocket;
mod refusal;
mod rules;
mod state;
mod surprise;

pub use card::{BankAgreement, BankCode, Card, CardDigest, CardKind, CardName, CardState, LastFour};
pub use health::BankHealth;
pub use order::{BankKey, BankOrder, BankOrderKey, BankOrderKind, BankReason, BankRef, Done};
pub use pocket::{POCKETS_MAX, Pocket, PocketList, PocketOrder, SetPocketsRefused};
pub use refusal::{
    AskCardRefused, BankOrderRefused, BindCardRefused, CardRefused, CloseBankOrderRefused,
    ConfirmBankOrderRefused, FindBankRefused,
};
pub use rules::{
    CardLimits, GIVE_UP_US, REVIEWED_DRAFT_US, WITHDRAW_DAY_FEN, WITHDRAW_FEE_MIN_FEN, WITHDRAW_FEE_PPM,
    WITHDRAW_FREE_LIFE_FEN, WITHDRAW_SINGLE_FEN, WithdrawPrice, card_limits, card_transfer_fee, fen,
    next_try_at_us, withdraw_price,
};
pub use state::{BankEvent, BankMove, BankOrderState, bank_next};
pub use surprise::{BankSurprise, SurpriseKind};
