//! Pages as visitors will see them, before they do: inside an admin page, and behind a link that ends.
//!
//! **Invariant:** shows one text of one document with its own files, and nothing of it comes into the cache of pages.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LANGUAGE, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{DocumentId, MediaId, PreviewId, RevisionId};
use crate::domain::account::{By, Token};
use crate::domain::content::{self, Document, Revision};
use crate::domain::error::{Error, Result};
use crate::domain::media::{self, Media};
use crate::render::view_admin::PreviewPage;
use crate::store::Read;
use crate::web;
use crate::web::admin::desk::{see, time};
use crate::web::admin::guard::NO_ROBOTS;
use crate::web::admin::{About, AsFile, AsPublished, Asked, Desk, Pairs, Refusal, blocking};
use crate::web::public::{self, Preview};

use super::page::{self, Shown};
use super::{address, fields};

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Question {
    #[serde(default)]
    revision: u64,
    #[serde(default)]
    device: String,
}

/// The document with a revision of it, or with what the person has not saved: revision 0.
fn text(app: &App, by: &By, id: DocumentId, number: u64) -> Result<(Document, Revision)> {
    let document = content::document(&app.store, by, id)?;
    if number > 0 {
        let revision = content::revision(&app.store, by, id, RevisionId(number))?;
        return Ok((document, revision));
    }
    let mut revision = content::revision(&app.store, by, id, document.head)?;
    let shown = Shown::of(app, by, &document)?;
    let mut document = document;
    document.channel = shown.edit.channel;
    revision.terms = shown.edit.terms();
    revision.text = shown.edit.text;
    Ok((document, revision))
}

/// The page around a preview.
pub async fn frame(
    desk: Desk,
    Path(id): Path<u64>,
    Asked(asked): Asked<Question>,
) -> std::result::Result<Response, Refusal> {
    let (app, by, id) = (desk.admin.app.clone(), desk.by()?, DocumentId(id));
    let (_, revision) = blocking(move || text(&app, &by, id, asked.revision)).await?.map_err(Refusal::from)?;
    let page = PreviewPage {
        editor: address(id),
        shown: format!("{}preview/page?revision={}", address(id), asked.revision),
        device: if asked.device == "phone" { "phone" } else { "desktop" },
        revision: asked.revision,
        leads_to: revision.text.link,
    };
    let about = About::named("preview.title", &revision.text.title).below_named(&revision.text.title, address(id));
    Ok(desk.page(StatusCode::OK, "content/preview.html", about, page)?)
}

/// The previewed page itself.
pub async fn page(
    desk: Desk,
    Path(id): Path<u64>,
    Asked(asked): Asked<Question>,
) -> std::result::Result<Response, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let made = blocking(move || {
        let (document, revision) = text(&app, &by, DocumentId(id), asked.revision)?;
        Ok::<_, Error>(as_published(&app, &document, &revision))
    });
    Ok(sent(made.await?.map_err(Refusal::from)??))
}

/// Makes a link to the newest saved text and shows it, once.
pub async fn link(desk: Desk, Path(id): Path<u64>, pairs: Pairs) -> std::result::Result<Response, Refusal> {
    let (app, by, now, id) = (desk.admin.app.clone(), desk.by()?, desk.now, DocumentId(id));
    let revision = RevisionId(pairs.text("revision").parse().unwrap_or_default());
    let mut shown = blocking(move || {
        let (token, link) = content::make_preview(&app.store, &by, id, revision, now)?;
        let document = content::document(&app.store, &by, id)?;
        let shown = Shown::of(&app, &by, &document)?;
        let mut page = page::again(&app, &by, document.site, Some(&document), &shown, now)?;
        page.link = format!("{}/admin/preview/{}", app.origin(), token.secret());
        page.link_until = time(link.ends);
        Ok::<_, Error>(page)
    })
    .await?
    .map_err(Refusal::from)?;
    shown.others = super::presence::others(&desk, id).join("、");
    page::respond(&desk, StatusCode::OK, shown)
}

/// What a link shows, to whoever has it.
pub async fn open(desk: Desk, Path(secret): Path<String>) -> std::result::Result<Response, Refusal> {
    let (app, now) = (desk.admin.app.clone(), desk.now);
    let token = Token::parse(&secret).ok_or(web::Error::NotFound)?;
    let made = blocking(move || {
        let Some(shown) = content::previewed(&app.store, &token, now)? else { return Ok(None) };
        let page = as_published(&app, &shown.document, &shown.revision);
        Ok::<_, Error>(Some(page.map(|page| with_files(page, &app, &shown.revision, &secret))))
    });
    let made = made.await?.map_err(Refusal::from)?.ok_or(web::Error::NotFound)?;
    Ok(sent(made?))
}

