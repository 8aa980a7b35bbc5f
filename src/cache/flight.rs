//! Pages being rendered now: whoever wants the same page waits for it.
//!
//! **Invariant:** nobody gets a page that was outdated when they asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::page::PageKey;

/// What came out of a rendering.
#[derive(Debug, Clone)]
struct Landed<T> {
    value: T,
    /// Number of the first invalidation that made it outdated, if any did.
    stale_from: Option<u64>,
}

type Sender<T> = watch::Sender<Option<Landed<T>>>;

/// Renderings under way.
#[derive(Debug)]
pub struct Flights<T> {
    running: Arc<Mutex<HashMap<PageKey, Arc<Sender<T>>>>>,
}

impl<T> Default for Flights<T> {
    fn default() -> Flights<T> {
        Flights { running: Arc::default() }
    }
}

/// A place in a rendering.
#[derive(Debug)]
pub struct Seat<T> {
    receiver: watch::Receiver<Option<Landed<T>>>,
    epoch: u64,
}

/// The duty to render and to tell those who wait.
#[derive(Debug)]
pub struct Pilot<T> {
    key: PageKey,
    sender: Arc<Sender<T>>,
    running: Arc<Mutex<HashMap<PageKey, Arc<Sender<T>>>>>,
}

/// How waiting ended.
#[derive(Debug)]
pub enum Arrival<T> {
    /// Here it is.
    Value(T),
    /// It was outdated before you asked: ask again.
    Outdated,
    /// Rendering broke off.
    Lost,
}

impl<T: Clone> Flights<T> {
    /// Takes a seat for `key`, and the duty to render if nobody has it. `epoch` is the number of the
    /// newest invalidation.
    pub fn join(&self, key: &PageKey, epoch: u64) -> (Seat<T>, Option<Pilot<T>>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = running.get(key) {
            return (Seat { receiver: sender.subscribe(), epoch }, None);
        }
        let (sender, receiver) = watch::channel(None);
        let sender = Arc::new(sender);
        running.insert(key.clone(), sender.clone());
        let pilot = Pilot { key: key.clone(), sender, running: self.running.clone() };
        (Seat { receiver, epoch }, Some(pilot))
    }
}

impl<T: Clone> Seat<T> {
    /// Waits for the page.
    pub async fn arrive(mut self) -> Arrival<T> {
        let Ok(landed) = self.receiver.wait_for(Option::is_some).await else { return Arrival::Lost };
        match &*landed {
            None => Arrival::Lost,
            Some(landed) if landed.stale_from.is_some_and(|first| first <= self.epoch) => Arrival::Outdated,
            Some(landed) => Arrival::Value(landed.value.clone()),
        }
    }
}

impl<T> Pilot<T> {
    /// The page to render.
    pub fn key(&self) -> &PageKey {
        &self.key
    }

    /// Tells everybody. `stale_from` is the first invalidation that made `value` outdated, if any did.
    pub fn land(self, value: T, stale_from: Option<u64>) {
        self.leave();
        self.sender.send_replace(Some(Landed { value, stale_from }));
    }

    fn leave(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.get(&self.key).is_some_and(|sender| Arc::ptr_eq(sender, &self.sender)) {
            running.remove(&self.key);
        }
    }
}

impl<T> Drop for Pilot<T> {
    fn drop(&mut self) {
        // After `land` this finds nothing; after a panic those who wait are told that nothing comes.
        self.leave();
    }
}
