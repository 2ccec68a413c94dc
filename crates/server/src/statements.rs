//! Statements of the bank: the portal's desk for them, and the loop that fetches them.

use crate::banks::Spoken;
use crate::site::House;
use crate::up::Readers;
use base::Day;
use channel::{Collector, Imported, Importer, NotImported};
use portal::{StatementDesk, StatementNotTaken, StatementTaken, TakingStatement};

/// The loop that fetches what is missing; `None` where the bank keeps no statements.
pub(crate) fn collector(
    spoken: &Spoken,
    importer: &Importer,
    house: &House,
    tables: Readers,
) -> Option<Collector> {
    spoken
        .keeps_statements
        .then(|| Collector::new(house.door.clone(), tables, importer.clone(), house.clock.moves()))
}

/// The portal's desk for statements.
pub(crate) struct Desk(pub(crate) Importer);

impl StatementDesk for Desk {
    fn import(&self, file: axum::body::Bytes) -> TakingStatement<'_> {
        Box::pin(async move { taken(self.0.import(&file).await) })
    }

    fn fetch(&self, day: Day) -> TakingStatement<'_> {
        Box::pin(async move { taken(self.0.fetch(day).await) })
    }
}

fn taken(done: Result<Imported, NotImported>) -> Result<StatementTaken, StatementNotTaken> {
    done.map(|Imported { account, day, already }| StatementTaken { account, day, already }).map_err(|no| {
        match no {
            NotImported::File(error) => StatementNotTaken::File(error),
            NotImported::OtherAccount { .. } => StatementNotTaken::OtherAccount(no.to_string()),
            NotImported::Statement(why) => StatementNotTaken::Statement(why),
            NotImported::Line(why) => StatementNotTaken::Line(why),
            NotImported::KeepsNone => StatementNotTaken::NoBank(no.to_string()),
            NotImported::NotClosed => StatementNotTaken::NotClosed(no.to_string()),
            NotImported::OtherDay { .. } | NotImported::Silent => StatementNotTaken::Bank(no.to_string()),
            NotImported::Busy | NotImported::Stuck { .. } => StatementNotTaken::Busy(no.to_string()),
        }
    })
}
