//! Every command, flag and spelling, once. Parsing only: no environment, no files; `config/` gives it meaning.
//!
//! One definition serves all spellings: `ekscred get-token`, the AWS CLI's `eks get-token` with its global flags
//! anywhere, and aws-iam-authenticator's `token -i`. Long flags may be shortened while they stay unambiguous, and
//! of a repeated flag the last wins, as in the AWS CLI.

use std::ffi::OsString;
use std::mem::ManuallyDrop;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::error::{Failure, usage};
use crate::token::PREFIX;

/// Get into Amazon EKS clusters: a kubectl credential plugin that replaces `aws eks get-token`
#[derive(Debug, Parser)]
#[command(
    name = "ekscred",
    version,
    propagate_version = true,
    arg_required_else_help = false,
    infer_long_args = true,
    args_override_self = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one, and it is moved once")]
pub enum Command {
    /// Print an ExecCredential: a token for the cluster. What kubectl runs
    #[command(visible_alias = "token")]
    GetToken(Deferred<GetToken>),
    /// The AWS CLI's names for its own commands: `eks get-token`, `eks update-kubeconfig`
    Eks(Deferred<Eks>),
    /// Add a cluster to the kubeconfig, or bring its entries up to date
    UpdateKubeconfig(Deferred<UpdateKubeconfig>),
    /// Point kubeconfig users of `aws` or `aws-iam-authenticator` at ekscred, and back
    ConvertKubeconfig(Deferred<ConvertKubeconfig>),
    /// Take a token apart and check it against the rules of the server
    Inspect(Deferred<Inspect>),
    /// Walk the way from the kubeconfig to the API server, and tell which step fails and what to do
    Doctor(Deferred<Doctor>),
    /// Print the version
    Version(Deferred<Version>),
    /// List what is kept between runs, clear it, or tell where it is
    Cache(Deferred<CacheArguments>),
    /// Print a shell's completions, for installations without packaged ones
    Completions(Deferred<Completions>),
}

/// The AWS CLI's names for its own commands: `eks get-token`, `eks update-kubeconfig`
#[derive(Debug, Args)]
#[command(arg_required_else_help = false)]
pub struct Eks {
    #[command(subcommand)]
    pub command: EksCommand,
    #[command(flatten)]
    pub globals: Globals,
}

/// The commands of `ekscred eks`.
#[derive(Debug, Subcommand)]
pub enum EksCommand {
    /// Print an ExecCredential: a token for the cluster. What kubectl runs
    GetToken(Deferred<GetToken>),
    /// Add a cluster to the kubeconfig, or bring its entries up to date
    UpdateKubeconfig(Deferred<UpdateKubeconfig>),
}

/// Arguments that clap learns of when their command is the one to run: a command that is not costs next to nothing.
#[derive(Debug)]
pub struct Deferred<T>(pub T);

impl<T: Args> Args for Deferred<T> {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.defer(T::augment_args)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        command.defer(T::augment_args_for_update)
    }
}

