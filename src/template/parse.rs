//! Parsing of a card template into a flat list of nodes.
//!
//! The list is flat, with jump targets, and not a tree: reading, rendering and dropping a
//! template that somebody nested a hundred thousand deep must not overflow the stack.

use std::fmt;
use std::ops::Range;

use super::scan::find_from;

/// A line at the start of a template that switches to `<% %>` as brackets.
const ALTERNATIVE: &str = "{{=<% %>=}}";

/// A parsed card template: one side of one card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    source: String,
    nodes: Vec<Node>,
}

/// One piece of a template, in source order; every range counts bytes of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Node {
    /// Text that is shown as it is; comments are among it.
    Text(Range<usize>),
    /// `{{filter:Field}}`.
    Field {
        /// The tag with its brackets.
        tag: Range<usize>,
        /// What stands between them, trimmed: filters and field name.
        body: Range<usize>,
        /// The field's name alone.
        key: Range<usize>,
    },
    /// `{{#Field}}` or `{{^Field}}`.
    Open {
        /// The tag with its brackets.
        tag: Range<usize>,
        /// The field's name.
        key: Range<usize>,
        /// Whether it is `^`: what follows shows when the field is empty.
        negated: bool,
        /// The index of the [`Node::Close`] that belongs to it.
        close: usize,
    },
    /// `{{/Field}}`.
    Close {
        /// The tag with its brackets.
        tag: Range<usize>,
        /// The field's name.
        key: Range<usize>,
    },
}

/// Why a template can't be read, and the tag that is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseError {
    /// What is wrong.
    pub kind: TemplateSyntaxProblem,
    /// The tag, in bytes of the source.
    pub range: Range<usize>,
}

/// What can be wrong with the structure of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateSyntaxProblem {
    /// A conditional has no closing tag.
    Unclosed {
        /// The field that it asks about.
        key: String,
        /// Whether it is `{{^`.
        negated: bool,
    },
    /// A closing tag closes nothing.
    StrayClose {
        /// The name in the closing tag.
        key: String,
    },
    /// A closing tag closes another conditional than the innermost open one.
    WrongClose {
        /// The name in the closing tag.
        found: String,
        /// The name of the innermost open conditional.
        expected: String,
        /// Where that conditional opens.
        opened: Range<usize>,
    },
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            TemplateSyntaxProblem::Unclosed { key, negated } => {
                let sign = if *negated { '^' } else { '#' };
                write!(f, "`{{{{{sign}{key}}}}}` is never closed")
            }
            TemplateSyntaxProblem::StrayClose { key } => {
                write!(
                    f,
                    "`{{{{/{key}}}}}` closes a conditional that was not opened"
                )
            }
            TemplateSyntaxProblem::WrongClose {
                found, expected, ..
            } => {
                write!(
                    f,
                    "`{{{{/{found}}}}}` stands where `{{{{/{expected}}}}}` must come first"
                )
            }
        }
    }
}

impl std::error::Error for ParseError {}

impl Template {
    /// The template that `source` spells.
    ///
    /// Field names are not checked here; [`super::validate`] does that.
    ///
    /// # Errors
    ///
    /// When conditionals are not closed, or not in the reverse order of their opening.
    pub fn parse(source: &str) -> Result<Self, ParseError> {
        let mut builder = Builder {
            source,
            nodes: Vec::new(),
            open: Vec::new(),
        };
        for token in Lexer::new(source) {
            builder.push(token)?;
        }
        let nodes = builder.finish()?;
        Ok(Self {
            source: source.to_owned(),
            nodes,
        })
    }

    /// The text that was parsed.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The pieces of the template, in source order.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The source text of a range that one of the nodes holds.
    #[must_use]
    pub fn text(&self, range: &Range<usize>) -> &str {
        self.source.get(range.clone()).unwrap_or_default()
    }

    /// The filters of a [`Node::Field`], the outermost (leftmost) first, and its field name.
    #[must_use]
    pub fn filters(&self, node: &Node) -> Vec<&str> {
        match node {
            Node::Field { body, .. } => {
                let mut parts: Vec<&str> = self.text(body).split(':').collect();
                parts.pop();
                parts
            }
            _ => Vec::new(),
        }
    }
}

/// A token: text, or the inside of a tag.
enum Token {
    Text(Range<usize>),
    Tag {
        tag: Range<usize>,
        inside: Range<usize>,
    },
}

/// Cuts the source into text and tags.
struct Lexer<'a> {
    source: &'a str,
    at: usize,
    brackets: (&'static str, &'static str),
    /// Set once no tag (no comment) can be closed any more, so that text full of opening
    /// brackets is read in linear time.
    no_more_tags: bool,
    no_more_comments: bool,
    pending: Option<Token>,
}

