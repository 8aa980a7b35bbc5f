//! Files that come with a request: as its body, or as the part `file` of a form.

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::media::too_large;
use crate::store::Incoming;
use crate::web::admin::form::broken;

use super::{Call, Problem, blocking};

/// What is said of a file in the address.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadQuery {
    /// File name with its ending; a form has it in its part.
    pub file_name: Option<String>,
    /// Text for those who do not see the picture.
    pub alt: Option<String>,
    /// Who made it.
    pub credit: Option<String>,
    /// Number of a collection; the site's own library where it is missing.
    pub collection: Option<u64>,
}

/// A file that has come.
#[derive(Debug)]
pub struct Upload {
    /// Name that people gave it.
    pub file_name: String,
    /// Its bytes.
    pub file: Incoming,
    /// Hash of its bytes.
    hash: blake3::Hash,
}

impl Upload {
    /// What tells it from another.
    pub fn fingerprint(&self) -> String {
        format!("{} {}", self.hash.to_hex(), self.file_name)
    }
}

/// The name of a file; what else its operation asks for in the address, it reads itself.
#[derive(Debug, Deserialize)]
struct Named {
    file_name: Option<String>,
}

/// Takes in the file of a request.
///
/// # Errors
/// `body` without a file or name; `media.size`; `too_large`.
pub async fn receive(call: &Call, body: Body) -> Result<Upload, Problem> {
    let query: Named = call.query()?;
    let kind = call.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        let name = query.file_name.filter(|name| !name.trim().is_empty());
        let name = name.ok_or_else(|| Problem::rule("required", "file_name", ""))?;
        return pour(call, name, Pieces::Body(body)).await;
    }
    let mut request = Request::new(body);
    request.headers_mut().insert(CONTENT_TYPE, call.headers[CONTENT_TYPE].clone());
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| Problem::of("body").with("error", error.body_text()))?;
    while let Some(field) = form.next_field().await.map_err(torn)? {
        if field.name() == Some("file") {
            let name = query.file_name.or_else(|| field.file_name().map(str::to_owned));
            let name = name.filter(|name| !name.trim().is_empty());
            let name = name.ok_or_else(|| Problem::rule("required", "file_name", ""))?;
            return pour(call, name, Pieces::Part(Box::new(field))).await;
        }
    }
    Err(Problem::of("body").with("error", "no part \"file\""))
}

/// Where the bytes of a file come from.
enum Pieces<'a> {
    /// The body itself.
    Body(Body),
    /// A part of a form.
    Part(Box<Field<'a>>),
}

impl Pieces<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        match self {
            Pieces::Body(body) => loop {
                match body.frame().await {
                    None => return Ok(None),
                    Some(Err(error)) => return Err(broken(error).into()),
                    // Trailers are no part of a file.
                    Some(Ok(frame)) => {
                        if let Ok(data) = frame.into_data() {
                            return Ok(Some(data));
                        }
                    }
                }
            },
            Pieces::Part(field) => field.chunk().await.map_err(torn),
        }
    }
}

fn torn(error: MultipartError) -> Problem {
    Problem::of("body").with("error", error.body_text())
}

async fn pour(call: &Call, file_name: String, mut pieces: Pieces<'_>) -> Result<Upload, Problem> {
    let app = call.api.app.clone();
    let most = app.config.media.max_upload();
    let mut file = blocking(move || app.blobs.receive(most)).await??;
    let mut hasher = blake3::Hasher::new();
    while let Some(piece) = pieces.next().await? {
        hasher.update(&piece);
        file = blocking(move || file.write(&piece).map(|()| file)).await?.map_err(too_large)?;
    }
    Ok(Upload { file_name, file, hash: hasher.finalize() })
}
