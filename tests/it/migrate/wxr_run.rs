//! An import of a WordPress export, as it is followed in the browser: like that of every other source.

use zhanqun::base::clock::parse_local;
use zhanqun::domain::account::By;
use zhanqun::domain::migration::{self, Accept, Fate, Filter, OldPage, Reason, Run};
use zhanqun::migrate::import::undo;
use zhanqun::store::{Actor, BlobHash, Position, Read};

use super::fixture::{Export, Town, kind, label};

fn runs(town: &Town) -> Vec<Run> {
    let found = migration::runs(&town.app.store, &By::ops(), Some(town.site()), Position::FIRST, 10).unwrap();
    found.into_iter().map(|(run, _)| run).collect()
}

fn pages(town: &Town, batch: u64) -> Vec<OldPage> {
    let found = migration::pages(&town.app.store, &By::ops(), batch, Filter::default(), Position::FIRST, 100).unwrap();
    found.into_iter().map(|(page, _)| page).collect()
}

fn export() -> Export {
    let undated =
        "<wp:post_date>0000-00-00 00:00:00</wp:post_date><wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>";
    Export::new()
        .category(3, "notices", "", "通知")
        .post(1, "甲", "<b>甲文</b>", &label("category", "notices", "通知"))
        .post(2, "没有日期", "乙文", &format!("{undated}{}", label("category", "notices", "通知")))
        .item(3, "草稿", "丙文", &format!("{}{}", kind("post", "draft"), label("category", "notices", "通知")))
        .page(4, "概况", 0, "")
        .item(5, "菜单", "", &kind("nav_menu_item", "publish"))
        .attachment(9, "图", "http://old.example/wp-content/uploads/a.png", 1)
}

#[test]
fn every_item_stands_in_the_run_with_its_fate() {
    let town = Town::new();
    let report = town.import(&export());
    let [run] = runs(&town).try_into().unwrap();
    assert_eq!((run.kind.as_str(), run.name.as_str(), run.publish), ("wxr", report.batch.as_str(), true));
    assert!(run.ended.is_some() && run.figures.adds_up(), "{run:?}");
    assert_eq!(run.figures, report.figures);
    let figures = &run.figures;
    assert_eq!((figures.read, figures.imported, figures.review, figures.published), (5, 4, 2, 2));
    assert_eq!(figures.skipped.get("menu entry"), Some(&1));
    assert_eq!((figures.missing, run.samples.len()), (1, 4));
    let bytes = std::fs::read(town.app.blobs.path(&BlobHash::parse(&run.report).unwrap())).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((&json["kind"], &json["figures"]["read"]), (&"wxr".into(), &5.into()));
    let mut fates: Vec<(String, Fate, Vec<Reason>)> =
        pages(&town, run.batch).into_iter().map(|page| (page.title, page.fate, page.reasons)).collect();
    fates.sort();
    let mut wanted = vec![
        ("甲".to_owned(), Fate::Published, vec![]),
        ("没有日期".to_owned(), Fate::Review, vec![Reason::NoDate]),
        ("草稿".to_owned(), Fate::Review, vec![Reason::NotPublic]),
        ("概况".to_owned(), Fate::Published, vec![]),
        ("菜单".to_owned(), Fate::Skipped, vec![]),
    ];
    wanted.sort();
    assert_eq!(fates, wanted);
    let first = migration::page_of(&town.app.store, &By::ops(), town.document("甲").id).unwrap().unwrap();
    assert_eq!((first.address(), first.old_column.as_str()), ("http://old.example/2010/05/1-post/", "通知"));
    let original = std::fs::read(town.app.blobs.path(&BlobHash::parse(&first.original).unwrap())).unwrap();
    assert_eq!(String::from_utf8(original).unwrap(), "<b>甲文</b>");
    let columns = migration::columns(&town.app.store, &By::ops(), run.batch).unwrap();
    let notices = columns.iter().find(|column| column.channel == town.document("甲").channel).unwrap();
    assert_eq!((notices.pages, notices.waiting), (3, 2));
}

