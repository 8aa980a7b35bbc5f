//! Access databases: what mdbtools say of them, and what is said where they cannot.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;
use zhanqun::migrate::old::{ArticleKind, OldState, Source as _};
use zhanqun::migrate::records::Options;
use zhanqun::migrate::table::Tables;

use super::table::{Read, body, options, published, title};

/// The beginning of a database.
const HEAD: &[u8] = b"\0\x01\0\0Standard Jet DB\0\x01\0\0\0\0";

/// Programs that speak as those of mdbtools 1.0 do, and say what stands in the files beside them.
fn programs(folder: &Path, tables: &[(&str, &str)], then: &str) {
    let said = folder.join("said");
    fs::create_dir_all(&said).unwrap();
    let names: String = tables.iter().map(|(name, _)| format!("{name}\n")).collect();
    fs::write(said.join("tables"), names).unwrap();
    for (name, text) in tables {
        fs::write(said.join(format!("{name}.csv")), text).unwrap();
    }
    let said = said.display();
    let list = format!("#!/bin/sh\n[ \"$1\" = -1 ] && [ \"$2\" = -- ] && cat '{said}/tables'\n");
    let export = format!(
        "#!/bin/sh\nfor last; do :; done\n[ \"$MDB_JET3_CHARSET\" = CP936 ] || exit 9\ncat \"{said}/$last.csv\"\n{then}\n"
    );
    for (name, text) in [("mdb-tables", list), ("mdb-export", export)] {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn given(folder: &Path, tables: &[(&str, &str)], then: &str) -> Options {
    programs(folder, tables, then);
    Options { programs: Some(folder.to_path_buf()), ..options(folder, "data.asa", HEAD) }
}

const ARTICLES: &str = "ArticleID,ClassID,Title,Content,LinkUrl,CopyFrom,UpdateTime,CreateTime,DefaultPicUrl,UploadFiles,Status,Deleted\n\
    12,3,\"关于\"\"低保\"\"的通知\",\"<img src=\"\"[InstallDir_ChannelDir]{$UploadDir}/200705/a.jpg\"\"><p>一</p>[NextPage]<p>二</p>\",,\"本站\",\"2007-05-08 09:30:00\",\"2007-05-08 09:30:00\",\"200705/a.jpg\",\"200705/a.jpg|200705/表.doc\",3,0\n\
    13,3,\"已删\",\"x\",,,\"2007-05-08 00:00:00\",,,,3,1\n\
    14,3,\"转\",,\"http://www.example.com/\",,\"2007-05-08 00:00:00\",,,,0,0\n";

#[test]
fn tables_of_a_program_that_is_known_are_read() {
    let folder = TempDir::new().unwrap();
    let tables = [
        ("PE_Article", ARTICLES),
        ("PE_Class", "ClassID,ChannelID,ClassName,ParentID,OrderID\n3,1,\"低保\",1,2\n1,1,\"业务\",0,1\n"),
        (
            "PE_GuestBook",
            "GuestID,GuestName,GuestTitle,GuestContent,GuestDatetime,GuestReply,GuestReplyDatetime\n1,\"王\",\"问\",\"怎样申请？\",\"2008-01-02 10:00:00\",\"到社区。\",\"2008-01-03 10:00:00\"\n",
        ),
        ("PE_Admin", "ID,UserName,Password\n1,\"admin\",\"x\"\n"),
    ];
    let source = Tables::mdb(&given(folder.path(), &tables, "")).unwrap();
    let read = Read::all(&source);
    assert!(read.unreadable.is_empty(), "{:?}", read.unreadable);
    assert_eq!((source.facts().kind.as_str(), source.facts().program.as_str()), ("mdb", "PowerEasy"));
    let first = &read.articles[0];
    assert_eq!((first.key.as_str(), title(first)), ("mdb:row/12", "关于\"低保\"的通知"));
    assert_eq!(body(first), "<img src=\"/Article/UploadFiles/200705/a.jpg\"><p>一</p><p>二</p>");
    assert_eq!((published(first).as_str(), first.state), ("2007-05-08 09:30", OldState::Public));
    assert_eq!(first.addresses[0], "http://mzj.example.gov.cn/Article/ShowArticle.asp?ArticleID=12");
    assert_eq!(first.picture, "http://mzj.example.gov.cn/Article/UploadFiles/200705/a.jpg");
    let files: Vec<&str> = first.attachments.iter().map(|file| file.address.as_str()).collect();
    assert_eq!(
        files,
        ["http://mzj.example.gov.cn/Article/UploadFiles/200705/%E8%A1%A8.doc"],
        "the picture stands in the text"
    );
    assert_eq!(read.articles[1].state, OldState::Bin);
    assert_eq!((read.articles[2].kind, read.articles[2].state), (ArticleKind::Link, OldState::Waiting));
    let names: Vec<&str> = read.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["业务", "低保"]);
    assert_eq!(first.column.as_ref().unwrap().value, read.columns[1].key);
    assert_eq!((read.letters[0].question.as_str(), read.letters[0].answer.as_str()), ("怎样申请？", "到社区。"));
}

#[test]
fn a_database_of_each_year_keeps_its_own_numbers() {
    let folder = TempDir::new().unwrap();
    let mut options =
        given(folder.path(), &[("News", "NewsID,Title,Content,Regtime\n1,\"甲\",\"a\",\"2006-01-02 00:00:00\"\n")], "");
    let years = folder.path().join("years");
    fs::create_dir(&years).unwrap();
    for name in ["2006.mdb", "2007.mdb"] {
        fs::write(years.join(name), HEAD).unwrap();
    }
    fs::write(years.join("index.asp"), "<html>").unwrap();
    options.path = years;
    let read = Read::all(&Tables::mdb(&options).unwrap());
    let keys: Vec<&str> = read.articles.iter().map(|article| article.key.as_str()).collect();
    assert_eq!(keys, ["mdb:2006/news/1", "mdb:2007/news/1"]);
}

#[test]
fn what_mdbtools_complain_about_is_told_and_what_they_gave_is_read() {
    let folder = TempDir::new().unwrap();
    let tables = [("News", "NewsID,Title,Content\n1,\"甲\",\"a\"\n")];
    let options = given(folder.path(), &tables, "echo 'offset 92160 is beyond EOF' >&2; exit 1");
    let read = Read::all(&Tables::mdb(&options).unwrap());
    assert_eq!(read.titles(), ["甲"]);
    assert!(
        read.unreadable[0].contains("data.asa/News: mdb-export: offset 92160 is beyond EOF"),
        "{:?}",
        read.unreadable
    );
}

#[test]
fn without_mdbtools_the_package_is_named() {
    let folder = TempDir::new().unwrap();
    let mut options = options(folder.path(), "data.mdb", HEAD);
    options.programs = Some(folder.path().join("nowhere"));
    let fault = Tables::mdb(&options).err().unwrap();
    assert!(fault.message.contains("Debian's package mdbtools"), "{fault}");
}

#[test]
fn what_is_no_database_is_refused_before_any_program_runs() {
    let folder = TempDir::new().unwrap();
    for bytes in [&b""[..], b"<% Response.Write %>", &[0; 4096]] {
        let fault = Tables::mdb(&options(folder.path(), "data.mdb", bytes)).err().unwrap();
        assert!(fault.message.contains("no Access database"), "{fault}");
    }
}

#[test]
fn a_program_that_never_stops_speaking_is_stopped() {
    let folder = TempDir::new().unwrap();
    let tables = [("News", "NewsID,Title,Content\n1,\"甲\",\"a\"\n")];
    let options = given(folder.path(), &tables, "exec yes '2,乙,b'");
    let fault = Tables::mdb(&options).err().unwrap();
    assert!(fault.message.contains("more than such a database can hold"), "{fault}");
}
