//! From what a document says and what it shall say to the splices that make its text say it: walks the nodes whose
//! values differ, and leaves all others alone.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::ScalarStyle;
use serde_json::{Map, Value};

use super::align::align;
use super::document::Refusal;
use super::layout::{Layout, column, is_inline};
use super::scalar::Context;
use super::tree::{Item, Kind, Node, Pair, Tree, line_end, line_start};

/// How a value shall be spelled, with the blanks before it, by the place behind its colon or dash.
pub(super) type Spellings = BTreeMap<usize, (String, Value)>;

/// Collects splices.
pub(super) struct Editor<'a> {
    text: &'a str,
    tree: &'a Tree,
    layout: &'a Layout,
    spellings: &'a Spellings,
    splices: Vec<(Range<usize>, String)>,
}

/// Where a node stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Behind the colon or dash that leads to it.
    pub after: Option<usize>,
    /// The column of its key or dash, in block style.
    pub column: usize,
    /// Whether that is a dash.
    pub is_item: bool,
    /// Whether it is between the brackets of flow style.
    pub is_in_flow: bool,
}

impl Place {
    /// The root's.
    pub const ROOT: Self = Self { after: None, column: 0, is_item: false, is_in_flow: false };

    /// That of a pair's value.
    pub fn of_pair(text: &str, pair: &Pair, is_in_flow: bool) -> Self {
        let column = if is_in_flow { 0 } else { column(text, pair.key.start) };
        Self { after: pair.after_colon, column, is_item: false, is_in_flow }
    }

    /// That of a list's item.
    pub fn of_item(text: &str, item: &Item, is_in_flow: bool) -> Self {
        let column = item.after_dash.map_or(0, |after| column(text, after - 1));
        Self { after: item.after_dash, column, is_item: true, is_in_flow }
    }
}

impl<'a> Editor<'a> {
    pub fn new(text: &'a str, tree: &'a Tree, layout: &'a Layout, spellings: &'a Spellings) -> Self {
        Self { text, tree, layout, spellings, splices: Vec::new() }
    }

    /// The text with all splices done.
    pub fn finish(mut self) -> String {
        // Of two in one place the one that was made first goes first: what belongs to a node is made before what
        // follows it.
        self.splices.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = String::with_capacity(self.text.len() + 4096);
        let mut done = 0;
        for (range, new) in self.splices {
            // Should two overlap, the text says something else then, and is refused.
            text.push_str(self.text.get(done..range.start).unwrap_or_default());
            text.push_str(&new);
            done = done.max(range.end);
        }
        text.push_str(&self.text[done..]);
        text
    }

    /// A document that has said nothing yet.
    pub fn begin(&mut self, new: &Value) {
        let newline = self.layout.newline;
        let at = self.text.len();
        let is_fresh_line = line_start(self.text, at) == at;
        let lead = if is_fresh_line { "" } else { newline };
        self.splice(at..at, format!("{lead}{}{newline}", self.layout.block(new, 0)));
    }

    /// Makes `node`, which says `old`, say `new`.
    pub fn node(&mut self, node: &Node, place: Place, old: &Value, new: &Value) -> Result<(), Refusal> {
        if old == new {
            return Ok(());
        }
        self.check(node)?;
        if self.spelling(place, new).is_some() {
            return self.replace(node, place, new);
        }
        match (&node.kind, old, new) {
            (Kind::Map { pairs, .. }, Value::Object(old), Value::Object(new)) if survives(pairs, new) => {
                self.map(node, old, new)
            }
            (Kind::List { .. }, Value::Array(old), Value::Array(new)) if !old.is_empty() && !new.is_empty() => {
                self.list(node, place, old, new)
            }
            _ => self.replace(node, place, new),
        }
    }

    /// Whether a change of `node` is a change of nothing else.
    pub fn check(&self, node: &Node) -> Result<(), Refusal> {
        if matches!(node.kind, Kind::Alias) {
            return Err(self.refuse(node, "an alias, whose value others share"));
        }
        if node.anchor != 0 && self.tree.shared.binary_search(&node.anchor).is_ok() {
            return Err(self.refuse(node, "aliases refer to this value, and would change with it"));
        }
        Ok(())
    }

