//! One request to the API: who asks, what was named in its address, its body.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::Query;
use http::{HeaderMap, Uri};
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::base::id::{ChannelId, DocumentId, SiteId};
use crate::domain::account::By;
use crate::domain::site::SiteNode;
use crate::web::client::Client;

use super::upload::Upload;
use super::{Api, Problem, etag};

/// One request whose user may come as far as its operation.
pub struct Call {
    /// The API.
    pub api: Arc<Api>,
    /// Who acts.
    pub by: By,
    /// Who asks, on the network.
    pub client: Client,
    /// Time of the request, milliseconds since 1970.
    pub now: i64,
    /// Path and query.
    pub target: String,
    /// Address.
    pub(super) uri: Uri,
    /// Headers.
    pub(super) headers: HeaderMap,
    /// What the address names, in order.
    pub(super) named: Vec<String>,
    /// Body, where the operation takes JSON.
    pub(super) body: Bytes,
    /// File, where the operation takes one.
    pub(super) upload: Mutex<Option<Upload>>,
}

impl Call {
    /// The application.
    pub fn app(&self) -> &App {
        &self.api.app
    }

    /// What stands at a place of the address.
    pub fn text(&self, place: usize) -> &str {
        self.named.get(place).map(String::as_str).unwrap_or_default()
    }

    /// The number at a place of the address.
    ///
    /// # Errors
    /// `not_found` for what is no number.
    pub fn number(&self, place: usize) -> Result<u64, Problem> {
        self.text(place).parse().map_err(|_| Problem::of("not_found"))
    }

    /// The site with the slug at the first place of the address.
    ///
    /// # Errors
    /// `not_found`.
    pub fn site(&self) -> Result<Arc<SiteNode>, Problem> {
        Ok(self.app().site(self.text(0))?)
    }

    /// The document at the first place of the address.
    ///
    /// # Errors
    /// `not_found` for what is no number.
    pub fn document(&self) -> Result<DocumentId, Problem> {
        Ok(DocumentId(self.number(0)?))
    }

    /// Slug of a site.
    pub fn slug(&self, site: SiteId) -> String {
        self.app().directory().site(site).map(|node| node.site.slug.clone()).unwrap_or_default()
    }

    /// Path of a column, `jgjj/zz`.
    pub fn path(&self, channel: ChannelId) -> String {
        self.app().directory().channel(channel).map(|(node, channel)| node.path(channel.id)).unwrap_or_default()
    }

    /// What stands behind the `?`.
    ///
    /// # Errors
    /// `query` for unknown names and wrong values.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let Query(query) = Query::<T>::try_from_uri(&self.uri).map_err(|error| {
            let inner = std::error::Error::source(&error).map(ToString::to_string);
            Problem::of("query").with("name", inner.unwrap_or_else(|| error.body_text()))
        })?;
        Ok(query)
    }

    /// The body.
    ///
    /// # Errors
    /// `body` with the place of the mistake.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        // An operation whose every field may be missing takes an empty body.
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        serde_json::from_slice(body).map_err(|error| Problem::of("body").with("error", error))
    }

    /// The file that came with the request.
    ///
    /// # Errors
    /// `body` without one.
    pub fn take_upload(&self) -> Result<Upload, Problem> {
        let taken = self.upload.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.ok_or_else(|| Problem::of("body").with("error", "no file"))
    }

    /// Asks that the client has seen the present version of what it changes. To be asked after it is known that the
    /// client may see the thing at all.
    ///
    /// # Errors
    /// `if_match` where nothing is said, `changed` where it is another version.
    pub fn require_seen(&self, present: &str) -> Result<(), Problem> {
        let header = self.headers.get("if-match").ok_or_else(|| Problem::of("if_match"))?;
        let header = header.to_str().map_err(|_| Problem::of("changed"))?;
        if etag::lists(header, present, false) { Ok(()) } else { Err(Problem::of("changed")) }
    }
}
