//! Requests of a person or an address, counted by the minute.
//!
//! **Invariant:** memory stays bounded however many addresses ask.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use crate::base::id::UserId;

use super::Error;

/// Length of a window in milliseconds.
const WINDOW: i64 = 60_000;
/// Counted at once; beyond it nobody new is counted until the window ends.
const MOST: usize = 50_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// Log-ins.
    LogIn,
    /// Other forms.
    Form,
    /// Requests to the API.
    Api,
    /// Tokens of the API that nobody has.
    WrongToken,
}

impl What {
    /// Most a minute; a whole office may share one address, and an editor saves every few seconds.
    fn most(self) -> u32 {
        match self {
            What::LogIn => 60,
            What::Form => 300,
            What::Api => 1200,
            What::WrongToken => 30,
        }
    }
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Whoever asks from an address.
    Address(IpAddr),
    /// Somebody who is logged in, wherever he asks from.
    Person(UserId),
}

#[derive(Debug, Default)]
struct Window {
    began: i64,
    counts: HashMap<(What, Who), u32>,
}

/// Requests of the present minute.
#[derive(Debug, Default)]
pub struct Rates {
    window: Mutex<Window>,
}

impl Rates {
    /// Counts a request.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub fn count(&self, what: What, who: Who, now: i64) -> Result<(), Error> {
        self.add(what, who, now, 1)
    }

    /// Asks whether there is room for one more, without counting it.
    ///
    /// # Errors
    /// As [`Rates::count`].
    pub fn room(&self, what: What, who: Who, now: i64) -> Result<(), Error> {
        self.add(what, who, now, 0)
    }

    fn add(&self, what: What, who: Who, now: i64, more: u32) -> Result<(), Error> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if !(window.began..window.began + WINDOW).contains(&now) {
            window.began = now;
            window.counts.clear();
        }
        let wait = u32::try_from((window.began + WINDOW - now) / 1000 + 1).unwrap_or(60);
        let who = match who {
            Who::Address(address) => Who::Address(network(address)),
            person @ Who::Person(_) => person,
        };
        let key = (what, who);
        if window.counts.len() >= MOST && !window.counts.contains_key(&key) {
            return Ok(());
        }
        let count = window.counts.entry(key).or_default();
        *count += more;
        if *count + (1 - more) > what.most() { Err(Error::TooMany(wait)) } else { Ok(()) }
    }
}

/// One client may have a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}
