//! Nothing here: old addresses, the 404 page and the plain error page.

use std::sync::Arc;

use percent_encoding::percent_decode_str;

use crate::app::App;
use crate::base::id::{ChannelId, DocumentId};
use crate::cache::{Recorder, Variant};
use crate::domain::content;
use crate::domain::site::{self, Redirect, SiteNode, Target};
use crate::render::view::{CrumbView, ErrorPage, NotFoundPage};

use super::document::elsewhere;
use super::page::{About, render};
use super::search::items;
use super::views::{With, item_url, item_views};
use super::{Answer, Ask, Failure};

/// Titles offered on a 404 page.
const SUGGESTIONS: usize = 8;

/// Answers a request for an old host of `node`: one 301, or the 404 page.
///
/// # Errors
/// When a template or the store fails.
pub fn old_address(app: &Arc<App>, recorder: &Recorder, node: &Arc<SiteNode>, ask: Ask<'_>) -> Result<Answer, Failure> {
    if let Some(to) = redirect(app, recorder, node, ask)? {
        return Ok(Answer::Moved(absolute(app, &to)));
    }
    // The old home page is the new one.
    if site::normal_form(ask.path) == "/" {
        return Ok(Answer::Moved(absolute(app, &node.site.url())));
    }
    missing(app, recorder, node, None, ask)
}

fn absolute(app: &App, to: &str) -> String {
    if to.starts_with('/') { format!("{}{to}", app.origin()) } else { to.to_owned() }
}

/// Where the redirect table of `node` leads, counted as a hit.
pub fn redirect(app: &App, recorder: &Recorder, node: &SiteNode, ask: Ask<'_>) -> Result<Option<String>, Failure> {
    let address = match ask.query {
        Some(query) => format!("{}?{query}", ask.path),
        None => ask.path.to_owned(),
    };
    let Some((redirect, rest)) = site::find_redirect(recorder, node.site.id, &address)? else { return Ok(None) };
    let to = target(app, recorder, &redirect, &rest)?;
    if to.is_some() {
        app.count_hit(redirect.id);
    }
    Ok(to)
}

/// The very end: nobody is sent from one address to the next.
fn target(app: &App, recorder: &Recorder, redirect: &Redirect, rest: &str) -> Result<Option<String>, Failure> {
    Ok(match &redirect.to {
        Target::Document(id) => match content::placed(&app.store, DocumentId(id.0))? {
            Some(placed) => elsewhere(app, recorder, &placed)?.or_else(|| item_url(app, &placed.item)),
            None => None,
        },
        Target::Channel(id) => app.directory().channel(*id).map(|(node, channel)| node.channel_url(channel)),
        Target::Url(url) if redirect.prefix && url.ends_with('/') => {
            Some(format!("{url}{}", rest.trim_start_matches('/')))
        }
        Target::Url(url) => Some(url.clone()),
    })
}

/// The 404 page: the nearest page above, titles that resemble the address, the search box.
pub fn missing(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    nearest: Option<ChannelId>,
    ask: Ask<'_>,
) -> Result<Answer, Failure> {
    let query = words(ask);
    let ids = if query.is_empty() {
        Vec::new()
    } else {
        app.titles.search(&app.store, Some(node.site.id), &query, 0, SUGGESTIONS)?.0
    };
    let nearest = nearest.and_then(|id| node.channels.get(&id)).map_or_else(
        || CrumbView { name: node.site.name.clone(), url: node.site.url() },
        |channel| CrumbView { name: channel.name.clone(), url: node.channel_url(channel) },
    );
    let about = About {
        kind: "error",
        title: app.text(node, "error.404.title"),
        canonical: node.site.url(),
        noindex: true,
        ..About::default()
    };
    let page =
        NotFoundPage { nearest, suggestions: item_views(app, recorder, &items(app, &ids)?, With::Column), query };
    let html = render(app, recorder, node, ask, about, "error/404.html", page)?;
    Ok(Answer::Missing { html, lang: node.site.lang.clone() })
}

/// The page of a site that cannot be read for a while, with its notice.
pub fn offline(app: &Arc<App>, recorder: &Recorder, node: &Arc<SiteNode>, ask: Ask<'_>) -> Result<Answer, Failure> {
    let about = About {
        kind: "error",
        title: app.text(node, "error.offline.title"),
        canonical: node.site.url(),
        noindex: true,
        ..About::default()
    };
    let page = ErrorPage { status: 503, key: "error.offline".into(), request_id: String::new() };
    let html = render(app, recorder, node, ask, about, "error/error.html", page)?;
    Ok(Answer::Offline { html, lang: node.site.lang.clone() })
}

/// Words of an address that may stand in a title: Chinese, or Latin of four letters and more.
fn words(ask: Ask<'_>) -> String {
    let address = format!("{} {}", ask.path, ask.query.unwrap_or_default());
    let text = percent_decode_str(&address).decode_utf8_lossy().into_owned();
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().any(|c| c as u32 > 0x2e80))
        .take(4)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The page for any other failure; `None` when even that cannot be rendered.
pub fn error_page(app: &Arc<App>, status: u16, key: &str, request_id: &str, path: &str) -> Option<String> {
    let node = app.directory().portal().cloned()?;
    let recorder = app.recorder();
    let ask = Ask { path, query: None, variant: Variant::Normal };
    let about = About {
        kind: "error",
        title: app.text(&node, &format!("{key}.title")),
        canonical: node.site.url(),
        noindex: true,
        ..About::default()
    };
    let page = ErrorPage { status, key: key.to_owned(), request_id: request_id.to_owned() };
    render(app, &recorder, &node, ask, about, "error/error.html", page).ok()
}
