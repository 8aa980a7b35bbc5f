//! What others planted in hacked sites: links that nobody sees, scripts and
//! frames from elsewhere. What a database holds may be as full of it as a page.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::domain::content::{NodeId, Nodes, TOP, page_html, read_page};

/// Rules of one style sheet or script that are looked at.
const MOST_RULES: usize = 5_000;

/// Without one of these there is nothing to look for.
const SIGNS: [&str; 9] =
    ["<iframe", "<marquee", "display", "visibility", "font-size", "height", "left", "top", "indent"];

/// Words that only spam has.
const SPAM: [&str; 22] = [
    "六合彩",
    "时时彩",
    "百家乐",
    "博彩",
    "赌博",
    "赌场",
    "老虎机",
    "轮盘",
    "澳门金沙",
    "太阳城",
    "代开发票",
    "办证刻章",
    "私服",
    "传奇sf",
    "伟哥",
    "壮阳",
    "成人电影",
    "裸聊",
    "一夜情",
    "迷药",
    "假币",
    "黑客服务",
];

/// Takes out what is hidden from readers and leads elsewhere; says what it was.
pub(in crate::migrate) fn strip(tree: &mut Nodes, top: NodeId, host: &str) -> Vec<&'static str> {
    let mut remarks = Vec::new();
    let mut planted = Vec::new();
    let sheet = Sheet::of(tree);
    let mut next = tree.next(top, top);
    while let Some(id) = next {
        next = tree.next(id, top);
        if !tree.is_element(id) {
            continue;
        }
        if tree.is(id, &["script"]) {
            if is_injected(tree, id) {
                remarks.push("injected script");
            }
        } else if tree.is(id, &["iframe"]) {
            if is_tiny(tree, id) && leads_away(tree, id, "src", host) {
                remarks.push("injected frame");
                planted.push(id);
            }
        } else if is_hidden(tree, id) || sheet.hides(tree, id) {
            let links = tree.named(id, &["a"]).into_iter().chain(tree.is(id, &["a"]).then_some(id));
            let away = links.filter(|link| leads_away(tree, *link, "href", host)).count();
            if away > 0 {
                remarks.push("hidden links");
                planted.push(id);
                next = tree.next_outside(id, top);
            }
        } else if tree.is(id, &["a"]) && leads_away(tree, id, "href", host) && names_spam(&tree.text(id)) {
            remarks.push("links of spam");
            planted.push(id);
            next = tree.next_outside(id, top);
        }
    }
    for id in planted {
        tree.detach(id);
    }
    remarks.sort_unstable();
    remarks.dedup();
    remarks
}

/// The same for the text of an article; `None` when there is nothing of it.
pub(in crate::migrate) fn stripped(html: &str, host: &str) -> Option<(String, Vec<&'static str>)> {
    let lower = html.to_ascii_lowercase();
    let styled = lower.contains("style") || lower.contains("<iframe") || lower.contains("<marquee");
    let signs = styled && SIGNS.iter().any(|sign| lower.contains(sign));
    let spam = lower.contains("<a ") && names_spam(&lower);
    if !(lower.contains("<script") || signs || spam) {
        return None;
    }
    let mut page = read_page(&shown(html));
    let remarks = strip(&mut page.tree, page.body, host);
    (!remarks.is_empty()).then(|| (page_html(&page.tree, page.body), remarks))
}

/// Is a title advertising for what no office advertises? Offices write of what they fight.
pub(in crate::migrate) fn is_spam(title: &str) -> bool {
    const FIGHT: [&str; 24] = [
        "打击", "整治", "查处", "禁止", "严禁", "专项", "防范", "治理", "通告", "通知", "举报", "案", "公安", "警方",
        "破获", "取缔", "清理", "远离", "危害", "警惕", "公告", "意见", "工作", "行动",
    ];
    let lower = title.to_lowercase();
    if FIGHT.iter().any(|word| lower.contains(word)) {
        return false;
    }
    SPAM.iter().filter(|word| lower.contains(*word)).count() >= 2
        || (SPAM.iter().any(|word| lower.contains(word)) && lower.contains("http"))
}

fn names_spam(text: &str) -> bool {
    SPAM.iter().any(|word| text.contains(word))
}

