//! A disk that fails: the Nth call that changes it, for every N of a start and for sampled ones beyond.
//!
//! Whatever fails: what was acknowledged is there after the next start without faults, what is refused is refused for
//! a reason of its own, and the server goes on by itself or ends and says why. After a failed sync the power is taken
//! away too, with all that the sync did not carry.

use crate::call;
use crate::dice::Dice;
use crate::disk::{Disk, Mode, Names};
use crate::images::{look, shim, small_load, trim, under_shim};
use crate::kill::free_address;
use crate::line::{Line, sandbox};
use crate::load::{Load, locked};
use crate::place;
use crate::recording::{Recording, What};
use crate::report::Figures;
use crate::server::{Plan, Server};
use crate::shop::Shop;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How many run at once.
const RUNNERS: usize = 3;
/// How long the load lasts.
const LOAD: Duration = Duration::from_millis(400);
/// A server that goes on does so within this time.
const AGAIN: Duration = Duration::from_secs(8);
/// Calls of a start, and some of the first payments: each of them fails once.
const FIRST_CALLS: u64 = 120;
/// Calls among which a long run samples, more than the load makes.
const FAR_CALLS: u64 = 1_500;
/// Calls among which a short run samples: most are made while the server serves, so that some of them find it serving.
const NEAR_CALLS: u64 = 400;
/// Runs of a short run at most: they do not reach all of the first calls.
const SHORT_RUN: u64 = 4 * 60;

/// What to do.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    pub(crate) count: u64,
    pub(crate) seed: u64,
    /// Plants a defect: syncs of the journal do nothing.
    pub(crate) lie: bool,
}

/// One fault.
#[derive(Clone, Debug)]
struct Fault {
    kind: &'static str,
    at: u64,
    times: u64,
}

/// What came of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// The fault was never reached.
    NotReached,
    /// The server ended and said why.
    Ended,
    /// The server went on.
    WentOn,
}

/// A stopped world with parties and apps, to be copied for each run.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) data: PathBuf,
    pub(crate) shop: Shop,
}

impl Base {
    /// Makes it.
    pub(crate) fn new(binary: &Path, folder: &Path) -> anyhow::Result<Base> {
        let data = folder.join("base");
        let mut plan = Plan::new(binary, &data);
        plan.listen = free_address()?;
        let (server, _) = plan.start()?;
        let shop = Shop::open(&plan.listen, 2, 4)?;
        server.stop()?;
        trim(&data)?;
        Ok(Base { data, shop })
    }
}

/// A copy that stands for the folder itself.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    copy_as_is(from, to)?;
    place::renew(to)
}

