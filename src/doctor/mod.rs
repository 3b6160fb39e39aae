//! The walk from a kubeconfig to the API server, one step after the other: which one fails, and what to do about it.
//!
//! Everything is done as `get-token` and kubectl would do it, with the same code where that is ours; but no command of a
//! kubeconfig is ever run. A step that is not possible, for want of a permission say, is told as that, and the walk goes
//! on without it.

mod access;
mod cluster;
mod identity;
mod kubeconfig;
mod principal;
mod report;
mod server;

use anyhow::Result;
use aws_credential_types::Credentials;

use crate::cache::Trail;
use crate::cli::{Doctor, GetToken, Globals};
use crate::config::Request;
use crate::error::{Failure, Kind, one_line};
use crate::session::{self, Parts, Session};
use crate::timestamp;
use crate::world::World;
use kubeconfig::Patient;
use principal::Principal;
pub(crate) use report::Report;
use report::{Findings, Stop};

/// Takes all steps for what the flags name.
///
/// # Errors
/// A usage error. Everything else is in the report.
pub(crate) fn examine(globals: &Globals, arguments: Doctor, world: &World) -> Result<Report> {
    kubeconfig::check_flags(globals, &arguments)?;
    let mut report = Report::default();
    match report.step("kubeconfig", |findings| kubeconfig::find(globals, arguments, findings, world)) {
        Some(patient) => {
            walk(&mut report, &patient, world);
        }
        None => report.end("what the kubeconfig's user runs is not known"),
    }
    Ok(report)
}

/// The steps behind the kubeconfig.
fn walk(report: &mut Report, patient: &Patient, world: &World) {
    // What the exec block sets is for the plugin; kubectl itself goes by what it was started with.
    let of_plugin = &world.with_variables(patient.variables.iter().cloned());
    let trail = Trail::default();
    let opened =
        Request::resolve(&patient.globals, &patient.arguments, &patient.exec_info, of_plugin).and_then(|request| {
            let cache = session::cache(&patient.globals, &request.access, of_plugin);
            let parts = Parts {
                globals: &patient.globals,
                access: &request.access,
                exec_info: &patient.exec_info,
                cache: &cache,
                trail: &trail,
                world: of_plugin,
            };
            session::open(parts, |session| {
                ask_aws(report, patient, &request, session, world);
                Ok(())
            })
        });
    if let Err(error) = opened {
        // Nothing was asked yet: what is wrong are the settings.
        report.step::<()>("settings", |_| Err(Stop::Failed(error)));
        report.end("the settings are invalid");
    }
}

fn ask_aws(report: &mut Report, patient: &Patient, request: &Request, session: &Session<'_>, world: &World) {
    report.step("settings", |findings| settings(patient, request, session, findings));
    let credentials = report.step("credentials", |findings| credentials(request, session, findings, world));
    let Some(credentials) = credentials else { return report.end("there are no credentials") };
    // Each step has all the time that one command has: an STS that hangs must not use up EKS's.
    let network = session.context.network;
    let mut token = None;
    network.afresh();
    let identity = report.step("identity", |findings| {
        identity::ask(&credentials, patient, request, session, &mut token, findings, world)
    });
    network.afresh();
    let described =
        report.step("cluster", |findings| cluster::describe(&credentials, patient, request, session, findings));
    network.afresh();
    let roles = [request.access.role.as_ref().map(|role| &*role.role.arn), session.profile.get("role_arn")];
    let principal = Principal::of(identity.as_ref(), roles);
    let access = report.step("access", |findings| access::find(principal.as_ref(), described.as_ref(), findings));
    let (cluster, is_astray) = (described.as_ref().map(|(cluster, _)| cluster), report.has_failed());
    let is_in = report.step("api-server", |findings| {
        let has_entry = access.is_some();
        let known =
            server::Known { token: token.as_ref(), principal: principal.as_ref(), cluster, has_entry, is_astray };
        server::ask(&known, patient, session, findings, world)
    });
    if is_in.is_some() {
        report.excuse("but the API server lets the token in");
    }
}

