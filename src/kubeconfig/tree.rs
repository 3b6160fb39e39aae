//! The nodes of a YAML document, each with its place in the text, beside what the document says to kubectl.

use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput, StructureStyle, Tag};
use serde_json::{Map, Value};

use super::document::Refusal;
use super::scalar;
use crate::error::excerpt;

/// What aliases may make of a file, in bytes: it grows with each of them (CVE-2019-11253, the "billion laughs").
const MAX_COPIED: usize = 16 * 1024 * 1024;

/// A node, and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    /// Its first byte, behind an anchor and a tag.
    pub start: usize,
    /// Behind its last byte. No blank, comment or line's end belongs to it, unless it is a scalar that keeps them.
    pub end: usize,
    pub kind: Kind,
    pub has_tag: bool,
    /// Behind its anchor and its tag, where it has one.
    pub properties_end: usize,
    /// The number of its anchor, or 0.
    pub anchor: usize,
}

#[derive(Debug)]
pub(super) enum Kind {
    Scalar(ScalarStyle),
    Map { is_flow: bool, pairs: Vec<Pair> },
    List { is_flow: bool, items: Vec<Item> },
    Alias,
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Pair {
    /// What the key says; [`None`] for a merge key, `<<`.
    pub name: Option<String>,
    pub key: Node,
    /// Behind the colon, if it has one and this is where one looks for it.
    pub after_colon: Option<usize>,
    pub value: Node,
}

/// An item of a list.
#[derive(Debug)]
pub(super) struct Item {
    /// Behind the dash of block style, if this is where one looks for it.
    pub after_dash: Option<usize>,
    pub node: Node,
}

impl Node {
    /// Whether it takes no byte: the value of `key:`.
    pub fn is_nothing(&self) -> bool {
        self.start == self.end
    }
}

/// A document, as read.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// [`None`] where the text has nothing but comments.
    pub root: Option<Node>,
    pub value: Value,
    /// The anchors to which aliases refer.
    pub shared: Vec<usize>,
    /// Where something follows the document that kubectl would not read.
    pub second: Option<usize>,
}

/// Takes the first document in `text` apart.
pub(super) fn parse(text: &str) -> Result<Tree, Refusal> {
    // To YAML 1.1 they end a line, to 1.2 they do not.
    if let Some(at) = text.find(['\u{85}', '\u{2028}', '\u{2029}']) {
        return Err(Refusal::at(text, at, "a line separator that not every YAML reader takes for one"));
    }
    let options = granit_parser::options! { emit_anchor_events: true, emit_comments: false };
    let parser = Parser::new_from_str_with_options(text, options);
    let anchors = BTreeMap::new();
    let mut reader = Reader { text, parser, cursor: 0, anchors, copied: 0, tree: Tree::default() };
    reader.document()?;
    reader.tree.shared.sort_unstable();
    reader.tree.shared.dedup();
    Ok(reader.tree)
}

/// The line break or blank, the comment: what may stand between two parts of a node.
pub(super) fn skip_blank(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
            Some(b'#') => at = line_end(text, at),
            _ => return at,
        }
    }
}

/// Where the line of `at` ends, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    if text[..end].ends_with('\r') { end - 1 } else { end }
}

/// Where the line of `at` begins: the first one behind a byte order mark.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    match text[..at].rfind('\n') {
        Some(newline) => newline + 1,
        None if text.starts_with('\u{feff}') => '\u{feff}'.len_utf8(),
        None => 0,
    }
}

struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    /// Behind what has been read.
    cursor: usize,
    /// What anchored nodes say.
    anchors: BTreeMap<usize, Value>,
    copied: usize,
    tree: Tree,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<(), Refusal> {
        let (mut event, mut span) = self.next()?;
        while let Event::StreamStart | Event::DocumentStart(..) = event {
            self.cursor = offset(span.end);
            (event, span) = self.next()?;
        }
        if event == Event::StreamEnd {
            return Ok(());
        }
        let (root, value) = self.node(event, span)?;
        (self.tree.root, self.tree.value) = (Some(root), value);
        let _end = self.next()?;
        // kubectl reads no further, not even as far as we do.
        self.tree.second = match self.parser.next_event() {
            Some(Ok((Event::StreamEnd, _))) | None => None,
            Some(Ok((_, span))) => Some(offset(span.start)),
            Some(Err(error)) => Some(offset(*error.marker())),
        };
        Ok(())
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Refusal> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(Refusal::at(self.text, offset(*error.marker()), error.info())),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// The node that `event` begins.
    fn node(&mut self, event: Event<'t>, span: Span) -> Result<(Node, Value), Refusal> {
        let tag = event.tag().map(core_tag);
        let anchor = if event.is_alias() { 0 } else { event.anchor_id().unwrap_or(0) };
        let mut node = Node { start: 0, end: 0, kind: Kind::Alias, has_tag: tag.is_some(), properties_end: 0, anchor };
        if let Some(tag) = span.tag_span().filter(|_| tag.is_some()) {
            node.properties_end = offset(tag.end);
        }
        if anchor != 0 {
            let (_, span) = self.next()?;
            node.properties_end = node.properties_end.max(offset(span.end));
        }
        self.pass(node.properties_end);
        let value = match event {
            Event::Scalar(content, style, ..) => {
                self.scalar(&mut node, style, &span);
                match node.is_nothing() && style == ScalarStyle::Plain && tag.is_none() {
                    true => Value::Null,
                    false => scalar::read(&content, style, tag.flatten().as_deref()),
                }
            }
            Event::SequenceStart(style, ..) => self.list(&mut node, style, &span)?,
            Event::MappingStart(style, ..) => self.map(&mut node, style, &span)?,
            Event::Alias(id) => {
                (node.start, node.end) = (offset(span.start), offset(span.end));
                self.tree.shared.push(id);
                let copied = self.anchors.get(&id).cloned();
                copied.ok_or_else(|| self.refuse(node.start, "an alias of a node that it is part of"))?
            }
            _ => return Err(self.refuse(offset(span.start), "a part of YAML that we do not know")),
        };
        self.pass(node.end);
        self.count(&node, &value)?;
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok((node, value))
    }

    /// Finds the ends of a scalar, which for one in block style are not those of its content.
    fn scalar(&self, node: &mut Node, style: ScalarStyle, span: &Span) {
        node.kind = Kind::Scalar(style);
        (node.start, node.end) = (offset(span.start), offset(span.end));
        if let ScalarStyle::Literal | ScalarStyle::Folded = style {
            node.start = skip_blank(self.text, self.cursor);
            let header = &self.text[node.start..line_end(self.text, node.start)];
            let keeps = header.split('#').next().unwrap_or_default().contains('+');
            let content = &self.text[..node.end.max(node.start + header.len())];
            node.end = match content.rsplit_once('\n') {
                // The next line's indentation belongs to the next line.
                Some((lines, rest)) if keeps && rest.trim().is_empty() => {
                    lines.strip_suffix('\r').unwrap_or(lines).len()
                }
                _ => content.trim_end_matches([' ', '\t', '\r', '\n']).len(),
            };
        } else if node.is_nothing() {
            // The parser puts it before the colon.
            (node.start, node.end) = (self.cursor, self.cursor);
        }
    }

    fn list(&mut self, node: &mut Node, style: StructureStyle, span: &Span) -> Result<Value, Refusal> {
        let is_flow = style == StructureStyle::Flow;
        self.begin(node, is_flow, span);
        let (mut items, mut values) = (Vec::new(), Vec::new());
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                node.end = if is_flow { offset(span.end) } else { node.end };
                break;
            }
            let after_dash = self.indicator(b'-').filter(|_| !is_flow);
            if let Some(after) = after_dash {
                self.check_indentation(after - 1)?;
                node.start = if items.is_empty() { after - 1 } else { node.start };
                self.cursor = after;
            }
            let (child, value) = self.node(event, span)?;
            node.end = child.end.max(self.cursor);
            self.pass_comma(is_flow);
            items.push(Item { after_dash, node: child });
            values.push(value);
        }
        node.kind = Kind::List { is_flow, items };
        Ok(Value::Array(values))
    }

    fn map(&mut self, node: &mut Node, style: StructureStyle, span: &Span) -> Result<Value, Refusal> {
        let is_flow = style == StructureStyle::Flow;
        self.begin(node, is_flow, span);
        let (mut pairs, mut names, mut values) = (Vec::new(), BTreeSet::new(), Map::new());
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                node.end = if is_flow { offset(span.end) } else { node.end };
                break;
            }
            let pair = self.pair(event, span, is_flow, &mut values)?;
            if let Some(name) = pair.name.as_ref().filter(|name| !names.insert((*name).clone())) {
                return Err(self.refuse(pair.key.start, format!("`{}` is there twice", excerpt(name))));
            }
            node.end = pair.value.end.max(self.cursor);
            self.pass_comma(is_flow);
            pairs.push(pair);
        }
        node.kind = Kind::Map { is_flow, pairs };
        Ok(Value::Object(values))
    }

    /// A key and its value, which goes into `values`.
    fn pair(
        &mut self,
        event: Event<'t>,
        span: Span,
        is_flow: bool,
        values: &mut Map<String, Value>,
    ) -> Result<Pair, Refusal> {
        let is_merge = event.scalar() == Some(("<<", ScalarStyle::Plain));
        let (key, key_value) = self.node(event, span)?;
        if !is_flow {
            self.check_indentation(key.start)?;
        }
        let name = match key_value {
            Value::String(text) => text,
            Value::Bool(_) | Value::Number(_) => key_value.to_string(),
            _ => return Err(self.refuse(key.start, "a key that is not text")),
        };
        let after_colon = self.indicator(b':');
        self.cursor = after_colon.unwrap_or(self.cursor);
        let (event, span) = self.next()?;
        let (value, content) = self.node(event, span)?;
        if is_merge {
            self.merge(values, content, value.start)?;
            return Ok(Pair { name: None, key, after_colon, value });
        }
        values.insert(name.clone(), content);
        Ok(Pair { name: Some(name), key, after_colon, value })
    }

    /// Puts the keys of a map, or of several of which the first is the strongest, into `values`. What stands above is
    /// overwritten and what stands below overwrites: so go-yaml v2 does it.
    fn merge(&self, values: &mut Map<String, Value>, merged: Value, at: usize) -> Result<(), Refusal> {
        let maps = match merged {
            Value::Array(maps) => maps,
            map => vec![map],
        };
        for map in maps.into_iter().rev() {
            match map {
                Value::Object(map) => values.extend(map),
                _ => return Err(self.refuse(at, "only a map can be merged into a map")),
            }
        }
        Ok(())
    }

    fn begin(&mut self, node: &mut Node, is_flow: bool, span: &Span) {
        node.start = offset(span.start);
        if is_flow {
            self.pass(offset(span.end));
        }
        node.end = self.cursor.max(node.start);
    }

    /// Behind the indicator that comes next, if it does.
    fn indicator(&self, indicator: u8) -> Option<usize> {
        let at = skip_blank(self.text, self.cursor);
        (self.text.as_bytes().get(at) == Some(&indicator)).then_some(at + 1)
    }

    fn pass_comma(&mut self, is_flow: bool) {
        if let Some(after) = self.indicator(b',').filter(|_| is_flow) {
            self.cursor = after;
        }
    }

    fn pass(&mut self, end: usize) {
        self.cursor = self.cursor.max(end);
    }

    /// Our parser is patient with tabs there, and Go's is not.
    fn check_indentation(&self, at: usize) -> Result<(), Refusal> {
        match self.text[line_start(self.text, at)..at].contains('\t') {
            true => Err(self.refuse(at, "a tab in the indentation, where YAML wants blanks")),
            false => Ok(()),
        }
    }

    /// Adds up what anchors and aliases copy.
    fn count(&mut self, node: &Node, value: &Value) -> Result<(), Refusal> {
        if node.anchor != 0 || matches!(node.kind, Kind::Alias) {
            self.copied += size(value);
            if self.copied > MAX_COPIED {
                return Err(self.refuse(node.start, "too much is copied by aliases"));
            }
        }
        Ok(())
    }

    fn refuse(&self, at: usize, why: impl Into<String>) -> Refusal {
        Refusal::at(self.text, at, why)
    }
}

/// The parser counts bytes for every text that it is given whole.
fn offset(marker: Marker) -> usize {
    marker.byte_offset().unwrap_or_default()
}

/// The name of one of YAML's own tags; [`None`] for any other.
fn core_tag(tag: &Tag) -> Option<String> {
    tag.core_suffix().map(str::to_owned)
}

/// Roughly how many bytes a value has.
fn size(value: &Value) -> usize {
    const OVERHEAD: usize = 32;
    OVERHEAD
        + match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(size).sum(),
            Value::Object(map) => map.iter().map(|(key, value)| key.len() + OVERHEAD + size(value)).sum(),
            _ => 0,
        }
}
