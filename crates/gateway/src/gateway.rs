//! The gateway's state, and the way from parameters to what a method did.

use crate::bills::Bills;
use crate::busy::Busy;
use crate::codes::Failure;
use crate::faults::Failing;
use crate::nonces::Nonces;
use crate::offer;
use crate::order_name::out_trade_no;
use crate::payee_cards::PayeeBank;
use crate::places::{Places, calls_max};
use crate::registry::{Done, Page, PageKind, Standing};
use crate::request::Origin;
use crate::tally::Tally;
use crate::verify::{self, Keys};
use base::{AgreementNo, FreezeNo, OrderNo};
use cell::{Clock, Door};
use std::fmt;
use std::sync::Arc;
use wire::params::Params;
use wire::public_code::GatewayError;
use world::{Requests, World};

/// The gateway of one world.
pub struct Gateway {
    pub(crate) world: Arc<World>,
    pub(crate) door: Door,
    pub(crate) places: Places,
    pub(crate) busy: Busy,
    pub(crate) keys: Keys,
    pub(crate) nonces: Nonces,
    /// How merchants read their own account.
    pub(crate) bills: Bills,
    /// Who names the cards that money is sent to; absent where no bank is spoken with.
    pub(crate) payees: Option<Arc<dyn PayeeBank>>,
    /// What a developer may ask for; absent in a live world.
    pub(crate) failing: Option<Failing>,
    /// What is remembered of calls for developers; absent in a live world.
    pub(crate) requests: Option<Arc<Requests>>,
    /// What is counted of calls.
    pub(crate) tally: Arc<Tally>,
    /// What callers sign by when the world's clock was moved.
    real_clock: Option<Clock>,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gateway({})", self.world.name)
    }
}

/// Why an order string or link is not opened: a public sub_code and a text for people.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{sub_code}: {sub_msg}")]
pub struct Refusal {
    /// For programs, for example `isv.invalid-signature`.
    pub sub_code: &'static str,
    /// For people, in Chinese.
    pub sub_msg: String,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        Refusal { sub_code: failure.sub_code(), sub_msg: failure.sub_msg().to_owned() }
    }
}

impl Gateway {
    /// The gateway of a world whose cell is behind `door`, with places for as many calls as this machine bears.
    pub fn new(world: Arc<World>, door: Door) -> Gateway {
        Gateway::with_places(world, door, calls_max())
    }

    /// As [`Gateway::new`], with so many calls under way at once; with none every call is refused as busy.
    pub fn with_places(world: Arc<World>, door: Door, calls_max: usize) -> Gateway {
        let (places, busy) = (Places::new(calls_max), Busy::default());
        Gateway {
            world,
            door,
            places,
            busy,
            keys: Keys::default(),
            nonces: Nonces::default(),
            bills: Bills::default(),
            payees: None,
            failing: None,
            requests: None,
            tally: Arc::default(),
            real_clock: None,
        }
    }

    /// Believes callers also by this clock: those of a world whose clock was moved still sign by their own, real one.
    #[must_use]
    pub fn also_by(self, real_clock: Clock) -> Gateway {
        Gateway { real_clock: Some(real_clock), ..self }
    }

    /// Reads bills and what merchants ask of their account from these tables; without any their answer is unknown.
    #[must_use]
    pub fn reading(self, readers: bill::Readers) -> Gateway {
        Gateway { bills: Bills::over(readers), ..self }
    }

    /// Sends money to bank cards, too. Without a bank that is a feature which is not simulated.
    #[must_use]
    pub fn sending_to_cards(self, bank: Arc<dyn PayeeBank>) -> Gateway {
        Gateway { payees: Some(bank), ..self }
    }

    /// Lets developers ask for faults. Only a sandbox world does; a live one stays as it is.
    #[must_use]
    pub fn failing_on_request(self, failing: Failing) -> Gateway {
        Gateway { failing: self.world.sandbox.then_some(failing), ..self }
    }

    /// Notes calls here for developers. Only a sandbox world does; a live one remembers nothing.
    #[must_use]
    pub fn remembering(self, requests: Arc<Requests>) -> Gateway {
        Gateway { requests: self.world.sandbox.then_some(requests), ..self }
    }

    /// What is counted of calls, for whoever watches.
    pub fn tally(&self) -> Arc<Tally> {
        self.tally.clone()
    }

    /// The real time, microseconds UTC, where the world's own can be moved.
    pub(crate) fn real_now_us(&self) -> Option<i64> {
        self.real_clock.as_ref().map(|real| real())
    }

