//! `/api/v1/ops`: what operators decide. An act is noted before it is done and after; what cannot be noted is not done.
//!
//! Who acts is whoever is signed in: no body names an operator. What a call does is the same code that the sandbox
//! asks, so the rules of two people stand in one place.

mod applications;
mod books;
mod contracts;
mod me;
mod operators;
mod risk;
mod rules;
mod screening;
mod shapes;
mod suspense;
mod trail;

use crate::people::AtDesk;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use aws_lc_rs::digest::{SHA256, digest};
use axum::http::StatusCode;
use base::Text;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cell::CellError;
use engine::{Key, NoteAct, NoteActRefused, Row, Table};
use people::OPS_ASKED;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use store::{Reader, StoreError};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

/// Rows read at once.
const PAGE: usize = 500;
/// Characters of a subject in the trail.
const SUBJECT_MAX: usize = 128;
/// Characters of an outcome in the trail.
const OUTCOME_MAX: usize = 64;
/// How long an outcome waits, at most about, for a cell that is busy.
const OUTCOME_WAIT: Duration = Duration::from_secs(5);
/// The first pause between two tries to note an outcome; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// Rows that one call looks at when it filters; a page may be short then.
const LOOKED_MAX: usize = 5_000;

/// The calls; paths are below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    let parts = [
        me::routes(),
        operators::routes(),
        risk::routes(),
        applications::routes(),
        contracts::routes(),
        rules::routes(),
        suspense::routes(),
        books::routes(),
        screening::routes(),
        trail::routes(),
    ];
    parts.into_iter().fold(OpenApiRouter::default(), OpenApiRouter::merge)
}

/// A proposal was taken back.
#[derive(Serialize, ToSchema)]
struct OpsWithdrawn {
    withdrawn: bool,
}

/// The number of a note, or why there is none.
type Noted = Result<u64, CellError<NoteActRefused>>;

/// What an operator is about to do, as the trail keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    /// As `risk.approve`.
    name: &'static str,
    /// Ids and versions alone: the trail is kept for ever.
    subject: String,
    /// What stands for the request.
    digest: [u8; 32],
}

impl Act {
    /// An act that the body of a call asks for. A longer subject than is kept is cut: the digest stands for all of it.
    pub(crate) fn of(name: &'static str, subject: impl Into<String>, body: &[u8]) -> Act {
        let subject: String = subject.into().chars().take(SUBJECT_MAX).collect();
        Act { name, subject, digest: meaning(body) }
    }

    /// A look at somebody; there is no body.
    pub(crate) fn look(name: &'static str, subject: impl Into<String>) -> Act {
        Act::of(name, subject, b"")
    }
}

/// What stands for a body of JSON, however its members are ordered and spaced.
fn meaning(body: &[u8]) -> [u8; 32] {
    let sorted = serde_json::from_slice::<Value>(body).ok().and_then(|mut value| {
        value.sort_all_objects();
        serde_json::to_vec(&value).ok()
    });
    let digested = digest(&SHA256, sorted.as_deref().unwrap_or(body));
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digested.as_ref());
    bytes
}

/// Notes an act, does it, and notes how it ended: to the end also when the caller has gone. 503 `not_noted` when it
/// cannot be noted; nothing is done then.
pub(crate) async fn act<T: Send + 'static>(
    portal: &Arc<Portal>,
    desk: &AtDesk,
    act: Act,
    work: impl Future<Output = Result<T, SandboxError>> + Send + 'static,
) -> Result<T, SandboxError> {
    let Act { name, subject, digest } = act;
    let command = NoteAct {
        operator: desk.operator.clone(),
        act: Text::new(name).map_err(SandboxError::broken)?,
        subject: Text::<SUBJECT_MAX>::new(&subject).map_err(SandboxError::broken)?,
        digest,
        outcome: Text::new(OPS_ASKED).map_err(SandboxError::broken)?,
        asked_no: None,
    };
    let portal = portal.clone();
    let note = move |outcome: Text<OUTCOME_MAX>, asked_no: Option<u64>| {
        let (portal, command) = (portal.clone(), command.clone());
        async move {
            let noted = portal.door.ask(NoteAct { outcome, asked_no, ..command }).await;
            noted.map(|row| row.number)
        }
    };
    tokio::spawn(between_notes(note, work)).await.map_err(SandboxError::broken)?
}

/// Does something between a note that it is asked for and a note of how it ended.
async fn between_notes<T, F>(
    note: impl Fn(Text<OUTCOME_MAX>, Option<u64>) -> F,
    work: impl Future<Output = Result<T, SandboxError>>,
) -> Result<T, SandboxError>
where
    F: Future<Output = Noted>,
{
    let asked = Text::new(OPS_ASKED).map_err(SandboxError::broken)?;
    let asked_no = note(asked, None).await.map_err(not_noted)?;
    let told = work.await;
    let outcome = outcome_of(&told);
    let (mut pause, mut waited) = (FIRST_PAUSE, Duration::ZERO);
    let ended = loop {
        match note(outcome.clone(), Some(asked_no)).await {
            // Nothing was decided, so it is noted once. Where that is not known it is not asked again.
            Err(CellError::Busy) if waited < OUTCOME_WAIT => {
                tokio::time::sleep(pause).await;
                (waited, pause) = (waited + pause, pause * 2);
            }
            ended => break ended,
        }
    };
    if let Err(error) = ended {
        // It is done, or it is not: the trail says that nobody noted which.
        tracing::warn!(?error, number = asked_no, "how an operator's act ended is not noted");
    }
    told
}

