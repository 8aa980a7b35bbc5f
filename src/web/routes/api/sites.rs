//! Sites: what they say of themselves, their columns, the steps of their reviews, their files.

use crate::domain::account::Role;
use crate::web::api::Operation;
use crate::web::api::{collections, columns, description, flows, media, page, site_settings, sites, upload, users};
use crate::web::routes::Access;

use super::{GROUP, MANAGE, SITE, WORK, delete, get, post, put};

const ADMIN: Access = Access::Site(&[Role::Admin]);
const COLUMN: Access = Access::Channel(&[Role::Manager]);
const MEDIA: Access = Access::Media(WORK);

pub(super) fn operations() -> Vec<Operation> {
    [of_sites(), of_settings(), of_columns(), of_flows(), of_media(), of_collections()].into_iter().flatten().collect()
}

fn of_sites() -> Vec<Operation> {
    vec![
        get("/openapi.json", Access::Anyone, "describe", "This description.", description::show)
            .gives::<serde_json::Value>(),
        get("/me", Access::Desk, "me", "The person for whom the token acts.", sites::me).gives::<users::UserView>(),
        get("/sites", Access::Desk, "listSites", "Sites where the person works.", sites::list)
            .asks::<page::PageQuery>()
            .gives_page::<sites::SiteView>(),
        post("/sites", GROUP, "createSite", "Makes a site that visitors do not see yet.", site_settings::create)
            .takes::<site_settings::Making>()
            .makes::<sites::SiteView>(),
        get("/sites/{site}", SITE, "getSite", "A site.", sites::show).gives::<sites::SiteView>(),
    ]
}

fn of_settings() -> Vec<Operation> {
    const SETTINGS: &str = "/sites/{site}/settings";
    const LOOK: &str = "/sites/{site}/look";
    const NAMES: &str = "/sites/{site}/names";
    vec![
        get(SETTINGS, MANAGE, "getSiteSettings", "What a site says of itself.", site_settings::settings)
            .gives::<site_settings::SettingsView>(),
        put(SETTINGS, MANAGE, "changeSiteSettings", "Changes what a site says of itself.", site_settings::change)
            .takes::<site_settings::SettingsView>()
            .gives::<site_settings::SettingsView>(),
        get(LOOK, MANAGE, "getSiteLook", "How a site looks.", site_settings::look).gives::<site_settings::LookView>(),
        put(LOOK, MANAGE, "changeSiteLook", "Changes how a site looks.", site_settings::change_look)
            .takes::<site_settings::LookView>()
            .gives::<site_settings::LookView>(),
        get(NAMES, ADMIN, "getSiteNames", "Kind and host names of a site.", site_settings::names)
            .gives::<site_settings::NamesView>(),
        put(NAMES, ADMIN, "setSiteNames", "Changes kind and host names of a site.", site_settings::set_names)
            .takes::<site_settings::NamesView>()
            .gives::<site_settings::NamesView>(),
        post("/sites/{site}/rename", ADMIN, "renameSite", "Gives a site another slug.", site_settings::rename)
            .takes::<columns::NewSlug>()
            .gives::<sites::SiteView>(),
        post("/sites/{site}/state", ADMIN, "setSiteState", "Opens, closes or redirects a site.", site_settings::state)
            .takes::<site_settings::NewState>()
            .gives::<sites::SiteView>(),
    ]
}

fn of_columns() -> Vec<Operation> {
    const ONE: &str = "/columns/{channel}";
    vec![
        get(
            "/sites/{site}/columns",
            SITE,
            "listColumns",
            "Columns of a site, in the order of the tree.",
            columns::list,
        )
        .asks::<page::PageQuery>()
        .gives_page::<columns::ColumnView>(),
        post("/sites/{site}/columns", MANAGE, "createColumn", "Makes a column, behind its siblings.", columns::create)
            .takes::<columns::Making>()
            .makes::<columns::ColumnView>(),
        get(ONE, Access::Channel(WORK), "getColumn", "A column.", columns::show).gives::<columns::ColumnView>(),
        put(ONE, COLUMN, "changeColumn", "Changes what is said of a column.", columns::change)
            .takes::<columns::Settings>()
            .gives::<columns::ColumnView>(),
        delete(ONE, COLUMN, "deleteColumn", "Deletes a column in which nothing stands.", columns::delete),
        post("/columns/{channel}/rename", COLUMN, "renameColumn", "Gives a column another slug.", columns::rename)
            .takes::<columns::NewSlug>()
            .gives::<columns::ColumnView>(),
        post("/columns/{channel}/move", COLUMN, "moveColumn", "Moves a column with all below it.", columns::move_to)
            .takes::<columns::To>()
            .gives::<columns::ColumnView>(),
        post("/columns/{channel}/merge", COLUMN, "mergeColumn", "Empties a column into another.", columns::merge)
            .takes::<columns::Into>()
            .gives::<columns::Merged>(),
        post(
            "/columns/{channel}/reopen",
            COLUMN,
            "reopenColumn",
            "Lets a column take documents again whose end did not come to its end.",
            columns::reopen,
        )
        .gives::<columns::ColumnView>(),
    ]
}

