//! Flags, exec info, environment and AWS files, resolved into one request. What was typed gets its meaning here.

use std::fmt;

use anyhow::Result;

use crate::aws::arn::Arn;
use crate::aws::credentials::not_supported;
use crate::aws::endpoint;
use crate::aws::partition::{Partition, region_of_server};
use crate::aws::profiles::{Profile, Profiles};
use crate::cli::{Format, GetToken, Globals, Role};
use crate::error::{Failure, configuration, usage};
use crate::exec_info::{ApiVersion, ExecInfo};
use crate::world::{
    AWS_DEFAULT_OUTPUT, AWS_DEFAULT_PROFILE, AWS_DEFAULT_REGION, AWS_PROFILE, AWS_REGION, AWS_USE_DUALSTACK_ENDPOINT,
    AWS_USE_FIPS_ENDPOINT, Variable, World,
};

/// Everything that decides a token but the credentials and the time.
#[derive(Debug)]
pub struct Request {
    pub cluster: ClusterName,
    pub endpoint: endpoint::Options,
    pub answer: Answer,
}

/// What to print.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// The bare token.
    Token,
    /// An ExecCredential.
    Credential { api_version: ApiVersion, format: Format, query: Option<String> },
}

impl Request {
    /// Gives the command line its meaning.
    ///
    /// # Errors
    /// A usage error, or configuration that cannot be meant.
    pub fn resolve(
        globals: &Globals,
        arguments: &GetToken,
        exec_info: &ExecInfo,
        profile: Profile<'_>,
        world: &World,
    ) -> Result<Self> {
        // No `..`: a flag that nobody handles must not compile.
        let Globals { region, profile: _, output, query, debug: _, inert } = globals;
        let GetToken { cluster_name, cluster_id, token_only, api_version, sts_endpoint, cache: _, role } = arguments;

        if inert.no_sign_request.is_some() {
            return Err(usage("--no-sign-request makes no sense here: a cluster refuses an unsigned token")
                .hint("leave the flag out")
                .into());
        }
        refuse_role(role)?;
        let (cluster, arn_region) = find_cluster(cluster_name.as_deref(), cluster_id.as_deref(), exec_info)?;
        let region = find_region(region.as_deref(), arn_region, exec_info, profile, world)?;
        world.debug(|| match &region {
            Some((region, origin)) => format!("region {} from {origin}", region.0),
            None => "no region anywhere: the global STS endpoint".to_owned(),
        });
        let region = region.map(|(region, _)| region.0);
        let (region, fips_region) = strip_fips(region);
        Ok(Self {
            cluster,
            endpoint: endpoint::Options {
                region,
                fips: fips_region || switch(AWS_USE_FIPS_ENDPOINT, "use_fips_endpoint", profile, world)?,
                dual_stack: switch(AWS_USE_DUALSTACK_ENDPOINT, "use_dualstack_endpoint", profile, world)?,
                url: sts_endpoint.as_deref().map(parse_sts_endpoint).transpose()?,
            },
            answer: answer(*token_only, api_version.as_deref(), query.as_deref(), *output, exec_info, profile, world)?,
        })
    }
}

/// Which profile is meant, and by whom.
#[derive(Debug, PartialEq, Eq)]
pub struct ProfileChoice {
    pub name: String,
    /// Whether `--profile` named it.
    pub from_flag: bool,
    /// What named it; `None`: nothing did, `default` is the name that remains.
    origin: Option<&'static str>,
}

impl ProfileChoice {
    /// `--profile`, else `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE` (AWS CLI v2's order), else `default`; an empty one
    /// counts as not given.
    ///
    /// # Errors
    /// A variable that is not UTF-8.
    pub fn make(flag: Option<&str>, world: &World) -> Result<Self> {
        if let Some(name) = flag.filter(|name| !name.is_empty()) {
            return Ok(Self { name: name.to_owned(), from_flag: true, origin: Some("--profile") });
        }
        for variable in [AWS_PROFILE, AWS_DEFAULT_PROFILE] {
            if let Some(name) = world.text(variable)? {
                return Ok(Self { name, from_flag: false, origin: Some(variable.name) });
            }
        }
        Ok(Self { name: "default".to_owned(), from_flag: false, origin: None })
    }

    /// The profile itself. One that was named must exist, even where other credentials would serve: falling through
    /// to those would be another identity.
    ///
    /// # Errors
    /// A profile that was named and is in neither file.
    pub fn find<'p>(&self, profiles: &'p Profiles<'p>) -> Result<Profile<'p>> {
        match (profiles.get(&self.name), self.origin) {
            (Some(profile), _) => Ok(profile),
            (None, None) => Ok(Profile::default()),
            (None, Some(origin)) => {
                let (config, credentials) =
                    (profiles.files.config.path.display(), profiles.files.credentials.path.display());
                let message =
                    format!("profile `{}` (from {origin}) is in neither {config} nor {credentials}", self.name);
                let mut names: Vec<_> = profiles.names().take(8).collect();
                names.dedup();
                let hint = match names.is_empty() {
                    true => "neither file has any profile; `aws configure` writes one".to_owned(),
                    false => format!("profiles there: {}", names.join(", ")),
                };
                Err(configuration(message).hint(hint).into())
            }
        }
    }
}

