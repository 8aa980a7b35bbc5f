//! Old addresses: when two are the same, and which look alike.
//!
//! **Invariant:** two spellings of one address have one [`same`] form.

use percent_encoding::percent_decode_str;
use url::Url;

/// Documents that a folder answers with.
const DEFAULTS: [&str; 8] =
    ["index.html", "index.htm", "default.html", "default.htm", "index.asp", "default.asp", "index.php", "index.jsp"];

/// Parameters that say which page of several it is.
pub(super) const PAGING: [&str; 9] =
    ["page", "pageno", "pageindex", "currentpage", "pagenum", "pageid", "p", "pg", "curpage"];

/// One form of all spellings: case, order of parameters, default documents, escapes, `www`.
pub fn same(address: &Url) -> String {
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
    query.retain(|part| !PAGING.iter().any(|name| part.strip_prefix(name).is_some_and(|rest| rest == "=1")));
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
    let mut names: Vec<&str> = address.query().unwrap_or_default().split('&').collect();
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

    use super::{same, shape};

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
    fn shapes() {
        assert_eq!(shape(&url("http://a/art/2009/10/art_1_2.html")), shape(&url("http://a/art/2010/1/art_33_5.html")));
        assert_ne!(shape(&url("http://a/i.php?a=show&id=1")), shape(&url("http://a/i.php?a=lists&id=1")));
    }
}
