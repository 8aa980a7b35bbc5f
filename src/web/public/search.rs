//! Search of titles.

use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::app::App;
use crate::base::id::DocumentId;
use crate::cache::Recorder;
use crate::domain::content::{self, Item};
use crate::domain::site::SiteNode;
use crate::render::view::SearchPage;

use super::page::{About, render};
use super::views::{With, item_views, paging};
use super::{Answer, Ask, Failure};

/// Results a page.
const SIZE: u64 = 20;

/// The search page of a site; the portal searches the group.
pub fn search(app: &Arc<App>, recorder: &Recorder, node: &Arc<SiteNode>, ask: Ask<'_>) -> Result<Answer, Failure> {
    let mut query = String::new();
    let mut number: u64 = 1;
    for pair in ask.query.unwrap_or_default().split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().trim().to_owned();
        match key {
            "q" => query = value.chars().filter(|c| !c.is_control()).take(100).collect(),
            "page" => number = value.parse().unwrap_or(1).max(1),
            _ => {}
        }
    }
    let site = (!node.site.is_portal()).then_some(node.site.id);
    let offset = usize::try_from((number - 1).saturating_mul(SIZE)).unwrap_or(usize::MAX);
    let (ids, total) = app.titles.search(&app.store, site, &query, offset, SIZE as usize)?;
    let items = items(app, &ids)?;
    let url = format!("{}/search", node.site.prefix());
    let asked = format!("q={}", utf8_percent_encode(&query, NON_ALPHANUMERIC));
    let about = About {
        kind: "search",
        title: search_title(app, node, &query),
        canonical: url.clone(),
        noindex: true,
        ..About::default()
    };
    let with = if node.site.is_portal() { With::Site } else { With::Column };
    let page = SearchPage {
        items: item_views(app, recorder, &items, with),
        paging: paging(&url, &asked, number, SIZE, total as u64),
        query,
    };
    let html = render(app, recorder, node, ask, about, "search/results.html", page)?;
    Ok(Answer::Page { html, lang: node.site.lang.clone(), keep: false })
}

/// Heading of the page, from the catalogue.
fn search_title(app: &App, node: &SiteNode, query: &str) -> String {
    let title = app.text(node, "search.title");
    if query.is_empty() { title } else { format!("{title}: {query}") }
}

/// Live documents by number.
pub fn items(app: &App, ids: &[u64]) -> Result<Vec<Item>, Failure> {
    let mut found = Vec::new();
    for id in ids {
        found.extend(content::placed(&app.store, DocumentId(*id))?.map(|placed| placed.item));
    }
    Ok(found)
}
