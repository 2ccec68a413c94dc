//! The model's facts as the house writes them down, to compare with.

use super::facts::Task;
use super::{Mismatch, Model, yuan};
use base::{OrderNo, PartyId, Slot, Text};
use engine::{Key, Link, Outbox, Parcel, Reply, Row, Tabled};
use fund::BankOrder;
use ledger::{Account, AccountId, AccountKind};
use money::{Currency, Minor};
use people::{AccountClass, App, Attempt, Credential, Login, Party, PartyKind, PaymentStop, SlotHead};
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{
    Agreement, Mandate, Notice, Order, OrderNumber, OutRequestNo, PayCode, Receipt, Refund, Timer, TimerTask,
    TopUpReceipt, Trade,
};
use transfer::{CardTransfer, Received, Transfer};

/// Every row there must be, by its key.
#[derive(Default)]
pub(super) struct Expected(pub(super) BTreeMap<Key, Row>);

impl Expected {
    pub(super) fn add<R: Tabled>(&mut self, row: R) {
        self.share(Arc::new(row));
    }

    pub(super) fn share<R: Tabled>(&mut self, row: Arc<R>) {
        let row = R::wrap(row);
        self.0.insert(row.key(), row);
    }
}

impl Model {
    pub(super) fn order(&self, no: OrderNo) -> Arc<Order> {
        let deal = &self.orders[&no];
        let (asked, meaning) = (deal.asked.clone(), deal.asked.meaning.clone());
        let to = asked.delivery;
        Arc::new(Order {
            slot: no.slot(),
            no,
            seller: asked.seller,
            app: asked.app,
            out_trade_no: asked.out_trade_no,
            product: meaning.product,
            state: deal.state,
            currency: Currency::Cny,
            total_minor: minor(deal.total()),
            refunded_minor: minor(deal.refunded),
            fee_minor: minor(deal.fee),
            fee_returned_minor: minor(deal.fee_returned),
            subject: meaning.subject,
            body: meaning.body,
            goods_detail: meaning.goods_detail,
            named_buyer: meaning.named_buyer,
            buyer: deal.buyer.as_ref().map(|(buyer, _)| *buyer),
            buyer_login_masked: deal.buyer.as_ref().map(|(_, login)| login.clone()),
            notify_url: to.notify_url,
            return_url: to.return_url,
            quit_url: to.quit_url,
            charset: to.charset,
            rsa1: to.rsa1,
            store_id: to.store_id,
            terminal_id: to.terminal_id,
            operator_id: to.operator_id,
            passback_params: to.passback_params,
            merchant_order_no: to.merchant_order_no,
            opened_at_us: deal.opened_at,
            created_at_us: deal.created_at,
            expires_at_us: deal.expires_at,
            code_expires_at_us: deal.code_until,
            paid_at_us: deal.paid_at,
            closed_at_us: deal.closed_at,
            timer: deal.timer,
            card: deal.card.as_ref().map(|(kind, _)| *kind),
            card_bank: deal.card.as_ref().map(|(_, bank)| bank.clone()),
            settled_with: deal.settled_with,
            store_name: None,
        })
    }

    pub(super) fn refund(&self, order_no: OrderNo, number: &OutRequestNo) -> Arc<Refund> {
        let refund = self.refunds[&(order_no, number.clone())].clone();
        Arc::new(Refund {
            slot: order_no.slot(),
            order_no,
            out_request_no: number.clone(),
            state: refund.state,
            currency: Currency::Cny,
            amount_minor: minor(refund.amount),
            fee_back_minor: minor(refund.fee_back),
            refunded_after_minor: minor(refund.after),
            reason: refund.reason,
            by_cancel: refund.by_cancel,
            at_us: refund.at,
        })
    }

