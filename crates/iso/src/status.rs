//! `pain.002.001.10`: what a bank says of payments that it was asked to make.

use crate::document::{Message, PARTS_MAX, ReadError, all, down, maybe, must, one, required, text};
use crate::word::Identifier;
use base::Text;
use roxmltree::Node;
use std::collections::BTreeSet;

/// A report on one message of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatusReport {
    /// The report's own identifier.
    pub message_id: Identifier,
    /// Which message it is about.
    pub original_id: Identifier,
    /// What became of the message as a whole, if it is told.
    pub status: Option<Status>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What became of its batches, those that are told.
    pub batches: Vec<BatchStatus>,
}

/// What became of one batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchStatus {
    /// Which.
    pub id: Identifier,
    /// What became of it as a whole, if it is told.
    pub status: Option<Status>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What became of its payments, those that are told.
    pub payments: Vec<PaymentStatus>,
}

/// What became of one payment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaymentStatus {
    /// Which.
    pub end_to_end_id: Identifier,
    /// What became of it; as its batch when it is not told.
    pub status: Option<Status>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What the bank calls the movement.
    pub reference: Option<Identifier>,
}

/// Why: a code of four characters of the public list, or a bank's own word.
pub type Reason = Text<35>;

/// What a bank says of a payment, a batch or a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// It arrived (`RCVD`).
    Received,
    /// Its form is right (`ACTC`).
    FormAccepted,
    /// The customer may ask for it (`ACCP`).
    Accepted,
    /// Accepted with a change, such as another day (`ACWC`).
    AcceptedWithChange,
    /// It is being settled (`ACSP`).
    Settling,
    /// Our account was debited (`ACSC`).
    Settled,
    /// The payee's account was credited (`ACCC`).
    Credited,
    /// More will be said (`PDNG`).
    Pending,
    /// Some of it was accepted (`PART`).
    Partly,
    /// Refused for good (`RJCT`).
    Rejected,
}

impl Status {
    /// All, by how far they are.
    pub const ALL: [Status; 10] = [
        Status::Received,
        Status::FormAccepted,
        Status::Accepted,
        Status::AcceptedWithChange,
        Status::Settling,
        Status::Settled,
        Status::Credited,
        Status::Pending,
        Status::Partly,
        Status::Rejected,
    ];

    /// Its code in messages.
    pub const fn code(self) -> &'static str {
        match self {
            Status::Received => "RCVD",
            Status::FormAccepted => "ACTC",
            Status::Accepted => "ACCP",
            Status::AcceptedWithChange => "ACWC",
            Status::Settling => "ACSP",
            Status::Settled => "ACSC",
            Status::Credited => "ACCC",
            Status::Pending => "PDNG",
            Status::Partly => "PART",
            Status::Rejected => "RJCT",
        }
    }

    fn read(code: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.code() == code)
    }
}

impl StatusReport {
    /// What the report says of one payment of one message, and why: of the payment itself, else of its batch, else of
    /// the message. `None` when it says nothing of it, or only that some of many were accepted.
    pub fn word_on(&self, message_id: &str, end_to_end_id: &str) -> Option<(Status, &[Reason])> {
        if self.original_id.as_str() != message_id {
            return None;
        }
        let found = self.batches.iter().find_map(|batch| {
            let is_it = |payment: &&PaymentStatus| payment.end_to_end_id.as_str() == end_to_end_id;
            batch.payments.iter().find(is_it).map(|payment| (batch, payment))
        });
        let of_message = self.status.map(|status| (status, self.reasons.as_slice()));
        let word = match found {
            Some((batch, payment)) => {
                let own = payment.status.map(|status| (status, payment.reasons.as_slice()));
                let of_batch = batch.status.map(|status| (status, batch.reasons.as_slice()));
                own.or(of_batch).or(of_message)
            }
            // One batch, and none of its payments told apart: what is said of it is said of each.
            None => match self.batches.as_slice() {
                [batch] if batch.payments.is_empty() => {
                    batch.status.map(|status| (status, batch.reasons.as_slice())).or(of_message)
                }
                [] => of_message,
                _ => None,
            },
        };
        word.filter(|(status, _)| *status != Status::Partly)
    }
}

