//! Step two: times and numbers, when it is known what a note became.
//!
//! A note keeps its time as long as its content stays, so that an import never overwrites what a
//! learner edited in a note that the author left alone.

use std::collections::BTreeSet;

use super::lock::{Lock, TypeRecord};
use crate::diag::{Code, Diagnostic, Span};
use crate::model::BuildTime;

/// What a note's content came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The time of the last change, in seconds.
    pub modified: i64,
    /// Whether the content is another than in the lock, or the note is new.
    pub changed: bool,
}

/// The time of the note `id` whose content has this hash.
#[must_use]
pub fn stamp(lock: &Lock, id: &str, content: &str, time: BuildTime) -> Stamp {
    // A note that came back keeps the time of its record too, if it came back as it was.
    match lock.notes.get(id).or_else(|| lock.removed.get(id)) {
        None => Stamp {
            modified: time.as_unix(),
            changed: true,
        },
        Some(record) => next(record.modified, record.content == content, time),
    }
}

/// The time of a note type, and what an import would make of a change of its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeStamp {
    /// The time of the last change, in seconds.
    pub modified: i64,
    /// The finding that its fields or card templates are others than in the lock.
    pub schema_change: Option<Diagnostic>,
}

/// The time of the note type `key`, of which content and schema have these hashes.
#[must_use]
pub fn stamp_type(
    known: Option<&TypeRecord>,
    key: &str,
    content: &str,
    schema: &str,
    span: Span,
    time: BuildTime,
) -> TypeStamp {
    let Some(record) = known else {
        return TypeStamp {
            modified: time.as_unix(),
            schema_change: None,
        };
    };
    let modified = next(record.modified, record.content == content, time).modified;
    let schema_change = (record.schema != schema).then(|| {
        let title = format!("the fields or card templates of note type `{key}` changed");
        let fields: Vec<&str> = record.fields.iter().map(|it| it.name.as_str()).collect();
        let templates: Vec<&str> = record.templates.iter().map(|it| it.name.as_str()).collect();
        Diagnostic::new(Code::SchemaChange, title)
            .at(span, "this note type")
            .note(format!(
                "at the last build its fields were `{}`, its card templates `{}`",
                fields.join("`, `"),
                templates.join("`, `")
            ))
            .note(
                "an import with default options then updates none of the notes that learners have, \
                 and adds a copy of the note type; learners must tick \"Merge note types\"",
            )
            .help("make it a new note type, or build with `--allow-schema-change` and tell your learners")
    });
    TypeStamp {
        modified,
        schema_change,
    }
}

/// Ids for the notes that have none in the lock, in their order; `known` are the ids in use.
///
/// Anki takes them for creation times in milliseconds. They go back from the build time, because
/// Anki renumbers what lies in the future, and keep 512 apart, because a note's cards get the ids
/// from its own on: cloze numbers go to 500.
#[must_use]
pub fn note_ids(count: usize, known: impl IntoIterator<Item = i64>, time: BuildTime) -> Vec<i64> {
    const STEP: i64 = 512;
    let slot = |id: i64| id.div_euclid(STEP);
    let used: BTreeSet<i64> = known.into_iter().map(slot).collect();
    let mut next = slot(time.as_unix().saturating_mul(1000));
    let mut slots = Vec::with_capacity(count);
    while slots.len() < count {
        next -= 1;
        // A given id need not stand at the beginning of its slot, so its cards may reach into
        // the one behind.
        if !used.contains(&next) && !used.contains(&(next - 1)) {
            slots.push(next);
        }
    }
    slots.iter().rev().map(|slot| slot * STEP).collect()
}

fn next(modified: i64, same: bool, time: BuildTime) -> Stamp {
    if same {
        Stamp {
            modified,
            changed: false,
        }
    } else {
        Stamp {
            modified: time.as_unix().max(modified + 1),
            changed: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn note_ids_lie_in_the_past_in_order_and_apart() {
        let time = BuildTime::from_unix(1_700_000_000);
        let first = note_ids(3, [], time);
        assert!(first.windows(2).all(|pair| pair[0] + 512 <= pair[1]));
        assert!(first.iter().all(|id| *id < 1_700_000_000_000));
        let odd = 1_699_999_999_000;
        let known: Vec<i64> = first.iter().copied().chain([odd]).collect();
        let second = note_ids(3, known.iter().copied(), time);
        for id in &second {
            assert!(
                known.iter().all(|other| (id - other).abs() >= 500),
                "{id} {known:?}"
            );
        }
    }

    #[test]
    fn times_move_only_with_the_content() {
        let time = BuildTime::from_unix(100);
        assert_eq!(
            next(50, true, time),
            Stamp {
                modified: 50,
                changed: false
            }
        );
        assert_eq!(
            next(50, false, time),
            Stamp {
                modified: 100,
                changed: true
            }
        );
        assert_eq!(
            next(100, false, time),
            Stamp {
                modified: 101,
                changed: true
            }
        );
        assert_eq!(
            next(500, false, time),
            Stamp {
                modified: 501,
                changed: true
            }
        );
    }
}
