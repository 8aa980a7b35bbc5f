//! Site files are applied: created, changed, left alone, refused.

use zhanqun::base::id::ChannelId;
use zhanqun::domain::account::By;
use zhanqun::domain::error::Error;
use zhanqun::domain::site::{self, Channel, Site, SiteState, Step};
use zhanqun::store::{self, Read};

use super::group::{BUREAU, Group, PORTAL, editor};

#[test]
fn files_create_change_and_leave_alone() {
    let group = Group::empty();
    group.write("sites/www/site.toml", PORTAL);
    group.write("sites/mzj/site.toml", BUREAU);
    let first = group.apply().unwrap();
    assert_eq!((first.created.as_slice(), first.columns), (["www".to_owned(), "mzj".to_owned()].as_slice(), 7));
    let seq = group.store.seq();
    assert!(group.apply().unwrap().is_empty());
    assert_eq!(group.store.seq(), seq, "nothing changed, so nothing is written");
    group.write("sites/mzj/site.toml", &BUREAU.replace("通知公告", "公告"));
    let changed = group.apply().unwrap();
    assert_eq!(
        (changed.changed.as_slice(), changed.created.len(), changed.columns),
        (["mzj".to_owned()].as_slice(), 0, 1)
    );
    let directory = group.directory();
    assert_eq!(directory.by_slug("mzj").unwrap().channel_at("tzgg").unwrap().name, "公告");
    assert_eq!(directory.all().map(|node| node.site.slug.clone()).collect::<Vec<_>>(), ["www", "mzj"]);
}

#[test]
fn columns_of_the_browser_survive_the_file() {
    let group = Group::new();
    let site = group.directory().by_slug("mzj").unwrap().site.id;
    add_column(&group, site.0, false, "own").unwrap();
    group.write("sites/mzj/site.toml", &BUREAU.replace("通知公告", "公告"));
    group.apply().unwrap();
    assert_eq!(group.at("/mzj/own/"), "column mzj own");
}

fn add_column(group: &Group, site: u64, portal: bool, slug: &str) -> Result<ChannelId, store::Error> {
    let mut tx = group.store.transaction(editor(), "site.column").site(site);
    let id = ChannelId(tx.new_id());
    let row: Site = group.store.get(site)?.unwrap();
    tx.put(&Channel { order: 1, portal, ..Channel::new(&row, id, None, slug, slug) })?;
    group.store.commit(tx)?;
    Ok(id)
}

#[test]
fn a_portal_column_and_a_subsite_never_share_a_slug_whichever_comes_first() {
    let group = Group::new();
    let portal = group.directory().portal().unwrap().site.id.0;
    // The subsite is there already.
    let refused = add_column(&group, portal, true, "mzj").unwrap_err();
    assert!(matches!(refused, store::Error::Duplicate { .. }), "{refused}");
    // The column is there first.
    add_column(&group, portal, true, "jyj").unwrap();
    group.write(
        "sites/jyj/site.toml",
        "name = \"教育局\"\nkind = \"department\"\nparent = \"www\"\ntheme = \"county\"\n",
    );
    let seq = group.store.seq();
    assert!(matches!(group.apply().unwrap_err(), Error::Store(store::Error::Duplicate { .. })));
    assert_eq!(group.store.seq(), seq);
    // Below a subsite the same slug is fine, and so is a portal column deeper down.
    let bureau = group.directory().by_slug("mzj").unwrap().site.id.0;
    add_column(&group, bureau, false, "jyj").unwrap();
}

