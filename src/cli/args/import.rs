//! Arguments of `zhanqun import …`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

/// `import …`
#[derive(Debug, Clone, Subcommand)]
pub enum ImportCommand {
    /// A copy of an old site as `wget --mirror` or HTTrack leaves it: a folder, or a zip of one
    Mirror(ImportMirror),
    /// The living old site, asked politely over HTTP; goes on where it was interrupted
    Crawl(ImportCrawl),
    /// A database dump of dedecms: mysqldump or its own backup; a file, a folder, .gz or .zip
    Dede(ImportDump),
    /// A database dump of phpcms: mysqldump or its own backup; a file, a folder, .gz or .zip
    Phpcms(ImportDump),
    /// Tables of articles as CSV: a file, or a folder of them
    Csv(ImportTable),
    /// Tables of articles as a workbook, .xlsx or .xls
    Xlsx(ImportTable),
    /// An Access database, read by Debian's mdbtools
    Mdb(ImportTable),
    /// A WordPress export (WXR)
    Wxr(ImportWxr),
    /// Takes a run back: its documents, pictures and old addresses
    Undo {
        /// Name of the run, as the import printed it; the demonstration content is `demo`
        batch: String,
    },
    /// Lists the runs
    List,
}

/// What every import of an old site is told.
#[derive(Debug, Clone, ClapArgs)]
pub struct ImportInto {
    /// Site that takes it
    #[arg(long, value_name = "SLUG")]
    pub site: String,
    /// Column below which everything goes; the site itself if left out
    #[arg(long, value_name = "SLUG")]
    pub channel: Option<String>,
    /// Host names of the old site; the first one is that of its home page
    #[arg(long, value_name = "HOST", num_args = 1..)]
    pub old_host: Vec<String>,
    /// Which old column goes where (TOML); a dry run proposes it where the file is not there
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// What was public before is public at once, but for what a person must look at
    #[arg(long)]
    pub publish: bool,
    /// Does everything but write
    #[arg(long)]
    pub dry_run: bool,
    /// Writes the report as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Writes every old address and what became of it as CSV
    #[arg(long, value_name = "FILE")]
    pub addresses: Option<PathBuf>,
}

/// `import mirror …`
#[derive(Debug, Clone, ClapArgs)]
pub struct ImportMirror {
    /// The folder, or a zip of it
    pub path: PathBuf,
    #[command(flatten)]
    pub into: ImportInto,
    /// Log of wget (its option -o): tells where addresses like down.asp?id=1 led
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Where the title, date and text of pages stand that are not understood by themselves (TOML)
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Keeps a frozen copy of the old site, too, read at /archive/SLUG/
    #[arg(long)]
    pub archive: bool,
}

/// `import crawl …`
#[derive(Debug, Clone, ClapArgs)]
pub struct ImportCrawl {
    /// Address where the old site begins, e.g. http://mzj.example/
    pub url: String,
    #[command(flatten)]
    pub into: ImportInto,
    /// Where the title, date and text of pages stand that are not understood by themselves (TOML)
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Keeps a frozen copy of the old site, too, read at /archive/SLUG/
    #[arg(long)]
    pub archive: bool,
    /// Requests a second, at most
    #[arg(long, value_name = "N", default_value_t = 2.0)]
    pub rate: f64,
    /// Server to ask, in place of the one that the name leads to
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub connect: Option<SocketAddr>,
    /// Most pages and files
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    pub most: u64,
    /// Asks also for what robots.txt keeps others from; only with the word of whoever runs the old site
    #[arg(long)]
    pub ignore_robots: bool,
    /// Asks for everything again; else only for what was not answered yet
    #[arg(long)]
    pub again: bool,
    /// Folder for what was answered [default: a folder in the data directory]
    #[arg(long, value_name = "DIR")]
    pub spool: Option<PathBuf>,
}

/// `import dede …`, `import phpcms …`
#[derive(Debug, Clone, ClapArgs)]
pub struct ImportDump {
    /// The dump
    pub path: PathBuf,
    #[command(flatten)]
    pub into: ImportInto,
    /// Folder with the files of the old site: its root, or its folder of uploads
    #[arg(long, value_name = "DIR")]
    pub media: Option<PathBuf>,
    /// Prefix of the tables, where one database holds several sites
    #[arg(long, value_name = "PREFIX")]
    pub prefix: Option<String>,
}

/// `import csv …`, `import xlsx …`, `import mdb …`
#[derive(Debug, Clone, ClapArgs)]
pub struct ImportTable {
    /// The tables
    pub path: PathBuf,
    #[command(flatten)]
    pub into: ImportInto,
    /// Folder with the files of the old site: its root, or its folder of uploads
    #[arg(long, value_name = "DIR")]
    pub media: Option<PathBuf>,
    /// Which field of which table is what (TOML); a dry run proposes it where the file is not there
    #[arg(long, value_name = "FILE")]
    pub fields: Option<PathBuf>,
}

/// `import wxr …`
#[derive(Debug, Clone, ClapArgs)]
pub struct ImportWxr {
    /// The export file
    pub file: PathBuf,
    #[command(flatten)]
    pub into: ImportInto,
    /// Folder with the uploads of the old site
    #[arg(long, value_name = "DIR")]
    pub media: Option<PathBuf>,
}
