//! Which STS endpoint goes into a token, and which region signs it: aws-sdk-sts's own endpoint rules. And which endpoint
//! the environment or the AWS files want our own requests to go to.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use anyhow::{Context as _, Result, anyhow};
use aws_sdk_sts::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};

use crate::aws::profiles::{Profile, Profiles};
use crate::error::{Failure, configuration, excerpt, usage};
use crate::world::{
    AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_EKS, AWS_ENDPOINT_URL_SIGNIN, AWS_ENDPOINT_URL_SSO, AWS_ENDPOINT_URL_SSO_OIDC,
    AWS_ENDPOINT_URL_STS, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS, Variable, World,
};

/// The pseudo-region of the global endpoint, `sts.amazonaws.com`, which us-east-1 signs for.
const GLOBAL: &str = "aws-global";
/// The region that signs for it.
pub const GLOBAL_SIGNING_REGION: &str = "us-east-1";

/// What decides the endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// No region gives the global endpoint, as in the AWS CLI.
    pub region: Option<String>,
    /// The endpoint that is FIPS 140 validated.
    pub fips: bool,
    /// The endpoint that has IPv6 too.
    pub dual_stack: bool,
    /// An endpoint in place of AWS's own.
    pub url: Option<String>,
}

/// An endpoint of STS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme and host, perhaps a path; no `/` at its end.
    pub url: String,
    /// The region of the signature's scope.
    pub signing_region: String,
}

/// Resolves the STS endpoint.
///
/// # Errors
/// A combination that AWS does not have, such as FIPS with an endpoint of one's own.
pub fn resolve(options: &Options) -> Result<Endpoint> {
    let region = options.region.as_deref().unwrap_or(GLOBAL);
    if options.url.is_some() && (options.fips || options.dual_stack) {
        return Err(usage("--sts-endpoint does not go with the FIPS or the dual-stack switch")
            .hint("leave the flag out, or switch off AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT")
            .into());
    }
    if region == GLOBAL && (options.fips || options.dual_stack) {
        // The rules would make up a host that does not exist, sts-fips.aws-global.amazonaws.com.
        return Err(configuration("the FIPS and dual-stack endpoints of STS are regional, and no region is set")
            .hint("give --region, or set AWS_REGION")
            .into());
    }
    let params = Params::builder()
        .region(region)
        .use_fips(options.fips)
        .use_dual_stack(options.dual_stack)
        .set_endpoint(options.url.clone())
        .build()
        .context("cannot resolve the STS endpoint")?;
    let resolver = DefaultResolver::new();
    let endpoint = ready(ResolveEndpoint::resolve_endpoint(&resolver, &params))?
        .map_err(|error| configuration(format!("no STS endpoint for region {region}: {error}")))?;
    // The rules name a region only where it differs from the one asked for.
    let signing_region = match region {
        GLOBAL => GLOBAL_SIGNING_REGION,
        region => region,
    };
    Ok(Endpoint { url: endpoint.url().trim_end_matches('/').to_owned(), signing_region: signing_region.to_owned() })
}

/// A service of AWS that we ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The Security Token Service.
    Sts,
    /// EKS itself.
    Eks,
    /// IAM Identity Center's portal, which gives role credentials.
    Sso,
    /// IAM Identity Center's OIDC service, which refreshes its tokens.
    SsoOidc,
    /// Where `aws login` gets its credentials.
    Signin,
}

impl Service {
    /// The variable that names its endpoint, and its key in a `services` section.
    fn names(self) -> (Variable, &'static str) {
        match self {
            Self::Sts => (AWS_ENDPOINT_URL_STS, "sts"),
            Self::Eks => (AWS_ENDPOINT_URL_EKS, "eks"),
            Self::Sso => (AWS_ENDPOINT_URL_SSO, "sso"),
            Self::SsoOidc => (AWS_ENDPOINT_URL_SSO_OIDC, "sso_oidc"),
            Self::Signin => (AWS_ENDPOINT_URL_SIGNIN, "signin"),
        }
    }
}

