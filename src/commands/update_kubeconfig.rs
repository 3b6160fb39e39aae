//! `ekscred update-kubeconfig`: a cluster's entries in the kubeconfig, made or brought up to date.
//!
//! Flags and files are looked at first, then EKS is asked, and only then is anything locked and written.

use std::ffi::OsStr;
use std::fmt::Write as _;

use anyhow::Result;

use crate::aws::answer::Problem;
use crate::aws::arn::Arn;
use crate::aws::eks::{Cluster, Eks};
use crate::aws::endpoint;
use crate::aws::role::Role;
use crate::cache::Trail;
use crate::cli::{self, Format, Globals, UpdateKubeconfig};
use crate::config::{Access, Region};
use crate::error::{configuration, one_line, other, usage};
use crate::exec_info::ExecInfo;
use crate::kubeconfig::document::Document;
use crate::kubeconfig::entries::{Desk, Wish, Written};
use crate::kubeconfig::exec::command_path;
use crate::kubeconfig::{Sources, store};
use crate::output;
use crate::session::{self, Parts, Session};
use crate::world::World;

/// The name of the session of `--assume-role-arn`, as trust policies may know it (awscli's
/// `customizations/eks/update_kubeconfig.py`).
const SESSION_NAME: &str = "EKSDescribeClusterSession";

pub(crate) fn run(globals: &Globals, arguments: &UpdateKubeconfig, program: &OsStr, world: &World) -> Result<()> {
    check(globals, arguments, world)?;
    let sources = find_sources(arguments.kubeconfig.as_deref(), world)?;
    // What cannot be edited costs no request. It is read again when nobody else can write.
    store::read(&sources.files)?;
    let command = command_path(arguments.command.as_deref(), program, world)?;
    let found = look_up(globals, arguments, world)?;
    let edit = |documents: &mut [Document]| {
        let default = sources.files.iter().position(|file| file == sources.default_file()).unwrap_or_default();
        let mut desk = Desk { documents, files: &sources.files, default };
        let is_current = arguments.no_set_context.is_none() && arguments.all.is_none();
        let wish = |cluster| Wish { cluster, flags: arguments, profile: found.profile.as_deref(), command: &command };
        found.clusters.iter().map(|cluster| wish(cluster).write(&mut desk, is_current)).collect::<Result<Vec<_>>>()
    };
    if arguments.dry_run.is_some() {
        let mut documents = store::read(&sources.files)?;
        let written = edit(&mut documents)?;
        return world.print(preview(&mut documents, &sources, &written)?);
    }
    if found.clusters.is_empty() {
        return Ok(());
    }
    let written = store::update(&sources.files, world, edit)?;
    world.print(report(&written, &sources, arguments.verbose.is_some())?)
}

/// The files that kubectl would take, from the root on: so they are told, and the AWS CLI does so.
fn find_sources(flag: Option<&OsStr>, world: &World) -> Result<Sources> {
    let files = Sources::find(flag, world)?.files;
    let directory = world.directory().unwrap_or_default();
    // A file that is named and not there is one to be made.
    Ok(Sources { files: files.iter().map(|file| directory.join(file)).collect(), explicit: false })
}

/// Looks at the flags before anything else happens.
fn check(globals: &Globals, arguments: &UpdateKubeconfig, world: &World) -> Result<()> {
    // No `..`: a flag that nobody handles must not compile.
    let UpdateKubeconfig {
        globals: _,
        name,
        all,
        role_arn,
        assume_role_arn,
        kubeconfig: _, // in Sources::find
        alias,
        user_alias,
        namespace,
        proxy_url,
        command: _, // in command_path
        cache: _,
        no_set_context: _,
        dry_run: _,
        verbose: _,
    } = arguments;
    if globals.inert.no_verify_ssl.is_some() {
        let message = "--no-verify-ssl is refused: whoever sits in between could send clients to a cluster of theirs";
        return Err(usage(message).hint("trust what sits in between with --ca-bundle PATH").into());
    }
    for flag in globals.inert.given().into_iter().filter(|flag| *flag != "--endpoint-url") {
        world.debug(|| format!("{flag} is accepted and has no effect"));
    }
    let of_one = [("--name", name), ("--alias", alias), ("--user-alias", user_alias)];
    let is_empty = |(_, text): &(&str, &Option<String>)| text.as_deref() == Some("");
    if let Some((flag, _)) = of_one.into_iter().chain([("--namespace", namespace)]).find(is_empty) {
        return Err(usage(format!("{flag} is empty")).hint("give a name, or leave the flag out").into());
    }
    if all.is_some() {
        check_all(&of_one)?;
    } else {
        check_name(name.as_deref(), globals.region.as_deref())?;
    }
    check_role("--role-arn", role_arn.as_deref())?;
    check_role("--assume-role-arn", assume_role_arn.as_deref())?;
    proxy_url.as_deref().map_or(Ok(()), check_proxy)
}

