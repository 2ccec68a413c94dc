//! `tongbao bench`: how fast this machine carries payments, on a fresh folder of its own.
//!
//! Progress goes to standard error, one JSON object of figures to standard output, so that a program can keep them. The
//! load driver runs on the same cores as the cell and is part of what is measured.

use crate::bench_gateway::GatewayArgs;
use crate::{bench_ceiling, bench_cell, bench_gateway};
use anyhow::Context;
use clap::{Args, ValueEnum};
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What to measure.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum What {
    /// Full payments through the cell alone, journal and SQLite on disk.
    Cell,
    /// Signed calls through the gateway, beside the machine's ceiling for such calls.
    Gateway,
    /// Serves that ceiling; the gateway's bench starts it.
    #[value(hide = true)]
    Ceiling,
}

/// A part of the cell's bench.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Phase {
    /// The same decisions on bare hash maps, one flushed append for a thousand: the machine's own limit.
    Floor,
    /// The bare disk: one append and one flush a millisecond, for as long as the open loop.
    Disk,
    /// As fast as they go, merchants by a zipfian law.
    Burst,
    /// All to one merchant.
    Hot,
    /// Merchants evenly.
    Uniform,
    /// Open loop at half of what the burst reached.
    Latency,
    /// How many payments share a flush when so many are under way.
    Arrival,
    /// As fast as they go for minutes, with posting.
    Sustained,
}

/// The options of `tongbao bench`.
#[derive(Clone, Debug, Args)]
pub(crate) struct BenchArgs {
    /// What to measure.
    pub(crate) what: What,
    /// A folder for the data, new or empty; it is left for `tongbao verify`.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// The parts of the cell's bench, in the order in which they run; all when none is named.
    #[arg(long, value_delimiter = ',')]
    pub(crate) phases: Vec<Phase>,
    /// Buyers, each with an account and money.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) buyers: usize,
    /// Merchants; a payment chooses one by a zipfian law (exponent 1).
    #[arg(long, default_value_t = 10_000)]
    pub(crate) merchants: usize,
    /// Payments of the floor and of the burst; the hot and the uniform part make a quarter of them each.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) payments: usize,
    /// Seconds of the sustained run.
    #[arg(long, default_value_t = 600)]
    pub(crate) sustained_s: u64,
    /// Seconds of the open loop.
    #[arg(long, default_value_t = 20)]
    pub(crate) latency_s: u64,
    /// Payments a second of the open loop; half of the burst's when absent.
    #[arg(long)]
    pub(crate) latency_rate: Option<u64>,
    /// Rows journalled but not posted at which the cell slows to the poster's pace, in the short parts: the burst of a
    /// million payments has room for all its rows. The sustained run has a server's own bound.
    #[arg(long, default_value_t = 12_000_000)]
    pub(crate) backlog_rows: u64,
    /// Payments under way at most.
    #[arg(long, default_value_t = 6_000)]
    pub(crate) in_flight: usize,
    #[command(flatten)]
    pub(crate) gateway: GatewayArgs,
}

/// Measures, and prints the figures as one JSON object.
pub(crate) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    let taken = std::fs::read_dir(&args.data).is_ok_and(|mut files| files.next().is_some());
    anyhow::ensure!(!taken, "{} is not empty; give a folder that is, or a new one", args.data.display());
    if let What::Gateway = args.what {
        std::fs::create_dir_all(&args.data).context("the data folder cannot be made")?;
    }
    let figures = match args.what {
        What::Cell => bench_cell::run(args)?,
        What::Gateway => bench_gateway::run(args)?,
        What::Ceiling => return bench_ceiling::run(args),
    };
    print(&figures)
}

fn print(figures: &Value) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{figures}").context("the figures cannot be printed")
}

/// Tells the person who waits.
pub(crate) fn progress(text: &str) {
    let mut out = std::io::stderr().lock();
    // Progress that cannot be shown is no reason to stop.
    let _shown = writeln!(out, "{text}");
}

/// Latencies in microseconds, kept in buckets of about 3 % so that millions cost nothing.
#[derive(Clone, Debug)]
pub(crate) struct Latencies {
    buckets: Vec<u64>,
    count: u64,
}

const BUCKETS_A_DOUBLING: u64 = 32;

impl Latencies {
    pub(crate) fn new() -> Latencies {
        Latencies { buckets: vec![0; (64 * BUCKETS_A_DOUBLING) as usize], count: 0 }
    }

    pub(crate) fn add(&mut self, latency: Duration) {
        let us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX).max(1);
        let doubling = u64::from(us.ilog2());
        let within = ((us - (1 << doubling)) * BUCKETS_A_DOUBLING) >> doubling;
        self.buckets[(doubling * BUCKETS_A_DOUBLING + within) as usize] += 1;
        self.count += 1;
    }

    pub(crate) fn merge(&mut self, other: &Latencies) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
    }

    /// The latency that so many per mille of all do not exceed, microseconds.
    pub(crate) fn quantile_us(&self, per_mille: u64) -> u64 {
        let wanted = (self.count * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                let (doubling, within) =
                    (bucket as u64 / BUCKETS_A_DOUBLING, bucket as u64 % BUCKETS_A_DOUBLING);
                return (1 << doubling) + ((within + 1) << doubling) / BUCKETS_A_DOUBLING;
            }
        }
        0
    }
}

/// A fast repeatable source of numbers for load; never for secrets (xorshift64*).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed | 1)
    }

    pub(crate) fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.roll() % bound as u64) as usize
    }
}

/// Whole things per second.
pub(crate) fn rate(count: u64, since: Instant) -> u64 {
    let us = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000_000) / us
}

/// This process's use of memory, kB; zero where the system does not tell.
pub(crate) fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_a_bucket() {
        let mut latencies = Latencies::new();
        (1..=1_000).for_each(|us| latencies.add(Duration::from_micros(us)));
        let (median, high) = (latencies.quantile_us(500), latencies.quantile_us(990));
        assert!((500..=532).contains(&median), "{median}");
        assert!((990..=1_030).contains(&high), "{high}");
    }
}
