//! Flags, exec info, environment and profile, resolved into one request. What was typed gets its meaning here.

mod cluster;
mod profile;
mod region;
mod role;

use anyhow::Result;
use clap::ValueEnum as _;

pub use cluster::ClusterName;
pub use profile::ProfileChoice;
pub use region::Region;
pub use role::{FlaggedRole, is_mfa_code};

use crate::aws::endpoint;
use crate::aws::profiles::Profile;
use crate::cache;
use crate::cli::{self, Format, GetToken, Globals};
use crate::error::{configuration, excerpt, usage};
use crate::exec_info::{ApiVersion, ExecInfo};
use crate::output;
use crate::world::{AWS_DEFAULT_OUTPUT, AWS_USE_DUALSTACK_ENDPOINT, AWS_USE_FIPS_ENDPOINT, Variable, World};

/// What is asked for, as far as it can be told before the AWS files are read.
#[derive(Debug)]
pub struct Request {
    pub cluster: ClusterName,
    pub access: Access,
    pub answer: Answer,
}

/// Who asks, and where: what every command that asks AWS for something has flags about.
#[derive(Debug)]
pub struct Access {
    /// `--region`.
    region: Option<String>,
    /// The region of the cluster's ARN.
    arn_region: Option<cluster::ArnRegion>,
    /// `--sts-endpoint`.
    sts_endpoint: Option<String>,
    /// The role of `--role-arn`.
    pub role: Option<FlaggedRole>,
    /// `--mfa-code`.
    pub mfa_code: Option<String>,
    /// Whether a person may be asked.
    pub interactive: bool,
    pub cache: cache::Settings,
}

/// Which STS is meant.
#[derive(Debug)]
pub struct Endpoints {
    /// By the token.
    pub token: endpoint::Options,
    /// By our own requests.
    pub requests: endpoint::Options,
    /// What said the token's region, in words.
    pub region_from: &'static str,
}

/// What to print.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// The bare token.
    Token,
    /// An ExecCredential.
    /// `format` is `None` where the profile's `output` decides.
    Credential { api_version: ApiVersion, format: Option<Format>, query: Option<String> },
}

/// What there is beside the command line.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub exec_info: &'a ExecInfo,
    /// The selected profile.
    pub profile: Profile<'a>,
    pub world: &'a World,
}

impl Request {
    /// Gives the command line its meaning.
    ///
    /// # Errors
    /// A usage error, or a variable that is invalid.
    pub fn resolve(globals: &Globals, arguments: &GetToken, exec_info: &ExecInfo, world: &World) -> Result<Self> {
        // No `..`: a flag that nobody handles must not compile.
        let GetToken { globals: _, cluster_name, cluster_id, token_only, api_version, sts_endpoint, cache, role } =
            arguments;
        let Globals { region: _, profile: _, output, query, debug: _, network: _, inert: _ } = globals;

        let access = Access::resolve(globals, role, cache, exec_info.interactive != Some(false), world)?;
        let (cluster, arn_region) = cluster::find(cluster_name.as_deref(), cluster_id.as_deref(), exec_info)?;
        if let Some(query) = query {
            output::check(query)?;
        }
        let sts_endpoint = sts_endpoint.as_deref().map(parse_sts_endpoint).transpose()?;
        Ok(Self {
            cluster,
            access: Access { arn_region, sts_endpoint, ..access },
            answer: match token_only.is_some() {
                true if query.is_some() => {
                    return Err(usage("both --token-only and --query are given").hint("--token-only is enough").into());
                }
                true => Answer::Token,
                false => Answer::Credential {
                    api_version: find_api_version(api_version.as_deref(), exec_info)?,
                    format: format(*output, query.is_some(), world)?,
                    query: query.clone(),
                },
            },
        })
    }
}

impl Access {
    /// Gives the flags of any command their meaning.
    ///
    /// # Errors
    /// A usage error, or a variable that is invalid.
    pub fn resolve(
        globals: &Globals,
        role: &cli::Role,
        cache: &cli::Cache,
        interactive: bool,
        world: &World,
    ) -> Result<Self> {
        let Globals { region, profile: _, output: _, query: _, debug: _, network: _, inert } = globals;
        if inert.no_sign_request.is_some() {
            return Err(usage("--no-sign-request makes no sense here: a cluster refuses an unsigned token")
                .hint("leave the flag out")
                .into());
        }
        Ok(Self {
            region: region.clone(),
            arn_region: None,
            sts_endpoint: None,
            role: role::resolve(role, world)?,
            mfa_code: role.mfa_code.clone(),
            interactive,
            cache: cache::Settings::resolve(cache, world)?,
        })
    }

