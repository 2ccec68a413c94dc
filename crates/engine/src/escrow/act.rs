//! What the parties of an escrow and customer service do, but for the buyer's confirmation.

use super::step::{Draft, repeated};
use super::{Bench, EscrowView};
use crate::command::Next;
use crate::{Rows, Stop};
use base::{OrderNo, PartyId, Slot};
use money::Money;
use serde::{Deserialize, Serialize};
use trade::{
    BUYER_EXTENSIONS_MAX, CASES_MAX, CaseEvent, CaseKind, EVIDENCE_MAX, EVIDENCE_US, EscrowEvent,
    EscrowRefused, EscrowState, GoodsState, Logistics, RequestNo, SELLER_EXTENSIONS_US, Service, Side,
    StepKind, Words, buyer_extension_us, case_next, escrow_next,
};

/// Who acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Actor {
    /// The seller.
    Seller(PartyId),
    /// The buyer.
    Buyer(PartyId),
    /// Customer service.
    Arbiter,
}

/// What is done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum EscrowAct {
    /// The seller sends the goods, or a part of them.
    Send {
        /// How.
        logistics: Logistics,
        /// Whether more is to come.
        part: bool,
    },
    /// The buyer asks for more time to confirm, or the seller gives it.
    Extend,
    /// The buyer asks for money.
    OpenCase {
        /// With or without the goods going back.
        kind: CaseKind,
        /// Where the goods are.
        goods_state: GoodsState,
        /// How much.
        amount: Money,
        /// Why.
        reason: Option<Words>,
    },
    /// The buyer asks for something else after the seller refused.
    EditCase {
        /// With or without the goods going back.
        kind: CaseKind,
        /// Where the goods are.
        goods_state: GoodsState,
        /// How much.
        amount: Money,
        /// Why.
        reason: Option<Words>,
    },
    /// The seller agrees.
    AgreeCase,
    /// The seller refuses.
    RefuseCase {
        /// Why.
        reason: Words,
    },
    /// The buyer sends the goods back.
    SendBack {
        /// How.
        logistics: Logistics,
    },
    /// The seller has the goods back.
    ReceiveBack,
    /// The seller refuses what came back: customer service decides.
    RefuseBack {
        /// Why.
        reason: Words,
    },
    /// The buyer withdraws the case.
    Withdraw,
    /// The buyer calls customer service.
    CallService,
    /// A party gives evidence.
    GiveEvidence {
        /// The evidence.
        words: Words,
    },
    /// Customer service divides what the buyer asked for.
    Decide {
        /// What the buyer gets.
        to_buyer: Money,
        /// What the seller keeps.
        to_seller: Money,
        /// Why.
        words: Option<Words>,
    },
}

/// Acts on an escrow; once for each number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ActOnEscrow {
    /// The order.
    pub order_no: OrderNo,
    /// Who acts.
    pub actor: Actor,
    /// The act's number.
    pub request_no: RequestNo,
    /// What is done.
    pub act: EscrowAct,
}

impl ActOnEscrow {
    pub(crate) fn slot(&self) -> Slot {
        self.order_no.slot()
    }

    /// The step that it becomes.
    fn draft(&self) -> Draft {
        let (kind, mut draft) = (self.act.step(), Draft::new(StepKind::Paid, self.actor.side()));
        (draft.kind, draft.request_no) = (kind, Some(self.request_no.clone()));
        match self.act.clone() {
            EscrowAct::Send { logistics, .. } | EscrowAct::SendBack { logistics } => {
                draft.logistics = Some(logistics)
            }
            EscrowAct::OpenCase { kind, goods_state, amount, reason }
            | EscrowAct::EditCase { kind, goods_state, amount, reason } => {
                (draft.ask, draft.amount, draft.words) = (Some((kind, goods_state)), Some(amount), reason);
            }
            EscrowAct::RefuseCase { reason } | EscrowAct::RefuseBack { reason } => draft.words = Some(reason),
            EscrowAct::GiveEvidence { words } => draft.words = Some(words),
            EscrowAct::Decide { to_buyer, to_seller, words } => {
                (draft.amount, draft.to_seller, draft.words) = (Some(to_buyer), Some(to_seller), words)
            }
            EscrowAct::Extend
            | EscrowAct::AgreeCase
            | EscrowAct::ReceiveBack
            | EscrowAct::Withdraw
            | EscrowAct::CallService => {}
        }
        draft
    }
}

