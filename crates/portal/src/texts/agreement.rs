//! Words of the pages on which a buyer signs an agreement or agrees to a pre-authorisation.

macro_rules! agreement_texts {
    ([$($page:ident)*] $($words:tt)*) => { $crate::texts::texts! { [$($page)*] $($words)*
    agreement: "签约扣款协议", "Recurring payment agreement";
    agreement_text: "签约后商户可按约定自动扣款，无需再次输入密码。可随时在钱包中解约。",
        "Once you sign, the payee may take money by these terms without asking again. You can end it in your wallet at \
         any time.";
    freeze: "资金预授权", "Pre-authorisation";
    freeze_text: "同意后，这笔金额将在您的余额中冻结：商户实际扣款不会超过它，其余退还给您，最长冻结一年。",
        "If you agree, this amount is set aside in your balance. The payee takes at most this much; the rest is yours \
         again, after a year at the latest.";
    freeze_amount: "冻结金额", "Amount to set aside";
    freeze_agree: "同意并冻结", "Agree";
    freeze_done: "已冻结", "Set aside";
    freeze_done_text: "预授权已生效，资金已冻结。", "The amount is set aside for the payee.";
    freeze_gone: "没有找到预授权", "No such pre-authorisation";
    freeze_gone_text: "链接不完整，或预授权已过期、已关闭，请从商户页面重新进入。",
        "The link is incomplete, or nobody agreed in time, or it is closed. Start again from the shop.";
    freeze_other: "这是别人的预授权", "This pre-authorisation belongs to someone else";
    freeze_other_text: "请求的付款人不是您，资金没有冻结。", "Another payer was asked. Nothing was set aside.";
    freeze_own: "不能授权给自己", "You cannot pre-authorise yourself";
    freeze_own_text: "付款人与商户是同一账户，请换一个账号。",
        "You and the payee are the same account. Use another account.";
    freeze_blocked: "账户暂不能授权", "This account cannot pre-authorise";
    freeze_blocked_text: "账户已被冻结或注销，资金没有冻结。",
        "The account is frozen or closed. Nothing was set aside.";
    freeze_too_little: "余额不足", "Balance too low";
    freeze_too_little_text: "余额不足，资金没有冻结。充值后可重新打开链接。",
        "Your balance is too low; nothing was set aside. Top up and open the link again.";
    freeze_proof_gone: "支付密码已过期，资金没有冻结，请重新输入。",
        "Your payment password was given too long ago. Nothing was set aside. Please enter it again.";
    freeze_unknown_text: "尚不知道是否已冻结，请重新打开页面查看结果。",
        "It is not known yet whether the amount was set aside. Open the page again to see.";
    business: "业务场景", "Business";
    amounts: "金额与时间", "Amounts and times";
    any_amount: "任意金额，任意时间", "Any amount, at any time";
    valid: "有效期", "Valid";
    from_signing: "，自签约起", " from signing on";
    no_end: "长期有效", "No end";
    agreement_gone: "没有找到协议", "No such agreement";
    agreement_gone_text: "链接不完整，或协议已过期、已解约，请从商户页面重新进入。",
        "The link is incomplete, or the agreement was not signed in time or has ended. Start again from the shop.";
    agreement_other: "这是别人的协议", "This agreement belongs to someone else";
    agreement_other_text: "协议已由另一位用户签署。请商户为您重新发起签约。",
        "Someone else signed it. Ask the shop for an agreement of your own.";
    agreement_signing: "协议正在签署", "The agreement is being signed";
    agreement_signing_text: "签署尚未完成，请稍后重新打开页面查看结果。",
        "That is not finished yet. Open the page again in a moment to see the result.";
    agreement_own: "不能与自己签约", "You cannot sign with yourself";
    agreement_own_text: "签约人与商户是同一账户，请换一个账号。",
        "You and the payee are the same account. Use another account.";
    agreement_blocked: "账户暂不能签约", "This account cannot sign";
    agreement_blocked_text: "账户已被冻结或注销，没有签约。", "The account is frozen or closed. Nothing was signed.";
    agreement_proof_gone: "支付密码已过期，没有签约，请重新输入。",
        "Your payment password was given too long ago. Nothing was signed. Please enter it again.";
    agreement_unknown_text: "尚不知道是否已签约，请不要另行签约，先重新打开页面查看。",
        "It is not known yet whether you signed. Do not sign another; open the page again to see.";
    sign: "签约", "Sign";
    signed: "已签约", "Signed";
    signed_text: "协议已生效。", "The agreement is in force.";
    same_signed: "您已与该商户签约同一产品。", "You have signed the same with this payee, and it is in force.";
    signs_too: "付款即同时签约", "Paying also signs this agreement";
    signs_too_text: "付款后，商户可按以上约定自动扣款，无需再次输入密码。可随时在钱包中解约。",
        "Once you pay, the payee may take money by these terms without asking. You can end it in your wallet.";
    pay_and_sign: "支付并签约", "Pay and sign";
    signed_too: "扣款协议已同时签约，可在钱包中查看和解约。",
        "The recurring payment agreement is signed. You can see and end it in your wallet.";
    signed_before: "您此前已与该商户签约同一产品，没有再次签约。",
        "You had signed the same with this payee before. Nothing was signed again.";
    not_signed: "付款成功，但扣款协议没有签成。", "You paid, but the recurring payment agreement was not signed.";
    single_amount: "单次限额", "At most, each time";
    total_amount: "总额限制", "At most, in all";
    payments: "扣款次数", "Number of payments";
    every: "扣款周期", "Every";
    days: "天", "day(s)";
    months: "个月", "month(s)";
    first_debit: "首次扣款日期", "First payment";
    } };
}
pub(super) use agreement_texts;
