//! Looking: these change nothing and are not journalled, yet are answered only from what is durable.

use crate::command::Next;
use crate::{Fault, PartyNotFound, Rows, Stop, split_back};
use base::{OrderNo, PartyId, Plant, Slot, planted};
use ledger::{Account, AccountId, AccountKind};
use money::Currency;
use people::{Login, LoginName, Party};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{
    FindRefused, Order, OrderNumber, OutRequestNo, OutTradeNo, Refund, RefundState, SplitLine, Trade,
};

/// How a merchant names an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Which {
    /// By our number, which wins when both are given.
    No(OrderNo),
    /// By the merchant's number.
    Out(OutTradeNo),
}

/// The merchant's own order, whether or not it exists for the world; another merchant's is not found.
pub(crate) fn order_of(
    rows: &mut Rows<'_>,
    seller: PartyId,
    which: &Which,
) -> Result<Option<Arc<Order>>, Fault> {
    let slot = rows.slot();
    let no = match which {
        Which::No(no) if no.slot() == slot => Some(*no),
        Which::No(_) => None,
        Which::Out(out) => rows.get::<OrderNumber>((slot, seller, out.clone()))?.map(|found| found.no),
    };
    let Some(no) = no else { return Ok(None) };
    Ok(rows.get::<Order>((slot, no))?.filter(|order| order.seller == seller))
}

/// A merchant looks at one of its orders.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindOrder {
    /// The merchant.
    pub seller: PartyId,
    /// Which order.
    pub which: Which,
}

impl FindOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn find_order(
    rows: &mut Rows<'_>,
    query: &FindOrder,
) -> Result<Next<Arc<Order>>, Stop<FindRefused>> {
    let shown = |order: &Order| order.exists() || planted(Plant::OfferIsFound);
    match order_of(rows, query.seller, &query.which)?.filter(|order| shown(order)) {
        Some(order) => Ok(Next::Answer(order)),
        None => Stop::because(FindRefused::TradeNotFound),
    }
}

/// A merchant's own people look at one of its orders, also at one that nobody took up yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindShopOrder {
    /// The merchant.
    pub seller: PartyId,
    /// Which order.
    pub which: Which,
}

impl FindShopOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn find_shop_order(
    rows: &mut Rows<'_>,
    query: &FindShopOrder,
) -> Result<Next<Arc<Order>>, Stop<FindRefused>> {
    match order_of(rows, query.seller, &query.which)? {
        Some(order) => Ok(Next::Answer(order)),
        None => Stop::because(FindRefused::TradeNotFound),
    }
}

/// The cashier looks at an order, also at one that nobody took up yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindOrderByNo {
    /// Our number.
    pub order_no: OrderNo,
}

impl FindOrderByNo {
    pub(crate) fn slot(&self) -> Slot {
        self.order_no.slot()
    }
}

pub(crate) fn find_order_by_no(
    rows: &mut Rows<'_>,
    query: &FindOrderByNo,
) -> Result<Next<Arc<Order>>, Stop<FindRefused>> {
    match rows.get::<Order>((rows.slot(), query.order_no))? {
        Some(order) => Ok(Next::Answer(order)),
        None => Stop::because(FindRefused::TradeNotFound),
    }
}

/// A merchant looks at one refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindRefund {
    /// The merchant.
    pub seller: PartyId,
    /// Which order.
    pub which: Which,
    /// The merchant's number of the refund.
    pub out_request_no: OutRequestNo,
}

/// An order and one of its refunds.
#[derive(Clone, PartialEq, Debug)]
pub struct RefundView {
    /// The order.
    pub order: Arc<Order>,
    /// The refund; absent when there is none of this number.
    pub refund: Option<Arc<Refund>>,
    /// What receivers of the order's splits gave back for it.
    pub back: Vec<Arc<SplitLine>>,
}

impl FindRefund {
    pub(crate) fn slot(&self) -> Slot {
        self.seller.slot()
    }
}

pub(crate) fn find_refund(
    rows: &mut Rows<'_>,
    query: &FindRefund,
) -> Result<Next<RefundView>, Stop<FindRefused>> {
    let order = order_of(rows, query.seller, &query.which)?.filter(|order| order.exists());
    let Some(order) = order else { return Stop::because(FindRefused::TradeNotFound) };
    let refund = rows.get::<Refund>((rows.slot(), order.no, query.out_request_no.clone()))?;
    let refund = refund.filter(|refund| refund.state != RefundState::Returned);
    let back = refund.as_ref().map(|refund| split_back::given(rows, &order, refund)).transpose()?;
    Ok(Next::Answer(RefundView { order, refund, back: back.unwrap_or_default() }))
}

/// A buyer looks at one of the trades to pay or paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindTrade {
    /// The buyer.
    pub buyer: PartyId,
    /// The order's number.
    pub order_no: OrderNo,
}

impl FindTrade {
    pub(crate) fn slot(&self) -> Slot {
        self.buyer.slot()
    }
}

pub(crate) fn find_trade(
    rows: &mut Rows<'_>,
    query: &FindTrade,
) -> Result<Next<Arc<Trade>>, Stop<FindRefused>> {
    let trade = rows.get::<Trade>((rows.slot(), query.order_no))?;
    match trade.filter(|trade| trade.buyer == query.buyer) {
        Some(trade) => Ok(Next::Answer(trade)),
        None => Stop::because(FindRefused::TradeNotFound),
    }
}

/// Who signs in with this name?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindLogin {
    /// The name, lower case.
    pub login: LoginName,
}

impl FindLogin {
    pub(crate) fn slot(&self) -> Slot {
        Slot::of_text(self.login.as_str())
    }
}

pub(crate) fn find_login(
    rows: &mut Rows<'_>,
    query: &FindLogin,
) -> Result<Next<PartyId>, Stop<PartyNotFound>> {
    match rows.get::<Login>((rows.slot(), query.login.clone()))? {
        Some(login) => Ok(Next::Answer(login.party)),
        None => Stop::because(PartyNotFound),
    }
}

/// A party's row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindParty {
    /// The party.
    pub party: PartyId,
}

impl FindParty {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn find_party(
    rows: &mut Rows<'_>,
    query: &FindParty,
) -> Result<Next<Arc<Party>>, Stop<PartyNotFound>> {
    match rows.get::<Party>((rows.slot(), query.party))? {
        Some(party) => Ok(Next::Answer(party)),
        None => Stop::because(PartyNotFound),
    }
}

/// A party's account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindAccount {
    /// The party.
    pub party: PartyId,
    /// In which currency.
    pub currency: Currency,
}

impl FindAccount {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

pub(crate) fn find_account(
    rows: &mut Rows<'_>,
    query: &FindAccount,
) -> Result<Next<Arc<Account>>, Stop<PartyNotFound>> {
    let id = AccountId::of(query.party, AccountKind::Balance, query.currency);
    match rows.get::<Account>((rows.slot(), id))? {
        Some(account) => Ok(Next::Answer(account)),
        None => Stop::because(PartyNotFound),
    }
}
