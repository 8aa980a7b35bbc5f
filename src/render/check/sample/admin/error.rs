//! Sample pages of refused requests.

use crate::render::view_admin::RefusedPage;

use super::Samples;

pub(super) const TEMPLATES: [(&str, &str); 1] = [("error/error.html", "RefusedPage")];

/// Keys that `RefusedPage::key` takes.
pub const REFUSED_KEYS: [&str; 12] = [
    "error.400",
    "error.401",
    "error.403",
    "error.404",
    "error.405",
    "error.409",
    "error.413",
    "error.429",
    "error.500",
    "error.503",
    "error.stale_form",
    "error.read_only",
];

pub(super) fn add(samples: &mut Samples) {
    for key in REFUSED_KEYS {
        let status = key.trim_start_matches("error.").parse().unwrap_or(403);
        let again = if status == 404 { String::new() } else { "/admin/password".to_owned() };
        let refused = RefusedPage { status, key: key.into(), request_id: "1a2b3c4d-7".into(), again };
        samples.add_for(status != 403, key, "error/error.html", refused);
    }
}