/// The text as browsers show it where scripts only write the tags that hide what stands between:
/// `<script>document.write("<div style='display:none'>")</script>`.
pub(in crate::migrate) fn shown(html: &str) -> Cow<'_, str> {
    const CALL: &str = "document.write(";
    let mut out = String::new();
    let mut rest = html;
    while let Some(begin) = rest.find("<script") {
        let Some(length) = rest[begin..].find("</script>") else { break };
        let end = begin + length + "</script>".len();
        let code = rest[begin..begin + length].split_once('>').map_or("", |(_, code)| code).trim();
        let written = code.strip_prefix(CALL).map(|text| text.trim_end_matches([';', ')', ' ']));
        let tag = written.and_then(|text| {
            let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
            let one = inner.starts_with('<') && inner.ends_with('>') && inner.matches('<').count() == 1;
            let hides = inner.starts_with("</") || inner.contains("style");
            (one && hides && !inner.contains(quote)).then_some(inner)
        });
        match tag {
            Some(tag) => {
                out.push_str(&rest[..begin]);
                out.push_str(tag);
            }
            None => out.push_str(&rest[..end]),
        }
        rest = &rest[end..];
    }
    if out.is_empty() {
        return Cow::Borrowed(html);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What style sheets and scripts of a page hide, by id and class.
#[derive(Default)]
struct Sheet {
    ids: HashSet<String>,
    classes: HashSet<String>,
}

impl Sheet {
    fn of(tree: &Nodes) -> Sheet {
        let mut sheet = Sheet::default();
        for id in tree.named(TOP, &["style"]) {
            let text: String = tree.text(id).chars().filter(|letter| !letter.is_whitespace()).collect();
            for rule in text.split('}').take(MOST_RULES) {
                let Some((names, style)) = rule.split_once('{') else { continue };
                if hides(&style.to_ascii_lowercase()) {
                    for name in names.split(',') {
                        if let Some(name) = name.strip_prefix('#') {
                            sheet.ids.insert(name.to_owned());
                        } else if let Some(name) = name.strip_prefix('.') {
                            sheet.classes.insert(name.to_owned());
                        }
                    }
                }
            }
        }
        for id in tree.named(TOP, &["script"]) {
            let text: String = tree.text(id).chars().filter(|letter| !letter.is_whitespace()).collect();
            for part in text.split("getElementById(").skip(1).take(MOST_RULES) {
                let Some((name, rest)) = part.split_once(')') else { continue };
                if rest.starts_with(".style.display=\"none\"") || rest.starts_with(".style.display='none'") {
                    sheet.ids.insert(name.trim_matches(['"', '\'']).to_owned());
                }
            }
        }
        sheet
    }

    fn hides(&self, tree: &Nodes, id: NodeId) -> bool {
        let has = |key: &str, names: &HashSet<String>| {
            !names.is_empty()
                && tree
                    .attribute(id, key)
                    .is_some_and(|value| value.split_whitespace().any(|name| names.contains(name)))
        };
        has("id", &self.ids) || has("class", &self.classes)
    }
}

/// To a host that is neither this one nor one of the government, to which folded menus lead.
fn leads_away(tree: &Nodes, id: NodeId, key: &str, host: &str) -> bool {
    let address = tree.attribute(id, key).unwrap_or_default().trim().to_ascii_lowercase();
    let Some((_, rest)) = address.split_once("//") else { return false };
    let other = rest.split(['/', '?', ':']).next().unwrap_or_default();
    let bare = |name: &str| name.strip_prefix("www.").unwrap_or(name).to_owned();
    !other.is_empty() && bare(other) != bare(host) && !other.ends_with(".gov.cn")
}

fn style_of(tree: &Nodes, id: NodeId) -> String {
    let style = tree.attribute(id, "style").unwrap_or_default();
    style.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

fn is_tiny(tree: &Nodes, id: NodeId) -> bool {
    let small = |key: &str| {
        tree.attribute(id, key)
            .is_some_and(|size| size.trim().trim_end_matches("px").parse::<u32>().is_ok_and(|n| n <= 5))
    };
    let style = style_of(tree, id);
    small("width") || small("height") || style.contains("display:none") || style.contains("visibility:hidden")
}

/// What a style without spaces says last of a property, without `!important`.
fn declared<'a>(style: &'a str, key: &str) -> &'a str {
    let last = style.split(';').filter_map(|part| part.split_once(':')).rfind(|(name, _)| *name == key);
    last.map_or("", |(_, value)| value.strip_suffix("!important").unwrap_or(value))
}

