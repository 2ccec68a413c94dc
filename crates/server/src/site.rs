//! A world's folder, and its books once they are open.

use crate::cli::UpArgs;
use crate::data_folder::{Claim, DataFolder, WORLD, WorldNote};
use crate::demo::Demo;
use crate::keys::{self, AppAuthority, Keys};
use crate::reset;
use crate::seed::{self, Opened};
use crate::world_clock::WorldClock;
use crate::world_file::WorldFile;
use anyhow::Context;
use cell::{Cell, Door};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::SqliteStore;
use world::World;

/// Posting what is left may take this long at the end; what is not posted then is in the journal and is posted by the
/// next start.
const CLOSE_TIME: Duration = Duration::from_secs(30);

/// What outlives the books of a world: its folder, its keys, its address.
pub(crate) struct Site {
    pub(crate) folder: DataFolder,
    _claim: Claim,
    pub(crate) authority: Arc<AppAuthority>,
    pub(crate) world: Arc<World>,
    pub(crate) note: WorldNote,
}

/// Books that are open.
pub(crate) struct House {
    /// Whether they were filled just now.
    fresh: bool,
    pub(crate) clock: Arc<WorldClock>,
    cell: Cell,
    pub(crate) door: Door,
}

impl Site {
    /// Opens what is there, or makes it. Books that were not filled to the end are thrown away.
    pub(crate) fn open(
        folder: DataFolder,
        claim: Claim,
        base_url: String,
        file: &WorldFile,
        args: &UpArgs,
    ) -> anyhow::Result<Site> {
        if args.world.is_some() && folder.journal().exists() {
            tracing::warn!("the world is there already: --world is looked at by the first start only");
        }
        let note = folder.world_note_of(file)?;
        if reset::is_unfinished(&folder)? {
            reset::empty(&folder)?;
        }
        let keys_of = args.keys_of.as_deref().map(world_of).transpose()?;
        // A world that is begun anew has no journal either, but it has keys.
        let is_new = !folder.journal().exists();
        let Keys { platform, sm2, secrets, authority } =
            keys::open(&folder.keys(), is_new, note.seed, keys_of.as_deref())?;
        let (name, sandbox) = (WORLD.to_owned(), note.sandbox);
        let world = Arc::new(World { name, sandbox, base_url, platform, sm2, secrets });
        Ok(Site { folder, _claim: claim, authority, world, note })
    }

    /// Opens the books, and fills them when they are new.
    pub(crate) async fn begin(&self, file: &WorldFile, args: &UpArgs) -> anyhow::Result<(House, Demo)> {
        let mut house = self.open_books(args)?;
        match self.fill(&mut house, file, args).await {
            Ok(demo) => Ok((house, demo)),
            Err(error) => {
                house.close().await;
                Err(error)
            }
        }
    }

    async fn fill(&self, house: &mut House, file: &WorldFile, args: &UpArgs) -> anyhow::Result<Demo> {
        let keys_of = args.keys_of.as_deref().map(world_of).transpose()?;
        let (folder, world, door) = (&self.folder, &*self.world, &house.door);
        let seeded = Demo::read(folder)?.is_some_and(|demo| demo.is_complete());
        let emptied = folder.emptying().exists();
        if seeded && emptied {
            reset::replay(folder, door).await?;
        }
        let opened = Opened { folder, world, door, authority: &self.authority };
        let demo = seed::seed(&opened, file, keys_of.as_deref()).await?;
        reset::end(folder)?;
        world.secrets.draw_anew();
        house.fresh = emptied || !seeded;
        Ok(demo)
    }

    fn open_books(&self, args: &UpArgs) -> anyhow::Result<House> {
        let tables = self.folder.tables();
        let mut store =
            SqliteStore::open(&tables).with_context(|| format!("the tables in {}", tables.display()))?;
        if let Some(pages) = args.checkpoint_pages {
            store.checkpoint_from(pages);
        }
        let clock = match args.clock_frozen_at {
            Some(at_us) => WorldClock::frozen_at(at_us),
            None if self.note.sandbox => WorldClock::open(&self.folder.clock())?,
            None => WorldClock::real(),
        };
        let clock = Arc::new(clock);
        let options = cell::Options::new(self.note.world_id()?);
        let (cell, door) = Cell::open(&self.folder.journal(), Box::new(store), clock.reading(), options)
            .with_context(|| format!("the books in {} cannot be opened", self.folder.world().display()))?;
        clock.follow(door.clone());
        Ok(House { fresh: false, clock, cell, door })
    }
}

/// The folder of the world in a data folder.
fn world_of(data: &Path) -> anyhow::Result<PathBuf> {
    Ok(DataFolder::look(data)?.world())
}

impl House {
    /// A declared clock begins once the books are filled.
    pub(crate) fn begin_time(&self, note: &WorldNote) -> anyhow::Result<()> {
        match note.starts_at_us.filter(|_| self.fresh && self.clock.can_move()) {
            Some(starts_at_us) => self.clock.stand_after_seeding(starts_at_us),
            None => Ok(()),
        }
    }

    pub(crate) async fn close(self) {
        let cell = self.cell;
        let closing = tokio::task::spawn_blocking(move || cell.close());
        if tokio::time::timeout(CLOSE_TIME, closing).await.is_err() {
            tracing::warn!("not everything was posted in time; the next start posts the rest");
        }
    }
}
