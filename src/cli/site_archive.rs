//! `zhanqun site archive`, and the copy that an import of pages keeps.

use std::path::Path;

use url::Url;

use crate::domain::account::By;
use crate::domain::archive;
use crate::migrate::archive::{self as freezer, Options};
use crate::migrate::crawl::Answers;
use crate::migrate::pages::{Fetches, Mirror};

use super::args::SiteArchive;
use super::{Context, Failure};

/// `site archive SLUG SOURCE`.
pub(super) fn archive(context: &mut Context<'_>, arguments: &SiteArchive) -> Result<(), Failure> {
    let node = context.app.site(&arguments.slug)?;
    let Some(source) = &arguments.source else {
        let gone = archive::forget(&context.app.store, &By::ops(), node.site.id)?;
        context.out.line(if gone == 0 { "there was no archive" } else { "the archive was taken away" });
        return Ok(());
    };
    let path = context.path(source);
    keep(context, &arguments.slug, &path, &arguments.old_host)
}

/// Freezes a mirror, or what a crawl fetched.
pub(super) fn keep(context: &mut Context<'_>, slug: &str, path: &Path, hosts: &[String]) -> Result<(), Failure> {
    let usage = |fault: crate::base::fault::Fault| Failure::Usage(vec![fault.to_string()]);
    let (fetches, home): (Box<dyn Fetches>, Option<Url>) = if Answers::is_at(path) {
        let answers = Answers::open(path).map_err(usage)?;
        let start = answers.start().clone();
        (Box::new(answers), Some(start))
    } else {
        (Box::new(Mirror::open(path, hosts.first().map(String::as_str)).map_err(usage)?), None)
    };
    let options = Options { site: slug.to_owned(), source: path.display().to_string(), hosts: hosts.to_vec(), home };
    let meter = context.out.meter("archive", fetches.len() as u64);
    let report = freezer::run(context.app, &*fetches, &options, &|_, done, _| meter.at(done));
    meter.end();
    let report = report.map_err(|failure| match failure {
        crate::migrate::Failure::Usage(line) => Failure::Usage(vec![line]),
        other => Failure::failed(other),
    })?;
    if context.out.json {
        context.out.report(&report);
    } else {
        for line in report.lines() {
            context.out.line(line);
        }
    }
    Ok(())
}
