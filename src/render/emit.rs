//! Writes a field's pieces so that Anki reads the clozes that were meant, and no others.
//!
//! Anki knows no escaping: the first `}}` ends a cloze, the first `::` begins its hint, wherever
//! they stand. So inside a cloze a `}` that would meet another one is kept apart from it: by an
//! empty comment in text, by a space in a formula (where a comment would do no harm either, but
//! is harder to read in the editor), by an entity in a tag. Measured on Anki 26.9.3 and 25.9.2:
//! all three show what the author wrote, and typed answers compare without the comment.
//!
//! Where a note has clozes, Anki takes all tags out from between `\(` and `\)`, also in code, where
//! they begin no formula: colors would be lost, and what hides a cloze. So they are kept from it.

use super::piece::{Html, PieceKind};
use super::scan::{GroupKind, Scan, TokenKind};

const APART: &str = "<!-- -->";

/// The field as it goes into the package. `numbers` holds the numbers of each group's cards;
/// empty for marks.
pub(super) fn emit(html: &Html, scan: &Scan, numbers: &[Vec<u16>], guards: bool) -> String {
    let mut emitter = Emitter {
        scan,
        numbers,
        guards,
        out: String::with_capacity(html.text.len() + 16),
        last: None,
        in_code: false,
        open: Vec::new(),
    };
    for piece in &html.pieces {
        let text = html.text.get(piece.range.clone()).unwrap_or_default();
        match piece.kind {
            PieceKind::Text => emitter.text(text, false),
            PieceKind::Math => emitter.text(text, true),
            PieceKind::Raw | PieceKind::Start(_) | PieceKind::End(_) => emitter.tag(text),
            PieceKind::Token(index) => emitter.token(index),
        }
    }
    emitter.out
}

struct Emitter<'e> {
    scan: &'e Scan,
    numbers: &'e [Vec<u16>],
    /// Whether text that Anki would take for a cloze is kept from being one.
    guards: bool,
    out: String,
    /// The last character, if it is one of text, and whether it belongs to a formula.
    last: Option<(char, bool)>,
    /// Whether the text is code.
    in_code: bool,
    open: Vec<OpenCloze>,
}

struct OpenCloze {
    group: usize,
    /// Where its hint begins, with the colons.
    hint: Option<usize>,
}

impl Emitter<'_> {
    fn text(&mut self, text: &str, math: bool) {
        if !self.guards {
            self.out.push_str(text);
            return;
        }
        let in_cloze = !self.open.is_empty();
        let mut copied = 0;
        for (at, character) in text.char_indices() {
            let risky_behind = match character {
                '}' | ':' => Some(character),
                '(' | '[' if self.in_code => Some('\\'),
                _ => None,
            };
            if risky_behind.is_some() {
                let last = if at == copied { self.last } else { None };
                let before = text.get(copied..at).and_then(|it| it.chars().next_back());
                let meets = before.or(last.map(|(last, _)| last)) == risky_behind;
                if meets {
                    self.out.push_str(text.get(copied..at).unwrap_or_default());
                    copied = at;
                    if risky_behind == Some('\\') {
                        self.out.push_str(APART);
                    } else if in_cloze {
                        let space = math && character == '}';
                        self.out.push_str(if space { " " } else { APART });
                    } else if character == ':' && self.out.pop().is_some() {
                        self.break_opening();
                        self.out.push(':');
                    }
                }
            }
        }
        self.out.push_str(text.get(copied..).unwrap_or_default());
        if let Some(last) = text.chars().next_back() {
            self.last = Some((last, math));
        }
    }

    /// Where the text so far ends in `{{c1` and two colons follow, it would be read as the
    /// opening of a cloze.
    fn break_opening(&mut self) {
        let list = self.out.as_str();
        let before = list.trim_end_matches(|it: char| it.is_ascii_digit() || it == ',');
        if before.len() < list.len() && before.ends_with("{{c") {
            let at = before.len() - 2;
            self.out.insert_str(at, APART);
        }
    }

    fn tag(&mut self, tag: &str) {
        if tag.is_empty() {
            return;
        }
        self.last = None;
        if tag.starts_with("<code") {
            self.in_code = true;
        } else if tag.starts_with("</code") {
            self.in_code = false;
        }
        let risky = self.guards
            && if self.open.is_empty() {
                tag.contains("{{c")
            } else {
                tag.contains("}}") || tag.contains("::") || tag.contains("{{c")
            };
        if !risky {
            self.out.push_str(tag);
            return;
        }
        let mut previous = ' ';
        for character in tag.chars() {
            match character {
                '}' if previous == '}' => self.out.push_str("&#125;"),
                ':' if previous == ':' => self.out.push_str("&#58;"),
                '{' if previous == '{' => self.out.push_str("&#123;"),
                _ => self.out.push(character),
            }
            previous = character;
        }
    }

    fn token(&mut self, index: usize) {
        let Some(token) = self.scan.tokens.get(index) else {
            return;
        };
        let is_mark = self
            .scan
            .groups
            .get(token.group)
            .is_some_and(|group| group.kind == GroupKind::Mark);
        if is_mark {
            self.last = None;
            match token.kind {
                TokenKind::Open => self.out.push_str("<mark>"),
                TokenKind::Hint => self.out.push_str("::"),
                TokenKind::Close => self.out.push_str("</mark>"),
            }
            return;
        }
        match token.kind {
            TokenKind::Open => self.open(token.group),
            TokenKind::Hint => self.hint(token.group),
            TokenKind::Close => self.close(token.group),
        }
    }

    fn numbers(&self, group: usize) -> &[u16] {
        self.numbers.get(group).map_or(&[], Vec::as_slice)
    }

    fn open(&mut self, group: usize) {
        // An outer text that ends in a brace does not touch `{{`: Anki takes the last two braces
        // before the `c`.
        let openings: String = self
            .numbers(group)
            .iter()
            .map(|number| format!("{{{{c{number}::"))
            .collect();
        self.out.push_str(&openings);
        self.last = None;
        self.open.push(OpenCloze { group, hint: None });
    }

    fn hint(&mut self, group: usize) {
        let last = self.last.take();
        self.break_opening();
        let at = self.out.len();
        match self.open.last_mut() {
            Some(open) if open.group == group && open.hint.is_none() => {
                if last.is_some_and(|(last, _)| last == ':') {
                    self.out.push_str(APART);
                    open.hint = Some(at + APART.len());
                } else {
                    open.hint = Some(at);
                }
                self.out.push_str("::");
            }
            // Its cloze is not the innermost one any more; only odd nesting gets here.
            _ => {
                self.last = last;
                self.text("::", false);
            }
        }
    }

    fn close(&mut self, group: usize) {
        let Some(index) = self.open.iter().rposition(|open| open.group == group) else {
            return;
        };
        if let Some((last, math)) = self.last.take()
            && last == '}'
        {
            self.out.push_str(if math { " " } else { APART });
        }
        let open = self.open.remove(index);
        self.out.push_str("}}");
        // Each number is a cloze of its own around the same text; each needs the hint.
        let hint = open
            .hint
            .and_then(|at| self.out.get(at..self.out.len() - 2))
            .map(str::to_owned)
            .unwrap_or_default();
        for _ in 1..self.numbers(group).len() {
            self.out.push_str(&hint);
            self.out.push_str("}}");
        }
    }
}
