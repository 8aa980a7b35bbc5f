//! `zhanqun mail …`: letters that wait or were given up.

use serde::Serialize;

use crate::base::clock;
use crate::domain::mail::{self, Letter};
use crate::store::Actor;

use super::args::MailCommand;
use super::{Context, Failure};

#[derive(Serialize)]
struct Row {
    id: u64,
    to: String,
    key: String,
    created: String,
    state: &'static str,
    tries: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    error: String,
}

pub(super) fn mail(context: &mut Context<'_>, command: &MailCommand) -> Result<(), Failure> {
    match command {
        MailCommand::List => list(context),
        MailCommand::Retry => {
            let count = mail::retry(&context.app.store, &Actor::cli(), context.app.clock.now())?;
            context.out.line(format!("{count} mails are tried again"));
            Ok(())
        }
    }
}

fn list(context: &mut Context<'_>) -> Result<(), Failure> {
    if !context.app.config.mail.is_on() {
        context.out.note("mail is off: [mail] names no host");
    }
    let row = |letter: Letter| Row {
        id: letter.id.0,
        to: letter.to,
        key: letter.key,
        created: clock::rfc3339(letter.created),
        state: if letter.given_up { "given up" } else { "waiting" },
        tries: letter.tries,
        error: letter.error,
    };
    let letters = mail::waiting(&context.app.store)?.into_iter().chain(mail::given_up(&context.app.store)?);
    let rows: Vec<Row> = letters.map(row).collect();
    if context.out.json {
        context.out.report(&rows);
        return Ok(());
    }
    for row in rows {
        let Row { id, to, key, created, state, tries, error } = row;
        context.out.line(format!("{id:>8} {created} {state:<8} {tries} tries  {key} to {to}  {error}").trim_end());
    }
    Ok(())
}
