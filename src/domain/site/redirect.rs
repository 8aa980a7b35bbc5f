//! Old addresses of a site: exact and prefix, in a normal form that forgives
//! case, the order of the query, default documents and the charset of percent signs.

use encoding_rs::GBK;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, DocumentId, RedirectId, SiteId};
use crate::domain::error::Result;
use crate::store::{Actor, Read, Store, Transaction};

use super::tables::{REDIRECT_FROM, redirect_key};

/// Where an old address leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A document, wherever it stands by then.
    Document(DocumentId),
    /// A column, wherever it stands by then.
    Channel(ChannelId),
    /// A fixed address. Behind a prefix the rest of the old path is added when it ends in `/`.
    Url(String),
}

/// An old address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// Number.
    pub id: RedirectId,
    /// Site whose old address it is.
    pub site: SiteId,
    /// Old address in [`normal_form`].
    pub from: String,
    /// True if every address below it is meant.
    #[serde(default)]
    pub prefix: bool,
    /// Where it leads.
    pub to: Target,
    /// Import that made it.
    #[serde(default)]
    pub batch: Option<u64>,
}

/// How often an old address was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// The redirect.
    pub redirect: RedirectId,
    /// Requests so far.
    pub count: u64,
    /// Last request, milliseconds since 1970.
    pub last: i64,
}

/// One import run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Number.
    pub id: u64,
    /// Name, by which it is undone.
    pub name: String,
    /// `demo`, `wxr`, …
    pub kind: String,
    /// Site.
    pub site: SiteId,
    /// Where it was read from.
    pub source: String,
    /// Milliseconds since 1970.
    pub time: i64,
    /// Old hosts that it added to the site.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
}

/// One line of a redirect file, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Old {
    /// Old address in normal form.
    pub from: String,
    /// True for a prefix.
    pub prefix: bool,
    /// Where it leads.
    pub to: Target,
}

/// Default documents of old servers: `/news/index.htm` is `/news/`.
const DEFAULT_DOCUMENTS: [&str; 10] = [
    "index.htm",
    "index.html",
    "index.asp",
    "index.aspx",
    "index.php",
    "index.jsp",
    "index.shtml",
    "default.htm",
    "default.asp",
    "default.aspx",
];

/// The normal form of an old address (path and query, with or without scheme
/// and host): percent signs decoded as UTF-8 or else as GBK, lower case,
/// parameters sorted, default documents and the fragment cut off.
pub fn normal_form(address: &str) -> String {
    let address = address.split('#').next().unwrap_or_default();
    // Only at the head: `/go.asp?url=http://x/` is a path.
    let scheme = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    let address = match address.split_once("://") {
        Some((head, rest)) if scheme(head) => rest.find(['/', '?']).map_or("/", |at| &rest[at..]),
        _ => address,
    };
    let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
    let mut normal = decode(path).to_lowercase().replace('\\', "/");
    while normal.contains("//") {
        normal = normal.replace("//", "/");
    }
    if !normal.starts_with('/') {
        normal.insert(0, '/');
    }
    for document in DEFAULT_DOCUMENTS {
        if let Some(folder) = normal.strip_suffix(document)
            && folder.ends_with('/')
        {
            normal.truncate(folder.len());
            break;
        }
    }
    if let Some(query) = query {
        let mut parameters: Vec<String> =
            query.split('&').filter(|p| !p.is_empty()).map(|p| decode(&p.replace('+', " ")).to_lowercase()).collect();
        parameters.sort();
        if !parameters.is_empty() {
            normal.push('?');
            normal.push_str(&parameters.join("&"));
        }
    }
    normal
}

/// Percent signs decoded: as UTF-8 where that is likely, else as GBK.
fn decode(text: &str) -> String {
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    match String::from_utf8(bytes) {
        Ok(text) => match chinese(&text) {
            Some(chinese) => chinese,
            None => text,
        },
        Err(error) => GBK.decode_without_bom_handling(error.as_bytes()).0.into_owned(),
    }
}

/// The Chinese text whose GBK bytes happen to be UTF-8: `通知` in GBK is also two letters of other
/// scripts. Text with a letter of three bytes is UTF-8 for sure.
fn chinese(text: &str) -> Option<String> {
    if text.is_ascii() || text.chars().any(|c| c >= '\u{800}') {
        return None;
    }
    let (decoded, wrong) = GBK.decode_without_bom_handling(text.as_bytes());
    let all_chinese = decoded.chars().all(|c| c.is_ascii() || ('\u{4e00}'..='\u{9fff}').contains(&c));
    (!wrong && all_chinese).then(|| decoded.into_owned())
}

