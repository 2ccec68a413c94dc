//! Tells the portal what developers begin with: rooms of one floor do not know what the server seeded.

use crate::data_folder::DataFolder;
use crate::demo::{self, AppFiles, Demo, DemoApp};
use crate::{method_guide, snippets};
use axum::Router;
use base::{AppId, PartyId};
use people::AppMode;
use portal::{
    AppSignType, NoSnippets, Portal, SnippetShown, StartApp, StartBuyer, StartDesk, StartShown, WorldHands,
};
use std::path::PathBuf;
use std::sync::Arc;
use world::Requests;

/// The apps and buyers of one world.
pub(crate) struct Desk {
    folder: DataFolder,
    base_url: String,
    port_80: Option<String>,
}

impl Desk {
    /// Of a world in this folder, at these addresses.
    pub(crate) fn new(folder: &DataFolder, base_url: &str, port_80: Option<&str>) -> Desk {
        let (folder, base_url) = (folder.clone(), base_url.to_owned());
        Desk { folder, base_url, port_80: port_80.map(str::to_owned) }
    }

    /// What developers look at beside the rooms.
    pub(crate) fn routes(
        self,
        portal: &Arc<Portal>,
        requests: Arc<Requests>,
        world: Arc<dyn WorldHands>,
    ) -> Router {
        portal::method_routes(portal.clone(), method_guide::shown())
            .merge(portal::request_routes(requests))
            .merge(portal::start_routes(portal.clone(), Arc::new(self)))
            .merge(portal::world_routes(world))
    }

    /// Read anew each time: it is asked for seldom, and passwords are not held in memory for it.
    fn demo(&self) -> Result<Demo, String> {
        let read = Demo::read(&self.folder).map_err(|error| format!("{error:#}"))?;
        read.ok_or_else(|| "nothing was seeded".to_owned())
    }

    fn app(&self, demo: &Demo, app: &DemoApp) -> Option<StartApp> {
        let seller = app.seller.or(demo.merchant.id)?;
        let merchants = || std::iter::once(&demo.merchant).chain(&demo.merchants);
        let merchant = merchants().find(|merchant| merchant.id == Some(seller))?;
        Some(StartApp {
            app: app.id,
            seller,
            seller_login: merchant.login.clone(),
            seller_name: merchant.name.clone(),
            mode: if app.mode == AppMode::Cert { "cert" } else { "key" },
            sign_type: app.sign_type,
            files: self.files(app),
        })
    }

    /// The files of an app under the names that the ready file has for them.
    fn files(&self, app: &DemoApp) -> Vec<(&'static str, PathBuf)> {
        let files = AppFiles::of(&self.folder, app.id);
        let own_form = match app.sign_type {
            AppSignType::Rsa2 => {
                [("private_key_pkcs1", demo::PKCS1_PEM), ("private_key_pkcs1_text", demo::PKCS1_TEXT)]
            }
            AppSignType::Sm2 => {
                [("private_key_sec1", demo::SEC1_PEM), ("private_key_sec1_text", demo::SEC1_TEXT)]
            }
        };
        let eight = [("private_key_pkcs8", demo::PKCS8_PEM), ("private_key_pkcs8_text", demo::PKCS8_TEXT)];
        let platform =
            [("platform_public_key", demo::PLATFORM_PEM), ("platform_public_key_text", demo::PLATFORM_TEXT)];
        let certificates = [
            ("app_cert", demo::APP_CERT),
            ("platform_cert", demo::PLATFORM_CERT),
            ("root_cert", demo::ROOT_CERT),
        ];
        let own = own_form.into_iter().chain(eight).filter(|_| app.has_private_key);
        let certificates = certificates.into_iter().filter(|_| app.mode == AppMode::Cert);
        let all = own.chain(platform).chain(certificates).chain([("aes_key", demo::AES_TEXT)]);
        all.map(|(name, file)| (name, files.path(file))).collect()
    }
}

impl StartDesk for Desk {
    fn start(&self) -> Result<StartShown, String> {
        let demo = self.demo()?;
        let apps = demo.apps.iter().filter_map(|app| self.app(&demo, app)).collect();
        let opened = |id: Option<PartyId>| id.ok_or_else(|| "a buyer was not opened".to_owned());
        let buyers = demo.buyers.iter().map(|buyer| -> Result<StartBuyer, String> {
            Ok(StartBuyer {
                login: buyer.login.clone(),
                party: opened(buyer.id)?,
                name: buyer.name.clone(),
                pay_password: buyer.pay_password.clone(),
            })
        });
        let buyers = buyers.collect::<Result<Vec<_>, String>>()?;
        Ok(StartShown { gateway_port_80: self.port_80.clone(), apps, buyers })
    }

