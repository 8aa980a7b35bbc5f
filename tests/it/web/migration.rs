//! Pages about imports of old sites: what waits, decisions, reports, files, sign-off.

use zhanqun::base::id::{ChannelId, OldPageId};
use zhanqun::domain::account::{By, Grant, Role, Scope};
use zhanqun::domain::audit;
use zhanqun::domain::content::{self, Document, Edit, Imported, State, Text};
use zhanqun::domain::migration::{self, Fate, Figures, OldPage, Reason, Review, Run, Sure};
use zhanqun::store::Read;

use super::City;
use super::browser::{Browser, GOOD, user_with};
use super::city::work;

const BASE: &str = "/admin/sites/mzj/migration";
const OLD: &str = "<html><body><script>alert(1)</script><h1>旧页面正文</h1></body></html>";

async fn somebody<'a>(city: &'a City, name: &str, slug: &str, role: Role) -> Browser<'a> {
    let site = city.app.site(slug).unwrap().site.id;
    user_with(city, name, vec![Grant { role, scope: Scope::Site(site) }], false).await;
    let browser = Browser::new(city);
    assert_eq!(browser.log_in(name, GOOD).await.status, 303);
    browser
}

/// A run that has ended, of a site.
async fn run(city: &City, slug: &str, pages: u64) -> Run {
    let (app, site) = (city.app.clone(), city.app.site(slug).unwrap().site.id);
    let name = format!("{slug}-1");
    work(move || {
        let mut tx = app.store.transaction(By::ops().actor(), "import.begin");
        let batch = tx.new_id();
        let report = app.blobs.put(b"{\"read\":3}").unwrap();
        let run = Run {
            batch,
            name,
            kind: "mirror".into(),
            site,
            source: "/srv/old".into(),
            begun: 1,
            ended: Some(2),
            publish: true,
            figures: Figures { read: pages, imported: pages, review: pages, ..Figures::default() },
            samples: Vec::new(),
            notes: vec!["旧站备注".into()],
            report: report.to_string(),
        };
        tx.put(&run).unwrap();
        app.store.commit(tx).unwrap();
        run
    })
    .await
}

/// A page of a run that waits, with its draft.
async fn waits(
    city: &City,
    run: &Run,
    channel: ChannelId,
    title: &'static str,
    reason: Reason,
    date: Option<i64>,
) -> OldPage {
    let (app, batch, site) = (city.app.clone(), run.batch, run.site);
    work(move || {
        let now = app.clock.now();
        let mut tx = app.store.transaction(By::ops().actor(), "import.pages");
        let text = Text { title: title.into(), body: "<p>正文。</p>".into(), ..Text::default() };
        let imported = Imported {
            edit: Edit { channel, text, shared: true, ..Edit::default() },
            was_published: date,
            origin: format!("page:/{title}"),
            batch: Some(batch),
            ..Imported::default()
        };
        let document = content::import(&mut tx, &imported, now).unwrap().unwrap();
        let page = OldPage {
            id: OldPageId(tx.new_id()),
            site,
            batch,
            key: format!("page:/{title}"),
            addresses: vec![format!("http://mzj.old.example/{title}.asp")],
            title: title.into(),
            fate: Fate::Review,
            note: String::new(),
            document: Some(document.id),
            channel: Some(channel),
            old_column: "=旧栏目".into(),
            sure: Sure { title: 90, date: 0, body: 80, column: 70 },
            reasons: vec![reason],
            remarks: Vec::new(),
            charset: "GB18030".into(),
            original: app.blobs.put(OLD.as_bytes()).unwrap().to_string(),
            missing: Vec::new(),
            clicks: 3,
            publishes: true,
            review: Review::Waiting,
            time: now,
        };
        let (page, _) = migration::put_page(&mut tx, page).unwrap();
        app.store.commit(tx).unwrap();
        page
    })
    .await
}

fn kept(city: &City, page: &OldPage) -> (OldPage, Document) {
    let page: OldPage = city.app.store.get(page.id.0).unwrap().unwrap();
    let document = city.app.store.get(page.document.unwrap().0).unwrap().unwrap();
    (page, document)
}

