//! Credentials as JSON: what processes, containers and instance metadata answer.

use anyhow::Result;
use aws_credential_types::Credentials;
use serde_json::Value;

use super::check;
use crate::error::{Failure, configuration};
use crate::timestamp;

/// Reads `text`, an object with `AccessKeyId`, `SecretAccessKey`, the session token under `session_token`, and
/// `Expiration`. `place` says in messages whose answer it is; nothing of it is quoted.
pub(super) fn object(text: &str, place: &str) -> Result<Value, Failure> {
    match serde_json::from_str(text) {
        Ok(document @ Value::Object(_)) => Ok(document),
        Ok(_) => Err(configuration(format!("{place} is not a JSON object"))),
        // serde_json names the line and column, and quotes nothing of the document.
        Err(error) => Err(configuration(format!("{place} is not JSON ({error})"))),
    }
}

/// The credentials in such an object.
pub(super) fn credentials(
    document: &Value,
    session_token: &str,
    place: &str,
    source: &'static str,
) -> Result<Credentials> {
    let text = |name: &str| -> Result<Option<String>> {
        let value = match &document[name] {
            Value::Null => return Ok(None),
            Value::String(text) if text.is_empty() => return Ok(None),
            Value::String(text) => text,
            _ => return Err(configuration(format!("{place} has a {name} that is not a string")).into()),
        };
        check::key(value, || format!("{name} of {place}"))?;
        Ok(Some(value.clone()))
    };
    let need = |name: &str| -> Result<String> {
        text(name)?.ok_or_else(|| configuration(format!("{place} has no {name}")).into())
    };
    let end = match &document["Expiration"] {
        Value::Null => None,
        Value::String(end) => Some(
            timestamp::parse(end)
                .ok_or_else(|| configuration(format!("{place} has an Expiration that is not a time")))?,
        ),
        _ => return Err(configuration(format!("{place} has an Expiration that is not a string")).into()),
    };
    Ok(Credentials::new(need("AccessKeyId")?, need("SecretAccessKey")?, text(session_token)?, end, source))
}
