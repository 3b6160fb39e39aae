//! Files that settings name: tokens, certificates. What such a path leads to may be anything.

use std::fs;
use std::io;
use std::path::Path;

/// The content of a regular file of at most `max` bytes. A FIFO would keep us waiting, a device might never end.
///
/// # Errors
/// It is no such file, or cannot be read.
pub fn read(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if metadata.len() > max {
        return Err(io::Error::other(format!("it is larger than {max} bytes")));
    }
    fs::read(path)
}

/// The same, as text without the blanks around it, such as the newline that an editor or `echo` leaves.
///
/// # Errors
/// Nor may it be empty or anything but UTF-8.
pub fn read_trimmed(path: &Path, max: u64) -> io::Result<String> {
    let text = String::from_utf8(read(path, max)?).map_err(|_| io::Error::other("it is not valid UTF-8"))?;
    match text.trim() {
        "" => Err(io::Error::other("it is empty")),
        text => Ok(text.to_owned()),
    }
}

/// The path, fit for a message: as an AWS file's value it may have the lines below it, keys among them, where these are
/// indented.
#[must_use]
pub fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    match text.split_once(char::is_control) {
        Some((first, _)) => format!("{first}..."),
        None => text,
    }
}
