//! For whom a call is made: the tokens of users and merchants that come with it.

use crate::Gateway;
use crate::codes::Failure;
use crate::codes::grant::{BadToken, NotThirdParty, TokenPlace};
use base::{AppId, PartyId};
use cell::CellError;
use engine::{Authorized, FindToken, SeenToken, TokenRefused};
use people::{App, GrantKind, Scopes};
use world::slot_of_token;

/// The merchant that an app acts for with an `app_auth_token`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Merchant {
    /// The merchant.
    pub(crate) party: PartyId,
    /// Its own app, which the caller stands in for.
    pub(crate) own_app: AppId,
}

/// The user who gave an `auth_token`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct User {
    /// The user.
    pub(crate) party: PartyId,
    /// What the user allowed.
    pub(crate) scopes: Scopes,
}

impl User {
    /// Whether the user allowed this.
    pub(crate) fn allows(&self, scope: &str) -> bool {
        self.scopes.as_str().split(',').any(|allowed| allowed == scope)
    }
}

/// Refuses an app that may act for no other merchant than its own.
pub(crate) fn check_third_party(gateway: &Gateway, app: &App) -> Result<(), Failure> {
    let may = gateway.world.apps.of(app.id).third_party;
    may.then_some(()).ok_or_else(|| Failure::refused(NotThirdParty))
}

/// A failure of a token at this place.
pub(crate) fn bad(place: TokenPlace, refused: TokenRefused) -> Failure {
    Failure::refused(BadToken { place, refused })
}

/// As [`bad`], when the cell says so.
pub(crate) fn bad_of(place: TokenPlace, error: CellError<TokenRefused>) -> Failure {
    match error {
        CellError::Refused(refused) => bad(place, refused),
        CellError::Busy => Failure::of_cell::<BadToken>(CellError::Busy),
        CellError::Unknown => Failure::of_cell::<BadToken>(CellError::Unknown),
    }
}

/// What an access token of this app stands for, and whether it is worth something.
pub(crate) async fn seen(
    gateway: &Gateway,
    app: &App,
    kind: GrantKind,
    place: TokenPlace,
    token: &str,
) -> Result<SeenToken, Failure> {
    let slot = slot_of_token(token).ok_or_else(|| bad(place, TokenRefused::NotFound))?;
    let digest = gateway.world.secrets.token_digest(token);
    gateway
        .door
        .ask(FindToken { slot, app: app.id, kind, digest })
        .await
        .map_err(|error| bad_of(place, error))
}

async fn live(
    gateway: &Gateway,
    app: &App,
    kind: GrantKind,
    place: TokenPlace,
    token: &[u8],
) -> Result<Authorized, Failure> {
    let token = std::str::from_utf8(token).map_err(|_| bad(place, TokenRefused::NotFound))?;
    let seen = seen(gateway, app, kind, place, token).await?;
    seen.live().map_err(|refused| bad(place, refused))
}

/// The user that an `auth_token` stands for; nobody when none is given.
pub(crate) async fn user(
    gateway: &Gateway,
    app: &App,
    token: Option<&[u8]>,
) -> Result<Option<User>, Failure> {
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
    let found = live(gateway, app, GrantKind::User, TokenPlace::AuthToken, token).await?;
    Ok(Some(User { party: found.owner, scopes: found.scopes }))
}

/// The merchant that an `app_auth_token` stands for; absent when none is given.
pub(crate) async fn merchant(
    gateway: &Gateway,
    app: &App,
    token: Option<&[u8]>,
) -> Result<Option<Merchant>, Failure> {
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
    let place = TokenPlace::AppAuthToken;
    let found = live(gateway, app, GrantKind::Merchant, place, token).await?;
    let own_app = found.own_app.ok_or_else(|| bad(place, TokenRefused::NotFound))?;
    Ok(Some(Merchant { party: found.owner, own_app }))
}
