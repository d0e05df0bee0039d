//! The pictures that Anki shows in the place of LaTeX tags.
//!
//! Only a desktop with TeX, and with a preference that is off by default, makes them itself; phones
//! and AnkiWeb show what is there. So they go into the package, under the names that Anki asks for.

mod document;
mod log;
mod svg;
mod tex;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub(crate) use tex::{Tex, TexError};

use super::formula::store::SharedFont;
use super::formula::{self, FormulaErrorKind};
use super::media::{Library, MediaContent, MediaKey, NamedMedia};
use crate::model::Latex;
use crate::model::written::MathEngine;
use tex::Surroundings;

/// Cards are written in characters of this size, in pixels.
const TEXT_SIZE: f64 = 20.0;

/// A picture that a card asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskedPicture<'a> {
    /// The name by which Anki asks for it.
    pub(crate) name: &'a str,
    /// The LaTeX between preamble and postamble.
    pub(crate) source: &'a str,
    /// How the note type has it typeset.
    pub(crate) latex: &'a Latex,
    /// The engine of the note.
    pub(crate) engine: MathEngine,
    /// The font of what the fonts of mathematics lack.
    pub(crate) font: Option<MediaKey>,
}

/// A picture that a card asks for, as it goes into the package.
#[derive(Debug, Clone)]
pub(crate) struct LatexPicture {
    pub(crate) media: NamedMedia,
    /// Whether TeX made it, so that what stands around the formula had a part in it.
    pub(crate) by_tex: bool,
}

/// Why there is none.
#[derive(Debug, Clone)]
pub(crate) struct NoPicture {
    /// What the typesetter that is built in says, where it was asked.
    pub(crate) drawing: Option<Refusal>,
    /// What became of it with TeX.
    pub(crate) tex: TexError,
}

/// Why the typesetter that is built in did not draw it.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// In the grammar of diagnostics.
    pub(crate) message: String,
    /// Whether TeX is the better for it: the formula is against no rule.
    pub(crate) needs_tex: bool,
}

