//! Columns merged and deleted: what stood in them, and their addresses.

use zhanqun::base::id::ChannelId;
use zhanqun::domain::account::By;
use zhanqun::domain::content::{self, Document, LIVE_OF_CHANNEL};
use zhanqun::domain::error::Error;
use zhanqun::domain::site::{self, Channel, Closing, Old, Target};
use zhanqun::store::{ListKey, Read};

use super::columns::{add, made, rule, site_id};
use super::group::{Group, NOW};

#[test]
fn a_merge_takes_everything_along() {
    let group = Group::new();
    let (from, into) = (made(&group, None, "from"), made(&group, None, "into"));
    let below = made(&group, Some(from), "below");
    let once = made(&group, Some(from), "once");
    site::move_column(&group.store, &By::ops(), once, None, None).unwrap();
    site::rename_column(&group.store, &By::ops(), from, "old").unwrap();
    site::rename_column(&group.store, &By::ops(), from, "from").unwrap();
    let draft = group.save("mzj", "from", "草稿");
    let live = group.publish("mzj", "from", "已发布");
    let notice = group.publish("www", "yw", "要闻");
    content::refer(&group.store, &By::ops(), notice.id, from, None, None).unwrap();
    let site = site_id(&group, "mzj");
    let old = Old { from: "/show.asp?id=1".into(), prefix: false, to: Target::Channel(from) };
    site::add_redirect(&group.store, &By::ops(), site, &old).unwrap();
    assert_eq!(content::merge_column(&group.store, &By::ops(), from, into).unwrap(), 3);
    for id in [draft.id, live.id] {
        let document: Document = group.store.get(id.0).unwrap().unwrap();
        assert_eq!(document.channel, into);
    }
    assert_eq!(group.store.count(ListKey::new(LIVE_OF_CHANNEL, &[into.0])).unwrap(), 2);
    assert!(group.store.get::<Channel>(from.0).unwrap().is_none());
    for (address, answer) in [
        ("/mzj/from/", "→ /mzj/into/"),
        ("/mzj/old/", "→ /mzj/into/"),
        ("/mzj/from/below/", "→ /mzj/into/below/"),
        ("/mzj/old/below/", "→ /mzj/into/below/"),
        ("/mzj/from/once/", "→ /mzj/once/"),
        ("/mzj/into/below/", "column mzj into/below"),
    ] {
        assert_eq!(group.at(address), answer, "{address}");
    }
    assert_eq!(group.channel("mzj", "into/below"), below);
    let (redirect, _) = site::find_redirect(&group.store, site, "/show.asp?id=1").unwrap().unwrap();
    assert_eq!(redirect.to, Target::Channel(into));
    // Its slug leads on and stays taken.
    assert_eq!(rule(add(&group, "mzj", None, "from")), "slug.former");
}

#[test]
fn a_merge_that_cannot_be_is_refused_before_anything_moves() {
    let group = Group::new();
    let (from, into) = (made(&group, None, "from"), made(&group, None, "into"));
    let below = made(&group, Some(from), "below");
    let document = group.publish("mzj", "from", "文稿");
    let merge = |into| content::merge_column(&group.store, &By::ops(), from, into);
    assert_eq!(rule(merge(from)), "column.cycle");
    assert_eq!(rule(merge(below)), "column.cycle");
    assert_eq!(rule(merge(group.channel("mzj", "jj"))), "channel.holds_none");
    assert_eq!(rule(merge(group.channel("mzj", "wz"))), "channel.holds_none");
    assert_eq!(rule(merge(group.channel("www", "yw"))), "channel.other_site");
    let twin = made(&group, Some(into), "below");
    assert_eq!(rule(merge(into)), "slug.taken");
    let row: Channel = group.store.get(from.0).unwrap().unwrap();
    assert_eq!(row.closing, None);
    assert_eq!(group.store.get::<Document>(document.id.0).unwrap().unwrap().channel, from);
    site::rename_column(&group.store, &By::ops(), twin, "twin").unwrap();
    assert_eq!(rule(merge(into)), "slug.taken", "its former slug is still found there");
}

#[test]
fn what_was_merged_into_a_column_goes_on_with_it() {
    let group = Group::new();
    let above = made(&group, None, "above");
    let (below, last) = (made(&group, Some(above), "below"), made(&group, None, "last"));
    let merge = |from, into| content::merge_column(&group.store, &By::ops(), from, into);
    merge(below, above).unwrap();
    assert_eq!(group.at("/mzj/above/below/"), "→ /mzj/above/");
    // The address below it would be somebody else's there: refused rather than led astray.
    let twin = made(&group, Some(last), "below");
    assert_eq!(rule(merge(above, last)), "slug.taken");
    content::delete_column(&group.store, &By::ops(), twin).unwrap();
    merge(above, last).unwrap();
    for old in ["/mzj/above/", "/mzj/above/below/"] {
        assert_eq!(group.at(old), "→ /mzj/last/", "{old}");
    }
}

