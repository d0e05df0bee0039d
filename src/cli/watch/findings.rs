//! Which findings are new, and which are gone.

use std::collections::BTreeMap;

use deckle::diag::{Diagnostic, Diagnostics, Sources, render_short};

/// The findings of the last build.
#[derive(Default)]
pub(super) struct Findings(Vec<(String, String)>);

/// What became of them.
#[derive(Default)]
pub(super) struct Novelty<'a> {
    pub(super) appeared: Vec<&'a Diagnostic>,
    /// In one line each, with the places that they had.
    pub(super) gone: Vec<String>,
}

impl Findings {
    /// Takes those of the next build in their place.
    pub(super) fn replace<'a>(
        &mut self,
        diagnostics: &'a Diagnostics,
        sources: &Sources,
    ) -> Novelty<'a> {
        let mut before: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, line) in self.0.drain(..).rev() {
            before.entry(key).or_default().push(line);
        }
        let mut novelty = Novelty::default();
        for diagnostic in diagnostics {
            let key = key(diagnostic, sources);
            if before.get_mut(&key).and_then(Vec::pop).is_none() {
                novelty.appeared.push(diagnostic);
            }
            self.0.push((key, render_short(diagnostic, sources)));
        }
        novelty.gone = before.into_values().flatten().collect();
        novelty.gone.sort();
        novelty
    }
}

/// What a finding is known by, wherever in the file its line moves to.
fn key(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let span = diagnostic.span();
    let (path, line) = match span.is_some() {
        true => {
            let text = sources.text(span.file);
            let (before, behind) = text
                .split_at_checked(span.start as usize)
                .unwrap_or((text, ""));
            let before = before.rsplit('\n').next().unwrap_or_default();
            let behind = behind.split('\n').next().unwrap_or_default();
            (sources.path(span.file), format!("{before}{behind}"))
        }
        false => ("", String::new()),
    };
    let label = diagnostic.labels.iter().find(|it| it.primary);
    let label = label.map_or("", |it| it.text.as_str());
    [
        diagnostic.code.name(),
        diagnostic.severity.as_str(),
        path,
        &diagnostic.message,
        label,
        line.trim(),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use deckle::BuildTime;
    use deckle::project::{BuildOptions, Project, Report};

    use super::*;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "tests arrange files of their own"
    )]
    fn findings_that_move_are_no_news() {
        let folder = tempfile::tempdir().unwrap();
        let mut findings = Findings::default();
        let mut check = |text: &str, appeared: &[&str], gone: &[&str]| {
            std::fs::write(folder.path().join("a.md"), text).unwrap();
            let options = BuildOptions::new(BuildTime::from_unix(1_767_225_600));
            let report: Report = Project::open(folder.path())
                .unwrap()
                .check(&options)
                .unwrap();
            let novelty = findings.replace(&report.diagnostics, &report.sources);
            let messages = novelty.appeared.iter().map(|it| it.message.as_str());
            assert_eq!(messages.collect::<Vec<_>>(), appeared, "{text}");
            assert_eq!(novelty.gone, gone, "{text}");
        };
        let (one, two) = ("file not found: `one.png`", "file not found: `two.png`");
        let line = |line: usize, message: &str| format!("a.md:{line}:1: error[E0301]: {message}");
        check("## A?\n\n![](one.png)\n", &[one], &[]);
        check("\n\n## A?\n\n![](one.png)\n", &[], &[]);
        check("## A?\n\n![](one.png)\n\n![](two.png)\n", &[two], &[]);
        let gone = line(3, one);
        let gone = gone.replace(":1:", ":5:");
        check("## A?\n\n![](two.png)\n", &[], &[&gone]);
        let gone = line(3, two).replace(":1:", ":5:");
        check("## A?\n\n![](one.png)\n", &[one], &[&gone]);
        let gone = line(3, one).replace(":1:", ":5:");
        check("## A?\n\nText\n", &[], &[&gone]);
    }
}
