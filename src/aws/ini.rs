//! The dialect of the AWS files: Python's `RawConfigParser`, which botocore reads them with.
//!
//! - `key = value` or `key: value`; keys in lower case; no comments behind a value.
//! - A line that begins with `#` or `;`, however indented, is a comment.
//! - A line indented deeper than its key continues the value.
//! - A section or a key that stands twice is an error, and so is a line that is none of these.
//! - What `[DEFAULT]` holds, every section has.
//!
//! Sources: CPython's `configparser.RawConfigParser._read`, botocore's `configloader.raw_config_parse`.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr2, memchr2_iter};

/// A parsed file. It borrows from the text wherever that serves.
#[derive(Debug, Default)]
pub struct Ini<'t> {
    sections: Vec<Header<'t>>,
    defaults: Vec<Entry<'t>>,
    entries: Vec<Entry<'t>>,
}

/// A section's name, its line, and which entries are its.
#[derive(Debug)]
struct Header<'t> {
    name: &'t str,
    line: usize,
    entries: Range<usize>,
}

#[derive(Debug)]
struct Entry<'t> {
    key: Cow<'t, str>,
    value: Cow<'t, str>,
    line: usize,
}

/// One section of a file.
#[derive(Clone, Copy, Debug)]
pub struct Section<'i> {
    /// What stands between the brackets, as it stands.
    pub name: &'i str,
    entries: &'i [Entry<'i>],
    defaults: &'i [Entry<'i>],
}

/// Why a file cannot be read. The message quotes nothing of the file, which may hold secrets.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: &'static str,
}

/// The section whose entries every other section inherits.
const DEFAULTS: &str = "DEFAULT";

impl<'t> Ini<'t> {
    /// Parses a whole file, in time linear in its size.
    ///
    /// # Errors
    /// A line that Python's parser, or botocore after it, would refuse the file for.
    pub fn parse(text: &'t str) -> Result<Self, Problem> {
        let mut parser = Parser::default();
        for (index, line) in lines(text.strip_prefix('\u{feff}').unwrap_or(text)).enumerate() {
            parser.line(index + 1, line)?;
        }
        parser.finish()
    }

    /// The sections, in the order of the file.
    #[must_use]
    pub fn sections(&self) -> impl DoubleEndedIterator<Item = Section<'_>> {
        self.sections.iter().map(|header| Section {
            name: header.name,
            entries: &self.entries[header.entries.clone()],
            defaults: &self.defaults,
        })
    }
}

impl<'i> Section<'i> {
    /// The value of `key` (lower case), its own or inherited.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'i str> {
        let find = |entries: &'i [Entry<'i>]| entries.iter().find(|entry| entry.key == key).map(|entry| &*entry.value);
        find(self.entries).or_else(|| find(self.defaults))
    }

    /// Every key, its own and inherited.
    pub fn keys(&self) -> impl Iterator<Item = &'i str> {
        self.entries.iter().chain(self.defaults).map(|entry| &*entry.key)
    }

    /// The value of `inner`, an indented line of its own below `key`; an empty one counts as unset.
    #[must_use]
    pub fn nested(&self, key: &str, inner: &str) -> Option<&'i str> {
        // Such a value begins with a newline, and every line of it is `key = value` (botocore's `_parse_nested`).
        let lines = self.get(key)?.strip_prefix('\n')?.lines();
        let pairs = lines.filter_map(|line| line.split_once('='));
        let mut values = pairs.filter(|(name, _)| name.trim() == inner).map(|(_, value)| value.trim());
        values.next_back().filter(|value| !value.is_empty())
    }
}

