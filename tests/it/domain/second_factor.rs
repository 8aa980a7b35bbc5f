//! The second factor: setting it up, logging in with it, what does not get in.

use std::net::IpAddr;

use zhanqun::domain;
use zhanqun::domain::account::{self, By, FactorSecret, LoggedIn, Person, RECOVERY_CODES, Refusal, Token};

use super::account::{GOOD, MINUTE, NOW, Office, outcome, rules_of};

/// Somebody who has set a second factor up.
struct Phone {
    office: Office,
    secret: FactorSecret,
    codes: Vec<String>,
}

fn address() -> IpAddr {
    [10, 0, 0, 9].into()
}

impl Phone {
    fn new() -> Phone {
        let office = Office::new();
        let logged_in = office.log_in("li.fang", GOOD, NOW).unwrap();
        let person = office.person(&logged_in, NOW).unwrap();
        let by = By::person(&person.user, "");
        let secret = account::begin_second_factor(&office.store, &by, &person).unwrap();
        let code = secret.code(NOW).unwrap();
        let set = account::confirm_second_factor(&office.store, &office.gate, &by, &person, GOOD, &code, NOW);
        let codes = set.unwrap();
        Phone { office, secret, codes }
    }

    fn code(&self, now: i64) -> String {
        self.secret.code(now).unwrap()
    }

    /// The right password; the question for the code.
    fn password(&self, now: i64) -> Token {
        match self.office.log_in("li.fang", GOOD, now) {
            Err(Refusal::SecondStep { pending }) => pending,
            other => panic!("{other:?}"),
        }
    }

    fn step(&self, pending: &Token, code: &str, now: i64) -> Result<LoggedIn, Refusal> {
        account::second_step(&self.office.store, &self.office.gate, pending, code, (address(), "test"), now)
    }

    fn person(&self, now: i64) -> Person {
        let logged_in = self.step(&self.password(now), &self.code(now), now).unwrap();
        self.office.person(&logged_in, now).unwrap()
    }
}

#[test]
fn setting_it_up_takes_the_password_and_a_code_of_the_phone() {
    let office = Office::new();
    let other = office.log_in("li.fang", GOOD, NOW).unwrap();
    let logged_in = office.log_in("li.fang", GOOD, NOW).unwrap();
    let person = office.person(&logged_in, NOW).unwrap();
    let by = By::person(&person.user, "");
    let confirm = |password: &str, code: &str| {
        account::confirm_second_factor(&office.store, &office.gate, &by, &person, password, code, NOW)
    };
    let rule = |refusal| match refusal {
        Err(Refusal::Failed(error)) => rules_of(&error),
        other => panic!("{other:?}"),
    };
    assert_eq!(rule(confirm(GOOD, "123456")), ["factor.code"], "nothing was begun");
    // Windows that are opened at once show the same secret.
    let all: Vec<_> = std::thread::scope(|scope| {
        let begin = || account::begin_second_factor(&office.store, &by, &person);
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(begin)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
    });
    let secret = all[0].clone();
    assert!(all.iter().all(|other| *other == secret));
    assert_eq!(account::begin_second_factor(&office.store, &by, &person).unwrap(), secret, "loading the page again");
    let uri = secret.uri("测试市: 政府", "li.fang").unwrap();
    assert!(uri.starts_with("otpauth://totp/") && uri.contains("li.fang?secret="), "{uri}");
    let code = secret.code(NOW).unwrap();
    assert!(matches!(confirm("Wrong-password-1", &code), Err(Refusal::Wrong)));
    assert_eq!(rule(confirm(GOOD, "000000x")), ["factor.code"]);
    let codes = confirm(GOOD, &code).unwrap();
    assert_eq!(codes.len(), RECOVERY_CODES);
    assert!(office.person(&other, NOW).is_none(), "other log-ins end");
    assert!(office.person(&logged_in, NOW).is_some());
    assert_eq!(rule(confirm(GOOD, &code)), ["factor.present"]);
    assert_eq!(outcome(office.log_in("li.fang", GOOD, NOW)), "code");
}

#[test]
fn logging_in_takes_a_code_and_takes_it_once() {
    let phone = Phone::new();
    let later = NOW + MINUTE;
    let pending = phone.password(later);
    assert_eq!(outcome(phone.step(&pending, &phone.code(NOW), later)), "wrong", "the code that set it up");
    assert_eq!(outcome(phone.step(&pending, &phone.code(later), later)), "in");
    assert_eq!(outcome(phone.step(&pending, &phone.code(later + MINUTE), later + MINUTE)), "ended", "the step is over");
    let again = phone.password(later);
    assert_eq!(outcome(phone.step(&again, &phone.code(later), later)), "wrong", "a code that was used");
    assert_eq!(outcome(phone.step(&again, &phone.code(later + MINUTE), later + MINUTE)), "in");
}

#[test]
fn recovery_codes_work_once_and_are_noted() {
    let phone = Phone::new();
    let spelt = phone.codes[2].to_uppercase().replace('-', " ");
    assert_eq!(outcome(phone.step(&phone.password(NOW), &spelt, NOW)), "in");
    assert_eq!(outcome(phone.step(&phone.password(NOW), &phone.codes[2], NOW)), "wrong");
    let noted = phone.office.actions();
    let noted = noted.iter().any(|(_, action, note)| action == "account.log_in" && note == "recovery code, 9 left");
    assert!(noted);
    let person = phone.person(NOW + MINUTE);
    let by = By::person(&person.user, "");
    let (store, gate) = (&phone.office.store, &phone.office.gate);
    let now = NOW + 2 * MINUTE;
    let wrong = account::renew_recovery_codes(store, gate, &by, &person, "111111", now);
    assert!(matches!(wrong, Err(Refusal::Wrong)));
    let renewed = account::renew_recovery_codes(store, gate, &by, &person, &phone.codes[0], now).unwrap();
    let now = NOW + 3 * MINUTE;
    assert_eq!(outcome(phone.step(&phone.password(now), &phone.codes[1], now)), "wrong", "replaced");
    assert_eq!(outcome(phone.step(&phone.password(now), &renewed[1], now)), "in");
}

