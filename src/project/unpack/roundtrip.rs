//! Builds what was unpacked, as far as the lock needs it, and compares it with the package.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::Unpacking;
use super::notes::PlannedNote;
use crate::Error;
use crate::diag::{Severity, Sources};
use crate::identity::{Lock, MediaRecord, NoteRecord};
use crate::model::BuildTime;
use crate::model::written::WrittenType;
use crate::project::lock_file::{LockFile, Touched};
use crate::project::{BuildOptions, Project, Report, assets, load, stages, types as project_types};
use crate::source::types::TypeSet;

/// What a build of the sources comes to.
pub(super) struct Outcome {
    pub(super) report: Report,
    /// Positions of notes that a build refuses, and why.
    pub(super) refused: BTreeMap<usize, String>,
    /// Positions of notes that come out in another way than they stood in the package.
    pub(super) different: Vec<usize>,
    /// Positions of notes of which a build makes other cards than the package had.
    pub(super) other_cards: Vec<usize>,
    pub(super) lock: Lock,
}

/// Where the notes stand that were written: for each file its path, and for each of its notes the
/// place where it begins and its position among the planned ones.
pub(super) type Places = BTreeMap<String, Vec<(usize, usize)>>;

pub(super) fn run(
    folder: &Path,
    unpacking: &Unpacking<'_>,
    places: &Places,
    media: &[MediaRecord],
    time: BuildTime,
) -> Result<Outcome, Error> {
    let Unpacking {
        notes,
        types,
        exact,
        ..
    } = unpacking;
    let project = Project::open(folder)?;
    let mut outcome = Outcome {
        report: Report::default(),
        refused: BTreeMap::new(),
        different: Vec::new(),
        other_cards: Vec::new(),
        lock: Lock::default(),
    };
    let Report {
        diagnostics: sink,
        sources,
        ..
    } = &mut outcome.report;
    let Some(manifest) = load::manifest(&project, sources, sink)? else {
        return Ok(outcome);
    };
    let set = project_types::load(&project, &manifest, sources, sink)?;
    let mut seed = Lock {
        media: media.to_vec(),
        ..Lock::default()
    };
    let renderer = assets::renderer(&project, &manifest, &seed, manifest.targets);
    let (set, _) = assets::named(&set, &renderer, &manifest.defaults.settings);
    let loaded = load::notes(
        &project,
        &manifest,
        &set,
        &renderer,
        Some(&seed),
        sources,
        sink,
    )?;
    let mut made = loaded.notes;
    let assigned = stages::identify(&mut made, Some(&seed), &manifest, true, sources, sink);
    let heirs = assigned.heirs;
    made.name_media(&renderer, &seed.media_names());

    let by_guid: BTreeMap<&str, usize> = notes
        .iter()
        .enumerate()
        .filter_map(|(index, note)| Some((note.guid.as_ref()?.as_str(), index)))
        .collect();
    for (note, facts) in made.iter_mut() {
        let found = place(
            places,
            sources.path(facts.span().file),
            facts.span().range().start,
        );
        let guid = note.guid.as_ref().map(|it| it.as_str());
        let index = guid.and_then(|it| by_guid.get(it).copied()).or(found);
        let Some((index, planned)) = index.and_then(|it| Some((it, notes.get(it)?))) else {
            continue;
        };
        let same_fields = planned
            .fields
            .iter()
            .zip(note.fields.iter())
            .all(|(one, other)| one.expected == other);
        let type_key = types.get(planned.type_index).map(|it| it.key.as_str());
        let same = same_fields
            && planned.tags.len() == note.tags.len()
            && planned.tags.iter().all(|it| note.tags.contains(it))
            && facts.deck == planned.deck
            && type_key == Some(facts.written_type().key.as_str());
        if !same {
            outcome.different.push(index);
        }
        let ordinals: Vec<u16> = planned.ordinals.iter().copied().collect();
        if *exact && !ordinals.is_empty() && note.cards() != ordinals {
            outcome.other_cards.push(index);
        }
        let (Some(id), Some(_), true) = (&facts.id, &planned.guid, *exact) else {
            continue;
        };
        let record = NoteRecord {
            guid: String::new(),
            note_id: planned.stored.id,
            modified: planned.stored.modified,
            content: facts.content,
            note_type: facts.written_type().identity.as_str().into(),
            path: "".into(),
            heading: "".into(),
            fingerprint: facts.claim.fingerprint,
            rendered: None,
            sketch: facts.claim.sketch,
            place: None,
            clozes: Box::default(),
            masks: Box::default(),
        };
        seed.notes.insert(Arc::clone(id), record);
    }
    refused(&outcome.report, notes, places, &mut outcome.refused);
    let Report {
        diagnostics: sink,
        sources,
        ..
    } = &mut outcome.report;
    let options = BuildOptions::new(time);
    let (set, _) = project_types::stamped(&set, &seed, &manifest.uid, &options, sink);
    let stamped = set.iter().map(|it| {
        let stored = types.iter().find(|planned| planned.key == it.key);
        match stored.filter(|_| *exact && !it.shipped) {
            None => it.clone(),
            Some(stored) => Arc::new(WrittenType {
                note_type: it.note_type.with_modified(stored.stored.modified),
                ..(**it).clone()
            }),
        }
    });
    let set = TypeSet::new(stamped.collect());
    let touched = Touched::new(&options, sink);
    let file = LockFile::of(seed);
    for (_, facts) in made.iter_mut() {
        let id = facts.id.as_ref();
        facts.record = id.and_then(|id| file.lock.find(heirs.get(id).unwrap_or(id)));
    }
    outcome.lock = file
        .next(&made, &heirs, &set, &touched, sources, &options)
        .lock;
    outcome.report.diagnostics.sort();
    Ok(outcome)
}

/// The note that stands at this place of a file.
fn place(places: &Places, path: &str, offset: usize) -> Option<usize> {
    let of_file = places.get(path)?;
    let behind = of_file.partition_point(|(start, _)| *start <= offset);
    let (_, index) = of_file.get(behind.checked_sub(1)?)?;
    Some(*index)
}

/// Finds the notes that errors are about.
fn refused(
    report: &Report,
    notes: &[PlannedNote<'_>],
    places: &Places,
    refused: &mut BTreeMap<usize, String>,
) {
    let sources: &Sources = &report.sources;
    for found in report
        .diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error)
    {
        let span = found.span();
        if !span.is_some() {
            continue;
        }
        let index = place(places, sources.path(span.file), span.range().start);
        if let Some(index) = index.filter(|it| *it < notes.len()) {
            refused
                .entry(index)
                .or_insert_with(|| found.message.clone());
        }
    }
}
