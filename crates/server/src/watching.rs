//! Figures of a running platform, for whoever watches it: `GET /metrics` on a listener of its own, which is never the
//! public one. There is no person, party, order, address or app in them, and which labels there are is fixed.
//!
//! A figure costs the threads that write it an addition; telling all of them takes no lock that a decision or the
//! journal takes, and of the poster only the one around the number of its last posting. What waits in the tables is
//! read with a reader of its own, by one caller at a time, and told again for a moment.
//!
//! Reading order: [`list`] (what there is), `text` (the form), `look` (what has to be looked at), this file, then
//! `samples` and `judge`, by which `tongbao doctor system` says in words what is wrong.

pub(crate) mod judge;
pub(crate) mod list;
pub(crate) mod look;
#[cfg(test)]
mod provoked_tests;
#[cfg(test)]
mod runbook_tests;
pub(crate) mod samples;
pub(crate) mod text;

use crate::data_folder::DataFolder;
use crate::up::Readers;
use crate::world_clock::system_clock_us;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use cell::Door;
use gateway::Gateway;
use look::{Ground, Waiting};
use notify::Notify;
use portal::Portal;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use text::Page;

/// How long what waits in the tables is told again.
const KEPT: Duration = Duration::from_secs(5);
/// How long it may take to be read. Whoever scrapes waits for ten seconds, usually.
const READ_TIME: Duration = Duration::from_secs(4);

/// The rooms of the world that is open.
#[derive(Clone)]
pub(crate) struct Rooms {
    door: Door,
    pub(crate) portal: Arc<Portal>,
    calls: Arc<gateway::Tally>,
    letters: Arc<notify::Tally>,
    readers: Readers,
}

impl Rooms {
    /// The rooms over one set of books.
    pub(crate) fn of(
        door: &Door,
        portal: &Arc<Portal>,
        gateway: &Gateway,
        notify: &Notify,
        readers: Readers,
    ) -> Rooms {
        let (calls, letters) = (gateway.tally(), notify.tally());
        Rooms { door: door.clone(), portal: portal.clone(), calls, letters, readers }
    }
}

/// When it was read, and what waited then; nothing when it could not be read.
type Kept = Arc<tokio::sync::Mutex<Option<(Instant, Option<Waiting>)>>>;

/// What is watched. The rooms change when the world begins anew, the rest stays.
pub(crate) struct Watching {
    folder: DataFolder,
    started_us: i64,
    rooms: Mutex<Option<Rooms>>,
    kept: Kept,
}

impl Watching {
    /// No world is open yet.
    pub(crate) fn of(folder: DataFolder) -> Watching {
        Watching { folder, started_us: system_clock_us(), rooms: Mutex::default(), kept: Kept::default() }
    }

    /// These are the rooms from now on; none while the world begins anew.
    pub(crate) fn show(&self, rooms: Option<Rooms>) {
        *self.rooms.lock().unwrap_or_else(PoisonError::into_inner) = rooms;
    }

    /// The address of the figures, and nothing beside it.
    pub(crate) fn routes(self: Arc<Watching>) -> Router {
        Router::new().route("/metrics", get(metrics)).with_state(self)
    }

    /// All figures, written down.
    pub(crate) async fn told(&self) -> String {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut page = Page::default();
        page.labelled(&list::BUILD, [(vec![("version", env!("CARGO_PKG_VERSION"))], 1)]);
        page.seconds(&list::STARTED, u64::try_from(self.started_us).unwrap_or(0));
        page.is(&list::SERVES, rooms.is_some());
        if let Some(rooms) = rooms {
            of_cell(&mut page, &rooms.door);
            of_calls(&mut page, &rooms.calls, &rooms.letters);
            page.number(&list::SESSIONS, rooms.portal.sessions_alive() as u64);
            let waiting = self.waiting(&rooms).await;
            page.is(&list::TABLES_READABLE, waiting.is_some());
            if let Some(waiting) = waiting {
                waiting.tell(&mut page);
            }
        }
        let folder = self.folder.clone();
        match tokio::task::spawn_blocking(move || Ground::look(&folder)).await {
            Ok(Ok(ground)) => ground.tell(&mut page),
            Ok(Err(error)) => tracing::warn!(%error, "the data folder cannot be looked at"),
            Err(error) => tracing::warn!(%error, "looking at the data folder broke off"),
        }
        page.into_text()
    }

