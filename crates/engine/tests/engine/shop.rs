//! What persons do for a merchant: a refund of what was shown, an order that is taken back, a no to a buyer who asks
//! for its money, and the notes of all.

use crate::crossing::{Two, fen, number_one, receive, two};
use base::{PartyId, Slot, Text};
use engine::{
    Ask, AskRefund, ClaimOrder, Command, FindOrder, FindShopOrder, NoteStaffAct, NoteStaffActRefused,
    OpenOrder, RefundOrder, RefuseRefundWish, RefuseWishRefused, Reply, ShopClose, ShopCloseRefused,
    ShopRefund, ShopRefundRefused, Which,
};
use people::{MerchantStaff, StaffBook, StaffNote, StaffRole};
use trade::{
    CloseRefused, FindRefused, Notice, NoticeEvent, Order, OrderState, Product, REFUND_WINDOW_US,
    REFUND_WISHES_MAX, RefundRefused, RefundWish, RefundWishRefused, RefundWishState, Timer, Trade,
    TradeState,
};

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
    assert_eq!(two.merchants.all::<Notice>().count(), 0, "for the world it never was");
    assert_eq!(two.merchants.all::<Timer>().count(), 0);
    assert_eq!(notes(&two), [(1, tim, "order.cancel".to_owned(), closed.no.to_string())]);
    assert_eq!(no(&mut two, close(tim, &which)), ShopCloseRefused::Close(CloseRefused::AlreadyClosed));

    let buyer = PartyId::issue(3, Slot::new(12).unwrap()).unwrap();
    let claim = Command::from(ClaimOrder { order_no: closed.no, buyer, by_code: true });
    assert!(!two.merchants.run(claim).is_accepted(), "nobody takes it up any more");
}

