//! A note type as the blobs of schema 18.

use super::note_type_rows::{FieldRow, NoteTypeRow, TemplateRow};
use super::proto::{CardRequirement, FieldConfig, NoteTypeConfig, TemplateConfig};

/// How a card template depends on fields: the word of schema 11 at the number of schema 18.
const REQUIREMENTS: [&str; 3] = ["none", "any", "all"];

pub(super) fn note_type(row: &NoteTypeRow) -> NoteTypeConfig {
    NoteTypeConfig {
        kind: row.kind.into(),
        sort_field_idx: number(row.sortf),
        css: row.css.clone(),
        target_deck_id_unused: row.did.unwrap_or_default(),
        latex_pre: row.latex_pre.clone(),
        latex_post: row.latex_post.clone(),
        latex_svg: row.latex_svg,
        reqs: row.req.iter().map(requirement).collect(),
        original_stock_kind: i32::try_from(row.original_stock_kind).unwrap_or_default(),
        original_id: row.original_id,
        other: Vec::new(),
    }
}

pub(super) fn field(row: &FieldRow) -> FieldConfig {
    FieldConfig {
        sticky: row.sticky,
        rtl: row.rtl,
        font_name: row.font.clone(),
        font_size: row.size,
        description: row.description.clone(),
        plain_text: row.plain_text,
        collapsed: row.collapsed,
        exclude_from_search: row.exclude_from_search,
        id: row.id,
        tag: row.tag,
        prevent_deletion: row.prevent_deletion,
        other: Vec::new(),
    }
}

pub(super) fn template(row: &TemplateRow) -> TemplateConfig {
    TemplateConfig {
        q_format: row.qfmt.clone(),
        a_format: row.afmt.clone(),
        q_format_browser: row.bqfmt.clone(),
        a_format_browser: row.bafmt.clone(),
        target_deck_id: row.did.unwrap_or_default(),
        browser_font_name: row.bfont.clone(),
        browser_font_size: row.bsize,
        id: row.id,
        other: Vec::new(),
    }
}

fn requirement((ord, kind, fields): &(usize, String, Vec<usize>)) -> CardRequirement {
    let kind = REQUIREMENTS.iter().position(|it| it == kind);
    CardRequirement {
        card_ord: number(*ord),
        kind: i32::try_from(kind.unwrap_or_default()).unwrap_or_default(),
        field_ords: fields.iter().map(|it| number(*it)).collect(),
    }
}

/// Positions of fields and card templates: there are never 2³² of them.
pub(super) fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::model::{CardTemplate, Field, NoteType};

    fn example() -> NoteTypeRow {
        let note_type = NoteType::builder("Words")
            .id(77)
            .field(Field::new("Word").font("Arial", 30).right_to_left(true))
            .field("Meaning")
            .card_template(
                CardTemplate::new("Forward", "{{Word}}", "{{Meaning}}").browser("{{Word}}", ""),
            )
            .template("Backward", "{{Meaning}}{{Word}}", "{{Word}}")
            .sort_field("Meaning")
            .css(".card {}")
            .build()
            .unwrap();
        NoteTypeRow::new(&note_type, 5)
    }

    #[test]
    fn bytes_are_those_of_the_format() {
        let mut row = example();
        let mut config = note_type(&row);
        config.latex_pre.clear();
        config.latex_post.clear();
        // Sort field 1, the CSS, and per card template which fields it needs.
        assert_eq!(
            config.encode_to_vec(),
            b"\x10\x01\x1a\x08.card {}\x42\x05\x10\x01\x1a\x01\x00\x42\x08\x08\x01\x10\x01\x1a\x02\x00\x01"
        );
        row.flds[0].id = Some(-1);
        assert_eq!(
            field(&row.flds[0]).encode_to_vec(),
            b"\x10\x01\x1a\x05Arial\x20\x1e\x48\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
        );
        row.tmpls[0].id = Some(0);
        assert_eq!(
            template(&row.tmpls[0]).encode_to_vec(),
            b"\x0a\x08{{Word}}\x12\x0b{{Meaning}}\x1a\x08{{Word}}\x40\x00"
        );
    }
}
