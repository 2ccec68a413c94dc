//! `alipay.trade.cancel`: undoes an order whose outcome the merchant does not know.

use crate::Gateway;
use crate::codes::Failure;
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
    run: |gateway, call| Box::pin(run(gateway, call)),
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
