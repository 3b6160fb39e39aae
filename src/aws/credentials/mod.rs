//! Where credentials come from: the order of sources, in one place.
//!
//! It is the order of AWS CLI v2 (botocore's `credentials.create_credential_resolver`). A source that applies and
//! fails ends the search; a source that does not apply says why, and the next one is asked.

mod assume_role;
mod boto;
pub(in crate::aws) mod check;
mod container;
mod environment;
mod instance_metadata;
mod json;
mod login;
mod mfa;
mod process;
mod sso;
mod static_keys;
mod token_cache;
mod web_identity;

pub use mfa::Mfa;

use anyhow::Result;
use aws_credential_types::Credentials;

use crate::aws::network::Network;
use crate::aws::profiles::{Profile, Profiles};
use crate::aws::sts::Sts;
use crate::config::FlaggedRole;
use crate::error::{configuration, excerpt};
use crate::world::World;

/// What every source may use.
pub struct Context<'a> {
    pub profiles: &'a Profiles<'a>,
    /// The selected profile. Endpoints and such are its affair, whichever profile credentials come from.
    pub selected: Profile<'a>,
    pub network: &'a Network<'a>,
    pub sts: Sts<'a>,
    pub mfa: Mfa<'a>,
    pub world: &'a World,
}

/// One profile's credentials are looked for.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    pub context: &'a Context<'a>,
    /// The profile's name.
    pub name: &'a str,
    /// The profile; empty where the default one does not exist.
    pub profile: Profile<'a>,
    /// Whether variables may give keys or a web identity: not to a profile that `--profile` or a `source_profile` named.
    pub environment: bool,
}

/// What one source has to say.
enum Outcome {
    Found(Credentials),
    /// It was asked and has nothing, and why: half a sentence for the account of the search.
    Nothing(String),
    /// Nobody asked for it: what would have.
    NotAsked(&'static str),
}

type Source = fn(&Search<'_>) -> Result<Outcome>;

/// The sources, in order. The first that applies decides.
const FIRST: &[(&str, Source)] =
    &[("the environment", environment::keys), ("an assumed role", assume_role::of_profile)];
/// These alone serve a `source_profile`, too.
const OF_A_PROFILE: &[(&str, Source)] = &[
    ("a web identity", web_identity::keys),
    ("SSO", sso::keys),
    ("the credentials file", static_keys::credentials_file),
    ("aws login", login::keys),
    ("a process", process::keys),
    ("the config file", static_keys::config_file),
];
const LAST: &[(&str, Source)] = &[
    ("a file of boto's", boto::keys),
    ("a container", container::keys),
    ("instance metadata", instance_metadata::keys),
];

/// Finds the credentials that the AWS CLI would use, and assumes the role of `--role-arn` with them.
///
/// # Errors
/// A source that applies but cannot serve, or none: then the message tells what was looked at and why each had nothing.
pub fn find(search: &Search<'_>, role: Option<&FlaggedRole>) -> Result<Credentials> {
    if role.is_some() {
        search.context.sts.check()?;
    }
    let caller = match ask(&[FIRST, OF_A_PROFILE, LAST], search)? {
        Ok(credentials) => credentials,
        Err(account) => {
            let hint = match search.environment {
                true => "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile that has credentials with --profile"
                    .to_owned(),
                false => format!("put credentials into profile `{}`, or name another one", excerpt(search.name)),
            };
            return Err(configuration(format!("no credentials found: {}", account.join("; "))).hint(hint).into());
        }
    };
    let credentials = match role {
        Some(role) => assume_role::of_flag(search.context, caller, role)?,
        None => caller,
    };
    if search.context.mfa.is_unused() {
        search.context.world.debug(|| "--mfa-code: nothing asked for a code".to_owned());
    }
    Ok(credentials)
}

/// Asks sources in order; where none has credentials, the answer is why each had none.
fn ask(sources: &[&[(&'static str, Source)]], search: &Search<'_>) -> Result<Result<Credentials, Vec<String>>> {
    let debug = |line: &dyn Fn() -> String| search.context.world.debug(line);
    let mut account: Vec<String> = Vec::new();
    for (name, source) in sources.iter().copied().flatten() {
        match source(search)? {
            Outcome::Found(credentials) => {
                debug(&|| {
                    format!(
                        "credentials: {}, from {name} (profile `{}`)",
                        loggable(credentials.access_key_id()),
                        search.name
                    )
                });
                check::alive(&credentials, name, search.context.world)?;
                return Ok(Ok(credentials));
            }
            Outcome::Nothing(why) => {
                debug(&|| format!("no credentials from {name}: {why}"));
                account.push(why);
            }
            Outcome::NotAsked(what) => debug(&|| format!("no credentials from {name}: {what}")),
        }
    }
    Ok(Err(account))
}

/// An access key id that looks like one. Anything else may be a secret that somebody put into its place.
fn loggable(id: &str) -> &str {
    let fits = id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if fits { id } else { "an access key id that does not look like one" }
}
