//! Files that are refused: each with its line and a reason, and nothing is written.

use zhanqun::migrate::Failure;

use super::fixture::{Export, Town};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\">\n<channel>\n<title>旧站</title>\n\
                    <wp:wxr_version>1.2</wp:wxr_version>\n";
const ITEM: &str = "<item>\n<title>甲</title>\n<wp:post_id>1</wp:post_id>\n";
const END: &str = "</item>\n</channel>\n</rss>\n";

/// The whole file, the line and a part of the reason.
fn cases() -> Vec<(&'static str, String, usize, &'static str)> {
    vec![
        ("empty", String::new(), 1, "no element"),
        ("not XML", "hello\n".into(), 1, "text outside"),
        ("HTML", "<html>\n<body></body></html>".into(), 1, "<html>"),
        ("another feed", "<?xml version=\"1.0\"?>\n<feed></feed>".into(), 2, "<feed>"),
        ("no channel", "<rss>\n<notachannel></notachannel>\n</rss>".into(), 2, "<notachannel>"),
        ("nothing in rss", "<rss>\n</rss>".into(), 2, "no <channel>"),
        ("no version", "<rss>\n<channel>\n<title>x</title>\n</channel>\n</rss>".into(), 2, "wp:wxr_version"),
        (
            "plain RSS",
            "<rss>\n<channel>\n<item><title>x</title></item>\n</channel>\n</rss>".into(),
            2,
            "wp:wxr_version",
        ),
        ("bad version", HEAD.replace("1.2", "abc") + "</channel></rss>", 5, "\"abc\""),
        ("newer version", HEAD.replace("1.2", "2.0") + "</channel></rss>", 5, "2.0"),
        ("end of another", format!("{HEAD}{ITEM}<content:encoded>x</content>\n{END}"), 9, "</content>"),
        ("end too many", format!("{HEAD}</item></channel></rss>"), 6, "</item>"),
        ("cut in an item", format!("{HEAD}{ITEM}"), 9, "<item>"),
        ("cut in a tag", format!("{HEAD}{ITEM}<wp:sta"), 9, "tag not closed"),
        ("cut in CDATA", format!("{HEAD}{ITEM}<content:encoded><![CDATA[x\ny\nz"), 9, "CDATA not closed"),
        ("cut after the channel", format!("{HEAD}</channel>\n"), 7, "<rss>"),
        ("bare ampersand", format!("{HEAD}{ITEM}<link>http://x/?a=1&b=2</link>\n{END}"), 9, "&"),
        ("unknown entity", format!("{HEAD}{ITEM}<link>x&nbsp;y</link>\n{END}"), 9, "&nbsp;"),
        ("unknown entity in what is skipped", format!("{HEAD}<x:y>\n&bomb;</x:y></channel></rss>"), 7, "&bomb;"),
        ("not escaped", format!("{HEAD}{ITEM}<content:encoded>text\n<b>bold</b></content:encoded>\n{END}"), 10, "<b>"),
        (
            "CDATA ends too early",
            format!("{HEAD}{ITEM}<content:encoded><![CDATA[a ]]> <i>b</i> ]]></content:encoded>\n{END}"),
            9,
            "<i>",
        ),
        ("bad number", format!("{HEAD}<item>\n<wp:post_id>one</wp:post_id>\n{END}"), 7, "\"one\" is not a number"),
        ("bad date", format!("{HEAD}{ITEM}<wp:post_date>2010-13-45 09:30:00</wp:post_date>\n{END}"), 9, "2010-13-45"),
        ("bad attribute", format!("{HEAD}{ITEM}<category domain=x>y</category>\n{END}"), 9, "<category>"),
        ("something behind", format!("{HEAD}</channel>\n<more></more></rss>"), 7, "<more>"),
        ("too deep", format!("{HEAD}{}", "<a>".repeat(100)), 6, "deeper"),
        (
            "entity bomb",
            format!(
                "<?xml version=\"1.0\"?>\n<!DOCTYPE rss [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n{}",
                &HEAD[HEAD.find("<rss").unwrap()..]
            ),
            2,
            "document type",
        ),
        ("file from outside", "<!DOCTYPE rss SYSTEM \"file:///etc/passwd\">\n<rss></rss>".into(), 1, "document type"),
        ("unknown charset", HEAD.replace("UTF-8", "klingon"), 1, "klingon"),
    ]
}

