//! The disk with nothing else running: what one append and one flush cost, each at its moment. The floor of every
//! latency that waits for the journal.

use crate::bench::{BenchArgs, Latencies, progress};
use anyhow::Context;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of an append: what 36 payments are in the journal, a group of the open loop.
const APPEND_BYTES: usize = 36 * 1024;
/// The schedule. A late append is measured from its moment, as a payment is that waits behind a stall.
const EVERY: Duration = Duration::from_millis(1);

/// Appends to a file in `folder` for as long as the open loop lasts.
pub(crate) fn run(folder: &Path, args: &BenchArgs) -> anyhow::Result<Value> {
    progress(&format!("the bare disk for {} s …", args.latency_s));
    let path = folder.join("disk.bin");
    let mut file = File::create(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    let payload = vec![0x5a; APPEND_BYTES];
    let (mut flushes, mut longest, mut waits) = (Latencies::new(), Duration::ZERO, Latencies::new());
    let began = Instant::now();
    let time = Duration::from_secs(args.latency_s);
    let mut count = 0_u32;
    while EVERY * count < time {
        let moment = began + EVERY * count;
        std::thread::sleep(moment.saturating_duration_since(Instant::now()));
        let start = Instant::now();
        file.write_all(&payload).and_then(|()| file.sync_data()).context("the disk's floor")?;
        flushes.add(start.elapsed());
        longest = longest.max(start.elapsed());
        waits.add(moment.elapsed());
        count += 1;
    }
    drop(file);
    std::fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
    Ok(json!({
        "append_bytes": APPEND_BYTES, "flushes": count, "offered_per_s": 1_000,
        "flush_p50_us": flushes.quantile_us(500), "flush_p99_us": flushes.quantile_us(990),
        "flush_longest_us": u64::try_from(longest.as_micros()).unwrap_or(u64::MAX),
        "p50_us": waits.quantile_us(500), "p99_us": waits.quantile_us(990), "p999_us": waits.quantile_us(999),
    }))
}
