//! Comments and formulas that reach over several lines, found before CommonMark sees the file.
//!
//! A `# ` or a `---` inside `$$..$$` is part of the formula, and a comment is no text at all.
//! Both are overwritten, byte for byte, in the copy of the file that the block structure is
//! taken from: comments by spaces, formulas by letters, as rendering does it too. All offsets
//! stay those of the file.

use std::ops::Range;

use super::page::is_atx;

/// The copy of the file, and what was overwritten in it.
#[derive(Debug, Default)]
pub(super) struct Masked {
    pub(super) text: String,
    pub(super) comments: Vec<Range<usize>>,
    /// Those that reach over several lines.
    pub(super) formulas: Vec<Range<usize>>,
    /// Beginnings of comments that have no end.
    pub(super) open_comments: Vec<Range<usize>>,
}

/// What opens and closes a formula. The longer of two that begin alike comes first.
const FORMULAS: [(&str, &str); 5] = [
    ("$$", "$$"),
    ("\\[", "\\]"),
    ("[$$]", "[/$$]"),
    ("[$]", "[/$]"),
    ("[latex]", "[/latex]"),
];
const COMMENT: (&str, &str) = ("<!--", "-->");
const PERCENT: &str = "%%";
/// What comments and formulas begin with. The last one is for `%%` only.
const OPENERS: [char; 5] = ['<', '$', '\\', '[', '%'];

/// Overwrites comments and formulas of `source` from `body` on; what stands before becomes blank.
///
/// `code` are the ranges of code, in order. `bounds` are places that no formula reaches over, in
/// order: one forgotten `$$` may spoil its own note, but must not swallow the next ones.
///
/// `percent` says that `%%..%%` is a comment, too; it never holds settings.
pub(super) fn mask(
    source: &str,
    body: usize,
    code: &[Range<usize>],
    bounds: &[usize],
    percent: bool,
) -> Masked {
    let mut scan = Scan {
        source,
        code,
        openers: if percent { &OPENERS } else { &OPENERS[..4] },
        closers: [const { None }; FORMULAS.len() + 2],
        blank: None,
    };
    let mut masked = Masked::default();
    masked.text.reserve(source.len());
    masked.text.push_str(&"\n".repeat(body));
    let mut done = body;
    let mut at = body;
    let (mut line, mut seen) = (body, body);
    while let Some(next) = scan.next_opener(at) {
        line = source[seen..next]
            .rfind('\n')
            .map_or(line, |it| seen + it + 1);
        seen = next;
        at = next;
        let rest = &source[at..];
        if rest.starts_with(COMMENT.0) {
            match scan.comment_end(at) {
                Some(end) => {
                    masked.text.push_str(&source[done..at]);
                    masked.text.push_str(&" ".repeat(end - at));
                    masked.comments.push(at..end);
                    (done, at) = (end, end);
                }
                None => {
                    let end = at + COMMENT.0.len();
                    if starts_line(source, at) {
                        // Left as it is it would hide the rest of the file from CommonMark.
                        masked.text.push_str(&source[done..at]);
                        masked.text.push_str(&"x".repeat(end - at));
                        masked.open_comments.push(at..end);
                        done = end;
                    }
                    at = end;
                }
            }
        } else if rest.starts_with(PERCENT) {
            let inner = at + PERCENT.len();
            match scan.closer(FORMULAS.len() + 1, inner) {
                Some(end) => {
                    masked.text.push_str(&source[done..at]);
                    masked.text.push_str(&" ".repeat(end - at));
                    (done, at) = (end, end);
                }
                None => at = inner,
            }
        } else if let Some(kind) = FORMULAS.iter().position(|it| rest.starts_with(it.0)) {
            let inner = at + FORMULAS[kind].0.len();
            let bound = bounds[bounds.partition_point(|&it| it <= at)..].first();
            let in_heading = is_atx(&source[line..at]).is_some();
            match scan.closer(kind, inner) {
                Some(end)
                    if bound.is_none_or(|&bound| end <= bound)
                        && !(in_heading && source[at..end].contains('\n')) =>
                {
                    if source[at..end].contains('\n') {
                        masked.text.push_str(&source[done..at]);
                        masked.text.push_str(&"x".repeat(end - at));
                        masked.formulas.push(at..end);
                        done = end;
                    }
                    at = end;
                }
                _ => at = inner,
            }
        } else {
            // A backslash takes the meaning of the character behind it.
            let skipped = if rest.starts_with('\\') { 2 } else { 1 };
            at += rest
                .chars()
                .take(skipped)
                .map(char::len_utf8)
                .sum::<usize>();
        }
    }
    masked.text.push_str(&source[done..]);
    masked
}

/// Whether only indentation stands before `at` in its line.
pub(super) fn starts_line(source: &str, at: usize) -> bool {
    let before = source[..at].trim_end_matches([' ', '\t']);
    before.is_empty() || before.ends_with('\n') || before.ends_with('\u{feff}')
}

