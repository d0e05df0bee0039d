//! A YAML file to its notes.
//!
//! A document is a mapping of header keys with `notes`, `groups` and `pairs`, or a bare list of
//! notes. The items of `notes` are taken one by one while the file is read, so that a file of any
//! size is never held as a tree. A header key that stands below the list counts as much as one
//! above: then the file is read a second time.

use std::cell::OnceCell;
use std::sync::Arc;

use super::content::{self, Values};
use super::decode;
use super::node::{Entry, Node, Scalar, Value};
use super::traps;
use super::tree::parse_items;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span, nearest};
use crate::model::written::{WrittenNote, WrittenType};
use crate::source::defaults::Defaults;
use crate::source::draft::{NoteDraft, NoteSettings};
use crate::source::types::{CLOZE_TYPE, TypeSet};
use crate::source::{header, settings};

/// The keys of a file or group that hold notes.
const PARTS: [&str; 3] = ["notes", "groups", "pairs"];

/// The key under which fields stand whose names are keys of another meaning.
const FIELDS: &str = "fields";

/// The notes of a YAML file in their order. What cannot be read is told and left out.
#[must_use]
pub fn read(
    file: FileId,
    source: &str,
    defaults: &Defaults,
    types: &TypeSet,
    sink: &mut Diagnostics,
) -> Vec<WrittenNote> {
    let reader = Reader {
        file,
        source,
        types,
        headings: Arc::new([]),
    };
    let mut found = Diagnostics::new();
    let mut pass = reader.pass(defaults, &[], &mut found);
    if pass.late_header {
        found = Diagnostics::new();
        pass = reader.pass(defaults, &pass.rest, &mut found);
    }
    if pass.notes.is_empty() && pass.skipped == 0 && !found.has_errors() {
        found.push(
            Diagnostic::new(Code::NoNotes, "the file holds no note")
                .at(Span::new(file, 0..0), "")
                .help("write a list of notes: `- {front: a question, back: its answer}`"),
        );
    }
    sink.append(found);
    pass.notes
}

struct Reader<'r> {
    file: FileId,
    source: &'r str,
    types: &'r TypeSet,
    headings: Arc<[String]>,
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
struct Context {
    defaults: Defaults,
    /// The note type of `defaults`; told at most once where there is none.
    note_type: OnceCell<Option<Arc<WrittenType>>>,
}

