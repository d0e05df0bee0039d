//! What the clients that a deck is made for do not show, as far as only the whole of a build tells.

use std::collections::BTreeSet;

use super::render::Made;
use crate::diag::{Diagnostics, Span};
use crate::model::{Kind, MediaFile, Targets};
use crate::render::targets::{of_latex, of_name};
use crate::template::latex::latex_tags;

/// Tells of formulas whose pictures do not come along, and of names of files.
pub(super) fn tell(made: &Made, media: &[MediaFile], targets: Targets, sink: &mut Diagnostics) {
    for file in media {
        if let Some(found) = of_name(&file.name, targets) {
            sink.push(found);
        }
    }
    let Some(found) = of_latex(targets) else {
        return;
    };
    let names: BTreeSet<&str> = media
        .iter()
        .map(|it| it.name.as_str())
        .filter(|it| it.starts_with("latex-"))
        .collect();
    let mut without: Vec<Span> = Vec::new();
    for (note, facts) in made.iter() {
        let (svg, kind) = (note.note_type().latex().svg, note.note_type().kind());
        let lacks = |field: &str| {
            // Which pictures a cloze asks for depends on the card; some show that they are made.
            field.contains('[')
                && latex_tags(field).iter().any(|tag| match kind {
                    Kind::Cloze => names.is_empty(),
                    Kind::Normal => !names.contains(tag.file_name(svg).as_str()),
                })
        };
        if note.fields.iter().any(lacks) {
            without.push(facts.span());
        }
    }
    let Some(first) = without.first() else { return };
    let found = found.at(*first, "in this note");
    sink.push(match without.len() {
        1 => found,
        count => found.note(format!("so it is in {count} notes")),
    });
}
