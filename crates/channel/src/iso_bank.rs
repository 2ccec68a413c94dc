//! A bank that is spoken with in messages of ISO 20022: asked by `pain.001`, it answers by `pain.002`, and tells what
//! moved by `camt.054` and `camt.053`.
//!
//! One message asks for one payment, and message, payment and order have one number, so that the bank's own check for
//! what it was sent twice keeps a payment from being made twice. Nothing but a booked movement makes an order done, and
//! nothing but a refusal of its number makes it fail; "accepted" is not yet paid, and "sent twice" is no refusal. The
//! message is on the disk before it goes out, and what comes back is there before it takes effect.
//!
//! The standard has no words for binding cards and none for taking money from one: cards are bound as in a world for
//! trying out, and money comes in when its owner transfers it with the order's number.

use crate::bank::{
    Answering, Bank, BindAnswer, BindAsk, BindRefused, BindSaid, CodeAsk, OrderAsk, OrderSaid, PayeeAnswer,
    PayeeAsk, StatementSaid,
};
use crate::iso_files::{Files, Received};
use crate::iso_known::{Known, Told, understand};
use crate::iso_mail::{IsoWay, IsoWayError, Mail};
use crate::sandbox_bank::SandboxBank;
use base::{Day, Text};
use iso::{AccountId, Identifier, Initiation, Name, Payer, Transfer};
use std::path::PathBuf;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Digits of the account numbers that agreements stand for: banks' own numbers have no more than 17.
const AGREEMENT_DIGITS: u64 = 1_000_000_000_000_000;
/// What names our books at the bank, before the 28 digits of an order; together an identifier of the standard.
pub const ISO_BOOKS_LETTERS: usize = 7;

/// What is to be known of a bank.
#[derive(Clone, Debug)]
pub struct IsoOptions {
    /// The way to it.
    pub way: IsoWay,
    /// Our account there.
    pub payer: Payer,
    /// The number, in its clearing system, of the bank that keeps the cards' accounts, if one keeps them all.
    pub clearing_member: Option<Identifier>,
    /// What our numbers begin with, [`ISO_BOOKS_LETTERS`] capital letters and digits.
    pub books: String,
    /// Where our copies of all messages lie.
    pub folder: PathBuf,
}

/// Why there is no such bank.
#[derive(Debug, thiserror::Error)]
pub enum IsoBankError {
    /// The name of the books.
    #[error("the name of these books at the bank has not {ISO_BOOKS_LETTERS} letters and digits: {0}")]
    Books(String),
    /// The way.
    #[error(transparent)]
    Way(#[from] IsoWayError),
    /// The folder.
    #[error("the folder of the bank's messages: {0}")]
    Folder(#[from] std::io::Error),
}

/// The bank.
#[derive(Debug)]
pub struct IsoBank {
    mail: Mail,
    files: Files,
    payer: Payer,
    clearing_member: Option<Identifier>,
    heard: Mutex<Heard>,
}

#[derive(Debug)]
struct Heard {
    known: Known,
    /// When the mail was last asked for and heard.
    fetched_at: Option<Instant>,
}

impl IsoBank {
    /// Opens the way and reads again what the bank said before, also what was refused then: what this program reads
    /// now, it hears.
    ///
    /// # Errors
    /// A wrong name of books, no way, a folder that cannot be used.
    pub fn open(options: IsoOptions) -> Result<IsoBank, IsoBankError> {
        let IsoOptions { way, payer, clearing_member, books, folder } = options;
        let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if books.len() != ISO_BOOKS_LETTERS || !books.bytes().all(plain) {
            return Err(IsoBankError::Books(books));
        }
        let mail = Mail::open(&way)?;
        let files = Files::open(&folder)?;
        let mut known = Known::new(payer.account.clone(), &books);
        files.each_received(|digest, bytes, was_understood| {
            known.note_seen(digest);
            match understand(bytes, &payer.account) {
                Ok(told) => {
                    if !was_understood {
                        tracing::warn!(%digest, "a message that was refused before is understood now, and heard");
                    }
                    known.hear(told);
                    true
                }
                Err(error) => {
                    if was_understood {
                        tracing::error!(%error, %digest, "a message that was understood before is not any more");
                    }
                    false
                }
            }
        })?;
        let heard = Mutex::new(Heard { known, fetched_at: None });
        Ok(IsoBank { mail, files, payer, clearing_member, heard })
    }

    /// Fetches what the bank sent, unless that was done after this call began. Whether the bank was heard.
    async fn listen(&self, heard: &mut Heard, since: Instant) -> bool {
        if heard.fetched_at.is_some_and(|at| at >= since) {
            return true;
        }
        let begun = Instant::now();
        let Some(received) = self.mail.fetch(|digest| heard.known.has_seen(digest)).await else {
            return false;
        };
        for one in received {
            if !self.take(heard, one).await {
                return false;
            }
        }
        heard.fetched_at = Some(begun);
        true
    }

    /// Keeps one message and hears it. Whether it is kept.
    async fn take(&self, heard: &mut Heard, received: Received) -> bool {
        let (files, account) = (self.files.clone(), heard.known.account().clone());
        let reading = move || -> std::io::Result<(String, Told)> {
            let outcome = understand(&received.bytes, &account);
            if let Err(error) = &outcome {
                tracing::error!(%error, name = %received.name, "a message of the bank is refused; somebody must look");
            }
            files.keep_received(&received, outcome.is_ok())?;
            Ok((received.digest(), outcome.unwrap_or(Told::Nothing)))
        };
        if let Ok(Ok((digest, told))) = tokio::task::spawn_blocking(reading).await {
            heard.known.hear(told);
            heard.known.note_seen(&digest);
            return true;
        }
        tracing::error!("a message of the bank cannot be kept");
        false
    }

    /// What is known of an order.
    fn word(&self, known: &Known, ask: &OrderAsk) -> OrderSaid {
        if let Some(moved) = known.movement(&ask.key, ask.kind.is_in(), ask.amount) {
            return OrderSaid::Done { amount: moved.amount, bank_ref: moved.reference.clone() };
        }
        if ask.kind.is_in() {
            return OrderSaid::InProcess;
        }
        match known.refusal(&ask.key) {
            Some(reason) => OrderSaid::Refused { reason },
            None if known.is_at_bank(&ask.key) || self.files.is_delivered(&ask.key) => OrderSaid::InProcess,
            None => OrderSaid::NeverSeen,
        }
    }

    async fn answer(&self, ask: &OrderAsk) -> OrderSaid {
        let since = Instant::now();
        let mut heard = self.heard.lock().await;
        if !self.listen(&mut heard, since).await {
            return OrderSaid::Silent;
        }
        self.word(&heard.known, ask)
    }

    /// The message of an order: the one that was made before, else one that is made and kept now.
    pub(crate) async fn message(&self, ask: &OrderAsk) -> Result<Vec<u8>, String> {
        let initiation = self.initiation(ask).ok_or("the order does not fit into a message")?;
        let (files, key) = (self.files.clone(), ask.key.clone());
        let made = move || -> Result<Vec<u8>, String> {
            let turn = files.message_turn();
            if let Some(bytes) = files.message(&key).map_err(|error| error.to_string())? {
                return Ok(bytes);
            }
            let bytes = initiation.print().map_err(|error| error.to_string())?.into_bytes();
            files.keep_message(&turn, &key, &bytes).map_err(|error| error.to_string())?;
            Ok(bytes)
        };
        tokio::task::spawn_blocking(made).await.map_err(|error| error.to_string())?
    }

    fn initiation(&self, ask: &OrderAsk) -> Option<Initiation> {
        let id = Identifier::new(&ask.key).ok()?;
        Some(Initiation {
            message_id: id.clone(),
            made_at_us: ask.now_us,
            execution_day: Day::of(ask.now_us),
            payer: self.payer.clone(),
            transfers: vec![Transfer {
                end_to_end_id: id,
                amount: ask.amount,
                // Holders' names are not kept; people know their cards by these digits.
                payee: Name::new(&format!("CARD {}", ask.last_four)).ok()?,
                account: AccountId::other(ask.agreement.as_ref()?.as_str())?,
                clearing_member: self.clearing_member.clone(),
                note: None,
            }],
        })
    }

    async fn hand_over(&self, ask: &OrderAsk) -> bool {
        let bytes = match self.message(ask).await {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(%error, key = %ask.key, "a message for the bank cannot be made");
                return false;
            }
        };
        if !self.mail.deliver(&ask.key, bytes).await {
            return false;
        }
        if let Err(error) = self.files.note_delivered(&ask.key) {
            // It is sent again, under the same number.
            tracing::warn!(%error, key = %ask.key, "that a message arrived cannot be noted");
        }
        true
    }
}

impl Bank for IsoBank {
    fn bind(&self, ask: BindAsk) -> Answering<'_, BindSaid> {
        SandboxBank.bind(ask)
    }

