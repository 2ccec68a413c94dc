//! Single bits flipped in closed files, and pages swapped or taken back to an older version.
//!
//! Each damage is either named by `tongbao verify`, or the program refuses to start by name, or nothing reads it: then
//! all rows are equal and SQLite finds its file whole. Anything else is undetected. What a start does with damaged
//! tables is looked at too: it must not make the damage look sound.

use crate::call::now_us;
use crate::dice::Dice;
use crate::faults::copy;
use crate::images::{small_load, trim};
use crate::kill::free_address;
use crate::load::{Load, locked};
use crate::report::Figures;
use crate::rows::{is_whole, rows, versions};
use crate::server::{Abilities, Plan, command, verify, verify_with};
use crate::shop::Shop;
use anyhow::Context;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How many are looked at at once.
const LOOKERS: u64 = 3;
const PAGE: u64 = 4_096;
const TABLES: &str = "worlds/default/tables.sqlite";
const WAL: &str = "worlds/default/tables.sqlite-wal";
/// Small files beside the books.
const NOTES: [&str; 5] = [
    "VERSION",
    "LOCK",
    "worlds/default/world.json",
    "worlds/default/journal/lock",
    "worlds/default/journal/place",
];

/// What to do.
#[derive(Clone, Debug)]
pub(crate) struct Flips {
    pub(crate) count: u64,
    pub(crate) seed: u64,
}

/// One damage.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Damage {
    Bit { file: String, byte: u64, bit: u8 },
    Swap { file: String, one: u64, other: u64 },
    Revert { page: u64 },
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Outcome {
    NamedByVerify,
    RefusedByStart,
    HealedByStart,
    Harmless,
    /// All rows are right, but an index or the file's own lists are not.
    UndetectedInIndex,
    Undetected,
}

/// The folders that damage is done to.
#[derive(Debug)]
struct Grounds {
    /// Stopped well.
    closed: PathBuf,
    /// Killed: with a write-ahead log.
    killed: PathBuf,
    /// The tables as they were some time before.
    older: Vec<u8>,
    /// All rows of either.
    rows: Vec<u8>,
    /// What the closed one says of its migrations.
    versions: Vec<u8>,
    rows_of_killed: Vec<u8>,
    /// The moment at which every start on a copy takes place, microseconds UTC: later, pay codes and orders run out of
    /// time, and rows differ for that.
    at_us: i64,
    abilities: Abilities,
}

impl Grounds {
    fn new(binary: &Path, folder: &Path, seed: u64) -> anyhow::Result<Grounds> {
        let (closed, killed) = (folder.join("closed"), folder.join("killed"));
        let mut plan = Plan::new(binary, &closed);
        plan.listen = free_address()?;
        let (server, _) = plan.start()?;
        let load = Load::new(Shop::open(&plan.listen, 2, 4)?, &plan.listen, small_load(seed, None));
        let clients = load.run();
        std::thread::sleep(Duration::from_millis(500));
        server.stop()?;
        let older = fs::read(closed.join(TABLES))?;
        let (server, _) = plan.start()?;
        std::thread::sleep(Duration::from_millis(500));
        load.stop.store(true, Ordering::Relaxed);
        clients.into_iter().for_each(|client| drop(client.join()));
        server.kill();
        copy(&closed, &killed)?;
        plan.start()?.0.stop()?;
        trim(&closed)?;
        trim(&killed)?;
        anyhow::ensure!(locked(&load.faults).is_empty(), "the load itself found faults");
        anyhow::ensure!(killed.join(WAL).exists(), "a killed server leaves its write-ahead log");
        let (rows_of, versions_of) = (rows, versions);
        let rows = rows_of(&closed.join(TABLES))?;
        let versions = versions_of(&closed.join(TABLES))?;
        let healed = folder.join("healed");
        copy(&killed, &healed)?;
        Plan::new(binary, &healed).start()?.0.stop()?;
        let rows_of_killed = rows_of(&healed.join(TABLES))?;
        verify(binary, &closed).map_err(anyhow::Error::msg)?;
        Ok(Grounds {
            closed,
            killed,
            older,
            rows,
            versions,
            rows_of_killed,
            at_us: now_us(),
            abilities: Abilities::of(binary),
        })
    }

