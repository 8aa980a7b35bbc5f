//! The cleaner, case by case and as laws that hold for any input.

use std::time::Instant;

use proptest::prelude::*;
use zhanqun::domain::content::{AllPictures, NoPictures, clean, clean_paste, plain_text};

fn cleaned(html: &str) -> String {
    clean_paste(html, &mut AllPictures).html
}

fn cases(cases: &[(&str, &str)]) {
    for (html, expected) in cases {
        assert_eq!(cleaned(html), *expected, "{html}");
        assert_eq!(cleaned(expected), *expected, "again: {html}");
    }
}

/// An office paragraph of a list.
fn item(level: u8, mark: &str, text: &str) -> String {
    format!(
        "<p class=MsoListParagraph style='mso-list:l0 level{level} lfo1'><![if !supportLists]><span style='mso-list:Ignore'>{mark}<span>&nbsp;&nbsp;</span></span><![endif]>{text}</p>"
    )
}

#[test]
fn marks_become_lists_that_show_them_again() {
    /// Level, mark and text of each.
    type Items<'a> = &'a [(u8, &'a str, &'a str)];
    let list = |items: Items<'_>| items.iter().map(|(level, mark, text)| item(*level, mark, text)).collect::<String>();
    let pairs: &[(Items<'_>, &str)] = &[
        (&[(1, "1.", "甲"), (1, "2.", "乙")], "<ol>\n<li>甲</li>\n<li>乙</li>\n</ol>"),
        (&[(1, "1、", "甲"), (1, "2、", "乙")], "<ol>\n<li>甲</li>\n<li>乙</li>\n</ol>"),
        (&[(1, "3)", "甲"), (1, "5)", "乙")], "<ol start=\"3\">\n<li>甲</li>\n<li value=\"5\">乙</li>\n</ol>"),
        (&[(1, "A.", "甲"), (1, "B.", "乙")], "<ol type=\"A\">\n<li>甲</li>\n<li>乙</li>\n</ol>"),
        (&[(1, "i)", "甲"), (1, "ii)", "乙")], "<ol type=\"i\">\n<li>甲</li>\n<li>乙</li>\n</ol>"),
        (&[(1, "h.", "甲"), (1, "i.", "乙")], "<ol type=\"a\" start=\"8\">\n<li>甲</li>\n<li>乙</li>\n</ol>"),
        (
            &[(1, "•", "甲"), (2, "o", "乙"), (1, "•", "丙")],
            "<ul>\n<li>甲\n<ul>\n<li>乙</li>\n</ul>\n</li>\n<li>丙</li>\n</ul>",
        ),
        // What a list would show differently stays as text.
        (&[(1, "一、", "甲"), (1, "二、", "乙")], "<p>一、甲</p>\n<p>二、乙</p>"),
        (&[(1, "（一）", "甲")], "<p>（一）甲</p>"),
        (&[(1, "(1)", "甲"), (1, "①", "乙")], "<p>(1)甲</p>\n<p>①乙</p>"),
        (&[(1, "1.1", "甲"), (1, "第一条", "乙")], "<p>1.1 甲</p>\n<p>第一条乙</p>"),
        (
            &[(1, "一、", "甲"), (2, "1.", "乙"), (2, "2.", "丙"), (1, "二、", "丁"), (2, "1.", "戊")],
            "<p>一、甲</p>\n<ol>\n<li>乙</li>\n<li>丙</li>\n</ol>\n<p>二、丁</p>\n<ol>\n<li>戊</li>\n</ol>",
        ),
    ];
    for (items, expected) in pairs {
        assert_eq!(cleaned(&list(items)), *expected, "{items:?}");
        assert_eq!(cleaned(expected), *expected);
    }
}

#[test]
fn blocks_and_lines() {
    cases(&[
        ("", ""),
        ("文", "<p>文</p>"),
        ("<div>一<div>二</div>三</div>", "<p>一</p>\n<p>二</p>\n<p>三</p>"),
        ("<p>一<br><br>二</p>", "<p>一</p>\n<p>二</p>"),
        ("<p>一<br>二<br></p>", "<p>一<br>二</p>"),
        ("<p>　　一<br>　　二</p>", "<p class=\"indent\">一</p>\n<p class=\"indent\">二</p>"),
        ("<p>　　　　　　　　　　市民政局</p>", "<p class=\"right\">市民政局</p>"),
        ("<p>第一行\n第二行 end\nnext</p>", "<p>第一行第二行 end next</p>"),
        ("<h1>题</h1><h2>节</h2>", "<h2>题</h2>\n<h3>节</h3>"),
        ("<h2>题</h2><h4>节</h4>", "<h2>题</h2>\n<h4>节</h4>"),
        ("<h2><b>题</b></h2>", "<h2>题</h2>"),
        ("<p style='mso-outline-level:2'>节</p>", "<h2>节</h2>"),
        ("<p class=MsoTitle>题</p><p>文</p>", "<h2>题</h2>\n<p>文</p>"),
        ("<p style='text-align:center'><b>关于停水的通告</b></p>", "<h2>关于停水的通告</h2>"),
        ("<p class=\"center\"><strong>注意</strong></p>", "<p class=\"center\"><strong>注意</strong></p>"),
        ("<p style='text-align:center'><b>注意：</b></p>", "<p class=\"center\"><strong>注意：</strong></p>"),
        ("<b><p>一</p><p>二</p></b>", "<p><strong>一</strong></p>\n<p><strong>二</strong></p>"),
        ("<a href=\"/x\"><div>一</div></a>", "<p><a href=\"/x\">一</a></p>"),
        ("<b>一</b><b>二</b>", "<p><strong>一二</strong></p>"),
        ("<span style='font-weight:700;font-style:italic'>一</span>", "<p><strong><em>一</em></strong></p>"),
        ("<b style='font-weight:normal'>一</b>", "<p>一</p>"),
        ("H<span style='vertical-align:sub'>2</span>O", "<p>H<sub>2</sub>O</p>"),
        ("<ul><li>一</li><ul><li>二</li></ul></ul>", "<ul>\n<li>一\n<ul>\n<li>二</li>\n</ul>\n</li>\n</ul>"),
        ("<li>一<li>二", "<ul>\n<li>一</li>\n<li>二</li>\n</ul>"),
        ("<pre>一\n 二</pre>", "<pre>一\n 二</pre>"),
        ("<blockquote>一</blockquote>", "<blockquote>\n<p>一</p>\n</blockquote>"),
        ("<p><a href=\"file:///C:/a.doc\">表</a><a name=\"_Toc1\"></a></p>", "<p>表</p>"),
        ("<select><option>甲<option>乙</select>", "<p>甲</p>\n<p>乙</p>"),
        ("<p>a&nbsp;b</p>", "<p>a&nbsp;b</p>"),
        ("1 &lt; 2 &amp; 3", "<p>1 &lt; 2 &amp; 3</p>"),
        (
            "<figure><img alt=\"会\" src=\"/a.png\"><figcaption>会场</figcaption></figure>",
            "<figure>\n<img alt=\"会\" src=\"/a.png\"><figcaption>会场</figcaption>\n</figure>",
        ),
        ("<xml><w:View>Normal</w:View></xml>文", "<p>文</p>"),
    ]);
}

#[test]
fn tables() {
    let row = |cells: &[&str]| {
        format!("<tr>{}</tr>", cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>())
    };
    let head = "<table>\n<thead>\n<tr>\n<th scope=\"col\">姓名</th>\n<th scope=\"col\">电话</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>张三</td>\n<td>4821</td>\n</tr>\n</tbody>\n</table>";
    let table = |rows: &[String]| format!("<table>{}</table>", rows.concat());
    assert_eq!(cleaned(&table(&[row(&["姓名", "电话"]), row(&["张三", "4821"]), row(&["", "&nbsp;"])])), head);
    assert_eq!(cleaned(head), head);
    // Figures in the first row: no head.
    assert!(!cleaned(&table(&[row(&["张三", "4821"]), row(&["李四", "4822"])])).contains("<th"));
    // A table of one cell only arranged the page, and so did one around another.
    assert_eq!(cleaned("<table><tr><td><p>一</p></td></tr></table>"), "<p>一</p>");
    let nested = format!(
        "<table><tr><td>左</td><td>{}</td></tr></table>",
        table(&[row(&["姓名", "电话"]), row(&["张三", "4821"])])
    );
    assert_eq!(cleaned(&nested), format!("<p>左</p>\n{head}"));
    // A cross table: the corner is empty, the first column heads the rows.
    let crossed = cleaned(&table(&[row(&["", "2025", "2026"]), row(&["预算", "1", "2"])]));
    assert!(crossed.contains("<td></td>\n<th scope=\"col\">2025</th>"), "{crossed}");
    assert!(crossed.contains("<th scope=\"row\">预算</th>"), "{crossed}");
    assert_eq!(cleaned(&crossed), crossed);
    // A first row of one cell is the title.
    let titled = cleaned(
        "<table><tr><td colspan=2>通讯录</td></tr><tr><td>姓名</td><td>电话</td></tr><tr><td>张三</td><td>4821</td></tr></table>",
    );
    assert_eq!(titled, head.replace("<table>\n", "<table>\n<caption>通讯录</caption>\n"));
    // Spans that would take the memory of a server.
    let huge = cleaned(
        "<table><tr><td colspan=999999999 rowspan=999999999>一</td><td>二</td></tr><tr><td>三</td></tr></table>",
    );
    assert!(huge.contains("colspan=\"1000\""), "{huge}");
}

#[test]
fn pictures_are_reported_when_missing() {
    let html =
        "<p>现场照片如下：</p><p><img src=\"file:///C:/Temp/image001.png\"></p><p><img src=\"/mzj/media/3/a.png\"></p>";
    let cleaned = clean_paste(html, &mut NoPictures);
    assert_eq!(cleaned.html, "<p>现场照片如下：</p>\n<p><img src=\"/mzj/media/3/a.png\"></p>");
    let note = cleaned.notes.iter().find(|note| note.key == "picture_missing").unwrap();
    assert_eq!((note.text.as_str(), note.near.as_str()), ("image001.png", "现场照片如下："));
}

#[test]
fn depth_and_size_cost_little() {
    let began = Instant::now();
    let deep =
        |tag: &str, many: usize| format!("{}文{}", format!("<{tag}>").repeat(many), format!("</{tag}>").repeat(many));
    let mut inputs = vec![];
    for tag in ["div", "b", "span", "table><tr><td", "ul><li", "blockquote", "a href=x", "font color=1", "svg", "p><b"]
    {
        let many = if matches!(tag, "div" | "b") { 100_000 } else { 20_000 };
        inputs.push(deep(tag, many));
        inputs.push(format!("<{tag}>").repeat(many) + "文");
    }
    inputs.push((0..5_000).map(|n| format!("<p><font color={n}>文")).collect());
    inputs.push((0..5_000).map(|n| format!("<b id={n}><p>文</p>")).collect());
    inputs.push("<p>文<br><br>".repeat(20_000));
    inputs.push(item(9, "1.", "文").repeat(5_000));
    inputs.push("<td>文<tr>".repeat(20_000));
    inputs.push(format!("<table>{}</table>", "<tr><td>文<td>文".repeat(20_000)));
    for input in &inputs {
        let one = Instant::now();
        let html = cleaned(input);
        assert!(html.contains('文'), "{}", &input[..60]);
        assert!(clean(input).html.contains('文'));
        plain_text(input);
        assert!(one.elapsed().as_secs() < 60, "{:?} for {}", one.elapsed(), &input[..60]);
    }
    eprintln!("{} hostile inputs in {:?}", inputs.len(), began.elapsed());
}

/// Text without white space.
fn words(html: &str) -> String {
    plain_text(html).chars().filter(|c| !c.is_whitespace()).collect()
}

const PARTS: [&str; 78] = [
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<b>",
    "</b>",
    "<strong>",
    "</strong>",
    "<span style='font-weight:bold'>",
    "</span>",
    "<i>",
    "</i>",
    "<h1>",
    "</h1>",
    "<h3>",
    "</h3>",
    "<ul>",
    "</ul>",
    "<ol>",
    "</ol>",
    "<li>",
    "</li>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<th>",
    "</th>",
    "<td colspan=2>",
    "<td rowspan=2>",
    "<caption>",
    "</caption>",
    "<thead>",
    "</thead>",
    "<br>",
    "<br>　　",
    "<hr>",
    "<a href='/a'>",
    "</a>",
    "<sup>",
    "</sup>",
    "<blockquote>",
    "</blockquote>",
    "<pre>",
    "</pre>",
    "<dl>",
    "<dt>",
    "<dd>",
    "</dl>",
    "<figure>",
    "</figure>",
    "<figcaption>",
    "</figcaption>",
    "<center>",
    "</center>",
    "<font size=3>",
    "</font>",
    "<o:p>",
    "</o:p>",
    "<p align=center>",
    "<p style='mso-outline-level:2'>",
    "<p class=MsoNormal style='text-indent:2em'>",
    "<div align=right>",
    "<table border=0>",
    "<table border=1>",
    "<section>",
    "</section>",
    "<u>",
    "</u>",
    "<img src='/a.png'>",
    "<p class='indent'>",
    "<td><p>",
    "<!-- 注 -->",
    "&nbsp;",
    "&nbsp;&nbsp;&nbsp;&nbsp;",
    " \n",
];

fn soup() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        Just("文".to_owned()),
        Just("一、工作".to_owned()),
        Just("表1 名单".to_owned()),
        Just("2026".to_owned()),
        Just("　　".to_owned()),
        Just("a b".to_owned()),
        Just("好。".to_owned()),
    ];
    let part = prop_oneof![3 => proptest::sample::select(&PARTS[..]).prop_map(str::to_owned), 2 => text];
    proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_text_is_lost(html in soup()) {
        // A caption moves to the head of its table: the same characters, in another order there.
        let sorted = |html: &str| {
            let mut found: Vec<char> = words(html).chars().collect();
            found.sort_unstable();
            found
        };
        prop_assert_eq!(sorted(&cleaned(&html)), sorted(&html));
    }

    #[test]
    fn twice_is_once(html in soup()) {
        let once = cleaned(&html);
        prop_assert_eq!(cleaned(&once), once.clone());
        prop_assert_eq!(clean(&once).html, once);
    }

    #[test]
    fn any_text_is_taken(html in ".{0,300}") {
        let once = cleaned(&html);
        prop_assert_eq!(cleaned(&once), once);
    }
}