impl EscrowAct {
    const fn step(&self) -> StepKind {
        match self {
            EscrowAct::Send { part: true, .. } => StepKind::PartSent,
            EscrowAct::Send { part: false, .. } => StepKind::Sent,
            EscrowAct::Extend => StepKind::Extended,
            EscrowAct::OpenCase { .. } => StepKind::CaseOpened,
            EscrowAct::EditCase { .. } => StepKind::CaseEdited,
            EscrowAct::AgreeCase => StepKind::CaseAgreed,
            EscrowAct::RefuseCase { .. } => StepKind::CaseRefused,
            EscrowAct::SendBack { .. } => StepKind::ReturnSent,
            EscrowAct::ReceiveBack => StepKind::ReturnReceived,
            EscrowAct::RefuseBack { .. } => StepKind::ReturnRefused,
            EscrowAct::Withdraw => StepKind::CaseWithdrawn,
            EscrowAct::CallService => StepKind::ServiceCalled,
            EscrowAct::GiveEvidence { .. } => StepKind::Evidence,
            EscrowAct::Decide { .. } => StepKind::Decided,
        }
    }

    /// Whose act it is.
    const fn belongs_to(&self, side: Side) -> bool {
        match self {
            EscrowAct::Send { .. }
            | EscrowAct::AgreeCase
            | EscrowAct::RefuseCase { .. }
            | EscrowAct::ReceiveBack
            | EscrowAct::RefuseBack { .. } => matches!(side, Side::Seller),
            EscrowAct::OpenCase { .. }
            | EscrowAct::EditCase { .. }
            | EscrowAct::SendBack { .. }
            | EscrowAct::Withdraw
            | EscrowAct::CallService => matches!(side, Side::Buyer),
            EscrowAct::Extend | EscrowAct::GiveEvidence { .. } => matches!(side, Side::Buyer | Side::Seller),
            EscrowAct::Decide { .. } => matches!(side, Side::Arbiter),
        }
    }
}

impl Actor {
    /// The actor's side.
    pub const fn side(self) -> Side {
        match self {
            Actor::Seller(_) => Side::Seller,
            Actor::Buyer(_) => Side::Buyer,
            Actor::Arbiter => Side::Arbiter,
        }
    }

    /// The escrow, when it is the actor's.
    pub(super) fn bench(self, rows: &mut Rows<'_>, order_no: OrderNo) -> Result<Bench, Stop<EscrowRefused>> {
        let theirs = |bench: &Bench| match self {
            Actor::Seller(party) => party == bench.escrow.seller,
            Actor::Buyer(party) => party == bench.escrow.buyer,
            Actor::Arbiter => true,
        };
        match Bench::load(rows, order_no)?.filter(theirs) {
            Some(bench) => Ok(bench),
            None => Stop::because(EscrowRefused::EscrowNotFound),
        }
    }
}

/// Refuses what is over.
pub(super) fn still_open(bench: &Bench) -> Result<(), Stop<EscrowRefused>> {
    match bench.escrow.state {
        EscrowState::Finished => Stop::because(EscrowRefused::AlreadyFinished),
        EscrowState::Closed => Stop::because(EscrowRefused::AlreadyClosed),
        EscrowState::WaitSellerSend | EscrowState::PartSent | EscrowState::WaitBuyerConfirm => Ok(()),
    }
}

pub(crate) fn act_on_escrow(
    rows: &mut Rows<'_>,
    command: &ActOnEscrow,
) -> Result<Next<EscrowView>, Stop<EscrowRefused>> {
    let mut bench = command.actor.bench(rows, command.order_no)?;
    if !command.act.belongs_to(command.actor.side()) {
        return Stop::because(EscrowRefused::ActorDiffers);
    }
    let draft = command.draft();
    if repeated(rows, &bench, &draft)?.map_err(Stop::Refused)? {
        return Ok(Next::Answer(bench.view()));
    }
    still_open(&bench)?;
    allowed(&bench, command, rows.now_us()).map_err(Stop::Refused)?;

    // Nothing can be refused below this line; nothing was changed above it.
    bench.perform(rows, command.actor, &command.act)?;
    Ok(Next::Answer(bench.conclude(rows, draft)?))
}

