//! The log of wget: which addresses of the old server led on to which, what a mirror alone does not show.
//!
//! **Invariant:** the log is text that others wrote: its lines are read one by one, long ones in part only.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use url::Url;

use crate::base::fault::Fault;

/// Bytes of a line that are read.
const LONGEST: u64 = 16 << 10;
/// Most redirects.
const MOST: usize = 1_000_000;
/// Words before the new address, as wget writes them in English and Chinese.
const WORDS: [&str; 3] = ["Location:", "位置：", "位置:"];

/// The first address that was asked for, and where it led in the end.
pub(super) fn redirects(path: &Path) -> Result<Vec<(Url, Url)>, Fault> {
    let fault = |error: std::io::Error| Fault::file(path, error.to_string());
    let mut reader = BufReader::new(File::open(path).map_err(fault)?);
    let mut found: Vec<(Url, Url)> = Vec::new();
    let (mut first, mut here, mut next): (Option<Url>, Option<Url>, Option<Url>) = (None, None, None);
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(fault)? == 0 {
            break;
        }
        let text = match std::str::from_utf8(&line) {
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::GB18030.decode_without_bom_handling(&line).0.into_owned(),
        };
        let text = text.trim();
        if let Some(address) = asked(text) {
            if next.take().as_ref() != Some(&address) {
                first = Some(address.clone());
            }
            here = Some(address);
        } else if let Some(to) = WORDS.iter().find_map(|word| text.strip_prefix(word))
            && let (Some(from), Some(base)) = (&first, &here)
        {
            // Behind the address stands `[following]`, in the language of whoever called.
            let to = to.trim().rsplit_once(" [").map_or(to.trim(), |(to, _)| to.trim());
            let Ok(to) = base.join(to) else { continue };
            next = Some(to.clone());
            let full = found.len() >= MOST;
            match found.last_mut().filter(|(last, _)| last == from) {
                Some((_, last)) => *last = to,
                None if full => return Err(Fault::file(path, "more redirects than a site has")),
                None => found.push((from.clone(), to)),
            }
        }
    }
    Ok(found)
}

/// The address in `--2009-04-02 10:00:00--  http://…`.
fn asked(line: &str) -> Option<Url> {
    let (_, address) = line.strip_prefix("--")?.split_once("--")?;
    Url::parse(address.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::redirects;

    #[test]
    fn what_led_where() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wget.log");
        let text = "--2009-04-02 10:00:00--  http://a.gov.cn/down.asp?id=1\nHTTP request sent... 302 Found\n\
                    Location: UploadFile/1.doc [following]\n--2009-04-02 10:00:00--  http://a.gov.cn/UploadFile/1.doc\n\
                    HTTP request sent... 200 OK\n\n--2009-04-02 10:00:01--  http://a.gov.cn/go\n位置：/a [跟随至新的 URL]\n\
                    --2009-04-02 10:00:01--  http://a.gov.cn/a\nLocation: http://a.gov.cn/b [following]\n\
                    --2009-04-02 10:00:01--  http://a.gov.cn/b\n--2009-04-02 10:00:02--  http://a.gov.cn/c\n";
        std::fs::write(&path, text).unwrap();
        let found: Vec<String> = redirects(&path).unwrap().iter().map(|(from, to)| format!("{from} {to}")).collect();
        assert_eq!(
            found,
            ["http://a.gov.cn/down.asp?id=1 http://a.gov.cn/UploadFile/1.doc", "http://a.gov.cn/go http://a.gov.cn/b"]
        );
        std::fs::write(&path, "--\nLocation: x\n".repeat(100) + &"x".repeat(100_000)).unwrap();
        assert!(redirects(&path).unwrap().is_empty());
        assert!(redirects(&folder.path().join("none.log")).is_err());
    }
}
