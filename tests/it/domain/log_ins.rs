//! Log-ins: locks after wrong passwords, how long they last, who ends them.

use std::net::IpAddr;

use zhanqun::domain::account::{self, By, LoggedIn};
use zhanqun::domain::error::Error;

use super::account::{GOOD, MINUTE, NOW, Office, new_user, outcome};

#[test]
fn five_wrong_passwords_lock_for_a_quarter_of_an_hour_whether_the_name_exists_or_not() {
    let office = Office::new();
    for name in ["li.fang", "nobody"] {
        let address: IpAddr = if name == "nobody" { [10, 0, 0, 1].into() } else { [10, 0, 0, 2].into() };
        let attempt = |password: &str, now: i64| outcome(office.log_in_from(name, password, address, now));
        for _ in 0..4 {
            assert_eq!(attempt("Wrong-password-1", NOW), "wrong", "{name}");
        }
        assert_eq!(attempt("Wrong-password-1", NOW), "locked", "{name}");
        assert_eq!(attempt(GOOD, NOW + 14 * MINUTE), "locked", "{name}");
        assert_eq!(attempt("Wrong-password-1", NOW + 15 * MINUTE), "wrong", "{name}: counted from one again");
    }
    assert_eq!(outcome(office.log_in("LI.FANG ", GOOD, NOW + 16 * MINUTE)), "in");
    let failed: Vec<_> =
        office.actions().into_iter().filter(|(_, action, _)| action == "account.log_in_failed").collect();
    assert_eq!(failed.len(), 12, "one entry each, for a name that exists and one that does not");
    assert!(failed.iter().all(|(actor, _, note)| actor == "visitor" && (note == "li.fang" || note == "unknown name")));
}

#[test]
fn failures_are_forgotten_after_the_time_of_a_lock_and_after_a_log_in() {
    let office = Office::new();
    for number in 0..12 {
        assert_eq!(outcome(office.log_in("li.fang", "Wrong-password-1", NOW + number * 16 * MINUTE)), "wrong");
    }
    let later = NOW + 300 * MINUTE;
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(outcome(office.log_in("li.fang", "Wrong-password-1", later)), "wrong");
        }
        let logged_in = office.log_in("li.fang", GOOD, later).unwrap();
        assert_eq!(logged_in.session.failures, 4, "the person is told");
    }
}

#[test]
fn an_address_that_tries_many_names_is_locked() {
    let office = Office::new();
    let address: IpAddr = "2001:db8::1".parse().unwrap();
    for number in 0..20 {
        let attempt = office.log_in_from(&format!("name{number}"), "Wrong-password-1", address, NOW);
        assert_eq!(outcome(attempt), "wrong", "{number}");
    }
    assert_eq!(outcome(office.log_in_from("li.fang", GOOD, address, NOW)), "locked");
    let neighbour: IpAddr = "2001:db8::2:3".parse().unwrap();
    assert_eq!(outcome(office.log_in_from("li.fang", GOOD, neighbour, NOW)), "locked", "the same /64");
    assert_eq!(outcome(office.log_in("li.fang", GOOD, NOW)), "in", "others are not");
    account::unlock(&office.store, &office.gate, &By::ops(), office.user.id).unwrap();
    assert_eq!(outcome(office.log_in_from("li.fang", GOOD, address, NOW)), "in", "ops unlock addresses, too");
}

#[test]
fn a_lock_survives_a_restart_and_ends_by_unlocking() {
    let office = Office::new();
    for _ in 0..5 {
        let _ = office.log_in("li.fang", "Wrong-password-1", NOW);
    }
    let office = office.restarted();
    assert_eq!(outcome(office.log_in("li.fang", GOOD, NOW + MINUTE)), "locked");
    account::unlock(&office.store, &office.gate, &By::ops(), office.user.id).unwrap();
    assert_eq!(outcome(office.log_in("li.fang", GOOD, NOW + MINUTE)), "in");
}

#[test]
fn guesses_at_the_same_time_are_not_more_than_guesses_one_after_the_other() {
    let office = Office::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| office.log_in("li.fang", "Wrong-password-1", NOW).is_err());
        }
    });
    assert_eq!(outcome(office.log_in("li.fang", GOOD, NOW)), "locked");
    let user = account::user(&office.store, office.user.id).unwrap().unwrap();
    assert_eq!(user.failures.count, 5);
}

