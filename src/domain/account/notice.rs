//! Log-ins from an address or with a browser that a person has not used before.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::base::id::SessionId;

use super::User;
use super::attempts::network;

/// Places remembered of a person; the one used longest ago makes room.
const KNOWN: usize = 20;
/// Notices kept until the person has seen them.
const NOTICES: usize = 10;

/// From where and with what somebody logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPlace {
    /// Address of the client, of IPv6 its network.
    pub address: String,
    /// Browser and system, `Firefox, Windows`.
    #[serde(default)]
    pub browser: String,
    /// The last time, milliseconds since 1970.
    pub time: i64,
}

/// A log-in that the person is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogInNotice {
    /// The log-in.
    pub session: SessionId,
    /// When, milliseconds since 1970.
    pub time: i64,
    /// Address of the client.
    pub address: String,
    /// Browser and system; empty if not known.
    #[serde(default)]
    pub browser: String,
}

impl User {
    /// Remembers from where and with what the person logs in; true if the address or the browser is new. Of the
    /// first log-in nothing is new: there is nothing to compare it with.
    pub(super) fn meet(&mut self, address: IpAddr, browser: &str, now: i64) -> bool {
        let address = network(address).to_string();
        let first = self.known.is_empty();
        let known = |fits: &dyn Fn(&KnownPlace) -> bool| self.known.iter().any(fits);
        let new = !known(&|place| place.address == address) || !known(&|place| place.browser == browser);
        self.known.retain(|place| place.address != address || place.browser != browser);
        self.known.insert(0, KnownPlace { address, browser: browser.to_owned(), time: now });
        self.known.truncate(KNOWN);
        new && !first
    }

    /// Keeps a log-in to be told of.
    pub(super) fn tell(&mut self, notice: LogInNotice) {
        self.notices.insert(0, notice);
        self.notices.truncate(NOTICES);
    }
}

/// Browser and system in what a browser calls itself, `Firefox, Windows`; empty where neither is known.
pub fn browser(agent: &str) -> String {
    // The first that fits: most call themselves what others are called, too.
    const BROWSERS: [(&str, &str); 9] = [
        ("MicroMessenger/", "WeChat"),
        ("Edg/", "Edge"),
        ("QQBrowser/", "QQ Browser"),
        ("360SE", "360"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 9] = [
        ("OpenHarmony", "HarmonyOS"),
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let words: Vec<&str> = find(&BROWSERS).into_iter().chain(find(&SYSTEMS)).collect();
    words.join(", ")
}
