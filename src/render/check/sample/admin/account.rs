//! Sample pages of people and log-ins.

use crate::render::view_admin::{
    AccountPage, FactorPage, GrantView, LogInPage, PasswordPage, QrView, RecoveryCodesPage, SecondStepPage,
    SessionView, SessionsPage, TokenView, TokensPage,
};

use super::{Samples, message};

pub(super) const TEMPLATES: [(&str, &str); 8] = [
    ("account/log-in.html", "LogInPage"),
    ("account/second-step.html", "SecondStepPage"),
    ("account/password.html", "PasswordPage"),
    ("account/sessions.html", "SessionsPage"),
    ("account/account.html", "AccountPage"),
    ("account/second-factor.html", "FactorPage"),
    ("account/recovery-codes.html", "RecoveryCodesPage"),
    ("account/tokens.html", "TokensPage"),
];

pub(super) fn add(samples: &mut Samples) {
    let log_in =
        |problem, notice| LogInPage { name: "li.fang".into(), next: "/admin/sessions".into(), problem, notice };
    let first = LogInPage { name: String::new(), next: String::new(), problem: None, notice: None };
    samples.add_for(false, "first", "account/log-in.html", first);
    for key in ["log_in.wrong", "log_in.locked"] {
        samples.add_for(false, key, "account/log-in.html", log_in(Some(message(key, 15)), None));
    }
    for key in ["log_in.needed", "log_in.ended", "log_in.out", "log_in.again"] {
        samples.add_for(false, key, "account/log-in.html", log_in(None, Some(message(key, 0))));
    }
    let password = PasswordPage {
        forced: false,
        aged: false,
        present: None,
        wrong: Vec::new(),
        again: None,
        shortest: 10,
        former: 5,
    };
    samples.add("plain", "account/password.html", &password);
    samples.add("forced", "account/password.html", PasswordPage { forced: true, ..password.clone() });
    samples.add("aged", "account/password.html", PasswordPage { aged: true, ..password.clone() });
    let wrong = ["short", "long", "classes", "name", "common", "history"];
    let wrong = wrong.iter().map(|key| message(&format!("password.{key}"), 10)).collect();
    let (present, again) = (Some(message("password.wrong", 0)), Some(message("password.again", 0)));
    samples.add("refused", "account/password.html", PasswordPage { present, wrong, again, ..password.clone() });
    let locked = PasswordPage { present: Some(message("log_in.locked", 15)), ..password };
    samples.add("locked", "account/password.html", locked);
    let notice = Some(message("sessions.ended", 2));
    samples.add("several", "account/sessions.html", SessionsPage { sessions: sessions(3), notice });
    samples.add("one", "account/sessions.html", SessionsPage { sessions: sessions(1), notice: None });
    let step = |problem| SecondStepPage { next: "/admin/sessions".into(), problem };
    samples.add_for(false, "asked", "account/second-step.html", step(None));
    for key in ["second_step.wrong", "log_in.locked"] {
        samples.add_for(false, key, "account/second-step.html", step(Some(message(key, 15))));
    }
    account(samples);
    factor(samples);
    tokens(samples);
}

fn account(samples: &mut Samples) {
    let full = AccountPage {
        notice: Some(message("account.email_saved", 0)),
        name: "li.fang".into(),
        display_name: "李芳<b>".into(),
        email: "li.fang@mzj.example.gov.cn".into(),
        email_wrong: None,
        mail: true,
        password_set: "2026-10-01 09:00".into(),
        password_until: Some("2026-12-30 09:00".into()),
        factor_since: Some("2026-10-01 09:05".into()),
        recovery_left: 9,
        grants: vec![
            GrantView { role: "editor", place: "华蓥市民政局".into() },
            GrantView { role: "supervisor", place: String::new() },
        ],
        sessions: 2,
        tokens: 1,
    };
    let plain = AccountPage {
        notice: Some(message("account.factor_ended", 0)),
        email: "nonsense".into(),
        email_wrong: Some(message("email.form", 0)),
        mail: false,
        password_until: None,
        factor_since: None,
        grants: Vec::new(),
        ..full.clone()
    };
    samples.add("full", "account/account.html", full);
    samples.add("plain", "account/account.html", plain);
}

