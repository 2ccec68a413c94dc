//! The load of the cell's bench: full payments, in a closed loop or on a schedule.
//!
//! What can be made before the clock starts is made before; answers cost an atomic or two. The thread that drives is
//! called `driver`, so that its processor time can be told from the platform's.

use crate::bench::{BenchArgs, Dice, Latencies, progress, rate};
use anyhow::anyhow;
use base::{AppId, PartyId, Text};
use cell::Door;
use engine::{Command, IssuePayCode, OpenApp, OpenOrder, OpenParty, PayBy, Reply, TopUp};
use money::{Currency, Money};
use people::{AppMode, PartyKind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use trade::{Delivery, Meaning, Product, WireCharset};

/// What every payment costs, fen: enough for a fee of one fen.
const PRICE_FEN: u64 = 199;
/// What every buyer has, fen: nobody runs out.
const PURSE_FEN: u64 = 1_000_000_000;
/// How long the driver sleeps when it has nothing to do.
const NAP: Duration = Duration::from_micros(100);

/// Whom the payments go to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum To {
    /// Merchants by a zipfian law.
    Zipf,
    /// Merchants evenly.
    Even,
    /// The first merchant only.
    One,
}

/// The parties of the load.
#[derive(Debug)]
pub(crate) struct Load {
    buyers: Vec<PartyId>,
    merchants: Vec<(PartyId, AppId)>,
    /// Cumulated zipfian weights of the merchants.
    weights: Vec<u64>,
    /// Numbers the orders, over all parts of the bench.
    made: u64,
    dice: Dice,
}

/// The drawing of the code, and the order that is paid with it.
pub(crate) type Payment = (Command, Command);

/// What a part came to.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) payments: u64,
    pub(crate) payments_per_s: u64,
    pub(crate) latencies: Latencies,
    /// How many flushes were shared by 1, 2–3, 4–7, … payments; the place is the power of two.
    pub(crate) flushes: Vec<u64>,
    /// Payments that were not made: refused, or turned away by a full queue. In a closed loop there are none.
    pub(crate) refused: u64,
}

impl Run {
    fn whole(self) -> anyhow::Result<Run> {
        let refused = self.refused;
        anyhow::ensure!(refused == 0, "{refused} payments were refused: the figures would be wrong");
        Ok(self)
    }

    /// Two parts as one; the rate is for the caller to set.
    pub(crate) fn and(mut self, other: Run) -> Run {
        self.latencies.merge(&other.latencies);
        self.flushes.iter_mut().zip(&other.flushes).for_each(|(mine, theirs)| *mine += theirs);
        Run { payments: self.payments + other.payments, refused: self.refused + other.refused, ..self }
    }
}

/// What the answers of a part are counted in. It is leaked, a few kilobytes for each part, so that an answer carries
/// one plain reference.
struct Tally {
    door: Door,
    counts: Mutex<(Latencies, Flushes)>,
    done: AtomicU64,
    refused: AtomicU64,
}

/// Payments by the flush that made them durable. The journal answers flush by flush, so equal counts of batches at the
/// time of the answer are one flush.
struct Flushes {
    by_doubling: Vec<u64>,
    batch: u64,
    in_batch: u64,
}

impl Flushes {
    fn add(&mut self, batch: u64) {
        if batch != self.batch {
            self.end();
            self.batch = batch;
        }
        self.in_batch += 1;
    }

    fn end(&mut self) {
        if let Some(doubling) = self.in_batch.checked_ilog2() {
            self.by_doubling[doubling as usize] += 1;
        }
        self.in_batch = 0;
    }
}

impl Tally {
    fn leak(door: &Door) -> &'static Tally {
        let flushes = Flushes { by_doubling: vec![0; 24], batch: 0, in_batch: 0 };
        let counts = Mutex::new((Latencies::new(), flushes));
        let (done, refused) = (AtomicU64::new(0), AtomicU64::new(0));
        Box::leak(Box::new(Tally { door: door.clone(), counts, done, refused }))
    }

    /// Sends one payment; its latency counts from `since`.
    fn send(&'static self, (code, order): Payment, since: Instant) {
        self.door.submit(code, Box::new(|_issued| {}));
        self.door.submit(
            order,
            Box::new(move |answer| {
                if !matches!(answer, Ok(Reply::OpenOrder(Ok(opened))) if opened.paid) {
                    self.refused.fetch_add(1, Ordering::Relaxed);
                }
                let batch = self.door.stats().batches.load(Ordering::Relaxed);
                let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
                counts.0.add(since.elapsed());
                counts.1.add(batch);
                drop(counts);
                self.done.fetch_add(1, Ordering::Release);
            }),
        );
    }

    /// Waits until so many were answered.
    fn wait_for(&self, payments: u64) {
        while self.done.load(Ordering::Acquire) < payments {
            std::thread::sleep(NAP);
        }
    }

    fn end(&self, sent: u64, began: Instant) -> Run {
        self.wait_for(sent);
        let payments_per_s = rate(sent, began);
        let refused = self.refused.load(Ordering::Relaxed);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.1.end();
        let flushes = counts.1.by_doubling.clone();
        Run { payments: sent, payments_per_s, latencies: counts.0.clone(), flushes, refused }
    }
}

