//! Kubeconfig files: which of them kubectl reads and what they come to together. Editing them byte by byte is
//! `document.rs`, `edit.rs` and what they use; locking and replacing them `store.rs`.

mod align;
pub mod conversion;
pub mod document;
mod edit;
pub mod entries;
pub mod exec;
mod layout;
mod scalar;
pub mod store;
mod tree;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Map, Value};

use crate::aws::small_file::{self, shown};
use crate::error::{Failure, configuration};
use crate::world::{KUBECONFIG, World};
use document::{Document, Refusal};

/// Many times what anybody has: a cluster comes to 2 KB or so.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The files of which a kubeconfig is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// In kubectl's order, none twice, one at least.
    pub files: Vec<PathBuf>,
    /// Whether a flag names the file: then it must exist.
    pub explicit: bool,
}

impl Sources {
    /// The file that `--kubeconfig` names, else the files of `KUBECONFIG`, else `~/.kube/config`: client-go's
    /// `NewDefaultClientConfigLoadingRules`. In the flag `~` is the home directory, since `--kubeconfig=~/x` is not the
    /// shell's to expand; in the variable it is not, since it is not to kubectl.
    ///
    /// # Errors
    /// There is no such file to name.
    pub fn find(flag: Option<&OsStr>, world: &World) -> Result<Self> {
        if let Some(path) = flag {
            if path.is_empty() {
                return Err(crate::error::usage("--kubeconfig is empty").into());
            }
            return Ok(Self { files: vec![expand_home(Path::new(path), world)], explicit: true });
        }
        let files = match world.raw(KUBECONFIG) {
            Some(paths) => split(&paths),
            None => world.home().map(|home| home.join(".kube").join("config")).into_iter().collect(),
        };
        if files.is_empty() {
            let message = match world.raw(KUBECONFIG) {
                Some(_) => "KUBECONFIG names no file",
                None => "there is no home directory to look for .kube/config in",
            };
            return Err(configuration(message).hint("name the file with --kubeconfig").into());
        }
        Ok(Self { files, explicit: false })
    }

    /// Where a new entry goes: the only file, else the first that exists, else the last (client-go's
    /// `GetDefaultFilename`).
    #[must_use]
    pub fn default_file(&self) -> &Path {
        let existing = self.files.iter().find(|file| file.exists());
        existing.or(self.files.last()).map_or(Path::new(""), PathBuf::as_path)
    }
}

/// The paths in the variable, none to a file that another leads to already (`a`, `./a`, a link): who names one twice would
/// wait for the lock that it has itself, or find the file changed by its own hand.
fn split(paths: &OsStr) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    std::env::split_paths(paths)
        .filter(|path| !path.as_os_str().is_empty())
        .filter(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone()).into_os_string()))
        .collect()
}

fn expand_home(path: &Path, world: &World) -> PathBuf {
    match (path.strip_prefix("~"), world.home()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// A list of a kubeconfig, with names in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// `clusters`: where API servers are.
    Clusters,
    /// `contexts`: which user goes to which cluster.
    Contexts,
    /// `users`: how somebody gets in.
    Users,
}

impl List {
    /// The list's key.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            List::Clusters => "clusters",
            List::Contexts => "contexts",
            List::Users => "users",
        }
    }

    /// The key in each item below which all but its name stands.
    #[must_use]
    pub fn item_key(self) -> &'static str {
        match self {
            List::Clusters => "cluster",
            List::Contexts => "context",
            List::Users => "user",
        }
    }
}

/// What kubectl sees: all files in one.
#[derive(Debug)]
pub struct Kubeconfig {
    files: Vec<(PathBuf, Value)>,
}

/// An item of a list, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry<'a> {
    /// What stands below `cluster:`, `context:` or `user:`.
    pub value: &'a Value,
    /// The file. Relative paths in the entry are relative to its folder.
    pub file: &'a Path,
}

