//! Moments and amounts as pages show them.

use crate::texts::Texts;

impl Texts {
    /// That the account is locked until this time.
    pub(crate) fn locked_until(&self, until_us: i64) -> String {
        self.locked.replace("{}", &self.moment(until_us))
    }

    /// A moment for people, in China time.
    pub(crate) fn moment(&self, at_us: i64) -> String {
        format!("{}{}", wire::timestamp::format_cn(at_us), self.china_time)
    }
}

/// An amount for people: `¥ 1,066.60`, or with the currency's code.
pub(crate) fn shown(amount: money::Money) -> String {
    let number = grouped(&amount.to_string());
    match amount.currency() {
        money::Currency::Cny => format!("¥ {number}"),
        other => format!("{} {number}", other.code()),
    }
}

/// A number in digits, with its thousands apart.
fn grouped(number: &str) -> String {
    let whole = number.find('.').unwrap_or(number.len());
    let mut text = String::with_capacity(number.len() + whole / 3);
    for (at, digit) in number.char_indices() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{CHINESE, ENGLISH};

    #[test]
    fn moments_and_amounts_are_for_people() {
        assert_eq!(CHINESE.locked_until(0), "支付密码连续输错，账户已锁定，1970-01-01 08:00:00 之后可再试。");
        assert!(ENGLISH.locked_until(0).ends_with("1970-01-01 08:00:00 (UTC+8)."));
        let amount = |minor, currency| shown(money::Money::from_minor(minor, currency).unwrap());
        for (minor, told) in [
            (0, "¥ 0.00"),
            (6_660, "¥ 66.60"),
            (99_999, "¥ 999.99"),
            (100_000, "¥ 1,000.00"),
            (99_820_050, "¥ 998,200.50"),
            (123_456_789, "¥ 1,234,567.89"),
        ] {
            assert_eq!(amount(minor, money::Currency::Cny), told);
        }
        assert_eq!(amount(1_234_567, money::Currency::Jpy), "JPY 1,234,567");
    }
}
