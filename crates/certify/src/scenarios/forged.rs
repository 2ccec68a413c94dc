//! Notifications that are not the platform's. The address of a shop's notifications is no secret.

use crate::cause::Cause;
use crate::form;
use crate::judge::untouched;
use crate::mail::members;
use crate::note::Who;
use crate::scenario::{Group, Needs, Played, Risk, Scenario};
use crate::stage::Stage;
use crate::words::Words;
use crate::world::Forge;

pub(super) const SCENARIOS: [Scenario; 5] = [
    Scenario {
        name: "forged-unsigned",
        group: Group::Forged,
        guards: said!("没有签名的付款通知", "A payment notification without a signature"),
        risk: Risk::High,
        stake: said!("任何人可免费拿走任何货", "anybody takes any goods for nothing"),
        steps: said!("未付订单收到没有签名的「已付」", "An unpaid order is told paid, without a signature"),
        expected: said!("什么也不变", "Nothing changes"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(forged(stage, Forge::Unsigned)),
    },
    Scenario {
        name: "forged-other-key",
        group: Group::Forged,
        guards: said!("用别人的密钥签名的付款通知", "A payment notification signed with another key"),
        risk: Risk::High,
        stake: said!("任何人可免费拿走任何货", "anybody takes any goods for nothing"),
        steps: said!(
            "未付订单收到用别人密钥签名的「已付」",
            "An unpaid order is told paid, signed by a stranger"
        ),
        expected: said!("什么也不变", "Nothing changes"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(forged(stage, Forge::OtherKey)),
    },
    Scenario {
        name: "forged-after-signing",
        group: Group::Forged,
        guards: said!("签名之后改过的通知", "A notification that was changed after it was signed"),
        risk: Risk::High,
        stake: said!("付一笔最便宜的，拿走最贵的", "the dearest goods for the price of the cheapest"),
        steps: said!(
            "拿另一笔已付订单的通知，改成这一笔",
            "Another order's genuine letter, rewritten to this one"
        ),
        expected: said!("什么也不变", "Nothing changes"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(forged(stage, Forge::ChangedAfterSigning)),
    },
    Scenario {
        name: "forged-second-value",
        group: Group::Forged,
        guards: said!(
            "真实通知后面再加一个同名参数：验签读一个，处理读另一个",
            "A genuine letter with a name added twice: one value is verified, the other one is used"
        ),
        risk: Risk::High,
        stake: said!("付一笔最便宜的，拿走最贵的", "the dearest goods for the price of the cheapest"),
        steps: said!(
            "另一笔订单的真实通知，后面加上这笔的订单号",
            "A genuine letter, this order's number appended"
        ),
        expected: said!("什么也不变", "Nothing changes"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(second_value(stage)),
    },
    Scenario {
        name: "forged-closing",
        group: Group::Forged,
        guards: said!("伪造的关闭通知", "A forged letter that an order is closed"),
        risk: Risk::Medium,
        stake: said!("已付订单被关掉，客户要赔", "paid orders that are cancelled, and their customers"),
        steps: said!(
            "已付订单收到没有签名的 TRADE_CLOSED",
            "A paid order is told closed, without a signature"
        ),
        expected: said!("什么也不变", "Nothing changes"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(forged_closing(stage)),
    },
];

fn how(forge: Forge) -> Words {
    match forge {
        Forge::Unsigned => words!("伪造「已付」通知：没有签名", "forges a letter of payment: unsigned"),
        Forge::OtherKey => words!("伪造「已付」通知：别人的密钥", "forges a letter of payment: another key"),
        Forge::ChangedAfterSigning => {
            words!("伪造「已付」通知：签名后改过", "forges a letter of payment: changed after signing")
        }
    }
}

async fn forged(stage: &Stage, forge: Forge) -> Played {
    let order = stage.order("88.00").await?;
    let before = stage.state(&order).await?;
    stage.claim_paid(&order, how(forge), &[], Some(forge)).await?;
    untouched(&before, &stage.state(&order).await?, Cause::NoSignatureCheck)
}

async fn second_value(stage: &Stage) -> Played {
    let order = stage.order("88.80").await?;
    let before = stage.state(&order).await?;
    let truth = stage.truth(&order).await?;
    let (genuine, total) = (&stage.cast.donor.letter, order.total.to_string());
    let added = form::write(&[
        ("out_trade_no", &truth.out_trade_no),
        ("trade_no", &truth.trade_no),
        ("total_amount", &total),
        ("notify_id", &crate::mail::fresh_id(&truth.trade_no)),
    ]);
    let url = truth.notify_url.as_deref().unwrap_or(&genuine.url);
    for form in [format!("{}&{added}", genuine.form), format!("{added}&{}", genuine.form)] {
        let answered = stage.cast.shop.visit(url, Some((&genuine.content_type, &form))).await?;
        let what = words!("真实通知，加上第二个订单号", "a genuine letter with a second order's number");
        stage.note(Who::Script, what, Some(&form::shown(&form)));
        let shown = answered.shown();
        stage.note(Who::Shop, words!("应答", "answers"), Some(&shown));
        untouched(&before, &stage.state(&order).await?, Cause::NoSignatureCheck)?;
    }
    Ok(())
}

async fn forged_closing(stage: &Stage) -> Played {
    let (order, letter, before) = stage.paid_order("18.00").await?;
    let truth = stage.truth(&order).await?;
    let closed =
        members(&[("trade_status", "TRADE_CLOSED"), ("notify_id", &crate::mail::fresh_id(&truth.trade_no))]);
    let what = words!("伪造关闭通知：没有签名", "forges a letter of closing: unsigned");
    stage.resend(&letter, what, &closed, Some(Forge::Unsigned), None).await?;
    untouched(&before, &stage.state(&order).await?, Cause::NoSignatureCheck)
}
