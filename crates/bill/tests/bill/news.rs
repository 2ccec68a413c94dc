//! What a person should know: which row tells what, in pages by moment, and what is kept from whoever it is about.

use crate::samples::*;
use base::{AgreementNo, BankOrderNo, DAY_US, TimerNo};
use bill::{BillFilter, BillState, News, NewsAbout, NewsCursor, NewsKind, bill_page, news_page};
use engine::Row;
use fund::{BankOrder, BankOrderKey, BankOrderKind, BankOrderState, BankReason};
use money::{Currency, Minor};
use people::{Device, Passkey};
use risk::{RiskCase, RiskCaseState};
use store::{MemoryStore, Reader, Store};
use trade::{
    AgreementState, EndedBy, Mandate, PersonalProduct, REFUND_WINDOW_US, Refund, RefundState, Trade,
    TradeState,
};
use transfer::{Transfer, TransferNumber, TransferState};

const SECOND_US: i64 = 1_000_000;

fn tables(rows: impl IntoIterator<Item = Row>) -> MemoryStore {
    let mut store = MemoryStore::new();
    post(&mut store, beside());
    post(&mut store, rows);
    store
}

/// All news, page after page.
fn walked(reader: &mut dyn Reader, limit: usize) -> Vec<News> {
    let (mut found, mut before) = (Vec::new(), None::<NewsCursor>);
    // Bounded: no page may come twice.
    for _page in 0..1_000 {
        let page = news_page(reader, ann(), before, limit).unwrap();
        assert!(page.news.len() == limit || page.next.is_none(), "a short page is the last");
        found.extend(page.news);
        let Some(next) = page.next else { return found };
        // A cursor goes out and comes back as text.
        before = Some(next.to_string().parse().unwrap());
    }
    panic!("the news do not end");
}

fn told(rows: impl IntoIterator<Item = Row>) -> Vec<News> {
    walked(&mut *tables(rows).reader().unwrap(), 100)
}

/// Kind and moment of all that rows tell.
fn kinds(rows: impl IntoIterator<Item = Row>) -> Vec<(NewsKind, i64)> {
    told(rows).iter().map(|news| (news.kind, news.at_us - NOON_US)).collect()
}

fn refund(of: &Trade, units: u64, state: RefundState, at_us: i64) -> Refund {
    Refund {
        slot: shop().slot(),
        order_no: of.no,
        out_request_no: text(&format!("R{at_us}")),
        state,
        currency: Currency::Cny,
        amount_minor: minor(units),
        fee_back_minor: Minor::ZERO,
        refunded_after_minor: minor(units),
        reason: Some(text("too cold")),
        by_cancel: false,
        at_us,
    }
}

fn mandate(ended_by: Option<EndedBy>) -> Mandate {
    Mandate {
        slot: ann().slot(),
        no: AgreementNo::of(stamp(NOON_US), shop().slot()),
        buyer: ann(),
        seller: shop(),
        product: PersonalProduct::Withholding,
        sign_scene: text("INDUSTRY|TEA"),
        external_agreement_no: None,
        currency: Currency::Cny,
        period_unit: None,
        period_every: None,
        first_day: None,
        single_minor: None,
        total_minor: None,
        payments: None,
        signed_at_us: NOON_US + 1,
        invalid_at_us: NOON_US + DAY_US,
        timer: None,
        state: if ended_by.is_some() { AgreementState::Stop } else { AgreementState::Normal },
        version: 1,
        debited_minor: Minor::ZERO,
        debits: 0,
        plan_from: None,
        plan_step: 0,
        last_debit_at_us: None,
        ended_at_us: ended_by.map(|_| NOON_US + 500 * DAY_US),
        ended_by,
    }
}

fn case(subject: &str, state: RiskCaseState) -> RiskCase {
    let is_decided = state != RiskCaseState::Open;
    RiskCase {
        slot: ann().slot(),
        party: ann(),
        subject: text(subject),
        decision: 4,
        state,
        opened_at_us: NOON_US,
        decided_by: is_decided.then(|| text("carol")),
        decided_at_us: is_decided.then_some(NOON_US + 9),
    }
}

