//! What the meta comments of a note say, and what both forms of notes share.

use std::sync::Arc;

use super::comment::{Comment, is_reserved};
use super::section::Scope;
use super::tails::take_once;
use crate::diag::{
    Code, Diagnostic, Diagnostics, FileId, Span, Spanned, Text, TextBuilder, nearest,
};
use crate::model::NoteTypeKind;
use crate::model::written::{Content, Highlight, Settings, WrittenType};
use crate::source::draft::{NoteDraft, NoteSettings};
use crate::source::masks::MaskKeys;
use crate::source::settings;
use crate::source::types::{TypeSet, has_cloze};
use crate::source::yaml::{Entry, Node, Value};

/// Applies the reserved keys of a note's comments.
pub(super) fn apply_settings(comments: &[Comment], all: &mut NoteSettings, sink: &mut Diagnostics) {
    for entry in comments.iter().flat_map(Comment::entries) {
        if !is_reserved(entry.name()) {
            continue;
        }
        let mut own = NoteSettings::default();
        settings::apply(entry, &mut own, sink);
        if !take_once(own, all, sink) {
            settings::apply(entry, all, &mut Diagnostics::new());
        }
    }
}

/// Fills the fields that a note's comments name.
pub(super) fn apply_fields(comments: &[Comment], draft: &mut NoteDraft, sink: &mut Diagnostics) {
    let mut masks = MaskKeys::of(draft.note_type());
    for comment in comments {
        let field = |entry: &Entry| draft.note_type().field_index(entry.name());
        let known = |entry: &Entry| {
            is_reserved(entry.name()) || masks.knows(entry.name()) || field(entry).is_some()
        };
        if !comment.entries().iter().any(known) {
            let names = draft.note_type().all_names();
            if let Some(near_miss) = near_miss(comment, names) {
                sink.push(near_miss);
            }
            continue;
        }
        for entry in comment.entries() {
            if is_reserved(entry.name()) || masks.take(entry) {
                continue;
            }
            match draft.note_type().field_index(entry.name()) {
                None => sink.push(unknown(entry, draft.note_type())),
                Some(index) => {
                    if let Some(content) = content(draft, index, &entry.value, sink) {
                        draft.set_index(index, entry.key_span(), content, sink);
                    }
                }
            }
        }
    }
    masks.fill(draft, sink);
}

/// A comment at a note that is a remark only because of a letter.
fn near_miss<'a>(comment: &Comment, fields: impl Iterator<Item = &'a str>) -> Option<Diagnostic> {
    let names: Vec<&str> = settings::KEYS.iter().copied().chain(fields).collect();
    comment.entries().iter().find_map(|entry| {
        let typed = entry.name();
        let other_case = |name: &&&str| name.eq_ignore_ascii_case(typed);
        let meant = match names.iter().find(other_case) {
            Some(name) => name,
            // Short words are too often near to one another.
            None if typed.len() < 3 => return None,
            None => nearest(typed, names.iter().copied())?,
        };
        let title = format!("`{typed}` is no key, so this comment says nothing of the note");
        Some(
            Diagnostic::new(Code::SkippedHeading, title)
                .at(entry.key_span(), "only a remark")
                .fix("a key with a similar name exists", entry.key_span(), meant),
        )
    })
}

/// The type of a note: the one it names, or what its texts and the place make of it.
pub(super) fn note_type(
    explicit: Option<&Spanned<String>>,
    scope: &Scope,
    texts: [&str; 2],
    types: &TypeSet,
    sink: &mut Diagnostics,
) -> Option<Arc<WrittenType>> {
    match explicit {
        Some(key) => types.resolve(key, sink),
        None => infer(&scope.defaults.note_type, scope, texts, types, sink),
    }
}

/// [`TypeSet::infer`], which knows clozes in braces only.
pub(super) fn infer<'a>(
    inherited: &Spanned<String>,
    scope: &Scope,
    texts: impl IntoIterator<Item = &'a str>,
    types: &TypeSet,
    sink: &mut Diagnostics,
) -> Option<Arc<WrittenType>> {
    let auto = scope.defaults.settings.highlight == Highlight::Auto;
    let texts = texts.into_iter().map(|text| {
        if auto && has_highlight(text) {
            "{{c1::"
        } else {
            text
        }
    });
    types.infer(inherited, texts, sink)
}

