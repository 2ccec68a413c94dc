//! The floor: what this machine does when nothing is left but the work itself.
//!
//! The same payment as the cell's (pay code, order with its number, trade, two postings with five entries, balances,
//! receipt, notice) on bare hash maps, decided by one thread; a second thread appends each group of a thousand to a
//! file and flushes it before they count. No journal that could be read again, no rows that could be posted, no
//! refusals beyond what the figures need. Code of its own, on purpose: nothing here is used by the product.

use crate::bench::{BenchArgs, Dice, progress, rate};
use crate::bench_proc::Process;
use anyhow::Context;
use foldhash::fast::RandomState;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc;
use std::time::Instant;

const GROUP: usize = 1_000;
const PRICE_FEN: i64 = 199;
const FEE_FEN: i64 = 1;
const PURSE_FEN: i64 = 1_000_000_000;

type Map<K, V> = HashMap<K, V, RandomState>;

struct Party {
    blocked: bool,
    login: Box<str>,
}

struct Order {
    seller: u32,
    buyer: u32,
    buyer_login_masked: Box<str>,
    store_id: Box<str>,
    terminal_id: Box<str>,
    fee_fen: i64,
    expires_at_us: i64,
    out_trade_no: Box<str>,
    subject: Box<str>,
    notify_url: Box<str>,
    total_fen: i64,
    opened_at_us: i64,
    paid_at_us: i64,
    state: u8,
}

struct Trade {
    buyer: u32,
    seller: u32,
    subject: Box<str>,
    total_fen: i64,
    paid_at_us: i64,
    state: u8,
}

/// Account, signed amount and balance after, of up to four legs.
struct Posting {
    order: u64,
    legs: [(u32, i64, i64); 4],
    count: u8,
}

struct Notice {
    order: u64,
    url: Box<str>,
    due_at_us: i64,
}

/// One payment as it comes in.
struct Asked {
    buyer: u32,
    seller: u32,
    digest: u128,
    out_trade_no: Box<str>,
    subject: Box<str>,
    notify_url: Box<str>,
    store_id: Box<str>,
    terminal_id: Box<str>,
}

/// What a timer does when it is due: forget a code, or close an order.
struct Timer {
    due_at_us: i64,
    code: u128,
    order: u64,
}

#[derive(Default)]
struct Books {
    parties: Map<u32, Party>,
    balances: Map<u32, i64>,
    codes: Map<u128, (u32, i64, u64)>,
    timers: Map<u64, Timer>,
    numbers: Map<(u32, Box<str>), u64>,
    orders: Map<u64, Order>,
    trades: Map<u64, Trade>,
    postings: Map<u64, Posting>,
    receipts: Map<(u64, u128), u8>,
    notices: Map<u64, Notice>,
    last: u64,
}

/// The platform's own accounts, beside buyers from 0 and merchants from the number of buyers on.
const TRANSIT: u32 = u32::MAX;
const FEES: u32 = u32::MAX - 1;

impl Books {
    fn issue(&mut self, buyer: u32, digest: u128, now_us: i64) {
        self.last += 1;
        let due_at_us = now_us + 60_000_000;
        self.timers.insert(self.last, Timer { due_at_us, code: digest, order: 0 });
        self.codes.insert(digest, (buyer, due_at_us, self.last));
    }

