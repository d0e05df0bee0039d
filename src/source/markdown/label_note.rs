//! Lines that begin with labels such as `Q:` and `A:`, as a note.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::comment::Comment;
use super::labels::{field_of, first_label, fits, listing};
use super::meta;
use super::page::{Label, Page};
use super::section::Scope;
use super::tails::{Line, Reading, Tails};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, Text, TextBuilder};
use crate::model::written::{WrittenNote, WrittenType};
use crate::source::draft::{NoteDraft, NoteSettings};
use crate::source::types::{DEFAULT_TYPE, TypeSet};

/// A label note whose end is not known yet.
#[derive(Debug)]
pub(super) struct LabelNote<'a> {
    pub(super) scope: Rc<Scope>,
    /// The comments directly above the first label.
    pub(super) comments: &'a [Comment],
    pub(super) labels: Vec<&'a Label>,
}

impl LabelNote<'_> {
    /// Whether a label goes on with this note although it begins notes of another type: the
    /// type that the note has anyway knows it as one of its further labels.
    pub(super) fn takes(&self, label: &str, types: &TypeSet) -> bool {
        let Some(note_type) = types.get(&self.scope.defaults.note_type.value) else {
            return false;
        };
        first_label(note_type) != Some(label)
            && !note_type.labels.is_empty()
            && fits(note_type, self.names().chain([label]))
            && self.names().all(|it| it != label)
    }

    /// The note, whose text ends at `end`.
    pub(super) fn read(
        &self,
        page: &Page<'_>,
        end: usize,
        types: &TypeSet,
        sink: &mut Diagnostics,
    ) -> Option<WrittenNote> {
        let first = self.labels.first()?;
        let defaults = &self.scope.defaults;
        let mut settings = NoteSettings::default();
        meta::apply_settings(self.comments, &mut settings, sink);
        if settings.skip {
            return None;
        }
        let labelled = self.labelled_type(page, &settings, types, sink)?;
        let note_type = match settings.note_type {
            Some(_) => labelled.clone(),
            None => self.cloze_or(&labelled, page, end, types, sink)?,
        };
        let reading = Reading {
            options: &defaults.markdown,
            curly: defaults.settings.curly,
            types,
        };
        let mut draft = NoteDraft::new(note_type, page.span(&page.line(first.range.start)));
        meta::apply_fields(self.comments, &mut draft, sink);
        for (position, label) in self.labels.iter().enumerate() {
            let to = self
                .labels
                .get(position + 1)
                .map_or(end, |it| it.range.start);
            let content = label.range.end..to.max(label.range.end);
            // Only the first line says whether this is a note.
            let tagged = defaults.markdown.hashtags || position == 0;
            let tails = Some(tails(page, label, reading)).filter(|_| tagged);
            let tag = tails.and_then(|tails| {
                tails.add_hashtags(page, &mut settings.tags, sink);
                tails.cut()
            });
            // Where clozes made a cloze note of questions and answers, `A:` is its second field.
            let index = field(draft.note_type(), &label.name);
            let Some(index) = index.or_else(|| field(&labelled, &label.name)) else {
                continue;
            };
            if page.is_blank(content.clone()) {
                continue;
            }
            let text = without(page, content, tag);
            if text.is_empty() {
                continue;
            }
            let content = draft.content_by_kind(index, text);
            draft.set_index(index, page.span(&label.range), content, sink);
        }
        meta::fill_context(page.file, &self.scope, &mut draft, sink);
        if let Some(missing) = self.missing(page, &draft) {
            sink.push(missing);
            return None;
        }
        draft.finish(settings, defaults, &self.scope.headings, sink)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|it| it.name.as_str())
    }

    /// The type that the labels belong to.
    fn labelled_type(
        &self,
        page: &Page<'_>,
        settings: &NoteSettings,
        types: &TypeSet,
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        if let Some(key) = &settings.note_type {
            let note_type = types.resolve(key, sink)?;
            if self.names().all(|it| field(&note_type, it).is_some()) {
                return Some(note_type);
            }
            sink.push(self.no_type(page, Some(&note_type), types));
            return None;
        }
        let inherited = types.resolve(&self.scope.defaults.note_type, sink)?;
        if fits(&inherited, self.names()) {
            return Some(inherited);
        }
        let mut fitting = types.iter().filter(|it| {
            let current = types.get(&it.key).is_some_and(|last| Arc::ptr_eq(last, it));
            current && !it.labels.is_empty() && fits(it, self.names())
        });
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => return Some(only.clone()),
            (Some(one), Some(two)) => sink.push(self.two_types(page, [&one.key, &two.key])),
            (None, _) => sink.push(self.no_type(page, None, types)),
        }
        None
    }

    /// The cloze type where a plain question or answer holds a cloze, else the type itself.
    fn cloze_or(
        &self,
        labelled: &Arc<WrittenType>,
        page: &Page<'_>,
        end: usize,
        types: &TypeSet,
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        if !labelled.shipped || labelled.key != DEFAULT_TYPE {
            return Some(labelled.clone());
        }
        let first = &self.labels.first()?.range;
        let key = Spanned::new(labelled.key.clone(), page.span(first));
        let text = page.source.get(first.start..end)?;
        meta::infer(&key, &self.scope, [text], types, sink)
    }

    /// That no type, or not the one that was asked for, has all the labels.
    fn no_type(
        &self,
        page: &Page<'_>,
        explicit: Option<&WrittenType>,
        types: &TypeSet,
    ) -> Diagnostic {
        let mut names: Vec<String> = Vec::new();
        for name in self.names().map(|it| format!("`{it}:`")) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut candidates: Vec<&WrittenType> = match explicit {
            Some(note_type) => vec![note_type],
            None => types
                .iter()
                .map(|it| &**it)
                .filter(|it| !it.labels.is_empty())
                .collect(),
        };
        let odd = self.labels.iter().find(|label| {
            candidates.retain(|it| field_of(it, &label.name).is_some());
            candidates.is_empty()
        });
        let odd = odd.or(self.labels.last());
        let title = match explicit {
            Some(note_type) => {
                format!(
                    "note type `{}` has no fields for {}",
                    note_type.key,
                    names.join(", ")
                )
            }
            None => format!("no note type has the labels {} together", names.join(", ")),
        };
        let mut diagnostic = Diagnostic::new(Code::Labels, title);
        if let Some(odd) = odd {
            diagnostic = diagnostic.at(page.span(&odd.range), "does not belong to this note");
            if let Some(first) = self.labels.first().filter(|it| it.range != odd.range) {
                diagnostic = diagnostic.also(page.span(&first.range), "the note begins here");
            }
            diagnostic = diagnostic
                .note(listing(types))
                .help(format!("if the line is no label, write `\\{}:`", odd.name));
        }
        diagnostic
    }

    fn two_types(&self, page: &Page<'_>, keys: [&str; 2]) -> Diagnostic {
        let first = self.labels.first().map(|it| page.span(&it.range));
        let title = format!(
            "the labels belong to note type `{}` and to `{}`",
            keys[0], keys[1]
        );
        Diagnostic::new(Code::Labels, title)
            .at(first.unwrap_or(Span::NONE), "of which type is this note?")
            .help(format!(
                "write `<!-- type: {} -->` above the note, or `type: {}` in the front matter",
                keys[0], keys[0]
            ))
    }

    fn missing(&self, page: &Page<'_>, draft: &NoteDraft) -> Option<Diagnostic> {
        let first = self.labels.first()?;
        let note_type = draft.note_type();
        let at = page.span(&page.line(first.range.start));
        if !draft.has(0) {
            let line = format!("nothing stands behind `{}:`", first.name);
            return Some(
                Diagnostic::new(Code::EmptyField, "this note is empty")
                    .at(at, line)
                    .help("write the text behind the label, or in the lines below it"),
            );
        }
        (meta::needs_second(note_type, &self.scope.defaults.settings) && !draft.has(1)).then(|| {
            let answer = note_type.labels.iter().find(|it| it.1 == 1);
            let answer = answer.map_or("A", |it| it.0.as_str());
            Diagnostic::new(
                Code::EmptyField,
                format!("this `{}:` has no answer", first.name),
            )
            .at(
                at,
                format!("a note of type `{}`, whose back is empty", note_type.key),
            )
            .help(format!(
                "write `{answer}:` and the answer in the lines below it"
            ))
        })
    }
}

