//! What people ask about products beside orders and agreements, drawn one by one.

use super::{Act, Town};
use crate::dice::Dice;
use crate::transfers::NOBODY;

/// Something about transfers: kinds from 20 on.
pub(super) fn transfer(
    dice: &mut Dice,
    kind: usize,
    (merchant, buyer, number): (u8, u8, u8),
    town: &Town,
) -> Act {
    // Wallets count their own, and few.
    let (payer, own) = (buyer, number % 8);
    match kind {
        20 => {
            let (payee, fen) = (payee(dice, buyer), sent_fen(dice));
            Act::Send { merchant, number, payee, fen, named: *dice.pick(&[0, 0, 0, 1, 1, 2]) }
        }
        21 => Act::SendQuery { merchant, number },
        22 => {
            let payee = payee(dice, (buyer + 1) % town.buyers);
            let (fen, arrival) = (sent_fen(dice), *dice.pick(&[0, 0, 0, 1, 2]));
            Act::OfferTransfer { payer, number: own, payee, fen, arrival }
        }
        23 => {
            let astray = dice.chance(60).then_some((own + 1) % 8);
            Act::ConfirmTransfer { payer, number: own, right: dice.chance(850), astray }
        }
        24 => Act::CancelTransfer { payer, number: own },
        _ => Act::LookAtTransfer { payer, number: own },
    }
}

/// Mostly this one, now and then somebody who does not exist.
fn payee(dice: &mut Dice, usual: u8) -> u8 {
    if dice.chance(30) { NOBODY } else { usual }
}

/// What is sent, fen: the least of a person and of a program, usual amounts, the most of a person and one more.
fn sent_fen(dice: &mut Dice) -> u64 {
    *dice.pick(&[1, 10, 83, 1_000, 1_000, 9_999, 20_000_000, 20_000_001, 100_000_001])
}

/// Money for a card: the least and one less, usual amounts, the most and one more.
pub(super) fn to_card(dice: &mut Dice, merchant: u8, number: u8) -> Act {
    let fen = *dice.pick(&[9, 10, 83, 500, 1_000, 1_000, 9_999, 50_500, 100_000_000, 100_000_001]);
    Act::SendToCard { merchant, number, card: dice.below(8) as u8, fen }
}

/// A contract of a merchant: mostly what towns sell by, at a fee that rounds, now or some hours later.
pub(super) fn contract(dice: &mut Dice, merchant: u8) -> Act {
    let product = *dice.pick(&[0, 0, 0, 1, 1, 2, 3, 3]);
    // Nothing is taken of transfers, so that their contracts mostly say nothing but that they end.
    let of_transfers = product == 3 && dice.chance(700);
    let fee_ppm = *dice.pick(&[0, 3_800, 6_000, 10_000, 100_000, 100_001]);
    Act::Contract {
        merchant,
        product,
        fee_ppm: if of_transfers { 0 } else { fee_ppm },
        next_day: !of_transfers && dice.chance(700),
        ended: dice.chance(if of_transfers { 700 } else { 120 }),
        in_minutes: *dice.pick(&[0, 0, 0, 0, 1, 90, 1_500, -5]),
        alone: dice.chance(60),
    }
}

/// Something about bank cards: kinds from 26 on.
pub(super) fn card(dice: &mut Dice, kind: usize, (merchant, party, number): (u8, u8, u8)) -> Act {
    // One card of four is a credit card.
    let (card, out, key) = (dice.below(4) as u8, dice.chance(450), number % 6);
    match kind {
        26 => Act::Bind { party, card },
        27 => Act::Unbind { party, card },
        28 => {
            let fen = *dice.pick(&[0, 1, 1_000, 9_999, 20_000, 1_000_000, 1_000_001, 5_000_001]);
            Act::PrepareBank { party, card, out, fen, key }
        }
        29 => Act::ConfirmBank { party, out, key, right: dice.chance(900) },
        30 => Act::CloseBank { party, out, key },
        _ => Act::PayByCard { buyer: party, merchant, number, card, right: dice.chance(900) },
    }
}
