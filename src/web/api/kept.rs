//! `Idempotency-Key`: the same request twice acts once, for a day and across restarts.

use std::sync::{Arc, PoisonError};

use crate::domain::integration::{self, Begun};

use super::serve::run;
use super::{Call, Operation, Problem, Reply, blocking};

/// Longest key, in characters.
const LONGEST: usize = 200;

/// The hash of the request's key, if it carries one.
///
/// # Errors
/// The rule `key.form`.
pub fn key(call: &Call) -> Result<Option<String>, Problem> {
    let Some(value) = call.headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    if text.is_empty() || text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::rule("key.form", "Idempotency-Key", text));
    }
    Ok(Some(blake3::hash(text.as_bytes()).to_hex().to_string()))
}

/// What makes a request the same: operation, address and body. Of a file that came as a stream, name and bytes.
fn fingerprint(call: &Call, operation: &Operation) -> String {
    let mut hasher = blake3::Hasher::new();
    let upload = call.upload.lock().unwrap_or_else(PoisonError::into_inner);
    let file = upload.as_ref().map(|upload| upload.fingerprint()).unwrap_or_default();
    for part in [operation.id.as_bytes(), call.target.as_bytes(), file.as_bytes(), &call.body] {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().to_hex().to_string()
}

/// A key in use; free again when dropped, however the request ends.
struct Turn {
    call: Arc<Call>,
    name: String,
}

impl Turn {
    fn take(call: &Arc<Call>, key: &str) -> Option<Turn> {
        let name = format!("{}:{key}", call.by.actor().name);
        let mut running = call.api.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(name.clone()).then(|| Turn { call: call.clone(), name })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.call.api.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

/// Carries a request with a key out, or answers it as before.
pub async fn once(call: Arc<Call>, operation: &Arc<Operation>, key: String) -> Result<Reply, Problem> {
    // A client that goes away stops waiting, not the request: the key must not be left between begun and done.
    let operation = operation.clone();
    let done = tokio::spawn(async move { carry_out(call, &operation, key).await }).await;
    done.map_err(|error| Problem::from(crate::web::Error::Internal(error.to_string())))?
}

async fn carry_out(call: Arc<Call>, operation: &Arc<Operation>, key: String) -> Result<Reply, Problem> {
    let Some(_turn) = Turn::take(&call, &key) else { return Err(Problem::of("key_running")) };
    let print = fingerprint(&call, operation);
    let beginner = call.clone();
    let begun = blocking(move || {
        let call = beginner;
        integration::begin_kept(&call.app().store, &call.by, &key, &print, call.now)
    })
    .await??;
    let id = match begun {
        Begun::New(id) => id,
        Begun::Again(answer) => return Ok(Reply::again(answer)),
        Begun::Other => return Err(Problem::of("key_reused")),
        Begun::Unfinished => return Err(Problem::of("key_running")),
    };
    let reply = run(&call, operation).await;
    let kept = reply.as_ref().ok().map(Reply::to_answer);
    let ender = call.clone();
    let ended = blocking(move || match kept {
        Some(answer) => integration::finish_kept(&ender.app().store, &ender.by, id, answer),
        // A refused request did nothing.
        None => integration::forget_kept(&ender.app().store, &ender.by, id),
    })
    .await?;
    if let Err(error) = ended {
        tracing::warn!(%error, request = %call.client.request, "the answer to a request with a key was not kept");
    }
    reply
}
