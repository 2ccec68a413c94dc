//! `/api/v1/me/events`: that something changed, told while somebody watches. A stream says no more than where to look
//! again: at the account, or at the bills.
//!
//! A stream holds a connection, so there are few: in all, of one person, and of one device. Whoever watches is looked
//! for before anything is said, without counting as used. It ends with the session, with the world's books, when the
//! server stops, and after ten minutes by itself: whoever goes on watching asks again.

use crate::people::{Who, is_signed_in};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use base::PartyId;
use bill::{BillError, BillFilter, BillState, bill_page};
use engine::{FindAccount, FindParty};
use futures_util::stream::unfold;
use money::{Currency, Money};
use people::{AccountClass, Device, PartyStatus};
use serde::Serialize;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Reader;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Streams at once: a quarter of the connections that the server takes.
const STREAMS_MAX: usize = 1_000;
/// Streams of one person at once.
const STREAMS_OF_PERSON_MAX: usize = 4;
/// Streams of one device at once. A browser opens six connections to one place; two leave room for what is asked, and
/// for one that is not yet known to be gone.
const STREAMS_OF_DEVICE_MAX: usize = 2;
/// Newest bills that are watched. An older one hardly changes, and then mostly the balance does too.
const BILLS_WATCHED: usize = 20;
/// Least wait from one look to the next: the tables move twenty times in a second, and nobody reads so fast.
const LOOK_PAUSE: Duration = Duration::from_secs(1);
/// Looks of all streams together in a second after the first of each, about. Each asks the cell three times and opens
/// the tables anew.
const LOOKS_A_SECOND: u32 = 50;
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

/// What is compared from one look to the next.
#[derive(Clone, PartialEq, Debug)]
struct Seen {
    /// What can be spent, what the party may do, who stopped its payments as its owner may hear it (a list of names
    /// looks like the operator), and its class.
    account: (Money, PartyStatus, &'static str, AccountClass),
    /// The newest bills: number, where each stands, and what of it came back.
    bills: Vec<(String, BillState, Money)>,
}

/// The streams that are open: of each person the devices, one for each stream.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    open: Mutex<HashMap<PartyId, Vec<u64>>>,
}

/// The place of one stream among all; given back when it ends.
#[derive(Debug)]
struct Place {
    streams: Arc<Streams>,
    party: PartyId,
    device: u64,
}

/// Least wait from one look of a stream to its next one where so many are open: the more there are, the longer, so that
/// those who pay do not wait for those who watch.
fn pause_among(streams: usize) -> Duration {
    let streams = u32::try_from(streams).unwrap_or(u32::MAX);
    LOOK_PAUSE.max(LOOK_PAUSE.saturating_mul(streams) / LOOKS_A_SECOND)
}

