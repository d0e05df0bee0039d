//! Makes notes of what the readers of other tools' files find, so that types, defaults and
//! findings are the same for all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::page::Page;
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, Text};
use crate::model::NoteTypeKind;
use crate::model::written::{Content, Settings, WrittenNote, WrittenType};
use crate::source::defaults::Defaults;
use crate::source::draft::{NoteDraft, NoteSettings};
use crate::source::types::{CLOZE_TYPE, TypeSet};

/// The notes of a file while it is read.
pub(super) struct Maker<'a> {
    pub(super) page: &'a Page<'a>,
    types: &'a TypeSet,
    /// What the file's notes inherit.
    pub(super) defaults: Defaults,
    /// The headings above the notes that come next.
    pub(super) headings: Arc<[String]>,
    notes: Vec<WrittenNote>,
    left_out: BTreeMap<LeftOut, (Span, usize)>,
}

/// Which note type a note of a plain form has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A question and its answer.
    Pair,
    /// The same, asked both ways.
    Both,
    /// A text with clozes.
    Cloze,
}

/// What files of other tools hold that is no part of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LeftOut {
    /// When a card is to be shown next.
    Schedules,
    /// The number that a note has in one collection.
    NoteIds,
    /// Fields that each further note repeats.
    Removals,
}

impl<'a> Maker<'a> {
    /// No notes yet, of a file that inherits this.
    pub(super) fn new(page: &'a Page<'a>, types: &'a TypeSet, defaults: &Defaults) -> Self {
        Self {
            page,
            types,
            defaults: defaults.clone(),
            headings: Arc::from([]),
            notes: Vec::new(),
            left_out: BTreeMap::new(),
        }
    }

    /// How the file's notes are rendered.
    pub(super) fn settings(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.defaults.settings)
    }

    /// Takes what was said so far for the header of the file.
    pub(super) fn end_header(&mut self) {
        self.defaults = self.defaults.inside_file();
    }

    /// The type of a note of this form.
    pub(super) fn of_form(
        &self,
        form: Form,
        texts: &[&Text],
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        let inherited = &self.defaults.note_type;
        let key = match form {
            Form::Pair => {
                let texts = texts.iter().map(|it| it.as_str());
                return self.types.infer(inherited, texts, sink);
            }
            Form::Both => "reversed",
            Form::Cloze => {
                let own = self.types.get(&inherited.value);
                match own.filter(|it| it.note_type.kind() == NoteTypeKind::Cloze) {
                    Some(own) => return Some(own.clone()),
                    None => CLOZE_TYPE,
                }
            }
        };
        let key = Spanned::new(key.to_owned(), inherited.span);
        self.types.resolve(&key, sink)
    }

    /// The type that another tool calls by this name: a key, the name of the type in Anki, or one
    /// of Anki's own names.
    pub(super) fn of_name(
        &self,
        name: &Spanned<String>,
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        let wanted = name.value.trim();
        let of_anki = || self.types.iter().find(|it| it.note_type.name() == wanted);
        let stock = || {
            let (_, key) = STOCK.iter().find(|(it, _)| unicase::eq(*it, wanted))?;
            self.types.get(key)
        };
        let found = self.types.get(wanted).or_else(of_anki).or_else(stock);
        match found {
            Some(found) => Some(found.clone()),
            None => self.types.resolve(name, sink),
        }
    }

    /// A note of this form with these texts for its first fields.
    pub(super) fn plain(
        &mut self,
        form: Form,
        span: Span,
        texts: Vec<Text>,
        settings: NoteSettings,
        sink: &mut Diagnostics,
    ) {
        let all: Vec<&Text> = texts.iter().collect();
        let Some(note_type) = self.of_form(form, &all, sink) else {
            return;
        };
        let mut draft = NoteDraft::new(note_type, span);
        for (index, text) in texts.into_iter().enumerate() {
            fill(&mut draft, index, text, sink);
        }
        self.finish_note(draft, span, settings, sink);
    }

    /// Takes a note whose fields are filled.
    pub(super) fn finish_note(
        &mut self,
        draft: NoteDraft,
        span: Span,
        settings: NoteSettings,
        sink: &mut Diagnostics,
    ) {
        if let Some(missing) = missing(&draft, span) {
            sink.push(missing);
            return;
        }
        let note = draft.finish(settings, &self.defaults, &self.headings, sink);
        self.notes.extend(note);
    }

    /// Tells, once for the file, that something of this kind is left out.
    pub(super) fn leave_out(&mut self, what: LeftOut, span: Span) {
        let (_, count) = self.left_out.entry(what).or_insert((span, 0));
        *count += 1;
    }

    /// The notes of the file.
    pub(super) fn finish(self, sink: &mut Diagnostics) -> Vec<WrittenNote> {
        for (what, (span, count)) in self.left_out {
            sink.push(what.diagnostic(span, count));
        }
        self.notes
    }
}

