//! The code that an app gets when somebody said yes to it, from the pages and the sandbox alike.

use crate::chance;
use crate::portal::Portal;
use base::{PartyId, Secret};
use cell::CellError;
use engine::{Authorize, AuthorizeRefused};
use people::GrantKind;

/// Codes drawn for one yes at most; none was ever drawn twice.
const DRAWS_MAX: u32 = 3;

/// A code that was given, and until when it can be used, microseconds UTC.
pub(crate) struct Given {
    /// The code.
    pub(crate) code: Secret<String>,
    /// Until when.
    pub(crate) expires_at_us: i64,
}

/// Says yes to an app in the name of a party.
pub(crate) async fn authorize(
    portal: &Portal,
    owner: PartyId,
    allowed: &Allowed,
) -> Result<Given, CellError<AuthorizeRefused>> {
    let own_app = match allowed.kind {
        GrantKind::User => None,
        GrantKind::Merchant => {
            allowed.own_app.or_else(|| portal.door.apps_of(owner, 1).first().map(|app| app.id))
        }
    };
    for _draw in 0..DRAWS_MAX {
        let code = chance::auth_code(&portal.world.secrets, portal.door.now_us(), owner.slot());
        let digest = portal.world.secrets.token_digest(code.reveal());
        let Allowed { app, kind, scopes, attempt, passkey, .. } = allowed.clone();
        let yes = Authorize { owner, app, kind, scopes, own_app, code: digest, attempt, passkey };
        match portal.door.ask(yes).await {
            Ok(expires_at_us) => return Ok(Given { code, expires_at_us }),
            Err(CellError::Refused(AuthorizeRefused::CodeTaken)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(CellError::Busy)
}

/// What somebody says yes to.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    /// The app.
    pub(crate) app: base::AppId,
    /// As what.
    pub(crate) kind: GrantKind,
    /// What it may know.
    pub(crate) scopes: people::Scopes,
    /// Of a merchant: the own app that it stands in for; else the one with the lowest id.
    pub(crate) own_app: Option<base::AppId>,
    /// The try of the payment password, or the sign-in by passkey, that stands for it, where somebody signed in.
    pub(crate) attempt: Option<u64>,
    /// The passkey that signed in, by its number.
    pub(crate) passkey: Option<u64>,
}
