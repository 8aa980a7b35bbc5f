//! Frozen copies of old sites: `/archive/<slug>/` and every old address below it.
//!
//! What is shown was made inert when the copy was taken, and the policy of the answer lets nothing run anyway.

use std::io::Read;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};

use crate::app::App;
use crate::base::clock;
use crate::domain::archive::{self, Copy, What};
use crate::domain::site::{SiteNode, SiteState};

use super::Error;
use super::body::Body;
use super::file::{self, Sent, Source};
use super::negotiate::knows_file;
use super::policy::Keep;
use super::security::Role;

/// What a copy begins with.
pub(super) const PREFIX: &str = "/archive/";
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// What an address of a copy gives.
pub(super) enum Found {
    /// Another address.
    Moved(String),
    /// A page, whole.
    Page(String, String),
    /// A file.
    File(Sent),
}

/// Looks an address up; `rest` is what stands behind [`PREFIX`], with its query. Reads from disk.
///
/// # Errors
/// `NotFound`; `Internal` when bytes are missing.
pub(super) fn find(app: &App, rest: &str) -> Result<Found, Error> {
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (slug, address) = rest.split_at(end);
    let node = app.directory().by_slug(slug).cloned().ok_or(Error::NotFound)?;
    if matches!(node.site.state, SiteState::Planned | SiteState::Offline) {
        return Err(Error::NotFound);
    }
    let internal = |error: crate::domain::error::Error| Error::Internal(error.to_string());
    let copy = archive::shown(&app.store, node.site.id).map_err(internal)?.ok_or(Error::NotFound)?;
    if !address.starts_with('/') {
        return Ok(Found::Moved(format!("{PREFIX}{slug}/{address}")));
    }
    let home = address == "/";
    let found = match archive::find(&app.store, copy.id, address).map_err(internal)? {
        None if home => archive::find(&app.store, copy.id, &copy.home).map_err(internal)?,
        found => found,
    };
    match found.ok_or(Error::NotFound)?.what {
        What::Moved(to) => Ok(Found::Moved(format!("{PREFIX}{slug}{to}"))),
        What::Page { shown, banner, .. } => {
            let file = app.blobs.read(&shown).map_err(|error| Error::Internal(error.to_string()))?;
            let mut html = String::new();
            let read = file.map(|mut file| file.read_to_string(&mut html));
            if !matches!(read, Some(Ok(_))) {
                return Err(Error::Internal(format!("the page {shown} of an archive cannot be read")));
            }
            let at = usize::try_from(banner).unwrap_or(0);
            if at > 0 && html.is_char_boundary(at) {
                html.insert_str(at, &self::banner(app, &node, &copy));
            }
            let tag = format!(
                "{}-{}",
                &shown.as_str()[..24],
                blake3::hash(html.as_bytes()).to_hex().as_str()[..8].to_owned()
            );
            Ok(Found::Page(html, tag))
        }
        What::File { hash, name } => Ok(Found::File(Sent {
            source: Source::Disk(app.blobs.path(&hash)),
            name,
            hash: hash.as_str().chars().take(32).collect(),
            last_modified: Some(copy.time),
            ours: false,
            keep: Keep::Hour,
        })),
    }
}

/// What every page of the copy says about itself.
fn banner(app: &App, node: &SiteNode, copy: &Copy) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let text = app.text(node, "archive.banner").replace("{day}", &clock::day(copy.time));
    format!(
        "<div style=\"all:initial;display:block;background:#fff3c4;color:#222;border-bottom:2px solid #b58900;\
         padding:8px 16px;font:16px/1.5 sans-serif;text-align:left\" role=\"note\">{}<a style=\"color:#004080\" \
         href=\"{}\" target=\"_top\">{}</a></div>",
        escape(&text),
        escape(&format!("{}{}", app.origin(), node.site.url())),
        escape(&node.site.name)
    )
}

/// The answer to a request.
///
/// # Errors
/// As those of files.
pub(super) async fn send(method: &Method, headers: &HeaderMap, found: Found) -> Result<Response<Body>, Error> {
    let mut response = match found {
        Found::Moved(to) => {
            const KEEP: &percent_encoding::AsciiSet =
                &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');
            let to = percent_encoding::utf8_percent_encode(&to, KEEP).to_string();
            let to = HeaderValue::try_from(to).map_err(|error| Error::Internal(error.to_string()))?;
            let mut response = Response::new(Body::Empty);
            *response.status_mut() = StatusCode::FOUND;
            response.headers_mut().insert(LOCATION, to);
            Keep::Never.set(response.headers_mut());
            response
        }
        Found::Page(html, tag) => page(method, headers, html, &tag)?,
        Found::File(sent) => file::file(method, headers, sent).await?,
    };
    response.headers_mut().insert(ROBOTS, HeaderValue::from_static("noindex, nofollow"));
    Ok(response)
}

fn page(method: &Method, headers: &HeaderMap, html: String, tag: &str) -> Result<Response<Body>, Error> {
    let etag = HeaderValue::try_from(format!("\"{tag}\"")).map_err(|error| Error::Internal(error.to_string()))?;
    let known = knows_file(headers, &etag, None);
    let length = html.len();
    let mut response =
        Response::new(if known || method == Method::HEAD { Body::Empty } else { Body::from(bytes::Bytes::from(html)) });
    let out = response.headers_mut();
    out.insert(ETAG, etag);
    Keep::Revalidate.set(out);
    Role::Frozen.set(out);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    out.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    out.insert(CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}
