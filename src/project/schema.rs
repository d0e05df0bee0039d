//! The guard of note types that learners have: what a changed schema would do to them.

use std::collections::BTreeMap;

use super::BuildOptions;
use super::render::{Facts, Made};
use super::types::Changed;
use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::identity::{Lock, SchemaChange, TypeRecord};
use crate::model::written::WrittenType;
use crate::source::types::TypeSet;

/// The most notes that one finding underlines.
const MAX_LABELS: usize = 5;

/// The error of a changed schema, unless it is allowed. A changed kind never is, nor are names that
/// move from field to field.
pub(super) fn refused(
    written: &WrittenType,
    known: &TypeRecord,
    change: &SchemaChange,
    options: &BuildOptions,
) -> Option<Diagnostic> {
    if options.allow_schema_change && change.kind.is_none() && change.moved_names.is_empty() {
        return None;
    }
    let title = format!("the schema of note type `{}` changed", written.key);
    let mut found = Diagnostic::new(Code::SchemaChange, title)
        .at(written.span, "this note type")
        .note(format!(
            "since the last build: {}",
            change.phrases().join("; ")
        ));
    if change.kind.is_some() {
        return Some(
            found
                .note("an import would skip the notes that learners have, or leave them with cards that show nothing; with \"Merge note types\" it would fail")
                .help("give the type another `key` and `name`: a type of another kind is a new one")
        );
    }
    if !change.moved_names.is_empty() {
        return Some(
            found
                .note("an import renames the fields in the card templates, too, though these have the new names already: learners' cards would show the wrong field")
                .help("give the field a name that no field of the type had at the last build; after a release with it the other name is free"),
        );
    }
    if change.id.is_some() {
        found = found.note(format!(
            "learners have it under the id {}; none of the notes that they have would be updated",
            known.id
        ));
    }
    if change.splits() {
        found = found
            .note("Anki and AnkiDroid then update none of the notes of this type that learners have, and bring new ones with a copy of the type, called as it with a `+`")
            .note("only with \"Merge note types\" ticked at the import are both versions put together; then the next sync must go one way");
    }
    if !change.fields.removed.is_empty() || !change.templates.removed.is_empty() {
        found = found.note("a field or card template that is gone stays in the learners' type, so they must tick it at every later import, too");
    }
    if change.sort_field.is_some() || change.unknown {
        found = found.note("another sort field makes an import write every note of the type anew, and the next sync must go one way");
    }
    let renamed = change.fields.perhaps_renamed.iter();
    let renamed = renamed.chain(&change.templates.perhaps_renamed);
    for (old, new) in renamed {
        found = found.help(format!(
            "if `{new}` is a new name of `{old}`, say `was: {old}` at it: then nothing changes for learners"
        ));
    }
    Some(found.help(
        "make it a new note type with a `key` of its own, or build with `--allow-schema-change` and tell your learners",
    ))
}

/// Tells notes that were edited in the build that changes the schema of their type: an import
/// that merges the types gives their notes its own time, and then finds the package's older.
pub(super) fn tell_edits(made: &Made, changed: &[Changed], lock: &Lock, sink: &mut Diagnostics) {
    for Changed { written, change } in changed {
        if !change.splits() && change.sort_field.is_none() && !change.unknown {
            continue;
        }
        let edited: Vec<Span> = made
            .facts()
            .filter(|it| it.written_type().identity == written.identity)
            .filter(|it| {
                it.known(lock)
                    .is_some_and(|known| known.content != it.content)
            })
            .map(Facts::span)
            .collect();
        if edited.is_empty() {
            continue;
        }
        let title = format!(
            "{} of note type `{}` changed together with the schema of their type",
            count(edited.len()),
            written.key
        );
        let found = Diagnostic::new(Code::SchemaAndEdits, title);
        sink.push(
            labelled(found, &edited, "changed")
                .note("an import that merges note types gives the notes its own time, and then takes the edits for older than what learners have")
                .help("release in two steps: the new schema first, the edits with a later build; or tell your learners to choose \"Update notes: always\""),
        );
    }
}

/// Tells notes that are of another note type than at the last build.
pub(super) fn tell_retyped(made: &Made, types: &TypeSet, lock: &Lock, sink: &mut Diagnostics) {
    let mut retyped: BTreeMap<(&str, &str), Vec<Span>> = BTreeMap::new();
    for note in made.facts() {
        let Some(known) = note.known(lock) else {
            continue;
        };
        let written = note.written_type();
        // A type of the project may have taken the place of a shipped one, or made room for it.
        let was_own = lock.types.contains_key(&*known.note_type);
        if *known.note_type != written.identity || was_own == written.shipped {
            let key = (&*known.note_type, written.key.as_str());
            retyped.entry(key).or_default().push(note.span());
        }
    }
    for ((old, new), notes) in retyped {
        let old_name = lock.types.get(old).map_or(old, |it| it.key.as_str());
        let title = if old_name == new {
            format!(
                "the note type `{new}` of {} is another one now",
                count(notes.len())
            )
        } else {
            format!(
                "{} of note type `{old_name}` turned into `{new}`",
                count(notes.len())
            )
        };
        let mut found = labelled(
            Diagnostic::new(Code::NoteRetyped, title),
            &notes,
            "of another type",
        )
        .note("Anki and AnkiDroid then skip the note: learners keep it as it is, without this and all later edits")
        .note("with \"Merge note types\" ticked they turn the notes into the new type, and the next sync must go one way");
        if lock.types.contains_key(old) && types.iter().all(|it| it.identity != old) {
            found = found.help(format!(
                "if the note type was only renamed, say `was: {old_name}` at it"
            ));
        }
        sink.push(found.help("make new notes of them (another `id`), or tell your learners"));
    }
}

fn labelled(mut found: Diagnostic, spans: &[Span], text: &str) -> Diagnostic {
    for (index, span) in spans.iter().take(MAX_LABELS).enumerate() {
        found = if index == 0 {
            found.at(*span, text)
        } else {
            found.also(*span, text)
        };
    }
    found
}

fn count(notes: usize) -> String {
    match notes {
        1 => "1 note".to_owned(),
        _ => format!("{notes} notes"),
    }
}
