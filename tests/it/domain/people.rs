//! Who manages whom: every role against every kind of person, and what managers of a site cannot do.

use zhanqun::base::id::{ChannelId, SiteId, UserId};
use zhanqun::domain::account::{self, By, Duty, Gate, Grant, Hold, Policy, Role, Scope, User};
use zhanqun::domain::error::Error;

use super::account::{GOOD, MINUTE, NOW, Office, new_user, outcome, rules_of};

const OWN: SiteId = SiteId(7);
const SECOND: SiteId = SiteId(8);
const OTHER: SiteId = SiteId(9);

fn at(role: Role, scope: Scope) -> Grant {
    Grant { role, scope }
}

fn site(role: Role, site: SiteId) -> Grant {
    at(role, Scope::Site(site))
}

fn column(role: Role, site: SiteId) -> Grant {
    at(role, Scope::Channel(site, ChannelId(70)))
}

/// A person who is only compared, never stored.
fn someone(office: &Office, id: u64, grants: Vec<Grant>) -> User {
    User { id: UserId(id), name: format!("user{id}"), grants, ..office.user.clone() }
}

#[test]
fn every_role_against_every_kind_of_person() {
    let office = Office::new();
    let group = |role| vec![Grant::group(role)];
    // Who acts, by grants; the manager manages the site 7, one of them 8 as well.
    let actors: Vec<(&str, Vec<Grant>)> = vec![
        ("nobody", vec![]),
        ("editor", vec![site(Role::Editor, OWN)]),
        ("reviewer", vec![site(Role::Reviewer, OWN)]),
        ("publisher", vec![site(Role::Publisher, OWN)]),
        ("manager", vec![site(Role::Manager, OWN)]),
        ("manager of two", vec![site(Role::Manager, OWN), site(Role::Manager, SECOND)]),
        ("manager of a column", vec![column(Role::Manager, OWN)]),
        ("manager of every site", group(Role::Manager)),
        ("admin", group(Role::Admin)),
        ("security", group(Role::Security)),
        ("auditor", group(Role::Auditor)),
        ("supervisor", group(Role::Supervisor)),
    ];
    let kinds: Vec<(&str, Vec<Grant>)> = vec![
        ("without grants", vec![]),
        ("of the site", vec![site(Role::Editor, OWN), site(Role::Reviewer, OWN)]),
        ("of a column", vec![column(Role::Editor, OWN)]),
        ("manager of the site", vec![site(Role::Manager, OWN)]),
        ("of two sites", vec![site(Role::Editor, OWN), site(Role::Editor, SECOND)]),
        ("of the site and a column elsewhere", vec![site(Role::Editor, OWN), column(Role::Editor, OTHER)]),
        ("of another site", vec![site(Role::Editor, OTHER)]),
        ("of the site and the group", vec![site(Role::Editor, OWN), Grant::group(Role::Supervisor)]),
        ("editor of the group", group(Role::Editor)),
        ("admin", group(Role::Admin)),
        ("security", group(Role::Security)),
        ("auditor", group(Role::Auditor)),
    ];
    // One letter a kind: n nothing, p part, w whole.
    let wanted = [
        ("nobody", "nnnnnnnnnnnn"),
        ("editor", "nnnnnnnnnnnn"),
        ("reviewer", "nnnnnnnnnnnn"),
        ("publisher", "nnnnnnnnnnnn"),
        ("manager", "nwwwppnpnnnn"),
        ("manager of two", "nwwwwpnpnnnn"),
        ("manager of a column", "nnnnnnnnnnnn"),
        ("manager of every site", "nwwwwwwpnnnn"),
        ("admin", "nnnnnnnnnnnn"),
        ("security", "wwwwwwwwwwww"),
        ("auditor", "nnnnnnnnnnnn"),
        ("supervisor", "nnnnnnnnnnnn"),
    ];
    assert_eq!(actors.len(), wanted.len());
    for ((who, grants), (named, letters)) in actors.iter().zip(wanted) {
        assert_eq!(*who, named);
        let by = By::person(&someone(&office, 1, grants.clone()), "");
        for ((what, grants), letter) in kinds.iter().zip(letters.chars()) {
            let hold = by.hold(&someone(&office, 2, grants.clone()));
            let wanted = match letter {
                'n' => Hold::None,
                'p' => Hold::Part,
                _ => Hold::Whole,
            };
            assert_eq!(hold, wanted, "{who} and somebody {what}");
        }
        let disabled = User { disabled: true, ..someone(&office, 1, grants.clone()) };
        for (what, grants) in &kinds {
            let hold = By::person(&disabled, "").hold(&someone(&office, 2, grants.clone()));
            assert_eq!(hold, Hold::None, "{who}, disabled, and somebody {what}");
        }
    }
    assert_eq!(By::ops().hold(&someone(&office, 2, vec![])), Hold::Whole);
}

