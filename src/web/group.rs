//! The site group behind the cache: pages, redirects of old hosts, files of themes and media.
//!
//! **Invariant:** only here is an [`Answer`] made into a status and headers.

use std::sync::{Arc, Weak};

use http::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};

use crate::app::App;
use crate::cache::{Encoding, PageKey, Recorder, Rendered, Variant};
use crate::domain::media::Media;
use crate::domain::site::Site;
use crate::render::engine::RenderError;
use crate::render::static_file;
use crate::store::{Record, Touched};

use super::body::{Body, RequestBody};
use super::client::{Client, Hosts, host};
use super::file::{self, Sent, Source};
use super::negotiate::variant;
use super::pipeline::{Answering, ErrorContext, Slow, Web};
use super::policy::Keep;
use super::public::{self, Answer, Ask, Failure};
use super::{Error, admin, api, archive, delivery, media};

/// Seconds for which a browser keeps the choice of elder mode.
const ELDER_SECONDS: u32 = 365 * 24 * 3600;

/// Seconds after which a program may ask again for a site that is offline.
const OFFLINE_RETRY: &str = "86400";

/// Answers everything that is not in the cache.
pub struct Group {
    app: Arc<App>,
    admin: axum::Router,
    api: axum::Router,
}

impl Group {
    /// The answers of an application.
    pub fn new(app: Arc<App>) -> Arc<Group> {
        Arc::new(Group { admin: admin::router(app.clone()), api: api::router(app.clone()), app })
    }
}

/// Puts an application behind a web pipeline and lets the pipeline follow its commits.
pub fn compose(app: &Arc<App>, runtime: tokio::runtime::Handle) -> Arc<Web> {
    let group = Group::new(app.clone());
    let settings = super::pipeline::Settings::new(&app.config);
    let web = Web::new(app.cache.clone(), Arc::new(app.store.clone()), group, settings, runtime);
    web.set_hosts(old_hosts(app));
    let (follower, swapped) = (Arc::downgrade(&web), Arc::downgrade(&web));
    let owner = Arc::downgrade(app);
    app.on_touched(move |touched: &Touched| {
        if let (Some(web), Some(app)) = (Weak::upgrade(&follower), Weak::upgrade(&owner)) {
            if touched.rows.iter().any(|(table, _)| *table == Site::TABLE) {
                web.set_hosts(old_hosts(&app));
            }
            web.committed(touched);
        }
    });
    app.engine.on_swap(move |_| {
        if let Some(web) = Weak::upgrade(&swapped) {
            web.clear();
        }
    });
    web
}

/// Hosts that are not answered from the cache: old hosts, and own hosts of subsites, which lead to
/// the main address.
fn old_hosts(app: &App) -> Hosts {
    let directory = app.directory();
    let own = directory.all().flat_map(|node| {
        let own =
            if node.site.is_portal() { node.site.hosts.get(1..).unwrap_or_default() } else { &node.site.hosts[..] };
        own.to_vec()
    });
    Hosts::new(own.chain(directory.old_hosts()).collect::<Vec<_>>())
}

impl Slow for Group {
    fn is_page(&self, target: &str) -> bool {
        let path = target.split('?').next().unwrap_or_default();
        let mut segments = path.split('/').skip(1);
        !matches!(
            (segments.next(), segments.next()),
            (Some("admin" | "api" | "theme" | "media" | "archive" | "favicon.ico"), _) | (_, Some("media"))
        )
    }

    fn render(&self, key: &PageKey, recorder: &Recorder) -> Result<Rendered, Error> {
        if self.app.config.server.maintenance {
            return Err(Error::Maintenance);
        }
        if let Some(switch) = elder_switch(key) {
            return Ok(switch);
        }
        let ask = Ask { path: key.path(), query: key.query(), variant: key.variant };
        match public::answer(&self.app, recorder, ask) {
            Ok(answer) => self.rendered(answer),
            Err(Failure::Render(error)) if self.app.config.themes.development => Ok(development_page(&error)),
            Err(failure) => Err(error_of(failure, key.path())),
        }
    }

    fn handle(self: Arc<Self>, request: Request<RequestBody>, client: Client) -> Answering {
        Box::pin(async move {
            let context = ErrorContext {
                target: request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned(),
                variant: variant(request.headers()),
                request: client.request,
            };
            let headers = request.headers().clone();
            match self.clone().other(request, client).await {
                Ok(response) => response,
                Err(error) => self.error_response(&error, &context, &headers),
            }
        })
    }

    fn error(&self, error: &Error, context: &ErrorContext) -> Rendered {
        if api::is_api(&context.target) {
            return api::rendered(&self.app, error, context.request);
        }
        let key = error.key();
        let request = context.request.to_string();
        let status = error.status();
        let html = public::error_page(&self.app, status.as_u16(), key, &request, &context.target);
        // The page of last resort needs neither theme nor store.
        let html = html.unwrap_or_else(|| {
            format!(
                "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{status}</title></head>\
                 <body><h1>{status}</h1><p>{request}</p></body></html>\n"
            )
        });
        let mut rendered = Rendered::html(status, html);
        rendered.keep = false;
        rendered
    }
}

