//! What is found in the calls and letters of a run. Without threads, clocks and books: those are asked before, so that
//! each finding can be tried with a handful of calls.
//!
//! Nothing is found without evidence: a second payment is one only when the books hold both, and a shop that asks first
//! is right whatever it does then.

use base::{AppId, NoticeNo};
use gateway::{CallSeen, Told};
use portal::{Finding, FindingKind};

/// Members that a shop compares with its own order.
const COMPARED: [&str; 4] = ["total_amount", "out_trade_no", "seller_id", "app_id"];

/// A letter as the report needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LetterRead {
    pub(crate) app: AppId,
    pub(crate) notice: NoticeNo,
    /// The order, by the merchant's number.
    pub(crate) order: String,
    pub(crate) sent_at_us: i64,
    pub(crate) kind: Kind,
    pub(crate) said: Said,
}

/// What a letter was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// As it should be; a second one of a notice is a duplicate.
    Right,
    /// These members were changed, and all was signed.
    Changed(Vec<String>),
    /// Forged in this way.
    Forged(&'static str),
}

/// How a shop answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    /// `success`.
    Success,
    /// Something else, in words.
    Otherwise(String),
    /// Nothing that is known.
    Nothing,
}

/// Two numbers that may stand for one purchase, or for one refund.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Suspicion {
    /// The call whose outcome was unknown.
    pub(crate) unknown: CallSeen,
    /// The call under another number.
    pub(crate) again: CallSeen,
}

/// What a look at the calls gives.
#[derive(Default)]
pub(crate) struct Looked {
    /// To be held against the books: each is a finding if the books hold both.
    pub(crate) suspicions: Vec<Suspicion>,
    /// Calls that nobody asked about so far.
    pub(crate) open: Vec<CallSeen>,
}

/// Looks at calls, oldest first. `out_trade_no` must be filled in where it is known.
pub(crate) fn look(calls: &[CallSeen]) -> Looked {
    let mut looked = Looked::default();
    for (index, unknown) in calls.iter().enumerate() {
        if unknown.told != Told::Unknown || !is_of_money(unknown) {
            continue;
        }
        let later = calls[index + 1..].iter().filter(|call| call.app == unknown.app);
        let mut again = None;
        let mut asked = false;
        for call in later {
            if settles(unknown, call) {
                asked = true;
                break;
            }
            if again.is_none() && is_again(unknown, call) {
                again = Some(call);
            }
        }
        if let Some(call) = again {
            looked.suspicions.push(Suspicion { unknown: unknown.clone(), again: call.clone() });
        }
        if !asked {
            looked.open.push(unknown.clone());
        }
    }
    looked
}

/// Whether money may have moved, or an order been made, by a call that names what it is about.
fn is_of_money(call: &CallSeen) -> bool {
    !is_query(call.method) && (call.out_trade_no.is_some() || call.trade_no.is_some())
}

fn is_query(method: &str) -> bool {
    method.ends_with(".query")
}

/// Whether it gives money back.
pub(crate) fn is_refund(call: &CallSeen) -> bool {
    call.method.ends_with(".refund")
}

/// Methods that ask a buyer for money.
fn is_payment(method: &str) -> bool {
    let names = ["pay", "create", "precreate"];
    method.starts_with("alipay.trade.") && method.rsplit('.').next().is_some_and(|last| names.contains(&last))
}

/// Whether both are about one order. A number that the books do not know is compared as it is.
fn same_order(one: &CallSeen, other: &CallSeen) -> bool {
    let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    same(&one.out_trade_no, &other.out_trade_no) || same(&one.trade_no, &other.trade_no)
}

/// Whether the later call finds out what became of the first one, or undoes it.
fn settles(unknown: &CallSeen, call: &CallSeen) -> bool {
    if !same_order(unknown, call) {
        return false;
    }
    let undoes =
        !is_refund(unknown) && ["cancel", "close", "refund"].iter().any(|end| call.method.ends_with(end));
    let repeats = call.method == unknown.method && call.out_request_no == unknown.out_request_no;
    is_query(call.method) || undoes || repeats
}

