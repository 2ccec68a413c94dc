//! The two numbers of a transfer, as merchants see them.

use super::{IdError, OrderNo, TRADE_NO_FILL, TransferNo};
use std::{fmt, str::FromStr};

impl TransferNo {
    /// The same number as one of the order series: what timers, postings, topics of messages and password tries go by.
    /// No order has it, because a decision makes one of the two at most.
    pub const fn topic(self) -> OrderNo {
        OrderNo(self.0)
    }

    /// The transfer of a number that [`TransferNo::topic`] gave.
    pub const fn of_topic(topic: OrderNo) -> TransferNo {
        TransferNo(topic.0)
    }

    /// The number of the movement of money behind it (`pay_fund_order_id`): 32 digits, the same but for a part between
    /// date and time of day.
    pub fn fund_no(self) -> String {
        self.filled(FUND_NO_FILL)
    }

    /// The transfer with this number of its movement of money.
    ///
    /// # Errors
    /// Text that [`TransferNo::fund_no`] does not write.
    pub fn of_fund_no(text: &str) -> Result<TransferNo, IdError> {
        TransferNo::unfilled(text, FUND_NO_FILL)
    }

    fn filled(self, fill: &str) -> String {
        let text = OrderNo(self.0).to_string();
        format!("{}{fill}{}", &text[..8], &text[15..])
    }

    fn unfilled(text: &str, fill: &str) -> Result<TransferNo, IdError> {
        let wrong = |reason| IdError { kind: "number of a transfer", reason };
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong("it has 32 digits"));
        }
        let trade = format!("{}{TRADE_NO_FILL}{}", &text[..8], &text[19..]);
        let number = TransferNo(trade.parse::<OrderNo>().map_err(|error| wrong(error.reason))?.0);
        if number.filled(fill) == text { Ok(number) } else { Err(wrong("its parts do not fit together")) }
    }
}

impl fmt::Display for TransferNo {
    /// `yyyyMMdd`, eleven fixed digits, eleven digits of microseconds of the day in China, two of the slot.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.filled(TRANSFER_NO_FILL))
    }
}

impl FromStr for TransferNo {
    type Err = IdError;

    /// Reads what `Display` writes, and nothing else.
    fn from_str(text: &str) -> Result<TransferNo, IdError> {
        TransferNo::unfilled(text, TRANSFER_NO_FILL)
    }
}

/// What stands between date and time of day in the number of a transfer, as in those that merchants know.
const TRANSFER_NO_FILL: &str = "11007000000";
/// The same in the number of the movement of money behind it.
const FUND_NO_FILL: &str = "11007000150";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Slot, Stamp};

    #[test]
    fn a_transfer_has_two_numbers_and_both_read_back() {
        let stamp = Stamp { at_us: 1_767_283_200_000_007, seq: 1 }; // 2026-01-02 00:00:00.000007 in China
        let number = TransferNo::of(stamp, Slot::new(42).unwrap());
        assert_eq!(number.to_string(), "20260102110070000000000000000742");
        assert_eq!(number.fund_no(), "20260102110070001500000000000742");
        assert_eq!(number.to_string().parse(), Ok(number));
        assert_eq!(TransferNo::of_fund_no(&number.fund_no()), Ok(number));
        assert_eq!(TransferNo::of_topic(number.topic()), number);
        for wrong in [
            "",
            "2026010222001400000000000742",
            "20261302110070000000000000000742",
            "支付支付支付支付支付支1",
        ] {
            assert!(
                wrong.parse::<TransferNo>().is_err() && TransferNo::of_fund_no(wrong).is_err(),
                "{wrong}"
            );
        }
        assert!(number.fund_no().parse::<TransferNo>().is_err());
    }
}
