//! One person: grants, password, lock, second factor, log-ins, keys.

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{SessionId, TokenId, UserId};
use crate::domain::account::{self, By, Grant, Hold, User};
use crate::domain::error::{self, Error};
use crate::render::view_admin::{HeldGrantView, LastLogInView, UserPage};
use crate::web::admin::account::{sessions, tokens};
use crate::web::admin::desk::{locked, message, see, time};
use crate::web::admin::{Asked, Desk, Fields, Refusal, blocking, home};

use super::{Ground, grants, list, once};

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

/// What a form wants done.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Deed {
    /// Another name for people or address for mail.
    Details {
        /// Name for people.
        display_name: String,
        /// Address for mail.
        email: String,
    },
    /// One more grant.
    Give {
        /// Word of the role.
        role: String,
        /// `group`, `site:…`, `channel:…`.
        scope: String,
    },
    /// One grant less.
    Take {
        /// The grant in words.
        grant: String,
    },
    /// A new password.
    Password,
    /// No more log-ins.
    Disable,
    /// Log-ins again.
    Enable,
    /// The end of a lock.
    Unlock,
    /// The end of a log-in.
    EndSession {
        /// Its number.
        session: String,
    },
    /// The end of all log-ins.
    EndSessions,
    /// The end of a key.
    EndToken {
        /// Its number.
        token: String,
    },
    /// The end of the second factor.
    ResetFactor,
}

impl Deed {
    /// What is told after it was done.
    fn done(&self) -> &'static str {
        match self {
            Deed::Details { .. } => "details",
            Deed::Give { .. } => "give",
            Deed::Take { .. } => "take",
            Deed::Password => "password",
            Deed::Disable => "disable",
            Deed::Enable => "enable",
            Deed::Unlock => "unlock",
            Deed::EndSession { .. } => "end-session",
            Deed::EndSessions => "end-sessions",
            Deed::EndToken { .. } => "end-token",
            Deed::ResetFactor => "reset-factor",
        }
    }
}

/// Everything that can be told after it was done.
const DONE: [&str; 10] = [
    "details",
    "give",
    "take",
    "disable",
    "enable",
    "unlock",
    "end-session",
    "end-sessions",
    "end-token",
    "reset-factor",
];

/// The page.
pub async fn show(desk: Desk, ground: Ground, Asked(asked): Asked<Done>) -> Result<Response, Refusal> {
    let done = DONE.iter().find(|done| **done == asked.done);
    let notice = done.map(|done| message(&format!("users.done.{done}")));
    let page = UserPage { notice, ..page(&desk, &ground).await? };
    Ok(desk.page(StatusCode::OK, "users/user.html", ground.about("users.one", &page.display_name), &page)?)
}

