//! One note: which of its fields hold clozes, which numbers they get, and what they become.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::assets::{self, Store};
use super::audio;
use super::markdown::{self, Field, is_plain_line};
use super::media::Library;
use super::occlusion::{self, Occluded};
use super::raw_html::{render_html, render_media};
use super::ruby::bracket_fields;
use super::scan::{Dialect, GroupKind, Scan, scan};
use super::sink::Sink;
use super::{NamedMedia, RenderedNote, speech, targets};
use crate::diag::{Code, Diagnostic, Diagnostics, Text};
use crate::files::parent;
use crate::model::written::{
    Content, Highlight, MathEngine, OcclusionFields, Settings, WrittenMasks, WrittenNote,
};
use crate::model::{NoteTypeKind, Targets};
use crate::template::cloze::{ClozeProblemKind, ClozeText, cloze_numbers};
use crate::template::latex::latex_tags;

/// A field's content that was scanned: clozes get their numbers once all of a note's fields are.
enum Prepared<'c> {
    Done(String),
    Markdown(Marked<'c>),
    Plain(Marked<'c>),
    Html(&'c Text),
    Media(&'c Text),
    List(Vec<Prepared<'c>>),
    Masks(&'c WrittenMasks),
}

struct Marked<'c> {
    text: &'c Text,
    scan: Scan,
    numbers: Vec<Vec<u16>>,
}

pub(super) fn render(
    library: &Library<'_>,
    store: &Store,
    targets: Targets,
    note: &WrittenNote,
    path: &str,
) -> RenderedNote {
    let mut sink = Sink::new(library, &note.settings, path);
    sink.targets = targets;
    targets::of_note(note, targets)
        .into_iter()
        .for_each(|found| sink.push(found));
    speech::of_note(note)
        .into_iter()
        .for_each(|found| sink.push(found));
    sink.typesets = note.note_type.note_type.latex().has_own_preamble();
    let is_cloze = note.note_type.note_type.kind() == NoteTypeKind::Cloze;
    let mut prepared = prepare_all(note, is_cloze, &mut sink);
    let mut given_numbers = if is_cloze {
        number_clozes(&mut prepared)
    } else {
        Vec::new()
    };
    let (mut fields, masks) = write_all(prepared, note, is_cloze, &mut sink);
    let sounds = if note.settings.audio.fields.is_empty() {
        Vec::new()
    } else {
        sink.asking.more();
        let brackets = bracket_fields(&note.note_type.note_type);
        audio::fill(note, &mut fields, &brackets, is_cloze, &mut sink)
    };
    let occluded = occlude(note, masks, &mut fields, &mut sink);
    if masks.is_some() {
        given_numbers = occluded.groups.iter().map(|it| it.number).collect();
        given_numbers.sort_unstable();
    }
    let loaded = load_files(library, store, note, &mut fields, &mut sink);
    RenderedNote {
        fields,
        media: sink.media,
        known_as: sink.known_as,
        assets: loaded,
        drawn: sink.drawn,
        shaped: sink.shaped.into_iter().collect(),
        given_numbers,
        mask_groups: occluded.groups,
        drawings: occluded.drawings,
        sounds,
        latex: sink.latex,
        math_font: sink.tag_font,
        diagnostics: sink.diagnostics,
        asked: sink.asking.finish(library),
    }
}

/// The fields with their texts scanned, in the order of the note type.
fn prepare_all<'c>(
    note: &'c WrittenNote,
    is_cloze: bool,
    sink: &mut Sink<'_>,
) -> Vec<Prepared<'c>> {
    let live = live_fields(note, is_cloze);
    let count = note.note_type.note_type.fields().len();
    let mut prepared = Vec::with_capacity(count);
    for index in 0..count {
        let live = live.get(index).copied().unwrap_or(false);
        prepared.push(match note.fields.get(index).and_then(Option::as_ref) {
            Some(content) => prepare(content, note, index, is_cloze, live, &mut sink.diagnostics),
            None => Prepared::Done(String::new()),
        });
    }
    prepared
}

/// Gives clozes that say no number the next free ones, over all fields. Returns those.
fn number_clozes(prepared: &mut [Prepared<'_>]) -> Vec<u16> {
    let mut used = Vec::new();
    for field in prepared.iter() {
        collect_numbers(field, &mut used);
    }
    used.sort_unstable();
    used.dedup();
    let explicit = used.clone();
    for field in prepared {
        give_numbers(field, &mut used);
    }
    used.retain(|number| explicit.binary_search(number).is_err());
    used
}

/// The HTML of the fields; of masks, whose field stays empty, where they belong.
fn write_all<'c>(
    prepared: Vec<Prepared<'c>>,
    note: &WrittenNote,
    is_cloze: bool,
    sink: &mut Sink<'_>,
) -> (Vec<String>, Option<(usize, &'c WrittenMasks)>) {
    let brackets = if note.settings.ruby {
        bracket_fields(&note.note_type.note_type)
    } else {
        Vec::new()
    };
    let mut masks = None;
    let mut fields = Vec::with_capacity(prepared.len());
    for (index, field) in prepared.into_iter().enumerate() {
        let html = match field {
            Prepared::Done(html) => html,
            Prepared::Masks(written) => {
                masks = Some((index, written));
                String::new()
            }
            field => {
                // A card shows the fields of one note, and no other.
                let footnotes = format!("fn-{index}");
                sink.brackets = brackets.get(index).copied().unwrap_or(false);
                sink.field = u16::try_from(index).unwrap_or(u16::MAX);
                write(&field, is_cloze, &footnotes, sink)
            }
        };
        fields.push(normal(html));
    }
    (fields, masks)
}

/// Draws the masks into their field. A note that should have some and has none is told.
fn occlude(
    note: &WrittenNote,
    masks: Option<(usize, &WrittenMasks)>,
    fields: &mut [String],
    sink: &mut Sink<'_>,
) -> Occluded {
    let places = OcclusionFields::of(&note.note_type.note_type);
    let Some((index, masks)) = masks else {
        if let Some(places) = places
            // A note that was unpacked may be as empty as it was in Anki.
            && note.note_type.required.contains(&places.occlusion)
            && note
                .fields
                .get(places.occlusion)
                .is_none_or(|it| it.as_ref().is_none_or(Content::is_blank))
        {
            sink.push(occlusion::no_masks(note.span));
        }
        return Occluded::default();
    };
    sink.asking.more();
    // Pixels count on the picture, whose field is written by now.
    let image = places
        .and_then(|it| fields.get(it.image))
        .map(String::as_str);
    let mut occluded = occlusion::write(masks, image.unwrap_or_default(), sink);
    if let Some(field) = fields.get_mut(index) {
        *field = normal(std::mem::take(&mut occluded.html));
    }
    occluded
}

/// What fields load as card templates do, each file once; the fields name the files as packages do.
fn load_files(
    library: &Library<'_>,
    store: &Store,
    note: &WrittenNote,
    fields: &mut [String],
    sink: &mut Sink<'_>,
) -> Vec<NamedMedia> {
    let mut loaded: Vec<NamedMedia> = Vec::new();
    let (targets, folder) = (sink.targets, parent(sink.path));
    for (index, html) in fields.iter_mut().enumerate() {
        let written = note.fields.get(index).and_then(Option::as_ref);
        let span = written.map_or(note.span, Content::span);
        let text = match written {
            Some(Content::Markdown(text) | Content::Html(text)) => Some(text),
            _ => None,
        };
        let settings = &note.settings;
        let found = assets::of_field(
            library,
            store,
            targets,
            html,
            folder,
            settings,
            (text, span),
        );
        let Some(found) = found else {
            continue;
        };
        if found.asked {
            sink.asking.more();
        }
        if let Some(new) = found.html {
            *html = new;
        }
        for file in found.files {
            if !loaded.contains(&file) {
                loaded.push(file);
            }
        }
        sink.diagnostics.append(found.diagnostics);
    }
    loaded
}

/// Which fields the front shows as clozes.
fn live_fields(note: &WrittenNote, is_cloze: bool) -> Vec<bool> {
    if !is_cloze {
        return Vec::new();
    }
    let note_type = &note.note_type.note_type;
    let mut live = vec![false; note_type.fields().len()];
    for front in note_type.fronts() {
        for used in front.field_uses() {
            let is_cloze = used.filters.iter().any(|filter| filter.trim() == "cloze");
            if let (true, Some(index)) = (is_cloze, note_type.field_index(used.name))
                && let Some(live) = live.get_mut(index)
            {
                *live = true;
            }
        }
    }
    live
}

fn prepare<'c>(
    content: &'c Content,
    note: &WrittenNote,
    index: usize,
    is_cloze: bool,
    live: bool,
    found: &mut Diagnostics,
) -> Prepared<'c> {
    let settings = &note.settings;
    let dialect = Dialect {
        markdown: true,
        clozes: live,
        highlight: live && settings.highlight != Highlight::Never,
        curly: live && settings.curly,
        stray: match (is_cloze, live) {
            (false, _) => Some(Code::ClozeIgnored),
            (true, false) => Some(Code::ClozeOutside),
            (true, true) => None,
        },
        math: settings.math != MathEngine::None,
        percent_comments: settings.percent_comments,
        autolinks: settings.autolinks,
        ruby: settings.ruby,
    };
    match content {
        Content::Markdown(text) => {
            let trimmed = text.as_str().trim();
            let is_code = is_indented(text.as_str());
            if !is_code && is_plain_line(trimmed) && !may_be_more(trimmed, settings) {
                return Prepared::Done(trimmed.to_owned());
            }
            Prepared::Markdown(marked(text, dialect, found))
        }
        Content::Plain(text) => {
            let dialect = Dialect {
                markdown: false,
                highlight: false,
                curly: false,
                autolinks: false,
                ruby: false,
                ..dialect
            };
            Prepared::Plain(marked(text, dialect, found))
        }
        Content::Html(text) => {
            if is_cloze {
                check_html(text, live, texts_on_pictures(note, index), found);
            }
            Prepared::Html(text)
        }
        Content::Media(text) => Prepared::Media(text),
        Content::Masks(masks) => Prepared::Masks(masks),
        Content::List(items) => Prepared::List(
            items
                .iter()
                .filter(|item| !item.is_blank())
                .map(|item| prepare(item, note, index, is_cloze, live, found))
                .collect(),
        ),
    }
}

/// Whether the first line with text begins as indented code does.
fn is_indented(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        indent > 3 || line.get(..indent).is_some_and(|it| it.contains('\t'))
    })
}

