//! `tongbao up`: claims the folder, opens the cell, wires the rooms together, serves, and ends well.

use crate::banks;
use crate::cli::UpArgs;
use crate::data_folder::DataFolder;
use crate::demo::Demo;
use crate::ephemeral::Ephemeral;
use crate::fault_desk::Desk;
use crate::front::{self, Front};
use crate::intake::OrderIntake;
use crate::listen::{self, turned};
use crate::mailroom::Letterbox;
use crate::messages;
use crate::play::{Hands, Player};
use crate::ready::{self, Ready};
use crate::resets::{Reset, Resets};
use crate::site::{House, Site};
use crate::starter::{Serving, Starter, Terminal};
use crate::watching::{Rooms, Watching};
use crate::world_clock::system_clock_us;
use crate::world_file::WorldFile;
use crate::{close, lists, repair, reset, start_desk, statements, threads};
use anyhow::{Context, bail, ensure};
use axum::Router;
use channel::Channel;
use clerk::{Clerk, DayCloser};
use gateway::Gateway;
use notify::Notify;
use portal::{NameWatch, Portal, SandboxHands};
use std::sync::Arc;
use std::time::Duration;
use store::{Reader, StoreError};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use world::{Faults, Requests};

/// Deliveries under way get this long.
const DELIVERIES_TIME: Duration = Duration::from_secs(5);

/// Starts, serves until SIGTERM or SIGINT, and closes.
pub(crate) fn run(args: &UpArgs) -> anyhow::Result<()> {
    // Removed at the end of this function, when nothing uses it any more.
    let ephemeral = args.ephemeral.then(Ephemeral::make).transpose()?;
    let args = ephemeral.as_ref().map_or_else(|| args.clone(), |ephemeral| ephemeral.options(args));
    let file = args.world.as_deref().map(WorldFile::read).transpose()?.unwrap_or_default();
    let runtime = threads::runtime()?;
    let served = runtime.block_on(async { serve(&args, &file, &mut Terminal::new(&args)?).await });
    threads::end(runtime);
    served
}

/// Serves until it is asked to end, and closes.
pub(crate) async fn serve(args: &UpArgs, file: &WorldFile, starter: &mut impl Starter) -> anyhow::Result<()> {
    let (folder, claim) = DataFolder::claim(&args.folder.data)?;
    let listeners = listen::open(&args.listen, !args.no_port_80).await?;
    let figures = listen::figures(args.metrics).await?;
    let (addresses, missing_port_80) = (listeners.addresses.clone(), listeners.missing_port_80.clone());
    if args.adopt {
        repair::adopt(&folder)?;
    }
    let site = Site::open(folder, claim, ready::base_url(args, &addresses)?, file, args)?;
    let (house, demo) = site.begin(file, args).await?;
    let mut ready = Ready::gather(&site.folder, &site.world, &house.door, &demo, &addresses).await?;
    ready.metrics = figures.as_ref().and_then(listen::Listeners::metrics_url);
    let (stop_serving, serving_stopped) = watch::channel(false);
    let (show, routes) = watch::channel(None);
    let (resets, mut asked) = Resets::of(&site);
    let stops = serving_stopped.clone();
    let port_80 = ready.gateway_port_80.as_deref();
    let watching = Arc::new(Watching::of(site.folder.clone()));
    let mut served =
        Served { site: &site, args, port_80, watching: watching.clone(), show, resets, stops, running: None };
    served.start(house)?;
    let front = Front::new(&site.world.name, routes).behind(&args.trust_proxy);
    if let Some(figures) = figures {
        tokio::spawn(figures.serve(Front::of(watching.routes()), serving_stopped.clone()));
    }
    let serving = tokio::spawn(listeners.serve(front, serving_stopped));
    let missing_port_80 = missing_port_80.as_deref();
    let mut ended =
        starter.serves(&Serving { folder: &site.folder, demo: &demo, ready: &ready, missing_port_80 });
    while ended.is_ok() {
        tokio::select! {
            () = starter.asks_to_end() => break,
            Some(reset) = asked.recv() => ended = served.reset(reset).await,
        }
    }
    served.stop_playing();
    stop_serving.send_replace(true);
    // A task that died said so itself, by its panic.
    let _ended = serving.await;
    served.close().await;
    tracing::info!("stopped");
    ended
}

