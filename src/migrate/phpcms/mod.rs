//! Sites made with phpcms v9, 2008 or 2007, from a dump of their database.
//!
//! **Invariant:** of each article only its number and place are kept; the address that the program stored is the
//! first one, those that it also answered follow.

mod address;
mod read;
mod version;

pub use read::Phpcms;
