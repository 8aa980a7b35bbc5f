//! Cookies of the admin pages: who is logged in, whose form it is, which language.
//!
//! **Invariant:** over HTTPS a cookie with a secret has the prefix `__Host-`,
//! so no other host and no plain connection can have set it; no script reads it.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// Seconds for which a browser keeps the choice of language.
const LANGUAGE_SECONDS: u32 = 365 * 24 * 3600;

/// A cookie of the admin pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// Token of a log-in. `Lax`, so that a link in a mail finds its reader logged in.
    Session,
    /// Secret of the forms before the log-in. `Strict`.
    Form,
    /// Token of a log-in whose second factor is still asked for. `Strict`.
    Step,
    /// Language of the pages.
    Language,
}

impl Cookie {
    /// Its name on a connection.
    pub fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Cookie::Session, true) => "__Host-zhanqun-session",
            (Cookie::Session, false) => "zhanqun-session",
            (Cookie::Form, true) => "__Host-zhanqun-form",
            (Cookie::Form, false) => "zhanqun-form",
            (Cookie::Step, true) => "__Host-zhanqun-step",
            (Cookie::Step, false) => "zhanqun-step",
            (Cookie::Language, _) => "zhanqun-language",
        }
    }

    /// What the browser sent; the first of several, as browsers send the most exact path first.
    pub fn read(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        let name = self.name(secure);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// Value of `Set-Cookie`. `value` has letters, digits and hyphens only.
    pub fn set(self, value: &str, secure: bool) -> HeaderValue {
        let (site, rest) = match self {
            Cookie::Session => ("Lax", String::new()),
            Cookie::Form | Cookie::Step => ("Strict", String::new()),
            Cookie::Language => ("Lax", format!("; Max-Age={LANGUAGE_SECONDS}")),
        };
        self.line(value, site, &rest, secure)
    }

    /// Value of `Set-Cookie` that removes it.
    pub fn clear(self, secure: bool) -> HeaderValue {
        self.line("", "Lax", "; Max-Age=0", secure)
    }

    fn line(self, value: &str, site: &str, rest: &str, secure: bool) -> HeaderValue {
        // Cookies with that prefix are taken for the whole host only; and whoever is logged in sees the pictures of
        // drafts at their own addresses.
        let path = if self == Cookie::Session || (secure && self != Cookie::Language) { "/" } else { "/admin" };
        let secure_word = if secure { "; Secure" } else { "" };
        let name = self.name(secure);
        let line = format!("{name}={value}; Path={path}; HttpOnly; SameSite={site}{rest}{secure_word}");
        HeaderValue::try_from(line).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}
