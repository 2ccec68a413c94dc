//! Guessing passwords and codes in bulk: what is compared is counted before it is compared, and a restart in the middle
//! gives nobody a try more.

use crate::shop::Shop;
use base::PartyId;
use cell::CellError;
use engine::{JudgePassword, ProveSignIn, TryPassword, TrySignIn};
use people::{LOCK_US, PasswordRefused, TRIES_MAX};
use std::sync::atomic::Ordering;

/// Guesses of each kind, unless `TONGBAO_GUESSES` says more: `cargo xtask guesses` asks for a million.
const USUAL: usize = 10_000;
/// Guesses for each person that they are aimed at: a million goes to a thousand.
const EACH: usize = 1_000;

fn guesses() -> usize {
    std::env::var("TONGBAO_GUESSES").ok().map_or(USUAL, |text| text.parse().expect("a number of guesses"))
}

/// Guesses so often, all persons in turn; gives how many guesses reached a comparison.
async fn guess(shop: &Shop, persons: &[PartyId], times: usize) -> (u32, u32) {
    let (mut paying, mut signing) = (0, 0);
    for party in persons.iter().copied().cycle().take(times) {
        match shop.door.ask(TryPassword { party, about: engine::about_stop(party) }).await {
            Ok(reserved) => {
                paying += 1;
                let judged = JudgePassword { party, attempt: reserved.attempt, right: false };
                assert!(shop.door.ask(judged).await.is_err());
            }
            Err(CellError::Refused(PasswordRefused::Locked { .. })) => {}
            Err(other) => panic!("{other:?}"),
        }
        match shop.door.ask(TrySignIn { party }).await {
            Ok(_) => {
                signing += 1;
                assert!(shop.door.ask(ProveSignIn { party, attempt: 0 }).await.is_err());
            }
            Err(CellError::Refused(PasswordRefused::Locked { .. })) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    (paying, signing)
}

#[tokio::test]
async fn of_all_guesses_three_a_person_are_compared_also_across_a_restart() {
    let shop = Shop::open().await;
    let (mut persons, count) = (Vec::new(), guesses().div_ceil(EACH));
    for number in 0..count {
        let (_, id) = shop.register(&format!("1391234{number:04}")).await;
        persons.push(id.parse().unwrap());
    }
    let most = TRIES_MAX * u32::try_from(count).unwrap();
    // The first two tries of each, then the process ends: they stay counted.
    let early = guess(&shop, &persons, 2 * count).await;
    let shop = shop.restarted().await;
    let late = guess(&shop, &persons, guesses()).await;
    assert_eq!((early.0 + late.0, early.1 + late.1), (most, most));
    let shop = shop.restarted().await;
    assert_eq!(guess(&shop, &persons, 10 * count).await, (0, 0), "locks outlive a restart, too");
    shop.now_us.fetch_add(LOCK_US, Ordering::Relaxed);
    assert_eq!(guess(&shop, &persons, 10 * count).await, (most, most), "three hours later as many again");
}
