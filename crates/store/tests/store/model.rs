//! The same changes in every store give the same answers.

use crate::samples::*;
use crate::{MemoryShelf, PostgresShelf, Shelf, SqliteShelf};
use base::{AgreementNo, BankOrderNo, NoticeNo, TransferNo};
use engine::{Key, Row, Table};
use trade::Trade;
use transfer::Transfer;

/// A small generator with a fixed seed (splitmix64): a failure can be run again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn time(&mut self) -> i64 {
        self.below(12).cast_signed()
    }

    /// A row among few keys, sometimes one that breaks a rule.
    fn row(&mut self) -> Row {
        let (at_us, place) = (self.time(), self.below(3) as u8 * 40);
        let owner = party(1 + self.below(3), place);
        match self.below(9) {
            0 => row(account(owner, self.below(50).cast_signed(), i64::from(self.below(30) == 0) * 40)),
            1 => row(order(at_us, owner)),
            2 => row(Trade { subject: text(&at_us.to_string()), ..trade(at_us, owner, party(1, 5)) }),
            3 => row(timer(self.time(), at_us, place)),
            4 => row(Transfer {
                amount_minor: minor(i64::from(self.below(30) > 0)),
                ..transfer(at_us, owner, party(1, 5))
            }),
            5 => row(received(at_us, owner, party(1, 5))),
            6 => row(bank_order(at_us, owner)),
            7 => row(mandate(at_us, owner, party(1, 5))),
            _ => {
                let next_at_us = (self.below(2) == 0).then(|| self.time());
                row(notice(at_us, app(1 + self.below(2), place), order(self.time(), owner).no, next_at_us))
            }
        }
    }

    fn batch(&mut self) -> Changes {
        let rows = 0..self.below(12);
        let changed = rows.map(|_| {
            let row = self.row();
            (row.key(), (self.below(4) > 0).then_some(row))
        });
        changed.collect()
    }
}

#[test]
fn sqlite_does_what_the_model_does() {
    does_what_the_model_does(&SqliteShelf::default());
}

#[test]
fn postgres_does_what_the_model_does() {
    if let Some(shelf) = PostgresShelf::make() {
        does_what_the_model_does(&shelf);
    }
}

fn does_what_the_model_does(shelf: &dyn Shelf) {
    let (mut model, mut store) = (MemoryShelf::default().open(), shelf.open());
    let (mut wanted, mut found) = (model.reader().unwrap(), store.reader().unwrap());
    let (mut dice, mut refused) = (Dice(20_260_101), 0);
    for round in 0..300 {
        let (batch, sequence) = (dice.batch(), mark(u64::saturating_sub(round, dice.below(8) / 7 * 3)));
        let (expected, done) = (model.post(&batch, sequence), store.post(&batch, sequence));
        assert_eq!(expected.is_ok(), done.is_ok(), "round {round}: {expected:?} {done:?}");
        refused += u32::from(done.is_err());
        let (place, limit) = (slot(dice.below(3) as u8 * 40), 1 + dice.below(6) as usize);
        let (owner, until_us) = (party(1 + dice.below(3), place.number()), dice.time());
        let (key, about) = (dice.row().key(), order(dice.time(), owner).no);
        let (caller, some) = (app(1 + dice.below(2), place.number()), dice.below(2) == 0);
        let caller = some.then_some(caller);
        let about = (dice.below(2) == 0).then_some(about);
        for table in Table::ALL {
            let after = Some(&key).filter(|key: &&Key| key.table() == *table);
            for at in [None, Some(place)] {
                assert_eq!(
                    wanted.scan(*table, at, after, limit).unwrap(),
                    found.scan(*table, at, after, limit).unwrap(),
                    "round {round}: {} {at:?} {after:?}",
                    table.name()
                );
            }
            assert_eq!(wanted.count(*table).unwrap(), found.count(*table).unwrap());
        }
        assert_eq!(wanted.row(&key).unwrap(), found.row(&key).unwrap());
        assert_eq!(wanted.mark().unwrap(), found.mark().unwrap());
        assert_eq!(wanted.due_timers(until_us, limit).unwrap(), found.due_timers(until_us, limit).unwrap());
        assert_eq!(wanted.due_notices(until_us, limit).unwrap(), found.due_notices(until_us, limit).unwrap());
        assert_eq!(
            wanted.due_bank_orders(until_us, limit).unwrap(),
            found.due_bank_orders(until_us, limit).unwrap()
        );
        assert_eq!(wanted.cards(owner, limit).unwrap(), found.cards(owner, limit).unwrap());
        // The numbers of all series are alike, so that one of orders stands for each.
        let transfer = about.map(TransferNo::of_topic);
        assert_eq!(
            wanted.bank_orders(owner, about.map(BankOrderNo::of_topic), limit).unwrap(),
            found.bank_orders(owner, about.map(BankOrderNo::of_topic), limit).unwrap()
        );
        assert_eq!(wanted.trades(owner, about, limit).unwrap(), found.trades(owner, about, limit).unwrap());
        assert_eq!(
            wanted.transfers(owner, transfer, limit).unwrap(),
            found.transfers(owner, transfer, limit).unwrap()
        );
        assert_eq!(
            wanted.received(owner, transfer, limit).unwrap(),
            found.received(owner, transfer, limit).unwrap()
        );
        let agreement = about.map(AgreementNo::of_topic);
        assert_eq!(
            wanted.mandates(owner, agreement, limit).unwrap(),
            found.mandates(owner, agreement, limit).unwrap()
        );
        assert_eq!(wanted.frozen(owner, limit).unwrap(), found.frozen(owner, limit).unwrap());
        let below = about.map(|about| NoticeNo::of(stamp(about.at_us()), place));
        for (about, below) in [(about, None), (None, below), (about, below)] {
            assert_eq!(
                wanted.notices(caller, about, below, limit).unwrap(),
                found.notices(caller, about, below, limit).unwrap()
            );
        }
        assert_eq!(
            wanted.notices_of_slot(place, below, limit).unwrap(),
            found.notices_of_slot(place, below, limit).unwrap()
        );
        let seller = some.then_some(owner);
        assert_eq!(wanted.orders(seller, about, limit).unwrap(), found.orders(seller, about, limit).unwrap());
    }
    assert!((10..250).contains(&refused), "{refused} of 300 posts were refused");
}
