//! Tables of articles that were exported from an old database as text.

use std::fs;
use std::path::Path;

use encoding_rs::GBK;
use tempfile::TempDir;
use zhanqun::base::clock::minute;
use zhanqun::base::fault::Fault;
use zhanqun::migrate::old::{Article, ArticleKind, Item, OldColumn, OldLetter, OldState, Source};
use zhanqun::migrate::records::{Options, from_excel, from_text};
use zhanqun::migrate::table::{Fields, Tables};

const TABLE: &str = "ArticleID,BigClassName,SmallClassName,Title,Content,CopyFrom,Author,UpdateTime,UploadFiles,Passed,Hits\r\n\
12,政务公开,通知,\"关于\"\"低保\"\"的通知\",\"<p>一,二</p>\r\n<p>三</p>[NextPage]<p>四</p>\",本站,李春梅,2007-8-9 10:05:00,UploadFiles/1.doc|UploadFiles/2.xls,True,33\r\n\
13,政务公开,,待审,x,,,2007年8月9日 下午3:05,,False,0\r\n";

/// What a source gives.
#[derive(Debug, Default, PartialEq)]
pub struct Read {
    pub columns: Vec<OldColumn>,
    pub articles: Vec<Article>,
    pub letters: Vec<OldLetter>,
    pub unreadable: Vec<String>,
}

impl Read {
    pub fn all(source: &dyn Source) -> Read {
        let mut read = Read::default();
        let mut last = 0;
        source
            .walk(&mut |item, done| {
                assert!(done.of >= last && done.of <= done.total, "{done:?} after {last}");
                last = done.of;
                match item {
                    Item::Column(column) => read.columns.push(column),
                    Item::Article(article) => read.articles.push(*article),
                    Item::Letter(letter) => read.letters.push(*letter),
                    Item::Unreadable { place, why } => read.unreadable.push(format!("{place}: {why}")),
                    Item::Home(_) | Item::Junk(_) | Item::File(_) => {}
                }
                Ok(())
            })
            .unwrap();
        read
    }

    pub fn titles(&self) -> Vec<&str> {
        self.articles.iter().map(title).collect()
    }
}

pub fn title(article: &Article) -> &str {
    article.title.as_ref().map(|title| title.value.as_str()).unwrap_or_default()
}

pub fn body(article: &Article) -> &str {
    article.body.as_ref().map(|body| body.value.as_str()).unwrap_or_default()
}

pub fn published(article: &Article) -> String {
    article.published.as_ref().map(|found| minute(found.value)).unwrap_or_default()
}

pub fn options(folder: &Path, name: &str, bytes: &[u8]) -> Options {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    Options { path, hosts: vec!["mzj.example.gov.cn".into()], spool: folder.join("spool"), ..Options::default() }
}

fn csv(folder: &Path, bytes: &[u8], fields: Option<&str>) -> Result<Tables, Fault> {
    let mut options = options(folder, "table.csv", bytes);
    if let Some(fields) = fields {
        let path = folder.join("fields.toml");
        fs::write(&path, fields).unwrap();
        options.fields = Some(path);
    }
    Tables::csv(&options)
}

fn read(bytes: &[u8], fields: Option<&str>) -> Read {
    let folder = TempDir::new().unwrap();
    Read::all(&csv(folder.path(), bytes, fields).unwrap())
}

fn refused(bytes: &[u8], fields: Option<&str>) -> Fault {
    let folder = TempDir::new().unwrap();
    csv(folder.path(), bytes, fields).err().unwrap_or_else(|| panic!("it was read"))
}

#[test]
fn a_table_is_read_in_every_charset_with_what_its_header_suggests() {
    let mut wide = vec![0xff, 0xfe];
    wide.extend(TABLE.encode_utf16().flat_map(u16::to_le_bytes));
    let marked = [&[0xef, 0xbb, 0xbf], TABLE.as_bytes()].concat();
    for bytes in [TABLE.as_bytes().to_vec(), marked, GBK.encode(TABLE).0.into_owned(), wide] {
        let Read { columns, articles, unreadable, .. } = read(&bytes, None);
        assert!(unreadable.is_empty(), "{unreadable:?}");
        assert_eq!(columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["政务公开", "通知"]);
        assert_eq!(columns[1].parent.as_ref(), Some(&columns[0].key));
        let first = &articles[0];
        assert_eq!(first.key, "csv:row/12");
        assert_eq!(title(first), "关于\"低保\"的通知");
        assert_eq!(body(first), "<p>一,二</p>\r\n<p>三</p><p>四</p>");
        assert_eq!(published(first), "2007-08-09 10:05");
        assert_eq!(first.attachments[1].address, "http://mzj.example.gov.cn/UploadFiles/2.xls");
        assert_eq!(first.column.as_ref().unwrap().value, columns[1].key);
        assert_eq!((first.state, articles[1].state), (OldState::Public, OldState::Waiting));
        assert_eq!(published(&articles[1]), "2007-08-09 15:05");
    }
}

