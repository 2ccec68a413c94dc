//! Scenes about transfers: money that goes at once or waits, and what becomes of payer and payee meanwhile.

use super::Act;
use super::stage::{CLOSED, FROZEN, NORMAL, Stage};
use base::{DAY_US, HOUR_US, MINUTE_US};

/// Places in the list of arrivals.
const AT_ONCE: u8 = 0;
const TWO_HOURS: u8 = 1;
const ONE_DAY: u8 = 2;
/// What a person may send in a day, fen.
const DAY_FEN: u64 = 20_000_000;

impl Stage<'_> {
    fn offer_transfer(&mut self, place: u8, fen: u64, arrival: u8) {
        let (payer, number, payee) = (self.buyer, self.number + place, self.other);
        self.then(Act::OfferTransfer { payer, number, payee, fen, arrival });
    }

    fn confirm_transfer(&mut self, place: u8, astray: Option<u8>) {
        let (payer, number) = (self.buyer, self.number + place);
        self.then(Act::ConfirmTransfer { payer, number, right: true, astray });
    }

    fn cancel_transfer(&mut self, place: u8) {
        let (payer, number) = (self.buyer, self.number + place);
        self.then(Act::CancelTransfer { payer, number });
    }

    fn transferred(&mut self, arrival: u8) {
        self.offer_transfer(0, self.fen, arrival);
        self.settle();
        self.confirm_transfer(0, None);
    }

    fn send(&mut self, place: u8, named: u8) {
        let (merchant, number, payee, fen) = (self.merchant, self.number + place, self.buyer, self.fen);
        self.then(Act::Send { merchant, number, payee, fen, named });
    }

    fn send_query(&mut self) {
        let (merchant, number) = (self.merchant, self.number);
        self.then(Act::SendQuery { merchant, number });
    }
}

/// The payee gives the account up while the money is under way or waits; it comes back, and counts no more.
pub(super) fn payee_leaves(stage: &mut Stage<'_>) {
    let arrival = *stage.dice.pick(&[AT_ONCE, AT_ONCE, TWO_HOURS]);
    let before = stage.dice.chance(500);
    let payee = stage.other;
    if before {
        stage.status(false, payee, CLOSED);
        stage.settle();
    }
    stage.transferred(arrival);
    stage.soon();
    if !before {
        stage.status(false, payee, CLOSED);
    }
    stage.wait(if arrival == AT_ONCE { MINUTE_US } else { 3 * HOUR_US });
    stage.confirm_transfer(0, None);
    stage.status(false, payee, NORMAL);
    stage.settle();
    stage.offer_transfer(1, stage.fen, AT_ONCE);
    stage.settle();
    stage.confirm_transfer(1, None);
}

/// Money that waits is called back, twice, about the moment in which it goes.
pub(super) fn called_back(stage: &mut Stage<'_>) {
    let arrival = if stage.dice.chance(700) { TWO_HOURS } else { ONE_DAY };
    stage.transferred(arrival);
    let begun_us = stage.at_us;
    let wait_us = if arrival == TWO_HOURS { 2 * HOUR_US } else { DAY_US };
    let late_us = match stage.dice.below(4) {
        0 => -stage.dice.range(MINUTE_US, HOUR_US),
        1 => -stage.dice.range(0, 200_000),
        2 => stage.dice.range(0, 200_000),
        _ => stage.dice.magnitude(1_000, MINUTE_US),
    };
    stage.at_us = begun_us + wait_us + late_us;
    for _time in 0..2 {
        stage.cancel_transfer(0);
        stage.soon();
    }
    stage.settle();
    stage.confirm_transfer(0, None);
}