/// `--all` goes with no flag that is for one cluster.
fn check_all(of_one: &[(&str, &Option<String>)]) -> Result<()> {
    let Some((flag, _)) = of_one.iter().find(|(_, text)| text.is_some()) else { return Ok(()) };
    Err(usage(format!("both --all and {flag} are given"))
        .hint(format!("{flag} is for one cluster: leave it out, or --all"))
        .into())
}

/// A name such as EKS gives (<https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html>), or an ARN,
/// with no region beside it but its own. What else there is to ARNs is `config/cluster.rs`.
fn check_name(name: Option<&str>, region: Option<&str>) -> Result<()> {
    let Some(name) = name else {
        let hint = "name a cluster with --name NAME, or take every one of the region with --all";
        return Err(usage("neither --name nor --all is given").hint(hint).into());
    };
    if name.starts_with("arn:") {
        let regions = (Arn::parse(name), region.and_then(Region::parse));
        return match regions {
            (Some(arn), Some(region)) if region.name != arn.region => {
                let message =
                    format!("--region {} contradicts the cluster ARN, which is in {}", region.name, arn.region);
                Err(usage(message).hint("leave --region out").into())
            }
            _ => Ok(()),
        };
    }
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric();
    let fits = name.len() <= 100 && name.bytes().all(|byte| is_letter(byte) || b"-_".contains(&byte));
    if fits && name.bytes().next().is_some_and(is_letter) {
        return Ok(());
    }
    Err(usage(format!("`{name}` is not the name of an EKS cluster"))
        .hint("such a name has up to 100 letters, digits, hyphens and underscores")
        .into())
}

fn check_role(flag: &str, arn: Option<&str>) -> Result<()> {
    let Some(arn) = arn else { return Ok(()) };
    let role = Role { arn: arn.to_owned(), session_name: None, external_id: None, duration: None, mfa_serial: None };
    role.invalid_parameter().map_or(Ok(()), |invalid| {
        Err(usage(format!("{flag} `{arn}` is not the ARN of a role")).hint(invalid.rule).into())
    })
}

/// The schemes are those that client-go takes (`ProxyURL` in its `tools/clientcmd/api/types.go`).
fn check_proxy(url: &str) -> Result<()> {
    let uri: Option<http::Uri> = url.parse().ok();
    let fits = |uri: http::Uri| matches!(uri.scheme_str(), Some("http" | "https" | "socks5")) && uri.host().is_some();
    if uri.is_some_and(fits) {
        return Ok(());
    }
    // There can be a password in it.
    Err(usage(format!("--proxy-url `{}` is not the URL of a proxy", endpoint::shown(url)))
        .hint("such as http://proxy.example.com:3128; https and socks5 serve, too")
        .into())
}

/// What EKS tells.
struct Found {
    clusters: Vec<Cluster>,
    /// The profile whose credentials were asked with, where something named it.
    profile: Option<String>,
}

/// Asks EKS about the cluster, or about all clusters of the region.
fn look_up(globals: &Globals, arguments: &UpdateKubeconfig, world: &World) -> Result<Found> {
    let role = cli::Role {
        role_arn: arguments.assume_role_arn.clone(),
        session_name: arguments.assume_role_arn.as_ref().map(|_| SESSION_NAME.to_owned()),
        ..cli::Role::default()
    };
    let access = Access::resolve(globals, &role, &cli::Cache::default(), true, world)?;
    let (name, access) = match &arguments.name {
        Some(name) => access.for_cluster(name).map(|(name, access)| (Some(name), access))?,
        None => (None, access),
    };
    let (cache, trail, exec_info) = (session::cache(globals, &access, world), Trail::default(), ExecInfo::default());
    let parts = Parts { globals, access: &access, exec_info: &exec_info, cache: &cache, trail: &trail, world };
    session::open(parts, |session| {
        let url = globals.inert.endpoint_url.as_deref();
        let eks = Eks::new(&session.context, &session.endpoints.requests, url, session.credentials()?)?;
        let clusters = match &name {
            Some(name) => vec![usable(describe(&eks, name.as_str(), session)?, arguments.name.as_deref())?],
            None => describe_all(&eks, session, world)?,
        };
        Ok(Found { clusters, profile: session.choice.named().map(str::to_owned) })
    })
}

