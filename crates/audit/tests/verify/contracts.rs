//! Contracts: versions in force, one that waits, one that is proposed; payments under them; one row changed at a time.

use crate::rows::{Case, run};
use crate::world::{World, found};
use audit::FindingKind::*;
use base::{DAY_US, PartyId, Text};
use cell::Door;
use engine::{ApproveContract, ApproveRules, ProposeContract, ProposeRules};
use money::Rate;
use trade::{ContractProduct, ContractStatus, ContractTerms, Rulebook, RulesTerms, SettlementTerm};

async fn propose(door: &Door, seller: PartyId, product: ContractProduct, base: u32, terms: ContractTerms) {
    let (operator, reason) = (Text::new("ada").unwrap(), Text::new("volume").unwrap());
    door.ask(ProposeContract { operator, seller, product, base_version: base, terms, reason }).await.unwrap();
}

/// Orders on pages, debits and payments of frozen money cost 1 %, 2 % and 3 % from now on, and those on pages are
/// settled the day after; pages will cost 4 % in a hundred days, and 5 % is proposed.
pub(crate) async fn live(door: &Door, seller: PartyId) {
    let terms = |fee_ppm, valid_from_us| ContractTerms {
        settlement: SettlementTerm::SameDay,
        status: ContractStatus::InForce,
        fee_ppm: Rate::from_ppm(fee_ppm).unwrap(),
        valid_from_us,
    };
    let sign = async |product, base, terms| {
        propose(door, seller, product, base, terms).await;
        let operator = Text::new("bea").unwrap();
        let reason = Text::new("volume").unwrap();
        let approval = ApproveContract { operator, seller, product, version: base + 1, terms, reason };
        door.ask(approval).await.unwrap();
    };
    let settlement = SettlementTerm::NextDay;
    sign(ContractProduct::Page, 0, ContractTerms { settlement, ..terms(10_000, None) }).await;
    sign(ContractProduct::DebitAgreement, 0, terms(20_000, None)).await;
    sign(ContractProduct::PreAuthorisation, 0, terms(30_000, None)).await;
    sign(ContractProduct::Page, 1, terms(40_000, Some(door.now_us() + 100 * DAY_US))).await;
    propose(door, seller, ContractProduct::Page, 2, terms(50_000, None)).await;
}

/// Rules are agreed to for in a hundred days and for the day after, and a third are proposed: none holds yet.
pub(crate) async fn rules(door: &Door) {
    let first = Rulebook::first();
    let terms = |ppm, valid_from_us| RulesTerms {
        merchant_fee_ppm: Rate::from_ppm(ppm).unwrap(),
        password_free_limit_minor: first.password_free_limit_minor,
        valid_from_us,
    };
    let text = |text: &str| Text::new(text).unwrap();
    for (base_version, terms, approved) in [
        (0, terms(6_500, Some(door.now_us() + 100 * DAY_US)), true),
        (1, terms(7_000, Some(door.now_us() + 101 * DAY_US)), true),
        (2, terms(8_000, None), false),
    ] {
        let operator = text("ada");
        door.ask(ProposeRules { operator, base_version, terms, reason: Text::new("costs").unwrap() })
            .await
            .unwrap();
        if approved {
            let (operator, version, reason) = (text("bea"), base_version + 1, Text::new("costs").unwrap());
            door.ask(ApproveRules { operator, version, terms, reason }).await.unwrap();
        }
    }
}

