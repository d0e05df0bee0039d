//! Note types: which one of the server is the package's, what of it changes, and where a new one is
//! needed.
//!
//! A sync cannot change how many fields or card templates a note type has: the server refuses it,
//! and a changed schema would ask every device for a sync in one direction. So a note type that
//! grows is succeeded by a new one, which says whose heir it is (`originalId`), and the notes are
//! moved to it with their ids and cards (measured on Anki 26.9.3: an ordinary sync, schedules stay).

use std::collections::BTreeMap;

use serde_json::Value;

use super::fresh;
use super::ids::Ids;
use super::merge::Merge;
use super::parts::{self, Part, places};
use crate::model::{NoteTypeKind, fold};
use crate::package::{Side, StoredNoteType};
use crate::sync::pushed::Pushed;
use crate::sync::rows::Object;
use crate::sync::state::State;

const TYPE_KEYS: &[&str] = &["css", "latexPre", "latexPost", "latexsvg"];
const FIELD_KEYS: &[&str] = &[
    "name",
    "rtl",
    "font",
    "size",
    "description",
    "plainText",
    "collapsed",
    "excludeFromSearch",
    "tag",
    "preventDeletion",
];
const TEMPLATE_KEYS: &[&str] = &["name", "qfmt", "afmt", "bqfmt", "bafmt", "bfont", "bsize"];

/// The note type of the server that notes of one of the package's get.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) id: i64,
    pub(super) kind: NoteTypeKind,
    /// For each field its position in the package's note type.
    pub(super) fields: Vec<Option<usize>>,
    /// Note types of the server whose notes these are, and for each field here its position there.
    pub(super) from: BTreeMap<i64, Vec<Option<usize>>>,
    /// For each card template of the package its ordinal here.
    pub(super) templates: Vec<usize>,
    /// As it will be.
    pub(super) object: Object,
    /// Whether fronts are new or changed, so that notes may lack cards.
    pub(super) makes_cards: bool,
}

/// What becomes of the package's note types, by their ids there; those that another kind of note
/// type keeps from coming are missing.
#[derive(Default)]
pub(super) struct NoteTypes {
    pub(super) targets: BTreeMap<i64, Target>,
    /// What is to be sent.
    pub(super) sent: Vec<Object>,
    /// How many of these are new.
    pub(super) added: usize,
}

impl NoteTypes {
    pub(super) fn plan(
        state: &State,
        new: &Side<'_>,
        base: Option<&Side<'_>>,
        now: i64,
        told: &mut Pushed,
    ) -> Self {
        let guids = state.notes.values();
        let mut usage: BTreeMap<i64, usize> = BTreeMap::new();
        for note in guids.filter(|it| new.notes.contains_key(it.guid.as_str())) {
            *usage.entry(note.note_type).or_default() += 1;
        }
        let mut planned = Self::default();
        let mut ids = Ids::new(state.note_types.keys().copied());
        for (id, own) in &new.note_types {
            let before = base.and_then(|it| it.note_types.get(id)).copied();
            let family = relatives(state, own);
            if family.is_empty() {
                if state.note_types.contains_key(id) {
                    // Of another kind: its notes cannot be these.
                    continue;
                }
                planned.add(own, &mut ids, told);
            } else {
                let growth = Growth { own, before, now };
                let (target, change) = growth.plan(&family, &usage, state, &mut ids, told);
                planned.added += usize::from(matches!(change, Change::New));
                if !matches!(change, Change::None) {
                    planned.sent.push(target.object.clone());
                }
                planned.targets.insert(*id, target);
            }
        }
        planned
    }

    fn add(&mut self, own: &StoredNoteType, ids: &mut Ids, told: &mut Pushed) {
        let object = fresh::note_type(own);
        let all = (0..own.fields.len()).map(Some).collect();
        told.note_types.push(own.name.clone());
        self.added += 1;
        self.sent.push(object.clone());
        let target = Target {
            id: ids.take(own.id),
            kind: own.kind,
            fields: all,
            from: BTreeMap::new(),
            templates: (0..own.templates.len()).collect(),
            object,
            makes_cards: false,
        };
        self.targets.insert(own.id, target);
    }
}

/// Whether a note type goes out.
enum Change {
    None,
    Changed,
    New,
}

/// A note type of the server that is the package's, or was made of it.
struct Member<'a> {
    id: i64,
    object: &'a Object,
    fields: Vec<Object>,
    templates: Vec<Object>,
    /// For each part of the package its position here.
    field_places: Vec<Option<usize>>,
    template_places: Vec<Option<usize>>,
}

impl Member<'_> {
    /// Whether it has all that the package has.
    fn is_whole(&self) -> bool {
        let mut all = self.field_places.iter().chain(&self.template_places);
        all.all(Option::is_some)
    }
}

