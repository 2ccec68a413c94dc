//! kill -9 of the real server under a signed load, again and again.

use crate::call::{self, yuan};
use crate::dice::Dice;
use crate::line::{Line, sandbox};
use crate::load::{Fact, KINDS, Load, Proof, Settings, locked};
use crate::report::{Figures, quantiles};
use crate::server::{Abilities, Plan, verify_with};
use crate::shop::Shop;
use crate::told::Proves;
use crate::truth::{Found, Truth};
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A run that needs more is not the run that was asked for.
const RUN_MAX: Duration = Duration::from_secs(3 * 3600);
/// Most time between two kills.
const SERVING_MAX_MS: u64 = 8_000;
/// Threads that ask for every order in the end.
const ASKERS: usize = 16;

/// What to do.
#[derive(Clone, Debug)]
pub(crate) struct Kills {
    pub(crate) cycles: u64,
    /// Acknowledged operations at least.
    pub(crate) acknowledged: u64,
    pub(crate) seed: u64,
    pub(crate) clients: usize,
}

/// What happened to the server.
#[derive(Debug, Default)]
struct Cycles {
    kills: u64,
    while_starting: u64,
    right_after_start: u64,
    /// From the kill until it served again, microseconds.
    recovery_us: Vec<u64>,
}

/// Runs it in `folder`; the figures are red when anything is wrong.
pub(crate) fn run(binary: &Path, folder: &Path, kills: &Kills) -> anyhow::Result<Figures> {
    let began = Instant::now();
    let mut plan = Plan::new(binary, &folder.join("data"));
    plan.listen = free_address()?;
    let (first, _) = plan.start()?;
    let mut server = Some(first);
    let shop = Shop::open(&plan.listen, 4, 32)?;
    let settings = Settings {
        clients: kills.clients,
        window: 48,
        calls_per_order: 40,
        top_ups_per_mille: 300,
        seed: kills.seed,
        prefix: format!("K{}x", kills.seed),
        log: None,
    };
    let load = Load::new(shop, &plan.listen, settings);
    let clients = load.run();
    let mut dice = Dice::new(kills.seed, 0);
    let mut cycles = Cycles::default();
    let outcome = loop {
        if cycles.kills >= kills.cycles && load.acknowledged() >= kills.acknowledged {
            break Ok(());
        }
        if began.elapsed() > RUN_MAX || !locked(&load.faults).is_empty() {
            break Ok(());
        }
        let Some(running) = server.take() else { break Ok(()) };
        match cycle(&plan, running, &load, kills, &mut dice, &mut cycles, began) {
            Ok(next) => server = Some(next),
            Err(error) => break Err(error),
        }
    };
    load.stop.store(true, Ordering::Relaxed);
    clients.into_iter().for_each(|client| drop(client.join()));
    outcome?;
    let mut figures = Figures::new("kill -9 under a signed load");
    figures.set("seconds_under_load", json!(began.elapsed().as_secs()));
    drop(server);
    let (last, _) = plan.start().context("the last start")?;
    resolve_top_ups(&load)?;
    let asked = ask_for_all(&load)?;
    last.stop()?;
    end(binary, &plan, &load, &asked, &mut figures)?;
    tell(&load, cycles, &mut figures);
    Ok(figures)
}

/// One life of the server and its end; gives the next life.
fn cycle(
    plan: &Plan,
    server: crate::server::Server,
    load: &Load,
    kills: &Kills,
    dice: &mut Dice,
    cycles: &mut Cycles,
    began: Instant,
) -> anyhow::Result<crate::server::Server> {
    let kind = dice.below(100);
    let serves = if kind < 12 { dice.below(25) } else { serving_ms(load, kills, cycles, dice, began) };
    cycles.right_after_start += u64::from(kind < 12);
    std::thread::sleep(Duration::from_millis(serves));
    server.kill();
    cycles.kills += 1;
    while dice.below(100) < 15 {
        // Somewhere on its way up; a start takes about a tenth of a second.
        let starting = plan.spawn()?;
        std::thread::sleep(Duration::from_millis(dice.below(160)));
        starting.kill();
        cycles.kills += 1;
        cycles.while_starting += 1;
    }
    let again = Instant::now();
    let (server, _) = plan.start()?;
    cycles.recovery_us.push(u64::try_from(again.elapsed().as_micros())?);
    Ok(server)
}

