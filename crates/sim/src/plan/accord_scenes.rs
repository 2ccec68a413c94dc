//! Scenes about agreements: a debit and the end of what allows it, a debit and the end of its order, two who sign one
//! offer.

use super::Act;
use super::stage::{CLOSED, FROZEN, NORMAL, Stage};
use base::DAY_US;

impl Stage<'_> {
    fn offer(&mut self) {
        let (merchant, name) = (self.merchant, self.number);
        self.then(Act::OfferAgreement { merchant, name, days: 1 });
        self.settle();
    }

    fn sign(&mut self, buyer: u8) {
        let (merchant, name) = (self.merchant, self.number);
        let astray = self.dice.chance(60);
        self.then(Act::SignAgreement { buyer, merchant, name, right: true, astray });
    }

    fn signed(&mut self) {
        self.offer();
        self.sign(self.buyer);
        self.settle();
    }

    fn debit(&mut self, place: u8) {
        let (merchant, name, number) = (self.merchant, self.number, self.number + place);
        let fen = *self.dice.pick(&[83, 1_000, 3_000]);
        self.then(Act::Debit { merchant, name, number, fen, by_plan: true });
    }

    fn end_agreement(&mut self, by_buyer: bool) {
        let (merchant, name, by) = (self.merchant, self.number, by_buyer.then_some(self.buyer));
        self.then(Act::EndAgreement { merchant, name, by });
    }

    fn postpone(&mut self) {
        let (merchant, name, days) = (self.merchant, self.number, 1 + self.dice.below(6) as u8);
        self.then(Act::Postpone { merchant, name, days });
    }
}

/// The agreement ends while its debit is under way; then both parties end it at once.
pub(super) fn debit_meets_end(stage: &mut Stage<'_>) {
    stage.signed();
    stage.debit(0);
    stage.soon();
    let by_buyer = stage.dice.chance(500);
    stage.end_agreement(by_buyer);
    stage.soon();
    stage.end_agreement(!by_buyer);
    stage.settle();
    stage.debit(1);
}

/// The merchant gives the order up while the debit's money is under way, and asks again under another number.
pub(super) fn debit_meets_cancel(stage: &mut Stage<'_>) {
    stage.signed();
    stage.debit(0);
    stage.soon();
    let (merchant, number) = (stage.merchant, stage.number);
    stage.then(Act::Cancel { merchant, number });
    stage.soon();
    if stage.dice.chance(400) {
        stage.postpone();
        stage.soon();
    }
    stage.debit(1);
    stage.settle();
    stage.query();
    stage.end_agreement(true);
}

/// A debit asked for again and again, and the ones after it: too much at once, too early, too much in all, one too
/// many, and in its turn.
pub(super) fn debits_in_turn(stage: &mut Stage<'_>) {
    stage.signed();
    stage.debit(0);
    stage.soon();
    stage.debit(0);
    stage.settle();
    let (merchant, name) = (stage.merchant, stage.number);
    let number = name + 1;
    stage.then(Act::Debit { merchant, name, number, fen: 5_950, by_plan: true });
    stage.wait(8 * DAY_US);
    if stage.dice.chance(300) {
        let number = name + 4;
        stage.then(Act::Debit { merchant, name, number, fen: 6_001, by_plan: true });
        stage.settle();
    }
    stage.debit(2);
    stage.settle();
    stage.postpone();
    stage.settle();
    stage.debit(3);
    stage.settle();
    stage.refund(83, Some(0));
}

/// Two buyers sign one offer.
pub(super) fn two_sign(stage: &mut Stage<'_>) {
    stage.offer();
    stage.sign(stage.buyer);
    stage.soon();
    stage.sign(stage.other);
    stage.settle();
    stage.sign(stage.buyer);
    stage.settle();
    stage.end_agreement(false);
    stage.settle();
    stage.sign(stage.buyer);
    stage.offer();
}

/// Nobody may pay or be paid while something is signed, moved or debited.
pub(super) fn blocked_meanwhile(stage: &mut Stage<'_>) {
    let merchant_is = stage.dice.chance(300);
    let party = if merchant_is { stage.merchant } else { stage.buyer };
    let status = if stage.dice.chance(500) { FROZEN } else { CLOSED };
    let signed = stage.dice.chance(700);
    stage.offer();
    stage.sign(stage.buyer);
    if signed {
        stage.settle();
        stage.debit(0);
    }
    stage.soon();
    stage.status(merchant_is, party, status);
    stage.soon();
    stage.debit(1);
    stage.settle();
    stage.status(merchant_is, party, NORMAL);
    stage.debit(2);
}

/// The plan is moved while a debit is under way.
pub(super) fn plan_moves_meanwhile(stage: &mut Stage<'_>) {
    stage.signed();
    if stage.dice.chance(500) {
        stage.debit(0);
        stage.soon();
        stage.postpone();
    } else {
        stage.postpone();
        stage.soon();
        stage.debit(0);
    }
    stage.settle();
    stage.debit(1);
    stage.wait(2 * DAY_US);
    // Of some it was the last day.
    stage.debit(2);
    stage.end_agreement(false);
}
