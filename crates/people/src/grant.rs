//! Authorisations: an app may act for a merchant, or learn about a user, and the codes and tokens that prove it.
//!
//! A grant is the standing "yes" of one owner to one app. Each time the owner says yes the app gets a code, which it
//! changes once into two tokens: one to call with, one to get new tokens. Rows know them by keyed digests only, so
//! that a stolen table opens nothing. Facts: protocol reference 4.1 and 4.2.

use base::{AppId, DAY_US, Field, MINUTE_US, PartyId, Record, SECOND_US, Slot, Text};
use serde::{Deserialize, Serialize};

/// Keyed digest of a code or token.
pub type TokenDigest = [u8; 16];
/// What a user allowed, comma-separated as on the wire; empty for a merchant, who allows everything.
pub type Scopes = Text<200>;

/// How long an app has to change a user's code. No document agrees on it (3 minutes to 24 hours); ten are customary
/// for OAuth.
pub const USER_CODE_LIFE_US: i64 = 10 * MINUTE_US;
/// How long an app has to change a merchant's code, as documented.
pub const MERCHANT_CODE_LIFE_US: i64 = DAY_US;
/// How long an old access token still works after it was refreshed, so that calls under way do not fail.
pub const REFRESH_OVERLAP_US: i64 = 10 * MINUTE_US;
/// Codes and tokens that are kept of one grant; the oldest go first. Three are made for each time somebody says yes.
pub const TOKENS_MAX: usize = 64;

/// Who said yes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, Field)]
pub enum GrantKind {
    /// A user, to be known by the app.
    User,
    /// A merchant, so that the app acts in its place.
    Merchant,
}

impl GrantKind {
    /// How long a code lives, microseconds.
    pub const fn code_life_us(self) -> i64 {
        match self {
            GrantKind::User => USER_CODE_LIFE_US,
            GrantKind::Merchant => MERCHANT_CODE_LIFE_US,
        }
    }

    /// How long an access token lives, microseconds: 15 days, or a year.
    pub const fn access_life_us(self) -> i64 {
        match self {
            GrantKind::User => 1_296_000 * SECOND_US,
            GrantKind::Merchant => 31_536_000 * SECOND_US,
        }
    }

    /// How long a refresh token lives, microseconds: 30 days, or 372.
    pub const fn refresh_life_us(self) -> i64 {
        match self {
            GrantKind::User => 2_592_000 * SECOND_US,
            GrantKind::Merchant => 32_140_800 * SECOND_US,
        }
    }
}

/// What an owner allows an app.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "grants", key = 4)]
pub struct Grant {
    /// The owner's slot.
    pub slot: Slot,
    /// Who said yes.
    pub owner: PartyId,
    /// The app, of whatever merchant.
    pub app: AppId,
    /// As a user or as a merchant.
    pub kind: GrantKind,
    /// What was allowed last.
    pub scopes: Scopes,
    /// The merchant's own app, which the acting app stands in for; absent for a user.
    pub own_app: Option<AppId>,
    /// When it was allowed last, microseconds UTC.
    pub granted_at_us: i64,
    /// When it was withdrawn last, microseconds UTC: what was issued until then is worth nothing.
    pub withdrawn_at_us: Option<i64>,
    /// The digests of its codes and tokens, the oldest first, one after the other.
    pub tokens: Vec<u8>,
}

impl Grant {
    /// Whether it holds now.
    pub fn is_live(&self) -> bool {
        self.covers(self.granted_at_us)
    }

    /// Whether what was issued at this moment (microseconds UTC) was not withdrawn since.
    pub fn covers(&self, issued_at_us: i64) -> bool {
        self.withdrawn_at_us.is_none_or(|withdrawn_at_us| issued_at_us > withdrawn_at_us)
    }

    /// The digests of its codes and tokens, the oldest first.
    pub fn digests(&self) -> impl Iterator<Item = TokenDigest> + '_ {
        self.tokens.as_chunks().0.iter().copied()
    }

    /// Counts a new code or token in. Gives the oldest one when it has to go for it.
    pub fn add(&mut self, digest: TokenDigest) -> Option<TokenDigest> {
        self.tokens.extend_from_slice(&digest);
        if self.tokens.len() <= TOKENS_MAX * digest.len() {
            return None;
        }
        let oldest = self.digests().next();
        self.tokens.drain(..digest.len());
        oldest
    }
}

/// What a digest stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
pub enum TokenRole {
    /// Changed once into tokens.
    Code,
    /// Calls are made with it.
    Access,
    /// Changed once into new tokens.
    Refresh,
}

