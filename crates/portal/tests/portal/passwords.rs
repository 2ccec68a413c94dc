//! What a password costs whoever guesses at it.

use crate::shop::world;
use portal::password::{hash, hash_seeded, verify};
use world::Secrets;

#[test]
fn a_seeded_password_is_cheap_in_a_sandbox_only_and_compared_at_its_own_cost() {
    let (sandbox, real) = (world(true), world(false));
    let cheap = hash_seeded(&sandbox, "739164", [1; 16]).unwrap();
    assert!(cheap.as_str().starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{cheap}");
    assert!(verify(&sandbox.secrets, &cheap, Secrets::PEPPER_VERSION, "739164"));
    assert!(!verify(&sandbox.secrets, &cheap, Secrets::PEPPER_VERSION, "739165"));
    let full = hash_seeded(&real, "739164", [1; 16]).unwrap();
    assert_eq!(full, hash(&real.secrets, "739164", [1; 16]).unwrap());
    assert!(full.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{full}");
}
