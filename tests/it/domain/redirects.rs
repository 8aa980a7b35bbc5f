//! Old addresses: normal form, exact, prefix, from CSV.

use std::process::Command;

use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use zhanqun::base::id::SiteId;
use zhanqun::domain::account::By;
use zhanqun::domain::site::{self, Old, Target, normal_form};

use super::group::{BUREAU, Group, NOW, PORTAL};

#[test]
fn spellings_of_one_old_address_have_one_normal_form() {
    for (normal, spellings) in [
        (
            "/show.asp?articleid=12",
            vec!["/Show.asp?ArticleID=12", "http://mzj.old.example/SHOW.ASP?articleid=12", "show.asp?ArticleID=12#top"],
        ),
        ("/a.asp?a=1&b=2", vec!["/a.asp?b=2&a=1", "/A.asp?B=2&&A=1&", "\\a.asp?a=1&b=2"]),
        ("/news/", vec!["/news/", "/News/index.htm", "/news/Default.asp", "/news//index.html", "/news/index.php"]),
        ("/", vec!["", "/", "http://mzj.old.example", "http://mzj.old.example/", "/index.asp", "//", "/?"]),
        ("/通知/1.htm", vec!["/%E9%80%9A%E7%9F%A5/1.htm", "/%CD%A8%D6%AA/1.htm", "/通知/1.htm"]),
        (
            "/list.asp?class=通知",
            vec!["/list.asp?class=%CD%A8%D6%AA", "/list.asp?class=%E9%80%9A%E7%9F%A5", "/list.asp?CLASS=通知"],
        ),
        ("/s?q=a b", vec!["/s?q=a+b", "/s?q=a%20b"]),
        ("/myindex.htm", vec!["/myindex.htm"]),
        // An address in the query is no scheme of its own.
        (
            "/go.asp?url=http://x.example/y",
            vec!["/Go.asp?url=http://x.example/Y", "http://mzj.old.example/go.asp?url=http%3A%2F%2Fx.example%2Fy"],
        ),
        // GBK bytes that are UTF-8, too.
        ("/联通.htm", vec!["/%C1%AA%CD%A8.htm", "/%E8%81%94%E9%80%9A.htm"]),
    ] {
        for spelling in spellings {
            assert_eq!(normal_form(spelling), normal, "{spelling}");
        }
    }
}

fn table(entries: &[(&str, bool, &str)]) -> (Group, SiteId) {
    let group = Group::new();
    let id = group.directory().by_slug("mzj").unwrap().site.id;
    let old: Vec<Old> = entries
        .iter()
        .map(|(from, prefix, to)| Old { from: normal_form(from), prefix: *prefix, to: Target::Url((*to).into()) })
        .collect();
    site::import_redirects(&group.store, &By::ops(), id, None, &old).unwrap();
    (group, id)
}

#[test]
fn the_query_counts_first_then_the_path_then_the_longest_prefix() {
    let (group, id) = table(&[
        ("/show.asp?id=1", false, "/one"),
        ("/show.asp", false, "/any"),
        ("/gb/", true, "/gb/"),
        ("/gb/news/", true, "/news/"),
        ("/list", true, "/list/"),
    ]);
    for (address, expected) in [
        ("/Show.asp?ID=1", Some(("/one", ""))),
        ("/show.asp?id=1&x=2", Some(("/any", ""))),
        ("/show.asp", Some(("/any", ""))),
        ("/gb/a/b.htm", Some(("/gb/", "a/b.htm"))),
        ("/gb/news/2007/1.htm?x=1", Some(("/news/", "2007/1.htm"))),
        ("/gb/", Some(("/gb/", ""))),
        ("/gb", None),
        ("/list", Some(("/list/", ""))),
        ("/list/3", Some(("/list/", "/3"))),
        ("/listing", None),
        ("/", None),
        ("/other", None),
    ] {
        let found = site::find_redirect(&group.store, id, address).unwrap();
        let found = found.map(|(redirect, rest)| match redirect.to {
            Target::Url(url) => (url, rest),
            other => panic!("{other:?}"),
        });
        assert_eq!(found, expected.map(|(to, rest)| (to.to_owned(), rest.to_owned())), "{address}");
    }
    // Another site's table is another table.
    let portal = group.directory().portal().unwrap().site.id;
    assert!(site::find_redirect(&group.store, portal, "/show.asp").unwrap().is_none());
}

