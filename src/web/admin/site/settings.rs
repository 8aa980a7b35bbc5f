//! What a site says of itself; slug, state and hosts for those who may change them.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::clock;
use crate::base::id::SiteId;
use crate::domain::account::{By, Place, Role};
use crate::domain::error;
use crate::domain::site::{
    self, Contact, Identity, Notice, Part, Site, SiteEdit, SiteKind, SiteNames, SiteNode, SiteState, Step,
};
use crate::render::view_admin::{FieldGroupView, RuleView, SettingFieldView, SiteGroupFormView, SiteSettingsPage};
use crate::web::admin::desk::{About, see};
use crate::web::admin::{Asked, Desk, Fields, Refusal, blocking};

use super::views::keyed;
use super::{Done, broken, managed};

/// What can just have been done.
const DONE: [&str; 5] = ["saved", "created", "renamed", "state", "names"];

/// The form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    short_name: String,
    description: String,
    site_code: String,
    icp: String,
    police: String,
    organisation_code: String,
    sponsor: String,
    operator: String,
    address: String,
    postcode: String,
    phone: String,
    email: String,
    hours: String,
    notice: String,
    notice_name: String,
    notice_url: String,
    notice_from: String,
    notice_until: String,
}

impl Typed {
    fn of(site: &Site) -> Typed {
        let (identity, contact) = (site.identity.clone(), site.contact.clone());
        let notice = site.notice.clone().unwrap_or_default();
        Typed {
            name: site.name.clone(),
            short_name: site.short_name.clone(),
            description: site.description.clone(),
            site_code: identity.site_code,
            icp: identity.icp,
            police: identity.police,
            organisation_code: identity.organisation_code,
            sponsor: identity.sponsor,
            operator: identity.operator,
            address: contact.address,
            postcode: contact.postcode,
            phone: contact.phone,
            email: contact.email,
            hours: contact.hours,
            notice: notice.text,
            notice_name: notice.name,
            notice_url: notice.url.unwrap_or_default(),
            notice_from: notice.from,
            notice_until: notice.until,
        }
    }

    /// As the action wants it; what site.toml has the last word on is not in the form and stays.
    fn edit(self, site: &Site) -> SiteEdit {
        let before = SiteEdit::of(site);
        let fixed = |part| site.fixes(part);
        let url = Some(self.notice_url).filter(|url| !url.trim().is_empty());
        let own = !site.declared;
        SiteEdit {
            name: if own { self.name } else { before.name },
            short_name: if own { self.short_name } else { before.short_name },
            description: if fixed(Part::Description) { before.description } else { self.description },
            identity: if own {
                Identity {
                    site_code: self.site_code,
                    icp: self.icp,
                    police: self.police,
                    organisation_code: self.organisation_code,
                    sponsor: self.sponsor,
                    operator: self.operator,
                }
            } else {
                before.identity
            },
            contact: if fixed(Part::Contact) {
                before.contact
            } else {
                Contact {
                    address: self.address,
                    postcode: self.postcode,
                    phone: self.phone,
                    email: self.email,
                    hours: self.hours,
                }
            },
            notice: if fixed(Part::Notice) {
                before.notice
            } else {
                let (name, from, until) = (self.notice_name, self.notice_from, self.notice_until);
                let notice = Notice { text: self.notice, url, name, from, until };
                Some(notice).filter(|notice| !notice.text.trim().is_empty())
            },
        }
    }

    fn groups(&self, site: &Site) -> Vec<FieldGroupView> {
        let field = |name, value: &str, fixed, long| SettingFieldView { name, value: value.to_owned(), fixed, long };
        let file = site.declared;
        let contact = site.fixes(Part::Contact);
        let notice = site.fixes(Part::Notice);
        let group = |key, fields| FieldGroupView { key, fields };
        vec![
            group(
                "settings.names",
                vec![
                    field("name", &self.name, file, false),
                    field("short_name", &self.short_name, file, false),
                    field("description", &self.description, site.fixes(Part::Description), true),
                ],
            ),
            group(
                "settings.contact",
                vec![
                    field("address", &self.address, contact, false),
                    field("postcode", &self.postcode, contact, false),
                    field("phone", &self.phone, contact, false),
                    field("email", &self.email, contact, false),
                    field("hours", &self.hours, contact, false),
                ],
            ),
            group(
                "settings.notice",
                vec![
                    field("notice", &self.notice, notice, true),
                    field("notice_name", &self.notice_name, notice, false),
                    field("notice_url", &self.notice_url, notice, false),
                    field("notice_from", &self.notice_from, notice, false),
                    field("notice_until", &self.notice_until, notice, false),
                ],
            ),
            group(
                "settings.foot",
                vec![
                    field("sponsor", &self.sponsor, file, false),
                    field("operator", &self.operator, file, false),
                    field("site_code", &self.site_code, file, false),
                    field("icp", &self.icp, file, false),
                    field("police", &self.police, file, false),
                    field("organisation_code", &self.organisation_code, file, false),
                ],
            ),
        ]
    }
}

/// The page.
pub async fn show(desk: Desk, Path(slug): Path<String>, Asked(done): Asked<Done>) -> Result<Response, Refusal> {
    let (node, _) = managed(&desk, &slug)?;
    page(&desk, &slug, StatusCode::OK, &Typed::of(&node.site), (&done, Vec::new()))
}

