//! What payers ask about transfers.

use super::play::{any_buyer, any_seller};
use super::world::{World, text, yuan};
use base::{PartyId, Slot, TransferNo};
use engine::{
    CancelTransfer, Command, ConfirmTransfer, FindAddress, FindTransfer, FindTransferRoom, JudgePassword,
    NoPayee, OfferTransfer, Reply, Row, SetPartyStatus, TransferAsk, TransferMoney, TryPassword,
    WhichTransfer,
};
use people::PartyStatus;
use std::sync::Arc;
use transfer::{Arrival, Transfer, TransferState, TransferWay};

/// One of the newest transfers, mostly in this state.
fn any_transfer(world: &mut World, state: TransferState) -> Option<Arc<Transfer>> {
    let rows = world.rows();
    let mut all: Vec<Arc<Transfer>> =
        rows.filter_map(|row| if let Row::Transfer(row) = row { Some(row.clone()) } else { None }).collect();
    all.sort_by_key(|row| std::cmp::Reverse(row.opened_at_us));
    let usual = world.dice.chance(850);
    all.retain(|row| !usual || row.state == state);
    all.truncate(6);
    (!all.is_empty()).then(|| world.dice.pick(&all).clone())
}

fn a_transfer_ask(world: &mut World, payer: PartyId, chapter: u64) -> TransferAsk {
    let number = world.dice.below(9);
    let payee = match world.dice.below(20) {
        0 => Err(NoPayee::NotFound),
        1 => Err(NoPayee::NameDiffers),
        2 => Ok(payer),
        3 => Ok(PartyId::issue(77, Slot::new(31).expect("a slot")).expect("an id")),
        _ => Ok(any_buyer(world)),
    };
    // What a number means hangs on the number, but for whom it names.
    let amount = match world.dice.below(25) {
        0 => yuan(0),
        1 => yuan(9),
        2 => yuan(20_000_001),
        3 => yuan(100_000_001),
        4 => yuan(20_000_000),
        5 => money::Money::from_minor(50, money::Currency::Usd).expect("a small amount"),
        _ => yuan([10, 83, 1_000, 3_000, 20_000, 60_000, 100, 100, 5_000][number as usize]),
    };
    let named = if world.dice.chance(950) { [number as u8; 16] } else { [99; 16] };
    let title = world.dice.chance(30).then(|| text("rent"));
    let remark = (number == 2 || world.dice.chance(20)).then(|| text("for tea"));
    let out_biz_no = text(&format!("W{chapter}-{number}"));
    TransferAsk { payer, payee, named, amount, out_biz_no, title, remark }
}

pub(super) fn send(world: &mut World, chapter: u64) {
    let payer = if world.dice.chance(50) { any_buyer(world) } else { any_seller(world) };
    let own = world.sellers.iter().position(|party| *party == payer).unwrap_or_default();
    let app = if world.dice.chance(20) { *world.dice.pick(&world.apps.clone()) } else { world.apps[own] };
    let command: Command = TransferMoney {
        ask: a_transfer_ask(world, payer, chapter),
        way: *world.dice.pick(&[TransferWay::Uni, TransferWay::ToAccount]),
        app,
        passback: world.dice.chance(100).then(|| text("again")),
        notify_url: world.dice.chance(800).then(|| text("https://shop.example/transfers")),
        gbk: world.dice.chance(200),
        rsa1: world.dice.chance(100),
    }
    .into();
    world.ask(command.clone());
    if world.dice.chance(300) {
        world.ask(command);
    }
}

pub(super) fn offer(world: &mut World, chapter: u64) {
    let payer = any_buyer(world);
    let number = world.dice.below(4);
    let arrival = [Arrival::AtOnce, Arrival::TwoHours, Arrival::OneDay, Arrival::AtOnce][number as usize];
    let command: Command = OfferTransfer { ask: a_transfer_ask(world, payer, chapter), arrival }.into();
    let Some(Reply::OfferTransfer(Ok(offered))) = world.ask(command.clone()) else { return };
    if world.dice.chance(200) {
        world.ask(command);
    }
    if world.dice.chance(700) {
        confirm_this(world, &offered.transfer);
    }
}