/// Makes a world and does not serve it. Gives how long the making took.
pub(crate) fn create(args: &UpArgs) -> anyhow::Result<Duration> {
    // One thread: its commands come one after another, and each thread costs its start.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let began = std::time::Instant::now();
    runtime.block_on(async {
        let file = args.world.as_deref().map(WorldFile::read).transpose()?.unwrap_or_default();
        let (folder, claim) = DataFolder::claim(&args.folder.data)?;
        if Demo::read(&folder)?.is_some_and(|demo| demo.is_complete()) {
            bail!(
                "there is a world in {} already; reset it, or name another folder",
                folder.root().display()
            );
        }
        // Nobody is told this address: it is the first of those that the world is served at later.
        let site = Site::open(folder, claim, "http://127.0.0.1".to_owned(), &file, args)?;
        let (house, _) = site.begin(&file, args).await?;
        let begun = house.begin_time(&site);
        house.close().await;
        begun
    })?;
    Ok(began.elapsed())
}

/// A world with its rooms, which may begin anew while its sockets stay.
struct Served<'a> {
    site: &'a Site,
    args: &'a UpArgs,
    /// The gateway's address on port 80, if we listen there.
    port_80: Option<&'a str>,
    watching: Arc<Watching>,
    show: watch::Sender<Option<Router>>,
    resets: Resets,
    /// Becomes true when the sockets close.
    stops: watch::Receiver<bool>,
    running: Option<Running>,
}

/// The rooms over one set of books.
struct Running {
    house: House,
    rooms: Rooms,
    notify: JoinHandle<()>,
    clerk: JoinHandle<()>,
    channel: Option<JoinHandle<()>>,
    collector: Option<JoinHandle<()>>,
    closer: Option<JoinHandle<()>>,
    names: JoinHandle<()>,
    player: Arc<Player>,
    stop_rest: watch::Sender<bool>,
}

