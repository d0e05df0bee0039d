//! A YAML file to its notes.
//!
//! A document is a mapping of header keys with `notes`, `groups` and `pairs`, or a bare list of
//! notes. The items of `notes` are taken one by one while the file is read, so that a file of any
//! size is never held as a tree. A header key that stands below the list counts as much as one
//! above: then the file is read a second time. Files that are one plain list are read in pieces.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::decode;
use super::map;
use super::node::{Entry, Node, Scalar, Value};
use super::plain::{self, Part};
use super::split::{Split, is_list, split};
use super::strange;
use super::text::Ground;
use super::traps;
use super::tree::{Item, parse, parse_items};
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span};
use crate::model::written::{WrittenNote, WrittenType};
use crate::source::defaults::Defaults;
use crate::source::include::{INCLUDE, Includes};
use crate::source::types::TypeSet;
use crate::source::{header, settings};

/// The keys of a file or group that hold notes.
pub const PARTS: [&str; 4] = ["notes", "groups", "pairs", INCLUDE];

/// Hands the notes of a YAML file on, in batches, and returns what became of each batch, in the
/// order of the notes. Batches of a large file may be taken at the same time, so that no more than
/// a few thousand of its notes stand in memory as written. What cannot be read is told and left
/// out.
#[must_use]
pub fn read<T: Send>(
    file: FileId,
    source: &str,
    defaults: &Defaults,
    types: &TypeSet,
    sink: &mut Diagnostics,
    take: &(dyn Fn(Vec<WrittenNote>) -> T + Sync),
) -> Vec<T> {
    let includes = Includes::none();
    read_with(file, source, defaults, types, &includes, sink, take)
}

/// As [`read`], in a project whose files may be included.
#[must_use]
pub fn read_with<T: Send>(
    file: FileId,
    source: &str,
    defaults: &Defaults,
    types: &TypeSet,
    includes: &Includes<'_>,
    sink: &mut Diagnostics,
    take: &(dyn Fn(Vec<WrittenNote>) -> T + Sync),
) -> Vec<T> {
    let reader = Reader {
        file,
        source,
        types,
        includes,
        headings: Arc::new([]),
    };
    if let Some(split) = split(source)
        && let Some(batches) = reader.at_the_same_time(&split, defaults, take)
    {
        return batches;
    }
    vec![take(reader.one_by_one(defaults, sink))]
}

pub(super) struct Reader<'r> {
    pub(super) file: FileId,
    pub(super) source: &'r str,
    pub(super) types: &'r TypeSet,
    pub(super) includes: &'r Includes<'r>,
    pub(super) headings: Arc<[String]>,
}

struct Pass {
    notes: Vec<WrittenNote>,
    skipped: usize,
    /// What the documents hold beside the notes taken one by one.
    rest: Vec<Node>,
    /// A header key stands below the list of notes, which were read without it.
    late_header: bool,
}

/// What notes stand under.
pub(super) struct Context {
    pub(super) defaults: Defaults,
    /// The note type of `defaults`; told at most once where there is none.
    pub(super) note_type: OnceCell<Option<Arc<WrittenType>>>,
}

/// The notes that were read so far.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) list: Vec<WrittenNote>,
    pub(super) skipped: usize,
}

impl Context {
    fn new(defaults: Defaults) -> Self {
        Self {
            defaults,
            note_type: OnceCell::new(),
        }
    }
}

/// What was taken of one document while it was read.
struct Taken {
    document: usize,
    context: Context,
    header: Vec<String>,
    notes: Notes,
}

