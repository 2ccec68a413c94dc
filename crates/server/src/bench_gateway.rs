//! `tongbao bench gateway`: signed calls against the real program, beside the ceiling of the same machine.
//!
//! Every call is signed before the clock starts; the world's clock stands still meanwhile, so that pay codes and
//! timestamps stay valid. The driver only sends and reads; it shares the cores with the server, and the ceiling bears
//! the same driver, so ratios are fair and the absolute figures are those of one machine doing both. What each key of
//! the output means is told in docs/guide/speed.md.

use crate::bench::{BenchArgs, Latencies, progress};
use crate::bench_gateway_call::{self, Pay, Platform, Process, cpu_us};
use crate::bench_gateway_drive::{self as drive, Closed, Probe, Step, Stepped, WINDOW};
use anyhow::{Context, ensure};
use clap::Args;
use serde_json::{Value, json};
use std::rc::Rc;
use std::time::Duration;

/// The options of the gateway's bench.
#[derive(Clone, Debug, Args)]
pub(crate) struct GatewayArgs {
    /// Connections of the gateway's closed loops.
    #[arg(long, default_value_t = 64)]
    pub(crate) connections: usize,
    /// Calls of each of the gateway's closed loops.
    #[arg(long, default_value_t = 15_000)]
    pub(crate) calls: usize,
    /// How often ceiling, payment and query are measured in turn; figures are medians over these rounds.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Connections of the gateway's open loops that offer more than can be served.
    #[arg(long, default_value_t = 3_000)]
    pub(crate) overload_connections: usize,
    /// Seconds of each overload; the open loop at 0.7 lasts twice as long. Zero leaves all open loops out.
    #[arg(long, default_value_t = 5)]
    pub(crate) overload_s: u64,
}

/// The driver looks at its connections so often and sleeps between. Woken by each answer, it would interrupt a
/// processor that makes signatures, which costs the server more than the driver's own work; callers elsewhere do no
/// such thing.
const LOOK_EVERY: Duration = Duration::from_micros(500);
/// Payments that are asked about.
const QUERIED: usize = 500;
/// Calls that warm a server up before its clock starts.
const WARM_CALLS: usize = 2_000;
/// A closed loop ends after this, whatever is left of it.
const CLOSED_TIME: Duration = Duration::from_secs(120);
/// Connections of the open loop at 0.7 of what was reached.
const OPEN_CONNECTIONS: usize = 512;
/// The p99 that counts as usual.
const USUAL_P99_US: u64 = 50_000;
/// The load is usual again for so long after an overload.
const AFTER: Duration = Duration::from_secs(4);

pub(crate) fn run(args: &BenchArgs) -> anyhow::Result<Value> {
    let mut driver = tokio::runtime::Builder::new_current_thread();
    // Who sleeps is not woken: what came meanwhile is found at once, all together.
    driver.enable_all().on_thread_park(|| std::thread::sleep(LOOK_EVERY));
    let runtime = driver.build().context("no runtime")?;
    tokio::task::LocalSet::new().block_on(&runtime, measure(args))
}

async fn measure(args: &BenchArgs) -> anyhow::Result<Value> {
    let options = &args.gateway;
    ensure!(options.rounds > 0 && options.calls > 0 && options.connections > 0, "nothing to measure");
    let ceiling = bench_gateway_call::ceiling(args)?;
    let platform = Platform::start(args, "server", &[])?;
    platform.enrich().await?;
    let warm = platform.draw(WARM_CALLS).await?;
    let calls = Rc::new(platform.pay_calls(&warm));
    let queries = Rc::new(platform.query_calls(&warm[..QUERIED]));
    for address in [ceiling.address, platform.process.address] {
        drive::closed(address, calls.clone(), WARM_CALLS, options.connections, CLOSED_TIME).await?;
    }
    let mut rounds = Rounds::default();
    for round in 0..options.rounds {
        progress(&format!("round {} of {}", round + 1, options.rounds));
        let calls = Rc::new(platform.pay_calls(&platform.draw(options.calls).await?));
        platform.posted().await?;
        rounds.ceiling.push(Loop::run(&ceiling, &calls, options, None).await?);
        rounds.pay.push(Loop::run(&platform.process, &calls, options, Some(&platform)).await?);
        rounds.query.push(Loop::run(&platform.process, &queries, options, Some(&platform)).await?);
    }
    drop(ceiling);
    let mut figures = rounds.figures();
    figures["what"] =
        json!("gateway: signed calls, durable, answered with a signature; driver on the same cores");
    figures["connections"] = json!(options.connections);
    figures["calls"] = json!(options.calls);
    figures["rounds"] = json!(options.rounds);
    if options.overload_s > 0 {
        let peak_per_s = median(rounds.pay.iter().map(|one| one.calls_per_s).collect());
        let served_cpu_us = median(rounds.pay.iter().map(|one| one.server_cpu_us).collect());
        figures["open_0_7"] = usual_load(&platform, options, peak_per_s).await?;
        for factor in [5, 10] {
            figures[format!("overload_{factor}x")] = overload(&platform, options, peak_per_s, factor).await?;
        }
        drop(platform);
        figures["refusal"] = refusal(args, served_cpu_us).await?;
    }
    Ok(figures)
}

