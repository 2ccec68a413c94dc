//! The history of an escrow, played again from its steps: amounts, clocks, and what was counted on the way.
//!
//! Figures (how many days) are those of the rules; what is done with them is written down again here on purpose.

use crate::escrows::EscrowFacts;
use money::Minor;
use std::collections::BTreeMap;
use trade::{
    AGREE_SENT_US, AGREE_UNSENT_US, CaseKind, CaseState, DECISION_US, EVIDENCE_US, Escrow, EscrowCase,
    EscrowState, EscrowStep, GoodsState, LAST_DAY_US, OWN_STEP, RECEIVE_BACK_POST_US, RECEIVE_BACK_US,
    REFUSED_US, REMIND_AFTER_US, RETURN_US, SELLER_EXTENSIONS_US, Service, Side, StepKind, Transport,
    buyer_extension_us, receipt_us,
};

/// What is kept of a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) kind: StepKind,
    pub(crate) side: Side,
    pub(crate) state: EscrowState,
    pub(crate) case: Option<(u32, CaseState)>,
    pub(crate) at_us: i64,
    ask: Option<(CaseKind, GoodsState)>,
    amount: Option<i64>,
    transport: Option<Transport>,
}

impl Seen {
    pub(crate) fn of(step: &EscrowStep) -> Seen {
        let EscrowStep { kind, side, state, at_us, transport, .. } = *step;
        let (case, ask) = (step.case_no.zip(step.case_state), step.case_kind.zip(step.goods_state));
        Seen { kind, side, state, case, at_us, ask, amount: step.amount_minor.map(Minor::units), transport }
    }
}

/// A case as its steps leave it.
#[derive(Clone, Debug)]
struct Case {
    state: CaseState,
    ask: Option<(CaseKind, GoodsState)>,
    claim: i64,
    granted: i64,
    service: Service,
    evidence: (u32, u32),
    back: Option<Transport>,
    /// The step that granted.
    granted_by: Option<u32>,
    since_us: i64,
}

/// An escrow as its steps leave it.
#[derive(Default, Debug)]
struct History {
    held: i64,
    released: i64,
    arrived: i64,
    /// Amounts on their way to the buyer.
    under_way: Vec<i64>,
    cases: BTreeMap<u32, Case>,
    open_case: Option<u32>,
    reminded: bool,
    extensions: (u32, u32),
    sent_at_us: Option<i64>,
    receipt_due_us: Option<i64>,
    receipt_left_us: Option<i64>,
    ends: bool,
    last_us: i64,
}

/// What the steps of an escrow say otherwise than its rows.
pub(crate) fn differs(facts: &EscrowFacts) -> Vec<String> {
    let mut history = History::default();
    let mut faults = Vec::new();
    for (no, step) in &facts.steps {
        if !history.take(*no, step, &facts.row) {
            faults.push(format!("step {no}, {}, has another amount than its history", step.kind.as_str()));
        }
    }
    faults.extend(history.against(&facts.row));
    for (no, case) in &facts.cases {
        match history.cases.get(no) {
            Some(seen) => faults.extend(seen.against(case)),
            None => faults.push(format!("no step opened case {no}")),
        }
    }
    faults
}

/// When the escrow's clock must run out, as its steps say; `None` when it has none.
pub(crate) fn due_us(facts: &EscrowFacts) -> Option<i64> {
    let mut history = History::default();
    for (no, step) in &facts.steps {
        history.take(*no, step, &facts.row);
    }
    history.due_us(&facts.row)
}

impl History {
    /// Plays a step; whether its amount fits what went before.
    fn take(&mut self, no: u32, step: &Seen, row: &Escrow) -> bool {
        self.last_us = step.at_us;
        let fits = self.move_money(no, step, row);
        self.move_case(step);
        self.move_clocks(step, row);
        if step.state == EscrowState::Closed || step.state == EscrowState::Finished {
            (self.receipt_due_us, self.receipt_left_us) = (None, None);
        }
        fits
    }