impl Group {
    fn rendered(&self, answer: Answer) -> Result<Rendered, Error> {
        Ok(match answer {
            Answer::Page { html, lang, keep } => Rendered { keep, ..self.html(StatusCode::OK, html, &lang) },
            Answer::Missing { html, lang } => Rendered { keep: false, ..self.html(StatusCode::NOT_FOUND, html, &lang) },
            Answer::Offline { html, lang } => {
                let page = self.html(StatusCode::SERVICE_UNAVAILABLE, html, &lang);
                let headers = vec![(RETRY_AFTER, HeaderValue::from_static(OFFLINE_RETRY))];
                Rendered { keep: false, last_modified: None, headers, ..page }
            }
            Answer::Text { mime, body } => Rendered {
                content_type: HeaderValue::from_static(mime),
                language: None,
                ..self.html(StatusCode::OK, body, "zh-CN")
            },
            Answer::Moved(to) => moved(StatusCode::MOVED_PERMANENTLY, &to)?,
            // `is_page` keeps these away from rendering.
            Answer::Media(..) => return Err(Error::NotFound),
        })
    }

    fn html(&self, status: StatusCode, html: String, lang: &str) -> Rendered {
        Rendered {
            language: HeaderValue::try_from(lang).ok(),
            last_modified: Some(self.app.clock.now()),
            // A copy of the right size: the text grew while it was rendered and holds up to twice its length.
            ..Rendered::html(status, bytes::Bytes::copy_from_slice(html.as_bytes()))
        }
    }

    fn error_response(&self, error: &Error, context: &ErrorContext, headers: &http::HeaderMap) -> Response<Body> {
        if error.is_fault() {
            tracing::error!(request = %context.request, target = context.target, "{error}");
        }
        let mut rendered = self.error(error, context);
        rendered.status = error.status();
        let page = Arc::new(crate::cache::Page::new(rendered, delivery::dress));
        let mut response = delivery::page(&page, headers, false, &mut None);
        Keep::Never.set(response.headers_mut());
        file::error_headers(error, response.headers_mut());
        response
    }

    /// Old hosts, theme files, media, and what only looks like a page.
    async fn other(self: Arc<Self>, request: Request<RequestBody>, client: Client) -> Result<Response<Body>, Error> {
        let name = host(request.uri(), request.headers())?.to_ascii_lowercase();
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let path = request.uri().path().to_owned();
        let method = request.method().clone();
        let reading = method == Method::GET || method == Method::HEAD;
        let headers = request.headers().clone();
        let directory = self.app.directory().clone();
        if self.app.config.server.maintenance
            && !path.starts_with("/theme/")
            && !path.starts_with("/admin")
            && !api::is_api(&path)
        {
            return Err(Error::Maintenance);
        }
        if let Some(node) = directory.by_old_host(&name).cloned() {
            if !reading {
                return Err(Error::Method("GET, HEAD"));
            }
            let face = variant(&headers);
            let group = self.clone();
            let rendered = blocking(move || {
                let key = PageKey::new(face, &target);
                let ask = Ask { path: key.path(), query: key.query(), variant: face };
                let recorder = group.app.recorder();
                let answer = public::old_address(&group.app, &recorder, &node, ask);
                group.rendered(answer.map_err(|failure| error_of(failure, key.path()))?)
            })
            .await?;
            return Ok(send(rendered, &headers, method == Method::HEAD));
        }
        let main = directory.portal().and_then(|node| node.site.hosts.first());
        if let Some(node) = directory.by_host(&name).filter(|_| main != Some(&name)) {
            // A name of its own leads to the site's place under the main address.
            let to = format!("{}{}{}", self.app.origin(), node.site.prefix(), target);
            return Ok(send(moved(StatusCode::MOVED_PERMANENTLY, &to)?, &headers, false));
        }
        if api::is_api(&path) {
            return Ok(api::answer(&self.app, &self.api, request, client).await);
        }
        if path == "/admin" || path.starts_with("/admin/") {
            return Ok(admin::answer(&self.admin, &self.app.config, request, client).await);
        }
        if let Some(rest) = path.strip_prefix("/theme/") {
            return self.theme_file(&method, &headers, rest).await;
        }
        if let Some(rest) = target.strip_prefix(archive::PREFIX) {
            if !reading {
                return Err(Error::Method("GET, HEAD"));
            }
            let (group, rest) = (self.clone(), rest.to_owned());
            let found = blocking(move || archive::find(&group.app, &rest)).await?;
            return archive::send(&method, &headers, found).await;
        }
        if path == "/favicon.ico" {
            return self.favicon(&method, &headers).await;
        }
        if !reading {
            return Err(Error::Method("GET, HEAD"));
        }
        let group = self.clone();
        let (asked, sent) = (target.clone(), headers.clone());
        let answer = blocking(move || {
            let key = PageKey::new(Variant::Normal, &asked);
            let ask = Ask { path: key.path(), query: key.query(), variant: key.variant };
            let recorder = group.app.recorder();
            let sees = |file: &Media| media::sees(&group.app, &sent, client, file);
            public::answer_to(&group.app, &recorder, ask, &sees).map_err(|failure| error_of(failure, key.path()))
        })
        .await?;
        match answer {
            Answer::Media(asked) => media::send(&self.app, &method, &headers, &asked).await,
            other => Ok(send(self.rendered(other)?, &headers, method == Method::HEAD)),
        }
    }

