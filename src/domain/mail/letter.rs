//! A letter to somebody: a message key with what its text names; whoever sends it writes it out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::id::LetterId;

/// Longest address.
const LONGEST: usize = 254;

/// Waiting after each failure, in minutes; after the last one the letter is given up.
pub(super) const PAUSES: [i64; 8] = [1, 5, 15, 60, 180, 360, 720, 1440];

/// A letter that waits to be sent, or was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Number.
    pub id: LetterId,
    /// Address.
    pub to: String,
    /// Name of the person.
    #[serde(default)]
    pub name: String,
    /// Key of the texts, without `.subject` or `.text`.
    pub key: String,
    /// What the texts name.
    #[serde(default)]
    pub arguments: BTreeMap<String, String>,
    /// When it was written, milliseconds since 1970.
    pub created: i64,
    /// Not to be tried before, milliseconds since 1970.
    pub due: i64,
    /// Tries that failed.
    #[serde(default)]
    pub tries: u32,
    /// Why the last one failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error: String,
    /// True where it is tried no more.
    #[serde(default)]
    pub given_up: bool,
}

/// A letter to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLetter {
    pub(super) to: String,
    pub(super) name: String,
    pub(super) key: &'static str,
    pub(super) arguments: BTreeMap<String, String>,
}

impl NewLetter {
    /// A letter to somebody with the texts `KEY.subject` and `KEY.text`, which may name `name`.
    pub fn new(to: &str, name: &str, key: &'static str) -> NewLetter {
        NewLetter { to: to.to_owned(), name: name.to_owned(), key, arguments: BTreeMap::new() }
    }

    /// Something that the texts name.
    #[must_use]
    pub fn with(mut self, argument: &str, value: impl ToString) -> NewLetter {
        self.arguments.insert(argument.to_owned(), value.to_string());
        self
    }
}

/// Does it look like an address, `name@example.gov.cn`? Whether mail arrives there is another matter.
pub fn is_address(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
    text.len() <= LONGEST
        && (1..=64).contains(&name.len())
        && name.bytes().all(plain)
        && !dots
        && host.contains('.')
        && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn addresses() {
        for good in ["li.fang@mzj.example.gov.cn", "a@b.cn", "a+b@b-c.cn"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "@b.cn",
            "a@",
            "a b@c.cn",
            "a@b.cn\nBcc: x@y.cn",
            "<a@b.cn>",
            "a@.cn",
            ".a@b.cn",
            "李@b.cn",
        ] {
            assert!(!is_address(bad), "{bad:?}");
        }
    }
}
