//! What a payer is told when risk rules stop its money, in the visitor's language. No threshold is named: who reads it
//! must not learn how to pass below.

use crate::texts::Texts;
use risk::{Proof, RiskRefused};

/// A heading and what is to be done.
pub(crate) fn risk_words(refused: RiskRefused, t: &Texts) -> (&'static str, &'static str) {
    let (chinese, english) = match refused {
        RiskRefused::Refused => (
            ("未通过安全检查", "没有扣款。如有疑问，请联系客服。"),
            (
                "The security check was not passed",
                "No money was taken. Ask customer service if you are in doubt.",
            ),
        ),
        RiskRefused::UnderReview => (
            ("正在人工核实", "没有扣款。核实通过后，请再次发起同一笔付款。"),
            (
                "Somebody looks at this first",
                "No money was taken. When it was let through, ask for the same payment again.",
            ),
        ),
        RiskRefused::ProofMissing(Proof::Password) => (
            ("需要支付密码", "没有扣款。请在收银台输入支付密码完成付款。"),
            (
                "The payment password is needed",
                "No money was taken. Pay on a page that asks for your payment password.",
            ),
        ),
        RiskRefused::ProofMissing(Proof::Passkey) => (
            ("需要通行密钥", "没有扣款。请在这笔付款的页面用通行密钥确认。"),
            (
                "A passkey is needed",
                "No money was taken. Open the page of this payment and confirm it with your passkey.",
            ),
        ),
        RiskRefused::ProofMissing(Proof::Otp) => (
            ("需要进一步验证身份", "没有扣款。当前暂无可用的验证方式，请联系客服。"),
            (
                "Another proof is needed",
                "No money was taken. There is no way to give that proof here: ask customer service.",
            ),
        ),
    };
    if t.lang == "en" { english } else { chinese }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{CHINESE, ENGLISH};

    #[test]
    fn each_reason_has_words_of_its_own_in_both_languages() {
        let reasons = [
            RiskRefused::Refused,
            RiskRefused::UnderReview,
            RiskRefused::ProofMissing(Proof::Password),
            RiskRefused::ProofMissing(Proof::Otp),
            RiskRefused::ProofMissing(Proof::Passkey),
        ];
        for (at, refused) in reasons.into_iter().enumerate() {
            let chinese = risk_words(refused, &CHINESE);
            assert!(chinese.1.starts_with("没有扣款"));
            assert!(risk_words(refused, &ENGLISH).1.starts_with("No money was taken"));
            assert!(reasons[..at].iter().all(|before| risk_words(*before, &CHINESE) != chinese));
        }
    }
}