/// What is not noted is not done.
fn not_noted(error: CellError<NoteActRefused>) -> SandboxError {
    tracing::warn!(?error, "what an operator does cannot be noted");
    let message = "this cannot be noted just now, so it was not done; try again";
    SandboxError::new(StatusCode::SERVICE_UNAVAILABLE, "not_noted", message)
}

/// How it ended, as the trail says it. Whatever broke on the way may have been done.
fn outcome_of<T>(told: &Result<T, SandboxError>) -> Text<OUTCOME_MAX> {
    let said = match told {
        Ok(_) => "done".to_owned(),
        Err(error) => match error.status() {
            StatusCode::GATEWAY_TIMEOUT | StatusCode::INTERNAL_SERVER_ERROR => "unknown".to_owned(),
            _ => format!("refused:{}", error.code()).chars().take(OUTCOME_MAX).collect(),
        },
    };
    Text::new(&said).expect("it was cut to what fits")
}

/// A page of a table over all slots, in the order of its keys: what `take` makes of rows, until there is enough. With
/// it the key of the last row that was looked at; nothing when no more rows follow.
fn page_of<T>(
    reader: &mut dyn Reader,
    table: Table,
    after: Option<Key>,
    limit: usize,
    mut take: impl FnMut(&mut dyn Reader, Row) -> Result<Option<T>, StoreError>,
) -> Result<(Vec<T>, Option<Key>), StoreError> {
    let (mut found, mut after, mut looked) = (Vec::new(), after, 0);
    while looked < LOOKED_MAX {
        let rows = reader.scan(table, None, after.as_ref(), PAGE)?;
        let is_last = rows.len() < PAGE;
        for row in rows {
            (after, looked) = (Some(row.key()), looked + 1);
            found.extend(take(reader, row)?);
            if found.len() >= limit {
                return Ok((found, after));
            }
        }
        if is_last {
            return Ok((found, None));
        }
    }
    Ok((found, after))
}

/// The `next` of a page, out of the parts of a key.
fn next_of(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(parts.join("\n"))
}

/// The parts of a `cursor`. 400 `bad_cursor`.
fn parts_of<const N: usize>(cursor: &str) -> Result<[String; N], SandboxError> {
    let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let parts = text.map(|text| text.split('\n').map(str::to_owned).collect::<Vec<_>>());
    parts.and_then(|parts| parts.try_into().ok()).ok_or_else(bad_cursor)
}

fn bad_cursor() -> SandboxError {
    crate::api::page::bad_cursor("cursor")
}

