//! What a site says of itself, how it looks, and what the group says of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::account::{Place, Role};
use crate::domain::error::Error;
use crate::domain::site::{
    self, Contact, Identity, NewSite, Notice, Site, SiteEdit, SiteKind, SiteNames, SiteNode, SiteState, Step,
    ThemeRules,
};

use super::columns::NewSlug;
use super::sites::SiteView;
use super::{Call, PREFIX, Problem, Reply, etag};

/// What every page's foot shows.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "SiteIdentity")]
pub struct IdentityView {
    /// 网站标识码, 10 characters.
    site_code: String,
    /// ICP备案号.
    icp: String,
    /// 公安机关备案号.
    police: String,
    /// 机构代码, used in index numbers.
    organisation_code: String,
    /// 主办单位.
    sponsor: String,
    /// 承办单位.
    operator: String,
}

/// How to reach the unit.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "SiteContact")]
pub struct ContactView {
    /// Postal address.
    address: String,
    /// Postcode.
    postcode: String,
    /// Telephone.
    phone: String,
    /// E-mail.
    email: String,
    /// Office hours.
    hours: String,
}

/// A notice across every page.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SiteNotice")]
pub struct NoticeView {
    /// Text.
    text: String,
    /// Where to read more; of a merger the new site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Name of the new site; may be empty.
    #[serde(default)]
    name: String,
    /// First day, `2026-11-23`; may be empty.
    #[serde(default)]
    from: String,
    /// Last day; may be empty.
    #[serde(default)]
    until: String,
}

impl NoticeView {
    fn of(notice: Notice) -> NoticeView {
        let Notice { text, url, name, from, until } = notice;
        NoticeView { text, url, name, from, until }
    }

    fn notice(self) -> Notice {
        let NoticeView { text, url, name, from, until } = self;
        Notice { text, url, name, from, until }
    }
}

/// What a site says of itself. What site.toml has the last word on must stay as it is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SiteSettings", example = serde_json::json!({ "name": "华映市民政局", "description": "市民政局网站" }))]
pub struct SettingsView {
    /// Full name.
    name: String,
    /// Short name; the full name if it is empty.
    #[serde(default)]
    short_name: String,
    /// One sentence.
    #[serde(default)]
    description: String,
    /// Foot of every page.
    #[serde(default)]
    identity: IdentityView,
    /// Contact.
    #[serde(default)]
    contact: ContactView,
    /// Notice across every page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notice: Option<NoticeView>,
}

impl SettingsView {
    fn of(site: &Site) -> SettingsView {
        let SiteEdit { name, short_name, description, identity, contact, notice } = SiteEdit::of(site);
        SettingsView {
            name,
            short_name,
            description,
            identity: IdentityView {
                site_code: identity.site_code,
                icp: identity.icp,
                police: identity.police,
                organisation_code: identity.organisation_code,
                sponsor: identity.sponsor,
                operator: identity.operator,
            },
            contact: ContactView {
                address: contact.address,
                postcode: contact.postcode,
                phone: contact.phone,
                email: contact.email,
                hours: contact.hours,
            },
            notice: notice.map(NoticeView::of),
        }
    }

    fn edit(self) -> SiteEdit {
        let (identity, contact) = (self.identity, self.contact);
        SiteEdit {
            name: self.name,
            short_name: self.short_name,
            description: self.description,
            identity: Identity {
                site_code: identity.site_code,
                icp: identity.icp,
                police: identity.police,
                organisation_code: identity.organisation_code,
                sponsor: identity.sponsor,
                operator: identity.operator,
            },
            contact: Contact {
                address: contact.address,
                postcode: contact.postcode,
                phone: contact.phone,
                email: contact.email,
                hours: contact.hours,
            },
            notice: self.notice.map(NoticeView::notice),
        }
    }
}

/// The site of the address, if the person manages it.
pub(super) fn managed(call: &Call) -> Result<Arc<SiteNode>, Problem> {
    let node = call.site()?;
    call.by.require(Role::Manager, Place::Site(node.site.id))?;
    Ok(node)
}

/// `GET /sites/{site}/settings`.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn settings(call: &Call) -> Result<Reply, Problem> {
    Reply::resource(&SettingsView::of(&managed(call)?.site))
}

/// `PUT /sites/{site}/settings`.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`, `body`.
pub fn change(call: &Call) -> Result<Reply, Problem> {
    let node = managed(call)?;
    call.require_seen(&etag::of(&SettingsView::of(&node.site)))?;
    let edit = call.json::<SettingsView>()?.edit();
    Reply::resource(&SettingsView::of(&site::change_site(&call.app().store, &call.by, node.site.id, &edit)?))
}

/// How a site looks.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SiteLook", example = serde_json::json!({ "theme": "county", "settings": { "colour": "#0b5cad" } }))]
pub struct LookView {
    /// Name of the theme.
    theme: String,
    /// Settings that differ from the theme's own.
    #[serde(default)]
    settings: BTreeMap<String, Value>,
}

impl LookView {
    fn of(site: &Site) -> LookView {
        LookView { theme: site.theme.clone(), settings: site.settings.clone() }
    }
}

/// `GET /sites/{site}/look`.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn look(call: &Call) -> Result<Reply, Problem> {
    Reply::resource(&LookView::of(&managed(call)?.site))
}

