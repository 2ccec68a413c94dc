//! Transfers to bank cards: a merchant's money goes out by a bank order, and the bank's final word ends it.

use crate::{OutBizNo, Words};
use base::{AppId, BankOrderNo, CardNo, Day, Field, PartyId, Record, Slot, Text, TransferNo};
use money::{Currency, Minor, Money};
use serde::{Deserialize, Serialize};

/// Where a transfer to a card stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum CardTransferState {
    /// The money left the payer, and the bank's word is awaited (`DEALING`).
    UnderWay,
    /// The bank paid it (`SUCCESS`).
    Done,
    /// The bank refused it for good; the payer has amount and fee again (`FAIL`).
    Failed,
    /// The bank paid it and sent it back later, because the account is closed or is not the holder's (退票); the payer
    /// has the amount again (`REFUND`, protocol reference 5.13). The fee stays: it is for carrying the money to the
    /// bank, which was done, and no document gives it back. Only what is refused costs nothing.
    Refunded,
}

/// What may happen to a transfer to a card. Silence is nothing that happens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CardTransferEvent {
    /// The bank did it.
    BankDid,
    /// The bank refused it for good.
    BankRefused,
    /// The bank sent back what it had paid.
    BankReturned,
}

impl CardTransferState {
    /// All states.
    pub const ALL: [CardTransferState; 4] = [
        CardTransferState::UnderWay,
        CardTransferState::Done,
        CardTransferState::Failed,
        CardTransferState::Refunded,
    ];

    /// The state after an event, or `None` when it cannot happen.
    pub const fn next(self, event: CardTransferEvent) -> Option<CardTransferState> {
        use {CardTransferEvent as E, CardTransferState as S};
        match (self, event) {
            (S::UnderWay, E::BankDid) => Some(S::Done),
            (S::UnderWay, E::BankRefused) => Some(S::Failed),
            (S::Done, E::BankReturned) => Some(S::Refunded),
            // Nothing was paid yet that could come back.
            (S::UnderWay, E::BankReturned) => None,
            // A bank that says something else later contradicts itself: that is noted with its order.
            (S::Done, E::BankDid | E::BankRefused) => None,
            (S::Failed | S::Refunded, E::BankDid | E::BankRefused | E::BankReturned) => None,
        }
    }

    /// How it is written on the wire (protocol reference 5.13).
    pub const fn wire(self) -> &'static str {
        match self {
            CardTransferState::UnderWay => "DEALING",
            CardTransferState::Done => "SUCCESS",
            CardTransferState::Failed => "FAIL",
            CardTransferState::Refunded => "REFUND",
        }
    }

    /// Whether the bank has said its word. What was done may still come back.
    pub const fn is_decided(self) -> bool {
        match self {
            CardTransferState::UnderWay => false,
            CardTransferState::Done | CardTransferState::Failed | CardTransferState::Refunded => true,
        }
    }

    /// Whether it counts towards the payer's limits: the payer does not have the money again.
    pub const fn counts(self) -> bool {
        match self {
            CardTransferState::UnderWay | CardTransferState::Done => true,
            CardTransferState::Failed | CardTransferState::Refunded => false,
        }
    }
}

