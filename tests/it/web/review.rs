//! A notice on its way through the admin pages: handed in, returned, approved, published, offered to the portal.

use zhanqun::base::id::{DocumentId, SiteId};
use zhanqun::domain::account::{By, Grant, Role, Scope, User};
use zhanqun::domain::content::{self, Document, Edit, State, Text};
use zhanqun::domain::workflow;
use zhanqun::store::Read;

use super::City;
use super::browser::{Browser, GOOD, user_with};
use super::city::{city_with_offers, work};

struct People<'a> {
    clerk: Browser<'a>,
    head: Browser<'a>,
    director: Browser<'a>,
    portal: Browser<'a>,
    schools: Browser<'a>,
    clerk_user: User,
}

async fn browser<'a>(city: &'a City, name: &str, roles: &[Role], site: SiteId) -> (Browser<'a>, User) {
    let grants = roles.iter().map(|role| Grant { role: *role, scope: Scope::Site(site) }).collect();
    let user = user_with(city, name, grants, false).await;
    let browser = Browser::new(city);
    assert_eq!(browser.log_in(name, GOOD).await.status, 303);
    (browser, user)
}

async fn people(city: &City) -> People<'_> {
    let site = |slug: &str| city.app.site(slug).unwrap().site.id;
    let all = [Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager];
    let (clerk, clerk_user) = browser(city, "li.fang", &[Role::Editor], site("mzj")).await;
    People {
        clerk,
        clerk_user,
        head: browser(city, "zhang.ke", &[Role::Reviewer], site("mzj")).await.0,
        director: browser(city, "chen.ju", &[Role::Publisher, Role::Manager], site("mzj")).await.0,
        portal: browser(city, "gong.kai", &[Role::Publisher], site("www")).await.0,
        schools: browser(city, "sun.xue", &all, site("jyj")).await.0,
    }
}

async fn draft(city: &City, user: &User, title: &'static str) -> Document {
    let (app, channel) = (city.app.clone(), city.channel("mzj", "tzgg"));
    let by = By::person(user, "");
    work(move || {
        let text = Text { title: title.into(), body: "<p>正文。</p>".into(), ..Text::default() };
        content::create(&app.store, &by, &Edit { text, channel, ..Edit::default() }, app.clock.now()).unwrap()
    })
    .await
}

