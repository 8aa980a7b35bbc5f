//! People: rules, log-ins, locks, what the journal shows.

use std::net::{IpAddr, Ipv4Addr};

use zhanqun::base::clock::Clock;
use zhanqun::base::id::{ChannelId, SiteId};
use zhanqun::config::SessionConfig;
use zhanqun::domain;
use zhanqun::domain::account::{
    self, By, Credentials, Gate, Grant, LoggedIn, NewUser, Person, Place, Places, Refusal, Role, Scope, User,
    check_grants, check_name, check_password, read_grant,
};
use zhanqun::domain::error::Error;
use zhanqun::store::{Options, Store};

const NOW: i64 = 1_795_000_000_000;
const MINUTE: i64 = 60_000;
const GOOD: &str = "Kx92-bright-lake";

/// A store with one user, `li.fang`.
struct Office {
    store: Store,
    gate: Gate,
    user: User,
    dir: tempfile::TempDir,
}

fn open(dir: &tempfile::TempDir) -> Store {
    let mut options = Options::new(dir.path().join("data"), domain::tables());
    options.clock = Clock::fixed(NOW);
    options.min_free_bytes = 0;
    Store::open(options, &()).unwrap()
}

fn new_user(name: &str, password: &str, grants: Vec<Grant>) -> NewUser {
    let (name, password) = (name.into(), password.into());
    NewUser { name, display_name: "李芳".into(), password, grants, must_change_password: false }
}

impl Office {
    fn new() -> Office {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir);
        let new = new_user("li.fang", GOOD, vec![Grant { role: Role::Editor, scope: Scope::Site(SiteId(7)) }]);
        let user = account::create(&store, &By::ops(), &new, NOW).unwrap();
        Office { store, gate: Gate::new(&SessionConfig::default()), user, dir }
    }

    /// The same after a restart of the server.
    fn restarted(self) -> Office {
        self.store.close().unwrap();
        drop(self.store);
        let store = open(&self.dir);
        Office { store, gate: Gate::new(&SessionConfig::default()), ..self }
    }

    fn log_in_from(&self, name: &str, password: &str, address: IpAddr, now: i64) -> Result<LoggedIn, Refusal> {
        account::log_in(&self.store, &self.gate, Credentials { name, password, address, agent: "test" }, now)
    }

    fn log_in(&self, name: &str, password: &str, now: i64) -> Result<LoggedIn, Refusal> {
        self.log_in_from(name, password, Ipv4Addr::LOCALHOST.into(), now)
    }

    fn person(&self, logged_in: &LoggedIn, now: i64) -> Option<Person> {
        account::authenticate(&self.store, &self.gate, &logged_in.token, now).unwrap()
    }

    fn actions(&self) -> Vec<(String, String, String)> {
        let mut found = Vec::new();
        zhanqun::store::history(&self.dir.path().join("data"), |committed| {
            found.push((committed.actor.name.clone(), committed.action.clone(), committed.note.clone()));
        })
        .unwrap();
        found
    }
}

fn rules_of(error: &Error) -> Vec<&'static str> {
    match error {
        Error::Rules { broken } => broken.iter().map(|broken| broken.rule).collect(),
        other => panic!("{other}"),
    }
}

fn outcome(result: Result<LoggedIn, Refusal>) -> &'static str {
    match result {
        Ok(_) => "in",
        Err(Refusal::Wrong) => "wrong",
        Err(Refusal::Locked { .. }) => "locked",
        Err(Refusal::Failed(error)) => panic!("{error}"),
    }
}

