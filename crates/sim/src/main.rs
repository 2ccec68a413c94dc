//! `sim`: runs seeds, prints what they came to, and is red when one fails or when something that must be seen was not.

mod demanded;
mod report;

use base::Plant;
use clap::Parser;
use report::{Planted, Report};
use sim::Case;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Seeds of which one is run twice, to see that nothing but the seed decides.
const TWICE_EVERY: u64 = 100;
/// Failing seeds that are shown before the run is given up.
const FAILURES_MAX: usize = 5;
/// Seeds from which on a counter that stayed at zero is a failure: below it chance may be to blame.
const COUNTERS_FROM: u64 = 1_000;

/// Seeds from which on a product that was never played is a failure: far fewer meet each of them.
const PLAYED_FROM: u64 = 100;

/// Runs the whole house on one thread per seed, with everything going wrong that can, and checks it after each step.
#[derive(Debug, Parser)]
#[command(name = "sim")]
struct Arguments {
    /// How many seeds to run; with --planted, how many to try at most for each planted bug.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Run one seed alone and show how it went.
    #[arg(long, conflicts_with_all = ["planted", "replay"])]
    seed: Option<u64>,
    /// Run a case that was kept as text.
    #[arg(long)]
    replay: Option<PathBuf>,
    /// Switch each planted bug on and see how many seeds it takes to find it.
    #[arg(long)]
    planted: bool,
    /// With --planted, only bugs whose names contain this; else the bug to have on.
    #[arg(long)]
    only: Option<String>,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Write the figures here as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where failing seeds are written, as short as they can be made.
    #[arg(long)]
    keep: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.seed.is_none() && arguments.replay.is_none() {
        // A panic is a failure like any other, and told as one.
        std::panic::set_hook(Box::new(|_| {}));
    }
    let done = if let Some(file) = &arguments.replay {
        replay(file)
    } else if let Some(seed) = arguments.seed {
        one(seed, &arguments)
    } else if arguments.planted {
        planted(&arguments)
    } else {
        many(&arguments)
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            report::say(&format!("red: {words}"));
            ExitCode::FAILURE
        }
    }
}

/// The planted bug with this name.
fn plant_named(name: &str) -> Result<Plant, String> {
    let found = Plant::ALL.iter().copied().find(|plant| plant.name() == name);
    found.ok_or_else(|| format!("no planted bug is called {name}"))
}

fn replay(file: &PathBuf) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let case = Case::from_text(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    tell(&case)
}

fn one(seed: u64, arguments: &Arguments) -> Result<(), String> {
    if let Some(name) = &arguments.only {
        base::plant(Some(plant_named(name)?));
    }
    tell(&Case::draw(seed))
}

fn tell(case: &Case) -> Result<(), String> {
    report::say(&format!("seed {}: {:?}\nfaults: {}", case.seed, case.town, case.swarm()));
    let outcome = case.run();
    report::say(&report::of_one(&outcome));
    match outcome.failure {
        None => Ok(()),
        Some(failure) => Err(failure.text),
    }
}

fn many(arguments: &Arguments) -> Result<(), String> {
    if let Some(name) = &arguments.only {
        base::plant(Some(plant_named(name)?));
    }
    let begun = Instant::now();
    let next = AtomicU64::new(arguments.from);
    let end = arguments.from.saturating_add(arguments.seeds);
    let total = Mutex::new(Report::new(arguments.from));
    std::thread::scope(|threads| {
        for _thread in 0..arguments.threads.max(1) {
            threads.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let failed = total.lock().unwrap_or_else(PoisonError::into_inner).failures.len();
                    if seed >= end || failed >= FAILURES_MAX {
                        return;
                    }
                    run_seed(seed, &total);
                }
            });
        }
    });
    let mut total = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    total.wall_ms = begun.elapsed().as_millis();
    report::say(&total.text());
    if let Some(file) = &arguments.json {
        report::write(file, &total.json()?)?;
    }
    keep_failures(&total, arguments)?;
    if let Some((seed, text)) = total.failures.first() {
        return Err(format!("{} seeds failed, the first is {seed}: {text}", total.failures.len()));
    }
    let unplayed = total.unplayed();
    if total.seeds >= PLAYED_FROM && !unplayed.is_empty() {
        return Err(format!("never played in {} seeds: {}", total.seeds, unplayed.join(", ")));
    }
    let zeros = total.counters.zeros();
    if total.seeds >= COUNTERS_FROM && !zeros.is_empty() {
        return Err(format!("never seen in {} seeds: {}", total.seeds, zeros.join(", ")));
    }
    Ok(())
}