#[test]
fn guessing_codes_locks_and_a_right_password_does_not_forget_the_guesses() {
    let phone = Phone::new();
    let mut results = Vec::new();
    for _ in 0..5 {
        // Whoever knows the password begins again each time.
        results.push(outcome(phone.step(&phone.password(NOW), "000000", NOW)));
    }
    assert_eq!(results, ["wrong", "wrong", "wrong", "wrong", "locked"]);
    assert_eq!(outcome(phone.office.log_in("li.fang", GOOD, NOW)), "locked");
    let failed = phone.office.actions();
    assert_eq!(failed.iter().filter(|(_, action, _)| action == "account.log_in_failed").count(), 5);
}

#[test]
fn guesses_at_the_same_time_use_a_code_once() {
    let phone = Phone::new();
    let now = NOW + MINUTE;
    let pendings: Vec<Token> = (0..4).map(|_| phone.password(now)).collect();
    let code = phone.code(now);
    let entered: usize = std::thread::scope(|scope| {
        let tries: Vec<_> =
            pendings.iter().map(|pending| scope.spawn(|| phone.step(pending, &code, now).is_ok())).collect();
        tries.into_iter().map(|tried| usize::from(tried.join().unwrap())).sum()
    });
    assert_eq!(entered, 1);
}

#[test]
fn the_question_ends_with_time_restart_and_changes_of_the_account() {
    let phone = Phone::new();
    let pending = phone.password(NOW);
    let late = NOW + 5 * MINUTE;
    assert_eq!(outcome(phone.step(&pending, &phone.code(late), late)), "ended");
    assert_eq!(outcome(phone.step(&Token::random().unwrap(), &phone.code(NOW), NOW)), "ended", "made up");
    let now = NOW + MINUTE;
    let (store, id) = (&phone.office.store, phone.office.user.id);
    let pending = phone.password(now);
    account::disable(store, &By::ops(), id).unwrap();
    assert_eq!(outcome(phone.step(&pending, &phone.code(now), now)), "ended");
    account::enable(store, &By::ops(), id).unwrap();
    let pending = phone.password(now);
    account::set_password(store, &By::ops(), id, "Next-word-0000", false, now).unwrap();
    assert_eq!(outcome(phone.step(&pending, &phone.code(now), now)), "ended");
    let Phone { office, secret, codes } = phone;
    let Err(Refusal::SecondStep { pending }) = office.log_in("li.fang", "Next-word-0000", now) else { panic!() };
    let phone = Phone { office: office.restarted(), secret, codes };
    assert_eq!(outcome(phone.step(&pending, &phone.code(now), now)), "ended", "the password is asked for again");
}

#[test]
fn it_is_taken_away_by_security_and_given_up_where_no_role_needs_it() {
    let mut phone = Phone::new();
    let id = phone.office.user.id;
    let person = phone.person(NOW + MINUTE);
    let by = By::person(&person.user, "");
    let now = NOW + 2 * MINUTE;
    phone.office.gate.policy.second_factor = vec![account::Role::Editor];
    let end = |phone: &Phone, code: &str, now| {
        account::end_second_factor(&phone.office.store, &phone.office.gate, &by, &person, code, now)
    };
    match end(&phone, &phone.code(now), now) {
        Err(Refusal::Failed(error)) => assert_eq!(rules_of(&error), ["factor.needed"]),
        other => panic!("{other:?}"),
    }
    phone.office.gate.policy.second_factor.clear();
    assert!(matches!(end(&phone, "000000", now), Err(Refusal::Wrong)));
    end(&phone, &phone.code(now), now).unwrap();
    assert_eq!(outcome(phone.office.log_in("li.fang", GOOD, now)), "in");

    let phone = Phone::new();
    let logged_in = phone.step(&phone.password(now), &phone.code(now), now).unwrap();
    account::reset_second_factor(&phone.office.store, &By::ops(), phone.office.user.id).unwrap();
    assert!(phone.office.person(&logged_in, now).is_none(), "log-ins end");
    assert_eq!(outcome(phone.office.log_in("li.fang", GOOD, now)), "in");
    let _ = id;
}

#[test]
fn no_secret_of_it_is_shown() {
    let phone = Phone::new();
    let tables = domain::tables();
    let (mut shown, mut raw) = (String::new(), String::new());
    zhanqun::store::history(&phone.office.dir.path().join("data"), |committed| {
        for change in &committed.changes {
            let table = tables.iter().find(|table| table.table == change.table).unwrap();
            if let Some(row) = &change.row {
                raw.push_str(row.get());
                shown.push_str(table.masked(row).get());
            }
        }
    })
    .unwrap();
    let secret = phone.secret.spelt().replace(' ', "");
    assert!(raw.contains(&secret), "the journal has it");
    assert!(!shown.contains(&secret) && shown.contains("\"second_factor\":\"***\""));
    assert!(shown.contains("\"enrolling\":\"***\""));
    for code in &phone.codes {
        assert!(!raw.contains(code) && !raw.contains(&code.replace('-', "")), "recovery codes are hashed");
    }
}
