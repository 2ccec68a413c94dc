//! Orders that end unpaid, or seem to: the moments in which two truths are possible.

use crate::cause::Cause;
use crate::contract::CallName;
use crate::judge::{Stop, nothing_kept, untouched};
use crate::mail::Members;
use crate::scenario::{Group, Needs, Played, Risk, Scenario};
use crate::shop::{ShopState, Stand};
use crate::stage::{Order, Stage, inconclusive};
use crate::world::{Pay, Truth};

/// The HTTP status of a call that is still being worked on.
const ACCEPTED: u16 = 202;

pub(super) const SCENARIOS: [Scenario; 4] = [
    Scenario {
        name: "closed-then-paid",
        group: Group::Closing,
        guards: said!("店铺关了单，平台上还能付", "An order closed at the shop that can still be paid"),
        risk: Risk::High,
        stake: said!("客户付了款，什么也没有", "a customer's money for nothing"),
        steps: said!("下单，店铺关单，买家再付款", "Order, the shop closes, the buyer pays all the same"),
        expected: said!("付不成；或付成后算数，或全额退回", "It fails; or it counts, or goes back in full"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(closed_then_paid(stage)),
    },
    Scenario {
        name: "paid-then-closed",
        group: Group::Closing,
        guards: said!("已付的订单被店铺关掉", "A paid order that the shop closes"),
        risk: Risk::High,
        stake: said!("客户付了款，什么也没有", "a customer's money for nothing"),
        steps: said!(
            "付款，通知到达，再让店铺关单",
            "Pay, the letter arrives, then the shop is asked to close"
        ),
        expected: said!("不关；或全额退款", "It stays paid, or all goes back"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(paid_then_closed(stage)),
    },
    Scenario {
        name: "expired-unpaid",
        group: Group::Closing,
        guards: said!("超时关闭的通知被当成付款", "The letter of an expired order that counts as paid"),
        risk: Risk::High,
        stake: said!("没有付款的货", "goods that nobody paid"),
        steps: said!(
            "买家打开但付不成，时钟拨到超时",
            "A buyer opens it and cannot pay; the clock passes its end"
        ),
        expected: said!(
            "不算付款，不发货，之后也付不成",
            "Not paid, not shipped, and it cannot be paid any more"
        ),
        needs: Needs::Clock,
        play: |stage| Box::pin(expired(stage)),
    },
    Scenario {
        name: "letter-late-after-close",
        group: Group::Closing,
        guards: said!("付款通知在店铺关单之后才到", "A letter of payment that arrives after the shop closed"),
        risk: Risk::High,
        stake: said!("客户付了款，什么也没有", "a customer's money for nothing"),
        steps: said!(
            "付款而通知被扣住，店铺关单，通知到达",
            "Pay, no letter; the shop closes; the letter arrives"
        ),
        expected: said!("算付款，或全额退回", "It counts as paid, or all goes back"),
        needs: Needs::Mail,
        play: |stage| Box::pin(late_after_close(stage)),
    },
];

/// The shop closes; `None` when it refused.
async fn close(stage: &Stage, order: &Order) -> Result<bool, Stop> {
    Ok(stage.call(CallName::Close, order, &[]).await?.yes())
}

/// What platform and shop say once no money is kept for nothing, or when patience ends.
async fn agreed(stage: &Stage, order: &Order) -> Result<(Truth, ShopState), Stop> {
    let look = || async move {
        let truth = stage.cast.world.look(order.pay.as_ref().unwrap_or(&Pay::by_trade_no(""))).await?;
        let (state, _) = stage.cast.shop.state(&order.no).await?;
        Ok(nothing_kept(&state, &truth).is_ok().then_some(()))
    };
    stage.wait(look).await?;
    Ok((stage.truth(order).await?, stage.state(order).await?))
}

/// Whether shop and platform end in agreement on an order whose payment met its closing. `acknowledged`: the shop took
/// the letter, so that nobody will tell it again and what it says now is its last word.
async fn settled(stage: &Stage, order: &Order, acknowledged: bool) -> Played {
    let (truth, state) = agreed(stage, order).await?;
    let judged = nothing_kept(&state, &truth);
    if judged.is_err() && !acknowledged {
        return inconclusive(words!("店铺还没有接受通知", "the shop has not taken the letter yet"));
    }
    judged?;
    if state.stand != Stand::Paid && state.shipped > 0 {
        let is = state.shown();
        let what = words!("没有留下付款，货却发了：{is}", "no money is kept, and goods left: {is}");
        return Err(Stop::Failed(Cause::ShipsBeforeVerify, what));
    }
    Ok(())
}

async fn closed_then_paid(stage: &Stage) -> Played {
    let mut order = stage.order("41.00").await?;
    if !close(stage, &order).await? {
        return inconclusive(words!("店铺不肯关一笔未付订单", "the shop does not close an unpaid order"));
    }
    let closed = stage.state(&order).await?;
    match stage.try_to_pay(&order, &stage.cast.buyer.clone()).await? {
        Err(_) => untouched(&closed, &stage.state(&order).await?, Cause::ClosedTakenForPaid),
        Ok(trade_no) => {
            order.pay = Some(Pay::by_trade_no(&trade_no));
            let letter = stage.heard(&order, "TRADE_SUCCESS", false).await?;
            settled(stage, &order, letter.ended.flatten().is_none()).await
        }
    }
}

async fn paid_then_closed(stage: &Stage) -> Played {
    let (order, _, before) = stage.paid_order("42.00").await?;
    let answered = stage.call(CallName::Close, &order, &[]).await?;
    let (truth, after) = agreed(stage, &order).await?;
    let kept = nothing_kept(&after, &truth).is_err();
    if kept && answered.status == ACCEPTED {
        return inconclusive(words!("店铺还在处理关单", "the shop is still closing"));
    }
    if kept && before.stand != after.stand {
        let is = after.shown();
        let what =
            words!("钱没有退，店铺却把已付订单改成：{is}", "no money went back, and the order is: {is}");
        return Err(Stop::Failed(Cause::ClosesPaidOrder, what));
    }
    Ok(())
}

async fn expired(stage: &Stage) -> Played {
    let mut order = stage.order("43.00").await?;
    let before = stage.state(&order).await?;
    let poor = stage.another_buyer("1.00").await?;
    if stage.try_to_pay(&order, &poor).await?.is_ok() {
        return inconclusive(words!(
            "平台放行了余额不足的付款",
            "the platform let a payment without money pass"
        ));
    }
    let truth = stage.truth(&order).await?;
    order.pay = Some(Pay::by_trade_no(&truth.trade_no));
    stage.to_the_end_of(&truth).await?;
    stage.heard(&order, "TRADE_CLOSED", false).await?;
    let after = stage.state(&order).await?;
    // That it says `closed` now is right, and so is one that goes by its own clock.
    let as_before = ShopState { stand: before.stand, ..after.clone() };
    let taken = if after.stand == Stand::Closed { &as_before } else { &after };
    untouched(&before, taken, Cause::ClosedTakenForPaid)?;
    if stage.try_to_pay(&order, &stage.cast.buyer.clone()).await?.is_ok() {
        return inconclusive(words!("平台收了过期订单的款", "the platform took money for an expired order"));
    }
    Ok(())
}

async fn late_after_close(stage: &Stage) -> Played {
    let (order, letter) = stage.paid_in_silence("44.00").await?;
    close(stage, &order).await?;
    stage.state(&order).await?;
    let answered = stage.hand_over(&letter).await?;
    stage.release(&order);
    let acknowledged = answered.status == 200 && answered.text == "success";
    if !acknowledged {
        let what = words!("同一通知再来", "the same letter comes again");
        stage.resend(&letter, what, &Members::new(), None, None).await?;
    }
    settled(stage, &order, acknowledged).await
}
