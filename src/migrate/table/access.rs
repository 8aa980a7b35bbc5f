//! Access databases, through the programs of Debian's `mdbtools`: each table is copied to disk and read from there.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::base::fault::Fault;
use crate::migrate::records::{Options, nameless};

use super::propose::one_line;
use super::sheet::Sheet;

/// How much larger than the database the copy of a table may be.
const GROWTH: u64 = 20;
/// Bytes that any copy may have.
const ALWAYS: u64 = 64 << 20;
/// How long a program may say nothing.
const PATIENCE: Duration = Duration::from_secs(300);
/// Most tables.
const MOST_TABLES: usize = 2000;
/// Most bytes of a list of tables, or of what a program complains about.
const LARGEST_LIST: u64 = 1 << 20;
/// Databases in a folder.
const ENDINGS: [&str; 4] = ["mdb", "accdb", "asa", "asp"];
/// Text of old databases is in this code page; that of later ones is Unicode.
const CODE_PAGE: &str = "CP936";

/// What could not be read: where, and why.
pub(super) type Problem = (String, String);

/// The tables of a database, or of all databases of a folder: many offices began a new one each year.
pub(super) fn open(options: &Options, problems: &mut Vec<Problem>) -> Result<Vec<Sheet>, Fault> {
    let path = &options.path;
    let files = if path.is_dir() { databases(path)? } else { vec![path.to_path_buf()] };
    let several = files.len() > 1;
    let mut sheets = Vec::new();
    for file in &files {
        is_database(file)?;
        let prefix = match file.file_stem() {
            Some(stem) if several => format!("{}/", stem.to_string_lossy()),
            _ => String::new(),
        };
        for table in tables(file, options)? {
            if let Some(mut sheet) = export(file, &table, options, problems)? {
                sheet.name = format!("{prefix}{table}");
                sheets.push(sheet);
            }
        }
    }
    match problems.first() {
        Some((place, why)) if sheets.is_empty() => Err(Fault::file(Path::new(place), why.clone())),
        _ => Ok(sheets),
    }
}

fn databases(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let fault = |error: io::Error| Fault::file(folder, error.to_string());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let file = entry.map_err(fault)?.path();
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        if ENDINGS.contains(&ending.as_str()) && file.is_file() && is_database(&file).is_ok() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Fault::file(folder, "no Access database is in it"));
    }
    Ok(files)
}

/// Looks at its first bytes; many were given the ending of a page so that nobody could download them.
fn is_database(path: &Path) -> Result<(), Fault> {
    let mut head = [0; 20];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    match read {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(Fault::file(path, error.to_string())),
        Ok(()) if &head[4..12] == b"Standard" => Ok(()),
        _ => Err(Fault::file(path, "is no Access database")),
    }
}

fn program(name: &str, path: &Path, programs: Option<&Path>) -> Result<Command, Fault> {
    // Whatever it is called, it must not be taken for an option.
    let real = path.canonicalize().map_err(|error| Fault::file(path, error.to_string()))?;
    let mut command = Command::new(programs.map_or_else(|| PathBuf::from(name), |folder| folder.join(name)));
    command.env("MDB_JET3_CHARSET", CODE_PAGE).env("MDBICONV", "UTF-8").env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    match name {
        "mdb-tables" => command.arg("-1"),
        _ => command.args(["-b", "strip", "-D", "%Y-%m-%d %H:%M:%S", "-T", "%Y-%m-%d %H:%M:%S"]),
    };
    command.arg("--").arg(real);
    Ok(command)
}

fn start(mut command: Command, path: &Path) -> Result<Child, Fault> {
    command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Fault::file(
            path,
            "Access databases are read by the programs mdb-tables and mdb-export, which are not here: install \
             Debian's package mdbtools, or export the tables as CSV",
        ),
        _ => Fault::file(path, format!("mdbtools: {error}")),
    })
}

