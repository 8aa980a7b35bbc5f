//! A mirror of an old site: a folder as `wget --mirror` or HTTrack leaves it, or a zip of one.
//!
//! **Invariant:** nothing outside of the folder is read, links are not followed,
//! and a file is never taken to be larger than [`LARGEST`].

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bytes::Bytes;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, percent_encode};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;
use zip::ZipArchive;

use super::address::{first_form, same};
use super::names::{Names, folder, zipped};
use super::{Fetched, Fetches, log};
use crate::base::fault::Fault;
use crate::migrate::session::without_session;

/// Largest page or file, bytes.
pub const LARGEST: u64 = 512 << 20;
/// Lines about single files that were left out, at most.
const MOST_NOTES: usize = 100;
/// Bytes of a file in which HTTrack says where it comes from.
const HEAD: u64 = 4096;
/// What an address may not hold as it is in its path.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'?').add(b'`').add(b'%');
/// The same for a query.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'');
/// Endings of programs: what follows them in a file name is a query.
const PROGRAMS: [&str; 9] = [".asp", ".aspx", ".php", ".jsp", ".do", ".action", ".cgi", ".shtml", ".cfm"];

enum Place {
    Folder(PathBuf),
    Zip(PathBuf, Mutex<ZipArchive<File>>),
}

struct Entry {
    address: Url,
    /// Path below the folder, or number in the zip.
    path: PathBuf,
    number: usize,
    /// Where its bytes really came from.
    moved_to: Option<Url>,
}

/// A mirror that was opened.
pub struct Mirror {
    place: Place,
    /// The old host, where the mirror has no folder for it.
    host: Option<String>,
    entries: Vec<Entry>,
    /// Hash of address or file name to number.
    numbers: HashMap<u64, u32>,
    /// Lines for ops: what was left out.
    pub notes: Vec<String>,
}

impl Mirror {
    /// Opens a folder or zip. `host` is the site's old host name, used where the mirror has no folder for it.
    ///
    /// # Errors
    /// When it cannot be read, or holds more files than a site has.
    pub fn open(path: &Path, host: Option<&str>) -> Result<Mirror, Fault> {
        let fault = |error: &dyn std::fmt::Display| Fault::file(path, error.to_string());
        let mut notes = Vec::new();
        let (place, mut names) = if path.is_dir() {
            (Place::Folder(path.to_path_buf()), folder(path, &mut notes)?)
        } else {
            let file = File::open(path).map_err(|error| fault(&error))?;
            let mut zip =
                ZipArchive::new(file).map_err(|error| fault(&format!("no zip, or only a part of one: {error}")))?;
            let names = zipped(path, &mut zip, &mut notes)?;
            (Place::Zip(path.to_path_buf(), Mutex::new(zip)), names)
        };
        if notes.len() > MOST_NOTES {
            let more = notes.split_off(MOST_NOTES).len();
            notes.push(format!("{more} more files were left out"));
        }
        names.sort();
        strip_common(&mut names);
        let hosts_on_top = hosts_on_top(&names);
        if host.is_none() && !hosts_on_top {
            notes.push("the mirror does not say the old host name; give it with --old-host".to_owned());
        }
        let host = host.unwrap_or("old.invalid");
        let mut mirror = Mirror {
            place,
            host: (!hosts_on_top).then(|| host.to_owned()),
            entries: Vec::new(),
            numbers: HashMap::new(),
            notes,
        };
        let httrack =
            names.iter().any(|(name, _)| name.starts_with(b"hts-cache/") || name.as_slice() == b"hts-log.txt");
        for (name, (path, number)) in names {
            if httrack && (name.starts_with(b"hts-") || !name.contains(&b'/')) {
                continue;
            }
            let said = if httrack { mirror.said_by_httrack(&path, number) } else { None };
            let Some(address) = said.or_else(|| address_of(&name, host, hosts_on_top)) else { continue };
            let file = name_key(&name, host, hosts_on_top);
            // A copying program without cookies gets a new session with every link.
            let address = without_session(&address);
            let known = mirror.numbers.get(&xxh3_64(address.as_str().as_bytes())).copied();
            if let Some(known) = known.filter(|known| mirror.entries[*known as usize].address == address) {
                mirror.numbers.entry(xxh3_64(&file)).or_insert(known);
                continue;
            }
            let at = mirror.entries.len() as u32;
            mirror.numbers.entry(xxh3_64(address.as_str().as_bytes())).or_insert(at);
            mirror.numbers.entry(xxh3_64(same(&address).as_bytes())).or_insert(at);
            mirror.numbers.entry(xxh3_64(first_form(&address).as_bytes())).or_insert(at);
            mirror.numbers.entry(xxh3_64(&file)).or_insert(at);
            mirror.entries.push(Entry { address, path, number, moved_to: None });
        }
        if mirror.entries.is_empty() {
            return Err(Fault::file(path, "no file of a site in it"));
        }
        Ok(mirror)
    }

