//! The rules that the SQL tables state as CHECKs, for the store in memory. What a field's type already excludes, such
//! as a negative amount, is not repeated here.

use crate::StoreError;
use engine::{Link, Row};
use fund::BankOrder;
use ledger::{Account, AccountKind, Posting};
use people::{DEVICES_MAX, OpsTrail, PASSKEYS_MAX, PasskeyProof};
use recon::ReadStatement;
use risk::{RiskCase, RiskRules, ScreenList};
use trade::{Contract, Escrow, Order, RulesVersion, SettlementBatch};
use transfer::{CardTransfer, CardTransferState, DetailState, Transfer, TransferBatch, TransferBatchDetail};

/// Refuses a row that breaks a rule of its table.
pub(crate) fn check(row: &Row) -> Result<(), StoreError> {
    match broken_rule(row) {
        Some(rule) => Err(StoreError::RowRefused { table: row.table().name(), rule: rule.to_owned() }),
        None => Ok(()),
    }
}

const SETTLED_ONCE: &str = "sales are settled once, and no more is given back of them than came";
const TEN_PASSKEYS: &str = "a person has ten passkeys";

const BATCH_COUNTED: &str =
    "no more details end than have had their turn, and only the last one ends a batch";

fn is_counted(row: &TransferBatch) -> bool {
    let ended = u64::from(row.done) + u64::from(row.failed);
    ended <= u64::from(row.started)
        && row.started <= row.count
        && row.count > 0
        && row.total_minor.units() > 0
        && row.timer.is_some() == row.due_at_us.is_some()
        && row.state.is_final() == row.ended_at_us.is_some()
}

const DETAIL_WHOLE: &str = "a detail is of something, goes to one payee, and says why it failed";

fn goes_somewhere(row: &TransferBatchDetail) -> bool {
    let payees = [row.payee.is_some(), row.card_digest.is_some(), row.unknown.is_some()];
    row.amount_minor.units() > 0
        && payees.iter().filter(|there| **there).count() == 1
        && (row.card_digest.is_none() || row.card_number.is_some())
        && row.card_digest.is_some() == row.screen_version.is_some()
        && row.failure.is_some() == (row.state == DetailState::Failed)
        && row.ended_at_us.is_some() == row.state.is_final()
}

const ENDS_ONCE: &str = "a transfer to a card is of something, and only its end and its return have a moment";

fn has_end(row: &CardTransfer) -> bool {
    let is_back = row.state == CardTransferState::Refunded;
    row.amount_minor.units() > 0
        && row.state.is_decided() == row.ended_at_us.is_some()
        && is_back == row.returned_at_us.is_some()
}

/// The rule of what a passkey confirmed.
const PROOF_OF_A_KEY: &str =
    "what was confirmed is of one of ten passkeys, and does not wait for less than nothing";

/// Whether what a passkey confirmed can be stored.
fn is_proof(row: &PasskeyProof) -> bool {
    is_placed(row.place, row.no) && storable(row.passkey) && row.delay_us >= 0
}

/// Whether a passkey's place and number can be stored.
fn is_placed(place: u32, no: u64) -> bool {
    place < PASSKEYS_MAX && storable(no)
}

fn is_settled(row: &SettlementBatch) -> bool {
    let whole = row.sales > 0 && row.gross_minor.units() > 0 && row.net().is_ok();
    whole
        && row.timer.is_none() == row.settled_at_us.is_some()
        && (row.settled_at_us.is_none() || row.hold.is_none())
}

const AGREED: &str = "a contract is of two people, and of no moment before them";
const RULES_OF_TWO: &str = "dated rules are of two people, and of no moment before them";
const COUNTED: &str = "no more lines are booked than there are, and it ends with the last";

/// The rule of a list of names.
const LIST_OF_TWO: &str = "a list is of two people, and has a version, entries and a threshold";

/// The rule of what operators did.
const NOTED: &str = "notes are numbered from one, and an outcome is of a note before it";
const NUMBERED: &str = "notes are numbered from one";

fn is_note(row: &OpsTrail) -> bool {
    row.number > 0
        && storable(row.number)
        && row.asked_no.is_none_or(|no| no > 0 && no < row.number)
        && row.is_asked() == row.asked_no.is_none()
}

const NO_MORE_FREE: &str = "no more is free than the amount, and a timer has its time";

const TEN_DEVICES: &str = "a person has ten devices";

const ON_ITS_SIDE: &str =
    "a customer's balance is not below what is held, and nothing owed or owned is on the wrong side of zero";

fn is_decided_by_one(case: &RiskCase) -> bool {
    storable(case.decision) && case.decided_by.is_some() == case.decided_at_us.is_some()
}

