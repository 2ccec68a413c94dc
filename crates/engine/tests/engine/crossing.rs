//! Two cells: the merchant's slot in one, the buyer's in the other, and a network that repeats, reorders and delays.

use crate::support::World;
use base::{AppId, PartyId, Slot, SlotSet, Text};
use engine::{
    Acknowledge, Command, IssuePayCode, Link, OpenApp, OpenOrder, OpenParty, Outbox, Parcel, ParcelRefused,
    PayBy, Ran, Receive, RefundOrder, Reply, TopUp, Which,
};
use ledger::AccountKind;
use money::{Currency, Money};
use people::{AppMode, PartyKind};
use trade::{Delivery, Meaning, Product, WireCharset};

const CODE: [u8; 16] = [7; 16];

fn fen(minor: u64) -> Money {
    Money::from_minor(minor, Currency::Cny).unwrap()
}

/// The merchant's cell, the buyer's cell, and who lives there.
struct Two {
    merchants: World,
    buyers: World,
    seller: PartyId,
    app: AppId,
    buyer: PartyId,
}

fn party(world: &mut World, kind: PartyKind, login: &str) -> PartyId {
    let (login, name) = (Text::new(login).unwrap(), Text::new("n").unwrap());
    let ran = world.run(OpenParty { kind, login, name, password: None });
    let Some(Reply::OpenParty(Ok(party))) = ran.reply else { panic!("no party") };
    party
}

/// A login whose slot is this one.
fn login_in(slot: Slot) -> String {
    (0..).map(|at| format!("p{at}@x")).find(|login| Slot::of_text(login) == slot).unwrap()
}

fn two() -> Two {
    let home = Slot::new(11).unwrap();
    let (mut merchants, mut buyers) = (World::new(), World::new());
    merchants.home = SlotSet::of([home]);
    buyers.home = SlotSet::of(Slot::all().filter(|slot| *slot != home));
    let seller = party(&mut merchants, PartyKind::Merchant, &login_in(home));
    let buyer = party(&mut buyers, PartyKind::Person, &login_in(Slot::new(12).unwrap()));
    assert_ne!(seller.slot(), buyer.slot());
    let app = OpenApp {
        seller,
        mode: AppMode::Key,
        public_key: vec![1],
        certificate: None,
        cert_sn: None,
        allow_rsa1: false,
        sealed_aes_key: None,
    };
    let Some(Reply::OpenApp(Ok(app))) = merchants.run(app).reply else { panic!("no app") };
    let key = Text::new("k").unwrap();
    assert!(buyers.run(TopUp { party: buyer, amount: fen(1_000), key }).is_accepted());
    Two { merchants, buyers, seller, app, buyer }
}

impl Two {
    fn open(&mut self) -> Ran {
        let issued = self.buyers.run(IssuePayCode { party: self.buyer, digest: CODE });
        assert!(issued.is_accepted());
        let delivery = Delivery {
            notify_url: None,
            return_url: None,
            quit_url: None,
            charset: WireCharset::Utf8,
            rsa1: false,
            store_id: None,
            terminal_id: None,
            operator_id: None,
            passback_params: None,
            merchant_order_no: None,
        };
        let meaning = Meaning {
            product: Product::FaceToFace,
            total: fen(300),
            subject: Text::new("tea").unwrap(),
            body: None,
            named_buyer: None,
            goods_detail: None,
        };
        self.merchants.run(OpenOrder {
            seller: self.seller,
            app: self.app,
            out_trade_no: Text::new("n1").unwrap(),
            meaning,
            delivery,
            timeout: None,
            expires_at_us: None,
            code_timeout: None,
            pay_by: Some(PayBy { slot: self.buyer.slot(), digest: CODE }),
        })
    }

    fn purses(&self) -> (i64, i64) {
        (
            self.buyers.balance(self.buyer, AccountKind::Balance),
            self.merchants.balance(self.seller, AccountKind::Balance),
        )
    }
}

fn receive(world: &mut World, parcel: &Parcel) -> Ran {
    world.run(Receive { parcel: parcel.clone() })
}

fn received(ran: &Ran) -> Result<u64, ParcelRefused> {
    let Some(Reply::Receive(answer)) = &ran.reply else { panic!("another reply") };
    *answer
}

