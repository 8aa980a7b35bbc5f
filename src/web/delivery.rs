//! Sending finished pages.
//!
//! **Invariant:** what is sent is decided from the page and the request's headers alone; nothing is rendered here.

use std::sync::Arc;

use http::header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LAST_MODIFIED, VARY};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::body::Body;
use super::negotiate::{Accepted, Known, date, knows_page};
use super::policy::Keep;
use super::security::Role;
use crate::cache::{Dressed, Encoding, Form, Page, Rendered};

/// The headers of one form of a page.
pub fn dress(rendered: &Rendered, encoding: Encoding, etag: &HeaderValue, length: usize) -> Dressed {
    let vary = HeaderValue::from_static("Accept-Encoding, Cookie");
    let keep = if rendered.keep { Keep::Revalidate } else { Keep::Never };
    let modified = rendered.last_modified.and_then(date);
    let mut full = HeaderMap::with_capacity(16);
    full.insert(CONTENT_TYPE, rendered.content_type.clone());
    full.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(token) = encoding.token() {
        full.insert(CONTENT_ENCODING, HeaderValue::from_static(token));
    }
    if let Some(language) = &rendered.language {
        full.insert(CONTENT_LANGUAGE, language.clone());
    }
    Role::Page.set(&mut full);
    let mut not_modified = HeaderMap::with_capacity(8);
    for headers in [&mut full, &mut not_modified] {
        keep.set(headers);
        headers.insert(VARY, vary.clone());
        if rendered.status.is_success() && rendered.keep {
            headers.insert(ETAG, etag.clone());
        }
        if let Some(modified) = &modified {
            headers.insert(LAST_MODIFIED, modified.clone());
        }
    }
    for (name, value) in &rendered.headers {
        full.append(name, value.clone());
    }
    Dressed { full, not_modified }
}

/// The answer to a request for `page`. `wanted` learns the best encoding if that form is not there yet.
pub fn page(page: &Arc<Page>, headers: &HeaderMap, head: bool, wanted: &mut Option<Encoding>) -> Response<Body> {
    let accepted = Accepted::of(headers);
    if page.compressible() {
        for encoding in accepted.order() {
            if *encoding == Encoding::Identity {
                break;
            }
            if let Some(form) = page.packed(*encoding)
                && let Some(form) = form.as_deref()
            {
                return answer(page, form, headers, accepted, head);
            }
            wanted.get_or_insert(*encoding);
        }
    }
    answer(page, page.identity(), headers, accepted, head)
}

fn answer(page: &Page, form: &Form, headers: &HeaderMap, accepted: Accepted, head: bool) -> Response<Body> {
    if page.status() == StatusCode::OK
        && let Known::Yes(etag) = knows_page(headers, page, accepted)
    {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.headers_mut() = form.headers.not_modified.clone();
        if let Some(etag) = etag {
            response.headers_mut().insert(ETAG, etag);
        }
        return response;
    }
    let mut response = Response::new(if head { Body::Empty } else { Body::from(form.bytes.clone()) });
    *response.status_mut() = page.status();
    *response.headers_mut() = form.headers.full.clone();
    response
}
