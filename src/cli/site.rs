//! `zhanqun site …`: the site group.

use serde::Serialize;

use crate::domain::account::By;
use crate::domain::content::LIVE_OF_SITE;
use crate::domain::site::{self, Channel, ChannelKind, Site, SiteNode, UpdateClass};
use crate::store::{ListKey, Read};

use super::args::SiteCommand;
use super::{Context, Failure};

pub(super) fn site(context: &mut Context<'_>, command: &SiteCommand) -> Result<(), Failure> {
    match command {
        SiteCommand::List => list(context),
        SiteCommand::Create { slug, name, short_name, kind, theme } => {
            create(context, slug, name, short_name.as_deref(), kind, theme)
        }
        SiteCommand::Apply => apply(context),
        SiteCommand::Export { slug } => {
            let node = context.app.site(slug)?;
            context.out.line(export(&node).trim_end());
            Ok(())
        }
        SiteCommand::Rename { slug, new } => rename(context, slug, new),
        SiteCommand::State(arguments) => super::site_state::state(context, arguments),
        SiteCommand::Archive(arguments) => super::site_archive::archive(context, arguments),
        SiteCommand::Retire { slug, to, early } => {
            super::site_state::retire(context, slug, to.as_deref(), early.as_deref())
        }
    }
}

#[derive(Serialize)]
struct Row {
    slug: String,
    name: String,
    kind: &'static str,
    state: &'static str,
    theme: String,
    columns: usize,
    documents: u64,
    url: String,
}

fn list(context: &mut Context<'_>) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for node in context.app.directory().all() {
        let site = &node.site;
        rows.push(Row {
            slug: site.slug.clone(),
            name: site.name.clone(),
            kind: site.kind.word(),
            state: site.state.word(),
            theme: site.theme.clone(),
            columns: node.channels.len(),
            documents: context.app.store.count(ListKey::new(LIVE_OF_SITE, &[site.id.0]))?,
            url: site.url(),
        });
    }
    if context.out.json {
        context.out.report(&rows);
    } else {
        for row in rows {
            let Row { slug, name, kind, state, columns, documents, url, theme } = row;
            context.out.line(format!(
                "{slug:<12} {url:<14} {kind:<15} {state:<10} {theme:<8} {columns:>3} columns {documents:>7} documents  {name}"
            ));
        }
    }
    Ok(())
}

fn create(
    context: &mut Context<'_>,
    slug: &str,
    name: &str,
    short_name: Option<&str>,
    kind: &str,
    theme: &str,
) -> Result<(), Failure> {
    site::check_slug(slug).map_err(|broken| Failure::Usage(vec![broken.to_string()]))?;
    let portal = context.app.directory().portal().map(|node| node.site.slug.clone()).unwrap_or_default();
    let folder = context.path(&context.app.config.sites.dir).join(slug);
    let file = folder.join("site.toml");
    if file.exists() {
        return Err(Failure::failed(format!("{} is there already", file.display())));
    }
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let text = format!(
        "name = {}\nshort_name = {}\nkind = \"{kind}\"\nparent = {}\ntheme = {}\nstate = \"online\"\n\
         sponsor = {}\n\n[contact]\naddress = \"\"\nphone = \"\"\n\n[settings]\ncolour = \"#1f5fa8\"\n\n\
         [[column]]\nslug = \"gzdt\"\nname = \"工作动态\"\ntype = \"工作动态\"\nupdate = \"biweekly\"\n\n\
         [[column]]\nslug = \"tzgg\"\nname = \"通知公告\"\ntype = \"政策文件\"\nupdate = \"half-yearly\"\n\n\
         [[column]]\nslug = \"bszn\"\nname = \"办事指南\"\ntype = \"办事服务\"\n",
        quoted(name),
        quoted(short_name.unwrap_or(name)),
        quoted(&portal),
        quoted(theme),
        quoted(name),
    );
    let trouble = |error: std::io::Error| Failure::failed(format!("{}: {error}", file.display()));
    std::fs::create_dir_all(&folder).map_err(trouble)?;
    std::fs::write(&file, text).map_err(trouble)?;
    let applied = context.app.apply_sites();
    if applied.is_err() {
        // A file that cannot be applied would stop the next start.
        let _ = std::fs::remove_file(&file);
        let _ = std::fs::remove_dir(&folder);
    }
    applied?;
    context.out.line(format!("{} written; the site is at /{slug}/", file.display()));
    Ok(())
}

fn apply(context: &mut Context<'_>) -> Result<(), Failure> {
    let applied = context.app.apply_sites()?.applied;
    if applied.is_empty() && applied.refused.is_empty() {
        context.out.line("nothing changed");
    } else {
        let words = |slugs: &[String]| if slugs.is_empty() { "none".to_owned() } else { slugs.join(" ") };
        context.out.line(format!(
            "new: {}; changed: {}; {} columns",
            words(&applied.created),
            words(&applied.changed),
            applied.columns
        ));
    }
    if applied.refused.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(applied.refused.iter().map(ToString::to_string).collect()))
}

