//! `alipay.data.bill.balancehis.query`: what the merchant had when a day or month began and when it ended.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use bill::{Period, balance_before, yuan};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.data.bill.balancehis.query",
    title: "查询商户历史余额",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::when("biz_date", Kind::Special, "without `biz_month`")
            .note("`yyyy-MM-dd`, a day that is over"),
        Field::when("biz_month", Kind::Special, "without `biz_date`").note("`yyyy-MM`, a month that is over"),
    ])],
    answers: &[Member::text("beginning_balance"), Member::text("ending_balance")],
    refuses: &[],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"biz_date":"2026-01-01"}"#, r#"{"biz_month":"2025-12"}"#],
    support: "",
};

fn read(_caller: &Caller, fields: &Object) -> Result<(&'static str, Period), Failure> {
    let read = |name: &'static str, length: usize, wrong: &str| {
        let Some(text) = fields::text(fields, name)? else { return Ok(None) };
        let period = text.parse().ok().filter(|_| text.len() == length);
        period.map(|period| Some((name, period))).ok_or_else(|| Failure::field(name, wrong))
    };
    let day = read("biz_date", 10, "格式应为yyyy-MM-dd")?;
    let month = read("biz_month", 7, "格式应为yyyy-MM")?;
    match (day, month) {
        (Some(_), Some(_)) => Err(Failure::field("biz_month", "与biz_date互斥")),
        (None, None) => Err(Failure::field("biz_date", "与biz_month不能同时为空")),
        (Some(one), None) | (None, Some(one)) => Ok(one),
    }
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let (field, period) = *call.request();
    let party = call.caller().seller();
    let (_, now_us) = gateway.posted_until_now(party).await?;
    if period.ends_at_us() > now_us {
        return Err(Failure::field(field, "尚未结束"));
    }
    let read = move |reader: &mut dyn store::Reader| {
        let beginning = balance_before(reader, party, period.begins_at_us())?;
        Ok((beginning, balance_before(reader, party, period.ends_at_us())?))
    };
    let (beginning, ending) = gateway.read_tables(read).await?;
    let mut response = Response::success();
    response.members.text("beginning_balance", &yuan(beginning)).text("ending_balance", &yuan(ending));
    Ok(Done::Say(response))
}
