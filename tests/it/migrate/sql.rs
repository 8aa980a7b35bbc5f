//! Dumps of databases: what they hold, in whatever charset, and what is said of broken ones.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use encoding_rs::GBK;
use tempfile::TempDir;
use zhanqun::base::fault::Fault;
use zhanqun::migrate::sql::{Dump, decode};

fn gbk(text: &str) -> Vec<u8> {
    GBK.encode(text).0.into_owned()
}

fn open(folder: &TempDir, name: &str, bytes: &[u8]) -> Result<Dump, Fault> {
    let path: PathBuf = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    Dump::open(&path, &folder.path().join("spool"))
}

/// All values of a column.
fn column(dump: &Dump, table: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    dump.rows(table, &mut |record| {
        found.push(record.text(name));
        Ok(())
    })
    .unwrap();
    found
}

#[test]
fn rows_of_every_way_of_writing_are_read() {
    let folder = TempDir::new().unwrap();
    let text = r"-- MySQL dump 10.9
/*!40101 SET NAMES utf8 */;
DROP TABLE IF EXISTS `News`;
CREATE TABLE IF NOT EXISTS `News` (
  `Id` int(10) NOT NULL auto_increment,
  `title` varchar(80) NOT NULL default 'a,b);',
  `body` text COMMENT '正文; (见下)',
  PRIMARY KEY  (`Id`),
  KEY `title` (`title`,`body`)
) TYPE=MyISAM AUTO_INCREMENT=9;
# a comment; with INSERT INTO `News` VALUES ('x');
INSERT INTO `News` VALUES (1,'it''s','a\'b\\\0c\nd'),(2,NULL,0x414243) , ( -3 , _binary 'x', x'e4b8ad');
INSERT INTO `News` (`body`, `Id`) VALUES ('second',4);
REPLACE INTO db.`News` VALUES (5,'--no','/* no */');
";
    let dump = open(&folder, "a.sql", text.as_bytes()).unwrap();
    assert!(dump.problems().is_empty(), "{:?}", dump.problems());
    assert_eq!(column(&dump, "news", "id"), ["1", "2", "-3", "4", "5"]);
    assert_eq!(column(&dump, "news", "title"), ["it's", "", "x", "", "--no"]);
    assert_eq!(column(&dump, "news", "body"), ["a'b\\c\nd", "ABC", "中", "second", "/* no */"]);
}

#[test]
fn scripts_of_sql_server_and_backups_in_php_are_read() {
    let folder = TempDir::new().unwrap();
    let script = "SET IDENTITY_INSERT [dbo].[News] ON\r\nINSERT [dbo].[News] ([ID], [Title], [Date]) VALUES (1, N'一\\', CAST(N'2010-05-08' AS DateTime))\r\nGO\r\nINSERT [dbo].[News] ([ID], [Title], [Date]) VALUES (2, N'二', NULL)\r\nGO\r\n";
    let mut wide = vec![0xff, 0xfe];
    wide.extend(script.encode_utf16().flat_map(u16::to_le_bytes));
    let dump = open(&folder, "script.sql", &wide).unwrap();
    assert!(dump.problems().is_empty(), "{:?}", dump.problems());
    assert_eq!(column(&dump, "news", "title"), ["一\\", "二"]);
    assert_eq!(column(&dump, "news", "date"), ["2010-05-08", ""]);

    let script = "<?php\nrequire(\"../../inc/header.php\");\nDoSetDbChar('gbk');\nE_D(\"DROP TABLE IF EXISTS `dede_x`;\");\nE_C(\"CREATE TABLE `dede_x` (\n  `id` int,\n  `name` text\n) ENGINE=MyISAM\");\nE_D(\"replace into `dede_x` values('1','党建');\");\n?>\n";
    let dump = open(&folder, "x_1.php", &gbk(script)).unwrap();
    assert_eq!(column(&dump, "dede_x", "name"), ["党建"]);
}

