//! What must hold whatever happens, said of the rows themselves and without any rule of the products: that is the
//! model's part. Rows that a durable batch touched are checked at once, all of them at intervals.

use base::SlotSet;
use engine::{Key, Row, Table};
use fund::{BankOrder, BankOrderState};
use ledger::{Account, AccountId, AccountKind, Posting, Side};
use money::Currency;
use std::collections::{BTreeMap, BTreeSet};
use store::{Reader, StoreError};
use trade::{NoticeEvent, NoticeState, Order, TradeState};
use transfer::{CardTransfer, CardTransferState, Transfer, TransferState};

/// Tables whose rows may go: everything else stays for ever.
const PASSING: [Table; 9] = [
    Table::PayCode,
    Table::Timer,
    Table::Attempt,
    Table::Outbox,
    Table::Order,
    Table::OrderNumber,
    Table::Agreement,
    Table::AgreementName,
    Table::Debit,
];
/// Rows read from a store at once.
const PAGE: usize = 1_000;

/// All rows of all cells as the durable batches left them.
#[derive(Debug, Default)]
pub(crate) struct Mirror {
    rows: BTreeMap<Key, Row>,
    /// What the entries of an account sum to.
    sums: BTreeMap<AccountId, i64>,
}

impl Mirror {
    /// A row, as the last durable batch left it.
    pub(crate) fn get(&self, key: &Key) -> Option<&Row> {
        self.rows.get(key)
    }

    /// All rows.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// Takes over what a durable batch changed, and checks each row against what it was.
    pub(crate) fn take(&mut self, home: SlotSet, changes: &[(Key, Option<Row>)]) -> Result<(), String> {
        let mut pages: Vec<&Posting> = Vec::new();
        for (key, row) in changes {
            if !home.contains(key.slot()) {
                return Err(format!("a cell changed a row of another's: {key:?}"));
            }
            let before = self.rows.get(key);
            match row {
                Some(row) => {
                    if row.key() != *key {
                        return Err(format!("a row stands under another's key: {key:?} holds {row:?}"));
                    }
                    allowed(before, row)
                        .map_err(|words| format!("{words}\n  before {before:?}\n  after {row:?}"))?;
                    if let (Row::Posting(page), None) = (row, before) {
                        pages.push(page);
                    }
                }
                None if !may_go(key, before, changes) => return Err(format!("a row is gone: {before:?}")),
                None => {}
            }
        }
        // In the order in which they were written.
        pages.sort_by_key(|page| page.no);
        pages.into_iter().try_for_each(|page| self.book(page))?;
        for (key, row) in changes {
            if let Some(Row::Account(account)) = row {
                let sum = self.sums.get(&account.id).copied().unwrap_or(0);
                if account.balance_minor != sum {
                    return Err(format!("a balance is not the sum of its entries, {sum}: {account:?}"));
                }
            }
            match row {
                Some(row) => drop(self.rows.insert(key.clone(), row.clone())),
                None => drop(self.rows.remove(key)),
            }
        }
        Ok(())
    }

    fn book(&mut self, page: &Posting) -> Result<(), String> {
        if page.imbalance() != Some(0) || page.entries().count() < 2 {
            return Err(format!("debits and credits differ: {page:?}"));
        }
        for entry in page.entries() {
            if entry.account.slot() != page.slot {
                return Err(format!("a posting leaves its slot: {page:?}"));
            }
            let sum = self.sums.entry(entry.account).or_default();
            *sum += if entry.side == Side::Credit { 1 } else { -1 } * entry.amount_minor.units();
            if *sum != entry.balance_after_minor {
                return Err(format!("the balance after an entry should be {sum}: {page:?}"));
            }
        }
        Ok(())
    }

    /// What can only be said of the whole: each slot's books balance, no account changed without a posting.
    pub(crate) fn check_whole(&self) -> Result<(), String> {
        let mut slots: BTreeMap<(base::Slot, Currency), i64> = BTreeMap::new();
        for row in self.rows.values() {
            if let Row::Account(account) = row {
                *slots.entry((account.slot, account.currency)).or_default() += account.balance_minor;
                let sum = self.sums.get(&account.id).copied().unwrap_or(0);
                if sum != account.balance_minor {
                    return Err(format!("entries sum to {sum}: {account:?}"));
                }
            }
        }
        match slots.into_iter().find(|(_, sum)| *sum != 0) {
            Some(((slot, currency), sum)) => {
                Err(format!("the books of slot {slot} do not balance: {sum} of {currency:?} too much"))
            }
            None => crate::sums::check(self.rows.values()),
        }
    }

