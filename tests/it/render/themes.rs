//! Loading of themes: inheritance, overriding, faults with file and line.

use super::folder::{Folder, frame, manifest};

const LAYOUT: &str = "<title>{% block title %}base{% endblock %}</title>{% include \"parts/foot.html\" %}";

/// `base` with a layout, and `town` below it.
fn family(more: &[(&str, &str)]) -> Folder {
    let folder = Folder::with(&[
        ("base/theme.toml", &manifest("base", "")),
        ("base/templates/layout.html", LAYOUT),
        ("base/templates/parts/foot.html", "<p>foot of base</p>"),
        ("base/templates/page.html", "{% extends \"layout.html\" %}{% block title %}page{% endblock %}"),
        ("town/theme.toml", &manifest("town", "base")),
    ]);
    for (path, text) in more {
        folder.write(path, text);
    }
    folder
}

fn render(folder: &Folder, theme: &str, template: &str) -> String {
    let engine = folder.open();
    engine.render(theme, template, &frame(&engine, theme), ()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_theme_takes_what_it_lacks_from_its_parent() {
    let folder = family(&[]);
    assert_eq!(render(&folder, "town", "page.html"), "<title>page</title><p>foot of base</p>");
}

#[test]
fn a_part_of_the_theme_stands_in_the_page_of_its_parent() {
    let folder = family(&[("town/templates/parts/foot.html", "<p>foot of town</p>")]);
    assert_eq!(render(&folder, "town", "page.html"), "<title>page</title><p>foot of town</p>");
    assert_eq!(render(&folder, "base", "page.html"), "<title>page</title><p>foot of base</p>");
}

#[test]
fn a_theme_extends_the_template_that_it_replaces_by_full_name() {
    let own = "{% extends \"@base/page.html\" %}{% block title %}town, {{ super() }}{% endblock %}";
    let folder = family(&[("town/templates/page.html", own)]);
    assert_eq!(render(&folder, "town", "page.html"), "<title>town, page</title><p>foot of base</p>");
}

#[test]
fn a_theme_that_names_no_parent_stands_on_base() {
    let folder = family(&[("village/theme.toml", &manifest("village", ""))]);
    assert_eq!(render(&folder, "village", "page.html"), "<title>page</title><p>foot of base</p>");
}

#[test]
fn a_theme_with_an_empty_parent_stands_alone() {
    let folder = family(&[("admin/theme.toml", "name = \"admin\"\ntitle = \"管理\"\nparent = \"\"\n")]);
    let engine = folder.open();
    let themes = engine.themes();
    assert!(!themes.get("admin").unwrap().is_public());
    assert!(themes.get("town").unwrap().is_public());
}

#[test]
fn faults_of_loading_name_file_and_line() {
    let cases: [(&str, &str, &str); 10] = [
        (
            "town/theme.toml",
            "name = \"town\"\ntitle = \"x\"\nparent = \"nowhere\"\n",
            "town/theme.toml:3: the parent theme \"nowhere\" is missing or has faults",
        ),
        (
            "town/theme.toml",
            "name = \"town\"\ntitle = \"x\"\nparent = \"town\"\n",
            "town/theme.toml:3: the parents go round: town → town",
        ),
        (
            "town/theme.toml",
            "name = \"city\"\ntitle = \"x\"\n",
            "town/theme.toml:1: name is \"city\" but the folder is \"town\"",
        ),
        ("town/theme.toml", "name = \"town\"\ntitle = \"x\"\ncolor = 1\n", "town/theme.toml:3: unknown field `color`"),
        (
            "town/theme.toml",
            "name = \"town\"\ntitle = \"x\"\n[settings.c]\ntype = \"colour\"\nlabel = \"c\"\ndefault = \"red\"\n",
            "town/theme.toml:6: settings.c: the default must be a colour",
        ),
        (
            "town/theme.toml",
            "name = \"town\"\ntitle = \"x\"\n[settings.c]\ntype = \"choice\"\nlabel = \"c\"\n",
            "town/theme.toml:4: settings.c: a choice needs choices",
        ),
        ("town/templates/x.html", "a\nb\n{% if %}", "town/templates/x.html:3: syntax error"),
        ("town/static/img/市徽.png", "x", "town/static/img/市徽.png: the name of a static file"),
        ("town/locales/en.toml", "a = \"b\"\nc = 3\n", "town/locales/en.toml:2: c must be a text"),
        ("town/locales/en.toml", "\"a.b\" = \"x\"\n[a]\nb = \"y\"\n", "town/locales/en.toml:3: a.b stands here twice"),
    ];
    for (path, text, wanted) in cases {
        let faults = family(&[(path, text)]).load_faults();
        assert!(faults.iter().any(|fault| fault.starts_with(wanted)), "{wanted}\n{faults:#?}");
    }
}

#[test]
fn a_circle_of_parents_is_told_for_each_theme_in_it() {
    let folder = family(&[("a/theme.toml", &manifest("a", "b")), ("b/theme.toml", &manifest("b", "a"))]);
    let faults = folder.load_faults();
    assert_eq!(
        faults,
        ["a/theme.toml:3: the parents go round: a → b → a", "b/theme.toml:3: the parents go round: b → a → b"]
    );
}

#[test]
fn a_folder_without_themes_is_a_fault() {
    let folder = Folder::with(&[("notes/readme.txt", "")]);
    assert_eq!(folder.load_faults().len(), 1);
}

#[test]
fn settings_of_a_site_get_the_defaults_of_the_nearest_theme() {
    let setting =
        |default: &str| format!("[settings.columns]\ntype = \"number\"\nlabel = \"列数\"\ndefault = {default}\n");
    let folder = family(&[
        ("base/theme.toml", &format!("{}{}", manifest("base", ""), setting("2"))),
        ("town/theme.toml", &format!("{}{}", manifest("town", "base"), setting("3"))),
        ("base/templates/page.html", "{{ site.settings.columns }}{{ site.settings.slogan }}"),
    ]);
    assert_eq!(render(&folder, "base", "page.html"), "2以民为本、为民解困");
    assert_eq!(render(&folder, "town", "page.html"), "3以民为本、为民解困");
}

#[test]
fn settings_that_a_theme_does_not_know_are_refused() {
    let setting = "[settings.columns]\ntype = \"number\"\nlabel = \"列数\"\n";
    let folder = family(&[("town/theme.toml", &format!("{}{setting}", manifest("town", "base")))]);
    let engine = folder.open();
    let themes = engine.themes();
    let town = themes.get("town").unwrap();
    assert_eq!(town.refuse_setting("columns", &toml::Value::Integer(3)), None);
    assert_eq!(
        town.refuse_setting("columns", &toml::Value::String("three".into())).unwrap(),
        "settings.columns must be a number"
    );
    assert_eq!(
        town.refuse_setting("column", &toml::Value::Integer(3)).unwrap(),
        "settings.column is no setting of the theme town, which has: columns"
    );
}

#[test]
fn texts_of_a_theme_stand_over_those_of_its_parent() {
    let folder = family(&[
        ("base/templates/page.html", "{{ t('a.b') }} {{ t('a.c', n=3) }}"),
        ("base/locales/zh-CN.toml", "[a]\nb = \"甲\"\nc = \"{{{n}}}\"\n"),
        ("town/locales/zh-CN.toml", "\"a.b\" = \"乙\"\n"),
    ]);
    assert_eq!(render(&folder, "base", "page.html"), "甲 {3}");
    assert_eq!(render(&folder, "town", "page.html"), "乙 {3}");
}

#[test]
fn backup_and_hidden_files_are_no_part_of_a_theme() {
    let folder = family(&[
        ("base/templates/page.html~", "{% if %}"),
        ("base/templates/.page.html.swp", "{% if %}"),
        ("base/static/.DS_Store", "x"),
        (".git/theme.toml", "x"),
    ]);
    assert!(folder.load_faults().is_empty());
}

#[test]
fn a_byte_order_mark_is_left_out_and_other_encodings_are_refused() {
    let folder = family(&[("town/templates/page.html", "\u{feff}<p>")]);
    assert_eq!(render(&folder, "town", "page.html"), "<p>");
    std::fs::write(folder.path().join("town/templates/page.html"), b"a\n\xb5\xda").unwrap();
    assert_eq!(folder.load_faults(), ["town/templates/page.html:2: is not UTF-8"]);
}
