//! The platform has a bad day: it answers SYSTEM_ERROR after the money moved, loses an answer, sends letters early,
//! twice or in another order. Nothing of this costs a right shop anything: it asks, and counts once.

use crate::cause::Cause;
use crate::contract::CallName;
use crate::judge::{Stop, paid_right, shipped_once, untouched};
use crate::scenario::{Group, Needs, Played, Risk, Scenario};
use crate::shop::{Answered, ShopState, Stand};
use crate::stage::{Order, Stage, inconclusive};
use crate::words::Words;
use crate::world::Letter;
use serde_json::Value;
use std::future::Future;

/// The method whose answer the platform loses.
const PAY: &str = "alipay.trade.pay";
/// How many answers in a row are lost.
const TIMES_LOST: u32 = 5;
/// Longer than the platform keeps a letter back for a later one (10 s).
const LATE_LETTER: std::time::Duration = std::time::Duration::from_secs(13);

pub(super) const SCENARIOS: [Scenario; 6] = [
    Scenario {
        name: "error-after-payment",
        group: Group::Trouble,
        guards: said!(
            "钱已扣，应答却是 20000 SYSTEM_ERROR",
            "SYSTEM_ERROR (20000) in answer to a payment that went through"
        ),
        risk: Risk::High,
        stake: said!("客户付两次，或付了没有货", "customers who pay twice, or get nothing"),
        steps: said!(
            "店铺扫码收款，平台扣款后应答 20000，通知被扣住",
            "The shop scans a code; the money moves, the answer is 20000, no letter"
        ),
        expected: said!("查询后记成已付，发货一次", "It asks, finds it paid, ships once"),
        needs: Needs::Mail,
        play: |stage| Box::pin(healed(stage, unknown_and_paid(stage, "error-after", "91.00"))),
    },
    Scenario {
        name: "answer-lost-after-payment",
        group: Group::Trouble,
        guards: said!("钱已扣，连接断了，没有应答", "A payment that went through and whose answer is lost"),
        risk: Risk::High,
        stake: said!("客户付两次，或付了没有货", "customers who pay twice, or get nothing"),
        steps: said!(
            "店铺扫码收款，平台扣款后断开连接，通知被扣住",
            "The shop scans a code; the money moves, the connection breaks, no letter"
        ),
        expected: said!("查询后记成已付，发货一次", "It asks, finds it paid, ships once"),
        needs: Needs::Mail,
        play: |stage| Box::pin(healed(stage, unknown_and_paid(stage, "lost-answer", "92.00"))),
    },
    Scenario {
        name: "error-before-payment",
        group: Group::Trouble,
        guards: said!(
            "没有扣款的 20000 SYSTEM_ERROR 被当成付款",
            "SYSTEM_ERROR (20000) for a payment that did not happen, taken for one"
        ),
        risk: Risk::High,
        stake: said!("没付款就拿走的货", "goods that leave unpaid"),
        steps: said!(
            "店铺扫码收款，平台没有扣款而应答 20000；再扫一次",
            "The shop scans a code; nothing moves, the answer is 20000; it scans again"
        ),
        expected: said!("先不算付款；再扫后已付，发货一次", "Not paid at first; then paid, shipped once"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(healed(stage, unknown_and_not_paid(stage))),
    },
    Scenario {
        name: "letter-before-answer",
        group: Group::Trouble,
        guards: said!("通知比应答先到", "A letter that comes before the answer of its payment"),
        risk: Risk::High,
        stake: said!("多发一份货", "goods sent twice"),
        steps: said!("店铺扫码收款，通知先到，应答后到", "The shop scans a code; the letter comes first"),
        expected: said!("记成已付一次，发货一次", "Paid once, shipped once"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(healed(stage, early(stage))),
    },
    Scenario {
        name: "letter-sent-twice",
        group: Group::Trouble,
        guards: said!("平台把同一通知发两遍", "A letter that the platform itself sends twice"),
        risk: Risk::High,
        stake: said!("多发一份货", "goods sent twice"),
        steps: said!("付款，平台连发两遍通知", "Pay; the platform sends the letter twice"),
        expected: said!("发货一次，金额不变", "Shipped once, the same amount"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(healed(stage, doubled(stage))),
    },
    Scenario {
        name: "letters-out-of-order",
        group: Group::Trouble,
        guards: said!(
            "付款通知晚于退款通知到达",
            "A letter of payment that the platform sends after that of the refund"
        ),
        risk: Risk::High,
        stake: said!("已退款的订单再发一份货", "goods for money that went back"),
        steps: said!(
            "付款，店铺查询后全额退款；退款通知先到，付款通知后到",
            "Pay; the shop asks, refunds in full; the refund's letter comes first"
        ),
        expected: said!("仍是已退款，发货至多一次", "Still refunded, shipped once at most"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(healed(stage, reordered(stage))),
    },
];

/// Whatever comes of a scenario, no fault is left for the next one.
async fn healed(stage: &Stage, played: impl Future<Output = Played> + Send) -> Played {
    let played = played.await;
    stage.cast.world.clear_faults(&stage.cast.donor.truth.app_id).await?;
    played
}

/// The platform is asked for a fault of the shop's app.
async fn trouble(stage: &Stage, fault: &str, method: Option<&str>) -> Played {
    let app = &stage.cast.donor.truth.app_id;
    // Some HTTP clients send a request again by themselves when the connection breaks.
    let times = if fault == "lost-answer" { TIMES_LOST } else { 1 };
    stage.cast.world.fault(app, fault, method, times).await?;
    let what = words!("平台接下来出故障：{fault}", "the platform will fail: {fault}");
    stage.note(crate::Who::Script, what, None);
    Ok(())
}

async fn scan(stage: &Stage, order: &Order) -> Result<Answered, Stop> {
    let code = stage.cast.world.pay_code(&stage.cast.buyer).await?;
    stage.call(CallName::PayByCode, order, &[("auth_code", Value::from(code))]).await
}

/// The platform was not asked for what it fails at: the shop took another way.
async fn must_have_struck(stage: &Stage) -> Played {
    let app = &stage.cast.donor.truth.app_id;
    let struck = stage.cast.world.have_struck(app).await?;
    stage.cast.world.clear_faults(app).await?;
    if struck {
        return Ok(());
    }
    inconclusive(words!("店铺没有走到出故障的那一步", "the shop never came to where the platform fails"))
}

fn failed<T>(cause: Cause, what: Words) -> Result<T, Stop> {
    Err(Stop::Failed(cause, what))
}

/// The money moved and the shop does not know.
async fn unknown_and_paid(stage: &Stage, fault: &str, total: &str) -> Played {
    let order = stage.order_of("通宝验收 trouble", total, true).await?;
    stage.hold(&order)?;
    trouble(stage, fault, Some(PAY)).await?;
    let answered = scan(stage, &order).await?;
    must_have_struck(stage).await?;
    let first = stage.state_once(&order, |state| state.stand == Stand::Paid).await?;
    if first.stand != Stand::Paid {
        let is = first.shown();
        if first.stand == Stand::Closed || (400..500).contains(&answered.status) {
            let what = words!(
                "平台上已扣款，应答不明，店铺却说没有成功：{is}",
                "the money moved, the answer was unknown, and the shop says that it failed: {is}"
            );
            return failed(Cause::UnknownTakenForFailure, what);
        }
        return asked_later(stage, &order).await;
    }
    stage.release(&order);
    paid_right(&first, order.total)
}

/// It waits: then it must find the payment once it asks.
async fn asked_later(stage: &Stage, order: &Order) -> Played {
    stage.call(CallName::Query, order, &[]).await?;
    let state = stage.state_once(order, |state| state.stand == Stand::Paid).await?;
    stage.release(order);
    if state.stand == Stand::Paid {
        return paid_right(&state, order.total);
    }
    let is = state.shown();
    let what =
        words!("已扣款；店铺问过之后，订单仍是：{is}", "it is paid; the shop asked, and the order is: {is}");
    failed(Cause::NeverAsks, what)
}

/// Nothing moved and the shop does not know.
async fn unknown_and_not_paid(stage: &Stage) -> Played {
    let order = stage.order_of("通宝验收 trouble", "93.00", true).await?;
    let before = stage.state(&order).await?;
    trouble(stage, "error-before", Some(PAY)).await?;
    scan(stage, &order).await?;
    must_have_struck(stage).await?;
    let after = stage.state(&order).await?;
    if after.stand == Stand::Closed {
        // It gave the order up, which costs nobody anything.
        return Ok(());
    }
    untouched(&before, &after, Cause::AttemptTakenForPaid)?;
    let again = scan(stage, &order).await?;
    if !again.yes() {
        let shown = again.shown();
        return inconclusive(words!("再扫一次没有成功：{shown}", "the second code came to nothing: {shown}"));
    }
    paid_right(&stage.counts_as_paid(&order).await?, order.total)
}

async fn early(stage: &Stage) -> Played {
    let order = stage.order_of("通宝验收 trouble", "94.00", true).await?;
    trouble(stage, "notify-early", None).await?;
    let answered = scan(stage, &order).await?;
    if !answered.yes() {
        let shown = answered.shown();
        return inconclusive(words!(
            "扫码收款没有成功：{shown}",
            "the shop could not charge a code: {shown}"
        ));
    }
    must_have_struck(stage).await?;
    let letter = stage.heard(&order, "TRADE_SUCCESS", false).await?;
    Stage::must_take(&letter)?;
    once(&order, &stage.counts_as_paid(&order).await?)
}

/// Paid, once.
fn once(order: &Order, state: &ShopState) -> Played {
    shipped_once(state, Cause::NoIdempotency)?;
    paid_right(state, order.total)
}

async fn doubled(stage: &Stage) -> Played {
    let mut order = stage.order("95.00").await?;
    trouble(stage, "notify-duplicate", None).await?;
    stage.pay(&mut order).await?;
    let first = stage.heard(&order, "TRADE_SUCCESS", false).await?;
    must_have_struck(stage).await?;
    Stage::must_take(&first)?;
    let second = letters_of(stage, &order, 2).await?;
    if second.len() < 2 {
        return inconclusive(words!("平台没有发第二遍", "the platform did not send it twice"));
    }
    once(&order, &stage.state(&order).await?)
}

/// The letters of an order that ended, once there are so many, or when patience ends.
async fn letters_of(stage: &Stage, order: &Order, count: usize) -> Result<Vec<Letter>, Stop> {
    let (world, number) = (&stage.cast.world, &order.no);
    let (app, after) = (&stage.cast.donor.truth.app_id, stage.letters_after);
    let theirs =
        |letter: &Letter| letter.ended.is_some() && letter.members().get("out_trade_no") == Some(number);
    let look = || async move {
        let letters: Vec<Letter> = world.letters(app, after).await?.into_iter().filter(theirs).collect();
        Ok((letters.len() >= count).then_some(letters))
    };
    Ok(stage.wait(look).await?.unwrap_or_default())
}

async fn reordered(stage: &Stage) -> Played {
    let mut order = stage.order("96.00").await?;
    trouble(stage, "notify-reorder", None).await?;
    stage.pay(&mut order).await?;
    stage.call(CallName::Query, &order, &[]).await?;
    let asked = stage.state_once(&order, |state| state.stand == Stand::Paid).await?;
    if asked.stand != Stand::Paid {
        return inconclusive(words!("店铺查询后仍未入账", "the shop did not find the payment when it asked"));
    }
    let answered = stage.refund(&order, order.total, &format!("{}R", order.no)).await?;
    if !answered.yes() {
        let shown = answered.shown();
        return inconclusive(words!("店铺没有退款：{shown}", "the shop did not refund: {shown}"));
    }
    let before = stage.state_once(&order, |state| state.stand == Stand::Refunded).await?;
    if letters_of(stage, &order, 2).await?.len() < 2 {
        tokio::time::sleep(LATE_LETTER).await;
    }
    must_have_struck(stage).await?;
    if letters_of(stage, &order, 2).await?.len() < 2 {
        return inconclusive(words!("等不到两封通知", "the two letters did not come"));
    }
    let after = stage.state(&order).await?;
    if after.shipped > 1 {
        let is = after.shown();
        return failed(
            Cause::NoIdempotency,
            words!("货发了不止一次：{is}", "goods left more than once: {is}"),
        );
    }
    if before.stand == Stand::Refunded && after.stand != Stand::Refunded {
        let is = after.shown();
        let what = words!("旧通知改了已退款的订单：{is}", "an older letter changed a refunded order: {is}");
        return failed(Cause::OlderLetterWins, what);
    }
    Ok(())
}
