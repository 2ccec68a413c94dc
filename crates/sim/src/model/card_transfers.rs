//! Transfers to bank cards: sent by programs, ended by the bank's word, brought back by its statement.

use super::facts::Telling;
use super::rows::Expected;
use super::statements::Statements;
use super::transfers::{china_clock, periods};
use super::{Model, Step, fen, yuan};
use base::{AppId, BankOrderNo, CardNo, Day, NoticeNo, PartyId, Text, TransferNo};
use engine::{
    CardTransferView, Command, FindCardTransfer, NoPayeeCard, PayeeCard, Reply, ScreenListView,
    TransferToCard, WhichCardTransfer,
};
use fund::{BankOrder, BankOrderKind, BankOrderState, Card, CardKind, CardState};
use ledger::AccountKind;
use money::Currency;
use people::{PartyKind, PartyStatus};
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::{ContractProduct, NoticeEvent, NoticeState};
use transfer::{
    CardGuess, CardTransfer, CardTransferNumber, CardTransferRefused, CardTransferState, LimitRefused,
    OutBizNo, TransferNotFound,
};

/// The least and the most of one transfer to a card; what a day and a month allow a merchant; in fen.
const LIMITS: (i128, i128, i128, i128) = (10, 100_000_000, 200_000_000, 3_000_000_000);

/// After so many wrong names an app hears nothing more of a card on a day.
const WRONG_NAMES: u32 = 5;

/// All transfers to cards.
#[derive(Default)]
pub(super) struct ToCards {
    all: BTreeMap<TransferNo, CardTransfer>,
    sent_as: BTreeMap<(PartyId, OutBizNo), TransferNo>,
    /// Wrong names, by the app that said them and the card.
    guesses: BTreeMap<(AppId, [u8; 16]), CardGuess>,
    /// What the bank's statement said of them.
    pub(super) statements: Statements,
}

/// A thousandth, half up, and ten fen at least.
fn fee_of(amount: i128) -> i128 {
    ((amount + 500) / 1_000).max(10)
}

impl Model {
    /// A command about transfers to cards and statements, or another.
    pub(super) fn decide_card_transfer(&mut self, step: &Step, command: &Command) -> Option<Reply> {
        Some(match command {
            Command::TransferToCard(asked) => Reply::TransferToCard(self.transfer_to_card(step, asked)),
            Command::FindCardTransfer(asked) => Reply::FindCardTransfer(self.find_card_transfer(asked)),
            // No town has lists of names.
            Command::FindScreenList(_) => {
                Reply::FindScreenList(Ok(ScreenListView { list: None, proposal: None }))
            }
            Command::ImportLine(asked) => Reply::ImportLine(self.import_line(step, asked)),
            _ => return None,
        })
    }

