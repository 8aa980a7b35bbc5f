//! A document from its first draft to its end.

use zhanqun::base::id::{ChannelId, DocumentId};
use zhanqun::domain::account::By;
use zhanqun::domain::content::{
    self, Brought, Edit, FOREVER, Imported, LIVE_OF_CHANNEL, LIVE_OF_GROUP, LIVE_OF_SITE, Revision, State, Text,
};
use zhanqun::domain::error::Error;
use zhanqun::domain::site::Batch;
use zhanqun::store::{ListKey, Position, Read};

use super::group::{Group, NOW, editor};

const DAY: i64 = 24 * 3600 * 1000;

fn titles(group: &Group, channel: ChannelId) -> Vec<String> {
    let items = content::live(&group.store, ListKey::new(LIVE_OF_CHANNEL, &[channel.0]), 100).unwrap();
    items.iter().map(|item| item.title().to_owned()).collect()
}

#[test]
fn saved_published_edited_and_withdrawn() {
    let group = Group::new();
    let channel = group.channel("mzj", "tzgg");
    let saved = group.save("mzj", "tzgg", "低保通知");
    assert_eq!((saved.state, saved.published, saved.live), (State::Draft, 0, None));
    assert!(titles(&group, channel).is_empty());
    let published = content::publish(&group.store, &By::ops(), saved.id, NOW).unwrap();
    assert_eq!((published.state, published.published, published.updated), (State::Published, NOW, NOW));
    assert_eq!(titles(&group, channel), ["低保通知"]);
    assert_eq!(group.store.count(ListKey::new(LIVE_OF_SITE, &[published.site.0])).unwrap(), 1);
    // An edit is not seen before it is published.
    let edited = content::save(
        &group.store,
        &By::ops(),
        saved.id,
        saved.head,
        &group.draft("mzj", "tzgg", "低保通知(更正)"),
        NOW + 1,
    )
    .unwrap();
    assert_eq!((edited.revisions, edited.card.title.as_str()), (2, "低保通知"));
    let seen = content::placed(&group.store, saved.id).unwrap().unwrap();
    assert_eq!(seen.revision.text.title, "低保通知");
    // The publication time stays, the time of change moves.
    let again = content::publish(&group.store, &By::ops(), saved.id, NOW + DAY).unwrap();
    assert_eq!((again.published, again.updated), (NOW, NOW + DAY));
    assert_eq!(titles(&group, channel), ["低保通知(更正)"]);
    content::withdraw(&group.store, &By::ops(), saved.id, "", NOW + DAY).unwrap();
    assert!(titles(&group, channel).is_empty());
    assert!(content::placed(&group.store, saved.id).unwrap().is_none());
    assert_eq!(group.store.count(ListKey::new(LIVE_OF_GROUP, &[])).unwrap(), 0);
    // Published once more it has its old time.
    assert_eq!(content::publish(&group.store, &By::ops(), saved.id, NOW + 2 * DAY).unwrap().published, NOW);
    let first: Revision = group.store.get(saved.head.0).unwrap().unwrap();
    assert_eq!((first.number, first.by.as_str(), first.text.title.as_str()), (1, "cli", "低保通知"));
}

#[test]
fn what_cannot_be_is_refused_with_its_rule() {
    let group = Group::new();
    let rule = |result: Result<_, Error>| match result.map(|_: content::Document| ()) {
        Err(Error::Rules { broken }) => broken[0].rule,
        other => panic!("{other:?}"),
    };
    assert_eq!(rule(content::create(&group.store, &By::ops(), &group.draft("mzj", "tzgg", "  "), NOW)), "required");
    for path in ["jj", "wz"] {
        let draft = group.draft("mzj", path, "标题");
        assert_eq!(rule(content::create(&group.store, &By::ops(), &draft, NOW)), "channel.holds_none", "{path}");
    }
    let document = group.publish("mzj", "tzgg", "标题");
    assert_eq!(
        rule(content::move_to(&group.store, &By::ops(), document.id, group.channel("www", "yw"), NOW)),
        "channel.other_site"
    );
    let nowhere = Edit { channel: ChannelId(999_999), ..group.draft("mzj", "tzgg", "标题") };
    assert!(matches!(content::create(&group.store, &By::ops(), &nowhere, NOW), Err(Error::NotFound { .. })));
    assert!(matches!(
        content::publish(&group.store, &By::ops(), DocumentId(999_999), NOW),
        Err(Error::NotFound { .. })
    ));
    assert!(matches!(
        content::withdraw(&group.store, &By::ops(), DocumentId(999_999), "", NOW),
        Err(Error::NotFound { .. })
    ));
}