fn page(
    desk: &Desk,
    slug: &str,
    status: StatusCode,
    typed: &Typed,
    (done, problems): (&Done, Vec<RuleView>),
) -> Result<Response, Refusal> {
    let (node, by) = managed(desk, slug)?;
    let site = &node.site;
    let page = SiteSettingsPage {
        slug: slug.to_owned(),
        declared: site.declared,
        state: site.state.word(),
        groups: typed.groups(site),
        group: by.may(Role::Admin, Place::Group).then(|| group_form(&node, desk.admin.app.clock.now())),
        notice: done.message("settings", &DONE),
        problems,
    };
    Ok(desk.page(status, "site/settings.html", About::from("settings.title"), page)?)
}

fn group_form(node: &SiteNode, now: i64) -> SiteGroupFormView {
    let site = &node.site;
    let day = |time: i64| if time == 0 { String::new() } else { clock::day(time) };
    // A site without a notice is closed with a reason only.
    let early = [SiteState::Redirected, SiteState::Archived].into_iter().filter(|_| site.state == SiteState::Online);
    let states = [site.state].into_iter().chain(site.state.next().iter().copied()).chain(early);
    let states = states.map(|state| keyed(state.word(), format!("site.state.{}", state.word()), site.state.word()));
    let kinds = SiteKind::UNITS.map(|kind| keyed(kind.word(), format!("site.kind.{}", kind.word()), site.kind.word()));
    SiteGroupFormView {
        slug: site.slug.clone(),
        former: site.former_slugs.clone(),
        states: states.collect(),
        since: day(site.state_since),
        notice_days: site.notice_days(now),
        due: site.notice_due().map(clock::day).unwrap_or_default(),
        redirect: site.redirect.clone(),
        kinds: if site.is_portal() { Vec::new() } else { kinds.to_vec() },
        hosts: site.hosts.join("\n"),
        old_hosts: site.old_hosts.join("\n"),
    }
}

/// Saves what the site says of itself.
pub async fn save(desk: Desk, Path(slug): Path<String>, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let (node, by) = managed(&desk, &slug)?;
    let (app, id) = (desk.admin.app.clone(), node.site.id);
    let edit = typed.clone().edit(&node.site);
    match blocking(move || site::change_site(&app.store, &by, id, &edit)).await? {
        Ok(_) => Ok(see(&format!("/admin/sites/{slug}/settings?done=saved"))),
        Err(error) => {
            let done = (&Done::default(), broken(error)?);
            page(&desk, &slug, StatusCode::UNPROCESSABLE_ENTITY, &typed, done)
        }
    }
}

/// Carries out an action of the group on the site. Broken rules come back with the page.
async fn act(
    desk: &Desk,
    slug: &str,
    action: impl FnOnce(&App, &By, SiteId) -> error::Result<String> + Send + 'static,
    done: &str,
) -> Result<Response, Refusal> {
    let (node, by) = managed(desk, slug)?;
    let (app, id) = (desk.admin.app.clone(), node.site.id);
    match blocking(move || action(&app, &by, id)).await? {
        Ok(slug) => Ok(see(&format!("/admin/sites/{slug}/settings?done={done}"))),
        Err(error) => {
            let problems = (&Done::default(), broken(error)?);
            page(desk, slug, StatusCode::UNPROCESSABLE_ENTITY, &Typed::of(&node.site), problems)
        }
    }
}

/// Another slug.
#[derive(Deserialize)]
pub struct Slug {
    slug: String,
}

/// Gives the site another slug.
pub async fn rename(desk: Desk, Path(slug): Path<String>, Fields(new): Fields<Slug>) -> Result<Response, Refusal> {
    let wanted = new.slug.trim().to_owned();
    let action = move |app: &App, by: &By, id| site::rename(&app.store, by, id, &wanted).map(|()| wanted);
    act(&desk, &slug, action, "renamed").await
}

/// Another state, and where a redirected site leads.
#[derive(Deserialize)]
pub struct State {
    state: String,
    #[serde(default)]
    redirect: String,
    #[serde(default)]
    early: String,
}

/// Changes the state of the site.
pub async fn state(desk: Desk, Path(slug): Path<String>, Fields(new): Fields<State>) -> Result<Response, Refusal> {
    let state = SiteState::of(&new.state).ok_or(crate::web::Error::BadRequest("no such state"))?;
    let back = slug.clone();
    let step = Step { redirect: Some(new.redirect), early: Some(new.early), ..Step::to(state) };
    let action = move |app: &App, by: &By, id| site::set_state(&app.store, by, id, &step).map(|_| back);
    act(&desk, &slug, action, "state").await
}

/// Kind and host names, one a line.
#[derive(Deserialize)]
pub struct Names {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    hosts: String,
    #[serde(default)]
    old_hosts: String,
}

/// Changes kind and host names of the site.
pub async fn names(desk: Desk, Path(slug): Path<String>, Fields(new): Fields<Names>) -> Result<Response, Refusal> {
    let hosts = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    let names = SiteNames {
        kind: SiteKind::of(&new.kind).unwrap_or(SiteKind::Department),
        hosts: hosts(&new.hosts),
        old_hosts: hosts(&new.old_hosts),
    };
    let back = slug.clone();
    let action = move |app: &App, by: &By, id| site::set_names(&app.store, by, id, &names).map(|()| back);
    act(&desk, &slug, action, "names").await
}
