//! What a cluster demands of a token: the 15 rules of aws-iam-authenticator's `tokenVerifier.Verify` (v0.7.18), in its
//! order. Rules 1 to 14 are checked offline; rule 15 is about STS's answer. Pure.

use std::fmt;

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::presigned::Presigned;
use super::{CLUSTER_HEADER, PREFIX};
use crate::aws::arn::Arn;
use crate::aws::endpoint::{self, Options};
use crate::aws::partition::Partition;
use crate::error::excerpt;

/// The longest token that a cluster reads (`maxTokenLenBytes`), prefix included.
pub const MAX_TOKEN_BYTES: usize = 4096;

/// How long STS honours a presigned request, whatever its `X-Amz-Expires` says (`presignedURLExpiration`).
pub const PRESIGNED_LIFETIME: Duration = Duration::minutes(15);

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

impl Server<'_> {
    /// A cluster in the partition that the host in `token` names.
    #[must_use]
    pub fn of_host(token: &Presigned<'_>) -> Self {
        Self { partition: Partition::of_region(token.region_of_host().unwrap_or_default()), region: None }
    }
}

/// A rule, by its number, what it demands, and what to do where it is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// 1 to 15, in the order in which a cluster checks.
    pub number: u8,
    /// Half a sentence.
    pub demand: &'static str,
    /// Half a sentence, too.
    pub remedy: &'static str,
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
    /// What to do about it.
    pub remedy: &'static str,
    /// Whether STS would say so to a cluster, too. What is in STS's place here, or between, is not there.
    pub is_about_token: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "breaks the server's rule {} ({}): {}", self.rule.number, self.rule.demand, self.why)
    }
}

