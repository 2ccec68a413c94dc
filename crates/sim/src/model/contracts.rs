//! Contracts: proposed by one operator, approved by another; and what they mean for orders.

use super::rows::Expected;
use super::settling::Batch;
use super::{Model, Step, yuan};
use base::{Day, OrderNo, PartyId};
use engine::{ApproveContract, Command, ContractView, ProposeContract, Reply};
use money::Currency;
use people::PartyKind;
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{
    Contract, ContractBook, ContractProduct, ContractRefused, ContractStatus, ContractTerms, Product,
    SettlementTerm,
};

/// The most that a contract asks, millionths; and how many of its versions may wait for their time.
const FEE_MOST: u32 = 100_000;
const WAITING_MOST: usize = 8;

/// All contracts.
#[derive(Default)]
pub(super) struct Contracts {
    /// What was proposed and agreed to.
    versions: BTreeMap<(PartyId, ContractProduct, u32), Contract>,
    /// The newest version that was agreed to; zero for none.
    newest: BTreeMap<(PartyId, ContractProduct), u32>,
}

/// The contract under which an order of this product is opened.
pub(super) fn contract_of(product: Product) -> ContractProduct {
    match product {
        Product::FaceToFace | Product::QrCode | Product::StaticCode => ContractProduct::FaceToFace,
        Product::MiniProgram => ContractProduct::MiniProgram,
        Product::App => ContractProduct::App,
        Product::Wap => ContractProduct::Wap,
        Product::Page => ContractProduct::Page,
        // Guaranteed trades are not played: nothing in the town makes one.
        Product::EscrowPhysical
        | Product::EscrowVirtual
        | Product::EscrowAutoDelivery
        | Product::EscrowTopUp
        | Product::EscrowWholesale
        | Product::EscrowCrossBorder => ContractProduct::Escrow,
    }
}

fn holds(contract: &Contract, at: i64) -> bool {
    contract.approved_at_us.is_some() && contract.valid_from_us.is_some_and(|from| from <= at)
}

impl Model {
    /// A command about contracts, or another.
    pub(super) fn decide_contract(&mut self, step: &Step, command: &Command) -> Option<Reply> {
        Some(match command {
            Command::ProposeContract(asked) => Reply::ProposeContract(self.propose_contract(step, asked)),
            Command::ApproveContract(asked) => Reply::ApproveContract(self.approve_contract(step, asked)),
            Command::FindContracts(asked) => Reply::FindContracts(self.find_contracts(step, asked.seller)),
            Command::FindUnsettled(asked) => {
                let today = Day::of(step.now());
                let of = |day: Day| self.settling.batches.get(&(asked.seller, day));
                let open = [of(today.minus_days(1)), of(today)].into_iter().flatten();
                let open = open.filter(|batch| asked.currency == Currency::Cny && batch.settled_at.is_none());
                Reply::FindUnsettled(Ok(yuan(open.map(Batch::net).sum())))
            }
            _ => return None,
        })
    }

    fn newest(&self, seller: PartyId, product: ContractProduct) -> u32 {
        self.contracts.newest.get(&(seller, product)).copied().unwrap_or(0)
    }

    /// Versions that were agreed to, the newest first.
    fn agreed(&self, seller: PartyId, product: ContractProduct) -> impl Iterator<Item = &Contract> {
        let newest = self.newest(seller, product);
        (1..=newest).rev().map(move |version| &self.contracts.versions[&(seller, product, version)])
    }

    /// The version that holds at a moment.
    fn in_force(&self, seller: PartyId, product: ContractProduct, at: i64) -> Option<&Contract> {
        self.agreed(seller, product).find(|contract| holds(contract, at))
    }

    /// Whether something new may be opened.
    pub(super) fn is_signed(&self, step: &Step, seller: PartyId, product: ContractProduct) -> bool {
        let held = self.in_force(seller, product, step.now());
        held.is_none_or(|contract| contract.status == ContractStatus::InForce)
    }