/// How long it serves now, so that both goals are met at about the same time.
fn serving_ms(load: &Load, kills: &Kills, cycles: &Cycles, dice: &mut Dice, began: Instant) -> u64 {
    let done = load.acknowledged().max(1);
    let spent_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
    let left_ms = kills.acknowledged.saturating_sub(done).saturating_mul(spent_ms) / done;
    let mean = left_ms / kills.cycles.saturating_sub(cycles.kills).max(1);
    let mean = mean.clamp(60, SERVING_MAX_MS);
    mean / 2 + dice.below(mean)
}

/// An address that was free a moment ago.
pub(crate) fn free_address() -> anyhow::Result<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").context("no free port")?;
    Ok(listener.local_addr()?.to_string())
}

/// Top-ups that nobody answered are asked again under their keys, so that all of them are known.
pub(crate) fn resolve_top_ups(load: &Load) -> anyhow::Result<()> {
    let mut line = Line::open(&load.host)?;
    for (buyer, number) in locked(&load.open_top_ups).drain(..) {
        let fen = Load::top_up_fen(number);
        let login = &load.shop.buyers[buyer as usize];
        let body = json!({ "login": login, "amount": yuan(fen), "key": load.top_up_key(number) });
        let answered = line.exchange(&sandbox("/topup", &load.host, &body))?;
        ensure!(answered.status == 200, "top-up {number} was answered {}", answered.status);
        let proof = Proof::TopUp { buyer, number, fen };
        locked(&load.facts).push(Fact { at: u64::MAX, proof });
    }
    Ok(())
}

/// What the running server says of every order: its state, empty when it knows none.
fn ask_for_all(load: &Arc<Load>) -> anyhow::Result<Vec<String>> {
    let next = Arc::new(AtomicUsize::new(0));
    let total = locked(&load.orders).len();
    let ask = |load: Arc<Load>, next: Arc<AtomicUsize>| -> anyhow::Result<Vec<(usize, String)>> {
        let orders = locked(&load.orders).clone();
        let mut line = Line::open(&load.host)?;
        let mut told = Vec::new();
        while let Some((place, order)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            orders.get(place).map(|order| (place, order))
        } {
            let caller = load.shop.caller(order.merchant, &load.host);
            let call = caller.sign("alipay.trade.query", &json!({ "out_trade_no": order.number }));
            let answer = call::read(&line.exchange(&call)?, &load.shop.platform)?;
            ensure!(!answer.is_unknown(), "{}: the last query was not answered", order.number);
            told.push((place, answer.text("trade_status").to_owned()));
        }
        Ok(told)
    };
    let askers: Vec<_> = (0..ASKERS)
        .map(|_| {
            let (load, next) = (load.clone(), next.clone());
            std::thread::spawn(move || ask(load, next))
        })
        .collect();
    let mut states = vec![String::new(); total];
    for asker in askers {
        let told = asker.join().map_err(|_| anyhow::anyhow!("an asker died"))??;
        told.into_iter().for_each(|(place, state)| states[place] = state);
    }
    Ok(states)
}

