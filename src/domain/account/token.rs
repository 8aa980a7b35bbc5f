//! Keys with which programs act for a person: bound to his grants, expiring, ended by a new password and by disabling.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::base::id::{TokenId, UserId};
use crate::domain::error::{Error, Result};
use crate::store::{ListKey, Position, Read, Store};

use super::actions::load;
use super::tables::{API_TOKEN, TOKENS_OF_USER};
use super::{By, Gate, Hold, Token, User, user};

/// Days that a key counts where nothing else is said.
pub const TOKEN_DAYS: u32 = 90;
/// Most days that a key counts.
pub const MOST_TOKEN_DAYS: u32 = 730;
/// Most keys of one person.
const MOST: usize = 20;
/// Longest name of a key, in characters.
const LONGEST_LABEL: usize = 40;
/// What a secret begins with, so that programs that look for lost secrets find it.
const MARK: &str = "zhanqun_";
/// A day in milliseconds.
const DAY: i64 = 24 * 3_600_000;
/// How old the stored time of the last use may become before it is stored again.
const COARSE: i64 = 3_600_000;
/// Times of use kept in memory.
const MOST_USED: usize = 10_000;

/// A key with which a program acts for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Number.
    pub id: TokenId,
    /// For whom it acts.
    pub user: UserId,
    /// What it is for, in the person's words.
    pub label: String,
    /// Hash of the secret.
    pub token: String,
    /// Epoch of the user to which it belongs.
    pub epoch: u32,
    /// When it was made, milliseconds since 1970.
    pub created: i64,
    /// When it ends.
    pub expires: i64,
    /// When it was used last, as far as it was stored: up to an hour too early; 0 for never.
    #[serde(default)]
    pub used: i64,
    /// From where it was used last.
    #[serde(default)]
    pub used_from: String,
}

impl ApiToken {
    /// Does it still count for `user` at `now`?
    pub fn counts(&self, user: &User, now: i64) -> bool {
        !user.disabled && self.user == user.id && self.epoch == user.epoch && now < self.expires
    }
}

/// When keys were used last, to the millisecond; after a restart the stored times count.
#[derive(Debug, Default)]
pub(super) struct LastUsed {
    times: Mutex<HashMap<TokenId, i64>>,
}

impl LastUsed {
    fn of(&self, token: &ApiToken) -> i64 {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.get(&token.id).copied().unwrap_or(0).max(token.used)
    }

    fn note(&self, token: TokenId, now: i64) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        if times.len() < MOST_USED || times.contains_key(&token) {
            times.insert(token, now);
        }
    }
}

/// Makes a key for a person: he himself or ops. The answer has the secret, which is kept nowhere.
///
/// # Errors
/// `Forbidden`; `token.label`, `token.days`, `token.many`; `Conflict`.
pub fn create_token(
    store: &Store,
    by: &By,
    id: UserId,
    label: &str,
    days: u32,
    now: i64,
) -> Result<(ApiToken, String)> {
    let mut tx = store.transaction(by.actor(), "account.token_create");
    let user = load(&tx, id)?;
    // Whoever holds the key is the person, so nobody makes one for somebody else.
    if by.user().is_some() && !by.is(&user) {
        return Err(Error::Forbidden { role: "self" });
    }
    let label = label.trim();
    if !(1..=LONGEST_LABEL).contains(&label.chars().count()) || label.chars().any(char::is_control) {
        return Err(Error::rule("token.label", "label", label));
    }
    if !(1..=MOST_TOKEN_DAYS).contains(&days) {
        return Err(Error::rule("token.days", "days", days));
    }
    let mut live = 0;
    for entry in tx.list(ListKey::new(TOKENS_OF_USER, &[id.0]), Position::FIRST, usize::MAX)? {
        match tx.get::<ApiToken>(entry.id)? {
            Some(token) if token.counts(&user, now) => live += 1,
            // Those that have ended are cleared away.
            _ => tx.delete::<ApiToken>(entry.id),
        }
    }
    if live >= MOST {
        return Err(Error::rule("token.many", "label", label));
    }
    let secret = Token::random()?;
    let token = ApiToken {
        id: TokenId(tx.new_id()),
        user: id,
        label: label.to_owned(),
        token: secret.hash(),
        epoch: user.epoch,
        created: now,
        expires: now.saturating_add(i64::from(days) * DAY),
        used: 0,
        used_from: String::new(),
    };
    tx = tx.note(format!("{}: {label}", user.name));
    tx.put_new(&token)?;
    store.commit(tx)?;
    Ok((token, format!("{MARK}{}", secret.secret())))
}

