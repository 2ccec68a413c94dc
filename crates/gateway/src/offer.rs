//! What page, wap and app orders have in common: an offer is opened, and the buyer is shown the way to the cashier.

use crate::Gateway;
use crate::agreement_fields::ByPaying;
use crate::codes::Failure;
use crate::order_fields::{More, OrderFields};
use crate::registry::{Done, Page};
use crate::verify::Verified;
use base::{OrderNo, PartyId};
use cell::CellError;
use engine::{FindOrder, OpenSigning, Opened, Which};
use trade::{OpenRefused, OpenSigningRefused, OutTradeNo};
use wire::envelope::Response;

/// Opens the order of an order string.
pub(crate) async fn open(gateway: &Gateway, call: Verified<OrderFields>) -> Result<Done, Failure> {
    let opened = ask(gateway, &call).await.map_err(Failure::of_cell)?;
    Ok(done(&call, opened.order.no))
}

/// Opens the order of a link. A link that is followed again after the order was paid or closed leads to the cashier all
/// the same, which says so in the buyer's words.
pub(crate) async fn open_page(gateway: &Gateway, call: Verified<OrderFields>) -> Result<Done, Failure> {
    match ask(gateway, &call).await {
        Ok(opened) => Ok(done(&call, opened.order.no)),
        Err(CellError::Refused(OpenSigningRefused::Open(
            refused @ (OpenRefused::AlreadyPaid | OpenRefused::AlreadyClosed),
        ))) => {
            let which = Which::Out(call.request().out_trade_no.clone());
            let found = gateway.door.ask(FindOrder { seller: call.caller().seller(), which }).await;
            found.map(|order| done(&call, order.no)).map_err(|_| Failure::refused(refused))
        }
        Err(error) => Err(Failure::of_cell(error)),
    }
}

/// The order that a text does not open any more, though it is the text of this order: it was paid or closed, or its
/// seller was blocked after somebody had taken it up. Whoever hands it over again, because an answer was lost, is to
/// hear how the order stands. That it means this order was compared before any of the three was said.
pub(crate) async fn stands(
    gateway: &Gateway,
    seller: PartyId,
    number: OutTradeNo,
    failure: &Failure,
) -> Option<OrderNo> {
    let known = [OpenRefused::AlreadyPaid, OpenRefused::AlreadyClosed, OpenRefused::SellerBlocked];
    if !known.into_iter().any(|refused| Failure::refused(refused).sub_code() == failure.sub_code()) {
        return None;
    }
    // Finds no order that nobody took up: of that no answer can be lost, and a blocked seller gets no new buyer.
    let found = gateway.door.ask(FindOrder { seller, which: Which::Out(number) }).await;
    found.ok().map(|order| order.no)
}

/// Opens the order; with what its buyer signs by paying, if anything.
async fn ask(
    gateway: &Gateway,
    call: &Verified<OrderFields>,
) -> Result<Opened, CellError<OpenSigningRefused>> {
    let order = call.request().open(call.caller(), More::default());
    let Some(ByPaying { terms, notify_url }) = call.request().by_paying() else {
        return gateway.door.ask(order).await.map_err(|error| match error {
            CellError::Refused(refused) => CellError::Refused(OpenSigningRefused::Open(refused)),
            CellError::Busy => CellError::Busy,
            CellError::Unknown => CellError::Unknown,
        });
    };
    let (terms, sign_notify_url) = (terms.clone(), notify_url.clone());
    gateway.door.ask(OpenSigning { order, terms, sign_notify_url }).await
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
