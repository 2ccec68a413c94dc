//! The bank of a world for trying out: the channel that carries orders to it, and the desk at which the portal binds
//! cards. Other worlds speak with no bank yet.

use crate::cli::UpArgs;
use crate::iso_config;
use crate::private_file;
use crate::site::{House, Site};
use crate::up::Readers;
use anyhow::{Context, ensure};
use base::{CardNo, Secret, Text};
use cell::Door;
use channel::{
    Bank, BindAsk, BindRefused, BindSaid, BoundCard, Channel, CodeAsk, HttpBank, ISO_BOOKS_LETTERS, Importer,
    IsoBank, PayeeAnswer, PayeeAsk, Pulse, SandboxBank, bank_of,
};
use engine::{NoPayeeCard, PayeeCard};
use fund::{BankAgreement, BankCode, BankHealth, LastFour};
use gateway::{Naming, PayeeAsked, PayeeBank};
use portal::{Binding, CardAsked, CardBank, CardElements, CardSeen, NameWatch};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use wire::bank_call::BankSecret;

/// How long a bank may take to say whether it knows a card.
const BIND_TIME: Duration = Duration::from_secs(10);
/// How long a bank may take to name a payee's card: a merchant's call waits for it, and holds a place meanwhile.
const PAYEE_TIME: Duration = Duration::from_secs(3);

/// A bank, and what keys of these books begin with at it.
pub(crate) struct Spoken {
    bank: Arc<dyn Bank>,
    books: String,
    pulse: Pulse,
    /// Whether it prints statements that can be fetched.
    pub(crate) keeps_statements: bool,
    /// Our account there, where it is known before any statement is read.
    account: Option<Text<34>>,
}

/// The bank that a world speaks with: the one inside, or one in another process.
pub(crate) fn bank(site: &Site, args: &UpArgs, door: &Door) -> anyhow::Result<Spoken> {
    let pulse = Pulse::default();
    if let Some(path) = &args.bank_iso {
        ensure!(site.world.sandbox, "only a world for trying out speaks with a bank in messages yet");
        let books = generation(site, short_name)?;
        let options = iso_config::read(path, &books, site.folder.bank_messages())?;
        let account = Some(Text::new(options.payer.account.as_str())?);
        let bank = Arc::new(IsoBank::open(options)?);
        return Ok(Spoken { bank, books, keeps_statements: true, account, pulse });
    }
    let (Some(url), Some(secret_path)) = (&args.bank, &args.bank_secret) else {
        let books = hex::encode(site.note.world_id()?);
        let (bank, keeps_statements, account) = (Arc::new(SandboxBank), false, None);
        return Ok(Spoken { bank, books, keeps_statements, account, pulse });
    };
    ensure!(site.world.sandbox, "only a world for trying out speaks with a simulated bank");
    let text = private_file::read(secret_path)?;
    let secret = BankSecret::from_hex(&text);
    let secret = secret.with_context(|| format!("{} holds no secret of a bank", secret_path.display()))?;
    let books = generation(site, long_name)?;
    let door = door.clone();
    let bank = HttpBank::new(url, secret, &books, Arc::new(move || door.now_us()), true)?;
    Ok(Spoken { bank: Arc::new(bank), books, keeps_statements: true, account: None, pulse })
}

/// The name of this life of the world at the bank: drawn when it is first needed, gone when the world begins anew, and
/// durable before the bank hears it.
fn generation(site: &Site, named: fn([u8; 16]) -> String) -> anyhow::Result<String> {
    let path = site.folder.bank_generation();
    if !path.exists() {
        let mut drawn = [0; 16];
        getrandom::fill(&mut drawn).context("the system gives no randomness")?;
        let note = json!({ "generation": named(drawn) });
        private_file::write(&path, note.to_string().as_bytes())?;
    }
    let note: Value = serde_json::from_str(&private_file::read(&path)?)
        .with_context(|| format!("{} is damaged", path.display()))?;
    let name = note["generation"].as_str().with_context(|| format!("{} is damaged", path.display()))?;
    Ok(name.to_owned())
}

fn long_name(drawn: [u8; 16]) -> String {
    hex::encode(drawn)
}

/// A name that leaves room for an order's number in an identifier of ISO 20022: 35 bits of chance.
fn short_name(drawn: [u8; 16]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letters = drawn.iter().take(ISO_BOOKS_LETTERS).filter_map(|byte| LETTERS.get(usize::from(byte % 32)));
    letters.map(|letter| char::from(*letter)).collect()
}

