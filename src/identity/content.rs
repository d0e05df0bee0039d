//! What the author controls of a note or a note type, as one hash.
//!
//! A newer deckle that renders the same source in another way does not change it: learners'
//! notes are not overwritten because a program was updated.

use super::hash::{Digest, Hasher};
use crate::model::written::{Highlight, MathEngine, Settings, WikiLinks, WrittenNote};
use crate::model::{CardTemplate, Field, NoteType};

/// The hash of a note's content: the source of its fields, its tags and note type, the settings
/// that shape its output, the bytes of its media, given as their hashes, and what outside of it
/// shaped its formulas and links.
#[must_use]
pub fn content_hash(note: &WrittenNote, media: &[&str], shaped: &[String]) -> Digest {
    let mut hasher = Hasher::default();
    hasher.text(&note.note_type.identity);
    for (id, content) in by_id(&note.note_type.note_type, &note.fields) {
        let Some(content) = content else { continue };
        hasher.number(id);
        content.texts(&mut |format, text| {
            hasher.text(format).text(text);
        });
    }
    // The order of tags means nothing to Anki, which sorts them.
    let mut tags: Vec<&str> = note.tags.iter().map(|tag| tag.value.as_str()).collect();
    tags.sort_unstable();
    hasher.text("tags");
    for tag in tags {
        hasher.text(tag);
    }
    let settings = &note.settings;
    hasher.text(&shape(settings));
    // Only where code may be, so that another theme leaves all other notes alone.
    let code = settings.code.shape();
    if !code.is_empty() && holds_code(note) {
        hasher.text(&code);
    }
    for word in later_settings(settings) {
        hasher.text(&word);
    }
    if !shaped.is_empty() {
        hasher.text("formulas");
        for shape in shaped {
            hasher.text(shape);
        }
    }
    let mut media = media.to_vec();
    media.sort_unstable();
    media.dedup();
    for file in media {
        hasher.text(file);
    }
    hasher.digest()
}

/// The settings that counted from the first version on.
fn shape(settings: &Settings) -> String {
    let truth = |it: bool| if it { "true" } else { "false" };
    // Put together by hand: the machinery of formatting takes a third of the time of the hash.
    let highlight = match settings.highlight {
        Highlight::Explicit => "Explicit",
        Highlight::Auto => "Auto",
        Highlight::Never => "Never",
    };
    let math = match settings.math {
        MathEngine::Mathjax => "Mathjax",
        MathEngine::Image => "Image",
        MathEngine::LatexTag => "LatexTag",
        MathEngine::Latex => "Latex",
        MathEngine::Auto => "Auto",
        MathEngine::None => "None",
    };
    let words = [
        truth(settings.hard_breaks),
        highlight,
        truth(settings.curly),
        math,
    ];
    words.join(" ")
}

/// Whether a code block may stand in one of the fields.
fn holds_code(note: &WrittenNote) -> bool {
    const BEGINNINGS: [&str; 4] = ["```", "~~~", "    ", "\t"];
    let mut found = false;
    for content in note.fields.iter().flatten() {
        content.texts(&mut |format, text| {
            found |= format == "md" && BEGINNINGS.iter().any(|it| text.contains(it));
        });
    }
    found
}

/// Settings that later versions brought count where they are not as they are by default, so that
/// the locks of earlier ones stay true.
fn later_settings(settings: &Settings) -> Vec<String> {
    let mut words = Vec::new();
    if settings.percent_comments {
        words.push("percent comments".to_owned());
    }
    if !settings.autolinks {
        words.push("no autolinks".to_owned());
    }
    if settings.ruby {
        words.push("ruby".to_owned());
    }
    // Where a backlink leads stands in the note itself.
    if settings.wiki_links != WikiLinks::Text {
        words.push(format!("wiki {:?} {}", settings.wiki_links, settings.vault));
    }
    words
}

/// The hash of what a note's fields came out as. Empty ones do not count: a note type may get
/// more fields.
#[must_use]
pub fn rendered_hash(note_type: &NoteType, fields: &[&str]) -> Digest {
    let mut hasher = Hasher::default();
    for (id, field) in by_id(note_type, fields) {
        if !field.is_empty() {
            hasher.number(id).text(field);
        }
    }
    hasher.digest()
}

