//! The running theme set: renders pages and finds static files.
//!
//! **Invariant:** one call of `render` uses one generation of the themes,
//! whatever is swapped meanwhile.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arc_swap::{ArcSwap, Guard};
use minijinja::value::{Enumerator, Object, Serde};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;
use tokio::sync::watch;

use crate::base::fault::Fault;
use crate::render::colour::{self, Colour};
use crate::render::functions::{self, Latest};
use crate::render::theme::{Source, Theme, Themes};
use crate::render::view::{ColumnLink, PageView, SiteView};
use crate::render::{filters, html};

/// Deepest nesting of includes and blocks in one page.
const RECURSION_LIMIT: usize = 120;

/// Why a page could not be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// No theme of that name is loaded.
    #[error("there is no theme \"{0}\"")]
    NoTheme(String),
    /// The theme and its parents have no such template.
    #[error("theme {theme}: there is no template {template}")]
    NoTemplate {
        /// The theme.
        theme: String,
        /// The template.
        template: String,
    },
    /// The template failed.
    #[error("theme {theme}: {fault}")]
    Failed {
        /// The theme of the site; the file at fault may belong to a parent.
        theme: String,
        /// File, line and reason.
        fault: Fault,
    },
}

/// What all pages of a site share, as values ready for templates. Built once
/// a site and kept until the site, its columns or the themes change.
#[derive(Debug, Clone)]
pub struct SiteFrame {
    site: Value,
    nav: Value,
    lang: String,
    colour: Colour,
}

impl SiteFrame {
    /// The frame of a site: settings that it lacks get the defaults of its theme.
    pub fn new(theme: &Theme, site: &SiteView, nav: &[ColumnLink]) -> SiteFrame {
        let mut site = site.clone();
        site.settings = theme.complete_settings(&site.settings);
        SiteFrame {
            lang: site.lang.clone(),
            colour: Colour::parse(&site.colour).unwrap_or(colour::DEFAULT),
            nav: Value::from(Serde(nav)),
            site: Value::from(Serde(&site)),
        }
    }
}

/// What a page has around its own content.
#[derive(Clone)]
pub struct Frame {
    /// The part that all pages of the site share.
    pub site: Arc<SiteFrame>,
    /// The page.
    pub page: PageView,
    /// Answers `latest()`.
    pub latest: Arc<dyn Latest>,
}

/// Called after the themes were swapped.
pub(crate) type Swapped = Box<dyn Fn(&Arc<Themes>) + Send + Sync>;

/// The themes that the server runs with.
pub struct Engine {
    pub(crate) dir: PathBuf,
    pub(crate) themes: ArcSwap<Themes>,
    pub(crate) generation: watch::Sender<u64>,
    pub(crate) swapped: Mutex<Vec<Swapped>>,
    pub(crate) reloading: Mutex<()>,
}

impl Engine {
    /// Reads the themes below `dir`; every fault is told if there is any.
    pub fn open(dir: &Path) -> Result<Engine, Vec<Fault>> {
        Ok(Engine {
            dir: dir.to_path_buf(),
            themes: ArcSwap::from_pointee(Themes::load(dir)?),
            generation: watch::Sender::new(1),
            swapped: Mutex::new(Vec::new()),
            reloading: Mutex::new(()),
        })
    }

    /// The themes of this moment.
    pub fn themes(&self) -> Guard<Arc<Themes>> {
        self.themes.load()
    }

    /// The shared part of the pages of a site in a theme.
    pub fn site_frame(&self, theme: &str, site: &SiteView, nav: &[ColumnLink]) -> Result<SiteFrame, RenderError> {
        let themes = self.themes();
        let theme = themes.get(theme).ok_or_else(|| RenderError::NoTheme(theme.to_owned()))?;
        Ok(SiteFrame::new(theme, site, nav))
    }

    /// Renders a page: `page` is the struct of `render::view` that belongs to `template`.
    pub fn render(
        &self,
        theme: &str,
        template: &str,
        frame: &Frame,
        page: impl Serialize,
    ) -> Result<String, RenderError> {
        let themes = self.themes();
        let theme = themes.get(theme).ok_or_else(|| RenderError::NoTheme(theme.to_owned()))?;
        theme.render(template, frame, page)
    }
}

