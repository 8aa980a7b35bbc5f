//! Stories of importing a WordPress export.

use std::fmt::Write;

use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};
use zhanqun::base::clock::{minute, parse_local};
use zhanqun::domain::account::By;
use zhanqun::domain::content::{self, Edit, State, Text};
use zhanqun::domain::media::MEDIA_OF_SITE;
use zhanqun::domain::site::{self, Target};
use zhanqun::store::{ListKey, Read};

use super::fixture::{Export, Town, kind, label, png};
use super::wxr_addresses::leads;

#[test]
fn posts_become_documents_with_their_own_time_and_author() {
    let town = Town::new();
    let more = format!(
        "{}{}{}",
        label("category", "notices", "通知"),
        label("post_tag", "dibao", "低保"),
        label("category", "extra", "补充")
    );
    let export = Export::new().category(3, "notices", "", "通知").category(4, "extra", "", "补充").post(
        7,
        "关于低保标准的通知",
        "第一段\n\n第二段",
        &format!("{more}<excerpt:encoded><![CDATA[<b>摘要</b>一句]]></excerpt:encoded><wp:is_sticky>1</wp:is_sticky>"),
    );
    let report = town.import(&export);
    assert_eq!((report.documents.imported, report.documents.published), (1, 1));
    let document = town.document("关于低保标准的通知");
    assert!(document.is_live() && document.pinned);
    assert_eq!(minute(document.published), "2010-05-08 09:30");
    assert_eq!(town.column("关于低保标准的通知"), "notices");
    let text = town.head(&document).text;
    assert_eq!(text.body, "<p>第一段</p>\n<p>第二段</p>");
    assert_eq!((text.author.as_str(), text.summary.as_str()), ("李春梅", "摘要一句"));
    assert_eq!(text.keywords, ["低保", "补充"]);
    // The second category holds nothing of its own, so it becomes no column.
    assert!(town.node().channel_at("extra").is_none());
    assert_eq!(report.columns.without_documents, ["补充"]);
    assert!(report.notes.is_empty(), "{:?}", report.notes);
}

#[test]
fn without_publish_everything_is_a_draft_that_remembers_its_time() {
    let town = Town::new();
    let export = Export::new().post(7, "通知", "正文", "").item(8, "草稿", "正文", &kind("post", "draft"));
    let report = town.try_import(export.xml(), |options| options.publish = false).unwrap();
    assert!(report.adds_up());
    assert_eq!(report.documents.drafts.get("was public"), Some(&1));
    assert_eq!(report.documents.drafts.get("draft"), Some(&1));
    let document = town.document("通知");
    assert_eq!((document.state, document.published), (State::Draft, 0));
    let published = content::publish(&town.app.store, &By::ops(), document.id, town.app.clock.now()).unwrap();
    assert_eq!(minute(published.published), "2010-05-08 09:30");
    // What was never public gets the time of its publishing here.
    let draft = content::publish(&town.app.store, &By::ops(), town.document("草稿").id, town.app.clock.now()).unwrap();
    assert_eq!(minute(draft.published), "2026-11-23 10:00");
}

