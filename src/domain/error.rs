//! What an action answers when it does not act.

use crate::base::id::RevisionId;
use crate::store;

/// Shorthand for actions and queries.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an action did nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or it is not the actor's to see.
    #[error("{what} not found: {name}")]
    NotFound {
        /// `site`, `column`, `document`, …
        what: &'static str,
        /// What was asked for.
        name: String,
    },
    /// A rule forbids it: message keys with the value at fault.
    #[error("{}", broken.iter().map(Broken::to_string).collect::<Vec<_>>().join("; "))]
    Rules {
        /// The rules broken.
        broken: Vec<Broken>,
    },
    /// It is not the actor's to do.
    #[error("not allowed: it takes the role {role}")]
    Forbidden {
        /// Role that it takes.
        role: &'static str,
    },
    /// The text was changed since it was read.
    #[error("changed by somebody else meanwhile: the newest revision is {head}")]
    Stale {
        /// The newest revision.
        head: RevisionId,
    },
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Message key, `slug.reserved`.
    pub rule: &'static str,
    /// Field at fault, `slug`.
    pub field: &'static str,
    /// Value at fault.
    pub value: String,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.value.as_str() {
            "" => write!(f, "{}: {}", self.field, explain(self.rule)),
            value => write!(f, "{} \"{value}\": {}", self.field, explain(self.rule)),
        }
    }
}

impl Broken {
    /// The rule in English, for ops and where no catalogue has a text for its key.
    pub fn explain(&self) -> &str {
        explain(self.rule)
    }
}

