//! Which STS endpoint goes into a token, and which region signs it: aws-sdk-sts's own endpoint rules.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use anyhow::{Context as _, Result, anyhow};
use aws_sdk_sts::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};

use crate::error::{configuration, usage};

/// The pseudo-region of the global endpoint, `sts.amazonaws.com`, which us-east-1 signs for.
const GLOBAL: &str = "aws-global";
const GLOBAL_SIGNING_REGION: &str = "us-east-1";

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

/// The value of a future that is ready at once, as the SDK's endpoint rules are: they only compute.
fn ready<T>(future: impl Future<Output = T>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => Err(anyhow!("the STS endpoint rules did not answer at once")),
    }
}
