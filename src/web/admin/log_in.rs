//! Logging in and out.
//!
//! **Invariant:** the answer to a wrong name and to a wrong password is the same.

use axum::response::Response;
use http::header::{RETRY_AFTER, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::domain::account::{self, Credentials};
use crate::render::view_admin::{LogInPage, MessageView};
use crate::web::Error;
use crate::web::session::Cookie;

use super::desk::{local, locked, message, see};
use super::{Asked, Desk, Fields, Refusal, blocking};

const TEMPLATE: &str = "account/log-in.html";
const TITLE: &str = "log_in.title";

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Why {
    #[serde(default)]
    next: String,
    #[serde(default)]
    why: String,
}

/// The form.
#[derive(Deserialize)]
pub struct Typed {
    username: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// The page.
pub async fn form(desk: Desk, Asked(asked): Asked<Why>) -> Result<Response, Refusal> {
    let next = local(&asked.next).unwrap_or_default();
    if desk.person.is_some() {
        return Ok(see(if next.is_empty() { "/admin/" } else { next }));
    }
    let notice = match asked.why.as_str() {
        "needed" => Some(message("log_in.needed")),
        "ended" => Some(message("log_in.ended")),
        "out" => Some(message("log_in.out")),
        _ => None,
    };
    let page = LogInPage { name: String::new(), next: next.to_owned(), problem: None, notice };
    Ok(desk.page(StatusCode::OK, TEMPLATE, TITLE, page)?)
}

/// Logs somebody in.
pub async fn submit(desk: Desk, headers: HeaderMap, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let next = local(&typed.next).unwrap_or_default().to_owned();
    let name = typed.username.chars().take(64).collect::<String>();
    let agent = headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let turn = desk.admin.turn().await?;
    let (app, address, now) = (desk.admin.app.clone(), desk.client.address, desk.now);
    let outcome = blocking(move || {
        let agent = agent.unwrap_or_default();
        let typed = Credentials { name: &typed.username, password: &typed.password, address, agent: &agent };
        account::log_in(&app.store, &app.gate, typed, now)
    })
    .await?;
    drop(turn);
    match outcome {
        Ok(logged_in) => {
            let mut response = see(if next.is_empty() { "/admin/" } else { &next });
            let secure = desk.client.secure;
            let headers = response.headers_mut();
            headers.append(SET_COOKIE, Cookie::Session.set(logged_in.token.secret(), secure));
            headers.append(SET_COOKIE, Cookie::Form.clear(secure));
            Ok(response)
        }
        Err(account::Refusal::Wrong) => again(&desk, name, next, StatusCode::FORBIDDEN, message("log_in.wrong")),
        Err(account::Refusal::Locked { until }) => {
            let problem = locked(until, now);
            let mut response = again(&desk, name, next, StatusCode::TOO_MANY_REQUESTS, problem)?;
            response.headers_mut().insert(RETRY_AFTER, ((until - now).max(0) / 1000 + 1).into());
            Ok(response)
        }
        Err(account::Refusal::Failed(error)) => Err(error.into()),
    }
}

fn again(
    desk: &Desk,
    name: String,
    next: String,
    status: StatusCode,
    problem: MessageView,
) -> Result<Response, Refusal> {
    let page = LogInPage { name, next, problem: Some(problem), notice: None };
    Ok(desk.page(status, TEMPLATE, TITLE, page)?)
}

/// Logs the person out.
pub async fn log_out(desk: Desk) -> Result<Response, Refusal> {
    let (app, by, session) = (desk.admin.app.clone(), desk.by()?, desk.person()?.session.clone());
    let ended = blocking(move || account::log_out(&app.store, &app.gate, &by, &session)).await?;
    ended.map_err(Refusal::from)?;
    let mut response = see("/admin/login?why=out");
    response.headers_mut().append(SET_COOKIE, Cookie::Session.clear(desk.client.secure));
    Ok(response)
}

impl From<account::Refusal> for Refusal {
    fn from(refusal: account::Refusal) -> Refusal {
        match refusal {
            account::Refusal::Wrong => Refusal(Error::Forbidden),
            account::Refusal::Locked { .. } => Refusal(Error::TooMany(60)),
            account::Refusal::Failed(error) => error.into(),
        }
    }
}
