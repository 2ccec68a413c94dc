//! What people and operators do in a run: a list of steps, drawn from the seed before anything happens, so that it can
//! be kept as text and made shorter.
//!
//! The town is small on purpose: a few buyers and merchants, few order numbers, few codes, few amounts. Everything is
//! asked again and again, with the same meaning and with another, while the first is still under way. Between such
//! steps stand scenes, in which things are made to meet.

mod accord_scenes;
mod card_scenes;
mod card_transfer_scenes;
mod contract_scenes;
mod products;
mod scenes;
mod stage;
mod till_scenes;
mod transfer_scenes;

use crate::dice::Dice;
use base::{HOUR_US, MINUTE_US, SECOND_US};
use scenes::Scenes;
use serde::{Deserialize, Serialize};

/// Amounts, fen: the least, usual ones, one whose fee rounds, one at and two above what goes without a password.
pub const AMOUNTS_FEN: [u64; 7] = [1, 83, 1_000, 1_000, 9_999, 100_000, 250_000];
/// How long an order may wait to be paid, as merchants write it.
pub const TIMEOUTS: [&str; 6] = ["1m", "1m", "5m", "30m", "2h", "1d"];

/// How many towns in a thousand are so small that everybody meets everybody.
const SMALL_PERMILLE: u32 = 350;

/// Sizes of a town.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Town {
    /// Cells, from 1.
    pub cells: usize,
    /// Buyers.
    pub buyers: u8,
    /// Merchants.
    pub merchants: u8,
    /// Order numbers that each merchant uses.
    pub numbers: u8,
    /// Pay codes that can be drawn.
    pub codes: u8,
    /// Steps.
    pub steps: usize,
}

impl Town {
    /// Draws the sizes of a seed.
    pub fn draw(dice: &Dice) -> Town {
        let mut dice = dice.fork("town");
        // What needs two cells is what goes wrong.
        let cells = *dice.pick(&[1, 1, 2, 2, 2, 3, 3, 4]);
        let steps = dice.magnitude(40, 400) as usize;
        if dice.chance(SMALL_PERMILLE) {
            let merchants = dice.range(1, 2) as u8;
            let (numbers, codes) = (dice.range(2, 4) as u8, dice.range(2, 4) as u8);
            return Town { cells, buyers: 2, merchants, numbers, codes, steps };
        }
        Town {
            cells,
            buyers: dice.range(1, 4) as u8,
            merchants: dice.range(1, 3) as u8,
            numbers: dice.range(2, 12) as u8,
            codes: dice.range(2, 12) as u8,
            steps,
        }
    }
}

/// One thing that somebody does at a moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Microseconds after the run's beginning.
    pub after_us: i64,
    /// What.
    pub act: Act,
}