impl<T: FromArgMatches> FromArgMatches for Deferred<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, clap::Error> {
        T::from_arg_matches_mut(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// Flags that may stand before or after the command, as the AWS CLI's global flags may. Each level has them for itself:
/// clap's own global flags are cloned into every command.
#[derive(Clone, Debug, Default, Args)]
pub struct Globals {
    /// Region of the cluster and of STS
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Profile of the AWS files to use; beats keys in the environment
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Format of the output
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub output: Option<Format>,
    /// Print only what this JMESPath expression selects
    #[arg(long, value_name = "JMESPATH")]
    pub query: Option<String>,
    /// Log decisions and timings to standard error, never a secret
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub debug: Option<Given>,
    #[command(flatten)]
    pub network: Network,
    #[command(flatten)]
    pub inert: Inert,
}

/// Print an ExecCredential: a token for the cluster. What kubectl runs
#[derive(Debug, Default, Args)]
pub struct GetToken {
    /// Name or ARN of the cluster
    #[arg(long, value_name = "NAME|ARN")]
    pub cluster_name: Option<String>,
    /// Id of a local cluster on AWS Outposts; aws-iam-authenticator's name for the cluster
    #[arg(short = 'i', long, value_name = "ID")]
    pub cluster_id: Option<String>,
    /// Print the bare token, not an ExecCredential
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub token_only: Option<Given>,
    /// API version of the ExecCredential, whatever KUBERNETES_EXEC_INFO asks for
    #[arg(long, value_name = "v1|v1beta1")]
    pub api_version: Option<String>,
    /// STS endpoint to put into the token; EKS itself refuses any but AWS's own
    #[arg(long, value_name = "URL")]
    pub sts_endpoint: Option<String>,
    #[command(flatten)]
    pub role: Role,
    #[command(flatten)]
    pub cache: Cache,
    #[command(flatten)]
    pub globals: Globals,
}

/// Flags about a role that is assumed with whatever credentials the profile or the environment give.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Role")]
#[expect(clippy::struct_field_names, reason = "the names are the flags' own")]
pub struct Role {
    /// Role to assume
    #[arg(short, long, value_name = "ARN")]
    pub role_arn: Option<String>,
    /// External id that the role's trust policy demands
    #[arg(short, long, value_name = "ID")]
    pub external_id: Option<String>,
    /// Name of the role's session [default: EKSGetTokenAuth]
    #[arg(short, long, value_name = "NAME")]
    pub session_name: Option<String>,
    /// Name the role's session as the caller's own one is named
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub forward_session_name: Option<Given>,
    /// Seconds that the role's session lasts
    #[arg(long, value_name = "SECONDS")]
    pub duration: Option<i32>,
    /// MFA device that the role's trust policy demands a code of
    #[arg(long, value_name = "SERIAL")]
    pub mfa_serial: Option<String>,
    /// The code that is asked for first, here or by the profile's role
    #[arg(long, value_name = "CODE")]
    pub mfa_code: Option<String>,
}

/// Flags about what is kept between runs.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Cache")]
#[expect(clippy::struct_field_names, reason = "the names are the flags' own")]
pub struct Cache {
    /// Keep tokens, too, and hand out the one that is kept
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub cache: Option<Given>,
    /// Keep nothing, and use nothing that is kept
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub no_cache: Option<Given>,
    /// Fetch anew what is kept
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub force_refresh: Option<Given>,
    /// Seconds that a kept token must still serve [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(0..=840))]
    pub min_ttl: Option<u64>,
}

/// Flags about how AWS is reached.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Network")]
pub struct Network {
    /// File of the certificates to trust, in PEM
    #[arg(long, value_name = "PATH")]
    pub ca_bundle: Option<OsString>,
    /// Seconds to wait for data, 0 for ever [default: 10]
    #[arg(long, value_name = "SECONDS")]
    pub cli_read_timeout: Option<u64>,
    /// Seconds to wait for a connection, 0 for ever [default: 3]
    #[arg(long, value_name = "SECONDS")]
    pub cli_connect_timeout: Option<u64>,
}

/// The AWS CLI's other global flags. They mean nothing for a token, there as here, and are accepted so that changing
/// one word of a kubeconfig is enough. Only update-kubeconfig heeds one of them, `--endpoint-url`, as in the AWS CLI.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Accepted for the AWS CLI's sake, without effect")]
pub struct Inert {
    /// EKS's endpoint for update-kubeconfig; the AWS CLI, too, ignores it for get-token, see --sts-endpoint
    #[arg(long, hide = true)]
    pub endpoint_url: Option<String>,
    /// The AWS CLI ignores it for get-token's own requests too; refused where a kubeconfig would be written by it
    #[arg(long, hide = true, num_args = 0, default_missing_value = "")]
    pub no_verify_ssl: Option<Given>,
    /// Refused: an unsigned token is useless
    #[arg(long, hide = true, num_args = 0, default_missing_value = "")]
    pub no_sign_request: Option<Given>,
    /// Output has no pages
    #[arg(long, hide = true, num_args = 0, default_missing_value = "")]
    pub no_paginate: Option<Given>,
    /// Output has no colour
    #[arg(long, hide = true)]
    pub color: Option<String>,
    /// There is no pager
    #[arg(long, hide = true, num_args = 0, default_missing_value = "")]
    pub no_cli_pager: Option<Given>,
    /// There is no binary input
    #[arg(long, hide = true)]
    pub cli_binary_format: Option<String>,
    /// There is no auto-prompt
    #[arg(long, hide = true, num_args = 0, default_missing_value = "")]
    pub cli_auto_prompt: Option<Given>,
    /// There is no auto-prompt
    #[arg(long, hide = true, num_args = 0, default_missing_value = "")]
    pub no_cli_auto_prompt: Option<Given>,
    /// Errors are one line
    #[arg(long, hide = true)]
    pub cli_error_format: Option<String>,
}

impl Cli {
    /// Gathers the flags of all levels; the innermost wins, since it stands last.
    fn gather(mut self) -> Self {
        let levels: Vec<&mut Globals> = match &mut self.command {
            Command::GetToken(Deferred(arguments)) => vec![&mut arguments.globals],
            Command::Eks(Deferred(Eks { globals, command: EksCommand::GetToken(Deferred(arguments)) })) => {
                vec![globals, &mut arguments.globals]
            }
            Command::Eks(Deferred(Eks { globals, command: EksCommand::UpdateKubeconfig(Deferred(arguments)) })) => {
                vec![globals, &mut arguments.globals]
            }
            Command::UpdateKubeconfig(Deferred(arguments)) => vec![&mut arguments.globals],
            Command::ConvertKubeconfig(Deferred(arguments)) => vec![&mut arguments.globals],
            Command::Inspect(Deferred(arguments)) => vec![&mut arguments.globals],
            Command::Doctor(Deferred(arguments)) => vec![&mut arguments.globals],
            Command::Version(Deferred(arguments)) => vec![&mut arguments.globals],
            Command::Cache(Deferred(CacheArguments { globals, command })) => {
                let (CacheCommand::List(Deferred(plain))
                | CacheCommand::Clear(Deferred(plain))
                | CacheCommand::Path(Deferred(plain))) = command;
                vec![globals, &mut plain.globals]
            }
            Command::Completions(Deferred(arguments)) => vec![&mut arguments.globals],
        };
        for level in levels {
            self.globals = std::mem::take(level).or(self.globals);
        }
        self
    }
}

impl Globals {
    /// These flags, and of `outer` those that are absent here.
    #[must_use]
    pub fn or(self, outer: Self) -> Self {
        Self {
            region: self.region.or(outer.region),
            profile: self.profile.or(outer.profile),
            output: self.output.or(outer.output),
            query: self.query.or(outer.query),
            debug: self.debug.or(outer.debug),
            network: Network {
                ca_bundle: self.network.ca_bundle.or(outer.network.ca_bundle),
                cli_read_timeout: self.network.cli_read_timeout.or(outer.network.cli_read_timeout),
                cli_connect_timeout: self.network.cli_connect_timeout.or(outer.network.cli_connect_timeout),
            },
            inert: Inert {
                endpoint_url: self.inert.endpoint_url.or(outer.inert.endpoint_url),
                no_verify_ssl: self.inert.no_verify_ssl.or(outer.inert.no_verify_ssl),
                no_sign_request: self.inert.no_sign_request.or(outer.inert.no_sign_request),
                no_paginate: self.inert.no_paginate.or(outer.inert.no_paginate),
                color: self.inert.color.or(outer.inert.color),
                no_cli_pager: self.inert.no_cli_pager.or(outer.inert.no_cli_pager),
                cli_binary_format: self.inert.cli_binary_format.or(outer.inert.cli_binary_format),
                cli_auto_prompt: self.inert.cli_auto_prompt.or(outer.inert.cli_auto_prompt),
                no_cli_auto_prompt: self.inert.no_cli_auto_prompt.or(outer.inert.no_cli_auto_prompt),
                cli_error_format: self.inert.cli_error_format.or(outer.inert.cli_error_format),
            },
        }
    }
}

impl Inert {
    /// The flags that were given, by name.
    #[must_use]
    pub fn given(&self) -> Vec<&'static str> {
        let Inert {
            endpoint_url,
            no_verify_ssl,
            no_sign_request: _, // refused in config/mod.rs and kubeconfig/exec.rs
            no_paginate,
            color,
            no_cli_pager,
            cli_binary_format,
            cli_auto_prompt,
            no_cli_auto_prompt,
            cli_error_format,
        } = self;
        [
            ("--endpoint-url", endpoint_url.is_some()),
            ("--no-verify-ssl", no_verify_ssl.is_some()),
            ("--no-paginate", no_paginate.is_some()),
            ("--color", color.is_some()),
            ("--no-cli-pager", no_cli_pager.is_some()),
            ("--cli-binary-format", cli_binary_format.is_some()),
            ("--cli-auto-prompt", cli_auto_prompt.is_some()),
            ("--no-cli-auto-prompt", no_cli_auto_prompt.is_some()),
            ("--cli-error-format", cli_error_format.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
        .collect()
    }
}

/// Print the version
#[derive(Debug, Args)]
pub struct Version {
    /// Print only the number
    #[arg(short, long)]
    pub short: bool,
    #[command(flatten)]
    pub globals: Globals,
}

/// Add a cluster to the kubeconfig, or bring its entries up to date
///
/// Asks EKS for the cluster, and writes what clients need: a cluster, a user and a context. All else
/// in the file stays as it is, byte for byte. The file is locked as kubectl locks it and replaced
/// whole; the one before is kept beside it, as FILE.ekscred-backup. It has the flags of `aws eks
/// update-kubeconfig`, and more.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct UpdateKubeconfig {
    /// Name or ARN of the cluster
    #[arg(long, value_name = "NAME|ARN")]
    pub name: Option<String>,
    /// Every cluster of the region, in place of one
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub all: Option<Given>,
    /// Role that the kubeconfig's user assumes for its tokens
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,
    /// Role to assume for looking the cluster up, and for nothing else
    #[arg(long, value_name = "ARN")]
    pub assume_role_arn: Option<String>,
    /// Kubeconfig to write [default: the one that kubectl would]
    #[arg(long, value_name = "PATH")]
    pub kubeconfig: Option<OsString>,
    /// Name of the context [default: the user's]
    #[arg(long, value_name = "NAME")]
    pub alias: Option<String>,
    /// Name of the user [default: the cluster's ARN, and a label behind it where that is somebody else's]
    #[arg(long, value_name = "NAME")]
    pub user_alias: Option<String>,
    /// Namespace of the context
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// Proxy through which clients reach the cluster
    #[arg(long, value_name = "URL")]
    pub proxy_url: Option<String>,
    /// What clients are to run [default: this program, as PATH finds it]
    #[arg(long, value_name = "PATH")]
    pub command: Option<OsString>,
    /// Keep tokens between runs: writes `--cache` into the user's arguments
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub cache: Option<Given>,
    /// Leave the current context as it is
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub no_set_context: Option<Given>,
    /// Print the file as it would become, and write nothing
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub dry_run: Option<Given>,
    /// Print the entries, too
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub verbose: Option<Given>,
    #[command(flatten)]
    pub globals: Globals,
}

/// Point kubeconfig users of `aws` or `aws-iam-authenticator` at ekscred, and back
///
/// A user is converted that runs `aws eks get-token` or `aws-iam-authenticator token` with arguments
/// which ekscred takes: its command changes, its arguments stay, and `EKSCRED_CONVERTED_FROM` in its
/// env keeps the former command, by which --revert goes. Users that run anything else are left and
/// named, with the reason.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ConvertKubeconfig {
    /// Kubeconfig to change [default: those that kubectl reads]
    #[arg(long, value_name = "PATH")]
    pub kubeconfig: Option<OsString>,
    /// Context whose user to convert [default: the current one]
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// Every user that can be converted, in place of one
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub all: Option<Given>,
    /// Give converted users their former command back
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub revert: Option<Given>,
    /// Print the change as a diff, and write nothing
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub dry_run: Option<Given>,
    /// What clients are to run [default: this program, as PATH finds it]
    #[arg(long, value_name = "PATH")]
    pub command: Option<OsString>,
    #[command(flatten)]
    pub globals: Globals,
}

/// Take a token apart and check it against the rules of the server
///
/// Tells whose key signed it, for which region, until when it serves, and which of the server's 15
/// rules it breaks. Without --verify nobody is asked. The exit code is 253 where it breaks a rule,
/// and 254 where STS refuses it.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Inspect {
    /// File with a token or an ExecCredential [default: standard input]
    #[arg(value_name = "FILE")]
    pub file: Option<OsString>,
    /// Ask STS, too, whose token it is, as the cluster does
    #[arg(long, num_args = 0, default_missing_value = "")]
    pub verify: Option<Given>,
    /// Cluster that the token is meant for, which --verify needs
    #[arg(long, value_name = "NAME|ARN")]
    pub cluster_name: Option<String>,
    #[command(flatten)]
    pub globals: Globals,
}

