//! Sends the letters that wait, where mail is on.
//!
//! A letter that was sent while the server went down before it could note so is sent again; its
//! Message-ID is the same, so that a mailbox can tell.

use std::sync::Arc;
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};

use crate::app::App;
use crate::config::{MailConfig, MailTls};
use crate::domain::mail::{self, Letter};

/// Time between two looks for letters.
const EVERY: Duration = Duration::from_secs(2);
/// Letters taken at a time.
const AT_ONCE: usize = 20;
/// Longest silence of the SMTP server.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs until the task is dropped; returns at once where mail is off.
pub async fn run(app: Arc<App>) {
    if !app.config.mail.is_on() {
        return;
    }
    loop {
        let worker = app.clone();
        match tokio::task::spawn_blocking(move || send_due(&worker)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "mail could not be sent"),
            Err(error) => tracing::error!(%error, "the job for mail broke off"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Tries every letter that is due; returns how many were sent.
///
/// # Errors
/// When the settings cannot be used or the store refuses.
pub fn send_due(app: &App) -> Result<usize, String> {
    let told = |error: crate::domain::error::Error| error.to_string();
    let letters = mail::due(&app.store, app.clock.now(), AT_ONCE).map_err(told)?;
    if letters.is_empty() {
        return Ok(0);
    }
    let transport = transport(&app.config.mail)?;
    let mut sent = 0;
    for letter in letters {
        match send(app, &transport, &letter) {
            Ok(()) => {
                mail::sent(&app.store, &letter).map_err(told)?;
                sent += 1;
            }
            Err(Failure { reason, final_ }) => {
                let now = app.clock.now();
                let after = mail::failed(&app.store, letter.id, &reason, final_, now).map_err(told)?;
                if after.is_some_and(|letter| letter.given_up) {
                    tracing::error!(to = letter.to, key = letter.key, reason, "a mail is given up: see `mail list`");
                } else {
                    tracing::warn!(to = letter.to, key = letter.key, reason, "a mail was not sent, it is tried again");
                }
            }
        }
    }
    Ok(sent)
}

/// Why a letter was not sent.
struct Failure {
    reason: String,
    /// True where trying again is no use.
    final_: bool,
}

fn send(app: &App, transport: &SmtpTransport, letter: &Letter) -> Result<(), Failure> {
    let message = message(app, letter).map_err(|reason| Failure { reason, final_: true })?;
    let answer = transport.send(&message);
    answer.map(|_| ()).map_err(|error| Failure { reason: error.to_string(), final_: error.is_permanent() })
}

/// The letter as mail, in the language of the portal.
fn message(app: &App, letter: &Letter) -> Result<Message, String> {
    let directory = app.directory();
    let portal = directory.portal();
    let lang = portal.map_or("zh-CN", |node| node.site.lang.as_str());
    let mut arguments = letter.arguments.clone();
    arguments.insert("name".to_owned(), letter.name.clone());
    arguments.insert("group".to_owned(), portal.map(|node| node.site.name.clone()).unwrap_or_default());
    arguments.insert("origin".to_owned(), app.origin().to_string());
    let text = |part: &str| {
        let key = format!("{}.{part}", letter.key);
        app.engine.admin_text_with(lang, &key, &arguments).ok_or_else(|| format!("there is no text {key}"))
    };
    let from: Mailbox = app.config.mail.from.parse().map_err(|error| format!("mail.from: {error}"))?;
    let to = letter.to.parse().map_err(|error| format!("{}: {error}", letter.to))?;
    let id = format!("<letter-{}.{}@{}>", letter.id, letter.created, from.email.domain());
    Message::builder()
        .from(from)
        .to(Mailbox::new(Some(letter.name.clone()).filter(|name| !name.is_empty()), to))
        .subject(text("subject")?)
        .message_id(Some(id))
        .header(ContentType::TEXT_PLAIN)
        .body(text("text")?)
        .map_err(|error| error.to_string())
}

/// The connection to the SMTP server, opened for each letter.
fn transport(config: &MailConfig) -> Result<SmtpTransport, String> {
    let tls = match config.tls {
        MailTls::None => Tls::None,
        MailTls::Tls => Tls::Wrapper(parameters(config)?),
        MailTls::Starttls => Tls::Required(parameters(config)?),
    };
    let mut builder =
        SmtpTransport::builder_dangerous(&config.host).port(config.port()).tls(tls).timeout(Some(PATIENCE));
    if !config.user.is_empty() {
        builder = builder.credentials(Credentials::new(config.user.clone(), config.password.clone()));
    }
    Ok(builder.build())
}

fn parameters(config: &MailConfig) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(config.host.clone());
    if !config.ca.as_os_str().is_empty() {
        let wrong = |error: &dyn std::fmt::Display| format!("mail.ca: {}: {error}", config.ca.display());
        let pem = std::fs::read(&config.ca).map_err(|error| wrong(&error))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| wrong(&error))?);
    }
    builder.build().map_err(|error| error.to_string())
}