/// What somebody does. Parties, numbers and codes are places in the town's lists.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the members are places in the town's lists, amounts in fen and plain choices"
)]
pub enum Act {
    /// A till asks to be paid with a code.
    Pay { merchant: u8, number: u8, fen: u64, code: u8, timeout: u8 },
    /// A program makes an order for a buyer.
    Create { merchant: u8, number: u8, fen: u64, buyer: u8, timeout: u8 },
    /// A program asks for a QR code.
    Precreate { merchant: u8, number: u8, fen: u64, timeout: u8 },
    /// A program asks how an order stands.
    Query { merchant: u8, number: u8 },
    /// A program closes an order.
    Close { merchant: u8, number: u8 },
    /// A program undoes an order whose outcome it does not know.
    Cancel { merchant: u8, number: u8 },
    /// A program gives money back.
    Refund { merchant: u8, number: u8, fen: u64, request: Option<u8> },
    /// A program asks how a refund stands.
    RefundQuery { merchant: u8, number: u8, request: Option<u8> },
    /// A wallet draws a code.
    DrawCode { buyer: u8, code: u8 },
    /// A buyer takes an order up.
    Claim { buyer: u8, merchant: u8, number: u8, by_code: bool },
    /// A buyer gives the password for an order and pays it.
    Confirm { buyer: u8, merchant: u8, number: u8, right: bool, with_proof_of: Option<u8> },
    /// Money comes in.
    TopUp { buyer: u8, fen: u64, key: u8 },
    /// Somebody's account is frozen, closed or free again: places in the list of statuses.
    SetStatus { merchant: bool, party: u8, status: u8 },
    /// New rules from this many minutes on.
    SetRules { fee_ppm: u32, limit_fen: u64, in_minutes: i64 },
    /// A merchant offers an agreement; what its number means hangs on the number.
    OfferAgreement { merchant: u8, name: u8, days: u8 },
    /// A buyer gives the password for an agreement, or astray for another one, and signs it.
    SignAgreement { buyer: u8, merchant: u8, name: u8, right: bool, astray: bool },
    /// A program takes money under an agreement.
    Debit { merchant: u8, name: u8, number: u8, fen: u64, by_plan: bool },
    /// A program moves the next debit so many days ahead from today.
    Postpone { merchant: u8, name: u8, days: u8 },
    /// A merchant, or this buyer, ends an agreement.
    EndAgreement { merchant: u8, name: u8, by: Option<u8> },
    /// A merchant's program sends money: the payee by number, by login, or with a wrong name.
    Send { merchant: u8, number: u8, payee: u8, fen: u64, named: u8 },
    /// A merchant's program asks how a transfer stands.
    SendQuery { merchant: u8, number: u8 },
    /// A wallet shows a transfer that is to be confirmed; the arrival is a place in the list of arrivals.
    OfferTransfer { payer: u8, number: u8, payee: u8, fen: u64, arrival: u8 },
    /// A payer gives the password for a transfer, or for another one, and pays it.
    ConfirmTransfer { payer: u8, number: u8, right: bool, astray: Option<u8> },
    /// A payer calls a transfer back.
    CancelTransfer { payer: u8, number: u8 },
    /// A payer looks at a transfer, and at what may still be sent.
    LookAtTransfer { payer: u8, number: u8 },
    /// A party binds a card, which its bank agrees to.
    Bind { party: u8, card: u8 },
    /// A party gives a card up.
    Unbind { party: u8, card: u8 },
    /// A party drafts a top-up from a card, or a withdrawal to it.
    PrepareBank { party: u8, card: u8, out: bool, fen: u64, key: u8 },
    /// A party gives the password for it.
    ConfirmBank { party: u8, out: bool, key: u8, right: bool },
    /// A party gives it up.
    CloseBank { party: u8, out: bool, key: u8 },
    /// A buyer gives the password for an order and pays it by card.
    PayByCard { buyer: u8, merchant: u8, number: u8, card: u8, right: bool },
    /// Operators agree to a contract of a merchant: a place in the list of products, and what it says. `alone`: who
    /// proposes it approves it.
    Contract {
        merchant: u8,
        product: u8,
        fee_ppm: u32,
        next_day: bool,
        ended: bool,
        in_minutes: i64,
        alone: bool,
    },
    /// Somebody looks at a merchant's contracts, and at what is not settled.
    LookAtContracts { merchant: u8 },
    /// A merchant's program sends money to a bank card: one of eight.
    SendToCard { merchant: u8, number: u8, card: u8, fen: u64 },
    /// A merchant's program asks how a transfer to a card stands.
    CardTransferQuery { merchant: u8, number: u8 },
    /// Something that seldom happens, mostly a mistake: a place in the list of such things, and who does it.
    Odd { what: u8, who: u8 },
}

/// How often, in a thousand payments, the code was drawn just before.
const FRESH_CODE_PERMILLE: u32 = 700;