#[test]
fn a_backslash_may_be_half_a_character() {
    let folder = TempDir::new().unwrap();
    // The second byte of 乗 in GBK is a backslash.
    let half = gbk("乗");
    assert_eq!(half[1], b'\\');
    let table = b"CREATE TABLE t (id int, a text, b text);\n".to_vec();
    // The program that knew of GBK: the character, then the quote or an escape.
    let mut knowing = b"SET NAMES gbk;\n".to_vec();
    knowing.extend(&table);
    knowing.extend(b"INSERT INTO t VALUES (1,'".iter().chain(&half).chain(b"','").chain(&half).chain(b"\\'x');\n"));
    let dump = open(&folder, "knowing.sql", &knowing).unwrap();
    assert_eq!((column(&dump, "t", "a"), column(&dump, "t", "b")), (vec!["乗".into()], vec!["乗'x".into()]));
    // One that escaped bytes.
    let mut escaping = table;
    escaping.extend(gbk("INSERT INTO t VALUES (1,'中文"));
    escaping.extend(half.iter().chain(b"\\','").chain(&half).chain(b"\\\\'x');\n"));
    let dump = open(&folder, "escaping.sql", &escaping).unwrap();
    assert_eq!((column(&dump, "t", "a"), column(&dump, "t", "b")), (vec!["中文乗".into()], vec!["乗'x".into()]));
}

#[test]
fn a_field_is_read_in_its_own_charset() {
    // In a GBK dump these bytes are Chinese, though UTF-8 has letters for them.
    assert_eq!(decode(&gbk("小学"), true).text, "小学");
    assert_eq!(decode("小学".as_bytes(), true).text, "小学");
    assert_eq!(decode(&gbk("关于通知"), false).text, "关于通知");
    // Bytes that a server took for latin1 and wrote as UTF-8.
    let latin: String = gbk("民政局通知").iter().map(|byte| char::from(*byte)).collect();
    let found = decode(latin.as_bytes(), false);
    assert_eq!((found.text.as_str(), found.charset), ("民政局通知", "GBK in latin1"));
    let latin = encoding_rs::WINDOWS_1252.decode_without_bom_handling("民政局".as_bytes()).0.into_owned();
    let found = decode(latin.as_bytes(), false);
    assert_eq!((found.text.as_str(), found.charset), ("民政局", "UTF-8 in latin1"));
    // A column too narrow.
    let cut = gbk("关于低保");
    assert_eq!(decode(&cut[..cut.len() - 1], true).text, "关于低");
    let cut = "关于低保".as_bytes();
    assert_eq!(decode(&cut[..cut.len() - 1], false).text, "关于低");
    assert_eq!(decode("25°C ± 3 × 4 § 1".as_bytes(), false).text, "25°C ± 3 × 4 § 1");
}

#[test]
fn rows_are_found_by_their_number() {
    let folder = TempDir::new().unwrap();
    let mut text = "CREATE TABLE t (id int, a text);\nCREATE TABLE u (id int, a text);\n".to_owned();
    for id in 0..2000 {
        text += &format!("INSERT INTO t VALUES ({id},'text {id}'),({},'more');\n", id + 10_000);
        text += &format!("INSERT INTO u VALUES ({id},'other');\n");
    }
    let dump = open(&folder, "t.sql", text.as_bytes()).unwrap();
    assert_eq!((dump.count("t"), dump.count("u")), (4000, 2000));
    let index = dump.index("t", "id").unwrap();
    for id in [0, 7, 1999] {
        let row = dump.row(index.find(id).unwrap()).unwrap();
        assert_eq!(row.text("a"), format!("text {id}"));
    }
    assert!(index.find(5000).is_none());
}

