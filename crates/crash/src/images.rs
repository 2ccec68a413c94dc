//! Power losses: a recorded run is cut at every sync and at random places, and the unmodified program opens what the
//! disk may hold then.

use crate::dice::Dice;
use crate::disk::{Disk, MODES, Names};
use crate::kill::free_address;
use crate::load::{Fact, Load, Settings, locked};
use crate::recording::{Recording, What, record_of};
use crate::report::Figures;
use crate::server::{Plan, verify};
use crate::shop::Shop;
use crate::truth::{Found, Truth};
use anyhow::Context;
use serde_json::json;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// Programs that look at images at once.
const LOOKERS: usize = 4;
/// Every so many images keep their segments at full length.
const FULL_EVERY: u64 = 16;

/// Room that is left in a shortened segment, bytes.
const ROOM: u64 = 32 * 1024;

/// What to do.
#[derive(Clone, Debug)]
pub(crate) struct Images {
    pub(crate) count: u64,
    pub(crate) seed: u64,
    /// Milliseconds of each of the four lives of the recorded server.
    pub(crate) life_ms: u64,
    /// Whether names may arrive in any order, as the standard allows, or in theirs.
    pub(crate) names: Option<Names>,
    /// Plants a defect: syncs of files do nothing.
    pub(crate) lie: bool,
}

/// A recorded run, with what was told in it.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) recording: Recording,
    pub(crate) load: Arc<Load>,
    /// By the place in the log at which they were heard.
    pub(crate) facts: Vec<Fact>,
}

/// Builds the shim with the system's compiler.
pub(crate) fn shim(folder: &Path) -> anyhow::Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/crash/shim.c");
    let library = folder.join("shim.so");
    let built = Command::new("cc")
        .args(["-O2", "-Wall", "-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-lpthread"])
        .status();
    anyhow::ensure!(built.context("there is no C compiler `cc`")?.success(), "the shim cannot be built");
    Ok(library)
}

/// The variables with which a server runs under the shim.
pub(crate) fn under_shim(shim: &Path, data: &Path, log: Option<&Path>) -> Vec<(String, String)> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut all = vec![("LD_PRELOAD".to_owned(), text(shim)), ("CRASH_ROOT".to_owned(), text(data))];
    all.extend(log.map(|log| ("CRASH_LOG".to_owned(), text(log))));
    all
}

/// The load of a recorded run.
pub(crate) fn small_load(seed: u64, log: Option<PathBuf>) -> Settings {
    Settings {
        clients: 6,
        window: 6,
        calls_per_order: 20,
        top_ups_per_mille: 150,
        seed,
        prefix: format!("I{seed}x"),
        log,
    }
}

/// Runs a server under the shim through four lives, two of which end with kill -9 and two with SIGTERM.
fn record(binary: &Path, folder: &Path, shim: &Path, images: &Images) -> anyhow::Result<Recorded> {
    let (data, log) = (folder.join("recorded"), folder.join("recorded.changes"));
    std::fs::create_dir_all(&data)?;
    let mut plan = Plan::new(binary, &data);
    plan.listen = free_address()?;
    plan.environment = under_shim(shim, &data, Some(&log));
    if images.lie {
        plan.environment.push(("CRASH_LIE".to_owned(), ".journal".to_owned()));
    }
    let (mut server, _) = plan.start()?;
    let shop = Shop::open(&plan.listen, 2, 4)?;
    let load = Load::new(shop, &plan.listen, small_load(images.seed, Some(log.clone())));
    let clients = load.run();
    for life in 0..4 {
        std::thread::sleep(Duration::from_millis(images.life_ms));
        if life % 2 == 0 {
            server.kill();
        } else {
            server.stop()?;
        }
        if life == 3 {
            break;
        }
        if life == 1 {
            shorten(&data, &log)?;
        }
        server = plan.start()?.0;
    }
    load.stop.store(true, Ordering::Relaxed);
    clients.into_iter().for_each(|client| drop(client.join()));
    let recording = Recording::read(&log)?;
    let mut facts = locked(&load.facts).clone();
    facts.sort_by_key(|fact| fact.at);
    Ok(Recorded { recording, load, facts })
}

