//! The page of a document.

use std::sync::Arc;

use minijinja::Value;
use serde::Serialize;

use crate::app::App;
use crate::base::id::DocumentId;
use crate::cache::Recorder;
use crate::domain::content::{self, Placed};
use crate::domain::site::{ChannelKind, SiteNode};
use crate::render::view::{DocumentView, MetaView};

use super::page::{About, answer, label};
use super::views::{column_value, document_view, item_url};
use super::{Answer, Ask, Failure};

/// The document or reference with this number, if it is live and this is its address.
pub fn document(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    id: DocumentId,
    ask: Ask<'_>,
) -> Result<Answer, Failure> {
    let placed = content::placed(recorder, id)?.ok_or(Failure::Nothing)?;
    let url = item_url(app, &placed.item).ok_or(Failure::Nothing)?;
    let home = app.directory().site(placed.item.site()).cloned().ok_or(Failure::Nothing)?;
    if !home.site.state.is_readable() {
        return Err(Failure::Nothing);
    }
    if url != ask.path || ask.query.is_some() {
        return Ok(Answer::Moved(url));
    }
    if !placed.revision.text.link.is_empty() {
        return Ok(Answer::Moved(placed.revision.text.link.clone()));
    }
    let channel = node.channels.get(&placed.item.channel()).ok_or(Failure::Nothing)?;
    if channel.kind == ChannelKind::Page && is_newest(recorder, &placed, id)? {
        return Ok(Answer::Moved(node.channel_url(channel)));
    }
    let view = document_view(app, recorder, node, &placed)?;
    // The body is one, so its source is the page that counts.
    let canonical = view.origin.as_ref().map_or_else(|| url.clone(), |origin| origin.url.clone());
    let about = About {
        kind: "document",
        title: view.title.clone(),
        description: view.summary.clone(),
        channel: Some(channel.id),
        meta: content_labels(app, &placed, &view, &canonical),
        feed: channel.feed.then(|| format!("{}feed.xml", node.channel_url(channel))),
        canonical,
        ..About::default()
    };
    let page = Page { column: column_value(recorder, node, channel)?, document: view };
    answer(app, recorder, node, ask, about, "content/document.html", page)
}

/// [`DocumentPage`](crate::render::view::DocumentPage) with its column ready for templates.
#[derive(Serialize)]
struct Page {
    column: Value,
    document: DocumentView,
}

/// A single-page column shows its newest document under its own address.
fn is_newest(recorder: &Recorder, placed: &Placed, id: DocumentId) -> Result<bool, Failure> {
    use crate::store::{ListKey, Position, Read};
    let list = ListKey::new(content::LIVE_OF_CHANNEL, &[placed.item.channel().0]);
    Ok(recorder.list(list, Position::FIRST, 1)?.first().is_some_and(|entry| entry.id == id.0))
}

/// Labels of level "content" (国办发〔2017〕47号, page design annex).
pub fn content_labels(app: &App, placed: &Placed, view: &DocumentView, canonical: &str) -> Vec<MetaView> {
    let origin = app.origin();
    let picture = view.picture.as_ref().map(|picture| format!("{origin}{}", picture.url)).unwrap_or_default();
    vec![
        label("ArticleTitle", &view.title),
        label("PubDate", &view.published),
        label("ContentSource", &view.source),
        label("Keywords", &placed.revision.text.keywords.join(",")),
        label("Author", &view.author),
        label("Description", &view.summary),
        label("Image", &picture),
        label("Url", &format!("{origin}{canonical}")),
    ]
}
