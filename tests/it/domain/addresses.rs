//! From a path to what stands there.

use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use zhanqun::domain::site::{self, Channel};
use zhanqun::store::Read;

use super::group::{Group, editor};

#[test]
fn every_kind_of_address() {
    let group = Group::new();
    for (path, expected) in [
        ("/", "home www"),
        ("", "→ /"),
        ("/www/", "→ /"),
        ("/www", "→ /"),
        ("/mzj/", "home mzj"),
        ("/mzj", "→ /mzj/"),
        ("/yw/", "column www yw"),
        ("/yw", "→ /yw/"),
        ("/www/yw/", "→ /yw/"),
        ("/bm/dt/", "column www bm/dt"),
        ("/mzj/tzgg/", "column mzj tzgg"),
        ("/mzj/tzgg", "→ /mzj/tzgg/"),
        ("/mzj/jj/zz/", "column mzj jj/zz"),
        ("/mzj/zz/", "nothing, near mzj/"),
        ("/mzj/wz/", "→ https://other.example/"),
        ("/mzj/tzgg/12.html", "document mzj 12"),
        ("/mzj/wherever/12.html", "document mzj 12"),
        ("/12.html", "document www 12"),
        ("/mzj/tzgg/012.html", "nothing, near mzj/tzgg"),
        ("/mzj/tzgg/12.html/", "nothing, near mzj/tzgg"),
        ("/mzj/tzgg/99999999999999999999.html", "nothing, near mzj/tzgg"),
        ("/mzj/tzgg/x.html", "nothing, near mzj/tzgg"),
        ("/mzj/tzgg/feed.xml", "feed mzj tzgg"),
        ("/mzj/jj/feed.xml", "nothing, near mzj/jj"),
        ("/mzj/feed.xml", "feed mzj"),
        ("/mzj/feed.xml/", "→ /mzj/feed.xml"),
        ("/feed.xml", "feed www"),
        ("/sitemap.xml", "sitemap www"),
        ("/mzj/sitemap.xml", "sitemap mzj"),
        ("/mzj/sitemap-2.xml", "sitemap mzj 2"),
        ("/mzj/sitemap-0.xml", "nothing, near mzj/"),
        ("/robots.txt", "robots"),
        ("/mzj/robots.txt", "nothing, near mzj/"),
        ("/map/", "map www"),
        ("/map", "→ /map/"),
        ("/mzj/search", "search mzj"),
        ("/mzj/search/", "→ /mzj/search"),
        ("/mzj/media/7/a.png", "media mzj 7 a.png"),
        ("/media/7/a.png", "media www 7 a.png"),
        ("/media/x/a.png", "nothing, near www/"),
        ("/media/7/", "nothing, near www/"),
        ("/nothing/", "nothing, near www/"),
        ("/mzj/tzgg/nothing/", "nothing, near mzj/tzgg"),
        ("//", "nothing, near www/"),
        ("/mzj//tzgg/", "nothing, near mzj/"),
        ("/MZJ/", "nothing, near www/"),
    ] {
        assert_eq!(group.at(path), expected, "{path}");
    }
    assert_eq!(Group::empty().at("/"), "no portal");
}

#[test]
fn former_slugs_of_columns_lead_to_the_place_of_today() {
    let group = Group::new();
    let id = group.channel("mzj", "jj/zz");
    let above = group.channel("mzj", "jj");
    let mut tx = group.store.transaction(editor(), "site.column");
    let mut channel: Channel = group.store.get(id.0).unwrap().unwrap();
    channel.former.push((Some(above), "zz".into()));
    (channel.parent, channel.slug) = (None, "zhize".into());
    tx.put(&channel).unwrap();
    group.store.commit(tx).unwrap();
    assert_eq!(group.at("/mzj/zhize/"), "column mzj zhize");
    assert_eq!(group.at("/mzj/jj/zz/"), "→ /mzj/zhize/");
    assert_eq!(group.at("/mzj/jj/zz"), "→ /mzj/zhize/");
    // The former slug stays taken, so that its address never leads to something else.
    let directory = group.directory();
    let node = directory.by_slug("mzj").unwrap();
    assert_eq!(site::channel_slot(&group.store, &node.site, Some(above), "zz").unwrap(), Some(id.0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_path_is_too_strange(paths in proptest::collection::vec("(/|[a-z0-9.%-]|mzj|tzgg|jj|www|media|feed.xml|.html|中|\\PC){0,12}", 1..40)) {
        thread_local! { static GROUP: Group = Group::new(); }
        GROUP.with(|group| {
            for path in &paths {
                for path in [path.clone(), format!("/{path}")] {
                    let found = group.at(&path);
                    // One redirect is enough: where it leads, something stands.
                    if let Some(to) = found.strip_prefix("→ ").filter(|to| to.starts_with('/')) {
                        let there = group.at(to);
                        prop_assert!(!there.starts_with('→') || there.starts_with("→ https"), "{path:?} → {to} {there}");
                        prop_assert!(!there.starts_with("nothing"), "{path:?} → {to} {there}");
                    }
                }
            }
            Ok(())
        })?;
    }
}
