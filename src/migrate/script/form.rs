//! The forms of a page, and the address that sending one asks for.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};
use url::Url;
use url::form_urlencoded::Serializer;

use super::act::{Acts, Functions, Send, acts};
use crate::migrate::pages::address;

/// Most forms of a page, and most fields of a form.
const MOST: usize = 200;
/// Longest code of a click.
const LONGEST: usize = 2_000;
/// Parts of scripts that are read for all clicks of a page together.
const FUEL: usize = 20_000_000;

#[derive(Debug, Clone, Default)]
struct Form {
    name: String,
    id: String,
    action: String,
    posts: bool,
    /// A password or a file is asked for: it is nothing that leads on.
    asks: bool,
    fields: Vec<(String, String)>,
}

impl Form {
    fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|(name, _)| name.eq_ignore_ascii_case(field))
    }
}

/// What scripts and forms of a page make of a click on it.
#[derive(Debug, Clone)]
pub(in crate::migrate) struct Page {
    fuel: usize,
    functions: Functions,
    forms: Vec<Form>,
    /// Names and ids of fields, where they differ.
    ids: Vec<(String, String)>,
    /// Choice whose first or chosen value is waited for.
    choice: Option<(String, bool)>,
}

/// Where a click leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::migrate) struct Leads {
    /// Complete addresses.
    pub addresses: Vec<Url>,
    /// Functions that it calls and nobody knows yet.
    pub unknown: Vec<String>,
}

impl Default for Page {
    fn default() -> Page {
        Page { fuel: FUEL, functions: Functions::default(), forms: Vec::new(), ids: Vec::new(), choice: None }
    }
}

impl Page {
    /// Reads a script of the page.
    pub fn script(&mut self, code: &str) {
        self.functions.add(code);
    }