    fn languages(&self) -> Vec<&'static str> {
        snippets::languages()
    }

    fn snippets(&self, language: &str, app: Option<AppId>) -> Result<Vec<SnippetShown>, NoSnippets> {
        if !snippets::languages().contains(&language) {
            return Err(NoSnippets::LanguageUnknown);
        }
        let demo = self.demo().map_err(NoSnippets::Unread)?;
        let has_files = |found: &&DemoApp| {
            let plain = found.mode == AppMode::Key && found.sign_type == AppSignType::Rsa2;
            plain && found.has_private_key && app.is_none_or(|app| found.id == app)
        };
        let found = demo.apps.iter().find(has_files).ok_or(NoSnippets::AppWithoutFiles)?;
        let (gateway, files) =
            (format!("{}/gateway.do", self.base_url), AppFiles::of(&self.folder, found.id));
        let filled = snippets::filled(&gateway, self.port_80.as_deref(), found.id, &files);
        let wanted = filled.filter(|snippet| snippet.language == language);
        Ok(wanted.map(|snippet| SnippetShown { title: snippet.title, code: snippet.code }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{DemoBuyer, DemoMerchant, usual_apps};
    use base::Slot;
    use world::Profile;

    fn demo(has_private_key: bool) -> Demo {
        let slot = Slot::PLATFORM;
        let id = PartyId::issue(1, slot).unwrap();
        let app = |counter, mode| DemoApp {
            id: AppId::issue(counter, slot).unwrap(),
            mode,
            sign_type: AppSignType::Rsa2,
            profile: Profile::Strict,
            seller: None,
            has_private_key,
        };
        let text = |text: &str| text.to_owned();
        Demo {
            merchant: DemoMerchant {
                login: text("shop@example.com"),
                name: text("Shop"),
                start_balance: None,
                id: Some(id),
            },
            merchants: Vec::new(),
            app_plans: usual_apps(),
            apps: vec![app(1, AppMode::Cert), app(2, AppMode::Key)],
            buyers: vec![DemoBuyer {
                login: text("lily@example.com"),
                name: text("Lily"),
                pay_password: text("123456"),
                start_balance: text("1.00"),
                id: Some(id),
            }],
        }
    }

    #[test]
    fn apps_are_told_with_the_paths_of_their_files_and_snippets_with_them_filled_in() {
        let temporary = tempfile::tempdir().unwrap();
        let (folder, _claim) = DataFolder::claim(temporary.path()).unwrap();
        let desk = Desk::new(&folder, "http://127.0.0.1:8080", None);
        assert!(desk.start().is_err(), "nothing was seeded");
        std::fs::create_dir_all(folder.world()).unwrap();
        let seeded = demo(true);
        seeded.write(&folder).unwrap();
        let shown = desk.start().unwrap();
        assert_eq!((shown.apps[0].mode, shown.apps[1].seller_name.as_str()), ("cert", "Shop"));
        let names = |app: &StartApp| app.files.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert!(names(&shown.apps[0]).contains(&"app_cert") && !names(&shown.apps[1]).contains(&"app_cert"));
        assert_eq!(shown.buyers[0].pay_password, "123456");
        let python = desk.snippets("python", None).unwrap();
        assert_eq!(python.len(), 2);
        assert!(python[0].code.contains(&seeded.apps[1].id.to_string()), "the one in public-key mode");
        for (language, app, expected) in [
            ("cobol", None, NoSnippets::LanguageUnknown),
            ("go", Some(seeded.apps[0].id), NoSnippets::AppWithoutFiles),
        ] {
            assert_eq!(desk.snippets(language, app), Err(expected));
        }
        demo(false).write(&folder).unwrap();
        assert_eq!(desk.snippets("go", None), Err(NoSnippets::AppWithoutFiles));
        let shown = desk.start().unwrap();
        assert!(
            names(&shown.apps[1]).iter().all(|name| !name.starts_with("private")),
            "the developer has it"
        );
    }
}