#[test]
fn disabled_users_are_out_at_once_and_look_like_a_wrong_password() {
    let office = Office::new();
    let logged_in = office.log_in("li.fang", GOOD, NOW).unwrap();
    assert!(office.person(&logged_in, NOW).is_some());
    account::disable(&office.store, &By::ops(), office.user.id).unwrap();
    assert!(office.person(&logged_in, NOW).is_none());
    assert_eq!(outcome(office.log_in("li.fang", GOOD, NOW)), "wrong");
    account::enable(&office.store, &By::ops(), office.user.id).unwrap();
    assert!(office.person(&logged_in, NOW).is_none(), "the old log-in stays ended");
    assert_eq!(outcome(office.log_in("li.fang", GOOD, NOW)), "in");
}

#[test]
fn log_ins_survive_a_restart_and_end_when_idle_or_old() {
    let office = Office::new();
    let logged_in = office.log_in("li.fang", GOOD, NOW).unwrap();
    assert!(office.person(&logged_in, NOW + 29 * MINUTE).is_some());
    let office = office.restarted();
    assert!(office.person(&logged_in, NOW + 50 * MINUTE).is_some(), "used at minute 29");
    assert!(office.person(&logged_in, NOW + 81 * MINUTE).is_none(), "idle for half an hour");
    let second = office.log_in("li.fang", GOOD, NOW).unwrap();
    let mut last = NOW;
    while office.person(&second, last + 20 * MINUTE).is_some() {
        last += 20 * MINUTE;
        assert!(last < NOW + 13 * 60 * MINUTE, "for ever");
    }
    assert_eq!(last, NOW + 12 * 60 * MINUTE - 20 * MINUTE, "twelve hours in any case");
}

#[test]
fn log_ins_end_by_logging_out_and_by_revoking_but_nobody_ends_those_of_others() {
    let office = Office::new();
    let all: Vec<LoggedIn> = (0..4).map(|_| office.log_in("li.fang", GOOD, NOW).unwrap()).collect();
    let by = By::person(&office.user, "");
    let sessions = || account::sessions(&office.store, &office.gate, &office.user, NOW).unwrap().len();
    assert_eq!(sessions(), 4);
    account::log_out(&office.store, &office.gate, &by, &all[0].session).unwrap();
    assert!(office.person(&all[0], NOW).is_none());
    account::revoke(&office.store, &office.gate, &by, &office.user, all[1].session.id).unwrap();
    assert!(office.person(&all[1], NOW).is_none());
    let other = account::create(&office.store, &By::ops(), &new_user("wang", GOOD, Vec::new()), NOW).unwrap();
    let stranger = By::person(&other, "");
    let foreign = account::revoke(&office.store, &office.gate, &stranger, &office.user, all[2].session.id);
    assert!(matches!(foreign, Err(Error::NotFound { .. })), "others do not exist");
    let guessed = account::revoke(&office.store, &office.gate, &stranger, &other, all[2].session.id);
    assert!(matches!(guessed, Err(Error::NotFound { .. })), "what is not one's own does not exist");
    assert_eq!(account::revoke_others(&office.store, &office.gate, &by, &all[2].session).unwrap(), 1);
    assert!(office.person(&all[2], NOW).is_some() && office.person(&all[3], NOW).is_none());
    assert_eq!(sessions(), 1);
}

#[test]
fn the_oldest_of_too_many_log_ins_ends() {
    let office = Office::new();
    let first = office.log_in("li.fang", GOOD, NOW).unwrap();
    for _ in 0..19 {
        office.log_in("li.fang", GOOD, NOW).unwrap();
    }
    assert!(office.person(&first, NOW).is_some());
    office.log_in("li.fang", GOOD, NOW).unwrap();
    assert!(office.person(&first, NOW).is_none());
    assert_eq!(account::sessions(&office.store, &office.gate, &office.user, NOW).unwrap().len(), 20);
    let tomorrow = NOW + 24 * 60 * MINUTE;
    office.log_in("li.fang", GOOD, tomorrow).unwrap();
    let rows = zhanqun::store::ListKey::new(account::SESSIONS_OF_USER, &[office.user.id.0]);
    assert_eq!(zhanqun::store::Read::count(&office.store, rows).unwrap(), 1, "ended log-ins are cleared away");
}