    async fn theme_file(
        &self,
        method: &Method,
        headers: &http::HeaderMap,
        rest: &str,
    ) -> Result<Response<Body>, Error> {
        if rest == "live" {
            return super::live::stream(&self.app);
        }
        let mut parts = rest.splitn(3, '/');
        let (Some(theme), Some(hash), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Error::NotFound);
        };
        let found = self.app.engine.themes().file(theme, hash, path).ok_or(Error::NotFound)?;
        let keep = if found.exact { Keep::Forever } else { Keep::Revalidate };
        self.static_file(method, headers, &found.file, path, keep).await
    }

    async fn favicon(&self, method: &Method, headers: &http::HeaderMap) -> Result<Response<Body>, Error> {
        let theme = self.app.directory().portal().map(|node| node.site.theme.clone()).ok_or(Error::NotFound)?;
        let name = "img/favicon.svg";
        let found = self.app.engine.themes().file(&theme, "", name).ok_or(Error::NotFound)?;
        self.static_file(method, headers, &found.file, name, Keep::Revalidate).await
    }

    async fn static_file(
        &self,
        method: &Method,
        headers: &http::HeaderMap,
        file: &static_file::StaticFile,
        path: &str,
        keep: Keep,
    ) -> Result<Response<Body>, Error> {
        let forms = [
            (Encoding::Brotli, file.encoded(static_file::Encoding::Brotli)),
            (Encoding::Gzip, file.encoded(static_file::Encoding::Gzip)),
        ];
        let forms = forms.into_iter().filter_map(|(encoding, bytes)| Some((encoding, bytes?))).collect();
        let sent = Sent {
            source: Source::Memory(file.bytes.clone(), forms),
            name: path.rsplit('/').next().unwrap_or(path).to_owned(),
            hash: file.hash()[..12].iter().map(|byte| format!("{byte:02x}")).collect(),
            last_modified: None,
            ours: true,
            keep,
        };
        file::file(method, headers, sent).await
    }
}

fn send(rendered: Rendered, headers: &http::HeaderMap, head: bool) -> Response<Body> {
    let page = Arc::new(crate::cache::Page::new(rendered, delivery::dress));
    delivery::page(&page, headers, head, &mut None)
}

/// Runs reading and rendering where it may wait for the disk.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::Internal(error.to_string())),
    }
}

/// `?elder=1` and `?elder=0` choose the face for the browser and lead back to the page.
fn elder_switch(key: &PageKey) -> Option<Rendered> {
    let mut choice = None;
    let mut others = Vec::new();
    for pair in key.query()?.split('&') {
        match pair {
            "elder=1" => choice = Some(true),
            "elder=0" => choice = Some(false),
            other => others.push(other),
        }
    }
    let seconds = if choice? { ELDER_SECONDS } else { 0 };
    // Two slashes at the front would lead to another host.
    let path = format!("/{}", key.path().trim_start_matches(['/', '\\']));
    let to = if others.is_empty() { path } else { format!("{path}?{}", others.join("&")) };
    let mut rendered = moved(StatusCode::SEE_OTHER, &to).ok()?;
    let cookie = format!("elder=1; Path=/; Max-Age={seconds}; SameSite=Lax");
    rendered.headers.push((SET_COOKIE, HeaderValue::try_from(cookie).ok()?));
    Some(rendered)
}

fn moved(status: StatusCode, to: &str) -> Result<Rendered, Error> {
    // Addresses may hold Chinese; a header holds ASCII.
    const KEEP: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');
    let to = percent_encoding::utf8_percent_encode(to, KEEP).to_string();
    let location = HeaderValue::try_from(&to).map_err(|_| Error::Internal(format!("{to:?} cannot be a Location")))?;
    let headers: Vec<(HeaderName, HeaderValue)> = vec![(LOCATION, location)];
    Ok(Rendered { headers, keep: false, last_modified: None, ..Rendered::html(status, String::new()) })
}

/// In development the page says what is wrong with the theme; visitors get the plain error page instead.
fn development_page(error: &RenderError) -> Rendered {
    let text = error.to_string().replace('&', "&amp;").replace('<', "&lt;");
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>500</title></head>\
         <body><h1>500</h1><pre>{text}</pre></body></html>\n"
    );
    Rendered { keep: false, ..Rendered::html(StatusCode::INTERNAL_SERVER_ERROR, html) }
}

fn error_of(failure: Failure, path: &str) -> Error {
    match failure {
        Failure::Nothing | Failure::Closed(_) | Failure::Moved(_) => Error::NotFound,
        Failure::Render(error) => Error::Internal(format!("{path}: {error}")),
        Failure::Store(error) => Error::Internal(format!("{path}: {error}")),
    }
}
