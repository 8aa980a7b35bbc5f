//! People who may log in: passwords, second factors, grants, log-ins, keys for their programs.
//!
//! **Invariant:** a password is kept only as an argon2id hash, a log-in or key
//! only as the hash of its token; no secret leaves this feature in readable
//! form but to its owner, once.

mod actions;
mod attempts;
mod by;
mod gate;
mod grant;
mod hold;
mod log_in;
mod notice;
mod own;
mod password;
mod pending;
mod query;
mod rules;
mod second_factor;
mod session;
mod tables;
mod token;
mod user;

pub use actions::{
    NewUser, create, disable, enable, end_sessions, give_grant, reset_second_factor, set_details, set_grants,
    set_password, take_grant, unlock,
};
pub use attempts::{Attempts, Failures};
pub use by::By;
pub use gate::{Gate, Policy};
pub use grant::{Grant, Place, Places, Role, Scope, read_grant};
pub use hold::Hold;
pub use log_in::{Credentials, LoggedIn, Refusal, log_in, log_out, revoke, revoke_others, second_step};
pub use notice::{KnownPlace, LogInNotice, browser};
pub use own::{
    begin_second_factor, change_password, confirm_second_factor, end_second_factor, forget_notices,
    renew_recovery_codes, set_email,
};
pub use password::{PasswordHash, generate};
pub use query::{
    Person, any_user, authenticate, colleagues, sessions, sessions_of, user, user_by_name, user_seen, users,
    users_of_site, users_seen,
};
pub use rules::{FORMER_PASSWORDS, LONGEST_PASSWORD, RESERVED_NAMES, SHORTEST_PASSWORD};
pub use rules::{check_display_name, check_grants, check_name, check_password};
pub use second_factor::{FactorSecret, RECOVERY_CODES, SecondFactor, Used};
pub use session::{LastSeen, Session, Token};
pub use tables::{SESSIONS_BY_END, SESSIONS_OF_USER, TOKENS_OF_USER, USERS};
use token::LastUsed;
pub use token::{ApiToken, MOST_TOKEN_DAYS, TOKEN_DAYS, authenticate_token, create_token, revoke_token, tokens};
pub use user::{Duty, LastLogIn, User};
