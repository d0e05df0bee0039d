//! Files of notes to notes.

#![expect(
    clippy::disallowed_methods,
    reason = "the snapshots look for their own source file"
)]

mod read;
mod told;

use std::sync::Arc;

use proptest::prelude::*;
use snapbox::assert_data_eq;

use super::read;
use crate::diag::{Diagnostics, Sources, Style, render};
use crate::model::written::{
    Content, FieldKind, WrittenField, WrittenNote, WrittenSuspend, WrittenType,
};
use crate::model::{DeckName, Flag, NoteType};
use crate::source::defaults::Defaults;
use crate::source::types::TypeSet;

fn note_type(key: &str, cloze: bool, fields: &[(&str, &str, FieldKind)]) -> Arc<WrittenType> {
    let mut builder = NoteType::builder(key);
    for (name, _, _) in fields {
        builder = builder.field(*name);
    }
    let first = fields[0].0;
    builder = if cloze {
        let side = format!("{{{{cloze:{first}}}}}");
        builder.cloze().template("Cloze", side.clone(), side)
    } else {
        builder.template("Card", format!("{{{{{first}}}}}"), "back")
    };
    let written = |(name, aliases, kind): &(&str, &str, FieldKind)| WrittenField {
        key: (*name).to_owned(),
        aliases: aliases.split_whitespace().map(str::to_owned).collect(),
        kind: *kind,
        ..WrittenField::default()
    };
    Arc::new(WrittenType {
        fields: fields.iter().map(written).collect(),
        shipped: true,
        ..WrittenType::of(key, builder.build().unwrap())
    })
}

fn types() -> TypeSet {
    use FieldKind::{Audio, Html, Markdown, Text};
    TypeSet::new(vec![
        note_type(
            "basic",
            false,
            &[
                ("Front", "q", Markdown),
                ("Back", "a", Markdown),
                ("Extra", "", Markdown),
            ],
        ),
        note_type(
            "cloze",
            true,
            &[
                ("Text", "cloze q front", Markdown),
                ("Extra", "a back", Markdown),
            ],
        ),
        note_type(
            "vocab",
            false,
            &[
                ("Word", "", Text),
                ("Meaning", "de", Markdown),
                ("Audio", "", Audio),
                ("Type", "", Html),
            ],
        ),
    ])
}

fn defaults() -> Defaults {
    Defaults {
        base_deck: DeckName::new("Folder").unwrap(),
        ..Defaults::in_deck(&DeckName::new("Folder::File").unwrap())
    }
}

fn read_source(source: &str) -> (Vec<WrittenNote>, Diagnostics, Sources) {
    let mut sources = Sources::new();
    let file = sources.add("notes.yaml", source);
    let mut sink = Diagnostics::new();
    let notes = read(file, source, &defaults(), &types(), &mut sink, &|it| it).concat();
    (notes, sink, sources)
}

fn line(note: &WrittenNote) -> String {
    let mut parts = vec![note.note_type.key.clone(), note.deck.as_str().to_owned()];
    if let Some(id) = &note.id {
        parts.push(format!("id={}", id.value));
    }
    if !note.tags.is_empty() {
        let tags: Vec<&str> = note.tags.iter().map(|it| it.value.as_str()).collect();
        parts.push(format!("tags={}", tags.join(",")));
    }
    match &note.suspend {
        WrittenSuspend::None => {}
        WrittenSuspend::All => parts.push("suspend".to_owned()),
        WrittenSuspend::Cards(cards) => {
            let cards: Vec<&str> = cards.iter().map(|it| &*it.value).collect();
            parts.push(format!("suspend={}", cards.join(",")));
        }
    }
    if note.flag != Flag::None {
        parts.push(format!("flag={:?}", note.flag));
    }
    if let Some(order) = note.order {
        parts.push(format!("order={order}"));
    }
    for (content, name) in note
        .fields
        .iter()
        .zip(note.note_type.note_type.field_names())
    {
        if let Some(content) = content {
            parts.push(format!("{name}={}", shown(content)));
        }
    }
    parts.join(" | ")
}

fn shown(content: &Content) -> String {
    match content {
        Content::List(items) => format!(
            "[{}]",
            items.iter().map(shown).collect::<Vec<_>>().join("; ")
        ),
        other => {
            let mut shown = String::new();
            other.texts(&mut |kind, text| shown = format!("{kind}:{text:?}"));
            shown
        }
    }
}

fn check(source: &str, expect: &[&str]) {
    let (notes, sink, sources) = read_source(source);
    let told: Vec<String> = sink
        .iter()
        .map(|it| render(it, &sources, Style::Plain))
        .collect();
    assert!(told.is_empty(), "{source}\n{}", told.join("\n"));
    let lines: Vec<String> = notes.iter().map(line).collect();
    assert_eq!(lines, expect, "{source}");
}

fn check_told(source: &str, expect: impl snapbox::IntoData) {
    let (_, sink, sources) = read_source(source);
    let told: Vec<String> = sink
        .iter()
        .map(|it| render(it, &sources, Style::Plain))
        .collect();
    assert_data_eq!(told.join("\n") + "\n", expect.raw());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scribbles_never_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "q: ", "a: ", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "notes: ", "groups: ",
            "pairs: ", "deck: ", "tags: ", "type: vocab", "x", "é", "{{c1::x}}", "&a ", "*a", "<<: ",
            "---\n", " # c", "id: ", "suspend: ", "flag: 9", "'", "\"", "fields: ", "::X", "|\n   ",
            "html: ", "cloze: ", "skip: ", "~",
        ]), 0..30),
    ) {
        let source = pieces.concat();
        let (_, sink, sources) = read_source(&source);
        for diagnostic in &sink {
            let span = diagnostic.span();
            prop_assert!(!span.is_some() || source.get(span.range()).is_some());
            let _ = render(diagnostic, &sources, Style::Plain);
        }
    }
}
