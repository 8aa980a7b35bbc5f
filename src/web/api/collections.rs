//! Collections of files with their rights, and the space of a site.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::id::{CollectionId, SiteId};
use crate::domain::account::{self, Place, Role, read_grant};
use crate::domain::media::{self, Holder, Level, Right, Shelf, Wanted};

use super::page::{self, PageQuery, reply};
use super::{Call, PREFIX, Problem, Reply, etag};

/// A right in a collection.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CollectionRight")]
pub struct RightView {
    /// `everyone`, `user:NAME`, or a role with its scope: `ROLE@group`, `ROLE@site:SLUG`.
    to: String,
    /// `view`, `choose`, `add` or `edit`; each includes those before it.
    level: String,
}

impl RightView {
    fn of(call: &Call, right: &Right) -> Result<RightView, Problem> {
        let to = match right.to {
            Holder::Everyone => "everyone".to_owned(),
            Holder::Person(id) => {
                format!("user:{}", account::user(&call.app().store, id)?.map(|user| user.name).unwrap_or_default())
            }
            Holder::Role(role, scope) => account::Grant { role, scope }.words(&**call.app().directory()),
        };
        Ok(RightView { to, level: right.level.word().to_owned() })
    }

    fn read(&self, call: &Call) -> Result<Right, Problem> {
        let unknown = || Problem::rule("collection.person", "rights", &self.to);
        let to = match self.to.strip_prefix("user:") {
            Some(name) => Holder::Person(account::user_by_name(&call.app().store, name)?.ok_or_else(unknown)?.id),
            None if self.to == "everyone" => Holder::Everyone,
            None => {
                let grant = read_grant(&self.to, &**call.app().directory()).map_err(|_| unknown())?;
                Holder::Role(grant.role, grant.scope)
            }
        };
        let level = Level::of(&self.level).ok_or_else(|| Problem::rule("word.unknown", "level", &self.level))?;
        Ok(Right { to, level })
    }
}

/// A shelf of files.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Collection")]
pub struct CollectionView {
    /// Number.
    id: u64,
    /// Slug of the site that keeps it.
    site: String,
    /// Name.
    name: String,
    /// Shared with the group.
    shared: bool,
    /// Files in it.
    files: u64,
    /// What the person may do there: `view`, `choose`, `add` or `edit`.
    level: &'static str,
    /// Who may do what; for those who keep it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<Vec<RightView>>,
}

impl CollectionView {
    fn of(call: &Call, shelf: &Shelf) -> Result<Option<CollectionView>, Problem> {
        let Some(collection) = &shelf.collection else { return Ok(None) };
        let keeps = call.by.may(Role::Manager, Place::Site(collection.site));
        let rights = collection.rights.iter().map(|right| RightView::of(call, right));
        Ok(Some(CollectionView {
            id: collection.id.0,
            site: call.slug(collection.site),
            name: collection.name.clone(),
            shared: collection.shared,
            files: shelf.files,
            level: shelf.level.word(),
            rights: keeps.then(|| rights.collect::<Result<_, _>>()).transpose()?,
        }))
    }
}

/// A collection as somebody wants it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CollectionSettings", example = serde_json::json!({
    "name": "城市风光", "shared": false, "rights": [{ "to": "editor@site:mzj", "level": "choose" }]
}))]
pub struct Settings {
    /// Name.
    name: String,
    /// Shared with the group; the portal's only.
    #[serde(default)]
    shared: bool,
    /// Who may do what; without any it is open to the site's people like its library.
    #[serde(default)]
    rights: Vec<RightView>,
}

impl Settings {
    fn read(self, call: &Call) -> Result<Wanted, Problem> {
        let rights = self.rights.iter().map(|right| right.read(call)).collect::<Result<_, _>>()?;
        Ok(Wanted { name: self.name, shared: self.shared, rights })
    }
}

/// `GET /sites/{site}/collections`: those of the site, and the shared ones that the person sees.
///
/// # Errors
/// `not_found`, `query`.
pub fn list(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = page::Wanted::read(query.cursor.as_deref(), query.limit)?;
    let mut all = Vec::new();
    for shelf in media::shelves(&call.app().store, &call.by, call.site()?.site.id)? {
        all.extend(CollectionView::of(call, &shelf)?);
    }
    let (found, next) = wanted.of(all)?;
    reply(call, found, next)
}

