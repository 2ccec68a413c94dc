//! `tongbao up`: claims the folder, opens the cell, wires the rooms together, serves, and ends well.

use crate::cli::UpArgs;
use crate::data_folder::{Claim, DataFolder};
use crate::ephemeral::Ephemeral;
use crate::front::Front;
use crate::keys::{self, AppAuthority, Keys};
use crate::listen::{self, Listeners, turned};
use crate::mailroom::Letterbox;
use crate::play::{Hands, Player};
use crate::ready::{self, Ready};
use crate::world_clock::{WorldClock, system_clock_us};
use crate::{print, repair, seed, tour};
use anyhow::{Context, anyhow, bail};
use base::OrderNo;
use cell::{Cell, Door};
use clerk::Clerk;
use gateway::Gateway;
use notify::Notify;
use portal::{Intake, Offering, Opening, Portal};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{Reader, SqliteStore, StoreError};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use world::World;

/// Threads for work that waits (argon2, reading tables). Each bounded user of them has its own, smaller bound.
const BLOCKING_THREADS_MAX: usize = 64;
/// Looks at the sockets after so many pieces of work. Many of them are signatures of half a millisecond, so that the
/// usual 61 would leave callers unheard for 30 ms.
const EVENT_INTERVAL: u32 = 8;
/// Posting what is left may take this long at the end; what is not posted then is in the journal and is posted by the
/// next start.
const CLOSE_TIME: Duration = Duration::from_secs(30);
/// Deliveries under way get this long.
const DELIVERIES_TIME: Duration = Duration::from_secs(5);

/// The threads that serve.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().max_blocking_threads(BLOCKING_THREADS_MAX).event_interval(EVENT_INTERVAL);
    builder.build().context("no runtime")
}

/// Starts, serves until SIGTERM or SIGINT, and closes.
pub(crate) fn run(args: &UpArgs) -> anyhow::Result<()> {
    // Removed at the end of this function, when nothing uses it any more.
    let ephemeral = args.ephemeral.then(Ephemeral::make).transpose()?;
    let args = ephemeral.as_ref().map_or_else(|| args.clone(), |ephemeral| ephemeral.options(args));
    let runtime = runtime()?;
    let served = runtime.block_on(serve(&args));
    // Dropping it would wait, without end, for work that has had its time.
    runtime.shutdown_background();
    served
}

async fn serve(args: &UpArgs) -> anyhow::Result<()> {
    // From here on a signal does not kill; it waits until we listen for it.
    let mut signals = Signals::new()?;
    let (folder, claim) = DataFolder::claim(&args.folder.data)?;
    let listeners = listen::open(&args.listen, !args.no_port_80).await?;
    let (addresses, missing_port_80) = (listeners.addresses.clone(), listeners.missing_port_80.clone());
    if args.adopt {
        repair::adopt(&folder)?;
    }
    let house = House::open(folder, claim, base_url(args, &addresses)?, args)?;
    let demo = seed::seed(&house.folder, &house.world, &house.door, &house.authority).await;
    let demo = match demo {
        Ok(demo) => demo,
        Err(error) => {
            house.close().await;
            return Err(error);
        }
    };
    let ready = Ready::gather(&house.folder, &house.world, &house.door, &demo, &addresses).await?;
    let running = house.start(listeners, args.calls_max)?;
    let told = tell(args, &ready, &tour::text(&house.folder, &demo, &ready), missing_port_80.as_deref());
    if told.is_ok() {
        let name = signals.next().await;
        tracing::info!(signal = name, "stopping; once more to end at once");
        tokio::spawn(async move {
            signals.next().await;
            // Nothing acknowledged is lost by this: the journal has it.
            std::process::exit(130);
        });
    }
    running.stop().await;
    house.close().await;
    tracing::info!("stopped");
    told
}

fn tell(args: &UpArgs, ready: &Ready, tour: &str, missing_port_80: Option<&str>) -> anyhow::Result<()> {
    if let Some(reason) = missing_port_80 {
        tracing::warn!("not on port 80: {reason}");
    }
    if args.ephemeral {
        print::out(&format!("{}\n", ready.line()?))?;
    } else {
        print::out(&format!("\nTongbao serves.\n\n{tour}\n"))?;
    }
    match &args.ready {
        Some(path) => ready.write(path),
        None => Ok(()),
    }
}

/// How the outside reaches us: as told, or by the first address we listen on.
fn base_url(args: &UpArgs, addresses: &[SocketAddr]) -> anyhow::Result<String> {
    let Some(given) = &args.base_url else {
        let first = addresses.first().context("no address to listen on")?;
        return Ok(format!("http://{}", ready::reachable(*first)));
    };
    let given = given.trim_end_matches('/');
    if !given.starts_with("http://") && !given.starts_with("https://")
        || given.contains(['?', '#', '"', '<'])
        // It becomes part of a header.
        || !given.bytes().all(|byte| byte.is_ascii_graphic())
    {
        bail!("--base-url is an address such as https://pay.example.com");
    }
    Ok(given.to_owned())
}

/// A world that is open.
struct House {
    folder: DataFolder,
    _claim: Claim,
    authority: Arc<AppAuthority>,
    world: Arc<World>,
    clock: Arc<WorldClock>,
    cell: Cell,
    door: Door,
}

