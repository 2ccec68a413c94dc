//! The workspace of one decision.

use crate::{Key, Message, Reply, Row, Tabled};
use base::{Slot, SlotSet, Stamp, TimerNo};
use risk::{RuleSet, ScreenList};
use std::sync::Arc;
use trade::{Rulebook, Timer};

/// The machine failed below a decision: nothing is known, and the cell stops.
#[derive(Debug, thiserror::Error)]
#[error("a stored row could not be read: {0}")]
pub struct Fault(pub String);

/// Why a decision ended with a no.
#[derive(Debug)]
pub enum Stop<R> {
    /// The customer hears this; nothing was changed.
    Refused(R),
    /// The customer hears this, and what the decision wrote stands: that it was asked is itself an event, as a wrong
    /// password is.
    Noted(R),
    /// The operator hears this.
    Fault(Fault),
}

impl<R> From<Fault> for Stop<R> {
    fn from(fault: Fault) -> Stop<R> {
        Stop::Fault(fault)
    }
}

impl<R> Stop<R> {
    /// Refuses.
    pub(crate) fn because<T>(refused: R) -> Result<T, Stop<R>> {
        Err(Stop::Refused(refused))
    }

    /// The same no in the words of another command.
    pub(crate) fn map<S>(self, words: impl FnOnce(R) -> S) -> Stop<S> {
        match self {
            Stop::Refused(refused) => Stop::Refused(words(refused)),
            Stop::Noted(refused) => Stop::Noted(words(refused)),
            Stop::Fault(fault) => Stop::Fault(fault),
        }
    }
}

/// What a decision did to one row.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// Wrote it. `fresh` says that no row of this key can exist before, because the key comes from this stamp.
    Put {
        /// The row after.
        row: Row,
        /// Whether it is certainly new.
        fresh: bool,
    },
    /// Removed it.
    Delete {
        /// Its key.
        key: Key,
    },
}

impl Change {
    /// The key of the changed row.
    pub fn key(&self) -> Key {
        match self {
            Change::Put { row, .. } => row.key(),
            Change::Delete { key } => key.clone(),
        }
    }
}

/// Where rows come from that the decision has not touched itself.
pub(crate) trait Before {
    /// The row as all decisions before this one left it.
    fn row(&mut self, key: &Key) -> Result<Option<Row>, Fault>;
}

