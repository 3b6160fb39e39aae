//! `ekscred convert-kubeconfig`: point users of `aws` and aws-iam-authenticator at ekscred, and back. Which users of which
//! files, and what is told about them; what happens to one is `kubeconfig/conversion.rs`.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use crate::aws::small_file::shown;
use crate::cli::{self, Globals};
use crate::error::{configuration, one_line, usage};
use crate::kubeconfig::conversion::{self, Replaced};
use crate::kubeconfig::document::Document;
use crate::kubeconfig::exec::command_path;
use crate::kubeconfig::{Kubeconfig, List, Sources, store};
use crate::world::World;

pub(crate) fn run(_: &Globals, arguments: &cli::ConvertKubeconfig, program: &OsStr, world: &World) -> Result<()> {
    let change = Change::asked_for(arguments, program, world)?;
    let sources = Sources::find(arguments.kubeconfig.as_deref(), world)?;
    let kubeconfig = Kubeconfig::read(&sources)?;
    let (files, user) = match arguments.all.is_some() {
        true => (existing(&sources)?, None),
        false => {
            let (file, user) = user_of(arguments.context.as_deref(), &kubeconfig, &existing(&sources)?)?;
            (vec![file], Some(user))
        }
    };
    let change_all = |documents: &mut [Document]| change.make(&files, documents, user.as_deref());
    if arguments.dry_run.is_some() {
        return preview(&change, &files, change_all, world);
    }
    let reports = store::update(&files, world, change_all)?;
    let lines: String = reports.iter().filter_map(|report| report.line(&change)).map(|line| line + "\n").collect();
    world.print(lines)
}

/// The files that there are.
fn existing(sources: &Sources) -> Result<Vec<PathBuf>> {
    let files: Vec<PathBuf> = sources.files.iter().filter(|file| file.exists()).cloned().collect();
    match files.is_empty() {
        true => Err(configuration(format!("there is no kubeconfig at {}", list(&sources.files)))
            .hint("name one with --kubeconfig PATH")
            .into()),
        false => Ok(files),
    }
}

/// The user of a context, the current one unless it is named, and the file that has this user.
fn user_of(context: Option<&str>, kubeconfig: &Kubeconfig, files: &[PathBuf]) -> Result<(PathBuf, String)> {
    let name = context.or(kubeconfig.current_context()).ok_or_else(|| {
        configuration(format!("there is no current-context in {}", list(files)))
            .hint("name a context with --context NAME, or convert every user with --all")
    })?;
    let context = kubeconfig.context(name).ok_or_else(|| {
        let names = kubeconfig.names(List::Contexts);
        let some = names.iter().take(8).copied().collect::<Vec<_>>().join(", ");
        let hint = match names.len() {
            0 => "there are no contexts; --all goes without them".to_owned(),
            1..=8 => format!("contexts there: {some}"),
            _ => format!("contexts there: {some}, ..."),
        };
        configuration(format!("there is no context `{name}` in {}", list(files))).hint(hint)
    })?;
    let user = context.value.get("user").and_then(Value::as_str).filter(|user| !user.is_empty());
    let user = user.ok_or_else(|| configuration(format!("context `{name}` in {} has no user", shown(context.file))))?;
    let entry = kubeconfig.user(user).ok_or_else(|| {
        configuration(format!("there is no user `{user}`, as context `{name}` has it, in {}", list(files)))
    })?;
    Ok((entry.file.to_owned(), user.to_owned()))
}

fn list(files: &[PathBuf]) -> String {
    files.iter().map(|file| shown(file)).collect::<Vec<_>>().join(", ")
}

/// Prints what would change as a diff that `patch` takes, and nothing else.
fn preview(
    change: &Change,
    files: &[PathBuf],
    change_all: impl FnOnce(&mut [Document]) -> Result<Vec<Report>>,
    world: &World,
) -> Result<()> {
    let mut documents = store::read(files)?;
    let former: Vec<String> = documents.iter().map(|document| document.text().to_owned()).collect();
    for line in change_all(&mut documents)?.iter().filter_map(|report| report.line(change)) {
        world.debug(|| line);
    }
    let parts = files.iter().zip(&former).zip(&documents);
    world.print(parts.map(|((file, former), document)| diff(file, former, document.text())).collect::<String>())
}

