//! The fields that every method which opens an order has in common. What a field means is told by its type in
//! `trade`; its limits are those of the documentation (protocol reference 5.3 to 5.6).

use crate::agreement_fields::ByPaying;
use crate::codes::Failure;
use crate::find_login::find_login;
use crate::methods::trade_order_settle::flag;
use crate::order_name::out_trade_no;
use crate::request::Caller;
use crate::{Gateway, fields, goods};
use base::{PartyId, Text};
use engine::{OpenOrder, PayBy};
use money::Money;
use trade::{Delivery, Meaning, OutTradeNo, Product, Subject, Timeout, Url, WireCharset};
use wire::charset::Charset;
use wire::envelope::ObjectWriter;
use wire::json::Object;
use wire::page::is_web_address;
use wire::sign::SignType;
use wire::timestamp::parse_cn;

/// The product codes that a method takes.
pub(crate) struct ProductCodes {
    /// Those it takes.
    pub(crate) allowed: &'static [&'static str],
    /// Whether one must be given.
    pub(crate) required: bool,
}

/// An order as a request describes it.
pub(crate) struct OrderFields {
    /// The merchant's number.
    pub(crate) out_trade_no: OutTradeNo,
    meaning: Meaning,
    delivery: Delivery,
    timeout: Option<Timeout>,
    expires_at_us: Option<i64>,
    /// What the buyer signs by paying.
    by_paying: Option<ByPaying>,
    royalty_freeze: bool,
}

/// Fields of features that would change who pays or who is paid.
pub(crate) const NOT_SIMULATED: [&str; 6] =
    ["is_async_pay", "royalty_info", "settle_info", "sub_merchant", "buyer_open_id", "op_buyer_open_id"];

/// The one channel of money that there is, as `enable_pay_channels` names it.
const BALANCE_CHANNEL: &str = "balance";

impl OrderFields {
    /// Reads the order.
    pub(crate) fn read(
        caller: &Caller,
        fields: &Object,
        product: Product,
        codes: &ProductCodes,
    ) -> Result<OrderFields, Failure> {
        let out_trade_no = out_trade_no(fields)?.ok_or_else(|| Failure::field("out_trade_no", "缺失"))?;
        let total =
            fields::amount(fields, "total_amount")?.ok_or_else(|| Failure::field("total_amount", "缺失"))?;
        let subject = subject(fields)?;
        let by_paying = by_paying(fields, product)?;
        check_product_code(fields, codes, by_paying.is_some())?;
        check_seller(caller, fields)?;
        check_parts(fields, total)?;
        check_channels(fields)?;
        fields::only_cny(fields, "trans_currency")?;
        fields::only_cny(fields, "settle_currency")?;
        fields::absent(fields, &NOT_SIMULATED)?;
        if product != Product::FaceToFace {
            // `trade.pay` reads it itself.
            fields::absent(fields, &["agreement_params"])?;
        }
        if !codes.allowed.contains(&"PRE_AUTH") {
            // Only frozen money is paid under these products.
            fields::absent(fields, &["auth_no", "auth_confirm_mode"])?;
        }
        if product.goods().is_none() {
            fields::absent(fields, &["escrow_goods"])?;
        }
        check_goods_type(fields)?;
        Ok(OrderFields {
            out_trade_no,
            meaning: Meaning {
                product,
                total,
                subject,
                body: fields::lines(fields, "body")?,
                named_buyer: None,
                goods_detail: goods::read(fields)?,
            },
            delivery: delivery(caller, fields)?,
            timeout: timeout(fields, "timeout_express")?,
            expires_at_us: time_expire(fields)?,
            by_paying,
            royalty_freeze: match fields::inner(fields, "extend_params")? {
                Some(more) => flag(&more, "royalty_freeze")?,
                None => false,
            },
        })
    }

    /// The command that opens it.
    pub(crate) fn open(&self, caller: &Caller, more: More) -> OpenOrder {
        OpenOrder {
            seller: caller.seller(),
            app: caller.app.id,
            out_trade_no: self.out_trade_no.clone(),
            meaning: Meaning { named_buyer: more.named_buyer, ..self.meaning.clone() },
            delivery: self.delivery.clone(),
            timeout: self.timeout,
            expires_at_us: self.expires_at_us,
            code_timeout: more.code_timeout,
            pay_by: more.pay_by,
            royalty_freeze: self.royalty_freeze,
        }
    }

