//! Words of the cashier while an order waits, and of what came of it.

macro_rules! cashier_texts {
    ([$($page:ident)*] $($words:tt)*) => { $crate::texts::texts! { [$($page)*] $($words)*
    scan_to_pay: "扫码付款", "Pay by scanning";
    scan_text: "用通宝钱包扫一扫，在手机上付款。", "Scan it with your Tongbao wallet and pay on the phone.";
    scan_alt: "付款二维码", "QR code to pay with";
    scan_no_script: "在钱包付款后，请点“我已付款”。", "Once you have paid in the wallet, press “I have paid”.";
    i_have_paid: "我已付款", "I have paid";
    open_in_wallet: "打开钱包付款", "Open in the wallet";
    time_left: "剩余付款时间 {}", "{} left to pay";
    live_taken: "订单已由买家打开。请在钱包中完成付款，或在本页登录付款。",
        "A buyer has opened this order. Pay in the wallet, or sign in here.";
    live_paying: "付款处理中，结果稍后显示，请勿重复付款。",
        "The payment is under way. The result comes in a moment; do not pay again.";
    live_tried: "上次的银行卡付款没有付成此订单，仍可付款。",
        "The last payment by card did not pay this order. It can still be paid.";
    live_lost: "连接中断，正在重新连接。已付的款项不受影响。",
        "Connection lost, trying again. What was paid stays paid.";
    not_paid_yet: "还没有收到付款", "No payment has come in yet";
    not_paid_yet_text: "如果刚刚付款，请稍后再看，不要重复付款。",
        "If you paid a moment ago, look again shortly. Do not pay twice.";
    look_again: "再看一次", "Look again";
    back_to_cashier: "返回收银台", "Back to the checkout";
    going_back: "{} 秒后自动返回商户", "Back to the shop in {} s";
    stay: "暂停", "Pause";
    go_on: "继续", "Go on";
    unanswered_text: "暂时查不到订单的状态，这不表示付款成功或失败。请不要重复付款，稍后重新打开页面。",
        "How this order stands cannot be told now, which says nothing of a payment. Do not pay again; look soon.";
    form_did_nothing: "这张表单没有起作用。请重新打开页面，查看订单的状态；浏览器需要允许 Cookie。",
        "This form did nothing. Open the page again to see how the order stands. Your browser must accept cookies.";
    opens_too_low: "余额不足以支付此订单。请充值，或绑定银行卡付款。",
        "Your balance is too low for this order. Top up, or bind a card to pay with.";
    opens_stopped: "余额支付已止付。可用银行卡付款，或凭支付密码解除止付。",
        "Payments from the balance are stopped. Pay by card, or lift the stop with your password.";
    closed_after_card: "订单超时未付或已被商户关闭。银行卡付款的结果请在钱包中查看。如仍需购买，请重新下单。",
        "It was not paid in time, or the shop closed it. Your wallet says what came of the card. Please order again.";
    sign_in_busy: "系统繁忙，请稍后再试。", "The platform is busy. Please try again in a moment.";
    pocket_stopped: "余额支付已止付", "payments stopped";
    pocket_no_credit: "该商户不支持信用卡", "no credit cards at this shop";
    pocket_maintenance: "银行维护中", "bank under maintenance";
    pocket_down: "银行暂时无法连接", "bank cannot be reached";
    } };
}
pub(super) use cashier_texts;
