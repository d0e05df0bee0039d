//! The note types of a package as those of a project.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::names::{Unique, slug};
use super::{Notices, masks};
use crate::identity::type_content;
use crate::model::written::{WrittenField, WrittenTemplate, WrittenType};
use crate::model::{CardTemplate, Field, NoteType, NoteTypeBuilder};
use crate::package::{Contents, StoredField, StoredNoteType};
use crate::source::emit::EmittedType;
use crate::source::shipped;

/// A note type on its way into a project.
pub(in crate::project) struct PlannedType<'c> {
    pub(super) stored: &'c StoredNoteType,
    /// The key that sources name it by.
    pub(in crate::project) key: String,
    name: String,
    pub(super) fields: Vec<Field>,
    pub(super) templates: Vec<CardTemplate>,
    /// The type as a build reads it; `None` where it has mistakes that a build refuses.
    pub(super) written: Option<Arc<WrittenType>>,
    /// Whether deckle ships this very type, so that no file is needed.
    pub(super) shipped: bool,
    /// The field that holds masks.
    pub(super) masks: Option<usize>,
    /// Which fields hold HTML by default.
    pub(in crate::project) html_fields: Vec<bool>,
}

/// The note types that have notes, in the order of their ids, and where each stands.
pub(super) fn plan<'c>(
    contents: &'c Contents,
    notices: &mut Notices,
) -> (Vec<PlannedType<'c>>, BTreeMap<i64, usize>) {
    let used: BTreeSet<i64> = contents.notes.iter().map(|it| it.note_type).collect();
    let mut keys = Unique::default();
    for it in shipped::types() {
        keys.reserve(&it.key);
    }
    keys.reserve("bidirectional");
    let mut types = Vec::new();
    let mut places = BTreeMap::new();
    let mut unused = 0;
    for stored in &contents.note_types {
        if used.contains(&stored.id) {
            places.insert(stored.id, types.len());
            types.push(planned(stored, &mut keys, notices));
        } else {
            unused += 1;
        }
    }
    notices.count_lost(
        unused,
        "note type without notes",
        "note types without notes",
    );
    (types, places)
}

/// A note type as that of a project, under a key that is still free.
pub(in crate::project) fn planned<'c>(
    stored: &'c StoredNoteType,
    keys: &mut Unique,
    notices: &mut Notices,
) -> PlannedType<'c> {
    let name = clean_name(&stored.name, "Note type");
    let (fields, templates) = (fields(stored), templates(stored));
    let renamed = name != stored.name
        || fields
            .iter()
            .zip(&stored.fields)
            .any(|(one, other)| one.name != other.name)
        || templates
            .iter()
            .zip(&stored.templates)
            .any(|(one, other)| one.name != other.name);
    if renamed {
        notices.changed(format!(
            "names in the note type `{name}` are written as Anki would write them"
        ));
    }
    if stored.fields.iter().any(|it| !(1..=500).contains(&it.size)) {
        notices.changed(format!("a font of the note type `{name}` has a size now"));
    }
    let foreign = |it: &str| !it.is_empty() && it != "{}";
    let kept_by_others = foreign(&stored.other)
        || stored.fields.iter().any(|it| foreign(&it.other))
        || stored.templates.iter().any(|it| foreign(&it.other));
    if kept_by_others {
        notices.lost(format!("what add-ons keep in the note type `{name}`"));
    }
    let built = builder(stored, &name, &fields, &templates).try_build();
    let mut planned = PlannedType {
        stored,
        key: String::new(),
        name,
        html_fields: vec![false; fields.len()],
        fields,
        templates,
        written: None,
        shipped: false,
        masks: None,
    };
    match built {
        Ok((note_type, _)) => {
            planned.masks = masks::field_of(&note_type);
            let same = |it: &&Arc<WrittenType>| {
                it.note_type.id() == note_type.id()
                    && type_content(&it.note_type) == type_content(&note_type)
            };
            if let Some(found) = shipped::types().iter().find(same) {
                planned.key.clone_from(&found.key);
                planned.shipped = true;
                planned.written = Some(found.clone());
                return planned;
            }
            planned.key = key(stored, &planned.name, keys);
            planned.written = Some(Arc::new(written(&planned, note_type)));
        }
        Err(problems) => {
            planned.key = key(stored, &planned.name, keys);
            let errors = problems.iter().filter(|it| it.is_error());
            let errors: Vec<String> = errors.map(ToString::to_string).collect();
            notices.broken(format!(
                "the note type `{}` has mistakes that Anki shows on its cards; mend types/{}: {}",
                planned.name,
                planned.key,
                errors.join("; ")
            ));
        }
    }
    planned
}

fn key(stored: &StoredNoteType, name: &str, keys: &mut Unique) -> String {
    // An older version of a shipped type takes its place.
    if let Some(found) = shipped::types()
        .iter()
        .find(|it| it.note_type.id() == stored.id)
    {
        return found.key.clone();
    }
    let slug = slug(name);
    let is_shipped = shipped::types().iter().any(|it| it.key == slug);
    if slug.is_empty() {
        keys.take("type", "")
    } else if is_shipped {
        keys.take(&format!("anki-{slug}"), "")
    } else {
        keys.take(&slug, "")
    }
}

