//! Whatever is asked, in whatever order, alone or between the steps of another's chain: money is moved and never made.

use crate::script::{Script, digest};
use base::{Day, MINUTE_US, OrderNo, PartyId, Text};
use engine::{
    AgreementDelivery, DebitOrder, EndMandate, OfferAgreement, OpenSigning, PostponeDebit, SignAgreement,
    UnsignAgreement,
};
use engine::{
    BackPart, CancelOrder, ClaimOrder, CloseOrder, Command, ConfirmPay, IssuePayCode, JudgePassword,
    OpenOrder, PayBy, RefundOrder, RunTimer, SetPartyStatus, Share, SplitOrder, SplitPart, TopUp,
    TryPassword, Which,
};
use engine::{CancelTransfer, ConfirmTransfer, OfferTransfer, TransferAsk, TransferMoney};
use money::{Currency, Money};
use people::PartyStatus;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::sync::Arc;
use trade::{
    Agreement, AgreementState, Delivery, Meaning, Order, OrderNumber, PeriodRule, PersonalProduct, Product,
    SplitLine, SplitState, Terms, Trade, TradeState, Unit, Validity, WireCharset,
};
use transfer::{Arrival, Transfer, TransferWay};

/// One thing to ask, as small numbers: shrinking makes them smaller.
#[derive(Clone, Copy, Debug)]
struct Wish {
    what: u8,
    buyer: u8,
    seller: u8,
    number: u8,
    amount: u64,
    minutes: i64,
}

/// What is asked about orders and agreements, and about transfers with what stands around them.
const ORDERS: std::ops::Range<u8> = 0..47;
const TRANSFERS: std::ops::Range<u8> = 47..54;
const AROUND: std::ops::Range<u8> = 23..26;

fn any_wish() -> impl Strategy<Value = Wish> {
    wish(prop_oneof![6 => ORDERS, 1 => TRANSFERS])
}

fn transfer_wish() -> impl Strategy<Value = Wish> {
    wish(prop_oneof![4 => TRANSFERS, 1 => AROUND])
}

fn wish(what: impl Strategy<Value = u8>) -> impl Strategy<Value = Wish> {
    let amount = prop_oneof![1_u64..200, Just(100), Just(3_333), Just(120_000)];
    let minutes = prop_oneof![6 => Just(0_i64), 2 => 1_i64..5, 1 => 60_i64..400, 1 => Just(24 * 60)];
    (what, 0_u8..3, 0_u8..2, prop_oneof![3 => 0_u8..2, 1 => 2_u8..4], amount, minutes).prop_map(
        |(what, buyer, seller, number, amount, minutes)| Wish {
            what,
            buyer,
            seller,
            number,
            amount,
            minutes,
        },
    )
}

const PEOPLE: &str = "
    merchant shop 3.00 slot=11
    merchant mall 3.00 slot=12
    person alice 20.00 slot=21
    person carol 2000.00 slot=21
    person bob 2000.00 slot=11
    bind shop alice carol bob
    bind mall alice carol bob
";

/// Commands that were accepted, by name: a generator whose wishes are all refused tests nothing.
type Accepted = std::collections::BTreeMap<&'static str, u32>;

struct Random {
    script: Script,
    accepted: Accepted,
    codes: u64,
    tries: u64,
}

