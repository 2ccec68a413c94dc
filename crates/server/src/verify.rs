//! `tongbao verify`.

use crate::books::{self, Books};
use crate::cli::{FAILED, VerifyArgs};
use crate::data_folder::DataFolder;
use crate::print;
use anyhow::Context;
use audit::{Progress, Report, WorldFolder};
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// The exit code when a row is wrong.
const FINDINGS: u8 = 1;
/// How often it is said how far a long audit has come.
const TELL_EVERY: Duration = Duration::from_secs(3);

/// Recomputes the books and prints what was found.
pub(crate) fn run(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let folder = DataFolder::look(&args.folder.data)?;
    let options = audit::Options { replay: args.replay, file: args.file, ..audit::Options::default() };
    let report = match telling(&options.progress, || verify(&folder, options.clone())) {
        Ok(report) => report,
        Err(error) => {
            print::trouble(&error);
            return Ok(ExitCode::from(FAILED));
        }
    };
    print::out(&if args.json { report.to_json() } else { report.to_string() })?;
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(FINDINGS) })
}

/// The report over a data folder.
pub(crate) fn books(folder: &DataFolder) -> anyhow::Result<Report> {
    verify(folder, audit::Options::default())
}

fn verify(folder: &DataFolder, options: audit::Options) -> anyhow::Result<Report> {
    let world = folder.world_note()?.world_id()?;
    let options = audit::Options { world: Some(world), ..options };
    // The audit reads files, and asks neither the store nor the engine; what a database holds is copied for it.
    let mut copy = None;
    if let Books::Database(database) = Books::of(folder)? {
        let made = tempfile::Builder::new().prefix("verify-").tempdir_in(folder.root());
        let made = made.with_context(|| format!("nothing can be written in {}", folder.root().display()))?;
        let (journal, tables) = (made.path().join("journal"), made.path().join("tables.sqlite"));
        books::copy_to_files(&database, world, &journal, &tables)?;
        copy = Some((made, journal, tables));
    }
    let (journal, tables) = match &copy {
        Some((_, journal, tables)) => (journal.clone(), tables.clone()),
        None => (folder.journal(), folder.tables()),
    };
    audit::verify(WorldFolder { journal: &journal, tables: &tables }, &options)
        .with_context(|| format!("{} cannot be verified", folder.root().display()))
}

/// Does the work, and says on standard error how far it has come, every few seconds.
fn telling<T>(progress: &Arc<Progress>, work: impl FnOnce() -> T) -> T {
    let (done, ended) = channel::<()>();
    let progress = progress.clone();
    let teller = std::thread::spawn(move || {
        while ended.recv_timeout(TELL_EVERY) == Err(RecvTimeoutError::Timeout) {
            // Nobody is left to tell when standard error is closed.
            let _told = writeln!(std::io::stderr().lock(), "{}", line(&progress));
        }
    });
    let result = work();
    drop(done);
    // It only prints; when it panicked there is nothing to add.
    let _ended = teller.join();
    result
}

fn line(progress: &Progress) -> String {
    let (record, last) = progress.records();
    let (rows, commands) = (progress.rows(), progress.commands());
    let again = if commands > 0 { format!(", {commands} commands decided again") } else { String::new() };
    format!("journal record {record} of {last}, {rows} rows{again} …")
}