/// What flags, environment and AWS files come to.
fn settings(patient: &Patient, request: &Request, session: &Session<'_>, findings: &mut Findings) -> Result<(), Stop> {
    let endpoints = session.endpoints;
    let region = endpoints.token.region.as_deref().unwrap_or("none");
    let named_by = match &patient.arguments {
        GetToken { cluster_name: Some(_), .. } => "--cluster-name",
        GetToken { cluster_id: Some(_), .. } => "--cluster-id",
        _ => "the cluster's exec extension",
    };
    findings.note("cluster", format!("{} (from {named_by})", request.cluster.as_str()));
    findings.note("region", format!("{region} ({})", from(endpoints.region_from)));
    findings.note("profile", session.choice.to_string().trim_start_matches("profile "));
    if let Some(role) = &request.access.role {
        findings.note("role", format!("{} (from --role-arn)", role.role.arn));
    }
    let endpoint = session.token_endpoint()?;
    let is_foreign = endpoints.token.url.is_some();
    findings
        .note("sts", format!("{} ({})", endpoint.url, if is_foreign { "from --sts-endpoint" } else { "AWS's own" }));
    findings.headline(format!("cluster {}, region {region}, {}", request.cluster.as_str(), session.choice));
    Ok(())
}

fn from(origin: &str) -> String {
    match origin.split_once(": ") {
        Some((_, rest)) => format!("nothing says one: {rest}"),
        None => format!("from {origin}"),
    }
}

/// Whose keys they are, never what they are.
fn credentials(
    request: &Request,
    session: &Session<'_>,
    findings: &mut Findings,
    world: &World,
) -> Result<Credentials, Stop> {
    let found = session.credentials();
    let source = session.context.source.get().copied().unwrap_or("nowhere");
    findings.note("source", described(source, request, session));
    let credentials = found.inspect_err(|error| {
        if Failure::of(error).kind() == Kind::Refusal {
            findings.advise(
                "AWS says why: for a role, see its trust policy (who may assume it, external id, MFA), and that the caller may \
                 sts:AssumeRole it",
            );
        }
    })?;
    let id = masked(credentials.access_key_id());
    findings.note("access key id", id.clone());
    if let Some(end) = credentials.expiry() {
        let left = end.duration_since(world.now()).unwrap_or_default().as_secs() / 60;
        findings.note("expires", format!("{} (in {left} min)", timestamp::text(end)));
    }
    findings.headline(format!("{id}, from {}", described(source, request, session)));
    if let ("the environment", Some(variable)) = (source, session.choice.variable()) {
        let profile = one_line(&session.choice.name);
        findings.note("overruled", format!("profile `{profile}` (from {variable}): keys in the environment win"));
        findings.advise(format!(
            "if profile `{profile}` is meant: unset AWS_ACCESS_KEY_ID, or give --profile {profile}, which beats the environment"
        ));
    }
    Ok(credentials)
}

/// Sources that no profile has a say in.
const WITHOUT_PROFILE: [&str; 4] = ["the environment", "a file of boto's", "a container", "instance metadata"];

/// Where credentials come from, in words.
fn described(source: &str, request: &Request, session: &Session<'_>) -> String {
    let profile = match WITHOUT_PROFILE.contains(&source) {
        true => String::new(),
        false => format!(" (profile `{}`)", one_line(&session.choice.name)),
    };
    let role = request.access.role.as_ref();
    let role = role.map_or_else(String::new, |role| format!(", then --role-arn {}", one_line(&role.role.arn)));
    format!("{source}{profile}{role}")
}

/// The ends of an access key id: enough to tell it from others. What does not look like one may be a secret.
fn masked(id: &str) -> String {
    let is_plain = id.len() >= 16 && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    match is_plain {
        true => format!("{}...{}", &id[..4], &id[id.len() - 4..]),
        false => "an id that does not look like one".to_owned(),
    }
}
