//! What stands before every admin page.
//!
//! **Invariant:** nothing of a page runs before it is known who asks, whether
//! he may, and whether a form is his own.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_LANGUAGE, SET_COOKIE, VARY};
use http::{HeaderValue, Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::web::Error;
use crate::web::client::Client;
use crate::web::policy::Keep;
use crate::web::routes::Access;
use crate::web::security::Role;
use crate::web::session::Cookie;

use super::desk::{local, see};
use super::rate::What;
use super::{Admin, Desk, Refusal, form};

/// A route's guard.
#[derive(Clone)]
pub struct Post {
    /// The admin pages.
    pub admin: Arc<Admin>,
    /// Who may pass.
    pub access: Access,
}

/// Why a request is not let through.
enum Stop {
    /// There is another page to go to first.
    Go(Response),
    /// It is refused.
    Refuse(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Refuse(error)
    }
}

/// Lets a request through to its page, or answers it.
pub async fn guard(State(post): State<Post>, request: Request, next: Next) -> Response {
    let Some(client) = request.extensions().get::<Client>().copied() else {
        return bare(&Error::Internal("a request of the admin pages has no client".into()));
    };
    let (parts, body) = request.into_parts();
    let desk = match Desk::open(post.admin.clone(), client, &parts).await {
        Ok(desk) => desk,
        Err(error) => return bare(&error),
    };
    let request = Request::from_parts(parts, body);
    let response = match enter(&desk, post.access, request).await {
        Ok(mut request) => {
            request.extensions_mut().insert(desk.clone());
            next.run(request).await
        }
        Err(Stop::Go(response)) => response,
        Err(Stop::Refuse(error)) => Refusal(error).into_response(),
    };
    dress(&desk, paged(&desk, response))
}

async fn enter(desk: &Desk, access: Access, request: Request) -> Result<Request, Stop> {
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if access != Access::Anyone {
        let Some(person) = &desk.person else { return Err(Stop::Go(to_log_in(desk, reading))) };
        if access == Access::Desk && person.user.must_change_password {
            return Err(Stop::Go(see("/admin/password")));
        }
    }
    if reading {
        return Ok(request);
    }
    let what = if request.uri().path() == "/admin/login" { What::LogIn } else { What::Form };
    desk.admin.rates.count(what, desk.client.address, desk.now)?;
    Ok(form::check(request, desk.secret()).await?)
}

/// To the log-in page and, from there, back to the page that was asked for.
fn to_log_in(desk: &Desk, reading: bool) -> Response {
    let why = if desk.ended { "ended" } else { "needed" };
    let next = Some(desk.target.as_str()).filter(|_| reading).and_then(local).filter(|next| *next != "/admin/");
    let mut response = match next {
        Some(next) => see(&format!("/admin/login?why={why}&next={}", utf8_percent_encode(next, NON_ALPHANUMERIC))),
        None if desk.ended => see("/admin/login?why=ended"),
        None => see("/admin/login"),
    };
    if desk.ended {
        response.headers_mut().append(SET_COOKIE, Cookie::Session.clear(desk.client.secure));
    }
    response
}

/// Errors become pages; so do answers of the router itself.
fn paged(desk: &Desk, response: Response) -> Response {
    let error = match response.extensions().get::<Refusal>() {
        Some(Refusal(error)) => error.clone(),
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            let allowed = response.headers().get(ALLOW).and_then(|value| value.to_str().ok()).unwrap_or_default();
            Error::Method(if allowed.contains("GET") && allowed.contains("POST") {
                "GET, HEAD, POST"
            } else if allowed.contains("GET") {
                "GET, HEAD"
            } else {
                "POST"
            })
        }
        None => return response,
    };
    desk.refusal(&error).unwrap_or_else(|failure| {
        tracing::error!(request = %desk.client.request, "{failure}");
        bare(&error)
    })
}

fn dress(desk: &Desk, mut response: Response) -> Response {
    let headers = response.headers_mut();
    Keep::Never.set(headers);
    Role::Admin.set(headers);
    headers.insert(VARY, HeaderValue::from_static("Cookie, Accept-Language"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(desk.lang));
    response
}

/// The answer of last resort: a status that needs neither store nor theme.
fn bare(error: &Error) -> Response {
    tracing::error!("{error}");
    let mut response = error.status().into_response();
    Keep::Never.set(response.headers_mut());
    Role::Admin.set(response.headers_mut());
    response
}
