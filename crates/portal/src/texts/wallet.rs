//! Words of the wallet: payments, the pay code, what was signed and allowed, exports.

macro_rules! wallet_texts {
    ([$($page:ident)*] $($words:tt)*) => { $crate::texts::texts! { [$($page)*] $($words)*
    wallet: "钱包", "Wallet";
    wallet_intro: "登录后可查看余额、确认待付款项、出示付款码。",
        "Sign in to see your balance, confirm waiting payments and show your payment code.";
    pay_code: "付款码", "Payment code";
    show_pay_code: "出示付款码", "Show payment code";
    pay_code_hint: "请向收银员出示。每 60 秒更换，仅可使用一次，请勿截图发给他人。",
        "Show it at the till. It changes every 60 seconds and works once. Never send it to anyone.";
    seconds_left: "秒后更换", "seconds left";
    new_code: "换一个", "New code";
    bar_alt: "条形码", "Bar code";
    qr_alt: "二维码", "QR code";
    waiting: "待确认的付款", "Waiting for you";
    confirm_hint: "核对收款方与金额后，输入支付密码确认。",
        "Check payee and amount, then confirm with your payment password.";
    confirm: "确认付款", "Confirm";
    recent: "最近的付款", "Recent payments";
    none_yet: "还没有付款记录。", "No payments yet.";
    state_paid: "已付款", "Done";
    state_closed: "已关闭", "Closed";
    state_refunded: "已退款", "Refunded";
    state_waiting: "待确认", "Waiting";
    freezes: "资金预授权", "Pre-authorisations";
    freeze_waits: "待同意", "Waits for you";
    freeze_look: "查看并同意", "See and agree";
    freeze_end: "结束预授权", "End this pre-authorisation";
    freeze_end_text: "商户账户已注销，不会再扣款或解冻。结束后，剩余的冻结金额退回您的余额。",
        "The payee's account is closed: it will neither take nor free the rest. End it, and the rest is yours again.";
    freeze_ended_text: "预授权已结束，剩余金额已解冻。", "The pre-authorisation has ended. The rest is free again.";
    freeze_not_to_end: "没有可以结束的预授权：仅当商户账户已注销且仍有冻结金额时可由您结束。",
        "You can end one only while it holds money of yours and the payee's account is closed.";
    permissions: "签约与授权", "Agreements and authorisations";
    agreements: "扣款协议", "Recurring payment agreements";
    no_agreements: "没有生效的扣款协议。", "No agreement is in force.";
    grants: "已授权的应用", "Authorised apps";
    no_grants: "没有授权任何应用。", "No app is authorised.";
    see: "查看", "See";
    allows_who: "知道您是谁（用户号）", "knows who you are (your user number)";
    allows_profile: "知道您是谁，并可查看您的昵称", "knows who you are and what you are called";
    allows_acts: "可代您的商户收款、退款和查询", "takes payments, refunds and queries for your shop";
    allowed: "已允许", "Allowed";
    allowed_at: "授权时间", "Since";
    next_debit: "下次扣款", "Next payment";
    signed_at: "签约时间", "Signed";
    ended_at: "解约时间", "Ended";
    debits_so_far: "已扣款", "Payments so far";
    no_debits: "还没有扣款。", "None yet.";
    agreement_no: "协议号", "Agreement no.";
    end_agreement: "解约", "End this agreement";
    end_agreement_text: "解约后商户不能再按此协议扣款，并会收到通知。已扣的款项不会退回；如需继续使用商户的服务，请先与商户确认。",
        "Once it has ended, the payee can take no more money by it, and is told so. What was taken is not given back. \
         Check with the payee first whether you still need it for what you bought.";
    end_grant: "取消授权", "Take back this authorisation";
    end_user_text: "取消后，该应用手中的令牌立即失效，不能再查看您的信息。",
        "Once taken back, the tokens that the app has are worth nothing, and it can look up nothing about you.";
    end_merchant_text: "取消后，该应用手中的令牌立即失效，不能再代您的商户收款、退款和查询。",
        "Once taken back, the tokens that the app has are worth nothing, and it can do nothing for your shop.";
    keep_it: "保留，返回", "Keep it and go back";
    ended: "已结束", "Ended";
    ended_agreement_text: "协议已解约，商户不能再按此协议扣款。", "The agreement has ended. The payee can take no more money by it.";
    ended_grant_text: "授权已取消，应用手中的令牌已失效。", "The authorisation was taken back. The app's tokens are worth nothing.";
    end_unknown_text: "尚不知道是否已结束，请先查看。", "It is not known yet whether it has ended. See first.";
    has_ended: "协议已结束。", "This agreement has ended.";
    permission_gone: "没有找到", "Not found";
    permission_gone_text: "没有这项签约或授权，或它已经结束。", "There is no such agreement or authorisation, or it has ended already.";
    back_to_permissions: "返回签约与授权", "Back to agreements and authorisations";
    export: "导出交易明细", "Export transactions";
    export_text: "生成记账软件可读取的明细文件（CSV，GB18030 编码，ZIP 压缩）。",
        "A file that programs for keeping one's books read (CSV in GB18030, in a ZIP).";
    export_first: "起始日期", "First day";
    export_last: "终止日期", "Last day";
    export_password: "压缩包密码（可不填）", "Password for the file (may be left out)";
    export_password_text: "6～32 位字母、数字或符号，AES-256 加密；不会保存，忘记后请重新导出。",
        "6 to 32 letters, digits or signs; the file is encrypted with AES-256. It is not kept: if you forget it, \
         export again.";
    export_do: "下载", "Download";
    export_wrong: "请检查：起止日期最长一年且不晚于今天，密码为 6～32 位字母、数字或符号。",
        "Please check: at most a year, no day after today, and a password of 6 to 32 letters, digits or signs.";
    export_too_long: "交易过多，请缩短起止日期。", "There are too many transactions; choose fewer days.";
    sign_out: "退出登录", "Sign out";
    back_to_wallet: "返回钱包", "Back to the wallet";
    } };
}
pub(super) use wallet_texts;
