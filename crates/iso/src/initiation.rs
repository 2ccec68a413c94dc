//! `pain.001.001.09`: payments that a bank is asked to make from an account.

use crate::document::Message;
use crate::print::{Print, PrintError, moment};
use crate::word::{AccountId, Identifier, Name, is_plain};
use base::{Day, Text};
use money::Money;
use std::collections::BTreeSet;

/// A message that asks for payments from one account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Initiation {
    /// Its identifier. A bank takes one identifier once, so the same message again has the same one.
    pub message_id: Identifier,
    /// When it was made, microseconds UTC.
    pub made_at_us: i64,
    /// The day on which the bank is to pay.
    pub execution_day: Day,
    /// Whose account pays.
    pub payer: Payer,
    /// The payments, at least one, all in one currency.
    pub transfers: Vec<Transfer>,
}

/// Whose account pays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payer {
    /// The name at the bank.
    pub name: Name,
    /// The account.
    pub account: AccountId,
    /// The bank's business identifier code (ISO 9362), if it is known.
    pub bank_code: Option<Text<11>>,
}

/// One payment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// What it is called from end to end; the bank's answers and statements name it.
    pub end_to_end_id: Identifier,
    /// How much, above zero.
    pub amount: Money,
    /// Whom it goes to.
    pub payee: Name,
    /// The account that it goes to.
    pub account: AccountId,
    /// The number of the payee's bank in its clearing system, if it is known.
    pub clearing_member: Option<Identifier>,
    /// What the payee reads.
    pub note: Option<Name>,
}

impl Initiation {
    /// The message as text.
    ///
    /// # Errors
    /// Whatever a bank would not take, before it is asked.
    pub fn print(&self) -> Result<String, PrintError> {
        let sum = self.check()?;
        let count = self.transfers.len().to_string();
        let id = self.message_id.as_str();
        Print::message(Message::INITIATION, |print| {
            print.inside("GrpHdr", |print| {
                print.leaf("MsgId", id)?;
                print.leaf("CreDtTm", &moment(self.made_at_us))?;
                print.leaf("NbOfTxs", &count)?;
                print.leaf("CtrlSum", &sum.to_string())?;
                print.leaf_in(&["InitgPty"], "Nm", self.payer.name.as_str())
            })?;
            print.inside("PmtInf", |print| {
                print.leaf("PmtInfId", id)?;
                print.leaf("PmtMtd", "TRF")?;
                print.leaf("NbOfTxs", &count)?;
                print.leaf("CtrlSum", &sum.to_string())?;
                print.day("ReqdExctnDt", self.execution_day)?;
                self.payer.print(print, sum)?;
                self.transfers.iter().try_for_each(|transfer| transfer.print(print))
            })
        })
    }

    /// The sum of all payments, when a bank would take them.
    fn check(&self) -> Result<Money, PrintError> {
        if !is_plain(self.message_id.as_str()) {
            return Err(PrintError::Identifier("MsgId"));
        }
        let mut keys = BTreeSet::new();
        let first = self.transfers.first().ok_or(PrintError::Nothing)?;
        let mut sum = Money::zero(first.amount.currency());
        for transfer in &self.transfers {
            if !is_plain(transfer.end_to_end_id.as_str()) {
                return Err(PrintError::Identifier("EndToEndId"));
            }
            if transfer.clearing_member.as_ref().is_some_and(|member| !is_plain(member.as_str())) {
                return Err(PrintError::Identifier("MmbId"));
            }
            if !is_plain(transfer.account.as_str()) {
                return Err(PrintError::Identifier("CdtrAcct"));
            }
            if transfer.amount.is_zero() {
                return Err(PrintError::Amount);
            }
            if transfer.amount.currency() != sum.currency() {
                return Err(PrintError::Currencies);
            }
            if !keys.insert(&transfer.end_to_end_id) {
                return Err(PrintError::SameKey);
            }
            sum = sum.checked_add(transfer.amount).map_err(|_| PrintError::Amount)?;
        }
        Ok(sum)
    }
}

impl Payer {
    fn print(&self, print: &mut Print, sum: Money) -> Result<(), PrintError> {
        print.leaf_in(&["Dbtr"], "Nm", self.name.as_str())?;
        print.inside("DbtrAcct", |print| {
            print.account(&self.account)?;
            print.leaf("Ccy", sum.currency().code())
        })?;
        let path = ["DbtrAgt", "FinInstnId"];
        match &self.bank_code {
            Some(code) => print.leaf_in(&path, "BICFI", code.as_str()),
            // The word of the standard for a member that must be there and is not known.
            None => print.leaf_in(&["DbtrAgt", "FinInstnId", "Othr"], "Id", "NOTPROVIDED"),
        }
    }
}

impl Transfer {
    fn print(&self, print: &mut Print) -> Result<(), PrintError> {
        let id = self.end_to_end_id.as_str();
        print.inside("CdtTrfTxInf", |print| {
            print.inside("PmtId", |print| {
                print.leaf("InstrId", id)?;
                print.leaf("EndToEndId", id)
            })?;
            print.inside("Amt", |print| print.amount("InstdAmt", self.amount))?;
            if let Some(member) = &self.clearing_member {
                print.leaf_in(&["CdtrAgt", "FinInstnId", "ClrSysMmbId"], "MmbId", member.as_str())?;
            }
            print.leaf_in(&["Cdtr"], "Nm", self.payee.as_str())?;
            print.inside("CdtrAcct", |print| print.account(&self.account))?;
            match &self.note {
                Some(note) => print.leaf_in(&["RmtInf"], "Ustrd", note.as_str()),
                None => Ok(()),
            }
        })
    }
}
