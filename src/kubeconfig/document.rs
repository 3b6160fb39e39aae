//! One kubeconfig's text, and what it says. An edit changes what it says; [`Document::commit`] then brings the text in
//! line, and touches no byte that is not the edit's.

use std::fmt;
use std::path::Path;

use serde_json::{Value, json};

use super::edit::{Editor, Place, Spellings};
use super::layout::{Layout, is_json};
use super::tree::{self, Kind, Node, Tree};
use crate::aws::small_file::shown;
use crate::error::{Failure, configuration, excerpt};

/// Why a file is not read, or not edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    line: Option<usize>,
    why: String,
}

impl Refusal {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self { line: None, why: why.into() }
    }

    pub(super) fn at(text: &str, at: usize, why: impl Into<String>) -> Self {
        let before = text.get(..at).unwrap_or(text);
        Self { line: Some(before.matches('\n').count() + 1), why: why.into() }
    }

    /// The same as an error about this file.
    #[must_use]
    pub fn in_file(&self, path: &Path) -> Failure {
        configuration(format!("{}: {self}", shown(path)))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}

impl std::error::Error for Refusal {}

/// A step of the way to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The value of this key.
    Key(&'a str),
    /// The item of a list whose `name` is this.
    Named(&'a str),
}

/// A kubeconfig's text, and what it says.
#[derive(Debug)]
pub struct Document {
    text: String,
    tree: Tree,
    /// What it says with the edits that are not in the text yet.
    value: Value,
    spellings: Spellings,
}

impl Document {
    /// Takes `text` apart: the first document in it, since kubectl reads no further. An empty one is fine.
    ///
    /// # Errors
    /// kubectl could not read it, or it has what we cannot be sure to read as kubectl does.
    pub fn parse(text: String) -> Result<Self, Refusal> {
        let tree = tree::parse(&text)?;
        let value = tree.value.clone();
        Ok(Self { text, tree, value, spellings: Spellings::new() })
    }

    /// The text, as of the last [`commit`](Self::commit).
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says to kubectl, with all edits: aliases and merges resolved; `Null` where there is nothing.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The same, for good.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.value
    }

    /// The value at the end of `path`.
    #[must_use]
    pub fn get(&self, path: &[Step]) -> Option<&Value> {
        path.iter().try_fold(&self.value, |value, step| step.of(value))
    }

    /// Sets the value at the end of `path`, and makes what is missing on the way; a new item gets its `name`. In an
    /// empty file that begins with the skeleton of a kubeconfig. The text follows with [`commit`](Self::commit).
    ///
    /// # Errors
    /// That place cannot be edited. Nothing is changed.
    pub fn set(&mut self, path: &[Step], value: &Value) -> Result<(), Refusal> {
        let mut value = value.clone();
        if let (Some(Step::Named(name)), Value::Object(item)) = (path.last(), &mut value) {
            item.insert("name".to_owned(), (*name).into());
        }
        if self.get(path) == Some(&value) {
            return Ok(());
        }
        self.check(path, Some(&value))?;
        if self.value.is_null() {
            self.value = skeleton();
        }
        if let Some(place) = reach(&mut self.value, path) {
            *place = value;
        }
        Ok(())
    }

    /// Removes the key or the item at the end of `path`, where there is one.
    ///
    /// # Errors
    /// That place cannot be edited. Nothing is changed.
    pub fn remove(&mut self, path: &[Step]) -> Result<(), Refusal> {
        let Some((last, way)) = path.split_last() else { return Err(Refusal::new("nothing is named to be removed")) };
        if self.get(path).is_none() {
            return Ok(());
        }
        self.check(path, None)?;
        match (reach(&mut self.value, way), last) {
            (Some(Value::Object(map)), Step::Key(key)) => drop(map.remove(*key)),
            (Some(Value::Array(items)), Step::Named(name)) => items.retain(|item| !has_name(item, name)),
            _ => {}
        }
        Ok(())
    }

    /// How the scalar, or the collection in brackets, at the end of `path` is spelled in the text, with all that stands
    /// behind its colon or dash: ` "aws"`, ` ~`, ` [ ]`, or nothing. So [`set_spelled`](Self::set_spelled) can bring it
    /// back. [`None`] where it has lines of its own, or is not in the text.
    #[must_use]
    pub fn spelling(&self, path: &[Step]) -> Option<&str> {
        let way = self.way(path);
        let (node, place) = way.last().filter(|_| way.len() == path.len() + 1)?;
        let is_block = matches!(node.kind, Kind::Map { is_flow: false, .. } | Kind::List { is_flow: false, .. });
        let spelling = self.text.get(place.after?..node.end)?;
        (!is_block).then_some(spelling)
    }

    /// Sets the value at the end of `path`, where there is one, to what `spelling` says, and spells it so.
    ///
    /// # Errors
    /// That place cannot be edited, or `spelling` is not one of [`spelling`](Self::spelling)'s.
    pub fn set_spelled(&mut self, path: &[Step], spelling: &str) -> Result<(), Refusal> {
        let value = tree::parse(spelling)?.value;
        self.set(path, &value)?;
        let way = self.way(path);
        let after = way.last().filter(|_| way.len() == path.len() + 1).and_then(|(_, place)| place.after);
        if let Some(after) = after {
            self.spellings.insert(after, (spelling.to_owned(), value));
        }
        Ok(())
    }

    /// Brings the text in line with all edits since the last time: the bytes of what has not changed stay as they are.
    /// Then the new text is taken apart again and must say what it should.
    ///
    /// # Errors
    /// It cannot be done. The text is as before, and the edits are gone.
    pub fn commit(&mut self) -> Result<(), Refusal> {
        let edited = self.edited();
        self.spellings.clear();
        match edited {
            Ok(Some((text, tree))) => (self.text, self.tree) = (text, tree),
            Ok(None) => {}
            Err(refusal) => {
                self.value = self.tree.value.clone();
                return Err(refusal);
            }
        }
        Ok(())
    }

    /// Whether kubectl reads all of it.
    pub(super) fn check_whole(&self) -> Result<(), Refusal> {
        let why = "a second document begins here, of which kubectl reads nothing";
        self.tree.second.map_or(Ok(()), |second| Err(Refusal::at(&self.text, second, why)))
    }

    /// The new text, taken apart; none where it is the old one.
    fn edited(&self) -> Result<Option<(String, Tree)>, Refusal> {
        if self.value == self.tree.value {
            return Ok(None);
        }
        if let Some(second) = self.tree.second {
            return Err(Refusal::at(
                &self.text,
                second,
                "a second document begins here, of which kubectl knows nothing",
            ));
        }
        let layout = Layout::of(&self.text, self.tree.root.as_ref());
        let mut editor = Editor::new(&self.text, &self.tree, &layout, &self.spellings);
        match &self.tree.root {
            Some(root) if !root.is_nothing() => editor.node(root, Place::ROOT, &self.tree.value, &self.value)?,
            _ => editor.begin(&self.value),
        }
        let text = editor.finish();
        let unsafe_edit = || Refusal::new("it cannot be edited without a risk to what else it says");
        let tree = tree::parse(&text).map_err(|_| unsafe_edit())?;
        let is_right = tree.value == self.value && tree.second.is_none() && (!layout.is_json || is_json(&text));
        if is_right { Ok(Some((text, tree))) } else { Err(unsafe_edit()) }
    }

    /// Whether the text can be made to say `new` at the end of `path`, or nothing there, as far as that shows before all
    /// edits are known.
    fn check(&self, path: &[Step], new: Option<&Value>) -> Result<(), Refusal> {
        self.check_values(path)?;
        let layout = Layout::of(&self.text, None);
        let (no_spellings, way) = (Spellings::new(), self.way(path));
        let mut editor = Editor::new(&self.text, &self.tree, &layout, &no_spellings);
        way.iter().try_for_each(|(node, _)| editor.check(node))?;
        let Some((node, place)) = way.last() else { return Ok(()) };
        let old = path.iter().try_fold(&self.tree.value, |value, step| step.of(value));
        match (way.len() == path.len() + 1, old, new) {
            (true, Some(old), Some(new)) => editor.node(node, *place, old, new),
            (true, ..) => editor.check_all(node),
            // The tree has no such node, but the document says something.
            (false, Some(_), _) => {
                Err(Refusal::at(&self.text, node.start, "a merge key (`<<`), whose value others share"))
            }
            (false, None, _) => Ok(()),
        }
    }

    /// Whether what is on the way is of the kind that the steps want.
    fn check_values(&self, path: &[Step]) -> Result<(), Refusal> {
        let mut value = &self.value;
        for step in path {
            match (step, value) {
                (_, Value::Null) | (Step::Key(_), Value::Object(_)) => {}
                (Step::Named(name), Value::Array(items)) => {
                    if items.iter().filter(|item| has_name(item, name)).count() > 1 {
                        return Err(Refusal::new(format!("duplicate name `{}`", excerpt(name))));
                    }
                }
                (Step::Key(key), _) => return Err(Refusal::new(format!("`{}` is not in a map", excerpt(key)))),
                (Step::Named(name), _) => return Err(Refusal::new(format!("`{}` is not in a list", excerpt(name)))),
            }
            match step.of(value) {
                Some(next) => value = next,
                None => break,
            }
        }
        Ok(())
    }

    /// The nodes on the way from the root to the end of `path`, as far as there are any.
    fn way(&self, path: &[Step]) -> Vec<(&Node, Place)> {
        let Some(root) = &self.tree.root else { return Vec::new() };
        let mut way = vec![(root, Place::ROOT)];
        let (mut node, mut value) = (root, &self.tree.value);
        for step in path {
            let next = match (step, &node.kind, value) {
                (Step::Key(key), Kind::Map { is_flow, pairs }, _) => {
                    let pair = pairs.iter().find(|pair| pair.name.as_deref() == Some(*key));
                    pair.map(|pair| (&pair.value, Place::of_pair(&self.text, pair, *is_flow)))
                }
                (Step::Named(name), Kind::List { is_flow, items }, Value::Array(values)) => {
                    let item = values.iter().position(|item| has_name(item, name)).and_then(|at| items.get(at));
                    item.map(|item| (&item.node, Place::of_item(&self.text, item, *is_flow)))
                }
                _ => None,
            };
            let (Some(found), Some(next_value)) = (next, step.of(value)) else { break };
            way.push(found);
            (node, value) = (found.0, next_value);
        }
        way
    }
}