/// Reads a report.
///
/// # Errors
/// The first member that is missing or wrong; a whole that was refused while a part was accepted.
pub fn read_status_report(bytes: &[u8]) -> Result<StatusReport, ReadError> {
    Message::STATUS_REPORT.read(bytes, |body| {
        let group = must(body, "OrgnlGrpInfAndSts")?;
        let batches: Vec<BatchStatus> =
            all(body, "OrgnlPmtInfAndSts").map(batch).collect::<Result<_, _>>()?;
        let report = StatusReport {
            message_id: required(body, &["GrpHdr", "MsgId"], "MsgId")?,
            original_id: required(group, &["OrgnlMsgId"], "OrgnlMsgId")?,
            status: status(group, "GrpSts")?,
            reasons: reasons(group)?,
            batches,
        };
        check(&report)?;
        Ok(report)
    })
}

fn batch(node: Node<'_, '_>) -> Result<BatchStatus, ReadError> {
    Ok(BatchStatus {
        id: required(node, &["OrgnlPmtInfId"], "OrgnlPmtInfId")?,
        status: status(node, "PmtInfSts")?,
        reasons: reasons(node)?,
        payments: all(node, "TxInfAndSts").map(payment).collect::<Result<_, _>>()?,
    })
}

fn payment(node: Node<'_, '_>) -> Result<PaymentStatus, ReadError> {
    Ok(PaymentStatus {
        end_to_end_id: required(node, &["OrgnlEndToEndId"], "OrgnlEndToEndId")?,
        status: status(node, "TxSts")?,
        reasons: reasons(node)?,
        reference: maybe(node, &["AcctSvcrRef"], "AcctSvcrRef")?,
    })
}

fn status(node: Node<'_, '_>, name: &'static str) -> Result<Option<Status>, ReadError> {
    let Some(leaf) = one(node, name)? else { return Ok(None) };
    Status::read(&text(leaf, name)?).map(Some).ok_or(ReadError::Wrong(name))
}

fn reasons(node: Node<'_, '_>) -> Result<Vec<Reason>, ReadError> {
    let mut found = Vec::new();
    for reason in all(node, "StsRsnInf") {
        let Some(choice) = down(reason, &["Rsn"])? else { continue };
        let code = match (one(choice, "Cd")?, one(choice, "Prtry")?) {
            (Some(leaf), None) | (None, Some(leaf)) => text(leaf, "Rsn")?,
            (None, None) | (Some(_), Some(_)) => return Err(ReadError::Wrong("Rsn")),
        };
        found.push(crate::word::named(&code).ok_or(ReadError::Wrong("Rsn"))?);
    }
    Ok(found)
}

/// A whole that was refused has no part that was not, and no payment is told of twice.
fn check(report: &StatusReport) -> Result<(), ReadError> {
    let refused = |whole: Option<Status>, part: Option<Status>| {
        whole == Some(Status::Rejected) && part.is_some_and(|status| status != Status::Rejected)
    };
    let mut keys = BTreeSet::new();
    for batch in &report.batches {
        if refused(report.status, batch.status) {
            return Err(ReadError::Wrong("PmtInfSts"));
        }
        for payment in &batch.payments {
            if refused(report.status, payment.status) || refused(batch.status, payment.status) {
                return Err(ReadError::Wrong("TxSts"));
            }
            if !keys.insert(&payment.end_to_end_id) {
                return Err(ReadError::Twice("OrgnlEndToEndId"));
            }
        }
    }
    if keys.len() > PARTS_MAX { Err(ReadError::TooLarge) } else { Ok(()) }
}
