//! How cells, amounts and moments are written. The files quote nothing: what would break a line is taken out of texts.

use base::china_moment;
use money::{Currency, Money};

/// An amount of signed minor units of CNY, in yuan: `-0.02`.
pub fn yuan(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let amount = Money::from_minor(minor.unsigned_abs(), Currency::Cny);
    amount.map_or_else(|_| minor.to_string(), |amount| format!("{sign}{amount}"))
}

/// A text as a cell. Commas and quotes become their wide forms, line breaks and other control characters a space; and
/// what a spreadsheet would take for a formula begins with its wide form too, because texts come from strangers.
pub(crate) fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for letter in text.trim().chars() {
        cell.push(match letter {
            ',' => '，',
            '"' => '＂',
            letter if letter.is_control() => ' ',
            '=' if cell.is_empty() => '＝',
            '+' if cell.is_empty() => '＋',
            '-' if cell.is_empty() => '－',
            '@' if cell.is_empty() => '＠',
            letter => letter,
        });
    }
    cell
}

/// A number or name with a tab after it, which keeps spreadsheets from rounding it. A number is what it was, whatever
/// it begins with: of letters, digits and `_-.` it is no formula, and merchants look it up as they gave it.
pub(crate) fn tabbed(text: &str) -> String {
    let is_number = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if is_number { format!("{text}\t") } else { format!("{}\t", cell(text)) }
}

/// A moment in the heads of merchants' bills: `2026年01月02日 09:00:00`.
pub(crate) fn head_moment(at_us: i64) -> String {
    let text = china_moment(at_us);
    match (text.get(..4), text.get(5..7), text.get(8..10), text.get(11..)) {
        (Some(year), Some(month), Some(day), Some(time)) => format!("{year}年{month}月{day}日 {time}"),
        _ => text,
    }
}

/// A line that marks the beginning of a list of a bill.
pub(crate) fn begins(list: &str) -> String {
    format!("#{}{list}{}", "-".repeat(41), "-".repeat(40))
}

/// A line that marks its end.
pub(crate) fn ends(list: &str) -> String {
    format!("#{}{list}结束{}", "-".repeat(41), "-".repeat(36))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_break_a_line_nor_become_a_formula() {
        for (text, written) in [
            ("苹果, 梨", "苹果， 梨"),
            ("a\r\nb\tc", "a  b c"),
            ("\"x\"", "＂x＂"),
            ("=HYPERLINK(1)", "＝HYPERLINK(1)"),
            (" +1", "＋1"),
            ("-1", "－1"),
            ("@a", "＠a"),
            ("a=b-c", "a=b-c"),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
        assert_eq!(tabbed("20260102"), "20260102\t");
        assert_eq!((tabbed("-2026_1.a"), tabbed("-1+1")), ("-2026_1.a\t".to_owned(), "－1+1\t".to_owned()));
    }

    #[test]
    fn amounts_and_moments() {
        assert_eq!((yuan(0), yuan(-2), yuan(123_456)), ("0.00".into(), "-0.02".into(), "1234.56".into()));
        assert_eq!(head_moment(1_767_283_200_000_000), "2026年01月02日 00:00:00");
    }
}
