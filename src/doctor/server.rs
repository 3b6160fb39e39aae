//! The last step: the API server itself, with the kubeconfig's certificates and proxy, asked who we are to it.

use super::identity::Token;
use super::kubeconfig::Patient;
use super::principal::Principal;
use super::report::{Findings, Stop};
use crate::api_server::{Answer, Cause, Problem, Target, who_am_i};
use crate::aws::eks::Cluster;
use crate::error::{other, refusal};
use crate::session::Session;
use crate::world::World;

/// What the steps before have found out.
pub(super) struct Known<'k> {
    pub token: Option<&'k Token>,
    pub principal: Option<&'k Principal>,
    pub cluster: Option<&'k Cluster>,
    /// Whether the principal has an access entry, for certain.
    pub has_entry: bool,
    /// Whether a step before has failed, so that this may not be the cluster, or not the principal, that is meant.
    pub is_astray: bool,
}

pub(super) fn ask(
    known: &Known<'_>,
    patient: &Patient,
    session: &Session<'_>,
    findings: &mut Findings,
    world: &World,
) -> Result<(), Stop> {
    let token = known.token.ok_or_else(|| Stop::Skipped("there is no token that is worth showing to it".to_owned()))?;
    let target = target(patient, known.cluster)?;
    findings.note("server", target.server);
    match who_am_i(&target, &token.bearer, session.context.network, world) {
        Ok(Answer::Known { username, uid, groups }) => {
            findings.headline(format!("it knows the token as {username}"));
            findings.note("user", username);
            if let Some(uid) = uid {
                findings.note("uid", uid);
            }
            findings.note("groups", groups.join(", "));
            Ok(())
        }
        Ok(Answer::Forbidden { message }) => {
            findings.headline("it accepts the token, and does not allow the question whose it is");
            findings.note("message", message);
            Ok(())
        }
        Ok(Answer::Unnamed) => {
            findings.headline("it accepts the token, and is too old to say whose it is");
            Ok(())
        }
        Err(problem) => Err(explain(problem, known)),
    }
}

/// The server of the kubeconfig, or that of the cluster's description where flags name the cluster.
fn target<'t>(patient: &'t Patient, cluster: Option<&'t Cluster>) -> Result<Target<'t>, Stop> {
    if let Some(entry) = &patient.entry {
        return Ok(Target::of_entry(&entry.value, &entry.folder)?);
    }
    let told =
        cluster.and_then(|cluster| Some((cluster.endpoint.as_deref()?, cluster.certificate_authority.as_deref()?)));
    match told {
        Some((endpoint, authority)) => Ok(Target::of_cluster(endpoint, authority)?),
        None => Err(Stop::Skipped("EKS did not tell where the API server is".to_owned())),
    }
}

/// What the earlier steps know of the reason.
fn explain(problem: Problem, known: &Known<'_>) -> Stop {
    let is_private = known.cluster.is_some_and(|cluster| cluster.is_private);
    match (problem.cause, known.principal) {
        (Cause::Unauthorized, _) if known.is_astray => {
            refusal(problem.to_string()).hint("first do what the failed step above says").into()
        }
        (Cause::Unauthorized, Some(principal)) if known.has_entry => {
            refusal(format!("{problem}, though {} has an access entry", principal.mapped))
                .hint("wait a minute if the entry is new; else see that the token is for this very cluster")
                .into()
        }
        (Cause::Unauthorized, Some(principal)) => {
            // Nobody has said whether this is the cluster that the token is for.
            let or_else = if known.cluster.is_some() { "" } else { ", or is not the cluster that the token is for" };
            refusal(format!("{problem}: it does not know {}{or_else}", principal.mapped))
                .hint(principal.remedy(known.cluster))
                .into()
        }
        (Cause::Dns | Cause::Unreachable | Cause::Timeout, _) if is_private => {
            other(format!("{problem}; the cluster's endpoint is private"))
                .hint("connect to the cluster's network (VPN, a host in its VPC), or enable the public endpoint")
                .into()
        }
        _ => problem.into_failure().into(),
    }
}
