//! A command and its chain of messages.

use crate::{
    Change, Command, Fault, Key, Message, Origin, Parcel, Reply, Row, Rows, command, crossing, message,
};
use base::{Plant, Slot, SlotSet, Stamp, planted};
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
    /// The risk rules that hold at a moment; absent before any were approved.
    fn risk(&self, at_us: i64) -> Option<std::sync::Arc<risk::RuleSet>>;
    /// The list of names that holds at a moment; absent before any was approved.
    fn screen_list(&self, at_us: i64) -> Option<std::sync::Arc<risk::ScreenList>>;
    /// The slots that are decided here; messages to others become parcels.
    fn home(&self) -> SlotSet {
        SlotSet::ALL
    }
}

/// A command that was decided, with its chain as far as it stays here.
#[derive(Debug)]
pub struct Ran {
    /// The stamp of the command; those of its messages follow it without a gap.
    pub stamp: Stamp,
    /// How many decisions it took.
    pub steps: u32,
    /// The answer; absent when the chain goes on in another cell.
    pub reply: Option<Reply>,
    /// The answer to the command that began the chain, when a parcel of that chain was applied and ended it.
    pub answered: Option<(Origin, Reply)>,
    /// What is on its way to other cells, in the order it was said.
    pub parcels: Vec<Parcel>,
}

impl Ran {
    /// Whether the command was accepted, as far as is known here.
    pub fn is_accepted(&self) -> bool {
        self.reply.as_ref().is_none_or(Reply::is_accepted)
    }
}

/// Messages one command may cause: above the longest chain (a refund for which nineteen of twenty gave their parts and
/// get them again), low enough to find a loop.
pub(crate) const CHAIN_MAX: u32 = 96;

const _: () = assert!(CHAIN_MAX as usize > 4 * trade::SPLIT_LINES_MAX + 2);

/// Decides a command and applies every message that follows from it, in order, each in its own slot with its own stamp.
/// Messages to slots that are not at home become parcels, written in the decision that says them.
pub fn run(workspace: &mut dyn Workspace, command: &Command) -> Result<Ran, Fault> {
    let stamp = workspace.stamp();
    let slot = command.slot();
    let of_parcel = match command {
        Command::Receive(receive) => Some(receive.parcel.origin),
        _ => None,
    };
    let began = of_parcel.filter(|_| !planted(Plant::OriginForgotten));
    let mut chain = Chain { origin: began.unwrap_or(Origin { slot, stamp }), parcels: Vec::new() };
    let first = chain.step(workspace, slot, stamp, |rows| command::decide(rows, command))?;
    let (mut reply, mut ended) = (first.reply, first.ended);
    let mut queue: VecDeque<(Slot, Message)> = first.sent.into();
    let mut steps = 1;
    while let Some((slot, message)) = queue.pop_front() {
        steps += 1;
        assert!(steps <= CHAIN_MAX, "a chain of messages ends");
        let stamp = workspace.stamp();
        let apply =
            |rows: &mut Rows<'_>| message::apply(rows, &message).map(|reply| Outcome { reply, stands: true });
        let next = chain.step(workspace, slot, stamp, apply)?;
        queue.extend(next.sent);
        let of_chain = if of_parcel.is_some() { &mut ended } else { &mut reply };
        if next.reply.is_some() {
            *of_chain = next.reply;
        }
    }
    assert!(reply.is_some() || !chain.parcels.is_empty(), "the last message of a chain answers");
    let answered = ended.map(|reply| (chain.origin, reply));
    Ok(Ran { stamp, steps, reply, answered, parcels: chain.parcels })
}

/// What one decision came to: its answer if it has one, and whether its changes hold.
pub(crate) struct Outcome {
    pub(crate) reply: Option<Reply>,
    pub(crate) stands: bool,
}

/// One decision and what it says to slots at home.
struct Stepped {
    reply: Option<Reply>,
    /// The answer to the chain's first command, given by a parcel that was applied.
    ended: Option<Reply>,
    sent: Vec<(Slot, Message)>,
}

struct Chain {
    origin: Origin,
    parcels: Vec<Parcel>,
}

impl Chain {
    fn step(
        &mut self,
        workspace: &mut dyn Workspace,
        slot: Slot,
        stamp: Stamp,
        decide: impl FnOnce(&mut Rows<'_>) -> Result<Outcome, Fault>,
    ) -> Result<Stepped, Fault> {
        let (rules, home) = (workspace.rules(stamp.at_us), workspace.home());
        let (risk, list) = (workspace.risk(stamp.at_us), workspace.screen_list(stamp.at_us));
        let mut before = Reading(workspace);
        let mut rows = Rows::new(slot, stamp, (&rules, risk.as_deref(), list), &mut before);
        let outcome = decide(&mut rows)?;
        if !outcome.stands {
            return Ok(Stepped { reply: outcome.reply, ended: None, sent: Vec::new() });
        }
        for (to, message) in rows.take_away(home) {
            self.parcels.push(crossing::dispatch(&mut rows, to, self.origin, message)?);
        }
        let ended = rows.take_answer();
        let (changes, sent) = rows.finish();
        workspace.apply(changes);
        Ok(Stepped { reply: outcome.reply, ended, sent })
    }
}

/// Lends the workspace for reading only.
struct Reading<'a>(&'a mut dyn Workspace);

impl crate::rows::Before for Reading<'_> {
    fn row(&mut self, key: &Key) -> Result<Option<Row>, Fault> {
        self.0.row(key)
    }
}
