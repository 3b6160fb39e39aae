//! The two AWS files, `~/.aws/config` and `~/.aws/credentials`, and the profiles in them.
//!
//! Which section is which profile, and what wins where both files speak, follows botocore's
//! `configloader.build_profile_map` and `session.full_config`.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::aws::ini::{Ini, Section};
use crate::aws::shlex;
use crate::cache::Trail;
use crate::error::configuration;
use crate::world::{AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, Variable, World};

/// A larger file is refused: nobody's configuration is, and parsing it would take its size in memory several times.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The text of one AWS file, and where it came from.
#[derive(Debug)]
pub struct File {
    /// Its path, or a word for it where there is none (no home directory).
    pub path: PathBuf,
    text: String,
    /// Why there is no text, for the message that tells where credentials were looked for.
    pub absent: Option<String>,
}

/// Both files as they lie on disk.
#[derive(Debug)]
pub struct Files {
    pub config: File,
    pub credentials: File,
}

impl Files {
    /// Reads both files. A missing file is empty, and so is a thing that is no file (`/dev/null`, a directory), as in
    /// botocore, which also keeps a FIFO from blocking us.
    ///
    /// # Errors
    /// A file that is there and cannot be read, is too large, or is not UTF-8.
    pub fn read(trail: &Trail, world: &World) -> Result<Self> {
        Ok(Self {
            config: File::read(AWS_CONFIG_FILE, "config", trail, world)?,
            credentials: File::read(AWS_SHARED_CREDENTIALS_FILE, "credentials", trail, world)?,
        })
    }

    /// Parses both files.
    ///
    /// # Errors
    /// A file with a line that is invalid; the message names the path and the line.
    pub fn profiles(&self) -> Result<Profiles<'_>> {
        Ok(Profiles { config: self.config.parse()?, credentials: self.credentials.parse()?, files: self })
    }
}

impl File {
    fn read(variable: Variable, default_name: &str, trail: &Trail, world: &World) -> Result<Self> {
        let named = world.raw(variable);
        let path = match &named {
            Some(path) => PathBuf::from(expand(path, world)),
            None => match world.home() {
                Some(home) => home.join(".aws").join(default_name),
                None => return Ok(Self::absent(Path::new("~/.aws").join(default_name), "there is no home directory")),
            },
        };
        let cannot_read = |error: io::Error| {
            let hint = match error.kind() {
                ErrorKind::PermissionDenied => "make it readable for the user that runs ekscred".to_owned(),
                _ => format!("check the file, or set {} to another", variable.name),
            };
            configuration(format!("cannot read {}: {error}", path.display())).hint(hint)
        };
        match trail.metadata(&path) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Self::absent(path, "does not exist"));
            }
            // A container that runs as another user than its image expects has a HOME which it may not enter.
            Err(error) if named.is_none() => return Ok(Self::absent(path, &format!("cannot be looked at ({error})"))),
            Err(error) => return Err(cannot_read(error).into()),
            Ok(metadata) if !metadata.is_file() => return Ok(Self::absent(path, "is not a regular file")),
            Ok(metadata) if metadata.len() > MAX_FILE_BYTES => {
                let message = format!("{} has {} bytes: more than 16 MiB are not read", path.display(), metadata.len());
                let hint = format!("check the file, or set {} to another", variable.name);
                return Err(configuration(message).hint(hint).into());
            }
            Ok(_) => {}
        }
        let bytes = fs::read(&path).map_err(cannot_read)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + memchr::memchr_iter(b'\n', good).count();
            configuration(format!("{}: line {line}: not valid UTF-8", path.display())).hint("save the file as UTF-8")
        })?;
        world.debug(|| format!("read {} ({} bytes)", path.display(), text.len()));
        Ok(Self { path, text, absent: None })
    }

    fn absent(path: PathBuf, why: &str) -> Self {
        Self { path, text: String::new(), absent: Some(why.to_owned()) }
    }

    fn parse(&self) -> Result<Ini<'_>> {
        Ini::parse(&self.text).map_err(|problem| {
            configuration(format!("{}: line {}: {}", self.path.display(), problem.line, problem.message))
                .hint("correct that line; the AWS CLI cannot read the file either")
                .into()
        })
    }
}

/// The profiles of both files.
#[derive(Debug)]
pub struct Profiles<'f> {
    config: Ini<'f>,
    credentials: Ini<'f>,
    /// Where they came from.
    pub files: &'f Files,
}

