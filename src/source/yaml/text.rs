//! Where each character of a decoded scalar was written.
//!
//! The parser decodes a scalar and tells where it begins and ends. What lies between is walked a
//! second time here, and each piece of the decoded text gets its place. The parser's text is what
//! counts: where the two readings differ the text is kept and points at the scalar as a whole.

use std::ops::Range;

use super::node::ScalarStyle;
use crate::diag::{FileId, Text, TextBuilder};

/// A YAML text inside of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'s> {
    pub(super) file: FileId,
    /// The YAML text.
    pub(super) source: &'s str,
    /// The byte of the file at which it begins.
    pub(super) base: usize,
}

/// The decoded text of the scalar that stands at `range` of the source, quotes included.
pub(super) fn place(
    ground: Ground<'_>,
    range: Range<usize>,
    decoded: &str,
    style: ScalarStyle,
) -> Text {
    let inner = match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if range.len() >= 2 => {
            range.start + 1..range.end - 1
        }
        _ => range,
    };
    let start = ground.base + inner.start;
    if ground.source.get(inner.clone()) == Some(decoded) {
        return Text::verbatim(decoded, ground.file, start);
    }
    let mut walk = Walk {
        ground,
        text: TextBuilder::new(ground.file, start),
    };
    let done = match style {
        ScalarStyle::Literal | ScalarStyle::Folded => walk.block(inner.clone(), decoded),
        _ => walk.flow(inner.clone(), style),
    };
    let text = walk.text.finish();
    if done.is_some() && text.as_str() == decoded {
        return text;
    }
    let mut whole = TextBuilder::new(ground.file, start);
    whole.push(decoded, start..ground.base + inner.end);
    whole.finish()
}

struct Walk<'s> {
    ground: Ground<'s>,
    text: TextBuilder,
}

