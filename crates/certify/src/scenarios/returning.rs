//! The page on which the buyer's browser lands. Anybody can open it, with any parameters, as often as they like.

use crate::cause::Cause;
use crate::form;
use crate::judge::{Stop, paid_right, shipped_once, untouched};
use crate::note::Who;
use crate::scenario::{Group, Needs, Played, Risk, Scenario};
use crate::stage::{Order, Stage};

pub(super) const SCENARIOS: [Scenario; 2] = [
    Scenario {
        name: "forged-return",
        group: Group::Returning,
        guards: said!("跳转页的参数被当成付款", "Parameters of the return page that count as a payment"),
        risk: Risk::High,
        stake: said!("改一下地址栏就拿走货", "goods for typing an address"),
        steps: said!(
            "未付订单，打开伪造的跳转地址",
            "An unpaid order; its return page is opened with forged parameters"
        ),
        expected: said!("什么也不变", "Nothing changes"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(forged_return(stage)),
    },
    Scenario {
        name: "return-page-again",
        group: Group::Returning,
        guards: said!("刷新跳转页重复发货", "A return page that ships each time it is opened"),
        risk: Risk::High,
        stake: said!("每次刷新多发一份货", "goods for each reload"),
        steps: said!("付款，打开跳转页三次", "Pay, open the return page three times"),
        expected: said!("发货一次", "Shipped once"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(again(stage)),
    },
];

/// Opens the return page as the platform would send the browser there, but unsigned.
async fn land(stage: &Stage, order: &Order) -> Result<(), Stop> {
    let Some(url) = &order.return_url else {
        return Err(Stop::Skipped(words!("店铺没有给出 return_url", "the shop gave no return_url")));
    };
    let truth = stage.truth(order).await?;
    let total = order.total.to_string();
    let query = form::write(&[
        ("charset", "utf-8"),
        ("out_trade_no", &order.no),
        ("method", "alipay.trade.page.pay.return"),
        ("total_amount", &total),
        ("trade_no", &truth.trade_no),
        ("trade_status", "TRADE_SUCCESS"),
        ("app_id", &truth.app_id),
        ("seller_id", &truth.seller_id),
        ("sign_type", "RSA2"),
        ("sign", "c2lnbmVkIGJ5IG5vYm9keQ=="),
    ]);
    let join = if url.contains('?') { '&' } else { '?' };
    let answered = stage.cast.shop.visit(&format!("{url}{join}{query}"), None).await?;
    let what = words!("打开跳转页（签名是假的）", "opens the return page (with a false signature)");
    stage.note(Who::Script, what, Some(&form::shown(&query)));
    let status = answered.status;
    stage.note(Who::Shop, words!("应答 HTTP {status}", "answers HTTP {status}"), None);
    Ok(())
}

async fn forged_return(stage: &Stage) -> Played {
    let order = stage.order("71.00").await?;
    let before = stage.state(&order).await?;
    land(stage, &order).await?;
    untouched(&before, &stage.state(&order).await?, Cause::TrustsReturnPage)
}

async fn again(stage: &Stage) -> Played {
    let (order, _, _) = stage.paid_order("72.00").await?;
    for _time in 0..3 {
        land(stage, &order).await?;
    }
    let after = stage.state(&order).await?;
    shipped_once(&after, Cause::NoIdempotency)?;
    paid_right(&after, order.total)
}
