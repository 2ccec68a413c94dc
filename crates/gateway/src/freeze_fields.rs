//! What the methods of pre-authorisations have in common: the fields that open one, the members that tell of one.
//!
//! Choices, where the documentation is silent: money comes from balance only, so a credit freeze (`serviceId` in
//! `extra_param`, `deposit_product_mode`) is refused and not taken for an ordinary one, while `category` names a line
//! of business and is left alone; field errors are told as `ILLEGAL_ARGUMENT`, as these methods' own tables have it.

use crate::codes::{Failure, PayeeDiffers};
use crate::facts::{Field, Kind, Member, Part};
use crate::find_login::find_login;
use crate::order_fields::timeout;
use crate::request::Caller;
use crate::{Gateway, fields};
use base::{PartyId, Text};
use cell::CellError;
use engine::{OpenFreeze, PayBy, WhichFreeze};
use money::Money;
use people::LoginName;
use trade::{
    Freeze, FreezeDelivery, FreezeMeaning, FreezeProduct, FreezeWay, TOTAL_MAX_FEN, Timeout, Url, WireCharset,
};
use wire::charset::Charset;
use wire::envelope::ObjectWriter;
use wire::json::{Json, Object};
use wire::page::is_web_address;
use wire::sign::SignType;
use wire::timestamp::format_cn;

/// Features of freezes that would take money from elsewhere.
const NOT_SIMULATED: [&str; 3] = ["deposit_product_mode", "post_payments", "identity_params"];

/// The fields of every method that opens a freeze.
pub(crate) const FREEZE: Part = Part::Read(&[
    Field::must("out_order_no", Kind::Number(64, NUMBER_ALSO)),
    Field::must("out_request_no", Kind::Number(64, NUMBER_ALSO)),
    Field::must("order_title", Kind::Line(100)),
    Field::must("amount", Kind::Amount),
    Field::may("product_code", Kind::OneOf(&["PRE_AUTH", "PRE_AUTH_ONLINE", "PREAUTH_PAY"])),
    Field::may("payee_user_id", Kind::Party).note("the merchant that the app acts for"),
    Field::may("payee_logon_id", Kind::Special).note("a login name of that merchant"),
    Field::may("enable_pay_channels", Kind::Special).note("channels; the balance must be among them"),
    Field::may("disable_pay_channels", Kind::Special).note("channels; the balance must not be among them"),
    Field::may("trans_currency", Kind::Cny),
    Field::may("settle_currency", Kind::Cny),
    Field::may("pay_timeout", Kind::Timeout),
    Field::may("timeout_express", Kind::Timeout).note("not looked at beside `pay_timeout`"),
    Field::may("extra_param", Kind::ObjectOrText).note("`serviceId` in it asks for credit and is refused"),
]);
/// What of them is refused.
pub(crate) const FREEZE_REFUSED: Part = Part::Refused(&NOT_SIMULATED);
/// What of them changes nothing.
pub(crate) const FREEZE_IGNORED: Part = Part::Ignored(&["business_params"]);
/// Which freeze a request is about.
pub(crate) const NAMED: Part = Part::Read(&[
    Field::when("auth_no", Kind::Opaque, "unless `out_order_no` is there").note("goes before `out_order_no`"),
    Field::when("out_order_no", Kind::Number(64, NUMBER_ALSO), "unless `auth_no` is there"),
]);
/// The members of [`told`].
pub(crate) const TOLD: &[Member] = &[
    Member::text("auth_no"),
    Member::text("out_order_no"),
    Member::text("operation_id"),
    Member::text("out_request_no"),
    Member::text("status"),
    Member::text("gmt_trans").when("the money is frozen"),
    Member::text("amount"),
    Member::text("fund_amount"),
    Member::text("credit_amount"),
    Member::text("trans_currency"),
    Member::text("payer_logon_id").when("there is a payer"),
    Member::user("payer_user_id", "payer_open_id").when("there is a payer"),
];
/// What of these methods is not here.
pub(crate) const SUPPORT: &str = "money is frozen on the payer's balance alone; no credit, no deposits";
/// What the merchant's numbers may hold beside letters and digits.
pub(crate) const NUMBER_ALSO: &str = "_-.";

/// A freeze as a request describes it.
pub(crate) struct FreezeFields {
    /// The merchant's number.
    pub(crate) out_order_no: Text<64>,
    /// What it means.
    pub(crate) meaning: FreezeMeaning,
    delivery: FreezeDelivery,
    timeout: Option<Timeout>,
    payee_login: Option<LoginName>,
}

