//! Projects that a project includes: each is built as it would be alone, with its own uid, note
//! types, settings and lock, and what comes of it goes into the one package.
//!
//! So its notes have the guids and times that they have in a package of its own, and who learns
//! with both has each note once.

mod below;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::parts::{NotePlace, Parts};
use super::render::LAST_POSITION;
use super::stages::{Nesting, whole};
use super::{BuildOptions, Project, Report, Scope, variants};
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics, Levels, nearest};
use crate::model::{Deck, DeckName, Note, NoteType, SPACING, allocate_note_ids, stable_id};
use crate::source::includes::Included;
use crate::source::manifest::Manifest;
use below::Below;
use resolve::natural;

pub(super) use resolve::{resolve, tell_nested};

/// How deep projects may include one another: a link that leads to its own folder has no end.
const MAX_DEPTH: usize = 16;

/// A project that was built to be included.
pub(super) struct Guest {
    included: Included,
    report: Report,
    parts: Option<Parts>,
}

/// Builds the projects that the manifest includes, where the whole project is built.
pub(super) fn build(
    project: &Project,
    manifest: &Manifest,
    options: &BuildOptions,
    nesting: Nesting,
    sink: &mut Diagnostics,
) -> Result<Vec<Guest>, Error> {
    let mut guests = Vec::new();
    if !project.is_whole() {
        return Ok(guests);
    }
    for included in &manifest.included {
        if nesting.depth >= MAX_DEPTH {
            let title = format!("projects include one another more than {MAX_DEPTH} deep");
            sink.push(Diagnostic::new(Code::ProjectInclude, title).at(included.span, "here"));
            break;
        }
        let mut guest = Project {
            files: Arc::new(Below::new(project.files.clone(), included.folder.as_str())),
            root: project.root.join(&included.folder),
            scope: Scope::Manifest { only: Vec::new() },
            variant: None,
        };
        let keys = variants::keys(&guest)?;
        match &included.variant {
            Some(key) if keys.contains(&key.value) => {
                guest.variant = Some(Arc::from(key.value.as_str()));
            }
            None if keys.is_empty() => {}
            _ => {
                sink.push(undecided(included, &keys));
                continue;
            }
        }
        let options = BuildOptions {
            output: None,
            touch: Vec::new(),
            ..options.clone()
        };
        let mut report = Report::default();
        let below = Nesting {
            depth: nesting.depth + 1,
            ..nesting
        };
        let parts = whole(&guest, &options, &mut Levels::new(), below, &mut report)?;
        if parts.as_ref().is_some_and(|it| it.locks.is_empty()) {
            let which = format!("the project in `{}`", included.folder);
            sink.push(natural(included.span, &which));
        }
        guests.push(Guest {
            included: included.clone(),
            report,
            parts,
        });
    }
    Ok(guests)
}

/// A project with a matrix is several, of which one is included; one without has no variants.
fn undecided(included: &Included, keys: &[String]) -> Diagnostic {
    let folder = &included.folder;
    let Some(typed) = &included.variant else {
        let title = format!("the project in `{folder}` has a matrix");
        return Diagnostic::new(Code::ProjectInclude, title)
            .at(included.span, "which variant of it?")
            .help(format!(
                "name one: `{{path: {folder}, variant: {}}}`; it has `{}`",
                keys.first().map_or("", String::as_str),
                keys.join("`, `")
            ));
    };
    if keys.is_empty() {
        let title = format!("the project in `{folder}` has no matrix");
        return Diagnostic::new(Code::ProjectInclude, title)
            .at(typed.span, "not included")
            .help("take `variant` out");
    }
    let title = format!("the project in `{folder}` has no variant `{}`", typed.value);
    let found = Diagnostic::new(Code::ProjectInclude, title).at(typed.span, "not included");
    match nearest(&typed.value, keys.iter().map(String::as_str)) {
        Some(near) => found.fix("a variant with a similar key exists", typed.span, near),
        None => found.help(format!("its variants are `{}`", keys.join("`, `"))),
    }
}

/// Puts what came of the guests behind what came of the project itself. Returns `None` where one
/// of them cannot be built.
pub(super) fn merge(own: Option<Parts>, guests: Vec<Guest>, report: &mut Report) -> Option<Parts> {
    let mut all = own;
    for guest in guests {
        let (included, parts) = (guest.included, guest.parts);
        absorb(report, guest.report, &included.folder);
        let (Some(host), Some(parts)) = (&mut all, parts) else {
            all = None;
            continue;
        };
        add(host, parts, &included, &mut report.diagnostics);
    }
    all
}

fn absorb(report: &mut Report, guest: Report, folder: &str) {
    let mut found = guest.diagnostics;
    for it in found.iter_mut().filter(|it| it.labels.is_empty()) {
        it.notes
            .push(format!("in the project in `{folder}`, which is included"));
    }
    let found = report.sources.absorb(guest.sources, folder, found);
    report.diagnostics.append(found);
    let (sum, of_guest) = (&mut report.statistics, guest.statistics);
    sum.files += of_guest.files;
    sum.notes += of_guest.notes;
    sum.cards += of_guest.cards;
    sum.media += of_guest.media;
    report.lock_changes.extend(guest.lock_changes);
    report.changes.extend(guest.changes);
    report
        .matches
        .extend(guest.matches.into_iter().map(|mut it| {
            it.path = format!("{folder}/{}", it.path);
            it.moved_from = it.moved_from.map(|from| format!("{folder}/{from}"));
            it
        }));
}