#[test]
fn a_second_import_changes_what_changed() {
    let (group, id) = table(&[("/a", false, "/1"), ("/b", false, "/2")]);
    let again = |entries: &[(&str, &str)]| {
        let old: Vec<Old> = entries
            .iter()
            .map(|(from, to)| Old { from: (*from).into(), prefix: false, to: Target::Url((*to).into()) })
            .collect();
        site::import_redirects(&group.store, &By::ops(), id, None, &old).unwrap()
    };
    let seq = group.store.seq();
    assert_eq!(again(&[("/a", "/1"), ("/b", "/2")]), (0, 0));
    assert_eq!(group.store.seq(), seq);
    assert_eq!(again(&[("/a", "/9"), ("/c", "/3"), ("/c", "/4")]), (1, 1));
}

#[test]
fn hits_add_up() {
    let (group, id) = table(&[("/a", false, "/1")]);
    let (redirect, _) = site::find_redirect(&group.store, id, "/a").unwrap().unwrap();
    site::count_hits(&group.store, &[(redirect.id, 3)], NOW).unwrap();
    site::count_hits(&group.store, &[(redirect.id, 4)], NOW + 1).unwrap();
    let hits: site::Hits = zhanqun::store::Read::get(&group.store, redirect.id.0).unwrap().unwrap();
    assert_eq!((hits.count, hits.last), (7, NOW + 1));
}

/// Runs the program on a data directory of its own.
struct Program {
    dir: tempfile::TempDir,
}

impl Program {
    fn new() -> Program {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in [("sites/www/site.toml", PORTAL), ("sites/mzj/site.toml", BUREAU)] {
            let file = dir.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let program = Program { dir };
        let (code, _, error) = program.run(&["site", "apply"]);
        assert_eq!(code, 0, "{error}");
        program
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_zhanqun"))
            .args(arguments)
            .current_dir(self.dir.path())
            .env("ZHANQUN_STORAGE__DIR", self.dir.path().join("data"))
            .env("ZHANQUN_SITES__DIR", self.dir.path().join("sites"))
            .env("ZHANQUN_THEMES__DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/themes"))
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    fn csv(&self, bytes: &[u8], more: &[&str]) -> (i32, String, String) {
        let file = self.dir.path().join("old.csv");
        std::fs::write(&file, bytes).unwrap();
        let mut arguments = vec!["redirect", "import", "old.csv", "--site", "mzj"];
        arguments.extend(more);
        self.run(&arguments)
    }
}

#[test]
fn addresses_come_from_csv_in_utf8_and_gbk() {
    let program = Program::new();
    let good = "from,to,kind\n/Show.asp?ID=1,column:tzgg,exact\nhttp://mzj.old.example/list/通知/,/mzj/tzgg/,prefix\n/x,https://other.example/,\n";
    let (code, out, error) = program.csv(good.as_bytes(), &["--dry-run"]);
    assert_eq!((code, out.trim()), (0, "3 old addresses, all good; nothing written"), "{error}");
    let (code, out, error) = program.csv(good.as_bytes(), &[]);
    assert_eq!((code, out.trim()), (0, "3 new, 0 changed, 0 as before"), "{error}");
    let gbk = encoding_rs::GBK.encode(good).0;
    let (code, out, error) = program.csv(&gbk, &[]);
    assert_eq!((code, out.trim()), (0, "0 new, 0 changed, 3 as before"), "{error}");
    let (code, out, _) = program.run(&["redirect", "test", "--site", "mzj", "/LIST/%CD%A8%D6%AA/12.htm"]);
    assert_eq!(code, 0);
    assert!(out.contains("/mzj/tzgg/") && out.contains("12.htm"), "{out}");
    let (code, _, error) = program.run(&["redirect", "test", "--site", "mzj", "/nothing"]);
    assert_eq!(code, 1);
    assert!(error.contains("nothing for /nothing"), "{error}");
    let (code, out, _) = program.run(&["redirect", "list", "--site", "mzj", "--json"]);
    assert_eq!((code, serde_json::from_str::<serde_json::Value>(&out).unwrap().as_array().unwrap().len()), (0, 3));
}

#[test]
fn every_mistake_of_a_csv_file_names_its_line_and_nothing_is_written() {
    let program = Program::new();
    let bad = "from,to,kind\n,/x,\n/a,column:nowhere,\n/b,document:999,\n/c,document:x,\n/d,nonsense,\n/e,/y,sometimes\n/f,/1,\n/F,/2,\n";
    let (code, _, error) = program.csv(bad.as_bytes(), &[]);
    assert_eq!(code, 1);
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), 7, "{error}");
    for (line, what) in
        [(2, "empty"), (3, "nowhere"), (4, "999"), (5, "document:x"), (6, "nonsense"), (7, "sometimes"), (9, "line 8")]
    {
        assert!(
            lines.iter().any(|text| text.contains(&format!("old.csv:{line}:")) && text.contains(what)),
            "{line} {what}\n{error}"
        );
    }
    assert!(program.run(&["redirect", "list", "--site", "mzj"]).1.is_empty());
    let (code, _, error) = program.csv(b"a,b\n1,2\n", &[]);
    assert_eq!(code, 1);
    assert!(error.contains("old.csv:1:"), "{error}");
    let (code, _, error) = program.run(&["redirect", "import", "gone.csv", "--site", "mzj"]);
    assert_eq!(code, 1);
    assert!(error.contains("gone.csv"), "{error}");
}