/// Draws the steps of a seed.
pub fn draw(dice: &Dice, town: &Town) -> Vec<Step> {
    let mut dice = dice.fork("plan");
    let weights = Act::weights(&mut dice);
    // Some towns hurry, so that requests meet; some are slow, so that time runs out.
    let pause_most_us = *dice.pick(&[SECOND_US / 20, 2 * SECOND_US, 3 * MINUTE_US, HOUR_US]);
    let mut after_us = 0;
    let mut steps: Vec<Step> = Vec::with_capacity(town.steps);
    let mut scenes = Scenes::draw(&dice);
    while steps.len() < town.steps {
        after_us += if dice.chance(250) { 0 } else { dice.magnitude(100, pause_most_us) };
        steps.extend(scenes.play(&mut dice, town, after_us));
        let again = steps.last().map(|step| step.act.clone()).filter(|_| dice.chance(80));
        let act = again.unwrap_or_else(|| Act::draw(&mut dice, town, &weights, scenes.latest()));
        if let Act::Pay { code, .. } = act
            && dice.chance(FRESH_CODE_PERMILLE)
        {
            // Most buyers open their wallets at the till.
            let shop = MERCHANTS_FROM + dice.below(town.merchants.into()) as u8;
            let buyer = if dice.chance(150) { shop } else { dice.below(town.buyers.into()) as u8 };
            steps.push(Step { after_us, act: Act::DrawCode { buyer, code } });
            after_us += dice.range(20_000, 200_000);
        }
        steps.push(Step { after_us, act });
    }
    // What a scene does later stands among what others do then.
    steps.sort_by_key(|step| step.after_us);
    steps
}

/// How often, in a thousand steps, somebody joins in the scene that was played last.
const JOINS_PERMILLE: u32 = 120;

/// The kinds of act, in the order of their weights.
const KINDS: usize = 36;
/// Numbers of agreements that each merchant uses: few, so that requests meet; each can be signed once.
const AGREEMENTS: u64 = 8;
/// How many odd things there are.
pub const ODD_THINGS: u8 = 25;
/// The one that a scene needs: an order whose code is old long before its time is over.
pub(crate) const ODD_OLD_CODE: u8 = 24;
/// From here on a buyer's number means a merchant, who buys too.
pub const MERCHANTS_FROM: u8 = 100;

impl Act {
    /// How often each kind is done in this run: some not at all, as with faults.
    fn weights(dice: &mut Dice) -> Vec<(u32, usize)> {
        let usual: [u32; KINDS] = [
            26, 8, 6, 9, 4, 5, 12, 4, 22, 8, 10, 3, 2, 4, 2, 5, 7, 9, 2, 3, 6, 3, 9, 10, 4, 2, 4, 1, 6, 6, 3,
            5, 3, 1, 6, 3,
        ];
        let mut weights: Vec<(u32, usize)> = usual.into_iter().zip(0..).collect();
        for (weight, kind) in &mut weights {
            // Without codes, payments and confirmations nothing happens at all.
            let needed = matches!(kind, 0 | 8);
            if !needed && dice.chance(150) {
                *weight = 0;
            } else if dice.chance(100) {
                *weight *= 5;
            }
        }
        weights
    }

