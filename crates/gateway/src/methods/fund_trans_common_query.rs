//! `alipay.fund.trans.common.query`: how a transfer of the merchant stands.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Part, Wrong, of};
use crate::methods::fund_trans_uni_transfer::product_and_scene;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::transfer_fields::{BY_OUR_NUMBER, FOUND, NUMBER_ALSO, by_our_number, find, found, out_biz_no};
use crate::verify::Verified;
use engine::{FindTransfer, WhichTransfer};
use transfer::TransferWay;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.trans.common.query",
    title: "转账业务单据查询接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const BY_OUT_BIZ_NO: &str = "with `out_biz_no`";

const FACTS: Facts = Facts {
    asks: &[Part::Read(&[
        Field::may("pay_fund_order_id", Kind::Opaque).note("goes before `order_id`"),
        BY_OUR_NUMBER,
        Field::when("out_biz_no", Kind::Number(64, NUMBER_ALSO), "unless one of our numbers is there"),
        Field::when("product_code", Kind::OneOf(&["TRANS_ACCOUNT_NO_PWD"]), BY_OUT_BIZ_NO),
        Field::when("biz_scene", Kind::OneOf(&["DIRECT_TRANSFER"]), BY_OUT_BIZ_NO),
    ])],
    answers: FOUND,
    refuses: &[of::<FindTransfer>],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[
        r#"{"out_biz_no":"t1","product_code":"TRANS_ACCOUNT_NO_PWD","biz_scene":"DIRECT_TRANSFER"}"#,
        r#"{"order_id":"20260102110070000000000000000742"}"#,
    ],
    support: "",
};

fn read(caller: &Caller, fields: &Object) -> Result<FindTransfer, Failure> {
    if let Some(no) = by_our_number(fields)? {
        return Ok(find(caller, WhichTransfer::No(no)));
    }
    let number = out_biz_no(fields)?;
    let number = number.ok_or_else(|| Failure::field("out_biz_no", "与order_id不能同时为空"))?;
    product_and_scene(fields)?;
    Ok(find(caller, WhichTransfer::Out(TransferWay::Uni, number)))
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let transfer = gateway.door.ask(call.request().clone()).await.map_err(Failure::of_cell)?;
    let mut response = Response::success();
    found(&mut response.members, &transfer);
    Ok(Done::Say(response))
}
