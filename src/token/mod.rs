//! The token: a presigned STS request, bound to a cluster. Pure: credentials, endpoint, cluster and time in, token out.
//!
//! `k8s-aws-v1.` and the unpadded base64url of a presigned `GetCallerIdentity` URL whose signature covers the header
//! `x-k8s-aws-id`. The cluster adds that header with its own name and replays the request at STS, so a token for
//! another cluster has a wrong signature. The other side: `presigned.rs` takes a token apart, `rules.rs` holds what a
//! cluster demands of it, `inspection.rs` what can be told of it.

pub(crate) mod inspection;
pub(crate) mod presigned;
pub mod rules;

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, anyhow};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::OffsetDateTime;

use crate::aws::endpoint::Endpoint;
use crate::config::ClusterName;
use crate::error::configuration;

/// What every token begins with (aws-iam-authenticator's `v1Prefix`).
pub const PREFIX: &str = "k8s-aws-v1.";

/// The signed header that binds a token to a cluster (its `clusterIDHeader`).
pub const CLUSTER_HEADER: &str = "x-k8s-aws-id";

/// `X-Amz-Expires`. STS ignores it and counts 15 minutes from `X-Amz-Date`; servers before 0.4 refused more than 60
/// (aws-iam-authenticator's `requestPresignParam`).
const PRESIGNED_SECONDS: u64 = 60;

/// How long a client may use a token: a minute less than the server accepts it for, so that none dies on its way.
const LIFETIME: Duration = Duration::from_mins(14);

/// How long before the credentials' own end a token made from them is given up.
const CREDENTIALS_MARGIN: Duration = Duration::from_mins(1);

/// A token and its end.
pub(crate) struct Token {
    /// What goes behind `Authorization: Bearer`. A secret.
    pub bearer: String,
    /// When to ask for another one, in whole seconds.
    pub expiration: OffsetDateTime,
}

/// Signs a token for `cluster` at the time `now`.
///
/// # Errors
/// Credentials that have expired already, or that are no text a URL can carry.
pub(crate) fn sign_token(
    credentials: &Credentials,
    endpoint: &Endpoint,
    cluster: &ClusterName,
    now: SystemTime,
) -> Result<Token> {
    let expiration = expiration(now, credentials.expiry())?;
    let url = presign(credentials, endpoint, cluster, now)?;
    let mut bearer = String::with_capacity(PREFIX.len() + url.len().div_ceil(3) * 4);
    bearer.push_str(PREFIX);
    URL_SAFE_NO_PAD.encode_string(url, &mut bearer);
    Ok(Token { bearer, expiration })
}

/// The presigned URL.
fn presign(credentials: &Credentials, endpoint: &Endpoint, cluster: &ClusterName, now: SystemTime) -> Result<String> {
    let url = endpoint.url.as_str();
    let has_path = url.split_once("://").is_some_and(|(_, rest)| rest.contains('/'));
    let slash = if has_path { "" } else { "/" };
    let url = format!("{url}{slash}?Action=GetCallerIdentity&Version=2011-06-15");

    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    settings.expires_in = Some(Duration::from_secs(PRESIGNED_SECONDS));
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&endpoint.signing_region)
        .name("sts")
        .time(now)
        .settings(settings)
        .build()?
        .into();
    let headers = [(CLUSTER_HEADER, cluster.as_str())];
    // The signer's errors quote no secret, yet none of its text is needed: the inputs are ours.
    let request = SignableRequest::new("GET", url.as_str(), headers.into_iter(), SignableBody::Bytes(&[]))
        .map_err(|_| anyhow!("cannot sign a request to {}", endpoint.url))?;
    let (instructions, _signature) = sign(request, &params).context("cannot sign the token")?.into_parts();
    let mut request = http::Request::get(url).body(()).context("cannot build the presigned URL")?;
    // The signer percent-encodes here; its raw parameters are unencoded, and session tokens hold `+`, `/` and `=`.
    instructions.apply_to_request_http1x(&mut request);
    Ok(request.uri().to_string())
}

/// When a token made at `now` from credentials that end at `credentials_end` is to be replaced: 14 minutes on, never
/// later than a minute before the credentials' own end, or at that end when it is less than a minute away.
fn expiration(now: SystemTime, credentials_end: Option<SystemTime>) -> Result<OffsetDateTime> {
    let token_end = now + LIFETIME;
    let end = match credentials_end {
        None => token_end,
        Some(end) => match end.duration_since(now) {
            Ok(left) if left > CREDENTIALS_MARGIN => token_end.min(end - CREDENTIALS_MARGIN),
            Ok(left) if !left.is_zero() => end,
            _ => {
                return Err(configuration("the credentials have expired")
                    .hint("get new ones; for keys in the environment AWS_CREDENTIAL_EXPIRATION tells their end")
                    .into());
            }
        },
    };
    Ok(OffsetDateTime::from(end).replace_nanosecond(0)?)
}