#[test]
fn which_grants_may_be_given() {
    let office = Office::new();
    let by = |grants: Vec<Grant>| By::person(&someone(&office, 1, grants), "");
    let manager = by(vec![site(Role::Manager, OWN)]);
    for role in [Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager] {
        assert!(manager.may_grant(&site(role, OWN)) && manager.may_grant(&column(role, OWN)), "{role:?}");
        assert!(!manager.may_grant(&site(role, OTHER)) && !manager.may_grant(&Grant::group(role)), "{role:?}");
    }
    for role in [Role::Admin, Role::Security, Role::Auditor, Role::Supervisor] {
        assert!(!manager.may_grant(&Grant::group(role)) && !manager.may_grant(&site(role, OWN)), "{role:?}");
        assert!(by(vec![Grant::group(Role::Security)]).may_grant(&Grant::group(role)), "{role:?}");
        assert!(!by(vec![Grant::group(Role::Admin)]).may_grant(&Grant::group(role)), "{role:?}");
    }
    let narrow = by(vec![column(Role::Manager, OWN)]);
    assert!(!narrow.may_grant(&column(Role::Editor, OWN)), "people belong to a site, not to a column");
}

/// A manager of site 7, stored, and somebody with the grants.
fn with_manager(office: &Office, grants: Vec<Grant>) -> (By, User) {
    let make =
        |name: &str, grants| account::create(&office.store, &By::ops(), &new_user(name, GOOD, grants), NOW).unwrap();
    let manager = make("manager", vec![site(Role::Manager, OWN)]);
    (By::person(&manager, "10.0.0.1"), make("somebody", grants))
}

#[test]
fn a_manager_makes_and_manages_the_people_of_the_site() {
    let office = Office::new();
    let (by, _) = with_manager(&office, vec![site(Role::Editor, OTHER)]);
    let (store, gate) = (&office.store, &office.gate);
    let make = |grants| account::create(store, &by, &new_user("zhang", GOOD, grants), NOW);
    for grants in [
        vec![],
        vec![site(Role::Editor, OTHER)],
        vec![site(Role::Editor, OWN), site(Role::Editor, OTHER)],
        vec![Grant::group(Role::Supervisor)],
    ] {
        assert!(matches!(make(grants.clone()), Err(Error::Forbidden { .. })), "{grants:?}");
    }
    let user = make(vec![column(Role::Editor, OWN)]).unwrap();
    let names: Vec<String> =
        account::users_of_site(store, &by, OWN).unwrap().into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["li.fang", "manager", "zhang"], "the people of the site and nobody else");
    assert!(matches!(account::users_of_site(store, &by, OTHER), Err(Error::Forbidden { .. })));
    assert!(matches!(account::users_seen(store, &by), Err(Error::Forbidden { .. })));
    account::give_grant(store, &by, user.id, site(Role::Publisher, OWN)).unwrap();
    account::take_grant(store, &by, user.id, column(Role::Editor, OWN)).unwrap();
    account::set_details(store, &by, user.id, "张伟", "zhang@mzj.example.gov.cn").unwrap();
    account::set_password(store, &by, user.id, "Next-word-0000", true, NOW).unwrap();
    let logged_in = office.log_in("zhang", "Next-word-0000", NOW).unwrap();
    account::end_sessions(store, gate, &by, user.id).unwrap();
    assert!(office.person(&logged_in, NOW).is_none());
    account::disable(store, &by, user.id).unwrap();
    account::enable(store, &by, user.id).unwrap();
    account::unlock(store, gate, &by, user.id).unwrap();
    let (user, hold) = account::user_seen(store, &by, user.id).unwrap();
    assert_eq!((user.grants.as_slice(), hold), (&[site(Role::Publisher, OWN)][..], Hold::Whole));
    let reset = account::reset_second_factor(store, &by, user.id);
    assert!(matches!(reset, Err(Error::Forbidden { role: "security" })), "with the password that were the account");
}