impl<'a> Lexer<'a> {
    fn new(source: &'a str) -> Self {
        let trimmed = source.trim_start();
        let (at, brackets) = if trimmed.starts_with(ALTERNATIVE) {
            (
                source.len() - trimmed.len() + ALTERNATIVE.len(),
                ("<%", "%>"),
            )
        } else {
            (0, ("{{", "}}"))
        };
        Self {
            source,
            at,
            brackets,
            no_more_tags: false,
            no_more_comments: false,
            pending: None,
        }
    }

    /// The tag that begins at `at`, if one does.
    fn tag(&mut self, at: usize) -> Option<Token> {
        if self.no_more_tags || !self.source.get(at..)?.starts_with(self.brackets.0) {
            return None;
        }
        let start = at + self.brackets.0.len();
        let Some(end) = find_from(self.source, self.brackets.1, start) else {
            self.no_more_tags = true;
            return None;
        };
        Some(Token::Tag {
            tag: at..end + self.brackets.1.len(),
            inside: start..end,
        })
    }

    /// The end of the comment that begins at `at`, if one does.
    fn comment(&mut self, at: usize) -> Option<usize> {
        if self.no_more_comments || !self.source.get(at..)?.starts_with("<!--") {
            return None;
        }
        let end = find_from(self.source, "-->", at + 4);
        self.no_more_comments = end.is_none();
        Some(end? + 3)
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if let Some(token) = self.pending.take() {
            return Some(token);
        }
        let start = self.at;
        while let Some(offset) = self
            .source
            .get(self.at..)
            .and_then(|rest| rest.find(['{', '<']))
        {
            let at = self.at + offset;
            if let Some(token) = self.tag(at) {
                if let Token::Tag { tag, .. } = &token {
                    self.at = tag.end;
                }
                if start == at {
                    return Some(token);
                }
                self.pending = Some(token);
                return Some(Token::Text(start..at));
            }
            self.at = self.comment(at).unwrap_or(at + 1);
        }
        self.at = self.source.len();
        (start < self.at).then_some(Token::Text(start..self.at))
    }
}

/// Builds the list of nodes and pairs the conditionals.
struct Builder<'a> {
    source: &'a str,
    nodes: Vec<Node>,
    /// Indices of the conditionals that are open, innermost last.
    open: Vec<usize>,
}

