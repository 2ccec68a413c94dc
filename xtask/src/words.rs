//! Words that do not belong into the repository. It speaks of the product alone: nothing of the tools or the machine
//! that somebody used to write it, nothing that works in one network only.
//!
//! Each word is kept in two halves, so that this file does not trip over itself.

use crate::source;
use crate::tidy::Finding;
use crate::tree::File;

/// Writing tools: their output is ours once it is in, and nobody else needs to know them. Without regard to case.
const TOOLS: [(&str, &str); 16] = [
    ("anthro", "pic"),
    ("clau", "de"),
    ("chat", "gpt"),
    ("open", "ai"),
    ("copi", "lot"),
    ("gemini ", "pro"),
    ("lla", "ma"),
    ("language ", "model"),
    ("ai ", "assistant"),
    ("ai-", "generated"),
    ("ai ", "generated"),
    ("sub", "agent"),
    ("sub-", "agent"),
    ("as an ", "ai"),
    ("system ", "prompt"),
    ("context ", "window"),
];

/// Folders of one machine.
const MACHINE: [(&str, &str); 5] =
    [("/wor", "k/"), ("/roo", "t/"), ("/tmp/", "tb"), ("/home/", "user/"), ("shared/", "reference")];

/// Registries and mirrors: the ordinary clients know them, and a lock file must work behind any mirror.
const HOSTS: [(&str, &str); 8] = [
    ("registry.npm", "js.org"),
    ("registry.yarn", "pkg.com"),
    ("registry.npm", "mirror.com"),
    ("index.crates", ".io"),
    ("static.crates", ".io"),
    ("files.python", "hosted.org"),
    ("pypi.", "org"),
    ("proxy.go", "lang.org"),
];

/// All banned words of one file.
pub(crate) fn check(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let lower = line.to_lowercase();
        let mut say = |what: &str, word: &str, fix: &str| {
            let message = format!("{what} `{}`", word.trim());
            found.push(Finding::new(&file.path, index + 1, "words", message, fix));
        };
        for word in TOOLS.map(joined) {
            if source::words(&lower, &word).next().is_some() {
                say("a writing tool:", &word, "speak of the product alone");
            }
        }
        for word in MACHINE.map(joined) {
            if starts_a_path(line, &word) {
                say(
                    "a folder of one machine:",
                    &word,
                    "use a path from the repository's root, or a parameter",
                );
            }
        }
        for word in HOSTS.map(joined) {
            if lower.contains(&word) {
                say("a registry:", &word, "leave the address to the client's own configuration");
            }
        }
    }
    found
}

fn joined((first, second): (&str, &str)) -> String {
    format!("{first}{second}")
}

/// Whether `word` occurs as the beginning of a path: `see /x/y`, but not `api/x/y`.
fn starts_a_path(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| {
            c.is_alphanumeric() || matches!(c, '_' | '-' | '}' | '*') || (c == '.' && word.starts_with('/'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&File::new("docs/guide/a.md", text.to_owned())).len()
    }

    #[test]
    fn every_word_of_the_lists_is_found() {
        for word in TOOLS.into_iter().chain(MACHINE).chain(HOSTS).map(joined) {
            assert_eq!(
                count(&format!("See {} for it", word.to_uppercase()))
                    .max(count(&format!("see {word} for it"))),
                1,
                "{word}"
            );
        }
    }

    #[test]
    fn words_inside_other_words_are_left_alone() {
        assert_eq!(count("alipay.open.agent.create, openapi, a user agent, the web session, a helper"), 0);
        assert_eq!(count(&format!("GET /api{}orders", joined(MACHINE[0]))), 0);
        assert_eq!(count(&format!("$HOME/net{}x", joined(MACHINE[0]))), 0);
    }

    #[test]
    fn this_file_does_not_trip_over_itself() {
        assert!(check(&File::new("xtask/src/words.rs", include_str!("words.rs").to_owned())).is_empty());
    }
}
