//! The people of the group or of a site.

use axum::response::Response;
use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::app::App;
use crate::domain::account::{By, User};
use crate::domain::error::Result;
use crate::render::view_admin::{UserRowView, UsersPage};
use crate::web::admin::desk::time;
use crate::web::admin::home;
use crate::web::admin::{Asked, Desk, Refusal, blocking};

use super::Ground;

/// People on a page.
const ROWS: usize = 50;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    /// Part of a name.
    #[serde(default)]
    q: String,
    /// `active`, `locked`, `disabled`.
    #[serde(default)]
    state: String,
    #[serde(default)]
    page: usize,
}

/// The page.
pub async fn show(desk: Desk, ground: Ground, Asked(wanted): Asked<Wanted>) -> Result<Response, Refusal> {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let page = blocking(move || page(&app, &by, &ground, &wanted, now)).await?.map_err(Refusal::from)?;
    Ok(desk.page(StatusCode::OK, "users/list.html", "users.title", page)?)
}

fn page(app: &App, by: &By, ground: &Ground, wanted: &Wanted, now: i64) -> Result<UsersPage> {
    let query = wanted.q.trim().to_lowercase();
    let fits = |user: &User| {
        let named = user.name.contains(&query) || user.display_name.to_lowercase().contains(&query);
        named && (wanted.state.is_empty() || state(user, now) == wanted.state)
    };
    let mut people = ground.people(app, by)?;
    people.retain(fits);
    let number = wanted.page.clamp(1, people.len().div_ceil(ROWS).max(1));
    let url = |number: usize| {
        let words = utf8_percent_encode(&wanted.q, NON_ALPHANUMERIC);
        let state = utf8_percent_encode(&wanted.state, NON_ALPHANUMERIC);
        format!("{}?q={words}&state={state}&page={number}", ground.base())
    };
    let rows = people.iter().skip((number - 1) * ROWS).take(ROWS);
    Ok(UsersPage {
        site: ground.site_name(),
        base: ground.base(),
        users: rows.map(|user| row(app, ground, user, now)).collect(),
        total: people.len(),
        query: wanted.q.clone(),
        state: wanted.state.clone(),
        previous: (number > 1).then(|| url(number - 1)),
        next: (number * ROWS < people.len()).then(|| url(number + 1)),
    })
}

/// `active`, `locked` or `disabled`.
pub(super) fn state(user: &User, now: i64) -> &'static str {
    match (user.disabled, user.failures.locked(now)) {
        (true, _) => "disabled",
        (false, Some(_)) => "locked",
        (false, None) => "active",
    }
}

fn row(app: &App, ground: &Ground, user: &User, now: i64) -> UserRowView {
    let shown =
        User { grants: user.grants.iter().copied().filter(|grant| ground.shows(grant)).collect(), ..user.clone() };
    UserRowView {
        name: user.name.clone(),
        display_name: user.display_name.clone(),
        url: ground.url(user.id),
        state: state(user, now),
        grants: home::grants(&app.directory(), &shown),
        elsewhere: shown.grants.len() < user.grants.len(),
        // Of people who belong elsewhere too a manager sees what they are here.
        last: match shown.grants.len() == user.grants.len() {
            true => user.last_log_in.as_ref().map(|last| time(last.time)).unwrap_or_default(),
            false => String::new(),
        },
        factor: user.second_factor.is_some(),
    }
}