/// The pictures in the order in which they are asked for. Files of the project that have such a
/// name, by these names in `own`, come before made ones.
pub(super) fn pictures(
    library: &Library<'_>,
    tex: &Tex,
    asked: &[AskedPicture<'_>],
    own: &BTreeMap<String, String>,
) -> Vec<Result<LatexPicture, NoPicture>> {
    let mut made: Vec<Attempt> = asked.par_iter().map(|it| first(library, it, own)).collect();
    let mut for_tex: BTreeMap<Surroundings, Vec<usize>> = BTreeMap::new();
    for (index, (asked, attempt)) in asked.iter().zip(&made).enumerate() {
        if let Attempt::Open(_) = attempt {
            let around = Surroundings {
                preamble: asked.latex.preamble.clone(),
                postamble: asked.latex.postamble.clone(),
                svg: asked.latex.svg,
            };
            for_tex.entry(around).or_default().push(index);
        }
    }
    for (around, members) in for_tex {
        let source = |index: &usize| asked.get(*index).map_or("", |it| it.source);
        let sources: Vec<&str> = members.iter().map(source).collect();
        let outcomes = tex.typeset(&around, &sources, &library.cache);
        for (index, outcome) in members.into_iter().zip(outcomes) {
            let (Some(asked), Some(attempt)) = (asked.get(index), made.get_mut(index)) else {
                continue;
            };
            let drawing = match attempt {
                Attempt::Open(drawing) => drawing.take(),
                Attempt::Done(_) => None,
            };
            *attempt = Attempt::Done(match outcome {
                Ok(bytes) => {
                    let media = named(asked.name, &bytes);
                    Ok(LatexPicture {
                        media,
                        by_tex: true,
                    })
                }
                Err(tex) => Err(NoPicture { drawing, tex }),
            });
        }
    }
    let done = |attempt| match attempt {
        Attempt::Done(outcome) => outcome,
        Attempt::Open(drawing) => Err(NoPicture {
            drawing,
            tex: TexError::Blank,
        }),
    };
    made.into_iter().map(done).collect()
}

enum Attempt {
    Done(Result<LatexPicture, NoPicture>),
    /// TeX is to try; why what is built in did not do it.
    Open(Option<Refusal>),
}

/// The picture without TeX, where that is wanted and can be.
fn first(
    library: &Library<'_>,
    asked: &AskedPicture<'_>,
    own: &BTreeMap<String, String>,
) -> Attempt {
    if let Some(path) = own.get(asked.name)
        && let Ok(key) = library.key(path)
    {
        let media = NamedMedia {
            name: asked.name.to_owned(),
            key,
            content: MediaContent::File(path.as_str().into()),
        };
        return Attempt::Done(Ok(LatexPicture {
            media,
            by_tex: false,
        }));
    }
    if asked.engine == MathEngine::Latex {
        return Attempt::Open(None);
    }
    match drawn(library, asked) {
        Ok(svg) => {
            let media = named(asked.name, svg.as_bytes());
            Attempt::Done(Ok(LatexPicture {
                media,
                by_tex: false,
            }))
        }
        Err(why) => Attempt::Open(Some(why)),
    }
}

fn named(name: &str, bytes: &[u8]) -> NamedMedia {
    NamedMedia {
        name: name.to_owned(),
        key: MediaKey::of(bytes),
        content: MediaContent::Bytes(bytes.into()),
    }
}

/// The picture of a formula that stands alone, made here.
fn drawn(library: &Library<'_>, asked: &AskedPicture<'_>) -> Result<String, Refusal> {
    let needs_tex = |message: &str| Refusal {
        message: message.to_owned(),
        needs_tex: true,
    };
    let Some((formula, display)) = lone_formula(asked.source) else {
        return Err(needs_tex("it is more than one formula"));
    };
    if !asked.latex.svg {
        return Err(needs_tex("its note type asks for PNG pictures"));
    }
    let font = asked.font.and_then(|it| library.font(it));
    let options = font.as_ref().map(SharedFont::options).unwrap_or_default();
    let picture = formula::svg(formula, display, &options);
    let picture = picture.map_err(|error| Refusal {
        needs_tex: !matches!(
            error.kind,
            FormulaErrorKind::Syntax | FormulaErrorKind::Limit
        ),
        message: error.message,
    })?;
    let svg = String::from_utf8(picture.svg).map_err(|error| needs_tex(&error.to_string()))?;
    Ok(in_pixels(&svg))
}

/// The formula that the source is, without what stands around it, and whether it is a display.
fn lone_formula(source: &str) -> Option<(&str, bool)> {
    const AROUND: &[(&str, &str, bool)] = &[
        ("\\begin{displaymath}", "\\end{displaymath}", true),
        ("\\begin{math}", "\\end{math}", false),
        ("\\[", "\\]", true),
        ("\\(", "\\)", false),
        ("$$", "$$", true),
        ("$", "$", false),
    ];
    const WHOLE: &[&str] = &["align*", "gather*", "equation*", "multline*"];
    let source = source.trim();
    for (before, after, display) in AROUND {
        let inside = source
            .strip_prefix(before)
            .and_then(|it| it.strip_suffix(after));
        if let Some(inside) = inside.filter(|it| !has_bare(it, after)) {
            return Some((inside, *display));
        }
    }
    WHOLE.iter().find_map(|name| {
        let (before, after) = (format!("\\begin{{{name}}}"), format!("\\end{{{name}}}"));
        let inside = source.strip_prefix(&before)?.strip_suffix(&after)?;
        (!inside.contains(&after)).then_some((source, true))
    })
}

/// Whether the text ends what it stands in: it has `mark` outside of braces, not behind a `\`.
fn has_bare(text: &str, mark: &str) -> bool {
    let mut depth = 0_i64;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        if !escaped && depth <= 0 && rest.starts_with(mark) {
            return true;
        }
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    // A `\` at the end would take what stands behind along.
    escaped
}

/// The picture with its size in pixels: a file by itself has no text around it that em could
/// count from.
fn in_pixels(svg: &str) -> String {
    let Some((head, rest)) = svg.split_once('>') else {
        return svg.to_owned();
    };
    let attribute = |part: &str| -> Option<String> {
        let (name, value) = part.split_once("=\"")?;
        let em: f64 = value.strip_suffix("em\"")?.parse().ok()?;
        let pixels = (em * TEXT_SIZE * 100.0).round() / 100.0;
        Some(format!("{name}=\"{pixels}\""))
    };
    let parts = head.split(' ');
    let parts: Vec<String> = parts
        .map(|it| attribute(it).unwrap_or_else(|| it.to_owned()))
        .collect();
    format!("{}>{rest}", parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_that_stand_alone() {
        let check = |source: &str, expect: Option<(&str, bool)>| {
            assert_eq!(lone_formula(source), expect, "{source}");
        };
        check("$x$", Some(("x", false)));
        check(" $x_{$a$}$\n", Some(("x_{$a$}", false)));
        check("$5\\$$", Some(("5\\$", false)));
        check("$$x$$", Some(("x", true)));
        check("\\begin{displaymath}x\\end{displaymath}", Some(("x", true)));
        check("\\[x\\]", Some(("x", true)));
        let aligned = "\\begin{align*}a&=b\\end{align*}";
        check(aligned, Some((aligned, true)));
        check("$x$ and $y$", None);
        check("text", None);
        check("\\begin{tikzpicture}\\end{tikzpicture}", None);
        check("$x\\$", None);
        check("", None);
    }

    #[test]
    fn sizes_are_pixels() {
        let svg = "<svg xmlns=\"x\" width=\"1.5em\" height=\"0.123em\" viewBox=\"0 0 1 1\"><g width=\"2em\"/></svg>";
        let expect = "<svg xmlns=\"x\" width=\"30\" height=\"2.46\" viewBox=\"0 0 1 1\"><g width=\"2em\"/></svg>";
        assert_eq!(in_pixels(svg), expect);
    }
}
