//! Who carries an action out.

use crate::domain::error::{Error, Result};
use crate::store::Actor;

use super::{ApiToken, Place, Role, User};

/// Who carries an action out: ops at the command line and the server itself may do everything,
/// a person what the grants say.
#[derive(Debug, Clone)]
pub struct By {
    actor: Actor,
    user: Option<Box<User>>,
}

impl By {
    /// Ops at the command line.
    pub fn ops() -> By {
        By { actor: Actor::cli(), user: None }
    }

    /// The server itself.
    pub fn system() -> By {
        By { actor: Actor::system(), user: None }
    }

    /// A person at an address.
    pub fn person(user: &User, address: &str) -> By {
        let actor = Actor { name: user.name.clone(), address: address.to_owned() };
        By { actor, user: Some(Box::new(user.clone())) }
    }

    /// A program with a key of a person, at an address: the person's grants, and the number of the key beside the
    /// address in the journal.
    pub fn token(user: &User, token: &ApiToken, address: &str) -> By {
        By::person(user, &format!("{address} token:{}", token.id))
    }

    /// As the journal names it.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The person, if it is one.
    pub fn user(&self) -> Option<&User> {
        self.user.as_deref()
    }

    /// May the action be carried out in `role` at `place`?
    pub fn may(&self, role: Role, place: Place<'_>) -> bool {
        self.user.as_ref().is_none_or(|user| user.may(role, place))
    }

    /// Like [`By::may`], as an error.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn require(&self, role: Role, place: Place<'_>) -> Result<()> {
        if self.may(role, place) { Ok(()) } else { Err(Error::Forbidden { role: role.word() }) }
    }

    /// True where the actor works with what is not published at `place`.
    pub fn sees(&self, place: Place<'_>) -> bool {
        self.user.as_ref().is_none_or(|user| user.sees(place))
    }

    /// Like [`By::require`], but what the actor may not see does not exist for him.
    ///
    /// # Errors
    /// `NotFound` of `what` with `name`; `Forbidden`.
    pub fn require_seen(&self, role: Role, place: Place<'_>, what: &'static str, name: impl ToString) -> Result<()> {
        if self.sees(place) { self.require(role, place) } else { Err(Error::not_found(what, name)) }
    }

    /// True if `user` is who acts.
    pub fn is(&self, user: &User) -> bool {
        self.user.as_ref().is_some_and(|own| own.id == user.id)
    }
}
