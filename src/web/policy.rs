//! How long answers may be kept outside: the only file that writes `Cache-Control`.
//!
//! **Invariant:** nothing that depends on who asks is ever public.

use http::{HeaderMap, HeaderValue, header};

/// How long an answer may be kept by browsers and proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Public pages: kept, but asked about each time; a change shows at once.
    Revalidate,
    /// Files whose address contains their content's hash.
    Forever,
    /// Media: an address keeps its content, yet a withdrawn file must vanish within the hour.
    Hour,
    /// Admin, API, forms and their answers.
    Never,
}

impl Keep {
    /// Value of `Cache-Control`.
    pub fn value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Keep::Revalidate => "public, max-age=0, must-revalidate",
            Keep::Forever => "public, max-age=31536000, immutable",
            Keep::Hour => "public, max-age=3600, must-revalidate",
            Keep::Never => "no-store",
        })
    }

    /// Sets the header.
    pub fn set(self, headers: &mut HeaderMap) {
        headers.insert(header::CACHE_CONTROL, self.value());
    }
}
