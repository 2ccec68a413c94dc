//! Two cells: the merchant's slot in one, the buyer's in the other, and a network that repeats, reorders and delays.

use crate::support::World;
use base::{AppId, PartyId, Slot, SlotSet, Text};
use engine::{
    Acknowledge, BackPart, BindRelations, CloseOrder, Command, ConfirmPay, IssuePayCode, Link, NewRelation,
    OpenApp, OpenOrder, OpenParty, Outbox, Parcel, ParcelRefused, PayBy, Ran, Receive, RefundOrder, Reply,
    SetPartyStatus, Share, SplitOrder, SplitPart, TopUp, Which,
};
use ledger::AccountKind;
use money::{Currency, Money};
use people::{AppMode, Attempt, PartyKind, PartyStatus};
use trade::{
    BackRefused, Delivery, Meaning, Notice, NoticeEvent, OpenRefused, Order, PayRefused, Product,
    ReceiverNamed, Refund, RefundRefused, Split, Trade, WireCharset,
};

const CODE: [u8; 16] = [7; 16];
const OTHER_CODE: [u8; 16] = [8; 16];

pub(crate) fn fen(minor: u64) -> Money {
    Money::from_minor(minor, Currency::Cny).unwrap()
}

/// The merchant's cell, the buyer's cell, and who lives there.
pub(crate) struct Two {
    pub(crate) merchants: World,
    pub(crate) buyers: World,
    pub(crate) seller: PartyId,
    app: AppId,
    pub(crate) buyer: PartyId,
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

pub(crate) fn two() -> Two {
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
    /// The buyer shows a code for an order of 3.00.
    fn open(&mut self) -> Ran {
        let issued = self.buyers.run(IssuePayCode { party: self.buyer, digest: CODE, attempt: None });
        assert!(issued.is_accepted());
        self.merchants.run(self.order(300, CODE))
    }

    pub(crate) fn order(&self, minor: u64, digest: [u8; 16]) -> OpenOrder {
        let delivery = Delivery {
            notify_url: Some(Text::new("https://shop.example/notify").unwrap()),
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
            total: fen(minor),
            subject: Text::new("tea").unwrap(),
            body: None,
            named_buyer: None,
            goods_detail: None,
        };
        OpenOrder {
            seller: self.seller,
            app: self.app,
            out_trade_no: Text::new("n1").unwrap(),
            meaning,
            delivery,
            timeout: None,
            expires_at_us: None,
            code_timeout: None,
            pay_by: Some(PayBy { slot: self.buyer.slot(), digest }),
            royalty_freeze: false,
        }
    }

    /// The same order, opened for the buyer by name.
    pub(crate) fn order_for_buyer(&self) -> OpenOrder {
        let mut order = self.order(300, CODE);
        (order.pay_by, order.meaning.product) = (None, Product::MiniProgram);
        order.meaning.named_buyer = Some(self.buyer);
        order
    }

    /// Opens an order of so much, pays it, and lets everything arrive.
    pub(crate) fn sell(&mut self, minor: u64) {
        let (party, key) = (self.buyer, Text::new("more").unwrap());
        assert!(self.buyers.run(TopUp { party, amount: fen(minor), key }).is_accepted());
        assert!(self.buyers.run(IssuePayCode { party, digest: CODE, attempt: None }).is_accepted());
        let asked = self.merchants.run(self.order(minor, CODE)).parcels.remove(0);
        let back = receive(&mut self.buyers, &asked).parcels.remove(0);
        receive(&mut self.merchants, &back);
    }

    /// The merchant's side of a refund; what is on its way then.
    fn refund(&mut self, minor: u64, number: &str) -> Parcel {
        let (seller, out_request_no) = (self.seller, Some(Text::new(number).unwrap()));
        let ran = self.merchants.run(RefundOrder {
            seller,
            which: number_one(),
            amount: fen(minor),
            out_request_no,
            reason: None,
            back: Vec::new(),
        });
        assert_eq!(ran.parcels.len(), 1, "{number}: {ran:?}");
        ran.parcels[0].clone()
    }

    /// A refund arrives at its buyer, or finds the account given up; gives what goes back to the merchant.
    fn arrive(&mut self, refund: &Parcel, open: bool) -> Parcel {
        let status = if open { PartyStatus::Normal } else { PartyStatus::Closed };
        self.buyers.run(SetPartyStatus { party: self.buyer, status });
        let answer = receive(&mut self.buyers, refund).parcels.remove(0);
        self.buyers.run(SetPartyStatus { party: self.buyer, status: PartyStatus::Normal });
        answer
    }

    fn row(&self) -> Order {
        (**self.merchants.all::<Order>().next().unwrap()).clone()
    }

    pub(crate) fn purses(&self) -> (i64, i64) {
        (
            self.buyers.balance(self.buyer, AccountKind::Balance),
            self.merchants.balance(self.seller, AccountKind::Balance),
        )
    }
}

pub(crate) fn number_one() -> Which {
    Which::Out(Text::new("n1").unwrap())
}

fn opened(reply: Option<&Reply>) -> Result<bool, OpenRefused> {
    let Some(Reply::OpenOrder(answer)) = reply else { panic!("another reply: {reply:?}") };
    answer.as_ref().map(|opened| opened.paid).map_err(|refused| *refused)
}

pub(crate) fn receive(world: &mut World, parcel: &Parcel) -> Ran {
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
    let refund = RefundOrder {
        seller: two.seller,
        which,
        amount: fen(300),
        out_request_no: None,
        reason: None,
        back: Vec::new(),
    };
    let sent = two.merchants.run(refund);
    assert!(sent.reply.is_none());
    assert_eq!(sent.parcels[0].no, 2, "numbers go on between the same two slots");
    let arrived = receive(&mut two.buyers, &sent.parcels[0]);
    let ended = receive(&mut two.merchants, &arrived.parcels[0]);
    assert!(matches!(ended.answered, Some((_, Reply::RefundOrder(Ok(_))))), "{ended:?}");
    assert_eq!(two.purses(), (1_000, 0));
}

/// A second code is shown while the first one's money is on its way, and the merchant closes the order meanwhile.
#[test]
fn the_same_code_hears_the_same_of_an_order_that_closed() {
    let mut two = two();
    let first = two.open().parcels.remove(0);
    let paid = receive(&mut two.buyers, &first).parcels.remove(0);
    assert!(
        two.buyers.run(IssuePayCode { party: two.buyer, digest: OTHER_CODE, attempt: None }).is_accepted()
    );
    let second = two.merchants.run(two.order(300, OTHER_CODE)).parcels.remove(0);
    let waits = receive(&mut two.buyers, &second).parcels.remove(0);
    let (seller, which) = (two.seller, number_one());
    assert!(two.merchants.run(CloseOrder { seller, which }).is_accepted());
    let returned = receive(&mut two.merchants, &paid).parcels.remove(0);
    let answered = receive(&mut two.merchants, &waits).answered.expect("the second chain ends here");
    let again = two.merchants.run(two.order(300, OTHER_CODE));
    assert_eq!(opened(again.reply.as_ref()), Err(OpenRefused::AlreadyClosed));
    assert_eq!(opened(Some(&answered.1)), Err(OpenRefused::AlreadyClosed), "as the same code again");
    receive(&mut two.buyers, &returned);
    assert_eq!(two.purses(), (1_000, 0));
}

/// An order is asked for twice while its buyer is asked; between the two answers the merchant closes it.
#[test]
fn the_same_order_hears_the_same_when_it_closed() {
    let mut two = two();
    let asked = [two.order_for_buyer(), two.order_for_buyer()]
        .map(|order| two.merchants.run(order).parcels.remove(0));
    let answers = asked.map(|asked| receive(&mut two.buyers, &asked).parcels.remove(0));
    let first = receive(&mut two.merchants, &answers[0]).answered.expect("its chain ends");
    assert_eq!(opened(Some(&first.1)), Ok(false));
    let (seller, which) = (two.seller, number_one());
    assert!(two.merchants.run(CloseOrder { seller, which }).is_accepted());
    let second = receive(&mut two.merchants, &answers[1]).answered.expect("its chain ends");
    let again = two.merchants.run(two.order_for_buyer());
    assert_eq!(opened(again.reply.as_ref()), Err(OpenRefused::AlreadyClosed));
    assert_eq!(opened(Some(&second.1)), Err(OpenRefused::AlreadyClosed), "as the same request again");
}

/// An order is asked for twice; at the first question its buyer is frozen, at the second not any more. The first answer
/// makes the order vanish, and nothing may be left of the trade that the second one made, whether it was confirmed
/// meanwhile or not.
#[test]
fn nothing_is_left_of_an_order_that_was_never_there() {
    for confirmed in [false, true] {
        let mut two = two();
        let (party, slot) = (two.buyer, two.buyer.slot());
        let asked = [(); 2].map(|()| two.merchants.run(two.order_for_buyer()).parcels.remove(0));
        let order_no = two.row().no;
        two.buyers.run(SetPartyStatus { party, status: PartyStatus::Frozen });
        let no = receive(&mut two.buyers, &asked[0]).parcels.remove(0);
        two.buyers.run(SetPartyStatus { party, status: PartyStatus::Normal });
        let mut sent = vec![no, receive(&mut two.buyers, &asked[1]).parcels.remove(0)];
        if confirmed {
            let expires_at_us = i64::MAX;
            two.buyers.force(Attempt { slot, party, no: 1, about: order_no, proven: true, expires_at_us });
            sent.extend(two.buyers.run(ConfirmPay { buyer: party, order_no, attempt: 1 }).parcels);
        }
        let ran: Vec<Ran> = sent.iter().map(|parcel| receive(&mut two.merchants, parcel)).collect();
        let first = ran[0].answered.as_ref().map(|(_, reply)| opened(Some(reply)));
        assert_eq!(first, Some(Err(OpenRefused::Pay(PayRefused::BuyerBlocked))));
        let second = ran[1].answered.as_ref().map(|(_, reply)| opened(Some(reply)));
        assert_eq!(second, Some(Err(OpenRefused::AlreadyClosed)));
        let back: Vec<Ran> =
            ran.iter().flat_map(|ran| &ran.parcels).map(|parcel| receive(&mut two.buyers, parcel)).collect();
        assert!(ran.iter().chain(&back).all(|ran| ran.steps == 1));
        if confirmed {
            let mut answers = back.iter().filter_map(|ran| ran.answered.as_ref());
            let answer = answers.next_back().map(|(_, reply)| reply);
            assert!(matches!(answer, Some(Reply::ConfirmPay(Err(PayRefused::AlreadyClosed)))), "{answer:?}");
        }
        assert_eq!(two.purses(), (1_000, 0), "confirmed: {confirmed}");
        assert_eq!(two.buyers.all::<Trade>().count(), 0, "confirmed: {confirmed}");
        assert_eq!(two.merchants.all::<Order>().count(), 0);
    }
}

#[test]
fn a_merchant_is_told_of_money_that_arrived_and_of_no_other() {
    let mut two = two();
    two.sell(1_000);
    let refunds = [two.refund(100, "R1"), two.refund(50, "R2"), two.refund(7, "R3")];
    let first = two.arrive(&refunds[0], true);
    let second = two.arrive(&refunds[1], false);
    let third = two.arrive(&refunds[2], true);
    receive(&mut two.merchants, &first);
    receive(&mut two.merchants, &second);
    receive(&mut two.merchants, &third);
    let told = two.merchants.all::<Notice>().filter(|notice| notice.event == NoticeEvent::Refunded);
    let told: Vec<_> = told.map(|notice| notice.refunded_minor.units()).collect();
    assert_eq!(told, [100, 107], "the second refund was under way, and came back");
    let rows: Vec<_> =
        two.merchants.all::<Refund>().map(|refund| refund.refunded_after_minor.units()).collect();
    assert_eq!((rows[0], rows[2]), (100, 107), "an answer says the same as the notice");
}

/// Of every two refunds the second rounds the fee up and comes back: what is left of the fee waits for its share, and
/// never makes a refund of more fee than money.
#[test]
fn the_fee_given_back_is_never_more_than_the_refund() {
    let mut two = two();
    two.sell(10_000);
    assert_eq!(two.row().fee_minor.units(), 60);
    let amounts = [166, 1, 166, 1, 165, 1];
    let mut under_way = Vec::new();
    for (place, minor) in amounts.into_iter().enumerate() {
        under_way.push(two.refund(minor, &format!("R{place}")));
    }
    let mut answers = Vec::new();
    for (place, refund) in under_way.iter().enumerate() {
        answers.push(two.arrive(refund, amounts[place] > 1));
    }
    for answer in &answers {
        receive(&mut two.merchants, answer);
        let order = two.row();
        let share = 60 * order.refunded_minor.units() / 10_000;
        assert_eq!(order.fee_returned_minor.units(), share, "in proportion to what was given back");
    }
    assert_eq!(two.row().refunded_minor.units(), 497);
    let one = two.refund(1, "R6");
    let rest = two.refund(9_502, "R7");
    for refund in [one, rest] {
        let answer = two.arrive(&refund, true);
        receive(&mut two.merchants, &answer);
    }
    for refund in two.merchants.all::<Refund>() {
        assert!(refund.fee_back_minor <= refund.amount_minor, "{refund:?}");
    }
    assert_eq!(two.row().fee_returned_minor, two.row().fee_minor, "with the last refund exactly the fee");
    assert_eq!(two.purses(), (11_000, 0));
}

/// An order of 10.00, of which two receivers in the other cell have 1.00 each; gives the second receiver.
fn split_in_two(two: &mut Two) -> PartyId {
    let carol = party(&mut two.buyers, PartyKind::Person, &login_in(Slot::new(13).unwrap()));
    two.sell(1_000);
    let relation = |receiver: PartyId| NewRelation {
        receiver,
        named: ReceiverNamed::UserId,
        account: Text::new(&receiver.to_string()).unwrap(),
        memo: None,
    };
    let receivers = [two.buyer, carol].map(relation).to_vec();
    assert!(two.merchants.run(BindRelations { seller: two.seller, receivers }).is_accepted());
    let part = |receiver| SplitPart { payer: None, receiver: Some(receiver), share: Share::Amount(fen(100)) };
    let ran = two.merchants.run(SplitOrder {
        seller: two.seller,
        order_no: two.row().no,
        out_request_no: Text::new("S1").unwrap(),
        parts: [two.buyer, carol].map(part).to_vec(),
        finish: false,
    });
    assert!(ran.reply.is_none(), "the answer comes from the other cell");
    let [first, second] = ran.parcels.as_slice() else { panic!("two parcels: {ran:?}") };
    let first_in = receive(&mut two.buyers, first).parcels.remove(0);
    assert!(receive(&mut two.buyers, first).parcels.is_empty(), "it takes effect once");
    let second_in = receive(&mut two.buyers, second).parcels.remove(0);
    assert!(receive(&mut two.merchants, &second_in).answered.is_none(), "one is still under way");
    let ended = receive(&mut two.merchants, &first_in);
    assert!(matches!(ended.answered, Some((_, Reply::SplitOrder(Ok(_))))), "{ended:?}");
    assert_eq!(two.purses(), (1_100, 994 - 200));
    carol
}

impl Two {
    fn take_back(&mut self, number: &str, amount: u64, from: &[PartyId]) -> Ran {
        let part = |receiver: &PartyId| {
            let share = Share::Amount(fen(100));
            BackPart { payee: None, receiver: Some(*receiver), share }
        };
        self.merchants.run(RefundOrder {
            seller: self.seller,
            which: number_one(),
            amount: fen(amount),
            out_request_no: Some(Text::new(number).unwrap()),
            reason: None,
            back: from.iter().map(part).collect(),
        })
    }

