//! `cargo xtask bench`: figures that can be compared, because each stands beside the facts of its machine.
//!
//! The measuring itself is in the program (`tongbao bench cell`, `tongbao bench gateway`), which prints one JSON
//! object to standard output and its progress to standard error. Here it is built, run and written down. What a person
//! waits for in a browser (`first-load`) is measured by tests/browser/first-load.mjs in the same way, and fails above
//! what is promised.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::bench_table;
use crate::median;
use crate::process;
use crate::tools::{self, Needs};
use crate::web;

const BUILD_LIMIT: Duration = Duration::from_secs(45 * 60);
const BENCH_LIMIT: Duration = Duration::from_secs(60 * 60);
const SUBJECTS: [&str; 2] = ["cell", "gateway"];
/// What a browser measures: only by its name, since it needs Chromium and Node.
const FIRST_LOAD: &str = "first-load";
/// How often it does in one run, unless something else is asked for.
const FIRST_LOAD_ROUNDS: &str = "5";

/// What was asked for: the subjects, how often each is measured, and what is handed on to the program.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    subjects: Vec<&'static str>,
    runs: usize,
    extra: Vec<String>,
}

/// Builds, measures, and writes target/bench/SUBJECT.json, and the same as tables to target/bench/SUBJECT.md. Of
/// several runs the medians are told, and each run's figures beside them.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    let wanted = wanted(arguments)?;
    let (mut build, tongbao) = if wanted.subjects.contains(&FIRST_LOAD) {
        tools::prepare(root, Needs { browser: true, web: true, ..Needs::default() })?;
        web::build("npm", root)?;
        tools::whole_release_build(root)
    } else {
        tools::release_build(root)
    };
    if let Some(trouble) = process::run(&mut build, BUILD_LIMIT).trouble {
        return Err(format!("the build {trouble}"));
    }
    let folder = root.join("target/bench");
    for subject in &wanted.subjects {
        measure(root, &tongbao, &folder, subject, &wanted)?;
    }
    Ok(())
}

fn wanted(arguments: &[String]) -> Result<Wanted, String> {
    let usage = || "cargo xtask bench [cell|gateway|first-load|all] [--runs N] [-- ARGUMENT...]".to_owned();
    let cut = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let extra = arguments.iter().skip(cut + 1).cloned().collect();
    let mut wanted = Wanted { subjects: SUBJECTS.to_vec(), runs: 1, extra };
    let mut words = arguments[..cut].iter().map(String::as_str).peekable();
    match words.peek().copied() {
        Some("--runs") | None => {}
        Some("all") => drop(words.next()),
        Some(FIRST_LOAD) => {
            wanted.subjects = vec![FIRST_LOAD];
            words.next();
        }
        Some(one) => {
            wanted.subjects.retain(|subject| *subject == one);
            words.next();
        }
    }
    if words.next_if_eq(&"--runs").is_some() {
        let runs = words.next().and_then(|runs| runs.parse().ok());
        wanted.runs = runs.filter(|runs| (1..=99).contains(runs)).ok_or_else(usage)?;
    }
    if words.next().is_some() || wanted.subjects.is_empty() { Err(usage()) } else { Ok(wanted) }
}

fn measure(root: &Path, tongbao: &Path, folder: &Path, subject: &str, wanted: &Wanted) -> Result<(), String> {
    let data = folder.join(format!("{subject}-data"));
    let told = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let mut runs = Vec::new();
    let mut facts = Value::Null;
    for run in 1..=wanted.runs {
        if data.exists() {
            fs::remove_dir_all(&data).map_err(|error| told(&data, error))?;
        }
        fs::create_dir_all(&data).map_err(|error| told(&data, error))?;
        facts = lineage(root, &data);
        println!("run {run} of {}", wanted.runs);
        let figures = one_run(root, tongbao, &data, subject, &wanted.extra);
        fs::remove_dir_all(&data).map_err(|error| told(&data, error))?;
        runs.push(figures?);
    }
    let figures = median::of(&runs);
    let mut typed: Vec<&str> = vec!["cargo", "xtask", "bench", subject];
    let count = wanted.runs.to_string();
    if wanted.runs > 1 {
        typed.extend(["--runs", &count]);
    }
    if !wanted.extra.is_empty() {
        typed.push("--");
        typed.extend(wanted.extra.iter().map(String::as_str));
    }
    let mut report = json!({
        "subject": subject,
        "command": typed.join(" "),
        "lineage": facts,
        "figures": figures,
    });
    let tables = bench_table::markdown(&report);
    if runs.len() > 1 {
        report["runs"] = Value::Array(runs);
    }
    for (ending, text) in [("json", format!("{report:#}\n")), ("md", tables)] {
        let path = folder.join(format!("{subject}.{ending}"));
        fs::write(&path, text).map_err(|error| told(&path, error))?;
        println!("written: {}", path.display());
    }
    Ok(())
}

/// The figures that the program prints after one measurement in the empty folder `data`.
fn one_run(
    root: &Path,
    tongbao: &Path,
    data: &Path,
    subject: &str,
    extra: &[String],
) -> Result<Value, String> {
    let mut command = if subject == FIRST_LOAD {
        first_load(root, tongbao, extra)
    } else {
        let mut bench = Command::new(tongbao);
        bench.current_dir(root).args(["bench", subject]).arg("--data").arg(data).args(extra);
        bench
    };
    println!("measuring: {}", process::shown(&command));
    let outcome = process::run(&mut command, BENCH_LIMIT);
    if let Some(trouble) = outcome.trouble {
        return Err(format!("bench {subject} {trouble}"));
    }
    serde_json::from_str(&outcome.stdout)
        .map_err(|error| format!("bench {subject} did not print one JSON object: {error}"))
}

