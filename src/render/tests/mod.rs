//! Sources and the fields they become: the edge cases of the format, as tables.

mod clozes;
mod formulas;
mod html;
mod media_files;
mod soup;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::diag::{Code, Diagnostics, FileId, Severity, Sources, Span, Text};
use crate::files::Memory;
use crate::files::sample::sample;
use crate::model::written::{
    Content, Highlight, MathEngine, Remote, Settings, WikiLinks, WrittenNote, WrittenSuspend,
    WrittenType,
};
use crate::model::{DeckName, Flag, NoteType, NoteTypeKind};
use crate::template::cloze::{CardSide, ClozeNode, ClozeText};

/// A note of two fields; a cloze note shows only the first as clozes.
fn note(kind: NoteTypeKind, fields: Vec<Content>, settings: Settings) -> WrittenNote {
    let front = match kind {
        NoteTypeKind::Normal => "{{Front}}",
        NoteTypeKind::Cloze => "{{cloze:Front}}",
    };
    let builder = match kind {
        NoteTypeKind::Normal => NoteType::builder("Test"),
        NoteTypeKind::Cloze => NoteType::builder("Test").cloze(),
    };
    let note_type = builder
        .field("Front")
        .field("Back")
        .template("Card 1", front, front)
        .build()
        .unwrap();
    WrittenNote {
        id: None,
        guid: None,
        was: None,
        note_type: Arc::new(WrittenType::of("test", note_type)),
        deck: DeckName::new("Test").unwrap(),
        tags: Vec::new(),
        fields: fields.into_iter().map(Some).collect(),
        suspend: WrittenSuspend::None,
        flag: Flag::None,
        order: None,
        span: Span::NONE,
        headings: Arc::new([]),
        settings: Arc::new(settings),
    }
}

fn files() -> Memory {
    const MEDIA: [(&str, &str); 13] = [
        ("notes/img/pump.png", "pump"),
        ("notes/my img.png", "my img"),
        ("notes/a_b & c.mp3", "sound"),
        ("notes/x.mp3", "sound x"),
        ("notes/Case.png", "case"),
        ("notes/caf\u{e9}.png", "cafe"),
        ("notes/50%20off.png", "off"),
        ("notes/doc.pdf", "pdf"),
        ("assets/heart cross section.png", "heart"),
        ("assets/_logo.png", "logo"),
        ("a/1.png", "one"),
        ("b/1.png", "two"),
        ("b/same.png", "pump"),
    ];
    let files = Memory::new().with("notes/big.png", vec![0; 2000]);
    MEDIA.into_iter().fold(files, |files, (path, text)| {
        files.with(path, sample(path, text))
    })
}

fn file() -> FileId {
    Sources::new().add("notes/a.md", "")
}

struct Outcome {
    fields: Vec<String>,
    codes: Vec<Code>,
    diagnostics: Diagnostics,
    names: Vec<String>,
}

fn render_note(note: &WrittenNote) -> Outcome {
    let files = files();
    let renderer = Renderer::new(&files);
    let rendered = renderer.note(note, "notes/a.md");
    let mut names = renderer.names(&rendered.media, &BTreeMap::new());
    let mut fields = rendered.fields.clone();
    names.resolve(&mut fields);
    // Hashes are no part of what is compared.
    for field in &mut fields {
        for media in names.files() {
            let hash: String = media.key.hex().chars().take(16).collect();
            *field = field.replace(&hash, "#");
        }
    }
    Outcome {
        fields,
        codes: rendered.diagnostics.iter().map(|it| it.code).collect(),
        diagnostics: rendered.diagnostics,
        names: names.files().iter().map(|it| it.name.clone()).collect(),
    }
}

pub(super) fn render_one(
    kind: NoteTypeKind,
    source: &str,
    settings: Settings,
) -> (String, Vec<Code>) {
    let content = Content::Markdown(Text::verbatim(source, file(), 0));
    let outcome = render_note(&note(kind, vec![content], settings));
    (outcome.fields.concat(), outcome.codes)
}

#[track_caller]
fn plain(source: &str, expect: &str) {
    coded(NoteTypeKind::Normal, source, expect, &[]);
}

#[track_caller]
fn cloze(source: &str, expect: &str) {
    coded(NoteTypeKind::Cloze, source, expect, &[]);
}

#[track_caller]
fn coded(kind: NoteTypeKind, source: &str, expect: &str, codes: &[Code]) {
    let (html, found) = render_one(kind, source, Settings::default());
    assert_eq!(html, expect, "source: {source}");
    assert_eq!(found, codes, "source: {source}");
}

#[track_caller]
fn with(settings: Settings, kind: NoteTypeKind, source: &str, expect: &str) {
    let (html, found) = render_one(kind, source, settings);
    assert_eq!(html, expect, "source: {source}");
    assert_eq!(found, [], "source: {source}");
}
