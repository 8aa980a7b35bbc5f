//! The life of a site: its states in their order, and the thirty days of a notice.

use zhanqun::base::id::SiteId;
use zhanqun::domain::account::By;
use zhanqun::domain::error::Error;
use zhanqun::domain::site::{self, NewSite, Notice, Site, SiteKind, SiteState, Step, Taken};
use zhanqun::store::Read;

use super::group::{BUREAU, Group, NOW};

const DAY: i64 = 24 * 3600 * 1000;

fn notice() -> Notice {
    Notice {
        text: "本网站即将并入市政府门户网站。".into(),
        url: Some("https://www.city.example/slj/".into()),
        name: "测试市水利局".into(),
        ..Notice::default()
    }
}

/// A site in a state, since now.
fn site_in(group: &Group, slug: &str, state: SiteState) -> SiteId {
    let new = NewSite {
        slug: slug.into(),
        name: "水利局".into(),
        short_name: String::new(),
        kind: SiteKind::Department,
        theme: "county".into(),
        usual_columns: false,
    };
    let mut site = site::create(&group.store, &By::ops(), &new).unwrap();
    (site.state, site.state_since) = (state, group.clock.now());
    site.notice = Some(notice());
    site.redirect = "https://new.example/".into();
    let mut tx = group.store.transaction(zhanqun::store::Actor::cli(), "test.state");
    tx.put(&site).unwrap();
    group.store.commit(tx).unwrap();
    site.id
}

