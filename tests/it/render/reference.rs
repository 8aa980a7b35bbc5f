//! docs/themes.md: its reference is that of the code, its tutorial works.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use zhanqun::render::check;
use zhanqun::render::check::sample::PAGE_TEMPLATES;
use zhanqun::render::syntax::Scan;
use zhanqun::render::theme::Themes;

use super::folder::{Folder, frame_with};

const HEADING: &str = "## Templates and what they see\n";

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root(path)).unwrap()
}

/// A struct of view.rs.
struct View {
    name: String,
    doc: String,
    fields: Vec<(String, String, String)>,
}

/// The structs of view.rs with their doc comments.
fn views() -> Vec<View> {
    let mut views: Vec<View> = Vec::new();
    let mut doc = String::new();
    for line in read("src/render/view.rs").lines() {
        let line = line.trim();
        if let Some(text) = line.strip_prefix("///") {
            let _ = write!(doc, "{}{}", if doc.is_empty() { "" } else { " " }, text.trim());
        } else if let Some(rest) = line.strip_prefix("pub struct ") {
            let name = rest.trim_end_matches(['{', ' ']).to_owned();
            views.push(View { name, doc: std::mem::take(&mut doc), fields: Vec::new() });
        } else if let Some((name, kind)) = line.strip_prefix("pub ").and_then(|rest| rest.split_once(": ")) {
            let field = (name.to_owned(), kind.trim_end_matches(',').to_owned(), std::mem::take(&mut doc));
            views.last_mut().unwrap().fields.push(field);
        } else if !line.starts_with("#[") {
            doc.clear();
        }
    }
    views
}

/// A Rust type in the words of theme authors.
fn kind(rust: &str) -> String {
    let inside = |outer: &str| rust.strip_prefix(outer).and_then(|rest| rest.strip_suffix('>'));
    if let Some(inner) = inside("Option<") {
        return format!("{} or none", kind(inner));
    }
    if let Some(inner) = inside("Vec<") {
        return format!("list of {}", kind(inner));
    }
    match rust {
        "String" | "&'static str" => "text".to_owned(),
        "u16" | "u32" | "u64" => "number".to_owned(),
        "bool" => "true or false".to_owned(),
        "Value" => "HTML".to_owned(),
        "BTreeMap<String, Value>" => "values by key".to_owned(),
        view => format!("[{view}](#{})", view.to_lowercase()),
    }
}

fn table(out: &mut String, view: &View) {
    out.push_str("| field | kind | |\n|---|---|---|\n");
    for (name, rust, doc) in &view.fields {
        let _ = writeln!(out, "| `{name}` | {} | {} |", kind(rust), doc.replace('|', "\\|"));
    }
    out.push('\n');
}

/// The generated part of the document.
fn reference() -> String {
    let views = views();
    let mut out = String::from(
        "\nThis part is made from `src/render/view.rs`. Every template sees `site`\n\
         ([SiteView](#siteview)), `page` ([PageView](#pageview)), `nav` (list of\n\
         [ColumnLink](#columnlink): the visible top columns) and the fields of its page:\n\n",
    );
    out.push_str("| template | page |\n|---|---|\n");
    for (template, page) in PAGE_TEMPLATES {
        let _ = writeln!(out, "| `{template}` | [{page}](#{}) |", page.to_lowercase());
    }
    out.push('\n');
    let is_page = |view: &&View| PAGE_TEMPLATES.iter().any(|(_, page)| *page == view.name);
    for view in views.iter().filter(is_page).chain(views.iter().filter(|view| !is_page(view))) {
        let _ = writeln!(out, "### {}\n\n{}\n", view.name, view.doc);
        table(&mut out, view);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[test]
fn every_view_and_field_has_a_doc_comment() {
    let views = views();
    assert!(views.len() > 25);
    for view in &views {
        assert!(!view.doc.is_empty(), "{}", view.name);
        for (field, _, doc) in &view.fields {
            assert!(!doc.is_empty(), "{}.{field}", view.name);
        }
    }
    for (_, page) in PAGE_TEMPLATES {
        assert!(views.iter().any(|view| view.name == page), "{page}");
    }
}

#[test]
fn the_reference_is_that_of_the_code() {
    let text = read("docs/themes.md");
    let (before, old) = text.split_once(HEADING).expect("docs/themes.md has the heading of the reference");
    let new = reference();
    if std::env::var_os("ZHANQUN_BLESS").is_some() {
        std::fs::write(root("docs/themes.md"), format!("{before}{HEADING}{new}")).unwrap();
        return;
    }
    assert!(old == new, "docs/themes.md is out of date: run the test with ZHANQUN_BLESS=1");
}

/// Files of the tutorial: fenced blocks that name one.
fn tutorial() -> Vec<(String, String)> {
    let text = read("docs/themes.md");
    let mut files = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(" file=themes/") {
        let (path, after) = rest[at + " file=themes/".len()..].split_once('\n').unwrap();
        let (body, after) = after.split_once("```").unwrap();
        files.push((path.to_owned(), body.to_owned()));
        rest = after;
    }
    files
}

#[test]
fn the_tutorial_makes_a_theme_without_fault() {
    let themes = root("themes/base");
    if !themes.is_dir() {
        return;
    }
    let folder = Folder::with(&[]);
    copy(&themes, &folder.path().join("base"));
    let files = tutorial();
    assert_eq!(files.len(), 6);
    for (path, text) in &files {
        folder.write(path, text);
    }
    let faults: Vec<String> =
        check::folder(&folder.path()).iter().map(|fault| folder.below(&fault.to_string())).collect();
    let own: Vec<&String> = faults.iter().filter(|fault| fault.contains("xiangcun")).collect();
    assert!(own.is_empty(), "{own:#?}");
    let engine = folder.open();
    let frame = frame_with(&engine, "xiangcun", |site, _| {
        site.settings.insert("motto".to_owned(), "勤俭".into());
    });
    let page = engine.render("xiangcun", "site/home.html", &frame, check::sample::home(2)).unwrap();
    assert!(page.contains("<p class=\"motto\">乡训:勤俭</p>"));
    assert!(page.contains("/css/theme.css"));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(std::fs::copy(&path, &target).unwrap()),
        }
    }
}

#[test]
fn the_document_names_the_blocks_of_the_layout() {
    let layout = root("themes/base/templates/layout.html");
    if !layout.is_file() {
        return;
    }
    let scan = Scan::new("layout.html", &std::fs::read_to_string(layout).unwrap()).unwrap();
    let mut blocks: Vec<String> = scan.blocks().map(str::to_owned).collect();
    let text = read("docs/themes.md");
    let (_, section) = text.split_once("## Blocks of `layout.html`").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let mut named: Vec<String> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name.to_owned()))
        .collect();
    blocks.sort();
    named.sort();
    assert_eq!(named, blocks);
}

#[test]
fn the_document_names_every_function_and_filter() {
    let text = read("docs/themes.md");
    for filter in ["day", "day_short", "day_chinese", "date", "truncate", "filesize", "e"] {
        assert!(text.contains(&format!("\\|{filter}")), "{filter}");
    }
    for function in ["t(", "asset(", "site_css(", "latest("] {
        assert!(text.contains(&format!("| `{function}")), "{function}");
    }
    let themes = Themes::load(&root("themes"));
    for setting in themes.iter().flat_map(Themes::iter).flat_map(|theme| theme.settings.values()) {
        assert!(!setting.label.is_empty());
    }
}
