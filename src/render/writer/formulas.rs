//! Formulas: checked, their macros expanded, and written as the settings have it.

use std::ops::Range;

use super::{Writer, push_attribute};
use crate::diag::{Code, Diagnostic, Severity, Span, nearest};
use crate::model::written::MathEngine;
use crate::render::formula::macros::Placed;
use crate::render::formula::tokens::{Joiner, Token as Tex, to_text};
use crate::render::formula::{self, FormulaError, FormulaErrorKind};
use crate::render::piece::PieceKind;
use crate::render::scan::{Token, TokenKind};
use crate::render::tex::{push_tex, read_tex};

/// Sides of a formula that are looked at: the whole, and one for each cloze in it.
const MOST_SIDES: usize = 32;

/// The text of a formula on one side of a card, and where its bytes come from.
#[derive(Default)]
struct Side {
    text: String,
    /// From the first offset on, the text stands at this place.
    places: Vec<(usize, Range<usize>)>,
}

impl Side {
    /// The stretch of the field's text that a range of the formula comes from.
    fn place(&self, range: &Range<usize>) -> Range<usize> {
        let at = |offset: usize| {
            let index = self.places.partition_point(|(from, _)| *from <= offset);
            index
                .checked_sub(1)
                .and_then(|index| self.places.get(index))
        };
        let Some((from, first)) = at(range.start) else {
            return 0..0;
        };
        // A command is one token; what is meant may be a part of it.
        let start = if first.len() > range.start - from {
            first.start + (range.start - from)
        } else {
            first.start
        };
        let last = at(range.end.saturating_sub(1).max(range.start));
        start
            ..last
                .map_or(first.end, |(_, place)| place.end)
                .max(first.end)
    }
}

impl Writer<'_, '_> {
    /// A formula between dollars; `whole` with them.
    pub(super) fn formula(
        &mut self,
        whole: &Range<usize>,
        content: &Range<usize>,
        first_token: usize,
        display: bool,
    ) {
        let engine = self.sink.settings.math;
        let mut tex = self.read(content, first_token);
        if engine == MathEngine::None {
            let source = self.field.text.as_str();
            let open = source.get(whole.start..content.start).unwrap_or_default();
            let close = source.get(content.end..whole.end).unwrap_or_default();
            return self.delimited(&tex, open, close);
        }
        let Some(expanded) = self.expand(tex.clone()) else {
            return self.delimited(&tex, "$", "$");
        };
        tex = expanded;
        let draws = matches!(engine, MathEngine::Image | MathEngine::Auto);
        let has_cloze = tex.iter().any(|(it, _)| matches!(it, Tex::Cloze { .. }));
        // Whatever is installed here: a deck comes out the same everywhere.
        let for_tex = engine == MathEngine::Auto && self.sink.typesets && is_for_tex(&tex);
        if draws && !has_cloze && !for_tex && self.picture(&tex, display) {
            return;
        }
        if draws && has_cloze && engine == MathEngine::Image {
            self.sink.push(
                Diagnostic::new(
                    Code::FormulaCloze,
                    "a formula with a cloze inside cannot be a picture",
                )
                .at(self.field.text.span(whole.clone()), "left to MathJax")
                .note("each side of each card would need a picture of its own")
                .help("put the cloze around the whole formula: `{{c1::$..$}}`"),
            );
        }
        // What could not be drawn was told; of tags, each side that a card shows is drawn later.
        let tagged = for_tex || matches!(engine, MathEngine::LatexTag | MathEngine::Latex);
        if tagged {
            let span = self.field.text.span(whole.clone());
            let foreign = tex
                .iter()
                .any(|(it, _)| matches!(it, Tex::Character(it) if !it.is_ascii()));
            self.sink.latex_tag(span, foreign);
        } else if !draws || has_cloze {
            self.lint(&tex);
        }
        let (open, close) = match (tagged, display) {
            (true, false) => ("[$]", "[/$]"),
            (true, true) => ("[$$]", "[/$$]"),
            (_, false) => ("\\(", "\\)"),
            (_, true) => ("\\[", "\\]"),
        };
        self.delimited(&tex, open, close);
    }

    /// A formula that stands in tags of LaTeX.
    pub(super) fn tex(&mut self, content: &Range<usize>, first: usize, open: &str, close: &str) {
        let tex = self.read(content, first);
        let tex = self.expand(tex.clone()).unwrap_or(tex);
        self.delimited(&tex, open, close);
    }

