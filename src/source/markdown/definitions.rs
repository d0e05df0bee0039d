//! Definitions of links: they hold for all notes of a file, as CommonMark says of a document.
//!
//! A definition that its own field refers to stays in the text of the field, which is what the note
//! was known by from the beginning. Any other one is cut out of the field that it happens to stand
//! in, so that a list of definitions at the end of a file is no part of the last note; the notes of
//! the file find it beside their settings.

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{Event, LinkType, RefDefs, Tag};

use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span};
use crate::model::written::LinkDefinition;

/// A definition and what refers to it.
#[derive(Debug)]
pub(super) struct Definition {
    link: LinkDefinition,
    /// Its lines, without the last line break.
    range: Range<usize>,
    /// Where the references to it begin.
    uses: Vec<usize>,
}

/// The definitions of a file, in its order.
#[derive(Debug, Default)]
pub(super) struct Definitions(Vec<Definition>);

impl Definitions {
    /// What the parser knows of a text, of which nothing was walked through yet.
    pub(super) fn of(text: &str, known: &RefDefs<'_>) -> Self {
        let mut found: Vec<Definition> = known
            .iter()
            // Such a line defines a footnote, which belongs to its field.
            .filter(|(label, _)| !label.starts_with('^'))
            .map(|(label, definition)| {
                let written = text.get(definition.span.clone()).unwrap_or_default();
                let start = definition.span.start;
                Definition {
                    link: LinkDefinition {
                        label: label.to_owned(),
                        address: definition.dest.to_string(),
                        title: definition.title.as_deref().unwrap_or_default().to_owned(),
                    },
                    range: start..start + written.trim_end().len(),
                    uses: Vec::new(),
                }
            })
            .collect();
        found.sort_by_key(|it| it.range.start);
        Self(found)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes in what an event at a place refers to.
    pub(super) fn take(&mut self, event: &Event<'_>, at: usize, known: &RefDefs<'_>) {
        let Event::Start(Tag::Link { link_type, id, .. } | Tag::Image { link_type, id, .. }) =
            event
        else {
            return;
        };
        let refers = matches!(
            link_type,
            LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut
        );
        let Some(start) = known.get(id).map(|it| it.span.start).filter(|_| refers) else {
            return;
        };
        if let Some(found) = self.0.iter_mut().find(|it| it.range.start == start) {
            found.uses.push(at);
        }
    }

    /// What the notes of the file may refer to.
    pub(super) fn shared(&self) -> Arc<[LinkDefinition]> {
        self.0.iter().map(|it| it.link.clone()).collect()
    }

    /// The definitions in a range that nothing in it refers to, each with its line break.
    pub(super) fn idle(&self, range: &Range<usize>, source: &str) -> Vec<Range<usize>> {
        let inside = |it: &&Definition| {
            let whole = range.start <= it.range.start && it.range.end <= range.end;
            whole && !it.uses.iter().any(|at| range.contains(at))
        };
        let with_break = |it: &Definition| {
            let behind = source.get(it.range.end..range.end).unwrap_or_default();
            let length = match behind {
                _ if behind.starts_with("\r\n") => 2,
                _ if behind.starts_with('\n') => 1,
                _ => 0,
            };
            it.range.start..it.range.end + length
        };
        self.0.iter().filter(inside).map(with_break).collect()
    }

    /// Tells the definitions that leave no trace.
    pub(super) fn tell_unused(&self, file: FileId, source: &str, sink: &mut Diagnostics) {
        for definition in self.0.iter().filter(|it| it.uses.is_empty()) {
            let written = source.get(definition.range.clone()).unwrap_or_default();
            let label = written.find("]:").and_then(|end| written.get(..end + 2));
            let title = format!(
                "`{}` defines a link that nothing in the file uses",
                label.unwrap_or("[..]:").trim()
            );
            sink.push(
                Diagnostic::new(Code::UnusedDefinition, title)
                    .at(Span::new(file, definition.range.clone()), "shows nothing")
                    .note("a definition holds for the notes of its own file")
                    .help("refer to it, such as by `[text][label]`, or take it out"),
            );
        }
    }
}
