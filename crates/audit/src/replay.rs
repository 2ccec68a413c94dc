//! Every command decided again: from the same rows, at the same stamps, under the same rules. It must come to the same
//! rows, in all their bytes.
//!
//! A batch is decided on the rows as the journal's images leave them before it, not as the replay did: a difference is
//! named once, where it arose, and does not spread.

use crate::batch::{Batch, Changed, Decided};
use crate::compare::difference;
use crate::images::{key_bytes, key_text, values};
use crate::keyed::Keyed;
use crate::progress::Progress;
use crate::replay_desk::{ReplayDesk, Touched};
use crate::report::{FindingKind, Findings};
use crate::{AuditError, chain};
use base::{BinarySink, SlotSet};
use engine::{Command, Key, Ran};
use journal::WorldId;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::str::FromStr;

/// Which journal records are decided again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replay {
    /// The first.
    pub from: u64,
    /// The last; the last there is, when it is higher.
    pub to: u64,
}

impl Replay {
    /// All of them.
    pub const ALL: Replay = Replay { from: 1, to: u64::MAX };
}

/// Text that names no records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("records are named as FROM..TO, the first and the last; either may be left out")]
pub struct ReplayError;

impl FromStr for Replay {
    type Err = ReplayError;

    /// Reads `from..to`, `from..`, `..to`, `..`, or one sequence.
    fn from_str(text: &str) -> Result<Replay, ReplayError> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let number = |text: &str, other: u64| {
            if text.is_empty() { Ok(other) } else { text.parse().map_err(|_| ReplayError) }
        };
        let (from, to) = (number(from, Replay::ALL.from)?, number(to, Replay::ALL.to)?);
        let named = !text.is_empty() && from >= 1 && from <= to;
        if named { Ok(Replay { from, to }) } else { Err(ReplayError) }
    }
}

/// Which journal is replayed, and by whom it was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) world: Option<&'a WorldId>,
    /// The slots of the cell that wrote it.
    pub(crate) home: SlotSet,
    /// The sequence that was posted when the audit began: the journal is there at least so far.
    pub(crate) posted: u64,
}

/// Decides some records again; gives how many commands that were. Damage is named by the plain reading of the journal,
/// and ends this one.
pub(crate) fn replay(
    source: Source<'_>,
    range: Replay,
    keyed: Keyed,
    progress: &Progress,
    findings: &mut Findings,
) -> Result<u64, AuditError> {
    let last = chain::last_sequence(source.folder, source.world, source.posted).min(range.to);
    let Ok(mut reader) = chain::open(source.folder, 1, source.world) else {
        let message =
            "nothing can be decided again: the rows before the first record that is there are unknown";
        findings.add(FindingKind::JournalIncomplete, "journal", "record 1", message);
        return Ok(0);
    };
    let mut desk = ReplayDesk::new(keyed, source.home);
    let mut commands = 0;
    while let Ok(Some(record)) = reader.read_next() {
        if record.sequence > last {
            break;
        }
        let Ok(batch) = Batch::read(record.payload) else { continue };
        let again = Again { sequence: record.sequence, batch: &batch };
        if record.sequence >= range.from {
            again.decide(&mut desk, findings);
            commands += batch.commands.len() as u64;
            progress.add_commands(batch.commands.len() as u64);
        } else {
            again.take_over(&mut desk, |_, _| {});
        }
        if record.sequence == last {
            break;
        }
    }
    Ok(commands)
}

/// One record that is decided again.
struct Again<'a> {
    sequence: u64,
    batch: &'a Batch<'a>,
}