impl Load {
    /// Opens merchants with an app each and buyers with money.
    pub(crate) fn prepare(door: &Door, args: &BenchArgs) -> anyhow::Result<Load> {
        progress(&format!("{} buyers, {} merchants …", args.buyers, args.merchants));
        let merchants = open_parties(door, PartyKind::Merchant, args.merchants)?;
        let merchants = open_apps(door, &merchants)?;
        let buyers = open_parties(door, PartyKind::Person, args.buyers)?;
        let purse = Money::from_minor(PURSE_FEN, Currency::Cny)?;
        let key = Text::new("bench")?;
        each(
            door,
            buyers.iter().map(|party| TopUp { party: *party, amount: purse, key: key.clone() }.into()),
            |reply| matches!(reply, Reply::TopUp(Ok(_))).then_some(()),
        )?;
        let mut sum = 0;
        let weights = (1..=args.merchants as u64).map(|rank| {
            sum += 1_000_000_000 / rank;
            sum
        });
        let weights = weights.collect();
        Ok(Load { buyers, merchants, weights, made: 0, dice: Dice::new(0x9e37_79b9_7f4a_7c15) })
    }

    /// Payments to send, made before the clock starts.
    pub(crate) fn make(&mut self, count: u64, to: To) -> Vec<Payment> {
        (0..count).map(|_payment| self.payment(to)).collect()
    }

    /// Sends payments, at most `in_flight_max` under way.
    pub(crate) fn closed(door: &Door, payments: Vec<Payment>, in_flight_max: u64) -> anyhow::Result<Run> {
        let (tally, count) = (Tally::leak(door), payments.len() as u64);
        let began = Instant::now();
        for (sent, payment) in (0..).zip(payments) {
            tally.wait_for(u64::saturating_sub(sent + 1, in_flight_max));
            tally.send(payment, Instant::now());
        }
        tally.end(count, began).whole()
    }

    /// Payments for so long, at most `in_flight_max` under way; each is made when it is sent, so that memory does not
    /// bound the time.
    pub(crate) fn closed_for(
        &mut self,
        door: &Door,
        time: Duration,
        in_flight_max: u64,
    ) -> anyhow::Result<Run> {
        let tally = Tally::leak(door);
        let (began, mut sent) = (Instant::now(), 0);
        while began.elapsed() < time {
            tally.wait_for(u64::saturating_sub(sent + 1, in_flight_max));
            tally.send(self.payment(To::Zipf), Instant::now());
            sent += 1;
        }
        tally.end(sent, began).whole()
    }

    /// Payments on a schedule, whatever becomes of those before; latency counts from the moment that was scheduled, so
    /// that a platform that stalls cannot hide it.
    pub(crate) fn open(door: &Door, payments: Vec<Payment>, per_s: u64) -> Run {
        let (tally, count) = (Tally::leak(door), payments.len() as u64);
        let began = Instant::now();
        for (sent, payment) in (0..).zip(payments) {
            let due = began + Duration::from_micros(sent * 1_000_000 / per_s.max(1));
            while Instant::now() < due {
                std::thread::sleep(NAP);
            }
            tally.send(payment, due);
        }
        tally.end(count, began)
    }

    fn payment(&mut self, to: To) -> Payment {
        self.made += 1;
        let dice = &mut self.dice;
        let buyer = self.buyers[dice.below(self.buyers.len())];
        let merchant = match to {
            To::One => 0,
            To::Even => dice.below(self.merchants.len()),
            To::Zipf => {
                let drawn = dice.roll() % self.weights.last().copied().unwrap_or(1);
                self.weights.partition_point(|sum| *sum <= drawn).min(self.merchants.len() - 1)
            }
        };
        let (seller, app) = self.merchants[merchant];
        let mut digest = [0; 16];
        digest[..8].copy_from_slice(&dice.roll().to_le_bytes());
        digest[8..].copy_from_slice(&dice.roll().to_le_bytes());
        let code = IssuePayCode { party: buyer, digest, attempt: None };
        let pay_by = PayBy { slot: buyer.slot(), digest };
        (code.into(), order(seller, app, &format!("B1N{}", self.made), pay_by).into())
    }
}

