//! Reads of submissions: what waits for a site, what became of one's own, where one may offer.

use crate::base::id::{ChannelId, DocumentId, SiteId, SubmissionId};
use crate::domain::account::{By, Role};
use crate::domain::content::{self, Document};
use crate::domain::error::Result;
use crate::domain::site::{self, ChannelKind, Directory};
use crate::store::{ListKey, Position, Read};

use super::tables::{SUBMISSIONS_OF_DOCUMENT, SUBMISSIONS_TO_SITE};
use super::{Fate, Submission};

/// What waits for a site in the columns in which the actor publishes, the oldest first, each with its document.
///
/// # Errors
/// When the store cannot be read.
pub fn received(read: &impl Read, by: &By, site: SiteId) -> Result<Vec<(Submission, Document)>> {
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(SUBMISSIONS_TO_SITE, &[site.0]), Position::FIRST, usize::MAX)? {
        let Some(submission) = read.get::<Submission>(entry.id)? else { continue };
        let decides = site::branch(read, submission.channel)
            .is_ok_and(|branch| by.sees(branch.place()) && by.may(Role::Publisher, branch.place()));
        // What its own site took back is not for others to see, and nothing to decide.
        let offered = read.get::<Document>(submission.document.0)?;
        if decides && let Some(document) = offered.filter(|document| document.is_live() && document.trashed.is_none()) {
            found.push((submission, document));
        }
    }
    Ok(found)
}

/// How many wait for a site, as [`received`] shows them.
///
/// # Errors
/// When the store cannot be read.
pub fn count_received(read: &impl Read, by: &By, site: SiteId) -> Result<usize> {
    if read.any(ListKey::new(SUBMISSIONS_TO_SITE, &[site.0]))? {
        return Ok(received(read, by, site)?.len());
    }
    Ok(0)
}

/// What the sender sees of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Number.
    pub id: SubmissionId,
    /// Site to which it was offered.
    pub to: SiteId,
    /// Column to which it was offered.
    pub channel: ChannelId,
    /// Who offered it.
    pub by: String,
    /// When, milliseconds since 1970.
    pub time: i64,
    /// What became of it, without the numbers of the other site.
    pub word: &'static str,
    /// Why it was refused; empty else.
    pub reason: String,
    /// When it was decided; 0 before.
    pub decided: i64,
}

/// What became of the offers of a document, the newest first.
///
/// # Errors
/// `NotFound` of the document; when the store cannot be read.
pub fn sent(read: &impl Read, by: &By, id: DocumentId) -> Result<Vec<Sent>> {
    content::document(read, by, id)?;
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(SUBMISSIONS_OF_DOCUMENT, &[id.0]), Position::FIRST, usize::MAX)? {
        let Some(submission) = read.get::<Submission>(entry.id)? else { continue };
        found.push(Sent {
            id: submission.id,
            to: submission.to,
            channel: submission.channel,
            by: submission.by,
            time: submission.time,
            word: submission.fate.word(),
            reason: match submission.fate {
                Fate::Refused { reason } => reason,
                _ => String::new(),
            },
            decided: submission.decided,
        });
    }
    Ok(found)
}

/// Columns of other sites that take offers, in the order of the group.
pub fn targets(directory: &Directory, own: SiteId) -> Vec<(SiteId, ChannelId)> {
    let mut found = Vec::new();
    for node in directory.all().filter(|node| node.site.id != own && node.site.state.is_listed()) {
        let mut open: Vec<_> = node
            .channels
            .values()
            .filter(|channel| {
                channel.takes_submissions && matches!(channel.kind, ChannelKind::List | ChannelKind::Page)
            })
            .collect();
        open.sort_by_key(|channel| (std::cmp::Reverse(channel.order), channel.id));
        found.extend(open.into_iter().map(|channel| (node.site.id, channel.id)));
    }
    found
}