    fn rate_at(&self, step: &Step, seller: PartyId, product: ContractProduct, at: i64) -> i128 {
        let held = self.in_force(seller, product, at);
        held.map_or(self.rules_at(step).0, |contract| i128::from(contract.fee_ppm.ppm()))
    }

    pub(super) fn settled_at(&self, seller: PartyId, product: ContractProduct, at: i64) -> SettlementTerm {
        let held = self.in_force(seller, product, at);
        held.map_or(SettlementTerm::SameDay, |contract| contract.settlement)
    }

    /// The contract that an order is under: what was debited is under that of debits.
    pub(super) fn contract_of_order(&self, no: OrderNo) -> ContractProduct {
        match self.debits.contains_key(&no) {
            true => ContractProduct::DebitAgreement,
            false => contract_of(self.orders[&no].asked.meaning.product),
        }
    }

    /// The fee of an order that is paid now, in fen, rounded half up.
    pub(super) fn fee_of(&self, step: &Step, no: OrderNo, amount: i128) -> i128 {
        let seller = self.orders[&no].asked.seller;
        let ppm = self.rate_at(step, seller, self.contract_of_order(no), step.now());
        (amount * ppm + 500_000) / 1_000_000
    }

    fn known_seller(&self, seller: PartyId, operator: &str) -> Result<(), ContractRefused> {
        if operator.is_empty() || operator.trim() != operator {
            return Err(ContractRefused::NoOperator);
        }
        self.is_seller(seller)
    }

    fn is_seller(&self, seller: PartyId) -> Result<(), ContractRefused> {
        let found = self.people.get(&seller).is_some_and(|person| person.kind == PartyKind::Merchant);
        if found { Ok(()) } else { Err(ContractRefused::SellerNotFound) }
    }

    /// An end changes neither the fee nor the settlement that hold when it begins.
    fn ends_as_it_was(
        &self,
        step: &Step,
        (seller, product): (PartyId, ContractProduct),
        terms: ContractTerms,
    ) -> Result<(), ContractRefused> {
        if terms.status == ContractStatus::InForce {
            return Ok(());
        }
        let at = terms.valid_from_us.map_or(step.now(), |from| from.max(step.now()));
        let in_force_ppm = u32::try_from(self.rate_at(step, seller, product, at)).expect("a rate is small");
        if product != ContractProduct::Transfer && terms.fee_ppm.ppm() != in_force_ppm {
            return Err(ContractRefused::FeeDiffers { in_force_ppm });
        }
        match terms.settlement == self.settled_at(seller, product, at) {
            true => Ok(()),
            false => Err(ContractRefused::SettlementDiffers),
        }
    }

    fn propose_contract(
        &mut self,
        step: &Step,
        asked: &ProposeContract,
    ) -> Result<Arc<Contract>, ContractRefused> {
        let ProposeContract { operator, seller, product, base_version, terms, reason } = asked.clone();
        self.known_seller(seller, operator.as_str())?;
        let current = self.newest(seller, product);
        if current != base_version {
            return Err(ContractRefused::Stale { current });
        }
        if reason.as_str().is_empty() {
            return Err(ContractRefused::NoReason);
        }
        if terms.fee_ppm.ppm() > FEE_MOST {
            return Err(ContractRefused::FeeTooHigh);
        }
        if product == ContractProduct::Transfer && terms.fee_ppm.ppm() != 0 {
            return Err(ContractRefused::NoFee);
        }
        self.ends_as_it_was(step, (seller, product), terms)?;
        let by_itself = matches!(product, ContractProduct::Transfer | ContractProduct::Escrow);
        if by_itself && terms.settlement == SettlementTerm::NextDay {
            return Err(ContractRefused::NoSettlement);
        }
        if terms.valid_from_us.is_some_and(|from| from < step.now()) {
            return Err(ContractRefused::FromThePast);
        }
        let contract = Contract {
            slot: step.slot,
            seller,
            product,
            version: current + 1,
            status: terms.status,
            fee_ppm: terms.fee_ppm,
            valid_from_us: terms.valid_from_us,
            reason,
            proposed_by: operator,
            proposed_at_us: step.now(),
            approved_by: None,
            approved_at_us: None,
            settlement: terms.settlement,
        };
        self.contracts.versions.insert((seller, product, current + 1), contract.clone());
        self.contracts.newest.entry((seller, product)).or_insert(0);
        Ok(Arc::new(contract))
    }

