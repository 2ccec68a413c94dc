//! Copies of rows that the rim reads on every request, as of the last durable batch.

use base::{AppId, PartyId};
use engine::{Key, Row};
use people::App;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The apps, for the gateway: their keys are needed before any command can be made.
#[derive(Debug, Default)]
pub(crate) struct References {
    apps: RwLock<HashMap<AppId, Arc<App>>>,
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

    /// Takes over what a durable batch changed.
    pub(crate) fn learn<'a>(&self, changes: impl IntoIterator<Item = &'a (Key, Option<Row>)>) {
        for (key, row) in changes {
            match (key, row) {
                (Key::App(_), Some(Row::App(app))) => self.put(app.clone()),
                (Key::App((_, id)), None) => {
                    self.apps.write().unwrap_or_else(PoisonError::into_inner).remove(id);
                }
                _ => {}
            }
        }
    }

    pub(crate) fn put(&self, app: Arc<App>) {
        self.apps.write().unwrap_or_else(PoisonError::into_inner).insert(app.id, app);
    }
}