/// A transfer to a card, in the payer's slot.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "card_transfer", key = 2)]
pub struct CardTransfer {
    /// The payer's slot.
    pub slot: Slot,
    /// Our number of it (`order_id`).
    pub no: TransferNo,
    /// Who pays.
    pub payer: PartyId,
    /// The app that asked for it.
    pub app: AppId,
    /// The payer's number of it.
    pub out_biz_no: OutBizNo,
    /// Keyed digest of the card's number, its holder's name and what else was said of it: a part of its meaning.
    pub named: [u8; 16],
    /// What it is in.
    pub currency: Currency,
    /// How much arrives, minor units, above zero.
    pub amount_minor: Minor,
    /// What we take for it, minor units; it leaves the payer with the amount.
    pub fee_minor: Minor,
    /// The card, under a number of ours.
    pub card: CardNo,
    /// The order that carries it to the bank.
    pub bank_order: BankOrderNo,
    /// Its title.
    pub title: Option<Text<128>>,
    /// What the payer says to it.
    pub remark: Option<Words>,
    /// What the merchant wants to hear again (`passback_params`).
    pub passback: Option<Text<512>>,
    /// Where it stands.
    pub state: CardTransferState,
    /// Where the merchant hears how it ended.
    pub notify_url: Option<Text<1024>>,
    /// Whether the merchant reads GBK.
    pub gbk: bool,
    /// Whether the merchant checks SHA-1 signatures.
    pub rsa1: bool,
    /// When the payer paid, microseconds UTC.
    pub paid_at_us: i64,
    /// When the bank's final word was heard, microseconds UTC.
    pub ended_at_us: Option<i64>,
    /// When the payer had the amount again that the bank sent back, microseconds UTC.
    pub returned_at_us: Option<i64>,
    /// How many lines of statements named its order that neither paid it nor brought it back, and how often the bank
    /// said that it paid once more, under another reference: with one of them no further line is taken for a return by
    /// itself.
    pub odd_lines: u32,
}

impl CardTransfer {
    /// How much arrives.
    pub fn amount(&self) -> Money {
        self.amount_minor.of(self.currency)
    }

    /// What we take for it.
    pub fn fee(&self) -> Money {
        self.fee_minor.of(self.currency)
    }
}

/// Makes a payer's number of a transfer to a card unique, in the payer's slot. Product and scene are the series.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "card_transfer_number", key = 3)]
pub struct CardTransferNumber {
    /// The payer's slot.
    pub slot: Slot,
    /// Who pays.
    pub payer: PartyId,
    /// The payer's number.
    pub out_biz_no: OutBizNo,
    /// The transfer.
    pub no: TransferNo,
}

/// How often an app named a card wrongly on a day of China. The next day begins anew in its place.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "card_guess", key = 3)]
pub struct CardGuess {
    /// The payer's slot.
    pub slot: Slot,
    /// The app that named it.
    pub app: AppId,
    /// Keyed digest of the card's number.
    pub number: [u8; 16],
    /// The day.
    pub day: Day,
    /// How many names the bank did not know it under, at most [`crate::WRONG_NAMES_MAX`].
    pub count: u32,
    /// Keyed digest of what was said of the payee last: the same again is no further guess.
    pub named: [u8; 16],
}

impl CardGuess {
    /// Of an app that named a card rightly so far.
    pub const fn fresh(slot: Slot, app: AppId, number: [u8; 16], day: Day) -> CardGuess {
        CardGuess { slot, app, number, day, count: 0, named: [0; 16] }
    }

    /// After a name that the bank does not know the card under.
    pub fn wrong(self, named: [u8; 16]) -> CardGuess {
        let again = self.count > 0 && self.named == named;
        let count = if again { self.count } else { self.count.saturating_add(1) };
        CardGuess { count, named, ..self }
    }

    /// Whether nothing is told any more of whose card it is.
    pub const fn is_spent(&self) -> bool {
        self.count >= crate::WRONG_NAMES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_banks_word_ends_it_and_what_was_done_comes_back_at_most_once() {
        use {CardTransferEvent::*, CardTransferState::*};
        let table =
            [(UnderWay, BankDid, Done), (UnderWay, BankRefused, Failed), (Done, BankReturned, Refunded)];
        for state in CardTransferState::ALL {
            for event in [BankDid, BankRefused, BankReturned] {
                let row = table.iter().find(|row| (row.0, row.1) == (state, event));
                assert_eq!(state.next(event), row.map(|row| row.2), "{state:?} {event:?}");
            }
        }
        let all = CardTransferState::ALL;
        assert_eq!(all.map(CardTransferState::wire), ["DEALING", "SUCCESS", "FAIL", "REFUND"]);
        assert_eq!(all.map(CardTransferState::is_decided), [false, true, true, true]);
        assert_eq!(all.map(CardTransferState::counts), [true, true, false, false]);
    }
}
