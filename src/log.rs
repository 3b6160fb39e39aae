//! The debug log: decisions, sources and timings, for `--debug`, `EKSCRED_DEBUG` and `EKSCRED_LOG_FILE`.
//!
//! Its lines never hold a secret key, session token, bearer token or signature; `tests/it/leaks.rs` looks for them.

use std::cell::{Cell, RefCell};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::world::{EKSCRED_DEBUG, EKSCRED_LOG_FILE, World};

/// Where debug lines go, and since when the program runs.
pub(crate) struct Log {
    to_stderr: Cell<bool>,
    file: Option<RefCell<File>>,
    started: SystemTime,
}

/// Turns the debug log on where the environment asks for it, before the command line is read: its errors belong into the
/// log, too. A log that cannot be had costs a warning at most, never the token.
pub(crate) fn start(world: &World) {
    let off = |value: &str| ["0", "false", "no", "off"].iter().any(|off| value.eq_ignore_ascii_case(off));
    let to_stderr = world.raw(EKSCRED_DEBUG).is_some_and(|value| !value.to_str().is_some_and(off));
    let file = world.raw(EKSCRED_LOG_FILE).and_then(|path| match open(path.as_ref()) {
        Ok(file) => Some(RefCell::new(file)),
        Err(error) => {
            world.warn(&format!("cannot write the log file {}: {error}", path.display()));
            None
        }
    });
    if to_stderr || file.is_some() {
        begin(to_stderr, file, world);
    }
}

/// Sends debug lines to standard error from here on, as `--debug` asks.
pub(crate) fn show(world: &World) {
    match world.log() {
        Some(log) => log.to_stderr.set(true),
        None => begin(true, None, world),
    }
}

fn begin(to_stderr: bool, file: Option<RefCell<File>>, world: &World) {
    world.log_to(Log { to_stderr: Cell::new(to_stderr), file, started: world.now() });
    world.debug(|| format!("ekscred {}", env!("CARGO_PKG_VERSION")));
}

#[expect(clippy::disallowed_methods, reason = "the log is the one file that is written")]
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
        options.mode(0o600);
        // There the log would be mixed with the document.
        if ["/dev/stdout", "/dev/fd", "/proc"].iter().any(|stream| path.starts_with(stream)) {
            return Err(io::Error::other("it may be standard output"));
        }
        // Opening one would wait for a reader.
        if fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo()) {
            return Err(io::Error::other("it is a FIFO"));
        }
    }
    options.open(path)
}

impl Log {
    /// Writes one line: to `stderr` (`None` where the person has been told already) with the milliseconds since the
    /// start, to the file with date and process id.
    pub(crate) fn write(&self, line: &str, now: SystemTime, stderr: Option<&mut dyn Write>) {
        if let Some(stderr) = stderr.filter(|_| self.to_stderr.get()) {
            let elapsed = now.duration_since(self.started).unwrap_or_default().as_secs_f64() * 1000.0;
            let _ = writeln!(stderr, "ekscred: debug: {elapsed:.1} ms: {line}");
        }
        if let Some(file) = &self.file {
            let date = OffsetDateTime::from(now).format(&Rfc3339).unwrap_or_default();
            // One write call a line, so that parallel processes append whole lines.
            let _ = file.borrow_mut().write_all(format!("{date} [{}] {line}\n", std::process::id()).as_bytes());
        }
    }
}
