//! A run: the contract is tried, then the scenarios are played one after the other. Those that move the clock come
//! late, those that hold letters back last, so that all others see the world as it is every day.

use crate::carrier::{Carrier, GIVEN_BACK};
use crate::contract::Contract;
use crate::judge::Stop;
use crate::report::{Report, Row, Verdict};
use crate::scenario::{Needs, Scenario};
use crate::scenarios;
use crate::shop::Shop;
use crate::stage::{Cast, Donor, Stage, amount, draw};
use crate::world::{Letter, Pay, World};
use reqwest::Client;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What the buyer of a run has, in yuan: more than all orders together.
const BALANCE: &str = "500000000.00";
/// Between two looks for the first letter.
const LOOK_GAP: Duration = Duration::from_millis(20);
/// Letters of one look, the platform's bound.
const LETTERS_PER_LOOK: usize = 100;

/// What to play, where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The shop's address.
    pub target: String,
    /// The sandbox API's address.
    pub sandbox: String,
    /// How the shop is spoken to.
    pub contract: Contract,
    /// Only these scenarios; all when empty.
    pub only: Vec<String>,
    /// Leaves the world's clock alone: what needs to move it is skipped.
    pub keep_clock: bool,
}

/// Why nothing was played.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CannotPlay {
    /// A name that no scenario has.
    #[error("there is no scenario `{0}`; --list names them all")]
    NoScenario(String),
    /// The platform did not answer as a sandbox.
    #[error("the platform: {0}")]
    World(String),
    /// The shop did not answer as agreed.
    #[error("the shop: {0}")]
    Shop(String),
}

