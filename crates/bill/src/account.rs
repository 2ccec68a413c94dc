//! The lines of an account: each posting that moved its balance, with the fee in it on a line of its own.

use crate::about::{across, card_transfer_of, other_side, refund_of, transfer_of, withdrawal_of};
use crate::refunds::Refunds;
use crate::{BillError, Business, Take, TakeRow, Who};
use base::{OrderNo, PartyId, PostingNo, Slot};
use engine::{Key, Row, Table};
use fund::BankOrder;
use ledger::{AccountId, AccountKind, Entry, Posting, PostingKind, Side};
use money::Currency;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use store::Reader;
use trade::Order;
use transfer::{CardTransfer, Transfer};

/// Rows read at a time.
pub(crate) const PAGE: usize = 500;

/// A line of an account. All lines of a time together are the change of its balance.
#[derive(Clone, PartialEq, Debug)]
pub struct AccountLine {
    /// The posting.
    pub posting: PostingNo,
    /// Which line of the posting, from 0.
    pub part: u8,
    /// When, microseconds UTC.
    pub at_us: i64,
    /// What it is about.
    pub business: Business,
    /// The order, where it is about one.
    pub order: Option<Arc<Order>>,
    /// The transfer, where it is of one.
    pub transfer: Option<Arc<Transfer>>,
    /// The transfer to a card, where it is of one.
    pub card_transfer: Option<Arc<CardTransfer>>,
    /// The order to a bank, where it is of a withdrawal.
    pub withdrawal: Option<Arc<BankOrder>>,
    /// The refund's number.
    pub request_no: Option<String>,
    /// Why, in the merchant's words.
    pub reason: Option<String>,
    /// What it changed, fen: above zero what came in.
    pub delta_minor: i64,
    /// The balance after it, fen.
    pub balance_minor: i64,
    /// Who is on the other side, masked; empty when that is nobody or several.
    pub other: String,
}

impl AccountLine {
    /// Its number, unique in the world: that of the posting and the line's place in it.
    pub fn no(&self) -> String {
        format!("{}{}", self.posting, self.part)
    }

    /// Our number of what it is about: of the order, the transfer or the withdrawal.
    pub fn about(&self) -> Option<String> {
        let order = self.order.as_ref().map(|order| order.no.to_string());
        let transfer = || self.transfer.as_ref().map(|transfer| transfer.no.to_string());
        let to_card = || self.card_transfer.as_ref().map(|transfer| transfer.no.to_string());
        order
            .or_else(transfer)
            .or_else(to_card)
            .or_else(|| self.withdrawal.as_ref().map(|order| order.no.to_string()))
    }

    /// The number that whoever asked for it gave: of the order, or of the transfer, whose payee does not see it.
    pub fn about_theirs(&self) -> Option<&str> {
        let is_payers = self.delta_minor < 0 || self.business == Business::TransferBack;
        let transfer = self.transfer.as_ref().filter(|_| is_payers);
        let order = self.order.as_ref().map(|order| order.out_trade_no.as_str());
        let to_card = self.card_transfer.as_ref().map(|transfer| transfer.out_biz_no.as_str());
        order.or_else(|| transfer.map(|transfer| transfer.out_biz_no.as_str())).or(to_card)
    }

    /// What is bought, or what a transfer is for.
    pub fn title(&self) -> Option<&str> {
        let order = self.order.as_ref().map(|order| order.subject.as_str());
        let title = self.transfer.as_ref().and_then(|transfer| transfer.title.as_ref());
        let to_card = self.card_transfer.as_ref().and_then(|transfer| transfer.title.as_ref());
        order.or_else(|| title.or(to_card).map(|title| title.as_str()))
    }

    /// Why: of a refund in the merchant's words, of a transfer in its payer's.
    pub fn why(&self) -> Option<&str> {
        let remark = self.transfer.as_ref().and_then(|transfer| transfer.remark.as_ref());
        let to_card = self.card_transfer.as_ref().and_then(|transfer| transfer.remark.as_ref());
        self.reason.as_deref().or_else(|| remark.or(to_card).map(|remark| remark.as_str()))
    }
}

/// The account that bills are of.
pub(crate) const fn account_of(party: PartyId) -> AccountId {
    AccountId::of(party, AccountKind::Balance, Currency::Cny)
}

