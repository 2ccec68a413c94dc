//! A statement as a whole: begun before its first line, ended by its last one. Its row in the platform's slot says
//! what was read, so that another file for the same account and day is refused before any of its lines is looked at.

use crate::command::Next;
use crate::{Fault, Reply, Rows, Stop};
use base::{Day, Slot};
use money::Currency;
use recon::{BankAccount, BeginStatementRefused, ReadStatement};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Begins to read a statement that was understood as a whole. The same again changes nothing, and tells how far its
/// reading is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BeginStatement {
    /// Our account at the bank.
    pub account: BankAccount,
    /// The day in China.
    pub day: Day,
    /// The account's currency.
    pub currency: Currency,
    /// The balance before the first line, minor units.
    pub opening_minor: i64,
    /// The balance after the last line, minor units.
    pub closing_minor: i64,
    /// How many lines it has.
    pub lines: u32,
    /// What it says.
    pub digest: [u8; 32],
}

impl BeginStatement {
    pub(crate) const fn slot(&self) -> Slot {
        Slot::PLATFORM
    }
}

/// From the slot of a line to the platform's: it is booked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LineBooked {
    /// The statement's account.
    pub account: BankAccount,
    /// The statement's day.
    pub day: Day,
}

pub(crate) fn begin_statement(
    rows: &mut Rows<'_>,
    command: &BeginStatement,
) -> Result<Next<Arc<ReadStatement>>, Stop<BeginStatementRefused>> {
    let BeginStatement { account, day, currency, opening_minor, closing_minor, lines, digest } = command;
    let (slot, now_us) = (rows.slot(), rows.now_us());
    if let Some(known) = rows.get::<ReadStatement>((slot, account.clone(), *day))? {
        let same = known.digest == *digest
            && (known.currency, known.opening_minor, known.closing_minor, known.lines)
                == (*currency, *opening_minor, *closing_minor, *lines);
        return if same {
            Ok(Next::Answer(known))
        } else {
            Stop::because(BeginStatementRefused::StatementDiffers { day: *day })
        };
    }
    let (before, after) = (day.minus_days(1), day.plus_days(1));
    if let Some(known) = rows.get::<ReadStatement>((slot, account.clone(), before))?
        && known.closing_minor != *opening_minor
    {
        return Stop::because(BeginStatementRefused::BalanceBreaks { other: before });
    }
    if let Some(known) = rows.get::<ReadStatement>((slot, account.clone(), after))?
        && known.opening_minor != *closing_minor
    {
        return Stop::because(BeginStatementRefused::BalanceBreaks { other: after });
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let begun = Arc::new(ReadStatement {
        slot,
        account: account.clone(),
        day: *day,
        currency: *currency,
        opening_minor: *opening_minor,
        closing_minor: *closing_minor,
        lines: *lines,
        digest: *digest,
        booked: 0,
        begun_at_us: now_us,
        ended_at_us: (*lines == 0).then_some(now_us),
    });
    rows.put_shared(begun.clone());
    Ok(Next::Answer(begun))
}

/// Counts a line; each is booked once. One of a statement that was never begun is counted nowhere.
pub(crate) fn line_booked(rows: &mut Rows<'_>, message: &LineBooked) -> Result<Option<Reply>, Fault> {
    let key = (rows.slot(), message.account.clone(), message.day);
    let known = rows.get::<ReadStatement>(key)?.filter(|known| known.booked < known.lines);
    let Some(known) = known else { return Ok(None) };
    let booked = known.booked + 1;
    let ended_at_us = (booked == known.lines).then_some(rows.now_us());
    rows.put(ReadStatement { booked, ended_at_us, ..(*known).clone() });
    Ok(None)
}
