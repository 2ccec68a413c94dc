//! What `tidy` lets pass, each with its reason. The list may only shrink: an exception that is larger than its need,
//! or that nothing needs any more, is a finding itself, and the number of exceptions is capped.

use crate::tidy::Finding;

/// One thing that a rule lets pass.
struct Exception {
    rule: &'static str,
    path: &'static str,
    /// For budgets: exactly as much as there is now. 0 for rules without a measure.
    measure: usize,
    /// Why it stands. Long enough to convince a reviewer.
    reason: &'static str,
}

/// Lower this when an exception goes; never raise it.
const EXCEPTIONS_MAX: usize = 0;

const EXCEPTIONS: [Exception; EXCEPTIONS_MAX] = [];

/// The findings that no exception covers, and the exceptions that have become too wide.
pub(crate) fn applied(found: Vec<Finding>) -> Vec<Finding> {
    apply(found, &EXCEPTIONS)
}

fn apply(found: Vec<Finding>, exceptions: &[Exception]) -> Vec<Finding> {
    let mut left = Vec::new();
    let mut used = vec![None; exceptions.len()];
    for finding in found {
        let index = exceptions.iter().position(|one| {
            one.rule == finding.rule && one.path == finding.path && finding.measure <= one.measure
        });
        match index {
            Some(index) => used[index] = used[index].max(Some(finding.measure)),
            None => left.push(finding),
        }
    }
    for (exception, used) in exceptions.iter().zip(used) {
        left.extend(too_wide(exception, used));
    }
    left
}

fn too_wide(exception: &Exception, used: Option<usize>) -> Option<Finding> {
    let Exception { rule, path, measure, reason } = exception;
    let at = |message: String, fix: &str| {
        Some(Finding::new("xtask/src/exceptions.rs", 1, "exception", message, fix))
    };
    match used {
        None => {
            at(format!("nothing needs `{rule}` for {path} any more"), "remove it and lower EXCEPTIONS_MAX")
        }
        Some(needed) if needed < *measure => at(
            format!("`{rule}` for {path} allows {measure} but needs {needed}"),
            "set it to what is needed: exceptions only shrink",
        ),
        Some(_) if reason.len() < 20 => {
            at(format!("`{rule}` for {path} has no reason"), "say why it must stand")
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REASON: &str = "one table of two hundred lines";

    fn long_file(lines: usize) -> Finding {
        Finding::new("a.rs", 1, "file-size", "long", "split").measured(lines)
    }

    fn allows(measure: usize) -> [Exception; 1] {
        [Exception { rule: "file-size", path: "a.rs", measure, reason: REASON }]
    }

    #[test]
    fn an_exact_exception_covers_its_finding_and_no_other() {
        assert!(apply(vec![long_file(450)], &allows(450)).is_empty());
        let other = Finding::new("b.rs", 1, "file-size", "long", "split").measured(450);
        assert_eq!(apply(vec![long_file(450), other], &allows(450)).len(), 1);
    }

    #[test]
    fn an_exception_does_not_let_a_file_grow() {
        let left = apply(vec![long_file(451)], &allows(450));
        assert_eq!(left.iter().filter(|one| one.rule == "file-size").count(), 1);
    }

    #[test]
    fn an_exception_must_shrink_with_its_file() {
        assert!(apply(vec![long_file(420)], &allows(450))[0].message.contains("needs 420"));
        assert!(apply(vec![], &allows(450))[0].message.contains("any more"));
    }

    #[test]
    fn an_exception_has_a_reason() {
        let bare = [Exception { rule: "file-size", path: "a.rs", measure: 450, reason: "" }];
        assert_eq!(apply(vec![long_file(450)], &bare).len(), 1);
    }
}
