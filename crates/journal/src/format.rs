//! Bytes on disk, all little-endian. Changing one is a new format version.
//!
//! Segment header, one page of [`SEGMENT_HEADER_BYTES`], zeros after the last field:
//! `magic[8] version:u32 checksum:u32 number:u64 first_sequence:u64 epoch:u64 before[32] world[16]`.
//!
//! Record, a multiple of 8 bytes, zeros after the payload:
//! `magic[4] version:u32 payload_bytes:u32 checksum:u32 epoch:u64 sequence:u64 before[32] payload`.
//!
//! `before` is the BLAKE3 hash of the whole record before (padding included), zeros before the first.
//! A record's checksum is CRC-32 of the world's id and all its bytes but the checksum itself. The
//! world's id is in it so that record bytes carried inside a payload are not taken for a record when
//! the end of the journal is searched.

use crate::error::Check;

/// BLAKE3 hash of a whole record; all zeros stands for "before the first record".
pub type Hash = [u8; 32];

/// Names the world (one installation's books); a segment of another world is refused.
pub type WorldId = [u8; 16];

/// Longest payload of one record: 256 MiB, room for a whole batch of the longest orders.
pub const PAYLOAD_MAX_BYTES: usize = 256 << 20;

/// A page of its own, so that no later write touches the page the header is in.
pub(crate) const SEGMENT_HEADER_BYTES: usize = 4096;
pub(crate) const RECORD_HEADER_BYTES: usize = 64;
/// Records start at multiples of this.
pub(crate) const ALIGN_BYTES: usize = 8;

const SEGMENT_MAGIC: [u8; 8] = *b"TONGBAOJ";
/// Starts with a byte that UTF-8 never has, so no text payload holds it.
pub(crate) const RECORD_MAGIC: [u8; 4] = [0xF8, b'T', b'B', b'R'];
const VERSION: u32 = 1;

const _: () = assert!(SEGMENT_HEADER_BYTES.is_multiple_of(ALIGN_BYTES));
const _: () = assert!(RECORD_HEADER_BYTES.is_multiple_of(ALIGN_BYTES));
const _: () = assert!(PAYLOAD_MAX_BYTES <= u32::MAX as usize);

/// A rule that bytes broke; the reader adds where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fault {
    pub(crate) check: Check,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Fault {
    pub(crate) fn new(check: Check, expected: impl ToString, found: impl ToString) -> Fault {
        Fault { check, expected: expected.to_string(), found: found.to_string() }
    }

    pub(crate) fn of_bytes(check: Check, expected: &[u8], found: &[u8]) -> Fault {
        Fault::new(check, hex(expected), hex(found))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What stands at the start of a segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SegmentHeader {
    pub(crate) number: u64,
    /// Sequence of the first record this segment holds or will hold.
    pub(crate) first_sequence: u64,
    /// Epoch of the writer that made the segment; records copied into it may be older.
    pub(crate) epoch: u64,
    /// Hash of the record before `first_sequence`.
    pub(crate) before: Hash,
    pub(crate) world: WorldId,
}

impl SegmentHeader {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut page = Vec::with_capacity(SEGMENT_HEADER_BYTES);
        page.extend_from_slice(&SEGMENT_MAGIC);
        page.extend_from_slice(&VERSION.to_le_bytes());
        page.extend_from_slice(&[0; 4]);
        page.extend_from_slice(&self.number.to_le_bytes());
        page.extend_from_slice(&self.first_sequence.to_le_bytes());
        page.extend_from_slice(&self.epoch.to_le_bytes());
        page.extend_from_slice(&self.before);
        page.extend_from_slice(&self.world);
        page.resize(SEGMENT_HEADER_BYTES, 0);
        let checksum = checksum_without(&[], &page);
        page[12..16].copy_from_slice(&checksum.to_le_bytes());
        page
    }

    /// `page` is `SEGMENT_HEADER_BYTES` long.
    pub(crate) fn decode(page: &[u8]) -> Result<SegmentHeader, Fault> {
        if page[..8] != SEGMENT_MAGIC {
            return Err(Fault::of_bytes(Check::Magic, &SEGMENT_MAGIC, &page[..8]));
        }
        let (version, checksum) = (u32_at(page, 8), u32_at(page, 12));
        if version != VERSION {
            return Err(Fault::new(Check::Version, VERSION, version));
        }
        let right = checksum_without(&[], page);
        if checksum != right {
            return Err(Fault::new(Check::Checksum, right, checksum));
        }
        Ok(SegmentHeader {
            number: u64_at(page, 16),
            first_sequence: u64_at(page, 24),
            epoch: u64_at(page, 32),
            before: array_at(page, 40),
            world: array_at(page, 72),
        })
    }
}

/// A record's fixed part, without what is only needed to check the bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RecordHeader {
    pub(crate) payload_bytes: usize,
    pub(crate) epoch: u64,
    pub(crate) sequence: u64,
    pub(crate) before: Hash,
}

