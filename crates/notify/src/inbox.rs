//! What is sent to the merchants of a sandbox world, for their developers to watch; and listeners, who take letters in
//! the place of a merchant's address, so that a shop on a developer's machine hears them without a tunnel.
//!
//! It lives in memory and is bounded: what was sent before the last start, or long ago, is not here. Whether a notice
//! was delivered is a row of the cell and is never read from here.

use crate::attempt::{Called, Post};
use crate::faults::LetterKind;
use base::{AppId, NoticeNo, OrderNo};
use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify as Bell, oneshot};
use tokio::time::Instant;
use trade::Notice;

/// Letters that are kept, the newest: some two kilobytes each, and 190 at most where a developer changed much.
const LETTERS_MAX: usize = 1_000;
/// Letters that one look gives at most.
const LETTERS_PER_LOOK: usize = 100;
/// Listeners that are known at once; the one that was quiet longest gives way.
const LISTENERS_MAX: usize = 64;
/// A listener that has not asked again for so long is gone. It asks again as soon as it has its answer.
const GRACE: Duration = Duration::from_secs(5);

/// A letter as it was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// Its number here, from 1 on, in the order of sending.
    pub no: u64,
    /// The notice that it tells.
    pub notice: NoticeNo,
    /// The order that the notice is about.
    pub order: OrderNo,
    /// The app that it was for.
    pub app: AppId,
    /// How it came to be sent.
    pub kind: LetterKind,
    /// When it was sent, microseconds UTC of the world's clock.
    pub sent_at_us: i64,
    /// Where to, type of content and body, byte for byte.
    pub post: Post,
    /// Whether a listener had it and not the address.
    pub to_listener: bool,
    /// How it ended; absent while it is under way.
    pub called: Option<Called>,
}

/// What a listener's shop answered: status and body.
type Heard = (u16, Vec<u8>);

/// The letters of one world.
#[derive(Debug, Default)]
pub struct Inbox {
    state: Mutex<State>,
    changed: Bell,
}

#[derive(Debug, Default)]
struct State {
    last_no: u64,
    letters: VecDeque<Sent>,
    /// Whose letters they want, and until when they count as being there.
    listeners: Vec<(Option<AppId>, Instant)>,
    waiting: HashMap<u64, oneshot::Sender<Heard>>,
}

impl Inbox {
    /// Notes a letter that is about to go. With a receiver it is a listener's, whose answer comes through it.
    pub(crate) fn begin(
        &self,
        notice: &Notice,
        post: &Post,
        kind: LetterKind,
        sent_at_us: i64,
    ) -> (u64, Option<oneshot::Receiver<Heard>>) {
        let mut state = self.state();
        state.last_no += 1;
        let (no, now) = (state.last_no, Instant::now());
        let wants =
            |(app, until): &(Option<AppId>, Instant)| *until > now && app.is_none_or(|app| app == notice.app);
        let heard = state.listeners.iter().any(wants).then(|| {
            let (answer, heard) = oneshot::channel();
            state.waiting.insert(no, answer);
            heard
        });
        if state.letters.len() == LETTERS_MAX {
            state.letters.pop_front();
        }
        state.letters.push_back(Sent {
            no,
            notice: notice.no,
            order: notice.order_no,
            app: notice.app,
            kind,
            sent_at_us,
            post: post.clone(),
            to_listener: heard.is_some(),
            called: None,
        });
        drop(state);
        self.changed.notify_waiters();
        (no, heard)
    }

    /// Notes how a letter ended.
    pub(crate) fn end(&self, no: u64, called: Called) {
        let mut state = self.state();
        state.waiting.remove(&no);
        if let Some(letter) = state.letters.iter_mut().find(|letter| letter.no == no) {
            letter.called = Some(called);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// The number of the last letter that was begun; 0 when there was none.
    pub fn last(&self) -> u64 {
        self.state().last_no
    }

    /// Whether a letter about this order, with a number after that one, has ended.
    pub fn is_told(&self, order: OrderNo, after: u64) -> bool {
        let state = self.state();
        // The newest stand last.
        let newer = state.letters.iter().rev().take_while(|letter| letter.no > after);
        newer.filter(|letter| letter.order == order).any(|letter| letter.called.is_some())
    }

    /// Letters after this number, of one app or of all, oldest first, at most a hundred.
    pub fn look(&self, app: Option<AppId>, after: u64) -> Vec<Sent> {
        let state = self.state();
        let theirs = |letter: &&Sent| letter.no > after && app.is_none_or(|app| app == letter.app);
        state.letters.iter().filter(theirs).take(LETTERS_PER_LOOK).cloned().collect()
    }

    /// Listens: from now on, and until some seconds after this wait, letters of the app (or of all apps) come here and
    /// not to their address. Gives those that wait for an answer and come after this number, as soon as there are any.
    pub async fn listen(&self, app: Option<AppId>, after: u64, wait: Duration) -> Vec<Sent> {
        let until = Instant::now() + wait;
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let found = {
                let mut state = self.state();
                state.stay(app, until + GRACE);
                // Who counts from before the last start begins anew: what waits would be hidden from it.
                let after = if after > state.last_no { 0 } else { after };
                let theirs = |letter: &&Sent| {
                    letter.no > after
                        && state.waiting.get(&letter.no).is_some_and(|answer| !answer.is_closed())
                        && app.is_none_or(|app| app == letter.app)
                };
                state.letters.iter().filter(theirs).take(LETTERS_PER_LOOK).cloned().collect::<Vec<_>>()
            };
            if !found.is_empty() || tokio::time::timeout_at(until, changed).await.is_err() {
                return found;
            }
        }
    }

    /// A listener tells what its shop answered. False when nobody waits for that: it was too late, another listener was
    /// first, or there is no such letter.
    pub fn answer(&self, no: u64, status: u16, body: Vec<u8>) -> bool {
        let waiting = self.state().waiting.remove(&no);
        waiting.is_some_and(|answer| answer.send((status, body)).is_ok())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn stay(&mut self, app: Option<AppId>, until: Instant) {
        let now = Instant::now();
        let same = self.listeners.iter().filter(|(whose, _)| *whose == app);
        // Another one of the same app may wait longer.
        let until = same.map(|(_, end)| *end).fold(until, Instant::max);
        self.listeners.retain(|(whose, end)| *whose != app && *end > now);
        if self.listeners.len() == LISTENERS_MAX {
            self.listeners.remove(0);
        }
        self.listeners.push((app, until));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_stays_as_long_as_the_longest_of_its_app_and_few_are_known() {
        let (mut state, now) = (State::default(), Instant::now());
        let (soon, late) = (now + Duration::from_secs(50), now + Duration::from_secs(99));
        state.stay(None, late);
        state.stay(None, soon);
        assert_eq!(state.listeners, [(None, late)], "another one does not end it");
        let app = |number: usize| format!("90210000{number:06}00").parse::<AppId>().expect("an app's id");
        for number in 0..LISTENERS_MAX {
            state.stay(Some(app(number)), soon);
        }
        assert_eq!(state.listeners.len(), LISTENERS_MAX);
        assert!(state.listeners.iter().all(|(whose, _)| whose.is_some()), "the oldest gave way");
    }
}