#[test]
fn payments_and_refunds_are_told_when_they_are() {
    use NewsKind::{PaymentClosed, PaymentDone, RefundArrived};
    let (waits, paid) = (trade(NOON_US), paid(NOON_US));
    let closed_at_us = Some(NOON_US + 5);
    assert!(kinds([row(waits.clone())]).is_empty());
    assert_eq!(kinds([row(paid.clone())]), [(PaymentDone, SECOND_US)]);
    let closed = Trade { state: TradeState::Closed, closed_at_us, ..waits };
    assert_eq!(kinds([row(closed)]), [(PaymentClosed, 5)]);
    let back = Trade { refunded_minor: minor(4_00), ..paid.clone() };
    let late = NOON_US + REFUND_WINDOW_US;
    let rows = [
        row(back),
        row(refund(&paid, 3_00, RefundState::Done, NOON_US + DAY_US)),
        row(refund(&paid, 1_00, RefundState::Done, late)),
        row(refund(&paid, 2_00, RefundState::UnderWay, late + 1)),
        row(refund(&paid, 2_00, RefundState::Returned, late + 2)),
    ];
    let all = told(rows);
    let shown: Vec<_> = all.iter().map(|news| (news.kind, news.amount, news.words.as_deref())).collect();
    assert_eq!(
        shown,
        [
            (RefundArrived, Some(fen(1_00)), Some("too cold")),
            (RefundArrived, Some(fen(3_00)), Some("too cold")),
            (PaymentDone, Some(fen(10_00)), None),
        ]
    );
    for news in all {
        assert_eq!(news.about, NewsAbout::Bill(paid.no.to_string()));
        let words = [news.title.as_str(), &news.other_name, &news.other_login];
        assert_eq!(words, ["Coffee beans", "Blue Teapot", "sho***@example.com"]);
    }
}

#[test]
fn a_closed_payment_is_told_when_no_bank_has_or_may_take_its_money() {
    use BankOrderState as B;
    for (state, is_told) in [
        (B::Asked, false),
        (B::Unknown, false),
        (B::GivenUp, false),
        (B::Done, false),
        (B::Returning, false),
        (B::Failed, true),
        (B::Closed, true),
        (B::Returned, true),
        (B::Credited, true),
    ] {
        let tried = BankOrder { state, ..at_bank(NOON_US + 1, BankOrderKind::Pay) };
        for pays in [None, Some(tried.no)] {
            let closed = Trade {
                state: TradeState::Closed,
                closed_at_us: Some(NOON_US + 5),
                bank_order: pays,
                last_try: Some(tried.no),
                ..trade(NOON_US)
            };
            let store = tables([row(closed), row(tried.clone())]);
            let all = walked(&mut *store.reader().unwrap(), 100);
            let closes = all.iter().filter(|news| news.kind == NewsKind::PaymentClosed).count();
            assert_eq!(closes, usize::from(is_told), "{state:?} {pays:?}");
            let page =
                bill_page(&mut *store.reader().unwrap(), ann(), &BillFilter::default(), None, 9).unwrap();
            let expected = if is_told { BillState::Closed } else { BillState::UnderWay };
            assert_eq!(page.bills[0].state(), expected, "{state:?} {pays:?}");
        }
    }
}

#[test]
fn a_refund_to_a_card_is_told_when_the_bank_says_where_it_is() {
    use {BankOrderState as B, NewsKind as N};
    let pays = at_bank(NOON_US + 1, BankOrderKind::Pay);
    let by_card = Trade { bank_order: Some(pays.no), refunded_minor: minor(3_00), ..paid(NOON_US) };
    let refund = refund(&by_card, 3_00, RefundState::Done, NOON_US + DAY_US);
    let asked_at_us = NOON_US + DAY_US + 7;
    let heard_at_us = NOON_US + 3 * DAY_US;
    let done = (N::PaymentDone, NOON_US + SECOND_US);
    for (state, kind) in [
        (None, None),
        (Some(B::Asked), None),
        (Some(B::Unknown), None),
        (Some(B::Done), Some(N::RefundArrived)),
        (Some(B::Failed), Some(N::CardMoneyCredited)),
    ] {
        let mut rows = vec![row(by_card.clone()), row(pays.clone()), row(refund.clone())];
        if let Some(state) = state {
            let key = text(&format!("{} refund {}", pays.no, refund.out_request_no));
            let heard_at_us = kind.map(|_| heard_at_us);
            let back = BankOrder { state, key, heard_at_us, ..at_bank(asked_at_us, BankOrderKind::Return) };
            let (slot, party, kind, key, no) = (back.slot, back.party, back.kind, back.key.clone(), back.no);
            rows.extend([row(BankOrderKey { slot, party, kind, key, no }), row(back)]);
        }
        let all = told(rows);
        let found: Vec<_> = all.iter().map(|news| (news.kind, news.at_us)).collect();
        let expected: Vec<_> = kind.map(|kind| (kind, heard_at_us)).into_iter().chain([done]).collect();
        assert_eq!(found, expected, "{state:?}");
        if kind.is_some() {
            assert_eq!((all[0].amount, all[0].words.as_deref()), (Some(fen(3_00)), Some("too cold")));
            assert_eq!(all[0].about, NewsAbout::Bill(by_card.no.to_string()));
        }
    }
}

