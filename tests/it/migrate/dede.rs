//! Sites of dedecms: their articles with their old addresses.

use std::fs;
use std::path::Path;

use encoding_rs::GBK;
use tempfile::TempDir;
use url::Url;
use zhanqun::base::clock::minute;
use zhanqun::migrate::dede::Dede;
use zhanqun::migrate::old::{Article, ArticleKind, Content, Item, OldColumn, OldLetter, OldState, Source};
use zhanqun::migrate::records::Options;

/// 2010-04-12 09:30 and 2010-04-13 10:00 in Beijing.
const SENT: i64 = 1_271_035_800;
const PUBLISHED: i64 = 1_271_124_000;

const TABLES: &str = "CREATE TABLE `dede_arctype` (`id` int, `reid` int, `sortrank` int, `typename` char(30), `typedir` char(60), `isdefault` int, `defaultname` char(15), `ispart` int, `namerule` char(50), `namerule2` char(50), `content` text) TYPE=MyISAM;
CREATE TABLE `dede_channeltype` (`id` int, `nid` char(20), `addtable` varchar(50));
CREATE TABLE `dede_sysconfig` (`aid` int, `varname` varchar(20), `value` text);
INSERT INTO `dede_sysconfig` VALUES (1,'cfg_basehost','http://mzj.example.gov.cn'),(2,'cfg_webname','某市民政局'),(3,'cfg_cmspath','');
INSERT INTO `dede_channeltype` VALUES (1,'article','dede_addonarticle'),(3,'soft','#@__addonsoft');
INSERT INTO `dede_arctype` VALUES (2,1,20,'低保','{cmspath}/a/dibao',0,'index.html',0,'{typedir}/{Y}/{M}{D}/{aid}.html','{typedir}/list_{tid}_{page}.html',''),(1,0,10,'政务','{cmspath}/a/zw',1,'index.html',1,'','','<p>职责</p>'),(3,0,30,'省厅','http://www.example.com/',1,'index.html',2,'','',''),(4,0,5,'下载','/xz',1,'index.html',0,'{typedir}/{timestamp}{cc}.html','','');
";

/// An article's row of 32 values; `((id, type), flag, made, channel, rank, title, file)`.
fn archive((id, kind): (i64, i64), flag: &str, made: i64, channel: i64, rank: i64, title: &str, file: &str) -> String {
    format!(
        "INSERT INTO `dede_archives` VALUES('{id}','{kind}','0','{SENT}','{flag}','{made}','{channel}','{rank}','99','0','{title}','','','李春梅','本站','/uploads/allimg/100412/1.jpg','{PUBLISHED}','{SENT}','1','低保,通知','0','0','0','0','0','0','摘要','{file}','1','0','0','{id}');\n"
    )
}

fn addon(id: i64, kind: i64, body: &str, leads: &str) -> String {
    format!("INSERT INTO `dede_addonarticle` VALUES('{id}','{kind}','{body}','{leads}','','127.0.0.1');\n")
}

struct Read {
    columns: Vec<OldColumn>,
    articles: Vec<Article>,
    letters: Vec<OldLetter>,
    files: Vec<String>,
    unreadable: Vec<String>,
}

fn walk(source: &mut dyn Source) -> Read {
    let mut read = Read { columns: vec![], articles: vec![], letters: vec![], files: vec![], unreadable: vec![] };
    source
        .walk(&mut |item, _| {
            match item {
                Item::Column(column) => read.columns.push(column),
                Item::Article(article) => read.articles.push(*article),
                Item::Letter(letter) => read.letters.push(*letter),
                Item::File(file) => read.files.push(file),
                Item::Unreadable { place, why } => read.unreadable.push(format!("{place}: {why}")),
                Item::Junk(_) | Item::Home(_) => {}
            }
            Ok(())
        })
        .unwrap();
    read
}

fn open(folder: &Path, bytes: &[u8]) -> Dede {
    let path = folder.join("dump.sql");
    fs::write(&path, bytes).unwrap();
    Dede::open(&Options { path, spool: folder.join("spool"), media: Some(folder.to_path_buf()), ..Options::default() })
        .unwrap()
}

fn paths(addresses: &[String]) -> Vec<String> {
    addresses.iter().map(|address| address.trim_start_matches("http://mzj.example.gov.cn").to_owned()).collect()
}

