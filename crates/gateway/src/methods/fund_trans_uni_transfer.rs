//! `alipay.fund.trans.uni.transfer`: money from the merchant to an account, or to a bank card.
//!
//! Where the documentation is silent: it is answered when the payee has the money or it came back, so the status of a
//! success is `SUCCESS`, or `DEALING` to who asks again meanwhile; the merchant's own account pays. To a card it is
//! answered `DEALING` when the money left the balance; the bank's word is told by a message.

use crate::Gateway;
use crate::card_transfer_fields::{
    CARD_IDENTITY, CARD_PRODUCT, CardAsked, card_payee, send_to_card, sent_to_card,
};
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, of};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::transfer_fields::{
    Asked, NEEDS_CERTIFICATE, NUMBER_ALSO, Named, PAYEE, Payee, amount, out_biz_no, send,
};
use crate::{fields, verify::Verified};
use engine::{TransferMoney, TransferToCard};
use transfer::{Transfer, TransferWay};
use wire::envelope::Response;
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.trans.uni.transfer",
    title: "单笔转账接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const EXAMPLE: &str = concat!(
    r#"{"out_biz_no":"t1","trans_amount":"1.00","product_code":"TRANS_ACCOUNT_NO_PWD","biz_scene":"DIRECT_TRANSFER","#,
    r#""payee_info":{"identity":"2088000000000001","identity_type":"ALIPAY_USER_ID"}}"#,
);

/// A transfer to a card.
const TO_CARD: &str = concat!(
    r#"{"out_biz_no":"t2","trans_amount":"1.00","product_code":"TRANS_BANKCARD_NO_PWD","biz_scene":"DIRECT_TRANSFER","#,
    r#""payee_info":{"identity":"6222021234567894","identity_type":"BANKCARD_ACCOUNT","name":"张三","#,
    r#""bankcard_ext_info":{"account_type":"2"}}}"#,
);

/// The product of transfers to accounts, and the one scene that is here.
const PRODUCT: &str = "TRANS_ACCOUNT_NO_PWD";
const SCENE: &str = "DIRECT_TRANSFER";

const FACTS: Facts = Facts {
    asks: &[
        Part::Read(&[
            Field::must("out_biz_no", Kind::Number(64, NUMBER_ALSO)),
            Field::must("trans_amount", Kind::Amount).note("0.10 at least"),
            Field::must("product_code", Kind::OneOf(PRODUCTS)),
            Field::must("biz_scene", Kind::OneOf(&[SCENE])),
            Field::must("payee_info", Kind::Object(PAYEE)),
            Field::may("order_title", Kind::Line(128)),
            Field::may("remark", Kind::Line(200)),
            Field::may("passback_params", Kind::Line(512)),
        ]),
        Part::Refused(&["payer_info", "original_order_id", "sign_data", "mutiple_currency_detail"]),
        Part::Ignored(&["business_params", "transfer_scene_name", "transfer_scene_report_infos"]),
    ],
    answers: &[
        Member::text("out_biz_no"),
        Member::text("order_id"),
        Member::text("pay_fund_order_id"),
        Member::text("status"),
        Member::text("trans_date"),
    ],
    refuses: &[of::<TransferMoney>, of::<TransferToCard>],
    gateway: &[NEEDS_CERTIFICATE],
    wrong: Wrong::Bare,
    examples: &[EXAMPLE, TO_CARD],
    support: "to accounts and bank cards: no red packets",
};

/// What is asked for, by where the money goes.
enum Wanted {
    Account(Asked),
    Card(CardAsked),
}

