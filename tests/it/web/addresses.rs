//! One address a page; every other spelling leads there.

use zhanqun::base::id::DocumentId;
use zhanqun::domain::account::By;
use zhanqun::domain::content::{self, Edit};
use zhanqun::domain::site::{self, Old, Target, normal_form};

use super::City;
use super::city::work;

#[tokio::test(flavor = "multi_thread")]
async fn other_spellings_of_an_address_lead_to_it() {
    let city = City::new();
    let document = city.publish("mzj", "tzgg", "通知一").await;
    let address = format!("/mzj/tzgg/{}.html", document.id);
    for (asked, wanted) in [
        ("/mzj".to_owned(), "/mzj/".to_owned()),
        ("/mzj/tzgg".into(), "/mzj/tzgg/".into()),
        ("/mzj/tzgg/?page=1".into(), "/mzj/tzgg/".into()),
        ("/mzj/tzgg/?utm=x".into(), "/mzj/tzgg/".into()),
        ("/mzj/map".into(), "/mzj/map/".into()),
        ("/www/".into(), "/".into()),
        (format!("/mzj/gzdt/{}.html", document.id), address.clone()),
        (format!("/jyj/tzgg/{}.html", document.id), address.clone()),
        (format!("{address}?from=wechat"), address.clone()),
    ] {
        let answer = city.get(&asked).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (301, wanted.as_str()), "{asked}");
    }
    for missing in
        ["/mzj/tzgg/?page=2", "/mzj/nichts/", "/mzj/tzgg/999999.html", "/mzj/tzgg/01.html", "/a/b/c/d/", "//"]
    {
        assert_eq!(city.get(missing).await.status, 404, "{missing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn moved_documents_and_renamed_sites_answer_301() {
    let city = City::new();
    let document = city.publish("mzj", "tzgg", "通知一").await;
    let before = format!("/mzj/tzgg/{}.html", document.id);
    assert_eq!(city.get(&before).await.status, 200);
    let (app, id, target) = (city.app.clone(), document.id, city.channel("mzj", "gzdt"));
    work(move || content::move_to(&app.store, &By::ops(), id, target, app.clock.now()).unwrap()).await;
    let after = format!("/mzj/gzdt/{}.html", document.id);
    assert_eq!(city.get(&before).await.location(), after);
    let (app, site) = (city.app.clone(), city.app.site("mzj").unwrap().site.id);
    work(move || site::rename(&app.store, &By::ops(), site, "minzheng").unwrap()).await;
    assert_eq!(city.get("/mzj/").await.location(), "/minzheng/");
    assert_eq!(city.get("/mzj/gzdt/").await.location(), "/minzheng/gzdt/");
    assert_eq!(city.get(&after).await.location(), format!("/minzheng/gzdt/{}.html", document.id));
    assert!(city.get("/").await.body.contains("href=\"/minzheng/\""));
    assert!(!city.get("/").await.body.contains("href=\"/mzj/\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_host_answers_from_its_redirect_table() {
    let city = City::new();
    let document = city.publish("mzj", "tzgg", "低保标准").await;
    let new = format!("http://www.city.example/mzj/tzgg/{}.html", document.id);
    let (app, site) = (city.app.clone(), city.app.site("mzj").unwrap().site.id);
    let to = Target::Document(DocumentId(document.id.0));
    let old = vec![
        Old { from: normal_form("/Show.asp?ID=12&Lang=cn"), prefix: false, to: to.clone() },
        Old { from: normal_form("/下载/"), prefix: true, to: Target::Url("/mzj/tzgg/".into()) },
        Old { from: normal_form("/低保.html"), prefix: false, to },
    ];
    work(move || site::import_redirects(&app.store, &By::ops(), site, None, &old).unwrap()).await;
    for asked in [
        "/show.asp?lang=cn&id=12",
        "/SHOW.ASP?ID=12&LANG=CN",
        // 低保 as GBK and as UTF-8
        "/%B5%CD%B1%A3.html",
        "/%E4%BD%8E%E4%BF%9D.html",
    ] {
        let answer = city.ask("mzj.old.example", asked, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (301, new.as_str()), "{asked}");
    }
    let below = city.ask("MZJ.old.example:80", "/%CF%C2%D4%D8/2009/a.doc", &[]).await;
    assert_eq!(below.location(), "http://www.city.example/mzj/tzgg/2009/a.doc");
    assert_eq!(city.ask("mzj.old.example", "/index.asp", &[]).await.location(), "http://www.city.example/mzj/");
    let lost = city.ask("mzj.old.example", "/%E4%BD%8E%E4%BF%9D/abc", &[]).await;
    assert_eq!(lost.status, 404);
    assert!(lost.body.contains("低保标准"), "titles that resemble the address are offered");
    assert!(lost.body.contains("action=\"/mzj/search\""), "and a search box");
    assert_eq!(city.app.take_hits().iter().map(|(_, count)| count).sum::<u64>(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_address_leads_to_the_end_in_one_step() {
    let city = City::new();
    let alone = city.publish("mzj", "jgjj/zz", "机构职能").await;
    let other = city.publish("mzj", "tzgg", "省厅的通知").await;
    let app = city.app.clone();
    work(move || {
        let head = content::revision(&app.store, &By::ops(), other.id, other.head).unwrap();
        let mut edit = Edit::of(&other, &head);
        edit.text.link = "https://www.example.com/tz.html".into();
        content::save(&app.store, &By::ops(), other.id, other.head, &edit, app.clock.now()).unwrap();
        content::publish(&app.store, &By::ops(), other.id, app.clock.now()).unwrap();
        let node = app.site("mzj").unwrap();
        let mut tx = app.store.transaction(zhanqun::store::Actor::cli(), "test").site(node.site.id.0);
        let old = [("/about.asp?id=1", alone.id), ("/show.asp?id=2", other.id)].map(|(from, id)| Old {
            from: normal_form(from),
            prefix: false,
            to: Target::Document(id),
        });
        site::write_redirects(&mut tx, node.site.id, None, &old).unwrap();
        app.store.commit(tx).unwrap();
    })
    .await;
    for (asked, wanted) in [
        ("/About.asp?id=1", "http://www.city.example/mzj/jgjj/zz/"),
        ("/show.asp?id=2", "https://www.example.com/tz.html"),
    ] {
        let answer = city.ask("mzj.old.example", asked, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (301, wanted), "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_titles_of_the_site_or_of_the_group() {
    let city = City::new();
    city.publish("mzj", "tzgg", "低保标准提高").await;
    city.publish("jyj", "tzgg", "低保家庭学生资助").await;
    let query = "q=%E4%BD%8E%E4%BF%9D";
    let own = city.get(&format!("/mzj/search?{query}")).await.body;
    assert!(own.contains("低保标准提高") && !own.contains("低保家庭学生资助"));
    let group = city.get(&format!("/search?{query}")).await.body;
    assert!(group.contains("低保标准提高") && group.contains("低保家庭学生资助"));
    let late = city.publish("gaj", "tzgg", "低保户户籍办理").await;
    assert!(city.get(&format!("/search?{query}")).await.body.contains("低保户户籍办理"));
    let (app, id) = (city.app.clone(), late.id);
    work(move || content::withdraw(&app.store, &By::ops(), id, "", app.clock.now()).unwrap()).await;
    assert!(!city.get(&format!("/search?{query}")).await.body.contains("低保户户籍办理"));
    let nasty = city.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E%00%ff&page=99999999999999999999").await;
    assert_eq!(nasty.status, 200);
    assert!(!nasty.body.contains("<script>alert"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_list() {
    let city = City::new();
    for number in 1..=12 {
        city.publish("mzj", "tzgg", &format!("通知第{number:02}号")).await;
        city.app.clock.set(city.app.clock.now() + 1000);
    }
    let first = city.get("/mzj/tzgg/").await.body;
    assert!(first.contains("通知第12号") && first.contains("通知第08号") && !first.contains("通知第07号"));
    let third = city.get("/mzj/tzgg/?page=3").await.body;
    assert!(third.contains("通知第02号") && third.contains("通知第01号") && !third.contains("通知第03号"));
    assert_eq!(city.get("/mzj/tzgg/?page=4").await.status, 404);
    city.publish("mzj", "tzgg", "通知第13号").await;
    assert!(city.get("/mzj/tzgg/?page=3").await.body.contains("通知第03号"), "later pages move on too");
}