/// Every posting of a slot within a time (microseconds UTC, the end not included), in order.
pub(crate) fn postings(
    reader: &mut dyn Reader,
    slot: Slot,
    within_us: &Range<i64>,
    take: TakeRow<'_, Posting>,
) -> Result<(), BillError> {
    // Numbers are made of the moment and the slot: a time is a range of keys.
    let before = within_us.start.saturating_mul(100).saturating_sub(1);
    let mut after = PostingNo::from_number(before).map(|no| Key::Posting((slot, no)));
    loop {
        let page = reader.scan(Table::Posting, Some(slot), after.as_ref(), PAGE)?;
        for row in &page {
            let Row::Posting(posting) = row else { continue };
            if posting.no.at_us() >= within_us.end {
                return Ok(());
            }
            if take(reader, posting)?.is_break() {
                return Ok(());
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.key()),
            _ => return Ok(()),
        }
    }
}

/// What a posting did to an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Moved {
    /// What its balance changed by, fen.
    pub(crate) delta_minor: i64,
    /// Its balance after it, fen.
    pub(crate) after_minor: i64,
}

const fn signed(entry: &Entry) -> i64 {
    match entry.side {
        Side::Credit => entry.amount_minor.units(),
        Side::Debit => -entry.amount_minor.units(),
    }
}

/// What a posting did to an account; nothing when it is not one of its.
pub(crate) fn moved(posting: &Posting, account: AccountId) -> Option<Moved> {
    let own = posting.entries().find(|entry| entry.account == account)?;
    Some(Moved { delta_minor: signed(own), after_minor: own.balance_after_minor })
}

/// What the platform's fee in a posting was to the other side, fen: below zero what was taken.
pub(crate) fn fee_of(posting: &Posting) -> i64 {
    let fees = AccountId::platform(posting.slot, AccountKind::FeeIncome, posting.currency);
    posting.entries().find(|entry| entry.account == fees).map_or(0, |entry| -signed(entry))
}

/// What the fee of a withdrawal or of a transfer to a card was to its party, fen. It leaves the balance with what is
/// withdrawn, and comes back with it; the platform earns it when the bank has paid.
fn fee_of_withdrawal(order: &BankOrder, moved: Moved) -> i64 {
    let fee = order.fee_minor.units();
    if moved.delta_minor < 0 { -fee } else { fee }
}

/// The order of this number, wherever its slot is.
pub(crate) fn order_of(reader: &mut dyn Reader, no: OrderNo) -> Result<Option<Arc<Order>>, BillError> {
    match reader.row(&Key::Order((no.slot(), no)))? {
        Some(Row::Order(order)) => Ok(Some(order)),
        _ => Ok(None),
    }
}