impl FreezeFields {
    /// Reads it; without a product code it is of the given product.
    pub(crate) fn read(
        caller: &Caller,
        fields: &Object,
        way: FreezeWay,
        product: FreezeProduct,
    ) -> Result<FreezeFields, Failure> {
        let out_order_no = number(fields, "out_order_no")?;
        let out_request_no = number(fields, "out_request_no")?;
        let title = fields::line_of("order_title", fields::required(fields, "order_title")?)?;
        let amount = fields::amount(fields, "amount")?.ok_or_else(|| Failure::field("amount", "缺失"))?;
        if way == FreezeWay::Voucher && amount.minor().units() > TOTAL_MAX_FEN {
            // The codes of this method have no word for it of their own.
            return Err(Failure::field("amount", "应在0.01～100000000.00之间"));
        }
        let product = match fields::text(fields, "product_code")? {
            None => product,
            Some(code) => FreezeProduct::of_wire(code).ok_or_else(|| {
                Failure::field("product_code", "应为PRE_AUTH、PRE_AUTH_ONLINE或PREAUTH_PAY")
            })?,
        };
        let payee = fields::text(fields, "payee_user_id")?.map(str::parse::<PartyId>).transpose();
        let payee = payee.map_err(|_| Failure::field("payee_user_id", "不是合法的用户号"))?;
        if payee.is_some_and(|payee| payee != caller.seller()) {
            return Err(another_payee(way, "payee_user_id"));
        }
        let payee_login = fields::text(fields, "payee_logon_id")?
            .map(|login| fields::line_of("payee_logon_id", &login.to_lowercase()))
            .transpose()?;
        check_channels(fields)?;
        fields::only_cny(fields, "trans_currency")?;
        fields::only_cny(fields, "settle_currency")?;
        fields::absent(fields, &NOT_SIMULATED)?;
        no_credit(fields)?;
        let timeout = match timeout(fields, "pay_timeout")? {
            Some(timeout) => Some(timeout),
            None => timeout(fields, "timeout_express")?,
        };
        Ok(FreezeFields {
            out_order_no,
            meaning: FreezeMeaning { out_request_no, way, product, amount, title },
            delivery: delivery(caller)?,
            timeout,
            payee_login,
        })
    }

    /// The command that opens it, once the login of the payee is known to be the merchant's own.
    pub(crate) async fn open(
        &self,
        gateway: &Gateway,
        caller: &Caller,
        pay_by: Option<PayBy>,
    ) -> Result<OpenFreeze, Failure> {
        if let Some(login) = &self.payee_login {
            match find_login(gateway, login).await {
                Ok(payee) if payee == caller.seller() => {}
                Ok(_) | Err(CellError::Refused(_)) => {
                    return Err(another_payee(self.meaning.way, "payee_logon_id"));
                }
                Err(error) => return Err(Failure::of_cell(error)),
            }
        }
        Ok(OpenFreeze {
            seller: caller.seller(),
            app: caller.app.id,
            out_order_no: self.out_order_no.clone(),
            meaning: self.meaning.clone(),
            delivery: self.delivery.clone(),
            timeout: self.timeout,
            pay_by,
        })
    }
}

/// A payee other than the merchant; the codes of freezes by order string have no word for it of their own.
fn another_payee(way: FreezeWay, name: &str) -> Failure {
    match way {
        FreezeWay::Code | FreezeWay::Voucher => Failure::refused(PayeeDiffers),
        FreezeWay::App => Failure::field(name, "不是应用所属的商户"),
    }
}

/// The names of the balance in lists of channels; nothing else can pay here.
const BALANCE_CHANNELS: [&str; 2] = ["balance", "money_fund"];

/// Neither `enable_pay_channels` nor `disable_pay_channels` may exclude the balance.
fn check_channels(fields: &Object) -> Result<(), Failure> {
    let is_balance = |channel: &String| BALANCE_CHANNELS.contains(&channel.to_lowercase().as_str());
    let enabled = channels(fields, "enable_pay_channels")?;
    if !enabled.is_empty() && !enabled.iter().any(is_balance) {
        return Err(Failure::field("enable_pay_channels", "不含余额，目前仅模拟余额支付"));
    }
    if channels(fields, "disable_pay_channels")?.iter().any(is_balance) {
        return Err(Failure::field("disable_pay_channels", "禁用了余额，目前仅模拟余额支付"));
    }
    Ok(())
}

