//! Functions that templates may call: `asset`, `site_css`, `latest`; `t` is
//! in `render::messages`.
//!
//! **Invariant:** an address that a function gives is safe in an attribute
//! and needs no escaping.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::value::{Kwargs, Serde};
use minijinja::{Error, ErrorKind, Value};

use crate::render::view::ItemView;

/// Most documents that a template may ask for at once.
pub const LATEST_LIMIT: usize = 100;

/// Documents that `latest` gives where the template names no number.
const LATEST_DEFAULT: usize = 8;

/// Where `latest(column, limit=8)` of a page gets its documents from. The
/// caller of `Engine::render` gives one for the site of the page.
pub trait Latest: Send + Sync {
    /// The newest documents of a column of the site, pinned ones first, at
    /// most `limit`. The column is a path of slugs, `jgjj/zzjg`. An error (a
    /// column that the site does not have) ends the page with that reason.
    fn latest(&self, column: &str, limit: usize) -> Result<Vec<ItemView>, String>;
}

/// For pages that ask for nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLatest;

impl Latest for NoLatest {
    fn latest(&self, _column: &str, _limit: usize) -> Result<Vec<ItemView>, String> {
        Ok(Vec::new())
    }
}

/// `asset("css/site.css")`: address of a static file of the theme or the nearest parent that has it.
pub(crate) fn asset(addresses: HashMap<String, Value>) -> Value {
    Value::from_function(move |path: &str| -> Result<Value, Error> {
        addresses.get(path).cloned().ok_or_else(|| {
            Error::new(ErrorKind::InvalidOperation, format!("no static file \"{path}\" in the theme or its parents"))
        })
    })
}

/// `latest("tzgg", limit=8)`: the newest documents of a column of this site.
pub(crate) fn latest(source: Arc<dyn Latest>) -> Value {
    Value::from_function(move |column: &str, limit: Option<usize>, options: Kwargs| -> Result<Value, Error> {
        let limit = match limit {
            Some(limit) => limit,
            None => options.get::<Option<usize>>("limit")?.unwrap_or(LATEST_DEFAULT),
        };
        options.assert_all_used()?;
        let items = source
            .latest(column, limit.min(LATEST_LIMIT))
            .map_err(|reason| Error::new(ErrorKind::InvalidOperation, format!("latest(\"{column}\"): {reason}")))?;
        Ok(Value::from(Serde(items)))
    })
}
