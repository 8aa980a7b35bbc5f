//! Rendering of pages: escaping, functions, filters, errors.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::Serde;
use zhanqun::render::engine::{Engine, RenderError};
use zhanqun::render::functions::Latest;
use zhanqun::render::view::ItemView;

use super::folder::{Folder, frame, frame_with, manifest};

fn theme(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::with(&[("base/theme.toml", &manifest("base", ""))]);
    for (path, text) in files {
        folder.write(&format!("base/{path}"), text);
    }
    folder
}

fn page(template: &str) -> (Folder, Engine) {
    let folder = theme(&[
        ("templates/page.html", template),
        ("static/css/site.css", "a{}"),
        ("locales/zh-CN.toml", "more = \"更多\"\nwelcome = \"欢迎访问{name}\"\n"),
        ("locales/en.toml", "more = \"More\"\nwelcome = \"Welcome to {name}\"\nonly = \"English only\"\n"),
    ]);
    let engine = folder.open();
    (folder, engine)
}

fn render_with(template: &str, fields: impl serde::Serialize) -> Result<String, String> {
    let (folder, engine) = page(template);
    engine
        .render("base", "page.html", &frame(&engine, "base"), fields)
        .map_err(|error| folder.below(&error.to_string()))
}

fn render(template: &str) -> String {
    render_with(template, ()).unwrap()
}

fn one(name: &str, value: impl Into<Value>) -> Value {
    Value::from_pairs([(name, value.into())])
}

#[test]
fn text_is_escaped_and_addresses_stay_readable() {
    let fields = one("text", "<script>\"a\" & 'b' /mzj/tzgg/?page=2</script>");
    assert_eq!(
        render_with("<a title=\"{{ text }}\">{{ text|e }}</a>", &fields).unwrap(),
        "<a title=\"&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39; /mzj/tzgg/?page=2&lt;/script&gt;\">\
         &lt;script&gt;&quot;a&quot; &amp; &#39;b&#39; /mzj/tzgg/?page=2&lt;/script&gt;</a>"
    );
    assert_eq!(render("{{ site.search_url }} {{ page.url }}"), "/mzj/search /mzj/tzgg/");
}

#[test]
fn safe_html_is_left_alone_and_escaped_only_once() {
    let fields = one("body", Value::from_safe_string("<p>低保</p>".into()));
    assert_eq!(
        render_with("{{ body }}{{ body|e }}{{ '<i>'|e|e }}", &fields).unwrap(),
        "<p>低保</p><p>低保</p>&lt;i&gt;"
    );
}

#[test]
fn lists_and_maps_are_escaped_too() {
    let fields = one("list", Value::from(vec!["<b>"]));
    assert!(!render_with("{{ list }}", &fields).unwrap().contains('<'));
}

#[test]
fn nothing_is_written_for_none() {
    assert_eq!(render_with("[{{ gone }}]", one("gone", ())).unwrap(), "[]");
}

#[test]
fn an_undefined_name_ends_the_page_with_file_line_and_name() {
    assert_eq!(
        render_with("<p>\n{{ documnt.title }}", ()).unwrap_err(),
        "theme base: base/templates/page.html:2: undefined value: `documnt` is undefined"
    );
    let error = render_with("{{ site.nmae }}", ()).unwrap_err();
    assert_eq!(error, "theme base: base/templates/page.html:1: undefined value: `site.nmae` is undefined");
}

#[test]
fn an_error_in_an_included_template_names_that_template() {
    let folder = theme(&[
        ("templates/page.html", "a\n{% include \"parts/x.html\" %}"),
        ("templates/parts/x.html", "\n\n{{ 3|nofilter }}"),
    ]);
    let engine = folder.open();
    let error = engine.render("base", "page.html", &frame(&engine, "base"), ()).unwrap_err();
    let RenderError::Failed { fault, .. } = &error else { panic!("{error}") };
    assert!(fault.file.ends_with("base/templates/parts/x.html"), "{error}");
    assert_eq!(fault.line, 3);
    assert!(!fault.message.contains('\n'));
}

#[test]
fn a_template_that_includes_itself_ends_with_an_error() {
    assert!(render_with("{% include \"page.html\" %}", ()).unwrap_err().contains("recursion"));
}

#[test]
fn a_missing_theme_or_template_is_told() {
    let (_folder, engine) = page("");
    let frame = frame(&engine, "base");
    assert_eq!(engine.render("town", "page.html", &frame, ()), Err(RenderError::NoTheme("town".into())));
    let error = engine.render("base", "gone.html", &frame, ()).unwrap_err();
    assert_eq!(error.to_string(), "theme base: there is no template gone.html");
}

#[test]
fn asset_gives_an_address_and_refuses_what_is_not_there() {
    let address = render("{{ asset('css/site.css') }}");
    let parts: Vec<&str> = address.split('/').collect();
    assert_eq!(parts[..3], ["", "theme", "base"]);
    assert_eq!(parts[3].len(), 16);
    assert_eq!(parts[4..], ["css", "site.css"]);
    assert!(render_with("{{ asset('css/gone.css') }}", ()).unwrap_err().contains("no static file \"css/gone.css\""));
}