/// Does what the form wants.
pub async fn submit(desk: Desk, ground: Ground, Fields(deed): Fields<Deed>) -> Result<Response, Refusal> {
    let turn = match deed {
        Deed::Password => Some(desk.admin.turn().await?),
        _ => None,
    };
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let (here, wanted) = (ground.clone(), deed.clone());
    let outcome = blocking(move || {
        // The person must be one of this page, whatever else the actor manages.
        let (user, _) = here.person(&app, &by)?;
        carry_out(&app, &by, &user, wanted, now).map(|password| (user, password))
    })
    .await?;
    drop(turn);
    match outcome {
        Ok((user, Some(password))) => Ok(once::show(&desk, &ground, &user, password, false)?),
        // Without its last grant here the person is not one of this page any more.
        Ok((user, None)) if matches!(deed, Deed::Take { .. }) && !still_here(&desk, &ground).await? => {
            Ok(see(&format!("{}?q={}", ground.base(), user.name)))
        }
        Ok((user, None)) => Ok(see(&format!("{}?done={}", ground.url(user.id), deed.done()))),
        Err(Error::Rules { broken }) => {
            let mut page = page(&desk, &ground).await?;
            page.wrong = grants::messages(&broken);
            match deed {
                Deed::Details { display_name, email } => (page.display_name, page.email) = (display_name, email),
                Deed::Give { role, scope } => (page.role, page.scope) = (role, scope),
                _ => {}
            }
            Ok(desk.page(
                StatusCode::UNPROCESSABLE_ENTITY,
                "users/user.html",
                ground.about("users.one", &page.display_name),
                &page,
            )?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn still_here(desk: &Desk, ground: &Ground) -> Result<bool, Refusal> {
    let (app, by, ground) = (desk.admin.app.clone(), desk.by()?, ground.clone());
    match blocking(move || ground.person(&app, &by)).await? {
        Ok(_) => Ok(true),
        Err(Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// One action; answers with a password where one was made.
fn carry_out(app: &App, by: &By, user: &User, deed: Deed, now: i64) -> error::Result<Option<String>> {
    let (store, gate, id): (_, _, UserId) = (&app.store, &app.gate, user.id);
    let number = |text: &str| text.parse().unwrap_or(0);
    match deed {
        Deed::Details { display_name, email } => {
            account::set_details(store, by, id, &display_name, &email)?;
        }
        Deed::Give { role, scope } => {
            account::give_grant(store, by, id, grants::chosen(app, &role, &scope)?)?;
        }
        Deed::Take { grant } => {
            if let Some(held) = held(app, user, &grant) {
                account::take_grant(store, by, id, held)?;
            }
        }
        Deed::Password => {
            let password = account::generate(&user.name)?;
            account::set_password(store, by, id, &password, true, now)?;
            return Ok(Some(password));
        }
        Deed::Disable => {
            account::disable(store, by, id)?;
        }
        Deed::Enable => {
            account::enable(store, by, id)?;
        }
        Deed::Unlock => {
            account::unlock(store, gate, by, id)?;
        }
        Deed::EndSession { session } => account::revoke(store, gate, by, user, SessionId(number(&session)))?,
        Deed::EndSessions => {
            account::end_sessions(store, gate, by, id)?;
        }
        Deed::EndToken { token } => account::revoke_token(store, by, user, TokenId(number(&token)))?,
        Deed::ResetFactor => {
            account::reset_second_factor(store, by, id)?;
        }
    }
    Ok(None)
}

/// A grant of the person by its words; also one whose site or column is gone.
fn held(app: &App, user: &User, words: &str) -> Option<Grant> {
    let directory = app.directory();
    user.grants.iter().copied().find(|grant| grant.words(directory.as_ref()) == words)
}

async fn page(desk: &Desk, ground: &Ground) -> Result<UserPage, Refusal> {
    let (app, by, now, ground) = (desk.admin.app.clone(), desk.by()?, desk.now, ground.clone());
    let page = blocking(move || read(&app, &by, &ground, now)).await?;
    page.map_err(Refusal::from)
}

fn read(app: &App, by: &By, ground: &Ground, now: i64) -> error::Result<UserPage> {
    let (user, hold) = ground.person(app, by)?;
    let own = by.is(&user);
    let whole = hold == Hold::Whole && !own;
    let directory = app.directory();
    let held = user.grants.iter().filter(|grant| ground.shows(grant)).map(|grant| HeldGrantView {
        role: grant.role.word(),
        place: home::place(&directory, grant.scope),
        words: grant.words(directory.as_ref()),
    });
    let held: Vec<HeldGrantView> = held.collect();
    let sessions = if whole { account::sessions_of(&app.store, &app.gate, by, &user, now)? } else { Vec::new() };
    let tokens = if whole { account::tokens(&app.store, &app.gate, by, &user, now)? } else { Vec::new() };
    Ok(UserPage {
        notice: None,
        wrong: Vec::new(),
        site: ground.site_name(),
        base: ground.base(),
        url: ground.url(user.id),
        state: list::state(&user, now),
        locked: user.failures.locked(now).map(|until| locked(until, now).number).unwrap_or_default(),
        elsewhere: held.len() < user.grants.len(),
        grants: held,
        own,
        whole,
        may_reset_factor: whole && by.manages_all_users(),
        created: time(user.created),
        last: user.last_log_in.as_ref().filter(|_| whole).map(|last| LastLogInView {
            time: time(last.time),
            address: last.address.clone(),
            failures: user.failures.count,
        }),
        password_set: time(user.password_set),
        must_change: user.must_change_password || user.password_aged(&app.gate.policy, now),
        factor_since: user.second_factor.as_ref().map(|factor| time(factor.since)),
        factor_needed: user.needs_second_factor(&app.gate.policy),
        sessions: sessions.into_iter().map(|(session, seen)| sessions::view(session, seen, None)).collect(),
        tokens: tokens.into_iter().map(|(token, used)| tokens::view(token, used)).collect(),
        role: "editor".into(),
        scope: String::new(),
        roles: grants::roles(ground, by),
        scopes: grants::scopes(app, ground),
        name: user.name,
        display_name: user.display_name,
        email: user.email,
    })
}