    fn journal(&self) -> anyhow::Result<String> {
        let mut names: Vec<String> = fs::read_dir(self.closed.join("worlds/default/journal"))?
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.ends_with(".journal"))
            .collect();
        names.sort();
        let last = names.pop().context("no segment")?;
        Ok(format!("worlds/default/journal/{last}"))
    }

    fn draw(&self, journal: &str, dice: &mut Dice) -> anyhow::Result<Damage> {
        let file = match dice.below(100) {
            0..45 => journal,
            45..92 => TABLES,
            _ => NOTES[dice.index(NOTES.len())],
        };
        let file = if self.closed.join(file).exists() { file } else { NOTES[0] };
        let bytes = fs::metadata(self.closed.join(file))?.len();
        let pages = bytes / PAGE;
        let kind = dice.below(100);
        Ok(if kind < 4 && file == TABLES {
            let older = self.older.len() as u64 / PAGE;
            Damage::Revert { page: dice.below(older.min(pages)) }
        } else if kind < 8 && pages > 1 {
            Damage::Swap { file: file.to_owned(), one: dice.below(pages), other: dice.below(pages) }
        } else {
            let (byte, bit) = (dice.below(bytes), 1 << dice.below(8));
            Damage::Bit { file: file.to_owned(), byte, bit }
        })
    }
}

/// Does the damage; gives the bytes that undo it: file, place and old bytes. Nothing when it changes nothing.
fn damage(data: &Path, grounds: &Grounds, what: &Damage) -> anyhow::Result<Vec<(PathBuf, u64, Vec<u8>)>> {
    let mut undo = Vec::new();
    let mut write = |file: &str, place: u64, new: &[u8]| -> anyhow::Result<()> {
        let path = data.join(file);
        let open = fs::OpenOptions::new().read(true).write(true).open(&path)?;
        let mut old = vec![0; new.len()];
        open.read_exact_at(&mut old, place)?;
        if old != new {
            open.write_all_at(new, place)?;
            undo.push((path, place, old));
        }
        Ok(())
    };
    let page_of = |file: &str, page: u64| -> anyhow::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(PAGE)?];
        fs::File::open(data.join(file))?.read_exact_at(&mut bytes, page * PAGE)?;
        Ok(bytes)
    };
    match what {
        Damage::Bit { file, byte, bit } => {
            let mut old = [0];
            fs::File::open(data.join(file))?.read_exact_at(&mut old, *byte)?;
            write(file, *byte, &[old[0] ^ bit])?;
        }
        Damage::Swap { file, one, other } => {
            let (first, second) = (page_of(file, *one)?, page_of(file, *other)?);
            write(file, one * PAGE, &second)?;
            write(file, other * PAGE, &first)?;
        }
        Damage::Revert { page } => {
            let from = usize::try_from(page * PAGE)?;
            let old = &grounds.older[from..from + usize::try_from(PAGE)?];
            write(TABLES, page * PAGE, old)?;
        }
    }
    Ok(undo)
}

/// What comes of damage to a folder that nobody has open.
fn closed(
    binary: &Path,
    data: &Path,
    grounds: &Grounds,
    file: &str,
    used: u64,
    what: &Damage,
) -> anyhow::Result<Outcome> {
    let options: &[&str] = if grounds.abilities.file { &["--file"] } else { &[] };
    if let Err(text) = verify_with(binary, options, data) {
        anyhow::ensure!(text.len() > 30, "verify fails without a word: {text}");
        return Ok(Outcome::NamedByVerify);
    }
    if file == TABLES {
        let same = rows(&data.join(TABLES)).is_ok_and(|found| found == grounds.rows);
        if same && is_whole(&data.join(TABLES)) {
            let start_reads = versions(&data.join(TABLES)).ok() != Some(grounds.versions.clone());
            return if start_reads { start_copy(binary, data, grounds) } else { Ok(Outcome::Harmless) };
        }
        return Ok(if same { Outcome::UndetectedInIndex } else { Outcome::Undetected });
    }
    if file.ends_with(".journal") {
        // After the end nothing is read but to wipe it.
        let after = matches!(what, Damage::Bit { byte, .. } if *byte >= used);
        return Ok(if after { Outcome::Harmless } else { Outcome::Undetected });
    }
    start_copy(binary, data, grounds)
}