fn read(_caller: &Caller, fields: &Object) -> Result<Wanted, Failure> {
    let out_biz_no = out_biz_no(fields)?.ok_or_else(|| Failure::field("out_biz_no", "缺失"))?;
    let amount = amount(fields, "trans_amount")?;
    let product = product_and_scene(fields)?;
    let refused = ["payer_info", "original_order_id", "sign_data", "mutiple_currency_detail"];
    fields::absent(fields, &refused)?;
    let payee = fields::inner(fields, "payee_info")?.ok_or_else(|| Failure::field("payee_info", "缺失"))?;
    let title = fields::line(fields, "order_title")?;
    let remark = fields::line(fields, "remark")?;
    let passback = fields::line(fields, "passback_params")?;
    Ok(match product {
        Product::Account => {
            let payee = payee_of(&payee)?;
            Wanted::Account(Asked { out_biz_no, amount, payee, title, remark, passback })
        }
        Product::Card => {
            let payee = card_payee(&payee)?;
            Wanted::Card(CardAsked { out_biz_no, amount, payee, title, remark, passback })
        }
    })
}

/// The products of transfers.
pub(crate) const PRODUCTS: &[&str] = &[PRODUCT, CARD_PRODUCT];

/// Where the money of a product goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Product {
    /// To an account.
    Account,
    /// To a bank card.
    Card,
}

/// Reads `product_code` and `biz_scene`.
pub(crate) fn product_and_scene(fields: &Object) -> Result<Product, Failure> {
    let product = match fields::required(fields, "product_code")? {
        PRODUCT => Product::Account,
        CARD_PRODUCT => Product::Card,
        "STD_RED_PACKET" => {
            return Err(Failure::field("product_code", "所属功能暂未模拟"));
        }
        _ => return Err(Failure::field("product_code", "应为TRANS_ACCOUNT_NO_PWD或TRANS_BANKCARD_NO_PWD")),
    };
    match fields::required(fields, "biz_scene")? {
        SCENE => Ok(product),
        "PERSONAL_PAY" | "PERSONAL_COLLECTION" => Err(Failure::field("biz_scene", "所属功能暂未模拟")),
        _ => Err(Failure::field("biz_scene", "应为DIRECT_TRANSFER")),
    }
}

/// Reads who shall have it, when that is an account.
pub(crate) fn payee_of(fields: &Object) -> Result<Payee, Failure> {
    fields::absent(fields, &["bankcard_ext_info", "cert_no", "cert_type"])?;
    let identity = fields::line_of::<128>("identity", fields::required(fields, "identity")?)?;
    let name = fields::line(fields, "name")?;
    let named = match fields::required(fields, "identity_type")? {
        "ALIPAY_USER_ID" => Named::Id(identity.to_string()),
        "ALIPAY_OPEN_ID" => Named::Open(identity.to_string()),
        "ALIPAY_LOGON_ID" => {
            if name.is_none() {
                return Err(Failure::field("name", "缺失"));
            }
            Named::Login(fields::line_of("identity", &identity.as_str().to_lowercase())?)
        }
        CARD_IDENTITY => {
            return Err(Failure::field("identity_type", "BANKCARD_ACCOUNT须与TRANS_BANKCARD_NO_PWD同用"));
        }
        _ => {
            let words = "应为ALIPAY_USER_ID、ALIPAY_LOGON_ID或ALIPAY_OPEN_ID";
            return Err(Failure::field("identity_type", words));
        }
    };
    Ok(Payee { named, name })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let caller = call.caller();
    Ok(Done::Say(match call.request() {
        Wanted::Account(asked) => respond(&*send(gateway, caller, asked, TransferWay::Uni).await?),
        Wanted::Card(asked) => sent_to_card(&*send_to_card(gateway, caller, asked).await?),
    }))
}

fn respond(transfer: &Transfer) -> Response {
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("out_biz_no", transfer.out_biz_no.as_str());
    members.text("order_id", &transfer.no.to_string());
    members.text("pay_fund_order_id", &transfer.no.fund_no());
    members.text("status", transfer.state.wire());
    members.text("trans_date", &format_cn(transfer.paid_at_us.unwrap_or(transfer.opened_at_us)));
    response
}
