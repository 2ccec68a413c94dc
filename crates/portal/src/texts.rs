//! Every word of the pages, in both languages: one line a text. What several pages say and the cashier's first words
//! are here, the others in a file for each kind of page; the names are of one struct, so that a template needs no path.

mod agreement;
mod authorize;
mod card;
mod cashier;
mod day_close;
mod developer;
mod passkey;
mod recon;
mod transfer;
mod wallet;

use agreement::agreement_texts;
use authorize::authorize_texts;
use card::card_texts;
use cashier::cashier_texts;
use day_close::day_close_texts;
use developer::developer_texts;
use passkey::passkey_texts;
use recon::recon_texts;
use transfer::transfer_texts;
use wallet::wallet_texts;

/// Adds the words of each page named, one after the other, and makes the struct of them all when none is left.
macro_rules! texts {
    ([$page:ident $($more:ident)*] $($words:tt)*) => { $page! { [$($more)*] $($words)* } };
    ([] $($name:ident: $chinese:literal, $english:literal;)*) => {
        /// The words of one language.
        pub(crate) struct Texts { $(pub(crate) $name: &'static str,)* }
        /// Chinese.
        pub(crate) static CHINESE: Texts = Texts { $($name: $chinese,)* };
        /// English.
        pub(crate) static ENGLISH: Texts = Texts { $($name: $english,)* };
        /// All pairs, for tests.
        #[cfg(test)]
        const PAIRS: &[(&str, &str, &str)] = &[$((stringify!($name), $chinese, $english),)*];
    };
}
use texts;

texts! {
    [agreement_texts authorize_texts card_texts cashier_texts day_close_texts developer_texts passkey_texts
     recon_texts transfer_texts wallet_texts]
    lang: "zh-CN", "en";
    sandbox: "沙箱：不是真钱", "Sandbox: play money";
    footer: "通宝支付平台", "Tongbao payment platform";
    cashier: "收银台", "Checkout";
    payee: "收款方", "Payee";
    subject: "商品", "For";
    order: "商户订单号", "Merchant order no.";
    trade_no: "交易号", "Trade no.";
    time: "时间", "Time";
    expires: "请在此时间前付款", "Pay before";
    sign_in_to_pay: "登录并付款", "Sign in to pay";
    sign_in: "登录", "Sign in";
    login: "账号（邮箱或手机号）", "Account (e-mail or phone)";
    pay_password: "支付密码", "Payment password";
    six_digits: "6 位数字", "6 digits";
    next: "下一步", "Continue";
    check_payee: "付款前请核对收款方与金额。", "Check the payee and the amount before you go on.";
    pocket: "付款方式", "Pay from";
    balance: "账户余额", "Balance";
    available: "可用", "available";
    pay: "确认支付", "Pay";
    leave: "放弃并返回商户", "Cancel and return to the shop";
    success: "支付成功", "Payment successful";
    back_to_shop: "返回商户", "Return to the shop";
    keep_number: "请保留交易号，以备查询。", "Keep the trade number for your records.";
    reload: "重新打开页面", "Open the page again";
    see_result: "查看结果", "See the result";
    not_found: "没有找到订单", "No such order";
    not_found_text: "链接不完整或已失效，请从商户页面重新进入。",
        "The link is incomplete or not valid. Please start again from the shop.";
    paid_already: "订单已支付", "This order is already paid";
    paid_already_text: "无需再次付款，不会重复扣款。", "There is nothing more to pay, and you will not be charged twice.";
    refunded: "订单已全额退款", "This order was refunded in full";
    refunded_text: "款项已退回付款账户。", "The money went back to the account that it came from.";
    closed: "订单已关闭", "This order is closed";
    closed_text: "订单超时未付或已被商户关闭，没有扣款。如仍需购买，请重新下单。",
        "It was not paid in time, or the shop closed it. No money was taken. Please order again.";
    code_expired: "二维码已过期", "This code has expired";
    code_expired_text: "请商户重新生成收款码后再扫。", "Ask the shop for a new code and scan it.";
    other_buyer: "这是别人的订单", "This order belongs to someone else";
    other_buyer_text: "订单已由另一位买家打开，没有扣款。请商户为您重新下单。",
        "Another buyer opened it first. No money was taken. Ask the shop for an order of your own.";
    own_order: "不能向自己付款", "You cannot pay yourself";
    own_order_text: "买家与收款方是同一账户，请换一个账号。",
        "Buyer and payee are the same account. Use another account.";
    blocked: "账户暂不能付款", "This account cannot pay";
    blocked_text: "账户已被冻结或注销，没有扣款。", "The account is frozen or closed. No money was taken.";
    wrong_password: "账号或支付密码不正确。连续输错 3 次，账户将锁定 3 小时。",
        "The account or the payment password is not right. Three wrong tries in a row lock the account for 3 hours.";
    locked: "支付密码连续输错，账户已锁定，{} 之后可再试。",
        "Too many wrong tries. The account is locked until {}.";
    not_six_digits: "支付密码是 6 位数字。", "The payment password has six digits.";
    busy: "系统繁忙，没有扣款，请稍后再试。",
        "The platform is busy. No money was taken. Please try again in a moment.";
    payments_stopped: "余额支付已止付，没有扣款。可用银行卡付款，或凭支付密码解除止付。",
        "Payments from the balance are stopped; no money was taken. Pay by card, or lift the stop with your password.";
    over_static_limit: "超过今天扫台卡付款的限额，没有扣款。请换一种付款方式，或明天再付。",
        "Above what one day allows by counter codes. No money was taken. Pay in another way, or tomorrow.";
    over_limit: "超过账户类别的余额支付限额，没有扣款。请先完成身份认证。", "Above what your account class may pay from the balance. No money was taken. Prove your identity first.";
    balance_too_low: "余额不足，没有扣款。请充值后再试。",
        "Your balance is too low. No money was taken. Top up and try again.";
    proof_gone: "登录已过期，没有扣款，请重新输入支付密码。",
        "Your sign-in has expired. No money was taken. Please enter your payment password again.";
    unknown: "结果待确认", "The result is not known yet";
    unknown_text: "请不要重复付款，先查看结果。", "Do not pay again. See the result first.";
    form_gone: "页面已失效", "This page is out of date";
    form_gone_text: "没有扣款。请重新打开页面；浏览器需要允许 Cookie。",
        "No money was taken. Please open the page again. Your browser must accept cookies.";
    page_gone_text: "没有任何更改。请重新打开页面；浏览器需要允许 Cookie。",
        "Nothing was changed. Please open the page again. Your browser must accept cookies.";
    broken: "暂时无法显示", "This cannot be shown right now";
    card_under_way: "银行卡支付处理中，请稍后查看结果。", "A payment by card is under way. Look again in a moment.";
    page_busy: "系统繁忙，没有任何更改，请稍后再试。",
        "The platform is busy. Nothing was changed. Please try again in a moment.";
    china_time: "", " (UTC+8)";
}

pub(crate) use crate::shown::shown;

#[cfg(test)]
mod tests {
    use super::*;

    fn is_chinese(letter: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&letter)
    }

    #[test]
    fn each_text_is_in_its_language() {
        for (name, chinese, english) in PAIRS {
            assert!(!english.chars().any(is_chinese), "{name}: {english}");
            if !matches!(*name, "lang" | "china_time" | "recon_booked_of") {
                assert!(chinese.chars().any(is_chinese), "{name}: {chinese}");
                assert!(!english.is_empty(), "{name}");
            }
            assert_eq!(chinese.contains("{}"), english.contains("{}"), "{name}");
        }
    }
}