/// Ends a key: one's own, or that of somebody whose account one manages.
///
/// # Errors
/// `NotFound` where it is none of `user`; `Forbidden`; `Conflict`.
pub fn revoke_token(store: &Store, by: &By, user: &User, token: TokenId) -> Result<()> {
    if !by.is(user) {
        by.require_hold(Hold::Whole, user)?;
    }
    let mut tx = store.transaction(by.actor(), "account.token_revoke");
    let found: Option<ApiToken> = tx.get(token.0)?;
    let found = found.filter(|found| found.user == user.id).ok_or_else(|| Error::not_found("token", token))?;
    tx = tx.note(format!("{}: {}", user.name, found.label));
    tx.delete::<ApiToken>(token.0);
    store.commit(tx)?;
    Ok(())
}

/// Keys of a person that count at `now`, the newest first, each with the time of its last use (0 for never).
///
/// # Errors
/// `NotFound` and `Forbidden` for keys of somebody whose account one does not manage.
pub fn tokens(read: &impl Read, gate: &Gate, by: &By, user: &User, now: i64) -> Result<Vec<(ApiToken, i64)>> {
    if !by.is(user) {
        by.require_hold(Hold::Whole, user)?;
    }
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(TOKENS_OF_USER, &[user.id.0]), Position::FIRST, usize::MAX)? {
        if let Some(token) = read.get::<ApiToken>(entry.id)?.filter(|token| token.counts(user, now)) {
            let used = gate.last_used.of(&token);
            found.push((token, used));
        }
    }
    Ok(found)
}

/// Who acts with a secret, `zhanqun_…`, from an address. `None` where it never counted or counts no longer.
///
/// # Errors
/// When the store cannot be read.
pub fn authenticate_token(store: &Store, gate: &Gate, secret: &str, address: IpAddr, now: i64) -> Result<Option<By>> {
    let Some(secret) = secret.strip_prefix(MARK).and_then(Token::parse) else { return Ok(None) };
    let Some(id) = store.unique(API_TOKEN, secret.hash().as_bytes())? else { return Ok(None) };
    let Some(token) = store.get::<ApiToken>(id)? else { return Ok(None) };
    let Some(user) = user(store, token.user)? else { return Ok(None) };
    if !token.counts(&user, now) {
        return Ok(None);
    }
    gate.last_used.note(token.id, now);
    if now - token.used >= COARSE {
        store_used(store, &user, &token, address, now);
    }
    Ok(Some(By::token(&user, &token, &address.to_string())))
}

/// Stores when a key was used last. A failure costs nothing: the time is in memory as well.
fn store_used(store: &Store, user: &User, token: &ApiToken, address: IpAddr, now: i64) {
    let by = By::token(user, token, &address.to_string());
    let mut tx = store.transaction(by.actor(), "account.token_used");
    let written = (|| {
        // Read again, so that a key which ends meanwhile is not written anew.
        let Some(mut token) = tx.get::<ApiToken>(token.id.0)? else { return Ok(()) };
        token.used = now;
        token.used_from = address.to_string();
        tx.put(&token)?;
        store.commit(tx).map(|_| ())
    })();
    match written {
        Ok(()) | Err(crate::store::Error::Conflict { .. }) => {}
        Err(error) => tracing::warn!(%error, "the time of a key's last use was not stored"),
    }
}
