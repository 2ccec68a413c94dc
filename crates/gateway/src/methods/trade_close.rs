//! `alipay.trade.close`: gives up an order that was not paid.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Field, Kind, Part, Wrong, of};
use crate::order_facts::{OPENED, ORDER_NAME};
use crate::order_name::OrderName;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use engine::CloseOrder;
use trade::CloseRefused;
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.close",
    title: "统一收单交易关闭接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        ORDER_NAME,
        Part::Read(&[Field::may("operator_id", Kind::Line(28)).note("not kept")]),
        Part::Ignored(&["extend_params"]),
    ],
    answers: OPENED,
    refuses: &[of::<CloseOrder>],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[r#"{"out_trade_no":"T1"}"#, r#"{"trade_no":"2026010222000000000001"}"#],
    support: "",
};

fn read(_caller: &Caller, fields: &Object) -> Result<OrderName, Failure> {
    crate::fields::line::<28>(fields, "operator_id")?;
    OrderName::read(fields)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let name = call.request();
    let closed = match name.which.clone() {
        Some(which) => {
            let seller = call.caller().seller();
            gateway.door.ask(CloseOrder { seller, which }).await.map_err(Failure::of_cell)
        }
        None => Err(Failure::refused(CloseRefused::TradeNotFound)),
    };
    let order = closed.map_err(|failure| failure.with(|members| name.echo(members)))?;
    let mut response = Response::success();
    response.members.text("out_trade_no", order.out_trade_no.as_str());
    response.members.text("trade_no", &order.no.to_string());
    Ok(Done::Say(response))
}