/// A unified diff; nothing where nothing differs.
fn diff(file: &Path, former: &str, text: &str) -> String {
    if former == text {
        return String::new();
    }
    let mut name = shown(file);
    if name.contains(' ') {
        // To `patch` a name ends at the first blank, unless there is a tab.
        name.push('\t');
    }
    let patch = diffy::create_patch(former, text).to_string();
    // The library's two lines of header are of no file.
    let hunks = patch.splitn(3, '\n').nth(2).unwrap_or_default();
    format!("--- {name}\n+++ {name}\n{hunks}")
}

/// What is done to users.
enum Change {
    /// They run this command from now on.
    Convert(String),
    /// They run what they ran before, as it was spelled or not.
    Revert { is_spelled_out: bool },
}

/// What became of a user: another command, nothing, or why nothing.
type Outcome = Result<Option<Replaced>, String>;

/// The same, and which user it is.
struct Report {
    user: String,
    file: PathBuf,
    outcome: Outcome,
}

impl Report {
    /// The line about it, where there is something to tell.
    fn line(&self, change: &Change) -> Option<String> {
        let (user, file) = (&self.user, shown(&self.file));
        Some(one_line(&match &self.outcome {
            Ok(Some(Replaced { former, command })) => format!("{change}ed {user} in {file}: {former} -> {command}"),
            Ok(None) => return None,
            Err(why) => format!("left {user} in {file}: {why}"),
        }))
    }
}

/// `convert` or `revert`
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Convert(_) => "convert",
            Self::Revert { .. } => "revert",
        })
    }
}

impl Change {
    fn asked_for(arguments: &cli::ConvertKubeconfig, program: &OsStr, world: &World) -> Result<Self> {
        let cli::ConvertKubeconfig { globals: _, kubeconfig: _, context, all, revert, dry_run: _, command } = arguments;
        if context.is_some() && all.is_some() {
            return Err(usage("both --context and --all are given").hint("give one of them").into());
        }
        match revert.is_some() {
            true if command.is_some() => Err(usage("both --revert and --command are given")
                .hint("--revert knows the former command of each user")
                .into()),
            true => Ok(Self::Revert { is_spelled_out: true }),
            false => Ok(Self::Convert(command_path(command.as_deref(), program, world)?)),
        }
    }

    /// Changes a user that was asked for by name, or every one that can be changed.
    fn make(&self, files: &[PathBuf], documents: &mut [Document], user: Option<&str>) -> Result<Vec<Report>> {
        let mut reports = Vec::new();
        for (file, document) in files.iter().zip(documents) {
            let users = user.map_or_else(|| users_in(document), |user| vec![user.to_owned()]);
            for (user, outcome) in users.iter().zip(self.make_in(document, &users)) {
                reports.push(Report { user: user.clone(), file: file.clone(), outcome });
            }
        }
        match reports.as_slice() {
            [Report { user: name, file, outcome: Err(why) }] if user.is_some() => {
                Err(configuration(format!("cannot {self} user `{name}` in {}: {why}", shown(file))).into())
            }
            _ => Ok(reports),
        }
    }

    /// Changes these users of one file: all at once, since each commit takes the whole file apart; where that cannot be
    /// written, those that can be, found by halves.
    fn make_in(&self, document: &mut Document, users: &[String]) -> Vec<Outcome> {
        let outcomes = users.iter().map(|user| self.make_for(document, user)).collect();
        match document.commit() {
            Ok(()) => outcomes,
            Err(_) if users.len() == 1 && matches!(self, Self::Revert { is_spelled_out: true }) => {
                Self::Revert { is_spelled_out: false }.make_in(document, users)
            }
            Err(refusal) if users.len() == 1 => vec![Err(refusal.to_string())],
            Err(_) => {
                let (first, second) = users.split_at(users.len() / 2);
                let mut outcomes = self.make_in(document, first);
                outcomes.extend(self.make_in(document, second));
                outcomes
            }
        }
    }

    fn make_for(&self, document: &mut Document, user: &str) -> Outcome {
        match self {
            Self::Convert(command) => conversion::convert(document, user, command),
            Self::Revert { is_spelled_out } => conversion::revert(document, user, *is_spelled_out),
        }
    }
}

/// The users that run something for their tokens.
fn users_in(document: &Document) -> Vec<String> {
    let users = document.value().get("users").and_then(Value::as_array).into_iter().flatten();
    let users = users.filter(|user| user.pointer("/user/exec").is_some_and(|exec| !exec.is_null()));
    users.filter_map(|user| Some(user.get("name")?.as_str()?.to_owned())).collect()
}
