//! How values are written: in the style that a file has, else as kubectl and the AWS CLI do, with sorted keys.

use granit_parser::ScalarStyle;
use serde_json::{Map, Value};

use super::scalar::{self, Context};
use super::tree::{Kind, Node, line_start};

/// The style of a file.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// What ends a line.
    pub newline: &'static str,
    /// Whether the file is JSON.
    pub is_json: bool,
    /// How much deeper than its key a map is, and a list.
    map_indent: usize,
    list_indent: usize,
    /// JSON: what a level adds to the indentation, where it has lines at all.
    json_indent: Option<String>,
    /// JSON: what stands behind colons.
    gap: String,
}

impl Layout {
    /// Looks at a file for its style.
    pub fn of(text: &str, root: Option<&Node>) -> Self {
        let newline = match text.find('\n') {
            Some(at) if text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        };
        let is_flow = root.is_some_and(|root| matches!(root.kind, Kind::Map { is_flow: true, .. }));
        let mut layout = Self {
            newline,
            is_json: is_flow && is_json(text),
            map_indent: 2,
            list_indent: 0,
            json_indent: None,
            gap: " ".to_owned(),
        };
        let Some(root) = root else { return layout };
        if is_flow {
            layout.look_at_flow(text, root);
        }
        layout.map_indent = indent(text, root, &|node| matches!(node.kind, Kind::Map { .. })).unwrap_or(2);
        layout.list_indent = indent(text, root, &|node| matches!(node.kind, Kind::List { .. })).unwrap_or(0);
        layout
    }

    fn look_at_flow(&mut self, text: &str, root: &Node) {
        let Kind::Map { pairs, .. } = &root.kind else { return };
        let Some(first) = pairs.first() else { return };
        self.json_indent = text[root.start + 1..first.key.start].rsplit_once('\n').map(|(_, indent)| indent.to_owned());
        if let Some(after) = first.after_colon {
            let blanks = &text[after..first.value.start.max(after)];
            if blanks.chars().all(|blank| blank == ' ') {
                blanks.clone_into(&mut self.gap);
            }
        }
    }

    /// `key: value` in block style at this column, the first line without its indentation.
    pub fn pair(&self, key: &str, value: &Value, column: usize) -> String {
        let key = scalar::write(&Value::from(key), ScalarStyle::Plain, Context::Block);
        if is_inline(value) {
            return format!("{key}: {}", self.inline(value, ScalarStyle::Plain, Context::Block));
        }
        let column = column + self.indent_of(value);
        format!("{key}:{}{}", self.start_line(column), self.block(value, column))
    }

    /// `- value`, likewise.
    pub fn item(&self, value: &Value, column: usize) -> String {
        match is_inline(value) {
            true => format!("- {}", self.inline(value, ScalarStyle::Plain, Context::Block)),
            false => format!("- {}", self.block(value, column + 2)),
        }
    }

    /// A map or list that is not empty, likewise.
    pub fn block(&self, value: &Value, column: usize) -> String {
        let parts: Vec<String> = match value {
            Value::Object(map) => map.iter().map(|(key, value)| self.pair(key, value, column)).collect(),
            Value::Array(items) => items.iter().map(|item| self.item(item, column)).collect(),
            _ => Vec::new(),
        };
        parts.join(&self.start_line(column))
    }

    /// The end of a line and the indentation of the next one.
    pub fn start_line(&self, column: usize) -> String {
        format!("{}{:column$}", self.newline, "")
    }

    /// How much deeper than its key such a value begins.
    pub fn indent_of(&self, value: &Value) -> usize {
        if value.is_array() { self.list_indent } else { self.map_indent }
    }

    /// A value that needs no lines of its own.
    pub fn inline(&self, value: &Value, style: ScalarStyle, context: Context) -> String {
        match value {
            Value::Object(map) if map.is_empty() => "{}".to_owned(),
            Value::Array(items) if items.is_empty() => "[]".to_owned(),
            Value::Object(map) => format!("{{{}}}", self.flow_pairs(map, "").join(&format!(",{}", self.gap()))),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.flow(item, "")).collect();
                format!("[{}]", items.join(&format!(",{}", self.gap())))
            }
            scalar => scalar::write(scalar, style, context),
        }
    }

    /// Any value in flow style; in JSON with lines of its own, this far in.
    pub fn flow(&self, value: &Value, indentation: &str) -> String {
        let Some(indent) = self.json_indent.as_ref().filter(|_| self.is_json && !is_inline(value)) else {
            return self.inline(value, ScalarStyle::Plain, self.flow_context());
        };
        let deeper = format!("{indentation}{indent}");
        let (open, parts, close) = match value {
            Value::Object(map) => ('{', self.flow_pairs(map, &deeper), '}'),
            Value::Array(items) => ('[', items.iter().map(|item| self.flow(item, &deeper)).collect(), ']'),
            _ => ('[', Vec::new(), ']'),
        };
        let newline = self.newline;
        let parts = parts.join(&format!(",{newline}{deeper}"));
        format!("{open}{newline}{deeper}{parts}{newline}{indentation}{close}")
    }

    fn flow_pairs(&self, map: &Map<String, Value>, indentation: &str) -> Vec<String> {
        map.iter().map(|(key, value)| self.flow_pair(key, value, indentation)).collect()
    }

    /// `key: value` in flow style.
    pub fn flow_pair(&self, key: &str, value: &Value, indentation: &str) -> String {
        let key = scalar::write(&Value::from(key), ScalarStyle::Plain, self.flow_context());
        format!("{key}:{}{}", self.gap(), self.flow(value, indentation))
    }

    /// What stands behind colons and commas on one line of flow style. Only JSON may do without a blank.
    pub fn gap(&self) -> &str {
        if self.is_json { &self.gap } else { " " }
    }

    pub fn flow_context(&self) -> Context {
        if self.is_json { Context::Json } else { Context::Flow }
    }
}

pub(super) fn is_json(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Whether block style has it on the line of its key.
pub(super) fn is_inline(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => true,
    }
}

/// How much deeper than their keys the values of a kind begin: as the first one does.
fn indent(text: &str, node: &Node, is_it: &impl Fn(&Node) -> bool) -> Option<usize> {
    match &node.kind {
        Kind::Map { is_flow: false, pairs } => pairs.iter().find_map(|pair| {
            let value = &pair.value;
            let is_block = matches!(value.kind, Kind::Map { is_flow: false, .. } | Kind::List { is_flow: false, .. });
            let depth = || column(text, value.start).checked_sub(column(text, pair.key.start));
            match is_block && is_it(value) {
                true => depth(),
                false => indent(text, value, is_it),
            }
        }),
        Kind::List { is_flow: false, items } => items.iter().find_map(|item| indent(text, &item.node, is_it)),
        _ => None,
    }
}

/// In bytes: what stands before a key or a dash is blanks and dashes.
pub(super) fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}
