//! Old addresses: when two are the same, and which look alike.
//!
//! **Invariant:** two spellings of one address have one [`same`] form.

use percent_encoding::percent_decode_str;
use url::Url;

/// Documents that a folder answers with.
const DEFAULTS: [&str; 8] =
    ["index.html", "index.htm", "default.html", "default.htm", "index.asp", "default.asp", "index.php", "index.jsp"];

/// Parameters that say which page of several it is.
pub(in crate::migrate) const PAGING: [&str; 9] =
    ["page", "pageno", "pageindex", "currentpage", "pagenum", "pageid", "p", "pg", "curpage"];

/// Parameter with the number of a page that only a form that is posted brings: no address that anybody knows.
pub(in crate::migrate) const POSTED_PAGE: &str = "__PAGE";
/// Parameter with what that form holds, where it is known.
pub(in crate::migrate) const POSTED_FORM: &str = "__FORM";

/// One form of all spellings: case, order of parameters, default documents, escapes, `www`.
pub fn same(address: &Url) -> String {
    form(address, true)
}

/// The same where `page=1` is no page by itself: it is the list without it, or its second page where a program counts
/// from 0. Only for what is not there under its own address.
pub(in crate::migrate) fn first_form(address: &Url) -> String {
    form(address, false)
}

fn form(address: &Url, first_page: bool) -> String {
    let host = address.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host).to_ascii_lowercase();
    let mut path = decoded(address.path());
    if let Some((folder, name)) = path.rsplit_once('/')
        && DEFAULTS.contains(&name)
        && address.query().is_none()
    {
        path = format!("{folder}/");
    }
    let mut query: Vec<String> =
        address.query().unwrap_or_default().split('&').filter(|part| !part.is_empty()).map(decoded).collect();
    query.sort();
    query.retain(|part| {
        first_page || !PAGING.iter().any(|name| part.strip_prefix(name).is_some_and(|rest| rest == "=1"))
    });
    format!("{host}{path}?{}", query.join("&"))
}

fn decoded(text: &str) -> String {
    plain(text).to_lowercase()
}

/// A part of an address without escapes, in UTF-8 or GBK.
pub fn plain(text: &str) -> String {
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => encoding_rs::GB18030.decode_without_bom_handling(error.as_bytes()).0.into_owned(),
    }
}

/// Stands for page `number` of what answers at `to` when `form` is posted there.
pub(in crate::migrate) fn posted(to: &Url, form: &str, number: u32) -> Url {
    let mut address = to.clone();
    let number = number.to_string();
    address.query_pairs_mut().append_pair(POSTED_FORM, form).append_pair(POSTED_PAGE, &number);
    address
}

/// Does it stand for something that only a form brings?
pub(in crate::migrate) fn is_posted(address: &Url) -> bool {
    address.query().is_some_and(|query| query.contains(POSTED_PAGE))
}

/// Where a form is posted to, and what it holds where that is known: none of what is ours.
pub(in crate::migrate) fn posted_to(address: &Url) -> (Url, Option<String>) {
    let query = address.query().unwrap_or_default();
    let ours = |part: &&str| {
        part.is_empty() || [POSTED_PAGE, POSTED_FORM, "__EVENT"].iter().any(|name| part.starts_with(name))
    };
    // What is not ours stays as it was written.
    let own = query.split('&').filter(|part| !ours(part)).collect::<Vec<_>>().join("&");
    let mut to = address.clone();
    to.set_query(Some(own.as_str()).filter(|own| !own.is_empty()));
    let form = address.query_pairs().find(|(name, _)| name == POSTED_FORM).map(|(_, form)| form.into_owned());
    (to, form)
}

/// What addresses made by one program have in common: numbers are `0`, values are left out.
pub fn shape(address: &Url) -> String {
    let path = decoded(address.path());
    let mut shape = String::with_capacity(path.len());
    for part in path.split('/') {
        let hex = part.len() >= 16 && part.chars().take(16).all(|c| c.is_ascii_hexdigit());
        let mut digits = false;
        for c in part.chars() {
            if !(c.is_ascii_digit() || (hex && c.is_ascii_hexdigit())) {
                shape.push(c);
                digits = false;
            } else if !digits {
                shape.push('0');
                digits = true;
            }
        }
        shape.push('/');
    }
    let paging = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default().to_ascii_lowercase();
        PAGING.contains(&name.as_str())
    };
    // Further pages are made like the first one.
    let mut names: Vec<&str> = address.query().unwrap_or_default().split('&').filter(|part| !paging(part)).collect();
    names.sort_unstable();
    for part in names {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let word = !value.is_empty() && value.len() <= 12 && value.chars().all(|c| c.is_ascii_alphabetic());
        shape.push('&');
        shape.push_str(&name.to_ascii_lowercase());
        if word {
            shape.push('=');
            shape.push_str(&value.to_ascii_lowercase());
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{is_posted, posted, posted_to, same, shape};

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn spellings_are_one() {
        let one = same(&url("http://www.a.gov.cn/Show.asp?ID=3&ClassID=2"));
        assert_eq!(one, same(&url("http://a.gov.cn/show.asp?classid=2&id=3")));
        assert_eq!(same(&url("http://a.gov.cn/index.asp")), same(&url("http://a.gov.cn/")));
        assert_ne!(one, same(&url("http://a.gov.cn/show.asp?classid=2&id=4")));
        assert_eq!(
            same(&url("http://a.gov.cn/s?k=%C3%F1%D5%FE")),
            same(&url("http://a.gov.cn/s?k=%E6%B0%91%E6%94%BF"))
        );
    }

    #[test]
    fn forms_that_are_posted() {
        let to = url("http://a/l.do?m=list");
        let page = posted(&to, "c=3&pageno=2", 2);
        assert!(is_posted(&page) && !is_posted(&to));
        assert_eq!(posted_to(&page), (to, Some("c=3&pageno=2".to_owned())));
        let net = url("http://a/l.aspx?id=%C3%F1&__EVENTTARGET=g&__EVENTARGUMENT=Page%242&__PAGE=2");
        assert_eq!(posted_to(&net), (url("http://a/l.aspx?id=%C3%F1"), None));
    }

    #[test]
    fn shapes() {
        assert_eq!(shape(&url("http://a/art/2009/10/art_1_2.html")), shape(&url("http://a/art/2010/1/art_33_5.html")));
        assert_ne!(shape(&url("http://a/i.php?a=show&id=1")), shape(&url("http://a/i.php?a=lists&id=1")));
    }
}