/// The endpoint that is configured for requests of `service`, first hit: the service's variable, `AWS_ENDPOINT_URL`, the
/// profile's `services` section, its `endpoint_url`
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
///
/// # Errors
/// A value that is no URL. (Without a scheme it would make the SDK fail with a message that quotes the request.)
pub fn configured(
    service: Service,
    profiles: &Profiles<'_>,
    profile: Profile<'_>,
    world: &World,
) -> Result<Option<String>> {
    let is_true = |value: &str| value.eq_ignore_ascii_case("true");
    let ignored = world.text(AWS_IGNORE_CONFIGURED_ENDPOINT_URLS)?;
    if ignored.as_deref().or(profile.get("ignore_configured_endpoint_urls")).is_some_and(is_true) {
        return Ok(None);
    }
    let (variable, key) = service.names();
    let in_services = || -> Result<Option<&str>> {
        let Some(name) = profile.get("services") else { return Ok(None) };
        let section = profiles.services(name).ok_or_else(|| {
            configuration(format!("the profile's `services = {}`: there is no such section", excerpt(name)))
                .hint("write a [services NAME] section into the config file, or take the setting out")
        })?;
        Ok(section.nested(key, "endpoint_url"))
    };
    let found = if let Some(url) = world.text(variable)? {
        Some((url, variable.name))
    } else if let Some(url) = world.text(AWS_ENDPOINT_URL)? {
        Some((url, AWS_ENDPOINT_URL.name))
    } else if let Some(url) = in_services()? {
        Some((url.to_owned(), "the services section"))
    } else {
        profile.get("endpoint_url").map(|url| (url.to_owned(), "endpoint_url in the profile"))
    };
    let Some((url, origin)) = found else { return Ok(None) };
    if !is_url(&url) {
        return Err(not_a_url(&url, origin).into());
    }
    world.debug(|| format!("requests of {key} go to {url} ({origin})"));
    Ok(Some(url.trim_end_matches('/').to_owned()))
}

/// The endpoint that `--endpoint-url` names.
///
/// # Errors
/// A value that is no URL.
pub fn flagged(url: &str) -> Result<String> {
    match is_url(url) {
        true => Ok(url.trim_end_matches('/').to_owned()),
        false => Err(not_a_url(url, "--endpoint-url").into()),
    }
}

fn not_a_url(url: &str, origin: &str) -> Failure {
    let kind = if origin.starts_with("--") { usage } else { configuration };
    if url.contains('@') {
        return kind(format!("the endpoint ({origin}) has a user in it")).hint("write it without");
    }
    kind(format!("the endpoint `{}` ({origin}) is not a URL", excerpt(url)))
        .hint("write it with its scheme, such as https://sts.eu-west-1.amazonaws.com")
}

/// Whether `url` can be an endpoint: scheme, host and perhaps a path. The longest host name has 253 characters, and no
/// path needs thousands.
#[must_use]
pub fn is_url(url: &str) -> bool {
    let uri: Option<http::Uri> = url.parse().ok();
    url.len() < 2048
        && !url.contains(['?', '#'])
        && uri.is_some_and(|uri| {
            let authority = uri.authority().map_or("", |authority| authority.as_str());
            // A user part would end up in messages, and nothing of AWS's wants one.
            matches!(uri.scheme_str(), Some("https" | "http")) && !authority.is_empty() && !authority.contains('@')
        })
}

/// `url` for messages: without a user, a password, or what stands behind a `?`.
#[must_use]
pub fn shown(url: &str) -> String {
    let url = excerpt(url.split(['?', '#']).next().unwrap_or_default());
    match url.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, host)| host)),
        None => url.rsplit_once('@').map_or(url.clone(), |(_, host)| host.to_owned()),
    }
}

/// The value of a future that is ready at once, as the SDK's endpoint rules are: they only compute.
fn ready<T>(future: impl Future<Output = T>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => Err(anyhow!("the STS endpoint rules did not answer at once")),
    }
}
