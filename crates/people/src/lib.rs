//! People: parties, the names they sign in with, their payment passwords, and the apps of merchants.
//!
//! Only what a demonstration needs so far: a party has a login, a name, a status and a payment password; identity
//! classes, documents and limits come with real people. A row never holds a password, only its peppered verifier.
//!
//! Reading order: `party`, `password`, `app`, `grant`, `certification`, `challenge`.

mod app;
mod certification;
mod challenge;
mod grant;
mod party;
mod password;

pub use app::{App, AppMode, AppStatus};
pub use certification::{CERTIFICATION_LIFE_US, Certification, CertificationId, CertificationState};
pub use challenge::{
    AddressDigest, CHALLENGE_LIFE_US, CHALLENGE_PROOF_LIFE_US, CHALLENGE_TRIES_MAX, Challenge,
    ChallengeEvent, ChallengePurpose, ChallengeState, CodeDigest, DIGEST_MARK, OpenChallengeRefused,
    RESEND_AFTER_US, SENDS_A_DAY_MAX, TryChallengeRefused, challenge_next, forget_at_us, login_of_address,
    sends_with_next, slot_of_address, tried, used,
};
pub use grant::{
    Callback, Grant, GrantKind, MERCHANT_CODE_LIFE_US, REFRESH_OVERLAP_US, Scopes, TOKENS_MAX, Token,
    TokenDigest, TokenRole, TokenStanding, USER_CODE_LIFE_US,
};
pub use party::{Login, LoginName, Party, PartyKind, PartyName, PartyStatus, SlotHead, masked_login};
pub use password::{
    ATTEMPT_LIFE_US, Attempt, Credential, LOCK_US, PROOF_LIFE_US, PasswordRefused, TRIES_MAX, Verifier,
    judged, reserved,
};
