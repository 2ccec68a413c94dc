//! What happened, as one hash: two runs of one seed must end with the same. The last lines are kept for the report.

use std::collections::VecDeque;
use std::fmt;
use std::fmt::Write;

/// The running hash of all events of a run.
#[derive(Debug)]
pub struct Trace {
    hasher: blake3::Hasher,
    events: u64,
    keep: usize,
    last: VecDeque<String>,
    line: String,
}

impl Trace {
    /// An empty trace that keeps the last `keep` lines.
    pub fn new(keep: usize) -> Trace {
        Trace {
            hasher: blake3::Hasher::new(),
            events: 0,
            keep,
            last: VecDeque::with_capacity(keep),
            line: String::new(),
        }
    }

    /// Adds an event: the true time in microseconds and what happened, as `format_args!`.
    pub fn event(&mut self, at_us: i64, what: fmt::Arguments<'_>) {
        self.line.clear();
        write!(self.line, "{at_us} {what}").expect("a string takes everything");
        // The length first, so that no two lists of events have the same bytes.
        self.hasher.update(&(self.line.len() as u64).to_le_bytes()).update(self.line.as_bytes());
        self.events += 1;
        if self.keep == 0 {
            return;
        }
        let mut kept = if self.last.len() == self.keep { self.last.pop_front() } else { None };
        let room = kept.get_or_insert_default();
        room.clone_from(&self.line);
        self.last.extend(kept);
    }

    /// Adds bytes that no line shows, such as a journal record or a signed answer.
    pub fn bytes(&mut self, bytes: &[u8]) {
        // A mark that no length of a line reaches.
        self.hasher.update(&u64::MAX.to_le_bytes());
        self.hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
    }

    /// How many events there were.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The hash so far: 128 bits of BLAKE3.
    pub fn hash(&self) -> TraceHash {
        let mut hash = [0; 16];
        hash.copy_from_slice(&self.hasher.finalize().as_bytes()[..16]);
        TraceHash(hash)
    }

    /// The last lines, oldest first: time in microseconds and text.
    pub fn last(&self) -> impl Iterator<Item = &str> {
        self.last.iter().map(String::as_str)
    }
}

/// The hash of a run, shown as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceHash([u8; 16]);

impl fmt::Display for TraceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TraceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(events: &[(i64, &str)]) -> TraceHash {
        let mut trace = Trace::new(0);
        events.iter().for_each(|(at_us, what)| trace.event(*at_us, format_args!("{what}")));
        trace.hash()
    }

    #[test]
    fn the_hash_is_of_texts_times_and_order() {
        let told = run(&[(1, "pay"), (2, "crash")]);
        assert_eq!(told, run(&[(1, "pay"), (2, "crash")]));
        assert_ne!(told, run(&[(1, "pay"), (3, "crash")]));
        assert_ne!(told, run(&[(2, "crash"), (1, "pay")]));
        assert_ne!(told, run(&[(1, "pay")]));
        assert_ne!(run(&[(1, "ab"), (1, "c")]), run(&[(1, "a"), (1, "bc")]));
        assert_eq!(told.to_string().len(), 32);
    }

    #[test]
    fn bytes_count_too_and_differ_from_a_line() {
        let mut line = Trace::new(0);
        line.event(1, format_args!("x"));
        let mut bytes = Trace::new(0);
        bytes.bytes(b"1 x");
        assert_ne!(line.hash(), bytes.hash());
        assert_ne!(bytes.hash(), Trace::new(0).hash());
    }

    #[test]
    fn the_last_lines_are_kept() {
        let mut trace = Trace::new(2);
        for step in 0..5 {
            trace.event(step, format_args!("step {step}"));
        }
        assert_eq!(trace.last().collect::<Vec<_>>(), ["3 step 3", "4 step 4"]);
        assert_eq!(trace.events(), 5);
    }
}
