//! A statement as CSV: a head, a line each, and a foot with a count and a checksum, so that a file that was cut is
//! known.

use crate::order::CURRENCY;
use crate::statement::{Line, Statement};
use aws_lc_rs::digest::{SHA256, digest};
use std::fmt::Write;

/// The name and version of the form, in its first cell.
const FORM: &str = "tongbao-bank-statement-1";
/// The names of a line's columns.
const COLUMNS: &str = "serial,value_date,booked_at,order_key,reference,direction,amount,currency";

/// Prints a statement. The foot's checksum is SHA-256, hex, over every byte before the foot.
pub(crate) fn csv(statement: &Statement) -> String {
    let mut text = format!(
        "{FORM},{},{},{CURRENCY},{},{}\n{COLUMNS}\n",
        statement.account,
        statement.day,
        yuan(statement.opening_minor),
        yuan(statement.closing_minor),
    );
    for line in &statement.lines {
        // Writing into a text cannot fail.
        let _written = writeln!(text, "{}", row(line));
    }
    let checksum = hex::encode(digest(&SHA256, text.as_bytes()));
    let _written = writeln!(text, "end,{},{checksum}", statement.lines.len());
    if statement.is_cut {
        text.truncate(text.len() / 2);
    }
    text
}

/// No field can hold a comma or a quote: keys are checked when they arrive, all else is ours.
fn row(line: &Line) -> String {
    let Line { serial, value_day, booked_at_us, order_key, reference, is_credit, amount_minor, currency } =
        line;
    let direction = if *is_credit { "credit" } else { "debit" };
    let (at, amount) = (base::china_moment(*booked_at_us), yuan(*amount_minor));
    format!("{serial},{value_day},{at},{order_key},{reference},{direction},{amount},{currency}")
}

/// Fen as yuan with two decimals.
pub(crate) fn yuan(amount_minor: i64) -> String {
    let (sign, whole) = (if amount_minor < 0 { "-" } else { "" }, amount_minor.unsigned_abs());
    format!("{sign}{}.{:02}", whole / 100, whole % 100)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use base::Day;

    pub(crate) fn sample() -> Statement {
        let line = |serial, is_credit, amount_minor| Line {
            serial,
            value_day: "2026-01-02".to_owned(),
            booked_at_us: 1_767_326_400_000_000,
            order_key: format!("K{serial}"),
            reference: format!("B20260102{serial:010}"),
            is_credit,
            amount_minor,
            currency: "CNY".to_owned(),
        };
        Statement {
            account: "TB000000000000000001".to_owned(),
            day: "2026-01-02".parse::<Day>().unwrap(),
            opening_minor: -5,
            closing_minor: 9_990,
            lines: vec![line(1, true, 10_000), line(2, false, 5)],
            is_cut: false,
        }
    }

    #[test]
    fn a_statement_is_printed_with_head_lines_and_foot() {
        let text = csv(&sample());
        let (before, foot) = text.split_at(text.find("end,").unwrap());
        assert_eq!(
            before,
            "tongbao-bank-statement-1,TB000000000000000001,2026-01-02,CNY,-0.05,99.90\n\
             serial,value_date,booked_at,order_key,reference,direction,amount,currency\n\
             1,2026-01-02,2026-01-02 12:00:00,K1,B202601020000000001,credit,100.00,CNY\n\
             2,2026-01-02,2026-01-02 12:00:00,K2,B202601020000000002,debit,0.05,CNY\n"
        );
        let checksum = hex::encode(digest(&SHA256, before.as_bytes()));
        assert_eq!(foot, format!("end,2,{checksum}\n"));
        let cut = csv(&Statement { is_cut: true, ..sample() });
        assert!(text.starts_with(&cut) && cut.len() * 2 <= text.len() && !cut.contains("end,"));
    }

    #[test]
    fn fen_are_printed_as_yuan() {
        for (minor, text) in [(0, "0.00"), (5, "0.05"), (-1, "-0.01"), (123_456, "1234.56"), (-100, "-1.00")]
        {
            assert_eq!(yuan(minor), text);
        }
    }
}
