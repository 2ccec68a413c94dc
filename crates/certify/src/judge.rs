//! How states become verdicts. Pure: what the shop said before and after, what the platform says, and nothing else.

use crate::cause::Cause;
use crate::shop::{ShopState, Stand};
use crate::words::Words;
use crate::world::Truth;
use money::Money;

/// Why a scenario did not end well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    /// The shop did wrong, and this is seen in what it said.
    Failed(Cause, Words),
    /// The shop has no such call, or this run may not do it.
    Skipped(Words),
    /// It could not be judged.
    Inconclusive(Words),
}

/// A scenario's check.
pub(crate) type Judged = Result<(), Stop>;

fn failed(cause: Cause, what: Words) -> Judged {
    Err(Stop::Failed(cause, what))
}

/// Nothing may have changed by a letter or a call that means nothing. `cause`: what it is called when the order
/// counts as paid, or otherwise changed, because of it. Goods that left without that are another mistake.
pub(crate) fn untouched(before: &ShopState, after: &ShopState, cause: Cause) -> Judged {
    let (paid, shipped) = (after.paid, after.shipped);
    if after.stand == Stand::Paid && before.stand != Stand::Paid || paid.minor() > before.paid.minor() {
        return failed(
            cause,
            words!(
                "店铺把订单记成已付 {paid}，已发货 {shipped} 次",
                "the shop counts the order as paid, {paid}; shipped: {shipped}"
            ),
        );
    }
    if shipped > before.shipped {
        return failed(
            Cause::ShipsBeforeVerify,
            words!(
                "订单没有记成已付，货却发了 {shipped} 次",
                "the order is not paid, yet shipped: {shipped}"
            ),
        );
    }
    let (was, is) = (before.shown(), after.shown());
    if before != after {
        return failed(cause, words!("订单变了：{was} → {is}", "the order changed: {was} → {is}"));
    }
    Ok(())
}

/// One payment ships once.
pub(crate) fn shipped_once(after: &ShopState, cause: Cause) -> Judged {
    let shipped = after.shipped;
    if shipped > 1 {
        return failed(
            cause,
            words!("一笔付款发了 {shipped} 次货", "one payment, and the goods left {shipped} times"),
        );
    }
    Ok(())
}

/// What a paid order must say once the shop counts it as paid.
pub(crate) fn paid_right(after: &ShopState, total: Money) -> Judged {
    let paid = after.paid;
    if paid != total {
        return failed(
            Cause::WrongAmount,
            words!("付了 {total}，店铺记的是 {paid}", "{total} was paid, the shop recorded {paid}"),
        );
    }
    shipped_once(after, Cause::NoIdempotency)
}

/// What the platform was asked for is what the shop's order says.
pub(crate) fn asked_right(truth: &Truth, total: Money) -> Judged {
    let asked = truth.total;
    if asked != total {
        return failed(
            Cause::WrongAmount,
            words!(
                "订单是 {total}，店铺向平台请求的是 {asked}",
                "the order is {total}, the shop asked the platform for {asked}"
            ),
        );
    }
    Ok(())
}

/// The same again, whatever came late, does not change an order that is decided.
pub(crate) fn still_decided(before: &ShopState, after: &ShopState) -> Judged {
    let shipped = after.shipped;
    if shipped > before.shipped {
        return failed(
            Cause::NoIdempotency,
            words!("旧通知使货又发了一次：共 {shipped} 次", "an old letter shipped again: {shipped} in all"),
        );
    }
    let (was, is) = (before.shown(), after.shown());
    if before != after {
        return failed(
            Cause::OlderLetterWins,
            words!(
                "旧通知盖掉了新状态：{was} → {is}",
                "an old letter replaced the newer state: {was} → {is}"
            ),
        );
    }
    Ok(())
}

/// As much went back as was asked for, in both books. More at the platform is the mistake that is tried. A shop that
/// says more than the platform has told its customer of money that is not there; one that says less may be slow.
pub(crate) fn refunds_exact(shop: &ShopState, truth: &Truth, right: Money, cause: Cause) -> Judged {
    let (said, is) = (shop.refunded, truth.refunded);
    if is.minor() > right.minor() {
        return failed(
            cause,
            words!("应退 {right}，平台实际退了 {is}", "{right} should go back, and {is} did"),
        );
    }
    if said.minor() > is.minor() {
        return failed(
            Cause::RefundBooksDiffer,
            words!(
                "店铺说退了 {said}，平台只退了 {is}",
                "the shop says {said} went back, at the platform it is {is}"
            ),
        );
    }
    if is != right || said != is {
        return Err(Stop::Inconclusive(words!(
            "应退 {right}；等到最后平台退了 {is}，店铺说 {said}：也许只是慢",
            "{right} should go back; in time {is} did, and the shop says {said}: it may only be slow"
        )));
    }
    Ok(())
}

