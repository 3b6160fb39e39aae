//! `ekscred get-token`: print an ExecCredential. The product.

use anyhow::Result;

use crate::aws::credentials::{self, Context, Mfa, Search};
use crate::aws::endpoint;
use crate::aws::network::Network;
use crate::aws::profiles::Files;
use crate::aws::sts::Sts;
use crate::cache::digest::Digest;
use crate::cache::tokens::{KeptToken, Key, Made};
use crate::cache::{Cache, Caller, Trail};
use crate::cli::{self, GetToken, Globals};
use crate::config::{Answer, Inputs, ProfileChoice, Request};
use crate::exec_info::{ApiVersion, ExecCredential, ExecInfo};
use crate::output;
use crate::token::{Token, rules, sign_token};
use crate::world::{KUBERNETES_EXEC_INFO, World};

pub(crate) fn run(globals: &Globals, arguments: &GetToken, world: &World) -> Result<()> {
    for flag in globals.inert.given() {
        world.debug(|| format!("{flag} is accepted and has no effect"));
    }
    let exec_info = read_exec_info(arguments.api_version.is_some(), world);
    let request = Request::resolve(globals, arguments, &exec_info, world)?;
    let caller =
        Caller { interactive: request.interactive, has_mfa_code: request.mfa_code.is_some(), way: way(globals) };
    let cache = Cache::new(request.cache.clone(), caller, world);
    let trail = Trail::default();
    let key = || Key::new(globals, arguments, &exec_info, world);
    let kept = cache.token(key, &trail, || make(globals, &request, &exec_info, &cache, &trail, world))?;
    world.print(&render(&kept, &request.answer)?)
}

/// Names the flags that decide how AWS is reached: the profile has settings about that, too.
fn way(globals: &Globals) -> Digest {
    let cli::Network { ca_bundle, cli_read_timeout, cli_connect_timeout } = &globals.network;
    let digest = Digest::new("way").maybe(globals.profile.as_ref());
    let digest = digest.maybe(ca_bundle.as_ref().map(|path| path.as_encoded_bytes()));
    [cli_read_timeout, cli_connect_timeout]
        .into_iter()
        .fold(digest, |digest, seconds| digest.maybe(seconds.map(u64::to_le_bytes)))
}

/// Makes a token: from the AWS files over the credentials to the signature.
fn make(
    globals: &Globals,
    request: &Request,
    exec_info: &ExecInfo,
    cache: &Cache<'_>,
    trail: &Trail,
    world: &World,
) -> Result<Made> {
    let files = Files::read(trail, world)?;
    let profiles = files.profiles()?;
    let choice = ProfileChoice::make(globals.profile.as_deref(), world)?;
    let profile = choice.find(&profiles)?;
    world.debug(|| choice.to_string());
    // Looked at before anybody is asked for anything.
    request.answer.format(profile.get("output"))?;
    let endpoints = request.endpoints(Inputs { exec_info, profile, world })?;
    let network = Network::new(&globals.network, profile, world);
    let sts = Sts::new(&network, endpoints.requests, &profiles, profile, world);
    let mfa = Mfa::new(request.mfa_code.as_deref(), request.interactive, cache, world);
    let context = Context { profiles: &profiles, selected: profile, network: &network, sts, mfa, cache, trail, world };
    let search = Search { context: &context, name: &choice.name, profile, environment: !choice.is_from_flag() };
    // Where nobody said a region, instance metadata may have told one afterwards.
    let known = endpoints.token.region.is_some().then(|| endpoint::resolve(&endpoints.token)).transpose()?;
    let credentials = credentials::find(&search, request.role.as_ref())?;
    let endpoint = match known {
        Some(endpoint) => endpoint,
        None => endpoint::resolve(&endpoint::Options { region: context.sts.region.get().cloned(), ..endpoints.token })?,
    };
    let signed_at = world.now();
    let token = sign_token(&credentials, &endpoint, &request.cluster, signed_at)?;
    warn_of_size(&token, credentials.session_token(), world);
    world.debug(|| {
        let verdict = rules::first_failure(&token.bearer, signed_at.into());
        let verdict = verdict.map_or("passes the server's rules".to_owned(), |failure| failure.to_string());
        format!("signed for {}, cluster {}: {verdict}", endpoint.url, request.cluster.as_str())
    });
    let about = about(request, &choice.name, &endpoint.signing_region);
    Ok(Made { token, signed_at, output: profile.get("output").map(str::to_owned), about })
}

/// Whose a token is and what for, in words.
fn about(request: &Request, profile: &str, region: &str) -> String {
    let role = request.role.as_ref().map_or_else(String::new, |role| format!(", role {}", role.role.arn));
    format!("cluster {} ({region}), profile {profile}{role}", request.cluster.as_str())
}

/// Reads `KUBERNETES_EXEC_INFO` and says what is odd about it.
fn read_exec_info(api_version_given: bool, world: &World) -> ExecInfo {
    let value = world.raw(KUBERNETES_EXEC_INFO);
    let (exec_info, warning) = ExecInfo::read(value.as_ref().map(|value| value.as_encoded_bytes()));
    if !api_version_given {
        if let Some(warning) = warning {
            world.warn(&warning);
        }
        if exec_info.api_version == Some(ApiVersion::V1Alpha1) {
            world.say(
                "ekscred: hint: this kubeconfig user has apiVersion client.authentication.k8s.io/v1alpha1, which kubectl \
                 dropped in 1.24: change it to client.authentication.k8s.io/v1beta1",
            );
        }
    }
    exec_info
}

fn render(kept: &KeptToken, answer: &Answer) -> Result<String> {
    let KeptToken { token, output } = kept;
    let Answer::Credential { api_version, query, .. } = answer else { return Ok(format!("{}\n", token.bearer)) };
    let credential = ExecCredential::new(token, *api_version)?;
    let format = answer.format(output.as_deref())?;
    match query {
        None => output::render(&credential, format),
        Some(query) => output::render(&output::select(&credential, query)?, format),
    }
}

/// A server refuses a token that is too long, without saying so; the person should know before it does.
fn warn_of_size(token: &Token, session_token: Option<&str>, world: &World) {
    if token.bearer.len() > rules::MAX_TOKEN_BYTES {
        world.warn(&format!(
            "the token has {} bytes and clusters refuse more than {}: the session token in it, {} bytes, is too long",
            token.bearer.len(),
            rules::MAX_TOKEN_BYTES,
            session_token.map_or(0, str::len),
        ));
    }
}