/// The note types of the server that are the package's, or were made of it.
fn relatives<'a>(state: &'a State, own: &StoredNoteType) -> Vec<Member<'a>> {
    let fields = parts::fields_of(own);
    let templates = parts::templates_of(own);
    let kind = match own.kind {
        NoteTypeKind::Normal => 0,
        NoteTypeKind::Cloze => 1,
    };
    let mut members = Vec::new();
    for (id, object) in &state.note_types {
        let original = object.get("originalId").and_then(Value::as_i64);
        let is_related = *id == own.id || original == Some(own.id);
        if !is_related || object.get("type").and_then(Value::as_i64) != Some(kind) {
            continue;
        }
        let there = parts::list(object, "flds");
        let sides = parts::list(object, "tmpls");
        members.push(Member {
            id: *id,
            object,
            field_places: places(&fields, &parts::of_objects(&there)),
            template_places: match own.kind {
                NoteTypeKind::Normal => places(&templates, &parts::of_objects(&sides)),
                // There is one, whatever its name.
                NoteTypeKind::Cloze => vec![Some(0); templates.len().min(sides.len())],
            },
            fields: there,
            templates: sides,
        });
    }
    members
}

/// A note type of the package, and what is known of its past.
struct Growth<'a> {
    own: &'a StoredNoteType,
    before: Option<&'a StoredNoteType>,
    now: i64,
}

impl Growth<'_> {
    fn plan(
        &self,
        family: &[Member<'_>],
        usage: &BTreeMap<i64, usize>,
        state: &State,
        ids: &mut Ids,
        told: &mut Pushed,
    ) -> (Target, Change) {
        let rank = |it: &&Member<'_>| {
            let used = usage.get(&it.id).copied().unwrap_or_default();
            let is_own = it.id == self.own.id;
            (it.is_whole(), used, is_own, it.id)
        };
        let Some(best) = family.iter().max_by_key(rank) else {
            // Nobody calls this with an empty family.
            return (self.unchanged(&Object::new(), 0), Change::None);
        };
        let mut merge = Merge::new(self.own.modified > modified(best.object));
        let mut object = best.object.clone();
        let old_fronts = fronts(&best.templates);
        let name = self.name(best);
        let (fields, templates) = self.parts(best, &mut merge);
        let own = fresh::note_type(self.own);
        let before = self.before.map(fresh::note_type);
        merge.object(&mut object, &own, before.as_ref(), TYPE_KEYS);
        let was = self.before.map(|it| Value::from(it.name.as_str()));
        let is_renamed = merge.takes(Some(&name), &self.own.name.as_str().into(), was.as_ref());
        if is_renamed {
            let free = free_name(&self.own.name, best.id, state);
            object.insert("name".to_owned(), free.into());
        }
        let mut change = Change::None;
        let (fields, templates) = match best.is_whole() {
            true => {
                if !is_in_order(&best.field_places, best.fields.len())
                    || !is_in_order(&best.template_places, best.templates.len())
                {
                    told.shapes_kept.push(self.own.name.clone());
                }
                (fields, templates)
            }
            false => {
                change = Change::New;
                self.grown(best, fields, templates)
            }
        };
        let makes_cards = old_fronts != fronts(&templates);
        let sort = self.sort_field(&fields);
        fresh::put_fields(&mut object, fields);
        if let Some(sort) = sort {
            let was = self.before.and_then(|_| best.object.get("sortf").cloned());
            if merge.takes(best.object.get("sortf"), &sort.into(), was.as_ref()) {
                object.insert("sortf".to_owned(), sort.into());
            }
        }
        fresh::put_templates(&mut object, templates);
        let mut id = best.id;
        if matches!(change, Change::New) {
            id = ids.take(self.own.id);
            let free = free_name(&self.own.name, id, state);
            object.insert("id".to_owned(), id.into());
            object.insert("name".to_owned(), free.into());
            object.insert("originalId".to_owned(), self.own.id.into());
            object.insert("mod".to_owned(), self.now.into());
            told.reshaped.push(self.own.name.clone());
        } else if merge.taken {
            change = Change::Changed;
            let time = self.own.modified.max(modified(best.object) + 1);
            object.insert("mod".to_owned(), time.into());
            told.restyled.push(self.own.name.clone());
        }
        if merge.overwritten {
            told.styles_overwritten.push(self.own.name.clone());
        }
        if merge.kept {
            told.styles_kept.push(self.own.name.clone());
        }
        let mut target = self.unchanged(&object, id);
        target.makes_cards = makes_cards;
        target.from = sources(family, &target.object);
        (target, change)
    }

    /// The note type's name there, without the signs that a server puts behind the name of an heir.
    fn name(&self, best: &Member<'_>) -> Value {
        let there = fresh::text(best.object, "name");
        let bare = there.trim_end_matches('+');
        let own = self.own.name.as_str();
        match bare == own && best.object.contains_key("originalId") {
            true => own.into(),
            false => there.into(),
        }
    }

    /// The parts of the server's note type with what the author changed in them.
    fn parts(&self, best: &Member<'_>, merge: &mut Merge) -> (Vec<Object>, Vec<Object>) {
        let mut fields = best.fields.clone();
        let old = self.before.map(parts::fields_of);
        let old = before_places(&parts::fields_of(self.own), old.as_deref());
        for (index, place) in best.field_places.iter().enumerate() {
            let there = place.and_then(|it| fields.get_mut(it));
            let (Some(there), Some(own)) = (there, self.own.fields.get(index)) else {
                continue;
            };
            let was = old.get(index).copied().flatten();
            let was = was.and_then(|it| self.before?.fields.get(it));
            let was = was.map(fresh::field);
            merge.object(there, &fresh::field(own), was.as_ref(), FIELD_KEYS);
        }
        let mut templates = best.templates.clone();
        let old = self.before.map(parts::templates_of);
        let old = before_places(&parts::templates_of(self.own), old.as_deref());
        for (index, place) in best.template_places.iter().enumerate() {
            let there = place.and_then(|it| templates.get_mut(it));
            let (Some(there), Some(own)) = (there, self.own.templates.get(index)) else {
                continue;
            };
            let was = old.get(index).copied().flatten();
            let was = was.and_then(|it| self.before?.templates.get(it));
            let was = was.map(fresh::template);
            merge.object(there, &fresh::template(own), was.as_ref(), TEMPLATE_KEYS);
        }
        (fields, templates)
    }

    /// Fields in the author's order, behind them those of the learner's own; card templates in the
    /// order of the cards that there are, behind them the new ones.
    fn grown(
        &self,
        best: &Member<'_>,
        fields: Vec<Object>,
        mut templates: Vec<Object>,
    ) -> (Vec<Object>, Vec<Object>) {
        let mut there: Vec<Option<Object>> = fields.into_iter().map(Some).collect();
        let mut grown = Vec::new();
        for (own, place) in self.own.fields.iter().zip(&best.field_places) {
            let held = place
                .and_then(|it| there.get_mut(it))
                .and_then(Option::take);
            grown.push(held.unwrap_or_else(|| fresh::field(own)));
        }
        let rest: Vec<Object> = there.into_iter().flatten().collect();
        let known = self.before.map(parts::fields_of);
        let authors = places(&parts::of_objects(&rest), &known.unwrap_or_default());
        for (field, author) in rest.into_iter().zip(authors) {
            // What the author took out goes with the old note type.
            if author.is_none() {
                grown.push(field);
            }
        }
        for (own, place) in self.own.templates.iter().zip(&best.template_places) {
            if place.is_none() {
                templates.push(fresh::template(own));
            }
        }
        (grown, templates)
    }

    fn sort_field(&self, fields: &[Object]) -> Option<usize> {
        let own = parts::fields_of(self.own);
        let found = places(&own, &parts::of_objects(fields));
        found.get(self.own.sort_field).copied().flatten()
    }

    fn unchanged(&self, object: &Object, id: i64) -> Target {
        let fields = parts::of_objects(&parts::list(object, "flds"));
        let templates = parts::of_objects(&parts::list(object, "tmpls"));
        let found = places(&parts::templates_of(self.own), &templates);
        Target {
            id,
            kind: self.own.kind,
            fields: places(&fields, &parts::fields_of(self.own)),
            from: BTreeMap::new(),
            templates: found
                .into_iter()
                .enumerate()
                .map(|(index, it)| it.unwrap_or(index))
                .collect(),
            object: object.clone(),
            makes_cards: false,
        }
    }
}

