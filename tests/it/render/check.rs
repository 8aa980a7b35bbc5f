//! `zhanqun check` of themes: each planted mistake is found at its place.

use std::path::Path;

use zhanqun::render::check;
use zhanqun::render::check::sample::PAGE_TEMPLATES;
use zhanqun::render::theme::Themes;

use super::folder::{Folder, manifest};

const LAYOUT: &str = "<!DOCTYPE html>\n<html lang=\"{{ site.lang }}\">\n<head><title>{{ page.full_title }}</title>\n\
<link rel=\"canonical\" href=\"{{ page.canonical }}\">\n<link rel=\"stylesheet\" href=\"{{ asset('css/site.css') }}\"></head>\n\
<body>\n<main id=\"main\">\n<h1>{{ page.title }}</h1>\n{% block main %}{% endblock %}\n</main>\n</body>\n</html>\n";

const PAGE: &str = "{% extends \"layout.html\" %}\n{% block main %}\n<p>{{ t(\"more\") }}</p>\n{% endblock %}\n";

/// A small `base` without a fault.
fn sound() -> Folder {
    let folder = Folder::with(&[
        ("base/theme.toml", &manifest("base", "")),
        ("base/templates/layout.html", LAYOUT),
        ("base/static/css/site.css", "a{}"),
        ("base/locales/zh-CN.toml", "more = \"更多\"\nwelcome = \"欢迎访问{name}\"\n"),
        ("base/locales/en.toml", "more = \"More\"\nwelcome = \"Welcome to {name}\"\n"),
    ]);
    for (template, _) in PAGE_TEMPLATES {
        folder.write(&format!("base/templates/{template}"), PAGE);
    }
    folder
}

fn faults(folder: &Folder) -> Vec<String> {
    check::folder(&folder.path()).iter().map(|fault| folder.below(&fault.to_string())).collect()
}

