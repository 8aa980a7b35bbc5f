//! Who manages whom.
//!
//! `security` manages everybody. A manager of a site manages the people of that site: those whose every grant lies
//! inside sites that he manages. Of somebody who also belongs elsewhere he sees and changes the grants in his own
//! sites, nothing else. `admin` manages nobody (三员分立), so the role is compared here and not what it fits.

use crate::base::id::SiteId;
use crate::domain::error::{Error, Result};

use super::{By, Grant, Place, Role, Scope, User};

/// What somebody may do with the account of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// Nothing: the person does not exist for him.
    None,
    /// Grants inside his own sites.
    Part,
    /// Everything: grants, password, lock, log-ins.
    Whole,
}

impl Scope {
    /// The site that the scope lies in; `None` for the group.
    pub fn site(self) -> Option<SiteId> {
        match self {
            Scope::Group => None,
            Scope::Site(site) | Scope::Channel(site, _) => Some(site),
        }
    }
}

impl User {
    /// True if this person manages the people of a site.
    pub fn manages_users_of(&self, site: SiteId) -> bool {
        let manages = |grant: &Grant| grant.role == Role::Manager && grant.scope.covers(Place::Site(site));
        !self.disabled && self.grants.iter().any(manages)
    }
}

impl By {
    /// True for ops, for the server itself, and for who has the role `security`.
    pub fn manages_all_users(&self) -> bool {
        self.may(Role::Security, Place::Group)
    }

    /// True if the actor manages the people of a site.
    pub fn manages_users_of(&self, site: SiteId) -> bool {
        self.manages_all_users() || self.user().is_some_and(|user| user.manages_users_of(site))
    }

    /// What the actor may do with the account of `user`. His own is a matter of other actions.
    pub fn hold(&self, user: &User) -> Hold {
        if self.manages_all_users() {
            return Hold::Whole;
        }
        let inside = |grant: &Grant| grant.scope.site().is_some_and(|site| self.manages_users_of(site));
        let count = user.grants.iter().filter(|grant| inside(grant)).count();
        match count {
            0 => Hold::None,
            count if count == user.grants.len() => Hold::Whole,
            _ => Hold::Part,
        }
    }

    /// May the actor give or take this grant?
    pub fn may_grant(&self, grant: &Grant) -> bool {
        self.manages_all_users()
            || (!grant.role.is_group_only() && grant.scope.site().is_some_and(|site| self.manages_users_of(site)))
    }

    /// Asks for a hold on somebody else's account.
    ///
    /// # Errors
    /// `NotFound` where the person does not exist for the actor; `Forbidden` where the hold is less; `user.own`.
    pub(super) fn require_hold(&self, wanted: Hold, user: &User) -> Result<()> {
        // Nobody raises, lowers or frees himself.
        if self.is(user) {
            return Err(Error::rule("user.own", "user", &user.name));
        }
        match self.hold(user) {
            Hold::None => Err(Error::not_found("user", user.id)),
            hold if hold < wanted => Err(Error::Forbidden { role: Role::Security.word() }),
            _ => Ok(()),
        }
    }

    /// Asks whether the actor may turn the grants `before` into `after`.
    pub(super) fn require_grants(&self, before: &[Grant], after: &[Grant]) -> Result<()> {
        let changed = before.iter().filter(|grant| !after.contains(grant));
        let mut changed = changed.chain(after.iter().filter(|grant| !before.contains(grant)));
        if changed.all(|grant| self.may_grant(grant)) {
            Ok(())
        } else {
            Err(Error::Forbidden { role: Role::Security.word() })
        }
    }
}
