//! Columns of a site: read, made, changed, moved, merged, deleted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::id::ChannelId;
use crate::domain::account::Place;
use crate::domain::content;
use crate::domain::site::{self, Channel, ChannelKind, Closing, ColumnEdit, NewColumn, SiteNode, UpdateClass};

use super::page::{PageQuery, Wanted, reply};
use super::sites::works;
use super::{Call, PREFIX, Problem, Reply, etag};

/// A column.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Column")]
pub struct ColumnView {
    /// Number, which stands for the column in requests.
    id: u64,
    /// Slug of its site.
    site: String,
    /// Number of the column above.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<u64>,
    /// Slug, the last part of the path.
    slug: String,
    /// Slugs from the top column down, `jgjj/zz`.
    path: String,
    /// Name.
    name: String,
    /// `list`, `page`, `section` or `link`.
    kind: &'static str,
    /// Not in the navigation.
    hidden: bool,
    /// Meta label ColumnType.
    column_type: String,
    /// How often something new is due: `biweekly`, `half-yearly`, `yearly` or `none`.
    update: &'static str,
    /// Documents a page.
    page_size: u32,
    /// Has an Atom feed.
    feed: bool,
    /// One sentence.
    description: String,
    /// Keywords.
    keywords: Vec<String>,
    /// Title picture: an address on this server, or empty.
    picture: String,
    /// Where a link column leads.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    link: String,
    /// Address.
    url: String,
    /// True if other sites may offer documents to it.
    takes_submissions: bool,
    /// True where site.toml says what the column is.
    declared: bool,
    /// It is being deleted, or emptied into another one, and takes nothing new.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    closing: bool,
    /// Number of the column into which it is emptied.
    #[serde(skip_serializing_if = "Option::is_none")]
    into: Option<u64>,
}

impl ColumnView {
    fn of(call: &Call, node: &SiteNode, channel: &Channel) -> ColumnView {
        let url = node.channel_url(channel);
        ColumnView {
            id: channel.id.0,
            site: node.site.slug.clone(),
            parent: channel.parent.map(|parent| parent.0),
            slug: channel.slug.clone(),
            path: node.path(channel.id),
            name: channel.name.clone(),
            kind: channel.kind.word(),
            hidden: channel.hidden,
            column_type: channel.column_type.clone(),
            update: channel.update.word(),
            page_size: channel.page_size,
            feed: channel.feed,
            description: channel.description.clone(),
            keywords: channel.keywords.clone(),
            picture: channel.picture.clone(),
            link: channel.url.clone(),
            url: if url.starts_with('/') { format!("{}{url}", call.app().origin()) } else { url },
            takes_submissions: channel.takes_submissions,
            declared: channel.declared,
            closing: channel.closing.is_some(),
            into: match channel.closing {
                Some(Closing::Into(into)) => Some(into.0),
                _ => None,
            },
        }
    }
}

/// What is said of a column; what is missing stays as it is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "ColumnSettings", example = serde_json::json!({ "name": "通知公告", "page_size": 20 }))]
pub struct Settings {
    /// Name.
    name: Option<String>,
    /// `list`, `page`, `section` or `link`; a new column is a list.
    kind: Option<String>,
    /// Meta label ColumnType; of a new column `工作动态`.
    column_type: Option<String>,
    /// `biweekly`, `half-yearly`, `yearly` or `none`; of a new column `none`.
    update: Option<String>,
    /// Not in the navigation.
    hidden: Option<bool>,
    /// Documents a page, 1 to 200; of a new column 20.
    page_size: Option<u32>,
    /// Has an Atom feed; a new list has.
    feed: Option<bool>,
    /// One sentence; the name if it is empty.
    description: Option<String>,
    /// Keywords; the name if there is none.
    keywords: Option<Vec<String>>,
    /// Where a link column leads.
    link: Option<String>,
    /// Title picture: an address on this server, or empty.
    picture: Option<String>,
    /// Other sites may offer documents to it.
    takes_submissions: Option<bool>,
}

fn read_kind(word: &str) -> Result<ChannelKind, Problem> {
    ChannelKind::of(word).ok_or_else(|| Problem::rule("word.unknown", "kind", word))
}