    /// Writes `out_trade_no`, which failed answers repeat.
    pub(crate) fn echo(&self, members: &mut ObjectWriter) {
        members.text("out_trade_no", self.out_trade_no.as_str());
    }

    /// What the buyer signs by paying.
    pub(crate) fn by_paying(&self) -> Option<&ByPaying> {
        self.by_paying.as_ref()
    }

    /// What is to be paid.
    pub(crate) fn total(&self) -> Money {
        self.meaning.total
    }

    /// The merchant's second number.
    pub(crate) fn merchant_order_no(&self) -> Option<&str> {
        self.delivery.merchant_order_no.as_ref().map(|number| number.as_str())
    }
}

/// What only some methods know of an order.
#[derive(Default)]
pub(crate) struct More {
    /// The only buyer who may pay.
    pub(crate) named_buyer: Option<PartyId>,
    /// How long its code lives.
    pub(crate) code_timeout: Option<Timeout>,
    /// The code that the buyer showed.
    pub(crate) pay_by: Option<PayBy>,
}

/// A buyer whom the merchant names by id or by login.
pub(crate) enum NamedBuyer {
    /// By id.
    Id(PartyId),
    /// By the name that the buyer signs in with.
    Login(people::LoginName),
}

impl NamedBuyer {
    /// Reads `buyer_id`, which wins, or `buyer_logon_id`.
    pub(crate) fn read(fields: &Object) -> Result<Option<NamedBuyer>, Failure> {
        if let Some(id) = fields::text(fields, "buyer_id")? {
            let id = id.parse().map_err(|_| Failure::field("buyer_id", "不是合法的用户号"))?;
            return Ok(Some(NamedBuyer::Id(id)));
        }
        let Some(login) = fields::text(fields, "buyer_logon_id")? else { return Ok(None) };
        Ok(Some(NamedBuyer::Login(fields::line_of("buyer_logon_id", &login.to_lowercase())?)))
    }

    /// The buyer's id.
    pub(crate) async fn find(&self, gateway: &Gateway) -> Result<PartyId, Failure> {
        match self {
            NamedBuyer::Id(id) => Ok(*id),
            NamedBuyer::Login(login) => find_login(gateway, login).await.map_err(Failure::of_cell),
        }
    }
}

/// 1 to 256 characters without `/`, `=`, `&` and control characters: with them two requests could have one text to
/// sign.
fn subject(fields: &Object) -> Result<Subject, Failure> {
    let subject = fields::required(fields, "subject")?;
    if subject.contains(['/', '=', '&']) {
        return Err(Failure::field("subject", "不能包含/、=、&等特殊字符"));
    }
    fields::line_of("subject", subject)
}

/// What the buyer signs by paying: only where the cashier's page shows it (protocol reference 5.6).
fn by_paying(fields: &Object, product: Product) -> Result<Option<ByPaying>, Failure> {
    if matches!(product, Product::App | Product::Page) {
        return ByPaying::read(fields);
    }
    fields::absent(fields, &["agreement_sign_params"])?;
    Ok(None)
}

/// An order that signs may name what is signed instead.
fn check_product_code(fields: &Object, codes: &ProductCodes, signs: bool) -> Result<(), Failure> {
    match fields::text(fields, "product_code")? {
        Some("CYCLE_PAY_AUTH" | "GENERAL_WITHHOLDING") if signs => Ok(()),
        None if codes.required => Err(Failure::field("product_code", "缺失")),
        None => Ok(()),
        Some(code) if codes.allowed.contains(&code) => Ok(()),
        Some(_) => {
            Err(Failure::field("product_code", &format!("不适用于本接口，应为{}", codes.allowed.join("或"))))
        }
    }
}

/// Money goes to the app's own merchant only.
fn check_seller(caller: &Caller, fields: &Object) -> Result<(), Failure> {
    match fields::text(fields, "seller_id")? {
        Some(seller) if seller != caller.seller().to_string() => {
            Err(Failure::field("seller_id", "不是应用所属的商户"))
        }
        _ => Ok(()),
    }
}

