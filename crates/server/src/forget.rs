//! Keys of persons who asked to be forgotten: deleted again by each start, in case the process ended between the
//! decision and the deleting.

use anyhow::Context;
use engine::{Row, Table};
use store::{Reader, StoreError};
use vault::Vault;

/// Rows read at once.
const PAGE: usize = 500;

/// Deletes the key of everybody whose row says that it is to be deleted. Gives how many rows say so.
pub(crate) fn sweep(vault: &Vault, reader: &mut dyn Reader) -> anyhow::Result<usize> {
    let (mut after, mut forgotten) = (None, 0);
    loop {
        let page: Result<Vec<Row>, StoreError> = reader.scan(Table::Profile, None, after.as_ref(), PAGE);
        let page = page.context("the persons cannot be read")?;
        for row in &page {
            let Row::Profile(profile) = row else { continue };
            if profile.erased_at_us.is_some() {
                vault.erase(&profile.data_key).context("a key of a person cannot be deleted")?;
                forgotten += 1;
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.key()),
            _ => return Ok(forgotten),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{PartyId, Secret, Slot};
    use people::Profile;
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use store::{Mark, MemoryStore, Store};

    #[test]
    fn who_asked_to_be_forgotten_is_forgotten_by_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&folder.path().join("vault.db"), &Secret::new([7; 32]), None).unwrap();
        let mut tables = MemoryStore::new();
        let mut changes = BTreeMap::new();
        let mut keys = Vec::new();
        for number in 1..=1_200 {
            let party = PartyId::issue(number, Slot::PLATFORM).unwrap();
            let data_key = if number % 400 == 0 { vault.make_key().unwrap() } else { [0; 16] };
            keys.extend((number % 400 == 0).then_some(data_key));
            let profile = Profile {
                slot: party.slot(),
                party,
                data_key,
                address: None,
                sealed_address: Vec::new(),
                sealed_name: None,
                sealed_id_number: None,
                erased_at_us: (number != 800).then_some(5),
            };
            let row = Row::Profile(Arc::new(profile));
            changes.insert(row.key(), Some(row));
        }
        tables.post(&changes, Mark { sequence: 1, ..Mark::START }).unwrap();
        assert_eq!(sweep(&vault, &mut *tables.reader().unwrap()).unwrap(), 1_199);
        assert_eq!(vault.keys_before(i64::MAX).unwrap(), [keys[1]]);
    }
}
