//! An order as its buyer may see it, and what can still be done with it.

use crate::agreement::lines_of;
use crate::portal::Portal;
use crate::texts::{Texts, shown};
use axum::http::StatusCode;
use base::{BankOrderNo, OrderNo, PartyId};
use cell::CellError;
use engine::{FindOrderByNo, FindParty, FindSigning, FindTrade};
use std::sync::Arc;
use trade::{ClaimRefused, Order, OrderState, Product, Signing, SigningRefused, TradeState, WireCharset};
use wire::charset::Charset;
use wire::page;

/// What can be done with an order now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// It can be paid.
    Payable,
    /// It is paid.
    Paid,
    /// It was paid and wholly given back.
    Refunded,
    /// It was closed unpaid, or its time is over.
    Closed,
    /// Its QR code is too old.
    CodeExpired,
}

/// How far the paying of an order has come, as its buyer's books say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Progress {
    /// Nothing pays it: any way to pay is free.
    Free,
    /// This bank order pays it and was not decided.
    Bank(BankOrderNo),
    /// It was decided. The order may have been read before that.
    Decided,
}

/// How far the paying of this order has come.
pub(crate) async fn progress(
    portal: &Portal,
    buyer: PartyId,
    order_no: OrderNo,
) -> Result<Progress, Unanswered> {
    tried(portal, buyer, order_no).await.map(|(progress, _)| progress)
}

/// The same, with the last bank order that was to pay it, also when that came to nothing.
pub(crate) async fn tried(
    portal: &Portal,
    buyer: PartyId,
    order_no: OrderNo,
) -> Result<(Progress, Option<BankOrderNo>), Unanswered> {
    match portal.door.ask(FindTrade { buyer, order_no }).await {
        Ok(trade) => Ok((progress_of(trade.state, trade.bank_order), trade.last_try)),
        Err(CellError::Refused(_)) => Ok((Progress::Free, None)),
        Err(CellError::Busy | CellError::Unknown) => Err(Unanswered),
    }
}

/// How far the paying of a trade has come that stands there.
pub(crate) fn progress_of(state: TradeState, bank_order: Option<BankOrderNo>) -> Progress {
    match (state, bank_order) {
        (TradeState::Waiting, None) => Progress::Free,
        (TradeState::Waiting, Some(no)) => Progress::Bank(no),
        (TradeState::Paid | TradeState::Closed, _) => Progress::Decided,
    }
}

/// What can be done with this order now, by someone who scanned its code or followed its link.
pub(crate) fn standing(order: &Order, by_code: bool, now_us: i64) -> Standing {
    match order.state {
        OrderState::Paid | OrderState::Finished => Standing::Paid,
        OrderState::Closed if order.paid_at_us.is_some() => Standing::Refunded,
        OrderState::Closed => Standing::Closed,
        OrderState::Offered | OrderState::WaitBuyerPay if now_us >= order.expires_at_us => Standing::Closed,
        OrderState::Offered if by_code && order.code_expires_at_us.is_some_and(|until| now_us >= until) => {
            Standing::CodeExpired
        }
        OrderState::Offered | OrderState::WaitBuyerPay => Standing::Payable,
    }
}

impl Standing {
    /// Status, title and text of the page that says so.
    pub(crate) fn words(self, t: &'static Texts) -> (StatusCode, (&'static str, &'static str)) {
        match self {
            Standing::Payable => (StatusCode::OK, (t.cashier, t.check_payee)),
            Standing::Paid => (StatusCode::OK, (t.paid_already, t.paid_already_text)),
            Standing::Refunded => (StatusCode::OK, (t.refunded, t.refunded_text)),
            Standing::Closed => (StatusCode::GONE, (t.closed, t.closed_text)),
            Standing::CodeExpired => (StatusCode::GONE, (t.code_expired, t.code_expired_text)),
        }
    }
}

/// Status, title and text of the page that says why a buyer cannot take an order up.
pub(crate) fn claim_words(
    refused: ClaimRefused,
    t: &'static Texts,
) -> (StatusCode, (&'static str, &'static str)) {
    match refused {
        ClaimRefused::OrderNotFound => (StatusCode::NOT_FOUND, (t.not_found, t.not_found_text)),
        ClaimRefused::AlreadyPaid => Standing::Paid.words(t),
        ClaimRefused::AlreadyClosed => Standing::Closed.words(t),
        ClaimRefused::CodeExpired => Standing::CodeExpired.words(t),
        // No page takes up an order by a counter code: it is opened and taken up at once.
        ClaimRefused::BuyerNotFound | ClaimRefused::BuyerBlocked | ClaimRefused::TooManyWaiting => {
            (StatusCode::FORBIDDEN, (t.blocked, t.blocked_text))
        }
        ClaimRefused::BuyerIsSeller => (StatusCode::FORBIDDEN, (t.own_order, t.own_order_text)),
        ClaimRefused::BuyerDiffers => (StatusCode::FORBIDDEN, (t.other_buyer, t.other_buyer_text)),
    }
}

