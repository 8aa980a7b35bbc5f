//! One request to the admin pages: who asks, in which language, and the page for the answer.
//!
//! **Invariant:** what is shown of a person is what the store says now.

use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

use crate::base::clock;
use crate::base::id::SiteId;
use crate::domain;
use crate::domain::account::{By, Person, Token, authenticate};
use crate::render::admin;
use crate::render::view_admin::{
    AdminCrumbView, AdminView, LanguageView, LogInNoticeView, MessageView, PersonView, ProblemView, RefusedPage,
};
use crate::web::client::Client;
use crate::web::session::Cookie;
use crate::web::{Error, csrf, file};

use super::nav::Links;
use super::{Admin, blocking};

/// Languages of the admin pages: mark and name in itself.
pub const LANGUAGES: [(&str, &str); 2] = [("zh-CN", "中文"), ("en", "English")];

/// One request.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

/// What a request brought.
pub struct Inner {
    /// The admin pages.
    pub admin: Arc<Admin>,
    /// Who asks, on the network.
    pub client: Client,
    /// Time of the request, milliseconds since 1970.
    pub now: i64,
    /// Language of the answer.
    pub lang: &'static str,
    /// Who asks, if logged in.
    pub person: Option<Person>,
    /// True where a log-in was named that has ended.
    pub ended: bool,
    /// True where a script asks, which wants JSON.
    pub script: bool,
    /// Path and query.
    pub target: String,
    /// The site that the address is about, once the guard knows it.
    site: OnceLock<SiteId>,
    /// Secret behind the forms' secret.
    secret: String,
    /// True if the browser does not have the secret yet.
    fresh: bool,
}

impl std::ops::Deref for Desk {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Desk {
    /// Finds out who asks.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open(admin: Arc<Admin>, client: Client, parts: &Parts) -> Result<Desk, Error> {
        let headers = &parts.headers;
        let now = admin.app.clock.now();
        let sent = Cookie::Session.read(headers, client.secure);
        let token = sent.and_then(Token::parse);
        let person = match token.clone() {
            None => None,
            Some(token) => {
                let app = admin.app.clone();
                blocking(move || authenticate(&app.store, &app.gate, &token, now)).await?.map_err(error_of)?
            }
        };
        let form = Cookie::Form.read(headers, client.secure).and_then(Token::parse);
        let fresh = person.is_none() && form.is_none();
        let secret = match (token.filter(|_| person.is_some()), form) {
            (Some(token), _) | (None, Some(token)) => token,
            (None, None) => Token::random().map_err(error_of)?,
        };
        Ok(Desk(Arc::new(Inner {
            lang: language(headers, client.secure),
            script: wants_json(headers),
            site: OnceLock::new(),
            ended: person.is_none() && sent.is_some_and(|sent| !sent.is_empty()),
            target: parts.uri.path_and_query().map_or("/admin/", |target| target.as_str()).to_owned(),
            secret: secret.secret().to_owned(),
            person,
            fresh,
            now,
            client,
            admin,
        })))
    }

    /// The guard found out which site the address is about.
    pub(super) fn is_in(&self, site: Option<SiteId>) {
        if let Some(site) = site {
            let _ = self.site.set(site);
        }
    }

    /// The site that the address is about: of `{site}`, `{channel}`, `{document}` or `{media}`.
    pub fn site(&self) -> Option<SiteId> {
        self.site.get().copied()
    }

    /// The cookie secret that a form's secret must fit.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The person; a route with `Access::Person` has one.
    ///
    /// # Errors
    /// `LogIn` without one.
    pub fn person(&self) -> Result<&Person, Error> {
        self.person.as_ref().ok_or(Error::LogIn)
    }

    /// The person as the one who acts.
    ///
    /// # Errors
    /// `LogIn` without one.
    pub fn by(&self) -> Result<By, Error> {
        Ok(By::person(&self.person()?.user, &self.client.address.to_string()))
    }

    /// A page: `template` with its page struct, under the title of a key or an [`About`].
    ///
    /// # Errors
    /// When the template fails.
    pub fn page(
        &self,
        status: StatusCode,
        template: &str,
        about: impl Into<About>,
        fields: impl Serialize,
    ) -> Result<Response, Error> {
        let html = self
            .admin
            .app
            .engine
            .render_admin(template, &self.view(about.into()), fields)
            .map_err(|error| Error::Internal(error.to_string()))?;
        Ok(self.answer(status, "text/html; charset=utf-8", html))
    }