fn is_by_two(rules: &RiskRules) -> bool {
    rules.version > 0 && rules.proposed_by != rules.approved_by
}

fn is_of_two(list: &ScreenList) -> bool {
    let has_all = list.version > 0 && list.entries > 0 && (700..=1_000).contains(&list.threshold);
    has_all && list.proposed_by != list.approved_by
}

fn broken_rule(row: &Row) -> Option<&'static str> {
    let (holds, rule) = match row {
        Row::SlotHead(head) => (storable(head.parties) && storable(head.apps), "counters are below 2^63"),
        Row::Attempt(attempt) => (storable(attempt.no), "numbers are below 2^63"),
        Row::Challenge(sent) => (sent.proof.is_none_or(storable), "numbers are below 2^63"),
        Row::SignIn(row) => (storable(row.tried) && storable(row.judged), "numbers are below 2^63"),
        Row::Device(device) => (device.place < DEVICES_MAX && storable(device.no), TEN_DEVICES),
        Row::Passkey(row) => (is_placed(row.place, row.no), TEN_PASSKEYS),
        Row::PasskeyProof(row) => (is_proof(row), PROOF_OF_A_KEY),
        Row::Party(party) => (storable(party.proofs_after), "numbers are below 2^63"),
        Row::Timer(timer) => (timer.attempt.is_none_or(storable), "numbers are below 2^63"),
        Row::Account(account) => (on_its_side(account), ON_ITS_SIDE),
        Row::Posting(posting) => {
            (balanced(posting), "two entries at least, each above zero, debits equal credits")
        }
        Row::Order(order) => (gave_less(order), "no more is given back than was taken"),
        Row::Trade(trade) => (trade.refunded_minor <= trade.total_minor, "no more comes back than was paid"),
        Row::Outbox(outbox) => (outbox.no > 0 && storable(outbox.no), "parcels are numbered from one"),
        Row::Link(link) => (counts(link), "no more is acknowledged than was sent"),
        Row::Escrow(escrow) => (divided(escrow), "what was paid is held, released or given back"),
        Row::EscrowCase(case) => (case.granted_minor <= case.claim_minor, "no more is granted than claimed"),
        Row::Freeze(freeze) => (freeze.adds_up(), "what is left, freed and paid is what was frozen"),
        Row::Transfer(row) => {
            (is_of_something(row), "a transfer is of something, and its timer is due at a moment")
        }
        Row::CardTransfer(row) => (has_end(row), ENDS_ONCE),
        Row::TransferBatch(row) => (is_counted(row), BATCH_COUNTED),
        Row::TransferBatchDetail(row) => (goes_somewhere(row), DETAIL_WHOLE),
        Row::Split(split) => (split.open <= split.lines, "no more lines are open than there are"),
        Row::BookedLine(line) => {
            (line.serial >= 1 && line.serial <= line.of_lines, "a line is one of its statement's")
        }
        Row::ReadStatement(read) => (counted(read), COUNTED),
        Row::BankOrder(order) => (is_whole(order), NO_MORE_FREE),
        Row::RiskDecision(decision) => (storable(decision.no), "numbers are below 2^63"),
        Row::RiskCase(case) => (is_decided_by_one(case), "a case is decided by somebody at a moment"),
        Row::RiskRules(rules) => (is_by_two(rules), "rules are of two people and have a version"),
        Row::ScreenList(list) => (is_of_two(list), LIST_OF_TWO),
        Row::ScreenHit(hit) => (storable(hit.no), "numbers are below 2^63"),
        Row::SettlementBatch(row) => (is_settled(row), SETTLED_ONCE),
        Row::DayClose(row) => (row.first_date <= row.last_date, "days are closed from the first to the last"),
        Row::Contract(row) => (agreed_in_time(row), AGREED),
        Row::RulesVersion(row) => (is_agreed_to(row), RULES_OF_TWO),
        Row::PocketOrder(row) => (row.is_whole(), "an order of pockets names some, and none twice"),
        Row::RefundWish(row) => (row.is_whole(), "a wish is answered as its state says"),
        Row::OpsTrail(row) => (is_note(row), NOTED),
        Row::OpsTrailHead(row) => (row.last > 0 && storable(row.last), NUMBERED),
        Row::OpsTrailOpen(row) => (row.number > 0 && storable(row.number), NUMBERED),
        Row::StaffNote(row) => (row.number > 0 && storable(row.number), NUMBERED),
        Row::StaffBook(row) => (storable(row.acts), "numbers are below 2^63"),
        #[rustfmt::skip]
        Row::TrialBalance(_) | Row::Card(_) | Row::CardName(_) | Row::BankOrderKey(_) | Row::BankSurprise(_)
        | Row::Suspense(_) | Row::Settlement(_) | Row::SurpriseSettlement(_) | Row::SuspenseClosing(_)
        | Row::SuspenseProposal(_) | Row::EscrowStep(_) | Row::Login(_) | Row::Credential(_) | Row::CardGuess(_)
        | Row::App(_) | Row::Rulebook(_) | Row::Hold(_) | Row::OrderNumber(_) | Row::FreezeOperation(_)
        | Row::FreezeNumber(_) | Row::Frozen(_) | Row::Refund(_) | Row::Receipt(_) | Row::TopUpReceipt(_)
        | Row::PayCode(_) | Row::Agreement(_) | Row::Mandate(_) | Row::AgreementName(_) | Row::Debit(_)
        | Row::Signing(_) | Row::Notice(_) | Row::Grant(_) | Row::Token(_) | Row::Callback(_) | Row::PersonSpend(_)
        | Row::Certification(_) | Row::Profile(_) | Row::Standing(_) | Row::Evidence(_) | Row::Person(_)
        | Row::SplitBook(_) | Row::SplitLine(_) | Row::Relation(_) | Row::TransferNumber(_) | Row::Screening(_)
        | Row::KnownPayee(_) | Row::CardTransferNumber(_) | Row::Received(_) | Row::Usage(_) | Row::AppKey(_)
        | Row::ContractBook(_) | Row::RiskProposal(_) | Row::MerchantApplication(_) | Row::MerchantStore(_)
        | Row::Operator(_) | Row::OperatorProposal(_) | Row::OperatorBook(_) | Row::PersonCount(_)
        | Row::TransferBatchNumber(_) | Row::TransferBatchLink(_) | Row::ScreenProposal(_)
        | Row::ScreenRelease(_) | Row::MerchantStaff(_) | Row::StaffPlace(_) | Row::StaticPay(_)
        | Row::StaticUse(_) | Row::StaticWait(_) | Row::RulesBook(_) => return None,
    };
    (!holds).then_some(rule)
}

