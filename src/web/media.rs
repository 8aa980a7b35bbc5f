//! Sending media files: from which file, to whom, and for how long it may be kept.
//!
//! **Invariant:** what visitors may not have goes only to somebody who may see
//! it, and is kept nowhere on the way.

use std::path::PathBuf;

use http::header::VARY;
use http::{HeaderMap, HeaderValue, Method, Response};

use crate::app::App;
use crate::domain::account::{By, Token, authenticate};
use crate::domain::media::{self, Media, form_name, widths};
use crate::store::BlobHash;

use super::Error;
use super::body::Body;
use super::client::Client;
use super::file::{self, Sent, Source};
use super::policy::Keep;
use super::public::MediaAnswer;
use super::session::Cookie;

/// Where the bytes are, and the name by which their kind is known: the smaller form if it was made, else the file
/// itself. `None` if the row names no bytes.
pub fn source(app: &App, asked: &MediaAnswer) -> Option<(PathBuf, String)> {
    let media = &asked.media;
    let hash = BlobHash::parse(&media.hash)?;
    if let Some(width) = asked.width.filter(|width| widths(media.width).contains(width)) {
        let form = app.derived.path(&hash, &form_name(width));
        if form.is_file() {
            let stem = media.file_name.rsplit_once('.').map_or(media.file_name.as_str(), |(stem, _)| stem);
            return Some((form, format!("{stem}.webp")));
        }
    }
    Some((app.blobs.path(&hash), media.file_name.clone()))
}

/// Sends a file, or its smaller form.
///
/// # Errors
/// `NotFound` if its bytes are not there, `Range`, `Method`, `Internal`.
pub async fn send(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
    asked: &MediaAnswer,
) -> Result<Response<Body>, Error> {
    let media = &asked.media;
    let (path, name) = source(app, asked)
        .ok_or_else(|| Error::Internal(format!("media {}: {:?} is no hash", media.id, media.hash)))?;
    // The form and the file behind one address must not pass for each other.
    let made = path.file_name().and_then(|name| name.to_str()).filter(|name| name.starts_with('w'));
    let form = made.map(|name| name.trim_end_matches(".webp")).unwrap_or_default();
    let hash: String = media.hash.chars().take(32).collect();
    let sent = Sent {
        source: Source::Disk(path.clone()),
        name,
        hash: format!("{hash}{form}"),
        last_modified: Some(media.versions.last().map_or(media.created, |version| version.until)),
        ours: false,
        keep: if asked.public { Keep::Revalidate } else { Keep::Never },
    };
    let mut response = file::file(method, headers, sent).await?;
    if !asked.public {
        response.headers_mut().insert(VARY, HeaderValue::from_static("Cookie"));
    }
    Ok(response)
}

/// May whoever asks see a file that visitors may not? Reads the store.
pub fn sees(app: &App, headers: &HeaderMap, client: Client, file: &Media) -> bool {
    let Some(token) = Cookie::Session.read(headers, client.secure).and_then(Token::parse) else { return false };
    let found = authenticate(&app.store, &app.gate, &token, app.clock.now()).and_then(|person| match person {
        Some(person) if person.user.duty(&app.gate.policy, app.clock.now()).is_none() => {
            let by = By::person(&person.user, &client.address.to_string());
            media::level_of(&app.store, &by, file)
        }
        _ => Ok(None),
    });
    found
        .unwrap_or_else(|error| {
            tracing::error!(request = %client.request, "{error}");
            None
        })
        .is_some()
}
