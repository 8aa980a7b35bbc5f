//! `zhanqun user …`: people who may log in; and the first of them, made by `serve`.

use std::io::{BufRead, IsTerminal, Read};

use serde::Serialize;

use crate::app::App;
use crate::base::clock;
use crate::domain::account::{self, By, Grant, NewUser, Role, User};
use crate::domain::error::Error;

use super::args::{PasswordSource, SecondFactorCommand, UserCommand};
use super::output::Output;
use super::{Context, Failure};

/// Environment variable with the password of the first user.
const ADMIN_PASSWORD: &str = "ZHANQUN_ADMIN_PASSWORD";
/// Name of the first user.
const ADMIN: &str = "admin";
/// Most bytes read for a password.
const LONGEST_LINE: u64 = 4096;

pub(super) fn user(context: &mut Context<'_>, command: &UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add { name, grant, display_name, password } => add(context, name, grant, display_name, password),
        UserCommand::Passwd { name, password } => passwd(context, name, password),
        UserCommand::Grant { name, grant } => {
            let (user, grants) = (find(context, name)?, grants(context, grant)?);
            account::set_grants(&context.app.store, &By::ops(), user.id, &grants).map_err(told)?;
            context.out.line(format!("{}: {}", user.name, words(context.app, &grants).join(" ")));
            Ok(())
        }
        UserCommand::List => list(context),
        UserCommand::Disable { name } => {
            let user = find(context, name)?;
            account::disable(&context.app.store, &By::ops(), user.id)?;
            context.out.line(format!("{}: disabled, every log-in has ended", user.name));
            Ok(())
        }
        UserCommand::Enable { name } => {
            let user = find(context, name)?;
            account::enable(&context.app.store, &By::ops(), user.id)?;
            context.out.line(format!("{}: may log in", user.name));
            Ok(())
        }
        UserCommand::Unlock { name } => {
            let user = find(context, name)?;
            let user = account::unlock(&context.app.store, &context.app.gate, &By::ops(), user.id)?;
            let still = if user.disabled { ", but is disabled: see `user enable`" } else { "" };
            context.out.line(format!("{}: unlocked{still}", user.name));
            Ok(())
        }
        UserCommand::SecondFactor(SecondFactorCommand::Reset { name }) => {
            let user = find(context, name)?;
            if user.second_factor.is_none() {
                context.out.line(format!("{}: has no second factor", user.name));
                return Ok(());
            }
            account::reset_second_factor(&context.app.store, &By::ops(), user.id)?;
            context.out.line(format!("{}: second factor taken away, every log-in has ended", user.name));
            Ok(())
        }
        UserCommand::Email { name, address } => {
            let user = find(context, name)?;
            let set = account::set_details(&context.app.store, &By::ops(), user.id, &user.display_name, address);
            let email = set.map_err(told)?.email;
            context.out.line(format!("{}: {}", user.name, if email.is_empty() { "no address" } else { &email }));
            Ok(())
        }
    }
}

/// The first line of standard input; nothing on a terminal, where typing would show the password.
pub(super) fn read_password(out: &mut Output) -> Result<Option<String>, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(None);
    }
    if out.terminal {
        out.note("reading the password from standard input; an empty line generates one");
    }
    let mut line = String::new();
    std::io::BufReader::new(stdin.lock().take(LONGEST_LINE))
        .read_line(&mut line)
        .map_err(|error| Failure::failed(format!("standard input: {error}")))?;
    let line = line.trim_end_matches(['\n', '\r']);
    Ok((!line.is_empty()).then(|| line.to_owned()))
}

/// Broken rules are arguments at fault; a rule a line.
pub(super) fn told(error: Error) -> Failure {
    match error {
        Error::Rules { broken } => Failure::Usage(broken.iter().map(ToString::to_string).collect()),
        other => other.into(),
    }
}

pub(super) fn find(context: &Context<'_>, name: &str) -> Result<User, Failure> {
    let found = account::user_by_name(&context.app.store, name)?;
    Ok(found.ok_or_else(|| Error::not_found("user", name))?)
}

fn grants(context: &Context<'_>, texts: &[String]) -> Result<Vec<Grant>, Failure> {
    let directory = context.app.directory();
    let (mut grants, mut faults) = (Vec::new(), Vec::new());
    for text in texts {
        match account::read_grant(text, directory.as_ref()) {
            Ok(grant) => grants.push(grant),
            Err(error) => faults.push(error.to_string()),
        }
    }
    if faults.is_empty() { Ok(grants) } else { Err(Failure::Usage(faults)) }
}

fn words(app: &App, grants: &[Grant]) -> Vec<String> {
    let directory = app.directory();
    grants.iter().map(|grant| grant.words(directory.as_ref())).collect()
}

/// A password and whether it was generated.
struct Chosen {
    password: String,
    generated: bool,
}

