//! People with their grants, and programs that are told what happens.

use http::Method;

use crate::domain::account::Role;
use crate::web::api::{Operation, page, users, webhooks};
use crate::web::routes::Access;

use super::{GROUP, MANAGE, delete, get, post, put};

pub(super) fn operations() -> Vec<Operation> {
    [of_users(), of_webhooks()].into_iter().flatten().collect()
}

fn of_users() -> Vec<Operation> {
    const TOKEN: &str = "/users/{user}/tokens/{token}";
    vec![
        get("/users", Access::Group(&[Role::Security]), "listUsers", "Everybody, by name.", users::list)
            .asks::<page::PageQuery>()
            .gives_page::<users::UserView>(),
        // Who manages whom depends on both of them: the actions and queries decide.
        post("/users", Access::Desk, "createUser", "Makes a user.", users::create)
            .takes::<users::Joining>()
            .makes::<users::JoinedView>(),
        get("/users/{user}", Access::Desk, "getUser", "A person.", users::show).gives::<users::UserView>(),
        put("/users/{user}/grants", Access::Desk, "setGrants", "What somebody may do, and where.", users::set_grants)
            .takes::<users::Grants>()
            .gives::<users::UserView>(),
        post("/users/{user}/disable", Access::Desk, "disableUser", "Ends log-ins and tokens.", users::disable)
            .gives::<users::UserView>(),
        post("/users/{user}/enable", Access::Desk, "enableUser", "May log in again.", users::enable)
            .gives::<users::UserView>(),
        put("/users/{user}", Access::Desk, "changeUser", "Name for people and address for mail.", users::change)
            .takes::<users::Details>()
            .gives::<users::UserView>(),
        post("/users/{user}/password", Access::Desk, "setPassword", "Another first password.", users::set_password)
            .takes::<users::Password>()
            .gives::<users::JoinedView>(),
        post("/users/{user}/unlock", Access::Desk, "unlockUser", "Ends the lock after wrong passwords.", users::unlock)
            .gives::<users::UserView>(),
        post("/users/{user}/end-sessions", Access::Desk, "endSessions", "Ends all log-ins.", users::end_sessions)
            .gives::<users::UserView>(),
        post(
            "/users/{user}/second-factor/reset",
            Access::Desk,
            "resetSecondFactor",
            "The person may set up another second factor.",
            users::reset_second_factor,
        )
        .gives::<users::UserView>(),
        get("/users/{user}/tokens", Access::Desk, "listTokens", "Tokens, without their secrets.", users::tokens)
            .asks::<page::PageQuery>()
            .gives_page::<users::TokenView>(),
        // A token does not change, so there is no version to have seen.
        Operation::new(Method::DELETE, TOKEN, Access::Desk, "revokeToken", "Ends a token.", users::revoke_token),
        get("/sites/{site}/users", Access::SiteUsers, "listSiteUsers", "People of a site.", users::of_site)
            .asks::<page::PageQuery>()
            .gives_page::<users::UserView>(),
    ]
}

fn of_webhooks() -> Vec<Operation> {
    let mut found = Vec::new();
    for (access, all, one, secret, test, ids) in [
        (
            MANAGE,
            "/sites/{site}/webhooks",
            "/sites/{site}/webhooks/{webhook}",
            "/sites/{site}/webhooks/{webhook}/secret",
            "/sites/{site}/webhooks/{webhook}/test",
            [
                "listSiteWebhooks",
                "createSiteWebhook",
                "getSiteWebhook",
                "changeSiteWebhook",
                "deleteSiteWebhook",
                "renewSiteWebhookSecret",
                "testSiteWebhook",
            ],
        ),
        (
            GROUP,
            "/webhooks",
            "/webhooks/{webhook}",
            "/webhooks/{webhook}/secret",
            "/webhooks/{webhook}/test",
            [
                "listWebhooks",
                "createWebhook",
                "getWebhook",
                "changeWebhook",
                "deleteWebhook",
                "renewWebhookSecret",
                "testWebhook",
            ],
        ),
    ] {
        found.extend([
            get(all, access, ids[0], "Programs that are told.", webhooks::list)
                .asks::<page::PageQuery>()
                .gives_page::<webhooks::WebhookView>(),
            post(all, access, ids[1], "Has a program told from now on.", webhooks::create)
                .takes::<webhooks::Settings>()
                .makes::<webhooks::WebhookSecret>(),
            get(one, access, ids[2], "A program that is told, and how that fares.", webhooks::show)
                .gives::<webhooks::WebhookDetail>(),
            put(one, access, ids[3], "Changes what it is told, and where.", webhooks::change)
                .takes::<webhooks::Settings>()
                .gives::<webhooks::WebhookDetail>(),
            delete(one, access, ids[4], "It is told no longer.", webhooks::delete),
            post(secret, access, ids[5], "Signs with another secret.", webhooks::renew_secret)
                .gives::<webhooks::WebhookSecret>(),
            post(test, access, ids[6], "Sends a test message and tells the answer.", webhooks::test)
                .gives::<webhooks::TestView>(),
        ]);
    }
    found
}
