//! What calls of `/sandbox/escrows` say, and the acts that they mean.

use crate::sandbox::SandboxError;
use crate::sandbox_party::amount_of;
use base::Text;
use engine::EscrowAct;
use money::Money;
use serde::Deserialize;
use trade::{CaseKind, Goods, GoodsState, Logistics, Transport, Words};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenRequest {
    pub(crate) seller_login: Option<String>,
    pub(crate) seller_id: Option<String>,
    pub(crate) app_id: String,
    pub(crate) out_trade_no: String,
    pub(crate) subject: String,
    pub(crate) total_amount: String,
    pub(crate) goods: String,
    pub(crate) buyer_login: Option<String>,
    pub(crate) notify_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActRequest {
    pub(crate) login: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) pay_password: Option<String>,
    pub(crate) request_no: Option<String>,
    transport: Option<Transported>,
    company: Option<String>,
    number: Option<String>,
    part: Option<bool>,
    kind: Option<Kind>,
    goods: Option<Where>,
    amount: Option<String>,
    words: Option<String>,
    to_buyer: Option<String>,
    to_seller: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Transported {
    Express,
    Ems,
    Post,
    Unneeded,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    RefundOnly,
    ReturnAndRefund,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Where {
    NotReceived,
    Received,
}

/// The name of a kind of goods, as calls give it and answers tell it.
pub(crate) fn kind_of_goods(goods: Goods) -> &'static str {
    match goods {
        Goods::Physical => "physical",
        Goods::Virtual => "virtual",
        Goods::AutoDelivery => "auto_delivery",
        Goods::TopUp => "top_up",
        Goods::Wholesale => "wholesale",
        Goods::CrossBorder => "cross_border",
    }
}

/// The kind of goods of a name.
pub(crate) fn goods_of(name: &str) -> Result<Goods, SandboxError> {
    let found = Goods::ALL.into_iter().find(|goods| kind_of_goods(*goods) == name);
    let message = "goods is physical, virtual, auto_delivery, top_up, wholesale or cross_border";
    found.ok_or_else(|| SandboxError::bad("bad_goods", message))
}

/// The act of a call.
pub(crate) fn act_of(act: &str, asked: &ActRequest) -> Result<EscrowAct, SandboxError> {
    Ok(match act {
        "send" => EscrowAct::Send { logistics: asked.logistics()?, part: asked.part.unwrap_or(false) },
        "extend" => EscrowAct::Extend,
        "open_case" => {
            let (kind, goods_state, amount) = asked.claim()?;
            EscrowAct::OpenCase { kind, goods_state, amount, reason: asked.some_words()? }
        }
        "edit_case" => {
            let (kind, goods_state, amount) = asked.claim()?;
            EscrowAct::EditCase { kind, goods_state, amount, reason: asked.some_words()? }
        }
        "agree" => EscrowAct::AgreeCase,
        "refuse" => EscrowAct::RefuseCase { reason: asked.words()? },
        "send_back" => EscrowAct::SendBack { logistics: asked.logistics()? },
        "receive_back" => EscrowAct::ReceiveBack,
        "refuse_back" => EscrowAct::RefuseBack { reason: asked.words()? },
        "withdraw" => EscrowAct::Withdraw,
        "call_service" => EscrowAct::CallService,
        "evidence" => EscrowAct::GiveEvidence { words: asked.words()? },
        "decide" => EscrowAct::Decide {
            to_buyer: money("to_buyer", asked.to_buyer.as_deref())?,
            to_seller: money("to_seller", asked.to_seller.as_deref())?,
            words: asked.some_words()?,
        },
        _ => return Err(SandboxError::missing("no_such_act", "there is no such act on an escrow")),
    })
}

fn money(name: &str, text: Option<&str>) -> Result<Money, SandboxError> {
    amount_of(text.ok_or_else(|| missing(name))?)
}

fn missing(name: &str) -> SandboxError {
    SandboxError::bad("bad_request", format!("{name} is missing"))
}

impl ActRequest {
    fn logistics(&self) -> Result<Logistics, SandboxError> {
        let transport = match self.transport.ok_or_else(|| missing("transport"))? {
            Transported::Express => Transport::Express,
            Transported::Ems => Transport::Ems,
            Transported::Post => Transport::Post,
            Transported::Unneeded => Transport::Unneeded,
        };
        let text = |name: &str, given: &Option<String>| {
            let given = given.as_deref().map(Text::new).transpose();
            given.map_err(|error| SandboxError::bad("bad_request", format!("{name}: {error}")))
        };
        let (company, number) = (text("company", &self.company)?, text("number", &self.number)?);
        Ok(Logistics { transport, company, number })
    }

    fn claim(&self) -> Result<(CaseKind, GoodsState, Money), SandboxError> {
        let kind = match self.kind.ok_or_else(|| missing("kind"))? {
            Kind::RefundOnly => CaseKind::RefundOnly,
            Kind::ReturnAndRefund => CaseKind::ReturnAndRefund,
        };
        let goods = match self.goods {
            None | Some(Where::NotReceived) => GoodsState::NotReceived,
            Some(Where::Received) => GoodsState::Received,
        };
        Ok((kind, goods, money("amount", self.amount.as_deref())?))
    }

    fn words(&self) -> Result<Words, SandboxError> {
        self.some_words()?.filter(|words| !words.as_str().is_empty()).ok_or_else(|| missing("words"))
    }

    fn some_words(&self) -> Result<Option<Words>, SandboxError> {
        let words = self.words.as_deref().map(Text::new).transpose();
        words.map_err(|error| SandboxError::bad("bad_request", format!("words: {error}")))
    }
}