    /// Decides one payment and writes it behind the others of its group; `false` when it is refused.
    fn pay(&mut self, asked: Asked, now_us: i64, out: &mut Vec<u8>) -> bool {
        let number = (asked.seller, asked.out_trade_no.clone());
        if self.numbers.contains_key(&number) {
            return false;
        }
        if self.parties.get(&asked.seller).is_none_or(|seller| seller.blocked) {
            return false;
        }
        self.last += 1;
        let no = self.last;
        let expires_at_us = now_us + 900_000_000;
        self.timers.insert(no, Timer { due_at_us: expires_at_us, code: 0, order: no });
        let Some((buyer, code_expires_at_us, timer)) = self.codes.remove(&asked.digest) else { return false };
        if code_expires_at_us <= now_us || buyer != asked.buyer {
            return false;
        }
        if self.timers.remove(&timer).is_none_or(|timer| timer.code != asked.digest) {
            return false;
        }
        let Some(party) = self.parties.get(&buyer).filter(|party| !party.blocked) else { return false };
        let buyer_login_masked = masked(&party.login);
        let purse = self.balances.entry(buyer).or_insert(0);
        if *purse < PRICE_FEN {
            return false;
        }
        *purse -= PRICE_FEN;
        let purse = *purse;
        let mut move_to = |account, amount| {
            let balance = self.balances.entry(account).or_insert(0);
            *balance += amount;
            (account, amount, *balance)
        };
        let out_legs = [(buyer, -PRICE_FEN, purse), move_to(TRANSIT, PRICE_FEN), (0, 0, 0), (0, 0, 0)];
        let in_legs = [
            move_to(TRANSIT, -PRICE_FEN),
            move_to(asked.seller, PRICE_FEN - FEE_FEN),
            move_to(FEES, FEE_FEN),
            (0, 0, 0),
        ];
        let order = Order {
            seller: asked.seller,
            buyer,
            buyer_login_masked,
            store_id: asked.store_id,
            terminal_id: asked.terminal_id,
            fee_fen: FEE_FEN,
            expires_at_us,
            out_trade_no: asked.out_trade_no,
            subject: asked.subject,
            notify_url: asked.notify_url,
            total_fen: PRICE_FEN,
            opened_at_us: now_us,
            paid_at_us: now_us,
            state: 2,
        };
        if self.timers.remove(&no).is_none_or(|timer| timer.order != no || timer.due_at_us < now_us) {
            return false;
        }
        write_order(out, no, asked.digest, &order);
        let out_posting = Posting { order: no, legs: out_legs, count: 2 };
        let in_posting = Posting { order: no, legs: in_legs, count: 3 };
        write_posting(out, &out_posting);
        write_posting(out, &in_posting);
        self.numbers.insert(number, no);
        self.receipts.insert((no, asked.digest), 1);
        self.keep(no, order, [out_posting, in_posting], out);
        true
    }

    /// Writes the rest of a paid order, and takes over its rows.
    fn keep(&mut self, no: u64, order: Order, postings: [Posting; 2], out: &mut Vec<u8>) {
        let trade = Trade {
            buyer: order.buyer,
            seller: order.seller,
            subject: order.subject.clone(),
            total_fen: order.total_fen,
            paid_at_us: order.paid_at_us,
            state: 1,
        };
        put(out, &[i64::from(trade.buyer), i64::from(trade.seller), trade.total_fen, trade.paid_at_us]);
        out.push(trade.state);
        text(out, &trade.subject);
        let notice = Notice { order: no, url: order.notify_url.clone(), due_at_us: order.paid_at_us };
        put(out, &[notice.order.cast_signed(), notice.due_at_us]);
        text(out, &notice.url);
        self.orders.insert(no, order);
        self.trades.insert(no, trade);
        let [out_posting, in_posting] = postings;
        self.postings.insert(2 * no, out_posting);
        self.postings.insert(2 * no + 1, in_posting);
        self.notices.insert(no, notice);
    }
}

fn put(out: &mut Vec<u8>, numbers: &[i64]) {
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes());
    }
}

fn masked(login: &str) -> Box<str> {
    let (name, domain) = login.split_once('@').unwrap_or((login, ""));
    format!("{}***@{domain}", &name[..name.len().min(3)]).into()
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(text.len() as u8);
    out.extend_from_slice(text.as_bytes());
}

fn write_order(out: &mut Vec<u8>, no: u64, digest: u128, order: &Order) {
    let Order { seller, buyer, total_fen, opened_at_us, paid_at_us, fee_fen, expires_at_us, .. } = order;
    out.extend_from_slice(&digest.to_le_bytes());
    put(
        out,
        &[no.cast_signed(), i64::from(*seller), i64::from(*buyer), *total_fen, *opened_at_us, *paid_at_us],
    );
    put(out, &[*fee_fen, *expires_at_us]);
    out.push(order.state);
    text(out, &order.out_trade_no);
    text(out, &order.subject);
    text(out, &order.notify_url);
    text(out, &order.store_id);
    text(out, &order.terminal_id);
    text(out, &order.buyer_login_masked);
}

