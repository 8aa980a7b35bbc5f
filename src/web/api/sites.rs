//! Sites, and the person for whom a token acts.

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::id::SiteId;
use crate::domain::site::SiteNode;

use super::page::{PageQuery, Wanted, reply};
use super::users::UserView;
use super::{Call, Problem, Reply};

/// A site.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Site")]
pub struct SiteView {
    /// Number.
    id: u64,
    /// Slug, which stands for the site in addresses.
    slug: String,
    /// Full name.
    name: String,
    /// Short name.
    short_name: String,
    /// `portal`, `department`, `township` or `public-service`.
    kind: &'static str,
    /// `planned`, `online`, `offline`, `notice`, `redirected` or `archived`.
    state: &'static str,
    /// Language mark.
    lang: String,
    /// Address of the home page.
    url: String,
    /// True where site.toml says what the site is.
    declared: bool,
}

impl SiteView {
    pub(super) fn of(call: &Call, node: &SiteNode) -> SiteView {
        let site = &node.site;
        SiteView {
            id: site.id.0,
            slug: site.slug.clone(),
            name: site.name.clone(),
            short_name: site.short_name.clone(),
            kind: site.kind.word(),
            state: site.state.word(),
            lang: site.lang.clone(),
            url: format!("{}{}", call.app().origin(), site.url()),
            declared: site.declared,
        }
    }
}

/// `GET /me`.
///
/// # Errors
/// When the store cannot be read.
pub fn me(call: &Call) -> Result<Reply, Problem> {
    let user = call.by.user().ok_or_else(|| Problem::of("token_wrong"))?;
    Reply::resource(&UserView::of(call, user))
}

/// `GET /sites`: where the person works.
///
/// # Errors
/// `query`.
pub fn list(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let directory = call.app().directory();
    let all: Vec<_> = directory.all().filter(|node| works(call, node.site.id)).collect();
    let (nodes, next) = wanted.of(all)?;
    reply(call, nodes.into_iter().map(|node| SiteView::of(call, node)).collect(), next)
}

pub(super) fn works(call: &Call, site: SiteId) -> bool {
    call.by.user().is_none_or(|user| user.works_in(site))
}

/// `GET /sites/{site}`.
///
/// # Errors
/// `not_found`.
pub fn show(call: &Call) -> Result<Reply, Problem> {
    let node = call.site()?;
    if !works(call, node.site.id) {
        return Err(Problem::of("not_found"));
    }
    Reply::resource(&SiteView::of(call, &node))
}
