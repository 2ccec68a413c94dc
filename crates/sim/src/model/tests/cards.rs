//! What parties do with bank cards, and what a bank says.

use super::play::{any_buyer, any_order};
use super::world::{World, text, yuan};
use base::{CardNo, PartyId};
use engine::{
    AskCard, BankAnswered, BankWay, BindCard, CloseBankOrder, Command, ConfirmBankOrder, FindBankOrder,
    FindCard, JudgePassword, LastTry, PayByCard, PrepareBankOrder, Reply, Row, SendBankOrder, TopUp,
    TryPassword, UnbindCard, Verdict,
};
use fund::{BankOrder, BankOrderState, BankReason, Card, CardKind, CardState, Done};
use std::sync::Arc;

fn cards(world: &World) -> Vec<Arc<Card>> {
    let rows = world.rows();
    rows.filter_map(|row| if let Row::Card(card) = row { Some(card.clone()) } else { None }).collect()
}

fn any_card(world: &mut World) -> Option<Arc<Card>> {
    let mut all = cards(world);
    let usual = world.dice.chance(900);
    all.retain(|card| !usual || card.state == CardState::Bound);
    (!all.is_empty()).then(|| world.dice.pick(&all).clone())
}

/// One of the newest bank orders, mostly in this state.
fn any_bank_order(world: &mut World, state: BankOrderState) -> Option<Arc<BankOrder>> {
    let rows = world.rows();
    let mut all: Vec<Arc<BankOrder>> =
        rows.filter_map(|row| if let Row::BankOrder(row) = row { Some(row.clone()) } else { None }).collect();
    all.sort_by_key(|row| std::cmp::Reverse(row.asked_at_us));
    let usual = world.dice.chance(800);
    all.retain(|row| !usual || row.state == state);
    all.truncate(8);
    (!all.is_empty()).then(|| world.dice.pick(&all).clone())
}

pub(super) fn bind(world: &mut World) {
    let party = any_buyer(world);
    let number = world.dice.below(4) as u8;
    let kind = if number == 3 { CardKind::Credit } else { CardKind::Debit };
    let (bank, last_four, digest) = (text("CMB"), text("0001"), [number; 16]);
    let command: Command = AskCard { party, bank, kind, last_four, digest }.into();
    let Some(Reply::AskCard(Ok(card))) = world.ask(command.clone()) else { return };
    if world.dice.chance(200) {
        world.ask(command.clone());
    }
    world.ask(BindCard { party, card: card.no, agreement: text("A") });
    match world.dice.below(12) {
        0 => drop(world.ask(BindCard { party, card: card.no, agreement: text("A") })),
        1 => drop(world.ask(BindCard { party, card: card.no, agreement: text("other") })),
        2 => drop(world.ask(UnbindCard { party, card: card.no })),
        3 => drop(world.ask(command)),
        _ => {}
    }
    world.ask(FindCard { party, card: card.no });
}

fn proof(world: &mut World, party: PartyId, about: base::OrderNo) -> u64 {
    let tried = world.ask(TryPassword { party, about });
    let attempt = if let Some(Reply::TryPassword(Ok(reserved))) = tried { reserved.attempt } else { 1 };
    world.ask(JudgePassword { party, attempt, right: true });
    attempt
}

/// Drafts a top-up or a withdrawal and mostly confirms it.
pub(super) fn draft(world: &mut World, chapter: u64) {
    let Some(card) = any_card(world) else { return };
    let party = card.party;
    if world.dice.chance(150) {
        // Enough to take more out than is free in a life.
        let key = text(&format!("R{chapter}-{}", card.no));
        world.ask(TopUp { party, amount: yuan(4_000_000), key });
    }
    let way = if world.dice.chance(500) { BankWay::TopUp } else { BankWay::Withdraw };
    let fen =
        *world.dice.pick(&[0, 1_000, 9_999, 20_000, 700_000, 1_000_000, 1_000_001, 1_999_990, 5_000_001]);
    let key = text(&format!("K{chapter}-{}", world.dice.below(12)));
    let command: Command = PrepareBankOrder { party, card: card.no, way, amount: yuan(fen), key }.into();
    let Some(Reply::PrepareBankOrder(Ok(order))) = world.ask(command.clone()) else { return };
    if world.dice.chance(150) {
        world.ask(command);
    }
    if world.dice.chance(750) {
        confirm_this(world, &order);
    }
}