struct Scan<'a> {
    source: &'a str,
    code: &'a [Range<usize>],
    openers: &'a [char],
    /// For each kind of delimiter, from where the next end was sought, and where it was found.
    /// Without it a file of openers without an end takes quadratic time.
    closers: [Option<(usize, Option<usize>)>; FORMULAS.len() + 2],
    /// The same for blank lines.
    blank: Option<(usize, usize)>,
}

impl Scan<'_> {
    /// The next character outside of code that may open something.
    fn next_opener(&self, mut at: usize) -> Option<usize> {
        loop {
            let found = at + self.source.get(at..)?.find(self.openers)?;
            match self.code_at(found) {
                Some(code) => at = code.end.max(found + 1),
                None => return Some(found),
            }
        }
    }

    fn code_at(&self, at: usize) -> Option<&Range<usize>> {
        let index = self.code.partition_point(|it| it.end <= at);
        self.code.get(index).filter(|it| it.start <= at)
    }

    /// Behind the end of the comment that begins at `at`. One within a line of text ends, as in
    /// CommonMark, in its own paragraph.
    fn comment_end(&mut self, at: usize) -> Option<usize> {
        let end = self.closer(FORMULAS.len(), at + 2)?;
        if starts_line(self.source, at) {
            return Some(end);
        }
        (self.blank_line(at) >= end).then_some(end)
    }

    /// Where the next blank line behind `at` begins; the end of the file where there is none.
    fn blank_line(&mut self, at: usize) -> usize {
        if let Some((sought, found)) = self.blank
            && (sought..=found).contains(&at)
        {
            return found;
        }
        let mut found = at;
        for (index, line) in self.source[at..].split_inclusive('\n').enumerate() {
            if index > 0 && line.trim().is_empty() {
                break;
            }
            found += line.len();
        }
        self.blank = Some((at, found));
        found
    }

    /// Behind the next end of this kind of delimiter that begins at `from` or later.
    fn closer(&mut self, kind: usize, from: usize) -> Option<usize> {
        if let Some((sought, found)) = self.closers[kind]
            && sought <= from
            && found.is_none_or(|end| end >= from + self.close(kind).len())
        {
            return found;
        }
        let found = self.seek(kind, from);
        self.closers[kind] = Some((from, found));
        found
    }

    fn close(&self, kind: usize) -> &'static str {
        match FORMULAS.get(kind) {
            Some(formula) => formula.1,
            None if kind == FORMULAS.len() => COMMENT.1,
            None => PERCENT,
        }
    }

    fn seek(&self, kind: usize, from: usize) -> Option<usize> {
        let close = self.close(kind);
        let mut at = from;
        loop {
            let found = at + self.source.get(at..)?.find(close)?;
            let end = found + close.len();
            if close == COMMENT.1 || close == PERCENT {
                return Some(end);
            }
            let before = &self.source[from..found];
            let backslashes = before.len() - before.trim_end_matches('\\').len();
            match self.code_at(found) {
                Some(code) => at = code.end.max(found + 1),
                None if backslashes % 2 == 1 => at = found + 1,
                None => return Some(end),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn comments_become_spaces_and_long_formulas_letters() {
        let check = |source: &str, expect: &str| {
            assert_eq!(mask(source, 0, &[], &[], false).text, expect, "{source:?}");
        };
        check("a <!-- b --> c", "a            c");
        check("<!--\n\n## b\n-->\nc", "              \nc");
        check("a <!-- b\n\n## c -->", "a <!-- b\n\n## c -->");
        check("<!-- a\nb", "xxxx a\nb");
        check("$$\n---\n$$\n", "xxxxxxxxx\n");
        check("$$a$$ b $$\n# é\n$$", "$$a$$ b xxxxxxxxxx");
        check("\\$$\n---\n$$", "\\$$\n---\n$$");
        check("\\\\[2pt]\n\\]", "\\\\[2pt]\n\\]");
        check("\\[a \\\\\n\\]", "xxxxxxxxx");
        check("[latex]\n# a\n[/latex]", "x".repeat(20).as_str());
        check("<!-->\n<!--->", "     \n      ");
    }

    #[test]
    fn percent_signs_make_comments_where_they_are_asked_for() {
        let check = |source: &str, expect: &str| {
            assert_eq!(mask(source, 0, &[], &[], true).text, expect, "{source:?}");
        };
        check("a %%b%% c", "a       c");
        check("%%\n## b\n%%\nc", "          \nc");
        check("a %% b", "a %% b");
        check("5% %x", "5% %x");
        assert_eq!(mask("%%a%%", 0, &[], &[], false).text, "%%a%%");
    }

    #[test]
    fn bounds_stop_formulas_and_code_hides_delimiters() {
        let source = "$$ a\n\n## b\n$$";
        assert_eq!(mask(source, 0, &[], &[6], false).text, source);
        let source = "# a $$\nb\n$$";
        assert_eq!(mask(source, 0, &[], &[], false).text, source);
        let source = "`$$`\n# b\n`$$`";
        assert_eq!(mask(source, 0, &[0..4, 9..13], &[], false).text, source);
        assert_eq!(mask("---\nx\n", 4, &[], &[], false).text, "\n\n\n\nx\n");
    }
}