    fn move_money(&mut self, no: u32, step: &Seen, row: &Escrow) -> bool {
        let amount = step.amount;
        match step.kind {
            StepKind::Paid => {
                self.held = amount.unwrap_or_default();
                amount == Some(row.paid_minor.units())
            }
            StepKind::GivenBack => {
                let all = amount == Some(self.held);
                self.leave(amount.unwrap_or_default());
                self.ends |= step.side == Side::Platform;
                amount.is_some() && (step.side != Side::Platform || all)
            }
            StepKind::Arrived | StepKind::CaseArrived | StepKind::Returned | StepKind::CaseReturned => {
                self.come(step, amount.unwrap_or_default())
            }
            StepKind::Confirmed if step.state == EscrowState::Finished => {
                self.release();
                amount.is_none()
            }
            StepKind::Confirmed => {
                self.ends = true;
                amount.is_none()
            }
            StepKind::ReceiptOver | StepKind::Released => {
                let all = amount == Some(self.held);
                self.release();
                all
            }
            StepKind::CaseOpened | StepKind::CaseEdited => {
                let fits = amount.is_some_and(|amount| amount > 0 && amount <= self.held);
                self.ask(step, amount.unwrap_or_default());
                self.grant(no, step, amount.unwrap_or_default());
                fits
            }
            StepKind::CaseAgreed | StepKind::ReturnReceived => {
                let claim = self.of(step).map_or(0, |case| case.claim);
                self.grant(no, step, claim);
                amount.is_none()
            }
            StepKind::Decided => {
                let claim = self.of(step).map_or(0, |case| case.claim);
                self.ends |= claim == self.held && step.state == EscrowState::WaitBuyerConfirm;
                self.grant(no, step, amount.unwrap_or_default());
                amount.is_some_and(|amount| {
                    let granted = step.case.is_some_and(|(_, state)| state == CaseState::Refunding);
                    amount <= claim && (amount > 0) == granted
                })
            }
            StepKind::Reminded
            | StepKind::PartSent
            | StepKind::Sent
            | StepKind::Extended
            | StepKind::CaseRefused
            | StepKind::ReturnSent
            | StepKind::ReturnRefused
            | StepKind::ServiceCalled
            | StepKind::Evidence
            | StepKind::CaseWithdrawn
            | StepKind::CaseLapsed => amount.is_none(),
        }
    }

    fn leave(&mut self, amount: i64) {
        self.held -= amount;
        self.under_way.push(amount);
    }

    fn release(&mut self) {
        self.released += self.held;
        (self.held, self.ends) = (0, false);
    }

    /// Money arrives at the buyer, or is held again. With the last of it the trade is closed.
    fn come(&mut self, step: &Seen, amount: i64) -> bool {
        let of_case = matches!(step.kind, StepKind::CaseArrived | StepKind::CaseReturned);
        let granted = self.of(step).map(|case| case.granted);
        let found = self.under_way.iter().position(|left| *left == amount);
        if let Some(found) = found {
            self.under_way.remove(found);
        }
        let arrives = matches!(step.kind, StepKind::Arrived | StepKind::CaseArrived);
        if arrives {
            self.arrived += amount;
        } else {
            self.held += amount;
        }
        let nothing_left = self.held == 0 && self.released == 0 && self.under_way.is_empty();
        let closed = step.state == EscrowState::Closed;
        found.is_some() && (!of_case || granted == Some(amount)) && closed == (arrives && nothing_left)
    }

    fn of(&mut self, step: &Seen) -> Option<&mut Case> {
        step.case.and_then(|(no, _)| self.cases.get_mut(&no))
    }

    fn ask(&mut self, step: &Seen, claim: i64) {
        let Some((no, state)) = step.case else { return };
        let case = self.cases.entry(no).or_insert(Case {
            state,
            ask: None,
            claim,
            granted: 0,
            service: Service::None,
            evidence: (0, 0),
            back: None,
            granted_by: None,
            since_us: step.at_us,
        });
        (case.ask, case.claim) = (step.ask, claim);
    }

    fn grant(&mut self, no: u32, step: &Seen, amount: i64) {
        if step.case.is_none_or(|(_, state)| state != CaseState::Refunding) {
            return;
        }
        if let Some(case) = self.of(step) {
            (case.granted, case.granted_by) = (amount, Some(no));
        }
        self.leave(amount);
    }

    fn move_case(&mut self, step: &Seen) {
        let Some((no, state)) = step.case else { return };
        let is_over = matches!(state, CaseState::Success | CaseState::Closed);
        self.open_case = (!is_over).then_some(no);
        let Some(case) = self.cases.get_mut(&no) else { return };
        case.state = state;
        match step.kind {
            StepKind::Evidence if step.side == Side::Buyer => case.evidence.0 += 1,
            StepKind::Evidence => case.evidence.1 += 1,
            StepKind::ServiceCalled | StepKind::ReturnRefused => case.service = Service::Needed,
            StepKind::Decided => case.service = Service::Done,
            StepKind::ReturnSent => {
                case.back = step.transport;
                case.ask = case.ask.map(|(kind, _)| (kind, GoodsState::Returned));
            }
            _ => {}
        }
        if step.kind != StepKind::Evidence {
            case.since_us = step.at_us;
        }
    }

    fn move_clocks(&mut self, step: &Seen, row: &Escrow) {
        let at_us = step.at_us;
        match step.kind {
            StepKind::Reminded => self.reminded = true,
            StepKind::Paid if step.state == EscrowState::WaitBuyerConfirm => {
                self.sent_at_us = Some(at_us);
                self.receipt_due_us = Some(at_us + receipt_us(row.goods, Transport::Unneeded));
            }
            StepKind::Sent => {
                let lasts_us = receipt_us(row.goods, step.transport.unwrap_or(Transport::Unneeded));
                self.sent_at_us = Some(at_us);
                match self.open_case {
                    Some(_) => self.receipt_left_us = Some(lasts_us),
                    None => self.receipt_due_us = Some(at_us + lasts_us),
                }
            }
            StepKind::Extended if step.side == Side::Buyer => {
                self.extensions.0 += 1;
                self.add(buyer_extension_us(row.goods));
            }
            StepKind::Extended => {
                let nth = usize::try_from(self.extensions.1).unwrap_or(usize::MAX);
                self.extensions.1 += 1;
                self.add(SELLER_EXTENSIONS_US.get(nth).copied());
            }
            _ => {}
        }
        if step.kind == StepKind::CaseOpened
            && let Some(due_us) = self.receipt_due_us.take()
        {
            self.receipt_left_us = Some((due_us - at_us).max(0));
        }
        if step.case.is_some()
            && self.open_case.is_none()
            && let Some(left_us) = self.receipt_left_us.take()
        {
            self.receipt_due_us = Some(at_us + left_us);
        }
    }