/// The redirect that answers an old address, and the rest of the path behind a prefix.
/// Tried in this order: with the query, without what only says whose visit it is, without the query, each with and
/// without a slash at the end; then ever shorter prefixes.
///
/// # Errors
/// When the store cannot be read.
pub fn find_redirect(store: &impl Read, site: SiteId, address: &str) -> Result<Option<(Redirect, String)>> {
    let normal = normal_form(address);
    let path = normal.split('?').next().unwrap_or_default();
    let plain = without_visit(&normal);
    let mut exact = vec![normal.as_str(), plain.as_str(), path, plain.split('?').next().unwrap_or_default()];
    exact.dedup();
    for from in exact {
        let twin = slash_twin(from);
        for from in std::iter::once(from).chain(twin.as_deref()) {
            if let Some(redirect) = lookup(store, site, false, from)? {
                return Ok(Some((redirect, String::new())));
            }
        }
    }
    let mut end = path.len();
    loop {
        if let Some(redirect) = lookup(store, site, true, &path[..end])? {
            return Ok(Some((redirect, path[end..].to_owned())));
        }
        // "/a/b" → "/a/" → "/a" → "/"
        let shorter = &path[..end];
        end = match shorter.strip_suffix('/') {
            Some(rest) if !rest.is_empty() => rest.len(),
            Some(_) => return Ok(None),
            None => shorter.rfind('/').map_or(0, |at| at + 1),
        };
        if end == 0 {
            return Ok(None);
        }
    }
}

/// A normal form without sessions and without what programs add to addresses that are passed on.
fn without_visit(normal: &str) -> String {
    let (path, query) = normal.split_once('?').map_or((normal, ""), |(path, query)| (path, query));
    let path = match path.split_once(";jsessionid=") {
        Some((before, rest)) => format!("{before}{}", rest.find('/').map_or("", |at| &rest[at..])),
        None => path.to_owned(),
    };
    let kept: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !is_visit(part)).collect();
    if kept.is_empty() { path } else { format!("{path}?{}", kept.join("&")) }
}

fn is_visit(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    match name {
        "phpsessid" | "jsessionid" | "isappinstalled" | "nsukey" | "spm" | "fbclid" | "gclid" => true,
        "from" => matches!(value, "timeline" | "singlemessage" | "groupmessage"),
        _ => name.starts_with("utm_") || name.starts_with("aspsessionid"),
    }
}

/// The address with or without a slash at the end of its path; a file has none.
fn slash_twin(normal: &str) -> Option<String> {
    let (path, query) = normal.split_at(normal.find('?').unwrap_or(normal.len()));
    match path.strip_suffix('/') {
        Some("") => None,
        Some(without) => Some(format!("{without}{query}")),
        None if path.rsplit('/').next().is_some_and(|last| last.contains('.')) => None,
        None => Some(format!("{path}/{query}")),
    }
}

/// The redirect of exactly this old address.
pub(super) fn lookup(store: &impl Read, site: SiteId, prefix: bool, from: &str) -> Result<Option<Redirect>> {
    match store.unique(REDIRECT_FROM, &redirect_key(site.0, prefix, from))? {
        Some(id) => Ok(store.get(id)?),
        None => Ok(None),
    }
}

/// What became of old addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// New.
    pub new: usize,
    /// Lead elsewhere than before.
    pub changed: usize,
    /// As before.
    pub unchanged: usize,
    /// Made by hand, therefore left alone by an import.
    pub kept: usize,
}

/// Writes old addresses into `tx`, for actions that do more than this. One that is there already is
/// brought up to date, but an import leaves alone what was made by hand.
///
/// # Errors
/// When the store cannot be read.
pub fn write_redirects(tx: &mut Transaction, site: SiteId, batch: Option<u64>, old: &[Old]) -> Result<Written> {
    let mut written = Written::default();
    let mut seen = std::collections::HashSet::new();
    for Old { from, prefix, to } in old {
        if !seen.insert((from, prefix)) {
            continue;
        }
        match lookup(tx, site, *prefix, from)? {
            Some(redirect) if redirect.to == *to => written.unchanged += 1,
            Some(redirect) if batch.is_some() && redirect.batch.is_none() => written.kept += 1,
            Some(mut redirect) => {
                redirect.to = to.clone();
                tx.put(&redirect)?;
                written.changed += 1;
            }
            None => {
                let id = RedirectId(tx.new_id());
                tx.put(&Redirect { id, site, from: from.clone(), prefix: *prefix, to: to.clone(), batch })?;
                written.new += 1;
            }
        }
    }
    Ok(written)
}

/// Adds counted requests to the hit counters, in one transaction.
///
/// # Errors
/// When the store refuses.
pub fn count_hits(store: &Store, hits: &[(RedirectId, u64)], now: i64) -> Result<()> {
    let mut tx = store.transaction(Actor::system(), "redirect.hits");
    for (redirect, count) in hits {
        let old = tx.get::<Hits>(redirect.0)?.map_or(0, |hits| hits.count);
        tx.put(&Hits { redirect: *redirect, count: old + count, last: now })?;
    }
    store.commit(tx)?;
    Ok(())
}