#[test]
fn site_css_is_the_stylesheet_of_the_colour_of_the_site() {
    let (_folder, engine) = page("{{ site_css() }}");
    let address_of = |colour: &str| {
        let frame = frame_with(&engine, "base", |site, _| site.colour = colour.to_owned());
        engine.render("base", "page.html", &frame, ()).unwrap()
    };
    assert!(address_of("#0055AA").ends_with("/site-0055aa.css"));
    // A colour that is none never reaches a stylesheet.
    assert!(address_of("red;}body{display:none").ends_with("/site-b4232a.css"));
}

#[test]
fn texts_come_in_the_language_of_the_site() {
    let (_folder, engine) = page("{{ t('more') }} {{ t('welcome', name=site.slug ~ '<') }}");
    let text_in = |lang: &str| {
        let frame = frame_with(&engine, "base", |site, _| site.lang = lang.to_owned());
        engine.render("base", "page.html", &frame, ()).unwrap()
    };
    assert_eq!(text_in("zh-CN"), "更多 欢迎访问mzj&lt;");
    assert_eq!(text_in("en"), "More Welcome to mzj&lt;");
    assert_eq!(text_in("en-GB"), "More Welcome to mzj&lt;");
    assert_eq!(text_in("bo"), "更多 欢迎访问mzj&lt;");
}

#[test]
fn a_text_that_is_missing_never_breaks_a_page() {
    assert_eq!(
        render("{{ t('only') }} {{ t('no.such.key') }} {{ t('welcome') }}"),
        "English only no.such.key 欢迎访问{name}"
    );
}

#[test]
fn functions_work_in_macros_and_imports() {
    let folder = theme(&[
        (
            "templates/page.html",
            "{% from 'm.html' import link %}{% macro own(x) %}{{ t('more') }}{{ x }}{% endmacro %}{{ own(1) }}{{ link('/a/') }}",
        ),
        (
            "templates/m.html",
            "{% macro link(url) %}<a href=\"{{ url }}\">{{ t('more') }}{{ site.slug }}</a>{% endmacro %}",
        ),
        ("locales/zh-CN.toml", "more = \"更多\""),
    ]);
    let engine = folder.open();
    let page = engine.render("base", "page.html", &frame(&engine, "base"), ()).unwrap();
    assert_eq!(page, "更多1<a href=\"/a/\">更多mzj</a>");
}

struct Columns;

impl Latest for Columns {
    fn latest(&self, column: &str, limit: usize) -> Result<Vec<ItemView>, String> {
        match column {
            "tzgg" => Ok(zhanqun::render::check::sample::items(limit)),
            other => Err(format!("the site has no column {other}")),
        }
    }
}

#[test]
fn latest_asks_for_the_documents_of_a_column() {
    let template = "{% for item in latest('tzgg', limit=3) %}{{ item.id }} {% endfor %}{{ latest('tzgg')|length }} {{ latest('tzgg', 2)|length }} {{ latest('tzgg', limit=1000)|length }}";
    let (_folder, engine) = page(template);
    let mut frame = frame(&engine, "base");
    frame.latest = Arc::new(Columns);
    assert_eq!(engine.render("base", "page.html", &frame, ()).unwrap(), "1 2 3 8 2 100");
    let (folder, engine) = page("\n{{ latest('gone') }}");
    let error = engine.render("base", "page.html", &frame, ()).unwrap_err();
    let error = folder.below(&error.to_string());
    assert_eq!(
        error,
        "theme base: base/templates/page.html:2: invalid operation: latest(\"gone\"): the site has no column gone"
    );
}

#[test]
fn filters_for_theme_authors() {
    let cases = [
        ("'2026-11-20'|day_short", "11-20"),
        ("'2026-11-02T09:30:00+08:00'|day_chinese", "2026年11月2日"),
        ("'2026-11-20 09:30'|date('%H:%M')", "09:30"),
        ("'2026-11-20T09:30:15+08:00'|date('%H:%M:%S')", "09:30:15"),
        ("'2026-11-20T23:30:00+08:00'|day", "2026-11-20"),
        ("''|day", ""),
        ("'华蓥市民政局关于提高标准的通知'|truncate(6)", "华蓥市民政…"),
        ("'华蓥市民政局'|truncate(6)", "华蓥市民政局"),
        ("'abcdefgh'|truncate(4)", "abcdefgh"),
        ("'abcdefghi'|truncate(4)", "abcdef…"),
        ("900|filesize", "900 B"),
        ("38912|filesize", "38 KB"),
        ("1572864|filesize", "1.5 MB"),
    ];
    for (expression, wanted) in cases {
        assert_eq!(render(&format!("{{{{ {expression} }}}}")), wanted, "{expression}");
    }
    assert!(render_with("{{ 'soon'|day }}", ()).unwrap_err().contains("\"soon\" is neither a day nor a time"));
}

#[test]
fn a_page_struct_is_seen_at_the_top() {
    let item = &zhanqun::render::check::sample::items(1)[0];
    let fields = Value::from(Serde(item));
    assert_eq!(render_with("{{ pinned }} {{ date }} {{ page.kind }}", fields).unwrap(), "True 2026-11-27 home");
}
