//! Budgets of length, and names that hide what a file holds.

use crate::source;
use crate::tidy::Finding;
use crate::tree::File;

/// Lines of a file before its unit tests. A file is read in one sitting.
const FILE_LINES_MAX: usize = 400;
/// Lines of a function, from `fn` to its closing brace. It fits on a screen.
const FUNCTION_LINES_MAX: usize = 70;
/// Characters of a line.
const LINE_CHARS_MAX: usize = 120;
/// A run without a space this long is data (base64, an address): breaking it would not help anyone.
const DATA_RUN_CHARS: usize = 80;
/// Names that say nothing of what is inside, so everything ends up there.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "common", "helpers", "helper", "core"];

/// All budgets over one file.
pub(crate) fn check(file: &File) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let mut found = long_file(file).into_iter().collect::<Vec<_>>();
    found.extend(long_functions(file));
    found.extend(long_lines(file));
    found.extend(empty_names(file));
    found.extend(allows_without_reason(file));
    found
}

fn long_file(file: &File) -> Option<Finding> {
    let lines = file.code().lines().count();
    (lines > FILE_LINES_MAX).then(|| {
        let message = format!("{lines} lines without tests, at most {FILE_LINES_MAX}");
        Finding::new(&file.path, 1, "file-size", message, "split it where its subject changes")
            .measured(lines)
    })
}

fn long_functions(file: &File) -> Vec<Finding> {
    let long = source::functions(file.code()).into_iter().filter(|one| one.lines > FUNCTION_LINES_MAX);
    let finding = |one: source::Function| {
        let message = format!("`{}` has {} lines, at most {FUNCTION_LINES_MAX}", one.name, one.lines);
        let fix = "keep the decisions here and move straight-line work into functions below";
        Finding::new(&file.path, one.line, "function-size", message, fix).measured(one.lines)
    };
    long.map(finding).collect()
}

fn long_lines(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let chars = line.chars().count();
        let holds_data = line.split_whitespace().any(|run| run.len() >= DATA_RUN_CHARS);
        if chars > LINE_CHARS_MAX && !holds_data {
            let message = format!("{chars} characters, at most {LINE_CHARS_MAX}");
            found.push(Finding::new(
                &file.path,
                index + 1,
                "line",
                message,
                "break it, or give its parts names",
            ));
        }
    }
    found
}

fn empty_names(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let fix = "name it after what it holds";
    if file.name() == "mod.rs" {
        let fix = "put it beside its folder: `x.rs` and `x/`";
        found.push(Finding::new(&file.path, 1, "name", "a `mod.rs` hides its name in every editor tab", fix));
    }
    for part in file.path.trim_end_matches(".rs").split('/') {
        if EMPTY_NAMES.contains(&part) {
            found.push(Finding::new(&file.path, 1, "name", format!("`{part}` says nothing"), fix));
        }
    }
    for at in source::words(&file.masked, "mod") {
        let name: String = file.masked[at + 3..]
            .trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if EMPTY_NAMES.contains(&name.as_str()) {
            let line = source::line_of(&file.masked, at);
            found.push(Finding::new(&file.path, line, "name", format!("`mod {name}` says nothing"), fix));
        }
    }
    found
}

/// Whoever silences a lint says why, there.
fn allows_without_reason(file: &File) -> Vec<Finding> {
    let code = file.code();
    let mut found = Vec::new();
    for mark in ["#[allow(", "#![allow(", "#[expect(", "#![expect("] {
        for (at, _) in code.match_indices(mark) {
            let attribute = code[at..].split(']').next().unwrap_or_default();
            if source::words(attribute, "reason").next().is_none() {
                let line = source::line_of(code, at);
                let fix = "add `reason = \"…\"`";
                found.push(Finding::new(
                    &file.path,
                    line,
                    "allow",
                    "a lint is silenced without a reason",
                    fix,
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<&'static str> {
        check(&File::new(path, text.to_owned())).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_file_is_counted_without_its_tests() {
        let code = "// x\n".repeat(400);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{code}}}\n");
        assert!(rules("crates/cell/src/a.rs", &format!("{code}{tests}")).is_empty());
        assert_eq!(rules("crates/cell/src/a.rs", &format!("{code}// one more\n")), ["file-size"]);
    }

    #[test]
    fn a_function_has_seventy_lines() {
        let of = |lines: usize| format!("fn long() {{\n{}}}\n", "    x();\n".repeat(lines - 2));
        assert!(rules("a.rs", &of(70)).is_empty());
        assert_eq!(rules("a.rs", &of(71)), ["function-size"]);
        assert!(rules("crates/cell/tests/a.rs", &of(200)).is_empty(), "table tests are long");
    }

    #[test]
    fn a_line_has_a_hundred_and_twenty_characters() {
        assert!(rules("a.rs", &"元 ".repeat(60)).is_empty());
        assert_eq!(rules("a.rs", &"ab ".repeat(41)), ["line"]);
        assert!(
            rules("a.rs", &format!("const KEY: &str = {};", "a".repeat(200))).is_empty(),
            "data is not broken"
        );
        assert!(rules("README.md", &"ab ".repeat(90)).is_empty());
    }

    #[test]
    fn a_name_says_what_is_inside() {
        assert_eq!(rules("crates/cell/src/methods/mod.rs", ""), ["name"]);
        assert_eq!(rules("crates/common/src/lib.rs", ""), ["name"]);
        assert_eq!(rules("crates/cell/src/utils.rs", ""), ["name"]);
        assert_eq!(rules("crates/cell/src/lib.rs", "pub mod helpers;"), ["name"]);
        assert!(rules("crates/cell/src/lib.rs", "use core::mem; mod core_banking; // mod utils").is_empty());
    }

    #[test]
    fn a_silenced_lint_has_a_reason() {
        assert_eq!(rules("a.rs", "#[allow(dead_code)]\nfn a() {}"), ["allow"]);
        assert!(rules("a.rs", "#[allow(dead_code, reason = \"used by a macro\")]\nfn a() {}").is_empty());
    }
}