fn read_update(word: &str) -> Result<UpdateClass, Problem> {
    UpdateClass::of(word).ok_or_else(|| Problem::rule("word.unknown", "update", word))
}

impl Settings {
    /// A column with what is said here.
    fn put_into(self, before: ColumnEdit) -> Result<ColumnEdit, Problem> {
        Ok(ColumnEdit {
            kind: self.kind.as_deref().map(read_kind).transpose()?.unwrap_or(before.kind),
            update: self.update.as_deref().map(read_update).transpose()?.unwrap_or(before.update),
            name: self.name.unwrap_or(before.name),
            column_type: self.column_type.unwrap_or(before.column_type),
            hidden: self.hidden.unwrap_or(before.hidden),
            page_size: self.page_size.unwrap_or(before.page_size),
            feed: self.feed.unwrap_or(before.feed),
            description: self.description.unwrap_or(before.description),
            keywords: self.keywords.unwrap_or(before.keywords),
            url: self.link.unwrap_or(before.url),
            picture: self.picture.unwrap_or(before.picture),
            takes_submissions: self.takes_submissions.unwrap_or(before.takes_submissions),
        })
    }
}

/// A column that shall be, behind its siblings.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "NewColumn", example = serde_json::json!({ "slug": "tzgg", "name": "通知公告" }))]
pub struct Making {
    /// Slug.
    slug: String,
    /// Number of the column above; at the top if it is missing.
    parent: Option<u64>,
    #[schemars(flatten)]
    settings: Settings,
}

impl Making {
    /// Field by field: an unknown name beside flattened ones would pass unseen.
    fn read(mut given: Map<String, Value>) -> serde_json::Result<Making> {
        let mut take = |name: &str| given.remove(name).unwrap_or_default();
        let (slug, parent) = (take("slug"), take("parent"));
        Ok(Making {
            slug: if slug.is_null() { String::new() } else { serde_json::from_value(slug)? },
            parent: serde_json::from_value(parent)?,
            settings: serde_json::from_value(Value::Object(given))?,
        })
    }
}

/// `GET /sites/{site}/columns`: those in which the person works, and those above them.
///
/// # Errors
/// `not_found`, `query`.
pub fn list(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let node = call.site()?;
    if !works(call, node.site.id) {
        return Err(Problem::of("not_found"));
    }
    let mut all = Vec::new();
    below(&node, None, &mut all);
    all.retain(|channel| sees_below(call, &node, channel.id));
    let (channels, next) = wanted.of(all)?;
    reply(call, channels.into_iter().map(|channel| ColumnView::of(call, &node, channel)).collect(), next)
}

/// The columns below `parent` with theirs, in the order of the tree.
fn below<'a>(node: &'a SiteNode, parent: Option<ChannelId>, found: &mut Vec<&'a Channel>) {
    for channel in node.below(parent) {
        // A tree with a cycle was made by damaged rows.
        if found.len() <= node.channels.len() {
            found.push(channel);
            below(node, Some(channel.id), found);
        }
    }
}

fn sees(call: &Call, node: &SiteNode, id: ChannelId) -> bool {
    let chain: Vec<ChannelId> = node.chain(id).iter().map(|channel| channel.id).collect();
    call.by.sees(Place::Channel(node.site.id, &chain))
}

fn sees_below(call: &Call, node: &SiteNode, id: ChannelId) -> bool {
    let mut all = Vec::new();
    below(node, Some(id), &mut all);
    sees(call, node, id) || all.iter().any(|channel| sees(call, node, channel.id))
}

/// The column that the first place of the address names, as the person sees it.
pub(super) fn find(call: &Call) -> Result<Channel, Problem> {
    let id = ChannelId(call.number(0)?);
    let directory = call.app().directory();
    let (node, channel) = directory.channel(id).ok_or_else(|| Problem::of("not_found"))?;
    if !sees(call, node, id) {
        return Err(Problem::of("not_found"));
    }
    Ok(channel.clone())
}

/// A column as it is now.
fn view(call: &Call, id: ChannelId) -> Result<ColumnView, Problem> {
    let directory = call.app().directory();
    let (node, channel) = directory.channel(id).ok_or_else(|| Problem::of("not_found"))?;
    Ok(ColumnView::of(call, node, channel))
}

