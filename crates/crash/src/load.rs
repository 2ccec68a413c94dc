//! The signed load: orders that many clients use at once, and what is remembered of every answer.

use crate::client::Client;
use crate::dice::Dice;
use crate::shop::Shop;
use crate::told::{Proves, Told};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Faults that are kept word for word.
const FAULTS_MAX: usize = 200;
/// More than the limit up to which a code pays without a password.
const BIG_FEN: i64 = 150_000;

/// What is counted, in the order of [`Kind`].
pub(crate) const KINDS: [&str; 12] = [
    "pay",
    "pay_refused",
    "refund",
    "refund_refused",
    "cancel",
    "close",
    "close_refused",
    "query",
    "query_refused",
    "other_meaning_refused",
    "pay_code",
    "top_up",
];

/// How to load.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Clients, each with a connection of its own.
    pub(crate) clients: usize,
    /// Orders in use at once, shared by all clients.
    pub(crate) window: usize,
    /// Calls until an order makes room for a new one.
    pub(crate) calls_per_order: u32,
    /// Top-ups among a thousand calls.
    pub(crate) top_ups_per_mille: u64,
    pub(crate) seed: u64,
    /// Prefix of all numbers.
    pub(crate) prefix: String,
    /// The shim's log; its length is noted with each answer.
    pub(crate) log: Option<PathBuf>,
}

/// An order and what was told about it.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) number: String,
    pub(crate) merchant: usize,
    pub(crate) buyer: usize,
    pub(crate) total_fen: i64,
    pub(crate) told: Mutex<Told>,
    in_flight: AtomicU64,
}

impl Order {
    /// What one refund number stands for, fen: three fit, the fourth does not.
    pub(crate) fn refund_fen(&self) -> i64 {
        (self.total_fen * 3 / 10).max(1)
    }
}

/// An acknowledgement, to be looked up in the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Proof {
    Order(u32, Proves),
    /// Of a buyer, by its key's number and the amount in fen.
    TopUp {
        buyer: u32,
        number: u64,
        fen: i64,
    },
}

/// An acknowledgement and how long the shim's log was when it was heard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fact {
    pub(crate) at: u64,
    pub(crate) proof: Proof,
}

/// Everything that the clients share.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) shop: Shop,
    pub(crate) host: String,
    pub(crate) settings: Settings,
    pub(crate) orders: Mutex<Vec<Arc<Order>>>,
    window: Vec<Mutex<u32>>,
    pub(crate) facts: Mutex<Vec<Fact>>,
    pub(crate) faults: Mutex<Vec<String>>,
    /// Top-ups that nobody answered: they are asked again in the end.
    pub(crate) open_top_ups: Mutex<Vec<(u32, u64)>>,
    pub(crate) counts: [AtomicU64; KINDS.len()],
    pub(crate) unknown: AtomicU64,
    pub(crate) unverified: AtomicU64,
    pub(crate) stop: AtomicBool,
    pub(crate) top_ups: AtomicU64,
}

/// Panics of a client must not hide what the others saw.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Load {
    /// A load on a server at `host`, with its first orders chosen.
    pub(crate) fn new(shop: Shop, host: &str, settings: Settings) -> Arc<Load> {
        let load = Load {
            shop,
            host: host.to_owned(),
            orders: Mutex::default(),
            window: (0..settings.window).map(|_| Mutex::new(0)).collect(),
            settings,
            facts: Mutex::default(),
            faults: Mutex::default(),
            open_top_ups: Mutex::default(),
            counts: std::array::from_fn(|_| AtomicU64::new(0)),
            unknown: AtomicU64::new(0),
            unverified: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            top_ups: AtomicU64::new(0),
        };
        for place in &load.window {
            *locked(place) = load.new_order();
        }
        Arc::new(load)
    }

    /// Acknowledged operations so far.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.counts.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// The amount of a top-up, fen, by its number.
    pub(crate) fn top_up_fen(number: u64) -> i64 {
        1 + i64::try_from(number % 7).expect("below 7")
    }

    /// A top-up's key.
    pub(crate) fn top_up_key(&self, number: u64) -> String {
        format!("{}t{number}", self.settings.prefix)
    }

    /// Runs all clients until `stop` is set.
    pub(crate) fn run(self: &Arc<Load>) -> Vec<std::thread::JoinHandle<()>> {
        let client = |place: usize| {
            let load = self.clone();
            std::thread::spawn(move || Client::new(&load, place).run())
        };
        (0..self.settings.clients).map(client).collect()
    }

    /// Remembers a contradiction.
    pub(crate) fn fault(&self, text: String) {
        let mut faults = locked(&self.faults);
        if faults.len() < FAULTS_MAX {
            faults.push(text);
        }
    }

    /// Counts one acknowledged operation.
    pub(crate) fn count(&self, kind: &str) {
        let place = KINDS.iter().position(|name| *name == kind).expect("a kind of the list");
        self.counts[place].fetch_add(1, Ordering::Relaxed);
    }

    fn new_order(&self) -> u32 {
        let mut orders = locked(&self.orders);
        let index = orders.len();
        let small = 100 + i64::try_from(index % 400).expect("below 400");
        orders.push(Arc::new(Order {
            number: format!("{}{index}", self.settings.prefix),
            merchant: index % self.shop.merchants.len(),
            buyer: (index / 3) % self.shop.buyers.len(),
            total_fen: if index % 8 == 7 { BIG_FEN } else { small },
            told: Mutex::default(),
            in_flight: AtomicU64::new(0),
        }));
        u32::try_from(index).expect("fewer orders than 2^32")
    }

    /// An order of the window, with a call begun on it: [`Load::done_with`] ends it.
    pub(crate) fn pick(&self, dice: &mut Dice) -> (u32, Arc<Order>) {
        let mut place = locked(&self.window[dice.index(self.window.len())]);
        loop {
            let order = locked(&self.orders)[*place as usize].clone();
            let mut told = locked(&order.told);
            if told.calls < self.settings.calls_per_order {
                told.calls += 1;
                order.in_flight.fetch_add(1, Ordering::SeqCst);
                drop(told);
                return (*place, order);
            }
            drop(told);
            *place = self.new_order();
        }
    }

    /// A call on the order has ended.
    pub(crate) fn done_with(&self, order: &Order) {
        let mut told = locked(&order.told);
        let left = order.in_flight.fetch_sub(1, Ordering::SeqCst) - 1;
        if left == 0 && told.calls >= self.settings.calls_per_order {
            told.retire();
        }
    }

    /// Remembers an acknowledgement that was heard now.
    pub(crate) fn proven(&self, proof: Proof) {
        let log = self.settings.log.as_ref().and_then(|path| std::fs::metadata(path).ok());
        let at = log.map_or(0, |found| found.len());
        locked(&self.facts).push(Fact { at, proof });
    }
}