/// Walk the way from the kubeconfig to the API server, and tell which step fails and what to do
///
/// The steps are kubeconfig, settings, credentials, identity (STS is asked with the very token that
/// clients would send), cluster (EKS), access (its access entries) and api-server. Each is done,
/// failed, or skipped as not possible, for want of a permission, say. The exit code is that of the
/// first step that failed. No command of a kubeconfig is run.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Doctor {
    /// Context to examine [default: the current one]
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// Kubeconfig to read [default: those that kubectl reads]
    #[arg(long, value_name = "PATH")]
    pub kubeconfig: Option<OsString>,
    /// Name or ARN of a cluster, in place of a context
    #[arg(long, value_name = "NAME|ARN")]
    pub cluster_name: Option<String>,
    /// Id of a local cluster on AWS Outposts, in place of a context
    #[arg(short = 'i', long, value_name = "ID")]
    pub cluster_id: Option<String>,
    /// STS endpoint to put into the token
    #[arg(long, value_name = "URL")]
    pub sts_endpoint: Option<String>,
    #[command(flatten)]
    pub role: Role,
    #[command(flatten)]
    pub globals: Globals,
}

/// List what is kept between runs, clear it, or tell where it is
#[derive(Debug, Args)]
#[command(arg_required_else_help = false)]
pub struct CacheArguments {
    #[command(subcommand)]
    pub command: CacheCommand,
    #[command(flatten)]
    pub globals: Globals,
}

