//! Who carries an action out.

use crate::domain::error::{Error, Result};
use crate::store::Actor;

use super::{Place, Role, User};

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

    /// True if `user` is who acts.
    pub fn is(&self, user: &User) -> bool {
        self.user.as_ref().is_some_and(|own| own.id == user.id)
    }
}
