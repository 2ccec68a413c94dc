//! What the SQL for PostgreSQL may not hold: engines that speak its protocol and spread rows over machines (Citus,
//! YugabyteDB, CockroachDB) do not have it, or have it in words only.

use std::path::{Path, PathBuf};

/// Words, and why not.
const FORBIDDEN: [(&str, &str); 20] = [
    ("PG_ADVISORY_XACT_LOCK", "as PG_ADVISORY_LOCK"),
    ("PG_TRY_ADVISORY_LOCK", "as PG_ADVISORY_LOCK"),
    ("TRIGGER", "Citus has none on spread tables"),
    ("PG_ADVISORY_LOCK", "local to a machine in Citus, stubs in CockroachDB: the fence row instead"),
    ("NOTIFY", "CockroachDB has none: wake by polling or in the process"),
    ("LISTEN", "as NOTIFY"),
    ("BIGSERIAL", "numbers come from the writer"),
    ("SERIAL NOT NULL", "numbers come from the writer"),
    ("SERIAL PRIMARY KEY", "numbers come from the writer"),
    ("CREATE SEQUENCE", "numbers come from the writer"),
    ("NEXTVAL", "numbers come from the writer"),
    ("GENERATED", "numbers come from the writer, sums from the engine"),
    ("CREATE TYPE", "words of enums are text with a CHECK"),
    ("PARTITION BY", "another syntax in CockroachDB"),
    ("DEFERRABLE", "CockroachDB has none"),
    ("REFERENCES", "rows of two slots would lie on two machines"),
    ("RANDOM(", "Citus refuses it in updates"),
    ("NOW()", "time comes from the stamp"),
    ("CURRENT_TIMESTAMP", "time comes from the stamp"),
    ("SKIP LOCKED", "claims are updates"),
];

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The text of every file that holds SQL for PostgreSQL, without comments and tests.
fn files() -> Vec<(String, String)> {
    let mut paths = vec![folder("../cell/src/postgres_shelf.rs")];
    for from in ["migrations/postgres", "src/postgres"] {
        paths.extend(std::fs::read_dir(folder(from)).unwrap().map(|entry| entry.unwrap().path()));
    }
    let read = |path: PathBuf| {
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = text.split("#[cfg(test)]").next().unwrap().replace("Instant::now()", "");
        let code = text.lines().filter(|line| {
            let line = line.trim_start();
            !line.starts_with("--") && !line.starts_with("//")
        });
        (path.display().to_string(), code.collect::<Vec<_>>().join("\n"))
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn nothing_is_used_that_spread_engines_lack() {
    let files = files();
    assert!(files.len() >= 8, "the files are found: {}", files.len());
    for (path, text) in &files {
        let upper = text.to_uppercase();
        for (word, why) in FORBIDDEN {
            assert!(!has_word(&upper, word), "{path}: {word}: {why}");
        }
    }
    assert!(
        has_word("AND LISTEN X", "LISTEN")
            && has_word("NOTIFY", "NOTIFY")
            && !has_word("NOTIFY_URL", "NOTIFY")
    );
}

/// Whether the word stands there by itself, not as a part of a name.
fn has_word(text: &str, word: &str) -> bool {
    let is_name =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        !(is_name(before) || is_name(after) && is_name(word.chars().next_back()))
    })
}

/// The slot, or for what is of a cell the cell, is the first column of every key.
#[test]
fn every_key_begins_with_the_slot() {
    let (files, mut tables, mut of_cells) = (files(), 0, Vec::new());
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".sql")) {
        for table in text.split("CREATE TABLE ").skip(1) {
            let (name, rest) = table.split_once(' ').unwrap();
            let body = rest.split("\n);").next().unwrap();
            let first = body.trim_start_matches(['(', '\n', ' ']).split_whitespace().next().unwrap();
            let key = match body.split_once("PRIMARY KEY (") {
                Some((_, key)) => key.split([',', ')']).next().unwrap(),
                // Of one column, beside which it stands.
                None => first,
            };
            assert!(body.contains("PRIMARY KEY"), "{path}: {name} has a key");
            assert_eq!(key, first, "{path}: {name} begins with its key");
            match key {
                "slot" => tables += 1,
                "cell" => of_cells.push(name),
                other => panic!("{path}: the key of {name} begins with {other}"),
            }
        }
        for unique in text.split("UNIQUE").skip(1) {
            assert!(unique.trim_start().starts_with("(slot"), "{path}: UNIQUE {unique}");
        }
    }
    assert!(tables >= engine::Table::ALL.len(), "{tables} tables");
    assert_eq!(of_cells, ["mark", "fence", "journal"]);
}

/// A statement that changes rows of several slots would be a transaction over machines.
#[test]
fn every_change_names_its_slot_or_cell() {
    let mut changes = 0;
    for (path, text) in files().iter().filter(|(path, _)| path.ends_with(".rs")) {
        for word in ["UPDATE ", "DELETE FROM "] {
            for (at, _) in text.match_indices(word) {
                let before = &text[..at];
                if before.ends_with("FOR ") || before.ends_with("DO ") || text[at..].starts_with("UPDATE SET")
                {
                    continue;
                }
                let statement = text[at..].split('"').next().unwrap();
                let named = statement.contains("cell = $1") || statement.contains(".slot = $1");
                assert!(named, "{path}: {statement}");
                changes += 1;
            }
        }
    }
    assert!(changes >= 3, "the statements are found: {changes}");
}
