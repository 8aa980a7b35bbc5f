//! What is pasted and what comes in a Word file: clean, with its pictures in the library of the site.

use base64::Engine;
use http::Method;
use image::ImageFormat;
use zhanqun::base::id::SiteId;
use zhanqun::domain::content::{self, Document};
use zhanqun::domain::media::{MEDIA_OF_SITE, Media};
use zhanqun::store::{ListKey, Position, Read};

use super::City;
use super::browser::{Browser, secret};
use super::city::Answer;
use super::editor::{ask, draft, editors};
use crate::domain::content::docx::package_of;
use crate::domain::media::picture;

const PASTE: &str = "/admin/paste";
const DOCX: &str = "/admin/sites/mzj/documents/docx";

fn site(city: &City) -> SiteId {
    city.app.site("mzj").unwrap().site.id
}

fn files(city: &City) -> Vec<Media> {
    let entries = city.app.store.list(ListKey::new(MEDIA_OF_SITE, &[site(city).0]), Position::FIRST, 100).unwrap();
    entries.iter().filter_map(|entry| city.app.store.get(entry.id).unwrap()).collect()
}

/// An `img` that carries its bytes.
fn inline(bytes: &[u8]) -> String {
    format!("<img src=\"data:image/png;base64,{}\">", base64::engine::general_purpose::STANDARD.encode(bytes))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pasted_comes_back_clean() {
    let city = City::new();
    let [li, ..] = editors(&city).await;
    let html = "<p class=MsoNormal style='mso-x:1' onclick=x>一<o:p></o:p></p><script>ran()</script>";
    for way in ["paste", "source"] {
        let (status, answer) = ask(&li, PASTE, &[("as", way), ("html", html)]).await;
        let html = answer["html"].as_str().unwrap();
        assert!(status == 200 && html.contains('一') && !html.contains("mso") && !html.contains("ran"), "{html}");
    }
    let (_, plain) = ask(&li, PASTE, &[("as", "plain"), ("text", "一 <b>\r\n\r\n二")]).await;
    assert_eq!(plain["html"], "<p>一 &lt;b&gt;</p>\n<p>二</p>");
    let notice = "<p>各乡镇：</p><p>一、范围</p><p>全市。</p><p>市民政局</p><p>2026年11月25日</p>";
    let (_, laid_out) = ask(&li, PASTE, &[("as", "layout"), ("html", notice)]).await;
    let laid_out = laid_out["html"].as_str().unwrap();
    assert!(laid_out.contains("<h2>一、范围</h2>") && laid_out.contains("<p class=\"signature\">市民政局</p>"));
    assert_eq!(ask(&li, PASTE, &[("as", "x")]).await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_a_paste_go_to_the_library_of_the_site() {
    let city = City::new();
    let [li, _, stranger] = editors(&city).await;
    let (address, _) = draft(&city, &li, "<p>一</p>").await;
    let document = address.split('/').nth(3).unwrap();
    let (one, two) = (picture(40, 20, ImageFormat::Png), picture(30, 20, ImageFormat::Png));
    let html = format!(
        "<p>会场如下：{}</p><p>{}</p><p><img src=\"file:///C:/clip_image001.png\" width=30 height=20></p>\
         <p><img src=\"https://elsewhere.example/a.png\"></p><p><img src=\"http://www.city.example/mzj/media/7/a.png\"></p>",
        inline(&one),
        inline(&one),
    );
    let unit = "{\\pict\\pngblip\\picwgoal450\\pichgoal300 ";
    let rtf = format!("{{\\rtf1 {unit}{}}}}}", digits(&two));
    let fields = [("as", "paste"), ("html", html.as_str()), ("rtf", rtf.as_str())];
    for place in [("document", document), ("site", "mzj")] {
        let before = files(&city).len();
        let (status, answer) = ask(&li, PASTE, &[&fields[..], &[place]].concat()).await;
        assert_eq!((status, &answer["stored"], &answer["lost"]), (200, &2.into(), &1.into()), "{answer}");
        let html = answer["html"].as_str().unwrap();
        assert_eq!(html.matches("<img src=\"/mzj/media/").count(), 4, "{html}");
        assert!(html.contains("width=\"40\" height=\"20\"") && html.contains("/mzj/media/7/a.png"), "{html}");
        assert!(html.contains("<mark>【此处缺少图片 a.png】</mark>") && !html.contains("elsewhere"), "{html}");
        assert_eq!(files(&city).len(), before + 2, "a picture that stands twice is one file");
        assert_eq!(ask(&stranger, PASTE, &[&fields[..], &[place]].concat()).await.0, 404, "not hers");
        assert_eq!(files(&city).len(), before + 2);
    }
    // What a place of a missing picture says stops the text from being published.
    let (address, _) = draft(&city, &li, "<p><mark>【此处缺少图片 a.png】</mark></p>").await;
    let checked = li.get(&format!("{address}check")).await.body;
    assert!(checked.contains("粘贴时有图片没有带过来") && checked.contains("badge stop"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_the_rules_keep_out_is_told_with_the_rule() {
    let city = City::new();
    let [li, ..] = editors(&city).await;
    let broken = inline(b"\x89PNG\r\n\x1a\nnothing more");
    let text = "<svg onload=x>".repeat(3);
    let html = format!("<p>一{broken}</p><p><img src=\"data:image/svg+xml;base64,{}\"></p>", text.len());
    let (status, answer) = ask(&li, PASTE, &[("as", "paste"), ("html", &html), ("site", "mzj")]).await;
    assert_eq!((status, &answer["stored"], &answer["lost"]), (200, &0.into(), &2.into()));
    assert!(!answer["why"].as_str().unwrap().is_empty(), "{answer}");
    assert!(files(&city).is_empty());
}

async fn send(browser: &Browser<'_>, name: &str, bytes: &[u8], channel: &str) -> Answer {
    let token = secret(&browser.get("/admin/sessions").await.body);
    let mut form = Vec::new();
    for (field, value) in [("csrf", token.as_str()), ("channel", channel)] {
        form.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    form.extend([head.as_bytes(), bytes, b"\r\n--x--\r\n"].concat());
    browser.send(Method::POST, DOCX, &[("content-type", "multipart/form-data; boundary=x")], form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_file_becomes_a_draft_once_it_was_looked_at() {
    let city = City::new();
    let [li, _, stranger] = editors(&city).await;
    let channel = city.channel("mzj", "tzgg").to_string();
    let page = li.get(DOCX).await;
    assert!(
        page.status == 200 && page.body.contains("enctype=\"multipart/form-data\"") && page.body.contains("通知公告")
    );
    let png = picture(60, 30, ImageFormat::Png);
    let rels = "<Relationships><Relationship Id=\"i\" Type=\"x/image\" Target=\"media/image1.png\"/>\
                <Relationship Id=\"j\" Type=\"x/image\" Target=\"media/image2.emf\"/></Relationships>";
    let drawing = |id: &str| {
        format!(
            "<w:p><w:r><w:drawing><wp:extent cx=\"571500\" cy=\"285750\"/><a:blip r:embed=\"{id}\"/></w:drawing></w:r></w:p>"
        )
    };
    let body = format!("<w:p><w:r><w:t>请各乡镇&lt;报送&gt;。</w:t></w:r></w:p>{}{}", drawing("i"), drawing("j"));
    let parts: [(&str, &[u8]); 3] = [
        ("word/_rels/document.xml.rels", rels.as_bytes()),
        ("word/media/image1.png", &png),
        ("word/media/image2.emf", b"\x01\x00\x00\x00metafile"),
    ];
    let file = package_of(&body, &parts);
    let shown = send(&li, "关于冬春救助的通知.docx", &file, &channel).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    for words in ["1 张图片已存入本站媒体库", "有一张图片没有带过来：image2.emf", "value=\"关于冬春救助的通知\""]
    {
        assert!(shown.body.contains(words), "{words} in {}", shown.body);
    }
    assert!(shown.body.contains(&format!("<option value=\"{channel}\" selected>")));
    assert_eq!(files(&city).len(), 1);
    assert_eq!(files(&city)[0].file_name, "关于冬春救助的通知-1.png");
    // The form that it was shown with makes the draft.
    let field = shown.body.split("name=\"body\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let html = field
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x2f;", "/")
        .replace("&amp;", "&");
    let fields = [("title", "关于冬春救助的通知"), ("channel", channel.as_str()), ("body", html.as_str())];
    let saved = li.fill("/admin/", "/admin/sites/mzj/documents/new", &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let id: u64 = saved.location().split('/').nth(3).unwrap().parse().unwrap();
    let document: Document = city.app.store.get(id).unwrap().unwrap();
    let head: content::Revision = city.app.store.get(document.head.0).unwrap().unwrap();
    assert!(head.text.body.contains("请各乡镇&lt;报送&gt;。"), "{}", head.text.body);
    assert!(head.text.body.contains(&format!("/mzj/media/{}/", files(&city)[0].id)), "{}", head.text.body);
    for (name, bytes, told) in [
        ("a.doc", &b"\xd0\xcf\x11\xe0 old"[..], "旧版 .doc 文件"),
        ("a.docx", &b"no archive"[..], "这不是 Word 文件"),
        ("", &b""[..], "没有选择文件"),
    ] {
        let refused = send(&li, name, bytes, &channel).await;
        assert!(refused.status == 422 && refused.body.contains(told), "{told}: {}", refused.body);
    }
    assert_eq!(stranger.get(DOCX).await.status, 404);
    assert_eq!(send(&stranger, "a.docx", &file, &channel).await.status, 404);
    assert_eq!(files(&city).len(), 1);
}
