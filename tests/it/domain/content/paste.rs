//! Whole pastes of Word, WPS and Excel: same text, headings, lists and tables, nothing of the office program.

use std::path::{Path, PathBuf};

use zhanqun::domain::content::{NoPictures, Pictures, Shown, clean_paste, pictures_in_rtf, plain_text};

/// Takes every picture.
struct Taken(usize);

impl Pictures for Taken {
    fn embedded(&mut self, bytes: &[u8]) -> Shown {
        assert!(bytes.starts_with(b"\x89PNG"));
        self.here()
    }

    fn linked(&mut self, _: &str) -> Shown {
        self.here()
    }
}

impl Taken {
    fn here(&mut self) -> Shown {
        self.0 += 1;
        Shown::Here { url: format!("/mzj/media/{}/a.png", self.0), width: 40, height: 20, alt: String::new() }
    }
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/paste").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The samples that lie beside the repository.
fn shared(name: &str) -> Option<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/word-paste");
    let text = std::fs::read_to_string(folder.join(name)).ok();
    if text.is_none() {
        eprintln!("skipped: the shared sample {name} is not here");
    }
    text
}

fn no_office(html: &str) {
    for mark in
        ["mso", "Mso", "style=", "<span", "<font", "o:p", "<div", "class=xl", "lang=", "&nbsp;</p>", "<p></p>", "<!"]
    {
        assert!(!html.contains(mark), "{mark} in {html}");
    }
}

#[test]
fn a_notice_from_word() {
    let cleaned = clean_paste(&fixture("word.html"), &mut Taken(0));
    no_office(&cleaned.html);
    assert_eq!(cleaned.html, fixture("word.clean.html").trim());
    assert_eq!(clean_paste(&cleaned.html, &mut NoPictures).html, cleaned.html);
}

#[test]
fn the_sample_of_word() {
    let Some(word) = shared("word.html") else { return };
    let cleaned = clean_paste(&word, &mut Taken(0));
    no_office(&cleaned.html);
    let html = &cleaned.html;
    assert!(html.starts_with("<h2>关于做好2026年防汛工作的通知</h2>"), "{html}");
    assert!(html.contains("<h3>一、工作要求</h3>"), "{html}");
    let list = "<ol>\n<li>压实责任\n<ul>\n<li>党政同责</li>\n<li>一岗双责\n<ol type=\"i\">\n<li>考核到人</li>\n</ol>\n</li>\n</ul>\n</li>\n<li>排查<u>隐患</u></li>\n<li><em>值班值守</em></li>\n</ol>";
    assert!(html.contains(list), "{html}");
    assert!(html.contains("<th scope=\"col\">单位</th>"), "{html}");
    assert!(html.contains("rowspan=\"2\"") && html.contains("colspan=\"3\""), "{html}");
    assert!(html.contains("<a href=\"https://www.gov.cn/zhengce/\">市政府网站</a>"), "{html}");
    assert!(html.contains("<img src=\"/mzj/media/1/a.png\" width=\"40\" height=\"20\">"), "{html}");
    assert!(html.contains("<p class=\"right\">市防汛办</p>"), "{html}");
    assert!(html.contains("<p class=\"indent\">各区、县人民政府，<strong>市政府各部门</strong>：</p>"), "{html}");
    let words: String = plain_text(html).split_whitespace().collect();
    let expected = "关于做好2026年防汛工作的通知各区、县人民政府，市政府各部门：现将有关事项紧急通知如下，详见市政府网站。一、工作要求压实责任党政同责一岗双责考核到人排查隐患值班值守单位联系人电话水务局张三010-12345李四010-54321合计：两人市防汛办";
    assert_eq!(words, expected);
    assert_eq!(&clean_paste(html, &mut NoPictures).html, html);
}

#[test]
fn the_sample_of_wps() {
    let Some(wps) = shared("wps.html") else { return };
    let html = clean_paste(&wps, &mut NoPictures).html;
    no_office(&html);
    let expected = "<h2>关于召开会议的通知</h2>\n<p class=\"indent\">各<strong>部门</strong>：</p>\n<ol>\n<li>第一项\n<ol type=\"a\">\n<li>子项甲</li>\n<li>子项乙</li>\n</ol>\n</li>\n<li>第二项</li>\n</ol>\n<table>\n<thead>\n<tr>\n<th scope=\"col\">时间</th>\n<th scope=\"col\">地点</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td class=\"center\" colspan=\"2\">全体参加</td>\n</tr>\n</tbody>\n</table>\n<p class=\"indent\">特此通知。</p>";
    assert_eq!(html.replace("colspan=\"2\" class=\"center\"", "class=\"center\" colspan=\"2\""), expected);
    assert_eq!(clean_paste(&html, &mut NoPictures).html, html);
}