#[test]
fn passwords() {
    for (password, wanted) in [
        (GOOD, &[][..]),
        ("三号楼下的桂花树-2b", &[]),
        ("correct Horse battery staple", &[]),
        ("Kx92-brig", &["password.short"]),
        ("kx92bqwmzt", &["password.classes"]),
        ("KX92BQWMZT", &["password.classes"]),
        ("92649264-1739", &["password.classes"]),
        ("xx-Li.Fang-42", &["password.name"]),
        ("xx-GNAF.il-42", &["password.name"]),
        ("Password123!", &["password.common"]),
        ("P@ssw0rd-2026", &["password.common"]),
        ("Admin@123456", &["password.common"]),
        ("admin@2026ADMIN", &["password.common"]),
        ("1qaz@WSX3edc", &["password.common"]),
        ("Qwer1234!@#$", &["password.common"]),
        ("Abc@123456", &["password.common"]),
        ("Aa1234567890", &["password.common"]),
        ("2026!Zhengfu", &["password.common"]),
        ("Woaini1314520", &["password.common"]),
        ("Aa1!Aa1!Aa1!", &["password.common"]),
        ("short", &["password.short", "password.classes"]),
    ] {
        let broken: Vec<_> =
            check_password(password, "li.fang").err().unwrap_or_default().iter().map(|broken| broken.rule).collect();
        assert_eq!(broken, wanted, "{password}");
    }
    let long = format!("Kx92-{}", "桂花".repeat(60));
    assert_eq!(check_password(&long, "li.fang").unwrap_err()[0].rule, "password.long");
    for broken in check_password("admin", "admin").unwrap_err() {
        assert!(!broken.to_string().contains("admin"), "a password is never told: {broken}");
    }
}

#[test]
fn generated_passwords_obey_the_rules_and_differ() {
    let passwords: Vec<String> = (0..50).map(|_| account::generate("admin").unwrap()).collect();
    for password in &passwords {
        assert!(check_password(password, "admin").is_ok(), "{password}");
    }
    let distinct: std::collections::HashSet<&String> = passwords.iter().collect();
    assert_eq!(distinct.len(), passwords.len());
}

#[test]
fn names() {
    for name in ["li.fang", "zhang_wei2", "a1", "mzj-office"] {
        assert!(check_name(name).is_ok(), "{name}");
    }
    for name in ["", "a", "Li", "李芳", "1a", ".a", "a.", "a b", "a/b", "a\n", &"a".repeat(33)] {
        assert_eq!(check_name(name).unwrap_err().rule, "name.form", "{name:?}");
    }
    for name in ["system", "cli", "visitor", "import"] {
        assert_eq!(check_name(name).unwrap_err().rule, "name.reserved", "{name}");
    }
}

struct Town;

impl Places for Town {
    fn site(&self, slug: &str) -> Option<SiteId> {
        (slug == "mzj").then_some(SiteId(7))
    }
    fn channel(&self, site: SiteId, path: &str) -> Option<ChannelId> {
        (site == SiteId(7) && path == "jgjj/zz").then_some(ChannelId(71))
    }
    fn slug(&self, site: SiteId) -> Option<String> {
        (site == SiteId(7)).then(|| "mzj".into())
    }
    fn path(&self, _: SiteId, channel: ChannelId) -> Option<String> {
        (channel == ChannelId(71)).then(|| "jgjj/zz".into())
    }
}

#[test]
fn grants_are_read_and_written_as_in_the_contract() {
    for text in ["admin@group", "editor@site:mzj", "publisher@channel:mzj/jgjj/zz", "security@group"] {
        assert_eq!(read_grant(text, &Town).unwrap().words(&Town), text);
    }
    for (text, rule) in [
        ("editor", "grant.form"),
        ("editor@mzj", "grant.form"),
        ("editor@channel:mzj", "grant.form"),
        ("writer@group", "grant.role"),
        ("Editor@group", "grant.role"),
        ("editor@site:jyj", "grant.site"),
        ("editor@channel:mzj/tzgg", "grant.channel"),
        ("editor@channel:mzj/", "grant.channel"),
    ] {
        assert_eq!(rules_of(&read_grant(text, &Town).unwrap_err()), [rule], "{text}");
    }
    let gone = Grant { role: Role::Editor, scope: Scope::Site(SiteId(9)) };
    assert_eq!(gone.words(&Town), "editor@site:#9");
}