    fn read(&mut self, content: &Range<usize>, first: usize) -> Vec<Placed> {
        let source = self.field.text.as_str();
        let tokens = self.tokens_in(content, first);
        let (tex, comment) = read_tex(source, content.clone(), tokens, first);
        if let Some(comment) = comment {
            let start = comment.start;
            self.sink.push(
                Diagnostic::new(Code::MathComment, "`%` begins a comment in TeX")
                    .at(self.field.text.span(comment), "dropped from the formula")
                    .help("a percent sign is written `\\%`")
                    .fix("write `\\%`", self.field.text.span(start..start + 1), "\\%"),
            );
        }
        tex
    }

    fn delimited(&mut self, tex: &[Placed], open: &str, close: &str) {
        self.html.escaped(PieceKind::Math, open, " ");
        push_tex(&mut self.html, tex);
        self.html.escaped(PieceKind::Math, close, " ");
    }

    /// The formula with its macros expanded; `None` where that cannot be done, which is told.
    fn expand(&mut self, tex: Vec<Placed>) -> Option<Vec<Placed>> {
        let macros = self.sink.macros();
        if macros.is_empty() {
            return Some(tex);
        }
        let mut used = std::collections::BTreeSet::new();
        match macros.expand(tex, &mut used) {
            Ok(expanded) => {
                let shapes = used.iter().map(|name| macros.definition(name));
                self.sink.shaped.extend(shapes);
                Some(expanded)
            }
            Err(problem) => {
                self.sink.push(
                    Diagnostic::new(Code::MacroUse, problem.message)
                        .at(self.field.text.span(problem.range), "here")
                        .note("the macro is one of `math.macros`"),
                );
                None
            }
        }
    }

    /// Writes the formula as a picture. Returns whether that can be done; if not, it is told.
    fn picture(&mut self, tex: &[Placed], display: bool) -> bool {
        let side = whole(tex);
        let font = self.sink.math_font();
        match self.sink.draw(&side.text, display, &font) {
            Ok(drawn) => {
                let mark = if display { "$$" } else { "$" };
                let mut tag = String::from("<img class=\"latex\" alt=\"");
                push_attribute(&mut tag, &format!("{mark}{}{mark}", side.text));
                tag.push_str("\" src=\"");
                tag.push_str(&drawn.key.placeholder());
                tag.push_str("\" style=\"");
                if display {
                    tag.push_str("display:block;margin:1em auto;");
                }
                tag.push_str(&format!("width:{}em", decimal(drawn.width_em)));
                if !display {
                    tag.push_str(&format!(";vertical-align:-{}em", decimal(drawn.depth_em)));
                }
                tag.push_str("\">");
                self.html.raw(&tag);
                true
            }
            Err(error) => {
                let code = match self.sink.settings.math {
                    MathEngine::Auto => Code::FormulaLeft,
                    _ => Code::FormulaPicture,
                };
                self.tell_formula(&error, &side, code, None);
                false
            }
        }
    }

    /// Tells what is wrong with the formula, on whichever side of its cards.
    fn lint(&mut self, tex: &[Placed]) {
        let whole = whole(tex);
        // Braces that do not match were told by the scan, which knows where a formula ends.
        // An escape of YAML that was meant for TeX was told, too.
        if !is_balanced(tex) || whole.text.contains(char::is_control) {
            return;
        }
        if let Err(error) = formula::check(&whole.text) {
            return self.tell_formula(&error, &whole, Code::FormulaSyntax, None);
        }
        let tokens = &self.mask.scan.tokens;
        let groups: Vec<usize> = tex
            .iter()
            .filter_map(|(it, _)| match it {
                Tex::Cloze {
                    index, opens: true, ..
                } => tokens.get(*index).map(|it| it.group),
                _ => None,
            })
            .take(MOST_SIDES)
            .collect();
        for group in groups {
            let side = hidden(tex, tokens, group);
            if let Err(error) = formula::check(&side.text) {
                let text = side.text.clone();
                return self.tell_formula(&error, &side, Code::FormulaSyntax, Some(&text));
            }
        }
    }