/// Plays. `tell` hears of each scenario as it ends.
///
/// # Errors
/// Before anything was judged: the shop or the platform cannot be spoken to.
pub async fn run(
    client: Client,
    options: &Options,
    mut tell: impl FnMut(&Row) + Send,
) -> Result<Report, CannotPlay> {
    let begun = Instant::now();
    if let Some(name) = options.only.iter().find(|name| scenarios::all().all(|one| one.name != name.as_str()))
    {
        return Err(CannotPlay::NoScenario(name.clone()));
    }
    let cast = cast(client, options).await?;
    let app_id = cast.donor.truth.app_id.clone();
    let mut letters_after = cast.donor.letter.no;
    let wanted = |one: &Scenario| options.only.is_empty() || options.only.iter().any(|name| name == one.name);
    let mut order: Vec<(usize, &'static Scenario)> =
        scenarios::all().enumerate().filter(|(_, one)| wanted(one)).collect();
    order.sort_by_key(|(index, one)| (one.needs, *index));
    let mut carrier = None;
    let mut rows = Vec::new();
    for (index, scenario) in order {
        if scenario.needs.mail() && carrier.is_none() {
            let begun = Carrier::begin(&cast.world, &cast.shop, &app_id).await;
            carrier = Some(Arc::new(begun.map_err(|error| CannotPlay::World(error.to_string()))?));
        }
        letters_after = newest(&cast.world, &app_id, letters_after).await;
        let row = if scenario.needs.clock() && options.keep_clock {
            let why = words!("这次运行不拨时钟", "this run leaves the clock alone");
            Row { scenario, verdict: Verdict::Skipped(why), notes: Vec::new(), took: Duration::ZERO }
        } else {
            play(scenario, &cast, carrier.clone(), letters_after).await
        };
        tell(&row);
        rows.push((index, row));
    }
    if carrier.take().is_some() {
        // Until the platform has noticed that nobody takes the shop's letters any more.
        tokio::time::sleep(GIVEN_BACK).await;
    }
    rows.sort_by_key(|(index, _)| *index);
    Ok(Report {
        target: options.target.clone(),
        sandbox: options.sandbox.clone(),
        app_id,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        took: begun.elapsed(),
    })
}

async fn play(
    scenario: &'static Scenario,
    cast: &Cast,
    carrier: Option<Arc<Carrier>>,
    letters_after: u64,
) -> Row {
    let begun = Instant::now();
    let stage = Stage { cast: cast.clone(), carrier, letters_after, notes: Mutex::default() };
    let ended = (scenario.play)(&stage).await;
    let verdict = match ended {
        Ok(()) => Verdict::Passed,
        Err(Stop::Failed(cause, what)) => Verdict::Failed { cause, what },
        Err(Stop::Skipped(why)) => Verdict::Skipped(why),
        Err(Stop::Inconclusive(why)) => Verdict::Inconclusive(why),
    };
    let notes = stage.notes.into_inner().unwrap_or_else(PoisonError::into_inner);
    Row { scenario, verdict, notes, took: begun.elapsed() }
}

/// The number of the app's newest letter. A look that fails leaves the older number, which only costs time.
async fn newest(world: &World, app_id: &str, mut after: u64) -> u64 {
    while let Ok(letters) = world.letters(app_id, after).await {
        after = letters.last().map_or(after, |letter| letter.no);
        if letters.len() < LETTERS_PER_LOOK {
            break;
        }
    }
    after
}

/// Opens the buyer, and has one order made, paid and told: so the contract is tried before anything is judged, and the
/// shop's app is known.
async fn cast(client: Client, options: &Options) -> Result<Cast, CannotPlay> {
    let world = World::new(client.clone(), &options.sandbox);
    let shop = Shop::new(client, &options.target, options.contract.clone());
    let of_world = |error: crate::world::WorldTrouble| CannotPlay::World(error.to_string());
    let of_shop = |error: crate::shop::ShopTrouble| CannotPlay::Shop(error.to_string());
    let run = draw();
    let buyer = format!("certify-{run}@example.com");
    world.open_buyer(&buyer, BALANCE).await.map_err(of_world)?;
    let total = amount("3.00");
    let made = shop.order("通宝验收 certify", total, false).await.map_err(of_shop)?;
    let pay = made.pay.ok_or_else(|| CannotPlay::Shop("it gave nothing to pay with (`pay`)".to_owned()))?;
    shop.state(&made.out_trade_no).await.map_err(of_shop)?;
    let seen = world.look(&pay).await.map_err(of_world)?;
    if seen.out_trade_no != made.out_trade_no {
        let (ours, theirs) = (&made.out_trade_no, &seen.out_trade_no);
        return Err(CannotPlay::Shop(format!(
            "its order {ours} is {theirs} at the platform; out_trade_no must be the number that the platform knows"
        )));
    }
    let trade_no = world.pay(&buyer, &pay).await.map_err(of_world)?;
    let truth = world.look(&Pay::by_trade_no(&trade_no)).await.map_err(of_world)?;
    let letter = first_letter(&world, &shop, &truth.app_id, &truth.out_trade_no).await?;
    Ok(Cast { world, shop, buyer, run, donor: Donor { truth, letter } })
}

/// The letter of the first payment. Without letters nothing can be judged.
async fn first_letter(
    world: &World,
    shop: &Shop,
    app_id: &str,
    out_trade_no: &str,
) -> Result<Letter, CannotPlay> {
    let (begun, mut after) = (Instant::now(), 0);
    loop {
        let letters =
            world.letters(app_id, after).await.map_err(|error| CannotPlay::World(error.to_string()))?;
        if let Some(letter) =
            letters.iter().find(|letter| is_of(letter, out_trade_no) && letter.ended.is_some())
        {
            return Ok(letter.clone());
        }
        if is_done_with(&letters, out_trade_no) {
            after = letters.last().map_or(after, |letter| letter.no);
        } else if begun.elapsed() >= shop.patience() {
            let why = "a payment was made and no notification went out; give each order a notify_url";
            return Err(CannotPlay::Shop(why.to_owned()));
        } else {
            tokio::time::sleep(LOOK_GAP).await;
        }
    }
}

fn is_of(letter: &Letter, out_trade_no: &str) -> bool {
    letter.members().get("out_trade_no").is_some_and(|number| number == out_trade_no)
}

/// Whether a look of letters is full and none in it is of the order: one that is still under way ends where it stands.
fn is_done_with(letters: &[Letter], out_trade_no: &str) -> bool {
    letters.len() == LETTERS_PER_LOOK && !letters.iter().any(|letter| is_of(letter, out_trade_no))
}

/// The order in which scenarios are played.
const _: () =
    assert!((Needs::Nothing as u8) < (Needs::Clock as u8) && (Needs::Clock as u8) < (Needs::Mail as u8));

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(no: u64, order: &str) -> Letter {
        Letter {
            no,
            notify_id: no.to_string(),
            url: String::new(),
            content_type: String::new(),
            form: format!("out_trade_no={order}"),
            ended: None,
        }
    }

    #[test]
    fn a_letter_under_way_at_the_end_of_a_full_look_is_not_passed_by() {
        let mut letters: Vec<Letter> = (1..=100).map(|no| letter(no, "OTHER")).collect();
        assert!(is_done_with(&letters, "OURS"));
        letters[99] = letter(100, "OURS");
        assert!(!is_done_with(&letters, "OURS"));
        assert!(!is_done_with(&letters[..5], "THEIRS"), "more may come");
    }
}
