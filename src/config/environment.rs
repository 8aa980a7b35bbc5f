//! `ZHANQUN_<SECTION>__<KEY>`: settings from the environment.
//!
//! **Invariant:** a variable is read as the type of the setting it names; one
//! that names no setting stops the start.

use std::path::Path;

use toml::Value;

use super::Config;
use crate::base::fault::Fault;

/// Beginning of the names of all variables.
pub const PREFIX: &str = "ZHANQUN_";

/// A variable that set something.
pub(super) struct Variable {
    /// Name as in the environment.
    pub(super) name: String,
    /// Dotted key that it set.
    pub(super) key: String,
}

/// `config` with the variables of `environment` in it. Names without `__` are not settings and left alone.
pub(super) fn apply(
    mut config: Config,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<(Config, Vec<Variable>), Vec<Fault>> {
    let mut all: Vec<(String, String)> = environment
        .into_iter()
        .filter(|(name, _)| name.strip_prefix(PREFIX).is_some_and(|rest| rest.contains("__")))
        .collect();
    all.sort();
    let mut set = Vec::new();
    let mut faults = Vec::new();
    for (name, text) in all {
        let path: Vec<String> = name[PREFIX.len()..].split("__").map(str::to_ascii_lowercase).collect();
        match with(&config, &path, &text) {
            Ok(next) => {
                config = next;
                set.push(Variable { name, key: path.join(".") });
            }
            Err(message) => faults.push(Fault::file(Path::new(&name), format!("{}: {message}", path.join(".")))),
        }
    }
    if faults.is_empty() { Ok((config, set)) } else { Err(faults) }
}

fn with(config: &Config, path: &[String], text: &str) -> Result<Config, String> {
    let mut root = Value::try_from(config).map_err(|e| e.to_string())?;
    let mut place = &mut root;
    for part in path {
        place = place.as_table_mut().and_then(|table| table.get_mut(part)).ok_or("no such setting")?;
    }
    let text = text.trim();
    *place = match place {
        Value::String(_) => Value::String(text.into()),
        Value::Boolean(_) => match text {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            _ => return Err(format!("{text:?} is neither true nor false")),
        },
        Value::Integer(_) => Value::Integer(text.parse().map_err(|_| format!("{text:?} is not a whole number"))?),
        Value::Array(_) if path.last().is_some_and(|key| key == "certificates") => {
            return Err("cannot be set by the environment, use the file".into());
        }
        Value::Array(_) => Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::String(item.into()))
                .collect(),
        ),
        Value::Table(_) => return Err("is a section, not a setting".into()),
        Value::Float(_) | Value::Datetime(_) => return Err("cannot be set by the environment".into()),
    };
    root.try_into().map_err(|e: toml::de::Error| e.message().replace('\n', " "))
}
