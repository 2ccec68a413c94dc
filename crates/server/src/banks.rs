//! The bank of a world for trying out: the channel that carries orders to it, and the desk at which the portal binds
//! cards. Other worlds speak with no bank yet.

use crate::site::{House, Site};
use crate::up::Readers;
use base::{CardNo, Secret};
use channel::{Bank, BindAsk, BindSaid, Channel, CodeAsk, SandboxBank, bank_of};
use fund::{BankAgreement, LastFour};
use portal::{Binding, CardAsked, CardBank, CardSeen};
use std::sync::Arc;
use std::time::Duration;

/// How long a bank may take to say whether it knows a card.
const BIND_TIME: Duration = Duration::from_secs(10);

/// The channel to the bank; `None` where there is none.
pub(crate) fn channel(site: &Site, house: &House, tables: Readers) -> anyhow::Result<Option<Channel>> {
    if !site.world.sandbox {
        return Ok(None);
    }
    let options = channel::Options::new(&books(site)?);
    let channel = Channel::new(house.door.clone(), tables, Arc::new(SandboxBank), options);
    Ok(Some(channel.woken_by(house.clock.moves())))
}

/// The desk at which cards are bound.
pub(crate) fn desk(site: &Site) -> anyhow::Result<CardDesk> {
    Ok(CardDesk { bank: Arc::new(SandboxBank), books: books(site)? })
}

/// What keys begin with: the name of these books among all that a bank knows.
fn books(site: &Site) -> anyhow::Result<String> {
    Ok(hex::encode(site.note.world_id()?))
}

/// The portal's desk for cards.
pub(crate) struct CardDesk {
    bank: Arc<dyn Bank>,
    books: String,
}

impl CardDesk {
    fn key(&self, card: CardNo) -> String {
        format!("{}{card}", self.books)
    }
}

const SILENT: &str = "the bank does not answer; try again";

impl CardBank for CardDesk {
    fn look(&self, number: &Secret<String>) -> Option<CardSeen> {
        let seen = bank_of(number.reveal())?;
        Some(CardSeen { bank: seen.bank, kind: seen.kind, last_four: seen.last_four })
    }

    fn bind(&self, asked: CardAsked) -> Binding<'_, Option<String>> {
        let CardAsked { card, number, holder, mobile } = asked;
        let ask = BindAsk { key: self.key(card), number, holder, mobile };
        Box::pin(async move {
            match tokio::time::timeout(BIND_TIME, self.bank.bind(ask)).await {
                Ok(BindSaid::CodeSent { shown }) => Ok(shown),
                Ok(BindSaid::Refused(refused)) => Err(refused.to_string()),
                Err(_) => Err(SILENT.to_owned()),
            }
        })
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
