//! Rows and keys of webhooks, their deliveries and kept answers.

use crate::store::{Keys, Record};

use super::{Delivery, KeptAnswer, Webhook};

/// List: webhooks, the newest first.
pub const WEBHOOKS: u8 = 190;
/// List: webhooks of a site (0 for the group), the newest first.
pub const WEBHOOKS_OF_SITE: u8 = 191;
/// List: kept answers of a user.
pub const KEPT_OF_USER: u8 = 192;
/// List: kept answers, the first to end first.
pub const KEPT_BY_END: u8 = 193;

/// Unique: the key of a request within its user.
pub(super) const KEPT_KEY: u8 = 190;

/// Key of `KEPT_KEY`.
pub(super) fn kept_key(user: u64, key: &str) -> Vec<u8> {
    [&user.to_be_bytes(), key.as_bytes()].concat()
}

/// Time of an entry of `KEPT_BY_END` from its order, which runs from the highest down.
pub(super) fn end_of(order: u64) -> i64 {
    (u64::MAX - order) as i64
}

impl Record for Webhook {
    const TABLE: u8 = 90;
    const NAME: &'static str = "webhook";
    const SECRETS: &'static [&'static str] = &["secret"];

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.map_or(0, |site| site.0)
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(WEBHOOKS, &[], self.id.0);
        keys.list(WEBHOOKS_OF_SITE, &[Record::site(self)], self.id.0);
    }
}

impl Record for Delivery {
    const TABLE: u8 = 91;
    const NAME: &'static str = "delivery";

    fn id(&self) -> u64 {
        self.webhook.0
    }

    fn site(&self) -> u64 {
        self.site.map_or(0, |site| site.0)
    }

    fn keys(&self, _: &mut Keys) {}
}

impl Record for KeptAnswer {
    const TABLE: u8 = 92;
    const NAME: &'static str = "kept answer";
    const SECRETS: &'static [&'static str] = &["answer"];

    fn id(&self) -> u64 {
        self.id
    }

    fn site(&self) -> u64 {
        0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(KEPT_OF_USER, &[self.user.0], self.id);
        keys.list(KEPT_BY_END, &[], u64::MAX - self.ends.max(0) as u64);
        keys.unique(KEPT_KEY, &kept_key(self.user.0, &self.key));
    }
}
