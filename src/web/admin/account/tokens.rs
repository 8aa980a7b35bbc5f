//! One's own keys for programs.
//!
//! **Invariant:** the secret of a key is shown once, on the answer to the form that made it.

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::base::id::TokenId;
use crate::domain::account::{self, ApiToken, MOST_TOKEN_DAYS, TOKEN_DAYS};
use crate::domain::error::Error;
use crate::render::view_admin::{MessageView, TokenView, TokensPage};
use crate::web;
use crate::web::admin::desk::{message, message_with, see, time};
use crate::web::admin::{About, Asked, Desk, Fields, Refusal, blocking};

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

/// The form: a new key, or the end of one.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Deed {
    /// A new key.
    Create {
        /// What it is for.
        label: String,
        /// Days that it counts.
        days: String,
    },
    /// The end of one.
    Revoke {
        /// Its number.
        token: String,
    },
}

/// The page.
pub async fn list(desk: Desk, Asked(asked): Asked<Done>) -> Result<Response, Refusal> {
    let notice = (asked.done == "revoked").then(|| message("tokens.revoked"));
    let fields = TokensPage { notice, ..fields(&desk).await? };
    page(&desk, StatusCode::OK, fields)
}

/// Makes a key, or ends one.
pub async fn submit(desk: Desk, Fields(deed): Fields<Deed>) -> Result<Response, Refusal> {
    let (app, by, user, now) = (desk.admin.app.clone(), desk.by()?, desk.person()?.user.clone(), desk.now);
    match deed {
        Deed::Revoke { token } => {
            let token = token.parse().map(TokenId).map_err(|_| web::Error::BadRequest("no number of a key"))?;
            let ended = blocking(move || account::revoke_token(&app.store, &by, &user, token));
            ended.await?.map_err(Refusal::from)?;
            Ok(see("/admin/account/tokens?done=revoked"))
        }
        Deed::Create { label, days } => {
            let (typed, count) = (label.clone(), days.trim().parse().unwrap_or(0));
            let made = blocking(move || account::create_token(&app.store, &by, user.id, &typed, count, now));
            match made.await? {
                Ok((_, secret)) => {
                    let fields = TokensPage { secret, ..fields(&desk).await? };
                    page(&desk, StatusCode::OK, fields)
                }
                Err(Error::Rules { broken }) => {
                    let wrong = |field| broken.iter().find(|broken| broken.field == field).map(message_of);
                    let (label_wrong, days_wrong) = (wrong("label"), wrong("days"));
                    let fields = TokensPage { label, days, label_wrong, days_wrong, ..fields(&desk).await? };
                    page(&desk, StatusCode::UNPROCESSABLE_ENTITY, fields)
                }
                Err(error) => Err(error.into()),
            }
        }
    }
}

fn message_of(broken: &crate::domain::error::Broken) -> MessageView {
    message_with(broken.rule, i64::from(MOST_TOKEN_DAYS))
}

fn page(desk: &Desk, status: StatusCode, page: TokensPage) -> Result<Response, Refusal> {
    let about = About::from("tokens.title").below("account.title", "/admin/account");
    Ok(desk.page(status, "account/tokens.html", about, page)?)
}

async fn fields(desk: &Desk) -> Result<TokensPage, Refusal> {
    let (app, by, user, now) = (desk.admin.app.clone(), desk.by()?, desk.person()?.user.clone(), desk.now);
    let tokens = blocking(move || account::tokens(&app.store, &app.gate, &by, &user, now)).await?;
    Ok(TokensPage {
        notice: None,
        secret: String::new(),
        tokens: tokens.map_err(Refusal::from)?.into_iter().map(|(token, used)| view(token, used)).collect(),
        label: String::new(),
        days: TOKEN_DAYS.to_string(),
        most_days: MOST_TOKEN_DAYS,
        label_wrong: None,
        days_wrong: None,
    })
}

/// A key for the page.
pub fn view(token: ApiToken, used: i64) -> TokenView {
    TokenView {
        id: token.id.0,
        label: token.label,
        created: time(token.created),
        expires: time(token.expires),
        used: if used == 0 { String::new() } else { time(used) },
        used_from: token.used_from,
    }
}