impl Theme {
    /// Renders a page in this theme; see `Engine::render`.
    pub fn render(
        self: &Arc<Self>,
        template: &str,
        frame: &Frame,
        page: impl Serialize,
    ) -> Result<String, RenderError> {
        let context = self.context(frame, Value::from(Serde(page)), self.translator(&frame.site.lang));
        let template = self.compiled(template)?;
        template.render(context).map_err(|error| self.failed(&error))
    }

    /// The parsed template of that name.
    pub(crate) fn compiled(&self, template: &str) -> Result<minijinja::Template<'_, '_>, RenderError> {
        self.environment
            .get_template(template)
            .map_err(|_| RenderError::NoTemplate { theme: self.name().to_owned(), template: template.to_owned() })
    }

    /// Everything that a template sees.
    pub(crate) fn context(self: &Arc<Self>, frame: &Frame, fields: Value, translator: Value) -> Value {
        Value::from_object(Context {
            theme: Arc::clone(self),
            site: Arc::clone(&frame.site),
            page: Value::from(Serde(&frame.page)),
            fields,
            translator,
            latest: Arc::clone(&frame.latest),
        })
    }

    pub(crate) fn failed(&self, error: &minijinja::Error) -> RenderError {
        let fault = fault(error, |name| self.template_file(name));
        RenderError::Failed { theme: self.name().to_owned(), fault }
    }
}

/// The fault behind an error of the template engine: that of the innermost template.
pub(crate) fn fault(error: &minijinja::Error, file: impl Fn(&str) -> PathBuf) -> Fault {
    let mut inner = error;
    let mut next: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<minijinja::Error>()
            && error.name().is_some()
        {
            inner = error;
        }
        next = error.source();
    }
    let message = match inner.detail() {
        Some(detail) => format!("{}: {detail}", inner.kind()),
        None => inner.kind().to_string(),
    };
    Fault {
        file: inner.name().map(file).unwrap_or_default(),
        line: inner.line().unwrap_or(0),
        message: message.replace('\n', " "),
    }
}

/// The environment of a theme: each template under its name (the nearest of
/// the chain) and under `@theme/name`.
pub(crate) fn environment(
    chain: &[Arc<Source>],
    addresses: HashMap<String, Value>,
    faults: &mut Vec<Fault>,
) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(html::format);
    environment.set_recursion_limit(RECURSION_LIMIT);
    // Costs nothing until a template fails, and then names the variable.
    environment.set_debug(true);
    environment.remove_global("debug");
    environment.add_global("asset", functions::asset(addresses));
    filters::add(&mut environment);
    for source in chain.iter().rev() {
        for (name, template) in &source.templates {
            let full = format!("@{}/{name}", source.name());
            let added = environment
                .add_template_owned(full, template.text.clone())
                .and_then(|()| environment.add_template_owned(name.clone(), template.text.clone()));
            if let Err(error) = added {
                faults.push(fault(&error, |_| template.file.clone()));
            }
        }
    }
    environment
}

/// What a template sees; built a page, cheap because its parts are shared.
struct Context {
    theme: Arc<Theme>,
    site: Arc<SiteFrame>,
    page: Value,
    fields: Value,
    translator: Value,
    latest: Arc<dyn Latest>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("theme", &self.theme.name()).field("page", &self.page).finish_non_exhaustive()
    }
}

impl Object for Context {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "site" => Some(self.site.site.clone()),
            "page" => Some(self.page.clone()),
            "nav" => Some(self.site.nav.clone()),
            "t" => Some(self.translator.clone()),
            "site_css" => {
                let address = Value::from_safe_string(self.theme.files.site_css(self.site.colour));
                Some(Value::from_function(move || address.clone()))
            }
            "latest" => Some(functions::latest(Arc::clone(&self.latest))),
            _ => self.fields.get_attr(key).ok().filter(|value| !value.is_undefined()),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let mut names: Vec<Value> = ["site", "page", "nav"].into_iter().map(Value::from).collect();
        names.extend(self.fields.try_iter().into_iter().flatten());
        Enumerator::Values(names)
    }
}