impl Reader<'_> {
    /// Reads the file from its beginning to its end.
    pub(super) fn one_by_one(
        &self,
        defaults: &Defaults,
        sink: &mut Diagnostics,
    ) -> Vec<WrittenNote> {
        let mut found = Diagnostics::new();
        let mut pass = self.pass(defaults, &[], &mut found);
        if pass.late_header {
            found = Diagnostics::new();
            pass = self.pass(defaults, &pass.rest, &mut found);
        }
        // Notes of a type that cannot be read are passed over; they are there all the same.
        let told = found.has_errors() || !self.types.broken().is_empty();
        if pass.notes.is_empty() && pass.skipped == 0 && !told {
            found.push(
                Diagnostic::new(Code::NoNotes, "the file holds no note")
                    .at(Span::new(self.file, 0..0), "settings at most, and no note")
                    .help("write a list of notes: `- {front: a question, back: its answer}`"),
            );
        }
        sink.append(found);
        pass.notes
    }

    /// Reads the pieces of a file at the same time; `None` where there is anything to tell.
    fn at_the_same_time<T: Send>(
        &self,
        split: &Split,
        defaults: &Defaults,
        take: &(dyn Fn(Vec<WrittenNote>) -> T + Sync),
    ) -> Option<Vec<T>> {
        let mut found = Diagnostics::new();
        let header = self.source.get(split.header.clone())?;
        let documents = parse(self.file, header, 0, &mut found);
        let context = match documents.first().map(|it| &it.value) {
            None | Some(Value::Null) => Context::new(defaults.inside_file()),
            // What is included is taken in once only, by one who reads from the beginning.
            Some(Value::Mapping(entries)) if entries.iter().any(|it| it.name() == INCLUDE) => {
                return None;
            }
            Some(Value::Mapping(entries)) => {
                let context = header_context(entries, defaults, &mut found);
                let mut none = Notes::default();
                self.parts(entries, &context, "", None, &mut none, &mut found);
                context
            }
            Some(_) => return None,
        };
        if !found.is_empty() {
            return None;
        }
        split
            .pieces
            .par_iter()
            .map(|range| self.piece(range, split.indent, &context.defaults).map(take))
            .collect()
    }

    fn piece(
        &self,
        range: &Range<usize>,
        indent: usize,
        inside: &Defaults,
    ) -> Option<Vec<WrittenNote>> {
        let ground = Ground {
            file: self.file,
            source: self.source.get(range.clone())?,
            base: range.start,
        };
        if !is_list(ground.source, indent) {
            return None;
        }
        let context = Context::new(inside.clone());
        let mut found = Diagnostics::new();
        let mut notes = Notes::default();
        for part in plain::parts(ground, indent) {
            match part {
                Part::Plain(node) => self.note(&node, &context, &mut notes, &mut found),
                Part::Other(range) => {
                    let source = ground.source.get(range.clone())?;
                    let take = &mut |item: Item<'_>, sink: &mut Diagnostics| {
                        self.note(&item.node, &context, &mut notes, sink);
                    };
                    let start = ground.base + range.start;
                    let rest = parse_items(self.file, source, start, &mut found, take);
                    if !matches!(rest.as_slice(), [Node { value: Value::Sequence(items), .. }] if items.is_empty())
                    {
                        return None;
                    }
                }
            }
        }
        found.is_empty().then_some(notes.list)
    }

    /// Reads the file. `known` holds its documents where they were read before.
    fn pass(&self, defaults: &Defaults, known: &[Node], sink: &mut Diagnostics) -> Pass {
        let mut taken: Vec<Taken> = Vec::new();
        let rest = parse_items(self.file, self.source, 0, sink, &mut |item, sink| {
            if taken.last().is_none_or(|it| it.document != item.document) {
                let header = match known.get(item.document).map(|it| &it.value) {
                    Some(Value::Mapping(entries)) => entries,
                    _ => item.above,
                };
                // Findings in the header are told once the whole document is read.
                let context = header_context(header, defaults, &mut Diagnostics::new());
                taken.push(Taken {
                    document: item.document,
                    context,
                    header: header.iter().map(|it| it.name().to_owned()).collect(),
                    notes: Notes::default(),
                });
            }
            if let Some(taken) = taken.last_mut() {
                self.note(&item.node, &taken.context, &mut taken.notes, sink);
            }
        });
        let mut pass = Pass {
            notes: Vec::new(),
            skipped: 0,
            rest: Vec::new(),
            late_header: false,
        };
        let mut taken = taken.into_iter().peekable();
        for (document, node) in rest.iter().enumerate() {
            let taken = taken.next_if(|it| it.document == document);
            if let (Value::Mapping(entries), Some(taken)) = (&node.value, &taken) {
                let is_late = |it: &Entry| {
                    header::KEYS.contains(&it.name())
                        && !taken.header.iter().any(|name| name == it.name())
                };
                pass.late_header |= entries.iter().any(is_late);
            }
            let mut notes = Notes::default();
            self.document(node, defaults, taken.map(|it| it.notes), &mut notes, sink);
            if pass.notes.is_empty() {
                pass.notes = notes.list;
            } else {
                pass.notes.append(&mut notes.list);
            }
            pass.skipped += notes.skipped;
        }
        pass.rest = rest;
        pass
    }

    fn document(
        &self,
        node: &Node,
        defaults: &Defaults,
        taken: Option<Notes>,
        notes: &mut Notes,
        sink: &mut Diagnostics,
    ) {
        match &node.value {
            Value::Null => {}
            Value::Sequence(items) => {
                let context = Context::new(defaults.inside_file());
                *notes = taken.unwrap_or_default();
                for item in items {
                    self.note(item, &context, notes, sink);
                }
            }
            Value::Mapping(entries) => {
                // Keys that a map renames are meant as what they become.
                let is_strange = |sink| defaults.map.is_empty() && strange::tell(entries, sink);
                if self.tell_single_note(entries, defaults, sink) || is_strange(sink) {
                    return;
                }
                let context = header_context(entries, defaults, sink);
                self.parts(entries, &context, "in a file of notes", taken, notes, sink);
            }
            Value::Scalar(scalar) => {
                let title = "a file of notes holds a list or a mapping, not a text";
                let diagnostic = Diagnostic::new(Code::WrongShape, title)
                    .at(node.span, "this is read as one text");
                sink.push(self.with_spaces(diagnostic, scalar, None, |it| {
                    it.help("write each note as `- {front: a question, back: its answer}`")
                }));
            }
        }
    }

    /// A mapping whose keys are fields is one note where a list of notes belongs.
    fn tell_single_note(
        &self,
        entries: &[Entry],
        defaults: &Defaults,
        sink: &mut Diagnostics,
    ) -> bool {
        if entries.iter().any(|it| PARTS.contains(&it.name())) {
            return false;
        }
        let context = header_context(entries, defaults, &mut Diagnostics::new());
        let Some(note_type) = self.types.get(&context.defaults.note_type.value) else {
            return false;
        };
        let entries = map::mapped(entries, &context.defaults.map, &mut Diagnostics::new());
        if entries.iter().any(|it| PARTS.contains(&it.name())) {
            return false;
        }
        let is_field = |it: &&Entry| {
            !header::KEYS.contains(&it.name()) && note_type.field_index(it.name()).is_some()
        };
        let Some(field) = entries.iter().find(is_field) else {
            return false;
        };
        sink.push(
            Diagnostic::new(Code::WrongShape, "a note stands in a list of notes")
                .at(field.key_span(), "a field of a note, outside of a list")
                .note("a file is a list of notes, or a mapping with `notes`")
                .help("write `- ` before the note's first line, and indent its other lines by two"),
        );
        true
    }

    /// `notes`, `groups` and `pairs` in their order.
    fn parts(
        &self,
        entries: &[Entry],
        context: &Context,
        place: &str,
        mut taken: Option<Notes>,
        notes: &mut Notes,
        sink: &mut Diagnostics,
    ) {
        let entries = map::mapped(entries, &context.defaults.map, sink);
        for entry in &*entries {
            match entry.name() {
                "notes" => {
                    if let Some(mut taken) = taken.take() {
                        notes.skipped += taken.skipped;
                        if notes.list.is_empty() {
                            notes.list = taken.list;
                        } else {
                            notes.list.append(&mut taken.list);
                        }
                    }
                    for item in self.items(&entry.value, "notes", sink) {
                        self.note(item, context, notes, sink);
                    }
                }
                "groups" => {
                    for group in self.items(&entry.value, "groups", sink) {
                        self.group(group, context, notes, sink);
                    }
                }
                "pairs" => {
                    let pairs = decode::mapping(&entry.value, "pairs", sink);
                    for pair in pairs.unwrap_or_default() {
                        self.pair(pair, context, notes, sink);
                    }
                }
                INCLUDE => {
                    let paths = decode::strings(&entry.value, INCLUDE, sink);
                    for path in paths.unwrap_or_default() {
                        let (defaults, types) = (&context.defaults, self.types);
                        let mut found = self.includes.notes(&path, defaults, types, sink);
                        notes.list.append(&mut found);
                        notes.skipped += 1;
                    }
                }
                _ if header::tell_misplaced(entry, sink) => {}
                name if header::is_known(name) => {}
                _ => {
                    let known = PARTS.iter().chain(header::KEYS).copied();
                    let known: Vec<&str> = known
                        .filter(|it| !header::OF_FOLDERS.contains(it))
                        .collect();
                    decode::unknown_key(&entry.key, place, &known, sink);
                }
            }
        }
    }

    fn items<'n>(&self, node: &'n Node, what: &str, sink: &mut Diagnostics) -> &'n [Node] {
        match &node.value {
            Value::Scalar(scalar) => {
                let title = format!("`{what}` takes a list, not a text");
                let diagnostic = Diagnostic::new(Code::WrongShape, title)
                    .at(node.span, "expected a list, found a text");
                sink.push(self.with_spaces(diagnostic, scalar, None, |it| it));
                &[]
            }
            _ => decode::list(node, what, sink).unwrap_or_default(),
        }
    }

    fn group(&self, node: &Node, outer: &Context, notes: &mut Notes, sink: &mut Diagnostics) {
        let Some(entries) = decode::mapping(node, "groups", sink) else {
            return;
        };
        let context = Context::new(applied(entries, &outer.defaults, sink).inside());
        self.parts(entries, &context, "in a group", None, notes, sink);
    }

    /// With the mend where spaces are missing behind `:` or `-`, else as `otherwise` says.
    pub(super) fn with_spaces(
        &self,
        diagnostic: Diagnostic,
        scalar: &Scalar,
        note_type: Option<&WrittenType>,
        otherwise: impl FnOnce(Diagnostic) -> Diagnostic,
    ) -> Diagnostic {
        let is_key = |name: &str| {
            PARTS.contains(&name)
                || header::KEYS.contains(&name)
                || settings::KEYS.contains(&name)
                || self.types.iter().any(|it| it.field_index(name).is_some())
                || note_type.is_some_and(|it| it.field_index(name).is_some())
        };
        match traps::missing_spaces(self.file, self.source, scalar, &is_key) {
            Some((message, edits)) => diagnostic.fixes(message, edits).certain(),
            None => otherwise(diagnostic),
        }
    }
}

fn header_context(entries: &[Entry], outer: &Defaults, sink: &mut Diagnostics) -> Context {
    Context::new(applied(entries, outer, sink).inside_file())
}

/// What is inherited below a header. A file's deck counts from its folder's, a group's from the
/// deck around it.
fn applied(entries: &[Entry], outer: &Defaults, sink: &mut Diagnostics) -> Defaults {
    let mut defaults = outer.clone();
    for entry in entries.iter().filter(|it| it.name() == "map") {
        header::apply(entry, &mut defaults, sink);
    }
    let map = defaults.map.clone();
    // What is wrong with the mapped keys is told where the notes are read.
    let entries = map::mapped(entries, &map, &mut Diagnostics::new());
    let here = |it: &&Entry| it.name() != "map" && !header::OF_FOLDERS.contains(&it.name());
    for entry in entries.iter().filter(here) {
        header::apply(entry, &mut defaults, sink);
    }
    defaults
}
