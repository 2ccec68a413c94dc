//! Every table there is, as closed enums, so that stores, cache and verifier can treat rows alike and a new table is
//! one line here and one migration in the store.

use crate::{Link, Outbox};
use base::{Column, FieldError, Record, Sink, Slot, Source};
use fund::{BankOrder, BankOrderKey, BankSurprise, Card, CardName, PocketOrder};
use ledger::{Account, DayClose, Hold, Posting, TrialBalance};
use people::{
    App, AppKey, Attempt, Callback, Certification, Challenge, Credential, Device, Evidence, Grant, Login,
    MerchantApplication, MerchantStaff, MerchantStore, Operator, OperatorBook, OperatorProposal, OpsTrail,
    OpsTrailHead, OpsTrailOpen, Party, Passkey, PasskeyProof, Person, PersonCount, PersonSpend, Profile,
    SignIn, SlotHead, StaffBook, StaffNote, StaffPlace, Standing, Token, Usage,
};
use recon::{
    BookedLine, ReadStatement, Settlement, SurpriseSettlement, Suspense, SuspenseClosing, SuspenseProposal,
};
use risk::{
    RiskCase, RiskDecision, RiskProposal, RiskRules, ScreenHit, ScreenList, ScreenProposal, ScreenRelease,
    Screening,
};
use std::sync::Arc;
use trade::{
    Agreement, AgreementName, Contract, ContractBook, Debit, Escrow, EscrowCase, EscrowStep, Freeze,
    FreezeNumber, FreezeOperation, Frozen, Mandate, Notice, Order, OrderNumber, PayCode, Receipt, Refund,
    RefundWish, Relation, Rulebook, RulesBook, RulesVersion, SettlementBatch, Signing, Split, SplitBook,
    SplitLine, StaticPay, StaticUse, StaticWait, Timer, TopUpReceipt, Trade,
};
use transfer::{
    CardGuess, CardTransfer, CardTransferNumber, KnownPayee, Received, Transfer, TransferBatch,
    TransferBatchDetail, TransferBatchLink, TransferBatchNumber, TransferNumber,
};

/// A record that has a table of its own.
pub trait Tabled: Record {
    /// Its table.
    const TABLE_ID: Table;
    /// Wraps a row.
    fn wrap(row: Arc<Self>) -> Row;
    /// The row, when it is of this table.
    fn unwrap(row: &Row) -> Option<&Arc<Self>>;
    /// Wraps a key.
    fn wrap_key(key: Self::Key) -> Key;
}