/// Whether a line without Markdown's own marks may hold something that settings give a meaning.
fn may_be_more(line: &str, settings: &Settings) -> bool {
    settings.percent_comments && line.contains("%%")
        || settings.autolinks && (line.contains("://") || line.contains("www."))
}

fn marked<'c>(text: &'c Text, dialect: Dialect, found: &mut Diagnostics) -> Marked<'c> {
    let scan = scan(text, dialect, found);
    Marked {
        text,
        numbers: vec![Vec::new(); scan.groups.len()],
        scan,
    }
}

fn collect_numbers(field: &Prepared<'_>, used: &mut Vec<u16>) {
    match field {
        Prepared::Markdown(marked) | Prepared::Plain(marked) => {
            for group in &marked.scan.groups {
                if let GroupKind::Cloze(numbers) = &group.kind {
                    used.extend(numbers);
                }
            }
        }
        Prepared::Html(text) => used.extend(cloze_numbers(text.as_str())),
        Prepared::List(items) => items.iter().for_each(|item| collect_numbers(item, used)),
        Prepared::Done(_) | Prepared::Media(_) | Prepared::Masks(_) => {}
    }
}

fn give_numbers(field: &mut Prepared<'_>, used: &mut Vec<u16>) {
    match field {
        Prepared::Markdown(marked) | Prepared::Plain(marked) => {
            marked.numbers = markdown::number(&marked.scan, used);
        }
        Prepared::List(items) => items.iter_mut().for_each(|item| give_numbers(item, used)),
        Prepared::Done(_) | Prepared::Html(_) | Prepared::Media(_) | Prepared::Masks(_) => {}
    }
}

