//! Links in documents that lead to old sites which have not moved in yet.

use serde::{Deserialize, Serialize};

use crate::base::id::{DocumentId, PendingLinkId, SiteId};
use crate::domain::content::{self, Document};
use crate::domain::error::Result;
use crate::domain::site::{self, Directory, Target};
use crate::store::{Actor, ListKey, Position, Read, Store, Transaction};

use super::tables::{PENDING, PENDING_OF_DOCUMENT, PENDING_OF_HOST, host_number, pending_key};

/// Rows looked at in one transaction.
const PORTION: usize = 200;

/// A link of a document to an old site that may move in later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLink {
    /// Number.
    pub id: PendingLinkId,
    /// Site of the document.
    pub site: SiteId,
    /// Import that brought the document.
    pub batch: u64,
    /// Document.
    pub document: DocumentId,
    /// Old host, lower case, without `www.`.
    pub host: String,
    /// Address as it stands in the text.
    pub address: String,
}

/// The host by which a link waits: lower case, without `www.`.
pub fn host_of(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// Makes `addresses` the links of a document that wait, into `tx`. Returns whether anything was written.
///
/// # Errors
/// When the store cannot be read.
pub fn keep_links(
    tx: &mut Transaction,
    (site, batch): (SiteId, u64),
    document: DocumentId,
    addresses: &[String],
) -> Result<bool> {
    let mut changed = false;
    for entry in tx.list(ListKey::new(PENDING_OF_DOCUMENT, &[document.0]), Position::FIRST, usize::MAX)? {
        if let Some(link) = tx.get::<PendingLink>(entry.id)?
            && !addresses.contains(&link.address)
        {
            tx.delete::<PendingLink>(entry.id);
            changed = true;
        }
    }
    for address in addresses {
        let Some(host) = host_of(address) else { continue };
        if tx.unique(PENDING, &pending_key(document.0, address))?.is_none() {
            let id = PendingLinkId(tx.new_id());
            tx.put(&PendingLink { id, site, batch, document, host, address: address.clone() })?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Where an old address of a site leads now, if it leads to something that visitors read.
///
/// # Errors
/// When the store cannot be read.
pub fn lead(read: &impl Read, directory: &Directory, site: SiteId, address: &str) -> Result<Option<String>> {
    let Some((redirect, rest)) = site::find_redirect(read, site, address)? else { return Ok(None) };
    Ok(match redirect.to {
        Target::Document(id) => match read.get::<Document>(id.0)?.filter(Document::is_live) {
            Some(document) => directory
                .channel(document.channel)
                .map(|(node, channel)| format!("{}{}.html", node.channel_url(channel), document.id)),
            None => None,
        },
        Target::Channel(id) => directory.channel(id).map(|(node, channel)| node.channel_url(channel)),
        Target::Url(url) if redirect.prefix && url.ends_with('/') => {
            Some(format!("{url}{}", rest.trim_start_matches('/')))
        }
        Target::Url(url) => Some(url),
    })
}

/// The links that waited for `hosts`, which are those of `site` now, get their new addresses; one whose old address is
/// unknown stays, and is answered by the site's page for what is not found. Returns how many were resolved.
///
/// # Errors
/// When the store refuses.
pub fn resolve(store: &Store, directory: &Directory, site: SiteId, hosts: &[String], now: i64) -> Result<usize> {
    let mut resolved = 0;
    let mut names: Vec<&str> = hosts.iter().map(|host| host.strip_prefix("www.").unwrap_or(host)).collect();
    names.sort_unstable();
    names.dedup();
    for host in names {
        let list = ListKey::new(PENDING_OF_HOST, &[host_number(host)]);
        let mut after = Position::FIRST;
        loop {
            let entries = store.list(list, after, PORTION)?;
            let Some(last) = entries.last() else { break };
            after = last.position();
            let mut tx = store.transaction(Actor::system(), "migration.resolve").site(site.0).note(host);
            let mut done = 0;
            for entry in entries {
                let Some(link) = tx.get::<PendingLink>(entry.id)?.filter(|link| link.host == host) else { continue };
                let Some(to) = lead(&tx, directory, site, &link.address)? else { continue };
                content::relink_imported(&mut tx, link.document, &link.address, &to, now)?;
                tx.delete::<PendingLink>(link.id.0);
                done += 1;
            }
            if done > 0 {
                store.commit(tx)?;
                resolved += done;
            }
        }
    }
    Ok(resolved)
}