/// What a start on a copy says, where verify had nothing to say.
fn start_copy(binary: &Path, data: &Path, grounds: &Grounds) -> anyhow::Result<Outcome> {
    let place = data.with_extension("started");
    copy(data, &place)?;
    let outcome = started(binary, &place, &grounds.rows, grounds.at_us)?;
    fs::remove_dir_all(&place)?;
    Ok(if outcome == Outcome::HealedByStart { Outcome::Harmless } else { outcome })
}

/// Starts the program on a damaged copy: it refuses by name, or everything is there in the end.
fn started(binary: &Path, data: &Path, wanted: &[u8], at_us: i64) -> anyhow::Result<Outcome> {
    let mut plan = Plan::new(binary, data);
    plan.options = vec!["--clock-frozen-at".to_owned(), at_us.to_string()];
    let mut server = plan.spawn()?;
    let Some(_ready) = server.wait_ready()? else {
        let said = plan.said();
        anyhow::ensure!(said.contains("tongbao:"), "it refuses without a word: {said}");
        return Ok(Outcome::RefusedByStart);
    };
    server.stop()?;
    if verify(binary, data).is_err() {
        return Ok(Outcome::NamedByVerify);
    }
    let same = rows(&data.join(TABLES)).is_ok_and(|found| found == wanted);
    Ok(if same { Outcome::HealedByStart } else { Outcome::Undetected })
}

type Counts = BTreeMap<(&'static str, Outcome), u64>;

/// Everything that the lookers share.
struct Shared {
    grounds: Grounds,
    journal: String,
    used: u64,
    counts: Mutex<Counts>,
    named: Mutex<Vec<String>>,
    done: AtomicU64,
}

/// Flips, swaps and reverts.
pub(crate) fn run(binary: &Path, folder: &Path, flips: &Flips) -> anyhow::Result<Figures> {
    let grounds = Grounds::new(binary, folder, flips.seed)?;
    let journal = grounds.journal()?;
    let bytes = fs::read(grounds.closed.join(&journal))?;
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last as u64 + 1);
    let (counts, named, done) = (Mutex::default(), Mutex::default(), AtomicU64::new(0));
    let shared = Arc::new(Shared { grounds, journal, used, counts, named, done });
    let began = Instant::now();
    let lookers: Vec<_> = (0..LOOKERS)
        .map(|number| {
            let (shared, binary, folder) = (shared.clone(), binary.to_owned(), folder.to_owned());
            let flips = flips.clone();
            std::thread::spawn(move || {
                looker(&binary, &folder.join(format!("flips{number}")), &shared, &flips, number)
            })
        })
        .collect();
    for looker in lookers {
        looker.join().map_err(|_| anyhow::anyhow!("a looker died"))??;
    }
    let mut figures = Figures::new("bits flipped, pages swapped and taken back in closed files");
    figures.set("seconds", json!(began.elapsed().as_secs()));
    let counts = locked(&shared.counts);
    figures.must_be_some("damages", counts.values().sum());
    for ((kind, outcome), count) in counts.iter() {
        figures.set(&format!("{kind} {outcome:?}"), json!(count));
    }
    let undetected = counts.iter().filter(|((_, outcome), _)| *outcome >= Outcome::UndetectedInIndex);
    figures.must_be_zero("undetected", undetected.map(|(_, count)| count).sum());
    let named = locked(&shared.named).clone();
    figures.must_be_zero("faults", named.len() as u64);
    figures.name(named);
    Ok(figures)
}