/// The rule in words for ops; pages translate the key instead.
fn explain(rule: &str) -> &str {
    match rule {
        "slug.reserved" => "is a reserved word",
        "slug.form" => "must be 1 to 40 of a-z, 0-9 and single hyphens between them",
        "slug.taken" => "is already used by a site or column at this place",
        "host.form" => "is not a host name",
        "host.taken" => "is already a host of another site",
        "colour.form" => "must look like #b4232a",
        "type.unknown" => "is not one of the 18 kinds of meta ColumnType",
        "code.form" => "must be 10 letters and digits",
        "required" => "must not be empty",
        "parent.unknown" => "no such site or column above",
        "portal.one" => "there must be exactly one portal",
        "theme.unknown" => "there is no such theme",
        "url.form" => "must be an http, https or rooted address",
        "name.form" => "must be 2 to 32 of a-z, 0-9, dot, hyphen and underscore, beginning with a letter",
        "name.reserved" => "is a name of the server's own",
        "name.taken" => "is already a user",
        "display_name.form" => "must be 1 to 40 characters",
        "password.short" => "must have at least 10 characters",
        "password.long" => "must have at most 256 bytes",
        "password.classes" => "must mix three of: small letters, capitals, digits, other characters",
        "password.name" => "must not hold the user name",
        "password.common" => "is too common",
        "password.history" => "was used before; the last five are not taken again",
        "grant.form" => "must be ROLE@group, ROLE@site:SLUG or ROLE@channel:SLUG/PATH",
        "grant.role" => {
            "no such role; there are editor, reviewer, publisher, manager, admin, security, auditor, supervisor"
        }
        "grant.site" => "no such site",
        "grant.channel" => "no such column in the site",
        "grant.group_only" => "is a role of the group only",
        "grant.separate" => "are never held by one person",
        "webhook.https" => "must begin with https://",
        "webhook.private" => "must be on the public Internet; ops may allow others ([webhooks] allow_private)",
        "webhook.many" => "there are as many webhooks as allowed already",
        "webhook.event" => "is no event",
        "kept.many" => "too many requests with keys in one day",
        "user.own" => "cannot be changed by himself",
        "declared" => "is declared in site.toml and changed there",
        "slug.former" => "was the address of another column, which is still found there",
        "text.line" => "must be one line",
        "text.long" => "is too long",
        "file.form" => "must be an address on this server",
        "page_size.range" => "must be 1 to 200",
        "keywords.form" => "must be at most 20, each one line",
        "column.cycle" => "would stand below itself",
        "column.link_parent" => "is a link; nothing stands below it",
        "column.depth" => "is as many levels as columns may have",
        "column.closing" => "is being emptied and takes nothing new",
        "column.open" => "was not marked to go",
        "channel.has_columns" => "has columns below it",
        "channel.holds" => "documents still stand in it",
        "channel.holds_none" => "holds no documents",
        "channel.other_site" => "belongs to another site",
        "portal.host" => "needs one at least: its main address",
        "state.order" => {
            "is no step that a site takes: planned, online, notice, redirected, archived is the order, offline a pause of online"
        }
        "state.early" => "is before the notice has stood for 30 days; it takes a reason to do so early",
        "notice.short" => "is too soon: a notice of a merger or closing stands for 30 days",
        "day.form" => "must be a day such as 2026-11-23",
        "state.portal" => "would close the portal",
        "theme.setting" => "is no such setting of the theme",
        "theme.value" => "is no such value of the setting",
        "colour.contrast" => "has less contrast against white than 4.5:1",
        "redirect.long" => "is too long",
        "redirect.taken" => "is an old address already",
        "redirect.kind" => "must be exact or prefix",
        "redirect.document" => "there is no such document",
        "redirect.column" => "there is no such column",
        "redirect.target" => "must be an address, document:NUMBER or column:PATH",
        "redirect.twice" => "leads elsewhere in an earlier line",
        "csv.form" => "is not CSV",
        "csv.head" => "must name the columns `from` and `to` in its first line",
        "email.form" => "must be an address such as name@example.gov.cn",
        "factor.present" => "there is a second factor already",
        "factor.none" => "there is no second factor",
        "factor.code" => "is not the code that belongs to the secret",
        "factor.needed" => "a role of this person needs the second factor",
        "token.label" => "must be 1 to 40 characters",
        "token.days" => "must be between 1 and 730",
        "token.many" => "there are 20 keys already",
        "docx.not_zip" => "is not a Word file (.docx)",
        "docx.old" => "is a file of Word before 2007, or encrypted: save it as .docx without a password",
        "docx.type" => "is no Word document but another kind of file",
        "docx.macros" => "has macros: save it as .docx without them",
        "docx.locked" => "is encrypted",
        "docx.large" => "is too large when unpacked",
        "docx.broken" => "is broken at this part",
        "words.many" => "are more words than a list may have",
        "words.long" => "is longer than 40 characters",
        "check.alt" => "a picture has no description",
        "check.picture" => "a picture could not be brought along when pasting",
        "check.headings" => "a heading is empty or leaves a level out",
        "check.table_heads" => "a table has no header cells",
        "check.link_text" => "the words of a link do not say where it leads",
        "check.links" => "a link leads nowhere",
        "check.sensitive" => "a word of the list of sensitive words",
        "check.misspelt" => "a misspelt word",
        "check.identity" => "the number of an identity card",
        "check.phone" => "the number of a mobile phone",
        "check.bank_card" => "the number of a bank card",
        "check.source" => "there is no source",
        "check.summary" => "there is no summary",
        "check.secrecy" => "the secrecy review is not ticked",
        "check.duplicate" => "another document of the site has this title",
        "migration.decided" => "was decided already",
        "migration.gone" => "its document is gone",
        "migration.no_date" => "has no date of the old site",
        "migration.future" => "is not in the past",
        "migration.in_review" => "is in review or scheduled",
        "migration.person" => "is signed off by a person",
        "migration.waiting" => "has pages that wait for a look",
        "migration.running" => "is not finished",
        "migration.signed" => "is signed off already",
        "migration.empty" => "nothing of the import stands in it",
        other => other,
    }
}

impl Error {
    /// A missing thing.
    pub fn not_found(what: &'static str, name: impl ToString) -> Error {
        Error::NotFound { what, name: name.to_string() }
    }

    /// One broken rule.
    pub fn rule(rule: &'static str, field: &'static str, value: impl ToString) -> Error {
        Error::Rules { broken: vec![Broken { rule, field, value: value.to_string() }] }
    }
}
