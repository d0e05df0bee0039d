//! Stretches that mean something else than their characters: formulas, LaTeX, sounds, wiki links,
//! comments; and link targets and tags, in which nothing is markup.

use std::ops::Range;

use super::{
    ANGLE, BRACKET, COMMENT, DOLLAR, DOLLARS, Inside, LATEX, PARENTHESIS, ROUND, SPEECH, SQUARE,
    TARGET, Walk,
};
use crate::diag::{Code as Finding, Diagnostic};
use crate::render::html::{autolink_end, has_allowed_name, tag_end};
use crate::render::media::has_media_extension;
use crate::render::scan::code::CodeKind;
use crate::render::scan::math::{End, LONGEST_INLINE, bracket_end, dollar_end};
use crate::render::scan::{RegionKind, glyph};

/// Targets of images are at most this long; it bounds the search behind each `](`.
const LONGEST_TARGET: usize = 1024;

impl Walk<'_> {
    pub(super) fn backslash(&mut self, at: usize) -> usize {
        match self.byte(at + 1) {
            Some(b'(') => {
                let stop = self.paragraph_end(at).min(self.next_code_start(at));
                let stop = stop.min(at + LONGEST_INLINE);
                if self
                    .search(PARENTHESIS, at + 2)
                    .is_some_and(|end| end < stop)
                    && let Some(end) = bracket_end(self.bytes, at, stop)
                {
                    self.push_math(at..end + 2, at + 2..end, false);
                    return end + 2;
                }
                self.warn_unclosed(at..at + 2, "\\)");
                at + 2
            }
            Some(b'[') if !self.starts_with(at + 2, "sound:") => {
                if let Some(end) = self.display_bracket_end(at) {
                    self.push_math(at..end + 2, at + 2..end, true);
                    return end + 2;
                }
                // An escaped bracket, unless what follows is TeX beyond doubt.
                let line = self.text.get(at + 2..self.line_end(at)).unwrap_or_default();
                if line.trim().is_empty() || line.contains('\\') {
                    self.warn_unclosed(at..at + 2, "\\]");
                }
                at + 2
            }
            Some(b'b') => {
                self.tell_environment(at);
                at + 1
            }
            Some(b'{') if self.byte(at + 2) == Some(b'{') => at + 3,
            // `\}}` is two literal braces, but `\}}}` one before the end of a cloze.
            Some(b'}') if self.byte(at + 2) == Some(b'}') => {
                if self.byte(at + 3) == Some(b'}') && self.byte(at + 4) != Some(b'}') {
                    at + 2
                } else {
                    at + 3
                }
            }
            Some(b':') if self.byte(at + 2) == Some(b':') => at + 3,
            Some(b'=') if self.byte(at + 2) == Some(b'=') => at + 3,
            Some(byte) if byte.is_ascii_punctuation() => at + 2,
            _ => at + 1,
        }
    }

    /// Where the `\]` stands that ends the formula whose `\[` stands at `at`.
    fn display_bracket_end(&mut self, at: usize) -> Option<usize> {
        let stop = self.next_code_start(at);
        let none = self.no_bracket.contains(&at) && self.no_bracket.end == stop;
        if none || self.search(BRACKET, at + 2)? >= stop {
            return None;
        }
        let end = bracket_end(self.bytes, at, stop);
        // An end right behind the beginning is none, but one for those before it.
        if end.is_none() && !self.starts_with(at + 2, "\\]") {
            self.no_bracket = at..stop;
        }
        end
    }

    pub(super) fn warn_unclosed(&mut self, range: Range<usize>, end: &str) {
        self.diagnostics.push(
            Diagnostic::new(Finding::MathUnclosed, "the formula has no end")
                .at(self.source.span(range), "read as text")
                .help(format!("close it with `{end}`")),
        );
    }

    pub(super) fn dollar(&mut self, at: usize) -> usize {
        let spelled_by_github = self
            .code
            .get(self.next_code)
            .filter(|code| code.range.start == at + 1 && code.kind == CodeKind::Span)
            .map(|code| code.range.clone())
            .filter(|code| self.byte(code.end) == Some(b'$'));
        if let Some(code) = spelled_by_github {
            let inside = self.text.get(code.clone()).unwrap_or_default();
            let ticks = inside.len() - inside.trim_start_matches('`').len();
            self.next_code += 1;
            let content = code.start + ticks..code.end - ticks;
            self.push_math(at..code.end + 1, content, false);
            return code.end + 1;
        }
        let run = self.bytes.get(at..).map_or(0, |rest| {
            rest.iter().take_while(|byte| **byte == b'$').count()
        });
        let display = run == 2;
        if run > 2 {
            return at + run;
        }
        let code = self.next_code_start(at);
        let end = if display {
            self.displays.end(self.bytes, at, code)
        } else {
            let stop = self.paragraph_end(at).min(code);
            dollar_end(self.bytes, at, stop)
        };
        let end = match end {
            End::Balanced(end) => Some(end),
            // Braces that do not match are more likely a price list than a formula, unless
            // there is TeX.
            End::Unbalanced(end) => {
                let signs = ["\\", "^{", "_{"];
                let holds_tex = |it: &str| signs.iter().any(|sign| it.contains(sign));
                let tex = self.text.get(at..end).is_some_and(holds_tex);
                (self.stack.is_empty() && tex).then_some(end)
            }
            End::None => None,
        };
        match end {
            Some(end) => {
                self.push_math(at..end + run, at + run..end, display);
                end + run
            }
            None => {
                let alone = self.text.get(at + run..self.line_end(at));
                if display && alone.is_some_and(|rest| rest.trim().is_empty()) {
                    let before = self.text.get(..at).unwrap_or_default();
                    if before
                        .rsplit('\n')
                        .next()
                        .is_some_and(|it| it.trim().is_empty())
                    {
                        self.warn_unclosed(at..at + run, "$$");
                    }
                }
                if !display && self.is_surely_formula(at) {
                    self.diagnostics.push(
                        Diagnostic::new(Finding::MathUnclosed, "the formula has no end")
                            .at(self.source.span(at..at + run), "read as text")
                            .help("close it with `$` in the same paragraph, without a space before it")
                            .help("a dollar sign is written `\\$`"),
                    );
                }
                at + run
            }
        }
    }

    /// Whether what stands behind a lone `$`, up to the next one, can be nothing but TeX: a command,
    /// or something raised or lowered. Prices begin with digits, variables of programs have neither.
    fn is_surely_formula(&mut self, at: usize) -> bool {
        let alone = at == 0
            || self
                .byte(at - 1)
                .is_some_and(|it| !it.is_ascii_alphanumeric());
        let begins = self
            .byte(at + 1)
            .is_some_and(|it| it.is_ascii_alphabetic() || matches!(it, b'\\' | b'(' | b'|'));
        if !alone || !begins {
            return false;
        }
        let stop = self.paragraph_end(at).min(self.next_code_start(at));
        let stop = stop.min(at + 1 + LONGEST_INLINE);
        let bytes = self.bytes.get(at + 1..stop).unwrap_or_default();
        let end = bytes.iter().position(|it| *it == b'$');
        let bytes = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        bytes.windows(3).any(|it| match it {
            [b'\\', one, two] => one.is_ascii_lowercase() && two.is_ascii_lowercase(),
            [_, b'^' | b'_', b'{'] => true,
            [base, b'^', raised] => {
                (base.is_ascii_alphanumeric() || *base == b')') && raised.is_ascii_alphanumeric()
            }
            _ => false,
        })
    }

    pub(super) fn bracket(&mut self, at: usize) -> usize {
        let (which, open, close) = if self.starts_with(at, "[sound:") {
            let line = self.line_end(at);
            return match self.search(SQUARE, at) {
                Some(end) if end > at + 7 && end < line => {
                    self.push_region(at..end + 1, RegionKind::Sound { path: at + 7..end });
                    end + 1
                }
                _ => at + 1,
            };
        } else if self.starts_with(at, "[[") {
            return self.wiki(at, at + 2).unwrap_or(at + 1);
        } else if self.begins(at, "[$]") {
            (DOLLAR, 3, 4)
        } else if self.begins(at, "[$$]") {
            (DOLLARS, 4, 5)
        } else if self.begins(at, "[latex]") {
            (LATEX, 7, 8)
        } else if self.starts_with(at, "[anki:tts") {
            (SPEECH, 9, 11)
        } else {
            return at + 1;
        };
        let Some(end) = self.search(which, at + open) else {
            return at + 1;
        };
        let content = at + open..end;
        let range = at..end + close;
        if which == SPEECH {
            self.push_region(range.clone(), RegionKind::Speech { content });
            return range.end;
        }
        let kind = RegionKind::Latex {
            content: content.clone(),
            document: which == LATEX,
        };
        self.push_region(range.clone(), kind);
        self.inside(content, Inside::Math);
        range.end
    }

    /// The wiki link whose brackets begin at `at` and whose inside begins at `start`.
    pub(super) fn wiki(&mut self, at: usize, start: usize) -> Option<usize> {
        let line = self.text.get(start..self.line_end(start))?;
        let length = line.find(['[', ']'])?;
        let inner = start..start + length;
        if !self.starts_with(inner.end, "]]") || self.byte(inner.end + 2) == Some(b'(') {
            return None;
        }
        // `[[1, 2]]` is a list of numbers.
        let names = self
            .text
            .get(inner.clone())?
            .chars()
            .any(char::is_alphabetic);
        let is_embed = self.byte(at) == Some(b'!');
        if !names && !is_embed {
            return None;
        }
        let end = inner.end + 2;
        let kind = if is_embed {
            RegionKind::Embed { inner }
        } else {
            RegionKind::Wiki { inner }
        };
        self.push_region(at..end, kind);
        Some(end)
    }

    pub(super) fn exclamation(&mut self, at: usize) -> usize {
        if self.starts_with(at, "![[")
            && let Some(end) = self.wiki(at, at + 3)
        {
            return end;
        }
        if self.starts_with(at, "![") {
            self.tell_space(at);
        }
        at + 1
    }

    /// Tells a space in the target of an image, which makes Markdown take it for text.
    pub(super) fn tell_space(&mut self, at: usize) {
        let line_end = self.line_end(at);
        let target = self.search(TARGET, at).filter(|it| *it < line_end);
        let Some(start) = target.map(|it| it + 2) else {
            return;
        };
        // `![![![](a b.png)` has one target.
        if self.told_target == start {
            return;
        }
        self.told_target = start;
        let mut end = line_end.min(start + LONGEST_TARGET);
        if self.search(ROUND, start).is_none_or(|close| close >= end) {
            return;
        }
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let target = self.text.get(start..end).unwrap_or_default();
        let Some(length) = closing_parenthesis(target).or_else(|| target.find(')')) else {
            return;
        };
        let target = target.get(..length).unwrap_or_default();
        let title = target.find(" \"").or_else(|| target.find(" '"));
        let path = title.and_then(|it| target.get(..it)).unwrap_or(target);
        let trimmed = path.trim();
        let is_text = trimmed.contains([' ', '\t']) && !trimmed.starts_with('<');
        if !is_text || !(has_media_extension(trimmed) || looks_like_file(trimmed)) {
            return;
        }
        let offset = start + (path.len() - path.trim_start().len());
        let span = self.source.span(offset..offset + trimmed.len());
        self.diagnostics.push(
            Diagnostic::new(
                Finding::MediaSpace,
                format!("the space in `{trimmed}` makes this text and no image"),
            )
            .at(span, "Markdown ends the path at the space")
            .help(format!(
                "write `<{trimmed}>` or `{}`",
                trimmed.replace(' ', "%20")
            ))
            .fix("put the path into `<>`", span, format!("<{trimmed}>"))
            .certain(),
        );
    }

    /// The end of a link's target that begins at `at`: nothing in it is markup.
    pub(super) fn destination(&mut self, at: usize) -> usize {
        if self.byte(at) == Some(b'<') {
            let line_end = self.line_end(at);
            let end = self.search(ANGLE, at).filter(|end| *end < line_end);
            return end.map_or(at, |end| end + 1);
        }
        let mut depth = 0_usize;
        let mut end = at;
        while let Some(byte) = self.byte(end) {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 0 => return end,
                b')' => depth -= 1,
                b'\\' => end += 1,
                _ if byte.is_ascii_whitespace() => return end,
                _ => {}
            }
            end += 1;
        }
        end.min(self.bytes.len())
    }

    pub(super) fn angle(&mut self, at: usize) -> usize {
        if self.starts_with(at, "<!--") {
            return match self.search(COMMENT, at + 2) {
                Some(end) => self.comment(at..end + 3),
                None => at + 1,
            };
        }
        if let Some(end) = tag_end(self.text, at)
            && has_allowed_name(self.text, at)
        {
            return end;
        }
        autolink_end(self.text, at).unwrap_or(at + 1)
    }

    /// Removes a comment; one that has its lines for itself goes with them, since the blank line
    /// that it left would end a paragraph.
    pub(super) fn comment(&mut self, range: Range<usize>) -> usize {
        let line_start = self.line_around(range.start).start;
        let line_end = self.line_end(range.end);
        let blank = |part: Option<&str>| part.is_some_and(|it| it.trim().is_empty());
        let alone = blank(self.text.get(line_start..range.start))
            && blank(self.text.get(range.end..line_end))
            && self
                .scan
                .regions
                .last()
                .is_none_or(|last| last.range.end <= line_start);
        let range = if alone {
            line_start..(line_end + 1).min(self.bytes.len())
        } else {
            range
        };
        let end = range.end;
        self.push_region(range, RegionKind::Comment);
        end
    }

    pub(super) fn reserved(&mut self, at: usize) -> usize {
        let character = self.text.get(at..).and_then(|rest| rest.chars().next());
        let end = at + character.map_or(1, char::len_utf8);
        if character.is_some_and(glyph::is_reserved) {
            self.push_region(at..end, RegionKind::Literal);
        }
        end
    }
}

/// Whether the path ends with a short extension, as in `x.odt`; `fig. 3` and `p.12` do not.
fn looks_like_file(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(name, extension)| {
        !name.ends_with(' ')
            && (2..=5).contains(&extension.len())
            && extension.chars().all(|it| it.is_ascii_alphanumeric())
            && extension.contains(|it: char| it.is_ascii_alphabetic())
    })
}

/// Where the `)` stands that closes what stood open before `target`.
fn closing_parenthesis(target: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in target.char_indices() {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}
