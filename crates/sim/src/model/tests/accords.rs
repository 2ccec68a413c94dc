//! What merchants and buyers ask about agreements.

use super::play::{any_buyer, any_seller};
use super::shop::plain;
use super::world::{World, text, yuan};
use base::{DAY_US, Day, HOUR_US, MINUTE_US};
use engine::{
    AgreementDelivery, CancelOrder, Command, DebitOrder, EndMandate, JudgePassword, OfferAgreement,
    PostponeDebit, Reply, Row, SignAgreement, TryPassword, UnsignAgreement, Which,
};
use std::sync::Arc;
use trade::{
    Agreement, AgreementState, PeriodRule, PersonalProduct, Product, Terms, Unit, Validity, WireCharset,
};

/// One of the newest agreements, mostly in this state.
fn any_agreement(world: &mut World, state: AgreementState) -> Option<Arc<Agreement>> {
    let rows = world.rows();
    let mut all: Vec<Arc<Agreement>> =
        rows.filter_map(|row| if let Row::Agreement(row) = row { Some(row.clone()) } else { None }).collect();
    all.sort_by_key(|row| std::cmp::Reverse(row.offered_at_us));
    let usual = world.dice.chance(850);
    all.retain(|row| !usual || row.state == state);
    all.truncate(6);
    (!all.is_empty()).then(|| world.dice.pick(&all).clone())
}

pub(super) fn offer(world: &mut World) {
    let seller = any_seller(world);
    let own = world.sellers.iter().position(|party| *party == seller).unwrap_or_default();
    let app = if world.dice.chance(20) { *world.dice.pick(&world.apps.clone()) } else { world.apps[own] };
    let number = world.dice.below(30);
    // What a number means hangs on the number.
    let today = Day::of(world.wall_us);
    let first = match world.dice.below(20) {
        0 => today.minus_days(2),
        _ => today.plus_days(world.dice.below(3) as u32),
    };
    let (unit, every) = if number.is_multiple_of(2) { (Unit::Day, 7) } else { (Unit::Month, 1) };
    let rule = PeriodRule {
        unit,
        every,
        first,
        single: yuan(6_000),
        total: number.is_multiple_of(3).then(|| yuan(6_000)),
        payments: number.is_multiple_of(5).then_some(1),
    };
    let planned = !number.is_multiple_of(7);
    let scene = if world.dice.chance(300) { "ONE" } else { "OTHER" };
    let terms = Terms {
        product: if planned { PersonalProduct::CyclePay } else { PersonalProduct::Withholding },
        sign_scene: text(scene),
        external_agreement_no: world.dice.chance(700).then(|| text(&format!("E{number}"))),
        external_logon_id: world.dice.chance(30).then(|| text("you")),
        rule: planned.then_some(rule),
        validity: world.dice.chance(300).then_some(Validity { unit: Unit::Day, count: 1 }),
    };
    let delivery = AgreementDelivery {
        notify_url: world.dice.chance(900).then(|| text("https://shop.example/agreements")),
        return_url: None,
        charset: *world.dice.pick(&[WireCharset::Utf8, WireCharset::Gbk]),
        rsa1: world.dice.chance(100),
    };
    let within = [None, None, Some(MINUTE_US), Some(DAY_US)];
    let sign_within_us = *world.dice.pick(&within);
    let command = OfferAgreement { seller, app, terms, delivery, sign_within_us };
    world.ask(command.clone());
    if world.dice.chance(200) {
        world.ask(command);
    }
}

pub(super) fn sign(world: &mut World) {
    let Some(row) = any_agreement(world, AgreementState::Temp) else { return };
    let buyer = if world.dice.chance(40) { row.seller } else { any_buyer(world) };
    let agreement_no = row.no;
    let about = if world.dice.chance(60) {
        base::OrderNo::of(base::Stamp { at_us: 1, seq: 1 }, buyer.slot())
    } else {
        agreement_no.topic()
    };
    let Some(Reply::TryPassword(Ok(reserved))) = world.ask(TryPassword { party: buyer, about }) else {
        world.ask(SignAgreement { agreement_no, buyer, attempt: 1 });
        return;
    };
    let attempt = reserved.attempt;
    world.ask(JudgePassword { party: buyer, attempt, right: true });
    let command: Command = SignAgreement { agreement_no, buyer, attempt }.into();
    world.ask(command.clone());
    match world.dice.below(12) {
        0 => drop(world.ask(command)),
        1 => {
            let other = any_buyer(world);
            world.ask(SignAgreement { agreement_no, buyer: other, attempt });
        }
        // Its end may be known before its beginning.
        2 => drop(world.ask(EndMandate { buyer, agreement_no })),
        _ => {}
    }
}

pub(super) fn debit(world: &mut World) {
    let Some(row) = any_agreement(world, AgreementState::Normal) else { return };
    let seller = if world.dice.chance(20) { any_seller(world) } else { row.seller };
    let own = world.sellers.iter().position(|party| *party == seller).unwrap_or_default();
    let number = format!("D{}-{}", row.no.at_us() % 1_000, world.dice.below(6));
    let total = *world.dice.pick(&[
        yuan(100),
        yuan(100),
        yuan(3_000),
        yuan(6_001),
        yuan(5_950),
        yuan(99_999_999_999),
    ]);
    let mut order = plain(seller, world.apps[own], text(&number), Product::FaceToFace, total);
    if world.dice.chance(20) {
        order.expires_at_us = Some(world.wall_us - HOUR_US);
    }
    let by_plan = row.first_day.is_some() || world.dice.chance(200);
    let command: Command = DebitOrder { order, agreement_no: row.no, by_plan }.into();
    world.ask(command.clone());
    match world.dice.below(12) {
        0..=1 => drop(world.ask(command)),
        // Given up while its money is under way.
        2..=3 => {
            world.ask(CancelOrder { seller, which: Which::Out(text(&number)) });
            if let (true, Some(buyer)) = (world.dice.chance(300), row.buyer) {
                world.ask(EndMandate { buyer, agreement_no: row.no });
            }
        }
        _ => {}
    }
}

pub(super) fn postpone(world: &mut World) {
    let Some(row) = any_agreement(world, AgreementState::Normal) else { return };
    let seller = if world.dice.chance(30) { any_seller(world) } else { row.seller };
    let to = Day::of(world.wall_us).plus_days(world.dice.below(14) as u32);
    let command = PostponeDebit { seller, agreement_no: row.no, to };
    world.ask(command.clone());
    if world.dice.chance(200) {
        world.ask(command);
    }
}

pub(super) fn end(world: &mut World) {
    let Some(row) = any_agreement(world, AgreementState::Normal) else { return };
    let (seller, agreement_no) = (row.seller, row.no);
    let buyer = row.buyer.filter(|_| world.dice.chance(900)).unwrap_or(world.buyers[0]);
    let both = world.dice.chance(200);
    let by_merchant = world.dice.chance(500);
    if by_merchant || both {
        let seller = if world.dice.chance(30) { any_seller(world) } else { seller };
        world.ask(UnsignAgreement { seller, agreement_no });
    }
    if !by_merchant || both {
        world.ask(EndMandate { buyer, agreement_no });
    }
}