/// Whether the later call asks for the same under another number.
fn is_again(unknown: &CallSeen, call: &CallSeen) -> bool {
    if call.amount.is_none() || call.amount != unknown.amount {
        return false;
    }
    if is_refund(unknown) {
        return is_refund(call)
            && same_order(unknown, call)
            && call.out_request_no.is_some()
            && call.out_request_no != unknown.out_request_no;
    }
    is_payment(unknown.method)
        && is_payment(call.method)
        && call.out_trade_no.is_some()
        && !same_order(unknown, call)
        && call.subject == unknown.subject
}

/// A finding about a call.
pub(crate) fn of_call(kind: FindingKind, call: &CallSeen, other: Option<String>) -> Finding {
    let order = call.out_trade_no.clone().or_else(|| call.trade_no.clone()).unwrap_or_default();
    let order = match &call.out_request_no {
        Some(number) if is_refund(call) => format!("{order} ({number})"),
        Some(_) | None => order,
    };
    Finding {
        kind,
        app: call.app,
        at_us: call.at_us,
        order,
        other,
        method: Some(call.method.to_owned()),
        trace_id: Some(call.trace_id.clone()),
        notice: None,
    }
}

/// What is found in letters, oldest first.
pub(crate) fn of_letters(letters: &[LetterRead]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut taken: Vec<NoticeNo> = Vec::new();
    for letter in letters {
        let found = match (&letter.kind, &letter.said) {
            (Kind::Forged(how), Said::Success) => Some((FindingKind::TookForgery, (*how).to_owned())),
            (Kind::Changed(members), Said::Success) => {
                let compared: Vec<&str> =
                    members.iter().map(String::as_str).filter(|name| COMPARED.contains(name)).collect();
                (!compared.is_empty()).then(|| (FindingKind::TookChanged, compared.join(", ")))
            }
            (Kind::Right, Said::Success) => {
                taken.push(letter.notice);
                None
            }
            (Kind::Right, Said::Otherwise(answer)) if taken.contains(&letter.notice) => {
                Some((FindingKind::DuplicateRefused, answer.clone()))
            }
            (Kind::Right | Kind::Changed(_) | Kind::Forged(_), Said::Otherwise(_) | Said::Nothing) => None,
        };
        findings.extend(found.map(|(kind, other)| Finding {
            kind,
            app: letter.app,
            at_us: letter.sent_at_us,
            order: letter.order.clone(),
            other: Some(other),
            method: None,
            trace_id: None,
            notice: Some(letter.notice),
        }));
    }
    findings
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use base::{PartyId, Slot, Stamp};

    const PAY: &str = "alipay.trade.pay";
    const QUERY: &str = "alipay.trade.query";
    const REFUND: &str = "alipay.trade.refund";

    pub(crate) fn app(number: u64) -> AppId {
        AppId::issue(number, Slot::new(1).unwrap()).unwrap()
    }

    /// A call for 1.50 that went well.
    pub(crate) fn call(method: &'static str, order: &str, at_us: i64) -> CallSeen {
        CallSeen {
            app: app(1),
            seller: PartyId::issue(1, Slot::new(1).unwrap()).unwrap(),
            method,
            out_trade_no: Some(order.to_owned()),
            trade_no: None,
            out_request_no: None,
            amount: Some("1.50".to_owned()),
            subject: Some("tea".to_owned()),
            at_us,
            trace_id: "0".repeat(32),
            fault: None,
            told: Told::Done,
        }
    }

    fn unknown(method: &'static str, order: &str) -> CallSeen {
        CallSeen { told: Told::Unknown, ..call(method, order, 0) }
    }

    fn refund(number: &str) -> CallSeen {
        let out_request_no = Some(number.to_owned());
        CallSeen { out_request_no, subject: None, ..call(REFUND, "T1", 1) }
    }

    /// How many suspicions and open calls.
    fn found(calls: &[CallSeen]) -> (usize, usize) {
        let looked = look(calls);
        (looked.suspicions.len(), looked.open.len())
    }

    #[test]
    fn a_shop_that_asks_repeats_or_cancels_is_right() {
        for next in [
            call(QUERY, "T1", 1),
            call(PAY, "T1", 1),
            call("alipay.trade.cancel", "T1", 1),
            call("alipay.trade.close", "T1", 1),
            call(REFUND, "T1", 1),
        ] {
            let calls = [unknown(PAY, "T1"), next, call(PAY, "T2", 2)];
            assert_eq!(found(&calls), (0, 0), "{}", calls[1].method);
        }
        let asked = CallSeen { told: Told::Refused, ..call(QUERY, "T1", 1) };
        assert_eq!(found(&[unknown(PAY, "T1"), asked]), (0, 0), "to ask is enough");
        assert_eq!(found(&[unknown(QUERY, "T1")]), (0, 0), "a query moves nothing");
        assert_eq!(found(&[call(PAY, "T1", 0), call(PAY, "T2", 1)]), (0, 0), "nothing was unknown");
    }

    #[test]
    fn the_same_again_under_a_new_number_is_suspicious() {
        let again = call(PAY, "T2", 1);
        assert_eq!(found(&[unknown(PAY, "T1"), again.clone()]), (1, 1));
        assert_eq!(
            found(&[unknown(PAY, "T1"), again.clone(), call(QUERY, "T1", 2)]),
            (1, 0),
            "asked too late"
        );
        for other in [
            CallSeen { amount: Some("1.51".to_owned()), ..again.clone() },
            CallSeen { subject: Some("coffee".to_owned()), ..again.clone() },
            CallSeen { app: app(2), ..again.clone() },
            CallSeen { method: QUERY, ..again },
        ] {
            assert_eq!(found(&[unknown(PAY, "T1"), other.clone()]), (0, 1), "{other:?}");
        }
    }

    #[test]
    fn a_refund_is_repeated_under_its_own_number() {
        let lost = CallSeen { told: Told::Unknown, ..refund("R1") };
        assert_eq!(found(&[lost.clone(), refund("R1")]), (0, 0));
        assert_eq!(found(&[lost.clone(), call("alipay.trade.fastpay.refund.query", "T1", 2)]), (0, 0));
        assert_eq!(found(&[lost.clone(), refund("R2")]), (1, 1));
        let part = CallSeen { amount: Some("0.50".to_owned()), ..refund("R2") };
        assert_eq!(found(&[lost, part]), (0, 1), "another amount is another refund");
    }

    fn letter(kind: Kind, said: Said) -> LetterRead {
        let notice = NoticeNo::of(Stamp { at_us: 1, seq: 1 }, Slot::new(1).unwrap());
        LetterRead { app: app(1), notice, order: "T1".to_owned(), sent_at_us: 5, kind, said }
    }

    #[test]
    fn letters_that_should_have_been_refused_and_duplicates_that_were() {
        let no = || Said::Otherwise("answered with HTTP 500".to_owned());
        let kinds = |letters: &[LetterRead]| -> Vec<FindingKind> {
            of_letters(letters).iter().map(|finding| finding.kind).collect()
        };
        let changed = |name: &str| Kind::Changed(vec![name.to_owned()]);
        use FindingKind as F;
        let right = letter(Kind::Right, Said::Success);
        assert_eq!(kinds(&[letter(Kind::Forged("unsigned"), Said::Success)]), [F::TookForgery]);
        assert_eq!(kinds(&[letter(changed("total_amount"), Said::Success)]), [F::TookChanged]);
        assert_eq!(kinds(&[right.clone(), letter(Kind::Right, no())]), [F::DuplicateRefused]);
        // A right shop.
        for letters in [
            vec![letter(Kind::Forged("unsigned"), no())],
            vec![letter(Kind::Forged("unsigned"), Said::Nothing)],
            vec![letter(changed("total_amount"), no())],
            vec![letter(changed("subject"), Said::Success)],
            vec![right.clone(), right.clone()],
            vec![letter(Kind::Right, no()), right.clone()],
            vec![right, letter(Kind::Right, Said::Nothing)],
        ] {
            assert_eq!(kinds(&letters), [], "{letters:?}");
        }
    }
}