#[test]
fn pinned_ones_come_first_and_neighbours_follow_the_list() {
    let group = Group::new();
    let channel = group.channel("mzj", "tzgg");
    for (number, title) in ["旧", "中", "新"].into_iter().enumerate() {
        let saved = group.save("mzj", "tzgg", title);
        content::publish(&group.store, &By::ops(), saved.id, NOW + number as i64 * DAY).unwrap();
    }
    let pinned = Edit { pinned_until: Some(FOREVER), ..group.draft("mzj", "tzgg", "顶") };
    let saved = content::create(&group.store, &By::ops(), &pinned, NOW).unwrap();
    content::publish(&group.store, &By::ops(), saved.id, NOW - DAY).unwrap();
    assert_eq!(titles(&group, channel), ["顶", "新", "中", "旧"]);
    let entries = group.store.list(ListKey::new(LIVE_OF_CHANNEL, &[channel.0]), Position::FIRST, 10).unwrap();
    let middle = content::item(&group.store, entries[2].id).unwrap().unwrap();
    assert_eq!(content::newer(&group.store, &middle).unwrap().unwrap().title(), "新");
    let top = content::item(&group.store, entries[0].id).unwrap().unwrap();
    assert!(content::newer(&group.store, &top).unwrap().is_none());
}

#[test]
fn references_follow_their_document() {
    let group = Group::new();
    let portal = group.channel("www", "yw");
    let document = group.publish("mzj", "tzgg", "民政通知");
    let reference = content::refer(&group.store, &By::ops(), document.id, portal, Some("转:民政通知"), None).unwrap();
    assert_eq!(titles(&group, portal), ["转:民政通知"]);
    // In the group and in its own site it counts once.
    assert_eq!(group.store.count(ListKey::new(LIVE_OF_GROUP, &[])).unwrap(), 1);
    let placed = content::placed(&group.store, DocumentId(reference.id.0)).unwrap().unwrap();
    assert_eq!((placed.item.site(), placed.revision.text.title.as_str()), (reference.site, "民政通知"));
    content::withdraw(&group.store, &By::ops(), document.id, "", NOW).unwrap();
    assert!(titles(&group, portal).is_empty());
    assert!(content::placed(&group.store, DocumentId(reference.id.0)).unwrap().is_none());
    content::publish(&group.store, &By::ops(), document.id, NOW).unwrap();
    assert_eq!(titles(&group, portal), ["转:民政通知"]);
    assert!(content::refer(&group.store, &By::ops(), document.id, group.channel("www", "bm"), None, None).is_err());
}

#[test]
fn what_is_due_leaves_with_its_references() {
    let group = Group::new();
    let channel = group.channel("mzj", "tzgg");
    let portal = group.channel("www", "yw");
    for (title, until) in [("明天到期", Some(NOW + DAY)), ("后天到期", Some(NOW + 2 * DAY)), ("长期", None)] {
        let draft = Edit { valid_until: until, ..group.draft("mzj", "tzgg", title) };
        let saved = content::create(&group.store, &By::ops(), &draft, NOW).unwrap();
        content::publish(&group.store, &By::ops(), saved.id, NOW).unwrap();
        content::refer(&group.store, &By::ops(), saved.id, portal, None, None).unwrap();
    }
    assert_eq!(content::next_due(&group.store).unwrap(), Some(NOW + DAY));
    assert!(content::run_due(&group.store, NOW + DAY - 1).unwrap().is_empty());
    assert_eq!(content::run_due(&group.store, NOW + DAY).unwrap().left, 1);
    assert_eq!(content::next_due(&group.store).unwrap(), Some(NOW + 2 * DAY));
    assert_eq!(titles(&group, portal).len(), 2);
    assert_eq!(content::run_due(&group.store, NOW + 9 * DAY).unwrap().left, 1);
    assert_eq!(titles(&group, channel), ["长期"]);
    assert_eq!(content::next_due(&group.store).unwrap(), None);
}