/// Whether the act is possible now.
fn allowed(bench: &Bench, command: &ActOnEscrow, now_us: i64) -> Result<(), EscrowRefused> {
    match &command.act {
        EscrowAct::Send { logistics, part } => may_send(bench, logistics, *part),
        EscrowAct::Extend => may_extend(bench, command.actor, now_us),
        EscrowAct::OpenCase { kind, amount, .. } => {
            if bench.escrow.open_case.is_some() || bench.escrow.pending_no.is_some() || bench.escrow.ends {
                return Err(EscrowRefused::CaseOpen);
            }
            if bench.escrow.cases >= CASES_MAX {
                return Err(EscrowRefused::CasesUsedUp);
            }
            may_claim(bench, *kind, *amount)
        }
        EscrowAct::EditCase { kind, amount, .. } => {
            may_move(bench, CaseEvent::Edit, Some(Service::None))?;
            may_claim(bench, *kind, *amount)
        }
        EscrowAct::AgreeCase => may_move(bench, CaseEvent::Agree, None),
        EscrowAct::RefuseCase { .. } => may_move(bench, CaseEvent::Refuse, None),
        EscrowAct::SendBack { logistics } => {
            if !logistics.is_whole() {
                return Err(EscrowRefused::LogisticsUnfit);
            }
            may_move(bench, CaseEvent::SendBack, None)
        }
        EscrowAct::ReceiveBack => may_move(bench, CaseEvent::ReceiveBack, None),
        EscrowAct::RefuseBack { .. } => may_move(bench, CaseEvent::RefuseBack, None),
        EscrowAct::Withdraw => may_move(bench, CaseEvent::Withdraw, None),
        EscrowAct::CallService => may_move(bench, CaseEvent::CallService, Some(Service::None)),
        EscrowAct::GiveEvidence { .. } => may_give_evidence(bench, command.actor, now_us),
        EscrowAct::Decide { to_buyer, to_seller, .. } => {
            let case = bench.open_case().ok_or(EscrowRefused::NoCase)?;
            if case.service != Service::Needed {
                return Err(EscrowRefused::NotInDispute);
            }
            let whole = to_buyer.checked_add(*to_seller).is_ok_and(|sum| sum == case.claim());
            if whole { Ok(()) } else { Err(EscrowRefused::AmountUnfit) }
        }
    }
}

fn may_send(bench: &Bench, logistics: &Logistics, part: bool) -> Result<(), EscrowRefused> {
    let event = if part { EscrowEvent::SendPart } else { EscrowEvent::SendRest };
    if escrow_next(bench.escrow.state, event).is_none() {
        return Err(EscrowRefused::AlreadySent);
    }
    if !logistics.is_whole() {
        return Err(EscrowRefused::LogisticsUnfit);
    }
    if bench.escrow.held().is_zero() {
        return Err(EscrowRefused::NothingHeld);
    }
    Ok(())
}

fn may_extend(bench: &Bench, actor: Actor, now_us: i64) -> Result<(), EscrowRefused> {
    if escrow_next(bench.escrow.state, EscrowEvent::Confirm).is_none() {
        return Err(EscrowRefused::NotSent);
    }
    if bench.open_case().is_some() {
        return Err(EscrowRefused::CaseOpen);
    }
    let Some(add_us) = buyer_extension_us(bench.escrow.goods) else { return Err(EscrowRefused::NoExtension) };
    match actor {
        Actor::Seller(_) | Actor::Arbiter => {
            let used = usize::try_from(bench.escrow.seller_extensions).unwrap_or(usize::MAX);
            if used >= SELLER_EXTENSIONS_US.len() { Err(EscrowRefused::ExtensionsUsedUp) } else { Ok(()) }
        }
        Actor::Buyer(_) if bench.escrow.buyer_extensions >= BUYER_EXTENSIONS_MAX => {
            Err(EscrowRefused::ExtensionsUsedUp)
        }
        Actor::Buyer(_) => {
            let left_us = bench.escrow.receipt_due_at_us.unwrap_or(now_us) - now_us;
            if left_us > add_us { Err(EscrowRefused::ExtensionTooEarly) } else { Ok(()) }
        }
    }
}

/// Whether so much can be asked for.
fn may_claim(bench: &Bench, kind: CaseKind, amount: Money) -> Result<(), EscrowRefused> {
    if kind == CaseKind::ReturnAndRefund && bench.escrow.state == EscrowState::WaitSellerSend {
        return Err(EscrowRefused::NothingToReturn);
    }
    if amount.is_zero() || amount.exceeds(bench.escrow.held()).unwrap_or(true) {
        return Err(EscrowRefused::AmountUnfit);
    }
    Ok(())
}

/// Whether the open case stands where the event can happen, and customer service is as asked for.
fn may_move(bench: &Bench, event: CaseEvent, service: Option<Service>) -> Result<(), EscrowRefused> {
    let case = bench.open_case().ok_or(EscrowRefused::NoCase)?;
    let fits = service.is_none_or(|service| service == case.service);
    case_next(case.state, case.kind, event)
        .filter(|_| fits)
        .map(|_| ())
        .ok_or(EscrowRefused::CaseStateDiffers)
}

fn may_give_evidence(bench: &Bench, actor: Actor, now_us: i64) -> Result<(), EscrowRefused> {
    let case = bench.open_case().ok_or(EscrowRefused::NoCase)?;
    if case.service != Service::Needed {
        return Err(EscrowRefused::NotInDispute);
    }
    if now_us >= case.since_us + EVIDENCE_US {
        return Err(EscrowRefused::EvidenceOver);
    }
    let given = match actor {
        Actor::Buyer(_) => case.buyer_evidence,
        Actor::Seller(_) | Actor::Arbiter => case.seller_evidence,
    };
    if given >= EVIDENCE_MAX { Err(EscrowRefused::EvidenceFull) } else { Ok(()) }
}
