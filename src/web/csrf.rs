//! The secret of a form: proves that it was filled in on a page of ours.
//!
//! **Invariant:** the secret in a page is derived from a cookie that no script
//! and no other site can read, and differs from it.

/// What the derivation is for.
const CONTEXT: &str = "zhanqun 2026-11-23 secret of forms";

/// The secret for the forms of a browser whose cookie holds `secret`.
pub fn token(secret: &str) -> String {
    hash(secret).to_hex().to_string()
}

/// Does a form come from a page that was made for this cookie? Takes equally long for each answer.
pub fn fits(secret: &str, given: &str) -> bool {
    blake3::Hash::from_hex(given).is_ok_and(|given| given == hash(secret))
}

fn hash(secret: &str) -> blake3::Hash {
    blake3::Hash::from_bytes(blake3::derive_key(CONTEXT, secret.as_bytes()))
}
