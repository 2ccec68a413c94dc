//! The ground floor: what every room above speaks of.
//!
//! Ids carry the slot of their home, stamps are the only time inside a decision, text is bounded, secrets do
//! not print, and a [`Record`] is a row of a typed table. Nothing here does I/O or reads a clock.
//!
//! Reading order: `slot`, `stamp`, `calendar`, `day`, `id`, `text`, `secret`, `record`, `codec`; `plant` is for
//! proving the
//! proofs.

// The derives name `::base`, also inside this crate.
extern crate self as base;

mod calendar;
mod codec;
mod day;
mod id;
mod plant;
mod record;
mod secret;
mod slot;
mod stamp;
mod text;

pub use base_derive::{Field, Record};
pub use calendar::{
    CHINA_OFFSET_US, DAY_US, HOUR_US, MINUTE_US, SECOND_US, china_date, china_moment, next_china_midnight_us,
};
pub use codec::{BinarySink, BinarySource, Value};
pub use day::{Day, DayError, plus_months_us};
pub use id::{
    AgreementNo, AppId, BankOrderNo, BatchNo, CardNo, FreezeNo, HoldNo, IdError, NoticeNo, OperationNo,
    OrderNo, PartyId, PostingNo, TimerNo, TransferNo,
};
pub use plant::{PLANTED, Plant, plant, planted};
pub use record::{Column, ColumnKind, Field, FieldError, Record, Sink, Source};
pub use secret::Secret;
pub use slot::{SLOTS, Slot, SlotError, SlotSet};
pub use stamp::{Stamp, Stamper};
pub use text::{Text, TextError};
