//! What the system says this process has used: processor time by thread, bytes written, memory.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Processor time and I/O of this process up to a moment. Zeros where the system does not tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Process {
    /// Processor time by thread name, milliseconds; threads of one name are added up.
    threads_ms: BTreeMap<String, u64>,
    /// Processor time of all threads, those that ended too, milliseconds.
    whole_ms: u64,
    written_bytes: u64,
    write_calls: u64,
}

/// What was used between two moments, for each of so many payments.
#[derive(Clone, Debug)]
pub(crate) struct Spent {
    /// Processor time of the whole process for a payment, microseconds.
    pub(crate) cpu_us: f64,
    /// The same by thread name. `driver` is the load, not the platform.
    pub(crate) by_thread: Value,
    /// Bytes that went to the disk for a payment, journal and tables together.
    pub(crate) written_bytes: u64,
    /// Calls of the system that write.
    pub(crate) write_calls: u64,
}

impl Process {
    /// Reads the counters.
    pub(crate) fn now() -> Process {
        let mut now = Process::default();
        let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        for task in tasks {
            let Ok(stat) = std::fs::read_to_string(task.path().join("stat")) else { continue };
            let Some((name, ms)) = read_stat(&stat) else { continue };
            *now.threads_ms.entry(name).or_insert(0) += ms;
        }
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        now.whole_ms = read_stat(&stat).map_or(0, |(_, ms)| ms);
        let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
        let field = |name| {
            let value = io.lines().find_map(|line| line.strip_prefix(name));
            value.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
        };
        now.written_bytes = field("write_bytes:");
        now.write_calls = field("syscw:");
        now
    }

    /// What was used since, divided by so many payments. A thread that ended meanwhile counts in the whole only.
    pub(crate) fn until_now(&self, payments: u64) -> Spent {
        let now = Process::now();
        let payments = payments.max(1);
        let mut by_thread = Map::new();
        for (name, ms) in &now.threads_ms {
            let ms = ms.saturating_sub(self.threads_ms.get(name).copied().unwrap_or(0));
            if ms > 0 {
                by_thread.insert(name.clone(), Value::from(per(ms, payments)));
            }
        }
        Spent {
            cpu_us: per(now.whole_ms.saturating_sub(self.whole_ms), payments),
            by_thread: Value::Object(by_thread),
            written_bytes: now.written_bytes.saturating_sub(self.written_bytes) / payments,
            write_calls: now.write_calls.saturating_sub(self.write_calls),
        }
    }
}

/// Microseconds for each, to two places.
fn per(ms: u64, payments: u64) -> f64 {
    (ms as f64 * 100_000.0 / payments as f64).round() / 100.0
}

/// Name and processor time, milliseconds, from a `stat` file of /proc. Ticks are 10 ms on Linux.
fn read_stat(stat: &str) -> Option<(String, u64)> {
    let (head, rest) = stat.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    Some((name, (ticks(11)? + ticks(12)?) * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_read_whatever_its_name() {
        let stat = "12 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 4 0 100";
        assert_eq!(read_stat(stat), Some(("a ) b".to_owned(), 2_000)));
        assert_eq!(read_stat("nothing"), None);
    }
}
