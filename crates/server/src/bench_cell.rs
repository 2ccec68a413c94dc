//! Payments through the cell alone.
//!
//! One payment is what a till does: the buyer's wallet draws a pay code, the merchant's order is opened and paid with
//! it. That is an order with its number, a trade, two postings with five entries (the fee is the fifth), a receipt and
//! a notification, in one journal record, answered when it is durable; the code itself is made and used up on the way.
//!
//! The figures are one JSON object with a member for each phase that ran; docs/guide/speed.md tells what each member
//! means.

use crate::bench::{BenchArgs, Phase, progress, rate, resident_kb};
use crate::bench_load::{Load, Run, To};
use crate::bench_proc::Process;
use crate::data_folder::DataFolder;
use crate::{bench_disk, bench_floor};
use anyhow::{Context, anyhow};
use cell::{Cell, Door};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use store::SqliteStore;

const ALL: [Phase; 8] = [
    Phase::Floor,
    Phase::Disk,
    Phase::Burst,
    Phase::Hot,
    Phase::Uniform,
    Phase::Latency,
    Phase::Arrival,
    Phase::Sustained,
];
/// Payments under way for which groups by arrival are measured.
const ARRIVALS: [u64; 5] = [1, 10, 100, 1_000, 6_000];
const ARRIVAL_PAYMENTS: u64 = 100_000;

fn clock() -> cell::Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    })
}

/// Measures on a thread of its own, so that its processor time has a name.
pub(crate) fn run(args: &BenchArgs) -> anyhow::Result<Value> {
    std::thread::scope(|threads| {
        let driver = std::thread::Builder::new().name("driver".to_owned());
        let measured = driver.spawn_scoped(threads, || measure(args))?;
        measured.join().map_err(|_| anyhow!("the bench broke"))?
    })
}

fn measure(args: &BenchArgs) -> anyhow::Result<Value> {
    let (folder, _claim) = DataFolder::claim(&args.data)?;
    let chosen = |phase: &Phase| args.phases.is_empty() || args.phases.contains(phase);
    let mut figures = Map::new();
    figures.insert("what".into(), "full payments, durable in the journal and answered".into());
    figures.insert("buyers".into(), args.buyers.into());
    figures.insert("merchants".into(), args.merchants.into());
    figures.insert("in_flight".into(), args.in_flight.into());
    let mut bench = None;
    let mut floor = None;
    for phase in ALL.iter().filter(|phase| chosen(phase)) {
        let name = format!("{phase:?}").to_lowercase();
        if *phase == Phase::Floor {
            let measured = bench_floor::run(folder.root(), args)?;
            floor = measured["payments_per_s"].as_u64();
            figures.insert(name, measured);
            continue;
        }
        if *phase == Phase::Disk {
            figures.insert(name, bench_disk::run(folder.root(), args)?);
            continue;
        }
        if bench.is_none() {
            bench = Some(Bench::open(&folder, args)?);
        }
        let Some(bench) = &mut bench else { continue };
        let mut measured = bench.phase(*phase, &folder)?;
        if let (Some(floor), Some(rate)) = (floor, measured["payments_per_s"].as_u64()) {
            measured["of_floor"] = json!(ratio(rate, floor));
        }
        figures.insert(name, measured);
    }
    if let Some(mut bench) = bench {
        bench.close();
    }
    figures.insert("resident_kb_max".into(), resident_max_kb().into());
    Ok(Value::Object(figures))
}

/// A part of a whole, to three places.
fn ratio(part: u64, whole: u64) -> f64 {
    (part as f64 / whole.max(1) as f64 * 1_000.0).round() / 1_000.0
}

fn resident_max_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

/// A running cell with its load.
struct Bench<'a> {
    args: &'a BenchArgs,
    cell: Option<Cell>,
    door: Door,
    load: Load,
    burst_per_s: u64,
}

/// Counters before a part.
struct Before {
    process: Process,
    journal_bytes: u64,
    batches: u64,
    loads: u64,
}

