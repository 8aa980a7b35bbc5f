//! Reading forms.
//!
//! **Invariant:** a handler gets typed fields or is not called.

use std::convert::Infallible;

use axum::RequestExt;
use axum::body::Body;
use axum::extract::{Form, FromRequest, FromRequestParts, Query, Request};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, Method};
use http_body_util::{LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::web::body::BodyError;
use crate::web::{Error, csrf};

use super::Refusal;
use super::multipart::Unproven;

/// Kind of body that browsers send for a form without files.
const FORM: &str = "application/x-www-form-urlencoded";

/// Kind of body that browsers send for a form with files.
const FILES: &str = "multipart/form-data";

/// Header by which scripts prove what forms prove by their field `csrf`.
pub const SECRET: &str = "x-csrf-token";

/// The fields of a form, sent as a form or, by a script, as JSON.
#[derive(Debug)]
pub struct Fields<T>(pub T);

impl<T: DeserializeOwned + 'static, S: Send + Sync> FromRequest<S> for Fields<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Fields<T>, Refusal> {
        let wrong = Error::BadRequest("the fields of the form are not those expected");
        if is_json(request.headers()) {
            let bytes = axum::body::to_bytes(request.into_body(), usize::MAX).await.map_err(broken)?;
            return serde_json::from_slice(&bytes).map(Fields).map_err(|_| wrong.into());
        }
        match request.extract::<Form<T>, _>().await {
            Ok(Form(fields)) => Ok(Fields(fields)),
            Err(axum::extract::rejection::FormRejection::InvalidFormContentType(_)) => Err(Error::MediaType.into()),
            Err(_) => Err(wrong.into()),
        }
    }
}

/// The fields of a form in their order, where one name may stand several times.
#[derive(Debug, Clone, Default)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// The last value of a field; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// True where a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }
}

impl<S: Send + Sync> FromRequest<S> for Pairs {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Pairs, Refusal> {
        if !is_kind(request.headers(), FORM) {
            return Err(Error::MediaType.into());
        }
        let bytes = axum::body::to_bytes(request.into_body(), usize::MAX).await.map_err(broken)?;
        Ok(Pairs(url::form_urlencoded::parse(&bytes).into_owned().collect()))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    is_kind(headers, "application/json")
}

fn is_kind(headers: &HeaderMap, kind: &str) -> bool {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().is_some_and(|given| given.trim().eq_ignore_ascii_case(kind))
}

/// What may stand behind the `?` of an address; nonsense there is taken as nothing.
#[derive(Debug, Default)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked<T>, Infallible> {
        Ok(Query::<T>::try_from_uri(&parts.uri).map_or_else(|_| Asked(T::default()), |Query(asked)| Asked(asked)))
    }
}

/// The request, if it carries the right secret: in the header, or in the field `csrf` of its form, which is read
/// for that. A form with files, where the route takes `files`, proves itself as it is read (`multipart::Sent`). Of the body no more than `most` bytes are taken, now or by the handler.
///
/// # Errors
/// `StaleForm`, `Forbidden` for a form of another site; `TooLarge`, `Slow`, `MediaType`, `BadRequest`.
pub async fn check(mut request: Request, secret: &str, most: usize, files: bool) -> Result<Request, Error> {
    // Told by the browser itself; old browsers say nothing.
    let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    if matches!(site, Some("cross-site" | "same-site")) {
        return Err(Error::Forbidden);
    }
    // Form would take the fields of other methods from the address.
    if request.method() != Method::POST {
        return Err(Error::Method("GET, HEAD, POST"));
    }
    if let Some(given) = request.headers().get(SECRET) {
        if !given.to_str().is_ok_and(|given| csrf::fits(secret, given)) {
            return Err(Error::StaleForm);
        }
        return Ok(request.map(|body| Body::new(Limited::new(body, most))));
    }
    if files && is_kind(request.headers(), FILES) {
        // Read as it comes, so its first field proves it.
        request.extensions_mut().insert(Unproven(secret.to_owned()));
        return Ok(request.map(|body| Body::new(Limited::new(body, most))));
    }
    if !is_kind(request.headers(), FORM) {
        return Err(Error::MediaType);
    }
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, most).await.map_err(broken)?;
    let given = url::form_urlencoded::parse(&bytes).find(|(name, _)| name == "csrf").map(|(_, value)| value);
    if given.is_some_and(|given| csrf::fits(secret, &given)) {
        return Ok(Request::from_parts(parts, Body::from(bytes)));
    }
    Err(Error::StaleForm)
}

/// Why a body could not be read.
pub(in crate::web) fn broken(error: axum::Error) -> Error {
    cause(&error).unwrap_or(Error::BadRequest("the body broke off"))
}

/// What an error while reading comes from, if it is the size or the pace of the body.
pub(super) fn cause(error: &(dyn std::error::Error + 'static)) -> Option<Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        match error.downcast_ref::<BodyError>() {
            Some(BodyError::TooLarge(_)) => return Some(Error::TooLarge),
            Some(BodyError::Slow) => return Some(Error::Slow),
            _ if error.is::<LengthLimitError>() => return Some(Error::TooLarge),
            _ => next = error.source(),
        }
    }
    None
}
