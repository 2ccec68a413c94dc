//! The card of a payee: one row for each payer, with the bank's newest name of it.

use super::to_card::PayeeCard;
use crate::{Fault, Rows};
use base::{CardNo, PartyId};
use fund::{Card, CardName, CardState};

/// Our number of a payee's card: the payer's one of before, with the bank's newest name of it, or a new one. The name
/// of a detail was heard when its batch was taken, days ago perhaps, and does not displace one that was heard since,
/// also when what was heard since is the name of before.
pub(super) fn card_for(
    rows: &mut Rows<'_>,
    party: PartyId,
    payee: &PayeeCard,
    heard_at_us: i64,
) -> Result<CardNo, Fault> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let PayeeCard { digest, bank, kind, last_four, agreement } = payee.clone();
    let agreement = Some(agreement);
    if let Some(name) = rows.get::<CardName>((slot, party, digest))? {
        let known = rows.get::<Card>((slot, name.no))?;
        let known = known.ok_or_else(|| Fault(format!("card {} is named and not there", name.no)))?;
        let changes = known.agreement != agreement || known.changed_at_us < heard_at_us;
        if changes && known.changed_at_us <= heard_at_us {
            rows.put(Card { agreement, changed_at_us: heard_at_us, ..(*known).clone() });
        }
        return Ok(name.no);
    }
    let no = CardNo::of(rows.stamp(), slot);
    let (state, asked_at_us, changed_at_us) = (CardState::Payee, now_us, heard_at_us);
    rows.insert(Card {
        slot,
        no,
        party,
        state,
        bank,
        kind,
        last_four,
        digest,
        agreement,
        asked_at_us,
        changed_at_us,
    });
    rows.put(CardName { slot, party, digest, no });
    Ok(no)
}
