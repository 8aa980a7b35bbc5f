//! People and their grants, as far as the person manages them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::id::{TokenId, UserId};
use crate::domain::account::{self, ApiToken, Grant, Hold, NewUser, User, read_grant};

use super::page::{PageQuery, Wanted, reply};
use super::time::some;
use super::{Call, PREFIX, Problem, Reply, etag};

/// A person who may log in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "User")]
pub struct UserView {
    /// Number.
    id: u64,
    /// Name to log in with.
    name: String,
    /// Name for people.
    display_name: String,
    /// Address for mail; for the person himself and for who manages the whole account.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// `ROLE@group`, `ROLE@site:SLUG` or `ROLE@channel:SLUG/PATH`; those that the asking person manages.
    grants: Vec<String>,
    /// May not log in.
    disabled: bool,
    /// Made.
    created: Option<String>,
}

impl UserView {
    /// As it is shown: grants elsewhere are nobody's business but those of who manages them, and the person's own.
    pub fn of(call: &Call, user: &User) -> UserView {
        let directory = call.app().directory();
        let own = call.by.is(user);
        let grants = user.grants.iter().filter(|grant| own || call.by.may_grant(grant));
        UserView {
            id: user.id.0,
            name: user.name.clone(),
            display_name: user.display_name.clone(),
            email: (own || call.by.hold(user) == Hold::Whole).then(|| user.email.clone()),
            grants: grants.map(|grant| grant.words(&**directory)).collect(),
            disabled: user.disabled,
            created: some(user.created),
        }
    }
}

fn page(call: &Call, all: Vec<User>) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let (found, next) = wanted.of(all)?;
    reply(call, found.iter().map(|user| UserView::of(call, user)).collect(), next)
}

/// `GET /users`: everybody, by name.
///
/// # Errors
/// `forbidden`, `query`.
pub fn list(call: &Call) -> Result<Reply, Problem> {
    page(call, account::users_seen(&call.app().store, &call.by)?)
}

/// `GET /sites/{site}/users`: the people of a site, by name.
///
/// # Errors
/// `not_found`, `forbidden`, `query`.
pub fn of_site(call: &Call) -> Result<Reply, Problem> {
    page(call, account::users_of_site(&call.app().store, &call.by, call.site()?.site.id)?)
}

fn find(call: &Call) -> Result<User, Problem> {
    Ok(account::user_seen(&call.app().store, &call.by, UserId(call.number(0)?))?.0)
}

/// `GET /users/{user}`.
///
/// # Errors
/// `not_found`.
pub fn show(call: &Call) -> Result<Reply, Problem> {
    Reply::resource(&UserView::of(call, &find(call)?))
}

/// Somebody who shall be able to log in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewUser", example = serde_json::json!({
    "name": "wang.wei", "display_name": "王伟", "grants": ["editor@site:mzj"]
}))]
pub struct Joining {
    /// Name to log in with.
    name: String,
    /// Name for people; the log-in name if it is missing.
    #[serde(default)]
    display_name: String,
    /// First password, for one log-in; one is made if it is missing.
    password: Option<String>,
    /// `ROLE@group`, `ROLE@site:SLUG` or `ROLE@channel:SLUG/PATH`.
    #[serde(default)]
    grants: Vec<String>,
}

/// A new user, with the password that was made for him.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "JoinedUser")]
pub struct JoinedView {
    #[serde(flatten)]
    user: UserView,
    /// The password that the server made; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_password: Option<String>,
}

fn read_grants(call: &Call, words: &[String]) -> Result<Vec<Grant>, Problem> {
    let directory = call.app().directory();
    words.iter().map(|words| Ok(read_grant(words, &**directory)?)).collect()
}

/// `POST /users`: `security` anybody, the manager of a site one who belongs to it.
///
/// # Errors
/// `forbidden`, `rules`, `body`.
pub fn create(call: &Call) -> Result<Reply, Problem> {
    let given: Joining = call.json()?;
    let grants = read_grants(call, &given.grants)?;
    let made = given.password.is_none();
    let password = match given.password {
        Some(password) => password,
        None => account::generate(&given.name)?,
    };
    let new = NewUser {
        name: given.name,
        display_name: given.display_name,
        password: password.clone(),
        grants,
        must_change_password: true,
        ..NewUser::default()
    };
    let user = account::create(&call.app().store, &call.by, &new, call.now)?;
    let view = UserView::of(call, &user);
    let version = etag::of(&view);
    let location = format!("{PREFIX}/users/{}", view.id);
    let reply = Reply::created(&JoinedView { user: view, first_password: made.then_some(password) }, location)?;
    Ok(Reply { etag: Some(version), ..reply })
}

/// What somebody may do, and where.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = serde_json::json!({ "grants": ["editor@site:mzj", "reviewer@channel:mzj/tzgg"] }))]
pub struct Grants {
    /// `ROLE@group`, `ROLE@site:SLUG` or `ROLE@channel:SLUG/PATH`: all that the asking person manages; others stay.
    grants: Vec<String>,
}