    /// Reads the start of an element. What old tables tear apart belongs to the form that began last.
    pub fn element<'a>(&mut self, tag: &str, attribute: &dyn Fn(&str) -> Option<&'a str>) {
        let text = |key: &str| attribute(key).unwrap_or_default().trim().to_owned();
        match tag {
            "form" if self.forms.len() < MOST => {
                let posts = text("method").eq_ignore_ascii_case("post");
                let (name, id, action) = (text("name"), text("id"), text("action"));
                self.forms.push(Form { name, id, action, posts, ..Form::default() });
            }
            "input" => match text("type").to_ascii_lowercase().as_str() {
                "" | "text" | "hidden" => {
                    let value = attribute("value").unwrap_or_default().to_owned();
                    self.field(text("name"), text("id"), value);
                }
                "password" | "file" => {
                    if let Some(form) = self.forms.last_mut() {
                        form.asks = true;
                    }
                }
                _ => {}
            },
            "select" => {
                self.choice = Some((text("name"), false));
                self.field(text("name"), text("id"), String::new());
            }
            "option" => {
                let chosen = attribute("selected").is_some();
                if let Some((name, known)) = &mut self.choice
                    && (chosen || !*known)
                    && let Some(form) = self.forms.last_mut()
                    && let Some((_, value)) = form.fields.iter_mut().find(|(field, _)| field == name)
                {
                    *value = text("value");
                    *known = true;
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, name: String, id: String, value: String) {
        let Some(form) = self.forms.last_mut().filter(|form| form.fields.len() < MOST) else { return };
        if name.is_empty() {
            return;
        }
        if !id.is_empty() && id != name {
            self.ids.push((id, name.clone()));
        }
        form.fields.push((name, value));
    }

    /// Where a click with this code leads; `site` are the functions of scripts that pages share, `base` is what
    /// addresses are read against, `page` the page itself.
    pub fn leads(
        &mut self,
        code: &str,
        site: &Functions,
        base: &Url,
        page: &Url,
        encoding: &'static Encoding,
    ) -> Leads {
        let mut leads = Leads::default();
        if code.len() > LONGEST {
            return leads;
        }
        let Acts { goes, sends, unknown } = acts(code, &self.functions, site, &mut self.fuel);
        for address in goes.iter().filter(|address| may_be_address(address)) {
            leads.addresses.extend(base.join(address.trim()).ok());
        }
        for send in &sends {
            leads.addresses.extend(self.sent(send, base, page, encoding));
        }
        for (name, number) in unknown {
            // 转到第 N 页 is understood without its function when there is but one field for it.
            let guessed = number.filter(|_| names_paging(&name)).and_then(|number| {
                let field = self.forms.iter().flat_map(|form| &form.fields).find(|(field, _)| is_page(field))?;
                let send = Send { fields: vec![(field.0.clone(), number.to_string())], ..Send::default() };
                self.sent(&send, base, page, encoding)
            });
            leads.addresses.extend(guessed);
            leads.unknown.push(name);
        }
        leads.addresses.retain(|address| matches!(address.scheme(), "http" | "https"));
        leads
    }

    /// The address that a form asks for when it is sent.
    fn sent(&self, send: &Send, base: &Url, page: &Url, encoding: &'static Encoding) -> Option<Url> {
        let named = |set: &str| {
            self.ids.iter().find(|(id, _)| id == set).map_or_else(|| set.to_owned(), |(_, name)| name.clone())
        };
        let set: Vec<(String, &str)> =
            send.fields.iter().map(|(field, value)| (named(field), value.as_str())).collect();
        let has_all = |form: &&Form| set.iter().all(|(field, _)| form.has(field));
        let called = |form: &&Form| {
            send.form.as_deref().is_some_and(|name| !name.is_empty() && (form.name == name || form.id == name))
        };
        let form = self.forms.iter().find(|form| called(form) && has_all(form));
        let form = form.or_else(|| self.forms.iter().find(has_all)).filter(|form| !form.asks)?;
        let action = send.action.as_deref().unwrap_or(&form.action);
        let mut to = if action.is_empty() { page.clone() } else { base.join(action).ok()? };
        to.set_fragment(None);
        let encode: &dyn Fn(&str) -> Cow<'_, [u8]> = &|text| encoding.encode(text).0;
        let mut body = Serializer::new(String::new());
        body.encoding_override(if encoding == UTF_8 { None } else { Some(encode) });
        for (name, value) in &form.fields {
            let set = set.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
            body.append_pair(name, set.map_or(value.as_str(), |(_, value)| *value));
        }
        let body = body.finish();
        if !form.posts {
            to.set_query(Some(body.as_str()).filter(|body| !body.is_empty()));
            return (!set.is_empty() || send.action.is_some()).then_some(to);
        }
        // Only pages of lists are asked for by post: nothing else may be done to a site that one visits.
        let number = set.iter().filter(|(field, _)| is_page(field)).find_map(|(_, value)| value.parse::<u32>().ok())?;
        if number < 2 {
            return None;
        }
        Some(address::posted(&to, &body, number))
    }
}

/// Does a field hold the number of a page?
fn is_page(field: &str) -> bool {
    let lower = field.to_ascii_lowercase();
    let bare = lower.rsplit('.').next().unwrap_or_default();
    address::PAGING.contains(&bare) || (bare.contains("page") && !bare.contains("size") && !bare.contains("count"))
}

/// Is a function called after turning pages?
fn names_paging(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["page", "turn", "fenye", "jump", "goto"].iter().any(|word| lower.contains(word))
}

/// Could a script mean it as an address?
fn may_be_address(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text.len() <= 2_000
        && !text.starts_with('#')
        && !text.contains(['<', '"', ' ', '\n'])
        && text.contains(['.', '/', '?'])
}

#[cfg(test)]
mod tests {
    use encoding_rs::{GBK, UTF_8};
    use url::Url;

    use super::{Functions, Page};

    fn form(method: &str) -> Page {
        let mut page = Page::default();
        let element = |page: &mut Page, tag: &str, attributes: &[(&str, &'static str)]| {
            let attributes: Vec<(String, &'static str)> =
                attributes.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect();
            page.element(tag, &|key| attributes.iter().find(|(known, _)| known == key).map(|(_, value)| *value));
        };
        let method = if method == "post" { "POST" } else { "get" };
        element(&mut page, "form", &[("name", "search"), ("action", "search.jsp")]);
        element(&mut page, "input", &[("name", "key")]);
        element(&mut page, "form", &[("name", "pageForm"), ("action", "list.jsp"), ("method", method)]);
        element(&mut page, "input", &[("type", "hidden"), ("name", "columnid"), ("value", "0401")]);
        element(&mut page, "input", &[("type", "hidden"), ("name", "name"), ("value", "民政")]);
        element(&mut page, "input", &[("type", "hidden"), ("name", "pageno"), ("id", "cur"), ("value", "1")]);
        element(&mut page, "input", &[("type", "submit"), ("name", "go"), ("value", "Go")]);
        page
    }

    fn leads(page: &mut Page, code: &str, encoding: &'static encoding_rs::Encoding) -> Vec<String> {
        let base = Url::parse("http://a.gov.cn/n/list.jsp?columnid=0401").unwrap();
        let found = page.leads(code, &Functions::default(), &base, &base, encoding);
        found.addresses.iter().map(|url| url.as_str().replace("http://a.gov.cn", "")).collect()
    }

    #[test]
    fn a_form_that_gets_is_an_address() {
        let mut page = form("get");
        page.script("function gotoPage(n){document.pageForm.pageno.value=n;document.pageForm.submit();}");
        let gbk = "/n/list.jsp?columnid=0401&name=%C3%F1%D5%FE&pageno=2";
        assert_eq!(leads(&mut page, "gotoPage(2)", GBK), [gbk]);
        let utf8 = "/n/list.jsp?columnid=0401&name=%E6%B0%91%E6%94%BF&pageno=3";
        assert_eq!(
            leads(&mut page, "document.getElementById('cur').value=3;document.forms[1].submit()", UTF_8),
            [utf8]
        );
        // Its function lies in a script that is not there.
        assert_eq!(leads(&mut page, "toPage('3')", UTF_8), [utf8]);
        assert!(leads(&mut page, "vote('3')", UTF_8).is_empty());
    }

    #[test]
    fn only_pages_are_asked_for_by_post() {
        let mut page = form("post");
        page.script("function go(n){with(document.pageForm){document.pageForm.pageno.value=n;submit()} document.pageForm.submit()}");
        page.script("function del(n){document.pageForm.columnid.value=n;document.pageForm.submit()}");
        let found = leads(&mut page, "go(2)", UTF_8);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("/n/list.jsp?__FORM=columnid%3D0401%26"), "{found:?}");
        assert!(found[0].ends_with("%26pageno%3D2&__PAGE=2"), "{found:?}");
        assert!(leads(&mut page, "go(1)", UTF_8).is_empty());
        assert!(leads(&mut page, "del(2)", UTF_8).is_empty());
        page.element("input", &|key| (key == "type").then_some("password"));
        assert!(leads(&mut page, "go(2)", UTF_8).is_empty());
    }
}
