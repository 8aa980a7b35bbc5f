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
    /// It is not the actor's to do.
    #[error("not allowed: it takes the role {role}")]
    Forbidden {
        /// Role that it takes.
        role: &'static str,
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
        match self.value.as_str() {
            "" => write!(f, "{}: {}", self.field, explain(self.rule)),
            value => write!(f, "{} \"{value}\": {}", self.field, explain(self.rule)),
        }
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
        "name.form" => "must be 2 to 32 of a-z, 0-9, dot, hyphen and underscore, beginning with a letter",
        "name.reserved" => "is a name of the server's own",
        "name.taken" => "is already a user",
        "display_name.form" => "must be 1 to 40 characters",
        "password.short" => "must have at least 10 characters",
        "password.long" => "must have at most 256 bytes",
        "password.classes" => "must mix three of: small letters, capitals, digits, other characters",
        "password.name" => "must not hold the user name",
        "password.common" => "is too common",
        "password.history" => "was used before; the last five are not taken again",
        "grant.form" => "must be ROLE@group, ROLE@site:SLUG or ROLE@channel:SLUG/PATH",
        "grant.role" => {
            "no such role; there are editor, reviewer, publisher, manager, admin, security, auditor, supervisor"
        }
        "grant.site" => "no such site",
        "grant.channel" => "no such column in the site",
        "grant.group_only" => "is a role of the group only",
        "grant.separate" => "are never held by one person",
        "user.own" => "cannot be changed by himself",
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
