//! What people do about transfers: merchants' programs call the gateway, wallets offer, confirm and call back.

use crate::acts::yuan;
use crate::caller::{Calling, Word, ask};
use crate::plan::Act;
use crate::world::World;
use base::{OrderNo, PartyId, Text, TransferNo};
use cell::Door;
use engine::{
    CancelTransfer, ConfirmTransfer, FindTransfer, FindTransferRoom, JudgePassword, Key, NoPayee,
    OfferTransfer, Reply, Row, SetPartyStatus, TransferAsk, TryPassword, WhichTransfer,
};
use money::{Currency, Money};
use people::PartyStatus;
use transfer::{Arrival, Transfer, TransferState, TransferWay};

/// The place of a payee who does not exist.
pub(crate) const NOBODY: u8 = 255;

impl World {
    pub(crate) fn act_of_transfers(&mut self, act: Act) {
        match act {
            Act::Send { merchant, number, payee, fen, named } => {
                self.send_by_program(merchant, number, payee, fen, named);
            }
            Act::SendQuery { merchant, number } => {
                let content = serde_json::json!({
                    "out_biz_no": format!("X{number}"), "product_code": "TRANS_ACCOUNT_NO_PWD",
                    "biz_scene": "DIRECT_TRANSFER",
                });
                self.call(merchant, "alipay.fund.trans.common.query", &content);
            }
            Act::OfferTransfer { payer, number, payee, fen, arrival } => {
                let payer = self.people.buyer(payer);
                let found =
                    if payee == NOBODY { Err(NoPayee::NotFound) } else { Ok(self.people.buyer(payee)) };
                let arrivals = [Arrival::AtOnce, Arrival::TwoHours, Arrival::OneDay];
                let ask = TransferAsk {
                    payer,
                    payee: found,
                    named: [payee; 16],
                    amount: Money::from_minor(fen, Currency::Cny).expect("amounts of a town are small"),
                    out_biz_no: Text::new(&format!("W{number}")).expect("it is short"),
                    title: None,
                    remark: Text::new("for tea").ok().filter(|_| number.is_multiple_of(2)),
                };
                let arrival = arrivals[usize::from(arrival) % arrivals.len()];
                self.command(OfferTransfer { ask, arrival }.into());
            }
            Act::ConfirmTransfer { payer, number, right, astray } => {
                let payer = self.people.buyer(payer);
                let Some(transfer) = self.transfer_of(payer, number) else { return };
                let astray = astray.and_then(|other| self.transfer_of(payer, other));
                let about = astray.as_ref().unwrap_or(&transfer).no.topic();
                let no = transfer.no;
                self.begin("confirm a transfer", |door| confirm(door.clone(), payer, no, about, right));
            }
            Act::CancelTransfer { payer, number } => {
                let payer = self.people.buyer(payer);
                let Some(transfer) = self.transfer_of(payer, number) else { return };
                self.command(CancelTransfer { payer, transfer: transfer.no }.into());
            }
            Act::LookAtTransfer { payer, number } => {
                let party = self.people.buyer(payer);
                let out_biz_no = Text::new(&format!("W{number}")).expect("it is short");
                let which = WhichTransfer::Out(TransferWay::Wallet, out_biz_no);
                self.command(FindTransfer { payer: party, which }.into());
                self.command(FindTransferRoom { payer: party, way: TransferWay::Wallet }.into());
            }
            Act::SendToCard { merchant, number, card, fen } => self.send_to_card(merchant, number, card, fen),
            Act::CardTransferQuery { merchant, number } => self.ask_about_card_transfer(merchant, number),
            of_agreements => self.act_of_agreements(of_agreements),
        }
    }

    /// By the newer interface or by the older one; the payee by number, by login, or with a wrong name.
    fn send_by_program(&mut self, merchant: u8, number: u8, payee: u8, fen: u64, named: u8) {
        let nobody = payee == NOBODY;
        let id = if nobody { "2088999999999999".to_owned() } else { self.people.buyer(payee).to_string() };
        let login = if nobody { "nobody@town".to_owned() } else { self.login_of_place(payee) };
        let name = if named == 2 { "somebody else" } else { "somebody" };
        if number % 4 == 3 {
            let mut content = serde_json::json!({ "out_biz_no": format!("X{number}"), "amount": yuan(fen) });
            if named == 0 {
                (content["payee_type"], content["payee_account"]) = ("ALIPAY_USERID".into(), id.into());
            } else {
                (content["payee_type"], content["payee_account"]) = ("ALIPAY_LOGONID".into(), login.into());
                content["payee_real_name"] = name.into();
            }
            return self.call(merchant, "alipay.fund.trans.toaccount.transfer", &content);
        }
        let payee = match named {
            0 => serde_json::json!({ "identity": id, "identity_type": "ALIPAY_USER_ID" }),
            _ => serde_json::json!({ "identity": login, "identity_type": "ALIPAY_LOGON_ID", "name": name }),
        };
        let content = serde_json::json!({
            "out_biz_no": format!("X{number}"), "trans_amount": yuan(fen), "payee_info": payee,
            "product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER", "order_title": "wages",
        });
        self.call(merchant, "alipay.fund.trans.uni.transfer", &content);
    }

    fn login_of_place(&self, payee: u8) -> String {
        let party = self.people.buyer(payee);
        match self.mirror.get(&Key::Party((party.slot(), party))) {
            Some(Row::Party(party)) => party.login.to_string(),
            _ => "nobody@town".to_owned(),
        }
    }

    /// A payer's transfer by the number that the wallet gave it.
    fn transfer_of(&self, payer: PartyId, number: u8) -> Option<std::sync::Arc<Transfer>> {
        let out_biz_no = Text::new(&format!("W{number}")).ok()?;
        let key = Key::TransferNumber((payer.slot(), payer, TransferWay::Wallet, out_biz_no));
        let Some(Row::TransferNumber(named)) = self.mirror.get(&key) else { return None };
        match self.mirror.get(&Key::Transfer((named.slot, named.no))) {
            Some(Row::Transfer(transfer)) => Some(transfer.clone()),
            _ => None,
        }
    }

    /// Once nothing goes wrong any more, the operator frees whoever's money is kept on: it would wait from day to day
    /// for ever.
    pub(crate) fn free_who_is_waited_for(&mut self, changes: &[(Key, Option<Row>)]) {
        for (_, row) in changes {
            let Some(Row::Transfer(transfer)) = row else { continue };
            let party = transfer.payer;
            let frozen = match self.mirror.get(&Key::Party((party.slot(), party))) {
                Some(Row::Party(party)) => party.status == PartyStatus::Frozen,
                _ => false,
            };
            if frozen && transfer.state == TransferState::Waiting {
                self.command(SetPartyStatus { party, status: PartyStatus::Normal }.into());
            }
        }
    }
}

/// Gives the password, hears the verdict, pays.
fn confirm(door: Door, payer: PartyId, transfer: TransferNo, about: OrderNo, right: bool) -> Calling<Word> {
    Box::pin(async move {
        let tried = ask(&door, TryPassword { party: payer, about }.into()).await;
        let Ok(Reply::TryPassword(Ok(reserved))) = &tried else { return Word::Cell(tried) };
        let attempt = reserved.attempt;
        let judged = ask(&door, JudgePassword { party: payer, attempt, right }.into()).await;
        if !right || !matches!(judged, Ok(Reply::JudgePassword(Ok(())))) {
            return Word::Cell(judged);
        }
        Word::Cell(ask(&door, ConfirmTransfer { payer, transfer, attempt }.into()).await)
    })
}
