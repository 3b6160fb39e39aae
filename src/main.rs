//! The process: hands the real clock, environment and streams to the library. Everything else is in `lib.rs`.

#![cfg_attr(unix, no_main)]

#[cfg(unix)]
mod start;
mod stdout;

use std::cell::RefCell;
use std::env;
use std::ffi::OsString;
use std::io::{IsTerminal as _, stderr, stdin};
use std::time::SystemTime;

use ekscred::terminal;
use ekscred::world::{Host, World};

#[cfg(not(unix))]
fn main() -> std::process::ExitCode {
    run(env::args_os()).into()
}

#[expect(clippy::disallowed_methods, reason = "the one place that has the clock, the environment and the streams")]
fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    std::panic::set_hook(Box::new(ekscred::report_panic));
    let world = World::new(Host {
        variable: Box::new(|name| env::var_os(name)),
        environment: Box::new(|| env::vars_os().collect()),
        clock: Box::new(SystemTime::now),
        home: Box::new(dirs::home_dir),
        directory: Box::new(env::current_dir),
        stdin: RefCell::new(Box::new(stdin())),
        stdout: RefCell::new(stdout::stdout()),
        stderr: RefCell::new(Box::new(stderr())),
        stderr_is_terminal: stderr().is_terminal(),
        stdout_is_terminal: Box::new(|| std::io::stdout().is_terminal()),
        ask: Box::new(terminal::ask),
        has_terminal: Box::new(terminal::is_there),
    });
    ekscred::run(arguments, &world)
}
