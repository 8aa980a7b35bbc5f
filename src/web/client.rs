//! Who asks, and under which name of the server.
//!
//! **Invariant:** a client's word about its own address or host is checked before anything uses it.

use std::collections::HashSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, Uri, header};

use super::Error;
use crate::config::Network;

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    /// Address of the client, behind trusted proxies.
    pub address: IpAddr,
    /// True if it came by HTTPS, to us or to a trusted proxy.
    pub secure: bool,
    /// Number of the request in the log.
    pub request: RequestId,
}

/// Number of a request: a few letters that differ between starts of the server, and a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(u64);

static NEXT: AtomicU64 = AtomicU64::new(1);
static START: OnceLock<u32> = OnceLock::new();

impl RequestId {
    /// The next number.
    pub fn next() -> RequestId {
        RequestId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = START.get_or_init(|| getrandom::u32().unwrap_or_else(|_| std::process::id()));
        write!(f, "{start:08x}-{:x}", self.0)
    }
}

/// Host names that are not simply this site group.
#[derive(Debug, Clone, Default)]
pub struct Hosts {
    old: HashSet<String>,
}

impl Hosts {
    /// Every name is the group but `old`, names of sites as they were, which are answered by redirects.
    pub fn new(old: impl IntoIterator<Item = String>) -> Hosts {
        Hosts { old: old.into_iter().map(|host| host.to_ascii_lowercase()).collect() }
    }

    /// True for the old name of a site; `host` without a port.
    pub fn is_old(&self, host: &str) -> bool {
        if self.old.is_empty() {
            return false;
        }
        match host.bytes().any(|b| b.is_ascii_uppercase()) {
            false => self.old.contains(host),
            true => self.old.contains(&host.to_ascii_lowercase()),
        }
    }
}

/// The host that a request is for, without its port: from the target if it is absolute, else from `Host`.
///
/// # Errors
/// `BadRequest` if there is none, more than one, or it is not a host name or address.
pub fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Result<&'a str, Error> {
    let value = match uri.authority() {
        Some(authority) => authority.as_str(),
        None => {
            let mut all = headers.get_all(header::HOST).iter();
            let first = all.next().ok_or(Error::BadRequest("no Host"))?;
            if all.next().is_some() {
                return Err(Error::BadRequest("more than one Host"));
            }
            first.to_str().map_err(|_| Error::BadRequest("Host is not text"))?
        }
    };
    split_host(value).map(|(host, _)| host).ok_or(Error::BadRequest("Host is not a host name"))
}

/// A host and its port, if `value` is `name`, `name:port`, `1.2.3.4` or `[::1]:port`.
pub fn split_host(value: &str) -> Option<(&str, Option<u16>)> {
    let (host, rest) = if value.starts_with('[') {
        let (host, rest) = value.split_at(value.find(']')? + 1);
        host[1..host.len() - 1].parse::<std::net::Ipv6Addr>().ok()?;
        (host, rest)
    } else {
        let (host, rest) = value.split_at(value.find(':').unwrap_or(value.len()));
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
        if host.is_empty() || host.len() > 253 || !host.bytes().all(allowed) {
            return None;
        }
        (host, rest)
    };
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Some((host, None)),
        None => None,
        Some("") => Some((host, None)),
        Some(port) if port.bytes().all(|b| b.is_ascii_digit()) => Some((host, Some(port.parse().ok()?))),
        Some(_) => None,
    }
}

/// The client's address and whether it uses HTTPS, as told by trusted proxies: the last address in
/// `X-Forwarded-For` that is not itself a trusted proxy. `peer` has been found to be trusted.
pub fn forwarded(headers: &HeaderMap, trusted: &[Network], peer: IpAddr, secure: bool) -> (IpAddr, bool) {
    let mut address = peer;
    let lists: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).collect();
    for item in lists.iter().rev().flat_map(|list| list.rsplit(',')) {
        // Nonsense may come from the client itself: believe nothing before it.
        let Ok(next) = item.trim().parse::<IpAddr>() else { break };
        address = next.to_canonical();
        if !trusted.iter().any(|network| network.contains(address)) {
            break;
        }
    }
    let scheme = headers.get("x-forwarded-proto").and_then(|v| v.to_str().ok());
    let last = scheme.and_then(|scheme| scheme.rsplit(',').next()).map(str::trim);
    (address, last.map_or(secure, |scheme| scheme.eq_ignore_ascii_case("https")))
}
