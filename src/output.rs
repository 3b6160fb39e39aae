//! A document rendered as the AWS CLI renders it: JSON, text or YAML, whole or through a JMESPath query.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use jmespath::{Expression, JmespathError};
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Value};

use crate::cli::Format;
use crate::error::{Failure, usage};

/// The longest query, and the most brackets and signs in one that its parser recurses for: the stack has an end. (And
/// numbers have: the library adds a slice's bounds and steps up as 32-bit integers.)
const MAX_QUERY_BYTES: usize = 1024;
const MAX_QUERY_NESTING: usize = 64;

/// What `query` selects of `document`; `null` where it selects nothing.
///
/// # Errors
/// A query that is not JMESPath, or that fails on this document: usage errors, as in the AWS CLI.
pub fn select(document: &impl Serialize, query: &str) -> Result<Value> {
    let document = serde_json::to_value(document)?;
    let selected = compile(query)?.search(&document).map_err(|error| explain(query, &error))?;
    Ok(serde_json::to_value(&*selected)?)
}

/// Looks whether `query` is JMESPath, before there is a document.
///
/// # Errors
/// It is not, or more than the library bears.
pub fn check(query: &str) -> Result<()> {
    compile(query).map(|_| ())
}

fn explain(query: &str, error: &JmespathError) -> Failure {
    usage(format!("--query `{query}`: {}", error.reason)).hint("see https://jmespath.org for the syntax")
}

fn compile(query: &str) -> Result<Expression<'static>> {
    let nesting = query.bytes().filter(|byte| b"[({!&".contains(byte)).count();
    let long_number = query.split(|character: char| !character.is_ascii_digit()).any(|digits| digits.len() > 9);
    if query.len() > MAX_QUERY_BYTES || nesting > MAX_QUERY_NESTING || long_number {
        let numbers = if long_number { " and a number of more than nine digits" } else { "" };
        let message = format!("--query is too much, with {} bytes, {nesting} brackets{numbers}", query.len());
        return Err(usage(message).hint("an ExecCredential has little to select from: try status.token").into());
    }
    jmespath::compile(query).map_err(|error| explain(query, &error).into())
}

/// `document` in `format`, with one newline at its end.
///
/// # Errors
/// None that a document of ours can cause.
pub fn render(document: &impl Serialize, format: Format) -> Result<String> {
    match format {
        Format::Json => json(document),
        Format::Text => Ok(text(&serde_json::to_value(document)?)),
        Format::Yaml => yaml(&serde_json::to_value(document)?),
    }
}

/// Four spaces a level, as Python's `json.dumps(indent=4)`.
fn json(document: &impl Serialize) -> Result<String> {
    let mut bytes = Vec::with_capacity(1024);
    document.serialize(&mut Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"    ")))?;
    bytes.push(b'\n');
    String::from_utf8(bytes).context("JSON is UTF-8")
}

/// YAML with sorted keys, and a scalar that stands alone as JSON: so the AWS CLI writes it.
fn yaml(document: &Value) -> Result<String> {
    if is_scalar(document) {
        return json(document);
    }
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    Ok(serde_saphyr::to_string_with_options(document, options)?)
}

/// Tab-separated lines, in the rules of the AWS CLI's `text.py`: the scalars of an object on one line in the order of
/// their keys, then each list or object in it on lines of its own that begin with its key in upper case.
fn text(document: &Value) -> String {
    let mut lines = String::new();
    text_item(document, None, None, &mut lines);
    lines
}

fn text_item(item: &Value, name: Option<&str>, columns: Option<&[&str]>, lines: &mut String) {
    match item {
        Value::Object(object) => text_object(object, name, columns, lines),
        Value::Array(items) => text_array(items, name, lines),
        scalar => text_line([text_scalar(scalar)], lines),
    }
}

fn text_object(object: &Map<String, Value>, name: Option<&str>, columns: Option<&[&str]>, lines: &mut String) {
    let own_columns: Vec<&str> =
        object.iter().filter(|(_, value)| is_scalar(value)).map(|(key, _)| key.as_str()).collect();
    let columns = columns.unwrap_or(&own_columns);
    if !columns.is_empty() {
        let cells = columns.iter().map(|key| object.get(*key).map_or_else(String::new, text_scalar));
        text_line(name.map(str::to_uppercase).into_iter().chain(cells), lines);
    }
    for (key, value) in object.iter().filter(|(key, _)| !columns.contains(&key.as_str())) {
        text_item(value, Some(key), None, lines);
    }
}

fn text_array(items: &[Value], name: Option<&str>, lines: &mut String) {
    if items.iter().any(Value::is_object) {
        // Every object gets the columns of them all, so that the lines form a table.
        let objects = items.iter().filter_map(Value::as_object);
        let scalars = objects.flat_map(|object| object.iter().filter(|(_, value)| is_scalar(value)));
        let columns: BTreeSet<&str> = scalars.map(|(key, _)| key.as_str()).collect();
        let columns: Vec<&str> = columns.into_iter().collect();
        for item in items {
            text_item(item, name, Some(&columns), lines);
        }
        return;
    }
    let (scalars, nested): (Vec<&Value>, Vec<&Value>) = items.iter().partition(|item| is_scalar(item));
    match name.map(str::to_uppercase) {
        Some(name) => scalars.iter().for_each(|item| text_line([name.clone(), text_scalar(item)], lines)),
        None if scalars.is_empty() => {}
        None => text_line(scalars.iter().map(|item| text_scalar(item)), lines),
    }
    for item in nested {
        text_item(item, name, None, lines);
    }
}

fn text_line(cells: impl IntoIterator<Item = String>, lines: &mut String) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            lines.push('\t');
        }
        lines.push_str(&cell);
    }
    lines.push('\n');
}

fn is_scalar(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

/// A scalar as Python's `str` writes it.
fn text_scalar(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
