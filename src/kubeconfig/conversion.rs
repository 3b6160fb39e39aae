//! One user's conversion to ekscred, and its way back.
//!
//! A conversion changes two values: the `command`, and an item of `env` that keeps the former one. That item is part of
//! the user, so it survives whatever else edits the file, and it is all that the way back goes by.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::document::{Document, Refusal, Step};
use super::exec::{CONVERTED_FROM, Exec, Plugin, without_exec};

/// A command, and the one that has taken its place.
#[derive(Debug)]
pub struct Replaced {
    /// What it was.
    pub former: String,
    /// What it is.
    pub command: String,
}

/// Lets `user` run `command`, if what it runs is a plugin whose arguments ekscred takes. `None` where it runs ekscred
/// already.
///
/// # Errors
/// Why it cannot be, as a predicate. The user is as before.
pub fn convert(document: &mut Document, user: &str, command: &str) -> Result<Option<Replaced>, String> {
    let exec = exec_of(document, user)?;
    let plugin = exec.call.as_ref().map_err(String::clone)?.plugin;
    if plugin == Plugin::Ekscred || exec.command == command {
        return Ok(None);
    }
    let env = match exec.variable(CONVERTED_FROM) {
        // Somebody gave the user its command back by hand, and left the item.
        Some(item) => Former::read(item)?.env,
        None => spelling(document, user, "env").filter(|spelling| says_nothing(spelling)),
    };
    let spelling = spelling(document, user, "command").filter(|spelling| !comes_back(spelling, &exec.command, command));
    let item = Former { command: exec.command.clone(), spelling, env }.write();
    replace(document, user, exec.command, command.to_owned(), |document| {
        document.set(&in_exec(user, &[ENV, Step::Named(CONVERTED_FROM), Step::Key("value")]), &json!(item))
    })
}

/// Lets a converted `user` run what it ran before. `None` where it is not converted.
///
/// Where `is_spelled_out`, all that was remembered of spellings comes back, too. In a file whose style others have changed
/// since, that need not fit, and the commit fails.
///
/// # Errors
/// Why it cannot be, as a predicate. The user is as before.
pub fn revert(document: &mut Document, user: &str, is_spelled_out: bool) -> Result<Option<Replaced>, String> {
    let Ok(exec) = exec_of(document, user) else { return Ok(None) };
    let Some(item) = exec.variable(CONVERTED_FROM) else { return Ok(None) };
    let former = Former::read(item)?;
    let has_others = exec.env.iter().any(|(name, _)| name != CONVERTED_FROM);
    let (command, env) = (in_exec(user, &[Step::Key("command")]), in_exec(user, &[ENV]));
    replace(document, user, exec.command, former.command, |document| {
        if let Some(spelling) = former.spelling.filter(|_| is_spelled_out) {
            document.set_spelled(&command, &spelling)?;
        }
        match former.env {
            _ if has_others => document.remove(&in_exec(user, &[ENV, Step::Named(CONVERTED_FROM)])),
            Some(spelling) if is_spelled_out => document.set_spelled(&env, &spelling),
            Some(spelling) => document.set(&env, &said_by(&spelling).unwrap_or_default()),
            None => document.remove(&env),
        }
    })
}

const ENV: Step = Step::Key("env");

/// The way to what stands in a user's exec block.
fn in_exec<'a>(user: &'a str, rest: &[Step<'a>]) -> Vec<Step<'a>> {
    let block = [Step::Key("users"), Step::Named(user), Step::Key("user"), Step::Key("exec")];
    [&block, rest].concat()
}

fn exec_of(document: &Document, user: &str) -> Result<Exec, String> {
    let value = document.get(&[Step::Key("users"), Step::Named(user), Step::Key("user")]).unwrap_or(&Value::Null);
    Exec::of(value).unwrap_or_else(|| Err(without_exec(value)))
}

/// Replaces the command and edits `env`: both or neither.
fn replace(
    document: &mut Document,
    user: &str,
    former: String,
    command: String,
    edit_env: impl FnOnce(&mut Document) -> Result<(), Refusal>,
) -> Result<Option<Replaced>, String> {
    let path = in_exec(user, &[Step::Key("command")]);
    let edited = document
        .set(&path, &json!(command))
        .and_then(|()| edit_env(document).or_else(|refusal| document.set(&path, &json!(former)).and(Err(refusal))));
    edited.map_err(|refusal| refusal.to_string())?;
    Ok(Some(Replaced { former, command }))
}

/// What the item of `env` keeps: the bare command; a JSON object where there is more to remember.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Former {
    command: String,
    /// How the command was spelled, if that does not come back by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    spelling: Option<String>,
    /// How `env` was spelled, if it was there and held nothing: ` null`, `[]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    env: Option<String>,
}

impl Former {
    fn write(&self) -> String {
        match self {
            Self { command, spelling: None, env: None } if !command.starts_with('{') => command.clone(),
            _ => json!(self).to_string(),
        }
    }

    /// Nothing gets in by this way but a command that a conversion takes away, and an `env` without items.
    fn read(item: &str) -> Result<Self, String> {
        let former = match item.starts_with('{') {
            true => serde_json::from_str(item).ok(),
            false => Some(Self { command: item.to_owned(), ..Self::default() }),
        };
        former
            .filter(Self::is_of_a_conversion)
            .ok_or_else(|| format!("has an item {CONVERTED_FROM} in its env that no conversion has made"))
    }

    fn is_of_a_conversion(&self) -> bool {
        let Self { command, spelling, env } = self;
        matches!(Plugin::named(command), Some(Plugin::Aws | Plugin::Authenticator))
            && spelling.as_ref().is_none_or(|spelling| said_by(spelling).as_ref() == Some(&json!(command)))
            && env.as_ref().is_none_or(|spelling| says_nothing(spelling))
    }
}

/// How a value in the exec block is spelled, if it is in one piece.
fn spelling(document: &Document, user: &str, key: &str) -> Option<String> {
    document.spelling(&in_exec(user, &[Step::Key(key)])).map(str::to_owned)
}

/// Whether `former`, spelled so, is spelled so again after the value was set to `command` and back: between the quotes
/// that there are, if any, and without what would need others.
fn comes_back(spelling: &str, former: &str, command: &str) -> bool {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    let is_quotable = |character: char| is_plain(character) || " :\\".contains(character);
    let spelling = spelling.trim_start_matches(' ');
    let quoted = ['"', '\''].into_iter().find_map(|quote| spelling.strip_prefix(quote)?.strip_suffix(quote));
    match quoted {
        Some(quoted) => quoted == former && former.chars().all(is_plain) && command.chars().all(is_quotable),
        None => spelling == former && [former, command].iter().all(|text| text.chars().all(is_plain)),
    }
}

fn says_nothing(spelling: &str) -> bool {
    said_by(spelling).is_some_and(|value| value.is_null() || value.as_array().is_some_and(Vec::is_empty))
}

/// The value that a spelling stands for.
fn said_by(spelling: &str) -> Option<Value> {
    Document::parse(spelling.to_owned()).ok().map(Document::into_value)
}
