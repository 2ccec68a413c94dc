//! `alipay.fund.trans.order.query`: how a transfer of the older interface stands.

use crate::Gateway;
use crate::card_transfer_fields::{Told, found_to_card};
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, of};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::transfer_fields::{BY_OUR_NUMBER, NUMBER_ALSO, by_order_id, find, out_biz_no, told};
use crate::verify::Verified;
use cell::CellError;
use engine::{FindCardTransfer, FindTransfer, WhichCardTransfer, WhichTransfer};
use transfer::{TransferNotFound, TransferWay};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.trans.order.query",
    title: "查询转账订单接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        BY_OUR_NUMBER,
        Field::when("out_biz_no", Kind::Number(64, NUMBER_ALSO), "unless `order_id` is there"),
    ])],
    answers: &[
        Member::text("order_id"),
        Member::text("out_biz_no"),
        Member::text("status"),
        Member::text("pay_date").when("it is paid"),
        Member::text("arrival_time_end").when("it is paid"),
        Member::text("order_fee"),
        Member::text("error_code").when("it came back"),
        Member::text("fail_reason").when("it came back"),
    ],
    refuses: &[of::<FindTransfer>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"out_biz_no":"t1"}"#],
    support: "",
};

fn read(caller: &Caller, fields: &Object) -> Result<FindTransfer, Failure> {
    if let Some(no) = by_order_id(fields)? {
        return Ok(find(caller, WhichTransfer::No(no)));
    }
    let number = out_biz_no(fields)?;
    let number = number.ok_or_else(|| Failure::field("out_biz_no", "与order_id不能同时为空"))?;
    Ok(find(caller, WhichTransfer::Out(TransferWay::ToAccount, number)))
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let mut response = Response::success();
    let members = &mut response.members;
    match (gateway.door.ask(call.request().clone()).await, &call.request().which) {
        (Ok(transfer), _) => {
            members.text("order_id", &transfer.no.to_string());
            members.text("out_biz_no", transfer.out_biz_no.as_str());
            told(members, &transfer);
        }
        // Our numbers are of one series: this one may be of a transfer to a card.
        (Err(CellError::Refused(TransferNotFound)), WhichTransfer::No(no)) => {
            let which = WhichCardTransfer::No(*no);
            let find = FindCardTransfer { payer: call.caller().seller(), which };
            found_to_card(members, &gateway.door.ask(find).await.map_err(Failure::of_cell)?, Told::Older);
        }
        (Err(error), _) => return Err(Failure::of_cell(error)),
    }
    Ok(Done::Say(response))
}
