//! People: all of them for `security`, those of a site for its managers.
//!
//! **Invariant:** of somebody who also belongs elsewhere a manager sees the
//! grants in the site of the page and nothing of the rest but that it is there.

mod grants;
mod ground;
pub mod list;
pub mod new;
mod once;
pub mod user;

pub use ground::Ground;