type Check = fn(&Subject<'_>) -> Verdict;

/// What serves against most of the rules: our tokens break none of these.
const MAKE_IT_HERE: &str = "make the token with `ekscred get-token`: whatever made this one is not made for EKS";

/// Demand, remedy and check of each rule.
const RULES: [(&str, &str, Check); 14] = [
    (
        "at most 4096 bytes",
        "use credentials with a shorter session token: with fewer session tags, a shorter session policy, or the role of one \
         assumption instead of several",
        size,
    ),
    (
        "begins with k8s-aws-v1.",
        "give the whole token: other kinds, such as a service account's, are not for a cluster's IAM authentication",
        prefix,
    ),
    ("unpadded base64url", "copy the token whole, and without line breaks", encoding),
    ("an https URL", WITHOUT_ENDPOINT, scheme),
    ("a host of STS in the cluster's partition", WITHOUT_ENDPOINT, host),
    ("the path /", WITHOUT_ENDPOINT, path),
    ("no query parameter twice", MAKE_IT_HERE, duplicates),
    ("no query parameter but the nine of a presigned request", MAKE_IT_HERE, parameters),
    ("the action GetCallerIdentity", MAKE_IT_HERE, action),
    (
        "x-k8s-aws-id among the signed headers",
        "make the token for a cluster: `ekscred get-token --cluster-name NAME`",
        cluster_header,
    ),
    ("X-Amz-Expires from 0 to 900", MAKE_IT_HERE, expires),
    ("a well-formed X-Amz-Date", MAKE_IT_HERE, date_format),
    ("not older than 15 minutes", "get a new token; where this one is new, set the clock", age),
    ("signed, and over nothing but the headers that the server sends", MAKE_IT_HERE, signature),
];

/// What serves where the request is not for STS's own endpoint. A cluster sends the token nowhere else.
const WITHOUT_ENDPOINT: &str = "make the token for STS's own endpoint: without --sts-endpoint, or with `ekscred get-token` in \
                                place of a program that puts AWS_ENDPOINT_URL into it";

/// The number of the rule about the host.
pub const HOST: u8 = 5;

/// Rule 15.
pub const ANSWER: Rule = Rule {
    number: 15,
    demand: "STS answers with the identity of a user or role",
    remedy: "ask again later; where it stays so, get new credentials",
};

/// Judges `token` at `now` by rules 1 to 14, in order.
#[must_use]
pub fn check(token: &str, server: Server<'_>, now: OffsetDateTime) -> Vec<(Rule, Verdict)> {
    judge(&Presigned::new(token), server, now)
}

/// The same, for one that is taken apart already.
#[must_use]
pub fn judge(token: &Presigned<'_>, server: Server<'_>, now: OffsetDateTime) -> Vec<(Rule, Verdict)> {
    let subject = Subject { token, server, now };
    let rules = (1..).zip(RULES);
    rules.map(|(number, (demand, remedy, check))| (Rule { number, demand, remedy }, check(&subject))).collect()
}

/// The first of rules 1 to 14 that `token` breaks, for a cluster in the partition that its own host names.
#[must_use]
pub fn first_failure(token: &str, now: OffsetDateTime) -> Option<Failure> {
    let token = Presigned::new(token);
    judge(&token, Server::of_host(&token), now).into_iter().find_map(|(rule, verdict)| match verdict {
        Verdict::Fail(why) => Some(Failure { rule, why, remedy: rule.remedy, is_about_token: true }),
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
    if status != 200 {
        return Err(refused(status, body));
    }
    let foreign = |why: &str| Failure { rule: ANSWER, why: why.to_owned(), remedy: FOREIGN, is_about_token: false };
    let answer: Value = serde_json::from_str(body).map_err(|_| foreign("the answer is not JSON"))?;
    let result = &answer["GetCallerIdentityResponse"]["GetCallerIdentityResult"];
    let text = |key: &str| result[key].as_str().unwrap_or_default();
    let (arn, user_id) = (text("Arn"), text("UserId"));
    let (canonical_arn, is_role) = canonical_arn(arn).ok_or_else(|| foreign("the ARN is none of a user or role"))?;
    if is_role && user_id.split(':').count() != 2 {
        return Err(foreign("the user id of a role is not ID:SESSION"));
    }
    Ok(Identity { arn: arn.to_owned(), canonical_arn })
}

/// Rule 15 for `token`: says nothing of its secrets, whatever the answer quotes.
///
/// # Errors
/// As [`check_answer`].
pub fn check_answer_to(token: &Presigned<'_>, status: u16, body: &str) -> Result<Identity, Failure> {
    check_answer(status, body).map_err(|failure| {
        // Cut before it is concealed, half a secret would stand there.
        let why = token.conceal(&failure.why);
        let end = why.char_indices().nth(MAX_WHY).map_or(why.len(), |(end, _)| end);
        Failure { why: why[..end].to_owned(), ..failure }
    })
}

/// The longest reason that is told, in characters.
const MAX_WHY: usize = 200;

/// What helps where something else than STS answers.
const FOREIGN: &str = "find out what answers in STS's place: a proxy, or a network that wants a login first";

/// Why STS refuses, in its own words as far as they are there. The first sentence is enough: those about a signature go
/// on with all that was signed.
fn refused(status: u16, body: &str) -> Failure {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |key: &str| answer["Error"][key].as_str().unwrap_or_default();
    let (code, message) = (text("Code"), text("Message"));
    // Nobody may deny GetCallerIdentity but the policy of a VPC endpoint, which a cluster does not go through.
    let is_about_token = !code.is_empty() && code != "AccessDenied" && !body.contains("Throttling") && status < 500;
    let fail = |why: String, remedy| Failure { rule: ANSWER, why, remedy, is_about_token };
    if body.contains("Throttling") {
        return fail(
            format!("STS throttles: {}", if code.is_empty() { "Throttling" } else { code }),
            "wait a little, and ask again",
        );
    }
    if code.is_empty() {
        return fail(format!("the answer has the HTTP status {status} and is not from STS"), FOREIGN);
    }
    let message = message.split(['\n', '.']).next().unwrap_or_default();
    fail(format!("STS refuses the request: {}: {}", excerpt(code), message.trim()), remedy(code, message))
}

/// What to do about an error of STS's.
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>)
fn remedy(code: &str, message: &str) -> &'static str {
    match code {
        "SignatureDoesNotMatch" if message.contains("not yet current") => "set the clock of the machine that signed it",
        "SignatureDoesNotMatch" if message.contains("expired") => {
            "get a new token; where this one is new, set the clock"
        }
        "SignatureDoesNotMatch" => {
            "name the cluster that the token was made for; where it is that one, the secret access key is not the one \
             of this access key id"
        }
        "ExpiredToken" | "ExpiredTokenException" => "get new credentials: these have ended",
        "InvalidClientTokenId" | "UnrecognizedClientException" => {
            "get other credentials: the access key is deleted, inactive or of another partition, or the session token is \
             not its own"
        }
        "RegionDisabledException" => {
            "make the token for another region, or activate STS in this one (IAM, account settings)"
        }
        "AccessDenied" => "look for a policy that denies sts:GetCallerIdentity, such as that of a VPC endpoint",
        _ => ANSWER.remedy,
    }
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

/// What is judged, by whom, and when.
struct Subject<'a> {
    token: &'a Presigned<'a>,
    server: Server<'a>,
    now: OffsetDateTime,
}

impl Subject<'_> {
    /// Applies a check to a parameter's value, the empty text where it is absent, as Go's `url.Values.Get` gives it.
    fn judge(&self, name: &str, judge: impl FnOnce(&str) -> Verdict) -> Verdict {
        match self.token.parameters {
            Some(_) => judge(self.token.parameter(name).unwrap_or_default()),
            None => Verdict::NotReached,
        }
    }
}

fn pass_if(good: bool, why: impl FnOnce() -> String) -> Verdict {
    if good { Verdict::Pass } else { Verdict::Fail(why()) }
}

fn size(subject: &Subject<'_>) -> Verdict {
    let size = subject.token.token.len();
    pass_if(size <= MAX_TOKEN_BYTES, || format!("it has {size}"))
}

fn prefix(subject: &Subject<'_>) -> Verdict {
    pass_if(subject.token.token.starts_with(PREFIX), || match subject.token.token.starts_with("eyJ") {
        true => "it is a JWT, another kind of token".to_owned(),
        false => "it begins otherwise".to_owned(),
    })
}

