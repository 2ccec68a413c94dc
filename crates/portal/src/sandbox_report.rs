//! The run report: what a merchant's program did about faults, in words. Finding it out is the server's work, which
//! sees calls and letters; here are the kinds of findings and their words.

use base::{AppId, NoticeNo};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wire::timestamp::format_cn;

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FindingKind {
    /// After an unknown outcome the same buyer paid the same under a new number, and both are paid.
    PaidTwice,
    /// After an unknown outcome the same amount was given back under a new number, and both refunds are made.
    RefundedTwice,
    /// Nobody asked what became of a call with an unknown outcome.
    NeverAsked,
    /// A forged notification was answered `success`.
    TookForgery,
    /// A notification with a right signature and another amount, order, app or merchant was answered `success`.
    TookChanged,
    /// A notification that had been taken was refused when it came again.
    DuplicateRefused,
}

/// The words of a kind. `{order}`, `{other}` and `{call}` stand for what it is about.
struct Words {
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    advice_zh: &'static str,
    advice_en: &'static str,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [FindingKind; 6] = [
        FindingKind::PaidTwice,
        FindingKind::RefundedTwice,
        FindingKind::NeverAsked,
        FindingKind::TookForgery,
        FindingKind::TookChanged,
        FindingKind::DuplicateRefused,
    ];

    /// Its name for programs.
    pub fn name(self) -> &'static str {
        self.words().name
    }

    const fn words(self) -> Words {
        match self {
            FindingKind::PaidTwice => Words {
                name: "paid_twice",
                zh: "{call}（{order}）结果未知后未查询，又以新订单号 {other} 收款，同一买家付了两次。",
                en: "The outcome of {call} for {order} was unknown. It was not asked about; the same buyer paid the \
                     same again as {other}, and both are paid.",
                advice_zh: "结果未知时，先用原订单号查询或重试，确认未支付后再换号。",
                advice_en: "After an unknown outcome query, or repeat the call with the same number; take a new number \
                            only once the old order is known not to be paid.",
            },
            FindingKind::RefundedTwice => Words {
                name: "refunded_twice",
                zh: "{call}（{order}）结果未知后未查询，又以新退款号 {other} 退了相同金额，共退了两次。",
                en: "The outcome of {call} for {order} was unknown. It was not asked about; the same amount was given \
                     back again as {other}, and both refunds are made.",
                advice_zh: "退款重试必须使用原 out_request_no。",
                advice_en: "Repeat a refund with the same out_request_no.",
            },
            FindingKind::NeverAsked => Words {
                name: "never_asked",
                zh: "{call}（{order}）结果未知，之后没有查询、重试或撤销。",
                en: "The outcome of {call} for {order} was unknown; nobody queried, repeated or cancelled it since.",
                advice_zh: "收到 20000、超时或连接中断后，应查询该订单，直到结果确定。",
                advice_en: "After 20000, a timeout or a broken connection query the order until its state is known.",
            },
            FindingKind::TookForgery => Words {
                name: "took_forgery",
                zh: "伪造的通知（{other}，{order}）被应答为 success。",
                en: "A forged notification ({other}) about {order} was answered `success`.",
                advice_zh: "处理通知之前先用平台公钥验签，验签失败不要应答 success。",
                advice_en: "Verify the signature with the platform's key before anything else, and do not answer \
                            `success` when it is wrong.",
            },
            FindingKind::TookChanged => Words {
                name: "took_changed",
                zh: "签名正确但 {other} 与订单 {order} 不符的通知被应答为 success。",
                en: "A rightly signed notification whose {other} is not that of {order} was answered `success`.",
                advice_zh: "验签之后还须核对 out_trade_no、total_amount、seller_id 与 app_id。",
                advice_en: "After the signature compare out_trade_no, total_amount, seller_id and app_id with your own \
                            order.",
            },
            FindingKind::DuplicateRefused => Words {
                name: "duplicate_refused",
                zh: "订单 {order} 的通知已应答 success，重复到达时却未应答 success（{other}）。",
                en: "A notification about {order} was answered `success`; when it came again it was not ({other}).",
                advice_zh: "重复通知应识别后直接应答 success，且不要重复发货。",
                advice_en: "Recognise a notification that you had already, answer `success`, and do nothing twice.",
            },
        }
    }
}

/// One finding, with its evidence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// Whose program.
    pub app: AppId,
    /// When the thing happened that was not answered well, microseconds UTC of the world's clock.
    pub at_us: i64,
    /// The order, by the merchant's number where it is known.
    pub order: String,
    /// What stands against it: the second number, the kind of forgery, the members, or how it was answered.
    pub other: Option<String>,
    /// The method of the call.
    pub method: Option<String>,
    /// The number of the call in the log and in its answer.
    pub trace_id: Option<String>,
    /// The notification.
    pub notice: Option<NoticeNo>,
}

/// A finding as it is told to programs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FindingTold {
    /// The name of its kind.
    pub kind: String,
    /// The app.
    pub app_id: String,
    /// China time.
    pub at: String,
    /// What happened, in English.
    pub text: String,
    /// What to do, in English.
    pub advice: String,
}

impl Finding {
    fn filled(&self, words: &str) -> String {
        let other = self.other.as_deref().unwrap_or("?");
        let call = self.method.as_deref().unwrap_or("?");
        words.replace("{call}", call).replace("{other}", other).replace("{order}", &self.order)
    }

    /// What happened, and what to do, in Chinese or in English.
    pub fn said(&self, in_chinese: bool) -> (String, &'static str) {
        let words = self.kind.words();
        let (text, advice) =
            if in_chinese { (words.zh, words.advice_zh) } else { (words.en, words.advice_en) };
        (self.filled(text), advice)
    }

    /// For programs, with everything.
    pub(crate) fn shown(&self) -> Value {
        let ((text, advice), (text_zh, advice_zh)) = (self.said(false), self.said(true));
        json!({
            "kind": self.kind.name(),
            "app_id": self.app.to_string(),
            "at": format_cn(self.at_us),
            "order": self.order,
            "other": self.other,
            "method": self.method,
            "trace_id": self.trace_id,
            "notify_id": self.notice.map(|notice| notice.to_string()),
            "text": text,
            "advice": advice,
            "text_zh": text_zh,
            "advice_zh": advice_zh,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_names_its_order_and_says_what_to_do_in_both_languages() {
        for kind in FindingKind::ALL {
            let finding = Finding {
                kind,
                app: AppId::issue(1, base::Slot::new(1).unwrap()).unwrap(),
                at_us: 0,
                order: "ORDER7".to_owned(),
                other: Some("OTHER8".to_owned()),
                method: Some("alipay.trade.pay".to_owned()),
                trace_id: None,
                notice: None,
            };
            for in_chinese in [false, true] {
                let (text, advice) = finding.said(in_chinese);
                assert!(text.contains("ORDER7") && !text.contains('{') && !text.contains("  "), "{text}");
                assert_eq!(text.chars().any(|letter| letter > '\u{4e00}'), in_chinese, "{text}");
                assert!(!advice.is_empty() && !advice.contains("  "), "{advice}");
            }
            let told: FindingTold = serde_json::from_value(finding.shown()).unwrap();
            assert_eq!((told.kind.as_str(), told.at.as_str()), (kind.name(), "1970-01-01 08:00:00"));
        }
    }
}
