//! All checks of rows against each other, fed row by row.

mod agreed;
mod merchants;

use crate::agreements::Agreements;
use crate::app_keys::AppKeys;
use crate::around::Around;
use crate::books::Books;
use crate::card_transfers::CardTransfers;
use crate::columns::Columns;
use crate::crossing::Crossing;
use crate::day_closes::DayCloses;
use crate::four_eyes::FourEyes;
use crate::freezes::Freezes;
use crate::funds::Funds;
use crate::grants::Grants;
use crate::images::Encoded;
use crate::keyed::Keyed;
use crate::merchant_staff::MerchantStaffs;
use crate::merchant_stores::MerchantStores;
use crate::operators::Operators;
use crate::orders::Orders;
use crate::parties::Parties;
use crate::person_spends::PersonSpends;
use crate::persons::Persons;
use crate::receivings::Receivings;
use crate::relations::Relations;
use crate::report::{FindingKind, Findings};
use crate::risks::Risks;
use crate::rules::Rules;
use crate::screens::Screens;
use crate::static_codes::StaticCodes;
use crate::transfer_batches::TransferBatches;
use crate::transfers::Transfers;
use crate::usage;
use base::{Record, SlotSet};
use engine::{Row, Table, Tabled};
use fund::{BankOrder, Card};
use ledger::{Account, Hold, Posting};
use people::{App, Attempt, Usage};
use std::sync::Arc;
use trade::{Agreement, Debit, Freeze, Frozen, Mandate, Notice, Order, PayCode, Signing, Timer};
use transfer::{CardTransfer, Transfer};

/// What was learned so far.
#[derive(Debug)]
pub(crate) struct Checks {
    parties: Parties,
    app_keys: AppKeys,
    books: Books,
    day_closes: DayCloses,
    orders: Orders,
    relations: Relations,
    around: Around,
    freezes: Freezes,
    funds: Funds,
    crossing: Crossing,
    grants: Grants,
    agreements: Agreements,
    transfers: Transfers,
    card_transfers: CardTransfers,
    batches: TransferBatches,
    persons: Persons,
    receivings: Receivings,
    operators: Operators,
    merchant_stores: MerchantStores,
    merchant_staff: MerchantStaffs,
    four_eyes: FourEyes,
    risks: Risks,
    screens: Screens,
    person_spends: PersonSpends,
    static_codes: StaticCodes,
    /// Which rules held when, as far as that is known.
    pub(crate) rules: Option<Rules>,
}

impl Checks {
    pub(crate) fn new(keyed: Keyed, home: SlotSet) -> Checks {
        let (books, around) = (Books::default(), Around::default());
        Checks {
            parties: Parties::new(keyed),
            app_keys: AppKeys::default(),
            books,
            day_closes: DayCloses::default(),
            orders: Orders::new(keyed),
            relations: Relations::default(),
            around,
            freezes: Freezes::new(home),
            funds: Funds::default(),
            crossing: Crossing::new(home),
            grants: Grants::default(),
            agreements: Agreements::new(home),
            transfers: Transfers::new(home),
            card_transfers: CardTransfers::default(),
            batches: TransferBatches::default(),
            persons: Persons::new(home),
            receivings: Receivings::default(),
            operators: Operators::default(),
            merchant_stores: MerchantStores::default(),
            merchant_staff: MerchantStaffs::new(home),
            four_eyes: FourEyes::default(),
            risks: Risks::new(home),
            screens: Screens::new(home),
            person_spends: PersonSpends::new(home),
            static_codes: StaticCodes::default(),
            rules: None,
        }
    }

    /// One row of a table, in the order of `READ_ORDER`.
    pub(crate) fn row(&mut self, table: Table, row: &Encoded<'_>, findings: &mut Findings) {
        let mut source = Columns(row.bytes);
        let typed = match table.read(&mut source) {
            Ok(typed) => typed,
            Err(error) => {
                findings.add(
                    FindingKind::RowUnreadable,
                    table.name(),
                    row.key_text(table),
                    error.to_string(),
                );
                return;
            }
        };
        self.persons.row(&typed, findings);
        self.receivings.row(&typed, findings);
        self.operators.row(&typed, findings);
        self.merchant_stores.row(&typed, findings);
        self.of_staff(&typed, findings);
        self.four_eyes.row(&typed, findings);
        self.screens.row(&typed, findings);
        self.batches.row(&typed, (&self.grants, &self.parties), findings);
        self.person_spends.row(&typed, &self.funds, findings);
        self.static_codes.row(&typed, &self.funds, findings);
        self.look(&typed, findings);
    }

