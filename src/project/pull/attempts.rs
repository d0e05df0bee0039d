//! The ways to write what a merge comes to: for each field, for tags, for the states of cards.

use std::collections::BTreeMap;

use super::media::Media;
use super::merge::Merge;
use super::phone::{PhoneNote, Suspended};
use super::reading::{Reading, SourceNote};
use super::siblings::Siblings;
use super::trial::{Attempt, Part, What};
use super::ways::{Spot, ways};
use crate::diag::{FileId, Span, Spanned};
use crate::model::written::{Content, WrittenNote};
use crate::model::{Flag, Tag};
use crate::project::Project;
use crate::project::load::table_text;
use crate::source::emit::list;
use crate::source::rewrite::{NewField, Sheet};

/// How many bytes the comments above a note have at most: further up, nobody looks for them.
const LONGEST_COMMENTS: usize = 1 << 16;

/// The notes with the ways to write them.
pub(super) fn attempts(
    project: &Project,
    reading: &Reading,
    media: &Media,
    siblings: &Siblings,
    merges: Vec<(Merge, PhoneNote)>,
) -> Vec<Attempt> {
    let mut sheets: BTreeMap<FileId, Sheet<'_>> = BTreeMap::new();
    let mut found = Vec::new();
    for (merge, phone) in merges {
        let Some(source) = reading.notes.get(merge.note) else {
            continue;
        };
        let file = source.span().file;
        let why = refusal(
            project,
            source,
            &merge,
            siblings.marked.contains(reading.path(source)),
        );
        let mut parts = Vec::new();
        if let Some(input) = reading.inputs.get(&file) {
            let sheet = sheets.entry(file).or_insert_with(|| {
                let text = table_text(file, reading.sources());
                Sheet::of(input.dialect, text, &input.defaults, &reading.types)
            });
            // One text of an alias serves several notes.
            let writable = !source.shared && why.is_none();
            parts = parts_of(sheet, &merge, source, reading, media, writable);
            // An id of one variant would be another one's, too.
            if project.variant.is_some() {
                parts.retain(|it| it.what != What::Id);
            }
        }
        found.push(Attempt::new(merge, phone.guid, parts, why));
    }
    found
}

/// Why an edit cannot be written whatever it says, where that is so.
fn refusal(
    project: &Project,
    source: &SourceNote,
    merge: &Merge,
    is_marked: bool,
) -> Option<&'static str> {
    if is_marked {
        return Some("its file has a conflict of another variant; mend that and pull again");
    }
    let written = &source.written;
    let is_open = |field: usize| {
        merge
            .fields
            .iter()
            .any(|it| it.conflict && it.index == field)
    };
    let is_named = written.id.is_some() || written.guid.is_some();
    (project.variant.is_some() && is_open(written.note_type.first_field) && !is_named).then_some(
        "its first field was changed on both sides, and without an `id` it could not be known again in every variant",
    )
}

fn parts_of(
    sheet: &Sheet<'_>,
    merge: &Merge,
    source: &SourceNote,
    reading: &Reading,
    media: &Media,
    writable: bool,
) -> Vec<Part> {
    let written = &source.written;
    let (note, path) = (written.span.range(), reading.path(source));
    let end = end_of(written);
    let mut parts = Vec::new();
    for it in &merge.fields {
        let now = source.fields.get(it.index).map_or("", String::as_str);
        let content = written.fields.get(it.index).and_then(Option::as_ref);
        let note_type = &written.note_type;
        let label = note_type.labels.iter().find(|label| label.1 == it.index);
        let spot = Spot {
            sheet,
            note: note.clone(),
            // What computed it stands elsewhere, and nothing is said here.
            content,
            field: NewField {
                name: note_type
                    .note_type
                    .field_names()
                    .nth(it.index)
                    .unwrap_or(""),
                label: label.map(|it| it.0.as_str()),
                index: it.index,
                end,
            },
            hard_breaks: written.settings.hard_breaks,
            percent_comments: written.settings.percent_comments,
        };
        let (now, wanted) = (
            media.with_paths(now, path),
            media.with_paths(&it.wanted, path),
        );
        let here = content.is_none_or(|it| is_within(it.span(), written, reading));
        let ways = match writable && here {
            true => ways(&spot, &now, &wanted),
            false => Vec::new(),
        };
        parts.push(Part::new(What::Field(it.index), it.conflict, ways));
    }
    if !merge.new_tags.is_empty() || !merge.gone_tags.is_empty() {
        let is_gone =
            |it: &&Spanned<Tag>| merge.gone_tags.iter().any(|tag| tag == it.value.as_str());
        let gone: Vec<&Spanned<Tag>> = written.tags.iter().filter(is_gone).collect();
        let own = |it: &&Spanned<Tag>| is_within(it.span, written, reading);
        let mut kept = written.tags.iter().filter(|it| !is_gone(it));
        let kept = kept.rfind(own);
        // What its file gives to all of its notes is not this one's to lose.
        let writable = writable && gone.iter().all(own);
        let new: Vec<&str> = merge.new_tags.iter().map(String::as_str).collect();
        let ways = match writable {
            true => sheet.tags(&note, &gone, kept, &new),
            false => Vec::new(),
        };
        parts.push(Part::new(What::Tags, false, ways));
    }
    if let Some(flag) = merge.flag {
        let name = flag_name(flag);
        let ways = sheet.setting(&note, "flag", name);
        parts.push(Part::new(What::Flag, false, ways));
    }
    // Whichever first field the author decides for, the note has to stay who it is.
    let first = written.note_type.first_field;
    let is_open = merge
        .fields
        .iter()
        .any(|it| it.conflict && it.index == first);
    if let Some(id) = source.id.as_ref().filter(|_| is_open && reading.locked)
        && written.id.is_none()
        && written.guid.is_none()
    {
        parts.push(Part::new(What::Id, false, sheet.setting(&note, "id", id)));
    }
    if let Some(suspended) = &merge.suspended {
        let ways = sheet.setting(&note, "suspend", &suspend_value(suspended));
        parts.push(Part::new(What::Suspend, false, ways));
    }
    parts
}

/// Whether a place is the note's own: it stands behind its beginning and before the next note, or in
/// the comments directly above it.
fn is_within(place: Span, note: &WrittenNote, reading: &Reading) -> bool {
    if place.file != note.span.file {
        return false;
    }
    let next = reading.starts(note.span.file);
    let next = next.get(next.partition_point(|it| *it <= note.span.start));
    if place.start >= note.span.start {
        return next.is_none_or(|it| place.start < *it);
    }
    // Comments of a note are no longer than this.
    let (end, start) = (place.range().end, note.span.range().start);
    if start.saturating_sub(end) > LONGEST_COMMENTS {
        return false;
    }
    let text = reading.sources().text(note.span.file);
    let between = text.get(end..start);
    between.is_some_and(|it| it.contains("-->") && !it.contains("\n\n") && !it.contains("\n#"))
}

/// Where the text of a note ends, as far as its fields in its own file tell.
fn end_of(note: &WrittenNote) -> usize {
    let fields = note.fields.iter().flatten().map(Content::span);
    let own = fields.filter(|it| it.file == note.span.file);
    own.map(|it| it.range().end)
        .fold(note.span.range().end, usize::max)
}

pub(super) fn flag_name(flag: Flag) -> &'static str {
    let found = Flag::ALL.iter().find(|(it, _)| *it == flag);
    found.map_or("none", |it| it.1)
}

pub(super) fn suspend_value(suspended: &Suspended) -> String {
    match suspended {
        Suspended::All => "true".to_owned(),
        Suspended::Cards(names) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            list(&names)
        }
    }
}
