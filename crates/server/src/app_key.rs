//! `tongbao app show|list` reads the tables; `tongbao app key …`, `disable` and `enable` ask the sandbox API of a
//! running server.

use crate::cli::ShowCommand;
use crate::clock::ServerArgs;
use crate::{print, show};
use anyhow::{Context, anyhow};
use base::AppId;
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What to do with apps.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum AppCommand {
    #[command(flatten)]
    Look(ShowCommand),
    /// Exchanges the key or the certificate of an app while its calls go on.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Refuses the calls of an app from now on.
    Disable {
        /// Which app.
        #[arg(value_name = "APP_ID")]
        app: AppId,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Takes the calls of an app again.
    Enable {
        /// Which app.
        #[arg(value_name = "APP_ID")]
        app: AppId,
        #[command(flatten)]
        server: ServerArgs,
    },
}

/// What to do with the keys of an app.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Adds a second key. Without --public-key a pair is drawn, and its private half is printed, this once.
    Add {
        /// Which app.
        #[arg(value_name = "APP_ID")]
        app: AppId,
        /// A file with the public key, in any form.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
        /// Until when it shall hold: China time, `yyyy-MM-dd HH:mm:ss`. Certificates say so themselves.
        #[arg(long, value_name = "TIME")]
        not_after: Option<String>,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// The keys that it has and had.
    List {
        /// Which app.
        #[arg(value_name = "APP_ID")]
        app: AppId,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Makes the second key the current one.
    Promote {
        /// Which app.
        #[arg(value_name = "APP_ID")]
        app: AppId,
        /// The key's number.
        #[arg(value_name = "NUMBER")]
        number: u32,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Retires a key, for good. The last active one stays.
    Retire {
        /// Which app.
        #[arg(value_name = "APP_ID")]
        app: AppId,
        /// The key's number.
        #[arg(value_name = "NUMBER")]
        number: u32,
        #[command(flatten)]
        server: ServerArgs,
    },
}

/// Runs `tongbao app`.
pub(crate) fn run(command: AppCommand) -> anyhow::Result<()> {
    match command {
        AppCommand::Look(what) => show::run(show::Kind::App, what),
        AppCommand::Key(KeyCommand::Add { app, public_key, not_after, server }) => {
            let read = |path: &PathBuf| {
                std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
            };
            let public_key = public_key.as_ref().map(read).transpose()?;
            let body = json!({ "public_key": public_key, "not_after": not_after });
            tell(&server, &format!("/apps/{app}/keys"), Some(&body), added_text)
        }
        AppCommand::Key(KeyCommand::List { app, server }) => {
            tell(&server, &format!("/apps/{app}/keys"), None, keys_text)
        }
        AppCommand::Key(KeyCommand::Promote { app, number, server }) => {
            tell(&server, &format!("/apps/{app}/keys/{number}/promote"), Some(&json!({})), keys_text)
        }
        AppCommand::Key(KeyCommand::Retire { app, number, server }) => {
            tell(&server, &format!("/apps/{app}/keys/{number}/retire"), Some(&json!({})), keys_text)
        }
        AppCommand::Disable { app, server } => {
            tell(&server, &format!("/apps/{app}/disable"), Some(&json!({})), status_text)
        }
        AppCommand::Enable { app, server } => {
            tell(&server, &format!("/apps/{app}/enable"), Some(&json!({})), status_text)
        }
    }
}

fn tell(
    server: &ServerArgs,
    path: &str,
    body: Option<&Value>,
    text: fn(&Value) -> Option<String>,
) -> anyhow::Result<()> {
    let said = server.ask(path, body)?;
    if server.wants_json() {
        return print::out(&said);
    }
    let strange = || anyhow!("the answer is none of this release");
    let told: Value = serde_json::from_str(&said).context("the answer is none of this release")?;
    print::out(&text(&told).ok_or_else(strange)?)
}

fn status_text(told: &Value) -> Option<String> {
    Some(format!("app {}: {}", told["app_id"].as_str()?, told["status"].as_str()?))
}

fn added_text(told: &Value) -> Option<String> {
    let mut text = format!("key {} of app {}", told["number"].as_u64()?, told["app_id"].as_str()?);
    for name in ["private_key_pkcs1", "private_key_sec1", "app_cert"] {
        if let Some(pem) = told[name].as_str() {
            text.push_str(&format!("\n\n{name}:\n{}", pem.trim_end()));
        }
    }
    Some(text)
}

fn keys_text(told: &Value) -> Option<String> {
    let line = |key: &Value| {
        let mut line = format!("{}. {}", key["number"].as_u64()?, key["state"].as_str()?);
        line.push_str(&format!(", {}, added {}", key["sign_type"].as_str()?, key["added_at"].as_str()?));
        for (name, word) in [("not_after", "until"), ("retired_at", "retired"), ("cert_sn", "serial")] {
            if let Some(value) = key[name].as_str() {
                line.push_str(&format!(", {word} {value}"));
            }
        }
        Some(line)
    };
    let lines: Option<Vec<String>> = told["keys"].as_array()?.iter().map(line).collect();
    Some(lines?.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_one_a_line() {
        let told = json!({ "keys": [
            { "number": 1, "state": "retired", "sign_type": "RSA2", "added_at": "a", "not_after": null,
              "retired_at": "b", "cert_sn": null },
            { "number": 2, "state": "current", "sign_type": "RSA2", "added_at": "c", "not_after": "d",
              "retired_at": null, "cert_sn": "e" },
        ] });
        let text = keys_text(&told).unwrap();
        assert_eq!(
            text,
            "1. retired, RSA2, added a, retired b\n2. current, RSA2, added c, until d, serial e"
        );
        assert_eq!(keys_text(&json!({})), None);
    }
}
