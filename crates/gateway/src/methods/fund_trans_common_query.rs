//! `alipay.fund.trans.common.query`: how a transfer of the merchant stands.

use crate::Gateway;
use crate::card_transfer_fields::{Told, found_to_card};
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Part, Wrong, of};
use crate::methods::fund_trans_uni_transfer::{PRODUCTS, Product, product_and_scene};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::transfer_fields::{BY_OUR_NUMBER, FOUND, NUMBER_ALSO, by_our_number, find, found, out_biz_no};
use crate::verify::Verified;
use base::TransferNo;
use cell::CellError;
use engine::{FindCardTransfer, FindTransfer, WhichCardTransfer, WhichTransfer};
use transfer::{TransferNotFound, TransferWay};
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
        Field::when("product_code", Kind::OneOf(PRODUCTS), BY_OUT_BIZ_NO),
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

/// What is looked for. Our number may be of either product.
enum Sought {
    Any(TransferNo),
    Account(FindTransfer),
    Card(FindCardTransfer),
}

fn read(caller: &Caller, fields: &Object) -> Result<Sought, Failure> {
    if let Some(no) = by_our_number(fields)? {
        return Ok(Sought::Any(no));
    }
    let number = out_biz_no(fields)?;
    let number = number.ok_or_else(|| Failure::field("out_biz_no", "与order_id不能同时为空"))?;
    Ok(match product_and_scene(fields)? {
        Product::Account => Sought::Account(find(caller, WhichTransfer::Out(TransferWay::Uni, number))),
        Product::Card => {
            let which = WhichCardTransfer::Out(number);
            Sought::Card(FindCardTransfer { payer: caller.seller(), which })
        }
    })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let mut response = Response::success();
    let members = &mut response.members;
    let to_card = match call.request() {
        Sought::Any(no) => match gateway.door.ask(find(call.caller(), WhichTransfer::No(*no))).await {
            Ok(transfer) => {
                found(members, &transfer);
                None
            }
            Err(CellError::Refused(TransferNotFound)) => {
                let which = WhichCardTransfer::No(*no);
                Some(FindCardTransfer { payer: call.caller().seller(), which })
            }
            Err(error) => return Err(Failure::of_cell(error)),
        },
        Sought::Account(find) => {
            found(members, &*gateway.door.ask(find.clone()).await.map_err(Failure::of_cell)?);
            None
        }
        Sought::Card(find) => Some(find.clone()),
    };
    if let Some(find) = to_card {
        found_to_card(members, &gateway.door.ask(find).await.map_err(Failure::of_cell)?, Told::Common);
    }
    Ok(Done::Say(response))
}