    fn confirm_bind(&self, ask: CodeAsk) -> Answering<'_, Result<BindAnswer, BindRefused>> {
        let account = account_of(&ask.key);
        let answer = SandboxBank.confirm_bind(ask);
        Box::pin(async move {
            answer.await?;
            let agreement = Text::new(&account).map_err(|_| BindRefused::DetailsDiffer)?;
            Ok(BindAnswer { agreement })
        })
    }

    fn payee(&self, ask: PayeeAsk) -> Answering<'_, Result<PayeeAnswer, BindRefused>> {
        let account = account_of(&ask.key);
        let answer = SandboxBank.payee(ask);
        Box::pin(async move {
            answer.await?;
            let agreement = Text::new(&account).map_err(|_| BindRefused::DetailsDiffer)?;
            Ok(PayeeAnswer { agreement, card: None })
        })
    }

    fn send(&self, ask: OrderAsk) -> Answering<'_, OrderSaid> {
        Box::pin(async move {
            if !ask.kind.is_in() && !self.hand_over(&ask).await {
                return OrderSaid::Silent;
            }
            self.answer(&ask).await
        })
    }

    fn query(&self, ask: OrderAsk) -> Answering<'_, OrderSaid> {
        Box::pin(async move { self.answer(&ask).await })
    }

    /// No message takes an order back: what became of it is all that can be said.
    fn revoke(&self, ask: OrderAsk) -> Answering<'_, OrderSaid> {
        self.query(ask)
    }

    fn statement(&self, day: Day) -> Answering<'_, StatementSaid> {
        Box::pin(async move {
            let since = Instant::now();
            let mut heard = self.heard.lock().await;
            if !self.listen(&mut heard, since).await {
                return StatementSaid::Silent;
            }
            match heard.known.statement(day) {
                Some(Ok(text)) => StatementSaid::File(text.into_bytes()),
                Some(Err(error)) => {
                    tracing::error!(%day, %error, "a statement cannot be given to reconciliation");
                    StatementSaid::NotClosed
                }
                None => StatementSaid::NotClosed,
            }
        })
    }
}

/// The account number that an agreement stands for: fifteen digits that follow from the binding, not from the card.
fn account_of(key: &str) -> String {
    let hash = blake3::hash(format!("account of {key}").as_bytes());
    let number = hash.as_bytes().iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    format!("{:015}", number % AGREEMENT_DIGITS)
}
