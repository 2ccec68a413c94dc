//! Everything that a change must pass, in the order of what fails fastest. CI runs exactly this.
//!
//! A step ends well or ends the run. The last line is always `N passed, M failed`, for programs that read it. What a
//! runner left out is said before that line; nothing is left out in silence.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::count::{self, Counts};
use crate::process::{self, Outcome};
use crate::prove;
use crate::tools::{self, Needs};
use crate::web;

/// What `--only` can name.
const PARTS: [&str; 8] = ["tidy", "rust", "web", "sdk", "node", "browser", "sim", "crash"];

/// One step of the run.
struct Step {
    name: &'static str,
    /// The parts of `--only` that include it.
    parts: &'static [&'static str],
    limit: Duration,
    /// Whether its runner counts tests: then silence is a failure, not a pass.
    counts: bool,
    work: Work,
}

enum Work {
    Tidy,
    Canary,
    Web,
    Program(fn(&Context) -> Command),
}

struct Context {
    root: PathBuf,
    tongbao: PathBuf,
}

/// Lines of a failed program that are said again at the end.
const LAST_WORDS: usize = 12;

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// What runs against the release build.
const SERVED: &[&str] = &["sdk", "node", "browser", "crash"];
/// What needs the apps of web/: the release build holds them.
const WITH_APPS: &[&str] = &["web", "sdk", "node", "browser", "crash"];

const STEPS: [Step; 18] = [
    Step { name: "format", parts: &["rust"], limit: minutes(2), counts: false, work: Work::Program(format) },
    Step { name: "tidy", parts: &["rust", "tidy"], limit: minutes(2), counts: false, work: Work::Tidy },
    Step {
        name: "web check",
        parts: &["web"],
        limit: minutes(5),
        counts: false,
        work: Work::Program(web_check),
    },
    Step { name: "web", parts: &["web"], limit: minutes(10), counts: true, work: Work::Program(web_tests) },
    // Before anything of Rust is compiled: the program's own tests then serve what was built.
    Step { name: "web build", parts: WITH_APPS, limit: minutes(10), counts: false, work: Work::Web },
    Step {
        name: "rust build",
        parts: &["rust"],
        limit: minutes(35),
        counts: false,
        work: Work::Program(rust_build),
    },
    Step {
        name: "rust tests",
        parts: &["rust"],
        limit: minutes(30),
        counts: true,
        work: Work::Program(rust_tests),
    },
    Step {
        name: "rust doc tests",
        parts: &["rust"],
        limit: minutes(15),
        counts: true,
        work: Work::Program(doc_tests),
    },
    Step {
        name: "release build",
        parts: SERVED,
        limit: minutes(30),
        counts: false,
        work: Work::Program(release),
    },
    Step {
        name: "python sdks",
        parts: &["sdk"],
        limit: minutes(15),
        counts: true,
        work: Work::Program(python_sdks),
    },
    Step {
        name: "node sdk",
        parts: &["node"],
        limit: minutes(15),
        counts: true,
        work: Work::Program(node_sdk),
    },
    Step {
        name: "browser",
        parts: &["browser"],
        limit: minutes(25),
        counts: true,
        work: Work::Program(browser),
    },
    Step {
        name: "simulator build",
        parts: &["sim"],
        limit: minutes(30),
        counts: false,
        work: Work::Program(sim_build),
    },
    Step { name: "simulation", parts: &["sim"], limit: minutes(15), counts: false, work: Work::Program(sim) },
    Step {
        name: "planted bugs",
        parts: &["sim"],
        limit: minutes(15),
        counts: false,
        work: Work::Program(planted),
    },
    Step { name: "canary", parts: &["sim"], limit: minutes(11), counts: false, work: Work::Canary },
    Step {
        name: "crash build",
        parts: &["crash"],
        limit: minutes(30),
        counts: false,
        work: Work::Program(crash_build),
    },
    Step { name: "crash", parts: &["crash"], limit: minutes(10), counts: false, work: Work::Program(crash) },
];

/// Runs the steps of the parts asked for, or all.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    let parts = parts(arguments)?;
    let context = Context { root: root.to_path_buf(), tongbao: tools::release_build(root).1 };
    let mut done = Vec::new();
    let mut sum = Counts::default();
    let mut failure = None;
    if let Err(message) = timed("tools", || tools::prepare(root, needs(&parts))).1 {
        sum.failed += 1;
        failure = Some(format!("tools: {message}"));
    }
    for step in STEPS.iter().filter(|step| step.parts.iter().any(|part| parts.contains(part))) {
        if failure.is_some() {
            break;
        }
        let (took, (counts, trouble)) = timed(step.name, || perform(step, &context));
        done.push((step.name, took, counts));
        sum = sum.plus(counts);
        failure = trouble.map(|trouble| format!("{}: {trouble}", step.name));
    }
    conclude(&done, sum, failure)
}

