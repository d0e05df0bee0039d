//! Rules about note types: their names, their templates, what they lack.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::finding::{Findings, Place, shown};
use super::{names, rules};
use crate::model::{NoteTypeKind, fold};
use crate::package::{Contents, StoredNoteType};
use crate::template::validate::validate;
use crate::template::{Template, TemplateProblemKind};

/// The note types of a package by id, with what all checks of notes ask them.
pub(super) struct Types<'a> {
    by_id: BTreeMap<i64, Type<'a>>,
    /// Ids of those that have notes.
    used: BTreeSet<i64>,
}

/// A note type with its names as they are after an import, and its fronts parsed.
pub(super) struct Type<'a> {
    pub(super) stored: &'a StoredNoteType,
    pub(super) fields: Vec<String>,
    /// `None` where a front cannot be parsed.
    pub(super) fronts: Vec<Option<Template>>,
}

impl<'a> Types<'a> {
    pub(super) fn new(contents: &'a Contents) -> Self {
        let of = |stored: &'a StoredNoteType| Type {
            stored,
            fields: stored
                .fields
                .iter()
                .map(|it| names::field_name(&it.name))
                .collect(),
            fronts: stored
                .templates
                .iter()
                .map(|it| Template::parse(&it.front).ok())
                .collect(),
        };
        Self {
            by_id: contents
                .note_types
                .iter()
                .map(|it| (it.id, of(it)))
                .collect(),
            used: contents.notes.iter().map(|it| it.note_type).collect(),
        }
    }

    pub(super) fn get(&self, id: i64) -> Option<&Type<'a>> {
        self.by_id.get(&id)
    }

    /// The note types that have notes.
    pub(super) fn used(&self) -> impl Iterator<Item = &Type<'a>> {
        self.by_id.values().filter(|it| self.is_used(it))
    }

    fn is_used(&self, note_type: &Type<'_>) -> bool {
        self.used.contains(&note_type.stored.id)
    }
}

pub(super) fn check(contents: &Contents, types: &Types<'_>, whole: bool, findings: &mut Findings) {
    let mut earlier: HashMap<String, &StoredNoteType> = HashMap::new();
    for it in types.by_id.values() {
        let folded = fold(&names::type_name(&it.stored.name));
        if let Some(other) = earlier.insert(folded, it.stored) {
            findings.add(&rules::SAME_NAME, || {
                let detail = format!("so is note type {}", other.id);
                (Place::note_type(it.stored), detail)
            });
        }
        if !types.is_used(it) {
            if !whole {
                findings.add(&rules::UNUSED_TYPE, || {
                    (Place::note_type(it.stored), String::new())
                });
            }
            continue;
        }
        check_lacks(it, findings);
        check_names(it, findings);
        check_templates(it, findings);
        check_rest(contents, it, findings);
    }
}

/// What Anki refuses where there are notes of the type.
fn check_lacks(it: &Type<'_>, findings: &mut Findings) {
    let mut lacks = |detail: String| {
        findings.add(&rules::EMPTY_NOTE_TYPE, || {
            (Place::note_type(it.stored), detail)
        });
    };
    if names::type_name(&it.stored.name).is_empty() {
        lacks("it has no name".to_owned());
    }
    if it.fields.is_empty() {
        lacks("it has no field".to_owned());
    }
    if it.stored.templates.is_empty() {
        lacks("it has no card template".to_owned());
    }
    if let Some(index) = it.fields.iter().position(String::is_empty) {
        lacks(format!("field {} has no name", index + 1));
    }
    let nameless = |name: &str| names::type_name(name).is_empty();
    let mut templates = it.stored.templates.iter();
    if let Some(index) = templates.position(|it| nameless(&it.name)) {
        lacks(format!("card template {} has no name", index + 1));
    }
}

fn check_names(it: &Type<'_>, findings: &mut Findings) {
    let stored = it.stored;
    let mut changed = |what: &str, name: &str, becomes: &str| {
        if name != becomes && !becomes.is_empty() {
            findings.add(&rules::CHANGED_NAME, || {
                let (name, becomes) = (shown(name), shown(becomes));
                let detail = format!("{what} `{name}` becomes `{becomes}`");
                (Place::note_type(stored), detail)
            });
        }
    };
    changed("it", &stored.name, &names::type_name(&stored.name));
    for (field, becomes) in stored.fields.iter().zip(&it.fields) {
        changed("field", &field.name, becomes);
    }
    let templates: Vec<String> = stored
        .templates
        .iter()
        .map(|it| names::type_name(&it.name))
        .collect();
    for (template, becomes) in stored.templates.iter().zip(&templates) {
        changed("card template", &template.name, becomes);
    }
    for (what, names) in [("fields", &it.fields), ("card templates", &templates)] {
        let mut seen = BTreeSet::new();
        if let Some(name) = names.iter().find(|name| !seen.insert(fold(name))) {
            findings.add(&rules::SAME_NAME, || {
                let detail = format!("two {what} are called `{}`", shown(name));
                (Place::note_type(stored), detail)
            });
        }
    }
}

fn check_templates(it: &Type<'_>, findings: &mut Findings) {
    let templates = &it.stored.templates;
    let sides = templates
        .iter()
        .map(|it| (it.front.as_str(), it.back.as_str()));
    let sides: Vec<(&str, &str)> = sides.collect();
    let fields: Vec<&str> = it.fields.iter().map(String::as_str).collect();
    let is_cloze = it.stored.kind == NoteTypeKind::Cloze;
    for problem in validate(&sides, &fields, is_cloze) {
        let rule = match &problem.kind {
            TemplateProblemKind::Syntax(_)
            | TemplateProblemKind::UnknownField { .. }
            | TemplateProblemKind::EmptyTag
            | TemplateProblemKind::FrontSideCondition => &rules::TEMPLATE_ERROR,
            kind if kind.is_refused() => &rules::TEMPLATE_REFUSED,
            _ => &rules::TEMPLATE_ODD,
        };
        findings.add(rule, || {
            (
                Place::note_type(it.stored),
                shown(&problem.to_string()).into_owned(),
            )
        });
    }
    if is_cloze && templates.len() > 1 {
        findings.add(&rules::TEMPLATE_ODD, || {
            let detail = "a cloze type uses its first card template alone".to_owned();
            (Place::note_type(it.stored), detail)
        });
    }
}

fn check_rest(contents: &Contents, it: &Type<'_>, findings: &mut Findings) {
    let stored = it.stored;
    let place = || Place::note_type(stored);
    let fields = stored.fields.iter().filter(|it| it.id.is_none()).count();
    let templates = stored.templates.iter().filter(|it| it.id.is_none()).count();
    if fields + templates > 0 {
        findings.add(&rules::NO_PART_IDS, || {
            (
                place(),
                format!("{fields} of its fields, {templates} of its card templates"),
            )
        });
    }
    if stored.sort_field >= stored.fields.len() {
        findings.add(&rules::SORT_FIELD, || {
            let (position, count) = (stored.sort_field, stored.fields.len());
            (place(), format!("position {position} of {count} fields"))
        });
    }
    for template in stored.templates.iter().filter(|it| it.deck.is_some()) {
        findings.add(&rules::TEMPLATE_DECK, || {
            let deck = contents
                .decks
                .iter()
                .find(|it| Some(it.id) == template.deck);
            let name = deck.map_or("a deck that is not in the package", |it| &it.name);
            let detail = format!(
                "card template `{}`: `{}`",
                shown(&template.name),
                shown(name)
            );
            (place(), detail)
        });
    }
}
