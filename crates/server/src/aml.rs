//! `tongbao report aml`: the report against money laundering of a closed day, as a file. Reads the posted tables of a
//! live or stopped folder, and never writes there.

use crate::books::Books;
use crate::cli::DataArgs;
use crate::data_folder::DataFolder;
use crate::{print, private_file};
use base::Day;
use bill::{aml_day, aml_file};
use clap::Args;
use std::path::PathBuf;

/// The options of `tongbao report aml`.
#[derive(Clone, Debug, Args)]
pub(crate) struct AmlArgs {
    /// The day in China, yyyy-MM-dd. It must be closed.
    #[arg(long, value_name = "DAY")]
    day: Day,
    /// Writes the file here, closed to others; on standard output when it is left out.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    folder: DataArgs,
}

/// Runs the command.
pub(crate) fn run(args: &AmlArgs) -> anyhow::Result<()> {
    let mut reader = Books::of(&DataFolder::look(&args.folder.data)?)?.reader()?;
    let found = aml_day(reader.as_mut(), args.day)?;
    let file = aml_file(&found);
    let Some(to) = &args.to else { return print::out(file.trim_end()) };
    private_file::write(to, file.as_bytes())?;
    print::out(&format!(
        "{}: {} large sums, {} odd patterns, {} parties on a list",
        to.display(),
        found.report.large.len(),
        found.report.suspicious.len(),
        found.listed.len()
    ))
}
