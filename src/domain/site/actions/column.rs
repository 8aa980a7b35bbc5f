//! Columns: made, changed, given another slug.

use crate::base::id::{ChannelId, SiteId};
use crate::domain::account::{By, Role};
use crate::domain::error::{Broken, Error, Result};
use crate::domain::site::rules::{
    COLUMN_TYPES, MOST_KEYWORDS, PAGE_SIZES, check_file, check_line, check_name, check_slug, check_url,
};
use crate::domain::site::tables::CHANNELS_OF_SITE;
use crate::domain::site::{Channel, ChannelKind, Site, UpdateClass, channel_slot};
use crate::store::{ListKey, Position, Read, Store, Transaction};

use super::place::{arrange, depth, open_parent};
use super::site::commit;
use super::{require, rules, undeclared};

/// What people say of a column, but for its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnEdit {
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: ChannelKind,
    /// Meta label ColumnType.
    pub column_type: String,
    /// Update class.
    pub update: UpdateClass,
    /// Not in the navigation.
    pub hidden: bool,
    /// Documents a page.
    pub page_size: u32,
    /// Has an Atom feed; only lists have one.
    pub feed: bool,
    /// One sentence; the name if empty.
    pub description: String,
    /// Keywords; the name if there is none.
    pub keywords: Vec<String>,
    /// Where a link column leads.
    pub url: String,
    /// Title picture: an address on this server, or empty.
    pub picture: String,
    /// Other sites may send documents here.
    pub takes_submissions: bool,
}

impl ColumnEdit {
    /// A column as it is.
    pub fn of(channel: &Channel) -> ColumnEdit {
        ColumnEdit {
            name: channel.name.clone(),
            kind: channel.kind,
            column_type: channel.column_type.clone(),
            update: channel.update,
            hidden: channel.hidden,
            page_size: channel.page_size,
            feed: channel.feed,
            description: channel.description.clone(),
            keywords: channel.keywords.clone(),
            url: channel.url.clone(),
            picture: channel.picture.clone(),
            takes_submissions: channel.takes_submissions,
        }
    }

    /// With spaces cut off and what was left out filled in.
    fn tidy(&self) -> ColumnEdit {
        let name = self.name.trim().to_owned();
        let or_name = |text: &str| if text.trim().is_empty() { name.clone() } else { text.trim().to_owned() };
        let mut keywords: Vec<String> = Vec::new();
        for word in self.keywords.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
            if !keywords.iter().any(|known| known == word) {
                keywords.push(word.to_owned());
            }
        }
        if keywords.is_empty() {
            keywords.push(name.clone());
        }
        ColumnEdit {
            kind: self.kind,
            column_type: self.column_type.clone(),
            update: self.update,
            hidden: self.hidden,
            page_size: self.page_size,
            feed: self.feed && self.kind == ChannelKind::List,
            description: or_name(&self.description),
            keywords,
            url: if self.kind == ChannelKind::Link { self.url.trim().to_owned() } else { String::new() },
            picture: self.picture.trim().to_owned(),
            takes_submissions: self.takes_submissions && matches!(self.kind, ChannelKind::List | ChannelKind::Page),
            name,
        }
    }

    /// What is wrong with it.
    fn broken(&self, before: Option<&Channel>) -> Vec<Broken> {
        let mut broken: Vec<Broken> = [
            check_name("name", &self.name),
            check_line("description", &self.description),
            // A picture beside site.toml stays until another is chosen.
            if before.is_some_and(|before| before.picture == self.picture) {
                Ok(())
            } else {
                check_file("picture", &self.picture)
            },
        ]
        .into_iter()
        .filter_map(Result::err)
        .collect();
        let mut wrong = |rule, field, value: &str| broken.push(Broken { rule, field, value: value.to_owned() });
        if !COLUMN_TYPES.contains(&self.column_type.as_str()) {
            wrong("type.unknown", "column_type", &self.column_type);
        }
        if !PAGE_SIZES.contains(&self.page_size) {
            wrong("page_size.range", "page_size", &self.page_size.to_string());
        }
        if self.keywords.len() > MOST_KEYWORDS || self.keywords.iter().any(|word| check_name("keywords", word).is_err())
        {
            wrong("keywords.form", "keywords", "");
        }
        if self.kind == ChannelKind::Link {
            if self.url.is_empty() {
                wrong("required", "url", "");
            } else if let Err(url) = check_url("url", &self.url) {
                broken.push(url);
            }
        }
        broken
    }

    fn put_into(self, channel: &mut Channel) {
        channel.name = self.name;
        channel.kind = self.kind;
        channel.column_type = self.column_type;
        channel.update = self.update;
        channel.hidden = self.hidden;
        channel.page_size = self.page_size;
        channel.feed = self.feed;
        channel.description = self.description;
        channel.keywords = self.keywords;
        channel.url = self.url;
        channel.picture = self.picture;
        channel.takes_submissions = self.takes_submissions;
    }
}

/// A column to be made, behind its siblings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewColumn {
    /// Column above; `None` at the top.
    pub parent: Option<ChannelId>,
    /// Slug.
    pub slug: String,
    /// Everything else.
    pub column: ColumnEdit,
}