impl Profiles<'_> {
    /// The profile called `name`; `None` where neither file has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Profile<'_>> {
        // Of several sections for one profile (`[default]` and `[profile default]`, say) the last one counts.
        let config = self.config.sections().rev().find(|section| profile_name(section.name).as_deref() == Some(name));
        let credentials = self.credentials.sections().rev().find(|section| section.name == name);
        (config.is_some() || credentials.is_some()).then_some(Profile { config, credentials })
    }

    /// The `[services NAME]` section of the config file.
    #[must_use]
    pub fn services(&self, name: &str) -> Option<Section<'_>> {
        self.named_section("services", name)
    }

    /// The `[sso-session NAME]` section of the config file.
    #[must_use]
    pub fn sso_session(&self, name: &str) -> Option<Section<'_>> {
        self.named_section("sso-session", name)
    }

    fn named_section(&self, kind: &str, name: &str) -> Option<Section<'_>> {
        self.config.sections().rev().find(|section| section_name(section.name, kind).as_deref() == Some(name))
    }

    /// What to write, where a section is called `name` but is no profile's: each file has its own way to name them.
    #[must_use]
    pub fn misplaced(&self, name: &str) -> Option<String> {
        let prefixed = format!("profile {name}");
        let has = |ini: &Ini<'_>, name: &str| ini.sections().any(|section| section.name == name);
        if has(&self.config, name) {
            return Some(format!("{} has [{name}]: write [{prefixed}] there", self.files.config.path.display()));
        }
        let in_credentials = has(&self.credentials, &prefixed);
        in_credentials
            .then(|| format!("{} has [{prefixed}]: write [{name}] there", self.files.credentials.path.display()))
    }

    /// The names of the profiles in which some section gives `key` this value.
    pub fn having<'p>(&'p self, key: &'p str, value: &'p str) -> impl Iterator<Item = Cow<'p, str>> {
        let has = move |section: &Section<'_>| section.get(key) == Some(value);
        let config = self.config.sections().filter(has).filter_map(|section| profile_name(section.name));
        config.chain(self.credentials.sections().filter(has).map(|section| Cow::Borrowed(section.name)))
    }

    /// The name of every profile, for a suggestion.
    pub fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let config = self.config.sections().filter_map(|section| profile_name(section.name));
        config.chain(self.credentials.sections().map(|section| Cow::Borrowed(section.name)))
    }
}

/// One profile, as the two files have it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Profile<'p> {
    /// Its section in the config file.
    pub config: Option<Section<'p>>,
    /// Its section in the credentials file.
    pub credentials: Option<Section<'p>>,
}

impl<'p> Profile<'p> {
    /// Whether either file has `key`, be it empty.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        [self.config, self.credentials].into_iter().flatten().any(|section| section.get(key).is_some())
    }

    /// The value of `key`; the credentials file wins, key by key. An empty value counts as unset.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'p str> {
        let of = |section: Option<Section<'p>>| section.and_then(|section| section.get(key));
        of(self.credentials).or_else(|| of(self.config)).filter(|value| !value.is_empty())
    }
}

/// The profile that a section of the config file defines: `[default]`, or `[profile NAME]` with the name quoted where it
/// has blanks. Like botocore, takes any first word that begins with `profile`.
fn profile_name(section: &str) -> Option<Cow<'_, str>> {
    if section == "default" {
        return Some(Cow::Borrowed(section));
    }
    section_name(section, "profile")
}

/// The name of a section of some `kind`, `profile` say.
fn section_name<'s>(section: &'s str, kind: &str) -> Option<Cow<'s, str>> {
    let rest = section.strip_prefix(kind)?;
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
    if let Some(name) = rest.strip_prefix(' ')
        && !name.is_empty()
        && name.bytes().all(is_plain)
    {
        return Some(Cow::Borrowed(name));
    }
    let [_kind, name] = <[String; 2]>::try_from(shlex::split(section)?).ok()?;
    Some(Cow::Owned(name))
}

/// Expands `$NAME`, `${NAME}` and a leading `~` or `~/`, as Python's `expandvars` and `expanduser` do. Names that are not
/// set stay as they are, and so does `~user`.
pub(crate) fn expand(path: &OsStr, world: &World) -> OsString {
    let Some(text) = path.to_str() else { return path.to_owned() };
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let (name, end) = variable_name(after);
        match world.verbatim(name).and_then(|value| value.into_string().ok()) {
            Some(value) => {
                expanded.push_str(&value);
                rest = &after[end..];
            }
            None => {
                expanded.push('$');
                rest = after;
            }
        }
    }
    expanded.push_str(rest);
    match (expanded.strip_prefix('~'), world.home()) {
        (Some(rest), Some(mut home)) if rest.is_empty() || rest.starts_with('/') => {
            home.push(rest.trim_start_matches('/'));
            home.into_os_string()
        }
        _ => expanded.into(),
    }
}

/// The variable name that `text` (what follows a `$`) begins with, and where it ends.
fn variable_name(text: &str) -> (&str, usize) {
    if let Some(braced) = text.strip_prefix('{') {
        return braced.split_once('}').map_or(("", 0), |(name, _)| (name, name.len() + 2));
    }
    let end = text.find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    let end = end.unwrap_or(text.len());
    (&text[..end], end)
}
