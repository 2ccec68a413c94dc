//! How somebody becomes a merchant: an application with documents, which is reviewed, and signed when it passed.
//!
//! Facts: domain reference 1.5. What is known of the applicant by name is sealed with the applicant's own key; the
//! documents lie in the vault, and rows only say which ones there are.

use crate::{DataKeyId, LoginName, PartyName};
use base::{AppId, Field, PartyId, Record, Slot, Text};
use serde::{Deserialize, Serialize};

/// Smallest document, bytes (documented: 50 KB): less is too small to be read.
pub const DOCUMENT_BYTES_MIN: usize = 50 * 1024;
/// Largest document, bytes (documented: 5 MB).
pub const DOCUMENT_BYTES_MAX: usize = 5 * 1024 * 1024;
const _: () = assert!(DOCUMENT_BYTES_MIN < DOCUMENT_BYTES_MAX);

/// What a merchant is by law.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
#[serde(rename_all = "snake_case")]
pub enum MerchantKind {
    /// A company.
    Enterprise,
    /// A business that one person owns, with a licence.
    IndividuallyOwned,
    /// A person without a licence.
    Individual,
}

/// Where an application stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Field)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationState {
    /// It is being filled in.
    Init,
    /// It is complete, and the merchant is to say that it is right.
    MerchantConfirm,
    /// It waits for a reviewer, or is with one.
    Auditing,
    /// It passed; the merchant may sign.
    AuditPass,
    /// It did not pass; it may be corrected and handed in again.
    AuditReject,
    /// The merchant is one.
    Signed,
    /// The merchant sells nothing until that is lifted.
    Suspended,
    /// The merchant is none any more.
    Unsigned,
}

impl ApplicationState {
    /// All states.
    pub const ALL: [ApplicationState; 8] = [
        ApplicationState::Init,
        ApplicationState::MerchantConfirm,
        ApplicationState::Auditing,
        ApplicationState::AuditPass,
        ApplicationState::AuditReject,
        ApplicationState::Signed,
        ApplicationState::Suspended,
        ApplicationState::Unsigned,
    ];

    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            ApplicationState::Init => "INIT",
            ApplicationState::MerchantConfirm => "MERCHANT_CONFIRM",
            ApplicationState::Auditing => "AUDITING",
            ApplicationState::AuditPass => "AUDIT_PASS",
            ApplicationState::AuditReject => "AUDIT_REJECT",
            ApplicationState::Signed => "SIGNED",
            ApplicationState::Suspended => "SUSPENDED",
            ApplicationState::Unsigned => "UNSIGNED",
        }
    }
}

/// What happens to an application.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ApplicationEvent {
    /// The applicant fills it in, corrects it, or adds a document.
    Fill,
    /// The applicant says that it is complete.
    Submit,
    /// The applicant says that all in it is true.
    Confirm,
    /// A reviewer takes it out of the queue.
    Claim,
    /// The reviewer lets it pass.
    Pass,
    /// The reviewer turns it down.
    Reject,
    /// The applicant signs: the merchant and its app are opened.
    Sign,
    /// An operator stops the merchant from selling.
    Suspend,
    /// An operator lets it sell again.
    Resume,
    /// The contract ends.
    Unsign,
}

/// The state after an event; `None` where the event cannot be.
pub fn application_next(state: ApplicationState, event: ApplicationEvent) -> Option<ApplicationState> {
    use ApplicationEvent as E;
    use ApplicationState as S;
    match (state, event) {
        (S::Init | S::AuditReject, E::Fill) => Some(state),
        (S::Init | S::AuditReject, E::Submit) => Some(S::MerchantConfirm),
        // What is to be confirmed may be found wrong, and is filled in again.
        (S::MerchantConfirm, E::Fill) => Some(S::Init),
        (S::MerchantConfirm, E::Confirm) => Some(S::Auditing),
        (S::Auditing, E::Claim) => Some(S::Auditing),
        (S::Auditing, E::Pass) => Some(S::AuditPass),
        (S::Auditing, E::Reject) => Some(S::AuditReject),
        (S::AuditPass, E::Sign) => Some(S::Signed),
        (S::Signed, E::Suspend) => Some(S::Suspended),
        (S::Suspended, E::Resume) => Some(S::Signed),
        (S::Signed | S::Suspended, E::Unsign) => Some(S::Unsigned),
        (S::Init | S::AuditReject, E::Confirm | E::Claim | E::Pass | E::Reject | E::Sign) => None,
        (S::MerchantConfirm, E::Submit | E::Claim | E::Pass | E::Reject | E::Sign) => None,
        (S::Auditing, E::Fill | E::Submit | E::Confirm | E::Sign) => None,
        (S::AuditPass, E::Fill | E::Submit | E::Confirm | E::Claim | E::Pass | E::Reject) => None,
        (S::Signed | S::Suspended, E::Fill | E::Submit | E::Confirm | E::Claim) => None,
        (S::Signed | S::Suspended, E::Pass | E::Reject | E::Sign) => None,
        (S::Signed, E::Resume) | (S::Suspended, E::Suspend) => None,
        (
            S::Init | S::MerchantConfirm | S::Auditing | S::AuditPass | S::AuditReject,
            E::Suspend | E::Resume | E::Unsign,
        ) => None,
        (
            S::Unsigned,
            E::Fill
            | E::Submit
            | E::Confirm
            | E::Claim
            | E::Pass
            | E::Reject
            | E::Sign
            | E::Suspend
            | E::Resume
            | E::Unsign,
        ) => None,
    }
}