#[test]
fn of_one_payment_a_hundred_refunds_are_told() {
    let back = Trade { refunded_minor: minor(1_50), ..paid(NOON_US) };
    let refunds = (0..150).map(|at| row(refund(&back, 1, RefundState::Done, NOON_US + DAY_US + at)));
    let all = told(refunds.chain([row(back.clone())]));
    assert_eq!(all.iter().filter(|news| news.kind == NewsKind::RefundArrived).count(), 100);
}

#[test]
fn what_is_too_much_for_one_page_is_told_by_the_next() {
    let step_us = DAY_US / 10;
    let mut store = tables([row(sent(NOON_US - DAY_US))]);
    // Most are told by nobody's news, so that no page is filled.
    post(&mut store, (0..5_100).map(|at| row(trade(NOON_US + at * step_us))));
    post(&mut store, [row(paid(NOON_US - step_us))]);
    let first = news_page(&mut *store.reader().unwrap(), ann(), None, 20).unwrap();
    assert!(first.news.is_empty(), "older ones may come first: {:?}", first.news);
    assert!(first.next.is_some(), "the list goes on");
    let second = news_page(&mut *store.reader().unwrap(), ann(), first.next, 20).unwrap();
    let found: Vec<_> = second.news.iter().map(|news| news.kind).collect();
    assert_eq!(found, [NewsKind::PaymentDone, NewsKind::TransferDone]);
    assert_eq!(second.next, None);
}

#[test]
fn transfers_are_told_when_they_wait_come_and_come_back() {
    use {NewsKind as N, TransferState as T};
    for (state, is_paid, expected) in [
        (T::Offered, false, None),
        (T::Waiting, true, Some((N::TransferWaits, 1))),
        (T::UnderWay, true, None),
        (T::Done, true, Some((N::TransferDone, 2))),
        (T::Returned, true, Some((N::TransferReturned, 2))),
        (T::Cancelled, true, Some((N::TransferCalledBack, 2))),
        (T::Cancelled, false, None),
    ] {
        let (paid_at_us, due_at_us) = (Some(NOON_US + 1).filter(|_| is_paid), Some(NOON_US + 7));
        let timer = Some(TimerNo::of(stamp(NOON_US), ann().slot()));
        let all = told([row(Transfer { state, paid_at_us, due_at_us, timer, ..sent(NOON_US) })]);
        let found: Vec<_> = all.iter().map(|news| (news.kind, news.at_us - NOON_US)).collect();
        assert_eq!(found, Vec::from_iter(expected), "{state:?}");
        for news in all {
            let waits_until = Some(NOON_US + 7).filter(|_| state == T::Waiting);
            assert_eq!((news.arrives_at_us, news.title.as_str()), (waits_until, "for lunch"), "{state:?}");
        }
    }
    let had = told([row(received(NOON_US)), row(sent(NOON_US - 9))]);
    assert_eq!((had[0].kind, had[0].amount), (N::TransferReceived, Some(fen(3_00))));
    assert_eq!(had[0].other_name, "*****t", "a person's name is masked");
}

