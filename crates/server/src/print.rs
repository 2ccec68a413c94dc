//! What the program says to people: results on standard output, troubles on standard error.

use std::io::{ErrorKind, Write};

/// Prints a text and a line break. A reader that went away (`tongbao order list | head`) is no error.
pub(crate) fn out(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints an error with its causes, one line each.
pub(crate) fn trouble(error: &anyhow::Error) {
    let mut text = format!("tongbao: {error}");
    let mut said = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        // Many libraries repeat their cause in their own message.
        if !said.ends_with(&cause) {
            text.push_str(&format!("\n  because: {cause}"));
        }
        said = cause;
    }
    // Nobody is left to tell when standard error is closed.
    let _told = writeln!(std::io::stderr().lock(), "{text}");
}
