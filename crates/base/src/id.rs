//! Ids. Each carries the slot of its home in its last two digits, so that a request finds its cell without a
//! look-up; those that we issue are made from the stamp, so that a replay makes the same ones.

mod transfer_no;

use crate::{
    CHINA_OFFSET_US, ColumnKind, DAY_US, Field, FieldError, SLOTS, Sink, Slot, Source, Stamp, china_date,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Text that is not an id of the wanted kind.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a {kind}: {reason}")]
pub struct IdError {
    /// What was wanted, for example "party id".
    pub kind: &'static str,
    /// What is wrong with the text, without repeating it.
    pub reason: &'static str,
}

fn digits(text: &str, length: usize, kind: &'static str) -> Result<u64, IdError> {
    if text.len() != length || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(IdError { kind, reason: "wrong length or not all digits" });
    }
    text.parse().map_err(|_| IdError { kind, reason: "too large" })
}

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $low:literal ..= $high:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(u64);

        impl $name {
            /// The `counter`-th id of a slot. `None` when the counter is used up (10¹⁰ of them).
            pub fn issue(counter: u64, slot: Slot) -> Option<$name> {
                let number = counter.checked_mul(u64::from(SLOTS))?.checked_add($low)?;
                (number <= $high).then(|| $name(number + u64::from(slot.number())))
            }
            /// The slot of the owner.
            pub const fn slot(self) -> Slot { Slot::of_id(self.0) }
            /// The 16 digits as a number.
            pub const fn number(self) -> u64 { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}", self.0) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}", self.0) }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<$name, IdError> {
                let number = digits(text, 16, $kind)?;
                if ($low..=$high).contains(&number) { Ok($name(number)) }
                else { Err(IdError { kind: $kind, reason: "outside its range" }) }
            }
        }
        impl Field for $name {
            const KIND: ColumnKind = ColumnKind::Int;
            fn write(&self, sink: &mut dyn Sink) { sink.int(self.0.cast_signed()); }
            fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
                let number = source.int()?;
                let id = u64::try_from(number).ok().filter(|id| ($low..=$high).contains(id));
                id.map($name).ok_or_else(|| FieldError::new(stringify!($name), number))
            }
        }
    };
}

numbered! {
    /// A person, merchant, partner or the platform: 16 digits beginning 2088, the last two are the slot.
    PartyId, "party id", 2_088_000_000_000_000 ..= 2_088_999_999_999_999
}
numbered! {
    /// A merchant's application at the gateway: 16 digits beginning 9021, the last two are the owner's slot.
    AppId, "app id", 9_021_000_000_000_000 ..= 9_021_999_999_999_999
}

impl PartyId {
    /// The platform itself in a slot: owner of the slot's transit, fee and reserve accounts.
    pub const fn platform(slot: Slot) -> PartyId {
        PartyId(2_088_000_000_000_000 + slot.number() as u64)
    }
    /// Whether this is the platform in any slot.
    pub const fn is_platform(self) -> bool {
        self.0 < 2_088_000_000_000_000 + SLOTS as u64
    }
}

macro_rules! serial {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Kept as `microseconds × 100 + slot`: one number that sorts by time and names its home.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(i64);

        impl $name {
            /// The id of what is decided at this stamp in this slot.
            pub const fn of(stamp: Stamp, slot: Slot) -> $name {
                $name(stamp.at_us * SLOTS as i64 + slot.number() as i64)
            }
            /// The slot it was issued in.
            pub const fn slot(self) -> Slot { Slot::of_id(self.0.unsigned_abs()) }
            /// When it was issued, microseconds UTC.
            pub const fn at_us(self) -> i64 { self.0 / SLOTS as i64 }
            /// The number as stored.
            pub const fn number(self) -> i64 { self.0 }
            /// The id with this stored number; `None` when negative.
            pub const fn from_number(number: i64) -> Option<$name> {
                if number < 0 { None } else { Some($name(number)) }
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }
        impl Field for $name {
            const KIND: ColumnKind = ColumnKind::Int;
            fn write(&self, sink: &mut dyn Sink) { sink.int(self.0); }
            fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
                let number = source.int()?;
                $name::from_number(number).ok_or_else(|| FieldError::new(stringify!($name), number))
            }
        }
    };
}

