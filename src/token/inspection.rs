//! What can be told of a token, and the verdict of every rule: the report of `ekscred inspect`. Pure. It holds neither the
//! signature nor the session token.

use serde::{Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::presigned::{Presigned, Scope};
use super::rules::{
    ANSWER, Failure, HOST, Identity, MAX_TOKEN_BYTES, PRESIGNED_LIFETIME, Rule, Server, Verdict, judge,
};
use super::{CLUSTER_HEADER, LIFETIME};
use crate::aws::arn::Arn;
use crate::error::excerpt;
use crate::timestamp;

/// How far in the future a signature may be: STS's tolerance of clocks.
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html>)
const STS_TOLERANCE: Duration = Duration::minutes(5);

/// Everything about a token. Its JSON has these names in this order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    pub bytes: usize,
    pub max_bytes: usize,
    /// The kind of credentials that signed it.
    pub credentials: Option<&'static str>,
    pub access_key_id: Option<String>,
    pub account: Option<String>,
    /// The region that the signature is for.
    pub region: Option<String>,
    pub host: Option<String>,
    /// The partition that the host is in, where it is one of STS.
    pub partition: Option<&'static str>,
    /// Whether it is for one cluster only. Which one, only a signature that fits can tell.
    pub is_bound_to_cluster: Option<bool>,
    #[serde(serialize_with = "rfc3339")]
    pub signed_at: Option<OffsetDateTime>,
    /// Until when a cluster accepts it.
    #[serde(serialize_with = "rfc3339")]
    pub server_end: Option<OffsetDateTime>,
    /// Until when a client uses it.
    #[serde(serialize_with = "rfc3339")]
    pub client_end: Option<OffsetDateTime>,
    /// What no rule says and still matters.
    pub notes: Vec<String>,
    pub rules: Vec<Judged>,
    pub verified: Option<Verified>,
}

/// A rule and its verdict.
#[derive(Debug, Serialize)]
pub struct Judged {
    pub rule: u8,
    pub demand: &'static str,
    /// `pass`, `fail` or `not reached`.
    pub verdict: &'static str,
    pub why: Option<String>,
    pub remedy: Option<&'static str>,
}

/// Who the token stands for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// The cluster that STS was asked on behalf of.
    pub cluster: String,
    pub arn: String,
    /// What aws-auth maps: without a session, without a path.
    pub canonical_arn: String,
    #[serde(flatten)]
    pub principal: Principal,
}

/// What an access entry must name as its principal: the ARN with the path of a role, which STS does not tell.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Principal {
    /// As far as it can be told.
    #[serde(rename = "accessEntryArn")]
    pub arn: Option<String>,
    /// What may be different about it.
    #[serde(rename = "accessEntryNote")]
    pub note: Option<String>,
}

/// What an ExecCredential says beside the token.
#[derive(Debug, Default)]
pub struct Credential {
    /// `expirationTimestamp`, as it stands.
    pub expiration: Option<String>,
}