    /// What waits in the tables. A reading that takes too long goes on by itself, and whoever comes meanwhile hears
    /// that it cannot be read.
    async fn waiting(&self, rooms: &Rooms) -> Option<Waiting> {
        let (kept, readers, now_us) = (self.kept.clone(), rooms.readers.clone(), rooms.door.now_us());
        let read = async move {
            let mut kept = kept.lock_owned().await;
            if let Some((at, waiting)) = &*kept
                && at.elapsed() < KEPT
            {
                return waiting.clone();
            }
            let look = move || {
                let read = readers().and_then(|mut reader| Waiting::look(reader.as_mut(), now_us));
                let read = read.inspect_err(|error| tracing::error!(%error, "what waits cannot be read"));
                let waiting = read.ok();
                *kept = Some((Instant::now(), waiting.clone()));
                waiting
            };
            tokio::task::spawn_blocking(look).await.ok().flatten()
        };
        tokio::time::timeout(READ_TIME, read).await.ok().flatten()
    }
}

async fn metrics(State(watching): State<Arc<Watching>>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, text::CONTENT_TYPE),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, watching.told().await).into_response()
}

/// The cell and its three threads.
pub(crate) fn of_cell(page: &mut Page, door: &Door) {
    let stats = door.stats();
    page.is(&list::CELL_OPEN, !stats.is_down.load(Relaxed));
    page.number(&list::COMMANDS, stats.commands.load(Relaxed));
    page.number(&list::BATCHES, stats.batches.load(Relaxed));
    page.number(&list::JOURNAL_BYTES, stats.journal_bytes.load(Relaxed));
    page.number(&list::LOADS, stats.loads.load(Relaxed));
    page.number(&list::QUEUE_LENGTH, stats.queued.load(Relaxed));
    page.number(&list::BUSY, stats.busy.load(Relaxed));
    page.spread(&list::QUEUE_WAIT, &stats.queue_wait.read());
    page.spread(&list::DECIDE, &stats.decide.read());
    page.spread(&list::JOURNAL, &stats.journal.read());
    page.spread(&list::ANSWER, &stats.answer.read());
    page.spread(&list::POST, &stats.post.read());
    page.number(&list::JOURNAL_FAILURES, stats.journal_failures.load(Relaxed));
    page.number(&list::REOPENED, stats.reopened.load(Relaxed));
    page.is(&list::POSTING_FAILS, stats.posting_fails.load(Relaxed));
    page.number(&list::POSTING_FAILURES, stats.posting_failures.load(Relaxed));
    page.number(&list::POSTED_ROWS, stats.posted_rows.load(Relaxed));
    page.number(&list::BACKLOG_ROWS, stats.backlog_rows.load(Relaxed));
    // In this order: what is posted meanwhile is not told as behind.
    let durable = stats.durable_sequence.load(Relaxed);
    let posted = *door.posted().borrow();
    page.number(&list::LAG_RECORDS, durable.saturating_sub(posted));
    page.seconds(&list::LAG, u64::try_from(door.posting_lag().as_micros()).unwrap_or(u64::MAX));
    page.number(&list::DURABLE, durable);
}

/// Calls that come in, and calls that go out to merchants.
pub(crate) fn of_calls(page: &mut Page, calls: &gateway::Tally, letters: &notify::Tally) {
    let of_method = calls
        .calls()
        .into_iter()
        .map(|(method, ending, number)| (vec![("method", method), ("ending", ending.name())], number));
    page.labelled(&list::CALLS, of_method);
    page.spread(&list::CALL, &calls.took());
    let of_ending = letters.calls().into_iter().map(|(ending, number)| (vec![("ending", ending)], number));
    page.labelled(&list::LETTERS, of_ending);
    page.spread(&list::LETTER, &letters.took());
}

/// Where figures are told: a port of 127.0.0.1, or an address that no stranger reaches.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::from(([127, 0, 0, 1], port)));
    }
    let address: SocketAddr =
        text.parse().map_err(|_| format!("{text} is no port and no address such as 127.0.0.1:9464"))?;
    if is_near(address.ip()) {
        return Ok(address);
    }
    Err(format!(
        "{address} may be reached by strangers; figures are told at 127.0.0.1 or at a private address of one network \
         card alone"
    ))
}

/// Whether an address is of this machine or of a private network. One that stands for all of the machine's is not.
fn is_near(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_told_where_no_stranger_comes() {
        for (text, expected) in [
            ("9100", "127.0.0.1:9100"),
            ("0", "127.0.0.1:0"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("[::1]:9464", "[::1]:9464"),
            ("10.1.2.3:9464", "10.1.2.3:9464"),
            ("[fd00::1]:1", "[fd00::1]:1"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), expected);
        }
        for text in ["0.0.0.0:9464", "[::]:9464", "203.0.113.7:9464", "[2001:db8::1]:9464", "8.8.8.8:1"] {
            assert!(address(text).unwrap_err().contains("strangers"), "{text}");
        }
        for text in ["", "metrics", "127.0.0.1", "70000", "localhost:9464", ":1"] {
            assert!(address(text).unwrap_err().contains("no port"), "{text}");
        }
    }
}
