//! Keys in the environment.

use std::time::SystemTime;

use anyhow::Result;
use aws_credential_types::Credentials;

use super::{Found, Outcome, Search, check};
use crate::error::configuration;
use crate::timestamp;
use crate::world::{
    AWS_ACCESS_KEY_ID, AWS_CREDENTIAL_EXPIRATION, AWS_SECRET_ACCESS_KEY, AWS_SECURITY_TOKEN, AWS_SESSION_TOKEN,
    Variable, World,
};

/// `AWS_ACCESS_KEY_ID` and its companions, unless `--profile` names a profile: then that was meant.
pub(super) fn keys<'a>(search: &Search<'a>) -> Result<Outcome<'a>> {
    match search.environment {
        true => read(search.context.world),
        false => Ok(Outcome::Nothing("environment: not asked, since --profile is given".to_owned())),
    }
}

/// The same, whatever profile is given: `credential_source = Environment`.
pub(super) fn read<'a>(world: &World) -> Result<Outcome<'a>> {
    let get = |variable: Variable| match world.text(variable)? {
        Some(value) => check::key(&value, || variable.name.to_owned()).map(|()| Some(value)),
        None => Ok(None),
    };
    let Some(id) = get(AWS_ACCESS_KEY_ID)? else {
        // The AWS CLI goes on here, whatever else is set.
        let alone = world.raw(AWS_SECRET_ACCESS_KEY).is_some();
        let without = if alone { " (AWS_SECRET_ACCESS_KEY alone is)" } else { "" };
        return Ok(Outcome::Nothing(format!("environment: AWS_ACCESS_KEY_ID is not set{without}")));
    };
    let Some(secret) = get(AWS_SECRET_ACCESS_KEY)? else {
        return Err(configuration("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not")
            .hint("set both, or unset AWS_ACCESS_KEY_ID to use a profile")
            .into());
    };
    // The old name first: botocore's EnvProvider.TOKENS.
    let session_token = match get(AWS_SECURITY_TOKEN)? {
        Some(token) => Some(token),
        None => get(AWS_SESSION_TOKEN)?,
    };
    Ok(Outcome::Found(Found::keys(Credentials::new(id, secret, session_token, expiration(world)?, "environment"))))
}

fn expiration(world: &World) -> Result<Option<SystemTime>> {
    let Some(text) = world.text(AWS_CREDENTIAL_EXPIRATION)? else { return Ok(None) };
    let time = timestamp::parse(&text).ok_or_else(|| {
        configuration("AWS_CREDENTIAL_EXPIRATION is not an RFC 3339 time")
            .hint("write it as 2026-01-02T03:04:05Z, or unset it")
    })?;
    Ok(Some(time))
}
