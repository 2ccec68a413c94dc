//! Limits of a person while the person's slot lies in another cell: one order is asked about twice, and the
//! answers come late.

use crate::identity::{IDENTITY, person_with};
use crate::registering::ask;
use crate::script::{Script, check_in, cny, digest};
use crate::support::World;
use base::{BankOrderNo, CardNo, PartyId, Slot, SlotSet, Text, next_china_midnight_us};
use engine::{
    AskCard, BankAnswered, BankWay, BindCard, Command, ConfirmBankOrder, JudgePassword, LastTry, Parcel,
    PayByCard, PrepareBankOrder, Receive, Reply, SendBankOrder, StopBy, StopPayments, TopUp, TryPassword,
    Verdict,
};
use fund::{
    BankOrder, BankOrderRefused, BankOrderState, BankReason, CardKind, ConfirmBankOrderRefused, Done,
};
use people::{PersonCount, PersonSpend, Usage, UsageKind, slot_of_identity};

/// The cell of the accounts, and the one of the person.
struct Apart {
    accounts: World,
    person: World,
}

impl Apart {
    /// Two cells out of one world at rest.
    fn of(world: &World) -> Apart {
        let persons = slot_of_identity(&IDENTITY);
        let (mut accounts, mut person) = (world.clone(), world.clone());
        accounts.home = SlotSet::of(Slot::all().filter(|slot| *slot != persons));
        person.home = SlotSet::of([persons]);
        Apart { accounts, person }
    }

    /// A command whose chain goes on in the person's cell.
    fn asks(&mut self, command: impl Into<Command>) -> Parcel {
        let ran = self.accounts.run(command);
        assert!(ran.reply.is_none(), "the person's cell is asked: {ran:?}");
        let [parcel] = ran.parcels.as_slice() else { panic!("one question: {ran:?}") };
        parcel.clone()
    }

    /// The person's cell hears something, and may answer.
    fn person_hears(&mut self, parcel: &Parcel) -> Option<Parcel> {
        self.person.run(Receive { parcel: parcel.clone() }).parcels.pop()
    }

    fn answers(&mut self, question: &Parcel) -> Parcel {
        self.person_hears(question).expect("a question is answered")
    }

    /// An answer arrives: what the customer hears, and what is given back.
    fn hears(&mut self, answer: &Parcel) -> (Reply, Option<Parcel>) {
        let mut ran = self.accounts.run(Receive { parcel: answer.clone() });
        let (_, reply) = ran.answered.expect("the customer hears");
        (reply, ran.parcels.pop())
    }

    /// The same of the confirmation of a bank order.
    fn confirms(
        &mut self,
        answer: &Parcel,
    ) -> (Result<BankOrderState, ConfirmBankOrderRefused>, Option<Parcel>) {
        let (Reply::ConfirmBankOrder(told), back) = self.hears(answer) else { panic!("another reply") };
        (told.map(|order| order.state), back)
    }

    /// How many orders count on a day, and how much, fen.
    fn counted(&self, kind: UsageKind) -> Vec<(u32, i64)> {
        let all = self.person.all::<PersonCount>().filter(|row| row.kind == kind);
        all.map(|row| (row.count, row.sum_minor.units())).collect()
    }

    fn spends(&self) -> usize {
        self.person.all::<PersonSpend>().count()
    }
}

/// An account of the person, with money and a card.
fn account(world: &mut World) -> (PartyId, CardNo) {
    let party = person_with(world, 1, 3);
    let key = Text::new("k").unwrap();
    ask(world, TopUp { party, amount: cny("30000.00"), key }).unwrap();
    let (bank, last_four) = (Text::new("XYZ").unwrap(), Text::new("1234").unwrap());
    let asked = AskCard { party, bank, kind: CardKind::Debit, last_four, digest: digest("1234") };
    let card = ask(world, asked).unwrap().no;
    ask(world, BindCard { party, card, agreement: Text::new("A1").unwrap() }).unwrap();
    assert_ne!(party.slot(), slot_of_identity(&IDENTITY), "they can lie in two cells");
    (party, card)
}

fn drafted(world: &mut World, (party, card): (PartyId, CardNo), way: BankWay, yuan: &str) -> BankOrderNo {
    let key = Text::new("order").unwrap();
    ask(world, PrepareBankOrder { party, card, way, amount: cny(yuan), key }).unwrap().no
}