impl Random {
    fn command(&mut self, wish: Wish) -> Option<Command> {
        let buyer = self.script.party(["alice", "carol", "bob"][usize::from(wish.buyer)]);
        let seller = self.script.party(["shop", "mall"][usize::from(wish.seller)]);
        let out_trade_no = Text::new(&format!("T{}", wish.number)).unwrap();
        let which = Which::Out(out_trade_no.clone());
        let numbers = self.script.world.all::<OrderNumber>();
        let order_no = numbers
            .filter(|row| row.seller == seller && row.out_trade_no == out_trade_no)
            .map(|row| row.no)
            .last();
        let amount = Money::from_minor(wish.amount, Currency::Cny).unwrap();
        let open = |product, named_buyer, pay_by| OpenOrder {
            seller,
            app: self.script.apps[&seller],
            out_trade_no: out_trade_no.clone(),
            meaning: Meaning {
                product,
                // An order's amount hangs on its number, so that most repetitions mean the same.
                total: Money::from_minor(
                    [100, 3_333, 150_000, wish.amount][usize::from(wish.number)],
                    Currency::Cny,
                )
                .unwrap(),
                subject: Text::new("tea").unwrap(),
                body: None,
                named_buyer,
                goods_detail: None,
            },
            delivery: Delivery {
                notify_url: Some(Text::new("https://shop.example/notify").unwrap()),
                return_url: None,
                quit_url: None,
                charset: WireCharset::Gbk,
                rsa1: false,
                store_id: None,
                terminal_id: None,
                operator_id: None,
                passback_params: None,
                merchant_order_no: None,
            },
            timeout: None,
            expires_at_us: None,
            code_timeout: None,
            pay_by,
            royalty_freeze: wish.number == 1,
        };
        let code = |counter: u64| digest(&format!("C{}", counter % 1_000));
        Some(match wish.what {
            0 => {
                self.codes += 1;
                IssuePayCode { party: buyer, digest: code(self.codes), attempt: None }.into()
            }
            1..=2 => return self.confirm(buyer, order_no),
            // A code that was just issued to the buyer, or one that may be anybody's, used or old.
            3..=5 => {
                let shown = code((self.codes + 4).saturating_sub(u64::from(wish.what)));
                let command =
                    open(Product::FaceToFace, None, Some(PayBy { slot: buyer.slot(), digest: shown }));
                self.issue(buyer);
                command.into()
            }
            6 => open(Product::QrCode, None, None).into(),
            7 => open(Product::MiniProgram, Some(buyer), None).into(),
            8 => open(Product::MiniProgram, None, None).into(),
            9 => {
                let shown = code(self.codes + 1);
                let command =
                    open(Product::FaceToFace, Some(buyer), Some(PayBy { slot: buyer.slot(), digest: shown }));
                self.issue(buyer);
                command.into()
            }
            10..=11 => ClaimOrder { order_no: order_no?, buyer, by_code: wish.what == 10 }.into(),
            12..=15 => return self.confirm(buyer, order_no),
            16 => CloseOrder { seller, which }.into(),
            17 => CancelOrder { seller, which }.into(),
            18..=21 => {
                let out_request_no = Some(Text::new(&format!("R{}", wish.what)).unwrap());
                RefundOrder { seller, which, amount, out_request_no, reason: None, back: Vec::new() }.into()
            }
            22 => RefundOrder { seller, which, amount, out_request_no: None, reason: None, back: Vec::new() }
                .into(),
            23 => {
                let status =
                    [PartyStatus::Normal, PartyStatus::Normal, PartyStatus::Frozen, PartyStatus::Closed];
                SetPartyStatus { party: buyer, status: status[usize::from(wish.number)] }.into()
            }
            24 => {
                let key = Text::new(&format!("K{}", wish.number)).unwrap();
                TopUp { party: if wish.minutes == 0 { buyer } else { seller }, amount, key }.into()
            }
            26..=40 => return self.about_agreement(wish, buyer, seller, open(Product::Page, None, None)),
            43..=44 => return self.take_back(wish),
            41..=42 => {
                let share = if wish.what == 41 { Share::Amount(amount) } else { Share::Percent(7) };
                let receiver = Some(buyer);
                let parts = vec![
                    SplitPart { payer: None, receiver, share },
                    SplitPart {
                        payer: None,
                        receiver: Some(self.script.party("bob")),
                        share: Share::Percent(3),
                    },
                ];
                let out_request_no = Text::new(&format!("S{}", wish.minutes)).unwrap();
                let finish = wish.minutes >= 60;
                SplitOrder { seller, order_no: order_no?, out_request_no, parts, finish }.into()
            }
            47..=53 => return self.about_transfer(wish, buyer, seller),
            _ => {
                let timer = self.script.world.due().first().cloned()?;
                RunTimer { due_at_us: timer.due_at_us, timer: timer.no }.into()
            }
        })
    }

