//! Postings: the pages of the book.

use crate::AccountId;
use base::{Column, ColumnKind, Field, FieldError, OrderNo, PostingNo, Record, Sink, Slot, Source};
use money::{Currency, Minor, Money};
use serde::{Deserialize, Serialize};

/// Entries of one posting, at most. They lie in one row, because a row of its own for each entry, with an index by
/// account, was measured to halve what the tables can take.
pub const LEGS_MAX: usize = 4;

/// Which side of an account an entry stands on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum Side {
    /// Left: what we owe shrinks, what we own grows.
    Debit,
    /// Right: what we owe grows, what we own shrinks.
    Credit,
}

/// The kinds of posting, closed: each has a template.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum PostingKind {
    /// Money came in from the bank for a party.
    TopUp,
    /// A buyer's payment leaves the buyer's slot.
    PayOut,
    /// A payment arrives at the merchant, less the fee.
    PayIn,
    /// A payment that found its order closed comes back to the buyer.
    PayReturn,
    /// A refund leaves the merchant, with the fee's share given back.
    RefundOut,
    /// A refund arrives at the buyer.
    RefundIn,
    /// A refund that could not reach the buyer comes back to the merchant.
    RefundReturn,
    /// A payment arrives and is held in escrow.
    EscrowIn,
    /// What was held goes to the merchant, less the fee.
    EscrowRelease,
    /// A refund leaves the escrow.
    EscrowOut,
    /// A refund that could not reach the buyer is held in escrow again.
    EscrowReturn,
    /// Parts of an order's money leave the merchant for the receivers of a split.
    SplitOut,
    /// A part of an order's money arrives at its receiver.
    SplitIn,
    /// A part that could not reach its receiver comes back to the merchant.
    SplitReturn,
    /// A receiver gives its part back for a refund.
    BackOut,
    /// A part that was given back returns to its receiver, because the refund was not made.
    BackReturn,
    /// A transfer leaves the payer for the payee.
    TransferOut,
    /// A transfer leaves the payer and waits for its time.
    TransferWait,
    /// A transfer that waited goes to the payee.
    TransferSend,
    /// A transfer that waited is called back by its payer.
    TransferUndo,
    /// A transfer arrives at the payee.
    TransferIn,
    /// A transfer that could not reach the payee comes back to the payer.
    TransferReturn,
    /// A bank took money from a card for a balance.
    CardIn,
    /// Money leaves a balance for a card, with the fee.
    CardOut,
    /// The fee of money that a bank paid to a card.
    CardFee,
    /// Money that a bank did not pay to a card comes to the balance.
    CardOutReturn,
    /// Money that came from a card too late is owed to that card.
    CardTurn,
    /// A bank took money from a card for an order.
    CardPay,
    /// Money of an order is owed to the card that paid it.
    CardBack,
    /// A bank took money from a card against its word.
    SuspenseIn,
    /// A bank paid money to a card against its word.
    SuspenseOut,
    /// A statement shows money that came from a card.
    SettleIn,
    /// A statement shows money that went to a card.
    SettleOut,
    /// A statement shows money that came in, and nothing explains it.
    UnclearIn,
    /// A statement shows money that went out, and nothing explains it.
    UnclearOut,
    /// Money that nothing explained goes back to its card.
    SuspenseReturn,
    /// Money that nothing explained is the platform's own.
    SuspenseKept,
    /// The platform bears what went out and nothing explained.
    SuspenseBorne,
    /// Money that nothing explained is what an order waited for.
    SuspenseMatchIn,
    /// Money that went out and nothing explained is what an order was to pay.
    SuspenseMatchOut,
    /// A statement shows that a bank sent back what it had paid to somebody else's card: the payer has it again.
    CardSentBack,
    /// Money that nothing explained is what a bank sent back of a transfer to a card: the payer has it again.
    SuspenseSentBack,
}

/// One entry of a posting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The account.
    pub account: AccountId,
    /// Its side.
    pub side: Side,
    /// The amount, minor units of the posting's currency, above zero.
    pub amount_minor: Minor,
    /// Credits minus debits of the account after this entry.
    pub balance_after_minor: i64,
}

/// A posting: entries that sum to zero, written once and never changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Posting {
    /// The slot whose books it stands in.
    pub slot: Slot,
    /// Its number.
    pub no: PostingNo,
    /// What happened.
    pub kind: PostingKind,
    /// The business date in China, `yyyymmdd`.
    pub business_date: u32,
    /// The order or trade it is about.
    pub order_no: Option<OrderNo>,
    /// The currency of all entries.
    pub currency: Currency,
    /// The entries; two at least.
    pub entries: [Option<Entry>; LEGS_MAX],
}