    fn of(&self, receiver: PartyId) -> i64 {
        self.buyers.balance(receiver, AccountKind::Balance)
    }
}

#[test]
fn parts_are_taken_back_across_cells_and_the_last_makes_the_refund() {
    let mut two = two();
    let carol = split_in_two(&mut two);
    let asked = two.take_back("R1", 300, &[two.buyer, carol]).parcels;
    let again = two.take_back("R1", 300, &[two.buyer, carol]);
    assert!(
        matches!(again.reply, Some(Reply::RefundOrder(Err(RefundRefused::Back(BackRefused::UnderWay))))),
        "{again:?}"
    );
    let mut answers: Vec<Parcel> =
        asked.iter().map(|asked| receive(&mut two.buyers, asked).parcels.remove(0)).collect();
    assert!(receive(&mut two.buyers, &asked[0]).parcels.is_empty(), "it takes effect once");
    assert_eq!((two.purses(), two.of(carol)), ((1_000, 794), 0), "the parts are on their way");
    let last = answers.remove(0);
    assert!(receive(&mut two.merchants, &answers[0]).parcels.is_empty(), "one is still asked");
    let made = receive(&mut two.merchants, &last);
    assert!(made.answered.is_none(), "the buyer's slot ends it");
    assert_eq!(two.purses(), (1_000, 794 - 100 + 1), "of its own, and the fee's part of it");
    let arrived = receive(&mut two.buyers, &made.parcels[0]);
    let ended = receive(&mut two.merchants, &arrived.parcels[0]);
    assert!(matches!(ended.answered, Some((_, Reply::RefundOrder(Ok(_))))), "{ended:?}");
    assert_eq!(two.purses(), (1_300, 695));
    assert!(receive(&mut two.merchants, &last).answered.is_none(), "it takes effect once");
    assert_eq!(two.purses(), (1_300, 695));
}

/// While the parts are on their way, everything is refunded without them.
#[test]
fn parts_for_a_refund_that_is_not_possible_any_more_go_back_across_cells() {
    let mut two = two();
    let carol = split_in_two(&mut two);
    let more = TopUp { party: two.seller, amount: fen(1_000), key: Text::new("more").unwrap() };
    assert!(two.merchants.run(more).is_accepted());
    let asked = two.take_back("R1", 300, &[two.buyer, carol]).parcels;
    let answers: Vec<Parcel> =
        asked.iter().map(|asked| receive(&mut two.buyers, asked).parcels.remove(0)).collect();
    let all = two.refund(1_000, "R2");
    assert!(receive(&mut two.merchants, &answers[1]).answered.is_none());
    let undone = receive(&mut two.merchants, &answers[0]);
    assert!(
        matches!(undone.answered, Some((_, Reply::RefundOrder(Err(RefundRefused::MoreThanLeft))))),
        "{undone:?}"
    );
    assert_eq!(undone.parcels.len(), 2, "both parts go back: {undone:?}");
    assert_eq!((two.of(two.buyer), two.of(carol)), (1_000, 0));
    let arrived = receive(&mut two.buyers, &all);
    assert_eq!(two.of(two.buyer), 2_000);
    // The account was given up meanwhile; the part is its owner's all the same.
    two.buyers.run(SetPartyStatus { party: carol, status: PartyStatus::Closed });
    let there: Vec<Parcel> =
        undone.parcels.iter().map(|part| receive(&mut two.buyers, part).parcels.remove(0)).collect();
    assert_eq!((two.of(two.buyer), two.of(carol)), (2_100, 100));
    let open = |two: &Two| two.merchants.all::<Split>().map(|split| split.open).sum::<u32>();
    assert_eq!(open(&two), 2, "until the merchant's slot hears of it");
    assert!(receive(&mut two.merchants, &arrived.parcels[0]).answered.is_some());
    there.iter().for_each(|part| assert!(receive(&mut two.merchants, part).answered.is_none()));
    assert_eq!(open(&two), 0);
    assert_eq!(two.purses(), (2_100, 800));
}