    /// Compares the rows of some slots with what a store and what is not posted yet make together.
    pub(crate) fn compare<'a>(
        &self,
        home: SlotSet,
        reader: &mut dyn Reader,
        unposted: impl Iterator<Item = &'a (Key, Option<Row>)>,
    ) -> Result<(), String> {
        let mut kept = stored(reader).map_err(|error| error.to_string())?;
        for (key, row) in unposted {
            match row {
                Some(row) => drop(kept.insert(key.clone(), row.clone())),
                None => drop(kept.remove(key)),
            }
        }
        let here = self.rows.iter().filter(|(key, _)| home.contains(key.slot()));
        let here: BTreeMap<&Key, &Row> = here.collect();
        let keys: BTreeSet<&Key> = here.keys().copied().chain(kept.keys()).collect();
        for key in keys {
            let (durable, stored) = (here.get(key).copied(), kept.get(key));
            if durable != stored {
                return Err(format!(
                    "the tables differ from the journal:\n  journal {durable:?}\n  tables  {stored:?}"
                ));
            }
        }
        Ok(())
    }
}

fn stored(reader: &mut dyn Reader) -> Result<BTreeMap<Key, Row>, StoreError> {
    let mut rows = BTreeMap::new();
    for table in Table::ALL {
        let mut after: Option<Key> = None;
        loop {
            let page = reader.scan(*table, None, after.as_ref(), PAGE)?;
            after = page.last().map(Row::key);
            let short = page.len() < PAGE;
            rows.extend(page.into_iter().map(|row| (row.key(), row)));
            if short {
                break;
            }
        }
    }
    Ok(rows)
}

/// Whether a row may be removed.
fn may_go(key: &Key, row: Option<&Row>, changes: &[(Key, Option<Row>)]) -> bool {
    match row {
        // The trade of an order that was never there: no money has moved for it, or it comes back in the same batch.
        Some(Row::Trade(trade)) => {
            let about = |row: &Row| matches!(row, Row::Posting(page) if page.order_no == Some(trade.no));
            let returned = || changes.iter().any(|(_, row)| row.as_ref().is_some_and(about));
            trade.refunded_minor.units() == 0 && (trade.state != TradeState::Paid || returned())
        }
        _ => PASSING.contains(&key.table()),
    }
}

