//! Which connections are open and what each is doing, so that slow ones are closed.
//!
//! **Invariant:** no connection stays open without a request being answered or
//! a byte moving within the limits.
//!
//! Timers on each request would cost more than answering it. So a connection
//! only notes the time, in coarse steps, and one task looks over all of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

use crate::config::Limits;

/// Time between two looks.
const STEP: Duration = Duration::from_millis(250);

/// Waiting for the head of a request.
const HEAD: u8 = 0;
/// Answering.
const BUSY: u8 = 1;
/// Answered; sending the answer or waiting for the next request.
const ANSWERED: u8 = 2;

/// What a connection is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Go on.
    None,
    /// Finish what is running, then close.
    Finish,
    /// Close now.
    Close,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Watch {
    ticks: Arc<Ticks>,
    phase: AtomicU8,
    /// When the phase began.
    since: AtomicU32,
    /// When a byte last moved.
    moved: AtomicU32,
    /// When a byte was last sent.
    wrote: AtomicU32,
    /// Requests being answered.
    active: AtomicU32,
    h2: AtomicBool,
    order: AtomicU8,
    told: Arc<Notify>,
}

/// Time since the start in steps.
#[derive(Debug)]
pub(super) struct Ticks(AtomicU32);

/// Steps count from far above 0, so that 0 is long ago.
const FIRST: u32 = 1 << 20;

impl Default for Ticks {
    fn default() -> Ticks {
        Ticks(AtomicU32::new(FIRST))
    }
}

impl Ticks {
    fn now(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Watch {
    /// Bytes came in.
    pub(super) fn read(&self) {
        let now = self.ticks.now();
        self.moved.store(now, Ordering::Relaxed);
        if self.phase.load(Ordering::Relaxed) == ANSWERED && !self.h2.load(Ordering::Relaxed) {
            self.since.store(now, Ordering::Relaxed);
            self.phase.store(HEAD, Ordering::Relaxed);
        }
    }

    /// Bytes went out.
    pub(super) fn written(&self) {
        let now = self.ticks.now();
        self.moved.store(now, Ordering::Relaxed);
        self.wrote.store(now, Ordering::Relaxed);
    }

    /// A request came and was answered at once.
    pub(super) fn answered(&self, h2: bool) {
        if h2 {
            self.h2.store(true, Ordering::Relaxed);
        }
        if self.active.load(Ordering::Relaxed) == 0 {
            self.phase.store(ANSWERED, Ordering::Relaxed);
        }
    }

    /// A request came that takes time; it is being answered until the value is dropped.
    pub(super) fn busy(self: &Arc<Self>, h2: bool) -> Busy {
        if h2 {
            self.h2.store(true, Ordering::Relaxed);
        }
        self.active.fetch_add(1, Ordering::Relaxed);
        self.phase.store(BUSY, Ordering::Relaxed);
        Busy(self.clone())
    }

    /// Ends when there is an order.
    pub(super) fn told_owned(&self) -> OwnedNotified {
        self.told.clone().notified_owned()
    }

    pub(super) fn order(&self) -> Order {
        match self.order.load(Ordering::Acquire) {
            0 => Order::None,
            1 => Order::Finish,
            _ => Order::Close,
        }
    }

    fn tell(&self, order: Order) {
        let number = match order {
            Order::None => 0,
            Order::Finish => 1,
            Order::Close => 2,
        };
        if self.order.fetch_max(number, Ordering::AcqRel) < number {
            // Stores a permit if the connection does not wait yet.
            self.told.notify_one();
        }
    }

    fn overdue(&self, now: u32, header: u32, idle: u32) -> bool {
        let past = |then: &AtomicU32| now.saturating_sub(then.load(Ordering::Relaxed));
        match self.phase.load(Ordering::Relaxed) {
            HEAD => past(&self.since).min(past(&self.wrote)) > header,
            ANSWERED => past(&self.moved) > idle,
            // The pipeline limits the time of a request itself.
            _ => false,
        }
    }
}

/// A request being answered.
#[derive(Debug)]
pub(super) struct Busy(Arc<Watch>);

impl Drop for Busy {
    fn drop(&mut self) {
        let watch = &self.0;
        if watch.active.fetch_sub(1, Ordering::Relaxed) == 1 {
            watch.moved.store(watch.ticks.now(), Ordering::Relaxed);
            watch.phase.store(ANSWERED, Ordering::Relaxed);
        }
    }
}

/// All open connections.
#[derive(Debug, Default)]
pub(super) struct Guard {
    ticks: Arc<Ticks>,
    open: Mutex<HashMap<u64, Arc<Watch>>>,
    next: AtomicU64,
    finishing: AtomicBool,
}

/// A place among the open connections, given up when dropped.
#[derive(Debug)]
pub(super) struct Place {
    guard: Arc<Guard>,
    number: u64,
    pub(super) watch: Arc<Watch>,
}

impl Guard {
    /// A new connection.
    pub(super) fn enter(self: &Arc<Self>) -> Place {
        let now = self.ticks.now();
        let watch = Arc::new(Watch {
            ticks: self.ticks.clone(),
            phase: AtomicU8::new(HEAD),
            since: AtomicU32::new(now),
            moved: AtomicU32::new(now),
            wrote: AtomicU32::new(0),
            active: AtomicU32::new(0),
            h2: AtomicBool::new(false),
            order: AtomicU8::new(0),
            told: Arc::default(),
        });
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(number, watch.clone());
        if self.finishing.load(Ordering::SeqCst) {
            watch.tell(Order::Finish);
        }
        Place { guard: self.clone(), number, watch }
    }

    /// Number of open connections.
    pub(super) fn len(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Tells every connection.
    pub(super) fn tell(&self, order: Order) {
        self.finishing.store(true, Ordering::SeqCst);
        for watch in self.open.lock().unwrap_or_else(PoisonError::into_inner).values() {
            watch.tell(order);
        }
    }

    /// Looks over the connections for ever.
    pub(super) async fn look(self: Arc<Self>, limits: Limits) {
        let steps = |seconds: u64| (Duration::from_secs(seconds).as_millis() / STEP.as_millis()) as u32;
        let (header, idle) = (steps(limits.header_seconds), steps(limits.idle_seconds));
        let start = Instant::now();
        let mut interval = tokio::time::interval(STEP);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            let now = FIRST + (start.elapsed().as_millis() / STEP.as_millis()) as u32;
            self.ticks.0.store(now, Ordering::Relaxed);
            for watch in self.open.lock().unwrap_or_else(PoisonError::into_inner).values() {
                if watch.overdue(now, header, idle) {
                    watch.tell(Order::Close);
                }
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.guard.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}
