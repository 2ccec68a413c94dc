//! Lists of names (名单): people, organisations and accounts that somebody must look at before they are served.
//!
//! A list is read whole or refused whole, and is known by its digest: rows hold versions and digests, the names stay in
//! the file. Who is held against a list is known by name at the rim only; a hit carries the entry, a score in
//! thousandths and the places of the tokens that met, never a name. All of it is arithmetic on whole numbers.
//!
//! Reading order: `list`, `name`, `measure`, `look`, `records`.

mod han;
mod list;
mod look;
mod measure;
mod name;
mod records;

pub use list::{
    ENTRIES_MAX, EntryId, EntryKind, LIST_BYTES_MAX, ListEntry, ListError, NAMES_MAX, NameList, list_digest,
};
pub use look::{HITS_MAX, Hit, Looked};
pub use measure::Measure;
pub use records::{
    ABOUT_PERSON, About, MERCHANT_PLACES, Matched, ScreenHit, ScreenList, ScreenProposal, ScreenRelease,
    Screening, Subjects, THRESHOLD_MAX, THRESHOLD_MIN, about_merchant, hit_subject, is_screen_subject,
};
