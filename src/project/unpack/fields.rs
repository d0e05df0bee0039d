//! Decides for each field how it is written: by rendering, so that a build makes the very same
//! bytes of it, whatever the converter believes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::media::{FOLDER, Seen};
use super::notes::PlannedNote;
use super::types::PlannedType;
use crate::diag::{Code, Diagnostics, FileId, Severity, Sources, Span, Text};
use crate::model::Flag;
use crate::model::written::{
    CodeStyle, Coloring, Content, MathEngine, Missing, Remote, Settings, WrittenNote,
    WrittenSuspend, WrittenType,
};
use crate::render::{RenderedNote, Renderer};

/// How notes of an unpacked project are rendered. `<br>` is what Anki's editor makes of a line
/// break, so line breaks are what it becomes.
pub(super) fn settings(seen: Seen) -> Settings {
    let mut code = CodeStyle::default();
    if seen.has_plain_code() {
        code.coloring = Coloring::None;
    }
    let math = if seen.has_drawn() {
        MathEngine::Image
    } else {
        MathEngine::Mathjax
    };
    Settings {
        code,
        math,
        hard_breaks: true,
        media_paths: vec![FOLDER.to_owned()],
        remote: Remote::Keep,
        missing: Missing::Keep,
        max_media_bytes: u64::MAX,
        ..Settings::default()
    }
}

/// Settles for each field of the notes that it is written as Markdown, as far as that comes out as
/// it has to. `names` are the names of media by their contents.
pub(super) fn settle(
    notes: &mut [PlannedNote<'_>],
    types: &[PlannedType<'_>],
    renderer: &Renderer<'_>,
    names: &BTreeMap<String, Vec<String>>,
    seen: Seen,
) {
    let settings = Arc::new(settings(seen));
    // Places tell in which field something was found.
    let mut sources = Sources::new();
    let most = types
        .iter()
        .map(|it| it.fields.len())
        .max()
        .unwrap_or_default();
    let places: Vec<FileId> = (0..most).map(|_| sources.add("field", "")).collect();
    let is_open = |note: &PlannedNote<'_>| {
        let mut fields = note.fields.iter();
        fields.any(|it| it.masks.is_some() || it.text().is_some())
    };
    let mut pending: Vec<usize> = (0..notes.len())
        .filter(|index| notes.get(*index).is_some_and(is_open))
        .collect();
    while !pending.is_empty() {
        let rendered: Vec<Option<RenderedNote>> = pending
            .par_iter()
            .map(|index| {
                let note = notes.get(*index)?;
                let written_type = types.get(note.type_index)?.written.clone()?;
                let written = written(note, written_type, &settings, &places);
                Some(renderer.note(&written, "notes/deck.yaml"))
            })
            .collect();
        let keys = rendered.iter().flatten().flat_map(|it| &it.media);
        let mut names = renderer.names(keys, names);
        let mut again = Vec::new();
        for (index, rendered) in pending.into_iter().zip(rendered) {
            let (Some(note), Some(rendered)) = (notes.get_mut(index), rendered) else {
                continue;
            };
            let mut fields = rendered.fields;
            names.resolve(&mut fields);
            if advance(note, &fields, &rendered.diagnostics, &places) {
                again.push(index);
            }
        }
        pending = again;
    }
}

/// Takes the next text for each field that did not come out as it has to. Whether there is
/// anything left to be tried.
fn advance(
    note: &mut PlannedNote<'_>,
    rendered: &[String],
    found: &Diagnostics,
    places: &[FileId],
) -> bool {
    let mut again = false;
    for (index, field) in note.fields.iter_mut().enumerate() {
        if field.masks.is_none() && field.text().is_none() {
            continue;
        }
        let same = rendered.get(index).is_some_and(|it| *it == field.expected);
        // What the author would be warned of is better written as what it is.
        let warned = found.iter().any(|it| {
            it.severity > Severity::Info
                && !matches!(it.code, Code::MediaMissing | Code::FormulaCloze)
                && places.get(index) == Some(&it.span().file)
        });
        if !same || warned {
            if field.masks.take().is_none() {
                field.at += 1;
            }
            again |= field.text().is_some();
        }
    }
    again
}

fn written(
    note: &PlannedNote<'_>,
    note_type: Arc<WrittenType>,
    settings: &Arc<Settings>,
    places: &[FileId],
) -> WrittenNote {
    let content = |(index, field): (usize, &super::notes::PlannedField)| {
        if field.expected.is_empty() {
            return None;
        }
        let file = *places.get(index)?;
        if let Some(masks) = &field.masks {
            let mut masks = masks.clone();
            masks.span = Span::new(file, 0..0);
            for mask in &mut masks.masks {
                mask.span = masks.span;
            }
            return Some(Content::Masks(masks));
        }
        Some(match field.text() {
            Some(text) => Content::Markdown(Text::verbatim(text, file, 0)),
            None => Content::Html(Text::verbatim(field.html.as_str(), file, 0)),
        })
    };
    WrittenNote {
        id: None,
        guid: None,
        was: None,
        note_type,
        deck: note.deck.clone(),
        tags: Vec::new(),
        fields: note.fields.iter().enumerate().map(content).collect(),
        suspend: WrittenSuspend::None,
        flag: Flag::None,
        order: None,
        span: Span::NONE,
        headings: Arc::from([]),
        settings: settings.clone(),
    }
}

/// Makes HTML the default of fields that are mostly written as such.
pub(super) fn choose_kinds(notes: &[PlannedNote<'_>], types: &mut [PlannedType<'_>]) {
    let mut balance: Vec<Vec<i64>> = types.iter().map(|it| vec![0; it.fields.len()]).collect();
    for note in notes {
        let Some(of_type) = balance.get_mut(note.type_index) else {
            continue;
        };
        for (field, balance) in note.fields.iter().zip(of_type) {
            match field.text() {
                _ if field.masks.is_some() => {}
                // A text that is the same in both forms has no vote.
                Some(text) if text == field.html => {}
                Some(_) => *balance -= 1,
                None if field.expected.is_empty() => {}
                None => *balance += 1,
            }
        }
    }
    for (planned, balance) in types.iter_mut().zip(balance) {
        if !planned.shipped {
            planned.html_fields = balance.iter().map(|it| *it > 0).collect();
        }
    }
}