    fn transfer_to_card(
        &mut self,
        step: &Step,
        asked: &TransferToCard,
    ) -> Result<Arc<CardTransfer>, CardTransferRefused> {
        let (ask, app) = (&asked.ask, asked.app);
        let payer = ask.payer;
        let own = self.programs.get(&app).is_some_and(|program| program.asked.seller == payer);
        let kind = self.people.get(&payer).map(|person| person.kind);
        if !own || kind != Some(PartyKind::Merchant) {
            return Err(CardTransferRefused::PayerNotFound);
        }
        if let Some(no) = self.to_cards.sent_as.get(&(payer, ask.out_biz_no.clone())) {
            let first = &self.to_cards.all[no];
            let field = match () {
                () if first.named != ask.named => "payee_info",
                () if fen(first.amount()) != fen(ask.amount) => "trans_amount",
                () if first.title != ask.title => "order_title",
                () if first.remark != ask.remark => "remark",
                () => {
                    self.seen.count("the same transfer to a card again is the same answer");
                    return Ok(Arc::new(first.clone()));
                }
            };
            return Err(CardTransferRefused::NumberTaken { field });
        }
        if !self.is_signed(step, payer, ContractProduct::Transfer) {
            return Err(CardTransferRefused::NotSigned);
        }
        if self.people[&payer].status != PartyStatus::Normal {
            return Err(CardTransferRefused::PayerBlocked);
        }
        let units = fen(ask.amount);
        self.within_limits(step, payer, ask.amount.currency(), units).map_err(CardTransferRefused::Limit)?;
        let fee = fee_of(units);
        if self.available(payer) < units + fee {
            return Err(CardTransferRefused::BalanceTooLow);
        }
        let today = Day::of(step.now());
        let guess = self.to_cards.guesses.get(&(app, ask.number)).filter(|guess| guess.day == today).cloned();
        if guess.as_ref().is_some_and(|guess| guess.count == WRONG_NAMES) {
            return Err(CardTransferRefused::TooManyNames);
        }
        let is_wrong = match &ask.card {
            Err(NoPayeeCard::Wrong) => true,
            Ok(card) => card.kind == CardKind::Credit,
            Err(NoPayeeCard::Silent | NoPayeeCard::Listed) => false,
        };
        if is_wrong {
            let (number, named) = (ask.number, ask.named);
            let (before, said) = guess.map_or((0, None), |guess| (guess.count, Some(guess.named)));
            let count = before + u32::from(said != Some(named));
            let guess = CardGuess { slot: step.slot, app, number, day: today, count, named };
            self.to_cards.guesses.insert((app, number), guess);
            return Err(CardTransferRefused::CardWrong);
        }
        let payee = match &ask.card {
            Err(NoPayeeCard::Wrong | NoPayeeCard::Listed) => unreachable!("refused, and no town has lists"),
            Err(NoPayeeCard::Silent) => return Err(CardTransferRefused::BankSilent),
            Ok(_) if ask.screen_version != 0 => return Err(CardTransferRefused::BankSilent),
            Ok(card) => card.clone(),
        };
        let out = (PartyId::platform(step.slot), AccountKind::ClearingOut, units + fee);
        self.book(step, &[(payer, AccountKind::Balance, -(units + fee)), out]);
        for (kind, period) in periods(step.now()) {
            let used = self.used.entry((payer, kind, period)).or_default();
            *used = (used.0 + 1, used.1 + units);
        }
        Ok(self.write_card_transfer(step, asked, payee))
    }

    fn within_limits(
        &self,
        step: &Step,
        payer: PartyId,
        currency: Currency,
        units: i128,
    ) -> Result<(), LimitRefused> {
        let (least, single, day, month) = LIMITS;
        let [sent_day, sent_month] = self.sent_in(payer, step.now());
        match () {
            () if currency != Currency::Cny || units < least => Err(LimitRefused::TooSmall),
            () if units > single => Err(LimitRefused::TooLarge),
            () if sent_day + units > day => Err(LimitRefused::Day),
            () if sent_month + units > month => Err(LimitRefused::Month),
            () => Ok(()),
        }
    }

    /// The transfer, its card and the order that goes to the bank at once.
    fn write_card_transfer(
        &mut self,
        step: &Step,
        asked: &TransferToCard,
        payee: PayeeCard,
    ) -> Arc<CardTransfer> {
        let (ask, no) = (asked.ask.clone(), TransferNo::of(step.stamp, step.slot));
        let card = self.payees_card(step, ask.payer, payee);
        let key = Text::new(&no.to_string()).expect("a number is short");
        let bank_order = self.draft(step, (ask.payer, card, BankOrderKind::Transfer), ask.amount, key);
        let fee_minor = yuan(fee_of(fen(ask.amount))).minor();
        let order = self.bank_orders.get_mut(&bank_order).expect("just drafted");
        (order.fee_minor, order.about, order.next_try_at_us) =
            (fee_minor, Some(no.topic()), Some(step.now()));
        self.bank_order_becomes(bank_order, BankOrderState::Asked);
        let transfer = CardTransfer {
            slot: step.slot,
            no,
            payer: ask.payer,
            app: asked.app,
            out_biz_no: ask.out_biz_no.clone(),
            named: ask.named,
            currency: ask.amount.currency(),
            amount_minor: ask.amount.minor(),
            fee_minor,
            card,
            bank_order,
            title: ask.title,
            remark: ask.remark,
            passback: asked.passback.clone(),
            state: CardTransferState::UnderWay,
            notify_url: asked.notify_url.clone(),
            gbk: asked.gbk,
            rsa1: asked.rsa1,
            paid_at_us: step.now(),
            ended_at_us: None,
            returned_at_us: None,
            odd_lines: 0,
        };
        self.to_cards.sent_as.insert((ask.payer, ask.out_biz_no), no);
        self.to_cards.all.insert(no, transfer.clone());
        Arc::new(transfer)
    }

