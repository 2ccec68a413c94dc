//! What the methods of transfers have in common: how a payee is named, and what is told of a transfer.
//!
//! Choices, where the documentation is silent: a number that is no user's, a login that nobody has and an open_id that
//! the app was not given are all a payee that does not exist; a name is compared whenever it is given, and letter for
//! letter; what a repeated request is compared with is what was sent, not whom it names now.

use crate::card_transfer_fields::{CARD_IDENTITY, EXT_INFO};
use crate::codes::Failure;
use crate::facts::{Field, Kind, Member, Part};
use crate::request::Caller;
use crate::{Gateway, fields, freeze_fields};
use base::{PartyId, Text, TransferNo};
use cell::CellError;
use engine::{
    FindAddress, FindLogin, FindParty, FindTransfer, NoPayee, TransferAsk, TransferMoney, WhichTransfer,
};
use money::Money;
use people::{Address, App, LoginName, masked_name};
use transfer::{OutBizNo, Transfer, TransferNotFound, TransferState, TransferWay, Words};
use wire::charset::Charset;
use wire::envelope::ObjectWriter;
use wire::json::Object;
use wire::public_code::GatewayError;
use wire::sign::SignType;
use wire::timestamp::format_cn;

/// What the merchant's numbers may hold beside letters and digits.
pub(crate) const NUMBER_ALSO: &str = "_-.";
/// The most that the interface takes, fen (100,000,000 yuan; protocol reference 5.13).
const AMOUNT_MAX_FEN: i64 = 10_000_000_000;
/// Why an app is told that it may not send money.
pub(crate) const NEEDS_CERTIFICATE: (GatewayError, &str) = (
    GatewayError::InsufficientIsvPermissions,
    "the app is set to send money with a certificate only, and signs with a key",
);

/// The members that tell of a transfer that is looked at.
pub(crate) const FOUND: &[Member] = &[
    Member::text("order_id"),
    Member::text("pay_fund_order_id"),
    Member::text("out_biz_no"),
    Member::text("trans_amount"),
    Member::text("status"),
    Member::text("pay_date").when("it is paid"),
    Member::text("arrival_time_end").when("it is paid, and no bank refused it"),
    Member::text("order_fee"),
    Member::text("error_code").when("it came back"),
    Member::text("fail_reason").when("it came back"),
    Member::text("passback_params").when("the request had them"),
    Member::user("receiver_user_id", "receiver_open_id").when("it went to an account"),
];

/// How a query names a transfer, but for the merchant's number.
pub(crate) const BY_OUR_NUMBER: Field = Field::may("order_id", Kind::Opaque).note("goes before `out_biz_no`");

/// How a request names a payee.
#[derive(Clone, Debug)]
pub(crate) enum Named {
    /// By number.
    Id(String),
    /// By login.
    Login(LoginName),
    /// By the name that the app knows a user by.
    Open(String),
}

/// A payee as a request describes it.
#[derive(Clone, Debug)]
pub(crate) struct Payee {
    /// Who.
    pub(crate) named: Named,
    /// What he must be called.
    pub(crate) name: Option<Text<128>>,
}

/// A transfer as a request describes it.
pub(crate) struct Asked {
    /// The merchant's number.
    pub(crate) out_biz_no: OutBizNo,
    /// How much.
    pub(crate) amount: Money,
    /// Who shall have it.
    pub(crate) payee: Payee,
    /// Its title.
    pub(crate) title: Option<Text<128>>,
    /// What the payer says to it.
    pub(crate) remark: Option<Words>,
    /// What the merchant wants to hear again.
    pub(crate) passback: Option<Text<512>>,
}

impl Payee {
    /// All that was sent of it, to be digested: the same again means the same, whoever it names then.
    pub(crate) fn text(&self) -> String {
        let (kind, text) = match &self.named {
            Named::Id(id) => ("id", id.as_str()),
            Named::Login(login) => ("login", login.as_str()),
            Named::Open(open) => ("open", open.as_str()),
        };
        format!("payee\n{kind}\n{text}\n{}", self.name.as_ref().map_or("", |name| name.as_str()))
    }

    /// Who it is, if he is called as he must be.
    pub(crate) async fn find(
        &self,
        gateway: &Gateway,
        app: &App,
    ) -> Result<Result<PartyId, NoPayee>, Failure> {
        let id = match &self.named {
            Named::Id(id) => id.parse().ok(),
            Named::Open(open) => gateway.world.secrets.user_of_open_id(app.id, open),
            Named::Login(login) => find_login(gateway, login).await?,
        };
        let Some(id) = id else { return Ok(Err(NoPayee::NotFound)) };
        let party = match gateway.door.ask(FindParty { party: id }).await {
            Ok(party) => party,
            Err(CellError::Refused(engine::PartyNotFound)) => return Ok(Err(NoPayee::NotFound)),
            Err(error) => return Err(Failure::of_cell(error)),
        };
        // By digest: how far a guess was right must not show in the time that it takes.
        let secrets = &gateway.world.secrets;
        let same = |one: &str| secrets.token_digest(one) == secrets.token_digest(party.name.as_str());
        // Of a person the row has no more than what others may see; the whole name is sealed.
        let is_called = |name: &Text<128>| {
            same(name.as_str()) || (party.class.is_person() && same(&masked_name(name.as_str())))
        };
        Ok(if self.name.as_ref().is_none_or(is_called) { Ok(id) } else { Err(NoPayee::NameDiffers) })
    }
}

/// The merchant's number of a transfer.
pub(crate) fn out_biz_no(fields: &Object) -> Result<Option<OutBizNo>, Failure> {
    fields::number(fields, "out_biz_no", NUMBER_ALSO)
}