fn run_seed(seed: u64, total: &Mutex<Report>) {
    let case = Case::draw(seed);
    let mut outcome = report::caught(|| case.run());
    if seed.is_multiple_of(TWICE_EVERY)
        && let Ok(first) = &mut outcome
    {
        let again = case.run();
        first.counters.hit("check.run-twice");
        if again.hash != first.hash && first.failure.is_none() {
            outcome = Err(format!("the same seed gave {} and then {}", first.hash, again.hash));
        }
    }
    total.lock().unwrap_or_else(PoisonError::into_inner).take(seed, outcome);
}

/// Writes failing seeds as short as they can be made.
fn keep_failures(total: &Report, arguments: &Arguments) -> Result<(), String> {
    let Some(folder) = &arguments.keep else { return Ok(()) };
    for (seed, text) in &total.failures {
        let (case, shrunk) = Case::draw(*seed).shrink();
        let remarks =
            format!("{text}\n{} of the steps are left after {} runs", case.plan.len(), shrunk.tries);
        let text = case.to_text(&[&remarks]).map_err(|error| error.to_string())?;
        let file = folder.join(format!("{seed}.sim"));
        report::write(&file, &text)?;
        report::say(&format!("written: {}", file.display()));
    }
    Ok(())
}

fn planted(arguments: &Arguments) -> Result<(), String> {
    if !base::PLANTED {
        return Err("this build has no planted bugs: build it with the feature `plant`".to_owned());
    }
    let named =
        |plant: &Plant| arguments.only.as_ref().is_none_or(|part| plant.name().contains(part.as_str()));
    let mut results = Vec::new();
    for plant in Plant::ALL.iter().filter(|plant| named(plant)) {
        base::plant(Some(*plant));
        let found = first_failure(arguments);
        let planted = Planted { name: plant.name(), breaks: plant.breaks(), found };
        report::say(&planted.line());
        results.push(planted);
    }
    base::plant(None);
    report::say(&report::of_planted(&results));
    if let Some(file) = &arguments.json {
        report::write(file, &report::planted_json(&results, arguments.seeds)?)?;
    }
    let missed: Vec<&str> = results.iter().filter(|one| one.found.is_none()).map(|one| one.name).collect();
    if results.is_empty() || !missed.is_empty() {
        return Err(format!(
            "{} of {} planted bugs were not found: {}",
            missed.len(),
            results.len(),
            missed.join(", ")
        ));
    }
    Ok(())
}

/// How many seeds it takes until one fails, and how it failed.
fn first_failure(arguments: &Arguments) -> Option<(u64, String)> {
    let next = AtomicU64::new(0);
    let found: Mutex<Option<(u64, String)>> = Mutex::new(None);
    std::thread::scope(|threads| {
        for _thread in 0..arguments.threads.max(1) {
            threads.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= arguments.seeds
                        || found.lock().unwrap_or_else(PoisonError::into_inner).is_some()
                    {
                        return;
                    }
                    let outcome = report::caught(|| Case::draw(arguments.from + place).run());
                    let failure = match outcome {
                        Ok(outcome) => outcome.failure.map(|failure| failure.text),
                        Err(panicked) => Some(panicked),
                    };
                    let Some(text) = failure else { continue };
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    if found.as_ref().is_none_or(|(earlier, _)| *earlier > place + 1) {
                        *found = Some((place + 1, text));
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}