fn add(host: &mut Parts, guest: Parts, included: &Included, sink: &mut Diagnostics) {
    let span = included.span;
    let mut decks = guest.decks;
    if let Some(deck) = &included.deck {
        decks
            .iter_mut()
            .for_each(|it| put_below(it, &guest.root, deck));
    }
    tell_taken(&host.decks, &decks, included, sink);
    move_ids(&host.decks, &mut decks);
    move_positions(&host.decks, &mut decks);
    let known: BTreeMap<String, &Deck> = host
        .decks
        .iter()
        .map(|it| (it.name.to_lowercase(), it))
        .collect();
    for deck in &mut decks {
        let Some(known) = known.get(&deck.name.to_lowercase()) else {
            continue;
        };
        // One deck has one id; imports go by the name.
        deck.id = None;
        let two = |one: bool, other: bool, differ: bool| one && other && differ;
        let described = two(
            !known.description.is_empty(),
            !deck.description.is_empty(),
            known.description != deck.description,
        );
        let options = two(
            known.options.is_some(),
            deck.options.is_some(),
            known.options != deck.options,
        );
        if described || options {
            let what = if described { "descriptions" } else { "presets" };
            let title = format!("the deck `{}` has two {what}", deck.name);
            sink.push(
                Diagnostic::new(Code::ProjectInclude, title)
                    .at(span, "the one comes from here")
                    .help("say which in one of the projects, or put the included one below a `deck` of its own"),
            );
        }
    }
    host.decks.append(&mut decks);
    host.media.extend(guest.media);
    host.locks.extend(guest.locks);
    host.origins.absorb(guest.origins, &included.folder);
    let places = guest.places.into_iter().map(|it| NotePlace {
        path: format!("{}/{}", included.folder, it.path).into(),
        ..it
    });
    host.places.extend(places);
}

/// Puts a deck of a project below another root deck.
fn put_below(deck: &mut Deck, root: &DeckName, new: &DeckName) {
    let Some(rest) = deck.name.strip_prefix(root.as_str()) else {
        return;
    };
    if rest.is_empty() || rest.starts_with("::") {
        deck.name = format!("{new}{rest}");
        // A learner may have the deck of the project alone, which is another one.
        let id = deck.id.unwrap_or_default().to_string();
        deck.id = Some(stable_id(&["included deck", &id, &deck.name]));
    }
}

/// Tells guids and names of note types that two of the projects have.
fn tell_taken(host: &[Deck], guest: &[Deck], included: &Included, sink: &mut Diagnostics) {
    let guids = |decks: &[Deck]| -> BTreeSet<String> {
        let notes = decks.iter().flat_map(Deck::notes);
        let guids = notes.filter_map(|it| it.guid.as_ref());
        guids.map(|it| it.as_str().to_owned()).collect()
    };
    let own = guids(host);
    if let Some(guid) = guids(guest).iter().find(|it| own.contains(*it)) {
        let title = format!("guid `{guid}` is used by notes of two projects");
        sink.push(
            Diagnostic::new(Code::DuplicateGuid, title)
                .at(included.span, "the other project")
                .note("Anki would take them for one note")
                .help("if one project began as a copy of the other, give it a `uid` of its own"),
        );
    }
    let own = types(host);
    for (folded, note_type) in types(guest) {
        if own
            .get(&folded)
            .is_some_and(|other| other.id() != note_type.id())
        {
            let name = note_type.name();
            let title = format!("two projects have a note type called `{name}`");
            sink.push(
                Diagnostic::new(Code::DuplicateNoteType, title)
                    .at(included.span, "the other project")
                    .note("Anki would rename one of them")
                    .help("give one of the two another `name`"),
            );
        }
    }
}

/// The note types of the notes, by their names without letter case.
fn types(decks: &[Deck]) -> BTreeMap<String, &NoteType> {
    let notes = decks.iter().flat_map(Deck::notes);
    let types = notes.map(Note::note_type);
    types.map(|it| (it.name().to_lowercase(), it)).collect()
}

/// Puts the new cards of a guest behind those of the host: each counts its own from 0.
fn move_positions(host: &[Deck], guest: &mut [Deck]) {
    let own = host.iter().flat_map(Deck::notes);
    let behind = own.filter_map(|it| it.position).max();
    let behind = behind.map_or(0, |it| it.saturating_add(1));
    for note in guest.iter_mut().flat_map(Deck::notes_mut) {
        let moved = |at: u32| at.saturating_add(behind).min(LAST_POSITION);
        note.position = note.position.map(moved);
    }
}

/// Gives the notes of a guest other ids where the host has them: two locks know nothing of one
/// another, and within one package ids must differ. Imports go by the guid.
fn move_ids(host: &[Deck], guest: &mut [Deck]) {
    let ids = |decks: &[Deck]| -> BTreeSet<i64> {
        decks
            .iter()
            .flat_map(Deck::notes)
            .filter_map(|it| it.id)
            .collect()
    };
    let mut taken = ids(host);
    let near = |taken: &BTreeSet<i64>, id: i64| {
        taken.range(id - SPACING + 1..id + SPACING).next().is_some()
    };
    let (moved, kept): (Vec<i64>, Vec<i64>) =
        ids(guest).into_iter().partition(|id| near(&taken, *id));
    let Some(last) = moved.last() else { return };
    taken.extend(kept);
    let new: BTreeMap<i64, i64> = {
        let new = allocate_note_ids(moved.len(), *last, &taken);
        moved.iter().copied().zip(new).collect()
    };
    for note in guest.iter_mut().flat_map(Deck::notes_mut) {
        note.id = note.id.map(|id| new.get(&id).copied().unwrap_or(id));
    }
}
