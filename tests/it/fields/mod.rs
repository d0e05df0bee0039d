//! Fields as an author writes them, and what becomes of them: the edge cases of the format, and
//! what a learner sees of them in the real Anki.

mod files;
mod properties;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use deckle::NoteType;
use deckle::diag::{Diagnostics, Span, Text};
use deckle::files::Memory;
use deckle::model::written::{Content, Settings, WrittenNote, WrittenSuspend, WrittenType};
use deckle::model::{DeckName, Flag};
use deckle::render::Renderer;
use serde_json::{Value, json};

use crate::judge::{run_script, with_each_backend};
use crate::sample::sample;
use table::{Row, TABLE};

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
    /// The names of its media in the package, each once.
    pub(crate) names: Vec<String>,
}

/// A note of one Markdown field, rendered, with `#` for the hash in the names of its media.
pub(crate) fn render(kind: Kind, source: &str, settings: Settings) -> Rendered {
    render_for(kind, kind.front(), source, settings)
}

/// As [`render`], for a card template with this front.
fn render_for(kind: Kind, front: &str, source: &str, settings: Settings) -> Rendered {
    let files = files();
    let renderer = Renderer::new(&files);
    let rendered = renderer.note(&note(kind, front, source, settings), "notes/a.md");
    let mut names = renderer.names(&rendered.media, &BTreeMap::new());
    let mut fields = rendered.fields.clone();
    names.resolve(&mut fields);
    for field in &mut fields {
        for media in names.files() {
            let hash: String = media.key.hex().chars().take(16).collect();
            *field = field.replace(&hash, "#");
        }
    }
    let media = names.files().iter();
    let names = media.map(|it| it.name.clone()).collect();
    Rendered {
        fields,
        diagnostics: rendered.diagnostics,
        names,
    }
}

fn files() -> Memory {
    Memory::new()
        .with("notes/my img.png", sample(".png", "my img"))
        .with("notes/a_b & c.mp3", sample(".mp3", "a sound"))
        .with("notes/x.mp3", sample(".mp3", "another sound"))
        .with("notes/caf\u{e9}.png", sample(".png", "a cafe"))
        .with("notes/50%20off.png", sample(".png", "off"))
        .with("notes/it's \"q\".png", sample(".png", "quoted"))
        .with("notes/x[1].png", sample(".png", "brackets"))
        .with("notes/a:b.png", sample(".png", "a colon"))
        .with(
            format!("notes/{}.png", "long".repeat(40)),
            sample(".png", "long"),
        )
        .with("notes/_logo.png", sample(".png", "logo"))
        .with("a/1.png", sample(".png", "one"))
        .with("b/1.png", sample(".png", "two"))
        .with("b/same.png", sample(".png", "one"))
}

impl Kind {
    fn front(self) -> &'static str {
        match self {
            Self::Normal => "{{Text}}",
            Self::Cloze => "{{cloze:Text}}",
        }
    }
}