/// A small dump.
pub fn dump() -> String {
    let mut text = TABLES.to_owned();
    text += &addon(11, 2, "第一页#p#副标题#e#第二页#p#办理#e#第三页", "");
    text += &addon(12, 2, "", "http://www.example.com/x.html");
    text += &archive((11, 2), "c,p", 1, 1, 0, "关于&quot;低保&quot;的<font color=red>通知</font>", "");
    text += &archive((12, 2), "j", 1, 1, 0, "转载", "");
    text += &archive((13, 2), "", 1, 1, -1, "待审", "");
    text += &archive((14, 2), "", 1, 1, -2, "已删", "");
    text += &archive((15, 2), "", -1, 1, 0, "动态", "");
    text += &archive((16, 2), "", 1, 1, 0, "有名", "minglu");
    text += &archive((17, 4), "", 1, 3, 0, "表格", "");
    text += "CREATE TABLE `dede_addonsoft` (`aid` int, `softlinks` text, `introduce` text);\n";
    text += "INSERT INTO `dede_addonsoft` VALUES (17,'{dede:link islocal=\\'1\\' text=\\'申请表\\'} /uploads/soft/1.doc {/dede:link}','说明');\n";
    text +=
        "INSERT INTO `dede_uploads` VALUES (1,11,'图','/uploads/allimg/100412/1.jpg','1','0','0','','9','0','1');\n";
    text += "CREATE TABLE `dede_feedback` (`id` int, `aid` int, `username` char(20), `arctitle` text, `ischeck` int, `dtime` int, `msg` text);\n";
    text += "INSERT INTO `dede_feedback` VALUES (1,11,'张某','低保',1,1271124000,'何时发放？'),(2,11,'某','低保',0,1271124000,'cheap pills');\n";
    text += "CREATE TABLE `dede_guestbook` (`id` int, `title` text, `dtime` int, `uname` text, `msg` text);\n";
    text += &format!(
        "INSERT INTO `dede_guestbook` VALUES (1,'低保','{SENT}','王某','怎样申请？<br /><font color=red>管理员回复：</font>到社区。');\n"
    );
    text
}

#[test]
fn articles_have_their_text_time_and_old_addresses() {
    let folder = TempDir::new().unwrap();
    let mut source = open(folder.path(), &GBK.encode(&dump()).0);
    assert_eq!(source.facts().home, "http://mzj.example.gov.cn/");
    assert_eq!(
        (source.facts().name.as_str(), source.facts().hosts.as_slice()),
        ("某市民政局", ["mzj.example.gov.cn".to_owned()].as_slice())
    );
    let read = walk(&mut source);
    assert!(read.unreadable.is_empty(), "{:?}", read.unreadable);
    let article =
        |key: i64| read.articles.iter().find(|article| article.key == format!("dede:archives/{key}")).unwrap();

    let first = article(11);
    assert_eq!(first.title.as_ref().unwrap().value, "关于\"低保\"的通知");
    assert_eq!(first.body.as_ref().unwrap().value, "第一页第二页<h2>办理</h2>第三页");
    // Shown time is pubdate, addresses are made of senddate.
    assert_eq!(minute(first.published.as_ref().unwrap().value), "2010-04-13 10:00");
    assert_eq!(
        paths(&first.addresses),
        [
            "/a/dibao/2010/0412/11.html",
            "/plus/view.php?aid=11",
            "/plus/view-11-1.html",
            "/a/dibao/2010/0412/11_2.html",
            "/plus/view.php?aid=11&pageno=2",
            "/plus/view-11-2.html",
            "/a/dibao/2010/0412/11_3.html",
            "/plus/view.php?aid=11&pageno=3",
            "/plus/view-11-3.html",
        ]
    );
    assert_eq!(
        (first.author.as_ref().unwrap().value.as_str(), first.clicks, first.state),
        ("李春梅", 99, OldState::Public)
    );
    assert_eq!(
        (first.keywords.as_slice(), first.charset.as_str()),
        (["低保".to_owned(), "通知".to_owned()].as_slice(), "GBK")
    );
    assert_eq!(first.column.as_ref().unwrap().value, "dede:arctype/2");

    assert_eq!((article(12).kind, article(12).link.as_str()), (ArticleKind::Link, "http://www.example.com/x.html"));
    assert_eq!((article(13).state, article(14).state), (OldState::Waiting, OldState::Bin));
    assert_eq!(paths(&article(15).addresses)[0], "/plus/view.php?aid=15");
    assert_eq!(paths(&article(16).addresses)[0], "/a/dibao/2010/0412/minglu.html");
    // {cc}: of 0412 17 2010 the pair 72 is an H.
    assert_eq!(paths(&article(17).addresses)[0], format!("/xz/{SENT}04121H010.html"));
    assert_eq!(
        (article(17).attachments[0].name.as_str(), article(17).body.as_ref().unwrap().value.as_str()),
        ("申请表", "说明")
    );

    assert_eq!(read.letters[0].question, "怎样申请？");
    assert_eq!(read.letters[0].answer, "到社区。");
    // Comments that were let through are letters; what never was stays behind and is told.
    let comments: Vec<&str> = read.letters[1..].iter().map(|letter| letter.question.as_str()).collect();
    assert_eq!(comments, ["何时发放？"]);
    assert_eq!((read.letters[1].title.as_str(), read.letters[1].name.as_str()), ("低保", "张某"));
    assert!(source.facts().notes.iter().any(|note| note.starts_with("1 comments that were never let through")));
    assert_eq!(read.files, ["http://mzj.example.gov.cn/uploads/allimg/100412/1.jpg"]);
}

