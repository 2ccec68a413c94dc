//! A world that begins anew: empty books, the keys and secrets that it had, and the commands that it was seeded with.
//!
//! What is thrown away is thrown away at once or not at all: a mark is made durable first, and a start that finds it
//! finishes what was begun. A first seeding is under the same mark from its beginning. The journal of the old books
//! never meets the tables of the new ones.

use crate::books::Books;
use crate::data_folder::DataFolder;
use crate::private_file;
use anyhow::{Context, anyhow, bail, ensure};
use cell::{Door, NotDecided};
use engine::{Command, Reply};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use tokio::sync::oneshot;

/// Keeps the commands of the seeding.
pub(crate) fn keep(folder: &DataFolder, taken: &[Command]) -> anyhow::Result<()> {
    let text = serde_json::to_vec(taken).context("commands can be written")?;
    ensure!(
        text.len() as u64 <= private_file::BYTES_MAX,
        "the world's file declares too much: {} bytes",
        text.len()
    );
    private_file::write(&folder.seeding(), &text)
}

/// The commands of the seeding.
pub(crate) fn kept(folder: &DataFolder) -> anyhow::Result<Vec<Command>> {
    let path = folder.seeding();
    if !path.exists() {
        bail!(
            "this world was made by an earlier release, which kept nothing to begin anew from: make a new one"
        );
    }
    let text = private_file::read(&path)?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
}

/// Throws the books away. Nobody may have them open. Until [`end`] every start begins with this again.
pub(crate) fn empty(folder: &DataFolder) -> anyhow::Result<()> {
    begin(folder)?;
    Books::of(folder)?.empty_database()?;
    let journal = folder.journal();
    gone(&journal, fs::remove_dir_all(&journal))?;
    let tables = folder.tables();
    for end in ["", "-wal", "-shm"] {
        let mut path = tables.clone().into_os_string();
        path.push(end);
        gone(Path::new(&path), fs::remove_file(&path))?;
    }
    gone(&folder.apps(), fs::remove_file(folder.apps()))?;
    // Numbers begin anew with the clock: a bank in another process must not take them for those of before.
    gone(&folder.bank_generation(), fs::remove_file(folder.bank_generation()))?;
    gone(&folder.bank_messages(), fs::remove_dir_all(folder.bank_messages()))?;
    // Whoever kept something of them must be able to tell that these are others.
    gone(&folder.books_note(), fs::remove_file(folder.books_note()))?;
    // Names of persons, which no row speaks of any more.
    gone(&folder.lists(), fs::remove_dir_all(folder.lists()))?;
    folder.clock_to_start()?;
    synced(folder)
}

/// Says before a first seeding that what it leaves when it is cut off may be thrown away: nobody is served before it
/// has ended. Without this mark no books are ever thrown away, whatever stands beside them.
pub(crate) fn begin(folder: &DataFolder) -> anyhow::Result<()> {
    private_file::write(&folder.emptying(), b"")
}

/// Whether an emptying or a first seeding did not come to its end.
pub(crate) fn is_unfinished(folder: &DataFolder) -> bool {
    folder.emptying().exists()
}

/// The new books hold what they are to begin with. Durable when it returns: a mark that came back with a power loss
/// would have the next start throw away what was answered since.
pub(crate) fn end(folder: &DataFolder) -> anyhow::Result<()> {
    let mark = folder.emptying();
    gone(&mark, fs::remove_file(&mark))?;
    synced(folder)
}

fn synced(folder: &DataFolder) -> anyhow::Result<()> {
    private_file::sync_folder(&folder.world())
        .with_context(|| format!("{} cannot be synced", folder.world().display()))
}

fn gone(path: &Path, removed: std::io::Result<()>) -> anyhow::Result<()> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}

/// Takes the commands of the seeding again, on empty books. Lists show them a moment later, as always.
pub(crate) async fn replay(folder: &DataFolder, door: &Door) -> anyhow::Result<()> {
    for command in kept(folder)? {
        let name = command.name();
        let (give, take) = oneshot::channel();
        let give = move |answer: Result<Reply, NotDecided>| drop(give.send(answer));
        door.submit(command, Box::new(give));
        match take.await {
            Ok(Ok(reply)) if reply.is_accepted() => {}
            Ok(Ok(reply)) => bail!("{name} of the seeding was refused: {reply:?}"),
            Ok(Err(error)) => return Err(anyhow!("{name} of the seeding: {error}")),
            Err(_) => bail!("{name} of the seeding got no answer"),
        }
    }
    Ok(())
}
