//! Sites made and changed in the browser: what they say of themselves, their look, their old addresses.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use zhanqun::base::id::{DocumentId, RedirectId};
use zhanqun::domain::account::{self, By, Grant, NewUser, Role, Scope};
use zhanqun::domain::error::{Error, Result};
use zhanqun::domain::site::{
    self, Contact, NewSite, Notice, Old, Part, RedirectFilter, Site, SiteEdit, SiteKind, SiteNames, SiteState, Step,
    Target, ThemeRules, UpdateClass,
};
use zhanqun::render::engine::Engine;

use super::columns::{rule, site_id};
use super::group::{BUREAU, Group, NOW};

fn new(slug: &str) -> NewSite {
    NewSite {
        slug: slug.into(),
        name: "测试市水利局".into(),
        short_name: " 水利局 ".into(),
        kind: SiteKind::Department,
        theme: "county".into(),
        usual_columns: true,
    }
}

/// The manager of a site.
fn manager(group: &Group, slug: &str) -> By {
    let new = NewUser {
        name: format!("{slug}.manager"),
        display_name: String::new(),
        password: "Kx92-bright-lake".into(),
        grants: vec![Grant { role: Role::Manager, scope: Scope::Site(site_id(group, slug)) }],
        must_change_password: false,
        ..NewUser::default()
    };
    By::person(&account::create(&group.store, &By::ops(), &new, NOW).unwrap(), "192.0.2.1")
}

fn row(group: &Group, slug: &str) -> Site {
    group.directory().by_slug(slug).unwrap().site.clone()
}

