//! Money that goes back: as much as was asked for, once, and the same in both books.

use crate::cause::Cause;
use crate::judge::{Stop, refunds_exact, still_decided};
use crate::mail::Members;
use crate::scenario::{Group, Needs, Played, Risk, Scenario};
use crate::shop::Stand;
use crate::stage::{Order, Stage, amount, inconclusive};
use crate::world::Pay;
use money::Money;

pub(super) const SCENARIOS: [Scenario; 5] = [
    Scenario {
        name: "refund-in-full",
        group: Group::Refunds,
        guards: said!("全额退款记错", "A full refund that is recorded wrong"),
        risk: Risk::Medium,
        stake: said!("这笔订单", "the order"),
        steps: said!("付 50.00，退 50.00", "Pay 50.00, refund 50.00"),
        expected: said!("平台退了 50.00，店铺记成已退款", "50.00 went back, the shop says refunded"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(in_full(stage)),
    },
    Scenario {
        name: "refund-after-partial-refund",
        group: Group::Refunds,
        guards: said!(
            "部分退款之后的第二次退款被吞掉或多退",
            "A second partial refund that is lost, or made too large"
        ),
        risk: Risk::Medium,
        stake: said!("一次退款的钱", "the money of one refund"),
        steps: said!("付 50.00，退 12.30，再退 7.70", "Pay 50.00, refund 12.30, then 7.70"),
        expected: said!("两边都是已退 20.00", "20.00 went back, in both books"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(after_partial(stage)),
    },
    Scenario {
        name: "refund-number-again",
        group: Group::Refunds,
        guards: said!("同一退款请求发两次", "One refund that is asked for twice"),
        risk: Risk::High,
        stake: said!("每次重试多退一份", "the refund once more for each retry"),
        steps: said!("付 50.00，以同一退款号两次退 9.00", "Pay 50.00, refund 9.00 twice under one number"),
        expected: said!("只退一次 9.00", "9.00 goes back once"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(number_again(stage)),
    },
    Scenario {
        name: "refund-more-than-left",
        group: Group::Refunds,
        guards: said!("退款超过剩余金额", "A refund of more than is left"),
        risk: Risk::High,
        stake: said!("超出的部分，或账上记了没退的钱", "the rest, or refunds in the books that never were"),
        steps: said!("付 50.00，退 40.00，再退 10.01", "Pay 50.00, refund 40.00, then 10.01"),
        expected: said!("第二次拒绝，两边都是 40.00", "The second is refused; 40.00 in both books"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(more_than_left(stage)),
    },
    Scenario {
        name: "payment-letter-after-refund",
        group: Group::Refunds,
        guards: said!(
            "次序颠倒：退款之后又收到付款通知",
            "The wrong order: a letter of payment after the refund's"
        ),
        risk: Risk::High,
        stake: said!("退了款又发货", "goods sent for money that went back"),
        steps: said!(
            "付款，全额退款，付款通知再来一次",
            "Pay, refund in full, the letter of payment comes again"
        ),
        expected: said!("仍是已退款，不再发货", "Still refunded, nothing shipped"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(letter_after_refund(stage)),
    },
];

/// A refund that must go well to go on.
async fn refunded(stage: &Stage, order: &Order, sum: Money, number: &str) -> Result<(), Stop> {
    let answered = stage.refund(order, sum, number).await?;
    if answered.yes() {
        return Ok(());
    }
    let shown = answered.shown();
    inconclusive(words!("店铺拒绝了正常的退款：{shown}", "the shop refuses a right refund: {shown}"))
}

/// Both books hold this sum.
async fn books(stage: &Stage, order: &Order, right: Money, cause: Cause) -> Played {
    let look = || async move {
        let there = stage.cast.world.look(order.pay.as_ref().unwrap_or(&Pay::by_trade_no(""))).await?;
        Ok((there.refunded.minor() >= right.minor()).then_some(()))
    };
    stage.wait(look).await?;
    let truth = stage.truth(order).await?;
    let state = stage.state_once(order, |state| state.refunded == right).await?;
    refunds_exact(&state, &truth, right, cause)
}

fn number(order: &Order, end: &str) -> String {
    // Longer than one of the field's bounds no shop's number gets.
    let kept: String = order.no.chars().take(60).collect();
    format!("{kept}{end}")
}

async fn in_full(stage: &Stage) -> Played {
    let (order, _, _) = stage.paid_order("50.00").await?;
    refunded(stage, &order, order.total, &number(&order, "R1")).await?;
    books(stage, &order, order.total, Cause::OverRefund).await?;
    let state = stage.state_once(&order, |state| state.stand == Stand::Refunded).await?;
    if state.stand == Stand::Refunded {
        return Ok(());
    }
    let is = state.shown();
    inconclusive(words!("钱都退了，店铺说的是：{is}", "all went back, and the shop says: {is}"))
}

async fn after_partial(stage: &Stage) -> Played {
    let (order, _, _) = stage.paid_order("50.00").await?;
    refunded(stage, &order, amount("12.30"), &number(&order, "R1")).await?;
    books(stage, &order, amount("12.30"), Cause::OverRefund).await?;
    refunded(stage, &order, amount("7.70"), &number(&order, "R2")).await?;
    books(stage, &order, amount("20.00"), Cause::OverRefund).await
}

async fn number_again(stage: &Stage) -> Played {
    let (order, _, _) = stage.paid_order("50.00").await?;
    let again = number(&order, "R1");
    refunded(stage, &order, amount("9.00"), &again).await?;
    // Whether it says yes or no, no more may go back.
    stage.refund(&order, amount("9.00"), &again).await?;
    books(stage, &order, amount("9.00"), Cause::RefundNotIdempotent).await
}

async fn more_than_left(stage: &Stage) -> Played {
    let (order, _, _) = stage.paid_order("50.00").await?;
    refunded(stage, &order, amount("40.00"), &number(&order, "R1")).await?;
    books(stage, &order, amount("40.00"), Cause::OverRefund).await?;
    let answered = stage.refund(&order, amount("10.01"), &number(&order, "R2")).await?;
    let truth = stage.truth(&order).await?;
    let state = stage.state(&order).await?;
    refunds_exact(&state, &truth, amount("40.00"), Cause::OverRefund)?;
    if answered.yes() {
        let what = words!(
            "平台没有退这 10.01，店铺却答应了",
            "the shop says yes to 10.01 that the platform did not give back"
        );
        return Err(Stop::Failed(Cause::OverRefund, what));
    }
    Ok(())
}

async fn letter_after_refund(stage: &Stage) -> Played {
    let (order, letter, _) = stage.paid_order("50.00").await?;
    refunded(stage, &order, order.total, &number(&order, "R1")).await?;
    books(stage, &order, order.total, Cause::OverRefund).await?;
    // Its own letter first, so that what comes after it is really the older one.
    stage.heard(&order, "TRADE_CLOSED", true).await?;
    let before = stage.state(&order).await?;
    let what = words!("较早的付款通知又来了", "the older letter of payment comes again");
    stage.resend(&letter, what, &Members::new(), None, None).await?;
    still_decided(&before, &stage.state(&order).await?)
}
