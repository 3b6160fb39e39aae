//! What keys, tokens and times of any source must be.

use crate::error::configuration;
use crate::timestamp;
use crate::world::World;
use anyhow::Result;
use aws_credential_types::Credentials;

/// The longest access key id, secret or session token: many times what AWS gives and clusters take, and few enough that
/// the signer's URL type, which ends at 64 KiB, holds two of them with every byte escaped.
const MAX_BYTES: usize = 8 * 1024;

/// Refuses a key or token that cannot be one. Blanks are a slip of whoever pasted it, most often a newline at the end,
/// and would make a token which every cluster refuses without a reason.
pub(crate) fn key(value: &str, place: impl FnOnce() -> String) -> Result<()> {
    if value.len() > MAX_BYTES {
        let message = format!("{} has {} bytes: no AWS service gives so long a one", place(), value.len());
        return Err(configuration(message).hint("set it again").into());
    }
    // Session tokens are long, and nearly all are plain: that is seen faster without a way out at the first that is not.
    let is_plain = value.bytes().fold(true, |so_far, byte| so_far & byte.is_ascii_graphic());
    if !is_plain && value.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Err(configuration(format!("{} has white space or control characters in it", place()))
            .hint("keep the value alone: no newline, no comment behind it, no indented line below it")
            .into());
    }
    Ok(())
}

/// Refuses credentials that have expired already, and names where they came from.
pub(super) fn alive(credentials: &Credentials, source: &str, world: &World) -> Result<()> {
    let Some(end) = credentials.expiry().filter(|&end| end <= world.now()) else { return Ok(()) };
    Err(configuration(format!("the credentials from {source} have expired, at {}", timestamp::text(end)))
        .hint("get new ones where these come from")
        .into())
}