fn conclude(done: &[(&str, Duration, Counts)], sum: Counts, failure: Option<String>) -> Result<(), String> {
    println!();
    for (name, took, counts) in done {
        let Counts { passed, failed, skipped } = counts;
        println!(
            "{name:<16} {:>7.1} s  {passed} passed, {failed} failed, {skipped} skipped",
            took.as_secs_f64()
        );
    }
    if sum.skipped > 0 {
        println!(
            "{} tests were skipped by their runners; the lines above and their output say which",
            sum.skipped
        );
    }
    if let Some(failure) = &failure {
        println!("FAILED {failure}");
        println!("Later steps were not run.");
    }
    println!("{} passed, {} failed", sum.passed, sum.failed);
    // Nothing may follow that line, so the message is empty.
    failure.map_or(Ok(()), |_| Err(String::new()))
}

fn parts(arguments: &[String]) -> Result<Vec<&'static str>, String> {
    let usage = || format!("cargo xtask test [--only {}]", PARTS.join(","));
    let mut chosen = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let list = match argument.split_once('=') {
            Some(("--only", list)) => list,
            None if argument == "--only" => rest.next().ok_or_else(usage)?,
            _ => return Err(usage()),
        };
        for name in list.split([',', '|']) {
            let part = PARTS.into_iter().find(|part| *part == name);
            chosen.push(part.ok_or_else(|| format!("no part `{name}`: {}", usage()))?);
        }
    }
    Ok(if chosen.is_empty() { PARTS.to_vec() } else { chosen })
}

fn needs(parts: &[&str]) -> Needs {
    let has = |part: &str| parts.contains(&part);
    let web = WITH_APPS.iter().any(|part| has(part));
    Needs { rust: has("rust"), python: has("sdk"), node: has("node"), browser: has("browser"), web }
}

fn timed<T>(name: &str, work: impl FnOnce() -> T) -> (Duration, T) {
    println!("\n=== {name}");
    let begun = Instant::now();
    let result = work();
    println!("=== {name}: {:.1} s", begun.elapsed().as_secs_f64());
    (begun.elapsed(), result)
}

/// A step's counts, and why it failed if it did. A step without tests of its own counts as one.
fn perform(step: &Step, context: &Context) -> (Counts, Option<String>) {
    match step.work {
        Work::Tidy => judge(false, None, crate::tidy::run(&context.root, &[]).err()),
        Work::Canary => judge(false, None, prove::canary(&context.root).err()),
        Work::Web => judge(false, None, web::build("npm", &context.root).err()),
        Work::Program(command) => {
            let mut command = command(context);
            println!("{}", process::shown(&command));
            command.env("TONGBAO_BIN", &context.tongbao);
            let Outcome { trouble, text, .. } = process::run(&mut command, step.limit);
            let trouble = trouble.map(|trouble| with_the_end(&trouble, &text));
            judge(step.counts, count::read(&text).filter(|_| step.counts), trouble)
        }
    }
}

/// Why a step failed, with what its program said last: whoever keeps the end of a run alone sees it.
fn with_the_end(trouble: &str, text: &str) -> String {
    let said: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = said.iter().skip(said.len().saturating_sub(LAST_WORDS));
    last.fold(trouble.to_owned(), |all, line| {
        format!("{all}\n  {}", line.chars().take(400).collect::<String>())
    })
}

fn judge(counts_tests: bool, counted: Option<Counts>, trouble: Option<String>) -> (Counts, Option<String>) {
    let mut counts = counted.unwrap_or_default();
    let silent = counts_tests && counted.is_none();
    let trouble = match (trouble, silent, counts.failed) {
        (Some(trouble), ..) => Some(trouble),
        (None, true, _) => Some("the runner ended well but ran no tests".to_owned()),
        (None, false, 0) => None,
        (None, false, failed) => Some(format!("{failed} tests failed although the runner ended well")),
    };
    if trouble.is_some() {
        // A runner that broke down without naming a test is a failure too.
        counts.failed = counts.failed.max(1);
    } else if !counts_tests {
        counts.passed += 1;
    }
    (counts, trouble)
}

fn format(context: &Context) -> Command {
    cargo(context, &["fmt", "--all", "--check"])
}

/// Compiles all that the tests run, and the programs as they are, of which some are tested from inside alone; and says
/// what clippy says of it: a warning fails.
fn rust_build(context: &Context) -> Command {
    linted(context, &["build", "--workspace", "--all-targets"])
}

