//! The order of a site's states: opening, changing, closing, merging (国办发〔2017〕47号).
//!
//! A site opens, carries a notice with the name and link of its successor for 30 days, and only then leads elsewhere or
//! becomes an archive. Each step can be taken back.

use crate::base::clock;
use crate::domain::error::Broken;

use super::rules::{check_day, check_line, check_name, check_url};
use super::{Notice, Site, SiteState};

/// Days that the notice of a merger or closing stands at least.
pub const NOTICE_DAYS: i64 = 30;
/// Milliseconds of a day.
const DAY: i64 = 24 * 3600 * 1000;

impl SiteState {
    /// States that may follow, the next one of a site's life first.
    pub fn next(self) -> &'static [SiteState] {
        use SiteState::{Archived, Notice, Offline, Online, Planned, Redirected};
        match self {
            Planned => &[Online],
            Online => &[Notice, Offline, Planned],
            Offline => &[Online, Notice],
            Notice => &[Redirected, Archived, Online],
            Redirected => &[Archived, Notice],
            Archived => &[Redirected, Online],
        }
    }

    /// Does it close the site to the work of a unit?
    pub fn is_closed(self) -> bool {
        matches!(self, SiteState::Redirected | SiteState::Archived)
    }
}

impl Site {
    /// First and last day of the notice of a site in that state: as they were given, else 30 days from its beginning.
    pub fn notice_period(&self) -> Option<(String, String)> {
        if self.state != SiteState::Notice || self.state_since == 0 {
            return None;
        }
        let given = |day: &str, otherwise: i64| if day.is_empty() { clock::day(otherwise) } else { day.to_owned() };
        let notice = self.notice.as_ref()?;
        let last = self.state_since + NOTICE_DAYS * DAY;
        Some((given(&notice.from, self.state_since), given(&notice.until, last)))
    }

    /// From when on the site may lead elsewhere: 30 days after its notice began, and not before the last day that the
    /// notice names.
    pub fn notice_due(&self) -> Option<i64> {
        if self.state != SiteState::Notice || self.state_since == 0 {
            return None;
        }
        let until = self.notice.as_ref().and_then(|notice| clock::parse_local(&notice.until));
        let stood = self.state_since + NOTICE_DAYS * DAY;
        Some(until.map_or(stood, |until| stood.max(until)))
    }

    /// Whole days that the notice has stood; 0 without one.
    pub fn notice_days(&self, now: i64) -> i64 {
        let stands = self.state == SiteState::Notice && self.state_since > 0;
        if stands { (now - self.state_since).max(0) / DAY } else { 0 }
    }
}

/// May `site` go to the state `to` at `now`? `Some` with the days of its notice when that is before the notice has
/// stood long enough, which takes a reason.
///
/// # Errors
/// `state.order`, naming both states.
pub fn check_step(site: &Site, to: SiteState, now: i64) -> Result<Option<i64>, Broken> {
    let from = site.state;
    if from == to {
        return Ok(None);
    }
    // Without any notice at all.
    if to.is_closed() && matches!(from, SiteState::Online | SiteState::Offline) {
        return Ok(Some(0));
    }
    if !from.next().contains(&to) {
        return Err(Broken { rule: "state.order", field: "state", value: words(from, to) });
    }
    let early = to.is_closed() && from == SiteState::Notice && site.notice_due().is_none_or(|due| now < due);
    Ok(early.then(|| site.notice_days(now)))
}

/// What is told when a step is too early and no reason is given.
pub fn too_early(site: &Site, to: SiteState, days: i64) -> Broken {
    let value = format!("{}, {days}/{NOTICE_DAYS}", words(site.state, to));
    Broken { rule: "state.early", field: "early", value }
}

fn words(from: SiteState, to: SiteState) -> String {
    format!("{} → {}", from.word(), to.word())
}

/// What is wrong with a notice. In the state of that name it has the name and link of the new site, and stands for 30
/// days.
pub(super) fn check_notice(notice: &Notice, state: SiteState) -> Vec<Broken> {
    let mut broken = Vec::new();
    broken.extend(check_line("notice", &notice.text).err());
    broken.extend(notice.url.as_deref().and_then(|url| check_url("notice_url", url).err()));
    if !notice.name.is_empty() {
        broken.extend(check_name("notice_name", &notice.name).err());
    }
    for (field, day) in [("notice_from", &notice.from), ("notice_until", &notice.until)] {
        broken.extend(check_day(field, day).err());
    }
    let day = |text: &str| clock::parse_local(text);
    if let (Some(from), Some(until)) = (day(&notice.from), day(&notice.until)) {
        let least = if state == SiteState::Notice { NOTICE_DAYS * DAY } else { 0 };
        if until - from < least {
            broken.push(Broken { rule: "notice.short", field: "notice_until", value: notice.until.clone() });
        }
    }
    broken
}
