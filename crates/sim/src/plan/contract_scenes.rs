//! Scenes about contracts: sales that are settled the day after, refunds before and after it, and contracts that change
//! or end while something is under way.

use super::Act;
use super::stage::{CLOSED, HALF_AN_HOUR, NORMAL, Stage};
use base::{DAY_US, HOUR_US};

/// Places in the list of products that have contracts.
const AT_THE_TILL: u8 = 0;
const BY_PROGRAM: u8 = 1;

impl Stage<'_> {
    /// Tills and programs of the scene's merchant get a contract.
    fn agree(&mut self, fee_ppm: u32, next_day: bool, ended: bool) {
        let merchant = self.merchant;
        for product in [AT_THE_TILL, BY_PROGRAM] {
            let in_minutes = 0;
            self.then(Act::Contract {
                merchant,
                product,
                fee_ppm,
                next_day,
                ended,
                in_minutes,
                alone: false,
            });
        }
        self.settle();
    }

    fn look(&mut self) {
        self.then(Act::LookAtContracts { merchant: self.merchant });
    }

    /// The merchant has nothing but what it sold: it sends all that it can to the scene's other buyer.
    fn spend(&mut self, fen: u64) {
        let (merchant, number, payee) = (self.merchant, self.number, self.other);
        self.then(Act::Send { merchant, number, payee, fen, named: 0 });
    }
}

/// Sales wait for the next day; some of their money goes back before it, some after, some of it bounces.
pub(super) fn settled_the_day_after(stage: &mut Stage<'_>) {
    let fee_ppm = *stage.dice.pick(&[0, 6_000, 100_000]);
    stage.agree(fee_ppm, true, false);
    stage.paid();
    stage.spend(stage.fen);
    stage.look();
    let leaves = stage.dice.chance(300);
    if leaves {
        stage.status(false, stage.buyer, CLOSED);
        stage.soon();
    }
    stage.refund(stage.fen / 2, Some(0));
    stage.soon();
    stage.look();
    if stage.dice.chance(300) {
        stage.refund(stage.fen - stage.fen / 2, Some(1));
        stage.soon();
    }
    stage.status(false, stage.buyer, NORMAL);
    let wait_us = stage.dice.range(HOUR_US, DAY_US + HOUR_US);
    stage.wait(wait_us);
    stage.look();
    stage.refund(stage.fen - stage.fen / 2, Some(2));
    stage.soon();
    stage.spend(stage.fen / 2);
    stage.query();
}

/// A contract changes, or ends, while an order waits to be paid: fee and settlement are those of the payment's moment.
pub(super) fn contract_changes_meanwhile(stage: &mut Stage<'_>) {
    let was_later = stage.dice.chance(500);
    stage.agree(3_800, was_later, false);
    stage.create(stage.number, HALF_AN_HOUR);
    stage.settle();
    if stage.dice.chance(500) {
        stage.confirm(stage.buyer, None);
        stage.soon();
    }
    match stage.dice.below(2) {
        0 => stage.agree(10_000, !was_later, false),
        _ => stage.agree(3_800, was_later, true),
    }
    stage.confirm(stage.buyer, None);
    stage.soon();
    stage.create(stage.number + 1, HALF_AN_HOUR);
    stage.look();
    stage.settle();
    stage.refund(stage.fen, None);
    stage.agree(6_000, false, false);
}
