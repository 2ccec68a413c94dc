//! What `tongbao up` tells a person: where to go, with which keys and passwords, and what to paste.

use crate::data_folder::DataFolder;
use crate::demo::{self, AppFiles, Demo};
use crate::ready::Ready;
use crate::snippets;
use people::AppMode;
use std::fmt::Write;

/// The apps, and what their addresses end with.
const APPS: [(&str, &str); 4] = [
    ("Wallet app", "wallet"),
    ("Merchant desk", "merchant"),
    ("Operations console", "console"),
    ("Sandbox page", "sandbox"),
];

/// How one comes into them. Demo buyers have no phone and no login password, which the apps ask for.
const TO_ENTER: [(&str, &str); 3] = [
    ("To enter the apps", "sign up in the wallet app, which shows the code; on the sandbox page, Desks"),
    ("", "makes you owner of the demo merchant; the console takes whoever signed up"),
    ("Demo buyers", "pay at the cashier and on /wallet, and do not sign in to the apps"),
];

/// The text.
pub(crate) fn text(folder: &DataFolder, demo: &Demo, ready: &Ready) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: &str| {
        // Writing to a string cannot fail.
        let _written = writeln!(text, "  {label:<22}{value}");
    };
    line("Gateway", &ready.gateway);
    match &ready.gateway_port_80 {
        Some(address) => line("  on port 80", &format!("{address}  (for the official Python SDK)")),
        None => line("  on port 80", "not served; the official Python SDK reaches no other port"),
    }
    line("Start page", &format!("{}/", ready.base_url));
    line("Wallet, pay code", &format!("{}/wallet/paycode", ready.base_url));
    for (label, app) in APPS {
        line(label, &format!("{}/app/{app}/", ready.base_url));
    }
    if let Some(sandbox) = &ready.sandbox {
        line("Sandbox API", &format!("{sandbox}  (open it in a browser for its description)"));
        for (label, words) in TO_ENTER {
            line(label, words);
        }
    }
    line("Data", &ready.data.display().to_string());
    for (shown, app) in ready.apps.iter().zip(&demo.apps) {
        let files = AppFiles::of(folder, app.id);
        let mode = if app.mode == AppMode::Cert { "certificates" } else { "public key" };
        let _written =
            writeln!(text, "\n  App {}, with {mode}, of merchant {}", shown.app_id, shown.seller_id);
        let mut file = |label: &str, name: &str| {
            let _written = writeln!(text, "    {label:<20}{}", files.path(name).display());
        };
        if app.has_private_key {
            file("private key, PKCS#1", demo::PKCS1_PEM);
            file("  bare base64", demo::PKCS1_TEXT);
            file("private key, PKCS#8", demo::PKCS8_PEM);
            file("  bare base64", demo::PKCS8_TEXT);
        }
        if app.mode == AppMode::Cert {
            file("app certificate", demo::APP_CERT);
            file("platform's", demo::PLATFORM_CERT);
            file("root certificate", demo::ROOT_CERT);
        } else {
            file("platform public key", demo::PLATFORM_PEM);
            file("  bare base64", demo::PLATFORM_TEXT);
        }
    }
    let _written = writeln!(text, "\n  Buyers");
    for buyer in &ready.buyers {
        let _written = writeln!(
            text,
            "    {:<24}payment password {}, {} yuan",
            buyer.login, buyer.pay_password, buyer.balance
        );
    }
    if let Some(app) = demo.apps.iter().find(|app| app.mode == AppMode::Key) {
        text.push_str("\n  To paste (the SDKs are unmodified; only address and keys change)\n");
        let files = AppFiles::of(folder, app.id);
        text.push_str(&snippets::all(&ready.gateway, ready.gateway_port_80.as_deref(), app.id, &files));
    }
    let data = folder.root().display();
    let _written = writeln!(text, "\n  Are the books exact?   tongbao verify --data {data}");
    let _written = writeln!(text, "  What was ordered?      tongbao order list --data {data}");
    let _written = write!(text, "  Stop                   Ctrl-C");
    text
}