    /// Learns from the log of wget under which addresses files really lay: wget keeps a file under the address that it
    /// asked for, not under the one that the server led it to.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn learn(&mut self, log: &Path) -> Result<(), Fault> {
        let mut learned = 0_u64;
        for (from, mut to) in log::redirects(log)? {
            let mut from = from;
            for address in [&mut from, &mut to] {
                address.set_fragment(None);
                if let Some(host) = &self.host {
                    let _ = address.set_port(None);
                    let _ = address.set_host(Some(host));
                }
            }
            let Some(number) = self.number(&from).filter(|_| self.number(&to).is_none()) else { continue };
            let at = self.entries.len() as u32;
            self.numbers.entry(xxh3_64(to.as_str().as_bytes())).or_insert(at);
            self.numbers.entry(xxh3_64(same(&to).as_bytes())).or_insert(at);
            let entry = &mut self.entries[number];
            let (path, number) = (entry.path.clone(), entry.number);
            entry.moved_to = Some(to.clone());
            self.entries.push(Entry { address: to, path, number, moved_to: None });
            learned += 1;
        }
        self.notes.push(format!("{}: {learned} addresses of files that others led to", log.display()));
        Ok(())
    }

    /// The file of a number, when it lies on disk.
    pub fn path(&self, number: usize) -> Option<PathBuf> {
        match &self.place {
            Place::Folder(folder) => Some(folder.join(&self.entries[number].path)),
            Place::Zip(..) => None,
        }
    }

    fn said_by_httrack(&self, path: &Path, number: usize) -> Option<Url> {
        let name = path.to_string_lossy().to_lowercase();
        if ![".html", ".htm", ".shtml"].iter().any(|end| name.ends_with(end)) {
            return None;
        }
        let head = self.bytes(path, number, HEAD, true).ok()?;
        let mark = b"<!-- Mirrored from ";
        let at = memchr::memmem::find(&head, mark)? + mark.len();
        let rest = &head[at..];
        let end = memchr::memmem::find(rest, b" by HTTrack")?;
        Url::parse(&format!("http://{}", String::from_utf8_lossy(&rest[..end]))).ok()
    }

    fn fetched(&self, number: usize, most: u64, cut: bool) -> Result<Fetched, Fault> {
        let entry = &self.entries[number];
        let bytes = self.bytes(&entry.path, entry.number, most, cut)?;
        let content_type = content_type(&entry.address, &bytes);
        let address = entry.address.clone();
        Ok(Fetched { address, content_type, disposition: String::new(), bytes, moved_to: entry.moved_to.clone() })
    }

    fn bytes(&self, path: &Path, number: usize, most: u64, cut: bool) -> Result<Bytes, Fault> {
        let mut bytes = Vec::new();
        let (shown, read) = match &self.place {
            Place::Folder(folder) => {
                let file = folder.join(path);
                let read = File::open(&file).and_then(|open| open.take(most + 1).read_to_end(&mut bytes));
                (file, read)
            }
            Place::Zip(zip, archive) => {
                let mut archive = archive.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let read = match archive.by_index(number) {
                    // It ends where the zip says that it does, whatever comes out of it.
                    Ok(entry) => {
                        let length = entry.size().min(most) + 1;
                        let said = entry.size();
                        entry.take(length).read_to_end(&mut bytes).and_then(|read| match read as u64 > said {
                            true => Err(std::io::Error::other("larger than the zip says")),
                            false => Ok(read),
                        })
                    }
                    Err(error) => Err(std::io::Error::other(error)),
                };
                (zip.join(path), read)
            }
        };
        read.map_err(|error| Fault::file(&shown, error.to_string()))?;
        if bytes.len() as u64 > most && !cut {
            return Err(Fault::file(&shown, format!("larger than {} MB", most >> 20)));
        }
        Ok(Bytes::from(bytes))
    }
}

