//! `/api/v1/me/events`: that something changed, told while somebody watches. A stream says no more than where to look
//! again: at the account, or at the bills. What a merchant's people are told of its orders goes the same way.
//!
//! A stream holds a connection, so there are few: in all, of one person, and of one device. Whoever watches is looked
//! for before anything is said, without counting as used. It ends with the session, with the world's books, when the
//! server stops, and after ten minutes by itself: whoever goes on watching asks again.

use super::streams::Place;
use crate::people::{Who, is_signed_in};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use base::{OrderNo, PartyId};
use bill::{BillError, BillFilter, BillState, Deal, bill_page, refund_wish_of};
use engine::{FindAccount, FindParty};
use futures_util::stream::unfold;
use money::{Currency, Money};
use people::{AccountClass, Device, PartyStatus};
use serde::Serialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use store::Reader;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use trade::RefundWishState;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Newest bills that are watched. An older one hardly changes, and then mostly the balance does too.
const BILLS_WATCHED: usize = 20;
/// After so long without news a comment is sent, so that nobody between takes the connection for dead.
const COMMENT_EVERY: Duration = Duration::from_secs(15);
/// After so long a stream ends: whoever is gone without a word holds its place no longer.
const STREAM_LIFE: Duration = Duration::from_secs(600);
/// After so long a browser asks again when a stream ended.
const RETRY: Duration = Duration::from_secs(3);
/// Says to a server before this one that it must not collect what is sent.
const NOT_COLLECTED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The call of events.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default().routes(routes!(follow))
}

/// Where there is something new to look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChangedPart {
    /// What `/me` tells.
    Account,
    /// One of the newest bills, or their list.
    Bills,
}

/// What somebody who watches is told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct Changed {
    /// Never empty; both at first, since nobody knows what was seen before.
    changed: Vec<ChangedPart>,
}

impl Changed {
    /// What is another than it was; `None` when nothing is.
    fn of(before: Option<&Seen>, now: &Seen) -> Option<Changed> {
        let account = before.is_none_or(|before| before.account != now.account);
        let bills = before.is_none_or(|before| before.bills != now.bills);
        let parts = [(ChangedPart::Account, account), (ChangedPart::Bills, bills)];
        let changed: Vec<_> =
            parts.into_iter().filter_map(|(part, is_other)| is_other.then_some(part)).collect();
        (!changed.is_empty()).then_some(Changed { changed })
    }
}

/// Of what a stream tells that it changed.
pub(super) trait Watched: Send + Sync + 'static {
    /// What is compared from one look to the next.
    type Seen: Send + Sync + 'static;
    /// What is said.
    type Said: Serialize;

    /// Whether whoever watches may hear of it still; `None` when nobody can say.
    fn may_hear(&self, portal: &Portal) -> impl Future<Output = Option<bool>> + Send;

    /// What there is now; `None` when it cannot be said.
    fn look(&self, portal: &Portal) -> impl Future<Output = Option<Self::Seen>> + Send;

    /// What is another than it was; `None` when nothing is.
    fn changed(before: Option<&Self::Seen>, now: &Self::Seen) -> Option<Self::Said>;
}

/// The own account and bills of a person.
struct Own {
    party: PartyId,
}

impl Watched for Own {
    type Seen = Seen;
    type Said = Changed;

    fn may_hear(&self, _: &Portal) -> impl Future<Output = Option<bool>> + Send {
        // Whoever is signed in may look at what is its own.
        std::future::ready(Some(true))
    }

    async fn look(&self, portal: &Portal) -> Option<Seen> {
        look(portal, self.party).await
    }

    fn changed(before: Option<&Seen>, now: &Seen) -> Option<Changed> {
        Changed::of(before, now)
    }
}

/// What a buyer asked its merchant to give back, as it is compared: which asking it is, and what came of it.
pub(super) type Asked = (u32, RefundWishState);

/// A bill, as it is compared: its number, where it stands, what of it came back, and what was asked back.
type Standing = (String, BillState, Money, Option<Asked>);

/// What is compared from one look to the next.
#[derive(Clone, PartialEq, Debug)]
struct Seen {
    /// What can be spent, what the party may do, who stopped its payments as its owner may hear it (a list of names
    /// looks like the operator), and its class.
    account: (Money, PartyStatus, &'static str, AccountClass),
    /// The newest bills.
    bills: Vec<Standing>,
}

/// One stream.
struct Watch<W: Watched> {
    portal: Arc<Portal>,
    device: Arc<Device>,
    watched: W,
    /// How far the tables are.
    posted: watch::Receiver<u64>,
    /// Becomes true when the server stops.
    stops: Option<watch::Receiver<bool>>,
    /// Becomes true when the world begins anew.
    closing: watch::Receiver<bool>,
    /// What was there when something was told last.
    told: Option<W::Seen>,
    /// Not before then the tables are looked at again.
    look_at: Instant,
    /// Then a comment is sent.
    comment_at: Instant,
    /// Then it ends.
    ends_at: Instant,
    place: Place,
}

impl<W: Watched> Watch<W> {
    fn new(portal: Arc<Portal>, device: Arc<Device>, watched: W, place: Place) -> Watch<W> {
        let now = Instant::now();
        Watch {
            posted: portal.door.posted(),
            stops: portal.stops.clone(),
            closing: portal.closing.subscribe(),
            told: None,
            look_at: now + place.first_pause(),
            comment_at: now + COMMENT_EVERY,
            ends_at: now + STREAM_LIFE,
            place,
            portal,
            device,
            watched,
        }
    }

