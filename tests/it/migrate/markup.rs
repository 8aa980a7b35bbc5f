//! WordPress's own markup in bodies.

use super::fixture::{Export, Town};

/// Content of a post and the body that becomes of it.
fn bodies(cases: &[(&str, &str)]) {
    let town = Town::new();
    let mut export = Export::new();
    for (number, (content, _)) in cases.iter().enumerate() {
        export = export.post(number as u64 + 1, &format!("第{number}篇"), content, "");
    }
    town.import(&export);
    for (number, (content, body)) in cases.iter().enumerate() {
        assert_eq!(town.body(&format!("第{number}篇")), *body, "{content}");
    }
}

#[test]
fn blank_lines_make_paragraphs() {
    bodies(&[
        ("一\n\n二", "<p>一</p>\n<p>二</p>"),
        ("一\n二", "<p>一<br>\n二</p>"),
        ("一\r\n\r\n\r\n二", "<p>一</p>\n<p>二</p>"),
        ("一<br />\n二", "<p>一<br>\n二</p>"),
        ("<strong>一</strong>\n\n<em>二</em>", "<p><strong>一</strong></p>\n<p><em>二</em></p>"),
        (
            "前\n<ul>\n\t<li>一</li>\n\t<li>二</li>\n</ul>\n后",
            "<p>前</p>\n<ul>\n<li>一</li>\n<li>二</li>\n</ul><p>后</p>",
        ),
        ("<p>一</p>\n\n<p>二</p>", "<p>一</p>\n<p>二</p>"),
        ("<pre>一\n\n二</pre>", "<pre>一\n\n二</pre>"),
        (
            "<table>\n<tr>\n<td>一\n二</td>\n</tr>\n</table>",
            "<table>\n<tbody><tr>\n<td>一<br>\n二</td>\n</tr>\n</tbody></table>",
        ),
        ("<blockquote>引\n\n文</blockquote>", "<blockquote><p>引</p>\n<p>文</p>\n</blockquote>"),
        ("1 < 2 和 3 > 2", "<p>1 &lt; 2 和 3 &gt; 2</p>"),
        ("", ""),
        ("&nbsp;", ""),
    ]);
}

#[test]
fn marks_of_pages_and_blocks_go() {
    bodies(&[
        ("前<!--more-->后", "<p>前</p>\n<p>后</p>"),
        ("前<!--more 全文-->后", "<p>前</p>\n<p>后</p>"),
        ("第一页<!--nextpage-->第二页", "<p>第一页</p>\n<p>第二页</p>"),
        ("前<!-- 注 -->后", "<p>前后</p>"),
        (
            "<!-- wp:paragraph -->\n<p>一\n二</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:heading {\"level\":3} -->\n<h3>题</h3>\n<!-- /wp:heading -->",
            "<p>一\n二</p>\n\n\n<h2>题</h2>",
        ),
        (
            "经典\n\n段落\n\n<!-- wp:separator -->\n<hr class=\"wp-block-separator\"/>\n<!-- /wp:separator -->",
            "<p>经典</p>\n<p>段落</p>\n\n<hr>",
        ),
        ("<!-- wp:latest-posts {\"a\":1} /-->文", "<p>文</p>"),
    ]);
}

#[test]
fn shortcodes_go_and_their_text_stays() {
    bodies(&[
        ("前[button color=\"red\"]下载[/button]后", "<p>前下载后</p>"),
        ("[contact-form-7 id=\"1\" title=\"信\"]文", "<p>文</p>"),
        ("[[gallery]]", "<p>[gallery]</p>"),
        // These are words, not shortcodes.
        ("国发[2010]35号 [sic] [转载]", "<p>国发[2010]35号 [sic] [转载]</p>"),
        ("[未完", "<p>[未完</p>"),
        ("a[0] = [b", "<p>a[0] = [b</p>"),
        (
            "[embed]http://video.example/1[/embed]",
            "<p><a href=\"http://video.example/1\">http://video.example/1</a></p>",
        ),
        ("[audio src=\"http://v.example/a.mp3\"]", "<p><a href=\"http://v.example/a.mp3\">a.mp3</a></p>"),
        (
            "[caption id=\"attachment_1\" align=\"aligncenter\" width=\"300\"]<img src=\"http://o.example/a.jpg\" alt=\"会议\" /> 会议现场[/caption]",
            "<figure class=\"center\"><a href=\"http://o.example/a.jpg\">会议（图片缺失）</a><figcaption>会议现场</figcaption></figure>",
        ),
        ("[gallery]", ""),
    ]);
}

#[test]
fn addresses_alone_become_links_and_players_too() {
    bodies(&[
        (
            "看\n\nhttp://v.example/1?a=1&amp;b=2\n\n完",
            "<p>看</p>\n<p><a href=\"http://v.example/1?a=1&amp;b=2\">http://v.example/1?a=1&amp;b=2</a></p>\n<p>完</p>",
        ),
        ("见 http://v.example/ 网站", "<p>见 http://v.example/ 网站</p>"),
        (
            "<!-- wp:embed --><figure><div>\nhttps://v.example/1\n</div></figure><!-- /wp:embed -->",
            "<figure><div><a href=\"https://v.example/1\">https://v.example/1</a></div></figure>",
        ),
        (
            "<video controls><source src=\"http://v.example/a.mp4\"></video>",
            "<p><a href=\"http://v.example/a.mp4\">a.mp4</a></p>",
        ),
    ]);
}

#[test]
fn alignment_becomes_our_classes_and_headings_an_outline() {
    bodies(&[
        ("<p style=\"text-align: center;\">中</p>", "<p class=\"center\">中</p>"),
        ("<p align=\"right\">右</p>", "<p class=\"right\">右</p>"),
        ("<p class=\"has-text-align-left has-large-font-size\">左</p>", "<p class=\"left\">左</p>"),
        ("<center>中</center>", "<div class=\"center\"><p>中</p>\n</div>"),
        ("<h1>一</h1><h4>二</h4><h2>三</h2>", "<h2>一</h2><h3>二</h3><h3>三</h3>"),
        ("<h3>一</h3><h5>二</h5>", "<h2>一</h2><h3>二</h3>"),
        ("<strike>旧</strike> <tt>码</tt>", "<p><s>旧</s> <code>码</code></p>"),
    ]);
}

#[test]
fn a_comment_may_be_empty() {
    bodies(&[("<p>一</p><!--><p>二</p>", "<p>一</p><p>二</p>"), ("<p>一</p><!---><p>二</p>", "<p>一</p><p>二</p>")]);
}

#[test]
fn hostile_markup_ends() {
    let deep = "<div>".repeat(3000);
    let brackets = "[a b=1]".repeat(20_000);
    let open = "<a '".repeat(20_000);
    let quotes = "<a href=\"x".repeat(20_000);
    let captions = "[caption]".repeat(5_000);
    let town = Town::new();
    let mut export = Export::new();
    let attacks = include_str!("../../fixtures/paste/attacks.txt").lines().filter(|line| !line.is_empty());
    let attacks = attacks.map(|attack| format!("<p>前</p>{attack}<p>后</p>"));
    let contents: Vec<String> = [deep, brackets, open, quotes, captions].into_iter().chain(attacks).collect();
    for (number, content) in contents.iter().enumerate() {
        let content = content.replace("]]>", "]] >");
        export = export.post(number as u64 + 1, &format!("第{number}篇"), &content, "");
    }
    assert_eq!(town.import(&export).documents.imported, contents.len());
}
