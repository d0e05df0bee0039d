//! YAML text to nodes. This is the only file that knows the event parser.
//!
//! The events are put together on a stack of open collections, without recursion. Depth is
//! limited by the parser's options and, for aliases, by [`MAX_DEPTH`], so that whoever walks,
//! clones or drops a tree may recurse.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{
    ErrorKind, Event, Options, Parser, ScalarStyle as EventStyle, ScanError, options,
};

use super::mapping;
use super::mended::Mended;
use super::node::{Entry, Node, Scalar, ScalarStyle, Value};
use super::text::{Ground, place};
use super::traps::{self, Problem, Stop};
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span, Text};

/// How deep lists and mappings may stand in one another.
const MAX_DEPTH: usize = 100;

/// What aliases may unfold to, whatever the size of the file, in bytes.
const ALIAS_ALLOWANCE: usize = 16_000_000;
/// What they may unfold to for each byte of the file.
const ALIAS_FACTOR: usize = 8;
/// What a node counts for beside the bytes of its text.
const NODE_COST: usize = 32;

/// The documents of a YAML text that stands in `file` at byte `offset` (front matter and meta
/// comments stand inside other files). Errors are told; what could be read before them comes back.
#[must_use]
pub fn parse(file: FileId, source: &str, offset: usize, sink: &mut Diagnostics) -> Vec<Node> {
    read(file, source, offset, sink, None)
}

/// An item of a file's list of notes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Item<'a> {
    /// The document it stands in, from 0.
    pub document: usize,
    /// What the document's mapping says above the list; empty where the list is the document.
    pub above: &'a [Entry],
    /// The item.
    pub node: Node,
}

/// As [`parse`], for files of any size: each item of a list that is a document, or is the value
/// of a document's key `notes`, is handed to `take` as soon as it is complete, and is not part of
/// what comes back.
#[must_use]
pub fn parse_items(
    file: FileId,
    source: &str,
    offset: usize,
    sink: &mut Diagnostics,
    take: &mut dyn FnMut(Item<'_>, &mut Diagnostics),
) -> Vec<Node> {
    read(file, source, offset, sink, Some(take))
}

type Take<'t> = &'t mut dyn FnMut(Item<'_>, &mut Diagnostics);

fn read(
    file: FileId,
    source: &str,
    offset: usize,
    sink: &mut Diagnostics,
    take: Option<Take<'_>>,
) -> Vec<Node> {
    let ground = Ground {
        file,
        source,
        base: offset,
    };
    let mut tree = Tree {
        ground,
        sink,
        take,
        frames: Vec::new(),
        documents: Vec::new(),
        anchors: BTreeMap::new(),
        unused: BTreeMap::new(),
        budget: ALIAS_ALLOWANCE.saturating_add(source.len().saturating_mul(ALIAS_FACTOR)),
        told: None,
        alias_told: false,
    };
    for next in Parser::new_from_str_with_options(source, options()) {
        match next {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                let tag = span.tag_span().and_then(|it| it.byte_range());
                tree.event(event, range, tag);
            }
            Err(error) => {
                let stop = stop(&error);
                let told = |it: &Range<usize>| it.start <= stop.at && stop.at <= it.end;
                if !tree.told.as_ref().is_some_and(told) {
                    let diagnostic = traps::explain(ground, &stop);
                    further_stops(ground, &diagnostic, tree.sink);
                    tree.sink.push(diagnostic);
                }
                tree.unwind();
                break;
            }
        }
    }
    tree.documents
}

fn options() -> Options {
    options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    }
}

/// How many errors of syntax are looked for behind the first one.
const MAX_FURTHER: usize = 20;
/// How large a text is read again and again for them, in bytes.
const MAX_FURTHER_LEN: usize = 2_000_000;

/// Looks for what else is wrong: the parser stops at the first error, so the text is mended as
/// that error's finding proposes, and read on, as long as this leads further down.
fn further_stops(ground: Ground<'_>, first: &Diagnostic, sink: &mut Diagnostics) {
    if ground.source.len() > MAX_FURTHER_LEN {
        return;
    }
    let mut mended = Mended::new(ground);
    let mut finding = first.clone();
    for _ in 0..MAX_FURTHER {
        let Some(end) = mended.apply(&finding) else {
            return;
        };
        let text = mended.ground();
        let error = Parser::new_from_str_with_options(text.source, options()).find_map(Result::err);
        let Some(stop) = error.as_ref().map(stop).filter(|it| it.at > end) else {
            return;
        };
        finding = traps::explain(text, &stop);
        sink.push(mended.in_original(finding.clone()));
    }
}

