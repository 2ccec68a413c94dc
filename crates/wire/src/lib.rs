//! The bytes of the Alipay Open API: what a request must look like to be believed, and what an answer must look
//! like so that every client library believes it.
//!
//! Why a room of its own: a signature covers exact bytes, so the order of members, a slash or a space decides
//! whether a merchant can be paid. Those rules are gathered here, pure, with golden tests.
//!
//! What is absent: no clock, no network, no file, no method of the API. Randomness is used by [`keygen`] alone.
//!
//! Reading order: [`params`], [`canonical`], [`sign`], then [`json`], [`envelope`], and the rest as needed.

pub mod aes;
pub mod auth_code;
pub mod bank_call;
pub mod canonical;
pub mod cert;
mod cert_sm2;
pub mod charset;
mod der;
pub mod doctor;
pub mod envelope;
pub mod json;
mod json_reader;
mod key_error;
pub mod keygen;
mod legacy_sha1;
pub mod notify_form;
pub mod page;
pub mod params;
mod pem;
pub mod public_code;
pub mod sign;
mod sign_type;
mod sm2;
pub mod timestamp;
pub mod v3;
