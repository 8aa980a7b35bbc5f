//! Commands and their arguments.
//!
//! **Invariant:** a command names here every option it takes; nothing else reads the command line.

mod import;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

pub use import::{ImportCommand, ImportCrawl, ImportDump, ImportInto, ImportMirror, ImportTable, ImportWxr};

/// 站群: one server for a city's whole government site group.
#[derive(Debug, Clone, Parser)]
#[command(name = "zhanqun", version, about, propagate_version = true)]
pub struct Args {
    /// Configuration file [default: config/zhanqun.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Reports as JSON on stdout
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

impl Args {
    /// The command; `serve` if none is named.
    pub fn command(&self) -> Command {
        self.command.clone().unwrap_or(Command::Serve)
    }
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serves the site group (the default)
    Serve,
    /// Reads configuration, sites, themes and data without changing them and lists everything wrong
    Check,
    /// The site group
    #[command(subcommand)]
    Site(SiteCommand),
    /// People who may log in
    #[command(subcommand)]
    User(UserCommand),
    /// Keys with which programs act for a user
    #[command(subcommand)]
    Token(TokenCommand),
    /// Mail that waits or was given up
    #[command(subcommand)]
    Mail(MailCommand),
    /// Takes content of an old site over
    #[command(subcommand)]
    Import(ImportCommand),
    /// Old addresses
    #[command(subcommand)]
    Redirect(RedirectCommand),
    /// Copies journal, media and newest snapshot into DIR, also while a server runs
    Backup {
        /// Folder for the backup; one that holds an older backup of this group is brought up to date
        dir: PathBuf,
    },
    /// Brings a backup into an empty data directory, or one subsite back to a moment
    Restore(Restore),
    /// Copies of a site
    #[command(subcommand)]
    Export(ExportCommand),
    /// The audit log
    #[command(subcommand)]
    Journal(JournalCommand),
    /// For measuring
    #[command(subcommand)]
    Bench(BenchCommand),
}

/// `site …`
#[derive(Debug, Clone, Subcommand)]
pub enum SiteCommand {
    /// Lists the sites
    List,
    /// Writes a site.toml for a new subsite and applies it
    Create {
        /// Slug: the address becomes /SLUG/
        slug: String,
        /// Full name of the unit
        #[arg(long)]
        name: String,
        /// Short name
        #[arg(long)]
        short_name: Option<String>,
        /// Kind of unit
        #[arg(long, default_value = "department", value_parser = ["department", "township", "public-service"])]
        kind: String,
        /// Theme
        #[arg(long, default_value = "county")]
        theme: String,
    },
    /// Applies the files below the sites folder
    Apply,
    /// Prints the site.toml of a site as it is now
    Export {
        /// Slug
        slug: String,
    },
    /// Gives a site another slug; the old address answers 301
    Rename {
        /// Slug now
        slug: String,
        /// Slug from now on
        new: String,
    },
    /// Shows the state of a site and what may follow, or takes a site that has no file to another state
    State(SiteState),
    /// Keeps a frozen copy of the old site, read at /archive/SLUG/
    Archive(SiteArchive),
    /// Closes a site: redirected when --to is given, archived otherwise
    Retire {
        /// Slug
        slug: String,
        /// Address that every page leads to from now on
        #[arg(long)]
        to: Option<String>,
        /// Why the notice need not have stood for 30 days; kept in the journal
        #[arg(long, value_name = "REASON")]
        early: Option<String>,
    },
}

/// `site archive …`
#[derive(Debug, Clone, ClapArgs)]
pub struct SiteArchive {
    /// Slug
    pub slug: String,
    /// A mirror of the old site (folder or zip), or the folder of a crawl
    #[arg(required_unless_present = "remove")]
    pub source: Option<PathBuf>,
    /// Host names of the old site; the first one is that of its home page
    #[arg(long, value_name = "HOST", num_args = 1..)]
    pub old_host: Vec<String>,
    /// Takes the copy away
    #[arg(long, conflicts_with = "source")]
    pub remove: bool,
}

/// `site state …`
#[derive(Debug, Clone, ClapArgs)]
pub struct SiteState {
    /// Slug
    pub slug: String,
    /// State from now on; only shown if left out
    #[arg(value_parser = crate::domain::site::SiteState::ALL.map(crate::domain::site::SiteState::word))]
    pub state: Option<String>,
    /// Where a redirected site leads
    #[arg(long, value_name = "URL", requires = "state")]
    pub to: Option<String>,
    /// Text of the notice across every page
    #[arg(long, value_name = "TEXT", requires = "state")]
    pub notice: Option<String>,
    /// Name of the new site, for the notice
    #[arg(long, value_name = "NAME", requires = "notice")]
    pub new_site: Option<String>,
    /// Address of the new site, for the notice
    #[arg(long, value_name = "URL", requires = "notice")]
    pub link: Option<String>,
    /// Last day of the notice, 2026-12-23; 30 days after the first if left out
    #[arg(long, value_name = "DAY", requires = "notice")]
    pub until: Option<String>,
    /// Why the notice need not have stood for 30 days; kept in the journal
    #[arg(long, value_name = "REASON", requires = "state")]
    pub early: Option<String>,
}

/// `user …`
#[derive(Debug, Clone, Subcommand)]
pub enum UserCommand {
    /// Adds a user; the password is the first line of standard input, else it is generated and printed once
    Add {
        /// Name to log in with
        name: String,
        /// What the user may do and where: ROLE@group, ROLE@site:SLUG or ROLE@channel:SLUG/PATH
        #[arg(long, value_name = "ROLE@SCOPE", num_args = 1.., required = true)]
        grant: Vec<String>,
        /// Name for people
        #[arg(long, value_name = "NAME", default_value = "")]
        display_name: String,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Sets a password (from standard input or generated), ends the user's log-ins and unlocks
    Passwd {
        /// Name
        name: String,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Replaces the grants of a user
    Grant {
        /// Name
        name: String,
        /// What the user may do and where, from now on
        #[arg(long, value_name = "ROLE@SCOPE", num_args = 1.., required = true)]
        grant: Vec<String>,
    },
    /// Lists the users with their grants
    List,
    /// Bars a user from logging in and ends his log-ins
    Disable {
        /// Name
        name: String,
    },
    /// Lets a disabled user log in again
    Enable {
        /// Name
        name: String,
    },
    /// Ends the lock after wrong passwords
    Unlock {
        /// Name
        name: String,
    },
    /// The second factor of a user
    #[command(subcommand)]
    SecondFactor(SecondFactorCommand),
    /// Sets where mail reaches a user; empty for nowhere
    Email {
        /// Name
        name: String,
        /// Address
        address: String,
    },
}

/// `user second-factor …`
#[derive(Debug, Clone, Subcommand)]
pub enum SecondFactorCommand {
    /// Takes it away, when the phone is lost, and ends the user's log-ins
    Reset {
        /// Name
        name: String,
    },
}

/// `token …`
#[derive(Debug, Clone, Subcommand)]
pub enum TokenCommand {
    /// Makes a key and prints it once; it may do what the user may, until it expires or the user's password changes
    Create {
        /// User for whom it acts
        #[arg(long, value_name = "NAME")]
        user: String,
        /// Days that it counts, at most 730
        #[arg(long, value_name = "DAYS", default_value_t = crate::domain::account::TOKEN_DAYS)]
        expires: u32,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "command line")]
        label: String,
    },
    /// Lists the keys of a user
    List {
        /// User
        #[arg(long, value_name = "NAME")]
        user: String,
    },
    /// Ends a key
    Revoke {
        /// User
        #[arg(long, value_name = "NAME")]
        user: String,
        /// Number, as `token list` shows it
        id: u64,
    },
}

/// `mail …`
#[derive(Debug, Clone, Subcommand)]
pub enum MailCommand {
    /// Lists mail that waits and mail that was given up, with the reason
    List,
    /// Tries what was given up again
    Retry,
}

/// Where a password comes from.
#[derive(Debug, Clone, ClapArgs)]
pub struct PasswordSource {
    /// Generates a password without looking at standard input
    #[arg(long)]
    pub generate: bool,
    /// The user must choose another password at the next log-in; a generated one always serves only once
    #[arg(long)]
    pub once: bool,
}

impl Command {
    /// True if the command takes a password from standard input.
    pub fn reads_password(&self) -> bool {
        match self {
            Command::User(UserCommand::Add { password, .. } | UserCommand::Passwd { password, .. }) => {
                !password.generate
            }
            _ => false,
        }
    }
}

/// `redirect …`
#[derive(Debug, Clone, Subcommand)]
pub enum RedirectCommand {
    /// Reads old addresses from CSV: columns `from`, `to` and, if wanted, `kind` (exact or prefix)
    Import {
        /// The CSV file, UTF-8 or GBK
        file: PathBuf,
        /// Site whose old addresses they are
        #[arg(long, value_name = "SLUG")]
        site: String,
        /// Checks every line and writes nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Lists the old addresses of a site with their hits
    List {
        /// Site
        #[arg(long, value_name = "SLUG")]
        site: String,
        /// Most asked for first
        #[arg(long)]
        by_hits: bool,
    },
    /// Says where an old address leads
    Test {
        /// Site
        #[arg(long, value_name = "SLUG")]
        site: String,
        /// Old address, e.g. http://mzj.example/Show.asp?ID=12
        address: String,
    },
}

/// `restore …`
#[derive(Debug, Clone, ClapArgs)]
pub struct Restore {
    /// Folder of the backup
    #[arg(required_unless_present = "site")]
    pub dir: Option<PathBuf>,
    /// Brings only this site back, from the journal
    #[arg(long, value_name = "SLUG", requires = "at", conflicts_with = "dir")]
    pub site: Option<String>,
    /// The moment, `2026-11-23 09:30` in Beijing time
    #[arg(long, value_name = "TIME", requires = "site")]
    pub at: Option<String>,
}

/// `export …`
#[derive(Debug, Clone, Subcommand)]
pub enum ExportCommand {
    /// A frozen copy of a site that any static web server can serve
    Static {
        /// Site
        #[arg(long, value_name = "SLUG")]
        site: String,
        /// Folder for the copy, empty or new; it is the root of the copy's host
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// `journal …`
#[derive(Debug, Clone, Subcommand)]
pub enum JournalCommand {
    /// Prints transactions, oldest first
    Show {
        /// Only of this site
        #[arg(long, value_name = "SLUG")]
        site: Option<String>,
        /// Only of this person
        #[arg(long)]
        actor: Option<String>,
        /// Only actions that begin so, e.g. content. or content.publish
        #[arg(long)]
        action: Option<String>,
        /// From this time on, `2026-11-23` or `2026-11-23 09:30`
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Up to this time
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// Only the last N of what was found
        #[arg(long, value_name = "N")]
        last: Option<usize>,
        /// The rows that each one wrote, too
        #[arg(long)]
        changes: bool,
    },
    /// Verifies checksums and the hash chain
    Verify,
}

/// `bench …`
#[derive(Debug, Clone, Subcommand)]
pub enum BenchCommand {
    /// Fills an empty data directory with realistic documents
    Fill {
        /// How many
        #[arg(long, value_name = "N")]
        documents: u64,
        /// Over so many sites; more than the declared ones are made up
        #[arg(long, value_name = "N", default_value_t = 17)]
        sites: u64,
    },
}
