//! A person's own order of what it pays with. The row names the balance and cards; which of them pay now, and how
//! what is not named follows, is the rule of whoever offers them.

use base::{CardNo, ColumnKind, Field, FieldError, PartyId, Record, Sink, Slot, Source};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Pockets of one order at most: the balance, and as many cards as anybody tells apart.
pub const POCKETS_MAX: usize = 21;

/// What the row names the balance by.
const BALANCE: &str = "balance";

/// One thing that a person pays with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Pocket {
    /// The balance.
    Balance,
    /// A card, by our number of it.
    Card(CardNo),
}

impl Pocket {
    /// The card, or nothing of the balance.
    pub const fn card(self) -> Option<CardNo> {
        match self {
            Pocket::Balance => None,
            Pocket::Card(no) => Some(no),
        }
    }

    /// The card of a number, or the balance where there is none.
    pub fn of_card(card: Option<CardNo>) -> Pocket {
        card.map_or(Pocket::Balance, Pocket::Card)
    }

    fn read(text: &str) -> Option<Pocket> {
        if text == BALANCE { Some(Pocket::Balance) } else { text.parse().ok().map(Pocket::Card) }
    }
}

impl fmt::Display for Pocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pocket::Balance => f.write_str(BALANCE),
            Pocket::Card(no) => fmt::Display::fmt(no, f),
        }
    }
}

/// Pockets in their order, the first one first. A column holds them as text with a comma between each two.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PocketList(Vec<Pocket>);

impl PocketList {
    /// As they are given. Whether they may be set is not asked here.
    pub const fn new(pockets: Vec<Pocket>) -> PocketList {
        PocketList(pockets)
    }

    /// The first one first.
    pub fn pockets(&self) -> &[Pocket] {
        &self.0
    }

    /// The same without this one. `None` when nothing is left.
    pub fn without(&self, gone: Pocket) -> Option<PocketList> {
        let left: Vec<Pocket> = self.0.iter().copied().filter(|pocket| *pocket != gone).collect();
        (!left.is_empty()).then_some(PocketList(left))
    }

    /// Whether one stands in it twice.
    pub fn repeats(&self) -> bool {
        self.0.iter().enumerate().any(|(at, pocket)| self.0[..at].contains(pocket))
    }
}

impl Field for PocketList {
    const KIND: ColumnKind = ColumnKind::Text;
    fn write(&self, sink: &mut dyn Sink) {
        let texts: Vec<String> = self.0.iter().map(Pocket::to_string).collect();
        sink.text(&texts.join(","));
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        let text = source.text()?;
        let read: Option<Vec<Pocket>> = text.split(',').take(POCKETS_MAX + 1).map(Pocket::read).collect();
        let list = read.filter(|list| list.len() <= POCKETS_MAX).map(PocketList);
        list.ok_or_else(|| FieldError::new("PocketList", text))
    }
}

/// In which order a person pays. There is none of whoever goes by the rule.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "pocket_order", key = 2)]
pub struct PocketOrder {
    /// The person's slot.
    pub slot: Slot,
    /// The person.
    pub party: PartyId,
    /// What it wants to pay with, the first one first.
    pub pockets: PocketList,
}

impl PocketOrder {
    /// Whether it names something, nothing twice, and no more than may be.
    pub fn is_whole(&self) -> bool {
        (1..=POCKETS_MAX).contains(&self.pockets.pockets().len()) && !self.pockets.repeats()
    }
}

/// Why an order of pockets is not set. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SetPocketsRefused {
    /// There is no such person.
    #[error("no such person")]
    NoSuchPerson,
    /// The account is frozen or closed.
    #[error("the account is frozen or closed")]
    PartyBlocked,
    /// There are more than may be.
    #[error("an order has {POCKETS_MAX} pockets at most")]
    TooMany,
    /// The person has no card of one of these numbers.
    #[error("no such card")]
    CardNotFound,
    /// One of the cards is not bound.
    #[error("one of the cards is not bound")]
    CardNotBound,
    /// One stands in it twice.
    #[error("one pocket stands in the order twice")]
    Twice,
    /// It names nothing.
    #[error("an order names one pocket at least")]
    Empty,
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{BinarySink, BinarySource};

    fn card(number: i64) -> Pocket {
        Pocket::Card(CardNo::from_number(1_700_000_000_000_000_000 + number * 100 + 7).unwrap())
    }

    fn list(pockets: &[Pocket]) -> PocketList {
        PocketList::new(pockets.to_vec())
    }

    fn read(text: &str) -> Result<PocketList, FieldError> {
        let mut bytes = Vec::new();
        BinarySink(&mut bytes).text(text);
        PocketList::read(&mut BinarySource::new(&bytes))
    }

    #[test]
    fn a_list_is_text_and_reads_back() {
        let most: Vec<Pocket> = (0..).take(POCKETS_MAX).map(card).collect();
        let lists: [&[Pocket]; 3] = [&[Pocket::Balance], &[card(1), Pocket::Balance, card(2)], &most];
        for pockets in lists {
            let mut bytes = Vec::new();
            list(pockets).write(&mut BinarySink(&mut bytes));
            let text = BinarySource::new(&bytes).text().map(str::to_owned).unwrap();
            let words: Vec<String> = pockets.iter().map(Pocket::to_string).collect();
            assert_eq!(text, words.join(","));
            assert_eq!(read(&text), Ok(list(pockets)));
        }
        let one_more: Vec<String> =
            (0..).take(POCKETS_MAX + 1).map(|number| card(number).to_string()).collect();
        for text in ["", ",", "balance,", "Balance", "balance, balance", "cash", "1", &one_more.join(",")] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_order_names_something_and_nothing_twice() {
        let whole = |pockets: &[Pocket]| {
            let (slot, party) = (Slot::PLATFORM, PartyId::platform(Slot::PLATFORM));
            PocketOrder { slot, party, pockets: list(pockets) }.is_whole()
        };
        let most: Vec<Pocket> = (0..).take(POCKETS_MAX + 1).map(card).collect();
        assert!(whole(&[Pocket::Balance]) && whole(&[card(1), Pocket::Balance]) && whole(&most[1..]));
        assert!(!whole(&[]) && !whole(&most) && !whole(&[card(1), Pocket::Balance, card(1)]));
        assert!(!whole(&[Pocket::Balance, Pocket::Balance]));
    }

    #[test]
    fn what_is_gone_leaves_the_others_as_they_stand() {
        let three = list(&[card(1), Pocket::Balance, card(2)]);
        assert_eq!(three.without(card(1)), Some(list(&[Pocket::Balance, card(2)])));
        assert_eq!(three.without(card(3)), Some(three.clone()));
        assert_eq!(list(&[card(1)]).without(card(1)), None);
    }
}
