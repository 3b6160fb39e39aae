//! Scalars as kubectl reads them, which is YAML 1.1 in the dialect of go-yaml v2, and as we write them: in quotes
//! wherever some YAML could read something else.
//!
//! <https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go>

use granit_parser::ScalarStyle;
use serde_json::{Number, Value};

/// What a scalar says. `tag` is the name of one of YAML's own tags, where it has one (`str`, `int`, ...).
pub(super) fn read(text: &str, style: ScalarStyle, tag: Option<&str>) -> Value {
    match (tag, style) {
        (Some("null"), _) => Value::Null,
        (Some(tag), _) if tag != "str" && tag != "binary" => resolve(text),
        (None, ScalarStyle::Plain) => resolve(text),
        _ => Value::from(text),
    }
}

/// What a plain scalar says. Timestamps are text to kubectl; what JSON has no number for, we take as text.
fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::from(text), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let first = text.as_bytes().first()?;
    if !first.is_ascii_digit() && !b"+-.".contains(first) {
        return None;
    }
    let plain = text.replace('_', "");
    integer(&plain).or_else(|| is_float(&plain).then(|| plain.parse().ok().and_then(Number::from_f64))?)
}

/// As Go's `ParseInt` reads it with base 0: `0x1f`, `0o17`, `0b11`, and `017` is octal.
fn integer(text: &str) -> Option<Number> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, radix) = match digits.get(..2).unwrap_or_default() {
        "0x" | "0X" => (&digits[2..], 16),
        "0o" | "0O" => (&digits[2..], 8),
        "0b" | "0B" => (&digits[2..], 2),
        _ if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8),
        _ => (digits, 10),
    };
    // A second sign is none that Go knows.
    let magnitude = u64::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with(['+', '-']))?;
    match is_negative {
        false => Some(magnitude.into()),
        true => 0_i64.checked_sub_unsigned(magnitude).map(Number::from),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = |text| str::strip_prefix(text, ['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let is_mantissa = match unsigned(mantissa).split_once('.') {
        None => is_digits(unsigned(mantissa)),
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
    };
    is_mantissa && exponent.is_none_or(|exponent| is_digits(unsigned(exponent)))
}

/// Where a scalar is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// On a line of block style.
    Block,
    /// Between the brackets of flow style.
    Flow,
    /// In JSON.
    Json,
}

/// Writes a scalar on one line, in `style` if it can be.
pub(super) fn write(value: &Value, style: ScalarStyle, context: Context) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let single_quoted = || format!("'{}'", text.replace('\'', "''"));
    match style {
        _ if context == Context::Json => value.to_string(),
        ScalarStyle::SingleQuoted if is_printable(text) => single_quoted(),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => double_quoted(text),
        _ if is_plain(text, context) => text.clone(),
        _ if is_printable(text) && text.contains(['"', '\\']) => single_quoted(),
        _ => double_quoted(text),
    }
}

/// Whether `text` is the same text without quotes, to every reader of YAML 1.1 or 1.2.
fn is_plain(text: &str, context: Context) -> bool {
    let may_hold = |character: char| match context {
        Context::Block => character.is_ascii_alphanumeric() || "_./:@+=,%^-() ".contains(character),
        // `:` ends a scalar there for old readers, and `,` for all of them.
        Context::Flow | Context::Json => character.is_ascii_alphanumeric() || "_./@+=%-".contains(character),
    };
    let mut characters = text.chars();
    let begins_well = match (characters.next(), characters.next()) {
        (Some('-'), Some(second)) => second == '-' || second.is_ascii_alphanumeric(),
        (Some(first), _) => first.is_ascii_alphanumeric() || "_./+".contains(first),
        (None, _) => false,
    };
    begins_well
        && text.chars().all(may_hold)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.starts_with("---")
        && resolve(text).is_string()
        && !looks_like_a_number_or_date(text)
}

/// Also `2026-01-02`, `12:30:45`, `0x1f`, `1_000`, `1e3`, `.inf`: each is no text to some reader.
fn looks_like_a_number_or_date(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['+', '-', '.']);
    let may_hold = |byte: u8| byte.is_ascii_hexdigit() || b"xXoOtTzZ_.:+- ".contains(&byte);
    let is_number = unsigned.starts_with(|first: char| first.is_ascii_digit()) && text.bytes().all(may_hold);
    is_number || matches!(unsigned.to_ascii_lowercase().as_str(), "inf" | "nan")
}

/// Whether single quotes can hold it: they have no escapes.
fn is_printable(text: &str) -> bool {
    !text.chars().any(needs_escape) && !text.starts_with(' ') && !text.ends_with(' ')
}

fn needs_escape(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// JSON's escapes are YAML's, too; but there are characters that only YAML must escape.
fn double_quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    if !json.chars().any(needs_escape) {
        return json;
    }
    let escaped = |character: char| match needs_escape(character) {
        true => format!("\\u{:04x}", u32::from(character)),
        false => character.to_string(),
    };
    json.chars().map(escaped).collect()
}
