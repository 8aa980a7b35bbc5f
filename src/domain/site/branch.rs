//! Where something stands: a column with those above it.

use crate::base::id::{ChannelId, SiteId};
use crate::domain::account::Place;
use crate::domain::error::{Error, Result};
use crate::store::Read;

use super::Channel;

/// A column with those above it, for asking whether somebody may act on what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Site.
    pub site: SiteId,
    /// The column and those above it.
    pub channels: Vec<ChannelId>,
}

impl Branch {
    /// As a place of grants.
    pub fn place(&self) -> Place<'_> {
        Place::Channel(self.site, &self.channels)
    }
}

/// The branch of a column.
///
/// # Errors
/// `NotFound`; when the store cannot be read.
pub fn branch(read: &impl Read, channel: ChannelId) -> Result<Branch> {
    let missing = || Error::not_found("column", channel);
    let first: Channel = read.get(channel.0)?.ok_or_else(missing)?;
    let mut branch = Branch { site: first.site, channels: vec![first.id] };
    let mut next = first.parent;
    // A tree deeper than this is a cycle made by damaged rows.
    while let Some(id) = next
        && branch.channels.len() < 32
    {
        let above: Channel = read.get(id.0)?.ok_or_else(missing)?;
        branch.channels.push(above.id);
        next = above.parent;
    }
    Ok(branch)
}
