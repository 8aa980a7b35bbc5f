//! Whatever is broken about what was handed over: it is read as far as it goes, or refused in a line.

use encoding_rs::GBK;
use tempfile::TempDir;
use zhanqun::base::fault::Fault;
use zhanqun::migrate::dede::Dede;
use zhanqun::migrate::old::Source;
use zhanqun::migrate::records::Options;
use zhanqun::migrate::table::Tables;

use super::book::samples;
use super::dede::dump;
use super::table::{Read, options};

/// Broken copies of each sample.
const COPIES: u64 = 150;

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most.max(1) as u64) as usize
    }
}

/// A copy in which some bytes are others, missing, or there twice.
fn broken(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    for _ in 0..=chance.below(8) {
        let at = chance.below(copy.len());
        let length = chance.below(64).min(copy.len() - at);
        match chance.below(5) {
            0 => copy[at] = chance.below(256) as u8,
            1 => copy[at] ^= 1 << chance.below(8),
            2 => drop(copy.drain(at..at + length)),
            3 => {
                let piece = copy[at..at + length].to_vec();
                let to = chance.below(copy.len());
                copy.splice(to..to, piece);
            }
            _ => {
                let signs =
                    [&b"'"[..], b"\"", b"\\", b"(", b")", b",", b";", b"\0", b"\n", b"\xff\xff\xff\xff", b"--", b"/*"];
                copy.splice(at..at, signs[chance.below(signs.len())].iter().copied());
            }
        }
        if copy.is_empty() {
            copy.push(0);
        }
    }
    if chance.below(6) == 0 {
        copy.truncate(chance.below(copy.len()));
    }
    copy
}

fn every_copy<T: Source>(name: &str, bytes: &[u8], open: &dyn Fn(&Options) -> Result<T, Fault>) {
    let folder = TempDir::new().unwrap();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15 ^ bytes.len() as u64);
    let mut read = 0;
    for _ in 0..COPIES {
        let options = options(folder.path(), name, &broken(bytes, &mut chance));
        match open(&options) {
            Ok(source) => {
                assert_eq!(Read::all(&source), Read::all(&source), "{name}: the same again");
                read += 1;
            }
            Err(fault) => {
                assert!(!fault.message.contains('\n') && fault.message.len() < 5000, "{name}: {fault}");
                assert!(fault.file.starts_with(folder.path()), "{name}: {fault}");
            }
        }
    }
    assert!(read > 0, "{name}: none of the copies could be read at all");
}

#[test]
fn dumps() {
    every_copy("dump.sql", dump().as_bytes(), &Dede::open);
    every_copy("gbk.sql", &GBK.encode(&dump()).0, &Dede::open);
}

#[test]
fn tables() {
    let table =
        "编号,标题,内容,发布时间\r\n1,甲,\"<p>一,\"\"二\"\"</p>\r\n三\",2007-8-9\r\n2,乙,四,2008年1月2日\r\n".repeat(3);
    every_copy("table.csv", table.as_bytes(), &Tables::csv);
    every_copy("gbk.csv", &GBK.encode(&table).0, &Tables::csv);
}

#[test]
fn workbooks() {
    for (name, bytes) in samples() {
        every_copy(name, &bytes, &Tables::xlsx);
    }
}