/// The commands of `ekscred cache`.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// List what is kept, for whom and until when; no secret
    List(Deferred<Plain>),
    /// Remove what is kept, and nothing else
    Clear(Deferred<Plain>),
    /// Print the folder of ekscred's own files
    Path(Deferred<Plain>),
}

/// A command without flags of its own.
#[derive(Debug, Args)]
pub struct Plain {
    #[command(flatten)]
    pub globals: Globals,
}

/// Print a shell's completions, for installations without packaged ones
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
    #[command(flatten)]
    pub globals: Globals,
}

/// A shell that completions exist for.
#[expect(clippy::enum_variant_names, reason = "PowerShell is called so")]
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    #[value(name = "powershell")]
    PowerShell,
}

/// A format of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Json,
    Text,
    Yaml,
}

/// What a flag without a value leaves where it is given: an empty text.
///
/// clap's `bool` flags carry a default value each, which it fills in for every level of commands. `Option<Given>` costs
/// nothing while the flag is absent.
pub type Given = String;

/// The whole command-line definition, for the man pages and completions.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Why parsing ended without a command to run.
pub enum Stop {
    /// Help or the version was asked for: the text to print.
    Show(String),
    /// A usage error.
    Fail(Failure),
}

/// Parses `arguments`, the program's name first.
///
/// # Errors
/// [`Stop`], where there is no command to run.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, Stop> {
    // Not dropped: the process ends in a moment, and freeing these takes a twentieth of the whole run's instructions.
    let mut command = ManuallyDrop::new(command());
    let matches = command.try_get_matches_from_mut(arguments);
    let parsed = matches.and_then(|matches| Cli::from_arg_matches_mut(&mut ManuallyDrop::new(matches)));
    parsed.map(Cli::gather).map_err(|error| stop(&error))
}

