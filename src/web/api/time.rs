//! Times in requests and answers: RFC 3339, in Beijing time where the server writes them.

use crate::base::clock;

use super::Problem;

/// A time as it is written; nothing for 0, which is never.
pub fn some(millis: i64) -> Option<String> {
    (millis != 0).then(|| clock::rfc3339(millis))
}

/// A time that a request named.
///
/// # Errors
/// The rule `time.form` of the field.
pub fn read(text: &str, field: &'static str) -> Result<i64, Problem> {
    clock::parse_rfc3339(text).ok_or_else(|| Problem::rule("time.form", field, text))
}

/// Like [`read`], of a field that may be missing.
///
/// # Errors
/// As [`read`].
pub fn read_some(text: Option<&str>, field: &'static str) -> Result<Option<i64>, Problem> {
    text.map(|text| read(text, field)).transpose()
}
