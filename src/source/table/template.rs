//! Computed values: a text with `{{column}}` in it, and parts that stand only where a column is
//! filled (`{{#column}}..{{/column}}`) or empty (`{{^column}}..{{/column}}`).
//!
//! `{{c1::` and the braces that end it are a cloze and stay as they are, so that
//! `{{c1::{{capital}}}}` makes a cloze of each capital.

use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Spanned, Text, TextBuilder, nearest};

/// The template of a computed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Column(Spanned<String>),
    /// Stands only where the column is filled, or not; `end` is the part behind its end.
    Section {
        column: Spanned<String>,
        filled: bool,
        end: usize,
    },
}

/// A template whose columns are known.
#[derive(Debug)]
pub(super) struct Bound {
    parts: Vec<BoundPart>,
}

#[derive(Debug)]
enum BoundPart {
    Literal(String),
    Column(usize),
    Section {
        column: usize,
        filled: bool,
        end: usize,
    },
}

impl Template {
    /// Reads a template; what is wrong is told.
    pub fn parse(text: &Text, sink: &mut Diagnostics) -> Option<Self> {
        let value = text.as_str();
        let mut parts = Vec::new();
        let mut open: Vec<(usize, Spanned<String>)> = Vec::new();
        let mut literal = String::new();
        let mut at = 0;
        while let Some(rest) = value.get(at..).filter(|it| !it.is_empty()) {
            let Some(begin) = rest.find("{{") else {
                literal.push_str(rest);
                break;
            };
            literal.push_str(rest.get(..begin).unwrap_or(""));
            let start = at + begin;
            let inside = value.get(start + 2..).unwrap_or("");
            // `{{{x}}` is a brace before `{{x}}`.
            if inside.starts_with('{') && inside.get(1..).is_some_and(|it| !it.starts_with('{')) {
                literal.push('{');
                at = start + 1;
                continue;
            }
            if is_cloze(inside) {
                literal.push_str("{{");
                at = start + 2;
                continue;
            }
            let Some(length) = inside.find("}}").filter(|it| {
                let name = inside.get(..*it).unwrap_or("");
                !name.contains("{{")
            }) else {
                sink.push(
                    Diagnostic::new(Code::TableTemplate, "`{{` has no `}}`")
                        .at(text.span(start..start + 2), "begins the name of a column")
                        .help("write `{{column}}`"),
                );
                return None;
            };
            let name = text.slice(start + 2..start + 2 + length).trim();
            at = start + length + 4;
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            let (sign, column) = match name.as_str().chars().next() {
                Some(sign @ ('#' | '^' | '/')) => {
                    (Some(sign), name.slice(1..name.as_str().len()).trim())
                }
                _ => (None, name),
            };
            let column = Spanned::new(column.as_str().to_owned(), column.whole());
            match sign {
                None => parts.push(Part::Column(column)),
                Some('/') => match open.pop() {
                    Some((index, opened)) if unicase::eq(&opened.value, &column.value) => {
                        let behind = parts.len();
                        if let Some(Part::Section { end, .. }) = parts.get_mut(index) {
                            *end = behind;
                        }
                    }
                    opened => {
                        let title = format!("`{{{{/{}}}}}` ends nothing", column.value);
                        let found = Diagnostic::new(Code::TableTemplate, title)
                            .at(column.span, "no part of this name is open here");
                        sink.push(match opened {
                            Some((_, it)) => found.also(it.span, "this one is"),
                            None => found,
                        });
                        return None;
                    }
                },
                Some(sign) => {
                    open.push((parts.len(), column.clone()));
                    parts.push(Part::Section {
                        column,
                        filled: sign == '#',
                        end: 0,
                    });
                }
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        if let Some((_, opened)) = open.pop() {
            let name = opened.value;
            sink.push(
                Diagnostic::new(Code::TableTemplate, format!("`{{{{#{name}}}}}` has no end"))
                    .at(opened.span, "begins here")
                    .help(format!("write `{{{{/{name}}}}}` where the part ends")),
            );
            return None;
        }
        Some(Self { parts })
    }

    /// The columns that it names.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Column(column) | Part::Section { column, .. } => Some(column),
        })
    }

    /// The same with its columns found; unknown ones are told.
    pub(super) fn bind(&self, names: &[&str], sink: &mut Diagnostics) -> Option<Bound> {
        let mut parts = Vec::with_capacity(self.parts.len());
        let mut failed = false;
        let mut find = |column: &Spanned<String>| {
            let found = column_index(names, column, sink);
            failed |= found.is_none();
            found.unwrap_or_default()
        };
        for part in &self.parts {
            parts.push(match part {
                Part::Literal(text) => BoundPart::Literal(text.clone()),
                Part::Column(column) => BoundPart::Column(find(column)),
                Part::Section {
                    column,
                    filled,
                    end,
                } => BoundPart::Section {
                    column: find(column),
                    filled: *filled,
                    end: *end,
                },
            });
        }
        (!failed).then_some(Bound { parts })
    }
}

