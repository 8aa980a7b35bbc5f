//! Logging in and out.
//!
//! **Invariant:** the answer to a wrong name and to a wrong password is the same, and so is that to a wrong code and
//! to one that was used.

use axum::response::Response;
use http::header::{RETRY_AFTER, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::domain::account::{self, Credentials, LoggedIn, Token};
use crate::render::view_admin::{LogInPage, MessageView, SecondStepPage};
use crate::web::Error;
use crate::web::session::Cookie;

use crate::web::admin::desk::{local, locked, message, see};
use crate::web::admin::{Asked, Desk, Fields, Refusal, blocking};

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
        "again" => Some(message("log_in.again")),
        _ => None,
    };
    let page = LogInPage { name: String::new(), next: next.to_owned(), problem: None, notice };
    Ok(desk.page(StatusCode::OK, TEMPLATE, TITLE, page)?)
}

/// Logs somebody in.
pub async fn submit(desk: Desk, headers: HeaderMap, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let next = local(&typed.next).unwrap_or_default().to_owned();
    let name = typed.username.chars().take(64).collect::<String>();
    let agent = agent(&headers);
    let turn = desk.admin.turn().await?;
    let (app, address, now) = (desk.admin.app.clone(), desk.client.address, desk.now);
    let outcome = blocking(move || {
        let typed = Credentials { name: &typed.username, password: &typed.password, address, agent: &agent };
        account::log_in(&app.store, &app.gate, typed, now)
    })
    .await?;
    drop(turn);
    match outcome {
        Ok(logged_in) => Ok(entered(&desk, &logged_in, &next)),
        Err(account::Refusal::SecondStep { pending }) => {
            let mut response = see(&step(&next));
            let cookie = Cookie::Step.set(pending.secret(), desk.client.secure);
            response.headers_mut().append(SET_COOKIE, cookie);
            Ok(response)
        }
        Err(account::Refusal::Wrong) => again(&desk, name, next, StatusCode::FORBIDDEN, message("log_in.wrong")),
        Err(account::Refusal::Locked { until }) => {
            let problem = locked(until, now);
            let response = again(&desk, name, next, StatusCode::TOO_MANY_REQUESTS, problem)?;
            Ok(retry(response, until, now))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

fn agent(headers: &HeaderMap) -> String {
    headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

/// To the page that was asked for, logged in.
fn entered(desk: &Desk, logged_in: &LoggedIn, next: &str) -> Response {
    let mut response = see(if next.is_empty() { "/admin/" } else { next });
    let secure = desk.client.secure;
    let headers = response.headers_mut();
    headers.append(SET_COOKIE, Cookie::Session.set(logged_in.token.secret(), secure));
    headers.append(SET_COOKIE, Cookie::Form.clear(secure));
    headers.append(SET_COOKIE, Cookie::Step.clear(secure));
    response
}

fn retry(mut response: Response, until: i64, now: i64) -> Response {
    response.headers_mut().insert(RETRY_AFTER, ((until - now).max(0) / 1000 + 1).into());
    response
}

/// Address of the question for the second factor.
fn step(next: &str) -> String {
    match next {
        "" => "/admin/login/code".to_owned(),
        next => format!("/admin/login/code?next={}", utf8_percent_encode(next, NON_ALPHANUMERIC)),
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

/// The form for the second factor.
#[derive(Deserialize)]
pub struct Code {
    code: String,
    #[serde(default)]
    next: String,
}

/// Back to the beginning.
fn from_the_start(desk: &Desk) -> Response {
    let mut response = see("/admin/login?why=again");
    response.headers_mut().append(SET_COOKIE, Cookie::Step.clear(desk.client.secure));
    response
}

fn pending(desk: &Desk, headers: &HeaderMap) -> Option<Token> {
    Cookie::Step.read(headers, desk.client.secure).and_then(Token::parse)
}

/// The question for the second factor.
pub async fn code_form(desk: Desk, headers: HeaderMap, Asked(asked): Asked<Why>) -> Result<Response, Refusal> {
    let next = local(&asked.next).unwrap_or_default().to_owned();
    if pending(&desk, &headers).is_none() {
        return Ok(from_the_start(&desk));
    }
    let page = SecondStepPage { next, problem: None };
    Ok(desk.page(StatusCode::OK, "account/second-step.html", "second_step.title", page)?)
}

/// Ends the log-in with a code of the second factor.
pub async fn code(desk: Desk, headers: HeaderMap, Fields(typed): Fields<Code>) -> Result<Response, Refusal> {
    let next = local(&typed.next).unwrap_or_default().to_owned();
    let Some(pending) = pending(&desk, &headers) else { return Ok(from_the_start(&desk)) };
    let (app, address, now, agent) = (desk.admin.app.clone(), desk.client.address, desk.now, agent(&headers));
    let outcome =
        blocking(move || account::second_step(&app.store, &app.gate, &pending, &typed.code, (address, &agent), now))
            .await?;
    let asked_again = |status, problem| {
        let page = SecondStepPage { next: next.clone(), problem: Some(problem) };
        desk.page(status, "account/second-step.html", "second_step.title", page)
    };
    match outcome {
        Ok(logged_in) => Ok(entered(&desk, &logged_in, &next)),
        Err(account::Refusal::Wrong) => Ok(asked_again(StatusCode::FORBIDDEN, message("second_step.wrong"))?),
        Err(account::Refusal::Locked { until }) => {
            let response = asked_again(StatusCode::TOO_MANY_REQUESTS, locked(until, now))?;
            Ok(retry(response, until, now))
        }
        Err(account::Refusal::Ended) => Ok(from_the_start(&desk)),
        Err(refusal) => Err(refusal.into()),
    }
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
            account::Refusal::SecondStep { .. } | account::Refusal::Ended => Refusal(Error::LogIn),
            account::Refusal::Failed(error) => error.into(),
        }
    }
}
