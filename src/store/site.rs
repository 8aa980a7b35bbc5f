//! Bringing one site back to a moment, from the journal.
//!
//! **Invariant:** the restore is an ordinary transaction: it is in the audit
//! log, it can itself be undone, and no row of another site is touched.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::journal::reader::Reader;
use super::transaction::{Actor, Committed};
use super::{Result, Store};

/// Rows of one site: table and number, version, JSON.
pub type SiteRows = BTreeMap<(u8, u64), (u64, Box<RawValue>)>;

impl Store {
    /// The rows of `site` as they were at `time` (milliseconds since 1970), i.e. after the last commit not later than that.
    /// Reads the whole journal.
    pub fn rows_of_site_at(&self, site: u64, time: i64) -> Result<SiteRows> {
        Ok(self.site_then_and_now(site, time)?.0)
    }

    fn site_then_and_now(&self, site: u64, time: i64) -> Result<(SiteRows, SiteRows)> {
        let inner = self.inner();
        let mut reader = Reader::new(&inner.options.dir.join("journal"), 1, inner.options.upgrades.clone());
        let limit = self.seq();
        let mut rows = SiteRows::new();
        let mut then: Option<SiteRows> = None;
        while let Some(group) = reader.group(limit)? {
            for record in group.records {
                if record.time > time && then.is_none() {
                    then = Some(rows.clone());
                }
                for change in record.changes {
                    let place = (change.table, change.id);
                    let here = match &change.row {
                        None => false,
                        Some(raw) => inner.tables.describe(change.table, change.id, raw.get().as_bytes())?.1 == site,
                    };
                    match change.row {
                        Some(raw) if here => drop(rows.insert(place, (record.seq, raw))),
                        _ => drop(rows.remove(&place)),
                    }
                }
            }
        }
        Ok((then.unwrap_or_else(|| rows.clone()), rows))
    }

    /// Makes `site` as it was at `time`, in one transaction of `actor` with the action `site.restore`; other sites stay
    /// as they are. Returns `None` if nothing differs.
    ///
    /// # Errors
    /// [`super::Error::Conflict`] if somebody works in the site meanwhile, [`super::Error::Duplicate`] if another site has
    /// taken a unique key since, [`super::Error::TooLarge`].
    pub fn restore_site(&self, actor: &Actor, site: u64, time: i64) -> Result<Option<Committed>> {
        let (then, now) = self.site_then_and_now(site, time)?;
        let moment = crate::base::clock::rfc3339(time);
        let mut tx = self.transaction(actor, "site.restore").site(site).note(moment);
        for place in then.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
            let (table, id) = *place;
            match (then.get(place), now.get(place)) {
                (Some((_, old)), Some((_, new))) if old.get() == new.get() => continue,
                // A row that has moved to another site since stays there.
                (Some(_), None) if super::Read::row(self, table, id)?.is_some() => continue,
                (old, new) => {
                    tx.expect(table, id, new.map_or(0, |(version, _)| *version));
                    tx.put_raw(table, id, old.map(|(_, raw)| raw.clone()));
                }
            }
        }
        if tx.is_empty() { Ok(None) } else { self.commit(tx).map(Some) }
    }
}