/// The parser's reason in deckle's words.
fn stop(error: &ScanError) -> Stop {
    let problem = match error.kind() {
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            Problem::UnclosedQuote
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => Problem::BehindQuote,
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => Problem::Escape,
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => Problem::Colon,
        ErrorKind::UnexpectedCharacter { character } => Problem::Character(*character),
        ErrorKind::InvalidBlockScalarHeader => Problem::BlockHeader,
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::InvalidMappingValueWhitespace
        | ErrorKind::TabInPlainScalar => Problem::Tab,
        ErrorKind::UnclosedFlowCollection { .. } => Problem::UnclosedBracket,
        ErrorKind::RecursionLimitExceeded => Problem::TooDeep(MAX_DEPTH),
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::InvalidFlowScalarIndent => Problem::Structure,
        other => Problem::Other(other.to_string()),
    };
    Stop {
        at: error.marker().byte_offset().unwrap_or(0),
        problem,
    }
}

/// A list or mapping that is not complete yet.
struct Frame {
    collection: Collection,
    start: usize,
    /// Behind the last thing in it.
    end: usize,
    flow: bool,
    anchor: usize,
    /// How deep its deepest content stands in it.
    depth: usize,
    /// Its items go to the taker.
    handed_on: bool,
}

enum Collection {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        pending: Pending,
        /// It began with `{{`, as a cloze does.
        braces: bool,
    },
}

/// A key whose value is awaited.
enum Pending {
    None,
    Key(Scalar),
    Refused,
}

struct Anchored {
    node: Node,
    depth: usize,
    cost: usize,
}

struct Tree<'s, 'k, 't> {
    ground: Ground<'s>,
    sink: &'k mut Diagnostics,
    take: Option<Take<'t>>,
    frames: Vec<Frame>,
    documents: Vec<Node>,
    anchors: BTreeMap<usize, Anchored>,
    /// The places of anchors on unquoted texts that no alias has used yet.
    unused: BTreeMap<usize, Range<usize>>,
    /// What may still be unfolded.
    budget: usize,
    /// What an author was told of already; the parser's stumbling over it is no news.
    told: Option<Range<usize>>,
    /// That the aliases unfold to too much was told; each further alias is the same finding.
    alias_told: bool,
}

