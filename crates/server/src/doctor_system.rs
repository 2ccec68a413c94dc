//! `tongbao doctor system`: says in words what is wrong with a platform, worst first. It reads the figures of a running
//! server, a data folder, or both; it changes nothing.

use crate::cli::{FAILED, SystemArgs};
use crate::client::client;
use crate::data_folder::DataFolder;
use crate::print;
use crate::watching::judge::{Alarm, Finding, Weight, judge};
use crate::watching::list;
use crate::watching::look::{Ground, Waiting};
use crate::watching::samples::Samples;
use crate::watching::text::Page;
use crate::world_clock::{WorldClock, system_clock_us};
use anyhow::{Context, ensure};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use store::{SqliteStore, StoreError};

/// The exit code when something is wrong now.
const WRONG: u8 = 1;
/// The data folder when none is named, and no figures either.
const USUAL: &str = "data/tongbao";
/// How far the two looks at the figures are apart: what rises between them goes on.
const APART: Duration = Duration::from_secs(2);
/// How long an answer may take. The server itself waits for its tables for four seconds.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// The longest text of figures. They have some 60 KB.
const TEXT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Looks, and says what is wrong.
pub(crate) fn run(args: &SystemArgs) -> anyhow::Result<ExitCode> {
    match examined(args) {
        Ok(findings) => {
            print::out(&told(&findings))?;
            Ok(ExitCode::from(code(&findings)))
        }
        Err(error) => {
            print::trouble(&error);
            Ok(ExitCode::from(FAILED))
        }
    }
}

/// What is wrong now is told apart from what is over.
fn code(findings: &[Finding]) -> u8 {
    if findings.iter().any(|finding| finding.weight != Weight::Past) { WRONG } else { 0 }
}

fn told(findings: &[Finding]) -> String {
    let all: Vec<String> = findings.iter().map(ToString::to_string).collect();
    if code(findings) == 0 {
        return [vec!["Nothing is wrong now.".to_owned()], all].concat().join("\n");
    }
    all.join("\n")
}

fn examined(args: &SystemArgs) -> anyhow::Result<Vec<Finding>> {
    let (before, now) = match &args.metrics {
        Some(url) => figures(&address(url))?,
        None => Default::default(),
    };
    let Some(data) = args.data.as_deref().or(args.metrics.is_none().then_some(Path::new(USUAL))) else {
        return Ok(judge(&before, &now));
    };
    let folder = DataFolder::look(data)?;
    let is_served = !DataFolder::is_free(folder.root());
    let of_folder = of_folder(&folder, is_served)?;
    // What the server tells goes before what is seen from outside.
    let mut findings = judge(&of_folder.clone().and(before), &of_folder.and(now));
    if !is_served {
        let says = format!("No server serves {}. Nobody can pay.", folder.root().display());
        findings.insert(0, Finding { weight: Weight::Grave, alarm: Alarm::Down, says });
    }
    Ok(findings)
}

/// The whole address, of one that leaves out what is usual.
fn address(text: &str) -> String {
    let whole = if text.parse::<u16>().is_ok() { format!("127.0.0.1:{text}") } else { text.to_owned() };
    let whole = if whole.contains("://") { whole } else { format!("http://{whole}") };
    let has_path = whole.split_once("://").is_some_and(|(_, rest)| rest.trim_end_matches('/').contains('/'));
    if has_path { whole } else { format!("{}/metrics", whole.trim_end_matches('/')) }
}

/// The figures of two moments.
fn figures(url: &str) -> anyhow::Result<(Samples, Samples)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let page = Alarm::Down.page();
    let failed = || format!("{url} tells no figures; see {page}");
    runtime.block_on(async {
        let before = scrape(url).await.with_context(failed)?;
        tokio::time::sleep(APART).await;
        Ok((before, scrape(url).await.with_context(failed)?))
    })
}

