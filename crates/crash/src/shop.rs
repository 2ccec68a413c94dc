//! Who takes part: merchants with an app each, buyers with money, and the key that signs for all of them.

use crate::call::{Caller, fen};
use crate::line::{Line, sandbox};
use anyhow::{Context, anyhow, ensure};
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use wire::sign::{PrivateKey, PublicKey, SignType};

/// What each buyer has in the beginning, fen.
const OPENING_FEN: i64 = 100_000_000;

/// A merchant and its app.
#[derive(Clone, Debug)]
pub(crate) struct Merchant {
    pub(crate) login: String,
    pub(crate) app_id: String,
}

/// Everybody.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) merchants: Vec<Merchant>,
    /// Logins.
    pub(crate) buyers: Vec<String>,
    pub(crate) key: Arc<PrivateKey>,
    pub(crate) platform: PublicKey,
    /// What the buyers were given when they were opened, fen.
    pub(crate) opening_fen: i64,
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shop({} merchants, {} buyers)", self.merchants.len(), self.buyers.len())
    }
}

impl Shop {
    /// Opens parties and apps through the sandbox of a running server.
    pub(crate) fn open(address: &str, merchants: usize, buyers: usize) -> anyhow::Result<Shop> {
        let mut line = Line::open(address).context("the server does not accept a connection")?;
        let key = wire::keygen::rsa_2048().map_err(|error| anyhow!("no key: {error:?}"))?;
        let public = key.public_key().to_base64();
        let mut platform = None;
        let mut ask = |path: &str, body: Value| -> anyhow::Result<Value> {
            let answered = line.exchange(&sandbox(path, address, &body))?;
            let told: Value = serde_json::from_slice(&answered.body).context("no JSON")?;
            ensure!(answered.status == 200, "{path} was refused: {told}");
            Ok(told)
        };
        let text = |told: &Value, name: &str| -> anyhow::Result<String> {
            Ok(told.get(name).and_then(Value::as_str).with_context(|| format!("no {name}"))?.to_owned())
        };
        let mut shop_merchants = Vec::new();
        for number in 0..merchants {
            let login = format!("shop{number}@crash.test");
            let party = ask("/party", json!({ "kind": "merchant", "login": login, "name": "shop" }))?;
            let seller = text(&party, "user_id")?;
            let app = ask("/app", json!({ "seller_id": seller, "public_key": public, "aes": false }))?;
            platform = Some(text(&app, "platform_public_key")?);
            shop_merchants.push(Merchant { login, app_id: text(&app, "app_id")? });
        }
        let mut logins = Vec::new();
        for number in 0..buyers {
            let login = format!("buyer{number}@crash.test");
            let balance = crate::call::yuan(OPENING_FEN);
            let body = json!({
                "kind": "buyer", "login": login, "name": "buyer", "pay_password": "739164", "balance": balance,
            });
            let party = ask("/party", body)?;
            ensure!(fen(&text(&party, "balance")?) == Some(OPENING_FEN), "a buyer without its money");
            logins.push(login);
        }
        let platform = platform.context("no merchant")?;
        let platform = PublicKey::parse(&platform, SignType::Rsa2).map_err(|error| anyhow!("{error}"))?;
        let (key, opening_fen) = (Arc::new(key), OPENING_FEN);
        Ok(Shop { merchants: shop_merchants, buyers: logins, key, platform, opening_fen })
    }

    /// Who signs for a merchant.
    pub(crate) fn caller<'a>(&'a self, merchant: usize, host: &'a str) -> Caller<'a> {
        Caller { app_id: &self.merchants[merchant].app_id, key: &self.key, host }
    }
}
