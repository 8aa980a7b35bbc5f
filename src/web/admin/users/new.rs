//! A new person, with a first password that is shown once.

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::domain::account::{self, NewUser};
use crate::domain::error::{Broken, Error};
use crate::render::view_admin::NewUserPage;
use crate::web::admin::desk::message;
use crate::web::admin::{Desk, Fields, Refusal, blocking};

use super::{Ground, grants, once};

/// The form.
#[derive(Clone, Default, Deserialize)]
pub struct Typed {
    name: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    scope: String,
}

/// The page.
pub async fn form(desk: Desk, ground: Ground) -> Result<Response, Refusal> {
    let typed = Typed { role: "editor".into(), ..Typed::default() };
    page(&desk, &ground, StatusCode::OK, typed, &[])
}

/// Makes the person.
pub async fn submit(desk: Desk, ground: Ground, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let turn = desk.admin.turn().await?;
    let (app, by, now, form) = (desk.admin.app.clone(), desk.by()?, desk.now, typed.clone());
    let made = blocking(move || {
        let grants = vec![grants::chosen(&app, &form.role, &form.scope)?];
        let password = account::generate(&form.name)?;
        let new = NewUser {
            name: form.name,
            display_name: form.display_name,
            email: form.email,
            password: password.clone(),
            grants,
            must_change_password: true,
        };
        account::create(&app.store, &by, &new, now).map(|user| (user, password))
    })
    .await?;
    drop(turn);
    match made {
        Ok((user, password)) => Ok(once::show(&desk, &ground, &user, password, true)?),
        Err(Error::Rules { broken }) => page(&desk, &ground, StatusCode::UNPROCESSABLE_ENTITY, typed, &broken),
        Err(error) => Err(error.into()),
    }
}

fn page(
    desk: &Desk,
    ground: &Ground,
    status: StatusCode,
    typed: Typed,
    broken: &[Broken],
) -> Result<Response, Refusal> {
    let wrong = |field: &str| broken.iter().find(|broken| broken.field == field).map(|broken| message(broken.rule));
    let page = NewUserPage {
        site: ground.site_name(),
        base: ground.base(),
        name_wrong: wrong("name"),
        display_name_wrong: wrong("display_name"),
        email_wrong: wrong("email"),
        grant_wrong: wrong("grant"),
        name: typed.name,
        display_name: typed.display_name,
        email: typed.email,
        role: typed.role,
        scope: typed.scope,
        roles: grants::roles(ground, &desk.by()?),
        scopes: grants::scopes(&desk.admin.app, ground),
    };
    Ok(desk.page(status, "users/new.html", ground.about("users.new", ""), page)?)
}
