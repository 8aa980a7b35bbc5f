//! `theme.toml`: what a theme is called, its parent and the settings it understands.
//!
//! **Invariant:** a setting that was read has a default of its own type.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::base::fault::Fault;
use crate::render::colour::Colour;

/// Name of the file.
pub const FILE_NAME: &str = "theme.toml";

/// A theme as its author declares it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name, the same as the folder's.
    pub name: Spanned<String>,
    /// Name for people.
    pub title: String,
    /// The same in English.
    #[serde(default)]
    pub title_en: String,
    /// What the theme is for.
    #[serde(default)]
    pub description: String,
    /// The same in English.
    #[serde(default)]
    pub description_en: String,
    /// Theme that answers for everything that is missing here. Left out it is
    /// `base`; empty, the theme stands on its own.
    #[serde(default)]
    pub parent: Option<Spanned<String>>,
    /// Settings that `[settings]` of site.toml may hold.
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
}

/// A setting of a theme.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: Spanned<SettingKind>,
    /// Value where the site has none.
    #[serde(default)]
    pub default: Option<Spanned<toml::Value>>,
    /// Name for people.
    pub label: String,
    /// The same in English.
    #[serde(default)]
    pub label_en: String,
    /// What it does.
    #[serde(default)]
    pub help: String,
    /// The same in English.
    #[serde(default)]
    pub help_en: String,
    /// What may be chosen, for `choice`.
    #[serde(default)]
    pub choices: Vec<String>,
}

/// What a setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingKind {
    /// A line of text.
    Text,
    /// `#rrggbb`.
    Colour,
    /// A whole number or a fraction.
    Number,
    /// `true` or `false`.
    Bool,
    /// One of `choices`.
    Choice,
    /// A picture below the folder of the site.
    Picture,
    /// Any file below the folder of the site.
    File,
}

impl Setting {
    /// The value where the site has none: the declared default, or an empty one of the kind.
    pub fn default_value(&self) -> toml::Value {
        match &self.default {
            Some(value) => value.get_ref().clone(),
            None => match self.kind.get_ref() {
                SettingKind::Number => toml::Value::Integer(0),
                SettingKind::Bool => toml::Value::Boolean(false),
                SettingKind::Choice => toml::Value::String(self.choices.first().cloned().unwrap_or_default()),
                _ => toml::Value::String(String::new()),
            },
        }
    }

    /// Why `value` cannot be a value of this setting.
    pub fn refuse(&self, value: &toml::Value) -> Option<String> {
        let text = value.as_str();
        match self.kind.get_ref() {
            SettingKind::Text | SettingKind::Picture | SettingKind::File if text.is_none() => {
                Some("must be a text".to_owned())
            }
            SettingKind::Colour if text.and_then(Colour::parse).is_none() => {
                Some("must be a colour such as \"#b4232a\"".to_owned())
            }
            SettingKind::Number if !value.is_integer() && !value.is_float() => Some("must be a number".to_owned()),
            SettingKind::Bool if !value.is_bool() => Some("must be true or false".to_owned()),
            SettingKind::Choice if !self.choices.iter().any(|choice| Some(choice.as_str()) == text) => {
                Some(format!("must be one of: {}", self.choices.join(", ")))
            }
            _ => None,
        }
    }
}

impl Manifest {
    /// Reads the text of `file`, which lies in the folder `folder`.
    pub fn read(file: &Path, folder: &str, text: &str) -> Result<Manifest, Vec<Fault>> {
        let manifest: Manifest = toml::from_str(text).map_err(|error| vec![Fault::toml(file, text, &error)])?;
        let mut faults = Vec::new();
        if manifest.name.get_ref() != folder {
            faults.push(Fault::at(
                file,
                text,
                manifest.name.span().start,
                format!("name is \"{}\" but the folder is \"{folder}\"", manifest.name.get_ref()),
            ));
        }
        for (key, setting) in &manifest.settings {
            if *setting.kind.get_ref() == SettingKind::Choice && setting.choices.is_empty() {
                let at = setting.kind.span().start;
                faults.push(Fault::at(file, text, at, format!("settings.{key}: a choice needs choices")));
                continue;
            }
            if let Some(default) = &setting.default
                && let Some(reason) = setting.refuse(default.get_ref())
            {
                let at = default.span().start;
                faults.push(Fault::at(file, text, at, format!("settings.{key}: the default {reason}")));
            }
        }
        if faults.is_empty() { Ok(manifest) } else { Err(faults) }
    }
}
