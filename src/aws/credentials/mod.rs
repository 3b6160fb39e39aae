//! Where credentials come from: the order of sources, in one place.
//!
//! It is the order of AWS CLI v2 (botocore's `credentials.create_credential_resolver`). A source that applies and
//! fails ends the search; a source that does not apply says why, and the next one is asked.

mod assume_role;
mod boto;
pub(crate) mod check;
mod container;
mod environment;
mod found;
mod instance_metadata;
mod json;
mod login;
mod mfa;
mod process;
mod slot;
mod sso;
mod static_keys;
mod token_cache;
mod web_identity;

pub use mfa::Mfa;

use std::cell::OnceCell;

use anyhow::Result;
use aws_credential_types::Credentials;

use crate::aws::network::Network;
use crate::aws::profiles::{Profile, Profiles};
use crate::aws::sts::Sts;
use crate::cache::{Cache, Trail};
use crate::config::FlaggedRole;
use crate::error::{configuration, excerpt};
use crate::world::World;
use found::Found;

/// What every source may use.
pub struct Context<'a> {
    pub profiles: &'a Profiles<'a>,
    /// The selected profile. Endpoints and such are its affair, whichever profile credentials come from.
    pub selected: Profile<'a>,
    pub network: &'a Network<'a>,
    pub sts: Sts<'a>,
    pub mfa: Mfa<'a>,
    pub cache: &'a Cache<'a>,
    /// The files that are read on the way.
    pub trail: &'a Trail,
    pub world: &'a World,
    /// Which source has the credentials, once it is known.
    pub source: OnceCell<&'static str>,
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
enum Outcome<'a> {
    Found(Found<'a>),
    /// It was asked and has nothing, and why: half a sentence for the account of the search.
    Nothing(String),
    /// Nobody asked for it: what would have.
    NotAsked(&'static str),
}

type Source = for<'a> fn(&Search<'a>) -> Result<Outcome<'a>>;

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
pub fn find<'a>(search: &Search<'a>, role: Option<&'a FlaggedRole>) -> Result<Credentials> {
    let search = *search;
    let (found, account) = ask(&[FIRST, OF_A_PROFILE, LAST], &search)?;
    let Some((source, found)) = found else { return Err(not_found(&search, &account)) };
    let _ = search.context.source.set(source);
    // The last source may find out that it has nothing only when it is asked.
    let found = found.then(move |credentials| {
        credentials.map_err(|error| match error.downcast::<Nothing>() {
            Ok(Nothing(why)) => not_found(&search, &[account, vec![why]].concat()),
            Err(error) => error,
        })
    });
    let credentials = match role {
        Some(role) => assume_role::of_flag(search.context, found, role)?.get()?,
        None => found.get()?,
    };
    if search.context.mfa.is_unused() {
        search.context.world.debug(|| "--mfa-code: nothing asked for a code".to_owned());
    }
    Ok(credentials)
}

/// Whoever was asked for credentials has none, and why: half a sentence, as [`Outcome::Nothing`] has it.
#[derive(Debug)]
struct Nothing(String);

impl std::fmt::Display for Nothing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Nothing {}

fn not_found(search: &Search<'_>, account: &[String]) -> anyhow::Error {
    let hint = match search.environment {
        true => {
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile that has credentials with --profile"
                .to_owned()
        }
        false => format!("put credentials into profile `{}`, or name another one", excerpt(search.name)),
    };
    configuration(format!("no credentials found: {}", account.join("; "))).hint(hint).into()
}

/// What a source found, and the source's name.
type Named<'a> = (&'static str, Found<'a>);

/// Asks sources in order, until one has credentials; and why each before it had none.
fn ask<'a>(sources: &[&[(&'static str, Source)]], search: &Search<'a>) -> Result<(Option<Named<'a>>, Vec<String>)> {
    let Search { context: Context { world, .. }, name: profile, .. } = *search;
    let mut account: Vec<String> = Vec::new();
    for (name, source) in sources.iter().copied().flatten().copied() {
        match source(search)? {
            Outcome::Found(found) => {
                let checked = found.then(move |credentials| {
                    let credentials = credentials?;
                    let id = loggable(credentials.access_key_id());
                    world.debug(|| format!("credentials: {id}, from {name} (profile `{profile}`)"));
                    check::alive(&credentials, name, world)?;
                    Ok(credentials)
                });
                return Ok((Some((name, checked)), account));
            }
            Outcome::Nothing(why) => {
                world.debug(|| format!("no credentials from {name}: {why}"));
                account.push(why);
            }
            Outcome::NotAsked(what) => world.debug(|| format!("no credentials from {name}: {what}")),
        }
    }
    Ok((None, account))
}

/// An access key id that looks like one. Anything else may be a secret that somebody put into its place.
fn loggable(id: &str) -> &str {
    let fits = id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if fits { id } else { "an access key id that does not look like one" }
}
