//! How the console reads: one state of the tables, on a thread that may wait, and never more rows than a call says.

use crate::api::page::bad_cursor;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::turns::TurnOf;
use base::{PartyId, Text};
use engine::{Key, Row, Tabled};
use std::str::FromStr;
use std::sync::Arc;
use store::{Reader, StoreError};

/// Rows read at once.
const PAGE: usize = 500;

/// Reads on one state of the tables, in which everything is that was answered until now. 503 `busy` while they are
/// behind.
pub(crate) async fn books<T, F>(portal: &Portal, work: F) -> Result<T, SandboxError>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
{
    portal.posted().await?;
    books_so_far(portal, work).await
}

/// As [`books`], without what was answered a moment ago: for what must be told also while the tables take nothing.
pub(super) async fn books_so_far<T, F>(portal: &Portal, work: F) -> Result<T, SandboxError>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
{
    portal.read_held(work).await.ok_or_else(unreadable)
}

fn unreadable() -> SandboxError {
    SandboxError::broken("the books cannot be read")
}

/// As [`books`], for what reads much: it takes a turn among operators and keeps it until the reading ends, which
/// goes on when its caller hangs up. 503 `busy` when none comes.
pub(crate) async fn many_books<T, F>(portal: &Portal, work: F) -> Result<T, SandboxError>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
{
    portal.posted().await?;
    let turn = portal.turn(TurnOf::Operator).await?;
    portal.read_in_turn(turn, work).await.ok_or_else(unreadable)
}

/// One row.
pub(crate) fn one<R: Tabled>(reader: &mut dyn Reader, key: R::Key) -> Result<Option<Arc<R>>, StoreError> {
    let row = reader.row(&R::wrap_key(key))?;
    Ok(row.as_ref().and_then(R::unwrap).cloned())
}

/// Shows the rows of a slot behind a key to `take` until it wants no more, at most so many. Tells whether all were
/// shown that `take` wanted.
pub(crate) fn each_after(
    reader: &mut dyn Reader,
    after: Key,
    most: usize,
    mut take: impl FnMut(&Row) -> bool,
) -> Result<bool, StoreError> {
    let (table, slot) = (after.table(), after.slot());
    let (mut after, mut looked) = (after, 0);
    while looked < most {
        let want = PAGE.min(most - looked);
        let rows = reader.scan(table, Some(slot), Some(&after), want)?;
        for row in &rows {
            if !take(row) {
                return Ok(true);
            }
        }
        looked += rows.len();
        match rows.last() {
            Some(last) if rows.len() == want => after = last.key(),
            _ => return Ok(true),
        }
    }
    Ok(false)
}

/// No text: comes before every other one in a key.
pub(super) fn no_text<const N: usize>() -> Text<N> {
    Text::new("").expect("no text is within every bound")
}

/// The user id in a path or a query. 400 `bad_user_id`.
pub(super) fn user(text: &str) -> Result<PartyId, SandboxError> {
    text.parse().map_err(|error| SandboxError::bad("bad_user_id", error).of_field("user_id"))
}

/// The `cursor` of a call: what a page gave as its `next`. 400 `bad_cursor`.
pub(super) fn cursor<C: FromStr>(text: Option<&str>) -> Result<Option<C>, SandboxError> {
    text.map(|text| text.parse().map_err(|_| bad_cursor("cursor"))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{OrderNo, Slot, Stamp};
    use std::collections::BTreeMap;
    use store::{Mark, MemoryStore, Store};
    use trade::{Receipt, ReceiptOutcome};

    fn receipt(order_no: OrderNo, attempt: u8) -> Row {
        let slot = order_no.slot();
        let outcome = ReceiptOutcome::Paid;
        Row::Receipt(Arc::new(Receipt { slot, order_no, attempt: [attempt; 16], outcome, at_us: 0 }))
    }

    #[test]
    fn rows_are_shown_until_enough_was_seen_and_no_more_than_is_said() {
        let order_no = OrderNo::of(Stamp { at_us: 1, seq: 1 }, Slot::PLATFORM);
        let rows = (1..=7).map(|attempt| receipt(order_no, attempt));
        let rows: BTreeMap<Key, Option<Row>> = rows.map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        for (most, stop_at, seen, is_whole) in [
            (100, 100, 7, true),
            (7, 100, 7, false),
            (8, 100, 7, true),
            (3, 100, 3, false),
            (100, 2, 2, true),
        ] {
            let (mut count, after) = (0, Key::Receipt((order_no.slot(), order_no, [0; 16])));
            let whole = each_after(&mut store, after, most, |_| {
                count += 1;
                count < stop_at
            });
            assert_eq!((count, whole.unwrap()), (seen, is_whole), "{most} {stop_at}");
        }
    }

    #[test]
    fn what_no_page_gave_is_no_cursor() {
        assert_eq!(cursor::<u64>(None).unwrap(), None);
        assert_eq!(cursor::<u64>(Some("7")).unwrap(), Some(7));
        assert_eq!(cursor::<u64>(Some("x")).unwrap_err().code(), "bad_cursor");
        assert_eq!(user("2088").unwrap_err().code(), "bad_user_id");
    }
}
