//! What is examined: a context of the kubeconfig and what its user runs, or what the flags of get-token name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use super::report::{Findings, Stop};
use crate::aws::arn::Arn;
use crate::aws::partition::region_of_server;
use crate::cli::{Doctor, GetToken, Globals, Role};
use crate::config::Region;
use crate::error::{configuration, excerpt, usage};
use crate::exec_info::ExecInfo;
use crate::kubeconfig::exec::{Exec, Plugin, command_path, is_executable};
use crate::kubeconfig::{Entry, Kubeconfig, List, Sources};
use crate::world::World;

/// Everything that decides which token kubectl would send, and where.
pub(super) struct Patient {
    pub globals: Globals,
    pub arguments: GetToken,
    pub exec_info: ExecInfo,
    /// What the exec block adds to the environment.
    pub variables: Vec<(String, OsString)>,
    /// The kubeconfig's cluster entry; `None` where flags name the cluster.
    pub entry: Option<ClusterEntry>,
}

/// A cluster entry of the kubeconfig.
pub(super) struct ClusterEntry {
    pub name: String,
    /// What stands below `cluster:`.
    pub value: Value,
    /// What relative paths in it are relative to.
    pub folder: PathBuf,
}

impl ClusterEntry {
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.value.get(key)?.as_str().filter(|text| !text.is_empty())
    }
}

impl Patient {
    /// The cluster's region, where its entry tells it: by the ARN that is its name, or its server's host name.
    pub(super) fn region(&self) -> Option<String> {
        let entry = self.entry.as_ref()?;
        let of_name = Arn::parse(&entry.name).filter(|arn| arn.service == "eks").map(|arn| arn.region.to_owned());
        let told = of_name.or_else(|| region_of_server(entry.text("server")?))?;
        // It becomes part of a host's name.
        Region::parse(&told).map(|region| region.name)
    }
}

/// Refuses flags that do not go together.
pub(super) fn check_flags(globals: &Globals, arguments: &Doctor) -> Result<()> {
    let Doctor { context, kubeconfig, cluster_name, cluster_id, sts_endpoint, role, globals: _ } = arguments;
    let names_cluster = cluster_name.is_some() || cluster_id.is_some();
    let names_context = context.is_some() || kubeconfig.is_some();
    if names_cluster && names_context {
        return Err(usage("both a cluster and a context of the kubeconfig are named").hint("name one of them").into());
    }
    let Role { role_arn, external_id, session_name, forward_session_name, duration, mfa_serial, mfa_code: _ } = role;
    let of_token = [
        ("--region", globals.region.is_some()),
        ("--profile", globals.profile.is_some()),
        ("--sts-endpoint", sts_endpoint.is_some()),
        ("--role-arn", role_arn.is_some()),
        ("--external-id", external_id.is_some()),
        ("--session-name", session_name.is_some()),
        ("--forward-session-name", forward_session_name.is_some()),
        ("--duration", duration.is_some()),
        ("--mfa-serial", mfa_serial.is_some()),
    ];
    match of_token.iter().find(|(_, given)| *given && !names_cluster) {
        None => Ok(()),
        Some((flag, _)) => Err(usage(format!("{flag} is given without --cluster-name"))
            .hint("name the cluster, or leave the flag out: a context's user has flags of its own")
            .into()),
    }
}

/// Finds what is to be examined.
pub(super) fn find(
    globals: &Globals,
    arguments: Doctor,
    findings: &mut Findings,
    world: &World,
) -> Result<Patient, Stop> {
    let Doctor { context, kubeconfig, cluster_name, cluster_id, sts_endpoint, role, globals: _ } = arguments;
    // How the report is printed is not the plugin's affair.
    let globals = Globals { output: None, query: None, ..globals.clone() };
    if cluster_name.is_some() || cluster_id.is_some() {
        findings.headline("none is needed: flags name the cluster");
        let arguments = GetToken { cluster_name, cluster_id, sts_endpoint, role, ..GetToken::default() };
        let (exec_info, variables, entry) = (ExecInfo::default(), Vec::new(), None);
        return Ok(Patient { globals, arguments, exec_info, variables, entry });
    }
    let sources = Sources::find(kubeconfig.as_deref(), world)?;
    let kubeconfig = Kubeconfig::read(&sources).inspect_err(|_| {
        findings
            .advise("correct the file (`kubectl config view` reads it, too), or name another one with --kubeconfig");
    })?;
    let entries = Entries::find(context, &kubeconfig, &sources, findings)?;
    entries.patient(globals, role.mfa_code, findings, world)
}