/// A code or token, known by its digest.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "token", key = 2)]
pub struct Token {
    /// The owner's slot, which the last two characters of a code or token name.
    pub slot: Slot,
    /// Keyed digest of it.
    pub digest: TokenDigest,
    /// What it is for.
    pub role: TokenRole,
    /// As what the owner said yes.
    pub kind: GrantKind,
    /// Who said yes.
    pub owner: PartyId,
    /// To which app.
    pub app: AppId,
    /// What it allows.
    pub scopes: Scopes,
    /// When the owner said yes, microseconds UTC: tokens keep that of their code.
    pub issued_at_us: i64,
    /// From when it is too old, microseconds UTC.
    pub expires_at_us: i64,
    /// From when it is worth nothing: it was changed into other tokens, or, for an access token, replaced.
    pub ended_at_us: Option<i64>,
    /// For a refresh token the access token that came with it.
    pub access: Option<TokenDigest>,
}

/// Whether a code or token is worth something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenStanding {
    /// It is.
    Live,
    /// It was used up or replaced.
    Ended,
    /// It is too old.
    Expired,
    /// Its owner took the yes back, or closed the account.
    Withdrawn,
}

impl Token {
    /// How it stands at this moment (microseconds UTC). What its owner did wins over what time did.
    pub fn standing(&self, grant: &Grant, now_us: i64) -> TokenStanding {
        if !grant.covers(self.issued_at_us) {
            TokenStanding::Withdrawn
        } else if self.ended_at_us.is_some_and(|ended_at_us| now_us >= ended_at_us) {
            TokenStanding::Ended
        } else if now_us >= self.expires_at_us {
            TokenStanding::Expired
        } else {
            TokenStanding::Live
        }
    }
}

/// Where an app's users may be sent back to, besides the developer's own machine.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "callback", key = 2)]
pub struct Callback {
    /// The app's slot.
    pub slot: Slot,
    /// The app.
    pub app: AppId,
    /// Scheme, host and port, `https://shop.example` each, separated by a space; up to 16.
    pub origins: Text<2000>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(withdrawn_at_us: Option<i64>) -> Grant {
        let owner = PartyId::issue(1, Slot::PLATFORM).unwrap();
        let app = AppId::issue(1, Slot::PLATFORM).unwrap();
        Grant {
            slot: owner.slot(),
            owner,
            app,
            kind: GrantKind::User,
            scopes: Text::new("auth_base").unwrap(),
            own_app: None,
            granted_at_us: 100,
            withdrawn_at_us,
            tokens: Vec::new(),
        }
    }

    fn token(ended_at_us: Option<i64>) -> Token {
        let Grant { slot, owner, app, kind, scopes, .. } = grant(None);
        let (role, digest, access) = (TokenRole::Access, [1; 16], None);
        let (issued_at_us, expires_at_us) = (100, 200);
        Token {
            slot,
            digest,
            role,
            kind,
            owner,
            app,
            scopes,
            issued_at_us,
            expires_at_us,
            ended_at_us,
            access,
        }
    }

    #[test]
    fn a_token_lives_until_its_time_its_use_or_its_owner_ends_it() {
        use TokenStanding::{Ended, Expired, Live, Withdrawn};
        for (withdrawn, ended, now_us, standing) in [
            (None, None, 199, Live),
            (None, None, 200, Expired),
            (None, Some(150), 149, Live),
            (None, Some(150), 150, Ended),
            (None, Some(150), 300, Ended),
            (Some(99), None, 150, Live),
            (Some(100), None, 150, Withdrawn),
            (Some(101), Some(150), 300, Withdrawn),
        ] {
            assert_eq!(token(ended).standing(&grant(withdrawn), now_us), standing, "{withdrawn:?} {ended:?}");
        }
        assert!(grant(Some(99)).is_live() && !grant(Some(100)).is_live());
    }

    #[test]
    fn a_grant_keeps_its_newest_tokens() {
        let mut grant = grant(None);
        for number in 0..u8::try_from(TOKENS_MAX).unwrap() {
            assert_eq!(grant.add([number; 16]), None);
        }
        assert_eq!(grant.add([200; 16]), Some([0; 16]));
        assert_eq!(grant.digests().count(), TOKENS_MAX);
        assert_eq!(grant.digests().next(), Some([1; 16]));
        assert_eq!(grant.digests().last(), Some([200; 16]));
    }
}