#[test]
fn security_and_audit_are_separate_and_group_roles_stay_in_the_group() {
    let group = |roles: &[Role]| roles.iter().map(|role| Grant::group(*role)).collect::<Vec<_>>();
    assert!(check_grants(&group(&[Role::Admin, Role::Supervisor, Role::Editor])).is_ok());
    assert_eq!(check_grants(&group(&[Role::Security, Role::Auditor])).unwrap_err()[0].rule, "grant.separate");
    for role in [Role::Admin, Role::Security, Role::Auditor, Role::Supervisor] {
        let grant = Grant { role, scope: Scope::Site(SiteId(7)) };
        assert_eq!(check_grants(&[grant]).unwrap_err()[0].rule, "grant.group_only");
    }
}

#[test]
fn who_may_what_where() {
    let office = Office::new();
    let with = |grants: &[(Role, Scope)]| User {
        grants: grants.iter().map(|(role, scope)| Grant { role: *role, scope: *scope }).collect(),
        ..office.user.clone()
    };
    let (own, other) = (SiteId(7), SiteId(8));
    let chain = [ChannelId(70), ChannelId(71)];
    let editor = with(&[(Role::Editor, Scope::Site(own))]);
    assert!(editor.may(Role::Editor, Place::Site(own)));
    assert!(editor.may(Role::Editor, Place::Channel(own, &chain)));
    assert!(!editor.may(Role::Editor, Place::Site(other)));
    assert!(!editor.may(Role::Editor, Place::Group));
    assert!(!editor.may(Role::Publisher, Place::Site(own)));
    let narrow = with(&[(Role::Publisher, Scope::Channel(own, ChannelId(70)))]);
    assert!(narrow.may(Role::Publisher, Place::Channel(own, &chain)), "columns below are included");
    assert!(!narrow.may(Role::Publisher, Place::Channel(own, &chain[1..])), "columns beside are not");
    assert!(!narrow.may(Role::Publisher, Place::Channel(other, &chain)));
    assert!(!narrow.may(Role::Publisher, Place::Site(own)));
    let admin = with(&[(Role::Admin, Scope::Group)]);
    for role in Role::ALL {
        let separate = matches!(role, Role::Security | Role::Auditor);
        assert_eq!(admin.may(role, Place::Site(own)), !separate, "{role:?}");
    }
    let auditor = with(&[(Role::Auditor, Scope::Group)]);
    assert!(!auditor.sees_group() && auditor.work_places().count() == 0);
    let disabled = User { disabled: true, ..admin };
    assert!(!disabled.may(Role::Admin, Place::Group) && !disabled.sees_group());
}

#[test]
fn users_are_made_by_security_only_and_once() {
    let office = Office::new();
    let make = |by: &By, name: &str| account::create(&office.store, by, &new_user(name, GOOD, Vec::new()), NOW);
    assert_eq!(make(&By::ops(), "zhang.wei").unwrap().name, "zhang.wei");
    assert_eq!(rules_of(&make(&By::ops(), " Zhang.Wei ").unwrap_err()), ["name.taken"]);
    let person = By::person(&office.user, "10.0.0.1");
    assert!(matches!(make(&person, "wang"), Err(Error::Forbidden { role: "security" })));
    let security = User { grants: vec![Grant::group(Role::Security)], ..office.user.clone() };
    let by = By::person(&security, "10.0.0.1");
    assert!(make(&by, "wang").is_ok());
    let own = account::set_grants(&office.store, &by, security.id, &[Grant::group(Role::Admin)]);
    assert_eq!(rules_of(&own.unwrap_err()), ["user.own"], "nobody raises himself");
    let both = [Grant::group(Role::Security), Grant::group(Role::Auditor)];
    let refused = account::set_grants(&office.store, &By::ops(), office.user.id, &both);
    assert_eq!(rules_of(&refused.unwrap_err()), ["grant.separate"]);
}

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
    assert!(matches!(foreign, Err(Error::Forbidden { .. })));
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

