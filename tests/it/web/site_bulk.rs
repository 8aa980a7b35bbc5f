//! Lists of documents in the browser: filters, pages, several at once, the trash.

use zhanqun::base::id::{ChannelId, DocumentId};
use zhanqun::domain::account::{By, Grant, Role, Scope};
use zhanqun::domain::content::{self, Document, Edit, State, Text};
use zhanqun::domain::workflow::{self, Flow};
use zhanqun::store::Read;

use super::City;
use super::browser::{Browser, GOOD, user_with};
use super::city::work;

const LIST: &str = "/admin/sites/mzj/documents";

async fn somebody<'a>(city: &'a City, name: &str, roles: &[Role]) -> Browser<'a> {
    let site = city.app.site("mzj").unwrap().site.id;
    let grants = roles.iter().map(|role| Grant { role: *role, scope: Scope::Site(site) }).collect();
    user_with(city, name, grants, false).await;
    let browser = Browser::new(city);
    assert_eq!(browser.log_in(name, GOOD).await.status, 303);
    browser
}

async fn draft(city: &City, channel: ChannelId, title: &str) -> Document {
    let text = Text {
        title: title.into(),
        body: "<p>正文。</p>".into(),
        summary: "摘要".into(),
        source: "民政局".into(),
        ..Text::default()
    };
    let edit = Edit { channel, text, shared: true, secrecy: true, ..Edit::default() };
    let app = city.app.clone();
    work(move || content::create(&app.store, &By::ops(), &edit, app.clock.now()).unwrap()).await
}

fn state(city: &City, id: DocumentId) -> State {
    city.app.store.get::<Document>(id.0).unwrap().unwrap().state
}