    fn approve_contract(
        &mut self,
        step: &Step,
        asked: &ApproveContract,
    ) -> Result<Arc<Contract>, ContractRefused> {
        let ApproveContract { operator, seller, product, version, terms, reason } = asked.clone();
        self.known_seller(seller, operator.as_str())?;
        let current = self.newest(seller, product);
        let found = self.contracts.versions.get(&(seller, product, version)).cloned();
        let said = |contract: &Contract| {
            let (status, fee_ppm, settlement) = (contract.status, contract.fee_ppm, contract.settlement);
            ContractTerms { status, fee_ppm, valid_from_us: contract.valid_from_us, settlement }
        };
        if version <= current {
            let same = found.filter(|agreed| {
                let at = agreed.approved_at_us.expect("it was agreed to");
                let from = terms.valid_from_us.map_or(at, |from| from.max(at));
                let read = ContractTerms { valid_from_us: Some(from), ..terms };
                agreed.approved_by.as_ref() == Some(&operator)
                    && said(agreed) == read
                    && agreed.reason == reason
            });
            if same.is_some() {
                self.seen.count("the same approval again is the same answer");
            }
            return same.map(Arc::new).ok_or(ContractRefused::Stale { current });
        }
        let Some(mut contract) = found else { return Err(ContractRefused::NotFound) };
        let later = contract.valid_from_us.is_some_and(|from| from > step.now());
        let until_force = self.agreed(seller, product).take_while(|version| !holds(version, step.now()));
        let waiting = until_force.count();
        if later && waiting >= WAITING_MOST {
            return Err(ContractRefused::TooManyWaiting);
        }
        if contract.proposed_by == operator {
            return Err(ContractRefused::SelfApproval);
        }
        if said(&contract) != terms || contract.reason != reason {
            return Err(ContractRefused::Edited);
        }
        self.ends_as_it_was(step, (seller, product), terms)?;
        contract.valid_from_us = contract.valid_from_us.max(Some(step.now()));
        (contract.approved_by, contract.approved_at_us) = (Some(operator), Some(step.now()));
        self.contracts.versions.insert((seller, product, version), contract.clone());
        self.contracts.newest.insert((seller, product), version);
        Ok(Arc::new(contract))
    }

    fn find_contracts(&self, step: &Step, seller: PartyId) -> Result<Vec<ContractView>, ContractRefused> {
        self.is_seller(seller)?;
        let share = |contract: &Contract| Arc::new(contract.clone());
        let view = |product| {
            let version = self.newest(seller, product);
            let waiting = self.agreed(seller, product).take_while(|contract| !holds(contract, step.now()));
            ContractView {
                product,
                in_force: self.in_force(seller, product, step.now()).map(share),
                waiting: waiting.map(share).collect(),
                version,
                proposal: self.contracts.versions.get(&(seller, product, version + 1)).map(share),
            }
        };
        Ok(ContractProduct::ALL.into_iter().map(view).collect())
    }

    /// Versions, and which is the newest.
    pub(super) fn rows_of_contracts(&self, rows: &mut Expected) {
        self.contracts.versions.values().for_each(|contract| rows.add(contract.clone()));
        for ((seller, product), version) in &self.contracts.newest {
            let (slot, seller, product) = (seller.slot(), *seller, *product);
            rows.add(ContractBook { slot, seller, product, version: *version });
        }
    }
}