#[test]
fn a_payment_crosses_and_its_end_answers_who_began_it() {
    let mut two = two();
    let opened = two.open();
    assert!(opened.reply.is_none(), "the answer comes from the other cell");
    let [asked] = opened.parcels.as_slice() else { panic!("one parcel: {opened:?}") };
    assert_eq!((asked.no, asked.origin.stamp, asked.message.name()), (1, opened.stamp, "PayRequest"));

    let paid = receive(&mut two.buyers, asked);
    assert_eq!(received(&paid), Ok(1));
    assert!(paid.answered.is_none());
    let [back] = paid.parcels.as_slice() else { panic!("one parcel: {paid:?}") };
    assert_eq!((back.origin, back.message.name()), (asked.origin, "OrderPaid"));
    assert_eq!(two.purses(), (700, 0), "the money is on its way");
    assert_eq!(two.buyers.balance(PartyId::platform(two.buyer.slot()), AccountKind::Transit), 300);

    let booked = receive(&mut two.merchants, back);
    let Some((origin, Reply::OpenOrder(Ok(answer)))) = booked.answered else { panic!("no end: {booked:?}") };
    assert!(answer.paid);
    assert_eq!(origin, asked.origin);
    assert_eq!(two.purses(), (700, 298), "less the fee");
}

#[test]
fn a_parcel_is_applied_once_however_often_it_comes() {
    let mut two = two();
    let asked = two.open().parcels.remove(0);
    let back = receive(&mut two.buyers, &asked).parcels.remove(0);
    for _again in 0..3 {
        let again = receive(&mut two.buyers, &asked);
        assert_eq!(received(&again), Ok(1));
        assert!(again.parcels.is_empty() && again.answered.is_none());
    }
    receive(&mut two.merchants, &back);
    let again = receive(&mut two.merchants, &back);
    assert!(again.answered.is_none(), "who asked was answered already");
    assert_eq!(two.purses(), (700, 298));
}

#[test]
fn a_parcel_that_comes_too_early_is_refused_and_changes_nothing() {
    let mut two = two();
    let first = two.open().parcels.remove(0);
    let early = Parcel { no: 2, ..first.clone() };
    let before = two.buyers.rows.clone();
    assert_eq!(received(&receive(&mut two.buyers, &early)), Err(ParcelRefused::Gap { received: 0 }));
    assert!(before == two.buyers.rows);
    assert_eq!(received(&receive(&mut two.buyers, &first)), Ok(1));
}

#[test]
fn the_outbox_keeps_a_parcel_until_it_is_acknowledged() {
    let mut two = two();
    let asked = two.open().parcels.remove(0);
    let (from, to) = (two.seller.slot(), two.buyer.slot());
    let kept = two.merchants.get::<Outbox>((from, to, 1)).unwrap();
    assert_eq!(
        format!("{:?}", kept.open().unwrap()),
        format!("{asked:?}"),
        "it can be sent again from its row"
    );
    let more_than_sent = Command::from(Acknowledge { from, to, up_to: 9 });
    two.merchants.run(more_than_sent);
    assert!(two.merchants.get::<Outbox>((from, to, 1)).is_none());
    assert_eq!(two.merchants.get::<Link>((from, to)).unwrap().acknowledged, 1, "no more than was sent");
}

#[test]
fn a_refund_crosses_and_comes_back_confirmed() {
    let mut two = two();
    let asked = two.open().parcels.remove(0);
    let back = receive(&mut two.buyers, &asked).parcels.remove(0);
    receive(&mut two.merchants, &back);
    let which = Which::Out(Text::new("n1").unwrap());
    let refund =
        RefundOrder { seller: two.seller, which, amount: fen(300), out_request_no: None, reason: None };
    let sent = two.merchants.run(refund);
    assert!(sent.reply.is_none());
    assert_eq!(sent.parcels[0].no, 2, "numbers go on between the same two slots");
    let arrived = receive(&mut two.buyers, &sent.parcels[0]);
    let ended = receive(&mut two.merchants, &arrived.parcels[0]);
    assert!(matches!(ended.answered, Some((_, Reply::RefundOrder(Ok(_))))), "{ended:?}");
    assert_eq!(two.purses(), (1_000, 0));
}
