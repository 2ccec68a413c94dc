//! A proof's figures as a table for people, beside the JSON for programs: whatever the proof writes, by name, so that
//! no proof needs a table of its own.

use serde_json::{Map, Value};
use std::fmt::Write;

/// Letters of a cell at most: what a failure says is longer than a line.
const CELL_LETTERS_MAX: usize = 160;

/// A proof as Markdown: what was run, where it comes from, and its figures.
pub(crate) fn markdown(report: &Value) -> String {
    let word = |name: &str| report[name].as_str().unwrap_or_default().to_owned();
    let mut text = format!("# {}\n\n`{}`\n", word("proof"), word("command"));
    section(&mut text, 2, "Lineage", &report["lineage"]);
    section(&mut text, 2, "Figures", &report["figures"]);
    text
}

/// Plain values first, in one table; then what has parts, each part under its name.
fn section(text: &mut String, depth: usize, title: &str, value: &Value) {
    line(text, &format!("\n{} {title}\n", "#".repeat(depth)));
    match value {
        Value::Object(members) => {
            let (plain, parts): (Vec<_>, Vec<_>) = members.iter().partition(|(_, value)| is_plain(value));
            if !plain.is_empty() {
                line(text, "| what | value |\n|---|---|");
                plain.iter().for_each(|(name, value)| line(text, &format!("| {name} | {} |", cell(value))));
            }
            parts.iter().for_each(|(name, value)| section(text, depth + 1, name, value));
        }
        Value::Array(rows) => table(text, rows),
        plain => line(text, &cell(plain)),
    }
}

/// Rows of one shape: the first one's names are the columns.
fn table(text: &mut String, rows: &[Value]) {
    let Some(Value::Object(first)) = rows.first() else { return };
    let names: Vec<&String> = first.keys().collect();
    let joined = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    line(text, &joined(names.iter().map(|name| (*name).clone()).collect()));
    line(text, &format!("|{}", "---|".repeat(names.len())));
    let none = Map::new();
    for row in rows {
        let row = row.as_object().unwrap_or(&none);
        let cells = names.iter().map(|name| row.get(*name).map_or_else(String::new, cell));
        line(text, &joined(cells.collect()));
    }
}

/// Whether it fits into one cell: anything but members, and lists of members.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Object(_) => false,
        Value::Array(items) => items.iter().all(|item| !item.is_object() && !item.is_array()),
        _ => true,
    }
}

fn cell(value: &Value) -> String {
    let words = match value {
        Value::Null => "–".to_owned(),
        Value::String(words) => words.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    let words = words.replace('|', "\\|").replace('\n', " ");
    match words.char_indices().nth(CELL_LETTERS_MAX) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

fn line(text: &mut String, words: &str) {
    writeln!(text, "{words}").expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_proof_is_told_in_tables() {
        let report = json!({
            "proof": "planted", "command": "sim --planted", "lineage": { "commit": "abc", "machine": { "cores": 2 } },
            "figures": { "seeds": 5, "failed_seeds": [], "zero": ["a", "b"],
                "bugs": [{ "name": "One", "saw": "x | y" }, { "name": "Two", "saw": null }] },
        });
        let told = markdown(&report);
        assert!(told.starts_with("# planted\n\n`sim --planted`\n\n## Lineage\n"), "{told}");
        for row in [
            "| commit | abc |",
            "### machine",
            "| cores | 2 |",
            "| seeds | 5 |",
            "| failed_seeds | none |",
            "| zero | a, b |",
            "### bugs",
            "| name | saw |\n|---|---|\n| One | x \\| y |\n| Two | – |",
        ] {
            assert!(told.contains(row), "{row} is not in:\n{told}");
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        let told = cell(&json!("é".repeat(500)));
        assert_eq!(told.chars().count(), CELL_LETTERS_MAX + 1);
    }
}