/// What the token is bound to: the value of the signed header `x-k8s-aws-id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterName(String);

impl ClusterName {
    /// Takes any name that can be a header's value; what names EKS allows is EKS's business.
    ///
    /// # Errors
    /// A name that is empty, blank, or has control characters in it.
    pub fn parse(name: &str) -> Result<Self, Failure> {
        if name.trim().is_empty() {
            return Err(usage("the cluster name is empty").hint("give it with --cluster-name NAME"));
        }
        if name.chars().any(char::is_control) {
            return Err(usage(format!("the cluster name `{name}` has control characters in it"))
                .hint("give the name as EKS shows it"));
        }
        Ok(Self(name.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The region of a cluster ARN, and its partition.
struct ArnRegion {
    region: String,
    partition: String,
}

/// The cluster, and its region where an ARN tells it: a flag, else the cluster's exec extension.
fn find_cluster(
    name: Option<&str>,
    id: Option<&str>,
    exec_info: &ExecInfo,
) -> Result<(ClusterName, Option<ArnRegion>)> {
    let text = match (name, id) {
        (Some(_), Some(_)) => {
            return Err(usage("both --cluster-name and --cluster-id are given")
                .hint("give --cluster-id only for a local cluster on AWS Outposts")
                .into());
        }
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => match (&exec_info.cluster_name, &exec_info.cluster_id) {
            (Some(_), Some(_)) => {
                return Err(usage("the cluster's exec extension has both clusterName and clusterId")
                    .hint("keep one of them in the kubeconfig")
                    .into());
            }
            (Some(text), None) | (None, Some(text)) => text,
            (None, None) => {
                return Err(usage("no cluster is named").hint("give its name with --cluster-name NAME").into());
            }
        },
    };
    let Some(arn) = Arn::parse(text) else { return Ok((ClusterName::parse(text)?, None)) };
    match (arn.service, arn.resource.strip_prefix("cluster/"), Partition::named(arn.partition)) {
        ("eks", Some(name), Some(partition)) if !arn.region.is_empty() => {
            let region = ArnRegion { region: arn.region.to_owned(), partition: partition.name.to_owned() };
            Ok((ClusterName::parse(name)?, Some(region)))
        }
        _ => Err(usage(format!("`{text}` is not the ARN of an EKS cluster"))
            .hint("such an ARN reads arn:aws:eks:REGION:ACCOUNT:cluster/NAME")
            .into()),
    }
}

/// A region's name, fit to be part of a host name.
#[derive(Debug, PartialEq, Eq)]
pub struct Region(String);

impl Region {
    /// botocore's `validate_region_name`, less upper-case letters, which make a host that every cluster refuses.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let fits = (1..=63).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !name.bytes().all(|byte| byte.is_ascii_digit())
            && !name.starts_with('-')
            && !name.ends_with('-');
        fits.then(|| Self(name.to_owned()))
    }
}

/// Where a region came from, for messages.
#[derive(Clone, Copy, Debug)]
enum Origin {
    Flag,
    Arn,
    Extension,
    Variable(Variable),
    Profile,
    Server,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag => "--region",
            Self::Arn => "the cluster ARN",
            Self::Extension => "the cluster's exec extension",
            Self::Variable(variable) => variable.name,
            Self::Profile => "the profile",
            Self::Server => "the API server's host name",
        })
    }
}

/// The region, first hit: the flag, a cluster ARN, the cluster's exec extension, `AWS_REGION`, `AWS_DEFAULT_REGION`,
/// the selected profile, the API server's host name. None of them: the global endpoint.
fn find_region(
    flag: Option<&str>,
    arn: Option<ArnRegion>,
    exec_info: &ExecInfo,
    profile: Profile<'_>,
    world: &World,
) -> Result<Option<(Region, Origin)>> {
    if let (Some(region), Some(arn)) = (flag, &arn) {
        let partition = Partition::of_region(region).name;
        if Region::parse(region).is_some() && region != "aws-global" && partition != arn.partition {
            return Err(usage(format!(
                "--region {region} is in partition {partition}, the cluster ARN in {}",
                arn.partition
            ))
            .hint(format!("leave --region out, or give --region {}", arn.region))
            .into());
        }
    }
    let found = if let Some(region) = flag {
        Some((region.to_owned(), Origin::Flag))
    } else if let Some(arn) = arn {
        Some((arn.region, Origin::Arn))
    } else if let Some(region) = &exec_info.region {
        Some((region.clone(), Origin::Extension))
    } else if let Some(region) = world.text(AWS_REGION)? {
        Some((region, Origin::Variable(AWS_REGION)))
    } else if let Some(region) = world.text(AWS_DEFAULT_REGION)? {
        Some((region, Origin::Variable(AWS_DEFAULT_REGION)))
    } else if let Some(region) = profile.get("region") {
        Some((region.to_owned(), Origin::Profile))
    } else {
        exec_info.server.as_deref().and_then(region_of_server).map(|region| (region.to_owned(), Origin::Server))
    };
    let Some((name, origin)) = found else { return Ok(None) };
    let message = || format!("`{name}` (from {origin}) is not the name of a region");
    let failure = || match origin {
        Origin::Flag | Origin::Arn => usage(message()),
        _ => configuration(message()),
    };
    let region = Region::parse(&name).ok_or_else(|| failure().hint("regions are written like eu-west-1"))?;
    Ok(Some((region, origin)))
}

