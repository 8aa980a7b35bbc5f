//! The log-ins of a person, and ending them.
//!
//! **Invariant:** shows and ends a person's own log-ins only.

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::SessionId;
use crate::domain;
use crate::domain::account::{self, Person};
use crate::render::view_admin::{SessionView, SessionsPage};
use crate::web::Error;

use super::desk::{message_with, see, time};
use super::{Asked, Desk, Fields, Refusal, blocking};

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
    Ok(desk.page(StatusCode::OK, "account/sessions.html", "sessions.title", page)?)
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
pub(super) fn views(app: &App, person: &Person, now: i64) -> domain::error::Result<Vec<SessionView>> {
    let mut sessions = account::sessions(&app.store, &app.gate, &person.user, now)?;
    sessions.sort_by_key(|(session, seen)| (session.id != person.session.id, std::cmp::Reverse(*seen)));
    let views = sessions.into_iter().map(|(session, seen)| SessionView {
        id: session.id.0,
        current: session.id == person.session.id,
        browser: browser(&session.agent),
        address: session.address,
        created: time(session.created),
        seen: time(seen),
    });
    Ok(views.collect())
}

/// Browser and system in what a browser calls itself; empty where neither is known.
fn browser(agent: &str) -> String {
    // The first that fits: most call themselves what others are called, too.
    const BROWSERS: [(&str, &str); 9] = [
        ("MicroMessenger/", "WeChat"),
        ("Edg/", "Edge"),
        ("QQBrowser/", "QQ Browser"),
        ("360SE", "360"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 9] = [
        ("OpenHarmony", "HarmonyOS"),
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let words: Vec<&str> = find(&BROWSERS).into_iter().chain(find(&SYSTEMS)).collect();
    words.join(", ")
}
