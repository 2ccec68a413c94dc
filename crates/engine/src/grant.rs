//! Authorisations: an owner says yes to an app or takes it back, and the app changes codes into tokens.
//!
//! Everything lies in the owner's slot; the app may be anybody's, and the rim has looked it up. Codes and tokens come
//! as keyed digests: the rim draws codes and derives tokens from what they are changed for.

use crate::command::Next;
use crate::{Fault, Rows, Stop, passkey, password};
use base::{AppId, PartyId, Slot};
use people::{
    App, Grant, GrantKind, Party, PartyKind, PartyStatus, REFRESH_OVERLAP_US, Scopes, Token, TokenDigest,
    TokenRole, TokenStanding,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An owner says yes to an app, which gets a code for it. Gives when the code is too old, microseconds UTC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Authorize {
    /// Who says yes.
    pub owner: PartyId,
    /// To which app.
    pub app: AppId,
    /// As a user or as a merchant.
    pub kind: GrantKind,
    /// What is allowed; empty for a merchant.
    pub scopes: Scopes,
    /// The merchant's own app that the other one stands in for.
    pub own_app: Option<AppId>,
    /// Keyed digest of the code, drawn at the rim.
    pub code: TokenDigest,
    /// The number of what stands for it: the try of the payment password, or the sign-in by passkey; absent where
    /// nobody signed in.
    pub attempt: Option<u64>,
    /// The passkey that signed in, by its number: once it was removed, nothing is said yes to.
    pub passkey: Option<u64>,
}

/// Why nobody is authorised. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AuthorizeRefused {
    /// There is no such party, its account is closed, or it is no merchant where one is needed.
    #[error("no such party, or its account is closed, or it is no merchant")]
    OwnerNotFound,
    /// A password was set after the try, or the passkey that signed in was removed: whoever it was may not be the
    /// owner.
    #[error("the payment password must be given again")]
    ProofMissing,
    /// A merchant's own app acts for it anyway.
    #[error("the app is the merchant's own")]
    OwnApp,
    /// The merchant has no app that the other one could stand in for.
    #[error("the merchant has no app of its own")]
    NoOwnApp,
    /// Another code has this digest: the rim draws another.
    #[error("the code is taken")]
    CodeTaken,
}

impl Authorize {
    pub(crate) fn slot(&self) -> Slot {
        self.owner.slot()
    }
}

pub(crate) fn authorize(
    rows: &mut Rows<'_>,
    command: &Authorize,
) -> Result<Next<i64>, Stop<AuthorizeRefused>> {
    let Authorize { owner, app, kind, scopes, own_app, code, attempt, passkey } = command.clone();
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let party = rows.get::<Party>((slot, owner))?.filter(|party| party.status != PartyStatus::Closed);
    if party.is_none_or(|party| kind == GrantKind::Merchant && party.kind != PartyKind::Merchant) {
        return Stop::because(AuthorizeRefused::OwnerNotFound);
    }
    if let Some(attempt) = attempt
        && password::is_outdated(rows, owner, attempt)?
    {
        return Stop::because(AuthorizeRefused::ProofMissing);
    }
    if let Some(no) = passkey
        && !passkey::is_there(rows, owner, no)?
    {
        return Stop::because(AuthorizeRefused::ProofMissing);
    }
    if kind == GrantKind::Merchant {
        if is_own(rows, owner, app)? {
            return Stop::because(AuthorizeRefused::OwnApp);
        }
        let Some(own_app) = own_app else { return Stop::because(AuthorizeRefused::NoOwnApp) };
        if !is_own(rows, owner, own_app)? {
            return Stop::because(AuthorizeRefused::NoOwnApp);
        }
    }
    if rows.get::<Token>((slot, code))?.is_some() {
        return Stop::because(AuthorizeRefused::CodeTaken);
    }
    let before = rows.get::<Grant>((slot, owner, app, kind))?;

    // Nothing can be refused below this line; nothing was changed above it.
    let mut grant = match before {
        Some(before) => (*before).clone(),
        None => Grant {
            slot,
            owner,
            app,
            kind,
            scopes: scopes.clone(),
            own_app,
            granted_at_us: now_us,
            withdrawn_at_us: None,
            tokens: Vec::new(),
        },
    };
    // The merchant's app stays the one that orders were told of first.
    (grant.scopes, grant.granted_at_us) = (scopes.clone(), now_us);
    let expires_at_us = now_us + kind.code_life_us();
    let (issued_at_us, role) = (now_us, TokenRole::Code);
    let token = Token {
        slot,
        digest: code,
        role,
        kind,
        owner,
        app,
        scopes,
        issued_at_us,
        expires_at_us,
        ended_at_us: None,
        access: None,
    };
    keep(rows, &mut grant, token);
    rows.put(grant);
    Ok(Next::Answer(expires_at_us))
}

