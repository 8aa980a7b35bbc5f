//! Where one can go from an admin page.
//!
//! **Invariant:** a link is shown to whom the guard of its route would let pass, and to nobody else.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::base::id::SiteId;
use crate::domain::account::{Place, User};
use crate::domain::site::Directory;
use crate::render::view_admin::{AdminCrumbView, AdminLink, AdminSiteLink, SiteNavView};
use crate::web::routes::{Access, routes};

/// Pages of the main navigation: key of the title and address.
const MAIN: [(&str, &str); 8] = [
    ("home.title", "/admin/"),
    ("nav.inbox", "/admin/inbox"),
    ("nav.figures", "/admin/supervision"),
    ("nav.users", "/admin/users"),
    ("nav.audit", "/admin/audit"),
    ("nav.workflow", "/admin/workflow"),
    ("nav.words", "/admin/words"),
    ("nav.webhooks", "/admin/webhooks"),
];

/// Pages about oneself.
const OWN: [(&str, &str); 6] = [
    ("account.title", "/admin/account"),
    ("password.title", "/admin/password"),
    ("nav.factor", "/admin/account/factor"),
    ("sessions.title", "/admin/sessions"),
    ("nav.tokens", "/admin/account/tokens"),
    ("about.title", "/admin/about"),
];

/// Pages of a site, after its desk.
const SITE: [(&str, &str); 14] = [
    ("nav.desk", "/admin/sites/{site}/"),
    ("nav.documents", "/admin/sites/{site}/documents"),
    ("nav.columns", "/admin/sites/{site}/columns"),
    ("nav.media", "/admin/sites/{site}/media"),
    ("nav.received", "/admin/sites/{site}/received"),
    ("nav.trash", "/admin/sites/{site}/trash"),
    ("nav.migration", "/admin/sites/{site}/migration"),
    ("nav.redirects", "/admin/sites/{site}/redirects"),
    ("nav.workflow", "/admin/sites/{site}/workflow"),
    ("nav.words", "/admin/sites/{site}/words"),
    ("nav.theme", "/admin/sites/{site}/theme"),
    ("nav.settings", "/admin/sites/{site}/settings"),
    ("nav.webhooks", "/admin/sites/{site}/webhooks"),
    ("nav.users", "/admin/sites/{site}/users"),
];

/// Who may use each address.
static OPEN: LazyLock<HashMap<&'static str, Access>> =
    LazyLock::new(|| routes().iter().map(|route| (route.path, route.access)).collect());

/// True where there is a page at the address of a route, `/admin/sites/{site}/documents`.
pub(super) fn is_open(path: &str) -> bool {
    OPEN.contains_key(path)
}

/// What the links of a page depend on.
pub(super) struct Links<'a> {
    pub(super) directory: &'a Directory,
    pub(super) user: &'a User,
    /// Path of the page.
    pub(super) path: &'a str,
    /// The site that the page is about.
    pub(super) site: Option<SiteId>,
}

impl Links<'_> {
    /// Main navigation.
    pub(super) fn main(&self) -> Vec<AdminLink> {
        self.links(&MAIN, None, "")
    }

    /// Pages about oneself.
    pub(super) fn own(&self) -> Vec<AdminLink> {
        self.links(&OWN, None, "")
    }

    /// Sites that the person works in.
    pub(super) fn sites(&self) -> Vec<AdminSiteLink> {
        let own = self.directory.all().map(|node| &node.site).filter(|site| self.user.works_in(site.id));
        own.map(|site| AdminSiteLink {
            slug: site.slug.clone(),
            name: site.name.clone(),
            url: format!("/admin/sites/{}/", site.slug),
            current: self.site == Some(site.id),
        })
        .collect()
    }

    /// The site that the page is about.
    pub(super) fn site(&self) -> Option<SiteNavView> {
        let site = &self.directory.site(self.site?)?.site;
        Some(SiteNavView {
            name: site.short_name.clone(),
            public: if site.state.is_readable() { site.url() } else { String::new() },
            nav: self.links(&SITE, Some(site.id), &site.slug),
        })
    }

    /// Pages above this one: the desk of its site, the one of the site's pages that it is below, and `above`.
    pub(super) fn crumbs(&self, above: Vec<AdminCrumbView>) -> Vec<AdminCrumbView> {
        let mut crumbs = Vec::new();
        if let Some(node) = self.site.and_then(|site| self.directory.site(site)) {
            let desk = format!("/admin/sites/{}/", node.site.slug);
            if self.path != desk {
                crumbs.push(AdminCrumbView { key: "", name: node.site.short_name.clone(), url: desk });
            }
        }
        crumbs.extend(above);
        crumbs
    }

    fn links(&self, entries: &[(&'static str, &'static str)], site: Option<SiteId>, slug: &str) -> Vec<AdminLink> {
        let open = entries.iter().filter(|(_, path)| OPEN.get(path).is_some_and(|access| self.may(*access, site)));
        open.map(|(key, path)| {
            let url = path.replace("{site}", slug);
            // Pages of a site's desk and of the first page are no folders of the others.
            let below = !url.ends_with('/')
                && url != "/admin/account"
                && self.path.strip_prefix(&url).is_some_and(|rest| rest.starts_with('/'));
            AdminLink { key, current: below || url == self.path, url }
        })
        .collect()
    }

    /// Would the guard let this person pass?
    fn may(&self, access: Access, site: Option<SiteId>) -> bool {
        match (access, site) {
            (Access::Anyone | Access::Person | Access::Desk, _) => true,
            (Access::Group(roles), _) => roles.iter().any(|role| self.user.may(*role, Place::Group)),
            (Access::Site(roles), Some(site)) => {
                self.user.works_in(site) && roles.iter().any(|role| self.user.may_within(*role, site))
            }
            (Access::SiteUsers, Some(site)) => self.user.manages_users_of(site),
            _ => false,
        }
    }
}
