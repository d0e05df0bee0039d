//! A note's cards as text.

use super::ShownCard;
use crate::model::written::WrittenNote;
use crate::model::{Note, NoteTypeKind};
use crate::template::render::{Situation, render_card};
use crate::template::strip::strip_html_keeping_media;

/// The cards of a note, each with its sides.
pub(super) fn of(written: &WrittenNote, note: &Note) -> Vec<ShownCard> {
    let note_type = &written.note_type.note_type;
    let is_cloze = note_type.kind() == NoteTypeKind::Cloze;
    let names = note_type.field_names();
    let fields: Vec<(&str, &str)> = names.zip(note.fields.iter()).collect();
    let tags: Vec<&str> = note.tags.iter().map(|it| it.as_str()).collect();
    let tags = tags.join(" ");
    let made = note.cards();
    let card = |ord: u16| {
        let template = if is_cloze { 0 } else { usize::from(ord) };
        let template = note_type.templates().get(template)?;
        let situation = Situation {
            fields: &fields,
            tags: &tags,
            note_type: note_type.name(),
            deck: written.deck.as_str(),
            template: template.name(),
            flag: 0,
            ord,
            card_id: 0,
            is_cloze,
        };
        let name = match is_cloze {
            true => format!("{} {}", template.name(), ord.saturating_add(1)),
            false => template.name().to_owned(),
        };
        let (question, answer) = match render_card(template.front(), template.back(), &situation) {
            Ok(card) => (as_text(&card.question), as_text(&card.answer)),
            Err(error) => (error.to_string(), String::new()),
        };
        Some(ShownCard {
            name,
            question,
            answer,
        })
    };
    made.into_iter().filter_map(card).collect()
}

/// A card's side as text: blocks are lines, media their file names.
fn as_text(html: &str) -> String {
    const BLOCKS: &[&str] = &[
        "br",
        "hr",
        "div",
        "p",
        "li",
        "tr",
        "pre",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "ul",
        "ol",
        "blockquote",
    ];
    let mut broken = String::with_capacity(html.len());
    for (index, piece) in html.split('<').enumerate() {
        if index > 0 {
            let name = piece.trim_start_matches('/');
            let name = name.split(|it: char| !it.is_ascii_alphanumeric()).next();
            let name = name.unwrap_or_default().to_ascii_lowercase();
            if BLOCKS.contains(&name.as_str()) {
                broken.push('\n');
            }
            broken.push('<');
        }
        broken.push_str(piece);
    }
    let text = strip_html_keeping_media(&broken);
    let lines = text.lines().map(str::trim).filter(|it| !it.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_readable_as_text() {
        let check = |html: &str, expect: &str| assert_eq!(as_text(html), expect, "{html}");
        check("a &lt; b<br>c", "a < b\nc");
        check("<div class=x>one</div><div>two</div>", "one\ntwo");
        check("x<hr id=answer>y<style>.a{}</style>", "x\ny");
        check("1 &lt; 2 <b>bold</b>", "1 < 2 bold");
        check("<img src=\"a.png\">", "a.png");
    }
}
