//! Changing one's password.
//!
//! **Invariant:** a password that was typed is never sent back.

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::domain::account::{self, FORMER_PASSWORDS, SHORTEST_PASSWORD};
use crate::domain::error::Error;
use crate::render::view_admin::PasswordPage;

use crate::web::admin::desk::{locked, message, message_with, see};
use crate::web::admin::{About, Desk, Fields, Refusal, blocking};

/// The form.
#[derive(Deserialize)]
pub struct Typed {
    present: String,
    new: String,
    again: String,
}

fn empty(desk: &Desk) -> Result<PasswordPage, Refusal> {
    let (user, policy) = (&desk.person()?.user, &desk.admin.app.gate.policy);
    Ok(PasswordPage {
        forced: user.must_change_password,
        aged: !user.must_change_password && user.password_aged(policy, desk.now),
        present: None,
        wrong: Vec::new(),
        again: None,
        shortest: SHORTEST_PASSWORD,
        former: FORMER_PASSWORDS,
    })
}

fn page(desk: &Desk, status: StatusCode, page: PasswordPage) -> Result<Response, Refusal> {
    let about = About::from("password.title").below("account.title", "/admin/account");
    Ok(desk.page(status, "account/password.html", about, page)?)
}

/// The page.
pub async fn form(desk: Desk) -> Result<Response, Refusal> {
    let fields = empty(&desk)?;
    page(&desk, StatusCode::OK, fields)
}

/// Changes the password.
pub async fn submit(desk: Desk, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let mut fields = empty(&desk)?;
    if typed.new != typed.again {
        fields.again = Some(message("password.again"));
        return page(&desk, StatusCode::UNPROCESSABLE_ENTITY, fields);
    }
    let turn = desk.admin.turn().await?;
    let (app, by, person, now) = (desk.admin.app.clone(), desk.by()?, desk.person()?.clone(), desk.now);
    let changed = blocking(move || {
        account::change_password(&app.store, &app.gate, &by, &person, &typed.present, &typed.new, now)
    })
    .await?;
    drop(turn);
    match changed {
        Ok(_) => return Ok(see("/admin/?done=password")),
        Err(account::Refusal::Wrong) => fields.present = Some(message("password.wrong")),
        Err(account::Refusal::Locked { until }) => fields.present = Some(locked(until, now)),
        Err(account::Refusal::Failed(Error::Rules { broken })) => {
            fields.wrong = broken.iter().map(|broken| message_with(broken.rule, SHORTEST_PASSWORD as i64)).collect();
        }
        Err(refusal) => return Err(refusal.into()),
    }
    page(&desk, StatusCode::UNPROCESSABLE_ENTITY, fields)
}
