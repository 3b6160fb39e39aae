//! The start of the process on Unix, in place of the one in Rust's standard library.
//!
//! That one reads `/proc/self/maps` line by line to find the stack's end, which is an eleventh of all the instructions of a
//! token, and it puts `/dev/null` in the place of closed streams before anybody can see that they are closed. What else
//! it does and matters here is done here, but for the message about a stack that is too small. Called from C, Rust code
//! may rely on no more than this.

use std::ffi::{CStr, OsStr, OsString, c_char, c_int};
use std::fs::OpenOptions;
use std::os::fd::{AsFd, IntoRawFd as _};
use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::stdio::{stderr, stdin, stdout};

/// Whether standard output was closed at the start.
pub static NO_STDOUT: AtomicBool = AtomicBool::new(false);

// Sound: the C library calls it once, with arguments as the C standard has them, and no other symbol is called so.
#[expect(unsafe_code, reason = "a symbol's name is not Rust's to check")]
#[unsafe(no_mangle)]
extern "C" fn main(_count: c_int, arguments: *const *const c_char) -> c_int {
    NO_STDOUT.store(!is_open(stdout()), Ordering::Relaxed);
    // In this order: what is opened takes the lowest number that is free.
    for closed in [!is_open(stdin()), !is_open(stdout()), !is_open(stderr())] {
        if closed {
            fill();
        }
    }
    // A broken pipe is an error to be told, not a signal to die of. Children start without this.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGPIPE, Arc::default());
    crate::run(collect(arguments)).into()
}

/// Only an open descriptor can be duplicated.
fn is_open(stream: impl AsFd) -> bool {
    stream.as_fd().try_clone_to_owned().is_ok()
}

/// A closed stream's number must not go to a file or a connection, where messages would end up.
fn fill() {
    #[expect(clippy::disallowed_methods, reason = "nothing is written there")]
    if let Ok(nothing) = OpenOptions::new().read(true).write(true).open("/dev/null") {
        let _ = nothing.into_raw_fd();
    }
}

fn collect(mut arguments: *const *const c_char) -> Vec<OsString> {
    let mut collected = Vec::new();
    // SAFETY: an array of strings, ended by a null pointer.
    #[expect(unsafe_code, reason = "a C array's end is not Rust's to check")]
    while let Some(argument) = unsafe { arguments.read().as_ref() } {
        collected.push(OsStr::from_bytes(unsafe { CStr::from_ptr(argument) }.to_bytes()).to_owned());
        arguments = unsafe { arguments.add(1) };
    }
    collected
}

/// The power function, in place of the C library's. Only the AWS SDK's rate limiter calls it, which is never switched on,
/// and for its sake every run would load libm: a sixtieth of a token's instructions.
// Sound: a pure function, with the arguments that the C standard gives it.
#[expect(unsafe_code, reason = "a symbol's name is not Rust's to check")]
#[unsafe(no_mangle)]
extern "C" fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}