/// A part of a cursor.
fn part<T: std::str::FromStr>(text: &str) -> Result<T, SandboxError> {
    text.parse().map_err(|_| bad_cursor())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{PartyId, Slot};
    use people::{Operator, OperatorRole};
    use std::collections::BTreeMap;
    use std::future::{Ready, ready};
    use std::sync::Mutex;
    use store::{Mark, MemoryStore, Store};

    #[test]
    fn how_it_ended_says_no_more_than_is_known() {
        let no = |status| Err::<(), _>(SandboxError::new(status, "why", ""));
        assert_eq!(outcome_of(&Ok(())).as_str(), "done");
        for (status, expected) in [
            (StatusCode::CONFLICT, "refused:why"),
            (StatusCode::FORBIDDEN, "refused:why"),
            (StatusCode::SERVICE_UNAVAILABLE, "refused:why"),
            (StatusCode::GATEWAY_TIMEOUT, "unknown"),
            (StatusCode::INTERNAL_SERVER_ERROR, "unknown"),
        ] {
            assert_eq!(outcome_of(&no(status)).as_str(), expected, "{status}");
        }
    }

    /// Notes that are written into a list, as far as there is room for them.
    fn list(
        room: usize,
        notes: &Mutex<Vec<(String, Option<u64>)>>,
    ) -> impl Fn(Text<OUTCOME_MAX>, Option<u64>) -> Ready<Noted> {
        move |outcome, asked_no| {
            let mut notes = notes.lock().unwrap();
            if notes.len() == room {
                return ready(Err(CellError::Unknown));
            }
            notes.push((outcome.to_string(), asked_no));
            ready(Ok(u64::try_from(notes.len()).unwrap()))
        }
    }

    #[tokio::test]
    async fn what_cannot_be_noted_is_not_done_and_what_is_done_is_told() {
        let (asked, done) = ((OPS_ASKED.to_owned(), None::<u64>), ("done".to_owned(), Some(1)));
        for (room, is_done, told, expected) in [
            (0, false, Err("not_noted"), vec![]),
            (1, true, Ok(7), vec![asked.clone()]),
            (2, true, Ok(7), vec![asked, done]),
        ] {
            let (notes, did) = (Mutex::default(), Mutex::new(false));
            let work = async {
                *did.lock().unwrap() = true;
                Ok(7)
            };
            let answer = between_notes(list(room, &notes), work).await;
            assert_eq!(answer.map_err(|error| error.code()), told, "{room}");
            assert_eq!(*did.lock().unwrap(), is_done, "{room}");
            assert_eq!(*notes.lock().unwrap(), expected, "{room}");
        }
        let (notes, refused) =
            (Mutex::default(), async { Err::<(), _>(SandboxError::conflict("stale", "")) });
        let answer = between_notes(list(2, &notes), refused).await;
        assert_eq!(answer.map_err(|error| error.code()), Err("stale"));
        assert_eq!(notes.lock().unwrap()[1], ("refused:stale".to_owned(), Some(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_outcome_waits_for_a_busy_cell_but_not_for_ever_and_is_never_noted_twice() {
        for (failing, error, expected) in [
            (0, CellError::Busy, 1),
            (3, CellError::Busy, 4),
            (u32::MAX, CellError::Busy, 9),
            (u32::MAX, CellError::Unknown, 1),
            (u32::MAX, CellError::Refused(NoteActRefused::NotAsked), 1),
        ] {
            let tries = Mutex::new(0);
            let note = |_: Text<OUTCOME_MAX>, asked_no: Option<u64>| -> Ready<Noted> {
                let Some(asked_no) = asked_no else { return ready(Ok(1)) };
                let mut tries = tries.lock().unwrap();
                *tries += 1;
                ready(if *tries > failing { Ok(asked_no + 1) } else { Err(error.clone()) })
            };
            let began = tokio::time::Instant::now();
            let answer = between_notes(note, async { Ok(7) }).await;
            assert_eq!(answer.map_err(|error| error.code()), Ok(7), "it is done all the same");
            assert_eq!(*tries.lock().unwrap(), expected, "{failing} {error:?}");
            assert!(began.elapsed() < OUTCOME_WAIT * 2, "{failing} {error:?}");
        }
        // What is not done yet is not waited for: its caller tries again.
        let tries = Mutex::new(0);
        let note = |_: Text<OUTCOME_MAX>, _: Option<u64>| -> Ready<Noted> {
            *tries.lock().unwrap() += 1;
            ready(Err(CellError::Busy))
        };
        let answer = between_notes(note, async { Ok(7) }).await;
        assert_eq!(answer.map_err(|error| error.code()), Err("not_noted"));
        assert_eq!(*tries.lock().unwrap(), 1);
    }

    #[test]
    fn what_a_body_means_is_not_how_it_is_written() {
        let one = meaning(br#"{"a":1,"b":{"c":[1,2],"d":null}}"#);
        assert_eq!(meaning(br#"{ "b": {"d":null, "c":[1,2]}, "a": 1 }"#), one);
        for other in [r#"{"a":2,"b":{"c":[1,2],"d":null}}"#, r#"{"a":1,"b":{"c":[2,1],"d":null}}"#, "", "{"] {
            assert_ne!(meaning(other.as_bytes()), one, "{other}");
        }
    }

    #[test]
    fn a_cursor_is_what_a_page_gave() {
        let next = next_of(&["7", "order 1"]);
        assert_eq!(parts_of::<2>(&next).unwrap(), ["7", "order 1"]);
        for (wrong, code) in [("!", "bad_cursor"), (next.as_str(), "bad_cursor")] {
            assert_eq!(parts_of::<3>(wrong).map_err(|error| error.code()), Err(code), "{wrong}");
        }
        assert_eq!(part::<PartyId>("7").map_err(|error| error.code()), Err("bad_cursor"));
    }

    #[test]
    fn pages_of_a_table_hold_each_row_once_and_look_no_further_than_they_may() {
        let operator = |number: usize| {
            let (name, role, active) =
                (Text::new(&format!("{number:05}")).unwrap(), OperatorRole::Viewer, true);
            let (slot, proposed_by, approved_by, since_us) = (Slot::PLATFORM, None, None, 0);
            Row::Operator(Arc::new(Operator { slot, name, role, active, proposed_by, approved_by, since_us }))
        };
        let all = LOOKED_MAX + PAGE + 1;
        let rows = (0..all).map(operator);
        let rows: BTreeMap<Key, Option<Row>> = rows.map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        let mut page = |after, limit, wanted: &dyn Fn(&str) -> bool| {
            let found = page_of(&mut store, Table::Operator, after, limit, |_, row| {
                let Row::Operator(row) = row else { return Ok(None) };
                Ok(Some(row.name.to_string()).filter(|name| wanted(name)))
            });
            found.unwrap()
        };
        let (first, after) = page(None, 2, &|_| true);
        assert_eq!(first, ["00000", "00001"]);
        assert_eq!(page(after, 1, &|_| true).0, ["00002"]);
        let (none, after) = page(None, 2, &|name| name == "05500");
        assert!(none.is_empty() && after.is_some(), "it looked at enough and says where to go on");
        let (last, after) = page(after, 2, &|name| name == "05500");
        assert_eq!((last, after), (vec!["05500".to_owned()], None));
    }
}