    /// Hands a row to its room. An empty arm is of rooms that see every row.
    pub(crate) fn look(&mut self, typed: &Row, findings: &mut Findings) {
        match typed {
            Row::Party(party) => self.parties.party(party, findings),
            Row::Login(login) => self.parties.login(login, findings),
            Row::Credential(credential) => self.parties.credential(credential, findings),
            Row::SlotHead(head) => self.parties.head(head),
            Row::App(app) => self.app(app, findings),
            Row::MerchantApplication(row) => self.parties.application(row, findings),
            Row::AppKey(key) => self.app_keys.key(key, findings),
            Row::RulesVersion(_) | Row::RulesBook(_) | Row::Rulebook(_) | Row::ScreenList(_) => {}
            Row::ScreenProposal(_) | Row::ScreenRelease(_) | Row::Standing(_) | Row::Evidence(_) => {}
            Row::Person(_) | Row::Screening(_) | Row::ScreenHit(_) | Row::Operator(_) => {}
            Row::OperatorProposal(_) | Row::OperatorBook(_) | Row::SuspenseProposal(_) => {}
            Row::PersonSpend(_) | Row::PersonCount(_) | Row::TransferBatch(_) => {}
            Row::TransferBatchNumber(_) | Row::MerchantStaff(_) | Row::StaffBook(_) | Row::StaffPlace(_) => {}
            Row::OpsTrail(_) | Row::OpsTrailHead(_) | Row::OpsTrailOpen(_) | Row::StaffNote(_) => {}
            Row::RiskRules(_) | Row::RiskProposal(_) | Row::Contract(_) => self.agreed(typed, findings),
            Row::RiskCase(_) | Row::RiskDecision(_) | Row::ContractBook(_) => self.agreed(typed, findings),
            Row::Usage(row) => self.usage(row, findings),
            Row::Transfer(row) => self.transfer(row, findings),
            Row::CardTransfer(row) => self.card_transfer(row, findings),
            Row::TransferNumber(_) | Row::CardTransferNumber(_) => self.of_transfers(typed, findings),
            Row::Received(_) | Row::KnownPayee(_) | Row::CardGuess(_) => self.of_transfers(typed, findings),
            Row::Account(account) => self.account(account, findings),
            Row::Card(card) => self.card(card, findings),
            Row::BankOrder(order) => self.bank_order(order, findings),
            Row::CardName(_) | Row::BankOrderKey(_) | Row::BankSurprise(_) => self.funds.row(typed, findings),
            Row::Settlement(_) | Row::BookedLine(_) | Row::Suspense(_) => self.funds.row(typed, findings),
            Row::SurpriseSettlement(_) | Row::SuspenseClosing(_) => self.funds.row(typed, findings),
            Row::ReadStatement(_) => self.funds.row(typed, findings),
            Row::Hold(_) | Row::SettlementBatch(_) => self.of_holds(typed, findings),
            Row::Order(order) => self.order(order, findings),
            Row::Posting(posting) => self.posting(posting, findings),
            Row::DayClose(_) | Row::TrialBalance(_) => self.day_closes.row(typed),
            Row::TopUpReceipt(row) => self.around.top_up(row, findings),
            Row::OrderNumber(number) => self.orders.number(number, findings),
            Row::Refund(refund) => self.orders.refund(refund, findings),
            Row::SplitBook(_) | Row::Split(_) | Row::SplitLine(_) => self.of_splits(typed, findings),
            Row::Relation(_) | Row::MerchantStore(_) => self.of_party(typed, findings),
            Row::RefundWish(_) | Row::PocketOrder(_) => self.of_party(typed, findings),
            Row::Trade(trade) => self.orders.trade((trade, self.funds.last_pay(trade)), findings),
            Row::Receipt(receipt) => self.orders.receipt(receipt, findings),
            Row::Notice(notice) => self.notice(notice, findings),
            Row::PayCode(code) => self.pay_code(code, findings),
            Row::Attempt(attempt) => self.attempt(attempt, findings),
            Row::Grant(_) | Row::Token(_) | Row::Callback(_) => self.granted(typed, findings),
            Row::Certification(row) => self.grants.certification(row, &self.parties, findings),
            Row::Profile(profile) => self.parties.profile(profile, findings),
            Row::SignIn(row) => self.parties.sign_in(row, findings),
            Row::Device(device) => self.parties.device(device, findings),
            Row::Passkey(passkey) => self.parties.passkey(passkey, findings),
            Row::PasskeyProof(proof) => self.confirmed(proof, findings),
            Row::StaticPay(_) | Row::StaticUse(_) | Row::StaticWait(_) => self.counter_codes(typed, findings),
            Row::TransferBatchDetail(_) | Row::TransferBatchLink(_) => self.card_transfers.of_batch(typed),
            Row::Challenge(challenge) => self.around.challenge(challenge, findings),
            Row::Link(link) => self.crossing.link(link, findings),
            Row::Outbox(parcel) => self.crossing.parcel(parcel, findings),
            Row::Agreement(agreement) => self.agreement(agreement, findings),
            Row::Mandate(mandate) => self.mandate(mandate, findings),
            Row::AgreementName(name) => self.agreements.name(name, findings),
            Row::Debit(debit) => self.debit(debit, findings),
            Row::Signing(signing) => self.signing(signing, findings),
            Row::Escrow(_) | Row::EscrowCase(_) | Row::EscrowStep(_) => self.agreed(typed, findings),
            Row::Timer(timer) => self.timer(timer, findings),
            Row::Freeze(freeze) => self.freeze(freeze, findings),
            Row::FreezeOperation(done) => self.freezes.operation(done, &mut self.orders, findings),
            Row::FreezeNumber(number) => self.freezes.number(number, findings),
            Row::Frozen(frozen) => self.frozen(frozen, findings),
        }
    }

