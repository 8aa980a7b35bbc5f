//! Whose people a page is about, by its address: the group's or a site's; and which of them.

use std::sync::Arc;

use axum::RequestPartsExt;
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use crate::app::App;
use crate::base::id::UserId;
use crate::domain::account::{self, By, Grant, Hold, User};
use crate::domain::error::{Error, Result};
use crate::domain::site::SiteNode;
use crate::web;
use crate::web::admin::{About, Desk, Refusal};

/// Whose people a page is about.
#[derive(Clone)]
pub struct Ground {
    /// The site; `None` for the group.
    pub site: Option<Arc<SiteNode>>,
    /// The person that the address names.
    named: Option<UserId>,
}

impl<S: Send + Sync> FromRequestParts<S> for Ground {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Ground, Refusal> {
        let desk = Desk::from_request_parts(parts, state).await?;
        let named = parts.extract::<RawPathParams>().await.map_err(|_| web::Error::NotFound)?;
        let of = |wanted: &str| named.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        let site = match of("site") {
            None => None,
            Some(slug) => Some(desk.admin.app.directory().by_slug(slug).cloned().ok_or(web::Error::NotFound)?),
        };
        let named = match of("user") {
            None => None,
            Some(number) => Some(UserId(number.parse().map_err(|_| web::Error::NotFound)?)),
        };
        Ok(Ground { site, named })
    }
}

impl Ground {
    /// Address of the list.
    pub fn base(&self) -> String {
        match &self.site {
            None => "/admin/users".to_owned(),
            Some(node) => format!("/admin/sites/{}/users", node.site.slug),
        }
    }

    /// Address of a person's page.
    pub fn url(&self, id: UserId) -> String {
        format!("{}/{id}", self.base())
    }

    /// What a page below the list says of itself.
    pub fn about(&self, title: &'static str, name: &str) -> About {
        About::named(title, name).below("users.title", self.base())
    }

    /// Name of the site; empty for the group.
    pub fn site_name(&self) -> String {
        self.site.as_ref().map(|node| node.site.name.clone()).unwrap_or_default()
    }

    /// True for grants that the page is about.
    pub fn shows(&self, grant: &Grant) -> bool {
        self.site.as_ref().is_none_or(|node| grant.scope.site() == Some(node.site.id))
    }

    /// The people that the page is about, by name.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn people(&self, app: &App, by: &By) -> Result<Vec<User>> {
        match &self.site {
            Some(node) => account::users_of_site(&app.store, by, node.site.id),
            None => account::users_seen(&app.store, by),
        }
    }

    /// The person whom the address names, and what the actor may do with the account.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn person(&self, app: &App, by: &By) -> Result<(User, Hold)> {
        let id = self.named.unwrap_or_default();
        let (user, hold) = account::user_seen(&app.store, by, id)?;
        let here = self.site.is_none() || user.grants.iter().any(|grant| self.shows(grant));
        if here { Ok((user, hold)) } else { Err(Error::not_found("user", id)) }
    }
}
