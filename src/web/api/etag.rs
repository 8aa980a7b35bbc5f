//! Versions of resources: a hash of what is shown of them, so that a version says no more than the resource itself.

use serde::Serialize;

/// The strong ETag of a resource.
pub fn of(resource: &impl Serialize) -> String {
    let hash = serde_json::to_vec(resource).map(|json| blake3::hash(&json).to_hex()).unwrap_or_else(|_| {
        // What cannot be written cannot be sent either.
        blake3::hash(b"").to_hex()
    });
    format!("\"{}\"", &hash[..24])
}

/// Does a list of ETags (`If-Match`, `If-None-Match`) have this one? `*` has every one; weak ones are compared by
/// their text only where `weak` allows it.
pub fn lists(header: &str, etag: &str, weak: bool) -> bool {
    header.trim() == "*"
        || header
            .split(',')
            .map(str::trim)
            .any(|one| one == etag || (weak && one.strip_prefix("W/").is_some_and(|one| one == etag)))
}