#[test]
fn a_new_password_ends_other_log_ins_and_differs_from_the_last_five() {
    let office = Office::new();
    let other = office.log_in("li.fang", GOOD, NOW).unwrap();
    let logged_in = office.log_in("li.fang", GOOD, NOW).unwrap();
    let mut person = office.person(&logged_in, NOW).unwrap();
    let by = By::person(&person.user, "");
    let change = |person: &Person, present: &str, new: &str| {
        account::change_password(&office.store, &office.gate, &by, person, present, new, NOW)
    };
    assert!(matches!(change(&person, "Wrong-password-1", "Next-word-0000"), Err(Refusal::Wrong)));
    let mut present = GOOD.to_owned();
    for number in 1..=4 {
        let next = format!("Next-word-{number}");
        person = change(&person, &present, &next).unwrap();
        present = next;
    }
    assert!(office.person(&other, NOW).is_none());
    assert!(office.person(&logged_in, NOW).is_some(), "the log-in that changed it stays");
    for used in [GOOD, "Next-word-1", "Next-word-4"] {
        match change(&person, &present, used) {
            Err(Refusal::Failed(error)) => assert_eq!(rules_of(&error), ["password.history"], "{used}"),
            other => panic!("{used}: {other:?}"),
        }
    }
    person = change(&person, &present, "Next-word-5").unwrap();
    assert!(change(&person, "Next-word-5", GOOD).is_ok(), "the sixth before is free again");
    let by_ops = account::set_password(&office.store, &By::ops(), office.user.id, "Next-word-5", true, NOW);
    assert_eq!(rules_of(&by_ops.unwrap_err()), ["password.history"]);
}

#[test]
fn guessing_the_present_password_locks_as_well() {
    let office = Office::new();
    let logged_in = office.log_in("li.fang", GOOD, NOW).unwrap();
    let person = office.person(&logged_in, NOW).unwrap();
    let by = By::person(&person.user, "");
    let results: Vec<bool> = (0..5)
        .map(|_| {
            let tried = account::change_password(
                &office.store,
                &office.gate,
                &by,
                &person,
                "Wrong-password-1",
                "Next-word-0000",
                NOW,
            );
            matches!(tried, Err(Refusal::Locked { .. }))
        })
        .collect();
    assert_eq!(results, [false, false, false, false, true]);
    assert_eq!(outcome(office.log_in("li.fang", GOOD, NOW)), "locked");
}

#[test]
fn no_secret_is_shown_by_rows_for_people_or_by_debug() {
    let office = Office::new();
    let logged_in = office.log_in("li.fang", GOOD, NOW).unwrap();
    account::set_password(&office.store, &By::ops(), office.user.id, "Next-word-0000", true, NOW).unwrap();
    let tables = domain::tables();
    let (mut rows, mut raw) = (String::new(), String::new());
    zhanqun::store::history(&office.dir.path().join("data"), |committed| {
        for change in &committed.changes {
            let table = tables.iter().find(|table| table.table == change.table).unwrap();
            if let Some(row) = &change.row {
                raw.push_str(row.get());
                rows.push_str(table.masked(row).get());
            }
        }
    })
    .unwrap();
    let hash = logged_in.token.hash();
    assert!(raw.contains("$argon2id$") && raw.contains(&hash) && !raw.contains(logged_in.token.secret()));
    assert!(!rows.contains("argon2") && !rows.contains(&hash), "{rows}");
    assert!(rows.contains("\"name\":\"li.fang\"") && rows.contains("\"password\":\"***\""));
    let debug = format!("{logged_in:?} {:?}", office.user);
    assert!(!debug.contains("$argon2id$") && !debug.contains(logged_in.token.secret()));
}
