//! Sites of phpcms: v9 from its own backup, 2008 from a dump.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use zhanqun::base::clock::minute;
use zhanqun::migrate::old::{Article, ArticleKind, Item, OldColumn, OldState, Source};
use zhanqun::migrate::phpcms::Phpcms;
use zhanqun::migrate::records::Options;

/// 2010-07-20 09:30 in Beijing.
const TIME: i64 = 1_279_589_400;

fn walk(path: &Path, spool: &Path) -> (Vec<OldColumn>, Vec<Article>, Vec<String>, String) {
    let hosts = vec!["ldj.example.gov.cn".to_owned()];
    let options = Options { path: path.into(), spool: spool.into(), hosts, ..Options::default() };
    let source = Phpcms::open(&options).unwrap();
    let (mut columns, mut articles, mut files) = (Vec::new(), Vec::new(), Vec::new());
    source
        .walk(&mut |item, _| {
            match item {
                Item::Column(column) => columns.push(column),
                Item::Article(article) => articles.push(*article),
                Item::File(file) => files.push(file),
                Item::Unreadable { place, why } => panic!("{place}: {why}"),
                Item::Home(_) | Item::Junk(_) | Item::Letter(_) => {}
            }
            Ok(())
        })
        .unwrap();
    (columns, articles, files, source.facts().program.clone())
}

#[test]
fn a_backup_of_v9_without_names_of_columns_is_read() {
    let folder = TempDir::new().unwrap();
    let backup = folder.path().join("bakup");
    fs::create_dir(&backup).unwrap();
    let head = "# phpcms bakfile\n# version:PHPCMS V9\n# --------------------------------------------------------\n\n";
    let category = |id: i64, kind: i64, parent: i64, name: &str, parents: &str, folder: &str, url: &str| {
        format!(
            "INSERT INTO `v9_category` VALUES('{id}','1','content','{kind}','1','{parent}','0','0','{id}','{name}','','','','{parents}','{folder}','{url}','2','0','','{id}','1','0','x','');\n"
        )
    };
    let first = format!(
        "{head}{}{}{}INSERT INTO `v9_page` VALUES('8','联系我们','','','<p>电话</p>','','{TIME}');\n",
        category(6, 0, 0, "新闻", "", "xw", "http://ldj.example.gov.cn/html/xw/"),
        category(7, 0, 6, "通知", "xw/", "tz", "http://ldj.example.gov.cn/html/xw/tz/"),
        category(8, 1, 0, "联系", "", "lx", "http://ldj.example.gov.cn/html/lx/"),
    );
    let news = |id: i64, url: &str, status: i64, link: i64| {
        format!(
            "INSERT INTO `v9_news` VALUES('{id}','7','0','标题{id}','','','低保 通知','摘要','0','{url}','0','{status}','1','{link}','admin','{TIME}','{TIME}');\n"
        )
    };
    let text = |id: i64, body: &str, from: &str| {
        format!("INSERT INTO `v9_news_data` VALUES('{id}','{body}','0','','0','10000','','0','','0','1','{from}');\n")
    };
    let second = format!(
        "{head}CREATE TABLE `v9_copyfrom` (`id` int, `sitename` varchar(30));\nINSERT INTO `v9_copyfrom` VALUES('3','市劳动局');\n{}{}{}{}{}INSERT INTO `v9_hits` VALUES('c-1-12','7','345','0','0','0','0','{TIME}');\nINSERT INTO `v9_attachment` VALUES('1','content','7','表.doc','2010/0720/20100720093000123.doc','9','doc','0','0','0','1','{TIME}','','1','','1');\n",
        news(12, "http://ldj.example.gov.cn/html/2010/tz_0720/12.html", 99, 0),
        news(13, "http://www.example.com/", 99, 1),
        news(14, "", 1, 0),
        text(12, "甲[page]第二部分[/page]乙", "|3"),
        text(14, "待审", "本站"),
    );
    // The tenth volume follows the second.
    fs::write(backup.join("abc_db_20120101_2.sql"), first).unwrap();
    fs::write(backup.join("abc_db_20120101_10.sql"), second).unwrap();
    let (columns, articles, files, program) = walk(&backup, &folder.path().join("spool"));
    assert_eq!(program, "phpcms v9");
    assert_eq!(columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["新闻", "联系", "通知"]);
    assert_eq!(columns[2].parent.as_deref(), Some("phpcms:category/6"));
    for address in ["html/xw/tz/", "index.php?m=content&c=index&a=lists&catid=7", "list-7-1.html"] {
        let address = format!("http://ldj.example.gov.cn/{address}");
        assert!(columns[2].addresses.contains(&address), "{address} of {:?}", columns[2].addresses);
    }
    let article = |key: &str| articles.iter().find(|article| article.key == format!("phpcms:{key}")).unwrap();
    let first = article("news/12");
    assert_eq!(first.body.as_ref().unwrap().value, "甲<h2>第二部分</h2>乙");
    assert_eq!(minute(first.published.as_ref().unwrap().value), "2010-07-20 09:30");
    assert_eq!((first.source.as_ref().unwrap().value.as_str(), first.clicks), ("市劳动局", 345));
    assert_eq!(first.addresses[0], "http://ldj.example.gov.cn/html/2010/tz_0720/12.html");
    for address in
        ["index.php?m=content&c=index&a=show&catid=7&id=12", "show-7-12-2.html", "html/2010/tz_0720/12_2.html"]
    {
        let address = format!("http://ldj.example.gov.cn/{address}");
        assert!(first.addresses.contains(&address), "{address} of {:?}", first.addresses);
    }
    assert_eq!(
        (article("news/13").kind, article("news/13").link.as_str()),
        (ArticleKind::Link, "http://www.example.com/")
    );
    assert_eq!(article("news/14").state, OldState::Waiting);
    assert_eq!(
        (article("page/8").kind, article("page/8").body.as_ref().unwrap().value.as_str()),
        (ArticleKind::Page, "<p>电话</p>")
    );
    assert_eq!(files, ["http://ldj.example.gov.cn/uploadfile/2010/0720/20100720093000123.doc"]);
}

