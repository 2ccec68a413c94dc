//! `alipay.trade.cancel`: undoes an order whose outcome the merchant does not know.

use crate::Gateway;
use crate::codes::Failure;
use crate::facts::{Facts, Member, Wrong, of};
use crate::order_facts::ORDER_NAME;
use crate::order_name::OrderName;
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::verify::Verified;
use engine::{CancelAction, CancelOrder, Cancelled};
use wire::envelope::Response;
use wire::json::Object;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.cancel",
    title: "统一收单交易撤销接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[ORDER_NAME],
    answers: &[
        Member::text("retry_flag"),
        Member::text("out_trade_no").when("it was given, or the order is known"),
        Member::text("trade_no").when("the order is known"),
        Member::text("action").when("something was done: `close` or `refund`"),
    ],
    refuses: &[of::<CancelOrder>],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[r#"{"out_trade_no":"T1"}"#, r#"{"trade_no":"2026010222000000000001"}"#],
    support: "",
};

fn read(_caller: &Caller, fields: &Object) -> Result<OrderName, Failure> {
    OrderName::read(fields)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let name = call.request();
    let cancelled = match name.which.clone() {
        Some(which) => {
            let seller = call.caller().seller();
            gateway.door.ask(CancelOrder { seller, which }).await.map_err(Failure::of_cell)
        }
        // What was never there needs no undoing, and is repeated safely.
        None => Ok(Cancelled { order: None, action: None }),
    };
    let cancelled = cancelled.map_err(|failure| {
        let retry = if failure.is_unknown() { "Y" } else { "N" };
        failure.with(|members| {
            name.echo(members);
            members.text("retry_flag", retry);
        })
    })?;
    Ok(Done::Say(respond(name, &cancelled)))
}

fn respond(name: &OrderName, cancelled: &Cancelled) -> Response {
    let mut response = Response::success();
    let members = &mut response.members;
    members.text("retry_flag", "N");
    match &cancelled.order {
        Some(order) => {
            members.text("out_trade_no", order.out_trade_no.as_str());
            members.text("trade_no", &order.no.to_string());
        }
        None => name.echo(members),
    }
    if let Some(action) = cancelled.action {
        members.text(
            "action",
            match action {
                CancelAction::Close => "close",
                CancelAction::Refund => "refund",
            },
        );
    }
    response
}
