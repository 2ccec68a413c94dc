//! Scenes about transfers to bank cards: money that is on its way while nobody knows what the bank will say, and comes
//! back after it was paid.

use super::stage::{CLOSED, FROZEN, NORMAL, Stage};
use super::{Act, MERCHANTS_FROM};
use base::{DAY_US, HOUR_US};

/// What a merchant may send in a day, fen.
const DAY_FEN: u64 = 200_000_000;
/// The most of one transfer, fen.
const MOST_FEN: u64 = 100_000_000;

impl Stage<'_> {
    fn merchant_has(&mut self, fen: u64) {
        let buyer = MERCHANTS_FROM + self.merchant;
        self.then(Act::TopUp { buyer, fen, key: self.number + 3 });
        self.settle();
    }

    fn send_to_card(&mut self, place: u8, card: u8, fen: u64) {
        let (merchant, number) = (self.merchant, self.number + place);
        self.then(Act::SendToCard { merchant, number, card, fen });
    }

    fn ask_about(&mut self, place: u8) {
        let (merchant, number) = (self.merchant, self.number + place);
        self.then(Act::CardTransferQuery { merchant, number });
    }
}

/// A program sends money to cards, asks again with the same number and with another meaning, and asks how it stands,
/// until days later; meanwhile its account may be closed.
pub(super) fn sent_to_cards(stage: &mut Stage<'_>) {
    stage.merchant_has(1_000_000);
    stage.send_to_card(0, 0, stage.fen);
    stage.soon();
    stage.send_to_card(0, 0, stage.fen);
    stage.soon();
    match stage.dice.below(4) {
        0 => stage.send_to_card(0, 0, stage.fen + 1),
        1 => stage.send_to_card(0, 1, stage.fen),
        2 => stage.status(true, stage.merchant, CLOSED),
        _ => stage.status(true, stage.merchant, FROZEN),
    }
    stage.ask_about(0);
    stage.settle();
    stage.status(true, stage.merchant, NORMAL);
    for place in 1..4 {
        let card = stage.dice.below(8) as u8;
        stage.send_to_card(place, card, stage.fen);
        stage.soon();
    }
    for _look in 0..3 {
        let wait_us = stage.dice.magnitude(HOUR_US, DAY_US);
        stage.wait(wait_us);
        stage.ask_about(0);
        stage.send_to_card(0, 0, stage.fen);
        stage.ask_about(1);
    }
}

/// Amount and fee are more than there is; what comes back is enough again.
pub(super) fn all_is_sent(stage: &mut Stage<'_>) {
    stage.merchant_has(1_010);
    for place in 0..3 {
        stage.send_to_card(place, place, 1_000);
        stage.soon();
    }
    for place in 0..4 {
        stage.wait(20 * HOUR_US);
        stage.send_to_card(place, place, 1_000);
        stage.ask_about(place);
    }
}

/// A day's limit is used up; what the bank refuses or sends back may be sent again.
pub(super) fn a_day_of_card_transfers(stage: &mut Stage<'_>) {
    stage.merchant_has(2 * DAY_FEN);
    stage.send_to_card(0, 0, MOST_FEN);
    stage.send_to_card(1, 1, MOST_FEN - 1_000);
    stage.settle();
    stage.send_to_card(2, 2, 1_001);
    stage.settle();
    stage.send_to_card(2, 2, 1_001);
    let wait_us = stage.dice.magnitude(HOUR_US, 20 * HOUR_US);
    stage.wait(wait_us);
    stage.send_to_card(3, 3, 1_001);
    stage.ask_about(0);
}
