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

/// An amount for people: `¥ 66.60`, or with the currency's code.
pub(crate) fn shown(amount: money::Money) -> String {
    match amount.currency() {
        money::Currency::Cny => format!("¥ {amount}"),
        other => format!("{} {amount}", other.code()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{CHINESE, ENGLISH};

    #[test]
    fn moments_and_amounts_are_for_people() {
        assert_eq!(CHINESE.locked_until(0), "支付密码连续输错，账户已锁定，1970-01-01 08:00:00 之后可再试。");
        assert!(ENGLISH.locked_until(0).ends_with("1970-01-01 08:00:00 (UTC+8)."));
        assert_eq!(shown(money::Money::from_minor(6_660, money::Currency::Cny).unwrap()), "¥ 66.60");
    }
}