fn of_flows() -> Vec<Operation> {
    const SITE_FLOW: &str = "/sites/{site}/flow";
    const COLUMN_FLOW: &str = "/columns/{channel}/flow";
    let mut found = vec![
        get("/sites/{site}/flows", SITE, "listFlows", "Steps of the site and of its columns.", flows::list)
            .asks::<page::PageQuery>()
            .gives_page::<flows::FlowView>(),
    ];
    for (path, sees, keeps, ids) in [
        (SITE_FLOW, SITE, MANAGE, ["getSiteFlow", "setSiteFlow", "removeSiteFlow"]),
        (COLUMN_FLOW, Access::Channel(WORK), COLUMN, ["getColumnFlow", "setColumnFlow", "removeColumnFlow"]),
    ] {
        found.extend([
            get(path, sees, ids[0], "The steps that a text takes there.", flows::show).gives::<flows::InForce>(),
            put(path, keeps, ids[1], "Sets the steps that a text takes there.", flows::set)
                .takes::<flows::Settings>()
                .gives::<flows::InForce>(),
            delete(path, keeps, ids[2], "The steps of the place above hold then.", flows::remove),
        ]);
    }
    found
}

fn of_media() -> Vec<Operation> {
    vec![
        get("/sites/{site}/media", SITE, "listMedia", "Files of a site, the newest first.", media::list)
            .asks::<media::MediaQuery>()
            .gives_page::<media::MediaView>(),
        post("/sites/{site}/media", SITE, "addMedia", "Adds a file.", media::add)
            .asks::<upload::UploadQuery>()
            .takes_file()
            .makes::<media::MediaView>(),
        get("/media/{media}", MEDIA, "getMedia", "What is known of a file.", media::show).gives::<media::MediaView>(),
        put("/media/{media}", MEDIA, "describeMedia", "Changes what is said of a file.", media::describe)
            .takes::<media::Describe>()
            .gives::<media::MediaView>(),
        delete("/media/{media}", MEDIA, "deleteMedia", "Deletes a file that nothing uses.", media::delete),
        post(
            "/media/{media}/replace",
            MEDIA,
            "replaceMedia",
            "Puts another file of the same type under the same address.",
            media::replace,
        )
        .asks::<upload::UploadQuery>()
        .takes_file()
        .gives::<media::MediaView>(),
        get("/media/{media}/versions", MEDIA, "listMediaVersions", "What it was before.", media::versions)
            .asks::<page::PageQuery>()
            .gives_page::<media::VersionView>(),
        post("/media/{media}/restore", MEDIA, "restoreMedia", "Brings an older version back.", media::restore)
            .takes::<media::Restore>()
            .gives::<media::MediaView>(),
        post("/media/{media}/move", MEDIA, "moveMedia", "To another collection.", media::move_to)
            .takes::<media::Shelf>()
            .gives::<media::MediaView>(),
        get("/media/{media}/uses", MEDIA, "listMediaUses", "Documents that use a file.", media::uses)
            .asks::<page::PageQuery>()
            .gives_page::<media::UseView>(),
    ]
}

fn of_collections() -> Vec<Operation> {
    const ALL: &str = "/sites/{site}/collections";
    const ONE: &str = "/sites/{site}/collections/{collection}";
    const SPACE: &str = "/sites/{site}/space";
    vec![
        get(ALL, SITE, "listCollections", "Collections of files that a site may use.", collections::list)
            .asks::<page::PageQuery>()
            .gives_page::<collections::CollectionView>(),
        post(ALL, MANAGE, "createCollection", "Makes a collection of files.", collections::create)
            .takes::<collections::Settings>()
            .makes::<collections::CollectionView>(),
        get(ONE, SITE, "getCollection", "A collection of the site.", collections::show)
            .gives::<collections::CollectionView>(),
        put(ONE, MANAGE, "changeCollection", "Changes name and rights.", collections::change)
            .takes::<collections::Settings>()
            .gives::<collections::CollectionView>(),
        delete(ONE, MANAGE, "deleteCollection", "Ends a collection without files.", collections::delete),
        get(SPACE, SITE, "getSpace", "What the files of a site take.", collections::space)
            .gives::<collections::SpaceView>(),
        put(SPACE, ADMIN, "setSpace", "Most that the files of a site may take.", collections::set_space)
            .takes::<collections::Room>()
            .gives::<collections::SpaceView>(),
    ]
}
