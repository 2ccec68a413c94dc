//! People: parties, the names they sign in with, their payment passwords, and the apps of merchants.
//!
//! Only what a demonstration needs so far: a party has a login, a name, a status and a payment password; identity
//! classes, documents and limits come with real people. A row never holds a password, only its peppered verifier.
//!
//! Reading order: `party`, `password`, `app`, `grant`, `certification`, `usage`.

mod app;
mod certification;
mod grant;
mod party;
mod password;
mod usage;

pub use app::{App, AppMode, AppStatus};
pub use certification::{CERTIFICATION_LIFE_US, Certification, CertificationId, CertificationState};
pub use grant::{
    Callback, Grant, GrantKind, MERCHANT_CODE_LIFE_US, REFRESH_OVERLAP_US, Scopes, TOKENS_MAX, Token,
    TokenDigest, TokenRole, TokenStanding, USER_CODE_LIFE_US,
};
pub use party::{Login, LoginName, Party, PartyKind, PartyName, PartyStatus, SlotHead, masked_login};
pub use password::{
    ATTEMPT_LIFE_US, Attempt, Credential, LOCK_US, PROOF_LIFE_US, PasswordRefused, TRIES_MAX, Verifier,
    judged, reserved,
};
pub use usage::{Span, Usage, UsageKind};
