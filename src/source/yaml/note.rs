//! One note: a mapping of its fields, or a list of their values.

use std::sync::Arc;

use super::content::{self, Found, Values};
use super::decode;
use super::map;
use super::node::{Entry, Node, Value};
use super::notes::{Context, Notes, Reader};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, nearest};
use crate::model::written::WrittenType;
use crate::source::draft::{NoteDraft, NoteSettings};
use crate::source::masks::{self, MaskKeys};
use crate::source::settings;
use crate::source::types::{CLOZE_TYPE, DEFAULT_TYPE, OCCLUSION_TYPE};

/// The key under which fields stand whose names are keys of another meaning.
pub const FIELDS: &str = "fields";

impl Reader<'_> {
    /// A key and its value as a note of two values.
    pub(super) fn pair(
        &self,
        pair: &Entry,
        context: &Context,
        notes: &mut Notes,
        sink: &mut Diagnostics,
    ) {
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

    /// An item of a list of notes.
    pub(super) fn note(
        &self,
        node: &Node,
        context: &Context,
        notes: &mut Notes,
        sink: &mut Diagnostics,
    ) {
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
        let entries = map::mapped(entries, &context.defaults.map, sink);
        let mut fields: Vec<&Entry> = Vec::with_capacity(entries.len());
        for entry in &*entries {
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
        let values = Values::new(self, &context.defaults);
        let mut masks = MaskKeys::of(&note_type);
        let mut draft = NoteDraft::new(note_type, span);
        let mut failed = false;
        for entry in fields {
            if masks.take(entry) {
                continue;
            }
            let Some(index) = draft.note_type().field_index(entry.name()) else {
                sink.push(unknown_field(draft.note_type(), entry));
                failed = true;
                continue;
            };
            let name = entry.name();
            match values.content(&entry.value, name, &draft, index, sink) {
                Found::Content(content) => {
                    draft.set_index(index, entry.key_span(), content, sink);
                }
                Found::Nothing => {}
                Found::Wrong => failed = true,
            }
        }
        masks.fill(&mut draft, sink);
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
        let values = Values::new(self, &context.defaults);
        let names = draft.note_type().note_type.fields().len();
        let mut failed = false;
        for (index, item) in items {
            let name = draft.note_type().note_type.field_names().nth(index);
            let name = name.unwrap_or("notes").to_owned();
            match values.content(item, &name, &draft, index, sink) {
                Found::Content(content) => {
                    draft.set_index(index, item.span, content, sink);
                    // One value too many is told; the values behind it say nothing new.
                    if index >= names {
                        break;
                    }
                }
                Found::Nothing => {}
                Found::Wrong => failed = true,
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
        let is_masked = |it: &&Entry| it.name() == masks::KEYS[0];
        if inherited.shipped
            && inherited.key == DEFAULT_TYPE
            && fields.iter().any(is_masked)
            && let Some(occlusion) = self.types.get(OCCLUSION_TYPE)
        {
            return Some(occlusion.clone());
        }
        let is_cloze = |it: &&Entry| it.name().eq_ignore_ascii_case(CLOZE_TYPE);
        if fields.iter().any(is_cloze)
            && inherited.field_index(CLOZE_TYPE).is_none()
            && let Some(cloze) = self.types.get(CLOZE_TYPE)
            && cloze.field_index(CLOZE_TYPE).is_some()
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
        if content::holds_cloze(first) {
            let mut texts = Vec::new();
            content::texts(first, &mut texts);
            return self.types.infer(&context.defaults.note_type, texts, sink);
        }
        Some(inherited)
    }

    fn inherited(&self, context: &Context, sink: &mut Diagnostics) -> Option<Arc<WrittenType>> {
        let resolve = || self.types.resolve(&context.defaults.note_type, sink);
        context.note_type.get_or_init(resolve).clone()
    }
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
        None if entry.is_word_alone() => diagnostic
            .note("in `{..}` a comma ends the value before it")
            .help("if this belongs to the value before it, put all of that value in quotes"),
        None => {
            let names: Vec<&str> = note_type.note_type.field_names().collect();
            diagnostic.help(format!("the fields are {}", decode::enumeration(&names)))
        }
    }
}
