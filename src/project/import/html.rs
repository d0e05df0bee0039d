//! Fields of HTML as Markdown, where that comes out as the very same HTML.

use rayon::prelude::*;

use super::Read;
use crate::diag::{FileId, Severity, Text};
use crate::files::Disk;
use crate::model::written::{Content, FieldKind, WrittenNote};
use crate::render::Renderer;
use crate::source::emit::markdown;

/// Writes fields of HTML in Markdown, but for those of types that hold HTML by default.
pub(super) fn to_markdown(disk: &Disk, read: &mut [Read]) {
    let renderer = Renderer::new(disk);
    for file in read {
        let path = file.path.as_str();
        file.notes
            .par_iter_mut()
            .for_each(|note| mend(note, path, &renderer));
    }
}

fn mend(note: &mut WrittenNote, path: &str, renderer: &Renderer<'_>) {
    let kinds = note.note_type.fields.iter().map(|it| it.kind);
    let kinds: Vec<FieldKind> = kinds.collect();
    for (index, kind) in kinds.into_iter().enumerate() {
        let Some(Some(Content::Html(html))) = note.fields.get(index) else {
            continue;
        };
        if kind == FieldKind::Html {
            continue;
        }
        let wanted = renderer.note(note, path);
        for text in markdown(html.as_str().trim()) {
            let mut other = note.clone();
            if let Some(field) = other.fields.get_mut(index) {
                *field = Some(Content::Markdown(Text::verbatim(text, FileId::NONE, 0)));
            }
            let rendered = renderer.note(&other, path);
            let told = |it: &crate::diag::Diagnostics| {
                it.iter().filter(|it| it.severity > Severity::Info).count()
            };
            let quiet = told(&rendered.diagnostics) <= told(&wanted.diagnostics);
            if quiet && rendered.fields == wanted.fields {
                *note = other;
                break;
            }
        }
    }
}
