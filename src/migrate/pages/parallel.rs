//! Work by number on all cores, results in order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

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

/// Gives results in order while the next portions are being worked on; never more than a few portions wait.
///
/// # Errors
/// What `each` says first.
pub(super) fn stream<T: Send, E>(
    count: usize,
    portion: usize,
    work: impl Fn(usize) -> T + Sync,
    mut each: impl FnMut(usize, T) -> Result<(), E>,
) -> Result<(), E> {
    let (give, take) = std::sync::mpsc::sync_channel::<(usize, Vec<T>)>(1);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let give = give;
            let mut from = 0;
            while from < count {
                let here = portion.min(count - from);
                if give.send((from, map(here, |at| work(from + at)))).is_err() {
                    break;
                }
                from += here;
            }
        });
        let take = take;
        for (from, results) in take.iter() {
            for (at, result) in results.into_iter().enumerate() {
                each(from + at, result)?;
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
            32,
            |at| at,
            |at, value| {
                assert_eq!(at, value);
                seen.push(value);
                if value == 70 { Err("enough") } else { Ok(()) }
            },
        );
        assert_eq!((done, seen.len()), (Err("enough"), 71));
    }
}