    /// Offers, signatures, debits, plans that move and ends, with the few agreements that a merchant has.
    fn about_agreement(
        &mut self,
        wish: Wish,
        buyer: PartyId,
        seller: PartyId,
        order: OpenOrder,
    ) -> Option<Command> {
        let of_seller = |row: &&Arc<Agreement>| row.seller == seller;
        let all: Vec<_> = self.script.world.all::<Agreement>().filter(of_seller).cloned().collect();
        // Mostly one that it can be done with: chance alone would seldom find it.
        let wanted = if wish.what < 30 { AgreementState::Temp } else { AgreementState::Normal };
        let fits = |row: &&Arc<Agreement>| row.state == wanted || wish.number == 3;
        let one = all.iter().rev().find(fits).cloned();
        let today = Day::of(self.script.world.wall_us);
        let app = self.script.apps[&seller];
        let notify_url = Some(Text::new("https://shop.example/agreements").unwrap());
        let signer = one.as_ref().and_then(|row| row.buyer);
        Some(match wish.what {
            26 => {
                let delivery = AgreementDelivery {
                    notify_url,
                    return_url: None,
                    charset: WireCharset::Utf8,
                    rsa1: false,
                };
                let terms = terms(wish, today);
                OfferAgreement { seller, app, terms, delivery, sign_within_us: None }.into()
            }
            27..=29 => {
                let agreement_no = one?.no;
                let attempt = self.proof(buyer, agreement_no.topic())?;
                SignAgreement { agreement_no, buyer, attempt }.into()
            }
            30..=34 => {
                let (agreement_no, by_plan) = (one?.no, wish.buyer != 0);
                let meaning = Meaning { product: Product::FaceToFace, ..order.meaning };
                // Few numbers, but those of debits alone.
                let out_trade_no = Text::new(&format!("D{}", wish.amount % 40)).unwrap();
                let order = OpenOrder { meaning, out_trade_no, ..order };
                DebitOrder { order, agreement_no, by_plan }.into()
            }
            35..=36 => {
                let days = 1 + u32::try_from(wish.amount % 14).unwrap();
                PostponeDebit { seller, agreement_no: one?.no, to: today.plus_days(days) }.into()
            }
            37..=38 => match wish.buyer {
                0 => UnsignAgreement { seller, agreement_no: one?.no }.into(),
                1 => EndMandate { buyer: signer?, agreement_no: one?.no }.into(),
                _ => EndMandate { buyer, agreement_no: one?.no }.into(),
            },
            39 => OpenSigning { order, terms: terms(wish, today), sign_notify_url: notify_url }.into(),
            _ => return self.confirm(buyer, None),
        })
    }

    /// Money from account to account: by a program, or offered and confirmed; called back while it waits.
    fn about_transfer(&mut self, wish: Wish, buyer: PartyId, seller: PartyId) -> Option<Command> {
        let payee = self.script.party(["alice", "carol", "bob"][usize::from(wish.number) % 3]);
        let ask = |payer, out_biz_no: String| TransferAsk {
            payer,
            payee: Ok(payee),
            named: digest(&payee.to_string()),
            amount: Money::from_minor(wish.amount, Currency::Cny).unwrap(),
            out_biz_no: Text::new(&out_biz_no).unwrap(),
            title: None,
            remark: None,
        };
        let all = self.script.world.all::<Transfer>();
        let open = all.filter(|row| row.payer == buyer && !row.state.is_final()).last().cloned();
        Some(match wish.what {
            47..=48 => TransferMoney {
                ask: ask(seller, format!("X{}", wish.amount % 40)),
                way: if wish.what == 47 { TransferWay::Uni } else { TransferWay::ToAccount },
                app: self.script.apps[&seller],
                passback: None,
                notify_url: Some(Text::new("https://shop.example/messages").unwrap()),
                gbk: false,
                rsa1: false,
            }
            .into(),
            49..=50 => {
                let arrival = [Arrival::AtOnce, Arrival::TwoHours, Arrival::OneDay, Arrival::TwoHours];
                let arrival = arrival[usize::from(wish.number)];
                OfferTransfer { ask: ask(buyer, format!("W{}", wish.amount % 40)), arrival }.into()
            }
            51..=52 => {
                let transfer = open?.no;
                let attempt = self.proof(buyer, transfer.topic())?;
                ConfirmTransfer { payer: buyer, transfer, attempt }.into()
            }
            _ => CancelTransfer { payer: buyer, transfer: open?.no }.into(),
        })
    }