fn rename(context: &mut Context<'_>, slug: &str, new: &str) -> Result<(), Failure> {
    let node = context.app.site(slug)?;
    if node.site.declared {
        let folder = context.app.config.sites.dir.join(slug);
        if folder.join("site.toml").exists() {
            let target = context.app.config.sites.dir.join(new);
            site::check_slug(new).map_err(|broken| Failure::Usage(vec![broken.to_string()]))?;
            if target.exists() {
                return Err(Failure::failed(format!("{} is there already", target.display())));
            }
            site::rename(&context.app.store, &By::ops(), node.site.id, new)?;
            std::fs::rename(&folder, &target).map_err(|error| {
                Failure::failed(format!("{}: {error}; rename the folder by hand", folder.display()))
            })?;
            context.out.line(format!("/{slug}/ is /{new}/ now and answers 301; the folder is {}", target.display()));
            return Ok(());
        }
    }
    site::rename(&context.app.store, &By::ops(), node.site.id, new)?;
    context.out.line(format!("/{slug}/ is /{new}/ now and answers 301"));
    Ok(())
}

/// A site as a site.toml that would declare it.
fn export(node: &SiteNode) -> String {
    use toml::{Table, Value};
    let Site {
        name,
        short_name,
        kind,
        parent,
        description,
        lang,
        hosts,
        old_hosts,
        theme,
        identity,
        contact,
        state,
        ..
    } = &node.site;
    let text = |value: &str| Value::String(value.to_owned());
    let list = |values: &[String]| Value::Array(values.iter().map(|value| text(value)).collect());
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| {
        let empty = value.as_str().is_some_and(str::is_empty) || value.as_array().is_some_and(Vec::is_empty);
        if !empty {
            table.insert(key.to_owned(), value);
        }
    };
    put("name", text(name));
    put("short_name", text(short_name));
    put("kind", text(kind.word()));
    put("parent", text(parent));
    // Sites that are declared stand in the order of their files.
    if let Ok(place) = i64::try_from(u64::MAX - node.site.order) {
        put("order", Value::Integer(10 * place));
    }
    put("description", text(description));
    put("lang", text(lang));
    put("hosts", list(hosts));
    put("old_hosts", list(old_hosts));
    put("theme", text(theme));
    put("state", text(state.word()));
    put("redirect", text(&node.site.redirect));
    put("organisation_code", text(&identity.organisation_code));
    put("site_code", text(&identity.site_code));
    put("icp", text(&identity.icp));
    put("police", text(&identity.police));
    put("sponsor", text(&identity.sponsor));
    put("operator", text(&identity.operator));
    for (key, value) in [("contact", Value::try_from(contact)), ("settings", Value::try_from(&node.site.settings))] {
        if let Ok(value) = value {
            put(key, value);
        }
    }
    if let Some(Ok(notice)) = node.site.notice.as_ref().map(Value::try_from) {
        put("notice", notice);
    }
    let mut columns = Vec::new();
    export_columns(node, None, &mut columns);
    put("column", Value::Array(columns));
    table.to_string()
}

fn export_columns(node: &SiteNode, parent: Option<crate::base::id::ChannelId>, out: &mut Vec<toml::Value>) {
    use toml::{Table, Value};
    for channel in node.below(parent) {
        let Channel {
            slug,
            name,
            kind,
            column_type,
            update,
            description,
            keywords,
            hidden,
            page_size,
            feed,
            url,
            takes_submissions,
            ..
        } = channel;
        let mut table = Table::new();
        table.insert("slug".into(), slug.clone().into());
        table.insert("name".into(), name.clone().into());
        table.insert("kind".into(), kind.word().into());
        table.insert("type".into(), column_type.clone().into());
        if *update != UpdateClass::None
            && let Ok(update) = Value::try_from(update)
        {
            table.insert("update".into(), update);
        }
        table.insert("description".into(), description.clone().into());
        table.insert("keywords".into(), Value::Array(keywords.iter().map(|word| Value::from(word.clone())).collect()));
        if let Some(parent) = channel.parent {
            table.insert("parent".into(), node.path(parent).into());
        }
        if *hidden {
            table.insert("hidden".into(), true.into());
        }
        if *takes_submissions {
            table.insert("takes_submissions".into(), true.into());
        }
        table.insert("page_size".into(), i64::from(*page_size).into());
        if *kind == ChannelKind::List {
            table.insert("feed".into(), (*feed).into());
        }
        if *kind == ChannelKind::Link {
            table.insert("url".into(), url.clone().into());
        }
        out.push(Value::Table(table));
        export_columns(node, Some(channel.id), out);
    }
}
