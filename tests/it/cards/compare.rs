//! What deckle makes of a case, against what the program told.

use std::collections::BTreeSet;
use std::fmt;

use deckle::template::{
    Requirement, Situation, Template, TemplateSide,
    av::{AvTag, extract_av},
    cloze::{CardSide, ClozeNode, ClozeProblemKind, ClozeText, cloze_numbers},
    generate::{cloze_card_ords, counts_on_desktop, is_field_empty, normal_card_ords},
    latex::{latex_tags, replace_latex},
    render::{RenderError, Rendered, render_card},
    strip::{checksum, sort_field, strip_html, strip_html_keeping_media},
    validate::validate,
};

use super::generate::{Case, NoteCase};
use super::judge::{CardTold, NoteTold, TextTold, TypeTold};

/// What a run has looked at.
#[derive(Default)]
pub(super) struct Tally {
    pub notes: usize,
    pub refused_types: usize,
    pub accepted_types: usize,
    pub cards: usize,
    pub shown: usize,
    pub skipped_notes: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} note types saved and {} refused, {} notes ({} skipped), {} cards compared, {} of them without a message",
            self.accepted_types,
            self.refused_types,
            self.notes,
            self.skipped_notes,
            self.cards,
            self.shown
        )
    }
}

impl Tally {
    /// A run that compared next to nothing proves nothing.
    pub(super) fn assert_sound(&self, cases: usize) {
        assert!(
            self.skipped_notes * 10 <= cases,
            "too many notes were skipped: {self}"
        );
        if cases >= 1000 {
            assert!(
                self.refused_types * 20 >= self.accepted_types,
                "hardly any refusal: {self}"
            );
            assert!(
                self.accepted_types > self.refused_types,
                "hardly any saved type: {self}"
            );
            assert!(
                self.shown * 2 >= self.notes,
                "hardly any card without a message: {self}"
            );
        }
    }
}

/// The texts of a case, put together.
struct Texts {
    fields: Vec<String>,
    templates: Vec<(String, String)>,
}

pub(super) fn note_type(
    version: &str,
    case: &Case,
    told: &TypeTold,
    tally: &mut Tally,
) -> Result<(), String> {
    let texts = Texts {
        fields: case.fields.clone(),
        templates: case
            .templates
            .iter()
            .map(|[front, back]| (front.concat(), back.concat()))
            .collect(),
    };
    let problems = validate(&texts.templates, &texts.fields, case.cloze);
    let refused: Vec<_> = problems
        .iter()
        .filter(|problem| problem.kind.is_refused())
        .collect();
    if refused.is_empty() == told.refused.is_some() {
        return Err(format!(
            "refused: {:?}, our problems: {problems:?}",
            told.refused
        ));
    }
    if told.refused.is_some() {
        tally.refused_types += 1;
    } else {
        tally.accepted_types += 1;
        requirements(&texts, told)?;
    }
    for (note, answer) in case.notes.iter().zip(&told.notes) {
        tally.notes += 1;
        let fields: Vec<String> = note.fields.iter().map(|field| field.concat()).collect();
        if version == "25.9.2" && fields.iter().any(|field| reads_otherwise(field)) {
            tally.skipped_notes += 1;
            continue;
        }
        let pairs: Vec<(&str, &str)> = texts
            .fields
            .iter()
            .zip(&fields)
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let saved = told.refused.is_none();
        self::note(version, case, &texts, note, &pairs, saved, answer, tally)
            .map_err(|difference| format!("note {fields:?}: {difference}"))?;
    }
    Ok(())
}

/// Whether 25.9.2 reads the field in another way: several numbers in one cloze are text,
/// clozes within number 0 make no cards, a shape of image occlusion is cut at `::` and its
/// label read by other rules.
fn reads_otherwise(field: &str) -> bool {
    let read = ClozeText::parse(field);
    let mut within_zero = Vec::new();
    let otherwise = read.nodes().iter().any(|node| match node {
        ClozeNode::Open { numbers, .. } => {
            let nested = within_zero.contains(&true);
            within_zero.push(numbers.contains(&0));
            nested
        }
        ClozeNode::Close { .. } => {
            within_zero.pop();
            false
        }
        ClozeNode::Text(range) => {
            let text = read.text(range);
            let split = ["::", "text="].iter().any(|part| text.contains(part));
            text.starts_with("image-occlusion:") && split
        }
    });
    otherwise
        || read
            .problems()
            .iter()
            .any(|problem| problem.kind == ClozeProblemKind::SeveralNumbers)
}