fn describe(eks: &Eks<'_>, name: &str, session: &Session<'_>) -> Result<Cluster> {
    eks.describe(name).map_err(|problem| explain(problem, eks, session))
}

/// The cluster, if it is the one that was meant, and can be used.
fn usable(cluster: Cluster, asked: Option<&str>) -> Result<Cluster> {
    if let Some(arn) = asked.filter(|asked| asked.starts_with("arn:") && **asked != cluster.arn) {
        return Err(configuration(format!("the cluster of that name is {}, not {arn}", cluster.arn))
            .hint("the credentials are of another account: give --profile")
            .into());
    }
    if !cluster.is_usable() {
        return Err(configuration(format!("cluster {} is {}", cluster.name, cluster.status))
            .hint("try again when it is ACTIVE")
            .into());
    }
    if cluster.endpoint.is_none() {
        return Err(other(format!("cluster {}: EKS tells no endpoint of it", cluster.name)).into());
    }
    Ok(cluster)
}

/// Every cluster of the region that can be used. The others are told, and left out: so are those about which these
/// credentials may not ask, unless that is all of them.
fn describe_all(eks: &Eks<'_>, session: &Session<'_>, world: &World) -> Result<Vec<Cluster>> {
    let names = eks.list().map_err(|problem| explain(problem, eks, session))?;
    let (mut clusters, mut refused) = (Vec::new(), Vec::new());
    for name in &names {
        session.context.network.afresh();
        match eks.describe(name) {
            Ok(cluster) if cluster.is_usable() => clusters.push(usable(cluster, None)?),
            Ok(cluster) => world.warn(&format!("cluster {name} is {}, and left out", cluster.status)),
            Err(problem @ Problem::Refused(_)) => refused.push(explain(problem, eks, session)),
            Err(problem) => return Err(problem.into_error()),
        }
    }
    match clusters.is_empty() {
        true if !refused.is_empty() => return Err(refused.swap_remove(0)),
        true => world.warn(&format!("there is no cluster to be had in {}", eks.region)),
        false => refused.iter().for_each(|error| world.warn(&format!("left out: {error:#}"))),
    }
    Ok(clusters)
}

/// What AWS refused, and what to look at.
fn explain(problem: Problem, eks: &Eks<'_>, session: &Session<'_>) -> anyhow::Error {
    let Problem::Refused(refusal) = problem else { return problem.into_error() };
    let profile = &session.choice.name;
    let hint = match refusal.code.as_str() {
        "ResourceNotFoundException" => Some(format!(
            "it was looked for in {}, in the account of profile `{profile}`: see --region and --profile",
            eks.region
        )),
        "AccessDeniedException" => Some(format!(
            "ask as somebody who may: --profile (it was `{profile}`), or --assume-role-arn for these requests alone"
        )),
        _ => None,
    };
    let failure = refusal.into_failure();
    match hint {
        Some(hint) => failure.hint(hint).into(),
        None => failure.into(),
    }
}

/// The file with the entries as it would be; all of them, where `--all` finds clusters in several.
fn preview(documents: &mut [Document], sources: &Sources, written: &[Written]) -> Result<String> {
    let mut texts = Vec::new();
    for (at, (document, file)) in documents.iter_mut().zip(&sources.files).enumerate() {
        document.commit().map_err(|refusal| refusal.in_file(file))?;
        if written.iter().any(|written| written.file == at) {
            texts.push(document.text());
        }
    }
    Ok(texts.join("---\n"))
}

/// What was done, in the AWS CLI's words.
fn report(written: &[Written], sources: &Sources, verbose: bool) -> Result<String> {
    let mut text = String::new();
    for Written { context, user, cluster, is_new, file } in written {
        let (name, path) = (context.name(), sources.files[*file].display());
        let line = match is_new {
            true => format!("Added new context {name} to {path}"),
            false => format!("Updated context {name} in {path}"),
        };
        text.push_str(&one_line(&line));
        text.push('\n');
        if verbose {
            text.push_str("Entries:\n\n");
            for item in [context, user, cluster] {
                let _ = writeln!(text, "{}", output::render(&item.document(), Format::Yaml)?);
            }
        }
    }
    Ok(text)
}
