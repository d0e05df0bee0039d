//! Step two: times, when it is known what a note became.
//!
//! A note keeps its time as long as its content stays, so that an import never overwrites what a
//! learner edited in a note that the author left alone.

use super::hash::Digest;
use super::lock::{NoteRecord, TypeRecord};
use super::schema::SchemaChange;
use crate::model::BuildTime;

/// Which notes are sent out though their content is what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Renewal {
    /// The note was asked for.
    pub touched: bool,
    /// Notes that render differently are.
    pub rendered_anew: bool,
}

/// The time of a note, and what its record is to remember of how it was rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stamp {
    /// The note id that it has so far.
    pub note_id: Option<i64>,
    /// The time of its last change, in seconds.
    pub modified: i64,
    /// The hash of its rendered fields at that time.
    pub rendered: Digest,
    /// Whether learners keep an older rendering of the same content.
    pub outdated: bool,
}

/// The time of a note whose content and rendered fields have these hashes, and of which the last
/// lock knew this.
#[must_use]
pub fn stamp(
    known: Option<&NoteRecord>,
    content: Digest,
    rendered: Digest,
    renewal: Renewal,
    time: BuildTime,
) -> Stamp {
    let note_id = known.map(|it| it.note_id);
    let anew = |modified| Stamp {
        note_id,
        modified,
        rendered,
        outdated: false,
    };
    let Some(record) = known else {
        return anew(time.as_unix());
    };
    let differs = record.rendered.is_some_and(|it| it != rendered);
    let renewed = renewal.touched || renewal.rendered_anew && differs;
    if record.content != content || renewed {
        return anew(later(record.modified, time));
    }
    Stamp {
        note_id,
        modified: record.modified,
        rendered: record.rendered.unwrap_or(rendered),
        outdated: differs,
    }
}

/// The time of a note type, and what makes it incompatible with the one that learners have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypeStamp {
    /// The time of the last change, in seconds.
    pub modified: i64,
    /// What an import does not take over in silence.
    pub schema_change: Option<SchemaChange>,
}

/// The time of a note type that comes out as `record`, whatever time that has.
#[must_use]
pub fn stamp_type(known: Option<&TypeRecord>, record: &TypeRecord, time: BuildTime) -> TypeStamp {
    let Some(known) = known else {
        return TypeStamp {
            modified: time.as_unix(),
            schema_change: None,
        };
    };
    let modified = if known.content == record.content {
        known.modified
    } else {
        later(known.modified, time)
    };
    TypeStamp {
        modified,
        schema_change: SchemaChange::between(known, record),
    }
}

/// A time behind the old one, which an import needs to see a change.
fn later(modified: i64, time: BuildTime) -> i64 {
    time.as_unix().max(modified.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: u8) -> Digest {
        Digest::parse(&format!("{number:016x}")).unwrap()
    }

    fn record(modified: i64) -> NoteRecord {
        NoteRecord {
            guid: "g".to_owned(),
            note_id: 1,
            modified,
            content: digest(1),
            note_type: "basic".into(),
            path: "".into(),
            heading: "".into(),
            fingerprint: digest(0),
            sketch: None,
            place: None,
            clozes: Box::default(),
            masks: Box::default(),
            rendered: Some(digest(1)),
        }
    }

    #[test]
    fn times_move_only_with_the_content() {
        let check = |modified: i64, content: u8, expect: i64| {
            let (record, time) = (record(modified), BuildTime::from_unix(100));
            let known = Some(&record);
            let found = stamp(known, digest(content), digest(1), Renewal::default(), time);
            assert_eq!(found.modified, expect, "{modified} {content}");
        };
        check(50, 1, 50);
        check(50, 2, 100);
        check(100, 2, 101);
        check(500, 2, 501);
        // A damaged lock may hold any number.
        check(i64::MAX, 2, i64::MAX);
        let new = stamp(
            None,
            digest(1),
            digest(1),
            Renewal::default(),
            BuildTime::from_unix(7),
        );
        assert_eq!(new.modified, 7);
    }

    #[test]
    fn another_rendering_is_sent_out_when_asked_for() {
        let check = |rendered: Option<u8>, touched, rendered_anew, expect: (i64, u8, bool)| {
            let mut record = record(50);
            record.rendered = rendered.map(digest);
            let renewal = Renewal {
                touched,
                rendered_anew,
            };
            let time = BuildTime::from_unix(100);
            let found = stamp(Some(&record), digest(1), digest(9), renewal, time);
            let (modified, kept, outdated) = expect;
            assert_eq!(
                (found.modified, found.rendered, found.outdated),
                (modified, digest(kept), outdated)
            );
        };
        // What learners have is remembered until they get the new one.
        check(Some(1), false, false, (50, 1, true));
        check(Some(1), false, true, (100, 9, false));
        check(Some(9), false, true, (50, 9, false));
        check(Some(9), true, false, (100, 9, false));
        // A lock of format 1 does not know.
        check(None, false, true, (50, 9, false));
    }
}
