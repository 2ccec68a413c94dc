//! The methods without HTTP, keys and threads, for simulations: the real functions of the methods, the real table of
//! codes, the real writer of answers. What is left out is what no simulated world has: signatures, certificates,
//! places, bytes on a socket.
//!
//! Only with the feature `rehearsal`: here requests are believed that nobody signed, and the secrets are known to
//! everybody.

use crate::codes::Failure;
use crate::registry::{Done, Face, Page, Running, standing};
use crate::request::Origin;
use crate::verify;
use crate::{Gateway, PayeeBank};
use base::OrderNo;
use cell::Door;
use people::App;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use wire::charset::Charset;
use wire::envelope::{Response, unsigned_envelope};
use wire::json::{Json, Object};
use wire::params::Params;
use wire::sign::SignType;
use world::{Platform, Secrets, World};

/// The master key of every rehearsed world: no secret, so that a seed gives the same digests everywhere.
const MASTER: [u8; 32] = *b"a rehearsal keeps nothing secret";
/// Where a rehearsed world says that it can be reached. Nothing listens there.
const BASE_URL: &str = "https://rehearsal.invalid";

/// What a caller was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The public code: `10000`, `10003`, `20000`, `4000x`.
    pub code: String,
    /// The sub_code; empty for what was done.
    pub sub_code: String,
    /// The response node: the inner object of the envelope as JSON text, byte for byte as it would be signed.
    pub body: String,
    /// Whether the caller was told that the outcome is not known (`20000`), so that it should query.
    pub unknown: bool,
    /// The order that was opened for a buyer to take up: page, wap and app orders.
    pub opened: Option<OrderNo>,
}

impl Said {
    /// Whether the method was done: `10000`.
    pub fn is_success(&self) -> bool {
        self.code == "10000"
    }

    /// A member of the response node that is a text.
    pub fn member(&self, name: &str) -> Option<String> {
        self.object().text(name).ok().flatten().map(str::to_owned)
    }

    /// The response node, read.
    pub fn object(&self) -> Object {
        read(&self.body)
    }
}

/// A call under way. It needs no runtime: its owner polls it again whenever the cell has answered something.
pub type Calling = Pin<Box<dyn Future<Output = Said>>>;

/// The gateway of a rehearsed world. Cheap to make and to clone.
#[derive(Clone)]
pub struct Rehearsal {
    gateway: Arc<Gateway>,
}

impl fmt::Debug for Rehearsal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rehearsal")
    }
}

impl Rehearsal {
    /// The gateway in front of a cell's door.
    pub fn new(door: Door) -> Rehearsal {
        // Nobody enters here: places are for signatures.
        Rehearsal { gateway: Arc::new(Gateway::with_places(world(), door, 0)) }
    }

    /// The same, with a bank that says whose card it is that money is sent to.
    pub fn sending_to_cards(door: Door, bank: Arc<dyn PayeeBank>) -> Rehearsal {
        let gateway = Gateway::with_places(world(), door, 0).sending_to_cards(bank);
        Rehearsal { gateway: Arc::new(gateway) }
    }

    /// Calls a method of the API as an app does. `biz_content` is its JSON; the rest is as if the request came in UTF-8
    /// and with a right signature. Nothing is done before the call is polled.
    pub fn call(&self, app: Arc<App>, method: &str, biz_content: &str, notify_url: Option<&str>) -> Calling {
        let (gateway, method) = (self.gateway.clone(), method.to_owned());
        let mut fields = vec![
            ("method".to_owned(), method.clone().into_bytes()),
            ("app_id".to_owned(), app.id.to_string().into_bytes()),
            ("biz_content".to_owned(), biz_content.as_bytes().to_vec()),
        ];
        fields.extend(notify_url.map(|url| ("notify_url".to_owned(), url.as_bytes().to_vec())));
        let params = Params::merge(None, None, fields).expect("each name once");
        Box::pin(async move {
            let mut origin = Origin::unknown();
            (origin.method, origin.app) = (standing(&method), Some(app));
            (origin.charset, origin.sign_type) = (Charset::Utf8, SignType::Rsa2);
            let done = match verify::unsigned(&gateway, &params, &mut origin).await {
                Ok((method, call)) => run(Box::pin(method.start(&gateway, call)), method.face).await,
                Err(failure) => Err(failure),
            };
            said(&origin, done)
        })
    }

