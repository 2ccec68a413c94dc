//! A world in memory: rows in an ordered map, a clock that the test sets, and the invariants that hold at rest.

use base::{BinarySink, BinarySource, OrderNo, PartyId, Slot, SlotSet, Stamp, Stamper};
use engine::{Change, Command, Fault, Key, Ran, Reply, Row, Table, Tabled, Workspace, run};
use ledger::{Account, AccountId, AccountKind, Posting, PostingKind, Side};
use money::Currency;
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{Agreement, AgreementName, AgreementState, Debit, Mandate, Signing};
use trade::{
    Escrow, EscrowState, EscrowStep, Notice, NoticeEvent, Order, OrderNumber, OrderState, Refund,
    RefundState, Rulebook, SplitLine, SplitState, Timer, TimerTask, Trade, TradeState,
};

/// 2026-01-05 09:00 in China.
pub(crate) const BEGINNING_US: i64 = 1_767_574_800_000_000;

/// The rows of all slots, and commands that other cells would decide while a chain is under way.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) rows: BTreeMap<Key, Row>,
    stamper: Stamper,
    pub(crate) wall_us: i64,
    /// Commands to decide before the given step of the next chain: what happens when a slot lies in another cell.
    pub(crate) between: Vec<(u32, Command)>,
    pub(crate) between_replies: Vec<Reply>,
    step: u32,
    /// The slots that are decided here.
    pub(crate) home: SlotSet,
    /// States that were seen, to find one that goes back.
    seen: BTreeMap<Key, u8>,
}

impl Workspace for World {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, Fault> {
        Ok(self.rows.get(key).cloned())
    }

    fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Put { row, fresh } => {
                    assert_eq!(stored(&row), row, "a row reads back from its stored form");
                    let before = self.rows.insert(row.key(), row);
                    assert!(
                        !(fresh && before.is_some()),
                        "fresh promises that nothing was there: {before:?}"
                    );
                }
                Change::Delete { key } => {
                    self.rows.remove(&key);
                }
            }
        }
    }

    fn stamp(&mut self) -> Stamp {
        self.step += 1;
        while let Some(at) = self.between.iter().position(|(step, _)| *step == self.step) {
            let (_, command) = self.between.remove(at);
            let step = std::mem::replace(&mut self.step, 1_000);
            let ran = run(self, &command).expect("a command between two steps is decided");
            self.between_replies.extend(ran.reply);
            self.step = step;
        }
        self.stamper.stamp(self.wall_us)
    }

    fn home(&self) -> SlotSet {
        self.home
    }

    fn rules(&self, at_us: i64) -> Arc<Rulebook> {
        let dated = self.all::<Rulebook>().filter(|rules| rules.effective_at_us <= at_us).last();
        dated.cloned().unwrap_or_else(|| Arc::new(Rulebook::first()))
    }

    fn risk(&self, at_us: i64) -> Option<Arc<risk::RuleSet>> {
        let newest = self.all::<risk::RiskRules>().filter(|rules| rules.effective_at_us <= at_us).last();
        newest.map(|rules| Arc::new(rules.compiled()))
    }

    fn screen_list(&self, at_us: i64) -> Option<Arc<risk::ScreenList>> {
        self.all::<risk::ScreenList>().filter(|list| list.effective_at_us <= at_us).last().cloned()
    }
}

/// The row as the journal would give it back.
fn stored(row: &Row) -> Row {
    let mut bytes = Vec::new();
    row.write(&mut BinarySink(&mut bytes));
    row.table().read(&mut BinarySource::new(&bytes)).expect("what was written reads back")
}

fn rank_of(row: &Row) -> Option<u8> {
    match row {
        Row::Order(order) => Some(order.state as u8),
        Row::Trade(trade) => Some(trade.state as u8),
        Row::Agreement(agreement) => Some(agreement.state as u8),
        Row::Mandate(mandate) => Some(mandate.state as u8),
        Row::Escrow(escrow) => Some(escrow.state as u8),
        Row::Freeze(freeze) => Some(freeze.state as u8),
        Row::Transfer(transfer) => Some(transfer.state as u8),
        Row::TransferBatch(batch) => Some(batch.state as u8),
        Row::TransferBatchDetail(detail) => Some(detail.state as u8),
        _ => None,
    }
}

