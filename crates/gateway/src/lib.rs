//! The Alipay Open API, v2 and v3: a signed request in, a signed answer out.
//!
//! Why a room of its own: everything that depends on the wire's habits ends here. Below there are commands and rows;
//! above there is HTTP. A request is believed only as a `Verified`, which the verifier alone makes; a refusal becomes
//! a public code in one table, [`codes_table`]; every answer is one envelope signed over its exact bytes.
//!
//! The outcome of money is never guessed: when the cell is busy or its answer is unknown, the caller hears 20000 and
//! queries, and never a refusal.
//!
//! Checking and making signatures is nearly all the work there is. It is done where the call runs, on the threads that
//! serve, and `places` bounds how much of it is under way.
//!
//! v3 (`v3`, `verify/v3`) is another face of the same methods: how a call is written, signed and answered differs, what
//! it does and why it is refused does not.
//!
//! Reading order: `http`, `places`, `verify`, `tokens`, `registry`, one file of `methods`, `order_fields`, `codes`,
//! `answer`; `bills`, what merchants read of their own account; then `faults`, what developers of a sandbox world may
//! ask for, and `seen`, what they see of their calls; `tally`, what whoever watches sees of all of them.

mod agreement_facts;
mod agreement_fields;
mod answer;
mod batch_fields;
mod bills;
mod busy;
mod card_transfer_fields;
mod codes;
mod facts;
mod faults;
mod fields;
mod find_login;
mod freeze_fields;
mod gateway;
mod goods;
mod held;
mod hint;
mod http;
mod index;
mod index_rows;
mod known;
mod methods;
mod nonces;
mod offer;
mod open_ids;
mod order_facts;
mod order_fields;
mod order_name;
mod payee_cards;
mod places;
mod receiver;
mod registry;
#[cfg(feature = "rehearsal")]
mod rehearsal;
mod request;
mod seen;
mod split_facts;
mod tally;
mod tokens;
mod trace;
mod transfer_fields;
mod v3;
mod verify;
mod witness;

pub use codes::{TableRow, codes_table};
pub use facts::{Field, Kind, Member, Need, Part, Shape};
pub use faults::{Failing, LostAnswer};
pub use gateway::{Gateway, Refusal};
pub use http::{BODY_BYTES_MAX, routes};
pub use index::{Described, ToldAs, methods, methods_page};
pub use index_rows::Row;
pub use payee_cards::{Naming, PayeeAsked, PayeeBank};
pub use places::calls_max;
pub use registry::{Listed, method_list};
#[cfg(feature = "rehearsal")]
pub use rehearsal::{Calling, Rehearsal, Said};
pub use tally::{Ending, Tally};
pub use witness::{CallSeen, LettersSent, Told, Witness};