/// Has the files of the revision come by the link: they may be as unpublished as it is.
fn with_files(page: Preview, app: &App, revision: &Revision, secret: &str) -> Preview {
    let Preview::Page(mut html, lang) = page else { return page };
    let prefixes: Vec<String> = app.directory().all().map(|node| node.site.prefix()).collect();
    for media in revision.text.media() {
        for prefix in &prefixes {
            // Both ways of writing a slash inside an attribute.
            for slash in ["/", "&#x2f;"] {
                let address = format!("{prefix}/media/{media}/").replace('/', slash);
                if html.contains(&address) {
                    html = replaced(&html, &address, &format!("/admin/preview/{secret}/media/{media}/"));
                }
            }
        }
    }
    Preview::Page(html, lang)
}

/// The text with `from` as `to` wherever an address begins with it: behind a quote, or within a list of pictures.
fn replaced(html: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(from) {
        let (before, after) = rest.split_at(at);
        let begins = before.ends_with(['"', '\'', ' ', ',']);
        out.push_str(before);
        out.push_str(if begins { to } else { from });
        rest = &after[from.len()..];
    }
    out.push_str(rest);
    out
}

/// A file of what a link shows, or a smaller form of a picture: `name` or `wN/name`.
pub async fn file(
    desk: Desk,
    method: Method,
    headers: HeaderMap,
    Path((secret, id, name)): Path<(String, u64, String)>,
) -> std::result::Result<Response, Refusal> {
    let (app, now) = (desk.admin.app.clone(), desk.now);
    let token = Token::parse(&secret).ok_or(web::Error::NotFound)?;
    let found = blocking(move || {
        let Some(shown) = content::previewed(&app.store, &token, now)? else { return Ok(None) };
        if !shown.revision.text.media().contains(&MediaId(id)) {
            return Ok(None);
        }
        Ok::<_, Error>(app.store.get::<Media>(id)?)
    });
    let media = found.await?.map_err(Refusal::from)?.ok_or(web::Error::NotFound)?;
    let form = name.split_once('/').map(|(form, _)| form);
    let width = match form {
        None => None,
        Some(form) => Some(media::read_width(form).ok_or(web::Error::NotFound)?),
    };
    let asked = public::MediaAnswer { media, width, public: false };
    let response = web::media::send(&desk.admin.app, &method, &headers, &asked).await?;
    let mut response = response.map(axum::body::Body::new).into_response();
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static(NO_ROBOTS));
    response.extensions_mut().insert(AsFile);
    Ok(response)
}

/// Ends a link before its time.
pub async fn end(desk: Desk, Path(id): Path<u64>, pairs: Pairs) -> std::result::Result<Response, Refusal> {
    let (app, by, id) = (desk.admin.app.clone(), desk.by()?, DocumentId(id));
    let link = PreviewId(pairs.text("link").parse().unwrap_or_default());
    blocking(move || content::end_preview(&app.store, &by, id, link)).await?.map_err(Refusal::from)?;
    Ok(see(&format!("{}?done=link_ended", address(id))))
}

fn as_published(app: &Arc<App>, document: &Document, revision: &Revision) -> std::result::Result<Preview, web::Error> {
    public::preview(app, document, revision).map_err(|failure| match failure {
        public::Failure::Nothing | public::Failure::Closed(_) | public::Failure::Moved(_) => web::Error::NotFound,
        public::Failure::Render(error) => web::Error::Internal(error.to_string()),
        public::Failure::Store(error) => web::Error::Internal(error),
    })
}

fn sent(preview: Preview) -> Response {
    let mut response = match preview {
        Preview::Page(html, lang) => {
            let mut response = html.into_response();
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            if let Ok(lang) = HeaderValue::try_from(lang) {
                response.headers_mut().insert(CONTENT_LANGUAGE, lang);
            }
            response
        }
        Preview::Leads(to) => {
            let mut response = StatusCode::SEE_OTHER.into_response();
            match HeaderValue::try_from(fields::header_safe(&to)) {
                Ok(to) => response.headers_mut().insert(http::header::LOCATION, to),
                Err(_) => None,
            };
            response
        }
    };
    response.extensions_mut().insert(AsPublished);
    response
}
