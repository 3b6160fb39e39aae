//! What a cluster demands of a token: the 15 rules of aws-iam-authenticator's `tokenVerifier.Verify` (v0.7.18), in its
//! order. Rules 1 to 14 are checked offline; rule 15 is about STS's answer. Pure.

use std::fmt;

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use super::{CLUSTER_HEADER, PREFIX};
use crate::aws::arn::Arn;
use crate::aws::endpoint::{self, Options};
use crate::aws::partition::Partition;

/// The longest token that a cluster reads (`maxTokenLenBytes`), prefix included.
pub const MAX_TOKEN_BYTES: usize = 4096;

/// How long STS honours a presigned request, whatever its `X-Amz-Expires` says (`presignedURLExpiration`).
const PRESIGNED_LIFETIME: Duration = Duration::minutes(15);

/// The only query parameters that a cluster lets pass, in lower case (`parameterWhitelist`).
const PARAMETERS: [&str; 9] = [
    "action",
    "version",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
];

/// Partitions whose dual-stack endpoints a cluster accepts (`GetSTSDualStackPartitionDomain`).
const DUAL_STACK_PARTITIONS: [&str; 4] = ["aws", "aws-us-gov", "aws-cn", "aws-eusc"];

/// The cluster that judges.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// The partition that it runs in.
    pub partition: &'a Partition,
    /// Its own region: it accepts that one's endpoint even where the SDK does not know the region yet.
    pub region: Option<&'a str>,
}

/// A rule, by its number and what it demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// 1 to 15, in the order in which a cluster checks.
    pub number: u8,
    /// Half a sentence.
    pub demand: &'static str,
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Satisfied.
    Pass,
    /// Refused, and why.
    Fail(String),
    /// An earlier rule failed, so that there is nothing to apply this one to.
    NotReached,
}

/// A rule that a token breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The rule.
    pub rule: Rule,
    /// What about the token breaks it; quotes no secret.
    pub why: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "breaks the server's rule {} ({}): {}", self.rule.number, self.rule.demand, self.why)
    }
}

type Check = fn(&Subject<'_>) -> Verdict;

const RULES: [(&str, Check); 14] = [
    ("at most 4096 bytes", size),
    ("begins with k8s-aws-v1.", prefix),
    ("unpadded base64url", encoding),
    ("an https URL", scheme),
    ("a host of STS in the cluster's partition", host),
    ("the path /", path),
    ("no query parameter twice", duplicates),
    ("no query parameter but the nine of a presigned request", parameters),
    ("the action GetCallerIdentity", action),
    ("x-k8s-aws-id among the signed headers", cluster_header),
    ("X-Amz-Expires from 0 to 900", expires),
    ("a well-formed X-Amz-Date", date_format),
    ("not older than 15 minutes", age),
    ("signed, and over nothing but the headers that the server sends", signature),
];

/// The demand of rule 15.
const ANSWER: Rule = Rule { number: 15, demand: "STS answers with the identity of a user or role" };

/// Judges `token` at `now` by rules 1 to 14, in order.
#[must_use]
pub fn check(token: &str, server: Server<'_>, now: OffsetDateTime) -> Vec<(Rule, Verdict)> {
    let subject = Subject::new(token, server, now);
    (1..).zip(RULES).map(|(number, (demand, check))| (Rule { number, demand }, check(&subject))).collect()
}

/// The first of rules 1 to 14 that `token` breaks, for a cluster in the partition that its own host names.
#[must_use]
pub fn first_failure(token: &str, now: OffsetDateTime) -> Option<Failure> {
    let probe = Subject::new(token, Server { partition: Partition::of_region(""), region: None }, now);
    let region = probe.url.as_ref().and_then(|url| url.host.split('.').nth(1)).unwrap_or_default();
    let server = Server { partition: Partition::of_region(region), region: None };
    check(token, server, now).into_iter().find_map(|(rule, verdict)| match verdict {
        Verdict::Fail(why) => Some(Failure { rule, why }),
        Verdict::Pass | Verdict::NotReached => None,
    })
}

/// Who a token stands for, as the cluster sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// As STS gives it.
    pub arn: String,
    /// What the cluster maps: an assumed role's ARN is that of the role.
    pub canonical_arn: String,
}