/// An amount that can be sent: what is below the least is the platform's to refuse.
pub(crate) fn amount(fields: &Object, name: &str) -> Result<Money, Failure> {
    let amount = fields::amount(fields, name)?.ok_or_else(|| Failure::field(name, "缺失"))?;
    if amount.minor().units() > AMOUNT_MAX_FEN {
        return Err(Failure::field(name, "超过100000000.00"));
    }
    Ok(amount)
}

/// Whether the app may send money as it signed.
pub(crate) fn send_with_certificate(gateway: &Gateway, caller: &Caller) -> Result<(), Failure> {
    let needs = gateway.world.apps.of(caller.app.id).certificate_to_send;
    if needs && !crate::request::by_certificate(&caller.app) {
        return Err(Failure::gateway(NEEDS_CERTIFICATE.0));
    }
    Ok(())
}

/// Sends money as a request asks for it.
pub(crate) async fn send(
    gateway: &Gateway,
    caller: &Caller,
    asked: &Asked,
    way: TransferWay,
) -> Result<std::sync::Arc<Transfer>, Failure> {
    send_with_certificate(gateway, caller)?;
    let ask = TransferAsk {
        payer: caller.seller(),
        payee: asked.payee.find(gateway, &caller.app).await?,
        named: gateway.world.secrets.token_digest(&asked.payee.text()),
        amount: asked.amount,
        out_biz_no: asked.out_biz_no.clone(),
        title: asked.title.clone(),
        remark: asked.remark.clone(),
    };
    let command = TransferMoney {
        ask,
        way,
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

/// The transfer that a query names by our number: that of the movement of money, which wins, or that of the order.
/// `Ok(None)` when none is given.
///
/// # Errors
/// No transfer has such a number.
pub(crate) fn by_our_number(fields: &Object) -> Result<Option<TransferNo>, Failure> {
    let none = |_| Failure::refused(TransferNotFound);
    if let Some(text) = fields::text(fields, "pay_fund_order_id")? {
        return TransferNo::of_fund_no(text).map(Some).map_err(none);
    }
    by_order_id(fields)
}

/// As [`by_our_number`], by the order's number alone.
pub(crate) fn by_order_id(fields: &Object) -> Result<Option<TransferNo>, Failure> {
    let text = fields::text(fields, "order_id")?;
    text.map(|text| text.parse().map_err(|_| Failure::refused(TransferNotFound))).transpose()
}

/// A merchant's look at a transfer of its own.
pub(crate) fn find(caller: &Caller, which: WhichTransfer) -> FindTransfer {
    FindTransfer { payer: caller.seller(), which }
}

/// What is told of a transfer that is looked at.
pub(crate) fn found(members: &mut ObjectWriter, transfer: &Transfer) {
    members.text("order_id", &transfer.no.to_string());
    members.text("pay_fund_order_id", &transfer.no.fund_no());
    members.text("out_biz_no", transfer.out_biz_no.as_str());
    members.text("trans_amount", &transfer.amount().to_string());
    told(members, transfer);
    members.text_some("passback_params", transfer.passback.as_ref().map(|text| text.as_str()));
    members.text("receiver_user_id", &transfer.payee.to_string());
}

/// How a transfer stands.
pub(crate) fn told(members: &mut ObjectWriter, transfer: &Transfer) {
    members.text("status", transfer.state.wire());
    if let Some(paid_at_us) = transfer.paid_at_us {
        members.text("pay_date", &format_cn(paid_at_us));
        let due_at_us = paid_at_us.saturating_add(transfer.arrival.wait_us().unwrap_or(0));
        let arrival_us = transfer.due_at_us.or(transfer.ended_at_us).unwrap_or(due_at_us);
        members.text("arrival_time_end", &format_cn(arrival_us));
    }
    members.text("order_fee", "0.00");
    if transfer.state == TransferState::Returned {
        let failure = Failure::refused(transfer::TransferRefused::PayeeBlocked);
        members.text("error_code", failure.sub_code());
        members.text("fail_reason", failure.sub_msg());
    }
}

/// Whose login it is: a person's by the digest of the address, everybody else's by its text.
async fn find_login(gateway: &Gateway, login: &LoginName) -> Result<Option<PartyId>, Failure> {
    if let Some(address) = Address::parse(login.as_str()) {
        let address = gateway.world.secrets.person_digest("address", address.as_str());
        match gateway.door.ask(FindAddress { address }).await {
            Ok(found) => return Ok(Some(found.party)),
            Err(CellError::Refused(engine::PartyNotFound)) => {}
            Err(error) => return Err(Failure::of_cell(error)),
        }
    }
    match gateway.door.ask(FindLogin { login: login.clone() }).await {
        Ok(found) => Ok(Some(found)),
        Err(CellError::Refused(engine::PartyNotFound)) => Ok(None),
        Err(error) => Err(Failure::of_cell(error)),
    }
}

/// Fields that name a payee of the newer interface.
pub(crate) const PAYEE: &[Part] = &[
    Part::Read(&[
        Field::must("identity", Kind::Line(128)),
        Field::must(
            "identity_type",
            Kind::OneOf(&["ALIPAY_USER_ID", "ALIPAY_LOGON_ID", "ALIPAY_OPEN_ID", CARD_IDENTITY]),
        )
        .note("`BANKCARD_ACCOUNT` with `TRANS_BANKCARD_NO_PWD` and with nothing else"),
        Field::when("name", Kind::Line(128), "with `ALIPAY_LOGON_ID` or `BANKCARD_ACCOUNT`")
            .note("compared when it is there"),
        Field::when("bankcard_ext_info", Kind::Object(EXT_INFO), "with `BANKCARD_ACCOUNT`"),
    ]),
    Part::Refused(&["cert_no", "cert_type"]),
    Part::Ignored(&["ext_info", "merchant_user_info"]),
];
