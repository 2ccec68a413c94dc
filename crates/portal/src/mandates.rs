//! Agreements that a buyer signed, for the pages and the calls of the wallet alike.
//!
//! Which there are comes from the tables, which follow the cell by a moment; what stands is looked up where it is
//! decided.

use crate::order_view::Unanswered;
use crate::portal::Portal;
use base::{AgreementNo, PartyId, Text};
use cell::CellError;
use engine::{FindMandate, FindOffer, Key, Row, Table};
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{Agreement, AgreementState, Mandate};

/// Names of mandates that are looked at for a list.
const NAMES_MAX: usize = 200;

/// The numbers of the agreements that this buyer has in force, as far as the tables tell.
pub(crate) fn numbers_of(reader: &mut dyn Reader, buyer: PartyId) -> Result<Vec<AgreementNo>, StoreError> {
    let slot = buyer.slot();
    // The names of mandates begin with a merchant's id; the own numbers of a merchant, beside them, need not.
    let before = Key::AgreementName((slot, buyer, Text::new("2088").expect("four digits")));
    let names = reader.scan(Table::AgreementName, Some(slot), Some(&before), NAMES_MAX)?;
    let numbers = names.iter().filter_map(|row| match row {
        Row::AgreementName(name) if name.owner == buyer => Some(name.no),
        _ => None,
    });
    Ok(numbers.collect())
}

/// Those among these agreements under which a merchant may take this buyer's money now.
pub(crate) async fn in_force(
    portal: &Portal,
    buyer: PartyId,
    numbers: Vec<AgreementNo>,
) -> Result<Vec<Arc<Mandate>>, Unanswered> {
    let mut found = Vec::new();
    for agreement_no in numbers {
        match portal.door.ask(FindMandate { buyer, agreement_no }).await {
            Ok(mandate) if is_in_force(&mandate, portal.door.now_us()) => found.push(mandate),
            Ok(_) | Err(CellError::Refused(_)) => {}
            Err(CellError::Busy | CellError::Unknown) => return Err(Unanswered),
        }
    }
    Ok(found)
}

/// Whether the merchant may take money by it.
pub(crate) fn is_in_force(mandate: &Mandate, now_us: i64) -> bool {
    mandate.state == AgreementState::Normal && now_us < mandate.invalid_at_us
}

/// The agreement of this number that this buyer signed, both sides of it; `None` when there is none, or it is somebody
/// else's.
pub(crate) async fn signed_by(
    portal: &Portal,
    buyer: PartyId,
    agreement_no: AgreementNo,
) -> Result<Option<(Arc<Mandate>, Arc<Agreement>)>, Unanswered> {
    let mandate = match portal.door.ask(FindMandate { buyer, agreement_no }).await {
        Ok(mandate) => mandate,
        Err(CellError::Refused(_)) => return Ok(None),
        Err(CellError::Busy | CellError::Unknown) => return Err(Unanswered),
    };
    match portal.door.ask(FindOffer { agreement_no }).await {
        Ok(agreement) => Ok(Some((mandate, agreement))),
        Err(CellError::Refused(_)) => Ok(None),
        Err(CellError::Busy | CellError::Unknown) => Err(Unanswered),
    }
}