fn factor(samples: &mut Samples) {
    let begun = FactorPage {
        forced: true,
        needed: true,
        since: String::new(),
        recovery_left: 0,
        qr: Some(QrView { size: 37, path: "M4 4h1v1h-1zM6 4h1v1h-1z".into() }),
        secret: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".into(),
        wrong: None,
        password_wrong: None,
    };
    samples.add("forced", "account/second-factor.html", &begun);
    samples.add("begun", "account/second-factor.html", FactorPage { forced: false, needed: false, ..begun.clone() });
    for (wrong, password) in [("factor.code", "password.wrong"), ("factor.present", "log_in.locked")] {
        let (wrong, password_wrong) = (Some(message(wrong, 0)), Some(message(password, 15)));
        samples.add("refused", "account/second-factor.html", FactorPage { wrong, password_wrong, ..begun.clone() });
    }
    let set = FactorPage {
        forced: false,
        needed: false,
        since: "2026-10-01 09:05".into(),
        recovery_left: 9,
        qr: None,
        secret: String::new(),
        ..begun
    };
    samples.add("in use", "account/second-factor.html", &set);
    samples.add("needed", "account/second-factor.html", FactorPage { needed: true, ..set.clone() });
    for key in ["second_step.wrong", "log_in.locked", "factor.none", "factor.needed"] {
        let wrong = Some(message(key, 15));
        samples.add(key, "account/second-factor.html", FactorPage { wrong, ..set.clone() });
    }
    for first in [true, false] {
        let codes = vec!["abcd-efgh-2345-mnpq".to_owned(); 10];
        samples.add("codes", "account/recovery-codes.html", RecoveryCodesPage { codes, first });
    }
}

fn tokens(samples: &mut Samples) {
    let empty = TokensPage {
        notice: None,
        secret: String::new(),
        tokens: Vec::new(),
        label: String::new(),
        days: "90".into(),
        most_days: 730,
        label_wrong: None,
        days_wrong: None,
    };
    let full = TokensPage { secret: format!("zhanqun_{}", "5f0c".repeat(16)), tokens: keys(), ..empty.clone() };
    samples.add("made", "account/tokens.html", full);
    let notice = Some(message("tokens.revoked", 0));
    samples.add("ended", "account/tokens.html", TokensPage { notice, tokens: keys(), ..empty.clone() });
    for (label, days) in [("token.label", "token.days"), ("token.many", "token.days")] {
        let (label_wrong, days_wrong) = (Some(message(label, 730)), Some(message(days, 730)));
        samples.add("refused", "account/tokens.html", TokensPage { label_wrong, days_wrong, ..empty.clone() });
    }
    samples.add("empty", "account/tokens.html", empty);
}

pub(super) fn keys() -> Vec<TokenView> {
    let used = TokenView {
        id: 81,
        label: "每日数据上报<b>".into(),
        created: "2026-11-01 09:00".into(),
        expires: "2027-01-30 09:00".into(),
        used: "2026-11-20 02:00".into(),
        used_from: "10.20.30.40".into(),
    };
    vec![TokenView { id: 82, used: String::new(), used_from: String::new(), ..used.clone() }, used]
}

pub(super) fn sessions(count: u64) -> Vec<SessionView> {
    (0..count)
        .map(|number| SessionView {
            id: 70 + number,
            current: number == 0,
            browser: if number == 2 { String::new() } else { "Firefox, Windows".into() },
            address: "10.20.30.40".into(),
            created: "2026-11-20 09:30".into(),
            seen: "2026-11-20 09:41".into(),
        })
        .collect()
}