/// The rows one decision sees and changes, in one slot. Changes are dropped when the decision refuses, unless the
/// refusal itself is noted.
pub struct Rows<'a> {
    slot: Slot,
    stamp: Stamp,
    rules: &'a Rulebook,
    risk: Option<&'a RuleSet>,
    list: Option<Arc<ScreenList>>,
    before: &'a mut dyn Before,
    // A decision touches about ten rows: a list is faster than a map.
    changes: Vec<(Key, Change)>,
    messages: Vec<(Slot, Message)>,
    answer: Option<Reply>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(
        slot: Slot,
        stamp: Stamp,
        (rules, risk, list): (&'a Rulebook, Option<&'a RuleSet>, Option<Arc<ScreenList>>),
        before: &'a mut dyn Before,
    ) -> Rows<'a> {
        Rows {
            slot,
            stamp,
            rules,
            risk,
            list,
            before,
            changes: Vec::with_capacity(8),
            messages: Vec::new(),
            answer: None,
        }
    }

    /// What was changed, and what is said to slots of this cell.
    pub(crate) fn finish(self) -> (Vec<Change>, Vec<(Slot, Message)>) {
        (self.changes.into_iter().map(|(_, change)| change).collect(), self.messages)
    }

    /// Takes out what is said to slots that lie elsewhere.
    pub(crate) fn take_away(&mut self, home: SlotSet) -> Vec<(Slot, Message)> {
        if home == SlotSet::ALL {
            return Vec::new();
        }
        self.messages.extract_if(.., |(to, _)| !home.contains(*to)).collect()
    }

    /// Ends a chain that began with another command than this one.
    pub(crate) fn answer(&mut self, reply: Reply) {
        self.answer = Some(reply);
    }

    /// The answer to the command that began the chain, when it ended here.
    pub(crate) fn take_answer(&mut self) -> Option<Reply> {
        self.answer.take()
    }

    /// The slot of the decision.
    pub fn slot(&self) -> Slot {
        self.slot
    }

    /// The moment and number of the decision.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// The moment of the decision, microseconds UTC.
    pub fn now_us(&self) -> i64 {
        self.stamp.at_us
    }

    /// The dated rules that hold at this moment.
    pub fn rules(&self) -> &Rulebook {
        self.rules
    }

    /// The risk rules that hold at this moment; absent before any were approved. They outlive the borrow of the rows.
    pub(crate) fn risk(&self) -> Option<&'a RuleSet> {
        self.risk
    }

    /// The list of names that holds at this moment; absent before any was approved.
    pub(crate) fn screen_list(&self) -> Option<&Arc<ScreenList>> {
        self.list.as_ref()
    }

    /// The row with this key, as this decision would leave it.
    pub fn get<R: Tabled>(&mut self, key: R::Key) -> Result<Option<Arc<R>>, Fault> {
        let key = R::wrap_key(key);
        assert_eq!(key.slot(), self.slot, "a decision reads its own slot only");
        if let Some((_, change)) = self.changes.iter().find(|(seen, _)| *seen == key) {
            return Ok(match change {
                Change::Put { row, .. } => R::unwrap(row).cloned(),
                Change::Delete { .. } => None,
            });
        }
        Ok(self.before.row(&key)?.and_then(|row| R::unwrap(&row).cloned()))
    }

    /// Writes a row, new or changed.
    pub fn put<R: Tabled>(&mut self, row: R) {
        self.change(Change::Put { row: R::wrap(Arc::new(row)), fresh: false });
    }

    /// Writes a row that is also given away, as an answer or to somebody else; a large one is not copied then.
    pub(crate) fn put_shared<R: Tabled>(&mut self, row: Arc<R>) {
        self.change(Change::Put { row: R::wrap(row), fresh: false });
    }

    /// Writes a row as [`Rows::insert`] does that is also given away.
    pub(crate) fn insert_shared<R: Tabled>(&mut self, row: Arc<R>) {
        self.change(Change::Put { row: R::wrap(row), fresh: true });
    }

    /// Writes a row whose key was made from this decision's stamp, so that nothing can be there before it.
    pub fn insert<R: Tabled>(&mut self, row: R) {
        self.change(Change::Put { row: R::wrap(Arc::new(row)), fresh: true });
    }

    /// Removes a row; nothing happens when there is none.
    pub fn delete<R: Tabled>(&mut self, key: R::Key) {
        self.change(Change::Delete { key: R::wrap_key(key) });
    }

    /// Says something to a slot, this one or another; applied exactly once, after this decision.
    pub fn send(&mut self, to: Slot, message: Message) {
        self.messages.push((to, message));
    }

    /// Sets a timer in this slot and gives its number. `fill` says what it does.
    pub fn after(&mut self, due_at_us: i64, fill: impl FnOnce(&mut Timer)) -> TimerNo {
        let no = TimerNo::of(self.stamp, self.slot);
        let task = trade::TimerTask::ExpireOrder;
        let mut timer = Timer {
            slot: self.slot,
            due_at_us,
            no,
            task,
            order_no: None,
            code: None,
            party: None,
            attempt: None,
        };
        fill(&mut timer);
        self.insert(timer);
        no
    }

    fn change(&mut self, change: Change) {
        let key = change.key();
        assert_eq!(key.slot(), self.slot, "a decision changes its own slot only");
        match self.changes.iter_mut().find(|(seen, _)| *seen == key) {
            Some((_, earlier)) => {
                // What was new in this decision stays new, however often it changes.
                let was_fresh = matches!(earlier, Change::Put { fresh: true, .. });
                *earlier = match change {
                    Change::Put { row, fresh } => Change::Put { row, fresh: fresh || was_fresh },
                    deleted @ Change::Delete { .. } => deleted,
                };
            }
            None => self.changes.push((key, change)),
        }
    }
}
