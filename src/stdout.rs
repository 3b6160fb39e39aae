//! Standard output that fails where there is none (`ekscred … >&-`) or where it cannot be written (`1</dev/null`): a token
//! must not vanish with exit code 0.

#![expect(clippy::disallowed_methods, reason = "this is the standard output that World is given")]

#[cfg(unix)]
use std::fs::File;
use std::io::{self, Write};
#[cfg(unix)]
use std::os::fd::AsFd as _;
#[cfg(unix)]
use std::sync::atomic::Ordering;

/// The process's standard output, without a buffer.
#[cfg(unix)]
pub fn stdout() -> Box<dyn Write> {
    if crate::start::NO_STDOUT.load(Ordering::Relaxed) {
        return Box::new(Closed);
    }
    // Not `io::Stdout` itself, which takes a descriptor that is open for reading only for one that swallows all.
    match io::stdout().as_fd().try_clone_to_owned() {
        Ok(descriptor) => Box::new(File::from(descriptor)),
        Err(_) => Box::new(Closed),
    }
}

/// The process's standard output.
#[cfg(not(unix))]
pub fn stdout() -> Box<dyn Write> {
    Box::new(io::stdout())
}

#[cfg(unix)]
struct Closed;

#[cfg(unix)]
impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("it is closed"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
