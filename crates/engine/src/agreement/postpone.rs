//! A merchant postpones the next debit; the debits after it keep their distance from the new day.

use super::{MandateSaid, agreement_of, follow, mandate_of, said};
use crate::command::Next;
use crate::{Fault, Message, Reply, Rows, Stop};
use base::{AgreementNo, Day, PartyId, Slot};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{Agreement, AgreementState, Mandate, PostponeFault, PostponeRefused, judge_postpone};

/// A merchant moves the day of the next debit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PostponeDebit {
    /// The merchant.
    pub seller: PartyId,
    /// Which agreement.
    pub agreement_no: AgreementNo,
    /// The new day.
    pub to: Day,
}

/// Merchant's slot to buyer's slot: move the day of the next debit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PostponeAsk {
    /// The agreement.
    pub agreement_no: AgreementNo,
    /// Who signed it.
    pub buyer: PartyId,
    /// The new day.
    pub to: Day,
}

/// Buyer's slot to merchant's slot: the answer to [`PostponeAsk`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PostponeAnswer {
    /// The mandate after it.
    pub mandate: MandateSaid,
    /// Why it was not moved.
    pub refused: Option<PostponeRefused>,
}

impl PostponeDebit {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn postpone_debit(
    rows: &mut Rows<'_>,
    command: &PostponeDebit,
) -> Result<Next<Arc<Agreement>>, Stop<PostponeRefused>> {
    let PostponeDebit { seller, agreement_no, to } = *command;
    let agreement = agreement_of(rows, seller, agreement_no)?;
    let Some(agreement) = agreement.filter(|agreement| !agreement.is_over(rows.now_us())) else {
        return Stop::because(PostponeRefused::AgreementNotFound);
    };
    let Some(buyer) = agreement.buyer else { return Stop::because(PostponeRefused::NotNormal) };
    if agreement.rule().is_none() {
        return Stop::because(PostponeRefused::NothingPlanned);
    }

    // Nothing can be refused here below this line; the buyer's slot may still say no.
    rows.send(buyer.slot(), Message::PostponeAsk(PostponeAsk { agreement_no, buyer, to }));
    Ok(Next::Chain)
}

/// In the buyer's slot: the plan is counted from the new day, or the answer is no.
pub(crate) fn postpone_ask(rows: &mut Rows<'_>, asked: &PostponeAsk) -> Result<Option<Reply>, Fault> {
    let Some(mandate) = mandate_of(rows, asked.buyer, asked.agreement_no)? else {
        return Err(Fault(format!("mandate {} is not there", asked.agreement_no)));
    };
    let refused = judge(&mandate, asked.to, rows.now_us()).err();
    let mut mandate = (*mandate).clone();
    // The same day again is the same answer.
    if refused.is_none() && !is_planned_for(&mandate, asked.to) {
        mandate = mandate.changed(|progress| {
            (progress.plan_from, progress.plan_step) = (Some(asked.to), 0);
        });
        rows.put(mandate.clone());
    }
    let mandate = said(rows, &mandate)?;
    let answer = PostponeAnswer { mandate, refused };
    rows.send(asked.agreement_no.slot(), Message::PostponeAnswer(answer));
    Ok(None)
}

/// Whether the next debit was postponed to this day before.
fn is_planned_for(mandate: &Mandate, day: Day) -> bool {
    mandate.plan_step == 0 && mandate.plan_from == Some(day)
}

fn judge(mandate: &Mandate, to: Day, now_us: i64) -> Result<(), PostponeRefused> {
    if mandate.state != AgreementState::Normal || now_us >= mandate.invalid_at_us {
        return Err(PostponeRefused::AgreementNotFound);
    }
    let rule = mandate.rule().ok_or(PostponeRefused::NothingPlanned)?;
    if is_planned_for(mandate, to) && rule.first != to {
        return Ok(());
    }
    judge_postpone(&rule, &mandate.progress(), to, Day::of(now_us)).map_err(|fault| match fault {
        PostponeFault::NothingPlanned => PostponeRefused::NothingPlanned,
        PostponeFault::DateNotAllowed => PostponeRefused::DateNotAllowed,
    })
}

/// In the merchant's slot: the plan is known.
pub(crate) fn postpone_answer(rows: &mut Rows<'_>, said: &PostponeAnswer) -> Result<Option<Reply>, Fault> {
    let agreement = follow(rows, &said.mandate)?;
    Ok(Some(Reply::PostponeDebit(said.refused.map_or(Ok(agreement), Err))))
}
