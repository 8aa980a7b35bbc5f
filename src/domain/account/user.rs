//! A person who may log in.

use serde::{Deserialize, Serialize};

use crate::base::id::UserId;

use super::{Failures, Grant, PasswordHash, Place, Role, Scope};

/// A person who may log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Number.
    pub id: UserId,
    /// Name to log in with, lower case; also the actor's name in the journal. Never changes.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// The password.
    pub password: PasswordHash,
    /// Passwords before this one, the newest first, so that none of them is taken again.
    #[serde(default)]
    pub former_passwords: Vec<PasswordHash>,
    /// When the password was set, milliseconds since 1970.
    pub password_set: i64,
    /// True where the person must choose a password of his own before anything else.
    #[serde(default)]
    pub must_change_password: bool,
    /// What the person may do, and where.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// True where the person may not log in.
    #[serde(default)]
    pub disabled: bool,
    /// Wrong passwords, and the lock that they led to.
    #[serde(default)]
    pub failures: Failures,
    /// When it was made, milliseconds since 1970.
    pub created: i64,
    /// The last log-in.
    #[serde(default)]
    pub last_log_in: Option<LastLogIn>,
    /// A log-in belongs to one epoch; the next one ends all of them.
    #[serde(default)]
    pub epoch: u32,
}

/// When and from where somebody logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastLogIn {
    /// Milliseconds since 1970.
    pub time: i64,
    /// Address of the client.
    #[serde(default)]
    pub address: String,
    /// Wrong passwords between the log-in before and this one.
    #[serde(default)]
    pub failures: u32,
}

impl User {
    /// May this person act in `role` at `place`? A role implies no other, but for `admin`, who may
    /// do everything except what belongs to `security` and `auditor` (三员分立).
    pub fn may(&self, role: Role, place: Place<'_>) -> bool {
        !self.disabled
            && self.grants.iter().any(|grant| {
                let fits = grant.role == role
                    || (grant.role == Role::Admin && !matches!(role, Role::Security | Role::Auditor));
                fits && grant.scope.covers(place)
            })
    }

    /// True if some grant lets this person work in every site.
    pub fn sees_group(&self) -> bool {
        !self.disabled && self.grants.iter().any(|grant| grant.role.sees_sites() && grant.scope == Scope::Group)
    }

    /// Where this person works with content; grants that show no site (`security`, `auditor`) are left out.
    pub fn work_places(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(|grant| !self.disabled && grant.role.sees_sites())
    }
}