/// Every broken rule with its field.
fn broken<T: std::fmt::Debug>(result: Result<T>) -> Vec<(&'static str, &'static str)> {
    match result {
        Err(Error::Rules { broken }) => broken.iter().map(|broken| (broken.rule, broken.field)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_site_is_made_in_the_browser() {
    let group = Group::new();
    let made = site::create(&group.store, &By::ops(), &new("slj")).unwrap();
    assert_eq!((made.state, made.short_name.as_str(), made.parent.as_str()), (SiteState::Planned, "水利局", "www"));
    let directory = group.directory();
    let slugs: Vec<&str> = directory.all().map(|node| node.site.slug.as_str()).collect();
    assert_eq!(slugs, ["www", "mzj", "slj"]);
    let node = directory.by_slug("slj").unwrap();
    let columns: Vec<&str> = node.below(None).map(|channel| channel.slug.as_str()).collect();
    assert_eq!(columns, ["jgjj", "gzdt", "tzgg", "zcwj", "bszn"]);
    assert_eq!(node.channel_at("gzdt").unwrap().update, UpdateClass::Biweekly);
    for (slug, wrong) in [("slj", "slug.taken"), ("yw", "slug.taken"), ("media", "slug.reserved"), ("水", "slug.form")]
    {
        assert_eq!(rule(site::create(&group.store, &By::ops(), &new(slug))), wrong, "{slug}");
    }
    let portal = NewSite { kind: SiteKind::Portal, ..new("other") };
    assert_eq!(rule(site::create(&group.store, &By::ops(), &portal)), "portal.one");
    let nameless = NewSite { name: " ".into(), ..new("other") };
    assert_eq!(rule(site::create(&group.store, &By::ops(), &nameless)), "required");
    assert!(matches!(
        site::create(&group.store, &manager(&group, "mzj"), &new("other")),
        Err(Error::Forbidden { role: "admin" })
    ));
    // Applying the files leaves it alone.
    assert!(group.apply().unwrap().is_empty());
    // It opens, takes another name, and the old one leads there.
    site::set_state(&group.store, &By::ops(), made.id, &Step::to(SiteState::Online)).unwrap();
    site::rename(&group.store, &By::ops(), made.id, "shuili").unwrap();
    assert_eq!(group.at("/slj/gzdt/"), "→ /shuili/gzdt/");
}

#[test]
fn names_of_hosts_belong_to_one_site() {
    let group = Group::new();
    let id = site::create(&group.store, &By::ops(), &new("slj")).unwrap().id;
    let names = |hosts: &[&str], old: &[&str]| SiteNames {
        kind: SiteKind::Township,
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        old_hosts: old.iter().map(|host| (*host).to_owned()).collect(),
    };
    let set = |names| site::set_names(&group.store, &By::ops(), id, &names);
    set(names(&["slj.example"], &["old.example", "slj.example"])).unwrap();
    let site = row(&group, "slj");
    assert_eq!((site.kind, site.old_hosts.as_slice()), (SiteKind::Township, ["old.example".to_owned()].as_slice()));
    assert_eq!(rule(set(names(&["mzj.old.example"], &[]))), "host.taken");
    assert_eq!(rule(set(names(&["no host"], &[]))), "host.form");
    let portal = site_id(&group, "www");
    assert_eq!(rule(site::set_names(&group.store, &By::ops(), portal, &names(&[], &[]))), "portal.host");
}

#[test]
fn a_site_of_the_browser_says_what_its_manager_says() {
    let group = Group::new();
    let id = site::create(&group.store, &By::ops(), &new("slj")).unwrap().id;
    let manager = manager(&group, "slj");
    let edit = SiteEdit {
        name: " 测试市水务局 ".into(),
        short_name: String::new(),
        description: "水。".into(),
        contact: Contact { phone: "0826-1".into(), ..Contact::default() },
        notice: Some(Notice {
            text: "搬迁公告".into(),
            url: Some("/slj/tzgg/".into()),
            name: "新站".into(),
            ..Notice::default()
        }),
        ..SiteEdit::of(&row(&group, "slj"))
    };
    site::change_site(&group.store, &manager, id, &edit).unwrap();
    let site = row(&group, "slj");
    assert_eq!((site.name.as_str(), site.short_name.as_str()), ("测试市水务局", "测试市水务局"));
    assert_eq!((site.contact.phone.as_str(), site.notice.unwrap().text.as_str()), ("0826-1", "搬迁公告"));
    let mut wrong = edit.clone();
    wrong.name = String::new();
    wrong.identity.site_code = "123".into();
    wrong.contact.email = "a\nb".into();
    wrong.notice = Some(Notice {
        text: "x".into(),
        url: Some("//other.example".into()),
        until: "soon".into(),
        ..Notice::default()
    });
    let found = broken(site::change_site(&group.store, &manager, id, &wrong));
    for expected in [
        ("required", "name"),
        ("code.form", "site_code"),
        ("text.line", "email"),
        ("url.form", "notice_url"),
        ("day.form", "notice_until"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    // Without its text a notice is none, and a state that needs one keeps it.
    for state in [SiteState::Online, SiteState::Notice] {
        site::set_state(&group.store, &By::ops(), id, &Step::to(state)).unwrap();
    }
    let silent = SiteEdit { notice: None, ..edit };
    assert_eq!(rule(site::change_site(&group.store, &manager, id, &silent)), "required");
}

#[test]
fn of_a_declared_site_the_browser_has_what_the_file_leaves_out() {
    let group = Group::new();
    let (id, manager) = (site_id(&group, "mzj"), manager(&group, "mzj"));
    let before = SiteEdit::of(&row(&group, "mzj"));
    let contact = Contact { phone: "0826-4821100".into(), ..Contact::default() };
    let edit = SiteEdit { contact: contact.clone(), description: "民政".into(), ..before.clone() };
    site::change_site(&group.store, &manager, id, &edit).unwrap();
    assert!(group.apply().unwrap().is_empty(), "the file has nothing against it");
    assert_eq!(row(&group, "mzj").contact, contact);
    let renamed = SiteEdit { name: "别名".into(), ..edit.clone() };
    assert_eq!(broken(site::change_site(&group.store, &manager, id, &renamed)), [("declared", "name")]);
    // Now the file says it.
    let with = format!("{BUREAU}\n[contact]\nphone = \"1\"\n").replacen("theme", "description = \"文件\"\ntheme", 1);
    group.write("sites/mzj/site.toml", &with);
    group.apply().unwrap();
    let site = row(&group, "mzj");
    assert_eq!((site.contact.phone.as_str(), site.description.as_str()), ("1", "文件"));
    assert!(site.fixes(Part::Contact) && site.fixes(Part::Description) && !site.fixes(Part::Notice));
    let found = broken(site::change_site(&group.store, &manager, id, &edit));
    assert_eq!(found, [("declared", "description"), ("declared", "contact")]);
    // And no more: it is as if nobody had said it.
    group.write("sites/mzj/site.toml", BUREAU);
    group.apply().unwrap();
    assert_eq!(row(&group, "mzj").contact, Contact::default());
}

#[test]
fn a_site_whose_file_is_gone_belongs_to_the_browser() {
    let group = Group::new();
    let manager = manager(&group, "mzj");
    std::fs::remove_file(group.dir.path().join("sites/mzj/site.toml")).unwrap();
    let applied = group.apply().unwrap();
    assert_eq!((applied.changed.as_slice(), applied.columns), (["mzj".to_owned()].as_slice(), 4));
    let site = row(&group, "mzj");
    assert!(!site.declared);
    let edit = SiteEdit { name: "新名".into(), ..SiteEdit::of(&site) };
    site::change_site(&group.store, &manager, site.id, &edit).unwrap();
    assert_eq!(group.at("/mzj/tzgg/"), "column mzj tzgg");
    assert!(group.apply().unwrap().is_empty());
    // When the file comes back, it counts again.
    group.write("sites/mzj/site.toml", BUREAU);
    group.apply().unwrap();
    let site = row(&group, "mzj");
    assert_eq!((site.name.as_str(), site.declared), ("测试市民政局", true));
    assert!(group.directory().by_slug("mzj").unwrap().channel_at("tzgg").unwrap().declared);
}

#[test]
fn a_state_that_leads_nowhere_is_refused() {
    let group = Group::new();
    let id = site::create(&group.store, &By::ops(), &new("slj")).unwrap().id;
    let boss = NewUser {
        name: "boss".into(),
        display_name: String::new(),
        password: "Kx92-bright-lake".into(),
        grants: vec![Grant::group(Role::Admin)],
        must_change_password: false,
        ..NewUser::default()
    };
    let boss = By::person(&account::create(&group.store, &By::ops(), &boss, NOW).unwrap(), "192.0.2.1");
    site::set_state(&group.store, &boss, id, &Step::to(SiteState::Online)).unwrap();
    let set = |state, url: &str| {
        let step = Step { redirect: Some(url.into()), ..Step::to(state) };
        site::set_state(&group.store, &boss, id, &step.early("试验"))
    };
    assert_eq!(rule(set(SiteState::Redirected, "")), "required");
    assert_eq!(rule(set(SiteState::Redirected, "javascript:x")), "url.form");
    assert_eq!(rule(set(SiteState::Notice, "")), "required", "a notice without a text");
    set(SiteState::Redirected, " https://new.example/ ").unwrap();
    assert_eq!(row(&group, "slj").redirect, "https://new.example/");
    let declared = site::set_state(&group.store, &boss, site_id(&group, "mzj"), &Step::to(SiteState::Archived));
    assert_eq!(rule(declared), "declared");
}

#[test]
fn a_theme_and_its_settings_are_held_to_one_rule() {
    let group = Group::new();
    let engine = Engine::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("themes")).unwrap();
    let id = site::create(&group.store, &By::ops(), &new("slj")).unwrap().id;
    let manager = manager(&group, "slj");
    let set = |theme: &str, pairs: &[(&str, Value)]| {
        let settings: BTreeMap<String, Value> =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        site::change_theme(&group.store, &manager, &engine, id, theme, &settings)
    };
    set("clear", &[("colour", json!("#1f5fa8")), ("mourning", json!(true)), ("logo", json!("/slj/media/9/logo.png"))])
        .unwrap();
    assert_eq!(row(&group, "slj").theme, "clear");
    for (key, value, wrong) in [
        ("colour", json!("#ffff00"), "colour.contrast"),
        ("colour", json!("red"), "colour.form"),
        ("mourning", json!("yes"), "theme.value"),
        ("nonsense", json!("x"), "theme.setting"),
        ("logo", json!("https://elsewhere.example/logo.png"), "file.form"),
        ("logo", json!("//elsewhere.example/logo.png"), "file.form"),
        ("slogan", json!("长".repeat(501)), "text.long"),
    ] {
        assert_eq!(rule(set("clear", &[(key, value.clone())])), wrong, "{key} = {value}");
    }
    for theme in ["nothing", "admin"] {
        assert_eq!(rule(set(theme, &[])), "theme.unknown");
        assert_eq!(engine.broken(theme, &BTreeMap::new())[0].field, "theme");
    }
    assert_eq!(row(&group, "slj").settings["colour"], "#1f5fa8", "what was refused changed nothing");
}

#[test]
fn of_a_declared_look_the_browser_has_what_the_file_leaves_out() {
    let group = Group::new();
    group.write("sites/mzj/site.toml", &format!("{BUREAU}\n[settings]\ncolour = \"#8c2f5a\"\n"));
    group.apply().unwrap();
    let engine = Engine::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("themes")).unwrap();
    let (id, manager) = (site_id(&group, "mzj"), manager(&group, "mzj"));
    let set = |theme: &str, colour: &str, slogan: &str| {
        let settings = BTreeMap::from([("colour".to_owned(), json!(colour)), ("slogan".to_owned(), json!(slogan))]);
        site::change_theme(&group.store, &manager, &engine, id, theme, &settings)
    };
    set("county", "#8c2f5a", "为民").unwrap();
    assert_eq!(broken(set("clear", "#1f5fa8", "为民")), [("declared", "theme"), ("declared", "settings")]);
    assert!(group.apply().unwrap().is_empty());
    assert_eq!(row(&group, "mzj").settings["slogan"], "为民");
    group.write("sites/mzj/site.toml", &format!("{BUREAU}\n[settings]\nslogan = \"文件\"\n"));
    group.apply().unwrap();
    let settings = row(&group, "mzj").settings;
    assert_eq!(settings.get("slogan"), Some(&json!("文件")));
    assert_eq!(settings.get("colour"), None, "the file said it once and says it no more");
}

#[test]
fn old_addresses_are_kept_one_by_one() {
    let group = Group::new();
    let (id, by) = (site_id(&group, "mzj"), By::ops());
    let tzgg = group.channel("mzj", "tzgg");
    let old = |from: &str, prefix, to| Old { from: from.into(), prefix, to };
    let add = |old| site::add_redirect(&group.store, &by, id, &old);
    let first = add(old("http://mzj.old.example/Show.asp?ID=1", false, Target::Channel(tzgg))).unwrap();
    assert_eq!(first.from, "/show.asp?id=1", "in its normal form");
    assert_eq!(rule(add(old("/SHOW.asp?id=1", false, Target::Url("/x/".into())))), "redirect.taken");
    let prefix = add(old("/show.asp", true, Target::Url("/mzj/".into()))).unwrap();
    for (from, to, wrong) in [
        ("", Target::Url("/x/".into()), "required"),
        ("/a", Target::Url("".into()), "url.form"),
        ("/a", Target::Url("//elsewhere.example/".into()), "url.form"),
        ("/a", Target::Url("javascript:alert(1)".into()), "url.form"),
        ("/a", Target::Channel(group.channel("www", "yw")), "redirect.column"),
    ] {
        assert_eq!(rule(add(old(from, false, to))), wrong);
    }
    assert_eq!(rule(add(old(&format!("/{}", "a".repeat(2100)), false, Target::Url("/x/".into())))), "redirect.long");
    let change = |number, old| site::change_redirect(&group.store, &by, id, number, &old);
    change(first.id, old("/show.asp?id=2", false, Target::Url("https://new.example/".into()))).unwrap();
    assert_eq!(rule(change(first.id, old("/show.asp", true, Target::Url("/x/".into())))), "redirect.taken");
    assert!(site::find_redirect(&group.store, id, "/show.asp?id=2").unwrap().is_some());
    let other = site_id(&group, "www");
    let foreign =
        site::change_redirect(&group.store, &by, other, first.id, &old("/y", false, Target::Url("/x/".into())));
    assert!(matches!(foreign, Err(Error::NotFound { .. })));
    assert!(site::forget_redirects(&group.store, &by, other, &[first.id]).is_err());
    site::forget_redirects(&group.store, &by, id, &[first.id, prefix.id]).unwrap();
    assert!(site::find_redirect(&group.store, id, "/show.asp?id=2").unwrap().is_none());
    assert!(site::forget_redirects(&group.store, &by, id, &[RedirectId(999_999)]).is_err());
}

#[test]
fn old_addresses_are_searched_counted_and_written_out() {
    let group = Group::new();
    let (id, by) = (site_id(&group, "mzj"), By::ops());
    let directory = group.directory();
    let node = directory.by_slug("mzj").unwrap();
    let csv = "from,to,kind\n/Show.asp?ID=1,column:tzgg,exact\n\"/a,b/\",/mzj/,prefix\n/通知/1.htm,https://new.example/?a=\"b\",\n";
    let (old, faults) = site::read_redirects(node, csv.replace("\"b\"", "b").as_bytes(), |_| Ok(true)).unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    site::import_redirects(&group.store, &by, id, None, &old).unwrap();
    let (second, _) = site::find_redirect(&group.store, id, "/a,b/").unwrap().unwrap();
    site::count_hits(&group.store, &[(second.id, 7)], NOW).unwrap();
    let find = |query: &str, by_hits, offset, limit| {
        let filter = RedirectFilter { query: query.into(), by_hits };
        let (rows, total) = site::redirects(&group.store, &by, id, &filter, offset, limit).unwrap();
        (rows.into_iter().map(|(row, _)| row.from).collect::<Vec<_>>(), total)
    };
    assert_eq!(find("", false, 0, 2), (vec!["/通知/1.htm".to_owned(), "/a,b/".to_owned()], 3));
    assert_eq!(find("", false, 2, 2).0, ["/show.asp?id=1"]);
    assert_eq!(find("", true, 0, 1), (vec!["/a,b/".to_owned()], 3));
    assert_eq!(find("SHOW", false, 0, 9), (vec!["/show.asp?id=1".to_owned()], 1));
    assert_eq!(find("http://mzj.old.example/通知", false, 0, 9), (vec!["/通知/1.htm".to_owned()], 1));
    // A word of the row that is no part of the address is not found.
    assert_eq!(find("exact", false, 0, 9).1 + find("channel", false, 0, 9).1, 0);
    let file = site::write_redirect_file(&group.store, node).unwrap();
    assert!(file.starts_with("from,to,kind,hits\n") && file.contains("\"/a,b/\",/mzj/,prefix,7\n"), "{file}");
    // What was written can be read, and says the same.
    let (again, faults) = site::read_redirects(node, file.as_bytes(), |_| Ok(true)).unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(site::import_redirects(&group.store, &by, id, None, &again).unwrap(), (0, 0));
    let (none, faults) = site::read_redirects(node, b"from,to\n/x,document:5\n/y,column:\n", |_| Ok(false)).unwrap();
    let found: Vec<_> = faults.iter().map(|fault| (fault.line, fault.broken.rule)).collect();
    assert_eq!((none.len(), found), (0, vec![(2, "redirect.document"), (3, "redirect.column")]));
    assert_eq!(site::target_words(node, &Target::Document(DocumentId(5))), "document:5");
}