impl Inspection {
    /// Looks at `token`, which came alone or in a `credential`, as a cluster in the partition of its own host would at
    /// `now`.
    #[must_use]
    pub fn new(token: &Presigned<'_>, credential: Option<&Credential>, now: OffsetDateTime) -> Self {
        let scope = token.scope();
        let signed_at = token.signed_at();
        let has_session_token = token.parameter("x-amz-security-token").is_some_and(|token| !token.is_empty());
        let id = scope.as_ref().map(|scope| scope.access_key_id).filter(|id| is_shown(id));
        let told = credential.and_then(|credential| timestamp::parse(credential.expiration.as_deref()?));
        let after = |duration| signed_at.and_then(|time| time.checked_add(duration));
        let server_end = after(PRESIGNED_LIFETIME);
        let client_end = told.map(OffsetDateTime::from).or_else(|| after(LIFETIME.try_into().ok()?));
        let host = token.url.as_ref().map(|url| excerpt(&url.host));
        let signed_headers = token.parameter("x-amz-signedheaders");
        let server = Server::of_host(token);
        let mut rules: Vec<Judged> =
            judge(token, server, now).into_iter().map(|(rule, verdict)| Judged::new(rule, verdict)).collect();
        // Another host is in no partition.
        let is_of_sts = rules.iter().any(|judged| judged.rule == HOST && judged.verdict == "pass");
        rules.push(Judged::new(ANSWER, Verdict::NotReached));
        Self {
            bytes: token.token.len(),
            max_bytes: MAX_TOKEN_BYTES,
            credentials: id.and_then(|id| kind(id, has_session_token)),
            access_key_id: id.map(str::to_owned),
            account: id.and_then(account),
            region: scope.as_ref().map(|scope| excerpt(scope.region)),
            partition: is_of_sts.then_some(server.partition.name),
            host,
            is_bound_to_cluster: signed_headers
                .map(|headers| headers.split(';').any(|header| header.eq_ignore_ascii_case(CLUSTER_HEADER))),
            signed_at,
            server_end,
            client_end,
            notes: [
                not_yet_current(signed_at, now),
                scope.as_ref().and_then(|scope| foreign_scope(scope, token)),
                id.filter(|id| id.starts_with("ASIA") && !has_session_token).map(|_| {
                    "keys that begin with ASIA need a session token, and there is none: STS will refuse".to_owned()
                }),
                credential.and_then(|credential| odd_expiration(credential, client_end, server_end)),
            ]
            .into_iter()
            .flatten()
            .collect(),
            rules,
            verified: None,
        }
    }

    /// The first rule that the token breaks.
    #[must_use]
    pub fn first_failure(&self) -> Option<&Judged> {
        self.rules.iter().find(|rule| rule.verdict == FAIL)
    }

    /// Takes in what rule 15 says about STS's answer on behalf of `cluster`.
    pub fn answered(&mut self, cluster: &str, answer: Result<Identity, Failure>) {
        let (verdict, remedy) = match answer {
            Ok(identity) => {
                let principal = Principal::of(&identity);
                let Identity { arn, canonical_arn } = identity;
                self.verified = Some(Verified { cluster: cluster.to_owned(), arn, canonical_arn, principal });
                (Verdict::Pass, ANSWER.remedy)
            }
            Err(failure) => (Verdict::Fail(failure.why), failure.remedy),
        };
        self.rules.retain(|judged| judged.rule != ANSWER.number);
        self.rules.push(Judged::new(Rule { remedy, ..ANSWER }, verdict));
    }
}

const FAIL: &str = "fail";

impl Judged {
    fn new(rule: Rule, verdict: Verdict) -> Self {
        let (verdict, why) = match verdict {
            Verdict::Pass => ("pass", None),
            Verdict::Fail(why) => (FAIL, Some(why)),
            Verdict::NotReached => ("not reached", None),
        };
        let remedy = why.is_some().then_some(rule.remedy);
        Self { rule: rule.number, demand: rule.demand, verdict, why, remedy }
    }
}

impl Principal {
    /// Of a role, STS gives the name and not the path, and EKS wants the ARN as IAM has it.
    /// (<https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html>)
    #[must_use]
    pub fn of(identity: &Identity) -> Self {
        let arn = &identity.canonical_arn;
        let (kind, name) = Arn::parse(arn).and_then(|arn| arn.resource.split_once('/')).unwrap_or_default();
        let look = format!("`aws iam get-role --role-name {name} --query Role.Arn` tells");
        match kind {
            "user" => Self { arn: Some(arn.clone()), note: None },
            // The region is IAM Identity Center's, and is left out where that is us-east-1.
            "role" if name.starts_with("AWSReservedSSO_") => Self {
                arn: None,
                note: Some(format!(
                    "a role of IAM Identity Center: role/aws-reserved/sso.amazonaws.com/REGION/{name}, or without REGION; {look}"
                )),
            },
            "role" => Self {
                arn: Some(arn.clone()),
                note: Some(format!("where the role has a path, with the path, which STS does not tell; {look}")),
            },
            _ => Self { arn: None, note: Some("access entries are for users and roles".to_owned()) },
        }
    }
}

