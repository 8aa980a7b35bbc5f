//! Word files: what becomes of them, and what is said of those that are not what they seem.

use std::io::{Cursor, Write};

use zhanqun::domain::content::{NoPictures, Pictures, Shown, docx};
use zhanqun::domain::error::Error;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const TYPES: &str = "<Types><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";

/// An archive of parts.
fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated))
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A Word file with this body and further parts.
pub fn package(body: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    package_of(body, &parts)
}

/// Like [`package`], with parts that are no text.
pub fn package_of(body: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let document = format!(
        "<w:document xmlns:w=\"w\" xmlns:r=\"r\" xmlns:a=\"a\" xmlns:wp=\"wp\"><w:body>{body}</w:body></w:document>"
    );
    let mut all: Vec<(&str, &[u8])> =
        vec![("[Content_Types].xml", TYPES.as_bytes()), ("word/document.xml", document.as_bytes())];
    all.extend_from_slice(parts);
    zip(&all)
}

fn p(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

/// Takes pictures whose bytes are `png`.
#[derive(Default)]
struct Taken(Vec<Vec<u8>>);

impl Pictures for Taken {
    fn embedded(&mut self, bytes: &[u8]) -> Shown {
        self.0.push(bytes.to_vec());
        Shown::Here { url: format!("/m/{}.png", self.0.len()), width: 100, height: 50, alt: String::new() }
    }

    fn linked(&mut self, _: &str) -> Shown {
        Shown::Missing
    }
}

const RELS: &str = "<Relationships><Relationship Id=\"s\" Type=\"x/styles\" Target=\"styles.xml\"/><Relationship Id=\"n\" Type=\"x/numbering\" Target=\"/word/numbering.xml\"/><Relationship Id=\"f\" Type=\"x/footnotes\" Target=\"footnotes.xml\"/><Relationship Id=\"i\" Type=\"x/image\" Target=\"media/image1.png\"/><Relationship Id=\"h\" Type=\"x/hyperlink\" TargetMode=\"External\" Target=\"https://www.gov.cn/\"/></Relationships>";
const STYLES: &str = "<w:styles xmlns:w=\"w\"><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val=\"21\"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"a\"><w:name w:val=\"Normal\"/></w:style><w:style w:type=\"paragraph\" w:styleId=\"1\"><w:name w:val=\"heading 1\"/><w:basedOn w:val=\"a\"/><w:rPr><w:b/></w:rPr></w:style><w:style w:type=\"paragraph\" w:styleId=\"2\"><w:name w:val=\"heading 2\"/></w:style><w:style w:type=\"paragraph\" w:styleId=\"T\"><w:name w:val=\"Title\"/></w:style><w:style w:type=\"paragraph\" w:styleId=\"TOC1\"><w:name w:val=\"toc 1\"/></w:style></w:styles>";
const NUMBERING: &str = "<w:numbering xmlns:w=\"w\"><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"%1.\"/></w:lvl><w:lvl w:ilvl=\"1\"><w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\"l\"/></w:lvl></w:abstractNum><w:abstractNum w:abstractNumId=\"1\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"9\"/><w:numFmt w:val=\"chineseCountingThousand\"/><w:lvlText w:val=\"%1、\"/></w:lvl></w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num><w:num w:numId=\"2\"><w:abstractNumId w:val=\"1\"/></w:num></w:numbering>";
const NOTES: &str = "<w:footnotes xmlns:w=\"w\"><w:footnote w:id=\"0\"><w:p/></w:footnote><w:footnote w:id=\"3\"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>截至10月底。</w:t></w:r></w:p></w:footnote></w:footnotes>";

#[test]
fn a_notice_comes_over_whole() {
    let number = |list, level| format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr>");
    let cell = |properties: &str, text: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", p("", text));
    let body = [
        p("<w:pStyle w:val=\"T\"/>", "关于做好养老服务工作的通知"),
        p("<w:pStyle w:val=\"TOC1\"/>", "一、目录 1"),
        p("<w:pStyle w:val=\"1\"/>", "总体要求"),
        p("<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>", "各单位 &amp; 部门："),
        p(&number(2, 0), "提高认识"),
        p(&number(2, 0), "压实责任"),
        p(&number(1, 0), "甲"),
        p(&number(1, 1), "乙"),
        p(&number(1, 0), "丙"),
        "<w:p><w:r><w:t>全市26家</w:t></w:r><w:r><w:footnoteReference w:id=\"3\"/></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>养老机构</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>增</w:t></w:r></w:ins></w:p>".to_owned(),
        "<w:p><w:hyperlink r:id=\"h\"><w:r><w:t>政府网</w:t></w:r></w:hyperlink><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> HYPERLINK \"https://a.example/\" </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>例</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>".to_owned(),
        p("<w:jc w:val=\"center\"/>", "表1 床位"),
        format!(
            "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>{}{}</w:tr><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr></w:tbl>",
            cell("", "乡镇"),
            cell("", "床位"),
            cell("<w:vMerge w:val=\"restart\"/>", "阳和镇"),
            cell("", "120"),
            cell("<w:vMerge/>", ""),
            cell("", "80"),
        ),
        "<w:p><w:r><w:drawing><wp:extent cx=\"952500\" cy=\"476250\"/><wp:docPr descr=\"会场\"/><a:blip r:embed=\"i\"/></w:drawing></w:r></w:p>".to_owned(),
        p("<w:jc w:val=\"right\"/>", "华蓥市民政局"),
    ]
    .concat();
    let document = package(
        &body,
        &[
            ("word/_rels/document.xml.rels", RELS),
            ("word/styles.xml", STYLES),
            ("word/numbering.xml", NUMBERING),
            ("word/footnotes.xml", NOTES),
            ("word/media/image1.png", "png"),
        ],
    );
    let mut pictures = Taken::default();
    let read = docx(&document, &mut pictures).unwrap();
    assert_eq!(read.title, "关于做好养老服务工作的通知");
    let expected = "<h2>总体要求</h2>\n<p class=\"indent\">各单位 &amp; 部门：</p>\n<p>九、提高认识</p>\n<p>十、压实责任</p>\n<ol>\n<li>甲\n<ul>\n<li>乙</li>\n</ul>\n</li>\n<li>丙</li>\n</ol>\n<p>全市26家<a id=\"fnref-1\" href=\"#fn-1\"><sup>[1]</sup></a><strong>养老机构</strong>增</p>\n<p><a href=\"https://www.gov.cn/\">政府网</a><a href=\"https://a.example/\">例</a></p>\n<table>\n<caption>表1 床位</caption>\n<thead>\n<tr>\n<th scope=\"col\">乡镇</th>\n<th scope=\"col\">床位</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td rowspan=\"2\">阳和镇</td>\n<td>120</td>\n</tr>\n<tr>\n<td>80</td>\n</tr>\n</tbody>\n</table>\n<p><img alt=\"会场\" src=\"/m/1.png\" width=\"100\" height=\"50\"></p>\n<p class=\"right\">华蓥市民政局</p>\n<p class=\"note\"><a id=\"fn-1\" href=\"#fnref-1\">[1]</a> 截至10月底。</p>";
    assert_eq!(read.html, expected);
    assert_eq!(pictures.0, [b"png".to_vec()]);
    let notes: Vec<(&str, &str)> = read.notes.iter().map(|note| (note.key, note.text.as_str())).collect();
    assert_eq!(notes, [("tracked", "2"), ("hidden", "1"), ("contents", "1")]);
}

#[test]
fn a_title_in_large_type_over_two_lines_is_found_behind_the_red_head() {
    let large = |text: &str| {
        format!(
            "<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:rPr><w:sz w:val=\"44\"/></w:rPr><w:t>{text}</w:t></w:r></w:p>"
        )
    };
    let body = [
        large("华蓥市民政局文件"),
        p("<w:jc w:val=\"center\"/>", "华民发〔2026〕31号"),
        large("华蓥市民政局"),
        large("关于做好养老服务工作的通知"),
        p("", "各乡镇："),
    ]
    .concat();
    let read = docx(&package(&body, &[]), &mut NoPictures).unwrap();
    assert_eq!(read.title, "华蓥市民政局关于做好养老服务工作的通知");
    assert!(read.html.contains("华民发〔2026〕31号") && read.html.contains("华蓥市民政局文件"), "{}", read.html);
}

fn refused(bytes: &[u8]) -> (&'static str, String) {
    match docx(bytes, &mut NoPictures) {
        Err(Error::Rules { broken }) => {
            assert_eq!(broken[0].field, "file");
            (broken[0].rule, broken[0].value.clone())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_word_file_is_refused_by_name() {
    assert_eq!(refused(b"").0, "docx.not_zip");
    assert_eq!(refused(b"%PDF-1.7").0, "docx.not_zip");
    assert_eq!(refused(b"PK\x03\x04 broken").0, "docx.not_zip");
    assert_eq!(refused(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]).0, "docx.old");
    assert_eq!(refused(&zip(&[("a.txt", b"x")])).0, "docx.type");
    let sheet = TYPES.replace("wordprocessingml.document", "spreadsheetml.sheet");
    assert_eq!(refused(&zip(&[("[Content_Types].xml", sheet.as_bytes())])).0, "docx.type");
    let macros =
        TYPES.replace("openxmlformats-officedocument.wordprocessingml.document", "ms-word.document.macroEnabled");
    assert_eq!(refused(&zip(&[("[Content_Types].xml", macros.as_bytes())])).0, "docx.macros");
    assert_eq!(refused(&package("", &[("word/vbaProject.bin", "x")])).0, "docx.macros");
    assert_eq!(
        refused(&zip(&[("[Content_Types].xml", TYPES.as_bytes())])),
        ("docx.broken", "word/document.xml: is not there".into())
    );
    let (rule, what) = refused(&package("<w:p><w:r>", &[]));
    assert_eq!(rule, "docx.broken");
    assert!(what.starts_with("word/document.xml: "), "{what}");
    let (rule, what) = refused(&package("<w:p/>&x;", &[]));
    assert!(rule == "docx.broken" && what.contains("entity"), "{what}");
    let deep = "<w:p>".repeat(5000) + &"</w:p>".repeat(5000);
    assert_eq!(refused(&package(&deep, &[])).0, "docx.broken");
    let types = format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{TYPES}");
    assert_eq!(refused(&zip(&[("[Content_Types].xml", types.as_bytes())])).0, "docx.broken");
}

#[test]
fn a_bomb_is_not_unpacked() {
    // 100 MB of spaces in 100 KB.
    let document = [b"<w:document><w:body>".to_vec(), vec![b' '; 100 << 20]].concat();
    let bomb = zip(&[("[Content_Types].xml", TYPES.as_bytes()), ("word/document.xml", &document)]);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    assert_eq!(refused(&bomb).0, "docx.large");
}

#[test]
fn every_truncated_and_damaged_file_is_read_or_refused() {
    let whole = package(
        &p("", "文"),
        &[("word/_rels/document.xml.rels", RELS), ("word/styles.xml", STYLES), ("word/numbering.xml", NUMBERING)],
    );
    for end in (0..whole.len()).step_by(7) {
        let _ = docx(&whole[..end], &mut NoPictures);
    }
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x41;
        let _ = docx(&damaged, &mut NoPictures);
    }
}

#[test]
fn the_forms_of_the_demonstration_city_are_read() {
    let sites = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sites");
    let mut count = 0;
    for site in std::fs::read_dir(sites).unwrap().flatten() {
        let Ok(files) = std::fs::read_dir(site.path().join("content/files")) else { continue };
        for file in files.flatten().filter(|file| file.path().extension().is_some_and(|end| end == "docx")) {
            let bytes = std::fs::read(file.path()).unwrap();
            let read =
                docx(&bytes, &mut NoPictures).unwrap_or_else(|error| panic!("{}: {error}", file.path().display()));
            assert!(!read.html.is_empty() || !read.title.is_empty(), "{}", file.path().display());
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}
