//! Links to bills: for half a minute whoever has one gets the file, without a signature or a session.

use base::{PartyId, SECOND_US};
use bill::{BillError, Period, account_bill, account_lines, trade_bill, trade_lines};
use std::ops::ControlFlow;
use store::Reader;
use wire::page::query_of;
use world::World;

/// The path that bills are fetched from; clients know it.
pub(crate) const PATH: &str = "/downloadBillFile.resource";
/// How long a link leads to its file: 30 s (protocol reference 5.15), by the world's clock.
pub(crate) const LINK_LIFE_US: i64 = 30 * SECOND_US;

/// The kinds of bill that are here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BillKind {
    /// Trades (业务明细).
    Trade,
    /// Account entries (账务明细).
    Account,
}

impl BillKind {
    /// The kind of a `bill_type`.
    pub(crate) fn of_wire(name: &str) -> Option<BillKind> {
        match name {
            "trade" => Some(BillKind::Trade),
            "signcustomer" => Some(BillKind::Account),
            _ => None,
        }
    }

    const fn wire(self) -> &'static str {
        match self {
            BillKind::Trade => "trade",
            BillKind::Account => "signcustomer",
        }
    }
}

/// A bill: whose, of which kind, of what time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Wanted {
    /// Whose.
    pub(crate) party: PartyId,
    /// Which.
    pub(crate) kind: BillKind,
    /// Of which day or month.
    pub(crate) period: Period,
}

/// Why a link leads nowhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LinkRefused {
    /// It is none of ours, or was changed.
    Forged,
    /// Its time is over.
    Expired,
}

impl Wanted {
    /// Whether there is anything to bill.
    pub(crate) fn is_there(self, reader: &mut dyn Reader) -> Result<bool, BillError> {
        let within_us = self.period.begins_at_us()..self.period.ends_at_us();
        let mut found = false;
        match self.kind {
            BillKind::Trade => trade_lines(reader, self.party, within_us, &mut |_| {
                found = true;
                Ok(ControlFlow::Break(()))
            })?,
            BillKind::Account => account_lines(reader, self.party, within_us, &mut |_| {
                found = true;
                Ok(ControlFlow::Break(()))
            })?,
        }
        Ok(found)
    }

    /// The packed file; `None` when there is nothing to bill.
    pub(crate) fn file(self, reader: &mut dyn Reader) -> Result<Option<Vec<u8>>, BillError> {
        match self.kind {
            BillKind::Trade => trade_bill(reader, self.party, self.period),
            BillKind::Account => account_bill(reader, self.party, self.period),
        }
    }

    /// The name under which it is saved.
    pub(crate) fn file_name(self) -> String {
        format!("{}0156_{}_{}.csv.zip", self.party, self.period.compact(), self.kind.wire())
    }

    fn proven(self, issued_ms: i64) -> String {
        format!("{}\n{}\n{}\n{issued_ms}", self.kind.wire(), self.party, self.period.compact())
    }

    /// The link to it, from this moment on, microseconds UTC.
    pub(crate) fn link(self, world: &World, now_us: i64) -> String {
        let issued_ms = now_us.div_euclid(1_000);
        let (party, days, name) = (self.party.to_string(), self.period.compact(), self.file_name());
        let token = world.bill_token(self.party.slot(), &self.proven(issued_ms));
        let query = query_of(&[
            ("bizType", self.kind.wire()),
            ("userId", &party),
            ("fileType", "csv.zip"),
            ("bizDates", &days),
            ("downloadFileName", &name),
            ("timestamp", &issued_ms.to_string()),
            ("token", &token),
        ]);
        format!("{}{PATH}?{query}", world.base_url)
    }

    /// What the parameters of a link want, when it is ours and leads somewhere at this moment. The period must be over,
    /// too: a world that begins anew keeps its keys, and its clock may stand before what an old link is of.
    pub(crate) fn of_link(
        world: &World,
        now_us: i64,
        value: impl Fn(&str) -> Option<String>,
    ) -> Result<Wanted, LinkRefused> {
        let read = || {
            let party: PartyId = value("userId")?.parse().ok()?;
            let kind = BillKind::of_wire(&value("bizType")?)?;
            let period = Period::of_compact(&value("bizDates")?)?;
            let issued_ms: i64 = value("timestamp")?.parse().ok()?;
            let wanted = Wanted { party, kind, period };
            let token = value("token")?;
            world
                .is_bill_token(party.slot(), &wanted.proven(issued_ms), &token)
                .then_some((wanted, issued_ms))
        };
        let (wanted, issued_ms) = read().ok_or(LinkRefused::Forged)?;
        let age_us = now_us.saturating_sub(issued_ms.saturating_mul(1_000));
        let leads = (0..LINK_LIFE_US).contains(&age_us) && wanted.period.ends_at_us() <= now_us;
        if leads { Ok(wanted) } else { Err(LinkRefused::Expired) }
    }
}
