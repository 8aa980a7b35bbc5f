//! From documents and columns to what templates see.

use std::borrow::Cow;

use minijinja::Value;
use minijinja::value::Serde;

use crate::app::App;
use crate::base::clock;
use crate::cache::{MemoKey, Recorder};
use crate::domain::content::{self, Attachment, Item, LIVE_OF_CHANNEL, Picture, Placed, Text};
use crate::domain::media::{self, Media};
use crate::domain::site::{Channel, SiteNode};
use crate::render::functions::Latest;
use crate::render::view::{
    AttachmentView, BlockView, ColumnLink, ColumnView, DocumentView, ItemView, OriginView, PageNumberView, PagingView,
    PictureView,
};
use crate::store::{Entry, ListKey, Read};

use super::Failure;
use super::feed::escape;
use super::frame::{column_link, columns, file_address, note_site, site_link};
use super::pictures;

/// Documents offered below one to read on; more only where the editor named more.
const RELATED: usize = 6;

/// What a list says beside each document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// Nothing: the list is one column's.
    Nothing,
    /// The column: the list is one site's.
    Column,
    /// The site: the list is the group's.
    Site,
}

/// Items for templates; items of sites that visitors may not read are left out.
pub fn item_views(app: &App, recorder: &Recorder, items: &[Item], with: With) -> Vec<ItemView> {
    items.iter().filter_map(|item| item_view(app, recorder, item, with)).collect()
}

fn item_view(app: &App, recorder: &Recorder, item: &Item, with: With) -> Option<ItemView> {
    let directory = app.directory();
    let (node, channel) = directory.channel(item.channel())?;
    note_site(recorder, node);
    if !node.site.state.is_readable() {
        return None;
    }
    let card = &item.document.card;
    let url = if card.link.is_empty() {
        format!("{}{}.html", node.channel_url(channel), item.id())
    } else {
        card.link.clone()
    };
    Some(ItemView {
        id: item.id(),
        title: item.title().to_owned(),
        external: !url.starts_with('/'),
        url,
        date: clock::day(item.time()),
        datetime: clock::rfc3339(item.time()),
        summary: card.summary.clone(),
        source: card.source.clone(),
        picture: card.picture.as_ref().map(picture_view),
        // Lists that mix columns go by time only.
        pinned: with == With::Nothing && item.pinned(),
        site: (with == With::Site).then(|| site_link(&node.site)),
        column: (with != With::Nothing).then(|| column_link(node, channel, Vec::new())),
    })
}

/// Address of a live document or reference.
pub fn item_url(app: &App, item: &Item) -> Option<String> {
    let directory = app.directory();
    let (node, channel) = directory.channel(item.channel())?;
    Some(format!("{}{}.html", node.channel_url(channel), item.id()))
}

/// A picture for templates.
pub fn picture_view(picture: &Picture) -> PictureView {
    PictureView {
        url: picture.url.clone(),
        alt: picture.alt.clone(),
        width: picture.width,
        height: picture.height,
        srcset: media::srcset(&picture.url, picture.width),
    }
}

/// A column with its newest documents.
pub fn block(
    app: &App,
    recorder: &Recorder,
    column: ColumnLink,
    channel: &Channel,
    limit: usize,
) -> Result<BlockView, Failure> {
    let items = content::live(recorder, ListKey::new(LIVE_OF_CHANNEL, &[channel.id.0]), limit)?;
    Ok(BlockView { items: item_views(app, recorder, &items, With::Nothing), column })
}