fn confirm_this(world: &mut World, order: &BankOrder) {
    let attempt = proof(world, order.party, order.no.topic());
    match world.dice.below(25) {
        0 => drop(world.ask(UnbindCard { party: order.party, card: order.card })),
        1 => drop(
            world.ask(engine::SetPartyStatus { party: order.party, status: people::PartyStatus::Frozen }),
        ),
        _ => {}
    }
    let command: Command = ConfirmBankOrder { party: order.party, no: order.no, attempt }.into();
    world.ask(command.clone());
    if world.dice.chance(150) {
        world.ask(command);
    }
}

pub(super) fn confirm(world: &mut World) {
    if let Some(order) = any_bank_order(world, BankOrderState::Draft) {
        confirm_this(world, &order);
    }
}

pub(super) fn close(world: &mut World) {
    let Some(order) = any_bank_order(world, BankOrderState::Unknown) else { return };
    world.ask(CloseBankOrder { party: order.party, no: order.no });
    world.ask(FindBankOrder { party: order.party, no: order.no });
}

/// The buyer of a waiting trade pays it by card, with one card or two.
pub(super) fn pay(world: &mut World) {
    let Some(order) = any_order(world) else { return };
    let Some(buyer) = order.buyer else { return };
    let own: Vec<CardNo> =
        cards(world).iter().filter(|card| card.party == buyer).map(|card| card.no).collect();
    let Some(card) = (!own.is_empty()).then(|| *world.dice.pick(&own)) else { return };
    let attempt = proof(world, buyer, order.no);
    world.ask(PayByCard { buyer, order_no: order.no, card, attempt, last_try: LastTry::Unsaid });
    if world.dice.chance(300) {
        let card = *world.dice.pick(&own);
        world.ask(PayByCard { buyer, order_no: order.no, card, attempt, last_try: LastTry::Unsaid });
    }
    if world.dice.chance(200) {
        world.ask(engine::ConfirmPay { buyer, order_no: order.no, attempt });
    }
}

/// Whoever carries orders to the bank asks about those that are due, and the bank says something, or nothing.
pub(super) fn bank(world: &mut World) {
    let rows = world.rows();
    let due: Vec<Arc<BankOrder>> = rows
        .filter_map(|row| if let Row::BankOrder(row) = row { Some(row.clone()) } else { None })
        .filter(|order| order.next_try_at_us.is_some())
        .collect();
    for order in due.iter().rev().take(6) {
        world.ask(SendBankOrder { no: order.no });
        let verdict = match world.dice.below(10) {
            0..=4 => done(order, "B", 0),
            5..=6 => Verdict::Refused(BankReason::NoMoney),
            _ => Verdict::Unknown,
        };
        if world.dice.chance(700) {
            world.ask(BankAnswered { no: order.no, verdict: verdict.clone() });
            if world.dice.chance(150) {
                world.ask(BankAnswered { no: order.no, verdict });
            }
        }
    }
    // Against its own word, or of what it was never asked.
    let state = *world.dice.pick(&[BankOrderState::Done, BankOrderState::Failed, BankOrderState::Draft]);
    if let Some(order) = any_bank_order(world, state).filter(|_| world.dice.chance(300)) {
        let verdict = match world.dice.below(4) {
            0 => done(&order, "SECOND", 0),
            1 => done(&order, "B", 1),
            2 => done(&order, "B", 0),
            _ => Verdict::Refused(BankReason::Other),
        };
        for _time in 0..2 {
            world.ask(BankAnswered { no: order.no, verdict: verdict.clone() });
        }
    }
}

fn done(order: &BankOrder, name: &str, more: u64) -> Verdict {
    let amount = order.amount().checked_add(yuan(more)).expect("a small amount");
    Verdict::Done(Done { amount, bank_ref: text(&format!("{name}{}", order.no)) })
}

/// The bank says what became of everything, until it owes nobody a word.
pub(super) fn settle(world: &mut World) {
    for _round in 0..4 {
        let rows = world.rows();
        let open: Vec<Arc<BankOrder>> = rows
            .filter_map(|row| if let Row::BankOrder(row) = row { Some(row.clone()) } else { None })
            .filter(|order| order.state.is_open())
            .collect();
        for order in open {
            world.ask(SendBankOrder { no: order.no });
            world.ask(BankAnswered { no: order.no, verdict: done(&order, "B", 0) });
        }
        world.deliver_all();
    }
}
