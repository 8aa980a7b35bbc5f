//! A site as a whole: made, renamed, opened and closed.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::{ChannelId, SiteId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Broken, Error, Result};
use crate::domain::site::rules::{check_host, check_line, check_name, check_slug, check_url};
use crate::domain::site::steps::{NOTICE_DAYS, check_notice, check_step, too_early};
use crate::domain::site::tables::{ADDRESS, HOST, SITES, address_key};
use crate::domain::site::{Channel, ChannelKind, Contact, Identity, Notice, Site, SiteKind, SiteState, UpdateClass};
use crate::store::{self, ListKey, Position, Read, Store, Transaction};

use super::place::AFTER_DECLARED;
use super::{require, rules, undeclared};

/// A site to be made in the browser.
#[derive(Debug, Clone)]
pub struct NewSite {
    /// Slug.
    pub slug: String,
    /// Full name.
    pub name: String,
    /// Short name; the full name if empty.
    pub short_name: String,
    /// Kind of unit.
    pub kind: SiteKind,
    /// Theme.
    pub theme: String,
    /// With the columns that most units have.
    pub usual_columns: bool,
}

/// Columns that most units have: slug, name, kind, ColumnType, update class.
const USUAL: [(&str, &str, ChannelKind, &str, UpdateClass); 5] = [
    ("jgjj", "机构概况", ChannelKind::Page, "概况信息", UpdateClass::None),
    ("gzdt", "工作动态", ChannelKind::List, "工作动态", UpdateClass::Biweekly),
    ("tzgg", "通知公告", ChannelKind::List, "政策文件", UpdateClass::HalfYearly),
    ("zcwj", "政策文件", ChannelKind::List, "政策文件", UpdateClass::HalfYearly),
    ("bszn", "办事指南", ChannelKind::List, "办事服务", UpdateClass::None),
];

/// Makes a site without a file below the portal, not yet shown to visitors.
///
/// # Errors
/// `Forbidden`; the rules of names and slugs, `slug.taken`; `theme.unknown` is the caller's to ask.
pub fn create(store: &Store, by: &By, new: &NewSite) -> Result<Site> {
    by.require(Role::Admin, Place::Group)?;
    let name = new.name.trim();
    let mut broken: Vec<Broken> =
        [check_slug(&new.slug), check_name("name", name)].into_iter().filter_map(Result::err).collect();
    if new.kind == SiteKind::Portal {
        broken.push(Broken { rule: "portal.one", field: "kind", value: String::new() });
    }
    rules(broken)?;
    let mut tx = store.transaction(by.actor(), "site.create").note(new.slug.clone());
    free_slug(&tx, &new.slug, None)?;
    let mut order = AFTER_DECLARED;
    let mut portal = String::new();
    for entry in tx.list(ListKey::new(SITES, &[]), Position::FIRST, usize::MAX)? {
        order = order.min(entry.order.saturating_sub(1));
        if let Some(site) = tx.get::<Site>(entry.id)?.filter(Site::is_portal) {
            portal = site.slug;
        }
    }
    let id = SiteId(tx.new_id());
    let site = Site {
        id,
        slug: new.slug.clone(),
        former_slugs: Vec::new(),
        name: name.to_owned(),
        short_name: Some(new.short_name.trim()).filter(|short| !short.is_empty()).unwrap_or(name).to_owned(),
        kind: new.kind,
        parent: portal,
        description: String::new(),
        lang: "zh-CN".into(),
        hosts: Vec::new(),
        old_hosts: Vec::new(),
        added_hosts: Vec::new(),
        media_quota_mb: None,
        theme: new.theme.clone(),
        settings: BTreeMap::new(),
        identity: Identity { sponsor: name.to_owned(), ..Identity::default() },
        contact: Contact::default(),
        state: SiteState::Planned,
        state_since: store.now(),
        notice: None,
        redirect: String::new(),
        order,
        declared: false,
        declares: BTreeSet::new(),
    };
    tx = tx.site(id.0);
    tx.put_new(&site)?;
    if new.usual_columns {
        for (place, (slug, name, kind, column_type, update)) in USUAL.into_iter().enumerate() {
            let channel = Channel::new(&site, ChannelId(tx.new_id()), None, slug, name);
            let feed = kind == ChannelKind::List;
            let order = AFTER_DECLARED - place as u64;
            tx.put_new(&Channel { kind, column_type: column_type.into(), update, feed, order, ..channel })?;
        }
    }
    commit(store, tx, &new.slug)?;
    Ok(site)
}