impl World {
    pub(crate) fn new() -> World {
        let stamper = Stamper::after(Stamp { at_us: 0, seq: 0 });
        let (rows, seen, between, between_replies) =
            (BTreeMap::new(), BTreeMap::new(), Vec::new(), Vec::new());
        World {
            rows,
            stamper,
            wall_us: BEGINNING_US,
            between,
            between_replies,
            step: 0,
            home: SlotSet::ALL,
            seen,
        }
    }

    /// Decides a command with its chain; the world does not stand still afterwards: a microsecond passes.
    pub(crate) fn run(&mut self, command: impl Into<Command>) -> Ran {
        let command = command.into();
        self.step = 0;
        let before = command.is_query().then(|| self.rows.clone());
        let ran = run(self, &command).unwrap_or_else(|fault| panic!("{fault}: {command:?}"));
        assert!(before.is_none_or(|before| before == self.rows), "a query changes nothing");
        ran
    }

    /// Lets time pass since the last decision.
    pub(crate) fn advance(&mut self, span_us: i64) {
        self.wall_us = self.wall_us.max(self.stamper.last().at_us) + span_us;
    }

    /// All rows of a type, in the order of their keys.
    pub(crate) fn all<R: Tabled>(&self) -> impl Iterator<Item = &Arc<R>> {
        self.rows.values().filter_map(R::unwrap)
    }

    pub(crate) fn get<R: Tabled>(&self, key: R::Key) -> Option<Arc<R>> {
        self.rows.get(&R::wrap_key(key)).and_then(|row| R::unwrap(row).cloned())
    }

    /// Puts a row beside all commands, to make a state that no command makes.
    pub(crate) fn force<R: Tabled>(&mut self, row: R) {
        let row = R::wrap(Arc::new(row));
        self.rows.insert(row.key(), row);
    }

    pub(crate) fn count(&self, table: Table) -> usize {
        self.rows.keys().filter(|key| key.table() == table).count()
    }

    pub(crate) fn balance(&self, owner: PartyId, kind: AccountKind) -> i64 {
        let id = AccountId::of(owner, kind, Currency::Cny);
        self.get::<Account>((owner.slot(), id)).map_or(0, |account| account.balance_minor)
    }

    /// Timers that are due now, first due first.
    pub(crate) fn due(&self) -> Vec<Arc<Timer>> {
        let mut due: Vec<Arc<Timer>> =
            self.all::<Timer>().filter(|timer| timer.due_at_us <= self.wall_us).cloned().collect();
        due.sort_by_key(|timer| (timer.due_at_us, timer.no));
        due
    }

    /// Everything that must hold between two commands.
    pub(crate) fn check(&mut self) {
        self.check_books();
        for order in self.all::<Order>() {
            self.check_order(order);
        }
        for number in self.all::<OrderNumber>() {
            assert!(
                self.get::<Order>((number.slot, number.no)).is_some(),
                "a number without its order: {number:?}"
            );
        }
        for trade in self.all::<Trade>() {
            let order = self.get::<Order>((trade.no.slot(), trade.no));
            let order = order.unwrap_or_else(|| panic!("a trade without its order: {trade:?}"));
            assert!(
                order.buyer == Some(trade.buyer) || trade.state == TradeState::Closed,
                "not the buyer's: {trade:?}\n{order:?}"
            );
        }
        for timer in self.all::<Timer>().filter(|timer| timer.task == TimerTask::ExpireOrder) {
            let order = timer.order_no.and_then(|no| self.get::<Order>((timer.slot, no)));
            let watched = order
                .is_some_and(|order| order.timer == Some(timer.no) && order.expires_at_us == timer.due_at_us);
            assert!(watched, "a timer without its order: {timer:?}");
        }
        self.check_agreements();
        crate::freeze::check(self);
        crate::transfer::check(self);
        crate::batch::check(self);
        crate::bank::check(self);
        crate::limits::check(self);
        for signing in self.all::<Signing>() {
            self.check_signing(signing);
        }
        for (key, row) in &self.rows {
            let Some(rank) = rank_of(row) else { continue };
            let before = self.seen.insert(key.clone(), rank).unwrap_or(rank);
            assert!(before <= rank, "a state went back: {row:?}");
        }
    }

