//! The site files are applied: what they declare comes into line, the rest is left alone.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::base::fault::Fault;
use crate::base::id::{ChannelId, SiteId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::Result;
use crate::domain::site::steps::{NOTICE_DAYS, check_step, too_early};
use crate::domain::site::tables::{CHANNELS_OF_SITE, SITES};
use crate::domain::site::{Channel, ChannelKind, Declaration, Part, Site, SiteState};
use crate::store::{ListKey, Position, Read, Store, Transaction};

use super::place::AFTER_DECLARED;

/// What applying the site files changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Slugs of sites that are new.
    pub created: Vec<String>,
    /// Slugs of sites that changed.
    pub changed: Vec<String>,
    /// Columns that are new or changed.
    pub columns: usize,
    /// Changes of state that are out of order, by file; the site keeps the state that it has.
    pub refused: Vec<Fault>,
}

impl Applied {
    /// True if the files say what the store has already.
    pub fn is_empty(&self) -> bool {
        self.created.is_empty() && self.changed.is_empty() && self.columns == 0
    }
}

/// Brings the store in line with the site files, in one transaction. A site
/// without a file is left alone, as are columns that were made in the browser;
/// what a file declared once and declares no more belongs to the browser.
///
/// # Errors
/// `Forbidden`; `Duplicate` when a file wants a slug or host that another site or column has.
pub fn apply(store: &Store, by: &By, declarations: &[Declaration]) -> Result<Applied> {
    by.require(Role::Admin, Place::Group)?;
    let mut applied = Applied::default();
    let mut tx = store.transaction(by.actor(), "site.apply");
    let mut known: HashMap<String, Site> = HashMap::new();
    let mut notes: Vec<String> = Vec::new();
    for entry in tx.list(ListKey::new(SITES, &[]), Position::FIRST, usize::MAX)? {
        if let Some(site) = tx.get::<Site>(entry.id)? {
            known.insert(site.slug.clone(), site);
        }
    }
    for (place, declaration) in declarations.iter().enumerate() {
        let old = known.get(&declaration.slug);
        let id = old.map_or_else(|| SiteId(tx.new_id()), |site| site.id);
        let mut new = site_of(declaration, id, old, u64::MAX - place as u64);
        match step(declaration, old, &mut new, store.now()) {
            Ok(Some(early)) => notes.push(early),
            Ok(None) => {}
            Err(refused) => applied.refused.push(refused),
        }
        let before = applied.columns;
        if old != Some(&new) {
            tx.put(&new)?;
        }
        apply_columns(&mut tx, &new, declaration, &mut applied)?;
        match old {
            None => applied.created.push(declaration.slug.clone()),
            Some(old) if *old != new || applied.columns > before => applied.changed.push(declaration.slug.clone()),
            Some(_) => {}
        }
        known.remove(&declaration.slug);
    }
    // The files of these are gone.
    let mut released: Vec<Site> = known.into_values().filter(|site| site.declared).collect();
    released.sort_by_key(|site| site.id);
    for site in released {
        release(&mut tx, site, &mut applied)?;
    }
    if !applied.is_empty() {
        if !notes.is_empty() {
            tx = tx.note(notes.join("; "));
        }
        store.commit(tx)?;
    }
    Ok(applied)
}

/// The state that the file wants, since when; a step that is out of order is not taken. Gives the note of one that is
/// taken before its time.
fn step(declaration: &Declaration, old: Option<&Site>, new: &mut Site, now: i64) -> Result<Option<String>, Fault> {
    let Some(old) = old else {
        new.state_since = now;
        return Ok(None);
    };
    if old.state == new.state {
        new.state_since = old.state_since;
        return Ok(None);
    }
    let reason = declaration.early.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let wrong = match (check_step(old, new.state, now), reason) {
        (Ok(None), _) => {
            new.state_since = now;
            return Ok(None);
        }
        (Ok(Some(days)), Some(reason)) => {
            new.state_since = now;
            let (slug, state) = (&new.slug, new.state.word());
            return Ok(Some(format!("{slug}: {state}, early, {days}/{NOTICE_DAYS}: {reason}")));
        }
        (Ok(Some(days)), None) => too_early(old, new.state, days),
        (Err(broken), _) => broken,
    };
    (new.state, new.state_since) = (old.state, old.state_since);
    if old.state == SiteState::Redirected && new.redirect.is_empty() {
        new.redirect.clone_from(&old.redirect);
    }
    if new.notice.is_none() {
        new.notice.clone_from(&old.notice);
    }
    Err(Fault::file(&declaration.file, wrong.to_string()))
}

/// Gives a site that no file declares any more to the browser, with its columns.
fn release(tx: &mut Transaction, mut site: Site, applied: &mut Applied) -> Result<()> {
    for mut channel in channels_of(tx, site.id)?.into_iter().filter(|channel| channel.declared) {
        channel.declared = false;
        channel.declares_submissions = false;
        channel.order = channel.order.saturating_sub(AFTER_DECLARED);
        tx.put(&channel)?;
        applied.columns += 1;
    }
    site.declared = false;
    site.declares = BTreeSet::new();
    tx.put(&site)?;
    applied.changed.push(site.slug);
    Ok(())
}

