//! The clock, so that tests fix the time, and the city's time zone.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ZonedDateTime};

/// Where the time comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The clock of the machine.
    #[default]
    System,
    /// A clock that a test moves, in milliseconds since 1970.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `time` (milliseconds since 1970).
    pub fn fixed(time: i64) -> Clock {
        Clock::Fixed(Arc::new(AtomicI64::new(time)))
    }

    /// Milliseconds since 1970-01-01T00:00Z.
    pub fn now(&self) -> i64 {
        match self {
            Clock::System => Timestamp::now().as_millisecond(),
            Clock::Fixed(time) => time.load(Ordering::SeqCst),
        }
    }

    /// Moves a fixed clock; the machine's clock is left alone.
    pub fn set(&self, time: i64) {
        if let Clock::Fixed(now) = self {
            now.store(time, Ordering::SeqCst);
        }
    }
}

/// Beijing time, which the law and every page use. It has had no change of
/// clocks since 1991, so a fixed offset needs no time zone data.
pub fn zone() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// Milliseconds since 1970 as civil time in Beijing; times out of range become 1970.
pub fn local(millis: i64) -> ZonedDateTime {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(zone())
}

/// `2026-11-20 09:30`, the form that inspection rules want.
pub fn minute(millis: i64) -> String {
    local(millis).strftime("%Y-%m-%d %H:%M").to_string()
}

/// `2026-11-20`.
pub fn day(millis: i64) -> String {
    local(millis).strftime("%Y-%m-%d").to_string()
}

/// `2026-11-20T09:30:00+08:00`.
pub fn rfc3339(millis: i64) -> String {
    local(millis).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Reads `2026-11-20T09:30:00+08:00`, with any offset.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    Some(text.trim().parse::<Timestamp>().ok()?.as_millisecond())
}

/// Reads `YYYY-MM-DD HH:MM[:SS]` or `YYYY-MM-DD` as Beijing time; `None` when it is neither.
pub fn parse_local(text: &str) -> Option<i64> {
    let text = text.trim();
    let civil = match text.len() {
        10 => text.parse::<jiff::civil::Date>().ok()?.at(0, 0, 0, 0),
        16 => format!("{text}:00").parse().ok()?,
        _ => text.parse().ok()?,
    };
    Some(civil.to_zoned_datetime(zone()).ok()?.timestamp().as_millisecond())
}
