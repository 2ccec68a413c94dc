//! Rules of alarms, pages and the dashboard speak of figures and alarms that there are, and of all of them.

use super::judge::{
    Alarm, BANK_MAX_S, DISK_FULL_PERCENT, DISK_LOW_PERCENT, LAG_MAX_S, LATE_MAX_S, LETTERS_FAIL_PERCENT,
    SLOW_ONE_IN, SLOW_S,
};
use super::list::{Kind, METRICS};
use std::collections::BTreeSet;
use std::path::Path;

const RULES: &str = include_str!("../../../../docs/runbook/alerts.yml");
const DASHBOARD: &str = include_str!("../../../../docs/runbook/grafana.json");
const FIRST_PAGE: &str = include_str!("../../../../docs/runbook/README.md");

/// What each page tells, in this order.
const PARTS: [&str; 5] = ["## What it means", "## What customers see", "## Look at", "## Do", "## Do not"];

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Each rule: its name, and its lines.
fn rules() -> Vec<(&'static str, &'static str)> {
    let each = RULES.split("- alert: ").skip(1);
    each.map(|rule| rule.split_once('\n').expect("a rule has lines")).collect()
}

fn rule(alarm: Alarm) -> &'static str {
    let name = format!("Tongbao{alarm:?}");
    let found: Vec<_> = rules().into_iter().filter(|(of, _)| *of == name).collect();
    assert_eq!(found.len(), 1, "one rule {name}");
    found[0].1
}

/// The names of our figures in a text, without what a histogram's parts add to them.
fn named(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = text.split(|letter| !is_part(letter)).filter(|word| word.starts_with("tongbao_"));
    let histograms: Vec<&str> =
        METRICS.iter().filter(|metric| metric.kind == Kind::Histogram).map(|metric| metric.name).collect();
    let whole = words.map(|word| {
        let of = ["_bucket", "_sum", "_count"].iter().find_map(|part| word.strip_suffix(part));
        of.filter(|name| histograms.contains(name)).unwrap_or(word).to_owned()
    });
    whole.collect()
}

fn all() -> BTreeSet<String> {
    METRICS.iter().map(|metric| metric.name.to_owned()).collect()
}

#[test]
fn each_alarm_has_one_rule_that_names_its_page_and_each_rule_is_an_alarm() {
    let rules: BTreeSet<String> = rules().iter().map(|(name, _)| (*name).to_owned()).collect();
    let alarms: BTreeSet<String> = Alarm::ALL.iter().map(|alarm| format!("Tongbao{alarm:?}")).collect();
    assert_eq!(rules, alarms);
    for alarm in Alarm::ALL {
        let rule = rule(alarm);
        assert!(rule.contains(&format!("runbook: {}\n", alarm.page())), "{alarm:?}: {rule}");
        for part in ["expr:", "for:", "severity:", "summary:"] {
            assert!(rule.contains(part), "{alarm:?} has no {part}");
        }
        assert!(FIRST_PAGE.contains(&format!("`Tongbao{alarm:?}`")), "{alarm:?} in the list of pages");
    }
}

#[test]
fn each_page_tells_all_that_somebody_needs_at_night() {
    for alarm in Alarm::ALL {
        let page = read(alarm.page());
        assert!(page.contains(&format!("`Tongbao{alarm:?}`")), "{} names its alarm", alarm.page());
        let places: Vec<_> = PARTS.map(|part| page.find(&format!("\n{part}\n"))).to_vec();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}: {places:?}", alarm.page());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/runbook");
    let pages: BTreeSet<&str> = Alarm::ALL.iter().map(|alarm| alarm.page()).collect();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("docs/runbook/{name}");
        assert!(!name.ends_with(".md") || name == "README.md" || pages.contains(path.as_str()), "{path}");
    }
}

#[test]
fn every_figure_that_is_named_is_told() {
    let known = all();
    let mut texts = vec![("alerts.yml", RULES.to_owned()), ("grafana.json", DASHBOARD.to_owned())];
    texts.push(("README.md", FIRST_PAGE.to_owned()));
    texts.push(("operate.md", read("docs/guide/operate.md")));
    texts.extend(Alarm::ALL.map(|alarm| (alarm.page(), read(alarm.page()))));
    for (name, text) in texts {
        let unknown: Vec<_> = named(&text).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{name} names {unknown:?}");
    }
    let told: Vec<_> = known.difference(&named(FIRST_PAGE)).cloned().collect();
    assert!(told.is_empty(), "README.md leaves out {told:?}");
}

#[test]
fn rules_and_doctor_have_the_same_bounds() {
    let of_disk =
        |percent: u64| format!("tongbao_disk_free_bytes / tongbao_disk_size_bytes < 0.{percent:02}");
    for (alarm, part) in [
        (Alarm::Down, "tongbao_serves == 0".to_owned()),
        (Alarm::CellDown, "tongbao_cell_open == 0".to_owned()),
        (Alarm::JournalFails, "increase(tongbao_journal_failures_total[10m]) > 0".to_owned()),
        (Alarm::JournalFails, "tongbao_journal_tainted == 1".to_owned()),
        (Alarm::DiskFull, of_disk(DISK_FULL_PERCENT)),
        (Alarm::DiskLow, of_disk(DISK_LOW_PERCENT)),
        (Alarm::PostingRefused, "tongbao_posting_fails == 1".to_owned()),
        (Alarm::PostingBehind, format!("tongbao_posting_lag_seconds > {LAG_MAX_S}")),
        (Alarm::QueueFull, "increase(tongbao_busy_total[5m]) > 0".to_owned()),
        (Alarm::CallsTurnedAway, "ending=\"turned_away\"".to_owned()),
        (Alarm::CallsUnknown, "ending=\"unknown\"".to_owned()),
        (Alarm::AnswersSlow, format!("histogram_quantile({}, ", 1.0 - 1.0 / SLOW_ONE_IN as f64)),
        (Alarm::AnswersSlow, format!(") > {SLOW_S}\n")),
        (Alarm::TablesUnreadable, "tongbao_tables_readable == 0".to_owned()),
        (Alarm::TimersLate, format!("tongbao_timers_late_seconds > {LATE_MAX_S}")),
        (Alarm::NotificationsLate, format!("tongbao_notices_late_seconds > {LATE_MAX_S}")),
        (Alarm::NotificationsFail, format!(" > 0.{LETTERS_FAIL_PERCENT}")),
        (Alarm::BankSilent, format!("tongbao_bank_orders_oldest_seconds > {BANK_MAX_S}")),
    ] {
        assert!(rule(alarm).contains(&part), "{alarm:?} needs {part}: {}", rule(alarm));
    }
}

#[test]
fn the_dashboard_shows_a_figure_in_each_panel() {
    let board: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    assert!(board["title"].is_string() && board["uid"].is_string() && board["schemaVersion"].is_u64());
    let panels = board["panels"].as_array().unwrap();
    let figures = panels.iter().filter(|panel| panel["type"] != "row");
    let mut count = 0;
    for panel in figures {
        for target in panel["targets"].as_array().unwrap() {
            let asked = target["expr"].as_str().unwrap();
            assert!(!named(asked).is_empty() || asked.starts_with("up{"), "{}: {asked}", panel["title"]);
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
    let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "each panel has an id of its own");
}
