//! What EKS says of the cluster, and whether the kubeconfig agrees.

use aws_credential_types::Credentials;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::identity::or_unreachable;
use super::kubeconfig::{ClusterEntry, Patient};
use super::report::{Findings, Stop};
use crate::api_server::Target;
use crate::aws::answer::Problem;
use crate::aws::arn::Arn;
use crate::aws::eks::{Cluster, Eks};
use crate::aws::endpoint;
use crate::aws::partition::Partition;
use crate::config::Request;
use crate::error::{Failure, configuration, excerpt};
use crate::session::Session;

/// What AWS answers with where a permission is missing.
const DENIED: [&str; 2] = ["AccessDeniedException", "AccessDenied"];

/// Asks EKS, and gives whom it asked, too.
pub(super) fn describe<'s>(
    credentials: &Credentials,
    patient: &Patient,
    request: &Request,
    session: &Session<'s>,
    findings: &mut Findings,
) -> Result<(Cluster, Eks<'s>), Stop> {
    let name = name(patient, request)?;
    let eks = eks(credentials, patient, session)?;
    let cluster = match eks.describe(&name) {
        Ok(cluster) => cluster,
        Err(Problem::Refused(refusal)) if refusal.code == "ResourceNotFoundException" => {
            // It may be of another account: a cluster can let in whom it likes.
            findings.doubt();
            return Err(not_found(&eks, patient, &name).into());
        }
        Err(problem) => return Err(or_not_possible(problem, "eks:DescribeCluster", findings)),
    };
    findings.note("arn", &*cluster.arn);
    findings.note("status", &*cluster.status);
    if let Some(mode) = &cluster.authentication_mode {
        findings.note("authentication mode", &**mode);
    }
    if let Some(endpoint) = &cluster.endpoint {
        findings.note("endpoint", format!("{endpoint}{}", if cluster.is_private { " (private)" } else { "" }));
    }
    if !cluster.is_usable() {
        return Err(configuration(format!("cluster {name} is {}", cluster.status))
            .hint(format!("wait until `aws eks describe-cluster --name {name}` says ACTIVE, or make another cluster"))
            .into());
    }
    if let Some(entry) = &patient.entry {
        // It may be reached by another name, and be of another account than a cluster of the same name.
        findings.doubt();
        compare_accounts(entry, &cluster)?;
        compare(entry, &cluster, &eks.region)?;
    }
    findings.headline(format!("{name} is {}", cluster.status));
    Ok((cluster, eks))
}

/// EKS in the region of the kubeconfig's entry, else in that which we would ask anyway. (A cluster takes tokens of every
/// region, so that one with another is no fault.) An entry leads to no other partition than the user's: somebody else runs it.
fn eks<'s>(credentials: &Credentials, patient: &Patient, session: &Session<'s>) -> Result<Eks<'s>, Stop> {
    let options = &session.endpoints.requests;
    let own = options.region.clone().or_else(|| session.context.sts.region.get().cloned());
    let partition = Partition::of_region(own.as_deref().unwrap_or_default());
    let of_entry = patient.region().filter(|region| Partition::of_region(region) == partition);
    let region = of_entry.or(own);
    if region.is_none() {
        return Err(Stop::Skipped("no region is known: name it with --region".to_owned()));
    }
    let options = endpoint::Options { region, ..options.clone() };
    Ok(Eks::new(&session.context, &options, None, credentials.clone())?)
}

/// Passes a problem on, as not possible where a permission is missing or nobody answers: that is no fault of the way in.
pub(super) fn or_not_possible(problem: Problem, permission: &str, findings: &mut Findings) -> Stop {
    match problem {
        Problem::Refused(refusal) if DENIED.contains(&refusal.code.as_str()) => Stop::Skipped(format!(
            "no permission for {permission}, which a token does not need: {}",
            excerpt(&refusal.message)
        )),
        problem => {
            findings.doubt();
            or_unreachable(problem.into_error(), "EKS", findings)
        }
    }
}

