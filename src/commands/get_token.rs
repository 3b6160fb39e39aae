//! `ekscred get-token`: print an ExecCredential. The product.

use anyhow::Result;

use crate::aws::credentials::{self, Context, Mfa, Search};
use crate::aws::endpoint;
use crate::aws::network::Network;
use crate::aws::profiles::Files;
use crate::aws::sts::Sts;
use crate::cli::{GetToken, Globals};
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
    let files = Files::read(world)?;
    let profiles = files.profiles()?;
    let choice = ProfileChoice::make(globals.profile.as_deref(), world)?;
    let profile = choice.find(&profiles)?;
    world.debug(|| choice.to_string());
    let request = Request::resolve(globals, arguments, Inputs { exec_info: &exec_info, profile, world })?;
    let network = Network::new(&globals.network, profile, world);
    let sts = Sts::new(&network, request.requests.clone(), &profiles, profile, world);
    let mfa = Mfa::new(arguments.role.mfa_code.as_deref(), request.interactive, world);
    let context = Context { profiles: &profiles, selected: profile, network: &network, sts, mfa, world };
    let search = Search { context: &context, name: &choice.name, profile, environment: !choice.is_from_flag() };
    // Where nobody said a region, instance metadata may have told one afterwards.
    let known = request.endpoint.region.is_some().then(|| endpoint::resolve(&request.endpoint)).transpose()?;
    let credentials = credentials::find(&search, request.role.as_ref())?;
    let endpoint = match known {
        Some(endpoint) => endpoint,
        None => {
            let region = context.sts.region.get().cloned();
            endpoint::resolve(&endpoint::Options { region, ..request.endpoint.clone() })?
        }
    };
    let now = world.now();
    let token = sign_token(&credentials, &endpoint, &request.cluster, now)?;
    let document = render(&token, &request.answer)?;
    warn_of_size(&token, credentials.session_token(), world);
    world.debug(|| {
        let verdict = rules::first_failure(&token.bearer, now.into());
        let verdict = verdict.map_or("passes the server's rules".to_owned(), |failure| failure.to_string());
        format!("signed for {}, cluster {}: {verdict}", endpoint.url, request.cluster.as_str())
    });
    world.print(&document)
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

fn render(token: &Token, answer: &Answer) -> Result<String> {
    let Answer::Credential { api_version, format, query } = answer else { return Ok(format!("{}\n", token.bearer)) };
    let credential = ExecCredential::new(token, *api_version)?;
    match query {
        None => output::render(&credential, *format),
        Some(query) => output::render(&output::select(&credential, query)?, *format),
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