/// The field of a label, which may also be another name of the field.
fn field(note_type: &WrittenType, label: &str) -> Option<usize> {
    field_of(note_type, label).or_else(|| note_type.field_index(label))
}

/// Whether the card tag stands among the tags at the end of a label's line.
pub(super) fn has_card_tag(page: &Page<'_>, label: &Label, reading: Reading<'_>) -> bool {
    tails(page, label, reading).card_tag
}

/// The line of a label taken apart.
fn tails(page: &Page<'_>, label: &Label, reading: Reading<'_>) -> Tails {
    let line = page.line(label.range.start);
    let text = page.masked.text.get(label.range.end..line.end);
    let end = label.range.end + text.map_or(0, |it| it.trim_end().len());
    Tails::new(page, label.range.end..end, Line::Label, reading)
}

/// What is written in a range, but for a part that is cut out.
fn without(page: &Page<'_>, range: Range<usize>, cut: Option<Range<usize>>) -> Text {
    let Some(cut) = cut else {
        return page.text(range);
    };
    let before = page.trimmed(range.start..cut.start);
    let after = cut.end..page.trimmed(cut.end..range.end).end.max(cut.end);
    let mut text = TextBuilder::new(page.file, before.start);
    page.push_to(&mut text, before);
    let gap = text.is_empty();
    page.push_to(&mut text, if gap { page.trimmed(after) } else { after });
    text.finish()
}
