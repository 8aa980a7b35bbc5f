//! What every import begins with: what can be wrong, the old site's hosts, the column, the name of the run.

use std::collections::HashSet;

use crate::app::App;
use crate::base::clock;
use crate::base::fault::Fault;
use crate::domain;
use crate::domain::site::{self, Channel, ChannelKind, SiteNode};
use crate::store::{self, Read as _};

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file is not a good export.
    #[error("{0}")]
    Fault(Fault),
    /// Something that was asked for cannot be.
    #[error("{0}")]
    Usage(String),
    /// The store or a rule refused.
    #[error("{0}")]
    Domain(#[from] domain::error::Error),
    /// The run failed half way; what became of it.
    #[error("{error}; {then}")]
    Undone {
        /// What happened.
        error: Box<Failure>,
        /// What was done about it.
        then: String,
    },
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure::Fault(fault)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        Failure::Domain(error.into())
    }
}

/// How far the work is: name of the step, bytes done, bytes in all.
pub type Progress<'a> = &'a dyn Fn(&'static str, u64, u64);

/// The hosts of the old site.
#[derive(Debug, Default)]
pub(in crate::migrate) struct Hosts {
    /// All of them.
    pub all: HashSet<String>,
    /// Those that the site does not have yet.
    pub new: Vec<String>,
}

impl Hosts {
    /// From what ops say (`wanted`), and from what the old site itself is called (`own`), with and without `www.`.
    ///
    /// # Errors
    /// A wanted one that is no host name or belongs to another site.
    pub(in crate::migrate) fn of(
        app: &App,
        node: &SiteNode,
        own: &[String],
        wanted: &[String],
        notes: &mut Vec<String>,
    ) -> Result<Hosts, Failure> {
        let directory = app.directory();
        let mut all: HashSet<String> = node.site.old_hosts.iter().cloned().collect();
        let mut new: Vec<String> = Vec::new();
        let holder = |host: &str| {
            directory.by_host(host).or_else(|| directory.by_old_host(host)).map(|other| other.site.slug.clone())
        };
        for host in wanted {
            let host = host.trim().to_lowercase();
            site::check_host(&host).map_err(|broken| Failure::Usage(format!("--old-host {broken}")))?;
            match holder(&host) {
                Some(slug) if slug != node.site.slug => {
                    return Err(Failure::Usage(format!("--old-host {host}: it belongs to the site {slug}")));
                }
                Some(_) => {}
                None if !new.contains(&host) => new.push(host.clone()),
                None => {}
            }
            all.insert(host);
        }
        for base in own {
            let twin = base.strip_prefix("www.").map_or_else(|| format!("www.{base}"), str::to_owned);
            let local = base == "localhost"
                || base.ends_with(".localhost")
                || !base.contains('.')
                || base.parse::<std::net::Ipv4Addr>().is_ok();
            for host in [base.clone(), twin] {
                if site::check_host(&host).is_err() {
                    continue;
                }
                if local {
                    if host == *base && all.insert(host.clone()) {
                        notes.push(format!(
                            "{host} is no name of a public site and was not added to the old hosts; --old-host names them"
                        ));
                    }
                    continue;
                }
                match holder(&host) {
                    Some(slug) if slug != node.site.slug && host == *base => {
                        notes.push(format!("{host} belongs to the site {slug} and was not added to the old hosts"));
                    }
                    Some(_) => {}
                    None if !new.contains(&host) => new.push(host.clone()),
                    None => {}
                }
                all.insert(host);
            }
        }
        Ok(Hosts { all, new })
    }
}

/// The column of `--channel`.
///
/// # Errors
/// When there is none, or it is a link.
pub(in crate::migrate) fn root_column(node: &SiteNode, path: &str) -> Result<Channel, Failure> {
    let channel = node
        .channel_at(path)
        .ok_or_else(|| Failure::Usage(format!("--channel {path}: {} has no such column", node.site.slug)))?;
    if channel.kind == ChannelKind::Link {
        return Err(Failure::Usage(format!("--channel {path}: a link column has no columns below it")));
    }
    Ok(channel.clone())
}

/// A name for a new batch, `mirror-mzj-20261126-003015`.
///
/// # Errors
/// When the store cannot be read.
pub(in crate::migrate) fn batch_name(app: &App, kind: &str, site: &str, now: i64) -> Result<String, Failure> {
    let stem = format!("{kind}-{site}-{}", clock::local(now).strftime("%Y%m%d-%H%M%S"));
    let mut name = stem.clone();
    let mut more = 2;
    while app.store.unique(site::BATCH_NAME, name.as_bytes())?.is_some() {
        name = format!("{stem}-{more}");
        more += 1;
    }
    Ok(name)
}