/// A column for its own page.
pub fn column_view(recorder: &Recorder, node: &SiteNode, channel: &Channel) -> Result<ColumnView, Failure> {
    let url = node.channel_url(channel);
    let parent = channel.parent.and_then(|id| node.channels.get(&id));
    Ok(ColumnView {
        slug: channel.slug.clone(),
        path: node.path(channel.id),
        name: channel.name.clone(),
        kind: channel.kind.word(),
        description: channel.description.clone(),
        picture: Some(file_address(recorder, &node.site, &channel.picture)?)
            .filter(|url| !url.is_empty())
            .map(|url| PictureView { url, alt: String::new(), width: 0, height: 0, srcset: String::new() }),
        feed_url: channel.feed.then(|| format!("{url}feed.xml")),
        children: columns(recorder, node, Some(channel.id), 2)?,
        siblings: columns(recorder, node, channel.parent, 1)?,
        parent: parent.map(|parent| column_link(node, parent, Vec::new())),
        url,
    })
}

/// [`column_view`] as a value for templates, kept in the cache until something in it changes.
pub fn column_value(recorder: &Recorder, node: &SiteNode, channel: &Channel) -> Result<Value, Failure> {
    let value = recorder.memo(MemoKey::column(channel.id.0), |recorder| {
        note_site(recorder, node);
        column_view(recorder, node, channel).map(|view| Value::from(Serde(&view)))
    })?;
    Ok((*value).clone())
}

/// A document for its own page.
pub fn document_view(
    app: &App,
    recorder: &Recorder,
    node: &SiteNode,
    placed: &Placed,
) -> Result<DocumentView, Failure> {
    let Placed { item, revision } = placed;
    let text = &revision.text;
    let newer = content::newer(recorder, item)?.and_then(|item| item_view(app, recorder, &item, With::Nothing));
    let origin = match &item.reference {
        None => None,
        Some(_) => {
            let directory = app.directory();
            directory.channel(item.document.channel).map(|(source, channel)| {
                note_site(recorder, source);
                OriginView {
                    site: site_link(&source.site),
                    url: format!("{}{}.html", source.channel_url(channel), item.document.id),
                }
            })
        }
    };
    let mut attachments = Vec::new();
    for attachment in &text.attachments {
        attachments.extend(attachment_view(app, recorder, attachment)?);
    }
    // The next older ones, not the newest: a new document then leaves the other pages of its column in the cache.
    let list = ListKey::new(LIVE_OF_CHANNEL, &[item.channel().0]);
    let older = content::items(recorder, &recorder.list(list, item.entry().position(), RELATED)?)?;
    let older = item_views(app, recorder, &older, With::Nothing);
    // Those that the editor named come first.
    let named: Vec<Entry> = revision.terms.related.iter().map(|id| Entry { id: id.0, order: 0 }).collect();
    let mut related = item_views(app, recorder, &content::items(recorder, &named)?, With::Nothing);
    related.extend(older.iter().filter(|view| !named.iter().any(|entry| entry.id == view.id)).cloned());
    related.truncate(RELATED.max(named.len()));
    note_site(recorder, node);
    let undated = item.document.undated;
    Ok(DocumentView {
        id: item.id(),
        title: if item.reference.is_some() { item.title().to_owned() } else { text.title.clone() },
        subtitle: text.subtitle.clone(),
        body: Value::from_safe_string(mark_external(
            &pictures::responsive(app, recorder, &with_picture(text))?,
            |host| is_own_host(app, host),
        )),
        summary: text.summary.clone(),
        source: if text.source.is_empty() { node.site.name.clone() } else { text.source.clone() },
        author: text.author.clone(),
        editor: text.editor.clone(),
        published: if undated { String::new() } else { clock::minute(item.document.published) },
        published_iso: if undated { String::new() } else { clock::rfc3339(item.document.published) },
        formed: text.formed.clone(),
        number: text.number.clone(),
        keywords: text.keywords.clone(),
        // The time is the end of the last day.
        valid_until: item.document.valid_until.map(|time| clock::day(time - 1)).unwrap_or_default(),
        picture: text.picture.as_ref().map(picture_view),
        attachments,
        origin,
        newer,
        older: older.first().cloned(),
        related,
    })
}

