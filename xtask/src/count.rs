//! Reads from a test runner's output how many tests passed, failed and were skipped.

/// What a run, or all runs together, came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Tests that ran and held.
    pub(crate) passed: usize,
    /// Tests that did not hold, or could not run.
    pub(crate) failed: usize,
    /// Tests that were not run. Shown, never hidden.
    pub(crate) skipped: usize,
}

impl Counts {
    /// Both together.
    pub(crate) fn plus(self, other: Counts) -> Counts {
        Counts {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

/// Adds up every summary line of nextest, `cargo test`, pytest, vitest and `node --test` in a text. None when there is
/// none.
pub(crate) fn read(text: &str) -> Option<Counts> {
    let mut sum: Option<Counts> = None;
    for line in text.lines() {
        let plain = without_colours(line);
        if let Some(counts) = summary(plain.trim()) {
            sum = Some(sum.unwrap_or_default().plus(counts));
        }
    }
    sum
}

fn summary(line: &str) -> Option<Counts> {
    let nextest = line.starts_with("Summary [");
    let cargo = line.starts_with("test result:");
    let pytest = line.ends_with('s') || line.ends_with("s =") || line.ends_with('=') || line.ends_with(')');
    let pytest = pytest
        && line.contains(" in ")
        && line.trim_matches(['=', ' ']).starts_with(|c: char| c.is_ascii_digit());
    // Its line of files, `Test Files  2 passed (2)`, counts none.
    let vitest = line.starts_with("Tests ");
    if nextest || cargo || pytest || vitest {
        return pairs(line);
    }
    // node: `# pass 3` when piped, `ℹ pass 3` on a terminal.
    let rest = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))?;
    let (word, number) = rest.split_once(' ')?;
    let number = number.parse().ok()?;
    let mut counts = Counts::default();
    match word {
        "pass" => counts.passed = number,
        "fail" | "cancelled" => counts.failed = number,
        "skipped" | "todo" => counts.skipped = number,
        _ => return None,
    }
    Some(counts)
}

/// `12 passed, 1 failed`, in any order and with any separator.
fn pairs(line: &str) -> Option<Counts> {
    let words: Vec<&str> =
        line.split([' ', ',', ';', '.', ':', '=', '(', ')', '|']).filter(|word| !word.is_empty()).collect();
    let mut counts: Option<Counts> = None;
    for pair in words.windows(2) {
        let Ok(number) = pair[0].parse::<usize>() else { continue };
        let mut found = Counts::default();
        match pair[1] {
            "passed" | "xfailed" => found.passed = number,
            "failed" | "error" | "errors" | "timed" | "exec" | "xpassed" => found.failed = number,
            "skipped" | "ignored" | "deselected" | "todo" => found.skipped = number,
            _ => continue,
        }
        counts = Some(counts.unwrap_or_default().plus(found));
    }
    counts
}

fn without_colours(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // A colour ends with the first letter.
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: usize, failed: usize, skipped: usize) -> Option<Counts> {
        Some(Counts { passed, failed, skipped })
    }

    #[test]
    fn each_runner_is_understood() {
        assert_eq!(
            read("     Summary [   1.2s] 17 tests run: 16 passed (1 slow), 1 failed, 2 skipped"),
            counts(16, 1, 2)
        );
        assert_eq!(
            read("     Summary [   1.2s] 3 tests run: 1 passed, 1 failed, 1 timed out, 0 skipped"),
            counts(1, 2, 0)
        );
        let cargo =
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.00s";
        assert_eq!(read(&format!("{cargo}\n{cargo}")), counts(10, 0, 2));
        assert_eq!(read("===== 1 failed, 12 passed, 2 errors in 3.21s ====="), counts(12, 3, 0));
        assert_eq!(read("12 passed, 1 skipped in 75.01s (0:01:15)"), counts(12, 0, 1));
        assert_eq!(
            read("# tests 4\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 0\n# todo 0"),
            counts(3, 1, 0)
        );
        assert_eq!(read("ℹ pass 3\nℹ fail 0"), counts(3, 0, 0));
        let vitest = " Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 7 passed | 2 skipped | 1 todo (11)";
        assert_eq!(read(&format!("{vitest}\n   Start at  10:00:00\n   Duration  1.25s")), counts(7, 1, 3));
        assert_eq!(read(" Test Files  2 passed (2)\n      Tests  12 passed (12)"), counts(12, 0, 0));
    }

    #[test]
    fn colours_do_not_hide_a_number() {
        assert_eq!(read("\u{1b}[32m===== \u{1b}[1m2 passed\u{1b}[0m in 0.10s ====="), counts(2, 0, 0));
    }

    #[test]
    fn talk_is_no_summary() {
        assert_eq!(
            read("running 3 tests\nall 3 passed the gate\ncollected 12 items\nno tests ran in 0.01s"),
            None
        );
    }
}