impl Bound {
    /// The text that comes of a row; `value` gives the cells, `start` is where the row begins.
    pub(super) fn fill(&self, file: FileId, start: usize, value: impl Fn(usize) -> Text) -> Text {
        let mut text = TextBuilder::new(file, start);
        let mut at = 0;
        while let Some(part) = self.parts.get(at) {
            at += 1;
            match part {
                BoundPart::Literal(literal) => text.push(literal, start..start),
                BoundPart::Column(column) => text.push_text(&value(*column).trim()),
                BoundPart::Section {
                    column,
                    filled,
                    end,
                } => {
                    if value(*column).as_str().trim().is_empty() == *filled {
                        at = *end;
                    }
                }
            }
        }
        text.finish()
    }
}

/// The position of a column, letter case aside; told where there is none.
pub(super) fn column_index(
    names: &[&str],
    column: &Spanned<String>,
    sink: &mut Diagnostics,
) -> Option<usize> {
    let found = names
        .iter()
        .position(|it| unicase::eq(*it, column.value.as_str()));
    if found.is_some() {
        return found;
    }
    let title = format!("the table has no column `{}`", column.value);
    let found = Diagnostic::new(Code::TableColumn, title).at(column.span, "not a column");
    sink.push(match nearest(&column.value, names.iter().copied()) {
        Some(near) => found.fix("a column with a similar name exists", column.span, near),
        None => found.help(format!("the columns are `{}`", names.join("`, `"))),
    });
    None
}

fn is_cloze(inside: &str) -> bool {
    let Some(rest) = inside.strip_prefix('c') else {
        return false;
    };
    let behind = rest.trim_start_matches(|it: char| it.is_ascii_digit() || it == ',');
    behind.len() < rest.len() && behind.starts_with("::")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(template: &str, row: &[(&str, &str)]) -> Result<String, String> {
        let mut sink = Diagnostics::new();
        let names: Vec<&str> = row.iter().map(|it| it.0).collect();
        let template = Template::parse(&Text::detached(template), &mut sink);
        let bound = template.and_then(|it| it.bind(&names, &mut sink));
        let value = |index: usize| Text::detached(row[index].1);
        let text = bound.map(|it| it.fill(FileId::NONE, 0, value).as_str().to_owned());
        text.ok_or_else(|| sink.iter().map(|it| it.message.clone()).collect())
    }

    #[test]
    fn columns_stand_in_templates() {
        let check = |template: &str, expect: Result<&str, &str>| {
            let row = [
                ("country", "France"),
                ("Language", " French "),
                ("audio", ""),
            ];
            let expect = expect.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(filled(template, &row), expect, "{template}");
        };
        check("{{country}} in {{language}}", Ok("France in French"));
        check("{{ country }}", Ok("France"));
        check(
            "{{c1::{{country}}}} speaks {{c2::{{language}}::what}}",
            Ok("{{c1::France}} speaks {{c2::French::what}}"),
        );
        check("{{#audio}}[sound:{{audio}}]{{/audio}}x", Ok("x"));
        check("{{^audio}}silent{{/audio}}", Ok("silent"));
        check(
            "{{#country}}a{{#audio}}b{{/audio}}c{{/country}}d",
            Ok("acd"),
        );
        check("{{{country}}}", Ok("{France}"));
        check("a } b { c }}", Ok("a } b { c }}"));
        check("", Ok(""));
        check("{{contry}}", Err("the table has no column `contry`"));
        check("{{country", Err("`{{` has no `}}`"));
        check("{{#country}}a", Err("`{{#country}}` has no end"));
        check("{{/country}}", Err("`{{/country}}` ends nothing"));
        check(
            "{{#country}}{{#audio}}{{/country}}{{/audio}}",
            Err("`{{/country}}` ends nothing"),
        );
    }

    proptest! {
        #[test]
        fn no_template_panics_or_loops(template in "[a{}#^/c1:é ]{0,40}") {
            let _ = filled(&template, &[("a", "x"), ("c1", "y")]);
        }
    }
}
