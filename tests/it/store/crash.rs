//! kill -9 and power cuts while four threads write: every acknowledged write is there afterwards.
//!
//! The test starts its own binary again with an environment variable that turns the test
//! `child` into a writer. `ZHANQUN_LONG=1` runs many more cycles.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read as _, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use zhanqun::store::{BlobHash, Blobs, Error, Read, Record, Store, verify};

use super::fixture::{Doc, column, delete, doc, ids, noise, open, options, put};

const DIR: &str = "ZHANQUN_TEST_CRASH_DIR";

fn long() -> bool {
    std::env::var_os("ZHANQUN_LONG").is_some_and(|v| v == "1")
}

/// A small random number generator.
struct Random(u64);

impl Random {
    fn new() -> Random {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Random(now.as_nanos() as u64 | 1)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}

/// The writer that will be killed; does nothing in an ordinary run.
#[test]
fn child() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let mut options = options(Path::new(&dir));
    options.checkpoint_every = Duration::from_millis(100);
    options.segment_bytes = 300_000;
    options.snapshots = true;
    options.snapshot_bytes = 400_000;
    let store = Store::open(options, &()).unwrap();
    let out = Mutex::new(std::io::stdout());
    std::thread::scope(|scope| {
        for writer in 0..4_u64 {
            let (store, out) = (&store, &out);
            let blobs = Blobs::open(Path::new(&dir), 0).unwrap().together();
            scope.spawn(move || {
                let mut random = Random::new();
                loop {
                    let id = (writer + 1) * 1_000_000 + random.below(400);
                    let done = match random.below(10) {
                        0 => delete(store, id).map(|c| (c.seq, 0)),
                        n => {
                            let length = if n == 1 { 20_000 } else { 300 + random.below(1500) as usize };
                            let text = noise(random.below(1 << 40), length);
                            // As an import does: a file that a row names is durable before the row is.
                            blobs.put(text.as_bytes()).unwrap();
                            if n == 2 {
                                blobs.put(noise(random.below(1 << 40), 50).as_bytes()).unwrap();
                            }
                            blobs.sync().unwrap();
                            put(store, &[Doc { text, ..doc(id, writer) }]).map(|c| (c.seq, c.seq))
                        }
                    };
                    let (seq, version) = done.unwrap();
                    // One line, one write: whatever was acknowledged before the end can be read from the pipe.
                    let line = format!("\nack {seq} {id} {version}\n");
                    out.lock().unwrap().write_all(line.as_bytes()).unwrap();
                }
            });
        }
    });
}

/// Runs the writer for a random while, kills it, and returns what it acknowledged: sequence number and version by row.
fn run(dir: &Path, environment: &[(&str, &Path)], random: &mut Random, known: &mut BTreeMap<u64, (u64, u64)>) -> u64 {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "store::crash::child", "--nocapture", "--test-threads=1"]);
    command.env(DIR, dir).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in environment {
        command.env(name, value);
    }
    let mut child = command.spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut errors = child.stderr.take().unwrap();
    let wait = Duration::from_millis(30 + random.below(700));
    let mut last = 0;
    let mut note = |line: &str| {
        let Some(rest) = line.strip_prefix("ack ") else { return false };
        let numbers: Vec<u64> = rest.split_whitespace().map(|n| n.parse().unwrap()).collect();
        let [seq, id, version] = numbers[..] else { panic!("{line:?}") };
        let newest = known.entry(id).or_default();
        if seq > newest.0 {
            *newest = (seq, version);
        }
        last = last.max(seq);
        true
    };
    let mut line = String::new();
    loop {
        line.clear();
        if output.read_line(&mut line).unwrap() == 0 {
            let mut text = String::new();
            errors.read_to_string(&mut text).unwrap();
            panic!("the writer ended by itself: {text}");
        }
        if note(line.trim_end()) {
            break;
        }
    }
    // Keeps the pipe empty until the end.
    let rest = std::thread::scope(|scope| {
        let rest = scope.spawn(move || {
            let mut rest = String::new();
            output.read_to_string(&mut rest).unwrap();
            rest
        });
        std::thread::sleep(wait);
        child.kill().unwrap();
        child.wait().unwrap();
        rest.join().unwrap()
    });
    let whole = rest.rsplit_once('\n').map_or("", |(whole, _)| whole);
    for line in whole.lines() {
        note(line);
    }
    last
}

