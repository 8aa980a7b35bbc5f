//! The log-ins of a person, and ending them.
//!
//! **Invariant:** shows and ends a person's own log-ins only.

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::SessionId;
use crate::domain;
use crate::domain::account::{self, Person, Session, browser};
use crate::render::view_admin::{SessionView, SessionsPage};
use crate::web::Error;

use crate::web::admin::desk::{message_with, see, time};
use crate::web::admin::{About, Asked, Desk, Fields, Refusal, blocking};

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    ended: Option<u16>,
}

/// The form: the number of a log-in, or `others`.
#[derive(Deserialize)]
pub struct Which {
    end: String,
}

/// The page.
pub async fn list(desk: Desk, Asked(done): Asked<Done>) -> Result<Response, Refusal> {
    let (app, person, now) = (desk.admin.app.clone(), desk.person()?.clone(), desk.now);
    let sessions = blocking(move || views(&app, &person, now)).await?.map_err(Refusal::from)?;
    let notice = done.ended.map(|count| message_with("sessions.ended", count.into()));
    let page = SessionsPage { sessions, notice };
    let about = About::from("sessions.title").below("account.title", "/admin/account");
    Ok(desk.page(StatusCode::OK, "account/sessions.html", about, page)?)
}

/// Ends one log-in, or all others.
pub async fn end(desk: Desk, Fields(which): Fields<Which>) -> Result<Response, Refusal> {
    let (app, by, person) = (desk.admin.app.clone(), desk.by()?, desk.person()?.clone());
    let one = match which.end.as_str() {
        "others" => None,
        number => Some(SessionId(number.parse().map_err(|_| Error::BadRequest("no number of a log-in"))?)),
    };
    let ended = blocking(move || match one {
        None => account::revoke_others(&app.store, &app.gate, &by, &person.session),
        Some(session) => account::revoke(&app.store, &app.gate, &by, &person.user, session).map(|()| 1),
    });
    let count = ended.await?.map_err(Refusal::from)?;
    Ok(see(&format!("/admin/sessions?ended={count}")))
}

/// The log-ins of a person, the present one first, then those used last.
pub fn views(app: &App, person: &Person, now: i64) -> domain::error::Result<Vec<SessionView>> {
    let mut sessions = account::sessions(&app.store, &app.gate, &person.user, now)?;
    sessions.sort_by_key(|(session, seen)| (session.id != person.session.id, std::cmp::Reverse(*seen)));
    Ok(sessions.into_iter().map(|(session, seen)| view(session, seen, Some(person))).collect())
}

/// A log-in, read by `person`.
pub fn view(session: Session, seen: i64, person: Option<&Person>) -> SessionView {
    SessionView {
        id: session.id.0,
        current: person.is_some_and(|person| person.session.id == session.id),
        browser: browser(&session.agent),
        address: session.address,
        created: time(session.created),
        seen: time(seen),
    }
}