/// A confirmation with a proof of its own.
fn confirming(world: &mut World, party: PartyId, no: BankOrderNo) -> ConfirmBankOrder {
    let attempt = ask(world, TryPassword { party, about: no.topic() }).unwrap().attempt;
    ask(world, JudgePassword { party, attempt, right: true }).unwrap();
    ConfirmBankOrder { party, no, attempt }
}

/// A withdrawal, and two confirmations of it.
fn twice_confirmed() -> (Apart, PartyId, BankOrderNo, [ConfirmBankOrder; 2]) {
    let mut world = World::new();
    let of = account(&mut world);
    let no = drafted(&mut world, of, BankWay::Withdraw, "100.00");
    let both = [confirming(&mut world, of.0, no), confirming(&mut world, of.0, no)];
    (Apart::of(&world), of.0, no, both)
}

const ONCE: [(u32, i64); 1] = [(1, 10_000)];

/// What the first answer finds in its way gives nothing back that the second counts on.
#[test]
fn an_older_answer_takes_nothing_from_a_newer_one() {
    let (mut apart, party, no, [first, second]) = twice_confirmed();
    let questions = [apart.asks(first), apart.asks(second)];
    let answers = questions.map(|question| apart.answers(&question));
    assert_eq!((apart.counted(UsageKind::WithdrawDay), apart.spends()), (ONCE.to_vec(), 1), "it counts once");

    let by = |lift| StopPayments { party, by: StopBy::Operator, lift };
    ask(&mut apart.accounts, by(false)).unwrap();
    let (told, back) = apart.confirms(&answers[0]);
    assert_eq!(told, Err(ConfirmBankOrderRefused::Rules(BankOrderRefused::PartyStopped)));
    assert!(apart.person_hears(&back.expect("it is given back")).is_none());
    assert_eq!((apart.counted(UsageKind::WithdrawDay), apart.spends()), (ONCE.to_vec(), 1));

    ask(&mut apart.accounts, by(true)).unwrap();
    let (told, back) = apart.confirms(&answers[1]);
    assert_eq!((told, back.is_none()), (Ok(BankOrderState::Asked), true));
    assert_eq!(apart.counted(UsageKind::WithdrawDay), ONCE);
    // The order itself gives back, whatever was asked of it.
    ask(&mut apart.accounts, SendBankOrder { no }).unwrap();
    let verdict = Verdict::Refused(BankReason::CardBlocked);
    let back = apart.accounts.run(BankAnswered { no, verdict }).parcels.pop().unwrap();
    apart.person_hears(&back);
    assert_eq!((apart.counted(UsageKind::WithdrawDay), apart.spends()), (vec![(0, 0)], 0));
}

/// The newest answer finds something in its way, and nothing else counts on it: the room is there again.
#[test]
fn what_no_answer_could_use_is_given_back() {
    let (mut apart, party, _, [first, second]) = twice_confirmed();
    let questions = [apart.asks(first), apart.asks(second)];
    let answers = questions.map(|question| apart.answers(&question));
    ask(&mut apart.accounts, StopPayments { party, by: StopBy::Operator, lift: false }).unwrap();
    for answer in &answers {
        let (told, back) = apart.confirms(answer);
        assert_eq!(told, Err(ConfirmBankOrderRefused::Rules(BankOrderRefused::PartyStopped)));
        apart.person_hears(&back.expect("it is given back"));
    }
    assert_eq!((apart.counted(UsageKind::WithdrawDay), apart.spends()), (vec![(0, 0)], 0));
}

/// An order that went by the first answer and is done when the second comes goes on counting.
#[test]
fn a_late_answer_takes_no_done_order_out_of_the_counters() {
    let (mut apart, _, no, [first, second]) = twice_confirmed();
    let questions = [apart.asks(first), apart.asks(second)];
    let answers = questions.map(|question| apart.answers(&question));
    assert_eq!(apart.confirms(&answers[0]).0, Ok(BankOrderState::Asked));
    ask(&mut apart.accounts, SendBankOrder { no }).unwrap();
    let done = Done { amount: cny("100.00"), bank_ref: Text::new("out 1").unwrap() };
    ask(&mut apart.accounts, BankAnswered { no, verdict: Verdict::Done(done) }).unwrap();
    let (told, back) = apart.confirms(&answers[1]);
    assert_eq!((told, back.is_none()), (Err(ConfirmBankOrderRefused::Ended), true));
    assert_eq!((apart.counted(UsageKind::WithdrawDay), apart.spends()), (ONCE.to_vec(), 1));
}

