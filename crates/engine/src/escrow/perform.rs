//! Acts that were seen to be possible, done.

use super::Bench;
use super::act::{Actor, EscrowAct};
use super::case::Claim;
use crate::{Fault, Rows};
use money::Money;
use trade::{
    CaseEvent, CaseState, EscrowEvent, GoodsState, Logistics, SELLER_EXTENSIONS_US, Service,
    buyer_extension_us, escrow_next, receipt_us,
};

impl Bench {
    /// Does what was seen to be possible.
    pub(super) fn perform(
        &mut self,
        rows: &mut Rows<'_>,
        actor: Actor,
        act: &EscrowAct,
    ) -> Result<(), Fault> {
        let now_us = rows.now_us();
        let claim = self.open_case().map_or(Money::zero(self.escrow.currency), |case| case.claim());
        match act.clone() {
            EscrowAct::Send { logistics, part } => self.send(logistics, part, now_us),
            EscrowAct::Extend => self.extend(actor),
            EscrowAct::OpenCase { kind, goods_state, amount, reason } => {
                self.start_case(rows, Claim { kind, goods_state, amount, reason })?;
            }
            EscrowAct::EditCase { kind, goods_state, amount, reason } => {
                self.move_case(rows, CaseEvent::Edit, claim)?;
                if let Some(case) = &mut self.case {
                    (case.kind, case.goods_state) = (kind, goods_state);
                    (case.claim_minor, case.reason) = (amount.minor(), reason);
                }
            }
            EscrowAct::AgreeCase => self.move_case(rows, CaseEvent::Agree, claim)?,
            EscrowAct::RefuseCase { .. } => self.move_case(rows, CaseEvent::Refuse, claim)?,
            EscrowAct::SendBack { logistics } => {
                self.move_case(rows, CaseEvent::SendBack, claim)?;
                if let Some(case) = &mut self.case {
                    case.goods_state = GoodsState::Returned;
                    case.return_transport = Some(logistics.transport);
                    (case.return_company, case.return_no) = (logistics.company, logistics.number);
                }
            }
            EscrowAct::ReceiveBack => self.move_case(rows, CaseEvent::ReceiveBack, claim)?,
            EscrowAct::RefuseBack { .. } => {
                self.move_case(rows, CaseEvent::RefuseBack, claim)?;
                self.call_service();
            }
            EscrowAct::Withdraw => self.move_case(rows, CaseEvent::Withdraw, claim)?,
            EscrowAct::CallService => {
                self.move_case(rows, CaseEvent::CallService, claim)?;
                self.call_service();
            }
            EscrowAct::GiveEvidence { .. } => self.count_evidence(actor),
            EscrowAct::Decide { to_buyer, .. } => self.decide(rows, to_buyer)?,
        }
        Ok(())
    }

    fn send(&mut self, logistics: Logistics, part: bool, now_us: i64) {
        let event = if part { EscrowEvent::SendPart } else { EscrowEvent::SendRest };
        self.escrow.state = escrow_next(self.escrow.state, event).unwrap_or(self.escrow.state);
        self.escrow.transport = Some(logistics.transport);
        if !part {
            let lasts_us = receipt_us(self.escrow.goods, logistics.transport);
            self.escrow.sent_at_us = Some(now_us);
            if self.escrow.open_case.is_some() {
                self.escrow.receipt_left_us = Some(lasts_us);
            } else {
                self.escrow.receipt_due_at_us = Some(now_us + lasts_us);
            }
        }
        (self.escrow.logistics_company, self.escrow.logistics_no) = (logistics.company, logistics.number);
    }

    fn extend(&mut self, actor: Actor) {
        let used = usize::try_from(self.escrow.seller_extensions).unwrap_or(usize::MAX);
        let add_us = match actor {
            Actor::Buyer(_) => {
                self.escrow.buyer_extensions += 1;
                buyer_extension_us(self.escrow.goods)
            }
            Actor::Seller(_) | Actor::Arbiter => {
                self.escrow.seller_extensions += 1;
                SELLER_EXTENSIONS_US.get(used).copied()
            }
        };
        let due = self.escrow.receipt_due_at_us;
        self.escrow.receipt_due_at_us = due.map(|due_at_us| due_at_us + add_us.unwrap_or_default());
    }

    fn call_service(&mut self) {
        if let Some(case) = self.case.as_mut().filter(|case| case.state == CaseState::SellerRefused) {
            case.service = Service::Needed;
        }
    }

    fn count_evidence(&mut self, actor: Actor) {
        let Some(case) = &mut self.case else { return };
        match actor {
            Actor::Buyer(_) => case.buyer_evidence += 1,
            Actor::Seller(_) | Actor::Arbiter => case.seller_evidence += 1,
        }
    }
}