/// A context, and the two entries that it names.
struct Entries<'k> {
    context: String,
    user: &'k str,
    user_entry: Entry<'k>,
    cluster: &'k str,
    cluster_entry: Entry<'k>,
}

impl<'k> Entries<'k> {
    /// Those of the `context`, or of the current one.
    fn find(
        context: Option<String>,
        kubeconfig: &'k Kubeconfig,
        sources: &Sources,
        findings: &mut Findings,
    ) -> Result<Self, Stop> {
        let paths: Vec<String> = sources.files.iter().map(|file| file.display().to_string()).collect();
        findings.note("files", paths.join(", "));
        let context = context.or_else(|| kubeconfig.current_context().map(str::to_owned));
        let context = context.ok_or_else(|| no_context(kubeconfig, &paths))?;
        findings.note("context", &*context);
        let entry = kubeconfig.context(&context).ok_or_else(|| {
            configuration(format!("context `{}` is not in {}", excerpt(&context), paths.join(", ")))
                .hint(format!("contexts there: {}", some(&kubeconfig.names(List::Contexts))))
        })?;
        let named = |key: &str| entry.value.get(key).and_then(Value::as_str).unwrap_or_default();
        let (user, cluster) = (named("user"), named("cluster"));
        findings.note("user", user);
        findings.note("cluster", cluster);
        let user_entry = kubeconfig.user(user).ok_or_else(|| missing(&context, "user", user))?;
        let cluster_entry = kubeconfig.cluster(cluster).ok_or_else(|| missing(&context, "cluster", cluster))?;
        Ok(Self { context, user, user_entry, cluster, cluster_entry })
    }

    /// What kubectl would run, and where it would go. A code is good once: no kubeconfig has it.
    fn patient(
        self,
        globals: Globals,
        mfa_code: Option<String>,
        findings: &mut Findings,
        world: &World,
    ) -> Result<Patient, Stop> {
        let exec = self.exec()?;
        findings.note("command", &*exec.command);
        let set: Vec<&str> = exec.env.iter().map(|(name, _)| name.as_str()).collect();
        findings.note("env", set.join(", "));
        check_block(&exec)?;
        check_rivals(self.user, self.user_entry.value, self.cluster_entry.value)?;
        let (exec_info, entry) = (self.exec_info(&exec), self.cluster_entry());
        let variables = exec.env.iter().map(|(name, value)| (name.clone(), value.into())).collect();
        let call = exec.call.map_err(|why| {
            let message = format!("user `{}` {why}", excerpt(self.user));
            match Plugin::named(&exec.command) {
                // kubectl would run it, and get an error.
                Some(Plugin::Ekscred) => Stop::from(usage(message).hint("correct the args of the user's exec block")),
                _ => Stop::Skipped(message),
            }
        })?;
        check_command(&exec.command, self.user_entry.file, world)?;
        findings.headline(format!("context {} runs {}", self.context, exec.command));
        if call.plugin != Plugin::Ekscred {
            findings.note("plugin", format!("{}: examined as ekscred would do its work", call.plugin));
        }
        let GetToken { role: of_user, .. } = call.arguments;
        let role = Role { mfa_code: mfa_code.or(of_user.mfa_code), ..of_user };
        Ok(Patient {
            // How AWS is reached may be said here for this one time.
            globals: Globals { region: None, profile: None, ..globals }.or(call.globals),
            arguments: GetToken { role, ..call.arguments },
            exec_info,
            variables,
            entry: Some(entry),
        })
    }

    fn exec(&self) -> Result<Exec, Stop> {
        let user = excerpt(self.user);
        match Exec::of(self.user_entry.value) {
            Some(exec) => Ok(exec.map_err(|why| configuration(format!("user `{user}` {why}")))?),
            None => Err(Stop::Skipped(format!(
                "user `{user}` runs no plugin: it has a certificate or a token of its own, which is none of AWS's"
            ))),
        }
    }

    fn exec_info(&self, exec: &Exec) -> ExecInfo {
        let told = match exec.provide_cluster_info {
            true => ExecInfo::of_cluster_entry(self.cluster_entry.value),
            false => ExecInfo::default(),
        };
        let is_mute = exec.interactive_mode.as_deref() == Some("Never");
        ExecInfo { interactive: is_mute.then_some(false), ..told }
    }

    fn cluster_entry(&self) -> ClusterEntry {
        let folder = self.cluster_entry.file.parent().map(ToOwned::to_owned).unwrap_or_default();
        ClusterEntry { name: self.cluster.to_owned(), value: self.cluster_entry.value.clone(), folder }
    }
}