#[test]
fn every_fault_names_its_line_and_nothing_is_written() {
    let town = Town::new();
    let before = town.app.store.seq();
    for (what, text, line, reason) in cases() {
        let failure = town.try_import(&text, |_| {}).expect_err(what);
        let Failure::Fault(fault) = &failure else { panic!("{what}: {failure}") };
        assert_eq!(fault.line, line, "{what}: {fault}");
        assert!(fault.message.contains(reason), "{what}: {fault}");
        assert!(!fault.message.contains('\n'), "{what}: {fault}");
        assert!(fault.file.ends_with("export.xml"));
    }
    assert_eq!(town.app.store.seq(), before);
}

#[test]
fn a_fault_at_the_very_end_leaves_nothing_half_imported() {
    let town = Town::new();
    let mut export = Export::new();
    for number in 1..500 {
        export = export.post(number, &format!("第{number}篇"), "正文", "");
    }
    let xml = export.xml();
    let before = town.app.store.seq();
    for cut in [xml.len() - 8, xml.len() - 17, xml.len() - 40] {
        assert!(town.try_import(&xml[..cut], |_| {}).is_err(), "{}", &xml[cut - 20..cut]);
    }
    assert_eq!(town.app.store.seq(), before);
    assert!(town.documents().is_empty());
}

#[test]
fn other_charsets_are_read_and_broken_bytes_are_found() {
    let export = Export::new().post(1, "华蓥市民政局", "低保标准提高", "");
    let gbk = encoding_rs::GBK.encode(&export.declared("gb2312")).0.into_owned();
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(export.declared("UTF-16").encode_utf16().flat_map(u16::to_le_bytes));
    let mut marked = vec![0xef, 0xbb, 0xbf];
    marked.extend_from_slice(export.xml().as_bytes());
    for (what, bytes) in [("GBK", gbk), ("UTF-16", utf16), ("with a mark", marked)] {
        let town = Town::new();
        town.try_import(&bytes, |_| {}).unwrap_or_else(|failure| panic!("{what}: {failure}"));
        assert_eq!(town.body("华蓥市民政局"), "<p>低保标准提高</p>", "{what}");
    }
    let town = Town::new();
    let xml = export.xml();
    let at = xml.find("低保").unwrap();
    let line = xml[..at].lines().count();
    let mut broken = xml.into_bytes();
    broken[at + 1] = b'x';
    let failure = town.try_import(&broken, |_| {}).unwrap_err().to_string();
    assert!(failure.contains(&format!("export.xml:{line}: a byte that is not UTF-8")), "{failure}");
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is_read() {
    let town = Town::new();
    let xml = Export::new().post(1, "甲", "x", "").xml();
    let none = town.try_import(&xml, |options| options.file = "/nowhere/export.xml".into()).unwrap_err().to_string();
    assert!(none.contains("/nowhere/export.xml"), "{none}");
    let site = town.try_import(&xml, |options| options.site = "nobody".into()).unwrap_err().to_string();
    assert!(site.contains("nobody"), "{site}");
    let channel = town.try_import(&xml, |options| options.channel = Some("nowhere".into())).unwrap_err();
    assert!(matches!(channel, Failure::Usage(_)), "{channel}");
    let media = town.try_import(&xml, |options| options.media = Some("/nowhere".into())).unwrap_err();
    assert!(matches!(media, Failure::Usage(_)), "{media}");
    let host = town.try_import(&xml, |options| options.old_hosts = vec!["no host".into()]).unwrap_err();
    assert!(matches!(host, Failure::Usage(_)), "{host}");
    assert!(town.documents().is_empty());
}

#[test]
fn old_exporters_mistakes_are_understood() {
    let town = Town::new();
    // A CDATA section that ends too early because nobody split the mark.
    let export = Export::new().post(1, "甲", "有 <![CDATA[ 标记 ]]> 的文", "");
    town.import(&export);
    assert_eq!(town.body("甲"), "<p>有 &lt;![CDATA[ 标记 ]]&gt; 的文</p>");
}