/// The channel to the bank; `None` where there is none.
pub(crate) fn channel(spoken: &Spoken, site: &Site, house: &House, tables: Readers) -> Option<Channel> {
    if !site.world.sandbox {
        return None;
    }
    let options = channel::Options::new(&spoken.books, spoken.pulse.clone());
    let channel = Channel::new(house.door.clone(), tables, spoken.bank.clone(), options);
    Some(channel.woken_by(house.clock.moves()))
}

/// What reads the bank's statements into the books.
pub(crate) fn importer(spoken: &Spoken, door: &Door, tables: Readers) -> Importer {
    let importer = Importer::new(door.clone(), spoken.bank.clone(), &spoken.books, tables);
    match &spoken.account {
        Some(account) => importer.of_account(account.clone()),
        None => importer,
    }
}

/// The desk at which cards are bound and named, with the list that payees' names are held against.
pub(crate) fn desk(spoken: &Spoken, names: NameWatch) -> CardDesk {
    CardDesk { bank: spoken.bank.clone(), books: spoken.books.clone(), pulse: spoken.pulse.clone(), names }
}

/// The desk for cards: of the portal, that binds them, and of the gateway, that sends money to them.
pub(crate) struct CardDesk {
    bank: Arc<dyn Bank>,
    books: String,
    pulse: Pulse,
    names: NameWatch,
}

impl CardDesk {
    fn key(&self, card: CardNo) -> String {
        format!("{}{card}", self.books)
    }
}

impl PayeeBank for CardDesk {
    fn name_payee(&self, asked: PayeeAsked) -> Naming<'_> {
        let PayeeAsked { digest, number, holder } = asked;
        let seen = bank_of(number.reveal());
        let ask = PayeeAsk { key: format!("P{}", hex::encode(digest)), number, holder };
        Box::pin(async move {
            let seen = seen.ok_or(NoPayeeCard::Wrong)?;
            match self.names.finds(ask.holder.reveal()).await {
                Ok(false) => {}
                Ok(true) => return Err(NoPayeeCard::Listed),
                // Nothing is paid past a list that cannot be read; its log says why.
                Err(_) => return Err(NoPayeeCard::Silent),
            }
            match tokio::time::timeout(PAYEE_TIME, self.bank.payee(ask)).await {
                Ok(Ok(PayeeAnswer { agreement, card })) => {
                    let BoundCard { bank, kind, last_four } = card.unwrap_or(seen);
                    Ok(PayeeCard { digest, bank, kind, last_four, agreement })
                }
                Ok(Err(BindRefused::DetailsDiffer | BindRefused::CodeWrong)) => Err(NoPayeeCard::Wrong),
                Ok(Err(BindRefused::Silent)) | Err(_) => Err(NoPayeeCard::Silent),
            }
        })
    }
}

const SILENT: &str = "the bank does not answer; try again";

impl CardBank for CardDesk {
    fn look(&self, number: &Secret<String>) -> Option<CardSeen> {
        let seen = bank_of(number.reveal())?;
        Some(CardSeen { bank: seen.bank, kind: seen.kind, last_four: seen.last_four })
    }

    fn bind(&self, asked: CardAsked) -> Binding<'_, Option<String>> {
        let CardAsked { card, elements: CardElements { number, holder, identity, mobile } } = asked;
        let ask = BindAsk { key: self.key(card), number, holder, identity, mobile };
        Box::pin(async move {
            match tokio::time::timeout(BIND_TIME, self.bank.bind(ask)).await {
                Ok(BindSaid::CodeSent { shown }) => Ok(shown),
                Ok(BindSaid::Refused(refused)) => Err(refused.to_string()),
                Err(_) => Err(SILENT.to_owned()),
            }
        })
    }

    fn health(&self, bank: &BankCode) -> BankHealth {
        self.pulse.of(bank)
    }

    fn set_health(&self, bank: BankCode, health: Option<BankHealth>) {
        self.pulse.say(bank, health);
    }

    fn confirm(&self, card: CardNo, last_four: LastFour, code: Secret<String>) -> Binding<'_, BankAgreement> {
        let ask = CodeAsk { key: self.key(card), last_four, code };
        Box::pin(async move {
            match tokio::time::timeout(BIND_TIME, self.bank.confirm_bind(ask)).await {
                Ok(answer) => answer.map(|said| said.agreement).map_err(|refused| refused.to_string()),
                Err(_) => Err(SILENT.to_owned()),
            }
        })
    }
}
