//! Access keys that lie in the AWS files.
//!
//! A pair counts only where both halves are in the same file (botocore's `SharedCredentialProvider` and
//! `ConfigProvider`), since the two files stand at different places in the order of sources.

use anyhow::Result;
use aws_credential_types::Credentials;

use super::{Found, Outcome, Search, check};
use crate::aws::ini::Section;
use crate::aws::profiles::File;
use crate::error::configuration;

/// Keys of a profile that ask for credentials together with others only: whoever has one of these alone has forgotten or
/// misspelt another.
const LEFTOVERS: [&str; 7] = [
    "sso_session",
    "sso_start_url",
    "source_profile",
    "credential_source",
    "aws_secret_access_key",
    "aws_session_token",
    "mfa_serial",
];

/// Keys in the credentials file.
pub(super) fn credentials_file<'a>(search: &Search<'a>) -> Result<Outcome<'a>> {
    keys(search, search.profile.credentials, &search.context.profiles.files.credentials)
}

/// Keys in the config file.
pub(super) fn config_file<'a>(search: &Search<'a>) -> Result<Outcome<'a>> {
    keys(search, search.profile.config, &search.context.profiles.files.config)
}

fn keys<'a>(search: &Search<'a>, section: Option<Section<'_>>, file: &File) -> Result<Outcome<'a>> {
    let (name, path) = (search.name, file.path.display());
    let Some(section) = section else {
        let why = file.absent.as_deref().unwrap_or("no such profile");
        return Ok(Outcome::Nothing(format!("{path}: {why}")));
    };
    let get = |key: &str| match section.get(key).filter(|value| !value.is_empty()) {
        Some(value) => check::key(value, || format!("{key} of profile `{name}` in {path}")).map(|()| Some(value)),
        None => Ok(None),
    };
    if section.get("aws_access_key_id").is_none() {
        let half = LEFTOVERS.iter().find(|key| section.get(key).is_some());
        let but = half.map_or_else(String::new, |key| format!(", but {key}, which is not enough"));
        return Ok(Outcome::Nothing(format!("{path}: no aws_access_key_id in the profile{but}")));
    }
    // From here on these keys are meant: an empty one must not lead to another identity's.
    let (Some(id), Some(secret)) = (get("aws_access_key_id")?, get("aws_secret_access_key")?) else {
        return Err(configuration(format!("profile `{name}` in {path} has only half a pair of keys"))
            .hint("put both aws_access_key_id and aws_secret_access_key into that file, or neither")
            .into());
    };
    // The old name first: botocore's SharedCredentialProvider.TOKENS.
    let session_token = match get("aws_security_token")? {
        Some(token) => Some(token),
        None => get("aws_session_token")?,
    };
    let session_token = session_token.map(str::to_owned);
    Ok(Outcome::Found(Found::keys(Credentials::new(id, secret, session_token, None, "profile")).in_files()))
}
