//! Turns of those that read much: few read at once, whoever asks, so that those who pay do not wait for them.
//!
//! Persons, of whom there are many, have one of the turns at a time, so that merchants have another one; operators have
//! turns of their own, so that they can look whatever the others do.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Turns of persons and merchants.
const TURNS_MAX: usize = 2;
/// Of these, those that persons may have at once.
const OF_PERSONS_MAX: usize = 1;
/// Turns of operators.
const OF_OPERATORS_MAX: usize = 2;

/// How long a call that reads much waits for its turn.
const WAIT: Duration = Duration::from_secs(5);
/// How long a person's export does.
const WAIT_OF_PERSON: Duration = Duration::from_secs(10);

const _: () = assert!(OF_PERSONS_MAX < TURNS_MAX, "merchants have a turn, whatever persons do");

/// Who reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TurnOf {
    /// A person, what is its own.
    Person,
    /// One of a merchant's people.
    Merchant,
    /// An operator.
    Operator,
}

/// The turns of a portal.
#[derive(Debug)]
pub(crate) struct Turns {
    persons: Arc<Semaphore>,
    all: Arc<Semaphore>,
    operators: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Turns {
        let of = |count: usize| Arc::new(Semaphore::new(count));
        Turns { persons: of(OF_PERSONS_MAX), all: of(TURNS_MAX), operators: of(OF_OPERATORS_MAX) }
    }
}

/// A turn, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _turn: OwnedSemaphorePermit,
    /// The place among persons.
    _of_persons: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// The next turn; nothing when none comes in time.
    pub(crate) async fn next(&self, of: TurnOf) -> Option<Turn> {
        let wait = match of {
            TurnOf::Person => WAIT_OF_PERSON,
            TurnOf::Merchant | TurnOf::Operator => WAIT,
        };
        timeout(wait, self.take(of)).await.ok()?.ok()
    }

    async fn take(&self, of: TurnOf) -> Result<Turn, AcquireError> {
        let (turns, of_persons) = match of {
            // In this order: a person that waits among persons keeps no merchant waiting.
            TurnOf::Person => (&self.all, Some(self.persons.clone().acquire_owned().await?)),
            TurnOf::Merchant => (&self.all, None),
            TurnOf::Operator => (&self.operators, None),
        };
        Ok(Turn { _turn: turns.clone().acquire_owned().await?, _of_persons: of_persons })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn persons_keep_neither_merchants_nor_operators_waiting() {
        let turns = Turns::default();
        let begun = Instant::now();
        let person = turns.next(TurnOf::Person).await.unwrap();
        assert_eq!(Instant::now(), begun, "nobody waits while nobody reads");
        assert!(turns.next(TurnOf::Person).await.is_none(), "another person");
        assert_eq!(begun.elapsed(), WAIT_OF_PERSON);

        let merchant = turns.next(TurnOf::Merchant).await.unwrap();
        assert_eq!(begun.elapsed(), WAIT_OF_PERSON, "at once");
        assert!(turns.next(TurnOf::Merchant).await.is_none(), "both are taken");
        assert_eq!(begun.elapsed(), WAIT_OF_PERSON + WAIT);
        let operators = [turns.next(TurnOf::Operator).await, turns.next(TurnOf::Operator).await];
        assert_eq!(begun.elapsed(), WAIT_OF_PERSON + WAIT, "at once, whatever the others do");
        assert!(operators.iter().all(Option::is_some) && turns.next(TurnOf::Operator).await.is_none());

        drop(merchant);
        assert!(
            turns.next(TurnOf::Person).await.is_none(),
            "the merchant's turn is none for a second person"
        );
        drop(person);
        assert!(turns.next(TurnOf::Person).await.is_some(), "what was had is given back");
        drop(operators);
        assert!(turns.next(TurnOf::Operator).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_person_that_waits_for_merchants_has_the_next_turn() {
        let turns = Arc::new(Turns::default());
        let merchants = [turns.next(TurnOf::Merchant).await, turns.next(TurnOf::Merchant).await];
        let waits = tokio::spawn({
            let turns = turns.clone();
            async move { turns.next(TurnOf::Person).await.is_some() }
        });
        tokio::time::sleep(WAIT).await;
        assert!(!waits.is_finished());
        drop(merchants);
        assert!(waits.await.unwrap());
    }
}