/// One closed loop: figures for each call.
struct Loop {
    calls_per_s: u64,
    p50_us: u64,
    p99_us: u64,
    /// Of the server, up to the last answer.
    server_cpu_us: u64,
    /// Of the server, until the tables have it all too.
    server_cpu_posted_us: u64,
    driver_cpu_us: u64,
}

impl Loop {
    async fn run(
        process: &Process,
        calls: &Rc<Vec<Vec<u8>>>,
        options: &GatewayArgs,
        posting: Option<&Platform>,
    ) -> anyhow::Result<Loop> {
        let (server, driver) = (process.cpu_us(), cpu_us("self"));
        let closed =
            drive::closed(process.address, calls.clone(), options.calls, options.connections, CLOSED_TIME);
        let Closed { took, served, refused, latencies } = closed.await?;
        ensure!(refused == 0, "{refused} calls were refused, which a closed loop of this size must not be");
        ensure!(served > 0, "nothing was served");
        let (server_cpu_us, driver_cpu_us) = (process.cpu_us() - server, cpu_us("self") - driver);
        if let Some(platform) = posting {
            platform.posted().await?;
        }
        Ok(Loop {
            calls_per_s: per_s(served, took),
            p50_us: latencies.quantile_us(500),
            p99_us: latencies.quantile_us(990),
            server_cpu_us: server_cpu_us / served,
            server_cpu_posted_us: (process.cpu_us() - server) / served,
            driver_cpu_us: driver_cpu_us / served,
        })
    }

    fn cpu_us(&self) -> u64 {
        self.server_cpu_posted_us + self.driver_cpu_us
    }
}

#[derive(Default)]
struct Rounds {
    ceiling: Vec<Loop>,
    pay: Vec<Loop>,
    query: Vec<Loop>,
}

impl Rounds {
    /// Medians over the rounds; ratios are taken within a round, where the machine was the same.
    fn figures(&self) -> Value {
        let ratio = |part: &[Loop], of: fn(&Loop) -> u64, turned: bool| {
            let pairs = self.ceiling.iter().zip(part);
            let per_mille = |(ceiling, one): (&Loop, &Loop)| {
                let (top, bottom) = if turned { (of(ceiling), of(one)) } else { (of(one), of(ceiling)) };
                top * 1_000 / bottom.max(1)
            };
            median(pairs.map(per_mille).collect()) as f64 / 1_000.0
        };
        let shown = |part: &[Loop]| {
            let middle = |of: fn(&Loop) -> u64| median(part.iter().map(of).collect());
            json!({
                "calls_per_s": middle(|one| one.calls_per_s),
                "p50_us": middle(|one| one.p50_us), "p99_us": middle(|one| one.p99_us),
                "server_cpu_us_per_call": middle(|one| one.server_cpu_us),
                "server_cpu_us_per_call_with_posting": middle(|one| one.server_cpu_posted_us),
                "driver_cpu_us_per_call": middle(|one| one.driver_cpu_us),
                "of_ceiling": ratio(part, |one| one.calls_per_s, false),
                "of_ceiling_by_cpu": ratio(part, Loop::cpu_us, true),
            })
        };
        json!({ "ceiling": shown(&self.ceiling), "pay": shown(&self.pay), "query": shown(&self.query) })
    }
}

/// Payments that fall due at 0.7 of what the closed loop reached.
async fn usual_load(platform: &Platform, options: &GatewayArgs, peak_per_s: u64) -> anyhow::Result<Value> {
    let lasts = Duration::from_secs(options.overload_s * 2);
    let step = Step { calls_per_s: (peak_per_s * 7 / 10).max(1), lasts };
    let steps = offer(platform, &[step], OPEN_CONNECTIONS, peak_per_s).await?;
    let [stepped] = steps.as_slice() else { anyhow::bail!("one step was asked for") };
    Ok(json!({
        "offered_per_s": step.calls_per_s, "served": stepped.served, "refused": stepped.refused,
        "not_sent": stepped.not_sent, "latency_us": latency(&stepped.latencies),
    }))
}