    fn payees_card(&mut self, step: &Step, party: PartyId, payee: PayeeCard) -> CardNo {
        let PayeeCard { digest, bank, kind, last_four, agreement } = payee;
        if let Some(no) = self.card_names.get(&(party, digest)).copied() {
            self.seen.count("a payee's card was known");
            let card = self.cards.get_mut(&no).expect("what is named is there");
            (card.agreement, card.changed_at_us) = (Some(agreement), step.now());
            return no;
        }
        let no = CardNo::of(step.stamp, step.slot);
        let (asked_at_us, changed_at_us) = (step.now(), step.now());
        let (slot, state, agreement) = (step.slot, CardState::Payee, Some(agreement));
        let card = Card {
            slot,
            no,
            party,
            state,
            bank,
            kind,
            last_four,
            digest,
            agreement,
            asked_at_us,
            changed_at_us,
        };
        self.cards.insert(no, card);
        self.card_names.insert((party, digest), no);
        no
    }

    fn find_card_transfer(&self, asked: &FindCardTransfer) -> Result<CardTransferView, TransferNotFound> {
        let no = match &asked.which {
            WhichCardTransfer::No(no) => Some(*no),
            WhichCardTransfer::Out(name) => self.to_cards.sent_as.get(&(asked.payer, name.clone())).copied(),
        };
        let found = no.and_then(|no| self.to_cards.all.get(&no)).filter(|found| found.payer == asked.payer);
        let transfer = Arc::new(found.ok_or(TransferNotFound)?.clone());
        let order = Arc::new(self.bank_orders[&transfer.bank_order].clone());
        let card = Arc::new(self.cards[&transfer.card].clone());
        Ok(CardTransferView { transfer, order, card })
    }

    /// The transfer that a bank order carries.
    fn carried(&mut self, order: &BankOrder) -> &mut CardTransfer {
        let no = order.about.map(TransferNo::of_topic).expect("it carries a transfer");
        self.to_cards.all.get_mut(&no).expect("what is carried is there")
    }

    /// The bank has decided: the books are the caller's.
    pub(super) fn card_transfer_ended(&mut self, step: &Step, order: &BankOrder, done: bool) {
        let state = if done { CardTransferState::Done } else { CardTransferState::Failed };
        let transfer = self.carried(order);
        (transfer.state, transfer.ended_at_us) = (state, Some(step.now()));
        let transfer = transfer.clone();
        self.seen.count(&format!("card transfer UnderWay -> {state:?}"));
        if !done {
            self.uncount_card_transfer(&transfer);
        }
        self.tell_of_card_transfer(step, &transfer);
    }

    /// The bank sent the money back; where it is, the caller knows.
    pub(super) fn card_transfer_back(&mut self, step: &Step, order: &BankOrder) {
        let transfer = self.carried(order);
        (transfer.state, transfer.returned_at_us) = (CardTransferState::Refunded, Some(step.now()));
        let transfer = transfer.clone();
        self.seen.count("card transfer Done -> Refunded");
        self.uncount_card_transfer(&transfer);
        self.success_is_overtaken(&transfer);
        self.tell_of_card_transfer(step, &transfer);
    }

    /// News of the success that still waits is not sent after that of the return.
    fn success_is_overtaken(&mut self, transfer: &CardTransfer) {
        let of = |told: &&mut Telling| told.order == transfer.no.topic() && told.state == NoticeState::Due;
        for told in self.notices.values_mut().filter(of) {
            (told.state, told.next_at) = (NoticeState::GivenUp, None);
            told.error = Some(Text::new("the transfer has come back meanwhile").expect("it is short"));
            self.seen.count("news of a transfer was overtaken by its return");
        }
    }