    fn tell_formula(
        &mut self,
        error: &FormulaError,
        side: &Side,
        code: Code,
        hidden: Option<&str>,
    ) {
        let lints = code == Code::FormulaSyntax;
        let name = match &error.kind {
            FormulaErrorKind::Command(name) | FormulaErrorKind::Environment(name) => Some(name),
            _ => None,
        };
        let of_mathjax = name.is_some_and(|it| formula::is_of_mathjax(it));
        if lints && of_mathjax {
            return;
        }
        let place = side.place(&error.range);
        let span = self.field.text.span(place.clone());
        let label = match code {
            Code::FormulaLeft => "left to MathJax",
            Code::FormulaPicture => "not drawn",
            _ => "",
        };
        let mut found = Diagnostic::new(code, error.message.clone()).at(span, label);
        if let Some(text) = hidden {
            let text: String = text.chars().take(80).collect();
            found = found.note(format!("with the cloze hidden the formula is `{text}`"));
        }
        if of_mathjax {
            found = found.note("MathJax knows it, the pictures that deckle draws do not");
            if code == Code::FormulaPicture {
                found = found.help("`math: {engine: auto}` leaves such formulas to MathJax");
            }
        } else if name.is_some() && code == Code::FormulaLeft {
            found = found
                .help("packages of TeX that have it stand in the preamble of the note type (`latex: {preamble: ..}`); then TeX typesets it");
        }
        let macros = self.sink.macros();
        match &error.kind {
            FormulaErrorKind::Command(name) if !of_mathjax => {
                let near = nearest(name, macros.names().chain(formula::commands()));
                found = self.with_near(found, name, near, place, span);
                found = found
                    .help("`math: {macros: macros.tex}` names a file of definitions of your own");
            }
            FormulaErrorKind::Environment(name) if !of_mathjax => {
                let near = nearest(name, formula::environments());
                found = self.with_near(found, name, near, place, span);
            }
            FormulaErrorKind::Glyph(_) => {
                found = found.help(
                    "`math: {font: fonts/Name.otf}` names a font file of the project that has it",
                );
            }
            _ => {}
        }
        if code == Code::FormulaLeft {
            found.severity = Severity::Warning;
        }
        self.sink.push(found);
    }

    fn with_near(
        &self,
        found: Diagnostic,
        name: &str,
        near: Option<&str>,
        place: Range<usize>,
        span: Span,
    ) -> Diagnostic {
        let Some(near) = near else { return found };
        let is_it = self.field.text.as_str().get(place) == Some(name);
        if is_it {
            found.fix(format!("did you mean `{near}`?"), span, near)
        } else {
            found.help(format!("did you mean `{near}`?"))
        }
    }
}

/// Whether the formula has a command or an environment that TeX alone may know.
fn is_for_tex(tex: &[Placed]) -> bool {
    let error = formula::check(&whole(tex).text).err();
    error.is_some_and(|it| match it.kind {
        FormulaErrorKind::Command(name) | FormulaErrorKind::Environment(name) => {
            !formula::is_of_mathjax(&name)
        }
        _ => false,
    })
}

fn is_balanced(tex: &[Placed]) -> bool {
    let mut depth = 0_i64;
    for (token, _) in tex {
        match token {
            Tex::Character('{') => depth += 1,
            Tex::Character('}') => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// The formula with all its clozes shown.
fn whole(tex: &[Placed]) -> Side {
    let mut builder = Builder::default();
    let mut in_hint = false;
    for (token, place) in tex {
        match token {
            Tex::Cloze { opens: true, .. } => {}
            Tex::Cloze { closes, .. } => in_hint = !closes,
            _ if in_hint => {}
            _ => builder.push(token, place),
        }
    }
    builder.side
}

/// The formula with the cloze of this group hidden.
fn hidden(tex: &[Placed], tokens: &[Token], group: usize) -> Side {
    let mut builder = Builder::default();
    let mut within = false;
    let mut hint = String::new();
    let mut in_hint = false;
    for (token, place) in tex {
        let cloze = match token {
            Tex::Cloze { index, .. } => tokens.get(*index),
            _ => None,
        };
        match cloze {
            Some(cloze) if cloze.group == group => match cloze.kind {
                TokenKind::Open => within = true,
                TokenKind::Hint => in_hint = true,
                TokenKind::Close => {
                    let shown = if hint.is_empty() { "..." } else { &hint };
                    for character in format!("[{shown}]").chars() {
                        builder.push(&Tex::Character(character), place);
                    }
                    (within, in_hint) = (false, false);
                    hint.clear();
                }
            },
            Some(cloze) if !within => in_hint = cloze.kind == TokenKind::Hint,
            Some(_) => {}
            None if within && in_hint => hint.push_str(&to_text([token])),
            None if within || in_hint => {}
            None => builder.push(token, place),
        }
    }
    builder.side
}

#[derive(Default)]
struct Builder {
    side: Side,
    joiner: Joiner,
}

impl Builder {
    fn push(&mut self, token: &Tex, place: &Range<usize>) {
        if self.joiner.needs_space(token) {
            self.side.text.push(' ');
        }
        self.side.places.push((self.side.text.len(), place.clone()));
        match token {
            Tex::Command(name) => self.side.text.push_str(name),
            Tex::Character(character) => self.side.text.push(*character),
            Tex::Cloze { .. } => {}
        }
    }
}

/// With three digits behind the point at most.
fn decimal(number: f64) -> String {
    let text = format!("{number:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}
