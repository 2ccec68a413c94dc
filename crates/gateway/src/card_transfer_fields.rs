//! Transfers to bank cards: how the payee's card is named, and what is told of such a transfer.
//!
//! The card's number and its holder's name are in memory for the call only. What goes further is a keyed digest, the
//! last four digits, and the bank's own name of the card.
//!
//! Choices, where the documentation is silent: the name is always compared; of a company (`account_type` 1) the bank's
//! name must be given, and its account is looked at as a card is; what was refused by the bank is told as `FAIL` when
//! the same number is sent again; money is expected within two hours until the bank has spoken; what a bank sends back
//! after it paid is `REFUND` with the code of a card that takes nothing, because a statement names no reason.

use crate::codes::{CardNotPaid, CardSentBack, Failure, unknown};
use crate::facts::{Field, Kind, Part};
use crate::payee_cards::PayeeAsked;
use crate::request::Caller;
use crate::transfer_fields::send_with_certificate;
use crate::{Gateway, fields, freeze_fields};
use base::{HOUR_US, Secret, Text};
use cell::CellError;
use engine::{
    CardTransferAsk, CardTransferView, FindCardTransfer, FindScreenList, NoPayeeCard, PayeeCard,
    TransferToCard, WhichCardTransfer,
};
use money::Money;
use std::sync::Arc;
use transfer::{CardTransfer, CardTransferState, OutBizNo, TransferNotFound, Words};
use wire::charset::Charset;
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;
use wire::sign::SignType;
use wire::timestamp::format_cn;

/// The product of transfers to cards.
pub(crate) const CARD_PRODUCT: &str = "TRANS_BANKCARD_NO_PWD";
/// How a payee's card is named.
pub(crate) const CARD_IDENTITY: &str = "BANKCARD_ACCOUNT";
/// Until the bank has spoken, money for a card is expected so long after it was paid, microseconds (2 hours; domain
/// reference 3).
const ARRIVAL_US: i64 = 2 * HOUR_US;

/// What may be said of a payee's card.
pub(crate) const EXT_INFO: &[Part] = &[Part::Read(&[
    Field::must("account_type", Kind::OneOf(&["1", "2"])).note("1: of a company, 2: of a person"),
    Field::when("inst_name", Kind::Line(128), "with `account_type` 1"),
    Field::may("inst_province", Kind::Line(128)),
    Field::may("inst_city", Kind::Line(128)),
    Field::may("inst_branch_name", Kind::Line(128)),
    Field::may("bank_code", Kind::Line(128)),
])];

/// A transfer to a card as a request describes it.
pub(crate) struct CardAsked {
    /// The merchant's number.
    pub(crate) out_biz_no: OutBizNo,
    /// How much arrives.
    pub(crate) amount: Money,
    /// Whose card.
    pub(crate) payee: CardPayee,
    /// Its title.
    pub(crate) title: Option<Text<128>>,
    /// What the payer says to it.
    pub(crate) remark: Option<Words>,
    /// What the merchant wants to hear again.
    pub(crate) passback: Option<Text<512>>,
}

/// A payee's card as a request describes it.
pub(crate) struct CardPayee {
    number: Secret<String>,
    holder: Secret<String>,
    /// What else was said of it: a part of the meaning.
    about: String,
}

/// Reads the payee's card.
pub(crate) fn card_payee(fields: &Object) -> Result<CardPayee, Failure> {
    fields::absent(fields, &["cert_no", "cert_type"])?;
    let number = fields::required(fields, "identity")?;
    if !(8..=32).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure::field("identity", "应为银行卡号"));
    }
    if fields::required(fields, "identity_type")? != CARD_IDENTITY {
        return Err(Failure::field("identity_type", "应为BANKCARD_ACCOUNT"));
    }
    let holder = fields::line::<128>(fields, "name")?.ok_or_else(|| Failure::field("name", "缺失"))?;
    let info = fields::inner(fields, "bankcard_ext_info")?;
    let info = info.ok_or_else(|| Failure::field("bankcard_ext_info", "缺失"))?;
    let kind = fields::required(&info, "account_type")?;
    let bank = fields::line::<128>(&info, "inst_name")?;
    match kind {
        "1" if bank.is_none() => return Err(Failure::field("inst_name", "缺失")),
        "1" | "2" => {}
        _ => return Err(Failure::field("account_type", "应为1或2")),
    }
    let mut about = format!("{kind}\n{}", bank.as_ref().map_or("", |bank| bank.as_str()));
    for part in [
        fields::line::<128>(&info, "inst_province")?,
        fields::line(&info, "inst_city")?,
        fields::line(&info, "inst_branch_name")?,
        fields::line(&info, "bank_code")?,
    ] {
        about.push('\n');
        about.push_str(part.as_ref().map_or("", |part| part.as_str()));
    }
    let (number, holder) = (Secret::new(number.to_owned()), Secret::new(holder.to_string()));
    Ok(CardPayee { number, holder, about })
}

impl CardPayee {
    /// Number and holder, to be digested.
    fn text(&self) -> String {
        format!("payee\n{}\n{}", self.number.reveal(), self.holder.reveal())
    }

