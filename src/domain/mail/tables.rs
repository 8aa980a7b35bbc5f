//! Rows and keys of letters.

use crate::store::{Keys, Record};

use super::Letter;

/// List: letters that wait, the first due first.
pub const WAITING: u8 = 104;
/// List: letters that were given up, the newest first.
pub const GIVEN_UP: u8 = 105;

/// Time of an entry of `WAITING` from its order, which runs from the highest down.
pub(super) fn due_of(order: u64) -> i64 {
    (u64::MAX - order) as i64
}

impl Record for Letter {
    const TABLE: u8 = 33;
    const NAME: &'static str = "letter";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        0
    }

    fn keys(&self, keys: &mut Keys) {
        if self.given_up {
            keys.list(GIVEN_UP, &[], self.id.0);
        } else {
            keys.list(WAITING, &[], u64::MAX - self.due.max(0) as u64);
        }
    }
}