macro_rules! bits {
    ($(#[$doc:meta])* $type:ident {
        $($(#[$own:meta])* $name:ident = $bit:literal, $word:literal, $chinese:literal, $english:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
        pub enum $type { $($(#[$own])* $name,)* }

        impl $type {
            /// All there are.
            pub const ALL: &'static [$type] = &[$($type::$name,)*];
            /// Its bit in a row; never changed.
            pub const fn bit(self) -> u32 { match self { $($type::$name => 1 << $bit,)* } }
            /// Its name in calls and answers.
            pub const fn name(self) -> &'static str { match self { $($type::$name => $word,)* } }
            /// The one of this name.
            pub fn named(name: &str) -> Option<$type> { $type::ALL.iter().copied().find(|one| one.name() == name) }
            /// For people, in Chinese.
            pub const fn text_zh(self) -> &'static str { match self { $($type::$name => $chinese,)* } }
            /// For people, in English.
            pub const fn text_en(self) -> &'static str { match self { $($type::$name => $english,)* } }
            /// Those whose bits are set.
            pub fn of_bits(bits: u32) -> impl Iterator<Item = $type> {
                $type::ALL.iter().copied().filter(move |one| bits & one.bit() != 0)
            }
        }
    };
}

bits! {
    /// A document of an application.
    DocumentKind {
        /// The business licence.
        Licence = 0, "licence", "营业执照", "business licence";
        /// The front of the identity card.
        IdFront = 1, "id_front", "身份证人像面", "front of the identity card";
        /// The back of the identity card.
        IdBack = 2, "id_back", "身份证国徽面", "back of the identity card";
        /// The shop from outside.
        ShopFront = 3, "shop_front", "门头照", "the shop from outside";
        /// The shop from inside.
        Indoor = 4, "indoor", "店内照", "the shop from inside";
        /// A licence of the trade, such as food or tobacco.
        Industry = 5, "industry", "行业许可证", "licence of the trade";
    }
}

bits! {
    /// Why an application did not pass.
    RejectReason {
        /// A document cannot be read.
        DocumentUnreadable = 0, "document_unreadable", "证件图片不清晰，请重新上传", "a document cannot be read: upload it again";
        /// A document is no longer valid.
        DocumentExpired = 1, "document_expired", "证件已过期", "a document is no longer valid";
        /// What was filled in is not what the documents say.
        DataDiffers = 2, "data_differs", "填写信息与证件不一致", "what was filled in is not what the documents say";
        /// The site does not answer, or has no complete pages of goods.
        SiteIncomplete = 3, "site_incomplete", "网站无法访问或商品页面不完整",
            "the site cannot be reached or has no complete goods pages";
        /// The trade is not allowed for this kind of merchant.
        TradeNotAllowed = 4, "trade_not_allowed", "经营类目不支持该商户类型", "the trade is not allowed for this kind of merchant";
        /// A licence of the trade is missing.
        IndustryLicenceMissing = 5, "industry_licence_missing", "缺少行业许可证", "a licence of the trade is missing";
    }
}

/// The documents that an application needs, as bits. Who sells on a site needs no shop to be seen.
pub fn documents_needed(kind: MerchantKind, sells_on_site: bool) -> u32 {
    let card = DocumentKind::IdFront.bit() | DocumentKind::IdBack.bit();
    let shop = if sells_on_site { 0 } else { DocumentKind::ShopFront.bit() };
    match kind {
        MerchantKind::Enterprise | MerchantKind::IndividuallyOwned => {
            card | shop | DocumentKind::Licence.bit()
        }
        MerchantKind::Individual => card | shop,
    }
}

/// A bit beside the reasons, of a suspended merchant: what it may do was decided by an operator apart from the
/// suspension, before or meanwhile, so that lifting the suspension does not touch it.
pub const KEEPS_STATUS: u32 = 1 << 31;

/// Who reviews.
pub type ReviewerName = Text<64>;

/// Somebody's application to be a merchant, under the name that the merchant will sign in with.
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[record(table = "merchant_application", key = 2)]
pub struct MerchantApplication {
    /// The slot that the login hashes to: the merchant's.
    pub slot: Slot,
    /// The name that the merchant will sign in with.
    pub login: LoginName,
    /// Who applies.
    pub applicant: PartyId,
    /// What the merchant is by law.
    pub kind: MerchantKind,
    /// Where it stands.
    pub state: ApplicationState,
    /// How the merchant shall be shown to buyers.
    pub name: PartyName,
    /// The applicant's key in the vault.
    pub data_key: DataKeyId,
    /// What is known by name, sealed.
    pub sealed: Vec<u8>,
    /// Whether the name of the account is the one that vouches for it: the licence's, or the person's own.
    pub name_matches: bool,
    /// The site that it sells on.
    pub site: Option<Text<200>>,
    /// The documents that are there, as bits.
    pub documents: u32,
    /// Who took it out of the queue last.
    pub reviewer: Option<ReviewerName>,
    /// Why it did not pass, as bits; of the last review. While it is suspended: whether [`KEEPS_STATUS`].
    pub reasons: u32,
    /// What the reviewer says beside them.
    pub note: Option<Text<200>>,
    /// The merchant, once it was signed.
    pub merchant: Option<PartyId>,
    /// Its app, once it was signed.
    pub app: Option<AppId>,
    /// When it was begun, microseconds UTC.
    pub opened_at_us: i64,
    /// When it came to where it stands, microseconds UTC.
    pub changed_at_us: i64,
}

/// Whether the bytes are a picture of a kind that documents may have (documented: png, bmp, gif, jpg, jpeg), and of
/// which. The name that a client gives a file says nothing.
pub fn picture_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 5] = [
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"BM", "bmp"),
        (b"GIF87a", "gif"),
        (b"GIF89a", "gif"),
        (b"\xff\xd8\xff", "jpg"),
    ];
    KINDS.iter().find(|(begin, _)| bytes.starts_with(begin)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ApplicationEvent::{Claim, Confirm, Fill, Pass, Reject, Resume, Sign, Submit, Suspend, Unsign};
    use ApplicationState::{
        AuditPass, AuditReject, Auditing, Init, MerchantConfirm, Signed, Suspended, Unsigned,
    };

    #[test]
    fn an_application_goes_its_way_and_no_other() {
        let allowed = [
            (Init, Fill, Init),
            (Init, Submit, MerchantConfirm),
            (MerchantConfirm, Fill, Init),
            (MerchantConfirm, Confirm, Auditing),
            (Auditing, Claim, Auditing),
            (Auditing, Pass, AuditPass),
            (Auditing, Reject, AuditReject),
            (AuditReject, Fill, AuditReject),
            (AuditReject, Submit, MerchantConfirm),
            (AuditPass, Sign, Signed),
            (Signed, Suspend, Suspended),
            (Suspended, Resume, Signed),
            (Signed, Unsign, Unsigned),
            (Suspended, Unsign, Unsigned),
        ];
        for state in ApplicationState::ALL {
            for event in [Fill, Submit, Confirm, Claim, Pass, Reject, Sign, Suspend, Resume, Unsign] {
                let wanted = allowed.iter().find(|(from, by, _)| (*from, *by) == (state, event));
                assert_eq!(
                    application_next(state, event),
                    wanted.map(|(_, _, to)| *to),
                    "{state:?} {event:?}"
                );
            }
        }
    }

    #[test]
    fn pictures_are_known_by_their_bytes() {
        assert_eq!(picture_kind(b"\x89PNG\r\n\x1a\nrest"), Some("png"));
        assert_eq!(picture_kind(b"\xff\xd8\xff\xe0"), Some("jpg"));
        assert_eq!(picture_kind(b"GIF89a"), Some("gif"));
        assert_eq!(picture_kind(b"BM6"), Some("bmp"));
        for other in [&b""[..], b"%PDF-1.4", b"\x89PNG", b"<svg>", b"GIF"] {
            assert_eq!(picture_kind(other), None);
        }
    }

    #[test]
    fn which_documents_are_needed() {
        let names = |kind, site| -> Vec<&str> {
            DocumentKind::of_bits(documents_needed(kind, site)).map(DocumentKind::name).collect()
        };
        assert_eq!(names(MerchantKind::Enterprise, false), ["licence", "id_front", "id_back", "shop_front"]);
        assert_eq!(names(MerchantKind::IndividuallyOwned, true), ["licence", "id_front", "id_back"]);
        assert_eq!(names(MerchantKind::Individual, false), ["id_front", "id_back", "shop_front"]);
        assert_eq!(names(MerchantKind::Individual, true), ["id_front", "id_back"]);
        for kind in DocumentKind::ALL {
            assert_eq!(DocumentKind::named(kind.name()), Some(*kind));
        }
    }
}
