//! The hands of the product: signing on a thread of its own, calls over the network, real waiting.

use crate::Options;
use crate::address::Reach;
use crate::attempt::{Called, Ended, Hands, Post, attempt};
use crate::members::Letter;
use crate::shop::Caller;
use cell::Door;
use std::sync::Arc;
use std::time::{Duration, Instant};
use trade::Notice;
use wire::notify_form;
use world::World;

/// Makes attempts.
#[derive(Debug)]
pub(crate) struct Postman {
    world: Arc<World>,
    door: Door,
    caller: Caller,
}

impl Postman {
    pub(crate) fn new(world: Arc<World>, door: Door, options: &Options) -> Postman {
        let reach = if world.sandbox { Reach::Near } else { Reach::Public };
        let caller = Caller::new(reach, options.connect_timeout, options.timeout);
        Postman { world, door, caller }
    }

    /// One attempt, ended within the timeouts.
    pub(crate) async fn attempt(&self, notice: &Notice) -> Ended {
        attempt(self, &self.door, notice).await
    }
}

impl Hands for Postman {
    /// Signing takes a millisecond of computing, which must not hold up the other calls.
    async fn sign(&self, letter: Letter) -> Option<String> {
        let key = self.world.platform.key.clone();
        let write = move || notify_form::signed(&letter.pairs(), letter.charset, letter.sign_type, &key);
        tokio::task::spawn_blocking(write).await.ok()
    }

    async fn call(&self, _notice: &Notice, post: Post) -> Called {
        let begun = Instant::now();
        let outcome = self.caller.post(&post.url, post.content_type, post.form).await;
        Called { outcome, took: begun.elapsed() }
    }

    async fn pause(&self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }
}
