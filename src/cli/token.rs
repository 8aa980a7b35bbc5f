//! `zhanqun token …`: keys with which programs act for a user.

use serde::Serialize;

use crate::base::clock;
use crate::base::id::TokenId;
use crate::domain::account::{self, By};

use super::args::TokenCommand;
use super::{Context, Failure, user};

#[derive(Serialize)]
struct Made {
    id: u64,
    user: String,
    token: String,
    expires: String,
}

#[derive(Serialize)]
struct Row {
    id: u64,
    label: String,
    created: String,
    expires: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<String>,
}

pub(super) fn token(context: &mut Context<'_>, command: &TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Create { user, expires, label } => create(context, user, *expires, label),
        TokenCommand::List { user } => list(context, user),
        TokenCommand::Revoke { user, id } => {
            let user = user::find(context, user)?;
            account::revoke_token(&context.app.store, &By::ops(), &user, TokenId(*id))?;
            context.out.line(format!("{}: key {id} has ended", user.name));
            Ok(())
        }
    }
}

fn create(context: &mut Context<'_>, name: &str, days: u32, label: &str) -> Result<(), Failure> {
    let user = user::find(context, name)?;
    let now = context.app.clock.now();
    let made = account::create_token(&context.app.store, &By::ops(), user.id, label, days, now);
    let (token, secret) = made.map_err(user::told)?;
    let made = Made { id: token.id.0, user: user.name, token: secret, expires: clock::rfc3339(token.expires) };
    if context.out.json {
        context.out.report(&made);
        return Ok(());
    }
    context.out.line(format!("{}: key {} until {} (shown once):", made.user, made.id, made.expires));
    context.out.line(made.token);
    Ok(())
}

fn list(context: &mut Context<'_>, name: &str) -> Result<(), Failure> {
    let user = user::find(context, name)?;
    let (app, now) = (context.app, context.app.clock.now());
    let rows = account::tokens(&app.store, &app.gate, &By::ops(), &user, now)?.into_iter().map(|(token, used)| Row {
        id: token.id.0,
        label: token.label,
        created: clock::rfc3339(token.created),
        expires: clock::rfc3339(token.expires),
        used: (used > 0).then(|| clock::rfc3339(used)),
    });
    let rows: Vec<Row> = rows.collect();
    if context.out.json {
        context.out.report(&rows);
        return Ok(());
    }
    for row in rows {
        let used = row.used.as_deref().unwrap_or("never used");
        context.out.line(format!("{:>8} until {}  {used:<25} {}", row.id, row.expires, row.label));
    }
    Ok(())
}