    fn draw(dice: &mut Dice, town: &Town, weights: &[(u32, usize)], scene: Option<(u8, u8)>) -> Act {
        let drawn = (dice.below(town.merchants.into()) as u8, dice.below(town.numbers.into()) as u8);
        let (merchant, number) = scene.filter(|_| dice.chance(JOINS_PERMILLE)).unwrap_or(drawn);
        let buyer =
            if dice.chance(60) { MERCHANTS_FROM + merchant } else { dice.below(town.buyers.into()) as u8 };
        let name = dice.below(AGREEMENTS) as u8;
        let code = dice.below(town.codes.into()) as u8;
        let fen = *dice.pick(&AMOUNTS_FEN);
        let timeout = dice.index(TIMEOUTS.len()) as u8;
        let request = if dice.chance(750) { Some(dice.below(3) as u8) } else { None };
        match *dice.weighted(weights) {
            0 => Act::Pay { merchant, number, fen, code, timeout },
            1 => Act::Create { merchant, number, fen, buyer, timeout },
            2 => Act::Precreate { merchant, number, fen, timeout },
            3 => Act::Query { merchant, number },
            4 => Act::Close { merchant, number },
            5 => Act::Cancel { merchant, number },
            6 => Act::Refund { merchant, number, fen, request },
            7 => Act::RefundQuery { merchant, number, request },
            8 => Act::DrawCode { buyer, code },
            9 => Act::Claim { buyer, merchant, number, by_code: dice.chance(500) },
            10 => Act::Confirm {
                buyer,
                merchant,
                number,
                right: dice.chance(850),
                with_proof_of: if dice.chance(60) {
                    Some(dice.below(town.numbers.into()) as u8)
                } else {
                    None
                },
            },
            11 => Act::TopUp { buyer, fen, key: dice.below(4) as u8 },
            12 => Act::SetStatus {
                merchant: dice.chance(400),
                party: if dice.chance(500) { merchant } else { buyer },
                // Mostly free again, or nobody could pay for the rest of the run.
                status: *dice.pick(&[0, 0, 0, 1, 1, 2]),
            },
            15 => Act::OfferAgreement { merchant, name, days: *dice.pick(&[0, 1, 1, 2, 2, 3]) },
            16 => Act::SignAgreement {
                buyer,
                merchant,
                name,
                right: dice.chance(850),
                astray: dice.chance(100),
            },
            17 => Act::Debit {
                merchant,
                name,
                number,
                fen: *dice.pick(&[83, 83, 1_000, 3_000, 5_950, 6_001]),
                by_plan: dice.chance(900),
            },
            18 => Act::Postpone { merchant, name, days: dice.below(14) as u8 },
            19 => Act::EndAgreement { merchant, name, by: dice.chance(500).then_some(buyer) },
            32 => products::contract(dice, merchant),
            33 => Act::LookAtContracts { merchant },
            34 => products::to_card(dice, merchant, number),
            35 => Act::CardTransferQuery { merchant, number },
            kind @ 26.. => products::card(dice, kind, (merchant, buyer, number)),
            kind @ 20.. => products::transfer(dice, kind, (merchant, buyer, number), town),
            14 => Act::Odd { what: dice.below(ODD_THINGS.into()) as u8, who: buyer },
            _ => Act::SetRules {
                fee_ppm: *dice.pick(&[0, 6_000, 10_000]),
                limit_fen: *dice.pick(&[0, 1_000, 100_000]),
                in_minutes: dice.range(1, 600),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shrink::{from_text, to_text};

    #[test]
    fn a_plan_is_of_its_seed_and_can_be_kept_as_text() {
        let plan = |seed| {
            let dice = Dice::new(seed);
            draw(&dice, &Town::draw(&dice))
        };
        assert_eq!(plan(7), plan(7));
        assert_ne!(plan(7), plan(8));
        let text = to_text(&["seed 7"], &plan(7)).expect("steps are plain data");
        assert_eq!(from_text::<Step>(&text).expect("it reads back"), plan(7));
    }

    /// Steps of a scene may come long after its first; heal waits for the last of all.
    #[test]
    fn steps_stand_in_the_order_of_their_times() {
        for seed in 0..50 {
            let dice = Dice::new(seed);
            let plan = draw(&dice, &Town::draw(&dice));
            assert!(plan.is_sorted_by_key(|step| step.after_us), "seed {seed}");
        }
    }

    #[test]
    fn every_kind_of_act_is_drawn() {
        let mut names = std::collections::BTreeSet::new();
        for seed in 0..50 {
            let dice = Dice::new(seed);
            for step in draw(&dice, &Town::draw(&dice)) {
                let text = format!("{:?}", step.act);
                names.insert(text.split(' ').next().unwrap_or_default().to_owned());
            }
        }
        assert_eq!(names.len(), KINDS, "{names:?}");
    }
}
