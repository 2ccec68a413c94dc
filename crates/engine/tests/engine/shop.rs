//! What persons do for a merchant: a refund of what was shown, an order that is taken back, and the notes of both.

use crate::crossing::{Two, fen, number_one, receive, two};
use base::{PartyId, Slot, Text};
use engine::{
    Ask, ClaimOrder, Command, FindOrder, FindShopOrder, NoteStaffAct, NoteStaffActRefused, OpenOrder,
    RefundOrder, Reply, ShopClose, ShopCloseRefused, ShopRefund, ShopRefundRefused, Which,
};
use people::{MerchantStaff, StaffBook, StaffNote, StaffRole};
use trade::{CloseRefused, FindRefused, Order, OrderState, Product, RefundRefused};

use StaffRole::{Developer, Finance, Owner, Till};

/// Somebody who acts for the merchant.
fn appointed(two: &mut Two, counter: u64, role: StaffRole) -> PartyId {
    let (slot, seller) = (two.seller.slot(), two.seller);
    let user = PartyId::issue(counter, Slot::new(42).unwrap()).unwrap();
    two.merchants.force(MerchantStaff { slot, seller, user, role, active: true, set_by: None, since_us: 0 });
    if two.merchants.get::<StaffBook>((slot, seller)).is_none() {
        two.merchants.force(StaffBook { slot, seller, staff: 1, owners: 1, ever: 1, acts: 0 });
    }
    user
}

fn wish(two: &Two, by: PartyId, minor: u64, number: &str, left: u64) -> ShopRefund {
    let refund = RefundOrder {
        seller: two.seller,
        which: number_one(),
        amount: fen(minor),
        out_request_no: Some(Text::new(number).unwrap()),
        reason: None,
        back: Vec::new(),
    };
    ShopRefund { refund, left: fen(left), by }
}

/// What is refused at once, and changes nothing.
fn no<A: Ask>(two: &mut Two, command: A) -> A::Refused
where
    A::Done: std::fmt::Debug,
{
    let before = two.merchants.rows.clone();
    let reply = two.merchants.run(command).reply.expect("it is answered at once");
    assert!(before == two.merchants.rows, "a refusal changes nothing");
    A::answer(reply).expect("by its own kind of reply").expect_err("it is refused")
}

/// The notes: which number, by whom, what and to what.
fn notes(two: &Two) -> Vec<(u64, PartyId, String, String)> {
    let all = two.merchants.all::<StaffNote>();
    all.map(|note| (note.number, note.user, note.act.to_string(), note.subject.to_string())).collect()
}

fn only_order(two: &Two) -> Order {
    let mut all = two.merchants.all::<Order>();
    let order = (**all.next().expect("there is one")).clone();
    assert!(all.next().is_none(), "there is one");
    order
}

#[test]
fn of_two_persons_who_saw_the_same_sum_one_refunds() {
    let mut two = two();
    two.sell(300);
    let (ann, ben) = (appointed(&mut two, 1, Owner), appointed(&mut two, 2, Finance));
    let sent = two.merchants.run(wish(&two, ann, 100, "R1", 300));
    assert!(sent.reply.is_none(), "the buyer's slot ends it: {sent:?}");
    let changed = ShopRefundRefused::Changed { left: fen(200) };
    let late = wish(&two, ben, 100, "R2", 300);
    assert_eq!(no(&mut two, late.clone()), changed, "while the first is on its way");
    let order_no = only_order(&two).no;
    let subject = |number: &str| format!("{order_no} {number}");
    assert_eq!(notes(&two), [(1, ann, "order.refund".to_owned(), subject("R1"))]);

    let again = two.merchants.run(wish(&two, ann, 100, "R1", 300)).reply.unwrap();
    let again = ShopRefund::answer(again).unwrap().unwrap();
    assert_eq!(
        (again.moved, again.order.refunded()),
        (false, fen(100)),
        "the same is told, whatever is left"
    );

    let arrived = receive(&mut two.buyers, &sent.parcels[0]);
    let ended = receive(&mut two.merchants, &arrived.parcels[0]);
    let (_, reply) = ended.answered.expect("it ends here");
    let told = ShopRefund::answer(reply).expect("whoever asked hears it").unwrap();
    assert_eq!((told.moved, told.refund.amount()), (true, fen(100)));
    assert_eq!(no(&mut two, late), changed, "and when it is done");
    assert_eq!(two.purses().0, 1_100);

    let second = two.merchants.run(wish(&two, ben, 100, "R2", 200));
    assert!(second.reply.is_none(), "of what is left: {second:?}");
    assert_eq!(notes(&two)[1], (2, ben, "order.refund".to_owned(), subject("R2")));
}

/// An order to be scanned, which nobody took up.
fn offered(two: &mut Two) {
    let mut offer = OpenOrder { pay_by: None, ..two.order(300, [7; 16]) };
    offer.meaning.product = Product::QrCode;
    assert!(two.merchants.run(offer).is_accepted());
}

#[test]
fn what_is_not_paid_is_not_refunded() {
    let mut two = two();
    let ann = appointed(&mut two, 1, Owner);
    let asked = |two: &mut Two, left| {
        let asked = wish(two, ann, 100, "R1", left);
        no(two, asked)
    };
    assert_eq!(asked(&mut two, 300), ShopRefundRefused::Refund(RefundRefused::TradeNotFound));
    offered(&mut two);
    for left in [300, 0] {
        assert_eq!(asked(&mut two, left), ShopRefundRefused::Refund(RefundRefused::NotPaid), "{left}");
    }
}