    /// Both sides of an agreement say the same, and what they say is what was debited.
    fn check_agreements(&self) {
        let named = |slot, owner, name| self.get::<AgreementName>((slot, owner, name)).map(|row| row.no);
        for agreement in self.all::<Agreement>() {
            assert_eq!(agreement.asked, None, "nobody is asked at rest: {agreement:?}");
            if let Some(number) = &agreement.external_agreement_no {
                let name = base::Text::new(number.as_str()).unwrap();
                assert_eq!(
                    named(agreement.slot, agreement.seller, name),
                    Some(agreement.no),
                    "{agreement:?}"
                );
            }
            let Some(buyer) = agreement.buyer else {
                let timer = agreement.timer.expect("an offer has a timer");
                assert!(self.get::<Timer>((agreement.slot, agreement.sign_until_us, timer)).is_some());
                assert_eq!((agreement.state, agreement.version), (AgreementState::Temp, 0), "{agreement:?}");
                continue;
            };
            let mandate = self.get::<Mandate>((buyer.slot(), agreement.no)).expect("it was signed");
            assert_eq!(mandate.progress(), agreement.progress(), "both sides: {agreement:?}");
            assert_eq!((mandate.rule(), mandate.seller), (agreement.rule(), agreement.seller), "{mandate:?}");
        }
        for mandate in self.all::<Mandate>() {
            let agreement = self.get::<Agreement>((mandate.no.slot(), mandate.no)).expect("both sides");
            assert_eq!(agreement.buyer, Some(mandate.buyer), "{mandate:?}");
            let in_force = mandate.state == AgreementState::Normal;
            let timer =
                mandate.timer.and_then(|no| self.get::<Timer>((mandate.slot, mandate.invalid_at_us, no)));
            assert_eq!((mandate.timer.is_some(), timer.is_some()), (in_force, in_force), "{mandate:?}");
            let name = named(mandate.slot, mandate.buyer, mandate.name());
            assert_eq!(name == Some(mandate.no), in_force, "{mandate:?}");
            let of_it = self.all::<Debit>().filter(|debit| debit.agreement_no == mandate.no);
            let orders =
                of_it.map(|debit| self.get::<Order>((debit.slot, debit.order_no)).expect("its order"));
            let paid: Vec<_> = orders.filter(|order| order.paid_at_us.is_some()).collect();
            assert!(paid.iter().all(|order| order.buyer == Some(mandate.buyer)), "{mandate:?}");
            let sum: i64 = paid.iter().map(|order| order.total_minor.units()).sum();
            let counted = (mandate.debits as usize, mandate.debited_minor.units());
            assert_eq!(counted, (paid.len(), sum), "{mandate:?}");
        }
    }

    /// What is signed by paying is signed if and only if it was paid, or there is a reason why not.
    fn check_signing(&self, signing: &Signing) {
        let order = self.get::<Order>((signing.slot, signing.order_no)).expect("its order");
        let settled = (signing.agreement_no.is_some(), signing.refused.is_some());
        assert_ne!(settled, (true, true), "{signing:?}");
        assert_eq!(settled != (false, false), order.paid_at_us.is_some(), "{signing:?}\n{order:?}");
        let Some(no) = signing.agreement_no else { return };
        let agreement = self.get::<Agreement>((signing.slot, no)).expect("it was signed");
        assert_eq!((agreement.buyer, agreement.terms()), (order.buyer, signing.terms()), "{agreement:?}");
    }

