//! How an order stands while its page is open: what the page's script asks every few seconds, and the ways to pay with
//! the wallet in the page's place.
//!
//! Whoever has the link may ask, and hears no more than the page says. A look costs two questions to the cell, three
//! once an order ended that a card was to pay, and changes nothing.

use super::{Place, Shared, Text, Way};
use crate::order_view::{self, Progress, Standing, Unanswered, progress_of};
use crate::people::crowded;
use crate::picture::{Picture, qr_code};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sandbox_pay::no_order;
use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use base::{BankOrderNo, PartyId, SECOND_US};
use cell::CellError;
use engine::{FindBankOrder, FindTrade};
use fund::BankOrderState;
use serde::Serialize;
use std::sync::Arc;
use trade::{Order, OrderState, TradeState};

/// The wallet's page that pays an order, below the root of the world; what names the order follows.
const WALLET_PAGE: &str = "/app/wallet/#/pay?";

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Now {
    /// Nobody took it up.
    Waiting,
    /// A buyer took it up and did not pay yet.
    Taken,
    /// A bank is asked, also of an order that was closed meanwhile, or books are about to say how it was decided.
    Paying,
    /// The last payment by card did not pay it; it can be paid in any way.
    Tried,
    /// It is paid.
    Paid,
    /// It was paid and wholly given back.
    Refunded,
    /// It was closed unpaid, or its time is over.
    Closed,
    /// Its QR code is too old.
    CodeExpired,
}

impl Now {
    /// Whether nothing comes any more that a page waits for.
    const fn is_over(self) -> bool {
        match self {
            Now::Waiting | Now::Taken | Now::Paying | Now::Tried => false,
            Now::Paid | Now::Refunded | Now::Closed | Now::CodeExpired => true,
        }
    }
}

/// What the script hears.
#[derive(Serialize)]
struct Told {
    state: Now,
    /// Whether it may stop asking.
    over: bool,
    /// Until nobody can pay any more.
    seconds_left: i64,
}

/// What a page gives its script.
pub(super) struct Live {
    /// Where it asks.
    pub(super) state: String,
    /// The order's page, which says why nothing can be done any more.
    pub(super) here: String,
    /// Where the page goes once the order is paid.
    pub(super) result: String,
    /// How many seconds are left to pay; absent when there are none.
    pub(super) left: Option<i64>,
    /// Whether the payer reads it: that a buyer took the order up is no news then, nor is there anything to sign in to.
    pub(super) is_payers: bool,
}

impl Live {
    /// For this page of an order, which goes to `result` once it is paid.
    pub(super) fn of(place: &Place<'_>, order: &Order, result: String) -> Live {
        let left = Some(seconds_left(place, order)).filter(|left| *left > 0);
        let (state, here) = (place.address("/state"), place.address(""));
        Live { state, here, result, left, is_payers: false }
    }

    /// The same, for a page that its payer reads, who signed in.
    pub(super) fn of_payer(self) -> Live {
        Live { is_payers: true, ..self }
    }
}

/// The ways to pay this order with the wallet.
pub(super) struct InWallet {
    /// What another device scans.
    pub(super) code: Picture,
    /// Where the wallet is on this device; absent where there is none.
    pub(super) link: Option<String>,
}

impl InWallet {
    /// The wallet pays the very order of the page; `None` when its address does not fit into a code.
    pub(super) fn of(place: &Place<'_>, order: &Order) -> Option<InWallet> {
        let world = &place.portal.world;
        let (name, address) = match place.way {
            Way::Link => ("order_url", world.cashier_url(order.no)),
            Way::Code => ("qr_code", world.qr_url(order.no)),
        };
        let query = wire::page::query_of(&[(name, address.as_str())]);
        // The wallet speaks to the calls of persons, which a world has that is for trying out.
        let link = world.sandbox.then(|| format!("{}{WALLET_PAGE}{query}", place.portal.root));
        qr_code(&address).map(|code| InWallet { code, link })
    }
}

/// The route below an order's page.
pub(super) fn routes_of(way: Way, path: &str) -> Router<Arc<Portal>> {
    Router::new().route(
        &format!("{path}/state"),
        get(async move |State(p): Shared, Path(t): Text| told(Place::new(&p, way, t)).await),
    )
}

async fn told(place: Place<'_>) -> Result<Json<Told>, SandboxError> {
    let found = order_view::find(place.portal, &place.token).await.map_err(|_| crowded())?;
    let order = found.ok_or_else(no_order)?;
    let state = now(&place, &order).await.map_err(|_| crowded())?;
    Ok(Json(Told { state, over: state.is_over(), seconds_left: seconds_left(&place, &order) }))
}

/// Where an order stands, and of one that ended unpaid what became of the last try to pay it by card.
pub(super) struct Look {
    /// Where it stands.
    pub(super) now: Now,
    /// The bank order of that try.
    pub(super) last: Option<BankOrderState>,
}

/// Whether an order can still be paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// It can.
    Open,
    /// Its time is over, and its merchant's books did not close it yet: a bank that was asked in time may pay it.
    Late,
    /// It was closed: what a bank takes now goes back to the card.
    Closed,
}

