//! Old addresses in every spelling that somebody may still have.

use encoding_rs::GBK;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use zhanqun::base::id::DocumentId;
use zhanqun::domain::account::By;
use zhanqun::domain::site::{self, Old, Target, normal_form};

use super::City;
use super::city::work;

fn escaped(bytes: &[u8]) -> String {
    percent_encode(bytes, NON_ALPHANUMERIC).to_string()
}

/// A city whose `mzj` has moved: an article with its print version and second page, a list, a file in a folder.
async fn moved() -> (City, String) {
    let city = City::new();
    let document = city.publish("mzj", "tzgg", "低保标准").await;
    let to = Target::Document(DocumentId(document.id.0));
    let list = Target::Channel(city.channel("mzj", "tzgg"));
    let old: Vec<Old> = [
        ("/Show.asp?ID=12&ClassID=3", &to),
        ("/Print.asp?ID=12", &to),
        ("/show.asp?id=12&page=2", &to),
        ("/news/2009/通知.htm", &to),
        ("/search.asp?keyword=民政", &list),
        ("/news/index.asp", &list),
        ("/tzgg", &list),
    ]
    .into_iter()
    .map(|(from, to)| Old { from: normal_form(from), prefix: false, to: to.clone() })
    .collect();
    let (app, id) = (city.app.clone(), city.app.site("mzj").unwrap().site.id);
    work(move || site::import_redirects(&app.store, &By::ops(), id, None, &old).unwrap()).await;
    (city, format!("/mzj/tzgg/{}.html", document.id))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_spelling_is_one_301_to_a_page() {
    let (city, article) = moved().await;
    let utf8 = |text: &str| escaped(text.as_bytes());
    let gbk = |text: &str| escaped(&GBK.encode(text).0);
    let mut asked: Vec<(String, &str)> = [
        "/Show.asp?ID=12&ClassID=3",
        "/show.asp?id=12&classid=3",
        "/SHOW.ASP?CLASSID=3&ID=12",
        "/show.asp?classid=3&id=12&",
        "//Show.asp?ID=12&ClassID=3",
        "/show%2Easp?id=%31%32&classid=3",
        "/Show.asp?ID=12&ClassID=3&from=timeline&isappinstalled=0",
        "/Show.asp?ID=12&utm_source=x&ClassID=3",
        "/print.asp?id=12",
        "/Show.asp?page=2&ID=12",
    ]
    .map(|address| (address.to_owned(), article.as_str()))
    .into();
    for name in [utf8("通知"), gbk("通知"), utf8("通知").to_lowercase()] {
        asked.push((format!("/news/2009/{name}.htm"), &article));
        asked.push((format!("/News//2009/{name}.HTM?"), &article));
    }
    for word in [utf8("民政"), gbk("民政")] {
        asked.push((format!("/Search.asp?Keyword={word}"), "/mzj/tzgg/"));
    }
    for address in ["/news/", "/news", "/news/?", "/News/Index.asp", "/news/default.aspx", "/tzgg", "/tzgg/", "/TZGG?"]
    {
        asked.push((address.to_owned(), "/mzj/tzgg/"));
    }
    let hosts =
        ["mzj.old.example", "www.mzj.old.example", "MZJ.OLD.EXAMPLE", "mzj.old.example:80", "www.mzj.old.example:8080"];
    for (address, wanted) in &asked {
        for host in hosts {
            let answer = city.ask(host, address, &[]).await;
            let wanted = format!("http://www.city.example{wanted}");
            assert_eq!((answer.status.as_u16(), answer.location()), (301, wanted.as_str()), "{host} {address}");
        }
    }
    for page in [article.as_str(), "/mzj/tzgg/"] {
        assert_eq!(city.get(page).await.status, 200, "{page}");
    }
    let hits: u64 = city.app.take_hits().iter().map(|(_, count)| count).sum();
    assert_eq!(hits, (asked.len() * hosts.len()) as u64, "every request is counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_knows_is_a_404_with_a_search_on_every_name() {
    let (city, _) = moved().await;
    for host in ["mzj.old.example", "www.mzj.old.example"] {
        for address in ["/show.asp?id=13", "/show.asp", "/news/2009/", "/%00", "/a;b?c=%ff", "/show.asp?id=12"] {
            let answer = city.ask(host, address, &[]).await;
            assert_eq!(answer.status, 404, "{host} {address}");
            assert!(answer.body.contains("action=\"/mzj/search\""), "{address}");
        }
    }
    assert!(city.app.take_hits().is_empty());
    // Names of others are what they were.
    assert_eq!(city.ask("www.city.example", "/", &[]).await.status, 200);
    assert_eq!(city.ask("jyj.old.example", "/show.asp?id=12&classid=3", &[]).await.status, 404);
}