#[test]
fn what_waits_is_accepted_and_stays_so_and_undo_takes_all_of_it() {
    let town = Town::new();
    let report = town.import(&export());
    let (store, ops, now) = (&town.app.store, By::ops(), town.app.clock.now());
    let waiting = migration::waiting(store, &ops, town.site(), Position::FIRST, 10).unwrap();
    let undated = waiting.iter().find(|(page, _)| page.title == "没有日期").unwrap();
    let date = parse_local("2008-05-12 00:00").unwrap();
    migration::accept(store, &ops, undated.0.id, Accept { date: Some(date), ..Accept::default() }, now).unwrap();
    let document = town.document("没有日期");
    assert_eq!((document.is_live(), document.published), (true, date));
    // The same again adds nothing, and what a person decided stands.
    assert_eq!(town.import(&export()).batch, "");
    assert_eq!(town.document("没有日期").published, date);
    assert_eq!(migration::count_waiting(store, &ops, town.site()).unwrap(), Some(1));
    assert_eq!(runs(&town).len(), 1);
    assert_eq!(undo(store, &ops, &report.batch).unwrap(), 4);
    assert!(runs(&town).is_empty() && town.documents().is_empty());
    assert_eq!(migration::count_waiting(store, &ops, town.site()).unwrap(), Some(0));
}

#[test]
fn a_dry_run_proposes_the_mapping_and_the_run_keeps_to_it() {
    let town = Town::new();
    let mapping = town.dir.path().join("map.toml");
    let refused = town.try_import(export().xml(), |options| options.mapping = Some(mapping.clone())).unwrap_err();
    assert!(refused.to_string().contains("there is no such file"), "{refused}");
    let said = town
        .try_import(export().xml(), |options| (options.mapping, options.dry_run) = (Some(mapping.clone()), true))
        .unwrap();
    assert!(runs(&town).is_empty() && town.documents().is_empty());
    let text = std::fs::read_to_string(&mapping).unwrap();
    assert!(text.contains("wxr:category/notices") && text.contains("to = \"notices\""), "{text}");
    std::fs::write(&mapping, text.replace("to = \"notices\"", "to = \"zwgk2/tz\"")).unwrap();
    let csv = town.dir.path().join("all.csv");
    let did = town
        .try_import(export().xml(), |options| {
            (options.mapping, options.addresses) = (Some(mapping.clone()), Some(csv.clone()));
        })
        .unwrap();
    assert_eq!(did.figures, said.figures);
    assert!(did.unmapped.is_empty(), "{:?}", did.unmapped);
    assert_eq!(town.column("甲"), "zwgk2/tz");
    let lines = std::fs::read_to_string(csv).unwrap();
    for words in ["http://old.example/2010/05/1-post/,published,/mzj/zwgk2/tz/", "/2010/05/3-post/,review", "no date"] {
        assert!(lines.contains(words), "{words}: {lines}");
    }
}

#[test]
fn a_run_that_was_killed_goes_on_in_its_batch() {
    let town = Town::new();
    let report = town.import(&export());
    let mut run = runs(&town).remove(0);
    run.ended = None;
    let mut tx = town.app.store.transaction(Actor::cli(), "import.begin").site(town.site().0);
    tx.get::<Run>(run.batch).unwrap();
    tx.put(&run).unwrap();
    town.app.store.commit(tx).unwrap();
    let more = export().post(6, "丁", "丁文", "");
    let again = town.import(&more);
    assert!(again.resumed);
    assert_eq!(
        (again.batch.as_str(), again.documents.imported, again.documents.unchanged),
        (report.batch.as_str(), 1, 4)
    );
    assert_eq!(runs(&town).len(), 1);
    assert_eq!(pages(&town, run.batch).len(), 6);
}
