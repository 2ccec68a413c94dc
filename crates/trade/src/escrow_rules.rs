//! Clocks, bounds and refusals of escrows. The figures are those that Taobao's and Alipay's help pages of guaranteed
//! trades gave; where sources disagree or are silent, docs/guide/differences.md says what was chosen.

use crate::{CaseState, Escrow, EscrowCase, EscrowState, Goods, REFUND_WINDOW_US, Service, Transport};
use base::{DAY_US, HOUR_US};

/// After this long without sending, the seller is reminded: 48 h.
pub const REMIND_AFTER_US: i64 = 48 * HOUR_US;
/// After this long without sending, a case that asks for money only is granted at once: 72 h.
pub const INSTANT_REFUND_AFTER_US: i64 = 72 * HOUR_US;
/// The last day of an escrow whose goods were not all sent: 365 d after the payment, with the refund window.
pub const LAST_DAY_US: i64 = REFUND_WINDOW_US;
/// How long the seller may be silent about a case while nothing was sent: 48 h.
pub const AGREE_UNSENT_US: i64 = 48 * HOUR_US;
/// How long the seller may be silent about a case of goods that were sent: 5 d.
pub const AGREE_SENT_US: i64 = 5 * DAY_US;
/// How long a refused case waits for the buyer: 7 d.
pub const REFUSED_US: i64 = 7 * DAY_US;
/// How long the buyer may take to send goods back: 7 d.
pub const RETURN_US: i64 = 7 * DAY_US;
/// How long the seller may take to confirm what was sent back by express or postal express, or handed back: 10 d.
pub const RECEIVE_BACK_US: i64 = 10 * DAY_US;
/// How long the seller may take to confirm what was sent back by surface mail: 30 d.
pub const RECEIVE_BACK_POST_US: i64 = 30 * DAY_US;
/// How long both sides may give evidence after customer service was called: 3 d.
pub const EVIDENCE_US: i64 = 3 * DAY_US;
/// How long customer service may take after that: 48 h.
pub const DECISION_US: i64 = 48 * HOUR_US;
/// Pieces of evidence of one side in one case, at most.
pub const EVIDENCE_MAX: u32 = 20;
/// Refund cases of one escrow, at most: each stops the buyer's time to confirm.
pub const CASES_MAX: u32 = 10;
/// Extensions by the buyer, at most.
pub const BUYER_EXTENSIONS_MAX: u32 = 1;
/// What the seller's first, second and third extension add.
pub const SELLER_EXTENSIONS_US: [i64; 3] = [3 * DAY_US, 5 * DAY_US, 7 * DAY_US];

/// How long the buyer has to confirm goods that were sent like this.
pub const fn receipt_us(goods: Goods, transport: Transport) -> i64 {
    match goods {
        Goods::TopUp => 0,
        Goods::AutoDelivery => 24 * HOUR_US,
        Goods::Virtual => 3 * DAY_US,
        Goods::Physical => match transport {
            Transport::Express | Transport::Ems | Transport::Unneeded => 10 * DAY_US,
            Transport::Post => 30 * DAY_US,
        },
        Goods::Wholesale => 15 * DAY_US,
        Goods::CrossBorder => 20 * DAY_US,
    }
}

/// What the buyer's extension adds, which is also how much may be left when it is asked for; `None` when these goods
/// have none.
pub const fn buyer_extension_us(goods: Goods) -> Option<i64> {
    match goods {
        Goods::Physical | Goods::Wholesale | Goods::CrossBorder => Some(3 * DAY_US),
        Goods::Virtual => Some(DAY_US),
        Goods::AutoDelivery | Goods::TopUp => None,
    }
}

/// When the clock takes the next step of a case, by itself; `None` when only money or nothing moves it.
pub const fn case_due_us(case: &EscrowCase, state: EscrowState) -> Option<i64> {
    let lasts = match case.state {
        CaseState::WaitSellerAgree => match state {
            EscrowState::WaitSellerSend => AGREE_UNSENT_US,
            EscrowState::PartSent
            | EscrowState::WaitBuyerConfirm
            | EscrowState::Finished
            | EscrowState::Closed => AGREE_SENT_US,
        },
        CaseState::SellerRefused => match case.service {
            Service::None | Service::Done => REFUSED_US,
            Service::Needed => EVIDENCE_US + DECISION_US,
        },
        CaseState::WaitBuyerReturn => RETURN_US,
        CaseState::WaitSellerConfirm => match case.return_transport {
            Some(Transport::Post) => RECEIVE_BACK_POST_US,
            Some(Transport::Express | Transport::Ems | Transport::Unneeded) | None => RECEIVE_BACK_US,
        },
        CaseState::Refunding | CaseState::Success | CaseState::Closed => return None,
    };
    Some(case.since_us + lasts)
}