    /// The digest under which this world keeps a pay code: what `IssuePayCode` is given for the code that a wallet
    /// shows.
    pub fn pay_code_digest(&self, code: &str) -> [u8; 16] {
        self.gateway.world.secrets.pay_code_digest(code)
    }

    /// The order that a QR code or a link of this world names.
    pub fn order_of(&self, url: &str) -> Option<OrderNo> {
        let token = url.strip_prefix(BASE_URL)?.rsplit('/').next()?;
        self.gateway.world.secrets.order_of_token(token)
    }
}

/// What a method did. A method that answers a program opens nothing for a browser.
async fn run(running: Running<'_>, face: Face) -> Result<Done, Failure> {
    let done = running.await?;
    assert!(face != Face::Answer || matches!(done, Done::Say(_)), "an answer is no way to the cashier");
    Ok(done)
}

fn said(origin: &Origin, done: Result<Done, Failure>) -> Said {
    let (response, opened): (Response, Option<OrderNo>) = match done {
        Ok(Done::Go { to: Page::Cashier(order_no), response }) => (response, Some(order_no)),
        Ok(
            Done::Go { to: Page::Agreement(_) | Page::Freeze(_) | Page::Certify(_), response }
            | Done::Say(response),
        ) => (response, None),
        Err(failure) => (failure.response(), None),
    };
    let body = response.to_json();
    // The whole answer must be one that clients can read.
    let whole = unsigned_envelope(&origin.node(), &body, origin.charset);
    let whole = String::from_utf8(whole).expect("UTF-8 was asked for");
    assert!(read(&whole).get(&origin.node()).is_some(), "an answer has its node");
    let inner = read(&body);
    let text = |name: &str| inner.text(name).ok().flatten().unwrap_or_default().to_owned();
    let (code, sub_code) = (text("code"), text("sub_code"));
    Said { unknown: code == "20000", code, sub_code, body, opened }
}

fn read(json: &str) -> Object {
    match wire::json::parse(json) {
        Ok(Json::Object(object)) => object,
        other => panic!("an answer is an object: {other:?} from {json}"),
    }
}