    fn add(&mut self, more_us: Option<i64>) {
        self.receipt_due_us = self.receipt_due_us.zip(more_us).map(|(due_us, more_us)| due_us + more_us);
    }

    /// The clock of the open case, or the escrow's own. Never the very moment of the last step.
    fn due_us(&self, row: &Escrow) -> Option<i64> {
        if row.pending_no.is_some() {
            return None;
        }
        let soonest_us = self.last_us + 1;
        let unsent = row.state == EscrowState::WaitSellerSend;
        let open = self.open_case.and_then(|no| self.cases.get(&no));
        let due_us = match (open, row.state) {
            (Some(case), _) => case.due_us(unsent)?,
            (None, _) if self.held == 0 => return None,
            (None, EscrowState::Finished | EscrowState::Closed) => soonest_us,
            (None, _) if self.ends => soonest_us,
            (None, EscrowState::WaitBuyerConfirm) => self.receipt_due_us?,
            (None, EscrowState::WaitSellerSend | EscrowState::PartSent) => {
                row.paid_at_us + if self.reminded { LAST_DAY_US } else { REMIND_AFTER_US }
            }
        };
        Some(due_us.max(soonest_us))
    }

    fn against(&self, row: &Escrow) -> Vec<String> {
        let refunded = self.arrived + self.under_way.iter().sum::<i64>();
        let sums = [
            ("held_minor", self.held, row.held_minor.units()),
            ("released_minor", self.released, row.released_minor.units()),
            ("refunded_minor", refunded, row.refunded_minor.units()),
            ("buyer_extensions", i64::from(self.extensions.0), i64::from(row.buyer_extensions)),
            ("seller_extensions", i64::from(self.extensions.1), i64::from(row.seller_extensions)),
            ("reminded", i64::from(self.reminded), i64::from(row.reminded)),
            ("ends", i64::from(self.ends), i64::from(row.ends)),
        ];
        let moments = [
            ("sent_at_us", self.sent_at_us, row.sent_at_us),
            ("receipt_due_at_us", self.receipt_due_us, row.receipt_due_at_us),
            ("receipt_left_us", self.receipt_left_us, row.receipt_left_us),
        ];
        let sums = sums.into_iter().filter(|(_, steps, row)| steps != row);
        let moments = moments.into_iter().filter(|(_, steps, row)| steps != row);
        let told = sums.map(|(name, steps, row)| format!("{name} is {row}, its steps say {steps}"));
        told.chain(moments.map(|(name, steps, row)| format!("{name} is {row:?}, its steps say {steps:?}")))
            .collect()
    }
}

impl Case {
    /// When the side whose turn it is has been silent for too long.
    fn due_us(&self, unsent: bool) -> Option<i64> {
        let lasts_us = match (self.state, self.service, self.back) {
            (CaseState::WaitSellerAgree, _, _) if unsent => AGREE_UNSENT_US,
            (CaseState::WaitSellerAgree, _, _) => AGREE_SENT_US,
            (CaseState::SellerRefused, Service::Needed, _) => EVIDENCE_US + DECISION_US,
            (CaseState::SellerRefused, Service::None | Service::Done, _) => REFUSED_US,
            (CaseState::WaitBuyerReturn, _, _) => RETURN_US,
            (CaseState::WaitSellerConfirm, _, Some(Transport::Post)) => RECEIVE_BACK_POST_US,
            (CaseState::WaitSellerConfirm, _, _) => RECEIVE_BACK_US,
            (CaseState::Refunding | CaseState::Success | CaseState::Closed, _, _) => return None,
        };
        Some(self.since_us + lasts_us)
    }

    fn against(&self, row: &EscrowCase) -> Vec<String> {
        let number = self.granted_by.map(|step_no| format!("{OWN_STEP}{step_no}"));
        let checks = [
            ("state", self.state == row.state),
            ("kind", self.ask == Some((row.kind, row.goods_state))),
            ("claim_minor", self.claim == row.claim_minor.units()),
            ("granted_minor", self.granted == row.granted_minor.units()),
            ("service", self.service == row.service),
            ("evidence", self.evidence == (row.buyer_evidence, row.seller_evidence)),
            ("return_transport", self.back == row.return_transport),
            ("refund_no", number.as_deref() == row.refund_no.as_ref().map(|number| number.as_str())),
            ("since_us", self.since_us == row.since_us),
        ];
        let wrong = checks.into_iter().filter(|(_, holds)| !holds);
        wrong.map(|(name, _)| format!("case {}: {name} is not what its steps say", row.no)).collect()
    }
}
