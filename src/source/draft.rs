//! A note while its front end reads it, and the one way from there to a [`WrittenNote`].

use std::sync::Arc;

use super::defaults::{Defaults, deck_from};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, Text, nearest};
use crate::model::written::{Content, FieldKind, WrittenNote, WrittenSuspend, WrittenType};
use crate::model::{Flag, Tag};

/// What a note says of itself, before what it inherits is filled in.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct NoteSettings {
    /// `id`
    pub id: Option<Spanned<String>>,
    /// `guid`
    pub guid: Option<Spanned<String>>,
    /// `was`
    pub was: Option<Spanned<String>>,
    /// `type`
    pub note_type: Option<Spanned<String>>,
    /// `deck`
    pub deck: Option<Spanned<String>>,
    /// `tags`
    pub tags: Vec<Spanned<Tag>>,
    /// `tags!`: its tags replace the inherited ones.
    pub replace_tags: bool,
    /// `suspend`
    pub suspend: Option<WrittenSuspend>,
    /// `flag`
    pub flag: Option<Flag>,
    /// `order`
    pub order: Option<u32>,
    /// `skip`: it is no note at all.
    pub skip: bool,
}

/// A note whose type is known.
#[derive(Debug)]
pub struct NoteDraft {
    note_type: Arc<WrittenType>,
    fields: Vec<Option<(Span, Content)>>,
    span: Span,
    failed: bool,
}

impl NoteDraft {
    /// An empty note of this type that begins at `span`.
    #[must_use]
    pub fn new(note_type: Arc<WrittenType>, span: Span) -> Self {
        let fields = note_type.fields.iter().map(|_| None).collect();
        Self {
            note_type,
            fields,
            span,
            failed: false,
        }
    }

    /// The note type.
    #[must_use]
    pub fn note_type(&self) -> &Arc<WrittenType> {
        &self.note_type
    }

    /// Whether the field at this position is filled.
    #[must_use]
    pub fn has(&self, index: usize) -> bool {
        self.fields.get(index).is_some_and(Option::is_some)
    }

    /// Keeps it from being a note: something that was told is wrong with it.
    pub fn refuse(&mut self) {
        self.failed = true;
    }

    /// Fills the field of this name or alias. An unknown name, and a field that is filled
    /// already, are told.
    pub fn set(&mut self, name: &Spanned<String>, content: Content, sink: &mut Diagnostics) {
        match self.note_type.field_index(&name.value) {
            Some(index) => self.set_index(index, name.span, content, sink),
            None => {
                self.failed = true;
                sink.push(unknown_field(&self.note_type, name));
            }
        }
    }

    /// Fills the field at this position; `span` is its name or where it begins.
    pub fn set_index(
        &mut self,
        index: usize,
        span: Span,
        content: Content,
        sink: &mut Diagnostics,
    ) {
        let count = self.fields.len();
        let name = self
            .note_type
            .note_type
            .field_names()
            .nth(index)
            .unwrap_or("");
        match self.fields.get_mut(index) {
            None => {
                self.failed = true;
                let title = format!(
                    "note type `{}` has {count} fields, this is value {}",
                    self.note_type.key,
                    index + 1
                );
                let names: Vec<&str> = self.note_type.note_type.field_names().collect();
                sink.push(
                    Diagnostic::new(Code::TooManyFields, title)
                        .at(span, "no field is left for it")
                        .note(format!("the fields are `{}`", names.join("`, `"))),
                );
            }
            Some(Some((first, _))) => {
                self.failed = true;
                sink.push(
                    Diagnostic::new(
                        Code::DuplicateKey,
                        format!("field `{name}` is filled twice"),
                    )
                    .at(span, "here again")
                    .also(*first, "first here"),
                );
            }
            Some(empty) => *empty = Some((span, content)),
        }
    }

