//! Bundles the scripts of the admin pages into the program.
//!
//! `npm ci` and esbuild run in a folder of `target/` that is named by a hash of what goes in, and is shared by
//! debug, release, tests and clippy; nothing runs while the hash stays the same. `ZHANQUN_FRONTEND` names a folder
//! that was bundled elsewhere (`npm ci && npm run bundle` in `themes/admin/frontend`), for machines without Node.

use std::collections::hash_map::DefaultHasher;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

/// What is bundled, and how.
const SOURCE: &str = "themes/admin/frontend";

/// A folder that was bundled elsewhere.
const GIVEN: &str = "ZHANQUN_FRONTEND";

/// The file without which it is no bundle.
const MAIN: &str = "js/admin.js";

/// Oldest Node that will do.
const NODE: u32 = 20;

fn main() -> ExitCode {
    println!("cargo::rerun-if-env-changed={GIVEN}");
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            for line in message.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    let bundle = match env::var_os(GIVEN) {
        Some(folder) => root.join(folder),
        None => bundled(&root.join(SOURCE), &out)?,
    };
    // Of a bundle of our own one file is enough: it is there or it is not.
    let watched = if env::var_os(GIVEN).is_some() { bundle.clone() } else { bundle.join(MAIN) };
    println!("cargo::rerun-if-changed={}", watched.display());
    let mut names = Vec::new();
    collect(&bundle, &bundle, &mut names).map_err(|error| format!("{}: {error}", bundle.display()))?;
    if !names.iter().any(|name| name == MAIN) {
        return Err(format!("{}: is no bundle: it has no {MAIN}", bundle.display()));
    }
    let mut list = String::from("&[\n");
    for name in names.iter().filter(|name| !is_packed(name)) {
        let bytes = |ending: &str| match bundle.join(format!("{name}{ending}")) {
            file if file.is_file() => format!("include_bytes!({file:?})"),
            _ => "&[]".to_owned(),
        };
        let (plain, gzip, brotli) = (bytes(""), bytes(".gz"), bytes(".br"));
        let _ = writeln!(list, "File {{ name: {name:?}, bytes: {plain}, gzip: {gzip}, brotli: {brotli} }},");
    }
    list.push_str("]\n");
    fs::write(out.join("frontend.rs"), list).map_err(|error| format!("frontend.rs: {error}"))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("cargo sets no {name}"))
}

fn is_packed(name: &str) -> bool {
    name.ends_with(".gz") || name.ends_with(".br")
}

/// The folder with the bundle of these sources, made if it is not there yet.
fn bundled(source: &Path, out: &Path) -> Result<PathBuf, String> {
    let broken = |error: io::Error| format!("{}: {error}", source.display());
    let mut names = Vec::new();
    collect(source, source, &mut names).map_err(broken)?;
    // A check-out in which somebody ran npm by hand.
    names.retain(|name| !name.starts_with("node_modules/") && !name.starts_with("out/"));
    println!("cargo::rerun-if-changed={}", source.display());
    let mut hasher = DefaultHasher::new();
    for name in &names {
        name.hash(&mut hasher);
        fs::read(source.join(name)).map_err(broken)?.hash(&mut hasher);
    }
    // OUT_DIR is target/<profile>/build/<package>/out.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR is not where it should be")?;
    let folder = target.join("frontend");
    let bundle = folder.join(format!("{:016x}", hasher.finish()));
    if bundle.is_dir() {
        return Ok(bundle);
    }
    node_is_there()?;
    // Debug and release may build at the same time: each in its own folder, and the first to end gives its name.
    let work = folder.join(format!(".work-{}", std::process::id()));
    let made = make(source, &names, &work);
    let done = match &made {
        Ok(()) => fs::rename(work.join("out"), &bundle).or_else(|error| match bundle.is_dir() {
            true => Ok(()),
            false => Err(format!("{}: {error}", bundle.display())),
        }),
        Err(message) => Err(message.clone()),
    };
    let _ = fs::remove_dir_all(&work);
    done.map(|()| bundle)
}

/// Installs and bundles in the folder `work`.
fn make(source: &Path, names: &[String], work: &Path) -> Result<(), String> {
    for name in names {
        let to = work.join(name);
        let copied = fs::create_dir_all(to.parent().unwrap_or(work)).and_then(|()| fs::copy(source.join(name), &to));
        copied.map_err(|error| format!("{}: {error}", to.display()))?;
    }
    run_in(work, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])?;
    run_in(work, "node", &["bundle.mjs", "out"])?;
    // Cargo builds everything again when a file is younger than the start of this program, so this one is as old as
    // what it was made of.
    let (from, to) = (source.join("package.json"), work.join("out").join(MAIN));
    let time = fs::metadata(&from).and_then(|about| about.modified());
    let set = time.and_then(|time| fs::File::options().append(true).open(&to)?.set_modified(time));
    set.map_err(|error| format!("{}: {error}", to.display()))
}

fn run_in(folder: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let line = format!("{program} {}", arguments.join(" "));
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| format!("{line}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    Err(format!("{SOURCE}: {line}: {}\n{}", output.status, told.join("\n").trim()))
}

/// Node and npm, new enough.
fn node_is_there() -> Result<(), String> {
    let said = |program| Command::new(program).arg("--version").output().ok().filter(|output| output.status.success());
    let version = said("node").map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let major = version.as_deref().and_then(|version| version.trim_start_matches('v').split('.').next()?.parse().ok());
    if major.is_some_and(|major: u32| major >= NODE) && said("npm").is_some() {
        return Ok(());
    }
    let found = version.unwrap_or_else(|| "-".to_owned());
    Err(format!(
        "缺少 Node.js {NODE} 或更新版本(含 npm),编译管理后台的脚本要用它。本机版本:{found}。\n\
         Debian、Ubuntu:apt-get install nodejs npm;其他系统见 https://nodejs.org/。\n\
         没有 Node 的机器:在别处编译 {SOURCE}(npm ci && npm run bundle),再用环境变量 {GIVEN} 指明其 out 目录。\n\
         Node.js {NODE} or newer with npm is missing; the scripts of the admin pages are bundled with it. Here: {found}.\n\
         Debian, Ubuntu: apt-get install nodejs npm; other systems: https://nodejs.org/.\n\
         For a machine without Node: bundle {SOURCE} elsewhere (npm ci && npm run bundle) and set {GIVEN} to its folder out."
    ))
}

/// Every file below a folder by its path from there, sorted.
fn collect(root: &Path, folder: &Path, names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if !path.ends_with("node_modules") {
                collect(root, &path, names)?;
            }
        } else if let Ok(name) = path.strip_prefix(root) {
            names.push(name.to_string_lossy().replace('\\', "/"));
        }
    }
    names.sort();
    Ok(())
}
