//! The editor: what is typed is kept, saved or shown beside what somebody else saved, and never lost.

use http::{Method, StatusCode};
use zhanqun::domain::account::{Grant, Role, Scope};

use super::City;
use super::browser::{Browser, GOOD, encoded, secret, user_with};
use super::city::Answer;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const NEW: &str = "/admin/sites/mzj/documents/new";

/// Editors of mzj called li.fang and wang.qiang, and one of jyj.
pub(super) async fn editors(city: &City) -> [Browser<'_>; 3] {
    let mut browsers = Vec::new();
    for (name, slug) in [("li.fang", "mzj"), ("wang.qiang", "mzj"), ("he.jing", "jyj")] {
        let site = city.app.site(slug).unwrap().site.id;
        user_with(city, name, vec![Grant { role: Role::Editor, scope: Scope::Site(site) }], false).await;
        let browser = Browser::new(city);
        assert_eq!(browser.log_in(name, GOOD).await.status, StatusCode::SEE_OTHER);
        browsers.push(browser);
    }
    browsers.try_into().ok().unwrap()
}

/// What a script sends.
pub(super) async fn ask(browser: &Browser<'_>, target: &str, fields: &[(&str, &str)]) -> (u16, serde_json::Value) {
    let token = secret(&browser.get("/admin/").await.body);
    let headers = [FORM, ("accept", "application/json"), ("x-csrf-token", token.as_str())];
    let answer = browser.send(Method::POST, target, &headers, encoded(fields)).await;
    (answer.status.as_u16(), serde_json::from_str(&answer.body).unwrap())
}

