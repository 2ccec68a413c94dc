//! What a scene is made of: who plays, about which order, and the few things that people ask.

use super::{Act, Step};
use crate::dice::Dice;
use base::SECOND_US;

/// Places in the list of timeouts: one minute and half an hour.
pub(super) const ONE_MINUTE: u8 = 0;
pub(super) const HALF_AN_HOUR: u8 = 3;
/// Places in the list of statuses.
pub(super) const NORMAL: u8 = 0;
pub(super) const FROZEN: u8 = 1;
pub(super) const CLOSED: u8 = 2;
/// An amount that needs a password, fen.
pub(super) const DEAR_FEN: u64 = 250_000;
/// Time enough for what came before to be durable and known when nothing goes wrong.
pub(super) const SETTLED_US: i64 = 400_000;
/// How long a chain of messages between two cells takes when nothing goes wrong: what comes within it meets it.
pub(super) const UNDER_WAY_US: i64 = 40_000;

/// One scene in the making.
pub(super) struct Stage<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) at_us: i64,
    pub(super) steps: Vec<Step>,
    pub(super) merchant: u8,
    pub(super) buyer: u8,
    pub(super) other: u8,
    /// Its order number, its first code, and the key of what is paid in; others follow it.
    pub(super) number: u8,
    pub(super) fen: u64,
}

impl Stage<'_> {
    pub(super) fn then(&mut self, act: Act) {
        self.steps.push(Step { after_us: self.at_us, act });
    }

    pub(super) fn wait(&mut self, us: i64) {
        self.at_us += us;
    }

    /// A little later, so that the next step meets what the last one began: mostly while it is under way.
    pub(super) fn soon(&mut self) {
        let wait_us = match self.dice.below(4) {
            0 => 0,
            1 => self.dice.range(0, UNDER_WAY_US / 8),
            2 => self.dice.range(0, UNDER_WAY_US),
            _ => self.dice.magnitude(1_000, 10 * SECOND_US),
        };
        self.wait(wait_us);
    }

    pub(super) fn settle(&mut self) {
        let wait_us = self.dice.range(SETTLED_US / 2, SETTLED_US * 2);
        self.wait(wait_us);
    }

    /// Everybody may pay and be paid, and has money, or most scenes would end before they begin.
    pub(super) fn prepare(&mut self) {
        self.status(true, self.merchant, NORMAL);
        for (place, buyer) in [(0, self.buyer), (1, self.other)] {
            self.status(false, buyer, NORMAL);
            self.then(Act::TopUp { buyer, fen: DEAR_FEN, key: self.number + place });
        }
        self.settle();
    }

    pub(super) fn status(&mut self, merchant: bool, party: u8, status: u8) {
        self.then(Act::SetStatus { merchant, party, status });
    }

    pub(super) fn create(&mut self, number: u8, timeout: u8) {
        let (merchant, fen, buyer) = (self.merchant, self.fen, self.buyer);
        self.then(Act::Create { merchant, number, fen, buyer, timeout });
    }

    pub(super) fn precreate(&mut self, timeout: u8) {
        let (merchant, number, fen) = (self.merchant, self.number, self.fen);
        self.then(Act::Precreate { merchant, number, fen, timeout });
    }

    pub(super) fn claim(&mut self, buyer: u8) {
        let (merchant, number) = (self.merchant, self.number);
        self.then(Act::Claim { buyer, merchant, number, by_code: true });
    }

    pub(super) fn confirm(&mut self, buyer: u8, with_proof_of: Option<u8>) {
        let (merchant, number) = (self.merchant, self.number);
        self.then(Act::Confirm { buyer, merchant, number, right: true, with_proof_of });
    }

    /// A code is drawn and shown: the scene's first, second, …
    pub(super) fn show(&mut self, buyer: u8, place: u8) {
        self.draw_code(buyer, place);
        let wait_us = self.dice.range(20_000, SETTLED_US);
        self.wait(wait_us);
        self.pay(self.number, place);
    }

    pub(super) fn draw_code(&mut self, buyer: u8, place: u8) {
        self.then(Act::DrawCode { buyer, code: self.number + place });
    }

    pub(super) fn pay(&mut self, number: u8, place: u8) {
        self.pay_at(self.merchant, number, self.fen, place);
    }

    pub(super) fn pay_at(&mut self, merchant: u8, number: u8, fen: u64, place: u8) {
        let code = self.number + place;
        self.then(Act::Pay { merchant, number, fen, code, timeout: HALF_AN_HOUR });
    }

    pub(super) fn end_order(&mut self) {
        let (merchant, number) = (self.merchant, self.number);
        let cancels = self.dice.chance(300);
        self.then(if cancels { Act::Cancel { merchant, number } } else { Act::Close { merchant, number } });
    }

    pub(super) fn refund(&mut self, fen: u64, request: Option<u8>) {
        let (merchant, number) = (self.merchant, self.number);
        self.then(Act::Refund { merchant, number, fen, request });
    }

    pub(super) fn query(&mut self) {
        let (merchant, number) = (self.merchant, self.number);
        self.then(Act::Query { merchant, number });
    }

    /// An order is paid, one way or the other.
    pub(super) fn paid(&mut self) {
        if self.dice.chance(700) {
            self.show(self.buyer, 0);
        } else {
            self.create(self.number, HALF_AN_HOUR);
            self.settle();
            self.confirm(self.buyer, None);
        }
        self.settle();
    }
}
