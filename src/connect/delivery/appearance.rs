//! Templates and style sheets of note types. An import replaces those of an older note type; where
//! that is not enough, and a learner left them as the base brought them, they are written.

use std::collections::{BTreeMap, BTreeSet};

use super::held::Held;
use super::{Client, Delivered};
use crate::Error;
use crate::package::{Side, StoredNoteType};

/// Fronts and backs by the names of their templates, and the style sheet.
type Look = (BTreeMap<String, (String, String)>, String);

/// What the collection has of the package's note types.
#[derive(Default)]
pub(super) struct Appearance {
    /// Ids of those that lack fields or templates of the package: an import merges them.
    merged: BTreeSet<i64>,
    stale: bool,
    /// Names of those whose fields or templates are others than the package's, in any way.
    reshaped: Vec<String>,
    /// Names of those that a learner changed.
    edited: Vec<String>,
    /// Names in the collection, by ids.
    names: BTreeMap<i64, String>,
}

/// How a note type of the collection stands to the package's.
enum Standing {
    Same,
    /// As the base has it, or as nobody knows.
    Older,
    /// Changed by a learner.
    Edited,
}

impl Appearance {
    pub(super) fn look(
        client: &Client,
        held: &Held,
        new: &Side<'_>,
        base: Option<&Side<'_>>,
    ) -> Result<Self, Error> {
        let there = held.note_types.iter();
        let mut names: BTreeMap<i64, String> =
            there.map(|(name, id)| (*id, name.clone())).collect();
        names.retain(|id, _| new.note_types.contains_key(id));
        let mut appearance = Self::default();
        for (id, name) in &names {
            let Some(own) = new.note_types.get(id) else {
                continue;
            };
            let found = of_collection(client, name)?;
            let fields = client.field_names(name)?;
            if !has_all(&fields, &found, own) {
                appearance.merged.insert(*id);
                appearance.stale = true;
            }
            if !has_shape(&fields, &found, own) {
                appearance.reshaped.push(name.clone());
            }
            match standing(&found, own, before(base, *id)) {
                Standing::Same => {}
                Standing::Older => appearance.stale = true,
                Standing::Edited => appearance.edited.push(name.clone()),
            }
        }
        appearance.names = names;
        Ok(appearance)
    }

    /// Whether an import would change a note type.
    pub(super) fn is_stale(&self) -> bool {
        self.stale
    }

    /// The ids of the note types that an import merges.
    pub(super) fn merged(&self) -> &BTreeSet<i64> {
        &self.merged
    }

    /// The names of the note types whose fields or templates are not just those of the package.
    pub(super) fn reshaped(&self) -> &[String] {
        &self.reshaped
    }

    pub(super) fn tell(&self, delivery: &mut Delivered) {
        delivery.one_way_sync = !self.merged.is_empty();
        delivery.styles_kept.clone_from(&self.edited);
    }

    /// After an import: writes what it left as the base has it, and tells what a learner changed.
    pub(super) fn settle(
        &self,
        client: &Client,
        new: &Side<'_>,
        base: Option<&Side<'_>>,
        delivery: &mut Delivered,
    ) -> Result<(), Error> {
        delivery.styles_kept.clear();
        for (id, name) in &self.names {
            let Some(own) = new.note_types.get(id) else {
                continue;
            };
            let before = before(base, *id);
            let found = of_collection(client, name)?;
            match standing(&found, own, before) {
                Standing::Same => {}
                // AnkiConnect writes a whole note type. One that does not show its new fields yet
                // would lose them.
                Standing::Older
                    if before.is_some() && has_all(&client.field_names(name)?, &found, own) =>
                {
                    let (templates, css) = of_package(own);
                    client.set_templates(name, &templates)?;
                    client.set_styling(name, &css)?;
                    delivery.restyled.push(name.clone());
                }
                // Where nobody knows what was before, Anki took the learner's for newer.
                _ => delivery.styles_kept.push(name.clone()),
            }
        }
        Ok(())
    }
}

fn before<'a>(base: Option<&Side<'a>>, id: i64) -> Option<&'a StoredNoteType> {
    base.and_then(|it| it.note_types.get(&id)).copied()
}

/// Whether the collection has all fields and templates of the package's note type.
fn has_all(fields: &[String], found: &Look, own: &StoredNoteType) -> bool {
    let has_fields = own.fields.iter().all(|it| fields.contains(&it.name));
    let mut templates = own.templates.iter();
    has_fields && templates.all(|it| found.0.contains_key(&it.name))
}

/// Whether the collection has them, and no others.
fn has_shape(fields: &[String], found: &Look, own: &StoredNoteType) -> bool {
    let names = own.fields.iter().map(|it| it.name.as_str());
    has_all(fields, found, own)
        && found.0.len() == own.templates.len()
        && names.eq(fields.iter().map(String::as_str))
}

fn standing(found: &Look, own: &StoredNoteType, before: Option<&StoredNoteType>) -> Standing {
    let own = of_package(own);
    // Templates beyond the package's are the learner's, and stay.
    let has = |look: &Look| {
        let mut templates = look.0.iter();
        found.1 == look.1 && templates.all(|(name, sides)| found.0.get(name) == Some(sides))
    };
    if has(&own) {
        return Standing::Same;
    }
    match before.map(of_package) {
        Some(before) if !has(&before) => Standing::Edited,
        _ => Standing::Older,
    }
}

fn of_collection(client: &Client, name: &str) -> Result<Look, Error> {
    Ok((client.templates(name)?, client.styling(name)?))
}

fn of_package(note_type: &StoredNoteType) -> Look {
    let templates = note_type.templates.iter();
    let sides = templates.map(|it| (it.name.clone(), (it.front.clone(), it.back.clone())));
    (sides.collect(), note_type.css.clone())
}
