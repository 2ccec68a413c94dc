//! What page, wap and app orders have in common: an offer is opened, and the buyer is shown the way to the cashier.

use crate::Gateway;
use crate::codes::Failure;
use crate::order_fields::{More, OrderFields};
use crate::registry::{Done, Page};
use crate::verify::Verified;
use base::OrderNo;
use cell::CellError;
use engine::{FindOrder, Which};
use trade::OpenRefused;
use wire::envelope::Response;

/// Opens the order of an order string.
pub(crate) async fn open(gateway: &Gateway, call: Verified<OrderFields>) -> Result<Done, Failure> {
    let command = call.request().open(call.caller(), More::default());
    let opened = gateway.door.ask(command).await.map_err(Failure::of_cell)?;
    Ok(done(&call, opened.order.no))
}

/// Opens the order of a link. A link that is followed again after the order was paid or closed leads to the cashier all
/// the same, which says so in the buyer's words.
pub(crate) async fn open_page(gateway: &Gateway, call: Verified<OrderFields>) -> Result<Done, Failure> {
    let command = call.request().open(call.caller(), More::default());
    match gateway.door.ask(command).await {
        Ok(opened) => Ok(done(&call, opened.order.no)),
        Err(CellError::Refused(refused @ (OpenRefused::AlreadyPaid | OpenRefused::AlreadyClosed))) => {
            let which = Which::Out(call.request().out_trade_no.clone());
            let found = gateway.door.ask(FindOrder { seller: call.caller().seller(), which }).await;
            found.map(|order| done(&call, order.no)).map_err(|_| Failure::refused(refused))
        }
        Err(error) => Err(Failure::of_cell(error)),
    }
}

fn done(call: &Verified<OrderFields>, order_no: OrderNo) -> Done {
    let order = call.request();
    let mut response = Response::success();
    response.members.text("out_trade_no", order.out_trade_no.as_str());
    response.members.text("seller_id", &call.caller().seller().to_string());
    response.members.text("total_amount", &order.total().to_string());
    response.members.text_some("merchant_order_no", order.merchant_order_no());
    Done::Go { to: Page::Cashier(order_no), response }
}