#[test]
fn who_refunds_acts_for_the_merchant_and_says_what_was_shown() {
    let mut two = two();
    two.sell(300);
    let (ann, tim) = (appointed(&mut two, 1, Owner), appointed(&mut two, 2, Till));
    let stranger = PartyId::issue(9, Slot::new(42).unwrap()).unwrap();
    let changed = ShopRefundRefused::Changed { left: fen(300) };
    let too_much = ShopRefundRefused::Refund(RefundRefused::MoreThanLeft);
    for (by, minor, left, told) in [
        (stranger, 100, 300, ShopRefundRefused::NotStaff),
        (tim, 100, 300, ShopRefundRefused::NotStaff),
        (ann, 301, 299, changed),
        (ann, 100, 301, changed),
        (ann, 301, 300, too_much),
    ] {
        let asked = wish(&two, by, minor, "R1", left);
        assert_eq!(no(&mut two, asked), told, "{by} {minor} of {left}");
    }
    assert!(notes(&two).is_empty());
    assert!(two.merchants.run(wish(&two, ann, 100, "R1", 300)).reply.is_none());
    let other = wish(&two, ann, 101, "R1", 200);
    let taken = ShopRefundRefused::Refund(RefundRefused::NumberTaken { field: "refund_amount" });
    assert_eq!(no(&mut two, other), taken);
}

#[test]
fn a_code_that_nobody_scanned_is_taken_back() {
    let mut two = two();
    let (tim, dan) = (appointed(&mut two, 1, Till), appointed(&mut two, 2, Developer));
    offered(&mut two);
    let (seller, which) = (two.seller, number_one());
    let look = FindOrder { seller, which: which.clone() };
    assert_eq!(no(&mut two, look), FindRefused::TradeNotFound, "for the world it is not there");
    let look = FindShopOrder { seller, which: which.clone() };
    let Some(Reply::FindShopOrder(Ok(seen))) = two.merchants.run(look).reply else { panic!() };
    assert_eq!(*seen, only_order(&two));

    let close = |by, which: &Which| ShopClose { seller, which: which.clone(), by };
    assert_eq!(no(&mut two, close(dan, &which)), ShopCloseRefused::NotStaff);
    let nothing = Which::Out(Text::new("nothing").unwrap());
    assert_eq!(no(&mut two, close(tim, &nothing)), ShopCloseRefused::Close(CloseRefused::TradeNotFound));
    let closed = two.merchants.run(close(tim, &which)).reply.unwrap();
    let closed = ShopClose::answer(closed).unwrap().unwrap();
    assert_eq!((closed.state, closed.timer), (OrderState::Closed, None));
    assert_eq!(notes(&two), [(1, tim, "order.cancel".to_owned(), closed.no.to_string())]);
    assert_eq!(no(&mut two, close(tim, &which)), ShopCloseRefused::Close(CloseRefused::AlreadyClosed));

    let buyer = PartyId::issue(3, Slot::new(12).unwrap()).unwrap();
    let claim = Command::from(ClaimOrder { order_no: closed.no, buyer, by_code: true });
    assert!(!two.merchants.run(claim).is_accepted(), "nobody takes it up any more");
}

#[test]
fn what_was_paid_is_not_taken_back() {
    let mut two = two();
    two.sell(300);
    let (by, seller) = (appointed(&mut two, 1, Till), two.seller);
    let close = ShopClose { seller, which: number_one(), by };
    assert_eq!(no(&mut two, close), ShopCloseRefused::Close(CloseRefused::AlreadyPaid));
}

#[test]
fn what_somebody_does_is_noted_while_it_acts_for_the_merchant() {
    let mut two = two();
    let (seller, tim) = (two.seller, appointed(&mut two, 1, Till));
    let note = |user, act: &str| NoteStaffAct {
        seller,
        user,
        act: Text::new(act).unwrap(),
        subject: Text::new("S1").unwrap(),
    };
    let stranger = PartyId::issue(9, Slot::new(42).unwrap()).unwrap();
    assert_eq!(no(&mut two, note(tim, "")), NoteStaffActRefused::SaysNothing);
    assert_eq!(no(&mut two, note(stranger, "store.open")), NoteStaffActRefused::NotStaff);
    for number in 1..=2 {
        let Some(Reply::NoteStaffAct(Ok(row))) = two.merchants.run(note(tim, "store.open")).reply else {
            panic!()
        };
        assert_eq!(
            (row.number, row.user, row.act.as_str(), row.subject.as_str()),
            (number, tim, "store.open", "S1")
        );
    }
    let key = (seller.slot(), seller, tim);
    let row = two.merchants.get::<MerchantStaff>(key).unwrap();
    two.merchants.force(MerchantStaff { active: false, ..(*row).clone() });
    assert_eq!(no(&mut two, note(tim, "store.open")), NoteStaffActRefused::NotStaff, "who has gone");
    let book = two.merchants.get::<StaffBook>((seller.slot(), seller)).unwrap();
    assert_eq!((notes(&two).len(), book.acts), (2, 2));
}
