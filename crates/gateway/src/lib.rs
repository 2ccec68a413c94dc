//! The Alipay Open API v2: a signed request in, a signed answer out.
//!
//! Why a room of its own: everything that depends on the wire's habits ends here. Below there are commands and rows;
//! above there is HTTP. A request is believed only as a `Verified`, which the verifier alone makes; a refusal becomes
//! a public code in one table, [`codes_table`]; every answer is one envelope signed over its exact bytes.
//!
//! The outcome of money is never guessed: when the cell is busy or its answer is unknown, the caller hears 20000 and
//! queries, and never a refusal.
//!
//! Reading order: `http`, `verify`, `registry`, one file of `methods`, `order_fields`, `codes`, `answer`, `signer`.

mod answer;
mod codes;
mod fields;
mod gateway;
mod goods;
mod hint;
mod http;
mod known;
mod methods;
mod offer;
mod order_fields;
mod order_name;
mod registry;
mod request;
mod signer;
mod verify;

pub use codes::{TableRow, codes_table};
pub use gateway::{Gateway, Refusal};
pub use http::{BODY_BYTES_MAX, routes};
pub use registry::{Listed, method_list};