    fn check_books(&self) {
        let mut sums: BTreeMap<AccountId, i64> = BTreeMap::new();
        let mut pages: Vec<&Arc<Posting>> = self.all::<Posting>().collect();
        pages.sort_by_key(|page| page.no.at_us());
        for page in pages {
            assert_eq!(page.imbalance(), Some(0), "{page:?}");
            assert!(page.entries().count() >= 2, "{page:?}");
            for entry in page.entries() {
                let sum = sums.entry(entry.account).or_default();
                *sum += if entry.side == Side::Credit { 1 } else { -1 } * entry.amount_minor.units();
                assert_eq!(*sum, entry.balance_after_minor, "the balance after an entry: {page:?}");
                assert_eq!(entry.account.slot(), page.slot, "{page:?}");
            }
        }
        let (mut total, mut transit) = (BTreeMap::<Currency, i64>::new(), BTreeMap::<Currency, i64>::new());
        for account in self.all::<Account>() {
            assert_eq!(sums.get(&account.id).copied().unwrap_or(0), account.balance_minor, "{account:?}");
            *total.entry(account.currency).or_default() += account.balance_minor;
            match account.kind {
                AccountKind::Balance => {
                    assert!(account.balance_minor >= account.held_minor.units(), "{account:?}")
                }
                AccountKind::Transit => {
                    *transit.entry(account.currency).or_default() += account.balance_minor
                }
                AccountKind::FeeIncome => {
                    // What the platform bears of suspense is its loss.
                    let own = |posting: &&Arc<Posting>| {
                        posting.kind == PostingKind::SuspenseBorne
                            && (posting.slot, posting.currency) == (account.slot, account.currency)
                    };
                    let borne =
                        self.all::<Posting>().filter(own).flat_map(|posting| posting.entries().next());
                    let borne: i64 = borne.map(|entry| entry.amount_minor.units()).sum();
                    assert!(account.balance_minor + borne >= 0, "more fee given back than taken: {account:?}")
                }
                // Money moves between slots without the reserve.
                AccountKind::BankReserve => {}
                // What they are exactly is checked with the bank orders.
                AccountKind::ClearingIn | AccountKind::SuspenseDue => {
                    assert!(account.balance_minor <= 0, "{account:?}")
                }
                AccountKind::ClearingOut | AccountKind::SuspenseOwed => {
                    assert!(account.balance_minor >= 0, "{account:?}")
                }
                AccountKind::Escrow => assert_eq!(
                    self.all::<Escrow>()
                        .filter(|escrow| escrow.slot == account.slot && escrow.currency == account.currency)
                        .map(|escrow| escrow.held_minor.units())
                        .sum::<i64>(),
                    account.balance_minor,
                    "what is held is what escrows hold"
                ),
                AccountKind::Delayed => {
                    assert_eq!(crate::transfer::waiting(self, account.slot), account.balance_minor);
                }
            }
        }
        assert!(total.values().all(|sum| *sum == 0), "money was made: {total:?}");
        assert!(transit.values().all(|sum| *sum == 0), "money is lost on the way: {transit:?}");
    }

    /// The amounts of an order's postings of a kind.
    fn posted(&self, no: OrderNo, kind: PostingKind) -> Vec<i64> {
        let about = self.all::<Posting>().filter(|page| page.order_no == Some(no) && page.kind == kind);
        about
            .map(|page| {
                page.entries()
                    .filter(|entry| entry.side == Side::Debit)
                    .map(|entry| entry.amount_minor.units())
                    .sum()
            })
            .collect()
    }

    /// What postings of a kind about an order took from or brought to transit.
    fn through_transit(&self, no: OrderNo, kind: PostingKind) -> i64 {
        let about = self.all::<Posting>().filter(|page| page.order_no == Some(no) && page.kind == kind);
        let transit = |page: &Posting, account| {
            account == AccountId::platform(page.slot, AccountKind::Transit, page.currency)
        };
        let of_page = |page: &std::sync::Arc<Posting>| -> i64 {
            let entries = page.entries().filter(|entry| transit(page, entry.account));
            entries.map(|entry| entry.amount_minor.units()).sum()
        };
        about.map(of_page).sum()
    }