fn requirements(texts: &Texts, told: &TypeTold) -> Result<(), String> {
    for ((ord, kind, fields), (front, _)) in told.req.iter().zip(&texts.templates) {
        let ours = match Template::parse(front).map(|front| front.requirement(&texts.fields)) {
            Ok(Requirement::Any(fields)) => ("any", fields),
            Ok(Requirement::All(fields)) => ("all", fields),
            Ok(Requirement::None) => ("none", Vec::new()),
            Err(error) => return Err(format!("saved, but {error}")),
        };
        if ours != (kind.as_str(), fields.clone()) {
            return Err(format!("req of {ord}: {kind} {fields:?}, ours {ours:?}"));
        }
    }
    Ok(())
}

#[expect(
    clippy::too_many_arguments,
    reason = "one comparison of everything that is known of a note"
)]
fn note(
    version: &str,
    case: &Case,
    texts: &Texts,
    note: &NoteCase,
    fields: &[(&str, &str)],
    saved: bool,
    told: &NoteTold,
    tally: &mut Tally,
) -> Result<(), String> {
    let tags = note.tags.join(" ");
    let numbers: BTreeSet<u16> = fields
        .iter()
        .flat_map(|(_, text)| cloze_numbers(text))
        .collect();
    if numbers != told.clozes.iter().copied().collect() {
        return Err(format!("cloze numbers {:?}, ours {numbers:?}", told.clozes));
    }
    if saved {
        let ours = ords(version, case, texts, fields, &tags);
        let theirs: BTreeSet<usize> = told
            .cards
            .iter()
            .map(|card| usize::from(card.ord))
            .collect();
        if ours != theirs {
            return Err(format!("cards {theirs:?}, ours {ours:?}"));
        }
        let first = fields.first().map_or("", |(_, text)| *text);
        if told
            .sort
            .as_ref()
            .is_some_and(|sort| *sort != sort_field(first))
        {
            return Err(format!(
                "sort field {:?}, ours {:?}",
                told.sort,
                sort_field(first)
            ));
        }
        if told.checksum != Some(checksum(first)) {
            return Err(format!(
                "checksum {:?}, ours {}",
                told.checksum,
                checksum(first)
            ));
        }
    }
    let name = told.note_type.clone();
    for (index, card) in told.cards.iter().enumerate() {
        let ord = match (case.cloze, saved) {
            (true, true) => 0,
            (true, false) => index / 2,
            (false, true) => usize::from(card.ord),
            (false, false) => index,
        };
        let (front, back) = &texts.templates[ord];
        let template = Case::template_name(ord);
        let situation = Situation {
            fields,
            tags: &tags,
            note_type: &name,
            deck: &told.deck,
            template: &template,
            flag: if saved { note.flag } else { 0 },
            ord: card.ord,
            card_id: card.id,
            is_cloze: case.cloze,
        };
        tally.cards += 1;
        let ours = render_card(front, back, &situation);
        tally.shown += usize::from(ours.is_ok());
        if stumbled(&ours, card) {
            continue;
        }
        if !same_card(&ours, card) {
            return Err(format!(
                "card {}: {:?} blank {}\n question {:?}\n answer   {:?}\nours: {ours:#?}",
                card.ord, card.error, card.blank, card.question, card.answer
            ));
        }
    }
    Ok(())
}