/// Gives a site another slug; the old one answers 301 from then on and stays taken.
///
/// # Errors
/// `NotFound`, `Forbidden`; a broken slug rule, `slug.taken`, `declared`.
pub fn rename(store: &Store, by: &By, id: SiteId, slug: &str) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "site.rename").site(id.0).note(slug);
    let mut site = load(&tx, by, Role::Admin, id)?;
    undeclared(by, site.declared, "slug", &site.slug)?;
    check_slug(slug).map_err(|broken| Error::Rules { broken: vec![broken] })?;
    if site.slug == slug {
        return Ok(());
    }
    free_slug(&tx, slug, Some(id))?;
    let old = std::mem::replace(&mut site.slug, slug.to_owned());
    site.former_slugs.retain(|former| former != slug);
    site.former_slugs.push(old);
    tx.put(&site)?;
    commit(store, tx, slug)
}

/// A step in the life of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The state from now on.
    pub state: SiteState,
    /// Where a redirected site leads; as before if left out.
    pub redirect: Option<String>,
    /// The notice; as before if left out.
    pub notice: Option<Notice>,
    /// Why it need not wait until the notice has stood for 30 days.
    pub early: Option<String>,
}

impl Step {
    /// To a state, everything else as it is.
    pub fn to(state: SiteState) -> Step {
        Step { state, redirect: None, notice: None, early: None }
    }

    /// To lead elsewhere.
    pub fn redirect(url: impl Into<String>) -> Step {
        Step { redirect: Some(url.into()), ..Step::to(SiteState::Redirected) }
    }

    /// Before its time, with a reason.
    pub fn early(self, reason: impl Into<String>) -> Step {
        Step { early: Some(reason.into()), ..self }
    }
}

/// A step that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The state before.
    pub from: SiteState,
    /// Days that the notice had stood, when that was too short; the reason is in the journal.
    pub early: Option<i64>,
}

/// Takes a site to another state, in the order of a site's life; in the same state it changes notice or address.
///
/// # Errors
/// `NotFound`, `Forbidden`; `declared`; `state.order` for a step that is none; `state.early` before the notice has
/// stood for 30 days, if no reason is given; a rule when a redirected site has no good address to lead to, or a notice
/// no text, name or link; `state.portal` for a state that would close the portal.
pub fn set_state(store: &Store, by: &By, id: SiteId, step: &Step) -> Result<Taken> {
    let state = step.state;
    let mut tx = store.transaction(by.actor(), "site.state").site(id.0);
    let mut site = load(&tx, by, Role::Admin, id)?;
    undeclared(by, site.declared, "state", state.word())?;
    let (from, now) = (site.state, store.now());
    let reason = step.early.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let early = check_step(&site, state, now).map_err(|broken| Error::Rules { broken: vec![broken] })?;
    match (early, reason) {
        (Some(days), None) => return Err(Error::Rules { broken: vec![too_early(&site, state, days)] }),
        (Some(days), Some(reason)) => {
            rules(check_line("early", reason).err().into_iter().collect())?;
            let note = format!("{}, early, {days}/{NOTICE_DAYS}: {reason}", state.word());
            tx = tx.note(note);
        }
        (None, _) => tx = tx.note(state.word()),
    }
    if let Some(url) = &step.redirect {
        site.redirect = url.trim().to_owned();
    }
    if let Some(notice) = &step.notice {
        site.notice = Some(notice.clone());
    }
    if from != state {
        site.state_since = now;
    }
    site.state = state;
    rules(broken_in(&site))?;
    if site.is_portal() && !state.is_listed() && by.user().is_some() {
        return Err(Error::rule("state.portal", "state", state.word()));
    }
    tx.put(&site)?;
    store.commit(tx)?;
    Ok(Taken { from, early })
}