impl Tree<'_, '_, '_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>, tag: Option<Range<usize>>) {
        match event {
            Event::Scalar(decoded, style, anchor, written_tag) => {
                if let Some(written_tag) = written_tag
                    && written_tag.core_suffix() != Some("str")
                {
                    self.refuse_tag(tag, Some((range.clone(), style)));
                }
                if anchor != 0 && style == EventStyle::Plain {
                    self.unused.insert(anchor, range.clone());
                }
                // The parser counts the indentation of the line behind a block scalar in.
                let behind = self.ground.source.get(range.clone()).unwrap_or("");
                let end = range.start + behind.trim_end_matches(' ').len();
                let node = self.scalar(&decoded, style, range);
                self.complete(node, 0, anchor, end);
            }
            Event::SequenceStart(style, anchor, written_tag) => {
                if written_tag.is_some_and(|it| it.core_suffix() != Some("seq")) {
                    self.refuse_tag(tag, None);
                }
                let flow = style == granit_parser::StructureStyle::Flow;
                self.open(Collection::Sequence(Vec::new()), range, flow, anchor);
            }
            Event::MappingStart(style, anchor, written_tag) => {
                if written_tag.is_some_and(|it| it.core_suffix() != Some("map")) {
                    self.refuse_tag(tag, None);
                }
                let flow = style == granit_parser::StructureStyle::Flow;
                let mapping = Collection::Mapping {
                    entries: Vec::new(),
                    pending: Pending::None,
                    braces: false,
                };
                self.open(mapping, range, flow, anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut frame) = self.frames.pop() {
                    if frame.flow {
                        frame.end = range.end;
                    }
                    let (anchor, end, depth) = (frame.anchor, frame.end, frame.depth + 1);
                    let node = self.close(frame);
                    self.complete(node, depth, anchor, end);
                }
            }
            Event::Alias(id) => self.alias(id, range),
            Event::UnresolvedAlias(name) => {
                let in_flow = self.frames.last().is_some_and(|it| it.flow);
                let diagnostic = traps::unknown_alias(self.ground, &name, range.clone(), in_flow);
                self.told =
                    Some(range.start..traps::value_end_below(self.ground.source, range.end));
                self.sink.push(diagnostic);
                // What is told already is read as the text it most likely is, so that no field
                // counts as empty because of it.
                let source = self.ground.source.get(range.clone()).unwrap_or("");
                let start = self.ground.base + range.start;
                let node = Node {
                    value: Value::Scalar(Scalar {
                        text: Text::verbatim(source, self.ground.file, start),
                        style: ScalarStyle::Plain,
                    }),
                    span: self.span(range.clone()),
                };
                self.attach(node, 0, range.end);
            }
            Event::Anchor(id, _) => {
                if let Some(place) = self.unused.get_mut(&id) {
                    *place = range;
                }
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                for anchor in std::mem::take(&mut self.unused).into_values() {
                    self.sink.push(traps::unused_anchor(self.ground, anchor));
                }
            }
            _ => {}
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        let base = self.ground.base;
        Span::new(self.ground.file, base + range.start..base + range.end)
    }

    fn null(&self, at: usize) -> Node {
        Node {
            value: Value::Null,
            span: self.span(at..at),
        }
    }

    fn scalar(&mut self, decoded: &str, style: EventStyle, range: Range<usize>) -> Node {
        let style = match style {
            EventStyle::SingleQuoted => ScalarStyle::SingleQuoted,
            EventStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
            EventStyle::Literal => ScalarStyle::Literal,
            EventStyle::Folded => ScalarStyle::Folded,
            _ => ScalarStyle::Plain,
        };
        let plain = style == ScalarStyle::Plain;
        if plain && (range.is_empty() || matches!(decoded, "~" | "null")) {
            return Node {
                value: Value::Null,
                span: self.span(range),
            };
        }
        let text = place(self.ground, range.clone(), decoded, style);
        if style == ScalarStyle::DoubleQuoted
            && let Some(diagnostic) = traps::lost_escape(self.ground, range.clone(), &text)
        {
            self.sink.push(diagnostic);
        }
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => text.whole(),
            _ => self.span(range),
        };
        Node {
            value: Value::Scalar(Scalar { text, style }),
            span,
        }
    }

    fn open(&mut self, collection: Collection, range: Range<usize>, flow: bool, anchor: usize) {
        let is_list = matches!(collection, Collection::Sequence(_));
        let handed_on = self.take.is_some() && is_list && anchor == 0 && self.is_notes();
        self.frames.push(Frame {
            collection,
            start: range.start,
            end: range.end,
            flow,
            anchor,
            depth: 0,
            handed_on,
        });
    }

    /// Whether what comes next is a document, or the value of its key `notes`.
    fn is_notes(&self) -> bool {
        match self.frames.as_slice() {
            [] => true,
            [root] => {
                matches!(&root.collection, Collection::Mapping { pending: Pending::Key(key), .. }
                if key.text.as_str() == "notes")
            }
            _ => false,
        }
    }

    /// The node of a collection to which nothing will be added.
    fn close(&mut self, frame: Frame) -> Node {
        let range = frame.start..frame.end.max(frame.start);
        let value = match frame.collection {
            Collection::Sequence(items) => Value::Sequence(items),
            Collection::Mapping { braces: true, .. } => return self.cloze(range),
            Collection::Mapping { entries, .. } => {
                Value::Mapping(mapping::finish(entries, self.sink))
            }
        };
        Node {
            value,
            span: self.span(range),
        }
    }

    /// What was meant by an unquoted `{{c1::x}}`: the text. In a block it goes on to the end of
    /// the line.
    fn cloze(&mut self, range: Range<usize>) -> Node {
        let in_flow = self.frames.last().is_some_and(|it| it.flow);
        let end = if in_flow {
            traps::end_in_flow(self.ground.source, range.start).max(range.end)
        } else {
            traps::value_end(self.ground.source, range.end)
        };
        let range = range.start..end;
        self.sink
            .push(traps::unquoted_cloze(self.ground, range.clone()));
        self.told = Some(if in_flow {
            range.clone()
        } else {
            range.start..traps::value_end_below(self.ground.source, range.end)
        });
        let raw = self.ground.source.get(range.clone()).unwrap_or("");
        Node {
            value: Value::Scalar(Scalar {
                text: place(self.ground, range.clone(), raw, ScalarStyle::Plain),
                style: ScalarStyle::Plain,
            }),
            span: self.span(range),
        }
    }

    fn complete(&mut self, node: Node, depth: usize, anchor: usize, end: usize) {
        if anchor != 0 {
            let cost = cost(&node);
            // The copy counts as well: anchors may stand inside of one another.
            if self.spend(cost) {
                let anchored = Anchored {
                    node: node.clone(),
                    depth,
                    cost,
                };
                self.anchors.insert(anchor, anchored);
            }
        }
        self.attach(node, depth, end);
    }

    fn spend(&mut self, cost: usize) -> bool {
        let left = self.budget.checked_sub(cost);
        self.budget = left.unwrap_or(0);
        left.is_some()
    }

    fn alias(&mut self, id: usize, range: Range<usize>) {
        self.unused.remove(&id);
        let found = self.anchors.get(&id).map(|it| (it.depth, it.cost));
        let too_much = "the aliases of this file unfold to more than it may hold";
        let problem = match found {
            _ if self.budget == 0 => Some(too_much),
            None => Some("the value it stands for is not complete here"),
            Some((depth, _)) if self.frames.len() + depth > MAX_DEPTH => {
                Some("its values stand too deep in one another")
            }
            Some((_, cost)) if !self.spend(cost) => Some(too_much),
            Some(_) => None,
        };
        if let Some(reason) = problem
            && !(reason == too_much && std::mem::replace(&mut self.alias_told, true))
        {
            let written = self.ground.source.get(range.clone()).unwrap_or("");
            let title = format!("the alias `{written}` cannot be unfolded");
            self.sink.push(
                Diagnostic::new(Code::AliasLimit, title)
                    .at(self.span(range.clone()), reason)
                    .help("write the value out where it is used"),
            );
        }
        let anchored = self.anchors.get(&id).filter(|_| problem.is_none());
        let (node, depth) = match anchored {
            Some(anchored) => (anchored.node.clone(), anchored.depth),
            None => (self.null(range.start), 0),
        };
        self.attach(node, depth, range.end);
    }

    /// Puts a complete node where it belongs; `end` is where it ends in the text.
    fn attach(&mut self, node: Node, depth: usize, end: usize) {
        let document = self.documents.len();
        let Some((frame, outer)) = self.frames.split_last_mut() else {
            self.documents.push(node);
            return;
        };
        frame.end = frame.end.max(end);
        frame.depth = frame.depth.max(depth);
        match &mut frame.collection {
            Collection::Sequence(items) => match &mut self.take {
                Some(take) if frame.handed_on => {
                    let above = match outer.first().map(|it| &it.collection) {
                        Some(Collection::Mapping { entries, .. }) => entries.as_slice(),
                        _ => &[],
                    };
                    let item = Item {
                        document,
                        above,
                        node,
                    };
                    take(item, self.sink);
                }
                _ => items.push(node),
            },
            Collection::Mapping {
                entries,
                pending,
                braces,
            } => match std::mem::replace(pending, Pending::None) {
                Pending::Key(key) => entries.push(Entry { key, value: node }),
                Pending::Refused => {}
                Pending::None => {
                    let start = frame.start;
                    let rest = self.ground.source.get(start..).unwrap_or("");
                    match node.value {
                        Value::Scalar(key) => *pending = Pending::Key(key),
                        Value::Mapping(_) if frame.flow && rest.starts_with("{{") => {
                            *pending = Pending::Refused;
                            *braces = true;
                        }
                        _ => {
                            *pending = Pending::Refused;
                            self.sink.push(traps::bad_key(self.ground, &node));
                        }
                    }
                }
            },
        }
    }

    fn refuse_tag(
        &mut self,
        tag: Option<Range<usize>>,
        scalar: Option<(Range<usize>, EventStyle)>,
    ) {
        let Some(tag) = tag else { return };
        let value = scalar
            .filter(|(range, style)| *style == EventStyle::Plain && range.start >= tag.end)
            .map(|(range, _)| tag.start..range.end);
        self.sink.push(traps::tag(self.ground, tag, value));
    }

    /// Ends all open collections behind an error. An item of a list that is not complete is left
    /// out: what it lacks would be told as missing.
    fn unwind(&mut self) {
        while let Some(frame) = self.frames.pop() {
            let in_list = matches!(
                self.frames.last().map(|it| &it.collection),
                Some(Collection::Sequence(_))
            );
            if in_list {
                continue;
            }
            let (end, depth) = (frame.end, frame.depth + 1);
            let node = self.close(frame);
            self.attach(node, depth, end);
        }
    }
}

fn cost(node: &Node) -> usize {
    NODE_COST
        + match &node.value {
            Value::Null => 0,
            Value::Scalar(scalar) => scalar.text.as_str().len(),
            Value::Sequence(items) => items.iter().map(cost).sum(),
            Value::Mapping(entries) => entries
                .iter()
                .map(|entry| NODE_COST + entry.name().len() + cost(&entry.value))
                .sum(),
        }
}