#[test]
fn a_sound_theme_has_no_fault() {
    let faults = faults(&sound());
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Mistakes on line 3 of the list page, and what is told of them.
const IN_PAGE: [(&str, &str); 46] = [
    ("<p class={{ page.kind }}>x</p>", "an attribute without quotes"),
    ("{{ documnt.title }}", "\"documnt\" is given to no page"),
    ("{% if false %}{{ documnt }}{% endif %}", "\"documnt\" is given to no page"),
    ("{% if false %}{{ site.nmae }}{% endif %}", "site has no field \"nmae\""),
    ("{% if false %}{{ site.foot.ipc }}{% endif %}", "site.foot has no field \"ipc\""),
    ("{% if false %}{{ page.titel }}{% endif %}", "page has no field \"titel\""),
    (
        "{% if false %}{{ site.settings.colours }}{% endif %}",
        "no theme.toml of the themes base declares the setting \"colours\"",
    ),
    (
        "{% for item in items %}{{ item.titel }}{% endfor %}",
        "undefined value: `item.titel` is undefined (page channel/list.html, first page)",
    ),
    ("{% include \"parts/gone.html\" %}", "there is no template \"parts/gone.html\" in the themes base"),
    ("{% if false %}{% include \"parts/gone.html\" %}{% endif %}", "there is no template \"parts/gone.html\""),
    ("{% if false %}{{ asset(\"css/gone.css\") }}{% endif %}", "there is no static file \"css/gone.css\""),
    ("{% if false %}{{ page.title|shorten }}{% endif %}", "there is no filter \"shorten\""),
    ("{% if page.title is beautiful %}{% endif %}", "there is no test \"beautiful\""),
    ("{% if false %}{{ t(\"moer\") }}{% endif %}", "t(\"moer\") has no text in en"),
    ("{{ t(\"moer\") }}", "t(\"moer\") has no text in zh-CN"),
    ("{{ t(\"welcome\") }}", "t(\"welcome\") is not given name, which its text in zh-CN shows"),
    ("{{ t(\"welcome\", name=\"x\", day=\"y\") }}", "t(\"welcome\") is given day, which its text in en does not show"),
    ("<img src=\"/a.png\">", "<img> without alt"),
    ("<input name=\"q\">", "<input> without a label"),
    ("<select name=\"q\"></select>", "<select> without a label"),
    ("<textarea id=\"x\" name=\"q\"></textarea><label for=\"y\">q</label>", "<textarea> without a label"),
    ("<textarea id=\"x\" name=\"q\"></textarea><label for=\"y\">q</label>", "for=\"y\": the page has no such id"),
    ("<script>alert(1)</script>", "<script> without src"),
    ("<style>a{}</style>", "<style>: styles belong in a stylesheet"),
    ("<p style=\"color:red\">x</p>", "<p style>: styles belong in a stylesheet"),
    ("<p onclick=\"x()\">x</p>", "<p onclick>: scripts belong in a file"),
    ("<a href=\"javascript:x()\">x</a>", "<a href>: javascript: addresses"),
    (
        "<img src=\"https://cdn.example/a.png\" alt=\"\">",
        "<img src=\"https://cdn.example/a.png\">: pages may fetch nothing from another host",
    ),
    ("<script src=\"//cdn.example/a.js\"></script>", "<script src=\"//cdn.example/a.js\">: pages may fetch nothing"),
    (
        "<link rel=\"stylesheet\" href=\"https://cdn.example/a.css\">",
        "<link href=\"https://cdn.example/a.css\">: pages may fetch nothing",
    ),
    ("<img srcset=\"/a.png 1x, https://cdn.example/a.png 2x\" alt=\"\">", "<img srcset>: pages may fetch nothing"),
    (
        "<form action=\"https://www.baidu.com/s\"></form>",
        "<form action=\"https://www.baidu.com/s\">: pages may fetch nothing",
    ),
    (
        "<a href=\"https://www.gov.cn/\">x</a>",
        "<a href=\"https://www.gov.cn/\"> leaves the site without rel=\"external\"",
    ),
    ("{% for item in items %}<a href=\"{{ item.url }}\">x</a>{% endfor %}", "leaves the site without rel=\"external\""),
    ("<p id=\"a\">x</p><p id=\"a\">y</p>", "the id \"a\" stands in the page twice"),
    ("<p id=\"main\">x</p>", "the id \"main\" stands in the page twice"),
    ("<p id=\"a b\">x</p>", "an id may not be empty or hold a space"),
    ("<section aria-labelledby=\"gone\"></section>", "aria-labelledby=\"gone\": the page has no such id"),
    ("<h3>x</h3>", "<h3> follows <h1>: a level is left out"),
    ("<div><p>x</p>", "<div> is not closed before </main>"),
    ("</section>", "</section> closes nothing"),
    ("<ul><li>x</ol></ul>", "</ol> closes nothing"),
    ("<iframe src=\"/map/\"></iframe>", "<iframe> without title"),
    ("<p class=\"a\" class=\"b\">x</p>", "HTML: Duplicate attribute"),
    ("<base href=\"/\">", "<base> breaks every address"),
    ("{{ t(\"dynamic.\" ~ page.kind) }}", ""),
];

#[test]
fn each_mistake_in_a_template_is_told_at_its_line() {
    for (mistake, wanted) in IN_PAGE {
        let folder = sound();
        let page = PAGE.replace("<p>{{ t(\"more\") }}</p>", mistake);
        folder.write("base/templates/channel/list.html", &page);
        let found = faults(&folder);
        let start = format!("base/templates/channel/list.html:3: {wanted}");
        let told = found
            .iter()
            .any(|fault| fault.starts_with("base/templates/channel/list.html:3: ") && fault.contains(wanted));
        let told = told
            || (wanted.is_empty()
                && found.iter().any(|fault| fault.contains("the text \"dynamic.column\" is in no catalogue")));
        assert!(told, "{mistake}\nwanted {start}\nfound {found:#?}");
    }
}

/// Changes of other files: path, text, what is told and where.
#[test]
fn each_mistake_in_other_files_is_told() {
    let cases: [(&str, &str, &str); 16] = [
        (
            "base/templates/site/home.html",
            "{% extends \"layout.html\" %}\n{% block man %}x{% endblock %}",
            "base/templates/site/home.html:2: block \"man\" is in no template above, so it is never shown (theme base)",
        ),
        (
            "base/templates/site/home.html",
            "\n{% extends \"layuot.html\" %}",
            "base/templates/site/home.html:2: there is no template \"layuot.html\"",
        ),
        ("base/templates/parts/lost.html", "x", "base/templates/parts/lost.html: is used by no page of any theme"),
        (
            "base/templates/layout.html",
            &LAYOUT.replace(" lang=\"{{ site.lang }}\"", ""),
            "base/templates/site/home.html: <html> has no lang",
        ),
        (
            "base/templates/layout.html",
            &LAYOUT.replace("{{ page.full_title }}", ""),
            "base/templates/site/map.html: the page has no <title>",
        ),
        (
            "base/templates/layout.html",
            &LAYOUT.replace("h1", "h2"),
            "base/templates/error/404.html: the page has 0 <h1>, not one",
        ),
        (
            "base/templates/layout.html",
            &LAYOUT.replace("<h1>", "<h1>x</h1>\n<h1>"),
            "base/templates/error/404.html: the page has 2 <h1>, not one",
        ),
        (
            "base/templates/layout.html",
            &LAYOUT.replace("<main id=\"main\">", "<div>").replace("</main>", "</div>"),
            "base/templates/error/404.html: the page has 0 <main>, not one",
        ),
        (
            "base/templates/layout.html",
            &LAYOUT.replace("<!DOCTYPE html>\n", ""),
            "base/templates/error/404.html: the page has no <!DOCTYPE html>",
        ),
        (
            "base/templates/layout.html",
            &LAYOUT.replace("<body>", "<body>\n<img src=\"/a.png\">"),
            "base/templates/layout.html:7: <img> without alt",
        ),
        ("base/locales/en.toml", "more = \"More\"\n", "base/locales/zh-CN.toml:2: welcome has no text in en"),
        (
            "base/locales/en.toml",
            "more = \"More\"\nwelcome = \"Welcome to {site}\"",
            "base/locales/en.toml:2: welcome has other placeholders in zh-CN",
        ),
        (
            "base/locales/en.toml",
            "more = \"More {\"",
            "base/locales/en.toml:1: more: a brace must be {name} or doubled",
        ),
        (
            "base/static/css/site.css",
            "/* url(x) */\na{background:url(\"../img/gone.png\")}",
            "base/static/css/site.css:2: \"../img/gone.png\": there is no such static file",
        ),
        (
            "base/static/css/site.css",
            "@import \"https://cdn.example/a.css\";",
            "base/static/css/site.css:1: \"https://cdn.example/a.css\": pages may fetch nothing from another host",
        ),
        (
            "base/static/css/site.css",
            "a{background:url(/theme/base/x/a.png)}",
            "base/static/css/site.css:1: \"/theme/base/x/a.png\": write the address from this file on",
        ),
    ];
    for (path, text, wanted) in cases {
        let folder = sound();
        folder.write(path, text);
        let found = faults(&folder);
        assert!(found.iter().any(|fault| fault.starts_with(wanted)), "wanted {wanted}\nfound {found:#?}");
    }
}

#[test]
fn a_missing_page_template_is_told() {
    let folder = sound();
    std::fs::remove_file(folder.path().join("base/templates/site/map.html")).unwrap();
    let found = faults(&folder);
    assert!(found.iter().any(|fault| fault.contains("theme base: there is no template site/map.html")), "{found:#?}");
}

#[test]
fn a_theme_that_drops_a_block_of_its_parent_is_told() {
    let folder = sound();
    folder.write("town/theme.toml", &manifest("town", "base"));
    folder.write(
        "town/templates/layout.html",
        &LAYOUT.replace("{% block main %}{% endblock %}", "{% block body %}{% endblock %}"),
    );
    let found = faults(&folder);
    let wanted =
        "base/templates/channel/list.html:2: block \"main\" is in no template above, so it is never shown (theme town)";
    assert!(found.iter().any(|fault| fault == wanted), "{found:#?}");
}

#[test]
fn what_is_right_is_not_told() {
    let right = [
        "<label>q <input name=\"q\"></label>",
        "<label for=\"x\">q</label><input id=\"x\" name=\"q\">",
        "<input name=\"q\" aria-label=\"q\"><input type=\"hidden\" name=\"h\"><button>x</button>",
        "<img src=\"/a.png\" alt=\"\">",
        "<a href=\"/mzj/search?q={{ page.kind }}\" title='a={{ page.kind }}'>a={{ page.kind }}</a>",
        "<svg viewBox=\"0 0 1 1\" role=\"img\"><title>x</title><path d=\"M0 0\"/></svg>",
        "<svg role=\"img\" aria-label=\"x\"/><p>x</p>",
        "<a href=\"https://www.gov.cn/\" rel=\"noopener external\">x</a>",
        "<script type=\"application/ld+json\">{\"a\": \"<b>\"}</script>",
        "<ul><li>a<li>b</ul><p>c<table><tr><td>d</table>",
        "{% for column in nav %}{% if loop.first %}{{ column.name }}{% endif %}{% endfor %}",
        "{% for number in paging.numbers %}{% set page = number %}{{ page.current }}{% endfor %}",
        "{% with words = items|map(attribute=\"title\")|list %}{{ words|length }}{% endwith %}",
        "{% block inner %}x{% endblock %}",
        "{% macro m(a, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ m(2) }}",
        "{% include [\"parts/none.html\", \"parts/list.html\"] ignore missing %}",
        "<h2>a</h2><h3>b</h3><h2>c</h2>",
        "<!-- <img> <div> -->",
        "<textarea aria-label=\"x\"><div></textarea>",
    ];
    for text in right {
        let folder = sound();
        let page = PAGE.replace("<p>{{ t(\"more\") }}</p>", text);
        folder.write("base/templates/channel/list.html", &page);
        let found = faults(&folder);
        assert!(found.is_empty(), "{text}\n{found:#?}");
    }
}

/// The themes of this repository.
fn shipped() -> Option<Themes> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
    dir.is_dir().then(|| Themes::load(&dir).unwrap_or_else(|faults| panic!("{faults:#?}")))
}

#[test]
fn the_shipped_themes_have_no_fault() {
    let Some(themes) = shipped() else { return };
    let faults: Vec<String> = check::all(&themes).iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(check::rendering(&themes).is_empty());
}
