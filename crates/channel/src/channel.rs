//! The loop: reads what is due, makes it durable as sent, asks the bank, submits what it said.

use crate::bank::{Bank, OrderAsk, OrderSaid};
use crate::pulse::Pulse;
use base::BankOrderNo;
use cell::Door;
use engine::{BankAnswered, BankTask, SendBankOrder, Verdict};
use fund::{BankOrder, BankOrderState, Done};
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::{Look, Reader, StoreError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Opens a reader of the posted tables.
pub type Readers = Arc<dyn Fn() -> Result<Box<dyn Reader>, StoreError> + Send + Sync>;

/// Least wait between two looks into the store.
const GAP: Duration = Duration::from_millis(20);
/// How often the world's clock is looked at while something is due some time later.
const TICK: Duration = Duration::from_millis(250);
/// Wait after the cell was busy or the store could not be read.
const PAUSE: Duration = Duration::from_millis(500);
/// So long a row that was handled and still looks the same is taken for one that is not posted yet.
const AGAIN: Duration = Duration::from_secs(10);

/// Bounds of a channel.
#[derive(Clone, Debug)]
pub struct Options {
    /// Calls under way at once.
    pub calls_max: usize,
    /// How long one call may take, by real time, whatever the world's clock does.
    pub call_time: Duration,
    /// What the keys begin with: names these books among all that the bank ever heard of.
    pub books: String,
    /// Where it is noted how well banks answer.
    pub pulse: Pulse,
}

impl Options {
    /// The usual bounds: 16 calls at once, 10 s each.
    pub fn new(books: &str, pulse: Pulse) -> Options {
        Options { calls_max: 16, call_time: Duration::from_secs(10), books: books.to_owned(), pulse }
    }
}

/// How much is under way, for whoever waits until nothing is.
#[derive(Clone, Debug, Default)]
pub struct Idle(Arc<AtomicUsize>);

impl Idle {
    /// Orders that a bank is being asked about, their answers not decided yet.
    pub fn under_way(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

/// One order under way, counted until it is dropped.
struct UnderWay(Idle);

impl UnderWay {
    fn begin(idle: &Idle) -> UnderWay {
        idle.0.fetch_add(1, Ordering::AcqRel);
        UnderWay(idle.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Carries the bank orders of one world.
pub struct Channel {
    door: Door,
    readers: Readers,
    bank: Arc<dyn Bank>,
    options: Options,
    idle: Idle,
    moved: Option<watch::Receiver<u64>>,
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Channel {
    /// Prepares a channel; nobody is asked before [`Channel::run`].
    pub fn new(door: Door, readers: Readers, bank: Arc<dyn Bank>, options: Options) -> Channel {
        Channel { door, readers, bank, options, idle: Idle::default(), moved: None }
    }

    /// Looks at once whenever this changes: the world's clock was moved, and somebody waits for what became due.
    #[must_use]
    pub fn woken_by(self, moved: watch::Receiver<u64>) -> Channel {
        Channel { moved: Some(moved), ..self }
    }

    /// How much is under way.
    pub fn idle(&self) -> Idle {
        self.idle.clone()
    }

    /// Asks about what is due until `shutdown` is ready. What is under way then is cut off, and is asked about again by
    /// the next start. Returns early only when the cell has stopped for good.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let (mut posted, mut moved) = (self.door.posted(), self.moved.clone());
        let (tell, mut ended) = mpsc::unbounded_channel();
        let (look, handled) = (Look::new(GAP, TICK), BTreeMap::new());
        let mut run = Run {
            channel: &self,
            tell,
            look,
            handled,
            calls: JoinSet::new(),
            reader: None,
            start: Instant::now(),
        };
        loop {
            let wake = run.wake();
            tokio::select! {
                () = &mut shutdown => return,
                changed = posted.changed() => match changed {
                    Ok(()) => run.look.want(),
                    Err(_) => return,
                },
                Some(()) = changed(&mut moved) => run.look.want_at_once(run.start.elapsed()),
                Some((no, decided)) = ended.recv() => run.ended(no, decided),
                () = sleep_until(wake) => run.look_if_due().await,
            }
        }
    }
}

/// Ready when the clock was moved; `None` when nobody moves it.
async fn changed(moved: &mut Option<watch::Receiver<u64>>) -> Option<()> {
    moved.as_mut()?.changed().await.ok()
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// What is known of an order that was taken up.
#[derive(Clone, Copy, Debug)]
struct Handled {
    /// When it was due, as the row said.
    due_at_us: i64,
    /// When it was taken up.
    since: Duration,
    /// Whether the bank is being asked.
    under_way: bool,
}

struct Run<'a> {
    channel: &'a Channel,
    tell: mpsc::UnboundedSender<(BankOrderNo, bool)>,
    look: Look,
    handled: BTreeMap<BankOrderNo, Handled>,
    /// Cut off when the loop ends.
    calls: JoinSet<()>,
    reader: Option<Box<dyn Reader>>,
    start: Instant,
}

/// What one look showed: what is due, and when the next is.
type Seen = (Vec<Arc<BankOrder>>, Option<i64>);

fn look(reader: &mut dyn Reader, until_us: i64, limit: usize) -> Result<Seen, StoreError> {
    let due = reader.due_bank_orders(until_us, limit)?;
    let next =
        if due.len() >= limit { Vec::new() } else { reader.due_bank_orders(i64::MAX, due.len() + 1)? };
    let nearest = next.iter().filter_map(|order| order.next_try_at_us).find(|at_us| *at_us > until_us);
    Ok((due, nearest))
}

impl Run<'_> {
    fn wake(&self) -> Option<Instant> {
        let wake_at = self.look.wake_at(self.start.elapsed(), self.channel.door.now_us())?;
        Some(self.start + wake_at)
    }

    fn ended(&mut self, no: BankOrderNo, decided: bool) {
        while self.calls.try_join_next().is_some() {}
        if decided {
            if let Some(handled) = self.handled.get_mut(&no) {
                handled.under_way = false;
            }
            self.look.want();
        } else {
            // Busy or unknown: it is due still, but not at once.
            self.handled.remove(&no);
            self.look.pause(self.start.elapsed(), PAUSE);
        }
    }

    async fn look_if_due(&mut self) {
        let (begun, until_us) = (self.start.elapsed(), self.channel.door.now_us());
        if !self.look.is_due(begun, until_us) {
            return;
        }
        let limit = self.channel.options.calls_max + self.handled.len();
        let (reader, readers) = (self.reader.take(), self.channel.readers.clone());
        let read = move || -> Result<(Box<dyn Reader>, Seen), StoreError> {
            let mut reader = reader.map_or_else(|| readers(), Ok)?;
            let seen = look(reader.as_mut(), until_us, limit)?;
            Ok((reader, seen))
        };
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok((reader, (due, nearest_us)))) => {
                self.reader = Some(reader);
                let check_after = (!due.is_empty()).then_some(AGAIN);
                self.look.ended(begun, self.start.elapsed(), nearest_us, check_after);
                self.take_up(&due);
            }
            Ok(Err(error)) => self.store_failed(&error),
            Err(error) => self.store_failed(&error),
        }
    }

    fn store_failed(&mut self, error: &dyn std::fmt::Display) {
        tracing::error!(%error, "due bank orders cannot be read; trying again");
        self.look.pause(self.start.elapsed(), PAUSE);
    }

    /// Begins with those that are not under way and were not just handled, as far as calls are free.
    fn take_up(&mut self, due: &[Arc<BankOrder>]) {
        let now = self.start.elapsed();
        self.handled.retain(|_, handled| handled.under_way || now.saturating_sub(handled.since) < AGAIN);
        for order in due {
            let Some(due_at_us) = order.next_try_at_us else { continue };
            let seen = self.handled.get(&order.no);
            if seen.is_some_and(|seen| seen.under_way || seen.due_at_us == due_at_us) {
                continue;
            }
            if self.handled.values().filter(|handled| handled.under_way).count()
                >= self.channel.options.calls_max
            {
                return;
            }
            self.handled.insert(order.no, Handled { due_at_us, since: now, under_way: true });
            let channel = self.channel;
            let call = Call {
                door: channel.door.clone(),
                bank: channel.bank.clone(),
                options: channel.options.clone(),
            };
            let (no, tell, counted) = (order.no, self.tell.clone(), UnderWay::begin(&channel.idle));
            self.calls.spawn(async move {
                let decided = call.carry(no).await;
                drop(counted);
                // A channel that ended does not want to know.
                let _told = tell.send((no, decided));
            });
        }
    }
}

/// One order on its way to the bank and back.
struct Call {
    door: Door,
    bank: Arc<dyn Bank>,
    options: Options,
}

impl Call {
    /// Whether all that was to be decided was decided.
    async fn carry(&self, no: BankOrderNo) -> bool {
        let task = match self.door.ask(SendBankOrder { no }).await {
            Ok(Some(task)) => task,
            Ok(None) => return true,
            Err(error) => {
                tracing::warn!(%error, "a bank order could not be made ready; trying again");
                return false;
            }
        };
        let said = self.ask_bank(&task).await;
        self.options.pulse.note(&task.card.bank, said != OrderSaid::Silent);
        let verdict = match said {
            OrderSaid::Done { amount, bank_ref } => Verdict::Done(Done { amount, bank_ref }),
            OrderSaid::Refused { reason } => Verdict::Refused(reason),
            // The row says already when to ask again.
            OrderSaid::InProcess | OrderSaid::NeverSeen | OrderSaid::Silent => return true,
        };
        match self.door.ask(BankAnswered { no, verdict }).await {
            Ok(order) => {
                tracing::info!(bank_order_no = %no, state = ?order.state, tries = order.tries, "a bank answered");
                true
            }
            Err(error) => {
                tracing::warn!(%error, "a bank's answer could not be decided; it is asked for again");
                false
            }
        }
    }

    async fn ask_bank(&self, task: &BankTask) -> OrderSaid {
        let ask = self.words(task);
        if task.first {
            return self.in_time(self.bank.send(ask)).await;
        }
        if task.order.state == BankOrderState::GivenUp {
            return self.in_time(self.bank.revoke(ask)).await;
        }
        let said = self.in_time(self.bank.query(ask.clone())).await;
        // What was sent may still come to the bank; it takes the number once, so it can be sent again.
        if said == OrderSaid::NeverSeen && task.may_send {
            return self.in_time(self.bank.send(ask)).await;
        }
        said
    }

    async fn in_time(&self, answer: crate::Answering<'_, OrderSaid>) -> OrderSaid {
        tokio::time::timeout(self.options.call_time, answer).await.unwrap_or(OrderSaid::Silent)
    }

    fn words(&self, task: &BankTask) -> OrderAsk {
        let (order, card) = (&task.order, &task.card);
        OrderAsk {
            key: format!("{}{}", self.options.books, order.no),
            kind: order.kind,
            amount: order.amount(),
            bank: card.bank.clone(),
            agreement: card.agreement.clone(),
            last_four: card.last_four.clone(),
            asked_at_us: order.asked_at_us,
            now_us: self.door.now_us(),
            tries: order.tries,
        }
    }
}