#[test]
fn a_renamed_site_answers_301_and_its_old_slug_stays_taken() {
    let group = Group::new();
    let id = group.directory().by_slug("mzj").unwrap().site.id;
    site::rename(&group.store, &By::ops(), id, "minzheng").unwrap();
    assert_eq!(group.at("/minzheng/tzgg/"), "column minzheng tzgg");
    assert_eq!(group.at("/mzj/"), "→ /minzheng/");
    assert_eq!(group.at("/mzj/tzgg/"), "→ /minzheng/tzgg/");
    let portal = group.directory().portal().unwrap().site.id.0;
    assert!(add_column(&group, portal, true, "mzj").is_err());
    // And back again.
    site::rename(&group.store, &By::ops(), id, "mzj").unwrap();
    assert_eq!(group.at("/mzj/tzgg/"), "column mzj tzgg");
    assert_eq!(group.at("/minzheng/tzgg/"), "→ /mzj/tzgg/");
    for (slug, rule) in [("admin", "slug.reserved"), ("民政", "slug.form"), ("", "slug.form"), ("-a", "slug.form")] {
        let Error::Rules { broken } = site::rename(&group.store, &By::ops(), id, slug).unwrap_err() else {
            panic!("{slug}")
        };
        assert_eq!(broken[0].rule, rule, "{slug}");
    }
    let Error::Rules { broken } = site::rename(&group.store, &By::ops(), id, "www").unwrap_err() else { panic!() };
    assert_eq!(broken[0].rule, "slug.taken");
}

#[test]
fn a_host_belongs_to_one_site_also_when_a_site_of_the_browser_has_it() {
    let group = Group::new();
    let id = group.directory().by_slug("mzj").unwrap().site.id;
    // Somebody takes the name for a site that no file declares.
    let mut tx = group.store.transaction(editor(), "site.create");
    let bureau: Site = group.store.get(id.0).unwrap().unwrap();
    tx.put(&Site {
        id: zhanqun::base::id::SiteId(tx.new_id()),
        slug: "own".into(),
        hosts: vec!["jyj.example".into()],
        old_hosts: Vec::new(),
        declared: false,
        ..bureau
    })
    .unwrap();
    group.store.commit(tx).unwrap();
    group.write(
        "sites/jyj/site.toml",
        "name = \"教育局\"\nkind = \"department\"\nparent = \"www\"\ntheme = \"county\"\nold_hosts = [\"jyj.example\"]\n",
    );
    assert!(matches!(group.apply().unwrap_err(), Error::Store(store::Error::Duplicate { .. })));
    assert!(group.directory().by_slug("jyj").is_none());
    assert_eq!(group.directory().by_host("jyj.example").unwrap().site.slug, "own");
    assert_eq!(group.directory().by_old_host("mzj.old.example").unwrap().site.slug, "mzj");
}

#[test]
fn a_redirected_site_needs_an_address() {
    let group = Group::new();
    let id = group.directory().by_slug("mzj").unwrap().site.id;
    let early = |step: Step| step.early("部门撤销");
    let nowhere = early(Step::to(SiteState::Redirected));
    let refused = site::set_state(&group.store, &By::ops(), id, &nowhere).unwrap_err();
    assert!(matches!(&refused, Error::Rules { broken } if broken[0].field == "redirect"), "{refused}");
    site::set_state(&group.store, &By::ops(), id, &early(Step::redirect("https://new.example/"))).unwrap();
    assert_eq!(group.directory().by_slug("mzj").unwrap().site.redirect, "https://new.example/");
}

#[test]
fn hosts_that_an_import_added_stay_when_the_file_is_applied() {
    let group = Group::new();
    let id = group.directory().by_slug("mzj").unwrap().site.id;
    let mut tx = group.store.transaction(editor(), "import.begin");
    let added = site::add_old_hosts(&mut tx, id, &["wp.example".into(), "mzj.old.example".into()]).unwrap();
    assert_eq!(added, ["wp.example"]);
    group.store.commit(tx).unwrap();
    assert!(group.apply().unwrap().is_empty());
    assert_eq!(group.directory().by_old_host("wp.example").unwrap().site.slug, "mzj");
    // When the file names it, too, it is the file's.
    group.write("sites/mzj/site.toml", &BUREAU.replace("\"mzj.old.example\"", "\"mzj.old.example\", \"wp.example\""));
    group.apply().unwrap();
    let site: Site = group.store.get(id.0).unwrap().unwrap();
    assert_eq!((site.old_hosts.len(), site.added_hosts.len()), (2, 0));
}
