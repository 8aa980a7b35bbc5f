//! Requests of an address, counted by the minute.
//!
//! **Invariant:** memory stays bounded however many addresses ask.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use super::Error;

/// Length of a window in milliseconds.
const WINDOW: i64 = 60_000;
/// Addresses counted at once; beyond it nobody new is counted until the window ends.
const MOST: usize = 50_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// Log-ins.
    LogIn,
    /// Other forms.
    Form,
}

impl What {
    /// Most a minute from one address; a whole office may share one.
    fn most(self) -> u32 {
        match self {
            What::LogIn => 60,
            What::Form => 300,
        }
    }
}

#[derive(Debug, Default)]
struct Window {
    began: i64,
    counts: HashMap<(What, IpAddr), u32>,
}

/// Requests of the present minute by address.
#[derive(Debug, Default)]
pub struct Rates {
    window: Mutex<Window>,
}

impl Rates {
    /// Counts a request.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub fn count(&self, what: What, address: IpAddr, now: i64) -> Result<(), Error> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if !(window.began..window.began + WINDOW).contains(&now) {
            window.began = now;
            window.counts.clear();
        }
        let wait = u32::try_from((window.began + WINDOW - now) / 1000 + 1).unwrap_or(60);
        let key = (what, network(address));
        if window.counts.len() >= MOST && !window.counts.contains_key(&key) {
            return Ok(());
        }
        let count = window.counts.entry(key).or_default();
        *count += 1;
        if *count > what.most() { Err(Error::TooMany(wait)) } else { Ok(()) }
    }
}

/// One client may have a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}