    /// All that was said of it, to be digested: the same again means the same.
    pub(crate) fn said(&self) -> String {
        format!("{}\n{}", self.text(), self.about)
    }

    /// The number alone, to be digested.
    pub(crate) fn card(&self) -> String {
        format!("payee's card\n{}", self.number.reveal())
    }

    /// Asks the bank whose card it is.
    pub(crate) async fn find(&self, gateway: &Gateway) -> Result<Result<PayeeCard, NoPayeeCard>, Failure> {
        let Some(bank) = &gateway.payees else {
            return Err(Failure::field("product_code", "所属功能暂未模拟"));
        };
        let asked = PayeeAsked {
            digest: gateway.world.secrets.card_digest(&self.text()),
            number: Secret::new(self.number.reveal().clone()),
            holder: Secret::new(self.holder.reveal().clone()),
        };
        Ok(bank.name_payee(asked).await)
    }
}

/// Sends money to a card as a request asks for it.
pub(crate) async fn send_to_card(
    gateway: &Gateway,
    caller: &Caller,
    asked: &CardAsked,
) -> Result<Arc<CardTransfer>, Failure> {
    send_with_certificate(gateway, caller)?;
    let named = asked.payee.said();
    let which = WhichCardTransfer::Out(asked.out_biz_no.clone());
    // Of a number that was used before the bank is not asked again: what it says of the card today changes nothing.
    let (screen_version, card) =
        match gateway.door.ask(FindCardTransfer { payer: caller.seller(), which }).await {
            Ok(_) => (0, Err(NoPayeeCard::Silent)),
            // The list is asked for first: when another one comes meanwhile, the decision sees that.
            Err(CellError::Refused(TransferNotFound)) => {
                (list_version(gateway).await?, asked.payee.find(gateway).await?)
            }
            Err(error) => return Err(Failure::of_cell(error)),
        };
    let ask = CardTransferAsk {
        payer: caller.seller(),
        card,
        number: gateway.world.secrets.card_digest(&asked.payee.card()),
        screen_version,
        named: gateway.world.secrets.card_digest(&named),
        amount: asked.amount,
        out_biz_no: asked.out_biz_no.clone(),
        title: asked.title.clone(),
        remark: asked.remark.clone(),
    };
    let command = TransferToCard {
        ask,
        app: caller.app.id,
        passback: asked.passback.clone(),
        notify_url: freeze_fields::notify_url(caller)?,
        gbk: match caller.charset {
            Charset::Utf8 => false,
            Charset::Gbk => true,
        },
        rsa1: match caller.sign_type {
            SignType::Rsa => true,
            SignType::Rsa2 | SignType::Sm2 => false,
        },
    };
    gateway.door.ask(command).await.map_err(Failure::of_cell)
}

/// The version of the list of names in force; zero when there is none.
async fn list_version(gateway: &Gateway) -> Result<u32, Failure> {
    let view = gateway.door.ask(FindScreenList {}).await.map_err(|_| unknown())?;
    Ok(view.list.map_or(0, |list| list.version))
}

/// The answer to who sent it.
pub(crate) fn sent_to_card(transfer: &CardTransfer) -> Response {
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("out_biz_no", transfer.out_biz_no.as_str());
    members.text("order_id", &transfer.no.to_string());
    members.text("pay_fund_order_id", &transfer.no.fund_no());
    members.text("status", transfer.state.wire());
    members.text("trans_date", &format_cn(transfer.paid_at_us));
    response
}

/// By which of the two queries a transfer is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// `alipay.fund.trans.common.query`.
    Common,
    /// The older one, which has fewer members.
    Older,
}

/// What is told of a transfer to a card that is looked at.
pub(crate) fn found_to_card(members: &mut ObjectWriter, view: &CardTransferView, by: Told) {
    let transfer = &view.transfer;
    members.text("order_id", &transfer.no.to_string());
    if by == Told::Common {
        members.text("pay_fund_order_id", &transfer.no.fund_no());
    }
    members.text("out_biz_no", transfer.out_biz_no.as_str());
    if by == Told::Common {
        members.text("trans_amount", &transfer.amount().to_string());
    }
    members.text("status", transfer.state.wire());
    members.text("pay_date", &format_cn(transfer.paid_at_us));
    let arrival_us = match transfer.state {
        CardTransferState::UnderWay => Some(transfer.paid_at_us.saturating_add(ARRIVAL_US)),
        CardTransferState::Done => transfer.ended_at_us,
        CardTransferState::Failed | CardTransferState::Refunded => None,
    };
    members.text_some("arrival_time_end", arrival_us.map(format_cn).as_deref());
    members.text("order_fee", &transfer.fee().to_string());
    let failure = match transfer.state {
        CardTransferState::UnderWay | CardTransferState::Done => None,
        CardTransferState::Failed => view.order.reason.map(|reason| Failure::refused(CardNotPaid(reason))),
        CardTransferState::Refunded => Some(Failure::refused(CardSentBack)),
    };
    if let Some(failure) = failure {
        members.text("error_code", failure.sub_code());
        members.text("fail_reason", failure.sub_msg());
    }
    if by == Told::Common {
        members.text_some("passback_params", transfer.passback.as_ref().map(|text| text.as_str()));
    }
}