/// EKS is asked by name. A local cluster's token is bound to an id: then the kubeconfig may tell the name.
fn name(patient: &Patient, request: &Request) -> Result<String, Stop> {
    let by_extension = patient.arguments.cluster_name.is_none() && patient.exec_info.cluster_id.is_some();
    if patient.arguments.cluster_id.is_none() && !by_extension {
        return Ok(request.cluster.as_str().to_owned());
    }
    let id = request.cluster.as_str();
    let of_entry = patient.entry.as_ref().and_then(|entry| {
        let arn = Arn::parse(&entry.name)?;
        Some(arn.resource.strip_prefix("cluster/")?.to_owned())
    });
    // aws-iam-authenticator calls names ids; those of local clusters are UUIDs.
    let is_uuid = id.len() == 36 && id.bytes().filter(|&byte| byte == b'-').count() == 4;
    match of_entry {
        Some(name) => Ok(name),
        None if !is_uuid => Ok(id.to_owned()),
        None => Err(Stop::Skipped("the cluster is named by an id, and EKS is asked by name".to_owned())),
    }
}

fn not_found(eks: &Eks<'_>, patient: &Patient, name: &str) -> Failure {
    let failure = configuration(format!("there is no cluster {name} in {} of this account", eks.region));
    let account = patient.entry.as_ref().and_then(|entry| Some(Arn::parse(&entry.name)?.account.to_owned()));
    let whose =
        account.map_or_else(String::new, |account| format!(" (the kubeconfig's entry is of account {account})"));
    match eks.list() {
        Ok(names) if names.is_empty() => {
            failure.hint(format!("there is no cluster at all: check the region and the account{whose}"))
        }
        Ok(names) => {
            let nearest = nearest(name, &names).map_or_else(String::new, |near| format!("is {near} meant? "));
            let some: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
            failure.hint(format!("{nearest}clusters there: {}{whose}", some.join(", ")))
        }
        Err(_) => failure.hint(format!("check the name, the region and the account{whose}")),
    }
}

/// The name that is most like `name`, if any is; the measure is clap's for mistyped flags.
fn nearest<'n>(name: &str, names: &'n [String]) -> Option<&'n str> {
    let likeness = names.iter().map(|other| (strsim::jaro(name, other), other));
    let best = likeness.filter(|(likeness, _)| *likeness > 0.7).max_by(|one, other| one.0.total_cmp(&other.0));
    best.map(|(_, other)| other.as_str())
}

/// Whether the kubeconfig's entry, where its name tells that, is of the account that was asked.
fn compare_accounts(entry: &ClusterEntry, cluster: &Cluster) -> Result<(), Stop> {
    let accounts = (Arn::parse(&entry.name), Arn::parse(&cluster.arn));
    match accounts {
        (Some(theirs), Some(ours)) if theirs.service == "eks" && theirs.account != ours.account => {
            Err(configuration(format!(
                "the credentials are of account {}, and the kubeconfig's cluster is of account {}",
                ours.account, theirs.account
            ))
            .hint("give the user a profile or a role of that account: --profile or --role-arn in its args")
            .into())
        }
        _ => Ok(()),
    }
}

/// Whether the kubeconfig's entry leads to this cluster.
fn compare(entry: &ClusterEntry, cluster: &Cluster, region: &str) -> Result<(), Stop> {
    let refresh = format!("run `ekscred update-kubeconfig --name {} --region {region}`", cluster.name);
    let server = entry.text("server").unwrap_or_default();
    let is_insecure = entry.value.get("insecure-skip-tls-verify").and_then(serde_json::Value::as_bool) == Some(true);
    // By a tunnel, a server has another address and is told by its certificate's name.
    let is_tunnelled = entry.text("tls-server-name").is_some() || is_insecure;
    if let Some(endpoint) = &cluster.endpoint
        && !is_tunnelled
        && !same_url(server, endpoint)
    {
        let message = format!("the kubeconfig's server is {}, the cluster's endpoint {endpoint}", excerpt(server));
        return Err(configuration(message).hint(refresh).into());
    }
    let theirs = cluster.certificate_authority.as_deref().and_then(|data| certificates(&STANDARD.decode(data).ok()?));
    let ours = Target::of_entry(&entry.value, &entry.folder)?.ca.and_then(|pem| certificates(&pem));
    if let (Some(theirs), Some(ours), false) = (theirs, ours, is_insecure)
        && !ours.iter().any(|certificate| theirs.contains(certificate))
    {
        return Err(configuration("the kubeconfig's certificate authority is not the cluster's").hint(refresh).into());
    }
    Ok(())
}

fn same_url(one: &str, other: &str) -> bool {
    let plain = |url: &str| url.trim_end_matches('/').trim_end_matches(":443").to_ascii_lowercase();
    plain(one) == plain(other)
}

fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    certificates.ok().filter(|certificates| !certificates.is_empty())
}
