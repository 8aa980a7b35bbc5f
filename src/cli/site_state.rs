//! `zhanqun site state` and `zhanqun site retire`: steps in the life of a site.

use serde::Serialize;

use crate::base::clock;
use crate::domain::account::By;
use crate::domain::site::{self, NOTICE_DAYS, Notice, SiteNode, SiteState, Step, Taken};

use super::args;
use super::{Context, Failure};

/// How a site stands.
#[derive(Serialize)]
struct Standing {
    slug: String,
    state: &'static str,
    since: String,
    next: Vec<&'static str>,
    notice_days: Option<i64>,
    due: Option<String>,
}

/// `site state SLUG [STATE]`.
pub(super) fn state(context: &mut Context<'_>, arguments: &args::SiteState) -> Result<(), Failure> {
    let node = context.app.site(&arguments.slug)?;
    let Some(state) = arguments.state.as_deref().and_then(SiteState::of) else {
        show(context, &node);
        return Ok(());
    };
    undeclared(context, &node, state, arguments.to.as_deref())?;
    let notice = arguments.notice.as_ref().map(|text| Notice {
        text: text.trim().to_owned(),
        url: arguments.link.clone(),
        name: arguments.new_site.clone().unwrap_or_default(),
        until: arguments.until.clone().unwrap_or_default(),
        ..Notice::default()
    });
    let step = Step { state, redirect: arguments.to.clone(), notice, early: arguments.early.clone() };
    take(context, &node, &step)
}

/// `site retire SLUG`.
pub(super) fn retire(
    context: &mut Context<'_>,
    slug: &str,
    to: Option<&str>,
    early: Option<&str>,
) -> Result<(), Failure> {
    let node = context.app.site(slug)?;
    if node.site.is_portal() {
        return Err(Failure::failed("the portal cannot be retired"));
    }
    let state = if to.is_some() { SiteState::Redirected } else { SiteState::Archived };
    undeclared(context, &node, state, to)?;
    let step = Step { redirect: to.map(str::to_owned), early: early.map(str::to_owned), ..Step::to(state) };
    take(context, &node, &step)
}

/// A site with a file changes its state there.
fn undeclared(context: &Context<'_>, node: &SiteNode, state: SiteState, to: Option<&str>) -> Result<(), Failure> {
    let file = context.app.config.sites.dir.join(&node.site.slug).join("site.toml");
    if !file.exists() {
        return Ok(());
    }
    let redirect = to.map(|to| format!(" and redirect = \"{to}\"")).unwrap_or_default();
    let state = state.word();
    Err(Failure::failed(format!("{} declares this site: set state = \"{state}\"{redirect} there", file.display())))
}

fn take(context: &mut Context<'_>, node: &SiteNode, step: &Step) -> Result<(), Failure> {
    let slug = &node.site.slug;
    let Taken { from, early } = site::set_state(&context.app.store, &By::ops(), node.site.id, step)?;
    if let Some(days) = early {
        context.out.note(format!(
            "warning: the notice of {slug} has stood for {days} of {NOTICE_DAYS} days; the reason is in the journal"
        ));
    }
    context.out.line(format!("{slug} was {} and is {} now", from.word(), step.state.word()));
    Ok(())
}

fn show(context: &mut Context<'_>, node: &SiteNode) {
    let site = &node.site;
    let day = |time: i64| if time == 0 { String::new() } else { clock::day(time) };
    let standing = Standing {
        slug: site.slug.clone(),
        state: site.state.word(),
        since: day(site.state_since),
        next: site.state.next().iter().map(|state| state.word()).collect(),
        notice_days: site.notice_due().map(|_| site.notice_days(context.app.clock.now())),
        due: site.notice_due().map(clock::day),
    };
    if context.out.json {
        context.out.report(&standing);
        return;
    }
    let Standing { slug, state, since, next, notice_days, due } = standing;
    let since = if since.is_empty() { String::new() } else { format!(" since {since}") };
    context.out.line(format!("{slug}: {state}{since}; may become {}", next.join(", ")));
    if let (Some(days), Some(due)) = (notice_days, due) {
        context.out.line(format!(
            "the notice has stood for {days} of {NOTICE_DAYS} days; redirected or archived from {due} on, earlier with --early REASON"
        ));
    }
}