impl Step<'_> {
    fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Step::Key(key) => value.as_object()?.get(*key),
            Step::Named(name) => value.as_array()?.iter().find(|item| has_name(item, name)),
        }
    }
}

fn has_name(item: &Value, name: &str) -> bool {
    item.get("name").and_then(Value::as_str) == Some(name)
}

/// The place at the end of `path`, with all that is missing made; none where something else is in the way.
fn reach<'v>(value: &'v mut Value, path: &[Step]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => {
            if value.is_null() {
                *value = json!({});
            }
            Some(value.as_object_mut()?.entry(*key).or_insert(Value::Null))
        }
        Step::Named(name) => {
            if value.is_null() {
                *value = json!([]);
            }
            let items = value.as_array_mut()?;
            let at = items.iter().position(|item| has_name(item, name)).unwrap_or_else(|| {
                items.push(json!({ "name": name }));
                items.len() - 1
            });
            items.get_mut(at)
        }
    })
}

/// What the AWS CLI begins a kubeconfig with (`awscli/customizations/eks/kubeconfig.py`).
fn skeleton() -> Value {
    json!({
        "apiVersion": "v1",
        "clusters": [],
        "contexts": [],
        "current-context": "",
        "kind": "Config",
        "preferences": {},
        "users": [],
    })
}
