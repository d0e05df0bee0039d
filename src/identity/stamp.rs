//! Step two: times and numbers, when it is known what a note became.
//!
//! A note keeps its time as long as its content stays, so that an import never overwrites what a
//! learner edited in a note that the author left alone.

use super::hash::Digest;
use super::lock::{Lock, TypeRecord};
use crate::diag::{Code, Diagnostic, Span};
use crate::model::BuildTime;

/// What a note's content came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stamp {
    /// The time of the last change, in seconds.
    pub modified: i64,
    /// Whether the content is another than in the lock, or the note is new.
    pub changed: bool,
}

/// The time of the note `id` whose content has this hash.
#[must_use]
pub fn stamp(lock: &Lock, id: &str, content: Digest, time: BuildTime) -> Stamp {
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
#[non_exhaustive]
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
    content: Digest,
    schema: Digest,
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

fn next(modified: i64, same: bool, time: BuildTime) -> Stamp {
    if same {
        Stamp {
            modified,
            changed: false,
        }
    } else {
        Stamp {
            modified: time.as_unix().max(modified.saturating_add(1)),
            changed: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        // A damaged lock may hold any number.
        assert_eq!(next(i64::MAX, false, time).modified, i64::MAX);
    }
}