/// The one world of all rehearsals: its key signs nothing and is made once a process.
fn world() -> Arc<World> {
    static WORLD: OnceLock<Arc<World>> = OnceLock::new();
    let make = || {
        let key = wire::keygen::rsa_2048().expect("the system gives randomness");
        let platform = Platform {
            key: Arc::new(key),
            public_key: String::new(),
            certificate: String::new(),
            root: String::new(),
            cert_sn: "rehearsal".to_owned(),
            root_sn: "rehearsal".to_owned(),
        };
        let secrets = Secrets::from_master(&MASTER).expect("32 bytes");
        let (name, base_url) = ("rehearsal".to_owned(), BASE_URL.to_owned());
        Arc::new(World {
            name,
            sandbox: true,
            base_url,
            platform,
            sm2: Arc::default(),
            secrets,
            apps: Arc::default(),
        })
    };
    WORLD.get_or_init(make).clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{AppId, PartyId, Slot};
    use cell::{Inbox, NotDecided, Promise};
    use engine::{CancelAction, Cancelled, Command, Reply};
    use people::{AppMode, AppStatus};
    use std::task::{Context, Poll, Waker};
    use trade::{CancelRefused, RefundRefused};

    fn house() -> (Rehearsal, Inbox) {
        let (door, inbox) = Door::detached(1, Arc::new(|| 1_767_283_200_000_000));
        (Rehearsal::new(door), inbox)
    }

    fn app() -> Arc<App> {
        let slot = Slot::new(7).expect("a slot");
        Arc::new(App {
            slot,
            id: AppId::issue(1, slot).expect("an id"),
            seller: PartyId::issue(1, slot).expect("an id"),
            mode: AppMode::Key,
            status: AppStatus::Online,
            public_key: Vec::new(),
            certificate: None,
            cert_sn: None,
            allow_rsa1: false,
            sealed_aes_key: None,
            opened_at_us: 0,
        })
    }

    fn poll(calling: &mut Calling) -> Poll<Said> {
        calling.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    fn said(calling: &mut Calling) -> Said {
        match poll(calling) {
            Poll::Ready(said) => said,
            Poll::Pending => panic!("it waits for something else than the cell"),
        }
    }

    fn cancel(house: &Rehearsal) -> Calling {
        house.call(app(), "alipay.trade.cancel", r#"{"out_trade_no":"T1"}"#, None)
    }

    fn answer(inbox: &Inbox, give: impl FnOnce(Promise)) {
        let (command, promise) = inbox.take().expect("the cell is asked");
        assert!(matches!(command, Command::CancelOrder(_)), "{command:?}");
        give(promise);
    }

    #[test]
    fn a_call_is_polled_by_hand_and_answered_by_the_method_itself() {
        let (house, inbox) = house();
        let mut calling = cancel(&house);
        assert!(inbox.take().is_none(), "nothing is done before it is polled");
        assert!(poll(&mut calling).is_pending());
        let done = Cancelled { order: None, action: Some(CancelAction::Close) };
        answer(&inbox, |promise| promise.keep(Ok(Reply::CancelOrder(Ok(done)))));
        let said = said(&mut calling);
        assert_eq!(
            said.body,
            r#"{"code":"10000","msg":"Success","action":"close","out_trade_no":"T1","retry_flag":"N"}"#
        );
        assert!(said.is_success() && !said.unknown);
        assert_eq!(said.member("action").as_deref(), Some("close"));
    }

    #[test]
    fn refused_busy_and_unknown_are_three_kinds_of_no() {
        let (house, inbox) = house();
        let mut refused = cancel(&house);
        assert!(poll(&mut refused).is_pending());
        let refusal = Reply::CancelOrder(Err(CancelRefused::Refund(RefundRefused::SellerBalanceTooLow)));
        let busy = said(&mut cancel(&house));
        assert_eq!((busy.code.as_str(), busy.unknown), ("20000", true), "the queue holds one");
        answer(&inbox, |promise| promise.keep(Ok(refusal)));
        let refused = said(&mut refused);
        assert_eq!((refused.code.as_str(), refused.unknown), ("40004", false));
        assert_eq!(refused.sub_code, "ACQ.SELLER_BALANCE_NOT_ENOUGH");
        let mut unknown = cancel(&house);
        for give in [|promise: Promise| promise.keep(Err(NotDecided::Unknown)), |promise| drop(promise)] {
            assert!(poll(&mut unknown).is_pending());
            answer(&inbox, give);
            let said = said(&mut unknown);
            assert_eq!((said.code.as_str(), said.sub_code.as_str()), ("20000", "ACQ.SYSTEM_ERROR"));
            assert_eq!(said.member("retry_flag").as_deref(), Some("Y"));
            unknown = cancel(&house);
        }
    }

    #[test]
    fn an_app_that_may_not_call_is_refused_before_the_method() {
        let (house, inbox) = house();
        let disabled = Arc::new(App { status: AppStatus::Disabled, ..(*app()).clone() });
        let mut calling = house.call(disabled, "alipay.trade.cancel", r#"{"out_trade_no":"T1"}"#, None);
        assert_eq!(said(&mut calling).sub_code, "isv.invalid-app-state");
        assert!(inbox.take().is_none());
    }

    #[test]
    fn digests_are_the_same_in_every_rehearsal() {
        let (first, second) = (house().0, house().0);
        assert_eq!(first.pay_code_digest("281"), second.pay_code_digest("281"));
        assert_ne!(first.pay_code_digest("281"), first.pay_code_digest("282"));
        assert_eq!(first.order_of("https://elsewhere.example/qr/aaaa"), None);
    }
}