/// Rule 15: judges STS's answer (HTTP status and JSON body) to the replayed request.
///
/// # Errors
/// The rule, and why the answer breaks it.
pub fn check_answer(status: u16, body: &str) -> Result<Identity, Failure> {
    let fail = |why: &str| Failure { rule: ANSWER, why: why.to_owned() };
    if status != 200 {
        let throttled = body.contains("Throttling");
        return Err(fail(if throttled { "STS throttles" } else { "STS refuses the request" }));
    }
    let answer: Value = serde_json::from_str(body).map_err(|_| fail("the answer is not JSON"))?;
    let result = &answer["GetCallerIdentityResponse"]["GetCallerIdentityResult"];
    let text = |key: &str| result[key].as_str().unwrap_or_default();
    let (arn, user_id) = (text("Arn"), text("UserId"));
    let (canonical_arn, is_role) = canonical_arn(arn).ok_or_else(|| fail("the ARN is none of a user or role"))?;
    if is_role && user_id.split(':').count() != 2 {
        return Err(fail("the user id of a role is not ID:SESSION"));
    }
    Ok(Identity { arn: arn.to_owned(), canonical_arn })
}

/// `pkg/arn.Canonicalize`: an assumed role becomes its role; and whether it is any kind of role.
fn canonical_arn(text: &str) -> Option<(String, bool)> {
    let arn = Arn::parse(text)?;
    Partition::named(arn.partition)?;
    let (kind, rest) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
    match (arn.service, kind) {
        ("sts", "assumed-role") => {
            let (role, _session) = rest.rsplit_once('/')?;
            Some((format!("arn:{}:iam::{}:role/{role}", arn.partition, arn.account), true))
        }
        ("iam", "role") => Some((text.to_owned(), true)),
        ("sts", "federated-user") | ("iam", "user" | "root") => Some((text.to_owned(), false)),
        _ => None,
    }
}

/// A token, taken apart as far as it goes.
struct Subject<'a> {
    token: &'a str,
    /// What follows the prefix, decoded.
    decoded: Option<Result<String, &'static str>>,
    url: Option<Url>,
    /// Names and values, unescaped; names as they stand.
    parameters: Option<Vec<(String, String)>>,
    server: Server<'a>,
    now: OffsetDateTime,
}

struct Url {
    scheme: String,
    host: String,
    path: String,
}

impl<'a> Subject<'a> {
    fn new(token: &'a str, server: Server<'a>, now: OffsetDateTime) -> Self {
        let decoded = token.strip_prefix(PREFIX).map(|encoded| match URL_SAFE_NO_PAD.decode(encoded) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| "what it holds is not text"),
            Err(_) => Err("it has padding or other characters, or is cut short"),
        });
        let split = decoded.as_ref().and_then(|decoded| split_url(decoded.as_deref().ok()?));
        let (url, parameters) = split.map_or((None, None), |(url, query)| (Some(url), split_query(query)));
        Self { token, decoded, url, parameters, server, now }
    }

    /// The value of a parameter, by its name in lower case.
    fn parameter(&self, name: &str) -> Option<&str> {
        let find = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.parameters.as_ref()?.iter().find(find).map(|(_, value)| value.as_str())
    }

    /// Applies a check to a parameter's value, the empty text where it is absent, as Go's `url.Values.Get` gives it.
    fn judge(&self, name: &str, judge: impl FnOnce(&str) -> Verdict) -> Verdict {
        match self.parameters {
            Some(_) => judge(self.parameter(name).unwrap_or_default()),
            None => Verdict::NotReached,
        }
    }
}

/// Scheme, host and path, and the query, as Go's `url.Parse` cuts them.
fn split_url(text: &str) -> Option<(Url, &str)> {
    let text = text.split('#').next()?;
    let (before, query) = text.split_once('?').unwrap_or((text, ""));
    let (scheme, rest) = before.split_once("://")?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let url = Url { scheme: scheme.to_ascii_lowercase(), host: host.to_owned(), path: path.to_owned() };
    Some((url, query))
}

/// Names and values, as Go's `url.ParseQuery`; `None` where that is an error.
fn split_query(query: &str) -> Option<Vec<(String, String)>> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (!pair.contains(';')).then_some((unescape(name)?, unescape(value)?))
        })
        .collect()
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn pass_if(good: bool, why: impl FnOnce() -> String) -> Verdict {
    if good { Verdict::Pass } else { Verdict::Fail(why()) }
}

fn size(subject: &Subject<'_>) -> Verdict {
    let size = subject.token.len();
    pass_if(size <= MAX_TOKEN_BYTES, || format!("it has {size}"))
}

fn prefix(subject: &Subject<'_>) -> Verdict {
    pass_if(subject.token.starts_with(PREFIX), || "it begins otherwise".to_owned())
}

fn encoding(subject: &Subject<'_>) -> Verdict {
    match &subject.decoded {
        None => Verdict::NotReached,
        Some(Ok(_)) => Verdict::Pass,
        Some(Err(why)) => Verdict::Fail((*why).to_owned()),
    }
}

fn scheme(subject: &Subject<'_>) -> Verdict {
    match (&subject.decoded, &subject.url) {
        (Some(Ok(_)), Some(url)) => pass_if(url.scheme == "https", || format!("the scheme is {}", url.scheme)),
        (Some(Ok(_)), None) => Verdict::Fail("it is not a URL".to_owned()),
        _ => Verdict::NotReached,
    }
}