fn encoding(subject: &Subject<'_>) -> Verdict {
    match &subject.token.decoded {
        None => Verdict::NotReached,
        Some(Ok(_)) => Verdict::Pass,
        Some(Err(why)) => Verdict::Fail((*why).to_owned()),
    }
}

fn scheme(subject: &Subject<'_>) -> Verdict {
    match (&subject.token.decoded, &subject.token.url) {
        (Some(Ok(_)), Some(url)) => {
            pass_if(url.scheme == "https", || format!("the scheme is {}", excerpt(&url.scheme)))
        }
        (Some(Ok(_)), None) => Verdict::Fail("it is not a URL".to_owned()),
        _ => Verdict::NotReached,
    }
}

fn host(subject: &Subject<'_>) -> Verdict {
    let Some(url) = &subject.token.url else { return Verdict::NotReached };
    let (host, partition) = (url.host.as_str(), subject.server.partition);
    if host == "sts.amazonaws.com" {
        return pass_if(partition.name == "aws", || {
            format!("the global endpoint is not for partition {}", partition.name)
        });
    }
    let mut labels = host.splitn(3, '.');
    let (Some(_service), Some(region), Some(domain)) = (labels.next(), labels.next(), labels.next()) else {
        return Verdict::Fail(format!("{} is not a host of STS", excerpt(host)));
    };
    let known = [(false, false), (false, true), (true, false), (true, true)].into_iter().any(|(fips, dual_stack)| {
        let options = Options { region: Some(region.to_owned()), fips, dual_stack, url: None };
        endpoint::resolve(&options).is_ok_and(|endpoint| endpoint.url.strip_prefix("https://") == Some(host))
    });
    let dual_stack_domain = DUAL_STACK_PARTITIONS.contains(&partition.name).then_some(partition.dual_stack_domain);
    let in_partition = domain == partition.domain || Some(domain) == dual_stack_domain;
    let own = subject.server.region.is_some_and(|own| host.starts_with("sts.") && region == own);
    pass_if((known || own) && in_partition, || {
        format!("{} is not a host of STS in partition {}", excerpt(host), partition.name)
    })
}

fn path(subject: &Subject<'_>) -> Verdict {
    let Some(url) = &subject.token.url else { return Verdict::NotReached };
    pass_if(url.path == "/", || format!("it is `{}`", excerpt(&url.path)))
}

fn duplicates(subject: &Subject<'_>) -> Verdict {
    let Some(parameters) = &subject.token.parameters else {
        let reached = subject.token.url.is_some();
        return if reached { Verdict::Fail("the query is malformed".to_owned()) } else { Verdict::NotReached };
    };
    let mut names: Vec<String> = parameters.iter().map(|(name, _)| name.to_lowercase()).collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    pass_if(twice.is_none(), || format!("{} stands twice", twice.map_or_else(String::new, |pair| excerpt(&pair[0]))))
}

fn parameters(subject: &Subject<'_>) -> Verdict {
    let Some(parameters) = &subject.token.parameters else { return Verdict::NotReached };
    let foreign = parameters.iter().find(|(name, _)| !PARAMETERS.contains(&name.to_lowercase().as_str()));
    pass_if(foreign.is_none(), || format!("it has {}", foreign.map_or_else(String::new, |(name, _)| excerpt(name))))
}

fn action(subject: &Subject<'_>) -> Verdict {
    subject.judge("action", |action| pass_if(action == "GetCallerIdentity", || format!("it is `{}`", excerpt(action))))
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
        pass_if(fits, || format!("it is `{}`", excerpt(seconds)))
    })
}

fn date_format(subject: &Subject<'_>) -> Verdict {
    subject.judge("x-amz-date", |date| {
        pass_if(subject.token.signed_at().is_some(), || format!("it is `{}`", excerpt(date)))
    })
}

fn age(subject: &Subject<'_>) -> Verdict {
    let Some(date) = subject.token.signed_at() else { return Verdict::NotReached };
    let age = subject.now - date;
    pass_if(age <= PRESIGNED_LIFETIME, || format!("it was signed {} minutes ago", age.whole_minutes()))
}

/// What STS will demand when the server replays the request with the headers `host` and `x-k8s-aws-id` (and some that
/// no client can know the values of): the parts of a signature, over just these two.
fn signature(subject: &Subject<'_>) -> Verdict {
    for name in ["x-amz-algorithm", "x-amz-credential", "x-amz-signature"] {
        if subject.token.parameters.is_some() && subject.token.parameter(name).is_none_or(str::is_empty) {
            return Verdict::Fail(format!("{name} is missing"));
        }
    }
    subject.judge("x-amz-signedheaders", |headers| {
        let mut names: Vec<String> = headers.split(';').map(str::to_lowercase).collect();
        names.sort_unstable();
        pass_if(names == ["host", CLUSTER_HEADER], || format!("the signature covers {}", excerpt(headers)))
    })
}
