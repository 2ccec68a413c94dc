//! `alipay.fund.auth.order.freeze`: the merchant scans the payer's code, and money is set aside.

use crate::codes::{Failure, PayeeDiffers, frozen_at_till};
use crate::facts::{Facts, Field, Kind, Part, Wrong, every, listed};
use crate::freeze_fields::{FREEZE, FREEZE_IGNORED, FREEZE_REFUSED, FreezeFields, SUPPORT, TOLD, told};
use crate::methods::trade_pay::pay_by;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use crate::{Gateway, fields};
use trade::{FreezeProduct, FreezeState, FreezeWay};
use wire::auth_code::is_bar_code;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.fund.auth.order.freeze",
    title: "资金授权冻结接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        FREEZE,
        Part::Read(&[
            Field::may("auth_code_type", Kind::OneOf(&["bar_code", "security_code"])),
            Field::must("auth_code", Kind::Special).note("16 to 24 digits that begin with 25 to 30"),
        ]),
        FREEZE_REFUSED,
        FREEZE_IGNORED,
    ],
    answers: TOLD,
    refuses: &[every::<PayeeDiffers>, || listed(frozen_at_till())],
    gateway: &[],
    wrong: Wrong::IllegalArgument,
    examples: &[
        r#"{"out_order_no":"F1","out_request_no":"R1","order_title":"deposit","amount":"1.00","auth_code":"2812345678901234"}"#,
    ],
    support: SUPPORT,
};

struct FreezeByCode {
    freeze: FreezeFields,
    code: String,
}

fn read(caller: &Caller, fields: &Object) -> Result<FreezeByCode, Failure> {
    let freeze = FreezeFields::read(caller, fields, FreezeWay::Code, FreezeProduct::PreAuth)?;
    match fields::text(fields, "auth_code_type")? {
        None | Some("bar_code" | "security_code") => {}
        Some(_) => return Err(Failure::field("auth_code_type", "应为bar_code或security_code")),
    }
    let code = fields::required(fields, "auth_code")?;
    if !is_bar_code(code) {
        return Err(Failure::field("auth_code", "应为25～30开头的16～24位数字"));
    }
    Ok(FreezeByCode { freeze, code: code.to_owned() })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let FreezeByCode { freeze, code } = call.request();
    let command = freeze.open(gateway, call.caller(), Some(pay_by(gateway, code)?)).await?;
    let frozen = gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    let waits = frozen.state == FreezeState::Init;
    let mut response = if waits { Response::waiting() } else { Response::success() };
    told(&mut response.members, &frozen);
    Ok(Done::Say(response))
}
