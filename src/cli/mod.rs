//! The command line: parses arguments, wires everything.
//!
//! **Invariant:** exit 0 on success, 2 on bad arguments or configuration, 1 on
//! failure; one clear line on stderr names what is at fault.
//!
//! A command that needs the data directory while a server has it is sent to
//! that server (`control`) and runs there, so ops type the same thing always.

mod args;
mod backup;
mod bench;
mod check;
mod control;
mod demo_text;
mod export;
mod import;
mod journal;
mod mail;
mod output;
mod redirect;
mod serve;
mod site;
mod site_archive;
mod site_state;
mod token;
mod user;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use crate::app::{App, OpenError};
use crate::base::clock::Clock;
use crate::config::Config;
use crate::store;

use args::{Args, Command};
use output::Output;

pub use args::Args as Arguments;

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// Arguments or configuration: exit 2.
    Usage(Vec<String>),
    /// Anything else: exit 1.
    Failed(Vec<String>),
}

impl Failure {
    /// A failure with one line.
    pub fn failed(message: impl ToString) -> Failure {
        Failure::Failed(vec![message.to_string()])
    }

    fn parts(&self) -> (u8, &[String]) {
        match self {
            Failure::Usage(lines) => (2, lines),
            Failure::Failed(lines) => (1, lines),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        match error {
            OpenError::Faults(faults) => Failure::Usage(faults.iter().map(ToString::to_string).collect()),
            other => Failure::failed(other),
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        Failure::failed(error)
    }
}

impl From<crate::domain::error::Error> for Failure {
    fn from(error: crate::domain::error::Error) -> Failure {
        Failure::failed(error)
    }
}

/// What a command works with.
pub struct Context<'a> {
    /// The application.
    pub app: &'a Arc<App>,
    /// Folder that relative paths of the arguments are relative to.
    pub folder: PathBuf,
    /// What the command was given on standard input, if it takes something from there.
    pub input: Option<String>,
    /// Where it writes.
    pub out: &'a mut Output,
}

impl Context<'_> {
    /// A path of the arguments, absolute.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version go to stdout with 0, mistakes to stderr with 2.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let mut out = Output::process(args.json);
    let result = dispatch(&args, &mut out);
    finish(result, &mut out)
}

fn finish(result: Result<(), Failure>, out: &mut Output) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let (code, lines) = failure.parts();
            for line in lines {
                out.error(line);
            }
            ExitCode::from(code)
        }
    }
}

fn dispatch(args: &Args, out: &mut Output) -> Result<(), Failure> {
    let config = Config::load(args.config.as_deref())
        .map_err(|faults| Failure::Usage(faults.iter().map(ToString::to_string).collect()))?;
    match args.command() {
        Command::Serve => serve::serve(config, out),
        Command::Check => check::check(&config, out),
        Command::Backup { dir } => backup::backup(&config, &dir, out),
        Command::Restore(restore) if restore.site.is_none() => backup::restore(&config, &restore, out),
        Command::Journal(command) => journal::journal(&config, &command, out),
        command => with_app(config, &command, out),
    }
}

/// Runs a command on the data directory, here or in the server that has it.
fn with_app(config: Config, command: &Command, out: &mut Output) -> Result<(), Failure> {
    let socket = control::socket(&config.storage.dir);
    let progress = output::store_progress(out.terminal);
    let input = if command.reads_password() { user::read_password(out)? } else { None };
    match App::open(config, Clock::System, &progress) {
        Ok(app) => {
            let folder =
                std::env::current_dir().map_err(|error| Failure::failed(format!("working directory: {error}")))?;
            let result = execute(&mut Context { app: &app, folder, input, out }, command);
            app.store.close()?;
            result
        }
        Err(OpenError::Store(error @ store::Error::Locked { .. })) => {
            if !socket.exists() {
                return Err(Failure::failed(error));
            }
            control::forward(&socket, std::env::args_os(), input, out)
        }
        Err(error) => Err(error.into()),
    }
}

/// Commands that work on an open application, in this process or inside the server.
fn execute(context: &mut Context<'_>, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Site(command) => site::site(context, command),
        Command::User(command) => user::user(context, command),
        Command::Token(command) => token::token(context, command),
        Command::Mail(command) => mail::mail(context, command),
        Command::Import(command) => import::import(context, command),
        Command::Redirect(command) => redirect::redirect(context, command),
        Command::Restore(restore) => backup::restore_site(context, restore),
        Command::Export(command) => export::export(context, command),
        Command::Bench(command) => bench::bench(context, command),
        Command::Serve | Command::Check | Command::Backup { .. } | Command::Journal(_) => {
            Err(Failure::Usage(vec!["this command does not run inside a server".into()]))
        }
    }
}
