//! What a kubeconfig's user runs for its tokens: the `exec` block, and what its arguments mean.
//!
//! The arguments of ekscred, `aws` and aws-iam-authenticator are read by ekscred's own parser, which takes them all:
//! whatever it refuses would not work after a conversion either. Nothing here runs a command.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Map, Value};

use crate::cli::{self, Cli, Command, Deferred, Eks, EksCommand, GetToken, Globals, Stop};
use crate::error::{configuration, excerpt, usage};
use crate::world::{AWS_DEFAULT_PROFILE, AWS_PROFILE, PATH, World};

/// The item of `env` in which a converted user keeps its former command.
pub const CONVERTED_FROM: &str = "EKSCRED_CONVERTED_FROM";

/// Variables that choose for aws-iam-authenticator, and mean nothing to ekscred (its `cmd/aws-iam-authenticator/root.go`
/// and `token.go`).
const OF_THE_AUTHENTICATOR: [&str; 2] = ["KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID", "DEFAULT_ROLE"];

/// The `exec` block of a user.
#[derive(Debug)]
pub struct Exec {
    /// The program; with a separator in it, and not absolute, it is relative to the kubeconfig's folder.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Names and values; of a repeated name the last one counts.
    pub env: Vec<(String, String)>,
    /// `client.authentication.k8s.io/v1`, say.
    pub api_version: Option<String>,
    /// `Never`, `IfAvailable` or `Always`.
    pub interactive_mode: Option<String>,
    /// Whether the cluster's entry, and its exec extension, are told to the program.
    pub provide_cluster_info: bool,
    /// What it asks for, and of whom; or why that cannot be told, as a predicate: `runs a shell command`.
    pub call: Result<Call, String>,
}

/// A call for a token that ekscred understands.
#[derive(Debug)]
pub struct Call {
    /// Who is called.
    pub plugin: Plugin,
    /// Its flags that are global ones of ours.
    pub globals: Globals,
    /// The others.
    pub arguments: GetToken,
}

/// The program that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plugin {
    /// `ekscred get-token`, and its other names
    Ekscred,
    /// `aws eks get-token`
    Aws,
    /// `aws-iam-authenticator token`
    Authenticator,
}

/// Whose tokens an exec block gets, as far as the block itself tells. Two that are equal get the same ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The role that is assumed, whoever assumes it.
    pub role_arn: Option<String>,
    /// The profile, of a flag or of `env`; without one, whatever clients are started with decides.
    pub profile: Option<String>,
}

impl Exec {
    /// The `exec` block of `user`, what stands below `user:`. `None` where there is none.
    ///
    /// # Errors
    /// Why kubectl would refuse the block, as a predicate: `has an exec block without a command`.
    #[must_use]
    pub fn of(user: &Value) -> Option<Result<Self, String>> {
        match user.get("exec")? {
            Value::Null => None,
            Value::Object(block) => Some(Self::read(block)),
            other => Some(Err(format!("has an exec block that is {}", kind(other)))),
        }
    }

    fn read(block: &Map<String, Value>) -> Result<Self, String> {
        let text = |key| text(block.get(key), key);
        let mut exec = Self {
            command: text("command")?.unwrap_or_default(),
            args: list(block, "args")?.map(|(at, item)| required(item, &at)).collect::<Result<_, _>>()?,
            env: list(block, "env")?.map(|(at, item)| variable(item, &at)).collect::<Result<_, _>>()?,
            api_version: text("apiVersion")?,
            interactive_mode: text("interactiveMode")?,
            provide_cluster_info: block.get("provideClusterInfo").and_then(Value::as_bool).unwrap_or_default(),
            call: Err(String::new()),
        };
        if exec.command.is_empty() {
            return Err("has an exec block without a command".to_owned());
        }
        exec.call = exec.understand();
        Ok(exec)
    }