#[test]
fn a_field_in_another_charset_than_its_file_is_read_all_the_same() {
    let mut bytes = b"id,title,content\n1,".to_vec();
    bytes.extend(GBK.encode("民政局关于低保的通知").0.iter());
    bytes.extend(b",<p>");
    bytes.extend(GBK.encode("各社区，请按时上报材料。").0.iter());
    bytes.extend("</p>\n2,这一行是后来用别的程序写的,<p>统一编码</p>\n".as_bytes());
    let read = read(&bytes, None);
    assert_eq!(read.titles(), ["民政局关于低保的通知", "这一行是后来用别的程序写的"]);
    assert_eq!(body(&read.articles[1]), "<p>统一编码</p>");
}

#[test]
fn a_file_of_fields_says_what_is_what() {
    let table = "编,名,文,日,号,索,成,址,类,是,链\n\
        7,关于表彰的决定,第一行\n,,,,,,,,\n";
    assert!(read(table.as_bytes(), Some("[[articles]]\ntitle = \"名\"\n")).unreadable.is_empty());
    let table = "编,名,文,日,号,索,成,类,是,链\n\
        7,关于表彰的决定,\"第一行\n第二行\",2009-4-30,民发〔2009〕12号,000-2009-1,2009年4月28日,通知,公开,\n\
        8,外链,,2009-5-1,,,,通知,内部,http://www.example.com/a.html\n";
    let fields = "[[articles]]\nid = \"编\"\ntitle = \"名\"\nbody = \"文\"\ndate = \"日\"\nnumber = \"号\"\nindex_number = \"索\"\n\
        formed = \"成\"\ncolumn = \"类\"\nstate = \"是\"\npublic = [\"公开\"]\nlink = \"链\"\n\
        addresses = [\"/Show.asp?ID={id}&c={类}\", \"/print.asp?id={编}\"]\n";
    let read = read(table.as_bytes(), Some(fields));
    let first = &read.articles[0];
    assert_eq!(body(first), "<p>第一行</p>\n<p>第二行</p>\n");
    assert_eq!(
        (first.number.as_str(), first.index_number.as_str(), first.formed.as_str()),
        ("民发〔2009〕12号", "000-2009-1", "2009-04-28")
    );
    assert_eq!(
        first.addresses,
        ["http://mzj.example.gov.cn/Show.asp?ID=7&c=%E9%80%9A%E7%9F%A5", "http://mzj.example.gov.cn/print.asp?id=7"]
    );
    assert_eq!(first.base, first.addresses[0]);
    let second = &read.articles[1];
    assert_eq!((second.kind, second.link.as_str()), (ArticleKind::Link, "http://www.example.com/a.html"));
    assert_eq!(second.state, OldState::Waiting);
}

#[test]
fn a_row_without_a_date_gets_none_and_a_row_without_a_number_keeps_its_name() {
    let table = "title,content,date\n甲,a,\n甲,b,1900-1-1\n乙,c,2009-1-2\n甲,a,\n";
    let first = read(table.as_bytes(), None);
    assert_eq!(first.articles.iter().map(published).collect::<Vec<_>>(), ["", "", "2009-01-02 00:00", ""]);
    // A row more at the beginning renames nothing.
    let later = read(table.replacen("甲,a,", "丙,d,2010-1-1\n甲,a,", 1).as_bytes(), None);
    let keys = |read: &Read| read.articles.iter().map(|article| article.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&first), keys(&later)[1..]);
    let mut once = keys(&first);
    once.sort();
    once.dedup();
    assert_eq!(once.len(), 4);
}

