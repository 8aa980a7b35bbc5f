//! What is looked for in the audit log.

use crate::base::id::SiteId;
use crate::store::Glance;

use super::Detail;

/// What is looked for in the audit log; empty fields ask nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of this site; 0 for the group itself.
    pub site: Option<SiteId>,
    /// Only of this actor.
    pub actor: String,
    /// Only actions that begin so, `content.` or `content.publish`.
    pub action: String,
    /// From this time on, milliseconds since 1970.
    pub since: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
    /// Only where this stands in the note, the address or a row.
    pub text: String,
}

impl Filter {
    /// Does a record fit, as far as it can be told before its rows are masked?
    pub(super) fn may_fit(&self, glance: &Glance<'_>) -> bool {
        self.site.is_none_or(|site| site.0 == glance.site)
            && (self.actor.is_empty() || self.actor == glance.actor)
            && glance.action.starts_with(&self.action)
            && self.since.is_none_or(|since| glance.time >= since)
            && self.until.is_none_or(|until| glance.time < until)
            && (self.text.is_empty()
                || glance.note.contains(&self.text)
                || glance.address.contains(&self.text)
                || glance.rows.contains(self.text_in_json().as_str()))
    }

    /// Does it fit, with what is shown of its rows? A text is never found in what is masked.
    pub(super) fn fits(&self, detail: &Detail) -> bool {
        let in_rows = || {
            let wanted = self.text_in_json();
            detail.changes.iter().filter_map(|change| change.row.as_ref()).any(|row| row.get().contains(&wanted))
        };
        self.text.is_empty()
            || detail.entry.note.contains(&self.text)
            || detail.entry.address.contains(&self.text)
            || in_rows()
    }

    /// The text as it stands within a text of JSON.
    fn text_in_json(&self) -> String {
        let quoted = serde_json::Value::from(self.text.as_str()).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    }
}