#[test]
fn the_sample_of_excel() {
    let Some(excel) = shared("excel.html") else { return };
    let html = clean_paste(&excel, &mut NoPictures).html;
    no_office(&html);
    let expected = "<table>\n<thead>\n<tr>\n<th scope=\"col\">项目</th>\n<th scope=\"col\">预算</th>\n<th scope=\"col\">决算</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>公车</td>\n<td class=\"right\">12.5</td>\n<td class=\"right\">10</td>\n</tr>\n</tbody>\n</table>";
    assert_eq!(html, expected);
    assert_eq!(clean_paste(&html, &mut NoPictures).html, html);
}

#[test]
fn a_page_of_an_old_site() {
    let cleaned = clean_paste(&fixture("old.html"), &mut Taken(0));
    no_office(&cleaned.html);
    assert_eq!(cleaned.html, fixture("old.clean.html").trim());
    assert_eq!(clean_paste(&cleaned.html, &mut NoPictures).html, cleaned.html);
}

/// A picture of rich text: its kind, its size in twentieths of a point, its bytes in hexadecimal digits.
fn pict(kind: &str, width: u32, height: u32, digits: &str) -> String {
    format!("{{\\pict{{\\*\\picprop abc}}\\picwgoal{width}\\pichgoal{height}\\{kind} {digits}}}")
}

#[test]
fn rich_text_brings_the_bytes_of_its_pictures() {
    let image = |name: &str, width: u32| format!("<p><img src=\"file:///C:/{name}\" width={width} height=20></p>");
    let both = |name| format!("{{\\*\\shppict{}}}{{\\nonshppict{}}}", name, pict("wmetafile8", 600, 300, "0900"));
    let (one, two) = (pict("pngblip", 600, 300, "8950\r\n4e47"), pict("jpegblip", 1200, 300, "FFD8ff"));
    let html = image("a.png", 40) + "<p>文</p>" + &image("b.jpg", 80);
    let rtf = format!("{{\\rtf1 \\'ce\\'c4\\{{{}\\par {}}}", both(&one), both(&two));
    let found = pictures_in_rtf(&html, &rtf);
    assert_eq!(found["file:///C:/a.png"], b"\x89PNG");
    assert_eq!(found["file:///C:/b.jpg"], b"\xff\xd8\xff");
    // A metafile keeps its place, and a picture is never put where another one stood.
    let rtf = format!("{{\\rtf1 {}{two}}}", pict("emfblip", 600, 300, "0100"));
    let found = pictures_in_rtf(&html, &rtf);
    assert_eq!((found.len(), found["file:///C:/b.jpg"].len()), (1, 3));
    // Where one form has more pictures, the sizes say which is which.
    let found = pictures_in_rtf(&image("b.jpg", 80), &format!("{{\\rtf1 {one}{two}}}"));
    assert_eq!(found["file:///C:/b.jpg"], b"\xff\xd8\xff");
    assert!(pictures_in_rtf(&image("c.png", 300), &format!("{{\\rtf1 {one}{two}}}")).is_empty());
    for broken in
        ["{\\pict", "\\pict\\bin99999999999999999999 x", "{{{{\\pict\\pngblip 8", "\\pict}\\pngblip}}}} 89", "\\"]
    {
        assert!(pictures_in_rtf(&html, broken).is_empty(), "{broken}");
    }
}

#[test]
fn the_picture_of_the_sample_of_word_is_in_its_rich_text() {
    let (Some(word), Some(rtf)) = (shared("word.html"), shared("word.rtf")) else { return };
    let found = pictures_in_rtf(&word, &rtf);
    let bytes: Vec<&[u8]> = found.values().map(Vec::as_slice).collect();
    let png = std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/word-paste/pic.png"));
    assert_eq!(bytes, [png.unwrap().as_slice()]);
}
