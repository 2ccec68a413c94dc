//! Notifications that are lost, late, or not as they were last year.

use crate::cause::Cause;
use crate::contract::CallName;
use crate::judge::{Stop, paid_right, shipped_once};
use crate::mail::{Members, members};
use crate::scenario::{Group, Needs, Played, Risk, Scenario};
use crate::shop::{ShopState, Stand};
use crate::stage::{Order, Stage, inconclusive};

/// Longer than the ladder's first wait (4 minutes).
const FIRST_RETRY: &str = "5m";

pub(super) const SCENARIOS: [Scenario; 4] = [
    Scenario {
        name: "query-after-no-letter",
        group: Group::Silence,
        guards: said!("通知丢失，店铺从不查询", "A letter that is lost, and nobody asks"),
        risk: Risk::Medium,
        stake: said!("付了款而没有货的客户", "customers who paid and get nothing"),
        steps: said!("付款而通知被扣住，让店铺查询", "Pay, no letter; the shop is asked to query"),
        expected: said!("查到已付，发货一次", "It finds the payment, ships once"),
        needs: Needs::Mail,
        play: |stage| Box::pin(query(stage)),
    },
    Scenario {
        name: "letter-after-query",
        group: Group::Silence,
        guards: said!("查询已入账，通知又来", "A letter of what a query has found before"),
        risk: Risk::High,
        stake: said!("多发一份货", "goods sent twice"),
        steps: said!(
            "付款，通知被扣住，店铺查询，通知到达",
            "Pay, no letter; the shop queries; the letter arrives"
        ),
        expected: said!("发货一次", "Shipped once"),
        needs: Needs::Mail,
        play: |stage| Box::pin(letter_after_query(stage)),
    },
    Scenario {
        name: "lost-letter-then-retry",
        group: Group::Silence,
        guards: said!(
            "第一次通知丢失，重发的没有被接受",
            "A first letter that is lost, and a second that is not taken"
        ),
        risk: Risk::Medium,
        stake: said!("付了款而没有货的客户", "customers who paid and get nothing"),
        steps: said!(
            "第一次通知丢失，时钟拨五分钟",
            "The first letter is lost; the clock moves five minutes"
        ),
        expected: said!("重发的通知入账，发货一次", "The second is taken, shipped once"),
        needs: Needs::MailAndClock,
        play: |stage| Box::pin(retry(stage)),
    },
    Scenario {
        name: "letter-with-new-members",
        group: Group::Silence,
        guards: said!(
            "通知多了新参数或含需要转义的字符，验签就失败",
            "A letter with members that are new, or characters that need escaping, whose signature is not understood"
        ),
        risk: Risk::Medium,
        stake: said!(
            "平台加参数的那天起的所有订单",
            "every order from the day on which the platform adds one"
        ),
        steps: said!(
            "付款，通知带上新参数和特殊字符（签名正确）",
            "Pay; the signed letter has a new and an odd member"
        ),
        expected: said!("照常入账，发货一次", "Taken as usual, shipped once"),
        needs: Needs::Mail,
        play: |stage| Box::pin(new_members(stage)),
    },
];

/// The shop asks, and finds it.
async fn asked(stage: &Stage, order: &Order) -> Result<ShopState, Stop> {
    let answered = stage.call(CallName::Query, order, &[]).await?;
    let state = stage.state_once(order, |state| state.stand == Stand::Paid).await?;
    if state.stand == Stand::Paid {
        return Ok(state);
    }
    let is = state.shown();
    // Only a plain yes says that it has asked: 202 means that it will.
    if answered.status != 200 {
        let shown = answered.shown();
        return inconclusive(words!("店铺的查询没有完成：{shown}", "the shop's query did not end: {shown}"));
    }
    let what = words!(
        "平台上已付；店铺说它查过了，订单仍是：{is}",
        "it is paid at the platform; the shop says that it asked, and the order is: {is}"
    );
    Err(Stop::Failed(Cause::NeverAsks, what))
}

async fn query(stage: &Stage) -> Played {
    let (order, _) = stage.paid_in_silence("61.00").await?;
    stage.truth(&order).await?;
    let state = asked(stage, &order).await?;
    stage.release(&order);
    paid_right(&state, order.total)
}

async fn letter_after_query(stage: &Stage) -> Played {
    let (order, letter) = stage.paid_in_silence("62.00").await?;
    asked(stage, &order).await?;
    stage.hand_over(&letter).await?;
    stage.release(&order);
    let after = stage.state(&order).await?;
    shipped_once(&after, Cause::NoIdempotency)?;
    paid_right(&after, order.total)
}

async fn retry(stage: &Stage) -> Played {
    let (order, first) = stage.paid_in_silence("63.00").await?;
    stage.release(&order);
    let what = words!("时钟前进五分钟，平台重发", "the clock moves five minutes, the platform sends again");
    stage.note(crate::Who::Script, what, None);
    stage.cast.world.advance(FIRST_RETRY).await?;
    let world = &stage.cast.world;
    let (app, number) = (&stage.cast.donor.truth.app_id, &order.no);
    let look = || async move {
        let letters = world.letters(app, first.no).await?;
        let theirs = |letter: &crate::world::Letter| letter.members().get("out_trade_no") == Some(number);
        Ok(letters.into_iter().find(|letter| letter.ended.is_some() && theirs(letter)))
    };
    let Some(second) = stage.wait(look).await? else {
        return inconclusive(words!("平台没有重发", "the platform did not send again"));
    };
    Stage::must_take(&second)?;
    paid_right(&stage.counts_as_paid(&order).await?, order.total)
}

async fn new_members(stage: &Stage) -> Played {
    let (order, letter) = stage.paid_in_silence("64.00").await?;
    stage.release(&order);
    let changed: Members =
        members(&[("tongbao_new_member", "1"), ("body", "a+b & c=d % \"q\" <t> \u{301}e 茶 #;/?")]);
    let what = words!("通知带上新参数和特殊字符", "a letter with a new member and odd characters");
    let ended_before = stage.letters_count().await?;
    stage.resend(&letter, what, &changed, None, None).await?;
    let sent = stage.letter_after(&letter.notify_id, ended_before).await?;
    Stage::must_take(&sent)?;
    paid_right(&stage.counts_as_paid(&order).await?, order.total)
}
