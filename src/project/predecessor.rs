//! Guids of the tool that made a deck before: given once, at the first build, and kept in the lock.

use std::collections::{BTreeMap, HashSet};

use super::render::{Facts, Made};
use crate::diag::{FileId, Sources};
use crate::files::file_name;
use crate::identity::{Lock, Predecessor};
use crate::model::FieldValues;
use crate::model::written::CompatGuid;
use crate::render::{MediaContent, MediaKey, MediaNames};

/// Gives notes that are new and say neither a guid nor an id the guid that this tool would. Where
/// two would get one, the second keeps its own.
pub(super) fn apply(
    tool: CompatGuid,
    made: &mut Made,
    names: &MediaNames,
    lock: &Lock,
    sources: &Sources,
) {
    let names: BTreeMap<MediaKey, (&str, &str)> = names
        .files()
        .iter()
        .filter_map(|file| match &file.content {
            MediaContent::File(path) | MediaContent::Picture { path, .. } => {
                Some((file.key, (file.name.as_str(), file_name(path))))
            }
            MediaContent::Bytes(_) => None,
        })
        .collect();
    let known = lock.notes.values().chain(lock.removed.values());
    let mut taken: HashSet<String> = known.map(|it| it.guid.clone()).collect();
    let mut headings: BTreeMap<FileId, Option<String>> = BTreeMap::new();
    for facts in made.facts() {
        let first = || facts.headings.first().cloned();
        headings.entry(facts.span().file).or_insert_with(first);
    }
    for (note, facts) in made.iter_mut() {
        let claim = &facts.claim;
        let says = claim.id().is_some() || claim.guid().is_some() || claim.was().is_some();
        if says || facts.known(lock).is_some() {
            continue;
        }
        let fields = with_plain_names(&note.fields, facts, &names);
        let heading = headings.get(&facts.span().file).and_then(Option::as_deref);
        let predecessor = Predecessor {
            fields: &fields,
            shipped: facts.written_type().shipped,
            path: sources.path(facts.span().file),
            heading,
        };
        let Some(guid) = predecessor.guid(tool) else {
            continue;
        };
        if taken.insert(guid.as_str().to_owned()) {
            note.guid = Some(guid);
        }
    }
}

/// The fields with media under the names of their files, as other tools leave them.
fn with_plain_names(
    fields: &FieldValues,
    facts: &Facts,
    names: &BTreeMap<MediaKey, (&str, &str)>,
) -> Vec<String> {
    let mut fields: Vec<String> = fields.iter().map(str::to_owned).collect();
    for (name, plain) in facts.media().iter().filter_map(|key| names.get(key)) {
        for field in &mut fields {
            if field.contains(name) {
                *field = field.replace(name, plain);
            }
        }
    }
    fields
}
