//! One split against its lines, and each line against its postings.

use crate::orders::OrderFacts;
use crate::payments::Move;
use crate::report::Findings;
use crate::shape::balance_account;
use crate::splits::{SplitFacts, units, wrong};
use base::Record;
use engine::Tabled;
use ledger::PostingKind;
use trade::{RefundState, Split, SplitKind, SplitLine, SplitState};

/// One split against its lines, and each against its postings.
pub(crate) fn one(
    order: &OrderFacts,
    facts: &SplitFacts,
    split: &Split,
    unclaimed: &mut Vec<&Move>,
    findings: &mut Findings,
) {
    let lines: Vec<&SplitLine> = facts.lines.iter().filter(|line| line.place == split.place).collect();
    let in_order = (1..=split.lines).eq(lines.iter().map(|line| line.line));
    let open = lines.iter().filter(|line| !is_final(line.state)).count();
    if !in_order || usize::try_from(split.open) != Ok(open) {
        let message = format!(
            "it has {} lines of which {} are open, there are {} of which {open} are",
            split.lines,
            split.open,
            lines.len()
        );
        wrong(findings, Split::wrap_key(split.key()), message);
    }
    let mut claims = Claims { order, unclaimed };
    for message in claims.split(split, &lines) {
        wrong(findings, Split::wrap_key(split.key()), message);
    }
    for line in lines {
        if !claims.line(split, line) || line.currency != order.currency || line.receiver == order.seller {
            let message = format!(
                "it is {}, but no posting of {} says so",
                line.state.as_str(),
                line.amount_minor.units()
            );
            wrong(findings, SplitLine::wrap_key(line.key()), message);
        }
    }
}

fn is_final(state: SplitState) -> bool {
    matches!(state, SplitState::Done | SplitState::Returned | SplitState::Refused | SplitState::Kept)
}

/// The postings of an order's splits that no split has claimed yet.
struct Claims<'a, 'b> {
    order: &'a OrderFacts,
    unclaimed: &'a mut Vec<&'b Move>,
}

impl Claims<'_, '_> {
    fn claim(&mut self, kind: PostingKind, fits: impl Fn(&Move) -> bool) -> bool {
        let found = self.unclaimed.iter().position(|seen| seen.kind == kind && fits(seen));
        found.map(|at| self.unclaimed.remove(at)).is_some()
    }

    /// What is wrong with a split as a whole.
    fn split(&mut self, split: &Split, lines: &[&SplitLine]) -> Vec<String> {
        let (mut faults, sum) = (Vec::new(), lines.iter().map(|line| units(line)).sum::<i128>());
        match (split.kind, split.refund_minor) {
            (SplitKind::Out, None) => {
                let seller = balance_account(self.order.seller, self.order.currency);
                let left = |seen: &Move| {
                    let same = i128::from(seen.amount) == sum && seen.party == Some(seller);
                    same && seen.no.at_us() == split.at_us
                };
                if lines.is_empty() && !split.finish {
                    faults.push("it has no lines and finishes nothing".to_owned());
                }
                if !lines.is_empty() && !self.claim(PostingKind::SplitOut, left) {
                    faults.push(format!("no split_out posting of {sum} at {}", split.at_us));
                }
            }
            (SplitKind::Back, Some(refund)) => {
                faults.extend(self.taken(split, lines));
                if lines.is_empty() || split.finish || sum > i128::from(refund.units()) {
                    faults.push(format!("it took {sum} back for a refund of {}", refund.units()));
                }
            }
            (SplitKind::Out, Some(_)) | (SplitKind::Back, None) => {
                faults.push("only one that takes back has a refund".to_owned());
            }
        }
        faults
    }

