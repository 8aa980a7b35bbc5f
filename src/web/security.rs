//! Headers that tell browsers what pages and files may do.
//!
//! **Invariant:** no policy allows inline scripts or `eval`, and an uploaded
//! file can run nothing in the name of this server.

use http::{HeaderMap, HeaderValue, header};

/// What an answer is, for its Content-Security-Policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A page of ours: everything from this server only.
    Page,
    /// An admin page: never inside another page, and other sites do not learn its address.
    Admin,
    /// A page as visitors will see it, shown to an editor inside an admin page or behind a link that expires.
    Preview,
    /// A page of an old site as it was, shown inside an admin page: nothing runs, nothing is fetched.
    Original,
    /// A page of a frozen copy of an old site: nothing runs, nothing is sent, nothing comes from elsewhere.
    Frozen,
    /// A file of a theme.
    Asset,
    /// An uploaded picture, sound or film that the browser shows itself.
    Shown,
    /// An uploaded PDF; browsers show none in a sandbox.
    Pdf,
    /// Any other uploaded file: it is saved, never shown.
    Saved,
}

impl Role {
    fn policy(self) -> &'static str {
        match self {
            Role::Page | Role::Preview => {
                "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                 object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
            }
            Role::Admin => {
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                 media-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
                 frame-ancestors 'none'"
            }
            Role::Original => {
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
                 frame-ancestors 'self'; sandbox"
            }
            Role::Frozen => {
                "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; \
                 base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
            }
            Role::Asset => "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; sandbox",
            Role::Shown => "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
            Role::Pdf => "default-src 'self'; script-src 'none'; object-src 'self'; style-src 'unsafe-inline'",
            Role::Saved => "default-src 'none'; sandbox",
        }
    }

    /// Sets `Content-Security-Policy`, `X-Content-Type-Options` and `Referrer-Policy`.
    pub fn set(self, headers: &mut HeaderMap) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(self.policy()));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let referrer = match self {
            Role::Admin => "same-origin",
            // The address may be a secret.
            Role::Preview | Role::Original => "no-referrer",
            _ => "strict-origin-when-cross-origin",
        };
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static(referrer));
    }
}

/// For answers over HTTPS where plain HTTP is redirected: come by HTTPS for the next year.
pub fn strict_transport(headers: &mut HeaderMap) {
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
}