impl Again<'_> {
    fn decide(&self, desk: &mut ReplayDesk, findings: &mut Findings) {
        let mut names = Vec::with_capacity(self.batch.commands.len());
        for (number, decided) in self.batch.commands.iter().enumerate() {
            let Ok(command) = decided.command() else {
                names.push("(unreadable)");
                continue;
            };
            names.push(command.name());
            if let Err(message) = self.run(desk, number, decided, &command) {
                self.add(FindingKind::ReplayOutcome, number, command.name(), message, findings);
            }
        }
        let mut touched = desk.take_touched();
        self.take_over(desk, |changed, key| {
            self.compare(changed, key, touched.remove(key), &names, findings)
        });
        // A row that the batch made and removed again leaves no image; a writer that does not know that the row was
        // never there leaves that of its end. Both leave the same rows.
        touched.retain(|key, touched| touched.row.is_some() || desk.is_there(key));
        // In the order of their keys: findings must not depend on a map.
        let mut rest: Vec<(Key, usize)> =
            touched.into_iter().map(|(key, touched)| (key, touched.by)).collect();
        rest.sort();
        for (key, by) in rest {
            self.not_there(&key, by, &names, findings);
        }
    }

    /// Takes the journal's images over, and lends each of them.
    fn take_over(&self, desk: &mut ReplayDesk, mut lend: impl FnMut(&Changed<'_>, &Key)) {
        for changed in &self.batch.rows {
            // What cannot be read is named by the plain reading.
            let Ok((key, row)) = changed.row() else { break };
            lend(changed, &key);
            desk.take_over(key, row, changed);
        }
    }

    /// Runs one command; says what came out differently.
    fn run(
        &self,
        desk: &mut ReplayDesk,
        number: usize,
        decided: &Decided<'_>,
        command: &Command,
    ) -> Result<(), String> {
        desk.begin(number, decided.stamp);
        // A command that was changed may contradict the rows: what asserts that they agree then panics.
        let ran = catch_unwind(AssertUnwindSafe(|| engine::run(desk, command)));
        let Ran { steps, .. } = match &ran {
            Ok(Ok(ran)) if ran.is_accepted() != decided.accepted => {
                let word = |accepted| if accepted { "accepted" } else { "refused" };
                let (now, then) = (word(ran.is_accepted()), word(decided.accepted));
                return Err(format!("it is {now} now, the journal says {then}"));
            }
            Ok(Ok(ran)) => ran,
            Ok(Err(fault)) => return Err(format!("it cannot be decided: {fault}")),
            Err(_) => return Err("it contradicts the rows before it".to_owned()),
        };
        if *steps == decided.steps {
            Ok(())
        } else {
            Err(format!("it takes {steps} decisions now, the journal says {}", decided.steps))
        }
    }

    fn add(
        &self,
        kind: FindingKind,
        number: usize,
        name: &str,
        message: impl std::fmt::Display,
        findings: &mut Findings,
    ) {
        let key = format!("record {}", self.sequence);
        findings.add(kind, "journal", key, format!("command {number} ({name}): {message}"));
    }

    /// A row of the journal against what came out.
    fn compare(
        &self,
        changed: &Changed<'_>,
        key: &Key,
        touched: Option<Touched>,
        names: &[&str],
        findings: &mut Findings,
    ) {
        let table = changed.table;
        let mut add = |message: String| {
            let key = key_text(table, &values(&key_bytes(key)));
            let message = format!("journal record {}, {message}", self.sequence);
            findings.add(FindingKind::ReplayRow, table.name(), key, message);
        };
        let Some(Touched { row, by, .. }) = touched else {
            return add("no command changes it, but its image is there".to_owned());
        };
        let by = format!("command {by} ({})", names.get(by).copied().unwrap_or_default());
        let Some(row) = row else {
            if !changed.deleted {
                add(format!("{by}: it is deleted now, the journal has its image"));
            }
            return;
        };
        if changed.deleted {
            return add(format!("{by}: it is written now, the journal deletes it"));
        }
        let mut bytes = Vec::with_capacity(changed.columns.len());
        row.write(&mut BinarySink(&mut bytes));
        if bytes == changed.columns {
            return;
        }
        add(match difference(table, &values(&bytes), &values(changed.columns)) {
            Some((column, now, then)) => {
                format!("{by}: column {column} comes to {now} now, the journal says {then}")
            }
            None => format!("{by}: it comes to other columns now"),
        });
    }

    /// What came out and is not in the journal.
    fn not_there(&self, key: &Key, by: usize, names: &[&str], findings: &mut Findings) {
        let name = names.get(by).copied().unwrap_or_default();
        let text = key_text(key.table(), &values(&key_bytes(key)));
        let message = format!(
            "journal record {}, command {by} ({name}): it is changed now, the journal has no image of it",
            self.sequence
        );
        findings.add(FindingKind::ReplayRow, key.table().name(), text, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_named_by_first_and_last() {
        let read = |text: &str| text.parse::<Replay>().map(|range| (range.from, range.to));
        assert_eq!(read("3..9"), Ok((3, 9)));
        assert_eq!(read("3.."), Ok((3, u64::MAX)));
        assert_eq!(read("..9"), Ok((1, 9)));
        assert_eq!(read(".."), Ok((1, u64::MAX)));
        assert_eq!(read("7"), Ok((7, 7)));
        for wrong in ["", "9..3", "0..3", "a..b", "1-2", "1..2..3"] {
            assert_eq!(read(wrong), Err(ReplayError), "{wrong}");
        }
    }
}
