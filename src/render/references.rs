//! Links that refer to definitions: those of the field, then those of the file. A field of YAML or a
//! table is read by itself.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, RefDefs, Tag};

use super::markdown::Field;
use super::mask::Mask;
use super::sink::Sink;
use crate::diag::{Code, Diagnostic};
use crate::model::written::LinkDefinition;

/// What the parser said of references and definitions, by places in the masked text.
#[derive(Debug, Default)]
pub(super) struct References {
    /// The definitions that something refers to, by where they begin.
    used: BTreeSet<usize>,
}

/// A reference to a definition that is not there. `[x]` alone is text more often than not.
pub(super) fn missing(link: &BrokenLink<'_>) -> Option<Range<usize>> {
    let refers = matches!(link.link_type, LinkType::Reference | LinkType::Collapsed);
    refers.then(|| link.span.clone())
}

/// Where a reference leads by a definition of the file, and what is shown beside it. What it says is
/// put to what shaped the note.
pub(super) fn shared(
    link: &BrokenLink<'_>,
    definitions: &[LinkDefinition],
    shaped: &mut Vec<String>,
) -> Option<(CowStr<'static>, CowStr<'static>)> {
    let found = definitions
        .iter()
        .find(|it| it.is_called(&link.reference))?;
    let LinkDefinition {
        label,
        address,
        title,
        ..
    } = found;
    shaped.push(format!("link {label}\n{address}\n{title}"));
    Some((address.clone().into(), title.clone().into()))
}

impl References {
    pub(super) fn take(&mut self, event: &Event<'_>, definitions: &RefDefs<'_>) {
        let Event::Start(Tag::Link { link_type, id, .. } | Tag::Image { link_type, id, .. }) =
            event
        else {
            return;
        };
        let refers = matches!(
            link_type,
            LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut
        );
        if let (true, Some(definition)) = (refers, definitions.get(id)) {
            self.used.insert(definition.span.start);
        }
    }

    /// Tells the definitions that leave no trace.
    pub(super) fn tell_unused(
        &self,
        definitions: &[(usize, Range<usize>)],
        field: &Field<'_>,
        mask: &Mask<'_>,
        sink: &mut Sink<'_>,
    ) {
        for (start, range) in definitions {
            if self.used.contains(start) {
                continue;
            }
            // Whether anything uses those of a file was told where the file was read.
            let of_file = &sink.settings.definitions;
            let place = mask.span(range);
            let written = field.text.as_str().get(place.clone()).unwrap_or_default();
            let trimmed = written.trim_end().len();
            let label = written.find("]:").and_then(|end| written.get(..end + 2));
            let name = label.and_then(|it| it.trim().strip_prefix('[')?.strip_suffix("]:"));
            if of_file
                .iter()
                .any(|it| name.is_some_and(|name| it.is_called(name)))
            {
                continue;
            }
            sink.push(
                Diagnostic::new(
                    Code::UnusedDefinition,
                    format!(
                        "`{}` defines a link that nothing in its field uses",
                        label.unwrap_or("[..]:").trim()
                    ),
                )
                .at(
                    field.text.span(place.start..place.start + trimmed),
                    "shows nothing",
                )
                .note("such a field is read by itself, so a definition reaches no other note")
                .help("write the address where it is meant, such as `[text](https://..)`"),
            );
        }
    }
}

/// Tells references to nothing, which are shown as they are typed.
pub(super) fn tell_missing(
    missing: &[Range<usize>],
    field: &Field<'_>,
    mask: &Mask<'_>,
    sink: &mut Sink<'_>,
) {
    for range in missing {
        // `matrix[i][j]` is no link.
        let before = mask.text.get(..range.start).unwrap_or_default();
        let behind_word = before.ends_with(|it: char| it.is_alphanumeric() || it == ']');
        let place = mask.span(range);
        let written = field.text.as_str().get(place.clone()).unwrap_or_default();
        if behind_word || !written.contains(char::is_alphabetic) {
            continue;
        }
        sink.push(
            Diagnostic::new(
                Code::UnknownReference,
                format!("`{written}` refers to a link that nothing defines"),
            )
            .at(field.text.span(place), "shown as it is typed")
            .note("definitions of links hold for the Markdown file that they stand in; a field of YAML or a table has its own")
            .help("write the address itself, such as `[text](https://..)`; brackets that are to be shown are `\\[`"),
        );
    }
}

/// Where the definitions of a text begin and reach to, in their order.
pub(super) fn places(definitions: &RefDefs<'_>) -> Vec<(usize, Range<usize>)> {
    let mut places: Vec<_> = definitions
        .iter()
        .map(|(_, definition)| (definition.span.start, definition.span.clone()))
        .collect();
    places.sort_by_key(|(start, _)| *start);
    places
}
