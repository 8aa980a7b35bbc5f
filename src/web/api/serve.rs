//! What stands before and behind every operation.
//!
//! **Invariant:** nothing of an operation runs before it is known who asks and whether he may; a cookie is never
//! looked at.

use std::sync::Arc;

use axum::RequestExt;
use axum::body::{Body, Bytes};
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_LANGUAGE, CONTENT_TYPE, VARY};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};

use crate::domain::account::{By, authenticate_token};
use crate::web::admin::form::broken;
use crate::web::admin::rate::{What, Who};
use crate::web::admin::{accepted_language, may_enter};
use crate::web::client::{Client, RequestId};
use crate::web::policy::Keep;
use crate::web::routes::Access;
use crate::web::security::Role;

use super::{Api, Call, LARGEST, Operation, Problem, Reply, Takes, blocking, etag, kept, upload};

/// Answers a request to an operation.
pub async fn serve(api: Arc<Api>, operation: Arc<Operation>, request: Request) -> Response {
    let client = request.extensions().get::<Client>().copied();
    let lang = accepted_language(request.headers());
    let number = client.map_or_else(RequestId::next, |client| client.request);
    let answered = match client {
        Some(client) => answer(&api, &operation, client, request).await,
        None => Err(crate::web::Error::Internal("a request of the API has no client".into()).into()),
    };
    let response = match answered {
        Ok(reply) => reply.into_response(),
        Err(problem) => problem.into_response(&api.app, lang, number),
    };
    dress(response, lang)
}

/// Answers a request to no operation: another method of an address, or no address at all.
pub fn missing(api: &Api, parts: &Parts, allow: Option<&str>) -> Response {
    let lang = accepted_language(&parts.headers);
    let number = parts.extensions.get::<Client>().map_or_else(RequestId::next, |client| client.request);
    let problem = allow.map_or_else(|| Problem::of("not_found"), Problem::method);
    dress(problem.into_response(&api.app, lang, number), lang)
}

fn dress(mut response: Response, lang: &'static str) -> Response {
    let headers = response.headers_mut();
    Keep::Never.set(headers);
    Role::Saved.set(headers);
    headers.insert(VARY, HeaderValue::from_static("Authorization, Accept-Language"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang));
    response
}

async fn answer(
    api: &Arc<Api>,
    operation: &Arc<Operation>,
    client: Client,
    request: Request,
) -> Result<Reply, Problem> {
    let now = api.app.clock.now();
    let from = Who::Address(client.address);
    api.rates.count(What::Api, from, now)?;
    let (mut parts, body) = request.into_parts();
    let named: Vec<String> = {
        let mut bare = Request::from_parts(parts.clone(), Body::empty());
        let found = bare.extract_parts::<RawPathParams>().await;
        found.map_err(|_| Problem::of("not_found"))?.iter().map(|(_, value)| value.to_owned()).collect()
    };
    parts.extensions.clear();
    if operation.access == Access::Anyone {
        return open(api, operation, client, parts, now).await;
    }
    let by = who(api, &parts.headers, client, now).await?;
    enter(api, &by, operation.access, named.first().cloned().unwrap_or_default(), now).await?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let mut call = Call {
        api: api.clone(),
        by,
        client,
        now,
        target,
        uri: parts.uri,
        headers: parts.headers,
        named,
        body: Bytes::new(),
        upload: std::sync::Mutex::default(),
    };
    match operation.takes {
        Takes::Nothing => {}
        Takes::Json(_) => call.body = json(&call.headers, body).await?,
        Takes::File => {
            let upload = upload::receive(&call, body).await?;
            call.upload = std::sync::Mutex::new(Some(upload));
        }
    }
    let call = Arc::new(call);
    if operation.method == Method::POST
        && let Some(key) = kept::key(&call)?
    {
        return kept::once(call, operation, key).await;
    }
    let reply = run(&call, operation).await?;
    let known = call.headers.get("if-none-match").and_then(|value| value.to_str().ok());
    match (&reply.etag, known) {
        (Some(present), Some(known)) if operation.method == Method::GET && etag::lists(known, present, true) => {
            Ok(reply.not_modified())
        }
        _ => Ok(reply),
    }
}

/// An operation that is open to anyone: it is told nothing of who asks.
async fn open(
    api: &Arc<Api>,
    operation: &Arc<Operation>,
    client: Client,
    parts: Parts,
    now: i64,
) -> Result<Reply, Problem> {
    let call = Arc::new(Call {
        api: api.clone(),
        by: By::system(),
        client,
        now,
        target: String::new(),
        uri: parts.uri,
        headers: parts.headers,
        named: Vec::new(),
        body: Bytes::new(),
        upload: std::sync::Mutex::default(),
    });
    run(&call, operation).await
}

/// Carries the operation out where it may wait for the disk.
pub(super) async fn run(call: &Arc<Call>, operation: &Arc<Operation>) -> Result<Reply, Problem> {
    let (call, handler) = (call.clone(), operation.handler);
    let status = operation.status;
    let reply = blocking(move || handler(&call)).await??;
    debug_assert!(reply.status == status, "{} answers {} instead of {status}", operation.id, reply.status);
    Ok(reply)
}

/// The person for whom the token acts. Wrong tokens are counted, and too many of them refused unread.
async fn who(api: &Arc<Api>, headers: &HeaderMap, client: Client, now: i64) -> Result<By, Problem> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (first, second) = (sent.next(), sent.next());
    let header = first.filter(|_| second.is_none()).and_then(|value| value.to_str().ok());
    let (scheme, token) = header.and_then(|value| value.split_once(' ')).ok_or_else(|| Problem::of("token_missing"))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::of("token_missing"));
    }
    let from = Who::Address(client.address);
    api.rates.room(What::WrongToken, from, now)?;
    let (app, token) = (api.app.clone(), token.trim().to_owned());
    let by = blocking(move || authenticate_token(&app.store, &app.gate, &token, client.address, now)).await??;
    match by {
        Some(by) => Ok(by),
        None => {
            api.rates.count(What::WrongToken, from, now)?;
            Err(Problem::of("token_wrong"))
        }
    }
}

/// Asks whether the person may come as far as the operation.
async fn enter(api: &Arc<Api>, by: &By, access: Access, named: String, now: i64) -> Result<(), Problem> {
    let Some(user) = by.user().cloned() else { return Err(Problem::of("token_wrong")) };
    // Who must change his password first, or set up a second factor, does that in the browser.
    if user.duty(&api.app.gate.policy, now).is_some() {
        return Err(Problem::of("duty"));
    }
    let app = api.app.clone();
    blocking(move || may_enter(&app, &user, access, &named)).await??;
    Ok(())
}

/// A body of JSON, or none.
async fn json(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let bytes = axum::body::to_bytes(body, LARGEST as usize).await.map_err(broken)?;
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if bytes.is_empty() || kind.eq_ignore_ascii_case("application/json") {
        Ok(bytes)
    } else {
        Err(Problem::of("media_type").with("wanted", "application/json"))
    }
}
