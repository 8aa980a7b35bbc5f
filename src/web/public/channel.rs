//! Pages of columns: list, section, single page.

use std::sync::Arc;

use minijinja::Value;
use serde::Serialize;

use crate::app::App;
use crate::base::id::{ChannelId, DocumentId};
use crate::cache::Recorder;
use crate::domain::content::{self, LIVE_OF_CHANNEL};
use crate::domain::site::{Channel, ChannelKind, SiteNode};
use crate::render::view::{ItemView, PagingView, SectionPage, SinglePage};
use crate::store::{ListKey, Position, Read};

use super::page::{About, answer};
use super::views::{With, block, column_value, column_view, document_view, item_views, paging};
use super::{Answer, Ask, Failure};

/// Documents of each child column on a section page.
const BLOCK: usize = 8;

/// The page of a column.
pub fn channel(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    id: ChannelId,
    ask: Ask<'_>,
) -> Result<Answer, Failure> {
    let channel = node.channels.get(&id).ok_or(Failure::Nothing)?;
    let url = node.channel_url(channel);
    let page = match (channel.kind, ask.query) {
        (_, None) => 1,
        (ChannelKind::List, Some(query)) => match query.strip_prefix("page=").map(str::parse::<u64>) {
            Some(Ok(number)) if number > 1 && query == format!("page={number}") => number,
            // Page 1 has one address only; other queries mean nothing here.
            _ => return Ok(Answer::Moved(url)),
        },
        (_, Some(_)) => return Ok(Answer::Moved(url)),
    };
    let about = About {
        kind: "column",
        title: channel.name.clone(),
        canonical: if page > 1 { format!("{url}?page={page}") } else { url.clone() },
        description: channel.description.clone(),
        channel: Some(id),
        feed: channel.feed.then(|| format!("{url}feed.xml")),
        ..About::default()
    };
    match channel.kind {
        ChannelKind::List => list(app, recorder, node, channel, ask, about, page),
        ChannelKind::Section => section(app, recorder, node, channel, ask, about),
        ChannelKind::Page => single(app, recorder, node, channel, ask, about),
        ChannelKind::Link => Ok(Answer::Moved(channel.url.clone())),
    }
}

fn list(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    channel: &Channel,
    ask: Ask<'_>,
    about: About,
    page: u64,
) -> Result<Answer, Failure> {
    let list = ListKey::new(LIVE_OF_CHANNEL, &[channel.id.0]);
    let size = u64::from(channel.page_size.max(1));
    let total = recorder.count(list)?;
    let paging = paging(&node.channel_url(channel), "", page, size, total);
    if page > paging.pages {
        return Err(Failure::Nothing);
    }
    let entries = recorder.list_at(list, (page - 1) * size, size as usize)?;
    let items = content::items(recorder, &entries)?;
    let view = Page {
        column: column_value(recorder, node, channel)?,
        items: item_views(app, recorder, &items, With::Nothing),
        paging,
    };
    answer(app, recorder, node, ask, about, "channel/list.html", view)
}

/// [`ListPage`](crate::render::view::ListPage) with its column ready for templates.
#[derive(Serialize)]
struct Page {
    column: Value,
    items: Vec<ItemView>,
    paging: PagingView,
}

fn section(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    channel: &Channel,
    ask: Ask<'_>,
    about: About,
) -> Result<Answer, Failure> {
    let column = column_view(recorder, node, channel)?;
    let mut blocks = Vec::new();
    for link in &column.children {
        if let Some(child) = node.below(Some(channel.id)).find(|child| child.slug == link.slug)
            && child.kind != ChannelKind::Link
        {
            blocks.push(block(app, recorder, link.clone(), child, BLOCK)?);
        }
    }
    answer(app, recorder, node, ask, about, "channel/section.html", SectionPage { column, blocks })
}

fn single(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    channel: &Channel,
    ask: Ask<'_>,
    mut about: About,
) -> Result<Answer, Failure> {
    let list = ListKey::new(LIVE_OF_CHANNEL, &[channel.id.0]);
    let newest = recorder.list(list, Position::FIRST, 1)?;
    let newest = newest.first().ok_or(Failure::Nothing)?;
    let placed = content::placed(recorder, DocumentId(newest.id))?.ok_or(Failure::Nothing)?;
    let column = column_view(recorder, node, channel)?;
    let document = document_view(app, recorder, node, &placed)?;
    about.meta = super::document::content_labels(app, &placed, &document, &about.canonical);
    answer(app, recorder, node, ask, about, "channel/page.html", SinglePage { column, document })
}
