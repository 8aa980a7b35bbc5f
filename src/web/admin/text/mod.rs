//! Pages about a text: its revisions, two of them compared, publishing checks, word lists.
//!
//! **Invariant:** nothing of a text is shown that the queries of the domain do not hand to who asks.

pub mod check;
pub mod compare;
pub mod history;
pub mod words;