fn rust_tests(context: &Context) -> Command {
    if has_nextest(context) {
        return linted(
            context,
            &["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "fail"],
        );
    }
    println!("cargo-nextest is not installed: using cargo test");
    linted(context, &["test", "--workspace", "--all-targets", "--no-fail-fast"])
}

fn has_nextest(context: &Context) -> bool {
    cargo(context, &["nextest", "--version"]).output().is_ok_and(|output| output.status.success())
}

fn doc_tests(context: &Context) -> Command {
    linted(context, &["test", "--workspace", "--doc"])
}

/// cargo with clippy in the compiler's place, as `cargo clippy` sets it, but for a build that makes something. Lints
/// and tests cost one compilation then and not two.
fn linted(context: &Context, arguments: &[&str]) -> Command {
    let mut command = cargo(context, arguments);
    command.env("RUSTC_WORKSPACE_WRAPPER", tools::clippy_driver());
    command.env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
    // It was installed, so that no test of it is skipped.
    command.env("TONGBAO_REQUIRE_POSTGRES", "1");
    command
}

fn web_check(context: &Context) -> Command {
    npm(&context.root.join("web"), &["run", "check"])
}

fn web_tests(context: &Context) -> Command {
    npm(&context.root.join("web"), &["test"])
}

fn release(context: &Context) -> Command {
    tools::whole_release_build(&context.root).0
}

fn python_sdks(context: &Context) -> Command {
    let mut command = Command::new(tools::venv_python(&context.root));
    command.current_dir(context.root.join("tests/sdk/python")).args(["-m", "pytest", "--color=no"]);
    command
}

fn node_sdk(context: &Context) -> Command {
    npm(&context.root.join("tests/sdk/node"), &["test"])
}

fn browser(context: &Context) -> Command {
    npm(&context.root.join("tests/browser"), &["test"])
}

fn npm(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder).arg("--silent").args(arguments);
    command
}

fn sim_build(context: &Context) -> Command {
    prove::sim_build(&context.root).0
}

/// A slice of the simulation that is enough for every counter to be seen.
fn sim(context: &Context) -> Command {
    of_sim(context, &["--seeds", "1500"])
}

/// All of them: most are found at once, the last ones after some hundred seeds.
fn planted(context: &Context) -> Command {
    of_sim(context, &["--planted", "--seeds", "2000"])
}

fn of_sim(context: &Context, arguments: &[&str]) -> Command {
    let mut command = Command::new(prove::sim_build(&context.root).1);
    command.current_dir(&context.root).args(arguments);
    command
}

fn crash_build(context: &Context) -> Command {
    prove::crash_build(&context.root).0
}

/// Twenty kills and some hundred torn, failing and bent files.
fn crash(context: &Context) -> Command {
    let mut command = Command::new(prove::crash_build(&context.root).1);
    command.current_dir(&context.root).arg("slice");
    command
}

fn cargo(context: &Context, arguments: &[&str]) -> Command {
    let mut command = tools::cargo(&context.root);
    command.args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(arguments: &[&str]) -> Result<Vec<&'static str>, String> {
        parts(&arguments.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn parts_are_chosen_by_name() {
        assert_eq!(chosen(&[]).unwrap(), PARTS);
        assert_eq!(chosen(&["--only", "sdk"]).unwrap(), ["sdk"]);
        assert_eq!(chosen(&["--only=rust,crash"]).unwrap(), ["rust", "crash"]);
        assert!(chosen(&["--only", "java"]).is_err());
        assert!(chosen(&["--only"]).is_err());
        assert!(chosen(&["rust"]).is_err());
    }

    #[test]
    fn every_part_has_a_step_and_every_step_a_known_part() {
        for part in PARTS {
            assert!(STEPS.iter().any(|step| step.parts.contains(&part)), "{part}");
        }
        assert!(STEPS.iter().flat_map(|step| step.parts).all(|part| PARTS.contains(part)));
    }

    #[test]
    fn a_failure_says_last_what_its_program_said_last() {
        let text: String = (0..40).map(|line| format!("line {line}\n\n")).collect();
        let told = with_the_end("ended with exit status: 1", &text);
        assert!(told.starts_with("ended with exit status: 1\n  line 28\n"), "{told}");
        assert!(told.ends_with("\n  line 39"), "{told}");
        assert_eq!(with_the_end("was stopped", ""), "was stopped");
    }

    #[test]
    fn the_apps_are_built_before_what_holds_them() {
        let at = |name: &str| STEPS.iter().position(|step| step.name == name).unwrap();
        assert!(at("web build") < at("rust tests") && at("web build") < at("release build"));
        for part in STEPS[at("release build")].parts {
            assert!(STEPS[at("web build")].parts.contains(part), "{part}");
        }
    }

    #[test]
    fn what_is_installed_follows_from_what_is_run() {
        assert_eq!(needs(&["tidy"]), Needs::default());
        assert_eq!(needs(&["sim"]), Needs::default());
        assert_eq!(needs(&["crash"]), Needs { web: true, ..Needs::default() });
        assert_eq!(needs(&["sdk"]), Needs { python: true, web: true, ..Needs::default() });
        assert_eq!(needs(&PARTS), Needs { rust: true, python: true, node: true, browser: true, web: true });
    }

    #[test]
    fn a_step_is_judged_by_its_end_and_its_numbers() {
        let counted = |passed, failed| Some(Counts { passed, failed, skipped: 0 });
        let (one, none) = judge(false, None, None);
        assert_eq!((one.passed, one.failed, none), (1, 0, None));
        assert_eq!(judge(true, counted(5, 0), None).0.passed, 5);
        assert!(judge(true, None, None).1.is_some(), "no tests is no success");
        assert!(judge(true, counted(5, 1), None).1.is_some(), "a failure is one whatever the exit code says");
        let (broken, why) = judge(true, counted(5, 0), Some("ended with 1".into()));
        assert_eq!((broken.passed, broken.failed, why.is_some()), (5, 1, true));
    }
}
