//! A container's credentials endpoint: ECS's, and EKS Pod Identity's.
//!
//! After botocore's `ContainerProvider`. The endpoint is asked without a proxy, and only where it is this machine's own
//! or speaks HTTPS: whoever sets the variable must not learn the token of the other.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use http::Uri;

use super::{Context, Found, Outcome, Search, json};
use crate::aws::endpoint::shown;
use crate::aws::network::{Answer, Network};
use crate::aws::small_file;
use crate::cache::digest::Digest;
use crate::cache::machine;
use crate::error::{configuration, excerpt, refusal};
use crate::world::{
    AWS_CONTAINER_AUTHORIZATION_TOKEN, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, AWS_CONTAINER_CREDENTIALS_FULL_URI,
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, World,
};

/// The host of relative URIs, ECS's.
const ECS: &str = "http://169.254.170.2";

/// The hosts that may be asked over plain HTTP, besides loopback addresses: ECS's, and EKS's in either family.
const HOSTS: [&str; 4] = ["localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

/// How often it is asked at most, and the wait between (botocore's `ContainerMetadataFetcher`).
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// Many times what Pod Identity's tokens have.
const MAX_TOKEN_BYTES: u64 = 64 * 1024;

/// The credentials that the container's endpoint gives.
pub(super) fn keys<'a>(search: &Search<'a>) -> Result<Outcome<'a>> {
    let context = search.context;
    let Some(url) = endpoint(context.world)? else {
        return Ok(Outcome::Nothing("container: no AWS_CONTAINER_CREDENTIALS_*_URI is set".to_owned()));
    };
    // Read for each run: Pod Identity renews its token.
    let token = authorization(context)?;
    context.trail.machine();
    let name = {
        let (url, token) = (url.clone(), token.clone());
        move || Digest::new("container").input(machine()).input(&url).maybe(token.as_ref())
    };
    Ok(Outcome::Found(Found::new(name, move || {
        let answer = ask(context.network, &url, token.as_deref())?;
        let place = format!("the answer of {}", shown(&url));
        let document = json::object(&answer.body, &place)?;
        json::credentials(&document, "Token", &place, "container")
    })))
}

/// The URL to ask, where one is set.
fn endpoint(world: &World) -> Result<Option<String>> {
    if let Some(path) = world.text(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)? {
        let slash = if path.starts_with('/') { "" } else { "/" };
        return Ok(Some(format!("{ECS}{slash}{path}")));
    }
    let Some(url) = world.text(AWS_CONTAINER_CREDENTIALS_FULL_URI)? else { return Ok(None) };
    let name = AWS_CONTAINER_CREDENTIALS_FULL_URI.name;
    let uri: Option<Uri> = url.parse().ok().filter(|uri: &Uri| uri.host().is_some());
    let Some(uri) = uri else {
        return Err(configuration(format!("{name} `{}` is not a URL", shown(&url)))
            .hint("unset it, or correct it")
            .into());
    };
    match uri.scheme_str() {
        Some("https") => Ok(Some(url)),
        Some("http") if is_local(uri.host().unwrap_or_default()) => Ok(Some(url)),
        _ => Err(configuration(format!("{name} `{}` is not an endpoint of this machine's", shown(&url)))
            .hint(format!("it must be https, or one of these hosts: a loopback address, {}", HOSTS.join(", ")))
            .into()),
    }
}

fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    HOSTS.contains(&host) || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn ask(network: &Network<'_>, url: &str, token: Option<&str>) -> Result<Answer> {
    let mut headers = vec![("accept", "application/json")];
    headers.extend(token.map(|token| ("authorization", token)));
    let mut attempt = 1;
    loop {
        let outcome = network.fetch("GET", url, &headers);
        let may_help = match &outcome {
            Ok(answer) if answer.status == 200 => return outcome,
            Ok(answer) => is_passing(answer.status),
            Err(_) => true,
        };
        // Where there is no time left for another attempt, this one's reason is the one to tell.
        if attempt == ATTEMPTS || !may_help || network.pause(PAUSE).is_err() {
            return Err(explain(outcome, url, token));
        }
        attempt += 1;
    }
}

fn explain(outcome: Result<Answer>, url: &str, token: Option<&str>) -> anyhow::Error {
    let answer = match outcome {
        Ok(answer) => answer,
        Err(error) => return error,
    };
    let words = match token {
        Some(token) => answer.body.trim().replace(token, "***"),
        None => answer.body.trim().to_owned(),
    };
    let colon = if words.is_empty() { "" } else { ": " };
    let status = answer.status;
    let url = shown(url);
    refusal(format!("{url} refused to give credentials: HTTP status {status}{colon}{}", excerpt(&words))).into()
}

/// Whether asking again may help.
fn is_passing(status: u16) -> bool {
    status == 429 || status >= 500
}

/// The token that the endpoint demands: from the file first, without the newline at its end.
fn authorization(context: &Context<'_>) -> Result<Option<String>> {
    let Context { world, trail, .. } = context;
    if let Some(path) = world.raw(AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) {
        let name = AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.name;
        let path = Path::new(&path);
        let _ = trail.metadata(path);
        let token = small_file::read_trimmed(path, MAX_TOKEN_BYTES).map_err(|error| {
            configuration(format!("cannot read {} ({name}): {error}", small_file::shown(path)))
                .hint("check the path, or unset it")
        })?;
        return checked(&token, name).map(Some);
    }
    match world.text(AWS_CONTAINER_AUTHORIZATION_TOKEN)? {
        Some(token) => checked(&token, AWS_CONTAINER_AUTHORIZATION_TOKEN.name).map(Some),
        None => Ok(None),
    }
}

fn checked(token: &str, name: &str) -> Result<String> {
    if token.is_empty() || token.chars().any(char::is_control) {
        return Err(configuration(format!("the token of {name} is empty or has control characters in it"))
            .hint("set it again, without a newline")
            .into());
    }
    Ok(token.to_owned())
}