    /// An answer to a script.
    ///
    /// # Errors
    /// When the fields cannot be written.
    pub fn json(&self, status: StatusCode, fields: &impl Serialize) -> Result<Response, Error> {
        let text = serde_json::to_string(fields).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(self.answer(status, "application/json", text))
    }

    /// A text of the catalogues in the language of the answer.
    pub fn text(&self, key: &str) -> String {
        let themes = self.admin.app.engine.themes();
        themes.get(admin::THEME).map(|theme| theme.text(self.lang, key)).unwrap_or_default()
    }

    fn answer(&self, status: StatusCode, kind: &'static str, body: String) -> Response {
        let mut response = (status, body).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if self.fresh {
            let cookie = Cookie::Form.set(&self.secret, self.client.secure);
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }

    /// The page for an error; for a script its problem.
    ///
    /// # Errors
    /// When the template fails.
    pub fn refusal(&self, error: &Error) -> Result<Response, Error> {
        if error.is_fault() {
            tracing::error!(request = %self.client.request, target = self.target, "{error}");
        } else {
            tracing::debug!(request = %self.client.request, target = self.target, "{error}");
        }
        let key = match error {
            Error::StaleForm => "error.stale_form",
            Error::ReadOnly => "error.read_only",
            Error::Conflict => "error.409",
            Error::LogIn => "error.401",
            other => other.key(),
        };
        let mut response = if self.script { self.problem(error, key)? } else { self.refused(error, key)? };
        file::error_headers(error, response.headers_mut());
        if let Some(seconds) = error.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        Ok(response)
    }

    fn problem(&self, error: &Error, key: &'static str) -> Result<Response, Error> {
        // Told only to who may read answers of this host; a form of another site got no further than its origin.
        let stale = matches!(error, Error::StaleForm) && self.person.is_some();
        let problem = ProblemView {
            title: self.text(&format!("{key}.title")),
            status: error.status().as_u16(),
            detail: self.text(&format!("{key}.text")),
            key,
            request: self.client.request.to_string(),
            csrf: if stale { csrf::token(&self.secret) } else { String::new() },
        };
        let text = serde_json::to_string(&problem).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(self.answer(error.status(), "application/problem+json", text))
    }

    fn refused(&self, error: &Error, key: &'static str) -> Result<Response, Error> {
        let path = self.target.split('?').next().unwrap_or_default();
        let again = matches!(error, Error::StaleForm | Error::Conflict | Error::Busy | Error::TooMany(_));
        // These addresses take forms only.
        let back = if matches!(path, "/admin/log-out" | "/admin/language") { "/admin/" } else { path };
        let fields = RefusedPage {
            status: error.status().as_u16(),
            key: key.to_owned(),
            request_id: self.client.request.to_string(),
            again: if again { back.to_owned() } else { String::new() },
        };
        self.page(error.status(), "error/error.html", "error.title", fields)
    }

    fn view(&self, about: About) -> AdminView {
        let path = self.target.split('?').next().unwrap_or_default();
        let person = self.person.as_ref();
        let settled = person.filter(|person| person.user.duty(&self.admin.app.gate.policy, self.now).is_none());
        let directory = self.admin.app.directory();
        let links = settled.map(|person| Links { directory: &directory, user: &person.user, path, site: self.site() });
        let log_ins = settled.iter().flat_map(|person| {
            person.user.notices.iter().map(|notice| LogInNoticeView {
                time: time(notice.time),
                address: notice.address.clone(),
                browser: notice.browser.clone(),
                current: notice.session == person.session.id,
            })
        });
        let languages = LANGUAGES.map(|(code, name)| LanguageView { code, name, current: code == self.lang });
        AdminView {
            lang: self.lang,
            languages: languages.to_vec(),
            title: about.title,
            name: about.name,
            path: self.target.clone(),
            csrf: csrf::token(&self.secret),
            person: person.map(|person| PersonView {
                name: person.user.name.clone(),
                display_name: person.user.display_name.clone(),
            }),
            group: directory.portal().map(|node| node.site.name.clone()).unwrap_or_default(),
            nav: links.as_ref().map(Links::main).unwrap_or_default(),
            own: links.as_ref().map(Links::own).unwrap_or_default(),
            sites: links.as_ref().map(Links::sites).unwrap_or_default(),
            site: links.as_ref().and_then(Links::site),
            crumbs: links.as_ref().map(|links| links.crumbs(about.above)).unwrap_or_default(),
            log_ins: log_ins.collect(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Desk {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Desk, Refusal> {
        let desk = parts.extensions.get::<Desk>().cloned();
        desk.ok_or_else(|| Refusal(Error::Internal("a route of the admin pages has no guard".into())))
    }
}

/// What a page says of itself: the key of its title alone, or more.
#[derive(Debug, Clone, Default)]
pub struct About {
    title: &'static str,
    name: String,
    above: Vec<AdminCrumbView>,
}

impl From<&'static str> for About {
    fn from(title: &'static str) -> About {
        About { title, ..About::default() }
    }
}

impl About {
    /// A page that is about something with a name of its own.
    pub fn named(title: &'static str, name: &str) -> About {
        About { title, name: name.to_owned(), above: Vec::new() }
    }

    /// Below another page, whose title has a key; the site's own pages above it are known.
    pub fn below(mut self, key: &'static str, url: impl Into<String>) -> About {
        self.above.push(AdminCrumbView { key, name: String::new(), url: url.into() });
        self
    }

    /// Below another page, which has a name.
    pub fn below_named(mut self, name: &str, url: impl Into<String>) -> About {
        self.above.push(AdminCrumbView { key: "", name: name.to_owned(), url: url.into() });
        self
    }
}

/// An error on its way to the guard, which makes the page for it.
#[derive(Debug, Clone)]
pub struct Refusal(pub Error);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.0.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal(error)
    }
}

impl From<domain::error::Error> for Refusal {
    fn from(error: domain::error::Error) -> Refusal {
        Refusal(error_of(error))
    }
}

/// What an action answered, as an error of the request.
pub fn error_of(error: domain::error::Error) -> Error {
    match error {
        domain::error::Error::NotFound { .. } => Error::NotFound,
        domain::error::Error::Rules { .. } => Error::BadRequest("a rule forbids it"),
        domain::error::Error::Forbidden { .. } => Error::Forbidden,
        domain::error::Error::Stale { .. } => Error::Conflict,
        domain::error::Error::Store(error) => error.into(),
    }
}

/// A message without a number.
pub fn message(key: &str) -> MessageView {
    MessageView { key: key.to_owned(), number: 0 }
}

/// A message with a number.
pub fn message_with(key: &str, number: i64) -> MessageView {
    MessageView { key: key.to_owned(), number }
}

/// The message of a lock, with the minutes left, at least one.
pub fn locked(until: i64, now: i64) -> MessageView {
    message_with("log_in.locked", ((until - now).max(1) + 59_999) / 60_000)
}

/// A time for people.
pub fn time(millis: i64) -> String {
    clock::minute(millis)
}

/// Leads to another admin page, by GET.
pub fn see(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::try_from(to).unwrap_or_else(|_| HeaderValue::from_static("/admin/"));
    response.headers_mut().insert(LOCATION, location);
    response
}

/// An address to go to afterwards, if it is one of the admin pages and takes GET.
pub fn local(next: &str) -> Option<&str> {
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = next.split('?').next().unwrap_or_default();
    let inside = path.starts_with("/admin/") && !path.contains("//") && !path.contains("/.");
    let page = !matches!(path, "/admin/log-out" | "/admin/language") && !path.starts_with("/admin/login");
    (plain && inside && page && next.len() <= 512).then_some(next)
}

/// True where the answer is for a script: browsers ask for pages with `text/html` first.
fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split([',', ';']).next().is_some_and(|first| first.trim().eq_ignore_ascii_case("application/json"))
}

/// Language by cookie, else by what the browser wants, else Chinese.
fn language(headers: &HeaderMap, secure: bool) -> &'static str {
    let of = |wanted: &str| LANGUAGES.iter().map(|(code, _)| *code).find(|code| *code == wanted);
    if let Some(chosen) = Cookie::Language.read(headers, secure).and_then(of) {
        return chosen;
    }
    accepted_language(headers)
}

/// Language by what the browser or program wants, else Chinese.
pub(in crate::web) fn accepted_language(headers: &HeaderMap) -> &'static str {
    let accepted = headers.get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted
        .split(',')
        .filter_map(|item| item.trim().get(..2))
        .find_map(|primary| {
            LANGUAGES.iter().map(|(code, _)| *code).find(|code| code[..2].eq_ignore_ascii_case(primary))
        })
        .unwrap_or(LANGUAGES[0].0)
}
