//! The platform repeats its notifications until it hears `success`, and sometimes after that.

use crate::cause::Cause;
use crate::judge::{Stop, shipped_once};
use crate::mail::{Members, fresh_id, members};
use crate::scenario::{Group, Needs, Played, Risk, Scenario};
use crate::shop::ShopState;
use crate::stage::{Order, Stage};
use crate::world::Letter;

/// Letters that arrive at once.
const AT_ONCE: usize = 8;

pub(super) const SCENARIOS: [Scenario; 3] = [
    Scenario {
        name: "same-letter-again",
        group: Group::Duplicates,
        guards: said!("同一通知重复处理", "The same notification, handled each time it comes"),
        risk: Risk::High,
        stake: said!("每次重发都多发一份货", "goods for each repetition"),
        steps: said!("付款，同一通知再发三次", "Pay; the notification comes three more times"),
        expected: said!("发货一次，金额不变", "Shipped once, the same amount"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(again(stage)),
    },
    Scenario {
        name: "same-letter-at-once",
        group: Group::Duplicates,
        guards: said!("并发的重复通知", "Repetitions that arrive at the same moment"),
        risk: Risk::High,
        stake: said!("每次并发多发一份货", "goods for each letter of a burst"),
        steps: said!("付款，同一通知同时到达八次", "Pay; the notification arrives eight times at once"),
        expected: said!("发货一次，金额不变", "Shipped once, the same amount"),
        needs: Needs::Mail,
        play: |stage| Box::pin(at_once(stage)),
    },
    Scenario {
        name: "same-payment-other-notify-id",
        group: Group::Duplicates,
        guards: said!("同一付款换一个 notify_id", "The same payment told under another notify_id"),
        risk: Risk::High,
        stake: said!("多发一份货", "goods sent twice"),
        steps: said!("付款，再以另一个 notify_id 通知", "Pay; it is told again under another notify_id"),
        expected: said!("发货一次，金额不变", "Shipped once, the same amount"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(other_id(stage)),
    },
];

/// What was paid stays so, once.
fn unchanged(order: &Order, before: &ShopState, after: &ShopState, cause: Cause) -> Played {
    shipped_once(after, cause)?;
    let paid = after.paid;
    if paid != order.total || before.stand != after.stand {
        let is = after.shown();
        let what = words!("重复通知改了订单：{is}", "a repetition changed the order: {is}");
        return Err(Stop::Failed(cause, what));
    }
    Ok(())
}

async fn again(stage: &Stage) -> Played {
    let (order, letter, before) = stage.paid_order("20.00").await?;
    for time in 1..=3 {
        let what = words!("同一通知再发（第 {time} 次）", "the same notification again ({time})");
        stage.resend(&letter, what, &Members::new(), None, None).await?;
    }
    unchanged(&order, &before, &stage.state(&order).await?, Cause::NoIdempotency)
}

async fn at_once(stage: &Stage) -> Played {
    let (order, letter) = stage.paid_in_silence("20.10").await?;
    let what = words!("同一通知同时交来 {AT_ONCE} 次", "the notification arrives {AT_ONCE} times at once");
    stage.note(crate::Who::Script, what, Some(&crate::form::shown(&letter.form)));
    post_at_once(stage, &letter).await?;
    stage.release(&order);
    let after = stage.counts_as_paid(&order).await?;
    shipped_once(&after, Cause::IdempotencyRace)?;
    unchanged(&order, &after, &stage.state(&order).await?, Cause::IdempotencyRace)
}

/// Posts a letter several times at once, and notes the answers.
async fn post_at_once(stage: &Stage, letter: &Letter) -> Played {
    let posts = (0..AT_ONCE).map(|_| {
        let (shop, letter) = (stage.cast.shop.clone(), letter.clone());
        tokio::spawn(async move { shop.visit(&letter.url, Some((&letter.content_type, &letter.form))).await })
    });
    let mut heard = Vec::new();
    for post in posts.collect::<Vec<_>>() {
        match post.await {
            Ok(Ok(answered)) => heard.push(answered.shown()),
            Ok(Err(_)) | Err(_) => heard.push("no answer".to_owned()),
        }
    }
    stage.note(crate::Who::Shop, words!("应答", "answers"), Some(&heard.join("\n")));
    Ok(())
}

async fn other_id(stage: &Stage) -> Played {
    let (order, letter, before) = stage.paid_order("20.20").await?;
    let truth = stage.truth(&order).await?;
    let changed = members(&[("notify_id", &fresh_id(&truth.trade_no))]);
    let what = words!("同一付款，另一个 notify_id", "the same payment under another notify_id");
    stage.resend(&letter, what, &changed, None, None).await?;
    unchanged(&order, &before, &stage.state(&order).await?, Cause::IdempotencyByNotifyId)
}