#[test]
fn an_interrupted_merge_takes_nothing_new_and_is_taken_up_again() {
    let group = Group::new();
    let (from, into) = (made(&group, None, "from"), made(&group, None, "into"));
    let draft = group.draft("mzj", "from", "新稿");
    let document = group.publish("mzj", "from", "文稿");
    let standing = content::standing(&group.store, from).unwrap();
    site::begin_closing(&group.store, &By::ops(), from, Closing::Into(into), standing).unwrap();
    // Here the server was killed. Until somebody decides, visitors read on, and nothing new comes in.
    assert_eq!(group.at("/mzj/from/"), "column mzj from");
    assert_eq!(rule(content::create(&group.store, &By::ops(), &draft, NOW)), "column.closing");
    assert_eq!(rule(add(&group, "mzj", Some(from), "x")), "column.closing");
    let third = made(&group, None, "third");
    assert_eq!(rule(content::merge_column(&group.store, &By::ops(), third, from)), "column.closing");
    site::reopen_column(&group.store, &By::ops(), from).unwrap();
    content::create(&group.store, &By::ops(), &draft, NOW).unwrap();
    site::begin_closing(&group.store, &By::ops(), from, Closing::Into(into), 2).unwrap();
    assert_eq!(content::finish_closing(&group.store, &group.directory()).unwrap(), 1);
    assert_eq!(group.store.get::<Document>(document.id.0).unwrap().unwrap().channel, into);
    assert_eq!(content::standing(&group.store, into).unwrap(), 2);
    assert_eq!(group.at("/mzj/from/"), "→ /mzj/into/");
    assert_eq!(content::finish_closing(&group.store, &group.directory()).unwrap(), 0);
    assert_eq!(rule(site::finish_merge(&group.store, &By::ops(), into)), "column.open");
}

#[test]
fn only_an_empty_column_is_deleted() {
    let group = Group::new();
    let own = made(&group, None, "own");
    let below = made(&group, Some(own), "below");
    let delete = |id| content::delete_column(&group.store, &By::ops(), id);
    assert_eq!(rule(delete(own)), "channel.has_columns");
    delete(below).unwrap();
    assert_eq!(group.at("/mzj/own/below/"), "nothing, near mzj/own");
    group.save("mzj", "own", "草稿");
    assert_eq!(rule(delete(own)), "channel.holds");
    let row: Channel = group.store.get(own.0).unwrap().unwrap();
    assert_eq!(row.closing, None, "it takes documents as before");
    let shown = made(&group, None, "shown");
    let notice = group.publish("www", "yw", "要闻");
    content::refer(&group.store, &By::ops(), notice.id, shown, None, None).unwrap();
    assert_eq!(rule(delete(shown)), "channel.holds", "a reference stands in it");
    assert!(matches!(delete(ChannelId(999_999)), Err(Error::NotFound { .. })));
    // The slug is free again.
    let empty = made(&group, None, "empty");
    delete(empty).unwrap();
    made(&group, None, "empty");
}

#[test]
fn what_stood_below_a_deleted_column_keeps_its_old_addresses() {
    let group = Group::new();
    let own = made(&group, None, "own");
    let below = made(&group, Some(own), "below");
    made(&group, Some(below), "deep");
    site::rename_column(&group.store, &By::ops(), own, "other").unwrap();
    site::move_column(&group.store, &By::ops(), below, None, None).unwrap();
    content::delete_column(&group.store, &By::ops(), own).unwrap();
    let site = site_id(&group, "mzj");
    for (address, path) in [
        ("/mzj/other/below/", "below"),
        ("/mzj/own/below/", "below"),
        ("/mzj/own/below/deep/", "below/deep"),
        ("/mzj/own/below/deep/?page=2", "below/deep"),
    ] {
        let (redirect, _) =
            site::find_redirect(&group.store, site, address).unwrap().unwrap_or_else(|| panic!("{address}"));
        assert_eq!(redirect.to, Target::Channel(group.channel("mzj", path)), "{address}");
    }
    assert!(site::find_redirect(&group.store, site, "/mzj/own/").unwrap().is_none());
}
