//! Admin pages: a theme of their own, whose pages have no site around them.
//!
//! **Invariant:** a template sees `page`, `t`, `asset` and the fields of its
//! page struct of `render::view_admin`, nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, Serde};
use serde::Serialize;

use crate::render::engine::{Engine, RenderError};
use crate::render::theme::Theme;
use crate::render::view_admin::AdminView;

/// Name of the theme.
pub const THEME: &str = "admin";

impl Engine {
    /// Renders an admin page: `fields` is the struct of `render::view_admin` that belongs to `template`.
    ///
    /// # Errors
    /// When the theme or template is missing or fails.
    pub fn render_admin(
        &self,
        template: &str,
        page: &AdminView,
        fields: impl Serialize,
    ) -> Result<String, RenderError> {
        let themes = self.themes();
        let theme = themes.get(THEME).ok_or_else(|| RenderError::NoTheme(THEME.to_owned()))?;
        theme.render_admin(template, page, Value::from(Serde(fields)))
    }

    /// A text of the admin theme in a language, its placeholders filled; `None` if no catalogue has it.
    pub fn admin_text_with(&self, lang: &str, key: &str, arguments: &BTreeMap<String, String>) -> Option<String> {
        let message = self.themes().get(THEME)?.message(lang, key)?;
        Some(message.fill(|name| arguments.get(name).map(|value| Value::from(value.as_str()))).to_string())
    }

    /// A text of the admin theme without placeholders; `None` if no catalogue has it.
    pub fn admin_text(&self, lang: &str, key: &str) -> Option<String> {
        self.admin_text_with(lang, key, &BTreeMap::new())
    }

    /// What follows `prefix` in the keys of the admin theme's texts, in order.
    pub fn admin_keys(&self, lang: &str, prefix: &str) -> Vec<String> {
        let themes = self.themes();
        themes.get(THEME).map(|theme| theme.keys(lang, prefix)).unwrap_or_default()
    }
}

impl Theme {
    /// True for the theme of the admin pages.
    pub fn is_admin(&self) -> bool {
        self.name() == THEME
    }

    /// Renders an admin page in this theme; see `Engine::render_admin`.
    pub(crate) fn render_admin(&self, template: &str, page: &AdminView, fields: Value) -> Result<String, RenderError> {
        let context = admin_context(page, fields, self.translator(page.lang));
        self.compiled(template)?.render(context).map_err(|error| self.failed(&error))
    }
}

/// Everything that a template of an admin page sees.
pub(crate) fn admin_context(page: &AdminView, fields: Value, translator: Value) -> Value {
    Value::from_object(Context { page: Value::from(Serde(page)), fields, translator })
}

#[derive(Debug)]
struct Context {
    page: Value,
    fields: Value,
    translator: Value,
}

impl Object for Context {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "page" => Some(self.page.clone()),
            "t" => Some(self.translator.clone()),
            _ => self.fields.get_attr(key).ok().filter(|value| !value.is_undefined()),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let mut names = vec![Value::from("page")];
        names.extend(self.fields.try_iter().into_iter().flatten());
        Enumerator::Values(names)
    }
}
