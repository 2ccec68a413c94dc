//! A world's folder, and its books once they are open.

use crate::app_settings;
use crate::books::Books;
use crate::cli::UpArgs;
use crate::data_folder::{Claim, DataFolder, WORLD, WorldNote};
use crate::demo::Demo;
use crate::forget;
use crate::keys::{self, AppAuthority, Keys};
use crate::reset;
use crate::seed::{self, Opened};
use crate::vault_key;
use crate::world_clock::WorldClock;
use crate::world_file::WorldFile;
use anyhow::{Context, ensure};
use cell::{Cell, Door};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use vault::Vault;
use world::{Secrets, World};

/// Posting what is left may take this long at the end; what is not posted then is in the journal and is posted by the
/// next start.
const CLOSE_TIME: Duration = Duration::from_secs(30);

/// What outlives the books of a world: its folder, its keys, its address.
pub(crate) struct Site {
    pub(crate) folder: DataFolder,
    pub(crate) books: Books,
    _claim: Claim,
    pub(crate) authority: Arc<AppAuthority>,
    pub(crate) world: Arc<World>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) note: WorldNote,
    /// The world whose keys a first seeding shares.
    keys_of: Option<PathBuf>,
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
        let books = Books::chosen(&folder, args)?;
        if args.world.is_some() && books.exist()? {
            tracing::warn!("the world is there already: --world is looked at by the first start only");
        }
        // Ends by itself, before anybody needs what it gathers or while they wait for it.
        std::thread::spawn(wire::keygen::gather_randomness);
        // Before anything is written: a wrong path must leave nothing behind.
        let keys_of = args.keys_of.as_deref().map(world_of).transpose()?;
        make_ready(&folder, &books)?;
        let note = folder.world_note_of(file)?;
        // A world that is begun anew has no journal either, but it has keys.
        let is_new = !books.exist()?;
        let Keys { platform, sm2, secrets, authority } =
            keys::open(&folder.keys(), is_new, note.seed, keys_of.as_deref())?;
        let vault = open_vault(&folder, &secrets, is_new)?;
        let secrets = secrets.with_person_key(vault.digest_key().reveal());
        let (name, sandbox) = (WORLD.to_owned(), note.sandbox);
        let apps = Arc::new(app_settings::kept(folder.apps()));
        let world = Arc::new(World { name, sandbox, base_url, platform, sm2, secrets, apps });
        Ok(Site { folder, books, _claim: claim, authority, world, vault, note, keys_of })
    }

    /// Opens the books, and fills them when they are new.
    pub(crate) async fn begin(&self, file: &WorldFile, args: &UpArgs) -> anyhow::Result<(House, Demo)> {
        let mut house = self.open_books(args)?;
        let filled = match self.fill(&mut house, file).await {
            Ok(demo) => self.forget().map(|()| demo),
            Err(error) => Err(error),
        };
        match filled {
            Ok(demo) => Ok((house, demo)),
            Err(error) => {
                house.close().await;
                Err(error)
            }
        }
    }

    /// Nobody is served before those are forgotten who asked for it.
    fn forget(&self) -> anyhow::Result<()> {
        let forgotten = forget::sweep(&self.vault, self.books.reader()?.as_mut())?;
        if forgotten > 0 {
            tracing::info!(forgotten, "persons are forgotten");
        }
        Ok(())
    }

    async fn fill(&self, house: &mut House, file: &WorldFile) -> anyhow::Result<Demo> {
        let (folder, world, door) = (&self.folder, &*self.world, &house.door);
        let seeded = Demo::read(folder)?.is_some_and(|demo| demo.is_complete());
        let emptied = folder.emptying().exists();
        if seeded && emptied {
            reset::replay(folder, door).await?;
        }
        let opened = Opened { folder, world, door, authority: &self.authority };
        let demo = seed::seed(&opened, file, self.keys_of.as_deref()).await?;
        world.secrets.draw_anew();
        world.apps.replace(app_settings::read(folder, &demo)?);
        house.fresh = emptied;
        Ok(demo)
    }

    fn open_books(&self, args: &UpArgs) -> anyhow::Result<House> {
        let store = self.books.open_store(args.checkpoint_pages)?;
        let clock = match args.clock_frozen_at {
            Some(at_us) => WorldClock::frozen_at(at_us),
            None if self.note.sandbox => WorldClock::open(&self.folder.clock())?,
            None => WorldClock::real(),
        };
        let clock = Arc::new(clock);
        let shelf = self.books.shelf()?;
        let options = cell::Options { shelf, ..cell::Options::new(self.note.world_id()?) };
        let (cell, door) = Cell::open(&self.folder.journal(), store, clock.reading(), options)
            .with_context(|| format!("the books in {} cannot be opened", self.books.place()))?;
        clock.follow(door.clone());
        Ok(House { fresh: false, clock, cell, door })
    }
}

/// Opens the keys of persons' data. Of books that were thrown away nobody is remembered.
fn open_vault(folder: &DataFolder, secrets: &Secrets, is_new: bool) -> anyhow::Result<Arc<Vault>> {
    let key = vault_key::in_force(secrets)?;
    // A world of a seed finds the same people in the same slots.
    let digest_key = secrets.is_seeded().then(|| *secrets.vault_key().reveal());
    let path = folder.vault();
    let opened = Vault::open(&path, key, digest_key);
    let vault = opened.with_context(|| format!("{} cannot be opened", path.display()))?;
    if is_new {
        vault.empty().with_context(|| format!("{} cannot be emptied", path.display()))?;
    }
    Ok(Arc::new(vault))
}

/// Throws away what an emptying or a first seeding that was cut off has left, and marks a first seeding as begun.
fn make_ready(folder: &DataFolder, books: &Books) -> anyhow::Result<()> {
    let seeded = Demo::read(folder)?.is_some_and(|demo| demo.is_complete());
    if reset::is_unfinished(folder) {
        reset::empty(folder)?;
        // After a first seeding the world is the one that is declared now.
        return if seeded { Ok(()) } else { folder.forget_world() };
    }
    if books.exist()? {
        return Ok(());
    }
    let (root, place) = (folder.root().display(), books.place());
    ensure!(!seeded, "the journal of the world in {root} is missing in {place}; restore it from a backup");
    let tables = folder.tables();
    ensure!(
        !tables.exists(),
        "{} is there without its journal; restore both from a backup",
        tables.display()
    );
    folder.forget_world()?;
    reset::begin(folder)
}

/// The folder of the world in a data folder.
fn world_of(data: &Path) -> anyhow::Result<PathBuf> {
    Ok(DataFolder::look(data)?.world())
}

impl House {
    /// The last step before anybody is served: a declared clock begins once the books are filled, and from here on
    /// they are never thrown away but on demand.
    pub(crate) fn begin_time(&self, site: &Site) -> anyhow::Result<()> {
        if !self.fresh {
            return Ok(());
        }
        if let Some(starts_at_us) = site.note.starts_at_us.filter(|_| self.clock.can_move()) {
            self.clock.stand_after_seeding(starts_at_us)?;
        }
        reset::end(&site.folder)
    }

    /// Whether it closed in time. Otherwise its threads may still be at work on the books.
    pub(crate) async fn close(self) -> bool {
        let cell = self.cell;
        let closing = tokio::task::spawn_blocking(move || cell.close());
        let closed = tokio::time::timeout(CLOSE_TIME, closing).await.is_ok();
        if !closed {
            tracing::warn!("not everything was posted in time; the next start posts the rest");
        }
        closed
    }
}
