//! Work by number on all cores, results in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Numbers that a core takes at once.
const PORTION: usize = 16;

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(8)
}

/// Does the same with every number; what comes out stands in the order of the numbers.
pub(super) fn map<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Vec<T>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..cores().min(count.div_ceil(PORTION)).max(1) {
            scope.spawn(|| {
                loop {
                    let from = next.fetch_add(PORTION, Ordering::Relaxed);
                    if from >= count {
                        break;
                    }
                    let portion: Vec<T> = (from..count.min(from + PORTION)).map(&work).collect();
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((from, portion));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(from, _)| *from);
    done.into_iter().flat_map(|(_, portion)| portion).collect()
}

/// Portions that may be done or under way before the first of them is taken.
const AHEAD: usize = 12;

/// What is done of a stream.
struct Stream<T> {
    /// The first portion that nobody works on.
    next: usize,
    /// The portion that is to be given next.
    given: usize,
    done: BTreeMap<usize, Vec<T>>,
    /// Nobody wants more, or a worker panicked.
    over: bool,
}

struct Shared<T> {
    stream: Mutex<Stream<T>>,
    moved: Condvar,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Stream<T>> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `ready` gives something; `None` when it is over.
    fn when<R>(&self, mut ready: impl FnMut(&mut Stream<T>) -> Option<R>) -> Option<R> {
        let mut stream = self.lock();
        loop {
            if stream.over {
                return None;
            }
            if let Some(found) = ready(&mut stream) {
                self.moved.notify_all();
                return Some(found);
            }
            stream = self.moved.wait(stream).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Ends a stream when it is dropped: nobody may wait for one that is gone.
struct Ends<'a, T>(&'a Shared<T>, bool);

impl<T> Drop for Ends<'_, T> {
    fn drop(&mut self) {
        if self.1 || std::thread::panicking() {
            self.0.lock().over = true;
            self.0.moved.notify_all();
        }
    }
}

/// Gives results in order while the next ones are being worked on; never more than a few portions wait. `work` is done
/// by the same threads from the first to the last number, so that they keep their memory.
///
/// # Errors
/// What `each` says first.
pub(super) fn stream<T: Send, E>(
    count: usize,
    work: impl Fn(usize) -> T + Sync,
    mut each: impl FnMut(usize, T) -> Result<(), E>,
) -> Result<(), E> {
    let portions = count.div_ceil(PORTION);
    let shared = Shared {
        stream: Mutex::new(Stream { next: 0, given: 0, done: BTreeMap::new(), over: false }),
        moved: Condvar::new(),
    };
    let ahead = AHEAD.max(2 * cores());
    std::thread::scope(|scope| {
        for _ in 0..cores().min(portions).max(1) {
            scope.spawn(|| {
                let _ends = Ends(&shared, false);
                let take = |stream: &mut Stream<T>| {
                    let portion = stream.next;
                    if portion < portions && portion >= stream.given + ahead {
                        return None;
                    }
                    stream.next += 1;
                    Some(portion)
                };
                while let Some(portion) = shared.when(take).filter(|portion| *portion < portions) {
                    let from = portion * PORTION;
                    let results = (from..count.min(from + PORTION)).map(&work).collect();
                    shared.lock().done.insert(portion, results);
                    shared.moved.notify_all();
                }
            });
        }
        let _ends = Ends(&shared, true);
        for portion in 0..portions {
            let Some(results) = shared.when(|stream| {
                let results = stream.done.remove(&portion)?;
                stream.given = portion + 1;
                Some(results)
            }) else {
                // A worker panicked: the scope says so.
                break;
            };
            for (at, result) in results.into_iter().enumerate() {
                each(portion * PORTION + at, result)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::{map, stream};

    #[test]
    fn in_order_and_stopped_early() {
        assert_eq!(map(100, |at| at * 2), (0..100).map(|at| at * 2).collect::<Vec<_>>());
        let mut seen = Vec::new();
        let done = stream(
            1000,
            |at| at,
            |at, value| {
                assert_eq!(at, value);
                seen.push(value);
                if value == 70 { Err("enough") } else { Ok(()) }
            },
        );
        assert_eq!((done, seen.len()), (Err("enough"), 71));
        let mut whole = Vec::new();
        let done = stream(
            1001,
            |at| at,
            |_, value| {
                whole.push(value);
                Ok::<(), ()>(())
            },
        );
        assert_eq!((done, whole), (Ok(()), (0..1001).collect()));
        assert_eq!(stream(0, |at| at, |_, _| Err("nothing comes")), Ok(()));
    }

    #[test]
    fn a_panic_of_a_worker_ends_the_stream() {
        let ended = std::panic::catch_unwind(|| stream(1000, |at| assert!(at != 300), |_, ()| Ok::<(), ()>(())));
        assert!(ended.is_err());
    }
}