fn now(city: &City, id: DocumentId) -> Document {
    city.app.store.get(id.0).unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_clerk_to_the_portal() {
    let city = city_with_offers();
    let people = people(&city).await;
    // The manager sets two steps.
    let steps = [
        ("name", "二级审核"),
        ("place", "0"),
        ("forbid_own", "1"),
        ("name1", "科室审核"),
        ("role1", "reviewer"),
        ("hours1", "8"),
        ("name2", "签发"),
        ("role2", "publisher"),
    ];
    let page = "/admin/sites/mzj/workflow";
    assert!(people.director.get(page).await.body.contains("还没有流程"));
    let filled = people.director.get("/admin/sites/mzj/workflow?template=three").await.body;
    assert!(filled.contains("value=\"二审二校\"") && filled.contains("name=\"forbid_own\" value=\"1\" checked"));
    let wrong = people.director.fill(page, page, &[("name", ""), ("name1", "审"), ("role1", "reviewer")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("必填内容没有填写") && wrong.body.contains("最后一步"));
    let wrong =
        people.director.fill(page, page, &[("name", "名"), ("name1", "审"), ("people1", "sun.xue nobody1")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("nobody1"));
    assert_eq!(people.director.fill(page, page, &steps).await.location(), "/admin/sites/mzj/workflow?done=saved");
    assert!(people.director.get(page).await.body.contains("科室审核 → 签发"));
    assert_eq!(people.clerk.get(page).await.status, 403);
    assert_eq!(people.schools.get(page).await.status, 404);

    let notice = draft(&city, &people.clerk_user, "关于发放高龄津贴的通知").await;
    let revision = notice.head.to_string();
    let at = |act: &str| format!("/admin/documents/{}/{act}", notice.id);
    let home = people.clerk.get("/admin/").await.body;
    assert!(home.contains("我的草稿") && home.contains("高龄津贴"));
    assert_eq!(people.director.fill("/admin/", &at("publish"), &[]).await.status, 422, "not before its steps");
    let handed = [("revision", revision.as_str()), ("note", "请<审>")];
    let warned = people.clerk.fill("/admin/", &at("submit"), &handed).await;
    assert!(warned.status == 422 && warned.body.contains("没有填写摘要") && warned.body.contains("请&lt;审&gt;"));
    assert_eq!(now(&city, notice.id).state, State::Draft, "warnings are looked at first");
    let other = [&handed[..], &[("seen", "1")]].concat();
    assert_eq!(people.clerk.fill("/admin/", &at("submit"), &other).await.status, 422, "those of another revision");
    let seen = [&handed[..], &[("seen", revision.as_str())]].concat();
    let sent = people.clerk.fill("/admin/", &at("submit"), &seen).await;
    assert_eq!(sent.location(), format!("/admin/documents/{}/?done=submitted", notice.id));
    let again = people.clerk.fill("/admin/", &at("submit"), &seen).await;
    assert!(again.status == 422 && again.body.contains("文稿已经在审核中"));

    // It waits for the head of section, and for nobody else.
    for page in ["/admin/inbox", "/admin/"] {
        assert!(people.head.get(page).await.body.contains("关于发放高龄津贴的通知"), "{page}");
        for other in [&people.director, &people.schools, &people.portal] {
            assert!(!other.get(page).await.body.contains("高龄津贴"), "{page}");
        }
    }
    for act in ["submit", "recall", "take", "approve", "return", "move", "copy", "refer", "push", "trash"] {
        let fields = [("revision", revision.as_str()), ("opinion", "不"), ("channel", "1")];
        for other in [&people.schools, &people.portal] {
            assert_eq!(other.fill("/admin/", &at(act), &fields).await.status, 404, "{act}");
        }
    }
    assert_eq!(people.head.fill("/admin/", &at("take"), &[]).await.status, 303);
    assert!(people.head.get("/admin/inbox").await.body.contains("我已签收"));
    let silent = people.head.fill("/admin/", &at("return"), &[("revision", &revision), ("opinion", "")]).await;
    assert_eq!(silent.status, 422, "without a word nothing is returned");
    people.head.fill("/admin/", &at("return"), &[("revision", &revision), ("opinion", "请核对金额")]).await;
    let inbox = people.clerk.get("/admin/inbox").await.body;
    assert!(inbox.contains("退回修改") && inbox.contains("请核对金额"));

    // Mended, approved, published.
    let (app, by, edit) = (city.app.clone(), By::person(&people.clerk_user, ""), notice.clone());
    let mended = work(move || {
        let text =
            Text {
                title: "关于发放高龄津贴的通知".into(), body: "<p>每月 100 元。</p>".into(), ..Text::default()
            };
        let edit_now = Edit { text, channel: edit.channel, ..Edit::default() };
        content::save(&app.store, &by, edit.id, edit.head, &edit_now, app.clock.now()).unwrap()
    })
    .await;
    let newest = mended.head.to_string();
    people.clerk.fill("/admin/", &at("submit"), &[("revision", &newest), ("seen", &newest)]).await;
    let stale = people.head.fill("/admin/", &at("approve"), &[("revision", &revision)]).await;
    assert!(stale.status == 409 && stale.body.contains("请看过最新内容"));
    let step = people.head.fill("/admin/", &at("approve"), &[("revision", &newest), ("opinion", "属实")]).await;
    assert!(step.location().ends_with("?done=approved"));
    let last = people.director.fill("/admin/", &at("approve"), &[("revision", &newest), ("opinion", "同意")]).await;
    assert!(last.location().ends_with("?done=published"));
    assert!(city.get("/mzj/").await.body.contains("关于发放高龄津贴的通知"));
    let sheet = people.clerk.get(&at("sheet")).await;
    assert_eq!(sheet.status, 200);
    for text in ["审查呈批单", "属实", "同意", "科室审核", "zhang.ke&lt;b&gt;", "chen.ju&lt;b&gt;"] {
        assert!(sheet.body.contains(text), "{text}");
    }
    assert_eq!(people.schools.get(&at("sheet")).await.status, 404);

    // The document's own page leads to what can be done with it now.
    let own = people.clerk.get(&at("")).await.body;
    for act in ["push", "sheet", "copy"] {
        assert!(own.contains(&format!("href=\"{}\"", at(act))), "{act}");
    }
    let other = draft(&city, &people.clerk_user, "未发布").await;
    let other = people.clerk.get(&format!("/admin/documents/{}/", other.id)).await.body;
    assert!(other.contains("/submit\"") && !other.contains("/push\"") && !other.contains("/sheet\""));

    // Offered to the portal, taken there, shown on its home page.
    let column = city.channel("www", "tzgg").to_string();
    assert!(people.clerk.get(&at("push")).await.body.contains("通知公告"));
    let pushed = people.clerk.fill(&at("push"), &at("push"), &[("channel", &column), ("text", "请上首页")]).await;
    assert!(pushed.location().ends_with("?done=pushed"));
    assert!(people.clerk.get(&at("push")).await.body.contains("等待对方处理"));
    assert!(people.portal.get("/admin/").await.body.contains("/admin/sites/www/received"));
    let received = "/admin/sites/www/received";
    assert_eq!(people.clerk.get(received).await.status, 404);
    let page = people.portal.get(received).await.body;
    assert!(page.contains("请上首页") && page.contains("测试市民政局"));
    let mark = "name=\"submission\" value=\"";
    let number = page[page.find(mark).unwrap() + mark.len()..].split('"').next().unwrap().to_owned();
    let own = [("submission", number.as_str()), ("decision", "refer")];
    let foreign = people.schools.fill("/admin/", "/admin/sites/jyj/received", &own).await;
    assert_eq!(foreign.status, 404, "another site does not decide");
    let taken = own;
    assert_eq!(
        people.portal.fill(received, received, &taken).await.location(),
        "/admin/sites/www/received?done=referred"
    );
    assert!(city.get("/").await.body.contains("关于发放高龄津贴的通知"));
    assert!(people.clerk.get(&at("push")).await.body.contains("已采用（引用）"));

    // Taken off, it is gone everywhere.
    people.director.fill("/admin/", &at("withdraw"), &[("reason", "金额有误")]).await;
    assert_eq!(now(&city, notice.id).state, State::Withdrawn);
    assert!(!city.get("/").await.body.contains("高龄津贴"));
    let case = workflow::case(&city.app.store, notice.id).unwrap().unwrap();
    assert_eq!(case.acts.len(), 6, "every act is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduled_moved_copied_and_trashed() {
    let city = city_with_offers();
    let people = people(&city).await;
    let first = draft(&city, &people.clerk_user, "定时公告").await;
    let at = |act: &str| format!("/admin/documents/{}/{act}", first.id);
    let head = first.head.to_string();
    let warned = people.director.fill("/admin/", &at("schedule"), &[("at", "2026-11-24T09:00")]).await;
    assert!(warned.status == 422 && warned.body.contains("name=\"at\" value=\"2026-11-24T09:00\""));
    let past = people.director.fill("/admin/", &at("schedule"), &[("at", "2026-11-23T09:00"), ("seen", &head)]).await;
    assert!(past.status == 422 && past.body.contains("必须晚于现在"));
    assert_eq!(people.director.fill("/admin/", &at("schedule"), &[("at", "nonsense")]).await.status, 400);
    let set = people.director.fill("/admin/", &at("schedule"), &[("at", "2026-11-24T09:00"), ("seen", &head)]).await;
    assert!(set.location().ends_with("?done=scheduled"));
    assert_eq!(now(&city, first.id).publish_at, zhanqun::base::clock::parse_local("2026-11-24 09:00"));

    let second = draft(&city, &people.clerk_user, "放错栏目").await;
    let at = |act: &str| format!("/admin/documents/{}/{act}", second.id);
    let target = city.channel("mzj", "gzdt").to_string();
    let other = city.channel("jyj", "tzgg").to_string();
    let page = people.clerk.get(&at("move")).await.body;
    assert!(page.contains("工作动态") && !page.contains("教育"), "columns of other sites are not named");
    assert_eq!(people.clerk.fill(&at("move"), &at("move"), &[("channel", &other)]).await.status, 404);
    people.clerk.fill(&at("move"), &at("move"), &[("channel", &target)]).await;
    assert_eq!(now(&city, second.id).channel, city.channel("mzj", "gzdt"));
    assert_eq!(people.clerk.fill(&at("copy"), &at("copy"), &[("channel", &other)]).await.status, 404);
    let copy = people.clerk.fill(&at("copy"), &at("copy"), &[("channel", &target)]).await;
    assert!(copy.status == 303 && copy.location().ends_with("/?done=copied"));
    assert_eq!(people.clerk.fill("/admin/", &at("publish"), &[]).await.status, 403);
    people.clerk.fill("/admin/", &at("trash"), &[]).await;
    assert!(now(&city, second.id).trashed.is_some());
}
