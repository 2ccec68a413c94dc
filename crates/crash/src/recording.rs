//! The shim's log: what the server changed below its data folder, in order.

use anyhow::{Context, bail, ensure};
use std::ops::Range;
use std::path::Path;

/// Bytes of a record before its paths and data.
const HEAD_BYTES: usize = 40;
/// Stands in each head.
const MARK: [u8; 4] = *b"CRSH";

/// One change. Paths are relative to the data folder; data is a range of [`Recording::bytes`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// A process began; the root's inode.
    Start(u64),
    Create(String, u64),
    Write {
        inode: u64,
        offset: u64,
        data: Range<usize>,
    },
    Length {
        inode: u64,
        bytes: u64,
    },
    Sync(u64),
    Rename(String, String),
    Remove(String),
    Folder(String, u64),
    SyncFailed(u64),
    /// A call was made to fail.
    Fault,
}

/// A change and how long the log was once it stood there.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) end: u64,
    pub(crate) what: What,
}

/// A whole log.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) bytes: Vec<u8>,
    pub(crate) events: Vec<Event>,
}

impl Recording {
    /// Reads a log. A kill may leave a part of a record; the next process goes on behind it.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Recording> {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let mut events = Vec::new();
        let mut begin = next_start(&bytes, 0).context("nothing was recorded")?;
        while begin < bytes.len() {
            let end = next_start(&bytes, begin + 1).unwrap_or(bytes.len());
            // Only the last record of a process can be a part.
            while let Some((what, after)) = one(&bytes[..end], begin)? {
                events.push(Event { end: after as u64, what });
                begin = after;
            }
            begin = end;
        }
        Ok(Recording { bytes, events })
    }
}

/// Where the next process begins.
fn next_start(bytes: &[u8], from: usize) -> Option<usize> {
    let head = [&1_u32.to_le_bytes()[..], &[0; 8], &MARK].concat();
    bytes.get(from..)?.windows(head.len()).position(|window| window == head).map(|place| from + place)
}

/// A record of a change that somebody made beside the server, as the shim would have written it.
pub(crate) fn record_of(what: &What) -> Vec<u8> {
    let (kind, inode, offset): (u32, u64, u64) = match what {
        What::Length { inode, bytes } => (4, *inode, *bytes),
        What::Sync(inode) => (5, *inode, 0),
        _ => unreachable!("only lengths and syncs are made beside the server"),
    };
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&MARK);
    for word in [inode, offset, 0] {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    bytes
}

/// The record at a place and where the next one begins; `None` when it is not whole.
fn one(bytes: &[u8], at: usize) -> anyhow::Result<Option<(What, usize)>> {
    let Some(head) = bytes.get(at..at + HEAD_BYTES) else { return Ok(None) };
    ensure!(head[12..16] == MARK, "no record begins at byte {at}");
    let small = |place: usize| {
        let word: [u8; 4] = head[place..place + 4].try_into().expect("four bytes");
        u32::from_le_bytes(word)
    };
    let large = |place: usize| {
        let word: [u8; 8] = head[place..place + 8].try_into().expect("eight bytes");
        u64::from_le_bytes(word)
    };
    let path_end = at + HEAD_BYTES + small(4) as usize;
    let second_end = path_end + small(8) as usize;
    let end = second_end + usize::try_from(large(32))?;
    if end > bytes.len() {
        return Ok(None);
    }
    let path = String::from_utf8(bytes[at + HEAD_BYTES..path_end].to_vec())?;
    let second = String::from_utf8(bytes[path_end..second_end].to_vec())?;
    let (inode, offset) = (large(16), large(24));
    let what = match small(0) {
        1 => What::Start(inode),
        2 => What::Create(path, inode),
        3 => What::Write { inode, offset, data: second_end..end },
        4 => What::Length { inode, bytes: offset },
        5 => What::Sync(inode),
        6 => What::Rename(path, second),
        7 => What::Remove(path),
        8 => What::Folder(path, inode),
        9 => What::SyncFailed(inode),
        10 => What::Fault,
        other => bail!("no such change: {other}"),
    };
    Ok(Some((what, end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(inode: u64) -> Vec<u8> {
        let mut bytes = record_of(&What::Sync(inode));
        bytes[0] = 1;
        bytes
    }

    fn read(name: &str, parts: &[&[u8]]) -> Vec<What> {
        let path = std::env::temp_dir().join(format!("crash-recording-{}-{name}", std::process::id()));
        std::fs::write(&path, parts.concat()).unwrap();
        let events = Recording::read(&path).unwrap().events;
        std::fs::remove_file(path).unwrap();
        events.into_iter().map(|event| event.what).collect()
    }

    #[test]
    fn a_record_that_a_kill_cut_off_is_left_out_wherever_it_was_cut() {
        let mut write = record_of(&What::Sync(8));
        (write[0], write[32]) = (3, 100);
        write.extend_from_slice(&[7; 100]);
        let wanted = [What::Start(1), What::Sync(2), What::Start(3), What::Sync(4)];
        let (one, two) = (record_of(&What::Sync(2)), record_of(&What::Sync(4)));
        for kept in 0..write.len() {
            let parts: [&[u8]; 5] = [&start(1), &one, &write[..kept], &start(3), &two];
            assert_eq!(read(&format!("middle{kept}"), &parts), wanted, "cut after {kept} bytes");
            assert_eq!(read(&format!("end{kept}"), &parts[..3]), wanted[..2], "cut after {kept} bytes");
        }
    }
}