#[test]
fn who_took_an_order_up_hears_that_it_was_taken_back() {
    let mut two = two();
    let (by, seller) = (appointed(&mut two, 1, Till), two.seller);
    let order = two.order_for_buyer();
    let asked = two.merchants.run(order).parcels.remove(0);
    let answer = receive(&mut two.buyers, &asked).parcels.remove(0);
    receive(&mut two.merchants, &answer);
    let closed = two.merchants.run(ShopClose { seller, which: number_one(), by });
    assert!(closed.is_accepted());
    receive(&mut two.buyers, &closed.parcels[0]);
    let states: Vec<TradeState> = two.buyers.all::<Trade>().map(|trade| trade.state).collect();
    assert_eq!(states, [TradeState::Closed]);
    let told: Vec<NoticeEvent> = two.merchants.all::<Notice>().map(|notice| notice.event).collect();
    assert_eq!(told, [NoticeEvent::Closed]);
    assert_eq!(notes(&two).len(), 1);
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
    assert_eq!(
        no(&mut two, note(stranger, "")),
        NoteStaffActRefused::SaysNothing,
        "of two reasons the first"
    );
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

/// The buyer asks for its money back.
fn asked(two: &Two, key: &str, reason: &str) -> AskRefund {
    let (key, reason) = (Text::new(key).unwrap(), Text::new(reason).unwrap());
    AskRefund { buyer: two.buyer, order_no: only_order(two).no, key, reason }
}

/// What was asked for and is taken.
fn taken(two: &mut Two, command: AskRefund) -> RefundWish {
    let reply = two.merchants.run(command).reply.expect("it is answered at once");
    (*AskRefund::answer(reply).unwrap().unwrap()).clone()
}

fn says_no(two: &Two, by: PartyId, asking: u32, reason: &str) -> RefuseRefundWish {
    let (seller, order_no) = (two.seller, only_order(two).no);
    RefuseRefundWish { seller, order_no, asking, reason: Text::new(reason).unwrap(), by }
}

/// Why nobody says no.
fn answer_refused(two: &mut Two, by: PartyId, asking: u32, reason: &str) -> RefuseWishRefused {
    let command = says_no(two, by, asking, reason);
    no(two, command)
}

#[test]
fn a_buyer_asks_once_and_hears_why_not() {
    let mut two = two();
    two.sell(300);
    let (ann, tim) = (appointed(&mut two, 1, Finance), appointed(&mut two, 2, Till));
    let ask = asked(&two, "K1", "it is cold");
    assert_eq!(answer_refused(&mut two, ann, 1, "eaten"), RefuseWishRefused::NotFound);
    let wish = taken(&mut two, ask.clone());
    assert_eq!((wish.state, wish.asking, wish.buyer), (RefundWishState::Open, 1, two.buyer));
    assert_eq!(taken(&mut two, ask.clone()), wish, "the same again is the same");
    let other = AskRefund { reason: Text::new("it is late").unwrap(), ..ask.clone() };
    assert_eq!(no(&mut two, other), RefundWishRefused::KeyTaken);
    let second = asked(&two, "K2", "it is cold");
    assert_eq!(no(&mut two, second.clone()), RefundWishRefused::Open);
    let stranger = AskRefund { buyer: two.seller, ..second.clone() };
    assert_eq!(no(&mut two, stranger), RefundWishRefused::TradeNotFound, "somebody else's order");

    assert_eq!(answer_refused(&mut two, tim, 1, "eaten"), RefuseWishRefused::NotStaff);
    assert_eq!(answer_refused(&mut two, ann, 2, "eaten"), RefuseWishRefused::Changed, "nobody read that");
    let said = two.merchants.run(says_no(&two, ann, 1, "eaten")).reply.unwrap();
    let said = RefuseRefundWish::answer(said).unwrap().unwrap();
    assert_eq!(said.state, RefundWishState::Refused);
    assert_eq!(said.answer.as_ref().unwrap().as_str(), "eaten");
    let subject = only_order(&two).no.to_string();
    assert_eq!(notes(&two), [(1, ann, "order.refuse_refund".to_owned(), subject)]);
    assert!(two.merchants.run(says_no(&two, ann, 1, "eaten")).is_accepted(), "the same again is told");
    assert_eq!(answer_refused(&mut two, ann, 1, "drunk"), RefuseWishRefused::Changed);
    assert_eq!(notes(&two).len(), 1);
    assert_eq!(two.purses().0, 1_000, "no money moved");

    for (key, asking) in [("K2", 2), ("K3", REFUND_WISHES_MAX)] {
        let anew = asked(&two, key, "it is cold");
        assert_eq!(taken(&mut two, anew).asking, asking);
        assert!(two.merchants.run(says_no(&two, ann, asking, "eaten")).is_accepted());
        let late = taken(&mut two, ask.clone());
        let stands = (late.state, late.asking, late.key.as_str());
        assert_eq!(stands, (RefundWishState::Refused, asking, key), "the first key asks for nothing anew");
    }
    let late = taken(&mut two, second);
    assert_eq!((late.asking, late.key.as_str()), (REFUND_WISHES_MAX, "K3"), "nor does the second one");
    let ask = asked(&two, "K4", "it is cold");
    assert_eq!(no(&mut two, ask), RefundWishRefused::TooOften);
}

#[test]
fn a_refund_that_arrives_meets_what_was_asked_for() {
    let mut two = two();
    two.sell(300);
    let ann = appointed(&mut two, 1, Owner);
    let ask = asked(&two, "K1", "it is cold");
    taken(&mut two, ask);
    let wish_of = |two: &Two| two.merchants.all::<RefundWish>().next().unwrap().state;
    let sent = two.merchants.run(wish(&two, ann, 100, "R1", 300));
    assert_eq!(wish_of(&two), RefundWishState::Open, "while it is on its way");
    let arrived = receive(&mut two.buyers, &sent.parcels[0]);
    receive(&mut two.merchants, &arrived.parcels[0]);
    assert_eq!(wish_of(&two), RefundWishState::Met);
    assert_eq!(answer_refused(&mut two, ann, 1, "eaten"), RefuseWishRefused::Changed);

    // Of the rest it may be asked again; of nothing it may not.
    let ask = asked(&two, "K2", "all of it is cold");
    assert_eq!(taken(&mut two, ask).asking, 2);
    let sent = two.merchants.run(wish(&two, ann, 200, "R2", 200));
    let ask = asked(&two, "K3", "more");
    assert_eq!(no(&mut two, ask.clone()), RefundWishRefused::Over, "the rest is on its way");
    let arrived = receive(&mut two.buyers, &sent.parcels[0]);
    receive(&mut two.merchants, &arrived.parcels[0]);
    assert_eq!(no(&mut two, ask), RefundWishRefused::Over);
}

#[test]
fn a_refund_made_before_the_buyer_asked_meets_nothing() {
    let mut two = two();
    two.sell(300);
    let ann = appointed(&mut two, 1, Owner);
    let wish_of = |two: &Two| two.merchants.all::<RefundWish>().next().unwrap().state;
    let mut sent = two.merchants.run(wish(&two, ann, 100, "R1", 300));
    two.merchants.advance(1);
    let ask = asked(&two, "K1", "it is cold");
    taken(&mut two, ask);
    for (expected, left) in [(RefundWishState::Open, Some(200)), (RefundWishState::Met, None)] {
        let arrived = receive(&mut two.buyers, &sent.parcels[0]);
        receive(&mut two.merchants, &arrived.parcels[0]);
        assert_eq!(wish_of(&two), expected);
        if let Some(left) = left {
            sent = two.merchants.run(wish(&two, ann, left, "R2", left));
        }
    }
}

#[test]
fn what_is_unpaid_or_was_paid_too_long_ago_is_not_asked_for() {
    let mut two = two();
    let order = two.order_for_buyer();
    let asking = two.merchants.run(order).parcels.remove(0);
    let answer = receive(&mut two.buyers, &asking).parcels.remove(0);
    receive(&mut two.merchants, &answer);
    let ask = asked(&two, "K1", "it is cold");
    assert_eq!(no(&mut two, ask), RefundWishRefused::NotPaid);

    let mut two = crate::crossing::two();
    two.sell(300);
    let ask = asked(&two, "K1", "it is cold");
    two.merchants.advance(REFUND_WINDOW_US);
    assert_eq!(no(&mut two, ask), RefundWishRefused::Over);
}
