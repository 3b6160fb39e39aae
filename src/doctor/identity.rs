//! Whom the cluster will see: the very token that kubectl would send, judged by the server's rules and replayed at STS.

use aws_credential_types::Credentials;
use time::OffsetDateTime;

use super::kubeconfig::Patient;
use super::report::{Findings, Stop};
use crate::aws::partition::Partition;
use crate::config::Request;
use crate::error::{Failure, Kind, configuration, refusal};
use crate::session::Session;
use crate::token::presigned::Presigned;
use crate::token::rules::{self, Identity, Server, Verdict};
use crate::token::{CLUSTER_HEADER, sign_token};
use crate::world::World;

/// The token, as far as it passes the rules that need nobody else. A secret.
pub(super) struct Token {
    pub bearer: String,
}

/// How far a clock may be off before STS refuses what it signed: five minutes ahead, and a presigned request's lifetime
/// behind.
const BEARABLE: std::ops::RangeInclusive<i64> = -15 * 60..=5 * 60;

/// Signs the token, into `token` where it is worth showing to a cluster, and asks STS whose it is. That STS cannot be reached
/// from here is no fault: the cluster asks it, not the person.
pub(super) fn ask(
    credentials: &Credentials,
    patient: &Patient,
    request: &Request,
    session: &Session<'_>,
    token: &mut Option<Token>,
    findings: &mut Findings,
    world: &World,
) -> Result<Identity, Stop> {
    let endpoint = session.token_endpoint()?;
    let signed_at = world.now();
    let bearer = sign_token(credentials, &endpoint, &request.cluster, signed_at)?.bearer;
    findings.note("token", format!("{} of {} bytes", bearer.len(), rules::MAX_TOKEN_BYTES));
    let presigned = Presigned::new(&bearer);
    let region = patient.region().unwrap_or(endpoint.signing_region);
    judge(&presigned, &region, signed_at.into())?;
    let headers = [(CLUSTER_HEADER, request.cluster.as_str()), ("accept", "application/json")];
    let answer = session.context.network.replay(&presigned.replay_url().unwrap_or_default(), &headers);
    let answer = answer.map_err(|error| {
        *token = Some(Token { bearer: bearer.clone() });
        or_unreachable(error, "STS", findings)
    })?;
    let offset = answer.date.map(|date| (OffsetDateTime::from(world.now()) - date).whole_seconds());
    if let Some(offset) = offset {
        findings.note("clock", skew(offset));
    }
    let identity = rules::check_answer_to(&presigned, answer.status, &answer.body).map_err(|failure| {
        let why = failure.why;
        if !failure.is_about_token {
            *token = Some(Token { bearer: bearer.clone() });
            findings.advise(format!("{}; a token does not need that STS can be reached from here", failure.remedy));
            return Stop::Skipped(why);
        }
        let failure = match offset.filter(|offset| !BEARABLE.contains(offset)) {
            Some(offset) => refusal(format!("the clock is {}: {why}", skew(offset)))
                .hint("set the clock, by NTP say: `sudo timedatectl set-ntp true`"),
            // The cluster's name cannot be the reason: the token was made for it here and now.
            None if why.contains("SignatureDoesNotMatch") => {
                refusal(why).hint("the secret access key does not belong to the access key id: set both again")
            }
            None => refusal(why).hint(failure.remedy),
        };
        failure.into()
    })?;
    findings.note("arn", &*identity.arn);
    findings.note("mapped as", &*identity.canonical_arn);
    findings.headline(format!("the cluster will see {}", identity.arn));
    *token = Some(Token { bearer });
    Ok(identity)
}

/// That AWS cannot be reached makes a step impossible: a token needs none of that. A setting that is wrong is wrong.
pub(super) fn or_unreachable(error: anyhow::Error, what: &str, findings: &mut Findings) -> Stop {
    match Failure::of(&error).kind() {
        Kind::Other => {
            findings.advise(format!(
                "to know more, let {what} be reached from here (HTTPS_PROXY, AWS_CA_BUNDLE); a token does not need it"
            ));
            Stop::Skipped(format!("{error:#}"))
        }
        _ => Stop::Failed(error),
    }
}

/// The rules that need nobody else, for a cluster in that region.
fn judge(token: &Presigned<'_>, region: &str, now: OffsetDateTime) -> Result<(), Stop> {
    let server = Server { partition: Partition::of_region(region), region: Some(region) };
    for (rule, verdict) in rules::judge(token, server, now) {
        if let Verdict::Fail(why) = verdict {
            let message = format!("clusters refuse this token by rule {} ({}): {why}", rule.number, rule.demand);
            return Err(configuration(message).hint(rule.remedy).into());
        }
    }
    Ok(())
}

/// By how much the local clock differs from AWS's, in words.
fn skew(offset: i64) -> String {
    match offset {
        -2..=2 => "as AWS's".to_owned(),
        3..120 => format!("{offset} s ahead of AWS's"),
        120.. => format!("{} minutes ahead of AWS's", offset / 60),
        -119..-2 => format!("{} s behind AWS's", -offset),
        _ => format!("{} minutes behind AWS's", -offset / 60),
    }
}
