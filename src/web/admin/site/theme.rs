//! Theme and settings of a site, and a look at them before they are saved.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use crate::domain::site::{self, Part, SiteNode, ThemeRules};
use crate::render::manifest::{Setting, SettingKind};
use crate::render::view_admin::{RuleView, SettingView, ThemePage, ThemeProblemsPage};
use crate::web::admin::desk::{About, see};
use crate::web::admin::{AsPublished, Asked, Desk, Pairs, Refusal, blocking};
use crate::web::{Error, public};

use super::sites::themes;
use super::views::option;
use super::{Done, broken, broken_view, managed};

/// What stands before the key of a setting in the form.
const FIELD: &str = "set-";

/// Theme and settings as typed.
struct Typed {
    theme: String,
    settings: BTreeMap<String, Value>,
}

impl Typed {
    /// From the form; what site.toml has the last word on stays as it is.
    fn read(desk: &Desk, node: &SiteNode, pairs: &Pairs) -> Typed {
        let site = &node.site;
        let wanted = pairs.text("theme");
        let theme = if site.declared || wanted.is_empty() { site.theme.clone() } else { wanted.to_owned() };
        let themes = desk.admin.app.engine.themes();
        let mut settings: BTreeMap<String, Value> = BTreeMap::new();
        // What the theme does not know is kept: it may be of another theme, or of the file.
        let known = themes.get(&theme).map(|theme| &theme.settings);
        for (key, value) in &site.settings {
            let asked = known.is_some_and(|known| known.contains_key(key)) && !site.fixes(Part::Setting(key));
            if !asked && (site.fixes(Part::Setting(key)) || theme == site.theme) {
                settings.insert(key.clone(), value.clone());
            }
        }
        for (key, setting) in known.into_iter().flatten() {
            if !site.fixes(Part::Setting(key))
                && let Some(value) = setting.read(pairs.text(&format!("{FIELD}{key}")))
            {
                settings.insert(key.clone(), value);
            }
        }
        Typed { theme, settings }
    }
}

/// The page.
pub async fn show(desk: Desk, Path(slug): Path<String>, Asked(done): Asked<Done>) -> Result<Response, Refusal> {
    let (node, _) = managed(&desk, &slug)?;
    let typed = Typed { theme: node.site.theme.clone(), settings: node.site.settings.clone() };
    page(&desk, &node, StatusCode::OK, &typed, (&done, Vec::new()))
}

fn page(
    desk: &Desk,
    node: &SiteNode,
    status: StatusCode,
    typed: &Typed,
    (done, problems): (&Done, Vec<RuleView>),
) -> Result<Response, Refusal> {
    let site = &node.site;
    let app = &desk.admin.app;
    let themes_now = app.engine.themes();
    let known = themes_now.get(&typed.theme).map(|theme| &theme.settings);
    let settings = known.into_iter().flatten().map(|(key, setting)| {
        setting_view(desk.lang, key, setting, typed.settings.get(key), site.fixes(Part::Setting(key)))
    });
    let page = ThemePage {
        slug: site.slug.clone(),
        name: site.name.clone(),
        themes: themes(app, desk.lang, &typed.theme),
        theme_fixed: site.declared,
        settings: settings.collect(),
        notice: done.message("theme", &["saved"]),
        problems,
    };
    Ok(desk.page(status, "site/theme.html", About::from("theme.title"), page)?)
}

fn setting_view(lang: &str, key: &str, setting: &Setting, value: Option<&Value>, fixed: bool) -> SettingView {
    let default = serde_json::to_value(setting.default_value()).unwrap_or_default();
    let value = match value.unwrap_or(&default) {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "1".to_owned(),
        Value::Bool(false) | Value::Null => String::new(),
        other => other.to_string(),
    };
    let own = |english: &str, chinese: &str| {
        if lang == "en" && !english.is_empty() { english.to_owned() } else { chinese.to_owned() }
    };
    SettingView {
        key: key.to_owned(),
        label: own(&setting.label_en, &setting.label),
        help: own(&setting.help_en, &setting.help),
        kind: match setting.kind.get_ref() {
            SettingKind::Text => "text",
            SettingKind::Colour => "colour",
            SettingKind::Number => "number",
            SettingKind::Bool => "bool",
            SettingKind::Choice => "choice",
            SettingKind::Picture => "picture",
            SettingKind::File => "file",
        },
        choices: setting.choices.iter().map(|choice| option(choice, choice, &value)).collect(),
        value,
        fixed,
    }
}

/// Saves theme and settings.
pub async fn save(desk: Desk, Path(slug): Path<String>, pairs: Pairs) -> Result<Response, Refusal> {
    let (node, by) = managed(&desk, &slug)?;
    let typed = Typed::read(&desk, &node, &pairs);
    let (app, id) = (desk.admin.app.clone(), node.site.id);
    let (theme, settings) = (typed.theme.clone(), typed.settings.clone());
    let saved = blocking(move || site::change_theme(&app.store, &by, &*app.engine, id, &theme, &settings));
    match saved.await? {
        Ok(_) => Ok(see(&format!("/admin/sites/{slug}/theme?done=saved"))),
        Err(error) => {
            let done = (&Done::default(), broken(error)?);
            page(&desk, &node, StatusCode::UNPROCESSABLE_ENTITY, &typed, done)
        }
    }
}

/// The home page of the site as it would look; nothing is stored.
pub async fn preview(desk: Desk, Path(slug): Path<String>, pairs: Pairs) -> Result<Response, Refusal> {
    let (node, _) = managed(&desk, &slug)?;
    let typed = Typed::read(&desk, &node, &pairs);
    let app = desk.admin.app.clone();
    let wrong = app.engine.broken(&typed.theme, &typed.settings);
    if !wrong.is_empty() {
        let page = ThemeProblemsPage { problems: wrong.iter().map(broken_view).collect() };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let mut response = desk.page(status, "site/theme-problems.html", "theme.title", page)?;
        // It stands where the preview would.
        response.extensions_mut().insert(AsPublished);
        return Ok(response);
    }
    let mut trial = SiteNode::clone(&node);
    trial.site.theme = typed.theme;
    trial.site.settings = typed.settings;
    let lang = trial.site.lang.clone();
    let html = blocking(move || public::trial_home(&app, &Arc::new(trial))).await?;
    let html = html.map_err(|failure| Error::Internal(format!("{slug}: {failure:?}")))?;
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (http::header::CONTENT_LANGUAGE, lang)];
    let mut response = (StatusCode::OK, headers, html).into_response();
    response.extensions_mut().insert(AsPublished);
    Ok(response)
}