impl House {
    fn open(folder: DataFolder, claim: Claim, base_url: String, args: &UpArgs) -> anyhow::Result<House> {
        let note = folder.world_note()?;
        let Keys { platform, secrets, authority } = keys::open(&folder.keys(), !folder.journal().exists())?;
        let tables = folder.tables();
        let mut store =
            SqliteStore::open(&tables).with_context(|| format!("the tables in {}", tables.display()))?;
        if let Some(pages) = args.checkpoint_pages {
            store.checkpoint_from(pages);
        }
        let clock = match args.clock_frozen_at {
            Some(at_us) => WorldClock::frozen_at(at_us),
            None if note.sandbox => WorldClock::open(&folder.clock())?,
            None => WorldClock::real(),
        };
        let clock = Arc::new(clock);
        let options = cell::Options::new(note.world_id()?);
        let (cell, door) = Cell::open(&folder.journal(), Box::new(store), clock.reading(), options)
            .with_context(|| format!("the books in {} cannot be opened", folder.world().display()))?;
        clock.follow(door.clone());
        let world = Arc::new(World {
            name: crate::data_folder::WORLD.to_owned(),
            sandbox: note.sandbox,
            base_url,
            platform,
            secrets,
        });
        Ok(House { folder, _claim: claim, authority, world, clock, cell, door })
    }

    /// Wires the rooms and begins to serve.
    fn start(&self, listeners: Listeners, calls_max: Option<usize>) -> anyhow::Result<Running> {
        let (world, door) = (&self.world, &self.door);
        let tables = self.folder.tables();
        let places = calls_max.unwrap_or_else(gateway::calls_max);
        let gateway = Gateway::with_places(world.clone(), door.clone(), places);
        let gateway =
            if self.clock.can_move() { gateway.also_by(Arc::new(system_clock_us)) } else { gateway };
        let gateway = Arc::new(gateway);
        let intake = Arc::new(OrderIntake(gateway.clone()));
        let issuer = self.authority.clone();
        let notify =
            Notify::new(world.clone(), door.clone(), readers(tables.clone()), notify::Options::default());
        let mailroom = Arc::new(Letterbox::of(&notify));
        let look = sure_readers(tables.clone());
        let portal = || Portal::new(world.clone(), door.clone(), look, intake, issuer, mailroom);
        // It hashes with 19 MiB. The allocator gives such memory back to the system when its thread ends.
        let portal = std::thread::scope(|threads| threads.spawn(portal).join())
            .map_err(|_| anyhow!("no portal"))??;
        let player = Arc::new(Player::new(self.clock.clone(), door.clone(), readers(tables.clone())));
        let mut routes = gateway::routes(gateway).merge(portal::routes(Arc::new(portal)));
        if world.sandbox {
            routes = routes.merge(portal::clock_routes(Arc::new(Hands(player.clone()))));
        }
        let front = Front::new(&world.name, door.clone(), routes);
        let (stop_serving, serving_stopped) = watch::channel(false);
        let (stop_rest, rest_stopped) = watch::channel(false);
        let clerk = Clerk::new(door.clone(), readers(tables), clerk::Options::default());
        let (notify, clerk) = (notify.woken_by(self.clock.moves()), clerk.woken_by(self.clock.moves()));
        Ok(Running {
            serving: tokio::spawn(listeners.serve(front, serving_stopped)),
            notify: tokio::spawn(notify.run(turned(rest_stopped.clone()))),
            clerk: tokio::spawn(clerk.run(turned(rest_stopped))),
            player,
            stop_serving,
            stop_rest,
        })
    }

    async fn close(self) {
        let cell = self.cell;
        let closing = tokio::task::spawn_blocking(move || cell.close());
        if tokio::time::timeout(CLOSE_TIME, closing).await.is_err() {
            tracing::warn!("not everything was posted in time; the next start posts the rest");
        }
    }
}

/// The tasks of a world that is served.
struct Running {
    serving: JoinHandle<()>,
    notify: JoinHandle<()>,
    clerk: JoinHandle<()>,
    player: Arc<Player>,
    stop_serving: watch::Sender<bool>,
    stop_rest: watch::Sender<bool>,
}

impl Running {
    /// First nobody comes in any more and those inside are answered, then our own work ends.
    async fn stop(self) {
        self.player.stop();
        self.stop_serving.send_replace(true);
        // A task that died said so itself, by its panic.
        let _ended = self.serving.await;
        self.stop_rest.send_replace(true);
        let both = async { tokio::join!(self.notify, self.clerk) };
        if tokio::time::timeout(DELIVERIES_TIME, both).await.is_err() {
            tracing::warn!("notifications under way are cut off; they are sent again by the next start");
        }
    }
}

struct OrderIntake(Arc<Gateway>);

impl Intake for OrderIntake {
    fn open(&self, text: String) -> Opening<'_> {
        Box::pin(async move {
            let opened: Result<OrderNo, _> = self.0.open_order_text(&text).await;
            opened.map_err(|refusal| refusal.to_string())
        })
    }

    fn offer(&self, text: String) -> Offering<'_> {
        Box::pin(
            async move { self.0.offer_agreement_text(&text).await.map_err(|refusal| refusal.to_string()) },
        )
    }
}

/// Opens a view of the posted tables.
pub(crate) type Readers = Arc<dyn Fn() -> Result<Box<dyn Reader>, StoreError> + Send + Sync>;

fn readers(tables: PathBuf) -> Readers {
    Arc::new(move || Ok(Box::new(SqliteStore::open_reader(&tables)?) as Box<dyn Reader>))
}

fn sure_readers(tables: PathBuf) -> portal::Readers {
    let readers = readers(tables);
    // The portal reads on a thread of its own and answers "cannot be read" when that dies.
    Arc::new(move || readers().expect("the tables were opened when we started"))
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> anyhow::Result<Signals> {
        let listen = |kind| signal(kind).context("signals cannot be listened for");
        Ok(Signals {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