/// Whether a row may become this one.
fn allowed(before: Option<&Row>, row: &Row) -> Result<(), &'static str> {
    let rule = |holds: bool, words: &'static str| if holds { Ok(()) } else { Err(words) };
    match (before, row) {
        (_, Row::Account(account)) => rule(sound(account), "an account is below what it may be"),
        (Some(Row::Posting(earlier)), Row::Posting(page)) => rule(earlier == page, "a posting was changed"),
        (before, Row::Order(order)) => {
            let earlier = if let Some(Row::Order(earlier)) = before { Some(earlier.as_ref()) } else { None };
            order_may_follow(earlier, order)
        }
        (Some(Row::Trade(earlier)), Row::Trade(trade)) => {
            let same = earlier.buyer == trade.buyer && earlier.total_minor == trade.total_minor;
            rule(same, "a trade changed its buyer or its total")?;
            let rank = |state: TradeState| state as u8;
            rule(rank(trade.state) >= rank(earlier.state), "a trade's state went back")?;
            rule(trade.refunded_minor >= earlier.refunded_minor, "a trade's refunds became less")?;
            rule(trade.refunded_minor <= trade.total_minor, "more came back than was paid")
        }
        (Some(Row::Mandate(earlier)), Row::Mandate(mandate)) => {
            let same = (earlier.buyer, earlier.seller, earlier.rule(), earlier.invalid_at_us)
                == (mandate.buyer, mandate.seller, mandate.rule(), mandate.invalid_at_us);
            rule(same, "a mandate means something else")?;
            rule(mandate.state as u8 >= earlier.state as u8, "a mandate's state went back")?;
            rule(mandate.version > earlier.version, "a mandate was changed and did not count it")?;
            let within = mandate.total_minor.is_none_or(|most| mandate.debited_minor <= most)
                && mandate.payments.is_none_or(|most| mandate.debits <= most);
            rule(within, "more was debited than was signed")
        }
        (Some(Row::Agreement(earlier)), Row::Agreement(agreement)) => {
            rule(agreement.state as u8 >= earlier.state as u8, "an agreement's state went back")?;
            rule(agreement.version >= earlier.version, "an agreement heard of less than before")?;
            let signer = earlier.buyer.is_none_or(|buyer| agreement.buyer == Some(buyer));
            rule(signer, "an agreement has another signer")
        }
        (Some(Row::Transfer(earlier)), Row::Transfer(transfer)) => transfer_may_follow(earlier, transfer),
        (Some(before), Row::CardTransfer(_) | Row::BookedLine(_) | Row::Settlement(_)) => kept(before, row),
        (Some(Row::BankOrder(earlier)), Row::BankOrder(order)) => bank_order_may_follow(earlier, order),
        (Some(Row::BankOrderKey(earlier)), Row::BankOrderKey(key)) => {
            rule(earlier == key, "a key of a bank order names another one")
        }
        (Some(Row::BankSurprise(earlier)), Row::BankSurprise(surprise)) => {
            rule(earlier == surprise, "a surprise was changed")
        }
        (Some(Row::Received(earlier)), Row::Received(received)) => {
            rule(earlier == received, "what came in was changed")
        }
        (Some(Row::TransferNumber(earlier)), Row::TransferNumber(number)) => {
            rule(earlier == number, "a number of a transfer names another one")
        }
        (Some(Row::Link(earlier)), Row::Link(link)) => {
            let ahead = link.sent >= earlier.sent
                && link.received >= earlier.received
                && link.acknowledged >= earlier.acknowledged;
            rule(ahead && link.acknowledged <= link.sent, "a link went back")
        }
        (Some(Row::Outbox(earlier)), Row::Outbox(outbox)) => rule(earlier == outbox, "a parcel was changed"),
        (Some(Row::Notice(earlier)), Row::Notice(notice)) => {
            // News of a signing or a success is overtaken by that of the end or the return, and not sent any more.
            let overtaken = notice.event == NoticeEvent::Message && notice.state == NoticeState::GivenUp;
            let tried = notice.attempts > earlier.attempts || overtaken;
            rule(tried, "a notice was changed without an attempt")?;
            rule(earlier.state == NoticeState::Due, "a notice that was settled was tried again")
        }
        _ => Ok(()),
    }
}

fn sound(account: &Account) -> bool {
    match account.kind {
        AccountKind::Balance => {
            account.held_minor.units() >= 0 && account.balance_minor >= account.held_minor.units()
        }
        AccountKind::ClearingIn | AccountKind::SuspenseDue => account.balance_minor <= 0,
        AccountKind::FeeIncome => account.balance_minor >= 0,
        // What went out of one slot's reserve may have come into another's.
        AccountKind::Transit | AccountKind::BankReserve => true,
        AccountKind::Escrow | AccountKind::Delayed | AccountKind::ClearingOut | AccountKind::SuspenseOwed => {
            account.balance_minor >= 0
        }
    }
}

/// A transfer keeps its meaning, and goes forward only.
fn transfer_may_follow(earlier: &Transfer, transfer: &Transfer) -> Result<(), &'static str> {
    use TransferState as S;
    let meaning = |one: &Transfer| {
        let number = one.out_biz_no.clone();
        (one.payer, one.payee, one.amount_minor, one.asked_arrival(), one.way, number, one.opened_at_us)
    };
    let forward = match (earlier.state, transfer.state) {
        (S::Offered, S::Waiting | S::UnderWay | S::Cancelled) => true,
        (S::Waiting, S::Waiting | S::UnderWay | S::Cancelled) => true,
        // A chain within one cell ends in the batch in which it began.
        (S::Offered | S::Waiting | S::UnderWay, S::Done | S::Returned) => true,
        (before, after) => before == after && earlier == transfer,
    };
    let clocked = matches!(transfer.state, S::Offered | S::Waiting) == transfer.timer.is_some();
    match () {
        () if meaning(earlier) != meaning(transfer) => Err("a transfer means something else"),
        () if earlier.paid_at_us.is_some() && earlier.paid_at_us != transfer.paid_at_us => {
            Err("a transfer was paid twice")
        }
        () if !forward => Err("a transfer went back"),
        () if !clocked => Err("a transfer has no clock, or one too many"),
        () => Ok(()),
    }
}