impl Kubeconfig {
    /// Reads all of `sources`. A file that does not exist is none, unless a flag names it.
    ///
    /// # Errors
    /// A file cannot be read, or is no kubeconfig to kubectl.
    pub fn read(sources: &Sources) -> Result<Self> {
        let mut files = Vec::new();
        for path in &sources.files {
            match read(path)? {
                Some(text) => {
                    let document = Document::parse(text).map_err(|refusal| refusal.in_file(path))?;
                    check(document.value()).map_err(|refusal| refusal.in_file(path))?;
                    files.push((path.clone(), document.into_value()));
                }
                None if sources.explicit => {
                    return Err(configuration(format!("there is no file {}", shown(path))).into());
                }
                None => {}
            }
        }
        Ok(Self { files })
    }

    /// The name of the current context: of the first file that has one.
    #[must_use]
    pub fn current_context(&self) -> Option<&str> {
        let mut all = self.files.iter().filter_map(|(_, value)| value.get("current-context")?.as_str());
        all.find(|name| !name.is_empty())
    }

    /// The context of this name.
    #[must_use]
    pub fn context(&self, name: &str) -> Option<Entry<'_>> {
        self.entry(List::Contexts, name)
    }

    /// The cluster of this name.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Option<Entry<'_>> {
        self.entry(List::Clusters, name)
    }

    /// The user of this name.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<Entry<'_>> {
        self.entry(List::Users, name)
    }

    /// The item of this name: of the first file that has one.
    #[must_use]
    pub fn entry(&self, list: List, name: &str) -> Option<Entry<'_>> {
        self.files.iter().find_map(|(file, value)| {
            let (_, item) = items(value, list).find(|(item_name, _)| *item_name == name)?;
            Some(Entry { value: item.get(list.item_key()).unwrap_or(&Value::Null), file })
        })
    }

    /// All names in a list, each once, in the order of the files.
    #[must_use]
    pub fn names(&self, list: List) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let names = self.files.iter().flat_map(|(_, value)| items(value, list)).map(|(name, _)| name);
        names.filter(|name| seen.insert(*name)).collect()
    }
}

/// The items of a list that have a name, with it.
fn items(kubeconfig: &Value, list: List) -> impl Iterator<Item = (&str, &Map<String, Value>)> {
    let items = kubeconfig.get(list.key()).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| Some((item.get("name")?.as_str()?, item.as_object()?)))
}

/// The text of a kubeconfig; none where there is no such file.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    let unreadable = |why: &dyn std::fmt::Display| configuration(format!("cannot read {}: {why}", shown(path)));
    match small_file::read(path, MAX_BYTES) {
        Ok(bytes) => {
            String::from_utf8(bytes).map(Some).map_err(|_| unreadable(&"it is no kubeconfig: it is not valid UTF-8"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Whether kubectl takes `value` for a kubeconfig, as far as the lists go in which we look and write.
fn check(value: &Value) -> Result<(), Refusal> {
    let refuse = |why: String| Err(Refusal::new(format!("it is no kubeconfig: {why}")));
    let map = match value {
        Value::Null => return Ok(()),
        Value::Object(map) => map,
        _ => return refuse("it is not a map".to_owned()),
    };
    for (key, expected) in [("apiVersion", "v1"), ("kind", "Config")] {
        match map.get(key) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.is_empty() || text == expected => {}
            Some(_) => return refuse(format!("its {key} is not {expected}")),
        }
    }
    for list in [List::Clusters, List::Contexts, List::Users] {
        check_list(map.get(list.key()), list).or_else(refuse)?;
    }
    Ok(())
}

fn check_list(value: Option<&Value>, list: List) -> Result<(), String> {
    let (key, mut names) = (list.key(), BTreeSet::new());
    let items = match value {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(format!("{key} is not a list")),
    };
    for item in items {
        let Some(item) = item.as_object() else { return Err(format!("an item of {key} is not a map")) };
        // To kubectl a missing name is an empty one.
        let name = match item.get("name") {
            None | Some(Value::Null) => "",
            Some(Value::String(name)) => name,
            Some(_) => return Err(format!("a name in {key} is not text")),
        };
        if !names.insert(name) {
            return Err(format!("duplicate name `{}` in {key}", crate::error::excerpt(name)));
        }
    }
    Ok(())
}
