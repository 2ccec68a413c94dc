//! Scenes about bank cards: money that comes, goes and pays while nobody knows what the bank will say.

use super::Act;
use super::stage::{CLOSED, DEAR_FEN, FROZEN, HALF_AN_HOUR, NORMAL, Stage};
use base::{DAY_US, HOUR_US, MINUTE_US};

/// More than what goes out without a fee in a life, fen; and two parts of it.
const RICH_FEN: u64 = 3_000_000;
const MOST_FREE_FEN: u64 = 1_999_990;
const SOME_FEN: u64 = 10_500;

impl Stage<'_> {
    fn bound(&mut self) {
        let (party, card) = (self.buyer, 0);
        self.then(Act::Bind { party, card });
        self.settle();
    }

    fn prepare_bank(&mut self, place: u8, out: bool, fen: u64) {
        let (party, card, key) = (self.buyer, 0, self.number + place);
        self.then(Act::PrepareBank { party, card, out, fen, key });
    }

    fn confirm_bank(&mut self, place: u8, out: bool) {
        let (party, key) = (self.buyer, self.number + place);
        self.then(Act::ConfirmBank { party, out, key, right: true });
    }

    fn close_bank(&mut self, place: u8, out: bool) {
        let (party, key) = (self.buyer, self.number + place);
        self.then(Act::CloseBank { party, out, key });
    }

    fn pay_by_card(&mut self, card: u8) {
        let (buyer, merchant, number) = (self.buyer, self.merchant, self.number);
        self.then(Act::PayByCard { buyer, merchant, number, card, right: true });
    }

    fn some_time(&mut self) {
        let wait_us = self.dice.magnitude(1_000, 26 * HOUR_US);
        self.wait(wait_us);
    }
}

/// The balance is filled from a card, and given up, or the account is, before the bank has said anything.
pub(super) fn filled_from_a_card(stage: &mut Stage<'_>) {
    stage.bound();
    stage.prepare_bank(0, false, stage.fen);
    stage.settle();
    if stage.dice.chance(150) {
        stage.close_bank(0, false);
    }
    stage.confirm_bank(0, false);
    stage.soon();
    match stage.dice.below(4) {
        0 => stage.close_bank(0, false),
        1 => stage.status(false, stage.buyer, CLOSED),
        2 => stage.status(false, stage.buyer, FROZEN),
        _ => stage.confirm_bank(0, false),
    }
    stage.soon();
    stage.prepare_bank(0, false, stage.fen);
    stage.some_time();
    stage.close_bank(0, false);
    stage.status(false, stage.buyer, NORMAL);
}

/// Money goes out to a card until it costs something; two drafts see the same free sum.
pub(super) fn taken_out(stage: &mut Stage<'_>) {
    let buyer = stage.buyer;
    stage.then(Act::TopUp { buyer, fen: RICH_FEN, key: stage.number + 3 });
    stage.bound();
    stage.prepare_bank(0, true, MOST_FREE_FEN);
    stage.prepare_bank(1, true, SOME_FEN);
    stage.settle();
    stage.confirm_bank(0, true);
    stage.soon();
    stage.close_bank(0, true);
    stage.settle();
    stage.confirm_bank(1, true);
    stage.settle();
    stage.prepare_bank(2, true, SOME_FEN);
    stage.prepare_bank(2, true, SOME_FEN + 1);
    stage.settle();
    stage.confirm_bank(2, true);
    if stage.dice.chance(300) {
        stage.then(Act::Unbind { party: buyer, card: 0 });
    }
    if stage.dice.chance(300) {
        stage.soon();
        stage.status(false, buyer, CLOSED);
        stage.some_time();
        stage.status(false, buyer, NORMAL);
    }
}

/// An order is paid by card, while it is closed, paid otherwise, given up, or its time ends.
pub(super) fn card_meets_the_end(stage: &mut Stage<'_>) {
    stage.bound();
    stage.then(Act::Bind { party: stage.buyer, card: 3 });
    stage.create(stage.number, HALF_AN_HOUR);
    stage.settle();
    stage.pay_by_card(0);
    stage.soon();
    match stage.dice.below(5) {
        0 => stage.end_order(),
        1 => stage.confirm(stage.buyer, None),
        2 => stage.wait(31 * MINUTE_US),
        3 => stage.status(true, stage.merchant, CLOSED),
        _ => stage.pay_by_card(3),
    }
    stage.settle();
    stage.pay_by_card(0);
    stage.some_time();
    stage.confirm(stage.buyer, None);
    stage.status(true, stage.merchant, NORMAL);
    stage.query();
}

/// What held when an order was drafted does not hold when it is confirmed: the money is gone, the card, or the right.
pub(super) fn rules_change_meanwhile(stage: &mut Stage<'_>) {
    stage.bound();
    let buyer = stage.buyer;
    for place in 0..3 {
        stage.prepare_bank(place, true, 150_000);
    }
    stage.settle();
    match stage.dice.below(3) {
        0 => {
            stage.confirm_bank(0, true);
            stage.soon();
        }
        1 => stage.then(Act::Unbind { party: buyer, card: 0 }),
        _ => stage.status(false, buyer, FROZEN),
    }
    stage.settle();
    stage.confirm_bank(1, true);
    stage.settle();
    stage.confirm_bank(2, true);
    stage.settle();
    stage.status(false, buyer, NORMAL);
    stage.bound();
}

/// A code is shown for an order that a bank is asked about.
pub(super) fn code_meets_card(stage: &mut Stage<'_>) {
    stage.bound();
    stage.fen = DEAR_FEN;
    stage.show(stage.buyer, 0);
    stage.settle();
    stage.pay_by_card(0);
    stage.soon();
    stage.show(stage.buyer, 1);
    stage.settle();
    stage.confirm(stage.buyer, None);
}

/// What a card paid is refunded in parts, also when its buyer is gone.
pub(super) fn refunded_to_a_card(stage: &mut Stage<'_>) {
    stage.then(Act::Bind { party: stage.buyer, card: 3 });
    stage.create(stage.number, HALF_AN_HOUR);
    stage.settle();
    stage.pay_by_card(3);
    stage.wait(5 * MINUTE_US);
    let leaves = stage.dice.chance(300);
    if leaves {
        stage.status(false, stage.buyer, CLOSED);
        stage.soon();
    }
    for part in [0, 1] {
        stage.refund(stage.fen / 2, Some(part));
        stage.soon();
    }
    stage.query();
    if leaves {
        stage.settle();
        stage.status(false, stage.buyer, NORMAL);
    }
}

/// All that a day allows is asked of cards.
pub(super) fn a_day_of_cards(stage: &mut Stage<'_>) {
    stage.bound();
    for place in 0..3 {
        stage.prepare_bank(place, false, 1_000_000);
    }
    stage.prepare_bank(3, false, 1_000_001);
    for place in 0..3 {
        stage.settle();
        stage.confirm_bank(place, false);
    }
    stage.wait(2 * DAY_US);
    stage.confirm_bank(2, false);
}
