//! Is it valid? Rules of webhooks, and which addresses of the network they may reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::domain::error::{Broken, Error, Result};

use super::EventKind;

/// Longest address, in bytes.
pub const LONGEST_URL: usize = 500;
/// Most webhooks of a site, and of the group as a whole.
pub const MOST_WEBHOOKS: usize = 20;

/// Is `url` an address that the server may tell something? Without `allow_private` only https to a public host; a
/// name is looked up, and its addresses are asked, whenever it is told something.
///
/// # Errors
/// `url.form`, `webhook.https`, `webhook.private`.
pub fn check_url(url: &str, allow_private: bool) -> Result<Url, Broken> {
    let broken = |rule| Broken { rule, field: "url", value: url.chars().take(100).collect() };
    let parsed = Url::parse(url).map_err(|_| broken("url.form"))?;
    let web = matches!(parsed.scheme(), "http" | "https");
    let plain = parsed.username().is_empty() && parsed.password().is_none() && parsed.fragment().is_none();
    if url.len() > LONGEST_URL || !web || !plain {
        return Err(broken("url.form"));
    }
    if allow_private {
        return Ok(parsed);
    }
    if parsed.scheme() != "https" {
        return Err(broken("webhook.https"));
    }
    let public = match parsed.host() {
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.contains('.') && !name.ends_with(".localhost") && !name.ends_with(".local")
        }
        None => false,
    };
    if public { Ok(parsed) } else { Err(broken("webhook.private")) }
}

/// What it is told of: something, each once.
pub(super) fn check_events(events: &[EventKind]) -> Result<Vec<EventKind>> {
    let mut events = events.to_vec();
    events.sort();
    events.dedup();
    if events.is_empty() { Err(Error::rule("required", "events", "")) } else { Ok(events) }
}

/// True for addresses of the public Internet: neither this machine nor its own networks, no multicast, nothing that
/// carries an address of another kind inside (RFC 6890 and its registries).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0xfe == 18);
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Only 2000::/3 is given out; Teredo, 6to4, documentation and benchmarks are not reached by it.
    let given = first & 0xe000 == 0x2000;
    let special = (first == 0x2001 && second < 0x0200)
        || first == 0x2002
        || (first == 0x2001 && second == 0x0db8)
        || first == 0x3fff;
    given && !special
}
