//! A bench's report as tables for people: the same members as in the JSON beside it, whatever the subject.

use std::fmt::Write;

use serde_json::Value;

/// The report as Markdown: where the figures come from, then the figures. Parts that have the same members stand side
/// by side in one table.
pub(crate) fn markdown(report: &Value) -> String {
    let subject = report["subject"].as_str().unwrap_or("bench");
    let mut out = format!("# bench {subject}\n");
    let mut facts = vec![("command".to_owned(), shown(&report["command"]))];
    flatten("", &report["lineage"], &mut facts);
    table(&mut out, &["fact", "value"], facts.iter().map(|(name, value)| vec![name.as_str(), value]));
    let mut singles = Vec::new();
    let mut groups: Vec<Vec<Part>> = Vec::new();
    for (name, value) in report["figures"].as_object().into_iter().flatten() {
        if !value.is_object() {
            singles.push((name.clone(), shown(value)));
            continue;
        }
        let mut members = Vec::new();
        flatten("", value, &mut members);
        let part = Part { name: name.clone(), members };
        match groups.iter_mut().find(|group| group[0].names().eq(part.names())) {
            Some(group) => group.push(part),
            None => groups.push(vec![part]),
        }
    }
    if !singles.is_empty() {
        let rows = singles.iter().map(|(name, value)| vec![name.as_str(), value]);
        table(&mut out, &["setting or figure", "value"], rows);
    }
    for group in groups {
        let heads: Vec<&str> =
            ["figure"].into_iter().chain(group.iter().map(|part| part.name.as_str())).collect();
        let rows = group[0].names().enumerate().map(|(row, name)| {
            [name].into_iter().chain(group.iter().map(|part| part.members[row].1.as_str())).collect()
        });
        table(&mut out, &heads, rows);
    }
    out
}

/// A part of the figures with its members, those of inner objects under the names of both.
struct Part {
    name: String,
    members: Vec<(String, String)>,
}

impl Part {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(name, _)| name.as_str())
    }
}

fn flatten(under: &str, value: &Value, out: &mut Vec<(String, String)>) {
    let Value::Object(members) = value else {
        out.push((under.to_owned(), shown(value)));
        return;
    };
    for (name, value) in members {
        let name = if under.is_empty() { name.clone() } else { format!("{under}.{name}") };
        flatten(&name, value, out);
    }
}

/// A value in one line of a table.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    };
    text.replace('|', "\\|").replace('\n', " ")
}

fn table<'a>(out: &mut String, heads: &[&str], rows: impl Iterator<Item = Vec<&'a str>>) {
    // Writing into a text cannot fail.
    let _written = writeln!(out, "\n| {} |\n|{}", heads.join(" | "), "---|".repeat(heads.len()));
    for row in rows {
        let _written = writeln!(out, "| {} |", row.join(" | "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_of_one_form_share_a_table() {
        let report = json!({
            "subject": "gateway",
            "command": "cargo xtask bench gateway",
            "lineage": { "commit": "abc+", "machine": { "cores": 2 } },
            "figures": {
                "ceiling": { "calls_per_s": 6592, "of_ceiling": 1.0 },
                "pay": { "calls_per_s": 5016, "of_ceiling": 0.76 },
                "rounds": 5,
                "what": "a|b",
                "overload": { "latency_us": { "p99": 7 }, "recovery_s": null },
            },
        });
        let expected = "# bench gateway\n\
            \n| fact | value |\n|---|---|\n| command | cargo xtask bench gateway |\n| commit | abc+ |\n\
            | machine.cores | 2 |\n\
            \n| setting or figure | value |\n|---|---|\n| rounds | 5 |\n| what | a\\|b |\n\
            \n| figure | ceiling | pay |\n|---|---|---|\n| calls_per_s | 6592 | 5016 |\n\
            | of_ceiling | 1.0 | 0.76 |\n\
            \n| figure | overload |\n|---|---|\n| latency_us.p99 | 7 |\n| recovery_s | – |\n";
        assert_eq!(markdown(&report), expected);
    }
}