serial! {
    /// Our number of an order and of the trade that pays it (`trade_no`): 28 digits beginning with the China date.
    OrderNo
}
serial! {
    /// The number of a posting in the ledger.
    PostingNo
}
serial! {
    /// The number of a notification (`notify_id`).
    NoticeNo
}
serial! {
    /// The number of a timer.
    TimerNo
}
serial! {
    /// The number of a hold on an account.
    HoldNo
}
serial! {
    /// The number of a debit agreement (`agreement_no`): 21 digits beginning with the China date. Of the series of
    /// orders.
    AgreementNo
}

serial! {
    /// Our number of a pre-authorisation (`auth_no`): 28 digits beginning with the China date.
    FreezeNo
}
serial! {
    /// The number of one operation of a pre-authorisation (`operation_id`): 28 digits beginning with the China date.
    OperationNo
}

serial! {
    /// Our number of a bank card that a party bound: 28 digits beginning with the China date. Of the series of orders.
    CardNo
}
serial! {
    /// Our number of an order to a bank: 28 digits beginning with the China date. Of the series of orders.
    BankOrderNo
}

serial! {
    /// Our number of a transfer (`order_id`): 32 digits beginning with the China date.
    TransferNo
}
serial! {
    /// Our number of a batch of transfers (`batch_trans_id`): 28 digits beginning with the China date. Of the series of
    /// orders.
    BatchNo
}

/// Numbers that have a place in the order series: what timers, topics of messages, postings and password tries go by.
/// No order has the same one, because a decision makes one of them at most.
macro_rules! topics {
    ($($name:ident),*) => {$(
        impl $name {
            /// The same number as one of the order series.
            pub const fn topic(self) -> OrderNo { OrderNo(self.0) }
            /// The one of a number that `topic` gave.
            pub const fn of_topic(topic: OrderNo) -> $name { $name(topic.0) }
        }
    )*};
}
topics!(AgreementNo, BankOrderNo, BatchNo, FreezeNo);

/// What stands between date and time of day in a trade number, as in those that merchants know.
const TRADE_NO_FILL: &str = "2200140";
/// The same in the number of a pre-authorisation.
const FREEZE_NO_FILL: &str = "0000200";
/// The same in the number of an operation.
const OPERATION_NO_FILL: &str = "0000285";
/// The same in our number of a bank card.
const CARD_NO_FILL: &str = "0000410";
/// The same in the number of an order to a bank.
const BANK_ORDER_NO_FILL: &str = "0000420";
/// The same in the number of a batch of transfers.
const BATCH_NO_FILL: &str = "0000430";

/// A number of the order series with another fill between date and time of day.
fn refilled(number: OrderNo, fill: &str) -> String {
    let text = number.to_string();
    format!("{}{fill}{}", &text[..8], &text[15..])
}

macro_rules! shown_with_fill {
    ($($name:ident, $kind:literal, $fill:ident;)*) => {$(
        impl fmt::Display for $name {
            /// As a trade number, with other digits between date and time of day.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&refilled(OrderNo(self.0), $fill)) }
        }
        impl FromStr for $name {
            type Err = IdError;

            /// Reads what `Display` writes, and nothing else.
            fn from_str(text: &str) -> Result<$name, IdError> {
                let wrong = |reason| IdError { kind: $kind, reason };
                if text.len() != 28 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(wrong("it has 28 digits"));
                }
                let trade = format!("{}{TRADE_NO_FILL}{}", &text[..8], &text[15..]);
                let number = $name(trade.parse::<OrderNo>().map_err(|error| wrong(error.reason))?.0);
                if number.to_string() == text { Ok(number) } else { Err(wrong("its parts do not fit together")) }
            }
        }
    )*};
}
shown_with_fill! {
    FreezeNo, "number of a pre-authorisation", FREEZE_NO_FILL;
    OperationNo, "number of an operation", OPERATION_NO_FILL;
    CardNo, "number of a card", CARD_NO_FILL;
    BankOrderNo, "number of a bank order", BANK_ORDER_NO_FILL;
    BatchNo, "number of a batch of transfers", BATCH_NO_FILL;
}