/// The notes that were read so far.
#[derive(Default)]
struct Notes {
    list: Vec<WrittenNote>,
    skipped: usize,
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
    /// Reads the file. `known` holds its documents where they were read before.
    fn pass(&self, defaults: &Defaults, known: &[Node], sink: &mut Diagnostics) -> Pass {
        let mut taken: Vec<Taken> = Vec::new();
        let rest = parse_items(self.file, self.source, sink, &mut |item, sink| {
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
            pass.notes.append(&mut notes.list);
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
                let context = Context::new(defaults.inside());
                *notes = taken.unwrap_or_default();
                for item in items {
                    self.note(item, &context, notes, sink);
                }
            }
            Value::Mapping(entries) => {
                if self.tell_single_note(entries, defaults, sink) {
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
        for entry in entries {
            match entry.name() {
                "notes" => {
                    if let Some(mut taken) = taken.take() {
                        notes.list.append(&mut taken.list);
                        notes.skipped += taken.skipped;
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
                name if header::is_known(name) => {}
                _ => {
                    let known: Vec<&str> = PARTS.iter().chain(header::KEYS).copied().collect();
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
        let context = header_context(entries, &outer.defaults, sink);
        self.parts(entries, &context, "in a group", None, notes, sink);
    }

    fn pair(&self, pair: &Entry, context: &Context, notes: &mut Notes, sink: &mut Diagnostics) {
        let first = Node {
            value: Value::Scalar(pair.key.clone()),
            span: pair.key_span(),
        };
        let span = first.span.to(pair.value.span);
        let values = [(0, &first), (1, &pair.value)];
        let Some(note_type) = self.note_type(None, context, &first, sink) else {
            return;
        };
        let draft = NoteDraft::new(note_type, span);
        self.positional(draft, values, NoteSettings::default(), context, notes, sink);
    }

    fn note(&self, node: &Node, context: &Context, notes: &mut Notes, sink: &mut Diagnostics) {
        match &node.value {
            Value::Mapping(entries) => self.mapping_note(node.span, entries, context, notes, sink),
            Value::Sequence(items) => {
                let Some(first) = items.first() else {
                    let title = "a note without any value";
                    sink.push(Diagnostic::new(Code::WrongShape, title).at(node.span, "empty list"));
                    return;
                };
                let Some(note_type) = self.note_type(None, context, first, sink) else {
                    return;
                };
                let draft = NoteDraft::new(note_type, node.span);
                let values = items.iter().enumerate();
                self.positional(draft, values, NoteSettings::default(), context, notes, sink);
            }
            Value::Scalar(scalar) => {
                let diagnostic = Diagnostic::new(
                    Code::WrongShape,
                    "a note is a mapping or a list, not a text",
                )
                .at(node.span, "this is read as one text");
                let note_type = self.inherited(context, sink);
                let help = "write `{front: a question, back: its answer}`, or `[a question, its \
                            answer]`";
                let diagnostic =
                    self.with_spaces(diagnostic, scalar, note_type.as_deref(), |it| it.help(help));
                sink.push(diagnostic);
            }
            Value::Null => {
                let title = "a note that says nothing";
                sink.push(
                    Diagnostic::new(Code::WrongShape, title)
                        .at(node.span, "nothing stands behind this `-`")
                        .help("write the note here, or remove the `-`"),
                );
            }
        }
    }

    fn mapping_note(
        &self,
        span: Span,
        entries: &[Entry],
        context: &Context,
        notes: &mut Notes,
        sink: &mut Diagnostics,
    ) {
        let mut own = NoteSettings::default();
        let mut fields: Vec<&Entry> = Vec::with_capacity(entries.len());
        for entry in entries {
            if entry.name() == FIELDS {
                fields.extend(decode::mapping(&entry.value, FIELDS, sink).unwrap_or_default());
            } else if !settings::apply(entry, &mut own, sink) {
                fields.push(entry);
            }
        }
        if own.skip {
            notes.skipped += 1;
            return;
        }
        let Some(note_type) = self.mapping_type(&own, &fields, context, sink) else {
            return;
        };
        let values = Values::new(self.file, self.source, &context.defaults);
        let mut draft = NoteDraft::new(note_type, span);
        let mut failed = false;
        for entry in fields {
            let Some(index) = draft.note_type().field_index(entry.name()) else {
                sink.push(unknown_field(draft.note_type(), entry));
                failed = true;
                continue;
            };
            let name = entry.name();
            match values.content(&entry.value, name, &draft, index, sink) {
                content::Found::Content(content) => {
                    draft.set_index(index, entry.key_span(), content, sink);
                }
                content::Found::Nothing => {}
                content::Found::Wrong => failed = true,
            }
        }
        let note = draft.finish(own, &context.defaults, &self.headings, sink);
        notes.list.extend(note.filter(|_| !failed));
    }

    fn positional<'n>(
        &self,
        mut draft: NoteDraft,
        items: impl IntoIterator<Item = (usize, &'n Node)>,
        own: NoteSettings,
        context: &Context,
        notes: &mut Notes,
        sink: &mut Diagnostics,
    ) {
        let values = Values::new(self.file, self.source, &context.defaults);
        let names = draft.note_type().note_type.fields().len();
        let mut failed = false;
        for (index, item) in items {
            let name = draft.note_type().note_type.field_names().nth(index);
            let name = name.unwrap_or("notes").to_owned();
            match values.content(item, &name, &draft, index, sink) {
                content::Found::Content(content) => {
                    draft.set_index(index, item.span, content, sink);
                    // One value too many is told; the values behind it say nothing new.
                    if index >= names {
                        break;
                    }
                }
                content::Found::Nothing => {}
                content::Found::Wrong => failed = true,
            }
        }
        let note = draft.finish(own, &context.defaults, &self.headings, sink);
        notes.list.extend(note.filter(|_| !failed));
    }

    fn mapping_type(
        &self,
        own: &NoteSettings,
        fields: &[&Entry],
        context: &Context,
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        if let Some(key) = &own.note_type {
            return self.types.resolve(key, sink);
        }
        let inherited = self.inherited(context, sink)?;
        if let Some(cloze) = self.types.get(CLOZE_TYPE)
            && inherited.field_index(CLOZE_TYPE).is_none()
            && cloze.field_index(CLOZE_TYPE).is_some()
            && fields
                .iter()
                .any(|it| it.name().eq_ignore_ascii_case(CLOZE_TYPE))
        {
            return Some(cloze.clone());
        }
        match fields
            .iter()
            .find(|it| inherited.field_index(it.name()) == Some(0))
        {
            Some(first) => self.note_type(Some(inherited), context, &first.value, sink),
            None => Some(inherited),
        }
    }

    /// The type of a note that names none, whose first field is `first`.
    fn note_type(
        &self,
        inherited: Option<Arc<WrittenType>>,
        context: &Context,
        first: &Node,
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        let inherited = match inherited {
            Some(inherited) => inherited,
            None => self.inherited(context, sink)?,
        };
        let mut texts = Vec::new();
        content::texts(first, &mut texts);
        if texts.iter().any(|it| it.contains("{{c")) {
            return self.types.infer(&context.defaults.note_type, texts, sink);
        }
        Some(inherited)
    }

    fn inherited(&self, context: &Context, sink: &mut Diagnostics) -> Option<Arc<WrittenType>> {
        let resolve = || self.types.resolve(&context.defaults.note_type, sink);
        context.note_type.get_or_init(resolve).clone()
    }

    /// With the mend where spaces are missing behind `:` or `-`, else as `otherwise` says.
    fn with_spaces(
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
            Some((message, edits)) => diagnostic.fixes(message, edits),
            None => otherwise(diagnostic),
        }
    }
}

fn header_context(entries: &[Entry], outer: &Defaults, sink: &mut Diagnostics) -> Context {
    // A file's deck counts from its folder's, a group's from the deck around it.
    let mut defaults = outer.clone();
    for entry in entries {
        header::apply(entry, &mut defaults, sink);
    }
    Context::new(defaults.inside())
}

fn unknown_field(note_type: &WrittenType, entry: &Entry) -> Diagnostic {
    let name = entry.name();
    let title = format!("unknown field `{name}` in note type `{}`", note_type.key);
    let label = format!("not a field of `{}`", note_type.key);
    let diagnostic = Diagnostic::new(Code::UnknownField, title).at(entry.key_span(), label);
    let reserved = settings::KEYS.iter().copied().chain([FIELDS]);
    match nearest(name, note_type.all_names().chain(reserved)) {
        Some(near) => {
            // Case does not matter in keys; the mend keeps to the author's.
            let lower = !name.contains(char::is_uppercase);
            let near = if lower {
                near.to_lowercase()
            } else {
                near.to_owned()
            };
            diagnostic.fix("a key with a similar name exists", entry.key_span(), near)
        }
        None => {
            let names: Vec<&str> = note_type.note_type.field_names().collect();
            diagnostic.help(format!("the fields are {}", decode::enumeration(&names)))
        }
    }
}
