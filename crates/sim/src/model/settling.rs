//! Sales that are settled the day after: held on their merchant's balance until then, less what is given back.

use super::facts::Task;
use super::rows::{Expected, minor};
use super::{Model, Step};
use base::{CHINA_OFFSET_US, DAY_US, Day, HoldNo, OrderNo, PartyId, TimerNo};
use ledger::{AccountId, AccountKind, Hold, HoldState};
use money::Currency;
use std::collections::BTreeMap;
use trade::{ContractProduct, SettlementBatch, SettlementTerm};

/// Sales that are settled the day after, and what is held for them.
#[derive(Default)]
pub(super) struct Settling {
    pub(super) batches: BTreeMap<(PartyId, Day), Batch>,
    kept: BTreeMap<HoldNo, Kept>,
}

/// A day's sales of a merchant that are settled the day after.
#[derive(Clone, Copy, Default)]
pub(super) struct Batch {
    sales: u32,
    gross: i128,
    fee: i128,
    refunded: i128,
    fee_back: i128,
    hold: Option<HoldNo>,
    timer: Option<TimerNo>,
    pub(super) settled_at: Option<i64>,
}

impl Batch {
    pub(super) fn net(&self) -> i128 {
        self.gross - self.fee - self.refunded + self.fee_back
    }
}

/// Money set aside on a merchant's balance.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    owner: PartyId,
    fen: i128,
    open: bool,
    changed_at: i64,
}

/// When the day after begins in China, and one microsecond.
fn next_day(at: i64) -> i64 {
    ((at + CHINA_OFFSET_US).div_euclid(DAY_US) + 1) * DAY_US - CHINA_OFFSET_US + 1
}

impl Model {
    /// A sale's money is there: of some merchants it is held until the day after begins.
    pub(super) fn sold(&mut self, step: &Step, no: OrderNo, fee: i128) {
        let order = &self.orders[&no];
        let (seller, total) = (order.asked.seller, order.total());
        let product = self.contract_of_order(no);
        let waits = !matches!(product, ContractProduct::Transfer | ContractProduct::Escrow)
            && self.settled_at(seller, product, step.now()) == SettlementTerm::NextDay;
        if !waits {
            return;
        }
        let today = Day::of(step.now());
        let mut batch = self.settling.batches.get(&(seller, today)).copied().unwrap_or_default();
        if batch.sales == 0 {
            batch.timer = Some(self.remind(step, next_day(step.now()), Task::Settle(seller, today)));
        }
        batch.sales += 1;
        batch.gross += total;
        batch.fee += fee;
        self.keep_batch(step, (seller, today), batch);
        self.orders.get_mut(&no).expect("it was just paid").settled_with = Some(today);
        self.seen.count("a sale waits to be settled");
    }

    /// The batch of a sale that is not settled yet.
    fn open_batch(&self, no: OrderNo) -> Option<((PartyId, Day), Batch)> {
        let order = &self.orders[&no];
        let key = (order.asked.seller, order.settled_with?);
        Some((key, self.settling.batches[&key])).filter(|(_, batch)| batch.settled_at.is_none())
    }

    /// What a merchant can give back for an order: what nothing holds, and what is held for the order's own batch.
    pub(super) fn can_give_back(&self, no: OrderNo) -> i128 {
        let seller = self.orders[&no].asked.seller;
        self.available(seller) + self.open_batch(no).map_or(0, |(_, batch)| batch.net())
    }

    /// The merchant gave `amount` of an order back and got `fee_back`; both below zero when a refund came back.
    pub(super) fn batch_gives_back(&mut self, step: &Step, no: OrderNo, amount: i128, fee_back: i128) {
        let Some((key, mut batch)) = self.open_batch(no) else { return };
        self.seen.count(match amount < 0 {
            true => "a refund of an unsettled sale came back",
            false => "a sale was refunded before it was settled",
        });
        batch.refunded += amount;
        batch.fee_back += fee_back;
        self.keep_batch(step, key, batch);
    }

    /// The day after has begun.
    pub(super) fn settle(&mut self, step: &Step, key: (PartyId, Day)) {
        let mut batch = self.settling.batches[&key];
        if let Some(no) = batch.hold.take() {
            self.let_go(step, no);
        }
        (batch.timer, batch.settled_at) = (None, Some(step.now()));
        self.settling.batches.insert(key, batch);
        self.seen.count("sales were settled");
    }

    fn let_go(&mut self, step: &Step, no: HoldNo) {
        let kept = self.settling.kept.get_mut(&no).expect("a batch names its hold");
        (kept.open, kept.changed_at) = (false, step.now());
    }

    /// Holds what is to be settled, and writes the batch down.
    fn keep_batch(&mut self, step: &Step, key: (PartyId, Day), mut batch: Batch) {
        let net = batch.net();
        match batch.hold {
            None if net == 0 => {}
            Some(no) if net == 0 => {
                self.let_go(step, no);
                batch.hold = None;
            }
            hold => {
                let no = hold.unwrap_or(HoldNo::of(step.stamp, step.slot));
                let kept = Kept { owner: key.0, fen: net, open: true, changed_at: step.now() };
                self.settling.kept.insert(no, kept);
                batch.hold = Some(no);
            }
        }
        self.settling.batches.insert(key, batch);
    }

    /// What is set aside on a party's balance.
    pub(super) fn held(&self, owner: PartyId) -> i128 {
        self.settling.kept.values().filter(|kept| kept.open && kept.owner == owner).map(|kept| kept.fen).sum()
    }

    /// What a party can spend.
    pub(super) fn available(&self, owner: PartyId) -> i128 {
        self.balance(owner) - self.held(owner)
    }

    /// Holds and batches.
    pub(super) fn rows_of_settling(&self, rows: &mut Expected) {
        for (no, kept) in &self.settling.kept {
            rows.add(Hold {
                slot: kept.owner.slot(),
                no: *no,
                account: AccountId::of(kept.owner, AccountKind::Balance, Currency::Cny),
                currency: Currency::Cny,
                amount_minor: minor(kept.fen),
                state: if kept.open { HoldState::Open } else { HoldState::Released },
                changed_at_us: kept.changed_at,
            });
        }
        for ((seller, sold_on), batch) in &self.settling.batches {
            rows.add(SettlementBatch {
                slot: seller.slot(),
                seller: *seller,
                currency: Currency::Cny,
                sold_on: *sold_on,
                sales: batch.sales,
                gross_minor: minor(batch.gross),
                fee_minor: minor(batch.fee),
                refunded_minor: minor(batch.refunded),
                fee_back_minor: minor(batch.fee_back),
                hold: batch.hold,
                timer: batch.timer,
                settled_at_us: batch.settled_at,
            });
        }
    }
}