#[test]
fn orders_to_the_bank_are_told_with_their_end() {
    use {BankOrderKind as K, BankOrderState as B, NewsKind as N};
    for (kind, state, expected) in [
        (K::TopUp, B::Draft, None),
        (K::TopUp, B::Asked, None),
        (K::TopUp, B::Unknown, None),
        // The bank may still do it.
        (K::TopUp, B::GivenUp, None),
        (K::Pay, B::GivenUp, None),
        (K::TopUp, B::Done, Some((N::TopUpDone, 2))),
        (K::TopUp, B::Failed, Some((N::TopUpFailed, 2))),
        (K::TopUp, B::Closed, Some((N::BankOrderGivenUp, 2))),
        (K::TopUp, B::Returning, None),
        (K::TopUp, B::Returned, Some((N::CardMoneyReturned, 2))),
        (K::TopUp, B::Credited, Some((N::CardMoneyCredited, 2))),
        (K::Withdraw, B::Done, Some((N::WithdrawalDone, 2))),
        (K::Withdraw, B::Failed, Some((N::WithdrawalFailed, 2))),
        (K::Pay, B::Done, None),
        (K::Pay, B::Failed, Some((N::PaymentFailed, 2))),
        (K::Return, B::Done, None),
        (K::Transfer, B::Failed, None),
    ] {
        let reason = Some(BankReason::NoMoney).filter(|_| state == B::Failed);
        let all = told([row(BankOrder { state, reason, ..at_bank(NOON_US, kind) })]);
        let found: Vec<_> = all.iter().map(|news| (news.kind, news.at_us - NOON_US)).collect();
        assert_eq!(found, Vec::from_iter(expected), "{kind:?} {state:?}");
        assert!(all.iter().all(|news| news.reason == reason.map(|_| "no_money")), "{kind:?} {state:?}");
    }
    let draft = BankOrder { heard_at_us: None, state: B::Closed, ..at_bank(NOON_US, K::TopUp) };
    assert!(kinds([row(draft)]).is_empty(), "a draft that nobody confirmed is no news");
}

#[test]
fn a_payment_that_a_bank_refused_leads_to_its_bill() {
    let payment = trade(NOON_US);
    let tried = BankOrder {
        state: BankOrderState::Failed,
        about: Some(payment.no),
        reason: Some(BankReason::OverLimit),
        ..at_bank(NOON_US + 10, BankOrderKind::Pay)
    };
    let last_try = Some(BankOrderNo::of(stamp(NOON_US + 20), ann().slot()));
    let all = told([row(Trade { last_try, ..payment.clone() }), row(tried)]);
    assert_eq!(all.len(), 1, "also where another card was tried since");
    assert_eq!((all[0].kind, all[0].reason), (NewsKind::PaymentFailed, Some("over_limit")));
    let bill = NewsAbout::Bill(payment.no.to_string());
    assert_eq!((&all[0].about, all[0].title.as_str()), (&bill, "Coffee beans"));
}

#[test]
fn agreements_are_told_when_they_begin_and_end() {
    let signed = kinds([row(mandate(None))]);
    assert_eq!(signed, [(NewsKind::AgreementSigned, 1)]);
    for (by, word) in
        [(EndedBy::Merchant, "merchant"), (EndedBy::Buyer, "buyer"), (EndedBy::Validity, "validity")]
    {
        let all = told([row(mandate(Some(by)))]);
        let found: Vec<_> = all.iter().map(|news| (news.kind, news.reason)).collect();
        assert_eq!(found, [(NewsKind::AgreementEnded, Some(word)), (NewsKind::AgreementSigned, None)]);
        assert_eq!(all[0].about, NewsAbout::Agreement(mandate(None).no));
        assert_eq!((all[0].title.as_str(), all[0].other_name.as_str()), ("INDUSTRY|TEA", "Blue Teapot"));
    }
    assert!(kinds([row(Mandate { buyer: bob(), ..mandate(None) })]).is_empty(), "somebody else's");
}

#[test]
fn sign_ins_and_passkeys_are_told_of_their_own_person_alone() {
    let rows = |party: base::PartyId| {
        let device = Device {
            slot: party.slot(),
            party,
            place: 3,
            no: 8,
            token: [1; 16],
            sealed_name: vec![1],
            since_us: NOON_US + 2,
            seen_at_us: NOON_US + 5,
            passkey: None,
        };
        let passkey = Passkey {
            slot: party.slot(),
            party,
            place: 9,
            no: 6,
            digest: [1; 16],
            sealed_key: vec![1],
            sealed_name: vec![2],
            counter: 0,
            added_at_us: NOON_US + 1,
            used_at_us: NOON_US + 4,
        };
        [row(device), row(passkey)]
    };
    assert_eq!(kinds(rows(ann())), [(NewsKind::SignedIn, 2), (NewsKind::PasskeyAdded, 1)]);
    assert!(kinds(rows(bob())).is_empty());
}

