//! The process: hands the real clock, environment and streams to the library. Everything else is in `lib.rs`.

mod stdout;

use std::cell::RefCell;
use std::env;
use std::io::stderr;
use std::process::ExitCode;
use std::time::SystemTime;

use ekscred::terminal;
use ekscred::world::{Host, World};

#[expect(clippy::disallowed_methods, reason = "the one place that has the clock, the environment and the streams")]
fn main() -> ExitCode {
    std::panic::set_hook(Box::new(ekscred::report_panic));
    let world = World::new(Host {
        variable: Box::new(|name| env::var_os(name)),
        clock: Box::new(SystemTime::now),
        home: Box::new(dirs::home_dir),
        stdout: RefCell::new(stdout::stdout()),
        stderr: RefCell::new(Box::new(stderr())),
        ask: Box::new(terminal::ask),
    });
    ekscred::run(env::args_os(), &world)
}