#[test]
fn a_manager_cannot_take_over_who_also_belongs_elsewhere() {
    let office = Office::new();
    let both = vec![site(Role::Editor, OWN), site(Role::Publisher, OTHER)];
    let (by, user) = with_manager(&office, both.clone());
    let (store, gate) = (&office.store, &office.gate);
    let session = office.log_in("somebody", GOOD, NOW).unwrap();
    let refused: Vec<(&str, Option<Error>)> = vec![
        ("password", account::set_password(store, &by, user.id, "Next-word-0000", true, NOW).err()),
        ("details", account::set_details(store, &by, user.id, "X", "thief@example.cn").err()),
        ("disable", account::disable(store, &by, user.id).err()),
        ("enable", account::enable(store, &by, user.id).err()),
        ("unlock", account::unlock(store, gate, &by, user.id).err()),
        ("factor", account::reset_second_factor(store, &by, user.id).err()),
        ("log-ins", account::end_sessions(store, gate, &by, user.id).err()),
        ("log-in", account::revoke(store, gate, &by, &user, session.session.id).err()),
        ("list of log-ins", account::sessions_of(store, gate, &by, &user, NOW).err()),
        ("list of keys", account::tokens(store, gate, &by, &user, NOW).err()),
        ("elsewhere", account::take_grant(store, &by, user.id, site(Role::Publisher, OTHER)).err()),
        ("all grants", account::set_grants(store, &by, user.id, &[site(Role::Editor, OWN)]).err()),
        ("the group", account::give_grant(store, &by, user.id, Grant::group(Role::Admin)).err()),
        ("manager elsewhere", account::give_grant(store, &by, user.id, site(Role::Manager, OTHER)).err()),
    ];
    for (what, error) in refused {
        assert!(matches!(error, Some(Error::Forbidden { .. })), "{what}: {error:?}");
    }
    assert!(office.person(&session, NOW).is_some());
    let unchanged = account::user(store, user.id).unwrap().unwrap();
    assert_eq!((unchanged.grants, unchanged.password), (both, user.password.clone()));
    // Inside his own site he gives and takes; after the last one the person does not exist for him any more.
    account::give_grant(store, &by, user.id, column(Role::Reviewer, OWN)).unwrap();
    account::take_grant(store, &by, user.id, column(Role::Reviewer, OWN)).unwrap();
    account::take_grant(store, &by, user.id, site(Role::Editor, OWN)).unwrap();
    let gone = account::give_grant(store, &by, user.id, site(Role::Editor, OWN));
    assert!(matches!(gone, Err(Error::NotFound { .. })), "nobody is fetched in from elsewhere");
    assert!(matches!(account::user_seen(store, &by, user.id), Err(Error::NotFound { .. })));
    assert!(matches!(
        account::set_password(store, &by, user.id, "Next-word-0000", true, NOW),
        Err(Error::NotFound { .. })
    ));
}