/// A collection that the site of an address keeps.
fn view(call: &Call, site: SiteId, id: CollectionId) -> Result<CollectionView, Problem> {
    for shelf in media::shelves(&call.app().store, &call.by, site)? {
        let own = shelf.collection.as_ref().is_some_and(|found| found.id == id && found.site == site);
        if own && let Some(view) = CollectionView::of(call, &shelf)? {
            return Ok(view);
        }
    }
    Err(Problem::of("not_found"))
}

fn named(call: &Call) -> Result<(SiteId, CollectionId), Problem> {
    Ok((call.site()?.site.id, CollectionId(call.number(1)?)))
}

/// `GET /sites/{site}/collections/{collection}`.
///
/// # Errors
/// `not_found`.
pub fn show(call: &Call) -> Result<Reply, Problem> {
    let (site, id) = named(call)?;
    Reply::resource(&view(call, site, id)?)
}

/// `POST /sites/{site}/collections`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn create(call: &Call) -> Result<Reply, Problem> {
    let node = call.site()?;
    call.by.require(Role::Manager, Place::Site(node.site.id))?;
    let wanted = call.json::<Settings>()?.read(call)?;
    let made = media::create_collection(&call.app().store, &call.by, node.site.id, &wanted, call.now)?;
    let location = format!("{PREFIX}/sites/{}/collections/{}", node.site.slug, made.id);
    Reply::created(&view(call, node.site.id, made.id)?, location)
}

/// `PUT /sites/{site}/collections/{collection}`.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`, `body`.
pub fn change(call: &Call) -> Result<Reply, Problem> {
    let (site, id) = named(call)?;
    call.require_seen(&etag::of(&view(call, site, id)?))?;
    call.by.require(Role::Manager, Place::Site(site))?;
    let wanted = call.json::<Settings>()?.read(call)?;
    media::change_collection(&call.app().store, &call.by, id, &wanted)?;
    Reply::resource(&view(call, site, id)?)
}

/// `DELETE /sites/{site}/collections/{collection}`, in which no file may be.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`.
pub fn delete(call: &Call) -> Result<Reply, Problem> {
    let (site, id) = named(call)?;
    call.require_seen(&etag::of(&view(call, site, id)?))?;
    media::delete_collection(&call.app().store, &call.by, id)?;
    Ok(Reply::done())
}

/// The space of a site's files.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Space")]
pub struct SpaceView {
    /// Files.
    files: u64,
    /// Bytes, older versions included.
    bytes: u64,
    /// Most bytes, if there is a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<u64>,
}

/// The space that a site shall have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SpaceSettings", example = serde_json::json!({ "megabytes": 20480 }))]
pub struct Room {
    /// Megabytes; what sites usually have if it is missing.
    megabytes: Option<u64>,
}

/// What is used changes with every file: the version is that of the limit.
fn space_of(call: &Call, site: SiteId) -> Result<(SpaceView, String), Problem> {
    let app = call.app();
    let (used, quota) = (app.space.used(&app.store, site)?, media::quota(&app.store, &app.config.media, site)?);
    Ok((SpaceView { files: used.files, bytes: used.bytes, quota }, etag::of(&quota)))
}

/// `GET /sites/{site}/space`.
///
/// # Errors
/// `not_found`.
pub fn space(call: &Call) -> Result<Reply, Problem> {
    let (view, version) = space_of(call, call.site()?.site.id)?;
    Ok(Reply { etag: Some(version), ..Reply::json(&view)? })
}

/// `PUT /sites/{site}/space`.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `body`.
pub fn set_space(call: &Call) -> Result<Reply, Problem> {
    let site = call.site()?.site.id;
    call.by.require(Role::Admin, Place::Group)?;
    call.require_seen(&space_of(call, site)?.1)?;
    media::set_quota(&call.app().store, &call.by, site, call.json::<Room>()?.megabytes)?;
    space(call)
}
