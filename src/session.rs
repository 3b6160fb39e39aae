//! What every command needs that asks AWS for something: the selected profile, the network, and the credentials that
//! flags, environment and files choose.

use std::cell::OnceCell;

use anyhow::Result;
use aws_credential_types::Credentials;

use crate::aws::credentials::{self, Context, Mfa, Search};
use crate::aws::endpoint::{self, Endpoint};
use crate::aws::network::Network;
use crate::aws::profiles::{Files, Profile};
use crate::aws::sts::Sts;
use crate::cache::digest::Digest;
use crate::cache::{Cache, Caller, Trail};
use crate::cli::{self, Globals};
use crate::config::{Access, Endpoints, Inputs, ProfileChoice};
use crate::exec_info::ExecInfo;
use crate::world::World;

/// What a session is opened with.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub globals: &'a Globals,
    pub access: &'a Access,
    pub exec_info: &'a ExecInfo,
    pub cache: &'a Cache<'a>,
    /// Gets to know the files that are read on the way.
    pub trail: &'a Trail,
    pub world: &'a World,
}

/// An open session. Nobody was asked for anything yet.
pub(crate) struct Session<'a> {
    pub choice: &'a ProfileChoice,
    pub profile: Profile<'a>,
    pub endpoints: &'a Endpoints,
    pub context: Context<'a>,
    access: &'a Access,
}

/// The caches, for whoever runs with these flags.
pub(crate) fn cache<'a>(globals: &Globals, access: &Access, world: &'a World) -> Cache<'a> {
    let caller = Caller { interactive: access.interactive, has_mfa_code: access.mfa_code.is_some(), way: way(globals) };
    Cache::new(access.cache.clone(), caller, world)
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

/// Reads the AWS files, and does something with what they choose.
///
/// # Errors
/// Files, a profile or settings that are invalid, or what `body` says.
pub(crate) fn open<T>(parts: Parts<'_>, body: impl FnOnce(&Session<'_>) -> Result<T>) -> Result<T> {
    let Parts { globals, access, exec_info, cache, trail, world } = parts;
    let files = Files::read(trail, world)?;
    let profiles = files.profiles()?;
    let choice = ProfileChoice::make(globals.profile.as_deref(), world)?;
    let profile = choice.find(&profiles)?;
    world.debug(|| choice.to_string());
    let endpoints = access.endpoints(Inputs { exec_info, profile, world })?;
    let network = Network::new(&globals.network, profile, world);
    let sts = Sts::new(&network, endpoints.requests.clone(), &profiles, profile, world);
    let mfa = Mfa::new(access.mfa_code.as_deref(), access.interactive, cache, world);
    let source = OnceCell::new();
    let context =
        Context { profiles: &profiles, selected: profile, network: &network, sts, mfa, cache, trail, world, source };
    body(&Session { choice: &choice, profile, endpoints: &endpoints, context, access })
}

impl Session<'_> {
    /// The credentials that the AWS CLI would use, or those of the role that the flags name.
    ///
    /// # Errors
    /// As [`credentials::find`].
    pub(crate) fn credentials(&self) -> Result<Credentials> {
        let environment = !self.choice.is_from_flag();
        let search = Search { context: &self.context, name: &self.choice.name, profile: self.profile, environment };
        credentials::find(&search, self.access.role.as_ref())
    }

    /// The STS endpoint that goes into a token. Where nobody said a region, instance metadata may have told one, but
    /// only after it was asked for credentials.
    ///
    /// # Errors
    /// As [`endpoint::resolve`].
    pub(crate) fn token_endpoint(&self) -> Result<Endpoint> {
        let options = &self.endpoints.token;
        let region = options.region.clone().or_else(|| self.context.sts.region.get().cloned());
        endpoint::resolve(&endpoint::Options { region, ..options.clone() })
    }
}