fn row(group: &Group, id: SiteId) -> Site {
    group.store.get(id.0).unwrap().unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn only_the_steps_of_a_sites_life_are_taken_and_the_refusal_names_both_states() {
    use SiteState::{Archived, Notice, Offline, Online, Planned, Redirected};
    let steps = [
        (Planned, vec![Online]),
        (Online, vec![Planned, Offline, Notice]),
        (Offline, vec![Online, Notice]),
        // A notice has stood for 30 days here.
        (Notice, vec![Online, Redirected, Archived]),
        (Redirected, vec![Notice, Archived]),
        (Archived, vec![Redirected, Online]),
    ];
    let group = Group::new();
    for (number, (from, allowed)) in steps.into_iter().enumerate() {
        for to in SiteState::ALL.into_iter().filter(|to| *to != from) {
            let id = site_in(&group, &format!("s{number}-{}", to.word()), from);
            group.clock.set(group.clock.now() + 30 * DAY);
            let result = site::set_state(&group.store, &By::ops(), id, &Step::to(to));
            if allowed.contains(&to) {
                assert_eq!(result.unwrap(), Taken { from, early: None });
                assert_eq!((row(&group, id).state, row(&group, id).state_since), (to, group.clock.now()));
            } else {
                let words = format!("{} → {}", from.word(), to.word());
                assert!(refused(result).contains(&words), "{words}");
                assert_eq!(row(&group, id).state, from);
            }
        }
    }
}

#[test]
fn a_notice_stands_for_thirty_days_or_there_is_a_reason_in_the_journal() {
    let group = Group::new();
    let id = site_in(&group, "slj", SiteState::Online);
    let set = |step: &Step| site::set_state(&group.store, &By::ops(), id, step);
    // It has name, link and a text.
    for (wanted, notice) in [
        ("notice:", Notice { text: String::new(), ..notice() }),
        ("notice_url:", Notice { url: None, ..notice() }),
        ("notice_name:", Notice { name: String::new(), ..notice() }),
        ("notice_until", Notice { from: "2026-11-23".into(), until: "2026-12-01".into(), ..notice() }),
        ("notice_until", Notice { until: "2026-13-01".into(), ..notice() }),
    ] {
        let step = Step { notice: Some(notice), ..Step::to(SiteState::Notice) };
        assert!(refused(set(&step)).contains(wanted), "{wanted}");
    }
    set(&Step::to(SiteState::Notice)).unwrap();
    assert_eq!(row(&group, id).notice_period().unwrap(), ("2026-11-23".into(), "2026-12-23".into()));
    group.clock.set(NOW + 3 * DAY);
    let to = Step::redirect("https://www.city.example/slj/");
    let error = refused(set(&to));
    assert!(error.contains("notice → redirected, 3/30") && error.contains("30 days"), "{error}");
    assert!(refused(set(&to.clone().early("  "))).contains("3/30"), "a reason says something");
    assert!(refused(set(&to.clone().early("a\nb"))).contains("one line"));
    group.clock.set(NOW + 30 * DAY - 1);
    assert!(refused(set(&to)).contains("29/30"));
    let taken = set(&to.clone().early("机构已撤销")).unwrap();
    assert_eq!(taken, Taken { from: SiteState::Notice, early: Some(29) });
    let mut last = None;
    let mut changes = group.store.changes(group.store.seq());
    while let Some(committed) = changes.next(std::time::Duration::ZERO).unwrap() {
        last = Some(committed);
    }
    assert_eq!(last.unwrap().note, "redirected, early, 29/30: 机构已撤销");
    // A notice that names a later day stands until then.
    let id = site_in(&group, "sly", SiteState::Online);
    let late = Notice { until: "2027-03-31".into(), ..notice() };
    let step = Step { notice: Some(late), ..Step::to(SiteState::Notice) };
    site::set_state(&group.store, &By::ops(), id, &step).unwrap();
    group.clock.set(group.clock.now() + 60 * DAY);
    assert!(refused(site::set_state(&group.store, &By::ops(), id, &to)).contains("60/30"));
    group.clock.set(group.clock.now() + 60 * DAY);
    assert_eq!(site::set_state(&group.store, &By::ops(), id, &to).unwrap().early, None);
    // From online there was none at all.
    let id = site_in(&group, "slx", SiteState::Online);
    let closed = Step::to(SiteState::Archived);
    assert!(refused(site::set_state(&group.store, &By::ops(), id, &closed)).contains("online → archived, 0/30"));
    assert_eq!(site::set_state(&group.store, &By::ops(), id, &closed.early("误建")).unwrap().early, Some(0));
}

#[test]
fn files_keep_to_the_order_too() {
    let group = Group::new();
    let id = group.directory().by_slug("mzj").unwrap().site.id;
    let file = |head: &str, notice: &str| {
        let (before, columns) = BUREAU.split_once("[[column]]").unwrap();
        group.write("sites/mzj/site.toml", &format!("{before}{head}\n{notice}\n[[column]]{columns}"));
        group.apply().unwrap()
    };
    let redirected = "state = \"redirected\"\nredirect = \"https://new.example/\"";
    let applied = file(&redirected.replace("state", "description = \"新\"\nstate"), "");
    let line = applied.refused[0].to_string();
    assert!(line.contains("mzj/site.toml") && line.contains("online → redirected, 0/30"), "{line}");
    let site = row(&group, id);
    assert_eq!((site.state, site.description.as_str()), (SiteState::Online, "新"), "the rest of the file counts");
    assert_eq!(group.apply().unwrap().refused.len(), 1, "it is said again");
    let notice = "[notice]\ntext = \"合并\"\nurl = \"https://new.example/\"\nname = \"新站\"";
    assert!(file("state = \"notice\"", notice).refused.is_empty());
    assert_eq!(row(&group, id).state_since, NOW);
    group.clock.set(NOW + 10 * DAY);
    assert!(group.apply().unwrap().is_empty(), "the days count from the first time");
    assert!(file(redirected, "").refused[0].to_string().contains("notice → redirected, 10/30"));
    assert!(row(&group, id).notice.is_some(), "a notice that has to stay stays");
    let seq = group.store.seq();
    assert!(file(&format!("{redirected}\nearly = \"机构已撤销\""), "").refused.is_empty());
    assert_eq!(row(&group, id).state, SiteState::Redirected);
    let committed = group.store.changes(seq + 1).next(std::time::Duration::ZERO).unwrap().unwrap();
    assert_eq!(committed.note, "mzj: redirected, early, 10/30: 机构已撤销");
    for wrong in ["state = \"offline\"", "state = \"online\"\n[notice]\ntext = \"x\"\nuntil = \"2026-2-30\""] {
        let (before, columns) = BUREAU.split_once("[[column]]").unwrap();
        group.write("sites/mzj/site.toml", &format!("{before}{wrong}\n\n[[column]]{columns}"));
        assert!(group.read().unwrap_err()[0].to_string().contains("mzj/site.toml"), "{wrong}");
    }
}