/// The order of one payment of the load.
pub(crate) fn order(seller: PartyId, app: AppId, number: &str, pay_by: PayBy) -> OpenOrder {
    let text = |text: &str| Text::new(text).ok();
    OpenOrder {
        seller,
        app,
        out_trade_no: Text::new(number).expect("short"),
        meaning: Meaning {
            product: Product::FaceToFace,
            total: Money::from_minor(PRICE_FEN, Currency::Cny).expect("small"),
            subject: Text::new("一杯豆浆").expect("short"),
            body: None,
            named_buyer: None,
            goods_detail: None,
        },
        delivery: Delivery {
            notify_url: Text::new("http://127.0.0.1:1/notify").ok(),
            return_url: None,
            quit_url: None,
            charset: WireCharset::Utf8,
            rsa1: false,
            store_id: text("S1"),
            terminal_id: text("T1"),
            operator_id: None,
            passback_params: None,
            merchant_order_no: None,
        },
        timeout: None,
        expires_at_us: None,
        code_timeout: None,
        pay_by: Some(pay_by),
        royalty_freeze: false,
    }
}

pub(crate) fn open_parties(door: &Door, kind: PartyKind, count: usize) -> anyhow::Result<Vec<PartyId>> {
    let commands = (0..count).map(|number| {
        let login = format!("{}{number}@bench.tongbao", kind.as_str());
        let (login, name) = (Text::new(&login).expect("short"), Text::new("bench").expect("short"));
        OpenParty { kind, login, name, password: None }.into()
    });
    each(door, commands, |reply| if let Reply::OpenParty(Ok(party)) = reply { Some(party) } else { None })
}

fn open_apps(door: &Door, sellers: &[PartyId]) -> anyhow::Result<Vec<(PartyId, AppId)>> {
    let commands = sellers.iter().map(|seller| {
        let (seller, mode) = (*seller, AppMode::Key);
        let (certificate, cert_sn, sealed_aes_key) = (None, None, None);
        OpenApp {
            seller,
            mode,
            public_key: Vec::new(),
            certificate,
            cert_sn,
            allow_rsa1: false,
            sealed_aes_key,
        }
        .into()
    });
    let apps =
        each(door, commands, |reply| if let Reply::OpenApp(Ok(app)) = reply { Some(app) } else { None })?;
    Ok(sellers.iter().copied().zip(apps).collect())
}

/// Runs commands through the door, a few thousand at a time, and gives what each came to, in order.
pub(crate) fn each<T: Send + 'static>(
    door: &Door,
    commands: impl Iterator<Item = Command>,
    take: impl Fn(Reply) -> Option<T> + Send + Sync + 'static,
) -> anyhow::Result<Vec<T>> {
    const WINDOW: usize = 4_096;
    let take = Arc::new(take);
    let in_flight = Arc::new(AtomicUsize::new(0));
    let results = Arc::new(Mutex::new(Vec::<(usize, Option<T>)>::new()));
    for (place, command) in commands.enumerate() {
        while in_flight.load(Ordering::Acquire) >= WINDOW {
            std::thread::sleep(Duration::from_micros(100));
        }
        in_flight.fetch_add(1, Ordering::AcqRel);
        let (take, in_flight, results) = (take.clone(), in_flight.clone(), results.clone());
        door.submit(
            command,
            Box::new(move |answer| {
                let taken = answer.ok().and_then(|reply| take(reply));
                results.lock().unwrap_or_else(PoisonError::into_inner).push((place, taken));
                in_flight.fetch_sub(1, Ordering::AcqRel);
            }),
        );
    }
    while in_flight.load(Ordering::Acquire) > 0 {
        std::thread::sleep(Duration::from_micros(100));
    }
    let mut results = std::mem::take(&mut *results.lock().unwrap_or_else(PoisonError::into_inner));
    results.sort_by_key(|(place, _)| *place);
    results
        .into_iter()
        .map(|(place, taken)| taken.ok_or_else(|| anyhow!("preparing step {place} was refused")))
        .collect()
}
