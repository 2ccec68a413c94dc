//! The steps of an escrow: written once for each decision, found again by the number that its party gave it.

use super::{Bench, EscrowView, told};
use crate::{Fault, Rows};
use money::Money;
use trade::{
    CaseKind, EscrowCase, EscrowRefused, EscrowStep, GoodsState, Logistics, OWN_STEP, OutRequestNo,
    RequestNo, Side, StepKind, Words,
};

/// A step before it has its place.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) kind: StepKind,
    pub(crate) by: Side,
    /// Absent for steps of the platform.
    pub(crate) request_no: Option<RequestNo>,
    pub(crate) ask: Option<(CaseKind, GoodsState)>,
    pub(crate) amount: Option<Money>,
    pub(crate) logistics: Option<Logistics>,
    pub(crate) words: Option<Words>,
    /// What is left to the seller, for decisions of customer service.
    pub(crate) to_seller: Option<Money>,
    /// The refund that arrived.
    pub(crate) arrived: Option<Arrived>,
}

/// A refund that the buyer has.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    /// Its number.
    pub(crate) number: OutRequestNo,
    /// What of the order has arrived by now, with it.
    pub(crate) in_all: Money,
}

impl Draft {
    /// A step that says no more than what happened.
    pub(crate) fn new(kind: StepKind, by: Side) -> Draft {
        Draft {
            kind,
            by,
            request_no: None,
            ask: None,
            amount: None,
            logistics: None,
            words: None,
            to_seller: None,
            arrived: None,
        }
    }

    /// With an amount.
    pub(crate) fn of(self, amount: Money) -> Draft {
        Draft { amount: Some(amount), ..self }
    }

    /// The first field in which a step of the same number was another act.
    fn differs(&self, first: &EscrowStep) -> Option<&'static str> {
        // No `..`: a new part of an act does not compile until it is compared.
        let Draft { kind, by, request_no: _, ask, amount, logistics, words, to_seller: _, arrived: _ } = self;
        if (*kind, *by) != (first.kind, first.side) {
            return Some("act");
        }
        if ask.map(|ask| ask.0) != first.case_kind {
            return Some("kind");
        }
        if ask.map(|ask| ask.1) != first.goods_state {
            return Some("goods");
        }
        if amount.map(Money::minor) != first.amount_minor {
            return Some(if *kind == StepKind::Decided { "to_buyer" } else { "amount" });
        }
        let sent = logistics.as_ref();
        if sent.map(|sent| sent.transport) != first.transport {
            return Some("transport");
        }
        if sent.and_then(|sent| sent.company.as_ref()) != first.logistics_company.as_ref() {
            return Some("company");
        }
        if sent.and_then(|sent| sent.number.as_ref()) != first.logistics_no.as_ref() {
            return Some("number");
        }
        (*words != first.words).then_some("words")
    }
}

/// Whether an act of this number was decided before: `true` for the same one.
pub(crate) fn repeated(
    rows: &mut Rows<'_>,
    bench: &Bench,
    draft: &Draft,
) -> Result<Result<bool, EscrowRefused>, Fault> {
    let Some(request_no) = &draft.request_no else { return Ok(Ok(false)) };
    if request_no.as_str().is_empty() || request_no.as_str().starts_with(OWN_STEP) {
        return Ok(Err(EscrowRefused::NumberUnfit));
    }
    let key = (bench.escrow.slot, bench.escrow.order_no, request_no.clone());
    let Some(first) = rows.get::<EscrowStep>(key)? else { return Ok(Ok(false)) };
    let field = match draft.differs(&first) {
        None if leaves_other(rows, &first, draft)? => Some("to_seller"),
        field => field,
    };
    Ok(match field {
        Some(field) => Err(EscrowRefused::NumberTaken { field }),
        None => Ok(true),
    })
}

/// Whether a decision left the seller another amount than the draft says: the step keeps the buyer's, and together they
/// are what its case asked for.
fn leaves_other(rows: &mut Rows<'_>, first: &EscrowStep, draft: &Draft) -> Result<bool, Fault> {
    let (Some(to_seller), Some(to_buyer)) = (draft.to_seller, draft.amount) else { return Ok(false) };
    let Some(no) = first.case_no else { return Ok(true) };
    let case = rows.get::<EscrowCase>((first.slot, first.order_no, no))?;
    let whole = to_buyer.checked_add(to_seller).ok();
    Ok(case.is_none_or(|case| whole != Some(case.claim())))
}

/// The number of a step that the platform takes.
pub(super) fn own_request_no(step_no: u32) -> RequestNo {
    RequestNo::new(&format!("{OWN_STEP}{step_no}")).expect("a few digits fit")
}

impl Bench {
    /// The number of a refund that the platform makes in this decision: that of its step, after a sign that no merchant
    /// may use. So it is never used again, and never taken for one of the merchant's.
    pub(crate) fn own_number(&self) -> OutRequestNo {
        let step_no = u64::from(self.escrow.steps) + 1;
        OutRequestNo::new(&format!("{OWN_STEP}{step_no}")).expect("a few digits fit")
    }

    /// Writes the decision: its step, the clock for what comes next, all rows, and what the merchant is told.
    pub(crate) fn conclude(mut self, rows: &mut Rows<'_>, draft: Draft) -> Result<EscrowView, Fault> {
        self.escrow.steps += 1;
        self.wind(rows);
        let case = self.case.as_ref().filter(|case| draft.kind.is_of_case() && case.no == self.escrow.cases);
        let sent = draft.logistics;
        let step = EscrowStep {
            slot: self.escrow.slot,
            order_no: self.escrow.order_no,
            request_no: draft.request_no.unwrap_or_else(|| own_request_no(self.escrow.steps)),
            no: self.escrow.steps,
            kind: draft.kind,
            side: draft.by,
            state: self.escrow.state,
            case_no: case.map(|case| case.no),
            case_state: case.map(|case| case.state),
            case_kind: draft.ask.map(|ask| ask.0),
            goods_state: draft.ask.map(|ask| ask.1),
            amount_minor: draft.amount.map(Money::minor),
            transport: sent.as_ref().map(|sent| sent.transport),
            logistics_company: sent.as_ref().and_then(|sent| sent.company.clone()),
            logistics_no: sent.as_ref().and_then(|sent| sent.number.clone()),
            words: draft.words,
            at_us: rows.now_us(),
        };
        told::tell(rows, &self, &step, draft.arrived.as_ref())?;
        rows.put(step);
        rows.put(self.order.clone());
        rows.put(self.escrow.clone());
        if let Some(case) = &self.case {
            rows.put(case.clone());
        }
        Ok(self.view())
    }
}
