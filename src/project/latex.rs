//! The pictures of LaTeX tags: which names Anki asks for on the sides of all cards, and the files
//! that go into the package under them.
//!
//! Anki looks for the tags in a side when templates and clozes are done, so a formula with clozes
//! in it has a picture for each side of each card. That is known only when notes have their final
//! fields and cloze numbers; notes without tags cost no more than a search for `[`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Project;
use super::render::{Facts, Made};
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Span};
use crate::files::file_name;
use crate::identity::Lock;
use crate::model::written::MathEngine;
use crate::model::{Latex, Note, NoteType, NoteTypeKind};
use crate::render::{
    AskedPicture, LatexPicture, MediaKey, NamedMedia, NoPicture, Renderer, TexError,
};
use crate::template::av::extract_av;
use crate::template::cloze::{CardSide, ClozeText};
use crate::template::latex::latex_tags;
use crate::template::render::{Situation, render_card};

/// The pictures of a build.
#[derive(Default)]
pub(super) struct LatexPictures {
    /// Each once, in the order of first use.
    pub(super) files: Vec<NamedMedia>,
    /// The names that notes ask for, by the places of the notes in the build.
    pub(super) of_notes: BTreeMap<usize, Vec<Arc<str>>>,
    /// Whether any was asked for, be it one that cannot be made.
    pub(super) are_asked_for: bool,
}

/// A picture that some card asks for first.
struct Asked<'m> {
    name: String,
    source: String,
    latex: &'m Latex,
    note_type: &'m NoteType,
    engine: MathEngine,
    font: Option<MediaKey>,
    span: Span,
    /// The name of another note type that asks for it with another preamble.
    rival: Option<&'m str>,
}

/// Makes the pictures that the notes ask for. Those that cannot be made, and those that are not
/// what the last build sent out under their names, are told.
pub(super) fn pictures(
    project: &Project,
    made: &Made,
    engine: MathEngine,
    renderer: &Renderer<'_>,
    lock: &Lock,
    sink: &mut Diagnostics,
) -> Result<LatexPictures, Error> {
    let mut asked: Vec<Asked<'_>> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut of_notes = BTreeMap::new();
    let mut tagged_types: BTreeMap<i64, bool> = BTreeMap::new();
    for (index, (note, facts)) in made.iter().enumerate() {
        let note_type = note.note_type();
        let in_type = *tagged_types
            .entry(note_type.id())
            .or_insert_with(|| has_tags_in_templates(note_type));
        if !in_type && !may_have_tags(note.fields.joined()) {
            continue;
        }
        let mut names: Vec<Arc<str>> = Vec::new();
        for (source, name) in of_note(note, facts) {
            let latex = note_type.latex();
            match places.get(&name).and_then(|at| asked.get_mut(*at)) {
                Some(known) if known.latex != latex => {
                    known.rival.get_or_insert(note_type.name());
                }
                Some(_) => {}
                None => {
                    places.insert(name.clone(), asked.len());
                    asked.push(Asked {
                        span: place(note, facts, &source),
                        engine: facts.math_engine().unwrap_or(engine),
                        font: facts.math_font(),
                        name: name.clone(),
                        source,
                        latex,
                        note_type,
                        rival: None,
                    });
                }
            }
            names.push(name.as_str().into());
        }
        if !names.is_empty() {
            of_notes.insert(index, names);
        }
    }
    if asked.is_empty() {
        return Ok(LatexPictures::default());
    }
    let own = own_files(project)?;
    let wanted: Vec<AskedPicture<'_>> = asked
        .iter()
        .map(|it| AskedPicture {
            name: &it.name,
            source: &it.source,
            latex: it.latex,
            engine: it.engine,
            font: it.font,
        })
        .collect();
    let outcomes = renderer.latex_pictures(&wanted, &own);
    let sent: BTreeMap<&str, &str> = lock
        .media
        .iter()
        .map(|it| (it.name.as_str(), it.content.as_str()))
        .collect();
    let mut files = Vec::new();
    let mut told = Told::default();
    for (asked, outcome) in asked.iter().zip(outcomes) {
        match outcome {
            Ok(picture) => {
                told.picture(asked, &picture, sent.get(picture.media.name.as_str()), sink);
                files.push(picture.media);
            }
            Err(why) => told.none(asked, &why, sink),
        }
    }
    Ok(LatexPictures {
        files,
        of_notes,
        are_asked_for: true,
    })
}

