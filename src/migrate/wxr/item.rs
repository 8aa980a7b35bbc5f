//! What stands in an export.

use jiff::civil::DateTime;
use serde_json::{Value, json};

use crate::base::clock;

/// What the channel says about the old site.
#[derive(Debug, Clone, Default)]
pub(super) struct SiteFacts {
    pub title: String,
    pub link: String,
    pub version: String,
    pub base_site_url: String,
    pub base_blog_url: String,
}

/// A category, tag or other term.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Term {
    pub id: String,
    pub slug: String,
    /// Slug of the term above.
    pub parent: String,
    pub name: String,
    pub description: String,
}

/// An author.
#[derive(Debug, Clone, Default)]
pub(super) struct Author {
    pub login: String,
    pub display_name: String,
}

/// A category or tag of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Label {
    /// `category`, `post_tag`, …; empty in very old exports.
    pub domain: String,
    pub slug: String,
    pub name: String,
}

/// A comment.
#[derive(Debug, Clone, Default)]
pub(super) struct Comment {
    pub id: String,
    pub author: String,
    pub date: String,
    pub content: String,
    pub approved: String,
    pub kind: String,
    pub parent: String,
}

impl Comment {
    /// The comment for the archive: no e-mail address, no IP address, no account.
    pub(super) fn archived(&self) -> Value {
        let mut comment = json!({ "author": self.author, "date": self.date, "content": self.content });
        if let Some(fields) = comment.as_object_mut() {
            for (key, value) in [("id", &self.id), ("parent", &self.parent), ("type", &self.kind)] {
                if !value.is_empty() && value != "0" {
                    fields.insert(key.into(), value.clone().into());
                }
            }
            if self.approved != "1" {
                fields.insert("approved".into(), false.into());
            }
        }
        comment
    }

    /// Spam and bin are not worth keeping.
    pub(super) fn is_rubbish(&self) -> bool {
        matches!(self.approved.as_str(), "spam" | "trash" | "post-trashed")
    }
}

/// An item of any kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    /// Line where it begins.
    pub line: usize,
    pub title: String,
    pub link: String,
    pub pub_date: String,
    pub creator: String,
    pub guid: String,
    pub content: String,
    pub excerpt: String,
    pub post_id: u64,
    pub post_date: String,
    pub post_date_gmt: String,
    pub post_name: String,
    pub status: String,
    pub parent: u64,
    pub menu_order: i64,
    pub post_type: String,
    pub password: String,
    pub sticky: bool,
    pub attachment_url: String,
    /// `_thumbnail_id`.
    pub thumbnail: u64,
    /// `_wp_attachment_image_alt`.
    pub alt: String,
    pub labels: Vec<Label>,
    pub comments: Vec<Comment>,
}

impl Item {
    /// Publication time as the old site showed it (its local time, read as Beijing time), and by how
    /// many minutes its clock was ahead of GMT where both are given.
    pub(super) fn time(&self) -> Option<(i64, Option<i64>)> {
        let local = civil(&self.post_date);
        let gmt = civil(&self.post_date_gmt);
        if let Some(local) = local {
            let ahead = gmt.and_then(|gmt| {
                let minutes = local.duration_since(gmt).as_secs() / 60;
                // Beyond a day it is no time zone but a mistake in the data.
                (minutes.abs() <= 14 * 60).then_some(minutes)
            });
            let time = local.to_zoned_datetime(clock::zone()).ok()?.timestamp().as_millisecond();
            return Some((time, ahead));
        }
        if let Some(gmt) = gmt {
            return Some((gmt.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond(), None));
        }
        let zoned = jiff::fmt::rfc2822::parse(self.pub_date.trim()).ok()?;
        let time = zoned.timestamp().as_millisecond();
        // A draft's pubDate is the year -1 or 1970.
        (time > 0).then_some((time, None))
    }

    /// Link, guid and number forms that led to it on the old site.
    pub(super) fn is_attachment(&self) -> bool {
        self.post_type == "attachment"
    }
}

/// `2010-08-17 13:17:31`; `None` for `0000-00-00 00:00:00` and everything that is no date.
fn civil(text: &str) -> Option<DateTime> {
    let text = text.trim();
    if text.starts_with("0000") {
        return None;
    }
    text.parse().ok()
}