/// A draft of li.fang, shared with the others of its column: address and first revision.
pub(super) async fn draft(city: &City, li: &Browser<'_>, body: &str) -> (String, String) {
    let channel = city.channel("mzj", "tzgg").to_string();
    let fields = [("title", "低保通知"), ("channel", channel.as_str()), ("body", body), ("shared", "1")];
    let answer = li.fill(NEW, NEW, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let address = answer.location().split('?').next().unwrap().to_owned();
    let base = value(&li.get(&address).await, "base");
    (address, base)
}

fn value(page: &Answer, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    page.body.split(&mark).nth(1).unwrap_or_else(|| panic!("no {name}")).split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_made_saved_and_shown_again_without_any_script() {
    let city = City::new();
    let [li, _, stranger] = editors(&city).await;
    let wrong = li.fill(NEW, NEW, &[("title", ""), ("channel", ""), ("body", "<p>写了很久的话</p>")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("写了很久的话") && wrong.body.contains("role=\"alert\""), "it is sent back");
    let (address, base) = draft(&city, &li, "<p>一</p><script>ran()</script><p onclick=x>二</p>").await;
    let page = li.get(&address).await;
    assert!(page.body.contains("&lt;p&gt;一&lt;") && !page.body.contains("ran()") && !page.body.contains("onclick"));
    let channel = city.channel("mzj", "tzgg").to_string();
    let other = city.channel("jyj", "tzgg").to_string();
    assert_eq!(li.fill(NEW, NEW, &[("title", "甲"), ("channel", other.as_str())]).await.status, 404, "another site");
    let fields = [
        ("base", base.as_str()),
        ("channel", channel.as_str()),
        ("title", " 低保\n通知 "),
        ("body", "<p>三</p>"),
        ("keywords", "低保、 救助 低保"),
        ("valid_until", "2027-01-01T00:00"),
        ("pinned", "1"),
        ("secrecy", "1"),
    ];
    let saved = li.fill(&address, &address, &fields).await;
    assert_eq!((saved.status.as_u16(), saved.location()), (303, format!("{address}?done=saved").as_str()));
    let page = li.get(saved.location()).await.body;
    for shown in ["value=\"低保 通知\"", "value=\"低保 救助\"", "value=\"2027-01-01T00:00\"", "第 2 版", "已保存。"]
    {
        assert!(page.contains(shown), "{shown}");
    }
    let broken =
        [("base", "0"), ("channel", channel.as_str()), ("title", "甲"), ("valid_until", "明天"), ("link", "x")];
    let broken = li.fill(&address, &address, &broken).await;
    assert!(broken.status == 422 && broken.body.contains("日期或时间填写有误"));
    for target in [address.clone(), format!("{address}preview"), format!("{address}preview/page")] {
        assert_eq!(stranger.get(&target).await.status, 404, "{target}");
    }
    assert_eq!(stranger.fill("/admin/", &format!("{address}autosave"), &fields).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_kept_in_order_and_the_same_twice_is_no_conflict() {
    let city = City::new();
    let [li, wang, _] = editors(&city).await;
    let (address, base) = draft(&city, &li, "<p>一</p>").await;
    let autosave = format!("{address}autosave");
    let channel = city.channel("mzj", "tzgg").to_string();
    let typed = |version, body| {
        let fields = [("base", base.as_str()), ("channel", channel.as_str()), ("title", "低保通知")];
        [&fields[..], &[("version", version), ("body", body)]].concat()
    };
    let (status, first) = ask(&li, &autosave, &typed("0", "<p>一二</p>")).await;
    assert_eq!((status, &first["version"]), (200, &1.into()), "{first}");
    let (status, again) = ask(&li, &autosave, &typed("0", "<p>一二</p>")).await;
    assert_eq!((status, &again["version"]), (200, &1.into()), "the answer got lost and it is sent once more");
    let (status, stale) = ask(&li, &autosave, &typed("0", "<p>别的窗口</p>")).await;
    assert_eq!((status, stale["key"].as_str()), (409, Some("error.409")));
    let (status, next) = ask(&li, &autosave, &typed("1", "<p>一二三</p>")).await;
    assert_eq!((status, &next["version"]), (200, &2.into()));
    let page = li.get(&address).await.body;
    assert!(
        page.contains("一二三") && page.contains("data-version=\"2\"") && page.contains("第 1 版"),
        "not in the history"
    );
    assert!(!wang.get(&address).await.body.contains("一二三"), "it is one's own");
    let (status, refused) =
        ask(&li, &autosave, &[&typed("2", "<p>四</p>")[..], &[("valid_until", "2027-")]].concat()).await;
    assert_eq!((status, refused["broken"][0]["field"].as_str()), (422, Some("valid_until")));
    let preview = li.get(&format!("{address}preview/page")).await;
    assert!(preview.body.contains("一二三"), "a preview shows what is not saved");
    assert!(preview.header("content-security-policy").contains("frame-ancestors 'self'"));
    let around = li.get(&format!("{address}preview?device=phone")).await;
    assert!(around.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(li.fill(&address, &format!("{address}discard"), &[]).await.status, 303);
    assert!(!li.get(&address).await.body.contains("一二三"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_save_is_shown_beside_the_newer_one_and_loses_nothing() {
    let city = City::new();
    let [li, wang, _] = editors(&city).await;
    let (address, base) = draft(&city, &li, "<p>一</p><p>二</p><p>三</p>").await;
    let channel = city.channel("mzj", "tzgg").to_string();
    let save = |title, body| {
        [("base", base.as_str()), ("channel", channel.as_str()), ("shared", "1"), ("title", title), ("body", body)]
    };
    let first = wang.fill(&address, &address, &save("王强的标题", "<p>一</p><p>二王</p><p>三</p>")).await;
    assert_eq!(first.status, 303);
    let mine = save("李芳的标题", "<p>一李</p><p>二李</p><p>三</p>");
    let stale = li.fill(&address, &address, &mine).await;
    assert_eq!(stale.status, 409);
    for words in ["王强的标题", "李芳的标题", "低保通知", "一李", "二王", "二李"] {
        assert!(stale.body.contains(words), "{words} is on the page");
    }
    assert!(ask(&li, &address, &mine).await.0 == 409, "a script is told, and keeps its text");
    let head = value(&stale, "base");
    assert_ne!(head, base);
    let chosen = [
        ("chosen", "1"),
        ("base", head.as_str()),
        ("channel", channel.as_str()),
        ("shared", "1"),
        ("take_title", "mine"),
        ("mine_title", "李芳的标题"),
        ("theirs_title", "王强的标题"),
        ("clear", "<p>一李</p>"),
        ("take_1", "both"),
        ("mine_1", "<p>二李</p>"),
        ("theirs_1", "<p>二王</p>"),
        ("clear", "<p>三</p>"),
    ];
    let merged = li.fill(&address, &format!("{address}conflict"), &chosen).await;
    assert_eq!((merged.status.as_u16(), merged.location()), (303, format!("{address}?done=merged").as_str()));
    let page = wang.get(&address).await.body;
    assert!(page.contains("value=\"李芳的标题\"") && page.contains("第 3 版"));
    let page = page.replace("&lt;", "<").replace("&gt;", ">").replace("&#x2f;", "/").replace('\n', "");
    assert!(page.contains("<p>一李</p><p>二王</p><p>二李</p><p>三</p>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_else_has_it_open_is_told_for_a_while() {
    let city = City::new();
    let [li, wang, stranger] = editors(&city).await;
    let (address, base) = draft(&city, &li, "<p>一</p>").await;
    let presence = format!("{address}presence");
    let (_, alone) = ask(&li, &presence, &[("tab", "1")]).await;
    assert_eq!((alone["others"].as_array().unwrap().len(), alone["head"].to_string()), (0, base));
    let (_, two) = ask(&wang, &presence, &[("tab", "1")]).await;
    assert_eq!(two["others"][0]["name"], "li.fang<b>");
    assert!(wang.get(&address).await.body.contains("li.fang&lt;b&gt; 也打开了这篇文稿"));
    assert_eq!(ask(&stranger, &presence, &[("tab", "1")]).await.0, 404);
    let (_, own) = ask(&li, &presence, &[("tab", "2")]).await;
    assert_eq!(own["others"].as_array().unwrap().len(), 2, "another window of one's own, too");
    city.app.clock.set(city.app.clock.now() + 60_000);
    let (_, later) = ask(&li, &presence, &[("tab", "1")]).await;
    assert!(later["others"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_link_shows_one_revision_until_it_ends() {
    let city = City::new();
    let [li, _, stranger] = editors(&city).await;
    let (address, base) = draft(&city, &li, "<p>预览的话</p>").await;
    let made = li.fill(&address, &format!("{address}preview-link"), &[("revision", &base)]).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let link = made.body.split("class=\"editor-link\">").nth(1).unwrap().split('<').next().unwrap();
    let link = format!("/admin{}", link.replace("&#x2f;", "/").split("/admin").nth(1).unwrap());
    let nobody = Browser::new(&city);
    let shown = nobody.get(&link).await;
    assert!(shown.status == 200 && shown.body.contains("预览的话"));
    assert_eq!(shown.header("cache-control"), "no-store");
    assert!(shown.header("x-robots-tag").contains("noindex") && shown.body.contains("noindex"));
    assert_eq!(shown.header("referrer-policy"), "no-referrer", "the address is a secret");
    let channel = city.channel("mzj", "tzgg").to_string();
    let fields =
        [("base", base.as_str()), ("channel", channel.as_str()), ("title", "新的"), ("body", "<p>后来的话</p>")];
    assert_eq!(li.fill(&address, &address, &fields).await.status, 303);
    assert!(!nobody.get(&link).await.body.contains("后来的话"), "the link is bound to its revision");
    let url = format!("/mzj/tzgg/{}.html", address.split('/').nth(3).unwrap());
    assert_eq!(city.get(&url).await.status, 404, "visitors see nothing of it");
    assert!(!city.is_kept(&url), "and nothing of it is in the cache");
    assert_eq!(nobody.get(&format!("/admin/preview/{}", "0".repeat(64))).await.status, 404);
    assert_eq!(nobody.get("/admin/preview/x").await.status, 404);
    assert_eq!(stranger.fill("/admin/", &format!("{address}preview-link"), &[("revision", &base)]).await.status, 404);
    city.app.clock.set(city.app.clock.now() + 8 * 24 * 3_600_000);
    assert_eq!(nobody.get(&link).await.status, 404, "it has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_save_that_is_sent_twice_makes_one_document() {
    let city = City::new();
    let [li, wang, _] = editors(&city).await;
    let channel = city.channel("mzj", "tzgg").to_string();
    let name = value(&li.get(NEW).await, "first");
    assert_ne!(name, value(&li.get(NEW).await, "first"), "every form has its own");
    let typed = |body| [("first", name.as_str()), ("title", "低保通知"), ("channel", channel.as_str()), ("body", body)];
    let (status, first) = ask(&li, NEW, &typed("<p>一</p>")).await;
    assert_eq!(status, 200, "{first}");
    let (_, again) = ask(&li, NEW, &typed("<p>一</p>")).await;
    assert_eq!((&again["document"], &again["base"]), (&first["document"], &first["base"]), "its answer got lost");
    let (_, more) = ask(&li, NEW, &typed("<p>一二</p>")).await;
    assert_eq!(more["document"], first["document"], "typed on meanwhile: the next revision of the same document");
    assert_ne!(more["base"], first["base"]);
    assert_eq!(ask(&li, NEW, &typed("<p>三</p>")).await.0, 409, "another window has saved it since");
    let (_, others) = ask(&wang, NEW, &typed("<p>一</p>")).await;
    assert_ne!(others["document"], first["document"], "the name is of one person only");
    let list = li.get("/admin/sites/mzj/documents").await.body;
    assert_eq!(list.matches(">低保通知<").count(), 2, "hers and his");
}
