//! Sites made with dedecms (织梦), from a dump of their database.
//!
//! **Invariant:** of each article only its number and place are kept; old addresses are those that the program itself
//! would have made.

mod address;
mod body;
mod latin;
mod read;

pub use read::Dede;
