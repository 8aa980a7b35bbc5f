//! The audit log: who reads it, what is found, what is masked.

use zhanqun::base::id::SiteId;
use zhanqun::domain::account::{self, By, Grant, Role, Scope, User};
use zhanqun::domain::audit::{self, Filter, Verification};
use zhanqun::domain::error::Error;
use zhanqun::store::Actor;

use super::account::{GOOD, NOW, Office};

fn auditor(office: &Office) -> By {
    By::person(&User { grants: vec![Grant::group(Role::Auditor)], ..office.user.clone() }, "")
}

/// Entries of several people in several sites.
fn busy() -> Office {
    let office = Office::new();
    for number in 0..200_u64 {
        let actor = Actor { name: format!("user{}", number % 4), address: format!("10.0.0.{}", number % 7) };
        let action = if number % 5 == 0 { "content.publish" } else { "content.save" };
        let tx = office.store.transaction(actor, action).site(7 + number % 3).note(format!("文稿 \"{number}\""));
        office.store.commit(tx).unwrap();
    }
    office
}

fn found(office: &Office, filter: &Filter) -> Vec<u64> {
    let by = auditor(office);
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = audit::entries(&office.store, &by, filter, before, 7).unwrap();
        assert!(page.entries.len() <= 7);
        all.extend(page.entries.iter().map(|entry| entry.seq));
        match page.next {
            Some(next) => before = Some(next),
            None => return all,
        }
    }
}

#[test]
fn only_the_auditor_and_ops_read_it() {
    let office = Office::new();
    for role in Role::ALL {
        let scope = if role.is_group_only() { Scope::Group } else { Scope::Site(SiteId(7)) };
        let by = By::person(&User { grants: vec![Grant { role, scope }], ..office.user.clone() }, "");
        let reads = [
            audit::entries(&office.store, &by, &Filter::default(), None, 10).map(drop),
            audit::detail(&office.store, &by, 1).map(drop),
            audit::export(&office.store, &by, &Filter::default(), |_| true),
            Verification::default().state(&by).map(drop),
            Verification::default().begin(&by).map(drop),
        ];
        for read in reads {
            assert_eq!(read.is_ok(), role == Role::Auditor, "{role:?}: {read:?}");
            assert!(role == Role::Auditor || matches!(read, Err(Error::Forbidden { role: "auditor" })));
        }
    }
    assert!(audit::entries(&office.store, &By::ops(), &Filter::default(), None, 10).is_ok());
}

#[test]
fn pages_go_back_to_the_first_entry_without_gaps() {
    let office = busy();
    let all = found(&office, &Filter::default());
    let wanted: Vec<u64> = (1..=office.store.seq()).rev().collect();
    assert_eq!(all, wanted);
}

#[test]
fn filters_find_exactly_what_fits() {
    let office = busy();
    let by = auditor(&office);
    let count = |filter: &Filter| found(&office, filter).len();
    let of = |set: fn(&mut Filter)| {
        let mut filter = Filter::default();
        set(&mut filter);
        filter
    };
    assert_eq!(count(&of(|filter| filter.actor = "user3".into())), 50);
    assert_eq!(count(&of(|filter| filter.action = "content.publish".into())), 40);
    assert_eq!(count(&of(|filter| filter.action = "content.".into())), 200);
    assert_eq!(count(&of(|filter| filter.site = Some(SiteId(8)))), 67);
    assert_eq!(count(&of(|filter| filter.site = Some(SiteId(0)))), 1, "the group itself: the user that was made");
    assert_eq!(count(&of(|filter| filter.text = "文稿 \"77\"".into())), 1);
    assert_eq!(count(&of(|filter| filter.text = "10.0.0.3".into())), 29, "addresses");
    assert_eq!(count(&of(|filter| filter.text = "nothing like it".into())), 0);
    assert_eq!(count(&of(|filter| (filter.since, filter.until) = (Some(NOW), Some(NOW + 1)))), 201);
    assert_eq!(count(&of(|filter| filter.since = Some(NOW + 1))), 0);
    assert_eq!(count(&of(|filter| filter.until = Some(NOW))), 0);
    let both = Filter { actor: "user0".into(), action: "content.publish".into(), ..Filter::default() };
    assert_eq!(count(&both), 10);
    let mut exported = Vec::new();
    audit::export(&office.store, &by, &both, |detail| {
        exported.push(detail.entry.seq);
        true
    })
    .unwrap();
    assert_eq!(exported, found(&office, &both));
    let newest = audit::entries(&office.store, &by, &Filter::default(), None, 1).unwrap();
    assert_eq!(newest.entries[0].action, "audit.export", "the export is an entry, but not in itself");
}

#[test]
fn secrets_are_masked_and_cannot_be_searched() {
    let office = Office::new();
    let logged_in = office.log_in("li.fang", GOOD, NOW).unwrap();
    let by = auditor(&office);
    let seq = office.store.seq();
    let detail = audit::detail(&office.store, &by, seq).unwrap();
    let rows: String = detail.changes.iter().filter_map(|change| change.row.as_ref()).map(|row| row.get()).collect();
    assert!(rows.contains("\"token\":\"***\"") && rows.contains("\"password\":\"***\""), "{rows}");
    assert!(!rows.contains("argon2") && !rows.contains(&logged_in.token.hash()));
    for secret in ["argon2id", &logged_in.token.hash()] {
        let filter = Filter { text: secret.into(), ..Filter::default() };
        assert!(found(&office, &filter).is_empty(), "a search does not tell a secret by finding it");
    }
    let open = Filter { text: "\"display_name\":\"李芳\"".into(), ..Filter::default() };
    let open = Filter { text: "李芳".into(), ..open };
    assert_eq!(found(&office, &open).len(), 2, "what is shown is found");
    assert!(matches!(audit::detail(&office.store, &by, seq + 1), Err(Error::NotFound { .. })));
    assert!(matches!(audit::detail(&office.store, &by, 0), Err(Error::NotFound { .. })));
    account::log_out(&office.store, &office.gate, &By::person(&office.user, ""), &logged_in.session).unwrap();
    let deleted = audit::detail(&office.store, &by, seq + 1).unwrap();
    assert!(deleted.changes[0].table == "session" && deleted.changes[0].row.is_none());
}

#[test]
fn a_verification_says_whether_the_journal_is_whole() {
    let office = busy();
    let by = auditor(&office);
    let verification = Verification::default();
    assert!(verification.begin(&by).unwrap());
    assert!(!verification.begin(&by).unwrap(), "one at a time");
    assert!(verification.state(&by).unwrap().running);
    let before = office.store.seq();
    audit::verified(&office.store, &by, &verification, || NOW);
    let state = verification.state(&by).unwrap();
    let (time, report) = state.last.unwrap();
    assert_eq!((state.running, time, report.unwrap().records), (false, NOW, before));
    let newest = audit::entries(&office.store, &by, &Filter::default(), None, 1).unwrap();
    assert!(newest.entries[0].action == "audit.verify" && newest.entries[0].note.contains("are whole"));
}