    /// Whether something fits the world's time or the real one, microseconds UTC.
    pub(crate) fn fits_a_clock(&self, fits: impl Fn(i64) -> bool) -> bool {
        fits(self.door.now_us()) || self.real_clock.as_ref().is_some_and(|real| fits(real()))
    }

    /// Opens the order that an order string names, or the query part of a link to the gateway; verified like any
    /// other request. Asking again gives the same order, also when it was paid or closed meanwhile, or its seller is
    /// frozen: how the order stands is told to whoever asks for it.
    ///
    /// # Errors
    /// Whatever the gateway would have answered to the same parameters, and any method that does not open an order
    /// for a buyer to take up.
    pub async fn open_order_text(&self, text: &str) -> Result<OrderNo, Refusal> {
        match self.page_of_text(text, PageKind::Cashier).await? {
            Page::Cashier(order_no) => Ok(order_no),
            Page::Agreement(_) | Page::Freeze(_) | Page::Certify(_) => Err(leads_elsewhere()),
        }
    }

    /// Offers the agreement of a signed text, as [`Gateway::open_order_text`] opens an order; also of the form
    /// in which a wallet is handed it, `alipays://…&sign_params=` and the text escaped.
    ///
    /// # Errors
    /// Whatever the gateway would have answered to the same parameters, and any method that does not offer an
    /// agreement.
    pub async fn offer_agreement_text(&self, text: &str) -> Result<AgreementNo, Refusal> {
        match self.page_of_text(text, PageKind::Agreement).await? {
            Page::Agreement(agreement_no) => Ok(agreement_no),
            Page::Cashier(_) | Page::Freeze(_) | Page::Certify(_) => Err(leads_elsewhere()),
        }
    }

    /// Opens the pre-authorisation of an order string, as [`Gateway::open_order_text`] opens an order.
    ///
    /// # Errors
    /// Whatever the gateway would have answered to the same parameters, and any method that does not open a
    /// pre-authorisation.
    pub async fn open_freeze_text(&self, text: &str) -> Result<FreezeNo, Refusal> {
        match self.page_of_text(text, PageKind::Freeze).await? {
            Page::Freeze(freeze) => Ok(freeze),
            Page::Cashier(_) | Page::Agreement(_) | Page::Certify(_) => Err(leads_elsewhere()),
        }
    }

    /// Runs what a merchant's app or page hands over, when its method leads to the wanted kind of page: another one is
    /// refused before it does anything.
    async fn page_of_text(&self, text: &str, wanted: PageKind) -> Result<Page, Refusal> {
        let query = text.split_once('?').map_or(text, |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let read = |query: &[u8]| {
            Params::merge(Some(query), None, Vec::new())
                .map_err(|error| Failure::gateway_about(GatewayError::SuspectedAttack, &error.to_string()))
        };
        let mut params = read(query.trim().as_bytes())?;
        if let Some(wrapped) = params.get("sign_params") {
            params = read(wrapped)?;
        }
        let mut origin = Origin::unknown();
        origin.learn(self, &params);
        // All of it is one text, as in an address.
        origin.charset_outside = params.get("charset").map(|_| origin.charset);
        let leads = match &origin.method {
            Some(Standing::Here(method)) => method.face.leads_to() == Some(wanted),
            Some(Standing::Known(_)) => false,
            // Why it has no method is told by the checks.
            None => true,
        };
        if !leads {
            return Err(leads_elsewhere());
        }
        let _place = self.places.enter().await.map_err(|_| Busy::failure())?;
        let (method, call) = verify::verify(self, &params, &mut origin).await?;
        let (seller, number) = (call.caller().seller(), out_trade_no(call.request()).ok().flatten());
        let failure = match method.start(self, call).await {
            Ok(Done::Go { to, .. }) => return Ok(to),
            Ok(Done::Say(_)) => return Err(leads_elsewhere()),
            Err(failure) => failure,
        };
        if let (PageKind::Cashier, Some(number)) = (wanted, number)
            && let Some(order_no) = offer::stands(self, seller, number, &failure).await
        {
            return Ok(Page::Cashier(order_no));
        }
        Err(failure.into())
    }

    /// Verifies the request and carries it out, with what was asked to happen to it.
    pub(crate) async fn run_or_fail(&self, params: &Params, origin: &mut Origin) -> Result<Done, Failure> {
        let (method, call) = verify::verify(self, params, origin).await?;
        self.carry(method, call, origin).await
    }
}

/// What is said to a text whose method leads to another page than the one that was asked for, or to none.
fn leads_elsewhere() -> Refusal {
    Failure::gateway(GatewayError::InvalidMethod).into()
}
