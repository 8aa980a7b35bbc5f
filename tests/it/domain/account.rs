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

pub(super) const NOW: i64 = 1_795_000_000_000;
pub(super) const MINUTE: i64 = 60_000;
pub(super) const GOOD: &str = "Kx92-bright-lake";

/// A store with one user, `li.fang`.
pub(super) struct Office {
    pub(super) store: Store,
    pub(super) gate: Gate,
    pub(super) user: User,
    pub(super) dir: tempfile::TempDir,
}

fn open(dir: &tempfile::TempDir) -> Store {
    let mut options = Options::new(dir.path().join("data"), domain::tables());
    options.clock = Clock::fixed(NOW);
    options.min_free_bytes = 0;
    Store::open(options, &()).unwrap()
}

pub(super) fn new_user(name: &str, password: &str, grants: Vec<Grant>) -> NewUser {
    let (name, password) = (name.into(), password.into());
    NewUser { name, display_name: "李芳".into(), password, grants, ..NewUser::default() }
}

impl Office {
    pub(super) fn new() -> Office {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir);
        let new = new_user("li.fang", GOOD, vec![Grant { role: Role::Editor, scope: Scope::Site(SiteId(7)) }]);
        let user = account::create(&store, &By::ops(), &new, NOW).unwrap();
        Office { store, gate: Gate::new(&SessionConfig::default()), user, dir }
    }

    /// The same after a restart of the server.
    pub(super) fn restarted(self) -> Office {
        self.store.close().unwrap();
        drop(self.store);
        let store = open(&self.dir);
        Office { store, gate: Gate::new(&SessionConfig::default()), ..self }
    }

    pub(super) fn log_in_from(
        &self,
        name: &str,
        password: &str,
        address: IpAddr,
        now: i64,
    ) -> Result<LoggedIn, Refusal> {
        account::log_in(&self.store, &self.gate, Credentials { name, password, address, agent: "test" }, now)
    }

    pub(super) fn log_in(&self, name: &str, password: &str, now: i64) -> Result<LoggedIn, Refusal> {
        self.log_in_from(name, password, Ipv4Addr::LOCALHOST.into(), now)
    }

    pub(super) fn person(&self, logged_in: &LoggedIn, now: i64) -> Option<Person> {
        account::authenticate(&self.store, &self.gate, &logged_in.token, now).unwrap()
    }

    pub(super) fn actions(&self) -> Vec<(String, String, String)> {
        let mut found = Vec::new();
        zhanqun::store::history(&self.dir.path().join("data"), |committed| {
            found.push((committed.actor.name.clone(), committed.action.clone(), committed.note.clone()));
        })
        .unwrap();
        found
    }
}

pub(super) fn rules_of(error: &Error) -> Vec<&'static str> {
    match error {
        Error::Rules { broken } => broken.iter().map(|broken| broken.rule).collect(),
        other => panic!("{other}"),
    }
}

pub(super) fn outcome(result: Result<LoggedIn, Refusal>) -> &'static str {
    match result {
        Ok(_) => "in",
        Err(Refusal::Wrong) => "wrong",
        Err(Refusal::Locked { .. }) => "locked",
        Err(Refusal::SecondStep { .. }) => "code",
        Err(Refusal::Ended) => "ended",
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
    for two in [[Role::Security, Role::Auditor], [Role::Admin, Role::Security], [Role::Admin, Role::Auditor]] {
        assert_eq!(check_grants(&group(&two)).unwrap_err()[0].rule, "grant.separate", "{two:?}");
    }
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

/// Time that this thread has spent on a processor, in nanoseconds; other than the time of day it does not depend on
/// what else the machine does.
fn processor_nanos() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn a_name_that_nobody_has_costs_as_much_work_as_a_wrong_password() {
    let office = Office::new();
    let cost = |name: &str| {
        let tries = (0..3).map(|_| {
            let began = processor_nanos();
            assert_eq!(outcome(office.log_in(name, "Wrong-password-1", NOW)), "wrong");
            processor_nanos() - began
        });
        tries.min().unwrap()
    };
    let (known, unknown) = (cost("li.fang"), cost("nobody"));
    assert!(unknown > 3_000_000, "a password was not hashed: {unknown} ns");
    assert!(unknown * 2 > known && known * 2 > unknown, "{unknown} ns for nobody, {known} ns for somebody");
}