/// Money that came for an order that the shop had closed goes back, or the order counts as paid.
pub(crate) fn nothing_kept(shop: &ShopState, truth: &Truth) -> Judged {
    let kept = truth.total.checked_sub(truth.refunded).unwrap_or(truth.total);
    let honest = !truth.paid || kept.is_zero() || shop.stand == Stand::Paid;
    if honest {
        return Ok(());
    }
    let is = shop.shown();
    failed(
        Cause::ClosedButPaid,
        words!(
            "平台上这笔交易已付款，{kept} 没有退回，店铺的订单却是 {is}",
            "the trade is paid at the platform and {kept} was not given back, yet the shop's order is {is}"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use money::{Currency, parse_amount};

    fn yuan(text: &str) -> Money {
        parse_amount(text, Currency::Cny).unwrap()
    }

    fn state(stand: Stand, paid: &str, shipped: u64, refunded: &str) -> ShopState {
        ShopState { stand, paid: yuan(paid), shipped, refunded: yuan(refunded) }
    }

    fn truth(paid: bool, total: &str, refunded: &str) -> Truth {
        Truth { paid, total: yuan(total), refunded: yuan(refunded), ..Truth::default() }
    }

    fn cause(judged: Judged) -> Option<Cause> {
        match judged {
            Ok(()) => None,
            Err(Stop::Failed(cause, _)) => Some(cause),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_letter_that_means_nothing_is_told_apart_by_what_it_did() {
        let before = state(Stand::Waiting, "0", 0, "0");
        let judge = |after: ShopState| cause(untouched(&before, &after, Cause::NoSignatureCheck));
        assert_eq!(judge(before.clone()), None);
        assert_eq!(judge(state(Stand::Paid, "1.00", 1, "0")), Some(Cause::NoSignatureCheck));
        assert_eq!(judge(state(Stand::Waiting, "1.00", 0, "0")), Some(Cause::NoSignatureCheck));
        assert_eq!(judge(state(Stand::Waiting, "0", 1, "0")), Some(Cause::ShipsBeforeVerify));
        assert_eq!(judge(state(Stand::Closed, "0", 0, "0")), Some(Cause::NoSignatureCheck));
    }

    #[test]
    fn a_payment_counts_once_and_with_its_amount() {
        let paid =
            |amount, shipped| cause(paid_right(&state(Stand::Paid, amount, shipped, "0"), yuan("19.99")));
        assert_eq!(paid("19.99", 1), None);
        assert_eq!(paid("19.99", 0), None, "shipping later is no mistake");
        assert_eq!(paid("19.98", 1), Some(Cause::WrongAmount));
        assert_eq!(paid("19.99", 2), Some(Cause::NoIdempotency));
        assert_eq!(cause(asked_right(&truth(false, "19.98", "0"), yuan("19.99"))), Some(Cause::WrongAmount));
    }

    #[test]
    fn an_old_letter_changes_nothing() {
        let before = state(Stand::Refunded, "5", 1, "5");
        let judge = |after: ShopState| cause(still_decided(&before, &after));
        assert_eq!(judge(before.clone()), None);
        assert_eq!(judge(state(Stand::Paid, "5", 2, "0")), Some(Cause::NoIdempotency));
        assert_eq!(judge(state(Stand::Paid, "5", 1, "0")), Some(Cause::OlderLetterWins));
    }

    #[test]
    fn refunds_are_judged_against_the_platform() {
        let judge = |said, is| {
            let shop = state(Stand::Paid, "9", 1, said);
            refunds_exact(&shop, &truth(true, "9", is), yuan("3"), Cause::OverRefund)
        };
        assert_eq!(cause(judge("3.00", "3")), None);
        assert_eq!(cause(judge("3", "6")), Some(Cause::OverRefund));
        assert_eq!(cause(judge("3.01", "3")), Some(Cause::RefundBooksDiffer));
        assert_eq!(cause(judge("3", "0")), Some(Cause::RefundBooksDiffer));
        for slow in [judge("2.99", "3"), judge("0", "0")] {
            assert!(matches!(slow, Err(Stop::Inconclusive(_))), "it may be slow");
        }
    }

    #[test]
    fn a_closed_order_keeps_no_money() {
        let closed = state(Stand::Closed, "0", 0, "0");
        assert_eq!(cause(nothing_kept(&closed, &truth(false, "9", "0"))), None);
        assert_eq!(cause(nothing_kept(&closed, &truth(true, "9", "9"))), None);
        assert_eq!(cause(nothing_kept(&closed, &truth(true, "9", "3"))), Some(Cause::ClosedButPaid));
        let paid = state(Stand::Paid, "9", 1, "0");
        assert_eq!(cause(nothing_kept(&paid, &truth(true, "9", "0"))), None);
    }
}
