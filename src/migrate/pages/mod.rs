//! The pages of an old site, read for what they say: a mirror on disk or what
//! was fetched from the living site.
//!
//! **Invariant:** a page is text that others wrote: nothing in it can exhaust
//! memory or the stack, and what was not found is not invented.

pub mod address;
mod article;
mod chrome;
mod columns;
mod dates;
mod facts;
mod kinds;
mod labels;
mod learn;
mod letters;
mod lines;
mod log;
mod meta;
pub mod mirror;
mod names;
mod parallel;
mod read;
mod rules;
mod scripts;
mod site;
mod title;
mod words;

pub use mirror::Mirror;
pub use rules::Rules;
pub use site::Site;

use bytes::Bytes;
use url::Url;

use super::script::Functions;
use crate::base::fault::Fault;

/// A page or file of the old site as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its address, complete.
    pub address: Url,
    /// `Content-Type` of the answer with its charset; a mirror concludes it from name and bytes.
    pub content_type: String,
    /// `Content-Disposition` of the answer; may be empty.
    pub disposition: String,
    /// Its bytes.
    pub bytes: Bytes,
    /// Where the answer really came from, when the address only redirected.
    pub moved_to: Option<Url>,
}

/// Pages and files of an old site by number: a folder, a zip, or the spool of a crawl.
pub trait Fetches: Send + Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// Is there nothing?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Address of one of them, complete; numbers start at 0.
    fn address(&self, number: usize) -> &Url;

    /// Reads one of them, whole.
    ///
    /// # Errors
    /// When it cannot be read, or is larger than a page or file may be.
    fn read(&self, number: usize) -> Result<Fetched, Fault>;

    /// Reads the beginning of one of them, at least `most` bytes where there are so many.
    ///
    /// # Errors
    /// When it cannot be read.
    fn begin(&self, number: usize, most: usize) -> Result<Fetched, Fault> {
        let mut fetched = self.read(number)?;
        fetched.bytes.truncate(most);
        Ok(fetched)
    }

    /// The number of what an address leads to, in any spelling of it.
    fn number(&self, address: &Url) -> Option<usize>;

    /// Functions of scripts that its pages share, where they were gathered.
    fn functions(&self) -> Option<&Functions> {
        None
    }
}
