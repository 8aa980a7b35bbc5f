//! What an action answers when it does not act.

use crate::store;

/// Shorthand for actions and queries.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an action did nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or it is not the actor's to see.
    #[error("{what} not found: {name}")]
    NotFound {
        /// `site`, `column`, `document`, …
        what: &'static str,
        /// What was asked for.
        name: String,
    },
    /// A rule forbids it: message keys with the value at fault.
    #[error("{}", broken.iter().map(Broken::to_string).collect::<Vec<_>>().join("; "))]
    Rules {
        /// The rules broken.
        broken: Vec<Broken>,
    },
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Message key, `slug.reserved`.
    pub rule: &'static str,
    /// Field at fault, `slug`.
    pub field: &'static str,
    /// Value at fault.
    pub value: String,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} \"{}\": {}", self.field, self.value, explain(self.rule))
    }
}

/// The rule in words for ops; pages translate the key instead.
fn explain(rule: &str) -> &str {
    match rule {
        "slug.reserved" => "is a reserved word",
        "slug.form" => "must be 1 to 40 of a-z, 0-9 and single hyphens between them",
        "slug.taken" => "is already used by a site or column at this place",
        "host.form" => "is not a host name",
        "host.taken" => "is already a host of another site",
        "colour.form" => "must look like #b4232a",
        "type.unknown" => "is not one of the 18 kinds of meta ColumnType",
        "code.form" => "must be 10 letters and digits",
        "required" => "must not be empty",
        "parent.unknown" => "no such site or column above",
        "portal.one" => "there must be exactly one portal",
        "theme.unknown" => "there is no such theme",
        "url.form" => "must be an http, https or rooted address",
        other => other,
    }
}

impl Error {
    /// A missing thing.
    pub fn not_found(what: &'static str, name: impl ToString) -> Error {
        Error::NotFound { what, name: name.to_string() }
    }

    /// One broken rule.
    pub fn rule(rule: &'static str, field: &'static str, value: impl ToString) -> Error {
        Error::Rules { broken: vec![Broken { rule, field, value: value.to_string() }] }
    }
}