/// Takes the room at the end of the last segment away, so that the next life soon goes on in a new one. Recorded as if
/// the server had done it.
fn shorten(data: &Path, log: &Path) -> anyhow::Result<()> {
    let (segment, used) = trim(data)?;
    let inode = std::fs::metadata(&segment)?.ino();
    let mut log = std::fs::OpenOptions::new().append(true).open(log)?;
    log.write_all(&record_of(&What::Length { inode, bytes: used + ROOM }))?;
    log.write_all(&record_of(&What::Sync(inode)))?;
    Ok(())
}

/// Leaves little room in the last segment of a stopped server's journal; gives it and its bytes in use.
pub(crate) fn trim(data: &Path) -> anyhow::Result<(PathBuf, u64)> {
    let folder = data.join("worlds/default/journal");
    let mut segments: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    segments.retain(|path| path.extension().is_some_and(|ending| ending == "journal"));
    let segment = segments.into_iter().max().context("no segment")?;
    let bytes = std::fs::read(&segment)?;
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last as u64 + 1);
    let used = used.next_multiple_of(8);
    std::fs::OpenOptions::new().write(true).open(&segment)?.set_len(used + ROOM)?;
    Ok((segment, used))
}

/// An image to look at.
struct Job {
    path: PathBuf,
    /// The facts that must hold.
    facts: usize,
    what: String,
}

/// Where the images are cut: after how many events. Every border of a sync comes first, then chance.
fn cuts(recording: &Recording, count: u64, dice: &mut Dice) -> Vec<usize> {
    let syncs = recording.events.iter().enumerate();
    let borders: Vec<usize> = syncs
        .filter(|(_, event)| matches!(event.what, What::Sync(_) | What::SyncFailed(_)))
        .flat_map(|(place, _)| [place, place + 1])
        .collect();
    let mut cuts = Vec::new();
    for number in 0..count {
        let at_border = number < borders.len() as u64 && count > borders.len() as u64;
        cuts.push(match at_border || dice.below(10) < 6 {
            true if at_border => borders[usize::try_from(number).expect("a place of a list")],
            true => borders[dice.index(borders.len())],
            false => dice.index(recording.events.len() + 1),
        });
    }
    cuts.sort_unstable();
    cuts
}