#[test]
fn nobody_changes_himself() {
    let office = Office::new();
    let (by, _) = with_manager(&office, vec![]);
    let own = by.user().unwrap().id;
    for error in [
        account::give_grant(&office.store, &by, own, site(Role::Publisher, OWN)).unwrap_err(),
        account::take_grant(&office.store, &by, own, site(Role::Manager, OWN)).unwrap_err(),
        account::set_password(&office.store, &by, own, "Next-word-0000", false, NOW).unwrap_err(),
        account::unlock(&office.store, &office.gate, &by, own).unwrap_err(),
    ] {
        assert_eq!(rules_of(&error), ["user.own"]);
    }
}

#[test]
fn an_old_password_must_be_changed_and_a_role_may_need_a_second_factor() {
    let office = Office::new();
    let policy = |days: i64, roles: &[Role]| Policy {
        password_age: days * 24 * 60 * MINUTE,
        second_factor: roles.to_vec(),
        ..office.gate.policy.clone()
    };
    let day = 24 * 60 * MINUTE;
    let duty = |policy: &Policy, days: i64| office.user.duty(policy, NOW + days * day);
    assert_eq!(duty(&policy(0, &[]), 100_000), None, "never");
    assert_eq!(duty(&policy(90, &[]), 89), None);
    assert_eq!(duty(&policy(90, &[]), 90), Some(Duty::Password));
    assert_eq!(duty(&policy(0, &[Role::Admin]), 0), None, "not an admin");
    assert_eq!(duty(&policy(0, &[Role::Admin, Role::Editor]), 0), Some(Duty::SecondFactor));
    assert_eq!(duty(&policy(90, &[Role::Editor]), 90), Some(Duty::Password), "one after the other");
    assert_eq!(Gate::new(&Default::default()).policy.password_age, 0);
}

#[test]
fn a_log_in_from_elsewhere_is_told_and_mailed() {
    let office = Office::new();
    let gate = Gate::new(&Default::default()).with_mail(true);
    account::set_details(&office.store, &By::ops(), office.user.id, "李芳", "li.fang@example.gov.cn").unwrap();
    let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let newer = windows.replace("145", "146");
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605 Version/19 Safari/604";
    let log_in = |address: [u8; 4], agent: &str, minute: i64| {
        let typed = account::Credentials { name: "li.fang", password: GOOD, address: address.into(), agent };
        account::log_in(&office.store, &gate, typed, NOW + minute * MINUTE).unwrap().user.notices.len()
    };
    assert_eq!(log_in([10, 0, 0, 1], windows, 0), 0, "the first time there is nothing to compare with");
    assert_eq!(log_in([10, 0, 0, 1], &newer, 1), 0, "a newer version of the same browser");
    assert_eq!(log_in([203, 0, 113, 7], windows, 2), 1, "another address");
    assert_eq!(log_in([10, 0, 0, 1], phone, 3), 2, "another browser");
    assert_eq!(log_in([203, 0, 113, 7], phone, 4), 2, "both are known by now");
    let user = account::user(&office.store, office.user.id).unwrap().unwrap();
    assert_eq!((user.notices[0].browser.as_str(), user.notices[1].address.as_str()), ("Safari, iOS", "203.0.113.7"));
    let letters = zhanqun::domain::mail::waiting(&office.store).unwrap();
    assert_eq!(letters.len(), 2);
    assert_eq!((letters[0].to.as_str(), letters[0].key.as_str()), ("li.fang@example.gov.cn", "mail.log_in"));
    let logged_in = office.log_in("li.fang", GOOD, NOW + 5 * MINUTE).unwrap();
    let person = office.person(&logged_in, NOW + 5 * MINUTE).unwrap();
    account::forget_notices(&office.store, &By::person(&person.user, ""), &person).unwrap();
    assert!(account::user(&office.store, office.user.id).unwrap().unwrap().notices.is_empty());
    assert_eq!(outcome(office.log_in("li.fang", GOOD, NOW)), "in");
}
