//! Columns of an old site that name the one above them by its number.

use std::collections::BTreeMap;

/// Deepest tree that a person made.
const DEEPEST: usize = 64;

/// A column that is below itself, however far, gets none above it.
pub fn break_loops<T>(columns: &mut BTreeMap<i64, T>, parent: impl Fn(&mut T) -> &mut i64) {
    let mut parents: BTreeMap<i64, i64> = columns.iter_mut().map(|(id, column)| (*id, *parent(column))).collect();
    for (id, column) in columns {
        let mut above = *parent(column);
        let mut steps = 0;
        while let Some(next) = parents.get(&above) {
            steps += 1;
            if above == *id || steps > DEEPEST {
                *parent(column) = 0;
                parents.insert(*id, 0);
                break;
            }
            above = *next;
        }
    }
}

/// Adds what each column has to all above it: lists show the articles of the columns below too.
pub fn count_below<T>(columns: &mut BTreeMap<i64, T>, of: impl Fn(&mut T) -> (i64, &mut u64)) {
    let own: Vec<(i64, u64)> = columns
        .values_mut()
        .map(|column| {
            let (parent, count) = of(column);
            (parent, *count)
        })
        .collect();
    for (mut above, added) in own {
        for _ in 0..DEEPEST {
            let Some(column) = columns.get_mut(&above) else { break };
            let (parent, count) = of(column);
            *count += added;
            above = parent;
        }
    }
}

/// All columns, those above before those below them.
pub fn from_above<T>(columns: &BTreeMap<i64, T>, parent: impl Fn(&T) -> i64) -> Vec<(i64, &T)> {
    let mut all: Vec<(i64, &T)> = columns.iter().map(|(id, column)| (*id, column)).collect();
    all.sort_by_key(|(id, column)| {
        let mut above = parent(column);
        let mut depth = 0;
        while let Some(next) = columns.get(&above).filter(|_| depth < DEEPEST) {
            depth += 1;
            above = parent(next);
        }
        (depth, *id)
    });
    all
}