#[test]
fn packed_dumps_and_folders_of_backups_are_read() {
    let folder = TempDir::new().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"CREATE TABLE t (id int);INSERT INTO t VALUES (1);").unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(open(&folder, "t.sql.gz", &packed).unwrap().count("t"), 1);

    // The program's own backup: rows without names of columns, the structure in a file that comes last by name.
    let backup = folder.path().join("backup");
    fs::create_dir(&backup).unwrap();
    fs::write(backup.join("aa_t_10.txt"), "INSERT INTO `t` VALUES('3','c');\n").unwrap();
    fs::write(backup.join("aa_t_2.txt"), "INSERT INTO `t` VALUES('1','a');\nINSERT INTO `t` VALUES('2','b');\n")
        .unwrap();
    fs::write(backup.join("zz_tables_struct.txt"), "CREATE TABLE `t` (\n `id` int,\n `name` text\n);\n").unwrap();
    let dump = Dump::open(&backup, &folder.path().join("spool")).unwrap();
    assert_eq!(column(&dump, "t", "name"), ["a", "b", "c"]);
    // Without the structure, the columns of a table that is known.
    let dump =
        open(&folder, "d.txt", b"INSERT INTO `dede_addonarticle` VALUES('5','2','<p>x</p>','','','');\n").unwrap();
    assert_eq!(column(&dump, "dede_addonarticle", "body"), ["<p>x</p>"]);
    // What was unpacked leaves nothing behind.
    assert_eq!(fs::read_dir(folder.path().join("spool")).unwrap().count(), 0);
}

#[test]
fn a_bomb_is_refused() {
    let folder = TempDir::new().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..200 {
        packed.write_all(&zeros).unwrap();
    }
    let fault = open(&folder, "bomb.sql.gz", &packed.finish().unwrap()).err().unwrap();
    assert!(fault.message.contains("times its size"), "{fault}");
}

#[test]
fn broken_dumps_say_where() {
    let folder = TempDir::new().unwrap();
    let head = "CREATE TABLE t (id int, a text);\n";
    let cases: [(&str, Vec<u8>, usize, &str, u64); 5] = [
        (
            "cut in a string",
            format!("{head}INSERT INTO t VALUES (1,'a');\nINSERT INTO t VALUES (2,'b").into(),
            3,
            "not complete",
            1,
        ),
        ("cut in an escape", format!("{head}INSERT INTO t VALUES (1,'a\\").into(), 2, "not complete", 0),
        (
            "not a value",
            format!("{head}INSERT INTO t VALUES (1,%);\nINSERT INTO t VALUES (2,'b');\n").into(),
            2,
            "%",
            1,
        ),
        (
            "NUL bytes",
            [head.as_bytes(), &[0; 5000], b"\nINSERT INTO t VALUES (2,'b');\n"].concat(),
            2,
            "5000 NUL bytes",
            1,
        ),
        (
            "a quote too many",
            format!("{head}INSERT INTO t VALUES (1,'a'b');\nINSERT INTO t VALUES (2,'b');\n").into(),
            2,
            "cannot be read",
            1,
        ),
    ];
    for (what, bytes, line, says, rows) in cases {
        let dump = open(&folder, "broken.sql", &bytes).unwrap();
        let problem = dump.problems().first().unwrap_or_else(|| panic!("{what}: nothing said"));
        assert_eq!(problem.line, line, "{what}: {problem}");
        assert!(problem.message.contains(says), "{what}: {problem}");
        assert_eq!(dump.count("t"), rows, "{what}");
    }
    // Names of tables stand in messages.
    let dump = open(&folder, "name.sql", b"INSERT INTO `a\nb` VALUES (1);\nCREATE TABLE `c\td` (x int);\n").unwrap();
    assert_eq!(dump.tables().keys().map(String::as_str).collect::<Vec<_>>(), ["a b", "c d"]);
    for nothing in [&b""[..], b"\0\0", b"<html>it's</html>", &[0xff; 4096]] {
        let found = open(&folder, "nothing.sql", nothing);
        assert!(found.is_err() || !found.unwrap().problems().is_empty());
    }
    assert!(Dump::open(Path::new("/nowhere/x.sql"), folder.path()).is_err());
}

#[test]
fn a_value_of_forty_megabytes_is_left_out_and_told() {
    let folder = TempDir::new().unwrap();
    let mut text = b"CREATE TABLE t (id int, a text);\nINSERT INTO t VALUES (1,'".to_vec();
    text.extend(std::iter::repeat_n(b'x', 40 << 20));
    text.extend(b"'),(2,'b');");
    let dump = open(&folder, "large.sql", &text).unwrap();
    let mut large = Vec::new();
    dump.rows("t", &mut |record| {
        large.push((record.text("id"), record.too_large().join(",")));
        Ok(())
    })
    .unwrap();
    assert_eq!(large, [("1".to_owned(), "a".to_owned()), ("2".to_owned(), String::new())]);
}