macro_rules! tables {
    ($($name:ident = $number:literal, $keep:literal;)*) => {
        /// A table.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Table { $(#[doc = concat!("Rows of `", stringify!($name), "`.")] $name,)* }

        /// A row of any table; cheap to clone.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Row { $(#[doc = concat!("A `", stringify!($name), "`.")] $name(Arc<$name>),)* }

        /// The key of a row of any table.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Key { $(#[doc = concat!("Key of a `", stringify!($name), "`.")] $name(<$name as Record>::Key),)* }

        impl Table {
            /// All tables, in the order of their numbers.
            pub const ALL: &'static [Table] = &[$(Table::$name,)*];

            /// The table's number in the journal; never reused.
            pub const fn number(self) -> u8 { match self { $(Table::$name => $number,)* } }
            /// The table with this number.
            pub const fn from_number(number: u8) -> Option<Table> {
                match number { $($number => Some(Table::$name),)* _ => None }
            }
            /// Its name in SQL.
            pub const fn name(self) -> &'static str { match self { $(Table::$name => <$name as Record>::TABLE,)* } }
            /// Its columns; the key's come first.
            pub const fn columns(self) -> &'static [Column] {
                match self { $(Table::$name => <$name as Record>::COLUMNS,)* }
            }
            /// How many of its columns are the key.
            pub const fn key_columns(self) -> usize {
                match self { $(Table::$name => <$name as Record>::KEY_COLUMNS,)* }
            }
            /// Whether its rows are worth keeping in memory after they were posted: few, or changed again and again.
            pub const fn keep(self) -> bool { match self { $(Table::$name => $keep,)* } }
            /// Reads a row.
            pub fn read(self, source: &mut dyn Source) -> Result<Row, FieldError> {
                Ok(match self { $(Table::$name => Row::$name(Arc::new(<$name as Record>::read(source)?)),)* })
            }
            /// Reads a key.
            pub fn read_key(self, source: &mut dyn Source) -> Result<Key, FieldError> {
                Ok(match self { $(Table::$name => Key::$name(<$name as Record>::read_key(source)?),)* })
            }
        }

        impl Row {
            /// Its table.
            pub const fn table(&self) -> Table { match self { $(Row::$name(_) => Table::$name,)* } }
            /// Its key.
            pub fn key(&self) -> Key { match self { $(Row::$name(row) => Key::$name(row.key()),)* } }
            /// Writes all columns in order.
            pub fn write(&self, sink: &mut dyn Sink) { match self { $(Row::$name(row) => row.write(sink),)* } }
        }

        impl Key {
            /// Its table.
            pub const fn table(&self) -> Table { match self { $(Key::$name(_) => Table::$name,)* } }
            /// The slot it lies in.
            pub fn slot(&self) -> Slot { match self { $(Key::$name(key) => <$name as Record>::slot_of(key),)* } }
            /// Writes the key's columns in order.
            pub fn write(&self, sink: &mut dyn Sink) {
                match self { $(Key::$name(key) => <$name as Record>::write_key(key, sink),)* }
            }
        }

        $(impl Tabled for $name {
            const TABLE_ID: Table = Table::$name;
            fn wrap(row: Arc<Self>) -> Row { Row::$name(row) }
            fn unwrap(row: &Row) -> Option<&Arc<Self>> { if let Row::$name(row) = row { Some(row) } else { None } }
            fn wrap_key(key: Self::Key) -> Key { Key::$name(key) }
        })*
    };
}

tables! {
    // name = number in the journal, whether to keep in memory after posting;
    Party = 1, true;
    Login = 2, true;
    Credential = 3, false;
    Attempt = 4, false;
    SlotHead = 5, true;
    App = 6, true;
    Rulebook = 7, true;
    Account = 8, true;
    Posting = 9, false;
    Hold = 10, false;
    Order = 11, false;
    OrderNumber = 12, false;
    Trade = 13, false;
    Refund = 14, false;
    Receipt = 15, false;
    TopUpReceipt = 16, false;
    PayCode = 17, false;
    Notice = 18, false;
    Timer = 19, false;
    Outbox = 20, false;
    Link = 21, true;
    Grant = 22, false;
    Token = 23, false;
    Callback = 24, true;
    Certification = 25, false;
    Freeze = 26, false;
    FreezeOperation = 27, false;
    FreezeNumber = 28, false;
    Frozen = 29, false;
    Agreement = 30, false;
    Mandate = 31, false;
    AgreementName = 32, false;
    Debit = 33, false;
    Escrow = 34, false;
    EscrowCase = 35, false;
    EscrowStep = 36, false;
    Received = 37, false;
    SplitBook = 38, false;
    Split = 39, false;
    SplitLine = 40, false;
    Relation = 41, true;
    Signing = 42, false;
    Usage = 45, false;
    Transfer = 46, false;
    TransferNumber = 47, false;
    KnownPayee = 48, false;
    Challenge = 57, false;
    Profile = 58, false;
    SignIn = 59, false;
    Card = 49, true;
    BankOrder = 50, false;
    CardName = 51, false;
    BankOrderKey = 52, false;
    BankSurprise = 53, false;
    BookedLine = 70, false;
    Suspense = 71, false;
    Settlement = 72, false;
    Standing = 60, false;
    Evidence = 61, false;
    Person = 62, false;
    ReadStatement = 78, false;
    SurpriseSettlement = 79, false;
    SuspenseClosing = 80, false;
    AppKey = 82, true;
    MerchantApplication = 83, false;
    Device = 95, false;
    RiskRules = 73, true;
    RiskProposal = 74, false;
    RiskCase = 75, false;
    RiskDecision = 76, false;
    Contract = 96, true;
    ContractBook = 97, true;
    DayClose = 98, false;
    TrialBalance = 99, false;
    Passkey = 93, false;
    PasskeyProof = 94, false;
    SettlementBatch = 84, false;
    CardTransfer = 100, false;
    CardTransferNumber = 101, false;
    ScreenList = 105, true;
    ScreenProposal = 106, false;
    Screening = 107, false;
    ScreenHit = 108, false;
    SuspenseProposal = 115, false;
    MerchantStore = 116, false;
    Operator = 117, true;
    OperatorProposal = 118, false;
    OperatorBook = 119, false;
    TransferBatch = 120, false;
    TransferBatchNumber = 121, false;
    TransferBatchDetail = 122, false;
    TransferBatchLink = 123, false;
    ScreenRelease = 125, false;
    CardGuess = 126, false;
    PersonSpend = 127, false;
    PersonCount = 128, false;
    MerchantStaff = 129, true;
    StaffPlace = 130, false;
    StaffBook = 133, false;
    StaffNote = 134, false;
    OpsTrail = 131, false;
    OpsTrailHead = 132, true;
    OpsTrailOpen = 135, false;
    StaticPay = 136, false;
    StaticUse = 137, false;
    StaticWait = 138, false;
    RulesVersion = 139, false;
    RulesBook = 140, false;
    RefundWish = 141, false;
    PocketOrder = 142, false;
}

