//! The hands of the product: signing on a thread of its own, calls over the network, real waiting.

use crate::Options;
use crate::address::Reach;
use crate::attempt::{Called, Ended, Hands, Post, attempt};
use crate::failure::{Failure, judge};
use crate::faults::{HOLD_STEP, LetterFaults, LetterKind};
use crate::inbox::Inbox;
use crate::members::Letter;
use crate::shop::Caller;
use crate::tally::Tally;
use cell::Door;
use std::sync::Arc;
use std::time::{Duration, Instant};
use trade::Notice;
use wire::notify_form;
use wire::sign::{PrivateKey, SignType};
use world::{Faults, World};

/// Makes attempts.
#[derive(Debug)]
pub(crate) struct Postman {
    world: Arc<World>,
    door: Door,
    caller: Caller,
    /// Where developers watch; a live world has none.
    inbox: Option<Arc<Inbox>>,
    /// What a developer may ask for; a live world has none.
    faults: Option<LetterFaults>,
    /// How long a listener's shop may take.
    timeout: Duration,
    tally: Arc<Tally>,
}

impl Postman {
    pub(crate) fn new(
        world: Arc<World>,
        door: Door,
        options: &Options,
        faults: Option<Arc<Faults>>,
    ) -> Postman {
        let reach = if world.sandbox { Reach::Near } else { Reach::Public };
        let caller = Caller::new(reach, options.connect_timeout, options.timeout);
        let inbox = world.sandbox.then(Arc::default);
        let clock = door.clone();
        let letters = |faults| LetterFaults::new(faults, Arc::new(move || clock.now_us()));
        let faults = faults.filter(|_| world.sandbox).map(letters);
        let (timeout, tally) = (options.timeout, Arc::default());
        Postman { world, door, caller, inbox, faults, timeout, tally }
    }

    pub(crate) fn tally(&self) -> Arc<Tally> {
        self.tally.clone()
    }

    pub(crate) fn door(&self) -> &Door {
        &self.door
    }

    /// The platform's key of this sign type; `None` while there is none.
    pub(crate) fn key(&self, sign_type: SignType) -> Option<Arc<PrivateKey>> {
        self.world.signing_key(sign_type).cloned()
    }

    pub(crate) fn inbox(&self) -> Option<Arc<Inbox>> {
        self.inbox.clone()
    }

    /// One attempt, ended within the timeouts.
    pub(crate) async fn attempt(&self, notice: &Notice) -> Ended {
        if self.faults.as_ref().is_some_and(|faults| faults.holds(notice)) {
            tokio::time::sleep(HOLD_STEP).await;
            return Ended::NOT_MADE;
        }
        attempt(self, &self.door, notice).await
    }

    /// One call, kept for developers to see.
    pub(crate) async fn post(&self, notice: &Notice, post: Post, kind: LetterKind) -> Called {
        let begun = Instant::now();
        let now_us = self.door.now_us();
        let noted = self.inbox.as_ref().map(|inbox| (inbox, inbox.begin(notice, &post, kind, now_us)));
        let (no, heard) = match noted {
            Some((inbox, (no, heard))) => (Some((inbox, no)), heard),
            None => (None, None),
        };
        let outcome = match heard {
            Some(heard) => match tokio::time::timeout(self.timeout, heard).await {
                Ok(Ok((status, body))) => judge(status, &body),
                Ok(Err(_)) | Err(_) => Err(Failure::TooSlow(self.timeout)),
            },
            None => self.caller.post(&post.url, post.content_type, post.form).await,
        };
        let called = Called { outcome, took: begun.elapsed() };
        self.tally.note(&called);
        if let Some((inbox, no)) = no {
            inbox.end(no, called);
        }
        called
    }
}

impl Hands for Postman {
    /// Signing takes a millisecond of computing, which must not hold up the other calls.
    async fn sign(&self, letter: Letter) -> Option<String> {
        let letter = letter.for_app(&self.world);
        let key = self.key(letter.sign_type)?;
        let write = move || notify_form::signed(&letter.pairs(), letter.charset, letter.sign_type, &key);
        tokio::task::spawn_blocking(write).await.ok()
    }

    async fn call(&self, notice: &Notice, post: Post) -> Called {
        let Some(faults) = &self.faults else { return self.post(notice, post, LetterKind::Usual).await };
        let (kind, twice) = faults.kind_of(notice);
        let called = self.post(notice, post.clone(), kind).await;
        if twice {
            // The first one counts.
            let _called = self.post(notice, post, LetterKind::Duplicate).await;
        }
        faults.sent(notice);
        called
    }

    async fn pause(&self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }
}
