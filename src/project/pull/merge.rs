//! Three states of a note: as it was shipped, as the sources have it, as the phone has it.

use std::collections::BTreeSet;

use super::PullOptions;
use super::base::{Bases, Before, Version};
use super::phone::{PhoneNote, Suspended};
use super::reading::{Reading, SourceNote};
use crate::model::Flag;
use crate::model::written::WrittenSuspend;

/// What is to become of a note of the sources.
pub(super) struct Merge {
    /// Its place among the notes of the sources.
    pub(super) note: usize,
    pub(super) fields: Vec<FieldMerge>,
    pub(super) new_tags: Vec<String>,
    pub(super) gone_tags: Vec<String>,
    pub(super) flag: Option<Flag>,
    pub(super) suspended: Option<Suspended>,
    /// All fields as they are to come out.
    pub(super) wanted: Vec<String>,
    pub(super) wanted_tags: BTreeSet<String>,
    /// The time that the lock has to have at least.
    pub(super) time: i64,
}

/// A field that the phone has in another way.
pub(super) struct FieldMerge {
    pub(super) index: usize,
    /// What the phone has.
    pub(super) wanted: String,
    /// Whether the sources changed it, too.
    pub(super) conflict: bool,
}

/// What a comparison comes to.
pub(super) enum Verdict {
    /// The phone has nothing new; the time that the lock has to have at least, where that matters.
    Nothing(Option<i64>),
    /// The phone has a version that is older than all that is known, and not the sources' own: these
    /// fields differ, each with what the phone has.
    Older(Vec<(usize, String)>),
    /// The note stays as it is, for this reason.
    Left(String),
    /// These changes.
    Changes(Merge),
}

/// Compares a note of the phone with the note of the sources.
pub(super) fn merge(
    reading: &Reading,
    index: usize,
    source: &SourceNote,
    phone: &PhoneNote,
    bases: &Bases,
    options: &PullOptions,
) -> Verdict {
    let note_type = &source.written.note_type.note_type;
    let names: Vec<&str> = note_type.field_names().collect();
    let versions = match bases.before(phone) {
        Before::Known(versions) => versions,
        // What nobody shipped, or shipped later only, can be compared with nothing.
        Before::Older | Before::Nothing => return older(source, phone, &names),
    };
    let Some(base) = versions.first().copied() else {
        return older(source, phone, &names);
    };
    let states = states(source, phone, base, options);
    // An unedited note may come out of an import in other words.
    let edited = base.modified != phone.modified;
    if !edited && states.is_empty() {
        return Verdict::Nothing(None);
    }
    let there = |name: &str| {
        let at = phone.note_type.fields.iter().position(|it| it == name)?;
        phone.fields.get(at)
    };
    if edited && phone.note_type.kind != note_type.kind() {
        return Verdict::Left(format!(
            "its note type on the phone is `{}`, which is of another kind than `{}` here",
            phone.note_type.name, source.written.note_type.key
        ));
    }
    if edited && let Some(name) = homeless(phone, &names, &versions) {
        return Verdict::Left(format!(
            "the field `{name}` of its note type on the phone, `{}`, was edited, and `{}` has no such field here",
            phone.note_type.name, source.written.note_type.key
        ));
    }
    let drifted = base.is_ours && reading.locked && has_drifted(reading, source);
    let mut wanted = source.fields.clone();
    let mut arrived = names.len() == phone.note_type.fields.len();
    let mut fields = Vec::new();
    for (field, (name, now)) in names.iter().zip(&source.fields).enumerate() {
        // A field that is new here has nothing on the phone yet.
        let Some(there) = there(name) else {
            arrived = false;
            continue;
        };
        let was = || versions.iter().map(|it| it.field(name).unwrap_or_default());
        if !edited || there == now || was().all(|it| it == there) {
            continue;
        }
        // Where it is not certain which version the phone had, both texts are kept.
        let conflict = was().any(|it| it != now || it == there) || drifted;
        if let Some(slot) = wanted.get_mut(field) {
            slot.clone_from(there);
        }
        fields.push(FieldMerge {
            index: field,
            wanted: there.clone(),
            conflict,
        });
    }
    let (mut new_tags, mut gone_tags) = (Vec::new(), Vec::new());
    if edited {
        let known = |tag: &&String| versions.iter().any(|it| it.tags.contains(*tag));
        let new = phone.tags.iter().filter(|it| !known(it));
        new_tags.extend(new.filter(|it| !source.tags.contains(*it)).cloned());
        let was = |tag: &&String| versions.iter().all(|it| it.tags.contains(*tag));
        let gone = source.tags.iter().filter(was);
        gone_tags.extend(gone.filter(|it| !phone.tags.contains(*it)).cloned());
    }
    let mut wanted_tags = source.tags.clone();
    wanted_tags.extend(new_tags.iter().cloned());
    wanted_tags.retain(|it| !gone_tags.contains(it));
    // What stays different from the phone has to be newer, so that the next import brings it.
    let mut pairs = names.iter().zip(&wanted);
    arrived &= pairs.all(|(name, html)| there(name) == Some(html)) && wanted_tags == phone.tags;
    let conflict = fields.iter().any(|it| it.conflict);
    let ahead = i64::from(conflict || !arrived);
    let time = phone.modified.saturating_add(ahead);
    if fields.is_empty() && new_tags.is_empty() && gone_tags.is_empty() && states.is_empty() {
        return Verdict::Nothing(edited.then_some(time));
    }
    Verdict::Changes(Merge {
        note: index,
        fields,
        new_tags,
        gone_tags,
        flag: states.flag,
        suspended: states.suspended,
        wanted,
        wanted_tags,
        time,
    })
}