const DAY: i64 = 1_240_908_660_000; // 2009-04-28 16:51

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_waits_is_mended_and_accepted() {
    let city = City::new();
    let browser = somebody(&city, "publisher", "mzj", Role::Publisher).await;
    let (tzgg, gzdt) = (city.channel("mzj", "tzgg"), city.channel("mzj", "gzdt"));
    let run = run(&city, "mzj", 2).await;
    let one = waits(&city, &run, tzgg, "无日期", Reason::NoDate, None).await;
    let two = waits(&city, &run, tzgg, "猜标题", Reason::Title, Some(DAY)).await;
    let list = browser.get(&format!("{BASE}/review")).await.body;
    assert!(list.contains("无日期") && list.contains("猜标题") && list.contains("标题拿不准"));
    let some = browser.get(&format!("{BASE}/review?reason=title&channel={tzgg}&run={}", run.batch)).await.body;
    assert!(!some.contains(">无日期</a>") && some.contains(">猜标题</a>"));
    assert!(browser.get(&format!("{BASE}/review?channel={gzdt}")).await.body.contains("没有符合条件的页面"));
    let page = format!("{BASE}/pages/{}", one.id);
    let shown = browser.get(&page).await.body;
    assert!(shown.contains(&format!("{page}/original")) && shown.contains("sandbox=\"\""));
    // Without a date it is not accepted, and what was typed stands there again.
    let fields = [("do", "accept"), ("title", "关于低保的通知"), ("date", ""), ("column", &gzdt.to_string())];
    let refused = browser.fill(&page, &page, &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("没有旧网站上的日期") && refused.body.contains("value=\"关于低保的通知\""));
    assert_eq!(kept(&city, &one).1.channel, tzgg, "nothing is half done");
    let fields = [("do", "accept"), ("title", "关于低保的通知"), ("date", "2009-04-28T16:51"), fields[3]];
    let accepted = browser.fill(&page, &page, &fields).await;
    assert_eq!(accepted.location(), format!("{BASE}/pages/{}?done=accept", two.id), "the next one");
    let (row, document) = kept(&city, &one);
    assert!(matches!(row.review, Review::Accepted { .. }));
    assert_eq!((document.state, document.published, document.channel), (State::Published, DAY, gzdt));
    assert_eq!(document.card.title, "关于低保的通知");
    let public = city.get(&format!("/mzj/gzdt/{}.html", document.id)).await;
    assert!(public.status == 200 && public.body.contains("2009-04-28"));
    // Decided once for all.
    let again = browser.fill(&page, &page, &fields).await;
    assert!(again.status == 422 && again.body.contains("已经处理过了"));
    let last = format!("{BASE}/pages/{}", two.id);
    let done = browser.fill(&last, &last, &[("do", "discard"), ("reason", "重复")]).await;
    assert_eq!(done.location(), format!("{BASE}/review?done=discard"));
    assert!(kept(&city, &two).1.trashed.is_some());
    assert!(browser.get(done.location()).await.body.contains("没有等待核对的页面"));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_at_once_tell_each_failure() {
    let city = City::new();
    let browser = somebody(&city, "publisher", "mzj", Role::Publisher).await;
    let (tzgg, gzdt) = (city.channel("mzj", "tzgg"), city.channel("mzj", "gzdt"));
    let (own, foreign) = (run(&city, "mzj", 2).await, run(&city, "jyj", 1).await);
    let good = waits(&city, &own, tzgg, "有日期", Reason::Title, Some(DAY)).await;
    let bad = waits(&city, &own, tzgg, "无日期<b>", Reason::NoDate, None).await;
    let other = waits(&city, &foreign, city.channel("jyj", "tzgg"), "教育秘密", Reason::Title, Some(DAY)).await;
    let list = format!("{BASE}/review");
    let ids = [good.id.to_string(), bad.id.to_string(), other.id.to_string()];
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("page", id.as_str())).collect();
    let target = gzdt.to_string();
    fields.extend([("do", "assign"), ("column", target.as_str())]);
    let assigned = browser.fill(&list, &list, &fields).await;
    assert!(assigned.status == 200 && assigned.body.contains("已归入栏目 2 页"));
    assert!(assigned.body.contains("1 页没有处理") && !assigned.body.contains("教育秘密"));
    assert_eq!(kept(&city, &good).0.channel, Some(gzdt));
    fields.truncate(2);
    fields.push(("do", "accept"));
    let accepted = browser.fill(&list, &list, &fields).await;
    assert!(accepted.body.contains("已采用 1 页") && accepted.body.contains("无日期&lt;b&gt;"));
    assert!(accepted.body.contains("没有旧网站上的日期"));
    let back = browser.fill(&list, &list, &[("page", &ids[1]), ("do", "send_back"), ("reason", "日期在页脚")]).await;
    assert_eq!(back.location(), format!("{list}?done=send_back&count=1"));
    assert!(browser.get(&list).await.body.contains("已退回"));
    assert!(matches!(kept(&city, &other).0.review, Review::Waiting), "untouched");
    assert_eq!(browser.fill(&list, &list, &[("do", "publish")]).await.status, 400);
    let reviewer = somebody(&city, "reviewer", "mzj", Role::Reviewer).await;
    let refused = reviewer.fill(&list, &list, &[("page", &ids[1]), ("do", "accept")]).await;
    assert!(refused.body.contains("您没有这项权限"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_read_signed_and_saved() {
    let city = City::new();
    let browser = somebody(&city, "publisher", "mzj", Role::Publisher).await;
    let tzgg = city.channel("mzj", "tzgg");
    let run = run(&city, "mzj", 1).await;
    let page = waits(&city, &run, tzgg, "通知", Reason::Date, Some(DAY)).await;
    let report = format!("{BASE}/{}", run.batch);
    assert!(browser.get(BASE).await.body.contains(&report));
    let shown = browser.get(&report).await.body;
    assert!(shown.contains("各项之和与读到的页数一致") && shown.contains("旧站备注") && shown.contains("1 页等待核对"));
    let sign = format!("{report}/sign");
    let column = tzgg.to_string();
    let early = browser.fill(&report, &sign, &[("column", &column)]).await;
    assert!(early.status == 422 && early.body.contains("还有页面等待核对"));
    let address = format!("{BASE}/pages/{}", page.id);
    browser.fill(&address, &address, &[("do", "accept"), ("title", "通知"), ("column", &column)]).await;
    assert_eq!(kept(&city, &page).1.published, DAY);
    let signed = browser.fill(&report, &sign, &[("column", &column), ("note", "逐条核对")]).await;
    assert_eq!(signed.location(), format!("{report}?done=sign#columns"));
    let sheet = browser.get(&format!("{report}/sheet")).await.body;
    assert!(sheet.contains("publisher&lt;b&gt;") && sheet.contains("逐条核对") && sheet.contains("2026-11-23"));
    let twice = browser.fill(&report, &sign, &[("column", &column)]).await;
    assert!(twice.status == 422 && twice.body.contains("已经确认过了"));
    assert!(in_journal(&city, "migration.sign_off").await, "the journal has it");
    let csv = browser.get(&format!("{report}/pages.csv")).await;
    assert!(csv.header("content-type").starts_with("text/csv") && csv.body.contains("http://mzj.old.example/通知.asp"));
    assert!(csv.body.contains("'=旧栏目"), "no formula");
    let json = browser.get(&format!("{report}/report.json")).await;
    assert_eq!(json.body, "{\"read\":3}");
}

async fn in_journal(city: &City, action: &'static str) -> bool {
    let app = city.app.clone();
    work(move || {
        let mut found = false;
        let filter = audit::Filter { action: action.into(), ..audit::Filter::default() };
        audit::export(&app.store, &By::system(), &filter, |detail| {
            found |= detail.entry.action == action && detail.entry.actor == "publisher";
            true
        })
        .unwrap();
        found
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_page_is_never_active_and_another_sites_is_not_there() {
    let city = City::new();
    let run = run(&city, "mzj", 1).await;
    let page = waits(&city, &run, city.channel("mzj", "tzgg"), "通知", Reason::Date, Some(DAY)).await;
    let own = somebody(&city, "reviewer", "mzj", Role::Reviewer).await;
    let original = own.get(&format!("{BASE}/pages/{}/original", page.id)).await;
    assert_eq!((original.status.as_u16(), original.body.as_str()), (200, OLD));
    let policy = original.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.ends_with("sandbox"), "{policy}");
    assert!(!policy.contains("script-src") && !policy.contains("allow-"), "{policy}");
    assert_eq!(original.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(original.header("cache-control"), "no-store");
    // Through the own site's addresses, too.
    let foreign = somebody(&city, "other", "jyj", Role::Publisher).await;
    for end in [
        format!("pages/{}", page.id),
        format!("pages/{}/original", page.id),
        format!("{}", run.batch),
        format!("{}/pages.csv", run.batch),
        format!("{}/report.json", run.batch),
        format!("{}/sheet", run.batch),
    ] {
        for slug in ["mzj", "jyj"] {
            let target = format!("/admin/sites/{slug}/migration/{end}");
            assert_eq!(foreign.get(&target).await.status, 404, "{target}");
        }
    }
    let list = "/admin/sites/jyj/migration";
    for act in ["accept", "assign", "discard", "send_back"] {
        let answer = foreign.fill(list, &format!("{list}/pages/{}", page.id), &[("do", act)]).await;
        assert_eq!(answer.status, 404, "{act}");
    }
    let sign = format!("{list}/{}/sign", run.batch);
    assert_eq!(foreign.fill(list, &sign, &[("column", "1")]).await.status, 404);
    assert!(matches!(kept(&city, &page).0.review, Review::Waiting));
}