    /// The value of a variable that the block sets; an empty one counts as unset.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        let (_, value) = self.env.iter().rfind(|(known, _)| known == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// Whose tokens the block gets; `None` where its call is not understood.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        let Call { globals, arguments, .. } = self.call.as_ref().ok()?;
        let given = |flag: &Option<String>| flag.clone().filter(|value| !value.is_empty());
        let variable = |name| self.variable(name).map(str::to_owned);
        let profile = given(&globals.profile)
            .or_else(|| variable(AWS_PROFILE.name))
            .or_else(|| variable(AWS_DEFAULT_PROFILE.name));
        Some(Identity { role_arn: given(&arguments.role.role_arn), profile })
    }

    /// Reads the arguments, where the command is one whose arguments we know.
    fn understand(&self) -> Result<Call, String> {
        let plugin = match Plugin::named(&self.command) {
            Some(plugin) => plugin,
            // `convert-kubeconfig --command NAME` may have given it any name.
            None if self.variable(CONVERTED_FROM).is_some() => Plugin::Ekscred,
            None => return Err(self.stranger()),
        };
        let not_for_a_token = || format!("runs {plugin}, but not for a token");
        if !self.args.iter().any(|word| word == "get-token" || word == "token") {
            return Err(not_for_a_token());
        }
        let arguments = [OsString::from("ekscred")].into_iter().chain(self.args.iter().map(OsString::from));
        let Cli { globals, command } = cli::parse_another(arguments).map_err(|stop| match stop {
            Stop::Show(_) => format!("runs {plugin} for its help or version"),
            Stop::Fail(failure) => format!("runs {plugin} with arguments that ekscred does not take: {failure}"),
        })?;
        let arguments = match command {
            Command::GetToken(Deferred(arguments)) if plugin != Plugin::Aws => Some(arguments),
            Command::Eks(Deferred(Eks { command: EksCommand::GetToken(Deferred(arguments)), .. }))
                if plugin != Plugin::Authenticator =>
            {
                Some(arguments)
            }
            _ => None,
        };
        let arguments = arguments.ok_or_else(not_for_a_token)?;
        let call = Call { plugin, globals, arguments };
        self.check(&call)?;
        Ok(call)
    }

    /// What the parser lets pass, and what would not be the same token, or none.
    fn check(&self, Call { plugin, globals, arguments }: &Call) -> Result<(), String> {
        if *plugin == Plugin::Authenticator
            && let Some(name) = OF_THE_AUTHENTICATOR.iter().find(|name| self.variable(name).is_some())
        {
            return Err(format!("runs {plugin} with {name} in its env, which ekscred does not read"));
        }
        if globals.inert.no_sign_request.is_some() {
            return Err(format!("runs {plugin} with --no-sign-request, and a cluster refuses an unsigned token"));
        }
        let cluster = arguments.cluster_name.as_ref().or(arguments.cluster_id.as_ref());
        match cluster {
            // The AWS CLI reads a file there; ekscred takes it for a name.
            Some(name) if *plugin == Plugin::Aws && (name.starts_with("file://") || name.starts_with("fileb://")) => {
                Err(format!("runs {plugin} with a cluster name that is read from a file"))
            }
            // ekscred can have it from the cluster's entry.
            None if *plugin != Plugin::Ekscred => Err(format!("runs {plugin} without the name of a cluster")),
            _ => Ok(()),
        }
    }

    /// Why a command that is none of the three is left alone. Quotes no arguments: there can be secrets in them.
    fn stranger(&self) -> String {
        let name = excerpt(program(&self.command));
        match name.as_str() {
            "sh" | "bash" | "dash" | "zsh" | "fish" | "ash" | "ksh" | "cmd" | "powershell" | "pwsh" => {
                format!("runs a shell command ({name}): put ekscred into it by hand")
            }
            _ if self.args.iter().any(|argument| Plugin::named(argument).is_some()) => {
                format!("runs {name}, a wrapper: point its inner command at ekscred by hand")
            }
            _ => format!("runs {name}, not a plugin for EKS that ekscred knows"),
        }
    }
}

impl Plugin {
    /// Recognises a command by the last part of its path, `.exe` or not.
    #[must_use]
    pub fn named(command: &str) -> Option<Self> {
        match program(command) {
            "ekscred" => Some(Self::Ekscred),
            "aws" => Some(Self::Aws),
            "aws-iam-authenticator" => Some(Self::Authenticator),
            _ => None,
        }
    }
}

