//! The keys of apps that exchanged theirs: one is the app's own, at most one other is active, retired ones say since
//! when.

use crate::images::text_of_key;
use crate::report::{FindingKind, Findings};
use base::AppId;
use engine::Tabled;
use people::{App, AppKey, AppKeyState, AppMode};
use std::collections::BTreeMap;

/// What was seen of apps and their keys.
#[derive(Debug, Default)]
pub(crate) struct AppKeys {
    apps: BTreeMap<AppId, App>,
    /// How many keys an app has, how many of them are current, and how many second.
    counts: BTreeMap<AppId, (u32, u32, u32)>,
}

impl AppKeys {
    pub(crate) fn app(&mut self, app: &App) {
        self.apps.insert(app.id, app.clone());
    }

    /// A key, after its app and after the keys before it.
    pub(crate) fn key(&mut self, key: &AppKey, findings: &mut Findings) {
        let counts = self.counts.entry(key.app).or_default();
        counts.0 += 1;
        let in_turn = counts.0 == key.number;
        let retired = key.state == AppKeyState::Retired;
        match key.state {
            AppKeyState::Current => counts.1 += 1,
            AppKeyState::Second => counts.2 += 1,
            AppKeyState::Retired => {}
        }
        let app = self.apps.get(&key.app);
        let fits = app.is_some_and(|app| {
            let certified = key.certificate.is_some() && key.cert_sn.is_some();
            let own = app.public_key == key.public_key
                && app.certificate == key.certificate
                && app.cert_sn == key.cert_sn;
            app.slot == key.slot
                && certified == (app.mode == AppMode::Cert)
                && (key.state != AppKeyState::Current || own)
        });
        if !in_turn || !fits || retired != key.retired_at_us.is_some() {
            let message =
                "it is out of turn, not as its app's row has it, or says wrongly whether it is retired";
            let row = text_of_key(&AppKey::wrap_key((key.slot, key.app, key.number)));
            findings.add(FindingKind::AppKeyWrong, "app_key", row, message);
        }
    }

    pub(crate) fn finish(self, findings: &mut Findings) {
        for (app, (_, current, second)) in self.counts {
            if current != 1 || second > 1 {
                let message = format!("{current} of its keys are current and {second} beside that active");
                let key = text_of_key(&App::wrap_key((app.slot(), app)));
                findings.add(FindingKind::AppKeyWrong, "app", key, message);
            }
        }
    }
}