/// The region behind a pseudo-region such as `fips-us-east-1` or `us-gov-west-1-fips`, and whether it was one
/// (botocore's `EndpointRulesetResolver`, which takes it for a region and the FIPS switch).
fn strip_fips(region: Option<String>) -> (Option<String>, bool) {
    let stripped = |name: &str| name.strip_prefix("fips-").or_else(|| name.strip_suffix("-fips")).map(str::to_owned);
    match region.as_deref().and_then(stripped) {
        Some(real) => (Some(real), true),
        None => (region, false),
    }
}

/// A setting that is `true` in any case of letters, or not (botocore's `ensure_boolean`); the variable wins.
fn switch(variable: Variable, key: &str, profile: Profile<'_>, world: &World) -> Result<bool> {
    let value = world.text(variable)?;
    Ok(value.as_deref().or(profile.get(key)).is_some_and(|value| value.eq_ignore_ascii_case("true")))
}

/// Role flags ask for credentials that this version cannot get: answering with others would be another identity.
fn refuse_role(role: &Role) -> Result<()> {
    let Role { role_arn, external_id, session_name, forward_session_name } = role;
    let flag = match (role_arn, external_id, session_name, forward_session_name) {
        (Some(_), ..) => "--role-arn",
        (_, Some(_), ..) => "--external-id",
        (_, _, Some(_), _) => "--session-name",
        (.., true) => "--forward-session-name",
        (None, None, None, false) => return Ok(()),
    };
    Err(not_supported(&format!("{flag} asks for an assumed role")).into())
}

fn parse_sts_endpoint(url: &str) -> Result<String> {
    let uri: Option<http::Uri> = url.parse().ok();
    let fits = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("https" | "http"))
            && uri.host().is_some()
            && uri.query().is_none()
            && url.len() < 2048
    });
    if fits {
        return Ok(url.to_owned());
    }
    Err(usage(format!("--sts-endpoint `{url}` is not a URL"))
        .hint("such as https://sts.eu-west-1.amazonaws.com")
        .into())
}

fn answer(
    token_only: bool,
    api_version: Option<&str>,
    query: Option<&str>,
    output: Option<Format>,
    exec_info: &ExecInfo,
    profile: Profile<'_>,
    world: &World,
) -> Result<Answer> {
    if token_only {
        if query.is_some() {
            return Err(usage("both --token-only and --query are given").hint("--token-only is enough").into());
        }
        return Ok(Answer::Token);
    }
    let api_version = match api_version {
        Some(text) => {
            let version = ApiVersion::from_full_name(text).or_else(|| ApiVersion::from_version(text));
            version.ok_or_else(|| usage(format!("--api-version `{text}` is unknown")).hint("v1 or v1beta1 is meant"))?
        }
        None => exec_info.api_version.unwrap_or(ApiVersion::V1Beta1),
    };
    let format = match (output, query) {
        (Some(format), _) => format,
        // Without a query, `output = text` in somebody's AWS config must not reach kubectl.
        (None, None) => Format::Json,
        (None, Some(_)) => configured_format(profile, world)?,
    };
    Ok(Answer::Credential { api_version, format, query: query.map(str::to_owned) })
}

/// The output format that the environment or the profile sets.
fn configured_format(profile: Profile<'_>, world: &World) -> Result<Format> {
    let (name, origin) = match (world.text(AWS_DEFAULT_OUTPUT)?, profile.get("output")) {
        (Some(name), _) => (name, AWS_DEFAULT_OUTPUT.name),
        (None, Some(name)) => (name.to_owned(), "`output` in the profile"),
        (None, None) => return Ok(Format::Json),
    };
    <Format as clap::ValueEnum>::from_str(&name, false).map_err(|_| {
        configuration(format!("output format `{name}` ({origin}) is not supported"))
            .hint("give --output json, text or yaml")
            .into()
    })
}