impl Fetches for Mirror {
    fn len(&self) -> usize {
        self.entries.len()
    }

    fn address(&self, number: usize) -> &Url {
        &self.entries[number].address
    }

    fn read(&self, number: usize) -> Result<Fetched, Fault> {
        self.fetched(number, LARGEST, false)
    }

    fn begin(&self, number: usize, most: usize) -> Result<Fetched, Fault> {
        self.fetched(number, most as u64, true)
    }

    fn number(&self, address: &Url) -> Option<usize> {
        let mut address = without_session(address);
        address.set_fragment(None);
        if address.scheme() == "https" {
            let _ = address.set_scheme("http");
        }
        let found = |key: &[u8]| self.numbers.get(&xxh3_64(key)).map(|number| *number as usize);
        let spelled = || found(same(&address).as_bytes()).or_else(|| found(first_form(&address).as_bytes()));
        found(address.as_str().as_bytes()).or_else(spelled).or_else(|| {
            let mut name: Vec<u8> = address.host_str().unwrap_or_default().bytes().collect();
            name.extend(percent_decode_str(address.path()));
            found(&name.to_ascii_lowercase())
        })
    }
}

/// A zip of a folder has that folder on top of everything.
fn strip_common(names: &mut Names) {
    let Some(top) = names.first().and_then(|(name, _)| name.split(|byte| *byte == b'/').next()).map(<[u8]>::to_vec)
    else {
        return;
    };
    let inside = |name: &[u8]| name.len() > top.len() && name.starts_with(&top) && name[top.len()] == b'/';
    let wrapper =
        ["site", "mirror", "www", "wwwroot", "htdocs", "web", "html"].iter().any(|name| name.as_bytes() == top);
    if wrapper && names.iter().all(|(name, _)| inside(name)) {
        for (name, _) in names.iter_mut() {
            name.drain(..=top.len());
        }
    }
}

/// Are the folders on top named after hosts?
fn hosts_on_top(names: &Names) -> bool {
    let mut any = false;
    for (name, _) in names {
        let mut parts = name.split(|byte| *byte == b'/');
        let top = parts.next().unwrap_or_default();
        if parts.next().is_none() {
            let lower = top.to_ascii_lowercase();
            if !(lower.starts_with(b"index.")
                || lower.starts_with(b"hts-")
                || lower.ends_with(b".gif")
                || lower == b"robots.txt")
            {
                return false;
            }
        } else if top != b"hts-cache" {
            let host = String::from_utf8_lossy(top).to_ascii_lowercase();
            let host = host.split(['+', ':']).next().unwrap_or_default().to_owned();
            let end = host.rsplit('.').next().unwrap_or_default();
            let named = host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
            if !named || end == "files" || end.is_empty() {
                return false;
            }
            any = true;
        }
    }
    any
}

/// Host and path in the mirror: by this, links that were converted to file names are found.
fn name_key(name: &[u8], host: &str, hosts_on_top: bool) -> Vec<u8> {
    let mut key = if hosts_on_top { Vec::new() } else { [host.as_bytes(), b"/"].concat() };
    key.extend_from_slice(name);
    key.to_ascii_lowercase()
}

/// The address that was saved under a name.
fn address_of(name: &[u8], host: &str, hosts_on_top: bool) -> Option<Url> {
    let (host, name) = if hosts_on_top {
        let at = name.iter().position(|byte| *byte == b'/')?;
        (String::from_utf8_lossy(&name[..at]).replace('+', ":"), &name[at + 1..])
    } else {
        (host.to_owned(), name)
    };
    let lower = name.to_ascii_lowercase();
    let folder = lower.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let file = &lower[folder..];
    // What wget --adjust-extension put behind a program's name.
    let program = |end: &[u8]| PROGRAMS.iter().any(|program| end.ends_with(program.as_bytes()));
    let mut cut = lower.len();
    for end in [&b".html"[..], b".css"] {
        if let Some(inner) = file.strip_suffix(end)
            && (program(inner) || query_at(inner, &program).is_some())
        {
            cut -= end.len();
            break;
        }
    }
    let shown = &name[folder..cut];
    let (path, query) = match query_at(&lower[folder..cut], &program) {
        Some((at, length)) => (&shown[..at], Some(&shown[at + length..])),
        None => (shown, None),
    };
    // What wget --restrict-file-names=windows escaped.
    let unescape = |bytes: &[u8]| percent_encoding::percent_decode(bytes).collect::<Vec<u8>>();
    let mut text = format!("http://{host}/{}", percent_encode(&unescape(&name[..folder]), PATH));
    text.push_str(&percent_encode(&unescape(path), PATH).to_string());
    if let Some(query) = query {
        text.push('?');
        text.push_str(&percent_encode(query, QUERY).to_string());
    } else if matches!(file, b"index.html") {
        text.truncate(text.len() - "index.html".len());
    }
    Url::parse(&text).ok()
}