impl Streams {
    /// How many are open.
    fn count(&self) -> usize {
        self.open().values().map(Vec::len).sum()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<PartyId, Vec<u64>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more stream of this device. 429 when it, its person or everybody together has enough.
    fn place(self: &Arc<Streams>, party: PartyId, device: u64) -> Result<Place, SandboxError> {
        let refused = |message: String| {
            Err(SandboxError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_streams", message))
        };
        let mut open = self.open();
        let own = open.get(&party).map_or(&[][..], Vec::as_slice);
        if own.iter().filter(|one| **one == device).count() >= STREAMS_OF_DEVICE_MAX {
            return refused(format!("{STREAMS_OF_DEVICE_MAX} streams of this device are open; close one"));
        }
        if own.len() >= STREAMS_OF_PERSON_MAX {
            return refused(format!("{STREAMS_OF_PERSON_MAX} streams of the account are open; close one"));
        }
        if open.values().map(Vec::len).sum::<usize>() >= STREAMS_MAX {
            let message = "as many streams are open as there can be; ask from time to time instead";
            return refused(message.to_owned());
        }
        open.entry(party).or_default().push(device);
        Ok(Place { streams: self.clone(), party, device })
    }
}

impl Place {
    /// How long a stream waits from one look to the next, with those that are open now.
    fn pause(&self) -> Duration {
        pause_among(self.streams.count())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        let Some(own) = open.get_mut(&self.party) else { return };
        if let Some(at) = own.iter().position(|one| *one == self.device) {
            own.swap_remove(at);
        }
        if own.is_empty() {
            open.remove(&self.party);
        }
    }
}

/// One stream.
struct Watch {
    portal: Arc<Portal>,
    device: Arc<Device>,
    /// How far the tables are.
    posted: watch::Receiver<u64>,
    /// Becomes true when the server stops.
    stops: Option<watch::Receiver<bool>>,
    /// Becomes true when the world begins anew.
    closing: watch::Receiver<bool>,
    /// What was there when something was told last.
    told: Option<Seen>,
    /// Not before then the tables are looked at again.
    look_at: Instant,
    /// Then a comment is sent.
    comment_at: Instant,
    /// Then it ends.
    ends_at: Instant,
    place: Place,
}

impl Watch {
    fn new(portal: Arc<Portal>, device: Arc<Device>, place: Place) -> Watch {
        let now = Instant::now();
        Watch {
            posted: portal.door.posted(),
            stops: portal.stops.clone(),
            closing: portal.closing.subscribe(),
            told: None,
            look_at: now,
            comment_at: now + COMMENT_EVERY,
            ends_at: now + STREAM_LIFE,
            place,
            portal,
            device,
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
            let is_signed_in = is_signed_in(&self.portal, &self.device).await;
            if is_signed_in == Some(false) {
                return None;
            }
            if is_signed_in.is_none() {
                self.later();
                continue;
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
        let found = look(&self.portal, self.device.party).await;
        self.rest();
        let Some(found) = found else {
            self.later();
            return None;
        };
        let changed = Changed::of(self.told.as_ref(), &found)?;
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

fn newest_bills(
    reader: &mut dyn Reader,
    party: PartyId,
) -> Result<Vec<(String, BillState, Money)>, BillError> {
    let page = bill_page(reader, party, &BillFilter::new(None, ""), None, BILLS_WATCHED)?;
    Ok(page.bills.iter().map(|bill| (bill.deal.no(), bill.state(), bill.deal.refunded())).collect())
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
    let place = portal.streams.place(device.party, device.no)?;
    let events = unfold(Watch::new(portal, device, place), |mut one| async move {
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
    use super::*;
    use base::Slot;

    fn party(number: u64) -> PartyId {
        PartyId::issue(number, Slot::PLATFORM).unwrap()
    }

    #[test]
    fn a_device_has_two_streams_a_person_four_and_all_a_thousand() {
        let streams = Arc::new(Streams::default());
        let refused = |place: Result<Place, SandboxError>, word: &str| {
            let error = place.unwrap_err();
            assert_eq!((error.status(), error.code()), (StatusCode::TOO_MANY_REQUESTS, "too_many_streams"));
            assert!(error.message().contains(word), "{}", error.message());
        };
        let mut places = Vec::from([1, 1, 2, 2].map(|device| streams.place(party(1), device).unwrap()));
        refused(streams.place(party(1), 2), "of this device");
        refused(streams.place(party(1), 3), "of the account");
        // The last one of device 2: the place is that device's again, and not another's.
        places.pop();
        refused(streams.place(party(1), 1), "of this device");
        places.push(streams.place(party(1), 2).unwrap());
        for number in 2..=250 {
            places.extend([1, 1, 2, 2].map(|device| streams.place(party(number), device).unwrap()));
        }
        assert_eq!(places.len(), STREAMS_MAX);
        refused(streams.place(party(251), 1), "as there can be");
        refused(streams.place(party(1), 1), "of this device");
        places.clear();
        assert!(streams.open().is_empty(), "nothing is kept of whoever went away");
    }

    #[test]
    fn many_streams_look_more_seldom_so_that_all_together_look_no_more_often() {
        for (streams, millis) in
            [(0, 1_000), (1, 1_000), (50, 1_000), (51, 1_020), (100, 2_000), (STREAMS_MAX, 20_000)]
        {
            assert_eq!(pause_among(streams), Duration::from_millis(millis), "{streams}");
        }
        let streams = Arc::new(Streams::default());
        let places = [(1, 1), (1, 2), (2, 1)].map(|(one, device)| streams.place(party(one), device).unwrap());
        assert_eq!((streams.count(), places[0].pause()), (3, LOOK_PAUSE));
        let more = [0; 48].into_iter().zip(3..).map(|(_, one)| streams.place(party(one), 1).unwrap());
        let more: Vec<_> = more.collect();
        assert_eq!(places[0].pause(), Duration::from_millis(1_020), "with 51 streams");
        drop((places, more));
        assert_eq!(streams.count(), 0);
    }

    #[test]
    fn what_changed_is_told_and_nothing_else() {
        let yuan = |minor| Money::from_minor(minor, Currency::Cny).unwrap();
        let bill = |no: &str, state, refunded| (no.to_owned(), state, yuan(refunded));
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
