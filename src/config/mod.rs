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
use crate::cli::{Format, GetToken, Globals};
use crate::error::{configuration, excerpt, usage};
use crate::exec_info::{ApiVersion, ExecInfo};
use crate::output;
use crate::world::{AWS_DEFAULT_OUTPUT, AWS_USE_DUALSTACK_ENDPOINT, AWS_USE_FIPS_ENDPOINT, Variable, World};

/// Everything that decides a token but the credentials and the time.
#[derive(Debug)]
pub struct Request {
    pub cluster: ClusterName,
    /// STS's endpoint for the token.
    pub endpoint: endpoint::Options,
    /// STS's endpoint for our own requests.
    pub requests: endpoint::Options,
    /// The role of `--role-arn`.
    pub role: Option<FlaggedRole>,
    /// Whether a person may be asked.
    pub interactive: bool,
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
    /// A usage error, or configuration that is invalid.
    pub fn resolve(globals: &Globals, arguments: &GetToken, inputs: Inputs<'_>) -> Result<Self> {
        // No `..`: a flag that nobody handles must not compile.
        let Globals { region, profile: _, output, query, debug: _, network: _, inert } = globals;
        let GetToken { globals: _, cluster_name, cluster_id, token_only, api_version, sts_endpoint, cache: _, role } =
            arguments;

        if inert.no_sign_request.is_some() {
            return Err(usage("--no-sign-request makes no sense here: a cluster refuses an unsigned token")
                .hint("leave the flag out")
                .into());
        }
        let role = role::resolve(role, inputs.world)?;
        let (cluster, arn_region) = cluster::find(cluster_name.as_deref(), cluster_id.as_deref(), inputs.exec_info)?;
        if let Some(query) = query {
            output::check(query)?;
        }
        let regions = region::find(region.as_deref(), arn_region, inputs)?;
        let fips = inputs.switch(AWS_USE_FIPS_ENDPOINT, "use_fips_endpoint")?;
        let dual_stack = inputs.switch(AWS_USE_DUALSTACK_ENDPOINT, "use_dualstack_endpoint")?;
        let options = |region: Option<region::Region>, url| endpoint::Options {
            fips: fips || region.as_ref().is_some_and(|region| region.fips),
            dual_stack,
            region: region.map(|region| region.name),
            url,
        };
        Ok(Self {
            cluster,
            role,
            interactive: inputs.exec_info.interactive != Some(false),
            endpoint: options(regions.token, sts_endpoint.as_deref().map(parse_sts_endpoint).transpose()?),
            requests: options(regions.requests, None),
            answer: match token_only.is_some() {
                true if query.is_some() => {
                    return Err(usage("both --token-only and --query are given").hint("--token-only is enough").into());
                }
                true => Answer::Token,
                false => Answer::Credential {
                    api_version: find_api_version(api_version.as_deref(), inputs.exec_info)?,
                    format: inputs.format(*output, query.is_some())?,
                    query: query.clone(),
                },
            },
        })
    }
}

impl Inputs<'_> {
    /// A setting that is `true` in any case of letters, or not (botocore's `ensure_boolean`); the variable wins.
    fn switch(&self, variable: Variable, key: &str) -> Result<bool> {
        let value = self.world.text(variable)?;
        Ok(value.as_deref().or(self.profile.get(key)).is_some_and(|value| value.eq_ignore_ascii_case("true")))
    }

    /// The output format: `--output`, or what is configured, but that only for a query. Without one, `output = text`
    /// in somebody's AWS config must not reach kubectl.
    fn format(&self, flag: Option<Format>, query: bool) -> Result<Format> {
        if flag.is_some() || !query {
            return Ok(flag.unwrap_or(Format::Json));
        }
        let (name, origin) = match (self.world.text(AWS_DEFAULT_OUTPUT)?, self.profile.get("output")) {
            (Some(name), _) => (name, AWS_DEFAULT_OUTPUT.name),
            (None, Some(name)) => (name.to_owned(), "`output` in the profile"),
            (None, None) => return Ok(Format::Json),
        };
        Format::from_str(&name, false).map_err(|_| {
            configuration(format!("output format `{}` ({origin}) is not supported", excerpt(&name)))
                .hint("give --output json, text or yaml")
                .into()
        })
    }
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
    Err(usage(format!("--sts-endpoint `{url}` is not a URL"))
        .hint("such as https://sts.eu-west-1.amazonaws.com")
        .into())
}