impl<'a> Bench<'a> {
    fn open(folder: &DataFolder, args: &'a BenchArgs) -> anyhow::Result<Bench<'a>> {
        let (cell, door) = open(folder, Some(args.backlog_rows))?;
        let load = Load::prepare(&door, args)?;
        wait_posted(&door);
        Ok(Bench { args, cell: Some(cell), door, load, burst_per_s: 0 })
    }

    fn phase(&mut self, phase: Phase, folder: &DataFolder) -> anyhow::Result<Value> {
        let payments = self.args.payments as u64;
        match phase {
            Phase::Floor | Phase::Disk => Ok(Value::Null),
            Phase::Burst => self.short("burst", payments, To::Zipf),
            Phase::Hot => self.short("hot merchant", payments / 4, To::One),
            Phase::Uniform => self.short("uniform merchants", payments / 4, To::Even),
            Phase::Latency => self.latency(),
            Phase::Arrival => self.arrival(),
            Phase::Sustained => self.sustained(folder),
        }
    }

    /// Stops the cell when everything is posted.
    fn close(&mut self) {
        if let Some(cell) = self.cell.take() {
            cell.close();
        }
    }

    fn before(&self) -> Before {
        let stats = self.door.stats();
        Before {
            process: Process::now(),
            journal_bytes: stats.journal_bytes.load(Ordering::Relaxed),
            batches: stats.batches.load(Ordering::Relaxed),
            loads: stats.loads.load(Ordering::Relaxed),
        }
    }

    /// The members that every part has.
    fn figures(&self, run: &Run, before: &Before) -> Value {
        let (stats, payments) = (self.door.stats(), run.payments.max(1));
        let spent = before.process.until_now(payments);
        let flushes = stats.batches.load(Ordering::Relaxed) - before.batches;
        let quantile = |per_mille| run.latencies.quantile_us(per_mille);
        json!({
            "payments": run.payments, "payments_per_s": run.payments_per_s,
            "p50_us": quantile(500), "p99_us": quantile(990), "p999_us": quantile(999),
            "cpu_us_per_payment": spent.cpu_us, "cpu_us_per_payment_by_thread": spent.by_thread,
            "journal_bytes_per_payment":
                (stats.journal_bytes.load(Ordering::Relaxed) - before.journal_bytes) / payments,
            "written_bytes_per_payment": spent.written_bytes, "write_calls": spent.write_calls,
            "flushes": flushes, "payments_per_flush": run.payments / flushes.max(1),
            "loads": stats.loads.load(Ordering::Relaxed) - before.loads,
            "backlog_rows_after": stats.backlog_rows.load(Ordering::Relaxed), "resident_kb": resident_kb(),
        })
    }

    fn short(&mut self, name: &str, payments: u64, to: To) -> anyhow::Result<Value> {
        progress(&format!("{name}: {payments} payments …"));
        // Making the payments takes no part in the figures, and takes longer than the clock below would forgive.
        let ready = self.load.make(payments, to);
        let before = self.before();
        let run = Load::closed(&self.door, ready, self.args.in_flight as u64)?;
        let mut figures = self.figures(&run, &before);
        progress(&format!("{name}: {} payments/s", run.payments_per_s));
        let draining = Instant::now();
        wait_posted(&self.door);
        figures["drained_in_ms"] = json!(draining.elapsed().as_millis() as u64);
        let spent = before.process.until_now(run.payments);
        figures["cpu_us_per_payment_until_posted"] = json!(spent.cpu_us);
        figures["written_bytes_per_payment_until_posted"] = json!(spent.written_bytes);
        if to == To::Zipf {
            self.burst_per_s = run.payments_per_s;
        }
        Ok(figures)
    }

    fn latency(&mut self) -> anyhow::Result<Value> {
        let per_s = self.args.latency_rate.unwrap_or(self.burst_per_s / 2).max(1);
        progress(&format!("open loop, {per_s} payments/s for {} s …", self.args.latency_s));
        let ready = self.load.make(per_s * self.args.latency_s, To::Zipf);
        let before = self.before();
        let run = Load::open(&self.door, ready, per_s);
        let mut figures = self.figures(&run, &before);
        figures["offered_per_s"] = json!(per_s);
        figures["turned_away"] = json!(run.refused);
        progress(&format!("open loop: p99 {} µs", run.latencies.quantile_us(990)));
        wait_posted(&self.door);
        Ok(figures)
    }

    fn arrival(&mut self) -> anyhow::Result<Value> {
        progress("groups by arrival …");
        let mut groups = Vec::new();
        for in_flight in ARRIVALS {
            // One at a time is slow: fewer payments say as much.
            let ready = self.load.make(ARRIVAL_PAYMENTS.min(20_000 * in_flight), To::Zipf);
            let before = self.before();
            let run = Load::closed(&self.door, ready, in_flight)?;
            let mut figures = self.figures(&run, &before);
            figures["in_flight"] = json!(in_flight);
            let sizes = run.flushes.iter().enumerate().filter(|(_, count)| **count > 0);
            let sizes = sizes.map(|(doubling, count)| ((1_u64 << doubling).to_string(), json!(count)));
            figures["flushes_by_payments_from"] = Value::Object(sizes.collect());
            groups.push(figures);
            wait_posted(&self.door);
        }
        Ok(Value::Array(groups))
    }

    fn sustained(&mut self, folder: &DataFolder) -> anyhow::Result<Value> {
        let seconds = self.args.sustained_s.max(4);
        progress(&format!("sustained run of {seconds} s …"));
        // A server's own bound of the backlog: the short parts had room for all their rows.
        self.close();
        let (cell, door) = open(folder, None)?;
        (self.cell, self.door) = (Some(cell), door);
        let whole = self.before();
        let began = Instant::now();
        let (mut runs, mut quarters) = (Vec::new(), Vec::new());
        for quarter in 1..=4 {
            let before = self.before();
            let time = Duration::from_secs(seconds / 4);
            let run = self.load.closed_for(&self.door, time, self.args.in_flight as u64)?;
            progress(&format!("quarter {quarter}: {} payments/s", run.payments_per_s));
            quarters.push(self.figures(&run, &before));
            runs.push(run);
        }
        let first = runs[0].payments_per_s;
        let last = runs[3].payments_per_s;
        let Some(run) = runs.into_iter().reduce(Run::and) else { return Ok(Value::Null) };
        let run = Run { payments_per_s: rate(run.payments, began), ..run };
        let mut figures = self.figures(&run, &whole);
        wait_posted(&self.door);
        figures["posted_payments_per_s"] = json!(rate(run.payments, began));
        figures["last_of_first_quarter"] = json!(ratio(last, first));
        figures["quarters"] = Value::Array(quarters);
        Ok(figures)
    }
}

fn open(folder: &DataFolder, backlog_rows: Option<u64>) -> anyhow::Result<(Cell, Door)> {
    let store = SqliteStore::open(&folder.tables()).context("the tables cannot be opened")?;
    let mut options = cell::Options::new(folder.world_note()?.world_id()?);
    if let Some(rows) = backlog_rows {
        options.backlog_rows_max = rows;
    }
    Cell::open(&folder.journal(), Box::new(store), clock(), options).context("the cell cannot be opened")
}

fn wait_posted(door: &Door) {
    while door.stats().backlog_rows.load(Ordering::Relaxed) > 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
}