    fn check_order(&self, order: &Order) {
        let sum = |kind| self.posted(order.no, kind).iter().sum::<i64>();
        let (total, refunded) = (order.total_minor.units(), order.refunded_minor.units());
        let escrow = order.product.goods().is_some();
        let [in_kind, out_kind, back_kind] = if escrow {
            [PostingKind::EscrowIn, PostingKind::EscrowOut, PostingKind::EscrowReturn]
        } else {
            [PostingKind::PayIn, PostingKind::RefundOut, PostingKind::RefundReturn]
        };
        let paid_in = self.posted(order.no, in_kind);
        let was_paid = order.paid_at_us.is_some();
        assert_eq!(paid_in, if was_paid { vec![total] } else { vec![] }, "paid exactly once: {order:?}");
        // A card pays and is given back beside the balance.
        let bounced = crate::bank::bounced(self, order.no);
        let by_card = sum(PostingKind::CardPay) - bounced;
        assert_eq!(
            sum(PostingKind::PayOut) - sum(PostingKind::PayReturn) + by_card,
            sum(in_kind),
            "{order:?}"
        );
        // What receivers of splits gave back was in transit already.
        let lines = self.all::<SplitLine>().filter(|line| line.order_no == order.no);
        let kept = lines.filter(|line| line.state == SplitState::Kept).map(|line| line.amount_minor.units());
        let given_back = sum(PostingKind::BackOut) - sum(PostingKind::BackReturn) - kept.sum::<i64>();
        let left = self.through_transit(order.no, out_kind);
        assert_eq!(left + given_back - sum(back_kind), refunded, "{order:?}");
        let to_card = sum(PostingKind::CardBack) - bounced;
        assert_eq!(sum(PostingKind::RefundIn) + to_card, refunded, "{order:?}");
        assert!((0..=total).contains(&refunded), "{order:?}");
        match order.state {
            OrderState::Offered => {
                assert!(!was_paid && !order.exists() && order.buyer.is_none(), "{order:?}")
            }
            OrderState::WaitBuyerPay => assert!(!was_paid && order.exists(), "{order:?}"),
            OrderState::Paid => assert!(was_paid && refunded < total && order.buyer.is_some(), "{order:?}"),
            OrderState::Finished => assert!(was_paid, "{order:?}"),
            OrderState::Closed => assert!(!was_paid || refunded == total, "{order:?}"),
        }
        assert_eq!(order.closed_at_us.is_some(), order.state == OrderState::Closed, "{order:?}");
        let open = matches!(order.state, OrderState::Offered | OrderState::WaitBuyerPay);
        assert_eq!(order.timer.is_some(), open, "{order:?}");
        if let Some(timer) = order.timer {
            assert!(
                self.get::<Timer>((order.slot, order.expires_at_us, timer)).is_some(),
                "the timer is gone: {order:?}"
            );
        }
        let number = self.get::<OrderNumber>((order.slot, order.seller, order.out_trade_no.clone()));
        assert_eq!(number.map(|number| number.no), Some(order.no), "{order:?}");

        let refunds = || self.all::<Refund>().filter(|refund| refund.order_no == order.no);
        assert!(
            refunds().all(|refund| refund.state != RefundState::UnderWay),
            "a refund is under way at rest: {order:?}"
        );
        let live = || refunds().filter(|refund| refund.state == RefundState::Done);
        assert_eq!(live().map(|refund| refund.amount_minor.units()).sum::<i64>(), refunded, "{order:?}");
        let fee_returned = order.fee_returned_minor.units();
        let share = if escrow { 0 } else { order.fee_minor.units() * refunded / total };
        assert_eq!(fee_returned, share, "the fee comes back in proportion: {order:?}");
        assert!(refunds().all(|refund| refund.fee_back_minor <= refund.amount_minor), "{order:?}");
        assert_eq!(was_paid && refunded == total, was_paid && order.state == OrderState::Closed, "{order:?}");
        if escrow && was_paid {
            self.check_escrow(order);
        } else if was_paid && refunded == total {
            assert_eq!(
                fee_returned,
                order.fee_minor.units(),
                "with the last refund the whole fee is back: {order:?}"
            );
        }
        crate::split::check(self, order);
        self.check_trade(order, was_paid);
        self.check_notices(order, live().count());
    }

