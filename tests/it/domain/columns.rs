//! Columns made, changed, renamed, moved, merged and deleted; and who may.

use zhanqun::base::id::{ChannelId, SiteId};
use zhanqun::domain::account::{self, By, Grant, NewUser, Role, Scope};
use zhanqun::domain::content::{self, Freshness};
use zhanqun::domain::error::{Error, Result};
use zhanqun::domain::site::{
    self, Channel, ChannelKind, Closing, ColumnEdit, DEEPEST, NewColumn, Old, RedirectFilter, Target, UpdateClass,
};
use zhanqun::store::Read;

use super::group::{BUREAU, Group, NOW};

const DAY: i64 = 24 * 3600 * 1000;

/// What somebody types for a list column.
pub fn list(name: &str) -> ColumnEdit {
    ColumnEdit {
        name: name.into(),
        kind: ChannelKind::List,
        column_type: "工作动态".into(),
        update: UpdateClass::None,
        hidden: false,
        page_size: 20,
        feed: true,
        description: String::new(),
        keywords: Vec::new(),
        url: String::new(),
        picture: String::new(),
        takes_submissions: false,
    }
}

pub fn site_id(group: &Group, slug: &str) -> SiteId {
    group.directory().by_slug(slug).unwrap().site.id
}

pub fn add(group: &Group, slug: &str, parent: Option<ChannelId>, name: &str) -> Result<Channel> {
    let new = NewColumn { parent, slug: name.into(), column: list(name) };
    site::add_column(&group.store, &By::ops(), site_id(group, slug), &new)
}

pub fn made(group: &Group, parent: Option<ChannelId>, name: &str) -> ChannelId {
    add(group, "mzj", parent, name).unwrap().id
}

/// The first broken rule.
pub fn rule<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Rules { broken }) => broken[0].rule,
        other => panic!("{other:?}"),
    }
}

/// Somebody with one grant.
fn person(group: &Group, name: &str, role: Role, scope: Scope) -> By {
    let new = NewUser {
        name: name.into(),
        display_name: String::new(),
        password: "Kx92-bright-lake".into(),
        grants: vec![Grant { role, scope }],
        must_change_password: false,
        ..NewUser::default()
    };
    By::person(&account::create(&group.store, &By::ops(), &new, NOW).unwrap(), "192.0.2.1")
}

fn order(group: &Group) -> Vec<String> {
    let directory = group.directory();
    directory.by_slug("mzj").unwrap().below(None).map(|channel| channel.slug.clone()).collect()
}

#[test]
fn a_column_is_made_behind_those_of_the_file() {
    let group = Group::new();
    let made = add(&group, "mzj", None, "own").unwrap();
    assert_eq!((made.description.as_str(), made.keywords.as_slice()), ("own", ["own".to_owned()].as_slice()));
    assert_eq!(group.at("/mzj/own/"), "column mzj own");
    let below = add(&group, "mzj", Some(group.channel("mzj", "jj")), "own").unwrap();
    assert_eq!(group.at("/mzj/jj/own/"), "column mzj jj/own");
    assert_eq!(order(&group), ["tzgg", "jj", "wz", "own"]);
    assert_eq!(below.order, made.order, "the first of the browser's in either place");
    for (parent, slug, broken) in [
        (None, "tzgg", "slug.taken"),
        (None, "own", "slug.taken"),
        (None, "admin", "slug.reserved"),
        (None, "Own", "slug.form"),
        (None, "a--b", "slug.form"),
        (Some(group.channel("mzj", "wz")), "x", "column.link_parent"),
    ] {
        assert_eq!(rule(add(&group, "mzj", parent, slug)), broken, "{slug}");
    }
    assert_eq!(rule(add(&group, "www", None, "mzj")), "slug.taken", "a subsite");
    let foreign = add(&group, "mzj", Some(group.channel("www", "bm")), "x");
    assert!(matches!(foreign, Err(Error::NotFound { .. })));
    let nowhere = site::add_column(
        &group.store,
        &By::ops(),
        SiteId(999_999),
        &NewColumn { parent: None, slug: "x".into(), column: list("x") },
    );
    assert!(matches!(nowhere, Err(Error::NotFound { .. })));
}

