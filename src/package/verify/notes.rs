//! Rules about notes: what an import knows them by, and their text.

use super::finding::{Findings, Place, shown};
use super::note_types::Types;
use super::{names, rules};
use crate::model::{BuildTime, repeats};
use crate::package::{Contents, StoredNote};

/// Anki gives other ids to notes and cards that lie further ahead, in milliseconds.
const AHEAD: i64 = 24 * 60 * 60 * 1000;

/// The highest id that an import leaves as it is.
pub(super) fn last_id(now: BuildTime) -> i64 {
    now.as_unix().saturating_mul(1000).saturating_add(AHEAD)
}

pub(super) fn check(
    contents: &Contents,
    types: &Types<'_>,
    now: BuildTime,
    findings: &mut Findings,
) {
    let notes = &contents.notes;
    for note in notes {
        check_fields(note, types, findings);
        check_identity(note, now, findings);
        check_text(note, findings);
        check_tags(note, findings);
    }
    // The limits of reading are below what a number of 32 bits counts.
    let count = u32::try_from(notes.len()).unwrap_or(u32::MAX);
    let guid = |at: u32| notes.get(at as usize).map(|note| note.guid.as_str());
    for (earlier, later) in repeats(count, guid) {
        let (Some(earlier), Some(note)) = (notes.get(earlier as usize), notes.get(later as usize))
        else {
            continue;
        };
        findings.add(&rules::SAME_GUID, || {
            (Place::note(note), format!("so has note {}", earlier.id))
        });
    }
    for it in types
        .used()
        .filter(|it| it.stored.modified > last_id(now) / 1000)
    {
        findings.add(&rules::FUTURE_TIME, || {
            (
                Place::note_type(it.stored),
                format!("time {} in seconds", it.stored.modified),
            )
        });
    }
}

fn check_fields(note: &StoredNote, types: &Types<'_>, findings: &mut Findings) {
    let Some(note_type) = types.get(note.note_type) else {
        findings.add(&rules::UNKNOWN_NOTE_TYPE, || {
            (Place::note(note), format!("note type {}", note.note_type))
        });
        return;
    };
    let (count, expected) = (note.fields().count(), note_type.fields.len());
    if count != expected {
        findings.add(&rules::FIELD_COUNT, || {
            let name = shown(&note_type.stored.name).into_owned();
            (
                Place::note(note),
                format!("it has {count}, `{name}` has {expected}"),
            )
        });
    }
}

fn check_identity(note: &StoredNote, now: BuildTime, findings: &mut Findings) {
    if note.guid.is_empty() || note.guid.chars().any(char::is_control) {
        findings.add(&rules::EMPTY_GUID, || (Place::note(note), String::new()));
    }
    if note.id > last_id(now) {
        findings.add(&rules::FUTURE_ID, || (Place::note(note), String::new()));
    }
    if note.modified > last_id(now) / 1000 {
        findings.add(&rules::FUTURE_TIME, || {
            (
                Place::note(note),
                format!("time {} in seconds", note.modified),
            )
        });
    }
}

fn check_text(note: &StoredNote, findings: &mut Findings) {
    // Fields are separated by one of the control characters.
    let removed = |it: char| it.is_ascii_control() && !matches!(it, '\t' | '\n' | '\r' | '\u{1f}');
    if let Some(found) = note.fields.chars().find(|it| removed(*it)) {
        findings.add(&rules::CONTROL_CHARACTERS, || {
            (Place::note(note), format!("U+{:04X}", u32::from(found)))
        });
    }
    let returns = note.fields.contains('\r');
    if returns || !names::is_normal(&note.fields) {
        findings.add(&rules::OTHER_FORM, || {
            let what = if returns {
                "carriage returns"
            } else {
                "another form"
            };
            (Place::note(note), what.to_owned())
        });
    }
}

fn check_tags(note: &StoredNote, findings: &mut Findings) {
    for tag in note.tags() {
        if ["marked", "leech"]
            .iter()
            .any(|it| tag.eq_ignore_ascii_case(it))
        {
            findings.add(&rules::LEARNING_TAG, || {
                (Place::note(note), format!("`{tag}`"))
            });
        }
        let becomes = names::tag(tag);
        if becomes != tag {
            findings.add(&rules::TAG_CHANGES, || {
                let detail = format!("`{}` becomes `{}`", shown(tag), shown(&becomes));
                (Place::note(note), detail)
            });
        }
    }
}
