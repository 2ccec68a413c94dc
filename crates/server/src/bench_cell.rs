//! Payments through the cell alone.
//!
//! One payment is what a till does: the buyer's wallet draws a pay code, the merchant's order is opened and paid with
//! it. That is an order with its number, a trade, two postings with five entries (the fee is the fifth), a receipt and
//! a notification, in one journal record, answered when it is durable; the code itself is made and used up on the way.

use crate::bench::{BenchArgs, Dice, Latencies, cpu_ms, progress, rate, resident_kb};
use crate::data_folder::DataFolder;
use anyhow::{Context, anyhow};
use base::{AppId, PartyId, Text};
use cell::{Cell, Door};
use engine::{Command, IssuePayCode, OpenApp, OpenOrder, OpenParty, PayBy, Reply, TopUp};
use money::{Currency, Money};
use people::{AppMode, PartyKind};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use store::SqliteStore;
use trade::{Delivery, Meaning, Product, WireCharset};

/// What every payment costs, fen: enough for a fee of one fen.
const PRICE_FEN: u64 = 199;
/// What every buyer has, fen: nobody runs out.
const PURSE_FEN: u64 = 1_000_000_000;

fn clock() -> cell::Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    })
}

fn open(folder: &DataFolder, backlog_rows: u64) -> anyhow::Result<(Cell, Door)> {
    let store = SqliteStore::open(&folder.tables()).context("the tables cannot be opened")?;
    let mut options = cell::Options::new(folder.world_note()?.world_id()?);
    options.backlog_rows_max = backlog_rows;
    Cell::open(&folder.journal(), Box::new(store), clock(), options).context("the cell cannot be opened")
}

pub(crate) fn run(args: &BenchArgs) -> anyhow::Result<Value> {
    let (folder, _claim) = DataFolder::claim(&args.data)?;
    let (cell, door) = open(&folder, args.backlog_rows)?;
    let load = Load::prepare(&door, args)?;
    wait_posted(&door);
    let stats = door.stats();
    let (bytes_before, batches_before, cpu_before) =
        (stats.journal_bytes.load(Ordering::Relaxed), stats.batches.load(Ordering::Relaxed), cpu_ms());
    progress(&format!("burst of {} payments …", args.payments));
    let burst = load.drive(&door, args.in_flight, Until::Payments(args.payments as u64), 1);
    let per = |total: u64| total / (burst.payments.max(1));
    let burst_bytes = per(door.stats().journal_bytes.load(Ordering::Relaxed) - bytes_before);
    let burst_loads = door.stats().loads.load(Ordering::Relaxed);
    let burst_batches = door.stats().batches.load(Ordering::Relaxed) - batches_before;
    let burst_cpu_us = per((cpu_ms() - cpu_before) * 1_000);
    let backlog_after_burst = door.stats().backlog_rows.load(Ordering::Relaxed);
    progress(&format!("burst: {} payments/s", burst.rate));
    wait_posted(&door);
    progress(&format!("sustained run of {} s …", args.sustained_s));
    let cpu_before = cpu_ms();
    let quarters: Vec<Run> = (0..4)
        .map(|quarter| {
            let run = load.drive(&door, args.in_flight, Until::Seconds(args.sustained_s / 4), 2 + quarter);
            progress(&format!("quarter {}: {} payments/s", quarter + 1, run.rate));
            run
        })
        .collect();
    let mut latencies = Latencies::new();
    quarters.iter().for_each(|run| latencies.merge(&run.latencies));
    let sustained: u64 = quarters.iter().map(|run| run.payments).sum();
    let sustained_cpu_us = (cpu_ms() - cpu_before) * 1_000 / sustained.max(1);
    let backlog_after = door.stats().backlog_rows.load(Ordering::Relaxed);
    let rss_kb = resident_kb();
    let draining = Instant::now();
    wait_posted(&door);
    let drain_s = draining.elapsed().as_secs();
    let refused = load.refused.load(Ordering::Relaxed);
    cell.close();
    anyhow::ensure!(refused == 0, "{refused} payments were refused: the figures would be wrong");
    Ok(json!({
        "what": "cell: full payments, durable in the journal and answered; pay code drawn in the same run",
        "buyers": args.buyers, "merchants": args.merchants, "in_flight": args.in_flight,
        "backlog_rows_max": args.backlog_rows,
        "burst": {
            "payments": burst.payments, "payments_per_s": burst.rate,
            "p50_us": burst.latencies.quantile_us(500), "p99_us": burst.latencies.quantile_us(990),
            "journal_bytes_per_payment": burst_bytes, "cpu_us_per_payment": burst_cpu_us,
            "payments_per_flush": burst.payments / burst_batches.max(1), "backlog_rows_after": backlog_after_burst,
            "loads_until_its_end": burst_loads,
        },
        "sustained": {
            "seconds": args.sustained_s, "payments": sustained,
            "payments_per_s": sustained / args.sustained_s.max(1),
            "quarters_per_s": quarters.iter().map(|run| run.rate).collect::<Vec<_>>(),
            "p50_us": latencies.quantile_us(500), "p99_us": latencies.quantile_us(990),
            "cpu_us_per_payment": sustained_cpu_us, "backlog_rows_after": backlog_after,
            "drained_in_s": drain_s, "posted_payments_per_s": sustained / (args.sustained_s + drain_s).max(1),
        },
        "resident_kb": rss_kb,
    }))
}