    /// A refund for which two receivers give back; chance alone would seldom find any that have something.
    fn take_back(&self, wish: Wish) -> Option<Command> {
        let world = &self.script.world;
        let lines = || world.all::<SplitLine>().filter(|line| line.state == SplitState::Done);
        let line = lines().nth(usize::from(wish.number)).or_else(|| lines().last())?;
        let order = world.get::<Order>((line.slot, line.order_no))?;
        let less = u64::try_from(line.amount_minor.units()).unwrap().min(wish.amount);
        let share = Share::Amount(Money::from_minor(less, Currency::Cny).unwrap());
        let part = |receiver, share| BackPart { payee: None, receiver: Some(receiver), share };
        let mut back = vec![part(line.receiver, share)];
        if wish.buyer == 0 {
            back.push(part(self.script.party("bob"), Share::Percent(1)));
        }
        let out_request_no = Some(Text::new(&format!("B{}", wish.minutes)).unwrap());
        // Now more than is given back, now exactly that, now less.
        let amount = Money::from_minor((less + wish.amount % 7).saturating_sub(1), Currency::Cny).unwrap();
        let which = Which::No(order.no);
        Some(RefundOrder { seller: order.seller, which, amount, out_request_no, reason: None, back }.into())
    }

    fn issue(&mut self, buyer: PartyId) {
        self.codes += 1;
        let digest = digest(&format!("C{}", self.codes % 1_000));
        self.script.world.run(IssuePayCode { party: buyer, digest, attempt: None });
    }

    /// A password is tried and judged right, so that the confirmation is worth something.
    /// If the buyer has a trade that waits, it is that one: chance alone would seldom find it.
    fn confirm(&mut self, buyer: PartyId, order_no: Option<OrderNo>) -> Option<Command> {
        let waits = |trade: &&Arc<Trade>| trade.buyer == buyer && trade.state == TradeState::Waiting;
        let waiting = self.script.world.all::<Trade>().find(waits).map(|trade| trade.no);
        let order_no = waiting.or(order_no)?;
        let attempt = self.proof(buyer, order_no)?;
        Some(ConfirmPay { buyer, order_no, attempt }.into())
    }

    /// A try of the password that was judged, mostly right.
    fn proof(&mut self, buyer: PartyId, about: OrderNo) -> Option<u64> {
        self.tries += 1;
        let reply = self.script.world.run(TryPassword { party: buyer, about }).reply;
        let Some(engine::Reply::TryPassword(Ok(reserved))) = reply else { return None };
        let attempt = reserved.attempt;
        self.script.world.run(JudgePassword { party: buyer, attempt, right: !self.tries.is_multiple_of(7) });
        Some(attempt)
    }
}

/// Terms out of few: plans from today on or soon, with limits that are met, and none at all.
fn terms(wish: Wish, today: Day) -> Terms {
    let fen = |minor| Money::from_minor(minor, Currency::Cny).unwrap();
    let every = if wish.amount.is_multiple_of(2) { 7 } else { 1 };
    let unit = if every == 7 { Unit::Day } else { Unit::Month };
    let first = today.plus_days(u32::from(wish.buyer) * 3);
    let rule = PeriodRule {
        unit,
        every,
        first,
        single: fen(4_000),
        total: (wish.buyer == 0).then(|| fen(4_000)),
        payments: (wish.buyer == 1).then_some(2),
    };
    let planned = wish.number != 3;
    Terms {
        product: if planned { PersonalProduct::CyclePay } else { PersonalProduct::Withholding },
        sign_scene: Text::new("INDUSTRY|DIGITAL_MEDIA").unwrap(),
        external_agreement_no: (wish.number < 2)
            .then(|| Text::new(&format!("E{}", wish.amount % 5)).unwrap()),
        external_logon_id: None,
        rule: planned.then_some(rule),
        validity: (wish.buyer == 2).then_some(Validity { unit: Unit::Day, count: 2 }),
    }
}

