//! People who may log in: passwords, grants, log-ins.
//!
//! **Invariant:** a password is kept only as an argon2id hash and a log-in
//! only as the hash of its token; neither leaves this feature in readable form.

mod actions;
mod attempts;
mod by;
mod gate;
mod grant;
mod log_in;
mod password;
mod query;
mod rules;
mod session;
mod tables;
mod user;

pub use actions::{NewUser, change_password, create, disable, enable, set_grants, set_password, unlock};
pub use attempts::{Attempts, Failures};
pub use by::By;
pub use gate::{Gate, Policy};
pub use grant::{Grant, Place, Places, Role, Scope, read_grant};
pub use log_in::{Credentials, LoggedIn, Refusal, log_in, log_out, revoke, revoke_others};
pub use password::{PasswordHash, generate};
pub use query::{Person, any_user, authenticate, sessions, user, user_by_name, users};
pub use rules::{FORMER_PASSWORDS, LONGEST_PASSWORD, RESERVED_NAMES, SHORTEST_PASSWORD};
pub use rules::{check_display_name, check_grants, check_name, check_password};
pub use session::{LastSeen, Session, Token};
pub use tables::{SESSIONS_BY_END, SESSIONS_OF_USER, USERS};
pub use user::{LastLogIn, User};