/// Measures in a browser, and fails above what is promised.
fn first_load(root: &Path, tongbao: &Path, extra: &[String]) -> Command {
    let mut command = Command::new("node");
    command.current_dir(root.join("tests/browser")).args(["first-load.mjs", "--assert"]);
    command.env("TONGBAO_BIN", tongbao);
    if extra.is_empty() {
        command.arg(FIRST_LOAD_ROUNDS)
    } else {
        command.args(extra)
    };
    command
}

/// Where figures come from: what was measured, when, and on which machine. `data` is a folder on the disk that was
/// used.
pub(crate) fn lineage(root: &Path, data: &Path) -> Value {
    json!({
        "commit": commit(root),
        "measured_at_s": SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        "machine": machine(data),
    })
}

/// The commit that was measured; `+` when files differ from it.
fn commit(root: &Path) -> String {
    let root = root.to_string_lossy();
    let Some(head) = tools::said("git", &["-C", &root, "rev-parse", "HEAD"]) else {
        return "unknown".to_owned();
    };
    let changed =
        tools::said("git", &["-C", &root, "status", "--porcelain"]).is_none_or(|lines| !lines.is_empty());
    if changed { format!("{head}+") } else { head }
}

/// What a reader needs to compare a figure with one of another machine.
fn machine(data: &Path) -> Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    json!({
        "cpu": field(&cpu, "model name").or_else(|| field(&cpu, "Model")).unwrap_or("unknown"),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory": field(&read("/proc/meminfo"), "MemTotal").unwrap_or("unknown"),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "filesystem": filesystem(&read("/proc/self/mounts"), data),
    })
}

/// The value after `name :` in a file of /proc.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
}

/// Kind and options of the mount that holds `path`: the longest mount point that it lies under.
fn filesystem(mounts: &str, path: &Path) -> String {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let rows = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>()).filter(|row| row.len() >= 4);
    let over = rows.filter(|row| path.starts_with(row[1])).max_by_key(|row| row[1].len());
    over.map_or_else(|| "unknown".to_owned(), |row| format!("{} ({})", row[2], row[3]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Wanted, String> {
        wanted(&arguments.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn subjects_are_chosen_and_the_rest_is_handed_on() {
        assert_eq!(read(&[]).unwrap().subjects, SUBJECTS);
        assert_eq!(read(&["all"]).unwrap().subjects, SUBJECTS);
        let cell = read(&["cell", "--runs", "5", "--", "--buyers", "100"]).unwrap();
        let extra = vec!["--buyers".to_owned(), "100".to_owned()];
        assert_eq!(cell, Wanted { subjects: vec!["cell"], runs: 5, extra });
        assert_eq!(read(&["--runs", "2"]).unwrap().runs, 2);
        assert_eq!(read(&["first-load"]).unwrap().subjects, [FIRST_LOAD]);
        for wrong in [&["disk"][..], &["cell", "gateway"], &["cell", "--runs"], &["--runs", "0"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_promised_of_the_first_load_is_held_against_it() {
        let words = |extra: &[&str]| {
            let extra: Vec<String> = extra.iter().map(|one| (*one).to_owned()).collect();
            let command = first_load(Path::new("/root"), Path::new("/bin/tongbao"), &extra);
            command.get_args().map(|one| one.to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(words(&[]), ["first-load.mjs", "--assert", "5"]);
        assert_eq!(words(&["9"]), ["first-load.mjs", "--assert", "9"]);
    }

    #[test]
    fn machine_facts_are_read() {
        let cpu = "processor\t: 0\nmodel name\t: Fast 9000\n\nprocessor\t: 1\nmodel name\t: Fast 9000\n";
        assert_eq!(field(cpu, "model name"), Some("Fast 9000"));
        let mounts = "/dev/a / ext4 rw 0 0\n/dev/b /srv xfs rw,noatime 0 0\ntmpfs /srvx tmpfs rw 0 0\n";
        assert_eq!(filesystem(mounts, Path::new("/srv/bench")), "xfs (rw,noatime)");
        assert_eq!(filesystem(mounts, Path::new("/var/bench")), "ext4 (rw)");
    }

    #[test]
    fn a_report_holds_figures_and_facts() {
        let folder = tempfile::tempdir().unwrap();
        let sample = folder.path().join("tongbao");
        fs::write(&sample, "#!/bin/sh\necho progress >&2\necho '{\"per_second\": 9}'\n").unwrap();
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&sample, fs::Permissions::from_mode(0o755)).unwrap();
        let twice = Wanted { subjects: vec!["cell"], runs: 2, extra: Vec::new() };
        measure(folder.path(), &sample, folder.path(), "cell", &twice).unwrap();
        let report: Value =
            serde_json::from_slice(&fs::read(folder.path().join("cell.json")).unwrap()).unwrap();
        assert_eq!(report["figures"]["per_second"], 9);
        assert_eq!(report["command"], "cargo xtask bench cell --runs 2");
        assert_eq!(report["runs"].as_array().unwrap().len(), 2);
        assert!(report["lineage"]["machine"]["cores"].as_u64().unwrap() > 0);
        assert!(!folder.path().join("cell-data").exists());
        let tables = fs::read_to_string(folder.path().join("cell.md")).unwrap();
        assert!(tables.contains("| per_second | 9 |") && tables.contains("| machine.cores |"), "{tables}");
    }
}
