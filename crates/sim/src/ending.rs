//! What is checked of the whole world: now and then, and when everything should have ended.

use crate::network::CellNo;
use crate::world::World;
use engine::{Key, Row};

/// What a check may take at most of what still goes wrong, in words.
const SHOWN_MAX: usize = 6;

impl World {
    /// Everything that holds at any instant.
    pub(crate) fn check_all(&mut self) -> Result<(), String> {
        self.counters.hit("check.whole");
        self.mirror.check_whole()?;
        self.model.check_books(self.mirror.rows()).map_err(|error| error.to_string())?;
        (0..self.machines.len()).try_for_each(|cell| self.check_stored(cell))
    }

    /// The tables of a cell and what its newest process has not posted yet are the journal's rows.
    pub(crate) fn check_stored(&mut self, cell: CellNo) -> Result<(), String> {
        let machine = &self.machines[cell];
        let Some(process) = machine.processes.last() else { return Ok(()) };
        // An old owner knows less than the journal, a new one may have posted what the old one counts as unposted.
        let newest = machine.records.last_key_value().map_or(0, |(sequence, _)| *sequence);
        if machine.processes.len() > 1 || process.known() < newest {
            return Ok(());
        }
        let mut reader = machine.store.quiet_reader();
        let unposted: Vec<(Key, Option<Row>)> =
            process.backlog.iter().flat_map(|batch| batch.changes.iter().cloned()).collect();
        let told = |words| format!("cell {cell}: {words}");
        self.mirror.compare(machine.home, reader.as_mut(), unposted.iter()).map_err(told)
    }

    /// Everything that must have ended has.
    pub(crate) fn check_end(&mut self) -> Result<(), String> {
        self.check_all()?;
        let mut open: Vec<String> = Vec::new();
        for machine in &mut self.machines {
            let no = machine.no;
            // An old owner that nobody asks any more may still be there: it can do no harm, and need not end.
            match machine.processes.last() {
                Some(process) => {
                    if !process.queue.is_empty() || !process.sealed.is_empty() {
                        open.push(format!("cell {no} has not decided or kept everything"));
                    }
                    if !process.backlog.is_empty() {
                        open.push(format!("cell {no} has not posted {} batches", process.backlog.len()));
                    }
                    if !process.carrier.is_empty() {
                        open.push(format!("cell {no} still carries {} parcels", process.carrier.len()));
                    }
                }
                None => open.push(format!("cell {no} is not open")),
            }
        }
        open.extend(self.model.liveness(self.schedule.now_us()));
        open.extend(self.open_in_town());
        if open.is_empty() {
            return Ok(());
        }
        let shown = open.iter().take(SHOWN_MAX).cloned().collect::<Vec<_>>().join("\n  ");
        Err(format!("healed, and {} things have not ended:\n  {shown}", open.len()))
    }
}
