//! Wrong passwords, counted, and the lock that they lead to.
//!
//! The same count is kept for people (in their row) and, in memory, for names
//! that nobody has and for addresses of clients: a name that exists behaves
//! like one that does not.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::Policy;

/// Counts kept in memory; beyond it the oldest make room.
const MOST: usize = 20_000;
/// Failures of an address for one of an account: an office shares an address.
const ADDRESS_FACTOR: u32 = 4;

/// Wrong passwords one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Failures {
    /// How many since the last success; they are forgotten after the time of a lock.
    pub count: u32,
    /// When the last one was, milliseconds since 1970.
    pub last: i64,
    /// Locked until then, milliseconds since 1970.
    pub locked_until: i64,
}

impl Failures {
    /// The end of the lock, if there is one at `now`.
    pub fn locked(&self, now: i64) -> Option<i64> {
        (self.locked_until > now).then_some(self.locked_until)
    }

    /// After one more failure; the `most`-th locks.
    #[must_use]
    pub fn after(&self, most: u32, lock: i64, now: i64) -> Failures {
        let fresh = self.last > now - lock && self.locked_until == 0;
        let count = if fresh { self.count + 1 } else { 1 };
        let locked_until = if count >= most { now + lock } else { 0 };
        Failures { count, last: now, locked_until }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// Hash of a name: what people type by mistake is not kept.
    Name([u8; 32]),
    Address(IpAddr),
}

/// Failures of names that nobody has, and of addresses. Forgotten when the server stops.
#[derive(Debug, Default)]
pub struct Attempts {
    counts: Mutex<HashMap<Key, Failures>>,
}

impl Attempts {
    /// The end of the lock of an address.
    pub fn address_locked(&self, address: IpAddr, now: i64) -> Option<i64> {
        self.locked(Key::Address(network(address)), now)
    }

    /// The end of the lock of a name that nobody has.
    pub fn name_locked(&self, name: &str, now: i64) -> Option<i64> {
        self.locked(name_key(name), now)
    }

    /// A wrong password from an address.
    pub fn address_failed(&self, address: IpAddr, policy: &Policy, now: i64) {
        let most = policy.failures.saturating_mul(ADDRESS_FACTOR);
        self.failed(Key::Address(network(address)), most, policy.lock, now);
    }

    /// A password for a name that nobody has.
    pub fn name_failed(&self, name: &str, policy: &Policy, now: i64) {
        self.failed(name_key(name), policy.failures, policy.lock, now);
    }

    /// Forgets every lock of addresses, when ops unlock somebody.
    pub fn forget_addresses(&self) {
        self.counts().retain(|key, _| matches!(key, Key::Name(_)));
    }

    fn locked(&self, key: Key, now: i64) -> Option<i64> {
        self.counts().get(&key)?.locked(now)
    }

    fn failed(&self, key: Key, most: u32, lock: i64, now: i64) {
        let mut counts = self.counts();
        if counts.len() >= MOST && !counts.contains_key(&key) {
            counts.retain(|_, failures| failures.locked(now).is_some() || failures.last > now - lock);
            if counts.len() >= MOST {
                let oldest = counts.iter().min_by_key(|(_, failures)| failures.last).map(|(key, _)| *key);
                oldest.map(|key| counts.remove(&key));
            }
        }
        let failures = counts.entry(key).or_default();
        *failures = failures.after(most, lock, now);
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name_key(name: &str) -> Key {
    Key::Name(*blake3::hash(name.as_bytes()).as_bytes())
}

/// One client may have a whole /64 of IPv6.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}