/// A person sends all that a day allows, and is shown one fen more before and after.
pub(super) fn all_of_a_day(world: &mut World, chapter: u64) {
    let (payer, payee) = (world.buyers[1], world.buyers[3]);
    world.ask(SetPartyStatus { party: payer, status: PartyStatus::Normal });
    let key = text(&format!("D{chapter}"));
    world.ask(engine::TopUp { party: payer, amount: yuan(20_000_100), key });
    let mut offers = Vec::new();
    for (number, fen) in [(0, 1_u64), (1, 20_000_000), (2, 1)] {
        let ask = TransferAsk {
            payer,
            payee: Ok(payee),
            named: [number; 16],
            amount: yuan(fen),
            out_biz_no: text(&format!("D{chapter}-{number}")),
            title: None,
            remark: None,
        };
        let arrival = if number == 1 { Arrival::TwoHours } else { Arrival::AtOnce };
        if let Some(Reply::OfferTransfer(Ok(offered))) = world.ask(OfferTransfer { ask, arrival }) {
            offers.push(offered.transfer);
        }
        if number == 1 {
            offers.reverse();
            if let Some(most) = offers.first().cloned() {
                confirm_this(world, &most);
            }
        }
    }
    offers.iter().for_each(|offer| confirm_this(world, offer));
}

/// Somebody is shown all that there is twice, and confirms both.
pub(super) fn more_than_there_is(world: &mut World, chapter: u64) {
    let payer = world.buyers[4];
    world.ask(SetPartyStatus { party: payer, status: PartyStatus::Normal });
    let reply = world.ask(engine::FindAccount { party: payer, currency: money::Currency::Cny });
    let Some(Reply::FindAccount(Ok(account))) = reply else { return };
    let most = u64::try_from(account.balance_minor).expect("nobody owes").min(5_000_000);
    let payee = world.buyers[3];
    let mut offers = Vec::new();
    for number in 0..2 {
        let ask = TransferAsk {
            payer,
            payee: Ok(payee),
            named: [number; 16],
            amount: yuan(most),
            out_biz_no: text(&format!("M{chapter}-{number}")),
            title: None,
            remark: None,
        };
        if let Some(Reply::OfferTransfer(Ok(offered))) =
            world.ask(OfferTransfer { ask, arrival: Arrival::AtOnce })
        {
            offers.push(offered.transfer);
        }
    }
    offers.iter().for_each(|offer| confirm_this(world, offer));
}

fn confirm_this(world: &mut World, transfer: &Transfer) {
    let payer = transfer.payer;
    let astray = world.dice.chance(80);
    let about = if astray {
        base::OrderNo::of(base::Stamp { at_us: 1, seq: 1 }, payer.slot())
    } else {
        transfer.no.topic()
    };
    let tried = world.ask(TryPassword { party: payer, about });
    let attempt = if let Some(Reply::TryPassword(Ok(reserved))) = tried { reserved.attempt } else { 1 };
    world.ask(JudgePassword { party: payer, attempt, right: true });
    let command: Command = ConfirmTransfer { payer, transfer: transfer.no, attempt }.into();
    if world.dice.chance(60) {
        world.ask(SetPartyStatus { party: payer, status: PartyStatus::Frozen });
    }
    world.ask(command.clone());
    if world.dice.chance(200) {
        world.ask(command);
    }
}

pub(super) fn confirm(world: &mut World) {
    let Some(transfer) = any_transfer(world, TransferState::Offered) else { return };
    confirm_this(world, &transfer);
    if world.dice.chance(30) {
        let payer = any_buyer(world);
        world.ask(ConfirmTransfer { payer, transfer: transfer.no, attempt: 1 });
    }
}

pub(super) fn cancel(world: &mut World) {
    let Some(transfer) = any_transfer(world, TransferState::Waiting) else { return };
    // About the moment in which it goes, or any time.
    if let Some(due_at_us) = transfer.due_at_us.filter(|_| world.dice.chance(200)) {
        let skew_us = world.skew_of(transfer.slot);
        world.wall_us = world.wall_us.max(due_at_us - skew_us + world.dice.range(-1, 1));
    }
    let payer = if world.dice.chance(30) { any_buyer(world) } else { transfer.payer };
    world.ask(CancelTransfer { payer, transfer: transfer.no });
    if world.dice.chance(200) {
        world.ask(CancelTransfer { payer, transfer: transfer.no });
    }
}

pub(super) fn look(world: &mut World, chapter: u64) {
    let payer = any_buyer(world);
    let unknown = TransferNo::of(base::Stamp { at_us: 7, seq: 0 }, payer.slot());
    let (payer, no) = match any_transfer(world, TransferState::Done) {
        Some(transfer) if world.dice.chance(800) => (transfer.payer, transfer.no),
        _ => (payer, unknown),
    };
    let name = text(&format!("W{chapter}-{}", world.dice.below(9)));
    let which = if world.dice.chance(500) {
        WhichTransfer::No(no)
    } else {
        WhichTransfer::Out(*world.dice.pick(&[TransferWay::Wallet, TransferWay::Uni]), name)
    };
    world.ask(FindTransfer { payer, which });
    let way = *world.dice.pick(&[TransferWay::Wallet, TransferWay::ToAccount]);
    world.ask(FindTransferRoom { payer, way });
    world.ask(FindAddress { address: [3; 16] });
}
