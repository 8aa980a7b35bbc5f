//! `zhanqun check`: everything wrong with configuration, sites, themes and data, without changing anything.

use std::path::Path;

use serde::Serialize;

use crate::app::{App, check_references};
use crate::base::fault::Fault;
use crate::config::Config;
use crate::domain::content;
use crate::render::check;
use crate::render::engine::Engine;
use crate::server::tls::Certificates;
use crate::store;

use super::Failure;
use super::output::{Output, store_progress};

#[derive(Serialize)]
struct Found {
    file: String,
    line: usize,
    message: String,
}

pub(super) fn check(config: &Config, out: &mut Output) -> Result<(), Failure> {
    let mut faults = check::folder(&config.themes.dir);
    match Engine::open(&config.themes.dir) {
        Ok(engine) => match App::read_sites(config, &engine) {
            Ok(declarations) => {
                let mut initial = Vec::new();
                for declaration in &declarations {
                    match content::read_initial(declaration) {
                        Ok(documents) => initial.push((declaration.clone(), documents)),
                        Err(mut more) => faults.append(&mut more),
                    }
                }
                faults.extend(check_references(&declarations, &initial));
            }
            Err(mut more) => faults.append(&mut more),
        },
        // The faults of the themes are told already; the site files are read without them.
        Err(more) => {
            faults.extend(more);
            if let Err(mut more) = crate::domain::site::read_all(&config.sites.dir) {
                faults.append(&mut more);
            }
        }
    }
    if !config.server.https.is_empty()
        && let Err(more) = Certificates::load(&config.server.certificates)
    {
        faults.extend(more);
    }
    faults.extend(data(&config.storage.dir, out));
    faults.sort_by(|a, b| (&a.file, a.line, &a.message).cmp(&(&b.file, b.line, &b.message)));
    faults.dedup();
    let count = faults.len();
    if out.json {
        let found: Vec<Found> = faults
            .into_iter()
            .map(|fault| Found { file: fault.file.display().to_string(), line: fault.line, message: fault.message })
            .collect();
        out.report(&found);
    } else {
        for fault in &faults {
            out.line(fault.to_string());
        }
    }
    match count {
        0 => {
            if !out.json {
                out.line("everything is in order");
            }
            Ok(())
        }
        1 => Err(Failure::failed("1 fault")),
        count => Err(Failure::failed(format!("{count} faults"))),
    }
}

/// The journal, if there is a data directory.
fn data(dir: &Path, out: &Output) -> Option<Fault> {
    if !dir.join("journal").is_dir() {
        return None;
    }
    match store::verify(dir, &store_progress(out.terminal)) {
        Ok(_) => None,
        Err(error) => Some(Fault::file(dir, error.to_string())),
    }
}
