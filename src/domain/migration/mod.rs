//! What imports brought, page by page: what waits for a look, what a unit has
//! signed off, links that wait for another old site.
//!
//! **Invariant:** what an import was not sure of is public only after a person
//! accepted it, with the date of the old site and never the day of the import.

mod actions;
mod import;
mod link;
mod page;
mod query;
mod run;
mod sign_off;
mod tables;
mod waiting;

pub use actions::{Accept, accept, assign, discard, send_back, sign_off};
pub use import::{find_page, put_page, remove_batch, unfinished};
pub use link::{PendingLink, host_of, keep_links, lead, resolve};
pub use page::{Fate, OldPage, Reason, Review, Sure};
pub use query::{
    ColumnState, Filter, columns, count_waiting, page, page_of, pages, run, run_named, runs, waiting, waiting_in,
};
pub use run::{Figures, Run};
pub use sign_off::SignOff;
pub use tables::{PAGES_OF_BATCH, PENDING_OF_DOCUMENT, PENDING_OF_HOST, RUNS, WAITING_OF_SITE};
pub use waiting::{Wanted, next_waiting, wanted};