/// Compares a store with what was acknowledged. A row may be newer: written, but nobody was told.
fn check(store: &Store, dir: &Path, last: u64, known: &mut BTreeMap<u64, (u64, u64)>) {
    assert!(store.seq() >= last, "record {last} was acknowledged, the journal ends at {}", store.seq());
    for (id, (seq, version)) in known.iter_mut() {
        let found = store.row(Doc::TABLE, *id).unwrap();
        let now = found.as_ref().map_or(0, |(_, version)| *version);
        if now > *seq {
            (*seq, *version) = (now, now);
        } else if now != *version {
            // Deleted by a commit that nobody was told of: the journal has it.
            assert_eq!(now, 0, "row {id}");
            let mut feed = store.changes(*seq + 1);
            let mut gone = None;
            while let Some(c) = feed.next(Duration::ZERO).unwrap() {
                if c.changes.iter().any(|change| change.id == *id && change.row.is_none()) {
                    gone = Some(c.seq);
                }
            }
            (*seq, *version) = (gone.unwrap_or_else(|| panic!("row {id}, record {seq}: lost")), 0);
        }
    }
    let blobs = Blobs::open(dir, 0).unwrap();
    for id in known.iter().filter(|(_, (_, version))| *version != 0).map(|(id, _)| *id) {
        let named = store.get::<Doc>(id).unwrap().unwrap().text;
        assert!(blobs.verify(&BlobHash::of(named.as_bytes())).unwrap(), "row {id} names a file that is not there");
    }
    for writer in 0..4 {
        let listed = ids(store, column(writer));
        assert_eq!(listed.len() as u64, store.count(column(writer)).unwrap());
        assert!(listed.iter().all(|id| store.get::<Doc>(*id).unwrap().unwrap().column == writer));
    }
    put(store, &[doc(77, 70)]).unwrap();
}

#[test]
fn nothing_acknowledged_is_lost_by_kill_9() {
    let cycles = if long() { 300 } else { 10 };
    let dir = tempfile::tempdir().unwrap();
    let mut random = Random::new();
    let mut known = BTreeMap::new();
    let mut total = 0;
    for cycle in 0..cycles {
        let last = run(dir.path(), &[], &mut random, &mut known);
        total = total.max(last);
        // Every third time the next writer starts on what the last one left.
        if cycle % 3 == 2 && cycle + 1 != cycles {
            continue;
        }
        let report = verify(dir.path(), &()).unwrap();
        assert!(report.records >= last);
        let store = open(dir.path());
        check(&store, dir.path(), last, &mut known);
        store.close().unwrap();
        verify(dir.path(), &()).unwrap();
    }
    eprintln!("{cycles} times killed, {total} records, none lost");
}

/// Compiles droplast into a folder; `None`, with a word, where there is no compiler.
pub fn droplast(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("droplast.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/power/droplast.c");
    let compiled = Command::new("cc").args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(&source).output();
    match compiled {
        Err(e) => {
            eprintln!("skipped: there is no C compiler here ({e})");
            return None;
        }
        Ok(out) => assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr)),
    }
    Some(library)
}

/// Where droplast keeps what is durable.
struct Shadow(PathBuf);

impl Shadow {
    /// Everything that is in `dir` now counts as durable.
    fn of(dir: &Path, place: &Path) -> Shadow {
        for kind in ["files", "dirs", "keep"] {
            fs::create_dir_all(place.join(kind)).unwrap();
        }
        let shadow = Shadow(place.to_path_buf());
        shadow.keep(dir);
        shadow
    }

