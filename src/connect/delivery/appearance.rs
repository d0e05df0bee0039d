//! Templates and style sheets of note types. An import replaces those of an older note type; where
//! that is not enough, and a learner left them as the base brought them, they are written.

use std::collections::BTreeMap;

use super::Client;
use super::held::Held;
use super::side::Side;
use crate::Error;
use crate::package::StoredNoteType;

/// Fronts and backs by the names of their templates, and the style sheet.
type Look = (BTreeMap<String, (String, String)>, String);

/// What the collection has of the package's note types.
pub(super) struct Appearance {
    /// Whether fields or templates of the package are missing there.
    pub(super) one_way_sync: bool,
    stale: bool,
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
        let mut appearance = Self {
            one_way_sync: false,
            stale: false,
            names,
        };
        for (id, name) in &appearance.names {
            let Some(own) = new.note_types.get(id) else {
                continue;
            };
            let fields = client.field_names(name)?;
            let found = of_collection(client, name)?;
            let has_fields = own.fields.iter().all(|it| fields.contains(&it.name));
            let has_templates = own
                .templates
                .iter()
                .all(|it| found.0.contains_key(&it.name));
            if !has_fields || !has_templates {
                appearance.one_way_sync = true;
                appearance.stale = true;
            }
            if let Standing::Older = standing(&found, own, before(base, *id)) {
                appearance.stale = true;
            }
        }
        Ok(appearance)
    }

    /// Whether an import would change a note type.
    pub(super) fn is_stale(&self) -> bool {
        self.stale
    }

    /// After an import: writes what it left as the base has it. Gives back the names.
    pub(super) fn settle(
        &self,
        client: &Client,
        new: &Side<'_>,
        base: Option<&Side<'_>>,
    ) -> Result<Vec<String>, Error> {
        let mut written = Vec::new();
        for (id, name) in &self.names {
            let (Some(own), Some(before)) = (new.note_types.get(id), before(base, *id)) else {
                continue;
            };
            let found = of_collection(client, name)?;
            if let Standing::Older = standing(&found, own, Some(before)) {
                let (templates, css) = of_package(own);
                client.set_templates(name, &templates)?;
                client.set_styling(name, &css)?;
                written.push(name.clone());
            }
        }
        Ok(written)
    }

    /// The names of those that a learner changed. Without a base that shows after an import only.
    pub(super) fn kept(
        &self,
        client: &Client,
        new: &Side<'_>,
        base: Option<&Side<'_>>,
        imported: bool,
    ) -> Result<Vec<String>, Error> {
        let mut kept = Vec::new();
        for (id, name) in &self.names {
            let Some(own) = new.note_types.get(id) else {
                continue;
            };
            match standing(&of_collection(client, name)?, own, before(base, *id)) {
                Standing::Edited => kept.push(name.clone()),
                Standing::Older if imported && before(base, *id).is_none() => {
                    kept.push(name.clone());
                }
                _ => {}
            }
        }
        Ok(kept)
    }
}

fn before<'a>(base: Option<&Side<'a>>, id: i64) -> Option<&'a StoredNoteType> {
    base.and_then(|it| it.note_types.get(&id)).copied()
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