impl fmt::Display for OrderNo {
    /// `yyyyMMdd`, seven fixed digits, eleven digits of microseconds of the day in China, two of the slot.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_day = (self.at_us() + CHINA_OFFSET_US).rem_euclid(DAY_US);
        write!(f, "{:08}{TRADE_NO_FILL}{of_day:011}{:02}", china_date(self.at_us()), self.slot().number())
    }
}

impl FromStr for OrderNo {
    type Err = IdError;
    fn from_str(text: &str) -> Result<OrderNo, IdError> {
        let wrong = |reason| IdError { kind: "trade number", reason };
        if text.len() != 28 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong("it has 28 digits"));
        }
        let number = dated(&text[..8], &text[15..], "trade number")?;
        let number = OrderNo::from_number(number).ok_or_else(|| wrong("no such date"))?;
        if number.to_string() == text { Ok(number) } else { Err(wrong("its parts do not fit together")) }
    }
}

/// The number of a date, and of what follows it: eleven digits of microseconds of the day and two of the slot.
fn dated(date: &str, rest: &str, kind: &'static str) -> Result<i64, IdError> {
    let no_date = || IdError { kind, reason: "no such date" };
    let (date, of_day) = (digits(date, 8, kind)?, digits(&rest[..11], 11, kind)?);
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
    let date = jiff::civil::Date::new(year as i16, month as i8, day as i8).map_err(|_| no_date())?;
    let midnight = jiff::tz::Offset::constant(8).to_timestamp(date.at(0, 0, 0, 0));
    let midnight_us = midnight.map_err(|_| no_date())?.as_microsecond();
    let slot = Slot::of_id(digits(&rest[11..], 2, kind)?);
    // Not `of`, which takes moments that a cell has given: this one is anybody's.
    let at_us = midnight_us + of_day.cast_signed();
    let number = at_us.checked_mul(i64::from(SLOTS));
    number.and_then(|number| number.checked_add(i64::from(slot.number()))).ok_or_else(no_date)
}

impl fmt::Display for AgreementNo {
    /// `yyyyMMdd`, eleven digits of microseconds of the day in China, two of the slot.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_day = (self.at_us() + CHINA_OFFSET_US).rem_euclid(DAY_US);
        write!(f, "{:08}{of_day:011}{:02}", china_date(self.at_us()), self.slot().number())
    }
}

impl FromStr for AgreementNo {
    type Err = IdError;
    fn from_str(text: &str) -> Result<AgreementNo, IdError> {
        let wrong = |reason| IdError { kind: "agreement number", reason };
        if text.len() != 21 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong("it has 21 digits"));
        }
        let number = dated(&text[..8], &text[8..], "agreement number")?;
        let number = AgreementNo::from_number(number).ok_or_else(|| wrong("no such date"))?;
        if number.to_string() == text { Ok(number) } else { Err(wrong("its parts do not fit together")) }
    }
}

impl fmt::Display for NoticeNo {
    /// `yyyyMMdd`, then the microseconds and the slot: 27 digits, the same in every attempt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}{:019}", china_date(self.at_us()), self.0)
    }
}

impl FromStr for NoticeNo {
    type Err = IdError;

