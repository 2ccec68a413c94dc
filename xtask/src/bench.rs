//! `cargo xtask bench`: figures that can be compared, because each stands beside the facts of its machine.
//!
//! The measuring itself is in the program (`tongbao bench cell`, `tongbao bench gateway`), which prints one JSON
//! object to standard output and its progress to standard error. Here it is built, run and written down.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::bench_table;
use crate::process;
use crate::tools;

const BUILD_LIMIT: Duration = Duration::from_secs(45 * 60);
const BENCH_LIMIT: Duration = Duration::from_secs(60 * 60);
const SUBJECTS: [&str; 2] = ["cell", "gateway"];

/// Builds, measures, and writes target/bench/SUBJECT.json, and the same as tables to target/bench/SUBJECT.md.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    let (subjects, extra) = subjects(arguments)?;
    let (mut build, tongbao) = tools::release_build(root);
    if let Some(trouble) = process::run(&mut build, BUILD_LIMIT).trouble {
        return Err(format!("the build {trouble}"));
    }
    let folder = root.join("target/bench");
    for subject in subjects {
        measure(root, &tongbao, &folder, subject, &extra)?;
    }
    Ok(())
}

fn subjects(arguments: &[String]) -> Result<(Vec<&'static str>, Vec<String>), String> {
    let cut = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let extra = arguments.iter().skip(cut + 1).cloned().collect();
    let chosen = match &arguments[..cut] {
        [] => SUBJECTS.to_vec(),
        [all] if all == "all" => SUBJECTS.to_vec(),
        [one] => SUBJECTS.into_iter().filter(|subject| subject == one).collect(),
        _ => Vec::new(),
    };
    if chosen.is_empty() {
        return Err("cargo xtask bench [cell|gateway|all] [-- ARGUMENT...]".to_owned());
    }
    Ok((chosen, extra))
}

fn measure(
    root: &Path,
    tongbao: &Path,
    folder: &Path,
    subject: &str,
    extra: &[String],
) -> Result<(), String> {
    let data = folder.join(format!("{subject}-data"));
    let told = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    if data.exists() {
        fs::remove_dir_all(&data).map_err(|error| told(&data, error))?;
    }
    fs::create_dir_all(&data).map_err(|error| told(&data, error))?;
    let mut command = Command::new(tongbao);
    command.current_dir(root).args(["bench", subject]).arg("--data").arg(&data).args(extra);
    println!("measuring: {}", process::shown(&command));
    let lineage = lineage(root, &data);
    let outcome = process::run(&mut command, BENCH_LIMIT);
    let removed = fs::remove_dir_all(&data);
    if let Some(trouble) = outcome.trouble {
        return Err(format!("bench {subject} {trouble}"));
    }
    removed.map_err(|error| told(&data, error))?;
    let figures: Value = serde_json::from_str(&outcome.stdout)
        .map_err(|error| format!("bench {subject} did not print one JSON object: {error}"))?;
    let typed = ["cargo", "xtask", "bench", subject, "--"]
        .map(str::to_owned)
        .into_iter()
        .chain(extra.iter().cloned());
    let report = json!({
        "subject": subject,
        "command": typed.collect::<Vec<_>>().join(" ").trim_end_matches(" --"),
        "lineage": lineage,
        "figures": figures,
    });
    for (ending, text) in [("json", format!("{report:#}\n")), ("md", bench_table::markdown(&report))] {
        let path = folder.join(format!("{subject}.{ending}"));
        fs::write(&path, text).map_err(|error| told(&path, error))?;
        println!("written: {}", path.display());
    }
    Ok(())
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

    fn read(arguments: &[&str]) -> Result<(Vec<&'static str>, Vec<String>), String> {
        subjects(&arguments.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn subjects_are_chosen_and_the_rest_is_handed_on() {
        assert_eq!(read(&[]).unwrap().0, SUBJECTS);
        assert_eq!(read(&["all"]).unwrap().0, SUBJECTS);
        let (chosen, extra) = read(&["cell", "--", "--buyers", "100"]).unwrap();
        assert_eq!((chosen, extra), (vec!["cell"], vec!["--buyers".to_owned(), "100".to_owned()]));
        assert!(read(&["disk"]).is_err());
        assert!(read(&["cell", "gateway"]).is_err());
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
        measure(folder.path(), &sample, folder.path(), "cell", &[]).unwrap();
        let report: Value =
            serde_json::from_slice(&fs::read(folder.path().join("cell.json")).unwrap()).unwrap();
        assert_eq!(report["figures"]["per_second"], 9);
        assert_eq!(report["command"], "cargo xtask bench cell");
        assert!(report["lineage"]["machine"]["cores"].as_u64().unwrap() > 0);
        assert!(!folder.path().join("cell-data").exists());
        let tables = fs::read_to_string(folder.path().join("cell.md")).unwrap();
        assert!(tables.contains("| per_second | 9 |") && tables.contains("| machine.cores |"), "{tables}");
    }
}
