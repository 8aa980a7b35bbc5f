//! Pages of a site's manager, through the router: columns, settings, look, old addresses, and making a site.

use zhanqun::base::id::ChannelId;
use zhanqun::domain::account::{By, Grant, Role, Scope};
use zhanqun::domain::site::{self, Channel, ChannelKind, Closing, Site, SiteState};
use zhanqun::store::{ListKey, Read};

use super::City;
use super::browser::{Browser, GOOD, user_with};
use super::city::{Answer, work};

const COLUMNS: &str = "/admin/sites/mzj/columns";

/// Somebody who is logged in, with a role in the site `mzj`.
async fn in_mzj<'a>(city: &'a City, name: &str, role: Role) -> Browser<'a> {
    let grant = Grant { role, scope: Scope::Site(city.app.site("mzj").unwrap().site.id) };
    logged_in(city, name, vec![grant]).await
}

pub async fn logged_in<'a>(city: &'a City, name: &str, grants: Vec<Grant>) -> Browser<'a> {
    user_with(city, name, grants, false).await;
    let browser = Browser::new(city);
    assert_eq!(browser.log_in(name, GOOD).await.status, 303);
    browser
}

/// What is typed of a list column.
fn typed<'a>(name: &'a str, slug: &'a str, parent: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("slug", slug),
        ("parent", parent),
        ("kind", "list"),
        ("column_type", "工作动态"),
        ("update", "biweekly"),
        ("page_size", "20"),
        ("feed", "1"),
        ("keywords", "通知，公告 通知"),
    ]
}