/// `discountable_amount` and `undiscountable_amount`: each at most the total, both together the total.
fn check_parts(fields: &Object, total: Money) -> Result<(), Failure> {
    let discountable = fields::amount_or_zero(fields, "discountable_amount")?;
    let undiscountable = fields::amount_or_zero(fields, "undiscountable_amount")?;
    for (name, part) in [("discountable_amount", discountable), ("undiscountable_amount", undiscountable)] {
        if part.is_some_and(|part| part.exceeds(total).unwrap_or(true)) {
            return Err(Failure::field(name, "大于订单总金额"));
        }
    }
    match (discountable, undiscountable) {
        (Some(one), Some(other)) if one.checked_add(other) != Ok(total) => {
            Err(Failure::field("discountable_amount", "与undiscountable_amount之和不等于订单总金额"))
        }
        _ => Ok(()),
    }
}

/// `enable_pay_channels` and `disable_pay_channels` exclude each other; neither may exclude the balance, since
/// nothing else can pay here.
fn check_channels(fields: &Object) -> Result<(), Failure> {
    let enable = fields::line::<128>(fields, "enable_pay_channels")?;
    let disable = fields::line::<128>(fields, "disable_pay_channels")?;
    let has_balance = |list: &Text<128>| list.as_str().split(',').any(|name| name.trim() == BALANCE_CHANNEL);
    match (&enable, &disable) {
        (Some(_), Some(_)) => Err(Failure::field("enable_pay_channels", "与disable_pay_channels互斥")),
        (Some(enabled), None) if !has_balance(enabled) => {
            Err(Failure::field("enable_pay_channels", "不含余额，目前仅模拟余额支付"))
        }
        (None, Some(disabled)) if has_balance(disabled) => {
            Err(Failure::field("disable_pay_channels", "禁用了余额，目前仅模拟余额支付"))
        }
        (Some(_) | None, None) | (None, Some(_)) => Ok(()),
    }
}

fn check_goods_type(fields: &Object) -> Result<(), Failure> {
    match fields::text(fields, "goods_type")? {
        None | Some("0" | "1") => Ok(()),
        Some(_) => Err(Failure::field("goods_type", "应为0或1")),
    }
}

fn delivery(caller: &Caller, fields: &Object) -> Result<Delivery, Failure> {
    let address = |name: &str, url: Option<&str>| url.map(|url| web_address(name, url)).transpose();
    Ok(Delivery {
        notify_url: address("notify_url", caller.notify_url.as_deref())?,
        return_url: address("return_url", caller.return_url.as_deref())?,
        quit_url: address("quit_url", fields::text(fields, "quit_url")?)?,
        charset: match caller.charset {
            Charset::Utf8 => WireCharset::Utf8,
            Charset::Gbk => WireCharset::Gbk,
        },
        rsa1: match caller.sign_type {
            SignType::Rsa => true,
            SignType::Rsa2 | SignType::Sm2 => false,
        },
        store_id: fields::line(fields, "store_id")?,
        terminal_id: fields::line(fields, "terminal_id")?,
        operator_id: fields::line(fields, "operator_id")?,
        passback_params: fields::line(fields, "passback_params")?,
        merchant_order_no: fields::line(fields, "merchant_order_no")?,
    })
}

/// An absolute http or https address of at most 1,024 characters (documented 256; longer ones are sent in practice).
pub(crate) fn web_address(name: &str, url: &str) -> Result<Url, Failure> {
    if !is_web_address(url) {
        return Err(Failure::field(name, "不是合法的http或https地址"));
    }
    fields::line_of(name, url)
}

/// A relative timeout: `1m` to `15d`, or `1c`.
pub(crate) fn timeout(fields: &Object, name: &str) -> Result<Option<Timeout>, Failure> {
    let Some(text) = fields::text(fields, name)? else { return Ok(None) };
    Timeout::parse(text).map(Some).map_err(|_| Failure::field(name, "应为1m～15d的整数加m、h、d，或1c"))
}

fn time_expire(fields: &Object) -> Result<Option<i64>, Failure> {
    let Some(text) = fields::text(fields, "time_expire")? else { return Ok(None) };
    parse_cn(text).map(Some).map_err(|_| Failure::field("time_expire", "格式应为yyyy-MM-dd HH:mm:ss"))
}
