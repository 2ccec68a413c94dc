//! Transfers to cards that a bank sent back after it had paid them: once, whole, by a line of its statement or by a
//! closing, and as the transfer says.

use super::{Facts, Funds, order_is};
use crate::report::Findings;
use fund::{BankOrder, BankOrderKind, BankOrderState, SurpriseKind};
use ledger::PostingKind;
use recon::{BookedLine, Class};
use transfer::{CardTransfer, CardTransferState};

/// What is said of an order's transfer.
#[derive(Debug, Default)]
pub(super) struct Transferred {
    /// By its row: when it came back, if it did, and how many odd lines and words it counts.
    row: Option<(Option<i64>, u32)>,
    /// By lines and closings: how it came back, and when.
    pub(super) back: Vec<(PostingKind, i64)>,
    /// Lines that nothing explains, and second references.
    odd_lines: u32,
}

impl Funds {
    /// What a transfer to a card says of itself.
    pub(crate) fn card_transfer(&mut self, row: &CardTransfer) {
        if let Some(facts) = self.orders.get_mut(&row.bank_order) {
            let back = row.returned_at_us.filter(|_| row.state == CardTransferState::Refunded);
            facts.transfer.row = Some((back, row.odd_lines));
        }
    }

    /// A line about a bank order. Gives whether it is one that may say that a transfer came back.
    pub(super) fn line_of_transfer(&mut self, line: &BookedLine) -> bool {
        let Some(facts) = line.bank_order.and_then(|no| self.orders.get_mut(&no)) else {
            return line.class != Class::CameBack;
        };
        facts.transfer.odd_lines += u32::from(line.class.is_suspense());
        if line.class != Class::CameBack {
            return true;
        }
        facts.transfer.back.push((PostingKind::CardSentBack, line.imported_at_us));
        brings_back(&facts.order, line) && is_other(&facts.order, line)
    }

    /// Whether a closing of a suspense gives what came back to the payer of the transfer that its line names.
    pub(super) fn closes_transfer(&mut self, line: &BookedLine, at_us: i64) -> bool {
        let facts = line.bank_order.and_then(|no| self.orders.get_mut(&no));
        facts.is_some_and(|facts| {
            facts.transfer.back.push((PostingKind::SuspenseSentBack, at_us));
            line.class == Class::SignDiffers
                && is_other(&facts.order, line)
                && brings_back(&facts.order, line)
        })
    }
}

impl Transferred {
    /// The bank's answers: what it says that it paid once more it may take back once.
    pub(super) fn word(&mut self, kind: SurpriseKind) {
        self.odd_lines += u32::from(kind == SurpriseKind::SecondReference);
    }
}

/// Whether a line shows another movement than the one that the bank named when it did the order.
pub(super) fn is_other(order: &BankOrder, line: &BookedLine) -> bool {
    order.bank_ref.as_ref() != Some(&line.reference)
}

/// Whether a line brings the whole of what a transfer paid.
fn brings_back(order: &BankOrder, line: &BookedLine) -> bool {
    order.kind == BankOrderKind::Transfer
        && order.state == BankOrderState::Done
        && line.is_credit
        && order.amount() == line.amount()
}

/// A transfer's row against what came back, and the lines and words that are odd.
pub(super) fn check(funds: &Funds, facts: &Facts, findings: &mut Findings) {
    let (order, said) = (&facts.order, &facts.transfer);
    if order.kind != BankOrderKind::Transfer {
        return;
    }
    // Without a row nothing is carried by the order: that is said of it elsewhere.
    let Some((back_at_us, odd_lines)) = said.row else { return };
    let found: Vec<i64> = said.back.iter().map(|(_, at_us)| *at_us).collect();
    if found != back_at_us.into_iter().collect::<Vec<_>>() {
        let message = format!("{} lines or closings bring it back, against its transfer", found.len());
        order_is(order, message, findings);
    }
    let paid_at_us = funds.statement.settlements.get(&order.no).map(|paid| paid.settled_at_us);
    let too_early = |at_us| paid_at_us.is_none_or(|paid_at_us| paid_at_us >= at_us);
    if said.back.iter().any(|(kind, at_us)| *kind == PostingKind::CardSentBack && too_early(*at_us)) {
        order_is(order, "a line brings back what no earlier line shows as paid", findings);
    }
    if odd_lines != said.odd_lines {
        let message =
            format!("its transfer counts {odd_lines} odd lines and words, there are {}", said.odd_lines);
        order_is(order, message, findings);
    }
}
