//! `alipay.fund.account.query`: what the merchant's own account holds.
//!
//! Where the documentation is silent: without `alipay_user_id` it is the merchant that the app acts for; money that a
//! transfer keeps waiting is on its way out and in neither sum.

use crate::Gateway;
use crate::codes::{AccountOfOther, Failure};
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, every};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use base::PartyId;
use cell::CellError;
use engine::FindAccount;
use ledger::Account;
use money::Currency;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.account.query",
    title: "支付宝资金账户资产查询接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        Part::Read(&[
            Field::may("alipay_user_id", Kind::Party).note("the merchant that the app acts for"),
            Field::may("account_type", Kind::OneOf(&["ACCTRANS_ACCOUNT"])),
        ]),
        Part::Refused(&["account_product_code", "account_scene_code", "merchant_user_id"]),
        Part::Ignored(&["ext_info"]),
    ],
    answers: &[Member::text("available_amount"), Member::text("freeze_amount"), Member::text("total_amount")],
    refuses: &[every::<AccountOfOther>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &["{}", r#"{"account_type":"ACCTRANS_ACCOUNT"}"#],
    support: "the balance of the merchant's own account",
};

fn read(caller: &Caller, fields: &Object) -> Result<FindAccount, Failure> {
    fields::absent(fields, &["account_product_code", "account_scene_code", "merchant_user_id"])?;
    match fields::text(fields, "account_type")? {
        None | Some("ACCTRANS_ACCOUNT") => {}
        Some(_) => return Err(Failure::field("account_type", "仅支持ACCTRANS_ACCOUNT，其余暂未模拟")),
    }
    let named = fields::text(fields, "alipay_user_id")?.map(str::parse::<PartyId>).transpose();
    let named = named.map_err(|_| Failure::field("alipay_user_id", "不是合法的用户号"))?;
    if named.is_some_and(|named| named != caller.seller()) {
        return Err(Failure::refused(AccountOfOther));
    }
    Ok(FindAccount { party: caller.seller(), currency: Currency::Cny })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let account = match gateway.door.ask(call.request().clone()).await {
        Ok(account) => account,
        Err(CellError::Refused(engine::PartyNotFound)) => return Err(Failure::refused(AccountOfOther)),
        Err(error) => return Err(Failure::of_cell(error)),
    };
    Ok(Done::Say(respond(&account)))
}

fn respond(account: &Account) -> Response {
    let available = account.available();
    let held = account.held_minor.of(account.currency);
    let total = available.checked_add(held).unwrap_or(available);
    let mut response = Response::success();
    response.members.text("available_amount", &available.to_string());
    response.members.text("freeze_amount", &held.to_string());
    response.members.text("total_amount", &total.to_string());
    response
}
