//! `tongbao world create|show|reset|export|import`.

use crate::backup;
use crate::cli::{DataArgs, UpArgs};
use crate::clock::ServerArgs;
use crate::data_folder::DataFolder;
use crate::{print, private_file, up};
use anyhow::{Context, bail, ensure};
use clap::Subcommand;
use portal::WorldFace;
use std::fs::{self, File, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

/// Files in one export at most: a world has a few dozen, and its journal one for each 64 MiB.
const FILES_MAX: usize = 100_000;
/// Bytes of its files together: a small archive may claim any length of zeros, and reading them takes time.
const BYTES_MAX: u64 = 256 << 30;

/// What to do with a world.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum WorldCommand {
    /// Makes a world without serving it.
    Create {
        #[command(flatten)]
        folder: DataArgs,
        /// A file (TOML) that declares a seed, a clock, merchants with apps and buyers with money.
        #[arg(long, value_name = "FILE")]
        world: Option<PathBuf>,
        /// Takes the platform's and the demo apps' keys of this data folder, since drawing RSA keys takes longest.
        #[arg(long, value_name = "DIR")]
        keys_of: Option<PathBuf>,
    },
    /// What the world of a running server was made from.
    Show {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Lets the world of a running server begin anew: what happened since it was seeded is gone, parties, apps, keys
    /// and passwords of the seeding stay.
    Reset {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Writes a world into one file, also while a server runs on it. The file holds its keys.
    Export {
        #[command(flatten)]
        folder: DataArgs,
        /// The file to make.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Makes a data folder from an exported world.
    Import {
        /// The exported file.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The data folder to make: it does not exist yet, or is empty.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

/// Runs the command.
pub(crate) fn run(command: &WorldCommand) -> anyhow::Result<()> {
    match command {
        WorldCommand::Create { folder, world, keys_of } => {
            let usual = UpArgs::usual()?;
            let (world, keys_of) = (world.clone(), keys_of.clone());
            let took = up::create(&UpArgs { folder: folder.clone(), world, keys_of, ..usual })?;
            print::out(&format!(
                "world made in {} in {} ms; serve it with: tongbao up --data {}",
                folder.data.display(),
                took.as_millis(),
                folder.data.display()
            ))
        }
        WorldCommand::Show { server } => tell(server, &server.ask("/world", None)?),
        WorldCommand::Reset { server } => {
            tell(server, &server.ask("/world/reset", Some(&serde_json::json!({})))?)
        }
        WorldCommand::Export { folder, to } => export(&folder.data, to),
        WorldCommand::Import { from, data } => import(from, data),
    }
}

fn tell(server: &ServerArgs, text: &str) -> anyhow::Result<()> {
    if server.wants_json() {
        return print::out(text);
    }
    let face: WorldFace = serde_json::from_str(text).context("the answer is none of this release")?;
    let seed = face.seed.map_or_else(|| "by chance".to_owned(), |seed| format!("from seed {seed}"));
    let clock = face.starts_at.map_or_else(String::new, |at| format!(", its clock began at {at} (UTC+8)"));
    print::out(&format!(
        "world {}, made {seed}{clock}; begun anew {} times since the server started",
        face.name, face.resets
    ))
}

/// A backup, verified, then packed.
fn export(data: &Path, to: &Path) -> anyhow::Result<()> {
    let from = DataFolder::look(data)?;
    let beside = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let work = tempfile::Builder::new().prefix("tongbao-export-").tempdir_in(beside);
    let work = work.with_context(|| format!("nothing can be written in {}", beside.display()))?;
    let copy = work.path().join("world");
    let (_, records) = backup::copy(&from, &copy)?;
    let named = || format!("{} cannot be written", to.display());
    // Keys are in it: nobody else reads it, and no file that is there is written over.
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).with_context(named)?;
    let packed = pack(&copy, file);
    if packed.is_err() {
        // Half a file would only be found out when it is needed.
        let _left = fs::remove_file(to);
    }
    packed.with_context(named)?;
    print::out(&format!(
        "world of {} up to record {records}, verified, in {}. It holds the world's keys.",
        from.root().display(),
        to.display()
    ))
}

fn pack(folder: &Path, file: File) -> std::io::Result<()> {
    let mut archive = tar::Builder::new(BufWriter::new(file));
    archive.append_dir_all("", folder)?;
    let file = archive.into_inner()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()
}

/// Unpacks beside the place, then takes it like any backup, with its books verified.
fn import(from: &Path, data: &Path) -> anyhow::Result<()> {
    let beside = data.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    private_file::make_folder(beside)?;
    let work = tempfile::Builder::new().prefix("tongbao-import-").tempdir_in(beside);
    let work = work.with_context(|| format!("nothing can be written in {}", beside.display()))?;
    unpack(from, work.path()).with_context(|| format!("{} is no exported world", from.display()))?;
    let exported =
        DataFolder::look(work.path()).with_context(|| format!("{} is no exported world", from.display()))?;
    let (_, records) = backup::copy(&exported, data)?;
    print::out(&format!(
        "{} made up to record {records}, verified; serve it with: tongbao up --data {}",
        data.display(),
        data.display()
    ))
}

/// Plain files and folders below the place, nothing else: the file may come from anybody.
fn unpack(from: &Path, to: &Path) -> anyhow::Result<()> {
    let mut archive = tar::Archive::new(File::open(from)?);
    let mut left = BYTES_MAX;
    for (count, entry) in archive.entries()?.enumerate() {
        let mut entry = entry?;
        ensure!(count < FILES_MAX, "it has too many files");
        let path = entry.path()?.into_owned();
        if path.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
            bail!("it names {}", path.display());
        }
        let target = to.join(&path);
        match entry.header().entry_type() {
            tar::EntryType::Directory => private_file::make_folder(&target)?,
            // A journal is mostly empty, which the archive leaves out and reading puts in again.
            tar::EntryType::Regular | tar::EntryType::GNUSparse => {
                if let Some(parent) = target.parent() {
                    private_file::make_folder(parent)?;
                }
                left = left.checked_sub(entry.size()).context("its files are larger than 256 GiB")?;
                backup::write_sparse(&mut entry, &target)?;
            }
            other => bail!("{} is of kind {other:?}", path.display()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_below_the_place_are_unpacked() {
        let work = tempfile::tempdir().unwrap();
        let made = |name: &str, write: &dyn Fn(&mut tar::Builder<File>)| {
            let path = work.path().join(name);
            let mut archive = tar::Builder::new(File::create(&path).unwrap());
            write(&mut archive);
            archive.finish().unwrap();
            path
        };
        let header = |name: &[u8], kind| {
            let mut header = tar::Header::new_old();
            header.as_old_mut().name[..name.len()].copy_from_slice(name);
            header.set_entry_type(kind);
            header.set_size(1);
            header.set_cksum();
            header
        };
        let climbing = made("climbing", &|archive| {
            archive.append(&header(b"../climbed", tar::EntryType::Regular), &b"x"[..]).unwrap();
        });
        let link = made("link", &|archive| {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            archive.append_link(&mut header, "VERSION", "/etc/passwd").unwrap();
        });
        let good = made("good", &|archive| {
            archive.append(&header(b"a/VERSION", tar::EntryType::Regular), &b"1"[..]).unwrap();
        });
        let target = |name: &str| work.path().join("out").join(name);
        for (file, name) in [(&climbing, "one"), (&link, "two")] {
            fs::create_dir_all(target(name)).unwrap();
            assert!(unpack(file, &target(name)).is_err(), "{name}");
            assert_eq!(fs::read_dir(target(name)).unwrap().count(), 0);
        }
        assert!(!work.path().join("out/climbed").exists());
        fs::create_dir_all(target("three")).unwrap();
        unpack(&good, &target("three")).unwrap();
        assert_eq!(fs::read_to_string(target("three").join("a/VERSION")).unwrap(), "1");
    }
}
