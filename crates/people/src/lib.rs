//! People: parties, the names they sign in with, their payment passwords, and the apps of merchants.
//!
//! A row never holds a password, only its peppered verifier; and of a registered person nothing in clear but what
//! merchants may see: addresses and identities are keyed digests, names are sealed.
//!
//! Reading order: `party`, `password`, `app`, `app_key`, `grant`, `certification`, `address`,
//! `challenge`, `sign_in`, `device`, `passkey`, `stop`, `profile`, `account_class`, `identity`, `usage`,
//! `merchant_application`, `merchant_staff`, `operator`, `ops_trail`.

mod account_class;
mod address;
mod app;
mod app_key;
mod certification;
mod challenge;
mod device;
mod grant;
mod identity;
mod merchant_application;
mod merchant_staff;
mod merchant_store;
mod operator;
mod ops_trail;
mod party;
mod passkey;
mod password;
mod person_spend;
mod profile;
mod sign_in;
mod stop;
mod usage;

pub use account_class::AccountClass;
pub use address::{Address, WeakPassword, check_login_password, check_pay_password};
pub use app::{App, AppMode, AppStatus};
pub use app_key::{AppKey, AppKeyEvent, AppKeyState, KEYS_OF_APP_MAX, app_key_next};
pub use certification::{CERTIFICATION_LIFE_US, Certification, CertificationId, CertificationState};
pub use challenge::{
    AddressDigest, CHALLENGE_LIFE_US, CHALLENGE_PROOF_LIFE_US, CHALLENGE_TRIES_MAX, Challenge,
    ChallengeEvent, ChallengePurpose, ChallengeState, CodeDigest, DIGEST_MARK, GONE_MARK,
    OpenChallengeRefused, RESEND_AFTER_US, SENDS_A_DAY_MAX, TryChallengeRefused, challenge_next,
    forget_at_us, login_of_address, sends_with_next, slot_of_address, tried, used,
};
pub use device::{DEVICE_IDLE_US, DEVICE_LIFE_US, DEVICE_SEEN_STEP_US, DEVICES_MAX, Device, DeviceToken};
pub use grant::{
    Callback, Grant, GrantKind, MERCHANT_CODE_LIFE_US, REFRESH_OVERLAP_US, Scopes, TOKENS_MAX, Token,
    TokenDigest, TokenRole, TokenStanding, USER_CODE_LIFE_US,
};
pub use identity::{
    ACCOUNTS_OF_PERSON_MAX, EVIDENCE_MAX, Evidence, EvidenceKind, IdentityDigest, Person, PersonUsage,
    ProviderName, Standing, class_of, id_number, slot_of_identity,
};
pub use merchant_application::{
    ApplicationEvent, ApplicationState, DOCUMENT_BYTES_MAX, DOCUMENT_BYTES_MIN, DocumentKind, KEEPS_STATUS,
    MerchantApplication, MerchantKind, RejectReason, ReviewerName, application_next, documents_needed,
    picture_kind,
};
pub use merchant_staff::{
    MerchantStaff, STAFF_EVER_OF_SELLER_MAX, STAFF_OF_SELLER_MAX, StaffAct, StaffBook, StaffNote, StaffPlace,
    StaffRole,
};
pub use merchant_store::{MerchantStore, StoreId, StoreName};
pub use operator::{
    Operator, OperatorAct, OperatorBook, OperatorName, OperatorProposal, OperatorRole, names_operator,
};
pub use ops_trail::{OPS_ASKED, OpsTrail, OpsTrailHead, OpsTrailOpen};
pub use party::{
    Login, LoginName, Party, PartyKind, PartyName, PartyStatus, SlotHead, masked_login, masked_name,
};
pub use passkey::{ActKind, PASSKEYS_MAX, Passkey, PasskeyDigest, PasskeyProof, PasskeyRefused, ShownAct};
pub use password::{
    ATTEMPT_LIFE_US, Attempt, Credential, LOCK_US, PROOF_LIFE_US, PasswordRefused, TRIES_MAX, Verifier,
    judged, reserved,
};
pub use person_spend::{PersonCount, PersonSpend, SpendKind};
pub use profile::{DataKeyId, Profile};
pub use sign_in::{DORMANT_US, GUESSES_MAX, PASSWORD_CHANGES_A_DAY_MAX, SignIn};
pub use stop::{PaymentStop, StopEvent};
pub use usage::{Span, Usage, UsageKind};
