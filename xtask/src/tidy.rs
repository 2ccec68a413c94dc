//! House rules that no compiler knows. Each rule lives in its own file; this one collects and prints.
//!
//! A rule prints `path:line: rule: what is wrong (how to mend it)`, so that an editor can jump there and a newcomer
//! need not ask. A rule that cannot say how to mend its finding is not ready.

use std::path::Path;

use crate::tree::{self, File};
use crate::{exceptions, floors, manifests, plants, purity, records, secrets, sizes, words};

/// One breach of one rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Path from the root.
    pub(crate) path: String,
    /// Line from 1; 1 also when the whole file is meant.
    pub(crate) line: usize,
    /// The rule's short name.
    pub(crate) rule: &'static str,
    /// What is wrong.
    pub(crate) message: String,
    /// How to mend it.
    pub(crate) fix: String,
    /// For budgets: how much there is. An exception may allow up to a number.
    pub(crate) measure: usize,
}

impl Finding {
    /// A finding at a place.
    pub(crate) fn new(
        path: &str,
        line: usize,
        rule: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        Finding { path: path.to_owned(), line, rule, message: message.into(), fix: fix.into(), measure: 0 }
    }

    /// The same with the amount that a budget was exceeded by.
    pub(crate) fn measured(self, measure: usize) -> Finding {
        Finding { measure, ..self }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Finding { path, line, rule, message, fix, .. } = self;
        write!(out, "{path}:{line}: {rule}: {message} ({fix})")
    }
}

/// Runs every rule over the repository.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    if let Some(unknown) = arguments.first() {
        return Err(format!("tidy takes no arguments, got `{unknown}`"));
    }
    let files = tree::read(root)?;
    let packages = floors::workspace(root)?;
    let found = exceptions::applied(findings(root, &files, &packages));
    for finding in &found {
        println!("{finding}");
    }
    match found.len() {
        0 => {
            println!("tidy: {} files, {} crates, nothing to say", files.len(), packages.len());
            Ok(())
        }
        count => Err(format!("{count} findings, each with its cure above")),
    }
}

fn findings(root: &Path, files: &[File], packages: &[floors::Package]) -> Vec<Finding> {
    let mut found = floors::check(packages);
    found.extend(manifests::check(files, packages));
    found.extend(plants::check(files));
    found.extend(purity::check(files));
    for file in files {
        found.extend(sizes::check(file));
        found.extend(words::check(file));
        found.extend(secrets::check(file));
    }
    found.extend(records::check(root, files, packages));
    found.sort_by(|a, b| (&a.path, a.line, a.rule).cmp(&(&b.path, b.line, b.rule)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_prints_where_what_and_how() {
        let finding = Finding::new("a/b.rs", 7, "line", "130 characters", "break it");
        assert_eq!(finding.to_string(), "a/b.rs:7: line: 130 characters (break it)");
    }

    #[test]
    fn arguments_are_refused() {
        assert!(run(Path::new("."), &["--quick".to_owned()]).is_err());
    }
}