/// What the fields of a note hold, by what stays of a field, whatever it is called and wherever it
/// stands.
fn by_id<'a, T>(note_type: &NoteType, held: &'a [T]) -> Vec<(i64, &'a T)> {
    let ids = note_type.fields().iter();
    let ids = ids.map(|field| field.id.unwrap_or_default());
    let mut fields: Vec<(i64, &T)> = ids.zip(held).collect();
    fields.sort_by_key(|(id, _)| *id);
    fields
}

/// The hash of what makes two versions of a note type incompatible for an import: its kind, its
/// sort field, and the identities of its fields and card templates in their order.
#[must_use]
pub fn schema_hash(note_type: &NoteType) -> Digest {
    let mut hasher = Hasher::default();
    hasher.text(&format!("{:?}", note_type.kind()));
    hasher.number(i64::try_from(note_type.sort_field()).unwrap_or(i64::MAX));
    for field in note_type.fields() {
        hasher.number(field.id.unwrap_or_default());
    }
    hasher.text("templates");
    for template in note_type.templates() {
        hasher.number(template.id.unwrap_or_default());
    }
    hasher.digest()
}

/// The hash of all that an import takes over from a note type.
#[must_use]
pub fn type_content(note_type: &NoteType) -> Digest {
    let mut hasher = Hasher::default();
    hasher
        .text(note_type.name())
        .text(note_type.css())
        .text(&schema_hash(note_type).to_string());
    for field in note_type.fields() {
        hasher.text(&described_field(field));
    }
    for template in note_type.templates() {
        hasher.text(&described_template(template));
    }
    if note_type.stock_kind() != 0 {
        hasher
            .text("stock kind")
            .number(i64::from(note_type.stock_kind()));
    }
    let latex = note_type.latex();
    hasher
        .text(&latex.preamble)
        .text(&latex.postamble)
        .number(i64::from(latex.svg));
    hasher.digest()
}

/// What is said of a field. Settings that later versions brought count where they are set, so that
/// the locks of earlier ones stay true.
fn described_field(field: &Field) -> String {
    let mut text = format!(
        "Field {{ name: {:?}, id: {:?}, font: {:?}, size: {:?}, right_to_left: {:?}, sticky: {:?}, \
         description: {:?}, collapsed: {:?}, plain_text: {:?} }}",
        field.name,
        field.id,
        field.font,
        field.size,
        field.right_to_left,
        field.sticky,
        field.description,
        field.collapsed,
        field.plain_text
    );
    if field.exclude_from_search {
        text.push_str(" exclude_from_search");
    }
    if field.prevent_deletion {
        text.push_str(" prevent_deletion");
    }
    if let Some(tag) = field.stock_tag {
        text.push_str(&format!(" stock_tag {tag}"));
    }
    text
}

/// As [`described_field`], of a card template.
fn described_template(template: &CardTemplate) -> String {
    let mut text = format!(
        "CardTemplate {{ name: {:?}, id: {:?}, front: {:?}, back: {:?}, browser_front: {:?}, \
         browser_back: {:?}, deck: {:?} }}",
        template.name,
        template.id,
        template.front,
        template.back,
        template.browser_front,
        template.browser_back,
        template.deck
    );
    if !template.browser_font.is_empty() || template.browser_size > 0 {
        text.push_str(&format!(
            " {:?} {}",
            template.browser_font, template.browser_size
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_came_later_count_only_where_they_are_given() {
        assert!(later_settings(&Settings::default()).is_empty());
        let vault = Settings {
            vault: "Another".to_owned(),
            ..Settings::default()
        };
        assert!(later_settings(&vault).is_empty());
        let linked = Settings {
            wiki_links: WikiLinks::Obsidian,
            autolinks: false,
            ruby: true,
            percent_comments: true,
            ..vault
        };
        assert_eq!(later_settings(&linked).len(), 4);
    }
}
