//! What is looked for, from the address or the form.

use serde::Deserialize;

use crate::app::App;
use crate::base::clock;
use crate::base::id::SiteId;
use crate::domain::audit::Filter;
use crate::render::view_admin::{AuditFilterView, MessageView};
use crate::web::admin::desk::message;

/// A day in milliseconds.
const DAY: i64 = 24 * 3_600_000;

/// What is looked for, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// Slug of a site; `-` for the group itself.
    pub site: String,
    /// Log-in name.
    pub actor: String,
    /// Beginning of an action's name.
    pub action: String,
    /// First day.
    pub since: String,
    /// Last day.
    pub until: String,
    /// A text.
    pub text: String,
}

/// A day as the field takes it; nothing where it is none.
fn day(text: &str) -> String {
    clock::parse_local(text).map(clock::day).unwrap_or_default()
}

impl Wanted {
    /// True if anything is looked for.
    pub fn is_any(&self) -> bool {
        [&self.site, &self.actor, &self.action, &self.since, &self.until, &self.text]
            .iter()
            .any(|field| !field.trim().is_empty())
    }

    /// As the log understands it.
    ///
    /// # Errors
    /// The message of what is wrong.
    pub fn filter(&self, app: &App) -> Result<Filter, MessageView> {
        let site = match self.site.trim() {
            "" => None,
            "-" => Some(SiteId(0)),
            slug => Some(app.directory().by_slug(slug).ok_or_else(|| message("audit.no_site"))?.site.id),
        };
        let day = |text: &str| match text.trim() {
            "" => Ok(None),
            text => clock::parse_local(text).map(Some).ok_or_else(|| message("audit.no_day")),
        };
        Ok(Filter {
            site,
            actor: self.actor.trim().to_lowercase(),
            action: self.action.trim().to_owned(),
            since: day(&self.since)?,
            until: day(&self.until)?.map(|day| day.saturating_add(DAY)),
            text: self.text.trim().to_owned(),
        })
    }

    /// As typed, with what is wrong.
    pub fn view(&self, wrong: Option<MessageView>) -> AuditFilterView {
        AuditFilterView {
            site: self.site.clone(),
            actor: self.actor.clone(),
            action: self.action.clone(),
            since: day(&self.since),
            until: day(&self.until),
            text: self.text.clone(),
            wrong,
        }
    }

    /// As the query of an address, `before` some entry.
    pub fn query(&self, before: Option<u64>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let fields = [
            ("site", &self.site),
            ("actor", &self.actor),
            ("action", &self.action),
            ("since", &self.since),
            ("until", &self.until),
            ("text", &self.text),
        ];
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        query.finish()
    }
}
