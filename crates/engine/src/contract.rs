//! Contracts of merchants are proposed by one operator and approved by another, in the merchant's slot; and what they
//! mean for an order.

use crate::command::Next;
use crate::{Fault, Rows, Stop};
use ::risk::Operator;
use base::{PartyId, Plant, Slot, Text, planted};
use money::{Money, Rate};
use people::{Party, PartyKind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    CONTRACT_FEE_MAX_PPM, CONTRACT_WAITING_MAX, Contract, ContractBook, ContractProduct, ContractRefused,
    ContractStatus, ContractTerms, SettlementTerm, fee_at,
};

/// An operator proposes the next version of a contract. Proposing again, by whomever, replaces what was proposed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposeContract {
    /// Who proposes.
    pub operator: Operator,
    /// Whose contract.
    pub seller: PartyId,
    /// For what.
    pub product: ContractProduct,
    /// The version that it was written on top of; zero for none.
    pub base_version: u32,
    /// The terms.
    pub terms: ContractTerms,
    /// Why.
    pub reason: Text<256>,
}

/// Another operator approves, naming what was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApproveContract {
    /// Who approves.
    pub operator: Operator,
    /// Whose contract.
    pub seller: PartyId,
    /// For what.
    pub product: ContractProduct,
    /// The version that was proposed.
    pub version: u32,
    /// The terms that the operator read.
    pub terms: ContractTerms,
    /// The reason that the operator read.
    pub reason: Text<256>,
}

/// Looks at all contracts of a merchant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindContracts {
    /// The merchant.
    pub seller: PartyId,
}

/// How a merchant may use one product.
#[derive(Clone, PartialEq, Debug)]
pub struct ContractView {
    /// The product.
    pub product: ContractProduct,
    /// The version in force; absent when the dated rules hold.
    pub in_force: Option<Arc<Contract>>,
    /// Versions that are agreed to and wait for their time, the newest first.
    pub waiting: Vec<Arc<Contract>>,
    /// The newest version that was agreed to; zero for none.
    pub version: u32,
    /// What is proposed as the next.
    pub proposal: Option<Arc<Contract>>,
}

