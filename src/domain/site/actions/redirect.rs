//! Old addresses: added, changed, removed, taken in from a file.

use crate::base::id::{RedirectId, SiteId};
use crate::domain::account::{By, Role};
use crate::domain::error::{Broken, Error, Result};
use crate::domain::site::redirect::lookup;
use crate::domain::site::rules::check_url;
use crate::domain::site::{Channel, Old, Redirect, Target, normal_form, write_redirects};
use crate::store::{Read, Store, Transaction};

use super::site::load;

/// Longest old address in bytes.
const LONGEST: usize = 2000;

/// Adds an old address. That a document is there is the caller's to ask.
///
/// # Errors
/// `NotFound`, `Forbidden`; `required`, `redirect.long`, `redirect.taken`, and the rules of the target.
pub fn add_redirect(store: &Store, by: &By, site: SiteId, old: &Old) -> Result<Redirect> {
    let mut tx = store.transaction(by.actor(), "redirect.add").site(site.0).note(old.from.clone());
    load(&tx, by, Role::Manager, site)?;
    let old = checked(&tx, site, old)?;
    if lookup(&tx, site, old.prefix, &old.from)?.is_some() {
        return Err(Error::rule("redirect.taken", "from", &old.from));
    }
    let Old { from, prefix, to } = old;
    let redirect = Redirect { id: RedirectId(tx.new_id()), site, from, prefix, to, batch: None };
    tx.put_new(&redirect)?;
    store.commit(tx)?;
    Ok(redirect)
}

/// Changes an old address or where it leads; from then on it counts as made by hand.
///
/// # Errors
/// As [`add_redirect`].
pub fn change_redirect(store: &Store, by: &By, site: SiteId, id: RedirectId, old: &Old) -> Result<Redirect> {
    let mut tx = store.transaction(by.actor(), "redirect.change").site(site.0).note(old.from.clone());
    load(&tx, by, Role::Manager, site)?;
    let before = own(&tx, site, id)?;
    let old = checked(&tx, site, old)?;
    if lookup(&tx, site, old.prefix, &old.from)?.is_some_and(|other| other.id != id) {
        return Err(Error::rule("redirect.taken", "from", &old.from));
    }
    let redirect = Redirect { from: old.from, prefix: old.prefix, to: old.to, batch: None, ..before.clone() };
    if redirect != before {
        tx.put(&redirect)?;
        store.commit(tx)?;
    }
    Ok(redirect)
}

/// Removes redirects by number.
///
/// # Errors
/// `NotFound`, `Forbidden`; when the store refuses.
pub fn forget_redirects(store: &Store, by: &By, site: SiteId, ids: &[RedirectId]) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "redirect.remove").site(site.0);
    load(&tx, by, Role::Manager, site)?;
    for id in ids {
        own(&tx, site, *id)?;
        tx.delete::<Redirect>(id.0);
    }
    store.commit(tx)?;
    Ok(())
}

/// Stores old addresses in one transaction; one that is there already is
/// brought up to date. Returns how many are new and how many changed.
///
/// # Errors
/// `NotFound`, `Forbidden`; when the store refuses.
pub fn import_redirects(
    store: &Store,
    by: &By,
    site: SiteId,
    batch: Option<u64>,
    old: &[Old],
) -> Result<(usize, usize)> {
    let mut tx = store.transaction(by.actor(), "redirect.import").site(site.0);
    load(&tx, by, Role::Manager, site)?;
    let written = write_redirects(&mut tx, site, batch, old)?;
    if written.new + written.changed > 0 {
        store.commit(tx)?;
    }
    Ok((written.new, written.changed))
}

fn own(tx: &Transaction, site: SiteId, id: RedirectId) -> Result<Redirect> {
    let redirect: Option<Redirect> = tx.get(id.0)?;
    redirect.filter(|redirect| redirect.site == site).ok_or_else(|| Error::not_found("redirect", id))
}

/// The old address in its normal form, if it and its target may be.
fn checked(tx: &Transaction, site: SiteId, old: &Old) -> Result<Old> {
    let mut broken = Vec::new();
    let mut wrong = |rule, field, value: &str| broken.push(Broken { rule, field, value: value.to_owned() });
    let from = normal_form(&old.from);
    if old.from.trim().is_empty() {
        wrong("required", "from", "");
    } else if from.len() > LONGEST {
        wrong("redirect.long", "from", "");
    }
    match &old.to {
        Target::Url(url) => broken.extend(check_url("to", url).err()),
        Target::Channel(id) => {
            if tx.get::<Channel>(id.0)?.is_none_or(|channel| channel.site != site) {
                wrong("redirect.column", "to", &id.to_string());
            }
        }
        Target::Document(_) => {}
    }
    if broken.is_empty() { Ok(Old { from, ..old.clone() }) } else { Err(Error::Rules { broken }) }
}