    pub(super) fn trade(&self, (slot, no): (Slot, OrderNo)) -> Arc<Trade> {
        let trade = self.trades[&(slot, no)].clone();
        Arc::new(Trade {
            slot,
            no,
            buyer: trade.buyer,
            seller: trade.seller,
            state: trade.state,
            subject: trade.subject,
            currency: trade.total.currency(),
            total_minor: trade.total.minor(),
            refunded_minor: minor(trade.refunded),
            created_at_us: trade.created_at,
            paid_at_us: trade.paid_at,
            closed_at_us: trade.closed_at,
            bank_order: trade.bank_order,
            credit_off: false,
            last_try: trade.last_try,
        })
    }

    pub(super) fn party(&self, id: PartyId) -> Arc<Party> {
        let person = &self.people[&id];
        Arc::new(Party {
            slot: id.slot(),
            id,
            kind: person.kind,
            status: person.status,
            login: person.login.clone(),
            name: person.name.clone(),
            opened_at_us: person.opened_at,
            class: match person.kind {
                PartyKind::Person => AccountClass::Sandbox,
                PartyKind::Merchant => AccountClass::Merchant,
            },
            login_masked: None,
            stop: PaymentStop::Nobody,
            proofs_after: 0,
        })
    }

    pub(super) fn account(&self, owner: PartyId, kind: AccountKind) -> Arc<Account> {
        let (fen, opened_at_us) = self.money[&(owner, kind)];
        Arc::new(Account {
            slot: owner.slot(),
            id: AccountId::of(owner, kind, Currency::Cny),
            owner,
            kind,
            currency: Currency::Cny,
            balance_minor: i64::try_from(fen).expect("no run moves so much"),
            held_minor: if kind == AccountKind::Balance { minor(self.held(owner)) } else { Minor::ZERO },
            opened_at_us,
        })
    }

    /// Holds the rows that a durable batch changed against the rules, right after the model has decided the same batch.
    /// Money and what decides about it: other rows wait for [`Model::check_books`].
    pub fn check_changes(&self, changes: &[(Key, Option<Row>)]) -> Result<(), Mismatch> {
        for (key, row) in changes {
            let rules = match key {
                Key::Order((_, no)) => self.orders.contains_key(no).then(|| Order::wrap(self.order(*no))),
                Key::Trade(key) => self.trades.contains_key(key).then(|| Trade::wrap(self.trade(*key))),
                Key::Refund((_, no, number)) => {
                    let known = self.refunds.contains_key(&(*no, number.clone()));
                    known.then(|| Refund::wrap(self.refund(*no, number)))
                }
                Key::Agreement((_, no)) => {
                    self.accords.contains_key(no).then(|| Agreement::wrap(self.agreement(*no)))
                }
                Key::Mandate(key) => {
                    self.pledges.contains_key(key).then(|| Mandate::wrap(self.mandate(*key)))
                }
                Key::Transfer((_, no)) => {
                    self.sendings.contains_key(no).then(|| Transfer::wrap(self.transfer(*no)))
                }
                Key::CardTransfer((_, no)) => self.card_transfer(*no).map(CardTransfer::wrap),
                Key::BankOrder((_, no)) => {
                    self.bank_orders.get(no).map(|order| BankOrder::wrap(Arc::new(order.clone())))
                }
                Key::Received((slot, no)) => {
                    self.came_in.contains_key(no).then(|| Received::wrap(self.received(*no, *slot)))
                }
                Key::Party((_, id)) => self.people.contains_key(id).then(|| Party::wrap(self.party(*id))),
                _ => continue,
            };
            if rules != *row {
                let (own, other) = (format!("{rules:#?}"), format!("{row:#?}"));
                let words = super::books::lines_that_differ(&own, &other);
                return super::mismatch(format!("{key:?} is not as the rules give it:\n{words}"));
            }
        }
        Ok(())
    }

