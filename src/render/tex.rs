//! The inside of a formula: one line of TeX, as HTML.

use std::ops::Range;

use super::piece::{Html, PieceKind};
use super::scan::Token;

/// Writes the TeX in `content`: comments removed, white space and line breaks folded to single
/// spaces, `&`, `<` and `>` escaped. `tokens` are the delimiters of clozes inside it, with the
/// index of the first. The place of a comment that no line break ends is returned: TeX drops all
/// behind it, which nobody means by `50%`.
pub(super) fn push_tex(
    html: &mut Html,
    source: &str,
    content: Range<usize>,
    tokens: &[Token],
    first: usize,
) -> Option<Range<usize>> {
    let quote_depth = quote_depth(source, content.start);
    let mut writer = TexWriter {
        html,
        started: false,
        space: false,
    };
    let mut last_comment = None;
    let mut tokens = (first..).zip(tokens).peekable();
    let mut at = content.start;
    while at < content.end {
        if let Some((index, token)) = tokens.next_if(|(_, token)| token.range.start <= at) {
            writer.token(index);
            at = token.range.end.max(at);
            continue;
        }
        let Some(character) = source.get(at..).and_then(|rest| rest.chars().next()) else {
            break;
        };
        let next = at + character.len_utf8();
        match character {
            '%' => {
                let rest = source.get(next..content.end).unwrap_or_default();
                let line = rest.find('\n');
                let end = line.map_or(content.end, |it| next + it);
                // A cloze must not lose an end in a comment.
                let stop = tokens
                    .peek()
                    .map_or(end, |(_, token)| token.range.start.min(end));
                if line.is_none() && !rest.trim().is_empty() {
                    last_comment = Some(at..content.end);
                }
                at = stop.max(next);
                continue;
            }
            '\\' => {
                writer.character('\\');
                if let Some(escaped) = source
                    .get(next..content.end)
                    .and_then(|it| it.chars().next())
                {
                    at = next + escaped.len_utf8();
                    let escaped = if escaped.is_whitespace() {
                        ' '
                    } else {
                        escaped
                    };
                    writer.character_or_space(escaped);
                    continue;
                }
            }
            '\n' => {
                writer.space = true;
                at = line_start(source, next, content.end, quote_depth);
                continue;
            }
            _ if character.is_whitespace() => writer.space = true,
            _ => writer.character(character),
        }
        at = next;
    }
    for (index, _) in tokens {
        writer.token(index);
    }
    last_comment
}

struct TexWriter<'h> {
    html: &'h mut Html,
    started: bool,
    space: bool,
}

impl TexWriter<'_> {
    fn character(&mut self, character: char) {
        self.flush_space();
        self.character_or_space(character);
    }

    fn character_or_space(&mut self, character: char) {
        self.started = true;
        self.html.piece(PieceKind::Math, |text| match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            _ => text.push(character),
        });
    }

    fn token(&mut self, index: usize) {
        self.flush_space();
        self.html.token(index);
    }

    fn flush_space(&mut self) {
        if std::mem::take(&mut self.space) && self.started {
            self.html.piece(PieceKind::Math, |text| text.push(' '));
        }
    }
}

/// How many `>` of block quotes stand before the formula on its first line.
fn quote_depth(source: &str, at: usize) -> usize {
    let before = source.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars()
        .take_while(|it| *it == '>' || it.is_whitespace())
        .filter(|it| *it == '>')
        .count()
}

/// Where the text of a line begins, behind the marks of the block quotes around it.
fn line_start(source: &str, start: usize, end: usize, quote_depth: usize) -> usize {
    let mut at = start;
    for _ in 0..quote_depth {
        let line = source.get(at..end).unwrap_or_default();
        let trimmed = line.trim_start_matches([' ', '\t']);
        let Some(behind) = trimmed.strip_prefix('>') else {
            break;
        };
        at = end - behind.len();
    }
    at
}
