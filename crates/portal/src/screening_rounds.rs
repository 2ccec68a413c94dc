//! Everybody is held against a list when it comes into force: all parties, and the names that merchants signed with.
//! Who could not be looked at is looked at again, with longer and longer rests.

use crate::people::merchant_names;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::screening::{self, Lists};
use engine::{FindScreenList, Key, Row, ScreenState, Table};
use std::sync::Arc;
use std::time::Duration;

/// Rows read at once.
const PAGE_ROWS: usize = 1_000;
/// How often it is asked whether another list holds.
const TICK: Duration = Duration::from_secs(5);
/// How long the first rest is after somebody could not be looked at; each one is twice the one before.
const REST_FIRST: Duration = Duration::from_secs(1);
/// The longest one.
const REST_MAX: Duration = Duration::from_secs(600);

/// What looking at all parties came to.
#[derive(Clone, Copy, Default)]
pub(crate) struct Seen {
    /// Parties that were looked at, now or before.
    pub(crate) looked: u64,
    /// Those of them that are held.
    pub(crate) held: u64,
    /// Parties, and merchants' names, that could not be looked at; the log says why.
    pub(crate) failed: u64,
}

/// Looks at all parties, whether or not the caller waits. One that cannot be looked at keeps nobody behind it from it.
pub(crate) async fn everybody(portal: Arc<Portal>) -> Result<Seen, SandboxError> {
    tokio::spawn(async move { look_at_all(&portal).await }).await.map_err(SandboxError::broken)?
}

async fn look_at_all(portal: &Portal) -> Result<Seen, SandboxError> {
    if !portal.is_posted().await {
        return Err(SandboxError::conflict("not_posted", "the tables are behind; try again"));
    }
    let mut seen = names_of_merchants(portal).await?;
    let mut after = None::<Key>;
    loop {
        let from = after.clone();
        let page = portal.read(move |reader| reader.scan(Table::Party, None, from.as_ref(), PAGE_ROWS)).await;
        let page = page.ok_or_else(|| SandboxError::broken("the parties cannot be read"))?;
        after = page.last().map(Row::key);
        let is_last = page.len() < PAGE_ROWS;
        for row in page {
            let Row::Party(party) = row else { continue };
            match screening::party(portal, party.id).await {
                Ok(state) => {
                    seen.looked += 1;
                    seen.held += u64::from(state != ScreenState::Clear);
                }
                Err(error) => {
                    tracing::error!(party = %party.id, ?error, "a party cannot be held against the list");
                    seen.failed += 1;
                }
            }
        }
        if is_last {
            return Ok(seen);
        }
    }
}

/// Looks at the names that live merchants signed with.
async fn names_of_merchants(portal: &Portal) -> Result<Seen, SandboxError> {
    let mut seen = Seen::default();
    let Some(list) = screening::in_force(portal).await? else { return Ok(seen) };
    for row in merchant_names::live(portal).await? {
        if let Err(error) = merchant_names::screened_once(portal, &row, list.version).await {
            tracing::error!(merchant = ?row.merchant, ?error, "its names cannot be held against the list");
            seen.failed += 1;
        }
    }
    Ok(seen)
}

/// Looks at everybody once under each list, beginning with the one in force, until `stopped`. Nobody has to ask for it.
pub async fn look_again(portal: Arc<Portal>, stopped: impl Future<Output = ()> + Send) {
    let (mut done, mut rest) = (0, REST_FIRST);
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let pause = match round(&portal, done).await {
            Ok(version) => {
                (done, rest) = (version, REST_FIRST);
                TICK
            }
            Err(()) => {
                let pause = rest;
                rest = (rest * 2).min(REST_MAX);
                pause
            }
        };
        tokio::select! {
            () = &mut stopped => return,
            again = rest_out(&portal.lists, pause) => if again { done = 0 },
        }
    }
}

/// Rests, and gives whether somebody could not be looked at meanwhile. That ends no rest: what fails for everybody who
/// comes would be tried without one.
async fn rest_out(lists: &Lists, pause: Duration) -> bool {
    let mut over = std::pin::pin!(tokio::time::sleep(pause));
    let mut again = false;
    loop {
        tokio::select! {
            () = &mut over => return again,
            () = lists.must_look_again() => again = true,
        }
    }
}

/// Looks at everybody unless that was done under the version in force. Gives that version.
async fn round(portal: &Arc<Portal>, done: u32) -> Result<u32, ()> {
    let view = portal.door.ask(FindScreenList {}).await.map_err(|_| ())?;
    let version = view.list.map_or(0, |list| list.version);
    if version == done {
        return Ok(version);
    }
    match everybody(portal.clone()).await {
        Ok(seen) if seen.failed == 0 => Ok(version),
        Ok(_) | Err(_) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn whoever_could_not_be_looked_at_ends_no_rest() {
        let (lists, begin) = (Lists::default(), Instant::now());
        assert!(!rest_out(&lists, REST_MAX).await);
        lists.look_again();
        assert!(rest_out(&lists, REST_MAX).await, "and is not forgotten");
        assert_eq!(begin.elapsed(), 2 * REST_MAX);
    }
}
