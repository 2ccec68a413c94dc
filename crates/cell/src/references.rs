//! Copies of rows that the rim reads on every request, as of the last durable batch.

use base::{AppId, PartyId};
use engine::{Key, Row};
use people::{App, AppKey, Grant, GrantKind};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

/// The apps, for the gateway: their keys are needed before any command can be made. And who took back what an app was
/// allowed as a user, which lies in the slots of all owners.
#[derive(Debug, Default)]
pub(crate) struct References {
    apps: RwLock<HashMap<AppId, Arc<App>>>,
    keys: RwLock<HashMap<AppId, Arc<Vec<Arc<AppKey>>>>>,
    withdrawn: RwLock<BTreeMap<AppId, BTreeMap<PartyId, Arc<Grant>>>>,
}

impl References {
    pub(crate) fn app(&self, id: AppId) -> Option<Arc<App>> {
        self.apps.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// The apps of this merchant with the lowest ids, at most so many. Looks at every app.
    pub(crate) fn apps_of(&self, seller: PartyId, most: usize) -> Vec<Arc<App>> {
        let apps = self.apps.read().unwrap_or_else(PoisonError::into_inner);
        let mut own: Vec<Arc<App>> = apps.values().filter(|app| app.seller == seller).cloned().collect();
        own.sort_by_key(|app| app.id);
        own.truncate(most);
        own
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
                    self.apps.write().unwrap_or_else(PoisonError::into_inner).remove(id);
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
        self.apps.write().unwrap_or_else(PoisonError::into_inner).insert(app.id, app);
    }
}

/// Whether a user ever took back what it allows.
pub(crate) fn is_withdrawn(grant: &Grant) -> bool {
    grant.kind == GrantKind::User && grant.withdrawn_at_us.is_some()
}
