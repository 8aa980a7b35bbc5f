//! `zhanqun backup` and `zhanqun restore`.

use std::path::Path;

use crate::base::clock;
use crate::config::Config;
use crate::store::{self, Actor};

use super::args::Restore;
use super::output::{Output, store_progress};
use super::{Context, Failure};

pub(super) fn backup(config: &Config, target: &Path, out: &mut Output) -> Result<(), Failure> {
    let manifest = store::backup(&config.storage.dir, target, true, &store_progress(out.terminal))?;
    if out.json {
        out.report(&manifest);
    } else {
        let bytes: u64 = manifest.files.values().map(|file| file.bytes).sum();
        out.line(format!(
            "{} files, {} MB, up to transaction {} in {}",
            manifest.files.len(),
            bytes.div_ceil(1 << 20),
            manifest.seq,
            target.display()
        ));
    }
    Ok(())
}

pub(super) fn restore(config: &Config, restore: &Restore, out: &mut Output) -> Result<(), Failure> {
    let Some(dir) = &restore.dir else {
        return Err(Failure::Usage(vec!["restore needs the folder of a backup, or --site and --at".into()]));
    };
    let manifest = store::restore(dir, &config.storage.dir, &store_progress(out.terminal))?;
    if out.json {
        out.report(&manifest);
    } else {
        out.line(format!(
            "{} restored up to transaction {}; the next start builds the state",
            config.storage.dir.display(),
            manifest.seq
        ));
    }
    Ok(())
}

pub(super) fn restore_site(context: &mut Context<'_>, restore: &Restore) -> Result<(), Failure> {
    let (Some(slug), Some(at)) = (&restore.site, &restore.at) else {
        return Err(Failure::Usage(vec!["restore --site needs --at".into()]));
    };
    let time = clock::parse_local(at)
        .ok_or_else(|| Failure::Usage(vec![format!("--at \"{at}\" must be YYYY-MM-DD HH:MM[:SS]")]))?;
    if time > context.app.clock.now() {
        return Err(Failure::Usage(vec![format!("--at \"{at}\" is in the future")]));
    }
    let node = context.app.site(slug)?;
    match context.app.store.restore_site(&Actor::cli(), node.site.id.0, time)? {
        None => context.out.line(format!("{slug} is as it was at {}", clock::minute(time))),
        Some(committed) => context.out.line(format!(
            "{slug} is as it was at {}: {} rows changed, transaction {}",
            clock::minute(time),
            committed.changes.len(),
            committed.seq
        )),
    }
    Ok(())
}