fn builder(
    stored: &StoredNoteType,
    name: &str,
    fields: &[Field],
    templates: &[CardTemplate],
) -> NoteTypeBuilder {
    let mut builder = NoteType::builder(name)
        .id(stored.id)
        .stock_kind(stored.original_stock_kind)
        .fields(fields.iter().cloned())
        .css(stored.css.as_str())
        .latex_preamble(stored.latex.preamble.as_str())
        .latex_postamble(stored.latex.postamble.as_str())
        .latex_svg(stored.latex.svg)
        .modified(stored.modified);
    if let Some(id) = stored.original_id {
        builder = builder.original_id(id);
    }
    if stored.kind == crate::model::NoteTypeKind::Cloze {
        builder = builder.cloze();
    }
    if let Some(field) = fields.get(sort_field(stored)) {
        builder = builder.sort_field(field.name.as_str());
    }
    templates
        .iter()
        .fold(builder, |builder, it| builder.card_template(it.clone()))
}

/// Anki takes the last field where the number is too high.
fn sort_field(stored: &StoredNoteType) -> usize {
    stored.sort_field.min(stored.fields.len().saturating_sub(1))
}

fn written(planned: &PlannedType<'_>, note_type: NoteType) -> WrittenType {
    let field = |it: &Field| WrittenField {
        key: it.name.clone(),
        ..WrittenField::default()
    };
    let template = |it: &CardTemplate| WrittenTemplate {
        key: it.name().to_owned(),
        ..WrittenTemplate::default()
    };
    WrittenType {
        has_id: true,
        fields: planned.fields.iter().map(field).collect(),
        templates: planned.templates.iter().map(template).collect(),
        folder: format!("types/{}", planned.key),
        ..WrittenType::of(planned.key.as_str(), note_type)
    }
}

fn fields(stored: &StoredNoteType) -> Vec<Field> {
    let mut names = Vec::new();
    let mut fields = Vec::new();
    for it in &stored.fields {
        let name = unique(field_name(it), &mut names);
        let size = if (1..=500).contains(&it.size) {
            it.size
        } else {
            20
        };
        let mut field = Field::new(name)
            .font(it.font.as_str(), size)
            .right_to_left(it.rtl)
            .sticky(it.sticky)
            .description(it.description.as_str())
            .collapsed(it.collapsed)
            .plain_text(it.plain_text)
            .exclude_from_search(it.exclude_from_search)
            .prevent_deletion(it.prevent_deletion);
        if let Some(id) = it.id {
            field = field.id(id);
        }
        if let Some(tag) = it.tag {
            field = field.stock_tag(tag);
        }
        fields.push(field);
    }
    fields
}

fn templates(stored: &StoredNoteType) -> Vec<CardTemplate> {
    let mut names = Vec::new();
    let mut templates = Vec::new();
    for it in &stored.templates {
        let name = unique(clean_name(&it.name, "Card"), &mut names);
        let mut template = CardTemplate::new(name, it.front.as_str(), it.back.as_str())
            .browser(it.browser_front.as_str(), it.browser_back.as_str())
            .browser_font(it.browser_font.as_str(), it.browser_size.min(500));
        if let Some(id) = it.id {
            template = template.id(id);
        }
        templates.push(template);
    }
    templates
}

/// As an import writes the name of a field (measured on Anki 26.9.3 and 25.9.2).
fn field_name(field: &StoredField) -> String {
    let kept = field
        .name
        .nfc()
        .filter(|it| !it.is_control() && !":{}\"".contains(*it));
    let kept: String = kept.collect();
    let name = kept.trim().trim_start_matches(['#', '/', '^']).trim();
    if name.is_empty() {
        "Field".to_owned()
    } else {
        name.to_owned()
    }
}

/// As an import writes the name of a note type or card template.
fn clean_name(name: &str, empty: &str) -> String {
    let name: String = name
        .nfc()
        .filter(|it| !it.is_control() && *it != '"')
        .collect();
    if name.trim().is_empty() {
        empty.to_owned()
    } else {
        name
    }
}

fn unique(mut name: String, names: &mut Vec<String>) -> String {
    while names.contains(&name.to_lowercase()) {
        name.push('+');
    }
    names.push(name.to_lowercase());
    name
}

impl PlannedType<'_> {
    /// Writes it as a type of the project in the place of the shipped one, which asks for fields
    /// that its notes leave empty.
    pub(super) fn make_own(&mut self) {
        self.shipped = false;
        if let Some(shipped) = &self.written {
            self.written = Some(Arc::new(written(self, shipped.note_type.clone())));
        }
    }

    pub(in crate::project) fn emitted(&self) -> EmittedType<'_> {
        EmittedType {
            key: &self.key,
            name: &self.name,
            id: Some(self.stored.id),
            kind: self.stored.kind,
            stock_kind: self.stored.original_stock_kind,
            original_id: self.stored.original_id,
            sort_field: sort_field(self.stored),
            fields: &self.fields,
            html_fields: &self.html_fields,
            templates: &self.templates,
            css: &self.stored.css,
            latex: &self.stored.latex,
        }
    }
}
