//! Authorisations with their codes and tokens, callbacks and certifications.

use crate::images::text_of_key;
use crate::parties::Parties;
use crate::report::{FindingKind, Findings};
use base::{AppId, PartyId, Slot};
use engine::{Table, Tabled};
use foldhash::fast::FixedState;
use people::{
    Callback, Certification, CertificationState, Grant, GrantKind, TOKENS_MAX, Token, TokenDigest, TokenRole,
};
use std::collections::HashMap;
use trade::{Agreement, Freeze, Order};
use transfer::{CardTransfer, Transfer, TransferBatch};

type Name = (PartyId, AppId, GrantKind);

/// What is known of authorisations.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    /// When each was given last.
    given: HashMap<Name, i64, FixedState>,
    /// The codes and tokens that a grant lists and that were not seen yet.
    listed: HashMap<(Slot, TokenDigest), Name, FixedState>,
}

impl Grants {
    pub(crate) fn grant(&mut self, grant: &Grant, parties: &Parties, findings: &mut Findings) {
        let Grant { slot, owner, app, kind, .. } = *grant;
        let key = Grant::wrap_key((slot, owner, app, kind));
        parties.owner(Table::Grant, &key, owner, findings);
        let mut wrong = |message: &str| {
            findings.add(FindingKind::GrantWrong, "grants", text_of_key(&key), message);
        };
        let own = |app| parties.seller_of(app) == Some(owner);
        let fits = match kind {
            GrantKind::User => grant.own_app.is_none(),
            GrantKind::Merchant => grant.own_app.is_some_and(own) && !own(app),
        };
        if !fits {
            wrong("the app, or the app it stands in for, is not whose it must be");
        }
        let name = (owner, app, kind);
        let mut count = 0;
        for digest in grant.digests() {
            count += 1;
            if self.listed.insert((slot, digest), name).is_some() {
                wrong("it lists a code or token twice, or one of another grant");
            }
        }
        if count > TOKENS_MAX || grant.tokens.len() != count * size_of::<TokenDigest>() {
            wrong("its list of codes and tokens is not whole, or too long");
        }
        self.given.insert(name, grant.granted_at_us);
    }

    pub(crate) fn token(&mut self, token: &Token, findings: &mut Findings) {
        let mut wrong = |message: &str| {
            let key = text_of_key(&Token::wrap_key((token.slot, token.digest)));
            findings.add(FindingKind::GrantWrong, "token", key, message);
        };
        let name = (token.owner, token.app, token.kind);
        if self.listed.remove(&(token.slot, token.digest)) != Some(name) {
            wrong("the grant that it names does not list it");
        }
        let given_at_us = self.given.get(&name).copied();
        if given_at_us.is_none_or(|given_at_us| token.issued_at_us > given_at_us) {
            wrong("it was issued when nobody had said yes");
        }
        let life_us = match token.role {
            TokenRole::Code => token.kind.code_life_us(),
            TokenRole::Access => token.kind.access_life_us(),
            TokenRole::Refresh => token.kind.refresh_life_us(),
        };
        if token.expires_at_us < token.issued_at_us.saturating_add(life_us) {
            wrong("it lives less long than its kind");
        }
        if token.access.is_some() != (token.role == TokenRole::Refresh) {
            wrong("only a refresh token names the access token that came with it");
        }
        if token.ended_at_us.is_some_and(|ended_at_us| ended_at_us <= token.issued_at_us) {
            wrong("it ended before it began");
        }
    }

    pub(crate) fn callback(callback: &Callback, parties: &Parties, findings: &mut Findings) {
        if parties.seller_of(callback.app).is_none() || callback.app.slot() != callback.slot {
            let key = text_of_key(&Callback::wrap_key((callback.slot, callback.app)));
            findings.add(FindingKind::GrantWrong, "callback", key, "its app is not there");
        }
    }

    /// Whether the app may have acted for the merchant: it is the merchant's, or was authorised once.
    fn acted(&self, app: AppId, seller: PartyId, parties: &Parties) -> bool {
        parties.seller_of(app) == Some(seller) || self.given.contains_key(&(seller, app, GrantKind::Merchant))
    }

