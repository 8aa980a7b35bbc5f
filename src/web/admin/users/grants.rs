//! Grants to choose from.

use crate::app::App;
use crate::domain::account::{By, Grant, Role, read_grant};
use crate::domain::error::Result;
use crate::domain::site::SiteNode;
use crate::render::view_admin::{MessageView, ScopeGroupView, ScopeView};

use super::Ground;

/// Words of the roles that the actor may give here.
pub fn roles(ground: &Ground, by: &By) -> Vec<&'static str> {
    let whole = ground.site.is_none() && by.manages_all_users();
    Role::ALL.into_iter().filter(|role| whole || !role.is_group_only()).map(Role::word).collect()
}

/// Sites and columns in which they may be given: of the page's site, or of all.
pub fn scopes(app: &App, ground: &Ground) -> Vec<ScopeGroupView> {
    match &ground.site {
        Some(node) => vec![of_site(node)],
        None => app.directory().all().map(|node| of_site(node)).collect(),
    }
}

fn of_site(node: &SiteNode) -> ScopeGroupView {
    let slug = &node.site.slug;
    let mut scopes = vec![ScopeView { value: format!("site:{slug}"), name: node.site.name.clone(), depth: 0 }];
    below(node, None, 1, &mut scopes);
    ScopeGroupView { name: node.site.short_name.clone(), scopes }
}

fn below(node: &SiteNode, parent: Option<crate::base::id::ChannelId>, depth: usize, scopes: &mut Vec<ScopeView>) {
    for channel in node.below(parent) {
        let value = format!("channel:{}/{}", node.site.slug, node.path(channel.id));
        scopes.push(ScopeView { value, name: channel.name.clone(), depth });
        below(node, Some(channel.id), depth + 1, scopes);
    }
}

/// The grant of a role and a scope as chosen.
///
/// # Errors
/// The rules of grants.
pub fn chosen(app: &App, role: &str, scope: &str) -> Result<Grant> {
    read_grant(&format!("{role}@{scope}"), app.directory().as_ref())
}

/// Messages of broken rules.
pub fn messages(broken: &[crate::domain::error::Broken]) -> Vec<MessageView> {
    broken.iter().map(|broken| crate::web::admin::desk::message(broken.rule)).collect()
}
