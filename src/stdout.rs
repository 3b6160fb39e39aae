//! Standard output that fails where there is none (`ekscred … >&-`) or where it cannot be written (`1</dev/null`).
//!
//! Rust's runtime puts `/dev/null` in the place of a closed stream before `main`. From then on nothing tells it from a
//! stream that somebody sent there on purpose, and a token would vanish with exit code 0. So Linux, where a function
//! can be had before that, looks at the stream first.

#![expect(clippy::disallowed_methods, reason = "this is the standard output that World is given")]

#[cfg(unix)]
use std::fs::File;
use std::io::{self, Write};
#[cfg(unix)]
use std::os::fd::AsFd as _;

/// The process's standard output, without a buffer.
#[cfg(unix)]
pub fn stdout() -> Box<dyn Write> {
    #[cfg(target_os = "linux")]
    if at_start::CLOSED.load(std::sync::atomic::Ordering::Relaxed) {
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

#[cfg(target_os = "linux")]
mod at_start {
    use std::os::fd::AsFd as _;
    use std::sync::atomic::{AtomicBool, Ordering};

    pub(super) static CLOSED: AtomicBool = AtomicBool::new(false);

    extern "C" fn look() {
        // Only an open descriptor can be duplicated.
        CLOSED.store(std::io::stdout().as_fd().try_clone_to_owned().is_err(), Ordering::Relaxed);
    }

    // Sound: the functions of this section are called once, by the C start-up code, before `main` and without
    // arguments that this one would read; and this one calls nothing that needs Rust's runtime.
    #[expect(unsafe_code, reason = "a section is not Rust's to check")]
    #[used]
    #[unsafe(link_section = ".init_array")]
    static LOOK: extern "C" fn() = look;
}
