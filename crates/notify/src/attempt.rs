//! One attempt: look the order up, write and sign the form, call the merchant, have the attempt counted.

use crate::Options;
use crate::address::Reach;
use crate::members::{charset_of, members, sign_type_of};
use crate::shop::{Caller, Failure};
use base::Text;
use cell::{CellError, Door};
use engine::{FindOrderByNo, FindParty, NoticeTried};
use std::sync::Arc;
use std::time::{Duration, Instant};
use trade::{Notice, Order};
use wire::notify_form;
use world::World;

/// Wait before a notice is taken up again when the cell could not answer.
const CELL_PAUSE: Duration = Duration::from_secs(1);
/// Times that the cell is asked to count an attempt. The waits between them double from 100 ms: 25 s in all.
const COUNT_TRIES: u32 = 8;
/// The first of those waits.
const COUNT_PAUSE: Duration = Duration::from_millis(100);

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ended {
    /// Whether the cell counted it. Otherwise the notice is due as before.
    pub(crate) counted: bool,
    /// Whether the merchant's server was gone or slow.
    pub(crate) slow: bool,
}

impl Ended {
    pub(crate) const NOT_MADE: Ended = Ended { counted: false, slow: false };
}

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

    /// One attempt to deliver a notice. Whatever the merchant's server does, it ends within the timeouts.
    pub(crate) async fn attempt(&self, notice: &Notice) -> Ended {
        let (order, seller_login) = match self.look_up(notice).await {
            Ok(found) => found,
            Err(CellError::Refused(())) => {
                tracing::error!(notice = %notice.no, "a notice tells of an order that is not there");
                let counted = self.count(notice, false, Some("the order was not found")).await;
                return Ended { counted, slow: false };
            }
            Err(CellError::Busy | CellError::Unknown) => {
                tokio::time::sleep(CELL_PAUSE).await;
                return Ended::NOT_MADE;
            }
        };
        let charset = charset_of(&order);
        let Some(form) = self.form(order, notice, seller_login).await else { return Ended::NOT_MADE };
        let begun = Instant::now();
        let outcome = self.caller.post(notice.url.as_str(), notify_form::content_type(charset), form).await;
        let elapsed_ms = begun.elapsed().as_millis();
        let failure = outcome.err().map(|failure: Failure| (failure.to_string(), failure.is_slow()));
        let (error, slow) = (
            failure.as_ref().map(|(text, _)| text.as_str()),
            failure.as_ref().is_some_and(|(_, slow)| *slow),
        );
        tracing::info!(
            notice = %notice.no,
            app = %notice.app,
            attempt = notice.attempts + 1,
            elapsed_ms,
            delivered = error.is_none(),
            error,
            "notification sent"
        );
        Ended { counted: self.count(notice, error.is_none(), error).await, slow }
    }

    /// The order, and the merchant's login when there is one.
    async fn look_up(&self, notice: &Notice) -> Result<(Arc<Order>, Option<String>), CellError<()>> {
        let order = self.door.ask(FindOrderByNo { order_no: notice.order_no }).await.map_err(plain)?;
        let seller_login = match self.door.ask(FindParty { party: order.seller }).await {
            Ok(party) => Some(party.login.to_string()),
            // A notification without it is better than none.
            Err(CellError::Refused(_)) => None,
            Err(error) => return Err(plain(error)),
        };
        Ok((order, seller_login))
    }

    /// The signed form. Signing takes a millisecond of computing, which must not hold up the other calls.
    async fn form(&self, order: Arc<Order>, notice: &Notice, seller_login: Option<String>) -> Option<String> {
        let (key, notice, sent_at_us) = (self.world.platform.key.clone(), notice.clone(), self.door.now_us());
        let write = move || {
            let members = members(&order, &notice, seller_login.as_deref(), sent_at_us);
            let pairs: Vec<(&str, &str)> =
                members.iter().map(|(name, value)| (*name, value.as_str())).collect();
            notify_form::signed(&pairs, charset_of(&order), sign_type_of(&order), &key)
        };
        tokio::task::spawn_blocking(write).await.ok()
    }

    /// Has the attempt counted; false when the cell could not be asked for so long that the notice had better be sent
    /// again. Repeating the command is harmless: it names the attempts made before.
    async fn count(&self, notice: &Notice, delivered: bool, error: Option<&str>) -> bool {
        let error =
            error.map(|error| Text::new(error).unwrap_or_else(|_| Text::new("failed").expect("short")));
        let command = NoticeTried { notice: notice.no, attempts_before: notice.attempts, delivered, error };
        let mut pause = COUNT_PAUSE;
        for _ in 0..COUNT_TRIES {
            match self.door.ask(command.clone()).await {
                Ok(()) => return true,
                Err(CellError::Refused(never)) => match never {},
                Err(CellError::Busy | CellError::Unknown) => tokio::time::sleep(pause).await,
            }
            pause *= 2;
        }
        false
    }
}

fn plain<R: std::fmt::Debug>(error: CellError<R>) -> CellError<()> {
    match error {
        CellError::Refused(_) => CellError::Refused(()),
        CellError::Busy => CellError::Busy,
        CellError::Unknown => CellError::Unknown,
    }
}