/// The number that a length begins with.
fn number(length: &str) -> Option<f32> {
    let end = length.find(|letter: char| !matches!(letter, '0'..='9' | '.' | '-')).unwrap_or(length.len());
    length[..end].parse().ok()
}

fn is_hidden(tree: &Nodes, id: NodeId) -> bool {
    if tree.is(id, &["marquee", "div", "span", "p", "font", "table", "ul", "a", "li", "td"]) {
        if tree.is(id, &["marquee"]) && is_tiny(tree, id) {
            return true;
        }
        let Some(style) = tree.attribute(id, "style") else { return false };
        if style.is_empty() {
            return false;
        }
        return hides(&style_of(tree, id));
    }
    false
}

/// Does a style, without blanks and in small letters, hide what it is for?
fn hides(style: &str) -> bool {
    let value = |key: &str| declared(style, key);
    let tiny = |key: &str| {
        let most = if value(key).ends_with("px") { 1.0 } else { 0.0 };
        number(value(key)).is_some_and(|size| size <= most)
    };
    let far = |key: &str| number(value(key)).is_some_and(|offset| offset <= -200.0);
    value("display") == "none"
        || value("visibility") == "hidden"
        || tiny("font-size")
        || (tiny("height") && value("overflow") == "hidden")
        || number(value("opacity")) == Some(0.0)
        || value("clip").starts_with("rect(0")
        || ["left", "top", "margin-left", "margin-top", "text-indent"].into_iter().any(far)
}

/// Scripts whose only sense is to hide what they do.
fn is_injected(tree: &Nodes, id: NodeId) -> bool {
    let source = tree.attribute(id, "src").unwrap_or_default();
    if !source.is_empty() {
        return false;
    }
    let text = tree.text(id);
    text.contains("eval(String.fromCharCode")
        || text.contains("eval(unescape(")
        || text.contains("document.write(unescape(")
        || text.contains("eval(function(p,a,c,k,e")
}

#[cfg(test)]
mod tests {
    use super::{strip, stripped};
    use crate::domain::content::read_page;

    #[test]
    fn planted_links_go() {
        let html = "<p>公告</p><div style='position:absolute; left:-9999px'><a href=http://bad.example/>六合彩</a></div>\
                    <div style='display:none'>菜单 <a href=/own.htm>own</a></div>\
                    <iframe src=http://bad.example/x width=0 height=0></iframe>\
                    <script>document.write(unescape('%3Cscript'))</script>";
        let mut page = read_page(html);
        let found = strip(&mut page.tree, page.body, "a.gov.cn");
        assert_eq!(found, ["hidden links", "injected frame", "injected script"]);
        let text = page.tree.text(page.body);
        assert!(text.contains("公告") && text.contains("菜单") && !text.contains("六合彩"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_looked_at(text in "(<script>|</script>|document.write\\(|[\"'<>();民/a-z ]|</div>){0,60}") {
            super::shown(&text);
            stripped(&text, "a.gov.cn");
        }
    }

    #[test]
    fn small_letters_and_lines_are_not_hidden() {
        let hidden = |style: &str| {
            let html = format!("<p style=\"{style}\"><a href=\"http://other.example/\">链接</a></p>");
            stripped(&html, "a.gov.cn").is_some()
        };
        for style in ["font-size:0", "FONT-SIZE: 1px", "height:1px;overflow:hidden", "text-indent:-9999px"] {
            assert!(hidden(style), "{style}");
        }
        for style in [
            "font-size:0.9em",
            "font-size:1em",
            "font-size:10.5pt",
            "line-height:1;overflow:hidden",
            "text-indent:-24pt",
            "padding-left:-300px",
            "height:1.5em;overflow:hidden",
        ] {
            assert!(!hidden(style), "{style}");
        }
    }

    #[test]
    fn a_text_without_anything_planted_stays_as_it_is() {
        assert!(
            stripped("<p style=\"display:block\">公告<a href=\"http://other.example/\">链接</a></p>", "a.gov.cn")
                .is_none()
        );
        assert!(stripped("<p>公告</p><script>var a=1</script>", "a.gov.cn").is_none());
        let (html, found) =
            stripped("<p>公告</p><marquee height=1><a href=//bad.example/>x</a></marquee>", "a.gov.cn").unwrap();
        assert_eq!((html.trim_end(), found), ("<p>公告</p>", vec!["hidden links"]));
    }
}
