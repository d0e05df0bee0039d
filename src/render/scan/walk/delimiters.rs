//! Delimiters of clozes and marks: `{{c1::`, `{`, `==`, `::`, `}}`.

use std::ops::Range;

use super::{Inside, Mark, Open, Walk};
use crate::diag::{Code as Finding, Diagnostic, Span};
use crate::render::scan::clozes::{Opening, is_good_number, misspelled, number_prefix, opening};
use crate::render::scan::{Group, GroupKind, Token, TokenKind};

/// Clozes may stand this deep inside one another.
const DEEPEST: usize = 10;

impl Walk<'_> {
    pub(super) fn open_brace(&mut self, at: usize, base: usize, inside: Inside) -> usize {
        if let Some(opening) = opening(self.text, at) {
            return self.open_cloze(opening, inside);
        }
        let live = self.dialect.clozes && inside != Inside::Code;
        if live && let Some((range, right)) = misspelled(self.text, at) {
            let typed = self.text.get(range.clone()).unwrap_or_default();
            let span = self.source.span(range.clone());
            self.diagnostics.push(
                Diagnostic::new(Finding::ClozeSpacing, format!("`{typed}` opens no cloze"))
                    .at(span, format!("Anki reads only `{right}`"))
                    .fix(format!("write `{right}`"), span, right)
                    .certain(),
            );
        }
        let reachable = self.stack.len() > base;
        match self.stack.last_mut() {
            Some(open) if reachable => open.depth = open.depth.saturating_add(1),
            // Braces of code or a formula are no concern of a cloze around it.
            Some(_) => {}
            None if self.dialect.curly && inside == Inside::Text => return self.open_curly(at),
            None => {}
        }
        at + 1
    }

    pub(super) fn open_cloze(&mut self, opening: Opening, inside: Inside) -> usize {
        let end = opening.range.end;
        let span = self.source.span(opening.range.clone());
        if !self.dialect.clozes {
            if inside != Inside::Code {
                self.tell_stray(span);
            }
            if let Some(open) = self.stack.last_mut() {
                open.depth = open.depth.saturating_add(2);
            }
            return end;
        }
        if opening.bad_number {
            self.diagnostics.push(
                Diagnostic::new(Finding::ClozeNumber, "cloze numbers go from 1 to 500")
                    .at(span, "no card has this number")
                    .note("Anki makes no card for 0, and one broken card for all above 500"),
            );
        }
        let level = self.level() + opening.numbers.len().max(1);
        if level > DEEPEST {
            self.diagnostics.push(
                Diagnostic::new(
                    Finding::ClozeNesting,
                    "more than ten clozes stand inside one another",
                )
                .at(span, "Anki passes over this one"),
            );
        }
        let group = self.push_group(GroupKind::Cloze(opening.numbers), opening.range.start);
        self.push_token(opening.range.clone(), group, TokenKind::Open);
        self.stack.push(Open {
            group,
            at: opening.range.start,
            depth: 0,
            curly: false,
            hint: false,
            in_region: inside != Inside::Text,
            level,
        });
        end
    }

    /// Tells a cloze where none is live, once a field.
    pub(super) fn tell_stray(&mut self, span: Span) {
        let Some(code) = self.dialect.stray else {
            return;
        };
        if std::mem::replace(&mut self.told_stray, true) {
            return;
        }
        let diagnostic = if code == Finding::ClozeOutside {
            Diagnostic::new(
                code,
                "a cloze in a field that its card template does not show as one",
            )
            .at(span, "makes a blank card")
            .help("move it to a field that the front shows with `{{cloze:..}}`, or write `\\{{`")
        } else {
            Diagnostic::new(code, "a cloze in a note that is not of a cloze type")
                .at(span, "shown as it is typed")
                .help("give the note a cloze type, such as `type: cloze`")
        };
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn level(&self) -> usize {
        self.stack.last().map_or(0, |open| open.level)
    }

    pub(super) fn open_curly(&mut self, at: usize) -> usize {
        let inside = self.text.get(at + 1..).unwrap_or_default();
        let attributes = at > 0
            && self.byte(at - 1) == Some(b')')
            && (inside.starts_with("width=") || inside.starts_with("height="));
        if attributes || inside.starts_with(['{', '}']) || self.mark.is_some() {
            return at + 1;
        }
        let (kind, length) = match number_prefix(inside, true) {
            Some((number, length)) => (self.numbered(number, at + 1..at + 1 + length), length),
            None => (GroupKind::NextCloze, 0),
        };
        let group = self.push_group(kind, at);
        let end = at + 1 + length;
        self.push_token(at..end, group, TokenKind::Open);
        self.stack.push(Open {
            group,
            at,
            depth: 0,
            curly: true,
            hint: false,
            in_region: false,
            level: 1,
        });
        end
    }

    /// A cloze with this number, which is told where it makes no card.
    pub(super) fn numbered(&mut self, number: u16, range: Range<usize>) -> GroupKind {
        if !is_good_number(number) {
            self.diagnostics.push(
                Diagnostic::new(Finding::ClozeNumber, "cloze numbers go from 1 to 500")
                    .at(self.source.span(range), "no card has this number"),
            );
            return GroupKind::Cloze(Vec::new());
        }
        GroupKind::Cloze(vec![number])
    }

    /// A `}`, which may close the cloze that was opened last, if that one is not below `base`.
    pub(super) fn close_brace(&mut self, at: usize, base: usize) -> usize {
        let is_double = self.byte(at + 1) == Some(b'}');
        let reachable = self.stack.len() > base;
        let Some(open) = self.stack.last() else {
            return at + 1;
        };
        let loose = !open.curly && self.is_loose(open.at);
        let closes = if open.curly {
            reachable && open.depth == 0
        } else {
            is_double && (loose || (reachable && open.depth == 0))
        };
        if !closes {
            if reachable && let Some(open) = self.stack.last_mut() {
                open.depth = open.depth.saturating_sub(1);
            }
            return at + 1;
        }
        let Some(open) = self.stack.pop() else {
            return at + 1;
        };
        let end = at + if open.curly { 1 } else { 2 };
        if loose {
            self.diagnostics.push(
                Diagnostic::new(
                    Finding::ClozeBrace,
                    "the braces inside the cloze do not match",
                )
                .at(self.source.span(open.at..end), "it ends at the first `}}`")
                .help("a brace that stands alone is written `\\{` or `\\}`"),
            );
        }
        self.push_token(at..end, open.group, TokenKind::Close);
        self.close_group(open.group, end);
        if let Some(mark) = &self.mark
            && mark.stack > self.stack.len()
        {
            self.mark = None;
        }
        end
    }

    pub(super) fn push_group(&mut self, kind: GroupKind, start: usize) -> usize {
        self.scan.groups.push(Group {
            kind,
            range: start..start,
        });
        self.closed.push(false);
        self.scan.groups.len() - 1
    }

    pub(super) fn close_group(&mut self, group: usize, end: usize) {
        if let Some(closed) = self.closed.get_mut(group) {
            *closed = true;
        }
        if let Some(group) = self.scan.groups.get_mut(group) {
            group.range.end = end;
        }
    }

    pub(super) fn push_token(&mut self, range: Range<usize>, group: usize, kind: TokenKind) {
        self.scan.tokens.push(Token { range, group, kind });
    }

    /// `::` in text: what stands behind it is the hint of the cloze around it.
    pub(super) fn colons(&mut self, at: usize) -> usize {
        let end = at + 2;
        let open_clozes = self.stack.len();
        if let Some(mark) = &mut self.mark
            && mark.stack == open_clozes
        {
            if self.dialect.highlight && at > mark.range.end {
                mark.hint.get_or_insert(at..end);
            }
            return end;
        }
        let Some(open) = self.stack.last_mut() else {
            return end;
        };
        if open.depth > 0 || open.in_region || open.curly {
            return end;
        }
        if open.hint {
            let span = self.source.span(at..end);
            self.diagnostics.push(
                Diagnostic::new(Finding::ClozeHint, "the cloze has a second `::`")
                    .at(span, "all behind the first one is the hint")
                    .help("a `::` that is to be shown is written `\\::`")
                    .fix("write `\\::`", span, "\\::"),
            );
            return end;
        }
        open.hint = true;
        let group = open.group;
        self.push_token(at..end, group, TokenKind::Hint);
        end
    }

    pub(super) fn equals(&mut self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let run = rest.iter().take_while(|byte| **byte == b'=').count();
        let end = at + run;
        if run != 2 {
            return end;
        }
        let space = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace());
        let space_before = at == 0 || space(self.byte(at - 1));
        let space_behind = space(self.byte(end));
        let stack = self.stack.len();
        let closes = self
            .mark
            .as_ref()
            .is_some_and(|mark| mark.stack == stack && at > mark.range.end && !space_before);
        if closes && let Some(mark) = self.mark.take() {
            self.close_mark(mark, at..end);
        } else if self.mark.is_none() && !space_behind && !self.in_curly() {
            let inside = self.text.get(end..).unwrap_or_default();
            let prefix = if self.dialect.highlight {
                number_prefix(inside, false)
            } else {
                None
            };
            let length = prefix.map_or(0, |(_, length)| length);
            self.mark = Some(Mark {
                range: at..end + length,
                number: prefix.map(|(number, _)| number),
                hint: None,
                stack,
            });
            return end + length;
        }
        end
    }

    pub(super) fn close_mark(&mut self, mark: Mark, close: Range<usize>) {
        let kind = match mark.number {
            _ if !self.dialect.highlight => GroupKind::Mark,
            Some(number) => self.numbered(number, mark.range.clone()),
            None => GroupKind::NextCloze,
        };
        let group = self.push_group(kind, mark.range.start);
        self.close_group(group, close.end);
        self.push_token(mark.range, group, TokenKind::Open);
        if let Some(hint) = mark.hint {
            self.push_token(hint, group, TokenKind::Hint);
        }
        self.push_token(close, group, TokenKind::Close);
    }

    pub(super) fn drop_curly(&mut self) {
        if self.in_curly() {
            self.stack.remove(0);
        }
    }

    /// Whether a `{` is open that is a cloze. It is the outermost one: inside of another cloze it
    /// would be a brace.
    fn in_curly(&self) -> bool {
        self.stack.first().is_some_and(|open| open.curly)
    }

    pub(super) fn is_loose(&self, at: usize) -> bool {
        self.all_loose || self.loose.contains(&at)
    }
}