fn chosen<'a>(word: &'a str, ids: &'a [String], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("do", word), ("back", LIST)];
    fields.extend(ids.iter().map(|id| ("document", id.as_str())));
    fields.extend_from_slice(more);
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_filtered_searched_and_paged() {
    let city = City::new();
    let browser = somebody(&city, "manager", &[Role::Manager]).await;
    let (tzgg, gzdt) = (city.channel("mzj", "tzgg"), city.channel("mzj", "gzdt"));
    draft(&city, tzgg, "低保草稿").await;
    city.publish("mzj", "gzdt", "低保动态").await;
    city.publish("jyj", "tzgg", "教育通知").await;
    let all = browser.get(LIST).await.body;
    assert!(all.contains("低保草稿") && all.contains("低保动态") && !all.contains("教育通知"));
    assert!(all.contains("/mzj/gzdt/") && all.contains("共 2 篇"));
    for (query, sees, hides) in [
        (format!("channel={tzgg}"), "低保草稿", "低保动态"),
        ("state=published".into(), "低保动态", "低保草稿"),
        ("state=draft".into(), "低保草稿", "低保动态"),
        ("q=动态".into(), "低保动态", "低保草稿"),
        (format!("q=低保&channel={gzdt}&order=published"), "低保动态", "低保草稿"),
    ] {
        let page = browser.get(&format!("{LIST}?{query}")).await.body;
        assert!(page.contains(&format!(">{sees}</a>")) && !page.contains(&format!(">{hides}</a>")), "{query}");
    }
    assert!(browser.get(&format!("{LIST}?author=me")).await.body.contains("没有符合条件的文稿"));
    assert!(browser.get(&format!("{LIST}?stale=1")).await.body.contains("没有符合条件的文稿"));
    city.app.clock.set(city.app.clock.now() + 400 * 24 * 3600 * 1000);
    let browser = Browser { cookies: Default::default(), ..Browser::new(&city) };
    browser.log_in("manager", GOOD).await;
    assert!(browser.get(&format!("{LIST}?stale=1")).await.body.contains("低保草稿"), "a year later");
    for number in 0..60 {
        draft(&city, tzgg, &format!("第{number:02}号")).await;
    }
    let first = browser.get(&format!("{LIST}?state=draft")).await.body;
    assert!(first.contains("第 1 页，共 2 页") && first.contains("?state=draft&amp;page=2"));
    let last = browser.get(&format!("{LIST}?state=draft&page=999")).await.body;
    assert!(last.contains("第 2 页，共 2 页") && last.contains("低保草稿"));
    assert_eq!(browser.get(&format!("{LIST}?page=x&state=nonsense&channel=y")).await.status, 200);
    let foreign = city.channel("jyj", "tzgg");
    assert_eq!(browser.get(&format!("{LIST}?channel={foreign}")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_at_once_and_each_failure_with_its_reason() {
    let city = City::new();
    let browser = somebody(&city, "all", &[Role::Editor, Role::Publisher, Role::Manager]).await;
    let (tzgg, gzdt) = (city.channel("mzj", "tzgg"), city.channel("mzj", "gzdt"));
    let (one, two) = (draft(&city, tzgg, "第一篇<b>").await, draft(&city, tzgg, "第二篇").await);
    let foreign = city.publish("jyj", "tzgg", "教育秘密").await;
    let ids = [one.id.to_string(), two.id.to_string()];
    let bulk = async |fields: &[(&str, &str)]| browser.fill(LIST, "/admin/sites/mzj/documents/bulk", fields).await;
    let done = bulk(&chosen("publish", &ids, &[])).await;
    assert_eq!(done.location(), "/admin/sites/mzj/documents?done=publish&count=2");
    assert!(browser.get(done.location()).await.body.contains("已发布 2 篇"));
    assert_eq!((state(&city, one.id), state(&city, two.id)), (State::Published, State::Published));
    // One of another site among them: told by its number only, and the others are done.
    let with_foreign = [ids[0].clone(), foreign.id.to_string()];
    let mixed = bulk(&chosen("tag", &with_foreign, &[("words", "低保，救助")])).await;
    assert_eq!(mixed.status, 200);
    assert!(mixed.body.contains("已为 1 篇添加关键词") && mixed.body.contains("1 篇没有处理"));
    assert!(mixed.body.contains("不在您的权限范围内") && !mixed.body.contains("教育秘密"));
    let none = bulk(&chosen("tag", &ids, &[("words", " ")])).await;
    assert!(none.body.contains("2 篇没有处理") && none.body.contains("第一篇&lt;b&gt;"));
    let moved = bulk(&chosen("move", &ids, &[("move", &gzdt.to_string())])).await;
    assert_eq!(moved.location(), "/admin/sites/mzj/documents?done=move&count=2");
    assert_eq!(city.get(&format!("/mzj/tzgg/{}.html", two.id)).await.location(), format!("/mzj/gzdt/{}.html", two.id));
    let copied = bulk(&chosen("copy", &ids[1..], &[("copy", &tzgg.to_string())])).await;
    assert_eq!(copied.location(), "/admin/sites/mzj/documents?done=copy&count=1");
    let referred = bulk(&chosen("refer", &ids[1..], &[("refer", &tzgg.to_string())])).await;
    assert_eq!(referred.location(), "/admin/sites/mzj/documents?done=refer&count=1");
    assert!(city.get("/mzj/tzgg/").await.body.contains("第二篇"));
    let portal = city.channel("www", "tzgg").to_string();
    for (word, field) in [("copy", "copy"), ("refer", "refer"), ("move", "move")] {
        let refused = bulk(&chosen(word, &ids[1..], &[(field, &portal)])).await;
        assert!(refused.status == 200 && refused.body.contains("1 篇没有处理"), "{word} to another site");
    }
    let live = bulk(&chosen("trash", &ids[..1], &[])).await;
    assert!(live.body.contains("公众仍能看到，请先撤回"));
    assert!(bulk(&chosen("withdraw", &ids[..1], &[("reason", "有误")])).await.location().contains("done=withdraw"));
    assert!(bulk(&chosen("expire", &ids[1..], &[])).await.location().contains("done=expire"));
    assert_eq!((state(&city, one.id), state(&city, two.id)), (State::Withdrawn, State::Expired));
    assert!(bulk(&chosen("trash", &ids, &[])).await.location().contains("done=trash&count=2"));
    assert_eq!(bulk(&chosen("nonsense", &ids, &[])).await.status, 400);
    let away = bulk(&[("do", "publish"), ("back", "https://evil.example/")]).await;
    assert_eq!(away.location(), "/admin/sites/mzj/documents?done=publish&count=0");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_step_of_a_workflow_is_skipped_by_doing_several_at_once() {
    let city = City::new();
    let browser = somebody(&city, "publisher", &[Role::Publisher]).await;
    let site = city.app.site("mzj").unwrap().site.id;
    let app = city.app.clone();
    let names = ["初审", "二审", "三审", "签发"];
    work(move || workflow::set_flow(&app.store, &By::ops(), &Flow::three_reviews(site, None, names)).unwrap()).await;
    let document = draft(&city, city.channel("mzj", "tzgg"), "要过三审的").await;
    let ids = [document.id.to_string()];
    let answer = browser.fill(LIST, "/admin/sites/mzj/documents/bulk", &chosen("publish", &ids, &[])).await;
    assert!(answer.body.contains("按审核流程还有步骤没有完成") && answer.body.contains("要过三审的"));
    assert_eq!(state(&city, document.id), State::Draft);
    // And nobody does what his role does not have.
    let writer = somebody(&city, "writer", &[Role::Editor]).await;
    let answer = writer.fill(LIST, "/admin/sites/mzj/documents/bulk", &chosen("publish", &ids, &[])).await;
    assert!(answer.body.contains("您没有这项权限"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trash_gives_back_and_forgets() {
    let city = City::new();
    let manager = somebody(&city, "manager", &[Role::Manager]).await;
    let tzgg = city.channel("mzj", "tzgg");
    let (one, two) = (draft(&city, tzgg, "第一篇").await, draft(&city, tzgg, "第二篇").await);
    let ids = [one.id.to_string(), two.id.to_string()];
    manager.fill(LIST, "/admin/sites/mzj/documents/bulk", &chosen("trash", &ids, &[])).await;
    let page = "/admin/sites/mzj/trash";
    let shown = manager.get(page).await.body;
    assert!(shown.contains("第一篇") && shown.contains("manager") && shown.contains("彻底删除所选"));
    assert!(manager.get(LIST).await.body.contains("还没有文稿"));
    let writer = somebody(&city, "writer", &[Role::Editor]).await;
    assert!(!writer.get(page).await.body.contains("彻底删除所选"));
    let refused = writer.fill(page, page, &[("do", "purge"), ("document", &ids[0])]).await;
    assert!(refused.status == 200 && refused.body.contains("您没有这项权限") && refused.body.contains("第一篇"));
    let gzdt = city.channel("mzj", "gzdt").to_string();
    let back = manager.fill(page, page, &[("do", "back"), ("document", &ids[0]), ("column", &gzdt)]).await;
    assert_eq!(back.location(), "/admin/sites/mzj/trash?done=back&count=1");
    assert_eq!(city.app.store.get::<Document>(one.id.0).unwrap().unwrap().channel.to_string(), gzdt);
    let purged = manager.fill(page, page, &[("do", "purge"), ("document", &ids[1])]).await;
    assert_eq!(purged.location(), "/admin/sites/mzj/trash?done=purge&count=1");
    assert!(city.app.store.get::<Document>(two.id.0).unwrap().is_none());
    assert!(manager.get(page).await.body.contains("回收站是空的"));
    assert_eq!(manager.fill(page, page, &[("do", "x")]).await.status, 400);
}