#[test]
fn every_status_has_its_fate() {
    let town = Town::new();
    let mut export = Export::new();
    for (number, (status, more)) in [
        ("publish", ""),
        ("draft", ""),
        ("pending", ""),
        ("private", ""),
        ("future", ""),
        ("publish", "<wp:post_password>secret</wp:post_password>"),
        ("trash", ""),
        ("auto-draft", ""),
        ("odd", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let number = number as u64 + 1;
        export = export.item(number, &format!("第{number}篇"), "正文", &format!("{}{more}", kind("post", status)));
    }
    export = export
        .item(
            20,
            "以后",
            "正文",
            &kind("post", "publish")
                .replace("<wp:post_type>", "<wp:post_date>2030-01-01 00:00:00</wp:post_date><wp:post_type>"),
        )
        .item(21, "菜单", "", &kind("nav_menu_item", "publish"))
        .item(22, "修订", "", &kind("revision", "inherit"))
        .item(23, "商品", "", &kind("product", "publish"))
        .item(1, "重复", "", &kind("post", "publish"));
    let report = town.import(&export);
    assert_eq!(report.documents.published, 1);
    let drafts: Vec<(&str, usize)> =
        report.documents.drafts.iter().map(|(why, count)| (why.as_str(), *count)).collect();
    assert_eq!(
        drafts,
        [
            ("awaiting review", 1),
            ("date in the future", 1),
            ("draft", 1),
            ("other status", 1),
            ("password", 1),
            ("private", 1),
            ("scheduled", 1)
        ]
    );
    let skipped: Vec<(&str, usize)> = report.skipped.iter().map(|(why, count)| (why.as_str(), *count)).collect();
    assert_eq!(
        skipped,
        [
            ("automatic draft", 1),
            ("in the bin", 1),
            ("menu entry", 1),
            ("revision", 1),
            ("same number again", 1),
            ("type product", 1)
        ]
    );
}

#[test]
fn a_post_without_any_date_never_gets_the_date_of_the_import() {
    let town = Town::new();
    let xml = Export::new().post(7, "通知", "正文", "").xml();
    let xml: String = xml.lines().filter(|line| !line.contains("post_date")).collect::<Vec<_>>().join("\n");
    let report = town.try_import(xml, |_| {}).unwrap();
    assert_eq!(report.documents.drafts.get("no date"), Some(&1));
    assert_eq!(town.document("通知").was_published, None);
}

#[test]
fn zero_dates_fall_back_and_clocks_are_reported() {
    let town = Town::new();
    let zero =
        "<wp:post_date>0000-00-00 00:00:00</wp:post_date><wp:post_date_gmt>2010-03-04 01:02:00</wp:post_date_gmt>";
    let pub_date = "<wp:post_date>0000-00-00 00:00:00</wp:post_date><wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>\
                    <pubDate>Tue, 17 Aug 2010 20:17:31 +0000</pubDate>";
    let gmt =
        "<wp:post_date>2010-05-01 09:30:00</wp:post_date><wp:post_date_gmt>2010-05-01 09:30:00</wp:post_date_gmt>";
    let export = Export::new().post(1, "一", "x", zero).post(2, "二", "x", pub_date).post(3, "三", "x", gmt);
    let report = town.import(&export);
    assert_eq!(minute(town.document("一").published), "2010-03-04 09:02");
    assert_eq!(minute(town.document("二").published), "2010-08-18 04:17");
    // The date that people read on the old page stays, whatever its clock was.
    assert_eq!(minute(town.document("三").published), "2010-05-01 09:30");
    assert!(report.notes.iter().any(|note| note.contains("0:00 hours ahead of GMT")), "{:?}", report.notes);
}

#[test]
fn the_same_source_again_adds_nothing_and_updates_what_changed() {
    let town = Town::new();
    let in_notices = label("category", "notices", "通知");
    let first = Export::new()
        .category(3, "notices", "", "通知")
        .post(1, "甲", "甲文 <a href=\"http://old.example/?p=2\">乙</a>", &in_notices)
        .post(2, "乙", "乙文", &in_notices)
        .post(3, "丙", "丙文", &in_notices);
    let report = town.import(&first);
    assert_eq!((report.documents.imported, report.columns.made.len()), (3, 1));
    let again = town.import(&first);
    assert_eq!((again.documents.unchanged, again.documents.imported, again.documents.updated), (3, 0, 0));
    assert_eq!((again.columns.made.len(), again.redirects.new, again.redirects.changed), (0, 0, 0));
    assert_eq!(again.batch, "", "a run that brought nothing leaves no batch");
    assert_eq!(town.documents().len(), 3);

    // Somebody edits 丙 here; the source changes 甲 and 丙, and has a new one.
    let third = town.document("丙");
    let draft = Edit {
        channel: third.channel,
        text: Text { title: "丙".into(), body: "<p>本地改过</p>".into(), ..Text::default() },
        ..Edit::default()
    };
    content::save(&town.app.store, &By::ops(), third.id, third.head, &draft, town.app.clock.now()).unwrap();
    let mut second = Export::new().category(3, "notices", "", "通知").post(1, "甲", "甲文新", &in_notices);
    second.items.push(first.items[1].clone());
    let second = second.post(3, "丙", "丙文新", &in_notices).post(4, "丁", "丁文", &in_notices);
    let report = town.import(&second);
    let documents = &report.documents;
    assert_eq!((documents.imported, documents.updated, documents.unchanged, documents.kept), (1, 1, 1, 1));
    assert_eq!(town.body("甲"), "<p>甲文新</p>");
    assert_eq!(town.document("甲").revisions, 2);
    assert!(town.body("丙").contains("本地改过"));
}

#[test]
fn a_second_run_with_publish_publishes_untouched_drafts_only() {
    let town = Town::new();
    let export = Export::new().post(1, "甲", "甲文", "").post(2, "乙", "乙文", "");
    town.try_import(export.xml(), |options| options.publish = false).unwrap();
    let second = town.document("乙");
    content::publish(&town.app.store, &By::ops(), second.id, town.app.clock.now()).unwrap();
    content::withdraw(&town.app.store, &By::ops(), second.id, "", town.app.clock.now()).unwrap();
    let report = town.import(&export);
    assert_eq!((report.documents.updated, report.documents.published), (1, 1));
    assert!(town.document("甲").is_live());
    assert_eq!(town.document("乙").state, State::Withdrawn);
}

#[test]
fn undo_leaves_nothing_of_the_run() {
    let town = Town::new();
    let before = town.node();
    town.file("uploads/2010/05/a.png", png(30, 20));
    let export = Export::new()
        .category(3, "notices", "", "通知")
        .post(1, "甲", "甲文", &label("category", "notices", "通知"))
        .page(2, "概况", 0, "")
        .attachment(9, "图", "http://old.example/wp-content/uploads/2010/05/a.png", 1);
    let folder = town.dir.path().join("uploads");
    let report = town.try_import(export.xml(), |options| options.media = Some(folder)).unwrap();
    assert!(report.adds_up(), "{report:#?}");
    assert_eq!((report.files.copied, report.hosts.len()), (1, 2));
    assert_eq!(town.node().site.old_hosts, ["old.example", "www.old.example"]);
    // The site file does not know these hosts; applying it keeps them.
    town.app.apply_sites().unwrap();
    assert_eq!(town.node().site.old_hosts, ["old.example", "www.old.example"]);
    assert_eq!(content::remove_batch(&town.app.store, &By::ops(), &report.batch).unwrap(), 2);
    let after = town.node();
    assert!(town.documents().is_empty());
    assert_eq!(after.site, before.site);
    assert_eq!(after.channels, before.channels);
    assert_eq!(town.app.store.count(ListKey::new(MEDIA_OF_SITE, &[town.site().0])).unwrap(), 0);
    assert_eq!(town.app.store.count(ListKey::new(site::REDIRECTS_OF_SITE, &[town.site().0])).unwrap(), 0);
    assert!(content::remove_batch(&town.app.store, &By::ops(), &report.batch).is_err());
}

#[test]
fn undo_keeps_columns_that_hold_something_else_by_now() {
    let town = Town::new();
    let export = Export::new()
        .category(3, "notices", "", "通知")
        .category(4, "old-news", "", "旧闻")
        .post(1, "甲", "甲文", &label("category", "notices", "通知"))
        .post(2, "乙", "乙文", &label("category", "old-news", "旧闻"));
    let report = town.import(&export);
    let channel = town.node().channel_at("notices").unwrap().id;
    let text = Text { title: "本地稿".into(), body: "<p>x</p>".into(), ..Text::default() };
    content::create(&town.app.store, &By::ops(), &Edit { channel, text, ..Edit::default() }, 1).unwrap();
    content::remove_batch(&town.app.store, &By::ops(), &report.batch).unwrap();
    assert!(town.node().channel_at("notices").is_some());
    assert!(town.node().channel_at("old-news").is_none());
    assert_eq!(town.documents().len(), 1);
}

#[test]
fn dry_run_says_the_same_and_writes_nothing() {
    let town = Town::new();
    town.file("uploads/a.png", png(30, 20));
    let export = Export::new()
        .category(3, "notices", "", "通知")
        .post(
            1,
            "甲",
            "<script>x()</script>甲文 <img src=\"http://old.example/wp-content/uploads/a.png\">",
            &label("category", "notices", "通知"),
        )
        .page(2, "概况", 0, "")
        .attachment(9, "图", "http://old.example/wp-content/uploads/a.png", 1);
    let folder = town.dir.path().join("uploads");
    let before = town.app.store.seq();
    let mut dry = town
        .try_import(export.xml(), |options| (options.media, options.dry_run) = (Some(folder.clone()), true))
        .unwrap();
    assert_eq!(town.app.store.seq(), before);
    assert!(town.app.blobs.list().unwrap().is_empty());
    let wet = town.try_import(export.xml(), |options| options.media = Some(folder)).unwrap();
    assert_eq!(wet.documents.imported, 2);
    (dry.dry_run, dry.batch) = (false, wet.batch.clone());
    assert_eq!(serde_json::to_value(&dry).unwrap(), serde_json::to_value(&wet).unwrap());
}

#[test]
fn files_are_found_by_any_part_of_their_address_and_stored_once() {
    let town = Town::new();
    town.file("handed/2010/05/a.png", png(640, 480));
    town.file("handed/b.pdf", "%PDF-1.4 x");
    town.file("handed/2010/05/evil.php", "<?php");
    town.file("secret.txt", "not handed over");
    let at = |path: &str| format!("http://old.example/wp-content/uploads/{path}");
    let body = format!(
        "<a href=\"{0}\"><img class=\"alignright size-medium\" src=\"{1}\" alt=\"\" width=\"300\" height=\"225\"></a>\n\
         <a href=\"/wp-content/uploads/2010/05/b.pdf\">附件</a> <a href=\"{2}\">x</a> <img src=\"{3}\" alt=\"没了\">\
         <img src=\"http://elsewhere.example/x.gif\" alt=\"外站\"> <a href=\"http://old.example/?attachment_id=9\">图页</a>\
         <img src=\"http://old.example/../secret.txt\" alt=\"偷\">",
        at("2010/05/a.png"),
        at("2010/05/a-300x225.png"),
        at("2010/05/evil.php"),
        at("2010/05/gone.png"),
    );
    let alt = "<wp:postmeta><wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value><![CDATA[民政大厅]]></wp:meta_value></wp:postmeta>";
    let thumbnail =
        "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>";
    let mut export = Export::new()
        .post(1, "甲", &body, thumbnail)
        .attachment(9, "大厅", &at("2010/05/a.png"), 1)
        .attachment(10, "没了", &at("2010/05/gone.png"), 1)
        .attachment(11, "坏", &at("2010/05/evil.php"), 1);
    export.items[1] = export.items[1].replace("</item>", &format!("{alt}</item>"));
    let handed = town.dir.path().join("handed");
    let report = town.try_import(export.xml(), |options| options.media = Some(handed.clone())).unwrap();
    assert!(report.adds_up(), "{report:#?}");
    let files = &report.files;
    assert_eq!(
        (files.copied, files.attachments_found, files.attachments_missing, files.attachments_refused),
        (2, 1, 1, 1)
    );
    let text = town.head(&town.document("甲")).text;
    let picture = text.picture.clone().unwrap();
    assert_eq!((picture.alt.as_str(), picture.width, picture.height), ("民政大厅", 640, 480));
    assert!(
        text.body.contains(&format!(
            "<img src=\"{}\" alt=\"民政大厅\" class=\"right\" width=\"300\" height=\"225\">",
            picture.url
        )),
        "{}",
        text.body
    );
    assert!(text.body.contains(&format!("<a href=\"{}\">图页</a>", picture.url)), "{}", text.body);
    assert!(text.body.contains("/b.pdf\">附件</a>"), "{}", text.body);
    assert!(text.body.contains("gone.png\">没了（图片缺失）</a>"), "{}", text.body);
    assert!(text.body.contains("<a href=\"http://elsewhere.example/x.gif\">外站（图片缺失）</a>"), "{}", text.body);
    assert_eq!(text.body.matches("<img").count(), 1, "{}", text.body);
    assert!(
        report
            .files
            .missing
            .first
            .iter()
            .any(|missing| missing.document == "甲" && missing.address.ends_with("gone.png"))
    );
    // The upload's own address and its page answer, too.
    for address in ["/wp-content/uploads/2010/05/a.png", "/?attachment_id=9", "/2010/05/9-post/"] {
        assert_eq!(leads(&town, address), Some(Target::Url(picture.url.clone())), "{address}");
    }
    assert_eq!(leads(&town, "/?attachment_id=10"), Some(Target::Document(town.document("甲").id)));
    let again = town.try_import(export.xml(), |options| options.media = Some(handed)).unwrap();
    assert_eq!((again.files.copied, again.files.unchanged, again.documents.unchanged), (0, 2, 1));
}

#[test]
fn comments_are_kept_without_addresses_of_people() {
    let town = Town::new();
    let comment = |id: u64, approved: &str| {
        format!(
            "<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author><![CDATA[王某]]></wp:comment_author>\
             <wp:comment_author_email>w@example.cn</wp:comment_author_email><wp:comment_author_IP>10.1.2.3</wp:comment_author_IP>\
             <wp:comment_date>2010-05-09 08:00:00</wp:comment_date><wp:comment_content><![CDATA[好]]></wp:comment_content>\
             <wp:comment_approved>{approved}</wp:comment_approved></wp:comment>"
        )
    };
    let more = format!("{}{}{}", comment(1, "1"), comment(2, "0"), comment(3, "spam"));
    let report = town.import(&Export::new().post(1, "甲", "x", &more));
    assert_eq!((report.comments.archived, report.comments.rubbish), (2, 1));
    let comments = town.head(&town.document("甲")).comments;
    assert_eq!(comments.len(), 2);
    assert_eq!(comments[0]["author"], "王某");
    let text = serde_json::to_string(&comments).unwrap();
    assert!(!text.contains("example.cn") && !text.contains("10.1.2.3"), "{text}");
}

#[test]
fn removed_html_is_counted_and_suspicious_documents_are_named() {
    let town = Town::new();
    let body = "<p onclick=\"x()\">文<script>alert(1)</script><iframe src=\"//bad.example\">a</iframe></p>\
                <a href=\"javascript:x()\">点</a><div style=\"display:none\"><a href=\"http://casino.example\">赌</a></div>";
    let report = town.import(&Export::new().post(1, "甲", body, ""));
    for kind in ["script", "iframe", "p@onclick", "a@href javascript:", "div@style"] {
        assert_eq!(report.removed.get(kind), Some(&1), "{kind}: {:?}", report.removed);
    }
    let named: Vec<&str> = report.suspicious.first.iter().map(|place| place.what.as_str()).collect();
    assert_eq!(named, ["a@href javascript:", "iframe", "p@onclick", "script"]);
    let stored = town.body("甲");
    assert!(!stored.contains("alert") && !stored.contains("iframe") && !stored.contains("onclick"), "{stored}");
}

#[test]
fn titles_are_plain_text_and_never_empty() {
    let town = Town::new();
    let export = Export::new()
        .post(1, "<b>红头</b> 文件 &amp; 附件", "x", "")
        .post(2, "", "没有标题的正文。第二句", "")
        .post(3, "", "", "");
    let report = town.import(&export);
    assert_eq!(report.documents.untitled, 2);
    let mut titles: Vec<String> = town.documents().into_iter().map(|document| document.card.title).collect();
    titles.sort();
    assert_eq!(titles, ["#3", "没有标题的正文。第二句", "红头 文件 & 附件"]);
}

#[test]
fn a_large_export_streams() {
    let town = Town::new();
    let mut xml = Export::new().xml();
    xml.truncate(xml.find("</channel>").unwrap());
    let text = "一段很长的正文。".repeat(150);
    for id in 1..=3000_u64 {
        write!(
            xml,
            "<item><title>第{id}篇</title><link>http://old.example/{id}/</link><content:encoded><![CDATA[{text}\n\n\
             <a href=\"http://old.example/{}/\">下一篇</a>]]></content:encoded><wp:post_id>{id}</wp:post_id>\
             <wp:post_date>2010-05-01 09:30:00</wp:post_date><wp:post_type>post</wp:post_type><wp:status>publish</wp:status></item>\n",
            id % 3000 + 1
        )
        .unwrap();
    }
    xml.push_str("</channel></rss>");
    let report = town.try_import(xml, |_| {}).unwrap();
    assert!(report.adds_up());
    assert_eq!((report.documents.imported, report.links.rewritten), (3000, 3000));
    assert_eq!(town.documents().len(), 3000);
    assert_eq!(content::remove_batch(&town.app.store, &By::ops(), &report.batch).unwrap(), 3000);
}

#[test]
fn times_of_documents_survive_a_restart_of_the_site_files() {
    let town = Town::new();
    town.import(&Export::new().post(1, "甲", "x", ""));
    let before = town.documents();
    town.app.apply_sites().unwrap();
    assert_eq!(town.documents(), before);
    assert_eq!(before[0].published, parse_local("2010-05-02 09:30").unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_figures_add_up_whatever_the_export_holds(items in proptest::collection::vec(item(), 0..25), publish: bool) {
        let town = Town::new();
        let mut export = Export::new().category(1, "notices", "", "通知");
        for (id, body, more) in items {
            // As WordPress writes it: a CDATA section cannot hold its own end.
            let body = body.replace("]]>", "]]]]><![CDATA[>");
            export = export.item(id, "标题", &body, &more);
        }
        let report = town.try_import(export.xml(), |options| options.publish = publish).unwrap();
        assert!(report.adds_up(), "{report:#?}");
        assert_eq!(town.documents().len(), report.documents.imported);
        let again = town.try_import(export.xml(), |options| options.publish = publish).unwrap();
        assert!(again.adds_up(), "{again:#?}");
        assert_eq!(again.documents.unchanged, report.documents.imported);
        if !report.batch.is_empty() {
            content::remove_batch(&town.app.store, &By::ops(), &report.batch).unwrap();
        }
        assert!(town.documents().is_empty());
    }
}

fn item() -> impl Strategy<Value = (u64, String, String)> {
    let types = prop_oneof![Just("post"), Just("page"), Just("attachment"), Just("nav_menu_item"), Just("")];
    let statuses =
        prop_oneof![Just("publish"), Just("draft"), Just("private"), Just("trash"), Just("inherit"), Just("")];
    let body = "([a-z<>/\\[\\]\"= \n]|<p>|</p>|<ul>|<li>|\\[gallery\\]|\\[caption id=\"x\"\\]|\\[/caption\\]|<!--more-->|<a href=\"/x\">|正文){0,40}";
    let labels = prop_oneof![
        Just(String::new()),
        Just(label("category", "notices", "通知")),
        Just(label("category", "other", "别的"))
    ];
    (0..12_u64, body, types, statuses, labels, 0..12_u64).prop_map(|(id, body, types, status, labels, parent)| {
        (id, body, format!("{}{labels}<wp:post_parent>{parent}</wp:post_parent>", kind(types, status)))
    })
}