/// The ordinals of the cards that the program adds: the first one even when none renders.
fn ords(
    version: &str,
    case: &Case,
    texts: &Texts,
    fields: &[(&str, &str)],
    tags: &str,
) -> BTreeSet<usize> {
    let mut ords = if case.cloze {
        cloze_card_ords(fields.iter().map(|(_, text)| *text))
    } else {
        let fronts: Vec<_> = texts
            .templates
            .iter()
            .map(|(front, _)| Template::parse(front).ok())
            .collect();
        let non_empty = |name: &str| match fields.iter().find(|(field, _)| *field == name) {
            Some((_, text)) => !is_field_empty(text),
            None => version != "25.9.2" && counts_on_desktop(name, !tags.is_empty()),
        };
        normal_card_ords(fronts.iter().map(Option::as_ref), non_empty)
            .into_iter()
            .collect()
    };
    if ords.is_empty() {
        ords.insert(0);
    }
    ords
}

/// Whether the program gave up on a front that shows nothing at all, with an internal message.
fn stumbled(ours: &Result<Rendered, RenderError>, told: &CardTold) -> bool {
    let nothing = match ours {
        Ok(rendered) => rendered.question.is_empty(),
        Err(RenderError::Syntax { side, .. } | RenderError::UnknownField { side, .. }) => {
            *side == TemplateSide::Back
        }
        Err(_) => false,
    };
    nothing
        && told
            .error
            .as_ref()
            .is_some_and(|error| error.starts_with("should not happen"))
}

fn same_card(ours: &Result<Rendered, RenderError>, told: &CardTold) -> bool {
    match (ours, &told.error) {
        (
            Err(RenderError::Syntax { side, .. } | RenderError::UnknownField { side, .. }),
            Some(error),
        ) => {
            let side = match side {
                TemplateSide::Front => "Front template",
                TemplateSide::Back => "Back template",
            };
            error.starts_with(side)
        }
        (Err(RenderError::BlankFront { question }), None) => {
            let message = "<div>The front of this card is blank.";
            told.blank && shows_message(told, question, message)
        }
        (Err(RenderError::NoCloze { number, question }), None) => {
            let message = format!("<div>No cloze \u{2068}{number}\u{2069} found");
            told.blank && shows_message(told, question, &message)
        }
        (Ok(ours), None) => {
            !told.blank
                && mask(&ours.question) == mask(&told.question)
                && mask(&ours.answer) == mask(&told.answer)
        }
        _ => false,
    }
}

fn shows_message(told: &CardTold, question: &str, message: &str) -> bool {
    let question = mask(question);
    let rest = mask(&told.question)
        .strip_prefix(&question)
        .map(str::to_owned);
    rest.is_some_and(|rest| rest.starts_with(message)) && told.answer.starts_with(message)
}

/// The text without the ids of hints: they are hashes that only need to differ.
fn mask(text: &str) -> String {
    let mut masked = String::new();
    for (index, part) in text.split("hint").enumerate() {
        let digits = part
            .find(|c: char| !c.is_ascii_hexdigit())
            .unwrap_or(part.len());
        let id = index > 0 && digits == 16;
        masked.push_str(if index > 0 { "hint" } else { "" });
        masked.push_str(if id { &part[digits..] } else { part });
    }
    masked
}

pub(super) fn text(text: &str, told: &TextTold) -> Result<(), String> {
    let same = |what: &str, theirs: &str, ours: &str| {
        if theirs == ours {
            Ok(())
        } else {
            Err(format!("{what}: {theirs:?}, ours {ours:?}"))
        }
    };
    same("stripped", &told.strip, &strip_html(text))?;
    same(
        "file names kept",
        &told.keep,
        &strip_html_keeping_media(text),
    )?;
    same("LaTeX", &told.latex, &replace_latex(text, false))?;
    let images: Vec<(String, String)> = latex_tags(text)
        .into_iter()
        .map(|tag| (tag.file_name(false), tag.source))
        .collect();
    if images != told.images {
        return Err(format!("LaTeX images {:?}, ours {images:?}", told.images));
    }
    let (question, played) = extract_av(text, CardSide::Question);
    same("question", &told.question, &question)?;
    same(
        "answer",
        &told.answer,
        &extract_av(text, CardSide::Answer).0,
    )?;
    let played: Vec<Option<String>> = played
        .into_iter()
        .map(|tag| match tag {
            AvTag::Sound(name) => Some(name),
            _ => None,
        })
        .collect();
    if played != told.played {
        return Err(format!("played {:?}, ours {played:?}", told.played));
    }
    Ok(())
}
