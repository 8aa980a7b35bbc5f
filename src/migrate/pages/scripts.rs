//! Links that are scripts: `javascript:show(7)` becomes the address that it leads to before anybody looks at the page.

use std::sync::Arc;

use encoding_rs::{BIG5, GBK, UTF_8};
use url::Url;

use crate::base::fault::Fault;
use crate::domain::content::{NodeId, Page, TOP};
use crate::migrate::script::{self, Functions};

use super::{Fetched, Fetches, read};

/// Bytes above which a script is a library, whose functions lead nowhere.
const LARGEST: usize = 256 << 10;
/// Scripts of a site that are read.
const MOST: usize = 500;

/// Pages with the functions that their scripts share.
pub(super) struct Scripted {
    inner: Arc<dyn Fetches>,
    functions: Functions,
}

impl Scripted {
    /// Reads the scripts of a site.
    pub(super) fn new(inner: Arc<dyn Fetches>) -> Scripted {
        let mut functions = Functions::default();
        let scripts = (0..inner.len()).filter(|number| read::ending(inner.address(*number)) == "js");
        for number in scripts.take(MOST) {
            // What cannot be read is no page: nothing is lost with it.
            if let Ok(fetched) = inner.begin(number, LARGEST + 1)
                && fetched.bytes.len() <= LARGEST
            {
                functions.add(&String::from_utf8_lossy(&fetched.bytes));
            }
        }
        Scripted { inner, functions }
    }
}

impl Fetches for Scripted {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn address(&self, number: usize) -> &Url {
        self.inner.address(number)
    }

    fn read(&self, number: usize) -> Result<Fetched, Fault> {
        self.inner.read(number)
    }

    fn begin(&self, number: usize, most: usize) -> Result<Fetched, Fault> {
        self.inner.begin(number, most)
    }

    fn number(&self, address: &Url) -> Option<usize> {
        self.inner.number(address)
    }

    fn functions(&self) -> Option<&Functions> {
        Some(&self.functions)
    }
}

/// Writes the address into links that run a script.
pub(super) fn settle(page: &mut Page, base: &Url, address: &Url, charset: &str, site: Option<&Functions>) {
    let none = Functions::default();
    let site = site.unwrap_or(&none);
    let links = page.tree.named(TOP, &["a", "area"]).into_iter();
    let clicks: Vec<(_, String)> = links.filter_map(|id| code(page, id).map(|code| (id, code.to_owned()))).collect();
    if clicks.is_empty() {
        return;
    }
    let encoding = match charset {
        "gb18030" => GBK,
        "big5" => BIG5,
        _ => UTF_8,
    };
    let mut doing = script::Page::default();
    for id in page.tree.named(TOP, &["script", "form", "input", "select", "option"]) {
        match page.tree.name(id) {
            "script" => doing.script(&page.tree.text(id)),
            tag => doing.element(tag, &|key| page.tree.attribute(id, key)),
        }
    }
    for (id, code) in clicks {
        let leads = doing.leads(&code, site, base, address, encoding);
        if let Some(to) = leads.addresses.first() {
            page.tree.set(id, "href", to.as_str());
        }
    }
}

/// What a link runs in place of leading somewhere.
fn code(page: &Page, id: NodeId) -> Option<&str> {
    let href = page.tree.attribute(id, "href").unwrap_or_default().trim();
    let code = href.get(..11).filter(|head| head.eq_ignore_ascii_case("javascript:")).map(|_| &href[11..]);
    let on_click = page.tree.attribute(id, "onclick").filter(|code| code.contains('('));
    match code {
        // `href="javascript:void(0)" onclick="show(7)"`.
        Some(code) if code.trim().trim_end_matches(';') == "void(0)" || !code.contains('(') => on_click.or(Some(code)),
        Some(code) => Some(code),
        None if href.is_empty() || href.starts_with('#') => on_click,
        None => None,
    }
}