fn looker(binary: &Path, data: &Path, shared: &Shared, flips: &Flips, number: u64) -> anyhow::Result<()> {
    let grounds = &shared.grounds;
    copy(&grounds.closed, data)?;
    let mut dice = Dice::new(flips.seed, 500 + number);
    let tell = |kind: &'static str, outcome: Outcome, what: &dyn std::fmt::Debug| {
        *locked(&shared.counts).entry((kind, outcome)).or_default() += 1;
        if outcome >= Outcome::UndetectedInIndex {
            locked(&shared.named).push(format!("{kind} {what:?}: {outcome:?}"));
        }
    };
    while shared.done.fetch_add(1, Ordering::Relaxed) < flips.count {
        if dice.below(100) < 3 {
            let what = wal(binary, data, grounds, &mut dice)?;
            tell("-wal", what.0, &what.1);
            continue;
        }
        let what = grounds.draw(&shared.journal, &mut dice)?;
        let undo = damage(data, grounds, &what)?;
        if undo.is_empty() {
            shared.done.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let (kind, file) = match &what {
            Damage::Bit { file, .. } if file == TABLES => ("tables bit", TABLES),
            Damage::Bit { file, .. } if *file == shared.journal => ("journal bit", file.as_str()),
            Damage::Bit { file, .. } => ("note bit", file.as_str()),
            Damage::Swap { file, .. } if file == TABLES => ("tables swap", TABLES),
            Damage::Swap { file, .. } => ("journal swap", file.as_str()),
            Damage::Revert { .. } => ("tables revert", TABLES),
        };
        match closed(binary, data, grounds, file, shared.used, &what) {
            Ok(outcome) => tell(kind, outcome, &what),
            Err(error) => locked(&shared.named).push(format!("{what:?}: {error:#}")),
        }
        if file == TABLES && dice.below(12) == 0 {
            let repair = grounds.abilities.repair && dice.below(2) == 0;
            let outcome = with_start(binary, data, grounds, repair)?;
            tell(if repair { "tables, then repair" } else { "tables, then start" }, outcome, &what);
        }
        for (path, place, old) in undo {
            fs::OpenOptions::new().write(true).open(path)?.write_all_at(&old, place)?;
        }
    }
    Ok(())
}

/// Damaged tables are started on, or repaired first.
fn with_start(binary: &Path, data: &Path, grounds: &Grounds, repair: bool) -> anyhow::Result<Outcome> {
    let place = data.with_extension("started");
    copy(data, &place)?;
    if repair {
        let (code, text) = command(binary, &["repair"], &place)?;
        anyhow::ensure!(code == 0, "repair exits {code}: {text}");
    }
    let outcome = started(binary, &place, &grounds.rows, grounds.at_us)?;
    fs::remove_dir_all(&place)?;
    let repaired = !repair || outcome == Outcome::HealedByStart;
    Ok(if repaired { outcome } else { Outcome::Undetected })
}

/// A bit of a killed server's write-ahead log: SQLite drops what is damaged, and the journal brings it back.
fn wal(binary: &Path, data: &Path, grounds: &Grounds, dice: &mut Dice) -> anyhow::Result<(Outcome, String)> {
    let place = data.with_extension("started");
    copy(&grounds.killed, &place)?;
    let path = place.join(WAL);
    let bytes = fs::metadata(&path)?.len();
    let (byte, bit) = (dice.below(bytes), 1 << dice.below(8));
    let file = fs::OpenOptions::new().read(true).write(true).open(&path)?;
    let mut old: [u8; 1] = [0];
    file.read_exact_at(&mut old, byte)?;
    file.write_all_at(&[old[0] ^ bit], byte)?;
    let outcome = started(binary, &place, &grounds.rows_of_killed, grounds.at_us)?;
    fs::remove_dir_all(&place)?;
    Ok((outcome, format!("byte {byte} of the write-ahead log")))
}