    /// The same for all that is in it.
    pub fn check_all(&self, node: &Node) -> Result<(), Refusal> {
        self.check(node).or_else(|refusal| if matches!(node.kind, Kind::Alias) { Ok(()) } else { Err(refusal) })?;
        match &node.kind {
            Kind::Map { pairs, .. } => pairs.iter().try_for_each(|pair| {
                self.check_all(&pair.key)?;
                self.check_all(&pair.value)
            }),
            Kind::List { items, .. } => items.iter().try_for_each(|item| self.check_all(&item.node)),
            Kind::Scalar(_) | Kind::Alias => Ok(()),
        }
    }

    fn map(&mut self, node: &Node, old: &Map<String, Value>, new: &Map<String, Value>) -> Result<(), Refusal> {
        let Kind::Map { pairs, is_flow } = &node.kind else { return Err(self.odd(node)) };
        let is_flow = *is_flow;
        let own: BTreeMap<&str, &Pair> = pairs.iter().filter_map(|pair| Some((pair.name.as_deref()?, pair))).collect();
        if old.iter().any(|(key, value)| !own.contains_key(key.as_str()) && new.get(key) != Some(value)) {
            return Err(self.refuse(node, "the value comes with a merge key (`<<`), and others share it"));
        }
        let is_kept = |pair: &Pair| pair.name.as_ref().is_none_or(|name| new.contains_key(name));
        for pair in pairs.iter().filter(|pair| is_kept(pair)) {
            let values = pair.name.as_ref().and_then(|name| Some((old.get(name)?, new.get(name)?)));
            if let Some((old, new)) = values {
                self.node(&pair.value, Place::of_pair(self.text, pair, is_flow), old, new)?;
            }
        }
        let parts: Vec<Part> = pairs.iter().map(|pair| Part::of_pair(pair, is_kept(pair))).collect();
        self.remove(&parts, is_flow)?;

        let is_sorted = pairs.is_sorted_by_key(|pair| &pair.name);
        for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
            let kept = || pairs.iter().filter(|pair| is_kept(pair));
            let before = kept().rfind(|pair| is_sorted && pair.name.as_ref() < Some(key));
            let Some(predecessor) = before.or_else(|| kept().next_back()) else { continue };
            if is_flow {
                self.add_to_flow(node, pairs[0].key.start, end_of(predecessor), |layout, indentation| {
                    layout.flow_pair(key, value, indentation)
                });
            } else {
                let column = column(self.text, predecessor.key.start);
                self.add_line(end_of(predecessor), column, &self.layout.pair(key, value, column));
            }
        }
        Ok(())
    }

    /// Aligns the items that are the same on both sides, by name where they have names.
    fn list(&mut self, node: &Node, place: Place, old: &[Value], new: &[Value]) -> Result<(), Refusal> {
        let Kind::List { items, is_flow } = &node.kind else { return Err(self.odd(node)) };
        let is_flow = *is_flow;
        let Some(alignment) = align(old, new) else {
            return self.replace(node, place, &Value::from(new));
        };
        let kept = alignment.iter().flatten().count();
        for (item, (old, counterpart)) in items.iter().zip(old.iter().zip(&alignment)) {
            if let Some(at) = counterpart {
                self.node(&item.node, Place::of_item(self.text, item, is_flow), old, &new[*at])?;
            }
        }
        let parts: Vec<Part> =
            items.iter().zip(&alignment).map(|(item, at)| Part::of_item(item, at.is_some())).collect();
        self.remove(&parts, is_flow)?;

        let last = parts.iter().rev().find(|part| part.is_kept).map_or(node.end, |part| part.end);
        for value in &new[kept..] {
            match (is_flow, items[0].after_dash) {
                (true, _) => self.add_to_flow(node, items[0].node.start, last, |layout, indentation| {
                    layout.flow(value, indentation)
                }),
                (false, Some(after_dash)) => {
                    let column = column(self.text, after_dash - 1);
                    self.add_line(last, column, &self.layout.item(value, column));
                }
                (false, None) => return Err(self.odd(node)),
            }
        }
        Ok(())
    }

    /// Removes the parts of a collection that are not kept. One at least is.
    fn remove(&mut self, parts: &[Part], is_flow: bool) -> Result<(), Refusal> {
        let mut at = 0;
        while at < parts.len() {
            if parts[at].is_kept {
                at += 1;
                continue;
            }
            let run = parts[at..].iter().take_while(|part| !part.is_kept).count();
            for part in &parts[at..at + run] {
                part.nodes.iter().flatten().try_for_each(|node| self.check_all(node))?;
            }
            let (first, last, next) = (&parts[at], &parts[at + run - 1], parts.get(at + run));
            let shares_line = !is_flow && !self.begins_line(first.start);
            let range = match next {
                Some(next) if is_flow || shares_line => first.start..next.start,
                None if is_flow => parts[at - 1].end..last.end,
                _ => self.lines(first.start, last.end),
            };
            self.splice(range, String::new());
            at += run;
        }
        Ok(())
    }

    /// Whole lines, with the line break before them, so that the place behind them stays.
    fn lines(&self, start: usize, end: usize) -> Range<usize> {
        let (start, column) = (line_start(self.text, start), column(self.text, start));
        let end = self.last_line_end(end, column);
        if self.text[..start].ends_with('\n') {
            return line_end(self.text, line_start(self.text, start - 1))..end;
        }
        let rest = &self.text[end..];
        start..end + if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) }
    }

    /// Whether there are but blanks before it in its line.
    fn begins_line(&self, at: usize) -> bool {
        self.text[line_start(self.text, at)..at].bytes().all(|byte| byte == b' ')
    }

    /// The end of the last line of a part of a collection that is in this column: comments below that are deeper belong
    /// to it.
    fn last_line_end(&self, end: usize, column: usize) -> usize {
        let mut last = line_end(self.text, end);
        let mut at = last;
        while let Some(newline) = self.text[at..].find('\n') {
            let start = at + newline + 1;
            at = line_end(self.text, start);
            let line = &self.text[start..at];
            let content = line.trim_start_matches(' ');
            match content.strip_prefix('#') {
                Some(_) if line.len() - content.len() > column => last = at,
                None if content.is_empty() => {}
                _ => break,
            }
        }
        last
    }

    /// Adds a line, or several, behind the part of a block collection that ends there.
    fn add_line(&mut self, end: usize, column: usize, lines: &str) {
        let end = self.last_line_end(end, column);
        self.splice(end..end, format!("{}{lines}", self.layout.start_line(column)));
    }

    /// Adds an entry behind another one in brackets, with the blanks that stand before the first.
    fn add_to_flow(&mut self, node: &Node, first: usize, end: usize, write: impl Fn(&Layout, &str) -> String) {
        let lead = self.text.get(node.start + 1..first).filter(|lead| lead.trim().is_empty()).unwrap_or_default();
        let new = match lead.rsplit_once('\n') {
            Some((_, indentation)) => format!(",{lead}{}", write(self.layout, indentation)),
            None => format!(",{}{}", self.layout.gap(), write(self.layout, "")),
        };
        self.splice(end..end, new);
    }

    /// Replaces a node by something of another kind, or a scalar by another one.
    fn replace(&mut self, node: &Node, place: Place, new: &Value) -> Result<(), Refusal> {
        self.check_all(node)?;
        if node.has_tag {
            return Err(self.refuse(node, "a tag says what this value is"));
        }
        let is_block = matches!(node.kind, Kind::Map { is_flow: false, .. } | Kind::List { is_flow: false, .. });
        let stays_flow = place.is_in_flow
            || self.layout.is_json
            || matches!(&node.kind, Kind::Map { is_flow: true, pairs } if !pairs.is_empty())
            || matches!(&node.kind, Kind::List { is_flow: true, items } if !items.is_empty());
        if is_inline(new) || stays_flow || self.spelling(place, new).is_some() {
            self.replace_by_inline(node, place, is_block, new);
        } else if is_block || place.after.is_none() {
            self.replace_whole(node, place, new);
        } else {
            self.replace_by_block(node, place, new)?;
        }
        Ok(())
    }

    /// The new value goes to the line of its key or dash.
    fn replace_by_inline(&mut self, node: &Node, place: Place, is_block: bool, new: &Value) {
        let context = if place.is_in_flow { self.layout.flow_context() } else { Context::Block };
        let style = if let Kind::Scalar(style) = node.kind { style } else { ScalarStyle::Plain };
        let plain = match is_inline(new) {
            true => self.layout.inline(new, style, context),
            false => self.layout.flow(new, self.indentation(node.start)),
        };
        let Some(after) = place.after else {
            return self.splice(node.start..node.end, plain);
        };
        // An anchor or a comment may stand between; what a spelling says of it must be what is there.
        let value_start = if is_block { after.max(node.properties_end) } else { node.start.max(after) };
        let lead = &self.text[after..value_start];
        let spelling = self.spelling(place, new);
        let rest = spelling.and_then(|spelling| spelling.strip_prefix(lead));
        match (spelling, rest) {
            _ if is_block && place.is_item => self.splice(node.start..node.end, plain),
            _ if is_block => {
                let spelled = rest.map_or_else(|| format!(" {plain}"), str::to_owned);
                self.splice(value_start..value_start, spelled);
                // Comments above the first entry and below the last go with them, unless what was there before comes
                // back: they may be older than the entries.
                let lines = match spelling {
                    Some(_) => self.lines_of_block(node),
                    None => line_end(self.text, after)..self.last_line_end(node.end, place.column),
                };
                self.splice(lines, String::new());
            }
            (Some(_), Some(rest)) => self.splice(value_start..node.end, rest.to_owned()),
            (Some(spelling), None) if lead.trim().is_empty() => self.splice(after..node.end, spelling.to_owned()),
            _ if node.is_nothing() => self.splice(node.start..node.start, format!(" {plain}")),
            _ => self.splice(node.start..node.end, plain),
        }
    }

    /// The lines of a block collection that begins on a line of its own, with the line break before them.
    fn lines_of_block(&self, node: &Node) -> Range<usize> {
        let start = line_start(self.text, node.start);
        let before = if start == 0 { 0 } else { line_end(self.text, start - 1) };
        before..line_end(self.text, node.end)
    }

    /// How the value in this place shall be spelled.
    fn spelling(&self, place: Place, new: &Value) -> Option<&'a str> {
        let (spelling, value) = self.spellings.get(&place.after?)?;
        (value == new).then_some(spelling)
    }

    /// The new value goes to lines of its own, and what was on the line of its key goes away.
    fn replace_by_block(&mut self, node: &Node, place: Place, new: &Value) -> Result<(), Refusal> {
        let Some(after) = place.after.map(|after| after.max(node.properties_end)) else { return Err(self.odd(node)) };
        if !self.text[after..node.start.max(after)].trim().is_empty() {
            return Err(self.odd(node));
        }
        if place.is_item {
            let new = self.layout.block(new, place.column + 2);
            self.splice(after..node.end, format!(" {new}"));
            return Ok(());
        }
        let column = place.column + self.layout.indent_of(new);
        let end = line_end(self.text, node.end);
        self.splice(after..node.end, String::new());
        self.splice(end..end, format!("{}{}", self.layout.start_line(column), self.layout.block(new, column)));
        Ok(())
    }

    /// A block collection in place of another, or of the root.
    fn replace_whole(&mut self, node: &Node, place: Place, new: &Value) {
        let is_same_kind = matches!(node.kind, Kind::Map { .. }) == new.is_object();
        match place.after {
            Some(after) if !is_same_kind && !place.is_item => {
                let column = place.column + self.layout.indent_of(new);
                let new = format!("{}{}", self.layout.start_line(column), self.layout.block(new, column));
                self.splice(line_end(self.text, after)..node.end, new);
            }
            _ => self.splice(node.start..node.end, self.layout.block(new, column(self.text, node.start))),
        }
    }

    /// The blanks at the beginning of a line.
    fn indentation(&self, at: usize) -> &'a str {
        let line = &self.text[line_start(self.text, at)..at];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    fn splice(&mut self, range: Range<usize>, new: String) {
        self.splices.push((range, new));
    }

    fn odd(&self, node: &Node) -> Refusal {
        self.refuse(node, "a layout that we cannot edit")
    }

    fn refuse(&self, node: &Node, why: &str) -> Refusal {
        Refusal::at(self.text, node.start, why)
    }
}

/// An entry of a collection.
struct Part<'a> {
    start: usize,
    end: usize,
    is_kept: bool,
    nodes: [Option<&'a Node>; 2],
}

impl<'a> Part<'a> {
    fn of_pair(pair: &'a Pair, is_kept: bool) -> Self {
        let nodes = [Some(&pair.key), Some(&pair.value)];
        Self { start: pair.key.start, end: end_of(pair), is_kept, nodes }
    }

    fn of_item(item: &'a Item, is_kept: bool) -> Self {
        let start = item.after_dash.map_or(item.node.start, |after| after - 1);
        let end = item.node.end.max(item.after_dash.unwrap_or(0));
        Self { start, end, is_kept, nodes: [Some(&item.node), None] }
    }
}

/// Where a pair ends, be it behind a key without a value.
fn end_of(pair: &Pair) -> usize {
    pair.value.end.max(pair.after_colon.unwrap_or(0)).max(pair.key.end)
}

/// Whether a key of a map, or its merge key, is there to stay.
fn survives(pairs: &[Pair], new: &Map<String, Value>) -> bool {
    pairs.iter().any(|pair| pair.name.as_ref().is_none_or(|name| new.contains_key(name))) && !new.is_empty()
}