/// Makes a column.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules of columns and slugs, `slug.taken`, `slug.former`, those of its place.
pub fn add_column(store: &Store, by: &By, site: SiteId, new: &NewColumn) -> Result<Channel> {
    let mut tx = store.transaction(by.actor(), "column.add").site(site.0).note(new.slug.clone());
    let site: Site = tx.get(site.0)?.ok_or_else(|| Error::not_found("site", site))?;
    require(by, Role::Manager, site.id, "site", site.id)?;
    let column = new.column.tidy();
    let mut broken = column.broken(None);
    broken.extend(check_slug(&new.slug).err());
    rules(broken)?;
    if let Some(parent) = new.parent {
        open_parent(&tx, site.id, parent)?;
        depth(&tx, Some(parent), 1)?;
    }
    free_slot(&tx, &site, new.parent, &new.slug, None)?;
    let mut channel = Channel::new(&site, ChannelId(tx.new_id()), new.parent, &new.slug, &column.name);
    column.put_into(&mut channel);
    tx.put_new(&channel)?;
    let channel = arrange(&mut tx, channel, None)?;
    commit(store, tx, &new.slug)?;
    Ok(channel)
}

/// Changes a column. `standing` is how many documents and references are in it, whatever their state. Of a column that
/// site.toml declares only `takes_submissions` may change.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules of columns; `declared`; `channel.holds` and `channel.has_columns` for a kind that
/// cannot have what is there.
pub fn change_column(store: &Store, by: &By, id: ChannelId, edit: &ColumnEdit, standing: u64) -> Result<Channel> {
    let tx = store.transaction(by.actor(), "column.change");
    let (mut tx, before) = load(tx, by, id)?;
    let edit = edit.tidy();
    if before.declared && by.user().is_some() {
        // All that the file may leave to the browser.
        let mut same = ColumnEdit::of(&before);
        if !before.declares_submissions {
            same.takes_submissions = edit.takes_submissions;
        }
        undeclared(by, same != edit, "column", &before.name)?;
    }
    rules(edit.broken(Some(&before)))?;
    let mut channel = before.clone();
    edit.put_into(&mut channel);
    if standing > 0 && !channel.holds_documents() && before.kind != channel.kind {
        return Err(Error::rule("channel.holds", "kind", standing));
    }
    if channel.kind == ChannelKind::Link && before.kind != channel.kind && has_columns(&tx, &before)? {
        return Err(Error::rule("channel.has_columns", "kind", &before.name));
    }
    if channel != before {
        tx = tx.note(channel.name.clone());
        tx.put(&channel)?;
        store.commit(tx)?;
    }
    Ok(channel)
}

/// Gives a column another slug; its address and those of everything below it answer 301 from then on.
///
/// # Errors
/// `NotFound`, `Forbidden`; `declared`, a broken slug rule, `slug.taken`, `slug.former`.
pub fn rename_column(store: &Store, by: &By, id: ChannelId, slug: &str) -> Result<Channel> {
    let tx = store.transaction(by.actor(), "column.rename").note(slug);
    let (mut tx, mut channel) = load(tx, by, id)?;
    undeclared(by, channel.declared, "slug", &channel.slug)?;
    check_slug(slug).map_err(|broken| Error::Rules { broken: vec![broken] })?;
    if channel.slug == slug {
        return Ok(channel);
    }
    let site: Site = tx.get(channel.site.0)?.ok_or_else(|| Error::not_found("site", channel.site))?;
    free_slot(&tx, &site, channel.parent, slug, Some(id))?;
    let parent = channel.parent;
    stand_at(&mut channel, parent, slug.to_owned());
    tx.put(&channel)?;
    commit(store, tx, slug)?;
    Ok(channel)
}

/// The column, if `by` may change the columns of its site; the transaction is the site's.
pub(super) fn load(tx: Transaction, by: &By, id: ChannelId) -> Result<(Transaction, Channel)> {
    let channel: Channel = tx.get(id.0)?.ok_or_else(|| Error::not_found("column", id))?;
    require(by, Role::Manager, channel.site, "column", id)?;
    Ok((tx.site(channel.site.0), channel))
}

/// Every column of a site, in order, read in the transaction.
pub(super) fn all_columns(tx: &Transaction, site: SiteId) -> Result<Vec<Channel>> {
    let mut columns = Vec::new();
    for entry in tx.list(ListKey::new(CHANNELS_OF_SITE, &[site.0]), Position::FIRST, usize::MAX)? {
        columns.extend(tx.get::<Channel>(entry.id)?);
    }
    Ok(columns)
}

pub(super) fn has_columns(tx: &Transaction, channel: &Channel) -> Result<bool> {
    Ok(all_columns(tx, channel.site)?.iter().any(|other| other.parent == Some(channel.id)))
}

/// Puts a column to another place; the one before leads there from then on.
pub(super) fn stand_at(channel: &mut Channel, parent: Option<ChannelId>, slug: String) {
    let before = (channel.parent, channel.slug.clone());
    let now = (parent, slug.clone());
    channel.former.retain(|former| *former != now && *former != before);
    if before != now {
        channel.former.push(before);
    }
    channel.parent = parent;
    channel.slug = slug;
}

/// A slug below `parent` must be free, or the column's own from before: `slug.taken` by what stands there now,
/// `slug.former` by what stood there once and is still found there.
pub(super) fn free_slot(
    tx: &Transaction,
    site: &Site,
    parent: Option<ChannelId>,
    slug: &str,
    own: Option<ChannelId>,
) -> Result<()> {
    let holder = channel_slot(tx, site, parent, slug)?;
    let Some(holder) = holder.filter(|holder| own.is_none_or(|own| own.0 != *holder)) else { return Ok(()) };
    let here = match tx.get::<Channel>(holder)? {
        Some(channel) => (channel.parent, channel.slug.as_str()) == (parent, slug),
        None => tx.get::<Site>(holder)?.is_some_and(|site| site.slug == slug),
    };
    Err(Error::rule(if here { "slug.taken" } else { "slug.former" }, "slug", slug))
}
