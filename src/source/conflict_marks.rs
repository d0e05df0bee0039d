//! The marks that git and `deckle pull` leave in a file where two versions changed the same lines. A
//! note with both versions in it would reach learners, so a file with marks is read no further.

use std::ops::Range;

use memchr::memmem;

use crate::diag::{Code, Diagnostic, FileId, Span};

/// What the lines begin with.
const OURS: &str = "<<<<<<<";
const MIDDLE: &str = "=======";
const THEIRS: &str = ">>>>>>>";

/// What there is to say of the first marks of a file, where it has some.
#[must_use]
pub fn conflict(file: FileId, path: &str, source: &str) -> Option<Diagnostic> {
    let (ours, middle) = marks(source)?;
    let title = format!("`{path}` holds two versions of the same lines");
    let mut found = Diagnostic::new(Code::ConflictMarks, title)
        .at(Span::new(file, ours), "the one of the sources begins here");
    if let Some(middle) = middle {
        found = found.also(Span::new(file, middle), "and the other one here");
    }
    Some(
        found
            .note("git and `deckle pull` leave both where both were changed")
            .help("keep what is right of the two, and delete the lines with the marks")
            .help("where a note is to show such lines, indent its code block by a space, fences included; it comes out the same"),
    )
}

/// The places of the first `<<<<<<<` line and the `=======` line that belongs to it.
fn marks(source: &str) -> Option<(Range<usize>, Option<Range<usize>>)> {
    let mut at = 0;
    // Most files hold none.
    let holds = |mark: &str| memmem::find(source.as_bytes(), mark.as_bytes()).is_some();
    if !holds(OURS) && !holds(THEIRS) {
        return None;
    }
    let mut ours: Option<Range<usize>> = None;
    let mut middle: Option<Range<usize>> = None;
    for line in source.split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        let text = text.trim_start_matches('\u{feff}');
        let start = at + line.trim_end_matches(['\n', '\r']).len() - text.len();
        let range = start..start + text.len();
        at += line.len();
        let is_mark = |mark: &str| {
            let rest = text.strip_prefix(mark);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        if is_mark(OURS) {
            if let Some(ours) = ours {
                return Some((ours, middle));
            }
            ours = Some(range);
        } else if text == MIDDLE {
            middle = Some(range);
        } else if is_mark(THEIRS) && text.len() > THEIRS.len() {
            match (ours, middle) {
                (Some(ours), middle) => return Some((ours, middle)),
                // Half of the marks are left.
                (None, Some(_)) => return Some((range, None)),
                // A quote in seven quotes.
                (None, None) => return None,
            }
        }
    }
    ours.map(|ours| (ours, middle))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_are_whole_lines() {
        let check = |source: &str, expect: Option<&str>| {
            let found = marks(source).map(|(ours, _)| &source[ours]);
            assert_eq!(found, expect, "{source}");
        };
        check(
            "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n",
            Some("<<<<<<< HEAD"),
        );
        check("<<<<<<< HEAD\r\nb\r\n", Some("<<<<<<< HEAD"));
        check(
            "\u{feff}<<<<<<< sources\n=======\n",
            Some("<<<<<<< sources"),
        );
        check("a\n=======\nc\n>>>>>>> x\n", Some(">>>>>>> x"));
        check("x <<<<<<< HEAD\n", None);
        check(" <<<<<<< HEAD\n =======\n >>>>>>> x\n", None);
        check("Title\n=======\n\ntext\n", None);
        check(">>>>>>> a quote\n", None);
        check("<<<<<<<<<< arrows\n", None);
    }

    proptest! {
        #[test]
        fn any_text_passes(text in "[<=> a\n\r\u{feff}]{0,60}") {
            let _ = marks(&text);
        }
    }
}
