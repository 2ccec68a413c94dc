//! `alipay.fund.quota.query`: what the merchant may still send.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, every};
use crate::methods::fund_trans_uni_transfer::{PRODUCTS, product_and_scene};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use cell::CellError;
use engine::{FindTransferRoom, TransferRoom};
use transfer::{TransferRefused, TransferWay};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.quota.query",
    title: "转账额度查询接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::must("product_code", Kind::OneOf(PRODUCTS)),
        Field::must("biz_scene", Kind::OneOf(&["DIRECT_TRANSFER"])),
    ])],
    answers: &[
        Member::text("new_quota_single_min"),
        Member::text("new_quota_single_max"),
        Member::text("new_quota_daily"),
        Member::text("new_quota_daily_remain"),
        Member::text("new_quota_monthly").when("months are limited"),
        Member::text("new_quota_monthly_remain").when("months are limited"),
    ],
    refuses: &[no_payer],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"product_code":"TRANS_ACCOUNT_NO_PWD","biz_scene":"DIRECT_TRANSFER"}"#],
    support: "",
};

/// The one reason of those of a transfer that a look can be refused for.
fn no_payer() -> Vec<(String, Failure)> {
    every::<TransferRefused>().into_iter().take(1).collect()
}

fn read(caller: &Caller, fields: &Object) -> Result<FindTransferRoom, Failure> {
    // What is sent to cards counts with what is sent to accounts.
    product_and_scene(fields)?;
    Ok(FindTransferRoom { payer: caller.seller(), way: TransferWay::Uni })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let room = match gateway.door.ask(call.request().clone()).await {
        Ok(room) => room,
        Err(CellError::Refused(engine::PartyNotFound)) => {
            return Err(Failure::refused(TransferRefused::PayerNotFound));
        }
        Err(error) => return Err(Failure::of_cell(error)),
    };
    Ok(Done::Say(respond(&room)))
}

fn respond(room: &TransferRoom) -> Response {
    let TransferRoom { limits, day_left, month_left } = room;
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("new_quota_single_min", &limits.least.to_string());
    members.text("new_quota_single_max", &limits.single.to_string());
    members.text("new_quota_daily", &limits.day.to_string());
    members.text("new_quota_daily_remain", &day_left.to_string());
    members.text_some("new_quota_monthly", limits.month.map(|limit| limit.to_string()).as_deref());
    members.text_some("new_quota_monthly_remain", month_left.map(|left| left.to_string()).as_deref());
    response
}
