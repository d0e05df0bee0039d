//! What notes ask for that is not there yet: sounds to make, files to fetch.

use std::collections::{BTreeMap, BTreeSet};

use super::{Project, Report, load, types};
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Sources, Span, nearest};
use crate::files::{PINS, Pins};
use crate::model::written::{Audio, SpokenField};
use crate::render::{MadeSound, Renderer};
use crate::source::types::TypeSet;

/// What the notes of a project ask for.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) sounds: BTreeMap<String, MadeSound>,
    #[cfg(feature = "fetch")]
    pub(super) remote: BTreeMap<String, crate::render::RemoteMedia>,
    pub(super) pins: Pins,
}

/// Reads and renders all notes. `None` where the sources have errors other than what is missing.
pub(super) fn gather(project: &Project, report: &mut Report) -> Result<Option<Gathered>, Error> {
    let found = read(project, report)?;
    let mut others = Diagnostics::new();
    let for_this = [Code::AudioUnmade, Code::MediaUnfetched];
    let told = report.diagnostics.iter();
    let told = told.filter(|it| it.severity == Severity::Error && !for_this.contains(&it.code));
    told.cloned().for_each(|it| others.push(it));
    others.sort();
    report.diagnostics = others;
    Ok(found.filter(|_| !report.diagnostics.has_errors()))
}

fn read(project: &Project, report: &mut Report) -> Result<Option<Gathered>, Error> {
    let (sources, sink) = (&mut report.sources, &mut report.diagnostics);
    let Some(manifest) = load::manifest(project, sources, sink)? else {
        return Ok(None);
    };
    let types = types::load(project, &manifest, sources, sink)?;
    let renderer = Renderer::new(&*project.files);
    load::notes(project, &manifest, &types, &renderer, None, sources, sink)?;
    Ok(Some(Gathered {
        sounds: renderer.made_sounds(),
        #[cfg(feature = "fetch")]
        remote: renderer.remote_media(),
        pins: list(project)?.map_or_else(Pins::default, |text| Pins::read(&text).0),
    }))
}

/// The text of the list of fetched and made files.
fn list(project: &Project) -> Result<Option<String>, Error> {
    if project.files.size(PINS)?.is_none() {
        return Ok(None);
    }
    let bytes = project.files.read(PINS)?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Tells lines of the list that cannot be read.
pub(super) fn tell_list(
    project: &Project,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<(), Error> {
    let Some(text) = list(project)? else {
        return Ok(());
    };
    let (_, bad) = Pins::read(&text);
    if bad.is_empty() {
        return Ok(());
    }
    let Some(file) = load::read_text(project, PINS, sources, sink)? else {
        return Ok(());
    };
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    for (line, problem) in bad {
        let start = starts.get(line).copied().unwrap_or(text.len());
        let length = text.get(start..).and_then(|it| it.lines().next());
        let span = Span::new(file, start..start + length.map_or(0, str::len));
        sink.push(
            Diagnostic::new(Code::MediaList, "the line is none of the list of media")
                .at(span, problem)
                .note("deckle.media is written by `deckle fetch` and `deckle audio`")
                .help("take back what changed the line; of a merge conflict keep the lines of both sides"),
        );
    }
    Ok(())
}

/// How many texts are named where sounds are missing.
const NAMED: usize = 3;

/// Tells in one finding which sounds are still to be made, at the first note that asks for one.
pub(super) fn tell_unmade(sounds: &BTreeMap<String, MadeSound>, sink: &mut Diagnostics) {
    for may_miss in [false, true] {
        let missing = sounds
            .values()
            .filter(|it| !it.is_there && it.may_miss == may_miss);
        let mut missing: Vec<&MadeSound> = missing.collect();
        missing.sort_by_key(|it| (&it.source, it.span.range().start));
        let Some(first) = missing.first() else {
            continue;
        };
        let title = match missing.len() {
            1 => "a sound was not made yet".to_owned(),
            count => format!("{count} sounds were not made yet"),
        };
        let texts = missing
            .iter()
            .take(NAMED)
            .map(|it| format!("`{}`", it.text));
        let texts: Vec<String> = texts.collect();
        let more = match missing.len().saturating_sub(NAMED) {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        let mut found = Diagnostic::new(Code::AudioUnmade, title)
            .at(first.span, "this note asks for the first of them")
            .note(format!("to be spoken: {}{more}", texts.join(", ")));
        if may_miss {
            found.severity = Severity::Warning;
            found = found
                .note("the fields stay empty, because the project says `media: {missing: keep}`");
        }
        sink.push(found.help("run `deckle audio`, and commit what it writes"));
    }
}

/// Tells fields of `audio` that no note type has.
pub(super) fn tell_unknown_fields<'a>(
    all: impl Iterator<Item = &'a Audio>,
    types: &TypeSet,
    sink: &mut Diagnostics,
) {
    let mut seen: BTreeSet<(Span, &str)> = BTreeSet::new();
    for field in all.flat_map(|it| &it.fields) {
        if !seen.insert((field.span, &field.target)) {
            continue;
        }
        if let Some((title, help)) = unknown(field, types) {
            sink.push(
                Diagnostic::new(Code::AudioField, title)
                    .at(field.span, "makes no sound")
                    .help(help),
            );
        }
    }
}

fn unknown(field: &SpokenField, types: &TypeSet) -> Option<(String, String)> {
    let target = &field.target;
    let mut having = types.iter().filter(|it| it.field_index(target).is_some());
    let mut having = having.by_ref().peekable();
    if having.peek().is_none() {
        // A definition that cannot be read is told, and may have the field.
        return types.broken().is_empty().then(|| {
            let title = format!("no note type has a field `{target}` for a sound");
            let names = types.iter().flat_map(|it| it.note_type.field_names());
            let help = match nearest(target, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the sound goes into a field of the note type: add it to `fields` in its type.yaml, and `{{..}}` with its name to a card template".to_owned(),
            };
            (title, help)
        });
    }
    let lacks = |it: &&std::sync::Arc<crate::model::written::WrittenType>| {
        // Of deckle's own types most are in no note.
        !it.shipped
            && !field
                .texts
                .iter()
                .any(|name| it.field_index(name).is_some())
    };
    let lacking = having.find(lacks)?;
    let texts = field.texts.join("`, `");
    let title = format!(
        "note type `{}` has `{target}`, but no field `{texts}` to speak",
        lacking.key
    );
    Some((
        title,
        "name a field of this note type, or put `audio` where only notes of other types are"
            .to_owned(),
    ))
}