impl Builder<'_> {
    fn push(&mut self, token: Token) -> Result<(), ParseError> {
        let (tag, inside) = match token {
            Token::Text(range) => {
                self.nodes.push(Node::Text(range));
                return Ok(());
            }
            Token::Tag { tag, inside } => (tag, inside),
        };
        let body = self.body(inside);
        let text = self.text(&body);
        let mark = text.chars().next().filter(|_| text.len() >= 2);
        match mark {
            Some('#' | '^') => {
                let key = self.key_after_mark(&body);
                self.open.push(self.nodes.len());
                let negated = mark == Some('^');
                self.nodes.push(Node::Open {
                    tag,
                    key,
                    negated,
                    close: usize::MAX,
                });
            }
            Some('/') => {
                let key = self.key_after_mark(&body);
                self.close(tag, key)?;
            }
            _ => {
                let key = text
                    .rfind(':')
                    .map_or(body.start, |colon| body.start + colon + 1);
                let key = key..body.end;
                self.nodes.push(Node::Field { tag, body, key });
            }
        }
        Ok(())
    }

    fn close(&mut self, tag: Range<usize>, key: Range<usize>) -> Result<(), ParseError> {
        let found = self.text(&key).to_owned();
        let here = self.nodes.len();
        let Some(open) = self.open.pop() else {
            return Err(ParseError {
                kind: TemplateSyntaxProblem::StrayClose { key: found },
                range: tag,
            });
        };
        let source = self.source;
        if let Some(Node::Open {
            tag: opened,
            key: expected,
            close,
            ..
        }) = self.nodes.get_mut(open)
        {
            let expected = source.get(expected.clone()).unwrap_or_default();
            if expected != found {
                let expected = expected.to_owned();
                let kind = TemplateSyntaxProblem::WrongClose {
                    found,
                    expected,
                    opened: opened.clone(),
                };
                return Err(ParseError { kind, range: tag });
            }
            *close = here;
        }
        self.nodes.push(Node::Close { tag, key });
        Ok(())
    }

    fn finish(self) -> Result<Vec<Node>, ParseError> {
        let innermost = self.open.last().and_then(|&open| self.nodes.get(open));
        match innermost {
            Some(Node::Open {
                tag, key, negated, ..
            }) => Err(ParseError {
                kind: TemplateSyntaxProblem::Unclosed {
                    key: self.text(key).to_owned(),
                    negated: *negated,
                },
                range: tag.clone(),
            }),
            _ => Ok(self.nodes),
        }
    }

    fn text(&self, range: &Range<usize>) -> &str {
        self.source.get(range.clone()).unwrap_or_default()
    }

    /// The inside of a tag without leading braces and without white space around it.
    fn body(&self, inside: Range<usize>) -> Range<usize> {
        let text = self.text(&inside);
        let kept = text.trim_start_matches('{').trim_start();
        let start = inside.start + text.len() - kept.len();
        start..start + kept.trim_end().len()
    }

    fn key_after_mark(&self, body: &Range<usize>) -> Range<usize> {
        let text = self.text(body);
        let key = text.get(1..).unwrap_or_default().trim_start();
        body.end - key.len()..body.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The nodes in one line: text as it is, fields in brackets, conditionals with their mark.
    fn outline(source: &str) -> String {
        let template = Template::parse(source).expect("a template without errors");
        let text = |range: &Range<usize>| template.text(range).to_owned();
        let piece = |node: &Node| match node {
            Node::Text(range) => text(range),
            Node::Field { key, .. } => {
                let filters: Vec<_> = template
                    .filters(node)
                    .iter()
                    .map(|name| format!("{name}:"))
                    .collect();
                format!("[{}{}]", filters.concat(), text(key))
            }
            Node::Open {
                key,
                negated: false,
                close,
                ..
            } => format!("[#{}>{close}]", text(key)),
            Node::Open {
                key,
                negated: true,
                close,
                ..
            } => format!("[^{}>{close}]", text(key)),
            Node::Close { key, .. } => format!("[/{}]", text(key)),
        };
        template.nodes().iter().map(piece).collect()
    }

    #[test]
    fn pieces() {
        let table = [
            ("", ""),
            ("a {{F}} b", "a [F] b"),
            ("{{ F }}{{\u{a0}F\n}}", "[F][F]"),
            ("{{{F}}}", "[F]}"),
            ("{{{{F}}}}", "[F]}}"),
            ("{{ {F}}}", "[{F]}"),
            ("{{text: F}}", "[text: F]"),
            ("{{a:b:F}}", "[a:b:F]"),
            ("{{:}}", "[:]"),
            ("{{}}", "[]"),
            ("{{#}}", "[#]"),
            ("{{F", "{{F"),
            ("{{F}", "{{F}"),
            ("<!-- {{F}} -->{{F}}", "<!-- {{F}} -->[F]"),
            ("<!-- {{F}}", "<!-- [F]"),
            ("{{<!--F-->}}", "[<!--F-->]"),
            ("{{# F }}x{{^G}}{{/G}}{{/ F }}", "[#F>4]x[^G>3][/G][/F]"),
            (" \n{{=<% %>=}}<%F%>{{F}}", "[F]{{F}}"),
            ("x{{=<% %>=}}<%F%>", "x[=<% %>=]<%F%>"),
            ("{{=<% %>=}}<%{F%>", "[F]"),
        ];
        for (source, expect) in table {
            assert_eq!(outline(source), expect, "{source}");
        }
    }

    #[test]
    fn broken_structure() {
        let table = [
            ("a{{#F}}b", 1..7, "`{{#F}}` is never closed"),
            ("{{^F}}{{#G}}{{/G}}", 0..6, "`{{^F}}` is never closed"),
            (
                "{{F}}{{/F}}",
                5..11,
                "`{{/F}}` closes a conditional that was not opened",
            ),
            (
                "{{#F}}{{#G}}{{/F}}",
                12..18,
                "`{{/F}}` stands where `{{/G}}` must come first",
            ),
            ("{{=<% %>=}}<%#F%>", 11..17, "`{{#F}}` is never closed"),
        ];
        for (source, range, message) in table {
            let error = Template::parse(source).expect_err("a broken template");
            assert_eq!(
                (error.range.clone(), error.to_string().as_str()),
                (range, message)
            );
        }
    }

    #[test]
    fn depth_does_not_matter() {
        let depth = 200_000;
        let source = "{{#F}}".repeat(depth) + "{{F}}" + &"{{/F}}".repeat(depth);
        let template = Template::parse(&source).expect("a deep template");
        assert!(template.renders(|name| name == "F"));
        assert!(!template.renders(|_| false));
    }
}
