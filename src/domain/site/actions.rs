//! Actions on sites and columns.

use std::collections::HashMap;

use crate::base::id::{ChannelId, SiteId};
use crate::domain::error::{Error, Result};
use crate::store::{Actor, ListKey, Position, Read, Store, Transaction};

use super::rules::check_slug;
use super::tables::{CHANNELS_OF_SITE, SITES};
use super::{Channel, ChannelKind, Declaration, Redirect, Site, SiteState};

/// What applying the site files changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Slugs of sites that are new.
    pub created: Vec<String>,
    /// Slugs of sites that changed.
    pub changed: Vec<String>,
    /// Columns that are new or changed.
    pub columns: usize,
}

impl Applied {
    /// True if the files say what the store has already.
    pub fn is_empty(&self) -> bool {
        self.created.is_empty() && self.changed.is_empty() && self.columns == 0
    }
}

/// Brings the store in line with the site files, in one transaction. A site
/// without a file is left alone, as are columns that were made in the browser.
///
/// # Errors
/// `Duplicate` when a file wants a slug or host that another site or column has.
pub fn apply(store: &Store, actor: Actor, declarations: &[Declaration]) -> Result<Applied> {
    let mut applied = Applied::default();
    let mut tx = store.transaction(actor, "site.apply");
    let mut known: HashMap<String, Site> = HashMap::new();
    for entry in tx.list(ListKey::new(SITES, &[]), Position::FIRST, usize::MAX)? {
        if let Some(site) = tx.get::<Site>(entry.id)? {
            known.insert(site.slug.clone(), site);
        }
    }
    for (place, declaration) in declarations.iter().enumerate() {
        let old = known.get(&declaration.slug);
        let id = old.map_or_else(|| SiteId(tx.new_id()), |site| site.id);
        let new = site_of(declaration, id, old, u64::MAX - place as u64);
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
    }
    if !applied.is_empty() {
        store.commit(tx)?;
    }
    Ok(applied)
}

fn site_of(declaration: &Declaration, id: SiteId, old: Option<&Site>, order: u64) -> Site {
    let added_hosts: Vec<String> = old
        .map(|site| site.added_hosts.clone())
        .unwrap_or_default()
        .into_iter()
        .filter(|host| !declaration.old_hosts.contains(host) && !declaration.hosts.contains(host))
        .collect();
    Site {
        id,
        slug: declaration.slug.clone(),
        former_slugs: old.map(|site| site.former_slugs.clone()).unwrap_or_default(),
        name: declaration.name.clone(),
        short_name: declaration.short_name.clone(),
        kind: declaration.kind,
        parent: declaration.parent.clone(),
        description: declaration.description.clone(),
        lang: declaration.lang.clone(),
        hosts: declaration.hosts.clone(),
        old_hosts: declaration.old_hosts.iter().chain(&added_hosts).cloned().collect(),
        added_hosts,
        theme: declaration.theme.clone(),
        settings: declaration.settings.clone(),
        identity: declaration.identity.clone(),
        contact: declaration.contact.clone(),
        state: declaration.state,
        notice: declaration.notice.clone(),
        redirect: declaration.redirect.clone(),
        order,
        declared: true,
    }
}

fn apply_columns(tx: &mut Transaction, site: &Site, declaration: &Declaration, applied: &mut Applied) -> Result<()> {
    let list = ListKey::new(CHANNELS_OF_SITE, &[site.id.0]);
    let mut rows: HashMap<ChannelId, Channel> = HashMap::new();
    for entry in tx.list(list, Position::FIRST, usize::MAX)? {
        if let Some(channel) = tx.get::<Channel>(entry.id)? {
            rows.insert(channel.id, channel);
        }
    }
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
            declared: true,
            batch: old.and_then(|row| row.batch),
        };
        if old != Some(&new) {
            tx.put(&new)?;
            applied.columns += 1;
        }
        by_path.insert(declared.path.clone(), id);
    }
    Ok(())
}

/// Gives a site another slug; the old one answers 301 from then on and stays taken.
///
/// # Errors
/// `NotFound`, a broken slug rule, or `Duplicate` when the slug is taken.
pub fn rename(store: &Store, actor: Actor, id: SiteId, slug: &str) -> Result<()> {
    let mut tx = store.transaction(actor, "site.rename").site(id.0);
    let mut site: Site = tx.get(id.0)?.ok_or_else(|| Error::not_found("site", id))?;
    check_slug(slug).map_err(|broken| Error::Rules { broken: vec![broken] })?;
    if site.slug == slug {
        return Ok(());
    }
    let old = std::mem::replace(&mut site.slug, slug.to_owned());
    site.former_slugs.retain(|former| former != slug);
    site.former_slugs.push(old);
    tx.put(&site)?;
    store.commit(tx)?;
    Ok(())
}

/// Changes the state of a site.
///
/// # Errors
/// `NotFound`; a rule when a redirected site has no address to lead to.
pub fn set_state(store: &Store, actor: Actor, id: SiteId, state: SiteState, redirect: Option<String>) -> Result<()> {
    let mut tx = store.transaction(actor, "site.state").site(id.0).note(state.word());
    let mut site: Site = tx.get(id.0)?.ok_or_else(|| Error::not_found("site", id))?;
    site.state = state;
    if let Some(url) = redirect {
        site.redirect = url;
    }
    if state == SiteState::Redirected && site.redirect.is_empty() {
        return Err(Error::rule("required", "redirect", ""));
    }
    tx.put(&site)?;
    store.commit(tx)?;
    Ok(())
}

/// Removes redirects by number.
///
/// # Errors
/// When the store refuses.
pub fn forget_redirects(store: &Store, actor: Actor, site: SiteId, ids: &[u64]) -> Result<()> {
    let mut tx = store.transaction(actor, "redirect.remove").site(site.0);
    for id in ids {
        tx.get::<Redirect>(*id)?.ok_or_else(|| Error::not_found("redirect", id))?;
        tx.delete::<Redirect>(*id);
    }
    store.commit(tx)?;
    Ok(())
}
