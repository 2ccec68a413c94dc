//! `alipay.data.bill.balance.query`: what the merchant has now.

use crate::Gateway;
use crate::codes::{self, Failure};
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use bill::yuan;
use engine::{FindAccount, FindUnsettled};
use money::Currency;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.data.bill.balance.query",
    title: "查询商户当前余额",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[Field::may("bill_user_id", Kind::Party)
        .note("the merchant's own number; other accounts are not here")])],
    answers: &[
        Member::text("total_amount"),
        Member::text("available_amount"),
        Member::text("freeze_amount"),
        Member::text("settle_amount"),
    ],
    refuses: &[],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &["{}"],
    support: "`settle_amount` is what a contract settles the day after; what an escrow holds is in none of these sums",
};

fn read(caller: &Caller, fields: &Object) -> Result<(), Failure> {
    match fields::text(fields, "bill_user_id")? {
        Some(party) if party != caller.seller().to_string() => {
            Err(Failure::field("bill_user_id", "只能是本商户的编号"))
        }
        Some(_) | None => Ok(()),
    }
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let find = FindAccount { party: call.caller().seller(), currency: Currency::Cny };
    // Every merchant has an account since it was opened.
    let account = gateway.door.ask(find).await.map_err(|_| codes::unknown())?;
    let find = FindUnsettled { seller: call.caller().seller(), currency: Currency::Cny };
    let unsettled = gateway.door.ask(find).await.map_err(|_| codes::unknown())?;
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("total_amount", &yuan(account.balance_minor));
    members.text("available_amount", &account.available().to_string());
    // Asked for after the balance: what was settled in between is in neither.
    let frozen = account.held_minor.units().saturating_sub(unsettled.minor().units()).max(0);
    members.text("freeze_amount", &yuan(frozen));
    members.text("settle_amount", &unsettled.to_string());
    Ok(Done::Say(response))
}