    /// Every row there must be, beside the ledger's postings, of which only the sums are known.
    pub(super) fn expected_rows(&self) -> Expected {
        let mut rows = Expected::default();
        self.rows_of_people(&mut rows);
        self.money.keys().for_each(|(owner, kind)| rows.share(self.account(*owner, *kind)));
        for (no, deal) in &self.orders {
            rows.share(self.order(*no));
            let (seller, out_trade_no) = (deal.asked.seller, deal.asked.out_trade_no.clone());
            rows.add(OrderNumber { slot: no.slot(), seller, out_trade_no, no: *no });
        }
        self.trades.keys().for_each(|key| rows.share(self.trade(*key)));
        self.refunds.keys().for_each(|(no, number)| rows.share(self.refund(*no, number)));
        for ((order_no, attempt), (outcome, at_us)) in &self.receipts {
            let (slot, order_no, attempt) = (order_no.slot(), *order_no, *attempt);
            rows.add(Receipt { slot, order_no, attempt, outcome: *outcome, at_us: *at_us });
        }
        for ((slot, digest), code) in &self.codes {
            let (slot, digest, expires_at_us) = (*slot, *digest, code.until);
            rows.add(PayCode { slot, digest, party: code.party, expires_at_us, timer: code.timer });
        }
        for ((due_at_us, no), task) in &self.timers {
            let (slot, due_at_us, no) = (no.slot(), *due_at_us, *no);
            let mut timer = Timer {
                slot,
                due_at_us,
                no,
                task: TimerTask::ExpireOrder,
                order_no: None,
                code: None,
                party: None,
                attempt: None,
            };
            match *task {
                Task::Close(order) => timer.order_no = Some(order),
                Task::DropCode(digest) => {
                    (timer.task, timer.code) = (TimerTask::ForgetCode, Some(digest));
                }
                Task::DropTry(party, attempt) => {
                    timer.task = TimerTask::ForgetAttempt;
                    (timer.party, timer.attempt) = (Some(party), Some(attempt));
                }
                Task::EndAgreement(no) => {
                    (timer.task, timer.order_no) = (TimerTask::EndAgreement, Some(no.topic()));
                }
                Task::Settle(seller, _) => {
                    (timer.task, timer.party) = (TimerTask::SettleSales, Some(seller));
                }
                Task::GiveUp(no) => {
                    (timer.task, timer.order_no) = (TimerTask::GiveUpBankOrder, Some(no.topic()));
                }
                Task::Send(no) => {
                    (timer.task, timer.order_no) = (TimerTask::TransferClock, Some(no.topic()));
                }
            }
            rows.add(timer);
        }
        self.rows_of_contracts(&mut rows);
        self.rows_of_settling(&mut rows);
        self.rows_of_agreements(&mut rows);
        self.rows_of_transfers(&mut rows);
        self.rows_of_banks(&mut rows);
        self.rows_of_card_transfers(&mut rows);
        self.rows_of_statements(&mut rows);
        self.rows_of_notices(&mut rows);
        self.rows_of_ways(&mut rows);
        rows
    }

    fn rows_of_people(&self, rows: &mut Expected) {
        for (id, person) in &self.people {
            let slot = id.slot();
            rows.share(self.party(*id));
            rows.add(Login { slot, login: person.login.clone(), party: *id });
            if let Some((password, tries, locked_until_us)) = person.password.clone() {
                let (verifier, pepper_version) = (password.verifier, password.pepper_version);
                rows.add(Credential { slot, party: *id, verifier, pepper_version, tries, locked_until_us });
            }
        }
        for ((party, no), attempt) in &self.tries {
            let (slot, party, no, about) = (party.slot(), *party, *no, attempt.about);
            rows.add(Attempt { slot, party, no, about, proven: attempt.right, expires_at_us: attempt.until });
        }
        for (slot, (parties, apps)) in &self.opened {
            rows.add(SlotHead { slot: *slot, parties: *parties, apps: *apps });
        }
        for (id, program) in &self.programs {
            let asked = program.asked.clone();
            rows.add(App {
                slot: id.slot(),
                id: *id,
                seller: asked.seller,
                mode: asked.mode,
                status: program.status,
                public_key: asked.public_key,
                certificate: asked.certificate,
                cert_sn: asked.cert_sn,
                allow_rsa1: asked.allow_rsa1,
                sealed_aes_key: asked.sealed_aes_key,
                opened_at_us: program.opened_at,
            });
        }
        for rules in self.rules.values() {
            rows.add(trade::Rulebook { slot: Slot::PLATFORM, ..rules.clone() });
        }
        for ((party, key), (amount, at_us)) in &self.top_ups {
            let (currency, amount_minor) = (amount.currency(), amount.minor());
            let (slot, party, key, at_us) = (party.slot(), *party, key.clone(), *at_us);
            rows.add(TopUpReceipt { slot, party, key, currency, amount_minor, at_us });
        }
    }