/// Where an order stands.
pub(super) async fn now(place: &Place<'_>, order: &Order) -> Result<Now, Unanswered> {
    look(place, order).await.map(|look| look.now)
}

/// Where an order stands, with what is known of its last payment by card.
pub(super) async fn look(place: &Place<'_>, order: &Order) -> Result<Look, Unanswered> {
    let only = |now| Ok(Look { now, last: None });
    let end = match place.standing(order) {
        Standing::Paid => return only(Now::Paid),
        Standing::Refunded => return only(Now::Refunded),
        Standing::CodeExpired => return only(Now::CodeExpired),
        Standing::Closed if order.state == OrderState::Closed => End::Closed,
        Standing::Closed => End::Late,
        Standing::Payable => End::Open,
    };
    let Some(buyer) = order.buyer else { return only(untaken(end, Now::Waiting)) };
    let trade = match place.portal.door.ask(FindTrade { buyer, order_no: order.no }).await {
        Ok(trade) => trade,
        Err(CellError::Refused(_)) => return only(untaken(end, Now::Taken)),
        Err(CellError::Busy | CellError::Unknown) => return Err(Unanswered),
    };
    // A closed trade says nothing of its bank: closing an order asks no bank to stop.
    let last = match trade.last_try.filter(|_| end != End::Open) {
        Some(no) => Some(bank_state(place, buyer, no).await?),
        None => None,
    };
    let now = match (end, progress_of(trade.state, trade.bank_order)) {
        (End::Open | End::Late, Progress::Bank(_) | Progress::Decided) => Now::Paying,
        (End::Open, Progress::Free) if trade.last_try.is_some() => Now::Tried,
        (End::Open, Progress::Free) => Now::Taken,
        (End::Late, Progress::Free) | (End::Closed, _) => ended_of(trade.state, last),
    };
    Ok(Look { now, last })
}

/// Where an order stands that nothing was asked for.
const fn untaken(end: End, open: Now) -> Now {
    match end {
        End::Open => open,
        End::Late | End::Closed => Now::Closed,
    }
}

/// Where an order stands that will not be paid any more: nobody is told so while its bank may take the money unseen.
fn ended_of(trade: TradeState, last: Option<BankOrderState>) -> Now {
    use BankOrderState as S;
    match (trade, last) {
        // It was paid too late: the money is on its way back.
        (TradeState::Paid, _) => Now::Paying,
        (TradeState::Waiting | TradeState::Closed, Some(S::Asked | S::Unknown | S::Done)) => Now::Paying,
        (TradeState::Waiting | TradeState::Closed, None | Some(S::Draft | S::GivenUp | S::Failed)) => {
            Now::Closed
        }
        (
            TradeState::Waiting | TradeState::Closed,
            Some(S::Closed | S::Returning | S::Returned | S::Credited),
        ) => Now::Closed,
    }
}

/// Where a bank order stands. That it cannot be told is no word about it.
async fn bank_state(
    place: &Place<'_>,
    party: PartyId,
    no: BankOrderNo,
) -> Result<BankOrderState, Unanswered> {
    let found = place.portal.door.ask(FindBankOrder { party, no }).await;
    found.map(|view| view.order.state).map_err(|_| Unanswered)
}

/// How many seconds are left to pay; whoever scanned a code that nobody took up has as many as the code.
fn seconds_left(place: &Place<'_>, order: &Order) -> i64 {
    let of_code = order.code_expires_at_us.filter(|_| place.by_code() && order.state == OrderState::Offered);
    let until_us = of_code.map_or(order.expires_at_us, |code_us| code_us.min(order.expires_at_us));
    until_us.saturating_sub(place.portal.door.now_us()).max(0) / SECOND_US
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_a_bank_may_still_take_money_for_is_never_closed() {
        for state in [TradeState::Waiting, TradeState::Closed] {
            assert_eq!(ended_of(state, None), Now::Closed, "{state:?}");
            for last in BankOrderState::ALL {
                let is_open = [BankOrderState::Asked, BankOrderState::Unknown, BankOrderState::Done];
                let expected = if is_open.contains(&last) { Now::Paying } else { Now::Closed };
                assert_eq!(ended_of(state, Some(last)), expected, "{state:?} {last:?}");
            }
        }
        assert_eq!(ended_of(TradeState::Paid, None), Now::Paying, "paid too late");
    }

    #[test]
    fn what_nobody_was_asked_for_waits_until_it_ends() {
        assert_eq!(untaken(End::Open, Now::Taken), Now::Taken);
        assert!([End::Late, End::Closed].into_iter().all(|end| untaken(end, Now::Taken) == Now::Closed));
    }

    #[test]
    fn a_page_stops_asking_when_nothing_comes_any_more() {
        let over = [Now::Paid, Now::Refunded, Now::Closed, Now::CodeExpired];
        let open = [Now::Waiting, Now::Taken, Now::Paying, Now::Tried];
        assert!(over.into_iter().all(Now::is_over) && !open.into_iter().any(Now::is_over));
    }
}