    /// Whether whoever watches is signed in still, and may hear of it; `None` when nobody can say.
    async fn may_hear(&self) -> Option<bool> {
        match is_signed_in(&self.portal, &self.device).await {
            Some(true) => self.watched.may_hear(&self.portal).await,
            otherwise => otherwise,
        }
    }

    /// What is said next; `None` when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let is_time_to_comment = tokio::select! {
                // In this order: whatever ends it comes before what there would be to say.
                biased;
                () = stopped(&mut self.stops) => return None,
                () = closed(&mut self.closing) => return None,
                () = sleep_until(self.ends_at) => return None,
                () = sleep_until(self.comment_at) => true,
                moved = moved(&mut self.posted, self.look_at, self.told.is_none()) => {
                    if !moved {
                        return None;
                    }
                    false
                }
            };
            // Before each event, and before each comment.
            match self.may_hear().await {
                Some(true) => {}
                Some(false) => return None,
                None => {
                    self.later();
                    continue;
                }
            }
            if is_time_to_comment {
                self.comment_at = Instant::now() + COMMENT_EVERY;
                return Some(Event::default().comment(""));
            }
            if let Some(event) = self.look().await {
                self.comment_at = Instant::now() + COMMENT_EVERY;
                return Some(event);
            }
        }
    }

    /// Nobody looks again before a while.
    fn rest(&mut self) {
        self.look_at = Instant::now() + self.place.pause();
    }

    /// Nobody could look: a moment later it is tried again, and what moved is still to be told.
    fn later(&mut self) {
        self.posted.mark_changed();
        self.rest();
        self.comment_at = self.comment_at.max(self.look_at);
    }

    /// The event of what changed since the last one; `None` when nothing did, or nobody can say.
    async fn look(&mut self) -> Option<Event> {
        let found = self.watched.look(&self.portal).await;
        self.rest();
        let Some(found) = found else {
            self.later();
            return None;
        };
        let changed = W::changed(self.told.as_ref(), &found)?;
        let event = if self.told.is_none() { Event::default().retry(RETRY) } else { Event::default() };
        self.told = Some(found);
        match event.event("changed").json_data(changed) {
            Ok(event) => Some(event),
            Err(error) => {
                tracing::error!(%error, "an event cannot be written");
                None
            }
        }
    }
}

/// Ends when the server stops.
async fn stopped(stops: &mut Option<watch::Receiver<bool>>) {
    match stops {
        Some(stops) => closed(stops).await,
        None => std::future::pending().await,
    }
}

/// Ends when the switch is turned. One that is gone was.
async fn closed(switch: &mut watch::Receiver<bool>) {
    drop(switch.wait_for(|turned| *turned).await);
}

/// Waits until the tables moved, and not less than until a moment; for a first look nothing needs to have moved. False
/// when there are no such books any more.
async fn moved(posted: &mut watch::Receiver<u64>, look_at: Instant, is_first: bool) -> bool {
    // In this order: what moves while this waits is seen as one move, and a wait that is given up loses none.
    sleep_until(look_at).await;
    if posted.has_changed().is_err() {
        // Whatever of them was not seen: nobody can look any more.
        return false;
    }
    if is_first {
        posted.mark_unchanged();
        return true;
    }
    posted.changed().await.is_ok()
}

/// What there is now; `None` when it cannot be said.
async fn look(portal: &Portal, party: PartyId) -> Option<Seen> {
    let account = portal.door.ask(FindAccount { party, currency: Currency::Cny }).await.ok()?;
    let whose = portal.door.ask(FindParty { party }).await.ok()?;
    let bills = match portal.read(move |reader| Ok(newest_bills(reader, party))).await? {
        Ok(bills) => bills,
        Err(error) => {
            tracing::error!(%error, "the newest bills cannot be read");
            return None;
        }
    };
    Some(Seen { account: (account.available(), whose.status, whose.stop.name(), whose.class), bills })
}

fn newest_bills(reader: &mut dyn Reader, party: PartyId) -> Result<Vec<Standing>, BillError> {
    let page = bill_page(reader, party, &BillFilter::new(None, ""), None, BILLS_WATCHED)?;
    let mut standing = Vec::with_capacity(page.bills.len());
    for bill in &page.bills {
        let asked = match &bill.deal {
            Deal::Payment(trade) if trade.paid_at_us.is_some() => asked(reader, trade.seller, trade.no)?,
            _ => None,
        };
        standing.push((bill.deal.no(), bill.state(), bill.deal.refunded(), asked));
    }
    Ok(standing)
}