/// Copies a folder with its permissions; times and owners are not kept.
pub(crate) fn copy_as_is(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_as_is(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn faults(plan: &Faults) -> Vec<Fault> {
    let mut dice = Dice::new(plan.seed, 99);
    let kinds = ["eio", "sync", "enospc", "short"];
    (0..plan.count)
        .map(|number| {
            let kind = kinds[usize::try_from(number % 4).expect("below 4")];
            let place = number / 4 + 1;
            let at = if place <= FIRST_CALLS && plan.count > SHORT_RUN || dice.below(2) == 0 {
                place % FIRST_CALLS + 1
            } else {
                1 + dice.below(if plan.count > SHORT_RUN { FAR_CALLS } else { NEAR_CALLS })
            };
            let times = match dice.below(6) {
                0 => 1_000_000,
                1 => 30,
                2 => 3,
                _ => {
                    if kind == "short" {
                        2
                    } else {
                        1
                    }
                }
            };
            Fault { kind, at, times }
        })
        .collect()
}

/// Runs all of them.
pub(crate) fn run(binary: &Path, folder: &Path, faults_of: &Faults) -> anyhow::Result<Figures> {
    let began = Instant::now();
    let shim = shim(folder)?;
    let base = Arc::new(Base::new(binary, folder)?);
    let all = Arc::new(Mutex::new(faults(faults_of).into_iter().enumerate().collect::<Vec<_>>()));
    let named: Arc<Mutex<Vec<String>>> = Arc::default();
    let counts: Arc<[AtomicU64; 4]> = Arc::default();
    let runners: Vec<_> = (0..RUNNERS)
        .map(|_| {
            let (all, base, named, counts) = (all.clone(), base.clone(), named.clone(), counts.clone());
            let (binary, folder, shim) = (binary.to_owned(), folder.to_owned(), shim.clone());
            let lie = faults_of.lie;
            std::thread::spawn(move || {
                while let Some((number, fault)) = { locked(&all).pop() } {
                    let place = folder.join(format!("fault{number}"));
                    let outcome = one(&binary, &place, &shim, &base, (&fault, lie), number as u64);
                    match outcome {
                        Ok((outcome, acknowledged)) => {
                            let kind = match outcome {
                                Outcome::NotReached => 0,
                                Outcome::Ended => 1,
                                Outcome::WentOn => 2,
                            };
                            counts[kind].fetch_add(1, Ordering::Relaxed);
                            counts[3].fetch_add(acknowledged, Ordering::Relaxed);
                        }
                        Err(error) => locked(&named).push(format!("{fault:?}: {error:#}")),
                    }
                    if std::env::var_os("CRASH_KEEP").is_none() {
                        let _removed = fs::remove_dir_all(&place);
                    }
                }
            })
        })
        .collect();
    runners.into_iter().for_each(|runner| drop(runner.join()));
    let named = locked(&named).clone();
    let count = |place: usize| counts[place].load(Ordering::Relaxed);
    let mut figures = Figures::new("a disk that fails at the Nth call");
    figures.set("seconds", json!(began.elapsed().as_secs()));
    figures.set("runs", json!(faults_of.count));
    figures.set("fault_not_reached", json!(count(0)));
    figures.must_be_some("ended_and_said_why", count(1));
    figures.must_be_some("went_on", count(2));
    figures.must_be_some("acknowledged", count(3));
    figures.must_be_zero("faults", named.len() as u64);
    figures.name(named);
    Ok(figures)
}

fn one(
    binary: &Path,
    place: &Path,
    shim: &Path,
    base: &Base,
    (fault, lie): (&Fault, bool),
    number: u64,
) -> anyhow::Result<(Outcome, u64)> {
    fs::create_dir(place)?;
    let (data, log) = (place.join("data"), place.join("changes"));
    copy(&base.data, &data)?;
    let disk = Disk::of(&data)?;
    let mut plan = Plan::new(binary, &data);
    plan.listen = free_address()?;
    plan.environment = under_shim(shim, &data, Some(&log));
    for (name, value) in
        [("FAULT", fault.kind.to_owned()), ("AT", fault.at.to_string()), ("TIMES", fault.times.to_string())]
    {
        plan.environment.push((format!("CRASH_{name}"), value));
    }
    if lie {
        plan.environment.push(("CRASH_LIE".to_owned(), ".journal".to_owned()));
    }
    let load = Load::new(base.shop.clone(), &plan.listen, small_load(number, Some(log.clone())));
    let mut server = plan.spawn()?;
    let mut ended = server.wait_ready()?.is_none();
    if !ended {
        let clients = load.run();
        std::thread::sleep(LOAD);
        load.stop.store(true, Ordering::Relaxed);
        clients.into_iter().for_each(|client| drop(client.join()));
        ended = server.has_ended()?.is_some();
    }
    let recording = Recording::read(&log)?;
    let reached = recording.events.iter().any(|event| event.what == What::Fault);
    if ended {
        let said = plan.said();
        anyhow::ensure!(said.contains("tongbao:") || said.contains("ERROR"), "it ended and said: {said}");
    } else if fault.times == 1 || !reached {
        goes_on(&mut server, &load)?;
    }
    server.kill();
    let differing = locked(&load.faults).clone();
    anyhow::ensure!(differing.is_empty(), "{}", differing.join("; "));
    let facts = locked(&load.facts).clone();
    let red = |found: crate::truth::Found| anyhow::anyhow!("{}", found.named.join("; "));
    if fault.kind == "sync" || fault.kind == "eio" {
        let recording = Recording::read(&log)?;
        lose_power(disk, &recording, &place.join("image"))?;
        look(binary, &place.join("image"), &load, &facts)
            .map_err(|found| red(found).context("power loss"))?;
    }
    look(binary, &data, &load, &facts).map_err(|found| red(found).context("after the next start"))?;
    let outcome = match (reached, ended) {
        (false, _) => Outcome::NotReached,
        (true, true) => Outcome::Ended,
        (true, false) => Outcome::WentOn,
    };
    Ok((outcome, facts.len() as u64))
}

/// The least that a disk may hold after all of it, with all that failed syncs did not carry.
fn lose_power(mut disk: Disk, recording: &Recording, image: &Path) -> anyhow::Result<()> {
    for event in &recording.events {
        disk.apply(recording, &event.what)?;
    }
    disk.image(image, Some(Mode::None), Names::Files, true, &mut Dice::new(1, 1))
}

/// A server that met one fault serves again, or has ended by itself meanwhile.
fn goes_on(server: &mut Server, load: &Load) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut last = String::new();
    while began.elapsed() < AGAIN {
        if server.has_ended()?.is_some() {
            return Ok(());
        }
        match pays(load) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) => last = format!("{error:#}"),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    anyhow::bail!("it neither goes on nor ends: {last}")
}

/// Whether the server can do something durable now.
fn pays(load: &Load) -> anyhow::Result<bool> {
    let mut line = Line::open(&load.host)?;
    let body = json!({ "login": load.shop.buyers[0] });
    let told = line.exchange(&sandbox("/paycode", &load.host, &body))?;
    if told.status != 200 {
        return Ok(false);
    }
    let query =
        load.shop.caller(0, &load.host).sign("alipay.trade.query", &json!({ "out_trade_no": "none" }));
    Ok(!call::read(&line.exchange(&query)?, &load.shop.platform)?.is_unknown())
}
