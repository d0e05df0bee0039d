//! Readings above characters, in one of two forms.
//!
//! `<ruby>` shows on every card of every Anki, whatever its template says. The brackets of Anki's
//! own furigana show as they are typed unless the template has `{{furigana:Field}}`; but only they
//! can be turned into kana or kanji alone. So the note type decides. Measured on Anki 26.9.3 and
//! 25.9.2: the three filters leave `<ruby>` as it is; a base begins behind the last space or tag,
//! and that space is not shown.

use super::piece::{Element, PieceKind};
use super::scan::ruby_parts;
use super::writer::Writer;
use crate::diag::{Code, Diagnostic};
use crate::model::NoteType;
use crate::template::Template;

/// The filters that read brackets.
const FILTERS: [&str; 3] = ["furigana", "kana", "kanji"];

/// Which fields of a note type its card templates show by one of Anki's furigana filters.
pub(super) fn bracket_fields(note_type: &NoteType) -> Vec<bool> {
    let mut brackets = vec![false; note_type.fields().len()];
    for template in note_type.templates() {
        for source in [&template.front, &template.back] {
            let Ok(side) = Template::parse(source) else {
                continue;
            };
            for used in side.field_uses() {
                let reads = used.filters.iter().any(|it| FILTERS.contains(&it.trim()));
                if let (true, Some(index)) = (reads, note_type.field_index(used.name))
                    && let Some(slot) = brackets.get_mut(index)
                {
                    *slot = true;
                }
            }
        }
    }
    brackets
}

impl Writer<'_, '_> {
    /// `base|reading` or `base|reading|reading..`, a reading a character.
    pub(super) fn ruby(&mut self, inside: &str, start: usize) {
        let Some((base, readings)) = ruby_parts(inside) else {
            return;
        };
        let characters = base.chars().count();
        let one_each = readings.len() == characters;
        if readings.len() > 1 && !one_each {
            let span = self.field.text.span(start..start + inside.len());
            self.sink.push(
                Diagnostic::new(
                    Code::RubyReadings,
                    format!(
                        "{} readings for {characters} character{}",
                        readings.len(),
                        if characters == 1 { "" } else { "s" }
                    ),
                )
                .at(span, "written as one reading of them all")
                .help("give one reading for all characters, or one for each; a character without a reading has nothing between the bars"),
            );
        }
        let pairs: Vec<(String, String)> = if one_each {
            let characters = base.chars().map(String::from);
            characters
                .zip(readings.iter().map(|it| (*it).to_owned()))
                .collect()
        } else {
            vec![(base.to_owned(), readings.concat())]
        };
        if self.sink.brackets && !base.contains(char::is_whitespace) && !inside.contains('[') {
            for (base, reading) in &pairs {
                self.bracketed(base, reading);
            }
            return;
        }
        self.open_inline("<ruby>");
        for (base, reading) in &pairs {
            self.html.escaped(PieceKind::Text, base, " ");
            self.html.start(Element::Inline, "<rt>");
            self.html.escaped(PieceKind::Text, reading, " ");
            self.html.end(Element::Inline, "</rt>");
        }
        self.close_inline("</ruby>");
    }

    fn bracketed(&mut self, base: &str, reading: &str) {
        if reading.is_empty() {
            self.html.escaped(PieceKind::Text, base, " ");
            return;
        }
        let before = self.html.text.chars().next_back();
        let begins = before.is_none_or(|it| matches!(it, ' ' | '>'));
        let space = if begins { "" } else { " " };
        let written = format!("{space}{base}[{reading}]");
        self.html.escaped(PieceKind::Text, &written, " ");
    }
}
