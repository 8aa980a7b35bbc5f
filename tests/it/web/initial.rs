//! Initial documents: loaded once into an empty data directory, removed with one command.

use zhanqun::domain::account::By;
use zhanqun::domain::content;

use super::City;
use super::city::{site_toml, work, write};

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "sites/www/site.toml", &site_toml("测试市人民政府", "portal", ""));
    write(dir.path(), "sites/mzj/site.toml", &site_toml("测试市民政局", "department", ""));
    let text = "+++\ntitle = \"低保标准\"\npublished = \"2026-11-20 09:30\"\nrefer = [\"www/tzgg\"]\n\
                attachments = [ { file = \"biao.docx\", title = \"申请表\" } ]\n+++\n\n正文 <script>alert(1)</script>\n\n\
                | 类别 | 标准 |\n| --- | ---: |\n| 城市 | 800 |\n\n[样表](biao.docx)\n\n\
                测试市民政局\n\n2026年9月24日\n";
    write(dir.path(), "sites/mzj/content/tzgg/010-dibao.md", text);
    write(dir.path(), "sites/mzj/content/files/biao.docx", "PK not really a document");
    dir
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_there_after_the_first_start_and_gone_after_the_undo() {
    let city = City::open(folder());
    let home = city.get("/mzj/").await.body;
    assert!(home.contains("低保标准"));
    let portal = city.get("/tzgg/").await.body;
    assert!(portal.contains("低保标准"), "it stands on the portal by reference");
    let start = portal.find("/tzgg/").unwrap();
    assert!(start > 0);
    let list = city.get("/mzj/tzgg/").await.body;
    let at = list.find("/mzj/tzgg/").and_then(|_| list.find(".html")).unwrap();
    let address = list[..at + 5].rsplit('"').next().unwrap().to_owned();
    let page = city.get(&address).await.body;
    assert!(page.contains("<th scope=\"col\">类别</th>"));
    assert!(page.contains("<td class=\"right\">800</td>"), "figures stand to the right");
    assert!(page.contains("<p class=\"signature\">测试市民政局</p>\n<p class=\"signature\">2026年9月24日</p>"));
    assert!(!page.contains("alert(1)"));
    assert!(page.contains("2026-11-20 09:30"));
    let href =
        page.split("href=\"").find(|part| part.contains("biao.docx")).unwrap().split('"').next().unwrap().to_owned();
    let file = city.get(&href).await;
    assert_eq!(file.status, 200);
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert!(file.header("content-security-policy").contains("sandbox"));
    assert_eq!(file.body, "PK not really a document");

    // A second start adds nothing.
    assert_eq!(city.app.apply_sites().unwrap().documents, 0);
    let app = city.app.clone();
    let removed = work(move || content::remove_batch(&app.store, &By::ops(), "demo").unwrap()).await;
    assert_eq!(removed, 1);
    assert!(!city.get("/mzj/").await.body.contains("低保标准"));
    assert!(!city.get("/tzgg/").await.body.contains("低保标准"));
    assert_eq!(city.get(&address).await.status, 404);
    assert_eq!(city.get(&href).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_beside_the_site_file_is_served_and_follows_a_change() {
    let dir = tempfile::tempdir().unwrap();
    let portal =
        site_toml("测试市人民政府", "portal", "").replace("[settings]", "[settings]\nlogo = \"files/logo.png\"");
    write(dir.path(), "sites/www/site.toml", &portal);
    write(dir.path(), "sites/www/files/logo.png", "\u{89}PNG first");
    let sites = dir.path().join("sites");
    let city = City::open(dir);
    let home = city.get("/").await.body;
    let address = home.split('"').find(|part| part.ends_with("/logo.png")).expect("the logo is on the page").to_owned();
    assert!(city.get(&address).await.body.ends_with("first"));
    std::fs::write(sites.join("www/files/logo.png"), "\u{89}PNG second").unwrap();
    let app = city.app.clone();
    work(move || app.apply_sites().unwrap()).await;
    assert!(city.get(&address).await.body.ends_with("second"));
    std::fs::remove_file(sites.join("www/files/logo.png")).unwrap();
    let faults = zhanqun::domain::site::read_one(&sites.join("www/site.toml")).unwrap_err();
    assert!(faults[0].to_string().contains("site.toml:") && faults[0].message.contains("files/logo.png"), "{faults:?}");
}