/// What kubectl would not find. A path that is not absolute is relative to the kubeconfig's folder, a bare name is looked for
/// in `PATH` (client-go's `tools/clientcmd/loader.go`).
fn check_command(name: &str, file: &Path, world: &World) -> Result<(), Stop> {
    let command = Path::new(name);
    let is_there = match command.components().count() {
        1 => command_path(None, command.as_os_str(), world)? != name,
        _ => is_executable(&file.parent().unwrap_or(Path::new("")).join(command)),
    };
    if is_there {
        return Ok(());
    }
    Err(configuration(format!("kubectl cannot find `{}`, which the user runs", excerpt(name)))
        .hint("install it, or let `ekscred convert-kubeconfig` or `update-kubeconfig` write the path of ekscred")
        .into())
}

/// What client-go refuses before it runs anything (client-go's `plugin/pkg/client/auth/exec`).
fn check_block(exec: &Exec) -> Result<(), Stop> {
    let version = exec.api_version.as_deref().unwrap_or_default();
    let short = version.strip_prefix("client.authentication.k8s.io/").unwrap_or_default();
    let mode = exec.interactive_mode.as_deref().unwrap_or_default();
    match short {
        "v1" | "v1beta1" if !["", "Never", "IfAvailable", "Always"].contains(&mode) => Err(configuration(format!(
            "the user's exec block has interactiveMode `{}`, which kubectl refuses",
            excerpt(mode)
        ))
        .hint("write `interactiveMode: IfAvailable` into it")
        .into()),
        "v1" if mode.is_empty() => {
            Err(configuration("the user's exec block has apiVersion v1 and no interactiveMode, which kubectl refuses")
                .hint("write `interactiveMode: IfAvailable` into it")
                .into())
        }
        "v1" | "v1beta1" => Ok(()),
        _ => Err(configuration(format!(
            "the user's exec block has apiVersion `{}`, which kubectl refuses since 1.24",
            excerpt(version)
        ))
        .hint("change it to client.authentication.k8s.io/v1beta1, or run `ekscred update-kubeconfig --name NAME`")
        .into()),
    }
}

/// What kubectl sends in place of the plugin's token (client-go's `exec.go`: a request that has credentials keeps them).
fn check_rivals(user: &str, user_entry: &Value, cluster_entry: &Value) -> Result<(), Stop> {
    let is_given = |key: &&str| user_entry[*key].as_str().is_some_and(|text| !text.is_empty());
    if let Some(key) = ["token", "tokenFile", "username"].iter().find(|key| is_given(key)) {
        let message = format!("user `{}` has a {key} beside its plugin, and kubectl sends that", excerpt(user));
        return Err(configuration(message).hint(format!("take {key} out of the user")).into());
    }
    // Nothing of it is quoted: it may hold a password.
    let authority = cluster_entry["server"].as_str().unwrap_or_default().split("://").nth(1).unwrap_or_default();
    if authority.split(['/', '?', '#']).next().unwrap_or_default().contains('@') {
        return Err(configuration(
            "the cluster's server has a user in its URL, and kubectl sends that in place of a token",
        )
        .hint("take the user out of the URL")
        .into());
    }
    Ok(())
}

fn no_context(kubeconfig: &Kubeconfig, paths: &[String]) -> anyhow::Error {
    let names = kubeconfig.names(List::Contexts);
    if names.is_empty() {
        return configuration(format!("there is no context in {}", paths.join(", ")))
            .hint("run `ekscred update-kubeconfig --name NAME --region REGION`, or name a cluster with --cluster-name")
            .into();
    }
    configuration(format!("{} names no current context", paths.join(", ")))
        .hint(format!("run `kubectl config use-context NAME`; contexts there: {}", some(&names)))
        .into()
}

fn missing(context: &str, kind: &str, name: &str) -> anyhow::Error {
    let what = match name {
        "" => format!("names no {kind}"),
        name => format!("names {kind} `{}`, which does not exist", excerpt(name)),
    };
    configuration(format!("context `{}` {what}", excerpt(context)))
        .hint("run `ekscred update-kubeconfig --name NAME --region REGION`, which writes all three entries")
        .into()
}

/// The first of some names.
fn some(names: &[&str]) -> String {
    let shown: Vec<&str> = names.iter().take(8).copied().collect();
    format!("{}{}", shown.join(", "), if names.len() > 8 { ", ..." } else { "" })
}