fn on_its_side(account: &Account) -> bool {
    match account.kind {
        AccountKind::Balance => account.balance_minor >= account.held_minor.units(),
        AccountKind::Escrow | AccountKind::Delayed | AccountKind::ClearingOut | AccountKind::SuspenseOwed => {
            account.balance_minor >= 0
        }
        AccountKind::ClearingIn | AccountKind::SuspenseDue => account.balance_minor <= 0,
        AccountKind::Transit | AccountKind::FeeIncome | AccountKind::BankReserve => true,
    }
}

fn counts(link: &Link) -> bool {
    link.acknowledged <= link.sent && storable(link.sent) && storable(link.received)
}

fn storable(number: u64) -> bool {
    i64::try_from(number).is_ok()
}

fn gave_less(order: &Order) -> bool {
    order.refunded_minor <= order.total_minor && order.fee_returned_minor <= order.fee_minor
}

fn agreed_in_time(row: &Contract) -> bool {
    let agreed = row.approved_by.as_ref().zip(row.approved_at_us);
    let both = row.approved_by.is_some() == row.approved_at_us.is_some();
    row.version > 0
        && both
        && agreed.is_none_or(|(by, at_us)| *by != row.proposed_by && row.valid_from_us >= Some(at_us))
}

fn is_agreed_to(row: &RulesVersion) -> bool {
    let agreed = row.approved_by.as_ref().zip(row.approved_at_us);
    let both = row.approved_by.is_some() == row.approved_at_us.is_some();
    row.version > 0
        && both
        && agreed.is_none_or(|(by, at_us)| *by != row.proposed_by && row.valid_from_us >= Some(at_us))
}

fn is_of_something(transfer: &Transfer) -> bool {
    transfer.amount_minor.units() > 0 && transfer.timer.is_some() == transfer.due_at_us.is_some()
}

fn counted(read: &ReadStatement) -> bool {
    read.booked <= read.lines && (read.booked == read.lines) == read.ended_at_us.is_some()
}

fn is_whole(order: &BankOrder) -> bool {
    order.free_minor <= order.amount_minor && order.timer.is_some() == order.gives_up_at_us.is_some()
}

fn divided(escrow: &Escrow) -> bool {
    let parts = [escrow.held_minor, escrow.released_minor, escrow.refunded_minor];
    let sum = parts.iter().try_fold(0_i64, |sum, part| sum.checked_add(part.units()));
    sum == Some(escrow.paid_minor.units())
}

fn balanced(posting: &Posting) -> bool {
    let first_two = posting.entries.iter().take(2).all(Option::is_some);
    let above_zero = posting.entries().all(|entry| entry.amount_minor.units() > 0);
    first_two && above_zero && posting.imbalance() == Some(0)
}
