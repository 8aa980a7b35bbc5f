//! Setting up and giving up one's own second factor.
//!
//! **Invariant:** the secret is shown to its owner until it is confirmed, recovery codes are shown once.

use axum::response::Response;
use http::StatusCode;
use qrcode::{Color, QrCode};
use serde::Deserialize;

use crate::domain::account;
use crate::domain::error::Error;
use crate::render::view_admin::{FactorPage, MessageView, QrView, RecoveryCodesPage};
use crate::web;
use crate::web::admin::desk::{locked, message, see, time};
use crate::web::admin::{About, Desk, Fields, Refusal, blocking};

/// Modules of quiet around the picture that cameras need.
const QUIET: usize = 4;

/// The form: what to do, with a code of the phone or a recovery code.
#[derive(Deserialize)]
pub struct Typed {
    /// `set`, `codes` or `end`.
    #[serde(rename = "do")]
    what: String,
    code: String,
    #[serde(default)]
    password: String,
}

/// The page.
pub async fn form(desk: Desk) -> Result<Response, Refusal> {
    page(&desk, StatusCode::OK, None, None).await
}

/// Sets the second factor up, makes other recovery codes, or gives it up.
pub async fn submit(desk: Desk, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let (app, by, person, now) = (desk.admin.app.clone(), desk.by()?, desk.person()?.clone(), desk.now);
    let Typed { what, code, password } = typed;
    let first = what == "set";
    let outcome = match what.as_str() {
        "set" => {
            let turn = desk.admin.turn().await?;
            let done = blocking(move || {
                account::confirm_second_factor(&app.store, &app.gate, &by, &person, &password, &code, now)
            });
            let done = done.await?;
            drop(turn);
            done
        }
        "codes" => {
            blocking(move || account::renew_recovery_codes(&app.store, &app.gate, &by, &person, &code, now)).await?
        }
        "end" => {
            let done = blocking(move || account::end_second_factor(&app.store, &app.gate, &by, &person, &code, now));
            match done.await? {
                Ok(()) => return Ok(see("/admin/account?done=factor")),
                Err(refusal) => Err(refusal),
            }
        }
        _ => return Err(web::Error::BadRequest("nothing that can be done").into()),
    };
    let wrong = |wrong, password| page(&desk, StatusCode::UNPROCESSABLE_ENTITY, wrong, password);
    match outcome {
        Ok(codes) => {
            let page = RecoveryCodesPage { codes, first };
            Ok(desk.page(StatusCode::OK, "account/recovery-codes.html", "factor.codes_title", page)?)
        }
        Err(account::Refusal::Wrong) if first => wrong(None, Some(message("password.wrong"))).await,
        Err(account::Refusal::Wrong) => wrong(Some(message("second_step.wrong")), None).await,
        Err(account::Refusal::Locked { until }) if first => wrong(None, Some(locked(until, now))).await,
        Err(account::Refusal::Locked { until }) => wrong(Some(locked(until, now)), None).await,
        Err(account::Refusal::Failed(Error::Rules { broken })) => {
            wrong(broken.first().map(|broken| message(broken.rule)), None).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn page(
    desk: &Desk,
    status: StatusCode,
    wrong: Option<MessageView>,
    password_wrong: Option<MessageView>,
) -> Result<Response, Refusal> {
    let (app, by, person) = (desk.admin.app.clone(), desk.by()?, desk.person()?.clone());
    let user = &person.user;
    let needed = user.needs_second_factor(&app.gate.policy);
    let mut page = FactorPage {
        forced: needed && user.second_factor.is_none(),
        since: user.second_factor.as_ref().map(|factor| time(factor.since)).unwrap_or_default(),
        recovery_left: user.second_factor.as_ref().map_or(0, account::SecondFactor::recovery_left),
        needed,
        qr: None,
        secret: String::new(),
        wrong,
        password_wrong,
    };
    if user.second_factor.is_none() {
        let group = app.directory().portal().map(|node| node.site.short_name.clone()).unwrap_or_default();
        let name = user.name.clone();
        let begun = blocking(move || account::begin_second_factor(&app.store, &by, &person)).await?;
        let secret = begun.map_err(Refusal::from)?;
        page.qr = Some(picture(&secret.uri(&group, &name).map_err(Refusal::from)?)?);
        page.secret = secret.spelt();
    }
    let about = About::from("factor.title").below("account.title", "/admin/account");
    Ok(desk.page(status, "account/second-factor.html", about, page)?)
}

/// The picture that a phone reads.
fn picture(text: &str) -> Result<QrView, web::Error> {
    let code = QrCode::new(text).map_err(|error| web::Error::Internal(error.to_string()))?;
    let width = code.width();
    let mut path = String::new();
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET));
        }
    }
    Ok(QrView { size: width + 2 * QUIET, path })
}
