//! Access keys that lie in the AWS files.
//!
//! A pair counts only where both halves are in the same file (botocore's `SharedCredentialProvider` and
//! `ConfigProvider`), since the two files stand at different places in the order of sources.

use anyhow::Result;
use aws_credential_types::Credentials;

use super::{Outcome, Search, refuse_blanks};
use crate::aws::ini::Section;
use crate::aws::profiles::File;
use crate::error::configuration;

/// Keys in the credentials file.
pub(super) fn credentials_file(search: &Search<'_>) -> Result<Outcome> {
    keys(search, search.profile.credentials, &search.profiles.files.credentials)
}

/// Keys in the config file.
pub(super) fn config_file(search: &Search<'_>) -> Result<Outcome> {
    keys(search, search.profile.config, &search.profiles.files.config)
}

fn keys(search: &Search<'_>, section: Option<Section<'_>>, file: &File) -> Result<Outcome> {
    let (name, path) = (search.profile_name, file.path.display());
    let nothing = |why: &str| Ok(Outcome::Nothing(format!("{path}: {why}")));
    let Some(section) = section else {
        return nothing(file.absent.unwrap_or("no such profile"));
    };
    let get = |key: &str| match section.get(key).filter(|value| !value.is_empty()) {
        Some(value) => refuse_blanks(value, || format!("{key} of profile `{name}` in {path}")).map(|()| Some(value)),
        None => Ok(None),
    };
    let Some(id) = get("aws_access_key_id")? else {
        return nothing("no aws_access_key_id in the profile");
    };
    let Some(secret) = get("aws_secret_access_key")? else {
        return Err(configuration(format!(
            "profile `{name}` in {path} has aws_access_key_id, but no aws_secret_access_key"
        ))
        .hint("put both into the same file")
        .into());
    };
    // The old name first: botocore's SharedCredentialProvider.TOKENS.
    let session_token = match get("aws_security_token")? {
        Some(token) => Some(token),
        None => get("aws_session_token")?,
    };
    let session_token = session_token.map(str::to_owned);
    Ok(Outcome::Found(Credentials::new(id, secret, session_token, None, "profile")))
}