/// The members whose notes can be moved to the target: all their cards keep their ordinals.
fn sources(family: &[Member<'_>], target: &Object) -> BTreeMap<i64, Vec<Option<usize>>> {
    let fields = parts::of_objects(&parts::list(target, "flds"));
    let templates = parts::of_objects(&parts::list(target, "tmpls"));
    let mut found = BTreeMap::new();
    for it in family {
        let own = parts::of_objects(&it.templates);
        let kept = places(&own, &templates).into_iter().enumerate();
        let is_cloze = target.get("type").and_then(Value::as_i64) == Some(1);
        if is_cloze || kept.into_iter().all(|(index, place)| place == Some(index)) {
            found.insert(it.id, places(&fields, &parts::of_objects(&it.fields)));
        }
    }
    found
}

fn before_places(own: &[Part], before: Option<&[Part]>) -> Vec<Option<usize>> {
    places(own, before.unwrap_or_default())
}

fn is_in_order(places: &[Option<usize>], count: usize) -> bool {
    let mut pairs = places.iter().enumerate();
    places.len() == count && pairs.all(|(index, it)| *it == Some(index))
}

fn fronts(templates: &[Object]) -> Vec<String> {
    let fronts = templates.iter().map(|it| fresh::text(it, "qfmt"));
    fronts.map(str::to_owned).collect()
}

fn modified(object: &Object) -> i64 {
    let time = object.get("mod").and_then(Value::as_i64);
    time.unwrap_or_default()
}

/// The name, with as many `+` as no other note type has it with.
fn free_name(name: &str, id: i64, state: &State) -> String {
    let others = state.note_types.iter().filter(|(it, _)| **it != id);
    let taken: Vec<String> = others
        .map(|(_, it)| fold(fresh::text(it, "name")))
        .collect();
    let mut name = name.to_owned();
    while taken.contains(&fold(&name)) {
        name.push('+');
    }
    name
}