fn note(kind: Kind, front: &str, source: &str, settings: Settings) -> WrittenNote {
    let builder = match kind {
        Kind::Normal => NoteType::builder("Judged"),
        Kind::Cloze => NoteType::builder("Judged").cloze(),
    };
    let note_type = builder
        .field("Text")
        .template("Card 1", front, front)
        .build()
        .unwrap();
    let written = WrittenType::of("judged", note_type);
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

fn rendered(row: &Row) -> Rendered {
    render(row.kind, row.source, (row.settings)())
}

#[test]
fn each_edge_case_comes_out_as_the_table_says() {
    let mut failed = Vec::new();
    for row in TABLE {
        let is = rendered(row);
        let codes: Vec<&str> = is.diagnostics.iter().map(|it| it.code.id()).collect();
        if is.fields != [row.field] || codes != row.codes {
            failed.push(format!(
                "{}: {:?}\n  is     {:?} {codes:?}\n  should {:?} {:?}",
                row.case, row.source, is.fields, row.field, row.codes
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_case_stands_in_the_table_or_is_about_files() {
    let here = TABLE.iter().map(|row| row.case);
    let all: BTreeSet<u8> = here.chain(files::CASES).collect();
    assert_eq!(all, (1..=74).collect());
}

#[test]
fn two_files_of_one_name_are_two_and_two_of_one_content_one() {
    let names = |case: u8| -> Vec<String> {
        let row = TABLE.iter().find(|row| row.case == case).unwrap();
        rendered(row).names
    };
    let two = names(70);
    assert_eq!(two.len(), 2);
    assert_ne!(two[0], two[1]);
    assert_eq!(names(71).len(), 1);
}

#[test]
fn a_learner_sees_what_the_table_says() {
    let rows: Vec<(&Row, table::Seen)> = TABLE
        .iter()
        .filter_map(|row| Some((row, row.seen?)))
        .collect();
    let fields = rows.iter().map(|(row, _)| {
        let field = rendered(row).fields.concat();
        json!({"cloze": row.kind == Kind::Cloze, "front": row.kind.front(), "field": field})
    });
    let reports = shown(&fields.collect::<Vec<_>>());
    let mut failed = Vec::new();
    for of_backend in reports {
        assert_eq!(of_backend.len(), rows.len());
        for ((row, seen), report) in rows.iter().zip(of_backend) {
            let should = json!({
                "cards": seen.cards,
                "played": seen.played,
                "files": seen.files,
                "latex": seen.latex,
            });
            if report != should {
                failed.push(format!(
                    "{}: {:?}\n  is     {report}\n  should {should}",
                    row.case, row.source
                ));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What each backend shows of these fields.
fn shown(fields: &[Value]) -> Vec<Vec<Value>> {
    let input = serde_json::to_vec(fields).unwrap();
    with_each_backend(|backend| {
        let output = run_script(backend, "fields.py", &[], &input)?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let last = printed.lines().last().unwrap_or_default();
        serde_json::from_str::<Vec<Value>>(last).map_err(|error| {
            let errors = String::from_utf8_lossy(&output.stderr);
            format!("{backend}: {error}\n{errors}")
        })
    })
    .unwrap_or_else(|report| panic!("{report}"))
}

#[test]
fn readings_are_shown_above_their_characters_by_each_kind_of_template() {
    // Anki's own furigana in brackets, kana and kanji alone, and as the field stands.
    let cases = [
        ("{{furigana:Text}}", "私は東京とうきょうへ"),
        ("{{kana:Text}}", "私はとうきょうへ"),
        ("{{kanji:Text}}", "私は東京へ"),
        ("{{Text}}", "私は東京とうきょうへ"),
    ];
    let fields = cases.map(|(front, _)| {
        let mut settings = Settings::default();
        settings.ruby = true;
        let rendered = render_for(Kind::Normal, front, "私は{東京|とうきょう}へ", settings);
        json!({"cloze": false, "front": front, "field": rendered.fields.concat()})
    });
    for of_backend in shown(&fields) {
        for ((front, expect), report) in cases.iter().zip(of_backend) {
            assert_eq!(report["cards"][0][1], *expect, "{front}");
        }
    }
}

#[test]
fn footnotes_of_two_fields_have_ids_of_their_own() {
    let note_of = |sources: [&str; 2]| {
        let mut note = note(Kind::Normal, "{{Text}}", "", Settings::default());
        let note_type = NoteType::builder("Judged")
            .field("Front")
            .field("Back")
            .template("Card 1", "{{Front}}", "{{Back}}")
            .build()
            .unwrap();
        Arc::make_mut(&mut note.note_type).note_type = note_type;
        let contents = sources.map(|it| Some(Content::Markdown(Text::detached(it))));
        note.fields = contents.into();
        let files = Memory::new();
        Renderer::new(&files).note(&note, "a.md").fields
    };
    let source = "a[^x] b[^y] c[^x]\n\n[^x]: one\n[^y]: two\n[^x]: again";
    let fields = note_of([source, source]);
    let ids: Vec<&str> = fields
        .iter()
        .flat_map(|field| field.split(" id=\"").skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(ids.len(), 8, "{fields:?}");
    assert_eq!(
        ids.iter().collect::<BTreeSet<_>>().len(),
        ids.len(),
        "{ids:?}"
    );
    assert_eq!(fields, note_of([source, source]));
}
