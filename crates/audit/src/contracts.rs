//! Contracts: versions of two people without gaps, none from before it was agreed to; and the rate that was in force at
//! a moment.

use crate::images::text_of_key;
use crate::orders::OrderFacts;
use crate::report::{FindingKind, Findings};
use base::{PartyId, Record};
use engine::Tabled;
use std::collections::BTreeMap;
use trade::{CONTRACT_FEE_MAX_PPM, Contract, ContractBook, ContractProduct, ContractStatus, SettlementTerm};

type Whose = (PartyId, ContractProduct);

/// What is kept of a contract.
#[derive(Debug, Default)]
struct Seen {
    /// Versions that were agreed to, in their order.
    agreed: Vec<Agreed>,
    /// Whether the next version is proposed.
    proposed: bool,
    /// Whether its book was seen.
    book: bool,
}

/// A version that was agreed to.
#[derive(Clone, Copy, Debug)]
struct Agreed {
    /// From when it holds.
    from_us: i64,
    /// Its fee in parts per million.
    ppm: u32,
    /// When its sales are settled.
    settlement: SettlementTerm,
    /// Whether something new may be opened under it.
    status: ContractStatus,
}

/// All contracts.
#[derive(Debug, Default)]
pub(crate) struct Contracts(BTreeMap<Whose, Seen>);

impl Contracts {
    /// A version; they come in their order.
    pub(crate) fn contract(&mut self, row: &Contract, findings: &mut Findings) {
        let seen = self.0.entry((row.seller, row.product)).or_default();
        let mut check = |holds: bool, message: &str| {
            if !holds {
                let key = text_of_key(&Contract::wrap_key(row.key()));
                findings.add(FindingKind::ContractWrong, "contract", key, message);
            }
        };
        let next = u32::try_from(seen.agreed.len()).unwrap_or(u32::MAX).saturating_add(1);
        check(row.version == next && !seen.proposed, "a version before it is missing, or only proposed");
        check(row.seller.slot() == row.slot, "its merchant is of another slot");
        check(row.fee_ppm.ppm() <= CONTRACT_FEE_MAX_PPM, "it asks for more than a contract may");
        check(row.product.has_fee() || row.fee_ppm.ppm() == 0, "nothing is taken of this product");
        let settles = row.product.has_settlement() || row.settlement == SettlementTerm::SameDay;
        check(settles, "sales of this product are settled by its own rules");
        let is_said = |text: &str| !text.trim().is_empty();
        check(is_said(row.reason.as_str()) && is_said(row.proposed_by.as_str()), "nobody said why");
        let Some(approved_at_us) = row.approved_at_us else {
            check(row.approved_by.is_none(), "it was approved at no moment");
            seen.proposed = true;
            return;
        };
        let other = row.approved_by.as_ref().is_some_and(|by| *by != row.proposed_by);
        check(other, "who proposed it approved it, or nobody did");
        check(approved_at_us > row.proposed_at_us, "it was approved before it was proposed");
        let from_us = row.valid_from_us.unwrap_or(i64::MAX);
        check(row.valid_from_us.is_some_and(|from_us| from_us >= approved_at_us), "it holds from the past");
        seen.agreed.push(Agreed {
            from_us,
            ppm: row.fee_ppm.ppm(),
            settlement: row.settlement,
            status: row.status,
        });
    }

    /// Which version is the newest; read after the versions.
    pub(crate) fn book(&mut self, row: &ContractBook, findings: &mut Findings) {
        let seen = self.0.get_mut(&(row.seller, row.product));
        let right = seen.is_some_and(|seen| {
            seen.book = true;
            u32::try_from(seen.agreed.len()) == Ok(row.version) && (row.version > 0 || seen.proposed)
        }) && row.seller.slot() == row.slot;
        if !right {
            let key = text_of_key(&ContractBook::wrap_key(row.key()));
            let message = "its version is not the newest that was agreed to";
            findings.add(FindingKind::ContractWrong, "contract_book", key, message);
        }
    }

    /// What can only be said once all books were seen: none is missing.
    pub(crate) fn finish(&self, findings: &mut Findings) {
        for ((seller, product), _) in self.0.iter().filter(|(_, seen)| !seen.book) {
            let key = text_of_key(&ContractBook::wrap_key((seller.slot(), *seller, *product)));
            let message = "it has versions, and no book says which is the newest";
            findings.add(FindingKind::ContractWrong, "contract_book", key, message);
        }
    }

    /// The fee in parts per million of a contract that was in force at a moment: of the highest version that held.
    pub(crate) fn ppm_at(&self, seller: PartyId, product: ContractProduct, at_us: i64) -> Option<u32> {
        self.held_at(seller, product, at_us).map(|held| held.ppm)
    }

    /// When sales were settled by the contract that was in force at a moment; at once without one.
    pub(crate) fn settlement_at(
        &self,
        seller: PartyId,
        product: ContractProduct,
        at_us: i64,
    ) -> SettlementTerm {
        self.held_at(seller, product, at_us).map_or(SettlementTerm::SameDay, |held| held.settlement)
    }

    /// An order was opened while its contract was in force, or without one. What is paid out of frozen money is opened
    /// with the freeze.
    pub(crate) fn opened(&self, order: &OrderFacts, findings: &mut Findings) {
        let held = self.held_at(order.seller, order.contract, order.opened_at_us);
        let is_over = held.is_some_and(|held| held.status == ContractStatus::Ended);
        if is_over && order.contract != ContractProduct::PreAuthorisation {
            let message = "it was opened after the contract of its merchant had ended";
            findings.add(FindingKind::OrderWrong, "orders", order.key(), message);
        }
    }

    fn held_at(&self, seller: PartyId, product: ContractProduct, at_us: i64) -> Option<Agreed> {
        let agreed = &self.0.get(&(seller, product))?.agreed;
        agreed.iter().rev().find(|version| version.from_us <= at_us).copied()
    }
}
