//! Tells what some of the clients that a deck is made for do not show.

use std::ops::Range;

use super::media::extension;
use crate::diag::{Code, Diagnostic, Text};
use crate::model::Targets;
use crate::model::support::Feature;
use crate::model::written::{Content, WrittenNote, WrittenType};

/// Of a file that a text names: its format may be one that not every client shows.
pub(super) fn of_file(path: &str, targets: Targets) -> Option<Diagnostic> {
    let feature = Feature::of_extension(extension(path))?;
    let better = match feature {
        Feature::Avif | Feature::Heic | Feature::Tiff => {
            "PNG, JPEG and WebP pictures are shown everywhere"
        }
        Feature::Ogg => "MP3 is played everywhere",
        _ => "MP3 sounds and MP4 films (H.264) are played everywhere",
    };
    let title = format!("not every device shows `{path}`");
    finding(Code::TargetFormat, title, feature, targets).map(|it| it.help(better))
}

/// Of a file on the network.
pub(super) fn of_remote(address: &str, targets: Targets) -> Option<Diagnostic> {
    let title = format!("`{address}` lies on the network");
    let found = finding(Code::TargetRemote, title, Feature::Remote, targets)?;
    Some(found.help("save it in the project and refer to it there"))
}

/// Of the name of a file in the package.
pub fn of_name(name: &str, targets: Targets) -> Option<Diagnostic> {
    let is_safe = |it: u8| it.is_ascii_alphanumeric() || b"._-".contains(&it);
    if name.bytes().all(is_safe) {
        return None;
    }
    let title = format!("the file is called `{name}` in the package");
    let found = finding(Code::TargetName, title, Feature::FileName, targets)?;
    Some(
        found.help(
            "call it by letters from a to z, digits, `.`, `_` and `-`, or let deckle name it",
        ),
    )
}

/// What is wrong with the texts of a note type: each finding, and the words that it is about.
pub(super) fn of_type(written: &WrittenType, targets: Targets) -> Vec<(Diagnostic, String)> {
    let mut found = Vec::new();
    for template in written.note_type.templates() {
        for side in [&template.front, &template.back] {
            for (range, feature) in signs(side) {
                let sign = side.get(range).unwrap_or_default();
                found.extend(of_sign(feature, targets).map(|it| (it, sign.to_owned())));
            }
        }
    }
    found
}

/// What is wrong with the fields of a note, as they were written, at its place.
pub(super) fn of_note(note: &WrittenNote, targets: Targets) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !targets.are_said() {
        return found;
    }
    let mut contents: Vec<&Content> = note.fields.iter().flatten().collect();
    while let Some(content) = contents.pop() {
        match content {
            Content::Markdown(text) | Content::Html(text) => {
                found.extend(of_text(text, targets));
            }
            Content::List(items) => contents.extend(items),
            Content::Plain(_) | Content::Media(_) | Content::Masks(_) => {}
        }
    }
    found
}

fn of_text(text: &Text, targets: Targets) -> Vec<Diagnostic> {
    let source = text.as_str();
    let told = signs(source)
        .into_iter()
        .filter_map(|(range, feature)| Some(of_sign(feature, targets)?.at(text.span(range), "")));
    told.collect()
}

fn of_sign(feature: Feature, targets: Targets) -> Option<Diagnostic> {
    let (code, title, help) = match feature {
        Feature::Speech => (
            Code::TargetSpeech,
            "not every device speaks",
            "ship a recording, or show the text as well",
        ),
        Feature::MathMl => (
            Code::TargetMarkup,
            "not every device shows MathML",
            "write the formula as `$..$`, which every client typesets by itself",
        ),
        Feature::AndroidInterface => (
            Code::TargetScript,
            "`AnkiDroidJS` is there on AnkiDroid alone",
            "ask whether it is there before you use it, and let the card be whole without it",
        ),
        _ => (
            Code::TargetScript,
            "scripts do not run alike on all devices",
            "try the card on each of them, and let it be whole without the script",
        ),
    };
    Some(finding(code, title.to_owned(), feature, targets)?.help(help))
}

/// Signs of features, and where each first stands.
fn signs(text: &str) -> Vec<(Range<usize>, Feature)> {
    const SIGNS: [(&str, Feature); 5] = [
        ("<script", Feature::Script),
        ("AnkiDroidJS", Feature::AndroidInterface),
        ("{{tts ", Feature::Speech),
        ("[anki:tts", Feature::Speech),
        ("<math", Feature::MathMl),
    ];
    let mut found = Vec::new();
    for (sign, feature) in SIGNS {
        if let Some(start) = text.find(sign) {
            found.push((start..start + sign.trim_end().len(), feature));
        }
    }
    found
}

fn finding(code: Code, title: String, feature: Feature, targets: Targets) -> Option<Diagnostic> {
    let losses = feature.losses(targets);
    if losses.is_empty() {
        return None;
    }
    let mut found = Diagnostic::new(code, title);
    for row in losses {
        found = found.note(format!("{} {}", row.client, row.what));
    }
    Some(found)
}