    fn account(&mut self, account: &Account, findings: &mut Findings) {
        self.parties.account(account, findings);
        self.books.account(account, findings);
    }

    /// In the books, and at the product that it is about.
    fn posting(&mut self, posting: &Posting, findings: &mut Findings) {
        self.books.posting(posting, findings);
        self.day_closes.posting(posting);
        if !self.transfers.posting(posting, findings)
            && let Some(seen) = self.funds.posting(posting, findings)
        {
            self.orders.posting(posting, seen, findings);
        }
        self.around.posting(posting);
    }

    fn frozen(&mut self, frozen: &Frozen, findings: &mut Findings) {
        self.parties.owner(Table::Frozen, &Frozen::wrap_key(frozen.key()), frozen.payer, findings);
        self.freezes.frozen(frozen, &mut self.orders.holds, findings);
    }

    fn pay_code(&mut self, code: &PayCode, findings: &mut Findings) {
        self.parties.owner(Table::PayCode, &PayCode::wrap_key(code.key()), code.party, findings);
        self.around.code(code);
    }

    fn attempt(&mut self, attempt: &Attempt, findings: &mut Findings) {
        let key = Attempt::wrap_key((attempt.slot, attempt.party, attempt.no));
        self.parties.owner(Table::Attempt, &key, attempt.party, findings);
        self.around.attempt(attempt);
    }

    fn hold(&mut self, hold: &Hold, findings: &mut Findings) {
        self.books.hold(hold, findings);
        self.orders.hold(hold);
    }

    fn order(&mut self, order: &Arc<Order>, findings: &mut Findings) {
        self.orders.order(order, findings);
        self.parties.seller(order, findings);
        self.grants.order(order, &self.parties, findings);
    }

    fn app(&mut self, app: &App, findings: &mut Findings) {
        self.parties.app(app, findings);
        self.app_keys.app(app);
    }

    fn card(&mut self, card: &Arc<Card>, findings: &mut Findings) {
        self.parties.owner(Table::Card, &Card::wrap_key(card.key()), card.party, findings);
        self.funds.card(card, findings);
    }

    fn bank_order(&mut self, order: &Arc<BankOrder>, findings: &mut Findings) {
        self.parties.owner(Table::BankOrder, &BankOrder::wrap_key(order.key()), order.party, findings);
        self.funds.order(order, findings);
        self.card_transfers.order(order);
    }

    /// A freeze, and whether its app acted for its merchant.
    fn freeze(&mut self, freeze: &Freeze, findings: &mut Findings) {
        self.grants.freeze(freeze, &self.parties, findings);
        self.freezes.freeze(freeze, findings);
    }

    /// An order that was debited, with what it came to.
    fn debit(&mut self, debit: &Debit, findings: &mut Findings) {
        self.orders.debited(debit.order_no);
        let order = self.orders.came_to(debit.slot, debit.order_no);
        self.agreements.debit(debit, order, findings);
    }

    /// An order that signs, with what it came to.
    fn signing(&mut self, signing: &Signing, findings: &mut Findings) {
        let order = self.orders.came_to(signing.slot, signing.order_no);
        self.agreements.signing(signing, order, findings);
    }

