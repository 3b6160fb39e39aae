//! Who may come in: the cluster's access entry for the principal, and what it allows.

use super::cluster::or_not_possible;
use super::principal::Principal;
use super::report::{Findings, Stop};
use crate::aws::answer::Problem;
use crate::aws::eks::{Cluster, Eks};
use crate::error::refusal;

/// Finds the principal's access entry.
pub(super) fn find(
    principal: Option<&Principal>,
    described: Option<&(Cluster, Eks<'_>)>,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let principal = principal.ok_or_else(|| Stop::Skipped("whom the cluster would see is not known".to_owned()))?;
    let (cluster, eks) =
        described.ok_or_else(|| Stop::Skipped("who may come in is told by EKS, with the cluster".to_owned()))?;
    if !cluster.uses_access_entries() {
        findings.note("aws-auth line", principal.config_map_line());
        return Err(Stop::Skipped(
            "only the aws-auth ConfigMap decides (authentication mode CONFIG_MAP), and it is read by who is in"
                .to_owned(),
        ));
    }
    let entries =
        eks.principals(&cluster.name).map_err(|problem| or_not_possible(problem, "eks:ListAccessEntries", findings))?;
    match entries.iter().find(|entry| principal.is(entry)) {
        Some(entry) => {
            findings.note("access entry", &**entry);
            describe(eks, cluster, entry, findings)
        }
        // Fatal, unless the ConfigMap is asked, too.
        None if cluster.uses_config_map() => {
            findings.note("aws-auth line", principal.config_map_line());
            Err(Stop::Skipped(format!(
                "{} has no access entry, and whether the aws-auth ConfigMap maps it is told to who is in",
                principal.mapped
            )))
        }
        None => Err(refusal(format!(
            "{} has no access entry, so cluster {} does not let it in",
            principal.mapped, cluster.name
        ))
        .hint(principal.remedy(Some(cluster)))
        .into()),
    }
}

/// What the entry makes of the principal.
fn describe(eks: &Eks<'_>, cluster: &Cluster, entry: &str, findings: &mut Findings) -> Result<(), Stop> {
    findings.headline(format!("{entry} has an access entry"));
    match eks.access_entry(&cluster.name, entry) {
        Ok(entry) => {
            findings.note("type", &*entry.kind);
            findings.note("user name", &*entry.username);
            findings.note("groups", listed(&entry.groups));
            let policies = policies(eks, cluster, &entry.principal_arn, findings)?;
            if entry.groups.is_empty() && policies == Some(0) {
                findings.advise(format!(
                    "it allows nothing by itself (no policy, no group): aws eks associate-access-policy --cluster-name {} \
                     --region {} --principal-arn {} --policy-arn POLICY --access-scope type=cluster",
                    cluster.name, cluster.region(), entry.principal_arn
                ));
            }
            Ok(())
        }
        Err(problem) => unless_denied(problem, "eks:DescribeAccessEntry", findings),
    }
}

/// Notes the entry's policies: how many there are, where that may be known.
fn policies(eks: &Eks<'_>, cluster: &Cluster, principal: &str, findings: &mut Findings) -> Result<Option<usize>, Stop> {
    match eks.access_policies(&cluster.name, principal) {
        Ok(policies) => {
            let names: Vec<String> =
                policies.iter().map(|policy| format!("{} ({})", policy.name, policy.scope)).collect();
            findings.note("policies", listed(&names));
            Ok(Some(policies.len()))
        }
        Err(problem) => unless_denied(problem, "eks:ListAssociatedAccessPolicies", findings).map(|()| None),
    }
}

/// A detail that may not be looked at is no reason to stop.
fn unless_denied(problem: Problem, permission: &'static str, findings: &mut Findings) -> Result<(), Stop> {
    match or_not_possible(problem, permission, findings) {
        Stop::Skipped(why) => {
            findings.note("not known", why);
            Ok(())
        }
        failed @ Stop::Failed(_) => Err(failed),
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
