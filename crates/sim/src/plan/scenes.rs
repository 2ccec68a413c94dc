//! Scenes: a few steps that belong together, so that two things meet which chance alone seldom brings together: a close
//! and a payment, an account that is given up under a refund, two buyers and one order, a payment and its last moment.
//!
//! A scene says only what people ask and about when. What meets what, and who comes first, the faults and the network
//! decide. Each scene uses order numbers and codes that nothing else has used, or the first refusal would end it; the
//! other steps of the plan join in (see [`Scenes::latest`]).

use super::accord_scenes::{
    blocked_meanwhile, debit_meets_cancel, debit_meets_end, debits_in_turn, plan_moves_meanwhile, two_sign,
};
use super::card_scenes::{
    a_day_of_cards, card_meets_the_end, code_meets_card, filled_from_a_card, refunded_to_a_card,
    rules_change_meanwhile, taken_out,
};
use super::card_transfer_scenes::{a_day_of_card_transfers, all_is_sent, sent_to_cards};
use super::contract_scenes::{contract_changes_meanwhile, settled_the_day_after};
use super::stage::{CLOSED, DEAR_FEN, FROZEN, HALF_AN_HOUR, NORMAL, ONE_MINUTE, Stage, UNDER_WAY_US};
use super::till_scenes::{many_at_one_till, merchant_spends, old_code};
use super::transfer_scenes::{
    a_day_is_used_up, called_back, confirmed_together, offers_end, payee_leaves, payer_is_frozen,
    program_sends,
};
use super::{Act, MERCHANTS_FROM, Step, Town};
use crate::dice::Dice;
use base::{HOUR_US, MINUTE_US};