fn write_posting(out: &mut Vec<u8>, posting: &Posting) {
    out.push(posting.count);
    put(out, &[posting.order.cast_signed()]);
    for (account, amount, after) in &posting.legs[..usize::from(posting.count)] {
        put(out, &[i64::from(*account), *amount, *after]);
    }
}

/// Measures the floor with a scratch file in `folder`.
pub(crate) fn run(folder: &Path, args: &BenchArgs) -> anyhow::Result<Value> {
    progress(&format!("floor: {} payments on bare hash maps …", args.payments));
    let asked = prepare(args);
    let mut books = Books::default();
    books.balances.extend((0..args.buyers as u32).map(|buyer| (buyer, PURSE_FEN)));
    let parties = 0..(args.buyers + args.merchants) as u32;
    books.parties.extend(parties.map(|party| {
        (party, Party { blocked: false, login: format!("person{party}@bench.tongbao").into() })
    }));
    let path = folder.join("floor.tmp");
    let mut file = File::create(&path).context("the floor's file cannot be made")?;
    let (to_disk, groups) = mpsc::sync_channel::<(Vec<u8>, u64)>(2);
    let (empty_in, empty) = mpsc::channel();
    let before = Process::now();
    let began = Instant::now();
    let appender = std::thread::Builder::new().name("floor-append".to_owned()).spawn(move || {
        let (mut durable, mut bytes) = (0, 0);
        while let Ok((group, payments)) = groups.recv() {
            file.write_all(&group)?;
            file.sync_data()?;
            (durable, bytes) = (durable + payments, bytes + group.len() as u64);
            // The decider may be gone.
            let _sent = empty_in.send(group);
        }
        Ok::<_, std::io::Error>((durable, bytes))
    })?;
    let mut group = Vec::new();
    let mut in_group = 0;
    for asked in asked {
        let now_us = i64::try_from(began.elapsed().as_micros()).unwrap_or(i64::MAX);
        books.issue(asked.buyer, asked.digest, now_us);
        anyhow::ensure!(books.pay(asked, now_us, &mut group), "the floor refused a payment");
        in_group += 1;
        if in_group == GROUP as u64 {
            to_disk.send((std::mem::take(&mut group), in_group))?;
            group = empty.try_recv().unwrap_or_default();
            group.clear();
            in_group = 0;
        }
    }
    to_disk.send((group, in_group))?;
    let by_thread = before.until_now(args.payments as u64).by_thread;
    drop(to_disk);
    let (durable, bytes) = appender.join().map_err(|_| anyhow::anyhow!("the floor's file failed"))??;
    let payments_per_s = rate(durable, began);
    let spent = before.until_now(durable);
    std::fs::remove_file(&path).context("the floor's file cannot be removed")?;
    anyhow::ensure!(books.orders.len() as u64 == durable, "the floor lost a payment");
    progress(&format!("floor: {payments_per_s} payments/s"));
    Ok(json!({
        "payments": durable, "payments_per_s": payments_per_s, "bytes_per_payment": bytes / durable.max(1),
        "cpu_us_per_payment": spent.cpu_us, "cpu_us_per_payment_by_thread": by_thread,
    }))
}

fn prepare(args: &BenchArgs) -> Vec<Asked> {
    let mut dice = Dice::new(7);
    let (buyers, merchants) = (args.buyers.max(1), args.merchants.max(1));
    let mut sum = 0;
    let weights: Vec<u64> = (1..=merchants as u64)
        .map(|rank| {
            sum += 1_000_000_000 / rank;
            sum
        })
        .collect();
    (0..args.payments)
        .map(|number| {
            let drawn = dice.roll() % sum;
            let merchant = weights.partition_point(|sum| *sum <= drawn).min(merchants - 1);
            Asked {
                buyer: dice.below(buyers) as u32,
                seller: (buyers + merchant) as u32,
                digest: u128::from(dice.roll()) << 64 | u128::from(dice.roll()),
                out_trade_no: format!("B1N{number}").into(),
                subject: "一杯豆浆".into(),
                notify_url: "http://127.0.0.1:1/notify".into(),
                store_id: "S1".into(),
                terminal_id: "T1".into(),
            }
        })
        .collect()
}