impl Walk<'_> {
    fn verbatim(&mut self, range: Range<usize>) -> Option<()> {
        let part = self.ground.source.get(range.clone())?;
        self.text
            .push_verbatim(part, self.ground.base + range.start);
        Some(())
    }

    fn push(&mut self, decoded: &str, range: Range<usize>) {
        let base = self.ground.base;
        self.text
            .push(decoded, base + range.start..base + range.end);
    }

    /// Plain and quoted scalars: escapes, and line breaks that are folded.
    fn flow(&mut self, range: Range<usize>, style: ScalarStyle) -> Option<()> {
        let bytes = self.ground.source.as_bytes();
        let mut run = range.start;
        let mut at = range.start;
        while at < range.end {
            match bytes.get(at)? {
                b'\'' if style == ScalarStyle::SingleQuoted => {
                    self.verbatim(run..at)?;
                    self.push("'", at..at + 2);
                    at += 2;
                    run = at;
                }
                b'\\' if style == ScalarStyle::DoubleQuoted => {
                    self.verbatim(run..at)?;
                    at = match self.line_break(at + 1) {
                        // An escaped line break joins the lines.
                        Some(end) => {
                            let (breaks, next) = self.blank_lines(end, range.end, usize::MAX);
                            for blank in breaks {
                                self.push("\n", blank);
                            }
                            next
                        }
                        None => self.escape(at)?,
                    };
                    run = at;
                }
                b'\n' | b'\r' => {
                    let line = self.ground.source.get(run..at)?;
                    let kept = run + line.trim_end_matches([' ', '\t']).len();
                    self.verbatim(run..kept)?;
                    let end = self.line_break(at)?;
                    let (breaks, next) = self.blank_lines(end, range.end, usize::MAX);
                    if breaks.is_empty() {
                        self.push(" ", kept..next);
                    }
                    for blank in breaks {
                        self.push("\n", blank);
                    }
                    at = next;
                    run = at;
                }
                _ => at += 1,
            }
        }
        self.verbatim(run..range.end)
    }

    /// Pushes the character of the escape at `at`; returns where it ends.
    fn escape(&mut self, at: usize) -> Option<usize> {
        let rest = self.ground.source.get(at + 1..)?;
        let letter = rest.chars().next()?;
        let hex = |from: usize, digits: usize| -> Option<u32> {
            u32::from_str_radix(rest.get(from..from + digits)?, 16).ok()
        };
        let mut length = letter.len_utf8();
        let character = match letter {
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            't' | '\t' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            'e' => '\u{1b}',
            'N' => '\u{85}',
            '_' => '\u{a0}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            'x' | 'u' | 'U' => {
                let digits = match letter {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                length += digits;
                let mut number = hex(1, digits)?;
                if (0xD800..0xDC00).contains(&number) && rest.get(5..7) == Some("\\u") {
                    let low = hex(7, 4)?.checked_sub(0xDC00)?;
                    number = 0x1_0000 + ((number - 0xD800) << 10) + low;
                    length += 6;
                }
                char::from_u32(number)?
            }
            other => other,
        };
        let end = at + 1 + length;
        self.push(character.encode_utf8(&mut [0; 4]), at..end);
        Some(end)
    }

    /// `|` and `>`: line by line, without their indentation. `range` begins at the first
    /// character of the first line that is not blank.
    fn block(&mut self, range: Range<usize>, decoded: &str) -> Option<()> {
        let raw = self.ground.source.get(range.clone())?;
        if raw.starts_with(['|', '>']) && decoded.bytes().all(|it| it == b'\n') {
            // A block of blank lines alone is placed together with its header.
            let header = range.start + raw.find(['\n', '\r'])?;
            let start = self.line_break(header)?;
            let (mut breaks, next) = self.blank_lines(start, range.end, usize::MAX);
            breaks.resize(decoded.len(), next..next);
            for blank in breaks {
                self.push("\n", blank);
            }
            return Some(());
        }
        let before = self.ground.source.get(..range.start)?;
        let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let indent = range.start - line;
        let leading = decoded.len() - decoded.trim_start_matches('\n').len();
        for blank in self.breaks_before(line, leading)? {
            self.push("\n", blank);
        }
        let mut done = leading;
        let mut at = range.start;
        loop {
            let rest = self.ground.source.get(at..range.end)?;
            let end = at + rest.find(['\n', '\r']).unwrap_or(rest.len());
            let line = self.ground.source.get(at..end)?;
            let left = decoded.get(done..)?;
            // A file may end in the spaces of a line that the parser drops.
            let line = if left.len() < line.len() { left } else { line };
            if !left.starts_with(line) {
                return None;
            }
            self.verbatim(at..at + line.len())?;
            done += line.len();
            let left = decoded.get(done..)?;
            if left.is_empty() {
                return Some(());
            }
            let first = end..self.line_break(end).unwrap_or(end);
            let (blanks, next) = self.blank_lines(first.end, range.end, indent);
            let wanted = left.len() - left.trim_start_matches('\n').len();
            if wanted == 0 {
                // `>` joined two lines.
                if !left.starts_with(' ') {
                    return None;
                }
                self.push(" ", first.start..next);
                done += 1;
            } else {
                // Between folded lines one line break more is written than read.
                let breaks: Vec<Range<usize>> = std::iter::once(first).chain(blanks).collect();
                let skipped = breaks.len().saturating_sub(wanted);
                for place in breaks.iter().skip(skipped) {
                    self.push("\n", place.clone());
                }
                for _ in breaks.len()..wanted {
                    self.push("\n", next..next);
                }
                done += wanted;
            }
            if done >= decoded.len() {
                return Some(());
            }
            at = next;
        }
    }

    /// The end of the line break at `at`.
    fn line_break(&self, at: usize) -> Option<usize> {
        match self.ground.source.as_bytes().get(at..)? {
            [b'\r', b'\n', ..] => Some(at + 2),
            [b'\r' | b'\n', ..] => Some(at + 1),
            _ => None,
        }
    }

    /// The line breaks of the blank lines at `at`, which begins a line, and where the text
    /// behind them begins, at most `indent` columns in.
    fn blank_lines(&self, at: usize, limit: usize, indent: usize) -> (Vec<Range<usize>>, usize) {
        let bytes = self.ground.source.as_bytes();
        let mut breaks = Vec::new();
        let mut start = at.min(limit);
        loop {
            let mut next = start;
            while next < limit
                && next - start < indent
                && matches!(bytes.get(next), Some(b' ' | b'\t'))
            {
                next += 1;
            }
            match self.line_break(next) {
                Some(end) if end <= limit => {
                    breaks.push(next..end);
                    start = end;
                }
                _ => return (breaks, next),
            }
        }
    }

    /// The last `count` line breaks before `at`, which begins a line; only spaces lie between.
    fn breaks_before(&self, at: usize, count: usize) -> Option<Vec<Range<usize>>> {
        let mut breaks = Vec::with_capacity(count);
        let mut end = at;
        for _ in 0..count {
            let before = self.ground.source.get(..end)?;
            let rest = before
                .strip_suffix("\r\n")
                .or_else(|| before.strip_suffix(['\n', '\r']))?;
            breaks.push(rest.len()..end);
            end = rest.trim_end_matches(' ').len();
        }
        breaks.reverse();
        Some(breaks)
    }
}