/// What is wrong with a column.
type Change<'a> = &'a dyn Fn(&mut ColumnEdit);

#[test]
fn what_a_column_says_of_itself_must_be_sound() {
    let group = Group::new();
    let site = site_id(&group, "mzj");
    let wrong: [(&str, Change<'_>); 10] = [
        ("required", &|edit| edit.name = "　 ".into()),
        ("text.long", &|edit| edit.name = "字".repeat(61)),
        ("text.line", &|edit| edit.name = "一\n二".into()),
        ("type.unknown", &|edit| edit.column_type = "新闻".into()),
        ("page_size.range", &|edit| edit.page_size = 0),
        ("page_size.range", &|edit| edit.page_size = 201),
        ("keywords.form", &|edit| edit.keywords = (0..21).map(|number| number.to_string()).collect()),
        ("file.form", &|edit| edit.picture = "https://elsewhere.example/a.png".into()),
        ("required", &|edit| edit.kind = ChannelKind::Link),
        ("url.form", &|edit| {
            edit.kind = ChannelKind::Link;
            edit.url = "javascript:alert(1)".into();
        }),
    ];
    for (broken, change) in wrong {
        let mut column = list("栏目");
        change(&mut column);
        let new = NewColumn { parent: None, slug: "x".into(), column };
        assert_eq!(rule(site::add_column(&group.store, &By::ops(), site, &new)), broken);
    }
    let link = ColumnEdit { kind: ChannelKind::Link, url: " https://other.example/ ".into(), ..list("外站") };
    let new = NewColumn { parent: None, slug: "x".into(), column: link };
    let link = site::add_column(&group.store, &By::ops(), site, &new).unwrap();
    assert_eq!((link.url.as_str(), link.feed), ("https://other.example/", false));
}

#[test]
fn a_change_keeps_to_what_stands_there() {
    let group = Group::new();
    let own = made(&group, None, "own");
    let change = |id, edit: ColumnEdit| content::change_column(&group.store, &By::ops(), id, &edit);
    let page = change(own, ColumnEdit { kind: ChannelKind::Page, ..list("改名") }).unwrap();
    assert_eq!((page.kind, page.name.as_str(), page.feed), (ChannelKind::Page, "改名", false));
    group.save("mzj", "own", "草稿");
    for kind in [ChannelKind::Section, ChannelKind::Link] {
        let edit = ColumnEdit { kind, url: "/x/".into(), ..list("改名") };
        assert_eq!(rule(change(own, edit)), "channel.holds", "{kind:?}");
    }
    change(own, list("改名")).unwrap();
    let section = made(&group, None, "section");
    made(&group, Some(section), "below");
    let edit = ColumnEdit { kind: ChannelKind::Link, url: "/x/".into(), ..list("聚合") };
    assert_eq!(rule(change(section, edit)), "channel.has_columns");
    let seq = group.store.seq();
    change(section, list("section")).unwrap();
    assert_eq!(group.store.seq(), seq, "nothing changed, so nothing is written");
}

#[test]
fn what_the_file_declares_is_read_only_for_people() {
    let group = Group::new();
    let site = site_id(&group, "mzj");
    let manager = person(&group, "manager", Role::Manager, Scope::Site(site));
    let (declared, own) = (group.channel("mzj", "tzgg"), made(&group, None, "own"));
    let row: Channel = group.store.get(declared.0).unwrap().unwrap();
    let store = &group.store;
    let renamed = ColumnEdit { name: "公告".into(), ..ColumnEdit::of(&row) };
    assert_eq!(rule(content::change_column(store, &manager, declared, &renamed)), "declared");
    assert_eq!(rule(site::rename_column(store, &manager, declared, "other")), "declared");
    assert_eq!(rule(site::move_column(store, &manager, declared, Some(own), None)), "declared");
    assert_eq!(rule(site::shift_column(store, &manager, declared, false)), "declared");
    assert_eq!(rule(content::delete_column(store, &manager, declared)), "declared");
    assert_eq!(rule(content::merge_column(store, &manager, declared, own)), "declared");
    // What the file leaves open is not.
    let open = ColumnEdit { takes_submissions: true, ..ColumnEdit::of(&row) };
    assert!(content::change_column(store, &manager, declared, &open).unwrap().takes_submissions);
    group.apply().unwrap();
    let row: Channel = store.get(declared.0).unwrap().unwrap();
    assert!(row.takes_submissions && row.declared);
    // And when the file says it, it is the file's.
    group.write(
        "sites/mzj/site.toml",
        &BUREAU.replacen("slug = \"tzgg\"", "slug = \"tzgg\"\ntakes_submissions = false", 1),
    );
    group.apply().unwrap();
    let row: Channel = store.get(declared.0).unwrap().unwrap();
    assert!(!row.takes_submissions && row.declares_submissions);
    assert_eq!(rule(content::change_column(store, &manager, declared, &open)), "declared");
    // The manager's own columns are his.
    content::change_column(store, &manager, own, &list("改名")).unwrap();
    site::rename_column(store, &manager, own, "renamed").unwrap();
}

#[test]
fn a_column_that_leaves_the_file_belongs_to_the_browser() {
    let group = Group::new();
    let declared = group.channel("mzj", "tzgg");
    group.publish("mzj", "tzgg", "通知");
    made(&group, None, "own");
    let without = BUREAU.replace("[[column]]\nslug = \"tzgg\"\nname = \"通知公告\"\ntype = \"政策文件\"\n\n", "");
    assert_ne!(without, BUREAU);
    group.write("sites/mzj/site.toml", &without);
    group.apply().unwrap();
    let row: Channel = group.store.get(declared.0).unwrap().unwrap();
    assert!(!row.declared);
    assert_eq!(group.at("/mzj/tzgg/"), "column mzj tzgg");
    assert_eq!(order(&group), ["jj", "wz", "tzgg", "own"], "behind those of the file");
    assert!(group.apply().unwrap().is_empty());
    let manager = person(&group, "manager", Role::Manager, Scope::Site(row.site));
    site::rename_column(&group.store, &manager, declared, "gg").unwrap();
    assert_eq!(group.at("/mzj/tzgg/"), "→ /mzj/gg/");
}

#[test]
fn a_renamed_column_keeps_every_address_below_it() {
    let group = Group::new();
    let own = made(&group, None, "own");
    let below = made(&group, Some(own), "below");
    let rename = |id, slug: &str| site::rename_column(&group.store, &By::ops(), id, slug);
    rename(own, "other").unwrap();
    rename(below, "inner").unwrap();
    for old in ["/mzj/own/below/", "/mzj/own/inner/", "/mzj/other/below/"] {
        assert_eq!(group.at(old), "→ /mzj/other/inner/", "{old}");
    }
    assert_eq!(group.at("/mzj/own/feed.xml"), "→ /mzj/other/feed.xml");
    // The former slug stays taken, by words that say why; its own it may take back.
    assert_eq!(rule(add(&group, "mzj", None, "own")), "slug.former");
    for (slug, broken) in [("tzgg", "slug.taken"), ("map", "slug.reserved"), ("a--b", "slug.form")] {
        assert_eq!(rule(rename(own, slug)), broken);
    }
    rename(own, "own").unwrap();
    assert_eq!(group.at("/mzj/own/inner/"), "column mzj own/inner");
    assert_eq!(group.at("/mzj/other/below/"), "→ /mzj/own/inner/");
}

#[test]
fn a_column_moves_with_everything_below_it() {
    let group = Group::new();
    let (a, b) = (made(&group, None, "a"), made(&group, None, "b"));
    let below = made(&group, Some(a), "below");
    let to = |id, parent, before| site::move_column(&group.store, &By::ops(), id, parent, before);
    to(a, Some(b), None).unwrap();
    assert_eq!(group.at("/mzj/a/"), "→ /mzj/b/a/");
    assert_eq!(group.at("/mzj/a/below/"), "→ /mzj/b/a/below/");
    for (id, parent, broken) in [
        (b, Some(b), "column.cycle"),
        (b, Some(a), "column.cycle"),
        (b, Some(below), "column.cycle"),
        (b, Some(group.channel("mzj", "wz")), "column.link_parent"),
    ] {
        assert_eq!(rule(to(id, parent, None)), broken);
    }
    made(&group, Some(b), "twin");
    let twin = made(&group, None, "twin");
    assert_eq!(rule(to(twin, Some(b), None)), "slug.taken");
    assert_eq!(
        rule(
            to(twin, Some(group.channel("mzj", "jj")), None)
                .map(|_| ())
                .and(to(made(&group, None, "zz"), Some(group.channel("mzj", "jj")), None).map(|_| ()))
        ),
        "slug.taken"
    );
    let foreign = to(twin, Some(group.channel("www", "bm")), None);
    assert!(matches!(foreign, Err(Error::NotFound { .. })));
    // As deep as columns may go, and no deeper.
    let mut deepest = made(&group, None, "d1");
    for level in 2..=DEEPEST {
        deepest = made(&group, Some(deepest), &format!("d{level}"));
    }
    assert_eq!(rule(add(&group, "mzj", Some(deepest), "d7")), "column.depth");
    let directory = group.directory();
    let fifth = directory.by_slug("mzj").unwrap().channel_at("d1/d2/d3/d4/d5").unwrap().id;
    assert_eq!(rule(to(b, Some(fifth), None)), "column.depth", "b has two levels below it");
    to(a, None, None).unwrap();
    assert_eq!(group.at("/mzj/b/a/below/"), "→ /mzj/a/below/");
}

#[test]
fn columns_are_put_in_order() {
    let group = Group::new();
    let [a, b, c] = ["a", "b", "c"].map(|slug| made(&group, None, slug));
    let shift = |id, up| site::shift_column(&group.store, &By::ops(), id, up).unwrap();
    let own = || order(&group)[3..].join("");
    shift(c, true);
    assert_eq!(own(), "acb");
    shift(a, false);
    assert_eq!(own(), "cab");
    let seq = group.store.seq();
    shift(c, true);
    shift(b, false);
    assert_eq!((own().as_str(), group.store.seq()), ("cab", seq), "at the ends nothing moves");
    site::move_column(&group.store, &By::ops(), b, None, Some(c)).unwrap();
    assert_eq!(own(), "bca");
    site::move_column(&group.store, &By::ops(), b, None, None).unwrap();
    assert_eq!(own(), "cab");
    assert_eq!(order(&group)[..3], ["tzgg", "jj", "wz"], "those of the file stay in its order");
    assert_eq!(group.at("/mzj/b/"), "column mzj b");
}

#[test]
fn nobody_from_another_department_learns_of_a_column() {
    let group = Group::new();
    group.write("sites/jyj/site.toml", &BUREAU.replace("民政", "教育").replace("mzj.old", "jyj.old"));
    group.apply().unwrap();
    let (mzj, jyj) = (site_id(&group, "mzj"), site_id(&group, "jyj"));
    let (own, other) = (made(&group, None, "own"), made(&group, None, "other"));
    let stranger = person(&group, "stranger", Role::Manager, Scope::Site(jyj));
    let writer = person(&group, "writer", Role::Editor, Scope::Site(mzj));
    let column = person(&group, "column", Role::Manager, Scope::Channel(mzj, own));
    let watcher = person(&group, "watcher", Role::Supervisor, Scope::Group);
    let manager = person(&group, "manager", Role::Manager, Scope::Site(mzj));
    let admin = person(&group, "boss", Role::Admin, Scope::Group);
    let store = &group.store;
    let redirect = Old { from: "/x".into(), prefix: false, to: Target::Url("/mzj/".into()) };
    let everything = |by: &By| -> Vec<Result<()>> {
        let new = NewColumn { parent: None, slug: "new".into(), column: list("新") };
        vec![
            site::add_column(store, by, mzj, &new).map(drop),
            content::change_column(store, by, own, &list("改")).map(drop),
            site::rename_column(store, by, own, "renamed").map(drop),
            site::move_column(store, by, own, Some(other), None).map(drop),
            site::shift_column(store, by, own, true).map(drop),
            site::begin_closing(store, by, own, Closing::Into(other), 0).map(drop),
            site::reopen_column(store, by, own).map(drop),
            site::turn_redirects(store, by, own, other),
            content::merge_column(store, by, own, other).map(drop),
            content::delete_column(store, by, own).map(drop),
            site::add_redirect(store, by, mzj, &redirect).map(drop),
            site::import_redirects(store, by, mzj, None, &[]).map(drop),
            site::forget_redirects(store, by, mzj, &[]).map(drop),
            site::change_site(store, by, mzj, &site::SiteEdit::of(&group.directory().site(mzj).unwrap().site))
                .map(drop),
            site::rename(store, by, mzj, "renamed").map(drop),
            site::set_state(store, by, mzj, &site::Step::to(site::SiteState::Archived)).map(drop),
        ]
    };
    let seq = store.seq();
    for by in [&stranger, &watcher] {
        for (number, result) in everything(by).into_iter().enumerate() {
            assert!(matches!(result, Err(Error::NotFound { .. })), "{number}: {result:?}");
        }
    }
    for by in [&writer, &column] {
        for (number, result) in everything(by).into_iter().enumerate() {
            assert!(matches!(result, Err(Error::Forbidden { .. })), "{number}: {result:?}");
        }
    }
    assert_eq!(store.seq(), seq, "nothing was written");
    assert!(site::redirects(store, &stranger, mzj, &RedirectFilter::default(), 0, 9).is_err());
    // The manager may but for what is the group's; so may the admin.
    assert!(site::add_redirect(store, &manager, mzj, &redirect).is_ok());
    assert!(matches!(site::rename(store, &manager, mzj, "x"), Err(Error::Forbidden { .. })));
    assert!(content::merge_column(store, &manager, own, other).is_ok());
    assert_eq!(rule(site::rename(store, &admin, mzj, "x")), "declared");
    assert!(site::apply(store, &admin, &[]).is_ok());
    assert!(matches!(site::apply(store, &manager, &[]), Err(Error::Forbidden { .. })));
}

#[test]
fn a_column_is_as_fresh_as_its_newest_document() {
    let of = |class, age: i64| Freshness::of(class, Some(NOW - age * DAY), NOW);
    assert_eq!(Freshness::of(UpdateClass::None, None, NOW), Freshness::Empty);
    assert_eq!(of(UpdateClass::None, 4000), Freshness::Free);
    assert_eq!(of(UpdateClass::Biweekly, 0), Freshness::Fresh(14));
    assert_eq!(of(UpdateClass::Biweekly, 12), Freshness::Soon(2));
    assert_eq!(of(UpdateClass::Biweekly, 14), Freshness::Soon(0));
    assert_eq!(of(UpdateClass::Biweekly, 15), Freshness::Stale(1));
    assert_eq!(of(UpdateClass::Yearly, 400), Freshness::Stale(34));
    let group = Group::new();
    let writer =
        person(&group, "writer", Role::Editor, Scope::Channel(site_id(&group, "mzj"), group.channel("mzj", "jj")));
    group.publish("mzj", "jj/zz", "职责");
    let directory = group.directory();
    let node = directory.by_slug("mzj").unwrap();
    let words = |by: &By| -> Vec<String> {
        let figures = content::column_figures(&group.store, by, node, NOW + 3 * DAY).unwrap();
        let word = |figure: &content::ColumnFigures| figure.freshness.map_or("-", Freshness::word);
        figures.iter().map(|figure| format!("{} {} {}", figure.channel.slug, word(figure), figure.live)).collect()
    };
    // A section is as fresh as what is below it; a link is neither.
    assert_eq!(words(&By::ops()), ["tzgg empty 0", "jj free 0", "zz free 1", "wz - 0"]);
    assert_eq!(words(&writer), ["jj free 0", "zz free 1"], "only where he works");
}