/// Records, cuts, and looks at every image.
pub(crate) fn run(binary: &Path, folder: &Path, images: &Images) -> anyhow::Result<Figures> {
    let shim = shim(folder)?;
    let recorded = Arc::new(record(binary, folder, &shim, images)?);
    let began = Instant::now();
    let mut dice = Dice::new(images.seed, 77);
    let cuts = cuts(&recorded.recording, images.count, &mut dice);
    let (send, jobs) = mpsc::sync_channel::<Job>(LOOKERS);
    let jobs = Arc::new(Mutex::new(jobs));
    let (found, looked) = (Arc::new(Mutex::new(Found::default())), Arc::new(AtomicU64::new(0)));
    let unopened = Arc::new(AtomicU64::new(0));
    let lookers: Vec<_> = (0..LOOKERS)
        .map(|_| {
            let (jobs, found, looked) = (jobs.clone(), found.clone(), looked.clone());
            let (recorded, binary, unopened) = (recorded.clone(), binary.to_owned(), unopened.clone());
            std::thread::spawn(move || {
                while let Ok(job) = { locked(&jobs).recv() } {
                    let facts = &recorded.facts[..job.facts];
                    if let Err(faults) = look(&binary, &job.path, &recorded.load, facts) {
                        let mut all = locked(&found);
                        unopened.fetch_add(u64::from(faults.lost + faults.doubled == 0), Ordering::Relaxed);
                        all.lost += faults.lost;
                        all.doubled += faults.doubled;
                        let named = faults.named.first().cloned().unwrap_or_default();
                        all.named.push(format!("{}: {named}", job.what));
                        keep(&job.path, all.named.len());
                    }
                    let _removed = std::fs::remove_dir_all(&job.path);
                    looked.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let built = build(folder, &recorded, images, &cuts, &send, &mut dice);
    drop(send);
    lookers.into_iter().for_each(|looker| drop(looker.join()));
    built?;
    let mut figures = Figures::new("images that a power loss can leave, opened by the program");
    let events = &recorded.recording.events;
    let syncs = events.iter().filter(|event| matches!(event.what, What::Sync(_))).count();
    figures.set("seconds", json!(began.elapsed().as_secs()));
    figures.set("recorded_changes", json!(events.len()));
    figures.set("recorded_syncs", json!(syncs));
    figures.must_be_some("images", looked.load(Ordering::Relaxed));
    figures.must_be_some("acknowledgements", recorded.facts.len() as u64);
    let found = locked(&found).clone();
    figures.must_be_zero("lost", found.lost);
    figures.must_be_zero("doubled", found.doubled);
    figures.must_be_zero("not_opened_or_not_clean", unopened.load(Ordering::Relaxed));
    let differing = locked(&recorded.load.faults).clone();
    figures.must_be_zero("answers_that_differ", differing.len() as u64);
    figures.name(found.named);
    figures.name(differing);
    Ok(figures)
}

fn build(
    folder: &Path,
    recorded: &Recorded,
    images: &Images,
    cuts: &[usize],
    send: &mpsc::SyncSender<Job>,
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let recording = &recorded.recording;
    let (mut disk, mut applied) = (Disk::new(), 0);
    for (number, cut) in (0_u64..).zip(cuts) {
        while applied < *cut {
            disk.apply(recording, &recording.events[applied].what)?;
            applied += 1;
        }
        let end = applied.checked_sub(1).map_or(0, |last| recording.events[last].end);
        let facts = recorded.facts.partition_point(|fact| fact.at <= end);
        // One mode for all files, or for each its own.
        let mode = (dice.below(3) > 0).then(|| MODES[dice.index(MODES.len())]);
        let names = images.names.unwrap_or(if dice.below(2) == 0 { Names::Any } else { Names::InOrder });
        let path = folder.join(format!("image{number}"));
        disk.image(&path, mode, names, !number.is_multiple_of(FULL_EVERY), dice)?;
        let what = format!("image {number} after {applied} changes, {mode:?}, names {names:?}");
        if send.send(Job { path, facts, what }).is_err() {
            break;
        }
    }
    Ok(())
}

/// Opens an image with the program, lets it post everything, and checks all of it.
pub(crate) fn look(binary: &Path, image: &Path, load: &Load, facts: &[Fact]) -> Result<(), Found> {
    let failed = |text: String| Found { named: vec![text], ..Found::default() };
    let plan = Plan::new(binary, image);
    let opened = plan.start().map_err(|error| failed(format!("{error:#}")));
    let stopped = opened.and_then(|(server, _)| server.stop().map_err(|error| failed(format!("{error:#}"))));
    let (log, said) = (image.with_extension("log"), plan.said());
    let _removed = (std::fs::remove_file(log), std::fs::remove_file(image.with_extension("ready.json")));
    let status = stopped?;
    if !status.success() {
        let last: Vec<&str> = said.lines().rev().take(6).collect();
        return Err(failed(format!("it ends with {status}; the last first, it said: {}", last.join(" | "))));
    }
    verify(binary, image).map_err(failed)?;
    let truth = Truth::read(image).map_err(|error| failed(format!("{error:#}")))?;
    let mut found = Found::default();
    truth.holds(load, facts, &mut found);
    truth.sums(load, None, &mut found);
    if found.is_clean() { Ok(()) } else { Err(found) }
}

/// Keeps the first few images with a fault, when asked to.
fn keep(path: &Path, number: usize) {
    if std::env::var_os("CRASH_KEEP").is_some() && number <= 5 {
        let _kept = std::fs::rename(path, path.with_extension("kept"));
    }
}