/// Whether the text of a cloze note holds a cloze in one of the ways it can be written.
pub(super) fn holds_cloze(text: &str, settings: &Settings) -> bool {
    let curly = || {
        text.split_once('{')
            .is_some_and(|(_, rest)| rest.contains('}'))
    };
    has_cloze(text)
        || settings.highlight != Highlight::Never && has_highlight(text)
        || settings.curly && curly()
}

/// Whether a note of this type says nothing without its second field.
pub(super) fn needs_second(note_type: &WrittenType, settings: &Settings) -> bool {
    let needed = note_type.required.contains(&1)
        || note_type.shipped
            && note_type.note_type.kind() == NoteTypeKind::Normal
            && note_type.fields.len() > 1;
    // What is spoken into it comes later; that nothing is to be spoken is told with the fields.
    let is_second = |target: &str| note_type.field_index(target) == Some(1);
    let spoken = &settings.audio.fields;
    needed && !spoken.iter().any(|it| is_second(&it.target))
}

/// Fills `Context` with the headings above, where that is wanted and the type has the field.
pub(super) fn fill_context(
    file: FileId,
    scope: &Scope,
    draft: &mut NoteDraft,
    sink: &mut Diagnostics,
) {
    let Some(index) = draft.note_type().field_index("Context") else {
        return;
    };
    let [first, ..] = scope.trail.as_slice() else {
        return;
    };
    if !scope.defaults.markdown.breadcrumb || draft.has(index) {
        return;
    }
    let mut text = TextBuilder::new(file, first.whole().start as usize);
    for title in &scope.trail {
        let place = title.whole().range();
        if !text.is_empty() {
            text.push(" › ", place.start..place.start);
        }
        text.push(title.as_str(), place);
    }
    draft.set_index(index, first.whole(), Content::Markdown(text.finish()), sink);
}

/// Fills a field with what is written in the file, unless that is nothing.
pub(super) fn fill(draft: &mut NoteDraft, index: usize, text: Text, sink: &mut Diagnostics) {
    let span = text.whole();
    fill_at(draft, index, span, text, sink);
}

/// As [`fill`], where the field is named at `span`.
pub(super) fn fill_at(
    draft: &mut NoteDraft,
    index: usize,
    span: Span,
    text: Text,
    sink: &mut Diagnostics,
) {
    if !text.as_str().trim().is_empty() {
        let content = draft.content_by_kind(index, text);
        draft.set_index(index, span, content, sink);
    }
}

fn unknown(entry: &Entry, note_type: &WrittenType) -> Diagnostic {
    let name = entry.name();
    let diagnostic = Diagnostic::new(
        Code::MetaComment,
        format!("unknown key `{name}` in a note's settings"),
    )
    .at(
        entry.key_span(),
        format!("neither a setting nor a field of `{}`", note_type.key),
    );
    let keys = settings::KEYS.iter().copied();
    match nearest(name, keys.chain(note_type.all_names())) {
        Some(near) => diagnostic.fix("a similar key exists", entry.key_span(), near),
        None => {
            let fields: Vec<&str> = note_type.note_type.field_names().collect();
            diagnostic
                .help(format!(
                    "the settings are `{}`",
                    settings::KEYS.join("`, `")
                ))
                .help(format!("the fields are `{}`", fields.join("`, `")))
        }
    }
}

fn content(
    draft: &NoteDraft,
    index: usize,
    value: &Node,
    sink: &mut Diagnostics,
) -> Option<Content> {
    if let Some(text) = value.as_text() {
        return (!text.is_empty()).then(|| draft.content_by_kind(index, text));
    }
    let texts = match &value.value {
        Value::Sequence(items) => items.iter().map(Node::as_text).collect::<Option<Vec<_>>>(),
        _ => None,
    };
    if texts.is_none() {
        sink.push(
            Diagnostic::new(
                Code::WrongShape,
                format!(
                    "the field holds {}, not a text or a list of texts",
                    value.shape()
                ),
            )
            .at(value.span, "cannot be read as a field"),
        );
    }
    let items = texts?
        .into_iter()
        .map(|text| draft.content_by_kind(index, text));
    Some(Content::List(items.collect()))
}

/// Whether the text holds `==x==`.
fn has_highlight(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("==") {
        let opens = behind.starts_with(|it: char| !it.is_whitespace() && it != '=');
        let closes = behind.split_once("==").is_some_and(|(inner, _)| {
            !inner.ends_with(char::is_whitespace) && !inner.contains("\n\n")
        });
        if opens && closes {
            return true;
        }
        rest = behind;
    }
    false
}