#[test]
fn scheduled_documents_appear_at_their_time() {
    let group = Group::new();
    let channel = group.channel("mzj", "tzgg");
    let saved = group.save("mzj", "tzgg", "明天见报");
    let scheduled = content::schedule(&group.store, &By::ops(), saved.id, NOW + DAY, NOW).unwrap();
    assert_eq!(scheduled.state, State::Scheduled);
    assert!(content::run_due(&group.store, NOW + DAY - 1).unwrap().is_empty());
    assert!(titles(&group, channel).is_empty());
    assert_eq!(content::run_due(&group.store, NOW + DAY).unwrap().appeared, 1);
    assert_eq!(titles(&group, channel), ["明天见报"]);
}

#[test]
fn a_moved_document_stands_in_its_new_column_only() {
    let group = Group::new();
    let document = group.publish("www", "yw", "要闻");
    content::move_to(&group.store, &By::ops(), document.id, group.channel("www", "bm/dt"), NOW).unwrap();
    assert!(titles(&group, group.channel("www", "yw")).is_empty());
    assert_eq!(titles(&group, group.channel("www", "bm/dt")), ["要闻"]);
}

fn batch(group: &Group, name: &str) -> u64 {
    let mut tx = group.store.transaction(editor(), "import.begin");
    let id = tx.new_id();
    let site = group.directory().by_slug("mzj").unwrap().site.id;
    let batch =
        Batch { id, name: name.into(), kind: "test".into(), site, source: "x".into(), time: NOW, hosts: Vec::new() };
    tx.put(&batch).unwrap();
    group.store.commit(tx).unwrap();
    id
}

fn bring(group: &Group, imported: &Imported) -> Brought {
    let mut tx = group.store.transaction(editor(), "import.test");
    let brought = content::bring(&mut tx, imported, NOW).unwrap();
    if !tx.is_empty() {
        group.store.commit(tx).unwrap();
    }
    brought
}

#[test]
fn imported_again_and_taken_back() {
    let group = Group::new();
    let run = batch(&group, "run-1");
    let text = |body: &str| Text { title: "旧文".into(), body: body.into(), ..Text::default() };
    let channel = group.channel("mzj", "tzgg");
    let mut imported = Imported {
        edit: Edit { channel, text: text("<p>一</p>"), ..Edit::default() },
        published: Some(NOW - 1000 * DAY),
        origin: "test:1".into(),
        batch: Some(run),
        comments: vec!["好".into()],
        ..Imported::default()
    };
    let Brought::New(document) = bring(&group, &imported) else { panic!() };
    assert_eq!((document.published, document.is_live()), (NOW - 1000 * DAY, true));
    assert!(matches!(bring(&group, &imported), Brought::Unchanged(_)));
    imported.edit.text = text("<p>二</p>");
    let Brought::Updated(updated) = bring(&group, &imported) else { panic!() };
    assert_eq!((updated.id, updated.revisions, updated.published), (document.id, 2, NOW - 1000 * DAY));
    // Moved by an editor, it stays where it is.
    // Edited here, it is left alone.
    content::save(&group.store, &By::ops(), document.id, updated.head, &group.draft("mzj", "tzgg", "本地"), NOW)
        .unwrap();
    assert!(matches!(bring(&group, &imported), Brought::Unchanged(_)));
    imported.edit.text = text("<p>三</p>");
    assert!(matches!(bring(&group, &imported), Brought::Kept(_)));
    // The same origin in another site is another document.
    let elsewhere = Imported {
        edit: Edit { channel: group.channel("www", "yw"), text: text("<p>一</p>"), ..Edit::default() },
        ..imported.clone()
    };
    assert!(matches!(bring(&group, &elsewhere), Brought::New(_)));
    assert_eq!(content::remove_batch(&group.store, &By::ops(), "run-1").unwrap(), 2);
    assert!(content::placed(&group.store, document.id).unwrap().is_none());
    assert!(group.store.get::<Revision>(document.head.0).unwrap().is_none());
    assert!(matches!(content::remove_batch(&group.store, &By::ops(), "run-1"), Err(Error::NotFound { .. })));
    // Its origin is free again.
    assert!(matches!(bring(&group, &Imported { batch: None, ..imported }), Brought::New(_)));
}