#[test]
fn tables_of_a_folder_belong_together() {
    let folder = TempDir::new().unwrap();
    let tables = folder.path().join("tables");
    fs::create_dir(&tables).unwrap();
    fs::write(
        tables.join("Article.csv"),
        "ArticleID,ClassID,Title,Content,UpdateTime\n5,3,通知,正文,2008-1-2\n6,9,别的,正文,2008-1-3\n",
    )
    .unwrap();
    fs::write(
        tables.join("ArticleClass.csv"),
        "ClassID,ClassName,ParentID,OrderID\n3,低保,2,1\n2,业务,0,2\n4,圈一,5,1\n5,圈二,4,1\n",
    )
    .unwrap();
    fs::write(tables.join("GuestBook.csv"), "ID,Title,UserName,Content,Reply,AddTime,ReplyTime\n1,问低保,王某,怎样申请？,到社区。,2008-3-1 9:00,2008-3-2\n2,空,某,,,,\n")
        .unwrap();
    fs::write(tables.join("Links.csv"), "ID,Title,Url\n1,省厅,http://www.example.com/\n").unwrap();
    let options = Options { path: tables, spool: folder.path().join("spool"), ..Options::default() };
    let source = Tables::csv(&options).unwrap();
    let read = Read::all(&source);
    assert_eq!(source.facts().program, "ASP article system");
    assert_eq!(read.titles(), ["通知", "别的"]);
    let names: Vec<&str> = read.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["业务", "低保", "圈一", "圈二", "9"]);
    assert_eq!(read.columns[1].parent.as_ref(), Some(&read.columns[0].key));
    assert_eq!(read.articles[0].column.as_ref().unwrap().value, read.columns[1].key);
    assert!(read.articles[0].addresses.iter().any(|address| address.ends_with("/Article_Show.asp?ArticleID=5")));
    assert!(read.columns[1].addresses.iter().any(|address| address.ends_with("/Article_Class.asp?ClassID=3")));
    let letter = &read.letters[0];
    assert_eq!(
        (letter.question.as_str(), letter.answer.as_str(), letter.name.as_str()),
        ("怎样申请？", "到社区。", "王某")
    );
    assert_eq!(letter.answered.map(minute).as_deref(), Some("2008-03-02 00:00"));
    assert_eq!(read.unreadable.len(), 1, "{:?}", read.unreadable);
    assert!(read.unreadable[0].contains("GuestBook.csv:3: a letter that asks nothing"), "{:?}", read.unreadable);
    assert_eq!(read, Read::all(&source), "the same again");
}

#[test]
fn what_was_concluded_is_proposed_and_can_be_given_back() {
    let folder = TempDir::new().unwrap();
    let mut options = options(folder.path(), "table.csv", TABLE.as_bytes());
    options.fields = Some(folder.path().join("fields.toml"));
    let fault = Tables::csv(&options).err().unwrap();
    assert!(fault.message.contains("no such file of fields"), "{fault}");
    options.propose = true;
    let proposed = Tables::csv(&options).unwrap();
    assert!(proposed.facts().notes.iter().any(|note| note.contains("fields.toml: proposed")));
    options.propose = false;
    let given = Tables::csv(&options).unwrap();
    assert_eq!((Read::all(&given), given.fields()), (Read::all(&proposed), proposed.fields()));
    // Where nothing is known there is something to fill in.
    fs::write(&options.path, "a,b\n1,2\n").unwrap();
    fs::remove_file(folder.path().join("fields.toml")).unwrap();
    options.propose = true;
    let fault = Tables::csv(&options).err().unwrap();
    assert!(fault.message.contains("no column is known to be a title") && fault.message.contains("a, b"), "{fault}");
    let text = fs::read_to_string(folder.path().join("fields.toml")).unwrap();
    assert!(text.contains("table: a, b") && text.contains("title = \"\""), "{text}");
}

#[test]
fn the_example_of_the_manual_is_a_file_of_fields() {
    let folder = TempDir::new().unwrap();
    let examples = ["docs/migration.md", "docs/migration.zh-CN.md"].map(|file| {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let blocks = text.split("```toml\n").skip(1).filter_map(|rest| rest.split_once("```"));
        let example = blocks.map(|(block, _)| block).find(|block| block.contains("[[articles]]")).unwrap();
        let path = folder.path().join("fields.toml");
        fs::write(&path, example).unwrap();
        Fields::read(&path).unwrap()
    });
    assert_eq!(examples[0], examples[1]);
    let [articles] = examples[0].articles.as_slice() else { panic!("one table of articles") };
    assert_eq!((examples[0].columns.len(), examples[0].letters.len(), articles.replace.len()), (1, 1, 1));
    assert!(
        ![&articles.number, &articles.formed, &articles.files_at, &articles.deleted].iter().any(|key| key.is_empty())
    );
}

#[test]
fn a_title_above_the_table_is_passed_over() {
    let table = "民政局文章导出,,\n编号,标题,内容\n1,甲,乙\n";
    assert_eq!(read(table.as_bytes(), None).titles(), ["甲"]);
}