async fn scrape(url: &str) -> anyhow::Result<Samples> {
    let mut answer = client()?.get(url).timeout(ANSWER_TIME).send().await?;
    ensure!(answer.status().is_success(), "it answers {}", answer.status());
    let mut text = Vec::new();
    while let Some(part) = answer.chunk().await? {
        text.extend_from_slice(&part);
        ensure!(text.len() <= TEXT_BYTES_MAX, "it is longer than {TEXT_BYTES_MAX} bytes");
    }
    Samples::read(&String::from_utf8_lossy(&text))
}

/// What a data folder tells from outside. While nobody serves it, everything in its tables is late, which says nothing.
fn of_folder(folder: &DataFolder, is_served: bool) -> anyhow::Result<Samples> {
    let mut page = Page::default();
    let unreadable = || format!("{} cannot be looked at", folder.root().display());
    Ground::look(folder).with_context(unreadable)?.tell(&mut page);
    if is_served {
        let waiting = waiting(folder, now_us(folder)?);
        page.is(&list::TABLES_READABLE, waiting.is_ok());
        match waiting {
            Ok(waiting) => waiting.tell(&mut page),
            Err(error) => tracing::warn!(%error, "the tables cannot be read"),
        }
    }
    Samples::read(&page.into_text())
}

/// The time of its world.
fn now_us(folder: &DataFolder) -> anyhow::Result<i64> {
    if folder.clock().exists() {
        Ok(WorldClock::open(&folder.clock())?.now_us())
    } else {
        Ok(system_clock_us())
    }
}

fn waiting(folder: &DataFolder, now_us: i64) -> Result<Waiting, StoreError> {
    Waiting::look(&mut SqliteStore::open_reader(&folder.tables())?, now_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(weight: Weight) -> Finding {
        Finding { weight, alarm: Alarm::DiskLow, says: "It is so.".to_owned() }
    }

    #[test]
    fn what_is_over_is_told_and_is_no_alarm() {
        assert_eq!((told(&[]).as_str(), code(&[])), ("Nothing is wrong now.", 0));
        let past = [finding(Weight::Past)];
        assert_eq!(told(&past), "Nothing is wrong now.\nover: It is so.\n  see docs/runbook/disk-low.md");
        assert_eq!(code(&past), 0);
        let now = [finding(Weight::Serious), finding(Weight::Past)];
        assert!(code(&now) == WRONG && told(&now).starts_with("serious: It is so.\n"), "{}", told(&now));
    }

    #[test]
    fn an_address_may_leave_out_what_is_usual() {
        let whole = "http://127.0.0.1:9464/metrics";
        for text in ["9464", "127.0.0.1:9464", "http://127.0.0.1:9464", "http://127.0.0.1:9464/", whole] {
            assert_eq!(address(text), whole, "{text}");
        }
        assert_eq!(address("https://watch.example.com/a/b"), "https://watch.example.com/a/b");
    }

    #[test]
    fn a_folder_that_nobody_serves_is_down_and_one_that_is_none_is_not_readable() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("data");
        let args = SystemArgs { metrics: None, data: Some(root.clone()) };
        assert!(examined(&args).is_err());
        let (folder, claim) = DataFolder::claim(&root).unwrap();
        std::fs::create_dir(folder.journal()).unwrap();
        drop(claim);
        let findings = examined(&args).unwrap();
        assert!(findings[0].alarm == Alarm::Down && findings[0].says.contains("No server"), "{findings:?}");
        assert!(!findings.iter().any(|finding| finding.alarm == Alarm::JournalFails));
        std::fs::write(folder.journal().join("taint"), "").unwrap();
        let findings = examined(&args).unwrap();
        assert!(findings.iter().any(|finding| finding.alarm == Alarm::JournalFails), "{findings:?}");
    }

    #[test]
    fn a_server_that_does_not_answer_is_not_readable_and_names_its_page() {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = figures(&address(&nobody.to_string())).unwrap_err();
        assert!(error.to_string().contains("docs/runbook/down.md"), "{error}");
    }
}