/// Lines as Python's universal newlines cut them: at `\n`, `\r\n` and `\r`.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let ends =
        memchr2_iter(b'\n', b'\r', bytes).filter(|&at| !(bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n')));
    let mut start = 0;
    ends.chain([bytes.len()]).map(move |end| {
        let line = &text[start..end];
        start = end + 1;
        line
    })
}

/// The state between two lines.
#[derive(Default)]
struct Parser<'t> {
    ini: Ini<'t>,
    /// The open section's name and line; `None` before the first header. Its entries are those from `start` on.
    section: Option<(&'t str, usize)>,
    start: usize,
    /// Whether the last entry's value is open, to be continued by lines that are indented deeper than `indent`.
    open: bool,
    indent: usize,
    /// Empty lines since the open value's last line: part of it only where it goes on.
    empty_lines: usize,
}

impl<'t> Parser<'t> {
    fn line(&mut self, number: usize, line: &'t str) -> Result<(), Problem> {
        let indented = trim_start(line);
        let content = trim_end(indented);
        match content.as_bytes().first() {
            Some(b'#' | b';') => return Ok(()),
            Some(_) => {}
            None => {
                self.empty_lines += 1;
                return Ok(());
            }
        }
        let indent = line[..line.len() - indented.len()].chars().count();
        if self.open && indent > self.indent {
            self.continue_value(content);
            return Ok(());
        }
        self.end_of_value()?;
        self.indent = indent;
        let problem = |message| Problem { line: number, message };
        if let Some(name) = header(content) {
            self.end_of_section()?;
            self.section = Some((name, number));
            return Ok(());
        }
        if self.section.is_none() {
            return Err(problem("text before the first [section]"));
        }
        let Some(delimiter) = memchr2(b'=', b':', content.as_bytes()) else {
            return Err(problem("neither `key = value`, nor a [section], nor a comment"));
        };
        let key = lower_case(trim_end(&content[..delimiter]));
        if key.is_empty() {
            return Err(problem("a value without a key"));
        }
        let value = Cow::Borrowed(trim_start(&content[delimiter + 1..]));
        self.ini.entries.push(Entry { key, value, line: number });
        self.open = true;
        self.empty_lines = 0;
        Ok(())
    }

    fn continue_value(&mut self, line: &str) {
        if let Some(entry) = self.ini.entries.last_mut() {
            let value = entry.value.to_mut();
            value.extend(std::iter::repeat_n('\n', 1 + self.empty_lines));
            value.push_str(line);
        }
        self.empty_lines = 0;
    }

    /// Closes the open value. One that begins on the next line must be a nested section, `key = value` throughout
    /// (`configloader._parse_nested`).
    fn end_of_value(&mut self) -> Result<(), Problem> {
        if std::mem::take(&mut self.open)
            && let Some(Entry { value: Cow::Owned(text), line, .. }) = self.ini.entries.last()
            && text.starts_with('\n')
            && text.lines().any(|line| !line.is_empty() && !line.contains('='))
        {
            let message = "a nested section needs `key = value` on each of its lines";
            return Err(Problem { line: *line, message });
        }
        Ok(())
    }

    fn end_of_section(&mut self) -> Result<(), Problem> {
        let entries = self.start..self.ini.entries.len();
        if let Some(entry) = duplicate(&self.ini.entries[entries.clone()], |entry| &entry.key) {
            return Err(Problem { line: entry.line, message: "this key stands twice in its section" });
        }
        match self.section {
            Some((DEFAULTS, _)) => self.ini.defaults.extend(self.ini.entries.drain(entries)),
            Some((name, line)) => self.ini.sections.push(Header { name, line, entries }),
            None => {}
        }
        self.start = self.ini.entries.len();
        Ok(())
    }

    fn finish(mut self) -> Result<Ini<'t>, Problem> {
        self.end_of_value()?;
        self.end_of_section()?;
        // [DEFAULT] may stand twice, but for its keys.
        if let Some(entry) = duplicate(&self.ini.defaults, |entry| &entry.key) {
            return Err(Problem { line: entry.line, message: "this key stands twice in its section" });
        }
        match duplicate(&self.ini.sections, |header| header.name) {
            Some(header) => Err(Problem { line: header.line, message: "this section stands twice" }),
            None => Ok(self.ini),
        }
    }
}

/// `str::trim_start`, quick where nothing or only spaces are to go: large files are made of such lines.
fn trim_start(text: &str) -> &str {
    let rest = text.trim_start_matches(' ');
    match rest.as_bytes().first() {
        Some(byte) if byte.is_ascii_graphic() => rest,
        _ => rest.trim_start(),
    }
}

/// `str::trim_end`, likewise.
fn trim_end(text: &str) -> &str {
    let rest = text.trim_end_matches(' ');
    match rest.as_bytes().last() {
        Some(byte) if byte.is_ascii_graphic() => rest,
        _ => rest.trim_end(),
    }
}

/// An item whose name an earlier item has too. Few items are compared with each other; many would take too long.
fn duplicate<T>(items: &[T], name: impl Fn(&T) -> &str) -> Option<&T> {
    if items.len() <= 16 {
        let repeats = |&at: &usize| items[..at].iter().any(|earlier| name(earlier) == name(&items[at]));
        return (1..items.len()).find(repeats).map(|at| &items[at]);
    }
    let mut sorted: Vec<&T> = items.iter().collect();
    sorted.sort_by(|one, other| name(one).cmp(name(other)));
    sorted.windows(2).find(|pair| name(pair[0]) == name(pair[1])).map(|pair| pair[1])
}

/// The name in `[name]`, up to the last bracket; what follows that is ignored.
fn header(line: &str) -> Option<&str> {
    let inside = line.strip_prefix('[')?;
    let name = &inside[..inside.rfind(']')?];
    (!name.is_empty()).then_some(name)
}

fn lower_case(key: &str) -> Cow<'_, str> {
    if key.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(key.to_lowercase())
    }
}
