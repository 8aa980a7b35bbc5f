//! Old addresses of a WordPress export, and links between its posts.

use zhanqun::domain::account::By;
use zhanqun::domain::site::{self, Redirect, Target};

use super::fixture::{Export, Town, label};

/// Where an old address of the town's site leads.
pub fn leads(town: &Town, address: &str) -> Option<Target> {
    let found: Option<(Redirect, String)> = site::find_redirect(&town.app.store, town.site(), address).unwrap();
    found.map(|(redirect, _)| redirect.to)
}

#[test]
fn old_addresses_lead_to_the_new_place() {
    let town = Town::new();
    let export = Export::new()
        .category(3, "notices", "", "通知")
        .category(5, "urgent", "notices", "紧急")
        .category(6, "empty", "notices", "空")
        .tag("dibao", "低保")
        .post(7, "甲", "甲文", &label("category", "urgent", "紧急"))
        .page(8, "概况", 0, "<link>http://old.example/about/</link>");
    town.import(&export);
    let document = Target::Document(town.document("甲").id);
    for address in [
        "http://old.example/2010/05/7-post/",
        "/2010/05/7-post",
        "/2010/05/7-post/comment-page-2/",
        "/2010/05/7-POST/feed/",
        "/?p=7",
        "/?P=7",
        "/index.php?p=7",
    ] {
        assert_eq!(leads(&town, address), Some(document.clone()), "{address}");
    }
    let page = Target::Document(town.document("概况").id);
    for address in ["/about/", "/about", "/?page_id=8", "/?p=8"] {
        assert_eq!(leads(&town, address), Some(page.clone()), "{address}");
    }
    let node = town.node();
    let urgent = Target::Channel(node.channel_at("notices/urgent").unwrap().id);
    for address in ["/category/notices/urgent/", "/category/urgent", "/category/notices/urgent/page/3/", "/?cat=5"] {
        assert_eq!(leads(&town, address), Some(urgent.clone()), "{address}");
    }
    let notices = Target::Channel(node.channel_at("notices").unwrap().id);
    assert_eq!(leads(&town, "/category/notices/empty/"), Some(notices));
    assert_eq!(
        leads(&town, "/category/notices/urgent/feed/"),
        Some(Target::Url("/mzj/notices/urgent/feed.xml".into()))
    );
    for address in ["/feed/", "/feed", "/?feed=rss2", "/feed/atom/", "/comments/feed/"] {
        assert_eq!(leads(&town, address), Some(Target::Url("/mzj/feed.xml".into())), "{address}");
    }
    assert_eq!(leads(&town, "/tag/dibao/"), Some(Target::Url("/mzj/search?q=%E4%BD%8E%E4%BF%9D".into())));
    for address in ["/", "/nothing/", "/?p=99", "/2010/05/"] {
        assert_eq!(leads(&town, address), None, "{address}");
    }
}

#[test]
fn an_old_address_made_by_hand_stays() {
    let town = Town::new();
    let by_hand = site::Old { from: "/?p=7".into(), prefix: false, to: Target::Url("/mzj/tzgg/".into()) };
    site::import_redirects(&town.app.store, &By::ops(), town.site(), None, &[by_hand]).unwrap();
    let report = town.import(&Export::new().post(7, "甲", "甲文", ""));
    assert_eq!(report.redirects.kept, 1);
    assert_eq!(leads(&town, "/?p=7"), Some(Target::Url("/mzj/tzgg/".into())));
}

#[test]
fn a_site_in_a_folder_keeps_its_folder() {
    let town = Town::new();
    let export = Export::at("http://old.example/blog").category(5, "urgent", "", "紧急").post(
        7,
        "甲",
        "<a href=\"/blog/category/urgent/\">栏目</a> <a href=\"http://old.example/blog/\">首页</a>",
        &label("category", "urgent", "紧急"),
    );
    town.import(&export);
    assert!(leads(&town, "/blog/category/urgent/").is_some());
    assert!(leads(&town, "/blog/?p=7").is_some());
    assert_eq!(town.body("甲"), "<p><a href=\"/mzj/urgent/\">栏目</a> <a href=\"/mzj/\">首页</a></p>");
}

#[test]
fn links_between_documents_know_their_new_addresses_in_one_run() {
    let town = Town::new();
    let export = Export::new()
        .post(1, "甲", "<a href=\"http://old.example/2010/05/2-post/#note\">乙</a> <a href=\"https://old.example/?p=2\">乙</a> \
                        <a href=\"http://www.old.example/2010/05/2-post\">乙</a> <a href=\"http://old.example/gone/\">没了</a> \
                        <a href=\"http://other.example/\">外</a> <a href=\"#x\">此</a> <a href=\"mailto:a@b.cn\">信</a>", "")
        .post(2, "乙", "<a href=\"/2010/05/1-post/\">甲</a>", "");
    let report = town.import(&export);
    let (first, second) = (town.document("甲").id, town.document("乙").id);
    let body = town.body("甲");
    assert!(body.contains(&format!("/mzj/posts/{second}.html#note")), "{body}");
    assert_eq!(body.matches(&format!("/mzj/posts/{second}.html")).count(), 3, "{body}");
    assert!(body.contains("\"http://old.example/gone/\"") && body.contains("\"http://other.example/\""), "{body}");
    assert_eq!(town.body("乙"), format!("<p><a href=\"/mzj/posts/{first}.html\">甲</a></p>"));
    assert_eq!((report.links.rewritten, report.links.left), (4, 1));
}

#[test]
fn hosts_of_other_sites_are_not_taken() {
    let town = Town::new();
    let report = town.try_import(Export::at("http://taken.example").post(1, "甲", "x", "").xml(), |_| {}).unwrap();
    assert!(report.notes.iter().any(|note| note.contains("taken.example")), "{:?}", report.notes);
    let refused = town.try_import(Export::new().post(1, "甲", "x", "").xml(), |options| {
        options.old_hosts = vec!["taken.example".into()]
    });
    assert!(refused.unwrap_err().to_string().contains("belongs to the site jyj"));
    let local = town.try_import(Export::at("http://localhost:8080").post(1, "甲", "x", "").xml(), |_| {}).unwrap();
    assert!(local.hosts.is_empty());
}
