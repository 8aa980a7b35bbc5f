//! Who may see and change a document.

use crate::base::id::{ChannelId, DocumentId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};
use crate::domain::site::{self, Branch, Channel, ChannelKind};
use crate::store::Read;

use super::document::Document;

/// Roles that change any document where they hold.
const OTHERS: [Role; 3] = [Role::Reviewer, Role::Publisher, Role::Manager];

/// A document that the actor works with, and where it stands.
#[derive(Debug)]
pub(super) struct Found {
    pub document: Document,
    pub branch: Branch,
}

impl Found {
    pub fn place(&self) -> Place<'_> {
        self.branch.place()
    }
}

/// The document, in the trash or not; what the actor does not work with is not there for him.
pub(super) fn find(read: &impl Read, by: &By, id: DocumentId) -> Result<Found> {
    let missing = || Error::not_found("document", id);
    let document: Document = read.get(id.0)?.ok_or_else(missing)?;
    let branch = match site::branch(read, document.channel) {
        Ok(branch) => branch,
        // A column that is gone: the document stands in its site.
        Err(Error::NotFound { .. }) => Branch { site: document.site, channels: Vec::new() },
        Err(error) => return Err(error),
    };
    if by.sees(branch.place()) { Ok(Found { document, branch }) } else { Err(missing()) }
}

/// Like [`find`], but what lies in the trash is not acted on.
pub(super) fn open(read: &impl Read, by: &By, id: DocumentId) -> Result<Found> {
    let found = find(read, by, id)?;
    if found.document.trashed.is_some() {
        return Err(Error::rule("document.trashed", "document", id));
    }
    Ok(found)
}

/// May the actor change any document at `place`?
pub(super) fn may_edit_any(by: &By, place: Place<'_>) -> bool {
    OTHERS.iter().any(|role| by.may(*role, place))
}

/// May the actor change this document: an editor his own and shared ones, others any?
pub fn may_edit(by: &By, place: Place<'_>, document: &Document) -> bool {
    let own = by.user().is_none_or(|user| document.author == Some(user.id));
    may_edit_any(by, place) || (by.may(Role::Editor, place) && (own || document.shared))
}

pub(super) fn require_edit(by: &By, found: &Found) -> Result<()> {
    if may_edit(by, found.place(), &found.document) { Ok(()) } else { Err(Error::Forbidden { role: "editor" }) }
}

/// The column with its branch, if the actor works there and it holds documents.
pub(super) fn target(read: &impl Read, by: &By, id: ChannelId, role: Option<Role>) -> Result<(Channel, Branch)> {
    let branch = site::branch(read, id)?;
    match role {
        Some(role) => by.require_seen(role, branch.place(), "column", id)?,
        None if by.sees(branch.place()) => {}
        None => return Err(Error::not_found("column", id)),
    }
    Ok((holds_documents(read, id)?, branch))
}

/// A column that holds documents.
pub(super) fn holds_documents(read: &impl Read, id: ChannelId) -> Result<Channel> {
    let channel: Channel = read.get(id.0)?.ok_or_else(|| Error::not_found("column", id))?;
    match channel.kind {
        _ if channel.closing.is_some() => Err(Error::rule("column.closing", "column", channel.name)),
        ChannelKind::List | ChannelKind::Page => Ok(channel),
        kind => Err(Error::rule("channel.holds_none", "column", format!("{} ({})", channel.name, kind.word()))),
    }
}
