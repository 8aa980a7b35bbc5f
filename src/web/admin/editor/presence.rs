//! Who has a document open.
//!
//! **Invariant:** known only to who may see the document; in memory only, and forgotten within a minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::base::id::{DocumentId, UserId};
use crate::domain::content;
use crate::render::view_admin::{OtherView, PresenceAnswer};
use crate::web::admin::{Desk, Pairs, Refusal, blocking};

/// Milliseconds after which somebody who said nothing is gone; pages say something every 20 seconds.
const GONE_AFTER: i64 = 50_000;
/// Most windows remembered; beyond it nobody new is until some are gone.
const MOST: usize = 10_000;

/// A window in which a document is open.
#[derive(Debug)]
struct Window {
    name: String,
    seen: i64,
}

/// Windows by document, person and what the window calls itself.
#[derive(Debug, Default)]
pub struct Presence {
    windows: Mutex<HashMap<(DocumentId, UserId, String), Window>>,
}

impl Presence {
    /// Somebody has it open.
    fn note(&self, document: DocumentId, user: UserId, tab: &str, name: &str, now: i64) {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= MOST {
            windows.retain(|_, window| now - window.seen <= GONE_AFTER);
        }
        if windows.len() < MOST {
            let tab = tab.chars().take(32).collect();
            windows.insert((document, user, tab), Window { name: name.to_owned(), seen: now });
        }
    }

    /// Names of others who have it open, and once more the own name for another window of one's own.
    fn others(&self, document: DocumentId, user: UserId, tab: &str, now: i64) -> Vec<String> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|(of, ..), window| *of != document || now - window.seen <= GONE_AFTER);
        let others = windows.iter().filter(|((of, who, own), _)| *of == document && (*who != user || own != tab));
        let mut names: Vec<String> = others.map(|(_, window)| window.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// Others who have it open, by name.
pub(super) fn others(desk: &Desk, document: DocumentId) -> Vec<String> {
    let Some(person) = &desk.person else { return Vec::new() };
    let mut names = desk.admin.presence.others(document, person.user.id, "", desk.now);
    // One's own window that is being loaded again.
    names.retain(|name| *name != person.user.display_name);
    names
}

/// Takes note of a window, and tells of the others.
pub async fn tell(desk: Desk, Path(id): Path<u64>, pairs: Pairs) -> Result<Response, Refusal> {
    let (app, by, id) = (desk.admin.app.clone(), desk.by()?, DocumentId(id));
    let document = blocking(move || content::document(&app.store, &by, id)).await?.map_err(Refusal::from)?;
    let (user, tab) = (&desk.person()?.user, pairs.text("tab"));
    let presence = &desk.admin.presence;
    presence.note(id, user.id, tab, &user.display_name, desk.now);
    let others = presence.others(id, user.id, tab, desk.now);
    let others = others.into_iter().map(|name| OtherView { name }).collect();
    Ok(desk.json(StatusCode::OK, &PresenceAnswer { others, head: document.head.0 })?)
}