#[test]
fn the_import_command_answers_by_the_contract() {
    let program = Program::new();
    let good = "<rss><channel><wp:wxr_version>1.2</wp:wxr_version><link>http://wp.example</link><item><title>甲</title>\
                <link>http://wp.example/a/</link><wp:post_id>1</wp:post_id><wp:post_date>2010-05-01 09:30:00</wp:post_date>\
                <content:encoded>x</content:encoded><wp:status>publish</wp:status></item></channel></rss>";
    std::fs::write(program.dir.path().join("wp.xml"), good).unwrap();
    std::fs::write(program.dir.path().join("bad.xml"), "<rss>\n<nochannel/>\n</rss>").unwrap();
    let (code, out, error) =
        program.run(&["import", "wxr", "wp.xml", "--site", "mzj", "--publish", "--report", "r.json"]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("documents: 1 new"), "{out}");
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(program.dir.path().join("r.json")).unwrap()).unwrap();
    assert_eq!((&report["documents"]["imported"], &report["read"]["items"]), (&1.into(), &1.into()));
    let batch = report["batch"].as_str().unwrap().to_owned();
    assert!(batch.starts_with("wxr-mzj-"), "{batch}");
    let (code, out, _) = program.run(&["import", "wxr", "wp.xml", "--site", "mzj", "--json"]);
    assert_eq!(code, 0);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["documents"]["unchanged"], 1);
    let (code, out, error) = program.run(&["import", "undo", &batch]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("1 documents removed"), "{out}");
    let (code, _, error) = program.run(&["import", "wxr", "bad.xml", "--site", "mzj"]);
    assert_eq!(code, 1);
    assert!(error.contains("bad.xml:2:") && error.lines().count() == 1, "{error}");
    assert_eq!(program.run(&["import", "wxr", "wp.xml", "--site", "mzj", "--channel", "gone"]).0, 2);
    assert_eq!(program.run(&["import", "wxr", "wp.xml"]).0, 2);
    assert_eq!(program.run(&["import", "wxr", "wp.xml", "--site", "nobody"]).0, 1);
    assert_eq!(program.run(&["import", "undo", "nothing"]).0, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_normal_form_is_its_own_normal_form(address in "(/|[a-zA-Z0-9.=&?#+ -]|%[0-9A-Fa-f]{2}|%|index.htm|://|\\\\|\\PC){0,24}") {
        let normal = normal_form(&address);
        prop_assert!(normal.starts_with('/'), "{normal}");
        prop_assert!(!normal.split('?').next().unwrap_or_default().contains("//"), "{normal}");
        // What was decoded may look encoded once more; without such signs the form is stable.
        if !normal.contains(['%', '+', '#']) && !address.contains('%') {
            prop_assert_eq!(normal_form(&normal), normal);
        }
    }

    #[test]
    fn case_and_order_of_the_query_do_not_matter(mut pairs in proptest::collection::vec("[a-z]{1,5}=[a-z0-9]{0,5}", 1..6)) {
        let one = normal_form(&format!("/Show.ASP?{}", pairs.join("&")));
        pairs.reverse();
        let other = normal_form(&format!("/show.asp?{}", pairs.join("&").to_uppercase()));
        prop_assert_eq!(one, other);
    }
}