    /// Each product looks at its own.
    fn timer(&mut self, timer: &Timer, findings: &mut Findings) {
        self.agreements.timer(timer, findings);
        self.orders.timer(timer, findings);
        self.around.timer(timer, findings);
        self.freezes.timer(timer, findings);
        self.transfers.timer(timer, findings);
        self.funds.timer(timer, findings);
    }

    /// The product that it is about looks at it.
    fn notice(&mut self, notice: &Notice, findings: &mut Findings) {
        let found = self.orders.notice(notice, findings)
            || self.freezes.notice(notice, findings)
            || self.transfers.notice(notice, findings)
            || self.card_transfers.notice(notice, findings)
            || self.batches.notice(notice, findings);
        if !found {
            self.agreements.notice(notice, findings);
        }
    }

    fn of_holds(&mut self, typed: &Row, findings: &mut Findings) {
        match typed {
            Row::Hold(hold) => self.hold(hold, findings),
            Row::SettlementBatch(row) => self.orders.batches.row(row),
            _ => {}
        }
    }

    fn usage(&mut self, row: &Usage, findings: &mut Findings) {
        self.parties.owner(Table::Usage, &Usage::wrap_key(row.key()), row.party, findings);
        usage::usage(row, findings);
        self.transfers.usage(row, findings);
        self.funds.usage(row);
    }

    /// A transfer, and whether its app acted for its payer.
    fn transfer(&mut self, row: &Transfer, findings: &mut Findings) {
        self.grants.transfer(row, &self.parties, findings);
        self.transfers.transfer(row, findings);
        self.risks.transfer(row);
    }

    /// What belongs to transfers, to accounts and to cards.
    fn of_transfers(&mut self, typed: &Row, findings: &mut Findings) {
        match typed {
            Row::TransferNumber(number) => self.transfers.number(number, findings),
            Row::CardTransferNumber(number) => self.card_transfers.number(number, findings),
            Row::CardGuess(guess) => CardTransfers::guess(guess, findings),
            Row::Received(received) => self.transfers.received(received, findings),
            Row::KnownPayee(known) => self.transfers.known(known, findings),
            _ => {}
        }
    }

    /// A transfer to a card, whether its app acted for its payer, and what it counts.
    fn card_transfer(&mut self, row: &CardTransfer, findings: &mut Findings) {
        let key = CardTransfer::wrap_key(row.key());
        self.parties.owner(Table::CardTransfer, &key, row.payer, findings);
        self.grants.card_transfer(row, &self.parties, findings);
        self.funds.card_transfer(row);
        self.card_transfers.transfer(row, findings);
        if row.state.counts() {
            self.transfers.sent(row.payer, row.paid_at_us, row.amount_minor);
        }
    }

    fn agreement(&mut self, agreement: &Arc<Agreement>, findings: &mut Findings) {
        self.grants.agreement(agreement, &self.parties, findings);
        self.agreements.agreement(agreement, findings);
    }

    fn mandate(&mut self, mandate: &Arc<Mandate>, findings: &mut Findings) {
        self.parties.owner(Table::Mandate, &Mandate::wrap_key(mandate.key()), mandate.buyer, findings);
        self.agreements.mandate(mandate, findings);
    }

    /// When all rows were seen: what can only be said of the whole. Gives the number of postings, of entries, and of
    /// payments that arrived.
    pub(crate) fn finish(self, findings: &mut Findings) -> (u64, u64, u64) {
        self.parties.finish(findings);
        self.app_keys.finish(findings);
        self.around.finish(findings);
        self.freezes.finish(findings);
        self.crossing.finish(findings);
        self.grants.finish(findings);
        self.agreements.finish(findings);
        self.orders.contracts.finish(findings);
        let mut expected = self.orders.finish(self.rules.as_ref(), findings);
        self.card_transfers.finish(findings);
        self.batches.finish(findings);
        self.transfers.finish(&mut expected, findings);
        self.person_spends.finish(&self.funds, findings);
        self.static_codes.finish(&self.funds, findings);
        self.funds.finish(&mut expected, findings);
        self.persons.finish(findings);
        self.receivings.finish(findings);
        self.operators.finish(findings);
        self.four_eyes.finish(findings);
        self.merchant_staff.finish(findings);
        self.day_closes.finish(findings);
        self.risks.finish(findings);
        self.screens.finish(findings);
        self.books.finish(&expected, findings)
    }
}