/// The names in a list of channels: objects with a `payChannelType`, as JSON or as its text, or, as in orders, names
/// with commas between. None when it is not given.
fn channels(fields: &Object, name: &str) -> Result<Vec<String>, Failure> {
    let unfit = || Failure::field(name, r#"应为[{"payChannelType":"…"}]形式的JSON"#);
    let parsed;
    let items = match fields.get(name) {
        None => return Ok(Vec::new()),
        Some(Json::List(items)) => items,
        Some(Json::Text(text)) if text.trim_start().starts_with('[') => {
            parsed = wire::json::parse(text).map_err(|_| unfit())?;
            match &parsed {
                Json::List(items) => items,
                _ => return Err(unfit()),
            }
        }
        Some(Json::Text(text)) => {
            let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
            return Ok(names.map(str::to_owned).collect());
        }
        Some(_) => return Err(unfit()),
    };
    let name_of = |item: &Json| match item {
        Json::Object(channel) => channel.text("payChannelType").ok().flatten().map(str::to_owned),
        _ => None,
    };
    items.iter().map(|item| name_of(item).ok_or_else(unfit)).collect()
}

/// `extra_param` is an object, or the text of one, and asks for no credit.
fn no_credit(fields: &Object) -> Result<(), Failure> {
    let unfit = || Failure::field("extra_param", "应为JSON对象");
    match fields.get("extra_param") {
        None => Ok(()),
        Some(Json::Text(text)) if text.is_empty() => Ok(()),
        Some(Json::Object(extra)) => fields::absent(extra, &["serviceId"]),
        Some(Json::Text(text)) => match wire::json::parse(text) {
            Ok(Json::Object(extra)) => fields::absent(&extra, &["serviceId"]),
            Ok(_) | Err(_) => Err(unfit()),
        },
        Some(_) => Err(unfit()),
    }
}

fn number(fields: &Object, name: &str) -> Result<Text<64>, Failure> {
    optional_number(fields, name)?.ok_or_else(|| Failure::field(name, "缺失"))
}

/// A number of the merchant's; the documents allow letters, digits and underscores.
pub(crate) fn optional_number(fields: &Object, name: &str) -> Result<Option<Text<64>>, Failure> {
    fields::number(fields, name, NUMBER_ALSO)
}

fn delivery(caller: &Caller) -> Result<FreezeDelivery, Failure> {
    let charset = match caller.charset {
        Charset::Utf8 => WireCharset::Utf8,
        Charset::Gbk => WireCharset::Gbk,
    };
    let rsa1 = match caller.sign_type {
        SignType::Rsa => true,
        SignType::Rsa2 | SignType::Sm2 => false,
    };
    Ok(FreezeDelivery { notify_url: notify_url(caller)?, charset, rsa1 })
}

/// The address of this call's notifications.
pub(crate) fn notify_url(caller: &Caller) -> Result<Option<Url>, Failure> {
    let Some(url) = caller.notify_url.as_deref() else { return Ok(None) };
    if !is_web_address(url) {
        return Err(Failure::field("notify_url", "不是合法的http或https地址"));
    }
    fields::line_of("notify_url", url).map(Some)
}

/// The freeze that a request names: `auth_no` wins over `out_order_no`. `Ok(None)` when no freeze can have the number.
pub(crate) fn which(fields: &Object) -> Result<Option<WhichFreeze>, Failure> {
    if let Some(no) = fields::text(fields, "auth_no")? {
        return Ok(no.parse().ok().map(WhichFreeze::No));
    }
    let out = optional_number(fields, "out_order_no")?;
    out.map(|out| Some(WhichFreeze::Out(out)))
        .ok_or_else(|| Failure::field("auth_no", "与out_order_no不能同时为空"))
}

/// The members that tell of the operation that froze.
pub(crate) fn told(members: &mut ObjectWriter, freeze: &Freeze) {
    members.text("auth_no", &freeze.no.to_string());
    members.text("out_order_no", freeze.out_order_no.as_str());
    members.text("operation_id", &freeze.operation.to_string());
    members.text("out_request_no", freeze.out_request_no.as_str());
    let status = if freeze.frozen_at_us.is_some() { "SUCCESS" } else { freeze.state.wire() };
    members.text("status", status);
    members.text_some("gmt_trans", freeze.frozen_at_us.map(format_cn).as_deref());
    amounts(members, freeze.money(freeze.amount_minor));
    members.text("trans_currency", freeze.currency.code());
    payer(members, freeze);
}

/// An amount, all of it from balance.
pub(crate) fn amounts(members: &mut ObjectWriter, amount: Money) {
    let amount = amount.to_string();
    members.text("amount", &amount).text("fund_amount", &amount).text("credit_amount", "0.00");
}

/// Who agreed, as merchants may see it.
pub(crate) fn payer(members: &mut ObjectWriter, freeze: &Freeze) {
    members.text_some("payer_logon_id", freeze.payer_login_masked.as_ref().map(|login| login.as_str()));
    members.text_some("payer_user_id", freeze.payer.map(|payer| payer.to_string()).as_deref());
}