fn wait_posted(door: &Door) {
    while door.stats().backlog_rows.load(Ordering::Relaxed) > 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
}

enum Until {
    Payments(u64),
    Seconds(u64),
}

struct Run {
    payments: u64,
    rate: u64,
    latencies: Latencies,
}

struct Load {
    buyers: Vec<PartyId>,
    merchants: Vec<(PartyId, AppId)>,
    /// Cumulated zipfian weights of the merchants.
    weights: Vec<u64>,
    refused: Arc<AtomicU64>,
}

impl Load {
    fn prepare(door: &Door, args: &BenchArgs) -> anyhow::Result<Load> {
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
        Ok(Load { buyers, merchants, weights: weights.collect(), refused: Arc::new(AtomicU64::new(0)) })
    }

    fn drive(&self, door: &Door, in_flight_max: usize, until: Until, round: u64) -> Run {
        let mut dice = Dice::new(0x9e37_79b9_7f4a_7c15 ^ round);
        let latencies = Arc::new(Mutex::new(Latencies::new()));
        let in_flight = Arc::new(AtomicUsize::new(0));
        let done = Arc::new(AtomicU64::new(0));
        let began = Instant::now();
        let mut sent = 0;
        loop {
            match until {
                Until::Payments(count) if sent == count => break,
                Until::Seconds(seconds) if began.elapsed().as_secs() >= seconds => break,
                Until::Payments(_) | Until::Seconds(_) => {}
            }
            while in_flight.load(Ordering::Acquire) >= in_flight_max {
                std::thread::sleep(Duration::from_micros(200));
            }
            in_flight.fetch_add(1, Ordering::AcqRel);
            sent += 1;
            let (code, order) = self.payment(&mut dice, round, sent);
            let (latencies, in_flight, done) = (latencies.clone(), in_flight.clone(), done.clone());
            let refused = self.refused.clone();
            door.submit(code, Box::new(|_issued| {}));
            let asked = Instant::now();
            door.submit(
                order,
                Box::new(move |answer| {
                    latencies.lock().unwrap_or_else(PoisonError::into_inner).add(asked.elapsed());
                    if !matches!(answer, Ok(Reply::OpenOrder(Ok(opened))) if opened.paid) {
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                    in_flight.fetch_sub(1, Ordering::AcqRel);
                }),
            );
        }
        while in_flight.load(Ordering::Acquire) > 0 {
            std::thread::sleep(Duration::from_micros(200));
        }
        let payments = done.load(Ordering::Relaxed);
        let rate = rate(payments, began);
        let latencies = latencies.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Run { payments, rate, latencies }
    }

    fn payment(&self, dice: &mut Dice, round: u64, number: u64) -> (Command, Command) {
        let buyer = self.buyers[dice.below(self.buyers.len())];
        let total_weight = self.weights.last().copied().unwrap_or(1);
        let drawn = dice.roll() % total_weight;
        let merchant = self.weights.partition_point(|sum| *sum <= drawn).min(self.merchants.len() - 1);
        let (seller, app) = self.merchants[merchant];
        let mut digest = [0; 16];
        digest[..8].copy_from_slice(&dice.roll().to_le_bytes());
        digest[8..].copy_from_slice(&dice.roll().to_le_bytes());
        let code = IssuePayCode { party: buyer, digest };
        let pay_by = PayBy { slot: buyer.slot(), digest };
        (code.into(), order(seller, app, &format!("B{round}N{number}"), pay_by).into())
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
