//! Copies of rows that the rim reads on every request, as of the last durable batch.

use base::{AppId, PartyId};
use engine::{Key, Row};
use people::{App, AppKey, Grant, GrantKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

/// The apps, for the gateway: their keys are needed before any command can be made. And who took back what an app was
/// allowed as a user, which lies in the slots of all owners.
#[derive(Debug, Default)]
pub(crate) struct References {
    apps: RwLock<Apps>,
    keys: RwLock<HashMap<AppId, Arc<Vec<Arc<AppKey>>>>>,
    withdrawn: RwLock<BTreeMap<AppId, BTreeMap<PartyId, Arc<Grant>>>>,
}

/// The apps, and which are whose: a merchant's own are asked for whenever its till takes money.
#[derive(Debug, Default)]
struct Apps {
    by_id: HashMap<AppId, Arc<App>>,
    of_seller: BTreeMap<PartyId, BTreeSet<AppId>>,
}

impl Apps {
    fn put(&mut self, app: Arc<App>) {
        let (id, seller) = (app.id, app.seller);
        let before = self.by_id.insert(id, app);
        if let Some(other) = before.map(|before| before.seller).filter(|before| *before != seller) {
            self.take_from(other, id);
        }
        self.of_seller.entry(seller).or_default().insert(id);
    }

    fn remove(&mut self, id: AppId) {
        if let Some(app) = self.by_id.remove(&id) {
            self.take_from(app.seller, id);
        }
    }

    fn take_from(&mut self, seller: PartyId, id: AppId) {
        if let Some(own) = self.of_seller.get_mut(&seller) {
            own.remove(&id);
            if own.is_empty() {
                self.of_seller.remove(&seller);
            }
        }
    }
}

impl References {
    pub(crate) fn app(&self, id: AppId) -> Option<Arc<App>> {
        self.apps.read().unwrap_or_else(PoisonError::into_inner).by_id.get(&id).cloned()
    }

    /// The apps of this merchant with the lowest ids, at most so many. Looks at these alone.
    pub(crate) fn apps_of(&self, seller: PartyId, most: usize) -> Vec<Arc<App>> {
        let apps = self.apps.read().unwrap_or_else(PoisonError::into_inner);
        let own = apps.of_seller.get(&seller).into_iter().flatten().take(most);
        own.filter_map(|id| apps.by_id.get(id).cloned()).collect()
    }

    /// The keys of an app in the order of their numbers; `None` before its first exchange.
    pub(crate) fn app_keys(&self, id: AppId) -> Option<Arc<Vec<Arc<AppKey>>>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Takes a key in the place of an earlier image of it.
    pub(crate) fn put_key(&self, key: &Arc<AppKey>) {
        let mut all = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(&key.app).map_or_else(Vec::new, |known| (**known).clone());
        let others = known.into_iter().filter(|known| known.number != key.number);
        let mut keys: Vec<Arc<AppKey>> = others.chain([key.clone()]).collect();
        keys.sort_by_key(|key| key.number);
        all.insert(key.app, Arc::new(keys));
    }

    /// Takes over what a durable batch changed.
    pub(crate) fn learn<'a>(&self, changes: impl IntoIterator<Item = &'a (Key, Option<Row>)>) {
        for (key, row) in changes {
            match (key, row) {
                (Key::App(_), Some(Row::App(app))) => self.put(app.clone()),
                (Key::AppKey(_), Some(Row::AppKey(key))) => self.put_key(key),
                (Key::Grant(_), Some(Row::Grant(grant))) => self.note_withdrawal(grant),
                (Key::App((_, id)), None) => {
                    self.apps.write().unwrap_or_else(PoisonError::into_inner).remove(*id);
                }
                _ => {}
            }
        }
    }

    /// Remembers that a user took it back, if one did.
    pub(crate) fn note_withdrawal(&self, grant: &Arc<Grant>) {
        if is_withdrawn(grant) {
            let mut withdrawn = self.withdrawn.write().unwrap_or_else(PoisonError::into_inner);
            withdrawn.entry(grant.app).or_default().insert(grant.owner, grant.clone());
        }
    }

    /// What users took back from this app within a time (microseconds UTC), the earliest first.
    pub(crate) fn withdrawn(&self, app: AppId, within_us: Range<i64>) -> Vec<Arc<Grant>> {
        let withdrawn = self.withdrawn.read().unwrap_or_else(PoisonError::into_inner);
        let in_time =
            |grant: &&Arc<Grant>| grant.withdrawn_at_us.is_some_and(|at_us| within_us.contains(&at_us));
        let of_app = withdrawn.get(&app).into_iter().flat_map(BTreeMap::values);
        let mut found: Vec<Arc<Grant>> = of_app.filter(in_time).cloned().collect();
        found.sort_by_key(|grant| grant.withdrawn_at_us);
        found
    }

    pub(crate) fn put(&self, app: Arc<App>) {
        self.apps.write().unwrap_or_else(PoisonError::into_inner).put(app);
    }
}

/// Whether a user ever took back what it allows.
pub(crate) fn is_withdrawn(grant: &Grant) -> bool {
    grant.kind == GrantKind::User && grant.withdrawn_at_us.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;
    use people::{AppMode, AppStatus};

    fn slot() -> Slot {
        Slot::new(7).unwrap()
    }

    fn app(counter: u64, seller: u64, status: AppStatus) -> Row {
        Row::App(Arc::new(App {
            slot: slot(),
            id: AppId::issue(counter, slot()).unwrap(),
            seller: PartyId::issue(seller, slot()).unwrap(),
            mode: AppMode::Key,
            status,
            public_key: Vec::new(),
            certificate: None,
            cert_sn: None,
            allow_rsa1: false,
            sealed_aes_key: None,
            opened_at_us: 0,
        }))
    }

    /// The index says what a walk over all apps would, whatever is put, put again, and removed.
    #[test]
    fn a_merchant_s_apps_are_found_by_its_index_and_stay_in_step() {
        let references = References::default();
        let learn = |row: Row, is_there: bool| references.learn(&[(row.key(), is_there.then_some(row))]);
        let of = |seller: u64, most| {
            let seller = PartyId::issue(seller, slot()).unwrap();
            let own = references.apps_of(seller, most);
            let apps = references.apps.read().unwrap();
            let mut walked: Vec<AppId> =
                apps.by_id.values().filter(|app| app.seller == seller).map(|app| app.id).collect();
            walked.sort();
            walked.truncate(most);
            assert_eq!(own.iter().map(|app| app.id).collect::<Vec<_>>(), walked);
            own
        };
        for (counter, seller) in [(3, 1), (1, 1), (2, 2), (4, 1)] {
            learn(app(counter, seller, AppStatus::Online), true);
        }
        assert_eq!(
            (of(1, 9).len(), of(1, 2).len(), of(1, 0).len(), of(2, 9).len(), of(3, 9).len()),
            (3, 2, 0, 1, 0)
        );
        learn(app(1, 1, AppStatus::Disabled), true);
        assert_eq!(of(1, 9)[0].status, AppStatus::Disabled, "as of the last image");
        learn(app(3, 1, AppStatus::Online), false);
        learn(app(3, 1, AppStatus::Online), false);
        assert_eq!(of(1, 9).len(), 2);
        learn(app(4, 2, AppStatus::Online), true);
        assert_eq!((of(1, 9).len(), of(2, 9).len()), (1, 2));
        learn(app(1, 1, AppStatus::Online), false);
        assert!(of(1, 9).is_empty());
        assert_eq!(references.apps.read().unwrap().of_seller.len(), 1, "nothing is kept of who has no app");
    }
}
