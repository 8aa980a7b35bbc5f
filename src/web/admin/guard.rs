//! What stands before every admin page.
//!
//! **Invariant:** nothing of a page runs before it is known who asks, whether
//! he may, and whether a form is his own.

use std::sync::Arc;

use axum::RequestExt;
use axum::extract::{RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_LANGUAGE, SET_COOKIE, VARY};
use http::{HeaderValue, Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::app::App;
use crate::base::id::{ChannelId, SiteId};
use crate::domain::account::{self, By, Duty, Place, User};
use crate::domain::content::Document;
use crate::domain::media::{self, Media};
use crate::store::Read;
use crate::web::Error;
use crate::web::client::Client;
use crate::web::policy::Keep;
use crate::web::routes::{Access, Largest};
use crate::web::security::Role;
use crate::web::session::Cookie;

use super::desk::{error_of, local, see};
use super::rate::{What, Who};
use super::{Admin, Desk, Refusal, blocking, form};

/// What is told to robots that find a preview link.
pub const NO_ROBOTS: &str = "noindex, nofollow, noarchive";

/// A route's guard.
#[derive(Clone)]
pub struct Post {
    /// The admin pages.
    pub admin: Arc<Admin>,
    /// Who may pass.
    pub access: Access,
    /// Most that the route takes of a body.
    pub largest: Largest,
}

/// Why a request is not let through.
enum Stop {
    /// There is another page to go to first.
    Go(Response),
    /// It is refused.
    Refuse(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Refuse(error)
    }
}

/// Lets a request through to its page, or answers it.
pub async fn guard(State(post): State<Post>, request: Request, next: Next) -> Response {
    let Some(client) = request.extensions().get::<Client>().copied() else {
        return bare(&Error::Internal("a request of the admin pages has no client".into()));
    };
    let (parts, body) = request.into_parts();
    let desk = match Desk::open(post.admin.clone(), client, &parts).await {
        Ok(desk) => desk,
        Err(error) => return bare(&error),
    };
    let request = Request::from_parts(parts, body);
    let response = match enter(&desk, &post, request).await {
        Ok(mut request) => {
            request.extensions_mut().insert(desk.clone());
            next.run(request).await
        }
        Err(Stop::Go(response)) => response,
        Err(Stop::Refuse(error)) => Refusal(error).into_response(),
    };
    dress(&desk, paged(&desk, response))
}

async fn enter(desk: &Desk, post: &Post, mut request: Request) -> Result<Request, Stop> {
    let access = post.access;
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if access != Access::Anyone {
        let Some(person) = &desk.person else {
            return Err(if desk.script { Error::LogIn.into() } else { Stop::Go(to_log_in(desk, reading)) });
        };
        if access != Access::Person {
            if let Some(duty) = person.user.duty(&desk.admin.app.gate.policy, desk.now) {
                let first = match duty {
                    Duty::Password => "/admin/password",
                    Duty::SecondFactor => "/admin/account/factor",
                };
                return Err(if desk.script { Error::LogIn.into() } else { Stop::Go(see(first)) });
            }
            let named = request.extract_parts::<RawPathParams>().await.ok();
            let named = named.and_then(|named| named.iter().next().map(|(_, value)| value.to_owned()));
            let (app, user) = (desk.admin.app.clone(), person.user.clone());
            let site = blocking(move || may_enter(&app, &user, access, &named.unwrap_or_default())).await??;
            desk.is_in(site);
        }
    }
    if reading {
        return Ok(request);
    }
    let what = if request.uri().path().starts_with("/admin/login") { What::LogIn } else { What::Form };
    // A whole office may share one address, so whoever is known is counted alone.
    let who = desk.person.as_ref().map_or(Who::Address(desk.client.address), |person| Who::Person(person.user.id));
    desk.admin.rates.count(what, who, desk.now)?;
    let most = usize::try_from(post.largest.bytes(&desk.admin.app.config)).unwrap_or(usize::MAX);
    Ok(form::check(request, desk.secret(), most, post.largest == Largest::Upload).await?)
}

/// Asks what the route says of its first parameter, `named`; the site that it is in.
pub(in crate::web) fn may_enter(app: &App, user: &User, access: Access, named: &str) -> Result<Option<SiteId>, Error> {
    let number = || named.parse::<u64>().map_err(|_| Error::NotFound);
    match access {
        Access::Anyone | Access::Person | Access::Desk => Ok(None),
        Access::Group(roles) => {
            allowed(roles.iter().any(|role| user.may(*role, Place::Group)))?;
            Ok(None)
        }
        Access::Site(roles) => {
            let node = app.directory().by_slug(named).cloned().ok_or(Error::NotFound)?;
            in_site(user, roles, node.site.id)
        }
        Access::SiteUsers => {
            let node = app.directory().by_slug(named).cloned().ok_or(Error::NotFound)?;
            if !user.works_in(node.site.id) {
                return Err(Error::NotFound);
            }
            allowed(user.manages_users_of(node.site.id))?;
            Ok(Some(node.site.id))
        }
        Access::Media(roles) => {
            let file: Media = app.store.get(number()?)?.ok_or(Error::NotFound)?;
            if file.collection.is_none() {
                return in_site(user, roles, file.site);
            }
            // A collection says itself who may see its files; they come from other sites too.
            let by = By::person(user, "");
            let seen = media::level_of(&app.store, &by, &file).map_err(error_of)?;
            seen.ok_or(Error::NotFound)?;
            Ok(Some(file.site).filter(|site| user.works_in(*site)))
        }
        Access::Channel(roles) => in_channel(app, user, roles, ChannelId(number()?)),
        Access::Document(roles) => {
            let document: Document = app.store.get(number()?)?.ok_or(Error::NotFound)?;
            in_channel(app, user, roles, document.channel)
        }
    }
}

fn in_site(user: &User, roles: &[account::Role], site: SiteId) -> Result<Option<SiteId>, Error> {
    if !user.works_in(site) {
        return Err(Error::NotFound);
    }
    allowed(roles.iter().any(|role| user.may_within(*role, site)))?;
    Ok(Some(site))
}

fn in_channel(app: &App, user: &User, roles: &[account::Role], channel: ChannelId) -> Result<Option<SiteId>, Error> {
    let directory = app.directory();
    let node = directory.all().find(|node| node.channels.contains_key(&channel)).ok_or(Error::NotFound)?;
    let chain: Vec<ChannelId> = node.chain(channel).iter().map(|channel| channel.id).collect();
    let place = Place::Channel(node.site.id, &chain);
    if !user.sees(place) {
        return Err(Error::NotFound);
    }
    allowed(roles.iter().any(|role| user.may(*role, place)))?;
    Ok(Some(node.site.id))
}

fn allowed(may: bool) -> Result<(), Error> {
    if may { Ok(()) } else { Err(Error::Forbidden) }
}

/// To the log-in page and, from there, back to the page that was asked for.
fn to_log_in(desk: &Desk, reading: bool) -> Response {
    let why = if desk.ended { "ended" } else { "needed" };
    let next = Some(desk.target.as_str()).filter(|_| reading).and_then(local).filter(|next| *next != "/admin/");
    let mut response = match next {
        Some(next) => see(&format!("/admin/login?why={why}&next={}", utf8_percent_encode(next, NON_ALPHANUMERIC))),
        None if desk.ended => see("/admin/login?why=ended"),
        None => see("/admin/login"),
    };
    if desk.ended {
        response.headers_mut().append(SET_COOKIE, Cookie::Session.clear(desk.client.secure));
    }
    response
}

/// Errors become pages, for scripts problems in JSON; so do answers of the router itself.
fn paged(desk: &Desk, response: Response) -> Response {
    let error = match response.extensions().get::<Refusal>() {
        Some(Refusal(error)) => error.clone(),
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            let allowed = response.headers().get(ALLOW).and_then(|value| value.to_str().ok()).unwrap_or_default();
            Error::Method(if allowed.contains("GET") && allowed.contains("POST") {
                "GET, HEAD, POST"
            } else if allowed.contains("GET") {
                "GET, HEAD"
            } else {
                "POST"
            })
        }
        None => return response,
    };
    desk.refusal(&error).unwrap_or_else(|failure| {
        tracing::error!(request = %desk.client.request, "{failure}");
        bare(&error)
    })
}

fn dress(desk: &Desk, mut response: Response) -> Response {
    let public = response.extensions().get::<AsPublished>().is_some();
    let file = response.extensions().get::<AsFile>().is_some();
    let headers = response.headers_mut();
    Keep::Never.set(headers);
    headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Language, Cookie"));
    if public {
        // Its language is that of the site, and no robot that finds the link shall keep it.
        Role::Preview.set(headers);
        headers.insert("x-robots-tag", HeaderValue::from_static(NO_ROBOTS));
        return response;
    }
    if file {
        // It has the policy of its kind, which is stricter.
        return response;
    }
    Role::Admin.set(headers);
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(desk.lang));
    response
}

/// Marks an answer that is an uploaded file, not an admin page.
#[derive(Debug, Clone, Copy)]
pub struct AsFile;

/// Marks an answer that is a page of a site as visitors will see it, not an admin page.
#[derive(Debug, Clone, Copy)]
pub struct AsPublished;

/// The answer of last resort: a status that needs neither store nor theme.
fn bare(error: &Error) -> Response {
    tracing::error!("{error}");
    let mut response = error.status().into_response();
    Keep::Never.set(response.headers_mut());
    Role::Admin.set(response.headers_mut());
    response
}