/// `PUT /users/{user}/grants`.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`, `body`.
pub fn set_grants(call: &Call) -> Result<Reply, Problem> {
    let user = find(call)?;
    call.require_seen(&etag::of(&UserView::of(call, &user)))?;
    let Grants { grants } = call.json()?;
    let mut grants = read_grants(call, &grants)?;
    grants.extend(user.grants.iter().filter(|grant| !call.by.may_grant(grant)));
    let changed = account::set_grants(&call.app().store, &call.by, user.id, &grants)?;
    Reply::resource(&UserView::of(call, &changed))
}

/// `POST /users/{user}/disable`: ends all log-ins and tokens.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`.
pub fn disable(call: &Call) -> Result<Reply, Problem> {
    let user = find(call)?;
    Reply::resource(&UserView::of(call, &account::disable(&call.app().store, &call.by, user.id)?))
}

/// `POST /users/{user}/enable`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`.
pub fn enable(call: &Call) -> Result<Reply, Problem> {
    let user = find(call)?;
    Reply::resource(&UserView::of(call, &account::enable(&call.app().store, &call.by, user.id)?))
}

/// What a person is called, and where mail goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "UserDetails", example = serde_json::json!({ "display_name": "王伟", "email": "wang.wei@city.example" }))]
pub struct Details {
    /// Name for people.
    display_name: String,
    /// Address for mail; as it is if it is missing.
    email: Option<String>,
}

/// `PUT /users/{user}`.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`, `body`.
pub fn change(call: &Call) -> Result<Reply, Problem> {
    let user = find(call)?;
    call.require_seen(&etag::of(&UserView::of(call, &user)))?;
    let Details { display_name, email } = call.json()?;
    let email = email.as_ref().unwrap_or(&user.email);
    let changed = account::set_details(&call.app().store, &call.by, user.id, &display_name, email)?;
    Reply::resource(&UserView::of(call, &changed))
}

/// A first password.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "NewPassword", example = serde_json::json!({}))]
pub struct Password {
    /// The password, for one log-in; one is made if it is missing.
    password: Option<String>,
}

/// `POST /users/{user}/password`: another first password; log-ins and tokens end.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn set_password(call: &Call) -> Result<Reply, Problem> {
    let user = find(call)?;
    let given: Password = call.json()?;
    let made = given.password.is_none();
    let password = match given.password {
        Some(password) => password,
        None => account::generate(&user.name)?,
    };
    let changed = account::set_password(&call.app().store, &call.by, user.id, &password, true, call.now)?;
    let view = UserView::of(call, &changed);
    let version = etag::of(&view);
    let reply = Reply::json(&JoinedView { user: view, first_password: made.then_some(password) })?;
    Ok(Reply { etag: Some(version), ..reply })
}

/// `POST /users/{user}/unlock`: ends the lock after wrong passwords.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`.
pub fn unlock(call: &Call) -> Result<Reply, Problem> {
    let (user, app) = (find(call)?, call.app());
    Reply::resource(&UserView::of(call, &account::unlock(&app.store, &app.gate, &call.by, user.id)?))
}

/// `POST /users/{user}/end-sessions`: ends all log-ins.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`.
pub fn end_sessions(call: &Call) -> Result<Reply, Problem> {
    let (user, app) = (find(call)?, call.app());
    account::end_sessions(&app.store, &app.gate, &call.by, user.id)?;
    Reply::resource(&UserView::of(call, &user))
}

/// `POST /users/{user}/second-factor/reset`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`.
pub fn reset_second_factor(call: &Call) -> Result<Reply, Problem> {
    let user = find(call)?;
    let changed = account::reset_second_factor(&call.app().store, &call.by, user.id)?;
    Reply::resource(&UserView::of(call, &changed))
}

/// A token, without its secret.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Token")]
pub struct TokenView {
    /// Number.
    id: u64,
    /// What it is for.
    label: String,
    /// Made.
    created: Option<String>,
    /// Good until then.
    expires: Option<String>,
    /// Used last.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<String>,
}

impl TokenView {
    fn of((token, used): &(ApiToken, i64)) -> TokenView {
        TokenView {
            id: token.id.0,
            label: token.label.clone(),
            created: some(token.created),
            expires: some(token.expires),
            used: some(*used),
        }
    }
}

/// The person of the address: oneself, or one whom one manages.
fn own_or_found(call: &Call) -> Result<User, Problem> {
    let id = UserId(call.number(0)?);
    match call.by.user().filter(|own| own.id == id) {
        Some(own) => Ok(own.clone()),
        None => find(call),
    }
}

/// `GET /users/{user}/tokens`: one's own, or those of somebody whose whole account one manages.
///
/// # Errors
/// `not_found`, `forbidden`, `query`.
pub fn tokens(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let (user, app) = (own_or_found(call)?, call.app());
    let (found, next) = wanted.of(account::tokens(&app.store, &app.gate, &call.by, &user, call.now)?)?;
    reply(call, found.iter().map(TokenView::of).collect(), next)
}

/// `DELETE /users/{user}/tokens/{token}`.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn revoke_token(call: &Call) -> Result<Reply, Problem> {
    let (user, id) = (own_or_found(call)?, TokenId(call.number(1)?));
    account::revoke_token(&call.app().store, &call.by, &user, id)?;
    Ok(Reply::done())
}
