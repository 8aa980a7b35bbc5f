//! Reading forms.
//!
//! **Invariant:** a handler gets typed fields or is not called.

use std::convert::Infallible;

use axum::RequestExt;
use axum::body::{Body, Bytes};
use axum::extract::{Form, FromRequest, FromRequestParts, Query, Request};
use http::Method;
use http::request::Parts;
use http_body_util::LengthLimitError;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::web::body::BodyError;
use crate::web::{Error, csrf};

use super::Refusal;

/// Most bytes of a form without files.
const LARGEST: usize = 64 << 10;

/// The fields of a form.
#[derive(Debug)]
pub struct Fields<T>(pub T);

impl<T: DeserializeOwned + 'static, S: Send + Sync> FromRequest<S> for Fields<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Fields<T>, Refusal> {
        match request.extract::<Form<T>, _>().await {
            Ok(Form(fields)) => Ok(Fields(fields)),
            Err(axum::extract::rejection::FormRejection::InvalidFormContentType(_)) => Err(Error::MediaType.into()),
            Err(_) => Err(Error::BadRequest("the fields of the form are not those expected").into()),
        }
    }
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

#[derive(Deserialize)]
struct Secret {
    #[serde(default)]
    csrf: String,
}

/// The request with its body read, if its form carries the right secret.
///
/// # Errors
/// `StaleForm`, `Forbidden` for a form of another site; `TooLarge`, `Slow`, `MediaType`, `BadRequest`.
pub async fn check(request: Request, secret: &str) -> Result<Request, Error> {
    // Told by the browser itself; old browsers say nothing.
    let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    if matches!(site, Some("cross-site" | "same-site")) {
        return Err(Error::Forbidden);
    }
    // Form would take the fields of other methods from the address.
    if request.method() != Method::POST {
        return Err(Error::Method("GET, HEAD, POST"));
    }
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, LARGEST).await.map_err(broken)?;
    let again = |bytes: &Bytes| Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    let Fields(Secret { csrf }) =
        Fields::from_request(again(&bytes), &()).await.map_err(|refusal: Refusal| refusal.0)?;
    if csrf::fits(secret, &csrf) { Ok(again(&bytes)) } else { Err(Error::StaleForm) }
}

fn broken(error: axum::Error) -> Error {
    let inner = error.into_inner();
    match inner.downcast_ref::<BodyError>() {
        Some(BodyError::TooLarge(_)) => Error::TooLarge,
        Some(BodyError::Slow) => Error::Slow,
        _ if inner.is::<LengthLimitError>() => Error::TooLarge,
        _ => Error::BadRequest("the body broke off"),
    }
}
