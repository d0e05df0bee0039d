//! Macros of authors: read from the lines that define them, and expanded in formulas before these
//! go out, because no two devices share a configuration of their typesetters.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::definitions::definitions;
use super::tokens::{Token, read, to_text};

/// Formulas grow to at most this many tokens, in at most this many steps: what takes more calls
/// itself without end.
const MOST_TOKENS: usize = 20_000;
const MOST_STEPS: usize = 5_000;

/// Commands by their names, which have a backslash in front.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Macros(pub(super) BTreeMap<String, Macro>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Macro {
    pub(super) parameters: usize,
    /// What the first parameter is where brackets do not say it.
    pub(super) default: Option<Vec<Token>>,
    pub(super) body: Vec<Token>,
}

/// What is wrong with a definition, or with the use of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MacroProblem {
    /// Bytes of the text that was read; of a use, the tokens of the formula.
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
    /// Whether the line defines nothing, which harms no formula.
    pub(crate) unread: bool,
}

impl Macros {
    /// The definitions in the text of a file.
    pub(crate) fn read(text: &str) -> (Self, Vec<MacroProblem>) {
        definitions(text)
    }

    /// Takes in one definition of a mapping, whose parameters are those that its body names.
    pub(crate) fn define(&mut self, name: &str, body: &str) -> Result<(), MacroProblem> {
        let fail = |message: &str| {
            Err(MacroProblem {
                range: 0..body.len(),
                message: message.to_owned(),
                unread: false,
            })
        };
        if !is_command(name) {
            return fail("a macro is named by a backslash and letters, or one other character");
        }
        let body = read(body);
        if !is_balanced(&body) {
            return fail("the braces of the macro do not match");
        }
        let parameters = body.windows(2).filter_map(|pair| match pair {
            [Token::Character('#'), Token::Character(digit)] => digit.to_digit(10),
            _ => None,
        });
        let parameters = parameters.max().unwrap_or(0) as usize;
        let definition = Macro {
            parameters,
            default: None,
            body,
        };
        self.0.insert(name.to_owned(), definition);
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// How the macro of this name is defined, in one line; empty where there is none.
    pub(crate) fn definition(&self, name: &str) -> String {
        let Some(it) = self.0.get(name) else {
            return String::new();
        };
        let default = it.default.as_ref().map(|it| format!("[{}]", to_text(it)));
        let default = default.unwrap_or_default();
        format!(
            "{name}[{}]{default}{{{}}}",
            it.parameters,
            to_text(&it.body)
        )
    }

    /// The formula with its macros expanded. `used` takes their names. Each token comes with
    /// its place in the formula; those of a macro have that of the call.
    pub(crate) fn expand(
        &self,
        formula: Vec<Placed>,
        used: &mut BTreeSet<String>,
    ) -> Result<Vec<Placed>, MacroProblem> {
        let calls =
            |it: &Placed| matches!(&it.0, Token::Command(name) if self.0.contains_key(name));
        if !formula.iter().any(calls) {
            return Ok(formula);
        }
        let mut out = Vec::with_capacity(formula.len());
        let mut rest: Vec<Placed> = formula;
        rest.reverse();
        let mut steps = 0;
        while let Some((token, place)) = rest.pop() {
            let definition = match &token {
                Token::Command(name) => self.0.get(name).map(|it| (name, it)),
                _ => None,
            };
            let Some((name, definition)) = definition else {
                out.push((token, place));
                continue;
            };
            used.insert(name.clone());
            steps += 1;
            let fail = |message: String| {
                Err(MacroProblem {
                    range: place.clone(),
                    message,
                    unread: false,
                })
            };
            if steps > MOST_STEPS || out.len() + rest.len() > MOST_TOKENS {
                return fail(format!("`{name}` expands without end"));
            }
            if name.ends_with(|it: char| it.is_ascii_alphabetic()) {
                skip_spaces(&mut rest);
            }
            let Some(arguments) = arguments(definition, &mut rest) else {
                let wanted = match definition.parameters {
                    1 => "an argument".to_owned(),
                    count => format!("{count} arguments"),
                };
                return fail(format!("`{name}` takes {wanted}"));
            };
            substitute(definition, &arguments, &place, &mut rest);
        }
        Ok(out)
    }
}

/// A token and where in the formula it stands.
pub(crate) type Placed = (Token, Range<usize>);

fn skip_spaces(rest: &mut Vec<Placed>) {
    while rest
        .last()
        .is_some_and(|(it, _)| *it == Token::Character(' '))
    {
        rest.pop();
    }
}

/// The arguments of a call, taken from what follows it.
fn arguments(definition: &Macro, rest: &mut Vec<Placed>) -> Option<Vec<Vec<Placed>>> {
    let mut arguments = Vec::with_capacity(definition.parameters);
    if let (Some(default), true) = (&definition.default, definition.parameters > 0) {
        skip_spaces(rest);
        if rest
            .last()
            .is_some_and(|(it, _)| *it == Token::Character('['))
        {
            rest.pop();
            arguments.push(until(rest, ']')?);
        } else {
            arguments.push(default.iter().map(|it| (it.clone(), 0..0)).collect());
        }
    }
    while arguments.len() < definition.parameters {
        skip_spaces(rest);
        let next = rest.pop()?;
        match next.0 {
            Token::Character('{') => arguments.push(until(rest, '}')?),
            Token::Character('}') => return None,
            // A cloze around an argument belongs to it.
            Token::Cloze { opens: true, .. } => {
                let mut argument = vec![next];
                let mut open = 1;
                while open > 0 {
                    let next = rest.pop()?;
                    match &next.0 {
                        Token::Cloze { opens: true, .. } => open += 1,
                        Token::Cloze { closes: true, .. } => open -= 1,
                        _ => {}
                    }
                    argument.push(next);
                }
                arguments.push(argument);
            }
            _ => arguments.push(vec![next]),
        }
    }
    Some(arguments)
}

/// What comes before `end` outside of braces; `end` is taken, too.
fn until(rest: &mut Vec<Placed>, end: char) -> Option<Vec<Placed>> {
    let mut taken = Vec::new();
    let mut depth = 0_usize;
    loop {
        let next = rest.pop()?;
        match next.0 {
            Token::Character(it) if it == end && depth == 0 => return Some(taken),
            Token::Character('{') => depth += 1,
            Token::Character('}') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        taken.push(next);
    }
}

/// Puts the body of a macro where the call stood.
fn substitute(
    definition: &Macro,
    arguments: &[Vec<Placed>],
    call: &Range<usize>,
    rest: &mut Vec<Placed>,
) {
    let mut body: Vec<Placed> = Vec::with_capacity(definition.body.len());
    let mut tokens = definition.body.iter().peekable();
    while let Some(token) = tokens.next() {
        if *token == Token::Character('#')
            && let Some(Token::Character(digit)) = tokens.peek()
            && let Some(number) = digit.to_digit(10)
        {
            tokens.next();
            let argument = (number as usize)
                .checked_sub(1)
                .and_then(|it| arguments.get(it));
            let argument = argument.map_or(&[][..], Vec::as_slice);
            let place = |place: &Range<usize>| {
                if place.is_empty() {
                    call.clone()
                } else {
                    place.clone()
                }
            };
            body.extend(argument.iter().map(|(it, at)| (it.clone(), place(at))));
            continue;
        }
        body.push((token.clone(), call.clone()));
        if body.len() > MOST_TOKENS {
            break;
        }
    }
    body.reverse();
    rest.append(&mut body);
}

pub(super) fn is_command(name: &str) -> bool {
    let Some(word) = name.strip_prefix('\\') else {
        return false;
    };
    let is_word = word.chars().all(|it| it.is_ascii_alphabetic() || it == '@');
    !word.is_empty() && (is_word || word.chars().count() == 1)
}

pub(super) fn is_balanced(tokens: &[Token]) -> bool {
    let mut depth = 0_usize;
    for token in tokens {
        match token {
            Token::Character('{') => depth += 1,
            Token::Character('}') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(definitions: &str, formula: &str) -> String {
        let (macros, problems) = Macros::read(definitions);
        assert_eq!(problems, [], "{definitions}");
        let placed = read(formula).into_iter().map(|it| (it, 0..1)).collect();
        match macros.expand(placed, &mut BTreeSet::new()) {
            Ok(out) => to_text(out.iter().map(|it| &it.0)),
            Err(problem) => problem.message,
        }
    }

    #[test]
    fn macros_are_expanded() {
        for (definitions, formula, expect) in [
            (r"\newcommand{\R}{\mathbb{R}}", r"\R^n", r"\mathbb{R}^n"),
            (
                r"\newcommand\norm[1]{\lVert #1\rVert}",
                r"\norm{x} y",
                r"\lVert x\rVert y",
            ),
            (r"\def\half#1#2{\frac#1#2}", r"\half xy", r"\frac xy"),
            (
                r"\newcommand{\set}[2][n]{\{#2_#1\}}",
                r"\set{x}+\set[m]{y}",
                r"\{x_n\}+\{y_m\}",
            ),
            (
                r"\DeclareMathOperator*{\argmax}{arg\,max}",
                r"\argmax_x",
                r"\operatorname*{arg\,max}_x",
            ),
            (
                "\\C \\mathbb{C} % complex\n\\Q \\mathbb{Q}",
                r"\C\subset\Q",
                r"\mathbb{C}\subset\mathbb{Q}",
            ),
            (r"\let\eps=\varepsilon", r"\eps x", r"\varepsilon x"),
            (
                r"\newcommand{\a}{\b}\newcommand{\b}{\beta}",
                r"\a y\beta",
                r"\beta y\beta",
            ),
            (r"\newcommand{\x}{\x\x}", r"\x", r"`\x` expands without end"),
            (r"\newcommand{\f}[1]{#1}", r"a\f", r"`\f` takes an argument"),
            (
                "% only\n\\newcommand{\\long}{ % a\n a\n b}",
                r"\long",
                r"a b",
            ),
        ] {
            assert_eq!(
                expanded(definitions, formula).trim(),
                expect,
                "{definitions}"
            );
        }
    }

    #[test]
    fn problems_have_their_place() {
        for (text, part, unread) in [
            ("\\usepackage{amsmath}\n", r"\usepackage{amsmath}", true),
            (
                "\\newcommand{\\R}{\\mathbb{R}\n",
                r"\newcommand{\R}{\mathbb{R}",
                false,
            ),
            ("\\newcommand{R}{x}\n", r"\newcommand{R}{x}", false),
            ("words\n", "words", true),
        ] {
            let (_, problems) = Macros::read(text);
            let [problem] = problems.as_slice() else {
                panic!("{text}: {problems:?}");
            };
            assert_eq!(text.get(problem.range.clone()), Some(part));
            assert_eq!(problem.unread, unread, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in r"(\\(newcommand|def|let|x|R)|[{}\[\]#1-3%\n =*a-c]|\PC){0,40}") {
            let (macros, _) = Macros::read(&text);
            let placed = read(&text).into_iter().map(|it| (it, 0..1)).collect();
            let _ = macros.expand(placed, &mut BTreeSet::new());
        }
    }
}
