//! What becomes of HTML and Word files on their way into a document.

mod attacks;
mod check;
mod clean;
mod compare;
pub mod docx;
mod layout;
mod paste;
