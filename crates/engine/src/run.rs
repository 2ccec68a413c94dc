//! A command and its chain of messages.

use crate::{Change, Command, Fault, Key, Message, Reply, Row, Rows, command, message};
use base::{Slot, Stamp};
use std::collections::VecDeque;
use trade::Rulebook;

/// What the cell gives to a decision.
pub trait Workspace {
    /// The row as all decisions before left it, from cache or store.
    fn row(&mut self, key: &Key) -> Result<Option<Row>, Fault>;
    /// Takes over the changes of one accepted decision.
    fn apply(&mut self, changes: Vec<Change>);
    /// The next stamp.
    fn stamp(&mut self) -> Stamp;
    /// The rules that hold at a moment.
    fn rules(&self, at_us: i64) -> std::sync::Arc<Rulebook>;
}

/// A command that was decided, with its whole chain.
#[derive(Debug)]
pub struct Ran {
    /// The stamp of the command; those of its messages follow it without a gap.
    pub stamp: Stamp,
    /// How many decisions it took.
    pub steps: u32,
    /// The answer.
    pub reply: Reply,
}

/// Messages one command may cause: far above the longest chain, low enough to find a loop.
const CHAIN_MAX: u32 = 32;

/// Decides a command and applies every message that follows from it, in order, each in its own slot with its own stamp.
/// All slots are at home here; a chain that leaves the machine comes with several cells.
pub fn run(workspace: &mut dyn Workspace, command: &Command) -> Result<Ran, Fault> {
    let stamp = workspace.stamp();
    let (mut reply, sent) = step(workspace, command.slot(), stamp, |rows| command::decide(rows, command))?;
    let mut queue: VecDeque<(Slot, Message)> = sent.into();
    let mut steps = 1;
    while let Some((slot, message)) = queue.pop_front() {
        steps += 1;
        assert!(steps <= CHAIN_MAX, "a chain of messages ends");
        let stamp = workspace.stamp();
        let (answer, sent) =
            step(workspace, slot, stamp, |rows| message::apply(rows, &message).map(Outcome::from))?;
        queue.extend(sent);
        if answer.is_some() {
            reply = answer;
        }
    }
    let reply = reply.expect("the last message of a chain answers");
    Ok(Ran { stamp, steps, reply })
}

/// What one decision came to: its answer if it has one, and whether its changes hold.
pub(crate) struct Outcome {
    pub(crate) reply: Option<Reply>,
    pub(crate) accepted: bool,
}

impl From<Option<Reply>> for Outcome {
    fn from(reply: Option<Reply>) -> Outcome {
        Outcome { reply, accepted: true }
    }
}

type Stepped = (Option<Reply>, Vec<(Slot, Message)>);

fn step(
    workspace: &mut dyn Workspace,
    slot: Slot,
    stamp: Stamp,
    decide: impl FnOnce(&mut Rows<'_>) -> Result<Outcome, Fault>,
) -> Result<Stepped, Fault> {
    let rules = workspace.rules(stamp.at_us);
    let mut before = Reading(workspace);
    let mut rows = Rows::new(slot, stamp, &rules, &mut before);
    let outcome = decide(&mut rows)?;
    let (changes, messages) = rows.finish();
    if !outcome.accepted {
        return Ok((outcome.reply, Vec::new()));
    }
    workspace.apply(changes);
    Ok((outcome.reply, messages))
}

/// Lends the workspace for reading only.
struct Reading<'a>(&'a mut dyn Workspace);

impl crate::rows::Before for Reading<'_> {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, Fault> {
        self.0.row(key)
    }
}