    /// The content of a value without a format of its own, by the kind of the field at `index`.
    #[must_use]
    pub fn content_by_kind(&self, index: usize, text: Text) -> Content {
        match self
            .note_type
            .fields
            .get(index)
            .map_or(FieldKind::Markdown, |it| it.kind)
        {
            FieldKind::Markdown => Content::Markdown(text),
            FieldKind::Text => Content::Plain(text),
            FieldKind::Html => Content::Html(text),
            FieldKind::Image | FieldKind::Audio => {
                // Whoever writes a whole reference into such a field means just that.
                let value = text.as_str().trim_start();
                let whole = ["![", "[sound:", "<", "[anki:tts"]
                    .iter()
                    .any(|it| value.starts_with(it));
                if whole {
                    Content::Markdown(text)
                } else {
                    Content::Media(text.trim())
                }
            }
        }
    }

    /// The note with all that it inherits. `None` where something that was told keeps it from
    /// being one.
    #[must_use]
    pub fn finish(
        self,
        settings: NoteSettings,
        defaults: &Defaults,
        headings: &Arc<[String]>,
        sink: &mut Diagnostics,
    ) -> Option<WrittenNote> {
        let mut failed = self.failed;
        let deck = match &settings.deck {
            None => {
                if defaults.deck_wanted {
                    sink.push(unnamed_deck(defaults, self.span));
                }
                defaults.deck.clone()
            }
            Some(name) => deck_from(name, &defaults.file_deck, sink).unwrap_or_else(|| {
                failed = true;
                defaults.deck.clone()
            }),
        };
        if let Some(id) = &settings.id
            && !is_id(&id.value)
        {
            failed = true;
            sink.push(
                Diagnostic::new(Code::BadId, format!("`{}` cannot be an id", id.value))
                    .at(id.span, "not an id")
                    .help("an id is made of letters from a to z, digits, `.`, `_` and `-`, begins with a letter or digit and has at most 64 characters"),
            );
        }
        let mut tags = if settings.replace_tags {
            Vec::new()
        } else {
            defaults.tags.clone()
        };
        for tag in settings.tags {
            if !tags.iter().any(|it| it.value == tag.value) {
                tags.push(tag);
            }
        }
        // There may be a million notes: no room is kept for fields behind the last one that is filled.
        let filled = self.fields.iter().rposition(Option::is_some);
        let filled = filled.map_or(0, |last| last + 1);
        let mut fields = Vec::with_capacity(filled);
        let contents = self.fields.into_iter().take(filled);
        fields.extend(contents.map(|it| it.map(|(_, content)| content)));
        let note = WrittenNote {
            id: settings.id.map(Box::new),
            guid: settings.guid.map(Box::new),
            was: settings.was.map(Box::new),
            note_type: self.note_type,
            deck,
            tags,
            fields,
            suspend: settings.suspend.unwrap_or_else(|| defaults.suspend.clone()),
            flag: settings.flag.unwrap_or(defaults.flag),
            order: settings.order,
            span: self.span,
            headings: headings.clone(),
            settings: defaults.settings.clone(),
        };
        (!failed).then_some(note)
    }
}

/// What is told once of each file of which no deck is named, at its first such note.
fn unnamed_deck(defaults: &Defaults, span: Span) -> Diagnostic {
    Diagnostic::new(Code::DeckUnnamed, "the file names no deck")
        .at(span, format!("goes into the root deck `{}`", defaults.deck))
        .note("with `decks.from: front-matter` folders and files make no decks")
        .help("write `deck: NAME` in the file's header, a rule or the folder's `_deck.yaml`")
}

/// Whether a text can be an id: see [`Code::BadId`].
#[must_use]
pub fn is_id(text: &str) -> bool {
    let inner = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-');
    text.len() <= 64
        && text.starts_with(|it: char| it.is_ascii_alphanumeric())
        && text.chars().all(inner)
}

/// The finding that a type has no such field, with the nearest name.
#[must_use]
pub fn unknown_field(note_type: &WrittenType, name: &Spanned<String>) -> Diagnostic {
    let title = format!(
        "unknown field `{}` in note type `{}`",
        name.value, note_type.key
    );
    let label = format!("not a field of `{}`", note_type.key);
    let diagnostic = Diagnostic::new(Code::UnknownField, title).at(name.span, label);
    match nearest(&name.value, note_type.all_names()) {
        Some(near) => diagnostic.fix("a field with a similar name exists", name.span, near),
        None => {
            let names: Vec<&str> = note_type.note_type.field_names().collect();
            diagnostic.help(format!("the fields are `{}`", names.join("`, `")))
        }
    }
}
