//! How requests describe and name agreements (protocol reference 5.14, D.3).

use crate::Gateway;
use crate::codes::{Failure, NameRefused};
use crate::fields;
use crate::fields::whole;
use crate::find_login::find_login;
use crate::order_fields::web_address;
use crate::request::Caller;
use base::{AgreementNo, Day, PartyId, Text};
use cell::CellError;
use engine::{AgreementDelivery, FindByBuyer, OfferAgreement};
use people::LoginName;
use trade::{
    ExternalNo, PERIOD_DAYS_MIN, PeriodRule, PersonalProduct, TOTAL_MAX_FEN, Terms, Unit, Url, Validity,
    WireCharset,
};
use wire::charset::Charset;
use wire::json::Object;
use wire::sign::SignType;

/// The business of an agreement that names none.
const SCENE_DEFAULT: &str = "DEFAULT|DEFAULT";
/// The last day of a month that a plan by months may begin on.
const MONTH_DAY_MAX: u32 = 28;
/// The most seconds that a buyer may take to sign.
pub(crate) const SIGN_SECONDS_MAX: u32 = 86_400;
/// The most that a period or a number of debits may be; far above what anybody plans.
pub(crate) const COUNT_MAX: u32 = 10_000;
/// Fields of features that would change who signs, or with what.
pub(crate) const NOT_SIMULATED: [&str; 7] = [
    "identity_params",
    "zm_auth_params",
    "sub_merchant",
    "specified_asset",
    "specified_sort_channel_params",
    "prod_params",
    "device_params",
];

/// What the buyer of an order signs by paying it.
pub(crate) struct ByPaying {
    /// What is signed.
    pub(crate) terms: Terms,
    /// Where to tell of the agreement; where the order is told when absent.
    pub(crate) notify_url: Option<Url>,
}

impl ByPaying {
    /// Reads `agreement_sign_params`.
    pub(crate) fn read(fields: &Object) -> Result<Option<ByPaying>, Failure> {
        let Some(params) = fields.object("agreement_sign_params")? else { return Ok(None) };
        let terms = terms(params)?;
        // It is signed as long as the order can be paid.
        sign_within(params)?;
        let url = fields::text(params, "sign_notify_url")?;
        let notify_url = url.map(|url| web_address("sign_notify_url", url)).transpose()?;
        Ok(Some(ByPaying { terms, notify_url }))
    }
}

/// Reads what `page.sign` offers.
pub(crate) fn offer(caller: &Caller, fields: &Object) -> Result<OfferAgreement, Failure> {
    let terms = terms(fields)?;
    let within = sign_within(fields)?.filter(|seconds| *seconds > 0);
    let address = |name: &str, url: Option<&str>| url.map(|url| web_address(name, url)).transpose();
    Ok(OfferAgreement {
        seller: caller.seller(),
        app: caller.app.id,
        terms,
        delivery: AgreementDelivery {
            notify_url: address("notify_url", caller.notify_url.as_deref())?,
            return_url: address("return_url", caller.return_url.as_deref())?,
            charset: match caller.charset {
                Charset::Utf8 => WireCharset::Utf8,
                Charset::Gbk => WireCharset::Gbk,
            },
            rsa1: match caller.sign_type {
                SignType::Rsa => true,
                SignType::Rsa2 | SignType::Sm2 => false,
            },
        },
        sign_within_us: within.map(|seconds| i64::from(seconds) * base::SECOND_US),
    })
}

/// `effect_time`: how many seconds a buyer may take to sign.
fn sign_within(fields: &Object) -> Result<Option<u32>, Failure> {
    whole(fields, "effect_time", 0, SIGN_SECONDS_MAX)
}

/// What is to be signed.
fn terms(fields: &Object) -> Result<Terms, Failure> {
    let product = product(fields)?.ok_or_else(|| Failure::field("personal_product_code", "缺失"))?;
    match fields::text(fields, "product_code")? {
        None | Some("CYCLE_PAY_AUTH" | "GENERAL_WITHHOLDING") => {}
        Some(_) => return Err(Failure::field("product_code", "应为CYCLE_PAY_AUTH或GENERAL_WITHHOLDING")),
    }
    check_access(fields)?;
    fields::absent(fields, &NOT_SIMULATED)?;
    match fields::text(fields, "third_party_type")? {
        None | Some("PARTNER") => {}
        Some(_) => return Err(Failure::field("third_party_type", "应为PARTNER")),
    }
    match fields::text(fields, "agreement_effect_type")? {
        None | Some("DIRECT") => {}
        Some(_) => return Err(Failure::field("agreement_effect_type", "目前仅模拟DIRECT")),
    }
    let external_agreement_no = external(fields)?;
    let sign_scene = scene(fields)?;
    if external_agreement_no.is_some() && sign_scene.as_str() == SCENE_DEFAULT {
        return Err(Failure::field("sign_scene", "传入external_agreement_no时不能为DEFAULT|DEFAULT"));
    }
    let rule = match fields.object("period_rule_params")? {
        Some(params) => Some(rule(params)?),
        None if product == PersonalProduct::CyclePay => {
            return Err(Failure::field("period_rule_params", "缺失"));
        }
        None => None,
    };
    let validity = match fields::text(fields, "sign_validity_period")? {
        None => None,
        Some(text) => Some(
            Validity::parse(text)
                .ok_or_else(|| Failure::field("sign_validity_period", "应为正整数加d或m"))?,
        ),
    };
    let external_logon_id = fields::line(fields, "external_logon_id")?;
    Ok(Terms { product, sign_scene, external_agreement_no, external_logon_id, rule, validity })
}

