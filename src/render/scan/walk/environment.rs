//! `\begin{align}` outside of math: TeX knows that it is a formula, Anki does not.

use super::Walk;
use crate::diag::{Code as Finding, Diagnostic};

/// The environments that make a formula, or are a part of one; with `*` behind them, too.
const ENVIRONMENTS: [&str; 25] = [
    "align",
    "alignat",
    "aligned",
    "alignedat",
    "array",
    "bmatrix",
    "cases",
    "displaymath",
    "eqnarray",
    "equation",
    "flalign",
    "gather",
    "gathered",
    "math",
    "matrix",
    "multline",
    "multlined",
    "pmatrix",
    "rcases",
    "smallmatrix",
    "split",
    "subarray",
    "Bmatrix",
    "Vmatrix",
    "vmatrix",
];

impl Walk<'_> {
    /// Tells a `\begin{..}` of math that stands at `at`, in text.
    pub(super) fn tell_environment(&mut self, at: usize) {
        if !self.dialect.math || at < self.told_environment {
            return;
        }
        let Some(inside) = self
            .text
            .get(at..)
            .and_then(|it| it.strip_prefix("\\begin{"))
        else {
            return;
        };
        let Some((name, _)) = inside.split_once('}').filter(|(name, _)| name.len() <= 12) else {
            return;
        };
        let bare = name.strip_suffix('*').unwrap_or(name);
        let Some(index) = ENVIRONMENTS.iter().position(|it| *it == bare) else {
            return;
        };
        let begin = at..at + "\\begin{}".len() + name.len();
        let title = format!("`\\begin{{{name}}}` outside of a formula is text");
        let diagnostic = Diagnostic::new(Finding::MathEnvironment, title)
            .at(self.source.span(begin.clone()), "shown as it is typed");
        let close = format!("\\end{{{name}}}");
        // So that many openings without an end cost no more than one.
        let seen = self.unended.contains(&index);
        let stop = self.next_code_start(at);
        let behind = self.text.get(begin.end..stop).unwrap_or_default();
        let end = if seen { None } else { behind.find(&close) };
        let Some(end) = end.map(|length| begin.end + length + close.len()) else {
            self.unended.insert(index);
            self.told_environment = begin.end;
            self.diagnostics
                .push(diagnostic.help(format!("put it between `$$` and `$$`, with its `{close}`")));
            return;
        };
        self.told_environment = end;
        // A dollar beside it would run together with those that are written.
        let beside = |text: Option<&str>, dollar: fn(&str) -> bool| text.is_some_and(dollar);
        if beside(self.text.get(..at), |it| it.ends_with('$'))
            || beside(self.text.get(end..), |it| it.starts_with('$'))
        {
            let help = "put it between `$$` and `$$`, without the `$` beside it";
            self.diagnostics.push(diagnostic.help(help));
            return;
        }
        // A display formula stands in a block of its own.
        let (before, behind) = (self.source.span(at..at), self.source.span(end..end));
        self.diagnostics.push(
            diagnostic
                .fixes(
                    "put it between `$$` and `$$`",
                    vec![(before, "$$".to_owned()), (behind, "$$".to_owned())],
                )
                .certain(),
        );
    }
}