    /// The same, for the cluster called `name`, which an ARN may tell the region of; and its bare name.
    ///
    /// # Errors
    /// A usage error: no name of a cluster.
    pub fn for_cluster(self, name: &str) -> Result<(ClusterName, Self)> {
        let (cluster, arn_region) = cluster::find(Some(name), None, &ExecInfo::default())?;
        Ok((cluster, Self { arn_region, ..self }))
    }

    /// Which STS is meant, by everything that may name a region.
    ///
    /// # Errors
    /// A region that is none, or contradicts the cluster's ARN; a setting that is not text.
    pub fn endpoints(&self, inputs: Inputs<'_>) -> Result<Endpoints> {
        let regions = region::find(self.region.as_deref(), self.arn_region.as_ref(), inputs)?;
        let fips = inputs.switch(AWS_USE_FIPS_ENDPOINT, "use_fips_endpoint")?;
        let dual_stack = inputs.switch(AWS_USE_DUALSTACK_ENDPOINT, "use_dualstack_endpoint")?;
        let options = |region: Option<region::Region>, url| endpoint::Options {
            fips: fips || region.as_ref().is_some_and(|region| region.fips),
            dual_stack,
            region: region.map(|region| region.name),
            url,
        };
        Ok(Endpoints {
            token: options(regions.token, self.sts_endpoint.clone()),
            requests: options(regions.requests, None),
            region_from: regions.token_from,
        })
    }
}

impl Answer {
    /// The format of the document. `configured` is the profile's `output`.
    ///
    /// # Errors
    /// That decides, and is none of ours.
    pub fn format(&self, configured: Option<&str>) -> Result<Format> {
        match (self, configured) {
            (Self::Credential { format: None, .. }, Some(name)) => parse_format(name, "`output` in the profile"),
            (Self::Credential { format, .. }, _) => Ok(format.unwrap_or(Format::Json)),
            (Self::Token, _) => Ok(Format::Text),
        }
    }
}

impl Inputs<'_> {
    /// A setting that is `true` in any case of letters, or not (botocore's `ensure_boolean`); the variable wins.
    fn switch(&self, variable: Variable, key: &str) -> Result<bool> {
        let value = self.world.text(variable)?;
        Ok(value.as_deref().or(self.profile.get(key)).is_some_and(|value| value.eq_ignore_ascii_case("true")))
    }
}

/// The output format: `--output`, or what is configured, but that only for a query. Without one, `output = text` in
/// somebody's AWS config must not reach kubectl. `None`: it may be the profile that decides.
fn format(flag: Option<Format>, query: bool, world: &World) -> Result<Option<Format>> {
    match flag {
        Some(format) => Ok(Some(format)),
        None if !query => Ok(Some(Format::Json)),
        None => world.text(AWS_DEFAULT_OUTPUT)?.map(|name| parse_format(&name, AWS_DEFAULT_OUTPUT.name)).transpose(),
    }
}

fn parse_format(name: &str, origin: &str) -> Result<Format> {
    Format::from_str(name, false).map_err(|_| {
        configuration(format!("output format `{}` ({origin}) is not supported", excerpt(name)))
            .hint("give --output json, text or yaml")
            .into()
    })
}

fn find_api_version(flag: Option<&str>, exec_info: &ExecInfo) -> Result<ApiVersion> {
    let Some(text) = flag else { return Ok(exec_info.api_version.unwrap_or(ApiVersion::V1Beta1)) };
    let version = ApiVersion::from_full_name(text).or_else(|| ApiVersion::from_version(text));
    version.ok_or_else(|| usage(format!("--api-version `{text}` is unknown")).hint("v1 or v1beta1 is meant").into())
}

fn parse_sts_endpoint(url: &str) -> Result<String> {
    if endpoint::is_url(url) {
        return Ok(url.to_owned());
    }
    if url.contains('@') {
        return Err(usage("the URL of --sts-endpoint has a user in it").hint("write it without").into());
    }
    Err(usage(format!("--sts-endpoint `{url}` is not a URL"))
        .hint("such as https://sts.eu-west-1.amazonaws.com")
        .into())
}