/// Whether the app is one of the merchant's own.
fn is_own(rows: &mut Rows<'_>, owner: PartyId, app: AppId) -> Result<bool, Fault> {
    if app.slot() != rows.slot() {
        return Ok(false);
    }
    Ok(rows.get::<App>((rows.slot(), app))?.is_some_and(|app| app.seller == owner))
}

/// Writes a code or token and counts it in; the oldest goes when there are too many.
fn keep(rows: &mut Rows<'_>, grant: &mut Grant, token: Token) {
    if let Some(oldest) = grant.add(token.digest) {
        rows.delete::<Token>((rows.slot(), oldest));
    }
    rows.put(token);
}

/// Whether an app may act for a merchant: it is the merchant's own, or the merchant said yes to it and did not take it
/// back.
pub(crate) fn acts_for(rows: &mut Rows<'_>, app: AppId, seller: PartyId) -> Result<bool, Fault> {
    if is_own(rows, seller, app)? {
        return Ok(true);
    }
    let grant = rows.get::<Grant>((rows.slot(), seller, app, GrantKind::Merchant))?;
    Ok(grant.is_some_and(|grant| grant.is_live()))
}

/// The merchant's own app behind one that acts for it (`auth_app_id`), or the very app when it is the merchant's own.
pub(crate) fn own_app(rows: &mut Rows<'_>, app: AppId, seller: PartyId) -> Result<AppId, Fault> {
    if is_own(rows, seller, app)? {
        return Ok(app);
    }
    let grant = rows.get::<Grant>((rows.slot(), seller, app, GrantKind::Merchant))?;
    Ok(grant.and_then(|grant| grant.own_app).unwrap_or(app))
}

/// Why a code or token is worth nothing. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TokenRefused {
    /// It was never issued for this use, or is long gone.
    #[error("no such code or token")]
    NotFound,
    /// It was issued to another app.
    #[error("it was issued to another app")]
    AppDiffers,
    /// Its owner took the yes back, or closed the account.
    #[error("its owner took the authorisation back")]
    Withdrawn,
    /// It was used before, or replaced.
    #[error("it was used before")]
    Ended,
    /// It is too old.
    #[error("its time is over")]
    Expired,
}

/// An app changes a code or a refresh token into new tokens, once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakeTokens {
    /// The owner's slot, which the code or token names.
    pub slot: Slot,
    /// The app that asks.
    pub app: AppId,
    /// As what the owner must have said yes.
    pub kind: GrantKind,
    /// What is given for them: a code or a refresh token.
    pub role: TokenRole,
    /// Keyed digest of it.
    pub given: TokenDigest,
    /// Keyed digest of the new access token.
    pub access: TokenDigest,
    /// Keyed digest of the new refresh token.
    pub refresh: TokenDigest,
}

/// What a code or token stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authorized {
    /// Who said yes.
    pub owner: PartyId,
    /// The merchant's own app; absent for a user.
    pub own_app: Option<AppId>,
    /// What is allowed.
    pub scopes: Scopes,
    /// When the owner said yes, microseconds UTC.
    pub issued_at_us: i64,
    /// From when the access token is too old, microseconds UTC.
    pub expires_at_us: i64,
}

impl TakeTokens {
    pub(crate) fn slot(&self) -> Slot {
        self.slot
    }
}

