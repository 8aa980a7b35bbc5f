//! `zhanqun import wxr …`.

use crate::cli::args::{ImportInto, ImportWxr};
use crate::cli::{Context, Failure};
use crate::migrate::wxr;

use super::shown::{Steps, failed, prepare, report};

pub(super) fn wxr(context: &mut Context<'_>, arguments: &ImportWxr) -> Result<(), Failure> {
    let ImportWxr { file, into, media } = arguments;
    let ImportInto { site, channel, old_host, mapping, publish, dry_run, report: report_file, addresses } = into;
    let options = wxr::Options {
        file: context.path(file),
        site: site.clone(),
        channel: channel.clone(),
        old_hosts: old_host.clone(),
        media: media.as_deref().map(|folder| context.path(folder)),
        publish: *publish,
        dry_run: *dry_run,
        mapping: mapping.as_deref().map(|file| context.path(file)),
        addresses: prepare(context, addresses.as_deref(), "")?,
    };
    let to = prepare(context, report_file.as_deref(), "{}\n")?;
    let done = {
        let steps = Steps::new(context.out);
        wxr::run(context.app, &options, &|step, done, total| steps.at(step, done, total))
    };
    let done = done.map_err(failed)?;
    report(context, to.as_deref(), &done, done.lines(), (done.dry_run, &done.batch))
}
