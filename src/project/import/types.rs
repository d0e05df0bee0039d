//! Note types that old files name and do not define: made of the fields that notes fill.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::Error;
use crate::model::written::{FieldKind, WrittenField, WrittenTemplate, WrittenType};
use crate::model::{CardTemplate, Field, Latex, NoteType, NoteTypeKind};
use crate::project::unpack::names::{Unique, slug};
use crate::project::unpack::notices::Notices;
use crate::project::unpack::sources::write as write_file;
use crate::source::dialect::{FrontEnd, types_named};
use crate::source::emit::{EmittedType, type_file};
use crate::source::shipped::{self, BASE_CSS};
use crate::source::types::TypeSet;

/// The types that must be made, in the order of their names.
pub(super) fn made<'a>(
    tool: FrontEnd,
    texts: impl Iterator<Item = &'a str>,
) -> Vec<Arc<WrittenType>> {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for text in texts {
        for (name, fields) in types_named(tool, text) {
            let known = named.entry(name).or_default();
            for field in fields {
                if !known.iter().any(|it| unicase::eq(it, &field)) {
                    known.push(field);
                }
            }
        }
    }
    let mut keys = Unique::default();
    for it in shipped::types() {
        keys.reserve(&it.key);
    }
    keys.reserve("bidirectional");
    let types = named.into_iter().filter_map(|(name, fields)| {
        let key = match slug(&name).as_str() {
            "" => keys.take("type", ""),
            slug => keys.take(slug, ""),
        };
        made_type(tool, key, &name, &fields).map(Arc::new)
    });
    types.collect()
}

/// These types and those that are shipped.
pub(super) fn set(made: &[Arc<WrittenType>]) -> TypeSet {
    TypeSet::new(shipped::types().iter().chain(made).cloned().collect())
}

fn made_type(tool: FrontEnd, key: String, name: &str, fields: &[String]) -> Option<WrittenType> {
    let first = fields.first()?;
    let is_cloze = name.to_lowercase().contains("cloze");
    let shown: Vec<String> = fields
        .iter()
        .skip(1)
        .map(|it| format!("{{{{{it}}}}}"))
        .collect();
    let shown = shown.join("<br>\n");
    let template = if is_cloze {
        let front = format!("{{{{cloze:{first}}}}}");
        CardTemplate::new("Cloze", front.clone(), format!("{front}<br>\n{shown}"))
    } else {
        let back = format!("{{{{FrontSide}}}}\n<hr id=answer>\n{shown}");
        CardTemplate::new("Card 1", format!("{{{{{first}}}}}"), back)
    };
    let builder = NoteType::builder(name)
        .fields(fields.iter().map(Field::new))
        .css(BASE_CSS)
        .card_template(template);
    let builder = if is_cloze { builder.cloze() } else { builder };
    // Names that Anki does not take are told with the notes.
    let (note_type, _) = builder.try_build().ok()?;
    let kind = match tool {
        FrontEnd::Ki => FieldKind::Html,
        _ => FieldKind::Markdown,
    };
    let field = |it: &String| WrittenField {
        key: it.clone(),
        kind,
        ..WrittenField::default()
    };
    Some(WrittenType {
        folder: format!("types/{key}"),
        fields: fields.iter().map(field).collect(),
        templates: vec![WrittenTemplate::default()],
        ..WrittenType::of(key, note_type)
    })
}

/// Writes the types that were made.
pub(super) fn write(
    folder: &Path,
    made: &[Arc<WrittenType>],
    notices: &mut Notices,
) -> Result<(), Error> {
    let latex = Latex::default();
    for it in made {
        let note_type = &it.note_type;
        let html: Vec<bool> = it
            .fields
            .iter()
            .map(|it| it.kind == FieldKind::Html)
            .collect();
        // The project gives ids of its own.
        let without = |it: &Field| Field {
            id: None,
            ..it.clone()
        };
        let fields: Vec<Field> = note_type.fields().iter().map(without).collect();
        let without = |it: &CardTemplate| CardTemplate {
            id: None,
            ..it.clone()
        };
        let templates: Vec<CardTemplate> = note_type.templates().iter().map(without).collect();
        let emitted = EmittedType {
            key: &it.key,
            name: note_type.name(),
            id: None,
            kind: note_type.kind(),
            stock_kind: 0,
            original_id: None,
            sort_field: 0,
            fields: &fields,
            html_fields: &html,
            templates: &templates,
            css: note_type.css(),
            latex: &latex,
        };
        let (text, files) = type_file(&emitted);
        let path = format!("types/{}", it.key);
        write_file(folder, &format!("{path}/type.yaml"), &text)?;
        for file in files {
            write_file(folder, &format!("{path}/{}", file.name), &file.text)?;
        }
        let kind = match note_type.kind() {
            NoteTypeKind::Cloze => " of clozes",
            NoteTypeKind::Normal => "",
        };
        notices.changed(format!(
            "the note type `{}` is not in these files; {path} is one{kind} with the fields that notes fill: put your card templates there",
            note_type.name()
        ));
    }
    Ok(())
}
