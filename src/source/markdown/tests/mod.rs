//! Tests of the Markdown front end: sources in, notes and findings out.

mod notes;
mod properties;
mod told;

use std::fmt::Write as _;
use std::sync::Arc;

use crate::diag::{Diagnostics, FileId, Sources, Span, Style, render};
use crate::model::written::{Content, WrittenField, WrittenNote, WrittenSuspend, WrittenType};
use crate::model::{CardTemplate, DeckName, Flag, NoteType};
use crate::source::defaults::Defaults;
use crate::source::types::TypeSet;

/// What a file gives.
struct Outcome {
    sources: Sources,
    file: FileId,
    notes: Vec<WrittenNote>,
    sink: Diagnostics,
}

fn read(source: &str) -> Outcome {
    read_with(source, &defaults())
}

fn read_with(source: &str, defaults: &Defaults) -> Outcome {
    let mut sources = Sources::new();
    let file = sources.add("a.md", source);
    let mut sink = Diagnostics::new();
    let notes = super::read(file, source, defaults, &types(), &mut sink);
    sink.sort();
    Outcome {
        sources,
        file,
        notes,
        sink,
    }
}

fn defaults() -> Defaults {
    Defaults::in_deck(&DeckName::new("D").unwrap())
}

fn types() -> TypeSet {
    const PAIR: &str = "Front/q/question/front Back/a/answer Extra Context Source";
    const CLOZE: &str = "Text/cloze Extra Title Context Source";
    TypeSet::new(vec![
        note_type("basic", PAIR, "Q0 A1 E2", true),
        note_type("reversed", PAIR, "F0 B1 E2", true),
        note_type("typed", PAIR, "", true),
        note_type("cloze", CLOZE, "C0 E1", true),
        note_type("drug", "Drug/name Class Dose", "D0 K1", false),
        note_type("gap", "Sentence Hint", "", false),
    ])
}

/// Fields are `Name/alias/alias`, labels `Q0` for `Q:` at field 0. `cloze` and `gap` hold clozes.
fn note_type(key: &str, fields: &str, labels: &str, shipped: bool) -> Arc<WrittenType> {
    let mut builder = NoteType::builder(key);
    let mut written = Vec::new();
    for field in fields.split(' ') {
        let mut names = field.split('/').map(str::to_owned);
        let name = names.next().unwrap();
        builder = builder.field(name.as_str());
        written.push(WrittenField {
            key: name,
            aliases: names.collect(),
            ..WrittenField::default()
        });
    }
    let first = &written[0].key;
    let cloze = matches!(key, "cloze" | "gap");
    let builder = if cloze {
        let side = format!("{{{{cloze:{first}}}}}");
        builder
            .cloze()
            .card_template(CardTemplate::new("Cloze", side.clone(), side))
    } else {
        let front = format!("{{{{{first}}}}}");
        let back = format!("{{{{{}}}}}", written[1].key);
        builder.card_template(CardTemplate::new("Card", front, back))
    };
    let label = |it: &str| (it[..1].to_owned(), it[1..].parse().unwrap());
    Arc::new(WrittenType {
        fields: written,
        labels: labels.split_whitespace().map(label).collect(),
        shipped,
        ..WrittenType::of(key, builder.build().unwrap())
    })
}

impl Outcome {
    fn line(&self, span: Span) -> usize {
        self.sources.position(span).map_or(0, |it| it.line)
    }

    /// A note a paragraph: line, type and settings, then a line a field.
    fn dump(&self) -> String {
        let mut out = String::new();
        for note in &self.notes {
            write!(out, "{} {}", self.line(note.span), note.note_type.key).unwrap();
            if note.deck.as_str() != "D" {
                write!(out, " deck={}", note.deck.as_str()).unwrap();
            }
            for tag in &note.tags {
                write!(out, " .{}", tag.value.as_str()).unwrap();
            }
            if let Some(id) = &note.id {
                write!(out, " #{}", id.value).unwrap();
                assert_eq!(self.sources.snippet(id.span), id.value);
            }
            if note.suspend != WrittenSuspend::None {
                out.push_str(" suspended");
            }
            if note.flag != Flag::default() {
                write!(out, " {:?}", note.flag).unwrap();
            }
            if !note.headings.is_empty() {
                write!(out, " > {}", note.headings.join(" > ")).unwrap();
            }
            out.push('\n');
            for (name, content) in note.note_type.note_type.field_names().zip(&note.fields) {
                if let Some(content) = content {
                    let text = shown(content);
                    writeln!(out, "  {name}@{} {text}", self.line(content.span())).unwrap();
                }
            }
        }
        out
    }

    /// The findings as people see them.
    fn human(&self) -> String {
        let all: Vec<String> = self
            .sink
            .iter()
            .map(|it| render(it, &self.sources, Style::Plain))
            .collect();
        all.join("\n\n")
    }
}

fn shown(content: &Content) -> String {
    match content {
        Content::Markdown(text) | Content::Html(text) | Content::Plain(text) => {
            text.as_str().replace('\n', "⏎")
        }
        Content::Media(text) => format!("media {}", text.as_str()),
        Content::List(items) => items.iter().map(shown).collect::<Vec<_>>().join(" | "),
        Content::Masks(masks) => {
            let masks: Vec<String> = masks.masks.iter().map(ToString::to_string).collect();
            masks.join(" | ")
        }
    }
}