pub(crate) fn take_tokens(
    rows: &mut Rows<'_>,
    command: &TakeTokens,
) -> Result<Next<Authorized>, Stop<TokenRefused>> {
    let TakeTokens { app, kind, role, given, access, refresh, .. } = *command;
    let (token, grant, standing) = found(rows, app, kind, role, given)?;
    worth(standing).map_err(Stop::Refused)?;
    let taken = rows.get::<Token>((rows.slot(), access))?.is_some();
    if taken || rows.get::<Token>((rows.slot(), refresh))?.is_some() {
        return Stop::because(TokenRefused::Ended);
    }
    let replaced = match token.access {
        Some(access) => rows.get::<Token>((rows.slot(), access))?,
        None => None,
    };

    // Nothing can be refused below this line; nothing was changed above it.
    let now_us = rows.now_us();
    if let Some(old) = replaced {
        let ends_at_us = (now_us + REFRESH_OVERLAP_US).min(old.expires_at_us);
        rows.put(Token { ended_at_us: Some(ends_at_us), ..(*old).clone() });
    }
    rows.put(Token { ended_at_us: Some(now_us), ..(*token).clone() });
    let mut grant = (*grant).clone();
    let expires_at_us = now_us + kind.access_life_us();
    let fresh = Token {
        digest: access,
        role: TokenRole::Access,
        expires_at_us,
        ended_at_us: None,
        access: None,
        ..(*token).clone()
    };
    let again = Token {
        digest: refresh,
        role: TokenRole::Refresh,
        expires_at_us: now_us + kind.refresh_life_us(),
        access: Some(access),
        ..fresh.clone()
    };
    keep(rows, &mut grant, fresh);
    keep(rows, &mut grant, again);
    let done = authorized(&token, &grant, expires_at_us);
    rows.put(grant);
    Ok(Next::Answer(done))
}

fn authorized(token: &Token, grant: &Grant, expires_at_us: i64) -> Authorized {
    Authorized {
        owner: grant.owner,
        own_app: grant.own_app,
        scopes: token.scopes.clone(),
        issued_at_us: token.issued_at_us,
        expires_at_us,
    }
}

/// A code or token, the grant it belongs to, and whether it is worth something.
fn found(
    rows: &mut Rows<'_>,
    app: AppId,
    kind: GrantKind,
    role: TokenRole,
    digest: TokenDigest,
) -> Result<(Arc<Token>, Arc<Grant>, TokenStanding), Stop<TokenRefused>> {
    let slot = rows.slot();
    let token = rows.get::<Token>((slot, digest))?;
    let Some(token) = token.filter(|token| token.kind == kind && token.role == role) else {
        return Stop::because(TokenRefused::NotFound);
    };
    if token.app != app {
        return Stop::because(TokenRefused::AppDiffers);
    }
    let grant = rows.get::<Grant>((slot, token.owner, app, kind))?;
    let grant = grant.ok_or_else(|| Fault("a token has no grant".to_owned()))?;
    let owner = rows.get::<Party>((slot, token.owner))?;
    let closed = owner.is_none_or(|owner| owner.status == PartyStatus::Closed);
    let standing = if closed { TokenStanding::Withdrawn } else { token.standing(&grant, rows.now_us()) };
    Ok((token, grant, standing))
}

/// An access token as its app sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenToken {
    /// What it stands for.
    pub authorized: Authorized,
    /// Whether it is worth something.
    pub standing: TokenStanding,
}

impl SeenToken {
    /// What it stands for, when it is worth something.
    ///
    /// # Errors
    /// Why it is not.
    pub fn live(self) -> Result<Authorized, TokenRefused> {
        worth(self.standing).map(|()| self.authorized)
    }
}

fn worth(standing: TokenStanding) -> Result<(), TokenRefused> {
    match standing {
        TokenStanding::Live => Ok(()),
        TokenStanding::Withdrawn => Err(TokenRefused::Withdrawn),
        TokenStanding::Ended => Err(TokenRefused::Ended),
        TokenStanding::Expired => Err(TokenRefused::Expired),
    }
}

/// What an access token stands for. One that is worth nothing any more is told too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindToken {
    /// The owner's slot, which the token names.
    pub slot: Slot,
    /// The app that uses it.
    pub app: AppId,
    /// As what the owner must have said yes.
    pub kind: GrantKind,
    /// Keyed digest of the token.
    pub digest: TokenDigest,
}

impl FindToken {
    pub(crate) fn slot(&self) -> Slot {
        self.slot
    }
}

pub(crate) fn find_token(
    rows: &mut Rows<'_>,
    query: &FindToken,
) -> Result<Next<SeenToken>, Stop<TokenRefused>> {
    let (token, grant, standing) = found(rows, query.app, query.kind, TokenRole::Access, query.digest)?;
    let expires_at_us = token.ended_at_us.unwrap_or(token.expires_at_us);
    Ok(Next::Answer(SeenToken { authorized: authorized(&token, &grant, expires_at_us), standing }))
}