fn host(subject: &Subject<'_>) -> Verdict {
    let Some(url) = &subject.url else { return Verdict::NotReached };
    let (host, partition) = (url.host.as_str(), subject.server.partition);
    if host == "sts.amazonaws.com" {
        return pass_if(partition.name == "aws", || {
            format!("the global endpoint is not for partition {}", partition.name)
        });
    }
    let mut labels = host.splitn(3, '.');
    let (Some(_service), Some(region), Some(domain)) = (labels.next(), labels.next(), labels.next()) else {
        return Verdict::Fail(format!("{host} is not a host of STS"));
    };
    let known = [(false, false), (false, true), (true, false), (true, true)].into_iter().any(|(fips, dual_stack)| {
        let options = Options { region: Some(region.to_owned()), fips, dual_stack, url: None };
        endpoint::resolve(&options).is_ok_and(|endpoint| endpoint.url.strip_prefix("https://") == Some(host))
    });
    let dual_stack_domain = DUAL_STACK_PARTITIONS.contains(&partition.name).then_some(partition.dual_stack_domain);
    let in_partition = domain == partition.domain || Some(domain) == dual_stack_domain;
    let own = subject.server.region.is_some_and(|own| host.starts_with("sts.") && region == own);
    pass_if((known || own) && in_partition, || format!("{host} is not a host of STS in partition {}", partition.name))
}

fn path(subject: &Subject<'_>) -> Verdict {
    let Some(url) = &subject.url else { return Verdict::NotReached };
    pass_if(url.path == "/", || format!("it is `{}`", url.path))
}

fn duplicates(subject: &Subject<'_>) -> Verdict {
    let Some(parameters) = &subject.parameters else {
        let reached = subject.url.is_some();
        return if reached { Verdict::Fail("the query is malformed".to_owned()) } else { Verdict::NotReached };
    };
    let mut names: Vec<String> = parameters.iter().map(|(name, _)| name.to_lowercase()).collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    pass_if(twice.is_none(), || format!("{} stands twice", twice.map_or("", |pair| &pair[0])))
}

fn parameters(subject: &Subject<'_>) -> Verdict {
    let Some(parameters) = &subject.parameters else { return Verdict::NotReached };
    let foreign = parameters.iter().find(|(name, _)| !PARAMETERS.contains(&name.to_lowercase().as_str()));
    pass_if(foreign.is_none(), || format!("it has {}", foreign.map_or("", |(name, _)| name)))
}

fn action(subject: &Subject<'_>) -> Verdict {
    subject.judge("action", |action| pass_if(action == "GetCallerIdentity", || format!("it is `{action}`")))
}

fn cluster_header(subject: &Subject<'_>) -> Verdict {
    subject.judge("x-amz-signedheaders", |headers| {
        let signed = headers.split(';').any(|header| header.eq_ignore_ascii_case(CLUSTER_HEADER));
        pass_if(signed, || "it is not, so the token is bound to no cluster".to_owned())
    })
}

fn expires(subject: &Subject<'_>) -> Verdict {
    subject.judge("x-amz-expires", |seconds| {
        let fits = seconds.parse().is_ok_and(|seconds: i64| (0..=900).contains(&seconds));
        pass_if(fits, || format!("it is `{seconds}`"))
    })
}

fn date_format(subject: &Subject<'_>) -> Verdict {
    subject.judge("x-amz-date", |date| pass_if(parse_date(date).is_some(), || format!("it is `{date}`")))
}

fn age(subject: &Subject<'_>) -> Verdict {
    let Some(date) = subject.parameter("x-amz-date").and_then(parse_date) else { return Verdict::NotReached };
    let age = subject.now - date;
    pass_if(age <= PRESIGNED_LIFETIME, || format!("it was signed {} minutes ago", age.whole_minutes()))
}

/// What STS will demand when the server replays the request with the headers `host` and `x-k8s-aws-id` (and some that
/// no client can know the values of): the parts of a signature, over just these two.
fn signature(subject: &Subject<'_>) -> Verdict {
    for name in ["x-amz-algorithm", "x-amz-credential", "x-amz-signature"] {
        if subject.parameters.is_some() && subject.parameter(name).is_none_or(str::is_empty) {
            return Verdict::Fail(format!("{name} is missing"));
        }
    }
    subject.judge("x-amz-signedheaders", |headers| {
        let mut names: Vec<String> = headers.split(';').map(str::to_lowercase).collect();
        names.sort_unstable();
        pass_if(names == ["host", CLUSTER_HEADER], || format!("the signature covers {headers}"))
    })
}

fn parse_date(text: &str) -> Option<OffsetDateTime> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    PrimitiveDateTime::parse(text, format).ok().map(PrimitiveDateTime::assume_utc)
}