/// Length on disk of a record with such a payload.
pub(crate) fn record_bytes(payload_bytes: usize) -> usize {
    RECORD_HEADER_BYTES + payload_bytes.next_multiple_of(ALIGN_BYTES)
}

/// Puts a whole record into `record`, replacing what was there.
pub(crate) fn encode_record(
    world: &WorldId,
    epoch: u64,
    sequence: u64,
    before: &Hash,
    payload: &[u8],
    record: &mut Vec<u8>,
) {
    let payload_bytes = u32::try_from(payload.len()).expect("checked against PAYLOAD_MAX_BYTES");
    record.clear();
    record.reserve(record_bytes(payload.len()));
    record.extend_from_slice(&RECORD_MAGIC);
    record.extend_from_slice(&VERSION.to_le_bytes());
    record.extend_from_slice(&payload_bytes.to_le_bytes());
    record.extend_from_slice(&[0; 4]);
    record.extend_from_slice(&epoch.to_le_bytes());
    record.extend_from_slice(&sequence.to_le_bytes());
    record.extend_from_slice(before);
    record.extend_from_slice(payload);
    record.resize(record_bytes(payload.len()), 0);
    let checksum = checksum_without(world, record);
    record[12..16].copy_from_slice(&checksum.to_le_bytes());
}

/// Reads the fixed part of a record. What it says is trusted only after [`check_record`].
/// `head` is at least `RECORD_HEADER_BYTES` long; `room_bytes` counts from its start to the file's end.
pub(crate) fn decode_head(head: &[u8], room_bytes: u64) -> Result<RecordHeader, Fault> {
    if head[..4] != RECORD_MAGIC {
        return Err(Fault::of_bytes(Check::Magic, &RECORD_MAGIC, &head[..4]));
    }
    let version = u32_at(head, 4);
    if version != VERSION {
        return Err(Fault::new(Check::Version, VERSION, version));
    }
    let payload_bytes = u32_at(head, 8) as usize;
    let most = room_bytes.saturating_sub(RECORD_HEADER_BYTES as u64).min(PAYLOAD_MAX_BYTES as u64);
    if payload_bytes.next_multiple_of(ALIGN_BYTES) as u64 > most {
        return Err(Fault::new(Check::Length, format!("at most {most}"), payload_bytes));
    }
    Ok(RecordHeader {
        payload_bytes,
        epoch: u64_at(head, 16),
        sequence: u64_at(head, 24),
        before: array_at(head, 32),
    })
}

/// Checks a whole record against its own checksum.
pub(crate) fn check_record(world: &WorldId, record: &[u8]) -> Result<(), Fault> {
    let (right, found) = (checksum_without(world, record), u32_at(record, 12));
    if right != found {
        return Err(Fault::new(Check::Checksum, right, found));
    }
    Ok(())
}

/// The hash that the next record carries as `before`.
pub(crate) fn record_hash(record: &[u8]) -> Hash {
    *blake3::hash(record).as_bytes()
}

/// The hash that a whole record carries of the one before it.
pub(crate) fn record_before(record: &[u8]) -> Hash {
    array_at(record, 32)
}

/// CRC-32 of `seed` and `bytes`, leaving out the checksum's own place, bytes 12 to 16.
fn checksum_without(seed: &[u8], bytes: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(seed);
    crc.update(&bytes[..12]);
    crc.update(&bytes[16..]);
    crc.finalize()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array_at(bytes, at))
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().expect("a slice of N bytes is N bytes")
}
