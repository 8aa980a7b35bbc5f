//! The page of a document.

use std::sync::Arc;

use minijinja::Value;
use serde::Serialize;

use crate::app::App;
use crate::base::id::DocumentId;
use crate::cache::{Recorder, Variant};
use crate::domain::content::{self, Document, Item, Placed, Revision};
use crate::domain::site::{Channel, ChannelKind, SiteNode};
use crate::render::view::{DocumentView, MetaView};

use super::page::{About, answer, label, render};
use super::views::{column_value, document_view, item_url};
use super::{Answer, Ask, Failure};

const TEMPLATE: &str = "content/document.html";

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
    if let Some(elsewhere) = elsewhere(app, recorder, &placed)? {
        return Ok(Answer::Moved(elsewhere));
    }
    let channel = node.channels.get(&placed.item.channel()).ok_or(Failure::Nothing)?;
    let (about, page) = page(app, recorder, node, channel, &placed, &url)?;
    answer(app, recorder, node, ask, about, TEMPLATE, page)
}

/// Where visitors read a document that has no page of its own: the target of a link, the column that shows it alone.
///
/// # Errors
/// When the store cannot be read.
pub fn elsewhere(app: &App, recorder: &Recorder, placed: &Placed) -> Result<Option<String>, Failure> {
    if !placed.revision.text.link.is_empty() {
        return Ok(Some(placed.revision.text.link.clone()));
    }
    let directory = app.directory();
    let Some((node, channel)) = directory.channel(placed.item.channel()) else { return Ok(None) };
    let alone = channel.kind == ChannelKind::Page && is_newest(recorder, placed)?;
    Ok(alone.then(|| node.channel_url(channel)))
}

/// A text as visitors will see it.
#[derive(Debug)]
pub enum Preview {
    /// A page: HTML and language mark.
    Page(String, String),
    /// There is no page: it leads elsewhere.
    Leads(String),
}

/// The page of a revision, published or not, as it will be; nothing of it is kept. Whoever asks has the permission.
///
/// # Errors
/// `Nothing` where its column is gone; when a template or the store fails.
pub fn preview(app: &Arc<App>, document: &Document, revision: &Revision) -> Result<Preview, Failure> {
    if !revision.text.link.is_empty() {
        return Ok(Preview::Leads(revision.text.link.clone()));
    }
    let recorder = app.recorder();
    let directory = app.directory().clone();
    let (node, channel) = directory.channel(document.channel).ok_or(Failure::Nothing)?;
    let mut document = document.clone();
    if document.published == 0 {
        document.published = app.clock.now();
    }
    document.valid_until = revision.terms.valid_until;
    document.card = revision.text.card();
    let url = format!("{}{}.html", node.channel_url(channel), document.id);
    let placed = Placed { item: Item { document, reference: None }, revision: revision.clone() };
    let (about, page) = page(app, &recorder, node, channel, &placed, &url)?;
    let ask = Ask { path: &url, query: None, variant: Variant::Normal };
    let html = render(app, &recorder, node, ask, About { noindex: true, ..about }, TEMPLATE, page)?;
    Ok(Preview::Page(html, node.site.lang.clone()))
}

fn page(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    channel: &Channel,
    placed: &Placed,
    url: &str,
) -> Result<(About, Page), Failure> {
    let view = document_view(app, recorder, node, placed)?;
    // The body is one, so its source is the page that counts.
    let canonical = view.origin.as_ref().map_or_else(|| url.to_owned(), |origin| origin.url.clone());
    let about = About {
        kind: "document",
        title: view.title.clone(),
        description: view.summary.clone(),
        channel: Some(channel.id),
        meta: content_labels(app, placed, &view, &canonical),
        feed: channel.feed.then(|| format!("{}feed.xml", node.channel_url(channel))),
        canonical,
        ..About::default()
    };
    Ok((about, Page { column: column_value(recorder, node, channel)?, document: view }))
}

/// [`DocumentPage`](crate::render::view::DocumentPage) with its column ready for templates.
#[derive(Serialize)]
struct Page {
    column: Value,
    document: DocumentView,
}

/// A single-page column shows its newest document under its own address.
fn is_newest(recorder: &Recorder, placed: &Placed) -> Result<bool, Failure> {
    use crate::store::{ListKey, Position, Read};
    let list = ListKey::new(content::LIVE_OF_CHANNEL, &[placed.item.channel().0]);
    Ok(recorder.list(list, Position::FIRST, 1)?.first().is_some_and(|entry| entry.id == placed.item.id()))
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
