//! Three threads: one reads the journal, one reads the tables and sums them, and this one checks rows against each
//! other. Rows come to it in buffers that go round.

use crate::checks::Checks;
use crate::images::Encoded;
use crate::keyed::Keyed;
use crate::latest::{Sum, row_hash};
use crate::progress::Progress;
use crate::report::Findings;
use crate::tables::Snapshot;
use crate::{AuditError, READ_ORDER};
use base::SlotSet;
use engine::Table;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Bytes of rows that are handed over together: few enough to stay in the processor's cache.
const BUFFER_BYTES: usize = 128 << 10;
/// Buffers on their way at most.
const BUFFERS: usize = 4;

/// Some rows of one table, in the order of their keys.
struct Buffer {
    table: Table,
    bytes: Vec<u8>,
    /// Where each row ends, and how long its key is.
    rows: Vec<(usize, usize)>,
}

impl Buffer {
    fn new() -> Buffer {
        Buffer { bytes: Vec::with_capacity(2 * BUFFER_BYTES), ..Buffer::nothing(READ_ORDER[0]) }
    }

    fn nothing(table: Table) -> Buffer {
        Buffer { table, bytes: Vec::new(), rows: Vec::new() }
    }

    fn each(&self, mut give: impl FnMut(Encoded<'_>)) {
        let mut start = 0;
        for (end, key_bytes) in &self.rows {
            give(Encoded { bytes: &self.bytes[start..*end], key_bytes: *key_bytes });
            start = *end;
        }
    }
}

/// What the tables came to.
#[derive(Default, Debug)]
pub(crate) struct Scanned {
    pub(crate) sum: Sum,
    /// Rows per table, by SQL name.
    pub(crate) rows: Vec<(&'static str, u64)>,
}

/// Reads all tables, and checks their rows while they come.
pub(crate) fn check_tables(
    snapshot: &mut Snapshot,
    keyed: Keyed,
    home: SlotSet,
    progress: &Progress,
    findings: &mut Findings,
) -> Result<(Scanned, Checks), AuditError> {
    let (give, full) = sync_channel::<Buffer>(BUFFERS);
    let (give_back, empty) = sync_channel::<Buffer>(BUFFERS + 2);
    let mut checks = Checks::new(keyed, home);
    let scanned = std::thread::scope(|scope| {
        let scanner = scope.spawn(|| scan(snapshot, keyed, progress, give, empty));
        // Gone with this block, also when a check panics: the scanner must not wait for a buffer then.
        let give_back = give_back;
        for mut buffer in full {
            buffer.each(|row| checks.row(buffer.table, &row, findings));
            buffer.rows.clear();
            buffer.bytes.clear();
            // The scanner has gone when it is done or failed.
            let _gone = give_back.send(buffer);
        }
        scanner.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    Ok((scanned, checks))
}

fn scan(
    snapshot: &mut Snapshot,
    keyed: Keyed,
    progress: &Progress,
    full: SyncSender<Buffer>,
    empty: Receiver<Buffer>,
) -> Result<Scanned, AuditError> {
    let mut scanned = Scanned::default();
    let mut buffer = Buffer::new();
    let mut made = 1;
    for table in READ_ORDER {
        buffer.table = *table;
        let mut bytes = std::mem::take(&mut buffer.bytes);
        let rows = snapshot.each_row(*table, &mut bytes, |bytes, start, key_bytes| {
            scanned.sum.add(row_hash(&keyed, *table, &bytes[start..]));
            buffer.rows.push((bytes.len(), key_bytes));
            if bytes.len() >= BUFFER_BYTES {
                std::mem::swap(bytes, &mut buffer.bytes);
                hand_over(&mut buffer, &mut made, progress, &full, &empty);
                std::mem::swap(bytes, &mut buffer.bytes);
            }
        })?;
        buffer.bytes = bytes;
        hand_over(&mut buffer, &mut made, progress, &full, &empty);
        scanned.rows.push((table.name(), rows));
    }
    Ok(scanned)
}

/// Gives a buffer away and takes one that came back, or a new one as long as there may be more.
fn hand_over(
    buffer: &mut Buffer,
    made: &mut usize,
    progress: &Progress,
    full: &SyncSender<Buffer>,
    empty: &Receiver<Buffer>,
) {
    progress.add_rows(buffer.rows.len() as u64);
    let table = buffer.table;
    if full.send(std::mem::replace(buffer, Buffer::nothing(table))).is_err() {
        // The checker has gone: it panicked, and nothing counts any more.
        return;
    }
    if *made < BUFFERS {
        *made += 1;
        *buffer = Buffer::new();
    } else if let Ok(next) = empty.recv() {
        *buffer = next;
    }
    buffer.table = table;
}
