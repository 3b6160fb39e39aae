//! Times as AWS's files have them.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::{Iso8601, Rfc3339};

/// Reads RFC 3339, ISO 8601 with a zone, and the `... UTC` for `Z` that older AWS tools write.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    let zulu = text.strip_suffix("UTC").map(|time| format!("{}Z", time.trim_end()));
    let text = zulu.as_deref().unwrap_or(text);
    let time = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(text, &Iso8601::DEFAULT));
    time.ok().map(SystemTime::from)
}

/// Writes a time as the AWS CLI does, in whole seconds: `2026-01-02T03:04:05Z`.
pub(crate) fn text(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let time = i64::try_from(seconds).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| "a time far away".to_owned())
}
