//! `tongbao verify`.

use crate::cli::{FAILED, VerifyArgs};
use crate::data_folder::DataFolder;
use crate::print;
use anyhow::Context;
use audit::{Report, WorldFolder};
use std::process::ExitCode;

/// The exit code when a row is wrong.
const FINDINGS: u8 = 1;

/// Recomputes the books and prints what was found.
pub(crate) fn run(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let folder = DataFolder::look(&args.folder.data)?;
    let report = match books(&folder) {
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
    let (journal, tables) = (folder.journal(), folder.tables());
    let options =
        audit::Options { world: Some(folder.world_note()?.world_id()?), ..audit::Options::default() };
    audit::verify(WorldFolder { journal: &journal, tables: &tables }, &options)
        .with_context(|| format!("{} cannot be verified", folder.root().display()))
}