    /// Whether a line that brings the whole of it back is believed by itself.
    pub(super) fn may_come_back(&mut self, order: &BankOrder) -> bool {
        let transfer = self.carried(order);
        transfer.state == CardTransferState::Done && transfer.odd_lines == 0
    }

    /// A line, or an answer of the bank, says something else of it.
    pub(super) fn odd_word(&mut self, order: &BankOrder) {
        self.carried(order).odd_lines += 1;
    }

    fn uncount_card_transfer(&mut self, transfer: &CardTransfer) {
        for (kind, period) in periods(transfer.paid_at_us) {
            let used = self.used.get_mut(&(transfer.payer, kind, period)).expect("it was counted");
            *used = (used.0 - 1, used.1 - fen(transfer.amount()));
        }
    }

    fn tell_of_card_transfer(&mut self, step: &Step, transfer: &CardTransfer) {
        let Some(url) = transfer.notify_url.clone() else { return };
        let status = match transfer.state {
            CardTransferState::UnderWay => unreachable!("nobody is told of what is under way"),
            CardTransferState::Done => "SUCCESS",
            CardTransferState::Failed => "FAIL",
            CardTransferState::Refunded => "REFUND",
        };
        let content = BTreeMap::from([
            ("action_type", "FINISH".to_owned()),
            ("biz_scene", "DIRECT_TRANSFER".to_owned()),
            ("order_id", transfer.no.to_string()),
            ("origin_interface", "alipay.fund.trans.uni.transfer".to_owned()),
            ("out_biz_no", transfer.out_biz_no.to_string()),
            ("pay_date", china_clock(transfer.paid_at_us)),
            ("pay_fund_order_id", transfer.no.fund_no()),
            ("product_code", "TRANS_BANKCARD_NO_PWD".to_owned()),
            ("status", status.to_owned()),
            ("trans_amount", transfer.amount().to_string()),
        ]);
        let content = serde_json::to_string(&content).expect("texts can be written");
        let members = BTreeMap::from([
            ("msg_method", "alipay.fund.trans.order.changed".to_owned()),
            ("utc_timestamp", (step.now() / 1_000).to_string()),
            ("version", "1.1".to_owned()),
            ("biz_content", content),
        ]);
        let content = serde_json::to_string(&members).expect("texts can be written");
        self.tell_message(step, (transfer.app, transfer.no), url, &content);
        self.seen.count("notice of a transfer to a card");
    }

    fn tell_message(&mut self, step: &Step, (app, no): (AppId, TransferNo), url: trade::Url, content: &str) {
        let told = Telling {
            app,
            order: no.topic(),
            event: NoticeEvent::Message,
            url,
            refunded: 0,
            closed: false,
            refund: None,
            at: step.now(),
            state: NoticeState::Due,
            attempts: 0,
            next_at: Some(step.now()),
            error: None,
            content: Some(Text::new(content).expect("a message of a run is short")),
        };
        self.notices.insert(NoticeNo::of(step.stamp, step.slot), told);
    }

    pub(super) fn rows_of_card_transfers(&self, rows: &mut Expected) {
        self.to_cards.all.values().for_each(|transfer| rows.add(transfer.clone()));
        self.to_cards.guesses.values().for_each(|guess| rows.add(guess.clone()));
        for ((payer, out_biz_no), no) in &self.to_cards.sent_as {
            let (slot, out_biz_no) = (payer.slot(), out_biz_no.clone());
            rows.add(CardTransferNumber { slot, payer: *payer, out_biz_no, no: *no });
        }
    }

    pub(super) fn card_transfer(&self, no: TransferNo) -> Option<Arc<CardTransfer>> {
        self.to_cards.all.get(&no).map(|transfer| Arc::new(transfer.clone()))
    }

    /// What belongs to no transfer is no business of this file.
    pub(super) fn order_of_line(&self, no: Option<BankOrderNo>) -> Option<BankOrder> {
        let order = no.and_then(|no| self.bank_orders.get(&no)).cloned();
        order.inspect(|order| {
            assert_eq!(order.kind, BankOrderKind::Transfer, "towns print lines of transfers")
        })
    }
}