/// What pages show of an order.
pub(crate) struct Summary {
    /// The merchant's name.
    pub(crate) payee: String,
    /// What is sold.
    pub(crate) subject: String,
    /// How much, for people.
    pub(crate) amount: String,
    /// The merchant's number.
    pub(crate) out_trade_no: String,
    /// When it closes, for people.
    pub(crate) expires: String,
    /// Where the buyer goes who gives up, from the merchant's signed request.
    pub(crate) quit_url: Option<String>,
    /// The terms of what is signed by paying; empty when nothing is.
    pub(crate) terms: Vec<(&'static str, String)>,
    /// What came of that; absent until it is paid, or when nothing is signed.
    pub(crate) signed: Option<&'static str>,
}

/// The platform could not answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Unanswered;

/// The order that a link names; `None` when the link is not ours or the order is gone.
pub(crate) async fn find(portal: &Portal, token: &str) -> Result<Option<Arc<Order>>, Unanswered> {
    let Some(order_no) = portal.world.secrets.order_of_token(token) else { return Ok(None) };
    match portal.door.ask(FindOrderByNo { order_no }).await {
        Ok(order) => Ok(Some(order)),
        Err(CellError::Refused(_)) => Ok(None),
        Err(CellError::Busy | CellError::Unknown) => Err(Unanswered),
    }
}

/// The name of a party, for people; empty when it cannot be found.
pub(crate) async fn name_of(portal: &Portal, party: PartyId) -> String {
    portal.door.ask(FindParty { party }).await.map_or_else(|_| String::new(), |found| found.name.to_string())
}

/// What the buyer of this order signs by paying it.
pub(crate) async fn signing(portal: &Portal, order_no: OrderNo) -> Result<Option<Arc<Signing>>, Unanswered> {
    match portal.door.ask(FindSigning { order_no }).await {
        Ok(signing) => Ok(Some(signing)),
        Err(CellError::Refused(_)) => Ok(None),
        Err(CellError::Busy | CellError::Unknown) => Err(Unanswered),
    }
}

/// What pages show of this order. Nobody may pay without having seen what is signed by it.
pub(crate) async fn summary(portal: &Portal, order: &Order, t: &Texts) -> Result<Summary, Unanswered> {
    let signing = signing(portal, order.no).await?;
    let signed = signing.as_ref().and_then(|signing| match (signing.agreement_no, signing.refused) {
        (Some(_), _) => Some(t.signed_too),
        (None, Some(SigningRefused::SameInForce)) => Some(t.signed_before),
        (None, Some(_)) => Some(t.not_signed),
        (None, None) => None,
    });
    let quit_url = order.quit_url.as_ref().filter(|url| page::is_web_address(url.as_str()));
    Ok(Summary {
        payee: name_of(portal, order.seller).await,
        subject: order.subject.to_string(),
        amount: shown(order.total()),
        out_trade_no: order.out_trade_no.to_string(),
        expires: t.moment(order.expires_at_us),
        quit_url: quit_url.map(ToString::to_string),
        terms: signing.map_or_else(Vec::new, |signing| lines_of(&signing.terms(), t)),
        signed,
    })
}

/// Where the browser of the buyer who paid goes: the `return_url` of the signed order with signed parameters. `None`
/// when the merchant gave none, or the product has none.
pub(crate) async fn return_link(portal: &Portal, order: Arc<Order>) -> Option<String> {
    let method = match order.product {
        Product::Page => "alipay.trade.page.pay.return",
        Product::Wap => "alipay.trade.wap.pay.return",
        Product::FaceToFace | Product::QrCode | Product::StaticCode => return None,
        Product::MiniProgram | Product::App => return None,
        Product::EscrowPhysical
        | Product::EscrowVirtual
        | Product::EscrowAutoDelivery
        | Product::EscrowTopUp
        | Product::EscrowWholesale
        | Product::EscrowCrossBorder => return None,
    };
    let url = order.return_url.clone()?;
    let charset = match order.charset {
        WireCharset::Utf8 => Charset::Utf8,
        WireCharset::Gbk => Charset::Gbk,
    };
    let sign_type = portal.sign_type_for(order.app, order.rsa1);
    let (key, now_us) = (portal.world.signing_key(sign_type)?.clone(), portal.door.now_us());
    let signed = tokio::task::spawn_blocking(move || {
        let (app, seller, trade_no) = (order.app.to_string(), order.seller.to_string(), order.no.to_string());
        let (total, timestamp) = (order.total().to_string(), wire::timestamp::format_cn(now_us));
        let pairs = [
            ("app_id", app.as_str()),
            ("auth_app_id", app.as_str()),
            ("charset", charset.name()),
            ("method", method),
            ("out_trade_no", order.out_trade_no.as_str()),
            ("seller_id", seller.as_str()),
            ("timestamp", timestamp.as_str()),
            ("total_amount", total.as_str()),
            ("trade_no", trade_no.as_str()),
            ("version", "1.0"),
        ];
        page::signed_return_url(url.as_str(), &pairs, charset, sign_type, &key).ok()
    });
    signed.await.unwrap_or(None)
}

/// The order that one of our own addresses names: `…/cashier/TOKEN` or `…/qr/TOKEN`, and whether it is a scanned code.
pub(crate) fn order_of_address(portal: &Portal, address: &str) -> Option<(OrderNo, bool)> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.rsplit('/');
    let (token, kind) = (parts.next()?, parts.next()?);
    let by_code = match kind {
        "qr" => true,
        "cashier" => false,
        _ => return None,
    };
    portal.world.secrets.order_of_token(token).map(|order_no| (order_no, by_code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_order_that_nothing_pays_or_paid_is_free() {
        let bank = BankOrderNo::from_number(7);
        for (state, bank_order, expected) in [
            (TradeState::Waiting, None, Progress::Free),
            (TradeState::Waiting, bank, Progress::Bank(bank.unwrap())),
            (TradeState::Paid, None, Progress::Decided),
            (TradeState::Paid, bank, Progress::Decided),
            (TradeState::Closed, None, Progress::Decided),
            (TradeState::Closed, bank, Progress::Decided),
        ] {
            assert_eq!(progress_of(state, bank_order), expected, "{state:?} {bank_order:?}");
        }
    }
}