/// What there is to say of a note that can be compared with nothing.
fn older(source: &SourceNote, phone: &PhoneNote, names: &[&str]) -> Verdict {
    let mut others = Vec::new();
    for (name, html) in phone.note_type.fields.iter().zip(&phone.fields) {
        let at = names.iter().position(|it| it == name);
        let here = at.and_then(|at| Some((at, source.fields.get(at)?)));
        match here {
            Some((_, here)) if here == html => {}
            Some((at, _)) => others.push((at, html.clone())),
            None => {}
        }
    }
    match others.is_empty() && source.tags == phone.tags {
        true => Verdict::Nothing(None),
        false => Verdict::Older(others),
    }
}

/// A field of the phone that was edited there and that the sources do not have any more.
fn homeless<'p>(phone: &'p PhoneNote, names: &[&str], versions: &[&Version]) -> Option<&'p str> {
    let all = phone.note_type.fields.iter().zip(&phone.fields);
    let mut lost = all.filter(|(name, _)| !names.contains(&name.as_str()));
    let is_edited = |name: &str, html: &str| {
        let mut was = versions.iter().map(|it| it.field(name).unwrap_or_default());
        !was.any(|it| it == html)
    };
    let edited = lost.find(|(name, html)| is_edited(name, html))?;
    Some(edited.0)
}

struct States {
    flag: Option<Flag>,
    suspended: Option<Suspended>,
}

impl States {
    fn is_empty(&self) -> bool {
        self.flag.is_none() && self.suspended.is_none()
    }
}

/// The states of cards that are asked for and that the sources do not say yet. They change without
/// the note's time.
fn states(source: &SourceNote, phone: &PhoneNote, base: &Version, options: &PullOptions) -> States {
    let flag = phone.flag();
    let new_flag =
        options.flags && flag != Flag::None && flag != source.flag() && flag != base.flag;
    let suspended = phone.suspended();
    let says_none = matches!(source.written.suspend, WrittenSuspend::None);
    let new_suspended = options.suspended && says_none && !base.suspended;
    States {
        flag: new_flag.then_some(flag),
        suspended: suspended.filter(|_| new_suspended),
    }
}

/// Whether the sources of a note are others than those of the last build.
fn has_drifted(reading: &Reading, source: &SourceNote) -> bool {
    let record = source.id.as_ref().and_then(|id| reading.lock.notes.get(id));
    record.is_some_and(|it| it.content != source.content)
}