#[test]
fn a_decided_case_leads_to_its_payment_and_one_of_a_list_is_told_to_nobody() {
    use {NewsKind as N, RiskCaseState as S};
    let (payment, sent) = (trade(NOON_US), Transfer { state: TransferState::Offered, ..sent(NOON_US + 1) });
    let draft = BankOrder { state: BankOrderState::Draft, ..at_bank(NOON_US + 2, BankOrderKind::Withdraw) };
    let number = TransferNumber {
        slot: ann().slot(),
        payer: ann(),
        way: sent.way,
        out_biz_no: sent.out_biz_no.clone(),
        no: sent.no,
    };
    let beside = [row(payment.clone()), row(sent.clone()), row(draft.clone()), row(number)];
    let bill = |no: String| Some(NewsAbout::Bill(no));
    let debited = NewsAbout::Agreement(mandate(None).no);
    for (subject, about) in [
        (format!("order {}", payment.no), bill(payment.no.to_string())),
        (format!("withdraw {}", draft.no), bill(draft.no.to_string())),
        (format!("transfer wallet {} 5.00 {}", sent.out_biz_no, bob()), bill(sent.no.to_string())),
        (format!("transfer uni {} 5.00 {}", sent.out_biz_no, bob()), None),
        (format!("debit {} A1 5.00", mandate(None).no), Some(debited)),
        ("screen 1 A1 03030303".to_owned(), None),
        ("something".to_owned(), None),
    ] {
        for (state, kind) in
            [(S::Open, None), (S::Released, Some(N::CaseReleased)), (S::Refused, Some(N::CaseRefused))]
        {
            let all = told(beside.iter().cloned().chain([row(case(&subject, state))]));
            let found: Vec<_> = all.into_iter().map(|news| (news.kind, news.at_us, news.about)).collect();
            let expected = kind.zip(about.clone()).map(|(kind, about)| (kind, NOON_US + 9, about));
            assert_eq!(found, Vec::from_iter(expected), "{subject} {state:?}");
        }
    }
}

/// Deals in the order of their numbers, with refunds that come long after.
fn a_year() -> Vec<Row> {
    let mut rows = Vec::new();
    for day in 0..300 {
        let at_us = NOON_US + day * DAY_US;
        let paid = paid(at_us);
        if day % 7 == 0 {
            let refunded_at_us = at_us + (day % 5) * 60 * DAY_US + 3;
            rows.push(row(refund(&paid, 4_00, RefundState::Done, refunded_at_us)));
            rows.push(row(Trade { refunded_minor: minor(4_00), ..paid }));
        } else {
            rows.push(row(paid));
        }
        rows.push(row(received(at_us + 10)));
        rows.push(row(at_bank(at_us + 20, BankOrderKind::TopUp)));
    }
    rows
}

#[test]
fn news_come_by_moment_and_each_once_whatever_the_page() {
    let store = tables(a_year());
    let all = walked(&mut *store.reader().unwrap(), 5_000);
    assert_eq!(all.len(), 300 * 3 + 43);
    assert!(all.windows(2).all(|pair| pair[0].cursor() > pair[1].cursor()), "newest first, each once");
    let late = all.iter().position(|news| news.kind == NewsKind::RefundArrived).unwrap();
    assert!(late < 20, "a refund of an old payment is news: {late}");
    for limit in [1, 7, 100] {
        assert_eq!(walked(&mut *store.reader().unwrap(), limit), all, "in pages of {limit}");
    }
}

#[test]
fn what_happens_while_somebody_pages_is_on_no_later_page() {
    let mut store = tables(a_year());
    let first = news_page(&mut *store.reader().unwrap(), ann(), None, 20).unwrap();
    let second = news_page(&mut *store.reader().unwrap(), ann(), first.next, 20).unwrap();
    post(&mut store, [row(received(NOON_US + 299 * DAY_US + 30 * SECOND_US))]);
    assert_eq!(news_page(&mut *store.reader().unwrap(), ann(), first.next, 20).unwrap(), second);
}