    pub(crate) fn order(&self, order: &Order, parties: &Parties, findings: &mut Findings) {
        if !self.acted(order.app, order.seller, parties) {
            let key = text_of_key(&Order::wrap_key((order.slot, order.no)));
            findings.add(FindingKind::OrderWrong, "orders", key, "its app never acted for its merchant");
        }
    }

    pub(crate) fn freeze(&self, row: &Freeze, parties: &Parties, findings: &mut Findings) {
        let key = Freeze::wrap_key((row.slot, row.no));
        parties.owner(Table::Freeze, &key, row.seller, findings);
        if !self.acted(row.app, row.seller, parties) {
            let message = "its app never acted for its merchant";
            findings.add(FindingKind::FreezeWrong, "freeze", text_of_key(&key), message);
        }
    }

    /// A transfer that a program asked for.
    pub(crate) fn transfer(&self, row: &Transfer, parties: &Parties, findings: &mut Findings) {
        let key = Transfer::wrap_key((row.slot, row.no));
        parties.owner(Table::Transfer, &key, row.payer, findings);
        if row.app.is_some_and(|app| !self.acted(app, row.payer, parties)) {
            let message = "its app never acted for its payer";
            findings.add(FindingKind::TransferWrong, "transfer", text_of_key(&key), message);
        }
    }

    /// A transfer to a card.
    pub(crate) fn card_transfer(&self, row: &CardTransfer, parties: &Parties, findings: &mut Findings) {
        if !self.acted(row.app, row.payer, parties) {
            let key = text_of_key(&CardTransfer::wrap_key((row.slot, row.no)));
            let message = "its app never acted for its payer";
            findings.add(FindingKind::TransferWrong, "card_transfer", key, message);
        }
    }

    /// A batch of transfers.
    pub(crate) fn batch(&self, row: &TransferBatch, parties: &Parties, findings: &mut Findings) {
        let key = TransferBatch::wrap_key((row.slot, row.no));
        parties.owner(Table::TransferBatch, &key, row.payer, findings);
        if !self.acted(row.app, row.payer, parties) {
            let message = "its app never acted for its payer";
            findings.add(FindingKind::TransferWrong, "transfer_batch", text_of_key(&key), message);
        }
    }

    pub(crate) fn agreement(&self, row: &Agreement, parties: &Parties, findings: &mut Findings) {
        let key = Agreement::wrap_key((row.slot, row.no));
        parties.owner(Table::Agreement, &key, row.seller, findings);
        if !self.acted(row.app, row.seller, parties) {
            let key = text_of_key(&key);
            findings.add(
                FindingKind::AgreementWrong,
                "agreement",
                key,
                "its app never acted for its merchant",
            );
        }
    }

    pub(crate) fn certification(&self, row: &Certification, parties: &Parties, findings: &mut Findings) {
        let key = Certification::wrap_key((row.slot, row.id));
        parties.owner(Table::Certification, &key, row.seller, findings);
        let mut wrong = |message: &str| {
            findings.add(FindingKind::CertificationWrong, "certification", text_of_key(&key), message);
        };
        if !self.acted(row.app, row.seller, parties) {
            wrong("its app never acted for its merchant");
        }
        let in_time = |at_us| (row.opened_at_us..row.expires_at_us).contains(&at_us);
        let fits = match row.state {
            CertificationState::Started => row.decided_at_us.is_none(),
            CertificationState::Passed | CertificationState::Failed => row.decided_at_us.is_some_and(in_time),
        };
        if !fits {
            wrong("its state and the time of its decision do not agree");
        }
    }

    pub(crate) fn finish(self, findings: &mut Findings) {
        for ((slot, _), (owner, app, kind)) in self.listed {
            let key = text_of_key(&Grant::wrap_key((slot, owner, app, kind)));
            findings.add(
                FindingKind::GrantWrong,
                "grants",
                key,
                "a code or token that it lists is not there",
            );
        }
    }
}