/// Asked a moment before midnight and answered after it: the account and the person count it in the same day.
#[test]
fn an_order_counts_in_one_day_on_both_sides() {
    let mut world = World::new();
    let of = account(&mut world);
    let midnight_us = next_china_midnight_us(world.wall_us);
    world.wall_us = midnight_us - 10_000_000;
    let no = drafted(&mut world, of, BankWay::Withdraw, "100.00");
    let [first, second] = [confirming(&mut world, of.0, no), confirming(&mut world, of.0, no)];
    let mut apart = Apart::of(&world);
    let first = apart.asks(first);
    apart.accounts.wall_us = midnight_us + 1_000;
    let second = apart.asks(second);
    let answers = [apart.answers(&first), apart.answers(&second)];
    // The second question is of the next day, goes on, and is counted in the day of the first.
    let by = |lift| StopPayments { party: of.0, by: StopBy::Operator, lift };
    ask(&mut apart.accounts, by(false)).unwrap();
    assert!(apart.confirms(&answers[0]).0.is_err());
    ask(&mut apart.accounts, by(true)).unwrap();
    assert_eq!(apart.confirms(&answers[1]).0, Ok(BankOrderState::Asked));
    let counted_at_us = apart.accounts.get::<BankOrder>((of.0.slot(), no)).unwrap().counted_at_us.unwrap();
    let spend = apart.person.all::<PersonSpend>().next().unwrap();
    assert_eq!((counted_at_us, counted_at_us < midnight_us), (spend.at_us, true));
    let own = |at_us| {
        let key = Usage::key_at(of.0, UsageKind::WithdrawDay, at_us);
        apart.accounts.get::<Usage>(key).map(|usage| usage.count)
    };
    assert_eq!((own(midnight_us - 1), own(midnight_us)), (Some(1), None));
}

/// Two payments of one order by the same card: the second has no room in the person's day, and is the first.
#[test]
fn a_payment_that_is_under_way_is_never_over_a_limit() {
    let mut script: Script = check_in("merchant shop\n", "");
    let (buyer, card) = account(&mut script.world);
    script.parties.insert("mei".to_owned(), buyer);
    script.play("page T1 shop 10000.00\nclaim T1 mei");
    let world = &mut script.world;
    // Half of the day is used up.
    let half = drafted(world, (buyer, card), BankWay::TopUp, "10000.00");
    let half = confirming(world, buyer, half);
    ask(world, half).unwrap();
    let order_no = world.all::<trade::Trade>().next().unwrap().no;
    let mut paying = || {
        let attempt = ask(world, TryPassword { party: buyer, about: order_no }).unwrap().attempt;
        ask(world, JudgePassword { party: buyer, attempt, right: true }).unwrap();
        PayByCard { buyer, order_no, card, attempt, last_try: LastTry::Unsaid }
    };
    let both = [paying(), paying()];
    let mut apart = Apart::of(&script.world);
    let questions = both.map(|command| apart.asks(command));
    let answers = questions.map(|question| apart.answers(&question));
    let mut told = |answer: &Parcel| {
        let (Reply::PayByCard(told), back) = apart.hears(answer) else { panic!("another reply") };
        assert!(back.is_none(), "nothing is given back");
        told.map(|order| order.no)
    };
    let first = told(&answers[0]);
    assert!(first.is_ok(), "{first:?}");
    assert_eq!(told(&answers[1]), first, "the same bank order");
    assert_eq!(apart.counted(UsageKind::CardDay), [(2, 2_000_000)]);
}

/// Nothing is under way: what has no room is told so, and the proof stays good.
#[test]
fn what_is_over_a_limit_is_told_so_by_a_late_answer() {
    let mut world = World::new();
    let of = account(&mut world);
    let no = drafted(&mut world, of, BankWay::TopUp, "10000.00");
    let confirm = confirming(&mut world, of.0, no);
    let mut apart = Apart::of(&world);
    // Other accounts of the person, in other cells, have used the day up.
    let at_us = apart.person.wall_us;
    let identity = IDENTITY;
    let slot = slot_of_identity(&identity);
    let used = PersonCount::fresh(slot, identity, UsageKind::CardDay, at_us).plus(cny("15000.00")).unwrap();
    apart.person.force(used);
    let question = apart.asks(confirm);
    let answer = apart.answers(&question);
    let (told, back) = apart.confirms(&answer);
    let over = BankOrderRefused::OverDay { max: 2_000_000 };
    assert_eq!((told, back.is_none()), (Err(ConfirmBankOrderRefused::Rules(over)), true));
    assert_eq!((apart.counted(UsageKind::CardDay), apart.spends()), (vec![(1, 1_500_000)], 0));
}