/// Whether what a statement said stays, and what it is about goes forward.
fn kept(before: &Row, row: &Row) -> Result<(), &'static str> {
    match (before, row) {
        (Row::CardTransfer(earlier), Row::CardTransfer(transfer))
            if card_transfer_may_follow(earlier, transfer) =>
        {
            Ok(())
        }
        (Row::BookedLine(earlier), Row::BookedLine(line)) if earlier == line => Ok(()),
        (Row::Settlement(earlier), Row::Settlement(settlement)) if earlier == settlement => Ok(()),
        _ => Err("a transfer to a card, a line or a settlement means something else, or went back"),
    }
}

/// A transfer to a card keeps its meaning; the bank decides it once, and sends it back once.
fn card_transfer_may_follow(earlier: &CardTransfer, transfer: &CardTransfer) -> bool {
    use CardTransferState as S;
    let forward = match (earlier.state, transfer.state) {
        (S::UnderWay, S::Done | S::Failed) | (S::Done, S::Refunded) => true,
        // Both steps in decisions of one batch, whose last image alone is seen.
        (S::UnderWay, S::Refunded) => {
            transfer.ended_at_us.is_some() && transfer.returned_at_us > transfer.ended_at_us
        }
        (before, after) => before == after && earlier.returned_at_us == transfer.returned_at_us,
    };
    let (state, ended_at_us) = (transfer.state, transfer.ended_at_us);
    let (returned_at_us, odd_lines) = (transfer.returned_at_us, transfer.odd_lines);
    let meaning = CardTransfer { state, ended_at_us, returned_at_us, odd_lines, ..earlier.clone() };
    let kept = earlier.ended_at_us.is_none() || earlier.ended_at_us == ended_at_us;
    forward && kept && odd_lines >= earlier.odd_lines && meaning == *transfer
}

/// A bank order keeps its meaning, goes forward only, and is asked about as long as it is open.
fn bank_order_may_follow(earlier: &BankOrder, order: &BankOrder) -> Result<(), &'static str> {
    use BankOrderState as S;
    let meaning =
        |one: &BankOrder| (one.party, one.card, one.kind, one.amount_minor, one.fee_minor, one.about);
    let rank = |state| match state {
        S::Draft => 0,
        S::Asked => 1,
        S::Unknown => 2,
        S::GivenUp => 3,
        S::Done | S::Failed | S::Closed => 4,
        S::Returning => 5,
        S::Returned | S::Credited => 6,
    };
    let (before, after) = (rank(earlier.state), rank(order.state));
    let ended = |rank| rank == 4 || rank == 6;
    let open = (1..=3).contains(&after);
    match () {
        () if meaning(earlier) != meaning(order) => Err("a bank order means something else"),
        () if after < before || order.tries < earlier.tries => Err("a bank order went back"),
        () if ended(before) && earlier.state != order.state && (earlier.state, after) != (S::Done, 5) => {
            Err("a bank order that had ended went on")
        }
        () if open != order.next_try_at_us.is_some() => {
            Err("a bank is asked about what is decided, or not asked")
        }
        () => Ok(()),
    }
}

fn order_may_follow(earlier: Option<&Order>, order: &Order) -> Result<(), &'static str> {
    let rule = |holds: bool, words: &'static str| if holds { Ok(()) } else { Err(words) };
    rule(order.refunded_minor <= order.total_minor, "more was given back than was paid")?;
    rule(order.fee_returned_minor <= order.fee_minor, "more fee was given back than was taken")?;
    let Some(earlier) = earlier else { return Ok(()) };
    rule(
        order.total_minor == earlier.total_minor && order.seller == earlier.seller,
        "an order means something else",
    )?;
    rule(order.out_trade_no == earlier.out_trade_no, "an order has another number")?;
    rule(order.state as u8 >= earlier.state as u8, "an order's state went back")?;
    rule(order.paid_at_us >= earlier.paid_at_us, "an order that was paid is not any more")
}