/// Order numbers, codes and keys from here on belong to scenes. The town's own are far below.
const SCENES_FROM: u8 = 60;
/// What scenes are about, fen: the first one's fee rounds.
const USUAL_FEN: [u64; 4] = [83, 1_000, 9_999, 10_000];
/// Draws the steps of one scene.
type Scene = fn(&mut Stage<'_>);

/// All scenes and how often each is played.
const SCENES: [(u32, Scene); 41] = [
    (10, close_meets_payment),
    (8, merchant_leaves),
    (12, buyer_leaves),
    (10, two_buyers_claim),
    (8, two_codes),
    (14, last_moment),
    (10, refunds_together),
    (6, proof_of_another),
    (8, many_at_one_till),
    (2, cancel_next_day),
    (6, claim_twice),
    (6, free_again),
    (4, two_rules),
    (4, merchant_spends),
    (4, frozen_at_the_password),
    (4, old_code),
    (8, debit_meets_end),
    (8, debit_meets_cancel),
    (8, debits_in_turn),
    (6, two_sign),
    (6, blocked_meanwhile),
    (6, plan_moves_meanwhile),
    (8, payee_leaves),
    (10, called_back),
    (6, payer_is_frozen),
    (6, offers_end),
    (4, a_day_is_used_up),
    (6, confirmed_together),
    (8, program_sends),
    (10, filled_from_a_card),
    (8, taken_out),
    (10, card_meets_the_end),
    (8, refunded_to_a_card),
    (4, a_day_of_cards),
    (8, rules_change_meanwhile),
    (6, code_meets_card),
    (12, settled_the_day_after),
    (8, contract_changes_meanwhile),
    (14, sent_to_cards),
    (8, all_is_sent),
    (4, a_day_of_card_transfers),
];

/// Where scenes are played.
pub(super) struct Scenes {
    played: u8,
    weights: Vec<(u32, Scene)>,
    permille: u32,
    latest: Option<(u8, u8)>,
}

impl Scenes {
    /// How often scenes are played in this run: in some not at all.
    pub(super) fn draw(dice: &Dice) -> Scenes {
        let mut dice = dice.fork("scenes");
        let mut weights = SCENES.to_vec();
        for (weight, _) in &mut weights {
            // Some scenes often, others not at all: as with faults.
            *weight *= *dice.pick(&[0, 1, 1, 1, 4]);
        }
        if weights.iter().all(|(weight, _)| *weight == 0) {
            weights = SCENES.to_vec();
        }
        Scenes { played: 0, weights, permille: *dice.pick(&[0, 30, 100, 250]), latest: None }
    }

    /// The merchant and the number of the scene played last, for the other steps to join in.
    pub(super) fn latest(&self) -> Option<(u8, u8)> {
        self.latest
    }

    /// Plays one from this moment on, or none.
    pub(super) fn play(&mut self, dice: &mut Dice, town: &Town, at_us: i64) -> Vec<Step> {
        // Each scene takes up to four numbers.
        let Some(number) = self.played.checked_mul(4).and_then(|taken| SCENES_FROM.checked_add(taken)) else {
            return Vec::new();
        };
        if number > u8::MAX - 4 || !dice.chance(self.permille) {
            return Vec::new();
        }
        self.played += 1;
        let scene = *dice.weighted(&self.weights);
        let merchant = dice.below(town.merchants.into()) as u8;
        let buyer = dice.below(town.buyers.into()) as u8;
        // Where there is one buyer alone, a merchant is the other.
        let next = (buyer + 1) % town.buyers;
        let shop = MERCHANTS_FROM + (merchant + 1) % town.merchants;
        let other = if next != buyer { next } else { shop };
        let fen = *dice.pick(&USUAL_FEN);
        self.latest = Some((merchant, number));
        let mut stage = Stage { dice, at_us, steps: Vec::new(), merchant, buyer, other, number, fen };
        stage.prepare();
        scene(&mut stage);
        stage.steps
    }
}

/// The merchant closes or cancels while the buyer's money, or the question to the buyer, is under way.
fn close_meets_payment(stage: &mut Stage<'_>) {
    if stage.dice.chance(600) {
        stage.create(stage.number, HALF_AN_HOUR);
        stage.settle();
        stage.confirm(stage.buyer, None);
    } else {
        stage.fen = if stage.dice.chance(500) { DEAR_FEN } else { stage.fen };
        stage.show(stage.buyer, 0);
    }
    // The closing needs one decision, the payment up to five.
    stage.soon();
    stage.end_order();
    stage.settle();
    stage.query();
}

/// The merchant gives the account up while an order waits to be paid, or while the money is under way.
fn merchant_leaves(stage: &mut Stage<'_>) {
    if stage.dice.chance(600) {
        stage.create(stage.number, HALF_AN_HOUR);
        stage.settle();
        stage.status(true, stage.merchant, CLOSED);
        stage.soon();
        stage.confirm(stage.buyer, None);
    } else {
        stage.show(stage.buyer, 0);
        stage.soon();
        stage.status(true, stage.merchant, CLOSED);
    }
    stage.settle();
    stage.query();
    stage.status(true, stage.merchant, NORMAL);
}

/// The buyer gives the account up between a payment and its refund; the refund comes back and is asked for again.
fn buyer_leaves(stage: &mut Stage<'_>) {
    stage.paid();
    if stage.dice.chance(300) {
        stage.refund(1, Some(1));
        stage.soon();
    }
    stage.status(false, stage.buyer, CLOSED);
    stage.soon();
    let (merchant, number) = (stage.merchant, stage.number);
    if stage.dice.chance(300) {
        stage.then(Act::Cancel { merchant, number });
    } else {
        let fen = if stage.dice.chance(500) { stage.fen } else { stage.fen / 2 };
        stage.refund(fen, Some(0));
        stage.soon();
        stage.then(Act::RefundQuery { merchant, number, request: Some(0) });
        stage.refund(fen, Some(0));
    }
    if stage.dice.chance(400) {
        stage.soon();
        stage.refund(stage.fen / 3, Some(2));
    }
    stage.settle();
    stage.status(false, stage.buyer, NORMAL);
    stage.soon();
    stage.refund(stage.fen / 2, Some(0));
    stage.settle();
    stage.refund(stage.fen - stage.fen / 2, Some(2));
}

/// Two buyers read the same code, and both pay as fast as they can.
fn two_buyers_claim(stage: &mut Stage<'_>) {
    stage.precreate(HALF_AN_HOUR);
    stage.settle();
    let (first, second) = (stage.buyer, stage.other);
    let began_us = stage.at_us;
    for buyer in [first, second] {
        stage.at_us = began_us + stage.dice.range(0, UNDER_WAY_US / 4);
        stage.claim(buyer);
    }
    for buyer in [first, second] {
        // The password takes two decisions, about as long as the claim.
        stage.at_us = began_us + stage.dice.range(0, UNDER_WAY_US);
        stage.confirm(buyer, None);
    }
    stage.settle();
    stage.query();
}

/// Two codes are shown for one order, of two buyers or of one.
fn two_codes(stage: &mut Stage<'_>) {
    stage.fen = if stage.dice.chance(600) { DEAR_FEN } else { stage.fen };
    let second = if stage.dice.chance(250) { stage.buyer } else { stage.other };
    stage.draw_code(stage.buyer, 0);
    stage.draw_code(second, 1);
    stage.settle();
    stage.pay(stage.number, 0);
    let wait_us = stage.dice.range(0, UNDER_WAY_US / 2);
    stage.wait(wait_us);
    stage.pay(stage.number, 1);
    if stage.dice.chance(300) {
        stage.soon();
        stage.end_order();
    }
    stage.settle();
    stage.confirm(stage.buyer, None);
    stage.confirm(second, None);
}

/// An order is paid, or taken up, in the moment in which its time ends, or when it has ended and nobody has noticed.
fn last_moment(stage: &mut Stage<'_>) {
    let begun_us = stage.at_us;
    let named = stage.dice.chance(500);
    if named {
        stage.create(stage.number, ONE_MINUTE);
    } else {
        stage.precreate(ONE_MINUTE);
        stage.settle();
        if stage.dice.chance(600) {
            stage.claim(stage.buyer);
        }
    }
    let moments = if stage.dice.chance(300) { 3 } else { 1 };
    for _moment in 0..moments {
        let late_us = match stage.dice.below(3) {
            0 => -stage.dice.range(0, 2 * UNDER_WAY_US),
            1 => stage.dice.range(0, UNDER_WAY_US),
            _ => stage.dice.magnitude(1_000, HOUR_US),
        };
        stage.at_us = begun_us + MINUTE_US + late_us;
        match stage.dice.below(if named { 2 } else { 4 }) {
            0 | 1 => stage.confirm(stage.buyer, None),
            2 => stage.claim(stage.other),
            _ => stage.claim(stage.buyer),
        }
    }
    stage.settle();
    stage.query();
}

/// Refunds of one order that are under way together: with numbers of their own, with the same, for too much.
fn refunds_together(stage: &mut Stage<'_>) {
    stage.paid();
    for part in 0..stage.dice.range(2, 6) {
        let fen = match stage.dice.below(4) {
            0 => stage.fen,
            1 => 1,
            2 => stage.fen / 2,
            _ => stage.fen - stage.fen / 2,
        };
        let request = if stage.dice.chance(800) { part as u8 } else { stage.dice.below(2) as u8 };
        stage.refund(fen, Some(request));
        stage.soon();
    }
    if stage.dice.chance(400) {
        let (merchant, number) = (stage.merchant, stage.number);
        stage.then(Act::Cancel { merchant, number });
        stage.soon();
        stage.refund(stage.fen, None);
    }
}

/// A password that was given for one order is shown for another.
fn proof_of_another(stage: &mut Stage<'_>) {
    stage.create(stage.number, HALF_AN_HOUR);
    stage.create(stage.number + 1, HALF_AN_HOUR);
    stage.settle();
    stage.confirm(stage.buyer, Some(stage.number + 1));
    if stage.dice.chance(500) {
        stage.settle();
        stage.confirm(stage.buyer, None);
    }
}

/// An order is cancelled when that is not possible any more.
fn cancel_next_day(stage: &mut Stage<'_>) {
    stage.paid();
    stage.wait(25 * HOUR_US);
    let (merchant, number) = (stage.merchant, stage.number);
    stage.then(Act::Cancel { merchant, number });
}

/// A buyer takes the same order up twice at once, and it ends meanwhile.
fn claim_twice(stage: &mut Stage<'_>) {
    stage.precreate(HALF_AN_HOUR);
    stage.settle();
    for _claim in 0..stage.dice.range(2, 4) {
        stage.claim(stage.buyer);
        let wait_us = stage.dice.range(0, UNDER_WAY_US / 3);
        stage.wait(wait_us);
    }
    stage.end_order();
}

/// A buyer who is frozen when an order is opened is free when it is asked for again, before the first answer.
fn free_again(stage: &mut Stage<'_>) {
    stage.status(false, stage.buyer, FROZEN);
    stage.settle();
    stage.create(stage.number, HALF_AN_HOUR);
    for _again in 0..2 {
        let wait_us = stage.dice.range(0, UNDER_WAY_US / 3);
        stage.wait(wait_us);
        stage.create(stage.number, HALF_AN_HOUR);
        if stage.dice.chance(600) {
            stage.status(false, stage.buyer, NORMAL);
        }
        if stage.dice.chance(500) {
            stage.confirm(stage.buyer, None);
        }
    }
    stage.status(false, stage.buyer, NORMAL);
}

/// A limit that holds in one cell and not in another, and two codes under it: one buyer pays, the other is to confirm.
fn two_rules(stage: &mut Stage<'_>) {
    stage.then(Act::SetRules { fee_ppm: 6_000, limit_fen: 0, in_minutes: 1 });
    stage.wait(MINUTE_US);
    stage.settle();
    stage.fen = 1_000;
    two_codes(stage);
}

/// A buyer is frozen, or gone, with the password in the hand.
fn frozen_at_the_password(stage: &mut Stage<'_>) {
    stage.create(stage.number, HALF_AN_HOUR);
    stage.settle();
    let status = if stage.dice.chance(700) { FROZEN } else { CLOSED };
    if stage.dice.chance(500) {
        stage.status(false, stage.buyer, status);
        stage.soon();
        stage.confirm(stage.buyer, None);
    } else {
        stage.confirm(stage.buyer, None);
        stage.soon();
        stage.status(false, stage.buyer, status);
    }
    stage.settle();
    stage.status(false, stage.buyer, NORMAL);
    stage.confirm(stage.buyer, None);
}