/// The body; above one without pictures stands the title picture, which led the reader here.
fn with_picture(text: &Text) -> Cow<'_, str> {
    match &text.picture {
        Some(Picture { url, alt, width, height, .. }) if !text.body.contains("<img") => {
            let size = if *width > 0 { format!(" width=\"{width}\" height=\"{height}\"") } else { String::new() };
            let alt = escape(alt);
            Cow::Owned(format!("<figure><img src=\"{url}\" alt=\"{alt}\"{size}></figure>\n{}", text.body))
        }
        _ => Cow::Borrowed(&text.body),
    }
}

fn attachment_view(app: &App, recorder: &Recorder, attachment: &Attachment) -> Result<Option<AttachmentView>, Failure> {
    let Some(media) = recorder.get::<Media>(attachment.media.0)? else { return Ok(None) };
    let directory = app.directory();
    let Some(node) = directory.site(media.site) else { return Ok(None) };
    Ok(Some(AttachmentView {
        title: attachment.title.clone(),
        url: media.url(&node.site.prefix()),
        kind: media.ending(),
        size: size_text(media.size),
        file_name: media.file_name,
    }))
}

/// Bytes to read: `38 KB`.
fn size_text(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}

fn is_own_host(app: &App, host: &str) -> bool {
    let directory = app.directory();
    directory.by_host(host).is_some() || directory.by_old_host(host).is_some()
}

/// Marks links that leave the site group with `rel="external"`: they must say so (国办发〔2017〕47号).
/// The body has been sanitised, so its form is known.
fn mark_external(body: &str, own: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(body.len() + 64);
    let mut rest = body;
    while let Some(at) = rest.find("<a ") {
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end);
        let tag = &rest[at..end];
        let host = tag.find("href=\"http").and_then(|href| {
            let address = &tag[href + 6..];
            let (_, behind) = address.split_once("://")?;
            behind.split(['/', '"', '?', '#', ':']).next()
        });
        out.push_str(&rest[..end]);
        if let Some(host) = host
            && !own(&host.to_lowercase())
        {
            out.push_str(" rel=\"external noopener\"");
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Paging of a list at `url`.
pub fn paging(url: &str, query: &str, page: u64, size: u64, total: u64) -> PagingView {
    let pages = total.div_ceil(size).max(1);
    let address = |number: u64| match (query.is_empty(), number) {
        (true, 1) => url.to_owned(),
        (true, number) => format!("{url}?page={number}"),
        (false, 1) => format!("{url}?{query}"),
        (false, number) => format!("{url}?{query}&page={number}"),
    };
    let from = page.saturating_sub(3).max(1).min(pages.saturating_sub(6).max(1));
    PagingView {
        page,
        pages,
        total,
        first: (page > 1).then(|| address(1)),
        previous: (page > 1).then(|| address(page - 1)),
        next: (page < pages).then(|| address(page + 1)),
        last: (page < pages).then(|| address(pages)),
        numbers: (from..=pages.min(from + 6))
            .map(|number| PageNumberView { number, url: address(number), current: number == page })
            .collect(),
    }
}

/// Answers `latest()` in templates: reads while the page renders, and notes what it read.
pub struct LatestOf {
    /// Application.
    pub app: std::sync::Arc<App>,
    /// Notes of the page.
    pub recorder: Recorder,
    /// Site of the page.
    pub node: std::sync::Arc<SiteNode>,
}

impl Latest for LatestOf {
    fn latest(&self, column: &str, limit: usize) -> Result<Vec<ItemView>, String> {
        let channel = self.node.channel_at(column).ok_or_else(|| format!("there is no column \"{column}\""))?;
        let list = ListKey::new(LIVE_OF_CHANNEL, &[channel.id.0]);
        let items = content::live(&self.recorder, list, limit).map_err(|error| error.to_string())?;
        Ok(item_views(&self.app, &self.recorder, &items, With::Nothing))
    }
}