fn write(prepared: &Prepared<'_>, guards: bool, footnotes: &str, sink: &mut Sink<'_>) -> String {
    let field = |marked: &Marked<'_>, sink: &mut Sink<'_>, is_markdown: bool| {
        let field = Field {
            text: marked.text,
            scan: &marked.scan,
            numbers: &marked.numbers,
            guards,
            footnotes,
        };
        if is_markdown {
            markdown::render(&field, sink)
        } else {
            markdown::render_plain(&field, sink)
        }
    };
    match prepared {
        Prepared::Done(html) => html.clone(),
        Prepared::Markdown(marked) => field(marked, sink, true),
        Prepared::Plain(marked) => field(marked, sink, false),
        Prepared::Html(text) => {
            for tag in latex_tags(text.as_str()) {
                let source = text.as_str().get(tag.range.clone()).unwrap_or_default();
                sink.latex_tag(text.span(tag.range), !source.is_ascii());
            }
            render_html(text, sink)
        }
        Prepared::Media(text) => render_media(text, sink),
        Prepared::List(items) if items.is_empty() => String::new(),
        // They are written when all other fields are.
        Prepared::Masks(_) => String::new(),
        Prepared::List(items) => {
            let mut html = String::from("<ul>");
            for (index, item) in items.iter().enumerate() {
                html.push_str("<li>");
                html.push_str(&write(item, guards, &format!("{footnotes}-{index}"), sink));
                html.push_str("</li>");
            }
            html.push_str("</ul>");
            html
        }
    }
}

