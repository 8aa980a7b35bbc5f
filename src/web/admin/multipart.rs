//! Forms with files: read piece by piece, never whole in memory.
//!
//! **Invariant:** nothing of such a form is handed out before its secret was
//! proven, by the header or by its first field.

use axum::RequestExt;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use tokio::sync::mpsc;

use crate::domain::error::Result as Done;
use crate::domain::media::too_large;
use crate::store::{Blobs, Incoming};
use crate::web::{Error, csrf};

use super::{Refusal, blocking, form};

/// Most bytes of a field that is no file.
const LONGEST: usize = 16 << 10;
/// Pieces of a file that wait for the disk.
const WAITING: usize = 8;

/// Marks a request whose form has still to prove that it is of a page of ours; holds the secret behind the form's.
#[derive(Debug, Clone)]
pub struct Unproven(pub String);

/// A form with files.
#[derive(Debug)]
pub struct Sent {
    multipart: Multipart,
    unproven: Option<String>,
}

/// What comes next in a form.
#[derive(Debug)]
pub enum Part<'a> {
    /// A field: name and value.
    Text(String, String),
    /// A file: name that people gave it, and its bytes to come.
    File(String, Box<Field<'a>>),
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Refusal;

    async fn from_request(mut request: Request, _: &S) -> Result<Sent, Refusal> {
        let unproven = request.extensions_mut().remove::<Unproven>().map(|Unproven(secret)| secret);
        let multipart = request.extract::<Multipart, _>().await.map_err(|_| Error::MediaType)?;
        Ok(Sent { multipart, unproven })
    }
}

impl Sent {
    /// The next field or file; a file without a name is a field in which none was chosen.
    ///
    /// # Errors
    /// `StaleForm` if the form does not begin with its secret; `TooLarge`, `Slow`, `BadRequest`.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>, Error> {
        if let Some(secret) = &self.unproven {
            let first = self.multipart.next_field().await.map_err(broken)?;
            let given = match first {
                Some(field) if field.name() == Some("csrf") => text(field).await?,
                _ => return Err(Error::StaleForm),
            };
            if !csrf::fits(secret, &given) {
                return Err(Error::StaleForm);
            }
            self.unproven = None;
        }
        let Some(field) = self.multipart.next_field().await.map_err(broken)? else { return Ok(None) };
        match field.file_name().map(str::to_owned) {
            Some(name) => Ok(Some(Part::File(name, Box::new(field)))),
            None => {
                let name = field.name().unwrap_or_default().to_owned();
                Ok(Some(Part::Text(name, text(field).await?)))
            }
        }
    }
}

async fn text(mut field: Field<'_>) -> Result<String, Error> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > LONGEST {
            return Err(Error::TooLarge);
        }
    }
    String::from_utf8(bytes).map_err(|_| Error::BadRequest("a field is not UTF-8"))
}

/// Takes a file in, up to `most` bytes. The inner error is a rule that it breaks, or the disk's.
///
/// # Errors
/// `TooLarge`, `Slow`, `BadRequest` for a form that breaks off.
pub async fn receive(blobs: &Blobs, mut field: Box<Field<'_>>, most: u64) -> Result<Done<Incoming>, Error> {
    let (tell, mut told) = mpsc::channel::<bytes::Bytes>(WAITING);
    let blobs = blobs.clone();
    let writing = tokio::spawn(blocking(move || {
        let mut file = blobs.receive(most)?;
        while let Some(piece) = told.blocking_recv() {
            file.write(&piece).map_err(too_large)?;
        }
        Ok(file)
    }));
    let mut whole = Ok(());
    loop {
        match field.chunk().await {
            // The writer gave up: too large, or no room.
            Ok(Some(piece)) => {
                if tell.send(piece).await.is_err() {
                    break;
                }
            }
            Ok(None) => break,
            Err(error) => {
                whole = Err(broken(error));
                break;
            }
        }
    }
    drop(tell);
    let written = writing.await.map_err(|error| Error::Internal(error.to_string()))??;
    // What came of a form that broke off is dropped with `written`.
    whole.map(|()| written)
}

fn broken(error: MultipartError) -> Error {
    form::cause(&error).unwrap_or(Error::BadRequest("the form broke off"))
}