#[test]
fn rows_of_rules_that_two_people_agreed_to() {
    let (first, second, third) = ("version = 1", "version = 2", "version = 3");
    let wrong: &[(&str, audit::FindingKind)] = &[("rules_version", ContractWrong)];
    run(&[
        Case("rules_version", first, "approved_by = 'ada'", wrong),
        Case("rules_version", first, "approved_by = NULL", wrong),
        Case("rules_version", first, "valid_from_us = 7", wrong),
        Case("rules_version", first, "proposed_at_us = proposed_at_us + 900000000000", wrong),
        Case("rules_version", first, "reason = ''", wrong),
        Case("rules_version", first, "reason = '  '", wrong),
        Case("rules_version", first, "proposed_by = ' '", wrong),
        Case("rules_version", second, "merchant_fee_ppm = 100001", wrong),
        Case("rules_version", second, "password_free_limit_minor = 1000001", wrong),
        Case("rules_version", second, "valid_from_us = valid_from_us + 1", wrong),
        Case("rules_version", third, "approved_at_us = proposed_at_us + 1", wrong),
        Case("rules_book", "version = 2", "version = 1", &[("rules_book", ContractWrong)]),
    ]);
    let world = World::copy();
    world.change("DELETE FROM rules_book");
    found(&world.verify(), ContractWrong, "rules_book");
}

#[test]
fn rows_of_contracts() {
    let (first, second, third) =
        ("product = 'page' AND version = 1", "product = 'page' AND version = 2", "version = 3");
    let debit = "product = 'debit_agreement'";
    let wrong: &[(&str, audit::FindingKind)] = &[("contract", ContractWrong)];
    run(&[
        Case("contract", first, "approved_by = 'ada'", wrong),
        Case("contract", first, "approved_by = NULL", wrong),
        Case("contract", first, "valid_from_us = 7", wrong),
        Case("contract", first, "proposed_at_us = proposed_at_us + 900000000000", wrong),
        Case("contract", first, "reason = ''", wrong),
        Case("contract", first, "fee_ppm = 20000", &[("orders", FeeWrong)]),
        Case("contract", first, "reason = ' '", wrong),
        Case("contract", first, "proposed_by = ' '", wrong),
        Case("contract", first, "status = 'ended'", &[("orders", OrderWrong)]),
        Case("contract", second, "fee_ppm = 100001", wrong),
        Case("contract", third, "approved_at_us = proposed_at_us + 1", wrong),
        Case("contract", debit, "fee_ppm = 30000", &[("orders", FeeWrong)]),
        Case("contract", "product = 'pre_authorisation'", "fee_ppm = 0", &[("orders", FeeWrong)]),
        Case("contract_book", "product = 'page'", "version = 1", &[("contract_book", ContractWrong)]),
        Case("contract_book", debit, "version = 0", &[("contract_book", ContractWrong)]),
    ]);
}

#[test]
fn rows_of_settlement_batches() {
    let wrong: &[(&str, audit::FindingKind)] = &[("settlement_batch", SettlementBatchWrong)];
    run(&[
        Case("settlement_batch", "sales > 0", "sales = sales + 1", wrong),
        Case("settlement_batch", "sales > 0", "gross_minor = gross_minor + 1", wrong),
        Case("settlement_batch", "sales > 0", "fee_minor = fee_minor + 1", wrong),
        Case("settlement_batch", "sales > 0", "fee_back_minor = fee_back_minor + 1", wrong),
        Case("settlement_batch", "sales > 0", "hold = NULL", wrong),
        Case("settlement_batch", "sales > 0", "timer = timer + 100", wrong),
        Case("settlement_batch", "sales > 0", "hold = NULL, timer = NULL, settled_at_us = 7", wrong),
        Case(
            "orders",
            "settled_with IS NOT NULL",
            "settled_with = NULL",
            &[("orders", SettlementBatchWrong)],
        ),
        Case(
            "contract",
            "product = 'page' AND version = 1",
            "settlement = 'same_day'",
            &[("orders", SettlementBatchWrong)],
        ),
    ]);
}

#[test]
fn a_book_that_is_gone_is_missed_by_its_contract() {
    for product in ["page", "debit_agreement"] {
        let world = World::copy();
        world.change(&format!("DELETE FROM contract_book WHERE product = '{product}'"));
        let report = world.verify();
        let finding = found(&report, ContractWrong, "contract_book");
        assert!(finding.key.contains(product), "{report}");
    }
}
