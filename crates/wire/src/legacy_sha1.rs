//! PKCS#1 v1.5 signatures with SHA-1, for apps still on `sign_type=RSA`.
//!
//! Why unsafe code stands here (and in one call of `store`, nowhere else): the safe wrapper of the cryptography library
//! verifies such signatures but refuses to make them, while clients of that sign type accept no other. The same library
//! does the arithmetic, so blinding and constant time stay its own. The key is parsed for each signature and freed
//! again: nothing of it outlives a call, and a slow path suits an algorithm that should not be used.
#![allow(unsafe_code, reason = "the safe wrapper does not make SHA-1 signatures; see above")]

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_sys::{NID_sha1, RSA_free, RSA_private_key_from_bytes, RSA_sign, RSA_size};

/// The signature of `message` with the key in this PKCS#1 DER; `None` if the library refuses the key.
pub(crate) fn sign(pkcs1: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, message);
    let digest = digest.as_ref();
    // SAFETY: pointer and length are of one slice; a null result is handled before use.
    let key = unsafe { RSA_private_key_from_bytes(pkcs1.as_ptr(), pkcs1.len()) };
    if key.is_null() {
        return None;
    }
    // SAFETY: `key` is not null and owned here until `RSA_free`; `signature` has the RSA_size bytes that RSA_sign
    // may write; `digest` is the 20 bytes that NID_sha1 demands.
    let (signature, made) = unsafe {
        let mut signature = vec![0u8; RSA_size(key) as usize];
        let mut length = 0;
        let made =
            RSA_sign(NID_sha1, digest.as_ptr(), digest.len(), signature.as_mut_ptr(), &mut length, key) == 1;
        RSA_free(key);
        signature.truncate(length as usize);
        (signature, made)
    };
    made.then_some(signature)
}