impl Served<'_> {
    /// Wires the rooms and shows them.
    fn start(&mut self, house: House) -> anyhow::Result<()> {
        let (running, routes) = self.wire(house, None)?;
        self.begin_serving(running, routes);
        Ok(())
    }

    /// Shows the rooms to callers, and what they count to whoever watches.
    fn begin_serving(&mut self, running: Running, routes: Router) {
        self.watching.show(Some(running.rooms.clone()));
        self.running = Some(running);
        self.show.send_replace(Some(routes));
    }

    fn wire(&self, house: House, before: Option<&Portal>) -> anyhow::Result<(Running, Router)> {
        house.begin_time(self.site)?;
        let (world, door) = (&self.site.world, &house.door);
        let books = &self.site.books;
        let places = self.args.calls_max.unwrap_or_else(gateway::calls_max);
        let gateway = Gateway::with_places(world.clone(), door.clone(), places).reading(books.readers());
        let gateway =
            if house.clock.can_move() { gateway.also_by(Arc::new(system_clock_us)) } else { gateway };
        let faults = Arc::new(Faults::default());
        let (desk_door, watched) = (door.clone(), books.readers());
        let options = notify::Options::default();
        let notify =
            Notify::failing_on_request(world.clone(), desk_door.clone(), watched, options, faults.clone());
        let desk = Arc::new(Desk::new(faults, desk_door, &notify));
        let bank = Arc::new(banks::bank(self.site, self.args, door)?);
        let shelf = Arc::new(lists::Shelf::of(&self.site.folder));
        let cards = Arc::new(banks::desk(&bank, NameWatch::new(door.clone(), shelf.clone())));
        let gateway = if world.sandbox { gateway.sending_to_cards(cards.clone()) } else { gateway };
        let (gateway, requests) = self.remembering(gateway.failing_on_request(desk.for_gateway()));
        let intake = Arc::new(OrderIntake(gateway.clone()));
        let issuer = self.site.authority.clone();
        let mailroom = Arc::new(Letterbox::of(&notify));
        let look = books.sure_readers();
        let portal = match before {
            Some(before) => before.begin_anew(door.clone(), look, intake, mailroom),
            None => {
                let people = messages::people(self.site, self.args)?;
                let portal = Portal::new(world.clone(), door.clone(), look, intake, issuer, mailroom, people);
                portal.with_lists(shelf)
            }
        };
        let importer = banks::importer(&bank, door, books.readers());
        let desks = (cards, Arc::new(statements::Desk(importer.clone())));
        let portal = if world.sandbox { portal.with_bank(desks.0).with_statements(desks.1) } else { portal };
        let closer = Arc::new(DayCloser::new(door.clone(), books.readers()));
        let portal = portal.with_closes(Arc::new(close::Desk(closer.clone()))).until(self.stops.clone());
        let portal = Arc::new(portal.of_books(self.site.folder.books_id()?));
        let banks = banks::channel(&bank, self.site, &house, books.readers());
        let collector = statements::collector(&bank, &importer, &house, books.readers());
        let player = Player::new(house.clock.clone(), door.clone(), books.readers());
        let player = Arc::new(player.waits_for(banks.as_ref().map(Channel::idle)));
        let rooms = Rooms::of(door, &portal, &gateway, &notify, books.readers());
        let mut routes = gateway::routes(gateway).merge(portal::routes(portal.clone()));
        if world.sandbox {
            routes = routes.merge(self.sandbox_routes(&portal, &player, desk, requests));
        }
        let routes = front::whole(door.clone(), routes);
        let (stop_rest, rest_stopped) = watch::channel(false);
        let clerk = Clerk::new(door.clone(), books.readers(), clerk::Options::default());
        let (notify, clerk) = (notify.woken_by(house.clock.moves()), clerk.woken_by(house.clock.moves()));
        let notify = tokio::spawn(notify.run(turned(rest_stopped.clone())));
        let clerk = tokio::spawn(clerk.run(turned(rest_stopped.clone())));
        let channel = banks.map(|channel| tokio::spawn(channel.run(turned(rest_stopped.clone()))));
        let collector = collector.map(|collector| tokio::spawn(collector.run(turned(rest_stopped.clone()))));
        let names = tokio::spawn(portal::look_again(portal.clone(), turned(rest_stopped.clone())));
        let closer = close::by_itself(closer, &house, world, turned(rest_stopped));
        let running =
            Running { house, rooms, notify, clerk, channel, collector, closer, names, player, stop_rest };
        Ok((running, routes))
    }

    /// What a world for trying out has beside all else. The apps are among it: they speak the API of persons, which no
    /// other world has yet.
    fn sandbox_routes(
        &self,
        portal: &Arc<Portal>,
        player: &Arc<Player>,
        desk: Arc<Desk>,
        requests: Arc<Requests>,
    ) -> Router {
        let clock = Arc::new(Hands(player.clone()));
        let world = Arc::new(self.resets.clone());
        portal.lend(SandboxHands { clock: clock.clone(), faults: desk.clone(), world: world.clone() });
        let start = start_desk::Desk::new(&self.site.folder, &self.site.world.base_url, self.port_80);
        let routes = face::routes().merge(portal::fault_routes(portal.clone(), desk));
        routes.merge(portal::clock_routes(clock)).merge(start.routes(portal, requests, world))
    }

    /// Notes the calls of these books for developers: others begin with none.
    fn remembering(&self, gateway: Gateway) -> (Arc<Gateway>, Arc<Requests>) {
        let requests = Arc::new(Requests::default());
        let gateway = if self.args.no_request_log { gateway } else { gateway.remembering(requests.clone()) };
        (Arc::new(gateway), requests)
    }

    /// Begins the world anew. An error means that there is no world any more until the next start.
    async fn reset(&mut self, reset: Reset) -> anyhow::Result<()> {
        if let Err(error) = reset::kept(&self.site.folder) {
            reset.refused(format!("{error:#}"));
            return Ok(());
        }
        self.show.send_replace(None);
        self.watching.show(None);
        let begun = self.begin_anew().await;
        match &begun {
            Ok(()) => reset.done(),
            Err(error) => {
                tracing::error!(%error, "the world could not begin anew");
                reset.failed();
            }
        }
        begun
    }

    async fn begin_anew(&mut self) -> anyhow::Result<()> {
        let portal = match self.running.take() {
            Some(running) => {
                let (portal, closed) = running.stop().await;
                ensure!(
                    closed,
                    "the old books did not close in time; they stay, and the next start serves them"
                );
                Some(portal)
            }
            None => None,
        };
        reset::empty(&self.site.folder)?;
        self.site.vault.empty().context("the keys of persons could not be deleted")?;
        let (house, _) = self.site.begin(&WorldFile::default(), self.args).await?;
        let (running, routes) = self.wire(house, portal.as_deref())?;
        self.begin_serving(running, routes);
        Ok(())
    }

    /// Ends a move of the clock that is under way.
    fn stop_playing(&self) {
        if let Some(running) = &self.running {
            running.player.stop();
        }
    }

    async fn close(self) {
        if let Some(running) = self.running {
            running.stop().await;
        }
    }
}

impl Running {
    /// Our own work ends, then the books are closed.
    async fn stop(self) -> (Arc<Portal>, bool) {
        self.rooms.portal.close();
        let player = self.player;
        // Its thread may be writing the clock's file, which whoever goes on here may write anew.
        let _ended = tokio::task::spawn_blocking(move || player.end()).await;
        self.stop_rest.send_replace(true);
        let all = async {
            let _ended = tokio::join!(self.notify, self.clerk, self.names);
            for rest in [self.channel, self.collector, self.closer].into_iter().flatten() {
                let _ended = rest.await;
            }
        };
        if tokio::time::timeout(DELIVERIES_TIME, all).await.is_err() {
            tracing::warn!("notifications under way are cut off; they are sent again by the next start");
        }
        let closed = self.house.close().await;
        (self.rooms.portal, closed)
    }
}

/// Opens a view of the posted tables.
pub(crate) type Readers = Arc<dyn Fn() -> Result<Box<dyn Reader>, StoreError> + Send + Sync>;