/// Decides the wishes; each with a neighbour is decided between the steps of the wish.
fn play(wishes: &[(Wish, Option<(Wish, u32)>)]) -> Random {
    let mut random =
        Random { script: crate::script::check(PEOPLE), accepted: Accepted::new(), codes: 0, tries: 0 };
    for (wish, neighbour) in wishes {
        random.script.world.advance(wish.minutes * MINUTE_US);
        let other = neighbour.and_then(|(other, step)| random.command(other).map(|command| (step, command)));
        let Some(command) = random.command(*wish) else { continue };
        random.script.world.between.extend(other);
        let reply = random.script.world.run(command.clone()).reply.expect("every slot is at home");
        assert_eq!(
            format!("{reply:?}").split('(').next(),
            Some(command.name()),
            "the reply is the command's own"
        );
        *random.accepted.entry(command.name()).or_default() += u32::from(reply.is_accepted());
        if matches!(&command, Command::RefundOrder(refund) if !refund.back.is_empty()) {
            *random.accepted.entry("refunds that take back").or_default() += u32::from(reply.is_accepted());
        }
        // A chain that was shorter than the neighbour's step.
        for (_, left) in std::mem::take(&mut random.script.world.between) {
            random.script.world.run(left);
        }
        random.script.world.check();
    }
    random
}

proptest! {
    #[test]
    fn one_at_a_time(wishes in vec(any_wish(), 0..60)) {
        let alone: Vec<_> = wishes.into_iter().map(|wish| (wish, None)).collect();
        let first = play(&alone);
        let again = play(&alone);
        prop_assert!(first.script.world.rows == again.script.world.rows, "the same day decided again is the same");
    }

    #[test]
    fn between_each_other_s_steps(wishes in vec((any_wish(), proptest::option::of((any_wish(), 2_u32..5))), 0..60)) {
        play(&wishes);
    }

    #[test]
    fn transfers_between_each_other_s_steps(
        wishes in vec((transfer_wish(), proptest::option::of((transfer_wish(), 2_u32..4))), 0..60),
    ) {
        play(&wishes);
    }
}

/// Over many days, each command is accepted often enough for the properties above to mean something.
#[test]
fn the_wishes_are_not_all_refused() {
    let accepted = accepted(|| wish(ORDERS).boxed(), 150);
    let orders = "OpenOrder ClaimOrder ConfirmPay CloseOrder CancelOrder RefundOrder RunTimer TopUp OpenSigning \
        SplitOrder";
    let agreements = "OfferAgreement SignAgreement DebitOrder PostponeDebit UnsignAgreement EndMandate";
    for (names, least) in [(orders, 20), (agreements, 5)] {
        for name in names.split(' ') {
            assert!(accepted.get(name).is_some_and(|count| *count >= least), "{name}: {accepted:?}");
        }
    }
    // These need an order that was paid and split, and a receiver that still has its part.
    assert!(accepted.get("refunds that take back").is_some_and(|count| *count >= 8), "{accepted:?}");
}

#[test]
fn the_wishes_of_transfers_are_not_all_refused() {
    let accepted = accepted(|| transfer_wish().boxed(), 30);
    for name in "TransferMoney OfferTransfer ConfirmTransfer CancelTransfer RunTimer".split(' ') {
        assert!(accepted.get(name).is_some_and(|count| *count >= 20), "{name}: {accepted:?}");
    }
}

/// What is accepted on so many days of such wishes.
fn accepted(any: impl Fn() -> BoxedStrategy<Wish>, days: u32) -> Accepted {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut accepted = Accepted::new();
    for _day in 0..days {
        let wishes = vec((any(), proptest::option::of((any(), 2_u32..5))), 60);
        let wishes = wishes.new_tree(&mut runner).unwrap().current();
        for (name, count) in play(&wishes).accepted {
            *accepted.entry(name).or_default() += count;
        }
    }
    accepted
}
