//! What an operation answers.

use axum::response::Response;
use http::header::{CONTENT_TYPE, ETAG, LINK, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::domain::integration::Answer;
use crate::web::Error;

use super::{Problem, etag};

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Version of the resource.
    pub etag: Option<String>,
    /// Address of what was made.
    pub location: Option<String>,
    /// Address of the next page.
    pub next: Option<String>,
    /// JSON; empty for an answer without.
    pub body: Vec<u8>,
}

impl Reply {
    /// Something without a version.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn json(value: &impl Serialize) -> Result<Reply, Problem> {
        let body = serde_json::to_vec(value).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Reply { status: StatusCode::OK, etag: None, location: None, next: None, body })
    }

    /// A resource, with its version.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn resource(value: &impl Serialize) -> Result<Reply, Problem> {
        Ok(Reply { etag: Some(etag::of(value)), ..Reply::json(value)? })
    }

    /// A resource that was made, and its address.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn created(value: &impl Serialize, location: String) -> Result<Reply, Problem> {
        Ok(Reply { status: StatusCode::CREATED, location: Some(location), ..Reply::resource(value)? })
    }

    /// Done, and nothing to say.
    pub fn done() -> Reply {
        Reply { status: StatusCode::NO_CONTENT, etag: None, location: None, next: None, body: Vec::new() }
    }

    /// The same without its body, for who has it already.
    pub fn not_modified(self) -> Reply {
        Reply { status: StatusCode::NOT_MODIFIED, body: Vec::new(), ..self }
    }

    /// As it is kept for a request that may come again.
    pub fn to_answer(&self) -> Answer {
        Answer {
            status: self.status.as_u16(),
            etag: self.etag.clone(),
            location: self.location.clone(),
            body: String::from_utf8_lossy(&self.body).into_owned(),
        }
    }

    /// As it was kept.
    pub fn again(answer: Answer) -> Reply {
        Reply {
            status: StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK),
            etag: answer.etag,
            location: answer.location,
            next: None,
            body: answer.body.into_bytes(),
        }
    }

    /// On the wire.
    pub fn into_response(self) -> Response {
        let mut response = Response::new(axum::body::Body::empty());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let next = self.next.map(|next| format!("<{next}>; rel=\"next\""));
        for (name, value) in [(ETAG, self.etag), (LOCATION, self.location), (LINK, next)] {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        }
        if !self.body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *response.body_mut() = axum::body::Body::from(self.body);
        }
        response
    }
}