/// Anki's own note types, by their English names.
pub(super) const STOCK: &[(&str, &str)] = &[
    ("Basic", "basic"),
    ("Basic (and reversed card)", "reversed"),
    ("Basic (optional reversed card)", "optional-reversed"),
    ("Basic (type in the answer)", "typed"),
    ("Cloze", "cloze"),
];

/// The field that another tool calls by this name. What Anki calls `Back Extra` is `Extra` here.
pub(super) fn field_index(note_type: &WrittenType, name: &str) -> Option<usize> {
    let stock = || {
        let is_extra = unicase::eq(name.trim(), "Back Extra");
        is_extra.then(|| note_type.field_index("Extra")).flatten()
    };
    note_type.field_index(name).or_else(stock)
}

/// Fills a field, unless there is nothing to fill it with.
pub(super) fn fill(draft: &mut NoteDraft, index: usize, text: Text, sink: &mut Diagnostics) {
    if !text.as_str().trim().is_empty() {
        let span = text.whole();
        let content = draft.content_by_kind(index, text);
        draft.set_index(index, span, content, sink);
    }
}

/// As [`fill`], with what is HTML already.
pub(super) fn fill_html(draft: &mut NoteDraft, index: usize, text: Text, sink: &mut Diagnostics) {
    if !text.as_str().trim().is_empty() {
        draft.set_index(index, text.whole(), Content::Html(text), sink);
    }
}

fn missing(draft: &NoteDraft, span: Span) -> Option<Diagnostic> {
    let note_type = draft.note_type();
    let cloze = note_type.note_type.kind() == NoteTypeKind::Cloze;
    if !draft.has(0) {
        return Some(
            Diagnostic::new(Code::EmptyField, "this note is empty")
                .at(span, "nothing stands here that could be its first field")
                .help("write the question, or take the note out"),
        );
    }
    let second = note_type.required.contains(&1)
        || note_type.shipped && !cloze && note_type.fields.len() > 1;
    (second && !draft.has(1)).then(|| {
        Diagnostic::new(Code::EmptyField, "this note has no answer")
            .at(
                span,
                format!("a note of type `{}`, whose back is empty", note_type.key),
            )
            .help("write the answer, or take the note out")
    })
}

impl LeftOut {
    fn diagnostic(self, span: Span, count: usize) -> Diagnostic {
        let (one, many, help) = match self {
            Self::Schedules => (
                "a schedule is left out",
                "schedules are left out",
                "a package has no schedules: they belong to the learner",
            ),
            Self::NoteIds => (
                "the number of a note in a collection is left out",
                "numbers of notes in a collection are left out",
                "to keep that collection's progress, export it from Anki and run `deckle adopt` with it",
            ),
            Self::Removals => (
                "an order to remove a note is left out",
                "orders to remove notes are left out",
                "a package removes nothing: delete the note in Anki",
            ),
        };
        let title = match count {
            1 => one.to_owned(),
            _ => format!("{count} {many}"),
        };
        let label = match count {
            1 => "here",
            _ => "the first one",
        };
        Diagnostic::new(Code::ForeignLeftOut, title)
            .info()
            .at(span, label)
            .help(help)
    }
}
