//! The requests to STS: for a role, with keys or with a web identity, and for the caller's own name.

use std::cell::OnceCell;
use std::time::SystemTime;

use anyhow::{Result, anyhow};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{IdentityCache, SharedIdentityCache};

use crate::aws::answer::Problem;
use crate::aws::credentials::check;
use crate::aws::endpoint::{self, Endpoint, Service};
use crate::aws::network::Network;
use crate::aws::profiles::{Profile, Profiles};
use crate::aws::role::Role;
use crate::world::World;

/// STS, as the selected profile, flags and environment want it asked: every hop of a chain asks the same endpoint.
pub struct Sts<'a> {
    network: &'a Network<'a>,
    world: &'a World,
    /// What decides the endpoint, but for the region.
    options: endpoint::Options,
    /// The region; where nobody said one, whoever finds it out (instance metadata) sets it.
    pub region: OnceCell<String>,
    profiles: &'a Profiles<'a>,
    selected: Profile<'a>,
}

impl<'a> Sts<'a> {
    /// STS by `options`, or wherever the settings of the `selected` profile want it.
    #[must_use]
    pub fn new(
        network: &'a Network<'a>,
        options: endpoint::Options,
        profiles: &'a Profiles<'a>,
        selected: Profile<'a>,
        world: &'a World,
    ) -> Self {
        let region = options.region.clone().map_or_else(OnceCell::new, OnceCell::from);
        Self { network, world, options, region, profiles, selected }
    }

    /// What decides the endpoint of requests.
    #[must_use]
    pub fn options(&self) -> endpoint::Options {
        endpoint::Options { region: self.region.get().cloned(), ..self.options.clone() }
    }

    /// Assumes `role` with the credentials of `caller`. A code is sent once: no MFA device shows it again.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn assume_role(
        &self,
        caller: Credentials,
        role: &Role,
        mfa_code: Option<&str>,
    ) -> Result<Credentials, Problem> {
        let operation = format!("AssumeRole of {}", role.arn);
        // AWS may quote the request's headers.
        let session_token = caller.session_token().unwrap_or_default().to_owned();
        let client = self.client(Some(caller), mfa_code.is_some()).map_err(Problem::Failed)?;
        let request = client
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(session_name(role.session_name.as_deref(), self.world.now()))
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(role.duration)
            .set_serial_number(mfa_code.and(role.mfa_serial.clone()))
            .set_token_code(mfa_code.map(str::to_owned));
        let secrets = [mfa_code.unwrap_or_default(), &session_token];
        let output = self.network.call(&operation, &secrets, request.send())?;
        keys(output.credentials(), "AssumeRole").map_err(Problem::Failed)
    }

    /// Assumes a role by a web identity token. The request is not signed: the token is all it takes.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn assume_role_with_web_identity(
        &self,
        role_arn: &str,
        name: Option<&str>,
        token: &str,
    ) -> Result<Credentials, Problem> {
        let operation = format!("AssumeRoleWithWebIdentity of {role_arn}");
        let client = self.client(None, false).map_err(Problem::Failed)?;
        let request = client
            .assume_role_with_web_identity()
            .role_arn(role_arn)
            .role_session_name(session_name(name, self.world.now()))
            .web_identity_token(token);
        let output = self.network.call(&operation, &[token], request.send())?;
        keys(output.credentials(), "AssumeRoleWithWebIdentity").map_err(Problem::Failed)
    }

    /// The session name of `caller`, where it has one: users and the root have not.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn session_name_of(&self, caller: Credentials) -> Result<Option<String>, Problem> {
        let session_token = caller.session_token().unwrap_or_default().to_owned();
        let client = self.client(Some(caller), false).map_err(Problem::Failed)?;
        let request = client.get_caller_identity();
        let output = self.network.call("GetCallerIdentity", &[&session_token], request.send())?;
        Ok(output.user_id().and_then(|id| id.split_once(':')).map(|(_, name)| name.to_owned()))
    }

    fn client(&self, caller: Option<Credentials>, once: bool) -> Result<Client> {
        let Endpoint { url, signing_region } = self.endpoint()?;
        let mut config = self.network.sdk_config(&signing_region, Some(&url))?;
        config.set_credentials_provider(caller.map(SharedCredentialsProvider::new));
        config.set_identity_cache(Some(SharedIdentityCache::new(IdentityCache::no_cache())));
        if once {
            config.set_retry_config(Some(RetryConfig::disabled()));
        }
        Ok(Client::new(&config.build()))
    }

    /// What is asked, as far as it makes a difference to what it gives: an endpoint that somebody configured may be anybody,
    /// and the global endpoint's sessions do not serve in every region.
    ///
    /// # Errors
    /// A setting that is invalid.
    pub fn endpoint_name(&self) -> Result<String> {
        let configured = endpoint::configured(Service::Sts, self.profiles, self.selected, self.world)?;
        let kind = if self.region.get().is_some() { "regional" } else { "global" };
        Ok(configured.unwrap_or_else(|| kind.to_owned()))
    }

    /// Looks whether requests can be made at all, before a person or anybody else is asked for anything.
    ///
    /// # Errors
    /// A setting that is invalid: of the endpoint, the proxy or the trusted certificates.
    pub fn check(&self) -> Result<()> {
        self.network.check(&self.endpoint()?.url)
    }

    /// Where requests go, and which region signs them: the one that was asked for, or else the global endpoint's.
    fn endpoint(&self) -> Result<Endpoint> {
        let options = self.options();
        let configured = endpoint::configured(Service::Sts, self.profiles, self.selected, self.world)?;
        let Some(url) = configured else { return endpoint::resolve(&endpoint::Options { url: None, ..options }) };
        let signing_region = options.region.unwrap_or_else(|| endpoint::GLOBAL_SIGNING_REGION.to_owned());
        Ok(Endpoint { url, signing_region })
    }
}

/// The name of a session: what is configured, else the AWS CLI's, `botocore-session-` and the time in seconds.
fn session_name(configured: Option<&str>, now: SystemTime) -> String {
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    configured.map_or_else(|| format!("botocore-session-{seconds}"), str::to_owned)
}

fn keys(given: Option<&aws_sdk_sts::types::Credentials>, operation: &'static str) -> Result<Credentials> {
    let given = given.ok_or_else(|| anyhow!("{operation}: the answer holds no credentials"))?;
    for part in [given.access_key_id(), given.secret_access_key(), given.session_token()] {
        // What is missing in the answer, the SDK makes an empty text, or 1970.
        if part.is_empty() || given.expiration().secs() == 0 {
            return Err(anyhow!("{operation}: the answer holds half of its credentials"));
        }
        check::key(part, || format!("what {operation} gave"))?;
    }
    let (id, secret, token) = (given.access_key_id(), given.secret_access_key(), given.session_token().to_owned());
    let end = SystemTime::try_from(*given.expiration())?;
    Ok(Credentials::new(id, secret, Some(token), Some(end), operation))
}
