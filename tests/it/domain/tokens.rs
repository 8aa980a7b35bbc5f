//! Keys with which programs act for a person.

use std::net::{IpAddr, Ipv4Addr};

use zhanqun::base::id::SiteId;
use zhanqun::domain::account::{self, By, Grant, Place, Role, Scope};
use zhanqun::domain::error::Error;

use super::account::{GOOD, MINUTE, NOW, Office, new_user, rules_of};

const DAY: i64 = 24 * 60 * MINUTE;

fn address() -> IpAddr {
    Ipv4Addr::new(10, 0, 0, 5).into()
}

impl Office {
    fn key(&self) -> (account::ApiToken, String) {
        let by = By::person(&self.user, "");
        account::create_token(&self.store, &by, self.user.id, "每日上报", 30, NOW).unwrap()
    }

    fn by(&self, secret: &str, now: i64) -> Option<By> {
        account::authenticate_token(&self.store, &self.gate, secret, address(), now).unwrap()
    }
}

#[test]
fn a_key_acts_with_the_grants_of_its_person_until_it_expires() {
    let office = Office::new();
    let (token, secret) = office.key();
    assert!(secret.starts_with("zhanqun_") && !format!("{token:?}").contains(&secret[8..]));
    let by = office.by(&secret, NOW).unwrap();
    assert!(by.may(Role::Editor, Place::Site(SiteId(7))) && !by.may(Role::Editor, Place::Site(SiteId(8))));
    assert_eq!(
        (by.actor().name.as_str(), by.actor().address.clone()),
        ("li.fang", format!("10.0.0.5 token:{}", token.id))
    );
    let grants = [Grant { role: Role::Publisher, scope: Scope::Site(SiteId(8)) }];
    account::set_grants(&office.store, &By::ops(), office.user.id, &grants).unwrap();
    let by = office.by(&secret, NOW).unwrap();
    assert!(!by.may(Role::Editor, Place::Site(SiteId(7))) && by.may(Role::Publisher, Place::Site(SiteId(8))));
    assert!(office.by(&secret, NOW + 30 * DAY - 1).is_some());
    assert!(office.by(&secret, NOW + 30 * DAY).is_none());
    for bad in ["", "zhanqun_", &secret[8..], &secret[..71], &format!("{secret}0"), &secret.replace("zhanqun_", "x_")] {
        assert!(office.by(bad, NOW).is_none(), "{bad:?}");
    }
}

#[test]
fn a_key_ends_with_the_account() {
    let office = Office::new();
    let (token, secret) = office.key();
    account::disable(&office.store, &By::ops(), office.user.id).unwrap();
    assert!(office.by(&secret, NOW).is_none());
    account::enable(&office.store, &By::ops(), office.user.id).unwrap();
    assert!(office.by(&secret, NOW).is_none(), "it stays ended");
    let (_, second) = office.key();
    account::set_password(&office.store, &By::ops(), office.user.id, "Next-word-0000", false, NOW).unwrap();
    assert!(office.by(&second, NOW).is_none(), "a new password ends keys");
    let (third, secret) = office.key();
    let user = account::user(&office.store, office.user.id).unwrap().unwrap();
    let by = By::person(&user, "");
    account::revoke_token(&office.store, &by, &user, third.id).unwrap();
    assert!(office.by(&secret, NOW).is_none());
    assert!(matches!(account::revoke_token(&office.store, &by, &user, third.id), Err(Error::NotFound { .. })));
    let gone = zhanqun::store::Read::get::<account::ApiToken>(&office.store, token.id.0).unwrap();
    assert!(gone.is_none(), "those that have ended are cleared away");
}

#[test]
fn nobody_makes_or_sees_keys_of_others() {
    let office = Office::new();
    let (token, _) = office.key();
    let security = new_user("an.quan", GOOD, vec![Grant::group(Role::Security)]);
    let security = account::create(&office.store, &By::ops(), &security, NOW).unwrap();
    let stranger = account::create(&office.store, &By::ops(), &new_user("wang", GOOD, Vec::new()), NOW).unwrap();
    for user in [&security, &stranger] {
        let made = account::create_token(&office.store, &By::person(user, ""), office.user.id, "x", 30, NOW);
        assert!(matches!(made, Err(Error::Forbidden { role: "self" })), "{}", user.name);
    }
    let by = By::person(&stranger, "");
    assert!(matches!(
        account::tokens(&office.store, &office.gate, &by, &office.user, NOW),
        Err(Error::NotFound { .. })
    ));
    assert!(matches!(account::revoke_token(&office.store, &by, &stranger, token.id), Err(Error::NotFound { .. })));
    assert!(matches!(account::revoke_token(&office.store, &by, &office.user, token.id), Err(Error::NotFound { .. })));
    let by = By::person(&security, "");
    assert_eq!(account::tokens(&office.store, &office.gate, &by, &office.user, NOW).unwrap().len(), 1);
    account::revoke_token(&office.store, &by, &office.user, token.id).unwrap();
    assert!(account::create_token(&office.store, &By::ops(), office.user.id, "ops", 30, NOW).is_ok());
}

#[test]
fn rules_of_keys() {
    let office = Office::new();
    let by = By::person(&office.user, "");
    let make = |label: &str, days| account::create_token(&office.store, &by, office.user.id, label, days, NOW);
    for (label, days, rule) in [
        ("", 30, "token.label"),
        ("  ", 30, "token.label"),
        ("a\nb", 30, "token.label"),
        (&"长".repeat(41), 30, "token.label"),
        ("x", 0, "token.days"),
        ("x", 731, "token.days"),
    ] {
        assert_eq!(rules_of(&make(label, days).unwrap_err()), [rule], "{label:?} {days}");
    }
    for number in 0..20 {
        make(&format!("key {number}"), 730).unwrap();
    }
    assert_eq!(rules_of(&make("one more", 30).unwrap_err()), ["token.many"]);
}

#[test]
fn the_last_use_is_known_also_after_a_restart() {
    let office = Office::new();
    let (_, secret) = office.key();
    let by = By::person(&office.user, "");
    let used = |office: &Office| account::tokens(&office.store, &office.gate, &by, &office.user, NOW).unwrap()[0].1;
    assert_eq!(used(&office), 0);
    for minute in [1, 2, 3] {
        assert!(office.by(&secret, NOW + minute * MINUTE).is_some());
    }
    assert_eq!(used(&office), NOW + 3 * MINUTE);
    let stored = office.actions().iter().filter(|(_, action, _)| action == "account.token_used").count();
    assert_eq!(stored, 1, "written once an hour");
    let office = office.restarted();
    assert_eq!(used(&office), NOW + MINUTE);
}
