//! What a site says of itself and how it looks.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::base::id::SiteId;
use crate::domain::account::{By, Role};
use crate::domain::error::{Broken, Result};
use crate::domain::site::rules::{check_line, check_name};
use crate::domain::site::steps::check_notice;
use crate::domain::site::{Contact, Identity, Notice, Part, Site, SiteState};
use crate::store::Store;

use super::rules;
use super::site::load;

/// What the manager of a site says of it. Of a site that site.toml declares only those parts may differ that the file
/// leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteEdit {
    /// Full name.
    pub name: String,
    /// Short name; the full name if empty.
    pub short_name: String,
    /// One sentence.
    pub description: String,
    /// Foot.
    pub identity: Identity,
    /// Contact.
    pub contact: Contact,
    /// Notice across every page.
    pub notice: Option<Notice>,
}

impl SiteEdit {
    /// A site as it is.
    pub fn of(site: &Site) -> SiteEdit {
        SiteEdit {
            name: site.name.clone(),
            short_name: site.short_name.clone(),
            description: site.description.clone(),
            identity: site.identity.clone(),
            contact: site.contact.clone(),
            notice: site.notice.clone(),
        }
    }

    fn tidy(&self) -> SiteEdit {
        let line = |text: &str| text.trim().to_owned();
        let name = line(&self.name);
        let Identity { site_code, icp, police, organisation_code, sponsor, operator } = &self.identity;
        let Contact { address, postcode, phone, email, hours } = &self.contact;
        let notice = self.notice.as_ref().map(|notice| Notice {
            text: line(&notice.text),
            url: notice.url.as_deref().map(line).filter(|url| !url.is_empty()),
            name: line(&notice.name),
            from: line(&notice.from),
            until: line(&notice.until),
        });
        SiteEdit {
            short_name: Some(line(&self.short_name)).filter(|short| !short.is_empty()).unwrap_or_else(|| name.clone()),
            description: line(&self.description),
            identity: Identity {
                site_code: line(site_code),
                icp: line(icp),
                police: line(police),
                organisation_code: line(organisation_code),
                sponsor: line(sponsor),
                operator: line(operator),
            },
            contact: Contact {
                address: line(address),
                postcode: line(postcode),
                phone: line(phone),
                email: line(email),
                hours: line(hours),
            },
            notice: notice.filter(|notice| !notice.text.is_empty()),
            name,
        }
    }

    fn broken(&self) -> Vec<Broken> {
        let Identity { site_code, icp, police, organisation_code, sponsor, operator } = &self.identity;
        let Contact { address, postcode, phone, email, hours } = &self.contact;
        let lines = [
            ("description", &self.description),
            ("icp", icp),
            ("police", police),
            ("organisation_code", organisation_code),
            ("sponsor", sponsor),
            ("operator", operator),
            ("address", address),
            ("postcode", postcode),
            ("phone", phone),
            ("email", email),
            ("hours", hours),
        ];
        let mut broken: Vec<Broken> =
            lines.into_iter().filter_map(|(field, text)| check_line(field, text).err()).collect();
        broken.extend(check_name("name", &self.name).err());
        broken.extend(check_name("short_name", &self.short_name).err());
        let code = site_code.len() == 10 && site_code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !site_code.is_empty() && !code {
            broken.push(Broken { rule: "code.form", field: "site_code", value: site_code.clone() });
        }
        broken
    }
}

/// Changes what a site says of itself.
///
/// # Errors
/// `NotFound`, `Forbidden`; `declared` for a part of which site.toml has the last word; `required`, `text.long`,
/// `text.line`, `code.form`, `url.form`.
pub fn change_site(store: &Store, by: &By, id: SiteId, edit: &SiteEdit) -> Result<Site> {
    let mut tx = store.transaction(by.actor(), "site.change").site(id.0);
    let before = load(&tx, by, Role::Manager, id)?;
    let edit = edit.tidy();
    let mut broken = Vec::new();
    if by.user().is_some() && before.declared {
        let mut fixed = |changed: bool, field: &'static str| {
            if changed {
                broken.push(Broken { rule: "declared", field, value: String::new() });
            }
        };
        fixed(edit.name != before.name, "name");
        fixed(edit.short_name != before.short_name, "short_name");
        fixed(edit.identity != before.identity, "identity");
        fixed(edit.description != before.description && before.fixes(Part::Description), "description");
        fixed(edit.contact != before.contact && before.fixes(Part::Contact), "contact");
        fixed(edit.notice != before.notice && before.fixes(Part::Notice), "notice");
    }
    broken.extend(edit.broken());
    match &edit.notice {
        Some(notice) => broken.extend(check_notice(notice, before.state)),
        None if matches!(before.state, SiteState::Notice | SiteState::Offline) => {
            broken.push(Broken { rule: "required", field: "notice", value: String::new() });
        }
        None => {}
    }
    rules(broken)?;
    let site = Site {
        name: edit.name,
        short_name: edit.short_name,
        description: edit.description,
        identity: edit.identity,
        contact: edit.contact,
        notice: edit.notice,
        ..before.clone()
    };
    if site != before {
        tx.put(&site)?;
        store.commit(tx)?;
    }
    Ok(site)
}

/// Who knows the themes and their settings.
pub trait ThemeRules {
    /// What is wrong with a theme and settings for a site.
    fn broken(&self, theme: &str, settings: &BTreeMap<String, Value>) -> Vec<Broken>;
}

/// Changes theme and settings of a site: `settings` are all that differ from the theme's own.
///
/// # Errors
/// `NotFound`, `Forbidden`; `declared` for the theme or a setting that site.toml names; the rules of `themes`.
pub fn change_theme(
    store: &Store,
    by: &By,
    themes: &impl ThemeRules,
    id: SiteId,
    theme: &str,
    settings: &BTreeMap<String, Value>,
) -> Result<Site> {
    let mut tx = store.transaction(by.actor(), "site.theme").site(id.0).note(theme);
    let before = load(&tx, by, Role::Manager, id)?;
    let mut broken = Vec::new();
    if by.user().is_some() && before.declared {
        let declared = |field, value: &str| Broken { rule: "declared", field, value: value.to_owned() };
        if theme != before.theme {
            broken.push(declared("theme", theme));
        }
        for key in before.settings.keys().chain(settings.keys()) {
            if settings.get(key) != before.settings.get(key) && before.fixes(Part::Setting(key)) {
                broken.push(declared("settings", key));
            }
        }
        broken.dedup();
    }
    rules(broken)?;
    rules(themes.broken(theme, settings))?;
    let site = Site { theme: theme.to_owned(), settings: settings.clone(), ..before.clone() };
    if site != before {
        tx.put(&site)?;
        store.commit(tx)?;
    }
    Ok(site)
}