/// Usual load, then a multiple of the peak, then usual load again.
async fn overload(
    platform: &Platform,
    options: &GatewayArgs,
    peak_per_s: u64,
    factor: u64,
) -> anyhow::Result<Value> {
    progress(&format!("offering {factor} times as much …"));
    let usual = (peak_per_s / 2).max(1);
    let lasts = Duration::from_secs(options.overload_s);
    let plan = [
        Step { calls_per_s: usual, lasts: Duration::from_secs(1) },
        Step { calls_per_s: peak_per_s * factor, lasts },
        Step { calls_per_s: usual, lasts: AFTER },
    ];
    let steps = offer(platform, &plan, options.overload_connections, peak_per_s).await?;
    let [_, over, after] = steps.as_slice() else { anyhow::bail!("three steps were asked for") };
    let goodput = per_s(over.came, lasts);
    let (from, to) = over.probed;
    let cores = |from: u64, to: u64| ((to - from) as f64 / lasts.as_micros() as f64 * 100.0).round() / 100.0;
    Ok(json!({
        "connections": options.overload_connections,
        "offered_per_s": peak_per_s * factor, "due": over.due,
        "served": over.served, "refused": over.refused, "not_sent": over.not_sent,
        "goodput_per_s": goodput,
        "goodput_of_peak": (goodput * 1_000 / peak_per_s.max(1)) as f64 / 1_000.0,
        "served_latency_us": latency(&over.latencies),
        "server_cpu_cores": cores(from.server_us, to.server_us),
        "driver_cpu_cores": cores(from.driver_us, to.driver_us),
        "recovery_s": recovery_s(after),
    }))
}

/// Draws and signs what the steps can use up, and runs them.
async fn offer(
    platform: &Platform,
    steps: &[Step],
    connections: usize,
    peak_per_s: u64,
) -> anyhow::Result<Vec<Stepped>> {
    // A refused call is asked again, so that no more is used up than the server can serve, and what is under way.
    let used = |step: &Step| step.calls_per_s.min(peak_per_s * 2) * step.lasts.as_millis() as u64 / 1_000;
    let count = steps.iter().map(used).sum::<u64>() as usize + connections;
    let pays: Vec<Pay> = platform.draw(count).await?;
    let calls = Rc::new(platform.pay_calls(&pays));
    platform.posted().await?;
    let probe = || Probe { server_us: platform.process.cpu_us(), driver_us: cpu_us("self") };
    drive::open(platform.process.address, calls, steps, connections, probe).await
}

/// Seconds until the first tenth of a second from which on every call is served and p99 is usual; nothing when that
/// never came.
fn recovery_s(after: &Stepped) -> Option<f64> {
    let calm = after.windows.iter().rev();
    let calm = calm.take_while(|window| window.lost == 0 && window.latencies.quantile_us(990) < USUAL_P99_US);
    let calm = calm.count();
    let tenths = (after.windows.len() - calm) as f64;
    (calm > 0).then_some(tenths * WINDOW.as_secs_f64())
}

/// What a refused call costs: a server that has no place for any call, asked over as many connections as an overload.
async fn refusal(args: &BenchArgs, served_cpu_us: u64) -> anyhow::Result<Value> {
    progress("measuring what a refusal costs …");
    let platform = Platform::start(args, "refusing", &["--calls-max", "0"])?;
    let options = &args.gateway;
    let pays = platform.draw(QUERIED).await?;
    let calls = Rc::new(platform.pay_calls(&pays));
    let address = platform.process.address;
    drive::closed(address, calls.clone(), WARM_CALLS, options.overload_connections, CLOSED_TIME).await?;
    // Opening connections is no part of refusing.
    let lines = drive::open_lines(address, options.overload_connections).await?;
    let (server, driver) = (platform.process.cpu_us(), cpu_us("self"));
    let time = Duration::from_secs(options.overload_s);
    let closed = drive::closed_over(lines, calls, usize::MAX, time).await?;
    ensure!(closed.served == 0 && closed.refused > 0, "a server without places serves nothing");
    let refused = closed.refused as f64;
    let server_cpu_us = (platform.process.cpu_us() - server) as f64 / refused;
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    Ok(json!({
        "refused": closed.refused, "refused_per_s": per_s(closed.refused, closed.took),
        "server_cpu_us_per_call": tenth(server_cpu_us),
        "driver_cpu_us_per_call": tenth((cpu_us("self") - driver) as f64 / refused),
        "cost_of_served": (server_cpu_us / served_cpu_us.max(1) as f64 * 1_000.0).round() / 1_000.0,
        "latency_us": latency(&closed.latencies),
    }))
}

fn latency(latencies: &Latencies) -> Value {
    json!({
        "p50": latencies.quantile_us(500), "p90": latencies.quantile_us(900),
        "p99": latencies.quantile_us(990), "p999": latencies.quantile_us(999),
    })
}

fn per_s(count: u64, took: Duration) -> u64 {
    let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000_000) / us
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench_gateway_drive::Window;

    fn window(lost: u64, latency_us: u64) -> Window {
        let mut latencies = Latencies::new();
        latencies.add(Duration::from_micros(latency_us));
        Window { lost, latencies }
    }

    #[test]
    fn recovery_ends_with_the_last_window_that_is_not_usual() {
        let after = |windows| Stepped { windows, ..Stepped::begun(Probe::default(), 0) };
        let windows = vec![window(0, 900), window(3, 900), window(0, 80_000), window(0, 900), window(0, 900)];
        let seconds = recovery_s(&after(windows)).unwrap();
        assert!((0.29..0.31).contains(&seconds), "{seconds}");
        assert_eq!(recovery_s(&after(vec![window(0, 900), window(1, 900)])), None);
        assert_eq!(recovery_s(&after(vec![window(0, 900)])), Some(0.0));
    }
}
