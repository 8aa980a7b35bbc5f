//! Workbooks: what their cells say, and what is said of broken ones.

use std::fs;
use std::io::{Cursor, Write};

use tempfile::TempDir;
use zhanqun::base::fault::Fault;
use zhanqun::migrate::old::Source as _;
use zhanqun::migrate::table::Tables;
use zip::write::SimpleFileOptions;

use super::table::{Read, body, options, published, title};

/// Packs the parts of a workbook.
fn pack(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A small workbook of each kind.
pub fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let rows = [header(), row(3, 1, "甲", "一", ""), row(4, 2, "乙", "二", "")].concat();
    let number = record(0x0203, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x28, 0x40]);
    let cells = [
        label(0, 0, "编号"),
        label(0, 1, "标题"),
        label(0, 2, "内容"),
        number,
        label(1, 1, "通知"),
        label(1, 2, "正文"),
    ];
    vec![("a.xlsx", xlsx(&rows, &strings(&HEADER))), ("a.xls", xls(&cells))]
}

/// A workbook of two sheets, `文章` and `说明`, with the rows of the first and its shared texts as XML.
fn xlsx(rows: &str, strings: &str) -> Vec<u8> {
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
    let relations = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let book = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="文章" sheetId="1" r:id="rId1"/><sheet name="说明" sheetId="2" r:id="rId2"/></sheets></workbook>"#;
    let parts = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
    // Style 1 is a date with its time.
    let styles = r#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;
    let sheet = |rows: &str| {
        format!(
            r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
        )
    };
    let second = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>由办公室导出</t></is></c></row>"#;
    pack(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", relations.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", parts.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet(rows).as_bytes()),
        ("xl/worksheets/sheet2.xml", sheet(second).as_bytes()),
    ])
}

fn strings(texts: &[&str]) -> String {
    let all: String = texts.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
    format!(
        r#"<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="{}">{all}</sst>"#,
        texts.len()
    )
}

const HEADER: [&str; 5] = ["编号", "标题", "内容", "发布时间", "是否审核"];