/// Where the query begins in a file name, and how many bytes stand for its `?`.
fn query_at(file: &[u8], program: &dyn Fn(&[u8]) -> bool) -> Option<(usize, usize)> {
    if let Some(at) = file.iter().position(|byte| *byte == b'?') {
        return Some((at, 1));
    }
    if let Some(at) = memchr::memmem::find(file, b"%3f") {
        return Some((at, 3));
    }
    let at = file.iter().position(|byte| *byte == b'@')?;
    (program(&file[..at]) || file[at..].contains(&b'=')).then_some((at, 1))
}

/// What a file is, by its bytes and its name.
fn content_type(address: &Url, bytes: &[u8]) -> String {
    if let Some(kind) = infer::get(bytes) {
        return kind.mime_type().to_owned();
    }
    let path = address.path().to_ascii_lowercase();
    let known = mime_guess::from_path(&path).first();
    let program = PROGRAMS.iter().any(|program| path.ends_with(program)) || path.ends_with('/');
    match known {
        Some(kind) if !program && !address.query().is_some_and(|query| query.contains('=')) => kind.to_string(),
        _ if bytes.contains(&0) && !bytes.starts_with(&[0xff, 0xfe]) => "application/octet-stream".to_owned(),
        _ => "text/html".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use url::Url;

    use super::{Fetches, Mirror, address_of};

    #[test]
    fn names_become_addresses() {
        let at = |name: &str| address_of(name.as_bytes(), "a.gov.cn", false).unwrap().to_string();
        assert_eq!(at("Show.asp?ID=3"), "http://a.gov.cn/Show.asp?ID=3");
        assert_eq!(at("show.asp@id=3.html"), "http://a.gov.cn/show.asp?id=3");
        assert_eq!(at("list.php%3Ftid=3"), "http://a.gov.cn/list.php?tid=3");
        assert_eq!(at("news/index.html"), "http://a.gov.cn/news/");
        assert_eq!(at("index.asp.html"), "http://a.gov.cn/index.asp");
        assert_eq!(at("a/2009/1.html"), "http://a.gov.cn/a/2009/1.html");
        assert_eq!(address_of(b"b.gov.cn/x.htm", "a", true).unwrap().as_str(), "http://b.gov.cn/x.htm");
    }

    fn put(folder: &Path, name: &[u8], bytes: &[u8]) {
        let file = folder.join(std::ffi::OsStr::from_bytes(name));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }

    #[test]
    fn a_folder_answers_every_spelling() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), b"index.asp", b"<html><a href=Show.asp?ID=1>1</a></html>");
        put(folder.path(), b"show.asp?id=1", b"<html>1</html>");
        put(folder.path(), b"show.asp?id=2.html", b"<html>2</html>");
        put(folder.path(), b"search.asp?keyword=\xc3\xf1\xd5\xfe", b"<html>3</html>");
        put(folder.path(), b"down.asp?id=7", b"%PDF-1.4\n");
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("passwd.htm")).unwrap();
        let mirror = Mirror::open(folder.path(), Some("a.gov.cn")).unwrap();
        assert_eq!((mirror.len(), mirror.notes.len()), (5, 1));
        let read = |address: &str| {
            let number = mirror.number(&Url::parse(address).unwrap())?;
            Some(mirror.read(number).unwrap())
        };
        let text = |address: &str| read(address).map(|found| String::from_utf8_lossy(&found.bytes).into_owned());
        assert_eq!(text("http://www.a.gov.cn/Show.asp?ID=1").unwrap(), "<html>1</html>");
        assert_eq!(text("http://a.gov.cn/show.asp?id=2").unwrap(), "<html>2</html>");
        // As wget --convert-links writes it.
        assert_eq!(text("http://a.gov.cn/show.asp%3Fid=2.html").unwrap(), "<html>2</html>");
        assert_eq!(text("http://a.gov.cn/search.asp?keyword=%E6%B0%91%E6%94%BF").unwrap(), "<html>3</html>");
        assert!(text("http://a.gov.cn/").unwrap().contains("Show.asp"));
        assert_eq!(read("http://a.gov.cn/down.asp?id=7").unwrap().content_type, "application/pdf");
        assert_eq!(read("http://a.gov.cn/show.asp?id=1").unwrap().content_type, "text/html");
        assert!(text("http://a.gov.cn/passwd.htm").is_none());
    }

    #[test]
    fn a_log_says_where_files_really_lay() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), b"www/index.htm", b"<html>home</html>");
        put(folder.path(), b"www/down.asp?id=7", b"%PDF-1.4\n");
        let log = folder.path().join("mzj.log");
        let text = "--2009-04-02 10:00:00--  http://10.0.0.7:8080/down.asp?id=7\nLocation: /UploadFile/7.pdf [following]\n\
                    --2009-04-02 10:00:00--  http://10.0.0.7:8080/gone.asp\nLocation: /index.htm [following]\n";
        std::fs::write(&log, text).unwrap();
        let mut mirror = Mirror::open(&folder.path().join("www"), Some("a.gov.cn")).unwrap();
        mirror.learn(&log).unwrap();
        let at =
            |address: &str| mirror.number(&Url::parse(address).unwrap()).map(|number| mirror.read(number).unwrap());
        assert_eq!(at("http://a.gov.cn/uploadfile/7.PDF").unwrap().bytes.as_ref(), b"%PDF-1.4\n");
        let moved = at("http://a.gov.cn/down.asp?id=7").unwrap().moved_to.unwrap();
        assert_eq!((moved.as_str(), mirror.len()), ("http://a.gov.cn/UploadFile/7.pdf", 3));
        assert!(mirror.notes.iter().any(|note| note.ends_with("1 addresses of files that others led to")));
    }

    #[test]
    fn httrack_says_where_a_page_is_from() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), b"hts-log.txt", b"HTTrack3.49");
        put(folder.path(), b"index.html", b"<html>index of HTTrack</html>");
        let page = b"<html><!-- Mirrored from a.gov.cn/show.asp?id=9 by HTTrack Website Copier/3.x -->9</html>";
        put(folder.path(), b"a.gov.cn/showd41d.html", page);
        let mirror = Mirror::open(folder.path(), None).unwrap();
        assert_eq!(mirror.len(), 1);
        assert_eq!(mirror.address(0).as_str(), "http://a.gov.cn/show.asp?id=9");
        assert_eq!(mirror.number(&Url::parse("http://a.gov.cn/showd41d.html").unwrap()), Some(0));
    }

    #[test]
    fn a_zip_with_names_in_gbk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default();
        for name in ["xx/AAAA.doc", "xx/show.asp?id=1", "xx/../../out.htm"] {
            zip.start_file(name, options).unwrap();
            std::io::Write::write_all(&mut zip, b"<html>text</html>").unwrap();
        }
        zip.finish().unwrap();
        // The name in GBK, without the mark of UTF-8, as Windows packs it.
        let mut bytes = std::fs::read(&path).unwrap();
        for at in memchr::memmem::find_iter(&bytes.clone(), b"AAAA") {
            bytes[at..at + 4].copy_from_slice(b"\xb1\xed\xb8\xf1");
        }
        std::fs::write(&path, bytes).unwrap();
        let mirror = Mirror::open(&path, Some("a.gov.cn")).unwrap();
        assert_eq!((mirror.len(), mirror.notes.len()), (2, 1));
        let form = Url::parse("http://a.gov.cn/xx/%E8%A1%A8%E6%A0%BC.doc").unwrap();
        let number = mirror.number(&form).unwrap();
        assert_eq!(mirror.read(number).unwrap().bytes.as_ref(), b"<html>text</html>");
        assert_eq!(mirror.path(number), None);
    }

    #[test]
    fn what_is_no_mirror_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Mirror::open(folder.path(), None).is_err());
        let broken = folder.path().join("broken.zip");
        std::fs::write(&broken, b"PK no zip at all").unwrap();
        assert!(Mirror::open(&broken, None).is_err());
    }
}
