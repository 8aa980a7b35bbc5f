//! A person who may log in.

use serde::{Deserialize, Serialize};

use crate::base::id::{SiteId, UserId};

use super::{Failures, Grant, KnownPlace, LogInNotice, PasswordHash, Place, Policy, Role, Scope, SecondFactor};

/// A person who may log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Number.
    pub id: UserId,
    /// Name to log in with, lower case; also the actor's name in the journal. Never changes.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Where mail reaches the person; empty where it does not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
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
    /// What is asked for after the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<SecondFactor>,
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
    /// From where and with what the person has logged in before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<KnownPlace>,
    /// Log-ins from elsewhere that the person has not yet said to have seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<LogInNotice>,
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
        !self.disabled && self.grants.iter().any(|grant| grant.role.fits(role) && grant.scope.covers(place))
    }

    /// True where this person works with what is not published at `place`. Who only reads figures (`supervisor`),
    /// users or the log does not.
    pub fn sees(&self, place: Place<'_>) -> bool {
        !self.disabled && self.grants.iter().any(|grant| grant.role.works() && grant.scope.covers(place))
    }

    /// True where this person publishes in the site or in some column of it.
    pub fn publishes_in(&self, site: SiteId) -> bool {
        let fits = |grant: &Grant| grant.role.fits(Role::Publisher) && grant.scope.reaches(site);
        !self.disabled && self.grants.iter().any(fits)
    }

    /// True where this person works with what is not published in the site or in some column of it.
    pub fn works_in(&self, site: SiteId) -> bool {
        !self.disabled && self.grants.iter().any(|grant| grant.role.works() && grant.scope.reaches(site))
    }

    /// May this person act in `role` in the site, or in some column of it?
    pub fn may_within(&self, role: Role, site: SiteId) -> bool {
        !self.disabled && self.grants.iter().any(|grant| grant.role.fits(role) && grant.scope.reaches(site))
    }

    /// True if some grant lets this person work in every site.
    pub fn sees_group(&self) -> bool {
        !self.disabled && self.grants.iter().any(|grant| grant.role.sees_sites() && grant.scope == Scope::Group)
    }

    /// Where this person works with content; grants that show no site (`security`, `auditor`) are left out.
    pub fn work_places(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(|grant| !self.disabled && grant.role.sees_sites())
    }

    /// True if the password is older than allowed at `now`.
    pub fn password_aged(&self, policy: &Policy, now: i64) -> bool {
        policy.password_age > 0 && now >= self.password_set.saturating_add(policy.password_age)
    }

    /// True if one of the grants asks for a second factor.
    pub fn needs_second_factor(&self, policy: &Policy) -> bool {
        self.grants.iter().any(|grant| policy.second_factor.contains(&grant.role))
    }

    /// What the person must do before anything else.
    pub fn duty(&self, policy: &Policy, now: i64) -> Option<Duty> {
        if self.must_change_password || self.password_aged(policy, now) {
            Some(Duty::Password)
        } else if self.second_factor.is_none() && self.needs_second_factor(policy) {
            Some(Duty::SecondFactor)
        } else {
            None
        }
    }
}

/// Something to be done before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Choosing another password: the present one was given by others, or is too old.
    Password,
    /// Setting a second factor up.
    SecondFactor,
}
