//! A heading and what stands below it, as a note.

use std::ops::Range;
use std::rc::Rc;

use super::comment::Comment;
use super::meta;
use super::page::{Heading, Page};
use super::section::Scope;
use super::tails::HeadLine;
use crate::diag::{Code, Diagnostic, Diagnostics, Text, TextBuilder, nearest};
use crate::model::NoteTypeKind;
use crate::model::written::{OcclusionFields, WrittenNote, WrittenType};
use crate::source::draft::NoteDraft;
use crate::source::types::TypeSet;

/// A heading note whose end is not known yet.
#[derive(Debug)]
pub(super) struct HeadingNote<'a> {
    pub(super) head: &'a HeadLine,
    pub(super) scope: Rc<Scope>,
    /// The comments directly below the heading.
    pub(super) comments: &'a [Comment],
    /// Headings of deeper levels in it.
    pub(super) inner: Vec<&'a Heading>,
    /// Lines of `---` in it.
    pub(super) breaks: Vec<Range<usize>>,
}

impl HeadingNote<'_> {
    /// The note, whose text ends at `end`.
    pub(super) fn read(
        &self,
        page: &Page<'_>,
        end: usize,
        types: &TypeSet,
        sink: &mut Diagnostics,
    ) -> Option<WrittenNote> {
        let defaults = &self.scope.defaults;
        let mut settings = self.head.tails.settings(page, types, sink);
        meta::apply_settings(self.comments, &mut settings, sink);
        if settings.skip {
            return None;
        }
        if defaults.markdown.tagged_only {
            settings
                .tags
                .retain(|it| it.value.as_str() != defaults.markdown.card_tag);
        }
        let heading = &self.head.heading;
        let after_comments = self.comments.last().map_or(0, |it| it.range.end);
        let start = heading.range.end.max(after_comments).min(end);
        let texts = [
            &page.source[self.head.tails.content.clone()],
            &page.source[start..end],
        ];
        let explicit = settings.note_type.as_ref();
        let note_type = meta::note_type(explicit, &self.scope, texts, types, sink)?;
        let mut draft = NoteDraft::new(note_type, page.span(&heading.range));
        meta::apply_fields(self.comments, &mut draft, sink);
        self.fill(page, start..end, &mut draft, sink);
        meta::fill_context(page.file, &self.scope, &mut draft, sink);
        if let Some(missing) = self.missing(page, &draft) {
            sink.push(missing);
            return None;
        }
        draft.finish(settings, defaults, &self.scope.headings, sink)
    }

    /// Divides the text among the fields.
    fn fill(
        &self,
        page: &Page<'_>,
        body: Range<usize>,
        draft: &mut NoteDraft,
        sink: &mut Diagnostics,
    ) {
        let fields = self.field_headings(page, draft.note_type());
        self.tell_near_fields(page, draft.note_type(), sink);
        let main_end = fields.first().map_or(body.end, |it| it.1.range.start);
        let main = body.start..main_end.max(body.start);
        let side_break = self.breaks.iter().find(|it| main.contains(&it.start));
        let above = main.start..side_break.map_or(main.end, |it| it.start);
        let below = side_break.map(|it| it.end.min(main.end)..main.end);

        let heading = page.text(self.head.tails.content.clone());
        let occlusion = OcclusionFields::of(&draft.note_type().note_type);
        if let Some(occlusion) = occlusion {
            // The heading stands above the picture, which is the text.
            meta::fill(draft, occlusion.header, heading, sink);
            meta::fill(draft, occlusion.image, filled(page, above), sink);
            if let Some(below) = below {
                meta::fill(draft, occlusion.back_extra, filled(page, below), sink);
            }
            return self.fill_named(page, body.end, &fields, draft, sink);
        }
        let opened = fields.iter().any(|it| it.0 == 0) || draft.has(0);
        let settings = &self.scope.defaults.settings;
        let cloze = draft.note_type().note_type.kind() == NoteTypeKind::Cloze;
        let head_holds = cloze && meta::holds_cloze(heading.as_str(), settings);
        let body_holds = cloze && meta::holds_cloze(&page.source[above.clone()], settings);
        if opened || cloze && !head_holds {
            // The heading is a title only.
            match draft.note_type().field_index("Title") {
                Some(index) => meta::fill(draft, index, heading, sink),
                None if opened => {}
                None => sink.push(self.no_title(page, draft.note_type())),
            }
            let above = filled(page, above);
            match below {
                None if opened => meta::fill(draft, 1, above, sink),
                None => meta::fill(draft, 0, above, sink),
                Some(below) => {
                    meta::fill(draft, 0, above, sink);
                    meta::fill(draft, 1, filled(page, below), sink);
                }
            }
        } else if below.is_some() || head_holds && body_holds {
            meta::fill(draft, 0, self.joined(page, above), sink);
            if let Some(below) = below {
                meta::fill(draft, 1, filled(page, below), sink);
            }
        } else {
            meta::fill(draft, 0, heading, sink);
            meta::fill(draft, 1, filled(page, above), sink);
        }
        self.fill_named(page, body.end, &fields, draft, sink);
    }

    /// Fills the fields that headings name; the last one reaches to `end`.
    fn fill_named(
        &self,
        page: &Page<'_>,
        end: usize,
        fields: &[(usize, &Heading)],
        draft: &mut NoteDraft,
        sink: &mut Diagnostics,
    ) {
        for (position, (index, heading)) in fields.iter().enumerate() {
            let to = fields.get(position + 1).map_or(end, |it| it.1.range.start);
            let from = heading.range.end.min(to);
            let name = page.span(&heading.range);
            meta::fill_at(draft, *index, name, filled(page, from..to), sink);
        }
    }

    /// The headings of the next level that are names of fields.
    fn field_headings(&self, page: &Page<'_>, note_type: &WrittenType) -> Vec<(usize, &Heading)> {
        let level = self.head.heading.level + 1;
        let inner = self.inner.iter().filter(|it| it.level == level);
        let named = inner.filter_map(|heading| {
            let index = note_type.field_index(&page.source[heading.content.clone()])?;
            Some((index, *heading))
        });
        named.collect()
    }

    /// Headings that lack a letter to be the name of a field, and so are part of the text.
    fn tell_near_fields(&self, page: &Page<'_>, note_type: &WrittenType, sink: &mut Diagnostics) {
        let level = self.head.heading.level + 1;
        for heading in self.inner.iter().filter(|it| it.level == level) {
            let typed = &page.source[heading.content.clone()];
            // `Black` and `Hack` are near to `Back`, and mean what they say.
            let names = note_type.all_names().filter(|name| name.len() > 4);
            if note_type.field_index(typed).is_some() || typed.len() < 4 {
                continue;
            }
            let Some(near) = nearest(typed, names) else {
                continue;
            };
            sink.push(
                Diagnostic::new(
                    Code::SkippedHeading,
                    format!("the heading `{typed}` fills no field"),
                )
                .at(page.span(&heading.content), "part of the text above it")
                .fix(
                    "a field with a similar name exists",
                    page.span(&heading.content),
                    near,
                )
                .info(),
            );
        }
    }

    /// The heading and the text above the side break as one text.
    fn joined(&self, page: &Page<'_>, above: Range<usize>) -> Text {
        let content = page.trimmed(self.head.tails.content.clone());
        let mut text = TextBuilder::new(page.file, content.start);
        page.push_to(&mut text, content.clone());
        if !page.is_blank(above.clone()) {
            let above = page.trimmed(above);
            if !text.is_empty() {
                text.push("\n\n", content.end..above.start.max(content.end));
            }
            page.push_to(&mut text, above);
        }
        text.finish()
    }

    fn missing(&self, page: &Page<'_>, draft: &NoteDraft) -> Option<Diagnostic> {
        let note_type = draft.note_type();
        let cloze = note_type.note_type.kind() == NoteTypeKind::Cloze;
        let second = meta::needs_second(note_type, &self.scope.defaults.settings);
        let at = page.span(&self.head.heading.range);
        let diagnostic = |title: &str| Diagnostic::new(Code::EmptyField, title);
        if OcclusionFields::of(&note_type.note_type).is_some() {
            // What a picture with masks lacks is the same in every form.
            None
        } else if !draft.has(0) && cloze {
            Some(
                diagnostic("this cloze note has no text")
                    .at(at, "nothing stands below it")
                    .help(
                        "write the text with its clozes, such as `{{c1::word}}`, below the heading",
                    ),
            )
        } else if !draft.has(0) {
            Some(
                diagnostic("this note has no question")
                    .at(at, "the heading is empty")
                    .help("write the question behind the `#` signs"),
            )
        } else if second && !draft.has(1) {
            Some(
                diagnostic("this heading has no answer")
                    .at(at, format!("a note of type `{}`, whose back is empty", note_type.key))
                    .help("write the answer below the heading; if it is no note, add `{skip}` behind it"),
            )
        } else {
            None
        }
    }

    fn no_title(&self, page: &Page<'_>, note_type: &WrittenType) -> Diagnostic {
        let title = format!(
            "note type `{}` has no field `Title` for the heading",
            note_type.key
        );
        Diagnostic::new(Code::UnknownField, title)
            .at(
                page.span(&self.head.tails.content),
                "the heading of a cloze note is its title",
            )
            .help("add a field `Title` to the note type, or write a cloze into the heading")
    }
}

/// What is written in a range; nothing where only comments stand.
fn filled(page: &Page<'_>, range: Range<usize>) -> Text {
    if page.is_blank(range.clone()) {
        page.text(range.start..range.start)
    } else {
        page.text(range)
    }
}
