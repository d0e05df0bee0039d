//! The inside of a formula: one line of TeX, as tokens with their places, and as HTML.

use std::ops::Range;

use super::formula::macros::Placed;
use super::formula::tokens::{Joiner, Token as Tex, command_length};
use super::piece::{Html, PieceKind};
use super::scan::{Token, TokenKind};

/// The TeX in `content`: comments removed, white space and line breaks folded to single spaces.
/// `tokens` are the delimiters of clozes inside it, with the index of the first. The place of a
/// comment that no line break ends is returned, too: TeX drops all behind it, which nobody means
/// by `50%`.
pub(super) fn read_tex(
    source: &str,
    content: Range<usize>,
    tokens: &[Token],
    first: usize,
) -> (Vec<Placed>, Option<Range<usize>>) {
    let quote_depth = quote_depth(source, content.start);
    let mut reader = TexReader {
        out: Vec::with_capacity(content.len()),
        space: None,
    };
    let mut last_comment = None;
    let mut tokens = (first..).zip(tokens).peekable();
    let mut at = content.start;
    while at < content.end {
        if let Some((index, token)) = tokens.next_if(|(_, token)| token.range.start <= at) {
            reader.cloze(index, token);
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
                let stop = tokens
                    .peek()
                    .map_or(content.end, |(_, it)| it.range.start.min(content.end));
                let rest = source.get(at..stop).unwrap_or_default();
                let length = command_length(rest);
                let name = rest.get(..length).unwrap_or(rest);
                let name = match name.strip_prefix('\\') {
                    Some(space) if space.starts_with(char::is_whitespace) => "\\ ",
                    _ => name,
                };
                let end = at + length.clamp(1, rest.len().max(1));
                reader.push(Tex::Command(name.to_owned()), at..end);
                at = end;
                continue;
            }
            '\n' => {
                reader.space.get_or_insert(at..next);
                at = line_start(source, next, content.end, quote_depth);
                continue;
            }
            _ if character.is_whitespace() => {
                reader.space.get_or_insert(at..next);
            }
            _ => reader.push(Tex::Character(character), at..next),
        }
        at = next;
    }
    for (index, token) in tokens {
        reader.cloze(index, token);
    }
    (reader.out, last_comment)
}

/// Writes TeX with `&`, `<` and `>` escaped. A letter never runs into the command before it, also
/// where only a cloze stands between: on the card nothing does.
pub(super) fn push_tex(html: &mut Html, tex: &[Placed]) {
    let mut joiner = Joiner::default();
    for (token, _) in tex {
        let space = joiner.needs_space(token);
        match token {
            Tex::Cloze { index, .. } => html.token(*index),
            Tex::Command(name) => html.escaped(PieceKind::Math, name, " "),
            Tex::Character(character) => html.piece(PieceKind::Math, |text| {
                if space {
                    text.push(' ');
                }
                match character {
                    '&' => text.push_str("&amp;"),
                    '<' => text.push_str("&lt;"),
                    '>' => text.push_str("&gt;"),
                    _ => text.push(*character),
                }
            }),
        }
    }
}

struct TexReader {
    out: Vec<Placed>,
    space: Option<Range<usize>>,
}

impl TexReader {
    fn push(&mut self, token: Tex, place: Range<usize>) {
        if let Some(space) = self.space.take()
            && !self.out.is_empty()
        {
            self.out.push((Tex::Character(' '), space));
        }
        self.out.push((token, place));
    }

    fn cloze(&mut self, index: usize, token: &Token) {
        let cloze = Tex::Cloze {
            index,
            opens: token.kind == TokenKind::Open,
            closes: token.kind == TokenKind::Close,
        };
        self.push(cloze, token.range.clone());
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
