//! Takes the shop's letters in its place, to hold one back as a lost or slow network would, and hands on all others as
//! they came.

use crate::shop::Shop;
use crate::world::{Letter, World};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long one call waits for letters: short, because the platform waits so long, and its grace, for one that left.
const WAIT_S: u64 = 1;
/// From the last call until letters go to their addresses again: the wait, the platform's grace of 5 s, and a little.
pub(crate) const GIVEN_BACK: Duration = Duration::from_millis(6_500);
/// Wait before a platform that did not answer is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// Letters that were held back, by the shop's number of their order.
#[derive(Debug, Default)]
struct Shelf {
    /// Orders whose letters are held.
    holding: Vec<String>,
    held: BTreeMap<String, Vec<Letter>>,
}

/// Carries letters until it is dropped.
#[derive(Debug)]
pub(crate) struct Carrier {
    shelf: Arc<Mutex<Shelf>>,
    task: JoinHandle<()>,
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Carrier {
    /// Begins. Once this returns, letters of the app come here.
    pub(crate) async fn begin(
        world: &World,
        shop: &Shop,
        app_id: &str,
    ) -> Result<Carrier, crate::world::WorldTrouble> {
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        world.listen(app_id, u64::MAX - 1, 0).await?;
        let task = tokio::spawn(carry(world.clone(), shop.clone(), app_id.to_owned(), shelf.clone()));
        Ok(Carrier { shelf, task })
    }

    /// From now on the letters of this order are lost on their way, and kept here.
    pub(crate) fn hold(&self, out_trade_no: &str) {
        shelf(&self.shelf).holding.push(out_trade_no.to_owned());
    }

    /// From now on they arrive.
    pub(crate) fn release(&self, out_trade_no: &str) {
        shelf(&self.shelf).holding.retain(|held| held != out_trade_no);
    }

    /// The first letter that was held of an order.
    pub(crate) fn held(&self, out_trade_no: &str) -> Option<Letter> {
        shelf(&self.shelf).held.get(out_trade_no).and_then(|letters| letters.first().cloned())
    }
}

fn shelf(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn carry(world: World, shop: Shop, app_id: String, kept: Arc<Mutex<Shelf>>) {
    let mut after = 0;
    loop {
        let Ok(letters) = world.listen(&app_id, after, WAIT_S).await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        for letter in letters {
            after = after.max(letter.no);
            // Beside each other: a slow shop holds up nothing but its own letter.
            tokio::spawn(hand_on(world.clone(), shop.clone(), letter, kept.clone()));
        }
    }
}

async fn hand_on(world: World, shop: Shop, letter: Letter, kept: Arc<Mutex<Shelf>>) {
    let order = letter.members().remove("out_trade_no").unwrap_or_default();
    let lost = {
        let mut shelf = shelf(&kept);
        let lost = shelf.holding.contains(&order);
        if lost {
            shelf.held.entry(order).or_default().push(letter.clone());
        }
        lost
    };
    let (status, body) = if lost {
        (503, "held back".to_owned())
    } else {
        match shop.visit(&letter.url, Some((&letter.content_type, &letter.form))).await {
            Ok(answered) => (answered.status, answered.text),
            // The platform finds out by itself that nobody answered.
            Err(_) => return,
        }
    };
    // Too late is the platform's to notice too.
    let _taken = world.answer(letter.no, status, &body.chars().take(1_000).collect::<String>()).await;
}