fn choose(context: &mut Context<'_>, name: &str, source: &PasswordSource) -> Result<Chosen, Failure> {
    match context.input.take().filter(|_| !source.generate) {
        Some(password) => Ok(Chosen { password, generated: false }),
        None => Ok(Chosen { password: account::generate(name)?, generated: true }),
    }
}

#[derive(Serialize)]
struct Made {
    name: String,
    grants: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

fn report(context: &mut Context<'_>, user: &User, what: &str, chosen: Chosen) {
    let password = chosen.generated.then_some(chosen.password);
    let made = Made { name: user.name.clone(), grants: words(context.app, &user.grants), password };
    if context.out.json {
        context.out.report(&made);
        return;
    }
    context.out.line(format!("{}: {what}, {}", made.name, made.grants.join(" ")));
    if let Some(password) = made.password {
        context.out.line(format!("password (shown once, to be changed at the first log-in): {password}"));
    }
}

fn add(
    context: &mut Context<'_>,
    name: &str,
    grant: &[String],
    display_name: &str,
    source: &PasswordSource,
) -> Result<(), Failure> {
    let grants = grants(context, grant)?;
    let chosen = choose(context, name, source)?;
    let new = NewUser {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        email: String::new(),
        password: chosen.password.clone(),
        grants,
        must_change_password: chosen.generated || source.once,
    };
    let now = context.app.clock.now();
    let user = account::create(&context.app.store, &By::ops(), &new, now).map_err(told)?;
    report(context, &user, "added", chosen);
    Ok(())
}

fn passwd(context: &mut Context<'_>, name: &str, source: &PasswordSource) -> Result<(), Failure> {
    let user = find(context, name)?;
    let chosen = choose(context, &user.name, source)?;
    let (store, now) = (&context.app.store, context.app.clock.now());
    let once = chosen.generated || source.once;
    let user = account::set_password(store, &By::ops(), user.id, &chosen.password, once, now).map_err(told)?;
    report(context, &user, "password set, every log-in has ended", chosen);
    Ok(())
}

#[derive(Serialize)]
struct Row {
    name: String,
    display_name: String,
    grants: Vec<String>,
    state: &'static str,
    must_change_password: bool,
    second_factor: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_log_in: Option<String>,
}

fn list(context: &mut Context<'_>) -> Result<(), Failure> {
    let now = context.app.clock.now();
    let mut rows = Vec::new();
    for user in account::users(&context.app.store)? {
        rows.push(Row {
            grants: words(context.app, &user.grants),
            state: match (user.disabled, user.failures.locked(now)) {
                (true, _) => "disabled",
                (false, Some(_)) => "locked",
                (false, None) => "active",
            },
            must_change_password: user.must_change_password,
            second_factor: user.second_factor.is_some(),
            email: user.email,
            last_log_in: user.last_log_in.map(|last| clock::rfc3339(last.time)),
            name: user.name,
            display_name: user.display_name,
        });
    }
    if context.out.json {
        context.out.report(&rows);
        return Ok(());
    }
    for row in rows {
        let last = row.last_log_in.as_deref().unwrap_or("never logged in");
        let grants = row.grants.join(" ");
        context.out.line(format!("{:<16} {:<8} {last:<25} {grants}  {}", row.name, row.state, row.display_name));
    }
    Ok(())
}

/// The first user, where there is none: what `serve` has to do once.
pub(super) struct First {
    password: String,
    generated: bool,
}

/// Looks whether the first user must be made, and refuses a bad password before anything is written.
pub(super) fn first(app: &App) -> Result<Option<First>, Failure> {
    if account::any_user(&app.store)? {
        return Ok(None);
    }
    match std::env::var(ADMIN_PASSWORD) {
        Ok(password) if !password.is_empty() => {
            account::check_password(&password, ADMIN).map_err(|broken| {
                Failure::Usage(broken.iter().map(|rule| format!("{ADMIN_PASSWORD}: {rule}")).collect())
            })?;
            Ok(Some(First { password, generated: false }))
        }
        _ => Ok(Some(First { password: account::generate(ADMIN)?, generated: true })),
    }
}

/// Makes the first user and prints a generated password, once.
pub(super) fn make_first(app: &App, first: First, out: &mut Output) -> Result<(), Failure> {
    let new = NewUser {
        name: ADMIN.to_owned(),
        display_name: String::new(),
        email: String::new(),
        password: first.password.clone(),
        grants: vec![Grant::group(Role::Admin)],
        must_change_password: first.generated,
    };
    account::create(&app.store, &By::system(), &new, app.clock.now()).map_err(told)?;
    if first.generated {
        out.line(format!("user {ADMIN}, password (shown once, to be changed at the first log-in): {}", first.password));
    } else {
        out.note(format!("user {ADMIN} made with the password of {ADMIN_PASSWORD}"));
    }
    Ok(())
}