fn header() -> String {
    let cells: String = HEADER
        .iter()
        .zip("ABCDE".chars())
        .enumerate()
        .map(|(at, (_, letter))| format!(r#"<c r="{letter}2" t="s"><v>{at}</v></c>"#))
        .collect();
    format!(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>民政局文章</t></is></c></row><row r="2">{cells}</row>"#)
}

fn row(number: u32, id: u32, title: &str, text: &str, date: &str) -> String {
    format!(
        r#"<row r="{number}"><c r="A{number}"><v>{id}</v></c><c r="B{number}" t="inlineStr"><is><t>{title}</t></is></c><c r="C{number}" t="inlineStr"><is><t>{text}</t></is></c>{date}<c r="E{number}" t="b"><v>1</v></c></row>"#
    )
}

fn refused(name: &str, bytes: &[u8]) -> Fault {
    let folder = TempDir::new().unwrap();
    let fault = Tables::xlsx(&options(folder.path(), name, bytes)).err().unwrap_or_else(|| panic!("{name} was read"));
    assert!(!fault.message.contains('\n'), "{fault}");
    fault
}

#[test]
fn cells_of_every_kind_are_read() {
    let folder = TempDir::new().unwrap();
    let rows = [
        header(),
        // 2007-08-09 10:05:00 as a date of the sheet, as a bare number, and as text.
        row(3, 1, "甲", "一&#10;二", r#"<c r="D3" s="1"><v>39303.420138888890506</v></c>"#),
        row(4, 2, "乙", "&lt;p&gt;二&lt;/p&gt;", r#"<c r="D4"><v>39303</v></c>"#),
        row(9, 3, "丙", "三", r#"<c r="D9" t="inlineStr"><is><t>2007年8月9日</t></is></c>"#),
        row(10, 4, "丁", "四", ""),
    ];
    let options = options(folder.path(), "文章.xlsx", &xlsx(&rows.concat(), &strings(&HEADER)));
    let source = Tables::xlsx(&options).unwrap();
    let read = Read::all(&source);
    assert!(read.unreadable.is_empty(), "{:?}", read.unreadable);
    assert_eq!(read.titles(), ["甲", "乙", "丙", "丁"]);
    let dates: Vec<String> = read.articles.iter().map(published).collect();
    assert_eq!(dates, ["2007-08-09 10:05", "2007-08-09 00:00", "2007-08-09 00:00", ""]);
    assert_eq!(read.articles[0].key, "xlsx:row/1", "whole numbers have no point");
    assert_eq!((body(&read.articles[0]), body(&read.articles[1])), ("<p>一</p>\n<p>二</p>\n", "<p>二</p>"));
    assert_eq!(read, Read::all(&source));
    assert_eq!(source.facts().kind, "xlsx");
    assert_eq!(fs::read_dir(folder.path().join("spool")).unwrap().count(), 0, "nothing remains of the copies");
}

#[test]
fn a_text_that_fills_its_cell_waits_for_a_look() {
    let folder = TempDir::new().unwrap();
    let rows = [header(), row(3, 1, "长", &"文".repeat(32_767), ""), row(4, 2, "短", "文", "")];
    let read =
        Read::all(&Tables::xlsx(&options(folder.path(), "a.xlsx", &xlsx(&rows.concat(), &strings(&HEADER)))).unwrap());
    let long = &read.articles[0];
    assert!(long.body.as_ref().unwrap().sure < 60 && long.remarks[0].contains("cut off"), "{:?}", long.remarks);
    assert_eq!(read.articles[1].body.as_ref().unwrap().sure, 100);
}

#[test]
fn a_row_that_is_not_whole_is_told_with_its_sheet_and_number() {
    let folder = TempDir::new().unwrap();
    let rows = format!(r#"{}<row r="7"><c r="A7"><v>9</v></c></row>"#, header());
    let read = Read::all(&Tables::xlsx(&options(folder.path(), "a.xlsx", &xlsx(&rows, &strings(&HEADER)))).unwrap());
    assert!(read.unreadable[0].contains("a.xlsx/文章:7: 1 cells"), "{:?}", read.unreadable);
}

#[test]
fn broken_workbooks_are_refused_in_a_line() {
    let rows = [header(), row(3, 1, "甲", "一", "")].concat();
    let good = xlsx(&rows, &strings(&HEADER));
    refused("cut.xlsx", &good[..good.len() / 2]);
    refused("empty.xlsx", b"");
    refused("zeros.xlsx", &[0; 4096]);
    refused("zip.xlsx", &pack(&[("a.txt", b"x")]));
    let fault = refused("unclosed.xlsx", &xlsx("<row r=\"1\"><c r=\"A1\"><v>1", &strings(&[])));
    assert!(fault.file.ends_with("文章"), "{fault}");
    let fault = refused("page.xls", b" <html><table><tr><td>id</td></tr></table></html>");
    assert!(fault.message.contains("web page"), "{fault}");
    // Far more texts promised than there are.
    let promise = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="99999999999999"><si><t>a</t></si></sst>"#;
    let fault = refused("promise.xlsx", &xlsx(&rows, promise));
    assert!(fault.message.contains("more texts than it can hold"), "{fault}");
    // A bomb.
    let bomb = refused("bomb.xlsx", &xlsx(&" ".repeat(200 << 20), &strings(&HEADER)));
    assert!(bomb.message.contains("times its size"), "{bomb}");
}

#[test]
fn text_that_is_called_a_workbook_is_read_as_text() {
    let folder = TempDir::new().unwrap();
    let text = encoding_rs::GBK.encode("编号\t标题\t内容\n1\t甲\t乙\n").0.into_owned();
    assert_eq!(Read::all(&Tables::xlsx(&options(folder.path(), "a.xls", &text)).unwrap()).titles(), ["甲"]);
}

/// Records of a workbook of the old kind.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// A cell with a text, all of it in two-byte letters.
fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let wide: Vec<u16> = text.encode_utf16().collect();
    let mut data = [row.to_le_bytes(), column.to_le_bytes(), [0, 0], (wide.len() as u16).to_le_bytes()].concat();
    data.push(1);
    data.extend(wide.iter().flat_map(|unit| unit.to_le_bytes()));
    record(0x0204, &data)
}

fn xls(cells: &[Vec<u8>]) -> Vec<u8> {
    let begin = |kind: u16| {
        record(
            0x0809,
            &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0xbb, 0x0d, 0xcc, 0x07, 0, 0, 0, 0, 6, 0, 0, 0]]
                .concat(),
        )
    };
    let name = |at: u32| record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 1, 0, b'A']].concat());
    let before = [begin(5), record(0x0042, &1200_u16.to_le_bytes())].concat();
    let end = record(0x000a, &[]);
    let at = before.len() + name(0).len() + end.len();
    let book = [before, name(at as u32), end.clone(), begin(0x10), cells.concat(), end].concat();
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
    // Small streams lie elsewhere; no real workbook is that small.
    let padded = [book, vec![0; 8192]].concat();
    file.create_stream("/Workbook").unwrap().write_all(&padded).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn a_workbook_of_the_old_kind_is_read() {
    let folder = TempDir::new().unwrap();
    let number = |row: u16, column: u16, value: f64| {
        record(0x0203, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0, 0], &value.to_le_bytes()].concat())
    };
    let mut cells: Vec<Vec<u8>> = HEADER.iter().enumerate().map(|(at, name)| label(0, at as u16, name)).collect();
    cells.extend([
        number(1, 0, 12.0),
        label(1, 1, "通知"),
        label(1, 2, "正文"),
        number(1, 3, 39303.0),
        label(1, 4, "是"),
    ]);
    let read = Read::all(&Tables::xlsx(&options(folder.path(), "a.xls", &xls(&cells))).unwrap());
    assert!(read.unreadable.is_empty(), "{:?}", read.unreadable);
    let article = &read.articles[0];
    assert_eq!((article.key.as_str(), title(article), body(article)), ("xlsx:row/12", "通知", "正文"));
    assert_eq!(published(article), "2007-08-09 00:00");
}

#[test]
fn a_workbook_of_the_old_kind_makes_no_space_for_nothing() {
    let far: Vec<Vec<u8>> = vec![label(0, 0, "标题"), label(65_535, 255, "x")];
    let fault = refused("far.xls", &xls(&far));
    assert!(fault.message.contains("cells between"), "{fault}");
    let dimensions =
        [&0_u32.to_le_bytes()[..], &u32::MAX.to_le_bytes(), &0_u16.to_le_bytes(), &u16::MAX.to_le_bytes(), &[0, 0]]
            .concat();
    let fault = refused("said.xls", &xls(&[record(0x0200, &dimensions), label(0, 0, "标题")]));
    assert!(fault.message.contains("cells between"), "{fault}");
    let good = xls(&[label(0, 0, "标题"), label(0, 1, "内容")]);
    for cut in [9, 600, good.len() / 2] {
        refused("cut.xls", &good[..cut]);
    }
}