/// `GET /columns/{channel}`.
///
/// # Errors
/// `not_found`.
pub fn show(call: &Call) -> Result<Reply, Problem> {
    Reply::resource(&view(call, find(call)?.id)?)
}

/// `POST /sites/{site}/columns`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn create(call: &Call) -> Result<Reply, Problem> {
    let node = call.site()?;
    let given = Making::read(call.json()?).map_err(|error| Problem::of("body").with("error", error))?;
    let plain = Channel::new(&node.site, ChannelId(0), None, &given.slug, "");
    let plain = ColumnEdit { description: String::new(), keywords: Vec::new(), ..ColumnEdit::of(&plain) };
    let new =
        NewColumn { parent: given.parent.map(ChannelId), slug: given.slug, column: given.settings.put_into(plain)? };
    let made = site::add_column(&call.app().store, &call.by, node.site.id, &new)?;
    Reply::created(&view(call, made.id)?, format!("{PREFIX}/columns/{}", made.id))
}

/// `PUT /columns/{channel}`: what is said of it.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`, `body`.
pub fn change(call: &Call) -> Result<Reply, Problem> {
    let channel = find(call)?;
    call.require_seen(&etag::of(&view(call, channel.id)?))?;
    let edit = call.json::<Settings>()?.put_into(ColumnEdit::of(&channel))?;
    content::change_column(&call.app().store, &call.by, channel.id, &edit)?;
    Reply::resource(&view(call, channel.id)?)
}

/// `DELETE /columns/{channel}`, in which nothing may stand.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`.
pub fn delete(call: &Call) -> Result<Reply, Problem> {
    let channel = find(call)?;
    call.require_seen(&etag::of(&view(call, channel.id)?))?;
    content::delete_column(&call.app().store, &call.by, channel.id)?;
    Ok(Reply::done())
}

/// Another slug.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = serde_json::json!({ "slug": "gsgg" }))]
pub struct NewSlug {
    /// The slug.
    pub slug: String,
}

/// `POST /columns/{channel}/rename`: another slug; the addresses until now answer 301.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn rename(call: &Call) -> Result<Reply, Problem> {
    let channel = find(call)?;
    let NewSlug { slug } = call.json()?;
    site::rename_column(&call.app().store, &call.by, channel.id, slug.trim())?;
    Reply::resource(&view(call, channel.id)?)
}

/// Another place.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "ColumnPlace", example = serde_json::json!({ "parent": 17, "before": 23 }))]
pub struct To {
    /// Number of the column above; at the top if it is missing.
    parent: Option<u64>,
    /// Number of a sibling there to stand before; behind all if it is missing.
    before: Option<u64>,
}

/// `POST /columns/{channel}/move`: below another column, or before a sibling; the addresses until now answer 301.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn move_to(call: &Call) -> Result<Reply, Problem> {
    let channel = find(call)?;
    let To { parent, before } = call.json()?;
    let (store, id) = (&call.app().store, channel.id);
    site::move_column(store, &call.by, id, parent.map(ChannelId), before.map(ChannelId))?;
    Reply::resource(&view(call, id)?)
}

/// The column that takes everything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MergeInto", example = serde_json::json!({ "into": 23 }))]
pub struct Into {
    /// Number of a column of the same site.
    into: u64,
}

/// What a merge did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Merged {
    /// Documents and references that moved.
    moved: u64,
    /// The column into which they moved.
    column: ColumnView,
}

/// `POST /columns/{channel}/merge`: everything moves into another column, to which the addresses lead; sent again
/// after an interruption it does the rest.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn merge(call: &Call) -> Result<Reply, Problem> {
    let channel = find(call)?;
    let into = ChannelId(call.json::<Into>()?.into);
    let moved = content::merge_column(&call.app().store, &call.by, channel.id, into)?;
    Reply::json(&Merged { moved, column: view(call, into)? })
}

/// `POST /columns/{channel}/reopen`: a column whose deletion or merge did not come to its end takes documents again.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`.
pub fn reopen(call: &Call) -> Result<Reply, Problem> {
    let channel = find(call)?;
    site::reopen_column(&call.app().store, &call.by, channel.id)?;
    Reply::resource(&view(call, channel.id)?)
}
