//! `ekscred get-token`: print an ExecCredential. The product.

use anyhow::Result;

use crate::cache::Trail;
use crate::cache::tokens::{KeptToken, Key, Made};
use crate::cli::{GetToken, Globals};
use crate::config::{Answer, Request};
use crate::exec_info::{ApiVersion, ExecCredential, ExecInfo};
use crate::output;
use crate::session::{self, Parts, Session};
use crate::token::{Token, rules, sign_token};
use crate::world::{KUBERNETES_EXEC_INFO, World};

pub(crate) fn run(globals: &Globals, arguments: &GetToken, world: &World) -> Result<()> {
    for flag in globals.inert.given() {
        world.debug(|| format!("{flag} is accepted and has no effect"));
    }
    let exec_info = read_exec_info(arguments.api_version.is_some(), world);
    let request = Request::resolve(globals, arguments, &exec_info, world)?;
    let cache = session::cache(globals, &request.access, world);
    let trail = Trail::default();
    let key = || Key::new(globals, arguments, &exec_info, world);
    let parts = Parts { globals, access: &request.access, exec_info: &exec_info, cache: &cache, trail: &trail, world };
    let kept = cache.token(key, &trail, || session::open(parts, |session| make(&request, session, world)))?;
    world.print(&render(&kept, &request.answer)?)
}

/// Makes a token: from the credentials to the signature.
fn make(request: &Request, session: &Session<'_>, world: &World) -> Result<Made> {
    // Looked at before anybody is asked for anything.
    let configured_output = session.profile.get("output");
    request.answer.format(configured_output)?;
    let known = session.endpoints.token.region.is_some().then(|| session.token_endpoint()).transpose()?;
    let credentials = session.credentials()?;
    let endpoint = known.map_or_else(|| session.token_endpoint(), Ok)?;
    let signed_at = world.now();
    let token = sign_token(&credentials, &endpoint, &request.cluster, signed_at)?;
    warn_of_size(&token, credentials.session_token(), world);
    world.debug(|| {
        let verdict = rules::first_failure(&token.bearer, signed_at.into());
        let verdict = verdict.map_or("passes the server's rules".to_owned(), |failure| failure.to_string());
        format!("signed for {}, cluster {}: {verdict}", endpoint.url, request.cluster.as_str())
    });
    let about = about(request, &session.choice.name, &endpoint.signing_region);
    Ok(Made { token, signed_at, output: configured_output.map(str::to_owned), about })
}

/// Whose a token is and what for, in words.
fn about(request: &Request, profile: &str, region: &str) -> String {
    let role = request.access.role.as_ref().map_or_else(String::new, |role| format!(", role {}", role.role.arn));
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