fn check_access(fields: &Object) -> Result<(), Failure> {
    let access = fields.object("access_params")?.ok_or_else(|| Failure::field("access_params", "缺失"))?;
    match fields::required(access, "channel")? {
        "ALIPAYAPP" | "QRCODE" | "QRCODEORSMS" => Ok(()),
        _ => Err(Failure::field("channel", "应为ALIPAYAPP、QRCODE或QRCODEORSMS")),
    }
}

fn rule(params: &Object) -> Result<PeriodRule, Failure> {
    fields::absent(params, &["scene_rule_params"])?;
    let unit = match fields::required(params, "period_type")? {
        "DAY" => Unit::Day,
        "MONTH" => Unit::Month,
        _ => return Err(Failure::field("period_type", "应为DAY或MONTH")),
    };
    let least = if unit == Unit::Day { PERIOD_DAYS_MIN } else { 1 };
    let every = whole(params, "period", least, COUNT_MAX)?.ok_or_else(|| Failure::field("period", "缺失"))?;
    let first: Day = fields::required(params, "execute_time")?
        .parse()
        .map_err(|_| Failure::field("execute_time", "格式应为yyyy-MM-dd"))?;
    if unit == Unit::Month && first.of_month() > MONTH_DAY_MAX {
        return Err(Failure::field("execute_time", "按月扣款时日期应为1～28日"));
    }
    let single = fields::amount(params, "single_amount")?;
    let single = single.ok_or_else(|| Failure::field("single_amount", "缺失"))?;
    if single.minor().units() > TOTAL_MAX_FEN {
        return Err(Failure::field("single_amount", "超过限额"));
    }
    let total = fields::amount(params, "total_amount")?;
    if total.is_some_and(|total| single.exceeds(total).unwrap_or(true)) {
        return Err(Failure::field("total_amount", "小于single_amount"));
    }
    let payments = whole(params, "total_payments", 1, COUNT_MAX)?;
    Ok(PeriodRule { unit, every, first, single, total, payments })
}

fn product(fields: &Object) -> Result<Option<PersonalProduct>, Failure> {
    let Some(code) = fields::text(fields, "personal_product_code")? else { return Ok(None) };
    let product = PersonalProduct::of_wire(code);
    product.map(Some).ok_or_else(|| Failure::refused(NameRefused::ProductNotSupported))
}

fn external(fields: &Object) -> Result<Option<ExternalNo>, Failure> {
    fields::number(fields, "external_agreement_no", "")
}

fn scene(fields: &Object) -> Result<Text<64>, Failure> {
    let scene = fields::line(fields, "sign_scene")?;
    Ok(scene.unwrap_or_else(|| Text::new(SCENE_DEFAULT).expect("a short text")))
}

/// Which agreement a request is about.
pub(crate) enum Named {
    /// By number; absent when we never issued it.
    No(Option<AgreementNo>),
    /// By who signed what.
    Buyer {
        /// The buyer.
        buyer: Buyer,
        /// What was signed.
        product: PersonalProduct,
        /// In which business.
        sign_scene: Text<64>,
        /// The merchant's number of it.
        external: Option<ExternalNo>,
    },
}

/// Who signed.
pub(crate) enum Buyer {
    /// By id.
    Id(PartyId),
    /// By the name that the buyer signs in with.
    Login(LoginName),
}

impl Named {
    /// Reads `agreement_no`, which wins, or the buyer with product, scene and the merchant's number.
    pub(crate) fn read(fields: &Object) -> Result<Named, Failure> {
        fields::absent(fields, &["alipay_open_id"])?;
        match fields::text(fields, "third_party_type")? {
            None | Some("PARTNER") => {}
            Some(_) => return Err(Failure::field("third_party_type", "应为PARTNER")),
        }
        if let Some(no) = fields::number::<64>(fields, "agreement_no", "")? {
            return Ok(Named::No(no.as_str().parse().ok()));
        }
        let missing = || Failure::field("agreement_no", "与alipay_user_id、alipay_logon_id不能同时为空");
        let buyer = match fields::text(fields, "alipay_user_id")? {
            Some(id) => {
                Buyer::Id(id.parse().map_err(|_| Failure::field("alipay_user_id", "不是合法的用户号"))?)
            }
            None => {
                let login = fields::text(fields, "alipay_logon_id")?.ok_or_else(missing)?;
                Buyer::Login(fields::line_of("alipay_logon_id", &login.to_lowercase())?)
            }
        };
        let product = product(fields)?.ok_or_else(|| Failure::field("personal_product_code", "缺失"))?;
        Ok(Named::Buyer { buyer, product, sign_scene: scene(fields)?, external: external(fields)? })
    }

    /// Its number; `None` when there is none in force.
    pub(crate) async fn find(
        &self,
        gateway: &Gateway,
        caller: &Caller,
    ) -> Result<Option<AgreementNo>, Failure> {
        let (buyer, product, sign_scene, external) = match self {
            Named::No(no) => return Ok(*no),
            Named::Buyer { buyer, product, sign_scene, external } => (buyer, product, sign_scene, external),
        };
        let buyer = match buyer {
            Buyer::Id(id) => *id,
            Buyer::Login(login) => match find_login(gateway, login).await {
                Ok(party) => party,
                Err(CellError::Refused(_)) => return Err(Failure::refused(NameRefused::UserNotFound)),
                Err(error) => return Err(Failure::of_cell(error)),
            },
        };
        let query = FindByBuyer {
            buyer,
            seller: caller.seller(),
            product: *product,
            sign_scene: sign_scene.clone(),
            external_agreement_no: external.clone(),
        };
        match gateway.door.ask(query).await {
            Ok(no) => Ok(Some(no)),
            Err(CellError::Refused(_)) => Ok(None),
            Err(error) => Err(Failure::of_cell(error)),
        }
    }
}