/// What was asked back of a paid order of a merchant.
pub(super) fn asked(
    reader: &mut dyn Reader,
    seller: PartyId,
    no: OrderNo,
) -> Result<Option<Asked>, BillError> {
    Ok(refund_wish_of(reader, seller, no)?.map(|wish| (wish.asking, wish.state)))
}

/// Tells that something changed, as server-sent events: `changed` at once, and again whenever the account or one of the
/// newest bills is another.
#[utoipa::path(
    get,
    path = "/me/events",
    tag = "events",
    responses((
        status = 200,
        description = "Events called `changed`, each with this as its data.",
        body = Changed,
        content_type = "text/event-stream"
    ))
)]
pub(crate) async fn follow(
    State(portal): State<Arc<Portal>>,
    Who(device): Who,
) -> Result<Response, SandboxError> {
    let own = Own { party: device.party };
    stream(portal, device, own)
}

/// A stream for a device, which has a place among all: 429 `too_many_streams` when there is none.
pub(super) fn stream<W: Watched>(
    portal: Arc<Portal>,
    device: Arc<Device>,
    watched: W,
) -> Result<Response, SandboxError> {
    let place = portal.streams.place(device.party, device.no)?;
    let events = unfold(Watch::new(portal, device, watched, place), |mut one| async move {
        let event = one.next().await?;
        Some((Ok::<_, Infallible>(event), one))
    });
    let mut response = Sse::new(events).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(NOT_COLLECTED, HeaderValue::from_static("no"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::super::streams::LOOK_PAUSE;
    use super::*;

    #[test]
    fn what_changed_is_told_and_nothing_else() {
        let yuan = |minor| Money::from_minor(minor, Currency::Cny).unwrap();
        let bill = |no: &str, state, refunded| (no.to_owned(), state, yuan(refunded), None);
        let (status, stop, class) = (PartyStatus::Normal, "none", AccountClass::Unverified);
        let bills = vec![bill("2", BillState::Waiting, 0), bill("1", BillState::Paid, 0)];
        let before = Seen { account: (yuan(100), status, stop, class), bills };
        let told = |now: &Seen| Changed::of(Some(&before), now).map(|changed| changed.changed);
        let both = vec![ChangedPart::Account, ChangedPart::Bills];
        assert_eq!(Changed::of(None, &before).map(|changed| changed.changed), Some(both));
        assert_eq!(told(&before), None);
        let richer = Seen { account: (yuan(101), status, stop, class), ..before.clone() };
        let stopped = Seen { account: (yuan(100), status, "owner", class), ..before.clone() };
        for other in [richer, stopped] {
            assert_eq!(told(&other), Some(vec![ChangedPart::Account]));
        }
        for older in [bill("1", BillState::PartlyRefunded, 1), bill("1", BillState::Paid, 2)] {
            let now = Seen { bills: vec![before.bills[0].clone(), older], ..before.clone() };
            assert_eq!(told(&now), Some(vec![ChangedPart::Bills]), "not the newest bill");
        }
        let mut answered = before.clone();
        for state in [RefundWishState::Open, RefundWishState::Refused] {
            let earlier = answered.clone();
            answered.bills[1].3 = Some((1, state));
            let told = Changed::of(Some(&earlier), &answered).map(|changed| changed.changed);
            assert_eq!(told, Some(vec![ChangedPart::Bills]), "what was asked back is {state:?}");
        }
        let text =
            serde_json::to_string(&Changed { changed: vec![ChangedPart::Account, ChangedPart::Bills] });
        assert_eq!(text.unwrap(), r#"{"changed":["account","bills"]}"#);
    }

    #[tokio::test(start_paused = true)]
    async fn what_moves_while_nobody_looks_is_looked_at_once_and_none_is_lost() {
        let (moves, mut posted) = watch::channel(1);
        let now = Instant::now();
        assert!(moved(&mut posted, now, true).await, "the first look waits for nothing");
        moves.send_replace(2);
        moves.send_replace(3);
        let later = now + LOOK_PAUSE;
        let given_up = tokio::time::timeout(LOOK_PAUSE / 2, moved(&mut posted, later, false)).await;
        assert!(given_up.is_err(), "too early");
        assert!(moved(&mut posted, later, false).await);
        assert!(Instant::now() >= later);
        let nothing = tokio::time::timeout(LOOK_PAUSE, moved(&mut posted, later, false)).await;
        assert!(nothing.is_err(), "nothing moved");
        moves.send_replace(4);
        drop(moves);
        assert!(!moved(&mut posted, later, false).await && !moved(&mut posted, later, true).await);
    }

    #[tokio::test]
    async fn a_stream_ends_when_the_server_stops_or_is_gone() {
        let (stop, stops) = watch::channel(false);
        let mut waits = Some(stops.clone());
        let bound = Duration::from_millis(20);
        assert!(tokio::time::timeout(bound, stopped(&mut waits)).await.is_err());
        stop.send_replace(true);
        stopped(&mut waits).await;
        drop(stop);
        stopped(&mut Some(stops)).await;
        assert!(tokio::time::timeout(bound, stopped(&mut None)).await.is_err());
    }
}