/// The payer is frozen when the money's time comes: it is kept on from day to day, and may be called back.
pub(super) fn payer_is_frozen(stage: &mut Stage<'_>) {
    stage.transferred(TWO_HOURS);
    stage.settle();
    stage.status(false, stage.buyer, FROZEN);
    let wait_us = stage.dice.range(2 * HOUR_US, 30 * HOUR_US);
    stage.wait(wait_us);
    if stage.dice.chance(400) {
        stage.cancel_transfer(0);
        stage.settle();
    }
    stage.offer_transfer(1, stage.fen, AT_ONCE);
    stage.settle();
    let status = if stage.dice.chance(800) { NORMAL } else { CLOSED };
    stage.status(false, stage.buyer, status);
}

/// An offer that nobody confirms in time, that is called back, or confirmed with a password that was given for another.
pub(super) fn offers_end(stage: &mut Stage<'_>) {
    stage.offer_transfer(0, stage.fen, AT_ONCE);
    stage.offer_transfer(1, stage.fen, ONE_DAY);
    stage.settle();
    stage.confirm_transfer(0, Some(stage.number + 1));
    if stage.dice.chance(300) {
        stage.offer_transfer(0, stage.fen + 1, AT_ONCE);
        stage.offer_transfer(1, stage.fen, TWO_HOURS);
    }
    if stage.dice.chance(300) {
        stage.cancel_transfer(1);
        stage.soon();
    }
    let late_us = stage.dice.range(-SHORT_US, SHORT_US);
    stage.wait(15 * MINUTE_US + late_us);
    stage.confirm_transfer(1, None);
    stage.confirm_transfer(0, None);
}

/// About how far from its last moment an offer is confirmed, microseconds.
const SHORT_US: i64 = 2_000_000;

/// A person sends all that a day allows, and some of it comes back.
pub(super) fn a_day_is_used_up(stage: &mut Stage<'_>) {
    let buyer = stage.buyer;
    stage.then(Act::TopUp { buyer, fen: 2 * DAY_FEN + 10, key: stage.number + 2 });
    stage.settle();
    stage.offer_transfer(0, DAY_FEN - 1_000, TWO_HOURS);
    stage.settle();
    stage.confirm_transfer(0, None);
    stage.settle();
    stage.offer_transfer(1, 1_001, AT_ONCE);
    stage.offer_transfer(2, 1_000, AT_ONCE);
    stage.settle();
    stage.confirm_transfer(2, None);
    if stage.dice.chance(500) {
        stage.settle();
        stage.cancel_transfer(0);
    } else {
        stage.wait(DAY_US);
    }
    stage.settle();
    stage.offer_transfer(3, 1_001, AT_ONCE);
    stage.settle();
    stage.confirm_transfer(3, None);
}

/// One offer is confirmed twice at once, each time with a password of its own; and there is not money for all offers.
pub(super) fn confirmed_together(stage: &mut Stage<'_>) {
    stage.offer_transfer(0, stage.fen, AT_ONCE);
    for place in [1, 2, 3] {
        stage.offer_transfer(place, 200_000, AT_ONCE);
    }
    stage.settle();
    for place in [0, 0, 1, 2, 3] {
        stage.confirm_transfer(place, None);
        stage.soon();
    }
    let (payer, number) = (stage.buyer, stage.number);
    stage.then(Act::LookAtTransfer { payer, number });
}

/// A program sends money, asks again with the same number and with another meaning, and asks how it stands.
pub(super) fn program_sends(stage: &mut Stage<'_>) {
    let merchant = stage.merchant;
    stage.then(Act::TopUp { buyer: super::MERCHANTS_FROM + merchant, fen: 300_000, key: stage.number + 3 });
    stage.settle();
    let leaves = stage.dice.chance(400);
    stage.send(0, 0);
    stage.soon();
    if leaves {
        stage.status(false, stage.buyer, CLOSED);
        stage.soon();
    }
    stage.send(0, 0);
    stage.soon();
    stage.send_query();
    stage.settle();
    stage.fen += 1;
    stage.send(0, 0);
    stage.send(3, 1);
    stage.soon();
    stage.send(3, 1);
    stage.send(1, 2);
    stage.status(false, stage.buyer, NORMAL);
    stage.settle();
    stage.send_query();
}