/// The same, and frees what it built: there may be thousands of command lines, those of a kubeconfig's users, say.
///
/// # Errors
/// As [`parse`].
pub fn parse_another(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, Stop> {
    let matches = command().try_get_matches_from_mut(arguments);
    let parsed = matches.and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches));
    parsed.map(Cli::gather).map_err(|error| stop(&error))
}

fn stop(error: &clap::Error) -> Stop {
    match error.kind() {
        ErrorKind::DisplayHelp => Stop::Show(error.render().to_string()),
        // clap would name the subcommand that `--version` stands behind.
        ErrorKind::DisplayVersion => Stop::Show(format!("ekscred {}\n", env!("CARGO_PKG_VERSION"))),
        _ => Stop::Fail(summary(&error.render().to_string())),
    }
}

/// Makes one line, and a hint, of clap's several: its first paragraph, and its first tip.
fn summary(text: &str) -> Failure {
    let paragraph: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    // An argument that is a token is not repeated.
    let message = paragraph.join(" ");
    let words = message.split(' ').map(|word| if word.contains(PREFIX) { "***" } else { word });
    let message = words.collect::<Vec<_>>().join(" ");
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: "));
    // `Usage: ekscred get-token [OPTIONS]`, say: the command whose help tells more.
    let line = text.lines().find_map(|line| line.trim().strip_prefix("Usage: ")).unwrap_or("ekscred");
    let command: Vec<&str> = line.split(' ').take_while(|word| !word.starts_with(['[', '<', '-'])).collect();
    let help = format!("run `{} --help`", command.join(" "));
    usage(message.strip_prefix("error: ").unwrap_or(&message)).hint(tip.map_or(help, str::to_owned))
}