/// Whether a name is one that Anki gives to such a picture.
pub(super) fn is_picture_name(name: &str) -> bool {
    let inside = name.strip_prefix("latex-");
    let hash = inside.and_then(|it| it.strip_suffix(".svg").or_else(|| it.strip_suffix(".png")));
    hash.is_some_and(|it| {
        it.len() == 40
            && it
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Files of the project that bear such names, such as those of a package that was unpacked.
fn own_files(project: &Project) -> Result<BTreeMap<String, String>, Error> {
    let listed = project.files.list()?;
    let paths = listed.paths.into_iter();
    let named = paths.filter(|it| is_picture_name(file_name(it)));
    Ok(named.map(|it| (file_name(&it).to_owned(), it)).collect())
}

fn may_have_tags(text: &str) -> bool {
    text.match_indices('[').any(|(at, _)| {
        let behind = text.as_bytes().get(at + 1..).unwrap_or_default();
        behind.starts_with(b"$")
            || behind
                .get(..5)
                .is_some_and(|it| it.eq_ignore_ascii_case(b"latex"))
    })
}

fn has_tags_in_templates(note_type: &NoteType) -> bool {
    let mut templates = note_type.templates().iter();
    templates.any(|it| may_have_tags(it.front()) || may_have_tags(it.back()))
}

/// The sources and names that the sides of a note's cards ask for, each once, in their order.
fn of_note(note: &Note, facts: &Facts) -> Vec<(String, String)> {
    let note_type = note.note_type();
    let is_cloze = note_type.kind() == NoteTypeKind::Cloze;
    let names = note_type.field_names();
    let fields: Vec<(&str, &str)> = names.zip(note.fields.iter()).collect();
    let tags: Vec<&str> = note.tags.iter().map(|it| it.as_str()).collect();
    let tags = tags.join(" ");
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for ord in note.cards() {
        let template = if is_cloze { 0 } else { usize::from(ord) };
        let Some(template) = note_type.templates().get(template) else {
            continue;
        };
        let situation = Situation {
            fields: &fields,
            tags: &tags,
            note_type: note_type.name(),
            deck: facts.deck.as_str(),
            template: template.name(),
            flag: 0,
            ord,
            card_id: 0,
            is_cloze,
        };
        // Where Anki shows a message there is no picture in it.
        let Ok(card) = render_card(template.front(), template.back(), &situation) else {
            continue;
        };
        let sides = [
            (&card.question, CardSide::Question),
            (&card.answer, CardSide::Answer),
        ];
        for (html, side) in sides {
            for tag in latex_tags(&extract_av(html, side).0) {
                let name = tag.file_name(note_type.latex().svg);
                if seen.insert(name.clone()) {
                    found.push((tag.source, name));
                }
            }
        }
    }
    found
}

/// Where the formula stands of which this is what a side shows.
fn place(note: &Note, facts: &Facts, source: &str) -> Span {
    let spans = facts.latex_places();
    for (index, field) in note.fields.iter().enumerate() {
        let own: Vec<Span> = spans
            .iter()
            .filter(|(at, _)| usize::from(*at) == index)
            .map(|(_, span)| *span)
            .collect();
        if own.is_empty() || !may_have_tags(field) {
            continue;
        }
        let clozes = ClozeText::parse(field);
        let mut forms = vec![field.to_owned()];
        for number in clozes.numbers() {
            for side in [CardSide::Question, CardSide::Answer] {
                forms.push(clozes.reveal(number, side));
            }
        }
        for form in forms {
            let tags = latex_tags(&form);
            let at = tags.iter().position(|it| it.source == source);
            // Where a cloze hides a whole formula, they cannot be counted.
            if let (Some(at), true) = (at, tags.len() == own.len())
                && let Some(span) = own.get(at)
            {
                return *span;
            }
        }
    }
    match spans {
        [(_, span)] => *span,
        _ => facts.span(),
    }
}

/// What was told once is not told again of each formula.
#[derive(Default)]
struct Told {
    programs: BTreeSet<&'static str>,
    given_up: bool,
}

impl Told {
    fn picture(
        &self,
        asked: &Asked<'_>,
        picture: &LatexPicture,
        sent: Option<&&str>,
        sink: &mut Diagnostics,
    ) {
        let name = &picture.media.name;
        if sent.is_some_and(|it| **it != picture.media.key.hex()) {
            sink.push(
                Diagnostic::new(
                    Code::LatexChanged,
                    "the picture of the formula changed, but not its name",
                )
                .at(asked.span, "the formula is the same")
                .note(format!("Anki calls it `{name}` after the formula alone, whatever the preamble or the program that draws it"))
                .note("an import never replaces such a file: learners who have it keep the old picture")
                .help("to send out the new one, write the formula otherwise, such as with `{}` at its end; `math: {engine: image}` has no such names"),
            );
        }
        if let (Some(rival), true) = (asked.rival, picture.by_tex) {
            let (one, other) = (asked.note_type.name(), rival);
            sink.push(
                Diagnostic::new(
                    Code::LatexChanged,
                    format!("the note types `{one}` and `{other}` typeset one formula with different preambles"),
                )
                .at(asked.span, format!("the picture is that of `{one}`"))
                .note(format!("Anki calls the picture `{name}` in both"))
                .help("give both note types the same `latex`, or write the formula otherwise in one of them"),
            );
        }
    }

    fn none(&mut self, asked: &Asked<'_>, why: &NoPicture, sink: &mut Diagnostics) {
        // Who writes tags by hand may want no more than what a desktop makes of them.
        let wanted = match asked.engine {
            MathEngine::Latex | MathEngine::LatexTag => true,
            MathEngine::Auto => asked.latex.has_own_preamble(),
            _ => false,
        };
        let severity = if wanted {
            Severity::Error
        } else {
            Severity::Warning
        };
        let missing = match why.tex {
            TexError::Off => Some(""),
            TexError::NotInstalled(program) => Some(program),
            _ => None,
        };
        // Against the rules of TeX it is with TeX, too.
        let broken = why.drawing.as_ref().filter(|it| !it.needs_tex);
        let mut found = match (missing, broken) {
            (Some(_), Some(drawing)) => failed(&drawing.message, asked, why),
            (Some(program), None) if self.programs.insert(program) => {
                not_installed(program, asked, why)
            }
            (Some(_), None) => return,
            (None, _) => {
                let again = why.tex == TexError::GivenUp && self.given_up;
                if again {
                    return;
                }
                self.given_up |= why.tex == TexError::GivenUp;
                failed(&why.tex.to_string(), asked, why)
            }
        };
        found.severity = severity;
        sink.push(found);
    }
}

/// `program` is empty where TeX may not run.
fn not_installed(program: &str, asked: &Asked<'_>, why: &NoPicture) -> Diagnostic {
    let title = match program {
        "" => "the formula needs TeX, and this build does not run it".to_owned(),
        _ => format!("the formula needs TeX, and there is no program `{program}`"),
    };
    let mut found = Diagnostic::new(Code::LatexNotInstalled, title)
        .at(asked.span, "no picture; phones show nothing here");
    if let Some(drawing) = &why.drawing {
        let why = &drawing.message;
        found = found.note(format!("without TeX it cannot be drawn: {why}"));
    }
    found = found.note("told once, also where more formulas need it");
    if !asked.latex.svg && asked.engine != MathEngine::Latex {
        let help = "most formulas need no TeX under `latex: {svg: true}` in the note type";
        found = found.help(help);
    }
    let picture = if asked.latex.svg { "dvisvgm" } else { "dvipng" };
    found.help(format!(
        "install TeX Live (Debian: `apt install texlive-latex-base {picture}`; macOS: `brew install --cask mactex`; Windows: MiKTeX), or write formulas as `$..$` for MathJax"
    ))
}

fn failed(error: &str, asked: &Asked<'_>, why: &NoPicture) -> Diagnostic {
    let nothing = "no picture; phones show nothing here";
    let (stopped_at, missing_file) = match &why.tex {
        TexError::Refused {
            stopped_at,
            missing_file,
            ..
        } => (stopped_at.as_str(), missing_file.as_deref()),
        _ => ("", None),
    };
    let label = match stopped_at {
        "" => nothing.to_owned(),
        _ => format!("TeX stopped at `{stopped_at}`"),
    };
    let title = format!("no picture of the formula can be made: {error}");
    let mut found = Diagnostic::new(Code::LatexFailed, title).at(asked.span, label);
    if let Some(drawing) = why.drawing.as_ref().filter(|it| it.message != error) {
        let why = &drawing.message;
        found = found.note(format!("without TeX it cannot be drawn: {why}"));
    }
    let shown: String = asked
        .source
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    if shown.len() < 200 {
        found = found.note(format!("a card asks for a picture of `{shown}`"));
    }
    if let Some(file) = missing_file {
        let package = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        return found.help(format!(
            "install the TeX package that has `{file}` (`tlmgr install {package}`; Debian: `apt-file search {file}`)"
        ));
    }
    if stopped_at.is_empty() {
        return found;
    }
    let note_type = asked.note_type.name();
    found.help(format!(
        "packages and commands that the formula uses stand in the preamble of the note type `{note_type}` (`latex: {{preamble: ..}}`)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pictures() {
        let hash = "26eeb5258ca5099acf8fe96b2a1049c48c89a5e6";
        assert!(is_picture_name(&format!("latex-{hash}.svg")));
        assert!(is_picture_name(&format!("latex-{hash}.png")));
        for name in [
            format!("latex-{hash}.jpg"),
            format!("latex-{hash}0.svg"),
            "latex-x.png".to_owned(),
        ] {
            assert!(!is_picture_name(&name), "{name}");
        }
    }

    #[test]
    fn tags_are_searched_for_quickly() {
        for text in ["a [$]x[/$]", "[LaTeX]x", "[$$]"] {
            assert!(may_have_tags(text), "{text}");
        }
        for text in ["", "a [b] [", "[sound:x.mp3]", "$x$"] {
            assert!(!may_have_tags(text), "{text}");
        }
    }
}
