//! A card as a page shows it: both sides, where it comes from, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use sha1::{Digest, Sha1};

use super::Origin;
use super::html::{cut, squeezed};
use super::index::counted;
use super::order::Order;
use super::side::{Sheet, Workshop};
use crate::model::NoteTypeKind;
use crate::package::{CardState, StoredCard, StoredNote, StoredNoteType};
use crate::template::av::extract_av;
use crate::template::cloze::CardSide;
use crate::template::render::{Situation, render_card};
use crate::template::strip::strip_html;

/// How much text of a card is searched, in characters.
const MOST_TEXT: usize = 300;

/// A card as a page shows it.
pub(super) struct ShownCard<'a> {
    pub(super) note: &'a StoredNote,
    pub(super) note_type: &'a StoredNoteType,
    pub(super) template: String,
    pub(super) flag: u8,
    pub(super) state: CardState,
    pub(super) ordinal: u16,
    pub(super) origin: Option<&'a Origin>,
    /// What is wrong with the card itself.
    pub(super) problems: Vec<String>,
    pub(super) question: String,
    pub(super) answer: String,
    /// Its question and the rest of its answer as text in a line each.
    pub(super) text: (String, String),
}

impl ShownCard<'_> {
    /// What it is known by on its page, and stays so as long as the note is the same one.
    pub(super) fn anchor(&self) -> String {
        let digest = Sha1::digest(self.note.guid.as_bytes());
        let digits: String = digest
            .iter()
            .take(5)
            .map(|it| format!("{it:02x}"))
            .collect();
        format!("c{digits}-{}", u32::from(self.ordinal) + 1)
    }
}

/// The card at a place in its package, whose note and note type are there.
pub(super) fn shown<'a>(
    order: &Order<'a>,
    card: &'a StoredCard,
    deck: &str,
    origins: &'a BTreeMap<String, Origin>,
    workshop: &mut Workshop<'_>,
) -> Option<ShownCard<'a>> {
    let note = order.note(card.note)?;
    let note_type = order.note_type(note.note_type)?;
    let is_cloze = note_type.kind == NoteTypeKind::Cloze;
    let index = if is_cloze {
        0
    } else {
        usize::from(card.ordinal)
    };
    let template = note_type.templates.get(index);
    let names = note_type.fields.iter().map(|it| it.name.as_str());
    let all = note.fields().chain(std::iter::repeat(""));
    let fields: Vec<(&str, &str)> = names.zip(all).collect();
    let tags: Vec<&str> = note.tags().collect();
    let tags = tags.join(" ");
    let situation = Situation {
        fields: &fields,
        tags: &tags,
        note_type: &note_type.name,
        deck,
        template: template.map_or("", |it| it.name.as_str()),
        flag: card.flag(),
        ord: card.ordinal,
        card_id: card.id,
        is_cloze,
    };
    let mut problems = Vec::new();
    let count = note.fields().count();
    if count != fields.len() {
        problems.push(format!(
            "the note has {}, its note type {}: Anki does not import the package",
            counted(count, "field"),
            fields.len()
        ));
    }
    let rendered = match template {
        Some(it) => render_card(&it.front, &it.back, &situation).map_err(|it| it.to_string()),
        None => Err(format!(
            "the note type has no card template {}",
            u32::from(card.ordinal) + 1
        )),
    };
    let (mut question, mut answer) = (String::new(), String::new());
    let mut text = (String::new(), String::new());
    let mut missing = BTreeSet::new();
    match rendered {
        Ok(rendered) => {
            text = texts(&rendered.question, &rendered.answer);
            let sheet = Sheet {
                fields: &fields,
                ordinal: card.ordinal,
                svg_latex: note_type.latex.svg,
            };
            let mut side = |html, side| workshop.side(html, side, sheet, &mut missing);
            question = side(&rendered.question, CardSide::Question);
            answer = side(&rendered.answer, CardSide::Answer);
            if !workshop.has_room(question.len() + answer.len()) {
                (question, answer) = (String::new(), String::new());
                problems.insert(
                    0,
                    "the sides of this page are too long to be shown".to_owned(),
                );
            }
        }
        Err(problem) => problems.insert(0, format!("Anki shows no card here: {problem}")),
    }
    let absent = missing.iter();
    problems.extend(absent.map(|it| format!("no file `{it}` in the package")));
    Some(ShownCard {
        note,
        note_type,
        template: match (template, is_cloze) {
            (Some(it), true) => format!("{} {}", it.name, u32::from(card.ordinal) + 1),
            (Some(it), false) => it.name.clone(),
            (None, _) => format!("{}", u32::from(card.ordinal) + 1),
        },
        flag: card.flag(),
        state: card.state(),
        ordinal: card.ordinal,
        origin: origins.get(&note.guid),
        problems,
        question,
        answer,
        text,
    })
}

/// The text of the question, and what the answer has besides.
fn texts(question: &str, answer: &str) -> (String, String) {
    let question = line(question, CardSide::Question);
    let answer = line(answer, CardSide::Answer);
    let rest = answer.strip_prefix(&question).unwrap_or(&answer).trim();
    let rest = cut(rest, MOST_TEXT).to_owned();
    (cut(&question, MOST_TEXT).to_owned(), rest)
}

/// Elements that stand in lines of their own.
const BLOCKS: &[&str] = &[
    "br",
    "hr",
    "div",
    "p",
    "li",
    "tr",
    "td",
    "th",
    "dt",
    "dd",
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
    "dl",
    "blockquote",
    "section",
    "center",
];

/// A side as a line of text, without what is no text of it.
fn line(html: &str, side: CardSide) -> String {
    let (silent, _) = extract_av(html, side);
    let mut apart = String::with_capacity(silent.len());
    for (index, piece) in silent.split('<').enumerate() {
        if index > 0 {
            let name = piece.trim_start_matches('/');
            let name = name.split(|it: char| !it.is_ascii_alphanumeric()).next();
            let name = name.unwrap_or_default();
            if BLOCKS.iter().any(|it| it.eq_ignore_ascii_case(name)) {
                apart.push(' ');
            }
            apart.push('<');
        }
        apart.push_str(piece);
    }
    let text = strip_html(&apart);
    let text = without(&text, "[anki:play:", "]");
    let text = without(&text, "[[type:", "]]");
    let marks = ["\\(", "\\)", "\\[", "\\]"];
    let text = marks.iter().fold(text, |text, it| text.replace(it, ""));
    squeezed(&text)
}

/// The text without what begins and ends so.
fn without(text: &str, begin: &str, end: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, found)) = rest.split_once(begin) {
        let Some((_, behind)) = found.split_once(end) else {
            break;
        };
        out.push_str(before);
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_answer_is_what_it_adds() {
        let check = |question: &str, answer: &str, expect: (&str, &str)| {
            let expect = (expect.0.to_owned(), expect.1.to_owned());
            assert_eq!(texts(question, answer), expect);
        };
        check("<b>a</b>", "<b>a</b><hr id=answer>b", ("a", "b"));
        check("<p>a</p><p>b</p>", "c", ("a b", "c"));
        check("ab <style>x{}</style>", "&lt;", ("ab", "<"));
        check(
            "the <b>b</b>.[sound:x.mp3]",
            "[[type:F]]\\(x\\)",
            ("the b.", "x"),
        );
        check("[[type:F", "", ("[[type:F", ""));
    }
}
