//! Measures the journal on this machine's disk: `cargo run --release -p journal --example journal_speed -- FOLDER`.
//!
//! Appends are measured with and without prepared segments, in turn, so that the disk's moods meet both; then the
//! journal is walked, checked and hashed, with records of several lengths. The folder must be empty or not there;
//! what is made in it is removed.

#![allow(clippy::print_stdout, reason = "a program whose result is text")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use journal::{Journal, Options, Prepare, Reader};

const SEGMENT_BYTES: u64 = 16 << 20;
const ROUNDS: usize = 4;
const PREPARES: [Prepare; 2] = [Prepare::Never, Prepare::AheadOnThread];

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name a folder to measure in")?);
    std::fs::create_dir_all(&folder)?;
    if std::fs::read_dir(&folder)?.next().is_some() {
        return Err("the folder is not empty".into());
    }
    for bytes in [4 << 10, 16 << 10, 64 << 10, 1 << 20] {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (prepare, times) in PREPARES.into_iter().zip(&mut times) {
                times.extend(appends(&folder.join("appends"), prepare, bytes)?);
            }
        }
        for (prepare, times) in PREPARES.into_iter().zip(&mut times) {
            tell_appends(bytes, prepare, times);
        }
    }
    for bytes in [300, 4 << 10, 64 << 10] {
        walks(&folder.join("walks"), bytes)?;
    }
    Ok(())
}

/// How long each append took, beyond the first segment, which is never prepared.
fn appends(folder: &Path, prepare: Prepare, bytes: usize) -> Outcome<Vec<Duration>> {
    let options = Options { segment_bytes: SEGMENT_BYTES, prepare, ..Options::new([1; 16]) };
    let (mut journal, _) = Journal::open(folder, options)?;
    let payload = noise(bytes);
    for _ in 0..SEGMENT_BYTES / (256 << 10) {
        journal.append(&noise(256 << 10))?;
    }
    let count = (3 * SEGMENT_BYTES as usize / bytes).min(1_500);
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let start = Instant::now();
        journal.append(&payload)?;
        times.push(start.elapsed());
    }
    drop(journal);
    std::fs::remove_dir_all(folder)?;
    Ok(times)
}

fn tell_appends(bytes: usize, prepare: Prepare, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_micros();
    let mean = times.iter().sum::<Duration>().as_micros() / times.len() as u128;
    println!(
        "append of {bytes} bytes, {prepare:?}: mean {mean} µs, median {} µs, 90% {} µs, 99% {} µs, {} times",
        at(50),
        at(90),
        at(99),
        times.len()
    );
}

fn walks(folder: &Path, bytes: usize) -> Outcome<()> {
    let options = Options { segment_bytes: SEGMENT_BYTES, ..Options::new([1; 16]) };
    let (mut journal, _) = Journal::open(folder, options)?;
    let payload = noise(bytes);
    for _ in 0..(64 << 20) / bytes.max(4 << 10) {
        journal.append(&payload)?;
    }
    drop(journal);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let (mut records, mut read) = (0_u64, 0);
        for record in Reader::open(folder, 1)? {
            read += record?.payload.len() as u64;
            records += 1;
        }
        let iterated = start.elapsed();
        let start = Instant::now();
        let mut reader = Reader::open(folder, 1)?;
        while let Some(record) = reader.read_next()? {
            read += record.payload.len() as u64;
        }
        let lent = start.elapsed();
        let speed = |time: Duration| u128::from(read / 2) / time.as_micros().max(1);
        println!(
            "walk over {records} records of {bytes} bytes: iterator {} MB/s, lent {} MB/s",
            speed(iterated),
            speed(lent)
        );
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

/// Bytes that no file system makes shorter.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.flatten().take(bytes).collect()
}