/// What a state wants of a site.
fn broken_in(site: &Site) -> Vec<Broken> {
    let required = |field| Broken { rule: "required", field, value: String::new() };
    let notice = site.notice.clone().unwrap_or_default();
    let mut broken = Vec::new();
    match site.state {
        SiteState::Redirected if site.redirect.is_empty() => broken.push(required("redirect")),
        SiteState::Redirected => broken.extend(check_url("redirect", &site.redirect).err()),
        SiteState::Notice | SiteState::Offline => {
            if notice.text.is_empty() {
                broken.push(required("notice"));
            }
            if site.state == SiteState::Notice {
                broken.extend(notice.url.is_none().then(|| required("notice_url")));
                broken.extend(notice.name.is_empty().then(|| required("notice_name")));
            }
            broken.extend(check_notice(&notice, site.state));
        }
        _ => {}
    }
    broken
}

/// Kind and host names of a site, which are the group's affair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteNames {
    /// Kind of unit; left as it is for the portal.
    pub kind: SiteKind,
    /// Own host names.
    pub hosts: Vec<String>,
    /// Host names of the old site.
    pub old_hosts: Vec<String>,
}

/// Changes kind and host names of a site.
///
/// # Errors
/// `NotFound`, `Forbidden`; `declared`, `host.form`, `host.taken`; `portal.host` if the portal had none left.
pub fn set_names(store: &Store, by: &By, id: SiteId, names: &SiteNames) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "site.names").site(id.0);
    let before = load(&tx, by, Role::Admin, id)?;
    undeclared(by, before.declared, "hosts", &before.slug)?;
    let mut broken = Vec::new();
    for host in names.hosts.iter().chain(&names.old_hosts) {
        match check_host(host) {
            Err(wrong) => broken.push(wrong),
            Ok(()) if tx.unique(HOST, host.as_bytes())?.is_some_and(|holder| holder != id.0) => {
                broken.push(Broken { rule: "host.taken", field: "hosts", value: host.clone() });
            }
            Ok(()) => {}
        }
    }
    if before.is_portal() && names.hosts.is_empty() {
        broken.push(Broken { rule: "portal.host", field: "hosts", value: String::new() });
    }
    rules(broken)?;
    let mut site = before.clone();
    if !site.is_portal() && names.kind != SiteKind::Portal {
        site.kind = names.kind;
    }
    site.hosts.clone_from(&names.hosts);
    site.old_hosts = names.old_hosts.iter().filter(|host| !names.hosts.contains(host)).cloned().collect();
    site.added_hosts.retain(|host| site.old_hosts.contains(host));
    if site != before {
        tx.put(&site)?;
        store.commit(tx)?;
    }
    Ok(())
}

/// The site, if `by` may act there in `role`.
pub(super) fn load(tx: &Transaction, by: &By, role: Role, id: SiteId) -> Result<Site> {
    let site: Site = tx.get(id.0)?.ok_or_else(|| Error::not_found("site", id))?;
    require(by, role, id, "site", id)?;
    Ok(site)
}

/// A top slug of the group must be free, or this site's own from before.
fn free_slug(read: &impl Read, slug: &str, own: Option<SiteId>) -> Result<()> {
    match read.unique(ADDRESS, &address_key(0, 0, slug))? {
        Some(holder) if own.is_none_or(|own| own.0 != holder) => Err(Error::rule("slug.taken", "slug", slug)),
        _ => Ok(()),
    }
}

/// Commits; a slug that somebody else took meanwhile is told as such.
pub(super) fn commit(store: &Store, tx: Transaction, slug: &str) -> Result<()> {
    match store.commit(tx) {
        Ok(_) => Ok(()),
        Err(store::Error::Duplicate { .. }) => Err(Error::rule("slug.taken", "slug", slug)),
        Err(error) => Err(error.into()),
    }
}