/// `PUT /sites/{site}/look`.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`, `body`.
pub fn change_look(call: &Call) -> Result<Reply, Problem> {
    let node = managed(call)?;
    call.require_seen(&etag::of(&LookView::of(&node.site)))?;
    let LookView { theme, settings } = call.json()?;
    let app = call.app();
    let site = site::change_theme(&app.store, &call.by, &*app.engine, node.site.id, &theme, &settings)?;
    Reply::resource(&LookView::of(&site))
}

/// A site that shall be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewSite", example = serde_json::json!({
    "slug": "kjj", "name": "华映市科学技术局", "kind": "department", "theme": "county"
}))]
pub struct Making {
    /// Slug.
    slug: String,
    /// Full name.
    name: String,
    /// Short name; the full name if it is missing.
    #[serde(default)]
    short_name: String,
    /// `department`, `township` or `public-service`.
    kind: String,
    /// Name of the theme.
    theme: String,
    /// With the columns that most units have.
    #[serde(default)]
    usual_columns: bool,
}

fn read_kind(word: &str) -> Result<SiteKind, Problem> {
    SiteKind::of(word).ok_or_else(|| Problem::rule("word.unknown", "kind", word))
}

/// A site as it is now.
fn shown(call: &Call, slug: &str) -> Result<SiteView, Problem> {
    Ok(SiteView::of(call, &*call.app().site(slug)?))
}

/// `POST /sites`: a site without a file, not yet shown to visitors.
///
/// # Errors
/// `forbidden`, `rules`, `body`.
pub fn create(call: &Call) -> Result<Reply, Problem> {
    let given: Making = call.json()?;
    let new = NewSite {
        slug: given.slug,
        name: given.name,
        short_name: given.short_name,
        kind: read_kind(&given.kind)?,
        theme: given.theme,
        usual_columns: given.usual_columns,
    };
    let app = call.app();
    let broken = app.engine.broken(&new.theme, &BTreeMap::new());
    if !broken.is_empty() {
        return Err(Error::Rules { broken }.into());
    }
    let made = site::create(&app.store, &call.by, &new)?;
    Reply::created(&shown(call, &made.slug)?, format!("{PREFIX}/sites/{}", made.slug))
}

/// `POST /sites/{site}/rename`: another slug; the addresses until now answer 301.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn rename(call: &Call) -> Result<Reply, Problem> {
    let node = call.site()?;
    let NewSlug { slug } = call.json()?;
    site::rename(&call.app().store, &call.by, node.site.id, slug.trim())?;
    Reply::resource(&shown(call, slug.trim())?)
}

/// Another state of a site.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewSiteState", example = serde_json::json!({ "state": "online" }))]
pub struct NewState {
    /// `planned`, `online`, `offline`, `notice`, `redirected` or `archived`, in the order of a site's life.
    state: String,
    /// Where a redirected site leads; as until now if it is missing.
    redirect: Option<String>,
    /// The notice across every page; as until now if it is missing.
    notice: Option<NoticeView>,
    /// Why the site need not wait until its notice has stood for 30 days.
    early: Option<String>,
}

/// `POST /sites/{site}/state`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn state(call: &Call) -> Result<Reply, Problem> {
    let node = call.site()?;
    let NewState { state, redirect, notice, early } = call.json()?;
    let state = SiteState::of(&state).ok_or_else(|| Problem::rule("word.unknown", "state", &state))?;
    let step = Step { state, redirect, notice: notice.map(NoticeView::notice), early };
    site::set_state(&call.app().store, &call.by, node.site.id, &step)?;
    Reply::resource(&shown(call, &node.site.slug)?)
}

/// Kind and host names of a site.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SiteNames", example = serde_json::json!({
    "kind": "department", "hosts": ["mzj.city.gov.cn"], "old_hosts": ["www.mzj-old.cn"]
}))]
pub struct NamesView {
    /// `portal`, `department`, `township` or `public-service`; the portal stays what it is.
    kind: String,
    /// Own host names.
    #[serde(default)]
    hosts: Vec<String>,
    /// Host names of the old site, whose addresses lead to the new ones.
    #[serde(default)]
    old_hosts: Vec<String>,
}

impl NamesView {
    fn of(site: &Site) -> NamesView {
        NamesView { kind: site.kind.word().to_owned(), hosts: site.hosts.clone(), old_hosts: site.old_hosts.clone() }
    }
}

/// The site of the address, for who administers the group.
fn administered(call: &Call) -> Result<Arc<SiteNode>, Problem> {
    let node = call.site()?;
    call.by.require(Role::Admin, Place::Group)?;
    Ok(node)
}

/// `GET /sites/{site}/names`.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn names(call: &Call) -> Result<Reply, Problem> {
    Reply::resource(&NamesView::of(&administered(call)?.site))
}

/// `PUT /sites/{site}/names`.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`, `body`.
pub fn set_names(call: &Call) -> Result<Reply, Problem> {
    let node = administered(call)?;
    call.require_seen(&etag::of(&NamesView::of(&node.site)))?;
    let NamesView { kind, hosts, old_hosts } = call.json()?;
    let lower = |hosts: Vec<String>| hosts.iter().map(|host| host.trim().to_lowercase()).collect();
    let names = SiteNames { kind: read_kind(&kind)?, hosts: lower(hosts), old_hosts: lower(old_hosts) };
    site::set_names(&call.app().store, &call.by, node.site.id, &names)?;
    Reply::resource(&NamesView::of(&call.app().site(&node.site.slug)?.site))
}
