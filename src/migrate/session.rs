//! What in an address only says whose visit it is: sessions and random numbers.
//!
//! **Invariant:** taken out, the address still leads to the same page.

use url::Url;

/// Parameters that carry a session.
const SESSIONS: [&str; 9] =
    ["jsessionid", "phpsessid", "sessionid", "session_id", "sessid", "sid", "cfid", "cftoken", "zenid"];
/// Parameters that only make an address different from the last one.
const BUSTERS: [&str; 9] = ["rnd", "rand", "random", "timestamp", "_", "t", "r", "ts", "nocache"];
/// Shortest session that stands in a folder of its own, in brackets.
const SESSION_FOLDER: usize = 20;

/// The address without what only says whose visit it is.
pub(super) fn without_session(address: &Url) -> Url {
    let mut clean = address.clone();
    let path = address.path();
    let lower = path.to_ascii_lowercase();
    // `/(S(abc))/x.aspx`, `/(abc)/x.aspx`, `/x.jsp;jsessionid=abc`
    if lower.split('/').any(is_session_folder) {
        let kept: Vec<&str> = path.split('/').filter(|part| !is_session_folder(&part.to_ascii_lowercase())).collect();
        let kept = kept.join("/");
        clean.set_path(if kept.is_empty() { "/" } else { &kept });
    } else if let Some(begin) = lower.find(";jsessionid=") {
        let end = path[begin..].find('/').map_or(path.len(), |at| begin + at);
        clean.set_path(&format!("{}{}", &path[..begin], &path[end..]));
    }
    if let Some(query) = address.query() {
        let kept: Vec<&str> = query.split('&').filter(|part| !is_session(part)).collect();
        if kept.len() < query.split('&').count() {
            let kept = kept.join("&");
            clean.set_query(Some(kept.as_str()).filter(|query| !query.is_empty()));
        }
    }
    clean
}

/// A folder that ASP.NET puts into addresses for visitors without cookies, in small letters.
fn is_session_folder(part: &str) -> bool {
    let Some(inner) = part.strip_prefix('(').and_then(|part| part.strip_suffix(')')) else { return false };
    let named = ["s(", "a(", "f(", "x("].iter().any(|name| inner.starts_with(name)) && inner.ends_with(')');
    named || (inner.len() >= SESSION_FOLDER && inner.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn is_session(part: &str) -> bool {
    let (name, value) = part.split_once('=').unwrap_or((part, ""));
    let name = name.to_ascii_lowercase();
    let long = value.len() >= 16 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_!.".contains(&b));
    let number = value.len() >= 5 && value.bytes().all(|b| b.is_ascii_digit());
    if number && matches!(name.as_str(), "cfid" | "cftoken") {
        return true;
    }
    if long && (SESSIONS.contains(&name.as_str()) || name.starts_with("aspsessionid")) {
        return true;
    }
    let fraction = value.starts_with("0.") && value.len() >= 8;
    let millis = value.len() == 13 && value.bytes().all(|b| b.is_ascii_digit());
    BUSTERS.contains(&name.as_str()) && (fraction || millis)
}
