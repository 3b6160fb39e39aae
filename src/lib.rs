//! `ekscred`: a kubectl exec credential plugin for Amazon EKS.
//!
//! This library exists for the binary and its tests and promises no stable interface.
//! `ARCHITECTURE.md` says which module does what and what may depend on what.

pub mod api_server;
pub mod aws;
pub mod cache;
mod cli;
mod commands;
mod config;
mod doctor;
mod error;
mod exec_info;
pub mod kubeconfig;
mod log;
mod output;
mod replace;
mod session;
mod signals;
pub mod terminal;
mod timestamp;
pub mod token;
pub mod world;

use std::ffi::OsString;

pub use cli::command;
pub use error::report_panic;

use cli::{CacheArguments, Cli, Command, Deferred, Eks, EksCommand, Stop};
use world::World;

/// Runs one command line: `arguments` begins with the program's name, as in `std::env::args_os`.
///
/// Standard output gets one whole document or nothing; every failure is one `ekscred: error:` line on standard
/// error, at most one `hint:` line, and an exit code that the README lists. (`doctor` tells failures in its document.)
pub fn run(arguments: impl IntoIterator<Item = OsString>, world: &World) -> u8 {
    match parse_and_dispatch(arguments, world) {
        Ok(code) => code,
        Err(error) => {
            world.say(&error::render(&error));
            error::exit_code(&error)
        }
    }
}

fn parse_and_dispatch(arguments: impl IntoIterator<Item = OsString>, world: &World) -> anyhow::Result<u8> {
    log::start(world);
    let mut arguments = arguments.into_iter().peekable();
    let program = arguments.peek().cloned().unwrap_or_default();
    let Cli { globals, command } = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(Stop::Show(text)) => return world.print(&text).map(|()| 0),
        Err(Stop::Fail(failure)) => return Err(failure.into()),
    };
    if globals.debug.is_some() {
        log::show(world);
    }
    match command {
        Command::GetToken(Deferred(arguments))
        | Command::Eks(Deferred(Eks { command: EksCommand::GetToken(Deferred(arguments)), .. })) => {
            commands::get_token::run(&globals, &arguments, world)
        }
        Command::UpdateKubeconfig(Deferred(arguments))
        | Command::Eks(Deferred(Eks { command: EksCommand::UpdateKubeconfig(Deferred(arguments)), .. })) => {
            commands::update_kubeconfig::run(&globals, &arguments, &program, world)
        }
        Command::ConvertKubeconfig(Deferred(arguments)) => {
            commands::convert_kubeconfig::run(&globals, &arguments, &program, world)
        }
        Command::Inspect(Deferred(arguments)) => commands::inspect::run(&globals, &arguments, world),
        Command::Doctor(Deferred(arguments)) => return commands::doctor::run(&globals, arguments, world),
        Command::Version(Deferred(arguments)) => commands::version::run(&globals, &arguments, world),
        Command::Cache(Deferred(CacheArguments { command, .. })) => commands::cache::run(&globals, &command, world),
        Command::Completions(Deferred(arguments)) => commands::completions::run(&arguments, world),
    }
    .map(|()| 0)
}