/// When the clock takes the next step of an escrow; `None` when there is none, or when money under way decides first.
/// `case` is the open case.
pub const fn escrow_due_us(escrow: &Escrow, case: Option<&EscrowCase>, now_us: i64) -> Option<i64> {
    if escrow.pending_no.is_some() {
        return None;
    }
    if let Some(case) = case {
        return case_due_us(case, escrow.state);
    }
    if escrow.held_minor.units() == 0 {
        return None;
    }
    if escrow.ends {
        return Some(now_us);
    }
    match escrow.state {
        EscrowState::WaitSellerSend | EscrowState::PartSent if !escrow.reminded => {
            Some(escrow.paid_at_us + REMIND_AFTER_US)
        }
        EscrowState::WaitSellerSend | EscrowState::PartSent => Some(escrow.paid_at_us + LAST_DAY_US),
        EscrowState::WaitBuyerConfirm => escrow.receipt_due_at_us,
        // Money that could not arrive came back after the end: it is the seller's.
        EscrowState::Finished | EscrowState::Closed => Some(now_us),
    }
}

/// Whether a dispute goes to the buyer when customer service lets its time pass: always when nothing was sent,
/// otherwise unless the seller alone gave evidence.
pub const fn silence_is_for_buyer(case: &EscrowCase, state: EscrowState) -> bool {
    matches!(state, EscrowState::WaitSellerSend) || !(case.seller_evidence > 0 && case.buyer_evidence == 0)
}

/// Why an act on an escrow is refused. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EscrowRefused {
    /// There is no such order, it is none with escrow, it was never paid, or it is somebody else's.
    #[error("there is no such escrow")]
    EscrowNotFound,
    /// The act belongs to the other side.
    #[error("this act belongs to the other side")]
    ActorDiffers,
    /// The payment password was not given for this order, or too long ago.
    #[error("the payment password must be given again")]
    ProofMissing,
    /// The request's number was used for another act.
    #[error("the request number was used with another {field}")]
    NumberTaken {
        /// The first field that differs, under its name in the sandbox API.
        field: &'static str,
    },
    /// A request number is empty, or begins as the platform's own do.
    #[error("a request number is not empty and does not begin with ~")]
    NumberUnfit,
    /// The seller has the money.
    #[error("the escrow is finished")]
    AlreadyFinished,
    /// The buyer has the money back.
    #[error("the escrow is closed")]
    AlreadyClosed,
    /// All was sent.
    #[error("the goods were sent")]
    AlreadySent,
    /// The goods were not sent yet.
    #[error("the goods were not sent yet")]
    NotSent,
    /// Company and number are needed when something travels, and only then.
    #[error("express, ems and post need a company and a number; unneeded has none")]
    LogisticsUnfit,
    /// There is no open case.
    #[error("there is no open case")]
    NoCase,
    /// A case is open.
    #[error("a refund case is open")]
    CaseOpen,
    /// The case does not stand where this can happen.
    #[error("the case does not stand where this can happen")]
    CaseStateDiffers,
    /// Customer service was not called.
    #[error("customer service was not called")]
    NotInDispute,
    /// The time for evidence is over.
    #[error("the time for evidence is over")]
    EvidenceOver,
    /// The side has given as much evidence as it may.
    #[error("no more evidence can be given")]
    EvidenceFull,
    /// The escrow has had as many cases as it may.
    #[error("no more cases can be opened")]
    CasesUsedUp,
    /// Nothing was sent that could go back.
    #[error("nothing was sent that could go back")]
    NothingToReturn,
    /// Nothing, or more than is held, or another currency; for a decision: not exactly what was asked for.
    #[error("the amount does not fit what is held or asked for")]
    AmountUnfit,
    /// These goods have no extension.
    #[error("these goods have no extension")]
    NoExtension,
    /// The extensions are used up.
    #[error("the extensions are used up")]
    ExtensionsUsedUp,
    /// More time is left than an extension adds.
    #[error("it is too early for an extension")]
    ExtensionTooEarly,
    /// All that is left is on its way to the buyer.
    #[error("nothing is held: a refund is under way")]
    NothingHeld,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_confirm_hangs_on_the_goods_and_how_they_travel() {
        use {Goods::*, Transport::*};
        for (goods, transport, days, hours) in [
            (TopUp, Unneeded, 0, 0),
            (AutoDelivery, Unneeded, 0, 24),
            (Virtual, Unneeded, 3, 0),
            (Physical, Express, 10, 0),
            (Physical, Ems, 10, 0),
            (Physical, Unneeded, 10, 0),
            (Physical, Post, 30, 0),
            (Wholesale, Express, 15, 0),
            (CrossBorder, Express, 20, 0),
        ] {
            assert_eq!(
                receipt_us(goods, transport),
                days * DAY_US + hours * HOUR_US,
                "{goods:?} {transport:?}"
            );
        }
    }

    #[test]
    fn only_goods_that_wait_for_the_buyer_can_be_extended() {
        for goods in Goods::ALL {
            assert_eq!(buyer_extension_us(goods).is_none(), goods.are_sent_at_once(), "{goods:?}");
            assert_eq!(goods.product().goods(), Some(goods));
        }
    }
}
