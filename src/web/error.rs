//! What can go wrong with a request: the only place where errors become statuses.
//!
//! **Invariant:** what a visitor sees is a message key and ways on, never the text of an internal error.

use http::StatusCode;

use crate::store;

/// A request that cannot be answered as asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The request itself is wrong; the text is for the log.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// Log in first.
    #[error("log-in needed")]
    LogIn,
    /// The form's secret is missing or old.
    #[error("the form is outdated")]
    StaleForm,
    /// Logged in, but not for this.
    #[error("not allowed")]
    Forbidden,
    /// There is nothing here, or nothing that this person may know of.
    #[error("not found")]
    NotFound,
    /// There was something and it was withdrawn on purpose.
    #[error("gone")]
    Gone,
    /// The address does not take this method; the ones that it takes, for `Allow`.
    #[error("method not allowed")]
    Method(&'static str),
    /// Someone else changed it meanwhile.
    #[error("conflict")]
    Conflict,
    /// The body is larger than allowed.
    #[error("the body is too large")]
    TooLarge,
    /// The address is too long.
    #[error("the address is too long")]
    LongAddress,
    /// The kind of file or body is not taken.
    #[error("the media type is not taken")]
    MediaType,
    /// The body did not arrive in time.
    #[error("the body did not arrive in time")]
    Slow,
    /// A range outside of the file, whose length in bytes is given.
    #[error("range outside of {0} bytes")]
    Range(u64),
    /// Too many tries; seconds to wait.
    #[error("too many tries, wait {0} s")]
    TooMany(u32),
    /// The site group is closed for work on it.
    #[error("maintenance")]
    Maintenance,
    /// More to do than the server can; come back soon.
    #[error("busy")]
    Busy,
    /// The disk is full: reading works, saving does not.
    #[error("saving is switched off for lack of space")]
    ReadOnly,
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
    /// A fault of ours; the text is for the log.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// Status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Error::BadRequest(_) => StatusCode::BAD_REQUEST,
            Error::LogIn => StatusCode::UNAUTHORIZED,
            Error::StaleForm | Error::Forbidden => StatusCode::FORBIDDEN,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Gone => StatusCode::GONE,
            Error::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Error::Conflict => StatusCode::CONFLICT,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::LongAddress => StatusCode::URI_TOO_LONG,
            Error::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::Slow => StatusCode::REQUEST_TIMEOUT,
            Error::Range(_) => StatusCode::RANGE_NOT_SATISFIABLE,
            Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::Busy | Error::ReadOnly | Error::Timeout | Error::Maintenance => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Key of the message in the catalogues, without `.title` or `.text`: one for each class of
    /// failures that visitors can tell apart.
    pub fn key(&self) -> &'static str {
        match self {
            Error::Maintenance => "error.maintenance",
            other => match other.status().as_u16() {
                401 | 403 => "error.403",
                404 | 410 => "error.404",
                405 => "error.405",
                413 => "error.413",
                429 => "error.429",
                503 => "error.503",
                500.. => "error.500",
                _ => "error.400",
            },
        }
    }

    /// Seconds for `Retry-After`, where trying again makes sense.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Error::TooMany(seconds) => Some(*seconds),
            Error::Busy | Error::Timeout => Some(2),
            Error::ReadOnly => Some(60),
            Error::Maintenance => Some(600),
            _ => None,
        }
    }

    /// True for faults of ours that ops must see in the log.
    pub fn is_fault(&self) -> bool {
        matches!(self, Error::Internal(_) | Error::ReadOnly)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Error {
        match error {
            store::Error::Conflict { .. } | store::Error::Duplicate { .. } => Error::Conflict,
            store::Error::Full { .. } => Error::ReadOnly,
            other => Error::Internal(other.to_string()),
        }
    }
}