    /// Paid is held, released or given back; its clock runs exactly while something can still happen.
    fn check_escrow(&self, order: &Order) {
        let escrow = self.get::<Escrow>((order.slot, order.no)).expect("a paid order has its escrow");
        let parts = [escrow.held_minor, escrow.released_minor, escrow.refunded_minor];
        let sum: i64 = parts.iter().map(|part| part.units()).sum();
        assert_eq!(
            (sum, escrow.refunded_minor),
            (order.total_minor.units(), order.refunded_minor),
            "{escrow:?}"
        );
        let states = match order.state {
            OrderState::Finished => escrow.state == EscrowState::Finished,
            OrderState::Closed => escrow.state == EscrowState::Closed,
            _ => !escrow.state.is_final(),
        };
        assert!(states, "{order:?}\n{escrow:?}");
        assert_eq!(escrow.pending_no, None, "a refund is under way at rest: {escrow:?}");
        let waits = escrow.open_case.is_some() || escrow.held_minor.units() > 0;
        assert_eq!((escrow.due_at_us.is_some(), escrow.timer.is_some()), (waits, waits), "{escrow:?}");
        if let (Some(due_at_us), Some(timer)) = (escrow.due_at_us, escrow.timer) {
            assert!(
                self.get::<Timer>((order.slot, due_at_us, timer)).is_some(),
                "its timer is gone: {escrow:?}"
            );
        }
        let timers = self.all::<Timer>().filter(|timer| timer.task == TimerTask::EscrowStep);
        let own = timers.filter(|timer| timer.order_no == Some(order.no)).count();
        assert_eq!(own, usize::from(waits), "one clock at most: {escrow:?}");
        let steps = self.all::<EscrowStep>().filter(|step| step.order_no == order.no).count();
        assert_eq!(steps, escrow.steps as usize, "{escrow:?}");
    }

    fn check_trade(&self, order: &Order, was_paid: bool) {
        let Some(buyer) = order.buyer else { return };
        let trade = self.get::<Trade>((buyer.slot(), order.no)).expect("the buyer of an order has a trade");
        let same = (trade.buyer, trade.seller, trade.total(), trade.refunded_minor);
        assert_eq!(same, (buyer, order.seller, order.total(), order.refunded_minor), "{order:?}");
        let expected = match order.state {
            OrderState::Offered => unreachable!("an offer has no buyer"),
            OrderState::WaitBuyerPay => TradeState::Waiting,
            OrderState::Paid | OrderState::Finished => TradeState::Paid,
            OrderState::Closed => TradeState::Closed,
        };
        assert_eq!(trade.state, expected, "{order:?}\n{trade:?}");
        assert_eq!(trade.paid_at_us.is_some(), was_paid, "{order:?}\n{trade:?}");
        assert_eq!(trade.closed_at_us.is_some(), trade.state == TradeState::Closed, "{trade:?}");
    }

    fn check_notices(&self, order: &Order, refunds: usize) {
        let count = |event| {
            self.all::<Notice>().filter(|notice| notice.order_no == order.no && notice.event == event).count()
        };
        let wanted = usize::from(order.notify_url.is_some());
        let escrow = self.get::<Escrow>((order.slot, order.no));
        if let Some(escrow) = escrow {
            let told = escrow.steps as usize + crate::split::ended(self, order.no);
            assert_eq!(count(NoticeEvent::Message), wanted * told, "{escrow:?}");
            assert_eq!(count(NoticeEvent::Paid) + count(NoticeEvent::Refunded), 0, "{escrow:?}");
            return;
        }
        assert_eq!(count(NoticeEvent::Paid), wanted * usize::from(order.paid_at_us.is_some()), "{order:?}");
        let ended = crate::split::ended(self, order.no);
        assert_eq!(count(NoticeEvent::Message), wanted * ended, "{order:?}");
        let closed_unpaid = order.state == OrderState::Closed && order.exists() && order.paid_at_us.is_none();
        assert_eq!(count(NoticeEvent::Closed), wanted * usize::from(closed_unpaid), "{order:?}");
        // A number that bounced and was used again has one notice, as it has one refund.
        assert_eq!(count(NoticeEvent::Refunded), wanted * refunds, "{order:?}");
    }
}

/// A login that lies in the wanted slot.
pub(crate) fn login_in(name: &str, slot: u8) -> String {
    let candidates = (0..).map(|number| format!("{name}{number}@example.com"));
    candidates.into_iter().find(|login| Slot::of_text(login).number() == slot).expect("one in a hundred fits")
}