    fn keep(&self, dir: &Path) {
        let mut list = String::new();
        for item in fs::read_dir(dir).unwrap() {
            let item = item.unwrap();
            let meta = item.metadata().unwrap();
            let name = item.file_name().into_string().unwrap();
            if meta.is_dir() {
                self.keep(&item.path());
                list.push_str(&format!("d {} {name}\n", meta.ino()));
            } else {
                fs::copy(item.path(), self.0.join(format!("files/{}", meta.ino()))).unwrap();
                fs::hard_link(item.path(), self.0.join(format!("keep/{}", meta.ino()))).unwrap();
                list.push_str(&format!("f {} {name}\n", meta.ino()));
            }
        }
        fs::write(self.0.join(format!("dirs/{}", fs::metadata(dir).unwrap().ino())), list).unwrap();
    }

    /// Builds the tree that the disk holds after the cut. Bytes that nobody asked to keep may be there or not: each
    /// file gets either none of them, or some of its pages (`random`).
    fn cut(&self, dir: &Path, inode: u64, to: &Path, random: &mut Random) {
        fs::create_dir_all(to).unwrap();
        let Ok(list) = fs::read_to_string(self.0.join(format!("dirs/{inode}"))) else { return };
        for line in list.lines() {
            let mut words = line.splitn(3, ' ');
            let (kind, inode, name) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            if kind == "d" {
                self.cut(&dir.join(name), inode.parse().unwrap(), &to.join(name), random);
                continue;
            }
            let mut durable = fs::read(self.0.join(format!("files/{inode}"))).unwrap_or_default();
            if random.below(2) == 0
                && let Ok(now) = fs::read(dir.join(name))
                && fs::metadata(dir.join(name)).unwrap().ino().to_string() == inode
            {
                // The file's new length may be durable before its pages are.
                if now.len() > durable.len() && random.below(2) == 0 {
                    durable.resize(now.len() - random.below((now.len() - durable.len()) as u64 + 1) as usize, 0);
                }
                for (page, old) in now.chunks(4096).zip(durable.chunks_mut(4096)) {
                    if random.below(2) == 0 {
                        let same = page.len().min(old.len());
                        old[..same].copy_from_slice(&page[..same]);
                    }
                }
            }
            fs::write(to.join(name), durable).unwrap();
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost_by_a_power_cut() {
    let place = tempfile::tempdir().unwrap();
    let base = place.path().canonicalize().unwrap();
    let Some(library) = droplast(&base) else { return };
    let cuts = if long() { 50 } else { 3 };
    let mut random = Random::new();
    let mut known = BTreeMap::new();
    let mut rebuilt = 0;
    let mut dir = base.join("data-0");
    fs::create_dir(&dir).unwrap();
    for cut in 1..=cuts {
        let shadow_dir = base.join(format!("shadow-{cut}"));
        let shadow = Shadow::of(&dir, &shadow_dir);
        let environment: [(&str, &Path); 3] =
            [("LD_PRELOAD", &library), ("DROPLAST_DIR", &dir), ("DROPLAST_SHADOW", &shadow_dir)];
        let last = run(&dir, &environment, &mut random, &mut known);
        let after = base.join(format!("data-{cut}"));
        shadow.cut(&dir, fs::metadata(&dir).unwrap().ino(), &after, &mut random);
        fs::remove_dir_all(&dir).unwrap();
        fs::remove_dir_all(&shadow_dir).unwrap();
        dir = after;
        let store = match super::fixture::try_open(&dir) {
            Ok(store) => store,
            Err(Error::Damaged { what, .. }) => panic!("cut {cut}: the journal is damaged: {what}"),
            Err(other) => panic!("cut {cut}: {other}"),
        };
        check(&store, &dir, last, &mut known);
        store.close().unwrap();
        verify(&dir, &()).unwrap();
        rebuilt += fs::read_dir(&dir)
            .unwrap()
            .filter(|i| i.as_ref().unwrap().file_name().to_str().unwrap().contains("damaged"))
            .count();
        for item in fs::read_dir(&dir).unwrap() {
            let path = item.unwrap().path();
            if path.file_name().unwrap().to_str().unwrap().contains("damaged") {
                fs::remove_dir_all(path).unwrap();
            }
        }
    }
    eprintln!("{cuts} power cuts, the state was rebuilt {rebuilt} times, nothing was lost");
}
