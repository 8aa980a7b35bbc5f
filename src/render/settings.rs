//! Settings of a site against what its theme understands.
//!
//! **Invariant:** files and browser are held to the same rules, and they stand here.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::error::Broken;
use crate::domain::site::{ThemeRules, check_colour, check_file};
use crate::render::colour::{Colour, LEAST_CONTRAST};
use crate::render::engine::Engine;
use crate::render::manifest::{Setting, SettingKind};
use crate::render::theme::Theme;

/// Settings that any site may have, whatever its theme.
const ALWAYS: [&str; 4] = ["colour", "slogan", "logo", "banner"];

/// What is wrong with one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFault {
    /// Its key.
    pub key: String,
    /// Rule for a page.
    pub rule: &'static str,
    /// Reason for ops.
    pub reason: String,
}

impl Theme {
    /// Everything wrong with the settings of a site.
    pub fn setting_faults(&self, settings: &BTreeMap<String, Value>) -> Vec<SettingFault> {
        let mut faults = Vec::new();
        for (key, value) in settings {
            let mut fault = |rule, reason: String| faults.push(SettingFault { key: key.clone(), rule, reason });
            if key == "colour"
                && let Some(colour) = value.as_str().and_then(Colour::parse)
                && !colour.is_readable()
            {
                let contrast = colour.contrast_with_white();
                let reason =
                    format!("colour has a contrast of {contrast:.1}:1 against white, {LEAST_CONTRAST}:1 is the least");
                fault("colour.contrast", reason);
            }
            if ALWAYS.contains(&key.as_str()) && value.is_string() {
                continue;
            }
            let Ok(value) = toml::Value::try_from(value) else { continue };
            if let Some(reason) = self.refuse_setting(key, &value) {
                let known = self.settings.contains_key(key);
                fault(if known { "theme.value" } else { "theme.setting" }, reason);
            }
        }
        faults
    }
}

impl ThemeRules for Engine {
    fn broken(&self, theme: &str, settings: &BTreeMap<String, Value>) -> Vec<Broken> {
        let themes = self.themes();
        let Some(theme) = themes.get(theme).filter(|theme| theme.is_public()) else {
            return vec![Broken { rule: "theme.unknown", field: "theme", value: theme.to_owned() }];
        };
        let wrong = |rule, key: &str| Broken { rule, field: "settings", value: key.to_owned() };
        let mut broken: Vec<Broken> =
            theme.setting_faults(settings).into_iter().map(|fault| wrong(fault.rule, &fault.key)).collect();
        for (key, value) in settings {
            let Some(text) = value.as_str() else { continue };
            let file = theme.settings.get(key).is_some_and(Setting::is_file);
            if key == "colour" && check_colour(text).is_err() {
                broken.push(wrong("colour.form", key));
            } else if file && !text.starts_with(crate::domain::site::FILES) && check_file("settings", text).is_err() {
                broken.push(wrong("file.form", key));
            } else if text.chars().count() > crate::domain::site::LONGEST_LINE || text.chars().any(char::is_control) {
                broken.push(wrong("text.long", key));
            }
        }
        broken
    }
}

impl Setting {
    /// True where the value is the address of a file.
    pub fn is_file(&self) -> bool {
        matches!(self.kind.get_ref(), SettingKind::Picture | SettingKind::File)
    }

    /// A value as a form has it; `None` for the theme's own value, so that it follows the theme. What cannot be read
    /// stays a text, for the rules to refuse.
    pub fn read(&self, text: &str) -> Option<Value> {
        let text = text.trim();
        let value = match self.kind.get_ref() {
            SettingKind::Bool => Value::from(!text.is_empty()),
            SettingKind::Number => match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(whole), _) => Value::from(whole),
                (_, Ok(number)) if number.is_finite() => Value::from(number),
                _ => Value::from(text),
            },
            SettingKind::Colour => Value::from(text.to_lowercase()),
            _ => Value::from(text),
        };
        let default = serde_json::to_value(self.default_value()).unwrap_or_default();
        (value != default).then_some(value)
    }
}