impl Posting {
    /// The entries that are there.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().flatten()
    }

    /// L1: debits minus credits, which must be zero; `None` on overflow.
    pub fn imbalance(&self) -> Option<i64> {
        self.entries().try_fold(0_i64, |sum, entry| match entry.side {
            Side::Debit => sum.checked_add(entry.amount_minor.units()),
            Side::Credit => sum.checked_sub(entry.amount_minor.units()),
        })
    }

    /// The amount of an entry as money.
    pub fn amount(&self, entry: &Entry) -> Money {
        entry.amount_minor.of(self.currency)
    }
}

const fn column(name: &'static str, kind: ColumnKind, nullable: bool) -> Column {
    Column { name, kind, nullable }
}

/// Written by hand because the entries fill several columns each.
impl Record for Posting {
    type Key = (Slot, PostingNo);
    const TABLE: &'static str = "posting";
    const KEY_COLUMNS: usize = 2;
    const COLUMNS: &'static [Column] = &[
        column("slot", ColumnKind::Int, false),
        column("no", ColumnKind::Int, false),
        column("kind", ColumnKind::Text, false),
        column("business_date", ColumnKind::Int, false),
        column("order_no", ColumnKind::Int, true),
        column("currency", ColumnKind::Text, false),
        column("account_1", ColumnKind::Int, true),
        column("side_1", ColumnKind::Text, true),
        column("amount_1_minor", ColumnKind::Int, true),
        column("balance_after_1_minor", ColumnKind::Int, true),
        column("account_2", ColumnKind::Int, true),
        column("side_2", ColumnKind::Text, true),
        column("amount_2_minor", ColumnKind::Int, true),
        column("balance_after_2_minor", ColumnKind::Int, true),
        column("account_3", ColumnKind::Int, true),
        column("side_3", ColumnKind::Text, true),
        column("amount_3_minor", ColumnKind::Int, true),
        column("balance_after_3_minor", ColumnKind::Int, true),
        column("account_4", ColumnKind::Int, true),
        column("side_4", ColumnKind::Text, true),
        column("amount_4_minor", ColumnKind::Int, true),
        column("balance_after_4_minor", ColumnKind::Int, true),
    ];

    fn key(&self) -> Self::Key {
        (self.slot, self.no)
    }
    fn slot_of(key: &Self::Key) -> Slot {
        key.0
    }
    fn write(&self, sink: &mut dyn Sink) {
        self.slot.write(sink);
        self.no.write(sink);
        self.kind.write(sink);
        self.business_date.write(sink);
        self.order_no.write(sink);
        self.currency.write(sink);
        for entry in self.entries {
            match entry {
                Some(Entry { account, side, amount_minor, balance_after_minor }) => {
                    account.write(sink);
                    side.write(sink);
                    amount_minor.write(sink);
                    balance_after_minor.write(sink);
                }
                None => (0..4).for_each(|_| sink.null()),
            }
        }
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        let mut posting = Posting {
            slot: Field::read(source)?,
            no: Field::read(source)?,
            kind: Field::read(source)?,
            business_date: Field::read(source)?,
            order_no: Field::read(source)?,
            currency: Field::read(source)?,
            entries: [None; LEGS_MAX],
        };
        for entry in &mut posting.entries {
            let account: Option<AccountId> = Field::read(source)?;
            let side: Option<Side> = Field::read(source)?;
            let amount: Option<Minor> = Field::read(source)?;
            let after: Option<i64> = Field::read(source)?;
            *entry = match (account, side, amount, after) {
                (Some(account), Some(side), Some(amount_minor), Some(balance_after_minor)) => {
                    Some(Entry { account, side, amount_minor, balance_after_minor })
                }
                (None, None, None, None) => None,
                _ => return Err(FieldError::new("Entry", "an entry with only some of its columns")),
            };
        }
        Ok(posting)
    }
    fn write_key(key: &Self::Key, sink: &mut dyn Sink) {
        key.0.write(sink);
        key.1.write(sink);
    }
    fn read_key(source: &mut dyn Source) -> Result<Self::Key, FieldError> {
        Ok((Field::read(source)?, Field::read(source)?))
    }
}
