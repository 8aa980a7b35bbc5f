//! What the pages of people and log-ins see.

use serde::Serialize;

use super::{GrantView, MessageView};

/// Logging in.
#[derive(Debug, Clone, Serialize)]
pub struct LogInPage {
    /// Name as typed before.
    pub name: String,
    /// Address to go to afterwards, or empty.
    pub next: String,
    /// Why the last try failed.
    pub problem: Option<MessageView>,
    /// Why this page is shown, or empty.
    pub notice: Option<MessageView>,
}

/// Changing one's password.
#[derive(Debug, Clone, Serialize)]
pub struct PasswordPage {
    /// True where others have set it and nothing else is open before it is changed.
    pub forced: bool,
    /// True where it is too old and nothing else is open before it is changed.
    pub aged: bool,
    /// What is wrong with the present password as typed.
    pub present: Option<MessageView>,
    /// What is wrong with the new one.
    pub wrong: Vec<MessageView>,
    /// What is wrong with its repetition.
    pub again: Option<MessageView>,
    /// Fewest characters.
    pub shortest: usize,
    /// How many former passwords are not taken again.
    pub former: usize,
}

/// The log-ins of a person.
#[derive(Debug, Clone, Serialize)]
pub struct SessionsPage {
    /// The log-ins, the present one first.
    pub sessions: Vec<SessionView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
}

/// A log-in.
#[derive(Debug, Clone, Serialize)]
pub struct SessionView {
    /// Number.
    pub id: u64,
    /// True for the one by which the page is read.
    pub current: bool,
    /// Browser and system, `Firefox, Windows`; empty if not known.
    pub browser: String,
    /// Address of the client.
    pub address: String,
    /// When it began.
    pub created: String,
    /// When it was used last.
    pub seen: String,
}

/// The question for the second factor.
#[derive(Debug, Clone, Serialize)]
pub struct SecondStepPage {
    /// Address to go to afterwards, or empty.
    pub next: String,
    /// Why the last try failed.
    pub problem: Option<MessageView>,
}

/// One's own account at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct AccountPage {
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// Log-in name.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Address for mail; empty for none.
    pub email: String,
    /// What is wrong with it as typed.
    pub email_wrong: Option<MessageView>,
    /// True where the server sends mail.
    pub mail: bool,
    /// When the password was set.
    pub password_set: String,
    /// When it must be changed, where it must.
    pub password_until: Option<String>,
    /// When the second factor was set up, where there is one.
    pub factor_since: Option<String>,
    /// Recovery codes left.
    pub recovery_left: usize,
    /// Grants.
    pub grants: Vec<GrantView>,
    /// How many log-ins there are.
    pub sessions: usize,
    /// How many keys for programs there are.
    pub tokens: usize,
}

/// One's own second factor: setting it up, or what can be done with it.
#[derive(Debug, Clone, Serialize)]
pub struct FactorPage {
    /// True where nothing else is open before it is set up.
    pub forced: bool,
    /// True where a role asks for it.
    pub needed: bool,
    /// When it was set up; empty where it is not.
    pub since: String,
    /// Recovery codes left.
    pub recovery_left: usize,
    /// The picture for the phone, where it is being set up.
    pub qr: Option<QrView>,
    /// The same for typing, in groups.
    pub secret: String,
    /// What is wrong with the code as typed.
    pub wrong: Option<MessageView>,
    /// What is wrong with the password as typed.
    pub password_wrong: Option<MessageView>,
}

/// A QR code as a drawing.
#[derive(Debug, Clone, Serialize)]
pub struct QrView {
    /// Width and height in modules, with the quiet zone.
    pub size: usize,
    /// The dark modules, as the `d` of an SVG path.
    pub path: String,
}

/// Recovery codes, shown once.
#[derive(Debug, Clone, Serialize)]
pub struct RecoveryCodesPage {
    /// The codes.
    pub codes: Vec<String>,
    /// True where the second factor was just set up, false where only the codes are new.
    pub first: bool,
}

/// One's own keys for programs.
#[derive(Debug, Clone, Serialize)]
pub struct TokensPage {
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// The secret of a key that was just made, shown once; else empty.
    pub secret: String,
    /// The keys, the newest first.
    pub tokens: Vec<TokenView>,
    /// What the new key is for, as typed.
    pub label: String,
    /// Days that it counts, as typed.
    pub days: String,
    /// Most days.
    pub most_days: u32,
    /// What is wrong with `label`.
    pub label_wrong: Option<MessageView>,
    /// What is wrong with `days`.
    pub days_wrong: Option<MessageView>,
}

/// A key for programs.
#[derive(Debug, Clone, Serialize)]
pub struct TokenView {
    /// Number.
    pub id: u64,
    /// What it is for.
    pub label: String,
    /// When it was made.
    pub created: String,
    /// When it ends.
    pub expires: String,
    /// When it was used last; empty for never.
    pub used: String,
    /// From where; empty for nowhere.
    pub used_from: String,
}
