//! How the platform and a bank's process prove to each other who calls and who answers: HMAC-SHA-256 with a secret that
//! both have. It is a protocol of ours, of no real bank.
//!
//! A call carries three headers: the generation of the world, the world's time, and the proof. The answer carries a
//! proof over the call's own proof, so that no answer can be given to another call.

use aws_lc_rs::hmac;
use base::Secret;

/// Header: the world's generation, drawn anew at each beginning, so that numbers that repeat are not taken for old
/// ones.
pub const GENERATION_HEADER: &str = "tongbao-generation";
/// Header: the world's time, microseconds UTC, decimal.
pub const TIME_HEADER: &str = "tongbao-time-us";
/// Header of calls and answers: the proof, lower-case hex.
pub const PROOF_HEADER: &str = "tongbao-proof";

/// The secret's length in bytes.
pub const SECRET_BYTES: usize = 32;

/// What a proof of a call covers.
#[derive(Clone, Copy, Debug)]
pub struct BankCall<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Path with query, as sent.
    pub path: &'a str,
    /// The world's generation.
    pub generation: &'a str,
    /// The world's time, microseconds UTC.
    pub time_us: i64,
    /// The body's bytes; empty when there is none.
    pub body: &'a [u8],
}

/// The secret between the platform and its bank.
#[derive(Debug)]
pub struct BankSecret {
    key: hmac::Key,
}

impl BankSecret {
    /// Reads the secret as its file holds it: 64 hex digits, and white space around them. `None` for anything else.
    pub fn from_hex(text: &str) -> Option<BankSecret> {
        let bytes = Secret::new(hex::decode(text.trim()).ok()?);
        let fits = bytes.reveal().len() == SECRET_BYTES;
        fits.then(|| BankSecret { key: hmac::Key::new(hmac::HMAC_SHA256, bytes.reveal()) })
    }

    /// The proof of a call.
    pub fn prove_call(&self, call: &BankCall<'_>) -> String {
        hex::encode(hmac::sign(&self.key, &call_text(call)))
    }

    /// Whether a call's proof is right; in a time that does not tell where it is wrong.
    pub fn is_call(&self, call: &BankCall<'_>, proof: &str) -> bool {
        self.is(&call_text(call), proof)
    }

    /// The proof of an answer to the call with this proof.
    pub fn prove_answer(&self, call_proof: &str, status: u16, body: &[u8]) -> String {
        hex::encode(hmac::sign(&self.key, &answer_text(call_proof, status, body)))
    }

    /// Whether an answer's proof is right.
    pub fn is_answer(&self, call_proof: &str, status: u16, body: &[u8], proof: &str) -> bool {
        self.is(&answer_text(call_proof, status, body), proof)
    }

    fn is(&self, text: &[u8], proof: &str) -> bool {
        hex::decode(proof).is_ok_and(|tag| hmac::verify(&self.key, text, &tag).is_ok())
    }
}

/// The body stands last: everything before it is free of line feeds, so two calls never have one text.
fn call_text(call: &BankCall<'_>) -> Vec<u8> {
    let BankCall { method, path, generation, time_us, body } = call;
    let mut text = format!("call\n{method}\n{path}\n{generation}\n{time_us}\n").into_bytes();
    text.extend_from_slice(body);
    text
}

fn answer_text(call_proof: &str, status: u16, body: &[u8]) -> Vec<u8> {
    let mut text = format!("answer\n{call_proof}\n{status}\n").into_bytes();
    text.extend_from_slice(body);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: BankCall<'static> = BankCall {
        method: "POST",
        path: "/orders",
        generation: "g1",
        time_us: 1_767_283_200_000_000,
        body: br#"{"key":"1"}"#,
    };

    #[test]
    fn a_proof_covers_every_part_of_a_call_and_of_its_answer() {
        let secret = BankSecret::from_hex(&format!("{}\n", "5a".repeat(32))).unwrap();
        let proof = secret.prove_call(&CALL);
        assert!(secret.is_call(&CALL, &proof));
        for other in [
            BankCall { method: "GET", ..CALL },
            BankCall { path: "/orders/1", ..CALL },
            BankCall { generation: "g2", ..CALL },
            BankCall { time_us: CALL.time_us + 1, ..CALL },
            BankCall { body: b"{}", ..CALL },
        ] {
            assert!(!secret.is_call(&other, &proof), "{other:?}");
        }
        let answer = secret.prove_answer(&proof, 200, b"done");
        assert!(secret.is_answer(&proof, 200, b"done", &answer));
        assert!(!secret.is_answer(&proof, 200, b"refused", &answer), "another body");
        assert!(!secret.is_answer(&proof, 500, b"done", &answer), "another status");
        assert!(!secret.is_answer(&answer, 200, b"done", &answer), "another call");
        assert!(!secret.is_answer(&proof, 200, b"done", "no hex"));
        assert!(!secret.is_call(&CALL, &proof[2..]), "a shorter proof");
        let stranger = BankSecret::from_hex(&"5b".repeat(32)).unwrap();
        assert!(!stranger.is_call(&CALL, &proof));
    }

    #[test]
    fn a_secret_has_its_length() {
        for wrong in ["", "5a", &"5a".repeat(33), &"zz".repeat(32)] {
            assert!(BankSecret::from_hex(wrong).is_none(), "{wrong}");
        }
    }
}
