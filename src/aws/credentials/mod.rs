//! Where credentials come from: the order of sources, in one place.
//!
//! It is the order of AWS CLI v2 (botocore's `credentials.create_credential_resolver`). A source that applies and
//! fails ends the search; a source that does not apply says why, and the next one is asked.

mod environment;
mod static_keys;
mod unsupported;

pub(crate) use unsupported::not_supported;

use anyhow::Result;
use aws_credential_types::Credentials;

use crate::aws::profiles::{Files, Profile};
use crate::config::ProfileChoice;
use crate::error::configuration;
use crate::world::World;

/// What the sources look at.
pub struct Search<'a> {
    pub choice: &'a ProfileChoice,
    /// The profile of that name; empty where the default one does not exist.
    pub profile: Profile<'a>,
    /// Where the profile was looked for.
    pub files: &'a Files,
    pub world: &'a World,
}

/// What one source has to say.
enum Outcome {
    Found(Credentials),
    /// It was asked and has nothing, and why: half a sentence for the account of the search.
    Nothing(String),
    /// Nobody asked for it.
    NotAsked,
}

type Source = fn(&Search<'_>) -> Result<Outcome>;

/// The sources, in order. The first that applies decides.
const ORDER: [(&str, Source); 10] = [
    ("the environment", environment::keys),
    ("an assumed role", unsupported::assume_role),
    ("a web identity", unsupported::web_identity),
    ("SSO", unsupported::sso),
    ("the credentials file", static_keys::credentials_file),
    ("aws login", unsupported::login),
    ("a process", unsupported::process),
    ("the config file", static_keys::config_file),
    ("a container", unsupported::container),
    ("instance metadata", unsupported::instance_metadata),
];

/// Finds the credentials that the AWS CLI would use.
///
/// # Errors
/// A source that applies but cannot serve, or none: then the message tells what was looked at and why each had nothing.
pub fn find(search: &Search<'_>) -> Result<Credentials> {
    let mut passed_over: Vec<String> = Vec::new();
    for (name, source) in ORDER {
        match source(search)? {
            Outcome::Found(credentials) => {
                search.world.debug(|| format!("credentials: {}, from {name}", loggable(credentials.access_key_id())));
                return Ok(credentials);
            }
            Outcome::Nothing(why) => {
                search.world.debug(|| format!("no credentials: {why}"));
                passed_over.push(why);
            }
            Outcome::NotAsked => {}
        }
    }
    Err(configuration(format!("no credentials found: {}", passed_over.join("; ")))
        .hint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile that has keys with --profile")
        .into())
}

/// An access key id that looks like one. Anything else may be a secret that somebody put into its place.
fn loggable(id: &str) -> &str {
    let fits = id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if fits { id } else { "an access key id that does not look like one" }
}

/// The longest access key id, secret or session token: many times what AWS gives and clusters take, and few enough that
/// the signer's URL type, which ends at 64 KiB, holds two of them with every byte escaped.
const MAX_BYTES: usize = 8 * 1024;

/// Refuses a key or token that cannot be one. Blanks are a slip of whoever pasted it, most often a newline at the end,
/// and would make a token which every cluster refuses without a reason.
fn check(value: &str, place: impl FnOnce() -> String) -> Result<()> {
    if value.len() > MAX_BYTES {
        let message = format!("{} has {} bytes: no AWS service gives so long a one", place(), value.len());
        return Err(configuration(message).hint("set it again").into());
    }
    if value.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Err(configuration(format!("{} has white space or control characters in it", place()))
            .hint("set it again, without a newline at its end")
            .into());
    }
    Ok(())
}
