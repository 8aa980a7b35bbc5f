//! Rows and keys of flows and cases.

use crate::store::{Keys, Record};

use super::{Case, Flow};

/// List: flows of a site.
pub const FLOWS_OF_SITE: u8 = 50;
/// List: cases that wait for somebody, the first due first.
pub const CASES: u8 = 51;
/// List: cases of a site that wait for somebody, the first due first.
pub const CASES_OF_SITE: u8 = 52;
/// List: cases of a person that came back to him, the newest first.
pub const CASES_RETURNED: u8 = 53;

/// Unique: the flow of a site, or of a column.
pub(super) const FLOW_PLACE: u8 = 50;

/// Key of `FLOW_PLACE`; column 0 is the whole site.
pub(super) fn place_key(site: u64, channel: u64) -> Vec<u8> {
    [site.to_be_bytes(), channel.to_be_bytes()].concat()
}

/// Order by due time, the first first; those without one come last.
fn due_order(due: Option<i64>) -> u64 {
    due.map_or(0, |due| u64::MAX - due.max(0) as u64)
}

impl Record for Flow {
    const TABLE: u8 = 50;
    const NAME: &'static str = "flow";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(FLOWS_OF_SITE, &[self.site.0], self.id.0);
        keys.unique(FLOW_PLACE, &place_key(self.site.0, self.channel.map_or(0, |channel| channel.0)));
    }
}

impl Record for Case {
    const TABLE: u8 = 51;
    const NAME: &'static str = "case";

    fn id(&self) -> u64 {
        self.document.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        if self.is_open() {
            keys.list(CASES, &[], due_order(self.due));
            keys.list(CASES_OF_SITE, &[self.site.0], due_order(self.due));
        } else if self.returned().is_some()
            && let Some(submitter) = self.submitter
        {
            keys.list(CASES_RETURNED, &[submitter.0], self.since.max(0) as u64);
        }
    }
}
