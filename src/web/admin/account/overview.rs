//! One's own account at a glance: name, mail, password, second factor, grants, log-ins, keys.
//!
//! **Invariant:** leads to the pages that change something; changes the address for mail itself.

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::domain;
use crate::domain::account::{self, By, Person};
use crate::domain::error::Error;
use crate::render::view_admin::AccountPage;
use crate::web::admin::desk::{local, message, see, time};
use crate::web::admin::home::grants;
use crate::web::admin::{Asked, Desk, Fields, Refusal, blocking};

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

/// The form of the address for mail.
#[derive(Deserialize)]
pub struct Typed {
    email: String,
}

/// The form of the notices.
#[derive(Deserialize)]
pub struct Seen {
    #[serde(default)]
    back: String,
}

/// The page.
pub async fn show(desk: Desk, Asked(asked): Asked<Done>) -> Result<Response, Refusal> {
    let notice = match asked.done.as_str() {
        "email" => Some(message("account.email_saved")),
        "factor" => Some(message("account.factor_ended")),
        _ => None,
    };
    let page = AccountPage { notice, ..page(&desk).await? };
    Ok(desk.page(StatusCode::OK, "account/account.html", "account.title", page)?)
}

/// Saves the address for mail.
pub async fn save(desk: Desk, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let (app, by, person, email) = (desk.admin.app.clone(), desk.by()?, desk.person()?.clone(), typed.email.clone());
    let saved = blocking(move || account::set_email(&app.store, &by, &person, &email)).await?;
    match saved {
        Ok(()) => Ok(see("/admin/account?done=email")),
        Err(Error::Rules { .. }) => {
            let wrong = Some(message("email.form"));
            let page = AccountPage { email: typed.email, email_wrong: wrong, ..page(&desk).await? };
            Ok(desk.page(StatusCode::UNPROCESSABLE_ENTITY, "account/account.html", "account.title", page)?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The person has seen the notices of log-ins.
pub async fn seen(desk: Desk, Fields(typed): Fields<Seen>) -> Result<Response, Refusal> {
    let (app, by, person) = (desk.admin.app.clone(), desk.by()?, desk.person()?.clone());
    blocking(move || account::forget_notices(&app.store, &by, &person)).await?.map_err(Refusal::from)?;
    Ok(see(local(&typed.back).unwrap_or("/admin/")))
}

async fn page(desk: &Desk) -> Result<AccountPage, Refusal> {
    let (app, by, person, now) = (desk.admin.app.clone(), desk.by()?, desk.person()?.clone(), desk.now);
    blocking(move || read(&app, &by, &person, now)).await?.map_err(Refusal::from)
}

fn read(app: &App, by: &By, person: &Person, now: i64) -> domain::error::Result<AccountPage> {
    let (user, policy) = (&person.user, &app.gate.policy);
    Ok(AccountPage {
        notice: None,
        name: user.name.clone(),
        display_name: user.display_name.clone(),
        email: user.email.clone(),
        email_wrong: None,
        mail: policy.mail,
        password_set: time(user.password_set),
        password_until: (policy.password_age > 0).then(|| time(user.password_set.saturating_add(policy.password_age))),
        factor_since: user.second_factor.as_ref().map(|factor| time(factor.since)),
        recovery_left: user.second_factor.as_ref().map_or(0, account::SecondFactor::recovery_left),
        grants: grants(&app.directory(), user),
        sessions: account::sessions(&app.store, &app.gate, user, now)?.len(),
        tokens: account::tokens(&app.store, &app.gate, by, user, now)?.len(),
    })
}