/// Whether what stands in an access key id's place can be one. Who swaps id and secret by mistake has the secret there.
fn is_shown(id: &str) -> bool {
    id.starts_with('A') && id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// By the prefixes of IAM's unique ids.
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>)
fn kind(id: &str, has_session_token: bool) -> Option<&'static str> {
    match id.get(..4) {
        Some("AKIA") => Some("long-term"),
        Some("ASIA") => Some("temporary"),
        _ => has_session_token.then_some("temporary"),
    }
}

/// The account that an access key id tells. Behind the four letters of its kind stands base32: one bit that is set in ids
/// of the new format (since 2019), 40 bits of the account's number, and bits of which nobody knows. Ids of the old format,
/// whose fifth character is one of A to P, do not tell it.
/// (<https://medium.com/@TalBeerySec/a-short-note-on-aws-key-id-f88cc4317489>,
/// <https://labs.withsecure.com/publications/a-bitwise-analysis-of-aws-access-key-identifiers.html>)
fn account(id: &str) -> Option<String> {
    let digits = id.get(4..).filter(|_| id.len() == 20)?.bytes().map(|byte| match byte {
        b'A'..=b'Z' => Some(u64::from(byte - b'A')),
        b'2'..=b'7' => Some(u64::from(byte - b'2') + 26),
        _ => None,
    });
    let digits: Vec<u64> = digits.collect::<Option<_>>()?;
    let first_45_bits = digits.iter().take(9).fold(0, |bits, digit| bits << 5 | digit);
    let is_of_new_format = first_45_bits >> 44 == 1;
    let number = first_45_bits >> 4 & ((1 << 40) - 1);
    // Twelve digits: less than 40 bits can hold.
    (is_of_new_format && number < 1_000_000_000_000).then(|| format!("{number:012}"))
}

fn not_yet_current(signed_at: Option<OffsetDateTime>, now: OffsetDateTime) -> Option<String> {
    let ahead = signed_at? - now;
    (ahead > Duration::ZERO).then(|| {
        let consequence = match ahead > STS_TOLERANCE {
            true => "STS refuses it (Signature not yet current)",
            false => "STS bears up to 5 minutes",
        };
        format!(
            "it is signed {} s in the future, by the clock here: {consequence}; set the clocks",
            ahead.whole_seconds()
        )
    })
}

/// What STS looks at in the scope of a signature, and no rule does.
fn foreign_scope(scope: &Scope<'_>, token: &Presigned<'_>) -> Option<String> {
    let host = &token.url.as_ref()?.host;
    // The global endpoint is us-east-1's.
    let region = if host == "sts.amazonaws.com" { "us-east-1" } else { token.region_of_host()? };
    let date = token.parameter("x-amz-date").unwrap_or_default().get(..8);
    let why = if scope.region != region {
        format!("for region {}, and {} takes those for {}", excerpt(scope.region), excerpt(host), excerpt(region))
    } else if scope.service != "sts" {
        format!("for service {}, not sts", excerpt(scope.service))
    } else if date != Some(scope.date) {
        format!("for the day {}, not that of X-Amz-Date", excerpt(scope.date))
    } else {
        return None;
    };
    Some(format!("the signature is {why}: STS will refuse"))
}

/// What makes a client use a token for too long, or not at all.
fn odd_expiration(
    credential: &Credential,
    client_end: Option<OffsetDateTime>,
    server_end: Option<OffsetDateTime>,
) -> Option<String> {
    let Some(text) = &credential.expiration else {
        return Some(
            "the ExecCredential has no expirationTimestamp: kubectl uses the token for as long as it runs".to_owned(),
        );
    };
    if timestamp::parse(text).is_none() {
        return Some(format!(
            "the ExecCredential's expirationTimestamp `{}` is no time: kubectl refuses it",
            excerpt(text)
        ));
    }
    (client_end? > server_end?).then(|| {
        "the ExecCredential's expirationTimestamp is later than the server's end: kubectl uses it too long".to_owned()
    })
}

#[expect(clippy::ref_option, reason = "serde's interface")]
fn rfc3339<S: Serializer>(time: &Option<OffsetDateTime>, serializer: S) -> Result<S::Ok, S::Error> {
    time.and_then(|time| time.format(&Rfc3339).ok()).serialize(serializer)
}