/// Everything is held against everything: what was told, what is answered now, what is in the tables.
fn end(
    binary: &Path,
    plan: &Plan,
    load: &Load,
    asked: &[String],
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let truth = Truth::read(&plan.data)?;
    let facts = locked(&load.facts).clone();
    let mut found = Found::default();
    truth.holds(load, &facts, &mut found);
    truth.sums(load, Some(&facts), &mut found);
    let mut unverified = load.unverified.load(Ordering::Relaxed);
    for (order, answered) in locked(&load.orders).iter().zip(asked) {
        let row = truth.orders.get(&order.number).map_or("", |row| row.state.as_str());
        let wanted = match row {
            "wait_buyer_pay" => "WAIT_BUYER_PAY",
            "paid" => "TRADE_SUCCESS",
            "closed" => "TRADE_CLOSED",
            _ => "",
        };
        if wanted != answered {
            unverified += 1;
            found.named.push(format!("{}: answered {answered:?}, in the tables {row:?}", order.number));
        }
    }
    let differing = locked(&load.faults).clone();
    figures.set("orders", json!(asked.len()));
    figures.set("facts_checked", json!(facts.len()));
    figures.must_be_zero("lost", found.lost);
    figures.must_be_zero("doubled", found.doubled);
    figures.must_be_zero("unverified", unverified);
    figures.must_be_zero("answers_that_differ", differing.len() as u64);
    found.named.extend(differing.into_iter().take(20));
    let options: &[&str] = if Abilities::of(binary).replay { &["--replay"] } else { &[] };
    figures.set("verified_with", json!(options));
    if let Err(text) = verify_with(binary, options, &plan.data) {
        figures.must_be_zero("verify_findings", 1);
        found.named.push(text);
    } else {
        figures.must_be_zero("verify_findings", 0);
    }
    figures.name(found.named);
    figures.must_be_zero("plants_not_found", planted(&truth, load, &facts));
    Ok(())
}

/// The checks themselves are checked: what was remembered is changed in memory, and each change must be reported.
/// Gives how many were not.
fn planted(truth: &Truth, load: &Load, facts: &[Fact]) -> u64 {
    let holds = |facts: &[Fact]| {
        let mut found = Found::default();
        truth.holds(load, facts, &mut found);
        found
    };
    let sums = |truth: &Truth, facts: &[Fact]| {
        let mut found = Found::default();
        truth.sums(load, Some(facts), &mut found);
        found
    };
    let orders = locked(&load.orders).clone();
    let unpaid =
        orders.iter().position(|order| truth.orders.get(&order.number).is_none_or(|row| !row.was_paid));
    let mut missed = 0;
    if let Some(unpaid) = unpaid {
        let index = u32::try_from(unpaid).expect("fewer orders than 2^32");
        let lost = Fact { at: 0, proof: Proof::Order(index, Proves::Paid) };
        missed += u64::from(holds(&[lost]).lost == 0);
    }
    let top_up = facts.iter().position(|fact| matches!(fact.proof, Proof::TopUp { .. }));
    if let Some(place) = top_up {
        let mut fewer = facts.to_vec();
        fewer.remove(place);
        missed += u64::from(sums(truth, &fewer).doubled == 0);
    }
    if let Some(number) =
        truth.orders.iter().find(|(_, row)| !row.refunds.is_empty()).map(|(number, _)| number)
    {
        let mut twice = truth.clone();
        if let Some(row) = twice.orders.get_mut(number) {
            let again = row.refunds[0].clone();
            row.refunds.push(again);
        }
        missed += u64::from(sums(&twice, facts).doubled == 0);
    }
    missed
}

fn tell(load: &Load, mut cycles: Cycles, figures: &mut Figures) {
    let counts: serde_json::Map<String, Value> = KINDS
        .iter()
        .zip(&load.counts)
        .map(|(kind, count)| ((*kind).to_owned(), json!(count.load(Ordering::Relaxed))))
        .collect();
    figures.set("kills", json!(cycles.kills));
    figures.set("kills_while_starting", json!(cycles.while_starting));
    figures.set("kills_right_after_start", json!(cycles.right_after_start));
    figures.set("acknowledged", json!(load.acknowledged()));
    figures.set("acknowledged_by_kind", Value::Object(counts));
    figures.set("unknown", json!(load.unknown.load(Ordering::Relaxed)));
    figures.set("start_to_serving_ms", quantiles(&mut cycles.recovery_us));
}