#[test]
fn columns_keep_their_tree_and_the_addresses_of_their_lists() {
    let folder = TempDir::new().unwrap();
    let read = walk(&mut open(folder.path(), dump().as_bytes()));
    let keys: Vec<&str> = read.columns.iter().map(|column| column.key.as_str()).collect();
    assert_eq!(
        keys,
        ["dede:arctype/1", "dede:arctype/4", "dede:arctype/2"],
        "above before below, links are no columns"
    );
    let list = &read.columns[2];
    assert_eq!((list.parent.as_deref(), list.name.as_str()), (Some("dede:arctype/1"), "低保"));
    let addresses = paths(&list.addresses);
    assert_eq!(addresses[0], "/a/dibao/list_2_1.html");
    for address in ["/a/dibao/", "/a/dibao/index.html", "/plus/list.php?tid=2"] {
        assert!(addresses.contains(&address.to_owned()), "{address} of {addresses:?}");
    }
    let page = read.articles.iter().find(|article| article.key == "dede:arctype/1/content").unwrap();
    assert_eq!(page.kind, ArticleKind::Page);
    let link = read.articles.iter().find(|article| article.key == "dede:arctype/3").unwrap();
    assert_eq!((link.kind, link.link.as_str()), (ArticleKind::Link, "http://www.example.com/"));
}

#[test]
fn a_walk_gives_the_same_again() {
    let folder = TempDir::new().unwrap();
    let mut source = open(folder.path(), dump().as_bytes());
    let (first, second) = (walk(&mut source), walk(&mut source));
    assert_eq!((first.articles, first.columns), (second.articles, second.columns));
}

#[test]
fn files_are_found_in_the_folder_and_nowhere_else() {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("uploads/allimg")).unwrap();
    fs::write(folder.path().join("uploads/allimg/A.JPG"), "x").unwrap();
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("secret"), "x").unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret"), folder.path().join("uploads/link")).unwrap();
    let source = open(folder.path(), dump().as_bytes());
    let find = |path: &str| source.file(&Url::parse(&format!("http://mzj.example.gov.cn{path}")).unwrap()).unwrap();
    let found = find("/uploads/allimg/a.jpg").unwrap();
    assert_eq!(found.name, "a.jpg");
    assert!(matches!(found.content, Content::File(path) if path.ends_with("uploads/allimg/A.JPG")));
    assert!(find("/cms/uploads/allimg/a.jpg").is_some());
    assert!(find("/uploads/link").is_none());
    assert!(find("/%2e%2e/%2e%2e/etc/passwd").is_none());
    assert!(find("/uploads/..%2f..%2fdump.sql").is_none());
}

#[test]
fn a_truncated_dump_is_told_and_what_is_there_is_given() {
    let folder = TempDir::new().unwrap();
    let mut text = dump();
    text.truncate(text.find("'待审'").unwrap());
    let read = walk(&mut open(folder.path(), text.as_bytes()));
    assert_eq!(read.articles.iter().filter(|article| article.key.starts_with("dede:archives/")).count(), 2);
    assert!(read.unreadable[0].contains("not complete"), "{:?}", read.unreadable);
}

#[test]
fn numbers_of_documents_are_kept_where_a_table_has_columns_for_them() {
    let folder = TempDir::new().unwrap();
    let mut text = TABLES.to_owned();
    text += &archive((11, 2), "", 1, 1, 0, "通知", "");
    text += "CREATE TABLE `dede_addonarticle` (`aid` int, `typeid` int, `body` text, `wenhao` varchar(60), `suoyinhao` varchar(60), `cwrq` varchar(20));\n";
    text +=
        "INSERT INTO `dede_addonarticle` VALUES (11,2,'正文','民发〔2010〕8号','510100-2010-00008','2010年4月2日');\n";
    let read = walk(&mut open(folder.path(), text.as_bytes()));
    let article = read.articles.iter().find(|article| article.key == "dede:archives/11").unwrap();
    assert_eq!(
        (article.number.as_str(), article.index_number.as_str(), article.formed.as_str()),
        ("民发〔2010〕8号", "510100-2010-00008", "2010-04-02")
    );
}

#[test]
fn titles_in_addresses_are_spelled() {
    let folder = TempDir::new().unwrap();
    let mut text = TABLES.replace("{typedir}/{Y}/{M}{D}/{aid}.html", "{typedir}/{pinyin}.html");
    text += &addon(11, 2, "正文一", "");
    text += &archive((11, 2), "", 1, 1, 0, "会议通知", "");
    let mut source = open(folder.path(), &GBK.encode(&text).0);
    assert!(source.facts().notes.iter().any(|note| note.contains("{pinyin}")), "{:?}", source.facts().notes);
    let read = walk(&mut source);
    let article = read.articles.iter().find(|article| article.key == "dede:archives/11").unwrap();
    let addresses = paths(&article.addresses);
    assert_eq!(addresses[0], "/a/dibao/huiyitongzhi_11.html");
    for other in ["/a/dibao/kuaiyitongzhi_11.html", "/plus/view.php?aid=11"] {
        assert!(addresses.iter().any(|address| address == other), "{addresses:?}");
    }
}