fn channels_of(tx: &Transaction, site: SiteId) -> Result<Vec<Channel>> {
    let mut channels = Vec::new();
    for entry in tx.list(ListKey::new(CHANNELS_OF_SITE, &[site.0]), Position::FIRST, usize::MAX)? {
        channels.extend(tx.get::<Channel>(entry.id)?);
    }
    Ok(channels)
}

fn site_of(declaration: &Declaration, id: SiteId, old: Option<&Site>, order: u64) -> Site {
    let added_hosts: Vec<String> = old
        .map(|site| site.added_hosts.clone())
        .unwrap_or_default()
        .into_iter()
        .filter(|host| !declaration.old_hosts.contains(host) && !declaration.hosts.contains(host))
        .collect();
    // What the browser has of a part stays unless the file says something of it now; what the file said before and
    // says no more is as if nobody had said it.
    // Before parts were noted, a declared site had nothing of its own.
    let noted = old.filter(|old| !old.declared || !old.declares.is_empty());
    let kept = |part: Part<'_>| noted.filter(|old| !old.fixes(part) && !declaration.declares(part));
    let mut settings: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    for (key, value) in old.map(|site| &site.settings).into_iter().flatten() {
        if kept(Part::Setting(key)).is_some() {
            settings.insert(key.clone(), value.clone());
        }
    }
    settings.extend(declaration.settings.iter().map(|(key, value)| (key.clone(), value.clone())));
    Site {
        id,
        slug: declaration.slug.clone(),
        former_slugs: old.map(|site| site.former_slugs.clone()).unwrap_or_default(),
        name: declaration.name.clone(),
        short_name: declaration.short_name.clone(),
        kind: declaration.kind,
        parent: declaration.parent.clone(),
        description: match kept(Part::Description) {
            Some(old) => old.description.clone(),
            None => declaration.description.clone().unwrap_or_default(),
        },
        lang: declaration.lang.clone(),
        hosts: declaration.hosts.clone(),
        old_hosts: declaration.old_hosts.iter().chain(&added_hosts).cloned().collect(),
        added_hosts,
        media_quota_mb: old.and_then(|site| site.media_quota_mb),
        theme: declaration.theme.clone(),
        settings,
        identity: declaration.identity.clone(),
        contact: match kept(Part::Contact) {
            Some(old) => old.contact.clone(),
            None => declaration.contact.clone().unwrap_or_default(),
        },
        state: declaration.state,
        state_since: 0,
        notice: match kept(Part::Notice) {
            Some(old) => old.notice.clone(),
            None => declaration.notice.clone(),
        },
        redirect: declaration.redirect.clone(),
        order,
        declared: true,
        declares: declaration.parts(),
    }
}

fn apply_columns(tx: &mut Transaction, site: &Site, declaration: &Declaration, applied: &mut Applied) -> Result<()> {
    let rows: HashMap<ChannelId, Channel> =
        channels_of(tx, site.id)?.into_iter().map(|channel| (channel.id, channel)).collect();
    let mut declared_now: HashSet<ChannelId> = HashSet::new();
    let mut by_path: HashMap<String, ChannelId> = HashMap::new();
    for (place, declared) in declaration.channels.iter().enumerate() {
        let parent = by_path.get(declared.parent()).copied();
        let old = rows.values().find(|row| row.parent == parent && row.slug == declared.slug());
        let id = old.map_or_else(|| ChannelId(tx.new_id()), |row| row.id);
        let new = Channel {
            id,
            site: site.id,
            portal: site.is_portal(),
            parent,
            slug: declared.slug().to_owned(),
            former: old.map(|row| row.former.clone()).unwrap_or_default(),
            name: declared.name.clone(),
            kind: declared.kind,
            order: u64::MAX - place as u64,
            hidden: declared.hidden,
            column_type: declared.column_type.clone(),
            update: declared.update,
            description: declared.description.clone(),
            keywords: declared.keywords.clone(),
            page_size: declared.page_size,
            feed: declared.feed && declared.kind == ChannelKind::List,
            url: declared.url.clone(),
            picture: declared.picture.clone(),
            takes_submissions: match (declared.takes_submissions, old) {
                (Some(takes), _) => takes,
                (None, Some(row)) => row.takes_submissions && !row.declares_submissions,
                (None, None) => false,
            },
            declared: true,
            declares_submissions: declared.takes_submissions.is_some(),
            // The file wants it: it does not go.
            closing: None,
            batch: old.and_then(|row| row.batch),
        };
        if old != Some(&new) {
            tx.put(&new)?;
            applied.columns += 1;
        }
        by_path.insert(declared.path.clone(), id);
        declared_now.insert(id);
    }
    let mut left: Vec<&Channel> = rows.values().filter(|row| row.declared && !declared_now.contains(&row.id)).collect();
    left.sort_by_key(|row| row.id);
    for row in left {
        let order = row.order.saturating_sub(AFTER_DECLARED);
        tx.put(&Channel { declared: false, declares_submissions: false, order, ..row.clone() })?;
        applied.columns += 1;
    }
    Ok(())
}