#[test]
fn rows_that_are_not_whole_are_told_with_their_line() {
    let cases: [(&str, &str, &[&str]); 6] = [
        ("id,title,content\n1,甲,a\n2\n3,乙,b\n", ":3: 1 cells where 3", &["甲", "乙"]),
        ("id,title,content\n1,甲,a,b,c\n3,乙,b\n", ":2: 5 cells where 3", &["乙"]),
        ("id,title,content\n1,甲,a\n1,乙,b\n", ":3: a second row with the number 1", &["甲"]),
        ("id,title,content\n1,甲,a\n2,乙,\"b\n3,丙,c\n", ":3: a quote that is opened", &["甲"]),
        ("id,title,content\n1,甲,a\n9,,\n", ":3: a row with neither", &["甲"]),
        ("id,title,content\n\n,,\n1,甲,a\n2,\n", ":5: 2 cells where 3", &["甲"]),
    ];
    for (table, says, titles) in cases {
        let read = read(table.as_bytes(), None);
        assert_eq!(read.titles(), titles, "{table}");
        assert_eq!(read.unreadable.len(), 1, "{table}: {:?}", read.unreadable);
        assert!(read.unreadable[0].contains(says), "{table}: {:?}", read.unreadable);
    }
}

#[test]
fn what_is_no_table_is_refused_in_a_line() {
    let zeros = [0; 4096];
    for bytes in [&b""[..], b"\n\n", &[0xff; 4096], &zeros, b"<html><body>title</body></html>"] {
        let fault = refused(bytes, None);
        assert!(!fault.message.contains('\n') && fault.message.len() < 4000, "{fault}");
    }
    let table = b"id,title\n1,a\n";
    let cases = [
        ("[[articles]]\ntitle = \"title\"\ndate = \"when\"\n", 0, "date = \"when\": there is no such column"),
        ("[[articles]]\ntitle = \"title\"\ndat = \"when\"\n", 3, "dat"),
        ("[[articles]]\n", 0, "title is not named"),
        ("[[articles]]\ntable = \"x\"\ntitle = \"title\"\n", 0, "there is no table x"),
        ("[[articles]]\ntitle = \"title\"\naddresses = [\"/a?b={nr}\"]\n", 0, "there is no column nr"),
        ("[[letters]]\nquestion = \"q\"\n", 0, "question = \"q\""),
    ];
    for (fields, line, says) in cases {
        let fault = refused(table, Some(fields));
        assert!(fault.file.ends_with("fields.toml") && fault.message.contains(says), "{fields}: {fault}");
        assert_eq!(fault.line, line, "{fields}: {fault}");
    }
}

#[test]
fn a_row_without_end_is_told_and_not_held() {
    let mut bytes = "id,title,content\n1,甲,a\n2,乙,\"".as_bytes().to_vec();
    bytes.extend(std::iter::repeat_n(b'x', 40 << 20));
    let read = read(&bytes, None);
    assert_eq!(read.titles(), ["甲"]);
    assert!(read.unreadable[0].contains(":3: a row is larger than 32 MB"), "{:?}", read.unreadable);
}

#[test]
fn dates_are_read_as_people_wrote_them() {
    let cases = [
        ("2007-8-9 10:05:00", "2007-08-09 10:05"),
        ("2007/8/9", "2007-08-09 00:00"),
        ("2007.8.9", "2007-08-09 00:00"),
        ("2007年8月9日 上午10:05", "2007-08-09 10:05"),
        ("2007-8-9 下午 03:05:00", "2007-08-09 15:05"),
        ("8/9/2007 3:05:00 PM", "2007-08-09 15:05"),
        ("08/09/07 10:05:00", "2007-08-09 10:05"),
        ("07-8-9", "2007-08-09 00:00"),
        ("２００７年８月９日", "2007-08-09 00:00"),
        ("20070809", "2007-08-09 00:00"),
        ("20070809100500", "2007-08-09 10:05"),
        ("1186625100", "2007-08-09 10:05"),
    ];
    for (text, expected) in cases {
        assert_eq!(from_text(text).map(minute).as_deref(), Some(expected), "{text}");
    }
    for nothing in
        ["", "1900-1-1", "1970-01-01 08:00:00", "0", "0000-00-00", "2007-13-45", "民政局", "1899-12-30", "12"]
    {
        assert_eq!(from_text(nothing), None, "{nothing}");
    }
    assert_eq!(from_excel(39_303.0).map(minute).as_deref(), Some("2007-08-09 00:00"));
    assert_eq!(from_excel(1.0), None);
}