#[test]
fn a_dump_of_2008_is_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("dump.sql");
    let text = format!(
        "INSERT INTO `phpcms_content` VALUES ('5','2','0','0','标题','','','','','','2010/0720/5.html','0','99','1','a','{TIME}','{TIME}','0','0','');
INSERT INTO `phpcms_c_news` VALUES ('5','','','正文','','0','李春梅','本站','0','0');
CREATE TABLE `phpcms_content_count` (`contentid` int, `hits` int);
INSERT INTO `phpcms_content_count` VALUES ('5','77');
INSERT INTO `phpcms_attachment` VALUES ('1','phpcms','2','5','content','表.xls','2010/0720/1.xls','xls','9','xls','','0','0','0','0','1','{TIME}','');
"
    );
    fs::write(&path, encoding_rs::GBK.encode(&text).0).unwrap();
    let (_, articles, _, program) = walk(&path, folder.path());
    assert_eq!(program, "phpcms 2008");
    let article = &articles[0];
    assert_eq!(
        (article.body.as_ref().unwrap().value.as_str(), article.clicks, article.charset.as_str()),
        ("正文", 77, "GBK")
    );
    assert_eq!(article.author.as_ref().unwrap().value, "李春梅");
    let host = "http://ldj.example.gov.cn/";
    let expected = ["2010/0720/5.html", "show.php?contentid=5", "show-5-1.html"];
    assert_eq!(article.addresses, expected.map(|path| format!("{host}{path}")));
    assert_eq!(
        (article.attachments[0].name.as_str(), article.attachments[0].address.as_str()),
        ("表.xls", "http://ldj.example.gov.cn/uploadfile/2010/0720/1.xls")
    );
}

#[test]
fn a_backup_of_2007_is_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("dump.sql");
    let article = |id: i64, status: i64, link: i64, url: &str| {
        format!(
            "INSERT INTO `phpcms_article` VALUES ('{id}','4','0','0','标题{id}','','副题','','1','摘要','低保 救助','李春梅','本站','0','0','{id}7','0','','admin','{TIME}','admin','{TIME}','admin','{TIME}','0','0','','{status}','0','','0','1','','','1','{link}','{url}');\n"
        )
    };
    let text = format!(
        "CREATE TABLE `phpcms_category` (`catid` int, `parentid` int, `catname` varchar(50), `catdir` varchar(50), `linkurl` varchar(100), `listorder` int);
INSERT INTO `phpcms_category` VALUES ('4','0','通知','tz','article/list.php?catid=4','1');
{}{}{}{}INSERT INTO `phpcms_article_data` VALUES ('5','甲[page]第二部分[/page]乙'),('6','待审'),('8','删');
CREATE TABLE `phpcms_guestbook` (`gid` int, `title` text, `username` text, `content` text, `reply` text, `addtime` int, `replytime` int);
INSERT INTO `phpcms_guestbook` VALUES ('1','问','王','怎样申请？','到社区。','{TIME}','{TIME}');
CREATE TABLE `phpcms_comment` (`commentid` int, `username` text, `content` text, `addtime` int, `status` int);
INSERT INTO `phpcms_comment` VALUES ('1','张','何时发放？','{TIME}','1'),('2','某','spam','{TIME}','0');
",
        article(5, 3, 0, "article/2007/0508/5.html"),
        article(6, 1, 0, ""),
        article(7, 3, 1, "http://www.example.com/"),
        article(8, 0, 0, ""),
    );
    fs::write(&path, encoding_rs::GBK.encode(&text).0).unwrap();
    let (columns, articles, _, program) = walk(&path, folder.path());
    assert_eq!(program, "phpcms 2007");
    let host = "http://ldj.example.gov.cn/";
    assert_eq!(columns[0].addresses[0], format!("{host}article/list.php?catid=4"));
    let first = &articles[0];
    assert_eq!((first.key.as_str(), first.subtitle.as_str(), first.clicks), ("phpcms:article/5", "副题", 57));
    assert_eq!(first.body.as_ref().unwrap().value, "甲<h2>第二部分</h2>乙");
    assert_eq!(
        (first.summary.as_str(), first.keywords.as_slice()),
        ("摘要", ["低保".to_owned(), "救助".into()].as_slice())
    );
    assert_eq!(minute(first.published.as_ref().unwrap().value), "2010-07-20 09:30");
    assert_eq!(first.addresses[0], format!("{host}article/2007/0508/5.html"));
    for address in ["article/show.php?itemid=5", "show.php?articleid=5", "article/2007/0508/5_2.html"] {
        assert!(first.addresses.contains(&format!("{host}{address}")), "{address} of {:?}", first.addresses);
    }
    let states: Vec<OldState> = articles.iter().map(|article| article.state).collect();
    assert_eq!(states, [OldState::Public, OldState::Waiting, OldState::Public, OldState::Bin]);
    assert_eq!((articles[2].kind, articles[2].link.as_str()), (ArticleKind::Link, "http://www.example.com/"));
}
