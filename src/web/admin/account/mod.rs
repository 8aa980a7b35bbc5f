//! A person's own account: log-in, password, second factor, log-ins, keys for programs.
//!
//! **Invariant:** shows and changes what is the person's own only.

pub mod log_in;
pub mod overview;
pub mod password;
pub mod second_factor;
pub mod sessions;
pub mod tokens;