impl Table {
    /// Whether every row that exists is in the cell's memory, so that a row which is not there does not exist: they are
    /// few, because each is gone soon, or because people make them.
    pub const fn resident(self) -> bool {
        matches!(
            self,
            Table::PayCode | Table::ContractBook | Table::MerchantApplication | Table::MerchantStore
        )
    }

    /// Whether decisions only ever write it, each row once: memory need not hold it until it is posted.
    pub const fn write_only(self) -> bool {
        matches!(self, Table::Posting)
    }
}

impl Key {
    /// Where and when (microseconds UTC, by the clock of that slot's cell) the number in the key was issued, for rows
    /// that are named by such a number: no row of this key can be older. Absent for rows that are named by people or
    /// parties.
    pub const fn born(&self) -> Option<(Slot, i64)> {
        match self {
            Key::Order((_, no)) | Key::Trade((_, no)) | Key::StaticPay((_, no)) => {
                Some((no.slot(), no.at_us()))
            }
            Key::Refund((_, no, _)) | Key::Receipt((_, no, _)) | Key::RefundWish((_, _, no)) => {
                Some((no.slot(), no.at_us()))
            }
            Key::Escrow((_, no)) | Key::EscrowCase((_, no, _)) | Key::EscrowStep((_, no, _)) => {
                Some((no.slot(), no.at_us()))
            }
            Key::Posting((_, no)) => Some((no.slot(), no.at_us())),
            Key::Notice((_, no)) => Some((no.slot(), no.at_us())),
            Key::Hold((_, no)) => Some((no.slot(), no.at_us())),
            Key::Agreement((_, no)) | Key::Mandate((_, no)) => Some((no.slot(), no.at_us())),
            Key::Debit((_, no)) | Key::Signing((_, no)) => Some((no.slot(), no.at_us())),
            Key::Timer((_, _, no)) => Some((no.slot(), no.at_us())),
            Key::Freeze((_, no)) | Key::Frozen((_, no)) => Some((no.slot(), no.at_us())),
            Key::FreezeOperation((_, no, _)) => Some((no.slot(), no.at_us())),
            Key::SplitBook((_, no)) | Key::Split((_, no, _)) | Key::SplitLine((_, no, _, _)) => {
                Some((no.slot(), no.at_us()))
            }
            Key::Transfer((_, no)) | Key::Received((_, no)) => Some((no.slot(), no.at_us())),
            Key::CardTransfer((_, no)) | Key::TransferBatchLink((_, no)) => Some((no.slot(), no.at_us())),
            Key::TransferBatch((_, no)) | Key::TransferBatchDetail((_, no, _)) => {
                Some((no.slot(), no.at_us()))
            }
            Key::Card((_, no)) => Some((no.slot(), no.at_us())),
            Key::BankOrder((_, no)) | Key::BankSurprise((_, no, _, _)) => Some((no.slot(), no.at_us())),
            Key::Settlement((_, no)) | Key::SurpriseSettlement((_, no, _)) => Some((no.slot(), no.at_us())),
            Key::Party(_) | Key::Login(_) | Key::Credential(_) | Key::Attempt(_) | Key::SlotHead(_) => None,
            Key::App(_) | Key::AppKey(_) | Key::MerchantApplication(_) | Key::MerchantStore(_) => None,
            Key::Operator(_) | Key::OperatorProposal(_) | Key::OperatorBook(_) | Key::OpsTrail(_) => None,
            Key::OpsTrailHead(_) | Key::OpsTrailOpen(_) | Key::MerchantStaff(_) | Key::StaffBook(_) => None,
            Key::StaffPlace(_) | Key::StaffNote(_) | Key::Rulebook(_) | Key::RulesVersion(_) => None,
            Key::RulesBook(_) | Key::Account(_) | Key::OrderNumber(_) | Key::FreezeNumber(_) => None,
            Key::TopUpReceipt(_) | Key::PayCode(_) | Key::AgreementName(_) | Key::Outbox(_) => None,
            Key::Link(_) | Key::Relation(_) | Key::CardName(_) | Key::BankOrderKey(_) => None,
            Key::BookedLine(_) | Key::ReadStatement(_) | Key::Suspense(_) | Key::SuspenseClosing(_) => None,
            Key::SuspenseProposal(_) | Key::Grant(_) | Key::Token(_) | Key::Callback(_) => None,
            Key::Certification(_) | Key::Usage(_) | Key::TransferNumber(_) | Key::KnownPayee(_) => None,
            Key::CardTransferNumber(_) | Key::CardGuess(_) | Key::PersonSpend(_) | Key::PocketOrder(_) => {
                None
            }
            Key::PersonCount(_) | Key::StaticUse(_) | Key::Challenge(_) | Key::Profile(_) => None,
            Key::SignIn(_) | Key::Device(_) | Key::Person(_) | Key::Standing(_) | Key::Evidence(_) => None,
            Key::StaticWait(_) | Key::TransferBatchNumber(_) | Key::Contract(_) => None,
            Key::ContractBook(_) | Key::Passkey(_) | Key::PasskeyProof(_) | Key::DayClose(_) => None,
            Key::TrialBalance(_) | Key::SettlementBatch(_) | Key::ScreenRelease(_) => None,
            Key::RiskRules(_) | Key::RiskProposal(_) | Key::RiskCase(_) | Key::RiskDecision(_) => None,
            Key::ScreenList(_) | Key::ScreenProposal(_) | Key::Screening(_) | Key::ScreenHit(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_and_names_are_unique_and_every_key_begins_with_the_slot() {
        let numbers: BTreeSet<u8> = Table::ALL.iter().map(|table| table.number()).collect();
        let names: BTreeSet<&str> = Table::ALL.iter().map(|table| table.name()).collect();
        assert_eq!((numbers.len(), names.len()), (Table::ALL.len(), Table::ALL.len()));
        for table in Table::ALL {
            assert_eq!(Table::from_number(table.number()), Some(*table));
            assert_eq!(table.columns()[0].name, "slot", "{}", table.name());
            assert!(table.key_columns() >= 1 && table.key_columns() <= table.columns().len());
        }
    }
}
