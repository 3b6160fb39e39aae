//! The debug log: decisions, sources and timings, for `--debug`, `EKSCRED_DEBUG` and `EKSCRED_LOG_FILE`.
//!
//! Its lines never hold a secret key, session token, bearer token or signature; `tests/it/leaks.rs` looks for them.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::world::{EKSCRED_DEBUG, EKSCRED_LOG_FILE, World};

/// Where debug lines go, and since when the program runs.
pub(crate) struct Log {
    to_stderr: bool,
    file: Option<RefCell<File>>,
    started: SystemTime,
}

/// Turns the debug log on where the flag or the environment asks for it. A log that cannot be had costs a warning at
/// most, never the token.
pub(crate) fn start(flag: bool, world: &World) {
    let off = |value: &OsString| matches!(value.to_str(), Some("0" | "false"));
    let to_stderr = flag || world.raw(EKSCRED_DEBUG).is_some_and(|value| !off(&value));
    let file = world.raw(EKSCRED_LOG_FILE).and_then(|path| match open(path.as_ref()) {
        Ok(file) => Some(RefCell::new(file)),
        Err(error) => {
            world.warn(&format!("cannot write the log file {}: {error}", path.display()));
            None
        }
    });
    if to_stderr || file.is_some() {
        world.log_to(Log { to_stderr, file, started: world.now() });
        world.debug(|| format!("ekscred {}", env!("CARGO_PKG_VERSION")));
    }
}

#[expect(clippy::disallowed_methods, reason = "the log is the one file that is written")]
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
        options.mode(0o600);
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
        if let Some(stderr) = stderr.filter(|_| self.to_stderr) {
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
