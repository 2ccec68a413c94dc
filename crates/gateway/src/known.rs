//! Methods that exist at Alipay but not here, so that a developer hears "not simulated yet" instead of "no such
//! method". The families of payment are listed by name; of the others the beginning of the name must do.

/// Names of the families trade, fund, agreement, identity, authorisation, apps, bills and credit, sorted, one a line.
const NAMES: &str = include_str!("known_methods.txt");

/// Families of which only the beginning of the names is known here.
const FAMILIES: [&str; 33] = [
    "alipay.boss.",
    "alipay.commerce.",
    "alipay.data.dataexchange.",
    "alipay.ebpp.",
    "alipay.eco.",
    "alipay.ins.",
    "alipay.marketing.",
    "alipay.merchant.",
    "alipay.mobile.",
    "alipay.offline.",
    "alipay.open.agent.",
    "alipay.open.file.",
    "alipay.open.mini.",
    "alipay.open.public.",
    "alipay.open.search.",
    "alipay.open.sp.",
    "alipay.pass.",
    "alipay.security.",
    "alipay.social.",
    "alipay.user.account.",
    "alipay.user.antpaas.",
    "alipay.user.charity.",
    "alipay.user.passport.",
    "ant.merchant.",
    "anttech.",
    "koubei.",
    "mybank.",
    "zhima.auth.",
    "zhima.credit.",
    "zhima.customer.",
    "zhima.data.",
    "zhima.merchant.",
    "zoloz.",
];

/// The longest name of a method on the wire.
const NAME_LENGTH_MAX: usize = 128;

/// Whether this is the name of a method of the API, simulated here or not.
pub(crate) fn is_known(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.';
    let well_formed = name.len() <= NAME_LENGTH_MAX
        && name.bytes().all(plain)
        && name.split('.').all(|part| part.starts_with(|letter: char| letter.is_ascii_lowercase()));
    well_formed
        && (NAMES.lines().any(|known| known == name)
            || FAMILIES.iter().any(|family| name.starts_with(family)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_api_are_told_from_inventions() {
        for name in ["alipay.trade.order.settle", "alipay.fund.trans.uni.transfer", "zhima.credit.score.get"]
        {
            assert!(is_known(name), "{name}");
        }
        for name in [
            "",
            "alipay.trade.nonsense",
            "alipay.trade.create2",
            "zoloz.",
            "koubei..a",
            "koubei.<b>",
            "koubei.A",
        ] {
            assert!(!is_known(name), "{name}");
        }
        assert!(!is_known(&format!("koubei.{}", "a".repeat(500))));
        assert!(NAMES.lines().is_sorted(), "a list that is read by people stays sorted");
    }
}