fn gone(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.location())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_keeps_the_columns_of_his_site() {
    let city = City::new();
    let browser = in_mzj(&city, "manager", Role::Manager).await;
    let new = format!("{COLUMNS}/new");
    let made = browser.fill(&new, &new, &typed("社区", "shequ", "")).await;
    assert_eq!(gone(&made), (303, "/admin/sites/mzj/columns?done=added"));
    let tree = browser.get(made.location()).await;
    assert!(tree.body.contains("栏目已建立") && tree.body.contains("/mzj/shequ/") && tree.body.contains("文件声明"));
    let id = city.channel("mzj", "shequ");
    let row: Channel = city.app.store.get(id.0).unwrap().unwrap();
    assert_eq!(row.keywords, ["通知", "公告"]);
    // Refused: what was typed stands there again, with the reason.
    let refused = browser.fill(&new, &new, &typed("又一个", "tzgg", "")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("value=\"又一个\"") && refused.body.contains("同级已有网站或栏目使用“tzgg”"));
    // Changed, renamed, moved: the public address follows, and the old one leads on.
    let page = format!("{COLUMNS}/{id}");
    let saved = browser.fill(&page, &page, &typed("社区服务", "", "")).await;
    assert_eq!(gone(&saved), (303, format!("{page}?done=saved").as_str()));
    let renamed = browser.fill(&page, &format!("{page}/slug"), &[("slug", "sqfw")]).await;
    assert_eq!(gone(&renamed), (303, format!("{page}?done=renamed").as_str()));
    assert_eq!(city.get("/mzj/shequ/").await.location(), "/mzj/sqfw/");
    assert!(browser.get(&page).await.body.contains("/mzj/shequ/"), "its old address is shown");
    let section = city.channel("mzj", "jgjj").to_string();
    let moved = browser.fill(&page, &format!("{page}/move"), &[("parent", &section)]).await;
    assert_eq!(gone(&moved), (303, "/admin/sites/mzj/columns?done=moved"));
    assert_eq!(city.get("/mzj/shequ/").await.location(), "/mzj/jgjj/sqfw/");
    let cycle = browser.fill(&page, &format!("{page}/move"), &[("parent", &id.to_string())]).await;
    assert_eq!(cycle.status, 422);
    assert!(cycle.body.contains("栏目不能放到自己或自己的下级之下"));
    // Merged: documents go along.
    let document = city.publish("mzj", "jgjj/sqfw", "社区通知").await;
    let into = city.channel("mzj", "gzdt");
    let nowhere = browser.fill(&page, &format!("{page}/merge"), &[("into", "")]).await;
    assert_eq!(nowhere.status, 422);
    let merged = browser.fill(&page, &format!("{page}/merge"), &[("into", &into.to_string())]).await;
    assert_eq!(gone(&merged), (303, "/admin/sites/mzj/columns?done=merged&count=1"));
    assert_eq!(city.get("/mzj/jgjj/sqfw/").await.location(), "/mzj/gzdt/");
    let old = format!("/mzj/jgjj/sqfw/{}.html", document.id);
    let new = format!("/mzj/gzdt/{}.html", document.id);
    assert_eq!(city.get(&old).await.location(), new);
    assert_eq!(city.get(&new).await.status, 200);
    assert_eq!(browser.get(&page).await.status, 404, "the column is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_put_in_order_and_deleted() {
    let city = City::new();
    let browser = in_mzj(&city, "manager", Role::Manager).await;
    let new = format!("{COLUMNS}/new");
    for slug in ["a", "b"] {
        browser.fill(&new, &new, &typed(slug, slug, "")).await;
    }
    let (a, b) = (city.channel("mzj", "a"), city.channel("mzj", "b"));
    let order = || {
        let node = city.app.site("mzj").unwrap();
        node.below(None).map(|channel| channel.slug.clone()).skip(3).collect::<Vec<_>>().join("")
    };
    let up = browser.fill(COLUMNS, &format!("{COLUMNS}/{b}/order"), &[("way", "up")]).await;
    assert_eq!(up.location(), format!("/admin/sites/mzj/columns?done=ordered#column-{b}"));
    assert_eq!(order(), "ba");
    // As the script does it: before a sibling.
    browser.fill(COLUMNS, &format!("{COLUMNS}/{a}/move"), &[("parent", ""), ("before", &b.to_string())]).await;
    assert_eq!(order(), "ab");
    let declared = city.channel("mzj", "tzgg");
    let refused = browser.fill(COLUMNS, &format!("{COLUMNS}/{declared}/order"), &[("way", "down")]).await;
    assert!(refused.status == 422 && refused.body.contains("由 site.toml 声明"));
    let deleted = browser.fill(COLUMNS, &format!("{COLUMNS}/{a}/delete"), &[]).await;
    assert_eq!(gone(&deleted), (303, "/admin/sites/mzj/columns?done=deleted"));
    assert_eq!(city.get("/mzj/a/").await.status, 404);
    city.publish("mzj", "b", "通知").await;
    let held = browser.fill(COLUMNS, &format!("{COLUMNS}/{b}/delete"), &[]).await;
    assert!(held.status == 422 && held.body.contains("栏目中还有 1 篇"));
    // A column of another site is none of this one.
    let foreign = city.channel("jyj", "tzgg");
    assert_eq!(browser.get(&format!("{COLUMNS}/{foreign}")).await.status, 404);
    assert_eq!(browser.fill(COLUMNS, &format!("{COLUMNS}/{foreign}/delete"), &[]).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_declared_column_only_what_the_file_leaves_open_is_saved() {
    let city = City::new();
    let browser = in_mzj(&city, "manager", Role::Manager).await;
    let page = format!("{COLUMNS}/{}", city.channel("mzj", "tzgg"));
    let shown = browser.get(&page).await.body;
    assert!(shown.contains("这个栏目由 site.toml 声明") && !shown.contains("name=\"page_size\""));
    let mut fields = typed("别名", "", "");
    fields.push(("takes", "1"));
    assert_eq!(browser.fill(&page, &page, &fields).await.status, 303);
    let row = city.app.site("mzj").unwrap().channel_at("tzgg").unwrap().clone();
    assert_eq!((row.name.as_str(), row.takes_submissions, row.kind), ("通知公告", true, ChannelKind::List));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_merge_is_shown_and_can_go_on() {
    let city = City::new();
    let browser = in_mzj(&city, "manager", Role::Manager).await;
    let new = format!("{COLUMNS}/new");
    browser.fill(&new, &new, &typed("旧栏目", "old", "")).await;
    city.publish("mzj", "old", "通知").await;
    let (old, into) = (city.channel("mzj", "old"), city.channel("mzj", "gzdt"));
    let app = city.app.clone();
    work(move || site::begin_closing(&app.store, &By::ops(), old, Closing::Into(into), 1).unwrap()).await;
    let page = format!("{COLUMNS}/{old}");
    let shown = browser.get(&page).await.body;
    assert!(shown.contains("正在并入“工作动态”，还剩 1 篇") && shown.contains("继续合并"));
    assert!(browser.get(COLUMNS).await.body.contains("正在清空"));
    let opened = browser.fill(&page, &format!("{page}/reopen"), &[]).await;
    assert_eq!(opened.location(), format!("{page}?done=reopened"));
    let merged = browser.fill(&page, &format!("{page}/merge"), &[("into", &into.to_string())]).await;
    assert_eq!(merged.location(), "/admin/sites/mzj/columns?done=merged&count=1");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_the_managers_and_the_files_are_the_files() {
    let city = City::new();
    let browser = in_mzj(&city, "manager", Role::Manager).await;
    let page = "/admin/sites/mzj/settings";
    let shown = browser.get(page).await.body;
    assert!(shown.contains("这个网站由 site.toml 声明") && !shown.contains("/settings/slug"));
    let fields = [("name", "别名"), ("phone", "0826-1"), ("description", "民政"), ("notice", "搬迁<b>")];
    assert_eq!(browser.fill(page, page, &fields).await.location(), "/admin/sites/mzj/settings?done=saved");
    let site = city.app.site("mzj").unwrap().site.clone();
    assert_eq!((site.name.as_str(), site.contact.phone.as_str()), ("测试市民政局", "0826-1"));
    let home = city.get("/mzj/").await.body;
    assert!(home.contains("0826-1") && home.contains("搬迁&lt;b&gt;"));
    let refused = browser.fill(page, page, &[("notice", "x"), ("notice_url", "javascript:x")]).await;
    assert!(refused.status == 422 && refused.body.contains("javascript:x"));
    for address in ["slug", "state", "hosts"] {
        let answer = browser.fill(page, &format!("{page}/{address}"), &[("slug", "x"), ("state", "online")]).await;
        assert_eq!(answer.status, 403, "{address} is the group's");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_makes_a_site_and_opens_it() {
    let city = City::new();
    let browser = logged_in(&city, "boss", vec![Grant::group(Role::Admin)]).await;
    let new = "/admin/sites/new";
    let fields = [
        ("slug", "slj"),
        ("name", "测试市水利局"),
        ("short_name", ""),
        ("kind", "department"),
        ("theme", "clear"),
        ("usual", "1"),
    ];
    let made = browser.fill(new, new, &fields).await;
    assert_eq!(made.location(), "/admin/sites/slj/settings?done=created");
    assert_eq!(city.get("/slj/").await.status, 404, "planned");
    let twice = browser.fill(new, new, &fields).await;
    assert!(twice.status == 422 && twice.body.contains("value=\"测试市水利局\"") && twice.body.contains("“slj”"));
    let mut wrong = fields;
    (wrong[0].1, wrong[4].1) = ("other", "admin");
    assert!(browser.fill(new, new, &wrong).await.body.contains("没有这个主题"));
    let page = "/admin/sites/slj/settings";
    let act = async |to: &str, fields: &[(&str, &str)]| browser.fill(page, &format!("{page}/{to}"), fields).await;
    assert_eq!(act("state", &[("state", "redirected")]).await.status, 422);
    assert_eq!(act("state", &[("state", "online")]).await.location(), format!("{page}?done=state"));
    assert_eq!(city.get("/slj/").await.status, 200);
    assert!(city.get("/").await.body.contains("/slj/"), "listed on the portal");
    let hosts = [("kind", "township"), ("hosts", "slj.example\n"), ("old_hosts", "old.slj.example other.slj.example")];
    assert_eq!(act("hosts", &hosts).await.location(), format!("{page}?done=names"));
    let site = city.app.site("slj").unwrap().site.clone();
    assert_eq!((site.hosts.len(), site.old_hosts.len(), site.state), (1, 2, SiteState::Online));
    assert!(act("hosts", &[("hosts", "mzj.old.example")]).await.body.contains("已是另一个网站的域名"));
    assert_eq!(act("slug", &[("slug", "shuili")]).await.location(), "/admin/sites/shuili/settings?done=renamed");
    assert_eq!(city.get("/slj/").await.location(), "/shuili/");
    let list = browser.get("/admin/sites/?q=水利").await.body;
    assert!(list.contains("/admin/sites/shuili/") && !list.contains("/admin/sites/gaj/\">测试"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_look_is_previewed_without_being_stored() {
    let city = City::new();
    city.publish("mzj", "tzgg", "低保通知").await;
    let browser = in_mzj(&city, "manager", Role::Manager).await;
    let page = "/admin/sites/mzj/theme";
    assert!(browser.get(page).await.body.contains("name=\"set-slogan\""));
    let before = city.get("/mzj/").await.body;
    let seq = city.app.store.seq();
    let fields = [("set-colour", "#1f5fa8"), ("set-slogan", "为民<b>服务")];
    let shown = browser.fill(page, &format!("{page}/preview"), &fields).await;
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains("为民&lt;b&gt;服务") && shown.body.contains("低保通知"));
    assert!(shown.body.contains("site-b4232a.css"), "the colour of the file stays");
    assert!(shown.header("content-security-policy").contains("frame-ancestors 'self'"));
    assert_eq!(shown.header("cache-control"), "no-store");
    assert_eq!(city.app.store.seq(), seq, "nothing was stored");
    assert_eq!(city.get("/mzj/").await.body, before, "visitors see what they saw");
    // And saved, visitors see it.
    assert_eq!(browser.fill(page, page, &fields).await.location(), "/admin/sites/mzj/theme?done=saved");
    assert!(city.get("/mzj/").await.body.contains("为民&lt;b&gt;服务"));
    let long = "长".repeat(501);
    let wrong = [("set-slogan", long.as_str())];
    assert_eq!(browser.fill(page, page, &wrong).await.status, 422);
    let refused = browser.fill(page, &format!("{page}/preview"), &wrong).await;
    assert!(refused.status == 422 && refused.header("content-security-policy").contains("frame-ancestors 'self'"));
    assert!(refused.body.contains("无法预览"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theme_of_an_undeclared_site_is_tried_on() {
    let city = City::new();
    let browser = logged_in(&city, "boss", vec![Grant::group(Role::Admin)]).await;
    let new = site::NewSite {
        slug: "slj".into(),
        name: "水利局".into(),
        short_name: String::new(),
        kind: zhanqun::domain::site::SiteKind::Department,
        theme: "county".into(),
        usual_columns: false,
    };
    let app = city.app.clone();
    let id = work(move || site::create(&app.store, &By::ops(), &new).unwrap().id).await;
    let page = "/admin/sites/slj/theme";
    let fields = [("theme", "clear"), ("set-colour", "#1f5fa8"), ("set-mourning", "1")];
    let shown = browser.fill(page, &format!("{page}/preview"), &fields).await.body;
    assert!(shown.contains("/theme/clear/") && shown.contains("site-1f5fa8.css"), "a planned site can be tried, too");
    let pale = browser.fill(page, &format!("{page}/preview"), &[("theme", "clear"), ("set-colour", "#ffff00")]).await;
    assert!(pale.status == 422 && pale.body.contains("对比度不足 4.5:1"));
    assert_eq!(browser.fill(page, page, &fields).await.status, 303);
    let site: Site = city.app.store.get(id.0).unwrap().unwrap();
    assert_eq!((site.theme.as_str(), site.settings["mourning"].as_bool()), ("clear", Some(true)));
    // The theme's own value is not written down: it follows the theme.
    assert!(!site.settings.contains_key("slogan"));
    let page_after = browser.get(page).await.body;
    assert!(page_after.contains("value=\"#1f5fa8\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn old_addresses_are_added_changed_imported_and_exported() {
    let city = City::new();
    let document = city.publish("mzj", "tzgg", "低保通知").await;
    let browser = in_mzj(&city, "manager", Role::Manager).await;
    let page = "/admin/sites/mzj/redirects";
    let to = format!("document:{}", document.id);
    let added = browser.fill(page, page, &[("id", "0"), ("from", "/Show.asp?ID=1"), ("to", &to)]).await;
    assert_eq!(added.location(), "/admin/sites/mzj/redirects?done=added");
    let at = |path: &'static str| city.ask("mzj.old.example", path, &[]);
    let public = format!("/mzj/tzgg/{}.html", document.id);
    assert!(at("/show.asp?id=1").await.location().ends_with(&public));
    let list = browser.get(page).await.body;
    assert!(list.contains("/show.asp?id=1") && list.contains("低保通知"));
    for (from, to, text) in [
        ("/show.asp?id=1", "/x/", "已在列表中"),
        ("/a", "document:999999", "没有这篇文稿"),
        ("/a", "column:nothing", "没有这个栏目"),
        ("/a", "javascript:x", "应为网址"),
    ] {
        let refused = browser.fill(page, page, &[("from", from), ("to", to)]).await;
        assert!(refused.status == 422 && refused.body.contains(text), "{from} {to}");
    }
    let (redirect, _) = site::find_redirect(&city.app.store, document.site, "/show.asp?id=1").unwrap().unwrap();
    let id = redirect.id.to_string();
    assert!(browser.get(&format!("{page}?edit={id}")).await.body.contains(&format!("value=\"{to}\"")));
    let changed =
        browser.fill(page, page, &[("id", &id), ("from", "/list"), ("prefix", "1"), ("to", "column:tzgg")]).await;
    assert_eq!(changed.location(), "/admin/sites/mzj/redirects?done=changed");
    assert!(at("/list/3.htm").await.location().ends_with("/mzj/tzgg/"));
    // From a file: looked at first, every mistake with its line, then all or nothing.
    let file = format!("{page}/file");
    let bad = "from,to\n/a,/1\n/b,nonsense\n";
    let look = browser.fill(&file, &file, &[("text", bad), ("do", "import")]).await;
    assert!(look.status == 422 && look.body.contains("第 3 行") && look.body.contains("/b,nonsense"));
    let good = "from,to\n/a,/mzj/\n/b,column:gzdt\n";
    let look = browser.fill(&file, &file, &[("text", good), ("do", "look")]).await;
    assert!(look.status == 200 && look.body.contains("2 个旧地址，没有错误，尚未写入"));
    let list_key = ListKey::new(site::REDIRECTS_OF_SITE, &[document.site.0]);
    assert_eq!(city.app.store.count(list_key).unwrap(), 1);
    let imported = browser.fill(&file, &file, &[("text", good), ("do", "import")]).await;
    assert_eq!(imported.location(), "/admin/sites/mzj/redirects?done=imported&count=2");
    let csv = browser.get(&format!("{page}.csv")).await;
    assert!(
        csv.header("content-type").starts_with("text/csv") && csv.header("content-disposition").contains("attachment")
    );
    assert!(csv.body.contains("/b,column:gzdt,exact,0"));
    let found = browser.get(&format!("{page}?q=list&hits=1")).await.body;
    assert!(found.contains("/list") && !found.contains("value=\"/b\""));
    let removed = browser.fill(page, &format!("{page}/remove"), &[("redirect", &id)]).await;
    assert_eq!(removed.location(), "/admin/sites/mzj/redirects?done=removed&count=1");
    assert_eq!(at("/list/3.htm").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_shows_what_is_the_persons_own() {
    let city = City::new();
    city.publish("mzj", "tzgg", "民政通知").await;
    city.publish("mzj", "gzdt", "民政动态").await;
    let mzj = city.app.site("mzj").unwrap().site.id;
    let notices: ChannelId = city.channel("mzj", "tzgg");
    let manager = in_mzj(&city, "manager", Role::Manager).await;
    let desk = manager.get("/admin/sites/mzj/").await.body;
    assert!(desk.contains("通知公告") && desk.contains("工作动态") && desk.contains("新建栏目"));
    let scope = Scope::Channel(mzj, notices);
    let writer = logged_in(&city, "writer", vec![Grant { role: Role::Editor, scope }]).await;
    let desk = writer.get("/admin/sites/mzj/").await.body;
    assert!(desk.contains("通知公告") && !desk.contains("工作动态") && !desk.contains("新建栏目"));
    assert!(desk.contains("您负责其中部分栏目"));
    for page in ["columns", "settings", "theme", "redirects", "redirects.csv"] {
        assert_eq!(writer.get(&format!("/admin/sites/mzj/{page}")).await.status, 403, "{page}");
    }
    let stranger = logged_in(
        &city,
        "stranger",
        vec![Grant { role: Role::Manager, scope: Scope::Site(city.app.site("jyj").unwrap().site.id) }],
    )
    .await;
    for page in ["", "documents", "trash", "columns", "columns/new", "settings", "theme", "redirects", "redirects.csv"]
    {
        assert_eq!(stranger.get(&format!("/admin/sites/mzj/{page}")).await.status, 404, "{page}");
    }
    let sites = stranger.get("/admin/sites/").await.body;
    assert!(sites.contains("测试市教育局") && !sites.contains("测试市民政局") && !sites.contains("/admin/sites/new"));
}