/// Names of its tables, without those of Access itself.
fn tables(path: &Path, options: &Options) -> Result<Vec<String>, Fault> {
    let mut list = Vec::new();
    let said = run(program("mdb-tables", path, options.programs.as_deref())?, path, &mut list, LARGEST_LIST)?;
    let names: Vec<String> = String::from_utf8_lossy(&list)
        .lines()
        .map(str::to_owned)
        .filter(|name| !name.trim().is_empty() && !name.starts_with("MSys") && !name.starts_with('~'))
        .take(MOST_TABLES)
        .collect();
    if names.is_empty() {
        let why = if said.is_empty() { "no table is in it".to_owned() } else { format!("mdb-tables: {said}") };
        return Err(Fault::file(path, why));
    }
    Ok(names)
}

/// A copy of a table; what is wrong with it is told.
fn export(path: &Path, table: &str, options: &Options, problems: &mut Vec<Problem>) -> Result<Option<Sheet>, Fault> {
    let spool = &options.spool;
    let place = path.join(table);
    let mut command = program("mdb-export", path, options.programs.as_deref())?;
    command.arg(table);
    let fault = |error: io::Error| Fault::file(spool, error.to_string());
    let mut copy = nameless(spool).map_err(fault)?;
    let length = fs::metadata(path).map_err(|error| Fault::file(path, error.to_string()))?.len();
    let most = length.saturating_mul(GROWTH).saturating_add(ALWAYS);
    let said = match run(command, &place, &mut copy, most) {
        Ok(said) => said,
        Err(fault) => {
            // What was copied until then is not to be trusted.
            problems.push((place.display().to_string(), format!("mdb-export: {}", fault.message)));
            return Ok(None);
        }
    };
    if !said.is_empty() {
        problems.push((place.display().to_string(), format!("mdb-export: {said}")));
    }
    let sheet = Sheet::exported(table, place, copy)?;
    Ok((!sheet.header.is_empty()).then_some(sheet))
}

/// Runs a program to its end; what it says goes to `to`, its complaint is given back in one line.
fn run(command: Command, path: &Path, to: &mut dyn Write, most: u64) -> Result<String, Fault> {
    let mut child = start(command, path)?;
    let (Some(mut output), Some(complaint)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(Fault::file(path, "mdbtools: no output"));
    };
    let (give, take) = sync_channel::<io::Result<Vec<u8>>>(4);
    let reading = thread::spawn(move || {
        loop {
            let mut piece = vec![0; 64 << 10];
            let read = output.read(&mut piece);
            let end = !matches!(read, Ok(count) if count > 0);
            let piece = read.map(|count| {
                piece.truncate(count);
                piece
            });
            if give.send(piece).is_err() || end {
                return;
            }
        }
    });
    let complaining = thread::spawn(move || {
        let mut text = Vec::new();
        let mut bounded = complaint.take(LARGEST_LIST);
        let kept = bounded.read_to_end(&mut text);
        // What comes after that is read too, so that the program can end.
        let rest = io::copy(&mut bounded.into_inner(), &mut io::sink());
        drop((kept, rest));
        text
    });
    let mut left = most;
    let done = loop {
        match take.recv_timeout(PATIENCE) {
            Ok(Ok(piece)) if piece.is_empty() => break Ok(()),
            Ok(Ok(piece)) => {
                match left.checked_sub(piece.len() as u64) {
                    Some(less) => left = less,
                    None => break Err("it says more than such a database can hold; stopped".to_owned()),
                }
                if let Err(error) = to.write_all(&piece) {
                    break Err(error.to_string());
                }
            }
            Ok(Err(error)) => break Err(error.to_string()),
            Err(RecvTimeoutError::Timeout) => break Err("it says nothing any more; stopped".to_owned()),
            Err(RecvTimeoutError::Disconnected) => break Ok(()),
        }
    };
    drop(take);
    if done.is_err() {
        // It may have ended by itself.
        child.kill().ok();
    }
    let ended = child.wait();
    let text = complaining.join().unwrap_or_default();
    reading.join().ok();
    done.map_err(|what| Fault::file(path, what))?;
    let text = String::from_utf8_lossy(&text);
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let first = one_line(&first.chars().take(300).collect::<String>());
    match ended {
        Ok(status) if !status.success() && first.is_empty() => Ok(format!("ended with {status}")),
        Ok(_) => Ok(first),
        Err(error) => Err(Fault::file(path, error.to_string())),
    }
}