/// The lines of a party's account within a time (microseconds UTC, the end not included), in order.
///
/// # Errors
/// When the tables cannot be read, and what `take` says.
pub fn account_lines(
    reader: &mut dyn Reader,
    party: PartyId,
    within_us: Range<i64>,
    take: Take<'_, AccountLine>,
) -> Result<(), BillError> {
    let account = account_of(party);
    let (mut who, mut refunds) = (Who::default(), Refunds::default());
    postings(reader, party.slot(), &within_us, &mut |reader, posting| {
        let Some(moved) = moved(posting, account) else { return Ok(ControlFlow::Continue(())) };
        let order = posting.order_no.map_or(Ok(None), |no| order_of(reader, no))?;
        let transfer = transfer_of(reader, posting)?;
        let withdrawal = withdrawal_of(reader, posting)?;
        let to_card = card_transfer_of(reader, posting)?;
        let carrier = withdrawal.as_deref().or(to_card.as_ref().map(|(_, order)| &**order));
        // What a bank sends back after it paid comes without its fee.
        let carrier = carrier
            .filter(|_| !matches!(posting.kind, PostingKind::CardSentBack | PostingKind::SuspenseSentBack));
        let fee = carrier.map_or(fee_of(posting), |order| fee_of_withdrawal(order, moved));
        let found = refund_of(reader, &mut refunds, posting)?;
        let other = match &transfer {
            Some(transfer) => Some(across(transfer, party)),
            None => other_side(posting.kind, order.as_deref()),
        };
        let other = who.account(reader, other)?;
        for (part, (business, delta_minor, balance_minor)) in
            (0..).zip(parts(moved, fee, business_of(posting.kind, to_card.is_some())))
        {
            let line = AccountLine {
                posting: posting.no,
                part,
                at_us: posting.no.at_us(),
                business,
                order: order.clone(),
                transfer: transfer.clone(),
                card_transfer: to_card.as_ref().map(|(transfer, _)| transfer.clone()),
                withdrawal: withdrawal.clone(),
                request_no: found.as_ref().map(|found| found.out_request_no.to_string()),
                reason: found.as_ref().and_then(|found| found.reason.as_ref()).map(ToString::to_string),
                delta_minor,
                balance_minor,
                other: other.clone(),
            };
            if take(line)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// What a posting is about: money for a card leaves a balance by the same posting, whoever's card it is.
const fn business_of(kind: PostingKind, is_to_others_card: bool) -> Business {
    match (Business::of(kind), is_to_others_card) {
        (Business::Withdraw, true) => Business::Transfer,
        (Business::WithdrawBack, true) => Business::TransferBack,
        (business, _) => business,
    }
}

/// The one or two lines of a posting: what it is about, and the fee in it. What comes in stands first, so that no line
/// has a balance that the account never could have had.
fn parts(moved: Moved, fee: i64, business: Business) -> Vec<(Business, i64, i64)> {
    let main = (business, moved.delta_minor - fee);
    let fee = (if fee < 0 { Business::Fee } else { Business::FeeBack }, fee);
    let mut both = vec![main, fee];
    both.retain(|(_, delta)| *delta != 0);
    both.sort_by_key(|(_, delta)| *delta < 0);
    let mut balance = moved.after_minor - moved.delta_minor;
    let with_balance = |(business, delta)| {
        balance += delta;
        (business, delta, balance)
    };
    both.into_iter().map(with_balance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Stamp;
    use ledger::{Account, Template};
    use money::Money;

    const SELLER: &str = "2088100000000107";

    fn fen(units: u64) -> Money {
        Money::from_minor(units, Currency::Cny).unwrap()
    }

    /// The lines of one posting on an account of ten yuan, without the order.
    fn lines(template: Template) -> Vec<(Business, i64, i64)> {
        let stamp = Stamp { at_us: 1_767_283_200_000_000, seq: 1 };
        let seller: PartyId = SELLER.parse().unwrap();
        let find = |id: AccountId| {
            let own = id == account_of(seller);
            let owner = if own { seller } else { PartyId::platform(template.slot()) };
            let kinds = AccountKind::ALL.into_iter();
            let kind = kinds.rev().find(|kind| AccountId::of(owner, *kind, Currency::Cny) == id)?;
            let open = Account::open(owner, kind, Currency::Cny, stamp);
            Some(if own { Account { balance_minor: 1_000, ..open } } else { open })
        };
        let posted = ledger::post(template, None, stamp, find).unwrap();
        {
            let posting = &posted.posting;
            parts(moved(posting, account_of(seller)).unwrap(), fee_of(posting), Business::of(posting.kind))
        }
    }

    #[test]
    fn the_fee_of_a_posting_is_a_line_of_its_own_and_both_lead_to_its_balance() {
        let seller: PartyId = SELLER.parse().unwrap();
        use Business as B;
        for (template, expected) in [
            (
                Template::PayIn { seller, amount: fen(500), fee: fen(3) },
                vec![(B::Sale, 500, 1_500), (B::Fee, -3, 1_497)],
            ),
            (Template::PayIn { seller, amount: fen(1), fee: fen(0) }, vec![(B::Sale, 1, 1_001)]),
            (
                // All there is and the fee's share: with the refund first the balance would be below zero.
                Template::RefundOut { seller, amount: fen(1_006), fee_back: fen(6) },
                vec![(B::FeeBack, 6, 1_006), (B::Refund, -1_006, 0)],
            ),
            (
                // Receivers gave so much that the fee is more than what is missing.
                Template::RefundOut { seller, amount: fen(2), fee_back: fen(6) },
                vec![(B::FeeBack, 6, 1_006), (B::Refund, -2, 1_004)],
            ),
            (Template::RefundOut { seller, amount: fen(0), fee_back: fen(6) }, vec![(B::FeeBack, 6, 1_006)]),
            (
                Template::RefundReturn { seller, amount: fen(500), fee_back: fen(3) },
                vec![(B::RefundBack, 500, 1_500), (B::Fee, -3, 1_497)],
            ),
            (Template::SplitOut { seller, amount: fen(100) }, vec![(B::Split, -100, 900)]),
            (Template::TopUp { party: seller, amount: fen(5) }, vec![(B::TopUp, 5, 1_005)]),
        ] {
            assert_eq!(lines(template), expected, "{template:?}");
        }
    }
}