    fn rows_of_notices(&self, rows: &mut Expected) {
        for (no, notice) in &self.notices {
            rows.add(Notice {
                slot: no.slot(),
                no: *no,
                app: notice.app,
                order_no: notice.order,
                event: notice.event,
                url: notice.url.clone(),
                refunded_minor: minor(notice.refunded),
                closed: notice.closed,
                out_biz_no: notice.refund.clone(),
                happened_at_us: notice.at,
                state: notice.state,
                attempts: notice.attempts,
                next_at_us: notice.next_at,
                last_error: notice.error.clone(),
                content: notice.content.clone(),
            });
        }
    }

    fn rows_of_ways(&self, rows: &mut Expected) {
        for ((from, to), way) in &self.ways {
            for (no, (parcel, sent_at_us)) in &way.parcels {
                rows.add(outbox(*no, parcel, *sent_at_us));
            }
            let received = |from, to| self.ways.get(&(from, to)).map_or(0, |way| way.received);
            for (slot, other) in [(*from, *to), (*to, *from)] {
                let said = self.ways.get(&(slot, other));
                let (sent, acknowledged) = said.map_or((0, 0), |way| (way.sent, way.acknowledged));
                let received = received(other, slot);
                if sent + received > 0 {
                    rows.add(Link { slot, other, sent, acknowledged, received });
                }
            }
        }
    }
}

/// The bytes of a parcel are the house's own; they are compared by what is in them (see `books`).
fn outbox(no: u64, parcel: &Parcel, sent_at_us: i64) -> Outbox {
    let kind = Text::new(parcel.message.name()).expect("names are short");
    Outbox { slot: parcel.from, to_slot: parcel.to, no, kind, parcel: Vec::new(), sent_at_us }
}

pub(super) fn minor(fen: i128) -> Minor {
    yuan(fen).minor()
}

macro_rules! same {
    ($a:expr, $b:expr; $($name:ident)*) => {
        match ($a, $b) {
            $((Reply::$name(a), Reply::$name(b)) => a == b,)*
            // What a try compares with has no equality of its own.
            (Reply::TryPassword(a), Reply::TryPassword(b)) => format!("{a:?}") == format!("{b:?}"),
            _ => false,
        }
    };
}

/// Whether two answers are the same in every fact.
pub(super) fn same(rules: &Reply, house: &Reply) -> bool {
    same!(rules, house; OpenParty SetPartyStatus OpenApp SetAppStatus SetRules TopUp IssuePayCode OpenOrder
        ClaimOrder JudgePassword ConfirmPay CloseOrder CancelOrder RefundOrder NoticeTried RunTimer Receive
        OfferAgreement SignAgreement UnsignAgreement EndMandate PostponeDebit DebitOrder
        AskCard BindCard UnbindCard PrepareBankOrder ConfirmBankOrder CloseBankOrder SendBankOrder BankAnswered
        PayByCard FindCard FindBankOrder TransferMoney OfferTransfer ConfirmTransfer CancelTransfer FindTransfer
        FindTransferRoom FindAddress TransferToCard FindCardTransfer FindScreenList ImportLine
        ProposeContract ApproveContract FindContracts FindUnsettled
        Acknowledge FindOrder FindOrderByNo FindRefund FindTrade FindLogin FindParty FindAccount)
}
