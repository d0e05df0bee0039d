//! Fields as an author writes them, and what becomes of them: the edge cases of the format, and
//! what a learner sees of them in the real Anki.

use std::collections::BTreeMap;
use std::sync::Arc;

use deckle::NoteType;
use deckle::diag::{Diagnostics, Span, Text};
use deckle::files::Memory;
use deckle::model::written::{Content, Settings, WrittenNote, WrittenSuspend, WrittenType};
use deckle::model::{DeckName, Flag};
use deckle::render::Renderer;

/// Whether a note is of a cloze type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Cloze,
}

/// What became of a note.
pub(crate) struct Rendered {
    pub(crate) fields: Vec<String>,
    pub(crate) diagnostics: Diagnostics,
}

/// A note of one Markdown field, rendered, with `#` for the hash in the names of its media.
pub(crate) fn render(kind: Kind, source: &str, settings: Settings) -> Rendered {
    let files = files();
    let renderer = Renderer::new(&files);
    let rendered = renderer.note(&note(kind, source, settings), "notes/a.md");
    let mut names = renderer.names(&rendered.media, &BTreeMap::new());
    let mut fields = rendered.fields.clone();
    names.resolve(&mut fields);
    for field in &mut fields {
        for media in names.files() {
            let hash: String = media.key.hex().chars().take(16).collect();
            *field = field.replace(&hash, "#");
        }
    }
    Rendered {
        fields,
        diagnostics: rendered.diagnostics,
    }
}

fn files() -> Memory {
    Memory::new()
        .with("notes/my img.png", "my img")
        .with("notes/a_b & c.mp3", "a sound")
        .with("notes/x.mp3", "another sound")
        .with("notes/caf\u{e9}.png", "a cafe")
        .with("notes/50%20off.png", "off")
        .with("notes/it's \"q\".png", "quoted")
        .with("notes/x[1].png", "brackets")
        .with(format!("notes/{}.png", "long".repeat(40)), "long")
        .with("notes/_logo.png", "logo")
        .with("a/1.png", "one")
        .with("b/1.png", "two")
        .with("b/same.png", "one")
}

fn note(kind: Kind, source: &str, settings: Settings) -> WrittenNote {
    let (builder, side) = match kind {
        Kind::Normal => (NoteType::builder("Judged"), "{{Text}}"),
        Kind::Cloze => (NoteType::builder("Judged").cloze(), "{{cloze:Text}}"),
    };
    let note_type = builder
        .field("Text")
        .template("Card 1", side, side)
        .build()
        .unwrap();
    let written = WrittenType {
        key: "judged".to_owned(),
        identity: "judged".to_owned(),
        was: None,
        has_id: false,
        first_field: 0,
        templates: Vec::new(),
        note_type,
        fields: Vec::new(),
        key_fields: Vec::new(),
        required: Vec::new(),
        labels: Vec::new(),
        span: Span::NONE,
        folder: String::new(),
        texts: Vec::new(),
        shipped: false,
    };
    WrittenNote {
        id: None,
        guid: None,
        was: None,
        note_type: Arc::new(written),
        deck: DeckName::new("Judged").unwrap(),
        tags: Vec::new(),
        fields: vec![Some(Content::Markdown(Text::detached(source)))],
        suspend: WrittenSuspend::None,
        flag: Flag::None,
        order: None,
        span: Span::NONE,
        headings: Arc::new([]),
        settings: Arc::new(settings),
    }
}