impl fmt::Display for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ekscred => "ekscred",
            Self::Aws => "aws",
            Self::Authenticator => "aws-iam-authenticator",
        })
    }
}

/// How a user without an `exec` block gets in, as a predicate.
#[must_use]
pub fn without_exec(user: &Value) -> String {
    let means = [
        (&["client-certificate", "client-certificate-data"][..], "a client certificate"),
        (&["token", "tokenFile"], "a token of its own"),
        (&["username", "password"], "a password"),
        (&["auth-provider"], "an auth provider"),
    ];
    let is_given = |key: &&str| user.get(*key).is_some_and(|value| !value.is_null());
    let means =
        means.into_iter().find(|(keys, _)| keys.iter().any(is_given)).map_or("no credentials", |(_, name)| name);
    format!("has no exec block, but {means}")
}

/// What to write as a user's `command`, so that clients without our `PATH`, desktop applications say, find it: what
/// `--command` says, word for word; else this very program, as an absolute path where one can be found.
///
/// Symbolic links stay: what a package manager's link points to is gone after the next upgrade.
///
/// # Errors
/// An empty `--command`, and a path that is not UTF-8, which no kubeconfig can hold.
pub fn command_path(flag: Option<&OsStr>, program: &OsStr, world: &World) -> Result<String> {
    if flag.is_some_and(OsStr::is_empty) {
        return Err(usage("--command is empty").hint("name what clients are to run").into());
    }
    let path = flag.map_or_else(|| absolute_path(Path::new(program), world), OsString::from);
    path.into_string().map_err(|path| {
        configuration(format!("{} is not valid UTF-8, and a kubeconfig can hold no such path", path.display()))
            .hint("name what clients are to run with --command NAME")
            .into()
    })
}

/// The path of the program that was started as `program`: relative to the current directory where it has a separator,
/// else the first of that name in `PATH`, else as it is.
fn absolute_path(program: &Path, world: &World) -> OsString {
    if program.is_absolute() || program.components().count() > 1 {
        return absolute(program, world).into_os_string();
    }
    let folders = world.raw(PATH).unwrap_or_default();
    // An empty part of `PATH` is the current directory.
    let mut candidates = std::env::split_paths(&folders).map(|folder| absolute(&folder.join(program), world));
    candidates.find(|path| is_executable(path)).map_or_else(|| program.as_os_str().to_owned(), PathBuf::into_os_string)
}

/// `path` from the root on, symbolic links and all. Going through the parts leaves `./` out.
fn absolute(path: &Path, world: &World) -> PathBuf {
    let directory = world.directory().unwrap_or_default();
    directory.join(path).components().collect()
}

/// Whether a program can be started from there.
pub(crate) fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    let may_run = rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
    #[cfg(not(unix))]
    let may_run = true;
    may_run && path.is_file()
}

/// The last part of a path, of Windows or another system, less `.exe`.
fn program(command: &str) -> &str {
    let name = command.rsplit(['/', '\\']).next().unwrap_or(command);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// The items of a list, each with its place in words; an absent list is empty.
fn list<'a>(block: &'a Map<String, Value>, key: &str) -> Result<impl Iterator<Item = (String, &'a Value)>, String> {
    let items = match block.get(key) {
        None | Some(Value::Null) => &[][..],
        Some(Value::Array(items)) => items,
        Some(other) => return Err(format!("has an exec block whose {key} is {}, not a list", kind(other))),
    };
    let key = key.to_owned();
    Ok(items.iter().enumerate().map(move |(at, item)| (format!("item {} of {key}", at + 1), item)))
}

fn variable(item: &Value, at: &str) -> Result<(String, String), String> {
    let part = |key| required(item.get(key).unwrap_or(&Value::Null), &format!("the {key} of {at}"));
    Ok((part("name")?, part("value")?))
}

fn required(value: &Value, what: &str) -> Result<String, String> {
    text(Some(value), what).map(Option::unwrap_or_default)
}

/// kubectl reads null as an empty text, and refuses whatever else is none.
fn text(value: Option<&Value>, what: &str) -> Result<Option<String>, String> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => {
            Err(format!("has an exec block in which {what} is {}, which kubectl refuses: quote it", kind(other)))
        }
    }
}

/// What a value is, in words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
