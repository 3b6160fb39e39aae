//! The placeholders in the texts of a case: `{home}`, `{aws}`, `{now+900}` and the like. Other braces stay as they are.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// `text` with each of `names` in braces replaced by its value, and `{now+900}` by the time 900 s after `now`.
pub fn fill(text: &str, now: u64, names: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(inside, rest)| Some((value(inside, now, names)?, rest)));
        match value {
            Some((value, after)) => {
                filled.push_str(&value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

fn value(inside: &str, now: u64, names: &[(&str, String)]) -> Option<String> {
    if let Some((_, value)) = names.iter().find(|(name, _)| *name == inside) {
        return Some(value.clone());
    }
    let offset = inside.strip_prefix("now").filter(|offset| offset.starts_with(['+', '-']))?;
    Some(timestamp(now.checked_add_signed(offset.parse().ok()?)?))
}

/// A time as AWS writes it: 2026-01-02T03:04:05Z.
pub fn timestamp(unix: u64) -> String {
    let unix = i64::try_from(unix).expect("a time");
    OffsetDateTime::from_unix_timestamp(unix).expect("a time").format(&Rfc3339).expect("a time in RFC 3339")
}
