//! A list item such as `- question :: answer`, as a note.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::comment::Comment;
use super::meta;
use super::page::{Item, Page};
use super::section::Scope;
use super::tails::{Line, Reading, Tails};
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned, Text, TextBuilder};
use crate::model::NoteTypeKind;
use crate::model::written::{WrittenNote, WrittenType};
use crate::source::draft::NoteDraft;
use crate::source::types::{DEFAULT_TYPE, REVERSED_TYPE, TypeSet};

/// A list note whose end is not known yet.
#[derive(Debug)]
pub(super) struct ItemNote<'a> {
    pub(super) item: &'a Item,
    pub(super) scope: Rc<Scope>,
    /// The comments behind its first line, or directly below it.
    pub(super) comments: &'a [Comment],
}

impl ItemNote<'_> {
    /// The note, whose text ends at `end` at the latest.
    pub(super) fn read(
        &self,
        page: &Page<'_>,
        end: usize,
        types: &TypeSet,
        sink: &mut Diagnostics,
    ) -> Option<WrittenNote> {
        let defaults = &self.scope.defaults;
        let reading = Reading {
            options: &defaults.markdown,
            curly: defaults.settings.curly,
            types,
        };
        let Item {
            content, divider, ..
        } = self.item;
        let tails = Tails::new(page, divider.range.end..content.end, Line::Item, reading);
        let mut settings = tails.settings(page, types, sink);
        meta::apply_settings(self.comments, &mut settings, sink);
        if settings.skip {
            return None;
        }
        let question = page.text(content.start..divider.range.start);
        let answer = self.answer(page, tails.content.clone(), end);
        let note_type = match &settings.note_type {
            Some(key) => types.resolve(key, sink)?,
            None => self.note_type(page, [question.as_str(), answer.as_str()], types, sink)?,
        };
        let first_line = self.item.range.start..content.end;
        let mut draft = NoteDraft::new(note_type, page.span(&first_line));
        meta::apply_fields(self.comments, &mut draft, sink);
        meta::fill(&mut draft, 0, question, sink);
        meta::fill(&mut draft, 1, answer, sink);
        meta::fill_context(page.file, &self.scope, &mut draft, sink);
        if let Some(missing) = self.missing(page, &draft) {
            sink.push(missing);
            return None;
        }
        draft.finish(settings, defaults, &self.scope.headings, sink)
    }

    /// What stands behind the divider, and the further lines of the item.
    fn answer(&self, page: &Page<'_>, first: Range<usize>, end: usize) -> Text {
        let first = page.trimmed(first);
        let below = self.comments.last().map_or(0, |it| it.range.end);
        let below = page.line(self.item.content.end.max(below)).end;
        let end = end.min(self.item.range.end);
        let mut text = TextBuilder::new(page.file, first.start);
        page.push_to(&mut text, first);
        let rest = page.source.get(below..end).unwrap_or_default();
        let Some(newline) = rest.find('\n') else {
            return text.finish();
        };
        let rest = below + newline + 1..end;
        if !page.is_blank(rest.clone()) {
            page.push_dedented(&mut text, rest, self.item.column);
        }
        without_blank_lines(&text.finish())
    }

    /// `::` and `:::` say how many ways there are, so they win over what is inherited of deckle's
    /// own plain types; a type with cards of its own stays.
    fn note_type(
        &self,
        page: &Page<'_>,
        texts: [&str; 2],
        types: &TypeSet,
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        let defaults = &self.scope.defaults;
        let place = page.span(&self.item.divider.range);
        let key = |key: &str| Spanned::new(key.to_owned(), place);
        if self.item.divider.both {
            return types.resolve(&key(REVERSED_TYPE), sink);
        }
        let inherited = types.resolve(&defaults.note_type, sink)?;
        let plain = inherited.shipped && [DEFAULT_TYPE, REVERSED_TYPE].contains(&&*inherited.key);
        if plain || inherited.note_type.kind() == NoteTypeKind::Cloze {
            return meta::infer(&key(DEFAULT_TYPE), &self.scope, texts, types, sink);
        }
        Some(inherited)
    }

    fn missing(&self, page: &Page<'_>, draft: &NoteDraft) -> Option<Diagnostic> {
        let note_type = draft.note_type();
        let signs = page.span(&self.item.divider.range);
        let written = &page.source[self.item.divider.range.clone()];
        if !draft.has(0) {
            return Some(
                Diagnostic::new(Code::EmptyField, "this list note has no question")
                    .at(signs, format!("nothing stands before `{written}`"))
                    .help(format!(
                        "write the question before `{written}`; if it is no note, write `\\{written}`"
                    )),
            );
        }
        (meta::needs_second(note_type, &self.scope.defaults.settings) && !draft.has(1)).then(|| {
            Diagnostic::new(Code::EmptyField, "this list note has no answer")
                .at(
                    signs,
                    format!("a note of type `{}`, whose back is empty", note_type.key),
                )
                .help(format!(
                    "write the answer behind `{written}` or below it in the item; if it is no note, write `\\{written}`"
                ))
        })
    }
}

/// Without the line breaks that the text begins and ends with.
fn without_blank_lines(text: &Text) -> Text {
    let written = text.as_str();
    let end = written.trim_end().len();
    let lead = written.len() - written.trim_start().len();
    let start = written[..lead].rfind('\n').map_or(0, |it| it + 1);
    text.slice(start..end.max(start))
}