impl ProposeContract {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

impl ApproveContract {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

impl FindContracts {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

/// The newest version that was agreed to; zero for none.
fn newest(rows: &mut Rows<'_>, seller: PartyId, product: ContractProduct) -> Result<u32, Fault> {
    let book = rows.get::<ContractBook>((rows.slot(), seller, product))?;
    Ok(book.map_or(0, |book| book.version))
}

/// Versions that are agreed to, from the newest down to the one in force, which is the last when there is one.
fn down_to_force(
    rows: &mut Rows<'_>,
    seller: PartyId,
    product: ContractProduct,
) -> Result<Vec<Arc<Contract>>, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let mut found = Vec::new();
    for version in (1..=newest(rows, seller, product)?).rev() {
        let contract = rows.get::<Contract>((slot, seller, product, version))?;
        let contract =
            contract.ok_or_else(|| Fault(format!("version {version} of a contract of {seller} is gone")))?;
        let holds = contract.holds_at(now_us);
        found.push(contract);
        if holds {
            break;
        }
    }
    Ok(found)
}

/// The version in force; absent when the dated rules hold.
fn in_force(
    rows: &mut Rows<'_>,
    seller: PartyId,
    product: ContractProduct,
) -> Result<Option<Arc<Contract>>, Fault> {
    let now_us = rows.now_us();
    Ok(down_to_force(rows, seller, product)?.pop().filter(|contract| contract.holds_at(now_us)))
}

/// Whether something new may be opened for a merchant: it has no contract for the product, or one that is in force.
pub(crate) fn is_signed(
    rows: &mut Rows<'_>,
    seller: PartyId,
    product: ContractProduct,
) -> Result<bool, Fault> {
    let contract = in_force(rows, seller, product)?;
    let is_over = contract.is_some_and(|contract| contract.status == ContractStatus::Ended);
    Ok(!is_over || planted(Plant::EndedContractOpens))
}

/// The rate in force: of the contract, also when it has ended, else of the dated rules.
fn rate_of(rows: &mut Rows<'_>, seller: PartyId, product: ContractProduct) -> Result<Rate, Fault> {
    let contract = in_force(rows, seller, product)?.filter(|_| !planted(Plant::ContractFeeIgnored));
    Ok(contract.map_or(rows.rules().merchant_fee_ppm, |contract| contract.fee_ppm))
}

/// Rate and settlement at a moment from now on, by what is agreed to: of the highest version that holds then, else of
/// the dated rules as they are now.
fn terms_at(
    rows: &mut Rows<'_>,
    seller: PartyId,
    product: ContractProduct,
    at_us: i64,
) -> Result<(Rate, SettlementTerm), Fault> {
    let versions = down_to_force(rows, seller, product)?;
    let held = versions.iter().find(|contract| contract.holds_at(at_us));
    let rules = (rows.rules().merchant_fee_ppm, SettlementTerm::SameDay);
    Ok(held.map_or(rules, |contract| (contract.fee_ppm, contract.settlement)))
}

/// When money of a product is settled now: by the contract in force, also when it has ended, else at once.
pub(crate) fn settlement_of(
    rows: &mut Rows<'_>,
    seller: PartyId,
    product: ContractProduct,
) -> Result<SettlementTerm, Fault> {
    let contract = in_force(rows, seller, product)?;
    Ok(contract.map_or(SettlementTerm::SameDay, |contract| contract.settlement))
}

/// The fee of a payment that arrives now: of the contract in force, also when it has ended, else of the dated rules.
pub(crate) fn fee_of(
    rows: &mut Rows<'_>,
    seller: PartyId,
    product: ContractProduct,
    amount: Money,
) -> Result<Money, Fault> {
    let rate = rate_of(rows, seller, product)?;
    fee_at(rate, amount).map_err(|error| Fault(format!("fee of a payment to {seller}: {error}")))
}

/// Whether an operator is named, without blanks around it, and the merchant exists; gives the newest version.
fn known(
    rows: &mut Rows<'_>,
    operator: &Operator,
    seller: PartyId,
    product: ContractProduct,
) -> Result<u32, Stop<ContractRefused>> {
    if !people::names_operator(operator.as_str()) {
        return Stop::because(ContractRefused::NoOperator);
    }
    is_merchant(rows, seller)?;
    Ok(newest(rows, seller, product)?)
}

fn is_merchant(rows: &mut Rows<'_>, seller: PartyId) -> Result<(), Stop<ContractRefused>> {
    let party = rows.get::<Party>((rows.slot(), seller))?;
    if party.is_none_or(|party| party.kind != PartyKind::Merchant) {
        return Stop::because(ContractRefused::SellerNotFound);
    }
    Ok(())
}

/// An end keeps fee and settlement that hold when it begins: it makes nothing dearer, free or later for what is open.
fn ends_as_it_was(
    rows: &mut Rows<'_>,
    seller: PartyId,
    product: ContractProduct,
    terms: ContractTerms,
) -> Result<(), Stop<ContractRefused>> {
    if terms.status == ContractStatus::InForce {
        return Ok(());
    }
    let now_us = rows.now_us();
    let (rate, settlement) =
        terms_at(rows, seller, product, terms.valid_from_us.unwrap_or(now_us).max(now_us))?;
    if product.has_fee() && terms.fee_ppm != rate {
        return Stop::because(ContractRefused::FeeDiffers { in_force_ppm: rate.ppm() });
    }
    if terms.settlement != settlement {
        return Stop::because(ContractRefused::SettlementDiffers);
    }
    Ok(())
}

pub(crate) fn propose_contract(
    rows: &mut Rows<'_>,
    command: &ProposeContract,
) -> Result<Next<Arc<Contract>>, Stop<ContractRefused>> {
    let ProposeContract { operator, seller, product, base_version, terms, reason } = command.clone();
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let current = known(rows, &operator, seller, product)?;
    if current != base_version {
        return Stop::because(ContractRefused::Stale { current });
    }
    let version = current.checked_add(1).ok_or_else(|| Fault("versions of a contract ran out".into()))?;
    if reason.as_str().is_empty() {
        return Stop::because(ContractRefused::NoReason);
    }
    let ContractTerms { status, fee_ppm, valid_from_us, settlement } = terms;
    if fee_ppm.ppm() > CONTRACT_FEE_MAX_PPM {
        return Stop::because(ContractRefused::FeeTooHigh);
    }
    if !product.has_fee() && fee_ppm.ppm() != 0 {
        return Stop::because(ContractRefused::NoFee);
    }
    ends_as_it_was(rows, seller, product, terms)?;
    if settlement != SettlementTerm::SameDay && !product.has_settlement() {
        return Stop::because(ContractRefused::NoSettlement);
    }
    if valid_from_us.is_some_and(|from_us| from_us < now_us) {
        return Stop::because(ContractRefused::FromThePast);
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let contract = Arc::new(Contract {
        slot,
        seller,
        product,
        version,
        status,
        fee_ppm,
        valid_from_us,
        reason,
        proposed_by: operator,
        proposed_at_us: now_us,
        approved_by: None,
        approved_at_us: None,
        settlement,
    });
    rows.put_shared(contract.clone());
    rows.put(ContractBook { slot, seller, product, version: current });
    Ok(Next::Answer(contract))
}

pub(crate) fn approve_contract(
    rows: &mut Rows<'_>,
    command: &ApproveContract,
) -> Result<Next<Arc<Contract>>, Stop<ContractRefused>> {
    let ApproveContract { operator, seller, product, version, terms, reason } = command.clone();
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let current = known(rows, &operator, seller, product)?;
    let found = rows.get::<Contract>((slot, seller, product, version))?;
    if version <= current {
        // Whoever lost the answer hears it again.
        return match found {
            Some(agreed) if is_again(&agreed, command) => Ok(Next::Answer(agreed)),
            _ => Stop::because(ContractRefused::Stale { current }),
        };
    }
    let Some(proposal) = found else {
        return Stop::because(ContractRefused::NotFound);
    };
    if proposal.valid_from_us.is_some_and(|from_us| from_us > now_us) {
        let versions = down_to_force(rows, seller, product)?;
        let waiting = versions.iter().filter(|version| !version.holds_at(now_us)).count();
        if waiting >= CONTRACT_WAITING_MAX as usize {
            return Stop::because(ContractRefused::TooManyWaiting);
        }
    }
    if proposal.proposed_by == operator && !planted(Plant::ContractOfOnePerson) {
        return Stop::because(ContractRefused::SelfApproval);
    }
    if proposal.terms() != terms || proposal.reason != reason {
        return Stop::because(ContractRefused::Edited);
    }
    ends_as_it_was(rows, seller, product, terms)?;

    // Nothing can be refused below this line; nothing was changed above it. Nothing holds from before it was agreed to:
    // what was paid meanwhile keeps its fee.
    let valid_from_us = Some(proposal.valid_from_us.unwrap_or(now_us).max(now_us));
    let (approved_by, approved_at_us) = (Some(operator), Some(now_us));
    let contract = Arc::new(Contract { valid_from_us, approved_by, approved_at_us, ..(*proposal).clone() });
    rows.put_shared(contract.clone());
    rows.put(ContractBook { slot, seller, product, version });
    Ok(Next::Answer(contract))
}

/// Whether this operator agreed to this version in these words before.
fn is_again(agreed: &Contract, command: &ApproveContract) -> bool {
    let from_us = |at_us: i64| command.terms.valid_from_us.unwrap_or(at_us).max(at_us);
    let terms = ContractTerms { valid_from_us: agreed.approved_at_us.map(from_us), ..command.terms };
    agreed.approved_by.as_ref() == Some(&command.operator)
        && agreed.terms() == terms
        && agreed.reason == command.reason
}

pub(crate) fn find_contracts(
    rows: &mut Rows<'_>,
    query: &FindContracts,
) -> Result<Next<Vec<ContractView>>, Stop<ContractRefused>> {
    let (slot, seller, now_us) = (rows.slot(), query.seller, rows.now_us());
    is_merchant(rows, seller)?;
    let mut views = Vec::with_capacity(ContractProduct::ALL.len());
    for product in ContractProduct::ALL {
        let version = newest(rows, seller, product)?;
        let mut waiting = down_to_force(rows, seller, product)?;
        let in_force = waiting.pop_if(|last| last.holds_at(now_us));
        let proposal = rows.get::<Contract>((slot, seller, product, version.saturating_add(1)))?;
        views.push(ContractView { product, in_force, waiting, version, proposal });
    }
    Ok(Next::Answer(views))
}
