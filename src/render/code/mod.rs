//! Code in colors: what of a block is a keyword, a string, a comment, and how the colors are
//! written.

#[cfg(feature = "highlight")]
mod cached;
mod class;
#[cfg(feature = "highlight")]
mod grammar;
mod theme;

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, is_nfc_quick};

use class::Class;

use crate::files::Cache;
use crate::model::written::{CodeStyle, Coloring};

/// The longest block that is read, in bytes: more than any card shows. A grammar may take half a
/// millisecond for a byte of text that was made to be hard.
pub(super) const MAX_BYTES: usize = 16_384;
/// The longest line that is read, in bytes: for some grammars the time grows with its square.
pub(super) const MAX_LINE: usize = 1_000;

/// A stretch of code of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    range: Range<usize>,
    class: Class,
}

/// A stretch of code, and the tag that gives it its color.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Colored {
    pub(super) range: Range<usize>,
    pub(super) tag: String,
}

/// Why a block that could have colors has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "highlight"),
    expect(dead_code, reason = "without grammars no block is read")
)]
pub(super) enum TooLong {
    Block,
    Line,
}

/// The start tag of a block.
pub(super) fn block_tag(style: CodeStyle) -> String {
    let (day, night) = (style.day(), style.night());
    match style.coloring {
        Coloring::Classes if !style.has_default_themes() => format!(
            "<pre class=\"hl-day-{} hl-night-{}\">",
            day.name(),
            night.name()
        ),
        Coloring::Inline => {
            let palette = theme::palette(day);
            format!(
                "<pre style=\"color: {}; background-color: {}\">",
                palette.text, palette.page
            )
        }
        _ => "<pre>".to_owned(),
    }
}

/// The stretches of `code` that have a color, in their order; none where the language has no
/// grammar.
///
/// # Errors
///
/// Where the code is too long to be read in a bounded time.
pub(super) fn colored(
    language: &str,
    code: &str,
    style: CodeStyle,
    cache: &Cache,
) -> Result<Vec<Colored>, TooLong> {
    if style.coloring == Coloring::None {
        return Ok(Vec::new());
    }
    let palette = theme::palette(style.day());
    let tag = |class: Class| match style.coloring {
        Coloring::Inline => format!("<span style=\"color: {}\">", palette.color(class)),
        _ => format!("<span class=\"{}\">", class.name()),
    };
    let runs = joined(&runs(language, code, cache)?, code);
    let colored = runs.into_iter().map(|run| Colored {
        tag: tag(run.class),
        range: run.range,
    });
    Ok(colored.collect())
}

#[cfg(feature = "highlight")]
fn runs(language: &str, code: &str, cache: &Cache) -> Result<Vec<Run>, TooLong> {
    let Some(scope) = crate::render::language::grammar(language) else {
        return Ok(Vec::new());
    };
    // On a card code stands without the tag that would begin it in a file.
    let scope = match scope {
        "embedding.php" if !code.contains("<?") => "source.php",
        scope => scope,
    };
    if code.len() > MAX_BYTES {
        return Err(TooLong::Block);
    }
    if code.lines().any(|line| line.len() > MAX_LINE) {
        return Err(TooLong::Line);
    }
    Ok(cached::runs(scope, code, cache).unwrap_or_default())
}

#[cfg(not(feature = "highlight"))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "with the feature there may be too much to read"
)]
fn runs(_: &str, _: &str, _: &Cache) -> Result<Vec<Run>, TooLong> {
    Ok(Vec::new())
}

/// The runs without white space at their edges; those of one class with nothing but white space
/// between them are one. Fields are half as long by that.
fn joined(runs: &[Run], code: &str) -> Vec<Run> {
    let mut joined: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        let text = code.get(run.range.clone()).unwrap_or_default();
        let start = run.range.start + (text.len() - text.trim_start().len());
        let end = run.range.start + text.trim_end().len();
        let (start, end) = (behind_marks(code, start), behind_marks(code, end));
        if start >= end {
            continue;
        }
        match joined.last_mut() {
            Some(last) if last.class == run.class && is_space(code, last.range.end..start) => {
                last.range.end = end;
            }
            _ => joined.push(Run {
                range: start..end,
                class: run.class,
            }),
        }
    }
    joined
}

/// Behind what forms one character with what stands before it: a tag in between would keep both
/// apart, where Anki's normal form joins them.
fn behind_marks(code: &str, at: usize) -> usize {
    let joins = |it: &char| {
        is_combining_mark(*it) || is_nfc_quick(std::iter::once(*it)) != IsNormalized::Yes
    };
    let rest = code.get(at..).unwrap_or_default();
    at + rest
        .chars()
        .take_while(joins)
        .map(char::len_utf8)
        .sum::<usize>()
}

fn is_space(code: &str, range: Range<usize>) -> bool {
    code.get(range).is_some_and(|it| it.trim().is_empty())
}
