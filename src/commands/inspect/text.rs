//! The report for a person: names and values, then the rules, one a line.

use std::fmt::Write as _;

use time::{Duration, OffsetDateTime};

use crate::error::one_line;
use crate::timestamp;
use crate::token::inspection::{Inspection, Judged, Principal, Verified};

/// What to do where no rule is broken, and STS was not asked.
const ASK_STS: &str =
    "--verify --cluster-name NAME tells whether the keys still serve, and whether that cluster is the one";

/// The whole report, as of `now`.
pub(super) fn render(inspection: &Inspection, now: OffsetDateTime) -> String {
    let mut lines = facts(inspection, now);
    lines.extend(inspection.notes.iter().map(|note| ("note", note.clone())));
    if let Some(verified) = &inspection.verified {
        lines.extend(identity(verified));
    }
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, value) in &lines {
        let _ = writeln!(text, "{name:width$}  {}", one_line(value));
    }
    text.push_str("\nThe rules of the server:\n");
    for judged in &inspection.rules {
        text.push_str(&rule(judged));
    }
    if inspection.first_failure().is_none() && inspection.verified.is_none() {
        text.push_str(&further(ASK_STS));
    }
    text
}

/// What is known.
fn facts(inspection: &Inspection, now: OffsetDateTime) -> Vec<(&'static str, String)> {
    let time = |value: Option<OffsetDateTime>| {
        value.map(|time| format!("{} ({})", timestamp::text(time.into()), distance(time - now)))
    };
    let credentials = inspection.credentials.map(|kind| match kind {
        "long-term" => "long-term, of a user".to_owned(),
        _ => "temporary, of a session".to_owned(),
    });
    let account = || inspection.access_key_id.as_ref().map(|_| "not told by the access key id".to_owned());
    let cluster = inspection.is_bound_to_cluster.map(|is_bound| match is_bound {
        true => "bound to one, which the token does not tell".to_owned(),
        false => "bound to none".to_owned(),
    });
    [
        ("bytes", Some(format!("{} of {}", inspection.bytes, inspection.max_bytes))),
        ("credentials", credentials),
        ("access key id", inspection.access_key_id.clone()),
        ("account", inspection.account.clone().or_else(account)),
        ("region", inspection.region.clone()),
        ("host", inspection.host.clone()),
        ("partition", inspection.partition.map(str::to_owned)),
        ("cluster", cluster),
        ("signed", time(inspection.signed_at)),
        ("server's end", time(inspection.server_end)),
        ("client's end", time(inspection.client_end)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

fn identity(verified: &Verified) -> Vec<(&'static str, String)> {
    let Verified { cluster, arn, canonical_arn, principal: Principal { arn: entry, note } } = verified;
    let entry = match (entry, note) {
        (Some(arn), Some(note)) => format!("{arn} ({note})"),
        (Some(text), None) | (None, Some(text)) => text.clone(),
        (None, None) => "unknown".to_owned(),
    };
    vec![
        ("asked for", format!("cluster {cluster}")),
        ("identity", arn.clone()),
        ("in aws-auth", canonical_arn.clone()),
        ("access entry", entry),
    ]
}

fn rule(judged: &Judged) -> String {
    let mark = match judged.verdict {
        "pass" => "pass",
        "fail" => "FAIL",
        _ => "-",
    };
    let mut line = format!("{:>4}  {mark:4}  {}", judged.rule, judged.demand);
    if let Some(why) = &judged.why {
        let _ = write!(line, ": {}", one_line(why));
    }
    line.push('\n');
    line.push_str(&judged.remedy.map_or_else(String::new, further));
    line
}

/// A line that belongs to the rule above.
fn further(text: &str) -> String {
    format!("{:12}{text}\n", "")
}

/// How far away a time is, in the largest unit of which there are two, rounded.
fn distance(from_now: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let seconds = from_now.whole_seconds();
    let size = seconds.unsigned_abs();
    let (one, unit) = match size {
        0..120 => (1, "second"),
        120..7_200 => (MINUTE, "minute"),
        7_200..172_800 => (HOUR, "hour"),
        _ => (DAY, "day"),
    };
    let count = (size + one / 2) / one;
    let s = if count == 1 { "" } else { "s" };
    match seconds {
        0 => "now".to_owned(),
        1.. => format!("in {count} {unit}{s}"),
        _ => format!("{count} {unit}{s} ago"),
    }
}