    /// What is wrong with the times at which a split's parts went into a refund and came out of it.
    fn taken(&self, split: &Split, lines: &[&SplitLine]) -> Option<String> {
        let number = split.out_request_no.as_str();
        let row = |at_us| {
            let of_number = self.order.refunds.iter().find(|refund| refund.is_of(number));
            (of_number.is_some(), of_number.filter(|refund| refund.at_us == at_us))
        };
        match (split.made_at_us, split.undone_at_us) {
            (None, None) => lines
                .iter()
                .any(|line| matches!(line.state, SplitState::Done | SplitState::Restoring | SplitState::Kept))
                .then(|| "a part of it went into a refund that was never made".to_owned()),
            (Some(made), None) => {
                let all = lines.iter().all(|line| line.state == SplitState::Done && line.at_us == made);
                if !all {
                    return Some("only some of its parts went into the refund".to_owned());
                }
                let refund = row(made).1.filter(|refund| refund.state != RefundState::Returned);
                let same = refund
                    .is_some_and(|refund| Some(refund.amount) == split.refund_minor.map(|it| it.units()));
                (!same).then(|| "the refund that it took back for is not there".to_owned())
            }
            (made, Some(undone)) => {
                let later = |line: &&&SplitLine| match line.state {
                    SplitState::Restoring => line.at_us == undone,
                    SplitState::Returned | SplitState::Kept => line.at_us > undone,
                    SplitState::UnderWay
                    | SplitState::Done
                    | SplitState::Asked
                    | SplitState::Taken
                    | SplitState::Refused
                    | SplitState::Returning => false,
                };
                if lines.iter().filter(later).count() != lines.len() || made.is_none_or(|made| made >= undone)
                {
                    return Some("its parts did not go back when its refund did".to_owned());
                }
                let (known, own) = row(made.unwrap_or_default());
                let returned = own.is_none_or(|refund| refund.state == RefundState::Returned);
                (!known || !returned).then(|| "the refund that it took back for did not come back".to_owned())
            }
        }
    }

    /// Whether a line's postings are those of its state.
    fn line(&mut self, split: &Split, line: &SplitLine) -> bool {
        let currency = self.order.currency;
        let (receiver, seller) =
            (balance_account(line.receiver, currency), balance_account(self.order.seller, currency));
        let amount = line.amount_minor.units();
        let later = |seen: &Move, party| seen.is(amount, 0, party) && seen.no.at_us() > split.at_us;
        let moved = match (split.kind, line.state) {
            (SplitKind::Out, SplitState::UnderWay)
            | (SplitKind::Back, SplitState::Asked | SplitState::Refused) => true,
            (SplitKind::Out, SplitState::Done) => {
                self.claim(PostingKind::SplitIn, |seen| later(seen, receiver))
            }
            (SplitKind::Out, SplitState::Returned) => self.claim(PostingKind::SplitReturn, |seen| {
                seen.is(amount, 0, seller) && seen.no.at_us() == line.at_us
            }),
            (
                SplitKind::Back,
                SplitState::Taken | SplitState::Done | SplitState::Returning | SplitState::Restoring,
            ) => self.claim(PostingKind::BackOut, |seen| later(seen, receiver)),
            (SplitKind::Back, SplitState::Kept) => {
                self.claim(PostingKind::BackOut, |seen| later(seen, receiver))
                    && self.claim(PostingKind::SplitReturn, |seen| {
                        seen.is(amount, 0, seller) && seen.no.at_us() == line.at_us
                    })
            }
            (SplitKind::Back, SplitState::Returned) => {
                self.claim(PostingKind::BackOut, |seen| later(seen, receiver))
                    && self.claim(PostingKind::BackReturn, |seen| {
                        let since_us = split.undone_at_us.unwrap_or(split.at_us);
                        later(seen, receiver) && seen.no.at_us() > since_us && seen.no.at_us() < line.at_us
                    })
            }
            (
                SplitKind::Out,
                SplitState::Asked
                | SplitState::Taken
                | SplitState::Refused
                | SplitState::Returning
                | SplitState::Restoring
                | SplitState::Kept,
            )
            | (SplitKind::Back, SplitState::UnderWay) => false,
        };
        moved && amount > 0
    }
}
