//! Scenes at tills: many codes at once, a merchant who spends, a code that is old.

use super::stage::{SETTLED_US, Stage, UNDER_WAY_US};
use super::{Act, MERCHANTS_FROM, ODD_OLD_CODE};
use base::{HOUR_US, MINUTE_US};

/// Several buyers show their codes at one till at the same moment, each for another order.
pub(super) fn many_at_one_till(stage: &mut Stage<'_>) {
    let payers = [stage.buyer, stage.other, stage.buyer, stage.other];
    for (place, buyer) in payers.into_iter().enumerate() {
        stage.draw_code(buyer, place as u8);
    }
    stage.settle();
    for place in 0..payers.len() as u8 {
        stage.pay(stage.number + place, place);
        let wait_us = stage.dice.range(0, UNDER_WAY_US / 8);
        stage.wait(wait_us);
    }
}

/// A merchant has spent what a refund needs.
pub(super) fn merchant_spends(stage: &mut Stage<'_>) {
    stage.fen = 9_999;
    stage.paid();
    let next_door = stage.merchant + 1;
    for (place, fen) in [(1, 100_000), (2, 9_999), (3, 1_000)] {
        stage.draw_code(MERCHANTS_FROM + stage.merchant, place);
        let wait_us = stage.dice.range(20_000, SETTLED_US);
        stage.wait(wait_us);
        stage.pay_at(next_door, stage.number + place, fen, place);
    }
    stage.settle();
    let (merchant, number) = (stage.merchant, stage.number);
    if stage.dice.chance(500) {
        stage.then(Act::Cancel { merchant, number });
        stage.soon();
    }
    stage.refund(stage.fen, Some(0));
}

/// A QR code that is read again when it is too old, while its order still waits.
pub(super) fn old_code(stage: &mut Stage<'_>) {
    let number = stage.number;
    stage.merchant = 0;
    stage.then(Act::Odd { what: ODD_OLD_CODE, who: number });
    let wait_us = MINUTE_US + stage.dice.magnitude(1_000, HOUR_US);
    stage.wait(wait_us);
    stage.claim(stage.buyer);
}