    /// Reads what `Display` writes, and nothing else.
    fn from_str(text: &str) -> Result<NoticeNo, IdError> {
        let wrong = || IdError { kind: "notify_id", reason: "it is not one of those that were sent" };
        let number =
            text.get(8..).filter(|_| text.len() == 27 && text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.and_then(|digits| digits.parse().ok()).and_then(NoticeNo::from_number);
        number.filter(|number| number.to_string() == text).ok_or_else(wrong)
    }
}

macro_rules! shown_as_number {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}", self.0) }
        }
    )*};
}
shown_as_number!(PostingNo, TimerNo, HoldNo);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trade_number_carries_date_and_slot_and_reads_back() {
        let stamp = Stamp { at_us: 1_767_283_200_000_007, seq: 1 }; // 2026-01-02 00:00:00.000007 in China
        let slot = Slot::new(42).unwrap();
        let number = OrderNo::of(stamp, slot);
        assert_eq!(number.to_string(), "2026010222001400000000000742");
        assert_eq!("2026010222001400000000000742".parse(), Ok(number));
        assert_eq!(number.slot(), slot);
        for wrong in
            ["", "2026010222001400000000000", "2026013222001400000000000742", "2026010212001400000000000742"]
        {
            assert!(wrong.parse::<OrderNo>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_trade_number_of_a_time_that_no_id_can_have_is_refused() {
        // Anybody can send these. Taken for ids they would be negative, which no table takes, or overflow.
        for wrong in [
            "1969123122001400000000000000",
            "0001010122001400000000000000",
            "0000010122001400000000000000",
            "4893010122001400000000000000",
            "9999123022001400000000000099",
            "9999123122001409999999999999",
        ] {
            assert!(wrong.parse::<OrderNo>().is_err(), "{wrong}");
        }
        let last = OrderNo::of(Stamp { at_us: i64::MAX / 100 - 1, seq: 0 }, Slot::new(99).unwrap());
        assert_eq!(last.to_string().parse(), Ok(last));
    }

    #[test]
    fn an_agreement_number_reads_back_and_is_the_number_of_its_topic() {
        let stamp = Stamp { at_us: 1_767_283_200_000_007, seq: 1 };
        let (number, order) = (AgreementNo::of(stamp, Slot::of_id(42)), OrderNo::of(stamp, Slot::of_id(42)));
        assert_eq!(number.to_string(), "202601020000000000742");
        assert_eq!("202601020000000000742".parse(), Ok(number));
        assert_eq!((number.topic(), AgreementNo::of_topic(order)), (order, number));
        for wrong in [
            "",
            "20260102000000000074",
            "202613020000000000742",
            "196912310000000000000",
            "202601029999999999942",
        ] {
            assert!(wrong.parse::<AgreementNo>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_notice_number_reads_back_and_nothing_else_does() {
        let number = NoticeNo::of(Stamp { at_us: 1_767_283_200_000_007, seq: 1 }, Slot::new(42).unwrap());
        assert_eq!(number.to_string().parse(), Ok(number));
        let biggest = i64::MAX.to_string();
        for wrong in [
            "",
            "1",
            "支付支付支付支付支",
            &format!("20260102{biggest}"),
            &format!("20260103{:019}", number.number()),
        ] {
            assert!(wrong.parse::<NoticeNo>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_of_freezes_and_operations_read_back_and_are_told_apart() {
        let stamp = Stamp { at_us: 1_767_283_200_000_007, seq: 1 };
        let slot = Slot::new(42).unwrap();
        let (freeze, operation) = (FreezeNo::of(stamp, slot), OperationNo::of(stamp, slot));
        assert_eq!(freeze.to_string(), "2026010200002000000000000742");
        assert_eq!((freeze.to_string().parse(), operation.to_string().parse()), (Ok(freeze), Ok(operation)));
        assert_eq!(FreezeNo::of_topic(freeze.topic()), freeze);
        assert!(operation.to_string().parse::<FreezeNo>().is_err());
        assert!(OrderNo::of(stamp, slot).to_string().parse::<FreezeNo>().is_err());
        assert!("支付支付支付支付支".parse::<FreezeNo>().is_err() && "1".parse::<OperationNo>().is_err());
    }

    #[test]
    fn party_and_app_ids_are_sixteen_digits_with_their_slot() {
        let slot = Slot::new(7).unwrap();
        let party = PartyId::issue(1_000_000_001, slot).unwrap();
        assert_eq!(party.to_string(), "2088100000000107");
        assert_eq!(party.to_string().parse(), Ok(party));
        assert_eq!(party.slot(), slot);
        assert!(!party.is_platform() && PartyId::platform(slot).is_platform());
        assert_eq!(PartyId::issue(10_000_000_000, slot), None);
        assert!("9021000000000001".parse::<PartyId>().is_err());
    }
}