/// Anki keeps fields in NFC, and so does its search.
fn normal(html: String) -> String {
    if html.is_ascii() || is_nfc_quick(html.chars()) == IsNormalized::Yes {
        return html;
    }
    html.nfc().collect()
}

/// Whether the field holds masks, and with them texts that stand on the picture.
fn texts_on_pictures(note: &WrittenNote, index: usize) -> bool {
    OcclusionFields::of(&note.note_type.note_type).is_some_and(|it| it.occlusion == index)
}

/// The clozes of a field of HTML, which goes into the package as it is.
///
/// Where there may be texts on a picture, number 0 is one of them.
fn check_html(text: &Text, live: bool, zeros: bool, found: &mut Diagnostics) {
    let clozes = ClozeText::parse(text.as_str());
    if !live {
        if !clozes.numbers().is_empty() {
            found.push(
                Diagnostic::new(
                    Code::ClozeOutside,
                    "a cloze in a field that its card template does not show as one",
                )
                .at(text.whole(), "makes a blank card")
                .help("move it to a field that the front shows with `{{cloze:..}}`"),
            );
        }
        return;
    }
    for problem in clozes.problems() {
        let (code, message) = match problem.kind {
            ClozeProblemKind::Unclosed => (Code::ClozeUnclosed, "the cloze has no end"),
            ClozeProblemKind::NumberZero if zeros => continue,
            ClozeProblemKind::NumberZero
            | ClozeProblemKind::NumberTooHigh(_)
            | ClozeProblemKind::NumberOutOfRange => {
                (Code::ClozeNumber, "cloze numbers go from 1 to 500")
            }
            ClozeProblemKind::SeveralNumbers => (
                Code::ClozeSeveral,
                "AnkiDroid does not read several numbers in one cloze",
            ),
            ClozeProblemKind::TooDeep => (
                Code::ClozeNesting,
                "more than ten clozes stand inside one another",
            ),
            ClozeProblemKind::Misspelled => {
                (Code::ClozeSpacing, "Anki reads a cloze only as `{{c1::`")
            }
            // Braces in scripts and styles are no mistake.
            _ => continue,
        };
        found.push(Diagnostic::new(code, message).at(text.span(problem.range.clone()), ""));
    }
}
